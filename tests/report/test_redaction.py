"""What a level leaves out is in no format; rounded counts hide small ones from subtraction too."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from floodmark.models import (
    Check,
    Claim,
    Finding,
    Proof,
    Published,
    Quarantined,
    Record,
    Scope,
    Traced,
    Unknown,
)
from floodmark.report import Location, Material, Moment, Statement, redaction, render, rounding
from floodmark.report.redaction import LEVELS, Level
from floodmark.report.rounding import Counts
from report import materials, pages

ACCOUNTS = (
    "canary.agent@corp.example",
    "0055jCANARY0000AAQ",
    "CanaryLink",
    "canary/desk",
    "cnry",
    "Canary Apart",
)
SECRETS = (
    "00Dcanarysession!abc",
    "sess-canary-2",
    "login-canary-3",
    "canary-linked-session",
    "sel-canary-session",
)
PEOPLE = ("canary.customer@home.example", "0035jCANARYPERSON")
"""A mail address and the id of a customer, both inside a query."""
ADDRESSES = ("203.0.113.77", "198.51.100.9")
DETAIL = (
    *("EVENTCANARY", "FILECANARY.csv", "QUERYCANARY", "SQLCANARY", "TABLECANARY", "REASONCANARY"),
    *("SUMMARYCANARY", "CLIENTCANARY", "OBJECTCANARY", "MOMENTCANARY", "PLACECANARY", "GAPCANARY"),
    *("OBSTACLECANARY", "CHECKCANARY", "READINGCANARY", "STAGECANARY", "MOVECANARY", "STATECANARY"),
    *("REQUESTCANARY", "ASSUMECANARY", "TITLECANARY", "DECIDECANARY", "UNITCANARY"),
)
"""What a regulator may see and the public may not."""
LINKED = "LINKCANARY"


def said(tag: str) -> str:
    """Text from outside with a tag in it, and everything that a level could forget in it."""
    return f"{tag} by {' '.join(ACCOUNTS)} in {' '.join(SECRETS)} for {PEOPLE[0]} Password=hunter2canary"


@cache
def planted() -> Material:
    """A material with a canary in every slot that text from outside can reach."""
    base = materials.told()
    return replace(
        base,
        scope=_scope(base.scope),
        proof=_proof(base.proof),
        findings=(_finding(1), _finding(2)),
        open_findings=(_finding(3),),
        selectors=(f"actors {ACCOUNTS[0]}", f"sessions {SECRETS[4]}", "addresses 203.0.113.77"),
        evidence=tuple(
            each.model_copy(update={"name": f"FILECANARY.csv {ACCOUNTS[0]}"}) for each in base.evidence
        ),
        quarantine=(Quarantined(sha256="a" * 64, position="PLACECANARY", reason=said("REASONCANARY")),),
        locations={
            f"EVENTCANARY-{event}": Location(
                f"EVENTCANARY-{event}",
                each.log,
                each.item,
                "FILECANARY.csv",
                each.row,
                each.at,
                said("PLACECANARY"),
            )
            for event, each in base.locations.items()
        },
        timeline=(
            Moment("2025-06-28T02:11:09.120Z", "initial access", said("MOMENTCANARY"), ("EVENTCANARY-q0",)),
            Moment(said("MOMENTCANARY"), said("MOMENTCANARY"), said("MOMENTCANARY")),
        ),
        statements=(Statement("SQLCANARY", f"SELECT * FROM t -- SQLCANARY {said('SQLCANARY')}", 1),),
        traced=_traced(base.traced),
        record=_record(),
    )


def _scope(scope: Scope) -> Scope:
    """The scope of the planted material."""
    document = scope.model_dump(mode="json", by_alias=True)
    links = [{**materials.LINK, "why": said("REASONCANARY"), "value": ADDRESSES[0], "account": ACCOUNTS[2]}]
    links += [
        {**links[0], "id": "L-1", "kind": "identity", "value": ACCOUNTS[3], "sample": ["EVENTCANARY-q1"]},
        {**links[0], "id": "L-2", "kind": "session", "value": SECRETS[3], "sample": []},
    ]
    document["intrusion"] |= {
        "actors": [ACCOUNTS[0], ACCOUNTS[1]],
        "sessions": [SECRETS[0]],
        "logins": [SECRETS[2]],
        "clients": ["CLIENTCANARY"],
        "addresses": list(ADDRESSES),
        "links": links,
    }
    document["snapshot"]["records"] = {"TABLECANARY__c": 5, "Case": 40_000}
    document["snapshot"]["unit"] = "distinct UNITCANARY"
    document["records"] = {"TABLECANARY__c": {"at_least": 3, "at_most": 5, "bound": "relaxed"}}
    query = (
        f"SELECT Id FROM OBJECTCANARY__c WHERE Email = '{PEOPLE[0]}' AND Id = '{PEOPLE[1]}' /* QUERYCANARY */"
    )
    for place, each in enumerate(document["requests"]):
        each |= {
            "id": f"REQUESTCANARY-{place}",
            "query": f"{query} -- {said('QUERYCANARY')}" + " " * 10 * place + "QUERYCANARY" * 60,
            "objects": ["OBJECTCANARY__c"],
            "assumes": [said("ASSUMECANARY")],
            "inferable": ["OBJECTCANARY.Field"],
            "events": [f"EVENTCANARY-{event}" for event in each["events"]],
        }
    document["coverage"]["gaps"][0] |= {"log": f"GAPCANARY {ACCOUNTS[4]}", "reason": said("GAPCANARY")}
    held = Check(name="matched = replayed in REQUESTCANARY-0", passed=True, detail=said("CHECKCANARY"))
    document["checks"] = [*document["checks"], held.model_dump()]
    return Scope.model_validate(document)


def _proof(proof: Proof) -> Proof:
    """The proof of the planted material."""
    document = proof.model_dump(mode="json", by_alias=True) | materials.linked()
    document |= {"readings": {said("READINGCANARY"): said("READINGCANARY")}, "other_unit": "UNITCANARY"}
    for each in document["obstacles"]:
        each |= {"text": said("OBSTACLECANARY"), "remedy": said("OBSTACLECANARY"), "position": "PLACECANARY"}
    for place, each in enumerate(document["requests"]):
        each |= {
            "id": f"REQUESTCANARY-{place}",
            "explanation": said("REASONCANARY"),
            "refused": said("REASONCANARY"),
        }
    for each in document["states"]:
        each["state"] = "STATECANARY"
    return Proof.model_validate(document)


def _finding(number: int) -> Finding:
    """One finding of the planted material."""
    one = materials.finding().model_dump(mode="json", by_alias=True)
    reason = one["reasons"][0] | {"seen": said("REASONCANARY"), "expected": said("REASONCANARY")}
    return Finding.model_validate(
        one
        | {
            "id": f"F{number}",
            "title": said("TITLECANARY") if number < 3 else said("DECIDECANARY"),
            "summary": said("SUMMARYCANARY"),
            "actors": [ACCOUNTS[1]],
            "sessions": [SECRETS[1]],
            "logins": [SECRETS[2]],
            "clients": ["CLIENTCANARY"],
            "addresses": [ADDRESSES[1]],
            "events": ["EVENTCANARY-q0"],
            "reasons": [reason],
        }
    )


def _traced(traced: Traced | None) -> Traced:
    """The trace of the planted material."""
    assert traced is not None
    document = traced.model_dump(mode="json", by_alias=True)
    document["intrusion"]["links"][0] |= {"account": ACCOUNTS[2], "why": said(LINKED)}
    for each in document["stages"]:
        each |= {"account": ACCOUNTS[4], "title": said("STAGECANARY"), "note": said("STAGECANARY")}
        each["events"] = ["EVENTCANARY-q1"]
    for each in document["apart"]:
        each |= {"account": ACCOUNTS[5], "why": said("REASONCANARY"), "sample": []}
    for each in document["lateral"]["moves"]:
        each |= {"text": said("MOVECANARY"), "events": []}
    document["lateral"]["absent"] = said("MOVECANARY")
    document["lateral"]["rests_on"][0]["log"] = said("MOVECANARY")
    document["going_on"] |= {"text": said("MOVECANARY"), "last_event": "EVENTCANARY-q1"}
    return Traced.model_validate(document)


def _claim(id_: str, value: str | int, **changes: Any) -> Claim:
    """One claim of a published document."""
    document: dict[str, Any] = {
        **dict.fromkeys(("unit", "precision", "polarity", "confidence", "stated_on", "span")),
        "id": id_,
        "path": "lesson",
        "value": value,
        "basis": "document",
        "status": "asserted",
        "modality": "asserted",
        "stated_by": "a paper",
        "quote": str(value),
        "document": "D-1",
        "detail": {},
        "evidence": (),
    }
    return Claim.model_validate(document | changes)


def _record() -> Record:
    """A record of one published document and one count of our own."""
    paper: dict[str, Any] = {"published_on": None, "media": "text", "stated_by": "a paper", "damaged": ""}
    paper |= {"id": "D-1", "title": "A paper", "sha256": "f" * 64, "name": "FILECANARY.txt"}
    return Record(
        documents=(Published(**paper),),
        claims=(
            _claim("C-1", "PUBLISHED lesson"),
            _claim("C-2", said("SUMMARYCANARY")),
            _claim("C-3", ADDRESSES[0], path="indicator"),
            _claim("C-4", 5_690_123, path="impact.count", basis="replay", document=None, quote=""),
        ),
        unknown=(Unknown(path="impact.count", quote=said("SUMMARYCANARY"), document="D-1", span=(0, 1)),),
        relations=(),
        incidents=(),
    )


@cache
def written(level: Level) -> dict[str, str]:
    """Every format of the planted material; white space apart, since PDF breaks lines anywhere."""
    return {kind: re.sub(r"\s+", "", text) for kind, text in pages.formats(planted(), level).items()}


def leaked(level: Level, canaries: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every canary that stands in a format, with the format; case and white space do not hide one."""
    return [
        (kind, each)
        for kind, text in written(level).items()
        for each in canaries
        if re.sub(r"\s+", "", each).casefold() in text.casefold()
    ]


