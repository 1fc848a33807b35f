"""From the parts of a document to its blocks: headings above, labels, lead-ins, sentences.

A format reader gives parts: pieces of the text in order, each with the kind that its markup shows. Two
steps follow, the same for every format:

1. `refined`: reports are written in many styles, so one paragraph of a reader may hold a heading in bold,
   lines of the form `label: value`, and items with marks that are no Markdown. It is cut into these.
2. `blocks`: each part learns the headings above it and its label, and its text is cut into sentences.

A lead-in is a text that ends with a colon, such as `The following was not accessed:`. What it says
holds for the items after it, so it stands among their headings.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from floodmark.intake.datelines import is_only_day
from floodmark.intake.page import Block, BlockKind, Sentence
from floodmark.intake.sentences import split, words

Segment = tuple[int, int]
"""A piece of one line of the page's text, without blanks at its ends."""


@dataclass(frozen=True)
class Run:
    """Text with the place of each of its characters in the page's text, ascending."""

    text: str
    places: Sequence[int]
    bold_until: int = -1
    """Where the run begins in bold, the place at which that ends; else -1."""


Marks = Callable[[Run], Run]
"""Leaves the markup of a format out of a run."""


@dataclass(frozen=True)
class Part:
    """A piece of a document with what its markup shows."""

    kind: BlockKind
    segments: tuple[Segment, ...]
    level: int = 0
    label: str = ""
    context: tuple[str, ...] = ()
    """Headings of its own, such as the head of a table's column."""
    silent: bool = False
    """It announces something and says nothing: the head of a column, for example."""
    inside: bool = False
    """A further paragraph of the item before it."""
    brief: bool = False
    """A heading that ends where its list ends."""


# --- text with places -------------------------------------------------------------------------------------

_SURPLUS = re.compile(r"\s\s+")
_BLANK = re.compile(r"\s")
# A reader does not see them, and a word with one inside is still that word.
_UNSEEN = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1b\x7f]+")


def run_of(text: str, segments: Sequence[Segment], marks: Marks | None) -> Run:
    """Return the visible text of `segments`, line ends and each run of blanks as one blank."""
    first, last = segments[0][0], segments[-1][1]
    whole = "\n".join([text[begin:end] for begin, end in segments])
    if whole == text[first:last]:
        run = Run(whole, range(first, last))
    else:
        places = array("I")
        for begin, end in segments:
            places.extend(range(begin, end + 1))
        run = Run(whole, places[:-1])
    if marks is not None:
        run = marks(run)
    return _tidy(run)


def without(run: Run, cuts: Sequence[Segment]) -> Run:
    """Return a run without some pieces of it, given in order; `bold_until` stays a place of the page."""
    if not cuts:
        return run
    kept: list[str] = []
    places = array("I")
    begin = 0
    for first, last in [*cuts, (len(run.text), len(run.text))]:
        if begin < first:
            kept.append(run.text[begin:first])
            places.extend(run.places[begin:first])
        begin = max(begin, last)
    return Run("".join(kept), places, run.bold_until)


def _tidy(run: Run) -> Run:
    """Return a run without characters that nobody sees, blanks at its ends, and surplus blanks."""
    if not run.text.isprintable() and _UNSEEN.search(run.text):
        run = without(run, [found.span() for found in _UNSEEN.finditer(run.text)])
    if "  " in run.text or not run.text.isprintable():
        run = without(run, [(found.start() + 1, found.end()) for found in _SURPLUS.finditer(run.text)])
        run = Run(_BLANK.sub(" ", run.text), run.places, run.bold_until)
    begin = len(run.text) - len(run.text.lstrip())
    return _piece(run, begin, len(run.text.rstrip()))


def _piece(run: Run, begin: int, end: int) -> Run:
    """Return `run[begin:end]`."""
    if begin == 0 and end == len(run.text):
        return run
    return Run(run.text[begin:end], run.places[begin:end], run.bold_until)


# --- what a line is, by its words -------------------------------------------------------------------------

