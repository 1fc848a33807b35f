"""Small files of each log, and cases to add them to."""

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from floodmark.case import Actor, Case
from floodmark.ledger import Ledger
from forked import Forked, fresh

ACTOR = Actor("tester", datetime(2025, 7, 1, tzinfo=UTC))
FLOODMARK = str(Path(sys.executable).with_name("floodmark"))
Row = Mapping[str, str]
DATAMAP = """
objects:
  Contact:
    id: Id
    person: {keys: [[Email]]}
    created: CreatedDate
    changed: SystemModstamp
    fields: {Name: name, Email: email}
relations: {}
users: {timezone: UTC, sees: all}
"""
CONTACTS = (
    "Id,Name,Email,CreatedDate,SystemModstamp\n"
    "0035j00000AbCdEAAV,Ann,ann@example.org,2020-01-01T00:00:00Z,2020-01-01T00:00:00Z\n"
    "0035j00000AbCdFAAV,Bob,bob@example.org,2020-01-01T00:00:00Z,2020-01-01T00:00:00Z\n"
)


def rest(
    minute: int, uri: str = "/services/data/v58.0/query?q=SELECT+Id+FROM+Contact", **more: str
) -> dict[str, str]:
    """Return one RestApi row at a minute of 2025-06-30 01:00 UTC."""
    return {
        "EVENT_TYPE": "RestApi",
        "TIMESTAMP": f"20250630{1 + minute // 60:02d}{minute % 60:02d}09.120",
        "REQUEST_ID": f"SLB:{minute}",
        "USER_ID": "0055j000000utlP",
        "CLIENT_IP": "192.0.2.7",
        "SESSION_KEY": "sessionA",
        "LOGIN_KEY": "loginA",
        "METHOD": "GET",
        "URI": uri,
        "ROWS_PROCESSED": "5",
        "QUERY": "",
        **more,
    }


def api_event(number: int, **more: Any) -> dict[str, Any]:
    """Return one stored ApiEvent."""
    return {
        "attributes": {"type": "ApiEvent", "url": f"/services/data/v58.0/sobjects/ApiEvent/{number}"},
        "EventIdentifier": f"00000000-0000-4000-8000-{number:012d}",
        "EventDate": f"2025-06-30T01:{number % 60:02d}:00.000+0000",
        "UserId": "0055j000000utlPAAQ",
        "SourceIp": "192.0.2.7",
        "Operation": "Query",
        "QueriedEntities": "Contact",
        "Query": "SELECT Id FROM Contact",
        "RowsProcessed": 5.0,
        "RowsReturned": 5.0,
        **more,
    }


def csv_bytes(rows: Sequence[Row], *, names: Sequence[str] = ()) -> bytes:
    """Return rows as the platform writes an event log file: every value quoted, line feeds."""
    columns = list(names) or list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, quoting=csv.QUOTE_ALL, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def answer(*records: Mapping[str, Any]) -> bytes:
    """Return records as one answer of the query interface."""
    return json.dumps({"totalSize": len(records), "done": True, "records": list(records)}).encode()


def lines(*records: Mapping[str, Any]) -> bytes:
    """Return records one a line."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def gz(content: bytes) -> bytes:
    """Return gzip of `content`, without a time inside."""
    return gzip.compress(content, mtime=0)


class Bench:
    """A case, files for it, and what it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.files.mkdir()
        self.case = Case.init(folder / "case", organisation="Example Air", actor=ACTOR)

    def file(self, name: str, content: bytes) -> Path:
        """Write a file to add."""
        path = self.files / name
        path.write_bytes(content)
        return path

    def add(self, *paths: Path, **options: Any) -> dict[str, tuple[int, int, int, int]]:
        """Add files; check that counts add up; return name -> (rows, events, duplicates, quarantined)."""
        self.document = self.case.add(paths, **options)
        for item in self.document.evidence:
            assert item.rows == item.events + item.duplicates + item.quarantined, item
        self.check()
        return {i.name: (i.rows, i.events, i.duplicates, i.quarantined) for i in self.document.evidence}

    def check(self) -> None:
        """The law over the whole case: rows = events + duplicates + quarantined, and the tables say the same."""
        with self.case.folder.engine() as engine:
            ledger = Ledger(engine, self.case.folder.manifest)
            tallies = ledger.tallies().values()
            (rows,) = engine.row("SELECT count(*) FROM part_row")
            (bad,) = engine.row("SELECT count(*) FROM part_row WHERE reason IS NOT NULL")
            (copies,) = engine.row("SELECT count(*) FROM duplicate")
            (events,) = engine.row("SELECT count(*) FROM event")
            (listed,) = engine.row(
                "SELECT count(*) FROM part_row WHERE operation = 'listing' AND reason IS NULL"
            )
            (unique,) = engine.row("SELECT count(DISTINCT event) FROM event")
        assert (
            rows
            == sum(t.rows for t in tallies)
            == sum(t.events + t.duplicates + t.quarantined for t in tallies)
        )
        assert (bad, copies) == (sum(t.quarantined for t in tallies), sum(t.duplicates for t in tallies))
        assert events == unique
        assert events <= sum(t.events for t in tallies) <= events + listed

    def events(self, columns: str = '"at", operation, query', **bound: Any) -> list[tuple[Any, ...]]:
        """Return columns of all events, by event."""
        with self.case.folder.engine() as engine:
            Ledger(engine, self.case.folder.manifest)
            return engine.rows(f'SELECT {columns} FROM event ORDER BY "at", event', bound)

    def native(self, column: str) -> list[Any]:
        """Return a column that no slot carries, by time."""
        folder = self.case.folder
        with folder.engine() as engine:
            parts = [str(folder.manifest.part_path(part)) for part in folder.manifest.part_hashes()]
            sql = f'SELECT "native.{column}" FROM read_parquet($1, union_by_name = true) ORDER BY "at", row'
            return [value for (value,) in engine.rows(sql, [parts])]

    def state(self) -> tuple[Any, ...]:
        """Return what must not depend on how the files came: items less their order, and the events."""
        items = self.case.folder.manifest.items()
        return items, self.events("event, item, row, log")


def run(
    *arguments: object, status: int | None = None, by: Forked | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command in a new process, and the installed one where it starts oddly; none ends in a traceback."""
    if options.keys() <= {"cwd"}:
        done = (by or fresh()).floodmark(*arguments, **options)
    else:
        done = subprocess.run(
            [FLOODMARK, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            errors="surrogateescape",
            **options,
        )
    assert "Traceback" not in done.stderr, done.stderr
    if status is not None:
        assert done.returncode == status, done.stderr + done.stdout
    return done
