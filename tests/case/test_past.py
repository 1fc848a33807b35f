"""What a history of fields and a table of visible records add, from the log to the people."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from floodmark import models
from floodmark.trace import Selectors
from small_files import Bench, answer, api_event

MAP = """objects:
  Contact:
    id: Id
    person: {keys: [[Email]]}
    created: CreatedDate
    changed: SystemModstamp
    fields: {Name: name, Email: email, Phone: phone, Birthdate: date_of_birth}
    types: {Birthdate: date}
    HISTORY
TABLES
VISIBLE
users: {timezone: Australia/Sydney, sees: SEES}
"""
HISTORY = "history: {table: ContactHistory, record: ContactId, field: Field, at: CreatedDate, old: OldValue, new: NewValue, tracks: [Email, Phone]}"
RECORDS = "visibility: {records: {table: RecordAccess, user: UserId, record: RecordId}}"
FIELDS = "visibility: {fields: {table: FieldAccess, user: UserId, object: ObjectName, field: FieldName}}"
ACTOR = "0055e000001AbCdAAK"


def contact(number: int) -> str:
    """Return the id of a contact."""
    return f"003{number:012d}AAA"


def table(folder: Path, name: str, *rows: dict[str, str]) -> Path:
    """Write a customer table."""
    file = folder / f"{name}.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return file


def person(number: int, changed: str = "2024-01-01T00:00:00Z", **more: str) -> dict[str, str]:
    """Return a contact with every value."""
    return {
        "Id": contact(number),
        "Name": f"Name {number}",
        "Email": f"{number}@mail.example",
        "Phone": "1",
        "Birthdate": "1990-01-01",
        "CreatedDate": "2024-01-01T00:00:00Z",
        "SystemModstamp": changed,
        **more,
    }


PEOPLE = (
    person(1),
    person(2),
    person(3, "2025-07-02T00:00:00Z", Phone=""),
    person(4, "2025-07-02T00:00:00Z"),
)
CHANGES = (
    {
        "ContactId": contact(3),
        "Field": "Phone",
        "CreatedDate": "2025-07-02T00:00:00Z",
        "OldValue": "7",
        "NewValue": "",
    },
    {
        "ContactId": contact(4),
        "Field": "Phone",
        "CreatedDate": "2025-07-02T00:00:00Z",
        "OldValue": "",
        "NewValue": "1",
    },
)


def scope(
    bench: Bench, query: str, count: int, *, history: str = "", visible: str = "", sees: str = "all"
) -> models.Scope:
    """Return the scope of one query on 30 June, seen in a real-time event without its ids."""
    given: dict[str, Any] = {
        "Query": query, "RowsProcessed": count, "RowsReturned": count, "UserId": ACTOR, "QueriedEntities": "Contact",
        "EventDate": "2025-06-30T02:00:00.000Z", "Records": None,
    }  # fmt: skip
    bench.add(bench.file("ApiEvent.json", answer(api_event(1, **given))))
    rows = {
        "Contact": PEOPLE,
        "ContactHistory": CHANGES,
        "RecordAccess": [{"UserId": ACTOR, "RecordId": contact(number)} for number in (1, 3)],
        "FieldAccess": [{"UserId": ACTOR, "ObjectName": "Contact", "FieldName": "Email"}],
    }
    tables = {
        name: table(bench.folder, name, *each)
        for name, each in rows.items()
        if name == "Contact" or f"table: {name}" in history + visible
    }
    listed = "\n".join(f"  {name}: {{}}" for name in tables if name != "Contact")
    text = MAP.replace("HISTORY", history).replace("VISIBLE", visible).replace("SEES", sees)
    mapped = bench.folder / "datamap.yaml"
    mapped.write_text(text.replace("TABLES", listed), "utf-8")
    bench.case.snapshot(mapped, at="2025-07-05T00:00:00Z", tables=tables)
    return bench.case.scope(Selectors(actors=(ACTOR,)))


def outcomes(found: models.Scope, name: str) -> tuple[int, int]:
    """Return people with a category taken, and possibly taken."""
    (own,) = [each.outcomes for each in found.categories if each.category == name]
    return own.taken, own.possibly_taken


@pytest.mark.parametrize(
    ("history", "phone", "email", "birth"),
    [
        # two contacts changed since the event: nothing is known of their values then
        ("", (2, 2), (2, 2), (2, 2)),
        # their phone then: one had one, one had none; their e-mail did not change; birth dates are not tracked
        (HISTORY, (3, 0), (4, 0), (2, 2)),
    ],
)
def test_a_history_tells_what_was_on_file(
    bench: Bench, history: str, phone: tuple[int, int], email: tuple[int, int], birth: tuple[int, int]
) -> None:
    """A query for all contacts, of which two changed two days later."""
    found = scope(bench, "SELECT Id, Email, Phone, Birthdate FROM Contact", 4, history=history)
    (request,) = found.requests
    assert (request.grade, request.replayed_rows, request.difference) == (2, 4, 0)
    assert outcomes(found, "phone") == phone
    assert outcomes(found, "email") == email
    assert outcomes(found, "date_of_birth") == birth


@pytest.mark.parametrize(("history", "rows", "taken"), [("", 3, (2, 2)), (HISTORY, 3, (3, 0))])
def test_a_history_tells_what_matched(bench: Bench, history: str, rows: int, taken: tuple[int, int]) -> None:
    """Who had a phone number then: contact 3 had one that is gone, contact 4 had none yet."""
    found = scope(bench, "SELECT Id, Email FROM Contact WHERE Phone != null", rows, history=history)
    assert outcomes(found, "email") == taken
    assert found.people.at_least == (3 if history else 2)
    assert found.requests[0].grade == (2 if history else 3)


def test_a_table_of_visible_records_takes_away_what_the_account_could_not_see(bench: Bench) -> None:
    """Two of four contacts are listed for the account; both left, the others did not."""
    found = scope(bench, "SELECT Id, Email FROM Contact", 2, visible=RECORDS, sees="unknown")
    assert found.requests[0].grade == 2
    assert found.records["Contact"] == models.Bound(at_least=2, at_most=2, bound="exact")
    assert outcomes(found, "email") == (1, 1)  # contact 3 changed since


def test_a_table_of_visible_records_limits_a_read_without_a_text(bench: Bench) -> None:
    """Which rows left is not known, but only records that the account saw can have."""
    found = scope(bench, "", 2, visible=RECORDS, sees="unknown")
    (request,) = found.requests
    assert request.grade == 4
    assert found.people.at_most == 2
    assert any("visible" in each for each in request.assumes)


def test_a_table_of_visible_fields_limits_fields_that_no_text_names(bench: Bench) -> None:
    """FIELDS(ALL) gives what the account could see: the e-mail address."""
    found = scope(bench, "SELECT FIELDS(ALL) FROM Contact LIMIT 200", 4, visible=FIELDS)
    assert outcomes(found, "email") == (0, 4)
    assert outcomes(found, "phone") == (0, 0)
