"""The shape of every `--json` document, as design section 9 states it.

Field order is the order of the design. Times are text, UTC with Z and milliseconds; unknown is null,
never 0 or the empty string, except where an empty text means that there is none.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from floodmark.models.base import Count, Document, Problem, Spoken
from floodmark.models.hunt import Hunt, Hunted, HuntOutcome, Observed, Specific
from floodmark.models.record import (
    Basis,
    Claim,
    ClaimChange,
    ClaimPrecision,
    ClaimStatus,
    Confidence,
    Intaken,
    Modality,
    Polarity,
    Published,
    Record,
    RecordChange,
    Recorded,
    Relation,
    RelationKind,
    SameIncident,
    Unknown,
)

__all__ = [
    "DOCUMENTS",
    "FILES",
    "OUTCOMES",
    "Absence",
    "Added",
    "Apart",
    "Basis",
    "Bound",
    "CategoryScope",
    "Check",
    "Claim",
    "ClaimChange",
    "ClaimPrecision",
    "ClaimStatus",
    "Combination",
    "Confidence",
    "Count",
    "Coverage",
    "Decided",
    "Demonstrated",
    "Detected",
    "Document",
    "EvidenceItem",
    "Explained",
    "Finding",
    "Gap",
    "GoingOn",
    "Hunt",
    "HuntOutcome",
    "Hunted",
    "Initialised",
    "Intaken",
    "Intrusion",
    "Investigated",
    "Lateral",
    "Level",
    "Link",
    "LinkKind",
    "Modality",
    "Observed",
    "Obstacle",
    "Outcome",
    "Outcomes",
    "PeopleBound",
    "Phase",
    "Polarity",
    "Precision",
    "Problem",
    "Proof",
    "Published",
    "Quarantined",
    "Quiet",
    "Range",
    "Reason",
    "Reconciled",
    "Record",
    "RecordChange",
    "Recorded",
    "Relation",
    "RelationKind",
    "Reported",
    "Request",
    "RequestKind",
    "Residence",
    "RowRange",
    "SameIncident",
    "Scope",
    "Sideways",
    "SimulatedCase",
    "SnapshotCounts",
    "SnapshotTable",
    "SnapshotTaken",
    "Specific",
    "Spoken",
    "Stage",
    "StateOfResidence",
    "Step",
    "Traced",
    "Unknown",
    "Verified",
    "dump",
    "stamp",
]

Outcome = Literal["taken", "possibly_taken", "not_held", "cannot_tell", "not_taken"]
OUTCOMES: tuple[Outcome, ...] = ("taken", "possibly_taken", "not_held", "cannot_tell", "not_taken")
Level = Literal["low", "medium", "high"]
Precision = Literal["exact", "relaxed"]
RequestKind = Literal[
    "query",
    "bulk_query",
    "report",
    "list_view",
    "page_view",
    "record",
    "file",
    "search",
    "aggregate",
    "unknown",
]

LinkKind = Literal[
    "selection",
    "session",
    "login",
    "finding",
    "bulk job",
    "execution",
    "user, address and time",
    "address",
    "client",
    "same session",
    "other account",
    "token",
    "client elsewhere",
    "identity",
]
"""What connects events with the intrusion; docs/explanation/trace.md says when each is followed."""
Phase = Literal[
    "initial access",
    "persistence",
    "defence evasion",
    "discovery",
    "lateral movement",
    "collection",
    "exfiltration",
    "impact",
]


def stamp(at: datetime | None) -> str | None:
    """Return a UTC time as `2025-06-28T02:11:09.120Z`; a naive time is taken as UTC."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Quarantined(Document):
    """A row, or the rest of a file, that could not be read."""

    sha256: str
    position: str
    """`line 41`, `row 7`, `byte 1024`, or `file` when no part of it could be read."""
    reason: str


class EvidenceItem(Document):
    """What one file held. `rows` = `events` + `duplicates` + `quarantined`, always."""

    name: str
    sha256: str
    bytes: Count
    log: str
    rows: Count
    events: Count
    duplicates: Count
    quarantined: Count
    damaged: bool
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Added(Document):
    """`floodmark add`."""

    evidence: tuple[EvidenceItem, ...]
    quarantine: tuple[Quarantined, ...]
    head: str


