"""The report as a PDF, typeset without a browser, and drawings as pictures.

The template holds all markup. What the report says goes to it as JSON and is set as text, so nothing
in it can act. Only the bundled fonts are used and no date is written: equal reports have equal bytes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import typst

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
from floodmark.report.chart import Chart, Label
from floodmark.report.claims import Claims
from floodmark.report.parts import Cite, Figure, Foreign, Line, Link, Mark, Part, When, clock
from floodmark.report.render import EMPTY, Footnotes, anchors, drawn, legend, plain, shares, words_of
from floodmark.text import visible

STANDARD = "ua-1"
"""Accessible PDF: tagged, with title, language and words for each picture. PDF/A would ask for a date."""
_LONG = re.compile(r"[^\s\u200b]{15,}")
"""A word without a place to break that a narrow column may not hold."""
_SIGN = re.compile(r"[@._/:=,;-](?=\w)")
_STEP = 6
"""Characters between the places to break that such a word gets."""
_TITLE = 60
"""Characters of a name above or below a page."""
_LARGE, _SMALL, _ROOM = 15, 10, 9
"""Points of a key figure, and the characters past which it is set small."""
_PICTURE = b"""#let d = json(bytes(sys.inputs.at("data")))
#set page(width: d.width * 0.5pt, height: auto, margin: 0pt)
#image(bytes(d.svg), format: "svg", width: 100%)
"""
_COVERED = (
    *((0x0020, 0x007E), (0x00A0, 0x00AC), (0x00AE, 0x02FF), (0x0384, 0x038A), (0x038E, 0x03A1)),
    *((0x03A3, 0x0482), (0x048A, 0x04FF), (0x1E00, 0x1F15), (0x2010, 0x2027), (0x2030, 0x2040)),
    *((0x2044, 0x2052), (0x2054, 0x205E), (0x2074, 0x208E), (0x20A0, 0x20BF), (0x2100, 0x211E)),
    *((0x2126, 0x2151), (0x2153, 0x2184), (0x2190, 0x23FF), (0x2460, 0x262F)),
)
"""Ranges of characters that the bundled fonts have; none of them is written from right to left."""
_STARTS = [first for first, _ in _COVERED]
_Json = dict[str, Any]


def render(claims: Claims, page: Page) -> bytes:
    r"""Return the report as one tagged PDF (PDF/UA-1).

    Characters that the bundled fonts do not have, and those of scripts written from right to left,
    are shown as their code points, such as `\u4e2d`. Equal claims and page give equal bytes on every
    machine.
    """
    return typeset(_template(), data(claims, page), "pdf", [STANDARD])


def data(claims: Claims, page: Page) -> dict[str, Any]:
    """Return everything that a PDF of the report says, as its template reads it."""
    return _Layout(claims, page).data()


def picture(chart: Chart) -> bytes:
    """Return a drawing as PNG, at twice its size in pixels."""
    return typeset(_PICTURE, {"svg": _svg(chart), "width": chart.width}, "png", [], ppi=288)


def typeset(
    template: bytes, data: _Json, kind: Any, standards: list[Any], *, ppi: float | None = None
) -> bytes:
    """Return one file made from a template and its data; nothing of the machine goes into it."""
    inputs = {"data": json.dumps(data, ensure_ascii=True)}
    made: Any = typst.compile(
        template,
        ignore_system_fonts=True,
        format=kind,
        ppi=ppi,
        sys_inputs=inputs,
        pdf_standards=standards,
        timestamp=0,
    )
    return bytes(made)


@cache
def _template() -> bytes:
    """Return the template of the report."""
    return (files("floodmark.report") / "templates" / "report.typ").read_bytes()


# --- text --------------------------------------------------------------------------------------------


def glyphs(text: str) -> str:
    r"""Return text in which each character that the bundled fonts do not have is its code point.

    >>> glyphs("M\u00fcller \u4e2d")
    'Müller \\u4e2d'
    """
    shown = visible(text)
    return shown if shown.isascii() else "".join(map(_glyph, shown))


def _glyph(char: str) -> str:
    """Return one character, or its code point."""
    code = ord(char)
    place = bisect_right(_STARTS, code) - 1
    if place >= 0 and code <= _COVERED[place][1]:
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - the width of an escape


def _set(text: str) -> str:
    """Return text to be set: with glyphs only, and with places to break in long words."""
    return _LONG.sub(_breakable, glyphs(text))


def _breakable(word: re.Match[str]) -> str:
    """Return a long word with zero-width spaces: after its signs, and in what is still long."""
    return _LONG.sub(_chopped, _SIGN.sub("\\g<0>\u200b", word[0]))


def _chopped(word: re.Match[str]) -> str:
    """Return a word with a zero-width space after every few characters."""
    return "\u200b".join(word[0][start : start + _STEP] for start in range(0, len(word[0]), _STEP))


def _code_lines(text: str) -> list[str]:
    """Return text as lines of code; spaces at the start of a line stay."""
    lines = [_set(line) for line in text.split("\n")] if text else [EMPTY]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [_indented(line) for line in lines]


def _indented(line: str) -> str:
    """Return a line whose leading spaces do not collapse."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


# --- drawings ----------------------------------------------------------------------------------------


def _svg(chart: Chart) -> str:
    """Return a drawing as SVG, with glyphs of the bundled fonts only."""
    shown = replace(chart, labels=tuple(replace(each, part=_named(each)) for each in chart.labels))
    return "\n".join(map(glyphs, drawn(shown).split("\n")))


