"""What one verb says of a kind of data, and what all verbs of a sentence say of it together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from floodmark.intake.lexicon import Kind, Mark

Sign = Literal["pos", "neg", "unknown"]
_FLIPPED: Final[dict[Sign | None, Sign | None]] = {"pos": "neg", "neg": "pos", "unknown": None, None: None}


@dataclass
class Verb:
    """What one verb says about its categories."""

    sign: Sign | None
    marks: list[Mark]
    hedge: str = ""
    kind: Kind = "act"
    nested: bool = False
    """Whether it stands in a relative clause or is a noun, so that a later verb may govern its objects."""


@dataclass
class Spot:
    """A category in a sentence, and the verbs that speak of it."""

    mark: Mark
    own: Mark | None
    """A negation that stands with the category."""
    flip: Mark | None
    """An `except` in front of it."""
    joined: str
    """What joins it to the one before: `,`, `and`, `, and`, or nothing."""
    linked: bool
    only: bool
    verbs: list[Verb] = field(default_factory=list[Verb])


@dataclass
class Scope:
    """What holds up to the next boundary."""

    evidence: Mark | None = None
    false: Mark | None = None
    unsure: Mark | None = None
    claim: Mark | None = None
    tainted: bool = False
    void: bool = False
    front: bool = False
    after_but: bool = False
    negated: bool = False
    preds: list[Verb] = field(default_factory=list[Verb])


def said_of(spot: Spot, verb: Verb) -> Sign | None:
    """Return what a verb says of a category that has its own negation or exception."""
    if spot.flip is not None:
        apart = spot.flip.kind == "apart" and verb.sign == "pos"
        return None if apart or verb.kind in {"hold", "other"} else _FLIPPED[verb.sign]
    if spot.own is None:
        return verb.sign
    if verb.kind == "hold" and spot.own.kind in {"no", "nor"} and verb.sign is None:
        return "neg"
    if verb.sign == "neg":
        return "neg" if spot.own.kind == "nor" or verb.kind in {"act", "past", "include"} else None
    return "neg" if verb.sign == "pos" else None


def through(ground: Sign | None, sign: Sign | None) -> Sign | None:
    """Return what `the data that was (not) taken did (not) include` says."""
    if sign == "pos":
        return ground
    return "neg" if sign == "neg" and ground == "pos" else None


def divided(joined: list[str]) -> tuple[int, int]:
    """Return how many of a list belong to the verb before, and from which on to the verb behind.

    What is between the two could belong to either.
    """
    last = len(joined) - 1
    ands = [place for place in range(1, len(joined)) if "and" in joined[place]]
    if not ands or ands[-1] != last:
        return 1, last
    if len(ands) == 1:
        return (1, last)
    if ands[-2] == last - 1:
        listed = ands[-2] > 1 or not joined[last - 1].startswith(",")
        sure = joined[last].startswith(",") and listed
        return (last, last) if sure else (1, last)
    if joined[ands[-2]].startswith(","):
        return ands[-2], ands[-2]
    return (1, last)


def verdict(spot: Spot) -> tuple[Verb, Sign] | None:
    """Return what all verbs together say of a category; None where they differ or one is not understood."""
    order: list[tuple[Verb, Sign]] = []
    for verb in spot.verbs:
        sign = said_of(spot, verb)
        if sign is not None:
            order.append((verb, sign))
    if not order or len(order) < len(spot.verbs):
        return None
    order.sort(key=lambda each: each[0].marks[0].begin)
    if len({sign for _, sign in order}) == 1:
        return order[0]
    hedged = order[0][1] == "pos" and bool(order[0][0].hedge)
    if order[-1][1] == "neg" and (hedged or order[0][1] == "unknown"):
        return order[-1]
    # Viewed but not downloaded is taken; downloaded but not viewed is not understood.
    only_seen = all(_is_look(verb.marks[0]) == (sign == "pos") for verb, sign in order)
    return order[0] if only_seen and order[0][1] == "pos" else None


def _is_look(mark: Mark) -> bool:
    """Say whether a verb says only that data was seen or open."""
    return mark.text.startswith(("view", "access", "expos"))
