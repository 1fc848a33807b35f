"""Findings: what is unusual in the ledger, how unusual, and the events that show it.

    event ─► facts (reads, hours, acts, presence, new marks) ─► detectors ─► signs ─► weighed ─► findings

A detector reads the derived tables and returns signs, each about one account and the doors it came in by.
A sign weighs by how rarely accounts of this ledger show such a thing: 2 * log10(1 / rate), the rate being
the share of weeks in which an account shows it, as far as was known a day before. Where the ledger is
short the stated rate of the kind counts like `PRIOR_WEEKS` account-weeks, and what the account itself
does every week weighs nothing. Signs that share a door or a new mark (a client, an application, a
network) belong together; of one family (the tool, the place, the volume, ...) the heaviest counts. What
weighs `TOLD` or more within `WITHIN` is a finding, told at the sign that made it so: by 10 points, the
parts taken as independent, one account in 100,000 would show it in a week.

Everything is compared with what came before, never with what came later, so the findings of a part of the
ledger are those of the whole that were told by then. One act stands in several logs, so rows are summed per
log and the largest sum counts.
"""

from __future__ import annotations

import hashlib
import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from floodmark.engine import Engine, Kept, quote, statement
from floodmark.ledger.source import READS
from floodmark.models import Detected, Finding, Level, Reason, stamp
from floodmark.text import visible

_HERE = Path(__file__).parent
SETTLED = timedelta(days=7)
"""How much history a comparison needs before it can be sure: the learning period of the ledger."""
TOLD = 10
"""How many points make a finding."""
CERTAIN = 14
"""How many points make its confidence high."""
WITHIN = timedelta(days=7)
"""Signs further apart do not add up."""
PRIOR_WEEKS = 200
"""How many account-weeks the stated rate of a kind counts for."""
OWN_WEEKS = 4
"""How many weeks of an account's own history its colleagues' rate counts for."""
TAKEN_FOR = timedelta(days=1)
"""How long after a change of an account's way in whatever is odd about it belongs together."""
YOUNG_FOR = timedelta(days=3)
"""How long after an account's first event, while nothing can be new for it, its signs belong together."""
_TAKEN = 5
"""What such a sign weighs at least."""
YOUNG_WEEKS = 1
"""In its first week an account is learnt: what is new for it weighs half."""
CLOSING_FROM, CLOSING_TO = 26, 2
"""The days of the month between which books are closed: new, more and larger reports are the rule."""
_NEW_AFTER_DAYS = YOUNG_FOR.days
_NEW_AFTER_DAYS_LEARNING = 1
_NEW_FOR_WEEKS = 2
_LARGE_ACT = {"rows": 500, "records": 200, "most_times": 1.5}
_EVENT_LIMIT = 1000
_SHOWN_LENGTH = 60
# Objects that hold no customers: accounts of the tenant itself, its set-up and its own logs.
_PLUMBING = (
    "apexclass", "apextrigger", "asyncapexjob", "crontrigger", "dashboard", "entitydefinition",
    "eventlogfile", "fielddefinition", "folder", "group", "groupmember", "loginhistory", "organization",
    "permissionset", "permissionsetassignment", "profile", "queuesobject", "recordtype", "report", "setup",
    "setupaudittrail", "user", "userrole",
)  # fmt: skip
# Tables as long as the logs, and what reads them; they are let go when the findings are made.
_LARGE = (
    "detect_twin", "detect_came", "detect_means", "detect_done", "detect_stay", "detect_way", "detect_run",
    "detect_part", "detect_act", "detect_presence",
)  # fmt: skip
_VIEWS = ("detect_event", "detect_read")
_TOOLS = frozenset({"client", "app", "agent"})
_TRIGGERS = _TOOLS | {"browser", "net", "desk"}
_LITTLE = 2
"""What a part counts at most that another part explains."""
_VAST = 7
"""The volume that a new tool does not explain."""
_ELSEWHERE = 3
"""What place and presence of fewer points say, a neighbouring network or an odd hour, is not elsewhere."""

Family = Literal[
    "account", "tool", "announced", "place", "device", "presence", "session", "identity", "look", "volume",
    "pace", "order", "cover", "drip", "guest", "rule",
]  # fmt: skip
_READING = frozenset({"volume", "pace", "order", "drip", "guest"})
_MEANS = frozenset({"tool", "place"})
_BY_KNOWN_MEANS = frozenset({"drip", "guest"})


