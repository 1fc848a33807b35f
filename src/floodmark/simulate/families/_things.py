"""Networks, tools, names and fields: the same pools for intruders, home workers, travellers and vendors.

Whoever draws from here leaves the same kind of trace; only what is done with it differs.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import Literal

from floodmark.simulate.plan import Account, Tenant

Way = Literal["REST", "SOAP"]

BROWSERS = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0"
        " Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0"
        " Safari/537.36 Edg/136.0.0.0"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0",
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Safari/605.1.15"
    ),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36",
)
PHONES = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/18.5 Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 "
        "Mobile Safari/537.36"
    ),
)
SCRIPTS = (
    "python-requests/2.32.4",
    "Python/3.11 aiohttp/3.12.15",
    "Go-http-client/2.0",
    "Apache-HttpClient/4.5.14 (Java/17.0.11)",
    "okhttp/4.12.0",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "RestSharp/112.1.0.0",
)
APPS = (
    "Ticket Dashboard", "My Ticket Portal", "Service Desk Connect", "Support Case Helper", "Survey Connect",
    "Quality Monitor", "Workforce Planner", "Case Insights", "Customer Sync", "Mailing Studio", "Data Bridge",
    "Reporting Cube", "Loyalty Connector", "Callback Scheduler",
)  # fmt: skip
COUNTRIES = ("NL", "DE", "US", "SG", "GB", "AU", "NZ", "PH", "JP", "IN", "AE", "CA", "FR")
OBJECTS = ("Contact", "Case", "Account")

NAMES = ("Id", "Name", "Email")
_LOYALTY = ("LoyaltyNumber__c", "LoyaltyTier__c", "LoyaltyPoints__c", "StatusCredits__c")
_ADDRESS = ("MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry")
_PERSON = ("Id", "Name", "Email", "Phone", "MobilePhone", "Birthdate", "Gender__c")
CONTACT_FIELDS: tuple[tuple[str, ...], ...] = (
    (*NAMES, "Phone"),
    (*NAMES, "LoyaltyNumber__c", "LoyaltyTier__c"),
    ("Id", "FirstName", "LastName", "Email", "MobilePhone", *_LOYALTY),
    (*NAMES, "Phone", "Birthdate", *_ADDRESS),
    (*_PERSON, *_ADDRESS),
    (*_PERSON, *_ADDRESS, *_LOYALTY, "MealPreference__c"),
    (*_PERSON, *_ADDRESS, *_LOYALTY, "MealPreference__c", "Description", "CreatedDate", "LastModifiedDate"),
)
"""From few fields to all, for thefts, exports and copies alike."""
FIELDS: dict[str, tuple[str, ...]] = {
    "Case": ("Id", "CaseNumber", "ContactId", "Subject", "Status", "Description"),
    "Account": ("Id", "Name", "Industry", "BillingCountry"),
}


@dataclass(frozen=True)
class Tool:
    """How a program shows in the logs."""

    family: Way
    agent: str
    client: str | None
    app: str | None
    app_id: str | None


def elsewhere(tenant: Tenant, draw: random.Random) -> str:
    """Return an address that no account has as its usual one: a home, a hotel, a phone, a cloud."""
    usual = {each.address for each in tenant.accounts}
    while True:
        last = draw.randint(10, 249)
        address = draw.choices(
            (
                f"198.{draw.randint(18, 19)}.{draw.randint(0, 255)}.{last}",
                f"100.{draw.randint(64, 127)}.{draw.randint(0, 255)}.{last}",
                f"{draw.choice(('192.0.2', '203.0.113', '198.51.100'))}.{last}",
            ),
            weights=(45, 20, 35),
        )[0]
        if address not in usual:
            return address


def country(account: Account, draw: random.Random, abroad: float = 0.5) -> str:
    """Return the country of a login: the account's own, or with a probability of `abroad` any."""
    return draw.choice(COUNTRIES) if draw.random() < abroad else account.country


def browser(account: Account, draw: random.Random, other: float = 0.6) -> str:
    """Return a browser: the account's own kind, or with a probability of `other` any."""
    return draw.choice(BROWSERS) if draw.random() < other else account.agent


def app_id(tenant: Tenant, draw: random.Random) -> str:
    """Return an id for an application that is new, in the form of those that are known."""
    known = next((each.app_id for each in tenant.accounts if each.app_id), "0H4000000000000")
    return known[:11] + "".join(draw.choices(string.digits + string.ascii_letters, k=4))


def loader(draw: random.Random) -> Tool:
    """Return the well-known data loader, logged in to by password: it shows no connected application."""
    version = draw.choice(("58.0.0", "58.0.0", "60.0.2", "62.0.1", "64.0.0"))
    return Tool("SOAP", "Jakarta Commons-HttpClient/3.1", f"DataLoaderPartnerUI/{version}", None, None)


def known(draw: random.Random) -> Tool:
    """Return a tool of a well-known name that many tenants have seen."""
    version = f"{draw.randint(56, 64)}.0.{draw.randint(0, 3)}"
    return draw.choice(
        (
            loader(draw),
            Tool("REST", "python-requests/2.32.4", "simple-salesforce/1.12", None, None),
            Tool("SOAP", "Apache-HttpClient/4.5.14 (Java/17.0.11)", f"Workbench/{version}", None, None),
            Tool("REST", "Microsoft.Data.Mashup (powerbi)", "PowerBI", None, None),
            Tool("REST", "jsforce/3.8 node/22", "SalesforceCLI/2.9", None, None),
        )
    )


def app(tenant: Tenant, draw: random.Random, family: Way | None = None) -> Tool:
    """Return a connected application of a name of its own: a renamed loader, a vendor's product, a script."""
    name = draw.choice(APPS)
    way: Way = family or draw.choice(("REST", "SOAP"))
    agent = "Jakarta Commons-HttpClient/3.1" if way == "SOAP" else draw.choice(SCRIPTS)
    client = draw.choice(
        (name, name, name.replace(" ", "") + f"/{draw.randint(1, 5)}.{draw.randint(0, 9)}", None)
    )
    return Tool(way, agent, client, name, app_id(tenant, draw))


def tool(tenant: Tenant, draw: random.Random, named: float = 0.4) -> Tool:
    """Return a well-known tool with a probability of `named`, else an application of its own name."""
    return known(draw) if draw.random() < named else app(tenant, draw)


def contact_fields(draw: random.Random, least: int = 0) -> tuple[str, ...]:
    """Return a list of fields of Contact; `least` 0 allows few of them, 6 takes all."""
    return draw.choice(CONTACT_FIELDS[least:])
