"""The VERIS incident: valid by the slots of the published schema, one value a slot, every claim kept."""

import json
from pathlib import Path

import jsonschema
import pytest

from exchange.records import FRAME, MADE
from floodmark.exchange import veris
from floodmark.incident import Evidence, record
from incident.claims import claim, count, document

SCHEMA = json.loads((Path(__file__).parent / "veris.schema.json").read_text("ascii"))


def made(*said):
    """Return the incident of some claims of one document, checked against the schema."""
    found = json.loads(veris.dump(record(Evidence([document(1)], said)), FRAME))
    jsonschema.Draft4Validator(SCHEMA).validate(found)
    return found


def test_a_full_record_and_an_empty_one_are_valid():
    """With much to say or nothing, the required slots are there."""
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(veris.dump(MADE, FRAME)))
    empty = made()
    assert empty["attribute"]["confidentiality"]["data_disclosure"] == "Unknown"
    assert empty["action"] == {"unknown": {"notes": "No source says how it was done."}}
    assert empty["timeline"] == {"incident": {"year": 2025}}


def test_what_logs_prove_goes_before_what_is_said():
    """The total is the figure of the logs, not the larger one of a source."""
    found = json.loads(veris.dump(MADE, FRAME))
    assert found["attribute"]["confidentiality"]["data_total"] == 57_000


def test_a_bound_is_no_total_where_a_figure_stands():
    """`up to six million` gives way to 5.7 million, and stands alone otherwise."""
    figure, bound = count(5_700_000, "rounded"), count(6_000_000, "at_most")
    assert made(figure, bound)["attribute"]["confidentiality"]["data_total"] == 5_700_000
    assert made(bound)["attribute"]["confidentiality"]["data_total"] == 6_000_000


def test_kinds_of_data():
    """Only what was taken counts, by variety; a broad word names none."""
    found = made(
        claim("impact.category", "password", polarity="taken"),
        claim("impact.category", "email", polarity="taken"),
        claim("impact.category", "payment_card", polarity="not_taken"),
        claim("impact.category", "personal information", polarity="taken", detail={"broad": "yes"}),
    )
    assert found["attribute"]["confidentiality"]["data"] == [
        {"variety": "Credentials"},
        {"variety": "Personal"},
    ]


@pytest.mark.parametrize(
    ("technique", "action"),
    [
        ("T1566.004", {"social": {"variety": ["Phishing"], "vector": ["Phone"], "target": ["Unknown"]}}),
        ("T1684", {"social": {"variety": ["Pretexting"], "vector": ["Unknown"], "target": ["Unknown"]}}),
        ("T1078.004", {"hacking": {"variety": ["Use of stolen creds"], "vector": ["Unknown"]}}),
    ],
)
def test_actions_follow_from_techniques(technique, action):
    """A technique that was claimed gives its action; one only known of an actor gives none."""
    assert made(claim("technique", technique, detail={"kind": "claimed"}))["action"] == action
    assert "unknown" in made(claim("technique", technique, detail={"kind": "known_for_actor"}))["action"]


def test_a_doubtful_name_is_no_actor():
    """Possible is not stated."""
    assert "name" not in made(claim("actor.name", "A Crew", confidence="possible"))["actor"]["external"]
    assert made(claim("actor.name", "A Crew", confidence="stated"))["actor"]["external"]["name"] == ["A Crew"]


def test_the_day_is_never_a_wrong_assumption():
    """The day worked out is used, the report's own assumption is not."""
    found = made(
        claim("incident.discovered_on", "2025-07-01", modality="inferred"),
        claim("incident.discovered_on", "2025-06-30", modality="computed"),
    )
    assert found["timeline"]["incident"] == {"year": 2025, "month": 6, "day": 30}


def test_every_claim_is_kept():
    """`plus` has them all."""
    found = json.loads(veris.dump(MADE, FRAME))
    assert [each["id"] for each in found["plus"]["claims"]] == [each.id for each in MADE.claims]
