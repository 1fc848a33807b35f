"""A condition of a query as SQL, answered twice: what must match and what may (docs: replay).

Negations are pushed down to single comparisons first. Then AND and OR join must with must and may with
may, and only a comparison has to know what its negation is, under each reading of nulls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from floodmark import ids
from floodmark.engine import literal
from floodmark.replay.tables import CannotReplay, Table, Tables, listed, moment, second, typed_value
from floodmark.snapshot.datamap import Calendar, History
from floodmark.soql import dates, tree
from floodmark.text import visible

_SUNDAY, _MONDAY = 6, 0
_ID_CHARACTERS = 15
_DECIMALS = 10


@dataclass(frozen=True)
class Reading:
    """How the disputed rules of the platform are read."""

    nulls_returned: bool = True
    """`!= 'x'`, NOT IN and NOT return records whose field is null."""
    years_one_more: bool = False
    """LAST_N_YEARS:n begins a year earlier: n + 1 whole years before the current one."""


@dataclass(frozen=True)
class Setting:
    """When and for whom a query ran."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    account: str | None
    calendar: Calendar
    sight: bool = False
    """The account is known to have seen every record that it is not known not to have seen."""
    deleted: bool = False
    """Deleted records come back too."""
    reading: Reading = Reading()


@dataclass(frozen=True)
class Term:
    """A condition over a row, as three SQL expressions; null counts as false.

    `plain` is the answer with the values as they stand.
    """

    must: str
    may: str
    plain: str

    @classmethod
    def of(cls, truth: str) -> Term:
        """Return a condition that nothing makes uncertain."""
        return cls(truth, truth, truth)


@dataclass(frozen=True)
class Truth:
    """What a comparison says of the value itself, before asking whether the value is known.

    Each is SQL that is null where the value is: the same text thrice unless the time of the query, or
    the start of the week, leaves the bounds open.
    """

    must: str
    may: str
    plain: str

    @classmethod
    def of(cls, text: str) -> Truth:
        """Return a truth without doubt."""
        return cls(text, text, text)


@dataclass(frozen=True)
class Operand:
    """A value of a row as SQL, its type, and a condition under which it is not known (None: never)."""

    value: str
    kind: str
    open: str | None = None


@dataclass(frozen=True)
class Place:
    """A column that a path leads to, not yet read in a type."""

    table: Table | None
    alias: str
    column: str | None
    open: str | None


