"""The report as a Word document: real headings, tables with heads, end notes with links both ways.

Nothing in it comes from a clock or from the machine, and the archive is written again with fixed times
and order: equal reports have equal bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.oxml import parser
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from floodmark.report import redaction
from floodmark.report.blocks import (
    Block,
    Cards,
    Drawing,
    Facts,
    Heading,
    Items,
    Listing,
    Notice,
    Page,
    Paragraph,
    Row,
    Section,
    Table,
)
from floodmark.report.chart import Chart
from floodmark.report.claims import Claims
from floodmark.report.parts import Cite, Figure, Foreign, Line, Link, Mark, Part, When, clock
from floodmark.report.pdf import picture
from floodmark.report.render import EMPTY, Footnotes, anchors, legend, shares, visible_lines, words_of
from floodmark.text import visible

_FIXED = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands where the format demands a time; a report has none of its own."""
_ARCHIVED = (1980, 1, 1, 0, 0, 0)
_TEXT_WIDTH = 9638
"""Twentieths of a point between the margins: 170 mm."""
_NUMBER_WIDTH, _LEAST_WIDTH = 950, 700
_INK, _SOFT, _BLUE, _RED, _SHADE, _RULE = "1B2430", "4C5663", "1D5A96", "A1201D", "F4F6F8", "D5DAE1"
_TYPE = {"body": "Calibri", "code": "Consolas"}
_SMALL, _SMALLER = "17", "15"
"""Half points of the type in tables, and in tables with many columns."""
_MANY = 6


def render(claims: Claims, page: Page) -> bytes:
    """Return the report as one .docx file; equal claims and page give equal bytes on every machine."""
    return _Writer(claims, page).written()


