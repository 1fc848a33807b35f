"""The answers of the replay oracle: places, limits, what was seen, and what came along; and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from replay_oracle import (
    FALSE,
    NEGATIONS,
    OPEN,
    READINGS,
    TRUE,
    Asked,
    Evidence,
    Reading,
    Row,
    Seen,
    Store,
    Table,
    Truths,
    View,
    matching,
    readable_as,
    record,
    relation,
    returned,
    walk,
)
from replay_query import Aggregate, And, Children, Compare, Condition, InQuery, Not, Or, Order, Query
from replay_values import READERS, as_id, fold, held, local_day, plain_text

# --- order and place ---


def stands(view: View, table: Table, one: Row, other: Row, keys: tuple[Order, ...]) -> Truths:
    """Every way in which two records may stand to each other: subset of <, = and >."""
    # A record with an open key may stand anywhere.
    if any(open_key(view, table, each, key) for each in (one, other) for key in keys):
        return frozenset("<=>")
    found: set[str] = set()
    for key in keys:
        step = stand_of(view, table, one, other, key)
        found |= step - {"="}
        # Only a tie leaves the word to the next key.
        if "=" not in step:
            return frozenset(found)
    return frozenset(found | {"="})


def open_key(view: View, table: Table, row: Row, key: Order) -> bool:
    """Whether a key of a record is open, or text that we cannot order."""
    return stand_of(view, table, row, row, key) == frozenset("<=>")


def stand_of(view: View, table: Table, one: Row, other: Row, key: Order) -> Truths:
    """Every way in which two records may stand to each other in one key."""
    first, second = walk(view, table, one, key.path), walk(view, table, other, key.path)
    if first is None or second is None or first[2] is OPEN or second[2] is OPEN:
        return frozenset("<=>")
    owner, column, _ = first
    kind = "id" if column == owner.id or column in owner.links else owner.types.get(column)
    stated = kind is not None
    kind = kind or readable_as(view, owner, column)
    # What reads as numbers may be text, which sorts otherwise.
    if kind == "multipicklist" or (kind == "number" and not stated):
        return frozenset("<=>")
    values = [None if each[2] is None else str(each[2]) for each in (first, second)]
    if kind == "boolean":
        values = [value or "false" for value in values]
    if None in values:
        # Nulls come first unless the query says otherwise, in both directions.
        if values == [None, None]:
            return frozenset("=")
        first_is_null = values[0] is None
        return frozenset("<" if first_is_null == (key.nulls != "LAST") else ">")
    found = in_order(view, kind, values[0] or "", values[1] or "")
    turned = {"<": ">", ">": "<", "=": "="}
    return frozenset(turned[each] for each in found) if key.descending else found


def in_order(view: View, kind: str, first: str, second: str) -> Truths:
    """How two known values may stand to each other."""
    if kind == "id":
        one, other = as_id(first)[:15], as_id(second)[:15]
        return frozenset("=" if one == other else "<" if one < other else ">")
    if kind in READERS:
        found = [READERS[kind](first), READERS[kind](second)]
        if None in found:
            return frozenset("<=>")
        return frozenset("=" if found[0] == found[1] else "<" if found[0] < found[1] else ">")  # pyright: ignore[reportOperatorIssue, reportOptionalOperand]
    known = view.sorts(first, second, exact=kind == "case_sensitive")
    return frozenset("<=>") if known is None else frozenset(known)


# --- answers ---


@dataclass(frozen=True)
class Come:
    """What comes back of one object in one role."""

    object: str
    role: str
    """`rows`, `parent` with its path, or `children` with their name."""
    sure: frozenset[str]
    possible: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """What the replay of one request says."""

    rows: Come
    others: tuple[Come, ...]
    replayed: int | None
    must: frozenset[str]
    """Records that must match and existed, before limits and visibility."""
    may: frozenset[str]

    def records(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """Sure and possible ids of each object, whatever their role."""
        found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        for come in (self.rows, *self.others):
            sure, possible = found.get(come.object, (frozenset(), frozenset()))
            found[come.object] = (sure | come.sure, possible | come.possible)
        return found


def negates(condition: Condition | None) -> bool:
    """Whether a negation stands somewhere in a condition."""
    match condition:
        case And(parts) | Or(parts):
            return any(map(negates, parts))
        case Not():
            return True
        case InQuery(_, query, negated):
            return negated or negates(query.where)
        case Compare(_, op, _):
            return op in NEGATIONS
        case None:
            return False


def aggregates(query: Query) -> bool:
    """Whether the rows of a query are no records."""
    return bool(query.group) or any(isinstance(item, Aggregate) for item in query.select)


def cut(count: int, query: Query) -> int:
    """How many of the rows are left after LIMIT and OFFSET."""
    left = max(0, count - (query.offset or 0))
    return left if query.limit is None else min(left, query.limit)


def free(asked: Asked, may: int) -> bool:
    """Whether the answer was every match: the limit cannot have cut it, and nothing was skipped."""
    limit = asked.query.limit
    counted_below = limit is None or (asked.matched is not None and asked.matched < limit)
    # All that may match fit into the limit.
    return not asked.query.offset and (counted_below or may <= (limit or 0))


def found_by(store: Store, asked: Asked, reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """Ids that must and that may match and be there, without those that a table takes away."""
    view = Evidence(store, asked)
    table = store.table(asked.query.object)
    assert table is not None
    must: set[str] = set()
    may: set[str] = set()
    for row in store.rows.get(table.name, []):
        comes = matching(view, table, row, asked.query, reading)
        if "T" not in comes or view.visible(table, row) == FALSE:
            continue
        may.add(row[table.id] or "")
        if comes == TRUE:
            must.add(row[table.id] or "")
    return frozenset(must), frozenset(may)


def speaks(store: Store, asked: Asked) -> set[Reading]:
    """The readings under which the log counts what was logged; empty where a request cannot tell."""
    if asked.matched is None or aggregates(asked.query) or asked.query.scope not in {None, "everything"}:
        return set()
    # Only where it is stated what the account could see: a count that hides records may fit by chance.
    if not store.user(asked.actor).sees_all and store.lists(asked.actor) is None:
        return set()
    found: set[Reading] = set()
    for reading in READINGS:
        must, may = found_by(store, asked, reading)
        # A record that is uncertain makes the count say nothing.
        if must != may or not free(asked, len(may)):
            return set()
        if len(may) == asked.matched:
            found.add(reading)
    return found


def decided(store: Store, case: list[Asked]) -> tuple[Reading, ...]:
    """The readings that are left after all requests of a case have spoken."""
    said_nulls: set[str] = set()
    said_years: set[int] = set()
    for asked in case:
        fit = speaks(store, asked)
        nulls, years = {each.nulls for each in fit}, {each.years for each in fit}
        # A request speaks where its count fits one reading and not the other.
        said_nulls |= nulls if len(nulls) == 1 else set()
        said_years |= years if len(years) == 1 else set()
    return tuple(
        each
        for each in READINGS
        # All that speak must say the same; else both readings stay.
        if (len(said_nulls) != 1 or each.nulls in said_nulls)
        and (len(said_years) != 1 or each.years in said_years)
    )


def places(
    view: View, table: Table, asked: Asked, must: set[str], may: list[Row]
) -> dict[str, tuple[int, int]]:
    """Earliest and latest place of each record that may come; `must` are those that surely come."""
    keys = asked.query.order
    found: dict[str, tuple[int, int]] = {}
    # A record whose key differs from another's in case only, where case matters, may stand anywhere too.
    alike = {
        row[table.id]
        for row in may
        for other in may
        for key in keys
        if other is not row and {"<", ">"} <= stand_of(view, table, other, row, key)
        if not open_key(view, table, other, key)
    }
    for row in may:
        earliest = latest = 0
        for other in may:
            if other is row:
                continue
            stand = stands(view, table, other, row, keys)
            if {row[table.id], other[table.id]} & alike:
                stand = frozenset("<=>")
            # Latest: all others that may come before it or tie with it.
            latest += bool(stand & {"<", "="})
            # Earliest: only those that must come and stand strictly before it.
            earliest += stand == {"<"} and other[table.id] in must
        found[row[table.id] or ""] = (earliest, latest)
    return found


def answer(store: Store, asked: Asked, readings: tuple[Reading, ...]) -> Answer:
    """Which records surely and possibly came back from one request."""
    query = asked.query
    view = Evidence(store, asked)
    table = store.table(query.object)
    assert table is not None
    by_reading = [found_by(store, asked, reading) for reading in readings]
    # Undecided: must is what must under all readings, may what may under any.
    must = frozenset.intersection(*(each for each, _ in by_reading))
    may = frozenset.union(*(each for _, each in by_reading))
    replayed = replayed_rows(store, asked, readings)
    sure, possible = delivered(view, table, asked, must, may, replayed=replayed)
    rows = Come(table.name, "rows", frozenset(sure), frozenset(possible))
    if aggregates(query):
        # Aggregates give no records; keys, MIN and MAX show values of any that may match.
        shows = bool(query.group) or any(
            isinstance(item, Aggregate) and item.name in {"MIN", "MAX"} for item in query.select
        )
        rows = Come(table.name, "rows", frozenset(), may if shows else frozenset())
    others = tuple(further(view, table, asked, rows, readings))
    return Answer(rows, others, replayed, must, may)


def replayed_rows(store: Store, asked: Asked, readings: tuple[Reading, ...]) -> int | None:
    """Records that match with the values they have now, or had then where a history says so."""
    # The rows of an aggregate are no records; COUNT() alone counts what it found.
    if aggregates(asked.query) and asked.query.select != (Aggregate("COUNT"),):
        return None
    view = Evidence(store, asked, now=True)
    table = store.table(asked.query.object)
    assert table is not None
    count = 0
    for row in store.rows.get(table.name, []):
        comes = matching(view, table, row, asked.query, readings[0])
        count += comes == TRUE and view.visible(table, row) != FALSE
    limit = asked.query.limit
    left = max(0, count - (asked.query.offset or 0))
    # A limit that the logged count shows not to bind cuts nothing here either.
    return (
        left if limit is None or (asked.matched is not None and asked.matched < limit) else min(left, limit)
    )


def delivered(
    view: Evidence,
    table: Table,
    asked: Asked,
    must: frozenset[str],
    may: frozenset[str],
    *,
    replayed: int | None,
) -> tuple[set[str], set[str]]:
    """Sure and possible rows after order, limit, offset, pages and visibility."""
    query = asked.query
    user = view.store.user(asked.actor)
    every = free(asked, len(may))
    # No record is uncertain, and the log counts what the replay counts: all was seen.
    shown = every and must == may and asked.matched == replayed == len(must)
    stated = user.sees_all or view.store.lists(asked.actor) is not None
    # Fewer rows than surely match: what the account could see is not as stated.
    contradicted = stated and asked.matched is not None and asked.matched < cut(len(must), query)
    seen = (stated and not contradicted) or shown
    rows = [row for row in view.store.rows.get(table.name, []) if row[table.id] in may]
    # Only what the account surely saw takes a place away from others.
    place = places(view, table, asked, set(must) if seen else set(), rows)
    first = query.offset or 0
    limit = limit_stated = query.limit
    # A limit does not bind where the logged number of rows is below it.
    if limit is None or (asked.matched is not None and asked.matched < limit):
        limit = len(rows)
    end = first + limit
    sure_end, possible_end = pages(asked, first, end)
    sure = {
        name for name, (early, late) in place.items() if name in must and first <= early and late < sure_end
    }
    possible = {
        name for name, (early, late) in place.items() if max(early, first) < possible_end and late >= first
    }
    # More rows than any of ours: unknown records stand among them and may have pushed ours out.
    beyond = asked.matched is not None and asked.matched > cut(len(may), query)
    cut_off = sure_end < end or asked.matched == limit_stated or first > 0
    if not seen or query.scope not in {None, "everything"} or (beyond and cut_off):
        sure = set()
    return sure & possible, possible


def pages(asked: Asked, first: int, end: int) -> tuple[int, int]:
    """The places before which rows surely and possibly were delivered."""
    # All matched rows were delivered.
    counted = asked.fewest is not None and asked.matched is not None and asked.fewest >= asked.matched
    if asked.whole or counted:
        return end, end
    # Where only the first pages were fetched, the rows delivered are the limit.
    if asked.prefix:
        fewest = 0 if asked.fewest is None else asked.fewest
        return min(end, first + fewest), end if asked.most is None else min(end, first + asked.most)
    # Where it is not known how many, or which, nothing is sure.
    return first, end


def further(
    view: Evidence, table: Table, asked: Asked, rows: Come, readings: tuple[Reading, ...]
) -> Iterator[Come]:
    """Parents and children that came with the rows."""
    paths = [each for each in (*asked.query.select, *asked.query.group) if isinstance(each, str)]
    paths += [each.path for each in asked.query.select if isinstance(each, Aggregate) and each.path]
    for steps in sorted({path.rpartition(".")[0].lower() for path in paths if "." in path}):
        found = parents(view, table, rows, steps)
        if found is not None:
            yield found
    for item in asked.query.select:
        if isinstance(item, Children):
            found = children(view, table, asked, rows, item.query, readings=readings)
            if found is not None:
                yield found


def parents(view: Evidence, table: Table, rows: Come, steps: str) -> Come | None:
    """The parents at the end of a path of links, each with every row that points to it."""
    sure: set[str] = set()
    possible: set[str] = set()
    target: Table | None = None
    for row in view.store.rows.get(table.name, []):
        if row[table.id] not in rows.possible:
            continue
        here: Row | None = row
        is_sure = row[table.id] in rows.sure
        target = table
        for word in steps.split("."):
            step = relation(view, target, word)
            if step is None:
                return None
            link, parent = step
            if here is not None:
                known = view.value(target, here, link)
                # The link of a row that changed since is taken as it is now, and is not sure.
                is_sure = is_sure and known is not OPEN
                pointed = held(here.get(link)) if known is OPEN else known
                here = None if pointed is None else record(view, parent, str(pointed))
            target = parent
        if here is not None:
            possible.add(here[target.id] or "")
            if is_sure:
                sure.add(here[target.id] or "")
    return (
        None if target is None else Come(target.name, f"parent {steps}", frozenset(sure), frozenset(possible))
    )


def children(
    view: Evidence, table: Table, asked: Asked, rows: Come, query: Query, *, readings: tuple[Reading, ...]
) -> Come | None:
    """The nested rows that came with their parents."""
    for child in view.store.tables.values():
        for link, name in child.children.items():
            if name.lower() == query.object.lower() and child.links[link] == table.name:
                inner = replace(asked, query=query, all_rows=asked.deleted_too)
                return nested(view, child, link, inner, rows, readings=readings)
    return None


def nested(
    view: Evidence, child: Table, link: str, asked: Asked, rows: Come, *, readings: tuple[Reading, ...]
) -> Come:
    """The rows of one nested query."""
    musts: dict[str, str] = {}
    mays: dict[str, str | None] = {}
    for row in view.store.rows.get(child.name, []):
        comes = [matching(view, child, row, asked.query, reading) for reading in readings]
        visible = view.visible(child, row)
        pointed = view.value(child, row, link)
        if pointed is None or visible == FALSE or not any("T" in each for each in comes):
            continue
        # None: a link that changed since may have pointed to any parent.
        mays[row[child.id] or ""] = None if pointed is OPEN else as_id(str(pointed))
        if pointed is not OPEN and visible == TRUE and all(each == TRUE for each in comes):
            musts[row[child.id] or ""] = as_id(str(pointed))
    sure: set[str] = set()
    for name, parent in musts.items():
        # A list longer than a page has pages of its own.
        beside = sum(other in {parent, None} for other in mays.values())
        if parent in rows.sure and asked.query.limit is None and asked.query.offset is None and beside <= 200:
            sure.add(name)
    possible = {
        name for name, parent in mays.items() if (parent is None and rows.possible) or parent in rows.possible
    }
    return Come(child.name, f"children {asked.query.object}", frozenset(sure), frozenset(possible))


def replayed_case(store: Store, case: list[Asked]) -> list[Answer]:
    """Every answer of a case, under the readings that all its requests decide together."""
    readings = decided(store, case)
    return [answer(store, asked, readings) for asked in case]


def grade(asked: Asked, found: Answer) -> int:
    """2 where every possible record is sure and the counts agree, else 3."""
    agreed = asked.matched is not None and asked.matched == found.replayed and not aggregates(asked.query)
    whole = all(come.sure == come.possible for come in (found.rows, *found.others))
    return 2 if whole and agreed else 3


# --- one course of the world ---


@dataclass
class Then(View):
    """One moment of a course of the world, where everything is known."""

    store: Store
    """The tables as they were then; a record that was not there yet is not in them."""
    at: datetime
    zone: str
    sees: frozenset[str] | None
    """Ids that the account can see; None: all."""
    week_start: int
    deleted_too: bool
    to_now: bool = False
    """Whether LAST_N_DAYS ends at the moment itself."""
    now: bool = False
    salt: str = ""
    """Decides how the platform sorts what is not plain ASCII."""

    def __post_init__(self) -> None:
        self.days = (local_day(self.at, self.zone),)
        self.week_starts = (self.week_start,)
        self.ends = (self.at if self.to_now else None,)

    def value(self, table: Table, row: Row, name: str) -> Seen:  # noqa: ARG002 - all is known
        """The value as it was."""
        return held(row.get(name))

    def exists(self, table: Table, row: Row) -> Truths:  # noqa: ARG002 - all is known
        """What is in the tables was there."""
        return TRUE

    def visible(self, table: Table, row: Row) -> Truths:
        """What the account could see."""
        return TRUE if self.sees is None or row[table.id] in self.sees else FALSE

    def sorts(self, first: str, second: str, *, exact: bool) -> str | None:
        """The platform's order, which knows every text."""
        one, other = self.sort_key(first), self.sort_key(second)
        if exact and one == other:
            one, other = (*one, first), (*other, second)
        return "=" if one == other else "<" if one < other else ">"

    def sort_key(self, text: str) -> tuple[str, ...]:
        """Plain text by itself, other text at some place of its own among it."""
        folded = fold(text)
        if plain_text(text):
            return (folded, "")
        start = sum(map(ord, self.salt + folded)) % 36
        return ("0123456789abcdefghijklmnopqrstuvwxyz"[start], folded)


