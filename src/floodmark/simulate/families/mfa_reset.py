"""The help desk resets the factors of an account for a caller, who then reads whole tables."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from floodmark.simulate.families._family import Family
from floodmark.simulate.families._things import FIELDS, browser, contact_fields, elsewhere, tool
from floodmark.simulate.families._work import HOUR, Mode, Work, chance, cuts, part, seconds, spread
from floodmark.simulate.plan import Account, Identity, Plan, Tenant

_FACTORS = ("OKTA_VERIFY_PUSH", "SMS_FACTOR", "GOOGLE_OTP", "FIDO2_WEBAUTHN")


def plan(tenant: Tenant, draw: random.Random) -> Plan:
    """Return the plan of one such theft."""
    work = Work(tenant, draw, hostile=True)
    victim = work.one("manager", "manager", "loader", "admin")
    desk = draw.choice([each for each in tenant.of("admin") if each.n != victim.n] or [victim])
    gap = timedelta(hours=spread(draw, 0.05, 12))
    at = work.at_work(desk, gap + 20 * HOUR)
    address, agent = elsewhere(tenant, draw), browser(victim, draw)
    at = _take_over(work, desk, victim, at, address=address, agent=agent)
    work.set(account=victim.n, role=victim.role, gap_h=gap / HOUR)
    first = work.log_in(victim, at, address, agent=agent)
    work.log_out(first, at + gap + 2 * HOUR)
    moved = chance(draw, 0.3)
    _read(work, victim, at + gap, elsewhere(tenant, draw) if moved else address)
    return work.finish()


def _take_over(
    work: Work, desk: Account, victim: Account, at: datetime, *, address: str, agent: str
) -> datetime:
    """Reset the factors, enrol a new one, change the password, sign on; return the time of the login."""
    draw = work.draw
    factor = draw.choice(_FACTORS)
    detail = work.device(factor)

    def tell(kind: str, *, by_desk: bool = False) -> None:
        who, where = (desk, (desk.address, desk.agent)) if by_desk else (victim, (address, agent))
        target = victim.n if by_desk else None
        work.plan.identity.append(
            Identity(at, kind, who.n, target, *where, hostile=True, detail={} if by_desk else detail)
        )

    tell("user.mfa.factor.reset_all", by_desk=True)
    if chance(draw, 0.7):
        at += seconds(draw, 20, 300)
        tell("user.account.reset_password", by_desk=True)
    at += seconds(draw, 30, 1_800)
    tell("user.mfa.factor.activate")
    at += seconds(draw, 20, 300)
    tell("user.account.update_password")
    at += seconds(draw, 95, 900)
    work.sign_on(victim, at, address, agent, factor=factor)
    return at


def _read(work: Work, victim: Account, at: datetime, address: str) -> None:
    """Read whole objects with many fields over the API."""
    draw = work.draw
    one = tool(work.tenant, draw)
    login = work.log_in(victim, at, address, one)
    depth = draw.choice((0, 1, 2, 3, 4))
    at = work.look_around(login, at + seconds(draw, 3, 200), one.family, depth) + seconds(draw, 5, 900)
    mode: Mode = "bulk" if one.family == "REST" and chance(draw, 0.3) else "pages"
    chunks, pause, fields = draw.choice((1, 1, 2, 4, 8)), draw.randint(300, 4_000), contact_fields(draw, 3)
    low, high = (0.0, 1.0) if chance(draw, 0.7) else part(draw, 0.3, 0.9)
    wait = spread(draw, 5, 1_800)
    for span in cuts(draw, low, high, chunks):
        at = work.fetch_all(
            login, at, ("Contact", fields), span, way=one.family, mode=mode, pause_ms=pause
        ) + seconds(draw, wait * 0.3, wait)
    names = draw.sample(("Case", "Account"), draw.randint(0, 2))
    for name in names:
        at = work.fetch_all(login, at, (name, FIELDS[name]), (0.0, 1.0), way=one.family, pause_ms=pause)
    work.set(depth=depth, mode=mode, chunks=chunks, share=high - low, pause_ms=pause, other_tables=len(names))


FAMILY = Family(
    name="mfa-reset",
    title="the help desk resets the factors for a caller",
    hostile=True,
    happens="The help desk resets a person's factors after a call; a new factor is enrolled from"
    " another network, and whole tables are read within hours.",
    plan=plan,
)
