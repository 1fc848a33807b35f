"""Cells, outcomes and bounds of the real code against the independent oracle, on tiny worlds."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
import strategies
from floodmark import engine
from floodmark.engine import Connection, Engine
from floodmark.models import OUTCOMES, Bound
from floodmark.scope.outcomes import outcome_case
from scope.judged import Judged, stored_snapshot

SOAK = 2000


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """One engine for all worlds; each world replaces the tables of the one before."""
    with engine.memory(threads=1, limit_mb=1000) as opened:
        yield opened


def canonical(world: oracles.World) -> oracles.World:
    """Write the ids of leads in the case that their check characters state, as the snapshot does."""

    def lower(ids: frozenset[str]) -> frozenset[str]:
        return frozenset(each.replace("00Q", "00q") for each in ids)

    rows = {
        name: [{**row, "Id": (row["Id"] or "").replace("00Q", "00q")} for row in found]
        for name, found in world.rows.items()
    }
    requests = tuple(
        replace(
            each,
            parts=tuple(
                replace(part, sure=lower(part.sure), possible=lower(part.possible)) for part in each.parts
            ),
        )
        for each in world.requests
    )
    return replace(world, rows=rows, requests=requests)


def contains(bound: Bound, truth: oracles.Bound) -> bool:
    """Whether the bound holds the tightest interval, and equals it where it says so."""
    if bound.bound == "exact":
        return (bound.at_least, bound.at_most) == (truth.at_least, truth.at_most)
    return bound.at_least <= truth.at_least and truth.at_most <= bound.at_most


def check_cells(judged: Judged, world: oracles.World) -> None:
    """Cells, the five outcomes of everybody, combinations and people without a value are the oracle's."""
    assert judged.cell_sets() == oracles.cells(world)
    said = oracles.outcomes(world)
    by_id = {min(id_ for _, id_ in person): found for person, found in said.items()}
    cases = ", ".join(
        f"{outcome_case(bit, obstacle=judged.obstacles.any)}"
        for bit in range(len(judged.cells.masks.categories))
    )
    rows = judged.engine.rows(f"SELECT person, {cases} FROM person_cell JOIN person USING (person_no)")
    assert {
        who: dict(zip(judged.cells.masks.categories, found, strict=True)) for who, *found in rows
    } == by_id
    counts = judged.cells.outcome_counts(obstacle=judged.obstacles.any)
    for category in oracles.categories(world):
        told = Counter(found[category] for found in said.values())
        assert counts[category] == {name: told[name] for name in OUTCOMES}
    combinations = {(taken, possible): people for taken, possible, people in judged.cells.combinations()}
    assert combinations == oracles.combinations(world)
    assert judged.cells.without_value() == len(oracles.without_value(world))


def check_bounds(judged: Judged, world: oracles.World) -> None:
    """Every bound holds the truth by enumeration, and is that where it is called exact."""
    for target in oracles.targets(world):
        bound, truth = judged.bound(target), oracles.tight(world, target)
        assert contains(bound, truth), (target, bound, truth)


def check_laws(judged: Judged, world: oracles.World) -> None:
    """Bounds stay inside what the outcomes allow."""
    for category in oracles.categories(world):
        bound = judged.bound(("category", category))
        outcomes = judged.cells.outcome_counts(obstacle=judged.obstacles.any)[category]
        assert outcomes["taken"] <= bound.at_least <= outcomes["taken"] + outcomes["possibly_taken"]


@given(world=st.one_of(strategies.worlds(), strategies.crowded_worlds()))
@settings(max_examples=60)
def test_the_code_says_what_the_oracle_says(connection: Connection, world: oracles.World) -> None:
    """Cells and outcomes are equal, bounds hold the truth."""
    judged = Judged(Engine(connection), world)
    check_cells(judged, world)
    check_bounds(judged, world)
    check_laws(judged, world)


@pytest.mark.soak
@given(world=st.one_of(strategies.worlds(7, 4), strategies.crowded_worlds(7, 4)))
@settings(max_examples=SOAK)
def test_the_code_says_what_the_oracle_says_at_length(connection: Connection, world: oracles.World) -> None:
    """The same over thousands of new worlds."""
    judged = Judged(Engine(connection), world)
    check_cells(judged, world)
    check_bounds(judged, world)
    check_laws(judged, world)


@given(world=strategies.worlds())
@settings(max_examples=8)
def test_a_stored_snapshot_gives_the_same(connection: Connection, world: oracles.World) -> None:
    """People told apart by the snapshot itself, from CSV files, are those of the oracle."""
    world = canonical(world)
    with tempfile.TemporaryDirectory() as name:
        judged = Judged(Engine(connection), world, stored_snapshot(connection, world, Path(name)))
        check_cells(judged, world)
        check_bounds(judged, world)


@given(found=strategies.narrowings())
@settings(max_examples=20)
def test_knowing_more_never_widens_a_bound(connection: Connection, found: strategies.Narrowing) -> None:
    """A narrowed request gives an interval inside the one before."""
    targets = oracles.targets(found.wide)
    wide = Judged(Engine(connection), found.wide)
    before = [wide.bound(target) for target in targets]
    narrow = Judged(Engine(connection), found.narrow)
    for target, was in zip(targets, before, strict=True):
        now = narrow.bound(target)
        assert was.at_least <= now.at_least, (target, found.how, was, now)
        assert now.at_most <= was.at_most, (target, found.how, was, now)


@given(world=st.one_of(strategies.worlds(), strategies.crowded_worlds()), data=st.data())
@settings(max_examples=8)
def test_a_new_request_never_lowers_at_least_and_order_changes_nothing(
    connection: Connection, world: oracles.World, data: st.DataObject
) -> None:
    """At least only grows with each request; the requests may come in any order."""
    targets = oracles.targets(world)
    order = data.draw(st.permutations(world.requests))
    whole = [Judged(Engine(connection), world).bound(target) for target in targets]
    turned = Judged(Engine(connection), replace(world, requests=tuple(order)))
    assert [turned.bound(target) for target in targets] == whole
    fewer = Judged(Engine(connection), replace(world, requests=tuple(order[1:])))
    assert all(less <= more.at_least for less, more in zip(fewer.at_least(targets), whole, strict=True))


@given(world=strategies.worlds(5, 2), more=st.integers(1, 4))
@settings(max_examples=8)
def test_copies_of_a_request_change_nothing_certain(
    connection: Connection, world: oracles.World, more: int
) -> None:
    """A request that is in the list again leaves the cells and at least as they are."""
    targets = oracles.targets(world)
    once = Judged(Engine(connection), world)
    cells, least = once.cell_sets(), once.at_least(targets)
    twice = Judged(Engine(connection), replace(world, requests=world.requests + world.requests[:1] * more))
    assert (twice.cell_sets(), twice.at_least(targets)) == (cells, least)


@given(world=strategies.crowded_worlds(6, 3), times=st.integers(4, 6))
@settings(max_examples=8)
def test_many_groups_are_taken_together_and_stay_wide_enough(
    connection: Connection, world: oracles.World, times: int
) -> None:
    """Beyond eight groups bounds grow wider and never wrong."""
    world = replace(world, requests=world.requests * times)
    judged = Judged(Engine(connection), world)
    for target in oracles.targets(world):
        bound, truth = judged.bound(target), oracles.tight(world, target)
        assert contains(bound, truth), (target, bound, truth)
