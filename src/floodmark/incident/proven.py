"""What the logs and the case itself say, as claims of the incident record.

Numbers come from the scope, so they are bounds where the evidence leaves room: one exact claim where both
bounds meet, else one `at_least` and one `at_most`. A claim of the logs has no quote; it names the requests,
events or tables that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from floodmark.incident.ids import claim_id
from floodmark.models import (
    Basis,
    Bound,
    CategoryScope,
    Claim,
    ClaimPrecision,
    Observed,
    Polarity,
    Scope,
    Traced,
)

NAMED = 20
"""Requests or events that a claim names; the scope has all."""


@dataclass(frozen=True)
class Proof:
    """What a case says of itself: settings that a person made, the scope and the traced intrusion."""

    organisation: str
    platform: str
    contained_at: str | None
    scope: Scope | None
    """None where the case has no logs."""
    traced: Traced | None
    observed: tuple[Observed, ...] = ()
    """What the intrusion's events show, with first and last sight; of session keys the beginning."""


def proven(given: Proof) -> list[Claim]:
    """Return the claims of a case's own logs and settings, in the order of the report."""
    made = [_claim("person", "incident.organisation", given.organisation, evidence=("case.toml",))]
    if given.contained_at:
        text = f"access closed at {given.contained_at}"
        made.append(_claim("person", "response.containment", text, evidence=("case.toml",)))
    scope = given.scope
    if scope is not None and (scope.intrusion.events or scope.requests):
        made += _access(scope, given.platform)
        made += _counts(scope)
        made += [each for category in scope.categories for each in _category(scope, category)]
        made += _techniques(given.traced)
        made += _indicators(given.observed)
    return made


def _claim(basis: Basis, path: str, value: str | int, **more: Any) -> Claim:
    """Return a claim without a quote."""
    evidence: tuple[str, ...] = more.pop("evidence", ())
    detail: dict[str, str] = dict(sorted(more.pop("detail", {}).items()))
    said = {"basis": basis, "path": path, "value": value, "detail": detail, **more}
    return Claim(
        id=claim_id(**said),
        path=path,
        value=value,
        unit=more.get("unit"),
        precision=more.get("precision"),
        polarity=more.get("polarity"),
        confidence=None,
        basis=basis,
        status="asserted",
        modality="asserted" if basis == "person" else "computed",
        stated_by="the case" if basis == "person" else "Floodmark",
        stated_on=None,
        quote="",
        document=None,
        span=None,
        detail=detail,
        evidence=evidence,
    )


def _access(scope: Scope, platform: str) -> Iterator[Claim]:
    begin, end = scope.intrusion.from_, scope.intrusion.to
    requests = _requests(scope)
    yield _claim("log", "access.where", platform, evidence=requests)
    for moment, about in ((begin, "begin"), (end, "end")):
        if moment:
            detail = {"about": about, "text": moment}
            yield _claim("log", "incident.occurred_on", moment[:10], detail=detail, evidence=requests)


def _requests(scope: Scope) -> tuple[str, ...]:
    return tuple(each.id for each in scope.requests[:NAMED])


def _bounds(bound: Bound) -> list[tuple[int, ClaimPrecision]]:
    """Return the figures of a bound: one where its ends meet; no lower one of zero."""
    if bound.at_least == bound.at_most:
        return [(bound.at_least, "exact")]
    low: list[tuple[int, ClaimPrecision]] = [(bound.at_least, "at_least")] if bound.at_least else []
    return [*low, (bound.at_most, "at_most")]


def _counts(scope: Scope) -> Iterator[Claim]:
    requests = _requests(scope)
    for value, precision in _bounds(scope.people):
        detail = {"role": "total", "text": f"counted by {scope.snapshot.unit}"}
        yield _claim(
            "replay",
            "impact.count",
            value,
            unit="people",
            precision=precision,
            detail=detail,
            evidence=requests,
        )
    for name, bound in sorted(scope.records.items()):
        for value, precision in _bounds(bound):
            if bound.at_most:
                detail = {"role": "part", "of": name}
                yield _claim(
                    "replay", "impact.count", value, unit="records", precision=precision, detail=detail,
                    evidence=requests,
                )  # fmt: skip


def _category(scope: Scope, category: CategoryScope) -> Iterator[Claim]:
    """Yield what the logs say of one category; nothing where nobody's value was held."""
    polarity = _polarity(category)
    if polarity is None:
        return
    detail = {
        "people_at_least": str(category.people.at_least),
        "people_at_most": str(category.people.at_most),
    }
    yield _claim(
        "replay",
        "impact.category",
        category.category,
        polarity=polarity,
        detail=detail,
        evidence=_requests(scope),
    )


def _polarity(category: CategoryScope) -> Polarity | None:
    if category.people.at_least or category.outcomes.taken:
        return "taken"
    if category.people.at_most or category.outcomes.cannot_tell:
        return "unknown"
    return "not_taken" if category.outcomes.not_taken else None


def _techniques(traced: Traced | None) -> Iterator[Claim]:
    """Yield each technique that a step of the intrusion shows, with its first events."""
    seen: dict[str, Sequence[str]] = {}
    for stage in traced.stages if traced else ():
        if stage.technique and stage.hostile:
            seen.setdefault(stage.technique, stage.events)
    for technique, events in sorted(seen.items()):
        detail = {"kind": "observed", "method": "finding"}
        yield _claim("log", "technique", technique, detail=detail, evidence=tuple(events[:NAMED]))


def _indicators(observed: Sequence[Observed]) -> Iterator[Claim]:
    """Yield what can be looked for elsewhere, with how specific it is; session keys mean nothing there."""
    for each in observed:
        if each.type in {"session", "login"}:
            continue
        detail = {"type": each.type, "raw": each.value, "specific": each.specific}
        detail |= {name: at for name, at in (("first_seen", each.from_), ("last_seen", each.to)) if at}
        yield _claim("log", "indicator", each.value, detail=detail)
