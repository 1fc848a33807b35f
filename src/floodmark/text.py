"""Text from logs made inert, for a terminal, a table or a page.

Log fields are written by attackers. What is shown keeps every character visible and none active.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_ACTIVE = frozenset("\u2028\u2029\ufeff\u061c")
# A spreadsheet runs a cell that opens with one of these; full-width twins are folded by some.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def visible(value: str, *, limit: int = 0) -> str:
    r"""Return `value` with control, bidi and zero-width characters written as escapes.

    Tab and line feed are escaped too, so that one value stays on one line. A `limit` above 0 cuts
    the result to that many characters and says how many were left out.

    >>> visible("a\x1b[31mred\u202e")
    'a\\x1b[31mred\\u202e'
    """
    shown = "".join(_escape(char) for char in value)
    if limit and len(shown) > limit:
        return f"{shown[:limit]}… ({len(shown) - limit} more)"
    return shown


def _escape(char: str) -> str:
    """Return one character, escaped where it could act on a terminal or reorder text."""
    if char not in _ACTIVE and unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return char
    code = ord(char)
    if code < 0x100:  # noqa: PLR2004 - the width of a \x escape
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def inert_cell(value: str) -> str:
    """Return `value` for a CSV cell that a spreadsheet will not run (OWASP ASVS 5.0, 1.2.10)."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def closest(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean X` for the nearest known name, else the empty string."""
    folded = {each.casefold(): each for each in sorted(known)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean {folded[near[0]]}" if near else ""