_MARKUP = re.compile(r"[*_`]+")
_BOLD_LINE = re.compile(r"(?:\*\*|__)(?![\s*_])[^*_\n]{1,100}(?:\*\*|__)\s*:?")
_BOLD_LABEL = re.compile(r"(?:\*\*|__)(?![\s*_])[^*_\n]{1,100}(?::(?:\*\*|__)|(?:\*\*|__)\s?:)(?=\s|$)")
_LABEL = re.compile(r"[^\W_][^:.!?;\"“”\n]{0,69}:(?=\s|$)")
# Ticks and crosses are no bullets: a cross says that something is not so.
_BULLET = re.compile(
    r"([•◦▪▫●○■□‣\u2043∙·➢➤►▶]|[-*+\u2013\u2014](?=\s)|\(?[0-9]{1,3}[.)](?=\s)|\(?[a-hivx]{1,4}\)(?=\s))\s*"
)
_WORD = re.compile(r"[^\s/]+")
# A label announces a value. A phrase with one of these speaks in a sentence: `Police said: ...`.
_SPEAKS = words(
    """said says say saying told tells added adds wrote writes warned warns confirmed confirms stated states
    announced announces admitted admits claimed claims explained noted notes reported reports revealed asked
    replied advised insisted stressed continued is are was were be been has have had do does did will would
    can could may might should must include includes included including contain contains contained following
    follows follow as such not no never that which who we i they he she it"""
)
_QUESTION = words("""what how when where who why which""")
_SMALL = words("""a an the of and or in on at to for from by with as vs via & - / |""") | {"\u2013"}
_SENTENCE_END = (".", "!", "?", ";", ",", ":", "…", "...", '."', ".”", ".)", ".*", "._")
_LONGEST_TITLE = 80
_MOST_WORDS = 9


def _announces(words: str, most: int) -> bool:
    """Say whether words before a colon announce what follows, as a label or a heading does."""
    found = _WORD.findall(words.casefold())
    if not 0 < len(found) <= most or not (words[0].isupper() or words[0].isdigit()):
        return False
    return found[0] in _QUESTION or not any(word.strip("(),'’") in _SPEAKS for word in found)  # noqa: RUF001 - apostrophe


def _is_title(line: str) -> bool:
    """Say whether a line without markup is a short phrase in title case: `Analysis Summary`."""
    words = line.split()
    if not 0 < len(words) <= _MOST_WORDS or len(line) > _LONGEST_TITLE or line.endswith(_SENTENCE_END):
        return False
    if words[0].casefold() == "by" or is_only_day(line) or any(word.casefold() in _SPEAKS for word in words):
        return False
    return words[0][0].isupper() and all(
        word[0].isupper() or not word[0].isalpha() or word.casefold() in _SMALL for word in words
    )


def _is_question(line: str) -> bool:
    """Say whether a line is a heading in the form of a question: `What happened?`."""
    words = line.split()
    return len(line) <= _LONGEST_TITLE and line.endswith("?") and words[0].casefold() in _QUESTION


# A row of this kind denies what its first cell names, which must not stand there as if it were said.
_DENIES = re.compile(r"\W*(?:(?:no|not|none|never|false|unaffected|safe|secure)\b|[✗✘❌✖])", re.IGNORECASE)
_TWO = 2


def row(cells: Sequence[tuple[Segment, ...]], said: Sequence[str], heads: Sequence[str]) -> Iterator[Part]:
    """Yield the cells of a row of a table below its head.

    Args:
        cells: where they stand.
        said: the text of each, without markup.
        heads: the texts of the head of the table, by column; none where it has none. Where their number
            is another than that of the cells, it is not told which head is whose, so none counts.
    """
    titles = [*heads] if len(heads) == len(cells) else [""] * len(cells)
    if len(cells) == _TWO:
        yield Part("cell", cells[0], silent=True)
        yield Part("cell", cells[1], label=said[0].rstrip(": "), context=(titles[1],))
        return
    denied = any(_DENIES.match(words) for words in said[1:])
    for column, cell in enumerate(cells):
        context = (said[0],) if column else ()
        yield Part("cell", cell, label=titles[column], context=context, silent=denied and not column)


def _is_headed(line: str) -> bool:
    """Say whether a line looks like something below a heading: text, an item, a labelled value, a day."""
    said = len(line.split()) > _MOST_WORDS - 3 or line.endswith(".") or bool(_BULLET.match(line))
    return said or bool(_plain_label(line)) or is_only_day(line)


NARROWEST = 60
"""Room for characters on a line of a text that is wrapped by hand or by an editor, at least."""

# --- first step: paragraphs are cut into what their lines are ---------------------------------------------


