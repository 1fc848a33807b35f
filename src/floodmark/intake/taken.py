"""Which categories of data were taken, and which were not.

A sentence is read by `clauses`: it is cut into clauses at `but`, `while`, `;` and the like, and at a comma or
`and` where a verb follows that has a subject of its own; in a clause each category belongs to the verb that
governs it, and a negation reaches from its word to the end of that verb, of that list, or with `no evidence
that` of the clause. What this module adds: items and cells without a verb take what their lead-in, label or
heading says; wishes, advice, what is usual, other incidents, and secrets that were the way in are no facts
of the incident.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from floodmark.intake.clauses import Reader, read
from floodmark.intake.lexicon import Mention, may_name, mentions
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import is_wished, part_of, parts_of
from floodmark.intake.stance import has_any, is_unstated
from floodmark.intake.verdicts import Sign, Spot, Verb, verdict
from floodmark.models import Polarity

__all__ = ["Mention", "mentions", "rule"]

_TITLES: Final = frozenset(
    [
        "take",
        "took",
        "steal",
        "stole",
        "theft",
        "exfiltration",
        "exposure",
        "leak",
        "leakage",
        "get",
        "got",
        "access",
    ]
)
"""Verbs in a title that say that data was taken; `impact` and the like are names of sections."""
_DENIALS: Final = frozenset(
    {"not", "never", "no", "nor", "false", "evidence", "fail", "try", "claim", "if", "before"}
)
_LONGEST: Final = 5000
"""Characters of a sentence; what is longer is a table or a listing that lost its structure."""
_LONG_TITLE: Final = 200
_LONG_LEAD: Final = 400
_SHORT_VALUE: Final = 120
PATH: Final = "impact.category"
_USUAL = re.compile(
    r"\b(?:typical(?:ly)?|usually|generally|commonly|often|normally"
    r"|in such (?:breaches|cases|incidents|attacks)|known for)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:earlier|previous|prior|past|separate|unrelated|similar|other|another|older|last year's|years ago)"
    r"\s+(?:\w+\s+){0,3}(?:breach|incident|attack|hack|leak|intrusion)(?:e?s)?\b"
    r"|\b(?:unlike|contrast to|compared (?:to|with)|similar to|just as|as in|reminiscent of|echoes|recalls)"
    r"\s[^.;]{0,60}\b(?:breach|incident|attack|hack|leak|intrusion)\b"
    r"|\b(?:breach|incident|attack|hack|leak|intrusion)s?\s+(?:of|in|from|(?:at|on)\s+\w+\s+in)"
    r"\s+(?:19|20)\d\d\b"
    r"|\bits?\s+own\s+(?:19|20)\d\d\b|\b(?:19|20)\d\d\s+(?:breach|incident|attack|hack|leak|intrusion)\b",
    re.IGNORECASE,
)
_USUAL_WORDS: Final = (
    "typical", "usual", "general", "common", "often", "normal", "in such", "known for"
)  # fmt: skip
_ELSEWHERE_WORDS: Final = (
    "earlier", "previous", "prior", "past", "separate", "unrelated", "similar", "other", "older", "last year",
    "years ago", "unlike", "contrast", "compared", "just as", "as in", "reminiscent", "echoes", "recalls",
    "19", "20",
)  # fmt: skip
"""One of them is in every text in which the expression finds something."""
_ENTRY = re.compile(
    r"\b(?:log(?:ged|ging)? ?in(?:to)?|sign(?:ed|ing)? in|authenticat\w+|trick\w*|dup(?:ed|ing)|phish\w*"
    r"|lured?"
    r"|impersonat\w+|to gain (?:initial )?(?:access|entry)|break in|broke in|used to (?:access|enter)"
    r"|social engineer\w*|vishing)\b",
    re.IGNORECASE,
)
_KEYS: Final = frozenset({"password", "username", "access_token", "pin", "security_question"})
_STAFF = re.compile(
    r"\b(?:an?\s+)?(?:employee|staff member|administrator|admin|contractor|agent|worker|developer|engineer"
    "|vendor)(?:'s|\u2019s|s'|s\u2019)\\s*$",
    re.IGNORECASE,
)
_TYPES = re.compile(
    r"\b(?:types?|kinds?|categor\w+|nature|details?)\s+of\s+"
    r"(?:(?:the|stolen|personal|customer|compromised)\s+){0,3}(?:data|information|records)\b"
    r"|\bdata\s+(?:types?|categor\w+|elements|fields)\b",
    re.IGNORECASE,
)
_POLARITY: Final[dict[Sign, Polarity]] = {"pos": "taken", "neg": "not_taken", "unknown": "unknown"}


def _is_usual(text: str) -> bool:
    """Say whether a text tells what is usual."""
    return has_any(text.lower(), _USUAL_WORDS) and _USUAL.search(text) is not None


def _is_elsewhere(text: str) -> bool:
    """Say whether a text tells of another incident."""
    return has_any(text.lower(), _ELSEWHERE_WORDS) and _ELSEWHERE.search(text) is not None


@dataclass(frozen=True)
class _Setting:
    """What a heading, label or lead-in says of the items under it."""

    sign: Sign
    hedge: str
    words: str


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield the categories of data that were taken, not taken or open, in the order of the text.

    A sentence in which no category stands, a wish, advice, what is usual, and another incident give nothing.
    """
    lead: _Setting | None = None
    level = 0
    for block in page.blocks:
        if block.kind == "heading" or is_wished(block):
            lead = None
            continue
        if block.kind != "item" or block.level < level or (block.label and block.level == level):
            lead = None
        setting = lead or _setting_of(block)
        before = ""
        for sentence in _sentences(page, block):
            before = yield from _claims(block, sentence, setting, before)
        found = _lead_in(page, block, setting)
        if found is not None or lead is None:
            lead, level = found, block.level


