"""Replay: logged queries evaluated again on the snapshot, as of the time of the event.

    texts ─► trees ─► plans ─► one pass over a table for many queries ─► counts ─► readings decided
                                                  └─► which records surely and possibly came back

The rules are told in the explanation of replay in the documentation. All statements run where the
caller says: in a process of its own with limits of memory and time, since the texts come from attackers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from floodmark.engine import literal
from floodmark.replay.conditions import Reading
from floodmark.replay.plans import GONE, Asked, Compiled, Plan, counts_only, plan, shown_paths, sides
from floodmark.replay.tables import CannotReplay, Runner, Table, Tables
from floodmark.snapshot import Snapshot
from floodmark.worker import Refused

__all__ = ["Answer", "Asked", "CannotReplay", "Mark", "Replayed", "Rows", "Runner", "replay"]

SLOTS = 60
"""Queries that one pass answers: as many bits as one integer holds, less some."""
_INFINITE = (1 << 62) - 1


@dataclass(frozen=True)
class Mark:
    """Where the answer of a query stands in the file of its object: bit `bit` of `s<column>`, `p<column>`."""

    column: int
    bit: int


@dataclass(frozen=True)
class Rows:
    """Records of another object that came back with a query: a file with n, is_sure."""

    way: str
    object: str
    file: Path
    open: int = 0
    """How many of them are possible and not sure."""


@dataclass(frozen=True)
class Answer:
    """What replay says of one query."""

    refused: str | None = None
    """Why it was not replayed; everything below is empty then."""
    object: str | None = None
    mark: Mark | None = None
    sure: int = 0
    possible: int = 0
    """Records of the query's own object; the sure ones included."""
    replayed_rows: int | None = None
    agrees: bool = False
    """Every possible record is sure, parents and child rows too, and the log counts as many."""
    beyond: int = 0
    """Rows that the log counts beyond all records that may match."""
    listed: bool = False
    """A table of visible records names the account."""
    notes: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()


@dataclass(frozen=True)
class Replayed:
    """The answers to all queries of one replay."""

    answers: tuple[Answer, ...]
    files: Mapping[str, Path]
    """Object -> file with n (place of the record among those of the object), s0, p0, s1, p1...; records
    that no query may have returned are left out."""
    readings: Mapping[str, str] = field(default_factory=dict[str, str])
    """Disputed rule -> how it was read, and why."""
    statements: tuple[str, ...] = ()
    """The SQL that was run, in order."""


