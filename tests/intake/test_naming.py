"""Names as they are written, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake.naming import RUN, after_description, named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The Brixel Breach", "Brixel"),
        ("Norway's Skagen", "Skagen"),
        ("Kestrel Freight Ltd. said", "Kestrel Freight Ltd."),
        ("Rowan College's", "Rowan College"),
        ("Monday", None),
        ("Norwegian", None),
        ("Ransomware Attack", None),
        ("Data", None),
    ],
)
def test_the_name_in_a_run(text: str, name: str | None) -> None:
    """The name in a run."""
    run = RUN.match(text)
    assert run is not None
    piece = named(text, *run.span())
    assert (text[slice(*piece)] if piece else None) == name


def test_a_person_is_no_organisation() -> None:
    """A person is no organisation."""
    text = "spokesperson Jane Roe said"
    assert named(text, 13, 21) is None


def test_words_that_describe_stand_before_a_name() -> None:
    """Words that describe stand before a name."""
    text = "the Dutch online retailer Brixel"
    assert text[after_description(text, 0) :] == "Brixel"


@given(st.text(max_size=60))
def test_a_name_lies_inside_its_run(text: str) -> None:
    """A name lies inside its run."""
    for run in RUN.finditer(text):
        piece = named(text, *run.span())
        assert piece is None or run.start() <= piece[0] < piece[1] <= run.end()
