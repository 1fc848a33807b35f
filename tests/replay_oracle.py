"""The rules of replay once more, in plain loops over small data.

Written from `docs/explanation/replay.md` alone and apart from the code it judges: it shares no line
with it but the form of record ids, uses no database, and is slow on purpose. Every rule stands beside
the loop that applies it.

The same conditions are evaluated in two places. `Then` is one moment of a course of the world where
everything is known: it gives the truth. `Evidence` is what the snapshot can still say of a moment:
it gives what must and what may have come back. A condition has a set of possible truth values:
T, F, and U for a comparison that is neither (a null under the reading "left out").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import TypeAlias
from zoneinfo import ZoneInfo

from replay_query import And, Bind, Compare, Condition, Function, InQuery, Literal, Not, Or, Query, Scalar
from replay_values import (
    READERS,
    as_date,
    as_id,
    as_time,
    entries,
    fold,
    held,
    like,
    local_day,
    midnight,
    part_of_day,
    plain_text,
    span,
)

Row: TypeAlias = dict[str, str | None]
Truths: TypeAlias = frozenset[str]


class Unknown(Enum):
    """A value that the evidence leaves open."""

    OPEN = "open"


OPEN = Unknown.OPEN
Seen: TypeAlias = str | Unknown | None
"""The text of a value, None for no value, or open."""
ANY: Truths = frozenset("TF")
TRUE: Truths = frozenset("T")
FALSE: Truths = frozenset("F")
NEITHER: Truths = frozenset("U")


# --- the snapshot and its map ---


@dataclass(frozen=True)
class Change:
    """One line of a history."""

    record: str
    field: str
    at: datetime
    old: str | None
    new: str | None


@dataclass(frozen=True)
class History:
    """The changes of an object's fields."""

    changes: tuple[Change, ...]
    tracks: frozenset[str] = frozenset()
    """Fields that it records; empty: those that occur in it."""

    def tracked(self, name: str) -> bool:
        """Whether a field would show in it, had it changed."""
        return name in (self.tracks or {change.field for change in self.changes})


@dataclass(frozen=True)
class Table:
    """One object."""

    name: str
    columns: tuple[str, ...]
    types: dict[str, str] = field(default_factory=dict[str, str])
    links: dict[str, str] = field(default_factory=dict[str, str])
    """Link field to the object it points to."""
    children: dict[str, str] = field(default_factory=dict[str, str])
    """Link field to the name of the list of children in the object pointed to."""
    id: str = "Id"
    created: str = "CreatedDate"
    changed: str = "SystemModstamp"
    history: History | None = None

    def column(self, name: str) -> str | None:
        """The column that a query means: letter case does not count."""
        return next((each for each in self.columns if each.lower() == name.lower()), None)


@dataclass(frozen=True)
class User:
    """What the map states of an account."""

    zone: str | None = None
    sees_all: bool = False


@dataclass(frozen=True)
class Store:
    """A snapshot with its map."""

    tables: dict[str, Table]
    rows: dict[str, list[Row]]
    users: dict[str, User] = field(default_factory=dict[str, User])
    other_users: User = User()
    zone: str = "UTC"
    """The organisation's."""
    listed: dict[str, frozenset[str]] | None = None
    """Account to the ids in the table of visible records."""
    week_starts: int | None = None
    fiscal_starts: int | None = None

    def table(self, name: str) -> Table | None:
        """The object that a query means."""
        return next((each for key, each in self.tables.items() if key.lower() == name.lower()), None)

    def user(self, actor: str | None) -> User:
        """What the map states of an account, itself or for all."""
        return self.users.get(actor or "", self.other_users)

    def lists(self, actor: str | None) -> frozenset[str] | None:
        """The records that a table lists for an account; None where it says nothing of the account."""
        return self.listed.get(actor or "") if self.listed else None


@dataclass(frozen=True)
class Asked:
    """One logged query with what the logs count of it."""

    query: Query
    since: datetime
    until: datetime
    actor: str | None = None
    matched: int | None = None
    fewest: int | None = None
    most: int | None = None
    prefix: bool = False
    """Whether the rows delivered are the first ones of the answer."""
    whole: bool = False
    """Whether all rows that it matched were delivered, however many."""
    all_rows: bool = False

    @property
    def deleted_too(self) -> bool:
        """Whether records in the recycle bin count."""
        return self.all_rows or self.query.all_rows