class _Writer:
    """Writes one report; its numbers get their notes in the order in which they are written."""

    def __init__(self, claims: Claims, page: Page) -> None:
        """Open an empty document."""
        self._claims = claims
        self._page = page
        self._notes = Footnotes(claims)
        self._anchors = anchors(page) | {"footnotes"}
        self._marks = 0
        self._document: Any = docx.Document()
        self._body: Any = self._document.element.body

    def written(self) -> bytes:
        """Return the whole document."""
        _style(self._document)
        self._set_properties()
        self._head_and_foot()
        self._front()
        sections = [*((each, each.number) for each in self._page.body)]
        sections.append((self._page.annex, f"Annex {self._page.annex.number}"))
        for section, number in sections:
            self._section(section, number)
        # The later annexes stand behind the notes, but their numbers are among them: written, then moved.
        place = len(self._body)
        for section in self._page.later:
            self._section(section, f"Annex {section.number}")
        later = list(self._body)[place - 1 : -1]
        self._footnotes()
        for element in later:
            self._body.insert(len(self._body) - 1, element)
        return _archived(self._document)

    # --- front matter ---

    def _title(self) -> str:
        """Return the title of the report."""
        return f"How far the breach of {visible(self._claims.material.organisation) or EMPTY} reached"

    def _set_properties(self) -> None:
        """Fix what the format says about the document; no person and no machine is named."""
        properties = self._document.core_properties
        properties.title = self._title()[:255]
        properties.author = properties.last_modified_by = "Floodmark"
        properties.subject = redaction.mark(self._claims.level)
        properties.comments = properties.keywords = properties.category = ""
        properties.language = "en-GB"
        properties.revision = 1
        properties.created = properties.modified = properties.last_printed = _FIXED

    def _head_and_foot(self) -> None:
        """Write the line above each page, with the level or the alarm, and the page numbers below."""
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin = section.bottom_margin = Mm(22)
        alarmed = bool(self._page.alarm)
        said = "ISSUED ALTHOUGH A CHECK FAILED" if alarmed else redaction.mark(self._claims.level)
        head = section.header.paragraphs[0]._p  # noqa: SLF001 - the element behind a paragraph has no other name
        head.append(_run(f"Incident report    {said}", color=_RED if alarmed else _SOFT, size=_SMALL))
        foot = section.footer.paragraphs[0]._p  # noqa: SLF001
        version = visible(self._claims.material.version)[:60]
        foot.append(_run(f"Floodmark {version}. The figures stand in report.json.    ", size=_SMALL))
        foot.extend([_field("PAGE"), _run(" of ", size=_SMALL), _field("NUMPAGES")])

    def _front(self) -> None:
        """Write the title, the level, the alarm, the key to the marks and the contents."""
        self._paragraph("Subtitle", ("Incident report",))
        self._paragraph("Title", (self._title(),))
        self._paragraph("Normal", redaction.notice(self._claims.level))
        for block in self._page.alarm:
            self._block(block)
        self._paragraph("Note", legend())
        self._paragraph("Contents", ("Contents",))
        for section in self._page.body:
            self._content(section.anchor, f"{section.number}  {section.title}")
        self._content(self._page.annex.anchor, f"Annex {self._page.annex.number}  {self._page.annex.title}")
        self._content("footnotes", "Annex B  Footnotes")
        for section in self._page.later:
            self._content(section.anchor, f"Annex {section.number}  {section.title}")

    def _content(self, anchor: str, words: str) -> None:
        """Write one line of the contents."""
        self._paragraph("Entry", (Link(anchor, words, ours=True),))

    # --- sections and blocks ---

    def _section(self, section: Section, number: str) -> None:
        """Write one section."""
        self._paragraph("Heading 1", (f"{number}  {section.title}",), section.anchor)
        for block in section.blocks:
            self._block(block)

    def _footnotes(self) -> None:
        """Write the notes, each with a link back to its first number."""
        self._paragraph("Heading 1", ("Annex B  Footnotes",), "footnotes")
        for number, note in self._notes.notes():
            back = self._paragraph("Note", (), f"note-{number}")
            back.append(_link(f"cite-{number}", _run(f"{number}", color=_BLUE)))
            back.append(_run("  "))
            back.extend(self._runs(note))

    def _block(self, block: Block) -> None:
        """Write one block."""
        match block:
            case Paragraph(line, style, anchor):
                self._paragraph({"lead": "Lead", "note": "Note"}.get(style, "Normal"), line, anchor)
            case Items(lines):
                for line in lines:
                    self._paragraph("List Bullet", line)
            case Heading(text):
                self._paragraph("Heading 2", (text,))
            case Listing():
                self._append(self._listing(block))
            case Drawing(charts):
                self._drawing(charts[0])
            case Table() | Facts() | Cards() | Notice():
                self._grid(block)

    def _grid(self, block: Table | Facts | Cards | Notice) -> None:
        """Write a block that Word lays out as a table."""
        match block:
            case Table():
                self._table(block)
            case Facts(pairs):
                self._facts(pairs)
            case Cards():
                self._cards(block)
            case Notice():
                self._notice(block)

    def _append(self, element: Any) -> None:
        """Put an element at the end of the text, before the properties of the page."""
        self._body.insert(len(self._body) - 1, element)

    def _paragraph(self, style: str, line: Line, anchor: str = "") -> Any:
        """Write a paragraph and return its element."""
        paragraph = self._made(style, line, anchor)
        self._append(paragraph)
        return paragraph

    def _made(self, style: str, line: Line, anchor: str = "", *, size: str = "", bold: bool = False) -> Any:
        """Return a paragraph."""
        paragraph = _element("w:p")
        properties = _child(paragraph, "w:pPr")
        _child(properties, "w:pStyle", val=self._document.styles[style].style_id)
        paragraph.extend(self._bookmark(anchor))
        paragraph.extend(self._runs(line, size=size, bold=bold))
        return paragraph

    def _listing(self, listing: Listing) -> Any:
        """Return code as one paragraph with its lines kept."""
        paragraph = self._made("Code", ())
        run = _run("")
        text = visible_lines(listing.text) or EMPTY
        for place, line in enumerate((text + ("…" if listing.is_cut else "")).split("\n")):
            if place:
                _child(run, "w:br")
            _put_text(run, line)
        paragraph.append(run)
        return paragraph

    def _table(self, table: Table) -> None:
        """Write a table whose head is repeated on each page."""
        columns = _columns(table)
        size = _SMALLER if len(table.head) > _MANY else _SMALL
        element = _table(columns)
        head = [
            _cell(
                width,
                [self._aligned((words,), size, right=place in table.numeric, bold=True)],
                fill=_SHADE,
            )
            for place, (words, width) in enumerate(zip(table.head, columns, strict=True))
        ]
        element.append(_row(head, is_head=True))
        for row in table.rows:
            element.extend(self._rows(table, row, columns, size))
        self._append(element)
        self._paragraph("Note", table.note)

    def _rows(self, table: Table, row: Row, columns: Sequence[int], size: str) -> Iterable[Any]:
        """Yield the row, and a second one for what stands below it."""
        cells = [
            _cell(
                width,
                [self._aligned(cell, size, right=place in table.numeric, anchor="" if place else row.anchor)],
            )
            for place, (cell, width) in enumerate(zip(row.cells, columns, strict=True))
        ]
        yield _row(cells)
        below: list[Any] = []
        if row.note:
            below.append(self._aligned(row.note, size, right=False))
        if row.listing:
            below.append(self._listing(row.listing))
        if below:
            yield _row([_cell(sum(columns), below, span=len(columns))], splits=True)

    def _aligned(self, line: Line, size: str, *, right: bool, bold: bool = False, anchor: str = "") -> Any:
        """Return a paragraph of a cell."""
        paragraph = self._made("Cell", line, anchor, size=size, bold=bold)
        if right:
            _child(paragraph.find(qn("w:pPr")), "w:jc", val="right")
        return paragraph

    def _facts(self, pairs: Sequence[tuple[str, Line]]) -> None:
        """Write names with what is said to each."""
        columns = [2400, _TEXT_WIDTH - 2400]
        element = _table(columns)
        for name, said in pairs:
            first, second = self._made("Cell", (name,), bold=True), self._made("Cell", said)
            element.append(_row([_cell(columns[0], [first]), _cell(columns[1], [second])], splits=True))
        self._append(element)
        self._paragraph("Cell", ())

    def _cards(self, cards: Cards) -> None:
        """Write the key figures side by side."""
        width = _TEXT_WIDTH // len(cards.cards)
        element = _table([width] * len(cards.cards))
        cells = [
            _cell(
                width,
                [
                    self._made("Cell", (card.label,), size=_SMALLER),
                    self._made("Cell", card.line, size="26", bold=True),
                    self._made("Cell", card.caption, size=_SMALLER),
                ],
                fill=_SHADE,
            )
            for card in cards.cards
        ]
        element.append(_row(cells))
        self._append(element)
        self._paragraph("Cell", ())

    def _notice(self, notice: Notice) -> None:
        """Write a marked box."""
        element = _table([_TEXT_WIDTH])
        said = [self._made("Alarm", (notice.title,)), self._made("Normal", (notice.lead,))]
        said += [self._made("List Bullet", line) for line in notice.lines]
        element.append(_row([_cell(_TEXT_WIDTH, said, fill="FDF0EF")], splits=True))
        self._append(element)
        self._paragraph("Cell", ())

    def _drawing(self, chart: Chart) -> None:
        """Write a drawing as a picture with words for those who do not see it."""
        paragraph = self._document.add_paragraph(style="Normal")
        shape = paragraph.add_run().add_picture(io.BytesIO(picture(chart)), width=Mm(170))
        described = shape._inline.docPr  # noqa: SLF001 - words for a picture have no other way in
        described.set("name", chart.name)
        described.set("descr", words_of(chart))

    # --- runs ---

    def _bookmark(self, anchor: str) -> list[Any]:
        """Return the mark that a link leads to; nothing without an anchor."""
        if not anchor:
            return []
        self._marks += 1
        start, end = _element("w:bookmarkStart"), _element("w:bookmarkEnd")
        start.set(qn("w:id"), str(self._marks))
        start.set(qn("w:name"), _name(anchor))
        end.set(qn("w:id"), str(self._marks))
        return [start, end]

    def _runs(self, line: Line, *, size: str = "", bold: bool = False) -> list[Any]:
        """Return a line as runs, links and marks."""
        return [each for part in line for each in self._part(part, size, bold=bold)]

    def _part(self, part: Part, size: str, *, bold: bool) -> list[Any]:
        """Return one part."""
        match part:
            case str():
                return [_run(visible(part), size=size, bold=bold)]
            case Figure() | Cite():
                number, first = self._notes.cite(part)
                mark = self._bookmark(f"cite-{number}") if first else []
                words = [_run(part.text, size=size, bold=bold)] if isinstance(part, Figure) else []
                return [*mark, *words, _link(f"note-{number}", _run(str(number), color=_SOFT, raised=True))]
            case Foreign(text, prose):
                return [_run(visible(text) or EMPTY, size=size, bold=bold, code=not prose)]
            case When(text):
                return [_run(clock(text), size=size, bold=bold)]
            case Link(anchor, text, ours):
                words = _run(visible(text) or EMPTY, size=size, code=not ours, color=_BLUE)
                return [_link(anchor, words)] if anchor in self._anchors else [words]
            case Mark(kind):
                return [_run(f" [{kind[0].upper()}]", color=_SOFT, raised=True)]