@dataclass(frozen=True)
class Taken:
    """What a query truly gave: ids in the order of the answer, and what came along."""

    rows: tuple[str, ...]
    """All rows matched, after OFFSET and LIMIT."""
    view: Then

    def along(self, table: Table, query: Query, reading: Reading, came: frozenset[str]) -> list[Come]:
        """Parents and children of the rows that were delivered."""
        found: list[Come] = []
        for row in self.view.store.rows.get(table.name, []):
            if row[table.id] not in came:
                continue
            for item in query.select:
                if isinstance(item, str) and "." in item:
                    found += self._parent(table, row, item.rpartition(".")[0])
                elif isinstance(item, Children):
                    found += self._children(table, row, item.query, reading)
        return found

    def _parent(self, table: Table, row: Row, steps: str) -> Iterator[Come]:
        here: Row | None = row
        for word in steps.split("."):
            step = relation(self.view, table, word)
            if step is None or here is None:
                return
            link, table = step[0], step[1]
            pointed = held(here.get(link))
            here = None if pointed is None else record(self.view, table, pointed)
        if here is not None:
            one = frozenset({here[table.id] or ""})
            yield Come(table.name, f"parent {steps.lower()}", one, one)

    def _children(self, table: Table, row: Row, query: Query, reading: Reading) -> Iterator[Come]:
        for child in self.view.store.tables.values():
            for link, name in child.children.items():
                if name.lower() != query.object.lower() or child.links[link] != table.name:
                    continue
                own = [
                    each
                    for each in self.view.store.rows.get(child.name, [])
                    if as_id(each.get(link) or "") == as_id(row[table.id] or "")
                    and returned(self.view, child, each, query, reading) == TRUE
                ]
                ids_ = frozenset(each[child.id] or "" for each in own[: query.limit])
                yield Come(child.name, f"children {query.object}", ids_, ids_)


def taken(view: Then, query: Query, reading: Reading) -> Taken:
    """Answer a query as the platform did."""
    table = view.store.table(query.object)
    assert table is not None
    rows = [
        row
        for row in view.store.rows.get(table.name, [])
        if returned(view, table, row, query, reading) == TRUE
    ]
    # A stable sort by insertion: rows that tie keep an order that nobody can know.
    ordered: list[Row] = []
    for row in rows:
        place = 0
        while place < len(ordered) and ">" not in stands(view, table, ordered[place], row, query.order):
            place += 1
        ordered.insert(place, row)
    first = query.offset or 0
    kept = ordered[first:] if query.limit is None else ordered[first : first + query.limit]
    return Taken(tuple(row[table.id] or "" for row in kept), view)