class Kind(NamedTuple):
    """A kind of sign, how rare it is where the ledger does not say, and what it weighs at most."""

    id: str
    family: Family
    person_rate: float
    """Share of the weeks in which a person's account shows it; 1: its weight is fixed."""
    machine_rate: float
    """The same of a machine's account, one that never works in the browser."""
    most: int
    learnt: bool = True
    """Whether it weighs half in an account's first week: it is compared with what the account did before."""


class Mark(NamedTuple):
    """A client, application, user agent, network or address that is new for an account."""

    actor: str
    kind: str
    value: str


@dataclass(frozen=True)
class Signal:
    """What one detector saw of one account; times are UTC, without zone."""

    detector: Detector
    kind: str
    family: str
    actor: str
    doors: tuple[str, ...]
    told_at: datetime
    begins_at: datetime
    ends_at: datetime
    points: int
    seen: str
    """What was seen, with its numbers: the inside of a sentence."""
    expected: str
    """What was expected, with the numbers that say so."""
    name: str
    """What the reason is called: the detector's id, or the rule's."""
    techniques: tuple[str, ...] = ()
    """Techniques seen here, beside those of the detector."""
    chain: str | None = None
    """Signs of one account and chain belong together, whatever door they came in by."""


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
    kinds: ClassVar[tuple[Kind, ...]]
    """The kinds of sign that it gives."""
    response: ClassVar[str]
    """What to do first when it is told."""
    suspicious: ClassVar[Path]
    """The statement whose rows are signs: kind, actor, doors, told_at, begins_at, ends_at, and own numbers.
    A row's told_at depends on events up to that time alone. It may give a fixed weight as `points`, and as
    `chain` what ties rows of an account together."""

    def bound(self) -> Mapping[str, Any]:
        """Return the values that the statement binds."""
        return {}

    @abstractmethod
    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return what a row of the statement saw, and what that is compared with, "" for the rate alone."""

    def more_techniques(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the techniques that one row shows, beside those of the detector."""
        del row
        return ()

    def name(self, row: Mapping[str, Any]) -> str:
        """Return what the reason is called."""
        del row
        return self.id

    def prepare(self, engine: Engine) -> None:
        """Make the tables that the statement needs beside those of all."""
        del engine

    @property
    def table(self) -> str:
        """The table that holds the rows of the statement."""
        return "detect_" + self.id.replace("-", "_")

    def keep(self, engine: Engine) -> None:
        """Keep the statement's rows as a table named after the detector, each with a number `sign`."""
        self.prepare(engine)
        columns = "row_number() OVER (ORDER BY told_at, actor, kind, doors, found) AS sign, found.*"
        sql = f"SELECT {columns} FROM ({statement(self.suspicious)}) AS found"  # noqa: S608 - our own text
        engine.keep(self.table, sql, dict(self.bound()))


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
        chosen = tuple(_scanned() if detectors is None else detectors)
        found = _signals(engine, chosen)
    merged = [
        group
        for group in _merge(found, _links(engine, {each.actor for each in found}))
        if group.telling(history)
    ]
    made = [finding for _, finding in _made(engine, merged, history)]
    limit = stamp(since.astimezone(UTC) if since and since.tzinfo else since) or ""
    (young,) = engine.row(
        "SELECT count(*) FROM (SELECT actor FROM detect_week GROUP BY actor"
        ' HAVING min(first_at) > (SELECT max("at") FROM event) - to_days($1))',
        [SETTLED.days],
    )
    for name in _VIEWS:
        engine.connection.execute(f"DROP VIEW {name}")
    for name in _LARGE:
        engine.connection.execute(f"DROP TABLE {name}")
    kept = sorted((each for each in made if each.to >= limit), key=lambda each: (each.from_, each.id))
    until = history.begins_at + SETTLED if history.begins_at else None
    return Detected(
        learning=history.learning,
        learning_until=stamp(until),
        learning_accounts=young,
        findings=tuple(kept),
    )


def _scanned() -> Sequence[Detector]:
    """Return the detectors of the folder; by name, since that layer lies above this one."""
    return importlib.import_module("floodmark.detectors").DETECTORS


