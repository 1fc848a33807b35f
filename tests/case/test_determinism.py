"""Same case, same bytes: whatever the order of files, zone, locale, hash seed, threads, folder or name."""

import hashlib
import json
import os
import random
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from floodmark.simulate import simulate
from forked import Forked
from small_files import run

pytestmark = pytest.mark.slow

# Each way changes several things at once: what matters is that none of them shows.
WAYS = {
    "plain": {},
    "west, one thread": {"TZ": "America/New_York", "PYTHONHASHSEED": "1"},
    "east, other locale, shuffled": {
        "TZ": "Pacific/Auckland",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "4242",
    },
    "relative, plain locale, many calls": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
    "odd name": {"TZ": "Asia/Kathmandu"},
    "deep": {"TZ": "Europe/Dublin"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The files of a small simulated breach: the day of the theft and the customer tables."""
    made = simulate(
        tmp_path_factory.mktemp("made") / "platform", scenario="vishing-data-loader", customers=100, seed=3
    )
    days = re.compile(
        r"2025-06-(1[0-9]|2[5-8])T000000Z_(RestApi|Login|Report|BulkApi2?)_|(ApiEvent|BulkApiResult|SetupAudit|LoginHist|EventLogF|ReportEvent_2025-06-2)"
    )
    return made._replace(logs=tuple(path for path in made.logs if days.match(path.name)))


def investigated(folder, made, way):
    """Build the case in its own way; return name -> bytes of all results and reports, and the root."""
    name = {
        "odd name": 'O\'Brien "case" é',
        "deep": "a/b/c/services/data",
        "relative, plain locale, many calls": "s",
    }.get(way, "case")
    root = folder / name
    root.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **WAYS[way]}
    relative = way.startswith("relative")
    shown = name if relative else root
    prefix = ["taskset", "-c", "0"] if "one thread" in way and shutil.which("taskset") else []
    with closing(Forked(prefix, environment)) as process:
        options = {"by": process, "cwd": folder if relative else "/"}
        run("init", shown, "--organisation", "Example Air", "--timezone", "Australia/Sydney", **options)
        logs = list(made.logs)
        if "shuffled" in way:
            random.Random(5).shuffle(logs)
        calls = [logs[::-1][:20], logs] if "many calls" in way else [logs]
        for call in calls:
            run("add", shown, *call, status=0, **options)
        tables = [f"{table}={path}" for table, path in made.tables.items()]
        run("snapshot", shown, "--map", made.datamap, "--at", made.snapshot_at, *tables, status=0, **options)
        run("investigate", shown, **options)
        run("report", shown, "--format", "md", "--format", "html", "--format", "json", status=0, **options)
        run("verify", shown, status=0, **options)
    return {
        str(file.relative_to(root)): file.read_bytes()
        for part in ("results", "report")
        for file in sorted((root / part).rglob("*"))
        if file.is_file()
    }, root


@pytest.fixture(scope="module")
def reference(made, tmp_path_factory):
    """The bytes of the plain way."""
    return investigated(tmp_path_factory.mktemp("plain"), made, "plain")


def test_results_are_whole(reference):
    """There is something to compare: findings, scope, people, statements, three reports."""
    found, root = reference
    assert {
        "results/findings.json",
        "results/scope.json",
        "results/people.parquet",
        "results/statements.json",
    } <= set(found)
    assert {"report/report.md", "report/report.html", "report/report.json"} <= set(found)
    assert json.loads(found["results/findings.json"])["findings"]
    assert root.exists()


def test_no_absolute_path_inside(reference):
    """Results and reports name files by their names, never by where they stood."""
    found, root = reference
    for name, content in found.items():
        for place in (str(root), str(root.parent), str(Path.home()) + "/", "/tmp/"):
            assert place.encode() not in content, (name, place)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "plain"])
def test_same_bytes(reference, made, tmp_path, way):
    """Each way gives the bytes of the plain one."""
    found, _ = investigated(tmp_path, made, way)
    expected = reference[0]
    assert sorted(found) == sorted(expected)
    different = [name for name in expected if found[name] != expected[name]]
    assert not different, {name: hashlib.sha256(found[name]).hexdigest() for name in different}
