"""The careful reader: for files that the engine's strict reader refuses.

It separates what can be read from what cannot, byte for byte, and leaves the good records to the
engine. It loops in Python, which only damaged files pay for.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

import pyarrow as pa
from pyarrow import parquet

FIELD_LIMIT = 64 << 20
# How far an open quote is followed before the line that opened it counts as broken.
LINES_PER_RECORD = 5_000
BATCH_ROWS, BATCH_CHARACTERS = 20_000, 32 << 20


@dataclass(frozen=True)
class Bad:
    """A record, or the rest of a file, that cannot be read."""

    row: int
    """1-based number among the records of the file, bad ones counted."""
    position: str
    reason: str
    cut: bool = False
    """Whether everything from here on is lost."""


@dataclass
class Cleaned:
    """What a file gave: the number of its last good record (0: none), and the bad ones."""

    last: int = 0
    bad: list[Bad] = field(default_factory=list[Bad])


def clean_csv(source: Path, target: Path, *, width: int) -> Cleaned:
    """Write every well-formed record of `source` to the Parquet file `target`: `_row`, c0, c1, ...

    A record is well formed when it is UTF-8, its quotes close, and it has `width` fields. A record
    whose quotes never close is given up at its first line and reading goes on at the next, so one
    lost quote costs one line. Blank lines between records are no records.
    """
    csv.field_size_limit(FIELD_LIMIT)
    found = Cleaned()
    with source.open("rb") as stream, _Batches(target, width) as batches:
        lines = _Lines(stream)
        lines.take(closed=True)
        row = 0
        while not lines.done():
            number, record = lines.take(closed=True)
            if not record.strip(b"\r\n"):
                continue
            row += 1
            fields, reason = _fields(record, width)
            if fields is None and record.count(b"\n") > 1:
                lines.give_back(record)
                number, record = lines.take(closed=False)
                fields, reason = _fields(record, width)
            if fields is None:
                found.bad.append(Bad(row, f"line {number}", reason))
            else:
                found.last = row
                batches.add(row, fields)
    return found


def _fields(record: bytes, width: int) -> tuple[list[str] | None, str]:
    """Return the fields of one well-formed record of `width` fields, or None and why it is none."""
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, f"byte {error.start} of the record is not UTF-8"
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return None, f"not well-formed CSV: {error}"
    if len(parsed) != 1:
        return None, f"expected one record, found {len(parsed)}"
    if len(parsed[0]) != width:
        return None, f"has {len(parsed[0])} fields, expected {width}"
    return parsed[0], ""


class _Batches:
    """A Parquet file of records, written some thousand at a time."""

    def __init__(self, target: Path, width: int) -> None:
        names = [
            pa.field("_row", pa.int64()),
            *(pa.field(f"c{place}", pa.string()) for place in range(width)),
        ]
        self.schema = pa.schema(names)
        self.writer = parquet.ParquetWriter(target, self.schema)
        self.rows: list[int] = []
        self.records: list[list[str]] = []
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self.writer.close()

    def add(self, row: int, fields: list[str]) -> None:
        """Take one record; a full batch is written."""
        self.rows.append(row)
        self.records.append(fields)
        self.size += sum(map(len, fields))
        if self.size > BATCH_CHARACTERS or len(self.rows) >= BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self.rows:
            columns = [pa.array(column, pa.string()) for column in zip(*self.records, strict=True)]
            self.writer.write_table(pa.table([pa.array(self.rows, pa.int64()), *columns], schema=self.schema))
        self.rows, self.records, self.size = [], [], 0


class _Lines:
    """Physical lines with their numbers; a record can be taken back line by line."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.number = 0
        self.waiting: deque[bytes] = deque()

    def _line(self) -> bytes:
        return self.waiting.popleft() if self.waiting else self.stream.readline(FIELD_LIMIT)

    def done(self) -> bool:
        """Say whether no line is left."""
        if not self.waiting and (line := self.stream.readline(FIELD_LIMIT)):
            self.waiting.append(line)
        return not self.waiting

    def take(self, *, closed: bool) -> tuple[int, bytes]:
        """Return the number of the next line and, when `closed`, the lines up to an even quote count."""
        first = self.number + 1
        taken = [self._line()]
        quotes = taken[0].count(b'"')
        while closed and quotes % 2 and len(taken) < LINES_PER_RECORD and (line := self._line()):
            taken.append(line)
            quotes += line.count(b'"')
        self.number += len(taken)
        return first, b"".join(taken)

    def give_back(self, record: bytes) -> None:
        """Put the lines of `record` back in front of what is left."""
        lines = record.splitlines(keepends=True) if b"\r" not in record else _split(record)
        self.waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def _split(record: bytes) -> list[bytes]:
    """Return lines ended by a line feed only; a lone carriage return ends none."""
    return [line + b"\n" for line in record.split(b"\n")[:-1]] + (
        [tail] if (tail := record.split(b"\n")[-1]) else []
    )


# Members of an answer beside its records; blanks, commas and closing brackets between records.
_MEMBER = r'"(?:totalSize|done|nextRecordsUrl|queryLocator)"\s*:\s*(?:"[^"]*"|[^,{}\[\]"]+)'
_ANSWER = re.compile(rf'\{{\s*(?:{_MEMBER}\s*,\s*)*"records"\s*:\s*\[')
_BETWEEN = re.compile(rf"(?:[\s,\]}}\ufeff]|{_MEMBER})*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def salvage_json(source: Path) -> Iterator[tuple[int, str] | Bad]:
    """Yield (number, record text) for each record that can still be read, then what broke.

    The file may hold one value or several: objects, arrays of objects, or answers with a `records`
    list. Reading stops at the first byte that fits nowhere; the rest is one bad record.
    """
    text = source.read_bytes().decode("utf-8", "surrogateescape")
    place, row = 0, 0
    while (place := _next(text, place)) < len(text):
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            reason = f"not well-formed JSON from here on: {_short(error)}"
            yield Bad(row + 1, f"byte {_byte(text, place)}", reason, cut=True)
            return
        for record in _records(value, text[place:end]):
            row += 1
            yield (row, record) if _is_text(record) else Bad(row, f"row {row}", "not UTF-8")
        place = end


def first_record(text: str) -> str | None:
    """Return the text of the first record of a JSON file that begins with `text`, or None when it is cut."""
    place = _next(text, 0)
    try:
        value, end = _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None
    return next(iter(_records(value, text[place:end])), None)


def _next(text: str, place: int) -> int:
    """Return where the next record begins: past what separates records, inside arrays and answers."""
    while True:
        found = _BETWEEN.match(text, place)
        here = found.end() if found else place
        if text[here : here + 1] == "[":
            here += 1
        elif opened := _ANSWER.match(text, here):
            here = opened.end()
        if here == place:
            return place
        place = here


def _records(value: object, text: str) -> Iterator[str]:
    """Yield the text of each record that one decoded value holds; an answer in an unusual order is opened."""
    if isinstance(value, dict) and isinstance(value.get("records"), list) and "done" in value:
        for record in value["records"]:  # pyright: ignore[reportUnknownVariableType]
            yield json.dumps(record, ensure_ascii=False)
    else:
        yield text


def _is_text(value: str) -> bool:
    """Say whether a text decoded with escapes was UTF-8."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _byte(text: str, place: int) -> int:
    return len(text[:place].encode("utf-8", "surrogateescape"))


def _short(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).split(":", maxsplit=1)[0].lower()
