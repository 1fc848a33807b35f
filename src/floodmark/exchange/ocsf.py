"""Findings as OCSF Detection Findings: class 2004 of OCSF 1.8, without profiles.

Each finding is one object. What is decided shows in `status_id` and `activity_id`:

    new         1 New          1 Create
    accepted    2 In Progress  2 Update
    dismissed   3 Suppressed   3 Close      also a finding that is quiet because it is like a dismissed one

`time` is when the finding could first be told, `start_time` and `end_time` are its first and last event.
Reasons stand twice: as `anomaly_analyses` (what was seen, what was expected) and, with what each weighs, in
`unmapped`, where everything stands that has no slot. Text from logs is kept as it is; escape it where it
is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Literal

from floodmark.models import Finding, Level

VERSION = "1.8.0"
"""The version of OCSF that is written."""
CLASS = 2004

Status = Literal["new", "accepted", "dismissed"]
Object = dict[str, Any]

_CATEGORY = CLASS // 1000
_ACTIVITIES: dict[Status, tuple[int, str]] = {
    "new": (1, "Create"),
    "accepted": (2, "Update"),
    "dismissed": (3, "Close"),
}
_STATUSES: dict[Status, tuple[int, str]] = {
    "new": (1, "New"),
    "accepted": (2, "In Progress"),
    "dismissed": (3, "Suppressed"),
}
_SEVERITIES: dict[Level, tuple[int, str]] = {"low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High")}
_CONFIDENCES: dict[Level, tuple[int, str]] = {"low": (1, "Low"), "medium": (2, "Medium"), "high": (3, "High")}
_RULE, _BEHAVIOUR = (1, "Rule"), (2, "Behavioral")
_ADDRESS, _USER = (2, "IP Address"), (31, "User Object: uid")
_NOBODY = "no account named"


@dataclass(frozen=True)
class Trail:
    """Events of one finding that have account, address, client, session and log in common."""

    log: str
    actor: str | None
    ip: str | None
    client: str | None
    session: str | None
    events: tuple[str, ...]
    """By time. An event id is the one under which `explain` and the report name the row."""


@dataclass(frozen=True)
class Judged:
    """A finding, what was decided about it, and the events it rests on."""

    finding: Finding
    status: Status
    reason: str | None
    """Why it was accepted or dismissed; None while nobody decided."""
    like: str | None
    """The dismissed finding that it is like, where it is quiet because of that one."""
    trails: tuple[Trail, ...]


@dataclass(frozen=True)
class Producer:
    """This program: its version, and the detectors that look at behaviour; all other reasons are rules."""

    version: str
    behaviours: frozenset[str]


def dump(judged: Sequence[Judged], producer: Producer) -> str:
    """Return findings as one JSON array of Detection Findings, in this order, ASCII, ended by a line feed."""
    found = [document(each, producer) for each in judged]
    return json.dumps(found, indent=1, ensure_ascii=True) + "\n"


def document(judged: Judged, producer: Producer) -> Object:
    """Return one finding as a Detection Finding."""
    finding = judged.finding
    activity, activity_name = _ACTIVITIES[judged.status]
    made: Object = {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Detection Finding: {activity_name}",
        "time": milliseconds(finding.told_at),
        "start_time": milliseconds(finding.from_),
        "end_time": milliseconds(finding.to),
        **_named("severity", _SEVERITIES[finding.severity]),
        **_named("confidence", _CONFIDENCES[finding.confidence]),
        **_named("status", _STATUSES[judged.status]),
        "is_alert": judged.status == "new",
        "message": finding.summary,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Floodmark", "vendor_name": "Floodmark", "version": producer.version},
        },
        "finding_info": _info(judged, producer.behaviours),
        "evidences": [_evidence(each) for each in judged.trails],
        "observables": list(_observables(finding)),
        "anomaly_analyses": [_analysis(finding)] if finding.reasons else [],
        "unmapped": _unmapped(judged),
    }
    return made | ({"comment": judged.reason} if judged.reason else {})


def _named(slot: str, value: tuple[int, str]) -> Object:
    """Return an enumerated slot with its caption."""
    return {f"{slot}_id": value[0], slot: value[1]}


def milliseconds(text: str) -> int:
    """Return a time of a document as milliseconds since 1970, without rounding through a float."""
    at = datetime.fromisoformat(text).astimezone(UTC)
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _info(judged: Judged, behaviours: frozenset[str]) -> Object:
    finding = judged.finding
    others = sorted({each.detector for each in finding.reasons} - {finding.detector})
    return {
        "uid": finding.id,
        "title": finding.title,
        "desc": finding.summary,
        "types": sorted({finding.detector, *others}),
        "created_time": milliseconds(finding.told_at),
        "first_seen_time": milliseconds(finding.from_),
        "last_seen_time": milliseconds(finding.to),
        "analytic": _analytic(finding.detector, behaviours),
        "related_analytics": [_analytic(each, behaviours) for each in others],
        "attacks": [attack(each) for each in finding.techniques],
        "data_sources": sorted({each.log for each in judged.trails}),
    }


def _analytic(detector: str, behaviours: frozenset[str]) -> Object:
    """Return a detector or a rule."""
    number, caption = _BEHAVIOUR if detector in behaviours else _RULE
    return {"name": detector, "uid": detector, "type_id": number, "type": caption}


def attack(technique: str) -> Object:
    """Return a technique; a sub-technique stands beside its technique."""
    whole, dot, _ = technique.partition(".")
    return {"technique": {"uid": whole}, **({"sub_technique": {"uid": technique}} if dot else {})}


def _evidence(trail: Trail) -> Object:
    """Return who acted from where, with the ids of the events; an address that is none stands in `data`."""
    address = _address(trail.ip)
    actor: Object = {}
    if trail.actor is not None:
        actor["user"] = {"uid": trail.actor}
    if trail.client is not None:
        actor["app_name"] = trail.client
    if trail.session is not None:
        actor["session"] = {"uid": trail.session}
    data: Object = {"log": trail.log, "events": list(trail.events)}
    if trail.ip is not None and address is None:
        data["address"] = trail.ip
    return {
        **({"actor": actor} if actor else {}),
        **({"src_endpoint": {"ip": address}} if address else {}),
        "data": data,
    }


def _address(text: str | None) -> str | None:
    """Return an address of IP without a zone; None for whatever else a platform writes there."""
    try:
        return str(ip_address((text or "").partition("%")[0]))
    except ValueError:
        return None


def _observables(finding: Finding) -> Iterator[Object]:
    for place, (number, caption), values in (
        ("evidences[].src_endpoint.ip", _ADDRESS, _addresses(finding.addresses)),
        ("evidences[].actor.user.uid", _USER, finding.actors),
    ):
        for value in values:
            yield {"name": place, "type_id": number, "type": caption, "value": value}


def _addresses(texts: Iterable[str]) -> list[str]:
    return sorted({found for each in texts if (found := _address(each)) is not None})


def _analysis(finding: Finding) -> Object:
    """Return what was seen beside what was expected, reason by reason."""
    return {
        "analysis_targets": [{"name": each, "type": "account"} for each in finding.actors or (_NOBODY,)],
        "anomalies": [
            {"observation_parameter": each.detector, "observations": [{"value": each.seen}]}
            for each in finding.reasons
        ],
        "baselines": [
            {"observation_parameter": each.detector, "observations": [{"value": each.expected}]}
            for each in finding.reasons
        ],
    }


def _unmapped(judged: Judged) -> Object:
    finding = judged.finding
    return {
        "points": finding.points,
        "reasons": [
            {"detector": each.detector, "at": milliseconds(each.at), "points": each.points}
            for each in finding.reasons
        ],
        "sessions": list(finding.sessions),
        "logins": list(finding.logins),
        "clients": list(finding.clients),
        "addresses": list(finding.addresses),
        "like": judged.like,
    }