@dataclass
class Context:
    """One FROM: its tables, the joins that paths need, and what is met on the way."""

    tables: Tables
    table: Table
    alias: str
    setting: Setting
    settled: bool
    """The rows are known not to have changed since: nothing of their own values is open."""
    own_names: frozenset[str] = frozenset()
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Alias of FROM, case-folded -> the path it stands for."""
    joins: list[str] = field(default_factory=list[str])
    joined: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Path, case-folded -> (alias, condition under which it is open)."""
    negated: bool = False
    """A negation met a field that may be null: the two readings can differ."""
    years: bool = False
    """LAST_N_YEARS was met."""
    nested: bool = False
    """A subquery was met."""
    notes: dict[str, None] = field(default_factory=dict[str, None])
    """Assumptions, in order of first use."""

    @classmethod
    def of(
        cls,
        tables: Tables,
        table: Table,
        alias: str,
        select: tree.Select,
        setting: Setting,
        *,
        settled: bool = False,
    ) -> Context:
        """Return the context of the rows of one SELECT."""
        own = frozenset(name.casefold() for name in (select.alias, select.object) if name)
        context = cls(tables, table, alias, setting, settled=settled, own_names=own)
        for source in select.sources:
            if source.alias:
                context.sources[source.alias.casefold()] = context.steps(source.path)
        return context

    # --- fields ----------------------------------------------------------------------------------------

    def steps(self, path: tree.Path) -> tuple[str, ...]:
        """Return the steps of a path from the object itself: its own name or alias taken off."""
        first, *rest = path.steps
        low = first.casefold()
        if rest and low in self.sources:
            return (*self.sources[low], *rest)
        own = low in self.own_names and self.tables.relations.parent(self.table.mapped.name, first) is None
        return tuple(rest) if rest and own else path.steps

    def place(self, path: tree.Path) -> Place:
        """Return the column that a path names, joining the parents that lead to it."""
        *steps, name = self.steps(path)
        table, alias, open_ = self.follow(steps)
        column = table.columns.get(name.casefold()) if table else None
        if table and not column:
            self.notes[f"the snapshot has no column {visible(f'{table.mapped.name}.{name}', limit=80)}"] = (
                None
            )
        return Place(table, alias, column, open_ or None)

    def follow(self, steps: Sequence[str]) -> tuple[Table | None, str, str]:
        """Return the table at the end of the steps, its alias, and when the way there is open."""
        table, alias, open_, walked = self.table, self.alias, "", ""
        for step in steps:
            walked = f"{walked}.{step.casefold()}"
            link = self.tables.relations.parent(table.mapped.name, step)
            target = self.tables.table(link.target) if link else None
            column = table.columns.get(link.field.casefold()) if link else None
            if not target or not column:
                self.notes[f"the data map does not say where {visible('.'.join(steps), limit=80)} leads"] = (
                    None
                )
                return None, alias, "true"
            if walked not in self.joined:
                self.joined[walked] = self._join(table, alias, column, target, open_)
            alias, open_ = self.joined[walked]
            table = target
        return table, alias, open_

    def _join(self, table: Table, alias: str, column: str, target: Table, open_: str) -> tuple[str, str]:
        operand = self.read(Place(table, alias, column, open_ or None), "id")
        name = f"{self.alias}p{len(self.joined)}"
        self.joins.append(f"LEFT JOIN {target.name} AS {name} ON {name}.id = {operand.value}")
        gone = f"{operand.value} IS NOT NULL AND {name}.id IS NULL"
        return name, _or(operand.open, gone) or gone

    def read(self, place: Place, kind: str) -> Operand:
        """Return the value of a place in a type, and when it is open."""
        if not place.table or not place.column:
            return Operand(_NOTHING[kind], kind, "true")
        found = self.tables.column(place.table, place.column, kind)
        flag = f"{place.alias}.{found.flag}" if found.flag else None
        value = f"{place.alias}.{found.name}"
        changed = self._changed(place)
        history = self.tables.history(place.table, place.column) if changed else None
        if changed and history:
            value, changed = self._then(place, value, kind, history)
        return Operand(value, kind, _or(place.open, flag, changed))

    def _changed(self, place: Place) -> str | None:
        """Return the condition under which the value may have been another at the time."""
        table = place.table
        if table is None or not table.mapped.changed or (place.column and table.fixed(place.column)):
            return None
        if self.settled and place.alias == self.alias:
            return None
        return f"coalesce({place.alias}.changed >= {second(self.setting.since)}, false)"

    def _then(self, place: Place, value: str, kind: str, history: History) -> tuple[str, str]:
        """Return the value that the history states, and the condition under which it moved meanwhile."""
        key = f"{place.alias}/{place.column}"
        if key not in self.joined:
            name = f"{self.alias}h{len(self.joined)}"
            self.joins.append(
                "LEFT JOIN ("
                + self.tables.changes(history, place.column or "", self.setting.since, self.setting.until)
                + f") AS {name} ON {name}.id = {place.alias}.id"
            )
            self.joined[key] = (name, "")
        name = self.joined[key][0]
        old = typed_value(f"{name}.old", kind)
        return f"(CASE WHEN {name}.id IS NULL THEN {value} ELSE {old} END)", f"coalesce({name}.moved, false)"

    # --- records ---------------------------------------------------------------------------------------

    def existed(self) -> Term:
        """Return whether the record was there: surely from the first moment, possibly until the last."""
        # A row created after the first moment of any request is late, so settled rows were there.
        if not self.table.mapped.created or self.settled:
            return Term.of("true")
        must = f"coalesce({self.alias}.created < {second(self.setting.since)}, true)"
        may = f"coalesce({self.alias}.created <= {moment(self.setting.until)}, true)"
        return Term(must, may, may)

    def seen(self) -> Term:
        """Return whether the account could see the record, where a table says so."""
        flag = self.tables.flag_seen(self.table, self.setting.account) if self.setting.account else None
        return Term.of(f"{self.alias}.{flag}" if flag else "true")

    def record(self, where: tree.Condition | None) -> Term:
        """Return whether a record came back, as far as conditions say."""
        terms = [self.existed(), self.seen()]
        if not self.setting.deleted and "isdeleted" in self.table.columns:
            path = tree.Path(("IsDeleted",), (0, 0))
            value = tree.Boolean(False, (0, 0))  # noqa: FBT003 - a value
            terms.append(self.condition(tree.Compare(path, "=", value, (0, 0))))
        if where is not None:
            terms.append(self.condition(where))
        return both(terms)

    # --- conditions ------------------------------------------------------------------------------------

    def condition(self, node: tree.Condition, *, negated: bool = False) -> Term:
        """Return a condition, or its negation."""
        if isinstance(node, tree.Not):
            return self.condition(node.term, negated=not negated)
        if isinstance(node, tree.All | tree.Any):
            terms = [self.condition(term, negated=negated) for term in node.terms]
            return both(terms) if isinstance(node, tree.All) != negated else either(terms)
        if isinstance(node, tree.Compare):
            return self._compare(node, negated=negated)
        if isinstance(node, tree.Among):
            return self._among(node, negated=node.negated != negated)
        if isinstance(node, tree.AmongRows):
            return self._among_rows(node, negated=node.negated != negated)
        return self._includes(node, negated=node.negated != negated)

    def _compare(self, node: tree.Compare, *, negated: bool) -> Term:
        negated = negated != (node.operator == "!=")
        operator = "=" if node.operator == "!=" else node.operator
        value = node.value
        if isinstance(value, tree.Bind):
            return self._bound(value)
        if isinstance(value, tree.Null) or (isinstance(value, tree.Text) and not value.value.strip()):
            if operator == "=":
                return self._is_null(node.left, negated=negated)
            return self._stated(self._operand(node.left, "text"), Truth.of("NULL::BOOLEAN"), negated=negated)
        operand = self._operand(node.left, self._kind(node.left, value, operator))
        truth = self._truth(operand, operator, value)
        open_ = self._unordered(operand, operator, value)
        if open_:
            operand = Operand(operand.value, operand.kind, _or(operand.open, open_))
        return self._stated(operand, truth, negated=negated)

    def _stated(self, operand: Operand, truth: Truth, *, negated: bool) -> Term:
        """Return a comparison, or its negation, of a value that may be open."""
        if operand.kind == "boolean":
            truth = Truth(*(f"coalesce({text}, false)" for text in (truth.must, truth.may, truth.plain)))
        if negated:
            self.negated = self.negated or operand.kind != "boolean"
            deny = _is_not if self.setting.reading.nulls_returned else _not
            truth = Truth(deny(truth.may), deny(truth.must), deny(truth.plain))
        return _opened(truth, operand.open)

    def _is_null(self, left: tree.Operand, *, negated: bool) -> Term:
        """Return a test for null; a boolean is never null."""
        operand = self._operand(left, "text")
        if self._is_boolean(left):
            return Term.of("true" if negated else "false")
        text = f"{operand.value} IS {'NOT ' if negated else ''}NULL"
        return _opened(Truth.of(text), operand.open)

    def _is_boolean(self, left: tree.Operand) -> bool:
        if not isinstance(left, tree.Path):
            return False
        place = self.place(left)
        return bool(place.table and place.column) and (
            self.tables.kind(place.table, place.column) == "boolean"  # type: ignore[arg-type]
        )

    def _bound(self, value: tree.Bind) -> Term:
        self.notes[f"the value of :{visible(value.name, limit=80)} is not in the log"] = None
        return Term("false", "true", "false")

    def _among(self, node: tree.Among, *, negated: bool) -> Term:
        """Return `left IN (values)`, null in the list being a test for null."""
        if isinstance(node.values, tree.Bind):
            return self._bound(node.values)
        nulls = [each for each in node.values if isinstance(each, tree.Null) or _blank(each)]
        others = [each for each in node.values if each not in nulls]
        terms: list[Term] = []
        if nulls:
            terms.append(self._is_null(node.left, negated=negated))
        if others:
            terms.append(self._among_values(node, others, negated=negated))
        return both(terms) if negated else either(terms)

    def _among_values(self, node: tree.Among, others: Sequence[tree.Value], *, negated: bool) -> Term:
        if any(isinstance(each, tree.Bind) for each in others):
            return self._bound(next(each for each in others if isinstance(each, tree.Bind)))
        kinds = {self._kind(node.left, each, "=") for each in others}
        if (
            kinds == {"multipicklist"}
            or len(kinds) > 1
            or any(isinstance(each, tree.Span) for each in others)
        ):
            terms = [
                self._compare(tree.Compare(node.left, "=", each, node.at), negated=negated) for each in others
            ]
            return both(terms) if negated else either(terms)
        operand = self._operand(node.left, kinds.pop())
        values = ", ".join(dict.fromkeys(_constant(each, operand.kind) for each in others))
        return self._stated(operand, Truth.of(f"({operand.value} IN ({values}))"), negated=negated)

    def _includes(self, node: tree.Includes, *, negated: bool) -> Term:
        if isinstance(node.values, tree.Bind):
            return self._bound(node.values)
        operand = self._operand(node.left, "multipicklist")
        groups = [f"list_has_all({operand.value}, {listed(_entries(each.value))})" for each in node.values]
        return self._stated(operand, Truth.of(f"({' OR '.join(groups)})"), negated=negated)

    def _among_rows(self, node: tree.AmongRows, *, negated: bool) -> Term:
        """Return a semi-join: the inner query is answered twice as well."""
        self.nested = True
        inner, column = self._inner(node)
        term = inner.record(node.query.where)
        place = inner.place(column)
        ids_only = any(_of_ids(each) for each in (place, self._place_of(node.left)))
        kind = "id" if ids_only else "text"
        found, operand = inner.read(place, kind), self._operand(node.left, kind)
        self.negated, self.years = self.negated or inner.negated, self.years or inner.years
        self.notes |= inner.notes
        rows = f"FROM {inner.table.name} AS {inner.alias} {' '.join(inner.joins)} WHERE"
        known = f" AND NOT ({found.open})" if found.open else ""
        unknown = f"EXISTS (SELECT 1 {rows} ({term.may}) AND ({found.open}))" if found.open else None

        def among(condition: str) -> str:
            inside = f"SELECT {found.value} {rows} {found.value} IS NOT NULL AND {condition}"
            return f"(CASE WHEN {operand.value} IS NOT NULL THEN {operand.value} IN ({inside}) END)"

        surely = (
            among(f"({term.must}){known}") if self.setting.sight else f"({operand.value} <> {operand.value})"
        )
        truth = Truth(surely, among(f"({term.may})"), among(f"({term.plain})"))
        if unknown:
            truth = Truth(
                truth.must, f"({truth.may} OR ({operand.value} IS NOT NULL AND {unknown}))", truth.plain
            )
        return self._stated(operand, truth, negated=negated)

    def _inner(self, node: tree.AmongRows) -> tuple[Context, tree.Path]:
        """Return the context of an inner query, and the field it selects."""
        table = self.tables.table(node.query.object)
        items = node.query.items
        if table is None:
            raise CannotReplay(f"object {visible(node.query.object, limit=80)} is not in the snapshot")
        if (
            len(items) != 1
            or not isinstance(items[0], tree.Field)
            or not isinstance(items[0].what, tree.Path)
        ):
            raise CannotReplay("an inner query that does not select one field")
        if node.query.limit is not None or node.query.offset is not None or node.query.group:
            raise CannotReplay("an inner query with a limit or groups")
        setting = replace(self.setting, deleted=self.setting.deleted or node.query.all_rows)
        alias = f"{self.alias}q{node.at[0]}"
        return Context.of(self.tables, table, alias, node.query, setting), items[0].what

    def _place_of(self, left: tree.Operand) -> Place | None:
        return self.place(left) if isinstance(left, tree.Path) else None

    # --- values ----------------------------------------------------------------------------------------

    def _operand(self, left: tree.Operand, kind: str) -> Operand:
        if isinstance(left, tree.Path):
            return self.read(self.place(left), kind)
        return self._call(left)

    def _kind(self, left: tree.Operand, value: tree.Value, operator: str) -> str:
        """Return the type in which two things are compared; refuse what the stated type does not allow."""
        if isinstance(left, tree.Call):
            return self._call_kind(left)
        place = self.place(left)
        stated = place.table.stated(place.column) if place.table and place.column else None
        wanted = _WANTED[type(value)]
        if isinstance(value, tree.Currency):
            raise CannotReplay("an amount with a currency")
        if isinstance(value, tree.Span):
            return self._span_kind(place, stated, value)
        if isinstance(value, tree.Text):
            return _text_kind(place, stated, operator, left)
        if stated and stated != wanted:
            raise CannotReplay(_misfit(left, stated, wanted))
        return wanted

    def _span_kind(self, place: Place, stated: str | None, value: tree.Span) -> str:
        if stated and stated not in {"date", "datetime"}:
            raise CannotReplay(f"{value.name} is compared with a field of type {stated}")
        if stated or not place.table or not place.column:
            return stated or "datetime"
        return "date" if self.tables.kind(place.table, place.column) == "date" else "datetime"

    def _truth(self, operand: Operand, operator: str, value: tree.Value) -> Truth:
        if isinstance(value, tree.Span):
            return self._span(operand, operator, value)
        if operator == "like":
            return Truth.of(_like(operand, value))
        if operand.kind == "multipicklist" and isinstance(value, tree.Text):
            return Truth.of(f"({operand.value} = {listed(sorted(set(_entries(value.value))))})")
        left, right = operand.value, _constant(value, operand.kind)
        if operand.kind == "boolean":
            left = f"coalesce({left}, false)"
        if operand.kind == "case_sensitive" and operator != "=":
            left, right = f"lower({left})", f"lower({right})"
        if operand.kind == "id" and operator != "=":
            left, right = f"substr({left}, 1, {_ID_CHARACTERS})", f"substr({right}, 1, {_ID_CHARACTERS})"
        return Truth.of(f"({left} {operator} {right})")

    def _unordered(self, operand: Operand, operator: str, value: tree.Value) -> str | None:
        """Return when the order of two texts is not known."""
        if operator not in {"<", "<=", ">", ">="} or operand.kind not in {"text", "case_sensitive"}:
            return None
        if isinstance(value, tree.Text) and not _orderable(value.value):
            return f"{operand.value} IS NOT NULL"
        alike = ""
        if operand.kind == "case_sensitive":
            text = _constant(value, operand.kind)
            alike = f" OR lower({operand.value}) = lower({text}) AND {operand.value} <> {text}"
        return f"NOT {orderable(operand.value)}{alike}"

    def _span(self, operand: Operand, operator: str, value: tree.Span) -> Truth:
        """Compare with the days of a date literal, at both moments and for each start of the week."""
        setting = self.setting
        self.years = self.years or value.name == "LAST_N_YEARS"
        if "FISCAL" in value.name and setting.calendar.fiscal_starts is None:
            raise CannotReplay(
                f"{value.name} needs the first month of the fiscal year, which the map does not state"
            )
        stated = setting.calendar.week_starts
        weeks = [stated] if stated is not None or "WEEK" not in value.name else [_SUNDAY, _MONDAY]
        ends: list[tuple[str, str]] = []
        for anchor in (setting.since, setting.until):
            for week in weeks:
                try:
                    first, after = dates.days(
                        value.name,
                        value.count,
                        anchor,
                        setting.zone,
                        week_starts=_SUNDAY if week is None else week,
                        fiscal_starts=setting.calendar.fiscal_starts,
                        years_one_more=setting.reading.years_one_more,
                    )
                except ValueError as error:
                    raise CannotReplay(visible(str(error), limit=120)) from None
                if operand.kind == "date":
                    ends.append((f"DATE '{first}'", f"DATE '{after}'"))
                else:
                    ends.append((_instant(first, setting.zone), _instant(after, setting.zone)))
        return _ranged(operand.value, operator, ends, now=self._now(operand, value))

    def _now(self, operand: Operand, value: tree.Span) -> str | None:
        """Return the moment at which a literal that runs to now surely ends."""
        return (
            moment(self.setting.since) if operand.kind == "datetime" and dates.ends_now(value.name) else None
        )

    # --- functions -------------------------------------------------------------------------------------

    def _call_kind(self, call: tree.Call) -> str:
        if call.name == "day_only":
            return "date"
        if call.name in _PARTS or call.name in _FISCAL:
            return "number"
        raise CannotReplay(f"function {visible(call.name, limit=40)} in a condition")

    def _call(self, call: tree.Call) -> Operand:
        """Return a date function of a field; in UTC unless convertTimezone stands inside."""
        kind = self._call_kind(call)
        inside = call.arguments[0] if len(call.arguments) == 1 else None
        local = (
            isinstance(inside, tree.Call) and inside.name == "converttimezone" and len(inside.arguments) == 1
        )
        if isinstance(inside, tree.Call) and local:
            inside = inside.arguments[0]
        if not isinstance(inside, tree.Path):
            raise CannotReplay(f"function {visible(call.name, limit=40)} of something else than a field")
        place = self.place(inside)
        own = self.tables.kind(place.table, place.column) if place.table and place.column else "datetime"
        operand = self.read(place, "date" if own == "date" else "datetime")
        value = operand.value
        if local and operand.kind == "datetime":
            zone = literal(str(self.setting.zone))
            value = f"(({value} AT TIME ZONE 'UTC') AT TIME ZONE {zone})"
        if call.name in _FISCAL:
            text = self._fiscal(call.name, value)
        else:
            text = f"({value})::DATE" if call.name == "day_only" else _PARTS[call.name].format(value)
        return Operand(text, kind, operand.open)

    def _fiscal(self, name: str, value: str) -> str:
        """Return a part of the fiscal year, which is named after the year in which it ends."""
        starts = self.setting.calendar.fiscal_starts
        if starts is None:
            raise CannotReplay(
                f"{name} needs the first month of the fiscal year, which the map does not state"
            )
        moved = f"({value} + INTERVAL {(13 - starts) % 12} MONTH)"
        return _FISCAL[name].format(moved)


