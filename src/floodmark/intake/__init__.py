"""Published reports into claims: offline, by structure first and then by rules.

    bytes ─► reading ─► page: blocks, sentences ─► rules ─► drafts ─► verified claims ─► incident record

A draft whose quote does not stand letter for letter in its document is rejected. Text is data: nothing in a
document changes how it is read, and a sentence that tells its reader what to answer is no statement. What a
language model proposes comes as a file of its own, and passes the same check. The same files give the same
claims, in any order.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from floodmark.errors import UsageError
from floodmark.incident import Evidence, claim_id, record
from floodmark.intake import (
    access,
    actors,
    dates,
    endpoint,
    indicated,
    names,
    numbers,
    organisations,
    proposals,
    prose,
    taken,
    techniques,
)
from floodmark.intake.page import Blank, Draft, Page, Rule
from floodmark.intake.reading import no_collection, read
from floodmark.models import Claim, Intaken, Problem, Published, Unknown

__all__ = ["Ask", "Handed", "asking", "intake", "problems_of", "read_document", "said_in"]


class Handed(NamedTuple):
    """A document as it is handed in."""

    name: str
    """Of the file."""
    data: bytes
    published_on: date | None = None
    """The day where the document itself gives none."""
    proposals: tuple[bytes, ...] = ()
    """Files of what models proposed about it, as `endpoint.ask` and `names.propose` make them."""


Ask = Callable[[Page, str], bytes]
"""What asks a model: a page and the SHA-256 of its document in, a file of proposals out."""

_COMMAND = re.compile(
    r"^\W*(?:please\s+)?(?:report|say|state|write|answer|respond|claim|output|print|record)\s+(?:that|only|with)\b"
    r"|^\W*(?:please\s+)?(?:add|mark|set|list|treat|output|return|print)\s[^.]{0,80}?\bas\s+(?:taken|stolen|not|true|exposed)\b"
    r"|\b(?:to|in|into|from)\s+your\s+(?:answer|output|response|reply|summary|instructions)\b"
    r"|\b(?:ignore|disregard|forget|override)\s+(?:all|any|the|your|previous|prior|above|these)\b"
    r"|\b(?:language\s+model|system\s+prompt|as\s+an\s+ai|you\s+are\s+(?:now|an?\s+(?:ai|assistant|model)))\b",
    re.IGNORECASE,
)
"""A sentence that tells its reader what to say."""
_ADVICE = frozenset({"recommendation", "lesson"})

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
    files: Iterable[Handed | tuple[str, bytes]],
    *,
    published_on: date | None = None,
    organisation: str | None = None,
) -> Intaken:
    """Read published reports and return the record that they make.

    Args:
        files: name and bytes of each, or what else is known of it; the same bytes twice count once.
        published_on: the day of those documents that give none themselves.
        organisation: whose incident it is; the documents about it come first.
    """
    handed = (each if isinstance(each, Handed) else Handed(*each) for each in files)
    said = said_in(each._replace(published_on=each.published_on or published_on) for each in handed)
    made = record(said, organisation=organisation)
    return Intaken(**dict(made), problems=problems_of(said), head=None)


@no_collection()
def said_in(files: Iterable[Handed]) -> Evidence:
    """Return what documents say, before it is set in relation.

    Raises:
        UsageError: proposals are no file of proposals, or about another document.
    """
    known: dict[str, tuple[Published, Page, tuple[bytes, ...]]] = {}
    for each in sorted(files, key=lambda each: each[:2]):
        document, page = read_document(each.name, each.data, each.published_on)
        known.setdefault(document.id, (document, page, each.proposals))
    claims: list[Claim] = []
    unknown: list[Unknown] = []
    for document, page, proposed in known.values():
        for each in claims_of(document, page, proposed):
            if isinstance(each, Claim):
                claims.append(each)
            else:
                unknown.append(each)
    return Evidence([document for document, _, _ in known.values()], claims, unknown)


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


def claims_of(document: Published, page: Page, proposed: Iterable[bytes] = ()) -> Iterator[Claim | Unknown]:
    """Yield what the rules read in a document, each with a verified quote, by place in the text."""
    drafts = _uncommanded(page, [each for rule in RULES for each in rule(page)])
    ruled = [*drafts]
    for data in sorted(proposed):
        drafts += proposals.checked(data, page, document=document.sha256, ruled=ruled).drafts
    seen: set[str] = set()
    for each in sorted(drafts, key=lambda each: (each.span, each.path)):
        made = _verified(each, document, page)
        if made is None:
            continue
        key = made.id if isinstance(made, Claim) else f"{made.path} {made.span}"
        if key not in seen:
            seen.add(key)
            yield made


def _uncommanded(page: Page, drafts: list[Draft | Blank]) -> list[Draft | Blank]:
    """Return the drafts that do not stand in a sentence that tells its reader what to say; advice stays."""
    commands = [
        each.span(0, len(each.text)) for each in page.sentences() if each.text and _COMMAND.search(each.text)
    ]
    if not commands:
        return drafts
    return [
        each
        for each in drafts
        if each.path in _ADVICE or not any(begin <= each.span[0] < end for begin, end in commands)
    ]


def asking(*, url: str | None = None, model: str | None = None, with_names: bool = False) -> tuple[Ask, ...]:
    """Return what asks models about a document: an endpoint, the model for names, both or none.

    Raises:
        UsageError: an endpoint without a model or the other way round, or the extra `names` is not there.
    """
    if (url is None) != (model is None):
        raise UsageError(
            "an endpoint needs a model and a model an endpoint", hint="give --endpoint and --model"
        )
    made: list[Ask] = []
    if url is not None and model is not None:
        made.append(lambda page, sha256: endpoint.ask(url, model, page, document=sha256))
    if with_names:
        loaded = names.load()
        made.append(lambda page, sha256: names.propose(page, loaded, document=sha256))
    return tuple(made)


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
