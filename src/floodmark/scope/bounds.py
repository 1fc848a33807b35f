"""How many people, or records, truly lost something: at least, at most (design section 6, Bounds).

For one target (any value, one category, one country, the records of one object):

1. Counted: who surely lost it. They are in both bounds.
2. Free: who possibly lost it through a record that surely left, through a parent or child row, or
   through a request whose row count allows all its candidates. They are in `at_most`.
3. Groups: a request that delivered n to n' rows, s of them its own sure records, with candidates for
   the rest. It adds at most n' - s. It proves what n - s rows cannot avoid: rows are filled first with
   candidates that add nothing (no certain value, or of people counted already), then with the people
   who own most candidates. More rows than candidates prove nothing more: a record deleted since may
   have been among them.
4. At most: the smallest, over all splits of the groups, of the people whom the one part can reach
   plus the row limits of the other. At least: the largest sum over groups that share no person.

Rules 2, 3 (last sentence) and 4 mend the design's wording; docs/decisions tells why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from floodmark.engine import Engine, literal
from floodmark.models import Bound
from floodmark.replay.tables import moment
from floodmark.scope.history import Then
from floodmark.scope.outcomes import Cells
from floodmark.scope.records import Part
from floodmark.scope.requests import Reading
from floodmark.scope.shown import existed, marked, marked_mask, whole_mask

GROUP_LIMIT = 8
"""Beyond so many groups that limit, like ones are taken together; of those that prove, so many count."""
_ROWS_ARE_RECORDS = frozenset({"query", "bulk_query", "list_view"})


@dataclass(frozen=True)
class Group:
    """Open rows of one part, or of like parts taken together: `fewest` to `most` of them left."""

    parts: tuple[int, ...]
    fewest: int
    most: int


@dataclass(frozen=True)
class Groups:
    """All groups, and the parts whose candidates no row count limits."""

    limiting: tuple[Group, ...]
    proving: tuple[Group, ...]
    free: tuple[int, ...]
    merged: bool
    """Groups were taken together or left out, so the bounds are wider than they could be."""

    @property
    def all(self) -> tuple[Group, ...]:
        """The limiting and then the proving groups; the place is the group's number."""
        return (*self.limiting, *self.proving)


@dataclass(frozen=True)
class Obstacles:
    """What could hide more: `unlimited` reaches anything held; `rows` is a known number of rows."""

    unlimited: bool
    rows: int
    missing: Mapping[str, int]
    """Object -> ids in the logs that are not in the snapshot: records that left for sure."""
    unknown: Mapping[tuple[int, str], tuple[int, int]] = field(
        default_factory=dict[tuple[int, str], tuple[int, int]]
    )
    """(request, object) -> rows of it whose ids are not in the snapshot: fewest, most."""

    @property
    def any(self) -> bool:
        """Whether something could hide a read."""
        return self.unlimited or self.rows > 0


@dataclass
class _Found:
    """What the tables say of one target."""

    counted: int = 0
    reached: int = 0
    """People counted, possible, or within reach of an obstacle."""
    reach: dict[int, int] = field(default_factory=dict[int, int])
    """Bits -> people not counted who have them: 0 free, then one for each group."""
    least: list[int] = field(default_factory=list[int])
    """For each proving group, how many people it proves."""