@dataclass(frozen=True)
class Reading:
    """One reading of what is disputed."""

    nulls: str = "returned"
    """`returned` or `left out`."""
    years: int = 0
    """How many years LAST_N_YEARS reaches further back than its siblings."""


READINGS = tuple(Reading(nulls, years) for nulls in ("returned", "left out") for years in (0, 1))

# --- what can be known of a moment ---


class View:
    """The tables as a condition sees them; the base class of the truth and of the evidence."""

    store: Store
    zone: str
    days: tuple[date, ...]
    """Local days on which the answer may have been computed."""
    week_starts: tuple[int, ...]
    ends: tuple[datetime | None, ...]
    """Where literals that run until now end: at a moment, or None for the end of the day."""
    deleted_too: bool
    now: bool
    """Take what is open as it stands today, and what cannot be read as no value."""

    def value(self, table: Table, row: Row, name: str) -> Seen:
        """The value of a column at the moment."""
        raise NotImplementedError

    def exists(self, table: Table, row: Row) -> Truths:
        """Whether the record was there."""
        raise NotImplementedError

    def visible(self, table: Table, row: Row) -> Truths:
        """Whether the account could see it."""
        raise NotImplementedError

    def sorts(self, first: str, second: str, *, exact: bool) -> str | None:
        """How two texts stand to each other: <, =, >, or None where nobody knows."""
        raise NotImplementedError


@dataclass
class Evidence(View):
    """What the snapshot says of a moment between `since` and `until`."""

    store: Store
    asked: Asked
    now: bool = False
    """Take the values of today where those of then are open."""

    def __post_init__(self) -> None:
        store, asked = self.store, self.asked
        # The running user's zone, or the organisation's where the map names none.
        self.zone = store.user(asked.actor).zone or store.zone
        first, last = local_day(asked.since, self.zone), local_day(asked.until, self.zone)
        self.days = tuple(first + timedelta(days=count) for count in range((last - first).days + 1))
        # Weeks begin on the stated day, else on Sunday or Monday.
        self.week_starts = (6, 0) if store.week_starts is None else (store.week_starts,)
        self.deleted_too = asked.deleted_too
        self.ends = (None, asked.since)
        if self.now:
            self.ends = (None,)
            self.days, self.week_starts = self.days[:1], self.week_starts[:1]

    def value(self, table: Table, row: Row, name: str) -> Seen:
        """The value then, as far as it is known."""
        # A column that the snapshot does not have is open.
        if name not in table.columns:
            return OPEN
        value = held(row.get(name))
        # These cannot change.
        if name in {"Id", "CreatedDate", "CreatedById", table.id, table.created}:
            return value
        # Settled: the last change lies before the event; no time of change means never changed.
        changed = as_time(held(row.get(table.changed)) or "")
        # The platform stamps changes with their second only.
        if changed is None or changed < self.asked.since.replace(microsecond=0):
            return value
        then = self.from_history(table, row, name)
        return value if then is OPEN and self.now else then

    def from_history(self, table: Table, row: Row, name: str) -> Seen:
        """The value then, as far as a history tells it."""
        if table.history is None or not table.history.tracked(name):
            return OPEN
        own = (row.get(table.id), name)
        changes = [each for each in table.history.changes if (each.record, each.field) == own]
        changes.sort(key=lambda each: each.at)
        # A change while the answer was computed leaves both values possible.
        second = self.asked.since.replace(microsecond=0)
        if any(second <= each.at <= self.asked.until for each in changes):
            return OPEN
        for each in changes:
            if each.at >= second:
                return held(each.old)
        return held(row.get(name))

    def exists(self, table: Table, row: Row) -> Truths:
        """Whether it was made by then."""
        created = as_time(held(row.get(table.created)) or "")
        # A record without a time of creation was always there.
        # The platform stamps creation with its second only, too.
        if created is None or created < self.asked.since.replace(microsecond=0):
            return TRUE
        if self.now and created <= self.asked.until:
            return TRUE
        return ANY if created <= self.asked.until else FALSE

    def visible(self, table: Table, row: Row) -> Truths:
        """What the map states, or the table of visible records."""
        if self.store.user(self.asked.actor).sees_all:
            return TRUE
        listed = self.store.lists(self.asked.actor)
        if listed is None:
            return TRUE if self.now else ANY
        # A table of visible records also takes away what it does not list.
        return TRUE if row.get(table.id) in listed else FALSE

    def sorts(self, first: str, second: str, *, exact: bool) -> str | None:
        """Known for plain text only."""
        if not self.now and not (plain_text(first) and plain_text(second)):
            return None
        one, other = first.lower(), second.lower()
        # Which case comes first is the platform's secret.
        if exact and one == other and first != second and not self.now:
            return None
        return "=" if one == other else "<" if one < other else ">"