def _prepare(engine: Engine) -> History:
    """Derive the tables that detectors share and return what the ledger spans."""
    for name in ("detect_twin", "detect_came", "detect_name"):
        _keep(engine, name, {})
    _keep(engine, "detect_means", {"reads": sorted(READS)})
    _keep(engine, "detect_done", {"plumbing": list(_PLUMBING)})
    _look(engine, "detect_event")
    for name in ("detect_stay", "detect_way", "detect_run"):
        _keep(engine, name, {})
    _look(engine, "detect_read")
    for name in ("detect_part", "detect_hour", "detect_presence", "detect_week"):
        _keep(engine, name, {})
    _keep(engine, "detect_began", {"settled_days": SETTLED.days})
    _keep(engine, "detect_act", _LARGE_ACT)
    begins_at, ends_at = engine.row(
        "SELECT min(begins_at), max(ends_at) FROM detect_stay JOIN detect_means USING (means)"
        " WHERE NOT starts_with(log, 'okta.')"
    )
    learning = begins_at is None or ends_at - begins_at < SETTLED
    days = _NEW_AFTER_DAYS_LEARNING if learning else _NEW_AFTER_DAYS
    _keep(engine, "detect_mark", {"days": days})
    _keep(engine, "detect_wide", {})
    _keep(engine, "detect_door", {"weeks": _NEW_FOR_WEEKS})
    _keep(engine, "detect_baseline", {})
    # A detector that looks at more fills it.
    columns = "event, done_at, actor, session, login, client_name, ip, door"
    engine.keep("detect_left_out", f"SELECT {columns} FROM detect_event LIMIT 0")  # noqa: S608 - our names
    return History(begins_at, learning)


def _signals(engine: Engine, detectors: Sequence[Detector]) -> list[Signal]:
    """Return the signs of all detectors, weighed, of the accounts whose signs could make a finding."""
    for each in detectors:
        each.keep(engine)
    if not detectors:
        return []
    common = " UNION ALL ".join(_common(engine, each) for each in detectors)
    # A sign that an hour must be over for is not told before the ledger reaches that time.
    engine.keep("detect_sign", f"FROM ({common}) WHERE told_at <= (SELECT max(done_at) FROM detect_event)")  # noqa: S608 - our names
    kinds = [kind for each in detectors for kind in each.kinds]
    bound = {
        "kinds": [kind.id for kind in kinds],
        "families": [kind.family for kind in kinds],
        "person_rates": [kind.person_rate for kind in kinds],
        "machine_rates": [kind.machine_rate for kind in kinds],
        "most": [kind.most for kind in kinds],
        "learnt": [kind.learnt for kind in kinds],
        "prior_weeks": PRIOR_WEEKS,
        "own_weeks": OWN_WEEKS,
        "settled_days": SETTLED.days,
        "young_weeks": YOUNG_WEEKS,
    }
    _keep(engine, "detect_weighed", bound)
    _keep(engine, "detect_candidate", {"told": TOLD})
    found: list[Signal] = []
    for each in detectors:
        sql = f"""SELECT weighed, fact FROM detect_weighed AS weighed
                  JOIN {quote(each.table)} AS fact USING (sign)
                  WHERE weighed.detector = $1 AND weighed.points > 0
                    AND weighed.actor IN (SELECT actor FROM detect_candidate) ORDER BY sign"""  # noqa: S608 - our names
        found += [_signal(each, weighed, fact) for weighed, fact in engine.rows(sql, [each.id])]
    return found


def _common(engine: Engine, detector: Detector) -> str:
    """Return the statement of the columns that the signs of all detectors share."""
    table = quote(detector.table)
    names = {name for name, *_ in engine.rows(f"DESCRIBE {table}")}
    points = "points" if "points" in names else "NULL"
    chain = "chain" if "chain" in names else "NULL"
    return (
        f"SELECT sign, '{detector.id}' AS detector, kind, actor, doors, told_at, begins_at, ends_at,"  # noqa: S608
        f" {points}::INTEGER AS points, {chain}::VARCHAR AS chain FROM {table}"
    )


