"""Customer tables taken in: CSV or Parquet to one sorted Parquet file of text per object.

A snapshot is only worth its rows, so nothing is guessed and nothing is dropped: columns are named
from the header, every line end must belong to a row or stand inside a quoted value, and a table that
is damaged in one place is refused as a whole.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from floodmark import engine, ids
from floodmark.engine import Connection, literal, quote
from floodmark.errors import DatamapError, UsageError
from floodmark.snapshot.datamap import POSITION, Datamap, MappedObject
from floodmark.text import closest, visible

_HERE = Path(__file__).parent
_TEXT = re.compile(
    r"(VARCHAR|ENUM\(.*\)|UUID|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)|DATE|TIME)"
)
_INSTANT = re.compile(r"TIMESTAMP(_S|_MS|_NS)?")


@dataclass(frozen=True)
class Table:
    """One customer table that was taken in."""

    object: str
    rows: int
    columns: tuple[str, ...]
    """Column names in the order of the file."""
    sha256: str
    """Hash of the original bytes."""
    name: str
    """Name of the original file, without its folder."""


@dataclass(frozen=True)
class _Source:
    """One file to read: its columns, and the rows as text."""

    path: Path
    mapped: MappedObject
    columns: tuple[str, ...]
    is_csv: bool
    expressions: tuple[str, ...]
    """One trusted expression per column, giving text, null where empty."""
    references: frozenset[str]
    """Columns that hold record ids."""

    @property
    def shown(self) -> str:
        return visible(self.path.name, limit=80)

    def rows(self) -> str:
        """Return the statement that reads the file.

        Ids are trimmed one level below the rest: macros are pasted in, and one in another grows large.
        """
        inner = ", ".join(
            f"{f'stripped({text})' if name in self.references else text} AS {quote(name)}"
            for text, name in zip(self.expressions, self.columns, strict=True)
        )
        outer = ", ".join(
            f"identity({quote(name)}) AS {quote(name)}" if name in self.references else quote(name)
            for name in self.columns
        )
        return f"SELECT {outer} FROM ({self.reading(inner)})"  # noqa: S608 - quoted names only

    def reading(self, columns: str) -> str:
        """Return a statement that gives `columns`, which are trusted expressions, of the file."""
        path = literal(str(self.path))
        if not self.is_csv:
            return statement("parquet").format(columns=columns, path=path)
        shape = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in self.columns) + "}"
        return statement("csv").format(columns=columns, path=path, shape=shape)


def statement(name: str) -> str:
    """Return a statement of this package by its name."""
    return engine.statement(_HERE / f"{name}.sql").strip()


def macros() -> list[str]:
    """Return the statements that define the macros of this package."""
    return [macro for macro in statement("macros").split(";\n") if macro.strip()]


def define(connection: Connection) -> None:
    """Define the macros that the statements of this package use."""
    for macro in macros():
        connection.execute(macro)


def take(connection: Connection, datamap: Datamap, tables: Mapping[str, Path], folder: Path) -> list[Table]:
    """Write `folder/<Object>.parquet` for every object of the map, and return what was taken in.

    Every column becomes text, an empty value null, and rows are sorted by record id; the id, the `via`
    field and fields named in `relations` are brought to 18 characters. Equal content gives equal bytes,
    whatever the order of rows and the number of threads.

    Args:
        connection: an engine connection.
        datamap: the data map.
        tables: object name to its file: CSV (UTF-8, commas) or Parquet, told by content.
        folder: an existing scratch folder; when an error is raised nothing is left in it.

    Returns:
        One entry per object, sorted by name.

    Raises:
        UsageError: an object has no table or the other way round, or a table is empty, damaged, or
            holds a row without id, an id twice, or a time that cannot be read.
        DatamapError: the map names a column that the table does not have.
    """
    _all_named(datamap, tables)
    define(connection)
    written: list[Path] = []
    try:
        taken: list[Table] = []
        for mapped in datamap.objects:
            written.append(folder / f"{mapped.name}.parquet.part")
            taken.append(_take(connection, datamap, mapped, tables[mapped.name], written[-1]))
        for part in written:
            part.replace(part.with_suffix(""))
    finally:
        for part in written:
            part.unlink(missing_ok=True)
    return taken


def _all_named(datamap: Datamap, tables: Mapping[str, Path]) -> None:
    """Refuse a table without an object, and an object without a table."""
    known = [each.name for each in datamap.objects]
    for name in sorted(tables):
        if name not in known:
            near = closest(name, known)
            raise UsageError(
                f"object {visible(name, limit=80)} is not in the data map{near}",
                hint=f"the map has {', '.join(known)}",
            )
    missing = [name for name in known if name not in tables]
    if missing:
        calls = " ".join(f"{name}=PATH" for name in missing)
        raise UsageError(f"no table given for {', '.join(missing)}", hint=f"add {calls} to the call")


def _take(connection: Connection, datamap: Datamap, mapped: MappedObject, path: Path, part: Path) -> Table:
    """Write one table to `part` and return what it holds."""
    try:
        digest, feeds = _measure(path)
        source = _source(connection, datamap, mapped, path)
    except OSError as error:
        raise UsageError(f"{visible(path.name, limit=80)}: {error.strerror or 'cannot be read'}") from error
    stored = literal(str(part))
    with _damage_named(source):
        order = "ALL" if mapped.id == POSITION else quote(mapped.id)
        engine.rows(connection, statement("store").format(rows=source.rows(), order=order, path=stored))
        count, without, different = _counted(connection, mapped, stored)
        if source.is_csv:
            _nothing_lost(connection, source, count, feeds)
    _check_ids(connection, source, stored, (count, without, different))
    for column in datamap.times(mapped.name):
        _check_times(connection, source, stored, column)
    return Table(mapped.name, count, source.columns, digest, path.name)


def _counted(connection: Connection, mapped: MappedObject, stored: str) -> tuple[int, int, int]:
    """Return the rows of a stored table, those without an id, and the number of different ids."""
    if mapped.id == POSITION:
        (count,) = engine.row(connection, statement("parquet").format(columns="count(*)", path=stored))
        return count, 0, count
    count, without, different = engine.row(
        connection, statement("stored").format(id=quote(mapped.id), path=stored)
    )
    return count, without, different


def _measure(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file and the line feeds in it, counted as if the last line had one."""
    digest = hashlib.sha256()
    feeds = trailing = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            feeds += block.count(b"\n")
            rest = block.rstrip(b"\r\n")
            # Blank lines at the very end hold no record.
            trailing = block[len(rest) :].count(b"\n") + (trailing if not rest else 0)
    return digest.hexdigest(), feeds - trailing + 1


