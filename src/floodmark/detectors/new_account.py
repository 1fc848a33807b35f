"""An account that the logs show for the first time.

Sees: an account that was made for the intruder, or lay idle until he came. Misses: one at work already.
Check: who asked for the account, and whether its person had begun by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import PRIOR_WEEKS, Detector, Kind


class NewAccount(Detector):
    """The first event of an account that the logs had not shown before.

    What an account does in its first days has nothing of its own to be compared with. That it begins at all
    is rare in some companies and daily work in others: it weighs by how many accounts had begun so far.

    Sees: an account that was made for the intruder, or that lay idle until he came.
    Misses: an account that is at work already, and any in the first week of the logs.
    Check: who asked for the account, and whether its person had begun work by then.
    """

    id = "new-account"
    title = "account that the logs had not shown before"
    techniques = ("T1136.003", "T1078.004")
    kinds = (Kind("account-first", "account", 1, 1, 3),)
    response = "Ask who requested the account, and whether the person had begun."
    suspicious = Path(__file__).with_name("new_account.sql")

    def __init__(self, *, rate: float = 0.005) -> None:
        self.rate = rate

    def bound(self) -> Mapping[str, Any]:
        """Return the stated share of weeks, how many weeks it counts for, and the most points."""
        return {"rate": self.rate, "prior_weeks": PRIOR_WEEKS, "most": self.kinds[0].most}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell when it began, and how many had begun before."""
        return (
            f"was active for the first time at {row['begins_at']:%Y-%m-%d %H:%M} UTC",
            f"{row['begun'] - 1:,} other accounts had begun in {row['weeks']:,} account-weeks before",
        )


DETECTOR = NewAccount()
