"""The door to documents: any bytes in, a page out.

Which format a document has is told by its content first and by its name second. Nothing that a document
holds is executed, followed or loaded, and none is rejected: what cannot be read is said in `Page.damaged`.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

from floodmark.intake import html, mail, markdown, pdf, plain_text
from floodmark.intake.decoding import decode
from floodmark.intake.page import Media, Page

MOST_BYTES = 20_000_000
"""Of a longer document only so many bytes are read, and that is said."""

_HEAD = 4_096
_TEXT_HEAD = 200_000

_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive, such as a Word document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\0", "a database"),
)


@contextmanager
def no_collection() -> Generator[None]:
    """Pause the search for cyclic garbage.

    A page and its claims are millions of small objects that all stay. Looking through them again and again
    took half of the time for 1 MB and nine tenths for 10 MB.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@no_collection()
def read(data: bytes, name: str) -> Page:
    """Return the document as a page; never raises on any bytes or name.

    Args:
        data: the bytes of the file; up to `MOST_BYTES` are read.
        name: the name of the file, only its ending counts; may be empty.
    """
    cut = len(data) > MOST_BYTES
    data = data[:MOST_BYTES]
    media = recognise(data, name)
    try:
        page = _read(data, media)
    except Exception as error:  # noqa: BLE001 - documents are damaged in more ways than libraries foresee
        page = _last_resort(data, media, error)
    if cut:
        said = f"longer than {MOST_BYTES} bytes; read up to there"
        page = replace(page, damaged="; ".join(filter(None, (said, page.damaged))))
    return page


def _read(data: bytes, media: Media) -> Page:
    """Return the page of a document whose format is known."""
    if media == "pdf":
        return pdf.read(data)
    if foreign := _foreign(data):
        return Page(
            "", "", None, "", media, (), damaged=f"{foreign}, expected Markdown, text, HTML, PDF or e-mail"
        )
    if media == "email":
        return mail.read(data, has_marks)
    text, damaged = decode(data, _stated_charset(data) if media == "html" else "")
    readers: dict[Media, Callable[[str], Page]] = {"html": html.read, "markdown": markdown.read}
    page = readers.get(media, plain_text.read)(text)
    return replace(page, damaged="; ".join(filter(None, (damaged, page.damaged))))


def _last_resort(data: bytes, media: Media, error: Exception) -> Page:
    """Return the document as lines of text where its format could not be read."""
    damaged = f"cannot be read as {media} ({type(error).__name__})"
    text = "" if media == "pdf" else decode(data)[0]
    try:
        page = plain_text.read(text)
    except Exception:  # noqa: BLE001 - then its text is kept without structure
        page = Page(text, "", None, "", media, ())
    return replace(page, media=media, damaged=damaged)


# --- which format -----------------------------------------------------------------------------------------

_PAGE_BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]{0,200}>\s*+)?(?:<!--[^>]{0,1000}-->\s*+){0,3}"
    rb"<(?:!doctype\s+html|html|head|body|article|section|main|div|table|h[1-6]|p|ul|ol|title|meta)\b",
    re.IGNORECASE,
)
_CLOSING_TAG = re.compile(
    rb"</(?:p|div|h[1-6]|li|ul|ol|table|tr|td|body|html|article|section)\s*>", re.IGNORECASE
)
_HEADER = re.compile(rb"([!-9;-~]{1,76}):(?=[ \t\r\n])[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+(?:\r?\n|\Z)")
_MBOX = re.compile(rb"From \S+ [^\r\n]{5,60}\r?\n")
_SENT = frozenset(
    {b"date", b"to", b"subject", b"received", b"message-id", b"mime-version", b"return-path", b"delivered-to"}
)
_CHARSET = re.compile(rb"<meta\s[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_MARKS = re.compile(
    r"""^\#{1,6}[ \t]+\S
    |^[ ]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t]+\S
    |^[^\s\n][^\n]{0,120}\r?\n(?:={3,}|-{3,})[ \t]*\r?$
    |(?:\*\*|__)[^\s*_][^*_\n]{0,200}(?:\*\*|__)
    |(?<![\w*])[*][^\s*][^*\n]{0,80}[*](?![\w*])
    |\[[^\]\n]{1,200}\]\(\S
    |^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*\|
    |^(?:```|~~~)
    |^>[ ]?\S""",
    re.MULTILINE | re.VERBOSE,
)
_ENDINGS: dict[str, Media] = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".htm": "html", ".html": "html",
    ".xhtml": "html", ".pdf": "pdf", ".eml": "email",
}  # fmt: skip


def recognise(data: bytes, name: str) -> Media:
    """Return the format of a document, by its content, else by the ending of its name."""
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if _is_mail(data[:_TEXT_HEAD]):
        return "email"
    narrow = (
        head
        if b"\0" not in head
        else head.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    )
    if _PAGE_BEGINS.match(narrow):
        return "html"
    stated = _ENDINGS.get("." + name.rpartition(".")[2].casefold())
    if stated == "html" and _CLOSING_TAG.search(data):
        return "html"
    if stated == "markdown" or has_marks(decode(data[:_TEXT_HEAD])[0]):
        return "markdown"
    return "text"


def has_marks(text: str) -> bool:
    """Say whether a text has any sign of Markdown, front matter included."""
    return markdown.front_matter(text).end > 0 or _MARKS.search(text) is not None


def _is_mail(data: bytes) -> bool:
    """Say whether a document begins with the head of a mail: who sent it, and one more line of a mail."""
    opening = _MBOX.match(data)
    place = opening.end() if opening else 0
    names: set[bytes] = set()
    for _ in range(300):
        found = _HEADER.match(data, place)
        if found is None:
            break
        names.add(found[1].lower())
        place = found.end()
    ended = place >= len(data) or data[place : place + 1] in {b"\r", b"\n"}
    return ended and b"from" in names and bool(names & _SENT)


def _stated_charset(data: bytes) -> str:
    """Return the charset that an HTML page states; empty where it states none."""
    found = _CHARSET.search(data[:_HEAD])
    return found[1].decode("ascii", errors="ignore") if found else ""


def _foreign(data: bytes) -> str:
    """Return what a document is that is no text; empty where it may be one."""
    for mark, what in _FOREIGN:
        if data.startswith(mark):
            return what
    sample = data[:_HEAD]
    odd = sum(sample.count(byte) for byte in [*range(1, 8), *range(14, 27), *range(28, 32)])
    return "binary data" if odd * 10 > len(sample) else ""
