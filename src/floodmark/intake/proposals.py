"""Claims that something else than a rule proposes: a file of them, and what of it may become a claim.

A language model may propose; it may not assert. Each proposal is checked against the document and against
what the rules read there. Where the two disagree, or a sentence denies, doubts, wishes or tells of another
incident, the proposal is rejected, with the reason. A proposal adds a claim; it never takes one away.

The file is JSON: `{"model": "", "document": "<SHA-256>", "proposals": [{"path", "value", "unit", "precision",
"polarity", "confidence", "quote"}]}`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from floodmark.errors import UsageError
from floodmark.intake.dates import days
from floodmark.intake.figures import currency, numbers_in, precision_of, qualified
from floodmark.intake.lexicon import mentions
from floodmark.intake.naming import named
from floodmark.intake.numbers import is_elsewhere, quantities, speaker
from floodmark.intake.page import Blank, Draft, Page, Sentence
from floodmark.intake.sections import is_wished
from floodmark.intake.stance import is_inferred, is_speculative, is_unstated
from floodmark.models import ClaimPrecision, Confidence, Polarity

__all__ = ["PATHS", "Checked", "Rejected", "checked", "document_of", "drafts", "rejected", "written"]

MOST = 5_000
"""Proposals in one file."""
_MOST_BYTES = 20_000_000
_MOST_PLACES = 50
"""How many places of one quote are looked at."""
_LONGEST = 5_000
"""Characters of a sentence that is read."""

_Words = Annotated[str, Field(min_length=1, max_length=_LONGEST)]


class _Proposal(BaseModel):
    """One proposal as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    path: Annotated[str, Field(max_length=100)]
    value: _Words | int
    quote: _Words
    unit: Annotated[str, Field(max_length=100)] | None = None
    precision: ClaimPrecision | None = None
    polarity: Polarity | None = None
    confidence: Confidence | None = None


KEYS = tuple(_Proposal.model_fields)
"""The keys of a proposal."""


@dataclass(frozen=True)
class Rejected:
    """A proposal that became no claim."""

    place: int
    """Its place in the file, from 1."""
    path: str
    value: str
    quote: str
    """As proposed, at most 200 characters each: hostile text, to be shown with `floodmark.text.visible`."""
    reason: str


@dataclass(frozen=True)
class Checked:
    """What became of the proposals of one file, in its order."""

    model: str
    drafts: tuple[Draft, ...]
    rejected: tuple[Rejected, ...]
    known: int
    """Proposals that say what a rule reads in the same sentence already."""


@dataclass(frozen=True)
class _File:
    model: str
    document: str
    proposals: tuple[object, ...]


# --- the file


def written(model: str, document: str, proposals: Iterable[Mapping[str, object]]) -> bytes:
    """Return a file of proposals; the same ones in the same order give the same bytes.

    Args:
        model: the name of what proposes.
        document: SHA-256 of the document's bytes.
        proposals: in any form; they are checked when the file is read.
    """
    content = {"document": document, "model": model, "proposals": [dict(each) for each in proposals]}
    return json.dumps(content, indent=1, sort_keys=True).encode("ascii") + b"\n"


def document_of(data: bytes) -> str:
    """Return the SHA-256 of the document that a file of proposals is about.

    Raises:
        UsageError: the bytes are no such file.
    """
    return _file(data).document


def _file(data: bytes) -> _File:
    """Return the content of a file of proposals, the proposals themselves not yet looked at."""
    hint = "make it anew, or leave it out: the rules need none"
    if len(data) > _MOST_BYTES:
        raise UsageError(
            f"a file of proposals has {len(data)} bytes, expected {_MOST_BYTES} or less", hint=hint
        )
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError("a file of proposals is no JSON", hint=hint) from error
    given = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    model, document, listed = given.get("model"), given.get("document"), given.get("proposals")
    if (
        set(given) != {"model", "document", "proposals"}
        or not (isinstance(model, str) and is_model(model))
        or not (isinstance(document, str) and re.fullmatch("[0-9a-f]{64}", document))
        or not isinstance(listed, list)
    ):
        raise UsageError(
            "a file of proposals lacks model, document or proposals, or has more keys", hint=hint
        )
    proposals = tuple(cast("list[object]", listed))
    if len(proposals) > MOST:
        raise UsageError(f"a file has {len(proposals)} proposals, expected {MOST} or fewer", hint=hint)
    return _File(model, document, proposals)


