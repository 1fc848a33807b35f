"""The code finds what the oracle finds, on small ledgers drawn at random."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

import detection_oracle as oracle
from detectors.ledgers import ledgers
from detectors.sample import Row, kept, ledger
from detectors.test_weighing import together
from floodmark.detectors.bulk_read import BulkRead
from floodmark.detectors.guest_sweep import GuestSweep
from floodmark.detectors.new_client import NewClient
from floodmark.detectors.odd_presence import OddPresence
from floodmark.detectors.probing import Probing
from floodmark.detectors.slow_drip import SlowDrip
from floodmark.detectors.volume_burst import VolumeBurst
from floodmark.findings import SETTLED, Detector, detect
from floodmark.models import Detected, stamp

SOAK = 300
# Limits as small as the ledgers.
BURST = VolumeBurst(rows=100, least_before=2)
GUEST = GuestSweep(requests=10, times=2)
LOOK = Probing(probes=3)
ODD = OddPresence(minutes=10, days=4)
DRIP = SlowDrip(days=20, known_days=3, least=2)
DETECTORS: tuple[Detector, ...] = (BulkRead(), GUEST, NewClient(), ODD, LOOK, DRIP, BURST)


class Judged:
    """A ledger, what the code found in it, and the tables behind that."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.events = oracle.seen(rows)
        with ledger(rows) as opened:
            self.found: Detected = detect(opened, detectors=DETECTORS)
            self.tables = {each.id: kept(opened, each.table) for each in DETECTORS}
            self.sign = kept(opened, "detect_sign")
            self.weighed = kept(opened, "detect_weighed")
            self.door = kept(opened, "detect_door")

    def signs(self, detector: Detector, *names: str, kinds: tuple[str, ...] = ()) -> set[tuple[Any, ...]]:
        """Return the rows of a detector: kind, account, doors, told_at and more columns by name."""
        return {
            (
                each["kind"],
                each["actor"],
                tuple(each["doors"]),
                each["told_at"],
                *(each[name] for name in names),
            )
            for each in self.tables[detector.id]
            if not kinds or each["kind"] in kinds
        }


def check_signs(judged: Judged) -> None:
    """Each detector shows what its description says, at that time, by these doors."""
    events = judged.events
    steps = {kind.id: int(kind.id.removeprefix("burst-")) for kind in BURST.kinds}
    assert judged.signs(BURST, "hour", "rows", "before") == oracle.volume_burst(
        events, steps=steps, rows=BURST.rows, least_before=BURST.least_before
    )
    assert judged.signs(GUEST, "what", "before", kinds=("guest-sweep",)) == oracle.guest_sweep(
        events, requests=GUEST.limits["requests"], times=GUEST.limits["times"]
    )
    assert judged.signs(LOOK) == oracle.probing(events, probes=LOOK.probes)
    assert judged.signs(ODD, "what", "other", kinds=("two-places",)) == oracle.two_places(
        events, minutes=ODD.minutes
    )
    assert judged.signs(ODD, kinds=("odd-hour",)) == oracle.odd_hour(events, days=ODD.days)
    limits = {name: value for name, value in DRIP.limits.items() if name not in {"kinds", "steps"}}
    drips = oracle.slow_drip(
        events, steps=dict(zip(DRIP.limits["kinds"], DRIP.limits["steps"], strict=True)), **limits
    )
    assert {
        (each["kind"], each["actor"], each["told_at"], each["day"], each["reached"], each["excess"])
        for each in judged.tables[DRIP.id]
    } == drips


def check_weights(judged: Judged) -> list[oracle.Weighed]:
    """Every sign weighs what the share of weeks says; returns the signs with their weights."""
    kinds = {kind.id: kind for detector in DETECTORS for kind in detector.kinds}
    expected = oracle.weigh(judged.sign, oracle.account_weeks(judged.events), kinds)
    got = {(each["detector"], each["sign"]): each for each in judged.weighed}
    assert len(got) == len(expected)
    for each in expected:
        mine = got[each.sign["detector"], each.sign["sign"]]
        assert (mine["ui"], mine["own"], mine["family"]) == (each.person, each.sign["own"], each.family)
        assert mine["rate"] == pytest.approx(each.rate, abs=1e-6)
        assert mine["points"] == each.points or _doubtful(each.rate)
    return expected


def _doubtful(rate: float) -> bool:
    """Whether rounding may fall either way."""
    part = (2 * math.log10(1 / rate) + 0.25) % 1
    return min(part, 1 - part) < 1e-9


def check_findings(judged: Judged, signs: list[oracle.Weighed]) -> None:
    """The same findings, told at the same times, as heavy."""
    links = [
        (each["since"], each["actor"], each["door"], (each["kind"], each["mark"])) for each in judged.door
    ]
    begins_at, ends_at = judged.events[0].at, judged.events[-1].at
    learning = ends_at - begins_at < SETTLED
    assert judged.found.learning == learning
    told = oracle.findings(
        signs, links, begins_at, learning=learning, add_up=lambda heaviest: together(heaviest.items())
    )
    assert {(each.actors[0], each.told_at, each.points) for each in judged.found.findings} == {
        (each.actor, stamp(each.told_at), each.points) for each in told
    }


def check(rows: list[Row]) -> None:
    """All of these."""
    if not oracle.seen(rows):
        return
    judged = Judged(rows)
    check_signs(judged)
    check_findings(judged, check_weights(judged))


@given(rows=ledgers())
@settings(max_examples=12)
def test_the_code_finds_what_the_oracle_finds(rows: list[Row]) -> None:
    """Signs, weights, groups and times, of the same ledger."""
    check(rows)


@pytest.mark.soak
@given(rows=ledgers(attacks=6, acts=15))
@settings(max_examples=SOAK)
def test_the_code_finds_what_the_oracle_finds_at_length(rows: list[Row]) -> None:
    """The same over many new ledgers."""
    check(rows)


def test_the_oracle_sees_something() -> None:
    """An oracle that finds nothing agrees with everything: each kind of answer occurs in one made ledger."""
    from detectors.ledgers import Drawn, days  # noqa: PLC0415 - this test alone makes one by hand

    drawn = [*days(0, 0, 26, 3, 8), *days(1, 0, 26, 4, 9)]
    drawn += [
        Drawn(0, 1440 * 15 + 60 * 8 + n, act, 5_000, 2, 2, 1)
        for n, act in enumerate(("look", "query", "guest", "job"))
    ]
    drawn += [Drawn(0, 1440 * 15 + 60 * 8 + 7, "query", 12, 2, 2, 1)]
    drawn += [Drawn(1, 1440 * day + 60 * 9 + 30, "pages", 40) for day in range(16, 20)]
    judged = Judged(sorted((each for act in drawn for each in act.rows()), key=lambda each: each["at"]))
    check_signs(judged)
    check_findings(judged, check_weights(judged))
    assert {each["kind"] for each in judged.sign} >= {
        "burst-8", "guest-sweep", "looked", "looked-around", "two-places", "drip-8", "bulk-first", "job-deleted", "place-unknown",
    }  # fmt: skip
    assert len(judged.found.findings) >= 1
    assert judged.events[-1].at - judged.events[0].at > timedelta(days=20)
