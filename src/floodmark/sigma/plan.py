"""What the statements need to know of all rules together: bits, guards, and what correlations need.

A rule about single events is a candidate, or several where it wants one thing or another: what it asks of
columns of few values is its guard, looked at once per distinct value; what is left is looked at per event.
Where the distinct values show that no event fits a rule, correlations that need it are left out with it, and
so are the rules that only serve these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from floodmark.engine import quote
from floodmark.sigma import fields
from floodmark.sigma.conditions import Condition, alternatives, parted, slots, sql
from floodmark.sigma.fields import Field
from floodmark.sigma.reading import Correlation, Rule, Simple

LOOKED_UP = (
    ("log", "operation", "method", "outcome", "client", "user_agent", "app_id"),
    ("ip",),
)
"""Sets of columns with few combinations in a ledger. Where they have many, all is the same but slower."""
QUERIES = ("query",)
"""Texts of queries; looked up where texts recur."""
_WORD = 62
"""Rules in one word, a `BIGINT`."""
ENOUGH_TO_SIFT = 3
"""From so many events on it pays to leave out stretches that hold fewer."""


@dataclass(frozen=True)
class Candidate:
    """What fits a rule about single events.

    Its bit, its guard over each set of columns ("" for none), and the rest.
    """

    name: str
    word: int
    bit: int
    guards: tuple[str, ...]
    rest: Condition | None
    only_counted: bool
    """Whether its events only count towards correlations that need several together."""


class Plan:
    """What the statements need to know of all rules together."""

    def __init__(
        self,
        rules: Sequence[Rule],
        looked_up: Sequence[Sequence[str]] = LOOKED_UP,
        candidates: Sequence[Candidate] | None = None,
    ) -> None:
        """Take the rules; `candidates`: those of a plan for more rules, which keep their bits."""
        self.rules = rules
        self.looked_up = looked_up
        self.number = {rule.name: number for number, rule in enumerate(rules)}
        self._products = products(rules)
        self.fields: dict[str, tuple[Field, ...]] = self._needed()
        self.width = max((len(each) for each in self.fields.values()), default=0)
        self.sifted = tuple(self._sifted())
        self.candidates = tuple(
            self._placed()
            if candidates is None
            else (each for each in candidates if each.name in self.number)
        )
        self.groups = tuple(
            tuple(members) for _, members in groupby(self.candidates, lambda each: (each.word, *_group(each)))
        )
        self.words = max((each.word + 1 for each in self.candidates), default=1)
        self.all = self.bits(each.name for each in self.candidates)
        self.only_counted = self.bits(each.name for each in self.candidates if each.only_counted)
        self.looked = tuple(
            number
            for number in range(len(looked_up))
            if number == 0 or any(each.guards[number] for each in self.candidates)
        )

    def narrowed(self, possible: Sequence[int]) -> Plan:
        """Return the plan for what is left where only these bits, a word after the other, can be set."""
        fitting = [each for each in self.candidates if possible[each.word] & each.bit]
        return Plan(_needed(self.rules, {each.name for each in fitting}), self.looked_up, fitting)

    # ---- fields

    def field(self, rule: str, name: str) -> Field:
        """Return the field that a rule's events have under a name."""
        found = fields.field(self._products[rule], name)
        if found is None:
            raise ValueError(f"{rule} has no field {name}")
        return found

    def _needed(self) -> dict[str, tuple[Field, ...]]:
        """Return rule -> the fields by which correlations group its hits or count them, by name.

        A correlation passes on what those above it need.
        """
        found: dict[str, set[Field]] = {rule.name: set() for rule in self.rules}
        for rule in reversed(self.rules):
            if isinstance(rule.body, Correlation):
                for part in rule.body.parts:
                    named = (*part.names.values(), *([rule.body.value] if rule.body.value else ()))
                    found[part.rule] |= found[rule.name] | {self.field(part.rule, name) for name in named}
        return {name: tuple(sorted(each, key=lambda one: one.name)) for name, each in found.items()}

    def column(self, rule: Rule, field: Field) -> str:
        """Return the column of a rule's hits that holds a field."""
        return (
            self.held(field) if isinstance(rule.body, Simple) else f"k{self.fields[rule.name].index(field)}"
        )

    @staticmethod
    def held(field: Field) -> str:
        """Return the column of `detect_sigma_base` that holds a field."""
        return quote(f"of_{field.name}")

    @property
    def columns(self) -> str:
        """Return the names of the columns with the fields of a correlation's hits, each after a comma."""
        return "".join(f", k{number}" for number in range(self.width))

    # ---- bits

    def bits(self, names: Iterable[str]) -> list[int]:
        """Return a word after the other with the bits of some rules."""
        wanted = set(names)
        found = [0] * self.words
        for each in self.candidates:
            if each.name in wanted:
                found[each.word] |= each.bit
        return found

    def fits(self, name: str) -> str:
        """Return the condition that an event of `detect_sigma_base` fits a rule."""
        words = [f"w{word} & {bits} <> 0" for word, bits in enumerate(self.bits([name])) if bits]
        return f"({' OR '.join(words)})" if words else "false"

    # ---- candidates

    def _sifted(self) -> Iterator[tuple[frozenset[str], Correlation]]:
        """Yield the correlations that need several events of one group, with slots that tell groups apart."""
        for rule in self.rules:
            body = rule.body
            if (
                isinstance(body, Correlation)
                and sifts(body)
                and all(self._once(each.rule, body) for each in body.parts)
            ):
                keys = self._keys(body)
                if keys:
                    yield keys, body

    def _once(self, part: str, body: Correlation) -> bool:
        """Say whether each event of a part counts once, and is not found by its text already."""
        simple = self.rules[self.number[part]].body
        if not isinstance(simple, Simple):
            return False
        if QUERIES in self.looked_up and "query" in slots(simple.condition):
            return False  # looked up, its texts leave few events already
        return not body.value or self.field(part, body.value).kind != "list"

    def _keys(self, body: Correlation) -> frozenset[str]:
        """Return the slots with text that are the same in all events of a group."""
        found: set[str] = set()
        for name in body.group_by:
            fields_of = {self.field(part.rule, part.names[name]) for part in body.parts}
            found |= {
                each.slot
                for each in fields_of
                if len(fields_of) == 1 and each.kind == "text" and each.name == each.slot
            }
        return frozenset(found)

    def _only_counted(self) -> frozenset[str]:
        """Return the rules that are not told and serve sifted correlations alone."""
        sifted = [body for _, body in self.sifted]
        by_rule: dict[str, list[bool]] = {}
        for rule in self.rules:
            if isinstance(rule.body, Correlation):
                for part in rule.body.parts:
                    alone = rule.body in sifted and not rule.body.generate
                    by_rule.setdefault(part.rule, []).append(alone)
        return frozenset(name for name, each in by_rule.items() if all(each))

    def _placed(self) -> Iterator[Candidate]:
        """Yield the candidates of all rules; those of one group stand in one word."""
        found = sorted(self._unplaced(), key=lambda each: (*_group(each), each.name))
        word, used = 0, 0
        for _, members in groupby(found, _group):
            waiting = list(members)
            while waiting:
                taken, waiting = waiting[:_WORD], waiting[_WORD:]
                if used + len(taken) > _WORD:
                    word, used = word + 1, 0
                for each in taken:
                    yield replace(each, word=word, bit=1 << used)
                    used += 1

    def _unplaced(self) -> Iterator[Candidate]:
        """Yield the candidates of all rules, without a bit."""
        counted = self._only_counted()
        over = [frozenset(each) for each in self.looked_up]
        for rule in self.rules:
            if isinstance(rule.body, Simple):
                for condition in alternatives(rule.body.condition, over):
                    *guards, rest = parted(condition, over)
                    told = [sql(each) if each is not None else "" for each in guards]
                    told[0] = " AND ".join(each for each in (rule.body.logs.sql, told[0]) if each)
                    yield Candidate(rule.name, 0, 0, tuple(told), rest, rule.name in counted)


