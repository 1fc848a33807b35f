"""Cells, people and outcomes (design section 6), in bulk.

A field of an object is one bit, a category is one bit; what a request reads of a record is an AND of
masks, and all requests together are an OR. No count is taken per category.

1. request_record: which records a request surely returned, by the ids in the log.
2. record_cell: per record, the fields surely and possibly taken, and those held at the time.
3. person_cell: per person, the same by category.
4. The outcome of a person and a category is the first of the five rules that applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from floodmark.engine import Engine, literal, quote
from floodmark.models import OUTCOMES
from floodmark.scope.requests import Reading, Touched
from floodmark.snapshot import Snapshot

_PART = pa.schema(
    [
        ("request_no", pa.int64()),
        ("object", pa.string()),
        ("at", pa.timestamp("us")),
        ("sure_mask", pa.int64()),
        ("possible_mask", pa.int64()),
        ("counted", pa.bool_()),
        ("whole", pa.bool_()),
        ("through", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Masks:
    """Which bit stands for which field of an object, and for which category."""

    fields: Mapping[str, tuple[str, ...]]
    categories: tuple[str, ...]
    of_field: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Masks:
        """Return the masks of a snapshot: fields in its order, categories sorted."""
        objects = [each for each in snapshot.datamap.objects if each.bears_people]
        fields = {each.name: tuple(name for name, _ in snapshot.fields(each.name)) for each in objects}
        of_field = {(each.name, name): kind for each in objects for name, kind in snapshot.fields(each.name)}
        return cls(fields, tuple(sorted(set(snapshot.datamap.categories))), of_field)

    def mask(self, name: str, chosen: Iterable[str]) -> int:
        """Return the bits of some fields of an object."""
        wanted = set(chosen)
        return sum(1 << bit for bit, field in enumerate(self.fields.get(name, ())) if field in wanted)

    def of_category(self, name: str, category: str) -> int:
        """Return the bits of an object's fields that hold a category."""
        return self.mask(name, [field for field in self.fields.get(name, ()) if self.of_field[name, field] == category])

    def to_categories(self, column: str) -> str:
        """Return an expression that turns field bits of `column` into category bits, by the row's object."""
        cases = "".join(f" WHEN {literal(name)} THEN {self._bits(name, column)}" for name in sorted(self.fields))
        return f"CASE object{cases} ELSE 0 END" if cases else "0"

    def _bits(self, name: str, column: str) -> str:
        found = [
            f"CASE WHEN {column} & {mask} <> 0 THEN {1 << bit} ELSE 0 END"
            for bit, category in enumerate(self.categories)
            if (mask := self.of_category(name, category))
        ]
        return "(" + (" | ".join(found) or "0") + ")::BIGINT"

    def outcome_bits(self, categories: Iterable[str]) -> int:
        """Return the bits of some categories."""
        wanted = set(categories)
        return sum(1 << bit for bit, category in enumerate(self.categories) if category in wanted)


@dataclass(frozen=True)
class Window:
    """The hours of the intrusion, closed at both ends, UTC without zone."""

    begin: datetime
    end: datetime


