"""Findings are Detection Findings of OCSF 1.8: the published structure, and nothing lost on the way."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from case.deciding_findings import finding, reason
from floodmark.exchange.ocsf import CLASS, VERSION, Judged, Producer, Status, Trail, document, dump

SCHEMA = json.loads(Path(__file__).with_name("detection_finding.schema.json").read_text("ascii"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PRODUCER = Producer("0.1.0", frozenset({"volume-burst", "new-client"}))
TRAIL = Trail(
    "salesforce.elf.RestApi", "0055j000000utlPAAQ", "192.0.2.7", "loader", "sessionA", ("e1", "e2", "e3")
)


def judged(made=None, *, status: Status = "new", reason=None, like=None, trails=(TRAIL,)):
    """Return a finding as it stands."""
    return Judged(made or finding(), status, reason, like, trails)


def found(*arguments, **options):
    """Return a document that was checked against the structure."""
    made = document(judged(*arguments, **options), PRODUCER)
    VALIDATOR.validate(made)
    return made


def test_the_structure_refuses_what_is_wrong():
    """The check is strict: a missing or unknown slot, or a number outside its list, is refused."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    good = found()
    for bad in (
        {**good, "severity": 3},
        {**good, "severity_id": 9},
        {**good, "rows": 1},
        {**good, "finding_info": {"title": "no uid"}},
        {**good, "evidences": [{}]},
        {**good, "evidences": [{"data": {}, "src_endpoint": {"ip": "Internal"}}]},
        {name: value for name, value in good.items() if name != "time"},
    ):
        assert list(VALIDATOR.iter_errors(bad))


def test_what_every_event_of_ocsf_has():
    """Class, category, type, times in milliseconds, product and version."""
    made = found()
    assert (made["class_uid"], made["category_uid"], made["type_uid"]) == (CLASS, 2, 200_401)
    assert made["metadata"]["version"] == VERSION == "1.8.0"
    assert made["metadata"]["product"]["version"] == "0.1.0"
    assert made["time"] == 1_751_246_400_000  # 2025-06-30T01:20:00Z
    assert made["start_time"] == 1_751_245_209_120
    assert made["end_time"] == 1_751_248_800_000


@pytest.mark.parametrize(
    ("status", "numbers"),
    [("new", (1, 1, 200_401)), ("accepted", (2, 2, 200_402)), ("dismissed", (3, 3, 200_403))],
)
def test_what_was_decided(status, numbers):
    """New, in progress, suppressed; a finding that is created, updated, closed."""
    made = found(status=status, reason=None if status == "new" else "because")
    assert (made["status_id"], made["activity_id"], made["type_uid"]) == numbers
    assert made["is_alert"] == (status == "new")
    assert made.get("comment") == (None if status == "new" else "because")


@pytest.mark.parametrize(
    ("level", "severity", "confidence"), [("low", 2, 1), ("medium", 3, 2), ("high", 4, 3)]
)
def test_levels(level, severity, confidence):
    """Severity and confidence keep apart."""
    made = found(finding(severity=level, confidence=level))
    assert (made["severity_id"], made["confidence_id"]) == (severity, confidence)


def test_the_analytics():
    """The leading detector, the others beside it; what is no detector of ours is a rule."""
    info = found(finding(reasons=[reason(), reason("export-by-night")]))["finding_info"]
    assert (info["analytic"]["name"], info["analytic"]["type_id"]) == ("volume-burst", 2)
    assert [(each["name"], each["type_id"]) for each in info["related_analytics"]] == [("export-by-night", 1)]
    assert info["types"] == ["export-by-night", "volume-burst"]
    assert info["attacks"] == [
        {"technique": {"uid": "T1213"}, "sub_technique": {"uid": "T1213.004"}},
        {"technique": {"uid": "T1567"}},
    ]
    assert info["data_sources"] == ["salesforce.elf.RestApi"]


def test_seen_and_expected_stand_side_by_side():
    """Each reason is an anomaly with its baseline; what it weighs has no slot."""
    made = found()
    (analysis,) = made["anomaly_analyses"]
    seen = [each["observations"][0]["value"] for each in analysis["anomalies"]]
    expected = [each["observations"][0]["value"] for each in analysis["baselines"]]
    assert seen == [each.seen for each in finding().reasons]
    assert expected == [each.expected for each in finding().reasons]
    assert made["unmapped"]["points"] == 10
    assert [each["points"] for each in made["unmapped"]["reasons"]] == [7, 3]


def test_evidence_and_observables():
    """Who, from where, with what, which events; an address that is none is kept without a slot."""
    odd = Trail("salesforce.loginhistory", None, "Salesforce.com IP", None, None, ("e4",))
    made = found(finding(addresses=["192.0.2.7", "Salesforce.com IP"]), trails=(TRAIL, odd))
    first, second = made["evidences"]
    assert first["actor"] == {
        "user": {"uid": "0055j000000utlPAAQ"},
        "app_name": "loader",
        "session": {"uid": "sessionA"},
    }
    assert first["src_endpoint"] == {"ip": "192.0.2.7"}
    assert first["data"]["events"] == ["e1", "e2", "e3"]
    assert second == {
        "data": {"log": "salesforce.loginhistory", "events": ["e4"], "address": "Salesforce.com IP"}
    }
    assert [(each["type_id"], each["value"]) for each in made["observables"]] == [
        (2, "192.0.2.7"),
        (31, "0055j000000utlPAAQ"),
    ]
    assert made["unmapped"]["addresses"] == ["192.0.2.7", "Salesforce.com IP"]


def test_nothing_known_is_still_whole():
    """A finding without account, address, reason, technique or event."""
    bare = finding(
        **dict.fromkeys(("actors", "sessions", "logins", "clients", "addresses", "techniques"), ()),
        reasons=[],
    )
    made = found(bare, trails=())
    assert made["evidences"] == made["observables"] == made["anomaly_analyses"] == []
    assert (
        found(finding(actors=[]))["anomaly_analyses"][0]["analysis_targets"][0]["name"] == "no account named"
    )


def test_one_array_in_ascii():
    """The file is one JSON document, in the given order, whatever the text."""
    wild = finding(id="F-2", title="\x1b[31m\u202e</script>", clients=["=1+1", "\ud7ff"])
    text = dump([judged(), judged(wild, status="dismissed", reason="r", like="F-1")], PRODUCER)
    assert text.isascii()
    assert "\x1b" not in text
    one, other = json.loads(text)
    assert (one["finding_info"]["uid"], other["finding_info"]["uid"]) == ("F-0000000001", "F-2")
    assert other["finding_info"]["title"] == wild.title
    assert other["unmapped"]["like"] == "F-1"
    assert dump([], PRODUCER) == "[]\n"


TEXT = st.text(max_size=20)


@given(texts=st.lists(TEXT, max_size=3), ip=TEXT | st.ip_addresses().map(str))
def test_any_text_of_a_log_fits(texts, ip):
    """Whatever a log says, the structure holds and the text is in it as it came."""
    made = finding(clients=texts, addresses=[ip], reasons=[reason(seen=ip, expected=ip)], summary=ip)
    found_ = found(made, trails=(Trail("log", ip, ip, ip, ip, tuple(texts)),))
    assert found_["message"] == found_["evidences"][0]["actor"]["app_name"] == ip
    assert found_["unmapped"]["clients"] == texts
