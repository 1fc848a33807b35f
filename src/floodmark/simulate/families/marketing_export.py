"""A manager exports large contact reports for a campaign, a few times."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import browser, elsewhere
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, cuts, part, seconds, spread
from floodmark.simulate.plan import Account, Plan, Report, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one campaign."""
    work = Work(tenant, draw)
    manager = work.one("manager")
    rounds, apart = draw.randint(1, 4), timedelta(days=spread(draw, 1, 6))
    chunks, from_home = draw.choice((1, 1, 2, draw.randint(3, 12))), chance(draw, 0.3)
    first = work.at_work(manager, rounds * apart + 2 * DAY)
    span, number = part(draw, 0.1, 0.9), draw.choice((draw.randint(0, 5), draw.randint(6, 25)))
    work.set(
        account=manager.n, rounds=rounds, apart_h=apart / HOUR, chunks=chunks, share=span[1] - span[0],
        report=number, from_home=str(from_home),
    )  # fmt: skip
    address = elsewhere(tenant, draw) if from_home else manager.address
    for each in range(rounds):
        at = work.at_work(manager, 4 * HOUR, first + each * apart) if each else first
        _export(work, manager, address, at, (number, cuts(draw, *span, chunks)))
    return work.finish()


def _export(
    work: Work, manager: Account, address: str, at: datetime, what: tuple[int, list[tuple[float, float]]]
) -> None:
    """Look at the report once or twice, then export it, in one piece or in parts."""
    draw, (number, spans) = work.draw, what
    agent = manager.agent if address == manager.address else browser(manager, draw, 0.3)
    work.sign_on(manager, at, address, agent)
    login = work.log_in(manager, at, address, agent=agent, abroad=0)
    at += seconds(draw, 60, 1_200)
    for _ in range(draw.randint(0, 3)):
        low, high = spans[0]
        work.add(Report(at, login, number, low, low + (high - low) * draw.uniform(0.02, 1), exported=False))
        at += seconds(draw, 60, 900)
    for low, high in spans:
        work.add(Report(at, login, number, low, high, exported=True))
        at += seconds(draw, 30, 900)
    work.log_out(login, at + seconds(draw, 60, 7_200))


FAMILY = Family(
    name="marketing-export",
    title="large contact reports for a campaign",
    hostile=False,
    happens="A manager exports large contact reports for a campaign, a few times, in the office"
    " or from home.",
    plan=plan,
)
