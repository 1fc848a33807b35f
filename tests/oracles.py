"""The scope rules once more, in plain loops over small data.

Written from the design alone and apart from the code it judges: it shares no line with it, uses
no database, and is slow on purpose. Every rule stands beside the loop that applies it.

Use it on worlds of a dozen records at most. `bounds` follows the rules; `tight` walks through
every world that fits the evidence, so `bounds` must always contain `tight`.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations as choose
from itertools import product
from typing import TypeAlias

Record: TypeAlias = tuple[str, str]
"""Object and record id."""
Person: TypeAlias = frozenset[Record]
"""All records of one person."""
Cell: TypeAlias = tuple[str, str, str]
"""Object, record id and field."""
Unit: TypeAlias = Record | Person
"""What a bound counts: records, or people."""
Target: TypeAlias = tuple[str, str | None]
"""("records", object), ("people", None), ("category", name) or ("residence", country or None)."""
Row: TypeAlias = dict[str, str | None]

OUTCOMES = ("taken", "possibly_taken", "not_held", "cannot_tell", "not_taken")
LARGEST = 12
"""Most units that `tight` is willing to enumerate."""


@dataclass(frozen=True)
class Mapped:
    """One object of the data map."""

    name: str
    id: str
    fields: dict[str, str]
    """Field to category."""
    keys: tuple[tuple[str, ...], ...] = ()
    """Inner AND, outer OR; empty when the person comes by `via`."""
    via: str | None = None
    """The field that holds the id of a record of `via_object`."""
    via_object: str | None = None
    residence: tuple[str, ...] = ()
    created: str | None = None
    changed: str | None = None


@dataclass(frozen=True)
class Part:
    """What one request touched of one object; each sure set lies inside its possible set."""

    object: str
    sure: frozenset[str]
    possible: frozenset[str]
    sure_fields: frozenset[str]
    possible_fields: frozenset[str]


@dataclass(frozen=True)
class Request:
    """One act of reading; the delivered rows count the records of the first part."""

    id: str
    at: datetime
    parts: tuple[Part, ...]
    n_min: int | None
    n_max: int | None


@dataclass(frozen=True)
class Obstacle:
    """Something that hides reads; `rows` is the most it may hide, or None when nobody knows."""

    kind: str
    rows: int | None


@dataclass(frozen=True)
class World:
    """A snapshot, its data map, and what the logs say of one intrusion."""

    objects: tuple[Mapped, ...]
    rows: dict[str, list[Row]]
    requests: tuple[Request, ...]
    obstacles: tuple[Obstacle, ...]
    window: tuple[datetime, datetime]
    not_held: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bound:
    """The truth lies between the two, both included."""

    at_least: int
    at_most: int

    def contains(self, other: Bound) -> bool:
        """Whether the other interval lies inside this one."""
        return self.at_least <= other.at_least and other.at_most <= self.at_most


# --- reading the snapshot -------------------------------------------------------------------


def records(world: World) -> dict[Record, tuple[Mapped, Row]]:
    """Every record of the snapshot with its map entry, in the order of the world."""
    return {
        (mapped.name, row[mapped.id] or ""): (mapped, row)
        for mapped in world.objects
        for row in world.rows.get(mapped.name, [])
    }


def held(row: Row, field: str) -> str | None:
    """The value on file, or None where there is none: null, empty and blank are all no value."""
    value = row.get(field)
    return value if value is not None and value.strip() else None


def time_of(row: Row, field: str | None) -> datetime | None:
    """The time in a field; None where the map names no field or the record has no value."""
    value = held(row, field) if field else None
    return datetime.fromisoformat(value.strip()) if value else None


def changed_after(mapped: Mapped, row: Row, moment: datetime) -> bool:
    """A record without a change time counts as never changed.

    The platform stamps a change with its second only: one in the second of the moment may be later.
    """
    changed = time_of(row, mapped.changed)
    return changed is not None and changed >= moment.replace(microsecond=0)


def may_have_held(world: World, mapped: Mapped, row: Row, field: str) -> bool:
    """Whether the field may have had a value at some time inside the window."""
    start, end = world.window
    created = time_of(row, mapped.created)
    # A record that was born after the window had nothing inside it.
    if created is not None and created > end:
        return False
    # A value on file now may have been there then; one that is missing may have been removed since.
    return held(row, field) is not None or changed_after(mapped, row, start)


# --- people ---------------------------------------------------------------------------------


def normal(value: str) -> str:
    """Key values are compared composed, trimmed and case-folded, and nothing else is done."""
    return unicodedata.normalize("NFC", value).strip().casefold()


def key_values(mapped: Mapped, row: Row) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The usable keys of one record: the categories of the key and its compared values."""
    usable: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for key in mapped.keys:
        values = [held(row, field) for field in key]
        # All fields of a key must hold a value, or the key says nothing.
        if values and all(value is not None for value in values):
            # Keys meet across objects by what they mean; an unmapped field means its own name.
            meaning = tuple(mapped.fields.get(field, field.lower()) for field in key)
            usable.add((meaning, tuple(normal(value or "") for value in values)))
    return usable


