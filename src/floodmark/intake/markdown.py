"""Markdown, also where it is mixed with plain lines.

`Page.text` is the document as decoded, line ends included, so a quote is letter for letter in the file.
The block structure is that of CommonMark with tables. Left aside on purpose: code by indent (a pasted
report is often indented), link definitions, and a rule of dashes under a long paragraph, which CommonMark
would take for a heading.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from floodmark.intake.datelines import day, published_on
from floodmark.intake.outline import NARROWEST, Part, Run, Segment, blocks, refined, row, without
from floodmark.intake.page import Block, Page

# Kinds of blocks, and a sign without which a text has none. The parser asks every line for each kind that it
# knows, so it is told only of those that a text may have.
SIGNS = {
    "table": re.compile(r"\|"),
    "blockquote": re.compile(">"),
    "html_block": re.compile("<"),
    "heading": re.compile("#"),
    "fence": re.compile("```|~~~"),
    "lheading": re.compile(r"[-=][ \t]*(?:[\r\n]|\Z)"),
}


@cache
def parser(kinds: frozenset[str]) -> MarkdownIt:
    """Return a parser of blocks; the markup inside of blocks is left out by `marks`, with places."""
    made = MarkdownIt("commonmark").enable("table").disable(["code", "reference"])
    made.core.ruler.disable(["inline"])
    return made.disable([kind for kind in SIGNS if kind not in kinds])


# A line of millions of bars would become millions of cells of some kilobytes each.
_MOST_BARS = 500
# Nobody writes such a paragraph, and looking for pairs of stars in it takes gigabytes.
_LONGEST_MARKED = 300_000

MOST_LINES = 250_000
"""Of a longer document, the first ones are read."""

_LINE = re.compile(r"\r\n?|\n")
_LONGEST_UNDERLINED = 120
_HIDDEN = ("<!", "<?", "<script", "<style", "<template")


def read(text: str) -> Page:
    """Read a Markdown text."""
    front = front_matter(text)
    lines = _lines(text, front.end)
    end = lines[MOST_LINES - 1][1] if len(lines) > MOST_LINES else len(text)
    wide = "|" in text and any(text.count("|", *line) > _MOST_BARS for line in lines)
    seen = text[front.end : end]
    kinds = {kind for kind, sign in SIGNS.items() if sign.search(seen)} - ({"table"} if wide else set())
    tokens = parser(frozenset(kinds)).parse(seen)
    parts = list(_Tokens(text, lines[:MOST_LINES]).parts(tokens))
    found = blocks(text, refined(text, parts, marked=True, narrowest=NARROWEST), marks)
    head = (text[begin:end].strip("*_ \t") for begin, end in lines[:80])
    return Page(
        text=text,
        title=front.values.get("title") or title_of(text, found),
        published_on=front.published_on() or published_on(head, text[front.end :]),
        stated_by=front.stated_by(),
        media="markdown",
        blocks=found,
        damaged=f"more than {MOST_LINES} lines; read up to there" if end < len(text) else "",
    )


def title_of(text: str, found: Sequence[Block]) -> str:
    """Return the first heading of the highest level, without markup; empty where there is none."""
    headings = [block for block in found if block.kind == "heading"]
    if not headings:
        return ""
    marked = [block for block in headings if "#" in text[max(0, block.begin - 3) : block.begin]]
    first = min(marked or headings, key=lambda block: (block.level, block.begin))
    return marks(Run(text[first.begin : first.end], range(first.begin, first.end))).text.strip()


# --- front matter -----------------------------------------------------------------------------------------

_FENCED = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_ENTRY = re.compile(r"([A-Za-z][\w -]{0,40}?)[ \t]*:[ \t]+(\S[^\r\n]*)")
_MOST_LINES = 200


@dataclass(frozen=True)
class _Front:
    """What stands between the two lines of dashes at the top."""

    values: dict[str, str]
    """By key in lower case, without quotation marks."""
    end: int

    def published_on(self) -> date | None:
        """Return the day of publication, or None."""
        for key in ("published_on", "published", "publication_date", "date_published", "pubdate", "date"):
            if found := day(self.values.get(key, "")):
                return found
        return None

    def stated_by(self) -> str:
        """Return who published the text, else who wrote it."""
        keys = ("publisher", "source", "site", "organization", "organisation", "author", "authors")
        return next((self.values[key] for key in keys if self.values.get(key)), "")


def front_matter(text: str) -> _Front:
    """Return the plain entries of the front matter; nested ones are passed over, nothing is executed."""
    opening = _FENCED.match(text)
    if opening is None:
        return _Front({}, 0)
    values: dict[str, str] = {}
    begin = opening.end()
    for _ in range(_MOST_LINES):
        found = _LINE.search(text, begin)
        end = found.start() if found else len(text)
        line = text[begin:end].rstrip()
        if line in {"---", "..."}:
            return _Front(values, found.end() if found else end)
        if found is None:
            break
        if entry := _ENTRY.match(line):
            values.setdefault(
                entry[1].casefold().replace(" ", "_").replace("-", "_"), entry[2].strip("\"'[] ")
            )
        begin = found.end()
    return _Front({}, 0)


# --- blocks -----------------------------------------------------------------------------------------------


def _lines(text: str, begin: int) -> list[Segment]:
    """Return the lines from a place on, without their ends."""
    found: list[Segment] = []
    for mark in _LINE.finditer(text, begin):
        found.append((begin, mark.start()))
        begin = mark.end()
    found.append((begin, len(text)))
    return found


class _Tokens:
    """The parts that the tokens of the parser stand for."""

    def __init__(self, text: str, lines: Sequence[Segment]) -> None:
        """`lines` are those that the parser saw, by number."""
        self._text = text
        self._lines = lines
        self._depth = 0
        self._quoted = 0
        self._fresh = False

    def parts(self, tokens: Sequence[Token]) -> Iterator[Part]:
        """Yield the parts in the order of the text."""
        number = 0
        while number < len(tokens):
            token = tokens[number]
            self._enter(token)
            if token.type == "table_open":
                end = next(at for at in range(number, len(tokens)) if tokens[at].type == "table_close")
                yield from self._table(tokens[number:end])
                number = end
            elif token.type == "heading_open":
                yield from self._heading(token, tokens[number + 1])
            elif token.type == "paragraph_open":
                yield from self._paragraph(tokens[number + 1])
            elif token.map and token.type in {"fence", "html_block"}:
                yield from self._verbatim(token, token.map)
            number += 1

    def _enter(self, token: Token) -> None:
        """Note how deep a token stands in lists and quotations."""
        if token.type in {"bullet_list_open", "ordered_list_open", "bullet_list_close", "ordered_list_close"}:
            self._depth += token.nesting
        elif token.type in {"blockquote_open", "blockquote_close"}:
            self._quoted += token.nesting
        elif token.type == "list_item_open":
            self._fresh = True

    def _heading(self, token: Token, inline: Token) -> Iterator[Part]:
        """Yield a heading; a paragraph where a rule under some lines only looks like one."""
        segments = self._segments(inline)
        level = int(token.tag[1])
        underlined = token.markup in {"=", "-"}
        long = len(segments) > 1 or len(inline.content) > _LONGEST_UNDERLINED or inline.content.endswith(".")
        if segments and underlined and long:
            yield Part("paragraph", segments)
        elif segments:
            yield Part("heading", segments, level=level)

    def _paragraph(self, inline: Token) -> Iterator[Part]:
        """Yield a paragraph, an item, or a quotation."""
        segments = self._segments(inline)
        if not segments or _DEFINITION.match(inline.content):
            return
        if self._depth:
            inside, self._fresh = not self._fresh, False
            yield Part("item", segments, level=self._depth, inside=inside)
        else:
            unspaced = _UNSPACED.match(inline.content)
            if unspaced is not None:
                (begin, end), *rest = segments
                yield Part("heading", ((begin + unspaced.end(), end),), level=unspaced.end())
                segments = tuple(rest)
            if segments:
                yield Part("quote" if self._quoted else "paragraph", segments)

    def _verbatim(self, token: Token, lines: Sequence[int]) -> Iterator[Part]:
        """Yield fenced code as code, and a block of HTML as a paragraph unless a reader does not see it."""
        segments = self._trimmed(range(lines[0], min(lines[1], len(self._lines))))
        if not segments:
            return
        if token.type == "fence":
            yield Part("code", segments)
        elif not token.content.lstrip().casefold().startswith(_HIDDEN):
            yield Part("paragraph", segments)

    def _segments(self, inline: Token) -> tuple[Segment, ...]:
        """Return where the lines of a token's content stand, without the marks of lists and quotations."""
        first, last = inline.map or (0, 0)
        contents = inline.content.split("\n")
        found: list[Segment] = []
        for number, content in zip(range(first, min(last, len(self._lines))), contents, strict=False):
            begin, end = self._lines[number]
            line = self._text[begin:end]
            # The parser puts another character in the place of a zero byte, as long as the one it replaces.
            place = line.replace("\0", "�").rfind(words) if (words := content.strip()) else -1
            if place >= 0:
                found.append((begin + place, begin + place + len(words)))
        return tuple(found)

    def _trimmed(self, numbers: range) -> tuple[Segment, ...]:
        """Return some lines that are not blank, without blanks at their ends."""
        found = ((begin, self._text[begin:end]) for begin, end in (self._lines[number] for number in numbers))
        return tuple(
            (begin + len(line) - len(line.lstrip()), begin + len(line.rstrip()))
            for begin, line in found
            if line.strip()
        )

    def _table(self, tokens: Sequence[Token]) -> Iterator[Part]:
        """Yield the cells of a table, each with the label that its column or row gives it."""
        rows = tokens[0].map or (0, 0)
        head = self._cells(rows[0])
        titles = [self._title(cell) for cell in head]
        for cell in head:
            yield Part("cell", (cell,), silent=True)
        for number in range(rows[0] + 2, min(rows[1], len(self._lines))):
            cells = self._cells(number)
            yield from row([(cell,) for cell in cells], [self._title(cell) for cell in cells], titles)

    def _title(self, cell: Segment) -> str:
        """Return what a cell says, without markup."""
        begin, end = cell
        return " ".join(marks(Run(self._text[begin:end], range(begin, end))).text.split())

    def _cells(self, number: int) -> list[Segment]:
        """Return the cells of a line of a table; a bar after a backslash does not part them."""
        begin, end = self._lines[number]
        bars = [found.start() for found in _BAR.finditer(self._text, begin, end)]
        line = self._text[begin:end]
        first = begin + len(line) - len(line.lstrip("> \t"))
        edges = [place for place in bars if place > first]
        begin = first + 1 if first in bars else first
        cells: list[Segment] = []
        for edge in [*edges, end]:
            cell = self._text[begin:edge]
            left, right = begin + len(cell) - len(cell.lstrip()), begin + len(cell.rstrip())
            if edge < end or left < right:
                cells.append((min(left, right), right))
            begin = edge + 1
        return cells


