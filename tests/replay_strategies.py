"""Courses of the world: tables, queries asked of them, what changed since, and what the logs kept.

A course knows the truth: which records each query gave. From it come the snapshot, which is later
than every query, and the logs' account of each query, which may be thin but never lies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from replay_answers import Come, Taken, Then, aggregates, taken
from replay_oracle import Asked, Change, History, Reading, Row, Store, Table, User
from replay_query import (
    Aggregate,
    And,
    Bind,
    Children,
    Compare,
    Condition,
    Function,
    InQuery,
    Literal,
    Not,
    Or,
    Order,
    Query,
)
from replay_values import as_time, held

DAYS = (
    date(2025, 6, 29),
    date(2025, 6, 30),
    # Nights on which some zone below turns its clock, at two, at midnight, or back over midnight.
    date(2025, 3, 30),
    date(2025, 4, 5),
    date(2025, 4, 25),
    date(2025, 10, 4),
    date(2025, 10, 26),
    date(2026, 1, 1),
)
ZONES = (
    "Australia/Sydney",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Africa/Cairo",
    "Atlantic/Azores",
    "UTC",
)
ACTORS = ("005000000000001AAA", "005000000000002AAA")
TABLES = {
    "Contact": Table(
        name="Contact",
        columns=(
            "Id",
            "AccountId",
            "Name",
            "Email",
            "Code__c",
            "Age__c",
            "Active__c",
            "Birthdate",
            "Seen__c",
            "Likes__c",
            "Free__c",
            "Count__c",
            "IsDeleted",
            "CreatedDate",
            "SystemModstamp",
        ),
        types={
            "Name": "text",
            "Email": "text",
            "Code__c": "case_sensitive",
            "Age__c": "number",
            "Active__c": "boolean",
            "Birthdate": "date",
            "Seen__c": "datetime",
            "Likes__c": "multipicklist",
            "IsDeleted": "boolean",
        },
        links={"AccountId": "Account"},
        children={"AccountId": "Contacts"},
    ),
    "Account": Table(
        name="Account",
        columns=("Id", "ParentId", "Name", "Size__c", "Vip__c", "CreatedDate", "SystemModstamp"),
        types={"Size__c": "number", "Vip__c": "boolean"},
        links={"ParentId": "Account"},
        children={"ParentId": "Accounts"},
    ),
    "Case": Table(
        name="Case",
        columns=("Id", "ContactId", "AccountId", "Subject", "IsDeleted", "CreatedDate", "SystemModstamp"),
        types={"Subject": "text", "IsDeleted": "boolean"},
        links={"ContactId": "Contact", "AccountId": "Account"},
        children={"ContactId": "Cases", "AccountId": "Cases"},
    ),
}
TRUE_TYPES = {
    "Contact": {"Free__c": "text", "Count__c": "number"},
    "Account": {"Name": "text"},
    "Case": {},
}
"""What the platform knows and the map does not state."""
PREFIX = {"Contact": "003", "Account": "001", "Case": "500"}
NAMES = ("Ana", "ANA", "ana", "Bo", "bob", "Zo\u00eb", "O'Neil", "a_b", "50%", "x\\y", "", "  ", None)
POOLS: dict[str, tuple[str | None, ...]] = {
    "Name": NAMES,
    "Email": ("ana@mail.example", "ANA@mail.example", "bo@mail.example", None),
    "Code__c": ("Ab1", "aB1", "zz", "Zz", None),
    "Age__c": ("5", "7.50", "07.5", "-1", "12", None),
    "Active__c": ("true", "false", None),
    "Likes__c": ("A;B", "B;A", "a", "A;C", "C", "A;B;C", None),
    "Free__c": ("Ana", "ana", "Bo", "O'Neil", None),
    "Count__c": ("1", "2", "10", None),
    "Size__c": ("5", "10", None),
    "Vip__c": ("true", "false", None),
    "Subject": ("Help", "HELP", "help me", "100% off", None),
}
LONG_AGO = 9000
"""Hours."""
LITERALS = (
    *(Literal(name) for name in ("TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS")),
    *(
        Literal(f"{when}_{unit}")
        for when in ("LAST", "THIS", "NEXT")
        for unit in ("WEEK", "MONTH", "QUARTER", "YEAR")
    ),
    *(
        Literal(f"{when}_N_{unit}S", n)
        for when in ("LAST", "NEXT")
        for unit in ("DAY", "WEEK", "MONTH")
        for n in (1, 2)
    ),
    *(Literal(f"N_{unit}S_AGO", n) for unit in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR") for n in (1, 2)),
    *(Literal(f"{when}_N_{unit}S", 1) for when in ("LAST", "NEXT") for unit in ("QUARTER", "YEAR")),
)


@dataclass(frozen=True)
class Happening:
    """Something that was written to a record."""

    at: datetime
    object: str
    record: str
    values: Row


@dataclass(frozen=True)
class Told:
    """One query: what the logs say of it, and what it truly gave."""

    asked: Asked
    rows: frozenset[str]
    """Ids of the rows that left."""
    along: tuple[Come, ...]
    """Parents and children that left with them."""
    values: frozenset[tuple[str, str, str]]
    """Object, id and field of every value that those records held then."""


@dataclass(frozen=True)
class Course:
    """A course of the world, the snapshot after it, and the queries asked during it."""

    store: Store
    told: tuple[Told, ...]
    reading: Reading
    """How the platform truly reads what is disputed."""


def written(moment: datetime) -> str:
    """A time as the platform writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def record_id(name: str, place: int) -> str:
    """A record id without capitals, so that its check characters are plain."""
    return f"{PREFIX[name]}{place:012d}AAA"


