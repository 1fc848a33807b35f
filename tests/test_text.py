"""Hostile text made inert."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark import engine
from floodmark.text import closest, inert_cell, visible


@given(st.text(st.characters(), max_size=30))
def test_visible_text_holds_nothing_active(value):
    """No control, format, surrogate or private character is left, and no line break of any kind."""
    shown = visible(value)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode("utf-8")


@pytest.mark.parametrize("value", ["plain", "ünïcode 🏝", "日本", "a b"])
def test_plain_text_stays(value):
    """What is harmless is shown as it is."""
    assert visible(value) == value


def test_limit():
    """A cut says how much is missing."""
    assert visible("abcdef", limit=4) == "abcd… (2 more)"


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "|x", "＝1", "＠x"])
def test_cells_in_bulk_as_one_by_one(value):
    """A formula gets a quote before it, by the function and by the engine's macro."""
    with engine.memory(threads=1) as connection:
        assert (
            engine.row(connection, "SELECT inert_cell($1)", [value]) == (inert_cell(value),) == ("'" + value,)
        )
        assert engine.row(connection, "SELECT inert_cell('a=1')") == ("a=1",)


def test_closest():
    """A near name is offered, a far one is not."""
    assert closest("Contcat", ["Contact", "Lead"]) == "; did you mean Contact"
    assert closest("xyz", ["Contact"]) == ""