def _source(connection: Connection, datamap: Datamap, mapped: MappedObject, path: Path) -> _Source:
    """Return how to read one file, after checking that it has the columns of the map."""
    with path.open("rb") as file:
        start = file.read(4)
    shown = visible(path.name, limit=80)
    if not start:
        raise UsageError(f"{shown} is empty, expected a header line", hint="export the table again")
    is_csv = start != b"PAR1"
    if is_csv:
        columns = _header(path, shown)
        texts = [f"nullif({quote(name)}, '')" for name in columns]
    else:
        types = _parquet_types(connection, path, shown)
        columns = tuple(types)
        texts = [_as_text(shown, name, kind) for name, kind in types.items()]
    _check_columns(datamap, mapped, columns, shown)
    return _Source(path, mapped, columns, is_csv, tuple(texts), datamap.references(mapped.name))


def _header(path: Path, shown: str) -> tuple[str, ...]:
    """Return the column names of a CSV file."""
    try:
        # Bytes further down are read ahead, and are not the header's fault.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            names = next(csv.reader(file, strict=True), list[str]())
    except csv.Error as error:
        raise UsageError(f"{shown} line 1: the header is no CSV, {error}") from error
    if any("\udc80" <= char <= "\udcff" for name in names for char in name):
        raise UsageError(
            f"{shown} line 1: not UTF-8, expected a CSV file in UTF-8", hint="save the table as CSV UTF-8"
        )
    _check_header(names, shown)
    return tuple(names)


