"""The rules of replay once more, in plain loops over small data.

Written from `docs/explanation/replay.md` alone and apart from the code it judges: it shares no line
with it, uses no database, and is slow on purpose. Every rule stands beside the loop that applies it.

The same conditions are evaluated in two places. `Then` is one moment of a course of the world where
everything is known: it gives the truth. `Evidence` is what the snapshot can still say of a moment:
it gives what must and what may have come back. A condition has a set of possible truth values:
T, F, and U for a comparison that is neither (a null under the reading "left out").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import product
from typing import TypeAlias
from zoneinfo import ZoneInfo

from floodmark import ids

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


# --- queries ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Literal:
    """A date literal such as LAST_N_DAYS:3."""

    name: str
    n: int | None = None


@dataclass(frozen=True)
class Bind:
    """A variable whose value the log does not tell."""

    name: str


Scalar: TypeAlias = str | int | Decimal | bool | date | datetime | Literal | Bind | None


@dataclass(frozen=True)
class Function:
    """A date function of a field."""

    name: str
    path: str
    converted: bool = False
    """Whether convertTimezone stands inside."""


@dataclass(frozen=True)
class Compare:
    """One comparison; `right` is a tuple for IN, NOT IN, INCLUDES and EXCLUDES.

    In a LIKE pattern a backslash escapes the character after it.
    """

    left: str | Function
    op: str
    right: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True)
class InQuery:
    """A semi-join, or an anti-join where negated; the inner query selects one field."""

    left: str
    query: Query
    negated: bool = False


@dataclass(frozen=True)
class And:
    """All of them."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    """Any of them."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """Not this."""

    part: Condition


Condition: TypeAlias = Compare | InQuery | And | Or | Not


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY."""

    path: str
    descending: bool = False
    nulls: str | None = None
    """FIRST, LAST or not stated."""


@dataclass(frozen=True)
class Aggregate:
    """COUNT() and its like; a path of None is the empty list of arguments."""

    name: str
    path: str | None = None


@dataclass(frozen=True)
class Children:
    """A query nested in the select list; its object is the name of the list."""

    query: Query


@dataclass(frozen=True)
class Query:
    """One query."""

    select: tuple[str | Aggregate | Children, ...]
    object: str
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    group: tuple[str, ...] = ()
    all_rows: bool = False
    scope: str | None = None


def text_of(query: Query) -> str:
    """Write a query as the platform logs it."""
    words = ["SELECT " + ", ".join(map(_item, query.select)), f"FROM {query.object}"]
    if query.scope:
        words.append(f"USING SCOPE {query.scope}")
    if query.where is not None:
        words.append(f"WHERE {_condition(query.where, top=True)}")
    if query.group:
        words.append("GROUP BY " + ", ".join(query.group))
    if query.order:
        words.append("ORDER BY " + ", ".join(map(_key, query.order)))
    if query.limit is not None:
        words.append(f"LIMIT {query.limit}")
    if query.offset is not None:
        words.append(f"OFFSET {query.offset}")
    if query.all_rows:
        words.append("ALL ROWS")
    return " ".join(words)


def _item(item: str | Aggregate | Children) -> str:
    if isinstance(item, Children):
        return f"({text_of(item.query)})"
    return f"{item.name}({item.path or ''})" if isinstance(item, Aggregate) else item


def _key(key: Order) -> str:
    nulls = f" NULLS {key.nulls}" if key.nulls else ""
    return f"{key.path}{' DESC' if key.descending else ''}{nulls}"


def _condition(condition: Condition, *, top: bool = False) -> str:
    match condition:
        case Compare(left, op, right):
            return f"{_left(left)} {op} {_right(op, right)}"
        case InQuery(left, query, negated):
            return f"{left} {'NOT IN' if negated else 'IN'} ({text_of(query)})"
        case Not(part):
            inside = f"NOT ({_condition(part, top=True)})"
            return inside if top else f"({inside})"
        case And(parts) | Or(parts):
            word = " AND " if isinstance(condition, And) else " OR "
            inside = word.join(map(_condition, parts))
            return inside if top else f"({inside})"


def _left(left: str | Function) -> str:
    if isinstance(left, str):
        return left
    return f"{left.name}({f'convertTimezone({left.path})' if left.converted else left.path})"


