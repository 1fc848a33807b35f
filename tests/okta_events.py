"""Made-up events of the Okta System Log, and the shapes in which exporters hand them on."""

import json
from collections.abc import Mapping
from typing import Any

ANN, BOB = "00u1qw1mqitPHM8AJ0g7", "00u2rt5kskPHM9BK1h80"
SALESFORCE = {
    "id": "0oa3cd9xyzPHM0CL2i91",
    "type": "AppInstance",
    "alternateId": "Salesforce",
    "displayName": "Salesforce.com",
    "detailEntry": None,
}


def user(okta_id: str, name: str) -> dict[str, Any]:
    """Return a user as an actor or a target."""
    return {
        "id": okta_id,
        "type": "User",
        "alternateId": name,
        "displayName": name.partition("@")[0],
        "detailEntry": None,
    }


def okta_event(number: int, kind: str = "user.authentication.sso", **more: Any) -> dict[str, Any]:
    """Return one event of 2025-06-30; Ann enters Salesforce unless `more` says otherwise."""
    return {
        "actor": user(ANN, "ann@example.org"),
        "client": {
            "userAgent": {"rawUserAgent": "Mozilla/5.0 (Macintosh)", "os": "Mac OS X", "browser": "CHROME"},
            "zone": "null",
            "device": "Computer",
            "id": None,
            "ipAddress": "192.0.2.7",
            "geographicalContext": {"city": "Sydney", "geolocation": {"lat": -33.8678, "lon": 151.2073}},
        },
        "device": None,
        "authenticationContext": {"authenticationStep": 0, "externalSessionId": "102GALFw8CzRT2KXoqnca8Jdg"},
        "displayMessage": "User single sign on to app",
        "eventType": kind,
        "outcome": {"result": "SUCCESS", "reason": None},
        "published": f"2025-06-30T{1 + number // 60:02d}:{number % 60:02d}:09.120Z",
        "securityContext": {"asNumber": 64500, "asOrg": "example", "isProxy": True},
        "severity": "INFO",
        "debugContext": {"debugData": {"risk": "{level=HIGH}", "dtHash": "9f2c"}},
        "legacyEventType": None,
        "transaction": {"type": "WEB", "id": f"Wij-{number:04d}", "detail": {}},
        "uuid": f"11111111-2222-4333-8444-{number:012d}",
        "version": "0",
        "request": {"ipChain": [{"ip": "192.0.2.7", "version": "V4"}]},
        "target": [SALESFORCE],
        **more,
    }


def bridge(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event in a message of Amazon EventBridge."""
    return {
        "version": "0",
        "id": "aaaaaaaa-0000-4000-8000-000000000001",
        "detail-type": "SystemLog",
        "source": "aws.partner/okta.com/example/stream",
        "account": "123456789012",
        "time": "2025-06-30T01:00:10Z",
        "region": "ap-southeast-2",
        "resources": [],
        "detail": event,
    }


def collector(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event in a message for a Splunk HTTP Event Collector."""
    return {"time": "1751245209", "host": "example.okta.com", "source": "okta", "event": event}


def lowered(value: Any) -> Any:
    """Return a value with all its keys in lower case."""
    if isinstance(value, dict):
        return {key.lower(): lowered(each) for key, each in value.items()}
    return [lowered(each) for each in value] if isinstance(value, list) else value


def dotted(event: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return an event whose inner keys are joined by dots; lists stay as they are."""
    flat: dict[str, Any] = {}
    for key, value in event.items():
        if isinstance(value, dict):
            flat |= dotted(value, f"{before}{key}.")
        else:
            flat[before + key] = value
    return flat


def as_row(event: Mapping[str, Any]) -> dict[str, str]:
    """Return an event as the text columns that a source sees."""
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in event.items()
        if value is not None
    }
