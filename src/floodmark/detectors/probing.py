"""Objects described or counted by an account that never looked around before.

Sees: an intruder's first calls, before the large reads. Misses: an intruder who knows the objects.
Check: what the same client did in the following days.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind


class Probing(Detector):
    """Objects described, or their rows counted, for the first time by the account.

    Sees: an intruder's first calls, days before the large reads.
    Misses: an intruder who knows the objects, and an account whose client describes objects every day.
    Check: what the same client did in the following days.
    """

    id = "probing"
    title = "objects described and counted, for the first time by the account"
    techniques = ("T1526",)
    kinds = (Kind("looked", "look", 0.01, 0.01, 4), Kind("looked-around", "look", 0.003, 0.004, 5))
    response = "Watch the account and the client; ask who set the client up."
    suspicious = Path(__file__).with_name("probing.sql")

    def __init__(self, *, probes: int = 3) -> None:
        self.probes = probes

    def bound(self) -> Mapping[str, Any]:
        """Return the least number of describing or counting calls over two objects."""
        return {"probes": self.probes}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell how many calls looked at how many objects."""
        calls = f"{row['objects']:,} objects in {row['probes']:,} calls"
        return (
            f"described or counted {calls} from {row['begins_at']:%Y-%m-%d %H:%M} UTC",
            "it had not done so before",
        )


DETECTOR = Probing()
