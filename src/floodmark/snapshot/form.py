"""YAML written by hand, read by a stated form: what is wrong becomes a complaint with its line.

Nothing is built from the text but its nodes, so a value stays as it is written and a tag does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from floodmark.errors import DatamapError
from floodmark.text import closest, visible

_MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 12
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "timestamp", "value")
)


class Problems:
    """Complaints gathered while reading one map."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: set[tuple[int, str]] = set()

    def add(self, where: yaml.Node | int, message: str) -> None:
        """Keep one complaint about a node, or about a line counted from 0."""
        line = where if isinstance(where, int) else where.start_mark.line
        self.found.add((line + 1, message))

    def check(self) -> None:
        """Raise what was found."""
        if not self.found:
            return
        lines = [f"{self.name} line {line}: {message}" for line, message in sorted(self.found)]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        raise DatamapError(lines[0] + more, hint="\n".join(lines) if more else "")


def compose(text: str, problems: Problems) -> yaml.MappingNode | None:
    """Return the root of the map, or None after noting why there is none."""
    if len(text) > _MAX_CHARACTERS:
        problems.add(0, f"the map has {len(text)} characters, expected at most {_MAX_CHARACTERS}")
        return None
    try:
        if _expands(text, problems):
            return None
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(mark.line if mark else 0, f"not readable as YAML: {visible(error.problem or 'broken')}")
        return None
    except yaml.YAMLError:
        problems.add(0, "not readable as YAML: it holds a character that is not allowed")
        return None
    if not isinstance(root, yaml.MappingNode):
        problems.add(0, "the map is empty or a list, expected `objects:` and the objects below it")
        return None
    return root


def _expands(text: str, problems: Problems) -> bool:
    """Note anchors, aliases and deep nesting, which could blow up a small text."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line if event.start_mark else 0
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if getattr(event, "anchor", None):
            problems.add(line, "anchors and aliases (& and *) are not read; write it out")
            return True
        if depth > _MAX_DEPTH:
            problems.add(line, f"nested deeper than {_MAX_DEPTH} levels")
            return True
    return False


@dataclass
class Reader:
    """Reads typed values out of nodes; a wrong one becomes a complaint and the empty value."""

    problems: Problems

    def mapping(self, node: yaml.Node | None, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Return key -> (key node, value node); a key that stands twice is a complaint."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.problems.add(node, f"{what} is {described(node)}, expected `name: value` pairs")
            return {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key_node, value in node.value:
            key = self.word(key_node, f"a name in {what}")
            if key in found:
                first = found[key][0].start_mark.line + 1
                self.problems.add(
                    key_node, f"{show(key)} stands twice in {what}, first on line {first}; keep one"
                )
            elif key is not None:
                found[key] = (key_node, value)
        return found

    def form(self, node: yaml.Node | None, what: str, keys: Iterable[str]) -> dict[str, yaml.Node]:
        """Return the values of a mapping that may only have the given keys."""
        allowed = tuple(keys)
        pairs = self.mapping(node, what)
        for key, (key_node, _) in pairs.items():
            if key not in allowed:
                near = closest(key, allowed) or f"; expected one of {', '.join(allowed)}"
                self.problems.add(key_node, f"unknown key {show(key)} in {what}{near}")
        return {key: value for key, (_, value) in pairs.items() if key in allowed}

    def word(self, node: yaml.Node | None, what: str) -> str | None:
        """Return one plain value as it is written."""
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_TAGS and node.value.strip():
            return node.value
        self.problems.add(node, f"{what} is {described(node)}, expected one name")
        return None

    def words(self, node: yaml.Node | None, what: str) -> list[tuple[str, yaml.Node]]:
        """Return the values of a list, each with its node; one that stands twice is a complaint."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.problems.add(node, f"{what} is {described(node)}, expected a list such as [A, B]")
            return []
        found: dict[str, yaml.Node] = {}
        for each in node.value:
            value = self.word(each, f"an entry of {what}")
            if value in found:
                self.problems.add(each, f"{show(value)} stands twice in {what}; keep one")
            elif value is not None:
                found[value] = each
        return list(found.items())


def described(node: yaml.Node) -> str:
    """Return what a node is, in words."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if node.tag not in _PLAIN_TAGS and not node.tag.endswith(":null"):
        return f"tagged {show(node.tag)}"
    return f"the value {show(node.value)}" if node.value.strip() else "empty"


def show(value: str) -> str:
    """Return a value of the map for a message."""
    return visible(value, limit=60)
