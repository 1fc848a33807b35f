"""The report as a Word document: real headings and tables, links that lead somewhere, equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from functools import cache
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from floodmark.report import render, word
from floodmark.report.blocks import Heading, Table
from report import materials, pages

NAMES = ("small", "empty", "failing", "hostile", "told")


@cache
def document(name: str) -> bytes:
    """The Word document of one material."""
    return word.render(*pages.made(getattr(materials, name)()))


def opened(name: str) -> Any:
    """The document of one material, opened."""
    return docx.Document(io.BytesIO(document(name)))


def text_of(name: str) -> str:
    """Every text of the body, in order."""
    return "".join(each.text or "" for each in opened(name).element.body.iter(qn("w:t")))


@pytest.mark.parametrize("name", NAMES)
def test_headings_are_those_of_the_page(name: str) -> None:
    """Word's own navigation shows the sections: first level and second."""
    page = pages.made(getattr(materials, name)()).page
    found = [each.text for each in opened(name).paragraphs if each.style.name == "Heading 1"]
    first = [f"{each.number}  {each.title}" for each in page.body]
    later = [f"Annex {each.number}  {each.title}" for each in page.later]
    assert found == [*first, f"Annex A  {page.annex.title}", "Annex B  Footnotes", *later]
    inner = [each.text for each in opened(name).paragraphs if each.style.name == "Heading 2"]
    assert inner == [
        block.text
        for section in (*page.body, page.annex, *page.later)
        for block in section.blocks
        if isinstance(block, Heading)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_markdown_is_there(name: str) -> None:
    """The same numbers with the same notes, as often as in Markdown."""
    markdown = render.markdown(*pages.made(getattr(materials, name)()))
    cited = Counter(int(each) for each in re.findall(r"\[\^(\d+)\](?!:)", markdown))
    body = opened(name).element.body
    links = [each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))]
    notes = Counter(int(each.removeprefix("note_")) for each in links if each.startswith("note_"))
    if name != "hostile":  # its text holds what looks like a note
        assert notes == cited
    assert set(notes) == set(range(1, len(notes) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_one_place_of_the_document(name: str) -> None:
    """No link is broken, no mark stands twice, and none leads outside."""
    body = opened(name).element.body
    marks = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    links = {each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))}
    assert len(marks) == len(set(marks))
    assert links <= set(marks)
    assert all(re.fullmatch(r"[a-z]\w{0,39}", each) for each in marks)
    with zipfile.ZipFile(io.BytesIO(document(name))) as archive:
        relations = "".join(archive.read(each).decode() for each in archive.namelist() if ".rels" in each)
    assert "External" not in relations


@pytest.mark.parametrize("name", NAMES)
def test_tables_repeat_their_heads_and_fill_the_page(name: str) -> None:
    """A table of data has a head row; the columns of each are as wide as the text together."""
    page = pages.made(getattr(materials, name)()).page
    sections = (*page.body, page.annex, *page.later)
    expected = [list(b.head) for s in sections for b in s.blocks if isinstance(b, Table)]
    found: list[list[str]] = []
    for table in opened(name).element.body.iter(qn("w:tbl")):
        first = table.find(qn("w:tr"))
        if first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None:
            cells = first.findall(qn("w:tc"))
            found.append(["".join(t.text for t in cell.iter(qn("w:t"))) for cell in cells])
        widths = [int(each.get(qn("w:w"))) for each in table.iter(qn("w:gridCol"))]
        assert 9000 < sum(widths) <= 9638
        assert min(widths) >= 400
    assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_equal_material_gives_equal_bytes(name: str) -> None:
    """Neither a clock nor a machine shows, in the archive or in the properties."""
    assert word.render(*pages.made(getattr(materials, name)())) == document(name)
    with zipfile.ZipFile(io.BytesIO(document(name))) as archive:
        names = archive.namelist()
        assert names == ["[Content_Types].xml", *sorted(set(names) - {"[Content_Types].xml"})]
        for each in archive.infolist():
            assert (each.date_time, each.create_system) == ((1980, 1, 1, 0, 0, 0), 0)
            assert each.compress_type == zipfile.ZIP_STORED


def test_properties_are_fixed() -> None:
    """Title and level are told; time, person and revision are always the same."""
    found = opened("small").core_properties
    assert found.title == "How far the breach of Southern Cross Air reached"
    assert (found.author, found.last_modified_by, found.revision) == ("Floodmark", "Floodmark", 1)
    assert found.created == found.modified
    assert found.created.year == 2000
    assert (found.subject, found.language) == ("Internal", "en-GB")


def test_drawings_are_pictures_with_words() -> None:
    """Each has a name and says what it shows."""
    found = [
        (each.get("name"), each.get("descr")) for each in opened("small").element.body.iter(qn("wp:docPr"))
    ]
    assert [name for name, _ in found] == ["people-reached", "requests-over-time", "people-by-category"]
    assert "5,690,000" in found[0][1]
    assert len(opened("small").inline_shapes) == 3


def test_hostile_text_is_shown_and_cannot_act() -> None:
    """Text from logs is in text runs only: no field but page numbers, no object, no control character."""
    with zipfile.ZipFile(io.BytesIO(document("hostile"))) as archive:
        everything = "".join(
            archive.read(each).decode() for each in archive.namelist() if each.endswith("xml")
        )
    assert set(re.findall(r'w:instr="([^"]*)"', everything)) == {"PAGE", "NUMPAGES"}
    for word_ in ("w:instrText", "w:object", "w:altChunk", "o:OLEObject", "w:control"):
        assert f"<{word_}" not in everything
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\u200b]", everything)
    assert "<script>alert(1)</script>" in text_of("hostile")


def test_the_level_and_the_alarm_stand_first() -> None:
    """Both come before the contents, and above each page."""
    found = opened("failing")
    texts = ["".join(t.text or "" for t in each.iter(qn("w:t"))) for each in found.element.body]
    place = texts.index("Contents")
    assert any(each.startswith("Internal") for each in texts[:place])
    assert any("Issued although a check failed" in each for each in texts[:place])
    assert "ISSUED ALTHOUGH A CHECK FAILED" in found.sections[0].header.paragraphs[0].text


@pytest.mark.parametrize("name", NAMES)
def test_the_structure_is_what_word_accepts(name: str) -> None:
    """Each cell ends with a paragraph, each row fills the grid, and no two tables touch."""
    body = opened(name).element.body
    for table in body.iter(qn("w:tbl")):
        assert table.getnext().tag == qn("w:p")
        columns = len(table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}"))
        for row in table.findall(qn("w:tr")):
            cells = row.findall(qn("w:tc"))
            spans = [cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in cells]
            assert sum(1 if span is None else int(span.get(qn("w:val"))) for span in spans) == columns
            assert all(cell[-1].tag == qn("w:p") for cell in cells)
    assert body[-1].tag == qn("w:sectPr")
    styles = {each.style_id for each in opened(name).styles}
    assert {each.get(qn("w:val")) for each in body.iter(qn("w:pStyle"))} <= styles
    order = ("rFonts", "b", "color", "sz", "vertAlign")
    for looks in body.iter(qn("w:rPr")):
        places = [order.index(each.tag.split("}")[1]) for each in looks if each.tag.split("}")[1] in order]
        assert places == sorted(places)
