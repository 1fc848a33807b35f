"""Navigator layers: the published list of fields, three kinds kept apart, and hostile text made visible."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.attack import Attack, load
from floodmark.attack.bundle import UNSTATED, Bundle, Found
from floodmark.exchange.navigator import dump, layer
from floodmark.models import Claim

ATTACK = load()


def objects(required: list[str], **properties: object) -> dict[str, Any]:
    """Return the schema of an object without further fields."""
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


TEXT, FLAG, NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "number"}
COLOR = {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
NOTES = {"type": "array", "items": objects(["name", "value"], name=TEXT, value=TEXT)}
# The fields of the published description of layer format 4.5 that we write, with their types and values.
SCHEMA = objects(
    ["versions", "name", "domain", "techniques", "legendItems"],
    versions=objects(
        ["navigator", "layer"],
        attack={"type": "string", "pattern": "^[0-9]+$"},
        navigator={"type": "string", "pattern": "^(4\\.(9|[1-9][0-9])|[5-9])\\."},
        layer={"const": "4.5"},
    ),
    name=TEXT,
    description=TEXT,
    domain={"const": "enterprise-attack"},
    sorting={"enum": [0, 1, 2, 3]},
    layout=objects(
        [],
        layout={"enum": ["side", "flat", "mini"]},
        showID=FLAG,
        showName=FLAG,
        showAggregateScores=FLAG,
        countUnscored=FLAG,
        aggregateFunction={"enum": ["average", "min", "max", "sum"]},
        expandedSubtechniques={"enum": ["none", "all", "annotated"]},
    ),
    hideDisabled=FLAG,
    techniques={
        "type": "array",
        "items": objects(
            ["techniqueID", "score", "color", "comment", "enabled"],
            techniqueID=TEXT,
            tactic={"type": "string", "pattern": "^[a-z-]+$"},
            score=NUMBER,
            color=COLOR,
            comment=TEXT,
            enabled=FLAG,
        ),
    },
    gradient=objects(
        ["colors", "minValue", "maxValue"],
        colors={"type": "array", "items": COLOR, "minItems": 2},
        minValue=NUMBER,
        maxValue=NUMBER,
    ),
    legendItems={"type": "array", "items": objects(["label", "color"], label=TEXT, color=COLOR)},
    showTacticRowBackground=FLAG,
    tacticRowBackground=COLOR,
    selectTechniquesAcrossTactics=FLAG,
    selectSubtechniquesWithParent=FLAG,
    selectVisibleTechniques=FLAG,
    metadata=NOTES,
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def claim(value: object = "T1213.004", kind: str = "claimed", **more: Any) -> Claim:
    """Return the claim of a technique."""
    given = {
        "id": "C-0000000001",
        "path": "technique",
        "value": value,
        "unit": None,
        "precision": None,
        "polarity": None,
        "confidence": None,
        "basis": "document",
        "status": "asserted",
        "modality": "asserted",
        "stated_by": "",
        "stated_on": None,
        "quote": "exported from the CRM",
        "document": "D-0000000001",
        "span": (0, 21),
        "detail": {"kind": kind},
        "evidence": (),
    }
    return Claim(**(given | more))


def made(
    *claims: Claim, attack: Attack = ATTACK, name: str = "A case", description: str = ""
) -> dict[str, Any]:
    """Return a layer that was checked against the published fields, as it is read again."""
    found = json.loads(dump(claims, attack, name=name, description=description))
    VALIDATOR.validate(found)
    assert found == json.loads(json.dumps(layer(claims, attack, name=name, description=description)))
    return found


def test_the_check_refuses_what_is_wrong():
    """It is strict: missing or unknown fields, other versions."""
    good = made(claim())
    for bad in (
        {**good, "version": "4.5"},
        {**good, "versions": {"navigator": "4.8.0", "layer": "4.5"}},
        {**good, "domain": "mitre-enterprise"},
        {**good, "techniques": [{"techniqueID": "T1078"}]},
        {name: value for name, value in good.items() if name != "name"},
    ):
        assert list(VALIDATOR.iter_errors(bad))


def test_versions_are_stamped():
    """Of ATT&CK, of the Navigator and of the format; the whole version of ATT&CK stands beside."""
    found = made(claim())
    assert found["versions"] == {"attack": "19", "navigator": "5.2.0", "layer": "4.5"}
    assert found["metadata"][0] == {"name": "ATT&CK", "value": "18.1 with renames of 19.2"}


def test_a_bundle_without_a_version_stamps_none():
    """The Navigator then takes its own."""
    attack = Attack(
        Bundle(UNSTATED, {}, {"T1": Found("T1", "x", (), None, deprecated=False)}, lambda: ()), None
    )
    assert made(claim(), attack=attack)["versions"] == {"navigator": "5.2.0", "layer": "4.5"}


def test_three_kinds_have_three_colours():
    """Observed, claimed, known for the actor: colour, score and legend agree."""
    found = made(
        claim("T1213.004", "observed", id="C-1", quote="", evidence=("e1", "e2"), basis="log"),
        claim("T1530", "claimed", id="C-2", stated_by="Example Air"),
        claim(
            "T1621", "known_for_actor", id="C-3", detail={"kind": "known_for_actor", "actor": "Some Spider"}
        ),
    )
    legend = {each["color"]: each["label"] for each in found["legendItems"]}
    assert len(legend) == 3
    assert [(e["techniqueID"], e["tactic"], e["score"], legend[e["color"]]) for e in found["techniques"]] == [
        ("T1213.004", "collection", 3, "observed in logs"),
        ("T1530", "collection", 2, "claimed by a report"),
        ("T1621", "credential-access", 1, "known for the actor, not seen here"),
    ]
    assert [each["comment"] for each in found["techniques"]] == [
        "C-1: observed in logs, 2 pieces of evidence",
        'C-2: claimed by a report, by Example Air, "exported from the CRM"',
        'C-3: known for the actor, not seen here, actor Some Spider, "exported from the CRM"',
    ]
    assert all(each["enabled"] for each in found["techniques"])


def test_a_technique_that_is_more_than_one_of_them():
    """It has the colour of the strongest, stands once for each of its tactics, and tells all."""
    found = made(claim("T1078", "known_for_actor", id="C-1"), claim("T1078", "observed", id="C-2"))
    assert [each["tactic"] for each in found["techniques"]] == [
        "initial-access",
        "persistence",
        "privilege-escalation",
        "stealth",
    ]
    assert {each["score"] for each in found["techniques"]} == {3}
    assert found["techniques"][0]["comment"].startswith("C-2: observed in logs")
    assert " | C-1: known for the actor" in found["techniques"][0]["comment"]


def test_old_ids_are_walked_and_unknown_ones_kept():
    """Under the id in use, which the matrix can show; the id as written stands in the comment."""
    found = made(claim("T1656", id="C-1"), claim("T9999", id="C-2"))
    first, second = found["techniques"]
    assert (first["techniqueID"], first["tactic"]) == ("T1684.001", "stealth")
    assert "written as T1656" in first["comment"]
    assert second["techniqueID"] == "T9999"
    assert "tactic" not in second


def test_what_is_left_out():
    """Other paths, no id, withdrawn claims, a kind nobody knows."""
    others = (
        claim(path="lesson"),
        claim(None),
        claim(7),
        claim(status="superseded"),
        claim(status="contradicted"),
        claim(kind="guessed"),
        claim(detail={}),
    )
    assert made(*others)["techniques"] == []
    assert len(made(*others, claim(status="disputed"))["techniques"]) == 1


def test_many_claims_are_counted():
    """A comment stays readable."""
    comment = made(*(claim(id=f"C-{number:02}") for number in range(25)))["techniques"][0]["comment"]
    assert comment.endswith(" | and 5 more claims")
    assert comment.count("C-") == 20


def test_hostile_text_is_visible_and_does_not_act():
    """Controls and direction marks become escapes; nothing ends a script element around the layer."""
    hostile = "</script><img src=x>\x1b[31m\u202e&"
    text = dump(
        [claim(quote=hostile, stated_by=hostile, detail={"kind": "claimed", "actor": hostile})],
        ATTACK,
        name=hostile,
        description=hostile,
    )
    assert text.isascii()
    assert not set("<>&\x1b") & set(text)
    found = json.loads(text)
    assert found["name"] == "</script><img src=x>\\x1b[31m\\u202e&"
    assert "\x1b" not in found["techniques"][0]["comment"]


_CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from(["T1078", "T1656", "T1684.001", "T9", "T1562"]),
        st.sampled_from(["observed", "claimed", "known_for_actor"]),
        id=st.sampled_from(["C-1", "C-2", "C-3", "C-4"]),
        quote=st.just(""),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)


@given(_CLAIMS, st.randoms(use_true_random=False))
def test_order_does_not_show_and_nothing_is_lost(claims, random):
    """Any order gives the same bytes; each claim's id stands in a comment."""
    mixed = list(claims)
    random.shuffle(mixed)
    text = dump(claims, ATTACK, name="x")
    assert dump(mixed, ATTACK, name="x") == text
    found = json.loads(text)
    VALIDATOR.validate(found)
    comments = " ".join(each["comment"] for each in found["techniques"])
    assert all(each.id in comments for each in claims)


@pytest.mark.parametrize("id_", ["T1078", "T1684", "T1685.002"])
def test_tactics_are_those_of_the_newest_version(id_):
    """Short names as the Navigator has them."""
    technique = ATTACK.technique(id_)
    assert technique is not None
    assert [each["tactic"] for each in made(claim(id_))["techniques"]] == [t.short for t in technique.tactics]