# --- tables ---------------------------------------------------------------------------------------


@st.composite
def value_of(draw: st.DrawFn, name: str, start: datetime, ids_: dict[str, list[str]]) -> str | None:
    """One value of a field."""
    if name in {"AccountId", "ParentId"}:
        return draw(st.sampled_from([*ids_["Account"], None]))
    if name == "ContactId":
        return draw(st.sampled_from([*ids_["Contact"], None]))
    if name == "IsDeleted":
        return "false"
    if name == "Birthdate":
        days = draw(st.sampled_from((-400, -32, -7, -2, -1, 0, 1, 2, 8, None)))
        return None if days is None else (start + timedelta(days=days)).date().isoformat()
    if name == "Seen__c":
        hours = draw(st.sampled_from((-9000, -800, -170, -30, -14, -11, -1, 0, 4, 10, 14, 18, 30, None)))
        return None if hours is None else written(start + timedelta(hours=hours))
    return draw(st.sampled_from(POOLS[name]))


@st.composite
def tables(draw: st.DrawFn, start: datetime, most: int) -> dict[str, list[Row]]:
    """The records of a course as they were made, some of them only later."""
    counts = {
        "Account": draw(st.integers(1, 3)),
        "Contact": draw(st.integers(2, most)),
        "Case": draw(st.integers(0, 3)),
    }
    ids_ = {name: [record_id(name, place) for place in range(count)] for name, count in counts.items()}
    rows: dict[str, list[Row]] = {}
    for name, table in TABLES.items():
        rows[name] = []
        for id_ in ids_[name]:
            row: Row = {"Id": id_}
            for column in table.columns:
                if column not in {"Id", "CreatedDate", "SystemModstamp"}:
                    row[column] = draw(value_of(column, start, ids_))
            hours = draw(st.sampled_from((*[-LONG_AGO] * 8, -20, 9, 20)))
            row["CreatedDate"] = row["SystemModstamp"] = written(start + timedelta(hours=hours))
            rows[name].append(row)
    for name, table in TABLES.items():
        for row in rows[name]:
            for link in table.links:
                if not was_there(rows, row[link], as_time(row["CreatedDate"] or "") or start):
                    row[link] = None
    return rows


def was_there(rows: dict[str, list[Row]], id_: str | None, moment: datetime) -> bool:
    """Whether a record was made by a moment, so that another could point to it."""
    made = [row["CreatedDate"] or "" for each in rows.values() for row in each if row["Id"] == id_]
    return bool(made) and (as_time(made[0]) or moment) <= moment


