"""A call centre drawn by seed: how many work there, when, how busily, with which machines and logs.

The tenant of the older scenarios (`tenant.py`) is one fixed call centre; this one differs from seed to
seed as call centres differ, and runs for as many weeks as asked. Customers and records are drawn alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from floodmark import engine
from floodmark.engine import Connection
from floodmark.simulate import carrying
from floodmark.simulate.plan import Account, Bulk, Plan, Query, Tenant
from floodmark.simulate.tenant import ENDS_AT, run

Planner = Callable[[Tenant], Plan]
_PLACES = (
    ("PH", 8.0),
    ("AU", 10.0),
    ("NZ", 12.0),
    ("IN", 5.5),
    ("IE", 1.0),
    ("PL", 2.0),
    ("US", -5.0),
    ("CO", -5.0),
)


@dataclass(frozen=True)
class Centre:
    """What was drawn for one tenant."""

    seed: int
    customers: int
    weeks: int
    roles: tuple[str, ...]
    sites: tuple[tuple[str, float], ...]
    """Country and hours ahead of UTC."""
    settings: dict[str, float] = field(default_factory=dict[str, float])
    realtime: bool = True
    """Whether the tenant has real-time events beside its event log files."""
    okta: bool = True
    """Whether there is an identity provider's log."""

    def number(self, role: str) -> int:
        """Return the number of the last account of a role; 0 where there is none."""
        return max((n for n, each in enumerate(self.roles, start=1) if each == role), default=0)

    def drawn(self) -> dict[str, object]:
        """Return the parameters, to print."""
        counted = {f"{role}s": self.roles.count(role) for role in sorted(set(self.roles))}
        logs = {"realtime": self.realtime, "okta": self.okta}
        return {
            "weeks": self.weeks,
            **counted,
            "sites": [list(each) for each in self.sites],
            **self.settings,
            **logs,
        }


def draw(seed: int, *, weeks: int = 6, customers: int = 3_000) -> Centre:
    """Return the call centre of a seed."""
    dice = random.Random(f"centre {seed}")  # noqa: S311 - draws a case, no secret
    roles = (
        ["agent"] * dice.randint(15, 60) + ["manager"] * dice.randint(2, 6) + ["admin"] * dice.randint(1, 3)
    )
    roles += ["loader"] * dice.randint(1, 2) + ["integration"] * dice.randint(1, 2) + ["telephony", "guest"]
    settings = {
        "views": round(8 * (45 / 8) ** dice.random(), 1),
        "spread": round(dice.uniform(0.25, 0.6), 3),
        "lookups": dice.randint(20, 150),
        "list_share": round(dice.uniform(0.01, 0.08), 3),
        "home_share": round(dice.uniform(0.05, 0.5), 3),
        "softphone_share": round(dice.uniform(0, 0.25), 3),
        "day_share": round(dice.uniform(0.4, 0.9), 3),
        "weekend_share": round(dice.uniform(0, 0.6), 3),
        "visits": dice.randint(5, 60),
        "night_s": dice.randint(0, 86_000),
        "release": dice.randint(0, 27),
    }
    return Centre(
        seed, customers, weeks, tuple(roles), tuple(dice.sample(_PLACES, dice.randint(1, 3))), settings,
        realtime=dice.random() < 0.6, okta=dice.random() < 0.6,  # noqa: PLR2004 - shares of tenants
    )  # fmt: skip


def build(connection: Connection, centre: Centre) -> Tenant:
    """Create the tables of accounts, customers and logins, and return what can be known of the tenant."""
    settings: dict[str, object] = {
        "seed": centre.seed,
        "customers": centre.customers,
        "accounts": max(centre.customers // 10, 5),
        "starts_at": (ENDS_AT - timedelta(weeks=centre.weeks)).isoformat(" "),
        "ends_at": ENDS_AT.isoformat(" "),
        "days": centre.weeks * 7,
        "roles": list(centre.roles),
        "site_countries": [country for country, _ in centre.sites],
        "site_zones": [zone for _, zone in centre.sites],
        "keyed_by_x": True,
        "hub_n": centre.roles.index("integration") + 1,
        "campaign_n": centre.number("integration") if centre.roles.count("integration") > 1 else 0,
        "analyst_n": centre.number("manager"),
        "guest_n": centre.number("guest"),
        **centre.settings,
    }
    for name, value in settings.items():
        connection.execute(f"SET VARIABLE {engine.quote(name)} = $1", [value])
    run(connection, "base.sql")
    run(connection, "settings.sql")
    connection.execute("SET VARIABLE chunk_room = 10000")
    for name in ("staff.sql", "people.sql", "records.sql", "shifts.sql"):
        run(connection, name)
    return _facts(connection, centre)


def _facts(connection: Connection, centre: Centre) -> Tenant:
    """Return the tenant's accounts with their working hours, and its size."""
    accounts = tuple(
        Account(
            n=n, role=role, username=username, address=address, agent=agent, country=country,
            shifts=tuple((begin, end) for begin, end in shifts),
            client=client if app else None, app=app, app_id=app_id,
        )
        for n, role, username, address, country, app, app_id, client, agent, shifts in engine.rows(
            connection, engine.statement(Path(__file__).with_name("accounts.sql"))
        )
    )  # fmt: skip
    contacts, cases = engine.row(connection, "SELECT getvariable('old_contacts'), getvariable('old_cases')")
    return Tenant(ENDS_AT - timedelta(weeks=centre.weeks), ENDS_AT, accounts, contacts, cases)


def work(connection: Connection, honest: Plan, hostile: Plan) -> None:
    """Create the tables of all that was done: the ordinary weeks as changed by `honest`, and both plans."""
    plans = ((honest, carrying.Place(hostile=False)), (hostile, carrying.Place(hostile=True)))
    carrying.change(connection, honest)
    for plan, place in plans:
        carrying.log_in(connection, plan, place)
    carrying.renumber(connection)
    for name in ("books.sql", "work.sql", "calls.sql"):
        run(connection, name)
    _routine(connection)
    for plan, place in plans:
        carrying.carry(connection, plan, place, carrying.sessions_of(connection, place))
    run(connection, "pages.sql")
    run(connection, "who.sql")


def _routine(connection: Connection) -> None:
    """Add what is read regularly: a range of contacts by operations, the newest by the hub on Sundays."""
    found = engine.rows(
        connection,
        """SELECT n, kind, done_at, draw('loader share', x, 15), draw('loader from', x, 60), user_n
           FROM sessions WHERE NOT planned
               AND (kind = 'soap' OR application = 'Data Hub' AND isodow(done_at) = 7) ORDER BY n""",
    )
    plan = Plan()
    for place, (_, kind, at, share, start, _) in enumerate(found):
        if kind == "soap":
            low = start / 100
            high = low + 0.18 + share / 100
            fields = ("Id", "Email", "MailingCountry")
            plan.acts.append(
                Query(at + timedelta(seconds=45), place, "Contact", fields, low, high, family="SOAP")
            )
        else:
            fields = ("Id", "Email", "MailingCountry", "LastModifiedDate")
            plan.acts.append(Bulk(at + timedelta(seconds=130), place, fields, 0.85, 1.0))
    carrying.add(connection, plan, carrying.Place(hostile=False), [number for number, *_ in found])


def put_in_order(connection: Connection) -> None:
    """Number views and reports by time, so that no file shows which of them a plan added."""
    run(connection, "in_order.sql")
