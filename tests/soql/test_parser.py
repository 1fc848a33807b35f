"""The grammar, point by point, and what becomes of text that is no query."""

from __future__ import annotations

import inspect
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any as Anything

import pytest

from floodmark.soql import TEXT_LIMIT, parse
from floodmark.soql.parser import DEPTH_LIMIT
from floodmark.soql.tree import (
    All,
    Among,
    AmongRows,
    Any,
    Bind,
    Boolean,
    Call,
    Children,
    Clause,
    Compare,
    Currency,
    Day,
    Everything,
    Field,
    Includes,
    Moment,
    Not,
    Null,
    Number,
    Order,
    Parsed,
    Select,
    Source,
    Span,
    Text,
    TypeOf,
)
from soql.trees import AT, bare, path, text


def equals(name: str, value: str = "x") -> Compare:
    """Return `name = 'value'`."""
    return Compare(path(name), "=", text(value), AT)


def moment(value: str) -> Moment:
    """Return a date-time of UTC."""
    return Moment(datetime.fromisoformat(value), AT)


def read(query: str) -> Select:
    """Return the tree of a text that has to be whole, without places."""
    parsed = parse(query)
    assert parsed.problem is None, parsed.problem
    assert parsed.whole
    assert parsed.items_whole
    assert parsed.text == query
    return bare(parsed.select)


def where(condition: str) -> Anything:
    """Return the tree of a condition."""
    return read(f"SELECT Id FROM Contact WHERE {condition}").where


# --- select list ---------------------------------------------------------------------------------------

ITEMS = {
    "path": ("Id", Field(path("Id"), None, AT)),
    "parents": ("Account.Owner.Name", Field(path("Account.Owner.Name"), None, AT)),
    "custom": ("ns__Parent__r.ns__Field__c", Field(path("ns__Parent__r.ns__Field__c"), None, AT)),
    "blanks around dots": ("Account . Name", Field(path("Account.Name"), None, AT)),
    "alias": ("Name n", Field(path("Name"), "n", AT)),
    "count of all": ("COUNT()", Field(Call("count", (), AT), None, AT)),
    "function with alias": ("Count(Id) total", Field(Call("count", (path("Id"),), AT), "total", AT)),
    "nested call": (
        "FORMAT(convertCurrency(Amount)) a",
        Field(Call("format", (Call("convertcurrency", (path("Amount"),), AT),), AT), "a", AT),
    ),
    "call with values": (
        "DISTANCE(Place__c, GEOLOCATION(-37.5, 145), 'km')",
        Field(
            Call(
                "distance",
                (
                    path("Place__c"),
                    Call("geolocation", (Number(Decimal("-37.5"), AT), Number(Decimal(145), AT)), AT),
                    text("km"),
                ),
                AT,
            ),
            None,
            AT,
        ),
    ),
    "all fields": ("FIELDS(ALL)", Everything("ALL", AT)),
    "standard fields": ("fields( standard )", Everything("STANDARD", AT)),
    "custom fields": ("Fields(Custom)", Everything("CUSTOM", AT)),
    "children": (
        "(SELECT Subject FROM Cases)",
        Children(Select((Field(path("Subject"), None, AT),), "Cases", AT), AT),
    ),
    "children of an alias": (
        "(SELECT Subject FROM c.Cases)",
        Children(Select((Field(path("Subject"), None, AT),), "Cases", AT), AT),
    ),
    "typeof": (
        "TYPEOF What WHEN Account THEN Phone, Owner.Name WHEN Case THEN Subject ELSE Name END",
        TypeOf(
            path("What"),
            (("Account", (path("Phone"), path("Owner.Name"))), ("Case", (path("Subject"),))),
            (path("Name"),),
            AT,
        ),
    ),
    "typeof without else": (
        "TYPEOF What WHEN Account THEN Phone END",
        TypeOf(path("What"), (("Account", (path("Phone"),)),), (), AT),
    ),
    "keyword as a field": ("Group", Field(path("Group"), None, AT)),
    "keyword as an alias": ("Name limit", Field(path("Name"), "limit", AT)),
    "a field called like FIELDS": ("Fields", Field(path("Fields"), None, AT)),
    "a field called like TYPEOF": ("TypeOf", Field(path("TypeOf"), None, AT)),
    "a field called like FROM": ("From", Field(path("From"), None, AT)),
    "a field like an amount": ("Usd500", Field(path("Usd500"), None, AT)),
}