@st.composite
def happenings(draw: st.DrawFn, start: datetime, rows: dict[str, list[Row]]) -> list[Happening]:
    """Edits, new links and deletions, in order of time."""
    found: list[Happening] = []
    ids_ = {name: [row["Id"] or "" for row in each] for name, each in rows.items()}
    for _ in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from([name for name in rows if rows[name]]))
        row = draw(st.sampled_from(rows[name]))
        at = start + timedelta(hours=draw(st.sampled_from((-3, 10, 15, 22, 28, 40, 60, 60, 60))), minutes=30)
        if (as_time(row["CreatedDate"] or "") or start) > at:
            continue
        columns = [
            each for each in TABLES[name].columns if each not in {"Id", "CreatedDate", "SystemModstamp"}
        ]
        column = draw(st.sampled_from([*columns, "IsDeleted" if "IsDeleted" in columns else columns[0]]))
        # A record in the recycle bin may come back, so either may happen at any time.
        value = (
            draw(st.sampled_from(("true", "false")))
            if column == "IsDeleted"
            else draw(value_of(column, start, ids_))
        )
        if column in TABLES[name].links and not was_there(rows, value, at):
            value = None
        found.append(Happening(at, name, row["Id"] or "", {column: value}))
    # Two things that happen at one moment to one record would leave no order of their own.
    found.sort(key=lambda each: (each.at, each.object, each.record))
    return [each for place, each in enumerate(found) if not _twice(found[:place], each)]


def _twice(before: list[Happening], one: Happening) -> bool:
    return any((each.at, each.object, each.record) == (one.at, one.object, one.record) for each in before)


def at_moment(rows: dict[str, list[Row]], found: list[Happening], moment: datetime) -> dict[str, list[Row]]:
    """The tables at a moment of the course."""
    state: dict[str, list[Row]] = {}
    for name, each in rows.items():
        state[name] = []
        for row in each:
            if (as_time(row["CreatedDate"] or "") or moment) > moment:
                continue
            now = dict(row)
            for what in found:
                if (what.object, what.record) == (name, row["Id"]) and what.at <= moment:
                    now |= what.values
                    now["SystemModstamp"] = written(what.at)
            state[name].append(now)
    return state


@st.composite
def histories(draw: st.DrawFn, rows: dict[str, list[Row]], found: list[Happening]) -> dict[str, History]:
    """For some objects a history of some fields."""
    given: dict[str, History] = {}
    for name in ("Contact", "Case"):
        if not draw(st.booleans()):
            continue
        columns = [
            each
            for each in TABLES[name].columns
            if each not in {"Id", "CreatedDate", "SystemModstamp", "IsDeleted"}
        ]
        recorded = frozenset(each for each in columns if draw(st.booleans()))
        changes: list[Change] = []
        for row in rows[name]:
            now = dict(row)
            for what in found:
                if (what.object, what.record) != (name, row["Id"]):
                    continue
                for column in what.values:
                    if column in recorded and now[column] != what.values[column]:
                        changes.append(Change(what.record, column, what.at, now[column], what.values[column]))
                now |= what.values
        # The map may leave unsaid what the history records: then only what occurs in it counts.
        if recorded and (changes or draw(st.booleans())):
            tracks = recorded if not changes or draw(st.booleans()) else frozenset[str]()
            given[name] = History(tuple(changes), tracks)
    return given


# --- queries ----------------------------------------------------------------------------------------

PATHS: dict[str, dict[str, tuple[str, ...]]] = {
    "Contact": {
        "text": ("Name", "Name", "Email", "Free__c", "Account.Name", "Account.Parent.Name"),
        "case_sensitive": ("Code__c",),
        "number": ("Age__c", "Count__c", "Account.Size__c"),
        "boolean": ("Active__c", "Active__c", "Account.Vip__c", "Account.Parent.Vip__c"),
        "date": ("Birthdate",),
        "datetime": ("Seen__c", "CreatedDate"),
        "multipicklist": ("Likes__c",),
        "id": ("Id", "AccountId"),
    },
    "Account": {
        "text": ("Name", "Parent.Name", "Parent.Parent.Name"),
        "number": ("Size__c", "Parent.Size__c"),
        "boolean": ("Vip__c", "Parent.Vip__c"),
        "datetime": ("CreatedDate",),
        "id": ("Id", "ParentId"),
    },
    "Case": {
        "text": (
            "Subject",
            "Contact.Name",
            "Contact.Account.Name",
            "Contact.Account.Parent.Name",
            "Account.Name",
        ),
        "number": ("Contact.Age__c", "Contact.Account.Size__c"),
        "boolean": ("Contact.Active__c", "Contact.Account.Vip__c"),
        "date": ("Contact.Birthdate",),
        "multipicklist": ("Contact.Likes__c",),
        "id": ("Id", "ContactId", "AccountId"),
    },
}
JOINS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Contact": (("Id", "ContactId", "Case"), ("AccountId", "Id", "Account"), ("Id", "ContactId", "Case")),
    "Account": (("Id", "AccountId", "Contact"), ("ParentId", "Id", "Account")),
    "Case": (("ContactId", "Id", "Contact"), ("AccountId", "AccountId", "Contact")),
}
ORDERS = {
    "Contact": (
        "Name",
        "Age__c",
        "Birthdate",
        "Code__c",
        "Id",
        "Account.Name",
        "Active__c",
        "Count__c",
        "Seen__c",
        "Email",
    ),
    "Account": ("Name", "Size__c", "Id", "Parent.Name"),
    "Case": ("Subject", "Id", "Contact.Name", "CreatedDate"),
}
PARENTS = {
    "Contact": ("Account.Name",),
    "Account": ("Parent.Name",),
    "Case": ("Contact.Email", "Contact.Account.Name", "Account.Name"),
}
COMPARED = ("=", "!=", "<", "<=", ">", ">=")
NULL_TESTS = st.sampled_from((("=", None), ("!=", None)))