def replay(
    snapshot: Snapshot,
    asked: Sequence[Asked | None],
    *,
    runner: Runner,
    timezone: str,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Replayed:
    """Replay logged queries on a snapshot.

    Args:
        snapshot: the customer tables; its `files` are read.
        asked: the queries; None stands for a request without a text, and its answer is empty.
        runner: runs the statements. It has the macros of `engine` and of `snapshot.tables`.
        timezone: the organisation's, for accounts of which the map states none.
        folder: where the files of the result are written.
        progress: called with the queries answered so far, and all.

    Returns:
        One answer for each query, in their order.
    """
    run = _Run(snapshot, runner, folder, timezone)
    run.progress = progress or run.progress
    return run.all(asked)


@dataclass
class _Slot:
    """One query under one reading: where its bits stand, and how many there are."""

    plan: Plan
    reading: Reading
    compiled: Compiled
    mark: Mark = field(default=Mark(0, 0))
    table: str = ""
    """Its own table (n, must, plain), where it was answered alone."""
    must: int = 0
    may: int = 0
    plain: int = 0


class _Run:
    """One replay."""

    def __init__(self, snapshot: Snapshot, runner: Runner, folder: Path, timezone: str) -> None:
        self.tables = Tables(snapshot, self)
        self.runner = runner
        self.folder = folder
        self.stored = f"{snapshot.folder.resolve()}/" if snapshot.folder else ""
        self.timezone = timezone
        self.statements: list[str] = []
        self.made: list[str] = []
        """What made the tables that are there."""
        self.refused: dict[int, str] = {}
        self.readings: dict[str, str] = {}
        self.progress: Callable[[int, int], None] = lambda _done, _total: None

    # --- running ---------------------------------------------------------------------------------------

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement and remember it; after a stop of the worker make its tables again.

        Raises:
            CannotReplay: it met a limit, or the engine refused it.
        """
        try:
            rows = self.runner.run(sql)
        except Refused as refused:
            if refused.kind != "engine":
                with suppress(Refused):  # then the tables are missing, and what needs them is refused too
                    for statement in self.made:
                        self.runner.run(statement)
            raise CannotReplay(f"replay was stopped: {refused.reason}") from None
        self.statements.append(sql.replace(f"{self.folder}/", "").replace(self.stored, ""))
        if sql.startswith("CREATE"):
            self.made.append(sql)
        return rows

    def all(self, asked: Sequence[Asked | None]) -> Replayed:
        """Return the answers."""
        plans = list(self._plans(asked))
        try:
            self._load(plans)
        except CannotReplay as reason:
            self.refused |= {each.number: str(reason) for each in plans}
            plans = []
        slots = self._slots(plans)
        self._answer(slots)
        chosen = self._decide(slots)
        answers: dict[int, Answer] = {}
        files: dict[str, Path] = {}
        for table in self.tables.found.values():
            own = [each for _, each in sorted(chosen.items()) if each[0].plan.table is table]
            if own:
                finishing = Finishing(self, table, slots[table.name])
                answers |= self._finished(finishing, own)
                try:
                    files[table.mapped.name] = finishing.write()
                except CannotReplay as reason:
                    self.refused |= {slots_of[0].plan.number: str(reason) for slots_of in own}
        answers |= {number: Answer(refused=reason) for number, reason in self.refused.items()}
        return Replayed(
            tuple(answers.get(number, Answer()) for number in range(len(asked))),
            files,
            self.readings,
            tuple(self.statements),
        )

    def _load(self, plans: Sequence[Plan]) -> None:
        if plans:
            for statement in self.tables.load(min(each.asked.since for each in plans)):
                self.run(statement)
            self.tables.check()

    def _finished(self, finishing: Finishing, groups: Sequence[list[_Slot]]) -> dict[int, Answer]:
        answers: dict[int, Answer] = {}
        for slots in groups:
            number = slots[0].plan.number
            try:
                answers[number] = finishing.answer(slots)
            except CannotReplay as reason:
                self.refused[number] = str(reason)
                finishing.drop(slots[0].mark)
        return answers

    def _plans(self, asked: Sequence[Asked | None]) -> Iterator[Plan]:
        """Yield the queries that can be replayed, the columns that they need registered."""
        for number, each in enumerate(asked):
            if each is None:
                continue
            try:
                found = plan(self.tables, number, each, self.timezone)
                found.readings = found.variants(self.tables)
                for reading in found.readings:
                    found.compiled(self.tables, reading)
                found.order(self.tables)
                sides(found, self.tables, found.table.name, found.readings)
            except CannotReplay as reason:
                self.refused[number] = str(reason)
            else:
                yield found

    def _slots(self, plans: Sequence[Plan]) -> dict[str, list[_Slot]]:
        """Return the slots of each table; those of one query stand side by side in one column."""
        found: dict[str, list[_Slot]] = {}
        for each in plans:
            own = [_Slot(each, reading, each.compiled(self.tables, reading)) for reading in each.readings]
            found.setdefault(each.table.name, []).extend(own)
        for slots in found.values():
            column = bit = 0
            for group in _by_plan(slots):
                if bit + len(group) > SLOTS:
                    column, bit = column + 1, 0
                for slot in group:
                    slot.mark = Mark(column, bit)
                    bit += 1
        return found

    # --- answering -------------------------------------------------------------------------------------

    def _answer(self, slots: Mapping[str, Sequence[_Slot]]) -> None:
        total, done = sum(len(own) for own in slots.values()), 0
        for table, own in slots.items():
            for column in sorted({slot.mark.column for slot in own}):
                self.progress(done, total)
                done += sum(each.mark.column == column for each in own)
                shared = [each for each in own if each.mark.column == column and not each.compiled.alone]
                self._shared(table, column, shared)
            for group in _by_plan(own):
                try:
                    for slot in group:
                        if slot.compiled.alone:
                            self._alone(table, slot)
                except CannotReplay as reason:
                    self.refused[group[0].plan.number] = str(reason)

    def _shared(self, table: str, column: int, slots: Sequence[_Slot]) -> None:
        """Answer queries in one pass; where it is stopped, find the one to blame and leave it out."""
        try:
            self._pass(table, column, slots)
        except CannotReplay as reason:
            groups = _by_plan(slots)
            if len(groups) < 2:  # noqa: PLR2004 - one query, or none
                self.refused |= {slot.plan.number: str(reason) for slot in slots}
                self._pass(table, column, [])
                return
            good: list[_Slot] = []
            for group in groups:
                try:
                    self._pass(table, column, group)
                    good += group
                except CannotReplay as alone:
                    self.refused[group[0].plan.number] = str(alone)
            self._pass(table, column, good)

    def _pass(self, table: str, column: int, slots: Sequence[_Slot]) -> None:
        """Answer many queries in one pass: table k_<table>_<column> with n, s, p, q in the stored order."""
        picks = ("must", "may", "plain")
        settled, late = ([_packed(slots, rows, pick) for pick in picks] for rows in ("settled", "any"))
        source = f"{table} AS r WHERE NOT late"
        if len(set(settled)) == 1:
            source, settled = f"(SELECT n, {settled[0]} AS e FROM {source})", ["e", "e", "e"]  # noqa: S608 - quoted names, literals of our own
        name = _chunk(table, column)
        # Sorted, since the engine answers a long IN list by a join, which loses the order of the rows.
        self.run(
            f"CREATE OR REPLACE TEMP TABLE {name} AS"  # noqa: S608 - the same
            f" SELECT n, {settled[0]} AS s, {settled[1]} AS p, {settled[2]} AS q FROM {source} UNION ALL"
            f" SELECT n, {late[0]}, {late[1]}, {late[2]} FROM {table} AS r WHERE late ORDER BY n"
        )
        if not slots:
            return
        sums = ", ".join(f"coalesce(sum(c * (s >> {slot.mark.bit} & 1)), 0)::BIGINT" for slot in slots)
        alike = f"SELECT s, count(*) AS c FROM {name} WHERE s <> 0 GROUP BY s"  # noqa: S608 - the same
        (must,) = self.run(f"SELECT {sums} FROM ({alike})")  # noqa: S608 - the same
        more = ", ".join(
            f"coalesce(sum((p & ~s) >> {slot.mark.bit} & 1), 0)::BIGINT,"
            f" coalesce(sum((q & ~s) >> {slot.mark.bit} & 1), 0)::BIGINT,"
            f" coalesce(sum((s & ~q) >> {slot.mark.bit} & 1), 0)::BIGINT"
            for slot in slots
        )
        (rest,) = self.run(f"SELECT {more} FROM {name} WHERE p <> s OR q <> s")  # noqa: S608 - the same
        for place, slot in enumerate(slots):
            slot.must = must[place]
            extra = rest[3 * place : 3 * place + 3]
            slot.may = slot.must + extra[0]
            slot.plain = slot.must + extra[1] - extra[2]

    def _alone(self, table: str, slot: _Slot) -> None:
        """Answer one query by a statement of its own: table x_<query>_<bit> with n, must, plain."""
        term = slot.compiled.any
        slot.table = f"x_{slot.plan.number}_{slot.mark.bit}"
        joins = " ".join(slot.compiled.joins)
        self.run(
            f"CREATE OR REPLACE TEMP TABLE {slot.table} AS SELECT r.n, coalesce({term.must}, false) AS must,"  # noqa: S608 - the same
            f" coalesce({term.plain}, false) AS plain FROM {table} AS r {joins} WHERE {term.may}"
        )
        ((slot.may, slot.must, slot.plain),) = self.run(
            f"SELECT count(*), count(*) FILTER (must), count(*) FILTER (plain) FROM {slot.table}"  # noqa: S608 - the same
        )

    # --- readings --------------------------------------------------------------------------------------

    def _decide(self, slots: Mapping[str, Sequence[_Slot]]) -> dict[int, list[_Slot]]:
        """Return, for each query, its slots under the readings that are left (docs: replay)."""
        groups = [
            group
            for own in slots.values()
            for group in _by_plan(own)
            if group[0].plan.number not in self.refused
        ]
        nulls = self._vote(groups, "nulls_returned", _NULLS)
        years = self._vote(groups, "years_one_more", _YEARS)
        return {
            group[0].plan.number: [
                slot
                for slot in group
                if nulls in {None, slot.reading.nulls_returned}
                or len({each.reading.nulls_returned for each in group}) == 1
                if years in {None, slot.reading.years_one_more}
                or len({each.reading.years_one_more for each in group}) == 1
            ]
            for group in groups
        }

    def _vote(self, groups: Sequence[Sequence[_Slot]], rule: str, words: _Words) -> bool | None:
        """Return the reading that all requests speak for that can; None when none does, or they disagree."""
        votes = {True: 0, False: 0}
        disputed = 0
        for group in groups:
            if len({getattr(slot.reading, rule) for slot in group}) > 1:
                disputed += 1
                fitting = {getattr(slot.reading, rule) for slot in group if _counts(slot)}
                if len(fitting) == 1 and all(_speaks(slot) for slot in group):
                    votes[fitting.pop()] += 1
        if not disputed:
            return None
        said = [value for value, count in votes.items() if count]
        if len(said) != 1:
            why = "no request decides it" if not said else "requests disagree"
            self.readings[words.rule] = f"both readings count, the difference is possible only: {why}"
            return None
        self.readings[words.rule] = (
            f"{words.readings[said[0]]}: the row counts of {votes[said[0]]} requests fit it, none the other"
        )
        return said[0]


@dataclass(frozen=True)
class _Words:
    rule: str
    readings: Mapping[bool, str]


_NULLS = _Words(
    "null under a negation",
    {True: "records without a value are returned", False: "records without a value are left out"},
)
_YEARS = _Words(
    "LAST_N_YEARS", {True: "the current year is one of them", False: "the current year is not one of them"}
)


def _by_plan(slots: Sequence[_Slot]) -> list[list[_Slot]]:
    """Return the slots of each query, in order."""
    groups: dict[int, list[_Slot]] = {}
    for slot in slots:
        groups.setdefault(slot.plan.number, []).append(slot)
    return list(groups.values())


def _counts(slot: _Slot) -> bool:
    """Say whether the log counts as many rows as this reading gives."""
    return slot.plan.asked.matched_rows == slot.may


def _speaks(slot: _Slot) -> bool:
    """Say whether a query's count can decide between readings: nothing else is open."""
    plan_ = slot.plan
    clear = plan_.setting.sight and not plan_.narrowed and not plan_.aggregate and plan_.offset == 0
    matched = plan_.asked.matched_rows
    free = plan_.limit is None or slot.may <= plan_.limit or (matched is not None and matched < plan_.limit)
    return clear and free and slot.must == slot.may


def _packed(slots: Sequence[_Slot], rows: str, pick: str) -> str:
    """Return the answers over `settled` rows, or over `any`, as one integer."""
    texts = [(getattr(getattr(slot.compiled, rows), pick), 1 << slot.mark.bit) for slot in slots]
    return " | ".join(f"CASE WHEN {text} THEN {bit}::BIGINT ELSE 0 END" for text, bit in texts) or "0::BIGINT"


def _chunk(table: str, column: int) -> str:
    return f"k_{table}_{column}"


class Finishing:
    """The answers of one table: limits, orders and visibility applied, files written."""

    def __init__(self, run: _Run, table: Table, slots: Sequence[_Slot]) -> None:
        self.owner = run
        self.tables = run.tables
        self.table = table
        self.columns = sorted({slot.mark.column for slot in slots})
        self.keep_sure: dict[int, int] = dict.fromkeys(self.columns, 0)
        self.keep_possible: dict[int, int] = dict.fromkeys(self.columns, 0)
        self.mixed: list[list[_Slot]] = []
        self.sparse: list[tuple[Mark, str]] = []

    def answer(self, slots: Sequence[_Slot]) -> Answer:
        """Return the answer of one query, whose slots are the readings that are left."""
        plan_, first = slots[0].plan, slots[0]
        asked = plan_.asked
        if len(slots) > 1:
            must, may = self._mix(slots)
        else:
            must, may = first.must, first.may
        candidates = may
        window = _Window.of(plan_, may=may)
        certain, doubt = self._seen(plan_, window, must=must, may=may, plain=first.plain)
        must, may = self._place(slots, window, certain=certain, must=must, may=may)
        rows = tuple(self._sides(plan_, slots))
        notes = plan_.notes | dict.fromkeys(doubt)
        replayed = None if plan_.aggregate and not counts_only(plan_.select) else window.cut(first.plain)
        counted = asked.matched_rows is not None and window.free and not plan_.aggregate
        beyond = max(0, (asked.matched_rows or 0) - candidates) if counted else 0
        return Answer(
            object=self.table.mapped.name,
            mark=first.mark,
            sure=must,
            possible=may,
            replayed_rows=replayed,
            agrees=must == may
            and not plan_.aggregate
            and replayed == asked.matched_rows
            and not any(each.open for each in rows),
            beyond=beyond,
            listed=(asked.account or "") in self.tables.listed_accounts(),
            notes=tuple(notes),
            rows=rows,
        )

    def drop(self, mark: Mark) -> None:
        """Take back what was kept of a query."""
        bit = 1 << mark.bit
        self.keep_sure[mark.column] &= ~bit
        self.keep_possible[mark.column] &= ~bit
        self.sparse = [(other, rows) for other, rows in self.sparse if other != mark]

    def _mix(self, slots: Sequence[_Slot]) -> tuple[int, int]:
        """Join readings that nothing decides between: what all say must, what any says may."""
        if slots[0].table:
            union = " UNION ALL ".join(f"SELECT n, must, plain FROM {slot.table}" for slot in slots)  # noqa: S608 - our own names
            self.owner.run(
                f"CREATE OR REPLACE TEMP TABLE {slots[0].table}_m AS SELECT n,"  # noqa: S608 - the same
                f" bool_and(must) AND count(*) = {len(slots)} AS must, bool_or(plain) AS plain"
                f" FROM ({union}) GROUP BY n"
            )
            slots[0].table += "_m"
            rows = self.owner.run(f"SELECT count(*) FILTER (must), count(*) FROM {slots[0].table}")  # noqa: S608 - the same
        else:
            must, may = _mixed("s", slots, " & "), _mixed("p", slots, " | ")
            chunk = _chunk(self.table.name, slots[0].mark.column)
            rows = self.owner.run(
                f"SELECT coalesce(sum({must}), 0)::BIGINT, coalesce(sum({may}), 0)::BIGINT FROM {chunk}"  # noqa: S608 - the same
            )
        ((must_count, may_count),) = rows
        return must_count, may_count

    def _seen(
        self, plan_: Plan, window: _Window, *, must: int, may: int, plain: int
    ) -> tuple[bool, list[str]]:
        """Say whether what must match surely came back, and what speaks against it.

        Marks the plan where what the account could see is not as stated.
        """
        matched = plan_.asked.matched_rows
        if plan_.narrowed or plan_.aggregate:
            return False, []
        proven = window.free and must == may == matched == plain
        if matched is not None and matched < window.cut(must):
            plan_.sight = False
            stated = (
                "the log counts fewer rows than surely match: what the account could see is not as stated"
            )
            return False, [stated] if plan_.setting.sight else []
        if matched is not None and matched > window.cut(may) and not (window.free and window.whole):
            return False, ["the log counts rows of records that the snapshot lacks, and not all rows left"]
        return plan_.sight or proven, []

    def _place(
        self, slots: Sequence[_Slot], window: _Window, *, certain: bool, must: int, may: int
    ) -> tuple[int, int]:
        """Keep the bits of a query that lie inside its limits; return how many are sure and possible."""
        slot = slots[0]
        ranked = bool(slot.plan.select.order) and window.cuts(may) and window.possible > 0
        if ranked:
            return self._rank(slots, window, certain=certain)
        sure = certain and window.offset == 0 and may <= window.sure
        possible = window.possible > 0 and may > window.offset and not self._shows_nothing(slot.plan)
        if slot.table:
            if possible:
                must_text = "must" if sure else "false"
                self.sparse.append((slot.mark, f"SELECT n, {must_text} AS must FROM {slot.table}"))  # noqa: S608 - our own names
        elif len(slots) > 1:
            self._mixed_rows(slots, sure=sure, possible=possible)
        else:
            bit = 1 << slot.mark.bit
            self.keep_sure[slot.mark.column] |= bit if sure else 0
            self.keep_possible[slot.mark.column] |= bit if possible else 0
        return (must if sure else 0), (may if possible else 0)

    def _shows_nothing(self, plan_: Plan) -> bool:
        """Say whether the answer holds counts and sums only."""
        return plan_.aggregate and not any(shown_paths(plan_.select))

    def _mixed_rows(self, slots: Sequence[_Slot], *, sure: bool, possible: bool) -> None:
        if possible:
            must = f"{_mixed('s', slots, ' & ')} = 1" if sure else "false"
            chunk = _chunk(self.table.name, slots[0].mark.column)
            where = f"{_mixed('p', slots, ' | ')} = 1"
            self.sparse.append((slots[0].mark, f"SELECT n, {must} AS must FROM {chunk} WHERE {where}"))  # noqa: S608 - our own names

    def _source(self, slots: Sequence[_Slot]) -> str:
        """Return a table expression: the rows that may match, with all columns of the object and `must`."""
        slot = slots[0]
        if slot.table:
            inner = f"SELECT n, must FROM {slot.table}"  # noqa: S608 - our own names
        else:
            must, may = _mixed("s", slots, " & "), _mixed("p", slots, " | ")
            chunk = _chunk(self.table.name, slot.mark.column)
            inner = f"SELECT n, {must} = 1 AS must FROM {chunk} WHERE {may} = 1"  # noqa: S608 - the same
        return f"(SELECT o.*, must FROM {self.table.name} AS o JOIN ({inner}) USING (n))"  # noqa: S608 - the same

    def _rank(self, slots: Sequence[_Slot], window: _Window, *, certain: bool) -> tuple[int, int]:
        """Find the earliest and the latest place of each row (docs: replay, Order)."""
        plan_ = slots[0].plan
        keys, context = plan_.order(self.tables)
        plan_.notes[GONE] = None
        open_ = " OR ".join(f"({key.open})" for key, _ in keys if key.open) or "false"
        values = ", ".join(f"{key.value} AS k{place}" for place, (key, _) in enumerate(keys))
        ways = [
            f"{'DESC' if each.descending else 'ASC'} NULLS {'LAST' if each.nulls_last else 'FIRST'}"
            for _, each in keys
        ]
        order = ", ".join(f"k{place} {way}" for place, way in enumerate(ways))
        rank = "create_sort_key(" + ", ".join(f"k{place}, '{way}'" for place, way in enumerate(ways)) + ")"
        # No row came back that so many others surely precede: with a limit, few are left to be placed.
        cut = window.offset + window.possible
        last = (
            f"SELECT CASE WHEN count(*) = {cut} THEN max(rank) END AS rank FROM (SELECT {rank} AS rank"  # noqa: S608 - literals of our own
            f" FROM candidate WHERE must AND NOT is_open ORDER BY rank LIMIT {cut})"
            if plan_.sight and cut < _INFINITE
            else "SELECT NULL AS rank"
        )
        name = f"y_{plan_.number}"
        sure = (
            f"must AND earliest >= {window.offset} AND latest < {window.offset + window.sure}"
            if certain
            else "false"
        )
        self.owner.run(
            f"CREATE OR REPLACE TEMP TABLE {name} AS"  # noqa: S608 - quoted names, literals of our own
            f" WITH candidate AS (SELECT r.n, r.must, coalesce({open_}, false) AS is_open, {values}"
            f" FROM {self._source(slots)} AS r {' '.join(context.joins)}),"
            f" last AS ({last}),"
            f" placed AS (SELECT n, must,"
            f" coalesce(count(*) FILTER (must AND {str(plan_.sight).lower()}) OVER (ORDER BY {order}"
            f" RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP), 0) AS earliest,"
            f" count(*) OVER (ORDER BY {order} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
            f" - 1 + (SELECT count(*) FROM candidate WHERE is_open) AS latest"
            f" FROM candidate WHERE NOT is_open AND coalesce({rank} <= (SELECT rank FROM last), true)"
            f" UNION ALL SELECT n, must, 0, (SELECT count(*) FROM candidate) - 1"
            f" FROM candidate WHERE is_open)"
            f" SELECT n, coalesce({sure}, false) AS must FROM placed"
            f" WHERE earliest < {window.offset + window.possible} AND latest >= {window.offset}"
        )
        self.sparse.append((slots[0].mark, f"SELECT n, must FROM {name}"))  # noqa: S608 - our own names
        slots[0].table = name
        ((must, may),) = self.owner.run(f"SELECT count(*) FILTER (must), count(*) FROM {name}")  # noqa: S608 - the same
        return must, may

    def _sides(self, plan_: Plan, slots: Sequence[_Slot]) -> Iterator[Rows]:
        """Write the parents and children that came back with a query."""
        slot = slots[0]
        kept = dict(self.sparse).get(slot.mark)
        if kept is None:
            bit = 1 << slot.mark.bit
            if not self.keep_possible[slot.mark.column] & bit:
                return
            sure = "true" if self.keep_sure[slot.mark.column] & bit else "false"
            chunk = _chunk(self.table.name, slot.mark.column)
            kept = f"SELECT n, s & {bit} <> 0 AND {sure} AS must FROM {chunk} WHERE p & {bit} <> 0"  # noqa: S608 - our own names
        rows = f"(SELECT o.*, must FROM {self.table.name} AS o JOIN ({kept}) USING (n))"  # noqa: S608 - the same
        for number, side in enumerate(sides(plan_, self.tables, rows, [each.reading for each in slots])):
            file = self.owner.folder / f"rows_{plan_.number}_{number}.parquet"
            self.owner.run(f"COPY ({side.sql}) TO {literal(str(file))} (FORMAT parquet)")
            ((open_,),) = self.owner.run(
                f"SELECT count(*) FROM read_parquet({literal(str(file))}) WHERE NOT is_sure"  # noqa: S608 - a file of ours
            )
            yield Rows(side.way, side.object, file, open_)

    def write(self) -> Path:
        """Write the file of the table: n, and the bits that are left of each column."""
        file = self.owner.folder / f"bits_{self.table.number}.parquet"
        name = self.table.name
        by_column: dict[int, list[str]] = {}
        for mark, rows in self.sparse:
            bit = 1 << mark.bit
            by_column.setdefault(mark.column, []).append(
                f"SELECT n, {mark.column} AS col, CASE WHEN must THEN {bit} ELSE 0 END AS s,"  # noqa: S608 - our own names
                f" {bit} AS p FROM ({rows})"
            )
        joins = "".join(f" POSITIONAL JOIN {_chunk(name, column)} AS k{column}" for column in self.columns)
        columns: list[str] = []
        for column in self.columns:
            sure, possible = (
                f"k{column}.s & {self.keep_sure[column]}",
                f"k{column}.p & {self.keep_possible[column]}",
            )
            if column in by_column:
                sure, possible = (
                    f"{sure} | coalesce(z.s{column}, 0)",
                    f"{possible} | coalesce(z.p{column}, 0)",
                )
            columns += [f"({sure})::BIGINT AS s{column}", f"({possible})::BIGINT AS p{column}"]
        if by_column:
            union = " UNION ALL ".join(text for texts in by_column.values() for text in texts)
            picked = ", ".join(
                f"bit_or(CASE WHEN col = {column} THEN {which} ELSE 0 END) AS {which}{column}"
                for column in by_column
                for which in ("s", "p")
            )
            joins += f" LEFT JOIN (SELECT n, {picked} FROM ({union}) GROUP BY n) AS z ON z.n = o.n"  # noqa: S608 - the same
        apart = " OR ".join(f"o.n <> k{column}.n" for column in self.columns)
        ((wrong,),) = self.owner.run(
            f"SELECT count(*) FROM {name} AS o{joins.partition(' LEFT JOIN')[0]} WHERE {apart}"  # noqa: S608 - the same
        )
        if wrong:
            raise AssertionError("rows of one pass are not in the stored order")
        any_ = " | ".join(f"p{column}" for column in self.columns)
        self.owner.run(
            f"COPY (SELECT * FROM (SELECT o.n AS n, {', '.join(columns)} FROM {name} AS o{joins})"  # noqa: S608 - the same
            f" WHERE ({any_}) <> 0) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
        )
        return file


def _mixed(column: str, slots: Sequence[_Slot], word: str) -> str:
    """Return a bit (0 or 1) that several readings of one query give together."""
    return "((" + word.join(f"({column} >> {slot.mark.bit})" for slot in slots) + ") & 1)"


@dataclass(frozen=True)
class _Window:
    """Which places of the answer came back: `offset` to `offset + sure` surely, to `+ possible` possibly."""

    offset: int
    sure: int
    possible: int
    limit: int
    whole: bool
    """All matched rows left."""
    free: bool
    """The limit does not bind: the answer is every match."""

    @classmethod
    def of(cls, plan_: Plan, *, may: int) -> _Window:
        """Return the window of a query, by its text and by what the log counts."""
        asked, matched = plan_.asked, plan_.asked.matched_rows
        limit = _INFINITE if plan_.limit is None else plan_.limit
        if matched is not None and matched < limit:
            limit = _INFINITE
        counted = asked.fewest is not None and matched is not None and asked.fewest >= matched
        whole = asked.whole or counted
        sure = possible = limit
        if not whole:
            sure = min(limit, asked.fewest or 0) if asked.prefix else 0
            if asked.prefix and asked.most is not None:
                possible = min(limit, asked.most)
        fits = may <= limit and (matched is None or matched <= may)
        free = plan_.offset == 0 and (limit == _INFINITE or fits)
        return cls(plan_.offset, sure, possible, limit, whole, free)

    def cuts(self, may: int) -> bool:
        """Say whether some row that may match may not have come back."""
        return self.offset > 0 or may > self.sure or may > self.possible

    def cut(self, rows: int) -> int:
        """Return how many of some matching rows the answer holds."""
        return max(0, min(rows - self.offset, self.limit))
