"""One query made ready for replay: what is asked of which table, and what its answer rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

from floodmark.replay.conditions import Context, Operand, Reading, Setting, Term, orderable
from floodmark.replay.tables import CannotReplay, Table, Tables
from floodmark.soql import parse, tree
from floodmark.text import visible

CHILD_PAGE = 200
"""Child rows of one parent that surely came with it; a longer list is fetched by pages of its own."""
GONE = "records gone for good by the time of the snapshot are taken to have had no part in it"
"""What an order or an inner query rests on."""
_HARMLESS = ("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE")
_AGGREGATES = frozenset({"count", "count_distinct", "sum", "avg", "min", "max", "grouping"})


@dataclass(frozen=True)
class Asked:
    """One logged query; times are UTC without zone."""

    text: str
    since: datetime
    """The earliest moment at which the answer can have been computed."""
    until: datetime
    """The latest one."""
    account: str | None
    matched_rows: int | None
    fewest: int | None
    """Fewest rows that left; None when unknown."""
    most: int | None
    prefix: bool = True
    """Rows that left are the first ones of the answer."""
    whole: bool = False
    """All rows that it matched left, however many."""
    all_rows: bool = False
    """Deleted records were asked for by the way of asking (queryAll)."""


@dataclass(frozen=True)
class Compiled:
    """A query under one reading: its answer for rows that did not change since, and for any row."""

    settled: Term
    any: Term
    joins: tuple[str, ...]
    alone: bool
    """It cannot share a pass over the table with other queries."""


@dataclass
class Plan:
    """A query that can be replayed."""

    number: int
    asked: Asked
    select: tree.Select
    table: Table
    setting: Setting
    limit: int | None
    offset: int
    aggregate: bool
    narrowed: bool
    """A clause that replay does not evaluate leaves fewer records."""
    readings: tuple[Reading, ...] = (Reading(),)
    notes: dict[str, None] = field(default_factory=dict[str, None])
    sight: bool = False
    """What the account could see is stated, and nothing speaks against it."""

    def context(self, tables: Tables, reading: Reading, *, settled: bool = False) -> Context:
        """Return the context of the query's own rows."""
        setting = replace(self.setting, reading=reading)
        return Context.of(tables, self.table, "r", self.select, setting, settled=settled)

    def compiled(self, tables: Tables, reading: Reading) -> Compiled:
        """Return the query under one reading; raise CannotReplay when it cannot be answered."""
        loose = self.context(tables, reading)
        any_row = loose.record(self.select.where)
        self.notes |= loose.notes
        if loose.nested:
            self.notes[GONE] = None
        alone = bool(loose.joins) or loose.nested
        settled = any_row
        if not alone:
            settled = self.context(tables, reading, settled=True).record(self.select.where)
        return Compiled(settled, any_row, tuple(loose.joins), alone)

    def variants(self, tables: Tables) -> tuple[Reading, ...]:
        """Return the readings under which the answer can differ."""
        context = self.context(tables, Reading())
        context.record(self.select.where)
        return tuple(
            Reading(nulls, years)
            for years, nulls in product(
                (False, True) if context.years else (False,), (True, False) if context.negated else (True,)
            )
        )

    def order(self, tables: Tables) -> tuple[list[tuple[Operand, tree.Order]], Context]:
        """Return the keys of ORDER BY, and the context with the joins that they need."""
        context = self.context(tables, Reading())
        return [(self._key(context, tables, each), each) for each in self.select.order], context

    def _key(self, context: Context, tables: Tables, order: tree.Order) -> Operand:
        if not isinstance(order.by, tree.Path):
            return Operand("NULL::VARCHAR", "text", "true")
        place = context.place(order.by)
        kind = tables.kind(place.table, place.column) if place.table and place.column else "text"
        operand = context.read(place, kind)
        if kind == "number" and place.table and place.column and not place.table.stated(place.column):
            note = f"the data map states no type of {order.by.text}: numbers and texts sort differently"
            context.notes[visible(note, limit=160)] = None
            return Operand(operand.value, kind, "true")
        if kind == "boolean":
            return Operand(f"coalesce({operand.value}, false)", kind, operand.open)
        if kind == "id":
            return Operand(f"substr({operand.value}, 1, 15)", kind, operand.open)
        if kind in {"text", "case_sensitive"}:
            value = f"lower({operand.value})"
            opens = [operand.open, f"NOT {orderable(operand.value)}"]
            if kind == "case_sensitive":  # which of two that differ in case only comes first is not known
                alike = f"OVER (PARTITION BY {value})"
                opens.append(f"min({operand.value}) {alike} <> max({operand.value}) {alike}")
            return Operand(value, kind, " OR ".join(f"({each})" for each in opens if each))
        return operand if kind != "multipicklist" else Operand(operand.value, kind, "true")


