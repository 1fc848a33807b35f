"""The condition of a rule as a tree, and its statement text.

A missing value fits no test, so `not` of a test that found nothing to look at is true. Inside `and` and
`or` the engine's own null does the same as false; only below `not` it has to be made false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from floodmark.engine import literal


@dataclass(frozen=True)
class Test:
    """One test of one field: its expression, how dear it is, and over which slot."""

    sql: str
    cost: int
    slot: str
    subject: str = ""
    """What is compared, where `word` or `within` says all."""
    word: str | None = None
    """The literal that `subject` must equal, if that is all."""
    within: str | None = None
    """The plain text that `subject` must contain, if that is all."""


@dataclass(frozen=True)
class All:
    """Every part fits."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    """Some part fits."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not fit."""

    part: Condition


Condition = Test | All | Any | Not


def slots(condition: Condition) -> frozenset[str]:
    """Return the slots that a condition looks at."""
    match condition:
        case Test():
            return frozenset({condition.slot})
        case Not():
            return slots(condition.part)
        case All() | Any():
            return frozenset[str]().union(*(slots(each) for each in condition.parts))


def cost(condition: Condition) -> int:
    """Return how dear a condition is, roughly: the cheap parts of an `and` are looked at first."""
    match condition:
        case Test():
            return condition.cost
        case Not():
            return cost(condition.part) + 1
        case All() | Any():
            return sum(cost(each) for each in condition.parts)


def sql(condition: Condition) -> str:
    """Return the expression: true where the condition fits, false or null where it does not."""
    match condition:
        case Test():
            return condition.sql
        case Not():
            return f"NOT coalesce({sql(condition.part)}, false)"
        case All():
            parts = sorted(condition.parts, key=cost)
            return "(" + " AND ".join(sql(each) for each in parts) + ")"
        case Any():
            parts = sorted(_listed(condition.parts), key=cost)
            return "(" + " OR ".join(sql(each) for each in parts) + ")"


def guarded(condition: Condition) -> tuple[str, Condition | None]:
    """Split off the test of the operation: the same few stand before most rules and are looked at once."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    guards = [each for each in parts if slots(each) == frozenset({"operation"})]
    rest = tuple(each for each in parts if each not in guards)
    return " AND ".join(sorted(sql(each) for each in guards)), All(rest) if rest else None


def _listed(parts: Iterable[Condition]) -> list[Condition]:
    """Join the parts that want one text or another of the same field into one look."""
    kept: list[Condition] = []
    words: dict[str, list[Test]] = {}
    texts: dict[str, list[Test]] = {}
    for each in _flat(parts):
        if isinstance(each, Test) and each.word is not None:
            words.setdefault(each.subject, []).append(each)
        elif isinstance(each, Test) and each.within is not None:
            texts.setdefault(each.subject, []).append(each)
        else:
            kept.append(each)
    for subject, tests in words.items():
        wanted = ", ".join(sorted({each.word or "" for each in tests}))
        kept.append(Test(f"{subject} IN ({wanted})", tests[0].cost, tests[0].slot))
    for subject, tests in texts.items():
        kept += tests if len(tests) < _WORTH_JOINING else [_joined(subject, tests)]
    return kept


_WORTH_JOINING = 3


def _flat(parts: Iterable[Condition]) -> Iterator[Condition]:
    """Yield the parts, those of a part that is an `or` itself in its place."""
    for each in parts:
        only = each.parts[0] if isinstance(each, All) and len(each.parts) == 1 else each
        if isinstance(only, Any):
            yield from _flat(only.parts)
        else:
            yield only


def _joined(subject: str, tests: Sequence[Test]) -> Test:
    """Return one look for several texts: the engine's expressions search for all of them at once."""
    wanted = "|".join(sorted({re.escape(each.within or "") for each in tests}))
    return Test(f"regexp_matches({subject}, {literal(wanted)})", tests[0].cost + 1, tests[0].slot)
