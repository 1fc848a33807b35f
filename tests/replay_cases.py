"""The rules of replay as named cases: rows, a query, and what must and may come back.

One table for two judges: the oracle itself, and the real code. Records are named by their place in
the list of rows of their object.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from replay_oracle import Asked, Change, History, Row, Store, User
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
from replay_strategies import TABLES, record_id, written

ACTOR = "005000000000001AAA"
NOW = datetime(2025, 6, 29, 6, 45, tzinfo=UTC)
"""A Sunday."""
OLD = "2020-01-01T00:00:00.000Z"
LATER = "2025-06-30T00:00:00.000Z"
ALL = User(sees_all=True)
SYDNEY = User("Australia/Sydney", sees_all=True)


@dataclass(frozen=True)
class Rule:
    """One rule and a world that shows it."""

    name: str
    rows: dict[str, list[Row]]
    query: Query
    sure: str
    possible: str
    others: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Other objects of the query: sure and possible."""
    asked: dict[str, object] = field(default_factory=dict[str, object])
    store: dict[str, object] = field(default_factory=dict[str, object])
    history: dict[str, History] = field(default_factory=dict[str, History])

    def world(self) -> tuple[Store, Asked]:
        """The snapshot, and the request as the logs tell it: all that may match was delivered."""
        tables = {name: replace(table, history=self.history.get(name)) for name, table in TABLES.items()}
        given: dict[str, object] = {
            "tables": tables,
            "rows": {name: self.rows.get(name, []) for name in TABLES},
        }
        given |= {"users": {ACTOR: ALL}, **self.store}
        count = len(self.possible.split())
        told: dict[str, object] = {"query": self.query, "since": NOW, "until": NOW, "actor": ACTOR}
        told |= {"matched": count, "fewest": count, "most": count, **self.asked}
        if "since" in told and "until" not in self.asked:
            told["until"] = told["since"]
        return Store(**given), Asked(**told)  # pyright: ignore[reportArgumentType]

    def expected(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """Sure and possible ids of each object."""
        told = {self.query.object: (self.sure, self.possible), **self.others}
        return {name: (_ids(name, sure), _ids(name, possible)) for name, (sure, possible) in told.items()}


def _ids(name: str, places: str) -> frozenset[str]:
    return frozenset(record_id(name, int(place)) for place in places.split())


def some(name: str, *rows: dict[str, str | None]) -> dict[str, list[Row]]:
    """Records of one object, old and never changed unless they say so themselves."""
    empty = dict.fromkeys(TABLES[name].columns)
    if "IsDeleted" in empty:
        empty["IsDeleted"] = "false"
    return {
        name: [
            {**empty, "Id": record_id(name, place), "CreatedDate": OLD, "SystemModstamp": OLD, **row}
            for place, row in enumerate(rows)
        ]
    }


def column(name: str, *values: str | None) -> dict[str, list[Row]]:
    """Contacts that differ in one field."""
    return some("Contact", *({name: value} for value in values))


def where(condition: Condition | None, **more: object) -> Query:
    """A query of contacts."""
    return Query(("Id",), "Contact", condition, **more)  # pyright: ignore[reportArgumentType]


def case_id(place: int) -> str:
    """The id of a contact."""
    return record_id("Contact", place)


def account(place: int) -> str:
    """The id of an account."""
    return record_id("Account", place)


def rule(
    name: str,
    rows: dict[str, list[Row]],
    query: Query | Condition,
    sure: str,
    possible: str | None = None,
    **more: object,
) -> Rule:
    """One rule; possible is sure unless it says otherwise."""
    asked = query if isinstance(query, Query) else where(query)
    return Rule(name, rows, asked, sure, sure if possible is None else possible, **more)  # pyright: ignore[reportArgumentType]


def counted(count: int, **more: object) -> dict[str, object]:
    """A logged count, all of it delivered."""
    return {"matched": count, "fewest": count, "most": count, **more}


# One rule, one line.
# fmt: off
X = Compare("Name", "=", "x")
TEXT = [
    rule("= ignores case", column("Name", "Ana", "ANA", "ana", "Bo"), Compare("Name", "=", "aNA"), "0 1 2"),
    rule("!= ignores case", column("Name", "ANA", "Bo"), Compare("Name", "!=", "ana"), "1"),
    rule("IN ignores case", column("Name", "ANA", "Bo", "Cy"), Compare("Name", "IN", ("ana", "BO")), "0 1"),
    rule("LIKE ignores case", column("Name", "ANA", "Bo"), Compare("Name", "LIKE", "a%"), "0"),
    rule("case is ignored beyond ASCII", column("Name", "Zo\u00eb", "Zoe"), Compare("Name", "=", "ZO\u00cb"), "0"),
    rule("% is any run", column("Name", "an", "a", "ban", "na"), Compare("Name", "LIKE", "%an%"), "0 2"),
    rule("_ is one character", column("Name", "Bo", "bob", "B"), Compare("Name", "LIKE", "b_"), "0"),
    rule("_ is one character beyond ASCII", column("Name", "Zo\u00eb", "Zo"), Compare("Name", "LIKE", "zo_"), "0"),
    rule("an escaped % is itself", column("Name", "50%", "500"), Compare("Name", "LIKE", "50\\%"), "0"),
    rule("an escaped _ is itself", column("Name", "a_b", "axb"), Compare("Name", "LIKE", "a\\_b"), "0"),
    rule("null fits no pattern", column("Name", "x", None, ""), Compare("Name", "LIKE", "%"), "0"),
    rule("signs of other languages of patterns are plain", column("Name", "a.c", "abc"), Compare("Name", "LIKE", "a.%"), "0"),
    rule("a quote in a value", column("Name", "O'Neil", "ONeil"), Compare("Name", "=", "o'neil"), "0"),
    rule("a quote in a pattern", column("Name", "O'Neil", "ONeil"), Compare("Name", "LIKE", "%'%"), "0"),
    rule("a backslash in a value", column("Name", "x\\y", "xy"), Compare("Name", "=", "x\\y"), "0"),
    rule("a statement in a value", column("Name", "x"), Compare("Name", "=", "x' OR Name != 'y"), ""),
    rule("case-sensitive =", column("Code__c", "Ab1", "aB1"), Compare("Code__c", "=", "Ab1"), "0"),
    rule("case-sensitive IN", column("Code__c", "Ab1", "aB1"), Compare("Code__c", "IN", ("AB1", "aB1")), "1"),
    rule("case-sensitive LIKE", column("Code__c", "Ab1", "aB1"), Compare("Code__c", "LIKE", "A%"), "0"),
    rule("< in lower case", column("Name", "Ana", "BO", "bob", "Zed"), Compare("Name", "<", "Bob"), "0 1"),
    rule(">= in lower case", column("Name", "Ana", "BOB", "zed"), Compare("Name", ">=", "bob"), "1 2"),
    rule("< of other signs is open", column("Name", "Zo\u00eb", "a b", "zed"), Compare("Name", ">", "a"), "2", "0 1 2"),
    rule("names of fields ignore case", column("Name", "x", "y"), Compare("nAME", "=", "x"), "0"),
    rule("text without a stated type", column("Free__c", "ANA", "Bo"), Compare("Free__c", "=", "ana"), "0"),
]
NULLS = [
    rule("= null finds null, empty and blank", column("Name", None, "", "  ", "x"), Compare("Name", "=", None), "0 1 2"),
    rule("= '' is a test for null", column("Name", None, "", "x"), Compare("Name", "=", ""), "0 1"),
    rule("!= null", column("Name", None, "", "x"), Compare("Name", "!=", None), "2"),
    rule("!= '' is a test for null", column("Name", None, "", "x"), Compare("Name", "!=", ""), "2"),
    rule("NOT (= null) is plain", column("Name", None, "x"), Not(Compare("Name", "=", None)), "1"),
    rule("IN with null in the list", column("Name", None, "x", "y"), Compare("Name", "IN", ("x", "")), "0 1"),
    rule("< with null is false", column("Age__c", None, "5"), Compare("Age__c", "<", 7), "1"),
    rule(">= with null is false", column("Age__c", None, "5"), Compare("Age__c", ">=", 1), "1"),
    rule("!=: nulls returned", column("Name", None, "x", "y"), Compare("Name", "!=", "x"), "0 2"),
    rule("!=: nulls left out", column("Name", None, "x", "y"), Compare("Name", "!=", "x"), "2", asked=counted(1)),
    rule("!=: the count fits neither", column("Name", None, "x", "y"), Compare("Name", "!=", "x"), "2", "0 2", asked=counted(3)),
    rule("!= of a number: nulls returned", column("Age__c", None, "5", "6"), Compare("Age__c", "!=", 5), "0 2"),
    rule("!= of a number: nulls left out", column("Age__c", None, "5", "6"), Compare("Age__c", "!=", 5), "2", asked=counted(1)),
    rule("NOT IN: nulls returned", column("Name", None, "x", "y"), Compare("Name", "NOT IN", ("x", "z")), "0 2"),
    rule("NOT IN: nulls left out", column("Name", None, "x", "y"), Compare("Name", "NOT IN", ("x", "z")), "2", asked=counted(1)),
    rule("NOT IN with null in the list", column("Name", None, "x", "y"), Compare("Name", "NOT IN", ("x", "")), "2"),
    rule("NOT: nulls returned", column("Name", None, "x", "y"), Not(X), "0 2"),
    rule("NOT: nulls left out", column("Name", None, "x", "y"), Not(X), "2", asked=counted(1)),
    rule("NOT of <: nulls returned", column("Age__c", None, "5", "9"), Not(Compare("Age__c", "<", 7)), "0 2"),
    rule("NOT of <: nulls left out", column("Age__c", None, "5", "9"), Not(Compare("Age__c", "<", 7)), "2", asked=counted(1)),
    rule("NOT LIKE: nulls returned", column("Name", None, "x", "y"), Not(Compare("Name", "LIKE", "x%")), "0 2"),
    rule("NOT LIKE: nulls left out", column("Name", None, "x", "y"), Not(Compare("Name", "LIKE", "x%")), "2", asked=counted(1)),
    rule("NOT (neither AND false) is true", some("Contact", {"Email": "f"}, {"Email": "e"}, {"Name": "x", "Email": "e"}), Not(And((X, Compare("Email", "=", "e")))), "0", asked=counted(1)),
    rule("NOT (neither OR true) is false", some("Contact", {"Email": "e"}, {"Name": "y", "Email": "f"}, {"Email": "f"}), Not(Or((X, Compare("Email", "=", "e")))), "1", asked=counted(1)),
    rule("NOT NOT is plain", column("Name", None, "x", "y"), Not(Not(X)), "1"),
    rule("a boolean null is false", column("Active__c", None, "false", "true"), Compare("Active__c", "=", right=False), "0 1"),
    rule("a boolean null is not true", column("Active__c", None, "false", "true"), Compare("Active__c", "!=", right=True), "0 1"),
    rule("a boolean is never null", column("Active__c", None, "false", "true"), Compare("Active__c", "=", None), ""),
    rule("a boolean always has a value", column("Active__c", None, "false"), Compare("Active__c", "!=", None), "0 1"),
    rule("EXCLUDES: nulls returned", column("Likes__c", None, "A;B", "C"), Compare("Likes__c", "EXCLUDES", ("A",)), "0 2"),
    rule("EXCLUDES: nulls left out", column("Likes__c", None, "A;B", "C"), Compare("Likes__c", "EXCLUDES", ("A",)), "2", asked=counted(1)),
]
VALUES = [
    rule("numbers are decimal", column("Age__c", "7.50", "07.5", "7.5", "75"), Compare("Age__c", "=", Decimal("7.5")), "0 1 2"),
    rule("numbers are no text", column("Age__c", "9", "10", "-1"), Compare("Age__c", ">", 9), "1"),
    rule("numbers IN", column("Age__c", "5.0", "6", None), Compare("Age__c", "IN", (5, 7)), "0"),
    rule("an unreadable number is open", column("Age__c", "n/a", "5"), Compare("Age__c", "=", 5), "1", "0 1"),
    rule("an unreadable number is open under NOT", column("Age__c", "n/a", "5"), Not(Compare("Age__c", "=", 5)), "", "0"),
    rule("a number without a stated type", column("Count__c", "10", "9"), Compare("Count__c", ">", 9), "0"),
    rule("multi-picklist = is the same set", column("Likes__c", "A;B", "b;a", "A", "A;B;C"), Compare("Likes__c", "=", "B;A"), "0 1"),
    rule("multi-picklist != is another set", column("Likes__c", "A;B", "b;a", "A"), Compare("Likes__c", "!=", "B;A"), "2"),
    rule("INCLUDES ('A;B', 'C') is (A and B) or C", column("Likes__c", "A;B", "A", "C", "b;x;a", None), Compare("Likes__c", "INCLUDES", ("A;B", "C")), "0 2 3"),
    rule("INCLUDES matches whole entries", column("Likes__c", "AB", "A"), Compare("Likes__c", "INCLUDES", ("A",)), "1"),
    rule("EXCLUDES is its negation", column("Likes__c", "A;B", "A", "C"), Compare("Likes__c", "EXCLUDES", ("A;B", "C")), "1"),
    rule("an id of 15 characters", some("Contact", {}, {}), Compare("Id", "=", case_id(1)[:15]), "1"),
    rule("ids IN, of both lengths", some("Contact", {}, {}, {}), Compare("Id", "IN", (case_id(0)[:15], case_id(2))), "0 2"),
    rule("a link of 15 characters", some("Contact", {"AccountId": account(1)}, {}), Compare("AccountId", "=", account(1)[:15]), "0"),
    rule("ids have an order", some("Contact", {}, {}, {}), Compare("Id", ">", case_id(0)), "1 2"),
    rule("a bind is open", column("Name", "x", None), Compare("Name", "IN", Bind("names")), "", "0 1"),
    rule("a column that is not there is open", column("Name", "x"), Compare("Nickname__c", "=", "x"), "", "0"),
    rule("a known part decides beside an open one", column("Name", "x", "y"), And((X, Compare("Nick__c", "=", "x"))), "", "0"),
    rule("OR with an open part", column("Name", "x", "y"), Or((X, Compare("Nick__c", "=", "x"))), "0", "0 1"),
]
TREE = some("Account", {"Name": "x", "Vip__c": "true"}, {"Name": "y", "ParentId": account(0)})
LINKED = some("Contact", {"AccountId": account(0)}, {"AccountId": account(1)}, {"Name": "Ana"}) | TREE
CASES_ = some("Case", {"ContactId": case_id(1)}, {"ContactId": case_id(0)}, {"ContactId": case_id(2)}, {})
PARENTS = [
    rule("a parent's field", LINKED, Compare("Account.Name", "=", "X"), "0"),
    rule("a parent path is null without a parent", LINKED, Compare("Account.Name", "=", None), "2"),
    rule("!= null asks for a parent", LINKED, Compare("Account.Name", "!=", None), "0 1"),
    rule("!= on a missing parent: returned", LINKED, Compare("Account.Name", "!=", "x"), "1 2"),
    rule("!= on a missing parent: left out", LINKED, Compare("Account.Name", "!=", "x"), "1", asked=counted(1)),
    rule("OR keeps rows without a parent", LINKED, Or((Compare("Account.Name", "=", "y"), Compare("Name", "=", "ana"))), "1 2"),
    rule("a boolean of a missing parent is false", LINKED, Compare("Account.Vip__c", "=", right=False), "1 2"),
    rule("two steps up", LINKED | CASES_, Query(("Id",), "Case", Compare("Contact.Account.Name", "=", "y")), "0"),
    rule("three steps up", LINKED | CASES_, Query(("Id",), "Case", Compare("Contact.Account.Parent.Name", "=", "x")), "0"),
    rule("three steps up, null wherever a link is", LINKED | CASES_, Query(("Id",), "Case", Compare("Contact.Account.Parent.Name", "=", None)), "1 2 3"),
    rule("a parent that the snapshot lacks", some("Contact", {"AccountId": account(7)}, {}), Compare("Account.Name", "=", "x"), "", "0"),
    rule("a boolean of a parent that the snapshot lacks", some("Contact", {"AccountId": account(7)}, {}), Compare("Account.Vip__c", "=", right=False), "1", "0 1"),
    rule("a relation that the map does not state", column("Name", "x"), Compare("Owner.Name", "=", "x"), "", "0"),
    rule("a parent that changed since", some("Contact", {"AccountId": account(0)}) | some("Account", {"Name": "x", "SystemModstamp": LATER}), Compare("Account.Name", "=", "q"), "", "0"),
    rule("a link that changed since", some("Contact", {"AccountId": account(0), "SystemModstamp": LATER}, {"SystemModstamp": LATER}) | TREE, Compare("Account.Name", "=", "x"), "", "0 1"),
]
HAS_CASE = InQuery("Id", Query(("ContactId",), "Case"))
ASKED_OF = some(
    "Case",
    {"ContactId": case_id(0), "Subject": "a"},
    {"ContactId": None, "Subject": "a"},
    {"ContactId": case_id(1), "Subject": "b"},
)
THREE = column("Name", "x", "y", "z")
JOINS = [
    rule("IN (SELECT)", THREE | ASKED_OF, HAS_CASE, "0 1"),
    rule("NOT IN (SELECT) ignores nulls inside", THREE | ASKED_OF, replace(HAS_CASE, negated=True), "2"),
    rule("IN (SELECT ... WHERE)", THREE | ASKED_OF, InQuery("Id", Query(("ContactId",), "Case", Compare("Subject", "=", "A"))), "0"),
    rule("IN (SELECT) of nothing", THREE, HAS_CASE, ""),
    rule("NOT IN (SELECT) of nothing", THREE, replace(HAS_CASE, negated=True), "0 1 2"),
    rule("IN (SELECT) of links", LINKED, InQuery("AccountId", Query(("Id",), "Account", Compare("Name", "=", "y"))), "1"),
    rule("NOT IN (SELECT), null outside: returned", LINKED, InQuery("AccountId", Query(("Id",), "Account", Compare("Name", "=", "y")), negated=True), "0 2"),
    rule("NOT IN (SELECT), null outside: left out", LINKED, InQuery("AccountId", Query(("Id",), "Account", Compare("Name", "=", "y")), negated=True), "0", asked=counted(1)),
    rule("an inner record that changed since may have pointed anywhere", THREE | some("Case", {"ContactId": case_id(0), "SystemModstamp": LATER}), HAS_CASE, "", "0 1 2"),
    rule("and under NOT IN nothing is sure", THREE | some("Case", {"ContactId": case_id(0), "SystemModstamp": LATER}), replace(HAS_CASE, negated=True), "", "0 1 2"),
    rule("an inner record made later", THREE | some("Case", {"ContactId": case_id(0), "CreatedDate": LATER, "SystemModstamp": LATER}), HAS_CASE, ""),
    rule("an inner record in the recycle bin", THREE | some("Case", {"ContactId": case_id(0), "IsDeleted": "true"}), HAS_CASE, ""),
    rule("an account of unknown sight may not have seen the inner record", THREE | some("Case", {"ContactId": case_id(0)}), replace(HAS_CASE, negated=True), "", "0 1 2", store={"users": {}}),
]


def born(*days: str) -> dict[str, list[Row]]:
    """Contacts by their birth dates."""
    return column("Birthdate", *days)


def seen(*times: str) -> dict[str, list[Row]]:
    """Contacts by the time at which they were seen."""
    return column("Seen__c", *times)


def born_in(name: str, n: int | None = None, op: str = "=") -> Condition:
    """A comparison of birth dates with a literal."""
    return Compare("Birthdate", op, Literal(name, n))


def seen_in(name: str, n: int | None = None) -> Condition:
    """A comparison of a time with a literal."""
    return Compare("Seen__c", "=", Literal(name, n))


EVENING = {"since": datetime(2025, 6, 28, 20, tzinfo=UTC)}
IN_SYDNEY: dict[str, object] = {"users": {ACTOR: SYDNEY}}
JUNE = (
    "2025-06-25",
    "2025-06-26",
    "2025-06-27",
    "2025-06-28",
    "2025-06-29",
    "2025-06-30",
    "2025-07-01",
    "2025-07-02",
)
DATES = [
    rule("a date is a calendar day", born("1980-02-29", "1980-03-01"), Compare("Birthdate", "=", date(1980, 2, 29)), "0"),
    rule("dates have an order", born("1980-02-29", "1980-03-01", "1979-01-01"), Compare("Birthdate", ">=", date(1980, 2, 29)), "0 1"),
    rule("TODAY", born(*JUNE), born_in("TODAY"), "4"),
    rule("TODAY of the running user", born(*JUNE), born_in("TODAY"), "4", asked=EVENING, store=IN_SYDNEY),
    rule("TODAY of the organisation", born(*JUNE), born_in("TODAY"), "4", asked=EVENING, store={"zone": "Australia/Sydney"}),
    rule("TODAY in UTC that evening", born(*JUNE), born_in("TODAY"), "3", asked=EVENING),
    rule("YESTERDAY", born(*JUNE), born_in("YESTERDAY"), "3"),
    rule("TOMORROW", born(*JUNE), born_in("TOMORROW"), "5"),
    rule("LAST_N_DAYS:2 is three days", born(*JUNE), born_in("LAST_N_DAYS", 2), "2 3 4"),
    rule("NEXT_N_DAYS:2 leaves today out", born(*JUNE), born_in("NEXT_N_DAYS", 2), "5 6"),
    rule("N_DAYS_AGO:2 is one day", born(*JUNE), born_in("N_DAYS_AGO", 2), "2"),
    rule("< is before the range", born(*JUNE), born_in("LAST_N_DAYS", 2, "<"), "0 1"),
    rule("> is after the range", born(*JUNE), born_in("LAST_N_DAYS", 2, ">"), "5 6 7"),
    rule("<= includes the range", born(*JUNE), born_in("LAST_N_DAYS", 2, "<="), "0 1 2 3 4"),
    rule(">= includes the range", born(*JUNE), born_in("LAST_N_DAYS", 2, ">="), "2 3 4 5 6 7"),
    rule("!= is outside the range", born(*JUNE), born_in("LAST_N_DAYS", 2, "!="), "0 1 5 6 7"),
    rule("LAST_90_DAYS is 91 days", born("2025-03-30", "2025-03-31", "2025-06-29", "2025-06-30"), born_in("LAST_90_DAYS"), "1 2"),
    rule("NEXT_90_DAYS", born("2025-06-29", "2025-06-30", "2025-09-27", "2025-09-28"), born_in("NEXT_90_DAYS"), "1 2"),
    rule("THIS_MONTH", born("2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01"), born_in("THIS_MONTH"), "1 2"),
    rule("LAST_MONTH", born("2025-04-30", "2025-05-01", "2025-05-31", "2025-06-01"), born_in("LAST_MONTH"), "1 2"),
    rule("NEXT_MONTH", born("2025-06-30", "2025-07-01", "2025-07-31", "2025-08-01"), born_in("NEXT_MONTH"), "1 2"),
    rule("LAST_N_MONTHS:2 leaves the current one out", born("2025-03-31", "2025-04-01", "2025-05-31", "2025-06-01"), born_in("LAST_N_MONTHS", 2), "1 2"),
    rule("NEXT_N_MONTHS:2", born("2025-06-30", "2025-07-01", "2025-08-31", "2025-09-01"), born_in("NEXT_N_MONTHS", 2), "1 2"),
    rule("N_MONTHS_AGO:2 is that month", born("2025-03-31", "2025-04-01", "2025-04-30", "2025-05-01"), born_in("N_MONTHS_AGO", 2), "1 2"),
    rule("THIS_QUARTER", born("2025-03-31", "2025-04-01", "2025-06-30", "2025-07-01"), born_in("THIS_QUARTER"), "1 2"),
    rule("LAST_QUARTER", born("2024-12-31", "2025-01-01", "2025-03-31", "2025-04-01"), born_in("LAST_QUARTER"), "1 2"),
    rule("N_QUARTERS_AGO:2", born("2024-09-30", "2024-10-01", "2024-12-31", "2025-01-01"), born_in("N_QUARTERS_AGO", 2), "1 2"),
    rule("LAST_YEAR", born("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01"), born_in("LAST_YEAR"), "1 2"),
    rule("N_YEARS_AGO:2", born("2022-12-31", "2023-01-01", "2023-12-31", "2024-01-01"), born_in("N_YEARS_AGO", 2), "1 2"),
    rule("LAST_N_YEARS:1 as its siblings", born("2022-12-31", "2023-06-01", "2024-06-01", "2025-01-01"), born_in("LAST_N_YEARS", 1), "2", asked=counted(1)),
    rule("LAST_N_YEARS:1 a year further", born("2022-12-31", "2023-06-01", "2024-06-01", "2025-01-01"), born_in("LAST_N_YEARS", 1), "1 2"),
    rule("LAST_N_YEARS:1 undecided", born("2022-12-31", "2023-06-01", "2024-06-01"), born_in("LAST_N_YEARS", 1), "2", "1 2", asked=counted(3)),
    rule("THIS_WEEK from Sunday", born(*JUNE), born_in("THIS_WEEK"), "4 5 6 7", store={"week_starts": 6}),
    rule("THIS_WEEK from Monday", born(*JUNE), born_in("THIS_WEEK"), "0 1 2 3 4", store={"week_starts": 0}),
    rule("THIS_WEEK from either", born(*JUNE), born_in("THIS_WEEK"), "4", "0 1 2 3 4 5 6 7"),
    rule("LAST_WEEK from Sunday", born("2025-06-21", "2025-06-22", "2025-06-28", "2025-06-29"), born_in("LAST_WEEK"), "1 2", store={"week_starts": 6}),
    rule("LAST_N_WEEKS:1 from Monday", born("2025-06-15", "2025-06-16", "2025-06-22", "2025-06-23"), born_in("LAST_N_WEEKS", 1), "1 2", store={"week_starts": 0}),
    rule("THIS_FISCAL_YEAR from July", born("2024-06-30", "2024-07-01", "2025-06-30", "2025-07-01"), born_in("THIS_FISCAL_YEAR"), "1 2", store={"fiscal_starts": 7}),
    rule("THIS_FISCAL_QUARTER from February", born("2025-04-30", "2025-05-01", "2025-07-31", "2025-08-01"), born_in("THIS_FISCAL_QUARTER"), "1 2", store={"fiscal_starts": 2}),
    rule("a date literal in a list", born(*JUNE), Compare("Birthdate", "IN", (Literal("TODAY"), Literal("YESTERDAY"))), "3 4"),
    rule("a day that turned while the answer was computed", born(*JUNE), born_in("TODAY"), "", "3 4", asked={"since": datetime(2025, 6, 28, 23, tzinfo=UTC), "until": datetime(2025, 6, 29, 1, tzinfo=UTC)}),
    rule("two days, and what holds on both is sure", born(*JUNE), born_in("LAST_N_DAYS", 1), "3", "2 3 4", asked={"since": datetime(2025, 6, 28, 23, tzinfo=UTC), "until": datetime(2025, 6, 29, 1, tzinfo=UTC)}),
    rule("a day between the two ends", born(*JUNE), born_in("TODAY"), "", "2 3 4", asked={"since": datetime(2025, 6, 27, 23, tzinfo=UTC), "until": datetime(2025, 6, 29, 1, tzinfo=UTC)}),
]
TIMES = [
    rule("a time is an instant", seen("2025-06-29T01:00:00.000Z", "2025-06-29T11:00:00.000+1000", "2025-06-29T01:00:01.000Z"), Compare("Seen__c", "=", datetime(2025, 6, 29, 1, tzinfo=UTC)), "0 1"),
    rule("TODAY of a time in UTC", seen("2025-06-28T23:59:59.000Z", "2025-06-29T00:00:00.000Z", "2025-06-29T23:59:59.000Z", "2025-06-30T00:00:00.000Z"), seen_in("TODAY"), "1 2"),
    rule("TODAY of a time in Sydney", seen("2025-06-28T13:59:59.000Z", "2025-06-28T14:00:00.000Z", "2025-06-29T13:59:59.000Z", "2025-06-29T14:00:00.000Z"), seen_in("TODAY"), "1 2", store=IN_SYDNEY),
    rule("a day of 23 hours", seen("2025-10-04T13:59:59.000Z", "2025-10-04T14:00:00.000Z", "2025-10-05T12:59:59.000Z", "2025-10-05T13:00:00.000Z"), seen_in("TODAY"), "1 2", asked={"since": datetime(2025, 10, 5, 3, tzinfo=UTC)}, store=IN_SYDNEY),
    rule("a day of 25 hours", seen("2025-04-05T12:59:59.000Z", "2025-04-05T13:00:00.000Z", "2025-04-06T13:59:59.000Z", "2025-04-06T14:00:00.000Z"), seen_in("TODAY"), "1 2", asked={"since": datetime(2025, 4, 6, 3, tzinfo=UTC)}, store=IN_SYDNEY),
    rule("a midnight that was skipped", seen("2025-03-29T21:59:59.000Z", "2025-03-29T22:00:00.000Z", "2025-03-30T20:59:59.000Z", "2025-03-30T21:00:00.000Z"), seen_in("TODAY"), "1 2", asked={"since": datetime(2025, 3, 30, 9, tzinfo=UTC)}, store={"users": {ACTOR: User("Asia/Beirut", sees_all=True)}}),
    rule("a midnight that came twice", seen("2025-10-25T23:59:59.000Z", "2025-10-26T00:00:00.000Z", "2025-10-27T00:59:59.000Z", "2025-10-27T01:00:00.000Z"), seen_in("TODAY"), "1 2", asked={"since": datetime(2025, 10, 26, 9, tzinfo=UTC)}, store={"users": {ACTOR: User("Atlantic/Azores", sees_all=True)}}),
    rule("LAST_N_DAYS over a night of the clock", seen("2025-10-03T13:59:59.000Z", "2025-10-03T14:00:00.000Z", "2025-10-05T12:59:58.000Z"), seen_in("LAST_N_DAYS", 1), "1 2", asked={"since": datetime(2025, 10, 5, 12, 59, 59, tzinfo=UTC)}, store=IN_SYDNEY),
    rule("LAST_N_DAYS ends now or at midnight", seen("2025-06-29T06:44:59.000Z", "2025-06-29T06:45:01.000Z", "2025-06-30T00:00:00.000Z"), seen_in("LAST_N_DAYS", 1), "0", "0 1"),
    rule("THIS_YEAR in Sydney", seen("2024-12-31T12:59:59.000Z", "2024-12-31T13:00:00.000Z", "2025-12-31T13:00:00.000Z"), seen_in("THIS_YEAR"), "1", store=IN_SYDNEY),
    rule("a function in UTC", seen("2024-12-31T23:30:00.000Z", "2025-01-01T00:00:00.000Z"), Compare(Function("CALENDAR_YEAR", "Seen__c"), "=", 2025), "1", store=IN_SYDNEY),
    rule("a function in the user's zone", seen("2024-12-31T12:59:00.000Z", "2024-12-31T13:00:00.000Z"), Compare(Function("CALENDAR_YEAR", "Seen__c", converted=True), "=", 2025), "1", store=IN_SYDNEY),
    rule("HOUR_IN_DAY", seen("2025-06-29T11:59:00.000Z", "2025-06-29T12:00:00.000Z"), Compare(Function("HOUR_IN_DAY", "Seen__c"), "=", 11), "0"),
    rule("HOUR_IN_DAY in the user's zone", seen("2025-06-29T11:59:00.000Z", "2025-06-29T12:00:00.000Z"), Compare(Function("HOUR_IN_DAY", "Seen__c", converted=True), "=", 22), "1", store=IN_SYDNEY),
    rule("DAY_ONLY", seen("2025-06-28T23:59:00.000Z", "2025-06-29T00:00:00.000Z"), Compare(Function("DAY_ONLY", "Seen__c"), "=", date(2025, 6, 29)), "1"),
    rule("DAY_IN_WEEK: Sunday is 1", born("2025-06-28", "2025-06-29", "2025-06-30"), Compare(Function("DAY_IN_WEEK", "Birthdate"), "=", 1), "1"),
    rule("DAY_IN_MONTH", born("2025-06-28", "2025-05-28", "2025-06-29"), Compare(Function("DAY_IN_MONTH", "Birthdate"), "=", 28), "0 1"),
    rule("DAY_IN_YEAR", born("2024-02-29", "2025-03-01"), Compare(Function("DAY_IN_YEAR", "Birthdate"), "=", 60), "0 1"),
    rule("WEEK_IN_YEAR counts sevens of days", born("2025-01-07", "2025-01-08", "2025-01-14"), Compare(Function("WEEK_IN_YEAR", "Birthdate"), "=", 2), "1 2"),
    rule("WEEK_IN_MONTH counts sevens of days", born("2025-06-07", "2025-06-08", "2025-06-14"), Compare(Function("WEEK_IN_MONTH", "Birthdate"), "=", 2), "1 2"),
    rule("CALENDAR_QUARTER", born("2025-03-31", "2025-04-01", "2025-07-01"), Compare(Function("CALENDAR_QUARTER", "Birthdate"), "=", 2), "1"),
    rule("CALENDAR_MONTH", born("1980-02-29", "1980-03-01"), Compare(Function("CALENDAR_MONTH", "Birthdate"), "<", 3), "0"),
]
AFTER = datetime(2025, 6, 29, 12, tzinfo=UTC)
CHANGED: dict[str, str | None] = {"SystemModstamp": LATER}


def history(
    *changes: tuple[int, str, str | None, str | None], at: datetime = AFTER, tracks: str = ""
) -> dict[str, History]:
    """The history of contacts."""
    lines = tuple(Change(case_id(place), name, at, old, new) for place, name, old, new in changes)
    return {"Contact": History(lines, frozenset(tracks.split()))}


MAIN_ACCOUNTS = Query(("Id",), "Account", Compare("Name", "=", "x"))
TIME = [
    rule("a record made later is out", some("Contact", {"Name": "x", "CreatedDate": LATER, "SystemModstamp": LATER}), X, ""),
    rule("a record made in the second of the event may be there", some("Contact", {"CreatedDate": written(NOW)}), where(None), "", "0"),
    rule("a record that changed in the second of the event", some("Account", {"Name": "x", "SystemModstamp": written(NOW)}), MAIN_ACCOUNTS, "", "0", asked={"since": NOW + timedelta(milliseconds=300)}),
    rule("a count of an account of unknown sight decides no reading", column("Name", None, "x", "y"), Compare("Name", "!=", "x"), "", "0 2", asked=counted(1), store={"users": {}}),
    rule("a record without times was always there", some("Contact", {"Name": "x", "CreatedDate": None, "SystemModstamp": None}), X, "0"),
    rule("a record that changed since is possible", some("Contact", {"Name": "x"} | CHANGED, {"Name": "y"} | CHANGED, {"Name": "y"}), X, "", "0 1"),
    rule("an id cannot change", some("Account", CHANGED, {}), Query(("Id",), "Account", Compare("Id", "=", account(0))), "0"),
    rule("a time of creation cannot change", some("Account", CHANGED, {}), Query(("Id",), "Account", Compare("CreatedDate", "<", NOW)), "0 1"),
    rule("no condition on what changed", some("Account", CHANGED, {}), Query(("Id",), "Account"), "0 1"),
    rule("what changed since may have been in the recycle bin", some("Contact", CHANGED, {}), where(None), "1", "0 1"),
    rule("the old value of a history", some("Contact", {"Name": "y"} | CHANGED), X, "0", history=history((0, "Name", "x", "y"), (0, "IsDeleted", "false", "false"))),
    rule("a history that shows no change", some("Account", {}) | some("Contact", {"Name": "x"} | CHANGED, {"Name": "y"} | CHANGED), X, "0", history=history(tracks="Name IsDeleted")),
    rule("a history before the event", some("Contact", {"Name": "x"} | CHANGED), X, "0", history=history((0, "Name", "q", "x"), at=datetime(2025, 6, 29, 1, tzinfo=UTC), tracks="Name IsDeleted")),
    rule("a history of another field", some("Contact", {"Name": "x"} | CHANGED), X, "", "0", history=history((0, "Email", "a", "b"))),
    rule("the first of several changes", some("Contact", {"Name": "x"} | CHANGED), X, "", history={"Contact": History((Change(case_id(0), "Name", AFTER, "y", "z"), Change(case_id(0), "Name", AFTER + timedelta(hours=1), "z", "x")), frozenset({"Name", "IsDeleted"}))}),
    rule("a change while the answer was computed", some("Contact", {"Name": "x"} | CHANGED), X, "", "0", history=history((0, "Name", "y", "x"), tracks="Name IsDeleted"), asked={"until": AFTER + timedelta(hours=1)}),
    rule("made while the answer was computed", some("Contact", {"Name": "x", "CreatedDate": written(AFTER), "SystemModstamp": written(AFTER)}), Compare("Id", "=", case_id(0)), "", "0", asked={"until": AFTER + timedelta(hours=1)}),
    rule("in the recycle bin", some("Contact", {"IsDeleted": "true"}, {"IsDeleted": None}), where(None), "1"),
    rule("ALL ROWS", some("Contact", {"IsDeleted": "true"}, {}), where(None, all_rows=True), "0 1"),
    rule("a job over all rows", some("Contact", {"IsDeleted": "true"}, {}), where(None), "0 1", asked={"all_rows": True}),
    rule("deleted since", some("Contact", {"IsDeleted": "true"} | CHANGED), where(None), "", "0"),
    rule("deleted since, all rows asked", some("Contact", {"IsDeleted": "true"} | CHANGED), where(None, all_rows=True), "0"),
]


def ordered(*keys: Order, limit: int | None = None, offset: int | None = None) -> Query:
    """Contacts in an order."""
    return where(None, order=keys, limit=limit, offset=offset)


AGES = column("Age__c", "5", "10", None, "7")
BY_AGE = Order("Age__c")
ORDER = [
    rule("nulls come first", AGES, ordered(BY_AGE, limit=2), "0 2"),
    rule("nulls come first when descending too", AGES, ordered(Order("Age__c", descending=True), limit=2), "1 2"),
    rule("NULLS LAST", AGES, ordered(Order("Age__c", nulls="LAST"), limit=2), "0 3"),
    rule("DESC NULLS LAST", AGES, ordered(Order("Age__c", descending=True, nulls="LAST"), limit=2), "1 3"),
    rule("ties at the limit are possible", column("Age__c", "5", "7", "7", "9"), ordered(BY_AGE, limit=2), "0", "0 1 2", asked=counted(2)),
    rule("ties inside the limit are sure", column("Age__c", "5", "7", "7", "9"), ordered(BY_AGE, limit=3), "0 1 2"),
    rule("a second key parts ties", column("Age__c", "5", "7", "7", "9"), ordered(BY_AGE, Order("Id", descending=True), limit=2), "0 2"),
    rule("without an order all tie", column("Age__c", "5", "7"), ordered(limit=1), "", "0 1", asked=counted(1)),
    rule("a limit that all fit in", column("Age__c", "5", "7"), ordered(limit=2), "0 1"),
    rule("a limit that does not bind", column("Age__c", "5", "7"), ordered(limit=2000), "0 1"),
    rule("OFFSET", column("Age__c", "5", "7", "9"), ordered(BY_AGE, offset=1), "1 2"),
    rule("OFFSET without an order", column("Age__c", "5", "7"), ordered(offset=1), "", "0 1", asked=counted(1)),
    rule("OFFSET and LIMIT", column("Age__c", "5", "7", "9", "11"), ordered(BY_AGE, offset=1, limit=2), "1 2"),
    rule("OFFSET beyond the end", column("Age__c", "5"), ordered(BY_AGE, offset=1), ""),
    rule("text has an order", column("Name", "Bo", "ana", "Cy"), ordered(Order("Name"), limit=2), "0 1"),
    rule("text that we cannot order may stand anywhere", column("Name", "Bo", "\u00c4na", "Cy"), ordered(Order("Name"), limit=2), "0", "0 1 2", asked=counted(2)),
    rule("case-sensitive text that differs in more than case", column("Code__c", "zz", "Ab", "b"), ordered(Order("Code__c"), limit=2), "1 2"),
    rule("case-sensitive text that differs only in case", column("Code__c", "ab", "AB"), ordered(Order("Code__c"), limit=1), "", "0 1", asked=counted(1)),
    rule("multi-picklists have no order", column("Likes__c", "A", "B"), ordered(Order("Likes__c"), limit=1), "", "0 1", asked=counted(1)),
    rule("booleans have an order", column("Active__c", "true", None, "false"), ordered(Order("Active__c"), limit=2), "1 2"),
    rule("a boolean null sorts as false", column("Active__c", None, "true", "false"), ordered(Order("Active__c", descending=True), limit=2), "1", "0 1 2", asked=counted(2)),
    rule("a date has an order", born("2025-01-02", "2024-12-31", "2025-01-01"), ordered(Order("Birthdate"), limit=2), "1 2"),
    rule("a time has an order", seen("2025-01-02T00:00:00.000Z", "2025-01-01T23:59:59.000Z"), ordered(Order("Seen__c"), limit=1), "1"),
    rule("numbers without a stated type may be text", column("Count__c", "9", "10"), ordered(Order("Count__c"), limit=1), "", "0 1", asked=counted(1)),
    rule("more rows than ours, after an offset", AGES, ordered(BY_AGE, limit=4, offset=1), "", "0 1 3", asked=counted(4)),
    rule("a parent's field has an order", LINKED, ordered(Order("Account.Name"), limit=2), "0 2"),
    rule("an open key may stand anywhere", some("Account", {"Size__c": "1"}, {"Size__c": "2"} | CHANGED, {"Size__c": "3"}), Query(("Id",), "Account", order=(Order("Size__c"),), limit=2), "0", "0 1 2", asked=counted(2)),
    rule("a record that may match takes a place", some("Contact", {"Age__c": "1"} | CHANGED, {"Age__c": "2"}), ordered(Order("Id"), limit=1), "", "0 1", asked=counted(1)),
    rule("only the first page", AGES, ordered(BY_AGE), "0 2", asked={"matched": 4, "fewest": 2, "most": 2, "prefix": True}),
    rule("one page or two", AGES, ordered(BY_AGE), "2", "0 2 3", asked={"matched": 4, "fewest": 1, "most": 3, "prefix": True}),
    rule("the first page without an order", AGES, ordered(), "", "0 1 2 3", asked={"matched": 4, "fewest": 2, "most": 2, "prefix": True}),
    rule("some pages, nobody knows which", AGES, ordered(BY_AGE), "", "0 1 2 3", asked={"matched": 4, "fewest": 2, "most": 2}),
    rule("nobody knows how many were delivered", AGES, ordered(BY_AGE), "", "0 1 2 3", asked={"matched": 4, "fewest": None, "most": None}),
    rule("more rows than ours, within a limit", AGES, ordered(BY_AGE, limit=10), "", "0 1 2 3", asked=counted(10)),
]
SIGHT = [
    rule("unknown sight", THREE, X, "", "0", store={"users": {}}, asked={"matched": None, "fewest": None, "most": None}),
    rule("the count shows that all was seen", THREE, X, "0", store={"users": {}}),
    rule("the count shows that not all was seen", THREE, where(None), "", "0 1 2", store={"users": {}}, asked=counted(2)),
    rule("a record that is uncertain takes the proof away", some("Contact", {}, CHANGED), where(None), "", "0 1", store={"users": {}}),
    rule("a table of visible records", THREE, where(None), "0 1", store={"users": {}, "listed": {ACTOR: frozenset({case_id(0), case_id(1)})}}),
    rule("a table that says nothing of the account", THREE, where(None), "", "0 1 2", asked=counted(2), store={"users": {}, "listed": {"005000000000009AAA": frozenset({case_id(0)})}}),
    rule("sees all, and yet fewer came", THREE, where(None), "", "0 1 2", asked=counted(2)),
    rule("what was not seen takes no place", column("Name", "a", "b", "c"), ordered(Order("Name"), limit=2), "", "0 1 2", store={"users": {}}, asked=counted(2)),
    rule("a table makes places plain", column("Name", "a", "b", "c"), ordered(Order("Name"), limit=1), "1", asked=counted(1), store={"users": {}, "listed": {ACTOR: frozenset({case_id(1), case_id(2)})}}),
    rule("another scope", THREE, where(None, scope="mine"), "", "0 1 2"),
    rule("the scope of everything", THREE, where(None, scope="everything"), "0 1 2"),
]
CHILD = Query(("Id", "Subject"), "Cases")
MORE = [
    rule("a parent came with its row", LINKED, Query(("Id", "Account.Name"), "Contact"), "0 1 2", others={"Account": ("0 1", "0 1")}),
    rule("a parent of a row that may have come", LINKED, Query(("Id", "Account.Name"), "Contact", limit=1), "", "0 1 2", asked=counted(1), others={"Account": ("", "0 1")}),
    rule("a parent by a link that changed since", some("Contact", {"AccountId": account(0)} | CHANGED) | TREE, Query(("Id", "Account.Name"), "Contact", Compare("Id", "=", case_id(0)), all_rows=True), "0", others={"Account": ("", "0")}),
    rule("children came with their parent", THREE | ASKED_OF, Query(("Id", Children(CHILD)), "Contact"), "0 1 2", others={"Case": ("0 2", "0 2")}),
    rule("children that match", THREE | ASKED_OF, Query(("Id", Children(replace(CHILD, where=Compare("Subject", "=", "B")))), "Contact"), "0 1 2", others={"Case": ("2", "2")}),
    rule("children of a parent that came", THREE | ASKED_OF, Query(("Id", Children(CHILD)), "Contact", X), "0", others={"Case": ("0", "0")}),
    rule("children under a limit", THREE | ASKED_OF, Query(("Id", Children(replace(CHILD, limit=1))), "Contact"), "0 1 2", others={"Case": ("", "0 2")}),
    rule("children that the account may not have seen", THREE | ASKED_OF, Query(("Id", Children(CHILD)), "Contact"), "0 1 2", others={"Case": ("", "0 2")}, store={"users": {}}),
    rule("a count gives no records", THREE, Query((Aggregate("COUNT"),), "Contact"), "", asked=counted(1)),
    rule("GROUP BY shows values", THREE, Query(("Name", Aggregate("COUNT", "Id")), "Contact", group=("Name",)), "", "0 1 2"),
    rule("MAX shows a value", THREE, Query((Aggregate("MAX", "Name"),), "Contact", Compare("Name", "!=", "z")), "", "0 1", asked=counted(1)),
]
RULES = [*TEXT, *NULLS, *VALUES, *PARENTS, *JOINS, *DATES, *TIMES, *TIME, *ORDER, *SIGHT, *MORE]
