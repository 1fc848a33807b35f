"""People travel, change phones and laptops, and an analyst installs a reporting tool."""

from __future__ import annotations

import random
from datetime import datetime

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import (
    BROWSERS,
    FIELDS,
    PHONES,
    Tool,
    contact_fields,
    elsewhere,
    tool,
)
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, hours, part, seconds
from floodmark.simulate.plan import Account, Identity, Plan, Report, Tenant, View

_HUMAN = ("agent", "manager", "admin", "loader")


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of such weeks."""
    work = Work(tenant, draw)
    travellers, phones = draw.randint(1, 5), draw.randint(1, 4)
    laptops, analysts = draw.randint(0, 4), draw.choice((0, 1, 1, 2))
    work.set(travellers=travellers, new_phones=phones, new_laptops=laptops, analysts=analysts)
    for person in work.anyone("manager", "admin", "agent", count=travellers):
        _travel(work, person)
    for person in work.anyone(*_HUMAN, count=phones):
        _change_phone(work, person)
    for person in work.anyone(*_HUMAN, count=laptops):
        _change_laptop(work, person)
    for person in work.anyone("manager", "loader", count=analysts):
        _analyse(work, person)
    return work.finish()


def _travel(work: Work, person: Account) -> None:
    """Log in from hotels, phones and airports for two to eight days, and look at pages and reports."""
    draw = work.draw
    days = draw.randint(2, 8)
    at = work.when((days + 1) * DAY)
    agent, hotel = person.agent, elsewhere(work.tenant, draw)
    for _ in range(days * draw.randint(1, 2)):
        moved, by_phone = chance(draw, 0.3), chance(draw, 0.2)
        where = elsewhere(work.tenant, draw) if moved else hotel
        shown = draw.choice(PHONES) if by_phone else agent
        work.sign_on(person, at, where, shown)
        login = work.log_in(person, at, where, agent=shown, abroad=0.9)
        end = _browse(work, login, at, reports=person.role == "manager")
        work.log_out(login, end)
        at = end + hours(draw, 3, 14)


def _browse(work: Work, login: int, at: datetime, *, reports: bool) -> datetime:
    """Open pages, and reports where the person has them; return the end."""
    draw = work.draw
    for _ in range(draw.randint(3, 60)):
        at += seconds(draw, 8, 300)
        work.add(View(at, login, draw.choice(("Case", "Contact")), round(draw.random(), 7)))
    for _ in range(draw.randint(0, 6) if reports else 0):
        at += seconds(draw, 30, 600)
        low, high = part(draw, 0.001, 0.25)
        work.add(Report(at, login, draw.randint(0, 9), low, high, exported=chance(draw, 0.4)))
    return at + seconds(draw, 20, 600)


def _change_phone(work: Work, person: Account) -> None:
    """Have the factors reset, enrol a new phone at work, at home or on the way, and go on."""
    draw = work.draw
    desk = draw.choice([each for each in work.tenant.of("admin") if each.n != person.n] or [person])
    at = work.at_work(desk, DAY)
    usual = chance(draw, 0.5)
    where = person.address if usual else elsewhere(work.tenant, draw)
    factor = draw.choice(("OKTA_VERIFY_PUSH", "SMS_FACTOR", "GOOGLE_OTP", "FIDO2_WEBAUTHN"))
    detail = work.device(factor, new=True)
    work.plan.identity.append(
        Identity(at, "user.mfa.factor.reset_all", desk.n, person.n, desk.address, desk.agent)
    )
    at += seconds(draw, 30, 3_600)
    own = (person.n, None, where, draw.choice((person.agent, *PHONES)))
    work.plan.identity.append(Identity(at, "user.mfa.factor.activate", *own, detail=detail))
    if chance(draw, 0.4):
        at += seconds(draw, 20, 300)
        work.plan.identity.append(Identity(at, "user.account.update_password", *own, detail=detail))
    at += seconds(draw, 95, 3_600)
    work.sign_on(person, at, where, person.agent, factor=factor)
    login = work.log_in(person, at, where, agent=person.agent, abroad=0.1)
    work.log_out(login, _browse(work, login, at, reports=person.role == "manager"))


def _change_laptop(work: Work, person: Account) -> None:
    """Work with another browser from one day on."""
    draw = work.draw
    begin = work.when(8 * DAY)
    agent = draw.choice(BROWSERS)
    for number in range(draw.randint(2, 7)):
        at = work.at_work(person, 4 * HOUR, begin + number * DAY)
        if number == 0:
            work.sign_on(person, at, person.address, agent)
        login = work.log_in(person, at, person.address, agent=agent)
        work.log_out(login, _browse(work, login, at, reports=person.role == "manager"))


def _analyse(work: Work, person: Account) -> None:
    """Install a reporting tool and have it read the tables, once a day or a week."""
    draw = work.draw
    one, fields, span = tool(work.tenant, draw, 0.7), contact_fields(draw), part(draw, 0.05, 1)
    at_home, every = chance(draw, 0.3), draw.choice((DAY, 2 * DAY, 7 * DAY))
    address = elsewhere(work.tenant, draw) if at_home else person.address
    at, refreshes = work.at_work(person, 10 * DAY), draw.randint(1, 10)
    work.set(tool=one.app or one.client or "", share=span[1] - span[0], refreshes=refreshes)
    times = [at + number * every + seconds(draw, 0, 1_800) for number in range(refreshes)]
    _refresh(work, person, (one, address), times=times, what=(fields, span))


def _refresh(
    work: Work, person: Account, how: tuple[Tool, str], *, times: list[datetime],
    what: tuple[tuple[str, ...], tuple[float, float]],
) -> None:  # fmt: skip
    """Look around at first, then read the same contacts, and sometimes the accounts, again and again."""
    draw, (one, address), (fields, span) = work.draw, how, what
    pause, others = draw.randint(200, 3_000), chance(draw, 0.5)
    for number, then in enumerate(times):
        login = work.log_in(person, then, address, one, abroad=0)
        depth = draw.randint(1, 4) if number == 0 else 0
        ready = work.look_around(login, then + seconds(draw, 2, 60), one.family, depth) + seconds(
            draw, 2, 900
        )
        ready = work.fetch_all(login, ready, ("Contact", fields), span, way=one.family, pause_ms=pause)
        if others:
            work.fetch_all(
                login, ready, ("Account", FIELDS["Account"]), (0.0, 1.0), way=one.family, pause_ms=pause
            )


FAMILY = Family(
    name="travel-and-devices",
    title="people travel, change devices, install a tool",
    hostile=False,
    happens="People travel, have factors reset for new phones, change laptops, and an analyst"
    " installs a reporting tool.",
    plan=plan,
)
