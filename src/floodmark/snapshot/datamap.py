"""The data map: which object and field holds which category, and what identifies a person.

The map is written by hand, so every complaint names the line and says what to write, and all
problems of one map are told at once. Values are taken letter for letter (`no` is a word here, not
false), and a map cannot expand: anchors and aliases are refused before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from floodmark import ids
from floodmark.snapshot import categories
from floodmark.snapshot.form import Problems, Reader, compose, described, show
from floodmark.text import closest, visible

TYPES = ("boolean", "case_sensitive", "date", "datetime", "multipicklist", "number", "text")
"""What a map may say of a field under `types`."""
LIMIT = 63
"""Most mapped fields of one object, and most categories of one map: both become bits of one integer."""
POSITION = "_position"
"""Id column of a table for which the map names none: the place of a row among the sorted ones, 12 digits."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LINKED = (
    "name",
    "email",
    "phone",
    "date_of_birth",
    "address",
    "postal_code",
    "national_id",
    "social_security_number",
    "tax_id",
    "passport",
    "driving_licence",
    "medical_record_number",
    "customer_number",
    "loyalty_number",
    "membership_number",
    "student_number",
    "employee_number",
    "username",
)
"""Categories that probabilistic linkage compares; an object needs two of them."""

_OBJECT = re.compile(r"[A-Za-z0-9_]{1,80}")
_SHORT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


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
class History:
    """Where the changes of an object's fields stand: one row per change, in columns of `table`."""

    table: str
    record: str
    """Column with the id of the record that changed."""
    field: str
    """Column with the name of the field."""
    at: str
    old: str
    new: str
    tracks: tuple[str, ...] = ()
    """Fields that the history is stated to record, sorted; empty: those that occur in it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the table must have."""
        return (self.record, self.field, self.at, self.old, self.new)


@dataclass(frozen=True)
class Access:
    """A table that lists the records that accounts could see: one row per account and record."""

    table: str
    user: str
    what: str
    """Column with the record id."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the table must have."""
        return (self.user, self.what)


@dataclass(frozen=True)
class FieldAccess:
    """A table that lists the fields that accounts could see: one row per account, object and field."""

    table: str
    user: str
    object: str
    field: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the table must have."""
        return (self.user, self.object, self.field)


@dataclass(frozen=True)
class Calendar:
    """What the organisation states of its calendar."""

    week_starts: int | None = None
    """First day of a week, Monday = 0; None: not stated."""
    fiscal_starts: int | None = None
    """First month of the fiscal year, 1 to 12; None: not stated."""


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
    history: History | None = None
    states: tuple[str, ...] = ()
    """Fields that name a state, province or region; the first with a value counts."""
    linkage: bool = False
    """Whether its records are joined to people by probabilistic linkage."""

    @property
    def bears_people(self) -> bool:
        """Whether the records of this object belong to people."""
        return self.identifies or self.via is not None

    @property
    def identifies(self) -> bool:
        """Whether its records say themselves who their person is."""
        return bool(self.keys) or self.linkage

    @property
    def columns(self) -> tuple[str, ...]:
        """Every field that the object itself names, sorted, each once."""
        named = {
            *self.residence,
            *self.states,
            *self.fields,
            *self.types,
            *(f for key in self.keys for f in key),
        }
        named |= {each for each in (self.via, self.created, self.changed) if each}
        return tuple(sorted(named if self.id == POSITION else named | {self.id}))

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
    visible_records: Access | None = None
    visible_fields: FieldAccess | None = None
    calendar: Calendar = Calendar()

    def object(self, name: str) -> MappedObject | None:
        """Return the mapped object of that name, or None."""
        return next((each for each in self.objects if each.name == name), None)

    def relation_fields(self, name: str) -> tuple[str, ...]:
        """Return the fields of an object that point to other records, sorted."""
        return tuple(sorted(key.split(".", 1)[1] for key in self.relations if key.split(".", 1)[0] == name))

    @property
    def histories(self) -> tuple[History, ...]:
        """The histories of all objects, in the order of the objects."""
        return tuple(each.history for each in self.objects if each.history)

    def listed(self, name: str) -> tuple[str, ...]:
        """Return the columns that a table must have to serve as a history or a list of access, sorted."""
        lists = (*self.histories, self.visible_records, self.visible_fields)
        return tuple(
            sorted({column for each in lists if each and each.table == name for column in each.columns})
        )

    def references(self, name: str) -> frozenset[str]:
        """Return the columns of an object's table that hold record ids."""
        mapped = self.object(name)
        found = {*self.relation_fields(name), *(each.record for each in self.histories if each.table == name)}
        if mapped:
            found |= {mapped.id, mapped.via or mapped.id}
        if self.visible_records and self.visible_records.table == name:
            found |= {self.visible_records.user, self.visible_records.what}
        if self.visible_fields and self.visible_fields.table == name:
            found.add(self.visible_fields.user)
        return frozenset(found)

    def times(self, name: str) -> tuple[str, ...]:
        """Return the columns of an object's table that hold points in time, sorted."""
        mapped = self.object(name)
        stated = {mapped.created, mapped.changed} if mapped else set[str | None]()
        stated |= {each.at for each in self.histories if each.table == name}
        return tuple(sorted(each for each in stated if each))


