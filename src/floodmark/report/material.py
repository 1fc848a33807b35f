"""What a report is made of: the case, its scope, and where each cited event stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from floodmark.attack import Attack, load
from floodmark.models import EvidenceItem, Finding, Proof, Quarantined, Record, Scope, Traced


@dataclass(frozen=True)
class Location:
    """Where one access event can be read: the file, its hash, the row, and what it says."""

    event: str
    log: str
    item: str
    """SHA-256 of the evidence item."""
    name: str
    """The file's name when it was taken in; from outside, so shown inert."""
    row: int
    """1-based data row (CSV), element (JSON array, REST answer) or line (NDJSON)."""
    at: str
    text: str
    """One line: operation, object, rows, as the log gives them; from outside, so shown inert."""


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline."""

    at: str
    phase: str
    """`initial access`, `collection`, `detection`, `containment`, ..."""
    text: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """A table that was derived, by which SQL, with how many rows."""

    name: str
    sql: str
    row_count: int


@dataclass(frozen=True)
class Material:
    """Everything that a report may show. All sequences are in a fixed order."""

    organisation: str
    platform: str
    timezone: str
    contained_at: str | None
    version: str
    snapshot_at: str | None
    scope: Scope
    proof: Proof
    findings: tuple[Finding, ...]
    """Accepted findings; the others are counted only."""
    open_findings: tuple[Finding, ...]
    selectors: tuple[str, ...]
    """What the intrusion was selected by, as `kind value`; empty when it rests on accepted findings."""
    evidence: tuple[EvidenceItem, ...]
    quarantine: tuple[Quarantined, ...]
    locations: dict[str, Location]
    """Event id -> location, for at least every event that a request, finding or moment names."""
    timeline: tuple[Moment, ...]
    labels: dict[str, str]
    """Category -> plain words."""
    not_held: tuple[str, ...]
    """Categories that the data map declares the platform does not hold."""
    ledger_from: str | None = None
    ledger_to: str | None = None
    statements: tuple[Statement, ...] = field(default=())
    traced: Traced | None = None
    """The intrusion step by step; None where nobody traced it."""
    record: Record | None = None
    """What documents say and logs prove, as claims; None where nobody asked for it."""
    previous: dict[str, str] | None = None
    """Claim -> status in the report before this one; None where there was none."""
    attack: Attack = field(default_factory=load)
    """Names and tactics of techniques."""
