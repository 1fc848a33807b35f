"""Which fields of a record its reads showed, as expressions over whole tables.

No record is joined with the requests: equal masks are taken together, so that the length of an
expression grows with the different masks and times only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from floodmark.engine import literal
from floodmark.replay.tables import moment
from floodmark.scope.history import Then
from floodmark.scope.records import Part


def whole_mask(found: Iterable[Part]) -> str:
    """Return an expression over a row of `record`: the fields that `whole` parts may have shown of it.

    Equal masks are taken together, so its length grows with the different masks and times, and no
    record is joined with the requests.
    """
    ways: dict[str, dict[int, set[tuple[datetime, datetime]]]] = {}
    for part in found:
        if part.whole and part.possible_mask:
            ways.setdefault(part.object, {}).setdefault(part.possible_mask, set()).add(
                (part.until, part.since)
            )
    cases = "".join(
        f" WHEN {literal(name)} THEN "
        + " | ".join(_shown(mask, sorted(times)) for mask, times in sorted(masks.items()))
        for name, masks in sorted(ways.items())
    )
    return f"(CASE object{cases} ELSE 0 END)::BIGINT" if cases else "0::BIGINT"


def _shown(mask: int, times: Sequence[tuple[datetime, datetime]]) -> str:
    """Return the bits of one mask that reads at several (until, since) may have shown."""
    since = moment(min(since for _, since in times))
    if len(times) > 1:
        listed = ", ".join(
            f"{{'until': {moment(until)}, 'since': {moment(since)}}}" for until, since in times
        )
        later = f"list_min([each.since for each in [{listed}] if each.until >= created_at])"
        since = f"CASE WHEN created_at > {moment(times[0][0])} THEN {later} ELSE {since} END"
    return (
        f"(CASE WHEN created_at > {moment(times[-1][0])} THEN 0 WHEN changed_at > {since} THEN {mask}"
        f" ELSE value_mask & {mask} END)"
    )


def marked(found: Iterable[Part], which: str) -> str | None:
    """Return a condition over `replayed`: a part surely (`s`) or possibly (`p`) returned the record."""
    columns: dict[int, int] = {}
    for part in found:
        for column, bit in part.marks:
            columns[column] = columns.get(column, 0) | 1 << bit
    tests = [f"coalesce({which}{column}, 0) & {bits} <> 0" for column, bits in sorted(columns.items())]
    return f"({' OR '.join(tests)})" if tests else None


def marked_mask(found: Iterable[Part], which: str, then: Then | None, *, sure: bool) -> str:
    """Return an expression over rows of `record` and `replayed`: the fields that marked parts showed.

    `which`: of records surely (`s`) or possibly (`p`) returned. `sure`: fields surely shown, which those
    of a record that changed since are not unless a history tells; else fields possibly shown. Parts with
    equal masks are taken together, so its length grows with the different masks.
    """
    parts = [part for part in found if part.marks]
    still: dict[tuple[int, int], int] = {}
    late: list[str] = []
    for part in parts:
        mask = part.sure_mask if sure else part.possible_mask
        for column, bit in part.marks:
            still[column, mask] = still.get((column, mask), 0) | 1 << bit
            changed = f"changed_at > {moment(part.since)}"
            shown = (
                f"CASE WHEN {changed} THEN {_then(then, part, mask, sure=sure)} ELSE value_mask & {mask} END"
            )
            late.append(f"CASE WHEN {which}{column} & {1 << bit} <> 0 THEN {shown} ELSE 0 END")
    if not parts:
        return "0::BIGINT"
    first = moment(min(part.since for part in parts))
    settled = " | ".join(
        f"CASE WHEN {which}{column} & {bits} <> 0 THEN value_mask & {mask} ELSE 0 END"
        for (column, mask), bits in sorted(still.items())
    )
    return f"(CASE WHEN changed_at > {first} THEN {' | '.join(late)} ELSE {settled} END)::BIGINT"


def existed(found: Iterable[Part]) -> str:
    """Return a condition over a row of `record`: some `whole` part may have shown it."""
    last: dict[str, datetime] = {}
    for part in found:
        if part.whole:
            last[part.object] = max(part.until, last.get(part.object, part.until))
    cases = "".join(
        f" WHEN {literal(name)} THEN NOT coalesce(created_at > {moment(until)}, false)"
        for name, until in sorted(last.items())
    )
    return f"(CASE object{cases} ELSE false END)" if cases else "false"


def _then(then: Then | None, part: Part, mask: int, *, sure: bool) -> str:
    if then is None:
        return "0" if sure else f"{mask}"
    told = then.sure if sure else then.possible
    return told(part.since, part.until, mask)
