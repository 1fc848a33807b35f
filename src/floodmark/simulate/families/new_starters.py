"""Three to ten agents begin: training first, then more and more calls, with new browsers and from home."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import browser, elsewhere
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, hours, seconds
from floodmark.simulate.plan import Account, Identity, Plan, Tenant, View


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one intake of agents."""
    work = Work(tenant, draw)
    starters = work.anyone("agent", count=draw.randint(3, 10))
    begins_at = tenant.starts_at + hours(draw, 10 * 24, 30 * 24)
    training, per_day = draw.randint(2, 7), draw.randint(15, 60)
    at_home = draw.choice((0.0, 0.3, 0.7))
    work.set(starters=len(starters), training_days=training, views_a_day=per_day, at_home=at_home)
    desk = work.one("admin")
    for starter in starters:
        first = (begins_at + hours(draw, 0, 96)).replace(minute=0, second=0, microsecond=0)
        work.plan.absent_before[starter.n] = first
        _welcome(work, desk, starter, first)
        home = elsewhere(tenant, draw) if chance(draw, at_home) else None
        for number, (begin, end) in enumerate(_days(starter, first)[: training * 3]):
            # the ordinary shift goes on beside it: training adds look-ups that ramp down as calls ramp up
            views = round(
                per_day * max(0.1, 1 - abs(number - training) / (2 * training)) * draw.uniform(0.6, 1.4)
            )
            where = home if home and number >= training else starter.address
            _practise(work, starter, where, (begin, end), views)
    return work.finish()


def _days(starter: Account, first: datetime) -> list[tuple[datetime, datetime]]:
    """Return the shifts of a starter from the first day on; made up where there are none."""
    found = [each for each in starter.shifts if each[0] >= first]
    return found or [(first + n * DAY + HOUR, first + n * DAY + 8 * HOUR) for n in range(5)]


def _welcome(work: Work, desk: Account, starter: Account, first: datetime) -> None:
    """Create the account and enrol its factor."""
    draw = work.draw
    at = first - hours(draw, 1, 30)
    work.set_up(desk, at, "createduser", "Manage Users", f"Created new user {starter.username}")
    detail = work.device("OKTA_VERIFY_PUSH")
    work.plan.identity.append(
        Identity(at, "user.lifecycle.create", desk.n, starter.n, desk.address, desk.agent)
    )
    own = (starter.n, None, starter.address, starter.agent)
    work.plan.identity.append(
        Identity(first + seconds(draw, 60, 3_000), "user.mfa.factor.activate", *own, detail=detail)
    )


def _practise(
    work: Work, starter: Account, address: str, span: tuple[datetime, datetime], views: int
) -> None:
    """Open the pages of one day, in bursts as a trainer asks for them."""
    draw, (begin, end) = work.draw, span
    at = begin + seconds(draw, 120, 3_600)
    agent = browser(starter, draw, 0.3)
    login = work.log_in(starter, at, address, agent=agent, abroad=0)
    pause = max((end - at - timedelta(minutes=10)) / (views + 1), timedelta(seconds=2))
    for _ in range(views):
        at += pause * draw.choice((0.1, 0.1, 0.5, 1.8))
        work.add(View(at, login, draw.choice(("Contact", "Case")), round(draw.random(), 7)))
    work.log_out(login, max(at, end))


FAMILY = Family(
    name="new-starters",
    title="new agents are trained and begin",
    hostile=False,
    happens="Three to ten agents begin: training, then more and more calls, with new browsers,"
    " some from home.",
    plan=plan,
)
