"""Sections into HTML and Markdown: escaping, footnote numbers, templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from floodmark.report import redaction
from floodmark.report.blocks import Listing, Page, Paragraph, Table
from floodmark.report.chart import Chart
from floodmark.report.claims import Claims, spell
from floodmark.report.parts import MARKS, Cite, Figure, Foreign, Line, Link, Mark, Part, Step, When, clock
from floodmark.text import visible

TEMPLATES = ("report.html.j2", "report.md.j2", "blocks.html.j2", "style.css.j2", "chart.svg.j2")
_MARKDOWN_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
EMPTY = "(empty)"
"""What stands for a text without a character."""
_WIDEST, _NARROWEST = 60, 14
"""Characters of a cell, and of a word, up to which they widen their column."""
_KEY_LEFT, _KEY_ROW, _KEY_CHARACTER, _KEY_GAP = 2, 24, 7, 44
"""Pixels: where the words of a key begin, of one of their rows, of a character, of what surrounds them."""


class Footnotes:
    """The footnotes of one page, numbered in the order in which numbers appear."""

    def __init__(self, claims: Claims) -> None:
        """Start without a footnote."""
        self._claims = claims
        self._numbers: dict[tuple[Step, ...], int] = {}

    def cite(self, figure: Figure | Cite) -> tuple[int, bool]:
        """Return the footnote number of a figure or a claim, and whether this is its first mention."""
        basis = self._claims.basis(figure.path)
        first = basis not in self._numbers
        return self._numbers.setdefault(basis, len(self._numbers) + 1), first

    def notes(self) -> list[tuple[int, Line]]:
        """Return the footnotes mentioned so far."""
        return [(number, self._claims.footnote(basis)) for basis, number in self._numbers.items()]


def html(claims: Claims, page: Page) -> str:
    """Return the report as one HTML page that fetches nothing."""
    footnotes = Footnotes(claims)

    def line(parts: Line) -> Markup:
        return Markup("").join(_html_part(part, footnotes) for part in parts)

    return _page("report.html.j2", claims, page, footnotes, line=line)


def markdown(claims: Claims, page: Page) -> str:
    """Return the report as Markdown with footnotes; text from outside stands in code only."""
    footnotes = Footnotes(claims)

    def line(parts: Line) -> str:
        return "".join(_markdown_part(part, footnotes, cell=False) for part in parts).strip()

    def cell(parts: Line) -> str:
        return "".join(_markdown_part(part, footnotes, cell=True) for part in parts).strip()

    return _page("report.md.j2", claims, page, footnotes, line=line, cell=cell)


@dataclass(frozen=True)
class _Key:
    """The words of one pattern and where they stand."""

    style: str
    words: str
    x: int
    y: int


def drawn(chart: Chart) -> str:
    """Return a drawing as one SVG file, its key below it: the very shapes that the HTML page shows."""
    keys = _keys(chart)
    height = max((key.y + _KEY_ROW for key in keys), default=chart.height)
    return _environment().get_template("chart.svg.j2").render(chart=chart, keys=keys, height=height)


def _keys(chart: Chart) -> list[_Key]:
    """Return the words of the patterns, in rows that fit the width."""
    keys: list[_Key] = []
    x, y = _KEY_LEFT, chart.height + 6
    for style, words in chart.legend:
        room = len(words) * _KEY_CHARACTER + _KEY_GAP
        if x > _KEY_LEFT and x + room > chart.width:
            x, y = _KEY_LEFT, y + _KEY_ROW
        keys.append(_Key(style, words, x, y))
        x += room
    return keys


def _page(
    name: str,
    claims: Claims,
    page: Page,
    footnotes: Footnotes,
    **writers: Callable[[Line], str],
) -> str:
    """Lay the sections out with one template."""
    return (
        _environment()
        .get_template(name)
        .render(
            organisation=claims.material.organisation,
            version=claims.material.version,
            level=redaction.notice(claims.level),
            page=page,
            marks=MARKS,
            notes=footnotes.notes,
            **writers,
        )
    )


@cache
def _environment() -> Environment:
    """Return the templates, compiled once per process."""
    environment = Environment(
        loader=DictLoader({each: _source(each) for each in TEMPLATES}),
        autoescape=select_autoescape(("html.j2", "css.j2", "svg.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        {
            "visible": visible,
            "lines": visible_lines,
            "plain": plain,
            "path": claim_path,
            "span": code_span,
            "whole": whole,
        }
    )
    return environment


def _source(name: str) -> str:
    """Return the text of a template of this package."""
    return (files("floodmark.report") / "templates" / name).read_text("utf-8")


def _html_part(part: Part, footnotes: Footnotes) -> Markup:
    """Return one part as HTML."""
    match part:
        case str():
            return escape(part)
        case Figure():
            mark = _html_cite(part, footnotes)
            return Markup('<span class="figure">{}{}</span>').format(_html_number(part), mark)
        case Cite():
            return _html_cite(part, footnotes)
        case Foreign(text, prose):
            tag = Markup('<span class="said">{}</span>') if prose else Markup("<code>{}</code>")
            return tag.format(visible(text) or EMPTY)
        case When(text):
            return Markup("<time>{}</time>").format(clock(text))
        case Link(anchor, text, ours):
            if ours:
                return Markup('<a href="#{}">{}</a>').format(anchor, text)
            return Markup('<a href="#{}"><code>{}</code></a>').format(anchor, visible(text) or EMPTY)
        case Mark(kind):
            return Markup('&nbsp;<abbr class="mark {}" title="{}: {}">{}</abbr>').format(
                kind, kind, MARKS[kind], kind[0].upper()
            )


def _html_cite(part: Figure | Cite, footnotes: Footnotes) -> Markup:
    """Return the mark that leads to a footnote; the first one is what the footnote leads back to."""
    number, first = footnotes.cite(part)
    anchor = Markup(' id="cite-{}"').format(number) if first else Markup("")
    return Markup('<sup class="cite"{}><a href="#note-{}">{}</a></sup>').format(anchor, number, number)


def _html_number(figure: Figure) -> Markup:
    """Return a number with the path of its claim."""
    return Markup('<data value="{}" data-claim="{}">{}</data>').format(
        figure.value, visible(spell(figure.path)), figure.text
    )


def plain(parts: Line) -> str:
    """Return a line as text without marks, for titles."""
    return "".join(_plain_part(part) for part in parts)


def _plain_part(part: Part) -> str:
    """Return one part as text without marks."""
    match part:
        case str():
            return part
        case Figure():
            return part.text
        case Foreign(text) | Link(_, text):
            return visible(text) or EMPTY
        case When(text):
            return clock(text)
        case Mark() | Cite():
            return ""


def _markdown_part(part: Part, footnotes: Footnotes, *, cell: bool) -> str:
    """Return one part as Markdown."""
    match part:
        case str():
            return _MARKDOWN_ACTIVE.sub(r"\\\1", part)
        case Figure():
            return f"{part.text}[^{footnotes.cite(part)[0]}]"
        case Cite():
            return f"[^{footnotes.cite(part)[0]}]"
        case Link(_, text, ours=True):
            return text
        case Foreign(text) | Link(_, text):
            return code_span(text, cell=cell)
        case When(text):
            return clock(text)
        case Mark():
            return ""


def code_span(text: str, *, cell: bool = False) -> str:
    """Return text from outside as a Markdown code span with a fence longer than any run inside.

    >>> code_span("a`b")
    '`` a`b ``'
    """
    shown = visible(text) or EMPTY
    if cell:
        shown = shown.replace("|", "\\|")  # a table row is split at bars before code is looked for
    fence = "`" * (_longest_run(shown) + 1)
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or "`" in shown else ""
    return f"{fence}{space}{shown}{space}{fence}"


def visible_lines(text: str) -> str:
    """Return text made visible line by line; line feeds stay, since code is read by its lines."""
    return "\n".join(visible(line) for line in text.split("\n"))


def claim_path(figure: Figure) -> str:
    """Return the path of a number's claim as text."""
    return visible(spell(figure.path))


