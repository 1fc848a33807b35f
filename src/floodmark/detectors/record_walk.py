"""Records opened one after the other in the order of their ids.

Sees: pages or records walked through as a list, by hand or by a program. Misses: a walk in another order,
and one with long pauses. Check: whether the person worked through a list that is sorted so.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floodmark.findings import Detector, Kind


class RecordWalk(Detector):
    """`steps` records of one object or more, opened within an hour, each id above the last, or each below.

    Work comes as people call and write, in no order of ids; who takes the table takes it row by row. By
    chance twelve records stand in order once in 240 million times.

    Sees: pages or records walked through as a list, by hand or by a program.
    Misses: a walk in another order, with long pauses, or with other records in between.
    Check: whether the person worked through a list that is sorted so, and who made that list.
    """

    id = "record-walk"
    title = "records opened one by one in the order of their ids"
    techniques = ("T1213.004", "T1119")
    kinds = (Kind("walk", "order", 0.005, 0.005, 5),)
    response = "Look at the records before and after; ask what list the person worked through."
    suspicious = Path(__file__).with_name("record_walk.sql")

    def __init__(self, *, steps: int = 12) -> None:
        self.steps = steps

    def bound(self) -> Mapping[str, Any]:
        """Return the least steps in one direction."""
        return {"steps": self.steps}

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell how many records, and which way."""
        way = "rising" if row["way"] > 0 else "falling"
        return (
            f"opened {row['steps'] + 1:,} records in a row by {way} ids, {row['told_at']:%Y-%m-%d %H:%M} UTC",
            "records in the order in which customers call and write",
        )


DETECTOR = RecordWalk()