class Bounds:
    """Bounds of one scope, computed on the tables of `Cells`."""

    def __init__(
        self, engine: Engine, cells: Cells, readings: Sequence[Reading], obstacles: Obstacles
    ) -> None:
        """Derive record_reach and person_reach: what each record and person can have lost, and how."""
        self.engine = engine
        self.cells = cells
        self.obstacles = obstacles
        self.groups = _Grouping(engine, cells, readings, obstacles).groups()
        self.country_bounds: dict[str | None, Bound] | None = None
        self._reach()

    def _reach(self) -> None:
        """Make the two tables; a record is a candidate of group i when bit i of `candidates` is set."""
        parts, groups = self.cells.parts, self.groups
        rows = [
            (part, place, part in groups.free)
            for place, group in enumerate(groups.all)
            for part in group.parts
        ]
        rows += [(part, None, True) for part in groups.free]
        values = ", ".join(
            f"({part}, {'NULL' if place is None else 1 << place}, {'true' if free else 'false'})"
            for part, place, free in rows
        )
        self.engine.keep(
            "part_group",
            f"SELECT * FROM (VALUES {values or '(-1, 0, false)'}) given (part_no, bits, is_free)",
        )
        self.engine.keep("listed_reach", _LISTED_REACH)
        free = [parts[number] for number in groups.free]
        masks = [_merged_part([parts[number] for number in group.parts]) for group in groups.all]
        opened = [_group_masks(place, part, self.cells.then) for place, part in enumerate(masks)]
        limits = len(groups.limiting)
        fields = [f"{each.open} AS open_{place}" for place, each in enumerate(opened[:limits])]
        fields += [f"{each.firm} AS firm_{place}" for place, each in enumerate(opened[limits:])]
        names = ["sure_mask", "held_mask", "free_mask"]
        names += [f"open_{place}" for place in range(limits)] + [
            f"firm_{place}" for place in range(len(groups.proving))
        ]
        end = moment(self.cells.window.end) if self.cells.window else "NULL"
        self.engine.keep(
            "record_reach",
            _RECORD_REACH.format(
                turned=", ".join(f"{self.cells.masks.to_categories(name)} AS {name}" for name in names),
                fields="".join(f", {each}" for each in fields),
                candidates=" | ".join(each.candidate for each in opened) or "0",
                free=f"{whole_mask(free)} | {marked_mask(free, 'p', self.cells.then, sure=False)}",
                existed=f"{existed(free)} OR {marked(free, 'p') or 'false'}",
                end=end,
                replayed="LEFT JOIN replayed USING (record_no)"
                if any(part.marks for part in (*free, *masks))
                else "",
                then=self.cells.then.join if self.cells.then else "",
            ),
        )
        united = ", ".join(f"bit_or({name}) AS {name}" for name in names)
        self.engine.keep("person_reach", f"SELECT person_no, {united} FROM record_reach GROUP BY person_no")

    # --- targets ---------------------------------------------------------------------------------

    def people(self) -> Bound:
        """Return the bound on people who lost any value."""
        return self._one(self._people(self.cells.masks.every))

    def category(self, bit: int) -> Bound:
        """Return the bound on people who lost a value of one category."""
        return self._one(self._people(1 << bit))

    def country(self, code: str | None) -> Bound:
        """Return the bound on people of one country who lost any value; None: people without a country."""
        return self.countries().get(code, Bound(at_least=0, at_most=0, bound="exact"))

    def countries(self) -> dict[str | None, Bound]:
        """Return the bound for every country in the snapshot, by code, people without one last."""
        if self.country_bounds is None:
            self.engine.keep("person_country", _PERSON_COUNTRY)
            found = self._people(self.cells.masks.every, "person_reach JOIN person_country USING (person_no)")
            order = sorted(found, key=lambda code: (code is None, code or ""))
            self.country_bounds = {code: self._bound(found[code]) for code in order}
        return self.country_bounds

    def states(self) -> dict[str, Bound]:
        """Return the bound for every state in the snapshot, by `country / state`; empty without states."""
        rows = self.engine.rows("SELECT count(*) FROM person WHERE len(state) > 0")
        if not rows[0][0]:
            return {}
        self.engine.keep("person_state", "SELECT person_no, unnest(state) AS code FROM person")
        found = self._people(self.cells.masks.every, "person_reach JOIN person_state USING (person_no)")
        return {code: self._bound(found[code]) for code in sorted(found, key=str) if code is not None}

    def records(self, name: str) -> Bound:
        """Return the bound on records of one object that left, whatever they hold."""
        here = f"object = {literal(name)}"
        places = range(len(self.groups.all))
        bits = ["is_free::BIGINT"] + [f"((candidates >> {place} & 1) << {place + 1})" for place in places]
        found = self._histogram(
            "(SELECT NULL AS code, is_read AS is_counted,"
            " existed OR is_read OR is_free OR candidates <> 0 AS is_reached,"
            f" {' | '.join(bits)} AS reach FROM record_reach WHERE {here})"
        ).get(None, _Found())
        found.least = [self._least_records(place, name) for place in range(len(self.groups.proving))]
        missing = self.obstacles.missing.get(name, 0)
        bound = self._bound(found, missing=0)
        return bound.model_copy(
            update={"at_least": bound.at_least + missing, "at_most": bound.at_most + missing}
        )

    # --- the steps -----------------------------------------------------------------------------------

    def _one(self, found: Mapping[str | None, _Found]) -> Bound:
        return self._bound(found.get(None, _Found()))

    def _people(
        self, bits: int, source: str = "(SELECT *, NULL::VARCHAR AS code FROM person_reach)"
    ) -> dict[str | None, _Found]:
        """Return, by the column `code` of the source, what the tables say of some categories."""
        groups = self.groups
        opened = [f"open_{place}" for place in range(len(groups.limiting))]
        names = [*opened, *(f"firm_{place}" for place in range(len(groups.proving)))]
        reach = [
            f"((({name} & {bits}) <> 0)::BIGINT << {place})"
            for place, name in enumerate(["free_mask", *names])
        ]
        any_ = " | ".join(["sure_mask", "free_mask", "held_mask", *names])
        found = self._histogram(
            f"(SELECT code, sure_mask & {bits} <> 0 AS is_counted, ({any_}) & {bits} <> 0 AS is_reached,"
            f" {' | '.join(reach)} AS reach FROM {source})"
        )
        for place in range(len(groups.proving)):
            proven = self._least_people(place, bits, source)
            for code, each in found.items():
                each.least.append(proven.get(code, 0))
        return found

    def _histogram(self, source: str) -> dict[str | None, _Found]:
        found: dict[str | None, _Found] = {}
        rows = self.engine.rows(
            f"SELECT code, is_counted, is_reached, reach, count(*) FROM {source} GROUP BY ALL"
        )
        for code, is_counted, is_reached, reach, people in rows:
            each = found.setdefault(code, _Found())
            each.reached += people if is_reached else 0
            if is_counted:
                each.counted += people
            else:
                each.reach[reach] = each.reach.get(reach, 0) + people
        return found

    def _least_people(self, place: int, bits: int, source: str) -> dict[str | None, int]:
        """Return, by code, how many people not counted a group's fewest rows cannot avoid (step 3)."""
        group, bit = self.groups.proving[place], len(self.groups.limiting) + place
        candidate = f"candidates >> {bit} & 1 = 1"
        candidates, firm = self.engine.row(
            f"""SELECT count(*), count(*) FILTER (firm_{place} & {bits} <> 0)
                FROM record_reach WHERE {candidate}"""
        )
        if group.fewest > candidates or group.fewest <= candidates - firm:
            return {}
        rows = self.engine.rows(
            f"""SELECT code, owned, count(*) FROM {source} JOIN (
                  SELECT person_no, count(*) AS owned FROM record_reach
                  WHERE {candidate} AND firm_{place} & {bits} <> 0 GROUP BY person_no) USING (person_no)
                WHERE sure_mask & {bits} = 0 GROUP BY ALL ORDER BY owned DESC"""
        )
        by_code: dict[str | None, list[tuple[int, int]]] = {}
        for code, owned, people in rows:
            by_code.setdefault(code, []).append((owned, people))
        return {
            code: _fewest_owners(
                group.fewest - candidates + sum(owned * people for owned, people in owners), owners
            )
            for code, owners in by_code.items()
        }

    def _least_records(self, place: int, name: str) -> int:
        """Return how many records not counted a group's fewest rows cannot avoid."""
        group, bit = self.groups.proving[place], len(self.groups.limiting) + place
        if self.cells.parts[group.parts[0]].object != name:
            return 0
        candidates, counted = self.engine.row(
            f"SELECT count(*), count(*) FILTER (is_read) FROM record_reach WHERE candidates >> {bit} & 1 = 1"
        )
        return 0 if group.fewest > candidates else max(0, group.fewest - counted)

    def _bound(self, found: _Found, *, missing: int | None = None) -> Bound:
        """Put steps 1 to 4 together; records not in the snapshot may belong to people who are."""
        limits = [group.most for group in self.groups.limiting]
        extra = sum(self.obstacles.missing.values()) if missing is None else missing
        proven, apart = _best_disjoint(found.least, found.reach, first=len(limits) + 1)
        at_least = found.counted + proven
        at_most = found.counted + _smallest_split(limits, found.reach) + self.obstacles.rows
        if self.obstacles.unlimited or at_most > found.reached:
            at_most = found.reached
        at_most += extra
        exact = at_least == at_most or (apart and not extra and not self.groups.merged)
        return Bound(at_least=at_least, at_most=max(at_least, at_most), bound="exact" if exact else "relaxed")


