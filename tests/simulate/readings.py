"""An independent reading of simulated files: standard library only, plain loops, no code of the package."""

from __future__ import annotations

import csv
import gzip
import io
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

csv.field_size_limit(10_000_000)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
CATEGORIES = {
    "Contact": {
        "Name": "name", "FirstName": "name", "LastName": "name", "Email": "email", "Phone": "phone",
        "MobilePhone": "phone", "Birthdate": "date_of_birth", "Gender__c": "gender",
        "MailingStreet": "address", "MailingCity": "address", "MailingState": "address",
        "MailingPostalCode": "address", "LoyaltyNumber__c": "loyalty_number",
        "LoyaltyTier__c": "loyalty_tier", "LoyaltyPoints__c": "loyalty_points",
        "StatusCredits__c": "status_credits",
        "MealPreference__c": "meal_preference", "Description": "free_text",
    },
    "Case": {"Description": "free_text"},
    "Account": {},
}  # fmt: skip


def check_characters(first: str) -> str:
    """Return the three check characters of a 15-character id."""
    found = ""
    for start in (0, 5, 10):
        number = 0
        for place in range(5):
            if first[start + place].isupper():
                number += 2**place
        found += ALPHABET[number]
    return found


def body(path: Path) -> bytes:
    """Return a file's bytes, unpacked."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(body(path).decode("utf-8"), newline="")))


def listing(directory: Path) -> list[dict[str, Any]]:
    """Return the entries of the event log file listing."""
    return json.loads((directory / "logs" / "EventLogFile.json").read_text("utf-8"))["records"]


def elf_path(directory: Path, entry: dict[str, Any]) -> Path:
    """Return the file of a listing's entry."""
    (found,) = (directory / "logs").glob(f"*_{entry['EventType']}_{entry['Id']}.csv*")
    return found


def answers(directory: Path, name: str) -> list[dict[str, Any]]:
    """Return the records of a type saved as query answers, each event once."""
    events: dict[str, dict[str, Any]] = {}
    for path in sorted((directory / "logs").glob(f"{name}_*.json*")):
        for record in json.loads(body(path))["records"]:
            events[record["EventIdentifier"]] = record
    return list(events.values())


def fields_of(query: str) -> list[str]:
    """Return the field list of a flat query."""
    return query[len("SELECT ") :].split(" FROM ", maxsplit=1)[0].replace(" ", "").split(",")


def people(contacts: Iterable[dict[str, str]]) -> dict[str, str]:
    """Return contact id -> person."""
    found: dict[str, str] = {}
    for row in contacts:
        email = unicodedata.normalize("NFC", row["Email"].strip()).casefold()
        found[row["Id"]] = email or row["Id"]
    return found


class Loss:
    """What each person lost, filled by plain loops."""

    def __init__(self, directory: Path, event_ends: str) -> None:
        self.tables = {name: table(directory / "tables" / f"{name}.csv") for name in CATEGORIES}
        self.rows = {row["Id"]: row for rows in self.tables.values() for row in rows}
        self.event_ends = event_ends
        self.person = people(self.tables["Contact"])
        for case in self.tables["Case"]:
            self.person[case["Id"]] = self.person.get(case["ContactId"], case["Id"])
        self.sure: dict[str, set[str]] = defaultdict(set)
        self.possible: dict[str, set[str]] = defaultdict(set)
        self.records: dict[str, set[str]] = defaultdict(set)

    def hand_out(self, name: str, ids: Iterable[str], fields: Iterable[str]) -> None:
        """Book a query's answer."""
        wanted = {field.casefold() for field in fields}
        mapped = {
            field: category for field, category in CATEGORIES[name].items() if field.casefold() in wanted
        }
        for record in ids:
            self.records[name].add(record)
            if name == "Account":
                continue
            row, person = self.rows[record], self.person[record]
            changed = row["SystemModstamp"] > self.event_ends
            for field, category in mapped.items():
                if changed:
                    self.possible[person].add(category)
                elif row[field]:
                    self.sure[person].add(category)

    def fetch(self, name: str, record: str) -> None:
        """Book a record fetched singly: any value may have left."""
        self.records[name].add(record)
        for field, category in CATEGORIES[name].items():
            if self.rows[record][field]:
                self.possible[self.person[record]].add(category)

    def combinations(self) -> Counter[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return (sure, possible only) -> persons."""
        counted: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
        for person in set(self.sure) | set(self.possible):
            maybe = self.possible[person] - self.sure[person]
            if self.sure[person] or maybe:
                counted[tuple(sorted(self.sure[person])), tuple(sorted(maybe))] += 1
        return counted