def test_the_public_sees_none_of_it() -> None:
    """No account, secret, person, address, query, file, event, object or word from a log."""
    assert not leaked("public", (*ACCOUNTS, *SECRETS, *PEOPLE, *ADDRESSES, *DETAIL, LINKED, "hunter2canary"))
    assert not leaked("public", ("canary", "203.0.113[.]77", "a" * 12, "b" * 12, "f" * 12, "cnry"))
    assert all("PUBLISHEDlesson" in text for kind, text in written("public").items() if kind == "json")


def test_a_regulator_sees_the_evidence_and_no_account_and_no_secret() -> None:
    """Names are labels, keys are gone, and every tag of evidence and method is still there."""
    assert not leaked("regulator", (*ACCOUNTS, *SECRETS, PEOPLE[0], "hunter2canary", ACCOUNTS[1][:15]))
    seen = written("regulator")
    for tag in DETAIL:
        assert tag in seen["json"], tag
    shown = set(DETAIL) - {"CLIENTCANARY"}
    for kind in ("md", "html", "pdf", "pdf data", "docx"):
        assert {tag for tag in shown if tag not in seen[kind]} <= {"EVENTCANARY"}, kind
    assert "Account2" in seen["md"]
    assert "5,690,000" in seen["md"]


def test_internal_is_the_material_as_it_is() -> None:
    """Nothing is replaced, copied or rounded."""
    assert redaction.apply(planted(), "internal").material is planted()
    claims, _ = pages.made(planted())
    assert claims.value("scope", "people", "at_least") == 5_690_000


