"""What a query returns, by its text, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.scope.selection import Query, read


def test_fields_keep_their_order_and_lose_the_objects_own_name() -> None:
    """An alias or the object's name in front means nothing."""
    query = read("select c.Id, Contact.Name, Account.Owner.Email from Contact as c")
    assert (query.object, query.paths, query.whole) == (
        "Contact",
        ("Id", "Name", "Account.Owner.Email"),
        True,
    )


def test_functions_show_their_field_and_an_alias_none() -> None:
    """ToLabel and FORMAT give the value in another form."""
    query = read("SELECT toLabel(Status) s, FORMAT(convertCurrency(Amount)) a, Name n FROM Case")
    assert query.paths == ("Status", "Amount", "Name")
    assert not query.aggregate


def test_child_subqueries_are_queries_of_their_own() -> None:
    """Their object is the name of the relation."""
    query = read("SELECT Id, (SELECT Subject FROM Cases WHERE Status = 'x' LIMIT 1), Name FROM Contact")
    assert [(child.object, child.paths) for child in query.children] == [("Cases", ("Subject",))]
    assert (query.paths, query.whole) == (("Id", "Name"), True)


def test_a_subquery_in_a_filter_returns_nothing() -> None:
    """Semi-joins only filter."""
    query = read("SELECT Name FROM Contact WHERE Id IN (SELECT ContactId FROM Case WHERE Priority = 'a')")
    assert (query.paths, query.children, query.filters) == (("Name",), (), ("Id",))
    assert [(inner.object, inner.filters) for inner in query.inner] == [("Case", ("Priority",))]


@pytest.mark.parametrize(
    ("text", "shown", "rows"),
    [
        ("SELECT COUNT() FROM Contact", (), 1),
        ("SELECT COUNT(Id), SUM(Amount) FROM Contact", (), 1),
        ("SELECT MIN(Birthdate) a, MAX(Birthdate) b FROM Contact", ("Birthdate",), 2),
        ("SELECT Email, COUNT(Id) FROM Contact GROUP BY Email HAVING COUNT(Id) > 1", ("Email",), 1),
        ("SELECT City, MAX(Name) FROM Contact GROUP BY ROLLUP(City)", ("City", "Name"), 2),
    ],
)
def test_aggregates_show_groups_and_extremes(text: str, shown: tuple[str, ...], rows: int) -> None:
    """A count or a sum shows no value of a record."""
    query = read(text)
    assert (query.aggregate, query.paths, query.shown_per_row, query.whole) == (True, shown, rows, True)


@pytest.mark.parametrize("scope", ["ALL", "STANDARD", "CUSTOM"])
def test_fields_functions_name_no_field(scope: str) -> None:
    """FIELDS(...) leaves open which."""
    query = read(f"SELECT Id, FIELDS({scope}) FROM Contact LIMIT 200")
    assert (query.everything, query.paths) == ({scope}, ("Id",))


def test_typeof_leaves_open_which_fields_and_an_alias_is_followed() -> None:
    """Which of TYPEOF's fields came back depends on each row."""
    query = read("SELECT TYPEOF What WHEN Account THEN Phone ELSE Name END, Id FROM Event")
    assert (query.everything, query.whole) == ({"TYPEOF"}, True)
    query = read("SELECT a.Name FROM Contact c, c.Account a")
    assert (query.everything, query.object, query.paths) == (set(), "Contact", ("Account.Name",))


def test_clauses_name_fields_that_are_used_only() -> None:
    """Words, literals, dates and binds are no fields."""
    query = read(
        "SELECT Id FROM Contact USING SCOPE everything WHERE Name LIKE 'a\\'b%'"
        " AND (CreatedDate = LAST_N_DAYS:30 OR Birthdate < 2000-01-01) AND Email != :bound"
        " WITH SECURITY_ENFORCED ORDER BY Phone DESC NULLS LAST LIMIT 10 OFFSET 5 FOR VIEW ALL ROWS"
    )
    assert (query.filters, query.whole) == (("Name", "CreatedDate", "Birthdate", "Email", "Phone"), True)


@pytest.mark.parametrize(
    ("text", "known", "selected"),
    [
        ("SELECT Id, Na", None, False),
        ("SELECT Id, (SELECT Subject FROM Cas", None, False),
        ("SELECT Id FROM", None, False),
        ("SELECT Id FROM Contact WHERE Name = 'a", "Contact", True),
        ("SELECT Id FROM Contact WHERE (Name = 'a'", "Contact", True),
    ],
)
def test_a_cut_text_is_not_whole(text: str, known: str | None, selected: bool) -> None:
    """What was read of it stays."""
    query = read(text)
    assert (query.object, query.selected) == (known, selected)
    assert not query.whole
    assert query.paths[:1] == ("Id",)


WHOLE = (
    "SELECT Id, Name, (SELECT Subject FROM Cases WHERE Status = 'x') FROM Contact"
    " WHERE Email LIKE 'a%' AND (Phone = '1')"
)


@pytest.mark.parametrize("end", [place for place in range(len(WHOLE)) if WHOLE[:place].count("'") % 2])
def test_a_text_cut_inside_a_string_is_never_whole(end: int) -> None:
    """An open string has no end."""
    assert not read(WHOLE[:end]).whole


@pytest.mark.parametrize(
    "text", ["", " ", "DELETE FROM x", "FIND {a} IN ALL FIELDS", "SELECT", "SELECT FROM", ")", "'"]
)
def test_what_is_no_query_is_not_whole(text: str) -> None:
    """Nothing is raised and nothing is made up."""
    assert not read(text).whole


WORDS = st.sampled_from(
    [
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "BY",
        "HAVING",
        "ORDER",
        "LIMIT",
        "TYPEOF",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "COUNT",
        "MIN",
        "MAX",
        "FIELDS",
        "(",
        ")",
        ",",
        ".",
        "'",
        "\\",
        ":",
        "=",
        "!=",
        "<=",
        "Id",
        "Name",
        "Contact",
        "Account.Name",
        "Contacts",
        "'x'",
        "'a\\'b'",
        "12",
        "2020-01-01",
        ":b",
        "AS",
        "c",
        "IN",
        "NOT",
        "NULL",
        "USING",
        "SCOPE",
        "WITH",
        "\n",
        "\t",
        "\x00",
        "ß",
    ]
)


@given(text=st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)))
def test_no_text_raises(text: str) -> None:
    """The reader always answers, the same each time, and names come from the text."""
    query = read(text)
    assert query == read(text)
    assert all(path.lower() in text.lower() for path in query.paths)
    assert query.object is None or query.object in text
    assert query.shown_per_row >= 1


def test_a_text_beyond_the_limit_is_not_whole() -> None:
    """It is read up to there."""
    query = read("SELECT Id FROM Contact WHERE Name = '" + "a" * 100_000 + "'")
    assert (query.object, query.whole) == ("Contact", False)


def test_nesting_beyond_the_limit_is_not_whole() -> None:
    """Sixty-four levels are read."""
    deep = "SELECT Id, (" * 80 + "SELECT Id FROM x" + ") FROM y" * 80
    assert not read(deep).whole
    assert read(Query.__doc__ or "").paths == ()
