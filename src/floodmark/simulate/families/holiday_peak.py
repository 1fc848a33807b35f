"""Everybody is busier for a week or two; people work overtime and temporary shifts."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import BROWSERS, PHONES, browser, elsewhere
from floodmark.simulate.families._work import DAY, Work, chance, hours, seconds
from floodmark.simulate.plan import Account, Aura, Plan, Tenant, View

_MOST_SHIFTS = 120
_RECORD = "aura://RecordUiController/ACTION$getRecordWithFields"
_PAGES = (
    "aura://HostConfigController/ACTION$getConfigData",
    "aura://RecordUiController/ACTION$getObjectInfo",
)


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one peak."""
    work = Work(tenant, draw)
    days, times = draw.randint(7, 14), round(draw.uniform(1.5, 3.0), 2)
    begins_at = work.when(days * DAY)
    work.plan.busier.append((begins_at, begins_at + days * DAY, times))
    share, per_shift = draw.uniform(0.05, 0.5), draw.randint(20, 140)
    agents = tenant.of("agent")
    people = draw.sample(agents, max(1, round(share * len(agents))))[:_MOST_SHIFTS]
    at_home = draw.uniform(0, 0.5)
    extra = draw.randint(1, max(1, min(5, _MOST_SHIFTS // len(people))))
    work.set(
        days=days, busier=times, overtime_people=len(people), extra_shifts=extra, views_a_shift=per_shift,
        at_home=at_home,
    )  # fmt: skip
    for person in people:
        address = elsewhere(tenant, draw) if chance(draw, at_home) else person.address
        for _ in range(extra):
            _extra_shift(work, person, address, (begins_at, begins_at + days * DAY), per_shift)
    if tenant.of("guest"):
        _visit(work, begins_at, days)
    return work.finish()


def _extra_shift(
    work: Work, person: Account, address: str, span: tuple[datetime, datetime], per_shift: int
) -> None:
    """Add hours after a shift, or a temporary shift at any time of the day."""
    draw = work.draw
    overtime = chance(draw, 0.6)
    at = (
        work.shift(person, *span)[1] if overtime else span[0] + hours(draw, 0, (span[1] - span[0]) / DAY * 24)
    )
    lasts = hours(draw, 1, 4) if overtime else hours(draw, 3, 8)
    agent = person.agent if address == person.address else browser(person, draw, 0.4)
    login = work.log_in(person, at, address, agent=agent, abroad=0)
    end, begin = at + lasts, at
    views = round(per_shift * draw.uniform(0.4, 1.6))
    for number in range(views):
        at = begin + lasts * ((number + draw.random()) / (views + 1)) + timedelta(seconds=2)
        work.add(View(at, login, draw.choice(("Case", "Contact")), round(draw.random(), 7)))
    work.log_out(login, end + seconds(draw, 10, 600))


def _visit(work: Work, begins_at: datetime, days: int) -> None:
    """Have more customers than usual look at the public site, each at own records only."""
    draw, guest = work.draw, work.one("guest")
    visitors, one = draw.randint(10, 200), 1 / max(work.tenant.contacts, 1)
    work.set(visitors=visitors)
    for _ in range(visitors):
        at = begins_at + seconds(draw, 0, (days - 1) * 86_400)
        agent, record = draw.choice((*BROWSERS, *PHONES)), draw.uniform(0, 1 - one)
        login = work.log_in(guest, at, elsewhere(work.tenant, draw), agent=agent, door="guest")
        for number in range(draw.randint(2, 40)):
            at += seconds(draw, 0.3, 45)
            if number and chance(draw, 0.4):
                work.add(Aura(at, login, _RECORD, round(record, 8), round(record + one, 8)))
            else:
                work.add(Aura(at, login, draw.choice(_PAGES)))


FAMILY = Family(
    name="holiday-peak",
    title="everybody is busier for a week or two",
    hostile=False,
    happens="Everybody is one and a half to three times as busy for one to two weeks, with"
    " overtime and temporary shifts.",
    plan=plan,
)
