"""How many people, or records, truly lost something: at least, at most (design section 6, Bounds).

For one target (any value, one category, one country, the records of one object):

1. Counted: who surely lost it. They are in both bounds.
2. Free: who possibly lost it through a record that surely left, or through a parent or child row.
   No row count limits them: they are in `at_most`.
3. Open groups: a request that delivered n to n' rows, s of them its own sure records, with
   candidates for the rest. It adds at most n' - s; it proves what n - s rows cannot avoid: rows are
   filled first with candidates that add nothing (no certain value, or of people counted already),
   then with the people who own most candidates. More rows than candidates prove nothing more: a
   record deleted since may have been among them.
4. At most: the smallest, over all splits of the groups, of the people whom the one part can reach
   plus the row limits of the other. At least: the largest sum over groups that share no person.

Rules 2, 3 (last sentence) and 4 mend the design's wording; docs/decisions tells why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from floodmark.engine import Engine, literal
from floodmark.models import Bound
from floodmark.scope.outcomes import Cells
from floodmark.scope.requests import Reading

GROUP_LIMIT = 8
"""Beyond so many open groups, requests on one object with the same fields are taken together."""


@dataclass(frozen=True)
class Group:
    """Open rows: `fewest` to `most` of them left beyond the request's own sure records. None: unknown."""

    object: str
    at: datetime
    sure_mask: int
    possible_mask: int
    fewest: int
    most: int | None
    request_no: int | None
    """The request whose sure records are no candidates; None when it has none."""


@dataclass(frozen=True)
class Target:
    """Whom to count: conditions on the columns of person_reach and, for groups, of record_reach."""

    bits: int
    """Category bits that count; for records every record counts and the bits are not used."""
    people: str = "true"
    """Condition on the person."""


@dataclass(frozen=True)
class Obstacles:
    """What could hide more: `unlimited` reaches anything held; `rows` is a known number of rows."""

    unlimited: bool
    rows: int
    missing: Mapping[str, int]
    """Object -> ids in the logs that are not in the snapshot: records that left for sure."""


