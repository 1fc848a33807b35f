"""The oracle of replay: its rules one by one, and the truth of thousands of courses inside them."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings

import replay_cases
from replay_answers import aggregates, answer, decided, replayed_case
from replay_cases import Rule
from replay_strategies import Course, courses

SOAK = 3000


@pytest.mark.parametrize("rule", replay_cases.RULES, ids=lambda rule: rule.name)
def test_a_rule(rule: Rule) -> None:
    """Each rule gives the records that it says."""
    store, asked = rule.world()
    found = replayed_case(store, [asked])[0].records()
    assert {name: both for name, both in found.items() if name in rule.expected()} == rule.expected()


def test_names_are_told_apart() -> None:
    """No two rules have one name."""
    names = [rule.name for rule in replay_cases.RULES]
    assert len(set(names)) == len(names)


def check_truth(course: Course) -> None:
    """What truly left lies between sure and possible; a reading is never decided wrongly."""
    case = [told.asked for told in course.told]
    readings = decided(course.store, case)
    assert course.reading in readings
    for told in course.told:
        found = answer(course.store, told.asked, readings)
        if not aggregates(told.asked.query):
            assert found.rows.sure <= told.rows
            assert told.rows <= found.rows.possible
        along: defaultdict[str, set[str]] = defaultdict(set)
        for come in told.along:
            along[come.role] |= come.possible
        for come in found.others:
            assert come.sure <= along[come.role]
            # A parent is looked up by the link of today, as the request says; children are not.
            assert come.role.startswith("parent") or along[come.role] <= come.possible


@given(course=courses())
@settings(max_examples=100)
def test_the_truth_lies_between_sure_and_possible(course: Course) -> None:
    """The rules hold in every course of the world."""
    check_truth(course)


@pytest.mark.soak
@given(course=courses(6, 4))
@settings(max_examples=SOAK)
def test_the_truth_lies_between_sure_and_possible_at_length(course: Course) -> None:
    """The same over thousands of new courses."""
    check_truth(course)
