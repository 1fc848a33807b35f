"""Indicators of compromise that a report names, and where it says that it names none.

The whole text is read at once, links and code included. What a part about indicators lists is one. Elsewhere
a defanged value is, and so are forms that mean nothing else (hashes, addresses, ids); a plain link is a
source, and a plain domain or mail address is somebody's name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from floodmark.indicators import Indicator, extract
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import is_wished, part_of
from floodmark.intake.stance import is_inferred, is_speculative, is_unstated

_PATH = "indicator"
_ATTACK = frozenset({"technique", "tactic", "group", "software"})
"""Read by the rule for techniques."""
_NAMES = frozenset({"domain", "email"})
_SOURCE = r"(?:sources?|references?|further reading|read more|links?|bibliography|citations?|see also)"
_SOURCES = re.compile(
    rf"\W*(?:{_SOURCE}(?: (?:and|&) {_SOURCE})?"
    r"|(?:original|external|source) (?:articles?|reports?|urls?|links?))\W*",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:legitimate|benign|false positives?|not malicious|not an indicator|allow-?list\w*"
    r"|white-?list\w*)\b",
    re.IGNORECASE,
)
_BEHAVIOUR = re.compile(r"\bbehaviou?r", re.IGNORECASE)
_NONE = re.compile(
    r"^\W*(?:none|nil|n/?a|not (?:applicable|available|shared|published))\b"
    r"|\bno\s+(?:\w+\s+){0,3}(?:iocs?|indicators?|hash(?:es)?|ips?|domains?|urls?|samples?)\b",
    re.IGNORECASE,
)


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield the indicators of a page, each value once, what a page says of behaviour, and what it lacks."""
    mentioned = [*_mentioned(page)]
    begins = sorted(each.begin for each, _ in mentioned)
    drafts: list[Draft | Blank] = [_draft(each, class_) for each, class_ in _distinct(mentioned)]
    for block in page.blocks:
        if _about_indicators(block):
            for sentence in block.sentences:
                drafts += _said(sentence, begins)
    yield from sorted(drafts, key=lambda each: each.span)


def _draft(found: Indicator, class_: str) -> Draft:
    detail = {"type": found.type, "raw": found.raw}
    if class_:
        detail["class"] = class_
    return Draft(_PATH, found.value, (found.begin, found.end), detail=detail)


def _distinct(mentioned: Iterable[tuple[Indicator, str]]) -> Iterator[tuple[Indicator, str]]:
    """Yield each value once: its first mention that is no source, else its first."""
    best: dict[tuple[str, str], tuple[Indicator, str]] = {}
    for found, class_ in mentioned:
        key = found.type, found.value
        if key not in best or (best[key][1] == "reference" and class_ != "reference"):
            best[key] = found, class_
    yield from best.values()


def _mentioned(page: Page) -> Iterator[tuple[Indicator, str]]:
    """Yield what counts as an indicator, or as a source, with its class."""
    found = [each for each in extract(page.text) if each.type not in _ATTACK]
    begins = [block.begin for block in page.blocks]
    for each in found:
        nth = bisect_right(begins, each.begin) - 1
        block = page.blocks[nth] if nth >= 0 and each.begin < page.blocks[nth].end else None
        class_ = _class(each, block)
        if class_ is not None:
            yield each, class_


def _class(found: Indicator, block: Block | None) -> str | None:
    """Return how an indicator is labelled where it stands; None where it is none."""
    if block is None or _is_source(block) or _is_harmless(found, block):
        return "reference" if found.type == "url" or found.defanged else None
    if found.defanged:
        return found.class_
    if found.type == "url" and (not _about_indicators(block) or found.class_ == "reference"):
        return "reference"
    if is_wished(block) or found.confidence == "low":
        return None
    if _about_indicators(block):
        return found.class_
    return None if found.type in _NAMES or found.class_ == "reference" else found.class_


def _about_indicators(block: Block) -> bool:
    """Say whether a block stands in a part about indicators: its label, or a heading below the title."""
    return _are_about_indicators(block.label, block.headings)


@lru_cache(4096)
def _are_about_indicators(label: str, headings: tuple[str, ...]) -> bool:
    titles = [title for title in (label, *reversed(headings)) if title]
    near = titles[:-1] if len(headings) > 1 else titles
    if "indicators" in map(part_of, near):
        return True
    return next((part for title in titles if (part := part_of(title))), None) == "indicators"


def _is_source(block: Block) -> bool:
    """Say whether a block stands among the sources of a report, or is a line that names one."""
    return any(_SOURCES.fullmatch(title) for title in (block.label, *block.headings))


def _is_harmless(found: Indicator, block: Block) -> bool:
    """Say whether the sentence of an indicator says that it is none."""
    return any(
        _holds(sentence, found.begin) and _HARMLESS.search(sentence.text) for sentence in block.sentences
    )


def _holds(sentence: Sentence, place: int) -> bool:
    return bool(sentence.places) and sentence.places[0] <= place <= sentence.places[-1]


def _said(sentence: Sentence, begins: list[int]) -> Iterator[Draft | Blank]:
    """Yield what a sentence of a part about indicators says without naming one; `begins`: of those named."""
    text = sentence.text.strip()
    if not text:
        return
    nth = bisect_right(begins, sentence.places[0] - 1)
    named = nth < len(begins) and begins[nth] <= sentence.places[-1]
    span = sentence.span(0, len(sentence.text))
    if is_unstated(text) or _NONE.search(text):
        if not named:
            yield Blank(_PATH, span)
    elif _is_behaviour(sentence.block) and not is_speculative(text) and not is_wished(sentence.block):
        inferred = is_inferred(text)
        detail = {"type": "behaviour", "raw": text}
        yield Draft(_PATH, text, span, modality="inferred" if inferred else "asserted", detail=detail)


def _is_behaviour(block: Block) -> bool:
    """Say whether a block tells of behaviour: by its label, else by the heading right above it."""
    title = block.label or (block.headings[-1] if block.headings else "")
    return bool(_BEHAVIOUR.search(title))
