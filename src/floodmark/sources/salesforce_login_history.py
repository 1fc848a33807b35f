"""Salesforce login history: every login of the last six months, with the application that was used.

Two forms: rows with API names, whose times carry a zone, and the file that Setup offers for download,
whose times are the wall clock of the person who downloaded it. A wall clock is placed with the zone
stated for the file; the order of day and month is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from floodmark.ledger.source import Sample, Source

_NAMED = re.compile(r'"([A-Za-z][\w ]*)"')
_ZONED = re.compile(r".*(Z|[+-]\d{2}:?\d{2}|[A-Z]{3,4})")
_TYPE = re.compile(r'"type"\s*:\s*"(\w+)"')
_LOG = "salesforce.LoginHistory"
_WALL = r"""CASE WHEN regexp_full_match("Login Time", '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?')
    THEN try_cast("Login Time" AS TIMESTAMP) END"""
_STATUS = 'coalesce("Status", "Login Status")'
_SLOTS: Mapping[str, str] = {
    "uid": 'coalesce(record_id("Id"), "Id")',
    "at": f'coalesce(utc_time("LoginTime"), utc_time("Login Time"), zoned_time({_WALL}, "_zone"))',
    "actor": 'coalesce(record_id("UserId"), record_id("User ID"))',
    "actor_name": '"Username"',
    "ip": 'coalesce("SourceIp", "Source IP")',
    "client": '"Application"',
    "user_agent": '"Browser"',
    "operation": "'login'",
    "method": 'coalesce("LoginType", "Login Type")',
    "outcome": f"""CASE WHEN {_STATUS} = 'Success' THEN 'success'
        WHEN {_STATUS} IS NOT NULL THEN 'failure' END""",
    "resource": 'coalesce("LoginUrl", "Login URL")',
}
_REASON = f"""CASE WHEN "at" IS NOT NULL THEN NULL
    WHEN coalesce("LoginTime", "Login Time") IS NULL THEN 'no legible time'
    WHEN {_WALL} IS NULL THEN 'time is not in ISO form; export the login history again with API names'
    WHEN "_zone" IS NULL THEN 'time carries no zone; state the one it was downloaded in'
    ELSE 'time falls in an hour that the zone skipped or repeated' END"""


class LoginHistory(Source):
    """Rows of LoginHistory, with API names or with the headings of Setup."""

    id = "salesforce.login_history"

    def log(self, sample: Sample) -> str | None:
        """Tell the log by the type of its records, else by its time column and one more."""
        kind = _kind(sample)
        if kind:
            return _LOG if kind == "LoginHistory" else None
        names = set(sample.names)
        api = "LoginTime" in names and bool(names & {"LoginType", "Application", "SourceIp"})
        setup = {"Login Time", "Login Type"} <= names
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
        """Setup's download gives wall-clock times; rows with API names carry an offset."""
        return "Login Time" in sample.names and not _ZONED.fullmatch(sample.first.get("Login Time") or "")

    def reads(self, log: str) -> bool:
        """A login reads no customer data."""
        del log
        return False


def _kind(sample: Sample) -> str:
    """Return the record type that the platform put into `attributes`, or the empty string."""
    told = _TYPE.search(sample.first.get("attributes") or "")
    return told[1] if told else ""


SOURCE = LoginHistory()
