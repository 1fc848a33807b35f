"""Findings made by hand, and a detector that gives them."""

from typing import Any

import pytest

from floodmark import findings
from floodmark.models import Detected, Finding, stamp

USER = "0055j000000utlPAAQ"


def finding(**changes: Any) -> Finding:
    """Return a finding of one account, with two reasons."""
    reasons = changes.pop(
        "reasons", [reason(), reason("new-client", points=3, seen='a client "9,000,000 x"')]
    )
    document: dict[str, Any] = {
        "id": "F-0000000001",
        "detector": "volume-burst",
        "title": "rows read in one hour far above what the account read before",
        "summary": "0055j000000utlPAAQ read 4,000 rows in one hour (expected: 200).",
        "severity": "high",
        "confidence": "high",
        "actors": [USER],
        "sessions": ["sessionA"],
        "logins": ["loginA"],
        "clients": ["loader"],
        "addresses": ["192.0.2.7"],
        "from": "2025-06-30T01:00:09.120Z",
        "to": "2025-06-30T02:00:00.000Z",
        "events": [],
        "techniques": ["T1213.004", "T1567"],
        "told_at": "2025-06-30T01:20:00.000Z",
        "points": 10,
        "reasons": reasons,
    }
    return Finding.model_validate({**document, **changes})


def reason(detector: str = "volume-burst", **changes: Any) -> dict[str, Any]:
    """Return one reason."""
    return {
        "detector": detector,
        "at": "2025-06-30T01:20:00.000Z",
        "points": 7,
        "seen": "read 4,000 rows in the hour from 2025-06-30 01:00 UTC",
        "expected": "its busiest hour a day or more before had 200",
        **changes,
    }


def detected(*told: Finding, **changes: Any) -> Detected:
    """Return what a detection gives."""
    document = {"learning": False, "learning_until": "2025-06-08T00:00:00.000Z", "learning_accounts": 0}
    return Detected.model_validate({**document, **changes, "findings": told})


def give(monkeypatch: pytest.MonkeyPatch, *made: Finding) -> None:
    """Let every detection of this test give these findings."""

    def detect(engine: Any, since: Any = None, **_: Any) -> Detected:
        engine.keep("detect_baseline", "SELECT 'account' AS of, '' AS name WHERE false")
        return detected(*(each for each in made if each.to >= (stamp(since) or "")))

    monkeypatch.setattr(findings, "detect", detect)
