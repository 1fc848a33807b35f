"""The incident record: claims of documents and of logs side by side, and how they relate.

    claims of documents ─┐
                         ├─► record() ─► groups of documents, relations, status of each claim
    claims of the logs ──┘

Nothing is overwritten and nothing is merged away: a claim that another one replaces keeps its place and is
marked. `as_of` gives the record as it stood on a day, `compare` what lies between two days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from floodmark.incident.ids import claim_id
from floodmark.incident.relate import relations_of
from floodmark.incident.same import groups_of
from floodmark.models import (
    Claim,
    ClaimChange,
    ClaimStatus,
    Published,
    Record,
    RecordChange,
    Relation,
    Unknown,
)

__all__ = ["Evidence", "as_of", "claim_id", "compare", "own_claims", "record"]


@dataclass(frozen=True)
class Evidence:
    """What documents and logs say, before it is set in relation."""

    documents: Sequence[Published]
    claims: Sequence[Claim]
    unknown: Sequence[Unknown] = ()


def own_claims(record: Record) -> list[Claim]:
    """Return the claims about the incident of the case: of documents in its group, and of the case itself."""
    inside = set(record.incidents[0].documents) if record.incidents else set[str]()
    return [each for each in record.claims if each.document is None or each.document in inside]


def record(given: Evidence, *, organisation: str | None = None) -> Record:
    """Return the record of an incident: groups of documents, relations, and each claim with its status.

    Args:
        given: documents and claims in any order; the result does not depend on it.
        organisation: whose case it is; the group of documents about it comes first. None: the largest.
    """
    documents = tuple(sorted(given.documents, key=lambda each: (each.published_on or "9999", each.id)))
    order = {each.id: place for place, each in enumerate(documents)}
    claims = sorted(
        given.claims,
        key=lambda each: (order.get(each.document or "", -1), each.span or (0, 0), each.path, each.id),
    )
    incidents = groups_of(documents, claims, organisation)
    of = {document: place for place, group in enumerate(incidents) for document in group.documents}
    own: dict[int, list[Claim]] = {}
    for each in claims:
        own.setdefault(of.get(each.document or "", 0), []).append(each)
    relations = [told for place in sorted(own) for told in relations_of(own[place])]
    status = _status(claims, relations)
    return Record(
        documents=documents,
        claims=tuple(_with_status(each, status[each.id]) for each in claims),
        unknown=tuple(
            sorted(given.unknown, key=lambda each: (order.get(each.document, -1), each.span, each.path))
        ),
        relations=tuple(relations),
        incidents=incidents,
    )


def _with_status(claim: Claim, status: ClaimStatus) -> Claim:
    return claim if claim.status == status else claim.model_copy(update={"status": status})


def _status(claims: Sequence[Claim], relations: Sequence[Relation]) -> dict[str, ClaimStatus]:
    """Return claim -> status: what another replaces is superseded, what another denies is disputed.

    An inference that conflicts with what was worked out or said is contradicted.
    """
    known = {each.id: each for each in claims}
    status: dict[str, ClaimStatus] = dict.fromkeys(known, "asserted")
    for each in relations:
        first, second = each.claims
        if each.kind == "supersedes":
            status[second] = "superseded"
        elif each.kind == "conflicts":
            for one, other in ((first, second), (second, first)):
                if status[one] == "superseded":
                    continue
                beaten = known[one].modality == "inferred" and known[other].modality != "inferred"
                status[one] = "contradicted" if beaten or status[one] == "contradicted" else "disputed"
                if known[one].modality == "computed" and known[other].modality == "inferred":
                    status[one] = "asserted"
    return status


def as_of(whole: Record, day: date, *, organisation: str | None = None) -> Record:
    """Return the record as it stood at the end of a day: what was published or stated by then.

    Documents and claims without a day are left out, since nobody can say that they were known; claims from
    logs stay, since they follow from what happened. Relations and statuses are those among what is left.
    """
    last = day.isoformat()
    documents = [each for each in whole.documents if each.published_on and each.published_on <= last]
    inside = {each.id for each in documents}
    claims = [
        each
        for each in whole.claims
        if each.basis in {"log", "replay"}
        or (each.document in inside and (each.stated_on or "") <= last)
        or (each.document is None and each.stated_on is not None and each.stated_on <= last)
    ]
    unknown = [each for each in whole.unknown if each.document in inside]
    return record(Evidence(documents, claims, unknown), organisation=organisation)


def compare(before: Record, after: Record) -> RecordChange:
    """Return what changed between two states of a record: new claims, claims gone, changed statuses."""
    old, new = ({each.id: each for each in state.claims} for state in (before, after))
    return RecordChange(
        added=tuple(each for each in after.claims if each.id not in old),
        removed=tuple(each for each in before.claims if each.id not in new),
        changed=tuple(
            ClaimChange(claim=each, before=old[each.id].status)
            for each in after.claims
            if each.id in old and old[each.id].status != each.status
        ),
        relations=tuple(each for each in after.relations if each not in set(before.relations)),
    )
