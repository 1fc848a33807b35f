"""Which part of a report a block belongs to, by the words of its headings and its label.

Analyses differ in the order and wording of their headings, not in what they are about. The nearest heading
that is known decides; a label counts as a heading of its own.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from floodmark.intake.page import Block

Part = Literal[
    "summary",
    "discovered",
    "occurred",
    "published",
    "organisation",
    "sector",
    "geography",
    "actor",
    "related",
    "initial access",
    "vector",
    "lateral movement",
    "exfiltration",
    "detection",
    "method",
    "data",
    "financial",
    "operational",
    "reputational",
    "indicators",
    "containment",
    "eradication",
    "recovery",
    "notification",
    "lessons",
    "recommendations",
    "response",
    "impact",
    "timeline",
    "details",
]
"""What a heading or label announces."""

WISHED: frozenset[Part] = frozenset({"lessons", "recommendations"})
"""Parts that say what should be, not what was: no fact of the incident is read from them."""

# The first pattern that is found decides, so the special ones stand before the general ones.
_WORDS: tuple[tuple[Part, str], ...] = (
    (
        "recommendations",
        r"recommend|mitigation|\bprevent|next steps|what (?:you|companies|customers|users) (?:can|should)",
    ),
    ("lessons", r"\blessons?\b|takeaways?|could have been|insights?"),
    ("indicators", r"\bindicators?\b|\biocs?\b|artefacts|artifacts|observables"),
    (
        "discovered",
        (
            r"\b(?:discover|detect|identif)\w* (?:date|on|time)|\bdate (?:of )?(?:discover|detect)\w*"
            r"|when (?:was it )?discovered"
        ),
    ),
    ("published", r"\bpubli(?:shed|cation)(?: date| on)?$|report date|date of (?:report|publication)"),
    (
        "occurred",
        (
            r"\b(?:incident|breach|attack|event|intrusion) dates?\b|\boccurred"
            r"|\bdate of (?:the )?(?:incident|breach|attack)"
        ),
    ),
    (
        "organisation",
        (
            r"\b(?:affected|victim|impacted|breached|targeted|target) (?:organi[sz]ation|company|entity|firm)"
            r"|^(?:organi[sz]ation|company|victim|entity)(?: (?:name|affected|concerned|hit))?$"
            r"|^name of (?:the )?(?:organi[sz]ation|company|victim)|^(?:data )?controller$"
        ),
    ),
    ("sector", r"\bsector\b|\bindustry\b"),
    ("geography", r"\bgeograph|\bcountr(?:y|ies)\b|\bregions?\b|\blocations?\b|\bjurisdiction|\bheadquarter"),
    (
        "actor",
        (
            r"\bactors?\b|\battribution|\badversar|\battackers?$|who (?:did|was behind)|^responsible$"
            r"|\bperpetrators?\b|\bculprits?\b|\bsuspects?$|^attributed to|^claimed by"
            r"|^(?:threat|ransomware|hacking|extortion|criminal) (?:groups?|gangs?)$"
        ),
    ),
    ("related", r"\brelated\b|\bsimilar\b|other incidents"),
    (
        "vector",
        (
            r"\bvectors?\b|entry point|(?:point|means|way|method) of (?:entry|access)|^way in$|root cause"
            r"|^cause$|\bcause of|how (?:did )?(?:the )?(?:they|attackers?|hackers?|intruders?) "
            r"(?:g[eo]t in|gain|enter|broke in|break in)"
        ),
    ),
    ("initial access", r"\binitial (?:access|compromise|intrusion)"),
    ("lateral movement", r"\blateral"),
    (
        "data",
        (
            r"\bdata (?:impact|compromised|stolen|exposed|affected|involved|types?)|^data breach(?:ed)?$"
            r"|\b(?:stolen|compromised|exposed|taken) (?:data|information)|what was (?:stolen|taken)"
        ),
    ),
    ("exfiltration", r"exfiltrat|actions on objectives|\bdata theft"),
    ("containment", r"\bcontain"),
    ("eradication", r"eradicat|remediat"),
    ("recovery", r"\brecover"),
    ("notification", r"\bnotif|\bdisclosure"),
    ("detection", r"\bdetection|discovery and response|how it was (?:discovered|found|detected)"),
    ("response", r"\brespon[sd]|\bactions? taken"),
    ("financial", r"\bfinanc|\bcosts?\b|\bmonetary"),
    ("operational", r"\boperation(?:s|al)\b"),
    ("reputational", r"\breputation|\btrust\b|\bbrand\b"),
    (
        "method",
        (
            r"\bmethod|\bmitre\b|att&ck|\btactics?\b|\btechniques?\b|\bttps?\b|kill chain|how it happened"
            r"|\btechnical"
        ),
    ),
    ("impact", r"\bimpact|\bdamage|\bconsequence|\beffects?\b"),
    ("timeline", r"\btimeline|\bchronolog|sequence of events"),
    (
        "summary",
        r"\bsummary|\boverview|\babstract|\bintroduction|\bbackground|key facts|at a glance|in brief",
    ),
    ("details", r"\bdetails?\b|\bincident|\bfacts\b"),
)
_FIRST: list[tuple[Part, re.Pattern[str]]] = [
    (part, re.compile(words, re.IGNORECASE)) for part, words in _WORDS
]
_LONGEST = 200
"""A heading has fewer characters; what follows is not looked at, so that a hostile one costs nothing."""


@functools.lru_cache(maxsize=4096)
def part_of(title: str) -> Part | None:
    """Return what a heading or label announces; None where its words are not known.

    >>> part_of("What could have been done better")
    'lessons'
    """
    return next((part for part, words in _FIRST if words.search(title, 0, _LONGEST)), None)


def parts_of(block: Block) -> tuple[Part, ...]:
    """Return what the headings above a block and its label announce, the nearest one first."""
    return _parts(block.label, block.headings)


def is_wished(block: Block) -> bool:
    """Say whether a block says what should be done, so that nothing in it is a fact of the incident."""
    return not WISHED.isdisjoint(_parts(block.label, block.headings))


# Every family of rules asks this of every block, and blocks under one heading have one answer.
@functools.lru_cache(maxsize=4096)
def _parts(label: str, headings: tuple[str, ...]) -> tuple[Part, ...]:
    """Return what a label and the headings above it announce, the nearest one first."""
    titles = [label, *reversed(headings)] if label else [*reversed(headings)]
    return tuple(part for title in titles if (part := part_of(title)) is not None)
