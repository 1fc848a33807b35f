"""A report that nobody had run before, or more reports in an hour than ever.

Sees: a report made or changed to take customers out, and its export in many pieces.
Misses: a known report, run as often as usual. Check: who made the report, and its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import CLOSING_FROM, CLOSING_TO, Detector, Kind
from floodmark.text import visible

_SHOWN = 60


class NewReport(Detector):
    """A report that no account had run before, or more runs of reports in an hour or a day than ever.

    Sees: a report made or changed to take customers out, and its export in many pieces.
    Misses: a known report, run as often as usual; and much of what is done around the end of a month, when
    new and more reports are the rule.
    Check: who made the report, its columns, and what became of the exported files.
    """

    id = "new-report"
    title = "report that nobody had run before, or more reports in an hour than ever"
    techniques = ("T1213.004",)
    kinds = (
        Kind("report-new", "look", 0.005, 0.005, 5),
        Kind("report-new-closing", "look", 0.1, 0.1, 1),
        Kind("report-many-closing", "volume", 0.05, 0.05, 2),
        Kind("report-day-closing", "volume", 0.1, 0.1, 1),
        Kind("report-flood-closing", "volume", 0.01, 0.01, 5),
        Kind("report-flood", "volume", 0.0015, 0.0015, 7, learnt=False),
        Kind("report-many", "volume", 0.004, 0.004, 5),
        Kind("report-day", "volume", 0.004, 0.004, 5),
    )
    response = "Open the report's definition; ask who needs the exports."
    suspicious = Path(__file__).with_name("new_report.sql")

    def __init__(self, *, days: int = 7, runs: int = 4, day_runs: int = 6, times: int = 2) -> None:
        self.limits: Mapping[str, Any] = {
            "days": days,
            "runs": runs,
            "day_runs": day_runs,
            "times": times,
            "flood_runs": 20,
            "flood_times": 8,
            "closing_from": CLOSING_FROM,
            "closing_to": CLOSING_TO,
        }

    def bound(self) -> Mapping[str, Any]:
        """Return the days after which reports are known, the least runs an hour and a day, and the factor."""
        return self.limits

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the report, or the runs."""
        if row["kind"].startswith("report-new"):
            return f"ran report {visible(row['what'], limit=_SHOWN)}", "nobody had run it before"
        span = "within an hour" if row["kind"].startswith("report-many") else "on one day"
        return (
            f"ran {row['runs']:,} reports {span}, {row['begins_at']:%Y-%m-%d %H:%M} UTC",
            f"{row['before']:,} at most before",
        )


DETECTOR = NewReport()
