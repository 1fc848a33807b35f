"""Trees for comparison: without the places, and some that are written short."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any as Anything

from floodmark.soql.tree import Path, Place, Text

AT = (0, 0)
PLACES = frozenset({"at", "object_at"})


def bare(node: Anything) -> Anything:
    """Return a tree without its places."""
    if isinstance(node, tuple):
        return tuple(bare(each) for each in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    values = {each.name: bare(getattr(node, each.name)) for each in dataclasses.fields(node)}
    return type(node)(**{name: AT if name in PLACES else value for name, value in values.items()})


def nodes(node: Anything) -> Iterator[tuple[Anything, Place | None]]:
    """Yield each node of a tree, children behind their parents, with its place."""
    if isinstance(node, tuple):
        for each in node:
            yield from nodes(each)
    elif dataclasses.is_dataclass(node):
        yield node, getattr(node, "at", None)
        for each in dataclasses.fields(node):
            yield from nodes(getattr(node, each.name))


def path(text: str) -> Path:
    """Return a path without a place."""
    return Path(tuple(text.split(".")), AT)


def text(value: str) -> Text:
    """Return a string that holds neither wildcards nor backslashes."""
    return Text(value, value, AT)
