"""The queries of an intrusion, replayed in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from floodmark.replay import Answer, Asked, Replayed, replay
from floodmark.scope.requests import Reading
from floodmark.snapshot import Snapshot
from floodmark.snapshot.tables import macros
from floodmark.worker import Limits, Worker


def replay_all(
    snapshot: Snapshot,
    readings: Sequence[Reading],
    *,
    timezone: str,
    folder: Path,
    limits: Limits | None = None,
) -> Replayed | None:
    """Replay the queries of all requests; equal ones once.

    Args:
        snapshot: the customer tables.
        readings: the requests.
        timezone: the organisation's.
        folder: an empty folder for what the worker writes.
        limits: what the worker may use.

    Returns:
        One answer for each request, in their order; None where nothing can be replayed.
    """
    asked = [reading.asked for reading in readings]
    if not snapshot.files or not any(asked):
        return None
    distinct: dict[Asked, int] = {}
    for each in asked:
        if each:
            distinct.setdefault(each, len(distinct))
    files = [file for file in snapshot.files.values() if file.is_file()]
    with Worker(macros(), folder=folder, readable=files, limits=limits) as worker:
        found = replay(snapshot, list(distinct), runner=worker, timezone=timezone, folder=folder)
    return replace(
        found, answers=tuple(found.answers[distinct[each]] if each else Answer() for each in asked)
    )
