"""An API client pages through the customers at machine pace, in the name of a person."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import FIELDS, Tool, contact_fields, elsewhere, tool
from floodmark.simulate.families._work import HOUR, Work, chance, cuts, part, seconds, spread
from floodmark.simulate.plan import Plan, Tenant


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    victim = work.one("agent", "agent", "manager")
    kept = chance(draw, 0.4)
    one = tool(tenant, draw, 0.45)
    if kept:  # the session is the browser's own: no application stands behind it
        one = replace(one, app=None, app_id=None)
    runs, pause, wait = draw.randint(1, 6), round(spread(draw, 200, 4_000)), spread(draw, 20, 5 * 3_600)
    hunger = part(draw, 0.2, 1)
    at = work.at_work(victim, 36 * HOUR) if kept else work.when(36 * HOUR)
    login = work.log_in(victim, at, elsewhere(tenant, draw), one, token=kept)
    at += seconds(draw, 3, 300)
    sampled = chance(draw, 0.75)
    if sampled:
        at = work.look_around(login, at, one.family, draw.choice((0, 1, 2, 3)))
        at = work.sample(login, at, one.family, draw.randint(1, 4)) + seconds(draw, 10, wait + 60)
    work.set(
        account=victim.n, role=victim.role, kept_session=str(kept), tool=one.app or one.client or "",
        runs=runs, pause_ms=pause, share=hunger[1] - hunger[0], sampled=str(sampled),
    )  # fmt: skip
    _page(work, login, at, one, spans=cuts(draw, *hunger, runs), pause_ms=pause, wait_s=wait)
    return work.finish()


def _page(
    work: Work,
    login: int,
    at: datetime,
    one: Tool,
    *,
    spans: list[tuple[float, float]],
    pause_ms: int,
    wait_s: float,
) -> None:
    """Page through the ranges one after the other."""
    fields, draw = contact_fields(work.draw), work.draw
    for span in spans:
        at = work.fetch_all(login, at, ("Contact", fields), span, way=one.family, pause_ms=pause_ms)
        at += seconds(draw, wait_s * 0.3, wait_s)
    if chance(draw, 0.3):
        whole = ("Case", FIELDS["Case"])
        work.fetch_all(login, at, whole, part(draw, 0.3, 1), way=one.family, pause_ms=pause_ms)


FAMILY = Family(
    name="paged-scraping",
    title="a client pages through the customers in a person's name",
    hostile=True,
    happens="An API client with the session of an agent or a manager pages through the customers"
    " at machine pace, mostly after a sample.",
    plan=plan,
)
