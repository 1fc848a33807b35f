"""What people decided, and what is learned from a dismissal.

A dismissed finding leaves a pattern: its accounts, what spoke for it, its clients, networks and size. A
later finding that stays inside the pattern is known, and is not told again. It is told again when
something is new in it (client, network, detector or rule) or when it is clearly larger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, TypedDict, cast

from floodmark.errors import UsageError
from floodmark.models import Detected, Finding, Quiet

LINK = "L-"
"""How the ids of links of the trace begin; those of findings begin with F-."""
POINTS_MORE = 3
"""A finding that weighs more than so many points above the dismissed one is told again."""
TIMES_LARGER = 2
"""A finding with a number more than so many times the largest one of the dismissed is told again."""
_BITS = {4: 24, 6: 48}
# Whole numbers with or without commas; not parts of times, addresses, ids, shares and decimals.
_NUMBER = re.compile(r"(?<![\w.:/,-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w:/%-]|[.,]\d)")
_HINT = "undo what was written by hand, and use floodmark accept or dismiss"
_QUOTED = re.compile(r'"[^"]*"')


class Pattern(TypedDict):
    """What a dismissed finding was like. All lists are sorted, the keys too."""

    actors: list[str]
    clients: list[str]
    detectors: list[str]
    """The detectors and rules among its reasons."""
    largest: int
    """The largest whole number in what its reasons saw, quoted text left out; 0 without one."""
    networks: list[str]
    """Its addresses, /24 or /48; what is no address stands as it is."""
    points: int


@dataclass(frozen=True)
class Judgement:
    """All findings of a case, divided into what is told and what stays quiet."""

    detected: Detected
    known: Mapping[str, Finding]
    """Every finding by its id, the quiet ones too."""


def pattern_of(finding: Finding) -> Pattern:
    """Return what a finding is like."""
    return Pattern(
        actors=sorted(set(finding.actors)),
        clients=sorted(set(finding.clients)),
        detectors=sorted(_detectors(finding)),
        largest=_largest(finding),
        networks=sorted(_networks(finding.addresses)),
        points=finding.points,
    )


def judge(detected: Detected, decisions: Iterable[Mapping[str, Any]]) -> Judgement:
    """Divide findings by what was decided before; accepted ones are always told.

    A dismissed finding is quiet as long as it stays inside its own pattern. Of several dismissed findings
    that a finding is like, the one with the smallest id is named.
    """
    decided = {each["finding"]: each for each in decisions}
    accepted = {name for name, each in decided.items() if each["decision"] == "accepted"}
    dismissed = [each for _, each in sorted(decided.items()) if each["decision"] == "dismissed"]
    told: list[Finding] = []
    quiet: list[Quiet] = []
    for finding in detected.findings:
        like = None if finding.id in accepted else _like(finding, dismissed)
        if like is None:
            told.append(finding)
        else:
            quiet.append(
                Quiet(id=finding.id, title=finding.title, like=like["finding"], reason=like["reason"])
            )
    known = {each.id: each for each in detected.findings}
    return Judgement(
        detected.model_copy(update={"findings": tuple(told), "quiet": (*detected.quiet, *quiet)}), known
    )


def _like(finding: Finding, dismissed: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the first dismissal that covers a finding; its own comes before those of others."""
    own_first = sorted(dismissed, key=lambda each: each["finding"] != finding.id)
    return next((each for each in own_first if _covers(each.get("pattern"), finding)), None)


def _covers(stored: object, finding: Finding) -> bool:
    """Say whether a finding stays inside a stored pattern; one without a pattern covers nothing."""
    if not isinstance(stored, Mapping):
        return False
    pattern = cast("Pattern", stored)
    return (
        sorted(set(finding.actors)) == pattern["actors"]
        and _detectors(finding) <= set(pattern["detectors"])
        and set(finding.clients) <= set(pattern["clients"])
        and _networks(finding.addresses) <= set(pattern["networks"])
        and finding.points <= pattern["points"] + POINTS_MORE
        and _largest(finding) <= pattern["largest"] * TIMES_LARGER
    )


def _detectors(finding: Finding) -> set[str]:
    return {each.detector for each in finding.reasons} or {finding.detector}


def _networks(addresses: Iterable[str]) -> set[str]:
    return {network_of(each) for each in addresses}


def network_of(address: str) -> str:
    """Return the network of an address, /24 or /48; what is no address as it is.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2::7"), network_of("Salesforce.com IP")
    ('192.0.2.0/24', '2001:db8:1::/48', 'Salesforce.com IP')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network(f"{found}/{_BITS[found.version]}", strict=False))


def _largest(finding: Finding) -> int:
    """Return the largest whole number in what its reasons saw; text that a log wrote is quoted there."""
    seen = " ".join(_QUOTED.sub(" ", each.seen) for each in finding.reasons)
    return max((int(each.replace(",", "")) for each in _NUMBER.findall(seen)), default=0)


# --- settings as custody tells them -------------------------------------------------------------------

SETTINGS = ("organisation", "platform", "timezone", "contained_at")
DECIDING = frozenset({"init", "set", "accept", "dismiss", "refuse", "follow"})
"""The actions of custody that change the settings."""


def shaped(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings in the one shape in which they can be compared: nothing empty, nothing else."""
    return {name: settings[name] for name in (*SETTINGS, "decisions", "links") if settings.get(name)}


def settings_by(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the settings that custody entries lead to."""
    settings: dict[str, Any] = {}
    for entry in entries:
        settings = after(settings, entry["action"], entry["detail"])
    return shaped(settings)


def after(settings: Mapping[str, Any], action: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings after one entry; entries that decide nothing leave them as they are."""
    match action:
        case "init" | "set":
            return {**settings, **detail}
        case "accept" | "dismiss":
            decision = "accepted" if action == "accept" else "dismissed"
            return _decided(settings, {"decision": decision, **detail})
        case "refuse" | "follow":
            return _linked(settings, {"decision": "refused" if action == "refuse" else "followed", **detail})
        case _:
            return dict(settings)


def _decided(settings: Mapping[str, Any], decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with a decision on a finding; it replaces an earlier one on the same finding."""
    kept = {each["finding"]: each for each in settings.get("decisions", [])}
    names = ("finding", "decision", "reason", "pattern")
    kept[decision["finding"]] = {name: decision[name] for name in names if name in decision}
    return {**settings, "decisions": [kept[each] for each in sorted(kept)]}


def _linked(settings: Mapping[str, Any], decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with a decision on a link of the trace; it replaces an earlier one on it."""
    kept = {each["link"]: each for each in settings.get("links", [])}
    kept[decision["link"]] = {name: decision[name] for name in ("link", "decision", "reason")}
    return {**settings, "links": [kept[each] for each in sorted(kept)]}


def require_form(settings: Mapping[str, Any]) -> None:
    """Raise UsageError for the first decision of case.toml that is not whole."""
    for name, key in (("decisions", "finding"), ("links", "link")):
        listed: object = settings.get(name, [])
        if not isinstance(listed, list):
            raise UsageError(f"case.toml: {name} is not a list of tables", hint=_HINT)
        for place, each in enumerate(cast("list[object]", listed), 1):
            if not isinstance(each, dict) or not _whole(cast("dict[object, object]", each), key):
                raise UsageError(f"case.toml: entry {place} of {name} is not whole", hint=_HINT)


def _whole(entry: Mapping[object, object], key: str) -> bool:
    return all(isinstance(entry.get(name), str) for name in (key, "decision", "reason"))
