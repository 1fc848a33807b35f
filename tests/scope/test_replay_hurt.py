"""Queries written to hurt replay: each ends in an answer or a clear refusal, and the next one is answered."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from floodmark.engine import memory
from floodmark.replay import Answer, Asked, replay
from floodmark.snapshot import Snapshot, datamap, take
from floodmark.snapshot.tables import macros
from floodmark.worker import Limits, Worker

MAP = """objects:
  Contact:
    id: Id
    person: {keys: [[Email]]}
    created: CreatedDate
    changed: SystemModstamp
    fields: {Name: name, Email: email}
  Account: {id: Id}
relations: {Contact.AccountId: Account}
users: {sees: all}
"""
AT = datetime(2025, 6, 30)  # noqa: DTZ001 - UTC without zone, as the engine holds it
GOOD = "SELECT Id FROM Contact"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Two thousand contacts on disk."""
    folder = tmp_path_factory.mktemp("tables")
    rows = [
        [
            f"003{n:012d}AAA",
            f"Name {n}",
            f"{n}@mail.example",
            "",
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00Z",
        ]
        for n in range(2_000)
    ]
    header = ["Id", "Name", "Email", "AccountId", "CreatedDate", "SystemModstamp"]
    for name, content in (
        ("Contact", [header, *rows]),
        ("Account", [["Id", "Name"], ["001000000000000AAA", "a"]]),
    ):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(content)
    (folder / "stored").mkdir()
    mapped = datamap.load(MAP, "datamap.yaml")
    with memory(threads=1, limit_mb=500) as connection:
        files = {name: folder / f"{name}.csv" for name in ("Contact", "Account")}
        take(connection, mapped, files, folder / "stored")
        yield Snapshot.open(connection, folder / "stored", mapped, datetime(2025, 7, 1, tzinfo=UTC))


def answers(
    snapshot: Snapshot, folder: Path, *texts: str, limits: Limits | None = None
) -> tuple[Answer, ...]:
    """Replay queries in a worker of their own."""
    asked = [Asked(text, AT, AT, None, None, None, None, whole=True) for text in texts]
    with Worker(macros(), folder=folder, readable=list(snapshot.files.values()), limits=limits) as worker:
        return replay(snapshot, asked, runner=worker, timezone="UTC", folder=folder).answers


def where(condition: str) -> str:
    """Return a query with a condition."""
    return f"SELECT Id FROM Contact WHERE {condition}"


# text -> how many records may have come back, or the start of the refusal
HURTING: dict[str, tuple[str, int | str]] = {
    "brackets ten thousand deep": (where("(" * 10_000 + "Name = 'x'" + ")" * 10_000), "the text is cut"),
    "queries nested a hundred deep": ("SELECT Id, (" * 100 + GOOD + ") FROM x" * 100, "the text is cut"),
    "a list of five thousand values": (
        where("Name IN (" + ",".join(f"'Name {n}'" for n in range(5_000)) + ")"),
        2_000,
    ),
    "a pattern of a thousand wildcards": (where("Name LIKE '" + "%a" * 1_000 + "'"), 0),
    "a pattern of regular expressions": (where("Name LIKE '(a+)+$|.*%'"), 0),
    "ten thousand conditions": (where(" OR ".join("Name = 'Name 7'" for _ in range(4_000))), 1),
    "a quote that ends the string": (where("Name = 'x\\') OR 1=1; DROP TABLE o_0; --'"), 0),
    "a second statement": (GOOD + "; DROP TABLE o_0", "the text is cut"),
    "a function of the engine": (where("read_csv('/etc/passwd') = 'x'"), "function read_csv"),
    "a path as an object": ("SELECT Id FROM ../../etc/passwd", "the text is cut"),
    "a table of ours as an object": ("SELECT n FROM o_0", "object o_0 is not in the snapshot"),
    "a column of ours": (where("file_row_number = 1 AND late = true"), 2_000),
    "a quoted name": (where('"Id" = 1'), "the text is cut"),
    "control characters": (where("Name = '\x00\x1b[31m'"), 0),
    "a number without end": (where("Name = 'a' AND Score__c > 1e999999"), "the text is cut"),
    "a zone of nowhere": (where("CreatedDate > 2025-06-30T00:00:00+99:99"), "the text is cut"),
    "a day that is not": (where("Birthdate = 2025-02-31"), "the text is cut"),
    "a count without end": (where("CreatedDate = LAST_N_DAYS:99999999999999999999"), 2_000),
    "a limit without end": (GOOD + " LIMIT 99999999999999999999999", 2_000),
    "an inner query of an unknown object": (where("Id IN (SELECT Id FROM Passwords)"), "object Passwords"),
    "binds only": (where(":a = :b"), "the text is cut"),
}


