"""Customers reached day after day beyond what the account and its colleagues do.

Sees: an insider, or a patient intruder, who takes a little each day. Misses: what stays within the usual
spread of a day's work. Check: the records opened against the calls and cases of those days.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind


class SlowDrip(Detector):
    """Distinct customers a day beyond the usual, added up over days (Page's cumulative sum, 1954).

    The usual is the median of the account's own days two days to `days` back, raised on days on which
    everybody had been busier; the spread is 1.4826 times the median distance from it, which estimates the
    standard deviation of a normal spread and is not moved by a few odd days. An account with fewer than
    `known_days` such days is compared with the usual of busy colleagues, their quantile `colleagues`, or with
    its own if that is more. Who begins a week or more after the logs do learns other work than colleagues
    do: `beginner` times their usual is usual for it, and in its first `days` days no more than that, whatever
    it did since it began. Where `crowd` other accounts, and `crowd_share` of all that opened such records,
    had reached a step in the `crowd_days` days before, there is more to do, and a drip weighs nothing.

    Sees: an insider, or a patient intruder, who takes a little each day, by the person's own means.
    Misses: what stays within the usual spread of a day's work, a drip that began before colleagues had a
    usual, one in a crowd, and one by a machine's account that nothing else speaks against.
    Check: the records opened against the calls and cases of those days.
    """

    id = "slow-drip"
    title = "customers reached day after day beyond what the account and its colleagues do"
    techniques = ("T1213.004", "T1119")
    kinds = (
        Kind("drip-4", "pace", 0.01, 0.01, 4),
        Kind("drip-6", "pace", 0.005, 0.005, 6),
        Kind("drip-10", "drip", 1, 1, 12),
    )
    response = "Compare the records with the work that was assigned, before the person is asked."
    suspicious = Path(__file__).with_name("slow_drip.sql")

    def __init__(
        self,
        *,
        days: int = 28,
        known_days: int = 7,
        colleagues: float = 0.9,
        beginner: float = 2.0,
        spread: float = 0.3,
        least: int = 15,
        slack: float = 1.0,
        most: float = 8.0,
        machine_points: int = 3,
        crowd: int = 5,
        crowd_share: float = 0.05,
        crowd_days: int = 7,
    ) -> None:
        self.limits: Mapping[str, Any] = {
            "days": days,
            "known_days": known_days,
            "colleagues": colleagues,
            "beginner": beginner,
            "spread": spread,
            "least": least,
            "slack": slack,
            "most": most,
            "machine_points": machine_points,
            "crowd": crowd,
            "crowd_share": crowd_share,
            "crowd_days": crowd_days,
            "kinds": [kind.id for kind in self.kinds],
            "steps": [float(kind.id.removeprefix("drip-")) for kind in self.kinds],
        }

    def bound(self) -> Mapping[str, Any]:
        """Return the limits."""
        return self.limits

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell how many customers a day, over how many days."""
        reached = f"{row['reached']:,} distinct customers on {row['day']:%Y-%m-%d}"
        before = f"{row['days'] - 1:,} days above the usual ({row['reached_in_all']:,} in all)"
        whose = "busy colleagues" if row["by_colleagues"] else f"{row['known_days']:,} days before"
        usual = f"{row['usual']:,} a day, give or take {row['spread']:,}, by {whose}"
        limit = f"{row['excess']:.1f} such spreads, {row['limit_']:.0f} are a step"
        return f"reached {reached}, after {before}", f"{usual}; the excess adds up to {limit}"


DETECTOR = SlowDrip()
