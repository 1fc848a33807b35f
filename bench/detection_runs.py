"""One tenant of the detection benchmark: its weeks, what each family adds, and what is told of it.

A tenant's ordinary rows are made once and shared by all families that are laid on top of it; all runs of
one tenant are carried out in one process with one engine thread.
"""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from detection_baselines import Grown, grown, scored
from detection_metrics import (
    LEARNING_WEEKS,
    WEEK,
    Curve,
    Hostile,
    HostileRow,
    Judged,
    first_losses,
    judge,
    lost_by,
    moment,
)

from floodmark import engine, findings
from floodmark.engine import Engine
from floodmark.ledger.source import READS
from floodmark.models import Detected, Finding
from floodmark.simulate import rows
from floodmark.simulate.families import FAMILIES
from floodmark.simulate.plan import Plan, Tenant

HOUR = timedelta(hours=1)
MEMORY_MB = 2_000
CUSTOMERS = 12_000
_TAKING = {"Query", "Bulk", "Report"}
_ONE_BY_ONE = {"View", "Fetch"}
_KEY = ("event", "at", "arrives_at", "actor", "session", "login", "ip", "operation")


@dataclass(frozen=True)
class Task:
    """What one process does with one tenant."""

    seed: int
    base: str | None
    """The honest family under it, None for ordinary weeks."""
    families: tuple[str, ...] = ()
    """Hostile families laid on top, one at a time; none: the tenant itself is judged."""
    draws: tuple[int, ...] = (0,)
    """Each family is drawn so often for this tenant, under these numbers."""
    arrivals: tuple[int, ...] = ()
    """The draws of which to find out when they could be told by the time of arrival."""
    replayed: bool = False
    """Replay every hour of the whole time."""
    part: str = "report"
    """`tuning` or `report`."""


@dataclass(frozen=True)
class Telling:
    """When a theft was told by one way, and how many people were lost by then."""

    told_at: datetime | None
    lost: int


@dataclass
class Run:
    """What came out of one family on one tenant; a clean or honest run has no people and no tellings."""

    family: str
    seed: int
    draw: int
    base: str | None
    part: str
    rows: int
    account_weeks: int
    false: int
    early: int
    learning: int
    seconds: float
    build_s: float
    people: int = 0
    single: bool = False
    """The theft is one request."""
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    """The intruder's last read."""
    ours: Telling | None = None
    arrival: Telling | None = None
    honest_scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, "tuple[float, ...]"])
    curves: Mapping[str, tuple[tuple[datetime, float, int], ...]] = field(default_factory=dict[str, Any])
    """Baseline -> time, score and people lost by then."""
    hours: int = 0
    """Hours replayed."""
    differing: tuple[str, ...] = ()
    """Hours whose findings differ from those of one pass cut there."""
    drawn: Mapping[str, float | int | str] = field(default_factory=dict[str, "float | int | str"])
    told: tuple[str, ...] = ()
    """What was told about the theft: when, title and reasons."""
    told_falsely: tuple[str, ...] = ()
    """The same of everything else that was told after the learning period."""


class Bench:
    """A tenant's rows in an engine: the ordinary ones, and those that a family added."""

    def __init__(self, opened: Engine, world: rows.World) -> None:
        self.engine = opened
        self.build_s = 0.0
        self.world = world
        self.starts_at: datetime = world.tenant.starts_at
        ordinary = world.events()
        self.names = [name for name in ordinary.column_names if name not in {"arrives_at", "hostile"}]
        self._store("ordinary", ordinary)
        self.lay(ordinary.slice(0, 0))

    def _store(self, name: str, table: pa.Table) -> None:
        self.engine.connection.register("laid", table)
        self.engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM laid")
        self.engine.connection.unregister("laid")

    def lay(self, added: pa.Table) -> None:
        """Lay rows on top of the ordinary ones, instead of those that lay there."""
        self._store("added", added)
        self.engine.connection.execute(
            "CREATE OR REPLACE TEMP VIEW row_of AS"
            " SELECT * FROM ordinary UNION ALL BY NAME SELECT * FROM added"
        )

    def detected(self, *, arrived_by: datetime | None = None, done_by: datetime | None = None) -> Detected:
        """Return the findings over all rows, or over those that had arrived or been done by a time.

        Rows that arrive are read in the order of arrival, so that order is tested too.
        """
        names = ", ".join(engine.quote(name) for name in self.names)
        sql = f"SELECT {names} FROM row_of"
        if arrived_by is not None:
            sql += f" WHERE arrives_at <= TIMESTAMP '{arrived_by}' ORDER BY arrives_at, event"
        elif done_by is not None:
            sql += f" WHERE \"at\" < TIMESTAMP '{done_by}' ORDER BY arrives_at, event"
        self.engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE event AS {sql}")
        return findings.detect(Engine(self.engine.connection))

    def account_weeks(self) -> int:
        """Return in how many weeks after the learning period each account had an event, summed."""
        (count,) = self.engine.row(
            """SELECT count(*) FROM (
                   SELECT DISTINCT actor, (epoch_us("at") - epoch_us($1::TIMESTAMP)) // 604800000000 AS week
                   FROM row_of WHERE actor IS NOT NULL AND "at" >= $2)""",
            [self.starts_at, self.starts_at + LEARNING_WEEKS * WEEK],
        )
        return count