@pytest.mark.parametrize("name", HURTING)
def test_a_hostile_query_is_answered_or_refused(snapshot: Snapshot, tmp_path: Path, name: str) -> None:
    """Nothing is run that the text says; the query beside it is answered."""
    text, expected = HURTING[name]
    hurt, good = answers(snapshot, tmp_path, text, GOOD, limits=Limits(memory_mb=1_500, seconds=60))
    assert (good.sure, good.possible) == (2_000, 2_000)
    if isinstance(expected, int):
        assert (hurt.refused, hurt.possible) == (None, expected)
    else:
        assert (hurt.refused or "").startswith(expected)
        assert "\x1b" not in (hurt.refused or "")


class Stops:
    """A runner that is stopped by some queries, and forgets its tables then, as the worker does."""

    def __init__(self, worker: Worker, *marks: str) -> None:
        self.worker = worker
        self.marks = marks
        self.stops = 0

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run a statement, unless it holds the marks."""
        if all(mark in sql for mark in self.marks):
            self.stops += 1
            self.worker.run("SELECT count(*) FROM range(100000000000)", seconds=0.05)
        return self.worker.run(sql)


def test_one_query_that_stops_the_worker_leaves_the_others(snapshot: Snapshot, tmp_path: Path) -> None:
    """The pass is taken apart, the query to blame is refused, tables lost with the worker are made again."""
    texts = (GOOD, where("Name = 'culprit'"), where("Name = 'Name 7'"))
    asked = [Asked(text, AT, AT, None, None, None, None, whole=True) for text in texts]
    with Worker(macros(), folder=tmp_path, readable=list(snapshot.files.values())) as worker:
        runner = Stops(worker, "culprit", "TEMP TABLE k_")
        found = replay(snapshot, asked, runner=runner, timezone="UTC", folder=tmp_path).answers
    assert runner.stops == 2  # once together, once alone
    assert [answer.possible for answer in found] == [2_000, 0, 1]
    assert "took longer than" in (found[1].refused or "")


def test_tables_that_cannot_be_made_refuse_every_query(snapshot: Snapshot, tmp_path: Path) -> None:
    """The reason is told, and the next replay is answered."""
    asked = [Asked(text, AT, AT, None, None, None, None, whole=True) for text in (GOOD, where("Name = 'a'"))]
    with Worker(macros(), folder=tmp_path, readable=list(snapshot.files.values())) as worker:
        stopped = Stops(worker, "CREATE OR REPLACE TEMP TABLE o_")
        found = replay(snapshot, asked, runner=stopped, timezone="UTC", folder=tmp_path).answers
        assert [(answer.refused or "").startswith("replay was stopped: took longer") for answer in found] == [
            True,
            True,
        ]
        again = replay(snapshot, asked, runner=worker, timezone="UTC", folder=tmp_path).answers
    assert [answer.possible for answer in again] == [2_000, 0]


def test_a_pass_over_many_rows_keeps_their_order(tmp_path: Path) -> None:
    """A longer list makes the engine join, over several groups of rows; each bit stays with its record."""
    mapped = datamap.load(MAP, "datamap.yaml")
    (tmp_path / "stored").mkdir()
    with memory(threads=2, limit_mb=1_000) as connection:
        for name, rows in (("Contact", 250_000), ("Account", 1)):
            connection.execute(
                f"""COPY (SELECT '003' || lpad(n::VARCHAR, 12, '0') || 'AAA' AS "Id", 'Name ' || n AS "Name",
                                 n || '@mail.example' AS "Email", '' AS "AccountId",
                                 '2024-01-01T00:00:00Z' AS "CreatedDate",
                                 '2024-01-01T00:00:00Z' AS "SystemModstamp" FROM range({rows}) r(n))
                    TO '{tmp_path}/{name}.parquet' (FORMAT parquet)"""
            )
        files = {name: tmp_path / f"{name}.parquet" for name in ("Contact", "Account")}
        take(connection, mapped, files, tmp_path / "stored")
        snapshot = Snapshot.open(connection, tmp_path / "stored", mapped, datetime(2025, 7, 1, tzinfo=UTC))
        chosen = [f"Name {n}" for n in range(5, 250_000, 12_345)]
        text = where("Name IN (" + ", ".join(f"'{name}'" for name in chosen) + ")")
        asked = [Asked(each, AT, AT, None, None, None, None, whole=True) for each in (text, GOOD)]
        with Worker(macros(), folder=tmp_path, readable=list(snapshot.files.values())) as worker:
            found = replay(snapshot, asked, runner=worker, timezone="UTC", folder=tmp_path)
        (answer, everything) = found.answers
        assert answer.mark is not None
        rows = connection.execute(
            f"""SELECT lower("Name") FROM read_parquet('{found.files["Contact"]}') bits
                JOIN (SELECT file_row_number AS n, "Name"
                      FROM read_parquet('{snapshot.files["Contact"]}', file_row_number = true)) USING (n)
                WHERE s0 >> {answer.mark.bit} & 1 = 1 ORDER BY 1"""
        ).fetchall()
    assert (answer.possible, everything.possible) == (len(chosen), 250_000)
    assert [name for (name,) in rows] == sorted(name.lower() for name in chosen)