def parent(world: World, mapped: Mapped, row: Row) -> Record | None:
    """The record that a `via` field points to, if it is in the snapshot."""
    pointed = held(row, mapped.via) if mapped.via else None
    found = (mapped.via_object or "", pointed or "")
    return found if found in records(world) else None


def bears_people(mapped: Mapped) -> bool:
    """A table that maps neither a person nor a field only serves parent paths."""
    return bool(mapped.keys or mapped.via or mapped.fields)


def unkeyed(world: World) -> set[Record]:
    """Records that nothing ties to a person: no usable key, or a `via` that leads nowhere."""
    return {
        record
        for record, (mapped, row) in records(world).items()
        if bears_people(mapped) and not key_values(mapped, row) and parent(world, mapped, row) is None
    }


def people(world: World) -> list[Person]:
    """The people of the snapshot: connected components of records, sorted."""
    leader: dict[Record, Record] = {
        record: record for record, (mapped, _) in records(world).items() if bears_people(mapped)
    }

    def find(record: Record) -> Record:
        while leader[record] != record:
            record = leader[record]
        return record

    first_with: dict[tuple[tuple[str, ...], tuple[str, ...]], Record] = {}
    for record, (mapped, row) in records(world).items():
        if record not in leader:
            continue
        # Any one shared key joins two records, whatever their objects.
        for key in sorted(key_values(mapped, row)):
            leader[find(record)] = find(first_with.setdefault(key, record))
        # A record reached by `via` belongs to the person it points to.
        pointed = parent(world, mapped, row)
        if pointed is not None and pointed in leader:
            leader[find(record)] = find(pointed)
    groups: dict[Record, set[Record]] = {}
    for record in leader:
        groups.setdefault(find(record), set()).add(record)
    return sorted((frozenset(group) for group in groups.values()), key=sorted)


def owners(world: World) -> dict[Record, Person]:
    """The person of each record."""
    return {record: person for person in people(world) for record in person}


def countries(world: World, person: Person) -> frozenset[str | None]:
    """Where a person lives: every country on file, or None alone where there is none."""
    found: set[str | None] = set()
    for record in person:
        mapped, row = records(world)[record]
        found |= {(held(row, field) or "").strip().upper() for field in mapped.residence}
    return frozenset(found - {""}) or frozenset({None})


# --- cells and outcomes ---------------------------------------------------------------------


def cells(world: World) -> tuple[set[Cell], set[Cell]]:
    """The cells that were surely read, and those that possibly were (the sure ones included)."""
    sure: set[Cell] = set()
    possible: set[Cell] = set()
    held_by = records(world)
    for request, part in parts(world):
        for name in part.possible:
            # An id that the snapshot does not know has no cells here.
            if (part.object, name) not in held_by:
                continue
            mapped, row = held_by[part.object, name]
            for field in part.possible_fields & mapped.fields.keys():
                changed = changed_after(mapped, row, request.at)
                value = held(row, field) is not None
                # A cell needs a value; a later change leaves open what was on file then.
                if value or changed:
                    possible.add((part.object, name, field))
                # One request must have record and field sure; two halves do not make a whole.
                if value and not changed and name in part.sure and field in part.sure_fields:
                    sure.add((part.object, name, field))
    return sure, possible


def parts(world: World) -> Iterator[tuple[Request, Part]]:
    """Every part of every request."""
    for request in world.requests:
        for part in request.parts:
            yield request, part


def categories(world: World) -> list[str]:
    """All categories that get a row: mapped ones, and those declared as not held."""
    mapped = {category for one in world.objects for category in one.fields.values()}
    return sorted(mapped | set(world.not_held))


def fields_of(mapped: Mapped, category: str | None) -> set[str]:
    """The fields of a category; every mapped field for None."""
    return {field for field, of in mapped.fields.items() if category in (None, of)}


def may_hide(world: World) -> bool:
    """Whether some obstacle can hide a read: one that holds no row cannot."""
    return any(obstacle.rows is None or obstacle.rows > 0 for obstacle in world.obstacles)