class _Grouping:
    """Sorts the parts of all requests into groups."""

    def __init__(
        self, engine: Engine, cells: Cells, readings: Sequence[Reading], obstacles: Obstacles
    ) -> None:
        self.engine = engine
        self.parts = cells.parts
        self.readings = readings
        self.unknown = obstacles.unknown
        rows = engine.rows(
            """SELECT part_no, count(*) FILTER (is_sure), count(*) FILTER (NOT is_sure) FROM (
                 SELECT part_no, record_no, bool_or(is_sure) AS is_sure FROM request_record
                 WHERE part_no IS NOT NULL GROUP BY ALL) GROUP BY part_no"""
        )
        self.listed: dict[int, tuple[int, int]] = {number: (sure, open_) for number, sure, open_ in rows}

    def groups(self) -> Groups:
        """Return the groups that limit, those that prove, and the free parts."""
        limiting: list[Group] = []
        proving: list[Group] = []
        free: list[int] = []
        for number, part in enumerate(self.parts):
            group, candidates = self._group(number, part)
            if part.marks and not candidates:
                continue
            if not part.counted or group.most >= candidates:
                free.append(number)
            else:
                limiting.append(group)
            if part.counted and 0 < group.fewest <= candidates:
                proving.append(group)
        kept = self._limited(limiting)
        proving.sort(key=lambda group: (-group.fewest, group.parts))
        merged = len(kept) < len(limiting) or len(proving) > GROUP_LIMIT
        return Groups(tuple(kept), tuple(proving[:GROUP_LIMIT]), tuple(free), merged)

    def _group(self, number: int, part: Part) -> tuple[Group, int]:
        """Return the open rows of a part, and how many records may fill them."""
        reading = self.readings[part.request_no]
        sure, open_ = self._counts(number, part) if part.marks else self.listed.get(number, (0, 0))
        candidates = self._existing(part) - sure if part.whole else open_
        few, many = self.unknown.get((part.request_no, part.object), (0, 0))
        fewest = (reading.fewest or 0) - sure - many if reading.kind in _ROWS_ARE_RECORDS else 0
        most = candidates if reading.most is None else reading.most * part.shown_per_row - sure - few
        return Group((number,), max(0, fewest), max(0, most)), candidates

    def _counts(self, number: int, part: Part) -> tuple[int, int]:
        """Return the sure and the open records of a replayed part, those that the log lists included."""
        answer = self.readings[part.request_no].answer
        if answer and number not in self.listed:
            return answer.sure, answer.possible - answer.sure
        sure, possible = marked([part], "s"), marked([part], "p")
        (both, open_) = self.engine.row(
            f"""SELECT count(*) FILTER (is_sure), count(*) FILTER (NOT is_sure) FROM (
                  SELECT record_no, bool_or(is_sure) AS is_sure FROM (
                    SELECT record_no, {sure} AS is_sure FROM replayed WHERE {possible}
                    UNION ALL SELECT record_no, is_sure FROM request_record WHERE part_no = $part)
                  GROUP BY record_no)""",
            {"part": number},
        )
        return both, open_

    def _existing(self, part: Part) -> int:
        (count,) = self.engine.row(
            "SELECT count(*) FROM record WHERE object = $name AND NOT coalesce(created_at > $until, false)",
            {"name": part.object, "until": part.until},
        )
        return count

    def _limited(self, groups: Sequence[Group]) -> list[Group]:
        """Return at most GROUP_LIMIT groups where possible, by taking like ones together (a wider bound)."""
        if len(groups) <= GROUP_LIMIT:
            return list(groups)
        like = _together(groups, lambda group: (self._first(group).object, self._first(group).possible_mask))
        if len(like) <= GROUP_LIMIT:
            return like
        return _together(like, lambda group: (self._first(group).object, 0))

    def _first(self, group: Group) -> Part:
        return self.parts[group.parts[0]]


