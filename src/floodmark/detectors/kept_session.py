"""A session that no login began.

Sees: a session or token that was taken and is used elsewhere. Misses: one that was begun by a login of the
intruder's. Check: where the session's token was issued, and to whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind


class KeptSession(Detector):
    """Work in a session without a login on record, of an account whose sessions begin with one.

    Who takes a session's cookie or a refresh token needs no password and no second factor, and leaves no
    login. The sign waits for the next login of anybody, which shows that logins were still being logged.

    Sees: a session or token that was taken and is used elsewhere.
    Misses: an intruder who logs in, a taken session whose keys the platform keeps, logs that tell no login's
    key, and accounts that often go on without a login.
    Check: where the token was issued, and to whom; whether the log of logins has a gap there.
    """

    id = "kept-session"
    title = "session that no login began"
    techniques = ("T1550.001",)
    kinds = (Kind("kept-session", "session", 0.01, 0.06, 5),)
    response = "End the session and revoke the tokens of its application; ask what the person was doing."
    suspicious = Path(__file__).with_name("kept_session.sql")

    def __init__(self, *, doors: int = 5, share: float = 0.9) -> None:
        self.doors = doors
        self.share = share

    def bound(self) -> Mapping[str, Any]:
        """Return how many sessions must have begun with a login, and what share of all."""
        return {"doors": self.doors, "share": self.share}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell when the session began, and how those before did."""
        return (
            f"worked from {row['begins_at']:%Y-%m-%d %H:%M} UTC in a session that no login began",
            f"{row['begun']:,} of its {row['visits']:,} sessions before began with a login",
        )


DETECTOR = KeptSession()
