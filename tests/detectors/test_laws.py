"""Laws of detection over small ledgers drawn at random."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from detectors.ledgers import ledgers
from detectors.sample import Row, ledger
from floodmark.detectors import DETECTORS
from floodmark.findings import SETTLED, detect
from floodmark.models import Detected, Finding, stamp

SOAK = 300
# The rules have tests of their own, and a hundred statements each time.
FAST = [each for each in DETECTORS if each.id != "sigma"]


def found(rows: Iterable[Row]) -> Detected:
    """Return what the detectors but the rules find."""
    with ledger(rows) as opened:
        return detect(opened, detectors=FAST)


def check_order(rows: list[Row], seed: int, pieces: int) -> None:
    """Rows in another order and from other files give the same findings."""
    moved = [each | {"item": f"file {n % pieces}", "row": n // pieces} for n, each in enumerate(rows)]
    random.Random(seed).shuffle(moved)
    assert found(moved) == found(rows)


def told(detected: Detected) -> dict[str, list[Finding]]:
    """Return account -> its findings, by the time at which they could be told."""
    made: dict[str, list[Finding]] = {}
    for each in sorted(detected.findings, key=lambda each: each.told_at):
        made.setdefault(each.actors[0], []).append(each)
    return made


def points_by(finding: Finding, until: str) -> set[tuple[str, str, int]]:
    """Return what the reasons weighed that were known by a time."""
    return {(each.detector, each.at, each.points) for each in finding.reasons if each.at <= until}


def check_cut(rows: Sequence[Row], whole: Detected, at: datetime) -> None:
    """The findings of the rows until a time are those of all rows that were told by then.

    Findings that a later act ties together are one in the whole, told when the first of them was.
    """
    early = found(each for each in rows if each["at"] <= at)
    assert not early.learning
    until = stamp(at) or ""
    late = told(whole)
    cut = told(early)
    wanted = {(actor, each.told_at) for actor, made in late.items() for each in made if each.told_at <= until}
    got = {(actor, each.told_at) for actor, made in cut.items() for each in made}
    note(f"cut at {until}: {sorted(got)}, of the whole {sorted(wanted)}")
    assert wanted <= got
    for actor, moment in got - wanted:
        assert any(each.told_at <= moment for each in late.get(actor, [])), "told early, and never later"
    for actor, made in cut.items():
        known = {each for finding in late.get(actor, []) for each in points_by(finding, until)}
        for finding in made:
            firsts = points_by(finding, finding.told_at)
            assert firsts
            assert firsts <= known | _heavier(late.get(actor, []), firsts)


def _heavier(late: Sequence[Finding], firsts: set[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
    """Return the reasons that a heavier one of the same detector stands for in the whole."""
    most = {
        each.detector: max(
            reason.points
            for finding in late
            for reason in finding.reasons
            if reason.detector == each.detector
        )
        for finding in late
        for each in finding.reasons
    }
    return {each for each in firsts if each[2] <= most.get(each[0], -1)}


@given(rows=ledgers(), seed=st.integers(0, 99), pieces=st.integers(1, 4))
@settings(max_examples=4)
def test_order_and_pieces_change_nothing(rows: list[Row], seed: int, pieces: int) -> None:
    """The rows of a ledger have no order and their files no meaning."""
    check_order(rows, seed, pieces)


@pytest.mark.soak
@given(rows=ledgers(), seed=st.integers(0, 99), pieces=st.integers(1, 4))
@settings(max_examples=SOAK)
def test_order_and_pieces_change_nothing_at_length(rows: list[Row], seed: int, pieces: int) -> None:
    """The same over many new ledgers."""
    check_order(rows, seed, pieces)


def check_cuts(rows: list[Row], shares: Sequence[float]) -> None:
    """Each cut tells what the whole tells of the time until then."""
    acted = [each for each in rows if each.get("outcome") != "failure"]
    after = [each["at"] for each in acted if each["at"] - acted[0]["at"] >= SETTLED]
    if not after:
        return
    whole = found(rows)
    # Where something is told, the next act and one chosen by chance; else only the latter.
    moments = {after[int(share * (len(after) - 1))] for share in shares}
    moments |= {
        min((at for at in after if (stamp(at) or "") >= each.told_at), default=after[-1])
        for each in whole.findings[:1]
    }
    for at in sorted(moments):
        check_cut(rows, whole, at)


@given(rows=ledgers(), shares=st.lists(st.floats(0, 1), min_size=1, max_size=1))
@settings(max_examples=6)
def test_what_comes_later_changes_nothing_told_before(rows: list[Row], shares: list[float]) -> None:
    """Causality: a ledger cut at a time tells what the whole ledger tells of the time until then."""
    check_cuts(rows, shares)


@pytest.mark.soak
@given(rows=ledgers(), shares=st.lists(st.floats(0, 1), min_size=1, max_size=4))
@settings(max_examples=SOAK)
def test_what_comes_later_changes_nothing_told_before_at_length(rows: list[Row], shares: list[float]) -> None:
    """The same over many new ledgers."""
    check_cuts(rows, shares)
