"""Techniques as a layer for the ATT&CK Navigator: layer format 4.5.

Three colours keep three things apart: what logs showed, what a report claims, and what a named group is known
for. A technique that is more than one of them has the colour of the strongest; its comment tells all.

    observed   logs of this case      score 3
    claimed    a published report     score 2
    known      for the actor          score 1      never a statement about this incident
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from floodmark.attack import Attack
from floodmark.models import Claim
from floodmark.text import visible

FORMAT = "4.5"
"""The version of the layer format that is written."""
NAVIGATOR = "5.2.0"
"""The version of the Navigator that is named; the format asks for 4.9.0 or newer."""

Object = dict[str, Any]

_QUOTE_MAX = 160
_NAME_MAX = 120
_CLAIMS_MAX = 20


@dataclass(frozen=True)
class _Kind:
    """How a technique came up."""

    label: str
    color: str
    score: int


# Strongest first. The colours stay apart for people who do not see red and green alike.
_KINDS: dict[str, _Kind] = {
    "observed": _Kind("observed in logs", "#d55e00", 3),
    "claimed": _Kind("claimed by a report", "#56b4e9", 2),
    "known_for_actor": _Kind("known for the actor, not seen here", "#d9d9d9", 1),
}


def dump(claims: Iterable[Claim], attack: Attack, *, name: str, description: str = "") -> str:
    """Return a layer as JSON, ASCII, ended by a line feed; it can stand in a page without acting there."""
    text = json.dumps(layer(claims, attack, name=name, description=description), indent=1, ensure_ascii=True)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text + "\n"


def layer(claims: Iterable[Claim], attack: Attack, *, name: str, description: str = "") -> Object:
    """Return the layer of claims.

    The same claims give the same layer, in any order.

    Args:
        claims: of a record; those of other paths than `technique`, and those withdrawn by another claim
            (`superseded`, `contradicted`), are left out.
        attack: names the tactics; an id that was replaced is walked to the one in use.
        name: what the layer is called; text of strangers is made visible.
        description: a sentence or two.
    """
    told = _by_technique(claims, attack)
    return {
        "versions": {
            **({"attack": attack.ids_version.partition(".")[0]} if attack.ids_version else {}),
            "navigator": NAVIGATOR,
            "layer": FORMAT,
        },
        "name": visible(name, limit=_NAME_MAX),
        "description": visible(description),
        "domain": "enterprise-attack",
        "sorting": 3,
        "layout": {
            "layout": "side",
            "showID": True,
            "showName": True,
            "showAggregateScores": False,
            "countUnscored": False,
            "aggregateFunction": "max",
            "expandedSubtechniques": "annotated",
        },
        "hideDisabled": False,
        "techniques": [entry for id_ in sorted(told) for entry in _entries(id_, told[id_], attack)],
        "gradient": {
            "colors": [each.color for each in reversed(_KINDS.values())],
            "minValue": 1,
            "maxValue": 3,
        },
        "legendItems": [{"label": each.label, "color": each.color} for each in _KINDS.values()],
        "showTacticRowBackground": False,
        "tacticRowBackground": "#dddddd",
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
        "selectVisibleTechniques": False,
        "metadata": [
            {"name": "ATT&CK", "value": attack.version},
            {"name": "written by", "value": "Floodmark"},
        ],
    }


def _by_technique(claims: Iterable[Claim], attack: Attack) -> dict[str, list[Claim]]:
    """Return the claims of each technique under the id in use, the strongest first."""
    told: dict[str, list[Claim]] = {}
    for claim in claims:
        counts = claim.path == "technique" and claim.status in {"asserted", "disputed"}
        if counts and isinstance(claim.value, str) and claim.detail.get("kind") in _KINDS:
            told.setdefault(attack.current(claim.value)[0], []).append(claim)
    return {id_: sorted(found, key=lambda each: (-_kind(each).score, each.id)) for id_, found in told.items()}


def _kind(claim: Claim) -> _Kind:
    return _KINDS[claim.detail["kind"]]


def _entries(id_: str, claims: Sequence[Claim], attack: Attack) -> list[Object]:
    """Return a technique once for each of its tactics; without one where the version does not know it."""
    technique = attack.technique(id_)
    strongest = _kind(claims[0])
    entry: Object = {
        "techniqueID": visible(id_, limit=_NAME_MAX),
        "score": strongest.score,
        "color": strongest.color,
        "comment": _comment(id_, claims),
        "enabled": True,
    }
    tactics = technique.tactics if technique else ()
    return [{**entry, "tactic": tactic.short} for tactic in tactics] or [entry]


def _comment(id_: str, claims: Sequence[Claim]) -> str:
    """Return where a technique comes from, one claim after the other."""
    lines = [_said(id_, claim) for claim in claims[:_CLAIMS_MAX]]
    more = len(claims) - _CLAIMS_MAX
    return " | ".join([*lines, f"and {more} more claims"] if more > 0 else lines)


def _said(id_: str, claim: Claim) -> str:
    actor = claim.detail.get("actor", "")
    parts = [
        _kind(claim).label,
        f"actor {visible(actor, limit=_NAME_MAX)}" if actor else "",
        f"written as {visible(str(claim.value), limit=_NAME_MAX)}" if claim.value != id_ else "",
        f"by {visible(claim.stated_by, limit=_NAME_MAX)}" if claim.stated_by else "",
        f'"{visible(claim.quote, limit=_QUOTE_MAX)}"' if claim.quote else "",
        f"{len(claim.evidence)} pieces of evidence" if claim.evidence else "",
    ]
    return f"{claim.id}: {', '.join(part for part in parts if part)}"