def _sentences(page: Page, block: Block) -> Iterator[Sentence]:
    """Yield the sentences of a block; a label that names a category is read with the first of them."""
    rest = block.sentences
    if rest and block.label and may_name(block.label) and mentions(block.label):
        begin = (
            block.begin
            if block.kind != "cell"
            else page.text.rfind(block.label, max(block.begin - 400, 0), block.begin)
        )
        places = _places(page.text, block.label, begin, rest[0].places[0]) if begin >= 0 else ()
        if places:
            between = (places[-1],) * 2
            text = f"{block.label}: {rest[0].text}"
            yield Sentence(text, (*places, *between, *rest[0].places), block)
            rest = rest[1:]
    yield from rest


def _places(text: str, label: str, begin: int, end: int) -> tuple[int, ...]:
    """Return where the characters of a label stand in a piece of text; none where they do not."""
    places: list[int] = []
    for sign in label:
        begin = text.find(sign, begin, end) if not sign.isspace() else begin
        if begin < 0:
            return ()
        places.append(begin)
        begin += 0 if sign.isspace() else 1
    return tuple(places)


def _setting_of(block: Block) -> _Setting | None:
    """Return what the label or the nearest heading of a block says."""
    titles = [block.label] if block.label else []
    titles += block.headings[-1:]
    for title in titles:
        found = _title(title)
        if found is not None:
            return found
        if title == block.label and len(title.split()) > 2 and part_of(title) != "data":  # noqa: PLR2004
            return None
        if part_of(title) not in {None, "data", "exfiltration", "impact"}:
            return None
    return None


@cache
def _title(title: str) -> _Setting | None:
    """Return what a title such as `What was stolen` says; None where it leaves it open."""
    if not title or len(title) > _LONG_TITLE or title.rstrip().endswith("?") or mentions(title):
        return None
    if title.strip().lower() in {"collection", "exfiltration", "data exfiltration", "data theft"}:
        return _Setting("pos", "", title)
    reader = read(title)
    last = reader.last
    if last is None or last.sign is None or last.kind == "other" or (reader.noun and reader.negs):
        return None
    if last.kind == "act" and last.marks[0].text not in _TITLES:
        return None
    hold = last.kind == "hold" and last.sign == "pos"
    return None if hold else _Setting(last.sign, last.hedge, title)


def _lead_in(page: Page, block: Block, setting: _Setting | None) -> _Setting | None:
    """Return what a block that ends in a colon says of the items behind it."""
    said = page.text[block.begin : block.end].rstrip(' *_"”')
    if not said.endswith(":") and not said.endswith("including"):
        return None
    text = block.sentences[-1].text if block.sentences else block.label
    if len(text) > _LONG_LEAD:
        return None
    reader = read(text.rstrip(": "))
    words = text.rstrip(": ")
    if reader.last is None or reader.last.kind == "other":
        blocked = reader.scope.void or reader.negs or reader.scope.unsure or _is_usual(text)
        return None if blocked else setting
    last = reader.last
    if last.sign is None or _is_usual(text) or _is_elsewhere(text):
        return None
    return _Setting(last.sign, last.hedge, words)


