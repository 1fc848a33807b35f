"""The STIX bundle: valid by the published schemas, complete, the same twice, inert."""

import json
from typing import Any

import stix2
from stix2validator import ValidationOptions, validate_string

from exchange.records import FRAME, HOSTILE, MADE, SHA
from floodmark.exchange import stix
from floodmark.incident import Evidence, record

TEXT = stix.dump(MADE, FRAME)
OBJECTS = json.loads(TEXT)["objects"]


def problems(text):
    """Return what the validator says against a bundle."""
    found: Any = validate_string(text, ValidationOptions(version="2.1", disabled="all"))
    return [str(each) for each in found.errors or ()] or ([] if found.is_valid else ["not valid"])


def of(kind):
    """Return the objects of a type."""
    return [each for each in OBJECTS if each["type"] == kind]


def test_it_is_valid():
    """Every object passes the schemas and musts of STIX 2.1, and the library reads the whole."""
    assert problems(TEXT) == []
    assert len(stix2.parse(TEXT, allow_custom=False).objects) == len(OBJECTS)


def test_a_broken_object_would_be_seen():
    """The check can fail."""
    broken = json.loads(TEXT)
    next(each for each in broken["objects"] if each["type"] == "indicator")["pattern"] = "[url:value ="
    assert problems(json.dumps(broken))


def test_every_claim_has_a_note_with_its_quote():
    """Nothing of the record is lost on the way out."""
    notes = {each["abstract"].split()[0]: each for each in of("note")}
    assert set(notes) == {each.id for each in MADE.claims}
    assert all(each.quote in notes[each.id]["content"] for each in MADE.claims)


def test_actors_are_tied_with_the_surest_mention_and_not_when_denied():
    """Two mentions of one name make one tie; a denied name makes none, and keeps its note."""
    ties = [each for each in of("relationship") if each["relationship_type"] == "attributed-to"]
    assert [each["confidence"] for each in ties] == [50]
    assert [each["name"] for each in of("intrusion-set")] == [HOSTILE]


def test_indicators_are_those_that_can_be_looked_for():
    """Private addresses and ids of records are notes only; values are literals of the pattern."""
    patterns = {each["pattern"]: each["valid_from"] for each in of("indicator")}
    assert f"[file:hashes.'SHA-256' = '{SHA}']" in patterns
    assert "[ipv4-addr:value ISSUBSET '203.0.113.0/24']" in patterns
    assert patterns["[ipv6-addr:value = '2001:db8::1']"] == "2025-06-28T02:11:09.120Z"
    assert len(patterns) == 4
    (url,) = (each for each in patterns if each.startswith("[url"))
    assert url.count("\\'") == HOSTILE.count("'")


def test_a_technique_known_of_the_actor_is_not_used_by_the_campaign():
    """What a group is known for was not seen here."""
    used = {each["target_ref"] for each in of("relationship") if each["relationship_type"] == "uses"}
    names = {each["id"]: each["name"] for each in of("attack-pattern")}
    assert [names[each] for each in used] == ["CRM data"]
    assert sorted(names.values()) == ["CRM data", "Encryption"]


def test_the_same_record_gives_the_same_bytes_in_ascii():
    """Ids follow from content; no clock is asked."""
    again = record(Evidence(MADE.documents[::-1], MADE.claims[::-1]), organisation=FRAME.organisation)
    assert stix.dump(again, FRAME) == TEXT
    assert TEXT.isascii()
