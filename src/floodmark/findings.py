"""Findings: what is unusual in the ledger, how unusual, and the events that show it.

    event ─► facts (reads, hours, acts, new marks) ─► detectors ─► signals ─► merged ─► findings

A detector reads the derived tables and returns signals, each about one account and the doors it came in
by. Signals that share a door or a new mark (a client, an application, an address) become one finding: a
large read alone can be work, and a new client alone can be an update, but both at once is an intrusion
as these platforms know it. Everything is compared with what came before, never with what came later.

One act stands in several logs, so rows are summed per log and the largest sum counts.
"""

from __future__ import annotations

import hashlib
import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from floodmark.engine import Engine, statement
from floodmark.ledger.source import READS
from floodmark.models import Detected, Finding, Level, stamp
from floodmark.text import visible

_HERE = Path(__file__).parent
SETTLED = timedelta(days=7)
"""How much history a comparison needs before it can be sure."""
_NEW_AFTER_DAYS = 3
_NEW_AFTER_DAYS_LEARNING = 1
_NEW_FOR_WEEKS = 2
_EVENT_LIMIT = 1000
_SHOWN_LENGTH = 60
# Objects that hold no customers: accounts of the tenant itself, its set-up and its own logs.
_PLUMBING = (
    "apexclass", "apextrigger", "asyncapexjob", "crontrigger", "dashboard", "entitydefinition",
    "eventlogfile", "fielddefinition", "folder", "group", "groupmember", "loginhistory", "organization",
    "permissionset", "permissionsetassignment", "profile", "queuesobject", "recordtype", "report", "setup",
    "setupaudittrail", "user", "userrole",
)  # fmt: skip
# Tables as long as the logs; they are let go when the findings are made.
_LARGE = ("detect_twin", "detect_event", "detect_way", "detect_read", "detect_act")
_TRIGGERS = frozenset({"client", "app", "agent", "net"})
_WORDS = {"client": "client", "app": "application", "agent": "user agent", "net": "network"}
_LEVELS: tuple[Level, ...] = ("low", "medium", "high")

Role = Literal["read", "new", "hint"]


class Mark(NamedTuple):
    """A client, application, user agent, network or address that is new for an account."""

    actor: str
    kind: str
    value: str


class NewMark(NamedTuple):
    """A new mark; `settled` where enough history lies before it, `others` accounts had it before."""

    mark: Mark
    settled: bool
    others: int


@dataclass(frozen=True)
class Signal:
    """What one detector saw of one account; times are UTC, without zone."""

    detector: Detector
    actor: str
    doors: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    text: str
    """What was seen, with its numbers and what was expected: the inside of a sentence."""
    size: int
    """Of two signals of one detector, the one to tell first has the larger size."""
    severity: Level
    confidence: Level
    techniques: tuple[str, ...] = ()
    """Techniques seen here, beside those of the detector."""


@dataclass(frozen=True)
class History:
    """Where the ledger begins, UTC without zone; `learning` where it is too short to know what is normal."""

    begins_at: datetime | None
    learning: bool

    def settled(self, at: datetime) -> bool:
        """Say whether enough history lies before `at`."""
        return self.begins_at is not None and at - self.begins_at >= SETTLED


class Detector(ABC):
    """One pattern of extraction. The docstring says what it sees, what it misses, and what to check."""

    id: ClassVar[str]
    title: ClassVar[str]
    techniques: ClassVar[tuple[str, ...]]
    severity: ClassVar[str]
    """How severe a signal is and what raises it, in words."""
    role: ClassVar[Role]
    """`read`: customers read in bulk; `new`: an account changed its means; `hint`: it strengthens others."""
    suspicious: ClassVar[Path]
    """The statement whose rows are signals: actor, doors, begins_at, ends_at, and numbers of its own."""

    @abstractmethod
    def bound(self) -> Mapping[str, Any]:
        """Return the values that the statement binds."""

    @abstractmethod
    def signal(self, row: Mapping[str, Any]) -> Signal:
        """Return what one row of the statement means."""

    def signals(self, engine: Engine) -> list[Signal]:
        """Keep the statement's rows as a table named after the detector and return them as signals."""
        table = "detect_" + self.id.replace("-", "_")
        engine.keep(table, statement(self.suspicious), dict(self.bound()))
        found = engine.rows("SELECT signal FROM query_table($1) AS signal ORDER BY signal", [table])
        return [self.signal(each) for (each,) in found]


