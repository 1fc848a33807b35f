"""Objects described and counted, then read, by an account that never looked around before.

Sees: an intruder's first session, before the large reads. Misses: an intruder who knows the objects.
Check: what the same client did in the following days.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Signal


class Probing(Detector):
    """Several objects described or counted, then read, for the first time by the account.

    Sees: an intruder's first session, days before the large reads.
    Misses: an intruder who knows the objects, and an account whose client describes objects every day.
    Check: what the same client did in the following days.
    """

    id = "probing"
    title = "objects described and counted before reading, for the first time by the account"
    techniques = ("T1526",)
    severity = "medium; high with a client or network new for the account"
    role = "hint"
    suspicious = Path(__file__).with_name("probing.sql")

    def __init__(self, *, probes: int = 3) -> None:
        self.probes = probes

    def bound(self) -> Mapping[str, Any]:
        """Return the least number of describing or counting calls."""
        return {"probes": self.probes}

    def signal(self, row: Mapping[str, Any]) -> Signal:
        """Tell how many calls looked at how many objects."""
        return Signal(
            detector=self,
            actor=row["actor"],
            doors=tuple(row["doors"]),
            begins_at=row["begins_at"],
            ends_at=row["ends_at"],
            text=f"described or counted {row['objects']:,} objects in {row['probes']:,} calls"
            f" from {row['begins_at']:%Y-%m-%d %H:%M} UTC and then read, which it had not done before",
            size=row["probes"],
            severity="medium",
            confidence="medium",
        )


DETECTOR = Probing()
