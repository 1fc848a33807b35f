"""Several people are talked out of their logins within days; each account takes a part."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import Tool, browser, contact_fields, elsewhere, tool
from floodmark.simulate.families._work import DAY, HOUR, Mode, Work, chance, cuts, part, seconds, spread
from floodmark.simulate.plan import Account, Plan, Report, Tenant

_Span = tuple[float, float]


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    victims = work.anyone("agent", "manager", count=draw.randint(2, 6))
    days = spread(draw, 0.3, 6)
    shared = chance(draw, 0.5)
    kind = draw.choice(("pages", "bulk", "reports"))
    one = tool(tenant, draw) if kind == "pages" else _rest(tenant, draw)
    begins_at = work.when(days * DAY + 14 * HOUR)
    share = part(draw, 0.25, 1)
    network = elsewhere(tenant, draw)
    work.set(
        accounts=len(victims), days=days, shared_network=str(shared), kind=kind, share=share[1] - share[0]
    )
    for victim, span in zip(victims, cuts(draw, *share, len(victims)), strict=True):
        since = begins_at + timedelta(days=days * draw.random())
        at = work.at_work(victim, 10 * HOUR, since) if chance(draw, 0.6) else since
        address = network if shared else elsewhere(tenant, draw)
        if kind == "reports":
            _by_report(work, victim, at, address, span)
        else:
            _by_api(work, victim, at, address, span=span, one=one, mode="bulk" if kind == "bulk" else "pages")
    return work.finish()


def _rest(tenant: Tenant, draw: random.Random) -> Tool:
    """Return a tool that can run bulk jobs."""
    while True:
        found = tool(tenant, draw)
        if found.family == "REST":
            return found


def _by_api(
    work: Work, victim: Account, at: datetime, address: str, *, one: Tool, span: _Span, mode: Mode
) -> None:
    """Take one account's part with a tool, after some or no looking around."""
    draw = work.draw
    login = work.log_in(victim, at, address, one)
    at = work.look_around(login, at + seconds(draw, 5, 400), one.family, draw.choice((0, 0, 1, 2, 3, 4)))
    at += seconds(draw, 60, spread(draw, 100, 4 * 3_600))
    fields, pause = contact_fields(draw), draw.randint(300, 5_000)
    for each in cuts(draw, *span, draw.choice((1, 2, draw.randint(3, 12)))):
        at = work.fetch_all(
            login, at, ("Contact", fields), each, way=one.family, mode=mode, pause_ms=pause
        ) + seconds(draw, 2, 300)


def _by_report(work: Work, victim: Account, at: datetime, address: str, span: _Span) -> None:
    """Take one account's part by exported reports in a browser."""
    draw = work.draw
    agent = browser(victim, draw)
    work.sign_on(victim, at, address, agent)
    login, number = work.log_in(victim, at, address, agent=agent), draw.randint(0, 20)
    at += seconds(draw, 60, 1_800)
    looked = min(span[0] + draw.uniform(0.001, 0.02), span[1])
    work.add(Report(at, login, number, span[0], looked, exported=False))
    for low, high in cuts(draw, *span, draw.randint(2, 20)):
        at += seconds(draw, 15, 600)
        work.add(Report(at, login, number, low, high, exported=True))
    work.log_out(login, at + seconds(draw, 30, 900))


FAMILY = Family(
    name="several-accounts",
    title="several accounts within days, each takes a part",
    hostile=True,
    happens="Two to six people are talked out of their logins within days, and each account takes"
    " a part, by tool or by report.",
    plan=plan,
)