# --- putting conditions together -------------------------------------------------------------------------


def both(terms: Sequence[Term]) -> Term:
    """Return the conjunction of conditions."""
    return _joined(terms, " AND ", "true")


def either(terms: Sequence[Term]) -> Term:
    """Return the disjunction of conditions."""
    return _joined(terms, " OR ", "false")


def _joined(terms: Sequence[Term], word: str, none: str) -> Term:
    def join(pick: Callable[[Term], str]) -> str:
        texts = [pick(term) for term in terms if pick(term) != none]
        return word.join(f"({text})" for text in texts) if texts else none

    return Term(join(lambda t: t.must), join(lambda t: t.may), join(lambda t: t.plain))


def _opened(truth: Truth, open_: str | None) -> Term:
    if open_ is None:
        return Term(truth.must, truth.may, truth.plain)
    return Term(f"({truth.must}) AND NOT ({open_})", f"({truth.may}) OR ({open_})", truth.plain)


def _or(*conditions: str | None) -> str | None:
    """Return the disjunction of conditions that are given."""
    given = [each for each in conditions if each]
    if "true" in given:
        return "true"
    return " OR ".join(f"({each})" for each in dict.fromkeys(given)) or None


def _not(text: str) -> str:
    return f"(NOT {text})"


def _is_not(text: str) -> str:
    return f"({text} IS NOT TRUE)"


