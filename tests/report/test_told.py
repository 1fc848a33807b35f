"""The incident record on a terminal: everything said, bounded, and nothing that acts."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floodmark import incident
from floodmark.incident import Evidence, record
from floodmark.models import Claim, ClaimChange, Hunt, Record, RecordChange, Relation, Unknown
from floodmark.report import changed, hunted, told
from floodmark.report.told import said
from incident.claims import claim, count, document
from report.test_published import ATTACKS, DOCUMENTS, EVERY, SAID, TOLD, records, spoiled

SMALL = record(
    Evidence(
        DOCUMENTS,
        [
            claim("incident.organisation", "Harbour Bank", 1),
            claim("incident.organisation", "Harbour Bank", 2),
            count(6_000_000, "at_most", day="2025-07-02"),
            count(5_700_000, "about", source=2, day="2025-07-09"),
            claim("impact.category", "passport", 1, polarity="not_taken"),
            claim("actor.name", "Quiet Crew", 1, confidence="possible"),
            claim("response.recovery", "the desk reopened", 2),
        ],
        [Unknown(path="impact.financial", quote="not known", document="D-1", span=(0, 1))],
    ),
    organisation="Harbour Bank",
)


def acting(text: str) -> list[str]:
    """The characters of a text, line feeds apart, that a terminal acts upon."""
    return [char for char in text if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}]


def found(value: str, outcome: str = "matched", **changes: Any) -> dict[str, Any]:
    """One thing that was looked for."""
    is_found = outcome == "matched"
    return {
        "claims": ["C-1"],
        "path": "indicator",
        "type": "domain",
        "value": value,
        "class": "",
        "outcome": outcome,
        "from": "2025-06-28T02:00:00.000Z" if is_found else None,
        "to": "2025-06-29T02:00:00.000Z" if is_found else None,
        "events": 3 if is_found else 0,
        "known_events": None,
        "sample": [],
        "accounts": [],
        "account_count": 0,
        "seen_as": [],
        "looked_in": [],
        "findings": [],
        "why": "one account used it",
        **changes,
    }


def hunt(*matched: dict[str, Any], **others: list[dict[str, Any]]) -> Hunt:
    """A hunt with what it found."""
    return Hunt.model_validate(
        {
            "matched": list(matched),
            "not_matched": others.get("not_matched", []),
            "cannot_be_seen": others.get("cannot_be_seen", []),
            "left_out": 0,
            "coverage": [
                {"log": "salesforce.elf.RestApi", "from": "2025-06-01", "to": "2025-07-01", "gaps": 2}
            ],
            "head": None,
        }
    )


def test_the_record_on_a_terminal() -> None:
    """Documents, what is said by subject, what is not known, and where sources differ."""
    assert told(SMALL, width=100) == (
        "D-1  2025-07-02  First account\n"
        "D-2  2025-07-09  Second account\n"
        f"incident 1: {SMALL.incidents[0].reason}\n"
        "\n"
        "Organisation\n"
        "  Harbour Bank  x2\n"
        "How many\n"
        "  at most 6,000,000 customers (superseded)\n"
        "  about 5,700,000 customers\n"
        "Data\n"
        "  passport (not taken)\n"
        "Named as actor\n"
        "  Quiet Crew (possible)\n"
        "Response\n"
        "  the desk reopened\n"
        "Stated as not known\n"
        "  impact.financial\n"
        "Where they differ\n" + "\n".join(_wrapped_reason()) + "\n"
    )


def _wrapped_reason() -> list[str]:
    """The lines of the one relation in which the claims differ."""
    (one,) = (each for each in SMALL.relations if each.kind != "compatible")
    text = f"about 5,700,000 customers supersedes at most 6,000,000 customers (superseded): {one.reason}"
    lines, line = [], " "
    for each in text.split():
        if len(f"{line} {each}") > 100:
            lines.append(line)
            line = "   "
        line = f"{line} {each}"
    return [*lines, line]


@pytest.mark.parametrize("width", [1, 40, 80, 500])
def test_lines_fit(width: int) -> None:
    """No line of the record is wider than asked for, within 40 and 100 columns."""
    lines = told(TOLD, width=width).split("\n")
    assert max(map(len, lines[len(DOCUMENTS) + 2 :])) <= min(max(width, 40), 100)


def test_each_claim_of_a_document_is_told() -> None:
    """Every subject has its claims."""
    shown = told(TOLD, width=100)
    for each in SAID:
        assert (f"{each.value:,}" if isinstance(each.value, int) else str(each.value)) in shown


def test_many_claims_are_cut_and_counted() -> None:
    """Of 3,000 different ones twelve are told, and how many more there are."""
    many = tuple(claim("lesson", f"word{n}", 1) for n in range(3_000))
    pairs = tuple(Relation(claims=(one.id, two.id), kind="conflicts", reason="other") for one, two in pairwise(many))  # fmt: skip
    shown = told(TOLD.model_copy(update={"claims": many, "relations": pairs}))
    assert shown.count("\n  word") == 24
    assert "  ... and 2988 more; --json lists them\n" in shown
    assert "  ... and 2987 more; --json lists them\n" in shown


def test_what_changed() -> None:
    """Added, removed, and of another status; or that nothing changed."""
    base = claim("incident.sector", "Banking", 1)
    change = RecordChange(
        added=(count(5, "about"),),
        removed=(base,),
        changed=(ClaimChange(claim=base.model_copy(update={"status": "disputed"}), before="asserted"),),
        relations=(),
    )
    assert changed(change, since="2025-07-02") == (
        "\nSince 2025-07-02\n"
        "  + impact.count: about 5 customers\n"
        "  - incident.sector: Banking\n"
        "  incident.sector: Banking (disputed), asserted before, disputed now\n"
    )
    none = RecordChange(added=(), removed=(), changed=(), relations=())
    assert changed(none, since="2025-07-02") == "\nSince 2025-07-02\n  nothing changed\n"
    assert incident.compare(TOLD, TOLD) == none


def test_what_a_hunt_found() -> None:
    """Found with its events, not found with why, and the logs that were looked in; names defanged."""
    shown = hunted(
        hunt(
            found("evil.example", accounts=["ana", "", "bo", "cy"], findings=["F1"]),
            cannot_be_seen=[found("198.51.100.7", "cannot_be_seen", type="ipv4", why="no log has it")],
        ),
        width=100,
    )
    assert shown == (
        "Found in these logs\n"
        "  domain evil[.]example: 3 events from 2025-06-28T02:00:00.000Z to 2025-06-29T02:00:00.000Z; F1,\n"
        "    ana, bo; one account used it\n"
        "Not found, where it would show\n"
        "  nothing\n"
        "Cannot be seen in these logs\n"
        "  ipv4 198[.]51[.]100[.]7: no log has it\n"
        "Looked in\n"
        "  salesforce.elf.RestApi 2025-06-01 to 2025-07-01, 2 gaps\n"
    )


@pytest.mark.parametrize("text", [*ATTACKS, EVERY], ids=range(len(ATTACKS) + 1))
def test_hostile_text_is_inert(text: str) -> None:
    """No control, bidi or zero-width character of a document or a log reaches the terminal."""
    told_by = spoiled(text)
    change = RecordChange(
        added=told_by.claims,
        removed=told_by.claims,
        changed=tuple(ClaimChange(claim=each, before="asserted") for each in told_by.claims),
        relations=(),
    )
    match = found(text, accounts=[text], findings=[text], why=text)
    output = [
        told(told_by),
        changed(change, since=text),
        hunted(hunt(match, not_matched=[found(text, "not_matched", why=text)])),
    ]
    assert [acting(each) for each in output] == [[], [], []]


def test_a_claim_in_words() -> None:
    """Precision, number, unit, and all that says how sure it is."""
    assert said(count(5_700_000, "about")) == "about 5,700,000 customers"
    assert said(claim("actor.name", "a\x1bb", 1, confidence="likely", modality="inferred")) == (
        "a\\x1bb (likely, inferred)"
    )
    assert said(claim("impact.financial", 2.5, 1, unit="USD")) == "2.5 USD"


@given(records())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_can_be_told(any_record: Record) -> None:
    """Nothing raises, the same twice, nothing acts."""
    shown = told(any_record)
    assert shown == told(any_record)
    assert shown.endswith("\n")
    assert acting(shown) == []


@given(st.text(max_size=30), st.integers(-3, 120))
def test_any_value_can_be_told(text: str, width: int) -> None:
    """Whatever the words and however narrow the terminal."""
    one: Claim = claim("lesson", text, 1)
    shown = told(TOLD.model_copy(update={"claims": (one,), "relations": ()}), width=width)
    assert acting(shown) == []


def test_other_incidents_are_numbered() -> None:
    """Which document is about which incident."""
    both = record(
        Evidence(
            [*DOCUMENTS, document(3, "2023-01-05", "Zebra account")],
            [*SAID, claim("incident.organisation", "Zebra Foods", 3)],
        ),
        organisation="Harbour Bank",
    )
    assert told(both, width=100).split("\n")[:3] == [
        "D-3  2023-01-05  Zebra account, incident 2",
        "D-1  2025-07-02  First account, incident 1",
        "D-2  2025-07-09  Second account, incident 1",
    ]