def _signal(detector: Detector, weighed: Mapping[str, Any], own: Mapping[str, Any]) -> Signal:
    """Return what one row of a detector means, with its weight."""
    seen, expected = detector.told(own)
    return Signal(
        detector=detector,
        kind=weighed["kind"],
        family=weighed["family"],
        actor=weighed["actor"],
        doors=tuple(weighed["doors"]),
        told_at=weighed["told_at"],
        begins_at=weighed["begins_at"],
        ends_at=weighed["ends_at"],
        points=weighed["points"],
        seen=seen,
        expected="; ".join(each for each in (expected, _rate(detector, weighed)) if each),
        name=detector.name(own),
        techniques=detector.more_techniques(own),
        chain=weighed["chain"],
    )


def _rate(detector: Detector, weighed: Mapping[str, Any]) -> str:
    """Return how often such a sign is seen, and the numbers behind it; "" where its weight is fixed."""
    kind = next(each for each in detector.kinds if each.id == weighed["kind"])
    if kind.person_rate >= 1:
        return ""
    whose = "people's" if weighed["ui"] else "machines'"
    peers = f"{weighed['peers']:,} {whose} weeks so far"
    own = f"{weighed['own']:,} of its own {weighed['weeks']:.1f}"
    return f"{weighed['rate']:.2%} of an account's weeks ({weighed['shown']:,} of {peers}; {own})"


def _keep(engine: Engine, name: str, bound: dict[str, Any]) -> None:
    engine.keep(name, statement(_HERE / f"{name}.sql"), bound)


def _look(engine: Engine, name: str) -> None:
    """Make a view of the derived tables, and remember it like a table."""
    sql = statement(_HERE / f"{name}.sql")
    engine.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
    (count,) = engine.row(f"SELECT count(*) FROM {name}")  # noqa: S608 - our names
    engine.kept.append(Kept(name, sql, count))


def _links(engine: Engine, actors: Iterable[str]) -> dict[str, list[_Link]]:
    """Return account -> the new marks of its doors, by time, of the accounts named."""
    found: dict[str, list[_Link]] = {}
    sql = """SELECT actor, door, kind, mark, since, near FROM detect_door
             WHERE list_contains($1::VARCHAR[], actor) ORDER BY since, door, kind, mark"""
    for actor, door, kind, mark, since, near in engine.rows(sql, [sorted(actors)]):
        found.setdefault(actor, []).append(_Link(since, door, Mark(actor, kind, mark), near))
    return found


class _Link(NamedTuple):
    """A door showed a mark that was new for the account."""

    since: datetime
    door: str
    mark: Mark
    near: bool = False
    """Whether the mark is a network beside one that the account had, or inside such a network."""