def load(text: str, name: str) -> Datamap:
    """Return the data map in `text` (YAML, in the form of the data map reference).

    Args:
        text: the whole file.
        name: its name, for messages.

    Raises:
        DatamapError: the text is no YAML, or does not have the form. The message is the first
            problem by line; where there are more, it says how many, and the hint lists all of them.
    """
    problems = Problems(visible(name, limit=80))
    root = compose(text, problems)
    found = _read(root, problems, text) if root is not None else None
    problems.check()
    if found is None:
        raise AssertionError("a map without problems has content")
    return found


_TOP = ("objects", "relations", "not_held", "users", "categories", "visibility", "calendar")
_OF_OBJECT = ("id", "person", "residence", "state", "created", "changed", "fields", "types", "history")


def _read(root: yaml.MappingNode, problems: Problems, text: str) -> Datamap:
    """Return the map in `root`; it may be used only if no problem was noted."""
    reader = Reader(problems)
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
    _linkage_fits(problems, drafts)
    records, fields = _visibility(reader, top.get("visibility"), drafts)
    _resolve_history(problems, drafts)
    _ids_stated(problems, drafts, {each.table for each in (records, fields) if each})
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
        visible_records=records,
        visible_fields=fields,
        calendar=_calendar(reader, top.get("calendar")),
    )


def _names(problems: Problems, pairs: Mapping[str, tuple[yaml.Node, yaml.Node]]) -> None:
    """Note object names that cannot name a file, or differ from another in case only."""
    seen: dict[str, str] = {}
    for name, (node, _) in pairs.items():
        if not _OBJECT.fullmatch(name):
            problems.add(node, f"object name {show(name)}: expected 1 to 80 letters, digits or underscores")
        first = seen.setdefault(name.casefold(), name)
        if first != name:
            problems.add(node, f"object {show(name)} differs from {show(first)} in case only; keep one")


def _own_categories(reader: Reader, node: yaml.Node | None) -> dict[str, str]:
    """Return the categories that the map declares itself, with their labels."""
    own: dict[str, str] = {}
    for name, (key, value) in reader.mapping(node, "categories").items():
        label = reader.word(value, f"the label of category {show(name)}")
        if not _SHORT_NAME.fullmatch(name):
            reader.problems.add(key, f"category {show(name)}: write a short name such as shoe_size")
        elif name in categories.known() or name in categories.synonyms():
            there = categories.synonyms().get(name, name)
            reader.problems.add(key, f"category {name} is built in; remove it here and use {there}")
        elif label is not None:
            own[name] = visible(label, limit=80)
    return own


def _category(reader: Reader, name: str, node: yaml.Node, own: Mapping[str, str]) -> bool:
    """Whether a category is known; note it with the name to write if it is not."""
    if name in own or name in categories.known():
        return True
    near = categories.advice(name, own) or "; declare it under `categories:` with a label"
    reader.problems.add(node, f"unknown category {show(name)}{near}")
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
    history: History | None = None
    states: tuple[str, ...] = ()
    linkage: bool = False
    via_node: yaml.Node | None = None
    history_node: yaml.Node | None = None
    person_stated: bool = False
    """Whether the map says anything of the person, right or wrong."""
    id_stated: bool = False

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
            history=self.history,
            states=self.states,
            linkage=self.linkage,
        )


def _draft(reader: Reader, name: str, key: yaml.Node, node: yaml.Node, own: Mapping[str, str]) -> _Draft:
    """Return one object, not yet knowing the others."""
    shown = show(name)
    parts = reader.form(node, f"object {shown}", _OF_OBJECT)
    draft = _Draft(name, key)
    draft.id = reader.word(parts.get("id"), f"id of {shown}") or POSITION
    draft.id_stated = "id" in parts
    draft.created = reader.word(parts.get("created"), f"created of {shown}")
    draft.changed = reader.word(parts.get("changed"), f"changed of {shown}")
    draft.residence = tuple(
        value for value, _ in reader.words(parts.get("residence"), f"residence of {shown}")
    )
    draft.states = tuple(value for value, _ in reader.words(parts.get("state"), f"state of {shown}"))
    draft.fields = _fields(reader, shown, parts.get("fields"), own)
    draft.types = _types(reader, shown, parts.get("types"))
    _person(reader, draft, parts.get("person"))
    draft.history_node = parts.get("history")
    draft.history = _history(reader, draft)
    if draft.fields and "person" not in parts:
        keys = "`person: {keys: [[Email]]}` or `person: {via: ContactId}`"
        reader.problems.add(key, f"object {shown} has fields but says nothing of the person; write {keys}")
    return draft