_BAR = re.compile(r"(?<!\\)\|")
_DEFINITION = re.compile(r"\[[^\]\n]{1,80}\]:\s*<?(?:https?|hxxps?|ftp|mailto)[:[]", re.IGNORECASE)
_UNSPACED = re.compile(r"#{2,6}(?=[^\W\d_])|#(?=[A-Z][^#\n]*(?:\n|\Z))")


# --- markup inside of a block -----------------------------------------------------------------------------

_ANY_MARK = re.compile(r"[\\`*_\[<~&]")
_AS_BLANK = re.compile(r"<br\s?/?>|&nbsp;|&#160;|&#xA0;", re.IGNORECASE)
_MARK = re.compile(
    r"""(?P<escape>\\[!-/:-@\[-`{-~\n])
    |(?P<code>`+)
    |(?P<comment><!--)
    |(?P<auto><(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+|[\w.+-]{1,64}@[\w.-]{1,255})>)
    |(?P<tag></?(?:a|abbr|b|big|cite|code|del|div|em|font|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|section|small|span|strike
        |strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|h[1-6]|details|summary|center)(?:\s[^<>]{0,1000})?/?>)
    |(?P<note>\[\^[\w-]{1,20}\])
    |(?P<opening>!?\[)
    |(?P<closing>\])
    |(?P<emphasis>\*+|_+|~~)
    |(?P<entity>&amp;)""",
    re.VERBOSE,
)
_TARGET = re.compile(
    r"""\(\s{0,3}(?:<[^<>\n]*+>|[^\s()<>]*+(?:\([^\s()]*+\)[^\s()]*+){0,5})(?:\s{1,3}(?:"[^"\n]*+"|'[^'\n]*+'))?\s{0,3}\)
    |\[[^\[\]\n]{0,80}\]""",
    re.VERBOSE,
)


