"""One file to one or more ledger parts: recognise, read in bulk, type, count.

1. The form is told from the first bytes: CSV, JSON (one value, several, or one a line), or neither.
2. The engine's strict reader takes the file, every column as text. Its row count must account for
   every line feed of the file; if it does not, or if it refuses, the careful reader separates good
   records from bad ones and the engine reads the good ones.
3. The source's expressions fill the slots; a row that fails the source's test keeps its place with
   the reason.
4. The part is sorted by time and written as Parquet; columns that no slot carries are kept beside
   the slots under `native.NAME`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from floodmark.engine import Connection, EngineError, literal, quote, row, rows
from floodmark.errors import UsageError
from floodmark.evidence import Plain
from floodmark.ledger.careful import Bad, clean_csv, salvage_json
from floodmark.ledger.source import SLOTS, Sample, Source

Recognise = Callable[[Sample], tuple[Source, str] | None]
HEAD_BYTES = 1 << 20
LINE_LIMIT = 64 << 20
UNKNOWN_LOG = "unknown"
_SEPARATOR = "chr(31)"


@dataclass(frozen=True)
class Part:
    """One Parquet file of rows from one item and one log, not yet in the ledger."""

    path: Path
    log: str


@dataclass(frozen=True)
class Converted:
    """What a file became."""

    parts: tuple[Part, ...]
    damage: str | None


@dataclass(frozen=True)
class File:
    """A file to convert."""

    plain: Plain
    sha256: str
    zone: str | None
    scratch: Path


def convert(connection: Connection, file: File, recognise: Recognise) -> Converted:
    """Read one file into parts under its scratch folder.

    Raises:
        UsageError: the file's times carry no zone and none was stated.
    """
    if not file.plain.size:
        return Converted((), file.plain.damage or "file is empty")
    with file.plain.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    opening = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if opening in {b"{", b"["}:
        converted = _convert_json(connection, file, recognise)
    else:
        converted = _convert_csv(connection, file, recognise, head)
    return Converted(converted.parts, file.plain.damage or converted.damage)


# --- CSV -----------------------------------------------------------------------------------------


def _convert_csv(connection: Connection, file: File, recognise: Recognise, head: bytes) -> Converted:
    sample = csv_sample(head)
    claim = recognise(sample) if sample else None
    if sample is None or claim is None:
        return _not_a_log(connection, file, "not a log that Floodmark reads")
    source, log = claim
    _require_zone(source, sample, file)
    relation, bad = _csv_relation(connection, file, sample.names)
    part = _write(connection, file, _Raw(relation, sample.names, source, log))
    extra = _write_bad(connection, file, log, bad) if bad else ()
    return Converted((part, *extra), bad[-1].reason if bad and _is_last(connection, part, bad) else None)


def _is_last(connection: Connection, part: Part, bad: Sequence[Bad]) -> bool:
    """Say whether the file's last record is a bad one: then the file was cut."""
    (last,) = row(connection, f"SELECT coalesce(max(row), 0) FROM read_parquet({literal(str(part.path))})")
    return bad[-1].row > last


def csv_sample(head: bytes) -> Sample | None:
    """Return header and first record of a CSV from its first bytes, or None when they have no such form."""
    if b"\0" in head[:4096]:
        return None
    text = head.decode("utf-8-sig", "replace")
    csv.field_size_limit(LINE_LIMIT)
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        names = next(reader, [])
        first = next(reader, [])
    except csv.Error:
        return None
    folded = {name.casefold() for name in names}
    if len(names) < 2 or len(folded) != len(names) or any(not name.strip() for name in names):  # noqa: PLR2004
        return None
    return Sample(tuple(names), dict(zip(names, first, strict=False)))


