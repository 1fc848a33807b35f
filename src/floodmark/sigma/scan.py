"""The statements that evaluate all rules about single events in one scan.

    few columns ─► which rules can fit (a bit each) ─► stretches with enough events ─► texts of what is left

Most rules ask first for a log, an operation, a client: columns of few distinct values. These are looked at
once per combination, not per event, and an event learns by a join which rules are left for it. Most are left
with none, and their long texts are never looked at. An event that only counts towards a correlation goes on
where its account has so many such events together that a window could be complete.

A rule is a bit of a `BIGINT`, of several where there are many rules.
"""

# ruff: noqa: S608 - parts are expressions of ours, quoted names, literals and numbers, as docs/decisions/0009 says
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from floodmark.engine import Engine, quote
from floodmark.sigma import fields
from floodmark.sigma.conditions import Any, Condition, replaced, slots, sql, tests
from floodmark.sigma.plan import Candidate, Plan, enough

_DEAR = 8
"""From this cost on a test that several rules make is made once."""


def evaluate(plan: Plan, engine: Engine) -> None:
    """Keep `detect_sigma_base`, one row per event that fits a rule about single events.

    Columns: event, log, at, actor; w0 and so on, the rules as bits (`Plan.fits`); and what correlations group
    and count by (`Plan.held`).
    """
    for number in plan.looked:
        engine.keep(_looked(number), _lookup(plan, number))
    counted = _counted(plan, engine.rows(_profiles(plan))) if plan.sifted else []
    engine.keep(_FIRST, _first(plan, counted))
    if counted:
        engine.keep("detect_sigma_near", _near(plan))
    engine.keep("detect_sigma_base", _base(plan, near=bool(counted)))


_FIRST = "detect_sigma_first"


def _looked(number: int) -> str:
    return f"detect_sigma_look{number}"


def _lookup(plan: Plan, number: int) -> str:
    """Return the table of one set of columns: each combination, with the rules that it leaves possible."""
    columns = ", ".join(quote(each) for each in plan.looked_up[number])
    words: list[str] = []
    for word in range(plan.words):
        by_test: dict[str, int] = {}
        for each in plan.candidates:
            if each.word == word:
                test = each.guards[number]
                by_test[test] = by_test.get(test, 0) | each.bit
        always = str(by_test.pop("", 0))
        cases = [f"CASE WHEN {test} THEN {bits} ELSE 0 END" for test, bits in sorted(by_test.items())]
        words.append(f"({' | '.join((always, *cases))})::BIGINT AS m{word}")
    shown = ", ".join(words)
    return (
        f"SELECT {columns}, {shown} FROM {fields.prepared(f'(SELECT DISTINCT {columns} FROM event)', shown)}"
    )


def _beside(plan: Plan, number: int) -> str:
    """Return the join of events with one set of columns; unknown values are values too."""
    same = " AND ".join(
        f"look{number}.{quote(each)} IS NOT DISTINCT FROM event.{quote(each)}"
        for each in plan.looked_up[number]
    )
    return f"JOIN {_FIRST if number == 0 else _looked(number)} AS look{number} ON {same}"


# ---- what only counts towards a correlation


class _Class(NamedTuple):
    """Events that may count together: their rules (words of bits), the longest span, how many are enough."""

    rules: tuple[int, ...]
    number: int
    span_s: int
    least: int


def _profiles(plan: Plan) -> str:
    """Return the sets of rules that an event may count for."""
    words = [f"m{word} & {bits}" for word, bits in enumerate(plan.only_counted)]
    return f"SELECT DISTINCT {', '.join(words)} FROM {_looked(0)} WHERE {_any(words)} ORDER BY ALL"


