"""A tiny world of the oracle, put before the real code: tables made directly, or a snapshot on disk."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

import oracles
from floodmark.engine import Connection, Engine
from floodmark.models import Bound
from floodmark.scope.bounds import Bounds, Obstacles
from floodmark.scope.outcomes import Cells, Window
from floodmark.scope.records import Masks, keep_parts, keep_replayed, parts
from floodmark.scope.requests import Act, Reading
from floodmark.scope.touched import Touched
from floodmark.snapshot import Snapshot, datamap, take
from strategies import alive

_FORM = {
    "Contact": "{id: Id, person: {keys: [[Email], [Phone, Birthdate]]}, residence: [MailingCountry],"
    " created: CreatedDate, changed: SystemModstamp,"
    " fields: {Name: name, Email: email, Phone: phone, Birthdate: date_of_birth}}",
    "Lead": "{id: Id, person: {keys: [[EmailAddress]]}, residence: [Country], created: CreatedDate,"
    " changed: SystemModstamp, fields: {EmailAddress: email, Mobile: phone}}",
    "Case": "{id: Id, person: {via: ContactId}, created: CreatedDate, changed: SystemModstamp,"
    " fields: {Description: free_text, SuppliedEmail: email}}",
}
_MAPS: dict[tuple[str, ...], datamap.Datamap] = {}
_RECORD = pa.schema(
    [
        ("record_no", pa.int64()),
        ("object", pa.string()),
        ("id", pa.string()),
        ("person_no", pa.int64()),
        ("created_at", pa.timestamp("us")),
        ("changed_at", pa.timestamp("us")),
        ("value_mask", pa.int64()),
    ]
)
_PERSON = pa.schema(
    [
        ("person_no", pa.int64()),
        ("person", pa.string()),
        ("residence", pa.list_(pa.string())),
        ("keyed", pa.bool_()),
    ]
)
_LISTED = pa.schema(
    [("request_no", pa.int64()), ("part_no", pa.int64()), ("record_no", pa.int64()), ("is_sure", pa.bool_())]
)
_ACTS = pa.schema([("request_no", pa.int64()), ("act", pa.string()), ("since", pa.timestamp("us"))])


def mapped(world: oracles.World) -> datamap.Datamap:
    """Return the data map of a world, each read once."""
    if world.not_held not in _MAPS:
        lines = "".join(f"  {name}: {form}\n" for name, form in _FORM.items())
        declared = f"relations: {{Case.ContactId: Contact}}\nnot_held: [{', '.join(world.not_held)}]\n"
        text = f"objects:\n{lines}{declared}"
        _MAPS[world.not_held] = datamap.load(text, "datamap.yaml")
    return _MAPS[world.not_held]


def plain(at: datetime | None) -> datetime | None:
    """Return a time as the engine holds it: UTC without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None) if at else None


def quick_snapshot(engine: Engine, world: oracles.World) -> Snapshot:
    """Make the tables of a snapshot from what the oracle says of people."""
    everybody = oracles.people(world)
    person_of = {record: number for number, person in enumerate(everybody) for record in person}
    rows = [
        {
            "record_no": number,
            "object": record[0],
            "id": record[1],
            "person_no": person_of[record],
            "created_at": plain(oracles.time_of(row, of.created)),
            "changed_at": plain(oracles.time_of(row, of.changed)),
            "value_mask": sum(
                1 << bit for bit, name in enumerate(sorted(of.fields)) if oracles.held(row, name)
            ),
        }
        for number, (record, (of, row)) in enumerate(sorted(oracles.records(world).items()))
    ]
    people = [
        {
            "person_no": number,
            "person": min(id_ for _, id_ in person),
            "residence": sorted(code for code in oracles.countries(world, person) if code),
            "keyed": True,
        }
        for number, person in enumerate(everybody)
    ]
    engine.keep_table("record", pa.Table.from_pylist(rows, _RECORD))
    engine.keep_table("person", pa.Table.from_pylist(people, _PERSON))
    counts = {
        of.name: len(world.rows.get(of.name, [])) for of in sorted(world.objects, key=lambda of: of.name)
    }
    at = datetime(2025, 7, 1, tzinfo=UTC)
    return Snapshot(engine, mapped(world), at, len(people), counts, len(rows), 0, (), 0)


def stored_snapshot(connection: Connection, world: oracles.World, folder: Path) -> Snapshot:
    """Take the world's tables in from CSV files, as the command line does."""
    files: dict[str, Path] = {}
    for of in world.objects:
        extra = [each for each in (of.via, of.created, of.changed, *of.residence) if each]
        files[of.name] = folder / f"{of.name}.csv"
        with files[of.name].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file, [of.id, *of.fields, *extra], restval="", quoting=csv.QUOTE_ALL, lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(world.rows.get(of.name, []))
    take(connection, mapped(world), files, folder)
    return Snapshot.open(connection, folder, mapped(world), datetime(2025, 7, 1, tzinfo=UTC))


