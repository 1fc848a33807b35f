"""A world of the replay oracle, put before the real replay: tables on disk, statements in this process."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import replay_oracle as oracle
from floodmark import engine, replay
from floodmark.engine import Connection, Engine, literal, quote
from floodmark.snapshot import Snapshot, datamap
from floodmark.snapshot.tables import define
from replay_query import text_of
from replay_strategies import written

_PERSON = {
    "Contact": "person: {keys: [[Email]]}, fields: {Name: name, Email: email}, ",
    "Case": "person: {via: ContactId}, fields: {Subject: free_text}, ",
    "Account": "person: {keys: [[Name]]}, fields: {Name: name}, ",
}
_LIGHT = (
    "stripped(value) AS trim(value)",
    "has_value(value) AS coalesce(trim(value) <> '', false)",
    "identity(value) AS CASE WHEN length(value) = 15 THEN value || 'AAA' ELSE nullif(value, '') END",
    "moment(value) AS try_cast(replace(replace(value, 'T', ' '), 'Z', '') AS TIMESTAMP)",
)
"""Short forms of the snapshot's macros, right for the values of our worlds: tables of a few rows cost little
but the binding of their statements, and nine tenths of that goes into the long forms."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Found = dict[str, tuple[frozenset[str], frozenset[str]]]
"""Object to its sure and possible ids."""


def map_text(store: oracle.Store) -> str:
    """Write the data map of a world."""
    lines = ["objects:"]
    for name, table in store.tables.items():
        types = ", ".join(f"{column}: {kind}" for column, kind in table.types.items())
        past = ""
        if table.history is not None:
            tracks = f", tracks: [{', '.join(sorted(table.history.tracks))}]" if table.history.tracks else ""
            past = f", history: {{table: {name}History{tracks}}}"
        times = f"created: {table.created}, changed: {table.changed}"
        lines.append(f"  {name}: {{id: {table.id}, {_PERSON[name]}{times}, types: {{{types}}}{past}}}")
    lines += [f"  {name}: {{}}" for name in _lists(store)]
    links = [
        f"{name}.{link}: {to}" for name, table in store.tables.items() for link, to in table.links.items()
    ]
    lines.append(f"relations: {{{', '.join(links)}}}")
    each = [
        f"{actor}: {{sees: {'all' if user.sees_all else 'unknown'}"
        + (f", timezone: {user.zone}}}" if user.zone else "}")
        for actor, user in store.users.items()
    ]
    if each:
        lines.append(f"users: {{each: {{{', '.join(each)}}}}}")
    if store.listed is not None:
        lines.append("visibility: {records: {table: Visible, user: UserId, record: RecordId}}")
    calendar = []
    if store.week_starts is not None:
        calendar.append(f"week_starts: {_WEEKDAYS[store.week_starts]}")
    if store.fiscal_starts is not None:
        calendar.append(f"fiscal_starts: {store.fiscal_starts}")
    if calendar:
        lines.append(f"calendar: {{{', '.join(calendar)}}}")
    return "\n".join(lines) + "\n"


@functools.lru_cache(maxsize=2000)
def loaded(text: str) -> datamap.Datamap:
    """Read a data map, each once."""
    return datamap.load(text, "datamap.yaml")


def _lists(store: oracle.Store) -> dict[str, list[dict[str, str | None]]]:
    """The tables that are no objects: histories, and who could see what."""
    found: dict[str, list[dict[str, str | None]]] = {}
    for name, table in store.tables.items():
        if table.history is not None:
            found[f"{name}History"] = [
                {
                    f"{name}Id": each.record,
                    "Field": each.field,
                    "CreatedDate": written(each.at),
                    "OldValue": each.old,
                    "NewValue": each.new,
                }
                for each in table.history.changes
            ]
    if store.listed is not None:
        found["Visible"] = [
            {"UserId": actor, "RecordId": id_}
            for actor, ids in sorted(store.listed.items())
            for id_ in sorted(ids)
        ]
    return found


def write(store: oracle.Store, folder: Path) -> None:
    """Write every table as the snapshot stores it: text, sorted by id."""
    for name, table in store.tables.items():
        rows = sorted(store.rows.get(name, []), key=lambda row: row[table.id] or "")
        _write(folder / f"{name}.parquet", table.columns, rows)
    for name, rows in _lists(store).items():
        usual = (f"{name.removesuffix('History')}Id", "Field", "CreatedDate", "OldValue", "NewValue")
        _write(folder / f"{name}.parquet", ("UserId", "RecordId") if name == "Visible" else usual, rows)


