"""Pages for tests of rules, built from plain lines without any format reader."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from floodmark.intake.page import Block, Page, Sentence

_LABEL = re.compile(r"[^\W_][^.:]{0,59}:\**(?=\s|$)")
_LINE_END = re.compile(r"\n|$")
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bInc)[.!?][\"')*]*(?=\s+[\"'(*]*[A-Z0-9])")


def page(text: str, published_on: date | None = None, stated_by: str = "") -> Page:
    """Return a page on which each line of `text` that is not blank is one block.

    `# words` is a heading (1 to 6 marks), `- words` an item (two blanks before it are one level more),
    anything else a paragraph. An item or paragraph that begins with `words:` has a label. Stars and
    surplus blanks are markup: they stand in `Page.text` and not in a sentence.
    """
    blocks: list[Block] = []
    headings: list[tuple[int, str]] = []
    begin = 0
    while begin < len(text):
        end = _end_of_line(text, begin)
        if text[begin:end].strip():
            block = _block(text, begin, end, tuple(title for _, title in headings))
            blocks.append(block)
            if block.kind == "heading":
                headings = [each for each in headings if each[0] < block.level]
                headings.append((block.level, text[block.begin : block.end].strip("# *")))
                blocks[-1] = replace(block, headings=tuple(title for _, title in headings[:-1]))
        begin = end + 1
    title = next((text[each.begin : each.end].strip("# *") for each in blocks if each.kind == "heading"), "")
    return Page(
        text=text,
        title=title,
        published_on=published_on,
        stated_by=stated_by,
        media="markdown",
        blocks=tuple(blocks),
    )


def _end_of_line(text: str, begin: int) -> int:
    found = _LINE_END.search(text, begin)
    assert found is not None
    return found.start()


def _block(text: str, begin: int, end: int, headings: tuple[str, ...]) -> Block:
    """Return the block of one line that is not blank."""
    line = text[begin:end]
    indent = len(line) - len(line.lstrip())
    begin, end = begin + indent, begin + len(line.rstrip())
    if heading := re.match(r"(#{1,6}) ", text[begin:end]):
        return Block("heading", begin, end, len(heading[1]), headings, "", ())
    item = text.startswith("- ", begin)
    inner = begin + 2 if item else begin
    stars = len(text[inner:end]) - len(text[inner:end].lstrip("* "))
    label = _LABEL.match(text, inner + stars, end)
    block = Block(
        kind="item" if item else "paragraph",
        begin=begin,
        end=end,
        level=1 + indent // 2 if item else 0,
        headings=headings,
        label=" ".join(label[0].replace("*", "").rstrip(":").split()) if label else "",
        sentences=(),
    )
    found = _sentences(text, label.end() if label else inner, end, block)
    # A sentence names its block and a block its sentences; a frozen value cannot say that at birth.
    object.__setattr__(block, "sentences", found)
    return block


def _sentences(text: str, begin: int, end: int, block: Block) -> tuple[Sentence, ...]:
    """Return the sentences of a piece of text."""
    cuts = [begin, *(found.end() for found in _SENTENCE_END.finditer(text, begin, end)), end]
    pieces = [_sentence(text, first, last, block) for first, last in pairwise(cuts)]
    return tuple(piece for piece in pieces if piece.text)


def _sentence(text: str, begin: int, end: int, block: Block) -> Sentence:
    """Return one sentence: stars are left out, a run of blanks is one blank, none at its ends."""
    places: list[int] = []
    for place in range(begin, end):
        surplus = text[place].isspace() and (not places or text[places[-1]].isspace())
        if text[place] != "*" and not surplus:
            places.append(place)
    while places and text[places[-1]].isspace():
        places.pop()
    plain = "".join(" " if text[place].isspace() else text[place] for place in places)
    return Sentence(plain, tuple(places), block)
