"""Simulated evidence with an hour of one log taken out, and what the rest still proves.

Standard library only: what is left is counted from the simulator's own books (`key/`), not by the package.

Which hour of which log hides what, in the scenario `qantas` (the hours of a request are in `key/traces.csv`):

BulkApiResultEventStore   the text of a bulk job, and so its fields and its records; that a job ran over the
                          contacts, how many rows it had and that all pages were fetched is still in BulkApi2 and
                          ApiTotalUsage. A job whose downloads run past the full hour keeps its text.
BulkApi2                  how many rows a job had and when it ran, where the hour holds its last row. Text and downloads
                          stay, but a result can be fetched for a week: of a record that changed in the week before
                          the download nobody can tell any more what its values were.
ApiTotalUsage, RestApi    nothing alone: each download stands in the other and in BulkApiResultEventStore.
ApiEvent                  the ids of the small sample at the start: its text is still in RestApi, but under a limit a
                          text alone does not say which records.

In `vishing-data-loader` no hour of one log hides a read that has no limit: API tells the text and the rows of what
ApiEvent tells, and the text gives the ids.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from simulate import readings

RESULT_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Visible:
    """What the logs still prove, counted as the key counts."""

    requests: tuple[str, ...]
    """Requests of which text and every page are still seen, or the one record."""
    partly: dict[str, tuple[str, ...]]
    """Requests of which something is gone -> what is gone: `text`, `count`, `page`, `ids` or `record`; one that
    lacks only its count is among `requests` too."""
    hidden: tuple[str, ...]
    """Requests of which no row is left."""
    rows: dict[str, int]
    """Request -> records that it handed out, of all requests."""
    records: dict[str, int]
    """Object -> records that the visible requests surely handed out, each once."""
    people: int
    """Persons of whom at least one value is surely gone by the visible requests."""
    categories: dict[str, int]
    """Category -> persons who surely lost a value of it by the visible requests."""


def hour_of(text: str) -> datetime:
    """Return the full hour of a time as it stands in a log or in the key."""
    plain = text.replace("T", " ").split("+")[0].rstrip("Z")
    if plain[:14].isdigit():
        return datetime.strptime(plain[:10], "%Y%m%d%H")  # noqa: DTZ007 - all times here are plain UTC
    return datetime.strptime(plain[:13], "%Y-%m-%d %H")  # noqa: DTZ007


def hours(directory: Path, request: str, log: str) -> list[datetime]:
    """Return the hours in which `log` tells something of `request`, sorted."""
    return sorted(
        {
            hour_of(row["done_at"])
            for row in _traces(directory)
            if (row["request"], row["log"]) == (request, log)
        }
    )


def visible(directory: Path, log: str = "", hour: datetime | None = None) -> Visible:
    """Return what is still proven without the rows of `log` in `hour`; all of it without the two.

    Args:
        directory: a folder that `simulate` wrote; its logs are not looked at.
        log: name of an event type, such as `BulkApiResultEventStore`.
        hour: the full hour (UTC) that is gone.
    """
    key = json.loads((directory / "key" / "answer.json").read_text("utf-8"))
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    left: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in _traces(directory):
        what = (row["tells"], "" if row["tells"] in {"text", "count"} else row["page"])
        told[row["request"]].add(what)
        if (row["log"], hour_of(row["done_at"])) != (log, hour):
            left[row["request"]].add(what)
    # an aggregate hands out no record, so that nothing of it can be proven or lost
    asked = {each["request"]: each for each in key["requests"] if each["kind"] != "aggregate"}
    gone = {name: _gone(told[name] - left[name], each["query"] or "") for name, each in asked.items()}
    whole = tuple(sorted(name for name, what in gone.items() if set(what) <= {"count"}))
    undated = {name: _first_page(directory, name) - RESULT_LIFE for name in whole if "count" in gone[name]}
    fields = {name: set(asked[name]["fields"]) for name in whole}
    records, people, categories = _counted(directory, fields, undated)
    return Visible(
        requests=whole,
        partly={name: what for name, what in sorted(gone.items()) if what and left[name]},
        hidden=tuple(sorted(name for name in asked if not left[name])),
        rows={name: each["rows"] for name, each in sorted(asked.items())},
        records=records,
        people=people,
        categories=categories,
    )


def _gone(lost: set[tuple[str, str]], query: str) -> tuple[str, ...]:
    """Return what is not told any more. Ids need not be: without a limit the text gives the same records."""
    limited = "limit" in query.casefold().split()
    return tuple(sorted({what for what, _ in lost if what != "ids" or limited}))


def _traces(directory: Path) -> list[dict[str, str]]:
    return readings.table(directory / "key" / "traces.csv")


def _first_page(directory: Path, request: str) -> datetime:
    times = [
        row["done_at"] for row in _traces(directory) if (row["request"], row["tells"]) == (request, "page")
    ]
    return datetime.fromisoformat(min(times))


def _changed(directory: Path) -> dict[str, datetime]:
    """Return record id -> the time of its last change, of the contacts."""
    rows = readings.table(directory / "tables" / "Contact.csv")
    return {row["Id"]: datetime.fromisoformat(row["SystemModstamp"]).replace(tzinfo=None) for row in rows}


def _counted(
    directory: Path, asked: dict[str, set[str]], undated: dict[str, datetime]
) -> tuple[dict[str, int], int, dict[str, int]]:
    """Count records by object, persons, and persons by category, that these requests surely reached.

    Of an undated request only values of records count that did not change after the time given for it.
    """
    changed = _changed(directory) if undated else {}
    records: dict[str, int] = defaultdict(int)
    lost: dict[str, set[str]] = defaultdict(set)
    with (directory / "key" / "records.csv").open(encoding="utf-8", newline="") as body:
        for row in csv.DictReader(body):
            by = [name for name in row["requests"].split(";") if name in asked]
            if not by:
                continue
            records[row["object"]] += 1
            sure = [each for each in by if each not in undated or changed[row["id"]] < undated[each]]
            named = set[str]().union(*(asked[each] for each in sure))
            lost[row["person"]] |= {
                readings.CATEGORIES[row["object"]][field]
                for field in row["fields"].split(";")
                if field in named
            }
    by_category: dict[str, int] = defaultdict(int)
    for found in lost.values():
        for category in found:
            by_category[category] += 1
    return dict(records), sum(1 for found in lost.values() if found), dict(by_category)


def drop_hour(directory: Path, log: str, hour: datetime) -> int:
    """Take the rows of `log` in `hour` out of the folder's files; return how many rows, copies counted each time.

    An hourly file of that hour is deleted; of other files only the rows go, the rest stays as it is.
    """
    return sum(_without(path, hour) for path in sorted((directory / "logs").iterdir()) if _is_of(path, log))


def _is_of(path: Path, log: str) -> bool:
    return f"_{log}_" in path.name or path.name.startswith((f"{log}_", f"{log}."))


def _without(path: Path, hour: datetime) -> int:
    """Take the rows of the hour out of one file; delete a file of which nothing is left."""
    text = readings.body(path).decode("utf-8")
    if ".csv" in path.name:
        count, left = _csv_without(text, hour)
    elif ".ndjson" in path.name:
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if hour_of(json.loads(line)["EventDate"]) != hour]
        count, left = len(lines) - len(kept), "".join(kept)
    else:
        count, left = _json_without(text, lambda each: hour_of(each["EventDate"]) == hour)
    if not count:
        return 0
    if not left:
        path.unlink()
    else:
        body = left.encode()
        path.write_bytes(gzip.compress(body, mtime=0) if path.suffix == ".gz" else body)
    return count


def _csv_without(text: str, hour: datetime) -> tuple[int, str]:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    place = next(header.index(name) for name in ("TIMESTAMP", "EventDate", "LoginTime") if name in header)
    kept = [row for row in rows if hour_of(row[place]) != hour]
    return len(rows) - len(kept), _csv([header, *kept]) if kept else ""


def _csv(rows: Iterable[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _json_without(text: str, gone: Callable[[dict[str, Any]], bool]) -> tuple[int, str]:
    """Take records out of a query answer or a list; the answer's own total stays, as a lost part leaves it."""
    answer: Any = json.loads(text)
    paged = "records" in answer
    records: list[dict[str, Any]] = answer["records"] if paged else answer
    kept = [each for each in records if not gone(each)]
    left: Any = {**answer, "records": kept} if paged else kept
    return len(records) - len(kept), json.dumps(left, ensure_ascii=False) if kept else ""
