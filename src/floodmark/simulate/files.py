"""Writes the tenant's files: event log files with their listing, real-time events, tables, data map.

The engine writes each file's rows; here is only which rows go where. Event log files come as on the
platform: a daily file per closed day, hourly files for the last two days (so one day comes twice),
some hours in two parts that overlap, and one daily file that was replaced by a fuller one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from floodmark import engine
from floodmark.engine import Connection
from floodmark.simulate.tenant import ENDS_AT, SNAPSHOT_AT, STARTS_AT, drawn

EVENT_TYPES = (
    "API", "ApiTotalUsage", "BulkApi2", "LightningPageView", "Login", "Logout", "Report", "ReportExport",
    "RestApi", "URI",
)  # fmt: skip
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_BEFORE = STARTS_AT - timedelta(weeks=520)
_HOURLY_FROM = ENDS_AT - 2 * _DAY
_DAILY_UNTIL = ENDS_AT - _DAY
_REPLACED = ("ApiTotalUsage", ENDS_AT - 3 * _DAY)
_FAST, _SMALL = 1, 6  # levels of gzip
_GZIP_FORM = 31
_LINES_AT_ONCE = 5_000
_LATE_HOURS_IN = 6  # about one hour in six has a second, late part
_NUMBERS = {
    "RUN_TIME", "CPU_TIME", "DB_TOTAL_TIME", "DB_BLOCKS", "DB_CPU_TIME", "ROWS_PROCESSED", "REQUEST_SIZE",
    "RESPONSE_SIZE", "RECORDS_PROCESSED", "RECORDS_FAILED", "ROW_COUNT", "STATUS_CODE", "NUMBER_FIELDS",
    "DURATION", "EFFECTIVE_PAGE_TIME", "NUMBER_COLUMNS", "UI_NUMBER_COLUMNS", "AVERAGE_ROW_SIZE",
    "NUMBER_EXCEPTION_FILTERS",
}  # fmt: skip

# The rows of one file. `part` says which of an interval's rows were there when the file was written.
_ROWS = """COPY (
    SELECT * EXCLUDE (done_at, n, hostile) FROM query_table($table)
    WHERE done_at >= $from_at AND done_at < $to_at AND CASE $part
        WHEN 'all' THEN true WHEN 'early' THEN n % 9 <> 0 WHEN 'first' THEN n % 5 <> 0
        ELSE n % 5 = 0 OR n % 7 = 1 END
    ORDER BY n
) TO $path (FORMAT csv, HEADER, FORCE_QUOTE *)"""
_PER_HOUR = """
    SELECT date_trunc('hour', done_at) AS hour_at, count(*) FILTER (n % 5 <> 0),
           count(*) FILTER (n % 5 = 0 OR n % 7 = 1)
    FROM query_table($table) GROUP BY hour_at ORDER BY hour_at"""
_TABLES = {"Account": "account_export", "Case": "case_export", "Contact": "contact_export"}
_README = f"""A simulated tenant: a call centre on a Salesforce platform. All persons are made up.

  floodmark init CASE --organisation "Simulated call centre" --timezone Asia/Manila
  floodmark add CASE logs
  floodmark snapshot CASE --map datamap.yaml --at {SNAPSHOT_AT} \\
      Contact=tables/Contact.csv Case=tables/Case.csv Account=tables/Account.csv
  floodmark investigate CASE