def _csv_relation(connection: Connection, file: File, names: Sequence[str]) -> tuple[str, list[Bad]]:
    """Return a relation of the file's good records, `_row` first, and the bad ones."""
    relation = _csv_scan(file.plain.path, names)
    if _accounts_for_all(connection, relation, file.plain, names):
        return relation, []
    target = file.scratch / f"clean-{file.sha256}.csv"
    cleaned = clean_csv(file.plain.path, target, width=len(names))
    numbers = pa.table({"_clean": range(1, len(cleaned.rows) + 1), "_row": pa.array(cleaned.rows, pa.int64())})
    connection.register("cleaned_rows", numbers)
    connection.execute("CREATE OR REPLACE TEMP TABLE cleaned_row AS SELECT * FROM cleaned_rows")
    connection.unregister("cleaned_rows")
    columns = ", ".join(f"scan.{quote(name)}" for name in names)
    joined = f"(SELECT cleaned_row._row, {columns} FROM (SELECT _row AS _clean, * EXCLUDE (_row) FROM {_csv_scan(target, names)}) scan JOIN cleaned_row USING (_clean))"
    return joined, cleaned.bad


def _csv_scan(path: Path, names: Sequence[str]) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"(SELECT row_number() OVER () AS _row, * FROM read_csv({literal(str(path))}, header = true, auto_detect = false,"
        f" delim = ',', quote = '\"', escape = '\"', strict_mode = true, null_padding = false,"
        f" max_line_size = {LINE_LIMIT}, columns = {{{columns}}}))"
    )


def _accounts_for_all(connection: Connection, relation: str, plain: Plain, names: Sequence[str]) -> bool:
    """Say whether the strict reader takes the file and every line feed of it is accounted for.

    The engine can skip input without a word (carriage returns, blank lines), so its count is proven
    against the bytes: header and rows end in one line feed each, all others stand inside a field.
    """
    with plain.path.open("rb") as stream:
        stream.seek(-1, io.SEEK_END)
        ends = plain.newlines + (stream.read(1) != b"\n")
    try:
        # Every column is touched: an unread column is not checked for invalid UTF-8.
        touched = " + ".join(f"coalesce(strlen({quote(name)}), 0)" for name in names)
        found, _ = row(connection, f"SELECT count(*), sum({touched}) FROM {relation}")
        if found + 1 == ends:
            return True
        feeds = " + ".join(
            f"coalesce(length({quote(name)}) - length(replace({quote(name)}, chr(10), '')), 0)" for name in names
        )
        (inside,) = row(connection, f"SELECT coalesce(sum({feeds}), 0) FROM {relation}")
    except EngineError:
        return False
    header_feeds = sum(name.count("\n") for name in names)
    return bool(found + 1 + inside + header_feeds == ends)


# --- JSON ----------------------------------------------------------------------------------------


def _convert_json(connection: Connection, file: File, recognise: Recognise) -> Converted:
    bad = _load_records(connection, file)
    parts: list[Part] = []
    for source, log, names, forms in _claims(connection, file, recognise):
        relation = _json_relation(names, forms)
        parts.append(_write(connection, file, _Raw(relation, names, source, log)))
    strangers = rows(
        connection,
        "SELECT _row FROM record WHERE form NOT IN (SELECT form FROM claimed) ORDER BY _row",
    )
    known = bool(parts)
    bad += [Bad(number, f"row {number}", "record is of no log that Floodmark reads") for (number,) in strangers]
    if not known and not any("JSON" in each.reason for each in bad):
        return _not_a_log(connection, file, "not a log that Floodmark reads")
    log = parts[0].log if len(parts) == 1 else UNKNOWN_LOG
    extra = _write_bad(connection, file, log, sorted(bad, key=lambda each: each.row)) if bad else ()
    broken = next((each.reason for each in bad if "from here on" in each.reason), None)
    return Converted((*parts, *extra), broken)