def a_text(pool: tuple[str, ...]) -> st.SearchStrategy[tuple[str, object]]:
    """An operator and its right side for text."""
    some = st.sampled_from(pool)
    return st.one_of(
        st.tuples(st.sampled_from(COMPARED), some),
        st.tuples(st.sampled_from(("=", "!=")), some),
        st.tuples(
            st.just("LIKE"),
            st.sampled_from(("a%", "%n%", "_na", "%O'%", "50\\%", "a\\_b", "%", "ANA", "%e%e%", "__%")),
        ),
        st.tuples(st.sampled_from(("IN", "NOT IN")), st.lists(some, min_size=1, max_size=3).map(tuple)),
        st.tuples(st.sampled_from(("=", "!=")), st.just("")),
        NULL_TESTS,
    )


def a_day(start: datetime) -> st.SearchStrategy[tuple[str, object]]:
    """An operator and its right side for dates."""
    days = st.sampled_from((-400, -2, -1, 0, 1)).map(lambda count: (start + timedelta(days=count)).date())
    return st.one_of(
        st.tuples(st.sampled_from(COMPARED), st.one_of(days, st.sampled_from(LITERALS))),
        st.tuples(st.sampled_from(COMPARED), st.sampled_from(LITERALS)),
        NULL_TESTS,
    )


def a_time(start: datetime) -> st.SearchStrategy[tuple[str, object]]:
    """An operator and its right side for date-times."""
    times = st.sampled_from((-9000, -30, -14, 0, 10)).map(lambda hours: start + timedelta(hours=hours))
    return st.one_of(
        st.tuples(st.sampled_from(COMPARED), st.one_of(times, st.sampled_from(LITERALS))),
        st.tuples(st.sampled_from(COMPARED), st.sampled_from(LITERALS)),
        NULL_TESTS,
    )


def an_id(path: str) -> st.SearchStrategy[tuple[str, object]]:
    """An operator and its right side for ids, of 18 or 15 characters."""
    name = {"AccountId": "Account", "ParentId": "Account", "ContactId": "Contact"}.get(path)
    some = st.tuples(
        st.sampled_from([name] if name else list(PREFIX)), st.integers(0, 3), st.sampled_from((15, 18))
    )
    one = some.map(lambda found: record_id(found[0], found[1])[: found[2]])
    return st.one_of(
        st.tuples(st.sampled_from(COMPARED), one),
        st.tuples(st.sampled_from(("IN", "NOT IN")), st.lists(one, min_size=1, max_size=3).map(tuple)),
        NULL_TESTS,
    )