@dataclass
class _Group:
    """Signs that belong together, and the new marks of their doors."""

    signals: list[Signal] = field(default_factory=list[Signal])
    latest: dict[tuple[str, int], datetime] = field(default_factory=dict[tuple[str, int], datetime])
    """When a sign of a family and so many points was told last: many signs weigh no slower than few."""
    links: set[_Link] = field(default_factory=set[_Link])
    told_at: datetime | None = None
    points: int = 0
    told_by: frozenset[str] = frozenset()
    """The doors of the signs that made it told."""

    def add(self, signal: Signal) -> None:
        """Take in a sign; signs come by time."""
        self.signals.append(signal)
        self.latest[signal.family, signal.points] = signal.told_at

    def weigh(self, at: datetime) -> None:
        """Add up what lies within `WITHIN` before `at`; it is told the first time that this is enough."""
        heaviest: dict[str, int] = {}
        for (family, points), told_at in self.latest.items():
            if told_at >= at - WITHIN:
                heaviest[family] = max(heaviest.get(family, 0), points)
        total = _sum(heaviest)
        self.points = max(self.points, total)
        if self.told_at is None and total >= TOLD:
            self.told_at = at
            near = [each for each in self.signals if each.told_at >= at - WITHIN]
            self.told_by = frozenset(door for each in near for door in each.doors)

    def join(self, other: _Group) -> None:
        """Take in the signs and marks of another group."""
        self.signals += other.signals
        self.links |= other.links
        for key, told_at in other.latest.items():
            self.latest[key] = max(told_at, self.latest.get(key, told_at))
        self.points = max(self.points, other.points)
        self.told_at = min((each for each in (self.told_at, other.told_at) if each), default=None)
        self.told_by |= other.told_by

    def by_marks(self) -> bool:
        """Say whether its events are those that show its new marks; what known means do is told by time."""
        return bool(self.triggers()) and not any(_known_means(each) for each in self.signals)

    def by_time(self) -> list[tuple[Signal, str]]:
        """Return the signs, each with each of its doors, whose events are told by door and time.

        Where marks tell them, that is what came after a changed way in by doors that show none of the marks.
        """
        marks = set(self.chosen()) if self.by_marks() else set[Mark]()
        if marks and not any(_enters(each) for each in self.signals):
            return []
        shown = {each.door for each in self.links if each.mark in marks}
        return [(signal, door) for signal in self.signals for door in signal.doors if door not in shown]

    def reads(self) -> bool:
        """Say whether customer records were read beyond what is usual."""
        return any(each.family in _READING - {"guest"} for each in self.signals)

    def triggers(self) -> list[Mark]:
        """Return the new marks of its events; an address inside a known network is none."""
        return [each for each in self.chosen() if each.kind in _TRIGGERS]

    def chosen(self) -> list[Mark]:
        """Return the marks whose events are the finding's: of the doors that told it, and of the reads.

        Left out are places and browsers that were new longer than `WITHIN` before it was told, and have no
        part in the sum; networks beside those that the account had, mostly its own line; and a browser
        where it counts nothing, beside a new tool or a changed way in. They stay where nothing else is left.
        """
        read = {door for each in self.signals if each.family in _READING for door in each.doors}
        links = [each for each in self.links if each.door in read | self.told_by] or list(self.links)
        since, first = self.told_at and self.told_at - WITHIN, self._first_shown()
        lately = [
            each for each in links if each.mark.kind in _TOOLS or not since or first[each.mark] >= since
        ]
        families = {each.family for each in self.signals}
        left_out = {"browser"} if families & {"tool", "identity"} else set[str]()
        far = [each for each in lately if not each.near and each.mark.kind not in left_out]
        for some in (far, lately):
            if any(each.mark.kind in _TRIGGERS for each in some):
                return sorted({each.mark for each in some})
        return sorted({each.mark for each in links})

    def _first_shown(self) -> dict[Mark, datetime]:
        """Return when each mark was shown first."""
        first: dict[Mark, datetime] = {}
        for each in self.links:
            first[each.mark] = min(each.since, first.get(each.mark, each.since))
        return first

    def reasons(self) -> list[Signal]:
        """Return what counts, by time: of each kind the first of the heaviest."""
        best: dict[tuple[str, str], Signal] = {}
        for each in self._ordered():
            key = (each.name, each.kind)
            if key not in best or each.points > best[key].points:
                best[key] = each
        return sorted(best.values(), key=_by_time)

    def _ordered(self) -> list[Signal]:
        return sorted(self.signals, key=_by_time)

    def telling(self, history: History) -> bool:
        """Say whether it is worth telling: what accounts do in the first days of the logs is their work."""
        return self.told_at is not None and (history.learning or history.settled(self.told_at))

    def lead(self) -> Signal:
        """Return the sign that names the finding."""
        # Not by size: what further logs add to the numbers must not change the finding's id.
        rank = ("drip", "guest", "volume", "look", "tool", "place")
        order = {family: place for place, family in enumerate(rank)}

        def placed(each: Signal) -> tuple[Any, ...]:
            minor = each.family in _BY_KNOWN_MEANS and not _known_means(each)
            place = len(rank) if minor else order.get(each.family, len(rank))
            return (place, each.detector.id, *_by_time(each))

        return min(self.signals, key=placed)

    def levels(self, history: History) -> tuple[Level, Level]:
        """Return severity and confidence.

        High severity: customer records were read beyond what is usual, or the sum is high.
        High confidence: `CERTAIN` points, of which new means are a part or whose weight is fixed.
        """
        families = {each.family for each in self.signals if each.points}
        severity: Level = "high" if families & _READING or self.points >= CERTAIN else "medium"
        confidence: Level = "high" if self.points >= CERTAIN and families & _MEANS else "medium"
        return severity, "medium" if history.learning else confidence


