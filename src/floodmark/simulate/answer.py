"""The answer key: what the intruder did and whose values left, from the simulator's own books.

Counted here are persons as the data map tells them apart: one per e-mail address (trimmed, letter
case and Unicode form aside), and one per record without a usable key.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from floodmark import engine
from floodmark.engine import Connection
from floodmark.simulate.files import copy_csv
from floodmark.simulate.tenant import Attack, run

CATEGORIES = (
    "name", "email", "phone", "date_of_birth", "gender", "address", "loyalty_number", "loyalty_tier",
    "loyalty_points", "status_credits", "meal_preference", "free_text",
)  # fmt: skip
_NOTES = {
    "sure": "the value was on file, was handed out, and its record has not changed since",
    "possible": "the field was handed out by a request, but the record was changed after the event, so that"
    " the table shows the value of today; or the record was fetched singly, so that the log names no field",
    "truth": "what the simulator handed out: at least sure, at most sure plus possible",
    "changed_since": "a value of a record changed after the event is possible, never sure, and is listed"
    " apart; nothing changed between the first and the last act of the intruder",
    "unit": "one person per distinct e-mail (trimmed, case-folded, NFC), and one per record without an"
    " e-mail; a case belongs to its contact's person",
    "residence": "persons with a sure value, by the countries of all their records, so that one with two"
    " countries is in both rows; null: none of the person's records names a country",
}


_UNSEEN = {
    "truth": "what the simulator handed out: at least sure; more than sure plus possible where requests"
    " handed out records that no log names",
    "unseen": "requests of that kind are logged without an object, a record or a count; what they handed out"
    " is in truth alone",
    "actors": "the accounts whose logins were hostile, one or several; actor is the first of them",
}


def write(
    connection: Connection, folder: Path, attack: Attack, *, scenario: str, seed: int, family: bool = False
) -> Path:
    """Write the key into `folder` and return the path of its first file.

    `family`: the hostile part is a plan's, so that several accounts and requests that no log names can occur.

    `answer.json` holds the counts, `records.csv` one row per record handed out, `traces.csv` one row per log
    row that tells something of a hostile request, so that it can be said what is left when rows are lost.
    """
    run(connection, "key.sql")
    key = {
        "scenario": scenario,
        "seed": seed,
        "notes": _NOTES | _UNSEEN if family else _NOTES,
        "intrusion": _intrusion_of_plan(connection) if family else _intrusion(connection, attack),
        "requests": _requests(connection),
        "tables": _tables(connection),
        "units": _units(connection),
        "records": dict(
            engine.rows(connection, "SELECT object, count(*) FROM taken GROUP BY object ORDER BY object")
        ),
        "records_changed_since": dict(
            engine.rows(
                connection,
                "SELECT object, count(*) FROM taken WHERE changed_since GROUP BY object ORDER BY object",
            )
        ),
        "categories": _categories(connection),
        "combinations": _combinations(connection),
        "residence": _residence(connection),
        "not_held": ["passport", "password", "payment_card"],
    }
    path = folder / "answer.json"
    path.write_bytes((json.dumps(key, indent=1, ensure_ascii=False) + "\n").encode())
    copy_csv(connection, "record_key", folder / "records.csv")
    copy_csv(connection, "trace_key", folder / "traces.csv")
    return path


def _intrusion(connection: Connection, attack: Attack) -> dict[str, Any] | None:
    """Return the hostile sessions with their keys, addresses and extent; None without an intruder."""
    if not attack.sessions:
        return None
    rows = engine.rows(connection, "SELECT session_key, login_key, ip FROM hostile_sessions ORDER BY n")
    start, end = engine.row(connection, "SELECT from_at, to_at FROM extent")
    return {
        "actor": attack.actor,
        "client": attack.client,
        "sessions": [row[0] for row in rows],
        "logins": [row[1] for row in rows],
        "addresses": sorted({row[2] for row in rows}),
        "from": start,
        "to": end,
    }


def _intrusion_of_plan(connection: Connection) -> dict[str, Any] | None:
    """Return the same for a plan, from its hostile logins."""
    actors = engine.rows(
        connection,
        """SELECT u.id18, min(s.done_at), max(coalesce(s.app_name, s.client, '')) FROM sessions AS s
           JOIN users AS u ON u.n = s.user_n WHERE s.hostile GROUP BY u.id18 ORDER BY 2, 1""",
    )
    if not actors:
        return None
    attack = Attack(actor=actors[0][0], client=actors[0][2], sessions=[1])
    found = _intrusion(connection, attack)
    return found and found | {"actors": [actor for actor, *_ in actors]}


def _requests(connection: Connection) -> list[dict[str, Any]]:
    """Return every hostile act of reading, by time; `rows` are the records that it handed out."""
    return [
        {
            "request": request,
            "kind": kind,
            "objects": [name],
            "query": query,
            "path": path,
            "fields": list(fields),
            "rows": count,
            "at": at.isoformat(timespec="milliseconds") + "Z",
        }
        for request, kind, name, query, path, fields, at, count in engine.rows(
            connection, "FROM request_key ORDER BY done_at, request"
        )
    ]


def _tables(connection: Connection) -> dict[str, Any]:
    """Return how many records and persons the tables hold."""
    emails, humans, unkeyed = engine.row(
        connection,
        """SELECT count(DISTINCT person) FILTER (person >= 0), count(DISTINCT human),
                  count(*) FILTER (person < 0) FROM contacts""",
    )
    (strangers,) = engine.row(connection, """SELECT count(*) FROM cases WHERE "ContactId" IS NULL""")
    counts = [
        engine.row(connection, "SELECT count(*) FROM query_table($1)", [name])[0]
        for name in ("accounts", "cases", "contacts")
    ]
    return {
        "records": dict(zip(("Account", "Case", "Contact"), counts, strict=True)),
        "emails": emails,
        "people": humans,
        "contacts_without_email": unkeyed,
        "cases_without_contact": strangers,
    }


def _units(connection: Connection) -> dict[str, Any]:
    """Return how many e-mails, true people and unkeyed records the intruder reached."""
    emails, unkeyed, sure, possible = engine.row(
        connection,
        """SELECT count(*) FILTER (person >= 0), count(*) FILTER (person < 0), count(*) FILTER (sure <> 0),
                  count(*) FILTER (sure = 0 AND possible <> 0) FROM people_taken""",
    )
    (humans,) = engine.row(connection, "SELECT count(DISTINCT human) FROM taken WHERE person >= 0")
    return {
        "emails": emails,
        "people": humans,
        "unkeyed": unkeyed,
        "with_sure_value": sure,
        "with_possible_value_only": possible,
    }


def _names(mask: int) -> list[str]:
    """Return the categories of a mask, sorted."""
    return sorted(name for place, name in enumerate(CATEGORIES) if mask >> place & 1)


def _categories(connection: Connection) -> dict[str, dict[str, int]]:
    """Return per category how many persons surely, possibly only, and truly lost a value."""
    counted = {name: {"sure": 0, "possible": 0, "truth": 0} for name in CATEGORIES}
    for *masks, count in engine.rows(connection, "FROM mask_key"):
        for kind, mask in zip(("sure", "possible", "truth"), masks, strict=True):
            for name in _names(mask):
                counted[name][kind] += count
    return counted


def _combinations(connection: Connection) -> list[dict[str, Any]]:
    """Return per combination of sure and possible categories how many persons have it."""
    found = engine.rows(
        connection,
        "SELECT sure, possible, sum(people)::BIGINT FROM mask_key WHERE sure | possible <> 0 GROUP BY ALL",
    )
    named = [
        {"taken": _names(sure), "possible": _names(maybe), "people": count} for sure, maybe, count in found
    ]
    return sorted(named, key=lambda each: (each["taken"], each["possible"]))


def _residence(connection: Connection) -> list[dict[str, Any]]:
    """Return per country how many persons with a sure value live there; null: none stated."""
    found = engine.rows(connection, "FROM residence_key")
    return [{"country": country, "people": count} for country, count in found]