# --- values ----------------------------------------------------------------------------------------------

_NOTHING = {
    "text": "NULL::VARCHAR",
    "case_sensitive": "NULL::VARCHAR",
    "id": "NULL::VARCHAR",
    "number": "NULL::DECIMAL(38, 10)",
    "boolean": "NULL::BOOLEAN",
    "date": "NULL::DATE",
    "datetime": "NULL::TIMESTAMP",
    "multipicklist": "NULL::VARCHAR[]",
}
_WANTED: dict[type, str] = {
    tree.Text: "text",
    tree.Number: "number",
    tree.Currency: "number",
    tree.Boolean: "boolean",
    tree.Day: "date",
    tree.Moment: "datetime",
    tree.Span: "datetime",
}
# https://developer.salesforce.com, SOQL and SOSL Reference, Date Functions: weeks of a month and of a year
# begin with its first day, Sunday is day 1.
_PARTS = {
    "calendar_year": "year({0})",
    "calendar_quarter": "quarter({0})",
    "calendar_month": "month({0})",
    "day_in_month": "day({0})",
    "day_in_week": "(dayofweek({0}) + 1)",
    "day_in_year": "dayofyear({0})",
    "day_only": "",
    "hour_in_day": "hour({0})",
    "week_in_month": "((day({0}) - 1) // 7 + 1)",
    "week_in_year": "((dayofyear({0}) - 1) // 7 + 1)",
}
_FISCAL = {
    "fiscal_year": "year({0})",
    "fiscal_quarter": "quarter({0})",
    "fiscal_month": "month({0})",
}