def _together(groups: Sequence[Group], like: Callable[[Group], tuple[str, int]]) -> list[Group]:
    """Return one group for each kind of group, which allows whatever its groups allow."""
    joined: dict[tuple[str, int], Group] = {}
    for group in groups:
        before = joined.get(like(group), Group((), 0, 0))
        joined[like(group)] = Group((*before.parts, *group.parts), 0, before.most + group.most)
    return [joined[way] for way in sorted(joined)]


@dataclass(frozen=True)
class _Masks:
    """Expressions for one group over a row of record_cell with its listed_reach."""

    candidate: str
    open: str
    firm: str


def _merged_part(parts: Sequence[Part]) -> Part:
    """Return a part that allows whatever several parts of one object allow."""
    sure, possible = parts[0].sure_mask, 0
    for each in parts:
        sure, possible = sure & each.sure_mask, possible | each.possible_mask
    return replace(
        parts[0],
        since=min(each.since for each in parts),
        until=max(each.until for each in parts),
        sure_mask=sure,
        possible_mask=possible,
        whole=any(each.whole for each in parts),
        marks=tuple(mark for each in parts for mark in each.marks),
        request_no=parts[0].request_no if len(parts) == 1 else -1,
    )


def _group_masks(place: int, part: Part, then: Then | None) -> _Masks:
    """Return what a candidate of a group can have lost, and has lost for certain if it left."""
    alive = (
        f"OR (object = {literal(part.object)} AND NOT coalesce(created_at > {moment(part.until)}, false))"
        if part.whole
        else ""
    )
    possible, sure = marked([part], "p"), marked([part], "s")
    alive += f" OR {possible}" if possible else ""
    own = f"AND coalesce(own_bits >> {place} & 1, 0) = 0" if part.request_no >= 0 else ""
    own += f" AND NOT {sure}" if sure and part.request_no >= 0 else ""
    candidate = f"((coalesce(listed_bits >> {place} & 1, 0) = 1 {alive}) {own})"
    changed = f"coalesce(changed_at > {moment(part.since)}, false)"
    told = then if part.request_no >= 0 else None
    opened = told.possible(part.since, part.until, part.possible_mask) if told else part.possible_mask
    firm = told.sure(part.since, part.until, part.sure_mask) if told else "0"
    return _Masks(
        f"({candidate}::BIGINT << {place})",
        f"CASE WHEN NOT {candidate} THEN 0 WHEN {changed} THEN {opened}"
        f" ELSE value_mask & {part.possible_mask} END",
        f"CASE WHEN NOT {candidate} THEN 0 WHEN {changed} THEN {firm} ELSE value_mask & {part.sure_mask} END",
    )


