"""The report as PDF: the same content as Markdown, inert, accessible, equal bytes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from floodmark.models import Scope
from floodmark.report import pdf, render
from floodmark.report.blocks import Drawing
from floodmark.report.parts import Figure
from report import materials, pages

NAMES = ("small", "empty", "failing", "hostile", "told")


@cache
def document(name: str) -> bytes:
    """The PDF of one material."""
    return pdf.render(*pages.made(getattr(materials, name)()))


def reader(name: str) -> PdfReader:
    """The PDF of one material, opened."""
    return PdfReader(io.BytesIO(document(name)))


def squeezed(text: str) -> str:
    """Text without white space, since lines of a PDF break anywhere."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", NAMES)
def test_every_section_and_number_of_the_markdown_is_there(name: str) -> None:
    """The titles stand in the same order, and each number that Markdown cites is printed."""
    made = pages.made(getattr(materials, name)())
    text = squeezed(pages.pdf_text(document(name)))
    titles = [*(each.title for each in made.page.body), made.page.annex.title, "Footnotes"]
    places = [text.index(squeezed(each), text.index("Contents")) for each in titles]
    assert places == sorted(places)
    for number in set(re.findall(r"([\d,]+)\[\^\d+\]", render.markdown(*made))):
        assert number in text


@pytest.mark.parametrize("name", NAMES)
def test_equal_material_gives_equal_bytes(name: str) -> None:
    """Neither a clock nor an order of this run shows."""
    assert pdf.render(*pages.made(getattr(materials, name)())) == document(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_tagged_and_has_title_and_language_but_no_date(name: str) -> None:
    """What PDF/UA asks for; nothing says when or on which machine it was made."""
    found = reader(name)
    assert found.metadata is not None
    catalog: Any = found.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    assert b"pdfuaid:part" in document(name)
    assert "/CreationDate" not in found.metadata
    assert found.metadata.title == f"How far the breach of {_organisation(name)} reached"


def _organisation(name: str) -> str:
    """The organisation as a PDF shows it."""
    return pdf.glyphs(getattr(materials, name)().organisation)


@pytest.mark.parametrize("name", NAMES)
def test_links_stay_inside_and_nothing_can_act(name: str) -> None:
    """No address, no script, no file and no form, whatever the logs hold."""
    kinds: set[str] = set()
    for page in reader(name).pages:
        for one in page.get("/Annots", []):
            annotation = one.get_object()
            kinds.add(annotation["/Subtype"])
            assert "/Dest" in annotation or annotation["/A"]["/S"] == "/GoTo"
    assert kinds <= {"/Link"}
    raw = document(name)
    for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/AcroForm", b"/OpenAction"):
        assert word not in raw


def test_hostile_text_is_read_as_text() -> None:
    """What the template language would run or set as markup is shown letter by letter."""
    text = '#panic("x") *b* _i_ $x$ [c] `r` @l <l> #import "a" // c /* d */ = h\n- i \\ ~ --- "q"'
    shown = squeezed(pages.pdf_text(pdf.render(*pages.made(materials.hostile(text)))))
    assert squeezed(text.replace("\n", "\\x0a")) in shown


@given(st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_organisation_can_be_set(name: str) -> None:
    """No character stops the report, not even one that no bundled font has."""
    made = pages.made(replace(materials.empty(), organisation=name))
    assert pdf.render(*made).startswith(b"%PDF-")


def test_characters_without_a_glyph_are_code_points() -> None:
    """Chinese, Arabic, an emoji and a decomposed accent; Latin, Greek and Cyrillic stay."""
    shown = pdf.glyphs("中 م 😀 e\u0301 Ωμέγα Журнал Müller")
    assert shown == "\\u4e2d \\u0645 \\U0001f600 e\\u0301 Ωμέγα Журнал Müller"
    made = pages.made(replace(materials.small(), organisation="南方航空 الجنوب"))
    text = squeezed(pages.pdf_text(pdf.render(*made)))
    assert squeezed(pdf.glyphs("南方航空 الجنوب")) in text


def test_every_character_that_is_not_escaped_has_a_glyph() -> None:
    """The standard refuses a document with a missing glyph; each covered one is set in each face."""
    covered = [chr(code) for code in range(0x20, 0x3000) if pdf.glyphs(chr(code)) == chr(code)]
    assert len(covered) > 2000
    template = b"""#let d = json(bytes(sys.inputs.at("data")))
#set document(title: "x", date: none)
#set text(lang: "en")
#for face in ("Libertinus Serif", "DejaVu Sans Mono") {
  for weight in ("regular", "bold") { text(font: (face, "DejaVu Sans Mono", "Libertinus Serif"), weight: weight, d.text) }
}
"""
    made = pdf.typeset(template, {"text": " ".join(covered)}, "pdf", [pdf.STANDARD])
    assert made.startswith(b"%PDF-")


def test_page_numbers_level_and_alarm_stand_on_the_pages() -> None:
    """Each page says its number and how many there are; a failed check is told on each."""
    pages_ = reader("failing").pages
    for number, page in enumerate(pages_, start=1):
        assert f"{number} of {len(pages_)}" in page.extract_text()
    assert "Issued although a check failed" in pages_[0].extract_text()
    assert all("ISSUED ALTHOUGH A CHECK FAILED" in page.extract_text() for page in pages_[1:])
    assert "Internal" in reader("small").pages[0].extract_text()


def test_a_long_table_repeats_its_head_and_is_quick() -> None:
    """Many requests are set within seconds, and each page of the table has its head."""
    base = materials.small()
    one = base.scope.requests[0]
    many = [one.model_copy(update={"id": f"R-{place:04}", "events": ()}) for place in range(120)]
    scope = Scope.model_validate({**base.scope.model_dump(by_alias=True), "requests": many})
    made = pages.made(replace(base, scope=scope))
    found = PdfReader(io.BytesIO(pdf.render(*made)))
    heads = sum("First event" in page.extract_text() for page in found.pages)
    rows = sum("R-0" in page.extract_text() and "SELECT Id" in page.extract_text() for page in found.pages)
    assert heads >= rows > 3


def test_long_words_break_and_nothing_leaves_the_page() -> None:
    """A hash or an id without a place to break gets some; they do not stand in the text that is copied."""
    made = pages.made(materials.small(organisation="x" * 400))
    found = PdfReader(io.BytesIO(pdf.render(*made)))
    assert "x" * 400 in squeezed(found.pages[0].extract_text())
    assert "a" * 64 in squeezed(pages.pdf_text(document("small")))
    right: list[float] = []

    def visit(text: str, _cm: Any, matrix: Any, *_rest: Any) -> None:
        if text.strip():
            right.append(matrix[4])

    for page in found.pages:
        page.extract_text(visitor_text=visit)
    assert max(right) < 595


def test_a_picture_is_a_png_and_its_words_say_what_it_shows() -> None:
    """A drawing has words for those who do not see it, in the PDF too."""
    charts = [
        block.charts[0]
        for section in pages.made(materials.small()).page.body
        for block in section.blocks
        if isinstance(block, Drawing)
    ]
    assert [chart.name for chart in charts] == ["people-reached", "requests-over-time", "people-by-category"]
    assert pdf.picture(charts[0]).startswith(b"\x89PNG")
    assert pdf.picture(charts[0]) == pdf.picture(charts[0])
    assert "5,690,000" in render.words_of(charts[0])


def test_signed_and_rounded_numbers_are_set_in_their_words() -> None:
    """A figure is printed as its text, never as its bare value."""
    claims, page = pages.made(materials.small(), "public")
    shown = squeezed(pages.pdf_text(pdf.render(claims, page)))
    assert squeezed("at least 5.6 million1 and at most 5.8 million1 of the about 5.8 million2") in shown
    assert Figure(("x",), 5_700_000, words="about 5.7 million").text == "about 5.7 million"