def _claims(
    block: Block, sentence: Sentence, setting: _Setting | None, before: str
) -> Generator[Draft | Blank, None, str]:
    """Yield what one sentence says; return its text, whose verb the next sentence may leave out."""
    text = sentence.text
    if len(text) > _LONGEST:
        return text
    if not may_name(text) or not mentions(text):
        yield from _blank(block, sentence)
        return text
    if text.rstrip().endswith("?") or _is_elsewhere(text):
        return ""
    reader = read(text, before)
    drafts = [] if _is_usual(text) else list(_drafts(reader, sentence, setting))
    yield from drafts
    if not drafts:
        yield from _blank(block, sentence)
    return text


def _blank(block: Block, sentence: Sentence) -> Iterator[Blank]:
    """Yield a blank where a sentence says that the data is not told."""
    text = sentence.text
    if not text or not is_unstated(text):
        return
    types = _TYPES.search(text)
    label = part_of(block.label) if block.label else (parts_of(block) or (None,))[0]
    if types is not None or (label == "data" and len(text) < _SHORT_VALUE):
        yield Blank(PATH, sentence.span(0, len(text)))


def _drafts(reader: Reader, sentence: Sentence, setting: _Setting | None) -> Iterator[Draft]:
    """Yield a draft for each category of which the sentence, or else its setting, says something."""
    bare = setting is not None and _is_bare(reader, sentence.text)
    for spot in reader.spots:
        found = verdict(spot)
        if (found is None or found[1] != "neg") and _is_entry(sentence.text, spot):
            continue
        if found is not None:
            verb, sign = found
            yield _draft(sentence, spot, sign, verb)
        elif bare and setting is not None and not spot.verbs:
            yield _item(sentence, spot, setting)


def _is_bare(reader: Reader, text: str) -> bool:
    """Say whether a sentence only lists, so that what stands above it holds for it."""
    if reader.has_verb or reader.scope.void or reader.scope.unsure or is_unstated(text):
        return False
    used = [spot.own for spot in reader.spots] + [spot.flip for spot in reader.spots]
    denials = [mark for mark in reader.marks if mark.kind in _DENIALS]
    return all(mark in used for mark in denials) and ": " not in text.rstrip()


def _is_entry(text: str, spot: Spot) -> bool:
    """Say whether a secret is named as the way in, not as what was taken."""
    mention = spot.mark.mention
    if mention is None or not (mention.name in _KEYS or "credential" in mention.name):
        return False
    owned = _STAFF.search(text, max(mention.begin - 40, 0), mention.begin) is not None
    return owned or _ENTRY.search(text) is not None


def _item(sentence: Sentence, spot: Spot, setting: _Setting) -> Draft:
    """Return the draft of a category in an item without a verb."""
    sign: Sign = setting.sign
    if spot.own is not None or (spot.flip is not None and sign == "pos"):
        sign = "neg"
    elif spot.flip is not None:
        sign = "unknown"
    verb = Verb(sign, [spot.own or spot.flip or spot.mark], setting.hedge)
    draft = _draft(sentence, spot, sign, verb)
    draft.detail["under"] = setting.words
    return draft


def _draft(sentence: Sentence, spot: Spot, sign: Sign, verb: Verb) -> Draft:
    mention = spot.mark.mention
    if mention is None:
        raise AssertionError("a spot marks a mention")
    places = [spot.mark, *verb.marks, *([spot.own] if spot.own else []), *([spot.flip] if spot.flip else [])]
    begin, end = min(mark.begin for mark in places), max(mark.end for mark in places)
    detail = {"text": sentence.text[mention.begin : mention.end]}
    if mention.broad:
        detail["broad"] = "yes"
    if mention.form:
        detail["form"] = mention.form
    if verb.hedge:
        detail["hedge"] = verb.hedge
    return Draft(PATH, mention.name, sentence.span(begin, end), polarity=_POLARITY[sign], detail=detail)
