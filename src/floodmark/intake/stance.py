"""How a piece of text stands to what it says: that it does not know, that it infers, that it speculates."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNSTATED = re.compile(
    r"""(?:\b(?:not|never|nor)|n['\u2019]t)\s+(?:yet\s+|been\s+|explicitly\s+|specifically\s+|publicly\s+|further\s+|currently\s+)*
        (?:detailed|specified|stated|provided|disclosed|listed|mentioned|estimated|given|known|reported|available
           |revealed|confirmed|named|described|determined|released|quantified|included)\b
      |\b(?:none|nothing)\s+(?:were\s+|was\s+|are\s+|is\s+)?
         (?:provided|mentioned|listed|given|disclosed|specified|reported|stated)\b
      |\bno\s+(?:\w+\s+){0,4}(?:details?|information|mention|artifacts|artefacts|indicators)\b
      |\b(?:unknown|undisclosed|unspecified|unclear|unconfirmed|n/a|tbd|to\s+be\s+determined)\b
      |\bdid(?:\s+not|n['\u2019]t)\s+(?:say|disclose|specify|name|reveal|provide|detail)\b
      |\b(?:declined|refused)\s+to\s+(?:say|comment|disclose|specify|name)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_UNSTATED_WORDS = (
    "no", "n't", "n\u2019t", "never", "unclear", "undisclosed", "unspecified", "unconfirmed", "n/a", "tbd",
    "determined", "declined", "refused",
)  # fmt: skip
"""One of them is in every text in which the expression finds something; so with the words below."""
_OF_WHAT = (
    "detail", "specif", "stated", "provide", "disclose", "listed", "mention", "estimated", "given", "known",
    "reported", "available", "reveal", "confirmed", "name", "describe", "determined", "released",
    "quantified", "included", "information", "artifact", "artefact", "indicator", "unclear", "n/a", "tbd",
    "say", "comment",
)  # fmt: skip
_INFERRED_WORDS = ("impl", "assum", "infer", "presum", "apparent", "suggest", "based on", "appear")
_SPECULATIVE_WORDS = (
    "typical", "usual", "general", "common", "often", "in such", "known for", "could", "might", "would",
    "should", "if",
)  # fmt: skip
_INFERRED = re.compile(
    r"\b(?:impl(?:ied|ies|icit(?:ly)?|y(?:ing)?)|assum(?:ed|es|ing|ption)|inferred|presum(?:ed|ably)|apparently"
    r"|suggest(?:s|ed|ing)?|based on (?:the )?(?:organi[sz]ation|publication|context)|appears? to)\b",
    re.IGNORECASE,
)
_SPECULATIVE = re.compile(
    r"\b(?:typical(?:ly)?|usually|generally|commonly|often|in such (?:breaches|cases|incidents|attacks)"
    r"|(?:is|are) known for|could|might|would|should|if)\b",
    re.IGNORECASE,
)


def has_any(low: str, words: tuple[str, ...]) -> bool:
    """Say whether a text in lower case has one of some words, also inside longer ones.

    Every rule asks this of every sentence before it looks closer. A plain loop takes a third of the time of
    `any` over a generator, and less than one expression of all the words.
    """
    for word in words:  # noqa: SIM110 - see above
        if word in low:
            return True
    return False


def fewest(words: Iterable[str]) -> tuple[str, ...]:
    """Return words for `has_any`, without those that hold another one: where `links` is, `link` is too."""
    known = sorted(set(words))
    return tuple(word for word in known if not any(each != word and each in word for each in known))


def is_unstated(text: str) -> bool:
    """Say whether a text says that it does not know: `Not detailed`, `None provided`, `declined to say`."""
    low = text.lower()
    return has_any(low, _UNSTATED_WORDS) and has_any(low, _OF_WHAT) and _UNSTATED.search(text) is not None


def is_inferred(text: str) -> bool:
    """Say whether a text marks what it says as its own inference: `implied`, `assuming`."""
    return has_any(text.lower(), _INFERRED_WORDS) and _INFERRED.search(text) is not None


def is_speculative(text: str) -> bool:
    """Say whether a text speaks of what is usual or might be, not of what happened."""
    return has_any(text.lower(), _SPECULATIVE_WORDS) and _SPECULATIVE.search(text) is not None