def _fields(reader: Reader, shown: str, node: yaml.Node | None, own: Mapping[str, str]) -> dict[str, str]:
    """Return field -> category of one object."""
    found: dict[str, str] = {}
    for name, (_, value) in reader.mapping(node, f"fields of {shown}").items():
        category = reader.word(value, f"category of {shown}.{show(name)}")
        if category is not None and _category(reader, category, value, own):
            found[name] = category
    if node is not None and len(found) > LIMIT:
        reader.problems.add(
            node, f"object {shown} has {len(found)} mapped fields, expected at most {LIMIT}; leave some out"
        )
    return found


def _types(reader: Reader, shown: str, node: yaml.Node | None) -> dict[str, str]:
    """Return field -> stated type of one object."""
    found: dict[str, str] = {}
    for name, (_, value) in reader.mapping(node, f"types of {shown}").items():
        kind = reader.word(value, f"type of {shown}.{show(name)}")
        if kind is not None and kind not in TYPES:
            near = closest(kind, TYPES) or f"; expected one of {', '.join(TYPES)}"
            reader.problems.add(value, f"unknown type {show(kind)}{near}")
        elif kind is not None:
            found[name] = kind
    return found


def _person(reader: Reader, draft: _Draft, node: yaml.Node | None) -> None:
    """Read what identifies the person of a record: keys, or a reference."""
    if node is None:
        return
    shown = show(draft.name)
    draft.person_stated = True
    parts = reader.form(node, f"person of {shown}", ("keys", "via", "linkage"))
    if len(parts) != 1:
        found = f"both {' and '.join(parts)}" if parts else "neither keys nor via"
        reader.problems.add(node, f"person of {shown} has {found}; write one of them")
    elif "via" in parts:
        draft.via = reader.word(parts["via"], f"via of {shown}")
        draft.via_node = parts["via"]
    elif "linkage" in parts:
        draft.linkage = True
        _checked(reader, parts["linkage"], "linkage", lambda value: value == "probabilistic", "probabilistic")
    else:
        draft.keys = _keys(reader, shown, parts["keys"])


def _linkage_fits(problems: Problems, drafts: Mapping[str, _Draft]) -> None:
    """Note a map that mixes keys with linkage, and an object with too little to be compared."""
    linked = [draft for draft in drafts.values() if draft.linkage]
    keyed = [show(draft.name) for draft in drafts.values() if draft.keys]
    for draft in linked:
        shown = show(draft.name)
        if keyed:
            problems.add(
                draft.node, f"object {shown} has linkage and {keyed[0]} has keys; use one of them for all"
            )
        if len(set(LINKED) & set(draft.fields.values())) < 2:  # noqa: PLR2004 - one value alone proves nothing
            problems.add(
                draft.node, f"linkage of {shown} needs fields of two categories of {', '.join(LINKED)}"
            )


def _keys(reader: Reader, shown: str, node: yaml.Node) -> tuple[tuple[str, ...], ...]:
    """Return the keys: a list of lists of fields."""
    form = "expected a list of lists such as [[Email], [Phone, Birthdate]]"
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        reader.problems.add(node, f"keys of {shown}: {form}")
        return ()
    keys: list[tuple[str, ...]] = []
    for each in node.value:
        if not isinstance(each, yaml.SequenceNode) or not each.value:
            reader.problems.add(each, f"a key of {shown} is {described(each)}, {form}")
            continue
        key = tuple(value for value, _ in reader.words(each, f"a key of {shown}"))
        if key in keys:
            reader.problems.add(each, f"a key of {shown} stands twice; keep one")
        keys.append(key)
    return tuple(keys)


