"""What a scenario adds to a tenant's ordinary weeks: logins, and what was done in them.

A family of scenarios looks at the `Tenant` and returns a `Plan`; it draws from the generator it is given
alone. The plan is data: `carry` in `carrying.py` turns it into rows of the tenant's tables, whether the
acts are an intruder's or honest but odd work. Places are shares of the records in the order of their
creation, 0 the oldest and 1 the newest.

All times are UTC, without zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Door = Literal["ui", "rest", "soap", "guest"]
DESCRIBES: Mapping[str, tuple[tuple[str, str, str | None], ...]] = {
    "SOAP": (
        ("describeGlobal", "describeGlobal", None),
        ("describeSObject", "describeSObject", "Contact"),
        ("describeSObject", "describeSObject", "Case"),
        ("describeSObject", "describeSObject", "Account"),
    ),
    "REST": (
        ("GET", "/v{v}.0/sobjects", None),
        ("GET", "/v{v}.0/sobjects/Contact/describe", "Contact"),
        ("GET", "/v{v}.0/sobjects/Case/describe", "Case"),
        ("GET", "/v{v}.0/limits", None),
    ),
}
"""Family -> the calls (method, path, object) by which a tool learns what there is; `{v}` is the version."""
Role = Literal["agent", "manager", "admin", "loader", "integration", "telephony", "guest"]


@dataclass(frozen=True)
class Account:
    """One account of the tenant, as its colleagues know it."""

    n: int
    role: Role
    username: str
    address: str
    """The address it usually works from."""
    agent: str
    """Its browser's or client's user agent."""
    country: str
    shifts: tuple[tuple[datetime, datetime], ...]
    """Begin and end of its own sessions, by time."""
    client: str | None = None
    """For a machine account, the name of its client, with `app` and `app_id`."""
    app: str | None = None
    app_id: str | None = None


@dataclass(frozen=True)
class Tenant:
    """What a family can know of the tenant before it plans."""

    starts_at: datetime
    ends_at: datetime
    accounts: tuple[Account, ...]
    contacts: int
    cases: int

    def of(self, *roles: str) -> tuple[Account, ...]:
        """Return the accounts of some roles, by number."""
        return tuple(each for each in self.accounts if each.role in roles)


@dataclass(frozen=True)
class Login:
    """One login of an account; acts name it by its place in `Plan.logins`."""

    at: datetime
    account: int
    """The account's number."""
    address: str
    door: Door
    agent: str
    until: datetime | None = None
    client: str | None = None
    """Client name of API calls, such as `DataLoaderPartnerUI/58.0.0`; None in a browser."""
    app: str | None = None
    """Name of the connected application; a login by a kept token has no login row (`token`)."""
    app_id: str | None = None
    country: str = "NL"
    token: bool = False
    """Calls with a token that was there before: no row of a login is written."""
    hostile: bool = False


@dataclass(frozen=True)
class Call:
    """An API call that hands out no customer record: describe, list of objects, limits."""

    at: datetime
    login: int
    family: Literal["REST", "SOAP"]
    method: str
    resource: str
    entity: str | None = None


@dataclass(frozen=True)
class Count:
    """`SELECT COUNT() FROM object`."""

    at: datetime
    login: int
    object: str
    family: Literal["REST", "SOAP"] = "REST"


@dataclass(frozen=True)
class Query:
    """A query over a range of places of Contact, Case or Account, with all its pages or the first ones."""

    at: datetime
    login: int
    object: str
    fields: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    limit: int | None = None
    pages: int | None = None
    """How many pages of 2,000 rows were fetched; None: all."""
    pause_ms: int = 2_400
    family: Literal["REST", "SOAP"] = "REST"


@dataclass(frozen=True)
class Bulk:
    """A bulk 2.0 query job over a range of places of Contact, and the download of its results."""

    at: datetime
    login: int
    fields: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    removed: bool = False
    """The job is deleted right after the download."""


@dataclass(frozen=True)
class View:
    """One record page opened in the browser."""

    at: datetime
    login: int
    object: Literal["Contact", "Case"]
    place: float


@dataclass(frozen=True)
class Fetch:
    """One Contact fetched by its id over the API."""

    at: datetime
    login: int
    place: float


@dataclass(frozen=True)
class Report:
    """A report over a range of places of Contact, shown or exported."""

    at: datetime
    login: int
    report: int
    """Which report, 0 to 5 are those of the managers; a higher number is a new one."""
    low: float
    high: float
    exported: bool


@dataclass(frozen=True)
class Aura:
    """One request of a page's own framework, by a guest or by a person: no log says what it returned."""

    at: datetime
    login: int
    action: str
    """Such as `aura://RecordUiController/ACTION$getRecordWithFields`."""
    low: float = 0.0
    high: float = 0.0
    """The places of the Contacts that the answer handed out; equal: none."""


@dataclass(frozen=True)
class Identity:
    """One event of the identity provider's log."""

    at: datetime
    event_type: str
    actor: int
    """Number of the account that acted (a help-desk reset: the administrator's)."""
    target: int | None
    """Number of the account acted on; None: the actor itself."""
    address: str
    agent: str
    outcome: str = "SUCCESS"
    hostile: bool = False
    detail: Mapping[str, str] = field(default_factory=dict[str, str])
    """Entries of debugContext.debugData, such as factor or dtHash."""


@dataclass(frozen=True)
class Setup:
    """One row of the setup audit trail."""

    at: datetime
    account: int
    action: str
    section: str
    display: str
    hostile: bool = False


Act = Call | Count | Query | Bulk | View | Fetch | Report | Aura


@dataclass
class Plan:
    """A scenario's logins, acts, identity events and set-up rows; an empty one adds nothing."""

    logins: list[Login] = field(default_factory=list[Login])
    acts: list[Act] = field(default_factory=list[Act])
    identity: list[Identity] = field(default_factory=list[Identity])
    setup: list[Setup] = field(default_factory=list[Setup])
    absent_before: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """Accounts (by number) that did not exist before a time: their earlier sessions are dropped."""
    shifted: dict[int, int] = field(default_factory=dict[int, int])
    """Accounts whose day begins so many hours later from the middle of the weeks on (a reorganisation)."""
    busier: list[tuple[datetime, datetime, float]] = field(
        default_factory=list[tuple[datetime, datetime, float]]
    )
    """Times in which everybody's work is so many times the usual."""
    drawn: dict[str, float | int | str] = field(default_factory=dict[str, "float | int | str"])
    """The parameters that were drawn, to print."""
