"""A second company's team joins: new accounts with own networks, hours and a tool of their own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._search import search
from floodmark.simulate.families._things import (
    BROWSERS,
    COUNTRIES,
    Tool,
    app,
    contact_fields,
    elsewhere,
    loader,
)
from floodmark.simulate.families._work import DAY, HOUR, Work, chance, cuts, hours, part, seconds, spread
from floodmark.simulate.plan import Account, Fetch, Identity, Plan, Report, Tenant, View

_FEWEST = 5
_ZONES = (-9, -7, -5, -3, -2, 2, 3, 5, 7, 9)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class _Team:
    """What the members have in common."""

    networks: tuple[str, ...]
    browsers: tuple[str, ...]
    country: str
    own_share: float
    """The share of days on which they come from their own network."""
    training: int
    views: int
    range: tuple[float, float]
    """The places of the customers that they look after."""
    tool: Tool
    kind: str


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one team that joins."""
    work = Work(tenant, draw)
    # a team does not outnumber those who were there, where there are enough of them
    size = max(_FEWEST, min(draw.randint(_FEWEST, 15), len(tenant.of("agent")) // 2))
    members = work.anyone("agent", count=size)
    begins_at = tenant.starts_at + hours(draw, 10 * 24, 28 * 24)
    within, later = draw.randint(1, 6), draw.choice((0, draw.choice(_ZONES)))
    team, desk = _team(work, abroad=later != 0), work.one("admin")
    work.set(team=len(members), within_days=within, hours_later=later, country=team.country)
    if later:
        work.plan.shifted.update({each.n: later for each in sorted(members, key=lambda each: each.n)})
    _register(work, desk, team, begins_at - hours(draw, 2, 120))
    analyst = draw.choice(members)
    for member in members:
        first = (begins_at + hours(draw, 0, within * 24)).replace(minute=0, second=0, microsecond=0)
        work.plan.absent_before[member.n] = first
        _welcome(work, desk, member, first)
        days = _days(work, member, first, later * HOUR)
        _work_on(work, member, team, days)
        if team.kind == "BI" and member == analyst:
            _refresh(work, member, team, days)
    _reconcile(work, begins_at)
    return work.finish()


def _team(work: Work, *, abroad: bool) -> _Team:
    """Draw what the members have in common, and record it."""
    draw, tenant = work.draw, work.tenant
    networks = tuple(elsewhere(tenant, draw) for _ in range(draw.randint(1, 3)))
    own = part(draw, 0.05, 0.4) if chance(draw, 0.4) else (0.0, 1.0)
    tool = app(tenant, draw, "REST")
    team = _Team(
        networks, tuple(draw.sample(BROWSERS, draw.randint(1, 2))),
        draw.choice(COUNTRIES) if abroad else work.one("agent").country,
        draw.uniform(0.4, 1), draw.randint(1, 6), draw.randint(10, 80), own, tool,
        draw.choice(("softphone", "BI")),
    )  # fmt: skip
    work.set(
        networks=len(networks), own_network=team.own_share, training_days=team.training,
        views_a_day=team.views, customers=own[1] - own[0], tool=tool.app or "", tool_kind=team.kind,
    )  # fmt: skip
    return team


def _register(work: Work, desk: Account, team: _Team, at: datetime) -> None:
    """Register the team's tool and give it its rights."""
    named = f"For connected application {team.tool.app}, inserted"
    work.set_up(desk, at, "insertConnectedApplication", "Connected Apps", named)
    for network in team.networks:
        at += seconds(work.draw, 20, 600)
        shown = f"Added trusted IP range from {network} to {network}"
        work.set_up(desk, at, "orgIPRangeAdded", "Network Access", shown)


def _welcome(work: Work, desk: Account, member: Account, first: datetime) -> None:
    """Create the account, give it its rights, and enrol its factor."""
    draw, at = work.draw, first - hours(work.draw, 1, 40)
    work.set_up(desk, at, "createduser", "Manage Users", f"Created new user {member.username}")
    created = Identity(at, "user.lifecycle.create", desk.n, member.n, desk.address, desk.agent)
    at += seconds(draw, 10, 900)
    shown = f'Assigned permission set "Second Brand Service" to {member.username}'
    work.set_up(desk, at, "PermSetAssign", "Manage Users", shown)
    enrolled = Identity(
        first + seconds(draw, 60, 3_000), "user.mfa.factor.activate", member.n, None, member.address,
        member.agent, detail=work.device("OKTA_VERIFY_PUSH", new=True),
    )  # fmt: skip
    work.plan.identity += [created, enrolled]


def _days(work: Work, member: Account, first: datetime, later: timedelta) -> list[Span]:
    """Return the member's shifts from the first day on, in the team's hours; made up where there are none."""
    found = [
        (begin + later, end + later) for begin, end in member.shifts if begin + later >= first + HOUR
    ] or [(first + n * DAY + 2 * HOUR, first + n * DAY + 9 * HOUR) for n in range(10)]
    return [each for each in found if each[1] < work.ends_at]


def _enter(work: Work, member: Account, team: _Team, at: datetime, tool: Tool | None = None) -> int:
    """Log in from the team's network, or from where the account is at home; return the login's place."""
    draw = work.draw
    own = chance(draw, team.own_share)
    address = draw.choice(team.networks) if own else member.address
    agent = None if tool else team.browsers[member.n % len(team.browsers)] if own else member.agent
    login = work.log_in(member, at, address, tool, agent=agent, abroad=0)
    if own:
        work.plan.logins[login] = replace(work.plan.logins[login], country=team.country)
    return login


def _work_on(work: Work, member: Account, team: _Team, days: Sequence[Span]) -> None:
    """Train for the first days, then do ordinary work; a softphone looks up who calls."""
    draw = work.draw
    for number, (begin, end) in enumerate(days):
        training = number < team.training
        at = begin + seconds(draw, 30, 2_400)
        login = _enter(work, member, team, at)
        at += seconds(draw, 5, 300)
        if training or chance(draw, 0.3):
            at = search(work, login, at, draw.randint(1, 10))
        views = round(team.views * draw.uniform(0.5, 1.5) * (draw.uniform(0.8, 2) if training else 1))
        _view(work, login, (at, end), views, team.range)
        if team.kind == "softphone" and not training:
            _answer(work, member, team, (at, end))


def _view(work: Work, login: int, span: Span, views: int, places: tuple[float, float]) -> None:
    """Open the pages of one day, in bursts with pauses between."""
    draw, (at, end) = work.draw, span
    pause = max((end - at - timedelta(minutes=10)) / (views + 1), timedelta(seconds=2))
    for _ in range(views):
        at += pause * draw.choice((0.1, 0.3, 0.6, 1.2, 2.4))
        place = round(draw.uniform(*places), 7)
        work.add(View(at, login, draw.choice(("Contact", "Case")), place))
    work.log_out(login, max(at, end))


def _answer(work: Work, member: Account, team: _Team, span: Span) -> None:
    """Have the softphone fetch the customers who call on one day."""
    draw, (begin, end) = work.draw, span
    at = begin + seconds(draw, 20, 300)
    phone = replace(team.tool, agent=team.browsers[member.n % len(team.browsers)])
    login = _enter(work, member, team, at, phone)
    calls = round(team.views * draw.uniform(0.3, 1.2))
    for number in range(calls):
        then = at + (end - at) * ((number + draw.random()) / (calls + 1)) + timedelta(seconds=1)
        work.add(Fetch(then, login, round(draw.uniform(*team.range), 7)))


def _refresh(work: Work, member: Account, team: _Team, days: Sequence[Span]) -> None:
    """Have the reporting tool read the team's customers, or all, again and again."""
    draw, fields, every = work.draw, contact_fields(work.draw), work.draw.choice((1, 2, 5))
    pause, depth = draw.randint(200, 4_000), draw.randint(0, 4)
    for number, (begin, end) in enumerate(days[::every]):
        at = begin + (end - begin) * draw.uniform(0.02, 0.9)
        login = _enter(work, member, team, at, team.tool)
        at = work.look_around(login, at + seconds(draw, 2, 60), "REST", 0 if number else depth)
        what = ("Contact", fields)
        work.fetch_all(login, at + seconds(draw, 1, 300), what, team.range, way="REST", pause_ms=pause)


def _reconcile(work: Work, begins_at: datetime) -> None:
    """Have a data steward of the tenant compare records, by reports or with the loader, once or twice."""
    draw, steward = work.draw, work.one("manager", "loader", "admin")
    rounds, by_report = draw.randint(1, 2), chance(draw, 0.5)
    span, one, since = part(draw, 0.05, 0.8), loader(draw), begins_at + hours(draw, 0, 72)
    share, chunks = span[1] - span[0], round(spread(draw, 1, 12))
    work.set(
        steward=steward.n, rounds=rounds, way="reports" if by_report else "loader", share=share, chunks=chunks
    )
    fields, number = contact_fields(draw), draw.randint(0, 15)
    for _ in range(rounds):
        at = work.at_work(steward, 5 * HOUR, since)
        tool, agent = (None, steward.agent) if by_report else (one, None)
        login = work.log_in(steward, at, steward.address, tool, agent=agent)
        for low, high in cuts(draw, *span, chunks):
            at += seconds(draw, 20, 900)
            if by_report:
                work.add(Report(at, login, number, low, high, exported=True))
            else:
                at = work.fetch_all(login, at, ("Contact", fields), (low, high), way="SOAP")
        if by_report:
            work.log_out(login, at + seconds(draw, 30, 3_600))


FAMILY = Family(
    name="acquired-team",
    title="a second company's team joins",
    hostile=False,
    happens="Five to fifteen people of a second company begin within days, with own networks, browsers"
    " and a tool of their own, and a data steward reconciles the records.",
    plan=plan,
)
