from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake.sentences import split


def cut(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [text[begin:end] for begin, end in split(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["One thing happened.", "Then another did."],
        ["About 5.7 million people lost data.", "No. 5 on the list is ours."],
        ["It was read, e.g. by one of the staff, i.e. Mr. J. R. Stone of Acme Inc. in the U.S. Senate."],
        ["The firm left the U.S.", "The rest stayed."],
        ["They use Acme Inc.", "It was breached on Jul. 3 at 5 p.m. Sydney time."],
        ["Did they pay?!", "No.", "“They did not.”", "“Really?”", "Yes!"],
        ['"It is bad," she said. '.strip(), '"We know."'],
        ["The list goes on ... and on.", "Wait…", "Then it ended."],
        ["Data of customers.", "(Types are not given, but names were named.)", "More follows."],
        ["Records were taken [...] and sold."],
        ["Version 4.2 was hit, see example.com for more.", "5 million people asked."],
        ["1. First comes the number of an item"],
        ["It was founded in 2025.", "A year later it closed."],
        ["Yahoo! said so and eBay agreed"],
        ["一つ目。", "二つ目！", "three"],
        ["no end mark at all"],
    ],
)
def test_text_is_cut_at_the_ends_of_sentences(sentences: list[str]) -> None:
    """Text is cut at the ends of sentences."""
    assert cut(" ".join(sentences)) == sentences


@pytest.mark.parametrize("text", ["", " ", "   "])
def test_blank_text_has_no_sentences(text: str) -> None:
    """Blank text has no sentences."""
    assert split(text) == []


@given(st.text(alphabet=st.sampled_from("aB 1.!?…\"”)(。-'*eg"), max_size=60) | st.text())
def test_sentences_hold_everything_but_blanks_in_order(text: str) -> None:
    """Sentences hold everything but blanks in order."""
    spans = split(text)
    place = 0
    for begin, end in spans:
        assert place <= begin < end <= len(text)
        assert not text[place:begin].strip()
        assert text[begin:end].strip() == text[begin:end]
        place = end
    assert not text[place:].strip()
