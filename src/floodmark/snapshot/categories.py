"""The categories of personal data that a data map may name, and the words that are not accepted.

The list is `categories.yaml` beside this file. One thing has one name, so that two maps of two
organisations can be compared; a synonym is answered with the name to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import yaml

from floodmark.text import closest


@dataclass(frozen=True)
class Category:
    """One category of personal data."""

    name: str
    """Short name, as it stands in a data map and in results."""
    label: str
    """Plain words for people."""
    dpv: str | None = None
    """IRI of the nearest DPV term; None for a category that a data map declares itself."""
    special: bool = False
    """Whether DPV counts the term among the special categories."""
    broader: bool = False
    """Whether the DPV term is wider than the name."""


@cache
def known() -> Mapping[str, Category]:
    """Return every category that ships with the package, by short name, in the order of the file."""
    stated = cast("dict[str, dict[str, Any]]", _file()["categories"])
    return MappingProxyType({name: Category(name=name, **entry) for name, entry in stated.items()})


@cache
def synonyms() -> Mapping[str, str]:
    """Return other words for a category, each with the short name to write instead."""
    stated = cast("dict[str, list[str]]", _file()["synonyms"])
    return MappingProxyType({word: name for name, words in stated.items() for word in words})


def advice(name: str, own: Iterable[str] = ()) -> str:
    """Return what to write instead of an unknown category `name`, or the empty string.

    Args:
        name: what the data map says.
        own: short names that the data map declares itself.
    """
    plain = "_".join(name.casefold().replace("-", " ").split())
    every = {*known(), *own}
    if plain in every:
        return f"; write {plain}"
    if plain in synonyms():
        return f"; write {synonyms()[plain]}"
    return closest(plain, every)


@cache
def _file() -> dict[str, Any]:
    """Return the content of the file of categories."""
    return yaml.safe_load(Path(__file__).with_name("categories.yaml").read_text("utf-8"))