def is_whole(world: oracles.World, request: oracles.Request, part: oracles.Part) -> bool:
    """Say whether a part leaves every record possible, so that the scope need not list them."""
    return bool(part.possible) and part.possible == part.sure | set(
        alive(world.rows[part.object], request.at)
    )


def reading(world: oracles.World, request: oracles.Request) -> Reading:
    """Return a request of the oracle as the scope's own; its records stand in a table."""
    at = plain(request.at)
    assert at is not None
    act = Act(
        act=request.id,
        at=at,
        last_at=at,
        operations=("query",),
        query=None,
        query_cut=False,
        objects=(),
        fields=None,
        matched_rows=None,
        blocked=False,
        complete=True,
        lists=True,
        known_rows=0,
        loose_min=0,
        loose_max=0,
        id_count=0,
        page_rows=None,
        done_at=None,
        joined_by=(),
        methods=(),
        actor=None,
        session=None,
        job=None,
        events=(request.id,),
    )
    touched = tuple(
        Touched(
            part.object,
            part.sure_fields,
            part.possible_fields,
            counted=place == 0,
            whole=is_whole(world, request, part),
        )
        for place, part in enumerate(request.parts)
    )
    return Reading(act, "query", (), touched, 2, request.n_min, request.n_max, (), ())


class Judged:
    """What the real code says of a world."""

    def __init__(self, engine: Engine, world: oracles.World, snapshot: Snapshot | None = None) -> None:
        self.engine = engine
        self.snapshot = snapshot or quick_snapshot(engine, world)
        self.readings = [reading(world, request) for request in world.requests]
        keep_replayed(engine, self.snapshot, None, self.readings)
        masks = Masks.of(self.snapshot)
        found = parts(self.readings, masks)
        keep_parts(engine, found)
        self._listed(world)
        begin, end = (plain(each) for each in world.window)
        assert begin is not None
        assert end is not None
        self.cells = Cells(engine, masks, found, Window(begin, end))
        self.obstacles = self._obstacles(world)
        self.bounds = Bounds(engine, self.cells, self.readings, self.obstacles)

    def _listed(self, world: oracles.World) -> None:
        numbers = {
            (name, id_): no for name, id_, no in self.engine.rows("SELECT object, id, record_no FROM record")
        }
        rows: list[dict[str, object]] = []
        part_no = 0
        for request_no, request in enumerate(world.requests):
            for part in request.parts:
                rows += [
                    {
                        "request_no": request_no,
                        "part_no": part_no,
                        "record_no": numbers[part.object, id_],
                        "is_sure": id_ in part.sure,
                    }
                    for id_ in sorted(part.possible)
                    if (part.object, id_) in numbers
                    and (id_ in part.sure or not is_whole(world, request, part))
                ]
                part_no += 1
        self.engine.keep_table("request_record", pa.Table.from_pylist(rows, _LISTED))
        acts = [
            {"request_no": no, "act": each.id, "since": plain(each.at)}
            for no, each in enumerate(world.requests)
        ]
        self.engine.keep_table("request_act", pa.Table.from_pylist(acts, _ACTS))

    def _obstacles(self, world: oracles.World) -> Obstacles:
        known = oracles.records(world).keys()
        absent: dict[str, set[str]] = {}
        unknown: dict[tuple[int, str], tuple[int, int]] = {}
        for request_no, request in enumerate(world.requests):
            for place, part in enumerate(request.parts):
                gone = {id_ for id_ in part.sure if (part.object, id_) not in known}
                absent.setdefault(part.object, set()).update(gone)
                if place == 0:
                    unknown[request_no, part.object] = (len(gone), len(gone))
        return Obstacles(
            unlimited=any(each.rows is None for each in world.obstacles),
            rows=sum(each.rows or 0 for each in world.obstacles),
            missing={name: len(gone) for name, gone in absent.items() if gone},
            unknown=unknown,
        )

    def cell_sets(self) -> tuple[set[oracles.Cell], set[oracles.Cell]]:
        """Return sure and possible cells, as the oracle names them."""
        rows = self.engine.rows(
            """SELECT object, id, sure_mask, possible_mask FROM record_cell
               JOIN (SELECT record_no, id FROM record) USING (record_no)"""
        )
        found: tuple[set[oracles.Cell], set[oracles.Cell]] = (set(), set())
        for name, id_, *masks in rows:
            for mask, cells in zip(masks, found, strict=True):
                fields = self.cells.masks.fields[name]
                cells.update((name, id_, field) for bit, field in enumerate(fields) if mask >> bit & 1)
        return found

    def bound(self, target: oracles.Target) -> Bound:
        """Return the bound of a target of the oracle."""
        kind, which = target
        if kind == "records":
            return self.bounds.records(which or "")
        if kind == "category":
            return self.bounds.category(self.cells.masks.categories.index(which or ""))
        return self.bounds.country(which) if kind == "residence" else self.bounds.people()

    def at_least(self, targets: Sequence[oracles.Target]) -> list[int]:
        """Return the lower ends."""
        return [self.bound(target).at_least for target in targets]
