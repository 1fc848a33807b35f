"""One file to one or more ledger parts: recognise, read in bulk, type, count.

1. The form is told from the first bytes: CSV, JSON (one value, several, or one a line), or neither.
2. The engine's strict reader takes the file, every column as text. Its row count must account for
   every line feed of the file; if it does not, or if it refuses, the careful reader separates good
   records from bad ones.
3. The source's expressions fill the slots; a row that fails the source's test keeps its place with
   the reason.
4. The part is sorted by time and written as Parquet; columns to which the source does not refer are
   kept beside the slots under `native.NAME`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from floodmark.engine import Connection, InputError, literal, quote, row, rows
from floodmark.errors import UsageError
from floodmark.evidence import Plain
from floodmark.ledger.careful import Bad, clean_csv, first_record
from floodmark.ledger.records import load_records
from floodmark.ledger.source import SLOTS, Sample, Source
from floodmark.text import visible

Recognise = Callable[[Sample], tuple[Source, str] | None]
HEAD_BYTES = 1 << 20
LINE_LIMIT = 64 << 20
# The strict reader holds several buffers of a multiple of the longest line it may meet, whatever the file
# holds; a longer line goes to the careful reader.
STRICT_LINE = 4 << 20
STRICT_BUFFER = 16 << 20
# Planning the statement of a log takes as long as 10,000 rows take: small files of one form share it.
SMALL_FILE = 24 << 20
UNKNOWN_LOG = "unknown"
NOT_A_LOG = "not a log that Floodmark reads"
ZONE_HINT = "state the zone in which it was saved: --timezone Australia/Sydney"
_SEPARATOR = "chr(31)"
# A time outside these years is a forged or broken one; beyond year 9999 it could not even be shown.
_FIRST_TIME, _END_OF_TIME = "TIMESTAMP '1999-01-01'", "TIMESTAMP '2100-01-01'"
# The keys whose values a source may look at; all others it knows by name only.
_SHOWN = ("attributes", "EVENT_TYPE", "Date", "Login Time")
_ESCAPED = "contains(record, '\\u001') OR contains(record, chr(31))"
_SAME_FORM = "t ON record.keys = t.keys AND record.type IS NOT DISTINCT FROM t.type"
_TIMES = frozenset(slot for slot, kind in SLOTS.items() if kind == "TIMESTAMP")


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


@dataclass(frozen=True)
class Raw:
    """A relation of `_row` and text columns c0, c1, ..., their names in the file, and their source."""

    relation: str
    names: tuple[str, ...]
    source: Source
    log: str
    blanks: bool = True
    """Whether a value can be the empty string; the engine's own CSV reader gives null instead."""
    escapes: bool = True
    """Whether a value may hold a unit separator of which the file shows no such byte."""


def convert(connection: Connection, file: File, recognise: Recognise) -> Converted:
    """Read one file into parts under its scratch folder.

    Raises:
        UsageError: the file's times carry no zone and none was stated.
    """
    if not file.plain.size:
        return Converted((), file.plain.damage or "file is empty")
    head = _head(file)
    if is_json(head):
        converted = _convert_json(connection, file, recognise)
    else:
        converted = _convert_csv(connection, file, _csv_claim(file, recognise, head))
    return Converted(converted.parts, file.plain.damage or converted.damage)


def convert_all(connection: Connection, files: Sequence[File], recognise: Recognise) -> list[Converted]:
    """Return what `convert` returns for each of several different files, in less time where they are small.

    Raises:
        UsageError: the times of a file carry no zone and none was stated.
    """
    alike: dict[object, list[tuple[File, Raw]]] = {}
    for file in files:
        head = _head(file) if file.plain.size <= SMALL_FILE else b""
        raw = None if is_json(head) else _csv_claim(file, recognise, head)
        if raw:
            form = (raw.log, raw.names, file.zone, file.plain.separators > 0)
            alike.setdefault(form, []).append((file, raw))
    parts: dict[str, Part] = {}
    for group in alike.values():
        parts |= _parts_together(connection, group)
    return [
        Converted((parts[file.sha256],), file.plain.damage)
        if file.sha256 in parts
        else convert(connection, file, recognise)
        for file in files
    ]


