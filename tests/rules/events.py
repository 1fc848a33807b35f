"""Events from the samples that a rule file carries, and a ledger that holds them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from floodmark import engine
from floodmark.engine import Engine, quote
from floodmark.ledger.source import SLOTS

Event = dict[str, Any]
COLUMNS = {"event": "VARCHAR", "log": "VARCHAR", **SLOTS}
_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR[]": pa.list_(pa.string()),
}
SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])


def expanded(sample: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Return the events of a sample: `times` and `every_s` repeat one, `{n}` is its number."""
    found: list[Event] = []
    for each in sample:
        slots = dict(each)
        times, every_s = slots.pop("times", 1), slots.pop("every_s", 0)
        at = datetime.fromisoformat(slots.pop("at"))
        for number in range(times):
            told = {name: _filled(name, value, number) for name, value in slots.items()}
            found.append({**told, "at": at + timedelta(seconds=number * every_s)})
    return [{"event": f"e{number:05}", **each} for number, each in enumerate(found)]


def _filled(name: str, value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [_filled("", each, number) for each in value]
    text = value.replace("{n}", f"{number:04}") if isinstance(value, str) else value
    return int(text) if SLOTS.get(name) == "BIGINT" else text


@contextmanager
def ledger(events: Iterable[Mapping[str, Any]]) -> Iterator[Engine]:
    """Yield an engine on which `event` holds the events."""
    with engine.memory(threads=2) as connection:
        columns = ", ".join(f"{quote(name)} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE event ({columns})")
        connection.register("given", pa.Table.from_pylist([dict(each) for each in events], schema=SCHEMA))
        connection.execute("INSERT INTO event SELECT * FROM given")
        yield Engine(connection)
