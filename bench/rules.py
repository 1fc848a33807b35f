"""A hundred detection rules over ten million events, against only scanning the columns that they use.

The rules are those of the package and variants of them, written out as rule files and loaded as a case
loads its own. Compared with: the same engine hashing the same columns of the same file, which reads and
decodes every value and keeps nothing; and SQLite evaluating the same rules about single events on fewer
rows of the same events, one statement a rule, as the known tools on SQLite do.

Ratios are of processor time, which other work on the machine does not change much, and of wall time.
"""

# ruff: noqa: E501 - values of the generated events, one a line
from __future__ import annotations

import argparse
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaRule
from sigma.types import SigmaBool, SigmaCompareExpression, SigmaExists, SigmaNull, SigmaNumber, SigmaString

from floodmark import engine
from floodmark.engine import Engine, literal, quote
from floodmark.ledger.source import SLOTS
from floodmark.sigma import SHIPPED, Rules, Simple, fields, load
from floodmark.sigma.conditions import slots
from floodmark.sigma.plan import Plan

EVENTS = 10_000_000
SQLITE_EVENTS = 200_000
RULES = 100
_HUNDREDTHS = "(hash(i) % 10000)"
_LOG = f"""CASE WHEN {_HUNDREDTHS} < 2400 THEN 'salesforce.elf.LightningPageView'
    WHEN {_HUNDREDTHS} < 4200 THEN 'salesforce.elf.AuraRequest' WHEN {_HUNDREDTHS} < 5400 THEN 'salesforce.elf.RestApi'
    WHEN {_HUNDREDTHS} < 6600 THEN 'salesforce.elf.ApiTotalUsage' WHEN {_HUNDREDTHS} < 7600 THEN 'salesforce.rtem.ApiEvent'
    WHEN {_HUNDREDTHS} < 8300 THEN 'salesforce.rtem.LightningUriEvent' WHEN {_HUNDREDTHS} < 8800 THEN 'salesforce.elf.API'
    WHEN {_HUNDREDTHS} < 9300 THEN 'okta.system_log' WHEN {_HUNDREDTHS} < 9600 THEN 'salesforce.elf.Login'
    WHEN {_HUNDREDTHS} < 9750 THEN 'salesforce.elf.Report' WHEN {_HUNDREDTHS} < 9900 THEN 'salesforce.elf.ContentTransfer'
    WHEN {_HUNDREDTHS} < 9990 THEN 'salesforce.elf.BulkApi2' ELSE 'salesforce.SetupAuditTrail' END"""
_KIND = """CASE WHEN contains(log, 'Lightning') THEN 'page_view' WHEN ends_with(log, 'ContentTransfer') THEN 'file'
    WHEN ends_with(log, '.Report') THEN 'report' WHEN ends_with(log, 'Login') OR log = 'okta.system_log' THEN 'login'
    WHEN ends_with(log, 'BulkApi2') THEN 'bulk_job' WHEN ends_with(log, 'Trail') THEN 'setup'
    WHEN ends_with(log, 'AuraRequest') THEN 'other' WHEN h % 10 < 5 THEN 'query' WHEN h % 10 < 7 THEN 'query_more'
    WHEN h % 10 < 9 THEN 'record' ELSE 'describe' END"""