class Cells:
    """The tables of step 1 to 3 on one engine."""

    def __init__(self, engine: Engine, snapshot: Snapshot, readings: Sequence[Reading], window: Window | None) -> None:
        """Derive request_part, request_record, record_cell and person_cell."""
        self.engine = engine
        self.snapshot = snapshot
        self.readings = readings
        self.masks = Masks.of(snapshot)
        self.window = window
        self._parts()
        self._request_records()
        self._record_cells()
        self._person_cells()

    # --- 1 -------------------------------------------------------------------------------------

    def _parts(self) -> None:
        """Make request_part: what each request may show of each object. request_no is its place in order."""
        rows = [
            {
                "request_no": number,
                "object": touched.object,
                "at": reading.act.at,
                "sure_mask": self.masks.mask(touched.object, touched.sure_fields),
                "possible_mask": self.masks.mask(touched.object, touched.possible_fields | touched.sure_fields),
                "counted": touched.counted,
                "whole": touched.whole,
                "through": touched.through is not None,
            }
            for number, reading in enumerate(self.readings)
            for touched in reading.touched
        ]
        self._table("request_part", pa.Table.from_pylist(rows, _PART))
        acts = pa.table(
            {
                "request_no": pa.array(range(len(self.readings)), pa.int64()),
                "act": pa.array([each.act.act for each in self.readings], pa.string()),
                "empty": pa.array([each.empty for each in self.readings], pa.bool_()),
            }
        )
        self._table("request_act", acts)

    def _table(self, name: str, table: pa.Table) -> None:
        self.engine.connection.register("given", table)
        self.engine.keep(name, "SELECT * FROM given")
        self.engine.connection.unregister("given")

    def _request_records(self) -> None:
        """Make request_record: request_no, record_no, changed: the value at the time is not known."""
        self.engine.keep(
            "request_record",
            """SELECT request_no, record_no, bool_and(is_sure) AS is_sure FROM (
                 SELECT request_no, record_no, true AS is_sure
                 FROM request_act JOIN act_id USING (act) JOIN record ON record.id = act_id.id
                 WHERE NOT empty)
               GROUP BY request_no, record_no""",
        )
        for number, reading in enumerate(self.readings):
            for touched in reading.touched:
                if touched.through:
                    self._follow(number, touched, touched.through)

    def _follow(self, number: int, touched: Touched, through: tuple[str, str]) -> None:
        """Add the parents that sure records of a request point to; of a changed record only possibly."""
        name, link = through
        owner = self.snapshot.datamap.object(name)
        if owner is None:
            return
        self.engine.connection.execute(
            f"""INSERT INTO request_record
                SELECT {number}, parent.record_no, bool_or(child.changed_at IS NULL OR child.changed_at <= part.at)
                FROM request_record JOIN record child USING (record_no)
                JOIN {self.snapshot.view(name)} stored ON stored.{quote(owner.id)} = child.id
                JOIN record parent ON parent.id = stored.{quote(link)}
                JOIN (SELECT DISTINCT request_no, "at" FROM request_part) part USING (request_no)
                WHERE request_no = {number} AND child.object = {literal(name)} AND parent.object = {literal(touched.object)}
                  AND parent.record_no NOT IN (SELECT record_no FROM request_record WHERE request_no = {number})
                GROUP BY parent.record_no"""  # noqa: S608 - names of the data map, quoted
        )

    # --- 2 -------------------------------------------------------------------------------------

    def _record_cells(self) -> None:
        begin, end = (self.window.begin, self.window.end) if self.window else (datetime.max, datetime.max)  # noqa: DTZ901 - compared with UTC without zone
        cases = (f" WHEN {literal(name)} THEN {(1 << len(fields)) - 1}" for name, fields in sorted(self.masks.fields.items()))
        every = f"(CASE record.object{''.join(cases)} WHEN '' THEN 0 END)"
        self.engine.keep("sure_cell", _SURE_CELL.format(every=every))
        self.engine.keep("whole_part", _WHOLE_PART)
        self.engine.keep("whole_cell", _WHOLE_CELL)
        self.engine.keep("record_cell", _RECORD_CELL.format(every=every), {"begin": begin, "end": end})

    # --- 3 -------------------------------------------------------------------------------------

    def _person_cells(self) -> None:
        turned = ", ".join(
            f"{self.masks.to_categories(f'record_cell.{name}')} AS {name}"
            for name in ("sure_mask", "extra_mask", "whole_mask", "held_mask")
        )
        self.engine.keep("record_category", f"SELECT record_no, object, person_no, is_read, {turned} FROM record_cell")
        self.engine.keep("person_cell", _PERSON_CELL)

    # --- 4 -------------------------------------------------------------------------------------

    def outcome_counts(self, *, obstacle: bool) -> dict[str, dict[str, int]]:
        """Return category -> outcome -> people; `obstacle`: some obstacle could reach any value."""
        counts: dict[str, dict[str, int]] = {}
        for bit, category in enumerate(self.masks.categories):
            sql = f"SELECT {outcome_case(bit, obstacle=obstacle)} AS outcome, count(*) FROM person_cell GROUP BY ALL"
            found = dict(self.engine.rows(sql))
            counts[category] = {outcome: found.get(outcome, 0) for outcome in OUTCOMES}
        return counts

    def combinations(self) -> list[tuple[tuple[str, ...], tuple[str, ...], int]]:
        """Return (taken, possible, people) over people with anything taken or possible, most people first."""
        rows = self.engine.rows(
            """SELECT sure_mask, possible_mask & ~sure_mask AS open_mask, count(*) FROM person_cell
               WHERE possible_mask <> 0 OR sure_mask <> 0 GROUP BY ALL"""
        )
        named = [(self.names(sure), self.names(possible), people) for sure, possible, people in rows]
        return sorted(named, key=lambda each: (-each[2], each[0], each[1]))

    def names(self, bits: int) -> tuple[str, ...]:
        """Return the categories whose bits are set."""
        return tuple(category for bit, category in enumerate(self.masks.categories) if bits >> bit & 1)


