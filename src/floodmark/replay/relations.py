"""Which field leads from one object to another, by the names that queries use; case never matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from floodmark.snapshot.datamap import Datamap, MappedObject, plural


@dataclass(frozen=True)
class Link:
    """A field of `owner` whose value is the id of a record of `target`; names as the data map has them."""

    owner: str
    field: str
    target: str


class Relations:
    """Parents and children of the objects of a data map."""

    def __init__(self, datamap: Datamap) -> None:
        self.names: Mapping[str, MappedObject] = {each.name.casefold(): each for each in datamap.objects}
        self.parents: dict[tuple[str, str], Link] = {}
        self.children: dict[tuple[str, str], Link] = {}
        for path, target in _links(datamap).items():
            owner, _, field = path.partition(".")
            link = Link(owner, field, target)
            self.parents[owner.casefold(), _step(field)] = link
            child = datamap.child_names.get(path, plural(owner)).casefold()
            self.children[target.casefold(), child] = link

    def object(self, name: str) -> MappedObject | None:
        """Return the mapped object of a name."""
        return self.names.get(name.casefold())

    def parent(self, name: str, step: str) -> Link | None:
        """Return the link that a step of a path follows: `Contact` on Case, `Owner__r` on any object."""
        return self.parents.get((name.casefold(), step.casefold()))

    def child(self, name: str, relation: str) -> Link | None:
        """Return the link by which child rows of a relationship name belong to an object."""
        return self.children.get((name.casefold(), relation.casefold()))

    def fields(self, name: str) -> Iterable[str]:
        """Return the fields of an object that hold ids of other records, case-folded."""
        return [
            link.field.casefold() for (owner, _), link in self.parents.items() if owner == name.casefold()
        ]


def _links(datamap: Datamap) -> dict[str, str]:
    """Return `Object.Field` -> object, relations and `via` alike."""
    links = dict(datamap.relations)
    links |= {
        f"{each.name}.{each.via}": each.via_object for each in datamap.objects if each.via and each.via_object
    }
    return links


def _step(field: str) -> str:
    """Return the name under which a path follows a field: `Account` for AccountId, `Trip__r` for Trip__c."""
    return (field[:-3] + "__r" if field.endswith("__c") else field.removesuffix("Id")).casefold()
