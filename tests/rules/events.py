"""Events from the samples that a rule file carries."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from floodmark.ledger.source import SLOTS

Event = dict[str, Any]


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
