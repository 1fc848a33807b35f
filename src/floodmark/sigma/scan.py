"""The statements that evaluate all rules about single events in one scan.

    few columns ─► which rules can fit (a bit each) ─► stretches with enough events ─► texts of what is left

Most rules ask first for a log, an operation, a client: columns of few distinct values. These are looked at
once per combination, not per event, and an event learns by a join which rules are left for it. Most are left
with none, and their long texts are never looked at. Rules that no combination leaves, and what needs them,
are not looked at further. An event that only counts towards a correlation goes on where its group has so
many such events together that a window could be complete.

A rule is a bit of a `BIGINT`, of several where there are many rules.
"""

# ruff: noqa: S608 - parts are expressions of ours, quoted names, literals and numbers, as docs/decisions/0009 says
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from floodmark.engine import Engine, quote
from floodmark.sigma import fields
from floodmark.sigma.conditions import Any, Condition, replaced, slots, sql, tests
from floodmark.sigma.fields import Field
from floodmark.sigma.plan import Candidate, Plan, enough

_DEAR = 8
"""From this cost on a test that several rules make is made once."""


def evaluate(plan: Plan, engine: Engine) -> Plan:
    """Keep `detect_sigma_base`, one row per event that fits a rule about single events.

    Columns: event, log, at, actor; w0 and so on, the rules as bits (`Plan.fits`); and what correlations group
    and count by (`Plan.held`).

    Returns:
        The plan for the rules that are left: the others have no hit.
    """
    for number in plan.looked:
        engine.keep(_looked(number), _lookup(plan, number))
    shared = frozenset(number for number in plan.looked if not engine.row(_KEYS.format(_looked(number)))[0])
    plan = plan.narrowed(_possible(plan, engine))
    counted = _counted(plan, engine.rows(_profiles(plan))) if plan.sifted else []
    only = plan.only_counted
    engine.keep(_FIRST, _first(plan, counted, only))
    if counted:
        engine.keep("detect_sigma_near", _near(plan, counted, shared))
        reached = {number for (number,) in engine.rows("SELECT DISTINCT class FROM detect_sigma_near")}
        plan = plan.narrowed(_reached(plan, counted, reached))
        counted = [each for each in counted if each.number in reached]
        engine.keep(_FIRST, _first(plan, counted, only))
    engine.keep("detect_sigma_base", _base(plan, counted, shared))
    return plan


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
    source = fields.prepared(f"(SELECT DISTINCT {columns} FROM event)", shown)
    return f"SELECT {columns}, {_key(plan.looked_up[number])} AS key, {shown} FROM {source}"


def _key(columns: Sequence[str], of: str = "") -> str:
    return f"hash({', '.join(of + quote(each) for each in columns)})"


_KEYS = "SELECT count(*) = count(DISTINCT key) FROM {}"


def _beside(plan: Plan, number: int, shared: Collection[int]) -> str:
    """Return the join of events with one set of columns; unknown values are values too.

    Every combination has a row, so where no two rows share a key, the key says all. `shared`: the sets where
    two do.
    """
    columns = plan.looked_up[number]
    same = [f"look{number}.key = {_key(columns, 'event.')}"]
    if number in shared:
        same += [f"look{number}.{quote(each)} IS NOT DISTINCT FROM event.{quote(each)}" for each in columns]
    return f"JOIN {_FIRST if number == 0 else _looked(number)} AS look{number} ON {' AND '.join(same)}"


def _possible(plan: Plan, engine: Engine) -> tuple[int, ...]:
    """Return the rules, as bits, that some combination of each set leaves."""
    words = (
        " & ".join(f"(SELECT coalesce(bit_or(m{word}), 0) FROM {_looked(number)})" for number in plan.looked)
        for word in range(plan.words)
    )
    return engine.row(f"SELECT {', '.join(words)}")


# ---- what only counts towards a correlation


class _Class(NamedTuple):
    """Events that may count together: their rules (words of bits), the longest span, how many are enough."""

    rules: tuple[int, ...]
    number: int
    slot: str
    """What tells groups apart."""
    span_s: int
    least: int