# Per record that a request names: the groups whose own sure record it is, those it may fill, and what
# parts without a row limit may have shown of it.
_LISTED_REACH = """
    SELECT record_no, coalesce(bit_or(bits) FILTER (is_sure), 0) AS own_bits,
           coalesce(bit_or(bits) FILTER (NOT is_sure), 0) AS listed_bits,
           coalesce(bool_or(is_free AND NOT is_sure), false) AS is_free,
           coalesce(bit_or(possible_mask & CASE WHEN changed_at > since THEN -1 ELSE value_mask END)
                    FILTER (is_free AND NOT is_sure), 0) AS listed_mask
    FROM (SELECT part_no, record_no, bool_or(is_sure) AS is_sure FROM request_record GROUP BY ALL)
    JOIN part_group USING (part_no) JOIN request_part USING (part_no)
    JOIN (SELECT record_no, changed_at, value_mask FROM record) USING (record_no)
    GROUP BY record_no
"""
_RECORD_REACH = """
    SELECT record_no, object, person_no, is_read, is_free, existed, candidates, {turned}
    FROM (SELECT record_no, object, person_no, is_read, sure_mask, held_mask,
                 is_side OR coalesce(is_free, false) OR {existed} AS is_free,
                 NOT coalesce(created_at > {end}, false) AS existed,
                 ({candidates})::BIGINT AS candidates,
                 own_mask | coalesce(listed_mask, 0) | {free} AS free_mask{fields}
          FROM record_cell LEFT JOIN listed_reach USING (record_no) {replayed} {then})
"""
_PERSON_COUNTRY = """
    SELECT person_no, unnest(CASE WHEN len(residence) = 0 THEN [NULL::VARCHAR] ELSE residence END) AS code
    FROM person
"""


def _fewest_owners(rows: int, owned: Sequence[tuple[int, int]]) -> int:
    """Return the fewest people who can own `rows` candidates; `owned`: (candidates, people), most first."""
    people = 0
    for candidates, count in owned:
        if rows <= 0:
            break
        full = min(count, -(-rows // candidates))
        people += full
        rows -= full * candidates
    return people


def _smallest_split(most: Sequence[int], reach: Mapping[int, int]) -> int:
    """Return the smallest, over all splits, of people reached by one part plus limits of the other."""
    places = range(len(most))
    every = 1 | sum(1 << (place + 1) for place in places)
    totals: list[int] = []
    for size in range(len(most) + 1):
        for capped in combinations(places, size):
            reached = every - sum(1 << (place + 1) for place in capped)
            people = sum(count for bits, count in reach.items() if bits & reached)
            totals.append(people + sum(most[place] for place in capped))
    return min(totals)


def _best_disjoint(least: Sequence[int], reach: Mapping[int, int], first: int) -> tuple[int, bool]:
    """Return the largest sum of proven people over groups that share no person, and whether none do.

    `first`: the reach bit of the first proving group.
    """
    proving = [place for place, count in enumerate(least) if count]
    clash = {
        (one, other)
        for one, other in combinations(proving, 2)
        if any(bits >> (first + one) & 1 and bits >> (first + other) & 1 for bits in reach)
    }
    best = 0
    for size in range(1, len(proving) + 1):
        for chosen in combinations(proving, size):
            if not clash & set(combinations(chosen, 2)):
                best = max(best, sum(least[place] for place in chosen))
    return best, not clash
