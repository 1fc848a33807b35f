"""What every explanation is made of: the derived case, rows of the logs, obstacles, named SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from floodmark.engine import Engine
from floodmark.models import Explained, Obstacle, Proof, Request, Scope, Step
from floodmark.report import Statement
from floodmark.snapshot.datamap import Datamap

SHOWN = 10
"""How many requests, records or obstacles a chain names; the rest are counted."""
_ROWS_SHOWN = 6
"""Rows of the logs that a chain names for each request, where it names several."""
_GATHERING = ("selected", "hostile", "read_event", "act_event", "act_id", "act")
_READING = ("request_act", "request_part", "request_home", "replayed", "request_record")
_JUDGING = ("listed_cell", "record_cell", "person_cell")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "person": ("record", "person", *_GATHERING, *_READING, *_JUDGING, "personlisted", "person_reached"),
    "category": ("record", "person", *_READING, *_JUDGING, "person_selected", "record_reach", "person_reach"),
    "request": (*_GATHERING, *_READING),
}
GRADES = {
    1: "ids in the log, complete",
    2: "replayed, and the sure records are all the possible ones",
    3: "replayed and partly sure, or an incomplete list of ids",
    4: "object known, records not",
    5: "a read was seen, its object or extent not",
}
DECLARED = "the data map declares that the platform has no such field; that is not tested"
_REPLAY = "replay "
"""How the statements are named that the replay of queries ran."""
_STALE = (
    "the case changed since its results were written; this is what it gives now; floodmark scope writes it"
)
ABSENT = "not taken by this intrusion, through the channels that the logs see"


@dataclass(frozen=True)
class Standing:
    """A derived case: its documents, and the engine that still holds their tables."""

    engine: Engine
    scope: Scope
    proof: Proof
    statements: tuple[Statement, ...]
    labels: Mapping[str, str]
    datamap: Datamap
    names: Mapping[str, str]
    """SHA-256 of an evidence item -> the name under which its file was taken in."""
    head: str
    stale: bool = False
    """Whether results/ holds something else than what the case gives now."""
    requests: Mapping[str, Request] = field(init=False)

    def __post_init__(self) -> None:
        """Index the requests by their id."""
        object.__setattr__(self, "requests", {each.id: each for each in self.scope.requests})


def listed(items: Sequence[str], *, limit: int = SHOWN, between: str = ", ") -> str:
    """Return items as one text, and how many more there are."""
    more = f"{between}and {len(items) - limit:,} more" if len(items) > limit else ""
    return between.join(items[:limit]) + more


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def interval(low: int, high: int) -> str:
    """Return bounds in words."""
    return f"{low:,}" if low == high else f"at least {low:,} and at most {high:,}"


class Chain:
    """What every chain has: labels, rows of the logs, obstacles, blind channels, SQL."""

    kind: str = ""

    def __init__(self, standing: Standing, subject: str) -> None:
        self.standing = standing
        self.scope = standing.scope
        self.engine = standing.engine
        self.subject = subject

    def label(self, category: str) -> str:
        """Return a category in plain words, with its short name where it differs."""
        words = self.standing.labels.get(category, category)
        return words if words == category else f"{words} ({category})"

    def fields(self, category: str) -> list[tuple[str, str, int]]:
        """Return (object, field, bit) of the fields that hold a category, in the order of the data map."""
        return [
            (each.name, name, bit)
            for each in self.standing.datamap.objects
            if each.bears_people
            for bit, (name, kind) in enumerate(each.fields.items())
            if kind == category
        ]

    def masks(self, category: str) -> dict[str, int]:
        """Return object -> bits of its fields that hold a category."""
        found: dict[str, int] = {}
        for name, _, bit in self.fields(category):
            found[name] = found.get(name, 0) | 1 << bit
        return found

    def mask(self, category: str, name: str) -> int:
        """Return the bits of the fields of one object that hold a category."""
        return self.masks(category).get(name, 0)

    def rows(self, events: Sequence[str], *, limit: int) -> tuple[str, ...]:
        """Return where the first events and the last one stand, and how many more there are."""
        chosen = [*events[: limit - 1], *events[-1:]] if len(events) > limit else list(events)
        found = self.engine.rows(
            'SELECT item, row FROM event WHERE list_contains($1::VARCHAR[], event) ORDER BY "at", item, row',
            [sorted(chosen)],
        )
        lines = [
            f"{self.standing.names.get(item, 'file not known')}, row {row}, sha256 {item}"
            for item, row in found
        ]
        more = len(events) - len(chosen)
        return (*lines, f"and {counted(more, 'further row')}") if more else tuple(lines)

    def request_step(self, id_: str, text: str) -> Step:
        """Return a step on one request with its rows."""
        return Step(text=text, evidence=self.rows(self.standing.requests[id_].events, limit=_ROWS_SHOWN))

    def described(self, request: Request) -> str:
        """Return a request in a few words."""
        kind = request.kind.replace("_", " ")
        on = f" of {listed(request.objects)}" if request.objects else ""
        return f"{request.id}, {kind}{on}, grade {request.grade} ({GRADES[request.grade]})"

    def obstacles(self) -> Iterator[Step]:
        """Yield what stands in the way of an answer, each with what would remove it."""
        obstacles = self.standing.proof.obstacles
        for each in obstacles[:SHOWN]:
            yield Step(
                text=f"obstacle: {obstacle_words(each)}; {each.remedy or 'nothing known'} would remove it"
            )
        if len(obstacles) > SHOWN:
            yield Step(text=f"and {counted(len(obstacles) - SHOWN, 'more obstacle')}; the report lists them")

    def blind(self) -> Step:
        """Return the channels that the logs cannot see, to stand beside every statement of absence."""
        blind = " ".join(self.scope.coverage.blind)
        return Step(text=f"not seen by these logs: {blind}" if blind else "no blind channel is stated")

    def sql(self) -> Iterator[Step]:
        """Yield the statements that computed it, in the order in which they ran."""
        names = _NAMES[self.kind]
        for each in self.standing.statements:
            if each.name in names:
                yield Step(text=f"table {each.name}, {counted(each.row_count, 'row')}", sql=each.sql)
            elif each.name.startswith(_REPLAY):
                yield Step(text=f"statement {each.name}", sql=each.sql)

    def document(self, title: str, steps: Iterable[Step]) -> Explained:
        """Return the chain with its SQL."""
        return Explained.model_validate(
            {
                "subject": self.subject,
                "kind": self.kind,
                "title": title,
                "steps": (*steps, *((Step(text=_STALE),) if self.standing.stale else ()), *self.sql()),
                "head": self.standing.head,
            }
        )


def obstacle_words(obstacle: Obstacle) -> str:
    """Return one obstacle in words: what it is and where."""
    hours = f"{obstacle.from_ or 'unknown'} to {obstacle.to or 'unknown'}"
    timed = obstacle.from_ is not None or obstacle.to is not None
    log = obstacle.log if obstacle.log and obstacle.log not in obstacle.text else None
    places = (log, hours if timed else None, obstacle.item, obstacle.position, obstacle.request)
    where = ", ".join(each for each in places if each)
    return f"{obstacle.text} ({where})" if where else obstacle.text