def _check_header(names: Sequence[str], shown: str) -> None:
    """Refuse a column without a name, and two whose names differ in case only."""
    seen: dict[str, str] = {}
    for place, name in enumerate(names, 1):
        if not name.strip():
            raise UsageError(f"{shown} line 1: column {place} has no name", hint="name every column")
        first = seen.setdefault(name.casefold(), name)
        if first is not name:
            raise UsageError(
                f"{shown} line 1: column {visible(name, limit=60)} stands twice", hint="remove one of the two"
            )
    if not names:
        raise UsageError(f"{shown} line 1 is blank, expected a header line")


def _parquet_types(connection: Connection, path: Path, shown: str) -> dict[str, str]:
    """Return column -> engine type of a Parquet file, in the order of the file."""
    reading = statement("parquet").format(columns="*", path=literal(str(path)))
    try:
        described = engine.rows(connection, f"DESCRIBE {reading}")
    except engine.EngineError as error:
        raise UsageError(
            f"{shown} is damaged: its Parquet footer cannot be read", hint="export the table again"
        ) from error
    types = {str(name): str(kind) for name, kind, *_ in described}
    _check_header(list(types), shown)
    return types


def _as_text(shown: str, name: str, kind: str) -> str:
    """Return the expression that gives a Parquet column as canonical text."""
    column = quote(name)
    if kind == "VARCHAR":
        return f"nullif({column}, '')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {column}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    if _INSTANT.fullmatch(kind):
        return f"replace({column}::VARCHAR, ' ', 'T')"
    if _TEXT.fullmatch(kind):
        return f"nullif({column}::VARCHAR, '')"
    raise UsageError(
        f"{shown}: column {visible(name, limit=60)} holds {kind}, expected one plain value per row",
        hint="export the column as text, or leave it out",
    )


def _check_columns(datamap: Datamap, mapped: MappedObject, columns: Sequence[str], shown: str) -> None:
    """Refuse a map that names a column which the table does not have; all missing ones are named."""
    wanted = sorted({*mapped.columns, *datamap.relation_fields(mapped.name), *datamap.listed(mapped.name)})
    lines = [
        f"{shown}: {mapped.name} has no column {visible(name, limit=60)}{closest(name, columns)}"
        for name in wanted
        if name not in columns
    ]
    if lines:
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        header = visible(", ".join(columns), limit=400)
        raise DatamapError(visible(lines[0] + more), hint="\n".join([*lines, f"the table has {header}"]))
    if mapped.id == POSITION and POSITION in map(str.casefold, columns):
        raise DatamapError(
            f"{shown}: {mapped.name} has a column {POSITION}, which stands for the place of a row",
            hint=f"write `id: {POSITION}` for {mapped.name}, or rename the column",
        )


@contextmanager
def _damage_named(source: _Source) -> Generator[None, None, None]:
    """Turn the engine's words about a damaged file into ours."""
    try:
        yield
    except engine.EngineError as error:
        said = str(error)
        if (
            said.startswith(("IO Error", "Out of Memory", "Permission", "Interrupt"))
            and "CSV Error" not in said
        ):
            raise
        raise UsageError(
            f"{source.shown}{_damage(source, said)}", hint="export the table again; nothing was taken in"
        ) from error


