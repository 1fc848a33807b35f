"""Salesforce setup audit trail: what administrators changed, such as an app that was let in.

Two forms: rows with API names, whose times carry a zone, and the CSV that Setup offers, whose times are
the wall clock of the person who downloaded it. A wall clock is placed with the zone stated for the file.
The order of day and month is never guessed: besides ISO, a time with a slash is read only where it names
a zone that means one thing, and its date can be read in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from floodmark.ledger.source import Sample, Source

_NAMED = re.compile(r'"([A-Za-z][\w ]*)"')
_ZONED = re.compile(r".*(Z|[+-]\d{2}:?\d{2}|[A-Z]{3,4})")
_CLOCK = re.compile(r".*\d (AM|PM)")
_TYPE = re.compile(r'"type"\s*:\s*"(\w+)"')
_LOG = "salesforce.SetupAuditTrail"
_WALL = r"""CASE WHEN regexp_full_match("Date", '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?')
    THEN try_cast("Date" AS TIMESTAMP) END"""
# Hours ahead of UTC. Abbreviations with two meanings (EST, CST, IST, BST) are left out on purpose.
_HOURS = """CASE regexp_extract("Date", '[A-Z]{3,4}$') WHEN 'UTC' THEN 0 WHEN 'GMT' THEN 0 WHEN 'EDT' THEN -4
    WHEN 'CDT' THEN -5 WHEN 'MDT' THEN -6 WHEN 'PDT' THEN -7 WHEN 'PST' THEN -8 WHEN 'AEST' THEN 10
    WHEN 'AEDT' THEN 11 WHEN 'NZST' THEN 12 WHEN 'NZDT' THEN 13 END"""
_FIRST = r"""try_cast(regexp_extract("Date", '^(\d{1,2})/', 1) AS INTEGER)"""
_SECOND = r"""try_cast(regexp_extract("Date", '^\d{1,2}/(\d{1,2})/', 1) AS INTEGER)"""
_SLASHED = rf"""CASE
    WHEN NOT regexp_full_match("Date",
    '\d{{1,2}}/\d{{1,2}}/\d{{4}},? \d{{1,2}}:\d{{2}}:\d{{2}} [AP]M [A-Z]{{3,4}}')
    THEN NULL WHEN {_SECOND} > 12 OR {_FIRST} = {_SECOND}
    THEN try_strptime(replace(regexp_extract("Date", '^(.* [AP]M)'), ',', ''), '%m/%d/%Y %I:%M:%S %p')
    WHEN {_FIRST} > 12
    THEN try_strptime(replace(regexp_extract("Date", '^(.* [AP]M)'), ',', ''), '%d/%m/%Y %I:%M:%S %p')
    END - to_hours({_HOURS})"""
_SLOTS: Mapping[str, str] = {
    "uid": 'coalesce(record_id("Id"), "Id")',
    "at": f'coalesce(utc_time("CreatedDate"), utc_time("Date"), zoned_time({_WALL}, "_zone"), {_SLASHED})',
    "actor": 'record_id("CreatedById")',
    "actor_name": '"User"',
    "operation": "'setup'",
    "method": '"Action"',
    "resource": """nullif(concat_ws(': ', "Section", "Display"), '')""",
}
_REASON = f"""CASE WHEN "at" IS NOT NULL THEN NULL
    WHEN "Date" IS NULL THEN 'no legible time'
    WHEN {_WALL} IS NULL THEN
        'day, month or zone of the time can be read in two ways; export the trail again with API names'
    WHEN "_zone" IS NULL THEN 'time carries no zone; state the one it was downloaded in'
    ELSE 'time falls in an hour that the zone skipped or repeated' END"""


class SetupAuditTrail(Source):
    """Rows of SetupAuditTrail, with API names or with the headings of Setup."""

    id = "salesforce.setup_audit_trail"
    blind = (
        (
            "The setup audit trail has no dependable row for a user who let an app in through the device "
            "page; look for a new application in the login history."
        ),
    )

    def log(self, sample: Sample) -> str | None:
        """Tell the log by the type of its records, else by the columns only it has."""
        kind = _kind(sample)
        if kind:
            return _LOG if kind == "SetupAuditTrail" else None
        names = set(sample.names)
        api = {"Action", "Section", "CreatedDate"} <= names
        setup = {"Date", "User", "Action", "Section"} <= names
        return _LOG if api or setup else None

    def slots(self, log: str) -> Mapping[str, str]:
        """Return one set of slots for both forms; the names of the other form read as null."""
        del log
        return _SLOTS

    def columns(self, log: str) -> frozenset[str]:
        """Return the columns that the slots and the reason name."""
        del log
        return frozenset(_NAMED.findall(" ".join((*_SLOTS.values(), _REASON)))) - {"at"}

    def reason(self, log: str) -> str:
        """Say what is wrong with the time of a row, and what to do about it."""
        del log
        return _REASON

    def needs_zone(self, sample: Sample) -> bool:
        """Setup's CSV gives wall-clock times; rows with API names carry an offset."""
        stated = sample.first.get("Date") or ""
        zoned = _ZONED.fullmatch(stated) and not _CLOCK.fullmatch(stated)
        return "Date" in sample.names and "CreatedDate" not in sample.names and not zoned

    def reads(self, log: str) -> bool:
        """A change of the set-up reads no customer data."""
        del log
        return False


def _kind(sample: Sample) -> str:
    """Return the record type that the platform put into `attributes`, or the empty string."""
    told = _TYPE.search(sample.first.get("attributes") or "")
    return told[1] if told else ""


SOURCE = SetupAuditTrail()
