"""How long 500 logged queries take to replay, against the same conditions written by hand for the engine.

The limit loads the stored table into a native one in memory, each column typed, and counts the rows of each
condition by a statement of its own. Floodmark parses the texts, answers each condition twice (what must
match, what may), applies limits and orders, and writes which records came back, all in a worker under its
usual limits. pandas and Polars count what the limit counts, over fewer conditions, where they are installed;
their totals are scaled. Each way runs in a process of its own; times include loading, which is said apart.

    python bench/replay.py [RECORDS [QUERIES]]
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from floodmark import engine
from floodmark.replay import Asked, replay
from floodmark.snapshot import Snapshot, datamap
from floodmark.snapshot.tables import macros, statement
from floodmark.worker import Worker

RECORDS, QUERIES = 6_000_000, 500
FEWER = 100
"""Conditions that pandas and Polars evaluate."""
LIMIT_MB = 6_000
AT = datetime(2025, 6, 28, 2, tzinfo=UTC).replace(tzinfo=None)
"""Time of the first query; the others follow by seconds."""
FIRST = date(2015, 1, 1)
DAYS = 3_800
"""Records were created on the days from `FIRST`, all before `AT`."""
MAP = datamap.load(
    "objects:\n"
    "  Contact:\n"
    "    id: Id\n"
    "    person: {keys: [[Email]]}\n"
    "    created: CreatedDate\n"
    "    changed: SystemModstamp\n"
    "    fields: {LastName: name, Email: email, MobilePhone: phone, Birthdate: date_of_birth}\n"
    "    types: {Birthdate: date}\n"
    "  Account: {id: Id}\n"
    "relations: {Contact.AccountId: Account}\n"
    "users: {timezone: UTC, sees: all}\n",
    "datamap.yaml",
)
CONTACT = f"""
    SELECT '0035j' || lpad(i::VARCHAR, 10, '0') || 'AAA' AS Id,
        '0015j' || lpad((hash(i, 1) % accounts)::VARCHAR, 10, '0') || 'AAA' AS AccountId,
        'F' || substr(md5((hash(i, 2) % 5000)::VARCHAR), 1, 5) AS FirstName,
        'L' || substr(md5((hash(i, 3) % 60000)::VARCHAR), 1, 7) AS LastName,
        CASE WHEN hash(i, 4) % 10 > 0
            THEN substr(md5(i::VARCHAR), 1, 10) || '@example.org' END AS Email,
        CASE WHEN hash(i, 5) % 3 > 0
            THEN '04' || lpad((hash(i, 6) % 100000000)::VARCHAR, 8, '0') END AS MobilePhone,
        CASE WHEN hash(i, 7) % 4 > 0
            THEN (DATE '1935-01-01' + (hash(i, 8) % 27000)::INTEGER)::VARCHAR END AS Birthdate,
        ['AU', 'AU', 'AU', 'AU', 'AU', 'NZ', 'NZ', 'GB', 'US', 'SG', 'JP', 'DE']
            [1 + (hash(i, 9) % 12)::BIGINT] AS MailingCountry,
        'City ' || hash(i, 10) % 400 AS MailingCity,
        'Source ' || hash(i, 11) % 12 AS LeadSource,
        strftime(created, '%Y-%m-%dT%H:%M:%S.000Z') AS CreatedDate,
        strftime(CASE WHEN hash(i, 12) % 100 = 0 THEN TIMESTAMP '2025-06-29'
            ELSE created + INTERVAL 1 HOUR END, '%Y-%m-%dT%H:%M:%S.000Z') AS SystemModstamp
    FROM (SELECT i, accounts, TIMESTAMP '{FIRST}'
              + to_seconds((i * {DAYS} * 86400 // records) + hash(i, 13) % 86400) AS created FROM given)
"""
"""Twelve columns; one record in a hundred changed after the queries; ids ascend with the time of creation."""
ACCOUNT = """
    SELECT '0015j' || lpad(i::VARCHAR, 10, '0') || 'AAA' AS Id, 'Industry ' || hash(i, 1) % 50 AS Industry,
        'A' || substr(md5(i::VARCHAR), 1, 8) AS Name FROM given
"""


@dataclass(frozen=True)
class Test:
    """One comparison of a column; the value of `in` is a tuple, that of `null` says whether it is null."""

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Query:
    """Comparisons that all must hold; `industry`: of the account; `limit`: the newest so many."""

    tests: tuple[Test, ...]
    industry: str | None = None
    limit: int | None = None


# --- the conditions ----------------------------------------------------------------------------------------


def queries(count: int) -> list[Query]:
    """Return `count` different queries: of 25, one is a semi-join and one has an order and a limit."""
    draw = random.Random(20250628)  # noqa: S311 - draws cases, not secrets
    found: dict[Query, None] = {}
    kinds = [_equal, _created, _prefix, _listed, _empty, _country, _born]
    while len(found) < count:
        tests = kinds[len(found) % len(kinds)](draw)
        place = len(found) % 25
        if place == 7:
            found[Query(tests[:1], industry=f"Industry {draw.randrange(50)}")] = None
        elif place == 15:
            found[Query(tests, limit=draw.choice((200, 2000, 10000)))] = None
        else:
            found[Query(tests)] = None
    return list(found)


def _name(draw: random.Random, letters: int) -> str:
    return "l" + "".join(draw.choice("0123456789abcdef") for _ in range(letters))


def _equal(draw: random.Random) -> tuple[Test, ...]:
    column = draw.choice(("LastName", "Email", "MailingCity"))
    values = {"LastName": _name(draw, 7), "Email": f"{draw.getrandbits(40):010x}@example.org"}
    return (Test(column, "=", values.get(column, f"city {draw.randrange(400)}")), _source(draw))


def _source(draw: random.Random) -> Test:
    return Test("LeadSource", "=", f"source {draw.randrange(12)}")


def _created(draw: random.Random) -> tuple[Test, ...]:
    begin = datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=draw.randrange(DAYS * 24))
    end = begin + timedelta(hours=draw.randrange(1, 24 * 90))
    return (Test("CreatedDate", ">=", begin), Test("CreatedDate", "<", end))


def _prefix(draw: random.Random) -> tuple[Test, ...]:
    if draw.random() < 0.5:
        return (Test("LastName", "like", _name(draw, draw.choice((2, 3)))), _source(draw))
    return (Test("Email", "like", f"{draw.getrandbits(16):04x}"), _source(draw))


def _listed(draw: random.Random) -> tuple[Test, ...]:
    cities = sorted(draw.sample(range(400), draw.randrange(3, 20)))
    return (Test("MailingCity", "in", tuple(f"city {city}" for city in cities)),)


def _empty(draw: random.Random) -> tuple[Test, ...]:
    null = Test(draw.choice(("Email", "MobilePhone", "Birthdate")), "null", draw.random() < 0.5)
    return (null, Test("MailingCity", "=", f"city {draw.randrange(400)}"))


def _country(draw: random.Random) -> tuple[Test, ...]:
    country = Test("MailingCountry", "=", draw.choice(("au", "nz", "gb", "us", "sg", "jp", "de")))
    return (country, Test("Birthdate", draw.choice(("<", ">")), _day(draw)))


def _born(draw: random.Random) -> tuple[Test, ...]:
    first = _day(draw)
    return (
        Test("Birthdate", ">=", first),
        Test("Birthdate", "<", first + timedelta(days=draw.randrange(1, 900))),
    )


def _day(draw: random.Random) -> date:
    return date(1935, 1, 1) + timedelta(days=draw.randrange(27000))


def as_soql(query: Query) -> str:
    """Return a query as a log holds it."""
    parts = [_soql(test) for test in query.tests]
    if query.industry:
        parts.append(f"AccountId IN (SELECT Id FROM Account WHERE Industry = '{query.industry}')")
    tail = f" ORDER BY CreatedDate DESC LIMIT {query.limit}" if query.limit else ""
    return f"SELECT Id, LastName, Email FROM Contact WHERE {' AND '.join(parts)}{tail}"


def _soql(test: Test) -> str:
    if test.operator == "null":
        return f"{test.column} {'=' if test.value else '!='} null"
    if test.operator == "in":
        return f"{test.column} IN ({', '.join(repr(each) for each in test.value)})"
    if test.operator == "like":
        return f"{test.column} LIKE '{test.value}%'"
    if isinstance(test.value, datetime):
        return f"{test.column} {test.operator} {test.value.isoformat()}Z"
    return f"{test.column} {test.operator} {test.value if isinstance(test.value, date) else repr(test.value)}"


def as_sql(query: Query) -> str:
    """Return a query as a careful engineer writes it for the typed table."""
    parts = [_sql(test) for test in query.tests]
    if query.industry:
        parts.append(f"AccountId IN (SELECT Id FROM account WHERE Industry = '{query.industry.lower()}')")
    where = " AND ".join(parts)
    if query.limit:
        newest = f"SELECT Id FROM contact WHERE {where} ORDER BY CreatedDate DESC LIMIT {query.limit}"
        return f"SELECT count(*), max(Id) FROM ({newest})"
    return f"SELECT count(*) FROM contact WHERE {where}"


def _sql(test: Test) -> str:
    if test.operator == "null":
        return f"{test.column} IS {'' if test.value else 'NOT '}NULL"
    if test.operator == "in":
        return f"{test.column} IN ({', '.join(repr(each) for each in test.value)})"
    if test.operator == "like":
        return f"{test.column} LIKE '{test.value}%'"
    kind = "DATE " if isinstance(test.value, date) else ""
    kind = "TIMESTAMP " if isinstance(test.value, datetime) else kind
    return f"{test.column} {test.operator} {kind}'{test.value}'"


# --- the data ----------------------------------------------------------------------------------------------


def generate(folder: Path, records: int) -> dict[str, Any]:
    """Write the two tables in the form in which a snapshot stores them."""
    accounts = max(records // 20, 1)
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        for name, rows, count in (("Contact", CONTACT, records), ("Account", ACCOUNT, accounts)):
            numbers = f"SELECT i, {accounts} AS accounts, {records} AS records FROM range({count}) AS t(i)"
            stored = statement("store").format(
                rows=f"SELECT * FROM (WITH given AS ({numbers}) {rows})",
                order='"Id"',
                path=engine.literal(str(folder / "stored" / f"{name}.parquet")),
            )
            connection.execute(stored)
    return {}


# --- the ways ----------------------------------------------------------------------------------------------


class Timed:
    """A runner that adds up how long each kind of statement took."""

    def __init__(self, runner: Worker) -> None:
        self.runner = runner
        self.spent: dict[str, float] = {}

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        begin = time.perf_counter()
        try:
            return self.runner.run(sql)
        finally:
            kind = next((name for start, name in _KINDS.items() if sql.startswith(start)), "counts")
            self.spent[kind] = self.spent.get(kind, 0.0) + time.perf_counter() - begin


_TABLE = "CREATE OR REPLACE TEMP TABLE"
_KINDS = {
    f"{_TABLE} o_": "load",
    f"{_TABLE} k_": "passes",
    f"{_TABLE} x_": "semi-joins",
    f"{_TABLE} y_": "orders",
    "COPY": "files",
}


def ours(folder: Path, count: int) -> dict[str, Any]:
    """Replay all queries."""
    stored = folder / "stored"
    out = folder / "out"
    out.mkdir()
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        for name in ("Contact", "Account"):
            file = engine.literal(str(stored / f"{name}.parquet"))
            connection.execute(f'CREATE TEMP VIEW "object_{name}" AS SELECT * FROM read_parquet({file})')
        at = datetime(2025, 7, 1, tzinfo=UTC)
        snapshot = Snapshot(engine.Engine(connection), MAP, at, 0, {}, 0, 0, (), 0, folder=stored)
        asked = [_asked(number, query) for number, query in enumerate(queries(count))]
        begin = time.perf_counter()
        with Worker(macros(), folder=out, readable=sorted(snapshot.files.values())) as worker:
            timed = Timed(worker)
            found = replay(snapshot, asked, runner=timed, timezone="UTC", folder=out)
        spent = time.perf_counter() - begin
    refused = [answer.refused for answer in found.answers if answer.refused]
    assert not refused, refused[0]
    rows = [answer.replayed_rows for answer in found.answers]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": spent, "load": timed.spent["load"], "rows": rows, "worker_mb": peak, **_rounded(timed)}


def _rounded(timed: Timed) -> dict[str, Any]:
    return {"steps": {name: round(spent, 1) for name, spent in sorted(timed.spent.items())}}


def _asked(number: int, query: Query) -> Asked:
    at = AT + timedelta(seconds=number)
    return Asked(as_soql(query), at, at, "0055j000000bench", None, None, None, whole=True)


def limit(folder: Path, count: int) -> dict[str, Any]:
    """Load the typed tables and count the rows of each query."""
    texts = [as_sql(query) for query in queries(count)]
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        begin = time.perf_counter()
        for name in ("Contact", "Account"):
            columns = ", ".join(_typed(column) for column in _columns(name))
            file = engine.literal(str(folder / "stored" / f"{name}.parquet"))
            connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM read_parquet({file})")
        load = time.perf_counter() - begin
        rows = [engine.row(connection, text)[0] for text in texts]
        return {"seconds": time.perf_counter() - begin, "load": load, "rows": rows}


def _columns(name: str) -> list[str]:
    used = ["Id", "AccountId", "LastName", "Email", "MobilePhone", "Birthdate"]
    used += ["MailingCountry", "MailingCity", "LeadSource", "CreatedDate"]
    return used if name == "Contact" else ["Id", "Industry"]


def _typed(column: str) -> str:
    if column == "CreatedDate":
        return "rtrim(CreatedDate, 'Z')::TIMESTAMP AS CreatedDate"
    if column == "Birthdate":
        return "Birthdate::DATE AS Birthdate"
    return column if column.endswith("Id") else f"lower({column}) AS {column}"


def with_polars(folder: Path, count: int) -> dict[str, Any]:
    """Load the typed tables into Polars and count the rows of the first queries."""
    pl: Any = importlib.import_module("polars")
    begin = time.perf_counter()
    contact, account = (
        pl.scan_parquet(folder / "stored" / f"{name}.parquet")
        .select(_columns(name))
        .with_columns(pl.exclude("^.*Id$").str.to_lowercase())
        for name in ("Contact", "Account")
    )
    account = account.collect()
    contact = contact.with_columns(
        pl.col("Birthdate").str.to_date("%Y-%m-%d"),
        pl.col("CreatedDate").str.strip_chars_end("z").str.to_datetime("%Y-%m-%dt%H:%M:%S%.f"),
    ).collect()

    def holds(test: Test) -> Any:
        return _holds(pl.col(test.column), test, pl.Expr.is_null, _polars_like, pl.Expr.is_in)

    def rows(query: Query) -> int:
        frame = contact.lazy().filter(*(holds(test) for test in query.tests))
        if query.industry:
            ids = account.filter(pl.col("Industry") == query.industry.lower())["Id"]
            frame = frame.filter(pl.col("AccountId").is_in(ids.implode()))
        if query.limit:
            frame = frame.sort("CreatedDate", descending=True).head(query.limit).select("Id")
        return frame.select(pl.len()).collect().item()

    return _some(begin, rows, queries(count)[:FEWER])


def with_pandas(folder: Path, count: int) -> dict[str, Any]:
    """Load the typed tables into pandas and count the rows of the first queries."""
    pd: Any = importlib.import_module("pandas")
    begin = time.perf_counter()
    contact, account = (_frame(pd, folder, name) for name in ("Contact", "Account"))
    for column, form in (("Birthdate", "%Y-%m-%d"), ("CreatedDate", "%Y-%m-%dT%H:%M:%S.%fZ")):
        contact[column] = pd.to_datetime(contact[column], format=form)

    def holds(test: Test) -> Any:
        if type(test.value) is date:
            test = Test(test.column, test.operator, pd.Timestamp(test.value))
        return _holds(contact[test.column], test, pd.Series.isna, _pandas_like, pd.Series.isin)

    def rows(query: Query) -> int:
        mask = holds(query.tests[0])
        for test in query.tests[1:]:
            mask &= holds(test)
        if query.industry:
            mask &= contact["AccountId"].isin(account["Id"][account["Industry"] == query.industry.lower()])
        if query.limit:
            return len(contact.loc[mask, ["Id", "CreatedDate"]].nlargest(query.limit, "CreatedDate"))
        return int(mask.sum())

    return _some(begin, rows, queries(count)[:FEWER])


def _frame(pd: Any, folder: Path, name: str) -> Any:
    """Return a table with its texts in lower case."""
    frame = pd.read_parquet(folder / "stored" / f"{name}.parquet", columns=_columns(name))
    for column in frame.columns:
        if not column.endswith(("Id", "Birthdate", "CreatedDate")):
            frame[column] = frame[column].str.lower()
    return frame


def _polars_like(column: Any, value: str) -> Any:
    return column.str.starts_with(value)


def _pandas_like(column: Any, value: str) -> Any:
    return column.str.startswith(value).fillna(False)  # noqa: FBT003 - what a missing text gives


def _holds(
    column: Any,
    test: Test,
    is_null: Callable[[Any], Any],
    like: Callable[[Any, str], Any],
    is_in: Callable[[Any, Any], Any],
) -> Any:
    """Return a comparison in the words that pandas and Polars share."""
    if test.operator == "null":
        return is_null(column) if test.value else ~is_null(column)
    if test.operator == "like":
        return like(column, test.value)
    if test.operator == "in":
        return is_in(column, list(test.value))
    compared = {
        "=": column.__eq__,
        "<": column.__lt__,
        ">": column.__gt__,
        ">=": column.__ge__,
    }
    return compared[test.operator](test.value)


def _some(begin: float, rows: Callable[[Query], int], chosen: Sequence[Query]) -> dict[str, Any]:
    load = time.perf_counter() - begin
    found = [rows(query) for query in chosen]
    return {"seconds": time.perf_counter() - begin, "load": load, "rows": found}


# --- measuring ---------------------------------------------------------------------------------------------

WAYS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "generate": generate,
    "limit": limit,
    "floodmark": ours,
    "polars": with_polars,
    "pandas": with_pandas,
}


def measured(way: str, folder: Path, count: int) -> dict[str, Any]:
    """Run one way in a process of its own. This one stays small: its peak would count as its child's."""
    with tempfile.TemporaryDirectory(prefix="out-", dir=folder) as scratch:
        (Path(scratch) / "stored").symlink_to(folder)
        done = subprocess.run(
            [sys.executable, __file__, way, scratch, str(count)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def main(records: int = RECORDS, count: int = QUERIES) -> dict[str, float]:
    """Print and return the figures: of the limit and Floodmark the better of two runs each, taken in turn."""
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        folder = Path(scratch)
        measured("generate", folder, records)
        runs = [{way: measured(way, folder, count) for way in ("limit", "floodmark")} for _ in range(2)]
        others = {way: measured(way, folder, count) for way in ("polars", "pandas") if find_spec(way)}
    best = {way: min((run[way] for run in runs), key=_seconds) for way in ("limit", "floodmark")}
    truth = best["limit"]["rows"]
    for way, found in {"floodmark": best["floodmark"], **others}.items():
        assert found["rows"] == truth[: len(found["rows"])], f"{way} counts other rows"
    ratio = _seconds(best["floodmark"]) / _seconds(best["limit"])
    print(f"replay   {count} queries, {records:,} records; load average {os.getloadavg()[0]:.1f}")
    print(
        "  seconds: " + ", ".join(f"{way} {[round(run[way]['seconds'], 1) for run in runs]}" for way in best)
    )
    for way, found in {**best, **others}.items():
        share = len(found["rows"]) / count
        whole = found["load"] + (found["seconds"] - found["load"]) / share
        note = "" if share == 1 else f"   from {len(found['rows'])} queries, scaled"
        print(
            f"  {way:<10}{whole:8.1f} s, of which loading {found['load']:6.1f} s"
            f"   processor {found['cpu']:6.1f} s   peak {found['peak_mb']:6.0f} MB{note}"
        )
    print(
        f"  worker of floodmark: peak {best['floodmark']['worker_mb']:.0f} MB; {best['floodmark']['steps']}"
    )
    cpu = best["floodmark"]["cpu"] / best["limit"]["cpu"]
    print(f"  floodmark against the limit: ratio {ratio:.2f} (bar 3), of processor time {cpu:.2f}")
    return {"limit_s": _seconds(best["limit"]), "floodmark_s": _seconds(best["floodmark"]), "ratio": ratio}


def _seconds(found: dict[str, Any]) -> float:
    return found["seconds"]


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        answer = WAYS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
        own = resource.getrusage(resource.RUSAGE_SELF)
        worker = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own.ru_utime + own.ru_stime + worker.ru_utime + worker.ru_stime
        print(json.dumps({**answer, "cpu": cpu, "peak_mb": own.ru_maxrss / 1024}))
    else:
        main(*map(int, sys.argv[1:3]))
