"""Plain rows for detectors: three weeks of an agent's work in the browser, and what an intruder adds."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from floodmark import engine
from floodmark.engine import Engine, quote
from floodmark.findings import Detector, detect
from floodmark.ledger.source import SLOTS
from floodmark.models import Detected, Finding

AGENT = "0055j000000utlPAAQ"
COLLEAGUE = "0055j000000utlQAAQ"
OFFICE = "203.0.113.5"
HOST = "192.0.2.77"
START = datetime(2025, 6, 2, 8)  # noqa: DTZ001 - the engine's timestamps are plain UTC
BROWSER = "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0"
Row = dict[str, Any]
_COLUMNS = {"event": "VARCHAR", "log": "VARCHAR", "item": "VARCHAR", "row": "BIGINT", **SLOTS}
_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR[]": pa.list_(pa.string()),
}
_SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in _COLUMNS.items()])


def row(at: datetime, log: str, operation: str, **slots: Any) -> Row:
    """Return one event; its id follows from its content, so that order never shows in it."""
    told = {"actor": AGENT, "ip": OFFICE, **slots}
    ident = f"{log}/{at.isoformat()}/{operation}/{sorted(told.items(), key=str)}"
    return {"event": ident, "log": log, "item": "file", "row": 0, "at": at, "operation": operation, **told}


def work(days: int = 21, *, actor: str = AGENT, ip: str | None = OFFICE) -> list[Row]:
    """Return the ordinary days: one login, and twenty pages opened in eight hours."""
    found: list[Row] = []
    for day in range(days):
        at = START + timedelta(days=day)
        door = {"actor": actor, "ip": ip, "session": f"s-{actor[14]}{day}", "login": f"l-{actor[14]}{day}"}
        found.append(row(at, "salesforce.elf.Login", "login", user_agent=BROWSER, **door))
        for page in range(20):
            seen = {"objects": ["Contact"], "matched_rows": 1, "delivered_rows": 1}
            opened = at + timedelta(minutes=24 * page + 1)
            ident = [f"003{day:02}{page:02}"]
            found.append(
                row(
                    opened,
                    "salesforce.elf.LightningPageView",
                    "page_view",
                    record_ids=ident,
                    user_agent=BROWSER,
                    **seen,
                    **door,
                )
            )
    return found


def export(
    at: datetime, rows: int = 4_000, *, known: bool = False, key: str = "x", actor: str = AGENT, **more: Any
) -> list[Row]:
    """Return a paged query in all its logs, by an unknown client from a hosting network, or by neither."""
    door = {"session": f"s-{key}", "login": f"l-{key}", "ip": OFFICE if known else HOST, "actor": actor}
    client = {} if known else {"client": "My Ticket Portal", "app_id": "0H45j0000000001AAA"}
    query = {"query": "SELECT Id, Email FROM Contact", "objects": ["Contact"], **more}
    found = [
        row(
            at,
            "salesforce.elf.Login",
            "login",
            user_agent=BROWSER if known else "python-requests/2.32",
            **door,
        )
    ]
    for page in range(-(-rows // 2_000)):
        now = min(2_000, rows - page * 2_000)
        told = {**query, "request_key": f"{key}-{page}", "outcome": "success"}
        when = at + timedelta(seconds=30 + 3 * page)
        operation = "query_more" if page else "query"
        found.append(row(when, "salesforce.elf.API", operation, matched_rows=now, **told, **door))
        found.append(
            row(
                when,
                "salesforce.rtem.ApiEvent",
                operation,
                matched_rows=rows,
                delivered_rows=now,
                **told,
                **door,
                **client,
            )
        )
        blind = {
            name: value for name, value in (told | door).items() if name not in {"query", "session", "login"}
        }
        found.append(row(when, "salesforce.elf.ApiTotalUsage", operation, **blind, **client))
    return found


def weekly(at: datetime, times: int, rows: int, *, actor: str = AGENT) -> list[Row]:
    """Return the same known export once a week."""
    return [
        each
        for week in range(times)
        for each in export(at + timedelta(weeks=week), rows, known=True, key=f"w{week}", actor=actor)
    ]


@contextmanager
def ledger(rows: Iterable[Mapping[str, Any]]) -> Iterator[Engine]:
    """Yield an engine on which `event` holds `rows`, in the order given."""
    with engine.memory(threads=2) as connection:
        connection.execute(
            f"CREATE TABLE event ({', '.join(f'{quote(name)} {kind}' for name, kind in _COLUMNS.items())})"
        )
        connection.register("given", pa.Table.from_pylist([dict(each) for each in rows], schema=_SCHEMA))
        connection.execute("INSERT INTO event SELECT * FROM given")
        yield Engine(connection)


def found(rows: Iterable[Mapping[str, Any]], since: datetime | None = None) -> Detected:
    """Return what all detectors find in `rows`."""
    with ledger(rows) as opened:
        return detect(opened, since)


def kept(opened: Engine, table: str) -> list[Row]:
    """Return the rows of a table as dictionaries, in an order that follows from their content."""
    names = [name for name, *_ in opened.rows(f"DESCRIBE {quote(table)}")]
    rows = [dict(zip(names, each, strict=True)) for each in opened.rows(f"FROM {quote(table)}")]
    return sorted(rows, key=repr)


def signs(rows: Iterable[Mapping[str, Any]], detector: Detector, *kinds: str) -> list[Row]:
    """Return the signs of one detector by time, of these kinds or of any: its columns, weight and words."""
    with ledger(rows) as opened:
        detect(opened, detectors=[detector])
        facts = {each["sign"]: each for each in kept(opened, detector.table)}
        weighed = kept(opened, "detect_weighed")
    made = [
        {
            **each,
            **facts[each["sign"]],
            "points": each["points"],
            "told": " / ".join(detector.told(facts[each["sign"]])),
        }
        for each in weighed
        if not kinds or each["kind"] in kinds
    ]
    return sorted(made, key=lambda each: (each["told_at"], each["actor"], each["kind"], each["sign"]))


def certain(detected: Detected) -> list[Finding]:
    """Return the findings that are accepted without a person."""
    return [each for each in detected.findings if (each.severity, each.confidence) == ("high", "high")]