@contextmanager
def bench(seed: int, base: str | None) -> Generator[Bench]:
    """Yield a tenant in an engine of one thread."""
    honest = partial(_plan, base, f"{seed}.0") if base else None
    with (
        rows.build(seed, customers=CUSTOMERS, honest=honest) as world,
        engine.memory(threads=1, limit_mb=MEMORY_MB) as connection,
    ):
        yield Bench(Engine(connection), world)


def _plan(family: str, seed: str, tenant: Tenant) -> Plan:
    """Return what a family draws for a tenant."""
    return FAMILIES[family].plan(tenant, random.Random(f"{seed}/{family}"))  # noqa: S311 - draws cases


def carry_out(task: Task) -> list[Run]:
    """Carry out all runs of one tenant."""
    begin = time.perf_counter()
    with bench(task.seed, task.base) as tenant:
        learned = grown(tenant.engine, tenant.starts_at, task.seed)
        tenant.build_s = time.perf_counter() - begin
        if not task.families:
            return [_honest_run(tenant, task, learned)]
        return [
            _hostile_run(tenant, task, learned, name, draw) for draw in task.draws for name in task.families
        ]


def _honest_run(tenant: Bench, task: Task, learned: Grown) -> Run:
    """Judge a tenant without an intruder: whatever is found is false."""
    begin = time.perf_counter()
    detected = tenant.detected()
    judged = judge(detected.findings, Hostile(), tenant.starts_at)
    run = _run(tenant, task, task.base or "clean", judged)
    run.seconds = time.perf_counter() - begin
    run.honest_scores = scored(tenant.engine, learned, tenant.starts_at, None).honest
    run.told_falsely = _lines(tenant, detected, Hostile(), about=False)
    if task.replayed:
        run.hours, run.differing = _replayed(tenant, detected)
    return run


def _run(tenant: Bench, task: Task, family: str, judged: Judged, draw: int = 0) -> Run:
    return Run(
        family=family,
        seed=task.seed,
        draw=draw,
        base=task.base,
        part=task.part,
        rows=tenant.engine.row("SELECT count(*) FROM row_of")[0],
        account_weeks=tenant.account_weeks(),
        false=judged.false,
        early=judged.early,
        learning=judged.learning,
        seconds=0,
        build_s=tenant.build_s,
    )


def _hostile_run(tenant: Bench, task: Task, learned: Grown, family: str, draw: int) -> Run:
    """Lay one family on a tenant and judge what is told of it."""
    begin = time.perf_counter()
    plan = _plan(family, f"{task.seed}.{draw}", tenant.world.tenant)
    added = tenant.world.added(plan)
    tenant.lay(added)
    hostile = hostile_rows(added)
    lost = tenant.world.lost(plan)
    losses = first_losses(zip(*(lost[name].to_pylist() for name in ("done_at", "person")), strict=True))
    detected = tenant.detected()
    judged = judge(detected.findings, hostile, tenant.starts_at)
    run = _run(tenant, task, family, judged, draw)
    run.people, run.single = len(losses), single_request(plan)
    run.begins_at = min(each.at for each in hostile.rows)
    run.ends_at = max((each.at for each in hostile.rows if each.read), default=run.begins_at)
    run.ours = Telling(judged.told_at, lost_by(losses, judged.told_at))
    run.drawn = dict(plan.drawn)
    run.told = _lines(tenant, detected, hostile, about=True)
    run.told_falsely = _lines(tenant, detected, hostile, about=False)
    accounts = sorted({each.actor or "guest" for each in hostile.rows})
    run.curves = _counted(scored(tenant.engine, learned, tenant.starts_at, accounts).hostile, losses)
    run.seconds = time.perf_counter() - begin
    if draw in task.arrivals:
        told_at = told_by_arrival(tenant, hostile)
        run.arrival = Telling(told_at, lost_by(losses, told_at))
    if task.replayed:
        run.hours, run.differing = _replayed(tenant, detected)
    return run