@st.composite
def leaves(draw: st.DrawFn, name: str, start: datetime) -> Condition:
    """One comparison on a field of an object."""
    kind = draw(st.sampled_from(sorted(PATHS[name])))
    path = draw(st.sampled_from(PATHS[name][kind]))
    if kind in {"date", "datetime"} and draw(st.integers(0, 3)) == 0:
        return draw(functions(path, kind, start))
    numbers = st.sampled_from((5, 7, 10, -1))
    likes = st.sampled_from(("A", "a;b", "B;A", "C", "A;C"))
    some: st.SearchStrategy[tuple[str, object]]
    match kind:
        case "text":
            some = a_text(
                ("Ana", "ana", "bo", "Zo\u00eb", "o'neil", "x\\y", "help", "HELP", "ana@mail.example")
            )
        case "case_sensitive":
            some = a_text(("Ab1", "ab1", "zz", "ZZ"))
        case "number":
            listed = st.tuples(
                st.sampled_from(("IN", "NOT IN")), st.lists(numbers, min_size=1, max_size=2).map(tuple)
            )
            some = st.one_of(st.tuples(st.sampled_from(COMPARED), numbers), listed, NULL_TESTS)
        case "boolean":
            truths = st.tuples(st.sampled_from(("=", "!=")), st.booleans())
            some = st.one_of(truths, truths, NULL_TESTS)
        case "date":
            some = a_day(start)
        case "datetime":
            some = a_time(start)
        case "multipicklist":
            listed = st.lists(likes, min_size=1, max_size=2).map(tuple)
            some = st.one_of(
                st.tuples(st.sampled_from(("=", "!=")), likes),
                st.tuples(st.sampled_from(("INCLUDES", "EXCLUDES")), listed),
                NULL_TESTS,
            )
        case _:
            some = an_id(path)
    op, right = draw(some)
    return Compare(path, op, right)  # pyright: ignore[reportArgumentType]


@st.composite
def functions(draw: st.DrawFn, path: str, kind: str, start: datetime) -> Condition:
    """A comparison of a date function."""
    converted = kind == "datetime" and draw(st.booleans())
    if kind == "datetime" and draw(st.integers(0, 3)) == 0:
        right = (start + timedelta(days=draw(st.sampled_from((-1, 0, 1))))).date()
        return Compare(Function("DAY_ONLY", path, converted), draw(st.sampled_from(COMPARED)), right)
    names = [
        "CALENDAR_YEAR",
        "CALENDAR_MONTH",
        "CALENDAR_QUARTER",
        "DAY_IN_MONTH",
        "DAY_IN_WEEK",
        "DAY_IN_YEAR",
    ]
    names += ["WEEK_IN_MONTH", "WEEK_IN_YEAR", *(["HOUR_IN_DAY"] if kind == "datetime" else [])]
    name = draw(st.sampled_from(names))
    usual = {"CALENDAR_YEAR": start.year, "CALENDAR_MONTH": start.month, "DAY_IN_MONTH": start.day}
    number = draw(st.sampled_from((usual.get(name, 1), 1, 2, 4)))
    return Compare(Function(name, path, converted), draw(st.sampled_from(COMPARED)), number)


@st.composite
def conditions(draw: st.DrawFn, name: str, start: datetime, depth: int = 2) -> Condition:
    """A tree of comparisons."""
    kind = draw(st.sampled_from(("leaf", "leaf", "leaf", "and", "or", "not"))) if depth else "leaf"
    if kind == "leaf":
        return draw(leaves(name, start))
    inside = conditions(name, start, depth - 1)
    if kind == "not":
        return Not(draw(inside))
    parts = tuple(draw(st.lists(inside, min_size=2, max_size=3)))
    return And(parts) if kind == "and" else Or(parts)


