"""How long 100 million reads of records take to become people by category, against scanning the same columns.

A read is a row of `request_record`: which request, which of its parts, which record, and whether surely.
The fields that a part shows are a mask in `request_part`. Floodmark's `Cells` turns the reads into masks
per record and per person, and counts outcomes and combinations. The limit reads the same columns of reads
and records with the same engine and joins their bits. Polars, pandas and Spark do less,
where they are installed: what may have been taken only, not what surely was, and one time instead of one
for each request. Each way runs in a process of its own and reads the same Parquet files.

    python bench/scope.py [READS [RECORDS]]
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from floodmark import engine
from floodmark.engine import Engine
from floodmark.scope.outcomes import Cells, Window
from floodmark.scope.records import Masks, Part, keep_parts

READS, RECORDS = 100_000_000, 6_000_000
REQUESTS = 5_000
LIMIT_MB = 4_096
"""What the engine may use; it is its usual limit."""
PANDAS_READS = 10_000_000
SPARK_READS = 20_000_000
BEGIN = datetime(2025, 6, 28, tzinfo=UTC).replace(tzinfo=None)
FIELDS = tuple(f"F{place:02d}" for place in range(26))
"""Columns of the object; two of each category, one of the last two."""
CATEGORIES = tuple(f"c{place:02d}" for place in range(14))


def masks() -> Masks:
    """Return the bits of fields and categories."""
    kinds = {("Contact", name): CATEGORIES[place % 14] for place, name in enumerate(FIELDS)}
    return Masks({"Contact": FIELDS}, CATEGORIES, kinds)


def made_parts() -> list[Part]:
    """Return one part for each request: what it read, and when."""
    draw = random.Random(20250628)  # noqa: S311 - draws cases, not secrets
    found: list[Part] = []
    for number in range(REQUESTS):
        sure = sum(1 << bit for bit in draw.sample(range(len(FIELDS)), draw.randrange(1, 4)))
        more = sum(1 << bit for bit in draw.sample(range(len(FIELDS)), draw.randrange(2)))
        at = BEGIN + timedelta(seconds=number)
        found.append(Part(number, "Contact", at, at, sure, sure | more, counted=True, whole=False))
    return found


# --- the data ----------------------------------------------------------------------------------------------


def generate(folder: Path, reads: int, records: int) -> dict[str, Any]:
    """Write reads in the order of their requests, and records, of which one in a hundred changed since."""
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        connection.execute("SET preserve_insertion_order = true")
        per_request = max(reads // REQUESTS, 1)
        connection.execute(
            f"COPY (SELECT i // {per_request} AS request_no, i // {per_request} AS part_no,"
            f" (hash(i) % {records})::BIGINT AS record_no, i % 10 > 0 AS is_sure"
            f" FROM range({per_request * REQUESTS}) AS t(i))"
            f" TO {_literal(folder / 'reads.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        )
        # Every bit is set in seven of eight records: a value is missing where three bits of chance agree.
        chance = "(hash(i, 4) | hash(i, 5) | hash(i, 6))"
        connection.execute(
            f"COPY (SELECT i AS record_no, 'Contact' AS object, '0035j' || lpad(i::VARCHAR, 10, '0') AS id,"
            f" (i * 95 // 100)::BIGINT AS person_no, TIMESTAMP '2020-01-01' AS created_at,"
            f" CASE WHEN hash(i, 1) % 100 = 0 THEN TIMESTAMP '2025-06-29' ELSE TIMESTAMP '2025-01-01' END"
            f" AS changed_at,"
            f" ({chance} & {(1 << len(FIELDS)) - 1})::BIGINT AS value_mask FROM range({records}) AS t(i))"
            f" TO {_literal(folder / 'records.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        )
        kept = Engine(connection)
        keep_parts(kept, made_parts())
        connection.execute(
            f"COPY (SELECT part_no, sure_mask, possible_mask FROM request_part ORDER BY part_no)"
            f" TO {_literal(folder / 'parts.parquet')} (FORMAT parquet)"
        )
    return {}


def _literal(file: Path) -> str:
    return engine.literal(str(file))


# --- the ways ----------------------------------------------------------------------------------------------


def ours(folder: Path, reads: int) -> dict[str, Any]:
    """Count people by category and by combination through `Cells`."""
    parts = made_parts()
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        begin = time.perf_counter()
        kept = Engine(connection)
        for name, file in (("request_record", "reads"), ("record", "records")):
            path = _literal(folder / f"{file}.parquet")
            connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet({path})")
        keep_parts(kept, parts)
        kept.keep("replayed", "SELECT record_no FROM record WHERE false")
        kept.keep("request_act", "SELECT request_no, '' AS act, since FROM request_part")
        cells = Cells(kept, masks(), parts, Window(BEGIN, BEGIN + timedelta(hours=3)))
        counts = cells.outcome_counts(obstacle=False)
        combinations = cells.combinations()
        spent = time.perf_counter() - begin
        people = {category: each["taken"] + each["possibly_taken"] for category, each in counts.items()}
        return {
            "seconds": spent,
            "reads": reads,
            "people": people,
            "combinations": len(combinations),
            "of": sum(each for *_, each in combinations),
        }


def limit(folder: Path, reads: int) -> dict[str, Any]:
    """Read every column that the step needs, and do nothing else."""
    # A largest value would be known without reading: the file states it.
    scans = {
        "reads": "bit_xor(request_no), bit_xor(part_no), bit_xor(record_no), count_if(is_sure)",
        "records": "bit_xor(record_no), bit_xor(person_no), bit_xor(value_mask), sum(length(object)),"
        " bit_xor(epoch_us(created_at)), bit_xor(epoch_us(changed_at))",
    }
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        begin = time.perf_counter()
        for name, columns in scans.items():
            engine.row(
                connection, f"SELECT {columns} FROM read_parquet({_literal(folder / f'{name}.parquet')})"
            )
        return {"seconds": time.perf_counter() - begin, "reads": reads}


def with_polars(folder: Path, reads: int) -> dict[str, Any]:
    """Do the step in Polars, streaming."""
    pl: Any = importlib.import_module("polars")
    begin = time.perf_counter()
    parts = pl.scan_parquet(folder / "parts.parquet").select("part_no", "possible_mask")
    value = pl.when(pl.col("changed_at") > BEGIN).then(-1).otherwise(pl.col("value_mask"))
    record = pl.scan_parquet(folder / "records.parquet").select("record_no", "person_no", value_mask=value)
    taken = (
        pl.scan_parquet(folder / "reads.parquet")
        .select("part_no", "record_no")
        .join(parts, on="part_no")
        .group_by("record_no")
        .agg(pl.col("possible_mask").bitwise_or())
        .join(record, on="record_no")
        .with_columns(fields=pl.col("possible_mask") & pl.col("value_mask"))
    )
    bits: list[Any] = [
        pl.when(pl.col("fields") & mask != 0).then(1 << bit).otherwise(0)  # type: ignore[reportUnknownMemberType]
        for bit, mask in enumerate(_category_masks())
    ]
    people = (
        taken.with_columns(taken=functools.reduce(_either, bits))
        .group_by("person_no")
        .agg(pl.col("taken").bitwise_or())
    )
    counted = people.group_by("taken").len().collect(engine="streaming")
    spent = time.perf_counter() - begin
    return {"seconds": spent, "reads": reads, **_summed(dict(counted.iter_rows()))}


def _either(one: Any, other: Any) -> Any:
    return one | other


def with_pandas(folder: Path, reads: int) -> dict[str, Any]:
    """Do the step in pandas and NumPy, which has no grouped OR: sort, then reduce; the first reads only."""
    pd: Any = importlib.import_module("pandas")
    np: Any = importlib.import_module("numpy")
    pq: Any = importlib.import_module("pyarrow.parquet")
    chosen = min(reads, PANDAS_READS)
    begin = time.perf_counter()
    file = pq.ParquetFile(folder / "reads.parquet")
    batches = file.iter_batches(batch_size=1_000_000, columns=["part_no", "record_no"])
    frames: list[Any] = []
    for batch in batches:
        frames.append(batch.to_pandas())
        if sum(map(len, frames)) >= chosen:
            break
    read = pd.concat(frames, ignore_index=True)[:chosen]
    parts = pd.read_parquet(folder / "parts.parquet", columns=["part_no", "possible_mask"])
    used = ["record_no", "person_no", "changed_at", "value_mask"]
    record = pd.read_parquet(folder / "records.parquet", columns=used)
    record.loc[record["changed_at"] > BEGIN, "value_mask"] = -1
    masks_ = read.merge(parts, on="part_no").sort_values("record_no")
    by_record = _reduced(np, masks_["record_no"].to_numpy(), masks_["possible_mask"].to_numpy())
    taken = pd.DataFrame({"record_no": by_record[0], "mask": by_record[1]}).merge(record, on="record_no")
    fields = (taken["mask"] & taken["value_mask"]).to_numpy()
    bits: Any = sum(((fields & mask) != 0) * (1 << bit) for bit, mask in enumerate(_category_masks()))
    order = np.argsort(taken["person_no"].to_numpy(), kind="stable")
    _, people = _reduced(np, taken["person_no"].to_numpy()[order], bits[order])
    counted = pd.Series(people).value_counts()
    spent = time.perf_counter() - begin
    return {"seconds": spent, "reads": chosen, **_summed({int(k): int(v) for k, v in counted.items()})}


def _reduced(np: Any, keys: Any, values: Any) -> tuple[Any, Any]:
    """Return the distinct keys of a sorted array, and the OR of the values of each."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    return keys[starts], np.bitwise_or.reduceat(values, starts)