def outcomes(world: World) -> dict[Person, dict[str, str]]:
    """The outcome of each person and category."""
    sure, possible = cells(world)
    return {
        person: {category: outcome(world, person, category, sure, possible) for category in categories(world)}
        for person in people(world)
    }


def outcome(world: World, person: Person, category: str, sure: set[Cell], possible: set[Cell]) -> str:
    """The first of the five rules that applies."""
    held_by = records(world)
    own = {(*record, field) for record in person for field in fields_of(held_by[record][0], category)}
    # 1. Some cell of the category was surely read.
    if own & sure:
        return "taken"
    # 2. Some cell was possibly read.
    if own & possible:
        return "possibly_taken"
    # 3. No record of the person can have had a value inside the window.
    if not any(may_have_held(world, *held_by[name, id_], field) for name, id_, field in own):
        return "not_held"
    # 4. Something that the logs do not show could have read it.
    if may_hide(world):
        return "cannot_tell"
    # 5. None of these.
    return "not_taken"


def without_value(world: World) -> set[Person]:
    """People with a sure record and no sure cell."""
    sure, _ = cells(world)
    read = {(part.object, name) for _, part in parts(world) for name in part.sure}
    with_value = {(name, id_) for name, id_, _ in sure}
    return {person for person in people(world) if person & read and not person & with_value}


def combinations(world: World) -> dict[tuple[tuple[str, ...], tuple[str, ...]], int]:
    """How many people share each pair of taken and possibly taken categories, none left out."""
    counts: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for found in outcomes(world).values():
        taken = tuple(sorted(name for name, what in found.items() if what == "taken"))
        maybe = tuple(sorted(name for name, what in found.items() if what == "possibly_taken"))
        # People with nothing taken and nothing possible are no combination.
        if taken or maybe:
            counts[taken, maybe] += 1
    return dict(counts)


# --- what a delivered record loses ------------------------------------------------------------


@dataclass(frozen=True)
class Loss:
    """What is lost to the target when a record is delivered: surely, or only possibly."""

    unit: Unit
    sure: bool


def loss(world: World, target: Target, request: Request, part: Part, name: str) -> Loss | None:
    """What the delivery of one record adds to the target; None when it can add nothing."""
    kind, which = target
    record = (part.object, name)
    # Records are counted as read, with or without a value.
    if kind == "records":
        return Loss(record, sure=True) if part.object == which else None
    person = owners(world).get(record)
    if person is None or (kind == "residence" and which not in countries(world, person)):
        return None
    mapped, row = records(world)[record]
    wanted = fields_of(mapped, which if kind == "category" else None)
    changed = changed_after(mapped, row, request.at)
    values = {field for field in wanted if held(row, field) is not None}
    # A value is surely lost with the record if its field surely went and nothing changed since.
    if values & part.sure_fields and not changed:
        return Loss(person, sure=True)
    # It is possibly lost if the field may have gone and a value may have been there.
    if (wanted if changed else values) & part.possible_fields:
        return Loss(person, sure=False)
    return None


def row_limits(request: Request) -> tuple[int, int]:
    """Fewest and most records of the first part that can have left."""
    first = request.parts[0]
    sure, possible = len(first.sure), len(first.possible)
    low = max(sure, request.n_min or 0)
    # More rows than candidates: unknown records filled the answer, so the count forces none of ours.
    if low > possible:
        low = sure
    # An unknown count allows every candidate; the sure records have left in any case.
    high = possible if request.n_max is None else min(request.n_max, possible)
    return low, max(low, high)


def all_held(world: World, target: Target) -> set[Unit]:
    """What an obstacle could have reached: records that existed, people who may have held it."""
    kind, which = target
    found: set[Unit] = set()
    for record, (mapped, row) in records(world).items():
        if kind == "records":
            created = time_of(row, mapped.created)
            if mapped.name == which and (created is None or created <= world.window[1]):
                found.add(record)
        elif record in owners(world):
            person = owners(world)[record]
            wanted = fields_of(mapped, which if kind == "category" else None)
            lives_there = kind != "residence" or which in countries(world, person)
            if lives_there and any(may_have_held(world, mapped, row, field) for field in wanted):
                found.add(person)
    return found


# --- bounds by the rules ----------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """What one target can lose, sorted by how it hangs together."""

    known: frozenset[Unit]
    """Surely lost."""
    loose: frozenset[Unit]
    """Possibly lost, and no row count limits it."""
    open: tuple[tuple[Request, dict[str, Loss]], ...]
    """Per request the candidates of its first part that may lose something."""


