"""An agent looks up more customers a day than the work brings, for weeks, with the own client."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import Tool
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, hours, seconds
from floodmark.simulate.plan import Account, Fetch, Plan, Tenant, View

_SOFTPHONE = "CTI Softphone"
_FEWEST = 60


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft; it is slow enough to last for its days, and meets nobody twice."""
    work = Work(tenant, draw, hostile=True)
    agent = work.one("agent")
    days, during, by_phone = draw.randint(14, 28), chance(draw, 0.6), chance(draw, 0.4)
    begins_at = work.when(days * DAY)
    shifts = [each for each in agent.shifts if begins_at <= each[0] < begins_at + days * DAY]
    shifts = shifts or [(begins_at + n * DAY, begins_at + n * DAY + 8 * HOUR) for n in range(days - 1)]
    per_day = max(_FEWEST, min(draw.randint(_FEWEST, 400), tenant.contacts // len(shifts)))
    order = draw.choice(("random", "random", "ascending", "newest first"))
    work.set(
        account=agent.n, per_day=per_day, days=days, when="in shift" if during else "after shift",
        way="softphone" if by_phone else "pages", order=order,
    )  # fmt: skip
    places = _places(work, order)
    for begin, end in shifts:
        wanted = round(per_day * draw.uniform(0.6, 1.4))
        todays, places = places[:wanted], places[wanted:]
        span = (begin + seconds(draw, 300, 1_800), end) if during else _evening(work, end)
        _look_up(work, agent, span, todays, by_phone=by_phone)
    return work.finish()


def _places(work: Work, order: str) -> list[float]:
    """Return a place for each customer in the order in which they are looked up."""
    draw, count = work.draw, max(work.tenant.contacts, 1)
    first = draw.randrange(count)
    numbers = {
        "random": lambda: draw.sample(range(count), count),
        "ascending": lambda: [(first + n) % count for n in range(count)],
        "newest first": lambda: list(range(count - 1, -1, -1)),
    }[order]()
    return [round(number / count, 9) for number in numbers]


def _evening(work: Work, end: datetime) -> tuple[datetime, datetime]:
    """Return one to five hours after a shift."""
    begin = end + hours(work.draw, 0.2, 3)
    return begin, begin + hours(work.draw, 1, 5)


def _look_up(
    work: Work, agent: Account, span: tuple[datetime, datetime], places: list[float], *, by_phone: bool
) -> None:
    """Look up the places of one day within a time, at uneven pauses."""
    begin, end = span
    known = next((each.app_id for each in work.tenant.accounts if each.app == _SOFTPHONE), None)
    phone = Tool("REST", agent.agent, _SOFTPHONE, _SOFTPHONE, known) if by_phone else None
    login = work.log_in(agent, begin, agent.address, phone, agent=agent.agent)
    pace = max((end - begin - timedelta(minutes=5)) / max(len(places), 1), timedelta(seconds=1))
    at = begin + seconds(work.draw, 5, 60)
    for place in places:
        work.add(Fetch(at, login, place) if by_phone else View(at, login, "Contact", place))
        at += pace * work.draw.uniform(0.2, 1.7)
    work.log_out(login, max(at, end))


FAMILY = Family(
    name="slow-drip",
    title="an agent looks up too many customers for weeks",
    hostile=True,
    happens="An agent looks up 60 to 400 customers a day beyond the work, for two to four weeks,"
    " by pages or by the softphone.",
    plan=plan,
)
