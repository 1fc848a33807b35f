"""The code finds what the oracle finds, on small ledgers drawn at random."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

import detection_oracle as oracle
from detectors.ledgers import ACTORS, Drawn, days, ledgers, logins
from detectors.sample import Row, kept, ledger
from detectors.test_weighing import together
from floodmark.detectors.bulk_read import BulkRead
from floodmark.detectors.guest_sweep import GuestSweep
from floodmark.detectors.kept_session import KeptSession
from floodmark.detectors.new_account import NewAccount
from floodmark.detectors.new_client import NewClient
from floodmark.detectors.odd_presence import OddPresence
from floodmark.detectors.probing import Probing
from floodmark.detectors.record_walk import RecordWalk
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
DRIP = SlowDrip(days=20, known_days=3, beginner=1.5, least=2)
BULK = BulkRead()
WALK = RecordWalk(steps=4)
KEPT = KeptSession(doors=2, share=0.75)
FIRST = NewAccount()
NEW = NewClient()
DETECTORS: tuple[Detector, ...] = (BULK, GUEST, KEPT, FIRST, NEW, ODD, LOOK, WALK, DRIP, BURST)
# What says only how much a step weighs is not in the oracle of the steps.
WEIGHTS = {"kinds", "steps", "machine_points", "crowd", "crowd_share"}
DRIPS = {name: value for name, value in DRIP.limits.items() if name not in WEIGHTS}
STEPS = dict(zip(DRIP.limits["kinds"], DRIP.limits["steps"], strict=True))


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
    assert judged.signs(WALK, "object", "steps", "way") == oracle.record_walk(events, steps=WALK.steps)
    kept_sessions = judged.signs(KEPT, "begins_at", "ends_at", "visits", "begun")
    assert kept_sessions == oracle.kept_session(events, doors=KEPT.doors, share=KEPT.share)
    accounts = judged.signs(FIRST, "begins_at", "ends_at", "begun", "weeks", "points")
    assert accounts == oracle.new_account(events, rate=FIRST.rate, most=FIRST.kinds[0].most)
    addresses = {
        (each["kind"], each["actor"], each["told_at"], each["begins_at"], each["name"], each["others"])
        for each in judged.tables[NEW.id]
        if each["what"] == "ip"
    }
    assert addresses == oracle.addresses(events, days=1 if judged.found.learning else 3)
    bulk = oracle.bulk(events, rows=BULK.rows, records=BULK.records, times=1.5)
    firsts = judged.signs(BULK, "way", "rows", "before", kinds=("bulk-first",))
    largest = judged.signs(BULK, "way", "rows", "before_all", kinds=("bulk-largest", "bulk-largest-closing"))
    assert firsts | largest == bulk
    drips = {
        (
            each["kind"],
            each["actor"],
            each["told_at"],
            each["day"],
            each["reached"],
            each["excess"],
            each["by_colleagues"],
            each["others"],
            each["accounts"],
        )
        for each in judged.tables[DRIP.id]
    }
    assert drips == oracle.slow_drip(events, steps=STEPS, **DRIPS)


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
    drawn = [*days(0, 0, 26, 3, 8), *days(1, 0, 26, 4, 9)]
    drawn += [
        Drawn(0, 1440 * 15 + 60 * 8 + n, act, 5_000, 2, 2, 1)
        for n, act in enumerate(("look", "query", "guest", "job"))
    ]
    drawn += [Drawn(0, 1440 * 15 + 60 * 8 + 7, "query", 12, 2, 2, 1)]
    drawn += [Drawn(1, 1440 * day + 60 * 9 + 30, "pages", 40) for day in range(16, 20)]
    # Colleagues, and somebody with few days who opens more than they do: slowly and by falling ids as well.
    drawn += [each for n in range(5, 10) for each in days(n, 0, 20, 3, 2, in_seven=7)]
    drawn += [Drawn(3, 1440, "loose", 1), *(Drawn(3, 1440 * day + 60 * 6, "pages", 40) for day in (18, 19))]
    drawn += [Drawn(3, 1440 * 19 + 60 * 8, "walk", 12), Drawn(3, 1440 * 20, "walk", 250)]
    # By another address of the office: the first of all, a colleague later, and one whose telephone had it.
    drawn += [Drawn(actor, 1440 * day + 600, "query", 1, 4) for actor, day in ((1, 5), (5, 17), (6, 17))]
    drawn += [Drawn(6, 1440 * 10 + 600, "query", 1, 4, 0, 2)]
    # A session that no login began.
    taken = Drawn(4, 1440 * 25, "query", 1)
    drawn += [*days(4, 0, 24, 1, 5), taken]
    # Who begins later, and opens more than twice what colleagues do, day after day.
    drawn += days(10, 11, 20, 40, 5, in_seven=7)
    # Who reads by an unknown tool two days after the first event: enough together, and not apart.
    drawn += [Drawn(2, 1440 * 12, "pages", 1), Drawn(2, 1440 * 14, "query", 5_000, client=2)]
    rows = [*(each for act in drawn for each in act.rows()), *logins(drawn, {taken.key: ()})]
    judged = Judged(sorted(rows, key=lambda each: each["at"]))
    check_signs(judged)
    check_findings(judged, check_weights(judged))
    assert {each["kind"] for each in judged.sign} >= {
        "burst-8", "guest-sweep", "looked", "looked-around", "two-places", DRIP.kinds[-1].id, "bulk-first", "bulk-largest",
        "job-deleted", "place-unknown", "walk", "kept-session", "address-unknown", "address-known",
        "account-first",
    }  # fmt: skip
    # Of twelve rows each record stands in two: five steps. Slowly, an hour holds four of them.
    walks = [each for each in judged.tables[WALK.id] if each["way"] < 0]
    assert {(each["actor"], each["steps"]) for each in walks} == {(ACTORS[3], 5)}
    assert {each["actor"] for each in judged.tables[NEW.id] if each["what"] == "ip"} == {ACTORS[1], ACTORS[5]}
    drips = judged.tables[DRIP.id]
    assert any(each["by_colleagues"] and each["known_days"] < DRIP.limits["known_days"] for each in drips)
    assert {
        each["actor"]
        for each in drips
        if each["by_colleagues"] and each["known_days"] >= DRIP.limits["known_days"]
    } == {ACTORS[10]}
    assert {ACTORS[0], ACTORS[2]} <= {each.actors[0] for each in judged.found.findings}
    assert judged.events[-1].at - judged.events[0].at > timedelta(days=20)


def test_drawn_ledgers_show_what_is_compared() -> None:
    """The ledgers of the property above are not all quiet: each of these occurs in some, and is missing in some."""
    shown: Counter[str] = Counter()

    @given(rows=ledgers())
    @settings(max_examples=12)
    def look(rows: list[Row]) -> None:
        events = oracle.seen(rows)
        walks = oracle.record_walk(events, steps=WALK.steps)
        drips = oracle.slow_drip(events, steps=STEPS, **DRIPS)
        shown["ledgers"] += 1
        shown["rising"] += any(each[-1] > 0 for each in walks)
        shown["falling"] += any(each[-1] < 0 for each in walks)
        shown["by colleagues"] += any(each[-3] for each in drips)
        shown["by its own days"] += any(not each[-3] for each in drips)
        kept_sessions = oracle.kept_session(events, doors=KEPT.doors, share=KEPT.share)
        shown["kept session"] += bool(kept_sessions)
        shown["account"] += bool(oracle.new_account(events, rate=FIRST.rate, most=FIRST.kinds[0].most))
        shown["address"] += bool(oracle.addresses(events, days=3))
        kinds = {each[0] for each in oracle.bulk(events, rows=BULK.rows, records=BULK.records, times=1.5)}
        for kind in ("bulk-first", "bulk-largest"):
            shown[kind] += kind in kinds

    look()
    assert shown.pop("ledgers") == 12
    # A busy day's pages lie in the order of their ids, so that few ledgers show no walk.
    assert shown.pop("rising") > 0
    assert len(shown) == 8
    assert {name: 0 < count < 12 for name, count in shown.items()} == dict.fromkeys(shown, True)