# --- conditions ---


def negated(truths: Truths) -> Truths:
    """NOT: true and false change places, neither stays."""
    return frozenset({"T": "F", "F": "T", "U": "U"}[each] for each in truths)


def joined(parts: list[Truths], *, every: bool) -> Truths:
    """AND or OR of parts that know nothing of each other: every choice is a course of things."""
    ranks = "FUT" if every else "TUF"
    return frozenset(min(choice, key=ranks.index) for choice in product(*parts))


def relation(view: View, table: Table, name: str) -> tuple[str, Table] | None:
    """The link field and the object behind a word of a path: Contact for ContactId, X__r for X__c."""
    for link, target in table.links.items():
        word = link[:-1] + "r" if link.endswith("__c") else link.removesuffix("Id")
        parent = view.store.table(target)
        if word.lower() == name.lower() and parent is not None:
            return link, parent
    return None


def record(view: View, table: Table, id_: str) -> Row | None:
    """The record of an object with that id."""
    for row in view.store.rows.get(table.name, []):
        if as_id(row.get(table.id) or "") == as_id(id_):
            return row
    return None


def walk(view: View, table: Table, row: Row, path: str) -> tuple[Table, str, Seen] | None:
    """Table, column and value at the end of a path; None where the path leads nowhere we know."""
    *words, last = path.split(".")
    # The name of the object itself may stand in front.
    if words and words[0].lower() == table.name.lower() and relation(view, table, words[0]) is None:
        words = words[1:]
    here: Row | Unknown | None = row
    for word in words:
        step = relation(view, table, word)
        # A parent whose relation the map does not state is open.
        if step is None:
            return None
        link, parent = step
        if not isinstance(here, dict):
            table = parent
            continue
        pointed = view.value(table, here, link)
        table = parent
        # A parent that the snapshot lacks although the link has a value is open.
        here = record(view, table, pointed) or OPEN if isinstance(pointed, str) else pointed
    column = table.column(last)
    if column is None:
        return None
    # A parent path is null where the link is null.
    value = view.value(table, here, column) if isinstance(here, dict) else here
    return table, column, value


def kind_of(view: View, table: Table, column: str, op: str, right: Scalar) -> str | None:
    """The type in which a column is compared: stated, else that of the value, else what all can be read as."""
    if column == table.id or column in table.links:
        return "id"
    if column in table.types:
        return table.types[column]
    if op in {"INCLUDES", "EXCLUDES"}:
        return "multipicklist"
    match right:
        case bool():
            return "boolean"
        case int() | Decimal():
            return "number"
        case datetime():
            return "datetime"
        case date():
            return "date"
        case str() | None:
            return "text"
        case _:
            readable = readable_as(view, table, column)
            return readable if readable in {"date", "datetime"} else None


def readable_as(view: View, table: Table, column: str) -> str:
    """The first type in which every value of a column can be read."""
    values = [held(row.get(column)) for row in view.store.rows.get(table.name, [])]
    for kind, reader in READERS.items():
        if all(value is None or reader(value) is not None for value in values):
            return kind
    return "text"


def truth(view: View, table: Table, row: Row, condition: Condition, reading: Reading) -> Truths:
    """The possible truth values of a condition on one record."""
    match condition:
        case And(parts) | Or(parts):
            found = [truth(view, table, row, part, reading) for part in parts]
            return joined(found, every=isinstance(condition, And))
        case Not(part):
            return negated(truth(view, table, row, part, reading))
        case InQuery():
            return in_query(view, table, row, condition, reading)
        case Compare():
            return compare(view, table, row, condition, reading)


