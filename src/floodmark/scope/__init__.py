"""Scope: whose records, which fields, how well proven, and what was not taken.

    hostile events ─► requests ─► cells ─► people ─► outcomes, bounds ─► checks

`scope()` is the only door. What it derives stays as tables on the engine, and the SQL of each is
kept: it is part of the evidence of every number.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from floodmark.engine import Engine
from floodmark.ledger import Ledger
from floodmark.ledger.coverage import CoverageMap, Hole, gaps_of
from floodmark.models import (
    CategoryScope,
    Check,
    Combination,
    Coverage,
    Intrusion,
    Outcomes,
    PeopleBound,
    Proof,
    Range,
    Request,
    Residence,
    RowRange,
    Scope,
    SnapshotCounts,
)
from floodmark.scope.bounds import Bounds, Obstacles
from floodmark.scope.history import Then
from floodmark.scope.outcomes import Cells, Window
from floodmark.scope.proof import prove
from floodmark.scope.reach import keep_person_rows, write_people, write_people_csv
from floodmark.scope.records import Masks, SeenFields, keep_parts, keep_records, keep_replayed, parts
from floodmark.scope.replaying import replay_all
from floodmark.scope.requests import Gatherer, Reading
from floodmark.snapshot import Snapshot
from floodmark.worker import Limits

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
    timezone: str = "UTC"
    """The organisation's, for accounts of which the data map states none."""
    limits: Limits | None = None
    """What replay may use; None takes the usual ones."""
    progress: Callable[[int, int], None] | None = None
    """Called with the queries replayed so far, and all."""


@dataclass(frozen=True)
class Scoped:
    """A scope, and what the report and the exports need beside it."""

    document: Scope
    proof: Proof
    readings: tuple[Reading, ...]
    holes: tuple[Hole, ...]
    replay_statements: tuple[str, ...]
    """The SQL that replay ran, in order."""


def scope(engine: Engine, given: Given) -> Scoped:
    """Compute the scope of the intrusion that the table `hostile` holds.

    Leaves the tables `person_cell`, `request_record` and `person_row` (one row per person, for
    `write_people`) on the engine.
    """
    window = _window(engine, given.contained_at)
    readings = Gatherer(engine, given.snapshot.datamap, downloads_covered=_downloads(given.coverage)).gather()
    masks = Masks.of(given.snapshot)
    with tempfile.TemporaryDirectory(prefix="floodmark-") as scratch:
        replayed = replay_all(
            given.snapshot,
            readings,
            timezone=given.timezone,
            folder=Path(scratch),
            limits=given.limits,
            progress=given.progress,
        )
        readings = keep_replayed(engine, given.snapshot, replayed, readings)
        found = parts(readings, masks, SeenFields(given.snapshot))
        keep_parts(engine, found)
        keep_records(engine, given.snapshot, readings, found)
    then = Then(engine, given.snapshot, masks, found, (window.begin, window.end)) if window else None
    cells = Cells(engine, masks, found, window, then)
    holes = given.coverage.obstacles(window.begin, window.end) if window else []
    missing, unknown = _missing(engine, given.snapshot)
    rows = quarantined(engine, given.coverage, given.intrusion, window) if window else []
    unlimited = bool(holes or rows or any(each.grade == 5 and not each.empty for each in readings))  # noqa: PLR2004 - the grade
    beyond = sum(reading.replayed.beyond for reading in readings if reading.replayed and not reading.empty)
    obstacles = Obstacles(unlimited=unlimited, rows=beyond, missing=missing, unknown=unknown)
    bounds = Bounds(engine, cells, readings, obstacles)
    document = _document(given, cells, bounds, readings, window=window)
    keep_person_rows(engine, cells, readings, obstacle=obstacles.any)
    proof = prove(
        given.snapshot,
        cells,
        bounds,
        readings,
        holes=holes,
        rows=rows,
        rules=replayed.readings if replayed else {},
    )
    return Scoped(document, proof, tuple(readings), tuple(holes), replayed.statements if replayed else ())


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
            and not any(
                hole.log in {log, "unknown"} and hole.touches(begin, end) for hole in coverage.holes()
            )
            for log in logs
        )

    return covered


