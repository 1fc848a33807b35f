"""What the numbers of a scope rest on: counts reconciled, obstacles named, absence told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from floodmark.ledger.coverage import Hole
from floodmark.models import (
    Absence,
    Obstacle,
    Proof,
    Range,
    Reconciled,
    RowRange,
    StateOfResidence,
    stamp,
)
from floodmark.scope.bounds import Bounds, Obstacles
from floodmark.scope.outcomes import Cells, outcome_case
from floodmark.scope.requests import Reading
from floodmark.snapshot import Snapshot


def prove(
    snapshot: Snapshot,
    cells: Cells,
    bounds: Bounds,
    readings: Sequence[Reading],
    *,
    holes: Sequence[Hole],
    rows: Sequence[tuple[str, str]],
    rules: Mapping[str, str],
) -> Proof:
    """Return the proof of a scope.

    Args:
        snapshot: the customer tables.
        cells: of the scope.
        bounds: of the scope.
        readings: the requests, with the answers of replay.
        holes: gaps in coverage that touch the intrusion.
        rows: (item, position) of quarantined rows that could be reads of the intrusion.
        rules: disputed rule -> reading, of replay.
    """
    found = list(_obstacles(readings, holes, rows))
    return Proof(
        requests=tuple(reconciled(reading) for reading in readings),
        obstacles=tuple(_with_bounds(found, bounds)),
        people_without_obstacles=_without(bounds, unlimited=False, rows=0),
        absence=tuple(_absence(cells, snapshot.datamap.not_held, obstacle=bounds.obstacles.any)),
        states=tuple(_states(bounds)),
        readings=dict(rules),
        other_count=snapshot.alternative[1] if snapshot.alternative else None,
        other_unit=snapshot.alternative[0] if snapshot.alternative else None,
    )


# --- counts of one request ---------------------------------------------------------------------------


def reconciled(reading: Reading) -> Reconciled:
    """Return what the log counts of a request beside what replay finds."""
    answer, act = reading.answer, reading.act
    replayed = answer.replayed_rows if answer else None
    difference = None if replayed is None or act.matched_rows is None else act.matched_rows - replayed
    known = reading.fewest is not None and reading.most is not None
    sure: int | None = None
    possible: int | None = None
    if reading.empty:
        sure = possible = 0
    elif reading.grade == 1:
        sure = possible = act.id_count
    elif reading.replayed:
        sure, possible = reading.replayed.sure, reading.replayed.possible
    return Reconciled(
        id=act.id,
        matched_rows=act.matched_rows,
        delivered_rows=RowRange(min=reading.fewest or 0, max=reading.most or 0) if known else None,
        replayed_rows=replayed,
        difference=difference,
        sure=sure,
        possible=possible,
        refused=answer.refused if answer else None,
        explanation="; ".join(_explained(reading, difference)),
    )


def _explained(reading: Reading, difference: int | None) -> Iterator[str]:
    """Yield why a request's counts differ, and why records of it are not sure."""
    answer = reading.replayed
    if difference and difference > 0:
        yield (
            f"the log counts {difference} rows more than match: records deleted since, or changed since"
            " so that they match no more"
        )
    if difference and difference < 0:
        yield (
            f"the log counts {-difference} rows fewer than match: the account did not see them, or they"
            " changed since so that they match now"
        )
    if answer and answer.beyond:
        yield f"{answer.beyond} rows are beyond every record that may have matched"
    if reading.empty or not answer or reading.grade == 1 or answer.sure == answer.possible:
        return
    if answer.sure == 0 and reading.fewest is None:
        yield "no log says how many rows left, so no record is sure"
    else:
        yield f"{answer.possible - answer.sure} records are possible and not sure"


# --- obstacles ---------------------------------------------------------------------------------------