def plan(tables: Tables, number: int, asked: Asked, timezone: str) -> Plan:
    """Return the plan of one query.

    Raises:
        CannotReplay: the text, or something in it, cannot be evaluated on a snapshot.
    """
    parsed = parse(asked.text)
    if not parsed.whole or parsed.select is None:
        raise CannotReplay("the text is cut or not readable to its end")
    select = parsed.select
    for reason in _refusals(select):
        raise CannotReplay(reason)
    table = tables.table(select.object)
    if table is None:
        raise CannotReplay(f"object {visible(select.object, limit=80)} is not in the snapshot")
    user = tables.snapshot.datamap.users.of(asked.account or "")
    setting = Setting(
        asked.since,
        asked.until,
        ZoneInfo(user.timezone or timezone),
        asked.account,
        tables.snapshot.datamap.calendar,
        sight=tables.seen_by_all(table, asked.account or ""),
        deleted=select.all_rows or asked.all_rows,
    )
    bound = isinstance(select.limit, tree.Bind) or isinstance(select.offset, tree.Bind)
    found = Plan(
        number=number,
        asked=asked,
        select=select,
        table=table,
        setting=setting,
        limit=select.limit if isinstance(select.limit, int) else None,
        offset=select.offset if isinstance(select.offset, int) else 0,
        aggregate=is_aggregate(select),
        narrowed=bound or _narrowed(select),
        sight=setting.sight,
    )
    if found.narrowed:
        found.notes["a clause that depends on ownership or on a variable leaves fewer records"] = None
    for what, name in (("creation", table.mapped.created), ("change", table.mapped.changed)):
        if not name:
            found.notes[f"the data map names no time of {what} of {table.mapped.name}"] = None
    return found


def is_aggregate(select: tree.Select) -> bool:
    """Say whether the answer holds aggregate rows, no records."""
    calls = [item.what for item in select.items if isinstance(item, tree.Field)]
    return bool(select.group) or any(
        isinstance(call, tree.Call) and call.name in _AGGREGATES for call in calls
    )


def counts_only(select: tree.Select) -> bool:
    """Say whether a query is `SELECT COUNT() FROM ...`: the log counts what it counted."""
    what = (
        select.items[0].what if len(select.items) == 1 and isinstance(select.items[0], tree.Field) else None
    )
    return isinstance(what, tree.Call) and what.name == "count" and not what.arguments and not select.group


def _narrowed(select: tree.Select) -> bool:
    scope = select.using_scope not in {None, "everything"}
    return scope or bool(
        select.with_filter and not select.with_filter.text.removeprefix("WITH ").startswith(_HARMLESS)
    )


def _refusals(select: tree.Select) -> Iterator[str]:
    if select.with_filter and "DATA CATEGORY" in select.with_filter.text:
        yield "data categories"
    for item in select.items:
        if isinstance(item, tree.TypeOf):
            yield "TYPEOF"
        elif isinstance(item, tree.Children):
            yield from _refusals(item.query)
        elif isinstance(item, tree.Field) and _has_place(item.what):
            yield "geolocation"
    for order in select.order:
        if _has_place(order.by):
            yield "geolocation"


def _has_place(what: tree.Operand | tree.Value) -> bool:
    """Say whether an expression holds DISTANCE or GEOLOCATION."""
    if not isinstance(what, tree.Call):
        return False
    return what.name in {"distance", "geolocation"} or any(_has_place(each) for each in what.arguments)


# --- parents and children in the select list -------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """Records of another object that came back with the rows of a query."""

    way: str
    """How the query leads there, case-folded: `account.owner`, `(cases)`, `(cases).account`."""
    object: str
    sql: str
    """Statement: n, is_sure; one row per record, sorted."""


@dataclass(frozen=True)
class _Level:
    """One SELECT of a query, the nested ones too: its object, its rows, and how the query leads there."""

    select: tree.Select
    table: Table
    rows: str
    way: str = ""


def sides(plan_: Plan, tables: Tables, rows: str, readings: Sequence[Reading]) -> list[Side]:
    """Return the parents and children that the select list of a query shows.

    `rows`: the expression of a table of the query's own rows: all columns of its object, and `must`.
    `readings`: those that are left; conditions of nested queries must hold under all of them.
    """
    return list(_sides(plan_, tables, _Level(plan_.select, plan_.table, rows), readings))


