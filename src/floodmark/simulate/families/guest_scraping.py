"""The public site's guest account is asked for one object after the other, then for the records."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import BROWSERS, SCRIPTS, elsewhere
from floodmark.simulate.families._work import HOUR, Work, chance, hours, part, seconds, spread
from floodmark.simulate.plan import Aura, Plan, Tenant

_MOST = 12_000
_ONE_RECORD = 1.5
_CONFIG = "aura://HostConfigController/ACTION$getConfigData"
_INFO = "aura://RecordUiController/ACTION$getObjectInfo"
_ITEMS = (
    "serviceComponent://ui.force.components.controllers.lists.selectableListDataProvider"
    ".SelectableListDataProviderController/ACTION$getItems"
)
_RECORD = "aura://RecordUiController/ACTION$getRecordWithFields"


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    guest = work.one("guest")
    addresses, share = draw.randint(1, 3), part(draw, 0.1, 1)
    each = draw.choice((1, 1, 10, 50, 100, 200))
    wanted = max(1, work.rows("Contact", *share))
    asked = min(-(-wanted // each), _MOST)
    per_s = spread(draw, 0.05, 10)
    objects = draw.randint(4, 120)
    lasts = timedelta(seconds=asked / per_s)
    begins_at = work.when(lasts + 30 * HOUR)
    agent = draw.choice((*SCRIPTS, *BROWSERS))
    found = [elsewhere(tenant, draw) for _ in range(addresses)]
    logins = [
        work.log_in(guest, begins_at + seconds(draw, 0, 900) * n, address, agent=agent, door="guest")
        for n, address in enumerate(found)
    ]
    at = _look(work, logins[0], begins_at, objects, per_s)
    at += hours(draw, 0.01, 24) if addresses == 1 else hours(draw, 1, 24)
    low, high = share[0], min(share[1], share[0] + asked * each / max(1, tenant.contacts))
    work.set(
        addresses=addresses, share=high - low, rows_each=each, per_s=per_s, objects=objects, requests=asked
    )
    _read(work, logins, at, (low, high), asked=asked, per_s=per_s)
    return work.finish()


def _look(work: Work, login: int, at: datetime, objects: int, per_s: float) -> datetime:
    """Ask for the site's set-up and then for each object, and return when that is over."""
    at += seconds(work.draw, 1, 20)
    for number in range(objects):
        action = _CONFIG if number == 0 else work.draw.choice((_INFO, _ITEMS))
        work.add(Aura(at, login, action))
        at += seconds(work.draw, 0.5 / per_s, 1.5 / per_s)
    return at


def _read(
    work: Work, logins: list[int], at: datetime, span: tuple[float, float], *, asked: int, per_s: float
) -> None:
    """Ask for the records in `asked` requests, from one address after the other or from all in turn."""
    low, step = span[0], (span[1] - span[0]) / asked
    action = _ITEMS if step * work.tenant.contacts > _ONE_RECORD else _RECORD
    turns = chance(work.draw, 0.5)
    for number in range(asked):
        login = logins[number % len(logins) if turns else number * len(logins) // asked]
        begin = low + step * number
        work.add(Aura(at, login, action, round(begin, 8), round(min(begin + step, 1.0), 8)))
        at += seconds(work.draw, 0.5 / per_s, 1.5 / per_s)


FAMILY = Family(
    name="guest-scraping",
    title="the public site is asked for record after record",
    hostile=True,
    happens="One to three addresses ask the public site's guest account for its objects and then"
    " for the records.",
    plan=plan,
)