def _obstacles(
    readings: Sequence[Reading], holes: Sequence[Hole], rows: Sequence[tuple[str, str]]
) -> Iterator[Obstacle]:
    for hole in holes:
        yield _obstacle(
            "gap",
            f"{hole.log} says nothing of these hours: {hole.reason}",
            log=hole.log,
            begin=stamp(hole.begin),
            end=stamp(hole.end),
            remedy=f"the files of {hole.log} for these hours, from the platform or from an archive",
        )
    for reading in readings:
        if reading.grade == 5 and not reading.empty:  # noqa: PLR2004 - the grade
            yield _obstacle(
                "request",
                "a read was seen, and no log says what it read",
                request=reading.act.id,
                remedy="a log that names the object and the rows of this request, such as real-time events",
            )
        answer = reading.replayed
        if answer and answer.beyond and not reading.empty:
            yield _obstacle(
                "rows",
                f"{answer.beyond} rows were matched beyond every record of the snapshot that may match",
                request=reading.act.id,
                rows=answer.beyond,
                remedy="customer tables from a time nearer to the event, with deleted records",
            )
    for item, position in rows:
        yield _obstacle(
            "quarantined",
            "a row of a log that records reads could not be read",
            item=item,
            position=position,
            remedy="the same file exported again without damage",
        )


def _obstacle(
    kind: str,
    text: str,
    *,
    remedy: str,
    log: str | None = None,
    begin: str | None = None,
    end: str | None = None,
    item: str | None = None,
    position: str | None = None,
    request: str | None = None,
    rows: int | None = None,
) -> Obstacle:
    return Obstacle.model_validate(
        {
            "kind": kind,
            "text": text,
            "log": log,
            "from": begin,
            "to": end,
            "item": item,
            "position": position,
            "request": request,
            "rows": rows,
            "remedy": remedy,
            "without": None,
        }
    )


def _with_bounds(found: Sequence[Obstacle], bounds: Bounds) -> Iterator[Obstacle]:
    """Yield the obstacles, each with the bound on people if it alone were removed."""
    known: dict[tuple[bool, int], Range] = {}
    unlimited = sum(each.rows is None for each in found)
    total = sum(each.rows or 0 for each in found)
    for each in found:
        left = (unlimited - (each.rows is None) > 0, total - (each.rows or 0))
        if left not in known:
            known[left] = _without(bounds, unlimited=left[0], rows=left[1])
        yield each.model_copy(update={"without": known[left]})


def _without(bounds: Bounds, *, unlimited: bool, rows: int) -> Range:
    """Return the bound on people with other obstacles."""
    kept: Obstacles = bounds.obstacles
    bounds.obstacles = replace(kept, unlimited=unlimited, rows=rows)
    found = bounds.people()
    bounds.obstacles = kept
    return Range(at_least=found.at_least, at_most=found.at_most)


# --- absence and residence ---------------------------------------------------------------------------


def _absence(cells: Cells, declared: Sequence[str], *, obstacle: bool) -> Iterator[Absence]:
    """Yield, for each category, why people did not lose it."""
    masks, engine = cells.masks, cells.engine
    engine.keep("person_selected", cells.selected())
    for bit, category in enumerate(masks.categories):
        case = outcome_case(bit, obstacle=obstacle)
        rows = engine.rows(
            f"""SELECT {case} AS outcome, coalesce(selected_mask, 0) >> {bit} & 1 AS is_selected, count(*)
                FROM person_cell LEFT JOIN person_selected USING (person_no) GROUP BY ALL"""
        )
        counts = {(outcome, bool(selected)): people for outcome, selected, people in rows}
        unheld = counts.get(("not_held", False), 0) + counts.get(("not_held", True), 0)
        yield Absence(
            category=category,
            declared=unheld if category in declared else 0,
            not_held=0 if category in declared else unheld,
            never_selected=counts.get(("not_taken", False), 0),
            outside=counts.get(("not_taken", True), 0),
        )


def _states(bounds: Bounds) -> Iterator[StateOfResidence]:
    """Yield the states with anyone who may have lost something, by country and state."""
    for text, bound in bounds.states().items():
        country, _, state = text.partition(" / ")
        if bound.at_most:
            yield StateOfResidence(
                country=None if country == "?" else country,
                state=state,
                people=Range(at_least=bound.at_least, at_most=bound.at_most),
            )
