"""What the text of a request and the columns named in a log show of each mapped object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from floodmark.replay.relations import Relations
from floodmark.scope.selection import Query
from floodmark.snapshot.datamap import Datamap, MappedObject, plural

# Reading one of these shows the other: a compound field and its parts.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "name": ("firstname", "lastname", "middlename", "salutation", "suffix"),
    "mailingaddress": ("mailingstreet", "mailingcity", "mailingstate", "mailingpostalcode", "mailingcountry"),
    "otheraddress": ("otherstreet", "othercity", "otherstate", "otherpostalcode", "othercountry"),
    "billingaddress": ("billingstreet", "billingcity", "billingstate", "billingpostalcode", "billingcountry"),
    "shippingaddress": (
        "shippingstreet",
        "shippingcity",
        "shippingstate",
        "shippingpostalcode",
        "shippingcountry",
    ),
    "address": ("street", "city", "state", "postalcode", "country"),
}


@dataclass(frozen=True)
class Touched:
    """What one request touched of one object.

    `counted`: the rows that the request delivered are rows of this object. `whole`: beyond the ids in
    the log, every record of the object that existed is possible. Fields are names of the data map.
    """

    object: str
    sure_fields: frozenset[str] = frozenset()
    possible_fields: frozenset[str] = frozenset()
    counted: bool = False
    whole: bool = False
    through: tuple[str, str] | None = None
    """(object, field) whose value on a touched record is the id of the record of this object."""
    way: str = ""
    """How the query leads there, case-folded: `account.owner`, `(cases)`; empty for its own rows."""
    shown_per_row: int = 1
    """How many records of the object one row can show: a smallest and a largest value are of two."""


class Resolver:
    """Turns names of a query or of a log into objects and fields of the data map; case never matters."""

    def __init__(self, datamap: Datamap) -> None:
        self.relations = Relations(datamap)
        self.names = self.relations.names

    def people(self) -> list[str]:
        """Return the objects whose records belong to people."""
        return [each.name for each in self.names.values() if each.bears_people]

    def knows(self, names: Iterable[str]) -> bool:
        """Say whether every name is an object of the map."""
        return all(name.casefold() in self.names for name in names)

    def bearing(self, name: str) -> MappedObject | None:
        """Return the mapped object of a name, if its records belong to people."""
        mapped = self.names.get(name.casefold())
        return mapped if mapped and mapped.bears_people else None

    # --- names in a log ------------------------------------------------------------------------------

    def of_object(self, name: str) -> Touched | None:
        """Return what a read of an object shows of which only the object is known: any record, any field."""
        mapped = self.bearing(name)
        return (
            Touched(mapped.name, frozenset(), frozenset(mapped.fields), counted=True, whole=True)
            if mapped
            else None
        )

    def of_record(self, name: str, fields: Sequence[str] | None) -> Touched | None:
        """Return what the fetch of one record shows of it: the fields named, else any."""
        mapped = self.bearing(name)
        if not mapped:
            return None
        shown = self._all_shown(fields, mapped)
        every = frozenset(mapped.fields)
        return Touched(mapped.name, shown, every if fields is None else shown, counted=True)

    def of_columns(
        self, name: str, headers: Sequence[str] | None, objects: Sequence[str], *, listed: bool
    ) -> Touched | None:
        """Return what a report or a list of `objects` with these column headers shows of one object.

        A header without an object belongs to the only object of the list. One that is a label in plain
        words could be any field.
        """
        mapped = self.bearing(name)
        if not mapped:
            return None
        among = not objects or _in(name, objects)
        whole = not listed and among
        every = frozenset(mapped.fields)
        if headers is None:
            return Touched(
                mapped.name, frozenset(), every if among or listed else frozenset(), counted=True, whole=whole
            )
        alone = len(objects) == 1 and among
        sure: set[str] = set()
        possible: set[str] = set()
        for header in headers:
            owner, _, last = header.strip().rpartition(".")
            step = owner.rpartition(".")[2]
            shown = _shown(last, mapped)
            if _same_step(step, mapped.name):
                (sure if "." not in owner else possible).update(shown)
            elif not owner and among:
                (sure if alone else possible).update(shown)
            possible |= (
                every if not last.isidentifier() or (step and shown and not self._other(step)) else set()
            )
        return Touched(mapped.name, frozenset(sure), frozenset(sure | possible), counted=True, whole=whole)

    def _other(self, step: str) -> bool:
        """Say whether the front of a header names an object of the map."""
        return any(_same_step(step, each.name) for each in self.names.values())

    def _all_shown(self, paths: Sequence[str] | None, mapped: MappedObject) -> frozenset[str]:
        return frozenset(name for path in paths or () for name in _shown(path, mapped))

    # --- the text of a query -------------------------------------------------------------------------

    def of_query(self, query: Query, *, listed: bool) -> tuple[Touched, ...]:
        """Return what a query's select list shows of its object, parents and children.

        `listed`: the log lists all records that the answer held.
        """
        return merged(self._of_query(query, whole=not listed))

    def _of_query(self, query: Query, *, whole: bool, way: str = "") -> Iterator[Touched]:
        mapped = self.bearing(query.object or "")
        whole = whole or query.aggregate
        if mapped:
            own = self._all_shown([path for path in query.paths if "." not in path], mapped)
            yield Touched(
                mapped.name,
                frozenset() if query.aggregate else own,
                own | _unnamed(query, mapped),
                counted=True,
                whole=whole,
                way=way,
                shown_per_row=query.shown_per_row,
            )
        for path in query.paths:
            if "." in path:
                yield from self._of_parent(query, path, whole=whole, way=way)
        for child in query.children:
            target = self._child(query.object or "", child.object or "")
            if target:
                step = f"({(child.object or '').casefold()})"
                inner = self._of_query(
                    replace(child, object=target), whole=whole, way=f"{way}.{step}" if way else step
                )
                yield from (replace(each, counted=False) for each in inner)

    def _of_parent(self, query: Query, path: str, *, whole: bool, way: str) -> Iterator[Touched]:
        """Yield what a parent path shows: `Contact.Email` on Case.

        The parent of a record that the log names is found by its link. Two or more steps up, or where
        the record is not known, every record of the parent object is possible.
        """
        owner, link, target, field_name = self._parent(query.object or "", path)
        mapped = self.bearing(target) if target else None
        if not mapped:
            return
        shown = _shown(field_name, mapped)
        near = bool(link and self.bearing(owner))
        sure = shown if not query.aggregate else frozenset[str]()
        through = (self.names[owner.casefold()].name, link) if near and link else None
        steps = path.casefold().rpartition(".")[0]
        yield Touched(
            mapped.name,
            sure,
            shown,
            whole=whole or not near,
            through=through,
            way=f"{way}.{steps}" if way else steps,
        )

    def _parent(self, name: str, path: str) -> tuple[str, str | None, str | None, str]:
        """Return (object, link field, parent object, field) of a path; no link after more than one step."""
        *steps, field_name = path.split(".")
        link: str | None = None
        target: str | None = name
        for step in steps:
            found = self.relations.parent(target or "", step)
            link, target = (found.field, found.target) if found else (None, None)
            if target is None:  # not a relation of the map: a standard lookup is named after its object
                target = next(
                    (each.name for each in self.names.values() if _same_step(step, each.name)), None
                )
        return name, link if len(steps) == 1 else None, target, field_name

    def _child(self, name: str, relation: str) -> str | None:
        """Return the object of child rows; a relation that the map does not name may be a plural."""
        known = self.relations.child(name, relation)
        plurals = (
            each.name for each in self.names.values() if plural(each.name).casefold() == relation.casefold()
        )
        return known.owner if known else next(plurals, None)

    def inferable(self, query: Query | None, touched: Sequence[Touched]) -> tuple[str, ...]:
        """Return mapped fields, as `Object.Field`, that a filter used and the answer did not show."""
        if not query or not query.object:
            return ()
        shown = {(each.object, name) for each in touched for name in each.possible_fields}
        used = self._used(query)
        return tuple(f"{name}.{field_name}" for name, field_name in sorted(used - shown))

    def _used(self, query: Query) -> set[tuple[str, str]]:
        """Return the mapped fields that the conditions of a query use."""
        used: set[tuple[str, str]] = set()
        for path in query.filters:
            target = self._parent(query.object or "", path)[2]
            mapped = self.bearing(target) if target else None
            if mapped:
                used |= {(mapped.name, name) for name in _shown(path.rpartition(".")[2], mapped)}
        return used.union(*(self._used(inner) for inner in query.inner))

    def unresolved(self, query: Query | None) -> list[str]:
        """Return parent paths and child relations of which the map does not say where they lead."""
        if not query or not query.object:
            return []
        name = query.object
        paths = {path for path in query.paths if "." in path and self._parent(name, path)[2] is None}
        children = {
            child.object for child in query.children if child.object and not self._child(name, child.object)
        }
        return sorted(paths | children)


def _unnamed(query: Query, mapped: MappedObject) -> frozenset[str]:
    """Return the fields that may have come back although the text does not name them."""
    custom = frozenset(name for name in mapped.fields if name.casefold().endswith("__c"))
    if not query.selected or query.everything & {"ALL", "TYPEOF"}:
        return frozenset(mapped.fields)
    found = custom if "CUSTOM" in query.everything else frozenset[str]()
    return found | (frozenset(mapped.fields) - custom if "STANDARD" in query.everything else frozenset[str]())


def _same_step(step: str, name: str) -> bool:
    """Say whether a step of a path is the usual name of a lookup to an object."""
    low = step.casefold()
    return low == name.casefold() or (low.endswith("__r") and f"{low[:-3]}__c" == name.casefold())


def _shown(path: str, mapped: MappedObject) -> frozenset[str]:
    """Return the mapped fields whose value a returned field shows, compound fields and parts included."""
    wanted = path.casefold()
    return frozenset(
        name
        for name in mapped.fields
        if (low := name.casefold()) == wanted
        or wanted in _PARTS.get(low, ())
        or low in _PARTS.get(wanted, ())
    )


def _in(name: str, names: Iterable[str]) -> bool:
    return name.casefold() in {each.casefold() for each in names}


def merged(found: Iterable[Touched]) -> tuple[Touched, ...]:
    """Return one Touched for each object and way, sorted; fields of one way are united."""
    by_way: dict[tuple[str, tuple[str, str] | None, bool, str], Touched] = {}
    for each in found:
        way = (each.object, each.through, each.counted, each.way)
        before = by_way.get(way, each)
        by_way[way] = replace(
            before,
            sure_fields=before.sure_fields | each.sure_fields,
            possible_fields=before.possible_fields | each.possible_fields,
            whole=before.whole or each.whole,
        )
    return tuple(by_way[way] for way in sorted(by_way, key=str))
