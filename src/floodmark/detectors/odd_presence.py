"""An account in two networks at once, or at an hour at which it never was.

Sees: an intruder who works while the person does, or while the person sleeps.
Misses: an intruder in the person's own network and hours. Check: where the person was.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind
from floodmark.text import visible

_SHOWN = 60


class OddPresence(Detector):
    """The account active from two networks within minutes, or at an hour of the day new for it.

    Sees: an intruder who works while the person does, or while the person sleeps.
    Misses: an intruder in the person's own network and hours, and people with no regular hours.
    Check: where the person was, and whether a telephone or a second machine explains it.
    """

    id = "odd-presence"
    title = "account active in two places at once, or at an hour at which it never was"
    techniques = ("T1078.004",)
    kinds = (
        Kind("two-places", "presence", 0.02, 0.005, 4),
        Kind("odd-hour", "presence", 0.03, 0.01, 2),
    )
    response = "Ask the person where they were; end the sessions that are not theirs."
    suspicious = Path(__file__).with_name("odd_presence.sql")

    def __init__(self, *, minutes: int = 15, days: int = 10) -> None:
        self.minutes = minutes
        self.days = days

    def bound(self) -> Mapping[str, Any]:
        """Return how close in time two places are at once, and the days after which hours are known."""
        return {"minutes": self.minutes, "days": self.days}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the two networks, or the hour."""
        at = f"{row['begins_at']:%Y-%m-%d %H:%M} UTC"
        if row["kind"] == "two-places":
            nets = f"{visible(row['what'], limit=_SHOWN)} and {visible(row['other'], limit=_SHOWN)}"
            return f"was active from {nets} within {self.minutes} minutes, at {at}", "one place at a time"
        return (
            f"was active at {at}",
            f"no activity within an hour of that time of day on its {row['known_days']:,} days before",
        )


DETECTOR = OddPresence()
