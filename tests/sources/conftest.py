"""Runs a source's slots on a few rows, as the ledger does in bulk."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from floodmark import engine
from floodmark.ledger.source import Sample
from floodmark.sources import recognise

Row = Mapping[str, str]
Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def connection() -> Iterator[engine.Connection]:
    """Yield one engine for all tests; each read makes its own relation."""
    with engine.memory(threads=1) as opened:
        yield opened


@pytest.fixture
def read(connection: engine.Connection) -> Read:
    """Return a reader: rows of one file in; slots, log and reason out, in the same order."""

    def read_rows(*rows: Row, zone: str | None = None) -> list[dict[str, Any]]:
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        found = recognise(Sample(names, rows[0]))
        assert found is not None, f"nobody claims {names}"
        source, log = found
        return [
            {"log": log, **slots}
            for slots in _slots(connection, source, log, rows, names=[*names], zone=zone)
        ]

    return read_rows


def _slots(
    connection: engine.Connection,
    source: Any,
    log: str,
    rows: Sequence[Row],
    *,
    names: list[str],
    zone: str | None,
) -> list[dict[str, Any]]:
    held = {name.casefold() for name in names}
    columns = [*names, *sorted(name for name in source.columns(log) if name.casefold() not in held)]
    quoted = ", ".join([*map(engine.quote, columns), '"_zone"', '"_n"'])
    marks = ", ".join(["(" + ", ".join(["$" + str(i + 1) for i in range(len(columns))]) + ")"])
    connection.execute("DROP TABLE IF EXISTS native")
    typed = ", ".join(f"{engine.quote(name)} VARCHAR" for name in columns)
    connection.execute(f'CREATE TEMP TABLE native ({typed}, "_zone" VARCHAR, "_n" BIGINT)')
    for number, row in enumerate(rows):
        bound = [row.get(name) or None for name in columns]
        connection.execute(
            f"INSERT INTO native ({quoted}) VALUES {marks[:-1]}, ${len(columns) + 1}, ${len(columns) + 2})",
            [*bound, zone, number],
        )
    slots = source.slots(log)
    table = "native"
    for name, expression in source.prepared(log).items():
        table = f"(SELECT *, ({expression}) AS {engine.quote(name)} FROM {table})"
    told = ", ".join(f"{expression} AS {engine.quote(slot)}" for slot, expression in slots.items())
    native = connection.execute(f"SELECT {told} FROM {table} ORDER BY _n").fetchall()
    reasons = connection.execute(
        f'SELECT {source.reason(log)} FROM (SELECT *, {slots["at"]} AS "at" FROM {table}) ORDER BY _n'
    ).fetchall()
    return [
        dict(zip(slots, values, strict=True)) | {"reason": reason}
        for values, (reason,) in zip(native, reasons, strict=True)
    ]
