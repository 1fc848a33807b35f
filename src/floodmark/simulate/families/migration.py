"""Operations copy every table to another system, over a week-end or several nights."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import CONTACT_FIELDS, FIELDS, Tool, app, elsewhere, loader
from floodmark.simulate.families._work import DAY, HOUR, Mode, Work, chance, cuts, hours, seconds
from floodmark.simulate.plan import Account, Count, Plan, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one migration."""
    work = Work(tenant, draw)
    doer = work.one("loader", "loader", "admin")
    weekend = chance(draw, 0.5)
    nights = 2 if weekend else draw.randint(2, 6)
    one = loader(draw) if chance(draw, 0.6) else app(tenant, draw)
    from_home, rehearsed = chance(draw, 0.3), chance(draw, 0.5)
    address = elsewhere(tenant, draw) if from_home else doer.address
    first = work.when((nights + 8) * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    first += timedelta(days=(5 - first.weekday()) % 7) if weekend else timedelta()
    work.set(
        account=doer.n, role=doer.role, weekend=str(weekend), nights=nights, tool=one.app or one.client or "",
        from_elsewhere=str(from_home), rehearsed=str(rehearsed),
    )  # fmt: skip
    if one.app:
        work.set_up(
            doer,
            first - 9 * HOUR,
            "insertConnectedApplication",
            "Connected Apps",
            f"For connected application {one.app}, inserted",
        )
    if rehearsed:
        at = first - hours(draw, 20, 60)
        login = work.log_in(doer, at, address, one, abroad=0)
        at = work.look_around(login, at + seconds(draw, 5, 60), one.family, draw.randint(1, 4))
        work.sample(login, at, one.family, draw.randint(1, 3))
    _copy(
        work,
        doer,
        one,
        address,
        [first + n * DAY + hours(draw, 1, 12 if weekend else 3) for n in range(nights)],
    )
    return work.finish()


def _copy(work: Work, doer: Account, one: Tool, address: str, nights: list[datetime]) -> None:
    """Copy the contacts in parts, one or more a night, and the other tables in the last; count after."""
    draw = work.draw
    mode: Mode = "bulk" if one.family == "REST" and chance(draw, 0.6) else "pages"
    per_night, fields, pause = draw.randint(1, 6), draw.choice(CONTACT_FIELDS[3:]), draw.randint(300, 3_000)
    spans = cuts(draw, 0.0, 1.0, per_night * len(nights), even=True)
    work.set(mode=mode, parts=len(spans), pause_ms=pause)
    for number, at in enumerate(nights):
        login = work.log_in(doer, at, address, one, abroad=0)
        then = at + seconds(draw, 10, 600)
        for span in spans[number * per_night : (number + 1) * per_night]:
            then = work.fetch_all(
                login, then, ("Contact", fields), span, way=one.family, mode=mode, pause_ms=pause
            ) + seconds(draw, 5, 1_200)
        if number == len(nights) - 1:
            for name in ("Account", "Case"):
                whole = (name, FIELDS[name])
                then = work.fetch_all(login, then, whole, (0.0, 1.0), way=one.family, pause_ms=pause)
        work.add(Count(then + seconds(draw, 5, 300), login, "Contact", one.family))


FAMILY = Family(
    name="migration",
    title="every table is copied to another system",
    hostile=False,
    happens="Operations copy every table with a loader, over a week-end or several nights.",
    plan=plan,
)