def is_model(name: str) -> bool:
    """Say whether a text can be the name of a model: 1 to 200 characters that can be shown."""
    return 0 < len(name) <= 200 and name.isprintable() and bool(name.strip())  # noqa: PLR2004 - see above


# --- what becomes of it


def drafts(data: bytes, page: Page, *, document: str, ruled: Sequence[Draft | Blank]) -> Iterator[Draft]:
    """Yield the proposals of a file that stand, as drafts, in the order of the file.

    Raises:
        UsageError: the bytes are no file of proposals, or it is about another document.
    """
    yield from checked(data, page, document=document, ruled=ruled).drafts


def rejected(data: bytes, page: Page, *, document: str, ruled: Sequence[Draft | Blank]) -> list[Rejected]:
    """Return the proposals of a file that do not stand, with the reason, in the order of the file.

    Raises:
        UsageError: the bytes are no file of proposals, or it is about another document.
    """
    return [*checked(data, page, document=document, ruled=ruled).rejected]


def checked(data: bytes, page: Page, *, document: str, ruled: Sequence[Draft | Blank]) -> Checked:
    """Return what becomes of each proposal of a file.

    Args:
        data: the file.
        page: the document as text.
        document: SHA-256 of the document's bytes.
        ruled: all that the rules read on the page; without it nothing can be checked against them.

    Raises:
        UsageError: the bytes are no file of proposals, or it is about another document.
    """
    file = _file(data)
    if file.document != document:
        raise UsageError(
            f"proposals are about document {file.document[:10]}, expected {document[:10]}",
            hint="ask the model about this document",
        )
    check = _Check(page, ruled, file.model)
    made: list[Draft] = []
    refused: list[Rejected] = []
    known = 0
    for place, given in enumerate(file.proposals, 1):
        try:
            draft = check.draft(_proposal(given))
        except _RejectedError as error:
            refused.append(_refused(place, given, error.reason))
            continue
        made += [draft] if draft else []
        known += draft is None
    return Checked(file.model, tuple(made), tuple(refused), known)


class _RejectedError(Exception):
    """A proposal does not stand; carried from a check to the list of those rejected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _require(holds: object, reason: str) -> None:
    """Reject the proposal unless a condition holds."""
    if not holds:
        raise _RejectedError(reason)


def _proposal(given: object) -> _Proposal:
    """Return one proposal; reject what has another shape or an unknown path."""
    try:
        proposal = _Proposal.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # A key that nobody expected is named by the model: it is not repeated in our own words.
        key = str(first["loc"][0]) if first["loc"] and first["loc"][0] in KEYS else "the proposal"
        raise _RejectedError(f"{key} has not the form of one") from error
    _require(proposal.path in PATHS, "no path that may be proposed")
    allowed = _ALLOWED.get(proposal.path, frozenset())
    for key in ("unit", "precision", "polarity", "confidence"):
        _require(key in allowed or getattr(proposal, key) is None, f"{key} has no place under this path")
    wants_number = proposal.path == "impact.count"
    either = proposal.path == "impact.financial"
    _require(either or isinstance(proposal.value, int) == wants_number, "the value is of the wrong type")
    return proposal


def _refused(place: int, given: object, reason: str) -> Rejected:
    """Return a rejected proposal, with as much of it as can be told."""
    known = cast("dict[object, object]", given) if isinstance(given, dict) else {}
    path, value, quote = (known.get(key) for key in ("path", "value", "quote"))
    shown = [str(each)[:200] if isinstance(each, str | int) else "" for each in (path, value, quote)]
    return Rejected(place, shown[0], shown[1], shown[2], reason)


# --- where a quote stands


@dataclass(frozen=True)
class _Spot:
    """A proposal at the place where its quote stands."""

    proposal: _Proposal
    page: Page
    sentence: Sentence
    begin: int
    end: int
    """The part of the sentence's text that the quote covers."""
    span: tuple[int, int]
    by_path: Mapping[str, Sequence[Draft | Blank]] = field(repr=False)
    """All that the rules read on the page."""

    @property
    def text(self) -> str:
        return self.sentence.text

    @property
    def setting(self) -> str:
        """What stands above or before the sentence and speaks of it: the nearest heading, the label."""
        block = self.sentence.block
        return " ".join((*block.headings[-1:], block.label))

    @property
    def ruled(self) -> list[Draft | Blank]:
        """What the rules read on the page under the same path."""
        return [*self.by_path.get(self.proposal.path, ())]

    def is_read_as(self, *paths: str) -> bool:
        """Say whether the rules read the value anywhere on the page under other paths."""
        value = str(self.proposal.value).casefold()
        drafts = (each for path in paths for each in self.by_path.get(path, ()) if isinstance(each, Draft))
        return any(str(each.value).casefold() == value for each in drafts)

    def read_here(self) -> list[Draft | Blank]:
        """Return what the rules read in the same sentence under the same path."""
        first, last = self.sentence.places[0], self.sentence.places[-1]
        return [each for each in self.ruled if each.span[0] <= last and each.span[1] > first]


