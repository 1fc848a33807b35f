"""Which country a value of a customer table names, as ISO 3166 alpha-2.

Codes of two and three letters and English names are read, with common variants (`countries.csv`).
Case, accents, punctuation and a leading "the" do not matter. What is not in the list is unknown.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType


def code(value: str) -> str | None:
    """Return the alpha-2 code of the country that `value` names, or None.

    >>> code("Viet Nam"), code("aus"), code("Atlantis")
    ('VN', 'AU', None)
    """
    return _codes().get(_folded(value))


def names() -> Mapping[str, str]:
    """Return alpha-2 code -> English name, sorted by code."""
    return MappingProxyType({code2: name for code2, _, name, _ in _listed()})


@cache
def _codes() -> dict[str, str]:
    """Return every folded spelling with its code."""
    return {
        _folded(spelling): code2
        for code2, code3, name, variants in _listed()
        for spelling in (code2, code3, name, *variants.split("|"))
        if spelling
    }


@cache
def _listed() -> tuple[tuple[str, str, str, str], ...]:
    """Return the rows of the list, header left out."""
    with Path(__file__).with_name("countries.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return tuple((row[0], row[1], row[2], row[3]) for row in rows)


def _folded(value: str) -> str:
    """Return `value` without case, accents, punctuation and article."""
    marks_apart = unicodedata.normalize("NFKD", value)
    plain = "".join(char for char in marks_apart if not unicodedata.combining(char)).casefold()
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)