def _profiles(plan: Plan) -> str:
    """Return the sets of rules that an event may count for."""
    words = [f"m{word} & {bits}" for word, bits in enumerate(plan.only_counted)]
    return f"SELECT DISTINCT {', '.join(words)} FROM {_looked(0)} WHERE {_any(words)} ORDER BY ALL"


def _counted(plan: Plan, profiles: Sequence[tuple[int, ...]]) -> list[_Class]:
    """Return the class of each set of rules. Correlations that share a set of rules are of one class.

    None where the correlations of a class have no slot in common: all its events go on.

    A window lies in two stretches that follow each other, each as long as the longest span of the class, and
    one of the two holds half of it or more.
    """
    bits = [plan.bits(part.rule for part in body.parts) for _, body in plan.sifted]
    served = [frozenset(place for place, of in enumerate(bits) if _meet(of, each)) for each in profiles]
    classes = _united(served)
    found: list[_Class] = []
    for profile, each in zip(profiles, served, strict=True):
        number = next(number for number, one in enumerate(classes) if each <= one)
        keys, bodies = zip(*(plan.sifted[place] for place in sorted(classes[number])), strict=True)
        slots_of = frozenset[str].intersection(*keys)
        if slots_of:
            slot = min(slots_of, key=lambda each: (each != "actor", each))
            least = min((enough(body) + 1) // 2 for body in bodies)
            found.append(_Class(profile, number, slot, max(body.span_s for body in bodies), least))
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


def _first(plan: Plan, counted: Sequence[_Class], only: Sequence[int]) -> str:
    """Return the first set of columns where it leaves a rule, with the class of events that only count.

    Columns besides those of `_lookup`: class, span_us. `only`: the rules by which classes were told apart.
    """
    left = [f"m{word} & {bits}" for word, bits in enumerate(plan.all)]
    kept = (*map(quote, plan.looked_up[0]), "key", *(f"{each} AS m{word}" for word, each in enumerate(left)))
    if not counted:
        return f"SELECT {', '.join(kept)} FROM {_looked(0)} WHERE {_any(left)}"
    rows = ", ".join(
        f"({', '.join(map(str, each.rules))}, {each.number}, {each.span_s * 1_000_000})" for each in counted
    )
    columns = ", ".join(f"c{word}" for word in range(len(only)))
    same = " AND ".join(f"c{word} = m{word} & {bits}" for word, bits in enumerate(only))
    return f"""SELECT {", ".join(kept)}, class, span_us FROM {_looked(0)}
LEFT JOIN (VALUES {rows}) AS counted({columns}, class, span_us) ON {same} WHERE {_any(left)}"""


def _place(counted: Sequence[_Class]) -> str:
    """Return the place of an event in time by group: one number, so that neighbours in time are one apart.

    Two groups that meet by chance are looked at together, which leaves more in and nothing out.
    """
    groups: dict[str, set[int]] = {}
    for each in counted:
        groups.setdefault(each.slot, set()).add(each.number)
    *others, last = sorted(groups)
    told = "".join(
        f" WHEN look0.class IN ({', '.join(map(str, sorted(groups[slot])))}) THEN {_hashed(slot)}"
        for slot in others
    )
    hashed = f"CASE{told} ELSE {_hashed(last)} END" if told else _hashed(last)
    return f'({hashed} >> 2)::BIGINT + epoch_us(event."at") // look0.span_us'


def _hashed(slot: str) -> str:
    return f"hash(lower(event.{quote(slot)}))"


def _near(plan: Plan, counted: Sequence[_Class], shared: Collection[int]) -> str:
    """Return the places, by class, in which some correlation could be complete, or begin."""
    least = " ".join(
        f"WHEN {number} THEN {least}"
        for number, least in sorted({(each.number, each.least) for each in counted})
    )
    return f"""SELECT DISTINCT class, unnest([place - 1, place, place + 1]) AS place FROM (
    SELECT look0.class, {_place(counted)} AS place FROM event {_beside(plan, 0, shared)}
    WHERE look0.class IS NOT NULL
    GROUP BY look0.class, place HAVING count(*) >= CASE look0.class {least} END)"""


def _reached(plan: Plan, counted: Sequence[_Class], reached: Collection[int]) -> list[int]:
    """Return the rules, as bits, that can have hits: none that only counts in classes without a place."""
    found = list(plan.all)
    for each in counted:
        if each.number not in reached:
            found = [of & ~lost for of, lost in zip(found, each.rules, strict=True)]
    return found


# ---- the scan


def _base(plan: Plan, counted: Sequence[_Class], shared: Collection[int]) -> str:
    held = sorted({each for found in plan.fields.values() for each in found}, key=lambda each: each.name)
    shown = "".join(
        f", CASE WHEN {_carrying(plan, [each])} THEN {fields.compared(each)} END AS {Plan.held(each)}"
        for each in held
    )
    words, dear = _fits(plan)
    told = ", ".join(f"{each} AS w{word}" for word, each in enumerate(words))
    more = "".join(f", {test} AS {name}" for test, name in sorted(dear.items()))
    left = f"({_left(plan, counted, shared)})"
    source = fields.prepared(left, told + more, lambda slot: _looking(plan, slot))
    names = [f"w{word}" for word in range(plan.words)]
    kept = [quote(each) for each in sorted({each.slot for each in held} | {"at", "actor"})]
    fitting = f"""(SELECT event, log, {", ".join((*kept, *names))}
    FROM (SELECT *, {told} FROM (SELECT *{more} FROM {source})) WHERE {_any(names)})"""
    return f"""SELECT event, log, "at", actor, {", ".join(names)}{shown}
FROM {fields.prepared(fitting, shown, lambda slot: _carrying(plan, [e for e in held if e.slot == slot]))}"""


def _carrying(plan: Plan, wanted: Sequence[Field]) -> str:
    """Return whether this event fits a rule whose hits carry one of some fields."""
    names = [name for name, each in plan.fields.items() if not set(each).isdisjoint(wanted)]
    return _any([f"w{word} & {bits}" for word, bits in enumerate(plan.bits(names)) if bits])


def _looking(plan: Plan, slot: str) -> str:
    """Return whether some rule is left that looks at a slot of this event."""
    looking = [each for each in plan.candidates if each.rest is not None and slot in slots(each.rest)]
    words = {word: sum(each.bit for each in looking if each.word == word) for word in range(plan.words)}
    return _any([f"m{word} & {bits}" for word, bits in words.items() if bits])


def _left(plan: Plan, counted: Sequence[_Class], shared: Collection[int]) -> str:
    """Return the events for which some rule is left, with these rules: m0 and so on."""
    joins = "\n        ".join(_beside(plan, number, shared) for number in plan.looked)
    masks = [str(every) for every in plan.all]
    if counted:
        joins += f"""
        LEFT JOIN detect_sigma_near AS near ON near.class = look0.class AND near.place = {_place(counted)}"""
        masks = [
            f"CASE WHEN look0.class IS NOT NULL AND near.place IS NULL THEN {every - only} ELSE {every} END"
            for every, only in zip(plan.all, plan.only_counted, strict=True)
        ]
    words = [
        " & ".join((*(f"look{number}.m{word}" for number in plan.looked), mask))
        for word, mask in enumerate(masks)
    ]
    shown = ", ".join(f"{each} AS m{word}" for word, each in enumerate(words))
    return f"SELECT event.*, {shown}\n        FROM event {joins}\n        WHERE {_any(words)}"


def _any(words: Sequence[str]) -> str:
    """Return whether some bit is set in some word."""
    return "(" + " OR ".join(f"({each}) <> 0" for each in words) + ")" if words else "false"


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
    made = {
        (each.name, test.sql)
        for each in plan.candidates
        if each.rest is not None
        for test in tests(each.rest)
        if test.cost >= _DEAR
    }
    seen = Counter(test for _, test in made)
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
