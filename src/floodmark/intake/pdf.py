"""PDF documents with text.

`Page.text` is the text in reading order, one line of the page a line; pages are parted by a form feed. A
quote is letter for letter in that text. A word parted at a line end is joined in sentences only. The date of
creation in a PDF is when the file was made, so it is no day of publication.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

from pypdf import PdfReader, apply_configuration, get_configuration
from pypdf.errors import PyPdfError

from floodmark.intake.datelines import published_on
from floodmark.intake.decoding import whole
from floodmark.intake.outline import Part, Run, Segment, blocks, refined, without
from floodmark.intake.page import Page
from floodmark.intake.sentences import words

# What is wrong with a file is said in `Page.damaged`; the library would write it to the terminal too.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)

MOST_PAGES = 1_000
MOST_TEXT = 5_000_000
MOST_CONTENT = 10_000_000
"""Bytes of drawing instructions over all pages; more than 3,000 full pages of text hold."""
MOST_ON_PAGE = 1_000_000
"""Bytes of drawing instructions of one page; the time for a page grows faster than they do."""
MOST_STEPS = 2_000_000
"""Drawing instructions over all pages, forms drawn twice counted twice."""
_LIMITS = {
    "maximum_declared_stream_length": 20_000_000,
    "array_based_stream_maximum_output_length": MOST_CONTENT,
    "lzw_maximum_output_length": MOST_CONTENT,
    "run_length_maximum_output_length": MOST_CONTENT,
    "zlib_maximum_output_length": MOST_CONTENT,
    "zlib_maximum_recovery_input_length": 100_000,
    "brotli_maximum_output_length": MOST_CONTENT,
    "stream_decoding_work_maximum_length": 4 * MOST_CONTENT,
    "stream_parsing_work_maximum_count": MOST_STEPS,
    "page_tree_maximum_entries": 20_000,
    "page_tree_maximum_page_entries": 100_000,
    "xform_maximum_invocations_per_extraction": 500,
    "jbig2dec_binary": None,
}


class _LimitError(Exception):
    """A limit is reached."""


def read(data: bytes) -> Page:
    """Read a PDF; what is damaged, encrypted or too large is left out and said."""
    with apply_configuration(get_configuration().with_overwrites(**_LIMITS)):
        extraction = _Extraction(data)
        extraction.run()
    text = "\f".join(extraction.pages)
    if not text.strip() and not extraction.damaged:
        extraction.damaged.append("no text in the PDF; its pages may be pictures")
    parts = list(_parts(text))
    hyphened = frozenset(word.casefold() for word in _HYPHENED.findall(text))
    found = blocks(text, refined(text, parts, marked=False, narrowest=0), lambda run: _joined(run, hyphened))
    first = next((text[block.begin : block.end] for block in found if block.kind == "heading"), "")
    return Page(
        text=text,
        title=extraction.title or " ".join(first.split()),
        published_on=published_on(text[:20_000].splitlines(), text),
        stated_by="",
        media="pdf",
        blocks=found,
        damaged="; ".join(extraction.damaged),
    )


class _Extraction:
    """The text of each page, within limits on the work as a whole."""

    def __init__(self, data: bytes) -> None:
        """Take the bytes of the file."""
        self.pages: list[str] = []
        self.title = ""
        self.damaged: list[str] = []
        self._data = data
        self._steps = 0
        self._content = 0

    def run(self) -> None:
        """Read what can be read."""
        try:
            reader = PdfReader(io.BytesIO(self._data), strict=False)
            # An empty password opens files that are protected against changes only.
            if reader.is_encrypted and not reader.decrypt(""):
                self.damaged.append("the PDF is encrypted and asks for a password")
                return
            count = len(reader.pages)
        except Exception as error:  # noqa: BLE001 - the library raises errors of many kinds on damaged files
            self.damaged.append(f"the PDF cannot be opened: {_words(error)}")
            return
        self._read_pages(reader, count)
        self.title = _title(reader)

    def _read_pages(self, reader: PdfReader, count: int) -> None:
        """Read the pages one by one; one that is damaged is left out."""
        lost: list[int] = []
        if count > MOST_PAGES:
            self.damaged.append(f"{count} pages; only the first {MOST_PAGES} were read")
        for number in range(min(count, MOST_PAGES)):
            try:
                self.pages.append(self._page(reader, number))
            except _LimitError as limit:
                self.damaged.append(f"{limit}; read up to page {number} of {count}")
                break
            except Exception:  # noqa: BLE001 - the same
                lost.append(number + 1)
        if lost:
            named = ", ".join(str(number) for number in lost[:10])
            self.damaged.append(f"{len(lost)} of {count} pages could not be read: {named}")

    def _page(self, reader: PdfReader, number: int) -> str:
        """Return the text of one page.

        Raises:
            _LimitError: the work on all pages so far reached a limit.
            PyPdfError: the page is damaged or too large.
        """
        page = reader.pages[number]
        contents = page.get_contents()
        size = len(contents.get_data()) if contents is not None else 0
        if size > MOST_ON_PAGE:
            raise PyPdfError(f"more than {MOST_ON_PAGE} bytes of drawing instructions")
        self._content += size
        if self._content > MOST_CONTENT:
            raise _LimitError(f"more than {MOST_CONTENT} bytes of drawing instructions")
        text = whole(page.extract_text(visitor_operand_before=self._step)).strip("\n")
        if sum(map(len, self.pages)) + len(text) > MOST_TEXT:
            raise _LimitError(f"more than {MOST_TEXT} characters")
        return text

    def _step(self, *_: object) -> None:
        """Count one drawing instruction."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _LimitError(f"more than {MOST_STEPS} drawing instructions")