logs/ holds the platform's log files, tables/ its customer tables, datamap.yaml what each field means.
key/ holds the answer. It is for checking only: read it last.
"""


@dataclass(frozen=True)
class Kept:
    """Which logs the tenant keeps, and from when on."""

    starts_at: datetime = STARTS_AT
    event_types: tuple[str, ...] = EVENT_TYPES
    realtime: bool = True
    identity: bool = False
    """The log of an identity provider."""


@dataclass(frozen=True)
class _LogFile:
    """One event log file to be written."""

    created_at: datetime
    event_type: str
    interval: str
    log_date: datetime
    sequence: int
    part: str


@dataclass(frozen=True)
class _Answers:
    """How the events of one type are saved: answers that repeat the last `overlap` of the one before."""

    name: str
    table: str
    page: int
    overlap: int
    packed: bool


def write_tables(connection: Connection, folder: Path) -> dict[str, Path]:
    """Write the customer tables as CSV, every value quoted, and return their paths by object."""
    written: dict[str, Path] = {}
    for name, view in _TABLES.items():
        written[name] = folder / f"{name}.csv"
        copy_csv(connection, view, written[name])
    return written


def copy_csv(connection: Connection, table: str, path: Path) -> None:
    """Write a whole table or view as CSV, every value quoted."""
    connection.execute(
        "COPY (FROM query_table($table)) TO $path (FORMAT csv, HEADER, FORCE_QUOTE *)",
        {"table": table, "path": str(path)},
    )


def write_datamap(directory: Path) -> Path:
    """Write the data map and return its path."""
    path = directory / "datamap.yaml"
    path.write_bytes(Path(__file__).with_name("datamap.yaml").read_bytes())
    return path


def write_readme(directory: Path) -> None:
    """Write the commands that investigate the folder."""
    (directory / "README.txt").write_bytes(_README.encode())


def write_logs(connection: Connection, folder: Path, *, packed: bool, kept: Kept = Kept()) -> None:
    """Write all log files into `folder`; `packed` makes the large ones gzip files, fast rather than small."""
    _run(connection, "elf.sql")
    planned = sorted(
        (each for name in kept.event_types for each in _planned(connection, name, kept.starts_at)),
        key=lambda each: (each.created_at, each.event_type, each.log_date, each.sequence),
    )
    names = engine.rows(
        connection, "SELECT id18('0AT', i) FROM range(1, $1) AS r(i) ORDER BY i", [len(planned) + 1]
    )
    listed: list[dict[str, object]] = []
    packing: list[Future[None]] = []
    level = _FAST if packed else _SMALL
    with ThreadPoolExecutor(1) as packer:  # beside the engine, which writes the next file meanwhile
        for log, (identifier,) in zip(planned, names, strict=True):
            path = folder / f"{log.log_date:%Y-%m-%dT%H%M%SZ}_{log.event_type}_{identifier}.csv"
            listed.append(_write_log_file(connection, path, log, identifier))
            if packed or log.interval == "Hourly":
                packing.append(packer.submit(_compress, path, level))
    for each in packing:
        each.result()
    answer = {"totalSize": len(listed), "done": True, "records": listed}
    _write(folder / "EventLogFile.json", json.dumps(answer, indent=1) + "\n")
    _run(connection, "realtime.sql")
    if kept.realtime:
        _write_realtime(connection, folder, kept.starts_at, packed=packed)
    for name, table in (("LoginHistory", "login_history"), ("SetupAuditTrail", "setup_trail")):
        _write_whole(connection, folder / f"{name}.csv", table)
    if kept.identity:
        for day in _steps(kept.starts_at, ENDS_AT, 7 * _DAY):
            text = _joined(connection, "okta", day, day + 7 * _DAY)
            _write(folder / f"okta_system_log_{day:%Y-%m-%d}.json", f"[{text}]\n")


def _run(connection: Connection, name: str) -> None:
    """Run the statements of the file `name` beside this module."""
    connection.execute(engine.statement(Path(__file__).with_name(name)))


def _planned(connection: Connection, event_type: str, starts_at: datetime) -> Iterator[_LogFile]:
    """Yield the files of one type; none where the interval has no rows."""
    hours = {hour: counts for hour, *counts in engine.rows(connection, _PER_HOUR, {"table": event_type})}
    for day in _steps(starts_at, _DAILY_UNTIL, _DAY):
        if any(day <= hour < day + _DAY for hour in hours):
            at = day + _DAY + timedelta(hours=27, minutes=day.day)
            if (event_type, day) == _REPLACED:
                yield _LogFile(at, event_type, "Daily", day, 0, "early")
                at += timedelta(hours=19)
            yield _LogFile(at, event_type, "Daily", day, 0, "all")
    for hour in _steps(_HOURLY_FROM, ENDS_AT, _HOUR):
        first, increment = hours.get(hour, (0, 0))
        late = drawn(connection, f"late {event_type}", hour.day * 24 + hour.hour, _LATE_HOURS_IN) == 0
        if late and first and increment:
            yield _LogFile(hour + 4 * _HOUR, event_type, "Hourly", hour, 1, "first")
            yield _LogFile(hour + 9 * _HOUR, event_type, "Hourly", hour, 2, "increment")
        elif hour in hours:
            yield _LogFile(hour + 4 * _HOUR, event_type, "Hourly", hour, 1, "all")


def _steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield the times from `start` to before `end`."""
    while start < end:
        yield start
        start += step


def _write_log_file(connection: Connection, path: Path, log: _LogFile, identifier: str) -> dict[str, object]:
    """Write one event log file and return its entry in the listing."""
    length = timedelta(days=1) if log.interval == "Daily" else _HOUR
    connection.execute(
        _ROWS,
        {
            "table": log.event_type,
            "from_at": log.log_date,
            "to_at": log.log_date + length,
            "part": log.part,
            "path": str(path),
        },
    )
    size = path.stat().st_size
    with path.open("rb") as body:
        columns = body.readline().decode().strip().replace('"', "").split(",")
    return {
        "attributes": {
            "type": "EventLogFile",
            "url": f"/services/data/v58.0/sobjects/EventLogFile/{identifier}",
        },
        "Id": identifier,
        "EventType": log.event_type,
        "Interval": log.interval,
        "LogDate": _offset(log.log_date),
        "Sequence": log.sequence,
        "LogFile": f"/services/data/v58.0/sobjects/EventLogFile/{identifier}/LogFile",
        "LogFileContentType": "text/csv",
        "LogFileLength": float(size),
        "LogFileFieldNames": ",".join(columns),
        "LogFileFieldTypes": ",".join(_field_type(column) for column in columns),
        "ApiVersion": 58.0,
        "CreatedDate": _offset(log.created_at),
        "SystemModstamp": _offset(log.created_at),
    }


