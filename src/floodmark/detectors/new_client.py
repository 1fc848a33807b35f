"""A client, application or network that is new for the account, and reads customer data.

Sees: an application that a talked-over user let in, a stolen token used from elsewhere.
Misses: an intruder who copies the names of a known client and comes from the account's own network.
Check: whether the person set up a new tool or moved; what the application may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Signal


class NewClient(Detector):
    """Reads of customer data by a client or from a network that the account had not used before.

    Sees: an application that a talked-over user let in, a stolen token used from elsewhere.
    Misses: an intruder who copies the names of a known client and comes from the account's own network,
    and an account whose own first days these are.
    Check: whether the person set up a new tool or moved; what the application may do.
    """

    id = "new-client"
    title = "client or network new for the account reads customer data"
    techniques = ("T1078.004",)
    severity = "medium for a client that no account used before or that comes with a new network, else low"
    role = "new"
    suspicious = Path(__file__).with_name("new_client.sql")

    def bound(self) -> Mapping[str, Any]:
        """Return nothing: what counts as new is decided for all detectors alike."""
        return {}

    def signal(self, row: Mapping[str, Any]) -> Signal:
        """Grade by how new it is: to the account only, or to the whole tenant."""
        kinds = set(row["kinds"])
        named = kinds & {"client", "app"}
        grave = bool(named) and (not row["others"] or "net" in kinds)
        return Signal(
            detector=self,
            actor=row["actor"],
            doors=tuple(row["doors"]),
            begins_at=row["begins_at"],
            ends_at=row["ends_at"],
            text="",
            size=row["reads"],
            severity="medium" if grave else "low",
            confidence="medium" if row["settled"] and (named or "net" in kinds) else "low",
            techniques=("T1550.001",) if "app" in kinds else (),
        )


DETECTOR = NewClient()