def test_labels_are_stable() -> None:
    """The same account has the same label in each part, and the short form of an id too."""
    made = redaction.apply(planted(), "regulator").material
    label = made.scope.intrusion.actors[1]
    assert re.fullmatch(r"Account \d", label)
    assert made.findings[0].actors == (label,)
    assert made.scope.intrusion.sessions == ("left out at this level",)
    assert f"by {made.scope.intrusion.actors[0]} {label}" in made.findings[0].summary


@pytest.mark.parametrize("level", LEVELS)
def test_the_first_page_says_the_level_and_the_checks_are_shown(level: Level) -> None:
    """In each format; report.json names it too."""
    formats = pages.formats(materials.failing(), level)
    said_ = redaction.notice(level)[0]
    assert isinstance(said_, str)
    for kind in ("md", "html", "pdf", "docx"):
        text = re.sub(r"\s+", " ", re.sub(r"(?<=\w)-\n", "-", formats[kind]))
        assert re.sub(r"\s+", "", said_) in re.sub(r"\s+", "", text), kind
        assert "FAILED" in text
        assert "people do not exceed records" in text
    assert json.loads(formats["json"])["level"] == level
    assert ("9 people, 8 records" in formats["md"]) == (level != "public")


@given(
    accounts=st.lists(st.text(min_size=2, max_size=20), max_size=3),
    session=st.text(min_size=6, max_size=30),
)
@settings(max_examples=40, deadline=None)
def test_any_name_is_hidden_wherever_it_stands(accounts: list[str], session: str) -> None:
    """Whatever characters it has: no text of a regulator's material holds an account or a session key."""
    base = materials.small()
    document = base.scope.model_dump(by_alias=True)
    document["intrusion"] |= {"actors": accounts, "sessions": [session]}
    text = " ".join(("read by", *accounts, "in", session, "."))
    material = replace(
        base,
        scope=Scope.model_validate(document),
        findings=(materials.finding(summary=text, actors=accounts, sessions=[session]),),
        timeline=(Moment("2025-06-28T02:11:09.120Z", "collection", text),),
    )
    made = redaction.apply(material, "regulator").material
    words = re.sub(r"Account \d|left out at this level|\(e-mail address\)", "", made.findings[0].summary)
    words = words.removeprefix("read by").removesuffix(".").replace(" in ", " ")
    for each in (*accounts, session):
        if each.strip() and len(each.strip()) > 1:
            assert each.casefold() not in words.casefold()
    assert made.timeline[0].text == made.findings[0].summary


