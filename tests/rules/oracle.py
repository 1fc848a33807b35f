"""What rules mean, told a second time: plain loops over plain events, from the rule as written.

It takes the rule's mapping, not what the package made of it, and knows only the modifiers and shapes that
the strategies draw.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

Event = Mapping[str, Any]
SERVICES = {
    "rtem.apievent": lambda log: log == "salesforce.rtem.ApiEvent",
    "eventlogfile.restapi": lambda log: log == "salesforce.elf.RestApi",
    "any": lambda log: log.startswith("salesforce."),
    "okta": lambda log: log.startswith("okta."),
}
NAMES = {"USER_AGENT": "user_agent", "Query": "query", "RowsProcessed": "matched_rows", "eventType": "method"}


def wildcard(pattern: str) -> re.Pattern[str]:
    """Return a pattern with `*` and `?` as an expression that must fit the whole text."""
    found, place = "", 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\" and place + 1 < len(pattern) and pattern[place + 1] in "*?\\":
            place += 1
            found += re.escape(pattern[place])
        else:
            found += {"*": ".*", "?": "."}.get(letter, re.escape(letter))
        place += 1
    return re.compile(found, re.DOTALL)


def one(value: Any, wanted: Any, modifiers: list[str]) -> bool:
    """Say whether one value fits one wanted value."""
    if "exists" in modifiers:
        return (value is not None) == wanted
    if wanted is None or value is None:
        return wanted is None and value is None
    if isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, int):
        (compare,) = [COMPARED[each] for each in modifiers if each in COMPARED] or [lambda a, b: a == b]
        return compare(value, int(wanted))
    return text_fits(value, str(wanted), set(modifiers))


COMPARED = {
    "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b,
}  # fmt: skip


def text_fits(value: str, wanted: str, modifiers: set[str]) -> bool:
    """Say whether a text fits a text, a pattern, an expression or a network."""
    if "re" in modifiers:
        return re.search(wanted, value, re.IGNORECASE if "i" in modifiers else 0) is not None
    if "cidr" in modifiers:
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(wanted)
        except ValueError:
            return False
    pattern = "*" * bool(modifiers & {"contains", "endswith"}) + wanted
    pattern += "*" * bool(modifiers & {"contains", "startswith"})
    if "cased" not in modifiers:
        return wildcard(pattern.lower()).fullmatch(value.lower()) is not None
    return wildcard(pattern).fullmatch(value) is not None


def item(event: Event, key: str, wanted: Any) -> bool:
    """Say whether one line of a selection fits."""
    name, *modifiers = key.split("|")
    value = event.get(NAMES.get(name, name))
    values = value if isinstance(value, list) else [value]
    asked = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(value, list) and ("exists" in modifiers or wanted is None):
        return "exists" in modifiers and bool(wanted)
    each = [any(one(found, want, modifiers) for found in values) for want in asked]
    fits = all(each) if "all" in modifiers else any(each)
    return not fits if "neq" in modifiers else fits


def selection(event: Event, wanted: Any) -> bool:
    """Say whether a selection fits: a mapping wholly, a list of mappings in one of them."""
    if isinstance(wanted, list):
        return any(selection(event, each) for each in wanted)
    return all(item(event, key, value) for key, value in wanted.items())


def fits(event: Event, rule: Mapping[str, Any]) -> bool:
    """Say whether a rule about single events fits an event. Its condition is one that Python can read."""
    if not SERVICES[rule["logsource"]["service"]](event["log"]):
        return False
    named = {name: selection(event, each) for name, each in rule["detection"].items() if name != "condition"}
    return eval(rule["detection"]["condition"], {}, named)  # noqa: S307 - drawn by the strategies


# ---- correlations: a hit is (completing event, time, begin, end, count)

Hit = dict[str, Any]
OPERATORS = {
    "gte": lambda a, b: a >= b, "gt": lambda a, b: a > b, "lte": lambda a, b: a <= b,
    "lt": lambda a, b: a < b, "eq": lambda a, b: a == b,
}  # fmt: skip


def single_hits(rule: Mapping[str, Any], events: Iterable[Event]) -> list[Hit]:
    """Return the hits of a rule about single events."""
    return [
        {"event": each, "at": each["at"], "begins_at": each["at"], "ends_at": each["at"], "count": 1}
        for each in events
        if fits(each, rule)
    ]


def grouped(
    parts: list[list[Hit]], group_by: list[str], value: str | None
) -> dict[Any, list[tuple[int, Hit, Any]]]:
    """Return group -> its hits, each with the number of its part and the value counted."""
    found: dict[Any, list[tuple[int, Hit, Any]]] = {}
    for number, hits in enumerate(parts):
        for hit in hits:
            key = tuple(hit["event"].get(name) for name in group_by)
            counted = hit["event"].get(value) if value else ""
            if None in key or counted is None:
                continue
            for each in counted if isinstance(counted, list) else [counted]:
                folded = tuple(str(part).lower() for part in key)
                found.setdefault(folded, []).append((number, hit, str(each).lower()))
    return found


def correlated(correlation: Mapping[str, Any], parts: list[list[Hit]]) -> list[Hit]:
    """Return the hits of a correlation over the hits of its rules."""
    span = timedelta(seconds=int(correlation["timespan"][:-1]))
    kind = correlation["type"]
    condition: Mapping[str, Any] = correlation.get("condition") or {"gte": len(parts)}
    ((operator, limit),) = [pair for pair in condition.items() if pair[0] != "field"]
    found: list[Hit] = []
    for hits in grouped(parts, correlation["group-by"], condition.get("field")).values():
        complete: list[Hit] = []
        for number, hit, _ in hits:
            count, begins_at = counted(kind, hits, number, hit, span=span, parts=len(parts))
            if OPERATORS[operator](count, limit):
                complete.append({**hit, "begins_at": begins_at, "count": count, "until": hit["ends_at"]})
        found += runs(complete, span)
    return found


def counted(
    kind: str, hits: list[tuple[int, Hit, str]], number: int, hit: Hit, *, span: timedelta, parts: int
) -> tuple[int, Any]:
    """Return the count of the window that ends with a hit, and its first time."""
    if kind == "temporal_ordered":
        starts = chains(hits, number, hit["at"])
        good = [start for start in starts if hit["at"] - start <= span] if number == parts - 1 else []
        return (parts, max(good)) if good else (0, None)
    inside = [each for each in hits if hit["at"] - span <= each[1]["at"] <= hit["at"]]
    if kind == "temporal":
        last = {}
        for which, each, _ in inside:
            last[which] = max(last.get(which, each["begins_at"]), each["begins_at"])
        return len(last), min(last.values())
    begins_at = min(each["begins_at"] for _, each, _ in inside)
    if kind == "value_count":
        return len({value for _, _, value in inside}), begins_at
    return len({each["event"]["event"] for _, each, _ in inside}), begins_at


def chains(hits, number, at):
    """Return the times at which a chain up to part `number`, ending at `at`, can have begun."""
    if number == 0:
        return {at}
    before = {each["at"] for which, each, _ in hits if which == number - 1 and each["at"] <= at}
    return {start for time in before for start in chains(hits, number - 1, time)}


def runs(complete: list[Hit], span: timedelta) -> list[Hit]:
    """Return the first of each run of complete events that follow each other within the span."""
    found: list[Hit] = []
    last = None
    for each in sorted(complete, key=lambda hit: (hit["at"], hit["event"]["event"])):
        if last is None or each["at"] - last > span:
            found.append({**each, "ends_at": each["until"]})
        else:
            found[-1]["ends_at"] = max(found[-1]["ends_at"], each["until"])
        last = each["at"]
    return found