def _blank(value: tree.Value) -> bool:
    return isinstance(value, tree.Text) and not value.value.strip()


def _misfit(left: tree.Path, stated: str, wanted: str) -> str:
    return f"{visible(left.text, limit=80)} has the type {stated} and is compared with a {wanted}"


def _text_kind(place: Place, stated: str | None, operator: str, left: tree.Path) -> str:
    if stated in {"boolean", "date", "datetime", "number"}:
        raise CannotReplay(_misfit(left, stated, "text"))
    if operator == "like":
        return "case_sensitive" if stated == "case_sensitive" else "text"
    if stated:
        return stated
    return "id" if _of_ids(place) else "text"


def _of_ids(place: Place | None) -> bool:
    return bool(place and place.table and place.column and place.table.holds_ids(place.column))


def _constant(value: tree.Value, kind: str) -> str:
    """Return a value of a query as a literal of ours."""
    if isinstance(value, tree.Text):
        if kind == "id":
            return literal(ids.canonical(value.value.strip()) or value.value.strip())
        return literal(value.value if kind == "case_sensitive" else value.value.lower())
    if isinstance(value, tree.Number):
        return _number(value.value)
    if isinstance(value, tree.Boolean):
        return "true" if value.value else "false"
    if isinstance(value, tree.Day):
        return f"DATE '{value.value.isoformat()}'"
    if isinstance(value, tree.Moment):
        return moment(value.value)
    raise CannotReplay("a value that cannot be compared")