def quarantined(
    engine: Engine, coverage: CoverageMap, intrusion: Intrusion, window: Window
) -> list[tuple[str, str]]:
    """Return (item, position) of quarantined rows that could be reads of the intrusion.

    Those of a log that records reads, inside the window or without a time, unless the legible part
    shows a session or login of somebody else.
    """
    logs = [log for log in coverage.logs if coverage.reads(log)]
    return engine.rows(
        """SELECT item, position FROM part_row
           WHERE reason IS NOT NULL AND list_contains($logs::VARCHAR[], log)
             AND ("at" IS NULL OR "at" BETWEEN $begin AND $end)
             AND NOT (session IS NOT NULL AND len($sessions::VARCHAR[]) > 0
                      AND NOT list_contains($sessions::VARCHAR[], session))
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


def _missing(
    engine: Engine, snapshot: Snapshot
) -> tuple[dict[str, int], dict[tuple[int, str], tuple[int, int]]]:
    """Return what the ids tell that the logs list and the snapshot lacks; the key prefix tells the object.

    First object -> distinct ids, then (request, object) -> rows of it that they are: fewest, most. An
    id with a prefix that the snapshot does not have may be a row of any object.
    """
    engine.keep("absent", _ABSENT)
    missing = dict(
        engine.rows(
            """SELECT object, count(DISTINCT id) FROM absent
               WHERE object IS NOT NULL GROUP BY object ORDER BY object"""
        )
    )
    counts = engine.rows(
        """SELECT request_no, object, count(DISTINCT id) FROM absent JOIN request_act USING (act)
           WHERE top GROUP BY ALL ORDER BY ALL"""
    )
    total: dict[int, int] = {}
    own: dict[tuple[int, str], int] = {}
    for request, name, count in counts:
        total[request] = total.get(request, 0) + count
        own[request, name] = count
    return missing, {
        (request, name): (own.get((request, name), 0), count)
        for request, count in total.items()
        for name in snapshot.records
    }


_ABSENT = """
    WITH prefix AS (SELECT substr(id, 1, 3) AS prefix, min(object) AS object FROM record
                    GROUP BY 1 HAVING count(DISTINCT object) = 1)
    SELECT act, id, top, prefix.object FROM act_id LEFT JOIN prefix ON prefix.prefix = substr(id, 1, 3)
    WHERE id NOT IN (SELECT id FROM record)
"""


# --- the document ------------------------------------------------------------------------------------


def _document(
    given: Given, cells: Cells, bounds: Bounds, readings: Sequence[Reading], *, window: Window | None
) -> Scope:
    counts = cells.outcome_counts(obstacle=bounds.obstacles.any)
    people = bounds.people()
    without = cells.without_value()
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
            CategoryScope(
                category=category, people=bounds.category(bit), outcomes=Outcomes(**counts[category])
            )
            for bit, category in enumerate(cells.masks.categories)
        ),
        combinations=tuple(
            Combination(taken=taken, possible=possible, people=number)
            for taken, possible, number in cells.combinations()
        ),
        residence=_residence(bounds),
        requests=tuple(_request(reading) for reading in readings),
        coverage=Coverage(
            stated=stated,
            gaps=gaps_of(given.coverage.holes()),
            blind=given.blind,
        ),
        checks=(),
    )
    return document.model_copy(update={"checks": tuple(checks(document, given))})


def _residence(bounds: Bounds) -> tuple[Residence, ...]:
    """Return the countries with anyone who may have lost something; without a country last."""
    return tuple(
        Residence(country=code, people=Range(at_least=each.at_least, at_most=each.at_most))
        for code, each in bounds.countries().items()
        if each.at_most
    )


def _request(reading: Reading) -> Request:
    known = reading.fewest is not None and reading.most is not None
    replayed = reading.answer.replayed_rows if reading.answer else None
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
        replayed_rows=replayed,
        difference=reading.act.matched_rows - replayed
        if replayed is not None and reading.act.matched_rows is not None
        else None,
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
    (reached,) = given.ledger.engine.row("SELECT count(*) FROM person_cell WHERE possible_mask <> 0")
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
        found.append(
            _check(f"taken {name} = its combinations", taken == outcomes.taken, f"{outcomes.taken} = {taken}")
        )
        most = outcomes.taken + outcomes.possibly_taken
        low, high = each.people.at_least, each.people.at_most
        found.append(
            _check(f"bounds of {name}", low <= most and low <= high, f"{low} <= {high}, {low} <= {most}")
        )
    for request in document.requests:
        if request.grade == 2:  # noqa: PLR2004 - replayed, and all of it sure
            counts = f"{request.matched_rows} = {request.replayed_rows}"
            name = f"matched = replayed in {request.id}"
            found.append(_check(name, request.matched_rows == request.replayed_rows, counts))
    low, high = document.people.at_least, document.people.at_most
    found.append(_check("bounds of people", low <= high, f"{low} <= {high}"))
    return found


def _check(name: str, passed: bool, detail: str) -> Check:  # noqa: FBT001 - a law holds or not
    return Check(name=name, passed=passed, detail=detail)
