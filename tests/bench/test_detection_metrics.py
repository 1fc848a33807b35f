"""What the detection benchmark counts, on cases small enough to count by hand."""

import importlib
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from detectors import sample  # pyright: ignore[reportMissingImports]

START = datetime(2025, 6, 2)  # noqa: DTZ001 - the engine's timestamps are plain UTC
THEFT = START + timedelta(days=21, hours=3)
BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def metrics() -> Iterator[ModuleType]:
    """Return the module that counts."""
    yield from _imported("detection_metrics")


@pytest.fixture(scope="module")
def baselines() -> Iterator[ModuleType]:
    """Return the module of the baselines."""
    yield from _imported("detection_baselines")


def _imported(name: str) -> Iterator[ModuleType]:
    """Import a module of the benchmarks, which is no package, and forget where it stands."""
    sys.path.insert(0, str(BENCH))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCH))


@dataclass(frozen=True)
class Told:
    """A finding as far as it is judged."""

    told_at: str
    events: tuple[str, ...] = ()
    actors: tuple[str, ...] = ("U1",)
    sessions: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    from_: str = "2025-06-02T00:00:00.000Z"
    to: str = "2025-07-14T00:00:00.000Z"


def stamp(at: datetime) -> str:
    """Return a time as documents state it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def hostile(metrics: ModuleType, *offsets_s: float, **slots: Any) -> Any:
    """Return hostile rows h0, h1, ... at seconds after the theft began."""
    rows = [
        metrics.HostileRow(f"h{place}", at, at + timedelta(hours=3), "U1", **slots)
        for place, at in enumerate(THEFT + timedelta(seconds=each) for each in offsets_s)
    ]
    return metrics.Hostile(tuple(rows))


def test_a_finding_with_a_hostile_event_is_a_hit_and_the_first_one_tells(metrics: ModuleType) -> None:
    """A finding with a hostile event is a hit and the first one tells."""
    findings = [
        Told(stamp(THEFT + timedelta(seconds=90)), ("a", "h1")),
        Told(stamp(THEFT + timedelta(seconds=30)), ("h0",)),
    ]
    judged = metrics.judge(findings, hostile(metrics, 0, 60), START)
    assert judged == metrics.Judged(THEFT + timedelta(seconds=30), 0, 0, 0)


def test_a_finding_without_one_is_false_but_not_in_the_learning_period(metrics: ModuleType) -> None:
    """A finding without one is false but not in the learning period."""
    last_learning = START + timedelta(days=14) - timedelta(milliseconds=1)
    findings = [Told(stamp(last_learning), ("a",)), Told(stamp(START + timedelta(days=14)), ("b",))]
    assert metrics.judge(findings, hostile(metrics, 0), START) == metrics.Judged(None, 1, 0, 1)


def test_what_was_told_before_the_theft_began_is_false_even_where_the_finding_grew_into_it(
    metrics: ModuleType,
) -> None:
    """What was told before the theft began is false even where the finding grew into it."""
    findings = [Told(stamp(THEFT - timedelta(hours=1)), ("a", "h0"))]
    assert metrics.judge(findings, hostile(metrics, 0), START) == metrics.Judged(None, 1, 1, 0)


def test_a_time_cut_to_milliseconds_is_not_before_its_own_event(metrics: ModuleType) -> None:
    """A time cut to milliseconds is not before its own event."""
    rows = hostile(metrics, 0.000999)
    judged = metrics.judge([Told(stamp(THEFT), ("h0",))], rows, START)
    assert judged.told_at == THEFT


@pytest.mark.parametrize(
    ("changed", "hit"),
    [
        ({"sessions": ("s-x",)}, True),
        ({"addresses": ("192.0.2.7",)}, True),
        ({}, False),
        ({"sessions": ("s-x",), "actors": ("U2",)}, False),
        ({"sessions": ("s-x",), "to": "2025-06-20T00:00:00.000Z"}, False),
    ],
)
def test_a_cut_list_of_events_falls_back_on_account_time_and_door(
    metrics: ModuleType, changed: dict[str, Any], *, hit: bool
) -> None:
    """A cut list of events falls back on account time and door."""
    rows = hostile(metrics, 0, session="s-x", ip="192.0.2.7")
    told = Told(stamp(THEFT + timedelta(minutes=1)), tuple(f"e{n}" for n in range(1_000)), **changed)
    assert (metrics.judge([told], rows, START).told_at is not None) is hit


def test_a_full_list_of_events_has_no_such_fallback(metrics: ModuleType) -> None:
    """A full list of events has no such fallback."""
    rows = hostile(metrics, 0, session="s-x")
    told = Told(stamp(THEFT), tuple(f"e{n}" for n in range(999)), sessions=("s-x",))
    assert metrics.judge([told], rows, START).told_at is None


def test_a_person_is_lost_once_and_with_the_event_that_told(metrics: ModuleType) -> None:
    """A person is lost once and with the event that told."""
    rows = [(THEFT + timedelta(seconds=s), person) for s, person in ((5, "b"), (1, "a"), (9, "a"), (9, "c"))]
    losses = metrics.first_losses(rows)
    assert losses == [THEFT + timedelta(seconds=s) for s in (1, 5, 9)]
    assert metrics.lost_by(losses, THEFT) == 0
    assert metrics.lost_by(losses, THEFT + timedelta(seconds=5)) == 2
    assert metrics.lost_by(losses, None) == 3


def test_what_left_within_the_millisecond_that_was_cut_off_had_left(metrics: ModuleType) -> None:
    """What left within the millisecond that was cut off had left."""
    losses = [THEFT + timedelta(microseconds=each) for each in (999, 1_000)]
    assert metrics.lost_by(losses, THEFT) == 1


def test_percentiles_are_values_that_were_seen(metrics: ModuleType) -> None:
    """Percentiles are values that were seen."""
    assert metrics.percentile([4, 1, 3, 2], 0.5) == 2
    assert metrics.percentile(range(1, 11), 0.9) == 9
    assert metrics.percentile(range(1, 12), 0.9) == 10
    assert metrics.percentile([7], 0.9) == 7
    assert math.isnan(metrics.percentile([], 0.5))


@pytest.mark.parametrize(("count", "bound"), [(0, 2.9957), (1, 4.7439), (5, 10.5130), (10, 16.9622)])
def test_the_upper_bound_of_a_count_is_exact(metrics: ModuleType, count: int, bound: float) -> None:
    """The upper bound of a count is exact."""
    assert metrics.poisson_upper(count) == pytest.approx(bound, abs=1e-3)


@pytest.mark.parametrize(("count", "of", "bound"), [(300, 300, 0.99006), (0, 10, 0), (9, 10, 0.60584)])
def test_the_lower_bound_of_a_share_is_exact(metrics: ModuleType, count: int, of: int, bound: float) -> None:
    """The lower bound of a share is exact."""
    assert metrics.share_lower(count, of) == pytest.approx(bound, abs=1e-4)


def test_a_rate_needs_account_weeks(metrics: ModuleType) -> None:
    """A rate needs account weeks."""
    assert metrics.per_thousand(3, 6_000) == 0.5
    assert math.isnan(metrics.per_thousand(0, 0))


def test_a_threshold_lets_through_no_more_than_allowed_ties_included(metrics: ModuleType) -> None:
    """A threshold lets through no more than allowed ties included."""
    scores = [9.0, 7.0, 7.0, 5.0]
    for allowed, threshold, through in (
        (0, 9.0, 0),
        (1, 7.0, 1),
        (2, 7.0, 1),
        (3, 5.0, 3),
        (4, -math.inf, 4),
    ):
        assert metrics.threshold_for(scores, allowed) == threshold
        assert metrics.above(scores, threshold) == through


def test_a_curve_keeps_where_the_score_rises(metrics: ModuleType) -> None:
    """A curve keeps where the score rises."""
    at = [THEFT + timedelta(minutes=each) for each in range(4)]
    curve = metrics.Curve.rising([(at[2], 5.0), (at[0], 1.0), (at[1], 1.0), (at[3], 4.0)])
    assert curve.points == ((at[0], 1.0), (at[2], 5.0))
    assert curve.told_at(0.5) == at[0]
    assert curve.told_at(1.0) == at[2]
    assert curve.told_at(5.0) is None


def test_the_running_numbers_of_an_account_hour_count_each_act_once(baselines: ModuleType) -> None:
    """The running numbers of an account hour count each act once."""
    begin = sample.START + timedelta(days=15)
    rows = [*sample.work(days=15), *sample.export(begin, 6_000)]
    with sample.ledger(rows) as opened:
        opened.connection.execute(
            "CREATE TEMP VIEW row_of AS SELECT *, \"at\" AS arrives_at, ip = '192.0.2.77' AS hostile FROM event"
        )
        baselines._keep(opened, None)
        found = opened.rows(
            "SELECT rows, hostile, new_ip, looks FROM detect_moment WHERE closing AND hour >= $1", [begin]
        )
        rising = opened.rows("SELECT rows FROM detect_moment WHERE hour >= $1 ORDER BY acts", [begin])
        ordinary = opened.rows(
            'SELECT records_day, acts FROM detect_moment WHERE closing AND hour < $1 ORDER BY "at" DESC LIMIT 1',
            [begin],
        )
        past = opened.row("SELECT days FROM detect_past WHERE day = $1", [begin.date()])
    # Three pages of 2,000 rows, each in three logs.
    assert found == [(6_000, True, 1, 0)]
    assert [each for (each,) in rising] == sorted(each for (each,) in rising)
    assert ordinary == [(20, 2)]
    assert past == (15,)


def test_an_account_alone_is_scored_as_it_is_among_all(baselines: ModuleType) -> None:
    """An account alone is scored as it is among all."""
    rows = [*sample.work(), *sample.work(actor=sample.COLLEAGUE, ip="203.0.113.9")]
    with sample.ledger(rows) as opened:
        opened.connection.execute(
            'CREATE TEMP VIEW row_of AS SELECT *, "at" AS arrives_at, false AS hostile FROM event'
        )
        taken = []
        for actors in (None, [sample.AGENT]):
            baselines._keep(opened, actors)
            taken.append(
                opened.rows("SELECT * FROM detect_moment WHERE actor = $1 ORDER BY ALL", [sample.AGENT])
            )
    assert taken[0] == taken[1]
    assert taken[0]