def _number(value: Decimal) -> str:
    """Return a number; beyond what a column can hold it is the nearest bound outside."""
    if not value.is_finite() or abs(value) >= Decimal(10) ** 27:
        return "-9999999999999999999999999999" if value < 0 else "9999999999999999999999999999"
    if -value.normalize().as_tuple().exponent > _DECIMALS:  # type: ignore[operator]
        raise CannotReplay(f"a number with more than {_DECIMALS} decimals")
    return f"{value:f}"


def _entries(value: str) -> list[str]:
    """Return the entries of a multi-picklist value, as they are compared."""
    return [each.strip().lower() for each in value.split(";") if each.strip()]


def _like(operand: Operand, pattern: tree.Value) -> str:
    """Return a pattern match: where it is not plain, a regular expression, which takes linear time."""
    if not isinstance(pattern, tree.Text):
        raise CannotReplay("LIKE with something else than text")
    text = pattern.pattern if operand.kind == "case_sensitive" else pattern.pattern.lower()
    pieces = _pieces(text)
    inner = pieces[1 if pieces[:1] == ["%"] else 0 : -1 if pieces[-1:] == ["%"] else None]
    if any(piece in {"%", "_"} for piece in inner) or len(inner) != 1:
        expression = "".join({"%": ".*", "_": "."}.get(piece) or _exactly(piece[1:]) for piece in pieces)
        return f"regexp_full_match({operand.value}, {literal(expression)}, 's')"
    word = literal(inner[0][1:])
    match pieces[:1] == ["%"], pieces[-1:] == ["%"]:
        case True, True:
            return f"contains({operand.value}, {word})"
        case True, False:
            return f"suffix({operand.value}, {word})"
        case False, True:
            return f"prefix({operand.value}, {word})"
        case _:
            return f"({operand.value} = {word})"


