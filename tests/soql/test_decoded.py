"""Queries out of URIs, and plain ones left alone."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.soql import decoded, parse

PLAIN = "SELECT Id FROM Account WHERE Name LIKE '%a+b%' AND City = 'Köln & Bonn'"

CASES = {
    "path": ("/services/data/v58.0/query?q=SELECT+Id+FROM+Account&x=1", "SELECT Id FROM Account"),
    "path with a slash": ("/services/data/v58.0/queryAll/?q=SELECT%20Id+FROM%0AAccount", "SELECT Id FROM\nAccount"),
    "whole address": ("https://x.my.salesforce.com/services/data/v9.0/query?a=1&q=select+a+from+b", "select a from b"),
    "second parameter": ("?a=1&q=SELECT+Id+FROM+Account", "SELECT Id FROM Account"),
    "parameter alone": ("q=SELECT+Id+FROM+Account", "SELECT Id FROM Account"),
    "parameter in capitals": ("Q=SELECT+Id+FROM+Account", "SELECT Id FROM Account"),
    "parameter that is decoded": (
        "/services/data/v58.0/query?q=SELECT Id FROM A WHERE b = '50%25 + 1' AND c = 'd&e'&x=1",
        "SELECT Id FROM A WHERE b = '50%25 + 1' AND c = 'd&e'",
    ),
    "parameter that is decoded, and cut": (
        "/query?q=SELECT Id FROM A WHERE c = 'd&e",
        "SELECT Id FROM A WHERE c = 'd&e",
    ),
    "encoded ampersand": ("q=SELECT+Id+FROM+A+WHERE+b='c%26d'&e", "SELECT Id FROM A WHERE b='c&d'"),
    "bare with plus": ("SELECT+Id+FROM+A+WHERE+b='%2B%25'", "SELECT Id FROM A WHERE b='+%'"),
    "bare with percent": ("select%20Id%20FROM%20A", "select Id FROM A"),
    "bare, blank first": ("+%20SELECT%0AId+FROM+A", "  SELECT\nId FROM A"),
    "bare with a parameter inside": (
        "SELECT+Id+FROM+A+WHERE+b='http://x?q=1'",
        "SELECT Id FROM A WHERE b='http://x?q=1'",
    ),
    "cut in a code": ("SELECT+Id+FROM+A%2", "SELECT Id FROM A%2"),
    "bytes that are no text": ("SELECT+Id+FROM+A%FF", "SELECT Id FROM A\ufffd"),
    "text beyond ASCII": ("SELECT+Id+FROM+A+WHERE+b='%C3%A9'", "SELECT Id FROM A WHERE b='é'"),
    "plain": (PLAIN, PLAIN),
    "plain with an address": (
        "SELECT Id FROM A WHERE b = 'http://x?q=SELECT+1'",
        "SELECT Id FROM A WHERE b = 'http://x?q=SELECT+1'",
    ),
    "plain with a mangled zone": (
        "SELECT+Id FROM A WHERE d > 2025-06-30T02:11:09 08:00",
        "SELECT+Id FROM A WHERE d > 2025-06-30T02:11:09 08:00",
    ),
    "next page": ("/services/data/v58.0/query/01g000000000001-2000", "/services/data/v58.0/query/01g000000000001-2000"),
    "nothing": ("", ""),
    "no query": ("100%25+1", "100%25+1"),
}  # fmt: skip


@pytest.mark.parametrize(("logged", "expected"), CASES.values(), ids=CASES)
def test_decoded(logged: str, expected: str) -> None:
    """It is the blanks that decide."""
    assert decoded(logged) == expected


QUERIES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: "SELECT Id FROM Account WHERE Name = '{}'".format(
        text.replace("\\", "\\\\").replace("'", "\\'")
    )
)


@given(query=QUERIES)
def test_encoding_is_undone(query: str) -> None:
    """Whichever way a program wrote the URI, the query comes back; and a plain one stays as it is."""
    assert decoded(query) == query
    for encode in (quote, quote_plus):
        for form in ("{}", "q={}", "/services/data/v58.0/query?q={}&x=1"):
            assert decoded(form.format(encode(query, safe=""))) == query


@given(text=st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing raises, before or behind a parameter."""
    for logged in (text, f"q={text}", f"SELECT+{text}", f"/query?q=SELECT Id {text}"):
        assert parse(decoded(logged)) == parse(decoded(logged))


@pytest.mark.parametrize("unit", ["'", "\\'", "&", "?", "q=", "?q=", "%", "+", "'\\'", "a"])
def test_long_text_has_an_answer(unit: str) -> None:
    """Half a million characters of anything; the answer is no longer than the text."""
    for start in ("", "q= ", "SELECT+"):
        text = start + unit * (500_000 // len(unit))
        assert len(decoded(text)) <= len(text)


def test_mangled_zone_is_read() -> None:
    """A plus that a log turned into a blank is still a zone."""
    parsed = parse(decoded("/query?q=SELECT+Id+FROM+A+WHERE+d+>+2025-06-30T02:11:09+08:00"))
    assert parsed.whole
