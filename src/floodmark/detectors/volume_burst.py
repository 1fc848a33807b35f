"""Rows read in one hour far above the account's own history.

Sees: paged or bulk export by an account that was quiet before, over all its sessions together.
Misses: a slow export that stays under `factor` or under `rows` an hour, and reads that no log counts.
Check: whether the person knows of the export, and which client and address it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Signal


class VolumeBurst(Detector):
    """An hour in which an account read at least `factor` times the rows of its busiest hour before.

    Sees: paged or bulk export by an account that was quiet before, over all its sessions together.
    Misses: a slow export that stays under `factor` or under `rows` an hour, and uncounted reads.
    Check: whether the person knows of the export, and which client and address it came from.
    """

    id = "volume-burst"
    title = "rows read in one hour far above the account's own history"
    techniques = ("T1213.004",)
    severity = "high; confidence medium alone, high with a client or network new for the account"
    role = "read"
    suspicious = Path(__file__).with_name("volume_burst.sql")

    def __init__(self, *, factor: int = 10, rows: int = 200) -> None:
        self.factor = factor
        self.rows = rows

    def bound(self) -> Mapping[str, Any]:
        """Return the factor and the least number of rows."""
        return {"factor": self.factor, "rows": self.rows}

    def signal(self, row: Mapping[str, Any]) -> Signal:
        """Tell the hour, its rows and the busiest hour before."""
        before = (
            f"its busiest hour before had {row['before']:,}" if row["before"] else "it had read none so far"
        )
        rows = f"read {row['rows']:,} rows"
        return Signal(
            detector=self,
            actor=row["actor"],
            doors=tuple(row["doors"]),
            begins_at=row["begins_at"],
            ends_at=row["ends_at"],
            text=f"{rows} in the hour from {row['hour']:%Y-%m-%d %H:%M} UTC, where {before}",
            size=row["rows"],
            severity="high",
            confidence="medium",
        )


DETECTOR = VolumeBurst()
