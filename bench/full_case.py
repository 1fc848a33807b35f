"""The published case at any size: time and memory of each step, and the scope against the answer key.

    python bench/full_case.py [CUSTOMERS [EVENTS [FOLDER]]]

CUSTOMERS is a multiple of 570 (default 57,000; the published case has 5,700,000). EVENTS is about how many
log rows honest users leave; 0 leaves it to the size of the tenant. With FOLDER everything is kept there, and
what an earlier run simulated in it is used again; else a scratch folder is used and removed. At 5,700,000
customers and 20,000,000 rows have 30 GB free.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from floodmark.simulate import simulate

FULL = 5_700_000
OBJECTS = ("Contact", "Case", "Account")
SNAPSHOT_AT = "2025-07-01T00:00:00Z"


class Step(NamedTuple):
    """One step as its user sees it."""

    name: str
    seconds: float
    cpu_seconds: float
    """Processor time of the command and of the processes it started."""
    peak_mb: float
    """Memory of its largest process at its peak."""
    together_mb: float
    """Memory of all its processes at the peak of their sum; sampled, 0 where it cannot be."""
    status: int


def run(name: str, arguments: Sequence[str], out: Path) -> Step:
    """Run a command in a process of its own, its answer going to the file `out`; errors go to ours."""
    begin = time.perf_counter()
    done = threading.Event()
    sums = [0.0]
    with out.open("wb") as stdout:
        child = subprocess.Popen([sys.executable, *arguments], stdout=stdout)
        watch = threading.Thread(target=_watch, args=(child.pid, done, sums))
        watch.start()
        _, status, used = os.wait4(child.pid, 0)
    done.set()
    watch.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds, cpu_seconds = time.perf_counter() - begin, used.ru_utime + used.ru_stime
    step = Step(name, seconds, cpu_seconds, used.ru_maxrss / 1024, max(sums), child.returncode)
    print(
        f"  {name:<12}{seconds:9.1f} s{cpu_seconds:9.1f} CPU s{step.peak_mb:9.0f} MB largest process"
        f"{step.together_mb:9.0f} MB all   exit {step.status}",
        flush=True,
    )
    return step


def _watch(pid: int, done: threading.Event, sums: list[float]) -> None:
    """Sample the memory of a process and of all that it started, twice a second."""
    while not done.wait(0.5):
        sums.append(_resident(pid))


def _resident(pid: int) -> float:
    """Return the resident memory of a process and its descendants in MB; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        children = [int(each) for task in tasks for each in task.read_text("ascii").split()]
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20) + sum(_resident(each) for each in children)


def walk(folder: Path, customers: int, events: int) -> list[Step]:
    """Simulate, where the folder holds nothing yet, and walk through all commands."""
    data, case, answers = folder / "platform", folder / "case", folder / "answers"
    answers.mkdir(parents=True, exist_ok=True)
    steps: list[Step] = []

    def floodmark(name: str, *arguments: str | Path) -> None:
        said = ("-m", "floodmark", name, str(case), *map(str, arguments), "--json")
        steps.append(run(name, said, answers / f"{name}.json"))

    if not (data / "key" / "answer.json").exists():
        steps.append(
            run(
                "simulate",
                (__file__, "simulate", str(data), str(customers), str(events)),
                answers / "simulate",
            )
        )
    floodmark("init", "--organisation", "Example Air", "--timezone", "Australia/Sydney")
    floodmark("add", data / "logs")
    tables = [f"{name}={data / 'tables' / name}.csv" for name in OBJECTS]
    floodmark("snapshot", "--map", data / "datamap.yaml", "--at", SNAPSHOT_AT, *tables)
    floodmark("detect")
    floodmark("investigate")
    floodmark("report")
    return steps


def differences(scope: dict[str, Any], key: dict[str, Any]) -> Iterator[str]:
    """Yield each place in which the scope says something else than the answer key."""
    for what in ("sessions", "logins", "addresses"):
        yield from _differ(what, sorted(scope["intrusion"][what]), sorted(key["intrusion"][what]))
    found = {each["category"]: each["outcomes"] for each in scope["categories"]}
    for category, counts in key["categories"].items():
        said = found.get(category, {"taken": None, "possibly_taken": None})
        yield from _differ(f"{category}, taken", said["taken"], counts["sure"])
        yield from _differ(f"{category}, possibly taken", said["possibly_taken"], counts["possible"])
    combined = [
        {(tuple(each["taken"]), tuple(each["possible"])): each["people"] for each in document["combinations"]}
        for document in (scope, key)
    ]
    for each in sorted(set(combined[0]) | set(combined[1])):
        yield from _differ(f"combination {each}", combined[0].get(each, 0), combined[1].get(each, 0))
    homes = {each["country"]: each["people"]["at_least"] for each in scope["residence"]}
    for each in key["residence"]:
        yield from _differ(f"residence {each['country']}", homes.get(each["country"], 0), each["people"])
    yield from _differ("people, at least", scope["people"]["at_least"], key["units"]["with_sure_value"])
    for name, count in key["records"].items():
        yield from _differ(f"{name} records, at least", scope["records"].get(name, {}).get("at_least"), count)


def _differ(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: found {found}, expected {expected}"


def rows_of(folder: Path) -> dict[str, int]:
    """Return how many rows were read, and of these the events, duplicates and quarantined rows."""
    evidence = json.loads((folder / "answers" / "add.json").read_text("utf-8"))["evidence"]
    return {
        what: sum(each[what] for each in evidence) for what in ("rows", "events", "duplicates", "quarantined")
    }


def compared(folder: Path) -> list[str]:
    """Return all differences between the scope in the case and the key of the simulator."""
    scope = json.loads((folder / "case" / "results" / "scope.json").read_text("utf-8"))
    key = json.loads((folder / "platform" / "key" / "answer.json").read_text("utf-8"))
    return list(differences(scope, key))


def measure(folder: Path, customers: int, events: int) -> dict[str, float]:
    """Walk through the case in `folder`, print what it took, and return it."""
    print(f"full case  {customers:,} customers, {events or 'as many as usual'} log rows of honest users")
    steps = walk(folder, customers, events)
    figures = {f"{step.name}_s": step.seconds for step in steps}
    figures |= {f"{step.name}_cpu_s": step.cpu_seconds for step in steps}
    figures["peak_mb"] = max(max(step.peak_mb, step.together_mb) for step in steps)
    counted = rows_of(folder)
    print("  " + ", ".join(f"{count:,} {what}" for what, count in counted.items()))
    found = compared(folder)
    for each in found[:40]:
        print(f"  differs: {each}")
    print(f"  {len(found)} differences from the answer key")
    return {**figures, **counted, "differences": len(found)}


def main(customers: int = FULL // 100, events: int = 0, folder: str = "") -> dict[str, float]:
    """Measure in `folder`, else in a scratch folder that is removed."""
    if folder:
        return measure(Path(folder), customers, events)
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        return measure(Path(scratch), customers, events)


if __name__ == "__main__":
    if sys.argv[1:2] == ["simulate"]:
        target, people, log_rows = sys.argv[2:]
        simulate(Path(target), scenario="qantas", customers=int(people), events=int(log_rows) or None)
    else:
        given = [*sys.argv[1:], "", "", ""]
        main(int(given[0] or FULL // 100), int(given[1] or 0), given[2])
