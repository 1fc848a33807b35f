"""The OCSF Incident Finding: its slots against the published class, its numbers, and every claim in it."""

import json
from datetime import UTC, datetime

from exchange.records import FRAME, MADE
from floodmark.exchange import ocsf_incident
from floodmark.models import Finding, Intrusion

REQUIRED = {
    "activity_id",
    "category_uid",
    "class_uid",
    "finding_info_list",
    "metadata",
    "severity_id",
    "status_id",
    "time",
    "type_uid",
}
"""Required by class 2005 of OCSF 1.8, with those of every event."""
INTRUSION = Intrusion.model_validate(
    {
        "actors": ["A"], "sessions": [], "logins": [], "clients": [], "addresses": ["2001:db8::1"], "acts": 1,
        "events": 2, "from": "2025-06-28T02:11:09.120Z", "to": "2025-06-30T04:02:51.000Z",
    }
)  # fmt: skip
FINDING = Finding.model_validate(
    {
        "id": "F-0000000001", "detector": "bulk-read", "title": "t", "summary": "s", "severity": "high",
        "confidence": "high", "actors": ["A"], "sessions": [], "logins": [], "clients": [], "addresses": [],
        "events": ["e"], "techniques": ["T1213.004"], "points": 14, "told_at": "2025-06-28T02:12:00.000Z",
        "reasons": [], "from": "2025-06-28T02:11:09.120Z", "to": "2025-06-30T04:02:51.000Z",
    }
)  # fmt: skip


def made(intrusion=None, findings=()):
    """Return the document as it is read back."""
    return json.loads(ocsf_incident.dump(MADE, FRAME, intrusion, findings))


def test_required_slots_and_numbers_of_the_class():
    """The numbers follow from the class and from each other."""
    found = made(INTRUSION, (FINDING,))
    assert found.keys() >= REQUIRED
    assert (found["class_uid"], found["category_uid"], found["type_uid"]) == (2005, 2, 200501)
    assert found["finding_info_list"][0]["uid"] == FINDING.id
    at = datetime.fromtimestamp(found["start_time"] / 1000, UTC)
    assert at.isoformat(timespec="milliseconds") == "2025-06-28T02:11:09.120+00:00"


def test_without_logs_it_is_still_whole():
    """The time is that of the case, severity is unknown, and the list of findings is not empty."""
    found = made()
    assert (found["severity_id"], len(found["finding_info_list"])) == (0, 1)
    assert found["start_time"] == found["time"]


def test_every_claim_is_in_it_and_techniques_only_known_of_an_actor_are_no_attacks():
    """Nothing lost; `attacks` holds what was observed or claimed."""
    found = made()
    assert {each["uid"] for each in found["unmapped"]["claims"]} == {each.id for each in MADE.claims}
    assert found["attacks"] == [{"technique": {"uid": "T1213"}, "sub_technique": {"uid": "T1213.004"}}]


def test_it_is_closed_once_access_was():
    """The status follows from the containment that a person set."""
    assert made()["status_id"] == 5
