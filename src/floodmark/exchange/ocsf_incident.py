"""The incident record as one OCSF Incident Finding: class 2005 of OCSF 1.8, without profiles.

`start_time` is the first hostile event or, where there are no logs, the time of the case. What has no slot,
which is nearly every claim, stands in `unmapped`, one object a claim with its source and quote.
"""

from __future__ import annotations

import json
from typing import Any

from floodmark.exchange import Frame, said
from floodmark.exchange.ocsf import VERSION, attack, milliseconds
from floodmark.incident import own_claims
from floodmark.models import Claim, Finding, Intrusion, Record

CLASS = 2005

Object = dict[str, Any]

_CATEGORY = CLASS // 1000
_CREATE = 1
_NEW, _CLOSED = (1, "New"), (5, "Closed")
_HIGH, _UNKNOWN = (4, "High"), (0, "Unknown")


def dump(record: Record, frame: Frame, intrusion: Intrusion | None, findings: tuple[Finding, ...]) -> str:
    """Return the Incident Finding as ASCII JSON text, ended by a line feed."""
    return json.dumps(document(record, frame, intrusion, findings), indent=1, ensure_ascii=True) + "\n"


def document(
    record: Record, frame: Frame, intrusion: Intrusion | None, findings: tuple[Finding, ...]
) -> Object:
    """Return the Incident Finding.

    Args:
        record: the incident record of the case.
        frame: organisation, time of the case, version of this program.
        intrusion: what is hostile in the logs; None where there are none.
        findings: the accepted ones, by begin.
    """
    claims = own_claims(record)
    begin = (intrusion.from_ if intrusion else None) or frame.made_at
    end = (intrusion.to if intrusion else None) or begin
    contained = any(each.path == "response.containment" and each.basis == "person" for each in claims)
    severity = _HIGH if findings else _UNKNOWN
    status = _CLOSED if contained else _NEW
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Incident Finding",
        "type_uid": CLASS * 100 + _CREATE,
        "type_name": "Incident Finding: Create",
        "time": milliseconds(frame.made_at),
        "start_time": milliseconds(begin),
        "end_time": milliseconds(end),
        "severity_id": severity[0],
        "severity": severity[1],
        "status_id": status[0],
        "status": status[1],
        "is_suspected_breach": True,
        "desc": f"Data breach at {frame.organisation}. {_reach(claims)}",
        "attacks": [attack(each) for each in sorted(_techniques(claims))],
        "finding_info_list": [_info(each) for each in findings] or [_record_info(frame)],
        "metadata": {
            "version": VERSION,
            "product": {"name": "Floodmark", "vendor_name": "Floodmark", "version": frame.version},
        },
        "unmapped": {"claims": [_claim(each) for each in claims]},
    }


def _reach(claims: list[Claim]) -> str:
    counts = [
        said(each) for each in claims if each.path == "impact.count" and each.detail.get("role") != "part"
    ]
    return f"Reach, as claimed: {'; '.join(dict.fromkeys(counts)) or 'not known'}."


def _techniques(claims: list[Claim]) -> set[str]:
    """Return the techniques observed or claimed; what is only known of an actor is none of the incident's."""
    return {
        str(each.value)
        for each in claims
        if each.path == "technique" and each.detail.get("kind") != "known_for_actor"
    }


def _info(finding: Finding) -> Object:
    return {
        "uid": finding.id,
        "title": finding.title,
        "desc": finding.summary,
        "types": [finding.detector],
        "first_seen_time": milliseconds(finding.from_),
        "last_seen_time": milliseconds(finding.to),
    }


def _record_info(frame: Frame) -> Object:
    """Return the one entry of a case without findings: the slot may not be empty."""
    return {
        "uid": "record",
        "title": "Published reports about the incident",
        "created_time": milliseconds(frame.made_at),
    }


def _claim(claim: Claim) -> Object:
    return {
        "uid": claim.id,
        "path": claim.path,
        "said": said(claim),
        "basis": claim.basis,
        "stated_by": claim.stated_by,
        "stated_on": claim.stated_on,
        "quote": claim.quote,
    }