def whole(listing: Listing) -> str:
    """Return a listing as one Markdown code block."""
    return fenced(listing.text + ("…" if listing.is_cut else ""))


def fenced(text: str) -> str:
    """Return text from outside as a Markdown code block; line feeds stay, each line is made visible."""
    shown = visible_lines(text) or EMPTY
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _longest_run(text: str) -> int:
    """Return the length of the longest run of backticks."""
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


# --- what PDF and Word share ---------------------------------------------------------------------------


def words_of(chart: Chart) -> str:
    """Return what a drawing says, for those who do not see it."""
    return f"{chart.title}. {chart.description}"


def legend() -> Line:
    """Return what the marks behind a sentence mean."""
    line: list[Part] = ["How a sentence is known: "]
    for kind, meaning in MARKS.items():
        line += [Mark(kind), f" {kind}, {meaning}; "]
    return (*line, "each number leads to a footnote that says what it rests on.")


def anchors(page: Page) -> frozenset[str]:
    """Return every place of a page that a link can lead to."""
    sections = (*page.body, page.annex, *page.later)
    found = {section.anchor for section in sections}
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                found.add(block.anchor)
            elif isinstance(block, Table):
                found.update(row.anchor for row in block.rows)
    return frozenset(found - {""})


def shares(table: Table) -> list[int]:
    """Return the share of each column: 0 for one as wide as its numbers, else after what it holds."""
    columns = range(len(table.head))
    return [0 if _is_narrow(table, place) else _share(table, place) for place in columns]


def _is_narrow(table: Table, place: int) -> bool:
    """Whether a column holds nothing but bare numbers, so that it is as wide as they are."""
    return place in table.numeric and all(len(plain(row.cells[place])) <= _NARROWEST for row in table.rows)


def _share(table: Table, place: int) -> int:
    """Return the share of one column: room for its longest word, then for what most of its cells hold."""
    cells = [table.head[place], *(plain(row.cells[place]) for row in table.rows)]
    words = max((len(word) for cell in cells for word in cell.split()), default=0)
    mean = sum(map(len, cells)) // len(cells)
    return min(max(min(words, _NARROWEST) + 2, mean, min(max(map(len, cells)), _WIDEST) // 2), _WIDEST)