# --- counts ------------------------------------------------------------------------------------------


def test_rounding_is_what_the_reference_says() -> None:
    """Nearest ten below 100, two significant digits above, bounds outwards, small ones not shown."""
    counts = (0, 1, 9, 10, 14, 15, 94, 95, 104, 105, 999, 1049, 1050, 5_690_000)
    assert [rounding.nearest(each) for each in counts] == [
        *(0, 5, 5, 10, 10, 20, 90, 100, 100, 110, 1000, 1000, 1100, 5_700_000)
    ]
    assert [rounding.lower(each) for each in counts] == [
        *(0, 1, 1, 10, 10, 10, 90, 90, 100, 100, 990, 1000, 1000, 5_600_000)
    ]
    assert [rounding.upper(each) for each in counts] == [
        *(0, 10, 10, 10, 20, 20, 100, 100, 110, 110, 1000, 1100, 1100, 5_700_000)
    ]
    assert [rounding.said(each) for each in (0, 5, 55, 20, 1000, 5_700_000, 12_000_000_000)] == [
        *("0", "fewer than 10", "fewer than 100", "about 20", "about 1,000", "about 5.7 million"),
        "about 12 billion",
    ]
    assert rounding.said(57_000, is_end=True) == "57,000"


@given(st.integers(min_value=1, max_value=10**9), st.sampled_from(("nearest", "lower", "upper")))
def test_a_shown_number_stands_for_several_counts(count: int, how: rounding.How) -> None:
    """Nobody can tell the exact count from what is shown; the reach holds it and rounds to the same."""
    rounded = {"nearest": rounding.nearest, "lower": rounding.lower, "upper": rounding.upper}[how]
    low, high = rounding.reach(rounded(count), how)
    assert low <= count <= high
    assert high - low >= 4
    assert {rounded(each) for each in (low, high)} == {rounded(count)}
    assert rounded(low - 1) != rounded(count) != rounded(high + 1)
    assert not (how == "nearest" and count >= 10 and rounding.is_hidden(rounded(count)))


def test_no_exact_count_of_people_is_in_a_public_report() -> None:
    """Every number of the material that rounding changes is gone from every format."""
    formats = pages.formats(materials.told(), "public")
    exact = {each for each in _numbers(materials.told()) if each > 100 and rounding.nearest(each) != each}
    assert len(exact) > 15
    for kind, text in formats.items():
        numbers = {int(each.replace(",", "")) for each in re.findall(r"(?<![\d.])\d[\d,]*\d(?![\d.])", text)}
        small = 10_000 if kind == "docx" else 1000  # widths, ids and times of a format are small
        assert {each for each in exact & numbers if each > small} == set(), kind


def _numbers(material: Material) -> set[int]:
    """Every whole number of scope and proof."""
    text = material.scope.model_dump_json() + material.proof.model_dump_json()
    return {int(each) for each in re.findall(r"(?<=[:\[])\d+(?=[,}\]])", text)}


