"""One row per person of the snapshot: outcomes, and which requests may have reached the person.

A request that leaves a whole object possible reaches nearly everybody, and a replayed one may reach as
many. So their ids are not stored once per person: people who were reached by the same requests of these
kinds share one list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from floodmark.engine import Engine, literal, quote
from floodmark.replay.tables import moment
from floodmark.scope.outcomes import Cells, outcome_case
from floodmark.scope.records import Part
from floodmark.scope.requests import Reading


def keep_person_rows(engine: Engine, cells: Cells, readings: Sequence[Reading], *, obstacle: bool) -> None:
    """Make person_row, a view: one row per person of the snapshot, as design section 9 states it."""
    facts = {
        "request_no": pa.array(range(len(readings)), pa.int64()),
        "request_id": pa.array([each.act.id for each in readings], pa.string()),
        "grade": pa.array([each.grade for each in readings], pa.int64()),
        "at": pa.array([each.act.at for each in readings], pa.timestamp("us")),
        "last_at": pa.array([each.act.last_at for each in readings], pa.timestamp("us")),
    }
    engine.keep_table("request_fact", pa.table(facts))
    marks = sorted({mark for part in cells.parts for mark in part.marks})
    bits = sorted({column for column, _ in marks})
    names = sorted({part.object for part in cells.parts if part.whole})
    starts = [_start(name, cells.parts) for name in names]
    first = "".join(
        f", min(CASE WHEN object = {literal(name)} THEN {start} END) AS start_{place}"
        for place, (name, start) in enumerate(zip(names, starts, strict=True))
    )
    first += "".join(f", bit_or(coalesce(p{column}, 0)) AS bits_{column}" for column in bits)
    engine.keep(
        "person_start",
        f"SELECT person_no{first or ', NULL AS start_none'} FROM record"
        f" {'LEFT JOIN replayed USING (record_no)' if bits else ''} GROUP BY person_no",
    )
    columns = [f"start_{place}" for place in range(len(names))] + [f"bits_{column}" for column in bits]
    columns = ", ".join(columns) or "start_none"
    engine.keep(
        "start_class",
        f"""SELECT row_number() OVER (ORDER BY {columns}) AS class_no, {columns}
            FROM (SELECT DISTINCT {columns} FROM person_start)""",
    )
    reached = [_reached(place, name, cells.parts) for place, name in enumerate(names)]
    reached += [_replayed(column, cells.parts) for column in bits]
    engine.keep(
        "class_request", _OF_REQUESTS.format(key="class_no", reached=" UNION ALL ".join(reached) or _NOBODY)
    )
    engine.keep("person_listed", _OF_REQUESTS.format(key="person_no", reached=_LISTED))
    same = " AND ".join(
        f"person_start.{name} IS NOT DISTINCT FROM start_class.{name}" for name in columns.split(", ")
    )
    outcomes = "".join(
        f"{outcome_case(bit, obstacle=obstacle)} AS {quote(category)}, "
        for bit, category in enumerate(cells.masks.categories)
    )
    engine.keep("person_ids", _PERSON_IDS)
    engine.keep("person_reached", _PERSON_REACHED.format(outcomes=outcomes, same=same))
    engine.connection.execute(f"CREATE OR REPLACE TEMP VIEW person_row AS {_PERSON_ROW}")


def _start(name: str, parts: Sequence[Part]) -> str:
    """Return an expression: how many whole reads of an object were over when a record of it was created."""
    untils = _untils(name, parts)
    listed = ", ".join(moment(each) for each in untils)
    over = f"len([each for each in [{listed}] if each < created_at])"
    return f"CASE WHEN created_at > {moment(untils[0])} THEN {over} ELSE 0 END"


def _untils(name: str, parts: Sequence[Part]) -> list[datetime]:
    return sorted({part.until for part in parts if part.whole and part.object == name})


def _reached(place: int, name: str, parts: Sequence[Part]) -> str:
    """Return a statement: class and request of all whole reads of an object that a class was there for."""
    untils = _untils(name, parts)
    reads = sorted(
        {(part.request_no, untils.index(part.until)) for part in parts if part.whole and part.object == name}
    )
    values = ", ".join(f"({request}, {order})" for request, order in reads)
    return (
        f"SELECT class_no, request_no FROM start_class JOIN (VALUES {values}) given (request_no, read_order)"
        f" ON read_order >= start_{place}"
    )


def _replayed(column: int, parts: Sequence[Part]) -> str:
    """Return a statement: class and request of all replayed reads of one column of `replayed`."""
    values = ", ".join(
        f"({part.request_no}, {bit})" for part in parts for place, bit in part.marks if place == column
    )
    return (
        f"SELECT class_no, request_no FROM start_class JOIN (VALUES {values}) given (request_no, bit)"
        f" ON bits_{column} >> bit & 1 = 1"
    )


_NOBODY = "SELECT NULL::BIGINT AS class_no, NULL::BIGINT AS request_no WHERE false"
_LISTED = "SELECT person_no, request_no FROM request_record JOIN record USING (record_no)"
_OF_REQUESTS = """
    SELECT {key}, min(grade) AS grade, list_sort(list(request_id)) AS request_ids,
           min("at") AS first_at, max(last_at) AS last_at
    FROM (SELECT DISTINCT {key}, request_no FROM ({reached})) JOIN request_fact USING (request_no)
    GROUP BY {key}
