"""The incident record: results/incident.json, and what `intake` and `record` print."""

from __future__ import annotations

from typing import Literal

from floodmark.models.base import Document, Problem

ClaimPrecision = Literal["exact", "rounded", "about", "at_most", "at_least"]
Polarity = Literal["taken", "not_taken", "unknown"]
Confidence = Literal["stated", "likely", "possible", "denied"]
Basis = Literal["log", "replay", "document", "person"]
ClaimStatus = Literal["asserted", "superseded", "disputed", "contradicted"]
Modality = Literal["asserted", "inferred", "computed"]
"""`asserted`: the source says it; `inferred`: it says that it implies or assumes it; `computed`: by us."""
RelationKind = Literal["supersedes", "conflicts", "compatible"]


class Published(Document):
    """A published report that was read."""

    id: str
    """`D-` and the first 10 digits of its SHA-256."""
    title: str
    published_on: str | None
    """A day, `2025-07-02`; null where the document gives none."""
    sha256: str
    name: str
    """The file's name when it was read."""
    media: str
    """`markdown`, `text`, `html`, `pdf` or `email`."""
    stated_by: str
    """Who published it, as the document says; empty where it does not."""
    damaged: str
    """What of it could not be read; empty where all was."""


class Claim(Document):
    """One value with its source: design section 8."""

    id: str
    """`C-` and 10 digits of a hash of document or evidence, path, value, modality and span."""
    path: str
    value: str | int | float | None
    unit: str | None
    precision: ClaimPrecision | None
    polarity: Polarity | None
    confidence: Confidence | None
    basis: Basis
    status: ClaimStatus
    modality: Modality
    stated_by: str
    stated_on: str | None
    """The day of the statement, ISO; null where it is not known."""
    quote: str
    """Letter for letter in the document; empty where the basis is none."""
    document: str | None
    span: tuple[int, int] | None
    """Begin and end of the quote in the document's text, in characters."""
    detail: dict[str, str]
    """What the path needs beside a value: docs/reference/claims.md lists the names."""
    evidence: tuple[str, ...]
    """Events, requests, or names of SQL statements that it was computed with; empty for a document."""


class Unknown(Document):
    """What a document itself says that it does not know."""

    path: str
    quote: str
    document: str
    span: tuple[int, int]


class Relation(Document):
    """How two claims relate, and why; `supersedes`: the first one replaces the second."""

    claims: tuple[str, str]
    kind: RelationKind
    reason: str


class SameIncident(Document):
    """Documents about one incident, and why they are taken to be."""

    documents: tuple[str, ...]
    organisation: str | None
    reason: str


class Record(Document):
    """The incident record: all claims of a case; `results/incident.json`."""

    documents: tuple[Published, ...]
    claims: tuple[Claim, ...]
    unknown: tuple[Unknown, ...]
    relations: tuple[Relation, ...]
    incidents: tuple[SameIncident, ...]
    """Groups of documents, the one of the case first; claims of the others are no part of its report."""


class ClaimChange(Document):
    """A claim whose status is another one than before."""

    claim: Claim
    before: ClaimStatus


class RecordChange(Document):
    """What lies between two states of a record."""

    added: tuple[Claim, ...]
    removed: tuple[Claim, ...]
    changed: tuple[ClaimChange, ...]
    relations: tuple[Relation, ...]
    """Relations that are new."""


class Recorded(Document):
    """`floodmark record`: the record as it stands, or as of a day, and what came since another day."""

    as_of: str | None
    record: Record
    since: str | None
    change: RecordChange | None
    head: str


class Intaken(Record):
    """`floodmark intake`."""

    problems: tuple[Problem, ...]
    """Files that could not be read, or in part only."""
    head: str | None
    """The head of the custody chain; null without a case."""
