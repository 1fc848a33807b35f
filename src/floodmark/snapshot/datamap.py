"""The data map: which object and field holds which category, and what identifies a person.

The map is written by hand, so every complaint names the line and says what to write, and all
problems of one map are told at once. Values are taken letter for letter (`no` is a word here, not
false), and a map cannot expand: anchors and aliases are refused before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from floodmark import ids
from floodmark.errors import DatamapError
from floodmark.snapshot import categories
from floodmark.text import closest, visible

TYPES = ("boolean", "case_sensitive", "date", "datetime", "multipicklist", "number", "text")
"""What a map may say of a field under `types`."""
LIMIT = 63
"""Most mapped fields of one object, and most categories of one map: both become bits of one integer."""

_OBJECT = re.compile(r"[A-Za-z0-9_]{1,80}")
_SHORT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 12
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "timestamp", "value")
)


@dataclass(frozen=True)
class User:
    """What the map states of an account: its time zone, and whether it may see every record."""

    timezone: str | None = None
    sees_all: bool = False


@dataclass(frozen=True)
class Users:
    """The default for all accounts, and what differs for each of them (18-character id or name)."""

    default: User = User()
    each: Mapping[str, User] = field(default_factory=dict[str, User])

    def of(self, user: str) -> User:
        """Return what the map states of one account."""
        return self.each.get(ids.canonical(user) or user, self.default)


@dataclass(frozen=True)
class MappedObject:
    """One object of the map. `keys`: inner tuples are AND, the outer one is OR."""

    name: str
    id: str
    keys: tuple[tuple[str, ...], ...] = ()
    via: str | None = None
    """Field that holds the id of a record of `via_object`, to whose person a record belongs."""
    via_object: str | None = None
    residence: tuple[str, ...] = ()
    created: str | None = None
    changed: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field to category, sorted by field."""
    types: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def bears_people(self) -> bool:
        """Whether the records of this object belong to people."""
        return bool(self.keys) or self.via is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every field that the object itself names, sorted, each once."""
        named = {self.id, *self.residence, *self.fields, *self.types, *(f for key in self.keys for f in key)}
        return tuple(sorted(named | {each for each in (self.via, self.created, self.changed) if each}))

    def category(self, name: str) -> str:
        """Return what a key field stands for: its category, else its own lower-cased name."""
        return self.fields.get(name, name.lower())


@dataclass(frozen=True)
class Datamap:
    """A data map that fits its own form; whether it fits the tables is found when they are read."""

    objects: tuple[MappedObject, ...]
    """Sorted by name."""
    relations: Mapping[str, str]
    """`Object.Field` to the object it points to, sorted."""
    child_names: Mapping[str, str]
    """`Object.Field` to the name under which a query of the parent nests the children."""
    not_held: tuple[str, ...]
    """Categories that the platform has no field for, sorted: a declaration."""
    users: Users
    categories: tuple[str, ...]
    """Short names in use, mapped or declared as not held, sorted."""
    labels: Mapping[str, str]
    """Plain words for each category in use."""
    text: str
    """The map as it was written."""

    def object(self, name: str) -> MappedObject | None:
        """Return the mapped object of that name, or None."""
        return next((each for each in self.objects if each.name == name), None)

    def relation_fields(self, name: str) -> tuple[str, ...]:
        """Return the fields of an object that point to other records, sorted."""
        return tuple(sorted(key.split(".", 1)[1] for key in self.relations if key.split(".", 1)[0] == name))


def load(text: str, name: str) -> Datamap:
    """Return the data map in `text` (YAML, in the form of the data map reference).

    Args:
        text: the whole file.
        name: its name, for messages.

    Raises:
        DatamapError: the text is no YAML, or does not have the form. The message is the first
            problem by line; where there are more, it says how many, and the hint lists all of them.
    """
    problems = _Problems(visible(name, limit=80))
    root = _compose(text, problems)
    found = _read(root, problems, text) if root is not None else None
    problems.check()
    if found is None:
        raise AssertionError("a map without problems has content")
    return found


class _Problems:
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


def _compose(text: str, problems: _Problems) -> yaml.MappingNode | None:
    """Return the root of the map, or None after noting why there is none."""
    if len(text) > _MAX_CHARACTERS:
        problems.add(0, f"the map has {len(text)} characters, expected at most {_MAX_CHARACTERS}")
        return None
    try:
        if _expands(text, problems):
            return None
        root = cast("yaml.Node | None", yaml.compose(text, Loader=yaml.SafeLoader))
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


def _expands(text: str, problems: _Problems) -> bool:
    """Note anchors, aliases and deep nesting, which could blow up a small text."""
    depth = 0
    for event in cast("Iterator[yaml.Event]", yaml.parse(text, Loader=yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if getattr(event, "anchor", None):
            problems.add(event.start_mark.line, "anchors and aliases (& and *) are not read; write it out")
            return True
        if depth > _MAX_DEPTH:
            problems.add(event.start_mark.line, f"nested deeper than {_MAX_DEPTH} levels")
            return True
    return False


@dataclass
class _Reader:
    """Reads typed values out of nodes; a wrong one becomes a complaint and the empty value."""

    problems: _Problems

    def mapping(self, node: yaml.Node | None, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Return key -> (key node, value node); a key that stands twice is a complaint."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.problems.add(node, f"{what} is {_kind(node)}, expected `name: value` pairs")
            return {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key_node, value in node.value:
            key = self.word(key_node, f"a name in {what}")
            if key in found:
                first = found[key][0].start_mark.line + 1
                self.problems.add(
                    key_node, f"{_show(key)} stands twice in {what}, first on line {first}; keep one"
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
                self.problems.add(key_node, f"unknown key {_show(key)} in {what}{near}")
        return {key: value for key, (_, value) in pairs.items() if key in allowed}

    def word(self, node: yaml.Node | None, what: str) -> str | None:
        """Return one plain value as it is written."""
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_TAGS and node.value.strip():
            return node.value
        self.problems.add(node, f"{what} is {_kind(node)}, expected one name")
        return None

    def words(self, node: yaml.Node | None, what: str) -> list[tuple[str, yaml.Node]]:
        """Return the values of a list, each with its node; one that stands twice is a complaint."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.problems.add(node, f"{what} is {_kind(node)}, expected a list such as [A, B]")
            return []
        found: dict[str, yaml.Node] = {}
        for each in node.value:
            value = self.word(each, f"an entry of {what}")
            if value in found:
                self.problems.add(each, f"{_show(value)} stands twice in {what}; keep one")
            elif value is not None:
                found[value] = each
        return list(found.items())