def _relations(
    reader: Reader, node: yaml.Node | None, drafts: Mapping[str, _Draft]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return `Object.Field` -> object pointed to, and -> name of the children in a nested query."""
    targets: dict[str, str] = {}
    children: dict[str, str] = {}
    for name, (key, value) in sorted(reader.mapping(node, "relations").items()):
        parts = {"to": value}
        if isinstance(value, yaml.MappingNode):
            parts = reader.form(value, f"relation {show(name)}", ("to", "children"))
        target = reader.word(parts.get("to"), f"target of relation {show(name)}")
        child, _, column = name.partition(".")
        if not column or "." in column:
            reader.problems.add(key, f"relation {show(name)}: write Object.Field, such as Case.ContactId")
            continue
        for known, where in ((child, key), (target, value)):
            if known is not None and known not in drafts:
                reader.problems.add(where, f"object {show(known)} is not in the map{closest(known, drafts)}")
        if target is not None:
            targets[name] = target
            children[name] = reader.word(parts.get("children"), "children") or plural(child)
    return targets, children


def plural(name: str) -> str:
    """Return the platform's usual name for child rows: Cases for Case, Visits__r for Visit__c."""
    if name.endswith("__c"):
        return f"{name[:-3]}s__r"
    return f"{name[:-1]}ies" if re.search(r"[^aeiou]y$", name) else f"{name}s"


def _resolve_via(problems: Problems, drafts: Mapping[str, _Draft], relations: Mapping[str, str]) -> None:
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
                draft.via_node or draft.node, f"via runs in a circle, {show(way)}; give one of them keys"
            )


def _target(
    problems: Problems, draft: _Draft, drafts: Mapping[str, _Draft], relations: Mapping[str, str]
) -> str | None:
    """Return the object that the `via` of a draft points to, or None after noting why not."""
    where = draft.via_node or draft.node
    path = f"{draft.name}.{draft.via}"
    keyed = [each.name for each in drafts.values() if (each.keys or each.linkage) and each is not draft]
    found = relations.get(path) or (keyed[0] if len(keyed) == 1 else None)
    if found is None:
        problems.add(
            where, f"via {show(path)}: object not clear; write `relations: {{{show(path)}: Contact}}`"
        )
    elif found in drafts and not (drafts[found].keys or drafts[found].linkage or drafts[found].via):
        problems.add(where, f"via {show(path)} leads to {show(found)}, which has no person; give it keys")
    return found if found in drafts else None


def _history(reader: Reader, draft: _Draft) -> History | None:
    """Return where the changes of an object stand: the name of a table, or that and its columns."""
    node = draft.history_node
    if node is None:
        return None
    shown = show(draft.name)
    usual = {"record": "ParentId" if draft.name.endswith("__c") else f"{draft.name}Id"}
    usual |= {"field": "Field", "at": "CreatedDate", "old": "OldValue", "new": "NewValue"}
    short = isinstance(node, yaml.ScalarNode)
    parts = (
        {"table": node} if short else reader.form(node, f"history of {shown}", ("table", *usual, "tracks"))
    )
    if isinstance(node, yaml.MappingNode) and "table" not in parts:
        reader.problems.add(
            node, f"history of {shown} names no table; write `table: {_usual_history(draft.name)}`"
        )
    found = {key: reader.word(parts.get(key), f"{key} in history of {shown}") for key in ("table", *usual)}
    columns = usual | {key: value for key, value in found.items() if value}
    return History(
        table=columns.get("table", ""),
        record=columns["record"],
        field=columns["field"],
        at=columns["at"],
        old=columns["old"],
        new=columns["new"],
        tracks=tuple(sorted(name for name, _ in reader.words(parts.get("tracks"), f"tracks of {shown}"))),
    )


def _usual_history(name: str) -> str:
    """Return the platform's name for the history of an object."""
    return f"{name[:-3]}__History" if name.endswith("__c") else f"{name}History"


def _resolve_history(problems: Problems, drafts: Mapping[str, _Draft]) -> None:
    """Note histories whose table is not in the map, or is the object itself."""
    for draft in drafts.values():
        table = draft.history.table if draft.history else ""
        if table and draft.history_node:
            _is_list(problems, draft.history_node, f"history of {show(draft.name)}", table, drafts)
        if table == draft.name:
            problems.add(
                draft.history_node or draft.node,
                f"history of {show(draft.name)} is the object itself; write `{_usual_history(draft.name)}`",
            )


def _is_list(
    problems: Problems, node: yaml.Node, what: str, table: str, drafts: Mapping[str, _Draft]
) -> None:
    """Note a table that the map does not have among its objects."""
    if table not in drafts:
        near = closest(table, drafts) or f"; write `{show(table)}: {{}}` under objects"
        problems.add(node, f"{what}: object {show(table)} is not in the map{near}")