def _title(reader: PdfReader) -> str:
    """Return the title that the file gives itself; empty where there is none."""
    try:
        metadata = reader.metadata
        return " ".join(whole(metadata.title or "").split()) if metadata is not None else ""
    except Exception:  # noqa: BLE001 - a damaged title costs no more than the title
        return ""


def _words(error: Exception) -> str:
    """Return what an error of the library says, in one short line."""
    said = " ".join(str(error).split())[:120] if isinstance(error, PyPdfError) else ""
    return said or "its structure is damaged"


# --- lines to paragraphs ----------------------------------------------------------------------------------

_LINE = re.compile(r"[^\n\f\r]+")
_FULL = 0.75


def _parts(text: str) -> Iterator[Part]:
    """Yield paragraphs; they end at a blank line, and at a sentence's end well before the margin."""
    found = [segment for match in _LINE.finditer(text) if (segment := _trimmed(match))]
    width = sorted(end - begin for begin, end in found)[int(len(found) * 0.9)] if found else 0
    lines: list[Segment] = []
    for begin, end in found:
        if lines and _parted(text, lines[-1], begin, width):
            yield Part("paragraph", tuple(lines))
            lines = []
        lines.append((begin, end))
    if lines:
        yield Part("paragraph", tuple(lines))


def _trimmed(match: re.Match[str]) -> Segment | None:
    """Return a line without blanks at its ends; None where nothing is left."""
    line = match[0]
    begin, end = match.start() + len(line) - len(line.lstrip()), match.start() + len(line.rstrip())
    return (begin, end) if begin < end else None


def _parted(text: str, before: Segment, begin: int, width: int) -> bool:
    """Say whether a paragraph ends between a line and the next."""
    between = text[before[1] : begin]
    line = text[before[0] : before[1]]
    if between.count("\n") > 1 or not (
        line.endswith((".", "!", "?", ":", '"', "”")) or len(line) < width / 2
    ):
        return between.count("\n") > 1
    return len(line) < _FULL * width and not text[begin].islower()


# --- words parted at line ends ----------------------------------------------------------------------------

_HYPHENED = re.compile(r"[^\W\d_]{2,}-[^\W\d_]{2,}")
_PARTED = re.compile(r"(?<=[^\W\d_])[-\u2010\xad]\n(?=([^\W\d_]+))")
_FIRST_WORD = re.compile(r"[^\W\d_]+\Z")
# They stand before a hyphen as a rule; the hyphen stays.
_COMPOUND = words(
    """third first second two three four five six multi cross self well high low long short full half real non
    pre post anti co ex off on follow follow-up highly ever all open near large small zero cyber end data"""
)


def _joined(run: Run, hyphened: frozenset[str]) -> Run:
    """Leave out the line end inside a word, and the hyphen unless the word has one elsewhere too."""
    cuts: list[Segment] = []
    for found in _PARTED.finditer(run.text):
        first = _FIRST_WORD.search(run.text[max(0, found.start() - 40) : found.start()])
        left = first[0].casefold() if first else ""
        keeps = left in _COMPOUND or f"{left}-{found[1].casefold()}" in hyphened or not found[1].islower()
        cuts.append((found.start() + keeps, found.end()))
    return without(run, cuts)
