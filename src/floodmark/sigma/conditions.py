"""The condition of a rule as a tree, and its statement text.

A missing value fits no test, so `not` of a test that found nothing to look at is true. Inside `and` and
`or` the engine's own null does the same as false; only below `not` it has to be made false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    listed: bool = False
    """Whether `subject` is a list, of which one element must equal `word`."""


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


def parted(condition: Condition, over: Sequence[frozenset[str]]) -> list[Condition | None]:
    """Split a condition into parts that must all fit: one for each set of slots, and the rest.

    None stands for a part about which the condition says nothing.
    """
    found: list[list[Condition]] = [[] for _ in (*over, None)]
    for each in _conjuncts(condition):
        found[_place(each, over)].append(each)
    return [All(tuple(each)) if each else None for each in found]


def alternatives(condition: Condition, over: Sequence[frozenset[str]]) -> list[Condition]:
    """Return conditions of which some fits where `condition` does, each with more over one set of slots.

    The first part that is an `or` over several sets, or over one and other slots, is split by them.
    """
    conjuncts = list(_conjuncts(condition))
    for number, each in enumerate(conjuncts):
        if isinstance(each, Any):
            split: dict[int, list[Condition]] = {}
            for part in _flat(each.parts):
                split.setdefault(_place(part, over), []).append(part)
            if len(split) > 1:
                others = (*conjuncts[:number], *conjuncts[number + 1 :])
                return [All((*others, Any(tuple(split[place])))) for place in sorted(split)]
    return [condition]


def _place(condition: Condition, over: Sequence[frozenset[str]]) -> int:
    """Return which set of slots a condition looks at alone; the number after the last where none."""
    needed = slots(condition)
    return next((number for number, known in enumerate(over) if needed <= known), len(over))


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    """Yield what must fit, a part that is an `and` itself in pieces."""
    if isinstance(condition, All):
        for each in condition.parts:
            yield from _conjuncts(each)
    else:
        yield condition


def tests(condition: Condition) -> Iterator[Test]:
    """Yield every test of a condition."""
    match condition:
        case Test():
            yield condition
        case Not():
            yield from tests(condition.part)
        case All() | Any():
            for each in condition.parts:
                yield from tests(each)


def replaced(condition: Condition, by: Mapping[str, str]) -> Condition:
    """Return a condition with the expressions of some tests replaced."""
    match condition:
        case Test():
            return replace(condition, sql=by.get(condition.sql, condition.sql))
        case Not():
            return Not(replaced(condition.part, by))
        case All():
            return All(tuple(replaced(each, by) for each in condition.parts))
        case Any():
            return Any(tuple(replaced(each, by) for each in condition.parts))


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
    for subject, found in words.items():
        wanted = ", ".join(sorted({each.word or "" for each in found}))
        listed = found[0].listed
        told = f"list_has_any({subject}, [{wanted}])" if listed else f"{subject} IN ({wanted})"
        kept.append(Test(told, found[0].cost, found[0].slot))
    for subject, found in texts.items():
        kept += found if len(found) < _WORTH_JOINING else [_joined(subject, found)]
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


def _joined(subject: str, found: Sequence[Test]) -> Test:
    """Return one look for several texts: the engine's expressions search for all of them at once."""
    wanted = "|".join(sorted({re.escape(each.within or "") for each in found}))
    return Test(f"regexp_matches({subject}, {literal(wanted)})", found[0].cost + 1, found[0].slot)