class Bounds:
    """Bounds of one scope, computed on the tables of `Cells`."""

    def __init__(self, engine: Engine, cells: Cells, readings: Sequence[Reading], obstacles: Obstacles) -> None:
        """Derive record_reach and person_reach: what each record and person can have lost, and how."""
        self.engine = engine
        self.cells = cells
        self.obstacles = obstacles
        self.groups = _limited(_groups(cells, readings))
        self.every = (1 << len(cells.masks.categories)) - 1
        self._reach()

    def _reach(self) -> None:
        """Make the two tables; reach bit 0 is free, bit i + 1 is group i."""
        turned = self.cells.masks.to_categories
        columns: list[str] = []
        for place, group in enumerate(self.groups):
            candidate = _candidate(group)
            open_ = f"CASE WHEN {candidate} THEN CASE WHEN changed_at > {_time(group.at)} THEN {group.possible_mask} ELSE value_mask & {group.possible_mask} END ELSE 0 END"
            firm = f"CASE WHEN {candidate} AND NOT coalesce(changed_at > {_time(group.at)}, false) THEN value_mask & {group.sure_mask} ELSE 0 END"
            columns += [
                f"{candidate} AS candidate_{place}",
                f"{turned('(' + open_ + ')')} AS open_{place}",
                f"{turned('(' + firm + ')')} AS firm_{place}",
            ]
        free = turned("(record_cell.extra_mask | coalesce(side_mask, 0))")
        self.engine.keep("side_cell", _SIDE_CELL)
        self.engine.keep(
            "record_reach",
            f"""SELECT record.record_no, record.object, record.person_no, record_cell.is_read,
                       side_cell.record_no IS NOT NULL OR request_may.record_no IS NOT NULL AS is_side,
                       {turned('record_cell.sure_mask')} AS sure_mask, {free} AS free_mask,
                       {turned('record_cell.held_mask')} AS held_mask{"".join(", " + each for each in columns)}
                FROM record JOIN record_cell USING (record_no) LEFT JOIN side_cell USING (record_no)
                LEFT JOIN (SELECT DISTINCT record_no FROM request_record WHERE NOT is_sure) request_may USING (record_no)""".replace(
                "CASE object", "CASE record.object"
            ),  # noqa: S608 - masks and names of ours
        )
        united = "".join(f", bit_or(open_{place}) AS open_{place}" for place in range(len(self.groups)))
        self.engine.keep(
            "person_reach",
            f"SELECT person_no, bit_or(sure_mask) AS sure_mask, bit_or(free_mask) AS free_mask,"  # noqa: S608
            f" bit_or(held_mask) AS held_mask{united} FROM record_reach GROUP BY person_no",
        )

    # --- targets ---------------------------------------------------------------------------------

    def people(self) -> Bound:
        """Return the bound on people who lost any value."""
        return self._of_people(Target(self.every))

    def category(self, bit: int) -> Bound:
        """Return the bound on people who lost a value of one category."""
        return self._of_people(Target(1 << bit))

    def country(self, code: str | None) -> Bound:
        """Return the bound on people of one country who lost any value; None: people without a country."""
        chosen = f"list_contains(residence, {literal(code)})" if code else "len(residence) = 0"
        inside = f"person_no IN (SELECT person_no FROM person WHERE {chosen})"  # noqa: S608 - a code of ours, quoted
        return self._of_people(Target(self.every, inside))

    def _of_people(self, target: Target) -> Bound:
        bits, people = target.bits, target.people
        (counted,) = self._one(f"SELECT count(*) FROM person_reach WHERE sure_mask & {bits} <> 0 AND {people}")
        reach = self._histogram("person_reach", f"free_mask & {bits} <> 0", f"open_{{}} & {bits} <> 0", f"sure_mask & {bits} = 0 AND {people}")
        least = [self._least_people(place, target) for place in range(len(self.groups))]
        held = None
        if self.obstacles.unlimited:
            (held,) = self._one(f"SELECT count(*) FROM person_reach WHERE (held_mask | sure_mask) & {bits} <> 0 AND {people}")
        extra = self.obstacles.rows + sum(self.obstacles.missing.values())
        return self._bound(counted, reach, least, held, extra)

    def records(self, name: str) -> Bound:
        """Return the bound on records of one object that left, whatever they hold."""
        here = f"object = {literal(name)}"
        (counted,) = self._one(f"SELECT count(*) FROM record_reach WHERE is_read AND {here}")
        reach = self._histogram("record_reach", "is_side", "candidate_{}", f"NOT is_read AND {here}")
        least = [
            self._least_records(place) if group.object == name else 0 for place, group in enumerate(self.groups)
        ]
        held = None
        if self.obstacles.unlimited:
            existed = _time(self.cells.window.end) if self.cells.window else "NULL"
            (held,) = self._one(f"SELECT count(*) FROM record WHERE {here} AND NOT coalesce(created_at > {existed}, false)")
        missing = self.obstacles.missing.get(name, 0)
        found = self._bound(counted, reach, least, held, self.obstacles.rows)
        return found.model_copy(update={"at_least": found.at_least + missing, "at_most": found.at_most + missing})

    # --- the steps -----------------------------------------------------------------------------------

    def _one(self, sql: str) -> tuple[Any, ...]:
        return self.engine.row(sql)

    def _histogram(self, table: str, free: str, group: str, where: str) -> dict[int, int]:
        """Return reach bits -> how many uncounted people or records have them."""
        bits = [f"({free})::INTEGER"]
        bits += [f"(({group.format(place)})::INTEGER << {place + 1})" for place in range(len(self.groups))]
        return dict(self.engine.rows(f"SELECT {' | '.join(bits)} AS reach, count(*) FROM {table} WHERE {where} GROUP BY reach"))  # noqa: S608

    def _least_people(self, place: int, target: Target) -> int:
        """Return how many uncounted people a group's fewest rows cannot avoid (step 3)."""
        group, bits, people = self.groups[place], target.bits, target.people
        if not group.fewest or not group.sure_mask:
            return 0
        candidates, harmless = self._one(
            f"""SELECT count(*), count(*) FILTER (firm_{place} & {bits} = 0 OR NOT ({people}) OR person_no IN
                       (SELECT person_no FROM person_reach WHERE sure_mask & {bits} <> 0))
                FROM record_reach WHERE candidate_{place}"""  # noqa: S608
        )
        if group.fewest > candidates or group.fewest <= harmless:
            return 0
        owned = self.engine.rows(
            f"""SELECT owned, count(*) FROM (
                  SELECT person_no, count(*) AS owned FROM record_reach JOIN person_reach USING (person_no)
                  WHERE candidate_{place} AND firm_{place} & {bits} <> 0 AND person_reach.sure_mask & {bits} = 0 AND {people}
                  GROUP BY person_no) GROUP BY owned ORDER BY owned DESC"""  # noqa: S608
        )
        return _fewest_owners(group.fewest - harmless, owned)

    def _least_records(self, place: int) -> int:
        """Return how many uncounted records a group's fewest rows cannot avoid."""
        group = self.groups[place]
        candidates, counted = self._one(
            f"SELECT count(*), count(*) FILTER (is_read) FROM record_reach WHERE candidate_{place}"  # noqa: S608
        )
        return 0 if group.fewest > candidates else max(0, group.fewest - counted)

    def _bound(self, counted: int, reach: Mapping[int, int], least: Sequence[int], held: int | None, extra: int) -> Bound:
        """Put steps 1 to 4 together."""
        at_least = counted + _best_disjoint(least, reach)
        at_most = counted + _smallest_split([group.most for group in self.groups], reach) + extra
        if held is not None:
            at_most = max(held + extra, at_least)
        live = sum(1 for place in range(len(self.groups)) if any(bits >> (place + 1) & 1 for bits in reach))
        exact = at_least == at_most or (live <= 1 and not extra)
        return Bound(at_least=at_least, at_most=max(at_least, at_most), bound="exact" if exact else "relaxed")


