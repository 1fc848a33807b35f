"""Scope: whose records, which fields, how well proven, and what was not taken.

    hostile events ─► requests ─► cells ─► people ─► outcomes, bounds ─► checks

`scope()` is the only door. What it derives stays as tables on the engine, and the SQL of each is
kept: it is part of the evidence of every number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from floodmark.engine import Engine, literal, quote
from floodmark.ledger import Ledger
from floodmark.ledger.coverage import CoverageMap, Hole
from floodmark.models import (
    CategoryScope,
    Check,
    Combination,
    Coverage,
    Gap,
    Intrusion,
    Outcomes,
    PeopleBound,
    Range,
    Request,
    Residence,
    RowRange,
    Scope,
    SnapshotCounts,
    stamp,
)
from floodmark.scope.bounds import Bounds, Obstacles
from floodmark.scope.outcomes import Cells, Window, outcome_case
from floodmark.scope.requests import Gatherer, Reading
from floodmark.snapshot import Snapshot

__all__ = ["Given", "Scoped", "Window", "quarantined", "scope", "write_people", "write_people_csv"]

_DOWNLOAD_LOGS = ("salesforce.elf.ApiTotalUsage", "salesforce.rtem.BulkApiResultEventStore")


@dataclass(frozen=True)
class Given:
    """What a scope is computed from."""

    ledger: Ledger
    snapshot: Snapshot
    coverage: CoverageMap
    intrusion: Intrusion
    contained_at: datetime | None
    blind: tuple[str, ...]


@dataclass(frozen=True)
class Scoped:
    """A scope, and what the report and the exports need beside it."""

    document: Scope
    readings: tuple[Reading, ...]
    holes: tuple[Hole, ...]


def scope(engine: Engine, given: Given) -> Scoped:
    """Compute the scope of the intrusion that the table `hostile` holds.

    Leaves the tables `person_cell`, `request_record` and `person_row` (one row per person, for
    `write_people`) on the engine.
    """
    window = _window(engine, given.contained_at)
    readings = Gatherer(engine, given.snapshot.datamap, downloads_covered=_downloads(given.coverage)).gather()
    cells = Cells(engine, given.snapshot, readings, window)
    holes = given.coverage.obstacles(window.begin, window.end) if window else []
    obstacles = Obstacles(
        unlimited=_unlimited(engine, given, readings, holes, window), rows=0, missing=_missing(engine, given.snapshot)
    )
    bounds = Bounds(engine, cells, readings, obstacles)
    document = _document(engine, given, cells, bounds, readings, obstacles, window)
    _person_rows(engine, cells, readings, obstacle=obstacles.unlimited)
    return Scoped(document, tuple(readings), tuple(holes))


def _window(engine: Engine, contained_at: datetime | None) -> Window | None:
    """Return first event to containment, else to the end of the logs; None without an intrusion."""
    begin, last = engine.row('SELECT min("at"), max("at") FROM hostile')
    if begin is None:
        return None
    (end,) = engine.row('SELECT max("at") FROM event')
    return Window(begin, max(begin, contained_at or max(end, last)))


def _downloads(coverage: CoverageMap) -> Callable[[datetime, datetime], bool]:
    logs = [log for log in _DOWNLOAD_LOGS if log in coverage.logs]

    def covered(begin: datetime, end: datetime) -> bool:
        return any(
            coverage.states(log, begin, end)
            and not any(hole.log in {log, "unknown"} and hole.touches(begin, end) for hole in coverage.holes())
            for log in logs
        )

    return covered


def _unlimited(
    engine: Engine, given: Given, readings: Sequence[Reading], holes: Sequence[Hole], window: Window | None
) -> bool:
    """Say whether an obstacle without a known row count stands: a gap, a grade-5 request, a quarantined row."""
    if window is None:
        return False
    if holes or any(reading.grade == 5 and not reading.empty for reading in readings):  # noqa: PLR2004 - the grade
        return True
    return bool(quarantined(engine, given.coverage, given.intrusion, window))


def quarantined(engine: Engine, coverage: CoverageMap, intrusion: Intrusion, window: Window) -> list[tuple[str, str]]:
    """Return (item, position) of quarantined rows that could be reads of the intrusion.

    Those of a log that records reads, inside the window or without a time, unless the legible part
    shows a session or login of somebody else.
    """
    logs = [log for log in coverage.logs if coverage.reads(log)]
    return engine.rows(
        """SELECT item, position FROM part_row
           WHERE reason IS NOT NULL AND list_contains($logs::VARCHAR[], log)
             AND ("at" IS NULL OR "at" BETWEEN $begin AND $end)
             AND NOT (session IS NOT NULL AND len($sessions::VARCHAR[]) > 0 AND NOT list_contains($sessions::VARCHAR[], session))
             AND NOT (session IS NULL AND login IS NOT NULL AND len($logins::VARCHAR[]) > 0
                      AND NOT list_contains($logins::VARCHAR[], login))
           ORDER BY item, row, position""",
        {
            "logs": logs,
            "begin": window.begin,
            "end": window.end,
            "sessions": list(intrusion.sessions),
            "logins": list(intrusion.logins),
        },
    )


def _missing(engine: Engine, snapshot: Snapshot) -> dict[str, int]:
    """Return object -> distinct ids that the logs list and the snapshot lacks, told by their key prefix."""
    found = engine.rows(
        """WITH prefix AS (SELECT substr(id, 1, 3) AS prefix, min(object) AS object FROM record GROUP BY 1 HAVING count(DISTINCT object) = 1)
           SELECT object, count(DISTINCT act_id.id) FROM act_id JOIN prefix ON prefix.prefix = substr(act_id.id, 1, 3)
           WHERE act_id.id NOT IN (SELECT id FROM record) GROUP BY object ORDER BY object"""
    )
    return {name: count for name, count in found if name in snapshot.records}


# --- the document ------------------------------------------------------------------------------------


def _document(
    engine: Engine,
    given: Given,
    cells: Cells,
    bounds: Bounds,
    readings: Sequence[Reading],
    obstacles: Obstacles,
    window: Window | None,
) -> Scope:
    counts = cells.outcome_counts(obstacle=obstacles.unlimited)
    people = bounds.people()
    (without,) = engine.row("SELECT count(*) FROM person_cell WHERE is_read AND sure_mask = 0")
    stated = given.coverage.stated(window.begin, window.end) if window else False
    document = Scope(
        intrusion=given.intrusion.model_copy(update={"acts": len(readings)}),
        snapshot=SnapshotCounts(
            records=given.snapshot.records,
            people=given.snapshot.people,
            unkeyed_records=given.snapshot.unkeyed_records,
            unit=given.snapshot.unit,
        ),
        records={name: bounds.records(name) for name in given.snapshot.records},
        people=PeopleBound(**people.model_dump(), without_value=without),
        categories=tuple(
            CategoryScope(category=category, people=bounds.category(bit), outcomes=Outcomes(**counts[category]))
            for bit, category in enumerate(cells.masks.categories)
        ),
        combinations=tuple(
            Combination(taken=taken, possible=possible, people=number) for taken, possible, number in cells.combinations()
        ),
        residence=_residence(engine, bounds),
        requests=tuple(_request(reading) for reading in readings),
        coverage=Coverage(
            stated=stated,
            gaps=tuple(
                Gap(log=hole.log, from_=stamp(hole.begin), to=stamp(hole.end), reason=hole.reason)
                for hole in given.coverage.holes()
            ),
            blind=given.blind,
        ),
        checks=(),
    )
    return document.model_copy(update={"checks": tuple(checks(document, given))})


def _residence(engine: Engine, bounds: Bounds) -> tuple[Residence, ...]:
    """Return the countries with anyone who may have lost something; without a country last."""
    codes = [code for (code,) in engine.rows("SELECT DISTINCT unnest(residence) AS code FROM person ORDER BY code")]
    found = [(code, bounds.country(code)) for code in [*codes, None]]
    return tuple(
        Residence(country=code, people=Range(at_least=each.at_least, at_most=each.at_most))
        for code, each in found
        if each.at_most
    )


def _request(reading: Reading) -> Request:
    known = reading.fewest is not None and reading.most is not None
    return Request(
        id=reading.act.id,
        kind=reading.kind,
        objects=reading.objects,
        query=reading.act.query,
        grade=reading.grade,
        assumes=reading.assumes,
        inferable=reading.inferable,
        matched_rows=reading.act.matched_rows,
        delivered_rows=RowRange(min=reading.fewest or 0, max=reading.most or 0) if known else None,
        replayed_rows=None,
        difference=None,
        events=reading.act.events,
    )


def checks(document: Scope, given: Given) -> list[Check]:
    """Return the conservation laws of design section 7 that a scope can be held to."""
    tallies = given.ledger.tallies().values()
    read, parts = sum(t.rows for t in tallies), sum(t.events + t.duplicates + t.quarantined for t in tallies)
    records = sum(document.snapshot.records.values())
    keyed = given.snapshot.keyed_records
    people = document.snapshot.people
    touched = sum(each.people for each in document.combinations)
    (reached,) = given.ledger.engine.row("SELECT count(*) FROM person_cell WHERE (sure_mask | possible_mask) <> 0")
    found = [
        _check("rows read = events + duplicates + quarantined", read == parts, f"{read} = {parts}"),
        _check(
            "records = keyed + unkeyed",
            records == keyed + document.snapshot.unkeyed_records,
            f"{records} = {keyed} + {document.snapshot.unkeyed_records}",
        ),
        _check("people <= records", people <= records, f"{people} <= {records}"),
        _check("combinations sum to the people touched", touched == reached, f"{touched} = {reached}"),
    ]
    for each in document.categories:
        name, outcomes = each.category, each.outcomes
        total = sum(outcomes.model_dump().values())
        found.append(_check(f"outcomes of {name} sum to all people", total == people, f"{total} = {people}"))
        taken = sum(combination.people for combination in document.combinations if name in combination.taken)
        found.append(_check(f"taken {name} = its combinations", taken == outcomes.taken, f"{outcomes.taken} = {taken}"))
        most = outcomes.taken + outcomes.possibly_taken
        low, high = each.people.at_least, each.people.at_most
        found.append(_check(f"bounds of {name}", low <= most and low <= high, f"{low} <= {high}, {low} <= {most}"))
    low, high = document.people.at_least, document.people.at_most
    found.append(_check("bounds of people", low <= high, f"{low} <= {high}"))
    return found


def _check(name: str, passed: bool, detail: str) -> Check:  # noqa: FBT001 - a law holds or not
    return Check(name=name, passed=passed, detail=detail)


# --- people ------------------------------------------------------------------------------------------


def _person_rows(engine: Engine, cells: Cells, readings: Sequence[Reading], *, obstacle: bool) -> None:
    """Make person_row: one row per person of the snapshot, as design section 9 states it."""
    facts = pa.table(
        {
            "request_no": pa.array(range(len(readings)), pa.int64()),
            "request_id": pa.array([each.act.id for each in readings], pa.string()),
            "grade": pa.array([each.grade for each in readings], pa.int64()),
            "at": pa.array([each.act.at for each in readings], pa.timestamp("us")),
            "last_at": pa.array([each.act.last_at for each in readings], pa.timestamp("us")),
        }
    )
    engine.connection.register("facts", facts)
    engine.keep("request_fact", "SELECT * FROM facts")
    engine.connection.unregister("facts")
    engine.keep("person_request", _PERSON_REQUEST)
    outcomes = ", ".join(
        f"{outcome_case(bit, obstacle=obstacle)} AS {quote(category)}" for bit, category in enumerate(cells.masks.categories)
    )
    engine.keep("person_row", _PERSON_ROW.format(outcomes=outcomes + ", " if outcomes else ""))


_PERSON_REQUEST = """
    SELECT person_no, min(grade) AS grade, list_sort(list(request_id)) AS request_ids,
           min("at") AS first_at, max(last_at) AS last_at
    FROM (SELECT DISTINCT person_no, request_no FROM request_record JOIN record USING (record_no)
          UNION
          SELECT DISTINCT person_no, request_no FROM record JOIN request_part USING (object)
          WHERE whole AND (created_at IS NULL OR created_at <= "at"))
    JOIN request_fact USING (request_no)
    GROUP BY person_no
