"""An administrator registers an application; it loads everything once and then what changed, each night."""

from __future__ import annotations

import random
from datetime import datetime

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import FIELDS, SCRIPTS, Tool, app, contact_fields, elsewhere
from floodmark.simulate.families._work import DAY, HOUR, SAMPLES, Mode, Work, chance, cuts, hours, seconds
from floodmark.simulate.plan import Account, Count, Plan, Query, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one new integration."""
    work = Work(tenant, draw)
    desk, machine = work.one("admin"), work.one("integration", "integration", "telephony")
    one = app(tenant, draw, draw.choice(("REST", "REST", "SOAP")))
    cloud = chance(draw, 0.6)
    hosts = draw.randint(1, 3) if cloud else 1
    addresses = [elsewhere(tenant, draw) if cloud else machine.address for _ in range(hosts)]
    registered_at = work.at_work(desk, 6 * DAY)
    named = f"For connected application {one.app}, inserted"
    work.set_up(desk, registered_at, "insertConnectedApplication", "Connected Apps", named)
    first_at = registered_at + hours(draw, 0.1, 72)
    work.set(
        app=one.app or "", cloud=str(cloud), hosts=hosts, first_load_after_h=(first_at - registered_at) / HOUR
    )
    _load(work, machine, one, addresses[0], first_at)
    _sync(work, machine, one, addresses, first_at + hours(draw, 12, 40))
    moves = chance(draw, 0.35)
    work.set(vendor_moves=str(moves))
    if moves:
        _move(work, work.one("integration", "integration", "telephony"))
    return work.finish()


def _move(work: Work, machine: Account) -> None:
    """Have the vendor of an integration that was there before go on from new hosts with a new program."""
    draw = work.draw
    one = Tool("REST", draw.choice(SCRIPTS), machine.client, machine.app, machine.app_id)
    nights, size = draw.randint(2, 14), draw.uniform(0.001, 0.1)
    at, fields = work.when(nights * DAY), contact_fields(draw)
    hosts = [elsewhere(work.tenant, draw) for _ in range(draw.randint(1, 3))]
    for night in range(nights):
        begin = at + night * DAY + seconds(draw, 0, 600)
        login = work.log_in(machine, begin, draw.choice(hosts), one, token=True)
        depth = draw.randint(0, SAMPLES) if night == 0 else 0
        begin = work.look_around(login, begin + seconds(draw, 1, 20), "REST", depth)
        work.add(Query(begin + seconds(draw, 1, 60), login, "Contact", fields, 1 - size))


def _load(work: Work, machine: Account, one: Tool, address: str, at: datetime) -> None:
    """Test the connection, then load the tables in full, in one piece or in parts."""
    draw = work.draw
    login = work.log_in(machine, at, address, one)
    at = work.look_around(login, at + seconds(draw, 1, 60), one.family, draw.randint(0, 4))
    at += seconds(draw, 60, 20_000)
    mode: Mode = "bulk" if one.family == "REST" and chance(draw, 0.5) else "pages"
    parts, fields, pause = (
        draw.choice((1, 1, draw.randint(2, 20))),
        contact_fields(draw),
        draw.randint(200, 4_000),
    )
    for span in cuts(draw, 0.0, 1.0, parts, even=True):
        at = work.fetch_all(
            login, at, ("Contact", fields), span, way=one.family, mode=mode, pause_ms=pause
        ) + seconds(draw, 1, 300)
    names = draw.sample(("Case", "Account"), draw.randint(0, 2))
    for name in names:
        at = work.fetch_all(login, at, (name, FIELDS[name]), (0.0, 1.0), way=one.family, pause_ms=pause)
    work.set(mode=mode, parts=parts, pause_ms=pause, other_tables=len(names))


def _sync(work: Work, machine: Account, one: Tool, addresses: list[str], at: datetime) -> None:
    """Load what is new each night until the end of the weeks."""
    draw = work.draw
    size, fields, counted = draw.uniform(0.001, 0.05), contact_fields(draw), chance(draw, 0.4)
    work.set(sync_share=size)
    while at < work.ends_at:
        begin = at + seconds(draw, 0, 120)
        login = work.log_in(machine, begin, draw.choice(addresses), one)
        begin += seconds(draw, 1, 20)
        if counted:
            work.add(Count(begin, login, "Contact", one.family))
        low = 1 - size * draw.uniform(0.5, 1.5)
        work.add(Query(begin + seconds(draw, 1, 5), login, "Contact", fields, low, family=one.family))
        at += DAY


FAMILY = Family(
    name="new-integration",
    title="a new integration loads everything once",
    hostile=False,
    happens="An administrator registers an application; its machine login loads everything once"
    " and then syncs each night, in some draws from a vendor's cloud.",
    plan=plan,
)