def _head(file: File) -> bytes:
    with file.plain.path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def is_json(head: bytes) -> bool:
    """Say whether a file that begins with `head` is to be read as JSON."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def sample_of(head: bytes) -> Sample | None:
    """Return what a source sees of a file that begins with `head`, or None when it has no such form."""
    if not is_json(head):
        return csv_sample(head)
    return _json_sample(first_record(head.decode("utf-8-sig", "replace")))


def claim_of(recognise: Recognise, sample: Sample | None) -> tuple[Source, str] | None:
    """Return the source and log of a sample; None when no source claims it, or two do."""
    if sample is None:
        return None
    try:
        return recognise(sample)
    except ValueError:  # a forged file can carry the columns of two logs
        return None


# --- CSV -----------------------------------------------------------------------------------------


def _csv_claim(file: File, recognise: Recognise, head: bytes) -> Raw | None:
    """Return the rows of a CSV file that begins with `head`; None when no source claims it."""
    sample = csv_sample(head)
    claim = claim_of(recognise, sample)
    if sample is None or claim is None:
        return None
    source, log = claim
    _require_zone(source, sample, file)
    return Raw(_csv_scan(file.plain.path, len(sample.names)), sample.names, source, log, blanks=False)


def _convert_csv(connection: Connection, file: File, raw: Raw | None) -> Converted:
    if raw is None:
        return _not_a_log(connection, file, NOT_A_LOG)
    part = _strict_part(connection, file, raw)
    return Converted((part,), None) if part else _convert_carefully(connection, file, raw)


def _strict_part(connection: Connection, file: File, raw: Raw) -> Part | None:
    """Write the part by the engine's own reader; None when it refuses or cannot account for every line."""
    try:
        part, count = _write(connection, file, raw)
        return part if _accounts_for_all(connection, count, raw, file.plain) else None
    except InputError:
        return None


def _parts_together(connection: Connection, group: Sequence[tuple[File, Raw]]) -> dict[str, Part]:
    """Write the parts of files of one form by one statement; return item -> part of those that went well."""
    first, raw = group[0]
    columns = "".join(f", c{place} VARCHAR" for place in range(len(raw.names)))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE staged (_item VARCHAR, _row BIGINT{columns})")
    try:
        staged = [each for each in group if _stage(connection, *each)]
        typed = _typed(first, replace(raw, relation="staged"), "_item")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {typed}")
        # Statistics decide which columns of a part may hold nulls. Without them the bytes of a part depend
        # on its rows alone, not on what was read beside it: a damaged part is mended by the same bytes.
        connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        parts: dict[str, Part] = {}
        for file, each in staged:
            typed = f"FROM typed WHERE item = {literal(file.sha256)}"
            part, count = _copy(connection, file, raw.log, typed)
            if _accounts_for_all(connection, count, each, file.plain):
                parts[file.sha256] = part
    except InputError:  # one of them cannot be typed; which one shows when each is read alone
        alone = [[each] for each in group] if len(group) > 1 else []
        return {item: part for each in alone for item, part in _parts_together(connection, each).items()}
    finally:
        connection.execute("SET disabled_optimizers = ''")
        connection.execute("DROP TABLE IF EXISTS staged")
        connection.execute("DROP TABLE IF EXISTS typed")
    return parts


def _stage(connection: Connection, file: File, raw: Raw) -> bool:
    """Copy the rows of a file into the table `staged`; return whether the engine's reader takes them all."""
    try:
        connection.execute(f"INSERT INTO staged SELECT {literal(file.sha256)}, * FROM {raw.relation}")
    except InputError:
        return False
    return True


def _convert_carefully(connection: Connection, file: File, raw: Raw) -> Converted:
    """Write the records that can be read, and keep the others with their reasons."""
    target = file.scratch / f"clean-{file.sha256}.parquet"
    cleaned = clean_csv(file.plain.path, target, width=len(raw.names))
    relation = f"(SELECT * FROM read_parquet({literal(str(target))}))"
    parts = _write_or_refuse(connection, file, Raw(relation, raw.names, raw.source, raw.log))
    target.unlink()
    extra = _write_bad(connection, file, raw.log, cleaned.bad) if cleaned.bad else ()
    # A bad last record says that the file was cut.
    cut = cleaned.bad and cleaned.bad[-1].row > cleaned.last
    return Converted((*parts, *extra), cleaned.bad[-1].reason if cut else None)


def csv_sample(head: bytes) -> Sample | None:
    """Return header and first record of a CSV from its first bytes, or None when they have no such form."""
    text = head.decode("utf-8-sig", "replace")
    csv.field_size_limit(LINE_LIMIT)
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        nothing: list[str] = []
        names, first = next(reader, nothing), next(reader, nothing)
    except csv.Error:
        return None
    folded = {name.casefold() for name in names}
    if len(names) < 2 or len(folded) != len(names):  # noqa: PLR2004 - one column is no table
        return None
    if any(not name.strip() or "\0" in name for name in names):
        return None
    return Sample(tuple(names), dict(zip(names, first, strict=False)))