def refined(text: str, parts: Sequence[Part], *, marked: bool, narrowest: int) -> list[Part]:
    """Return the parts with paragraphs cut where their lines show a heading, a label or an item.

    Args:
        text: the page's text.
        parts: in the order of the text.
        marked: whether stars stand for bold type.
        narrowest: where lines end because the next word has no room, they have room for so many characters.
    """
    lines = [text[begin:end] for part in parts if part.kind == "paragraph" for begin, end in part.segments]
    width = max([narrowest, *(len(line) for line in lines if " " in line)])
    found: list[Part] = []
    for number, part in enumerate(parts):
        follower = parts[number + 1] if number + 1 < len(parts) else None
        if part.kind == "paragraph":
            found += _Lines(text, part, follower, width=width, marked=marked).parts()
        elif part.kind == "item" and len(part.segments) > 1 and marked:
            found += _labelled_lines(text, part)
        else:
            found.append(part)
    return found


def _labelled_lines(text: str, part: Part) -> list[Part]:
    """Return an item cut before each line that begins with a label in bold."""
    groups: list[list[Segment]] = [[]]
    for begin, end in part.segments:
        if groups[-1] and _BOLD_LABEL.match(text, begin, end):
            groups.append([])
        groups[-1].append((begin, end))
    return [_with(part, tuple(group)) for group in groups]


def _with(part: Part, segments: tuple[Segment, ...]) -> Part:
    """Return a part with other segments."""
    return part if part.segments == segments else replace(part, segments=segments)


