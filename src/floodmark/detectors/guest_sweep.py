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
_ACTIONS = (
    "executegraphql", "getitems", "getlistrecordsbyname", "getlistui", "getobjectinfo", "getobjectinfos",
    "getrecord", "getrecords", "getrecordswithfields", "getrecordui", "getrecordwithfields",
    "getrecordwithlayouts", "search",
)  # fmt: skip
"""Actions of the platform's own controllers that hand out records or say what objects hold."""
_LISTS = ("executegraphql", "getitems", "getlistrecordsbyname", "getlistui", "getrecords", "search")
"""Those that hand out many at once."""


class GuestSweep(Detector):
    """Requests of page components by one address, far above the busiest hour of any before.

    Sees: scraping of a public site through the requests of its pages.
    Misses: a sweep slower than a busy visitor, or spread over many addresses.
    Check: which objects and fields the guest account may read; no log says what was returned.
    """

    id = "guest-sweep"
    title = "requests of a public site's pages from one address at a pace that no visitor had"
    techniques = ("T1190", "T1119")
    kinds = (
        Kind("guest-sweep", "guest", 1, 1, 12),
        Kind("guest-list", "guest", 1, 1, 10),
        Kind("guest-record", "look", 0.01, 0.01, 4),
    )
    response = "Block the address; take the guest account's rights to customer objects away."
    suspicious = Path(__file__).with_name("guest_sweep.sql")

    def __init__(self, *, requests: int = 80, times: int = 4, days: int = 7) -> None:
        self.limits: Mapping[str, Any] = {
            "requests": requests,
            "times": times,
            "days": days,
            "actions": list(_ACTIONS),
            "lists": list(_LISTS),
        }

    def bound(self) -> Mapping[str, Any]:
        """Return the least requests in an hour, how many times the busiest, the actions with their days."""
        return self.limits

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the address, its requests and the busiest hour before; or the action."""
        what, since = visible(row["what"], limit=_SHOWN), f"{row['begins_at']:%Y-%m-%d %H:%M}"
        if row["kind"] != "guest-sweep":
            return f'was asked for "{what}" from {since} UTC', "nobody had asked this account for it"
        busiest = f"the busiest hour of any address had {row['before']:,}"
        return f"was asked {row['rows']:,} times within an hour from {what}, from {since} UTC", busiest


DETECTOR = GuestSweep()
