"""HTML pages, as a reader sees them.

`Page.text` is the visible text: one block a line, each run of blanks one blank. A quote is letter for
letter in that text, not in the file. Left out are scripts, styles, templates, comments, hidden elements,
and what surrounds an article (navigation, asides, the page's footer), which tells of other incidents.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from floodmark.intake.datelines import day, published_on
from floodmark.intake.decoding import whole
from floodmark.intake.outline import Part, Segment, blocks, refined, row
from floodmark.intake.page import BlockKind, Page
from floodmark.intake.sentences import words

_SKIPPED = words(
    """script style template noscript head svg math iframe object embed canvas audio video select datalist
    button input textarea nav aside footer dialog menu -comment"""
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = words(
    """html body div section article main header p li ul ol dl dt dd table caption thead tbody tfoot tr td th
    blockquote pre hr form fieldset figure figcaption address details summary center"""
) | {*_HEADINGS}
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

MOST_BLOCKS = 250_000
"""Of a page with more, the first ones are read."""
_DEEPEST = 512
_LONG_TAG = 500
_MOST_ATTRIBUTES = 100
_MOST_JSON = 300_000

_BLANKS = re.compile(r"\s+")


def read(text: str) -> Page:
    """Read an HTML page."""
    bounded, damaged = _bounded(text)
    tree = LexborHTMLParser(bounded)
    walk = _Walk()
    if tree.root is not None:
        walk.walk(tree.root)
    seen = "".join(walk.pieces)
    if walk.is_full:
        damaged = damaged or f"more than {MOST_BLOCKS} blocks; read up to there"
    parts = sorted(walk.parts, key=lambda part: part.segments[0])
    found = blocks(seen, refined(seen, parts, marked=False, narrowest=sys.maxsize))
    first = next((seen[block.begin : block.end] for block in found if block.kind == "heading"), "")
    meta = _Meta(tree)
    return Page(
        text=seen,
        title=meta.title(first),
        published_on=meta.published_on() or published_on(seen[:20_000].split("\n"), seen),
        stated_by=meta.stated_by(),
        media="html",
        blocks=found,
        damaged=damaged,
    )


# --- the source within bounds -----------------------------------------------------------------------------

_OPENS = re.compile(r"<(?=[A-Za-z/!?])")
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\s>]*+))?+"""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(rf"<(/?)([A-Za-z][^\s/>]*+)((?:{_ATTRIBUTE})*+)[\s/]*+>")
_COMMENT_END = re.compile("--!?>")
# Inside of these, what looks like a tag is text; the first ones hold nothing that is read.
_UNREAD = ("style", "svg", "math", "iframe", "noembed", "noframes", "xmp", "textarea", "template", "select")
_RAW = frozenset({*_UNREAD, "script", "title"})
_SHALLOW = words(
    """p li td tr th dt dd option br img hr input meta link source area base col embed param track wbr"""
)


def _bounded(text: str) -> tuple[str, str]:
    """Return the source without what is never read, up to where a limit is reached, and which.

    To build the tree of elements that are nested without end takes quadratic time, and so do the
    attributes of one tag. So the tags are looked at before.
    """
    source = _Source(text.replace("\0", ""))
    return "".join(source.kept()), source.damaged


class _Source:
    """One pass over the tags of a page."""

    def __init__(self, text: str) -> None:
        """Take the source."""
        self.damaged = ""
        self._text = text
        self._open: Counter[str] = Counter()
        self._depth = 0

    def kept(self) -> Iterator[str]:
        """Yield the pieces of the source to be parsed, in order."""
        begin = 0
        while opening := _OPENS.search(self._text, begin):
            yield self._text[begin : opening.start()]
            tag = _TAG.match(self._text, opening.start())
            if tag is None:
                begin = self._past_declaration(opening.start())
            else:
                begin = self._past_tag(tag)
                if not self.damaged and tag[2].lower() not in _UNREAD:
                    yield self._text[tag.start() : begin]
            if self.damaged:
                return
        yield self._text[begin:]

    def _past_declaration(self, begin: int) -> int:
        """Return where a comment or declaration ends; a tag without an end damages the page."""
        text = self._text
        if text.startswith("<!--", begin):
            found = _COMMENT_END.search(text, begin + 2)
            end = found.end() if found else 0
        elif text[begin + 1] in "!?" or not text[begin + 2 : begin + 3].isalpha():
            end = text.find(">", begin) + 1
        else:
            end = 0
        if not end:
            self.damaged = "it ends inside a tag or comment"
        return end

    def _past_tag(self, tag: re.Match[str]) -> int:
        """Return where a tag, and the raw text after it, end; damages the page where a limit is reached."""
        name = tag[2].lower()
        if len(tag[3]) > _LONG_TAG and len(_ATTRIBUTES.findall(tag[3])) > _MOST_ATTRIBUTES:
            self.damaged = f"a tag has more than {_MOST_ATTRIBUTES} attributes; read up to it"
        elif tag[1]:
            self._depth -= self._open[name] > 0
            self._open[name] -= self._open[name] > 0
        elif name in _RAW:
            return self._past_raw(name, tag.end())
        elif name not in _SHALLOW:
            self._depth += 1
            self._open[name] += 1
            if self._depth > _DEEPEST:
                self.damaged = f"elements are nested deeper than {_DEEPEST}; read up to there"
        return tag.end()

    def _past_raw(self, name: str, begin: int) -> int:
        """Return where an element that holds raw text ends."""
        found = re.compile(rf"</{name}(?=[\s/>])[^>]*+>", re.IGNORECASE).search(self._text, begin)
        if found is None:
            self.damaged = f"a {name} element does not end"
        return found.end() if found else begin