class _Lines:
    """The lines of one paragraph, and what each of them is."""

    def __init__(self, text: str, part: Part, follower: Part | None, *, width: int, marked: bool) -> None:
        """See `refined`; `width` is the length of the longest line of any paragraph."""
        self._text = text
        self._part = part
        self._follower = follower
        self._width = width
        self._marked = marked
        self._raw = [text[begin:end] for begin, end in part.segments]
        self._plain = [_MARKUP.sub("", line).strip() if marked else line for line in self._raw]
        self._found: list[Part] = []
        self._gathered: list[list[Segment]] = []
        self._list_begins = self._last_list()
        self._is_listing = False

    def parts(self) -> list[Part]:
        """Return the parts of the paragraph, in order."""
        for number, segment in enumerate(self._part.segments):
            part = self._special(number) or self._listed(number)
            if part is None and self._joins(number):
                self._gathered[-1].append(segment)
                continue
            part = part or _with(self._part, (segment,))
            self._found.append(part)
            self._gathered.append([*part.segments])
        pairs = zip(self._found, self._gathered, strict=True)
        return [_with(part, tuple(gathered)) for part, gathered in pairs]

    def _special(self, number: int) -> Part | None:
        """Return the line as a heading, an item or the beginning of a labelled paragraph; else None."""
        raw, plain, segment = self._raw[number], self._plain[number], self._part.segments[number]
        if not plain:
            return None
        meant = self._break_is_meant(number)
        if meant and not self._part.inside and self._is_heading(number):
            brief = plain.endswith(":") and self._is_before_list(number)
            return Part("heading", (segment,), brief=brief)
        if meant and (bullet := _BULLET.match(plain)) and bullet.end() < len(plain):
            return self._item(segment, raw)
        if (self._marked and _BOLD_LABEL.match(raw)) or (meant and number and _plain_label(plain)):
            return _with(self._part, (segment,))
        return None

    def _item(self, segment: Segment, raw: str) -> Part | None:
        """Return a line with a bullet as an item; its depth is that of its indent."""
        begin, end = segment
        bullet = _BULLET.match(raw)
        if bullet is None:
            return None
        line = self._text.rfind("\n", 0, begin) + 1
        indent = len(self._text[line:begin].expandtabs(4))
        return Part("item", ((begin + bullet.end(), end),), level=1 + min(indent // 2, 8))

    def _listed(self, number: int) -> Part | None:
        """Return a short line as an item where a lead-in without bullets stands before it; else None."""
        if number < max(self._list_begins, 1) or self._part.inside:
            return None
        if self._plain[number - 1].endswith(":") and number + 1 < len(self._plain):
            self._is_listing = True
        return Part("item", (self._part.segments[number],), level=1) if self._is_listing else None

    def _last_list(self) -> int:
        """Return the first of the last lines that are all short phrases, as in a list without bullets."""
        begin = len(self._plain)
        for number, line in reversed([*enumerate(self._plain)]):
            short = 0 < len(line) <= _LONGEST_TITLE and line[0].isupper() and not line.endswith((",", ":"))
            told = ". " in line or (line.endswith(".") and number + 1 < len(self._plain))
            if not short or told or not self._break_is_meant(number):
                break
            begin = number
        return begin

    def _joins(self, number: int) -> bool:
        """Say whether a line belongs to the part before it."""
        if not self._found or self._found[-1].kind == "heading":
            return False
        if self._found[-1].kind != "paragraph" or not self._break_is_meant(number):
            return True
        previous, plain = self._plain[number - 1], self._plain[number]
        if is_only_day(previous) or is_only_day(plain):
            return False
        unwrapped = self._width >= 2 * _LONGEST_TITLE and len(previous) > _LONGEST_TITLE
        labelled = len(self._gathered[-1]) == 1 and _plain_label(previous) > 0
        return not (plain[:1].isupper() and (unwrapped or labelled))

    def _break_is_meant(self, number: int) -> bool:
        """Say whether the line break before a line is no mere wrapping: its first word had room before it."""
        if number == 0:
            return True
        first = self._raw[number].split(" ", 1)[0]
        return len(self._raw[number - 1]) + 1 + len(first) <= self._width

    def _is_heading(self, number: int) -> bool:
        """Say whether a line stands for a heading."""
        raw, plain = self._raw[number], self._plain[number]
        last = number + 1 == len(self._raw)
        if not last and not self._break_is_meant(number + 1):
            return False
        if self._marked and _BOLD_LINE.fullmatch(raw):
            return not plain.endswith((".", "!", ";", ",")) and len(plain.split()) <= 14  # noqa: PLR2004
        if self._marked and _BOLD_LABEL.match(raw):
            return False  # `**Country:** United Kingdom`: a value in title case is no heading
        if plain.endswith(":"):
            return (
                _announces(plain[:-1], 6)
                and not _BULLET.match(plain)
                and (not last or self._follower is not None)
            )
        alone = number == 0 and (last or self._plain[1][:1].isupper())
        return (_is_title(plain) or (alone and self._is_plain_heading(plain))) and self._heads(number)

    def _is_plain_heading(self, plain: str) -> bool:
        """Say whether a line that stands alone is a heading though it has no title case."""
        if self._marked or plain.casefold().startswith("by "):
            return _is_question(plain)
        return _is_question(plain) or (_announces(plain, 6) and not plain.endswith(_SENTENCE_END))

    def _heads(self, number: int) -> bool:
        """Say whether something that a heading may stand above follows a line."""
        if number + 1 < len(self._raw):
            return _is_headed(self._plain[number + 1])
        follower = self._follower
        if follower is None or self._part.inside:
            return False
        if follower.kind != "paragraph":
            return follower.kind in {"item", "cell"} or (number > 0 and follower.kind == "heading")
        begin, end = follower.segments[0]
        return _is_headed(self._text[begin:end]) or self._text[begin:end].endswith(":")

    def _is_before_list(self, number: int) -> bool:
        """Say whether items follow a line."""
        if number + 1 < len(self._raw):
            return bool(_BULLET.match(self._plain[number + 1]))
        follower = self._follower
        if follower is None or follower.kind != "paragraph":
            return follower is not None and follower.kind == "item"
        begin, end = follower.segments[0]
        return bool(_BULLET.match(self._text, begin, end))


def _plain_label(text: str) -> int:
    """Return where the colon of a label at the beginning of a text without markup stands; else 0."""
    found = _LABEL.match(text)
    return found.end() - 1 if found and _announces(found[0][:-1], 8) else 0


# --- second step: headings, labels, sentences -------------------------------------------------------------


@dataclass
class _Lead:
    """A label or lead-in that holds for items after it."""

    depth: int
    titles: tuple[str, ...]
    same: bool
    """Whether it holds for items of its own depth too."""
    nested: bool = False
    """Whether deeper items followed it, so that the next one of its depth is not its own."""


@dataclass
class _Above:
    """What stands above the next part."""

    headings: list[tuple[int, str, bool]] = field(default_factory=list[tuple[int, str, bool]])
    leads: list[_Lead] = field(default_factory=list[_Lead])
    real: int = 0
    """The level of the last heading that has one of its own."""
    listed: bool = False
    """Whether items followed the innermost heading."""

    def titles(self) -> tuple[str, ...]:
        """Return the headings and lead-ins, outermost first."""
        above = tuple(title for _, title, _ in self.headings)
        return above + tuple(title for lead in self.leads for title in lead.titles)


def blocks(text: str, parts: Sequence[Part], marks: Marks | None = None) -> tuple[Block, ...]:
    """Return the blocks of refined parts, in the order of the text; a part without visible text is none."""
    above = _Above()
    found: list[Block] = []
    for part in parts:
        run = run_of(text, part.segments, marks) if part.kind != "code" else Run("", ())
        if run.text or part.kind == "code":
            found.append(_block(part, run, above))
    return tuple(found)


def _block(part: Part, run: Run, above: _Above) -> Block:
    """Return the block of one part, and note what it means for the parts after it."""
    span = part.segments[0][0], part.segments[-1][1]
    if part.kind == "heading":
        return _heading(part, run, above, span)
    label, value = _labelled(part, run)
    if part.kind == "item":
        _close(above, part, label, run.text)
    elif part.kind != "code":
        _leave(above)
    headings = (*above.titles(), *(title for title in part.context if title))
    block = Block(part.kind, *span, part.level, headings, label, ())
    if part.kind != "code" and not part.silent:
        # A block knows its sentences and they know it, so one of the two must come first without the other.
        object.__setattr__(block, "sentences", tuple(_sentences(value, block)))
    _open(above, part, label, value)
    return block


def _heading(part: Part, run: Run, above: _Above, span: Segment) -> Block:
    """Return the block of a heading, which closes those of its level and below."""
    above.leads.clear()
    above.listed = False
    if part.level:
        above.real = part.level
    level = part.level or min(above.real + 1, 6)
    while above.headings and above.headings[-1][0] >= level:
        above.headings.pop()
    block = Block("heading", *span, level, above.titles(), "", ())
    above.headings.append((level, run.text.rstrip(": "), part.brief))
    return block


def _labelled(part: Part, run: Run) -> tuple[str, Run]:
    """Return the label of a part and its value, which is all of it where there is no label."""
    if part.label or part.kind in {"code", "cell"}:
        return part.label, run
    bold = bisect_left(run.places, run.bold_until) if run.bold_until > 0 else 0
    label = run.text[:bold]
    rest = run.text[bold:].lstrip()
    if label.endswith(":") or (label and rest.startswith(":")):
        end = bold if label.endswith(":") else run.text.index(":", bold) + 1
        return label.rstrip(": "), _tidy(_piece(run, end, len(run.text)))
    colon = _plain_label(run.text)
    if colon == 0:
        return "", run
    return run.text[:colon].strip(), _tidy(_piece(run, colon + 1, len(run.text)))


def _close(above: _Above, item: Part, label: str, text: str) -> None:
    """Drop the lead-ins that do not hold for an item."""
    above.listed = True
    depth = item.level + 1 if item.inside else item.level
    while above.leads and above.leads[-1].depth > depth:
        above.leads.pop()
    ends = bool(label) or text.endswith(":")
    if (
        above.leads
        and above.leads[-1].depth == depth
        and (ends or above.leads[-1].nested or not above.leads[-1].same)
    ):
        above.leads.pop()
    if above.leads and above.leads[-1].depth < depth and above.leads[-1].depth > 0:
        above.leads[-1].nested = True


def _leave(above: _Above) -> None:
    """Drop what holds for a list only, since something else follows."""
    above.leads.clear()
    if above.listed and above.headings and above.headings[-1][2]:
        above.headings.pop()
    above.listed = False


def _open(above: _Above, part: Part, label: str, value: Run) -> None:
    """Note a label or lead-in that holds for the items after this part."""
    if part.kind not in {"paragraph", "item", "quote"} or part.inside:
        return
    leads_in = value.text.endswith(":")
    empty = not value.text
    if part.kind != "item" and not (leads_in or (label and empty)):
        return
    if not label and not leads_in and not (value.bold_until > 0 and value.bold_until > value.places[-1]):
        return
    said = _last_sentence(value.text).rstrip(": ") if leads_in else ""
    whole = value.text if not label and not leads_in else ""
    titles = tuple(title for title in (said, whole, label) if title)
    depth = part.level if part.kind == "item" else 0
    above.leads.append(_Lead(depth, titles, same=leads_in or empty))


def _last_sentence(text: str) -> str:
    """Return the last sentence of a text."""
    spans = split(text)
    return text[slice(*spans[-1])] if spans else ""


def _sentences(run: Run, block: Block) -> Iterator[Sentence]:
    """Yield the sentences of a run."""
    for begin, end in split(run.text):
        yield Sentence(run.text[begin:end], run.places[begin:end], block)
