"""A published report as text with structure: blocks, sentences, and where each stands in the text.

Every quote is a piece of `Page.text`, letter for letter. Rules work on `Sentence.text`, where markup is
left out; `Sentence.span` leads back to the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from floodmark.models import ClaimPrecision, Confidence, Modality, Polarity

BlockKind = Literal["heading", "paragraph", "item", "cell", "quote", "code"]
Media = Literal["markdown", "text", "html", "pdf", "email"]


@dataclass(frozen=True)
class Sentence:
    """One sentence of a block, without markup."""

    text: str
    """What a reader sees; markup is left out, each run of blanks and line ends is one blank."""
    places: Sequence[int] = field(hash=False, repr=False)
    """The place in `Page.text` of each character of `text`, ascending; a range where nothing is left out."""
    block: Block

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return where `text[begin:end]` stands in the page; markup in between is inside the span.

        Raises:
            ValueError: the piece is empty or outside the text.
        """
        if not 0 <= begin < end <= len(self.text):
            raise ValueError(f"no piece {begin}:{end} in a sentence of {len(self.text)} characters")
        return self.places[begin], self.places[end - 1] + 1


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item, table cell, quotation or piece of code."""

    kind: BlockKind
    begin: int
    end: int
    """Its span in `Page.text`."""
    level: int
    """Of a heading 1 to 6, of an item its depth from 1; else 0."""
    headings: tuple[str, ...]
    """The headings above it, outermost first, without markup; a heading is not its own."""
    label: str
    """What stands before the colon where the block is `label: value`, without markup; else empty.

    In a table: the head of the column, or the first cell of the row where the table has two columns.
    A heading of its own above one value (`Discovery date` / `Monday`) is no label."""
    sentences: tuple[Sentence, ...] = field(compare=False, repr=False)
    """Of the value where there is a label, else of the whole block; none for a heading or code."""


@dataclass(frozen=True)
class Page:
    """One document as text."""

    text: str
    title: str
    published_on: date | None
    """From the head of the mail, the page's metadata, front matter, or a dateline; else None."""
    stated_by: str
    """Who published it, from the same places; else empty."""
    media: Media
    blocks: tuple[Block, ...]
    damaged: str = ""
    """What could not be read, in words; else empty."""

    def sentences(self) -> Iterator[Sentence]:
        """Yield every sentence of every block, in the order of the text."""
        for block in self.blocks:
            yield from block.sentences


@dataclass(frozen=True)
class Draft:
    """A value that a rule read, before its quote is verified."""

    path: str
    """A path of design section 8, such as `impact.count`."""
    value: str | int | float | None
    span: tuple[int, int]
    """The quote, as a span of `Page.text`: the shortest piece that carries value and qualifiers."""
    unit: str | None = None
    precision: ClaimPrecision | None = None
    polarity: Polarity | None = None
    confidence: Confidence | None = None
    modality: Modality = "asserted"
    detail: dict[str, str] = field(default_factory=dict[str, str])
    stated_by: str = ""
    """Who says so where the sentence names somebody else than the publisher (`Qantas said`); else empty."""


@dataclass(frozen=True)
class Blank:
    """What a document itself says that it does not know: a path and the quote."""

    path: str
    span: tuple[int, int]


Rule = Callable[[Page], Iterator[Draft | Blank]]
"""One family of rules: a page in, drafts out, in the order of the text; it never raises on any text."""