NEGATIONS = {"!=": "=", "<>": "=", "NOT IN": "IN", "EXCLUDES": "INCLUDES"}


def compare(view: View, table: Table, row: Row, test: Compare, reading: Reading) -> Truths:
    """One comparison."""
    left, right = test.left, test.right
    # != is the negation of =, NOT IN of IN, EXCLUDES of INCLUDES; a null that is neither stays so.
    if test.op in NEGATIONS:
        return negated(compare(view, table, row, replace(test, op=NEGATIONS[test.op]), reading))
    # A list is true where one of its values is.
    if isinstance(right, tuple):
        single = "INCLUDES" if test.op == "INCLUDES" else "="
        each = [compare(view, table, row, Compare(left, single, one), reading) for one in right]
        return joined(each, every=False)
    # The log does not tell the value of a variable.
    if isinstance(right, Bind):
        return FALSE if view.now else ANY
    found = walk(view, table, row, left if isinstance(left, str) else left.path)
    if found is None:
        return TRUE if view.now and right in {None, ""} else unread(view, reading)
    kind, value = operand(view, found, test)
    # A boolean is never null, whatever it was.
    if right is None and kind == "boolean":
        return FALSE
    if value is OPEN and view.now:
        value = None
    if value is OPEN or kind is None:
        return unread(view, reading)
    return told(view, kind, None if value is None else str(value), test, reading)


def operand(view: View, found: tuple[Table, str, Seen], test: Compare) -> tuple[str | None, Seen]:
    """Type and value of the left side: a field, or a date function of one."""
    owner, column, value = found
    if isinstance(test.left, Function):
        kind = "date" if test.left.name == "DAY_ONLY" else "number"
        return kind, called(view, owner, column, value, test.left)
    right = None if isinstance(test.right, tuple) else test.right
    return kind_of(view, owner, column, test.op, right), value


def unread(view: View, reading: Reading) -> Truths:
    """A comparison whose value is not known: open, and today like a null."""
    if not view.now:
        return ANY
    return FALSE if reading.nulls == "returned" else NEITHER


def called(view: View, table: Table, column: str, value: Seen, function: Function) -> Seen:
    """The value of a date function."""
    if value is None or value is OPEN:
        return value
    kind = table.types.get(column) or readable_as(view, table, column)
    if kind == "date":
        day = as_date(str(value))
        return OPEN if day is None else part_of_day(function.name, day, view.store.fiscal_starts)
    moment = as_time(str(value)) if kind == "datetime" else None
    if moment is None:
        return OPEN
    # In UTC, unless convertTimezone stands inside: then in the user's zone.
    wall = moment.astimezone(ZoneInfo(view.zone)) if function.converted else moment
    return part_of_day(function.name, wall, view.store.fiscal_starts)


def told(view: View, kind: str, value: str | None, test: Compare, reading: Reading) -> Truths:
    """A comparison of a value that is known."""
    op, right = test.op, None if isinstance(test.right, tuple) else test.right
    # A boolean is never null: no value is false.
    if kind == "boolean" and value is None:
        value = "false"
    # A test for null is plain in both readings; the empty text is null.
    if right is None or (isinstance(right, str) and not right.strip() and op == "="):
        return TRUE if op == "=" and value is None else FALSE
    # Any other comparison with null is false, or neither.
    if value is None:
        return FALSE if reading.nulls == "returned" else NEITHER
    if kind in READERS:
        return told_read(view, kind, value, replace(test, right=right), reading)
    if kind == "id":
        return told_order(as_id(value), op, as_id(str(right)))
    if kind == "multipicklist":
        have, wanted = entries(value), entries(str(right))
        return truths_of({wanted <= have if op == "INCLUDES" else wanted == have})
    return told_text(view, value, op, str(right), exact=kind == "case_sensitive")


