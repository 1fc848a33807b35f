"""In the last days of the month managers run many more and larger reports than usual."""

from __future__ import annotations

import random
from datetime import datetime

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import elsewhere
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, reach, seconds
from floodmark.simulate.plan import Account, Plan, Report, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one month end; the last one inside the weeks that lies after the second of them."""
    work = Work(tenant, draw)
    days, runs = draw.randint(2, 5), draw.randint(6, 30)
    exported, size, times = draw.uniform(0.2, 0.8), draw.uniform(0.02, 0.4), draw.uniform(1.0, 1.6)
    ends_at = _month_end(work)
    from_home = chance(draw, 0.3)
    managers = work.anyone("manager", count=draw.randint(2, 8))
    work.plan.busier.append((ends_at - days * DAY, ends_at, round(times, 2)))
    work.set(
        managers=len(managers), days=days, runs_a_day=runs, exported=exported, largest_share=size,
        busier=times, from_home=str(from_home),
    )  # fmt: skip
    for manager in managers:
        address = elsewhere(tenant, draw) if from_home else manager.address
        for begin, end in _days(manager, ends_at, days):
            _run(
                work, manager, address, (begin, end), runs=draw.randint(runs // 2, runs), how=(exported, size)
            )
    return work.finish()


def _month_end(work: Work) -> datetime:
    """Return the last midnight that ends a month inside the weeks, else their end."""
    at = work.tenant.ends_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return at if at > work.quiet_until + 5 * DAY else work.tenant.ends_at


def _days(manager: Account, ends_at: datetime, days: int) -> list[tuple[datetime, datetime]]:
    """Return a manager's shifts in the last days; made up where there are none."""
    first = ends_at - days * DAY
    found = [each for each in manager.shifts if first <= each[0] < ends_at]
    return found or [(first + n * DAY + HOUR, first + n * DAY + 9 * HOUR) for n in range(days)]


def _run(
    work: Work,
    manager: Account,
    address: str,
    span: tuple[datetime, datetime],
    *,
    runs: int,
    how: tuple[float, float],
) -> None:
    """Run the reports of one day, of sizes up to the largest; `how` is the share exported and that size."""
    draw, (begin, end), (exported, size) = work.draw, span, how
    at = begin + seconds(draw, 300, 3_600)
    login = work.log_in(manager, at, address, agent=manager.agent, abroad=0)
    pause = (end - at) / (runs + 1)
    for _ in range(runs):
        at += pause * draw.uniform(0.3, 1.6)
        length = draw.uniform(0.002, size)
        places = reach(draw.choice((1 - length, draw.uniform(0, 1 - length))), length)
        number = draw.choice((draw.randint(0, 5), draw.randint(0, 12)))
        work.add(Report(at, login, number, *places, exported=chance(draw, exported)))
    work.log_out(login, max(at, end) + seconds(draw, 60, 5_400))


FAMILY = Family(
    name="month-end",
    title="many and large reports at the end of the month",
    hostile=False,
    happens="Managers run many more and larger reports and exports in the last days of a month,"
    " and work later.",
    plan=plan,
)
