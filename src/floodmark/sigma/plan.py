"""What the statements need to know of all rules together: bits, guards, and what correlations need.

A rule about single events is a candidate: what it asks of columns of few values is its guard, looked at once
per distinct value; what is left is looked at per event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from floodmark.engine import quote
from floodmark.sigma import fields
from floodmark.sigma.conditions import Condition, parted, slots, sql
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
    """A rule about single events: its bit, its guard over each set of columns ("" for none), and the rest."""

    name: str
    word: int
    bit: int
    guards: tuple[str, ...]
    rest: Condition | None
    only_counted: bool
    """Whether its events only count towards correlations that need several together."""


class Plan:
    """What the statements need to know of all rules together."""

    everything = 2**_WORD - 1
    """A word with every bit."""

    def __init__(self, rules: Sequence[Rule], looked_up: Sequence[Sequence[str]] = LOOKED_UP) -> None:
        self.rules = rules
        self.looked_up = looked_up
        self.number = {rule.name: number for number, rule in enumerate(rules)}
        self._products = products(rules)
        self.fields: dict[str, tuple[Field, ...]] = self._needed()
        self.width = max((len(each) for each in self.fields.values()), default=0)
        self.sifted = tuple(self._sifted())
        self.groups = tuple(self._groups())
        self.candidates = tuple(each for group in self.groups for each in group)
        self.words = max((each.word + 1 for each in self.candidates), default=1)
        self.only_counted = self.bits(each.name for each in self.candidates if each.only_counted)
        self.looked = tuple(
            number
            for number in range(len(looked_up))
            if number == 0 or any(each.guards[number] for each in self.candidates)
        )

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
        each = next(each for each in self.candidates if each.name == name)
        return f"w{each.word} & {each.bit} <> 0"

    # ---- candidates

    def _sifted(self) -> Iterator[tuple[Rule, Correlation]]:
        """Yield the correlations that need several events of one account, each counted once."""
        for rule in self.rules:
            body = rule.body
            if (
                isinstance(body, Correlation)
                and sifts(body)
                and all(self._by_account(part.rule, body) for part in body.parts)
            ):
                yield rule, body

    def _by_account(self, part: str, body: Correlation) -> bool:
        names = next(each.names for each in body.parts if each.rule == part)
        simple = self.rules[self.number[part]].body
        if not isinstance(simple, Simple):
            return False
        if QUERIES in self.looked_up and "query" in slots(simple.condition):
            return False  # looked up, its texts leave few events already
        if body.value and self.field(part, body.value).kind == "list":
            return False  # one event holds several values
        return "actor" in {self.field(part, name).name for name in names.values()}

    def _only_counted(self) -> frozenset[str]:
        """Return the rules that are not told and serve sifted correlations alone."""
        sifted = {rule.name for rule, _ in self.sifted}
        by_rule: dict[str, list[bool]] = {}
        for rule in self.rules:
            if isinstance(rule.body, Correlation):
                for part in rule.body.parts:
                    alone = rule.name in sifted and not rule.body.generate
                    by_rule.setdefault(part.rule, []).append(alone)
        return frozenset(name for name, each in by_rule.items() if all(each))

    def _groups(self) -> Iterator[tuple[Candidate, ...]]:
        """Yield the rules by guard; those of one group stand in one word."""
        counted = self._only_counted()
        over = [frozenset(each) for each in self.looked_up]
        found: list[tuple[bool, tuple[str, ...], str, Condition | None]] = []
        for rule in self.rules:
            if isinstance(rule.body, Simple):
                *guards, rest = parted(rule.body.condition, over)
                told = [sql(each) if each is not None else "" for each in guards]
                told[0] = " AND ".join(each for each in (rule.body.logs.sql, told[0]) if each)
                found.append((rule.name in counted, tuple(told), rule.name, rest))
        word, used = 0, 0
        for (only, guards), members in groupby(
            sorted(found, key=lambda each: each[:3]), lambda each: each[:2]
        ):
            waiting = list(members)
            while waiting:
                taken, waiting = waiting[:_WORD], waiting[_WORD:]
                if used + len(taken) > _WORD:
                    word, used = word + 1, 0
                yield tuple(
                    Candidate(name, word, 1 << (used + place), guards, rest, only)
                    for place, (_, _, name, rest) in enumerate(taken)
                )
                used += len(taken)


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
