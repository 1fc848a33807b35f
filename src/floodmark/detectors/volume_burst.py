"""Rows read in one hour far above the account's own history.

Sees: paged or bulk export by an account that was quiet before, over all its sessions together.
Misses: a slow export that stays under the factor or under `rows` an hour, and reads that no log counts.
Check: whether the person knows of the export, and which client and address it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind


class VolumeBurst(Detector):
    """An hour in which an account read many times the rows of its busiest hour before.

    Sees: paged or bulk export by an account that was quiet before, over all its sessions together.
    Misses: a slow export that stays under the factor or under `rows` an hour, and uncounted reads.
    Check: whether the person knows of the export, and which client and address it came from.
    """

    id = "volume-burst"
    title = "rows read in one hour far above the account's own history"
    techniques = ("T1213.004",)
    kinds = (
        Kind("burst-8", "volume", 0.01, 0.01, 4),
        Kind("burst-32", "volume", 0.004, 0.004, 5),
        Kind("burst-128", "volume", 0.0006, 0.0006, 7, learnt=False),
    )
    response = "Find the export and who ordered it; suspend the session while it goes on."
    suspicious = Path(__file__).with_name("volume_burst.sql")

    def __init__(self, *, rows: int = 200, least_before: int = 25) -> None:
        self.rows = rows
        self.least_before = least_before

    def bound(self) -> Mapping[str, Any]:
        """Return the steps, and the least number of rows and of rows before."""
        names = [kind.id for kind in self.kinds]
        steps = [int(name.removeprefix("burst-")) for name in names]
        return {"steps": steps, "kinds": names, "rows": self.rows, "least_before": self.least_before}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the hour, its rows and the busiest hour before."""
        before = (
            f"its busiest hour a day or more before had {row['before']:,}"
            if row["before"]
            else "it had read none"
        )
        return f"read {row['rows']:,} rows in the hour from {row['hour']:%Y-%m-%d %H:%M} UTC", before


DETECTOR = VolumeBurst()