def _csv_scan(path: Path, width: int) -> str:
    columns = ", ".join(f"c{place}: 'VARCHAR'" for place in range(width))
    return (
        f"(SELECT row_number() OVER () AS _row, *"
        f" FROM read_csv({literal(str(path))}, header = true,"
        f" auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true,"
        f" null_padding = false, max_line_size = {STRICT_LINE},"
        f" buffer_size = {STRICT_BUFFER}, columns = {{{columns}}}))"
    )


def _accounts_for_all(connection: Connection, found: int, raw: Raw, plain: Plain) -> bool:
    """Say whether every line end of the file is accounted for by the rows found.

    The engine can skip input without a word (blank lines), so its count is proven against the bytes:
    header and rows end in one line feed each, all others stand inside a field. Carriage returns stand
    inside fields too, or before every line feed that ends a row.
    """
    ends = plain.newlines + (not plain.ends_line)
    if found + 1 == ends and not plain.returns:
        return True
    inside, returns = _line_ends_inside(connection, raw)
    header = sum(name.count("\n") for name in raw.names)
    outside = plain.returns - returns - sum(name.count("\r") for name in raw.names)
    return found + 1 + inside + header == ends and outside in {0, found + 1, found + plain.ends_line}


def _line_ends_inside(connection: Connection, raw: Raw) -> tuple[int, int]:
    """Return how many line feeds and carriage returns stand inside fields."""
    sums = (
        " + ".join(
            f"coalesce(length(c{place}) - length(replace(c{place}, chr({code}), '')), 0)"
            for place in range(len(raw.names))
        )
        for code in (10, 13)
    )
    feeds, returns = row(
        connection,
        f"SELECT {', '.join(f'coalesce(sum({each}), 0)::BIGINT' for each in sums)} FROM {raw.relation}",
    )
    return feeds, returns


# --- JSON ----------------------------------------------------------------------------------------


def _convert_json(connection: Connection, file: File, recognise: Recognise) -> Converted:
    bad = load_records(connection, file.plain)
    parts: list[Part] = []
    for raw in _json_claims(connection, file, recognise):
        parts += _write_or_refuse(connection, file, raw)
    strangers = rows(
        connection,
        f"SELECT _row FROM record JOIN claimed {_SAME_FORM} WHERE log IS NULL ORDER BY _row",
    )
    if not parts and not bad:
        return _not_a_log(connection, file, NOT_A_LOG)
    bad += [
        Bad(number, f"row {number}", "record is of no log that Floodmark reads") for (number,) in strangers
    ]
    log = parts[0].log if len({part.log for part in parts}) == 1 else UNKNOWN_LOG
    extra = _write_bad(connection, file, log, sorted(bad, key=lambda each: each.row)) if bad else ()
    return Converted((*parts, *extra), next((each.reason for each in bad if each.cut), None))