def _right(op: str, right: Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(right, tuple):
        return f"({', '.join(_right(op, each) for each in right)})"
    match right:
        case None:
            return "null"
        case bool():
            return "true" if right else "false"
        case str():
            # A pattern keeps its own escapes; elsewhere a backslash stands for itself.
            kept = right if op == "LIKE" else right.replace("\\", "\\\\")
            return "'" + kept.replace("'", "\\'").replace("\n", "\\n") + "'"
        case datetime():
            return right.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return right.isoformat()
        case Literal(name, n):
            return name if n is None else f"{name}:{n}"
        case Bind(name):
            return f":{name}"
        case _:
            return str(right)


# --- the snapshot and its map -------------------------------------------------------------------


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


# --- values -------------------------------------------------------------------------------------


def held(value: str | None) -> str | None:
    """Null, empty and blank are all no value."""
    return value if value is not None and value.strip() else None


def fold(text: str) -> str:
    """Lower case, character by character."""
    return "".join(char.lower()[:1] for char in text)


def as_id(text: str) -> str:
    """An id with its check characters; what is no id stays as it is."""
    return ids.canonical(text) or text


def as_number(text: str) -> Decimal | None:
    """A decimal number."""
    return Decimal(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def as_boolean(text: str) -> bool | None:
    """True or false."""
    return {"true": True, "false": False, "1": True, "0": False}.get(text.lower())


def as_date(text: str) -> date | None:
    """A calendar day."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def as_time(text: str) -> datetime | None:
    """An instant, written with its offset."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})", text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def entries(text: str) -> frozenset[str]:
    """The entries of a multi-picklist, case ignored."""
    return frozenset(fold(each) for each in text.split(";") if each)


READERS = {"number": as_number, "boolean": as_boolean, "date": as_date, "datetime": as_time}


def plain_text(text: str) -> bool:
    """Whether every language of ours sorts it alike: ASCII letters and digits."""
    return re.fullmatch(r"[A-Za-z0-9]+", text) is not None


def like(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern: % any run, _ one character, a backslash escapes."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like(text[start:], pattern[1:]) for start in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and like(text[1:], pattern[2:])
    if not text:
        return False
    return (pattern[0] == "_" or pattern[0] == text[0]) and like(text[1:], pattern[1:])


# --- days ---------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def midnight(zone: str, day: date) -> datetime:
    """The first instant of a local day: no zone moves its clock by less than a quarter of an hour."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(ZoneInfo(zone)).date() < day:
        moment += timedelta(minutes=15)
    return moment


def local_day(moment: datetime, zone: str) -> date:
    """The day on the wall at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=None)
def start_of(unit: str, day: date, week_starts: int, fiscal_starts: int) -> date:
    """The first day of the unit that a day lies in."""
    while not _begins(unit, day, week_starts, fiscal_starts):
        day -= timedelta(days=1)
    return day


def _begins(unit: str, day: date, week_starts: int, fiscal_starts: int) -> bool:
    match unit:
        case "DAY":
            return True
        case "WEEK":
            return day.weekday() == week_starts
        case "MONTH":
            return day.day == 1
        case "QUARTER":
            return day.day == 1 and day.month in {1, 4, 7, 10}
        case "YEAR":
            return day.day == 1 and day.month == 1
        case "FISCAL_QUARTER":
            return day.day == 1 and (day.month - fiscal_starts) % 3 == 0
        case "FISCAL_YEAR":
            return day.day == 1 and day.month == fiscal_starts
        case _:
            raise ValueError(unit)


@lru_cache(maxsize=None)
def span(
    literal: Literal, today: date, week_starts: int, fiscal_starts: int, years: int
) -> tuple[date, date]:
    """First day of a date literal, and the day after its last."""
    name, n = literal.name, literal.n or 0
    day = timedelta(days=1)
    fixed = {
        "TODAY": (today, today + day),
        "YESTERDAY": (today - day, today),
        "TOMORROW": (today + day, today + 2 * day),
        # From midnight ninety days ago: 91 days with today.
        "LAST_90_DAYS": (today - 90 * day, today + day),
        "NEXT_90_DAYS": (today + day, today + 91 * day),
        "LAST_N_DAYS": (today - n * day, today + day),
        "NEXT_N_DAYS": (today + day, today + (n + 1) * day),
        "N_DAYS_AGO": (today - n * day, today - (n - 1) * day),
    }
    if name in fixed:
        return fixed[name]

    def moved(unit: str, units: int) -> date:
        """The start of the unit that lies some units from the current one."""
        at = start_of(unit, today, week_starts, fiscal_starts)
        for _ in range(-units):
            at = start_of(unit, at - day, week_starts, fiscal_starts)
        for _ in range(units):
            at += day
            while start_of(unit, at, week_starts, fiscal_starts) != at:
                at += day
        return at

    if found := re.fullmatch(r"(LAST|THIS|NEXT)_(WEEK|MONTH|(?:FISCAL_)?(?:QUARTER|YEAR))", name):
        at = {"LAST": -1, "THIS": 0, "NEXT": 1}[found[1]]
        return moved(found[2], at), moved(found[2], at + 1)
    if found := re.fullmatch(r"N_((?:FISCAL_)?[A-Z]+)S_AGO", name):
        return moved(found[1], -n), moved(found[1], 1 - n)
    if found := re.fullmatch(r"NEXT_N_((?:FISCAL_)?[A-Z]+)S", name):
        return moved(found[1], 1), moved(found[1], n + 1)
    if found := re.fullmatch(r"LAST_N_((?:FISCAL_)?[A-Z]+)S", name):
        # The n whole units before the current one; the reach of the years is disputed.
        further = years if found[1] == "YEAR" else 0
        return moved(found[1], -n - further), moved(found[1], 0)
    raise ValueError(name)


def part_of_day(name: str, moment: datetime | date, fiscal_starts: int | None) -> str:
    """What a date function gives for a day on the wall, as text."""
    day = moment.date() if isinstance(moment, datetime) else moment
    in_year = 1
    while day - timedelta(days=in_year) >= date(day.year, 1, 1):
        in_year += 1
    months = (day.month - (fiscal_starts or 1)) % 12
    return str(
        {
            "CALENDAR_YEAR": day.year,
            "CALENDAR_QUARTER": (day.month - 1) // 3 + 1,
            "CALENDAR_MONTH": day.month,
            "FISCAL_QUARTER": months // 3 + 1,
            "FISCAL_MONTH": months + 1,
            "DAY_IN_MONTH": day.day,
            "DAY_IN_YEAR": in_year,
            # Sunday is 1, Saturday 7.
            "DAY_IN_WEEK": (day.weekday() + 1) % 7 + 1,
            # The first seven days are week 1, whatever day they begin on.
            "WEEK_IN_MONTH": (day.day - 1) // 7 + 1,
            "WEEK_IN_YEAR": (in_year - 1) // 7 + 1,
            "HOUR_IN_DAY": moment.hour if isinstance(moment, datetime) else 0,
            "DAY_ONLY": day.isoformat(),
        }[name]
    )


# --- what can be known of a moment ----------------------------------------------------------------


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
        # A column that the snapshot does not have is open.
        if name not in table.columns:
            return OPEN
        value = held(row.get(name))
        # These cannot change.
        if name in {"Id", "CreatedDate", "CreatedById", table.id, table.created}:
            return value
        # Settled: the last change lies before the event; no time of change means never changed.
        changed = as_time(held(row.get(table.changed)) or "")
        if changed is None or changed < self.asked.since:
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
        if any(self.asked.since < each.at <= self.asked.until for each in changes):
            return OPEN
        for each in changes:
            if each.at > self.asked.since:
                return held(each.old)
        return held(row.get(name))

    def exists(self, table: Table, row: Row) -> Truths:
        created = as_time(held(row.get(table.created)) or "")
        # A record without a time of creation was always there.
        if created is None or created <= self.asked.since:
            return TRUE
        if self.now and created <= self.asked.until:
            return TRUE
        return ANY if created <= self.asked.until else FALSE

    def visible(self, table: Table, row: Row) -> Truths:
        if self.store.user(self.asked.actor).sees_all:
            return TRUE
        listed = self.store.lists(self.asked.actor)
        if listed is None:
            return TRUE if self.now else ANY
        # A table of visible records also takes away what it does not list.
        return TRUE if row.get(table.id) in listed else FALSE

    def sorts(self, first: str, second: str, *, exact: bool) -> str | None:
        if not self.now and not (plain_text(first) and plain_text(second)):
            return None
        one, other = first.lower(), second.lower()
        # Which case comes first is the platform's secret.
        if exact and one == other and first != second and not self.now:
            return None
        return "=" if one == other else "<" if one < other else ">"


# --- conditions -----------------------------------------------------------------------------------


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
        if link.endswith("__c"):
            word = link[:-1] + "r"
        else:
            word = link.removesuffix("Id")
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
        if pointed is OPEN or pointed is None:
            here = pointed
        else:
            # A parent that the snapshot lacks although the link has a value is open.
            here = record(view, table, str(pointed)) or OPEN
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
        case Compare(left, op, right):
            return compare(view, table, row, left, op, right, reading)


NEGATIONS = {"!=": "=", "<>": "=", "NOT IN": "IN", "EXCLUDES": "INCLUDES"}


def compare(
    view: View,
    table: Table,
    row: Row,
    left: str | Function,
    op: str,
    right: Scalar | tuple[Scalar, ...],
    reading: Reading,
) -> Truths:
    """One comparison."""
    # != is the negation of =, NOT IN of IN, EXCLUDES of INCLUDES; a null that is neither stays so.
    if op in NEGATIONS:
        return negated(compare(view, table, row, left, NEGATIONS[op], right, reading))
    # A list is true where one of its values is.
    if isinstance(right, tuple):
        single = "INCLUDES" if op == "INCLUDES" else "="
        each = [compare(view, table, row, left, single, one, reading) for one in right]
        return joined(each, every=False)
    found = walk(view, table, row, left if isinstance(left, str) else left.path)
    if isinstance(right, Bind):
        return FALSE if view.now else ANY
    if found is None and view.now and (right is None or right == ""):
        return TRUE
    if found is None:
        return unread(view, reading)
    owner, column, value = found
    if isinstance(left, Function):
        kind: str | None = "date" if left.name == "DAY_ONLY" else "number"
        value = called(view, owner, column, value, left)
    else:
        kind = kind_of(view, owner, column, op, right)
    # A boolean is never null, whatever it was.
    if right is None and kind == "boolean":
        return FALSE
    if value is OPEN and view.now:
        value = None
    if value is OPEN or kind is None:
        return unread(view, reading)
    return told(view, kind, None if value is None else str(value), op, right, reading)


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


def told(view: View, kind: str, value: str | None, op: str, right: Scalar, reading: Reading) -> Truths:
    """A comparison of a value that is known."""
    # A boolean is never null: no value is false.
    if kind == "boolean" and value is None:
        value = "false"
    # A test for null is plain in both readings; the empty text is null.
    if right is None or (isinstance(right, str) and not right.strip() and op == "="):
        return TRUE if op == "=" and value is None else FALSE
    # Any other comparison with null is false, or neither.
    if value is None:
        return FALSE if reading.nulls == "returned" else NEITHER
    match kind:
        case "text" | "case_sensitive":
            return told_text(view, value, op, str(right), exact=kind == "case_sensitive")
        case "id":
            return told_order(as_id(value), op, as_id(str(right)))
        case "multipicklist":
            have, wanted = entries(value), entries(str(right))
            return truths_of({wanted <= have if op == "INCLUDES" else wanted == have})
        case _:
            pass
    known = READERS[kind](value)
    # A value that cannot be read as the type it is compared with is open.
    if known is None:
        return unread(view, reading)
    if isinstance(right, Literal):
        return told_literal(view, known, op, right, reading)
    if kind == "number":
        right = Decimal(str(right))
    return told_order(known, op, right)


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


# --- order and place --------------------------------------------------------------------------------


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


# --- answers ----------------------------------------------------------------------------------------


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
    for row in may:
        earliest = latest = 0
        for other in may:
            if other is row:
                continue
            stand = stands(view, table, other, row, keys)
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
    sure, possible = delivered(view, table, asked, must, may, replayed)
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
    limit = query.limit
    # A limit does not bind where the logged number of rows is below it.
    if limit is None or (asked.matched is not None and asked.matched < limit):
        limit = len(rows)
    end = first + limit
    sure_end, possible_end = pages(asked, first, end)
    sure = {
        name for name, (early, late) in place.items() if name in must and first <= early and late < sure_end
    }
    possible = {
        name
        for name, (early, late) in place.items()
        if max(early, first) < possible_end and late >= first
    }
    # More rows than any of ours: unknown records stand among them and may have pushed ours out.
    beyond = asked.matched is not None and asked.matched > cut(len(may), query)
    cut_off = not every or sure_end < end
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
            found = children(view, table, asked, rows, item.query, readings)
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
    view: Evidence, table: Table, asked: Asked, rows: Come, query: Query, readings: tuple[Reading, ...]
) -> Come | None:
    """The nested rows that came with their parents."""
    for child in view.store.tables.values():
        for link, name in child.children.items():
            if name.lower() == query.object.lower() and child.links[link] == table.name:
                inner = replace(asked, query=query, all_rows=asked.deleted_too)
                return nested(view, child, link, inner, rows, readings)
    return None


def nested(
    view: Evidence, child: Table, link: str, asked: Asked, rows: Come, readings: tuple[Reading, ...]
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
    agreed = asked.matched == found.replayed
    whole = all(come.sure == come.possible for come in (found.rows, *found.others))
    return 2 if whole and agreed else 3


# --- one course of the world ------------------------------------------------------------------------


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

    def value(self, table: Table, row: Row, name: str) -> Seen:
        return held(row.get(name))

    def exists(self, table: Table, row: Row) -> Truths:
        return TRUE

    def visible(self, table: Table, row: Row) -> Truths:
        return TRUE if self.sees is None or row[table.id] in self.sees else FALSE

    def sorts(self, first: str, second: str, *, exact: bool) -> str | None:
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
