"""A theft that is one request, minutes after the login, without any probing."""

from __future__ import annotations

import random
from typing import Literal

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import app, browser, contact_fields, elsewhere, known
from floodmark.simulate.families._work import HOUR, Work, chance, part, seconds, spread
from floodmark.simulate.plan import Bulk, Plan, Query, Report, Tenant

_Way = Literal["bulk", "query", "report"]


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    victim = work.one("agent", "agent", "agent", "manager", "loader", "admin")
    way: _Way = draw.choice(("bulk", "bulk", "query", "report"))
    low, high = (0.0, 1.0) if chance(draw, 0.75) else part(draw, 0.4, 0.95)
    in_shift = chance(draw, 0.5)
    at = work.at_work(victim, 8 * HOUR) if in_shift else work.when(8 * HOUR)
    address, wait = elsewhere(tenant, draw), spread(draw, 5, 900)
    work.set(
        account=victim.n, role=victim.role, way=way, share=high - low, wait_s=wait, in_shift=str(in_shift)
    )
    agent = browser(victim, draw)
    if way == "report" or chance(draw, 0.5):
        work.sign_on(victim, at, address, agent)
    then = at + seconds(draw, wait, wait + 5)
    fields, removed = contact_fields(draw), chance(draw, 0.3)
    if way == "report":
        login = work.log_in(victim, at, address, agent=agent)
        work.add(Report(then, login, draw.randint(0, 25), low, high, exported=True))
        work.log_out(login, then + seconds(draw, 60, 3_600))
    else:
        named = chance(draw, 0.4) and way == "query"
        one = known(draw) if named else app(tenant, draw, "REST")
        login = work.log_in(victim, at, address, one)
        query = Query(
            then, login, "Contact", fields, low, high, pause_ms=draw.randint(100, 1_000), family=one.family
        )
        work.add(Bulk(then, login, fields, low, high, removed) if way == "bulk" else query)
    return work.finish()


FAMILY = Family(
    name="single-request",
    title="one request over everything, minutes after the login",
    hostile=True,
    happens="A phished account asks for everything in one request, minutes after the login and"
    " without probing.",
    plan=plan,
)