class Initialised(Document):
    """`floodmark init` and `floodmark set`: the case as it now stands."""

    case: str
    organisation: str
    timezone: str
    contained_at: str | None
    head: str


class SnapshotTable(Document):
    """One customer table as it was taken in."""

    object: str
    name: str
    sha256: str
    rows: Count
    columns: tuple[str, ...]
    mapped: tuple[str, ...]


class SnapshotTaken(Document):
    """`floodmark snapshot`."""

    at: str
    tables: tuple[SnapshotTable, ...]
    people: Count
    unkeyed_records: Count
    unit: str
    head: str


class Reason(Document):
    """One thing that speaks for a finding: what was seen, what was expected, and how much it weighs."""

    detector: str
    """The detector, or the rule of the detector `sigma`."""
    at: str
    """When it could be told: the time of the event that completed it."""
    points: Count
    seen: str
    expected: str


class Finding(Document):
    """What is unusual, how unusual, its events, its ATT&CK techniques."""

    id: str
    detector: str
    title: str
    summary: str
    severity: Level
    confidence: Level
    actors: tuple[str, ...]
    sessions: tuple[str, ...]
    logins: tuple[str, ...]
    clients: tuple[str, ...]
    addresses: tuple[str, ...]
    from_: Annotated[str, Field(alias="from")]
    to: str
    events: tuple[str, ...]
    techniques: tuple[str, ...]
    told_at: str
    """When the reasons together first weighed enough: from this event on the finding could be told."""
    points: Count
    """The sum of what its reasons weigh."""
    reasons: tuple[Reason, ...]
    """By time. What weighs for it, each with its numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Quiet(Document):
    """A finding that is like one that was dismissed, and has not grown since: known, and not told again."""

    id: str
    title: str
    like: str
    """The dismissed finding."""
    reason: str
    """Why that one was dismissed."""


class Detected(Document):
    """`floodmark detect`. `learning` is true while the logs are too short to know what is normal."""

    learning: bool
    learning_until: str | None
    """The end of the time in which the ledger is too short to compare with; null where it is empty."""
    learning_accounts: Count
    """Accounts that are too new to be compared with themselves; nothing found there is not all clear."""
    findings: tuple[Finding, ...]
    quiet: tuple[Quiet, ...] = ()


class Decided(Document):
    """`floodmark accept` and `floodmark dismiss`."""

    finding: str
    decision: Literal["accepted", "dismissed"]
    reason: str
    head: str


class Verified(Document):
    """`floodmark verify`."""

    ok: bool
    problems: tuple[Problem, ...]
    head: str


class Link(Document):
    """Why events belong to the intrusion, or why they might: one value that they share with it."""

    id: str
    """`L-` and ten characters: the same in every run; a person can refuse or follow the link by it."""
    kind: LinkKind
    state: Literal["followed", "offered", "refused"]
    """Followed: its events are hostile. Offered: a person has to decide. Refused: a person said no."""
    value: str
    """What the events share: a session, an address, a job, ..."""
    account: str | None
    """The account whose events these are, where the link is about one."""
    why: str
    """Why it was followed, or why not."""
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    events: Count
    """How many events it reaches; two links can reach the same one."""
    sample: tuple[str, ...]
    """The first events by time and the last one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Intrusion(Document):
    """What is hostile: who, with what, from where, when, in how many acts and events."""

    actors: tuple[str, ...]
    sessions: tuple[str, ...]
    logins: tuple[str, ...]
    clients: tuple[str, ...]
    addresses: tuple[str, ...]
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    acts: Count
    events: Count
    links: tuple[Link, ...] = ()
    """Why each event is hostile, by first event; with the links that are offered and that were refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SnapshotCounts(Document):
    """What the snapshot holds, and what a person is in it."""

    records: dict[str, Count]
    people: Count
    unkeyed_records: Count
    unit: str


class Bound(Document):
    """At least, at most; `exact` when the evidence allows no tighter interval."""

    at_least: Count
    at_most: Count
    bound: Precision


class PeopleBound(Bound):
    """The people with anything taken; `without_value` have a taken record and no taken value."""

    without_value: Count


class Outcomes(Document):
    """How many people have each outcome; together all people of the snapshot."""

    taken: Count
    possibly_taken: Count
    not_held: Count
    cannot_tell: Count
    not_taken: Count


class CategoryScope(Document):
    """One category of personal data."""

    category: str
    people: Bound
    outcomes: Outcomes


class Combination(Document):
    """People who share the same categories taken and possibly taken."""

    taken: tuple[str, ...]
    possible: tuple[str, ...]
    people: Count


class Range(Document):
    """At least, at most."""

    at_least: Count
    at_most: Count


class Residence(Document):
    """People with anything taken, by country (ISO 3166 alpha-2, null when unknown)."""

    country: str | None
    people: Range


class RowRange(Document):
    """Fewest and most rows that left."""

    min: Count
    max: Count


class Request(Document):
    """One act of reading by the intrusion."""

    id: str
    kind: RequestKind
    objects: tuple[str, ...]
    query: str | None
    grade: Annotated[int, Field(ge=1, le=5)]
    assumes: tuple[str, ...]
    inferable: tuple[str, ...]
    matched_rows: Count | None
    delivered_rows: RowRange | None
    replayed_rows: Count | None
    difference: int | None
    events: tuple[str, ...]


class Gap(Document):
    """Hours of which a log says nothing."""

    log: str
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    reason: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Coverage(Document):
    """What the logs speak for, what they leave open, and what they can never show."""

    stated: bool
    gaps: tuple[Gap, ...]
    blind: tuple[str, ...]


class Check(Document):
    """A conservation law and whether it holds."""

    name: str
    passed: bool
    detail: str


class Scope(Document):
    """`floodmark scope`."""

    intrusion: Intrusion
    snapshot: SnapshotCounts
    records: dict[str, Bound]
    people: PeopleBound
    categories: tuple[CategoryScope, ...]
    combinations: tuple[Combination, ...]
    residence: tuple[Residence, ...]
    requests: tuple[Request, ...]
    coverage: Coverage
    checks: tuple[Check, ...]


class Reconciled(Document):
    """One request: what the log counts beside what replay finds, and why they differ."""

    id: str
    matched_rows: Count | None
    delivered_rows: RowRange | None
    replayed_rows: Count | None
    difference: int | None
    """Matched minus replayed."""
    sure: Count | None
    """Records of the query's own object that surely left; null where nothing was listed or replayed."""
    possible: Count | None
    """Records of it that possibly left, the sure ones included."""
    refused: str | None
    """Why the query was not replayed; null where it was, or where there is no text."""
    explanation: str
    """The difference and the uncertain records in words; empty where nothing needs explaining."""