_SIDE_CELL = """
    SELECT record_no, bit_or(CASE WHEN changed_at > "at" THEN possible_mask ELSE value_mask & possible_mask END) AS side_mask
    FROM record JOIN (SELECT DISTINCT object, "at", possible_mask FROM request_part WHERE whole AND NOT counted) side USING (object)
    WHERE created_at IS NULL OR created_at <= "at"
    GROUP BY record_no
"""


def _time(at: datetime) -> str:
    return f"TIMESTAMP {literal(at.isoformat(sep=' '))}"


def _candidate(group: Group) -> str:
    """Return the condition for a record that may fill an open row of the group."""
    own = (
        f" AND record.record_no NOT IN (SELECT record_no FROM request_record WHERE is_sure AND request_no = {group.request_no})"  # noqa: S608
        if group.request_no is not None
        else ""
    )
    return f"(record.object = {literal(group.object)} AND NOT coalesce(created_at > {_time(group.at)}, false){own})"


def _groups(cells: Cells, readings: Sequence[Reading]) -> list[Group]:
    """Return the open groups: each request with an object of which more may have left than the ids show."""
    own = dict(
        ((number, name), count)
        for number, name, count in cells.engine.rows(
            "SELECT request_no, object, count(*) FROM request_record JOIN record USING (record_no) WHERE is_sure GROUP BY ALL"
        )
    )
    found: list[Group] = []
    for number, reading in enumerate(readings):
        for touched in reading.touched:
            if not (touched.whole and touched.counted):
                continue
            sure = own.get((number, touched.object), 0)
            exact_rows = reading.kind in {"query", "bulk_query", "list_view"}
            found.append(
                Group(
                    touched.object,
                    reading.act.at,
                    cells.masks.mask(touched.object, touched.sure_fields),
                    cells.masks.mask(touched.object, touched.sure_fields | touched.possible_fields),
                    max(0, (reading.fewest or 0) - sure) if exact_rows else 0,
                    None if reading.most is None else max(0, reading.most - sure),
                    number if sure else None,
                )
            )
    return found


def _limited(groups: Sequence[Group]) -> list[Group]:
    """Return at most GROUP_LIMIT groups where possible, by taking like ones together (a wider bound)."""
    if len(groups) <= GROUP_LIMIT:
        return list(groups)
    joined: dict[tuple[str, int], Group] = {}
    kept: list[Group] = []
    for group in groups:
        way = (group.object, group.possible_mask)
        before = joined.get(way)
        joined[way] = group if before is None else _together(before, group)
    kept = [joined[way] for way in sorted(joined)]
    if len(kept) <= GROUP_LIMIT:
        return kept
    by_object: dict[str, Group] = {}
    for group in kept:
        before = by_object.get(group.object)
        by_object[group.object] = group if before is None else _together(before, group)
    return [by_object[name] for name in sorted(by_object)]


def _together(one: Group, other: Group) -> Group:
    """Return a group that allows whatever the two allow; it proves what one of them alone proves."""
    most = None if one.most is None or other.most is None else one.most + other.most
    same = one.possible_mask == other.possible_mask
    return replace(
        one,
        at=max(one.at, other.at),
        sure_mask=one.sure_mask & other.sure_mask,
        possible_mask=one.possible_mask | other.possible_mask,
        fewest=max(one.fewest, other.fewest) if same and one.request_no == other.request_no is None else 0,
        most=most,
        request_no=None,
    )


def _fewest_owners(rows: int, owned: Sequence[tuple[int, int]]) -> int:
    """Return the fewest people who can own `rows` candidates; `owned`: (candidates, people), most first."""
    people = 0
    for candidates, count in owned:
        full = min(count, -(-rows // candidates))
        people += full
        rows -= full * candidates
        if rows <= 0:
            break
    return people


def _smallest_split(most: Sequence[int | None], reach: Mapping[int, int]) -> int:
    """Return the smallest, over all splits, of the people reached by one part plus the limits of the other."""
    open_ = [place for place, limit in enumerate(most) if limit is not None]
    unlimited = 1 | sum(1 << (place + 1) for place, limit in enumerate(most) if limit is None)
    best: int | None = None
    for size in range(len(open_) + 1):
        for capped in combinations(open_, size):
            reached = unlimited | sum(1 << (place + 1) for place in open_ if place not in capped)
            people = sum(count for bits, count in reach.items() if bits & reached)
            total = people + sum(most[place] or 0 for place in capped)
            best = total if best is None else min(best, total)
    return best or 0


def _best_disjoint(least: Sequence[int], reach: Mapping[int, int]) -> int:
    """Return the largest sum of proven people over groups of which no two can reach one person."""
    proving = [place for place, count in enumerate(least) if count]
    clash = {
        frozenset((one, other))
        for one, other in combinations(proving, 2)
        if any(bits >> (one + 1) & 1 and bits >> (other + 1) & 1 for bits in reach)
    }
    best = 0
    for size in range(1, len(proving) + 1):
        for chosen in combinations(proving, size):
            if not any(frozenset(pair) in clash for pair in combinations(chosen, 2)):
                best = max(best, sum(least[place] for place in chosen))
    return best
