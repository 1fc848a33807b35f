"""What was on file at the time of a read, for records that changed since.

Without a history of fields nothing is known of such a record: any field may have held a value. With one,
a field that it tracks held the old value of its first change after the read, or what it holds today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from floodmark.engine import Engine, literal, quote
from floodmark.replay.tables import moment
from floodmark.scope.records import Masks, Part
from floodmark.snapshot import Snapshot
from floodmark.snapshot.datamap import History

_LONG = """
    WITH change AS (
        SELECT record_no, field.bit, moment(stripped({at})) AS "at", has_value({old}) AS had
        FROM {view} JOIN record ON record.id = identity(stripped({record})) AND object = {object}
        JOIN (VALUES {bits}) field (name, bit) ON field.name = lower(stripped({field}))
    ), asked (since, until) AS (VALUES {times}), first AS (
        SELECT record_no, bit, since, until, arg_min(had, "at") AS had,
               min("at") <= until OR coalesce(min("at", 2)[1] = min("at", 2)[2], false) AS moved
        FROM change JOIN asked ON "at" > since GROUP BY record_no, bit, since, until
    ), change_mask AS (
        SELECT record_no, since, until, bit_or(bit) AS touched,
               bit_or(CASE WHEN had AND NOT moved THEN bit ELSE 0 END) AS had,
               bit_or(CASE WHEN moved THEN bit ELSE 0 END) AS moved
        FROM first GROUP BY record_no, since, until
    )
    SELECT record_no, since, until,
           ((value_mask & {tracked} & ~coalesce(touched, 0)) | coalesce(had, 0))::BIGINT AS then_mask,
           (~{tracked}::BIGINT | coalesce(moved, 0))::BIGINT AS open_mask
    FROM (SELECT record_no, value_mask, changed_at FROM record WHERE object = {object})
    JOIN asked ON changed_at > since LEFT JOIN change_mask USING (record_no, since, until)
"""


class Then:
    """Tables of the snapshot's histories, and expressions over rows of `record` joined with them.

    `then`: record_no, since, until, then_mask (fields that held a value), open_mask (fields of which it is
    not known), for records that changed after `since`. `record_then`: the same, one row per record, with
    columns t<i> and o<i> for the i-th pair of times.
    """

    def __init__(
        self,
        engine: Engine,
        snapshot: Snapshot,
        masks: Masks,
        parts: Iterable[Part],
        window: tuple[datetime, datetime],
    ) -> None:
        pairs = {(part.since, part.until) for part in parts} | {window}
        self.places: Mapping[tuple[datetime, datetime], int] = {
            pair: place for place, pair in enumerate(sorted(pairs))
        }
        found = [
            self._long(snapshot, masks, each.name, each.history)
            for each in snapshot.datamap.objects
            if each.history and each.name in masks.fields
        ]
        self.known = any(found)
        if self.known:
            engine.keep("then", " UNION ALL ".join(statement for statement in found if statement))
            columns = ", ".join(
                f"max({which}_mask) FILTER (since = {moment(since)} AND until = {moment(until)})"
                f" AS {which[0]}{place}"
                for (since, until), place in self.places.items()
                for which in ("then", "open")
            )
            engine.keep("record_then", f'SELECT record_no, {columns} FROM "then" GROUP BY record_no')

    def _long(self, snapshot: Snapshot, masks: Masks, name: str, history: History | None) -> str | None:
        if history is None:
            return None
        view = snapshot.view(history.table)
        tracked = snapshot.tracked(name)
        bits = {each.casefold(): 1 << bit for bit, each in enumerate(masks.fields[name])}
        own = {each: bit for each, bit in bits.items() if each in tracked}
        if not own:
            return None
        return (
            "("
            + _LONG.format(
                at=quote(history.at),
                old=quote(history.old),
                field=quote(history.field),
                record=quote(history.record),
                view=view,
                object=literal(name),
                bits=", ".join(f"({literal(each)}, {bit}::BIGINT)" for each, bit in sorted(own.items())),
                times=", ".join(f"({moment(since)}, {moment(until)})" for since, until in self.places),
                tracked=sum(own.values()),
            )
            + ")"
        )

    @property
    def join(self) -> str:
        """The join that the expressions need, over a table with `record_no`."""
        return "LEFT JOIN record_then USING (record_no)" if self.known else ""

    def sure(self, since: datetime, until: datetime, mask: int | str) -> str:
        """Return the fields that surely held a value at a time, of a record that changed since."""
        if not self.known:
            return "0"
        place = self.places[since, until]
        return f"(coalesce(t{place} & ~o{place}, 0) & {mask})"

    def possible(self, since: datetime, until: datetime, mask: int | str) -> str:
        """Return the fields that may have held a value at a time, of a record that changed since."""
        if not self.known:
            return f"{mask}"
        place = self.places[since, until]
        return f"(coalesce(t{place} | o{place}, -1) & {mask})"