class Obstacle(Document):
    """Something that could hide reads: what it is, and what would remove it."""

    kind: Literal["gap", "request", "rows", "quarantined", "uncovered"]
    text: str
    log: str | None
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    item: str | None
    """SHA-256 of the evidence item, for a quarantined row; its place is `position`."""
    position: str | None
    request: str | None
    rows: Count | None
    """How many rows it can hide at most; null when nobody knows."""
    remedy: str
    """The evidence that would remove it."""
    without: Range | None
    """The bound on people if this obstacle alone were removed; null when not computed."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Absence(Document):
    """Why people did not lose a category: four kinds of absence, in people."""

    category: str
    declared: Count
    """Not held: the data map declares that the platform has no such field."""
    not_held: Count
    """Not held: no record of the person had a value in the window."""
    never_selected: Count
    """Held, and no request selected a field that holds it."""
    outside: Count
    """Held in a field that some request selected, and not in any row of such a request."""


class StateOfResidence(Document):
    """People with anything taken, by country and state as written."""

    country: str | None
    state: str
    people: Range


class Proof(Document):
    """`results/proof.json`: what the numbers of a scope rest on, beyond the scope itself."""

    requests: tuple[Reconciled, ...]
    obstacles: tuple[Obstacle, ...]
    people_without_obstacles: Range
    """The bound on people if every obstacle were removed."""
    absence: tuple[Absence, ...]
    states: tuple[StateOfResidence, ...]
    readings: dict[str, str]
    """Disputed rule of the platform -> the reading that is used, and why."""
    other_count: int | None
    """People by exact keys where the people are linked by probability; null otherwise."""
    other_unit: str | None


class Step(Document):
    """One step of an explanation: a statement, and what it rests on."""

    text: str
    sql: str | None = None
    evidence: tuple[str, ...] = ()
    """`file name, row 12, sha256 ...`, one a row of a log."""


# --- the intrusion as a story: results/intrusion.json


class Stage(Document):
    """What the intruder did in one way, with one account: a step on the timeline."""

    phase: Phase
    title: str
    account: str | None
    technique: str
    """ATT&CK id."""
    from_: Annotated[str, Field(alias="from")]
    to: str
    count: Count
    """How many events show it."""
    events: tuple[str, ...]
    """The first events by time and the last one."""
    hostile: bool
    """Whether its events are counted as the intrusion; else they stand beside it, as an identity log's do."""
    note: str
    """What a reader has to know of it; empty where there is nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Apart(Document):
    """The work of a hijacked account that is not counted as the intrusion."""

    account: str
    events: Count
    sessions: Count
    from_: Annotated[str, Field(alias="from")]
    to: str
    usual: Count
    """Of the events: from an address, and with a client, that honest work used before the intrusion began."""
    unsettled: Count
    """Of the events: from an address or with a client that was new; nothing ties them to the intrusion."""
    sample: tuple[str, ...]
    """Events of the unsettled part, the first by time and the last one."""
    why: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sideways(Document):
    """One thing that shows a move to another account or system, or may do so."""

    sure: bool
    """Whether it is counted as part of the intrusion or happened with its accounts and addresses."""
    text: str
    count: Count
    events: tuple[str, ...]


class Lateral(Document):
    """Lateral movement: what shows it, or what its absence rests on."""

    moves: tuple[Sideways, ...]
    absent: str
    """What was looked for and not found; empty where everything looked for was found."""
    rests_on: tuple[Spoken, ...]
    """The logs that were looked at, by name."""


class GoingOn(Document):
    """Whether the intrusion still goes on."""

    answer: Literal["yes", "no", "cannot_tell", "nothing"]
    """`no` is said only of what the logs show; `nothing`: there is no intrusion."""
    text: str
    last_event_at: str | None
    last_event: str | None
    last_read_at: str | None
    """The last successful read."""
    last_read: str | None
    logs_end: str | None


class Traced(Document):
    """`results/intrusion.json`: the intrusion, step by step."""

    intrusion: Intrusion
    stages: tuple[Stage, ...]
    apart: tuple[Apart, ...]
    lateral: Lateral
    going_on: GoingOn


class Explained(Document):
    """`floodmark explain`: the chain from a statement to SQL, file and row."""

    subject: str
    kind: Literal["person", "category", "request", "claim"]
    title: str
    steps: tuple[Step, ...]
    head: str


class Reported(Document):
    """`floodmark report`: the files written, as paths that the caller can open."""

    report: tuple[str, ...]
    head: str


class Investigated(Document):
    """`floodmark investigate`."""

    detect: Detected
    scope: Scope
    report: tuple[str, ...]


class SimulatedCase(Document):
    """`floodmark simulate`."""

    directory: str
    scenario: str
    logs: tuple[str, ...]
    tables: dict[str, str]
    datamap: str
    snapshot_at: str
    key: str


class Demonstrated(Document):
    """`floodmark demo`: the case folder and what was found in it."""

    case: str
    detect: Detected
    scope: Scope
    report: tuple[str, ...]


DOCUMENTS: dict[str, type[Document]] = {
    "init": Initialised,
    "set": Initialised,
    "add": Added,
    "snapshot": SnapshotTaken,
    "detect": Detected,
    "accept": Decided,
    "dismiss": Decided,
    "verify": Verified,
    "intake": Intaken,
    "record": Recorded,
    "hunt": Hunt,
    "scope": Scope,
    "explain": Explained,
    "report": Reported,
    "investigate": Investigated,
    "simulate": SimulatedCase,
    "demo": Demonstrated,
}
"""Command -> shape of its `--json` document."""
FILES: dict[str, type[Document]] = {"intrusion": Traced, "incident": Record}
"""File of results/ without its ending -> its shape, where no command prints it."""


def dump(document: Document) -> str:
    """Return a document as ASCII JSON text, keys in the order of the design, ended by a line feed."""
    return json.dumps(document.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=True) + "\n"
