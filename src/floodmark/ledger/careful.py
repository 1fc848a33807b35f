"""The careful reader: for files that the engine's strict reader refuses.

It separates what can be read from what cannot, byte for byte, and leaves the good records to the
engine. It loops in Python, which only damaged files pay for.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

FIELD_LIMIT = 64 << 20
# How far an open quote is followed before the line that opened it counts as broken.
LINES_PER_RECORD = 5_000


@dataclass(frozen=True)
class Bad:
    """A record, or the rest of a file, that cannot be read."""

    row: int
    """1-based number among the records of the file, bad ones counted."""
    position: str
    reason: str


@dataclass
class Cleaned:
    """What is left of a file: the number of each good record, and the bad ones."""

    rows: list[int] = field(default_factory=list[int])
    bad: list[Bad] = field(default_factory=list[Bad])


def clean_csv(source: Path, target: Path, *, width: int) -> Cleaned:
    """Copy the header and every well-formed record of `source` to `target`.

    A record is well formed when it is UTF-8, its quotes close, and it has `width` fields. A record
    whose quotes never close is given up at its first line and reading goes on at the next, so one
    lost quote costs one line. Blank lines between records are no records.
    """
    csv.field_size_limit(FIELD_LIMIT)
    found = Cleaned()
    with source.open("rb") as stream, target.open("wb") as out:
        lines = _Lines(stream)
        _, header = lines.take(closed=True)
        out.write(header if header.endswith(b"\n") else header + b"\n")
        row = 0
        while not lines.done():
            number, record = lines.take(closed=True)
            if not record.strip(b"\r\n"):
                continue
            row += 1
            reason = _fault(record, width)
            if reason and record.count(b"\n") > 1:
                lines.give_back(record)
                number, record = lines.take(closed=False)
                reason = _fault(record, width) or reason
            if reason:
                found.bad.append(Bad(row, f"line {number}", reason))
            else:
                found.rows.append(row)
                out.write(record if record.endswith(b"\n") else record + b"\n")
    return found


def _fault(record: bytes, width: int) -> str | None:
    """Return why `record` is not one well-formed CSV record of `width` fields."""
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start} of the record is not UTF-8"
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return f"not well-formed CSV: {error}"
    if len(parsed) != 1:
        return f"expected one record, found {len(parsed)}"
    return None if len(parsed[0]) == width else f"has {len(parsed[0])} fields, expected {width}"


class _Lines:
    """Physical lines with their numbers; a record can be taken back line by line."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.number = 0
        self.waiting: list[bytes] = []

    def _line(self) -> bytes:
        return self.waiting.pop(0) if self.waiting else self.stream.readline(FIELD_LIMIT)

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
        self.waiting[:0] = lines
        self.number -= len(lines)


def _split(record: bytes) -> list[bytes]:
    """Return lines ended by a line feed only; a lone carriage return ends none."""
    return [line + b"\n" for line in record.split(b"\n")[:-1]] + ([tail] if (tail := record.split(b"\n")[-1]) else [])


_OPENING = re.compile(r"\s*")


def salvage_json(source: Path) -> Iterator[tuple[int, str] | Bad]:
    """Yield (number, record text) for each record object that can still be read, then what broke.

    The file may hold one value or several: objects, arrays of objects, or answers with a `records`
    list. Reading stops at the first byte that fits nowhere; the rest is one bad record.
    """
    text = source.read_bytes().decode("utf-8", "surrogateescape")
    decoder = json.JSONDecoder()
    place, row = 0, 0
    while (place := _skip(text, place)) < len(text):
        start = _record_start(text, place)
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            yield Bad(row + 1, f"byte {_byte(text, start)}", f"not well-formed JSON from here on: {_short(error)}")
            return
        for record in _records(value):
            row += 1
            yield row, json.dumps(record, ensure_ascii=False)
        place = end


def _record_start(text: str, place: int) -> int:
    """Step into an array, or into the `records` list of an answer; elsewhere stay."""
    if text[place] == "[":
        return _skip(text, place + 1)
    answer = re.compile(r'\{\s*(?:"(?:totalSize|done|nextRecordsUrl|queryLocator)"\s*:\s*(?:"[^"]*"|[^,{}\[\]"]+)\s*,\s*)*"records"\s*:\s*\[')
    found = answer.match(text, place)
    return _skip(text, found.end()) if found else place


def _skip(text: str, place: int) -> int:
    """Skip blanks, separators and closing brackets between records, and an answer's own trailing members."""
    trailing = re.compile(r'(?:[\s,\]}\ufeff]|"(?:totalSize|done|nextRecordsUrl|queryLocator)"\s*:\s*(?:"[^"]*"|[^,{}\[\]"]+))*')
    found = trailing.match(text, place)
    return found.end() if found else place


def _records(value: object) -> list[object]:
    """Return the records that one decoded value holds."""
    if isinstance(value, list):
        return [record for each in value for record in _records(each)]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict) and isinstance(value.get("records"), list) and "done" in value:
        return list(value["records"])  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return [value]


def _byte(text: str, place: int) -> int:
    return len(text[:place].encode("utf-8", "surrogateescape"))


def _short(error: BaseException) -> str:
    return str(error).split(":", maxsplit=1)[0].lower() or "nested too deeply"
