"""How long the features of account-hours take over many events, against one GROUP BY on the same columns.

Floodmark derives its tables of reads, hours, acts, weeks and new marks (`detect_*`), which all detectors
share. The limit groups the same events by account and hour in the same engine and takes one plain aggregate
of each column that those tables use. Both read the same Parquet files, each in a process of its own.

    python bench/baselines.py [EVENTS]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from floodmark import engine, findings
from floodmark.engine import Engine
from floodmark.ledger.source import SLOTS

EVENTS = 100_000_000
LIMIT_MB = 4_096
PARTS = 20
ACCOUNTS = 2_400
BAR = 10

_USED = (
    "event", "log", "session", "login", "ip", "client", "app_id", "user_agent", "operation", "method",
    "outcome", "query", "matched_rows", "delivered_rows", "job", "execution", "request_key",
)  # fmt: skip
_LISTS = ("objects", "record_ids")


def generate(folder: Path, events: int) -> None:
    """Write so many events by time, in parts."""
    made_of = engine.statement(Path(__file__).with_name("baselines_event.sql"))
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        connection.execute("SET preserve_insertion_order = true")
        for part in range(PARTS):
            first, last = (events * each // PARTS for each in (part, part + 1))
            sql = made_of.format(first=first, last=last, events=events, accounts=ACCOUNTS)
            made = {name for name, *_ in connection.execute(f"DESCRIBE {sql}").fetchall()}
            rest = "".join(f", NULL::{kind} AS {name}" for name, kind in SLOTS.items() if name not in made)
            target = engine.literal(str(folder / f"{part:02}.parquet"))
            connection.execute(
                f"COPY (SELECT *{rest} FROM ({sql})) TO {target} (FORMAT parquet, COMPRESSION zstd)"
            )


def ours(opened: Engine) -> int:
    """Derive the tables that detectors share; return how many account-hours they hold."""
    with opened.small_sides_held():
        findings._prepare(opened)  # noqa: SLF001 - this step alone is measured  # pyright: ignore[reportPrivateUsage]
    return opened.row("SELECT count(*) FROM detect_hour")[0]


def limit(opened: Engine) -> int:
    """Group by account and hour with one plain aggregate of each column."""
    told = [f"max({name}) AS {name}" for name in _USED] + [f"max({name}[1]) AS {name}" for name in _LISTS]
    return opened.keep(
        "by_hour",
        f"SELECT actor, date_trunc('hour', \"at\") AS hour, {', '.join(told)} FROM event GROUP BY ALL",
    )


def step(name: str, folder: Path) -> dict[str, Any]:
    """Run one way over the events of a folder."""
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        files = engine.literal(str(folder / "*.parquet"))
        connection.execute(f"CREATE TEMP VIEW event AS SELECT * FROM read_parquet({files})")
        opened = Engine(connection)
        begin = time.perf_counter()
        hours = (ours if name == "ours" else limit)(opened)
        spent = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": spent,
        "processor_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "hours": hours,
    }


def measured(name: str, folder: Path) -> dict[str, Any]:
    """Run one way in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(folder)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def main(events: int = EVENTS) -> dict[str, Any]:
    """Print and return the figures of one run of each way."""
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        folder = Path(scratch)
        generate(folder, events)
        size = sum(file.stat().st_size for file in folder.iterdir())
        ways = {name: measured(name, folder) for name in ("limit", "ours")}
    ratio = ways["ours"]["seconds"] / ways["limit"]["seconds"]
    print(f"baselines  {events:,} events, {size / 1e9:.2f} GB, {ways['limit']['hours']:,} account-hours")
    for name, told in (
        ("limit: one GROUP BY", ways["limit"]),
        ("floodmark: all shared tables", ways["ours"]),
    ):
        print(
            f"  {name:<32}{told['seconds']:8.1f} s wall {told['processor_s']:8.1f} s processor"
            f" {told['peak_mb']:7.0f} MB"
        )
    print(f"  ratio {ratio:.2f} (bar {BAR})")
    return {"events": events, "ratio": ratio, **ways}


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(step(sys.argv[1], Path(sys.argv[2]))))
    else:
        main(*map(int, sys.argv[1:2]))