def marks(run: Run) -> Run:
    """Leave the markup out of a run: stars, links' addresses, tags, escapes; text that is struck out too.

    A tag for a line break, and an entity for a blank, become a blank.
    """
    if _ANY_MARK.search(run.text) is None or len(run.text) > _LONGEST_MARKED:
        return run
    text = _AS_BLANK.sub(lambda found: " " * len(found[0]), run.text)
    inline = _Inline(text)
    inline.scan()
    bold = run.places[inline.bold_until] if inline.bold_until > 0 else -1
    return without(Run(text, run.places, bold), sorted(inline.cuts))


class _Inline:
    """One pass over the text of a block, which notes what to leave out."""

    def __init__(self, text: str) -> None:
        """Take the text of one block, line ends included."""
        self.cuts: list[Segment] = []
        self.bold_until = -1
        self._text = text
        self._lead = len(text) - len(text.lstrip("*_ \n"))
        self._ticks: dict[int, list[int]] | None = None
        self._no_comment_ends = False
        self._brackets: list[Segment] = []
        self._opened: dict[str, list[list[int]]] = {"*": [], "_": [], "~": []}

    def scan(self) -> None:
        """Note all cuts; takes linear time."""
        place = 0
        while found := _MARK.search(self._text, place):
            place = self._one(found)

    def _one(self, found: re.Match[str]) -> int:
        """Note one mark and return where to go on."""
        begin, end = found.span()
        match found.lastgroup:
            case "escape":
                self.cuts.append((begin, begin + 1))
            case "code":
                return self._code(begin, end)
            case "comment":
                return self._comment(begin, end)
            case "auto":
                self.cuts += [(begin, begin + 1), (end - 1, end)]
            case "tag" | "note":
                self.cuts.append((begin, end))
            case "opening":
                self._brackets.append((begin, end))
            case "closing":
                return self._link(begin, end)
            case "emphasis":
                self._emphasis(begin, end)
            case _:
                self.cuts.append((begin + 1, end))
        return end

    def _code(self, begin: int, end: int) -> int:
        """Leave out the ticks around code; ticks without a partner stay."""
        if self._ticks is None:
            self._ticks = {}
            for found in re.finditer("`+", self._text):
                self._ticks.setdefault(len(found[0]), []).append(found.start())
        partners = self._ticks.get(end - begin, [])
        at = bisect_left(partners, end)
        if at == len(partners):
            return end
        self.cuts += [(begin, end), (partners[at], partners[at] + end - begin)]
        return partners[at] + end - begin

    def _comment(self, begin: int, end: int) -> int:
        """Leave out a comment; one that does not end in this block stays."""
        last = -1 if self._no_comment_ends else self._text.find("-->", end)
        if last < 0:
            self._no_comment_ends = True
            return end
        self.cuts.append((begin, last + 3))
        return last + 3

    def _link(self, begin: int, end: int) -> int:
        """Leave out the brackets and the address of a link; brackets that are no link stay."""
        if not self._brackets:
            return end
        opening = self._brackets.pop()
        target = _TARGET.match(self._text, end)
        if target is None:
            return end
        self.cuts += [opening, (begin, target.end())]
        return target.end()

    def _emphasis(self, begin: int, end: int) -> None:
        """Leave out stars and underlines that stand in pairs around words."""
        text, char = self._text, self._text[begin]
        before = text[begin - 1] if begin else " "
        after = text[end] if end < len(text) else " "
        opens = not after.isspace() and (after.isalnum() or not before.isalnum())
        closes = not before.isspace() and (before.isalnum() or not after.isalnum())
        if char == "_":
            opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
        if closes:
            begin = self._close(char, begin, end)
        if opens and begin < end:
            self._opened[char].append([begin, end])

    def _close(self, char: str, begin: int, end: int) -> int:
        """Pair what closes here with what was opened before; return where the rest of it begins."""
        opened = self._opened[char]
        while begin < end and opened:
            first, last = opened[-1]
            width = 2 if min(end - begin, last - first) > 1 else 1
            if char == "~":
                self.cuts.append((first, end))
            self.cuts += [(last - width, last), (begin, begin + width)]
            if width > 1 and self.bold_until < 0 and first <= self._lead:
                self.bold_until = begin
            begin += width
            opened[-1][1] -= width
            if opened[-1][0] == opened[-1][1]:
                opened.pop()
        return begin
