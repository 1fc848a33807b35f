"""How long it takes to tell people apart by linkage, against Splink alone on the same tables.

The limit is a script as Splink's own users write it: the same compared values and blocks, its training
and its clusters, all threads. Floodmark also reads residence and times, derives its tables of records
and people, bounds blocks that too many records share, counts the exact alternative, and gives the same
numbers on every run. Both run in a process of their own and start from the same stored table; ratios
are of wall time. The people are made up, so precision and recall tell about this generator only.

    python bench/linkage.py [RECORDS]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from floodmark import engine
from floodmark.snapshot import Snapshot, datamap, take

MAP = datamap.load(
    "objects:\n"
    "  Contact:\n"
    "    id: Id\n"
    "    person: {linkage: probabilistic}\n"
    "    residence: [Country]\n"
    "    fields: {Name: name, Email: email, Phone: phone, Birth: date_of_birth, Zip: postal_code}\n",
    "datamap.yaml",
)
AT = datetime(2025, 7, 1, tzinfo=UTC)
LIMIT_MB = 6_000
PEOPLE = """
    SELECT person, 'P' || substr(md5('f' || hash(person, 1) % 5000), 1, 5) AS first,
        'Q' || substr(md5('l' || hash(person, 2) % 60000), 1, 7) AS last,
        '04' || lpad((hash(person, 3) % 100000000)::VARCHAR, 8, '0') AS phone,
        DATE '1940-01-01' + (hash(person, 4) % 25000)::INTEGER AS birth,
        (2000 + hash(person, 5) % 3000)::VARCHAR AS zip
