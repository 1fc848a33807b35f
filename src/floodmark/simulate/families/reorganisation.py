"""Accounts change shifts and duties; a few get report rights and new tools."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import contact_fields, elsewhere, tool
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, part, seconds
from floodmark.simulate.plan import Account, Plan, Report, Tenant, View


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one reorganisation; it takes effect in the middle of the weeks."""
    work = Work(tenant, draw)
    agents = tenant.of("agent", "manager")
    share, rights, tools = draw.uniform(0.1, 0.5), draw.randint(1, 5), draw.randint(0, 2)
    moved = draw.sample(agents, max(1, round(share * len(agents))))
    later = draw.choice((-8, -6, -3, 3, 6, 8))
    work.plan.shifted.update({each.n: later for each in sorted(moved, key=lambda each: each.n)})
    middle = tenant.starts_at + (tenant.ends_at - tenant.starts_at) / 2
    work.set(moved=len(moved), hours_later=later, rights=rights, tools=tools)
    desk = work.one("admin")
    for number, each in enumerate(draw.sample(agents, min(rights, len(agents)))):
        work.set_up(
            desk, middle + seconds(draw, 0, 8 * 3_600), "PermSetAssign", "Manage Users",
            'Assigned permission set "Run and Export Reports" to a user',
        )  # fmt: skip
        _report(work, each, middle + DAY)
        if number < tools:
            _new_tool(work, each, middle + DAY)
    for each in draw.sample(moved, min(len(moved), draw.randint(0, 12))):
        _catch_up(work, each, middle + DAY)
    return work.finish()


def _report(work: Work, account: Account, since: datetime) -> None:
    """Run reports on a few days, as somebody does who has just got the right to."""
    draw = work.draw
    largest, exported = draw.uniform(0.01, 0.4), draw.uniform(0, 0.6)
    for _ in range(draw.randint(2, 9)):
        at = work.at_work(account, 3 * HOUR, since)
        login = work.log_in(account, at, account.address, agent=account.agent)
        for _ in range(draw.randint(1, 6)):
            at += seconds(draw, 60, 900)
            low, high = part(draw, 0.001, largest)
            work.add(Report(at, login, draw.randint(0, 9), low, high, exported=chance(draw, exported)))
        work.log_out(login, at + seconds(draw, 60, 3_600))


def _new_tool(work: Work, account: Account, since: datetime) -> None:
    """Use a tool that the account never had, from the office or from home, to read a part of the contacts."""
    draw = work.draw
    one, fields, span = tool(work.tenant, draw), contact_fields(draw), part(draw, 0.02, 0.6)
    address = elsewhere(work.tenant, draw) if chance(draw, 0.3) else account.address
    for number in range(draw.randint(1, 6)):
        at = work.at_work(account, 4 * HOUR, since)
        login = work.log_in(account, at, address, one, abroad=0)
        if number == 0:
            at = work.look_around(login, at + seconds(draw, 3, 60), one.family, draw.randint(0, 4))
        work.fetch_all(login, at + seconds(draw, 5, 600), ("Contact", fields), span, way=one.family)


def _catch_up(work: Work, account: Account, since: datetime) -> None:
    """Read into the cases of the new queue for a few hours."""
    draw = work.draw
    begin, end = work.shift(account, since)
    login = work.log_in(account, begin, account.address, agent=account.agent)
    views = draw.randint(20, 120)
    for number in range(views):
        at = begin + (end - begin) * ((number + draw.random()) / (views + 1)) + timedelta(seconds=5)
        work.add(View(at, login, draw.choice(("Case", "Case", "Contact")), round(draw.random(), 7)))
    work.log_out(login, end + timedelta(seconds=30))


FAMILY = Family(
    name="reorganisation",
    title="shifts, duties and rights change",
    hostile=False,
    happens="Accounts change shifts and queues in the middle of the weeks; a few get report"
    " rights and new tools.",
    plan=plan,
)