def _sides(plan_: Plan, tables: Tables, level: _Level, readings: Sequence[Reading]) -> Iterator[Side]:
    context = Context.of(tables, level.table, "r", level.select, replace(plan_.setting, reading=readings[0]))
    for steps in _parents(level.select, context):
        side = _parent(plan_, context, steps, level)
        if side:
            yield side
    for item in level.select.items:
        if isinstance(item, tree.Children):
            yield from _children(plan_, tables, item.query, level, readings)


def _parents(select: tree.Select, context: Context) -> list[tuple[str, ...]]:
    """Return the ways to parents whose fields the answer shows, each once."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for path in shown_paths(select):
        steps = context.steps(path)[:-1]
        if steps:
            found.setdefault(tuple(step.casefold() for step in steps), steps)
    return list(found.values())


def shown_paths(select: tree.Select) -> Iterator[tree.Path]:
    """Yield the paths whose values the answer shows."""
    for what in (*(item.what for item in select.items if isinstance(item, tree.Field)), *select.group):
        yield from _paths(what)


def _paths(what: tree.Operand | tree.Value) -> Iterator[tree.Path]:
    if isinstance(what, tree.Path):
        yield what
    elif isinstance(what, tree.Call) and (what.name not in _AGGREGATES or what.name in {"min", "max"}):
        for argument in what.arguments:
            yield from _paths(argument)


def _parent(plan_: Plan, context: Context, steps: Sequence[str], level: _Level) -> Side | None:
    context.joins.clear()
    context.joined.clear()
    table, alias, open_ = context.follow(steps)
    if table is None or not table.mapped.bears_people:
        return None
    if table.mapped.changed or context.table.mapped.changed:
        plan_.notes["links of rows that changed since are taken as they are now"] = None
    sure = "r.must" + (f" AND NOT ({open_})" if open_ else "")
    sql = (
        f"SELECT {alias}.n AS n, bool_or({sure}) AS is_sure FROM {level.rows} AS r {' '.join(context.joins)}"  # noqa: S608 - our own names
        f" WHERE {alias}.n IS NOT NULL GROUP BY {alias}.n ORDER BY n"
    )
    way = ".".join([*([level.way] if level.way else []), *(step.casefold() for step in steps)])
    return Side(way, table.mapped.name, sql)


def _children(
    plan_: Plan, tables: Tables, query: tree.Select, level: _Level, readings: Sequence[Reading]
) -> Iterator[Side]:
    """Yield the child rows that a nested query shows, and their parents.

    A child whose link changed since may have belonged to any parent that may have come back, and may
    have filled the page of each.
    """
    link = tables.relations.child(level.table.mapped.name, query.object)
    child = tables.table(link.owner) if link else None
    column = child.columns.get(link.field.casefold()) if child and link else None
    if child is None or column is None:
        return
    settings = [replace(plan_.setting, reading=reading) for reading in readings]
    contexts = [Context.of(tables, child, "c", query, setting) for setting in settings]
    terms = [each.record(query.where) for each in contexts]
    context = contexts[0]
    operand = context.read(context.place(tree.Path((column,), (0, 0))), "id")
    plan_.notes |= context.notes
    must = " AND ".join(f"({term.must})" for term in terms)
    may = " OR ".join(f"({term.may})" for term in terms)
    own = f"FROM {child.name} AS c {' '.join(context.joins)}"
    loose = f"({operand.open})" if operand.open else "false"
    unplaced = f"(SELECT count(*) {own} WHERE ({may}) AND {loose})"
    sure = [must, "o.must", f"count(*) OVER (PARTITION BY o.n) + {unplaced} <= {CHILD_PAGE}"]
    sight = plan_.sight and tables.seen_by_all(child, plan_.asked.account or "")
    if query.limit is not None or query.offset is not None or plan_.aggregate or not sight:
        sure.append("false")
    found = (
        f"(SELECT c.*, {' AND '.join(sure)} AS must {own}"  # noqa: S608 - our own names
        f" JOIN {level.rows} AS o ON o.id = {operand.value} WHERE ({may}) AND NOT {loose}"
        f" UNION ALL SELECT c.*, false AS must {own} WHERE ({may}) AND {loose}"
        f" AND EXISTS (SELECT 1 FROM {level.rows}))"
    )
    way = f"{level.way}.({query.object.casefold()})" if level.way else f"({query.object.casefold()})"
    if child.mapped.bears_people:
        yield Side(way, child.mapped.name, f"SELECT n, must AS is_sure FROM {found} ORDER BY n")  # noqa: S608 - the same
    yield from _sides(plan_, tables, _Level(query, child, found, way), readings)