@cache
def shown_by_loops(count: int) -> int:
    """The rounding again, by looking for the nearest allowed number in a plain loop."""
    if count < 10:
        return 5 if count else 0
    best = 10
    for digits in range(1, 4):
        for head in range(10, 100):
            value = head * 10**digits
            for each in (value, head // 10 * 10):
                if abs(each - count) < abs(best - count) or (
                    abs(each - count) == abs(best - count) and each > best
                ):
                    best = each
    return best


@cache
def counts_behind(shown: int, most: int) -> range:
    """Every count up to `most` that is shown so: fewer than a power of ten, or by rounding."""
    if shown and set(str(shown)) == {"5"}:
        return range(1, 10 ** len(str(shown)))
    found = [each for each in range(most) if shown_by_loops(each) == shown]
    return range(found[0], found[-1] + 1)


def open_values(total: int, parts: list[int], place: int, *, upper: bool = False) -> set[int]:
    """What a reader can hold possible for one small part, by trying all small parts.

    `upper`: the total may be rounded up instead, so the reader knows only that it is not more.
    """
    small = [each for each in range(len(parts)) if parts[each] == 5 and each != place]
    large = [counts_behind(parts[each], 300) for each in range(len(parts)) if parts[each] not in {0, 5}]
    low, high = sum(each[0] for each in large), sum(each[-1] for each in large)
    whole = counts_behind(total, 800)
    if upper:
        whole = range(max(whole[0] - 10, 0), whole[-1] + 1)
    found: set[int] = set()
    for value in range(1, 10):
        for others in product(range(1, 10), repeat=len(small)):
            rest = value + sum(others)
            if rest + low <= whole[-1] and rest + high >= whole[0]:
                found.add(value)
                break
    return found


EDGES = (0, 1, 1, 1, 2, 3, 9, 10, 15, 25, 35, 45, 55, 95, 105, 115)
"""Small counts, and the least counts that each rounded number stands for: they leave the least open."""


@given(st.lists(st.one_of(st.sampled_from(EDGES), st.integers(0, 130)), min_size=2, max_size=5))
@example([45, 55, 1, 1, 1])
@example([10, 1, 1, 1, 1])
@example([1, 1, 1, 1, 1])
@example([105, 105, 1, 1, 1])
@settings(max_examples=150, deadline=None)
def test_a_small_count_cannot_be_found_by_subtraction(parts: list[int]) -> None:
    """At least three values stay open for each, by an oracle that tries them all."""
    counts = Counts()
    counts.add(("all",), sum(parts))
    for place, each in enumerate(parts):
        counts.add(("part", place), each)
    counts.adds_up(("all",), [("part", place) for place in range(len(parts))])
    shown = counts.shown()
    listed = [shown["part", place] for place in range(len(parts))]
    for place, each in enumerate(parts):
        if 0 < each < 10:
            assert listed[place] == 5
            values = open_values(shown["all",], listed, place)
            assert each in values
            assert len(values) >= 3


@given(st.lists(st.sampled_from(EDGES), min_size=5, max_size=5), st.sampled_from(EDGES))
@example([45, 55, 1, 1, 1], 1)
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_a_public_report_can_be_found(parts: list[int], declared: int) -> None:
    """The same in the material: outcomes share out all people, kinds of absence share out an outcome."""
    taken, possible, not_held, open_, untaken = parts
    names = ("taken", "possibly_taken", "not_held", "cannot_tell", "not_taken")
    declared = min(declared, not_held)
    absent = {"declared": declared, "not_held": not_held - declared, "never_selected": untaken}
    reached = {"at_least": taken, "at_most": taken + possible, "bound": "exact"}
    scope = materials.scope(
        snapshot={"records": {}, "people": sum(parts), "unkeyed_records": 0, "unit": "distinct email"},
        people={**reached, "without_value": open_},
        categories=[
            {"category": "name", "people": reached, "outcomes": dict(zip(names, parts, strict=True))}
        ],
        combinations=[],
        residence=[],
    )
    proof = materials.proof(absence=[materials.absence("name", **absent)])
    made = redaction.apply(materials.small(scope=scope, proof=proof), "public").material
    outcomes = made.scope.categories[0].outcomes.model_dump()
    kinds = made.proof.absence[0].model_dump()
    rows = [
        (made.scope.snapshot.people, [outcomes[each] for each in names], parts),
        (
            outcomes["not_held"],
            [kinds["declared"], kinds["not_held"]],
            [declared, absent["not_held"]],
        ),
    ]
    for total, shown, exact in rows:
        for place, each in enumerate(exact):
            if 0 < each < 10:
                assert shown[place] == 5
                values = open_values(total, shown, place, upper=total == made.scope.snapshot.people)
                assert each in values
                assert len(values) >= 3


def test_a_count_beside_a_small_one_gives_way() -> None:
    """10 + 45 + 45 + 1 + 1 + ... would show each 1; so another part is hidden too."""
    counts = Counts()
    counts.add(("all",), 103)
    for place, each in enumerate((45, 55, 1, 1, 1)):
        counts.add(("part", place), each)
    counts.adds_up(("all",), [("part", place) for place in range(5)])
    shown = counts.shown()
    assert shown["all",] == 100
    assert [shown["part", place] for place in range(5)] == [55, 60, 5, 5, 5]
    assert rounding.said(55) == "fewer than 100"


def test_counts_that_do_not_add_up_are_no_ground_for_hiding() -> None:
    """A failed law does not stop the report, and a sum that is none is not used."""
    counts = Counts()
    for key, count in ((("all",), 7), (("a",), 100), (("b",), 2)):
        counts.add(key, count)
    counts.adds_up(("all",), [("a",), ("b",)])
    assert counts.shown() == {("all",): 5, ("a",): 100, ("b",): 5}


def test_small_groups_and_countries_become_one() -> None:
    """A combination or a country of fewer than ten people is not told apart from others."""
    people = {"at_least": 40, "at_most": 44, "bound": "relaxed", "without_value": 3}
    groups = [({"taken": ["email"], "possible": []}, 30), ({"taken": ["name"], "possible": []}, 7)]
    scope = materials.scope(
        people=people,
        combinations=[
            {**group, "people": count}
            for group, count in [*groups, ({"taken": ["email"], "possible": ["name"]}, 7)]
        ],
        residence=[
            {"country": country, "people": {"at_least": count, "at_most": count}}
            for country, count in (("AU", 30), ("NZ", 3), ("FJ", 4))
        ],
    )
    made = redaction.apply(materials.small(scope=scope), "public").material.scope
    assert [(each.taken, each.people) for each in made.combinations] == [
        *((("email",), 30), (("other small groups",), 10))
    ]
    assert [(each.country, each.people.at_least, each.people.at_most) for each in made.residence] == [
        *(("AU", 30, 30), ("other countries", 1, 10))
    ]
    assert (made.people.at_least, made.people.at_most, made.people.without_value) == (40, 50, 5)


def test_what_is_derived_stays_true() -> None:
    """People of whom nothing was taken are at least those shown, however the others are rounded."""
    people = {"at_least": 900, "at_most": 1000, "bound": "relaxed", "without_value": 0}
    snapshot: dict[str, Any] = {"records": {}, "people": 1060, "unkeyed_records": 0, "unit": "distinct email"}
    scope = materials.scope(people=people, snapshot=snapshot, categories=[], combinations=[], residence=[])
    text = render.markdown(*pages.made(materials.small(scope=scope), "public"))
    assert "at least 900[^1] and at most 1,000[^1] of the about 1,100[^2] people" in text
    assert "at least 60[^" in text


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["small", "empty", "failing", "hostile", "told"])
def test_every_material_has_every_level(name: str, level: Level) -> None:
    """Also one of hostile text; each number of Markdown is that of its claim."""
    claims, page = pages.made(getattr(materials, name)(), level)
    assert render.markdown(claims, page)
    assert render.html(claims, page)
    assert json.loads(claims.json())["level"] == level