def single_request(plan: Plan) -> bool:
    """Say whether all that is taken leaves in one query, bulk job or report."""
    kinds = [type(each).__name__ for each in plan.acts]
    taking = sum(kind in _TAKING for kind in kinds)
    handing = sum(
        type(each).__name__ == "Aura" and getattr(each, "high", 0) > getattr(each, "low", 0)
        for each in plan.acts
    )
    return taking == 1 and not handing and not any(kind in _ONE_BY_ONE for kind in kinds)


def hostile_rows(added: pa.Table) -> Hostile:
    """Return the intruder's rows of what a family added."""
    chosen = added.filter(pc.field("hostile")).select(list(_KEY)).to_pylist()
    return Hostile(
        tuple(
            HostileRow(
                each["event"],
                each["at"],
                each["arrives_at"],
                each["actor"],
                each["session"],
                each["login"],
                each["ip"],
                read=each["operation"] in READS,
            )
            for each in chosen
            if each["at"] is not None
        )
    )


def _lines(tenant: Bench, detected: Detected, hostile: Hostile, *, about: bool) -> tuple[str, ...]:
    """Return the findings about the theft, or those that are not and were told after the learning period."""
    learned_at = tenant.starts_at + LEARNING_WEEKS * WEEK
    return tuple(
        _line(each)
        for each in detected.findings
        if (hostile.touched(each) is not None) is about and (about or moment(each.told_at) >= learned_at)
    )


def _line(finding: Finding) -> str:
    """Return a finding in a line: when, who, what, and what weighed."""
    weighed = ", ".join(f"{each.detector} {each.points}" for each in finding.reasons)
    return f"{finding.told_at} {' '.join(finding.actors)} {finding.title} [{weighed}]"


def _counted(
    curves: Mapping[str, Curve], losses: Sequence[datetime]
) -> dict[str, tuple[tuple[datetime, float, int], ...]]:
    """Return the curves with the people lost at each of their points."""
    return {
        name: tuple((at, score, lost_by(losses, at)) for at, score in curve.points)
        for name, curve in curves.items()
    }


# --- by the time of arrival --------------------------------------------------------------------------------


def told_by_arrival(tenant: Bench, hostile: Hostile) -> datetime | None:
    """Return the first full hour at which the theft could be told of the rows that had arrived by then.

    What was told stays told, so the hour is found by halving; the replay of every hour checks that.
    """
    low = _full_hour(min(each.arrives_at for each in hostile.rows)) - HOUR
    high = _full_hour(max(each.arrives_at for each in hostile.rows))
    if not _told(tenant, hostile, high):
        high = _full_hour(tenant.engine.row("SELECT max(arrives_at) FROM row_of")[0])
        if not _told(tenant, hostile, high):
            return None
    while high - low > HOUR:
        middle = low + ((high - low) // HOUR // 2) * HOUR
        if _told(tenant, hostile, middle):
            high = middle
        else:
            low = middle
    return high


def _told(tenant: Bench, hostile: Hostile, hour: datetime) -> bool:
    found = tenant.detected(arrived_by=hour).findings
    return judge(found, hostile, tenant.starts_at).told_at is not None


def _full_hour(at: datetime) -> datetime:
    """Return the first full hour at or after a time."""
    floor = at.replace(minute=0, second=0, microsecond=0)
    return floor if floor == at else floor + HOUR


def _replayed(tenant: Bench, whole: Detected) -> tuple[int, tuple[str, ...]]:
    """Cut the rows at every hour; what is told must be what one pass over all rows had told by then."""
    begin, end = tenant.engine.row('SELECT min("at"), max("at") FROM row_of')
    known = sorted((moment(each.told_at), each.actors) for each in whole.findings)
    hour, hours, differing = _full_hour(begin), 0, list[str]()
    while hour <= _full_hour(end):
        cut = tenant.detected(done_by=hour)
        found = sorted((moment(each.told_at), each.actors) for each in cut.findings)
        expected = [each for each in known if each[0] < hour]
        if found != expected:
            extra = [each for each in found if each not in expected]
            missing = [each for each in expected if each not in found]
            differing.append(f"{hour:%Y-%m-%d %H:%M}: more {extra[:2]}, missing {missing[:2]}")
        hours += 1
        hour += HOUR
    return hours, tuple(differing)
