"""Requests of a public site's pages from one address at a pace that no visitor had.

Sees: scraping of a public site through the requests of its pages. Misses: a sweep slower than a busy
visitor, or from many addresses. Check: which objects guests may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind
from floodmark.text import visible

_SHOWN = 60


class GuestSweep(Detector):
    """Requests of page components by one address, far above the busiest hour of any before.

    Sees: scraping of a public site through the requests of its pages.
    Misses: a sweep slower than a busy visitor, or spread over many addresses.
    Check: which objects and fields the guest account may read; no log says what was returned.
    """

    id = "guest-sweep"
    title = "requests of a public site's pages from one address at a pace that no visitor had"
    techniques = ("T1190", "T1119")
    kinds = (Kind("guest-sweep", "guest", 1, 1, 12),)
    response = "Block the address; take the guest account's rights to customer objects away."
    suspicious = Path(__file__).with_name("guest_sweep.sql")

    def __init__(self, *, requests: int = 80, times: int = 4) -> None:
        self.requests = requests
        self.times = times

    def bound(self) -> Mapping[str, Any]:
        """Return the least requests within an hour, and how many times the busiest hour it must be."""
        return {"requests": self.requests, "times": self.times}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the address, its requests and the busiest hour before."""
        address = visible(row["what"], limit=_SHOWN)
        since = f"{row['begins_at']:%Y-%m-%d %H:%M}"
        return (
            f"was asked {row['rows']:,} times within an hour from {address}, from {since} UTC",
            f"the busiest hour of any address had {row['before']:,}",
        )


DETECTOR = GuestSweep()