def _visibility(
    reader: Reader, node: yaml.Node | None, drafts: Mapping[str, _Draft]
) -> tuple[Access | None, FieldAccess | None]:
    """Return the tables that list which records and which fields accounts could see."""
    parts = reader.form(node, "visibility", ("records", "fields"))
    if isinstance(node, yaml.MappingNode) and not parts:
        reader.problems.add(node, "visibility is empty; write `records:` or `fields:` below it, or remove it")
    records = _list(reader, parts.get("records"), "records", ("table", "user", "record"), drafts)
    fields = _list(reader, parts.get("fields"), "fields", ("table", "user", "object", "field"), drafts)
    return (
        Access(records["table"], records["user"], records["record"]) if records else None,
        FieldAccess(**fields) if fields else None,
    )


def _list(
    reader: Reader, node: yaml.Node | None, name: str, keys: Sequence[str], drafts: Mapping[str, _Draft]
) -> dict[str, str] | None:
    """Return table and columns of one list under `visibility`; every one of them has to be stated."""
    if node is None:
        return None
    what = f"{name} of visibility"
    parts = reader.form(node, what, keys)
    missing = [key for key in keys if key not in parts] if isinstance(node, yaml.MappingNode) else []
    if missing:
        reader.problems.add(node, f"{what}: no {', '.join(missing)}; write all of {', '.join(keys)}")
    found = {key: reader.word(part, f"{key} in {what}") for key, part in parts.items()}
    if found.get("table"):
        _is_list(reader.problems, parts["table"], what, found["table"] or "", drafts)
    return {key: found.get(key) or "" for key in keys}


def _ids_stated(problems: Problems, drafts: Mapping[str, _Draft], lists: set[str]) -> None:
    """Note objects without an id; only a history or a list of what was visible may lack one."""
    lists = lists | {draft.history.table for draft in drafts.values() if draft.history}
    for draft in drafts.values():
        if not draft.id_stated and (draft.name not in lists or draft.person_stated):
            problems.add(draft.node, f"object {show(draft.name)} has no id; write `id: Id`")


def _calendar(reader: Reader, node: yaml.Node | None) -> Calendar:
    """Return what the map states of the calendar."""
    parts = reader.form(node, "calendar", ("week_starts", "fiscal_starts"))
    months = [str(month) for month in range(1, 13)]
    day = _checked(
        reader,
        parts.get("week_starts"),
        "week_starts",
        lambda value: value in WEEKDAYS,
        "a day such as monday",
    )
    month = _checked(
        reader, parts.get("fiscal_starts"), "fiscal_starts", lambda value: value in months, "a month, 1 to 12"
    )
    return Calendar(WEEKDAYS.index(day) if day in WEEKDAYS else None, int(month) if month in months else None)


def _not_held(
    reader: Reader, node: yaml.Node | None, drafts: Mapping[str, _Draft], own: Mapping[str, str]
) -> list[str]:
    """Return the categories declared as not held, sorted."""
    mapped = {category: draft.name for draft in drafts.values() for category in draft.fields.values()}
    found: list[str] = []
    for name, where in reader.words(node, "not_held"):
        if not _category(reader, name, where, own):
            continue
        if name in mapped:
            there = show(mapped[name])
            reader.problems.add(
                where, f"category {name} is in not_held and in the fields of {there}; remove one"
            )
        found.append(name)
    return sorted(found)


def _users(reader: Reader, node: yaml.Node | None) -> Users:
    """Return what the map states of accounts."""
    parts = reader.form(node, "users", ("timezone", "sees", "each"))
    default = _user(reader, parts, User())
    each: dict[str, User] = {}
    for name, (_, value) in reader.mapping(parts.get("each"), "each").items():
        own = reader.form(value, f"user {show(name)}", ("timezone", "sees"))
        each[ids.canonical(name) or name] = _user(reader, own, default)
    return Users(default, MappingProxyType(dict(sorted(each.items()))))


def _user(reader: Reader, parts: Mapping[str, yaml.Node], default: User) -> User:
    """Return one account, what is not stated taken from the default."""
    zone = _checked(reader, parts.get("timezone"), "timezone", _is_zone, "a zone such as Australia/Sydney")
    sees = _checked(
        reader, parts.get("sees"), "sees", lambda value: value in {"all", "unknown"}, "all or unknown"
    )
    return User(zone or default.timezone, default.sees_all if sees is None else sees == "all")


def _checked(
    reader: Reader, node: yaml.Node | None, what: str, fits: Callable[[str], bool], expected: str
) -> str | None:
    """Return a value that fits, or None; note one that does not."""
    value = reader.word(node, what)
    if value is None or node is None or fits(value):
        return value
    reader.problems.add(node, f"{what} is {show(value)}, expected {expected}")
    return None


def _is_zone(name: str) -> bool:
    """Whether a time zone of that name exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
