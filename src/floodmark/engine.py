"""The embedded engine (DuckDB): the only module that opens a connection.

Settings that keep evidence exact are made here: nothing is fetched at run time, times are plain UTC
timestamps, and no column is ever guessed. Statements that depend on data are put together from
trusted expressions and quoted names; every value from a log, a path or a call is bound or quoted.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

Connection = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
OutOfMemory = duckdb.OutOfMemoryException
# What the content of a file can cause; a full disk or too little memory is none of these.
InputError = (
    duckdb.DataError,
    duckdb.InvalidInputException,
    duckdb.NotSupportedError,
    duckdb.BinderException,
)
_LOCKED_DOWN = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_progress_bar = false",
)


def quote(name: str) -> str:
    """Return `name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return `value` as a quoted string literal, for the few places that take no bound value."""
    return "'" + value.replace("'", "''") + "'"


def paths(files: Iterable[Path]) -> str:
    """Return a list literal of file names, in the order given."""
    return "[" + ", ".join(literal(str(file)) for file in files) + "]"


def tokens(sql: str) -> list[str]:
    """Return the pieces of `sql` as the engine reads it: a text or a quoted name is one piece."""
    text = sql.encode()
    starts = [start for start, _ in duckdb.tokenize(sql)]
    ends = [*starts[1:], len(text)]
    return [text[start:end].decode().strip() for start, end in zip(starts, ends, strict=True)]


@contextmanager
def memory(
    *, threads: int | None = None, limit_mb: int = 4096, scratch: Path | None = None
) -> Generator[Connection]:
    """Yield a connection to an empty in-memory database and close it afterwards.

    Args:
        threads: worker threads; None takes the number of cores.
        limit_mb: memory for the engine's own buffers, in megabytes; beyond it work spills.
        scratch: folder for spilled data; None makes a private one that is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="floodmark-", dir=scratch) as spill:
        connection = duckdb.connect(":memory:")
        try:
            _prepare(connection, threads or os.cpu_count() or 1, limit_mb, spill)
            yield connection
        finally:
            connection.close()


def _prepare(connection: Connection, threads: int, limit_mb: int, spill: str) -> None:
    """Apply the settings and define the macros that every statement may use."""
    for setting in _LOCKED_DOWN:
        connection.execute(setting)
    connection.execute(f"SET threads = {int(threads)}")
    connection.execute(f"SET memory_limit = '{int(limit_mb)}MB'")
    connection.execute(f"SET temp_directory = {literal(spill)}")
    connection.execute("SET TimeZone = 'UTC'")
    for macro in statement(Path(__file__).with_name("macros.sql")).split(";\n"):
        if macro.strip():
            connection.execute(macro)


def statement(file: Path) -> str:
    """Return the text of a named statement, comments left out."""
    return re.sub(r"^\s*--.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)


def rows(
    connection: Connection, sql: str, bound: Iterable[Any] | Mapping[str, Any] = ()
) -> list[tuple[Any, ...]]:
    """Run `sql` with `bound` values and return all rows; a result is always read to its end."""
    return connection.execute(sql, bound or None).fetchall()


def row(connection: Connection, sql: str, bound: Iterable[Any] | Mapping[str, Any] = ()) -> tuple[Any, ...]:
    """Run `sql` and return its only row."""
    found = rows(connection, sql, bound)
    if len(found) != 1:
        message = f"expected one row, found {len(found)}"
        raise ValueError(message)
    return found[0]


@dataclass(frozen=True)
class Kept:
    """One derived table: its name, the statement that made it, how many rows it holds."""

    name: str
    sql: str
    row_count: int


@dataclass
class Engine:
    """A connection that remembers each table it derived, for the evidence of a result."""

    connection: Connection
    kept: list[Kept] = field(default_factory=list[Kept])

    def keep(
        self,
        name: str,
        sql: str,
        bound: Iterable[Any] | Mapping[str, Any] = (),
        *,
        without: Path | None = None,
    ) -> int:
        """Store the result of `sql` as table `name`, remember both, and return the row count.

        `without`: a scratch folder, another each time, that is left out of what is remembered.
        """
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS {sql}", bound or None)
        (count,) = row(self.connection, f"SELECT count(*) FROM {quote(name)}")
        self.kept.append(Kept(name, sql.replace(f"{without}/", "") if without else sql, count))
        return count

    def keep_table(self, name: str, table: pa.Table) -> None:
        """Store rows that were made in Python as a table."""
        self.connection.register("given", table)
        self.keep(name, "SELECT * FROM given")
        self.connection.unregister("given")

    @contextmanager
    def small_sides_held(self) -> Generator[None]:
        """Let joins hold in memory the side that a statement names second, so name the small one second.

        Left to itself the engine guesses that the filtered rows of the logs are few, and holds all of them.
        """
        self.connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        try:
            yield
        finally:
            self.connection.execute("RESET disabled_optimizers")

    def rows(self, sql: str, bound: Iterable[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run `sql` and return all rows."""
        return rows(self.connection, sql, bound)

    def row(self, sql: str, bound: Iterable[Any] | Mapping[str, Any] = ()) -> tuple[Any, ...]:
        """Run `sql` and return its only row."""
        return row(self.connection, sql, bound)
