"""A caller has an agent authorise a loader; whole tables leave by its API hours or days later.

The published campaign: some were robbed in small chunks, others in whole tables after a few probes.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import FIELDS, Tool, app, contact_fields, elsewhere, known
from floodmark.simulate.families._work import (
    HOUR,
    SAMPLES,
    Mode,
    Work,
    chance,
    cuts,
    hours,
    part,
    seconds,
    spread,
)
from floodmark.simulate.plan import Account, Plan, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    victim = work.one("agent")
    sessions, depth = draw.randint(1, 4), draw.choice((0, 1, 2, 3, 4, 4, 4))
    gap = timedelta(hours=spread(draw, 2, 96))
    tool = app(tenant, draw) if chance(draw, 0.7) else known(draw)
    moving = chance(draw, 0.5)
    called_at = work.at_work(victim, gap + sessions * 24 * HOUR)
    address = elsewhere(tenant, draw)
    first = work.log_in(victim, called_at, address, tool)
    looked_at = work.look_around(first, called_at + seconds(draw, 2, 240), tool.family, depth)
    if depth < SAMPLES:
        work.sample(first, looked_at, tool.family, draw.randint(1, 4))
    work.set(
        sessions=sessions,
        depth=depth,
        gap_h=gap / HOUR,
        moving=str(moving),
        tool=tool.app or tool.client or "",
    )
    _take(
        work, victim, tool, _logins(work, victim, tool, first, called_at + gap, moving=moving, count=sessions)
    )
    return work.finish()


def _logins(
    work: Work, victim: Account, tool: Tool, first: int, at: datetime, *, moving: bool, count: int
) -> list[tuple[int, datetime]]:
    """Return the logins of the theft with the time at which each begins to read."""
    if count == 1:
        return [(first, at)]
    found: list[tuple[int, datetime]] = []
    address = work.plan.logins[first].address
    for _ in range(count - 1):
        address = elsewhere(work.tenant, work.draw) if moving else address
        found.append((work.log_in(victim, at, address, tool), at + seconds(work.draw, 5, 600)))
        at += hours(work.draw, 1, 20)
    return found


def _take(work: Work, victim: Account, tool: Tool, logins: list[tuple[int, datetime]]) -> None:
    """Take a part or all of the contacts, in whole or in chunks, and in some draws other tables too."""
    draw = work.draw
    mode: Mode = "bulk" if tool.family == "REST" and chance(draw, 0.5) else "pages"
    low, high = (0.0, 1.0) if chance(draw, 0.4) else part(draw, 0.1, 0.9)
    chunks = draw.choice((1, 1, draw.randint(2, 8), draw.randint(9, 60)))
    fields, pause = contact_fields(draw), draw.randint(400, 6_000)
    wait = spread(draw, 5, 900)
    clock = dict(logins)
    for number, span in enumerate(cuts(draw, low, high, max(chunks, len(logins)))):
        login = logins[number * len(logins) // max(chunks, len(logins))][0]
        clock[login] = work.fetch_all(
            login, clock[login], ("Contact", fields), span, way=tool.family, mode=mode, pause_ms=pause
        ) + seconds(draw, wait * 0.3, wait * 2)
    others = draw.choice((0, 0, 1, 2))
    login = logins[-1][0]
    for name in draw.sample(("Case", "Account"), others):
        clock[login] = work.fetch_all(
            login, clock[login], (name, FIELDS[name]), part(draw, 0.3, 1), way=tool.family, pause_ms=pause
        )
    work.set(victim=victim.n, mode=mode, share=high - low, chunks=chunks, pause_ms=pause, other_tables=others)


FAMILY = Family(
    name="data-loader-vishing",
    title="an agent authorises a loader for a caller",
    hostile=True,
    happens="A caller has an agent authorise an application; it looks around and reads the tables"
    " from another network, hours or days later.",
    plan=plan,
)