def _load_records(connection: Connection, file: File) -> list[Bad]:
    """Make the table record(_row, record, form): one row for each record object of the file."""
    bad: list[Bad] = []
    if not (_load_lines(connection, file.plain) or _load_whole(connection, file.plain)):
        good: list[tuple[int, str]] = []
        for each in salvage_json(file.plain.path):
            bad.append(each) if isinstance(each, Bad) else good.append(each)
        if file.plain.newlines > 1 and (lines := _load_good_lines(connection, file.plain, len(good))) is not None:
            return _formed(connection, lines)
        table = pa.table({"_row": pa.array([n for n, _ in good], pa.int64()), "record": pa.array([t for _, t in good], pa.string())})
        connection.register("salvaged", table)
        connection.execute("CREATE OR REPLACE TEMP TABLE raw_record AS SELECT * FROM salvaged")
        connection.unregister("salvaged")
    return _formed(connection, bad)


def _formed(connection: Connection, bad: list[Bad]) -> list[Bad]:
    """Add to each record its form: its stated type, or else its sorted keys."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE record AS SELECT _row, record,
             coalesce('type ' || json_extract_string(record, '$.attributes.type'),
                      'keys ' || CASE WHEN json_type(record) = 'OBJECT' THEN list_sort(json_keys(record))::VARCHAR END,
                      'none') AS form
           FROM raw_record"""
    )
    return bad


_LINES = (
    "read_csv({path}, header = false, auto_detect = false, delim = '\x01', quote = '', escape = '',"
    " columns = {{'line': 'VARCHAR'}}, strict_mode = false, null_padding = false, max_line_size = {limit})"
)
# An answer in one line gives its records; any other object is a record itself.
_EXPAND = """
    SELECT row_number() OVER (ORDER BY _line, place) AS _row, record FROM (
        SELECT _line, 0 AS place, line AS record FROM good WHERE NOT answer
        UNION ALL
        SELECT _line, unnest(generate_series(1, len(list))) AS place, unnest(list) AS record
        FROM (SELECT _line, json_extract(line, '$.records[*]')::VARCHAR[] AS list FROM good WHERE answer))
"""
_IS_ANSWER = "coalesce(json_type(line, '$.records') = 'ARRAY' AND json_type(line, '$.done') = 'BOOLEAN', false)"


def _load_lines(connection: Connection, plain: Plain) -> bool:
    """Load a file of one object a line, when every line is one; the usual case, in bulk."""
    if not _read_lines(connection, plain):
        return False
    (odd,) = row(connection, "SELECT count(*) FROM line WHERE line IS NOT NULL AND NOT json_object_text(line)")
    if odd:
        return False
    _expand(connection)
    return True


def _read_lines(connection: Connection, plain: Plain) -> bool:
    scan = _LINES.format(path=literal(str(plain.path)), limit=LINE_LIMIT)
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE line AS SELECT row_number() OVER () AS _line,"
            f" nullif(trim(line, chr(13) || ' ' || chr(9) || chr(65279)), '') AS line FROM {scan}"
        )
    except EngineError:
        return False
    (count,) = row(connection, "SELECT count(*) FROM line")
    return count in {plain.newlines, plain.newlines + 1}


def _expand(connection: Connection) -> None:
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE good AS SELECT _line, line, {_IS_ANSWER} AS answer FROM line"
        " WHERE json_object_text(line)"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_record AS {_EXPAND}")


def _load_good_lines(connection: Connection, plain: Plain, whole: int) -> list[Bad] | None:
    """Load the good lines of a file of one object a line, when that keeps more than `whole` records."""
    if not _read_lines(connection, plain):
        return None
    (good,) = row(connection, "SELECT count(*) FROM line WHERE json_object_text(line)")
    if good <= whole:
        return None
    connection.execute("CREATE OR REPLACE TEMP TABLE raw_record AS SELECT _line AS _row, line AS record FROM line WHERE json_object_text(line)")
    broken = rows(connection, "SELECT _line, _line = max(_line) OVER () FROM line WHERE line IS NOT NULL AND NOT json_object_text(line) ORDER BY 1")
    last = row(connection, "SELECT max(_line) FROM line WHERE line IS NOT NULL")[0]
    return [
        Bad(number, f"line {number}", "not well-formed JSON" + (" from here on" if number == last else ""))
        for number, _ in broken
    ]