def _sum(heaviest: Mapping[str, int]) -> int:
    """Add up the heaviest sign of each family; parts that explain each other do not count in full.

    A tool that an administrator has set up brings a place, a look around and a first load with it, and rules
    about applications and rights, but no changed way in. A new tool looks around first, and then reads, and
    rules see those calls too. Who is elsewhere is so at odd hours, on another computer and at another pace. A
    new factor comes with a new telephone, mostly on the way; it and a new tool come with a new computer; but
    nothing is lighter for a changed way in than it is without. Who reads more than ever, where it always
    does, looks at more as well. What a rule calls enough for a finding is enough, whatever explains it.
    """
    alone = heaviest.get("rule", 0)
    others = {family: points for family, points in heaviest.items() if family != "identity"}
    return max(_explained(heaviest), _explained(others), alone if alone >= TOLD else 0)


def _explained(heaviest: Mapping[str, int]) -> int:
    """Add up what is left of each family when what explains it is known."""
    counted = {family: points for family, points in heaviest.items() if points}
    if "announced" in counted:
        taken = counted.get("identity", 0)
        least = sum(min(counted.get(each, 0), _LITTLE) for each in ("tool", "place", "look", "volume"))
        return least + (taken if taken >= _TAKEN else 0)
    place, elsewhere = _elsewhere(counted)
    if "identity" in counted or "tool" in counted:
        counted["device"] = 0
    if place >= _ELSEWHERE:
        for each in ("pace", "device"):
            counted[each] = min(counted.get(each, 0), _LITTLE)
    elif "tool" in counted:
        counted["rule"] = 0
        if counted.get("volume", 0) < _VAST:
            counted["volume"] = min(counted.get("volume", 0), _LITTLE)
    explained = "tool" in counted or elsewhere < _ELSEWHERE
    if explained:
        counted["look"] = min(counted.get("look", 0), _LITTLE)
    if explained or counted.keys() & {"look", "volume"}:
        counted["rule"] = min(counted.get("rule", 0), _LITTLE)
    return elsewhere + sum(counted.values())


def _elsewhere(counted: dict[str, int]) -> tuple[int, int]:
    """Take place and presence out, and return what the place weighs and what both weigh together."""
    place, presence = counted.pop("place", 0), counted.pop("presence", 0)
    both = max(place + min(presence, _LITTLE), presence) if place >= _ELSEWHERE else presence
    return place, min(both, _LITTLE) if "identity" in counted else both


def _by_time(signal: Signal) -> tuple[Any, ...]:
    return (signal.told_at, signal.detector.id, signal.kind, signal.doors, signal.seen)


def _merge(found: Iterable[Signal], links: Mapping[str, Sequence[_Link]]) -> list[_Group]:
    """Join the signs of each account that share a door or a new mark, directly or through others."""
    by_actor: dict[str, list[Signal]] = {}
    for signal in found:
        by_actor.setdefault(signal.actor, []).append(signal)
    return [group for actor in sorted(by_actor) for group in _grouped(by_actor[actor], links.get(actor, ()))]


class _Groups:
    """The groups of one account's signs: doors, new marks and chains seen together (a union-find)."""

    def __init__(self) -> None:
        self._parent: dict[Any, Any] = {}
        self._taken: list[datetime] = []
        self._began: datetime | None = None
        self.found: dict[Any, _Group] = {}

    def root(self, key: Any) -> Any:
        """Return the door, mark or chain that stands for the group of `key`."""
        while self._parent.setdefault(key, key) != key:
            self._parent[key] = key = self._parent[self._parent[key]]
        return key

    def joined(self, keys: Sequence[Any]) -> _Group:
        """Make one group of those of all keys, and return it; the largest takes in the others."""
        roots = list(dict.fromkeys(self.root(key) for key in keys))
        first = max(roots, key=self._size)
        group = self.found.setdefault(first, _Group())
        for other in roots:
            if other != first:
                self._parent[other] = first
                group.join(self.found.pop(other, _Group()))
        return group

    def _size(self, root: Any) -> int:
        group = self.found.get(root)
        return len(group.signals) + len(group.links) if group else 0

    def add(self, step: Signal | _Link) -> str:
        """Put a sign or a new mark into its group and return a door of it."""
        if isinstance(step, _Link):
            self.joined([step.door, step.mark]).links.add(step)
            return step.door
        chain = [("chain", step.chain)] if step.chain else []
        self.joined([*step.doors, *chain, *self._since(step)]).add(step)
        return step.doors[0]

    def _since(self, step: Signal) -> list[Any]:
        """Return what joins a sign to a changed way in, or to its account's beginning, shortly before."""
        lately = bool(self._taken) and step.told_at <= min(
            self._taken[-1] + TAKEN_FOR, self._taken[0] + WITHIN
        )
        if _enters(step):
            self._taken = [self._taken[0] if lately else step.told_at, step.told_at]
            lately = True
        if step.family == "account":
            self._began = step.told_at
        young = self._began is not None and step.told_at <= self._began + YOUNG_FOR
        return [
            *([("taken", self._taken[0])] if lately else []),
            *([("began", self._began)] if young else []),
        ]