def _field_type(column: str) -> str:
    """Return the type that the platform states for a column."""
    if column == "TIMESTAMP_DERIVED":
        return "DateTime"
    if column in {"ORGANIZATION_ID", "USER_ID", "REPORT_ID", "JOB_ID"} or column.endswith("_ID_DERIVED"):
        return "Id"
    if column == "ENTITY_NAME":
        return "Set"
    return "Number" if column in _NUMBERS else "String"


def _offset(at: datetime) -> str:
    """Return a time as REST answers give it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _compress(path: Path, level: int) -> None:
    """Replace the file by its gzip form."""
    with path.open("rb") as body, _opened(path.with_name(path.name + ".gz"), level) as write:
        while part := body.read(1 << 20):
            write(part)
    path.unlink()


@contextmanager
def _opened(path: Path, level: int = _SMALL) -> Generator[Callable[[bytes], object]]:
    """Open a file for writing; a name that ends in .gz is compressed, without a time or a name inside."""
    with path.open("wb") as body:
        if path.suffix != ".gz":
            yield body.write
            return
        packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP_FORM)
        yield lambda part: body.write(packer.compress(part))
        body.write(packer.flush())


def _write(path: Path, text: str, level: int = _SMALL) -> None:
    """Write `text` as UTF-8."""
    with _opened(path, level) as write:
        write(text.encode())


def _write_realtime(connection: Connection, folder: Path, starts_at: datetime, *, packed: bool) -> None:
    """Write the real-time events, each type in one of the forms that collectors save."""
    _write_answers(connection, folder, _Answers("ApiEvent", "rt_api", 2_000 if packed else 200, 6, packed))
    _write_answers(connection, folder, _Answers("LoginEvent", "rt_login", 1_000, 0, packed))
    level = _FAST if packed else _SMALL
    for day in _steps(starts_at, ENDS_AT, _DAY):
        report = folder / f"ReportEvent_{day:%Y-%m-%d}.ndjson"
        _write_lines(connection, report, "rt_report", day, level)
        _write_lines(connection, folder / f"LightningUriEvent_{day:%Y-%m-%d}.ndjson.gz", "rt_uri", day, level)
    for day in _steps(starts_at, ENDS_AT, 7 * _DAY):
        text = _joined(connection, "rt_list", day, day + 7 * _DAY)
        if text:
            _write(folder / f"ListViewEvent_{day:%Y-%m-%d}.json", f"[{text}]\n")
    _write_whole(connection, folder / "BulkApiResultEventStore.csv", "rt_bulk")


def _write_whole(connection: Connection, path: Path, table: str) -> None:
    """Write all rows of the weeks as one CSV file."""
    bound = {"table": table, "from_at": _BEFORE, "to_at": ENDS_AT, "part": "all", "path": str(path)}
    connection.execute(_ROWS, bound)


def _write_lines(connection: Connection, path: Path, table: str, day: datetime, level: int) -> None:
    """Write the events of a day as JSON lines; no file where there are none."""
    found = connection.execute(
        "SELECT j FROM query_table($table) WHERE done_at >= $start AND done_at < $end ORDER BY n",
        {"table": table, "start": day, "end": day + _DAY},
    )
    batch = found.fetchmany(_LINES_AT_ONCE)
    if not batch:
        return
    with _opened(path, level) as write:
        while batch:
            write("".join(f"{line}\n" for (line,) in batch).encode())
            batch = found.fetchmany(_LINES_AT_ONCE)


def _joined(connection: Connection, table: str, start: datetime, end: datetime) -> str:
    """Return the events from `start` to before `end` as one list; empty when there are none."""
    (text,) = engine.row(
        connection,
        """SELECT string_agg(j, ',' || chr(10) ORDER BY n) FROM query_table($table)
           WHERE done_at >= $start AND done_at < $end""",
        {"table": table, "start": start, "end": end},
    )
    return text or ""


def _write_answers(connection: Connection, folder: Path, answers: _Answers) -> None:
    """Write the query answers that hold all events of one type, newest first."""
    (total,) = engine.row(connection, "SELECT count(*) FROM query_table($1)", [answers.table])
    for number, start in enumerate(range(0, total, answers.page), start=1):
        end = start + answers.page
        (records,) = engine.row(
            connection,
            """SELECT string_agg(j, ',' || chr(10) ORDER BY n DESC) FROM query_table($table)
               WHERE n <= $total - $first AND n > $total - $end""",
            {"table": answers.table, "total": total, "first": max(0, start - answers.overlap), "end": end},
        )
        done = end >= total
        following = "" if done else f'"nextRecordsUrl":"/services/data/v58.0/query/0r8xx{number:04}-{end}",'
        head = f'{{"totalSize":{total},"done":{str(done).lower()},{following}"records":[\n'
        suffix = ".json.gz" if answers.packed else ".json"
        _write(folder / f"{answers.name}_{number:04}{suffix}", f"{head}{records}\n]}}\n", _FAST)