def _kind(node: yaml.Node) -> str:
    """Return what a node is, in words."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if node.tag not in _PLAIN_TAGS and not node.tag.endswith(":null"):
        return f"tagged {_show(node.tag)}"
    return f"the value {_show(node.value)}" if node.value.strip() else "empty"


def _show(value: str) -> str:
    """Return a value of the map for a message."""
    return visible(value, limit=60)


_TOP = ("objects", "relations", "not_held", "users", "categories")
_OF_OBJECT = ("id", "person", "residence", "created", "changed", "fields", "types")


def _read(root: yaml.MappingNode, problems: _Problems, text: str) -> Datamap:
    """Return the map in `root`; it may be used only if no problem was noted."""
    reader = _Reader(problems)
    top = reader.form(root, "the map", _TOP)
    if "objects" not in top:
        problems.add(0, "the map has no objects; write `objects:` and the objects below it")
    own = _own_categories(reader, top.get("categories"))
    pairs = reader.mapping(top.get("objects"), "objects")
    if "objects" in top and not pairs:
        problems.add(top["objects"], "the map has no objects; write at least one with its id")
    _names(problems, pairs)
    drafts = {name: _draft(reader, name, key, value, own) for name, (key, value) in sorted(pairs.items())}
    if drafts and not any(draft.person_stated for draft in drafts.values()):
        problems.add(
            top["objects"], "no object says who a person is; write `person: {keys: [[Email]]}` in one"
        )
    relations, child_names = _relations(reader, top.get("relations"), drafts)
    _resolve_via(problems, drafts, relations)
    not_held = _not_held(reader, top.get("not_held"), drafts, own)
    used = sorted({*not_held, *(each for draft in drafts.values() for each in draft.fields.values())})
    if len(used) > LIMIT:
        problems.add(0, f"the map uses {len(used)} categories, expected at most {LIMIT}; join some of them")
    labels = {name: own.get(name) or categories.known()[name].label for name in used}
    return Datamap(
        objects=tuple(draft.finish() for draft in drafts.values()),
        relations=MappingProxyType(relations),
        child_names=MappingProxyType(child_names),
        not_held=tuple(not_held),
        users=_users(reader, top.get("users")),
        categories=tuple(used),
        labels=MappingProxyType(labels),
        text=text,
    )


def _names(problems: _Problems, pairs: Mapping[str, tuple[yaml.Node, yaml.Node]]) -> None:
    """Note object names that cannot name a file, or differ from another in case only."""
    seen: dict[str, str] = {}
    for name, (node, _) in pairs.items():
        if not _OBJECT.fullmatch(name):
            problems.add(node, f"object name {_show(name)}: expected 1 to 80 letters, digits or underscores")
        first = seen.setdefault(name.casefold(), name)
        if first != name:
            problems.add(node, f"object {_show(name)} differs from {_show(first)} in case only; keep one")


def _own_categories(reader: _Reader, node: yaml.Node | None) -> dict[str, str]:
    """Return the categories that the map declares itself, with their labels."""
    own: dict[str, str] = {}
    for name, (key, value) in reader.mapping(node, "categories").items():
        label = reader.word(value, f"the label of category {_show(name)}")
        if not _SHORT_NAME.fullmatch(name):
            reader.problems.add(key, f"category {_show(name)}: write a short name such as shoe_size")
        elif name in categories.known() or name in categories.synonyms():
            there = categories.synonyms().get(name, name)
            reader.problems.add(key, f"category {name} is built in; remove it here and use {there}")
        elif label is not None:
            own[name] = visible(label, limit=80)
    return own


def _category(reader: _Reader, name: str, node: yaml.Node, own: Mapping[str, str]) -> bool:
    """Whether a category is known; note it with the name to write if it is not."""
    if name in own or name in categories.known():
        return True
    near = categories.advice(name, own) or "; declare it under `categories:` with a label"
    reader.problems.add(node, f"unknown category {_show(name)}{near}")
    return False


@dataclass
class _Draft:
    """An object while its parts are read."""

    name: str
    node: yaml.Node
    id: str = ""
    keys: tuple[tuple[str, ...], ...] = ()
    via: str | None = None
    via_object: str | None = None
    residence: tuple[str, ...] = ()
    created: str | None = None
    changed: str | None = None
    fields: dict[str, str] = field(default_factory=dict[str, str])
    types: dict[str, str] = field(default_factory=dict[str, str])
    via_node: yaml.Node | None = None
    person_stated: bool = False
    """Whether the map says anything of the person, right or wrong."""

    def finish(self) -> MappedObject:
        """Return the object, its mappings sorted and closed."""
        return MappedObject(
            name=self.name,
            id=self.id,
            keys=self.keys,
            via=self.via,
            via_object=self.via_object,
            residence=self.residence,
            created=self.created,
            changed=self.changed,
            fields=MappingProxyType(dict(sorted(self.fields.items()))),
            types=MappingProxyType(dict(sorted(self.types.items()))),
        )


def _draft(reader: _Reader, name: str, key: yaml.Node, node: yaml.Node, own: Mapping[str, str]) -> _Draft:
    """Return one object, not yet knowing the others."""
    shown = _show(name)
    parts = reader.form(node, f"object {shown}", _OF_OBJECT)
    draft = _Draft(name, key)
    if "id" not in parts:
        reader.problems.add(key, f"object {shown} has no id; write `id: Id`")
    draft.id = reader.word(parts.get("id"), f"id of {shown}") or ""
    draft.created = reader.word(parts.get("created"), f"created of {shown}")
    draft.changed = reader.word(parts.get("changed"), f"changed of {shown}")
    draft.residence = tuple(
        value for value, _ in reader.words(parts.get("residence"), f"residence of {shown}")
    )
    draft.fields = _fields(reader, shown, parts.get("fields"), own)
    draft.types = _types(reader, shown, parts.get("types"))
    _person(reader, draft, parts.get("person"))
    if draft.fields and "person" not in parts:
        keys = "`person: {keys: [[Email]]}` or `person: {via: ContactId}`"
        reader.problems.add(key, f"object {shown} has fields but says nothing of the person; write {keys}")
    return draft


def _fields(reader: _Reader, shown: str, node: yaml.Node | None, own: Mapping[str, str]) -> dict[str, str]:
    """Return field -> category of one object."""
    found: dict[str, str] = {}
    for name, (_, value) in reader.mapping(node, f"fields of {shown}").items():
        category = reader.word(value, f"category of {shown}.{_show(name)}")
        if category is not None and _category(reader, category, value, own):
            found[name] = category
    if node is not None and len(found) > LIMIT:
        reader.problems.add(
            node, f"object {shown} has {len(found)} mapped fields, expected at most {LIMIT}; leave some out"
        )
    return found


def _types(reader: _Reader, shown: str, node: yaml.Node | None) -> dict[str, str]:
    """Return field -> stated type of one object."""
    found: dict[str, str] = {}
    for name, (_, value) in reader.mapping(node, f"types of {shown}").items():
        kind = reader.word(value, f"type of {shown}.{_show(name)}")
        if kind is not None and kind not in TYPES:
            near = closest(kind, TYPES) or f"; expected one of {', '.join(TYPES)}"
            reader.problems.add(value, f"unknown type {_show(kind)}{near}")
        elif kind is not None:
            found[name] = kind
    return found


def _person(reader: _Reader, draft: _Draft, node: yaml.Node | None) -> None:
    """Read what identifies the person of a record: keys, or a reference."""
    if node is None:
        return
    shown = _show(draft.name)
    draft.person_stated = True
    parts = reader.form(node, f"person of {shown}", ("keys", "via", "linkage"))
    if "linkage" in parts:
        reader.problems.add(parts["linkage"], "linkage is not available yet; write `keys: [[Email]]` instead")
    elif len(parts) != 1:
        found = "both keys and via" if parts else "neither keys nor via"
        reader.problems.add(node, f"person of {shown} has {found}; write one of them")
    elif "via" in parts:
        draft.via = reader.word(parts["via"], f"via of {shown}")
        draft.via_node = parts["via"]
    else:
        draft.keys = _keys(reader, shown, parts["keys"])


def _keys(reader: _Reader, shown: str, node: yaml.Node) -> tuple[tuple[str, ...], ...]:
    """Return the keys: a list of lists of fields."""
    form = "expected a list of lists such as [[Email], [Phone, Birthdate]]"
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        reader.problems.add(node, f"keys of {shown}: {form}")
        return ()
    keys: list[tuple[str, ...]] = []
    for each in node.value:
        if not isinstance(each, yaml.SequenceNode) or not each.value:
            reader.problems.add(each, f"a key of {shown} is {_kind(each)}, {form}")
            continue
        key = tuple(value for value, _ in reader.words(each, f"a key of {shown}"))
        if key in keys:
            reader.problems.add(each, f"a key of {shown} stands twice; keep one")
        keys.append(key)
    return tuple(keys)


def _relations(
    reader: _Reader, node: yaml.Node | None, drafts: Mapping[str, _Draft]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return `Object.Field` -> object pointed to, and -> name of the children in a nested query."""
    targets: dict[str, str] = {}
    children: dict[str, str] = {}
    for name, (key, value) in sorted(reader.mapping(node, "relations").items()):
        parts = {"to": value}
        if isinstance(value, yaml.MappingNode):
            parts = reader.form(value, f"relation {_show(name)}", ("to", "children"))
        target = reader.word(parts.get("to"), f"target of relation {_show(name)}")
        child, _, column = name.partition(".")
        if not column or "." in column:
            reader.problems.add(key, f"relation {_show(name)}: write Object.Field, such as Case.ContactId")
            continue
        for known, where in ((child, key), (target, value)):
            if known is not None and known not in drafts:
                reader.problems.add(where, f"object {_show(known)} is not in the map{closest(known, drafts)}")
        if target is not None:
            targets[name] = target
            children[name] = reader.word(parts.get("children"), "children") or _plural(child)
    return targets, children