@st.composite
def wheres(draw: st.DrawFn, name: str, start: datetime) -> Condition | None:
    """The condition of a query: none, a tree, or a tree with a join beside it."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return None
    if kind > 2:
        return draw(conditions(name, start))
    left, selected, inner = draw(st.sampled_from(JOINS[name]))
    where = draw(st.one_of(st.none(), leaves(inner, start)))
    join = InQuery(left, Query((selected,), inner, where), draw(st.booleans()))
    return join if kind == 1 else And((join, draw(leaves(name, start))))


@st.composite
def queries(draw: st.DrawFn, start: datetime) -> Query:
    """A query as an attacker may write it."""
    name = draw(st.sampled_from(("Contact", "Contact", "Contact", "Case", "Account")))
    where = draw(wheres(name, start))
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return (
            Query(draw(st.sampled_from(((Aggregate("COUNT"),), (Aggregate("MAX", "Name"),)))), name, where)
            if name != "Case"
            else Query((Aggregate("COUNT"),), name, where)
        )
    if kind == 1:
        column = {"Contact": "Name", "Account": "Name", "Case": "Contact.Name"}[name]
        return Query((column, Aggregate("COUNT", "Id")), name, where, group=(column,))
    select: list[str | Aggregate | Children] = ["Id", *(["Email"] if name == "Contact" else [])]
    if draw(st.integers(0, 2)) == 0:
        select.append(draw(st.sampled_from(PARENTS[name])))
    if name == "Contact" and draw(st.integers(0, 3)) == 0:
        inner = draw(st.one_of(st.none(), leaves("Case", start)))
        limit = draw(st.sampled_from((None, None, 1)))
        select.append(Children(Query(("Id", "Subject"), "Cases", inner, limit=limit)))
    if name == "Account" and draw(st.integers(0, 3)) == 0:
        inner = draw(st.one_of(st.none(), leaves("Contact", start)))
        select.append(Children(Query(("Id", "Email"), "Contacts", inner)))
    limit = draw(st.sampled_from((None, None, None, 1, 2, 3, 2000)))
    return Query(
        tuple(select),
        name,
        where,
        order=draw(orders(name)),
        limit=limit,
        offset=draw(st.sampled_from((None, None, None, None, 1, 2))),
    )


@st.composite
def orders(draw: st.DrawFn, name: str) -> tuple[Order, ...]:
    """Up to two keys of ORDER BY."""
    paths = draw(st.lists(st.sampled_from(ORDERS[name]), max_size=2, unique=True))
    return tuple(
        Order(path, draw(st.booleans()), draw(st.sampled_from((None, None, "FIRST", "LAST"))))
        for path in paths
    )


# --- what the logs say ------------------------------------------------------------------------------


@st.composite
def logged(draw: st.DrawFn, asked: Asked, rows: tuple[str, ...]) -> tuple[Asked, frozenset[str]]:
    """What the logs count of an answer, and the rows of it that left."""
    count = len(rows)
    if aggregates(asked.query):
        return replace(asked, matched=draw(st.sampled_from((None, 1)))), frozenset()
    matched = draw(st.sampled_from((count, count, count, count, None)))
    how = draw(st.sampled_from(("all", "all", "all", "all", "first", "between", "some", "unknown")))
    if how == "all":
        if draw(st.booleans()):
            return replace(asked, matched=matched, whole=True), frozenset(rows)
        prefix = draw(st.booleans())
        return replace(asked, matched=matched, fewest=count, most=count, prefix=prefix), frozenset(rows)
    gone = draw(st.integers(0, count))
    if how == "first":
        return replace(asked, matched=matched, fewest=gone, most=gone, prefix=True), frozenset(rows[:gone])
    if how == "between":
        fewest, most = draw(st.integers(0, gone)), draw(st.integers(gone, count))
        return replace(asked, matched=matched, fewest=fewest, most=most, prefix=True), frozenset(rows[:gone])
    if how == "some":
        # Pages out of the middle: which rows they held is anybody's guess.
        some = frozenset(draw(st.permutations(rows))[:gone])
        return replace(asked, matched=matched, fewest=gone, most=gone), some
    return replace(asked, matched=matched), frozenset(rows[:gone])


@st.composite
def courses(draw: st.DrawFn, most: int = 5, queries_at_most: int = 3) -> Course:
    """A course of the world with all that is told of it."""
    day = draw(st.sampled_from(DAYS))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    rows = draw(tables(start, most))
    found = draw(happenings(start, rows))
    given = draw(histories(rows, found))
    snapshot = at_moment(rows, found, start + timedelta(days=10))
    reading = Reading(draw(st.sampled_from(("returned", "left out"))), draw(st.integers(0, 1)))
    weeks = draw(st.sampled_from((None, 6, 0)))
    everything = sorted(row["Id"] or "" for each in rows.values() for row in each)
    sees = {actor: draw(st.sampled_from(("all", "all", "unknown", "table"))) for actor in ACTORS}
    seen = {
        actor: None if how == "all" else frozenset(id_ for id_ in everything if draw(st.integers(0, 3)))
        for actor, how in sees.items()
    }
    # An account that a table does not mention is one of which it says nothing.
    listed = {actor: seen[actor] or frozenset() for actor in ACTORS if sees[actor] == "table" and seen[actor]}
    store = Store(
        tables={name: replace(table, history=given.get(name)) for name, table in TABLES.items()},
        rows=snapshot,
        users={actor: User(draw(st.sampled_from((None, *ZONES))), sees[actor] == "all") for actor in ACTORS},
        zone=draw(st.sampled_from(ZONES)),
        listed=listed or None,
        week_starts=weeks,
    )
    week = draw(st.sampled_from((6, 0))) if weeks is None else weeks
    to_now = draw(st.booleans())
    told: list[Told] = []
    for _ in range(draw(st.integers(1, queries_at_most))):
        actor = draw(st.sampled_from(ACTORS))
        at = start + timedelta(hours=draw(st.sampled_from((6, 12, 13, 14, 18, 21, 23, 30))), minutes=45)
        since, until = draw(st.sampled_from(((0, 0), (0, 0), (0, 0), (-1, 0), (-3, 5))))
        asked = Asked(
            query=draw(queries(start)),
            since=at + timedelta(hours=since),
            until=at + timedelta(hours=until),
            actor=actor,
            all_rows=draw(st.integers(0, 7)) == 0,
        )
        truth = Then(
            store=replace(store, rows=at_moment(rows, found, at), tables=_true_tables()),
            at=at,
            zone=store.user(actor).zone or store.zone,
            sees=seen[actor],
            week_start=week,
            to_now=to_now,
            deleted_too=asked.deleted_too,
            salt=str(start),
        )
        told.append(draw(one_told(truth, asked, reading)))
    return Course(store, tuple(told), reading)


def _true_tables() -> dict[str, Table]:
    """The objects with all types, as the platform knows them."""
    return {name: replace(table, types=table.types | TRUE_TYPES[name]) for name, table in TABLES.items()}


@st.composite
def one_told(draw: st.DrawFn, truth: Then, asked: Asked, reading: Reading) -> Told:
    """One query answered in the true world, and what the logs keep of it."""
    result: Taken = taken(truth, asked.query, reading)
    asked, gone = draw(logged(asked, result.rows))
    table = truth.store.tables[asked.query.object]
    along = tuple(result.along(table, asked.query, reading, gone))
    left = {(table.name, id_) for id_ in gone} | {
        (come.object, id_) for come in along for id_ in come.possible
    }
    values = frozenset(
        (name, row["Id"] or "", column)
        for name, rows in truth.store.rows.items()
        for row in rows
        for column, value in row.items()
        if (name, row["Id"]) in left and held(value) is not None
    )
    return Told(asked, gone, along, values)


@st.composite
def spoiled(draw: st.DrawFn) -> Course:
    """A course whose snapshot has gaps and rubbish in it: no truth is claimed, only what the rules say."""
    course = draw(courses())
    rows = {name: [dict(row) for row in each] for name, each in course.store.rows.items()}
    tables_ = dict(course.store.tables)
    for _ in range(draw(st.integers(1, 3))):
        if not rows["Account"]:
            break
        match draw(st.sampled_from(("value", "value", "time", "column", "parent", "equal", "bind"))):
            case "value":
                name, column = draw(
                    st.sampled_from(
                        (
                            ("Contact", "Age__c"),
                            ("Contact", "Birthdate"),
                            ("Contact", "Seen__c"),
                            ("Contact", "Count__c"),
                            ("Account", "Size__c"),
                        )
                    )
                )
                draw(st.sampled_from(rows[name]))[column] = draw(
                    st.sampled_from(("n/a", "2025-13-01", "5", "ten"))
                )
            case "time":
                name = draw(st.sampled_from(("Contact", "Account")))
                draw(st.sampled_from(rows[name]))[
                    draw(st.sampled_from(("CreatedDate", "SystemModstamp")))
                ] = None
            case "column":
                column = draw(st.sampled_from(("Age__c", "Likes__c", "IsDeleted", "Free__c", "Birthdate")))
                table = tables_["Contact"]
                types = {key: kind for key, kind in table.types.items() if key != column}
                kept = tuple(each for each in table.columns if each != column)
                tables_["Contact"] = replace(table, columns=kept, types=types)
            case "parent":
                rows["Account"] = rows["Account"][1:]
            case "equal":
                # Made or changed at the very moment of the query.
                name = draw(st.sampled_from(("Contact", "Account")))
                if rows[name]:
                    row = draw(st.sampled_from(rows[name]))
                    row[draw(st.sampled_from(("CreatedDate", "SystemModstamp")))] = written(
                        course.told[0].asked.since
                    )
            case _:
                asked = course.told[0].asked
                bound = Compare(
                    "Name" if asked.query.object != "Case" else "Subject",
                    draw(st.sampled_from(("=", "IN"))),
                    Bind("x"),
                )
                where = asked.query.where
                query = replace(asked.query, where=bound if where is None else And((where, bound)))
                course = replace(
                    course,
                    told=(replace(course.told[0], asked=replace(asked, query=query)), *course.told[1:]),
                )
    return replace(course, store=replace(course.store, rows=rows, tables=tables_))