def with_spark(folder: Path, reads: int) -> dict[str, Any]:
    """Do the step in Spark on two cores; the first requests only. Its start is not counted."""
    sql: Any = importlib.import_module("pyspark.sql")
    chosen = min(reads, SPARK_READS)
    settings = {
        "spark.driver.memory": "5g",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "16",
        "spark.local.dir": str(folder),
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.range(1000).count()
    begin = time.perf_counter()
    for name in ("reads", "records", "parts"):
        session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    bits = " | ".join(
        f"CASE WHEN fields & {mask} <> 0 THEN {1 << bit} ELSE 0 END"
        for bit, mask in enumerate(_category_masks())
    )
    rows = session.sql(f"""
        SELECT taken, count(*) FROM (
            SELECT person_no, bit_or({bits}) AS taken FROM (
                SELECT person_no,
                    mask & CASE WHEN changed_at > TIMESTAMP '{BEGIN}' THEN -1 ELSE value_mask END AS fields
                FROM (
                    SELECT record_no, bit_or(possible_mask) AS mask FROM reads JOIN parts USING (part_no)
                    WHERE part_no < {chosen * REQUESTS // reads} GROUP BY record_no)
                JOIN records USING (record_no))
            GROUP BY person_no)
        GROUP BY taken
    """).collect()
    spent = time.perf_counter() - begin
    java = session.sparkContext._gateway.proc.pid  # noqa: SLF001 - no other way to its memory
    status = Path(f"/proc/{java}/status").read_text("ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    session.stop()
    return {
        "seconds": spent,
        "reads": chosen,
        "java_mb": peak / 1024,
        **_summed({row[0]: row[1] for row in rows}),
    }


def _category_masks() -> list[int]:
    """Return the field bits of each category."""
    made = masks()
    return [
        made.mask("Contact", [name for name in FIELDS if made.of_field["Contact", name] == category])
        for category in CATEGORIES
    ]


def _summed(combinations: dict[int, int]) -> dict[str, Any]:
    """Return people by category, and how many combinations and people there are, from people by mask."""
    people: Counter[str] = Counter()
    for taken, count in combinations.items():
        for bit, category in enumerate(CATEGORIES):
            people[category] += count * (taken >> bit & 1)
    touched = {taken: count for taken, count in combinations.items() if taken}
    return {"people": dict(people), "combinations": len(touched), "of": sum(touched.values())}


# --- measuring ---------------------------------------------------------------------------------------------

WAYS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "limit": limit,
    "floodmark": ours,
    "polars": with_polars,
    "pandas": with_pandas,
    "pyspark": with_spark,
}


def measured(way: str, folder: Path, reads: int, records: int = 0) -> dict[str, Any]:
    """Run one way in a process of its own. This one stays small: its peak would count as its child's."""
    call = [sys.executable, __file__, way, str(folder), str(reads), str(records)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        said = child.stdout.read()
    assert child.returncode == 0, f"{way} ended with {child.returncode}"
    return json.loads(said.splitlines()[-1])


def main(reads: int = READS, records: int = RECORDS) -> dict[str, float]:
    """Print and return the figures: of the limit and Floodmark the better of two runs each, taken in turn."""
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        folder = Path(scratch)
        measured("generate", folder, reads, records)
        runs = [{way: measured(way, folder, reads) for way in ("limit", "floodmark")} for _ in range(2)]
        others = {
            way: measured(way, folder, reads) for way in ("polars", "pandas", "pyspark") if find_spec(way)
        }
    best = {way: min((run[way] for run in runs), key=_seconds) for way in ("limit", "floodmark")}
    for way, found in others.items():
        same = all(found[what] == best["floodmark"][what] for what in ("people", "of"))
        assert same or found["reads"] != best["floodmark"]["reads"], f"{way} counts other people"
    print(f"scope    {reads:,} reads of {records:,} records; load average {os.getloadavg()[0]:.1f}")
    print(
        "  seconds: " + ", ".join(f"{way} {[round(run[way]['seconds'], 1) for run in runs]}" for way in best)
    )
    for way, found in {**best, **others}.items():
        share = found["reads"] / reads
        note = "" if share == 1 else f"   {found['reads']:,} reads only"
        print(
            f"  {way:<10}{found['seconds']:8.1f} s   processor {found['cpu']:6.1f} s"
            f"   peak {found['peak_mb']:6.0f} MB{note}"
        )
    ratio = _seconds(best["floodmark"]) / _seconds(best["limit"])
    print(f"  combinations {best['floodmark']['combinations']:,}, people {best['floodmark']['of']:,}")
    cpu = best["floodmark"]["cpu"] / best["limit"]["cpu"]
    print(f"  floodmark against the scan: ratio {ratio:.2f} (bar 5), of processor time {cpu:.2f}")
    return {"limit_s": _seconds(best["limit"]), "floodmark_s": _seconds(best["floodmark"]), "ratio": ratio}


def _seconds(found: dict[str, Any]) -> float:
    return found["seconds"]


if __name__ == "__main__":
    if len(sys.argv) > 3:
        _, chosen_way, target, read_count, record_count = sys.argv
        if chosen_way == "generate":
            answer = generate(Path(target), int(read_count), int(record_count))
        else:
            answer = WAYS[chosen_way](Path(target), int(read_count))
        used = resource.getrusage(resource.RUSAGE_SELF)
        peak_mb = max(used.ru_maxrss / 1024, answer.get("java_mb", 0))
        print(json.dumps({**answer, "cpu": used.ru_utime + used.ru_stime, "peak_mb": peak_mb}))
    else:
        main(*map(int, sys.argv[1:3]))