def _counted(plan: Plan, profiles: Sequence[tuple[int, ...]]) -> list[_Class]:
    """Return the class of each set of rules. Correlations that share a set of rules are of one class.

    A window lies in two stretches that follow each other, each as long as the longest span of the class, and
    one of the two holds half of it or more.
    """
    bits = [plan.bits(part.rule for part in body.parts) for _, body in plan.sifted]
    served = [frozenset(place for place, of in enumerate(bits) if _meet(of, each)) for each in profiles]
    classes = _united(served)
    found: list[_Class] = []
    for profile, each in zip(profiles, served, strict=True):
        number = next(number for number, one in enumerate(classes) if each <= one)
        bodies = [plan.sifted[place][1] for place in sorted(classes[number])]
        least = min((enough(body) + 1) // 2 for body in bodies)
        found.append(_Class(profile, number, max(body.span_s for body in bodies), least))
    return found


def _meet(one: Sequence[int], other: Sequence[int]) -> bool:
    return any(a & b for a, b in zip(one, other, strict=True))


def _united(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Return sets that share nothing: those that share something are one."""
    found: list[frozenset[int]] = []
    for each in sets:
        touched = [one for one in found if one & each]
        found = [one for one in found if not one & each] + [each.union(*touched)]
    return found


def _first(plan: Plan, counted: Sequence[_Class]) -> str:
    """Return the first set of columns with the class of events that only count: class, span_us, least."""
    if not counted:
        return f"SELECT * FROM {_looked(0)}"
    rows = ", ".join(
        f"({', '.join(map(str, each.rules))}, {each.number}, {each.span_s * 1_000_000}, {each.least})"
        for each in counted
    )
    columns = ", ".join(f"c{word}" for word in range(plan.words))
    same = " AND ".join(f"c{word} = m{word} & {bits}" for word, bits in enumerate(plan.only_counted))
    return f"""SELECT look.*, class, span_us, least FROM {_looked(0)} AS look
LEFT JOIN (VALUES {rows}) AS counted({columns}, class, span_us, least) ON {same}"""


# The place of an event in time, by account and class: one number, so that neighbours in time are one apart.
# Two that meet by chance are looked at together, which leaves more in and nothing out.
_PLACE = '(hash(lower(event.actor), look0.class) >> 2)::BIGINT + epoch_us(event."at") // look0.span_us'


def _near(plan: Plan) -> str:
    """Return the places in which some correlation could be complete, or begin."""
    return f"""SELECT DISTINCT unnest([place - 1, place, place + 1]) AS place FROM (
    SELECT {_PLACE} AS place FROM event {_beside(plan, 0)} WHERE look0.class IS NOT NULL
    GROUP BY place HAVING count(*) >= min(look0.least))"""


def _fitting(bits: Sequence[int]) -> str:
    """Return whether some of these rules is among those of m0 and so on."""
    return _any([f"m{word} & {of}" for word, of in enumerate(bits) if of])


# ---- the scan


def _base(plan: Plan, *, near: bool) -> str:
    held = sorted({each for found in plan.fields.values() for each in found}, key=lambda each: each.name)
    shown = "".join(f", {fields.compared(each)} AS {Plan.held(each)}" for each in held)
    words, dear = _fits(plan)
    told = ", ".join(f"{each} AS w{word}" for word, each in enumerate(words))
    more = "".join(f", {test} AS {name}" for test, name in sorted(dear.items()))
    source = fields.prepared(f"({_left(plan, near=near)})", told + more, lambda slot: _looking(plan, slot))
    names = [f"w{word}" for word in range(plan.words)]
    kept = [quote(each) for each in sorted({each.slot for each in held} | {"at", "actor"})]
    fitting = f"""(SELECT event, log, {", ".join((*kept, *names))}
    FROM (SELECT *, {told} FROM (SELECT *{more} FROM {source})) WHERE {_any(names)})"""
    return f"""SELECT event, log, "at", actor, {", ".join(names)}{shown}
FROM {fields.prepared(fitting, shown)}"""


def _looking(plan: Plan, slot: str) -> str:
    """Return whether some rule is left that looks at a slot of this event."""
    names = [each.name for each in plan.candidates if each.rest is not None and slot in slots(each.rest)]
    return _fitting(plan.bits(names))


def _left(plan: Plan, *, near: bool) -> str:
    """Return the events for which some rule is left, with these rules: m0 and so on."""
    joins = "\n        ".join(_beside(plan, number) for number in plan.looked)
    words = [" & ".join(f"look{number}.m{word}" for number in plan.looked) for word in range(plan.words)]
    if near:
        joins += f"""
        LEFT JOIN detect_sigma_near AS near ON near.place = {_PLACE}"""
        words = [
            f"{each} & CASE WHEN near.place IS NULL THEN {plan.everything - plan.only_counted[word]}"
            f" ELSE {plan.everything} END"
            for word, each in enumerate(words)
        ]
    shown = ", ".join(f"{each} AS m{word}" for word, each in enumerate(words))
    return f"SELECT event.*, {shown}\n        FROM event {joins}\n        WHERE {_any(words)}"


def _any(words: Sequence[str]) -> str:
    """Return whether some bit is set in some word."""
    return "(" + " OR ".join(f"({each}) <> 0" for each in words) + ")"


def _fits(plan: Plan) -> tuple[list[str], Mapping[str, str]]:
    """Return the words of the rules that fit, and the tests made before: expression -> column."""
    dear = _repeated(plan)
    words: list[str] = []
    for word in range(plan.words):
        groups = [each for each in plan.groups if each[0].word == word]
        whole = sum(each.bit for group in groups for each in group if each.rest is None)
        parts = [_group([each for each in group if each.rest is not None], dear) for group in groups]
        words.append(" | ".join((f"(m{word} & {whole})", *(each for each in parts if each))))
    return words, dear


def _repeated(plan: Plan) -> dict[str, str]:
    """Return the dear tests that several rules make, each with the column that holds it."""
    seen = Counter(
        test.sql
        for each in plan.candidates
        if each.rest is not None
        for test in tests(each.rest)
        if test.cost >= _DEAR
    )
    return {
        test: f"test{place}" for place, test in enumerate(sorted(test for test in seen if seen[test] > 1))
    }


def _group(group: Sequence[Candidate], dear: Mapping[str, str]) -> str:
    """Return the bits of the rules of one group that fit: they are left for the same events."""
    if not group:
        return ""
    rests: list[Condition] = [replaced(each.rest, dear) for each in group if each.rest is not None]
    left = f"m{group[0].word} & {group[0].bit} <> 0"
    if len(group) == 1:
        return f"CASE WHEN {left} AND {sql(rests[0])} THEN {group[0].bit} ELSE 0 END"
    fits = " | ".join(
        f"CASE WHEN {sql(rest)} THEN {each.bit} ELSE 0 END" for each, rest in zip(group, rests, strict=True)
    )
    return f"CASE WHEN {left} AND {sql(Any(tuple(rests)))} THEN {fits} ELSE 0 END"
