"""A client, application, user agent, browser or network that is new for the account.

Sees: an application that a talked-over user let in, a stolen token used from elsewhere, before any read.
Misses: an intruder who copies the names of a known client and comes from the account's own network.
Check: whether the person set up a new tool or moved; what the application may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind
from floodmark.text import visible

_WORDS = {
    "client": "client",
    "app": "application",
    "agent": "user agent",
    "net": "network",
    "ip": "address, in a network of its own,",
    "browser": "browser",
    "desk": "network of its work in the browser",
}
_SHOWN = 60


class NewClient(Detector):
    """A client, application, user agent, browser or network that the account had not used before.

    Sees: an application that a talked-over user let in, a stolen token used from elsewhere, before any read.
    In an account's first days only a client, an application or a user agent that nobody had counts.
    Misses: an intruder who copies the names of a known client and comes from the account's own network.
    Check: whether the person set up a new tool, moved or got a new computer; what the application may do.
    """

    id = "new-client"
    title = "client or network new for the account"
    techniques = ("T1078.004",)
    kinds = (
        Kind("tool-unknown", "tool", 0.003, 0.003, 6, learnt=False),
        Kind("tool-known", "tool", 0.01, 0.005, 5),
        Kind("agent-unknown", "tool", 0.01, 0.004, 5, learnt=False),
        Kind("agent-known", "tool", 0.03, 0.01, 4),
        Kind("place-unknown", "place", 0.03, 0.006, 5),
        Kind("place-known", "place", 0.03, 0.006, 4),
        Kind("place-near", "place", 0.1, 0.02, 2),
        Kind("address-unknown", "place", 0.03, 0.01, 4),
        Kind("address-known", "place", 0.1, 0.05, 2),
        Kind("desk-near", "place", 0.1, 0.05, 2),
        Kind("desk-unknown", "place", 0.02, 0.02, 5),
        Kind("desk-known", "place", 0.03, 0.03, 4),
        Kind("browser-unknown", "device", 0.02, 0.02, 5),
        Kind("browser-known", "device", 0.02, 0.02, 4),
        Kind("tool-announced", "announced", 1, 1, 1),
    )
    response = "Ask the person by a known telephone number; revoke the application's tokens where in doubt."
    suspicious = Path(__file__).with_name("new_client.sql")

    def __init__(self, *, announced_days: int = 30, common: int = 3) -> None:
        self.announced_days = announced_days
        self.common = common

    def bound(self) -> Mapping[str, Any]:
        """Return how long before an administrator may have set a client up, and how many make it common."""
        return {"announced_days": self.announced_days, "common": self.common}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the mark and who had it before."""
        others = f"{row['others']:,} other accounts" if row["others"] else "no other account"
        what = f'{_WORDS[row["what"]]} "{visible(row["name"], limit=_SHOWN)}"'
        announced = "; the set-up trail names it" if row["kind"] == "tool-announced" else ""
        return f"came with {what}, new for it{announced}", f"{others} used it a week or more before"

    def more_techniques(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """An application lets calls in by a token."""
        return ("T1550.001",) if row["what"] == "app" else ()


DETECTOR = NewClient()
