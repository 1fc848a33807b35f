"""The rules of replay, one by one, on the real code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import replay_cases
from replay_cases import Rule
from scope.replayed import Bench, bench

LONG = {"a time is an instant"}
"""Rules about values that the short macros cannot read."""


@pytest.fixture(scope="module")
def light() -> Iterator[Bench]:
    """A quick bench for all worlds."""
    with bench() as opened:
        yield opened


@pytest.fixture(scope="module")
def real() -> Iterator[Bench]:
    """The same with the macros of the snapshot."""
    with bench(light=False) as opened:
        yield opened


def check(replaying: Bench, rule: Rule) -> None:
    """The records that came back are those of the rule."""
    store, asked = rule.world()
    (said,) = replaying.judged(store, [asked])
    assert said.answer.refused is None
    nothing = (frozenset[str](), frozenset[str]())
    expected = rule.expected()
    assert {each: said.records.get(each, nothing) for each in expected} == expected


@pytest.mark.parametrize(
    "rule", [rule for rule in replay_cases.RULES if rule.name not in LONG], ids=lambda rule: rule.name
)
def test_a_rule(light: Bench, rule: Rule) -> None:
    """Each rule gives the records that it says."""
    check(light, rule)


@pytest.mark.parametrize(
    "rule", [rule for rule in replay_cases.RULES if rule.name in LONG], ids=lambda rule: rule.name
)
def test_a_rule_about_values(real: Bench, rule: Rule) -> None:
    """The same for rules about values."""
    check(real, rule)


@pytest.mark.slow
@pytest.mark.parametrize("rule", replay_cases.RULES, ids=lambda rule: rule.name)
def test_a_rule_with_the_macros_of_the_snapshot(real: Bench, rule: Rule) -> None:
    """And all of them with nothing made shorter."""
    check(real, rule)
