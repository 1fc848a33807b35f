"""The record: nothing lost, the same in any order, as of a day, and what changed."""

from datetime import date
from itertools import permutations

from floodmark.incident import Evidence, as_of, compare, record
from incident.claims import claim, count, document

DOCUMENTS = [document(1, "2025-07-02"), document(2, "2025-07-09"), document(3)]
SAID = [
    claim("incident.organisation", "Harbour Bank", 1, day="2025-07-02"),
    claim("incident.organisation", "Harbour Bank Ltd", 2, day="2025-07-09"),
    claim("incident.organisation", "Northern Rail", 3),
    count(6_000_000, "at_most", source=1, day="2025-07-02"),
    count(5_700_000, "rounded", source=2, day="2025-07-09"),
    count(12, "exact", source=3),
]


def test_one_incident_is_recognised_by_the_name_and_says_why():
    """One incident is recognised by the name and says why."""
    made = record(Evidence(DOCUMENTS, SAID), organisation="Harbour Bank")
    assert [each.documents for each in made.incidents] == [("D-1", "D-2"), ("D-3",)]
    assert "Harbour Bank" in made.incidents[0].reason


def test_the_case_decides_which_group_comes_first():
    """The case decides which group comes first."""
    made = record(Evidence(DOCUMENTS, SAID), organisation="Northern Rail")
    assert made.incidents[0].documents == ("D-3",)


def test_claims_of_another_incident_are_kept_and_not_related():
    """Claims of another incident are kept and not related."""
    made = record(Evidence(DOCUMENTS, SAID))
    other = {each.id for each in made.claims if each.document == "D-3"}
    assert len(other) == 2
    assert not [each for each in made.relations if set(each.claims) & other]


def test_a_replaced_claim_is_marked_and_stays():
    """A replaced claim is marked and stays."""
    made = record(Evidence(DOCUMENTS, SAID))
    status = {each.value: each.status for each in made.claims if each.path == "impact.count"}
    assert status == {6_000_000: "superseded", 5_700_000: "asserted", 12: "asserted"}


def test_an_assumption_that_is_wrong_is_contradicted():
    """An assumption that is wrong is contradicted."""
    said = [
        claim("incident.discovered_on", "2025-07-01", modality="inferred"),
        claim("incident.discovered_on", "2025-06-30", modality="computed", detail={"text": "Monday"}),
    ]
    made = record(Evidence([document(1)], said))
    assert {each.value: each.status for each in made.claims} == {
        "2025-07-01": "contradicted",
        "2025-06-30": "asserted",
    }


def test_two_incidents_of_one_organisation_are_told_apart_by_their_days():
    """Two incidents of one organisation are told apart by their days."""
    said = [claim("incident.organisation", "Harbour Bank", source) for source in (1, 2)] + [
        claim("incident.occurred_on", "2023-01-05", 1),
        claim("incident.occurred_on", "2025-07-01", 2),
    ]
    made = record(Evidence([document(1), document(2)], said))
    assert len(made.incidents) == 2


def test_one_actor_behind_two_names_is_no_reason():
    """One actor behind two names is no reason."""
    said = [
        claim("incident.organisation", name, source)
        for source, name in ((1, "Harbour Bank"), (2, "Northern Rail"))
    ] + [claim("actor.name", "A Crew", source, confidence="stated") for source in (1, 2)]
    assert len(record(Evidence([document(1), document(2)], said)).incidents) == 2


def test_nothing_is_lost_and_order_does_not_matter():
    """Nothing is lost and order does not matter."""
    made = {
        record(Evidence(documents, claims)).model_dump_json()
        for documents in permutations(DOCUMENTS)
        for claims in (SAID, SAID[::-1])
    }
    assert len(made) == 1
    assert {each.id for each in record(Evidence(DOCUMENTS, SAID)).claims} == {each.id for each in SAID}


def test_as_of_a_day_leaves_out_what_came_later_and_what_has_no_day():
    """As of a day leaves out what came later and what has no day."""
    whole = record(Evidence(DOCUMENTS, SAID))
    early = as_of(whole, date(2025, 7, 5))
    assert [each.id for each in early.documents] == ["D-1"]
    assert {each.value: each.status for each in early.claims if each.path == "impact.count"} == {
        6_000_000: "asserted"
    }


def test_two_days_compared():
    """Two days compared."""
    whole = record(Evidence(DOCUMENTS, SAID))
    change = compare(as_of(whole, date(2025, 7, 5)), as_of(whole, date(2025, 7, 9)))
    assert {each.value for each in change.added} == {"Harbour Bank Ltd", 5_700_000}
    assert [(each.claim.value, each.before, each.claim.status) for each in change.changed] == [
        (6_000_000, "asserted", "superseded")
    ]
    assert change.removed == ()


def test_a_document_that_names_somebody_else_is_no_part_of_the_case():
    """Its claims are kept in a group of their own; the group of the case comes first and is empty."""
    made = record(Evidence([DOCUMENTS[2]], [SAID[2], SAID[5]]), organisation="Harbour Bank")
    assert [each.documents for each in made.incidents] == [(), ("D-3",)]
    assert made.incidents[0].organisation == "Harbour Bank"


def test_a_document_that_names_nobody_is_taken_to_be_about_the_case():
    """It was taken in for it; the reason says so."""
    made = record(Evidence(DOCUMENTS, [*SAID[:2], *SAID[3:]]), organisation="Harbour Bank")
    assert [each.documents for each in made.incidents] == [("D-1", "D-2", "D-3")]
    assert "names no organisation" in made.incidents[0].reason
