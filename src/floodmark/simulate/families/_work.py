"""Puts a plan together: who can be drawn, when, and the acts that families share."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from floodmark.simulate.families._things import (
    FIELDS,
    NAMES,
    OBJECTS,
    Tool,
    Way,
    browser,
    contact_fields,
    country,
)
from floodmark.simulate.plan import (
    DESCRIBES,
    Account,
    Act,
    Bulk,
    Call,
    Count,
    Door,
    Identity,
    Login,
    Plan,
    Query,
    Setup,
    Tenant,
)

Mode = Literal["pages", "bulk"]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COUNTS, SAMPLES = 3, 4
"""The depths of a look around from which on rows are counted and samples are taken."""
_PAGE = 2_000
_QUIET = 14 * DAY
_MARGIN = HOUR
_ACCOUNTS_PER_CONTACT = 0.4


def seconds(draw: random.Random, least: float, most: float) -> timedelta:
    """Return a time of `least` to `most` seconds, in whole milliseconds."""
    return timedelta(milliseconds=draw.randint(round(least * 1_000), round(most * 1_000)))


def hours(draw: random.Random, least: float, most: float) -> timedelta:
    """Return a time of `least` to `most` hours, in whole milliseconds."""
    return seconds(draw, least * 3_600, most * 3_600)


def chance(draw: random.Random, probability: float) -> bool:
    """Return whether something of a probability happens."""
    return draw.random() < probability


def spread(draw: random.Random, least: float, most: float) -> float:
    """Return a number between two bounds, drawn evenly over its orders of magnitude, to four digits."""
    low, high = max(least, 1e-9), max(most, 1e-9)
    return min(most, max(least, round(low * (high / low) ** draw.random(), 4)))


class Work:
    """A plan in the making for one tenant, with its generator.

    `finish` drops what lies beyond the tenant's weeks: a theft may be cut off by the end of the logs.
    """

    def __init__(self, tenant: Tenant, draw: random.Random, *, hostile: bool = False) -> None:
        self.tenant = tenant
        self.draw = draw
        self.hostile = hostile
        self.plan = Plan()
        self.quiet_until = tenant.starts_at + _QUIET
        self.ends_at = tenant.ends_at - _MARGIN
        self._device = f"{draw.getrandbits(128):032x}"

    def set(self, **drawn: float | str) -> None:
        """Record parameters that were drawn, to print."""
        self.plan.drawn.update(
            {key: round(value, 4) if isinstance(value, float) else value for key, value in drawn.items()}
        )

    # ---- who and when

    def anyone(self, *roles: str, count: int = 1) -> list[Account]:
        """Return up to `count` accounts of some roles, drawn without repetition.

        Raises:
            ValueError: the tenant has none.
        """
        found = self.tenant.of(*roles)
        if not found:
            raise ValueError(f"the tenant has no account of the roles {', '.join(roles)}")
        return self.draw.sample(found, min(count, len(found)))

    def one(self, *roles: str) -> Account:
        """Return an account of one of some roles; a role that is named twice is twice as likely.

        Raises:
            ValueError: the tenant has none.
        """
        there = [role for role in roles if self.tenant.of(role)]
        return self.anyone(self.draw.choice(there))[0] if there else self.anyone(*roles)[0]

    def when(self, needs: timedelta, since: datetime | None = None) -> datetime:
        """Return a time after the quiet weeks (or `since`) that leaves `needs` until the end."""
        first = since or self.quiet_until
        room = max(self.ends_at - needs - first, HOUR)
        return first + timedelta(milliseconds=self.draw.randint(0, room // timedelta(milliseconds=1)))

    def shift(
        self, account: Account, since: datetime, until: datetime | None = None
    ) -> tuple[datetime, datetime]:
        """Return a shift of an account that begins after `since`; one is made up where it has none."""
        last = until or self.ends_at
        found = [each for each in account.shifts if since <= each[0] and each[1] <= last]
        if found:
            return self.draw.choice(found)
        begin = min(since + seconds(self.draw, 0, 3_600), last - 2 * HOUR)
        return begin, min(begin + 8 * HOUR, last)

    def at_work(self, account: Account, needs: timedelta, since: datetime | None = None) -> datetime:
        """Return a time within a shift of an account that leaves `needs` until the end."""
        first = since or self.quiet_until
        begin, end = self.shift(account, first, max(self.ends_at - needs, first + 10 * HOUR))
        return begin + (end - begin) * (self.draw.randint(30, 800) / 1_000)

    # ---- logins

    def log_in(
        self,
        account: Account,
        at: datetime,
        address: str,
        tool: Tool | None = None,
        *,
        agent: str | None = None,
        abroad: float = 0.5,
        token: bool = False,
        door: Door | None = None,
    ) -> int:
        """Add a login, in a browser where there is no tool, and return its place."""
        ways: dict[Way, Door] = {"REST": "rest", "SOAP": "soap"}
        home = address == account.address
        self.plan.logins.append(
            Login(
                at,
                account.n,
                address,
                door or (ways[tool.family] if tool else "ui"),
                agent or (tool.agent if tool else browser(account, self.draw)),
                client=tool.client if tool else None,
                app=tool.app if tool else None,
                app_id=tool.app_id if tool else None,
                country=account.country if home else country(account, self.draw, abroad),
                token=token,
                hostile=self.hostile,
            )
        )
        return len(self.plan.logins) - 1

    def log_out(self, login: int, at: datetime) -> None:
        """End a session; in three of ten cases the browser was just closed, and no end is known."""
        if chance(self.draw, 0.7):
            self.plan.logins[login] = replace(self.plan.logins[login], until=at)

    def sign_on(
        self, account: Account, at: datetime, address: str, agent: str, *, factor: str = "OKTA_VERIFY_PUSH"
    ) -> None:
        """Add the identity provider's events of a login shortly before `at`."""
        common = (account.n, None, address, agent)
        detail = self.device(factor)
        begun = at - seconds(self.draw, 20, 90)
        for kind, after in (
            ("user.session.start", 0.0),
            ("user.authentication.auth_via_mfa", 0.3),
            ("user.authentication.sso", 0.8),
        ):
            self.plan.identity.append(
                Identity(begun + (at - begun) * after, kind, *common, hostile=self.hostile, detail=detail)
            )

    def device(self, factor: str, *, new: bool = False) -> dict[str, str]:
        """Return the details of a factor's event; who owns a device keeps its hash."""
        if self.hostile:
            return {"factor": factor, "dtHash": self._device}
        return {"factor": factor} | ({"dtHash": f"{self.draw.getrandbits(128):032x}"} if new else {})

    def set_up(self, account: Account, at: datetime, action: str, section: str, display: str) -> None:
        """Add a row of the setup audit trail."""
        self.plan.setup.append(Setup(at, account.n, action, section, display, hostile=self.hostile))

    # ---- acts

    def add(self, *acts: Act) -> None:
        """Add acts."""
        self.plan.acts.extend(acts)

    def rows(self, name: str, low: float, high: float) -> int:
        """Return about how many records lie between two places."""
        per = {"Contact": self.tenant.contacts, "Case": self.tenant.cases}
        total = per.get(name, round(self.tenant.contacts * _ACCOUNTS_PER_CONTACT))
        return round(total * (high - low))

    def look_around(
        self, login: int, at: datetime, way: Way, depth: int, pace: tuple[float, float] = (1, 6)
    ) -> datetime:
        """Add probing and return when it is over.

        Args:
            login: the place of the login.
            at: when it begins.
            way: the API.
            depth: 0 nothing, 1 one describe, 2 the objects and describes, 3 counts too, 4 samples too.
            pace: seconds between two steps, least and most.
        """
        version = self.draw.randint(56, 64)
        steps = DESCRIBES[way]
        picked = {0: (), 1: (self.draw.choice(steps),)}.get(depth, steps)
        for method, resource, entity in picked:
            self.add(Call(at, login, way, method, resource.replace("{v}", str(version)), entity))
            at += seconds(self.draw, *pace)
        if depth >= COUNTS:
            for name in self.draw.sample(OBJECTS, self.draw.randint(2, 3)):
                self.add(Count(at, login, name, way))
                at += seconds(self.draw, *pace)
        if depth >= SAMPLES:
            at = self.sample(login, at, way, self.draw.randint(1, 4), pace)
        return at

    def sample(
        self, login: int, at: datetime, way: Way, times: int, pace: tuple[float, float] = (5, 90)
    ) -> datetime:
        """Add small queries with a limit and return when they are over.

        A limit is 200 at most, and a hundredth of the customers: small is meant for the tenant at hand.
        """
        most = max(5, self.tenant.contacts // 100)
        for _ in range(times):
            name = self.draw.choice(("Contact", "Contact", "Case", "Account"))
            fields = (
                self.draw.choice((NAMES, contact_fields(self.draw))) if name == "Contact" else FIELDS[name]
            )
            limit = min(self.draw.choice((1, 5, 5, 10, 20, 50, 100, 200)), most)
            self.add(Query(at, login, name, fields, limit=limit, pages=1, family=way))
            at += seconds(self.draw, *pace)
        return at

    def fetch_all(
        self, login: int, at: datetime, object_fields: tuple[str, tuple[str, ...]],
        span: tuple[float, float], *,
        way: Way, mode: Mode = "pages", pause_ms: int = 2_400, removed: bool = False,
    ) -> datetime:  # fmt: skip
        """Add one reading of a range of an object, and return when its last page is there.

        A bulk job reads contacts only; other objects are paged.
        """
        name, fields = object_fields
        count = self.rows(name, *span)
        if mode == "bulk" and name == "Contact":
            self.add(Bulk(at, login, fields, *span, removed=removed))
            return at + timedelta(seconds=60 + count // 10_000 * 3)
        self.add(Query(at, login, name, fields, *span, pause_ms=pause_ms, family=way))
        return at + timedelta(milliseconds=(count // _PAGE + 1) * pause_ms)

    def finish(self) -> Plan:
        """Return the plan, its acts by time, without what lies beyond the tenant's weeks."""
        plan, end = self.plan, self.ends_at
        kept = [place for place, login in enumerate(plan.logins) if login.at < end]
        moved = {old: new for new, old in enumerate(kept)}
        acts = [
            replace(act, login=moved[act.login]) for act in plan.acts if act.at < end and act.login in moved
        ]
        plan.acts = sorted(acts, key=lambda act: (act.at, act.login))
        plan.logins = [self._cut(plan.logins[place]) for place in kept]
        plan.identity = sorted((each for each in plan.identity if each.at < end), key=lambda each: each.at)
        plan.setup = sorted((each for each in plan.setup if each.at < end), key=lambda each: each.at)
        return plan

    def _cut(self, login: Login) -> Login:
        """Return a login that ends within the tenant's weeks."""
        return replace(login, until=min(login.until, self.tenant.ends_at)) if login.until else login


def cuts(
    draw: random.Random, low: float, high: float, count: int, *, even: bool = False
) -> list[tuple[float, float]]:
    """Return `count` ranges that join up from `low` to `high`, in order; uneven ones differ tenfold."""
    weights = [1.0 if even else draw.uniform(0.1, 1.0) for _ in range(count)]
    total, at, found = sum(weights), 0.0, list[tuple[float, float]]()
    for weight in weights:
        begin, at = at, at + weight
        found.append(
            (round(low + (high - low) * begin / total, 6), round(low + (high - low) * at / total, 6))
        )
    return found


def part(draw: random.Random, least: float, most: float) -> tuple[float, float]:
    """Return a range of places whose length is between two shares; one in two ends at the newest record."""
    length = draw.uniform(least, most)
    return reach(1 - length if chance(draw, 0.5) else draw.uniform(0, 1 - length), length)


def reach(low: float, length: float) -> tuple[float, float]:
    """Return a range of places from `low` on, rounded and not beyond the newest record."""
    return round(low, 6), min(round(low + length, 6), 1.0)