# --- elements ----------------------------------------------------------------------------------------


def _element(tag: str) -> Any:
    """Return a new element; the library's own type for one is not complete."""
    made: Any = parser
    return made.OxmlElement(tag)


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    """Append a new element with attributes of the same namespace, and return it."""
    element = _element(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element


def _run(
    text: str,
    *,
    size: str = "",
    bold: bool = False,
    code: bool = False,
    color: str = "",
    raised: bool = False,
) -> Any:
    """Return a run of text; `size` is in half points."""
    run = _element("w:r")
    looks = _child(run, "w:rPr")  # the order of its children is fixed by the format
    if code:
        _child(looks, "w:rFonts", ascii=_TYPE["code"], hAnsi=_TYPE["code"], cs=_TYPE["code"])
    if bold:
        _child(looks, "w:b")
    if color:
        _child(looks, "w:color", val=color)
    if size:
        _child(looks, "w:sz", val=size)
    if raised:
        _child(looks, "w:vertAlign", val="superscript")
    if text:
        _put_text(run, text)
    return run


def _put_text(run: Any, text: str) -> None:
    """Append text whose spaces stay."""
    element = _child(run, "w:t")
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _link(anchor: str, run: Any) -> Any:
    """Return a link to a place of the same document."""
    link = _element("w:hyperlink")
    link.set(qn("w:anchor"), _name(anchor))
    link.set(qn("w:history"), "1")
    link.append(run)
    return link


def _field(code: str) -> Any:
    """Return a field that Word fills in."""
    field = _element("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(_run("1", size=_SMALL))
    return field


def _name(anchor: str) -> str:
    """Return an anchor as the format allows it: letters, digits and underscores."""
    return anchor.replace("-", "_")


def _table(columns: Sequence[int]) -> Any:
    """Return an empty table with fixed columns."""
    table = _element("w:tbl")
    looks = _child(table, "w:tblPr")
    _child(looks, "w:tblW", w=str(sum(columns)), type="dxa")
    borders = _child(looks, "w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        _child(borders, f"w:{side}", val="single", sz="4", space="0", color=_RULE)
    _child(looks, "w:tblLayout", type="fixed")
    grid = _child(table, "w:tblGrid")
    for width in columns:
        _child(grid, "w:gridCol", w=str(width))
    return table


def _row(cells: Iterable[Any], *, is_head: bool = False, splits: bool = False) -> Any:
    """Return a row; `splits`: it may go on on the next page."""
    row = _element("w:tr")
    looks = _child(row, "w:trPr")
    if not splits:
        _child(looks, "w:cantSplit")
    if is_head:
        _child(looks, "w:tblHeader")
    row.extend(cells)
    return row


def _cell(width: int, content: Sequence[Any], *, fill: str = "", span: int = 1) -> Any:
    """Return a cell."""
    cell = _element("w:tc")
    looks = _child(cell, "w:tcPr")
    _child(looks, "w:tcW", w=str(width), type="dxa")
    if span > 1:
        _child(looks, "w:gridSpan", val=str(span))
    if fill:
        _child(looks, "w:shd", val="clear", color="auto", fill=fill)
    cell.extend(content)
    return cell


def _columns(table: Table) -> list[int]:
    """Return the width of each column; together they fill the text."""
    parts = shares(table)
    numbers = parts.count(0) * _NUMBER_WIDTH
    rest = max(_TEXT_WIDTH - numbers, 0)
    whole = sum(parts) or 1
    widths = [max(part * rest // whole, _LEAST_WIDTH) if part else _NUMBER_WIDTH for part in parts]
    widest = widths.index(max(widths))
    widths[widest] -= max(sum(widths) - _TEXT_WIDTH, 0)
    return widths


# --- the document ------------------------------------------------------------------------------------


def _style(document: Any) -> None:
    """Set the type of the document and add the styles that its template lacks."""
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = _TYPE["body"], Pt(10.5)
    normal.font.color.rgb = RGBColor.from_string(_INK)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 22), ("Heading 1", 16), ("Heading 2", 12), ("Subtitle", 9)):
        font = styles[name].font
        font.name, font.size, font.italic = _TYPE["body"], Pt(size), False
        font.color.rgb = RGBColor.from_string(_SOFT if name == "Subtitle" else _INK)
        for theme in styles[name].element.iter(qn("w:rFonts")):
            theme.attrib.clear()
            theme.set(qn("w:ascii"), _TYPE["body"])
            theme.set(qn("w:hAnsi"), _TYPE["body"])
    added = (
        ("Lead", 12, 8, _INK),
        ("Note", 9, 4, _SOFT),
        ("Cell", 9, 2, _INK),
        ("Entry", 10, 1, _BLUE),
        ("Contents", 12, 4, _INK),
        ("Alarm", 13, 4, _RED),
        ("Code", 8, 4, _INK),
    )
    for name, size, after, color in added:
        style = styles.add_style(name, 1)
        style.base_style = normal
        style.font.size, style.font.color.rgb = Pt(size), RGBColor.from_string(color)
        style.font.bold = name in {"Alarm", "Contents"}
        style.paragraph_format.space_after = Pt(after)
    code = styles["Code"]
    code.font.name = _TYPE["code"]
    shading = _child(code.element.get_or_add_pPr(), "w:shd", val="clear", color="auto", fill=_SHADE)
    shading.getparent().insert(0, shading)


def _archived(document: Any) -> bytes:
    """Return the document as an archive whose bytes depend on nothing but its content.

    Its members are stored as they are: what compression makes of them differs between machines.
    """
    raw, made = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(made, "w") as new:
        names = sorted(old.namelist(), key=lambda each: (each != "[Content_Types].xml", each))
        for name in names:
            member = zipfile.ZipInfo(name, _ARCHIVED)
            member.create_system = 0
            new.writestr(member, old.read(name))
    return made.getvalue()
