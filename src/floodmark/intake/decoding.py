"""Bytes to text: which encoding, and what could not be decoded."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Enough to tell an encoding; the library takes seconds for megabytes.
_SAMPLE = 40_000
_LEAST_WIDE = 4
# Charsets that are no text encodings of a page, or that can name arbitrary transformations.
_REFUSED = frozenset({"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})


def decode(data: bytes, stated: str = "") -> tuple[str, str]:
    """Return the text of `data` and, in words, what was wrong with it; else an empty string.

    In this order: a byte order mark, strict UTF-8, the `stated` charset, the best guess, cp1252. A line
    end stays as it is. Never raises; the text holds no lone surrogate.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _forced(data[len(mark) :], encoding)
    if (wide := _wide(data)) is not None:
        return _forced(data, wide)
    for encoding in ("utf-8", stated):
        text = _strict(data, encoding)
        if text is not None:
            return whole(text), ""
    if (text := _cut(data)) is not None:
        return text, "the text ends inside a character"
    guessed = _guess(data[:_SAMPLE])
    text = _strict(data, guessed)
    return (whole(text), "") if text is not None else _forced(data, guessed or "cp1252")


def whole(text: str) -> str:
    """Return `text` with each lone surrogate replaced, so that it can be written as UTF-8."""
    return _SURROGATE.sub("�", text)


def _wide(data: bytes) -> str | None:
    """Return the two-byte encoding of data without a mark; every second byte of Latin text is zero in it."""
    sample = data[:2000]
    half = len(sample) // 2
    if half < _LEAST_WIDE or sample.count(0) * 5 < half * 4:
        return None
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd * 5 >= half * 4 and not even:
        return "utf-16-le"
    return "utf-16-be" if even * 5 >= half * 4 and not odd else None


def _strict(data: bytes, encoding: str) -> str | None:
    """Return `data` decoded, or None where there is no such text encoding or it does not fit."""
    try:
        known = codecs.lookup(encoding).name if encoding else ""
        if not known or known in _REFUSED:
            return None
        # The byte order mark of a stated encoding is not part of the text.
        return data.decode(known).removeprefix("\ufeff")
    except (LookupError, ValueError):
        return None


def _cut(data: bytes) -> str | None:
    """Return UTF-8 text whose last character is incomplete, without it; None where more is wrong."""
    for surplus in (1, 2, 3):
        if len(data) > surplus and data[-surplus] >= 0xC0:  # noqa: PLR2004 - the first byte of a character
            return _strict(data[:-surplus], "utf-8")
    return None


def _guess(sample: bytes) -> str:
    """Return the encoding that fits the sample best, or nothing."""
    found = from_bytes(sample).best()
    return found.encoding if found is not None else ""


def _forced(data: bytes, encoding: str) -> tuple[str, str]:
    """Return `data` decoded whatever it holds, and how many places could not be."""
    text = data.decode(encoding, errors="replace")
    lost = text.count("�")
    return whole(text), f"{lost} places could not be decoded as {encoding}" if lost else ""