# --- the visible text -------------------------------------------------------------------------------------


@dataclass
class _Table:
    """A table that is being walked through."""

    heads: list[str] = field(default_factory=list[str])
    cells: list[list[Segment]] = field(default_factory=list[list[Segment]])
    said: list[str] = field(default_factory=list[str])
    is_head: bool = True
    """Whether all cells of the row so far are heads of columns."""
    rows: int = 0


class _Walk:
    """One walk through the tree, in the order of the document."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.pieces: list[str] = []
        self.parts: list[Part] = []
        self._size = 0
        self._buffer: list[str] = []
        self._inside: list[str] = []
        self._tables: list[_Table] = []
        self._term = ""
        self._fresh = False

    @property
    def is_full(self) -> bool:
        """Whether as much as is read of any page was seen."""
        return len(self.pieces) > 2 * MOST_BLOCKS

    def walk(self, root: LexborNode) -> None:
        """Walk through all elements that are seen; the depth is bounded by memory only."""
        todo: list[tuple[LexborNode, bool]] = [(root, False)]
        while todo and not self.is_full:
            node, leaving = todo.pop()
            tag = node.tag or ""
            if leaving:
                self._leave(tag)
                continue
            if (following := node.next) is not None and node is not root:
                todo.append((following, False))
            if tag == "-text":
                self._buffer.append(self._text(node.text_content or ""))
            elif not _is_hidden(node, tag, self._inside):
                self._enter(tag)
                todo.append((node, True))
                if (child := node.child) is not None:
                    todo.append((child, False))
        self._flush()
        while self._tables:
            self._row(self._tables.pop())

    def _text(self, text: str) -> str:
        """Return a text as it is shown: a line end in the source is a blank, but not in preformatted text."""
        return text if "pre" in self._inside else _BLANKS.sub(" ", text)

    def _enter(self, tag: str) -> None:
        """Begin an element."""
        if tag == "br":
            self._buffer.append("\n")
        if tag not in _BLOCKS:
            return
        self._flush()
        self._inside.append(tag)
        if tag == "table":
            self._tables.append(_Table())
        elif tag == "li":
            self._fresh = True
        elif tag in {"td", "th"} and self._tables:
            self._tables[-1].cells.append([])
            self._tables[-1].said.append("")
            self._tables[-1].is_head &= tag == "th"

    def _leave(self, tag: str) -> None:
        """End an element."""
        if tag not in _BLOCKS:
            return
        self._flush()
        self._inside.pop()
        if tag == "tr" and self._tables:
            self._row(self._tables[-1])
        elif tag == "table" and self._tables:
            self._row(self._tables.pop())
        elif tag == "dl":
            self._term = ""

    def _row(self, table: _Table) -> None:
        """Give the cells of a row their labels."""
        if not table.cells:
            return
        cells = [tuple(cell) or ((self._size, self._size),) for cell in table.cells]
        if table.is_head and table.rows == 0 and len(cells) > 1:
            table.heads = list(table.said)
            self.parts += [Part("cell", cell, silent=True) for cell in cells]
        else:
            self.parts += row(cells, table.said, table.heads)
        table.cells, table.said, table.is_head = [], [], True
        table.rows += 1

    def _flush(self) -> None:
        """End the block that is being gathered: one line each, more where breaks stand in it."""
        if not self._buffer:
            return
        lines = [" ".join(line.split()) for line in whole("".join(self._buffer)).split("\n")]
        self._buffer.clear()
        segments: list[Segment] = []
        for line in filter(None, lines):
            segments.append((self._size, self._size + len(line)))
            self.pieces += [line, "\n"]
            self._size += len(line) + 1
        if segments:
            self._part(tuple(segments), " ".join(filter(None, lines)))

    def _part(self, segments: tuple[Segment, ...], said: str) -> None:
        """Note a block by what it stands in."""
        tag = next((each for each in reversed(self._inside) if each in _TELLING), "p")
        if tag in _HEADINGS:
            self.parts.append(Part("heading", segments, level=_HEADINGS[tag]))
        elif tag in {"td", "th"} and self._tables and self._tables[-1].cells:
            table = self._tables[-1]
            table.cells[-1] += segments
            table.said[-1] = f"{table.said[-1]} {said}".strip()
        elif tag == "dt":
            self._term = said.rstrip(": ")
            self.parts.append(Part("cell", segments, silent=True))
        elif tag in {"li", "dd"}:
            depth = max(1, sum(each in {"ul", "ol"} for each in self._inside))
            label = self._term if tag == "dd" else ""
            self.parts.append(
                Part("item", segments, level=depth, label=label, inside=tag == "li" and not self._fresh)
            )
            self._fresh = False
        else:
            self.parts.append(Part(_KINDS.get(tag, "paragraph"), segments))


_KINDS: dict[str, BlockKind] = {"blockquote": "quote", "pre": "code"}
_TELLING = frozenset({"li", "dt", "dd", "td", "th", "blockquote", "pre", *_HEADINGS})


def _is_hidden(node: LexborNode, tag: str, inside: list[str]) -> bool:
    """Say whether a reader does not see an element, or sees it beside the article only."""
    if tag in _SKIPPED:
        # The footer of a quotation or an article is part of it.
        return not (tag == "footer" and ("article" in inside or "blockquote" in inside))
    attributes = node.attributes
    if not attributes:
        return False
    style = attributes.get("style") or ""
    return (
        "hidden" in attributes or attributes.get("aria-hidden") == "true" or bool(_HIDDEN_STYLE.search(style))
    )


# --- what the page says about itself ----------------------------------------------------------------------

_DATES = (
    "article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publish_date",
    "publishdate",
    "dc.date", "dc.date.issued", "dcterms.issued", "dcterms.date", "dcterms.created", "parsely-pub-date",
    "sailthru.date", "publication_date", "citation_publication_date",
)  # fmt: skip
_MOST_META = 500


class _Meta:
    """The metadata of a page."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        """Gather the metadata; what is no text is passed over."""
        self._tree = tree
        self._values: dict[str, str] = {}
        for node in tree.css("meta[content]")[:_MOST_META]:
            found = node.attributes
            key = found.get("property") or found.get("name") or found.get("itemprop") or ""
            self._values.setdefault(key.casefold(), _tidy(found.get("content") or ""))
        self._linked = _linked_data(tree)

    def title(self, heading: str) -> str:
        """Return the title of the page, else its first heading, else the title it gives to others."""
        title = self._tree.css_first("head title")
        return (
            _tidy(title.text() if title is not None else "")
            or _tidy(heading)
            or self._values.get("og:title", "")
        )

    def published_on(self) -> date | None:
        """Return the day of publication, as written, in the zone that it was written in; or None."""
        said = [self._values.get(name, "") for name in _DATES[:2]] + [self._linked.get("datePublished", "")]
        said += [self._values.get(name, "") for name in _DATES[2:]]
        for css in (
            "time[itemprop=datePublished]",
            "article time[datetime]",
            "main time[datetime]",
            "time[datetime]",
        ):
            node = self._tree.css_first(css)
            said.append((node.attributes.get("datetime") or "") if node is not None else "")
        return next((found for text in said if (found := day(text))), None)

    def stated_by(self) -> str:
        """Return the name of the site, else the publisher, else the author."""
        names = ("og:site_name", "publisher", "dc.publisher", "application-name")
        said = [self._values.get(name, "") for name in names] + [self._linked.get("publisher", "")]
        said += [
            self._values.get("author", ""),
            self._linked.get("author", ""),
            self._values.get("article:author", ""),
        ]
        return next((name for name in said if name and "://" not in name), "")


def _tidy(text: str) -> str:
    """Return a text on one line."""
    return " ".join(whole(text).split())


def _linked_data(tree: LexborHTMLParser) -> dict[str, str]:
    """Return date, publisher and author of the first article in the page's JSON-LD, where it has them."""
    found: dict[str, str] = {}
    for node in tree.css('script[type="application/ld+json"]')[:20]:
        text = node.text()
        if len(text) > _MOST_JSON:
            continue
        try:
            todo: list[object] = [json.loads(text)]
        except (ValueError, RecursionError):
            continue
        while todo:
            todo += _one_thing(todo.pop(0), found)
    return found


def _one_thing(value: object, found: dict[str, str]) -> list[object]:
    """Note what one JSON value says and return the values inside it where an article may be."""
    if isinstance(value, list):
        return cast("list[object]", value)[:100]
    if not isinstance(value, dict):
        return []
    entry = cast("dict[str, object]", value)
    if "datePublished" in entry:
        for key in ("datePublished", "publisher", "author"):
            if name := _name(entry.get(key)):
                found.setdefault(key, name)
    graph = entry.get("@graph")
    return [graph] if isinstance(graph, list) else []


def _name(value: object) -> str:
    """Return a JSON text, or the name of a JSON object, or that of the first of several."""
    if isinstance(value, list):
        value = next(iter(cast("list[object]", value)), "")
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get("name")
    return _tidy(value) if isinstance(value, str) else ""
