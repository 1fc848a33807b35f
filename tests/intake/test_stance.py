"""How a piece of text stands to what it says."""

from __future__ import annotations

import pytest

from floodmark.intake.stance import is_inferred, is_speculative, is_unstated


@pytest.mark.parametrize(
    "text",
    [
        "Not detailed.",
        "None provided.",
        "Not explicitly stated.",
        "Not estimated in the text",
        "The firm declined to say",
        "The date is unknown",
        "The company hasn't disclosed how many",
        "No details were given",
        "It isn\u2019t known",
        "Unspecified",
    ],
)
def test_a_text_that_does_not_know_says_so(text: str) -> None:
    """A text that does not know says so."""
    assert is_unstated(text)


@pytest.mark.parametrize(
    "text",
    ["Names were stolen.", "The attackers were not stopped.", "A well-known airline", "They had no backup."],
)
def test_a_fact_is_not_unstated(text: str) -> None:
    """A fact is not unstated."""
    assert not is_unstated(text)


@pytest.mark.parametrize(
    "text",
    ["Monday (implied)", "assuming July", "Australia, based on the organisation", "presumably a vendor"],
)
def test_an_inference_is_marked(text: str) -> None:
    """An inference is marked."""
    assert is_inferred(text)


@pytest.mark.parametrize("text", ["On Monday", "A simple attack", "An impolite mail"])
def test_a_statement_is_no_inference(text: str) -> None:
    """A statement is no inference."""
    assert not is_inferred(text)


@pytest.mark.parametrize(
    "text", ["It typically includes names", "This could lead to fraud", "if true", "often the case"]
)
def test_what_is_usual_or_might_be_is_speculation(text: str) -> None:
    """What is usual or might be is speculation."""
    assert is_speculative(text)


@pytest.mark.parametrize("text", ["Names were stolen", "The gift was softened", "A coulded word"])
def test_what_happened_is_no_speculation(text: str) -> None:
    """What happened is no speculation."""
    assert not is_speculative(text)


@pytest.mark.parametrize("text", ["", "not " * 20000, "no " * 20000, "not explicitly " * 20000])
def test_long_texts_are_read(text: str) -> None:
    """Long texts are read."""
    assert isinstance(is_unstated(text) or is_inferred(text) or is_speculative(text), bool)