def _plural(name: str) -> str:
    """Return the platform's usual name for child rows: Cases for Case, Visits__r for Visit__c."""
    if name.endswith("__c"):
        return f"{name[:-3]}s__r"
    return f"{name[:-1]}ies" if re.search(r"[^aeiou]y$", name) else f"{name}s"


def _resolve_via(problems: _Problems, drafts: Mapping[str, _Draft], relations: Mapping[str, str]) -> None:
    """Find the object that each `via` points to, and refuse one that leads to no person."""
    for draft in drafts.values():
        if draft.via is not None and draft.via_node is not None:
            draft.via_object = _target(problems, draft, drafts, relations)
    for draft in drafts.values():
        path = [draft.name]
        while (following := drafts[path[-1]].via_object) is not None and following not in path:
            path.append(following)
        if following is not None and following == draft.name:
            way = " to ".join([*path, following])
            problems.add(
                draft.via_node or draft.node, f"via runs in a circle, {_show(way)}; give one of them keys"
            )


def _target(
    problems: _Problems, draft: _Draft, drafts: Mapping[str, _Draft], relations: Mapping[str, str]
) -> str | None:
    """Return the object that the `via` of a draft points to, or None after noting why not."""
    where = draft.via_node or draft.node
    path = f"{draft.name}.{draft.via}"
    keyed = [each.name for each in drafts.values() if each.keys and each is not draft]
    found = relations.get(path) or (keyed[0] if len(keyed) == 1 else None)
    if found is None:
        problems.add(
            where, f"via {_show(path)}: object not clear; write `relations: {{{_show(path)}: Contact}}`"
        )
    elif found in drafts and not (drafts[found].keys or drafts[found].via):
        problems.add(where, f"via {_show(path)} leads to {_show(found)}, which has no person; give it keys")
    return found if found in drafts else None


