"""What the detection benchmark counts: hits, losses, false findings, rates and their bounds. No I/O.

Times are UTC, without zone. A loss is the time at which a person's record left for the first time. A run
in which nothing was told lost everything: it counts with all its people, never as missing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

WEEK = timedelta(days=7)
LEARNING_WEEKS = 2
"""The learning period: what is told or alerted in these weeks is not counted as false."""
EVENT_LIMIT = 1_000
"""A finding lists so many events at most; a shorter list is complete."""
_MILLISECOND = timedelta(milliseconds=1)
_STEPS = 200


class Told(Protocol):
    """What is used of a finding."""

    @property
    def told_at(self) -> str: ...  # noqa: D102 - as in the models
    @property
    def from_(self) -> str: ...  # noqa: D102
    @property
    def to(self) -> str: ...  # noqa: D102
    @property
    def events(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def actors(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sessions(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def logins(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def addresses(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class HostileRow:
    """One row that the intruder left."""

    event: str
    at: datetime
    arrives_at: datetime
    actor: str | None = None
    session: str | None = None
    login: str | None = None
    ip: str | None = None
    read: bool = False
    """Whether the act reads records."""


@dataclass(frozen=True)
class Hostile:
    """All rows that the intruder left; empty in a clean or honest run."""

    rows: tuple[HostileRow, ...] = ()
    events: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", frozenset(each.event for each in self.rows))

    def touched(self, finding: Told) -> datetime | None:
        """Return the time of the first hostile row that the finding is about, None where there is none.

        Its listed events decide; where the list was cut, also account, time and door together.
        """
        listed = set(finding.events) & self.events
        times = [each.at for each in self.rows if each.event in listed]
        if len(finding.events) >= EVENT_LIMIT:
            times += [each.at for each in self.rows if _beside(each, finding)]
        return min(times, default=None)


def _beside(row: HostileRow, finding: Told) -> bool:
    """Say whether a row lies in the time of a finding, is of its account and came in by one of its doors."""
    begins_at, ends_at = moment(finding.from_), moment(finding.to) + _MILLISECOND
    return (
        row.actor in finding.actors
        and begins_at <= row.at < ends_at
        and (row.session in finding.sessions or row.login in finding.logins or row.ip in finding.addresses)
    )


def moment(text: str) -> datetime:
    """Return the time that a document states, such as `2025-06-28T02:11:09.120Z`, without zone."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


@dataclass(frozen=True)
class Judged:
    """The findings of one run, told apart."""

    told_at: datetime | None
    """When the first finding about the theft was told; None where it was not."""
    false: int
    """Findings without a hostile event, told after the learning period."""
    early: int
    """Findings with hostile events that were told before the first of them: no detection, and false."""
    learning: int
    """Findings without a hostile event, told within the learning period."""


def judge(findings: Iterable[Told], hostile: Hostile, starts_at: datetime) -> Judged:
    """Tell the findings of a run apart; `starts_at` is where its ordinary weeks begin."""
    told: list[datetime] = []
    false = early = learning = 0
    for finding in findings:
        at = moment(finding.told_at)
        touched = hostile.touched(finding)
        if touched is not None and at + _MILLISECOND > touched:
            told.append(at)
        elif at < starts_at + LEARNING_WEEKS * WEEK:
            learning += 1
        else:
            false += 1
            early += touched is not None
    return Judged(min(told, default=None), false, early, learning)


def first_losses(lost: Iterable[tuple[datetime, object]]) -> list[datetime]:
    """Return for each person the first time in (done_at, person), sorted by time."""
    first: dict[object, datetime] = {}
    for at, person in lost:
        first[person] = min(at, first.get(person, at))
    return sorted(first.values())


def lost_by(losses: Sequence[datetime], at: datetime | None) -> int:
    """Return how many people were lost when it was told, all of them where it never was.

    A document states times in milliseconds, cut off: what left within that millisecond had left.
    """
    return len(losses) if at is None else bisect_right(losses, at + _MILLISECOND - timedelta(microseconds=1))


def percentile(values: Collection[float], share: float) -> float:
    """Return the smallest of the values that at least `share` of them do not exceed."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def _bisected(too_low: Callable[[float], bool], low: float, high: float) -> float:
    """Return the point between `low` and `high` up to which `too_low` holds."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return high


def poisson_upper(count: int, level: float = 0.95) -> float:
    """Return the mean under which `count` or fewer are seen with a chance of 1 - `level`: the exact bound."""

    def chance(mean: float) -> float:
        logs = (k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1))
        return math.fsum(math.exp(each) for each in logs)

    return _bisected(lambda mean: chance(mean) > 1 - level, 1e-12, count + 10 * math.sqrt(count + 1) + 10)


def share_lower(count: int, of: int, level: float = 0.95) -> float:
    """Return the share under which `count` or more of `of` are seen with a chance of 1 - `level`: exact."""
    if not count:
        return 0.0

    def chance(share: float) -> float:
        logs = (
            math.log(math.comb(of, k)) + k * math.log(share) + (of - k) * math.log1p(-share)
            for k in range(count, of + 1)
        )
        return math.fsum(math.exp(each) for each in logs)

    return _bisected(lambda share: chance(share) < 1 - level, 1e-12, 1 - 1e-12)


def per_thousand(count: float, account_weeks: int) -> float:
    """Return a count per 1,000 accounts and week."""
    return 1_000 * count / account_weeks if account_weeks else math.nan


# --- baselines: scores, and a threshold on them -------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """How a baseline's highest score on the intruder's account-hours rises: time and score, both rising."""

    points: tuple[tuple[datetime, float], ...] = ()

    @classmethod
    def rising(cls, scores: Iterable[tuple[datetime, float]]) -> Curve:
        """Return the curve of scores in any order."""
        points: list[tuple[datetime, float]] = []
        for at, score in sorted(scores):
            if not points or score > points[-1][1]:
                points.append((at, score))
        return cls(tuple(points))

    def told_at(self, threshold: float) -> datetime | None:
        """Return when the score first lay above the threshold."""
        return next((at for at, score in self.points if score > threshold), None)


def threshold_for(scores: Collection[float], allowed: int) -> float:
    """Return the lowest threshold above which at most `allowed` of the scores lie."""
    ordered = sorted(scores, reverse=True)
    return ordered[allowed] if allowed < len(ordered) else -math.inf


def above(scores: Iterable[float], threshold: float) -> int:
    """Return how many scores lie above the threshold."""
    return sum(score > threshold for score in scores)
