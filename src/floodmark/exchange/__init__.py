"""Findings and the incident record in the formats that other programs read, one file a format."""

from __future__ import annotations

from dataclasses import dataclass

from floodmark.models import Claim


@dataclass(frozen=True)
class Frame:
    """What every format of the incident record is written with; nothing in it comes from a clock."""

    organisation: str
    made_at: str
    """When the case was made, UTC with Z: the time of objects that have none of their own."""
    version: str
    """Of this program."""


def said(claim: Claim) -> str:
    """Return a claim as one plain sentence part: precision, value, unit, polarity, confidence."""
    words = {"at_most": "at most ", "at_least": "at least ", "about": "about "}.get(claim.precision or "", "")
    unit = f" {claim.unit}" if claim.unit else ""
    marks = [each.replace("_", " ") for each in (claim.polarity, claim.confidence) if each]
    marks += [each for each in (claim.modality, claim.status) if each != "asserted"]
    aside = f" ({', '.join(marks)})" if marks else ""
    return f"{words}{claim.value}{unit}{aside}"