def _group(candidate: Candidate) -> tuple[bool, tuple[str, ...]]:
    """Return what is the same in candidates that are left for the same events."""
    return candidate.only_counted, candidate.guards


def served(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the rules that only serve a correlation: their hits are not told."""
    return frozenset(
        part.rule
        for each in rules
        if isinstance(each.body, Correlation) and not each.body.generate
        for part in each.body.parts
    )


def _needed(rules: Sequence[Rule], fitting: Collection[str]) -> list[Rule]:
    """Return the rules that can have hits and are told, with all that they look at.

    Args:
        rules: each after those it looks at.
        fitting: the rules about single events that some event can fit.
    """
    possible: set[str] = set()
    for rule in rules:
        body = rule.body
        if isinstance(body, Simple):
            fits = rule.name in fitting
        else:
            fits = sum(each.rule in possible for each in body.parts) >= _least(body)
        possible |= {rule.name} if fits else set()
    needed = possible - served(rules)
    for rule in reversed(rules):
        if rule.name in needed and isinstance(rule.body, Correlation):
            needed |= {each.rule for each in rule.body.parts}
    return [each for each in rules if each.name in needed]


def _least(body: Correlation) -> int:
    """Return how many of its rules must have hits before a correlation can be complete."""
    return max(enough(body), 1) if body.kind.startswith("temporal") and body.operator in {">", ">="} else 1


def sifts(body: Correlation) -> bool:
    """Say whether a window must hold so many events that most stretches of time cannot hold one."""
    return body.operator in {">", ">="} and body.kind.endswith("count") and enough(body) >= ENOUGH_TO_SIFT


def enough(body: Correlation) -> int:
    """Return how many a complete window holds at least, where its count is compared by `>` or `>=`."""
    return body.count + (1 if body.operator == ">" else 0)


def products(rules: Iterable[Rule]) -> Mapping[str, str]:
    """Return rule -> the product whose field names it uses; for a correlation, that of its first rule."""
    found: dict[str, str] = {}
    for rule in rules:
        body = rule.body
        found[rule.name] = body.logs.product if isinstance(body, Simple) else found[body.parts[0].rule]
    return found
