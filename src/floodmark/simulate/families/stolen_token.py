"""The token of an integration is used from other hosts: days of probing, then minutes of theft.

No login is written, and no application is new. The published time line had five days of probing and a bulk
job of four minutes, deleted at once.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import FIELDS, OBJECTS, SCRIPTS, Tool, contact_fields, elsewhere
from floodmark.simulate.families._work import HOUR, Mode, Work, chance, cuts, part, seconds, spread
from floodmark.simulate.plan import Account, Call, Count, Plan, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    machine = work.one("integration", "telephony")
    probing = timedelta(hours=spread(draw, 2, 150))
    client = draw.choice((machine.client, machine.client, None))
    tool = Tool("REST", draw.choice(SCRIPTS), client, machine.app, machine.app_id)
    begins_at = work.when(probing + 10 * HOUR)
    hosts = draw.randint(1, 4)
    visits = draw.randint(max(2, hosts), 9)
    addresses = [elsewhere(tenant, draw) for _ in range(hosts)]
    work.set(account=machine.n, probing_h=probing / HOUR, hosts=hosts, visits=visits)
    for number in range(visits):
        at = begins_at + probing * (number / visits) + seconds(draw, 0, probing.total_seconds() / visits / 2)
        host = number * hosts // (visits + 1)
        login = work.log_in(machine, at, addresses[host], tool, token=True)
        _probe(work, login, at + seconds(draw, 1, 20), number)
    _take(work, machine, tool, begins_at + probing, addresses[-1])
    return work.finish()


def _probe(work: Work, login: int, at: datetime, number: int) -> None:
    """Add one visit: the first lists the objects, the later ones count or take a sample."""
    draw = work.draw
    if number == 0 or chance(draw, 0.2):
        work.look_around(login, at, "REST", draw.randint(1, 3))
        return
    kind = draw.choices(("count", "sample", "limits"), weights=(45, 45, 10))[0]
    if kind == "count":
        for name in draw.sample(OBJECTS, draw.randint(1, 3)):
            work.add(Count(at, login, name))
            at += seconds(draw, 1, 12)
    elif kind == "sample":
        work.sample(login, at, "REST", draw.randint(1, 3), (1, 20))
    else:
        work.add(Call(at, login, "REST", "GET", "/v58.0/limits"))


def _take(work: Work, machine: Account, tool: Tool, at: datetime, address: str) -> None:
    """Count once more, read within minutes, and remove the jobs."""
    draw = work.draw
    tool = tool if chance(draw, 0.5) else replace(tool, agent=draw.choice(SCRIPTS))
    login = work.log_in(machine, at, address, tool, token=True)
    at += seconds(draw, 1, 30)
    if chance(draw, 0.7):
        work.add(Count(at, login, "Contact"))
        at += seconds(draw, 1, 30)
    mode: Mode = "bulk" if chance(draw, 0.75) else "pages"
    low, high = (0.0, 1.0) if chance(draw, 0.6) else part(draw, 0.2, 0.9)
    jobs, fields, removed = draw.randint(1, 4), contact_fields(draw), chance(draw, 0.8)
    pause = draw.randint(150, 2_000)
    for span in cuts(draw, low, high, jobs):
        at = work.fetch_all(
            login, at, ("Contact", fields), span, way="REST", mode=mode, pause_ms=pause, removed=removed
        ) + seconds(draw, 2, 60)
    cases = chance(draw, 0.4)
    if cases:
        work.fetch_all(login, at, ("Case", FIELDS["Case"]), part(draw, 0.5, 1), way="REST", pause_ms=pause)
    work.set(mode=mode, share=high - low, jobs=jobs, removed=str(removed), cases=str(cases))


FAMILY = Family(
    name="stolen-token",
    title="an integration's token is used elsewhere",
    hostile=True,
    happens="The token of an integration is used from other hosts, for hours or days of probing"
    " and then minutes of theft.",
    plan=plan,
)
