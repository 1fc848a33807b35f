"""Cells, people and outcomes (design section 6), in bulk.

A field of an object is one bit, a category is one bit; what a request reads of a record is an AND of
masks, and all requests together are an OR. No count is taken per category.

1. request_record and replayed (records.py): which records a request surely or possibly returned, by
   the ids in the logs and by replay.
2. record_cell: per record, the fields surely and possibly taken, and those held at the time.
3. person_cell: per person, the same by category.
4. The outcome of a person and a category is the first of the five rules that applies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from floodmark.engine import Engine, literal
from floodmark.models import OUTCOMES
from floodmark.scope.history import Then
from floodmark.scope.records import Masks, Part
from floodmark.scope.requests import before_second
from floodmark.scope.shown import marked, marked_mask, whole_mask


@dataclass(frozen=True)
class Window:
    """The hours of the intrusion, closed at both ends, UTC without zone."""

    begin: datetime
    end: datetime


class Cells:
    """The tables of steps 2 and 3 on one engine that holds record, request_part and request_record."""

    def __init__(
        self,
        engine: Engine,
        masks: Masks,
        parts: Sequence[Part],
        window: Window | None,
        then: Then | None = None,
    ) -> None:
        """Derive record_cell and person_cell; `then` tells values of the past, where a history does."""
        self.then = then if then and then.known else None
        self.engine = engine
        self.masks = masks
        self.parts = parts
        self.window = window
        self._record_cells()
        self._person_cells()

    def _record_cells(self) -> None:
        begin, end = (self.window.begin, self.window.end) if self.window else (datetime.max, datetime.max)  # noqa: DTZ901 - compared with UTC without zone
        every = self.masks.every_field()
        told = self.then is not None
        self.engine.keep(
            "listed_cell",
            _LISTED_CELL.format(
                every=every,
                sign="(-9223372036854775808)",
                then=_THEN_JOIN if told else "",
                then_mask="coalesce(then_mask, 0)" if told else "0",
                open_mask="coalesce(open_mask, -1)" if told else "-1",
            ),
        )
        self.engine.keep(
            "record_cell",
            _RECORD_CELL.format(
                every=every,
                whole=whole_mask(self.parts),
                is_read=marked(self.parts, "s") or "false",
                sure=marked_mask(self.parts, "s", self.then, sure=True),
                own=marked_mask(self.parts, "s", self.then, sure=False),
                held=self.then.possible(begin, end, every) if self.then else every,
                join=self.then.join if self.then else "",
                possible=marked_mask(self.parts, "p", self.then, sure=False),
            ),
            {"begin": before_second(begin), "end": end},
        )

    def _person_cells(self) -> None:
        turned = ", ".join(
            f"bit_or({self.masks.to_categories(name)}) AS {name}"
            for name in ("sure_mask", "possible_mask", "held_mask")
        )
        self.engine.keep("person_cell", _PERSON_CELL.format(turned=turned))

    def selected(self) -> str:
        """Return a statement: person_no, selected_mask: categories held in fields that requests selected."""
        fields: dict[str, int] = {}
        for part in self.parts:
            fields[part.object] = fields.get(part.object, 0) | part.possible_mask
        cases = "".join(f" WHEN {literal(name)} THEN {mask}" for name, mask in sorted(fields.items()))
        chosen = f"CASE object{cases} ELSE 0 END" if cases else "0"
        turned = self.masks.to_categories("held_mask")
        return (
            f"SELECT person_no, bit_or({turned}) AS selected_mask"
            f" FROM (SELECT person_no, object, (held_mask & {chosen})::BIGINT AS held_mask FROM record_cell)"
            " GROUP BY person_no"
        )

    def outcome_counts(self, *, obstacle: bool) -> dict[str, dict[str, int]]:
        """Return category -> outcome -> people; `obstacle`: some obstacle could reach any value."""
        counts: dict[str, dict[str, int]] = {}
        for bit, category in enumerate(self.masks.categories):
            case = outcome_case(bit, obstacle=obstacle)
            found = dict(self.engine.rows(f"SELECT {case}, count(*) FROM person_cell GROUP BY ALL"))
            counts[category] = {outcome: found.get(outcome, 0) for outcome in OUTCOMES}
        return counts

    def without_value(self) -> int:
        """Return how many people have a sure record and no sure cell."""
        (people,) = self.engine.row("SELECT count(*) FROM person_cell WHERE is_read AND sure_mask = 0")
        return people

    def combinations(self) -> list[tuple[tuple[str, ...], tuple[str, ...], int]]:
        """Return (taken, possible, people) over people with anything taken or possible, most people first."""
        rows = self.engine.rows(
            """SELECT sure_mask, possible_mask & ~sure_mask AS open_mask, count(*) FROM person_cell
               WHERE possible_mask <> 0 GROUP BY ALL"""
        )
        named = [
            (self.masks.names(sure), self.masks.names(possible), people) for sure, possible, people in rows
        ]
        return sorted(named, key=lambda each: (-each[2], each[0], each[1]))


def outcome_case(bit: int, *, obstacle: bool) -> str:
    """Return the expression for the outcome of one category bit of person_cell (rules 1 to 5)."""
    one = 1 << bit
    rest = "'cannot_tell'" if obstacle else "'not_taken'"
    return (
        f"CASE WHEN sure_mask & {one} <> 0 THEN 'taken' WHEN possible_mask & {one} <> 0 THEN 'possibly_taken'"
        f" WHEN held_mask & {one} = 0 THEN 'not_held' ELSE {rest} END"
    )


# Fields read of records that a request names or points to. A record changed after the request has what
# it had then; where no history tells, every field read of it is possible, none sure. Of an object that the
# request's text does not lead to, every field is possible. own_mask: through records that are sure, or
# in parts whose rows no count limits.
# Nearly all records had not changed by the first of the reads, so that no time matters: their masks are
# gathered before they meet the record. The sign bit, which no field has, says is_read and is_side. The few
# others, late ones, are looked at read by read.
_LISTED_CELL = """
    WITH gathered AS (
        SELECT record_no,
               bit_or(CASE WHEN is_sure THEN coalesce(part.sure_mask, 0) | {sign} ELSE 0 END) AS sure_mask,
               bit_or(coalesce(part.possible_mask, -1)) AS possible_mask,
               bit_or(CASE WHEN is_sure THEN coalesce(part.possible_mask, -1) & ~{sign}
                           WHEN part.counted THEN 0
                           ELSE coalesce(part.possible_mask, -1) | {sign} END) AS own_mask
        FROM request_record LEFT JOIN request_part part USING (part_no)
        GROUP BY record_no
    ), first AS (
        SELECT min(since) AS since
        FROM (SELECT since FROM request_part UNION ALL SELECT since FROM request_act)
    ), late AS (
        SELECT record_no, bit_or(CASE WHEN is_sure THEN known_mask & sure_mask ELSE 0 END) AS sure_mask,
               bit_or(shown_mask) AS possible_mask,
               bit_or(CASE WHEN counted AND NOT is_sure THEN 0 ELSE shown_mask END) AS own_mask
        FROM (SELECT record_no, is_sure, coalesce(part.counted, false) AS counted,
                     coalesce(part.sure_mask, 0) AS sure_mask,
                     coalesce(changed_at > coalesce(part.since, request_act.since), false) AS is_changed,
                     CASE WHEN is_changed THEN {then_mask} & ~({open_mask})
                          ELSE value_mask END AS known_mask,
                     coalesce(part.possible_mask, {every})
                     & CASE WHEN is_changed THEN {then_mask} | {open_mask}
                            ELSE value_mask END AS shown_mask
              FROM request_record
              JOIN (SELECT * FROM record WHERE changed_at > (SELECT since FROM first)) record
                   USING (record_no)
              LEFT JOIN (SELECT * EXCLUDE (object, request_no) FROM request_part) part USING (part_no)
              LEFT JOIN request_act USING (request_no) {then})
        GROUP BY record_no
    )
    SELECT record_no, gathered.sure_mask < 0 AS is_read, gathered.own_mask < 0 AS is_side,
           coalesce(late.sure_mask, gathered.sure_mask & value_mask) AS sure_mask,
           coalesce(late.possible_mask, gathered.possible_mask & value_mask) AS possible_mask,
           coalesce(late.own_mask, gathered.own_mask & value_mask) AS own_mask
    FROM gathered JOIN (SELECT record_no, value_mask FROM record) record USING (record_no)
    LEFT JOIN late USING (record_no)
"""
# held_mask: fields that had a value at some time inside the window, or may have had one.
_RECORD_CELL = """
    SELECT record_no, object, person_no, created_at, changed_at, value_mask,
           coalesce(is_read, false) OR {is_read} AS is_read, coalesce(is_side, false) AS is_side,
           coalesce(sure_mask, 0) | {sure} AS sure_mask, coalesce(own_mask, 0) | {own} AS own_mask,
           coalesce(possible_mask, 0) | {whole} | {possible} AS possible_mask,
           CASE WHEN created_at > $end THEN 0
                WHEN changed_at > $begin THEN {held} ELSE value_mask END AS held_mask
    FROM record LEFT JOIN listed_cell USING (record_no) LEFT JOIN replayed USING (record_no) {join}
"""
_THEN_JOIN = """LEFT JOIN "then" ON "then".record_no = record.record_no AND "then".since = part.since
                AND "then".until = part.until"""
_PERSON_CELL = "SELECT person_no, bool_or(is_read) AS is_read, {turned} FROM record_cell GROUP BY person_no"