def outcome_case(bit: int, *, obstacle: bool) -> str:
    """Return the expression for the outcome of one category bit of person_cell (rules 1 to 5)."""
    one = 1 << bit
    rest = "'cannot_tell'" if obstacle else "'not_taken'"
    return (
        f"CASE WHEN sure_mask & {one} <> 0 THEN 'taken' WHEN possible_mask & {one} <> 0 THEN 'possibly_taken'"
        f" WHEN held_mask & {one} = 0 THEN 'not_held' ELSE {rest} END"
    )


# Fields read of records whose ids the log shows. A record changed after the request has what it had
# then, which is not known: every field read of it is possible, none sure. Of an object that the
# request's text does not lead to, every field is possible.
_SURE_CELL = """
    SELECT record_no, object,
           bool_or(request_record.is_sure) AS is_read,
           bit_or(CASE WHEN request_record.is_sure AND NOT is_changed THEN value_mask & sure_mask ELSE 0 END) AS sure_mask,
           bit_or(CASE WHEN is_changed THEN possible_mask ELSE value_mask & possible_mask END) AS possible_mask
    FROM (SELECT request_record.request_no, request_record.record_no, request_record.is_sure, record.object, value_mask,
                 coalesce(part.sure_mask, 0) AS sure_mask, coalesce(part.possible_mask, {every}) AS possible_mask,
                 coalesce(changed_at > part.at, false) AS is_changed
          FROM request_record JOIN record USING (record_no)
          LEFT JOIN (SELECT request_no, object, "at", bit_or(sure_mask) AS sure_mask, bit_or(possible_mask) AS possible_mask
                     FROM request_part GROUP BY ALL) part
            ON part.request_no = request_record.request_no AND part.object = record.object) request_record
    GROUP BY record_no, object
"""
# Requests that leave every record of an object possible; equal ones stand once.
_WHOLE_PART = """
    SELECT object, "at", bit_or(possible_mask) AS possible_mask
    FROM request_part WHERE whole AND possible_mask <> 0
    GROUP BY object, "at" ORDER BY object, "at"
"""
_WHOLE_CELL = """
    SELECT record_no, bit_or(CASE WHEN changed_at > "at" THEN possible_mask ELSE value_mask & possible_mask END) AS whole_mask
    FROM record JOIN whole_part USING (object)
    WHERE created_at IS NULL OR created_at <= "at"
    GROUP BY record_no
"""
# held_mask: fields that had a value at some time inside the window, or may have had one.
_RECORD_CELL = """
    SELECT record.record_no, record.object, record.person_no,
           coalesce(sure_cell.is_read, false) AS is_read,
           coalesce(sure_cell.sure_mask, 0) AS sure_mask,
           coalesce(sure_cell.possible_mask, 0) AS extra_mask,
           coalesce(whole_cell.whole_mask, 0) AS whole_mask,
           CASE WHEN created_at > $end THEN 0
                WHEN changed_at > $begin THEN {every}
                ELSE value_mask END AS held_mask
    FROM record LEFT JOIN sure_cell USING (record_no) LEFT JOIN whole_cell USING (record_no)
"""
_PERSON_CELL = """
    SELECT person_no, bool_or(is_read) AS is_read,
           bit_or(sure_mask) AS sure_mask, bit_or(extra_mask) AS extra_mask,
           bit_or(extra_mask | whole_mask | sure_mask) AS possible_mask, bit_or(held_mask) AS held_mask
    FROM record_category GROUP BY person_no
"""