@given(st.sampled_from(materials.HOSTILE), st.sampled_from(LEVELS))
@settings(max_examples=20, deadline=None)
def test_hostile_names_stop_no_level(text: str, level: Level) -> None:
    """A name can be any text, one of ours or nothing at all."""
    assert pages.made(materials.hostile(text), level).claims.json()


@pytest.mark.parametrize("word", ["events", "query", "collection", "Contact", "2025", "kind", "a"])
def test_an_account_that_is_named_like_a_word_of_ours_stops_nothing(word: str) -> None:
    """Field names, kinds and times stay what they are."""
    scope = materials.told().scope
    intrusion = scope.intrusion.model_copy(update={"actors": (word,)})
    material = replace(materials.told(), scope=scope.model_copy(update={"intrusion": intrusion}))
    made = redaction.apply(material, "regulator").material
    assert made.scope.intrusion.actors == ("Account 1",) or made.scope.intrusion.actors[0].startswith(
        "Account"
    )
    assert made.scope.requests[0].kind == "query"
    assert made.timeline[0].at == "2025-06-28T02:11:09.120Z"


def test_a_rounded_bound_is_not_called_the_tightest() -> None:
    """Only a bound of 0 stays exact."""
    made = redaction.apply(materials.small(), "public").material.scope
    bounds = {each.category: each.people.bound for each in made.categories}
    assert bounds["email"] == "relaxed"
    assert bounds["address"] == "exact"