def _named(label: Label) -> Part:
    """Return the words of a label; escaped before they are cut, so that they fit."""
    return label.part if isinstance(label.part, When) else Foreign(glyphs(plain((label.part,))))


# --- the data of the template ------------------------------------------------------------------------


class _Layout:
    """The data of one report; its numbers get their footnotes in the order in which they are read."""

    def __init__(self, claims: Claims, page: Page) -> None:
        """Take over what is to be laid out."""
        self._claims = claims
        self._page = page
        self._notes = Footnotes(claims)
        self._anchors = anchors(page)

    def data(self) -> _Json:
        """Return everything that the template shows, in the order of the page."""
        page, material = self._page, self._claims.material
        organisation = glyphs(material.organisation) or EMPTY
        found: _Json = {
            "kicker": "Incident report",
            "title": f"How far the breach of {organisation} reached",
            "shown_title": _LONG.sub(_breakable, f"How far the breach of {organisation} reached"),
            "header": f"Incident report: {_short(organisation)}",
            "footer": f"Floodmark {_short(glyphs(material.version))}. The figures stand in report.json.",
            "level": self._line(redaction.notice(self._claims.level)),
            "level_mark": redaction.mark(self._claims.level),
            "alarmed": bool(page.alarm),
            "alarm_mark": "ISSUED ALTHOUGH A CHECK FAILED",
            "alarm": [self._block(each) for each in page.alarm],
            "legend": self._line(legend()),
            "contents": "Contents",
            "notes_title": "Annex B  Footnotes",
            "body": [self._section(each, each.number) for each in page.body],
        }
        found["body"].append(self._section(page.annex, f"Annex {page.annex.number}"))
        # The later annexes come before the footnotes here, so that their numbers are among them.
        found["later"] = [self._section(each, f"Annex {each.number}") for each in page.later]
        found["notes"] = [
            {"number": number, "line": self._line(note)} for number, note in self._notes.notes()
        ]
        return found

    def _section(self, section: Section, number: str) -> _Json:
        """Return one section."""
        return {
            "title": f"{number}  {section.title}",
            "anchor": section.anchor,
            "blocks": [self._block(each) for each in section.blocks],
        }

    def _block(self, block: Block) -> _Json:
        """Return one block."""
        match block:
            case Paragraph():
                data = {"line": self._line(block.line), "style": block.style, "anchor": block.anchor}
            case Items():
                data = {"lines": [self._line(each) for each in block.lines]}
            case Heading():
                data = {"text": _set(block.text)}
            case Listing():
                data = {"text": self._listing(block)}
            case Drawing():
                chart = block.charts[0]
                data = {"svg": _svg(chart), "alt": glyphs(words_of(chart))}
            case Table() | Facts() | Cards() | Notice():
                data = self._grid(block)
        return {"kind": block.kind, **data}

    def _grid(self, block: Table | Facts | Cards | Notice) -> _Json:
        """Return a block that is laid out in cells or in a box."""
        match block:
            case Table():
                return self._table(block)
            case Facts():
                return {"pairs": [[_set(name), self._line(said)] for name, said in block.pairs]}
            case Cards():
                return {"cards": self._cards(block)}
            case Notice():
                lines = [self._line(each) for each in block.lines]
                return {"title": _set(block.title), "lead": _set(block.lead), "lines": lines}

    def _listing(self, listing: Listing) -> list[str]:
        """Return code line by line, with a sign where it was cut."""
        lines = _code_lines(listing.text)
        return [*lines[:-1], lines[-1] + "…"] if listing.is_cut else lines

    def _table(self, table: Table) -> _Json:
        """Return a table with the shares that its columns get of the width."""
        return {
            "head": [_set(each) for each in table.head],
            "numeric": sorted(table.numeric),
            "widths": shares(table),
            "rows": [self._row(each) for each in table.rows],
            "note": self._line(table.note),
        }

    def _row(self, row: Row) -> _Json:
        """Return one row."""
        return {
            "cells": [self._line(each) for each in row.cells],
            "anchor": row.anchor,
            "below": bool(row.note or row.listing),
            "note": self._line(row.note),
            "listing": self._listing(row.listing) if row.listing else [],
        }

    def _cards(self, cards: Cards) -> list[_Json]:
        """Return the key figures, large where they have the room."""
        return [
            {
                "label": _set(each.label),
                "line": self._line(each.line),
                "size": _LARGE if len(plain(each.line)) <= _ROOM else _SMALL,
                "caption": self._line(each.caption),
            }
            for each in cards.cards
        ]

    def _line(self, line: Line) -> list[list[Any]]:
        """Return the parts of a line."""
        return [self._part(each) for each in line]

    def _part(self, part: Part) -> list[Any]:
        """Return one part: its kind, its text, and what the kind needs beside it."""
        match part:
            case str():
                return ["text", _set(part)]
            case Figure() | Cite():
                number, first = self._notes.cite(part)
                return ["figure", glyphs(part.text) if isinstance(part, Figure) else "", number, first]
            case Foreign(text, prose):
                return ["text" if prose else "code", _set(text) or EMPTY]
            case When(text):
                return ["text", clock(text)]
            case Link(anchor, text, ours):
                return ["link", _set(text) or EMPTY, anchor if anchor in self._anchors else "", ours]
            case Mark(kind):
                return ["mark", kind[0].upper()]


def _short(text: str) -> str:
    """Return text that fits into the line above or below a page."""
    return text if len(text) <= _TITLE else text[: _TITLE - 1] + "…"