# What an event of the benchmark holds: about 300 people at work for 60 days, every value of our own.
VALUES = {
    "uid": "md5(i::VARCHAR)",
    "at": "TIMESTAMP '2025-06-01' + to_milliseconds(i * 518)",
    "actor": "'0055j000000' || lpad((h % 300)::VARCHAR, 4, '0') || 'AAA'",
    "actor_name": "'person' || (h % 300) || '@example.com'",
    "ip": "'203.0.' || (h % 7) || '.' || (h % 250)",
    "session": "substr(md5((h % 300 * 100000 + i // 20000)::VARCHAR), 1, 16)",
    "login": "substr(md5((h % 300 * 100000 + i // 40000)::VARCHAR), 1, 16)",
    "client": "['Nightly', 'Phones', 'Marketing', NULL][1 + h % 4]",
    "app_id": "['0H45j000000000AAAA', '0H45j000000000BAAA', NULL][1 + h % 3]",
    "user_agent": """['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36',
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15',
        'Nightly/4.2 (export; Java 17)', '13047000'][1 + h % 4]""",
    "operation": "kind",
    "method": """CASE kind WHEN 'report' THEN ['ReportRunFromLightning', 'ReportExported'][1 + (h % 20 = 0)::INTEGER]
        WHEN 'bulk_job' THEN ['InProgress', 'JobComplete'][1 + h % 2] WHEN 'setup' THEN 'changedUserEmail'
        WHEN 'login' THEN CASE WHEN log = 'okta.system_log' THEN 'user.authentication.sso' ELSE 'Application' END
        ELSE ['GET', 'query', 'POST'][1 + h % 3] END""",
    "outcome": "['success', 'success', 'success', 'failure'][1 + (h >> 8) % 4]",
    "objects": "CASE WHEN kind IN ('query', 'page_view', 'record', 'bulk_job') THEN [['Case', 'Contact', 'Account', 'Task', 'Product2'][1 + h % 5]] END",
    "query": """CASE WHEN kind = 'query' THEN 'SELECT Id, Name, Email, Phone, MailingCity, LastModifiedDate FROM '
        || ['Case', 'Contact', 'Account', 'Task'][1 + h % 4] || ' WHERE Id = ''' || md5((h % 100000)::VARCHAR) || '''' END""",
    "matched_rows": "(h % 2000)::BIGINT",
    "delivered_rows": "(h % 2000)::BIGINT",
    "byte_count": "(h % 300000)::BIGINT",
    "record_ids": "CASE WHEN kind IN ('page_view', 'record', 'file') THEN ['003' || upper(substr(md5((h % 500000)::VARCHAR), 1, 12)) || 'AAA'] END",
    "request_key": "md5((i // 2)::VARCHAR)",
    "job": "CASE WHEN kind = 'bulk_job' THEN '750' || lpad((i // 4000)::VARCHAR, 12, '0') || 'AAA' END",
    "resource": """CASE kind WHEN 'query_more' THEN '/services/data/v58.0/query/01g' || (h % 90000) || '-' || (2000 * (h % 9))
        WHEN 'describe' THEN '/services/data/v58.0/sobjects/Object' || (h % 40) || '/describe'
        WHEN 'other' THEN NULL ELSE '/services/data/v58.0/sobjects/Contact/003' || (h % 500000) END""",
}


