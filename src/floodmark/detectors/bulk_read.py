"""A bulk read of customer records by an account that never did one before.

Sees: a large query, report or bulk job, single records at machine pace, and further pages or downloads
where no log counts rows. Misses: an account whose work is bulk reading, and small reads over many days.
Check: who ordered the export, and where its file is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Signal

_WORDS = {
    "query": "rows by one query",
    "bulk": "rows by one bulk job",
    "report": "rows by one report or list",
    "records": "single records within an hour",
}
_UNCOUNTED = {"query": "further pages of query results", "bulk": "bulk results"}


class BulkRead(Detector):
    """The first read of at least `rows` customer rows in one act, or `records` single records in an hour.

    Sees: a large query, report or bulk job, records one by one at machine pace, and, where no log counts
    rows, the first fetch of further pages or bulk results; a bulk job deleted soon after.
    Misses: an account whose work is bulk reading, and small reads over many days.
    Check: who ordered the export, and where its file is now.
    """

    id = "bulk-read"
    title = "bulk read of customer records by an account that never did one before"
    techniques = ("T1213.004",)
    severity = (
        "high, or medium where no log counts the rows; surer with a client or network new for the account"
    )
    role = "read"
    suspicious = Path(__file__).with_name("bulk_read.sql")

    def __init__(self, *, rows: int = 500, records: int = 200, counted: int = 200) -> None:
        self.rows = rows
        self.records = records
        self.counted = counted

    def bound(self) -> Mapping[str, Any]:
        """Return the least rows and records, and the rows an hour below which nothing was counted."""
        return {"rows": self.rows, "records": self.records, "counted": self.counted}

    def signal(self, row: Mapping[str, Any]) -> Signal:
        """Tell the largest act of the day, what the largest before was, and whether its job was deleted."""
        deleted = row["deleted_at"] is not None
        return Signal(
            detector=self,
            actor=row["actor"],
            doors=tuple(row["doors"]),
            begins_at=row["begins_at"],
            ends_at=row["ends_at"],
            text=_told(row) + (", and deleted the job soon after" if deleted else ""),
            size=row["rows"],
            severity="medium" if row["uncounted"] and not deleted else "high",
            confidence="low" if row["uncounted"] else "medium",
            techniques=("T1070",) if deleted else (),
        )


def _told(row: Mapping[str, Any]) -> str:
    """Return what was read and what was expected."""
    since = f"from {row['begins_at']:%Y-%m-%d %H:%M} UTC"
    if row["uncounted"] and row["unknown"]:
        what = f"fetched {_UNCOUNTED[row['kind']]} {row['unknown']:,} times {since}"
        return f"{what}, which no log counts, where it had fetched none before"
    before = f"its largest before had {row['before']:,}" if row["before"] else "it had done none before"
    return f"read {row['rows']:,} {_WORDS[row['kind']]} {since}, where {before}"


DETECTOR = BulkRead()