class _Check:
    """The checks of one file against one page."""

    def __init__(self, page: Page, ruled: Sequence[Draft | Blank], model: str) -> None:
        self._page = page
        self._model = model
        found = [each for each in page.sentences() if each.places]
        self._sentences = sorted(found, key=lambda each: each.places[0])
        self._begins = [each.places[0] for each in self._sentences]
        self._ruled: dict[str, list[Draft | Blank]] = {}
        for each in ruled:
            self._ruled.setdefault(each.path, []).append(each)
        self._used: set[tuple[str, str | int, int]] = set()

    def draft(self, proposal: _Proposal) -> Draft | None:
        """Return the draft of a proposal; None where a rule reads the same there.

        Raises:
            _RejectedError: it does not stand.
        """
        spot = self._spot(proposal)
        draft = _READERS[proposal.path](spot)
        # A name is said again in every other sentence.
        known = spot.ruled if proposal.path == "incident.organisation" else spot.read_here()
        if any(_says(each, draft) for each in known):
            return None
        blank = any(isinstance(each, Blank) for each in spot.read_here())
        _require(not blank, "the sentence says that it does not know")
        detail = {**draft.detail, "proposed_by": self._model}
        inferred = draft.modality == "asserted" and is_inferred(f"{spot.setting} {spot.text}")
        return replace(
            draft,
            detail=detail,
            modality="inferred" if inferred else draft.modality,
            stated_by=speaker(spot.text[:120]),
        )

    def _spot(self, proposal: _Proposal) -> _Spot:
        """Return the first place of a quote that lies in one sentence and was not used for the same value."""
        reason = "the quote does not stand letter for letter in the document"
        for begin in islice(_places(self._page.text, proposal.quote), _MOST_PLACES):
            end = begin + len(proposal.quote)
            inside = self._inside(begin, end)
            key = (proposal.path, proposal.value, begin)
            if inside is None:
                reason = "the quote does not stand inside one sentence"
            elif is_wished(inside[0].block) != (proposal.path in _WISHED):
                reason = "what is advised did not happen, and what happened is no advice"
            elif key in self._used:
                reason = "proposed before"
            else:
                self._used.add(key)
                return _Spot(proposal, self._page, *inside, (begin, end), self._ruled)
        raise _RejectedError(reason)

    def _inside(self, begin: int, end: int) -> tuple[Sentence, int, int] | None:
        """Return the one sentence that a piece of the page lies in, and which part of it; else None."""
        nth = bisect_right(self._begins, end - 1) - 1
        if nth < 0:
            return None
        sentence = self._sentences[nth]
        before = self._sentences[nth - 1].places[-1] if nth else -1
        block = sentence.block
        first, last = bisect_left(sentence.places, begin), bisect_left(sentence.places, end)
        # A label stands before its value, in the block and in no sentence.
        if first == last or before >= begin or not (block.begin <= begin and end <= block.end):
            return None
        return (sentence, first, last) if len(sentence.text) <= _LONGEST else None


def _places(text: str, quote: str) -> Iterator[int]:
    """Yield where a quote stands in a text, in order."""
    begin = text.find(quote)
    while begin >= 0:
        yield begin
        begin = text.find(quote, begin + 1)


def _says(read: Draft | Blank, draft: Draft) -> bool:
    """Say whether a rule reads what a draft says."""
    if isinstance(read, Blank):
        return False
    same = str(read.value).casefold() == str(draft.value).casefold()
    return same and read.polarity == draft.polarity and read.unit == draft.unit


# --- how a sentence stands to what it says

