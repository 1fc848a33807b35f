"""The incident record as a STIX 2.1 bundle.

One object each for the incident, the organisation, this program, every actor named, technique and indicator;
a note for every claim, with the words of its source; relationships; a report over all. Ids follow from the
content, and times from the case, so the same record gives the same bytes. Actors stay what sources say: each
is an intrusion set of its own, tied to the incident's campaign with the confidence of the surest mention, and
one that is only denied is not tied. An address that is private, or a link to a source, is no indicator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid5

from floodmark.exchange import Frame, said
from floodmark.incident import own_claims
from floodmark.models import Claim, Record

Object = dict[str, Any]

_NAMESPACE = UUID("6d0f3a0e-4f3b-4c0e-9b7a-51d7f0a3c2e8")
"""Ours: the namespace that STIX 2.1 names (section 2.9) is for observables only."""
_CONFIDENCE = {"stated": 85, "likely": 50, "possible": 15}
"""The middle of high, medium and low in the scale of STIX 2.1, appendix A."""
_NO_INDICATOR = frozenset({"private", "reserved", "reference"})
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def dump(record: Record, frame: Frame) -> str:
    """Return the bundle as ASCII JSON text, objects by type and id, ended by a line feed."""
    return json.dumps(bundle(record, frame), indent=1, ensure_ascii=True) + "\n"


def bundle(record: Record, frame: Frame) -> Object:
    """Return the bundle of the claims about the incident of the case."""
    made = _Making(record, frame)
    objects = sorted(made.objects(), key=lambda each: (each["type"], each["id"]))
    return {"type": "bundle", "id": _id("bundle", *(each["id"] for each in objects)), "objects": objects}


def _id(kind: str, *content: str) -> str:
    return f"{kind}--{uuid5(_NAMESPACE, json.dumps([kind, *content], ensure_ascii=True))}"


class _Making:
    """One bundle in the making."""

    def __init__(self, record: Record, frame: Frame) -> None:
        self.record = record
        self.frame = frame
        self.claims = own_claims(record)
        self.maker = _id("identity", "Floodmark")
        self.incident = _id("incident", frame.organisation, frame.made_at)
        self.campaign = _id("campaign", frame.organisation, frame.made_at)

    def objects(self) -> Iterator[Object]:
        """Yield every object once."""
        known: dict[str, Object] = {}
        for each in self._all():
            known.setdefault(each["id"], each)
        yield from known.values()
        yield self._report(list(known))

    def _all(self) -> Iterator[Object]:
        victim = _id("identity", self.frame.organisation)
        sectors = sorted({str(each.value).lower() for each in self._of("incident.sector")})
        yield self._made("identity", self.maker, name="Floodmark", identity_class="system")
        extra = {"description": f"Sector as reported: {', '.join(sectors)}"} if sectors else {}
        yield self._made(
            "identity", victim, name=self.frame.organisation, identity_class="organization", **extra
        )
        yield self._made(
            "incident",
            self.incident,
            name=f"Data breach at {self.frame.organisation}",
            description=self._description(),
        )
        yield self._made("campaign", self.campaign, name=f"Intrusion at {self.frame.organisation}")
        yield self._tie(self.campaign, "targets", victim)
        yield from self._actors()
        yield from self._techniques()
        yield from self._indicators()
        for each in self.claims:
            yield self._note(each)

    def _of(self, path: str) -> list[Claim]:
        return [each for each in self.claims if each.path == path]

    def _made(self, kind: str, id_: str, **more: Any) -> Object:
        creator = {} if id_ == self.maker else {"created_by_ref": self.maker}
        times = {"created": self.frame.made_at, "modified": self.frame.made_at}
        return {"type": kind, "spec_version": "2.1", "id": id_, **creator, **times, **more}

    def _tie(self, source: str, word: str, target: str, **more: Any) -> Object:
        id_ = _id("relationship", source, word, target)
        return self._made(
            "relationship", id_, relationship_type=word, source_ref=source, target_ref=target, **more
        )

    def _description(self) -> str:
        counts = [said(each) for each in self._of("impact.count") if each.detail.get("role") != "part"]
        return f"Reach, as claimed: {'; '.join(dict.fromkeys(counts)) or 'not known'}."

    def _actors(self) -> Iterator[Object]:
        surest: dict[str, int] = {}
        for each in self._of("actor.name"):
            level = _CONFIDENCE.get(each.confidence or "")
            if level is not None:
                surest[str(each.value)] = max(level, surest.get(str(each.value), 0))
        for name, level in sorted(surest.items()):
            id_ = _id("intrusion-set", name)
            yield self._made(
                "intrusion-set", id_, name=name, description="Named by a source; not established by the logs."
            )
            yield self._tie(self.campaign, "attributed-to", id_, confidence=level)

    def _techniques(self) -> Iterator[Object]:
        for each in self._of("technique"):
            known = str(each.value)
            id_ = _id("attack-pattern", known)
            reference = {
                "source_name": "mitre-attack",
                "external_id": known,
                "url": f"https://attack.mitre.org/techniques/{known.replace('.', '/')}",
            }
            name = each.detail.get("name") or known
            yield self._made("attack-pattern", id_, name=name, external_references=[reference])
            if each.detail.get("kind") != "known_for_actor":
                yield self._tie(self.campaign, "uses", id_)

    def _indicators(self) -> Iterator[Object]:
        for each in self._of("indicator"):
            make = _PATTERNS.get(each.detail.get("type", ""))
            if make is None or each.detail.get("class") in _NO_INDICATOR:
                continue
            pattern = make(_literal(str(each.value)))
            basis = f"From the basis {each.basis}, claim {each.id}."
            yield self._made(
                "indicator",
                _id("indicator", pattern),
                name=str(each.value),
                description=basis,
                pattern=pattern,
                pattern_type="stix",
                pattern_version="2.1",
                valid_from=self._since(each),
                indicator_types=["malicious-activity"],
            )
            yield self._tie(_id("indicator", pattern), "indicates", self.campaign)

    def _since(self, claim: Claim) -> str:
        """Return the time from which an indicator is worth looking for: first seen, stated, or the case's."""
        first = claim.detail.get("first_seen", "")
        if _DAY.match(first):
            return first
        return f"{claim.stated_on}T00:00:00.000Z" if claim.stated_on else self.frame.made_at

    def _note(self, claim: Claim) -> Object:
        lines = [f"{claim.path}: {said(claim)}", f"Basis: {claim.basis}."]
        if claim.quote:
            lines.append(f"Quote: {claim.quote}")
        if claim.evidence:
            lines.append(f"Rests on: {', '.join(claim.evidence)}")
        authors = {"authors": [claim.stated_by]} if claim.stated_by else {}
        return self._made(
            "note",
            _id("note", claim.id),
            abstract=f"{claim.id} {claim.path}",
            content="\n".join(lines),
            object_refs=[self.incident],
            **authors,
        )

    def _report(self, ids: Sequence[str]) -> Object:
        days = [each.published_on for each in self.record.documents if each.published_on]
        published = f"{max(days)}T00:00:00.000Z" if days else self.frame.made_at
        return self._made(
            "report",
            _id("report", self.frame.organisation, self.frame.made_at),
            name=f"Incident record of {self.frame.organisation}",
            published=published,
            report_types=["campaign"],
            object_refs=sorted(ids),
            description=f"Written by Floodmark {self.frame.version}.",
        )


def _literal(value: str) -> str:
    """Return a value as a literal of the STIX patterning language (section 9.4)."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _equal(object_path: str) -> Callable[[str], str]:
    return lambda literal: f"[{object_path} = {literal}]"


def _network(literal: str) -> str:
    kind = "ipv6-addr" if ":" in literal else "ipv4-addr"
    return f"[{kind}:value ISSUBSET {literal}]"


_PATTERNS: dict[str, Callable[[str], str]] = {
    "url": _equal("url:value"),
    "domain": _equal("domain-name:value"),
    "onion": _equal("domain-name:value"),
    "ipv4": _equal("ipv4-addr:value"),
    "ipv6": _equal("ipv6-addr:value"),
    "cidr": _network,
    "email": _equal("email-addr:value"),
    "user_agent": _equal("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"),
    **{name: _equal(f"file:hashes.'{standard}'") for name, standard in _HASHES.items()},
}
"""Type of an indicator -> the pattern of a literal; the other types stand in notes only."""