"""
"""Values of a person, out of its number."""


def mistyped(value: str, salt: int) -> str:
    """Return the expression for a value of a second record: missing or wrong in one letter at times."""
    chance, place = (
        f"hash(i, {salt}) % 20",
        f"(1 + hash(i, {salt + 1}) % greatest(length({value}), 1))::INTEGER",
    )
    wrong = f"substr({value}, 1, {place} - 1) || 'z' || substr({value}, {place} + 1)"
    return (
        f"CASE WHEN i < originals OR {chance} > 4 THEN {value} WHEN {chance} > 1 THEN {wrong} ELSE NULL END"
    )


def generate(folder: Path, records: int) -> None:
    """Write one table of `records` records of 95 in 100 people, and who is who beside it."""
    originals = records * 95 // 100
    rows = f"""
        SELECT i, {originals} AS originals,
            CASE WHEN i < {originals} THEN i ELSE hash(i, 9) % {originals} END AS person
        FROM range({records}) AS t(i)
    """
    name = mistyped("first || ' ' || last", 20)
    email = mistyped("lower(first || '.' || last) || person % 1000 || '@example.org'", 30)
    values = (
        f"SELECT 'r' || lpad(i::VARCHAR, 9, '0') AS Id, {name} AS Name, {email} AS Email,"
        f" {mistyped('phone', 40)} AS Phone, {mistyped('birth::VARCHAR', 50)} AS Birth,"
        f" {mistyped('zip', 60)} AS Zip, 'AU' AS Country, person::BIGINT AS person"
        f" FROM ({rows}) AS r JOIN ({PEOPLE} FROM range({originals}) AS p(person)) AS q USING (person)"
    )
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        connection.execute(f"CREATE TEMP TABLE made AS {values} ORDER BY Id")
        table, truth = (engine.literal(str(folder / name)) for name in ("contacts.parquet", "truth.parquet"))
        connection.execute(f"COPY (SELECT * EXCLUDE (person) FROM made) TO {table} (FORMAT parquet)")
        connection.execute(f"COPY (SELECT Id, person FROM made) TO {truth} (FORMAT parquet)")
        (folder / "stored").mkdir()
        take(connection, MAP, {"Contact": folder / "contacts.parquet"}, folder / "stored")


def ours(folder: Path) -> dict[str, Any]:
    """Open the snapshot, and return time and quality."""
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        started = time.perf_counter()
        snapshot = Snapshot.open(connection, folder / "stored", MAP, AT)
        seconds = time.perf_counter() - started
        found = quality(snapshot.engine, folder, "SELECT id, person_no AS cluster FROM record")
        started = time.perf_counter()
        snapshot.write_links(folder / "links.parquet")
        listed = time.perf_counter() - started
        return {
            "seconds": seconds,
            "people": snapshot.people,
            "alternative": snapshot.alternative,
            "doubtful": snapshot.doubtful,
            "links_seconds": listed,
            **found,
        }


def alone(folder: Path) -> dict[str, Any]:
    """Run Splink as its users do, and return time and quality."""
    import splink.comparison_library as compare  # noqa: PLC0415 - the other process does not load it
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    exact = {"term_frequency_adjustments": True}
    near = [
        compare.JaroWinklerAtThresholds("name", [0.92, 0.85]).configure(**exact),
        compare.LevenshteinAtThresholds("email", 2).configure(**exact),
        compare.LevenshteinAtThresholds("phone", [1, 2]).configure(**exact),
        compare.LevenshteinAtThresholds("date_of_birth", [1, 2]).configure(**exact),
        compare.LevenshteinAtThresholds("postal_code", 1).configure(**exact),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=near,
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("date_of_birth", "substr(name, 1, 3)"),
            block_on("date_of_birth", "postal_code"),
            block_on("name", "postal_code"),
        ],
        retain_matching_columns=False,
    )
    with engine.memory(limit_mb=LIMIT_MB) as connection:
        started = time.perf_counter()
        columns = {
            "Name": "name",
            "Email": "email",
            "Phone": "phone",
            "Birth": "date_of_birth",
            "Zip": "postal_code",
        }
        folded = ", ".join(f"lower(trim({name})) AS {category}" for name, category in columns.items())
        table = engine.literal(str(folder / "stored" / "Contact.parquet"))
        connection.execute(
            f"CREATE TABLE people AS SELECT Id AS unique_id, {folded} FROM read_parquet({table})"
        )
        access = DuckDBAPI(connection=connection)
        linker = Linker(access.register("people"), settings, log_level=None)
        together = "l.name = r.name AND l.date_of_birth = r.date_of_birth"
        linker.training.estimate_probability_two_random_records_match([together], recall=0.5)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in ("email", "phone"):
            # Where all pairs of a block are true, a share tends to zero and Splink gives up.
            with suppress(ValueError):
                linker.training.estimate_parameters_using_expectation_maximisation(
                    block_on(rule), estimate_without_term_frequencies=True
                )
        scored = linker.inference.predict(threshold_match_probability=0.5, warning_mode="never")
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            scored, threshold_match_probability=0.95
        )
        seconds = time.perf_counter() - started
        store = engine.Engine(connection)
        name = engine.quote(clusters.physical_name)
        (people,) = store.row(f"SELECT count(DISTINCT cluster_id) FROM {name}")
        found = quality(store, folder, f"SELECT unique_id AS id, cluster_id AS cluster FROM {name}")
        return {"seconds": seconds, "people": people, **found}


def quality(store: engine.Engine, folder: Path, clusters: str) -> dict[str, float]:
    """Return precision and recall over pairs of records."""
    truth = engine.literal(str(folder / "truth.parquet"))
    pairs = "coalesce(sum(size * (size - 1) // 2), 0)::BIGINT"
    (found, true, both) = store.row(f"""
        WITH each AS (
            SELECT person, cluster FROM ({clusters}) AS c JOIN read_parquet({truth}) AS t ON t.Id = c.id
        )
        SELECT (SELECT {pairs} FROM (SELECT count(*) AS size FROM each GROUP BY cluster)),
            (SELECT {pairs} FROM (SELECT count(*) AS size FROM each GROUP BY person)),
            (SELECT {pairs} FROM (SELECT count(*) AS size FROM each GROUP BY cluster, person))
    """)
    return {"precision": round(both / max(found, 1), 5), "recall": round(both / max(true, 1), 5)}


def measured(way: str, folder: Path) -> dict[str, Any]:
    """Run one way in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, way, str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure both ways on as many records as the call says, 6,000,000 if it says nothing."""
    if sys.argv[1:2] in (["ours"], ["alone"]):
        found = (ours if sys.argv[1] == "ours" else alone)(Path(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({**found, "peak_mb": peak}))
        return
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 6_000_000
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as name:
        generate(Path(name), records)
        results = {way: measured(way, Path(name)) for way in ("alone", "ours")}
    for way, found in results.items():
        print(way, json.dumps(found))
    ratio = results["ours"]["seconds"] / results["alone"]["seconds"]
    print(f"records {records}, people {records * 95 // 100}, ratio {ratio:.2f}")
    assert results["ours"]["precision"] > 0.99
    assert results["ours"]["recall"] > 0.9


if __name__ == "__main__":
    main()