def evidence(world: World, target: Target) -> Evidence:
    """Sort the losses of a target."""
    known: set[Unit] = set()
    loose: set[Unit] = set()
    limited: list[tuple[Request, dict[str, Loss]]] = []
    for request in world.requests:
        candidates: dict[str, Loss] = {}
        for place, part in enumerate(request.parts):
            for name in sorted(part.possible):
                lost = loss(world, target, request, part, name)
                if lost is None:
                    continue
                # A sure record with a sure value is counted once and for all.
                if name in part.sure and lost.sure:
                    known.add(lost.unit)
                # A sure record with an open value, or a parent or child row: no count limits it.
                elif name in part.sure or place > 0:
                    loose.add(lost.unit)
                else:
                    candidates[name] = lost
        limited.append((request, candidates))
    return Evidence(frozenset(known), frozenset(loose - known), tuple(limited))


def fewest(request: Request, candidates: dict[str, Loss], share: set[Unit]) -> int:
    """The fewest units of the share that must have lost something for the rows to add up."""
    first = request.parts[0]
    counted = Counter(lost.unit for lost in candidates.values() if lost.sure and lost.unit in share)
    others = len(first.possible - first.sure) - counted.total()
    # Candidates that cost nothing fill the rows first: no value, counted already, not in the share.
    needed = row_limits(request)[0] - len(first.sure) - others
    # Then the units with most candidates, so that as few as possible own the rest.
    units = 0
    for _, size in counted.most_common():
        if needed <= 0:
            break
        needed -= size
        units += 1
    return units


def least(found: Evidence) -> int:
    """The known units, and the best that the row counts prove beyond them.

    Two requests may prove the same unit. So the units are shared out among the requests, each
    request proves what it can inside its own share, and the best sharing counts.
    """
    claims: dict[Unit, list[int]] = {}
    for place, (_, candidates) in enumerate(found.open):
        for unit in {lost.unit for lost in candidates.values() if lost.sure} - found.known:
            claims.setdefault(unit, []).append(place)
    best = 0
    units = list(claims)
    for sharing in product(*claims.values()):
        total = 0
        for place, (request, candidates) in enumerate(found.open):
            share = {unit for unit, given in zip(units, sharing, strict=True) if given == place}
            total += fewest(request, candidates, share)
        best = max(best, total)
    return len(found.known) + best


def most(found: Evidence) -> int:
    """The known and the loose units, and the most that the row counts allow beyond them.

    For any split of the requests: the united candidates of one side and the row counts of the
    other. All on one side is the union, all on the other the sum; the smallest counts.
    """
    settled = found.known | found.loose
    sides: list[tuple[set[Unit], int]] = []
    for request, candidates in found.open:
        units = {lost.unit for lost in candidates.values()} - settled
        sides.append((units, row_limits(request)[1] - len(request.parts[0].sure)))
    smallest: list[int] = []
    for split in product((True, False), repeat=len(sides)):
        united: set[Unit] = set()
        total = 0
        for by_union, (units, rows) in zip(split, sides, strict=True):
            if by_union:
                united |= units
            else:
                total += min(rows, len(units))
        smallest.append(len(united) + total)
    return len(settled) + min(smallest)


def bounds(world: World, target: Target) -> Bound:
    """The interval by the rules; it contains `tight`, and its upper end equals that of `tight`."""
    found = evidence(world, target)
    at_most = most(found)
    if may_hide(world):
        reach = all_held(world, target) | found.known | found.loose
        for _, candidates in found.open:
            reach |= {lost.unit for lost in candidates.values()}
        # A counted obstacle adds its count; an uncounted one can have reached all there was.
        hidden = [obstacle.rows for obstacle in world.obstacles]
        counted = sum(rows for rows in hidden if rows is not None)
        at_most = len(reach) if None in hidden else min(at_most + counted, len(reach))
    return Bound(least(found), at_most)


# --- the truth by enumeration -----------------------------------------------------------------


def tight(world: World, target: Target) -> Bound:
    """The tightest interval: the extremes over every world that fits the evidence.

    A value that may or may not have been there, and a field that may or may not have gone, are
    chosen record by record. Fields go for a whole request, but the extremes are all and none,
    and those are among the choices.

    Raises:
        ValueError: the world is too large to enumerate.
    """
    if len(records(world)) > LARGEST:
        raise ValueError(f"too many records to enumerate, at most {LARGEST}")
    lost: set[frozenset[Unit]] = {frozenset()}
    for request in world.requests:
        lost = {one | more for one in lost for more in deliveries(world, target, request)}
    for obstacle in world.obstacles:
        lost = {one | more for one in lost for more in hidden_reads(world, target, obstacle)}
    sizes = [len(one) for one in lost]
    return Bound(min(sizes), max(sizes))