def _write(file: Path, columns: Sequence[str], rows: Sequence[dict[str, str | None]]) -> None:
    schema = pa.schema([(column, pa.string()) for column in columns])
    pq.write_table(pa.Table.from_pylist([{c: row.get(c) for c in columns} for row in rows], schema), file)


def snapshot(connection: Connection, store: oracle.Store, folder: Path) -> Snapshot:
    """Return the snapshot of a world, its tables on disk, without people."""
    write(store, folder)
    made = loaded(map_text(store))
    for each in made.objects:
        view, file = quote(f"object_{each.name}"), literal(str(folder / f"{each.name}.parquet"))
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM read_parquet({file})")
    at = datetime(2026, 2, 1, tzinfo=UTC)
    return Snapshot(Engine(connection), made, at, 0, {}, 0, 0, (), 0, folder=folder)


@dataclass
class InProcess:
    """Runs statements here."""

    connection: Connection

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        return self.connection.execute(sql).fetchall()


def plain(moment: datetime) -> datetime:
    """A time as the engine holds it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def asked_of(asked: oracle.Asked, text: str | None = None) -> replay.Asked:
    """Return a query of the oracle as the scope's own."""
    return replay.Asked(
        text=text or text_of(asked.query),
        since=plain(asked.since),
        until=plain(asked.until),
        account=asked.actor,
        matched_rows=asked.matched,
        fewest=asked.fewest,
        most=asked.most,
        prefix=asked.prefix,
        whole=asked.whole,
        all_rows=asked.all_rows,
    )


@dataclass(frozen=True)
class Said:
    """What the real code says of one query."""

    answer: replay.Answer
    records: Found


@contextmanager
def bench(*, light: bool = True) -> Iterator[Bench]:
    """Open what replays worlds one after the other; `light` takes short forms of the snapshot's macros."""
    with engine.memory(threads=1, limit_mb=500) as holding, engine.memory(threads=1, limit_mb=500) as running:
        define(running)
        for macro in _LIGHT if light else ():
            running.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
        yield Bench(holding, running)


@dataclass
class Bench:
    """One connection for snapshots, one for the statements of replay."""

    holding: Connection
    running: Connection

    def judged(self, store: oracle.Store, case: Sequence[oracle.Asked | replay.Asked]) -> list[Said]:
        """Replay a case for real and read the records of each answer back."""
        asked = [asked_of(each) if isinstance(each, oracle.Asked) else each for each in case]
        with tempfile.TemporaryDirectory() as name:
            folder, out = Path(name), Path(name) / "out"
            out.mkdir()
            source = snapshot(self.holding, store, folder)
            runner = InProcess(self.running)
            found = replay.replay(source, asked, runner=runner, timezone=store.zone, folder=out)
            said = [Said(answer, _records(self.running, store, found, answer)) for answer in found.answers]
        self._clear()
        return said

    def _clear(self) -> None:
        """Drop the tables of the world before."""
        for (name,) in self.running.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            self.running.execute(f"DROP TABLE {quote(name)}")


def _records(
    connection: Connection, store: oracle.Store, found: replay.Replayed, answer: replay.Answer
) -> Found:
    """Sure and possible ids of each object that an answer names."""
    sets: dict[str, tuple[set[str], set[str]]] = {}
    if answer.object is not None and answer.mark is not None:
        mark, file = answer.mark, found.files.get(answer.object)
        sure, possible = sets.setdefault(answer.object, (set(), set()))
        bits = f"(s{mark.column} >> {mark.bit}) & 1, (p{mark.column} >> {mark.bit}) & 1"
        rows = [] if file is None else _read(connection, f"n, {bits}", file)
        for place, is_sure, is_possible in rows:
            id_ = _id(store, answer.object, place)
            if is_possible:
                possible.add(id_)
            if is_sure:
                sure.add(id_)
    for other in answer.rows:
        sure, possible = sets.setdefault(other.object, (set(), set()))
        for place, is_sure in _read(connection, "n, is_sure", other.file):
            possible.add(_id(store, other.object, place))
            if is_sure:
                sure.add(_id(store, other.object, place))
    return {name: (frozenset(sure), frozenset(possible)) for name, (sure, possible) in sets.items()}


def _read(connection: Connection, columns: str, file: Path) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {columns} FROM read_parquet({literal(str(file))})").fetchall()


def _id(store: oracle.Store, name: str, place: int) -> str:
    """The id of the record at a place among the sorted ones."""
    return sorted(row[store.tables[name].id] or "" for row in store.rows[name])[place]