def _pieces(pattern: str) -> list[str]:
    """Return a pattern as `%`, `_` and runs of plain characters, each run with a `=` before it."""
    found: list[str] = []
    escaped = False
    for char in pattern:
        if char == "\\" and not escaped:
            escaped = True
            continue
        if char in "%_" and not escaped:
            found.append(char)
        elif found and found[-1].startswith("="):
            found[-1] += char
        else:
            found.append(f"={char}")
        escaped = False
    return found


def _exactly(text: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else f"\\x{{{ord(c):x}}}" for c in text)


def _orderable(value: str) -> bool:
    return value.isalnum() and value.isascii()


def orderable(value: str) -> str:
    """Return the condition that the order of a text is known."""
    return f"coalesce(regexp_full_match({value}, '[A-Za-z0-9]+'), true)"


def _instant(day: object, zone: ZoneInfo) -> str:
    return moment(dates.midnight(day, zone))  # type: ignore[arg-type]


def _ranged(value: str, operator: str, ends: Sequence[tuple[str, str]], *, now: str | None) -> Truth:
    """Compare a value with ranges [first, after) of which it is not known which one holds."""
    first, after = ends[0]
    lows, highs = sorted({low for low, _ in ends}), sorted({high for _, high in ends})
    low, low_last, high, high_last = lows[0], lows[-1], highs[0], highs[-1]
    until = now or high
    if operator == "=":
        return Truth(
            f"({value} >= {low_last} AND {value} < {until})",
            f"({value} >= {low} AND {value} < {high_last})",
            f"({value} >= {first} AND {value} < {after})",
        )
    if operator == "<":
        return Truth(f"({value} < {low})", f"({value} < {low_last})", f"({value} < {first})")
    if operator == ">=":
        return Truth(f"({value} >= {low_last})", f"({value} >= {low})", f"({value} >= {first})")
    if operator == ">":
        return Truth(f"({value} >= {high_last})", f"({value} >= {until})", f"({value} >= {after})")
    return Truth(f"({value} < {until})", f"({value} < {high_last})", f"({value} < {after})")
