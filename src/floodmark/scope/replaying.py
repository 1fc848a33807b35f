"""The queries of an intrusion, replayed in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from floodmark.replay import Answer, Asked, Replayed, replay
from floodmark.scope.requests import Reading
from floodmark.snapshot import Snapshot
from floodmark.snapshot.tables import macros
from floodmark.worker import Limits, Refused, Worker


def replay_all(
    snapshot: Snapshot,
    readings: Sequence[Reading],
    *,
    timezone: str,
    folder: Path,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replayed | None:
    """Replay the queries of all requests; equal ones once.

    A request without a text that names one object is limited to the records that its account could see,
    where a table lists them.

    Args:
        snapshot: the customer tables.
        readings: the requests.
        timezone: the organisation's.
        folder: an empty folder for what the worker writes.
        limits: what the worker may use.
        progress: called with the queries answered so far, and all.

    Returns:
        One answer for each request, in their order; None where nothing can be replayed.
    """
    listed = snapshot.datamap.visible_records is not None
    asked = [reading.asked or (_all_seen(reading) if listed else None) for reading in readings]
    if not snapshot.files or not any(asked):
        return None
    distinct: dict[Asked, int] = {}
    for each in asked:
        if each:
            distinct.setdefault(each, len(distinct))
    files = [file for file in snapshot.files.values() if file.is_file()]
    try:
        with Worker(macros(), folder=folder, readable=files, limits=limits) as worker:
            found = replay(
                snapshot, list(distinct), runner=worker, timezone=timezone, folder=folder, progress=progress
            )
    except Refused as refused:  # the worker could not be started
        stopped = Answer(refused=f"replay was stopped: {refused.reason}")
        found = Replayed(answers=(stopped,) * len(distinct), files={})
    answers = [found.answers[distinct[each]] if each else Answer() for each in asked]
    kept = [
        answer if reading.asked or answer.listed else Answer()
        for reading, answer in zip(readings, answers, strict=True)
    ]
    return replace(found, answers=tuple(kept))


def _all_seen(reading: Reading) -> Asked | None:
    """Return a query for every record of the only object that a request without a text names."""
    names = [each.object for each in reading.touched if each.whole]
    if len(names) != 1 or not reading.act.actor:
        return None
    return Asked(
        text=f"SELECT Id FROM {names[0]} ALL ROWS",
        since=reading.since,
        until=reading.until,
        account=reading.act.actor,
        matched_rows=None,
        fewest=None,
        most=None,
        prefix=False,
    )
