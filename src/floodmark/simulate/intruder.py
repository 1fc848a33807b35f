"""The intruder: an agent is talked into authorising an application that reads customers.

Both scenarios log in with OAuth from an address the account never had, while the agent goes on
working in the browser. They look around on the first day and read on the second and third.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from floodmark import engine
from floodmark.engine import Connection
from floodmark.simulate.plan import DESCRIBES
from floodmark.simulate.tenant import (
    PAGE_ROWS,
    Attack,
    Call,
    Get,
    Job,
    Read,
    created_at,
    drawn,
    run,
    soql_time,
)

_CLIENTS = ("My Ticket Portal", "Ticket Dashboard", "Service Desk Connect", "Support Case Helper")
_DAYS = ("2025-06-28", "2025-06-29", "2025-06-30")
_SPAN_STARTS = (2009, 2014, 2018, 2021, 2023)
_LAST_SPAN_ENDS = datetime(2025, 6, 27)  # noqa: DTZ001 - plain UTC
_ADDRESS = ("MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry")
_LOYALTY = ("LoyaltyNumber__c", "LoyaltyTier__c", "LoyaltyPoints__c", "StatusCredits__c")
_PERSON = ("Id", "Name", "Email", "Phone", "MobilePhone", "Birthdate", "Gender__c")
# The fields of the five extraction jobs, one per span of creation times.
_JOB_FIELDS: tuple[tuple[str, ...], ...] = (
    ("Id", "Name", "Email"),
    ("Id", "Name", "Email", "LoyaltyNumber__c"),
    ("Id", "FirstName", "LastName", "Email", *_LOYALTY),
    (*_PERSON, *_ADDRESS, *_LOYALTY, "MealPreference__c"),
    (*_PERSON, *_ADDRESS, "MealPreference__c"),
)
_VERSION = "58"
_WIDE = (
    "Id", "Name", "Email", "Phone", "Birthdate", "MailingStreet", "MailingCity", "MailingPostalCode",
    "LoyaltyNumber__c",
)  # fmt: skip
_NARROW = ("Id", "FirstName", "LastName", "Email", "MobilePhone", "LoyaltyNumber__c", "LoyaltyTier__c")
_CASE = ("Id", "CaseNumber", "ContactId", "Subject", "Description")
_ACCOUNTS = "SELECT Id, Name FROM Account"


def plan(connection: Connection, scenario: str) -> Attack:
    """Add the intruder's logins to the tenant's and return what follows; `clean` has no intruder."""
    if scenario == "clean":
        return Attack()
    attack = _log_in(connection, loader=scenario == "vishing-data-loader")
    if scenario == "qantas":
        _look_around(attack, connection, family="REST")
        _extract(attack, connection)
    else:
        _look_around(attack, connection, family="SOAP")
        _page_through(attack, connection)
    return attack


def _log_in(connection: Connection, *, loader: bool) -> Attack:
    """Pick an agent who works on all three days, and log in as that agent on each of them."""
    victims = engine.rows(
        connection,
        """SELECT u.n, u.id18, list(s.done_at ORDER BY s.done_at)
           FROM users AS u JOIN sessions AS s ON s.user_n = u.n
           WHERE s.kind = 'ui' AND strftime(s.done_at, '%Y-%m-%d') IN ($1, $2, $3)
               AND role = 'agent' AND shift_at = 6 AND NOT EXISTS (
               SELECT 1 FROM sessions AS o WHERE o.user_n = u.n AND o.kind = 'rest')
           GROUP BY u.n, u.id18 HAVING count(*) = 3 ORDER BY u('victim', u.n), u.n""",
        list(_DAYS),
    )
    user, actor, shifts = victims[0]
    client = _CLIENTS[drawn(connection, "client", 1, len(_CLIENTS))]
    agent = "Jakarta Commons-HttpClient/3.1" if loader else "python-requests/2.32.4"
    for day, start in enumerate(shifts):
        connection.execute(
            """INSERT INTO sessions SELECT 0, 999000000 + $1, $2,
               $3 + to_milliseconds(3600000 + draw('late start', $1, 5400000)), NULL,
               '192.0.2.' || (160 + draw('hosting', least($1, 1), 40) * 2 + least($1, 1)), 'rest', $4, $4,
               getvariable('app_visitor'), $4, 'Remote Access 2.0', $5, 'NL', true, true, false""",
            [day, user, start, client, agent],
        )
    run(connection, "renumber.sql")
    sessions = engine.rows(connection, "SELECT n FROM sessions WHERE hostile ORDER BY n")
    return Attack(actor=actor, client=client, sessions=[session for (session,) in sessions])


def _begins(connection: Connection, session: int) -> datetime:
    """Return when the session was logged in to."""
    return engine.row(connection, "SELECT done_at FROM sessions WHERE n = $1", [session])[0]


def _look_around(attack: Attack, connection: Connection, *, family: str) -> None:
    """List the objects, describe a few, count their rows, take a small sample."""
    session = attack.sessions[0]
    at = _begins(connection, session)
    for step, (method, path, entity) in enumerate(DESCRIBES[family]):
        asked = path.replace("{v}", _VERSION)
        attack.calls.append(
            Call(at + timedelta(seconds=3 + 2 * step), session, family, method, asked, entity)
        )
    for step, name in enumerate(("Contact", "Case", "Account")):
        count = f"SELECT COUNT() FROM {name}"  # noqa: S608 - text for a log, never run
        asked_at = at + timedelta(seconds=20 + 3 * step)
        attack.reads.append(Read(asked_at, session, name, count, (), family=family, hostile=True))
    order = " ORDER BY CreatedDate DESC" if family == "REST" else ""
    sample = f"SELECT Id, Name, Email FROM Contact{order} LIMIT 5"  # noqa: S608 - the same
    fields = ("Id", "Name", "Email")
    asked_at = at + timedelta(seconds=95)
    attack.reads.append(
        Read(asked_at, session, "Contact", sample, fields, family=family, top=5, hostile=True)
    )


def _page_through(attack: Attack, connection: Connection) -> None:
    """Read contacts, cases and accounts page by page, one page twice, and fetch a few records singly."""
    second, third = attack.sessions[1:]
    cuts = [created_at(connection, "contacts", share) for share in (0.10, 0.74, 0.78, 0.82)]
    (rows,) = engine.row(
        connection, "SELECT count(*) FROM contacts WHERE created_at >= $1 AND created_at < $2", cuts[:2]
    )
    first = _contact_read(
        _begins(connection, second) + timedelta(seconds=40), second, _WIDE, cuts[0], cuts[1]
    )
    at = _begins(connection, third)
    since = created_at(connection, "cases", 0.70)
    cases = f"SELECT {', '.join(_CASE)} FROM Case WHERE CreatedDate >= {soql_time(since)}"  # noqa: S608
    attack.reads += [
        replace(first, again_page=1 if rows > PAGE_ROWS else 0),
        _contact_read(at + timedelta(seconds=30), third, _NARROW, cuts[2], cuts[3]),
        Read(at + timedelta(seconds=300), third, "Account", _ACCOUNTS, ("Id", "Name"), hostile=True),
        Read(at + timedelta(seconds=400), third, "Case", cases, _CASE, since, hostile=True),
    ]
    attack.gets += [
        Get(at + timedelta(seconds=900 + 7 * step), third, record)
        for step, record in enumerate(_singles(connection, cuts))
    ]


def _contact_read(at: datetime, session: int, fields: tuple[str, ...], low: datetime, high: datetime) -> Read:
    """Return a hostile read of the contacts created from `low` to before `high`."""
    return Read(at, session, "Contact", _contact_query(fields, low, high), fields, low, high, hostile=True)


def _contact_query(fields: tuple[str, ...], low: datetime, high: datetime) -> str:
    """Return the text of a query over contacts created from `low` to before `high`."""
    return (
        f"SELECT {', '.join(fields)} FROM Contact "  # noqa: S608 - text for a log, never run
        f"WHERE CreatedDate >= {soql_time(low)} AND CreatedDate < {soql_time(high)}"
    )


def _singles(connection: Connection, cuts: list[datetime]) -> list[int]:
    """Return the numbers of five contacts inside the first range and of two that no query reads."""
    inside = engine.rows(
        connection,
        """SELECT n FROM contacts
           WHERE created_at >= $1 AND created_at < $2 AND NOT changed_since AND kind = 'main'
           ORDER BY u('single', n), n LIMIT 5""",
        cuts[:2],
    )
    outside = engine.rows(
        connection,
        """SELECT n FROM contacts
           WHERE created_at >= $1 AND created_at < TIMESTAMP '2025-06-20'
               AND NOT changed_since AND kind = 'main'
           ORDER BY u('single', n), n LIMIT 2""",
        cuts[3:],
    )
    return [record for (record,) in (*inside, *outside)]


def _extract(attack: Attack, connection: Connection) -> None:
    """Run five bulk jobs, each over its span of creation times and with its own fields, and delete them."""
    bounds = [datetime(year, 1, 1) for year in _SPAN_STARTS] + [_LAST_SPAN_ENDS]  # noqa: DTZ001
    sessions = (attack.sessions[1],) * 3 + (attack.sessions[2],) * 2
    spans = list(pairwise(bounds))
    at = _begins(connection, sessions[0])
    for number, (session, fields, (low, high)) in enumerate(zip(sessions, _JOB_FIELDS, spans, strict=True)):
        at = max(at, _begins(connection, session)) + timedelta(seconds=60)
        query = _contact_query(fields, low, high)
        if number == len(spans) - 1:
            query = (
                query.replace(" FROM ", "\n  FROM ")
                .replace(" WHERE ", "\n  WHERE ")
                .lower()
                .replace("t00:00:00z", "T00:00:00Z")
            )
        attack.jobs.append(Job(at, session, query, fields, low, high, removed=True, hostile=True))
        (rows,) = engine.row(
            connection,
            "SELECT count(*) FROM contacts WHERE created_at >= $1 AND created_at < $2",
            [low, high],
        )
        # the job, its downloads, and its removal end before the next one is started
        at += timedelta(milliseconds=45_000 + rows // 10 + 2_500 * (1 + rows // 10_000))