def detect(
    engine: Engine, since: datetime | None = None, *, detectors: Sequence[Detector] | None = None
) -> Detected:
    """Return the findings of all detectors, sorted by begin and id.

    Args:
        engine: holds the view `event`.
        since: only findings that last until this time or longer; a time without zone is UTC.
        detectors: None takes every one in the folder `detectors`.

    Returns:
        `learning` is true where the ledger spans less than `SETTLED`; no confidence is then high.
    """
    with engine.small_sides_held():
        history = _prepare(engine)
    chosen = _scanned() if detectors is None else detectors
    found = [signal for detector in chosen for signal in detector.signals(engine)]
    merged = [group for group in _merge(found, _new_marks(engine)) if group.telling(history)]
    made = [finding for _, finding in _made(engine, merged, history)]
    limit = stamp(since.astimezone(UTC) if since and since.tzinfo else since) or ""
    for name in _LARGE:
        engine.connection.execute(f"DROP TABLE {name}")
    kept = sorted((each for each in made if each.to >= limit), key=lambda each: (each.from_, each.id))
    return Detected(learning=history.learning, findings=tuple(kept))


def _scanned() -> Sequence[Detector]:
    """Return the detectors of the folder; by name, since that layer lies above this one."""
    return importlib.import_module("floodmark.detectors").DETECTORS


def _prepare(engine: Engine) -> History:
    """Derive the tables that detectors share and return what the ledger spans."""
    _keep(engine, "detect_twin", {})
    _keep(engine, "detect_event", {"plumbing": list(_PLUMBING), "reads": sorted(READS)})
    for name in ("detect_way", "detect_read", "detect_hour", "detect_act"):
        _keep(engine, name, {})
    begins_at, ends_at = engine.row('SELECT min("at"), max("at") FROM event')
    learning = begins_at is None or ends_at - begins_at < SETTLED
    days = _NEW_AFTER_DAYS_LEARNING if learning else _NEW_AFTER_DAYS
    _keep(engine, "detect_mark", {"days": days, "settled_days": SETTLED.days})
    _keep(engine, "detect_door", {"weeks": _NEW_FOR_WEEKS})
    return History(begins_at, learning)


def _keep(engine: Engine, name: str, bound: dict[str, Any]) -> None:
    engine.keep(name, statement(_HERE / f"{name}.sql"), bound)


def _new_marks(engine: Engine) -> dict[tuple[str, str], list[NewMark]]:
    """Return (actor, door) -> the marks that were new when the door was used, sorted."""
    found: dict[tuple[str, str], list[NewMark]] = {}
    sql = "SELECT actor, door, kind, mark, settled, others FROM detect_door ORDER BY ALL"
    for actor, door, kind, mark, settled, others in engine.rows(sql):
        found.setdefault((actor, door), []).append(NewMark(Mark(actor, kind, mark), settled, others))
    return found


@dataclass
class _Group:
    """Signals that belong together, and the new marks of their doors."""

    signals: list[Signal] = field(default_factory=list[Signal])
    marks: set[NewMark] = field(default_factory=set[NewMark])
    read_marks: set[NewMark] = field(default_factory=set[NewMark])

    def role(self, role: Role) -> list[Signal]:
        """Return the signals of one role, the most telling first."""
        chosen = [signal for signal in self.signals if signal.detector.role == role]
        return sorted(chosen, key=lambda each: (-each.size, each.detector.id, each.begins_at, each.doors))

    def triggers(self) -> list[NewMark]:
        """Return the new marks that make a read hostile; an address inside a known network does not."""
        return [each for each in self.chosen() if each.mark.kind in _TRIGGERS]

    def chosen(self) -> list[NewMark]:
        """Return the marks whose events are the finding's: those of the reads where there are reads."""
        return sorted(self.read_marks or self.marks)

    def telling(self, history: History) -> bool:
        """Say whether it is worth telling: what accounts do in the first days of the logs is their work."""
        known = history.learning or any(history.settled(each.begins_at) for each in self.signals)
        return known or bool(self.triggers())

    def lead(self) -> Signal:
        """Return the signal that names the finding."""
        # Not by size: what further logs add to the numbers must not change the finding's id.
        chosen = self.role("read") or self.role("hint") or self.role("new")
        return min(chosen, key=lambda each: each.detector.id)

    def levels(self, history: History) -> tuple[Level, Level]:
        """Return severity and confidence."""
        reads = self.role("read")
        triggers = self.triggers()
        sure = any(history.settled(each.begins_at) for each in reads) and any(
            each.settled for each in triggers
        )
        severity = _highest(each.severity for each in self.signals)
        confidence = _highest(each.confidence for each in self.signals)
        if triggers and (reads or self.role("hint")):
            severity = "high"
        if reads and triggers:
            confidence = "high" if sure else "medium"
        return severity, "medium" if history.learning and confidence == "high" else confidence


def _highest(levels: Iterable[Level]) -> Level:
    """Return the highest of some levels."""
    return _LEVELS[max(_LEVELS.index(level) for level in levels)]