"""
_PERSON_IDS = "SELECT person_no, list(id ORDER BY id) AS record_ids FROM record GROUP BY person_no"
_PERSON_REACHED = """
    SELECT person, record_ids, residence, {outcomes}least(listed.grade, class.grade) AS grade,
           class_no, listed.request_ids AS listed_ids,
           least(listed.first_at, class.first_at) AS first_at,
           greatest(listed.last_at, class.last_at) AS last_at
    FROM person JOIN person_ids USING (person_no) JOIN person_cell USING (person_no)
    JOIN person_start USING (person_no)
    JOIN start_class ON {same}
    LEFT JOIN class_request class USING (class_no) LEFT JOIN person_listed listed USING (person_no)
    ORDER BY person
"""
# The lists of the classes are put in while reading: sorted once per person they would not fit memory.
_PERSON_ROW = """
    SELECT * EXCLUDE (class_no, listed_ids, class_ids, first_at, last_at),
           CASE WHEN listed_ids IS NULL THEN class_ids[class_no]
                ELSE list_sort(list_distinct(list_concat(listed_ids, class_ids[class_no])))
           END AS request_ids,
           first_at, last_at
    FROM person_reached
    CROSS JOIN (SELECT list(coalesce(request_ids, []::VARCHAR[]) ORDER BY class_no) AS class_ids
                FROM start_class LEFT JOIN class_request USING (class_no))
"""


def write_people(engine: Engine, file: Path) -> None:
    """Write person_row to a Parquet file, sorted by person."""
    engine.connection.execute(
        f"COPY (SELECT * FROM person_row) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
    )


def write_people_csv(engine: Engine, file: Path) -> None:
    """Write person_row to a CSV file, sorted by person; lists are joined by a blank, formulas are inert."""
    columns = engine.rows("SELECT column_name, column_type FROM (DESCRIBE person_row)")
    shown = ", ".join(
        f"array_to_string({quote(name)}, ' ') AS {quote(name)}"
        if kind.endswith("[]")
        else f"inert_cell({quote(name)}::VARCHAR) AS {quote(name)}"
        for name, kind in columns
    )
    engine.connection.execute(
        f"COPY (SELECT {shown} FROM person_row) TO {literal(str(file))} (FORMAT csv, HEADER, FORCE_QUOTE *)"
    )


def requests_of(engine: Engine, person_no: int) -> list[tuple[str, str, str, bool, str]]:
    """Return which requests reached the records of a person, and how; sorted.

    Rows of (request id, object, record id, whether it surely left, the rule in words).
    """
    columns = [
        int(name[1:])
        for (name,) in engine.rows("SELECT column_name FROM (DESCRIBE replayed)")
        if name.startswith("s")
    ]
    replayed = "".join(
        f""" UNION ALL
        SELECT request_no, object, id, s{column} >> bit & 1 = 1, 'replay of the query' FROM own
        JOIN replayed USING (record_no) JOIN part_mark ON col = {column} AND p{column} >> bit & 1 = 1
        JOIN (SELECT part_no, request_no FROM request_part) USING (part_no)"""
        for column in columns
    )
    return engine.rows(
        f"""WITH own AS (SELECT record_no, object, id, created_at FROM record WHERE person_no = $person)
            SELECT DISTINCT request_id, object, id, is_sure, how FROM (
              SELECT request_no, object, id, is_sure,
                     CASE WHEN coalesce(way, '') = '' THEN 'ids in the log'
                          ELSE 'came with other rows: ' || way END AS how
              FROM own JOIN request_record USING (record_no)
              LEFT JOIN (SELECT part_no, way FROM request_part) USING (part_no)
              UNION ALL
              SELECT request_no, own.object, id, false, 'no log says which records of the object'
              FROM own JOIN request_part part ON part.whole AND part.object = own.object
                   AND NOT coalesce(created_at > part.until, false){replayed})
            JOIN request_fact USING (request_no) ORDER BY ALL""",
        {"person": person_no},
    )
