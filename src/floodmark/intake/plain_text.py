"""Plain text, such as a news article that was copied, or the body of a mail.

`Page.text` is the document as decoded, line ends included. Blank lines part paragraphs; what the lines of
one paragraph are is told by their words (`floodmark.intake.outline`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from floodmark.intake.datelines import published_on
from floodmark.intake.outline import NARROWEST, Part, Segment, blocks, refined
from floodmark.intake.page import Block, Page

MOST_LINES = 250_000
"""Of a longer document, the first ones are read."""

_LINE_END = re.compile(r"\r\n?|\n|\f|\x85|\u2028|\u2029")
_RULE = re.compile(r"[-=_*~#.\s]{3,}")
_QUOTED = re.compile(r"(?:>[ \t]?)+")
_LONGEST_TITLE = 150


def read(text: str) -> Page:
    """Read a plain text."""
    found = blocks(text, refined(text, list(_parts(text)), marked=False, narrowest=NARROWEST))
    return Page(
        text=text,
        title=_title(text, found),
        published_on=published_on(_LINE_END.split(text[:20_000]), text),
        stated_by=_source(found),
        media="text",
        blocks=found,
        damaged=f"more than {MOST_LINES} lines; read up to there" if _is_long(text) else "",
    )


def _is_long(text: str) -> bool:
    """Say whether there are more lines than are read."""
    return next(islice(_lines(text), MOST_LINES, None), None) is not None


def _parts(text: str) -> Iterator[Part]:
    """Yield the paragraphs, and the quotations of a mail that was answered."""
    lines: list[Segment] = []
    quoted = False
    for first, end in islice(_lines(text), MOST_LINES):
        mark = _QUOTED.match(text, first, end)
        begin = mark.end() if mark else first
        line = text[begin:end]
        blank = not line.strip() or _RULE.fullmatch(line) is not None
        if lines and (blank or (mark is not None) is not quoted):
            yield Part("quote" if quoted else "paragraph", tuple(lines))
            lines = []
        quoted = mark is not None
        if not blank:
            lines.append((begin + len(line) - len(line.lstrip()), begin + len(line.rstrip())))
    if lines:
        yield Part("quote" if quoted else "paragraph", tuple(lines))


def _lines(text: str) -> Iterator[Segment]:
    """Yield the lines without their ends."""
    begin = 0
    for mark in _LINE_END.finditer(text):
        yield begin, mark.start()
        begin = mark.end()
    yield begin, len(text)


def _title(text: str, found: tuple[Block, ...]) -> str:
    """Return the first heading or first line, whichever comes first, where it is short; else empty."""
    for block in found[:1]:
        begin = text[block.begin : block.end]
        first = _LINE_END.split(begin, maxsplit=1)[0].strip()
        if block.kind == "heading" or (len(first) <= _LONGEST_TITLE and not first.endswith((".", ":", ","))):
            return " ".join(first.split())
    return ""


def _source(found: tuple[Block, ...]) -> str:
    """Return what a line `Source: name` or `Publisher: name` of the head says; else empty."""
    for block in found[:10]:
        if block.label.casefold() in {"source", "publisher", "published by"} and block.sentences:
            return block.sentences[0].text[:_LONGEST_TITLE]
    return ""
