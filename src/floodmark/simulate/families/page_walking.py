"""Somebody with a stolen browser session or password opens one customer's page after the other."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._search import search
from floodmark.simulate.families._things import BROWSERS, elsewhere
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, hours, part, seconds, spread
from floodmark.simulate.plan import Account, Plan, Report, Tenant, View

_PACES = {"by hand": (10, 40), "quick": (40, 600), "extension": (600, 1_800)}
_FEWEST, _MOST, _MOST_DAYS = 300, 6_000, 24
_UNSTEADY = 0.3
_BREAKS = 1 / 80

Page = tuple[Literal["Contact", "Case"], float]


@dataclass(frozen=True)
class _Walk:
    """How the pages are walked through."""

    victim: Account
    agent: str
    kept: bool
    """A session that the browser had: no row of a login is written."""
    one_session: bool
    """A kept session lasts for all sittings; else it is stolen anew."""
    moving: bool
    days: int
    pause_s: float
    jitter: float


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft; no customer is opened twice."""
    work = Work(tenant, draw, hostile=True)
    victim = work.one("agent", "agent", "manager")
    pace, cases = draw.choice(tuple(_PACES)), draw.choice(("no", "no", "each", "in blocks"))
    per_hour = spread(draw, *_PACES[pace])
    customers, days = _extent(work, per_hour / (1 if cases == "no" else 2))
    order = draw.choice(("by number", "by list", "random"))
    same, kept = chance(draw, 0.5), chance(draw, 0.5)
    walk = _Walk(
        victim, victim.agent if same else draw.choice(BROWSERS), kept, chance(draw, 0.5), chance(draw, 0.3),
        days, 3_600 / per_hour, draw.uniform(0, 0.3) if pace == "extension" else draw.uniform(0.3, 0.9),
    )  # fmt: skip
    when = draw.choice(("in shift", "after shift", "any hour"))
    work.set(
        account=victim.n, role=victim.role, kept_session=str(kept), same_browser=str(same), pace=pace,
        per_hour=per_hour, customers=customers, days=days, order=order, cases=cases, when=when,
        moving=str(walk.moving),
    )  # fmt: skip
    _walk(work, walk, _begin(work, walk, when), _pages(work, customers, order, cases))
    return work.finish()


def _extent(work: Work, per_hour: float) -> tuple[int, int]:
    """Return how many customers are opened on how many days; fewer where the weeks are too short for them."""
    draw = work.draw
    most = max(1, min(_MOST_DAYS, (work.ends_at - work.quiet_until).days - 2))
    customers, a_day = min(round(spread(draw, _FEWEST, _MOST)), work.tenant.contacts), draw.uniform(3, 10)
    fewest = math.ceil(customers / per_hour / a_day)
    days = max(fewest, draw.choice((1, draw.randint(2, 12))))
    return min(customers, math.ceil(most * a_day * per_hour)), min(days, most)


def _begin(work: Work, walk: _Walk, when: str) -> datetime:
    """Return when the first sitting begins; the others begin at about the same hour."""
    needs = walk.days * DAY + 14 * HOUR
    if when == "in shift":
        return work.at_work(walk.victim, needs)
    if when == "after shift":
        _, end = work.shift(walk.victim, work.quiet_until, work.ends_at - needs)
        return end + hours(work.draw, 0.5, 6)
    return work.when(needs)


def _pages(work: Work, customers: int, order: str, cases: str) -> list[Page]:
    """Return the pages in the order in which they are opened.

    Where the walk is through cases, their customers come in no order: who calls is spread over all of them.
    """
    draw, tenant = work.draw, work.tenant
    if cases == "no":
        return [("Contact", place) for place in _places(draw, tenant.contacts, customers, order)]
    opened = min(customers, tenant.cases)
    first = _places(draw, tenant.cases, opened, order)
    then = _places(draw, tenant.contacts, customers, "random")
    block = 1 if cases == "each" else draw.randint(10, 200)
    pages: list[Page] = []
    for begin in range(0, customers, block):
        pages.extend(("Case", place) for place in first[begin : begin + block])
        pages.extend(("Contact", place) for place in then[begin : begin + block])
    return pages


def _places(draw: random.Random, total: int, count: int, order: str) -> list[float]:
    """Return `count` different places: in a row, list by list, or at random."""
    first, step = draw.randrange(total), draw.choice((1, -1))
    if order == "random":
        numbers = draw.sample(range(total), count)
    elif order == "by number":
        numbers = [(first + step * n) % total for n in range(count)]
    else:
        length = draw.choice((50, 100, 200))
        lists = draw.sample(range(0, total, length), len(range(0, total, length)))
        numbers = [n for begin in lists for n in range(begin, min(begin + length, total))][:count]
    # a place is rounded to the nearest record: halves would meet some records twice
    return [round(number / total, 9) for number in numbers]


def _walk(work: Work, walk: _Walk, first: datetime, pages: list[Page]) -> None:
    """Open the pages, one sitting a day; the last sitting takes what is left."""
    draw, address, login, end = work.draw, elsewhere(work.tenant, work.draw), -1, first
    a_day = len(pages) / walk.days
    for day in range(walk.days):
        last = day == walk.days - 1
        wanted = len(pages) if last else round(a_day * draw.uniform(0.6, 1.4))
        todays, pages = pages[:wanted], pages[wanted:]
        address = elsewhere(work.tenant, draw) if day and walk.moving else address
        # the other sittings follow a day later each, or after a rest
        at = first if day == 0 else max(first + day * DAY + seconds(draw, 0, 9_000), end + HOUR)
        if login < 0 or not (walk.kept and walk.one_session) or walk.moving:
            login = _sit_down(work, walk, at, address)
        at += seconds(draw, 3, 300)
        end = _open(work, login, _look(work, login, at) if day == 0 else at, walk, todays)
        if not walk.kept:
            work.log_out(login, end + seconds(draw, 5, 900))


def _sit_down(work: Work, walk: _Walk, at: datetime, address: str) -> int:
    """Take over a session, or sign on; return the place of the login."""
    if not walk.kept:
        work.sign_on(walk.victim, at, address, walk.agent)
    return work.log_in(walk.victim, at, address, agent=walk.agent, token=walk.kept)


def _look(work: Work, login: int, at: datetime) -> datetime:
    """In some draws search a little or look at a report first; return when that is over."""
    draw = work.draw
    searches, reports = draw.choice((0, 0, draw.randint(1, 12))), draw.choice((0, 0, 0, draw.randint(1, 3)))
    work.set(searches=searches, reports=reports)
    at = search(work, login, at, searches)
    for _ in range(reports):
        low, high = part(draw, 0.001, 0.05)
        work.add(Report(at, login, draw.randint(0, 9), low, high, exported=chance(draw, 0.2)))
        at += seconds(draw, 20, 600)
    return at


def _open(work: Work, login: int, at: datetime, walk: _Walk, pages: list[Page]) -> datetime:
    """Open the pages of one sitting, and return when the last one was left."""
    draw = work.draw
    for name, place in pages:
        work.add(View(at, login, name, place))
        pause = walk.pause_s * draw.uniform(1 - walk.jitter, 1 + walk.jitter)
        at += timedelta(milliseconds=round(pause * 1_000))
        if walk.jitter > _UNSTEADY and chance(draw, _BREAKS):
            at += seconds(draw, 60, 900)
    return at


FAMILY = Family(
    name="page-walking",
    title="a stolen browser session opens page after page",
    hostile=True,
    happens="With the browser session or the password of an agent or a manager, somebody elsewhere opens"
    " the pages of 300 to 6,000 customers, by hand or by a browser extension.",
    plan=plan,
)