def _not_held(
    reader: _Reader, node: yaml.Node | None, drafts: Mapping[str, _Draft], own: Mapping[str, str]
) -> list[str]:
    """Return the categories declared as not held, sorted."""
    mapped = {category: draft.name for draft in drafts.values() for category in draft.fields.values()}
    found: list[str] = []
    for name, where in reader.words(node, "not_held"):
        if not _category(reader, name, where, own):
            continue
        if name in mapped:
            there = _show(mapped[name])
            reader.problems.add(
                where, f"category {name} is in not_held and in the fields of {there}; remove one"
            )
        found.append(name)
    return sorted(found)


def _users(reader: _Reader, node: yaml.Node | None) -> Users:
    """Return what the map states of accounts."""
    parts = reader.form(node, "users", ("timezone", "sees", "each"))
    default = _user(reader, parts, User())
    each: dict[str, User] = {}
    for name, (_, value) in reader.mapping(parts.get("each"), "each").items():
        own = reader.form(value, f"user {_show(name)}", ("timezone", "sees"))
        each[ids.canonical(name) or name] = _user(reader, own, default)
    return Users(default, MappingProxyType(dict(sorted(each.items()))))


def _user(reader: _Reader, parts: Mapping[str, yaml.Node], default: User) -> User:
    """Return one account, what is not stated taken from the default."""
    zone = _checked(reader, parts.get("timezone"), "timezone", _is_zone, "a zone such as Australia/Sydney")
    sees = _checked(
        reader, parts.get("sees"), "sees", lambda value: value in {"all", "unknown"}, "all or unknown"
    )
    return User(zone or default.timezone, default.sees_all if sees is None else sees == "all")


def _checked(
    reader: _Reader, node: yaml.Node | None, what: str, fits: Callable[[str], bool], expected: str
) -> str | None:
    """Return a value that fits, or None; note one that does not."""
    value = reader.word(node, what)
    if value is None or node is None or fits(value):
        return value
    reader.problems.add(node, f"{what} is {_show(value)}, expected {expected}")
    return None


def _is_zone(name: str) -> bool:
    """Whether a time zone of that name exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