def _damage(source: _Source, said: str) -> str:
    """Return place and kind of a damage that the engine found."""
    if not source.is_csv:
        return " is damaged: its Parquet pages cannot be read"
    place = re.search(r"CSV Error on Line: (\d+)", said)
    where = f" line {_line(source.path, int(place[1]))}" if place else ""
    width = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said)
    if width:
        return f"{where}: {width[2]} values, expected {width[1]} as in the header"
    if "unterminated quote" in said:
        return f"{where}: a quote is not closed, or text follows one"
    if "not utf-8" in said or "Invalid unicode" in said:
        return f"{where}: not UTF-8, expected a CSV file in UTF-8"
    if "aximum line size" in said:
        return f"{where}: a row of more than 8 MB"
    return f"{where}: not regular CSV; line ends are mixed, or a quote stands in the wrong place"


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line (from 1) and the values of each record of a CSV file, header first."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        before = 0
        for values in reader:
            yield before + 1, values
            before = reader.line_num


def _line(path: Path, number: int) -> int:
    """Return the line on which a record starts; its number where that cannot be told."""
    try:
        return next(line for place, (line, _) in enumerate(_records(path), 1) if place == number)
    except (StopIteration, csv.Error):
        return number


def _nothing_lost(connection: Connection, source: _Source, count: int, feeds: int) -> None:
    """Check that every line end of the file ends a row or stands inside a value.

    The engine skips blank lines, and reads nothing at all where it takes the line end for another.
    """
    if count + 1 == feeds:
        return
    inside = "+".join(
        f"coalesce(length({c}) - length(replace({c}, chr(10), '')), 0)" for c in map(quote, source.columns)
    )
    (within,) = engine.row(connection, source.reading(f"coalesce(sum({inside}), 0)::BIGINT"))
    within += sum(name.count("\n") for name in source.columns)
    if count + 1 + within != feeds:
        raise UsageError(
            f"{source.shown}: {feeds} lines, but {count} rows and {within} line ends inside values were read",
            hint="remove blank lines, and end every line with LF or CR LF",
        )


def _check_ids(connection: Connection, source: _Source, stored: str, counted: tuple[int, int, int]) -> None:
    """Refuse rows without an id and ids that stand twice."""
    count, without, different = counted
    column = visible(source.mapped.id, limit=60)
    if without:
        raise UsageError(
            f"{source.shown}: {without} rows have no id in column {column}{_where(source, None)}",
            hint="every row needs its record id",
        )
    if different < count:
        (twice,) = engine.row(
            connection, statement("repeated").format(id=quote(source.mapped.id), path=stored)
        )
        raise UsageError(
            f"{source.shown}: id {visible(twice, limit=60)} stands more than once{_where(source, twice)}",
            hint="a snapshot holds each record once, as it was at one time",
        )


def _where(source: _Source, wanted: str | None) -> str:
    """Return the first lines whose id is `wanted`, in words; the empty string for Parquet."""
    if not source.is_csv:
        return ""
    place = source.columns.index(source.mapped.id)
    lines: list[str] = []
    try:
        for line, values in _records(source.path):
            value = values[place].strip() if place < len(values) else ""
            if line > 1 and ((ids.canonical(value) or value) or None) == wanted:
                lines.append(str(line))
            if len(lines) == (2 if wanted else 1):
                break
    except csv.Error:
        return ""
    return f", line {' and '.join(lines)}" if lines else ""


def _check_times(connection: Connection, source: _Source, stored: str, column: str) -> None:
    """Refuse a created or changed time that cannot be read as a point in time."""
    known = sorted(source.references & set(source.columns)) or [column]
    find = statement("unreadable_time").format(
        id=quote(known[0] if source.mapped.id == POSITION else source.mapped.id),
        column=quote(column),
        path=stored,
    )
    found = engine.rows(connection, find)
    if found:
        ((record, value),) = found
        raise UsageError(
            f"{source.shown}: {visible(column, limit=60)} of {visible(record, limit=60)} is "
            f"{visible(value, limit=60)}, expected a time with offset (2025-06-28T02:11:09Z) or a date",
            hint="export times with their offset",
        )