_DENIAL = re.compile(
    r"""\b(?:not|no|never|none|nobody|nothing|nor|neither|without|cannot|den(?:y|ies|ied|ial)|refut\w+|reject\w+|false(?:ly)?
        |unaffected|untouched|unharmed|safe|secure|intact|exclud\w+|except|unrelated|rather\sthan|instead\sof
        |unlike|fail\w*|prevent\w*|block\w*|thwart\w*|foil\w*|avoid\w*|attempt\w*|tr(?:y|ied|ies|ying)|rule[sd]?\sout)\b
      |n['\u2019]t\b""",
    re.IGNORECASE | re.VERBOSE,
)
# "May" with a capital is a month.
_DOUBT = re.compile(
    r"""\b(?:(?-i:may)|might|could|would|should|possibl[ey]|potential(?:ly)?|perhaps|alleg\w+|claim\w*|suspect\w*|believ\w+
        |whether|if|likely|probabl[ey]|reportedly|unverified|rumou?r\w*|appear\w*|seem\w*|speculat\w*)\b|\?""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_ANOTHER_YEAR = re.compile(
    r"""\b(?:breach|incident|attack|hack|leak|intrusion)\w*\s(?:(?:of|in|from)\s)(?:19|20)\d\d\b
      |\b(?:19|20)\d\d\s(?:data\s)?(?:breach|incident|attack|hack|leak|intrusion)""",
    re.IGNORECASE | re.VERBOSE,
)


def _tells(spot: _Spot, inside: tuple[int, int], *, doubt: bool = False, denial: bool = False) -> None:
    """Reject a sentence that does not tell of this incident as a fact.

    Args:
        spot: where it stands.
        inside: the part of the sentence that the value is; what denies or doubts has to stand in it, since
            a value cut out of `did not pay the ransom` would say the contrary.
        doubt: whether doubt is no reason, since the value carries it in another way.
        denial: the same of a denial.
    """
    whole = f"{spot.setting} {spot.text}"
    _require(not is_unstated(whole), "the sentence says that it does not know")
    _require(
        not is_elsewhere(whole) and not _OF_ANOTHER_YEAR.search(whole),
        "the sentence tells of another incident",
    )
    _require(
        doubt or not is_speculative(whole),
        "the sentence tells of what is usual, might be or should be",
    )
    _require(
        denial or _only_within(_DENIAL, spot, inside), "the sentence denies, and the value leaves that out"
    )
    _require(
        doubt or _only_within(_DOUBT, spot, inside), "the sentence doubts, and the value leaves that out"
    )


def _only_within(pattern: re.Pattern[str], spot: _Spot, inside: tuple[int, int]) -> bool:
    """Say whether words stand, if at all, in one part of the sentence only."""
    begin, end = inside
    return not pattern.search(spot.setting) and all(
        begin <= found.start() and found.end() <= end for found in pattern.finditer(spot.text)
    )


# --- text


def _value_in(spot: _Spot) -> tuple[int, int]:
    """Return where the words of a text value stand in the quote, as whole words."""
    value = str(spot.proposal.value)
    at = spot.text.find(value, spot.begin, spot.end) if value == value.strip() else -1
    _require(at >= 0, "the words of the value do not stand in the quote")
    end = at + len(value)
    cut = any(
        0 < place < len(spot.text) and spot.text[place - 1].isalnum() and spot.text[place].isalnum()
        for place in (at, end)
    )
    _require(not cut, "the value cuts a word")
    return at, end


_ABOUT = {
    path: re.compile(rf"\b(?:{stems})", re.IGNORECASE)
    for path, stems in {
        "access.where": "platform|system|portal|databas|server|cloud|network|appl|app\\b|account|software"
        "|third|vendor|provider|contractor|supplier|environment|cent(?:er|re)|tool|storage|bucket|site|mailbox|store",
        "access.vector": "phish|vish|smish|social|credential|password|exploit|vulnerab|flaw|token|malware"
        "|impersonat|brute|misconfig|insider|call|e-?mail|stolen|mfa|help ?desk"
        "|trick|guess|key|login|unpatched|exposed",
        "impact.operational": "operat|disrupt|outage|delay|servic|system|cancel|clos|halt|down|offline|shut",
        "impact.reputational": "reputat|trust|confiden|brand|image|share",
        "response.detection": "detect|discover|notic|alert|identif|found|spot|monitor",
        "response.containment": "contain|isolat|block|disabl|revok|shut|disconnect|secur|suspend"
        "|clos|lock|stop",
        "response.eradication": "eradicat|remov|reset|patch|clean|rebuil|delet|replac|rotat|fix",
        "response.recovery": "recover|restor|resum|back|reopen|rebuil",
        "response.notification": "notif|inform|contact|told|tell|disclos|report|e-?mail|letter|announc|wrote",
    }.items()
}
_FEW_WORDS = 14
"""What names a place, a way in, a sector or a country has no more words."""


def _text(spot: _Spot) -> Draft:
    """Return a text value of the kind of its path, in a sentence which tells it as a fact."""
    path, value = spot.proposal.path, str(spot.proposal.value)
    _tells(spot, _value_in(spot))
    about = _ABOUT.get(path)
    _require(about is None or about.search(value), "the words do not speak of what the path is about")
    short = path.startswith(("access.", "incident."))
    _require(not short or len(value.split()) <= _FEW_WORDS, "the value is a sentence, expected a few words")
    return _made(spot)


def _wish(spot: _Spot) -> Draft:
    """Return a lesson or recommendation; the place is checked already."""
    _value_in(spot)
    _require(not is_unstated(spot.text), "the sentence says that it does not know")
    return _made(spot)


def _made(spot: _Spot, **more: Any) -> Draft:
    """Return the draft of a proposal as it is."""
    return Draft(spot.proposal.path, spot.proposal.value, spot.span, **more)


# --- names

_BEFALLEN = re.compile(
    r"\b(?:breach|incident|attack|cyber-?attack|hack|leak|intrusion|compromis|stole|theft|expos|ransomware|intruder)\w*",
    re.IGNORECASE,
)


def _name_in(spot: _Spot) -> tuple[int, int]:
    """Return where a name stands; reject what our own reading of names takes for none."""
    begin, end = _value_in(spot)
    written_as_one = re.search(r"[A-Z0-9]", spot.text[begin:end])
    _require(written_as_one and named(spot.text, begin, end) == (begin, end), "the value is no name")
    return begin, end


def _organisation(spot: _Spot) -> Draft:
    """Return whose incident it is, unless the rules read somebody else."""
    _tells(spot, _name_in(spot))
    _require(_BEFALLEN.search(spot.text), "the sentence tells of no incident")
    others = [each for each in spot.ruled if isinstance(each, Draft) and each.value != spot.proposal.value]
    beside = spot.is_read_as("related.organisation", "actor.name")
    _require(not others and not beside, "the rules read another organisation")
    return _made(spot)


_BEHIND = re.compile(
    r"\b(?:attribut|groups?\b|gang|actors?\b|hacker|behind|responsib|crew|collective|attacker|criminal|intruder)\w*",
    re.IGNORECASE,
)
_ORDER: tuple[Confidence, ...] = ("denied", "possible", "likely", "stated")


def _actor(spot: _Spot) -> Draft:
    """Return who did it, with no more confidence than the rules read in the sentence, at most `possible`."""
    begin, end = _name_in(spot)
    _require(not spot.is_read_as("incident.organisation", "related.organisation"), "it is an organisation")
    _require(_BEHIND.search(f"{spot.setting} {spot.text}"), "the sentence does not speak of who did it")
    denied = spot.proposal.confidence == "denied"
    _tells(spot, (begin, end), doubt=True, denial=denied)
    _require(not denied or _DENIAL.search(spot.text), "the sentence denies nothing")
    _require(
        denied or not is_speculative(spot.text) or _DOUBT.search(spot.text),
        "the sentence tells of what is usual",
    )
    same = [
        each.confidence
        for each in spot.read_here()
        if isinstance(each, Draft) and str(each.value).casefold() == str(spot.proposal.value).casefold()
    ]
    most = next((each for each in same if each), "possible")
    proposed = spot.proposal.confidence or "possible"
    return _made(spot, confidence=min(most, proposed, key=_ORDER.index))


# --- days

_SAID_BEFORE = re.compile(
    r"\b(?:said|says|told|announc\w+|confirm\w+|disclos\w+|report(?:s|ed)|stat(?:ed|ement)|publish\w+|posted|wrote|reveal\w+"
    r"|notif\w+|inform\w+|updated?|filed)\b[^,;.]{0,30}$",
    re.IGNORECASE,
)
_ABOUT_DAY = {
    "incident.discovered_on": re.compile(
        r"\b(?:detect|discover|identif|notic|spotted|uncover|bec[ao]m\w+ aware|found|learn|alert)\w*",
        re.IGNORECASE,
    ),
    "incident.occurred_on": re.compile(
        r"\b(?:occur|happen|beg[ai]n|started|took place|gain|breach|access|attack|stole|intru|compromis"
        r"|exfiltrat|between)\w*",
        re.IGNORECASE,
    ),
}


def _day(spot: _Spot) -> Draft:
    """Return a day that our own reading finds in the quote, unless the rules read another."""
    value = spot.proposal.value
    found = next(
        (
            day
            for day in days(spot.text, spot.page.published_on)
            if spot.begin <= day.begin and day.end <= spot.end and value in {day.value, day.computed}
        ),
        None,
    )
    if found is None:
        raise _RejectedError("no such day is read in the quote")
    _tells(spot, (found.begin, found.end))
    about = f"{spot.sentence.block.label} {spot.text}"
    _require(_ABOUT_DAY[spot.proposal.path].search(about), "the sentence does not say what the day is of")
    said = _SAID_BEFORE.search(spot.text, max(0, found.begin - 60), found.begin)
    _require(not said, "it is the day of a statement")
    others = [each for each in spot.ruled if isinstance(each, Draft) and each.value != value]
    _require(not others, "the rules read another day")
    computed = value != found.value
    detail = {"text": found.text} if computed else {}
    if found.about and spot.proposal.path == "incident.occurred_on":
        detail["about"] = found.about
    return _made(spot, modality="computed" if computed else "asserted", detail=detail)


# --- numbers

_REACHED = re.compile(
    r"\b(?:affect|impact|compromis|expos|stole|steal|theft|leak|exfiltrat|breached|hit|taken|obtained|copied|downloaded"
    r"|access(?:ed)|extracted|harvested|notif)\w*",
    re.IGNORECASE,
)
_PART = re.compile(
    r"""\b(?:of|among|within)\s(?:whom|which|them|these|those)\b
      |\b(?:including|remain\w+|further|another|additional|other)\b
      |\b(?:a|per|each|every)\s(?:day|week|month|year)\b|\b(?:daily|weekly|monthly|annual(?:ly)?|average)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SIZE_BEFORE = re.compile(
    r"\b(?:employ|serv|carr(?:y|i)|operat|insur|has|have|had|with|manag|handl|of (?:its|their|our|the))\w*\s"
    r"(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_COST = re.compile(
    r"\b(?:cost|fine|ransom|settle|loss|penalt|damages|compensat|expens|extort)\w*|\b(?:paid|pay)\b",
    re.IGNORECASE,
)
_INCOME = re.compile(
    r"\b(?:revenue|turnover|valued?|worth|sales|profit|funding|budget|bounty|invest|annual)\w*", re.IGNORECASE
)


def _count(spot: _Spot) -> Draft:
    """Return a count that our own reading finds in the quote with its qualifiers."""
    given = spot.proposal
    found = [
        each
        for each in quantities(spot.text)
        if each.value == given.value and spot.begin <= each.begin and each.end <= spot.end
    ]
    _require(found, "no such number is read in the quote, or the quote cuts its qualifiers")
    each = found[0]
    _require(given.unit in {None, each.unit}, "the number counts something else")
    _require(given.precision in {None, each.precision}, "the number has another precision")
    _require(each.unit, "the number has no unit")
    _tells(spot, (each.begin, each.end))
    _require(_REACHED.search(spot.text), "the sentence does not say that somebody was reached")
    size = _SIZE_BEFORE.search(spot.text, max(0, each.begin - 40), each.begin)
    _require(
        not (size or _PART.search(spot.text)), "the number may be a part of another one, a rate or a size"
    )
    counted = [one for one in spot.read_here() if isinstance(one, Draft) and one.value != given.value]
    _require(not counted, "the rules read another number in the sentence")
    detail = {"role": "total", "text": each.text} | ({"hedge": "potential"} if each.hedged else {})
    return _made(spot, unit=each.unit, precision=each.precision, detail=detail)


def _money(spot: _Spot) -> Draft:
    """Return an amount of money that our own reading finds in the quote, or the words of a cost."""
    given = spot.proposal
    if isinstance(given.value, str):
        _require(given.unit is None and given.precision is None, "words have no unit and no precision")
        _require(_COST.search(f"{spot.setting} {spot.text}"), "the sentence tells of no cost")
        return _text(spot)
    for number in numbers_in(spot.text):
        money = currency(spot.text, number)
        if money is None or number.top is not None or number.value != given.value:
            continue
        begin, kinds = qualified(spot.text, money[1])
        if not (spot.begin <= begin and money[2] <= spot.end):
            continue
        precision = precision_of(kinds, number)
        _require(given.unit in {None, money[0]}, "the amount is in another currency")
        _require(given.precision in {None, precision}, "the amount has another precision")
        _tells(spot, (begin, money[2]))
        _require(_COST.search(spot.text) and not _INCOME.search(spot.text), "the sentence tells of no cost")
        return _made(
            spot, unit=money[0], precision=precision, detail={"text": spot.text[money[1] : money[2]]}
        )
    raise _RejectedError("no such amount is read in the quote, or the quote cuts its qualifiers")


# --- categories of data

_TAKING = re.compile(
    r"\b(?:st[eo]le(?:n|s)?|steal\w*|theft|taken|took|access(?:ed)?|obtained|expos\w+|compromis\w+|leak\w*|exfiltrat\w+|cop(?:y|ied)"
    r"|download\w*|extract\w*|harvest\w*|scrap(?:ed|ing)|acquired|publish\w*|viewed)\b",
    re.IGNORECASE,
)
_KEYS = ("password", "username", "access_token", "pin", "security_question")


def _category(spot: _Spot) -> Draft:
    """Return a kind of data that our own words find in the quote, unless the rules read the contrary."""
    value, polarity = str(spot.proposal.value), spot.proposal.polarity
    found = next(
        (
            each
            for each in mentions(spot.text)
            if each.name == value and spot.begin <= each.begin and each.end <= spot.end
        ),
        None,
    )
    if found is None:
        raise _RejectedError("no such kind of data is read in the quote")
    _require(polarity, "a kind of data needs a polarity")
    detail = {"text": spot.text[found.begin : found.end]}
    detail |= {"broad": "yes"} if found.broad else {}
    detail |= {"form": found.form} if found.form else {}
    draft = _made(spot, polarity=polarity, detail=detail)
    if any(_says(each, draft) for each in spot.read_here()):
        return draft
    _agrees(spot, value, polarity)
    if polarity == "unknown":
        _require(is_unstated(spot.text) or _DOUBT.search(spot.text), "the sentence does not leave it open")
    else:
        _fits(spot, value, polarity)
    return draft


def _agrees(spot: _Spot, value: str, polarity: Polarity | None) -> None:
    """Reject what the rules read otherwise: of this kind anywhere, and `taken` beside what was not taken."""
    for each in spot.ruled:
        if isinstance(each, Draft) and each.value == value:
            _require(each.polarity == polarity, f"the rules read {each.polarity} of it")
    here = {each.polarity for each in spot.read_here() if isinstance(each, Draft)}
    _require(
        polarity != "taken" or not here - {"taken"},
        "the rules read in the sentence what was not taken or is open",
    )


def _fits(spot: _Spot, value: str, polarity: Polarity | None) -> None:
    """Reject `taken` and `not_taken` where the sentence does not say so in words that we know."""
    taken = polarity == "taken"
    secret = value in _KEYS or "credential" in value
    _require(not (taken and secret), "secrets may be the way in, not what was taken")
    whole = f"{spot.setting} {spot.text}"
    _tells(spot, (0, 0), denial=not taken)
    _require(_TAKING.search(whole), "the sentence does not say that data was taken")
    _require(taken or _DENIAL.search(whole), "the sentence denies nothing")


_WISHED = frozenset({"lesson", "recommendation"})
_READERS: dict[str, Callable[[_Spot], Draft]] = {
    "incident.organisation": _organisation,
    "incident.discovered_on": _day,
    "incident.occurred_on": _day,
    "impact.count": _count,
    "impact.financial": _money,
    "impact.category": _category,
    "actor.name": _actor,
    **dict.fromkeys(
        (
            "incident.sector",
            "incident.geography",
            "access.where",
            "access.vector",
            "impact.operational",
            "impact.reputational",
            "response.detection",
            "response.containment",
            "response.eradication",
            "response.recovery",
            "response.notification",
        ),
        _text,
    ),
    **dict.fromkeys(sorted(_WISHED), _wish),
}
PATHS = tuple(sorted(_READERS))
"""The paths that may be proposed; techniques, indicators, events and other organisations are for rules."""
_ALLOWED = {
    "impact.count": frozenset({"unit", "precision"}),
    "impact.financial": frozenset({"unit", "precision"}),
    "impact.category": frozenset({"polarity"}),
    "actor.name": frozenset({"confidence"}),
}