def _json_sample(record: str | None) -> Sample | None:
    """Return keys and values of a record's text; None when it is no legible object."""
    try:
        value: Any = json.loads(record or "", parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    told = cast("dict[str, Any]", value)
    first = {
        name: each if isinstance(each, str) else json.dumps(each)
        for name, each in told.items()
        if each is not None
    }
    return Sample(tuple(told), first)


def _engine_sample(connection: Connection, record: str) -> Sample | None:
    """Return the sample of a record that Python cannot hold, such as one that nests too deeply."""
    (names,) = row(connection, "SELECT CASE WHEN json_object_text($1) THEN json_keys($1) END", [record])
    if names is None:
        return None
    found = rows(
        connection,
        "SELECT name, json_extract_string($1, '/' || name) FROM unnest($2::VARCHAR[]) t(name)",
        [record, list(_SHOWN)],
    )
    return Sample(tuple(names), {name: value for name, value in found if value is not None})


def _json_claims(connection: Connection, file: File, recognise: Recognise) -> list[Raw]:
    """Return what to write for each log in the file, by log; table `claimed` tells whose they are."""
    logs: dict[str, Source] = {}
    claimed: list[tuple[str, str]] = []
    for form, record in rows(
        connection,
        f"SELECT form, arg_min(record, _row) FROM record JOIN form {_SAME_FORM} GROUP BY form ORDER BY form",
    ):
        sample = _json_sample(record) or _engine_sample(connection, record)
        claim = claim_of(recognise, sample)
        if sample is None or claim is None:
            continue
        source, log = claim
        _require_zone(source, sample, file)
        logs[log] = source
        claimed.append((form, log))
    _keep_claims(connection, claimed)
    keys = dict(
        rows(
            connection,
            "SELECT log, list_sort(list_distinct(flatten(list(keys::VARCHAR[])))) FROM claimed"
            " WHERE log IS NOT NULL GROUP BY log",
        )
    )
    (escapes,) = row(connection, f"SELECT count(*) > 0 FROM record WHERE {_ESCAPED}")
    return [
        replace(_json_raw(log, source, [key for key in keys[log] if "\0" not in key]), escapes=escapes)
        for log, source in sorted(logs.items())
    ]


def _keep_claims(connection: Connection, claimed: Sequence[tuple[str, str]]) -> None:
    forms = pa.array([form for form, _ in claimed], pa.string())
    connection.register(
        "claims", pa.table({"form": forms, "log": pa.array([log for _, log in claimed], pa.string())})
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE claimed AS"
        " SELECT keys, type, log FROM form LEFT JOIN claims USING (form)"
    )
    connection.unregister("claims")


def _json_raw(log: str, source: Source, names: Sequence[str]) -> Raw:
    """Return the records of one log as text columns; keys are JSON pointers, which know no wildcard."""
    pointers = ", ".join(literal("/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
    columns = "".join(f", list[{place}] AS c{place - 1}" for place in range(1, len(names) + 1))
    relation = (
        f"(SELECT _row{columns} FROM (SELECT _row, json_extract_string(record, [{pointers}]) AS list"
        f" FROM record JOIN claimed {_SAME_FORM} WHERE log = {literal(log)}))"
    )
    return Raw(relation, tuple(names), source, log)


# --- writing ---------------------------------------------------------------------------------------


def _require_zone(source: Source, sample: Sample, file: File) -> None:
    if file.zone is None and source.needs_zone(sample):
        raise UsageError("times in this file carry no zone", hint=ZONE_HINT)


def _write_or_refuse(connection: Connection, file: File, raw: Raw) -> tuple[Part, ...]:
    """Write the part; where the source's expressions stumble, all rows are kept as quarantined."""
    try:
        return (_write(connection, file, raw)[0],)
    except InputError as error:
        reason = f"the rows cannot be typed: {visible(str(error).splitlines()[0], limit=120)}"
        numbers = rows(connection, f"SELECT _row FROM {raw.relation} ORDER BY _row")
        bad = [Bad(number, f"row {number}", reason) for (number,) in numbers]
        return _write_bad(connection, file, raw.log, bad, name="refused")


def _write(connection: Connection, file: File, raw: Raw) -> tuple[Part, int]:
    """Fill the slots and write the part; return it and its number of rows."""
    return _copy(connection, file, raw.log, _typed(file, raw, literal(file.sha256)))


def _copy(connection: Connection, file: File, log: str, typed: str) -> tuple[Part, int]:
    """Write the rows of a statement, sorted by time and row; return the part and its number of rows."""
    path = file.scratch / f"part-{file.sha256}-{log.rpartition('.')[2]}.parquet"
    (count,) = row(
        connection,
        f"""COPY ({typed} ORDER BY "at" NULLS LAST, row)
            TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)""",
    )
    return Part(path, log), count


def _typed(file: File, raw: Raw, item: str) -> str:
    """Return the statement that fills the slots; `item` is an expression for the item of a row."""
    held = _held(raw)
    absent = {name for name in raw.source.columns(raw.log) if name.casefold() not in _folded(held.values())}
    # A plain column is better than a call around it: the engine repeats the call wherever it is used.
    value = "nullif({}, '')" if raw.blanks else "{}"
    given = "".join(f", {value.format(column)} AS {quote(name)}" for column, name in held.items())
    missing = "".join(f", NULL::VARCHAR AS {quote(name)}" for name in sorted(absent))
    zone = literal(file.zone) if file.zone else "NULL::VARCHAR"
    prepared = f'(SELECT {item} AS _item, _row{given}{missing}, {zone} AS "_zone" FROM {raw.relation})'
    for name, expression in raw.source.prepared(raw.log).items():
        prepared = f"(SELECT *, ({expression}) AS {quote(name)} FROM {prepared})"
    slots = raw.source.slots(raw.log)
    filled = ", ".join(
        f"({slots.get(slot, 'NULL')})::{kind} AS {quote(slot)}" for slot, kind in SLOTS.items()
    )
    # A column to which the source refers is told by its slots, and whole in the evidence.
    kept = "".join(f", {quote(name)}" for name in held.values() if name.startswith("native."))
    content = _content(raw.names, held, apart=file.plain.separators > 0 or raw.escapes)
    shown = ", ".join(_plausible(slot) if slot in _TIMES else quote(slot) for slot in SLOTS)
    return f"""SELECT {literal(raw.log)} AS log, _item AS item, _row AS row,
                      substr(sha256({literal(raw.log)} || chr(0)
                             || coalesce('id ' || "uid", 'row ' || _content)),
                             1, 32) AS key,
                      {shown}, reason,
                      CASE WHEN reason IS NOT NULL THEN 'row ' || _row END AS position{kept}
               FROM (SELECT *, coalesce(_reason, CASE WHEN "at" < {_FIRST_TIME} OR "at" >= {_END_OF_TIME}
                               THEN 'time lies outside the years 1999 to 2099' END) AS reason
                     FROM (SELECT _item, _row, {filled}, ({raw.source.reason(raw.log)}) AS _reason,
                                  {content} AS _content{kept}
                           FROM {prepared}))"""


def _plausible(slot: str) -> str:
    name = quote(slot)
    return f"CASE WHEN {name} >= {_FIRST_TIME} AND {name} < {_END_OF_TIME} THEN {name} END AS {name}"


def _held(raw: Raw) -> Mapping[str, str]:
    """Return c0, c1, ... -> the name that the statement gives each column.

    A column to which the source refers keeps its own name. All others stand under `native.NAME` from
    the start, so that a file cannot bring a column that reads like a slot or a name of ours.
    """
    wanted = _folded(raw.source.columns(raw.log))
    used: set[str] = set()
    held: dict[str, str] = {}
    # An exact name goes before one in another letter case.
    order = sorted(
        range(len(raw.names)), key=lambda place: (raw.names[place] not in raw.source.columns(raw.log), place)
    )
    for place in order:
        name = raw.names[place]
        chosen = name if name.casefold() in wanted - used else f"native.{name}"
        while chosen.casefold() in used:
            chosen += " (again)"
        used |= {chosen.casefold(), f"native.{chosen.casefold().removeprefix('native.')}"}
        held[f"c{place}"] = chosen
    return {f"c{place}": held[f"c{place}"] for place in range(len(raw.names))}


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _content(names: Sequence[str], held: Mapping[str, str], *, apart: bool) -> str:
    """Return an expression for the whole row: the same for the same values, whatever the column order.

    Columns without a value do not count, so a new empty column changes nothing. A row in which a value
    holds the separator itself begins with a separator and the lengths of all values, so that no two
    rows read alike; `apart` says that a value of the file may hold it.
    """
    ordered = sorted((name, quote(held[f"c{place}"])) for place, name in enumerate(names))
    joined = ", ".join(f"{literal(name + '=')} || {column}" for name, column in ordered)
    text = f"concat_ws({_SEPARATOR}, {joined})"
    if not apart:
        return text
    lengths = ", ".join(f"{literal(name + ':')} || strlen({column})" for name, column in ordered)
    given = " + ".join(f"({column} IS NOT NULL)::INTEGER" for _, column in ordered)
    told = f"length({text}) - length(replace({text}, {_SEPARATOR}, '')) >= {given}"
    prefix = f"{_SEPARATOR} || concat_ws(',', {lengths}) || {_SEPARATOR}"
    return f"CASE WHEN {told} THEN {prefix} ELSE '' END || {text}"


def _write_bad(
    connection: Connection, file: File, log: str, bad: Sequence[Bad], *, name: str = "quarantine"
) -> tuple[Part, ...]:
    """Write the records that the careful reader set aside, so that they are kept and counted."""
    table = pa.table(
        {
            "row": pa.array([each.row for each in bad], pa.int64()),
            "position": pa.array([each.position for each in bad], pa.string()),
            "reason": pa.array([each.reason for each in bad], pa.string()),
        }
    )
    path = file.scratch / f"part-{file.sha256}-{log.rpartition('.')[2]}-{name}.parquet"
    connection.register("bad_rows", table)
    empty = ", ".join(f"NULL::{kind} AS {quote(slot)}" for slot, kind in SLOTS.items())
    connection.execute(
        f"""COPY (SELECT {literal(log)} AS log, {literal(file.sha256)} AS item, row,
                    substr(sha256({literal(file.sha256)} || chr(0) || position), 1, 32) AS key,
                    {empty}, reason, position
                  FROM bad_rows ORDER BY row, position)
            TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"""
    )
    connection.unregister("bad_rows")
    return (Part(path, log),)


def _not_a_log(connection: Connection, file: File, reason: str) -> Converted:
    parts = _write_bad(connection, file, UNKNOWN_LOG, [Bad(1, "file", reason)])
    return Converted(parts, reason)
