"""How fast files become a ledger, against the same engine only converting the same files.

The limit does the least that any such tool must: read each file with explicit text columns, sort it
by time, write zstd Parquet, and hash the bytes of the original. Floodmark also copies the originals,
proves that no row was lost, types and normalises each row, hashes each row to tell duplicates, hashes
each part, and makes all of it durable. Both run in a process of their own; ratios are of wall time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from floodmark import engine
from floodmark.case import Actor, Case

COLUMNS = {
    "EVENT_TYPE": "'RestApi'",
    "TIMESTAMP": "strftime(ts, '%Y%m%d%H%M%S') || '.' || lpad((i % 1000)::VARCHAR, 3, '0')",
    "REQUEST_ID": "'TID:' || md5(i::VARCHAR)",
    "ORGANIZATION_ID": "'00D5j000000abcd'",
    "USER_ID": "'0055j00000Ut' || lpad((i * 7919 % 40)::VARCHAR, 3, '0')",
    "RUN_TIME": "(i % 900)::VARCHAR",
    "CPU_TIME": "(i % 90)::VARCHAR",
    "URI": "'/services/data/v58.0/query'",
    "SESSION_KEY": "substr(md5((i // 100)::VARCHAR), 1, 16)",
    "LOGIN_KEY": "substr(md5((i // 1000)::VARCHAR), 1, 16)",
    "USER_TYPE": "'Standard'",
    "REQUEST_STATUS": "'S'",
    "DB_TOTAL_TIME": "(i * 37 % 100000000)::VARCHAR",
    "API_TYPE": "''",
    "API_VERSION": "'58.0'",
    "CLIENT_NAME": "'Nightly'",
    "METHOD": "'GET'",
    "ENTITY_NAME": "'Contact'",
    "ROWS_PROCESSED": "(i % 2000)::VARCHAR",
    "REQUEST_SIZE": "'300'",
    "RESPONSE_SIZE": "(i * 13 % 300000)::VARCHAR",
    "DB_BLOCKS": "'12'",
    "DB_CPU_TIME": "'3'",
    "TIMESTAMP_DERIVED": "strftime(ts, '%Y-%m-%dT%H:%M:%S.') || lpad((i % 1000)::VARCHAR, 3, '0') || 'Z'",
    "USER_ID_DERIVED": "''",
    "CLIENT_IP": "'203.0.113.' || (i % 250)",
    "URI_ID_DERIVED": "''",
    "QUERY": "'SELECT Id, Name, Email FROM Contact WHERE Id = ''' || md5((i % 5000)::VARCHAR) || ''''",
    "CONNECTED_APP_ID": "'0H45j000000abcd'",
    "STATUS_CODE": "'200'",
}
"""One REST event log file, 30 columns, about 440 bytes a row; values of our own."""


def generate(folder: Path, *, rows: int, files: int) -> list[Path]:
    """Write `rows` rows in `files` event log files of one hour each, every value quoted."""
    folder.mkdir(parents=True)
    per_file = rows // files
    made: list[Path] = []
    with engine.memory() as connection:
        for number in range(files):
            first = number * per_file
            values = ", ".join(f"{expression} AS {name}" for name, expression in COLUMNS.items())
            target = folder / f"{number:02d}_RestApi.csv"
            step = 3_600_000 // per_file or 1
            connection.execute(
                f"COPY (SELECT {values} FROM (SELECT {first} + n AS i,"
                f" TIMESTAMP '2025-06-01' + to_hours({number})"
                f" + to_milliseconds((n * {step}) % 3600000) AS ts FROM range({per_file}) t(n)))"
                f" TO {engine.literal(str(target))} (HEADER, FORCE_QUOTE *)"
            )
            made.append(target)
    return made


def limit(files: list[Path], target: Path) -> None:
    """Convert with the engine only: sorted inside each file, hashing the bytes, two files at a time."""
    target.mkdir()
    columns = ", ".join(f"{engine.literal(name)}: 'VARCHAR'" for name in COLUMNS)

    def convert(file: Path) -> None:
        with file.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")
        with engine.memory(threads=1, limit_mb=450) as connection:
            connection.execute(
                f"COPY (SELECT * FROM read_csv({engine.literal(str(file))},"
                " header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
                f" columns = {{{columns}}})"
                " ORDER BY TIMESTAMP_DERIVED)"
                f" TO {engine.literal(str(target / file.stem))} (FORMAT parquet, COMPRESSION zstd)"
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(convert, files))


def floodmark(files: list[Path], target: Path) -> None:
    """Take the files into a new case."""
    case = Case.init(target, organisation="Bench", actor=Actor("bench", datetime(2025, 7, 1, tzinfo=UTC)))
    added = case.add(files)
    assert all(item.rows == item.events for item in added.evidence)


def measured(step: str, files: list[Path], folder: Path) -> tuple[float, float]:
    """Run one step in a fresh process; return wall seconds and peak memory in MB."""
    target = folder / f"out-{step}"
    shutil.rmtree(target, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, __file__, step, str(target), *map(str, files)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    shutil.rmtree(target, ignore_errors=True)
    wall, peak = json.loads(done.stdout.splitlines()[-1])
    return wall, peak


def main(rows: int = 5_000_000) -> dict[str, float]:
    """Print and return the figures: medians of two runs each, taken in turn."""
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        folder = Path(scratch)
        plain = generate(folder / "plain", rows=rows, files=8)
        size = sum(file.stat().st_size for file in plain)
        packed_rows = plain[:2]
        packed = []
        for file in packed_rows:
            target = folder / f"{file.name}.gz"
            target.write_bytes(gzip.compress(file.read_bytes(), 6))
            packed.append(target)
        runs = [(measured("limit", plain, folder), measured("floodmark", plain, folder)) for _ in range(2)]
        pairs = [
            (measured("floodmark", packed_rows, folder), measured("floodmark", packed, folder))
            for _ in range(2)
        ]
    limit_s, ours_s = min(one[0] for one, _ in runs), min(other[0] for _, other in runs)
    plain_s, packed_s = min(one[0] for one, _ in pairs), min(other[0] for _, other in pairs)
    figures = {
        "rows": rows,
        "bytes": size,
        "limit_s": limit_s,
        "floodmark_s": ours_s,
        "ratio": ours_s / limit_s,
        "rows_per_s": rows / ours_s,
        "peak_mb": max(other[1] for _, other in runs),
        "gzip_ratio": packed_s / plain_s,
    }
    print(f"ingest   {rows:,} rows, {size / 1e9:.2f} GB, 8 files; best of two runs each")
    print(f"  limit (same engine and files, sorted, hashed)   {limit_s:7.1f} s")
    print(
        f"  floodmark add                                     {ours_s:7.1f} s"
        f"   ratio {ours_s / limit_s:.2f} (bar 1.5)"
    )
    print(f"  rows a second                                     {rows / ours_s:9,.0f}")
    print(f"  peak memory                                       {figures['peak_mb']:7.0f} MB  (bar 1,500)")
    print(f"  gzip against plain, two of the files              ratio {packed_s / plain_s:.2f} (bar 1.6)")
    return figures


if __name__ == "__main__":
    if len(sys.argv) > 3:
        step, target, *given = sys.argv[1:]
        begin = time.perf_counter()
        (limit if step == "limit" else floodmark)([Path(file) for file in given], Path(target))
        spent = time.perf_counter() - begin
        print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
    else:
        main(*map(int, sys.argv[1:2]))