def told_read(view: View, kind: str, value: str, test: Compare, reading: Reading) -> Truths:
    """A comparison of a value that has to be read: a number, a boolean, a date or a time."""
    known, right = READERS[kind](value), test.right
    # A value that cannot be read as the type it is compared with is open.
    if known is None:
        return unread(view, reading)
    if isinstance(right, Literal):
        return told_literal(view, known, test.op, right, reading)
    return told_order(known, test.op, Decimal(str(right)) if kind == "number" else right)


def told_text(view: View, value: str, op: str, right: str, *, exact: bool) -> Truths:
    """A comparison of two texts."""
    if op in {"=", "LIKE"}:
        one, other = (value, right) if exact else (fold(value), fold(right))
        return truths_of({one == other if op == "=" else like(one, other)})
    stands = view.sorts(value, right, exact=exact)
    return ANY if stands is None else truths_of({stands in op})


def told_order(value: object, op: str, right: object) -> Truths:
    """A comparison of two values of one type that have an order; ids by their first 15 characters."""
    if isinstance(value, str) and isinstance(right, str) and op != "=":
        value, right = value[:15], right[:15]
    stands = "=" if value == right else "<" if value < right else ">"  # pyright: ignore[reportOperatorIssue]
    return truths_of({stands in op})


def told_literal(view: View, value: object, op: str, right: Literal, reading: Reading) -> Truths:
    """A comparison with a range of days: inside for =, before its start for <, after its end for >."""
    found: set[bool] = set()
    # Whichever day the answer was computed on, and whichever day weeks begin on.
    # A literal that runs until now ends at the moment itself, or with the day: that is not settled.
    to_now = right.name in {"LAST_N_DAYS", "LAST_90_DAYS"}
    for today, week, now in product(view.days, view.week_starts, view.ends if to_now else (None,)):
        first, after = span(right, today, week, view.store.fiscal_starts or 1, reading.years)
        if isinstance(value, datetime):
            start, end = midnight(view.zone, first), now or midnight(view.zone, after)
            stands = "<" if value < start else "=" if value < end else ">"
        else:
            assert isinstance(value, date)
            stands = "<" if value < first else "=" if value < after else ">"
        found.add(stands in op)
    return truths_of(found)


def truths_of(found: set[bool]) -> Truths:
    """Truth values of plain results."""
    return frozenset("T" if each else "F" for each in found)


def in_query(view: View, table: Table, row: Row, condition: InQuery, reading: Reading) -> Truths:
    """A semi-join or an anti-join."""
    if condition.negated:
        return negated(in_query(view, table, row, replace(condition, negated=False), reading))
    found = walk(view, table, row, condition.left)
    inner = view.store.table(condition.query.object)
    if found is None or inner is None or (found[2] is OPEN and not view.now):
        return unread(view, reading)
    if found[2] is None or found[2] is OPEN:
        return FALSE if reading.nulls == "returned" else NEITHER
    must = may = False
    selected = condition.query.select[0]
    assert isinstance(selected, str)
    for one in view.store.rows.get(inner.name, []):
        comes = returned(view, inner, one, condition.query, reading)
        inside = walk(view, inner, one, selected)
        value = OPEN if inside is None else inside[2]
        # Nulls inside are ignored.
        if value is None or "T" not in comes:
            continue
        if value is OPEN:
            may = True
        elif as_id(str(value)) == as_id(str(found[2])):
            may = True
            # Only an inner record that surely came makes the outer one sure.
            must = must or comes == TRUE
    return TRUE if must else ANY if may else FALSE


def matching(view: View, table: Table, row: Row, query: Query, reading: Reading) -> Truths:
    """Whether a record was there and matched, whoever asks."""
    parts = [view.exists(table, row)]
    if query.where is not None:
        parts.append(truth(view, table, row, query.where, reading))
    deleted = table.column("IsDeleted")
    # Deleted records stay out unless the query asks for all rows.
    if deleted is not None and not view.deleted_too:
        parts.append(truth(view, table, row, Compare(deleted, "=", right=False), reading))
    return joined(parts, every=True)


def returned(view: View, table: Table, row: Row, query: Query, reading: Reading) -> Truths:
    """Whether a record was there, matched, and could be seen."""
    return joined([view.visible(table, row), matching(view, table, row, query, reading)], every=True)
