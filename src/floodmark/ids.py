"""Salesforce record ids: 15 characters, case-sensitive; 18 with three check characters.

The check characters code which of the first fifteen are upper case, so an id whose case was lost on
the way can be restored, and ids of both lengths compare equal by their first fifteen characters.
Source: the platform's published algorithm, restated in log-sources 1.7.
"""

from __future__ import annotations

import re

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_FORM = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def check_characters(first: str) -> str:
    """Return the three check characters of a 15-character id.

    >>> check_characters("0055j000000utlP")
    'AAQ'
    """
    chunks = (first[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _ALPHABET[sum(1 << place for place, char in enumerate(chunk) if "A" <= char <= "Z")]
        for chunk in chunks
    )


def canonical(value: str) -> str | None:
    """Return the 18-character form of an id, or None when `value` has not the form of one.

    Wrong check characters are replaced, not refused: published and redacted samples carry them. An
    18-character id that is all in one case is restored when its check characters allow it.

    >>> canonical("00590000000I1SN")
    '00590000000I1SNAA0'
    """
    if not _FORM.fullmatch(value):
        return None
    first, check = value[:15], value[15:].upper()
    if check and (first in {first.lower(), first.upper()}) and check_characters(first) != check:
        first = _restore(first, check)
    return first + check_characters(first)


def _restore(first: str, check: str) -> str:
    """Return `first` in the case that its check characters state, or as it is when they state none."""
    if any(char not in _ALPHABET for char in check):
        return first
    masks = [_ALPHABET.index(char) for char in check]
    restored = "".join(
        char.upper() if masks[place // 5] >> (place % 5) & 1 else char.lower()
        for place, char in enumerate(first)
    )
    return restored if check_characters(restored) == check else first