def generate(target: Path, events: int) -> None:
    """Write the events as one Parquet file, by time, as the ledger's parts are."""
    columns = ", ".join(
        f"({VALUES.get(name, 'NULL')})::{kind} AS {quote(name)}" for name, kind in SLOTS.items()
    )
    with engine.memory() as connection:
        connection.execute(
            f"COPY (WITH made AS (SELECT i, (hash(i + 7) >> 1)::BIGINT AS h, {_LOG} AS log FROM range({events}) t(i)),"
            f" kinds AS (SELECT *, {_KIND} AS kind FROM made)"
            f" SELECT md5('e' || i) AS event, log, {columns} FROM kinds ORDER BY i)"
            f" TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        )


def variants(count: int) -> Iterator[dict[str, Any]]:
    """Yield rules about single events like those of the package, each with other values."""
    shapes: tuple[Callable[[int], dict[str, Any]], ...] = (
        lambda n: {"user_agent|contains": [f"fetcher-{n}", f"scanner/{n}."]},
        lambda n: {"operation": "query", "query|contains": [f"Secret{n}__c", f"Passport{n}__c"]},
        lambda n: {"operation": ["query", "bulk_job"], "objects": [f"Vault{n}__c", f"Card{n}__c"]},
        lambda n: {"client|startswith": [f"My Ticket {n}", f"Dashboard {n}"]},
        lambda n: {"ip": [f"192.0.2.{n}", f"198.51.100.{n}"]},
        lambda n: {"operation": "query", "byte_count|gt": 299_000 + n, "matched_rows|gte": 1_900},
        lambda n: {"method|startswith": f"insertConnected{n}"},
        lambda n: {"resource|endswith": f"/sobjects/Vault{n}__c/describe", "operation": "describe"},
        lambda n: {"app_id": f"0H45j00000{n:05}AAA", "operation": ["query", "record"]},
    )
    services = ("any", "eventlogfile.restapi", "rtem.apievent")
    for number in range(count):
        yield {
            "title": f"Variant {number}",
            "name": f"variant-{number:02}",
            "logsource": {"product": "salesforce", "service": services[number % 3]},
            "detection": {"selection": shapes[number % len(shapes)](number), "condition": "selection"},
            "level": "low",
        }


class Spent(NamedTuple):
    """Seconds, by the clock and of the processor."""

    wall: float
    processor: float


def spent(work: Callable[[], Any]) -> Spent:
    """Run some work once and return what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - processor)


def best(work: Callable[[], Any], times: int) -> Spent:
    """Return the least of some runs: what other work on the machine adds is no part of it."""
    runs = [spent(work) for _ in range(times)]
    return Spent(min(each.wall for each in runs), min(each.processor for each in runs))


def used(rules: Rules) -> list[str]:
    """Return the columns that the rules look at and that their hits carry."""
    plan = Plan(rules.rules)
    found = {"event", "log", "at", "actor", *(field.slot for each in plan.fields.values() for field in each)}
    for rule in rules.rules:
        if isinstance(rule.body, Simple):
            found |= slots(rule.body.condition)
    return sorted(found)


def loaded(folder: Path) -> Rules:
    """Return the rules of the package with variants, a hundred documents together."""
    shipped = len(load([SHIPPED]).rules)
    folder.mkdir()
    for rule in variants(RULES - shipped):
        (folder / f"{rule['name']}.yml").write_text(yaml.safe_dump(rule, sort_keys=False), "utf-8")
    rules = load([SHIPPED, folder])
    assert not rules.refused, rules.refused
    assert len(rules.rules) == RULES
    return rules


# ---- SQLite


def sqlite_condition(item: Any, product: str) -> str:
    """Return a condition tree as SQLite evaluates it, in the manner of the tools that use it: LIKE and REGEXP."""
    if isinstance(item, ConditionAND):
        return "(" + " AND ".join(sqlite_condition(each, product) for each in item.args) + ")"
    if isinstance(item, ConditionOR):
        return "(" + " OR ".join(sqlite_condition(each, product) for each in item.args) + ")"
    if isinstance(item, ConditionNOT):
        return f"NOT coalesce({sqlite_condition(item.args[0], product)}, 0)"
    field = fields.field(product, item.field)
    assert field is not None
    if field.name != field.slot:
        message = f"{field.name} is read out of a slot in a way of ours"
        raise NotImplementedError(message)
    return sqlite_test(quote(field.slot), item.value, listed=field.kind == "list")


def sqlite_test(column: str, value: Any, *, listed: bool) -> str:
    """Return one test; a list is kept as text with commas around each element."""
    match value:
        case SigmaNull():
            return f"{column} IS NULL"
        case SigmaExists():
            return f"{column} IS {'NOT ' if value else ''}NULL"
        case SigmaBool():
            return f"{column} = {int(bool(value))}"
        case SigmaCompareExpression():
            return (
                f"{column} { {'LT': '<', 'LTE': '<=', 'GT': '>', 'GTE': '>='}[value.op.name] } {value.number}"
            )
        case SigmaNumber():
            return f"{column} = {value}"
        case SigmaString():
            text = value.convert(escape_char="\\", wildcard_multi="%", wildcard_single="_", add_escaped="\\")
            return f"{column} LIKE {literal(f'%,{text},%' if listed else text)} ESCAPE '\\'"
        case _:
            return f"{column} REGEXP {literal('(?i)' + str(value.regexp))}"


def sqlite_rules(rules: Rules, files: list[Path]) -> dict[str, str]:
    """Return rule -> statement, for the rules about single events that name slots alone."""
    named = {rule.name: rule for rule in rules.rules}
    found: dict[str, str] = {}
    for file in files:
        for document in yaml.safe_load_all(file.read_text("utf-8")):
            rule = named[document["name"]]
            if not isinstance(rule.body, Simple):
                continue
            parsed = SigmaRule.from_dict(document)
            logs = rule.body.logs
            where = f"log LIKE '{logs.exact}'" if logs.exact else f"log LIKE '{logs.product}.%'"
            try:
                tree = sqlite_condition(parsed.detection.parsed_condition[0].parsed, logs.product)
            except NotImplementedError:
                continue
            found[rule.name] = f"SELECT count(*) FROM event WHERE {where} AND {tree}"
    return found


def sqlite_loaded(parquet: Path, events: int) -> sqlite3.Connection:
    """Return a database in memory with the first events, lists as text with commas."""
    names = ["event", "log", *SLOTS]
    shown = ", ".join(
        f"',' || array_to_string({quote(name)}, ',') || ','"
        if SLOTS.get(name) == "VARCHAR[]"
        else f"{quote(name)}::VARCHAR"
        if SLOTS.get(name) == "TIMESTAMP"
        else quote(name)
        for name in names
    )
    with engine.memory() as connection:
        rows = engine.rows(
            connection, f"SELECT {shown} FROM read_parquet({literal(str(parquet))}) LIMIT {events}"
        )
    database = sqlite3.connect(":memory:")
    expressions: dict[str, re.Pattern[str]] = {}

    def fits(pattern: str, text: str | None) -> bool:
        known = expressions.get(pattern) or expressions.setdefault(pattern, re.compile(pattern))
        return text is not None and known.search(text) is not None

    database.create_function("REGEXP", 2, fits, deterministic=True)
    database.execute(f"CREATE TABLE event ({', '.join(quote(name) for name in names)})")
    database.executemany(f"INSERT INTO event VALUES ({', '.join('?' * len(names))})", rows)
    return database


def beside_sqlite(rules: Rules, files: list[Path], parquet: Path, events: int) -> None:
    """Evaluate the same rules on the same events with SQLite and with the engine, and compare counts."""
    asked = sqlite_rules(rules, files)
    same = Rules(tuple(each for each in rules.rules if each.name in asked), ())
    database = sqlite_loaded(parquet, events)
    counts: dict[str, int] = {}

    def by_sqlite() -> None:
        for name, sql in asked.items():
            counts[name] = database.execute(sql).fetchone()[0]

    other = spent(by_sqlite)
    with engine.memory() as connection:
        connection.execute(
            f"CREATE VIEW event AS SELECT * FROM read_parquet({literal(str(parquet))}) LIMIT {events}"
        )
        made = Engine(connection)
        ours = best(lambda: same.evaluate(made), 2)
        found = dict(made.rows("SELECT rule, count(*) FROM detect_sigma_hit GROUP BY rule ORDER BY rule"))
    database.close()
    assert {name: count for name, count in counts.items() if count} == found, "SQLite and the engine differ"
    print(f"  SQLite, {len(asked)} of these rules, {events:,} events: {show(other)}")
    print(
        f"  floodmark, the same rules and events: {show(ours)}, {other.processor / ours.processor:.1f}x less processor time"
    )


def show(each: Spent) -> str:
    """Return two times as text."""
    return f"{each.wall:.2f} s, processor {each.processor:.2f} s"


def main(events: int = EVENTS, sqlite_events: int = SQLITE_EVENTS, times: int = 3) -> None:
    """Generate, measure, print."""
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        folder = Path(scratch)
        parquet = folder / "event.parquet"
        generate(parquet, events)
        rules = loaded(folder / "rules")
        columns = used(rules)
        with engine.memory() as connection:
            connection.execute(f"CREATE VIEW event AS SELECT * FROM read_parquet({literal(str(parquet))})")
            made = Engine(connection)
            hashed = f"SELECT bit_xor(hash({', '.join(quote(each) for each in columns)})) FROM event"
            scan = best(lambda: made.rows(hashed), times)
            ours = best(lambda: rules.evaluate(made), times)
            (base,) = made.row("SELECT count(*) FROM detect_sigma_base")
            (fitting,) = made.row(
                "SELECT count(*) FROM event WHERE operation IN ('page_view', 'record', 'file')"
                " AND record_ids[1] IS NOT NULL OR log = 'salesforce.elf.AuraRequest'"
                " OR operation IN ('query_more', 'describe') AND resource IS NOT NULL"
            )
            texts, distinct = made.row("SELECT count(query), count(DISTINCT query) FROM event")
            (hits,) = made.row("SELECT count(*) FROM detect_sigma_hit")
        print(
            f"rules: {RULES} documents, {len(rules.told)} told, over {events:,} events ({parquet.stat().st_size / 1e6:,.0f} MB)"
        )
        print(f"  scan of the {len(columns)} columns they use: {show(scan)}")
        print(f"  floodmark: {show(ours)}; {base:,} rows kept, {hits:,} hits are told")
        print(
            f"  ratio to the scan: {ours.processor / scan.processor:.2f} of processor time, {ours.wall / scan.wall:.2f} of wall time"
        )
        print(
            f"  of the events {texts / events:.1%} carry query text, {distinct:,} distinct;"
            f" at least {fitting / events:.1%} fit a rule that counts views, fetches, pages or requests"
        )
        files = [*sorted(SHIPPED.glob("*.yml")), *sorted((folder / "rules").glob("*.yml"))]
        beside_sqlite(rules, files, parquet, min(sqlite_events, events))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--sqlite-events", type=int, default=SQLITE_EVENTS)
    told = parser.parse_args(sys.argv[1:])
    main(told.events, told.sqlite_events)
