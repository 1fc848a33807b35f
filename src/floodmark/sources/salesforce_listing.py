"""Salesforce's own list of its event log files (EventLogFile): what there should be, not what was done.

Each row states one file: its type, the hour or day it covers, its size and its columns. A file that is
listed and was not added is a gap; a body shorter than its stated size is damaged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from floodmark.ledger.source import Sample, Source

_NAMED = re.compile(r'"([A-Za-z]\w*)"')
_TYPE = re.compile(r'"type"\s*:\s*"(\w+)"')
_LOG = "salesforce.EventLogFile"
_SLOTS: Mapping[str, str] = {
    "uid": 'coalesce(record_id("Id"), "Id")',
    "at": 'utc_time("LogDate")',
    "received_at": 'utc_time("CreatedDate")',
    "operation": "'listing'",
    "objects": """CASE WHEN "EventType" IS NOT NULL THEN ["EventType"] END""",
    "byte_count": 'whole("LogFileLength")',
    "fields": """[trim(name) FOR name IN string_split("LogFileFieldNames", ',') IF trim(name) <> '']""",
    "execution": '"Interval"',
    "chunk": 'whole("Sequence")',
    "resource": '"LogFile"',
}


class EventLogFileListing(Source):
    """Rows of EventLogFile, as a query answer or a CSV export with API names."""

    id = "salesforce.listing"

    def log(self, sample: Sample) -> str | None:
        """Tell the listing by the type of its records, else by the columns only it has."""
        kind = _kind(sample)
        told = kind == "EventLogFile" if kind else {"EventType", "LogDate"} <= set(sample.names)
        return _LOG if told else None

    def slots(self, log: str) -> Mapping[str, str]:
        """Return the same slots for every listing."""
        del log
        return _SLOTS

    def columns(self, log: str) -> frozenset[str]:
        """Return the columns that the slots name."""
        del log
        return frozenset(_NAMED.findall(" ".join(_SLOTS.values())))

    def reads(self, log: str) -> bool:
        """A listing records no access."""
        del log
        return False


def _kind(sample: Sample) -> str:
    """Return the record type that the platform put into `attributes`, or the empty string."""
    told = _TYPE.search(sample.first.get("attributes") or "")
    return told[1] if told else ""


SOURCE = EventLogFileListing()