def _load_whole(connection: Connection, plain: Plain) -> bool:
    """Load a file that is one JSON value: an array, an answer with records, or one record."""
    try:
        text = plain.path.read_text("utf-8-sig")
        (kind,) = row(connection, "SELECT CASE WHEN json_valid($1) THEN json_type($1) END", [text])
        if kind not in {"ARRAY", "OBJECT"}:
            return False
        where = "$[*]" if kind == "ARRAY" else "$.records[*]"
        (answer,) = row(connection, "SELECT json_type($1, '$.records') = 'ARRAY'", [text])
        listed = kind == "ARRAY" or answer
        sql = (
            f"SELECT unnest(generate_series(1, len(list))) AS _row, unnest(list) AS record FROM (SELECT json_extract($1, '{where}')::VARCHAR[] AS list)"
            if listed
            else "SELECT 1 AS _row, $1 AS record"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_record AS {sql}", [text])
    except (EngineError, UnicodeDecodeError):
        return False
    return True


def _claims(
    connection: Connection, file: File, recognise: Recognise
) -> list[tuple[Source, str, tuple[str, ...], list[str]]]:
    """Return (source, log, keys, forms) for each log in the file, ordered by log."""
    logs: dict[str, tuple[Source, list[str]]] = {}
    keys: dict[str, set[str]] = {}
    connection.execute("CREATE OR REPLACE TEMP TABLE claimed (form VARCHAR)")
    samples = rows(connection, "SELECT form, arg_min(record, _row) FROM record GROUP BY form ORDER BY form")
    for form, record in samples:
        value = json.loads(record) if form != "none" else {}
        first = {name: each if isinstance(each, str) else json.dumps(each) for name, each in value.items() if each is not None}
        claim = recognise(Sample(tuple(value), first))
        if claim is None:
            continue
        source, log = claim
        _require_zone(source, Sample(tuple(value), first), file)
        logs.setdefault(log, (source, []))[1].append(form)
        connection.execute("INSERT INTO claimed VALUES ($1)", [form])
        found = rows(connection, "SELECT DISTINCT unnest(json_keys(record)) FROM record WHERE form = $1", [form])
        keys.setdefault(log, set()).update(name for (name,) in found)
    return [(source, log, tuple(sorted(keys[log])), forms) for log, (source, forms) in sorted(logs.items())]


def _json_relation(names: Sequence[str], forms: Sequence[str]) -> str:
    paths = ", ".join(literal('$."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"') for name in names)
    columns = ", ".join(f"list[{place}] AS {quote(name)}" for place, name in enumerate(names, start=1))
    chosen = ", ".join(literal(form) for form in forms)
    return f"(SELECT _row, {columns} FROM (SELECT _row, json_extract_string(record, [{paths}]) AS list FROM record WHERE form IN ({chosen})))"


# --- writing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Raw:
    """A relation of text columns, and the source that reads it."""

    relation: str
    names: tuple[str, ...]
    source: Source
    log: str


def _require_zone(source: Source, sample: Sample, file: File) -> None:
    if file.zone is None and source.needs_zone(sample):
        raise UsageError(
            "times in this file carry no zone", hint="state the zone in which it was saved: --timezone Australia/Sydney"
        )


def _write(connection: Connection, file: File, raw: _Raw) -> Part:
    """Fill the slots and write the part, sorted by time and row."""
    path = file.scratch / f"part-{file.sha256}-{raw.log.rpartition('.')[2]}.parquet"
    slots = raw.source.slots(raw.log)
    wanted = [name for name in sorted(raw.source.columns(raw.log)) if not _has(raw.names, name)]
    given = ", ".join(f"nullif({quote(name)}, '') AS {quote(name)}" for name in raw.names)
    absent = "".join(f", NULL::VARCHAR AS {quote(name)}" for name in wanted)
    zone = literal(file.zone) if file.zone else "NULL::VARCHAR"
    prepared = f'(SELECT _row, {given}{absent}, {zone} AS "_zone" FROM {raw.relation})'
    for name, expression in raw.source.prepared(raw.log).items():
        prepared = f"(SELECT *, ({expression}) AS {quote(name)} FROM {prepared})"
    filled = ", ".join(f"({slots.get(slot, 'NULL')})::{kind} AS {quote(slot)}" for slot, kind in SLOTS.items())
    kept = [name for name in raw.names if name not in raw.source.verbatim(raw.log)]
    native = "".join(f", {quote(name)} AS {quote('native.' + name)}" for name in kept)
    connection.execute(
        f"""COPY (SELECT {literal(raw.log)} AS log, {literal(file.sha256)} AS item, _row AS row,
                    substr(sha256({literal(raw.log)} || chr(0) || coalesce('id ' || "uid", 'row ' || _content)), 1, 32) AS key,
                    {", ".join(quote(slot) for slot in SLOTS)}, reason,
                    CASE WHEN reason IS NOT NULL THEN 'row ' || _row END AS position{_renamed(kept)}
             FROM (SELECT _row, {filled}, ({raw.source.reason(raw.log)}) AS reason, {_content(raw.names)} AS _content{native}
                   FROM {prepared})
             ORDER BY "at" NULLS LAST, row)
            TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"""
    )
    return Part(path, raw.log)


def _renamed(kept: Sequence[str]) -> str:
    return "".join(f", {quote('native.' + name)}" for name in kept)


def _has(names: Sequence[str], name: str) -> bool:
    return name.casefold() in {each.casefold() for each in names}


def _content(names: Sequence[str]) -> str:
    """Return an expression for the whole row: the same for the same values, whatever the column order.

    Columns without a value do not count, so a new empty column changes nothing. A value that holds
    the separator itself adds the lengths of all values, so that no two rows read alike.
    """
    ordered = sorted(names)
    joined = ", ".join(f"{literal(name + '=')} || {quote(name)}" for name in ordered)
    lengths = ", ".join(f"strlen({quote(name)})" for name in ordered)
    text = f"concat_ws({_SEPARATOR}, {joined})"
    given = " + ".join(f"({quote(name)} IS NOT NULL)::INTEGER" for name in ordered)
    apart = f"length({text}) - length(replace({text}, {_SEPARATOR}, '')) >= {given}"
    return f"{text} || CASE WHEN {apart} THEN concat_ws(',', {lengths}) ELSE '' END"


def _write_bad(connection: Connection, file: File, log: str, bad: Sequence[Bad]) -> tuple[Part, ...]:
    """Write the records that the careful reader set aside, so that they are kept and counted."""
    table = pa.table(
        {
            "row": pa.array([each.row for each in bad], pa.int64()),
            "position": pa.array([each.position for each in bad], pa.string()),
            "reason": pa.array([each.reason for each in bad], pa.string()),
        }
    )
    path = file.scratch / f"part-{file.sha256}-quarantine.parquet"
    connection.register("bad_rows", table)
    empty = ", ".join(f"NULL::{kind} AS {quote(slot)}" for slot, kind in SLOTS.items())
    connection.execute(
        f"""COPY (SELECT {literal(log)} AS log, {literal(file.sha256)} AS item, row,
                    substr(sha256({literal(file.sha256)} || chr(0) || position), 1, 32) AS key, {empty}, reason, position
                  FROM bad_rows ORDER BY row, position)
            TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"""
    )
    connection.unregister("bad_rows")
    return (Part(path, log),)


def _not_a_log(connection: Connection, file: File, reason: str) -> Converted:
    parts = _write_bad(connection, file, UNKNOWN_LOG, [Bad(1, "file", reason)])
    return Converted(parts, reason)


