"""What a page is made of: sections of blocks, blocks of lines.

The content is made once, in the section modules; a template only lays it out. So Markdown and HTML
say the same in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from floodmark.report.chart import Chart
from floodmark.report.parts import Line


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `style` is `lead`, `note` or empty, `anchor` can be linked to."""

    kind: ClassVar[str] = "paragraph"
    line: Line
    style: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Items:
    """A bulleted list."""

    kind: ClassVar[str] = "items"
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Listing:
    """Text from outside or SQL, shown as code; `is_cut`: it goes on, and the rest stands elsewhere."""

    kind: ClassVar[str] = "listing"
    text: str
    is_cut: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a table; `anchor` can be linked to, `note` and `listing` stand below the row."""

    cells: tuple[Line, ...]
    anchor: str = ""
    note: Line = ()
    listing: Listing | None = None


@dataclass(frozen=True)
class Table:
    """A table; `numeric` are the columns set flush right, `note` says how its figures are known."""

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    note: Line = ()
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Facts:
    """Names with what is said to each."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, Line], ...]


@dataclass(frozen=True)
class Card:
    """One key figure."""

    label: str
    line: Line
    caption: Line = ()


@dataclass(frozen=True)
class Cards:
    """The key figures."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Notice:
    """A marked box."""

    kind: ClassVar[str] = "notice"
    title: str
    lead: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Drawing:
    """A chart for wide and one for narrow screens; in HTML only, since the text holds the same figures."""

    kind: ClassVar[str] = "drawing"
    charts: tuple[Chart, ...]


Block = Paragraph | Items | Heading | Listing | Table | Facts | Cards | Notice | Drawing


@dataclass(frozen=True)
class Section:
    """One numbered section."""

    number: str
    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report: what stands above everything, the numbered sections, annex A, and what follows B."""

    alarm: tuple[Block, ...]
    body: tuple[Section, ...]
    annex: Section
    later: tuple[Section, ...]
