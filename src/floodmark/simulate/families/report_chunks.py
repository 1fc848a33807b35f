"""A phished account exports a report piece by piece, in a browser from another network."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import browser, elsewhere
from floodmark.simulate.families._work import HOUR, Work, chance, cuts, hours, part, reach, seconds, spread
from floodmark.simulate.plan import Account, Plan, Report, Tenant

_SITTING = 7 * HOUR


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    victim = work.one("manager", "manager", "agent")
    chunks, lasts = round(spread(draw, 20, 300)), timedelta(hours=spread(draw, 1, 80))
    low, high = part(draw, 0.15, 1)
    if chance(draw, 0.5):
        at = work.at_work(victim, lasts * 2 + 12 * HOUR)
    else:
        at = work.when(lasts * 2 + 12 * HOUR)
    moving, even = chance(draw, 0.4), chance(draw, 0.7)
    spans = cuts(draw, low, high, chunks, even=even)
    if chance(draw, 0.2):
        draw.shuffle(spans)
    work.set(
        account=victim.n, role=victim.role, chunks=chunks, lasts_h=lasts / HOUR, share=high - low,
        moving=str(moving), even=str(even),
    )  # fmt: skip
    _export(work, victim, at, spans, lasts / chunks, moving=moving)
    return work.finish()


def _export(
    work: Work,
    victim: Account,
    at: datetime,
    spans: list[tuple[float, float]],
    pause: timedelta,
    *,
    moving: bool,
) -> None:
    """Look at the report in small, then export each chunk; a new login when a sitting is over."""
    draw = work.draw
    number, address, agent = draw.randint(0, 25), elsewhere(work.tenant, draw), browser(victim, draw)
    login, begun = _sit_down(work, victim, at, address, agent), at
    for _ in range(draw.randint(1, 5)):
        at += seconds(draw, 40, 900)
        shown = reach(draw.uniform(0, 0.98), draw.uniform(0.0005, 0.01))
        work.add(Report(at, login, number, *shown, exported=False))
    for low, high in spans:
        at += pause * draw.uniform(0.3, 1.7)
        if at - begun > _SITTING:
            work.log_out(login, at)
            at += hours(draw, 1, 10)
            address = elsewhere(work.tenant, draw) if moving else address
            login, begun = _sit_down(work, victim, at, address, agent), at
            at += seconds(draw, 60, 600)
        work.add(Report(at, login, number, low, high, exported=True))
    work.log_out(login, at + seconds(draw, 30, 900))


def _sit_down(work: Work, victim: Account, at: datetime, address: str, agent: str) -> int:
    """Sign on and return the place of the login."""
    work.sign_on(victim, at, address, agent)
    return work.log_in(victim, at, address, agent=agent)


FAMILY = Family(
    name="report-chunks",
    title="a report is exported in chunks from another network",
    hostile=True,
    happens="A manager or an agent is phished at the single sign-on; a report is looked at in"
    " small and then exported in many chunks.",
    plan=plan,
)
