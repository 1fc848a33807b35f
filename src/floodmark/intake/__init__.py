"""Published reports into claims: offline, by structure first and then by rules.

    bytes ─► reading ─► page: blocks, sentences ─► rules ─► drafts ─► verified claims ─► incident record

A draft whose quote does not stand letter for letter in its document is rejected. Text is data: nothing in a
document changes how it is read. The same files give the same claims, in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date

from floodmark.incident import Evidence, claim_id, record
from floodmark.intake import (
    access,
    actors,
    dates,
    indicated,
    numbers,
    organisations,
    prose,
    taken,
    techniques,
)
from floodmark.intake.page import Blank, Draft, Page, Rule
from floodmark.intake.reading import no_collection, read
from floodmark.models import Claim, Intaken, Problem, Published, Unknown

__all__ = ["Given", "intake", "problems_of", "read_document", "said_in"]

Given = tuple[str, bytes]
"""The name of a file and what is in it."""

RULES: tuple[Rule, ...] = (
    organisations.rule,
    dates.rule,
    access.rule,
    numbers.rule,
    taken.rule,
    actors.rule,
    techniques.rule,
    indicated.rule,
    prose.rule,
)


@no_collection()
def intake(
    files: Iterable[Given], *, published_on: date | None = None, organisation: str | None = None
) -> Intaken:
    """Read published reports and return the record that they make.

    Args:
        files: name and bytes of each; the same bytes twice count once.
        published_on: the day of those documents that give none themselves.
        organisation: whose incident it is; the documents about it come first.
    """
    said = said_in((name, data, published_on) for name, data in files)
    made = record(said, organisation=organisation)
    return Intaken(**dict(made), problems=problems_of(said), head=None)


@no_collection()
def said_in(files: Iterable[tuple[str, bytes, date | None]]) -> Evidence:
    """Return what documents say, before it is set in relation: of each its name, bytes and stated day."""
    known: dict[str, tuple[Published, Page]] = {}
    for name, data, day in sorted(files, key=lambda each: each[:2]):
        document, page = read_document(name, data, day)
        known.setdefault(document.id, (document, page))
    claims: list[Claim] = []
    unknown: list[Unknown] = []
    for document, page in known.values():
        for each in claims_of(document, page):
            if isinstance(each, Claim):
                claims.append(each)
            else:
                unknown.append(each)
    return Evidence([document for document, _ in known.values()], claims, unknown)


def problems_of(said: Evidence) -> tuple[Problem, ...]:
    """Return the documents that could not be read, or in part only."""
    return tuple(Problem(item=each.name, problem=each.damaged) for each in said.documents if each.damaged)


def read_document(name: str, data: bytes, published_on: date | None = None) -> tuple[Published, Page]:
    """Return a document and its text; what cannot be read of it is said in `damaged`."""
    page = read(data, name)
    sha256 = hashlib.sha256(data).hexdigest()
    day = page.published_on or published_on
    document = Published(
        id=f"D-{sha256[:10]}",
        title=page.title,
        published_on=day.isoformat() if day else None,
        sha256=sha256,
        name=name,
        media=page.media,
        stated_by=page.stated_by,
        damaged=page.damaged,
    )
    return document, page


def claims_of(document: Published, page: Page) -> Iterator[Claim | Unknown]:
    """Yield what the rules read in a document, each with a verified quote, by place in the text."""
    drafts = [each for rule in RULES for each in rule(page)]
    seen: set[str] = set()
    for each in sorted(drafts, key=lambda each: (each.span, each.path)):
        made = _verified(each, document, page)
        if made is None:
            continue
        key = made.id if isinstance(made, Claim) else f"{made.path} {made.span}"
        if key not in seen:
            seen.add(key)
            yield made


def _verified(draft: Draft | Blank, document: Published, page: Page) -> Claim | Unknown | None:
    """Return the claim of a draft; None where its span is no piece of the text, or an empty one."""
    begin, end = draft.span
    quote = page.text[begin:end] if 0 <= begin < end <= len(page.text) else ""
    if not quote.strip():
        return None
    if isinstance(draft, Blank):
        return Unknown(path=draft.path, quote=quote, document=document.id, span=draft.span)
    return Claim(
        id=claim_id(
            document=document.id, path=draft.path, value=draft.value, unit=draft.unit, span=draft.span,
            modality=draft.modality, polarity=draft.polarity, precision=draft.precision,
        ),
        path=draft.path,
        value=draft.value,
        unit=draft.unit,
        precision=draft.precision,
        polarity=draft.polarity,
        confidence=draft.confidence,
        basis="document",
        status="asserted",
        modality=draft.modality,
        stated_by=draft.stated_by or document.stated_by,
        stated_on=document.published_on,
        quote=quote,
        document=document.id,
        span=draft.span,
        detail=dict(sorted(draft.detail.items())),
        evidence=(),
    )  # fmt: skip
