"""Small ledgers for the trace: rows of the table `event`, and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from floodmark.engine import Engine, quote
from floodmark.ledger.source import SLOTS
from floodmark.models import Finding

NOON = datetime(2025, 6, 28, 12)  # noqa: DTZ001 - the engine holds UTC without zone
SHAPE = {"event": "VARCHAR", "log": "VARCHAR", **SLOTS}


def event(name: str, **given: Any) -> dict[str, Any]:
    """Return one event; a time in minutes counts from noon."""
    row = {**dict.fromkeys(SHAPE), "event": name, "log": "elf", "operation": "query", "at": NOON, **given}
    if not isinstance(row["at"], datetime):
        row["at"] = NOON + timedelta(minutes=row["at"])
    return row


def fill(store: Engine, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make the table `event` anew."""
    columns = ", ".join(f"{quote(name)} {kind}" for name, kind in SHAPE.items())
    store.connection.execute(f"CREATE OR REPLACE TEMP TABLE event ({columns})")
    marks = ", ".join("?" for _ in SHAPE)
    store.connection.executemany(
        f"INSERT INTO event VALUES ({marks})",
        [[row[name] for name in SHAPE] for row in rows],
    )


def finding(**given: Any) -> Finding:
    """Return an accepted finding."""
    lists = ("actors", "sessions", "logins", "clients", "addresses", "events", "techniques", "reasons")
    words = dict.fromkeys(("detector", "title", "summary"), "x")
    start = "2025-06-28T12:00:00.000Z"
    return Finding.model_validate(
        {
            **dict.fromkeys(lists, ()),
            **words,
            "id": "F",
            "severity": "high",
            "confidence": "high",
            "from": start,
            "to": start,
            "told_at": start,
            "points": 9,
            **given,
        }
    )
