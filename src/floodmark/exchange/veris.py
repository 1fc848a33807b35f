"""The incident record as one VERIS incident, for the community schema 1.4.

VERIS has one value a slot, and the record has many: the slot gets the surest figure of the logs, else the
highest figure that a source states, and `plus` keeps every claim with its source. Values are those that the
merged schemas of 1.3.5 and 1.4 have in common. What nobody says is `Unknown`, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from floodmark.exchange import Frame, said
from floodmark.incident import own_claims
from floodmark.models import Claim, Record
from floodmark.snapshot.categories import known

VERSION = "1.4.0"

Object = dict[str, Any]

_NAMESPACE = UUID("0c4f7d35-86a1-4d5c-8f0a-9d7f2a5d4b10")
_UNKNOWN = ["Unknown"]
_VARIETY: dict[str, str] = {
    "payment_card": "Payment",
    "payment_card_expiry": "Payment",
    "bank_account": "Bank",
    "account_number": "Bank",
    "account_balance": "Bank",
    "password": "Credentials",
    "pin": "Credentials",
    "security_question": "Credentials",
    "access_token": "Credentials",
    "health": "Medical",
    "health_history": "Medical",
    "medical_record_number": "Medical",
    "prescription": "Medical",
    "mental_health": "Medical",
    "blood_type": "Medical",
}
"""Category of data -> VERIS variety; all others are `Personal`."""
_PHONE = ("T1566.004", "T1598.004")
_SOCIAL: dict[str, str] = {
    "T1566": "Phishing",
    "T1598": "Phishing",
    "T1684": "Pretexting",
    "T1656": "Pretexting",
    "T1621": "Unknown",
}
_HACKING: dict[str, str] = {
    "T1078": "Use of stolen creds",
    "T1110": "Brute force",
    "T1190": "Unknown",
    "T1199": "Unknown",
    "T1528": "Unknown",
}
"""Technique -> variety of the VERIS action."""


def dump(record: Record, frame: Frame) -> str:
    """Return the incident as ASCII JSON text, ended by a line feed."""
    return json.dumps(incident(record, frame), indent=1, ensure_ascii=True) + "\n"


def incident(record: Record, frame: Frame) -> Object:
    """Return the incident of the case."""
    claims = own_claims(record)
    return {
        "schema_version": VERSION,
        "schema_name": "verisc",
        "incident_id": str(uuid5(_NAMESPACE, f"{frame.organisation} {frame.made_at}")),
        "source_id": "floodmark",
        "security_incident": "Confirmed",
        "summary": f"Data breach at {frame.organisation}.",
        "victim": {
            "victim_id": frame.organisation,
            "employee_count": "Unknown",
            "industry": "00",
            "country": _UNKNOWN,
        },
        "actor": {"external": _actor(claims)},
        "action": _action(claims),
        "asset": {"assets": [{"variety": "S - Unknown"}], "cloud": _UNKNOWN},
        "attribute": {"confidentiality": _confidentiality(claims)},
        "discovery_method": {"unknown": True},
        "timeline": {"incident": _day(claims, frame)},
        "plus": {"claims": [_claim(each) for each in claims]},
    }


def _actor(claims: list[Claim]) -> Object:
    """Return the actor; a name only where a source states it without doubt."""
    names = sorted(
        {str(each.value) for each in claims if each.path == "actor.name" and each.confidence == "stated"}
    )
    return {"variety": _UNKNOWN, "motive": _UNKNOWN, **({"name": names} if names else {})}


def _action(claims: list[Claim]) -> Object:
    """Return what the techniques observed or claimed say of the way in."""
    techniques = sorted(
        str(each.value)
        for each in claims
        if each.path == "technique" and each.detail.get("kind") != "known_for_actor"
    )
    social = sorted({_SOCIAL[each[:5]] for each in techniques if each[:5] in _SOCIAL})
    hacking = sorted({_HACKING[each[:5]] for each in techniques if each[:5] in _HACKING})
    made: Object = {}
    if social:
        phone = any(each in _PHONE for each in techniques)
        made["social"] = {"variety": social, "vector": ["Phone"] if phone else _UNKNOWN, "target": _UNKNOWN}
    if hacking:
        made["hacking"] = {"variety": hacking, "vector": _UNKNOWN}
    return made or {"unknown": {"notes": "No source says how it was done."}}


def _confidentiality(claims: list[Claim]) -> Object:
    taken = [each for each in claims if each.path == "impact.category" and each.polarity == "taken"]
    total = _total(claims)
    varieties = sorted({_variety(each) for each in taken if each.detail.get("broad") != "yes"})
    return {
        "data_disclosure": "Yes" if taken or total else "Unknown",
        **({"data_total": total} if total is not None else {}),
        **({"data": [{"variety": each} for each in varieties]} if varieties else {}),
        "data_victim": ["Customer"],
    }


def _variety(claim: Claim) -> str:
    name = str(claim.value)
    return _VARIETY.get(name, "Personal" if name in known() else "Other")


def _total(claims: list[Claim]) -> int | None:
    """Return how many: the lower bound that the logs prove, else the highest figure stated that stands."""
    counts = [
        (each, each.value)
        for each in claims
        if each.path == "impact.count" and isinstance(each.value, int) and each.detail.get("role") != "part"
    ]
    proven = [value for each, value in counts if each.basis == "replay" and each.precision != "at_most"]
    said_so = [(each, value) for each, value in counts if each.basis == "document"]
    figures = [value for each, value in said_so if each.precision != "at_most"]
    bounds = [value for each, value in said_so if each.status == "asserted"]
    return max(proven or figures or bounds, default=None)


def _day(claims: list[Claim], frame: Frame) -> Object:
    """Return the day of the incident as far as it is known; at least a year, which VERIS asks for."""
    wanted = ("incident.occurred_on", "incident.discovered_on", "incident.published_on")
    for path in wanted:
        for value in _dates(claims, path):
            year, _, rest = value.partition("-")
            month, _, day = rest.partition("-")
            more = {"month": int(month)} if month else {}
            return {"year": int(year), **more, **({"day": int(day)} if day else {})}
    return {"year": int(frame.made_at[:4])}


def _dates(claims: list[Claim], path: str) -> Iterator[str]:
    found = sorted(
        (each.basis != "log", each.modality != "asserted", str(each.value))
        for each in claims
        if each.path == path and each.modality != "inferred" and str(each.value)[:4].isdigit()
    )
    yield from (value for _, _, value in found)


def _claim(claim: Claim) -> Object:
    return {
        "id": claim.id,
        "path": claim.path,
        "said": said(claim),
        "basis": claim.basis,
        "stated_by": claim.stated_by,
        "quote": claim.quote,
    }