def _known_means(signal: Signal) -> bool:
    """Say whether a sign makes a finding alone of what is done by means that are not new."""
    return signal.family in _BY_KNOWN_MEANS and signal.points >= TOLD


def _enters(signal: Signal) -> bool:
    """Say whether a sign is a change of the account's way in that weighs enough to be a takeover."""
    return signal.family == "identity" and signal.points >= _TAKEN


def _opening(signal: Signal) -> tuple[Any, ...]:
    """Sort what others of the same moment belong to before them."""
    return (not _enters(signal) and signal.family != "account", *_by_time(signal))


def _grouped(signals: Sequence[Signal], links: Sequence[_Link]) -> list[_Group]:
    """Return the groups of one account's signs, weighed after each time at which there was something new.

    What a door shows later must not make an earlier time tell, so groups are joined as it happens.
    """
    groups = _Groups()
    steps: list[tuple[datetime, Signal | _Link]] = [
        *((each.since, each) for each in links),
        # What comes in the same moment as a change of the way in, or as the first event, belongs to it.
        *((each.told_at, each) for each in sorted(signals, key=_opening)),
    ]
    for at, together in groupby(sorted(steps, key=lambda step: step[0]), key=lambda step: step[0]):
        doors = [groups.add(each) for _, each in together]
        for root in dict.fromkeys(groups.root(door) for door in doors):
            groups.found[root].weigh(at)
    return [group for group in groups.found.values() if group.signals]


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
        reasons = group.reasons()
        made = Finding(
            id=_identity(lead, sessions, logins, clients),
            detector=lead.detector.id,
            title=lead.detector.title,
            summary=_summary(lead, reasons, group.points, count),
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
            techniques=_techniques(reasons),
            told_at=stamp(group.told_at) or "",
            points=group.points,
            reasons=tuple(
                Reason(
                    detector=each.name,
                    at=stamp(each.told_at) or "",
                    points=each.points,
                    seen=each.seen,
                    expected=each.expected,
                )
                for each in reasons
            ),
        )
        yield number, made


def _picked(groups: Sequence[_Group]) -> dict[str, list[Any]]:
    """Return the lists that choose the events: by new marks where there are some, else by door and time."""
    marked = [
        (number, mark) for number, group in enumerate(groups) if group.by_marks() for mark in group.chosen()
    ]
    spans = [
        (number, signal, door) for number, group in enumerate(groups) for signal, door in group.by_time()
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
        "span_reads": [groups[number].reads() and not _enters(signal) for number, signal, _ in spans],
    }


def _identity(lead: Signal, sessions: list[str], logins: list[str], clients: list[str]) -> str:
    """Return an id that depends on what was found alone."""
    parts = (lead.detector.id, lead.actor, *sessions, "", *logins, "", *clients)
    return "F-" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _techniques(reasons: Sequence[Signal]) -> tuple[str, ...]:
    told = {each for signal in reasons for each in (*signal.detector.techniques, *signal.techniques)}
    return tuple(sorted(told))


def _summary(lead: Signal, reasons: Sequence[Signal], points: int, count: int) -> str:
    """Return one sentence: who did what, against what was expected; of one family the heaviest reason."""
    heaviest: dict[str, Signal] = {}
    for each in reasons:
        if each.family not in heaviest or each.points > heaviest[each.family].points:
            heaviest[each.family] = each
    told = [f"{each.seen} (expected: {each.expected})" for each in sorted(heaviest.values(), key=_by_time)]
    if count > _EVENT_LIMIT:
        told.append(f"{_EVENT_LIMIT:,} of its {count:,} events are listed")
    return f"{visible(lead.actor, limit=_SHOWN_LENGTH)} {'; '.join(told)}: {points} points."