def deliveries(world: World, target: Target, request: Request) -> set[frozenset[Unit]]:
    """Every set of units that one request can have taken."""
    low, high = row_limits(request)
    # Each state is how many rows of the first part went so far, and what was lost with them.
    states: set[tuple[int, frozenset[Unit]]] = {(0, frozenset())}
    for place, part in enumerate(request.parts):
        for name in sorted(part.possible):
            lost = loss(world, target, request, part, name)
            after: set[tuple[int, frozenset[Unit]]] = set()
            for rows, so_far in states:
                gone = rows + 1 if place == 0 else rows
                # Only a record that is not sure can have stayed.
                if name not in part.sure:
                    after.add((rows, so_far))
                # A delivered record may leave without a value, unless the value is sure.
                if lost is None or not lost.sure:
                    after.add((gone, so_far))
                if lost is not None:
                    after.add((gone, so_far | {lost.unit}))
            states = after
    return {units for rows, units in states if low <= rows <= high}


def hidden_reads(world: World, target: Target, obstacle: Obstacle) -> set[frozenset[Unit]]:
    """Every set of units that an obstacle can hide; one record belongs to one unit."""
    reach = sorted(all_held(world, target), key=repr)
    limit = len(reach) if obstacle.rows is None else min(obstacle.rows, len(reach))
    return {frozenset(some) for size in range(limit + 1) for some in choose(reach, size)}


# --- rows of the result, and its checks -------------------------------------------------------


def residence(world: World) -> dict[str | None, Bound]:
    """Bounds on the people who lost anything, per country; a person with two is in both rows."""
    found = {country for person in people(world) for country in countries(world, person)}
    return {country: bounds(world, ("residence", country)) for country in found}


def targets(world: World) -> list[Target]:
    """Everything that has bounds, in a fixed order."""
    found: list[Target] = [("people", None)]
    found += [("records", mapped.name) for mapped in world.objects]
    found += [("category", category) for category in categories(world)]
    where = {country for person in people(world) for country in countries(world, person)}
    return found + [("residence", country) for country in sorted(where, key=str)]


def checks(world: World) -> list[tuple[str, bool]]:
    """The conservation laws that one scope must obey, and whether they hold."""
    found = outcomes(world)
    everybody = people(world)
    rows = combinations(world)
    any_lost = bounds(world, ("people", None))
    results = [
        ("every record belongs to one person", _each_record_once(world)),
        ("people <= records", len(everybody) <= len(records(world))),
        ("combinations = people with anything", sum(rows.values()) == _with_anything(found)),
        ("without_value <= people", len(without_value(world)) <= len(everybody)),
        ("at_least <= people with anything", any_lost.at_least <= _with_anything(found)),
    ]
    for category in categories(world):
        said = Counter(one[category] for one in found.values())
        in_rows = sum(count for (taken, _), count in rows.items() if category in taken)
        bound = bounds(world, ("category", category))
        reach = said["taken"] + said["possibly_taken"]
        results += [
            (f"{category}: outcomes = people", sum(said[o] for o in OUTCOMES) == len(everybody)),
            (f"{category}: taken = combinations", said["taken"] == in_rows),
            (f"{category}: at_least <= taken + possible", bound.at_least <= reach),
            (f"{category}: taken <= at_least", said["taken"] <= bound.at_least),
            (f"{category}: no more than people", bound.at_most <= any_lost.at_most),
            (f"{category}: people no fewer", bound.at_least <= any_lost.at_least),
        ]
    for target in targets(world):
        bound = bounds(world, target)
        results.append((f"{target}: at_least <= at_most", bound.at_least <= bound.at_most))
    return results


def _each_record_once(world: World) -> bool:
    """Records = keyed + unkeyed, and each is in exactly one person."""
    placed = Counter(record for person in people(world) for record in person)
    bearing = {record for record, (mapped, _) in records(world).items() if bears_people(mapped)}
    return set(placed) == bearing and set(placed.values()) <= {1} and unkeyed(world) <= bearing


def _with_anything(found: dict[Person, dict[str, str]]) -> int:
    """How many people have something taken or possibly taken."""
    return sum(bool({"taken", "possibly_taken"} & set(one.values())) for one in found.values())