@pytest.mark.parametrize(("item", "expected"), ITEMS.values(), ids=ITEMS)
def test_items(item: str, expected: Anything) -> None:
    """Each kind of item alone, and between two others."""
    assert read(f"SELECT {item} FROM Contact").items == (expected,)
    first, last = Field(path("A"), None, AT), Field(path("Z"), None, AT)
    assert read(f"select A,{item} ,Z\nfrom Contact").items == (first, expected, last)


# --- FROM ----------------------------------------------------------------------------------------------

SOURCES: dict[str, tuple[str, dict[str, Anything]]] = {
    "object": ("Contact", {"object": "Contact"}),
    "alias": ("Contact c", {"object": "Contact", "alias": "c"}),
    "alias with AS": ("Contact AS c", {"object": "Contact", "alias": "c"}),
    "further relations": (
        "Contact c, c.Account a, a.Owner AS o, c.Cases",
        {
            "object": "Contact",
            "alias": "c",
            "sources": (
                Source(path("c.Account"), "a"),
                Source(path("a.Owner"), "o"),
                Source(path("c.Cases"), None),
            ),
        },
    ),
    "scope": ("Contact USING SCOPE My_Territory", {"object": "Contact", "using_scope": "my_territory"}),
    "object like a keyword": ("Group", {"object": "Group"}),
    "another": ("Order ORDER BY Id", {"object": "Order", "order": (Order(path("Id"), False, False, AT),)}),
    "alias like a keyword": ("Account all LIMIT 1", {"object": "Account", "alias": "all", "limit": 1}),
    "alias like LIMIT": ("Account limit LIMIT 1", {"object": "Account", "alias": "limit", "limit": 1}),
    "alias like UPDATE": (
        "Account update UPDATE TRACKING",
        {"object": "Account", "alias": "update", "trailing": (Clause("UPDATE TRACKING", AT),)},
    ),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_sources(source: str, expected: dict[str, Anything]) -> None:
    """What FROM names."""
    assert read(f"SELECT Id FROM {source}") == Select(
        (Field(path("Id"), None, AT),), at=AT, object_at=AT, **expected
    )


# --- conditions ----------------------------------------------------------------------------------------

CONDITIONS = {
    "equal": ("a = 'x'", equals("a")),
    "not equal": ("a != 'x'", Compare(path("a"), "!=", text("x"), AT)),
    "not equal as in SQL": ("a<>'x'", Compare(path("a"), "!=", text("x"), AT)),
    "less": ("a<1", Compare(path("a"), "<", Number(Decimal(1), AT), AT)),
    "at most": ("a<=1", Compare(path("a"), "<=", Number(Decimal(1), AT), AT)),
    "more": ("a > 1", Compare(path("a"), ">", Number(Decimal(1), AT), AT)),
    "at least": ("a >= 1", Compare(path("a"), ">=", Number(Decimal(1), AT), AT)),
    "like": (r"a Like 'x\_%'", Compare(path("a"), "like", Text("x_%", r"x\_%", AT), AT)),
    "parent": ("Account.Name = 'x'", equals("Account.Name")),
    "function": (
        "CALENDAR_YEAR(CreatedDate) = 2025",
        Compare(Call("calendar_year", (path("CreatedDate"),), AT), "=", Number(Decimal(2025), AT), AT),
    ),
    "and": ("a='x' AND b='x' and c='x'", All((equals("a"), equals("b"), equals("c")), AT)),
    "or": ("a='x' OR b='x'", Any((equals("a"), equals("b")), AT)),
    "brackets": (
        "(a='x' OR b='x') AND c='x'",
        All((Any((equals("a"), equals("b")), AT), equals("c")), AT),
    ),
    "brackets for nothing": ("((a='x'))", equals("a")),
    "brackets of the same kind stay": (
        "a='x' AND (b='x' AND c='x')",
        All((equals("a"), All((equals("b"), equals("c")), AT)), AT),
    ),
    "not": ("NOT a='x'", Not(equals("a"), AT)),
    "not binds first": ("NOT a='x' AND b='x'", All((Not(equals("a"), AT), equals("b")), AT)),
    "not of brackets": ("NOT(a='x' AND b='x')", Not(All((equals("a"), equals("b")), AT), AT)),
    "not of not": ("NOT NOT a='x'", Not(Not(equals("a"), AT), AT)),
    "in": ("a IN ('x', 'y')", Among(path("a"), (text("x"), text("y")), False, AT)),
    "in one": ("a IN ('x')", Among(path("a"), (text("x"),), False, AT)),
    "not in": (
        "a NOT IN (1,null)",
        Among(path("a"), (Number(Decimal(1), AT), Null(AT)), True, AT),
    ),
    "in a variable": ("a IN :ids", Among(path("a"), Bind("ids", AT), False, AT)),
    "not in a variable": ("a not in : ids", Among(path("a"), Bind("ids", AT), True, AT)),
    "in a list of variables": (
        "a IN (:x, :y.z)",
        Among(path("a"), (Bind("x", AT), Bind("y.z", AT)), False, AT),
    ),
    "semi-join": (
        "Id IN (SELECT ContactId FROM Case WHERE a = 'x')",
        AmongRows(
            path("Id"),
            Select((Field(path("ContactId"), None, AT),), "Case", AT, where=equals("a")),
            False,
            AT,
        ),
    ),
    "anti-join": (
        "Id NOT IN (SELECT ContactId FROM Case)",
        AmongRows(path("Id"), Select((Field(path("ContactId"), None, AT),), "Case", AT), True, AT),
    ),
    "includes": ("a INCLUDES ('A;B','C')", Includes(path("a"), (text("A;B"), text("C")), False, AT)),
    "excludes": ("a excludes('A')", Includes(path("a"), (text("A"),), True, AT)),
    "includes a variable": ("a INCLUDES (:x)", Includes(path("a"), Bind("x", AT), False, AT)),
    "excludes a variable": ("a EXCLUDES :x", Includes(path("a"), Bind("x", AT), True, AT)),
    "keywords as fields": ("Group = 'x' AND Limit = 'x'", All((equals("Group"), equals("Limit")), AT)),
    "a field called Not": ("Not = 'x'", equals("Not")),
    "a relation called Not": ("Not.Name = 'x'", equals("Not.Name")),
}


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(condition: str, expected: Anything) -> None:
    """Each kind of condition, in WHERE and in HAVING."""
    assert where(condition) == expected
    assert read(f"SELECT Id FROM X GROUP BY Id HAVING {condition}").having == expected


VALUES = {
    "string": ("'x'", text("x")),
    "empty string": ("''", text("")),
    "quote": (r"'it\'s'", text("it's")),
    "double quote": (r"""'\"a"'""", text('"a"')),
    "line breaks": (r"'\n\r\N\R'", text("\n\r\n\r")),
    "other signs": (r"'\t\b\f'", text("\t\b\f")),
    "backslash": (r"'\\'", Text("\\", r"\\", AT)),
    "backslash before a wildcard": (r"'\\%'", Text("\\%", r"\\%", AT)),
    "escaped wildcards": (r"'%\%_\_'", Text("%%__", r"%\%_\_", AT)),
    "code point": (r"'\u00e9\u0041'", text("éA")),
    "code point of a backslash": (r"'\u005c'", Text("\\", r"\\", AT)),
    "two halves of a character": (r"'\ud83d\ude00'", text("\U0001f600")),
    "half a character": (r"'\ud83d'", text("\ufffd")),
    "text that is no ASCII": ("'Zoë 日本'", text("Zoë 日本")),
    "signs of the grammar": ("'a) AND (b :c,--'", text("a) AND (b :c,--")),
    "a line break in it": ("'a\nb'", text("a\nb")),
    "number": ("5", Number(Decimal(5), AT)),
    "sign": ("-5", Number(Decimal(-5), AT)),
    "plus": ("+5", Number(Decimal(5), AT)),
    "decimals": ("5.25", Number(Decimal("5.25"), AT)),
    "decimals only": (".5", Number(Decimal("0.5"), AT)),
    "exponent": ("-1.5e-3", Number(Decimal("-0.0015"), AT)),
    "currency": ("USD5000", Currency("USD", Decimal(5000), AT)),
    "currency with decimals": ("aud12.50", Currency("AUD", Decimal("12.50"), AT)),
    "currency below zero": ("EUR-3", Currency("EUR", Decimal(-3), AT)),
    "true": ("TRUE", Boolean(True, AT)),
    "false": ("False", Boolean(False, AT)),
    "null": ("null", Null(AT)),
    "date": ("2025-06-30", Day(date(2025, 6, 30), AT)),
    "leap day": ("2024-02-29", Day(date(2024, 2, 29), AT)),
    "UTC": ("2025-06-30T02:11:09Z", moment("2025-06-30T02:11:09")),
    "lower case": ("2025-06-30t02:11:09z", moment("2025-06-30T02:11:09")),
    "ahead of UTC": ("2025-06-30T02:11:09+08:00", moment("2025-06-29T18:11:09")),
    "behind UTC, no colon": ("2025-06-30T02:11:09-0330", moment("2025-06-30T05:41:09")),
    "a blank for the plus": ("2025-06-30T02:11:09 08:00", moment("2025-06-29T18:11:09")),
    "milliseconds": ("2025-06-30T02:11:09.120Z", moment("2025-06-30T02:11:09.120000")),
    "nanoseconds": ("2025-06-30T02:11:09.123456789Z", moment("2025-06-30T02:11:09.123456")),
    "no seconds": ("2025-06-30T02:11Z", moment("2025-06-30T02:11:00")),
    "date literal": ("today", Span("TODAY", None, AT)),
    "fiscal literal": ("THIS_FISCAL_YEAR", Span("THIS_FISCAL_YEAR", None, AT)),
    "counted literal": ("Last_N_Days:30", Span("LAST_N_DAYS", 30, AT)),
    "counted literal, zero": ("N_FISCAL_QUARTERS_AGO:0", Span("N_FISCAL_QUARTERS_AGO", 0, AT)),
    "counted by a variable": ("LAST_N_DAYS::days", Bind("days", AT)),
    "bind": (":name", Bind("name", AT)),
    "bind of a field": (":obj.field", Bind("obj.field", AT)),
    "bind with a blank": (": name", Bind("name", AT)),
    "bind of a call": (":list.get(0).Id", Bind("list.get(0).Id", AT)),
    "bind of an element": (":list[0]", Bind("list[0]", AT)),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_values(value: str, expected: Anything) -> None:
    """Each kind of value behind an operator and in a list."""
    assert where(f"a = {value}") == Compare(path("a"), "=", expected, AT)
    assert where(f"a IN ({value} ,{value})") == Among(path("a"), (expected, expected), False, AT)


# --- other clauses ---------------------------------------------------------------------------------------

CLAUSES: dict[str, tuple[str, dict[str, Anything]]] = {
    "security": ("WITH security_enforced", {"with_filter": Clause("WITH SECURITY_ENFORCED", AT)}),
    "user mode": ("WITH USER_MODE", {"with_filter": Clause("WITH USER_MODE", AT)}),
    "system mode": ("WITH SYSTEM_MODE", {"with_filter": Clause("WITH SYSTEM_MODE", AT)}),
    "user": ("with UserId='Ab'", {"with_filter": Clause("WITH USERID = 'Ab'", AT)}),
    "record visibility": (
        "WITH RecordVisibilityContext (maxDescriptorPerRecord=100, supportsDomains=true)",
        {
            "with_filter": Clause(
                "WITH RECORDVISIBILITYCONTEXT ( MAXDESCRIPTORPERRECORD = 100 , SUPPORTSDOMAINS = TRUE )", AT
            )
        },
    ),
    "data category": (
        "WITH DATA CATEGORY Geo__c ABOVE usa__c",
        {"with_filter": Clause("WITH DATA CATEGORY GEO__C ABOVE USA__C", AT)},
    ),
    "data categories": (
        "WITH DATA CATEGORY a__c AT (x__c, y__c) AND b__c ABOVE_OR_BELOW z__c",
        {
            "with_filter": Clause(
                "WITH DATA CATEGORY A__C AT ( X__C , Y__C ) AND B__C ABOVE_OR_BELOW Z__C", AT
            )
        },
    ),
    "group": ("GROUP BY a, b.c", {"group": (path("a"), path("b.c"))}),
    "group by a function": (
        "GROUP BY CALENDAR_MONTH(d)",
        {"group": (Call("calendar_month", (path("d"),), AT),)},
    ),
    "rollup": ("GROUP BY ROLLUP(a, b)", {"group": (path("a"), path("b")), "grouping": "rollup"}),
    "cube": ("group by cube (a)", {"group": (path("a"),), "grouping": "cube"}),
    "having": (
        "GROUP BY a HAVING COUNT(Id) > 1",
        {
            "group": (path("a"),),
            "having": Compare(Call("count", (path("Id"),), AT), ">", Number(Decimal(1), AT), AT),
        },
    ),
    "order": (
        "ORDER BY a, b DESC, c ASC NULLS LAST, COUNT(Id) desc nulls first",
        {
            "order": (
                Order(path("a"), False, False, AT),
                Order(path("b"), True, False, AT),
                Order(path("c"), False, True, AT),
                Order(Call("count", (path("Id"),), AT), True, False, AT),
            )
        },
    ),
    "limit and offset": ("LIMIT 10 OFFSET 20", {"limit": 10, "offset": 20}),
    "offset alone": ("OFFSET 0", {"offset": 0}),
    "limit by variables": ("LIMIT :n OFFSET :m.x", {"limit": Bind("n", AT), "offset": Bind("m.x", AT)}),
    "for view": ("FOR VIEW", {"trailing": (Clause("FOR VIEW", AT),)}),
    "for several": ("FOR VIEW, Reference", {"trailing": (Clause("FOR VIEW , REFERENCE", AT),)}),
    "for update": ("LIMIT 1 FOR UPDATE", {"limit": 1, "trailing": (Clause("FOR UPDATE", AT),)}),
    "tracking": ("UPDATE TRACKING", {"trailing": (Clause("UPDATE TRACKING", AT),)}),
    "viewstat": ("update viewstat", {"trailing": (Clause("UPDATE VIEWSTAT", AT),)}),
    "options": (
        "SET OPTIONS (a = 'x', b = 1)",
        {"trailing": (Clause("SET OPTIONS ( A = 'x' , B = 1 )", AT),)},
    ),
    "all rows": ("all rows", {"all_rows": True}),
    "several at the end": (
        "FOR REFERENCE UPDATE VIEWSTAT ALL ROWS",
        {"trailing": (Clause("FOR REFERENCE", AT), Clause("UPDATE VIEWSTAT", AT)), "all_rows": True},
    ),
}


@pytest.mark.parametrize(("clause", "expected"), CLAUSES.values(), ids=CLAUSES)
def test_clauses(clause: str, expected: dict[str, Anything]) -> None:
    """Each clause, in the query and in a subquery."""
    alone = Select((Field(path("Id"), None, AT),), "Contact", AT, **expected)
    assert read(f"SELECT Id FROM Contact {clause}") == alone
    nested = read(f"SELECT (SELECT Id FROM Contact {clause}) FROM Account")
    assert nested.items == (Children(alone, AT),)


# --- problems --------------------------------------------------------------------------------------------

PROBLEMS = {
    "mixed": ("a='x' AND b='x' OR c='x'", "AND and OR mixed without brackets", "OR"),
    "mixed the other way": ("a='x' OR b='x' AND c='x'", "AND and OR mixed without brackets", "AND"),
    "mixed in brackets": ("(a='x' OR b='x' AND c='x')", "AND and OR mixed without brackets", "AND"),
    "no value": ("a = b", "found b, expected a value", "b"),
    "no operator": ("a", "the text ends where a comparison is expected", ""),
    "not like": ("a NOT LIKE 'x'", "found NOT, expected a comparison", "NOT"),
    "empty list": ("a IN ()", "found ), expected a value", ")"),
    "open list": ("a IN ('x'", "the text ends where ')' is expected", ""),
    "open brackets": ("(a = 'x'", "the text ends where ')' is expected", ""),
    "too many brackets": ("a = 'x')", "found ), expected the end or another clause", ")"),
    "includes no string": ("a INCLUDES (1)", "found 1, expected a string", "1"),
    "open string": ("a = 'x", "the text ends inside a string", "'x"),
    "string that ends in an escape": ("a = 'x\\'", "the text ends inside a string", "'x\\'"),
    "unknown escape": (r"a = 'x\qy'", "an escape that strings do not have", r"\q"),
    "short code point": (r"a = '\u12g4'", "an escape that strings do not have", r"\u"),
    "no such day": ("a = 2025-02-29", "2025-02-29 is no time that exists", "2025-02-29"),
    "no such hour": ("a = 2025-02-28T24:00:00Z", "2025-02-28T24:00:00Z is no time that exists", "2025-02-28T24:00:00Z"),
    "no such zone": ("a = 2025-02-28T00:00:00+08:60", "2025-02-28T00:00:00+08:60 is no time that exists", "2025-02-28T00:00:00+08:60"),
    "zone of a day": ("a = 2025-02-28T00:00:00+99:00", "2025-02-28T00:00:00+99:00 is no time that exists", "2025-02-28T00:00:00+99:00"),
    "before all time": ("a = 0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00+08:00 is no time that exists", "0001-01-01T00:00:00+08:00"),
    "no zone": ("a = 2025-02-28T00:00:00", "2025-02-28T00:00:00 has no zone", "2025-02-28T00:00:00"),
    "time of day": ("a = 12:30:00", "found 12:30:00, expected a value", "12:30:00"),
    "literal without its number": ("a = LAST_N_DAYS", "the text ends where ':' is expected", ""),
    "literal with half a number": ("a = LAST_N_DAYS:1.5", "found 1.5, expected a whole number", "1.5"),
    "literal with too many": ("a = TODAY:1", "found :, expected the end or another clause", ":"),
    "huge number": ("a = 1e1000", "a number out of all bounds", "1e1000"),
    "long number": (f"a = {'9' * 401}", "a number out of all bounds", "9" * 401),
    "sign of nothing": ("a == 1", "found =, expected a value", "="),
    "double quotes": ('a = "x"', 'found ", expected a value', '"'),
    "comment": ("a = 'x' -- b", "found -, expected the end or another clause", "-"),
    "semicolon": ("a = 'x';", "found ;, expected the end or another clause", ";"),
    "limit below zero": ("a = 'x' LIMIT -1", "found -1, expected a whole number", "-1"),
    "limit first": ("a = 'x' LIMIT 1 GROUP BY a", "found GROUP, expected the end", "GROUP"),
    "two conditions": ("a = 'x' WHERE b = 'x'", "found WHERE, expected the end", "WHERE"),
    "no way to filter": ("a = 'x' WITH nothing", "the text ends where a comparison is expected", ""),
    "no reach": ("a = 'x' WITH DATA CATEGORY a b", "found b, expected AT, ABOVE, BELOW or ABOVE_OR_BELOW", "b"),
    "nulls nowhere": ("a = 'x' ORDER BY a NULLS x", "found x, expected FIRST or LAST", "x"),
    "active text": ("a = \u202e", "found \\u202e, expected a value", "\u202e"),
    "dangling and": ("a = 'x' AND", "the text ends where a name is expected", ""),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "message", "found"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems(condition: str, message: str, found: str) -> None:
    """The problem says what stands where; items and object are kept."""
    query = f"SELECT Id, Name FROM Contact c WHERE {condition}"
    parsed = parse(query)
    assert parsed.problem is not None
    assert parsed.problem.message == message
    begin, end = parsed.problem.at
    assert query[begin:end] == found
    assert (parsed.whole, parsed.items_whole) == (False, True)
    assert parsed.select is not None
    assert (parsed.select.object, parsed.select.alias, len(parsed.select.items)) == ("Contact", "c", 2)


@pytest.mark.parametrize(
    "query",
    ["", " ", "DELETE FROM x", "FIND {a} IN ALL FIELDS", "(SELECT Id FROM x)", ")", "'", "SELECTId", "\x00"],
)
def test_what_is_no_query_has_no_tree(query: str) -> None:
    """Without the word SELECT at its beginning, nothing is made up."""
    parsed = parse(query)
    assert parsed.select is None
    assert parsed.problem is not None
    assert not parsed.whole
    assert not parsed.items_whole


# Query -> names of the select list that are kept, object, items_whole.
CUT: dict[str, tuple[list[str], str, bool]] = {
    "SELECT": ([], "", False),
    "SELECT FROM": ([], "", False),
    "SELECT FROM Contact": ([], "", False),
    "SELECT Id FROM WHERE a = 1": (["Id"], "", False),
    "SELECT Id, Na": (["Id"], "", False),
    "SELECT Id, Name ": (["Id"], "", False),
    "SELECT Id, Name n": (["Id"], "", False),
    "SELECT Id, Account.": (["Id"], "", False),
    "SELECT Id, COUNT(": (["Id"], "", False),
    "SELECT Id, FIELDS(AL": (["Id"], "", False),
    "SELECT Id, TYPEOF a WHEN b THEN c": (["Id"], "", False),
    "SELECT Id, TYPEOF a ELSE b END FROM c": (["Id"], "", False),
    "SELECT Id,": (["Id"], "", False),
    "SELECT Id, FROM Contact": (["Id"], "", False),
    "SELECT Id FROM": (["Id"], "", False),
    "SELECT Id FROM a.b": (["Id"], "", False),
    "SELECT Id FROM Contact ORDER": (["Id"], "Contact", True),
    "SELECT Id FROM Contact GROUP B": (["Id"], "Contact", True),
    "SELECT Id FROM Contact LIMIT": (["Id"], "Contact", True),
    "SELECT Id FROM Contact AS": (["Id"], "Contact", True),
    "SELECT Id FROM Contact c, ": (["Id"], "Contact", True),
    "SELECT Id FROM Contact ALL ROWS x": (["Id"], "Contact", True),
    "SELECT Id FROM Contact)": (["Id"], "Contact", True),
}


@pytest.mark.parametrize(("query", "expected"), CUT.items(), ids=CUT)
def test_cut_text_keeps_what_stands_before(query: str, expected: tuple[list[str], str, bool]) -> None:
    """A last name may be the beginning of a longer one, and is not kept."""
    parsed = parse(query)
    assert parsed.problem is not None
    assert parsed.select is not None
    names = [bare(each).what.text for each in parsed.select.items if isinstance(each, Field)]  # pyright: ignore[reportAttributeAccessIssue]
    assert (names, parsed.select.object, parsed.items_whole) == expected
    assert len(parsed.select.items) == len(names)


@pytest.mark.parametrize(
    ("query", "names", "related"),
    [
        ("SELECT Id, (SELECT Subj", [], ""),
        ("SELECT Id, (SELECT Subject, Pri", ["Subject"], ""),
        ("SELECT Id, (SELECT Subject FROM Cas", ["Subject"], ""),
        ("SELECT Id, (SELECT Subject FROM Cases ", ["Subject"], ""),
        ("SELECT Id, (SELECT Subject FROM Cases WHERE a = 1", ["Subject"], "Cases"),
        ("SELECT Id, (SELECT Subject FROM Cases)", ["Subject"], "Cases"),
        ("SELECT Id, (SELECT Subject FROM Cases) FROM ", ["Subject"], "Cases"),
    ],
)
def test_cut_subquery_keeps_its_beginning(query: str, names: list[str], related: str) -> None:
    """It is the last item, with the fields and the relation that are sure, and no open condition."""
    parsed = parse(query)
    assert parsed.select is not None
    assert not parsed.items_whole
    children = parsed.select.items[-1]
    assert isinstance(children, Children)
    assert [each.what.text for each in children.query.items] == names  # pyright: ignore[reportAttributeAccessIssue]
    assert (children.query.object, children.query.where) == (related, None)


@pytest.mark.parametrize(
    "end", ["", " O", " OR", " XOR b = 2", " AND b", " AND b =", " LIMI", "'", " )", " 5"]
)
def test_a_condition_counts_only_when_nothing_of_it_can_follow(end: str) -> None:
    """Half a condition would leave out rows that came back."""
    parsed = parse(f"SELECT Id FROM Contact WHERE a = 1{end}")
    assert parsed.select is not None
    assert (parsed.select.where is None) == (end != "")


def test_whole_clauses_before_a_cut_are_kept() -> None:
    """Each is closed by the one behind it."""
    parsed = parse(
        "SELECT Id FROM Contact USING SCOPE mine WHERE a = 1 GROUP BY a ORDER BY a LIMIT 5 OFFSET x"
    )
    assert parsed.select is not None
    assert not parsed.whole
    select = parsed.select
    assert (select.using_scope, select.limit, select.offset) == ("mine", 5, None)
    assert bare(select.where) == Compare(path("a"), "=", Number(Decimal(1), AT), AT)
    assert (len(select.group), len(select.order)) == (1, 1)


# --- limits ------------------------------------------------------------------------------------------------


def test_long_string_is_read() -> None:
    """The platform's limit for a string is not ours."""
    value = "a" * 20_000
    assert where(f"a = '{value}'") == equals("a", value)


def test_text_up_to_the_limit_is_read() -> None:
    """A hundred thousand characters are a query."""
    begin = "SELECT Id FROM Contact WHERE a = '"
    query = begin + "x" * (TEXT_LIMIT - len(begin) - 1) + "'"
    assert len(query) == TEXT_LIMIT
    assert parse(query).whole


@pytest.mark.parametrize("extra", ["x", " ", "'"])
def test_text_beyond_the_limit_keeps_what_fits(extra: str) -> None:
    """Object and select list are there; the condition is not, its end was not seen."""
    query = "SELECT Id FROM Contact WHERE Name IN ('a'" + ",'a'" * 25_000 + ")" + extra
    parsed = parse(query)
    assert parsed.problem is not None
    assert parsed.problem.message == "the text is longer than 100000 characters"
    assert parsed.problem.at == (TEXT_LIMIT, TEXT_LIMIT)
    assert parsed.select is not None
    assert (parsed.select.object, parsed.select.where, parsed.items_whole) == ("Contact", None, True)


def test_name_on_the_limit_is_not_taken_for_whole() -> None:
    """It may go on behind the limit."""
    parsed = parse("SELECT Id,".ljust(TEXT_LIMIT - 3) + "Name FROM x")
    assert parsed.select is not None
    assert [each.what.text for each in parsed.select.items] == ["Id"]  # pyright: ignore[reportAttributeAccessIssue]
    assert not parsed.items_whole


def test_long_lists_are_read() -> None:
    """Ninety thousand characters of ids give one list."""
    ids = [f"'{number:018d}'" for number in range(4_285)]
    query = f"SELECT Id FROM Contact WHERE Id IN ({','.join(ids)})"
    assert 90_000 < len(query) < TEXT_LIMIT
    condition = where(query.partition("WHERE ")[2])
    assert isinstance(condition, Among)
    assert isinstance(condition.values, tuple)
    assert len(condition.values) == 4_285
    assert condition.values[-1] == text(f"{4_284:018d}")


def nested(depth: int) -> dict[str, str]:
    """Return queries that hold themselves, once for each way there is."""
    return {
        "brackets": f"SELECT Id FROM X WHERE {'(' * depth}a = 1{')' * depth}",
        "nots": f"SELECT Id FROM X WHERE {'NOT ' * depth}a = 1",
        "calls": f"SELECT {'f(' * depth}a{')' * depth} FROM X",
        "children": f"{'SELECT (' * depth}SELECT Id FROM X{') FROM X' * depth}",
        "semi-joins": "SELECT Id FROM X " + "WHERE a IN (SELECT Id FROM X " * depth + ")" * depth,
    }


@pytest.mark.parametrize("way", nested(1))
def test_depth_has_a_limit(way: str) -> None:
    """Sixty-four levels are read; the sixty-fifth is a problem, and so is the ten-thousandth."""
    assert parse(nested(DEPTH_LIMIT)[way]).whole
    for depth in (DEPTH_LIMIT + 1, 10_000):
        parsed = parse(nested(depth)[way])
        assert parsed.problem is not None
        assert parsed.problem.message == "nested deeper than 64 levels"
        assert parsed.select is not None


def test_different_nesting_counts_together() -> None:
    """No mixture of ways gets further than one of them."""
    query = "SELECT Id FROM X WHERE " + "NOT (a IN (SELECT Id FROM X WHERE " * 22 + "a = 1" + "))" * 22
    parsed = parse(query)
    assert parsed.problem is not None
    assert parsed.problem.message == "nested deeper than 64 levels"


@pytest.mark.parametrize("way", nested(1))
def test_caller_without_room_gets_an_answer(way: str) -> None:
    """A caller near the interpreter's own limit gets a problem, no error."""

    def deep(levels: int) -> Parsed:
        """Call the reader with so many frames below it."""
        return deep(levels - 1) if levels else parse(nested(DEPTH_LIMIT)[way])

    room = sys.getrecursionlimit() - len(inspect.stack(0))
    parsed = deep(room - 120)
    assert parsed.problem is not None
    assert parsed.problem.message == "nested deeper than there is room for"
    assert parsed.select is not None


UNITS = ["SELECT Id, (", "(", ")", "a,", "'", "\\'", "'\\", ":", ": ", ":a(", ":a[", ":a.", "COUNT(", "TYPEOF a ",
         "a.b.", "1-", "1:", "<", "SELECT a FROM b ", "MIN(a), ", "(SELECT a FROM b), ", "2025-01-01T", "a = 1 AND ",
         "NOT ", "\\u", "\n"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_repeated_signs_are_read_to_the_limit(unit: str) -> None:
    """Whatever is repeated, there is an answer, and nothing is made up."""
    starts = {
        "": 10_000,
        "SELECT ": 10_000,
        "SELECT a FROM b WHERE c = '": 10_000,
        "SELECT a FROM b WHERE ": TEXT_LIMIT,
    }
    for start, length in starts.items():
        parsed = parse((start + unit * length)[:length])
        assert parsed.problem is not None
        assert parsed.select is None or parsed.select.object in {"", "b"}