"""
_PERSON_ROW = """
    SELECT person, record_ids, residence, {outcomes}grade, coalesce(request_ids, []) AS request_ids, first_at, last_at
    FROM person
    JOIN (SELECT person_no, list(id ORDER BY id) AS record_ids FROM record GROUP BY person_no) USING (person_no)
    JOIN person_cell USING (person_no)
    LEFT JOIN person_request USING (person_no)
    ORDER BY person
"""


def write_people(engine: Engine, file: Path) -> None:
    """Write person_row to a Parquet file, sorted by person."""
    engine.connection.execute(
        f"COPY (SELECT * FROM person_row ORDER BY person) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608
    )


def write_people_csv(engine: Engine, file: Path) -> None:
    """Write person_row to a CSV file, sorted by person; lists are joined by a blank, formulas are inert."""
    columns = engine.rows("SELECT column_name, data_type FROM (DESCRIBE person_row)")
    shown = ", ".join(
        f"array_to_string({quote(name)}, ' ') AS {quote(name)}" if kind.endswith("[]") else f"inert_cell({quote(name)}::VARCHAR) AS {quote(name)}"
        for name, kind in columns
    )
    engine.connection.execute(
        f"COPY (SELECT {shown} FROM person_row ORDER BY person) TO {literal(str(file))} (FORMAT csv, HEADER, FORCE_QUOTE *)"  # noqa: S608
    )