def _merge(found: Iterable[Signal], marks: Mapping[tuple[str, str], list[NewMark]]) -> list[_Group]:
    """Join signals of one account that share a door or a new mark, directly or through others."""
    signals = list(found)
    root = _roots(signals, marks)
    groups: dict[Any, _Group] = {}
    for signal in signals:
        group = groups.setdefault(root((signal.actor, signal.doors[0])), _Group())
        group.signals.append(signal)
        for door in signal.doors:
            new = marks.get((signal.actor, door), [])
            group.marks.update(new)
            if signal.detector.role == "read":
                group.read_marks.update(new)
    return list(groups.values())


def _roots(
    signals: Iterable[Signal], marks: Mapping[tuple[str, str], list[NewMark]]
) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Return the function that names the group of a door: a union of doors over the marks they share."""
    parent: dict[tuple[str, ...], tuple[str, ...]] = {}

    def root(key: tuple[str, ...]) -> tuple[str, ...]:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for signal in signals:
        first = root((signal.actor, signal.doors[0]))
        for door in signal.doors:
            for key in ((signal.actor, door), *(each.mark for each in marks.get((signal.actor, door), []))):
                parent[root(key)] = first
    return root


def _made(engine: Engine, groups: Sequence[_Group], history: History) -> Iterator[tuple[int, Finding]]:
    """Yield a finding for each group: its events are chosen in bulk, then described."""
    _keep(engine, "detect_hostile", _picked(groups))
    _keep(engine, "detect_extent", {"limit": _EVENT_LIMIT})
    sql = """SELECT finding, begins_at, ends_at, event_count, sessions, logins, clients, addresses, events
             FROM detect_extent ORDER BY finding"""
    for number, begins_at, ends_at, count, sessions, logins, clients, addresses, events in engine.rows(sql):
        group: _Group = groups[int(number)]
        lead = group.lead()
        severity, confidence = group.levels(history)
        made = Finding(
            id=_identity(lead, sessions, logins, clients),
            detector=lead.detector.id,
            title=lead.detector.title,
            summary=_summary(group, count),
            severity=severity,
            confidence=confidence,
            actors=(lead.actor,),
            sessions=tuple(sessions),
            logins=tuple(logins),
            clients=tuple(clients),
            addresses=tuple(addresses),
            from_=stamp(begins_at) or "",
            to=stamp(ends_at) or "",
            events=tuple(events),
            techniques=_techniques(group),
        )
        yield number, made


def _picked(groups: Sequence[_Group]) -> dict[str, list[Any]]:
    """Return the lists that choose the events: by new marks where there are some, else by door and time."""
    marked = [
        (number, new.mark)
        for number, group in enumerate(groups)
        if group.triggers()
        for new in group.chosen()
    ]
    spans = [
        (number, signal, door)
        for number, group in enumerate(groups)
        if not group.triggers()
        for signal in group.signals
        for door in signal.doors
    ]
    return {
        "mark_findings": [number for number, _ in marked],
        "mark_actors": [mark.actor for _, mark in marked],
        "mark_kinds": [mark.kind for _, mark in marked],
        "marks": [mark.value for _, mark in marked],
        "span_findings": [number for number, _, _ in spans],
        "span_actors": [signal.actor for _, signal, _ in spans],
        "span_doors": [door for _, _, door in spans],
        "span_from": [signal.begins_at for _, signal, _ in spans],
        "span_to": [signal.ends_at for _, signal, _ in spans],
    }


def _identity(lead: Signal, sessions: list[str], logins: list[str], clients: list[str]) -> str:
    """Return an id that depends on what was found alone."""
    parts = (lead.detector.id, lead.actor, *sessions, "", *logins, "", *clients)
    return "F-" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _techniques(group: _Group) -> tuple[str, ...]:
    told = {each for signal in group.signals for each in (*signal.detector.techniques, *signal.techniques)}
    return tuple(sorted(told))


def _summary(group: _Group, count: int) -> str:
    """Return one sentence: who did what, against what was expected, with what that was new."""
    told: list[str] = []
    for role in ("read", "hint"):
        first: dict[str, Signal] = {}
        for signal in group.role(role):
            first.setdefault(signal.detector.id, signal)
        told += [signal.text for signal in first.values()]
    triggers = group.triggers()
    if triggers:
        lead = "with means" if told else "read customer data with means"
        told.append(f"{lead} new for this account: {_means(triggers)}")
    if count > _EVENT_LIMIT:
        told.append(f"{_EVENT_LIMIT:,} of its {count:,} events are listed")
    return f"{visible(group.signals[0].actor, limit=_SHOWN_LENGTH)} {'; '.join(told)}."


def _means(triggers: Sequence[NewMark]) -> str:
    """Return which clients, applications, user agents and networks were new, with their values made inert."""
    parts: list[str] = []
    for kind, word in _WORDS.items():
        values = [
            visible(each.mark.value, limit=_SHOWN_LENGTH) for each in triggers if each.mark.kind == kind
        ]
        if values:
            parts.append(f"{word} " + ", ".join(f'"{value}"' for value in values))
    return ", ".join(parts)
