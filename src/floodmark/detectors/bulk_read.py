"""The first bulk read of an account: a large query, report or job, or records one by one at machine pace.

Sees: the first act of at least `rows` customer rows; one larger than anybody's; a bulk job soon deleted.
Misses: an account whose work is bulk reading, and small reads over many days.
Check: who ordered the export, and where its file is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import CLOSING_FROM, CLOSING_TO, Detector, Kind

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
    rows, the first fetch of further pages or bulk results; an act half as large again as any that any account
    did before; a bulk job deleted soon after.
    Misses: an account whose work is bulk reading, and small reads over many days.
    Check: who ordered the export, and where its file is now.
    """

    id = "bulk-read"
    title = "bulk read of customer records by an account that never did one before"
    techniques = ("T1213.004",)
    kinds = (
        Kind("bulk-first", "volume", 0.006, 0.006, 5),
        Kind("bulk-largest", "volume", 0.002, 0.002, 6, learnt=False),
        Kind("bulk-largest-closing", "volume", 0.1, 0.1, 3),
        Kind("bulk-uncounted", "volume", 0.01, 0.01, 4),
        Kind("job-deleted", "cover", 0.001, 0.001, 6),
    )
    response = "Find the file and who ordered it; keep the platform's logs of the days before."
    suspicious = Path(__file__).with_name("bulk_read.sql")

    def __init__(self, *, rows: int = 500, records: int = 200, counted: int = 200) -> None:
        self.rows = rows
        self.records = records
        self.counted = counted

    def bound(self) -> Mapping[str, Any]:
        """Return the least rows and records, the rows an hour that count as none, and the month's end."""
        return {
            "rows": self.rows,
            "records": self.records,
            "counted": self.counted,
            "closing_from": CLOSING_FROM,
            "closing_to": CLOSING_TO,
        }

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the largest act of the day, what the largest before was, and whether its job was deleted."""
        since = f"from {row['begins_at']:%Y-%m-%d %H:%M} UTC"
        if row["kind"] == "job-deleted":
            return f"deleted its bulk job at {row['deleted_at']:%Y-%m-%d %H:%M} UTC", "no job deleted before"
        if row["kind"] == "bulk-uncounted":
            what = f"fetched {_UNCOUNTED[row['way']]} {row['unknown']:,} times {since}"
            return f"{what}, which no log counts", "it had fetched none"
        if row["kind"].startswith("bulk-largest"):
            largest = f"the largest of any account before had {row['before_all']:,}"
            return f"read {row['rows']:,} {_WORDS[row['way']]} {since}", largest
        before = f"its largest before had {row['before']:,}" if row["before"] else "it had done none"
        return f"read {row['rows']:,} {_WORDS[row['way']]} {since}", before

    def more_techniques(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Deleting the job removes a trace."""
        return ("T1070",) if row["kind"] == "job-deleted" else ()


DETECTOR = BulkRead()
