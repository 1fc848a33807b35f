"""What a case's own logs and settings claim: bounds as bounds, and nothing where nothing was shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.incident.proven import NAMED, Proof, proven
from floodmark.models import Claim, Observed, Scope, Traced
from report import materials

START, END = "2025-06-28T02:11:09.120Z", "2025-06-30T04:02:51.000Z"


def given_case(scope: Scope | None = None, **changes: Any) -> Proof:
    """A case of a small breach."""
    base: dict[str, Any] = {
        "organisation": "Harbour Bank",
        "platform": "Salesforce",
        "contained_at": None,
        "scope": scope,
        "traced": None,
    }
    return Proof(**{**base, **changes})


def told(path: str, case: Proof) -> list[Claim]:
    """The claims of a case under a path."""
    return [each for each in proven(case) if each.path == path]


def of_people(at_least: int, at_most: int) -> Scope:
    """The small breach with other bounds, and nothing counted by object."""
    people = {"at_least": at_least, "at_most": at_most, "bound": "exact", "without_value": 0}
    return materials.scope(people=people, records={})


def seen(type_: str, value: str = "192.0.2.44", **changes: Any) -> Observed:
    """One value of the intrusion."""
    counts = dict.fromkeys(("events", "accounts", "other_accounts", "other_events", "own_events"), 1)
    base = {
        "type": type_,
        "value": value,
        "from": START,
        "to": END,
        "specific": "unique",
        "why": "",
        **counts,
    }
    return Observed.model_validate({**base, **changes})


@pytest.mark.parametrize(
    ("at_least", "at_most", "expected"),
    [
        (5, 5, [(5, "exact")]),
        (0, 0, [(0, "exact")]),
        (0, 9, [(9, "at_most")]),
        (3, 9, [(3, "at_least"), (9, "at_most")]),
    ],
)
def test_bounds_that_meet_are_one_figure_else_two(
    at_least: int, at_most: int, expected: list[tuple[int, str]]
) -> None:
    """A lower end of zero says nothing and is no claim."""
    claims = told("impact.count", given_case(of_people(at_least, at_most)))
    assert [(each.value, each.precision) for each in claims] == expected
    assert {each.unit for each in claims} == {"people"}
    assert {(each.basis, each.modality, each.stated_by) for each in claims} == {
        ("replay", "computed", "Floodmark")
    }
    assert claims[0].detail == {"role": "total", "text": "counted by distinct email"}
    assert claims[0].evidence == ("R-001", "R-002", "R-003", "R-004")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_claimed_bounds_hold_the_scope(one: int, other: int) -> None:
    """Law: the claims allow exactly the counts that the scope allows."""
    low, high = sorted((one, other))
    bounds = {"exact": (0, 0), "at_least": (0, 10**10), "at_most": (0, 0)}
    begin, end = 0, 10**10
    for each in told("impact.count", given_case(of_people(low, high))):
        assert isinstance(each.value, int)
        assert each.precision in bounds
        begin = max(begin, 0 if each.precision == "at_most" else each.value)
        end = min(end, 10**10 if each.precision == "at_least" else each.value)
    assert (begin, end) == (low, high)


def test_records_are_parts_by_object_and_none_of_an_object_that_none_left() -> None:
    """Each object has its own bound; one of which no record left makes no claim."""
    records = {
        "Contact": {"at_least": 4, "at_most": 7, "bound": "exact"},
        "Case": {"at_least": 2, "at_most": 2, "bound": "exact"},
        "Lead": {"at_least": 0, "at_most": 0, "bound": "exact"},
    }
    claims = told("impact.count", given_case(materials.scope(records=records)))
    assert [(each.value, each.precision, each.detail["of"]) for each in claims if each.unit == "records"] == [
        (2, "exact", "Case"),
        (4, "at_least", "Contact"),
        (7, "at_most", "Contact"),
    ]
    assert {each.detail["role"] for each in claims if each.unit == "records"} == {"part"}


@pytest.mark.parametrize(
    ("bound", "outcomes", "polarity"),
    [
        ((3, 5), {"taken": 3, "possibly_taken": 2}, "taken"),
        ((0, 0), {"taken": 1}, "taken"),
        ((0, 5), {"possibly_taken": 5, "not_taken": 2}, "unknown"),
        ((0, 0), {"cannot_tell": 1, "not_taken": 9}, "unknown"),
        ((0, 0), {"not_taken": 9, "not_held": 1}, "not_taken"),
        ((0, 0), {"not_held": 10}, None),
        ((0, 0), {}, None),
    ],
)
def test_polarity_of_a_category(
    bound: tuple[int, int], outcomes: dict[str, int], polarity: str | None
) -> None:
    """Never `not_taken` while it cannot be told of somebody, or nobody had a value."""
    scope = materials.scope(categories=[materials.category("email", *bound, **outcomes)])
    claims = told("impact.category", given_case(scope))
    assert [(each.value, each.polarity) for each in claims] == ([("email", polarity)] if polarity else [])
    if claims:
        assert claims[0].detail == {"people_at_least": str(bound[0]), "people_at_most": str(bound[1])}


def test_an_empty_intrusion_claims_nothing() -> None:
    """No count, no category, no platform: only whose case it is, and what a person set."""
    scope = materials.empty().scope
    hunted = (seen("ipv4"),)
    for each in (None, scope):
        claims = proven(given_case(each, contained_at=END, observed=hunted, traced=materials.traced()))
        assert [(one.path, one.value, one.basis, one.evidence) for one in claims] == [
            ("incident.organisation", "Harbour Bank", "person", ("case.toml",)),
            ("response.containment", f"access closed at {END}", "person", ("case.toml",)),
        ]
    assert [one.path for one in proven(given_case(None))] == ["incident.organisation"]


def test_when_and_where() -> None:
    """Day of the first and of the last event with the whole time beside it; none that is not known."""
    claims = told("incident.occurred_on", given_case(materials.scope()))
    assert [(each.value, each.detail, each.basis) for each in claims] == [
        ("2025-06-28", {"about": "begin", "text": START}, "log"),
        ("2025-06-30", {"about": "end", "text": END}, "log"),
    ]
    (where,) = told("access.where", given_case(materials.scope()))
    assert (where.value, where.basis, where.quote, where.document) == ("Salesforce", "log", "", None)
    timeless = {**materials.scope().intrusion.model_dump(by_alias=True), "from": None, "to": None}
    assert told("incident.occurred_on", given_case(materials.scope(intrusion=timeless))) == []


def test_indicators_carry_when_they_were_seen_and_keys_are_none() -> None:
    """An address, a client and the like with first and last sight; session keys and logins never."""
    observed = (
        seen("ipv4"),
        seen("client", "my-app", specific="chosen", to=None),
        seen("user_agent", "curl/8", **{"from": None, "to": None}),
        seen("session", "abcd"),
        seen("login", "efgh"),
    )
    claims = told("indicator", given_case(materials.scope(), observed=observed))
    assert [(each.value, each.detail) for each in claims] == [
        (
            "192.0.2.44",
            {
                "first_seen": START,
                "last_seen": END,
                "raw": "192.0.2.44",
                "specific": "unique",
                "type": "ipv4",
            },
        ),
        ("my-app", {"first_seen": START, "raw": "my-app", "specific": "chosen", "type": "client"}),
        ("curl/8", {"raw": "curl/8", "specific": "unique", "type": "user_agent"}),
    ]
    assert {each.basis for each in claims} == {"log"}


def test_techniques_are_those_of_hostile_steps_once_each() -> None:
    """A step that is not counted as the intrusion shows none; each names its first events."""
    document = materials.traced().model_dump(mode="json", by_alias=True)
    first = document["stages"][0]
    document["stages"] = [
        {**first, "technique": "T1567", "events": [f"e{n}" for n in range(50)]},
        {**first, "technique": "T1213.004", "events": ["q0"]},
        {**first, "technique": "T1567", "events": ["late"]},
        {**first, "technique": "T1098", "hostile": False},
        {**first, "technique": ""},
    ]
    claims = told("technique", given_case(materials.scope(), traced=Traced.model_validate(document)))
    assert [(each.value, each.evidence) for each in claims] == [
        ("T1213.004", ("q0",)),
        ("T1567", tuple(f"e{n}" for n in range(NAMED))),
    ]
    assert {each.detail["kind"] for each in claims} == {"observed"}


def test_every_claim_is_a_claim_of_its_own_and_the_same_twice() -> None:
    """Ids differ, carry no quote, and depend on nothing but the case."""
    case = given_case(
        materials.scope(),
        contained_at=END,
        traced=materials.traced(),
        observed=(seen("ipv4"), seen("client", "my-app")),
    )
    claims = proven(case)
    assert claims == proven(case)
    assert len({each.id for each in claims}) == len(claims)
    assert {(each.quote, each.document, each.span, each.status) for each in claims} == {
        ("", None, None, "asserted")
    }
    assert {(each.basis, each.stated_by) for each in claims} == {
        ("person", "the case"),
        ("log", "Floodmark"),
        ("replay", "Floodmark"),
    }
    many = materials.scope(requests=[materials.request(f"R-{n:03}") for n in range(40)])
    assert told("access.where", given_case(many))[0].evidence == tuple(f"R-{n:03}" for n in range(NAMED))
