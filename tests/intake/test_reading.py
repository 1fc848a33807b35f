from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floodmark.intake import reading
from floodmark.intake.page import Page
from floodmark.intake.reading import read
from intake.documents import HTML, MAIL, NEWS, REPORT, pdf

PIECES = st.sampled_from(
    [
        "# ", "## ", "- ", "  - ", "* ", "1. ", "> ", "**", "*", "__", "`", "```\n", "\n", "\n\n", "\r\n", "\t", "    ",
        "| ", " |", "\n|--|--|\n", "---\n", "===\n", "[a](b)", "[", "](", "]", "<b>", "<!--", "-->", "&nbsp;", "<br>", "\\",
        ":", "Label: ", "**Label:** ", "including:", "Names", "not taken", ". ", "5.7 million", "• ", "\0", "\u200b", "\x85",
        "~~", "July 2, 2025", "Title Words", "\ufeff", "\u2028", "é", "😀", "<p>", "</p>", "<table><tr><td>", "<ul><li>", "<h2>",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200)


def check_laws(page: Page) -> None:
    """Fail where a page breaks what rules rely on."""
    place = 0
    for block in page.blocks:
        assert place <= block.begin <= block.end <= len(page.text)
        place = block.end
        assert all("\n" not in title and title for title in block.headings)
        for sentence in block.sentences:
            assert sentence.block is block
            assert sentence.text
            assert sentence.text == " ".join(sentence.text.split())
            assert len(sentence.places) == len(sentence.text)
            assert all(one < two for one, two in zip(sentence.places, sentence.places[1:], strict=False))
            begin, end = sentence.span(0, len(sentence.text))
            assert block.begin <= begin < end <= block.end
            for char, at in zip(sentence.text, sentence.places, strict=True):
                # A tag for a line break and an entity for a blank stand for a blank too.
                assert page.text[at] == char or (
                    char == " " and (page.text[at].isspace() or page.text[at] in "<&")
                )
        spans = [sentence.span(0, len(sentence.text)) for sentence in block.sentences]
        assert spans == sorted(spans)
    page.text.encode()
    page.title.encode()
    page.stated_by.encode()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(["a.md", "a.txt", "a.html", ""]))
def test_any_text_gives_a_page_whose_places_hold(text: str, name: str) -> None:
    """Any text gives a page whose places hold."""
    page = read(text.encode("utf-8", "surrogatepass"), name)
    check_laws(page)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_html_and_any_mail_gives_a_page_whose_places_hold(text: str) -> None:
    """Any HTML and any mail gives a page whose places hold."""
    body = text.encode("utf-8", "surrogatepass")
    assert read(b"<html>" + body, "").media == "html"
    check_laws(read(b"<html>" + body, ""))
    check_laws(read(b"From: a@b.example\nSubject: x\n\n" + body, ""))
    check_laws(read(b"From: a@b.example\nSubject: " + body, ""))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=10))
def test_any_bytes_under_any_name_give_a_page(data: bytes, name: str) -> None:
    """Any bytes under any name give a page."""
    check_laws(read(data, name))
    check_laws(read(b"%PDF-1.4" + data, name))


@pytest.mark.parametrize("source", [REPORT.encode(), NEWS.encode(), HTML.encode(), MAIL, pdf()], ids=range(5))
def test_a_damaged_document_gives_a_page(source: bytes) -> None:
    """A damaged document gives a page."""
    dice = random.Random(5)
    for _ in range(60):
        data = bytearray(source)
        for _ in range(dice.randint(1, 12)):
            begin = dice.randrange(len(data))
            match dice.randrange(3):
                case 0:
                    data[begin] = dice.randrange(256)
                case 1:
                    del data[begin : begin + dice.randrange(40)]
                case _:
                    data[begin:begin] = data[dice.randrange(len(data)) :][: dice.randrange(40)]
        check_laws(read(bytes(data), ""))


@pytest.mark.parametrize(
    ("data", "name", "media"),
    [
        (REPORT.encode(), "x.html", "markdown"),
        (NEWS.encode(), "x.txt", "text"),
        (HTML.encode(), "x.md", "html"),
        (HTML.encode("utf-16"), "", "html"),
        (b"\n <!-- x --><DIV>a</DIV>", "", "html"),
        (b"words <p>a</p>", "x.html", "html"),
        (b"words <p>a</p>", "x.txt", "text"),
        (MAIL, "x.txt", "email"),
        (b"From desk@a.example Wed Jul  2 10:00:00 2025\n" + MAIL, "", "email"),
        (b"From: the desk\nThe firm was hit.", "", "text"),
        (pdf(), "x.txt", "pdf"),
        (b"plain words", "x.md", "markdown"),
        (b"plain words", "", "text"),
        (b"", "", "text"),
    ],
)
def test_the_format_is_told_by_content_first(data: bytes, name: str, media: str) -> None:
    """The format is told by content first."""
    assert reading.recognise(data, name) == media


@pytest.mark.parametrize(
    ("data", "text", "damaged"),
    [
        ("José".encode(), "José", ""),
        ("José".encode("utf-8-sig"), "José", ""),
        ("José took names".encode("utf-16"), "José took names", ""),
        ("Jose took names".encode("utf-16-le"), "Jose took names", ""),
        ("Jose took names".encode("utf-16-be"), "Jose took names", ""),
        ("José said “no” to it".encode("cp1252"), "José said “no” to it", ""),
        ("Josés".encode()[:5], "José", ""),
        ("Names of José".encode()[:-1], "Names of Jos", "the text ends inside a character"),
        (b"a\0b", "a\0b", ""),
        (b"\xff\xfea", "�", "1 places could not be decoded as utf-16-le"),
        (
            b"PK\x03\x04rest",
            "",
            "a ZIP archive, such as a Word document, expected Markdown, text, HTML, PDF or e-mail",
        ),
        (b"\x01\x02\x03\x04" * 9, "", "binary data, expected Markdown, text, HTML, PDF or e-mail"),
    ],
)
def test_any_encoding_is_decoded(data: bytes, text: str, damaged: str) -> None:
    """Any encoding is decoded."""
    page = read(data, "")
    assert (page.text, page.damaged) == (text, damaged)


def test_html_is_decoded_as_it_states() -> None:
    """HTML is decoded as it states."""
    page = read('<html><meta charset="shift_jis"><p>漏えい'.encode("shift_jis"), "")
    assert page.text == "漏えい\n"


def test_what_is_too_long_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too long is cut and said."""
    monkeypatch.setattr(reading, "MOST_BYTES", 9)
    page = read(b"One two. Three.", "")
    assert (page.text, page.damaged) == ("One two. ", "longer than 9 bytes; read up to there")


def test_a_reader_that_fails_leaves_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that fails leaves the text."""

    def fail(_: str) -> Page:
        raise RecursionError

    monkeypatch.setattr(reading.markdown, "read", fail)
    page = read(b"# One\ntwo", "")
    assert (page.text, page.media, page.damaged) == (
        "# One\ntwo",
        "markdown",
        "cannot be read as markdown (RecursionError)",
    )
