"""A killed process leaves the old or the new state, never half of one; a full disk is one clear line."""

import os
import random
import resource
import shutil
import signal
import subprocess
import time

import pytest

from case.killing import COUNTED
from floodmark import evidence
from floodmark.case import Case, Selectors
from floodmark.errors import CaseError
from forked import fresh
from small_files import ACTOR, CONTACTS, DATAMAP, answer, api_event, csv_bytes, gz, rest, run

KILLS = 50


def state(root):
    """Return what must be the same however often a command was killed: items, rows, events."""
    from floodmark.ledger import Ledger  # noqa: PLC0415 - opened on demand

    folder = Case.open(root, ACTOR).folder
    with folder.engine() as engine:
        ledger = Ledger(engine, folder.manifest)
        return (
            ledger.items,
            ledger.tallies(),
            engine.rows("SELECT event, item, row FROM event ORDER BY event"),
        )


def noted(root):
    """Return the items that custody names, each as often as it is named."""
    entries = Case.open(root, ACTOR).folder.custody.entries()
    return sorted(
        item["sha256"] for entry in entries if entry["action"] == "add" for item in entry["detail"]["items"]
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder of small files that overlap, one of them damaged."""
    folder = tmp_path_factory.mktemp("files")
    rows = [rest(minute, NOTE="x" * 200) for minute in range(60)]
    for number in range(4):
        (folder / f"h{number}.csv").write_bytes(csv_bytes(rows[number * 10 : number * 10 + 15]))
    (folder / "day.csv.gz").write_bytes(gz(csv_bytes(rows)))
    (folder / "cut.csv").write_bytes(csv_bytes(rows)[:-40])
    (folder / "page.json").write_bytes(answer(*(api_event(number) for number in range(20))))
    return folder


@pytest.fixture(scope="module")
def reference(files, tmp_path_factory):
    """The state, and the results, of a case in which nothing was killed."""
    root = tmp_path_factory.mktemp("reference") / "case"
    case = Case.init(root, organisation="Example Air", actor=ACTOR)
    case.add([files])
    return state(root), root


def killed_add(root, files, wait):
    """Start an add, kill it after `wait` seconds unless it has ended; return whether it was killed."""
    return fresh().floodmark("add", root, files, seconds=wait).returncode == -signal.SIGKILL


@pytest.mark.crash
@pytest.mark.slow
def test_killed_at_random_moments(files, reference, tmp_path):
    """After each kill the committed state reads; after all of them one add completes it, to the same state."""
    draw = random.Random(50)
    plain = tmp_path / "plain"
    Case.init(plain, organisation="Example Air", actor=ACTOR)
    run("verify", plain, status=0)  # the first call takes longer
    begin = time.monotonic()
    run("add", plain, files, status=1)
    length = time.monotonic() - begin
    root, kills = tmp_path / "case", 0
    Case.init(root, organisation="Example Air", actor=ACTOR)
    for _ in range(KILLS):
        before = set(Case.open(root, ACTOR).folder.manifest.items())
        kills += killed_add(root, files, length * draw.uniform(0.05, 0.95))
        after = set(Case.open(root, ACTOR).folder.manifest.items())
        assert before <= after  # nothing committed is lost
        assert len(noted(root)) == len(set(noted(root)))
        if len(after) == len(reference[0][0]):
            shutil.rmtree(root)
            Case.init(root, organisation="Example Air", actor=ACTOR)
    assert kills >= KILLS // 5  # the rest were done before: how many depends on the machine's other work
    run("add", root, files, status=1)
    assert state(root) == reference[0]
    assert noted(root) == sorted(set(noted(root))) == sorted(reference[0][0])
    assert Case.open(root, ACTOR).verify().ok
    assert not [each for each in root.rglob("*") if each.name.startswith((".new-", ".scratch-"))]


PROBE = (
    """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from floodmark.case import Actor, Case
stop, seen = int(sys.argv[1]), 0
"""
    + COUNTED
    + """
for name in ("fsync", "link", "pwrite", "ftruncate", "replace", "chmod", "close"):
    setattr(os, name, counted(getattr(os, name)))
Case.open(Path(sys.argv[2]), Actor("tester", datetime(2025, 7, 1, tzinfo=UTC))).add([Path(sys.argv[3])])
print(seen)
"""
)


@pytest.mark.crash
@pytest.mark.slow
def test_killed_at_system_calls(files, reference, tmp_path):
    """Killed right before a sync, a rename, a link: the commit is there whole, or it is not there."""
    free = tmp_path / "free"
    Case.init(free, organisation="Example Air", actor=ACTOR)
    done = fresh().run(PROBE, 0, free, files)
    assert done.returncode == 0, done.stderr
    calls = int(done.stdout.split()[-1])
    assert calls > 20
    root = tmp_path / "case"
    for stop in sorted({*range(calls - 12, calls + 1), *range(1, calls, max(1, calls // 10))}):
        shutil.rmtree(root, ignore_errors=True)
        Case.init(root, organisation="Example Air", actor=ACTOR)
        died = fresh().run(PROBE, stop, root, files)
        assert died.returncode in {-signal.SIGKILL, 0}, died.stderr
        held = Case.open(root, ACTOR).folder.manifest.items()
        assert set(held) in (set(), set(reference[0][0]))
        Case.open(root, ACTOR).add([files])
        assert state(root) == reference[0]
        assert noted(root) == sorted(reference[0][0])
        assert Case.open(root, ACTOR).verify().ok


@pytest.mark.crash
def test_same_results_after_a_kill(files, reference, tmp_path):
    """Results rest on the ledger alone: after a kill and a second add they have the same bytes."""
    (tmp_path / "map.yaml").write_text(DATAMAP)
    (tmp_path / "contact.csv").write_text(CONTACTS)
    root = tmp_path / "case"
    Case.init(root, organisation="Example Air", actor=ACTOR)
    killed_add(root, files, 0.2)
    Case.open(root, ACTOR).add([files])
    whole = shutil.copytree(reference[1], tmp_path / "whole")
    found = []
    for each in (root, whole):
        case = Case.open(each, ACTOR)
        case.snapshot(
            tmp_path / "map.yaml", at="2025-07-01T00:00:00Z", tables={"Contact": tmp_path / "contact.csv"}
        )
        case.scope(Selectors(actors=("0055j000000utlPAAQ",)))
        found.append({file.name: file.read_bytes() for file in (each / "results").iterdir()})
    assert found[0] == found[1]


# --- a full disk -----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [3_000, 20_000])
def test_file_size_limit(files, reference, tmp_path, limit):
    """No more can be written: one line, status 2; what was there verifies; with room the add succeeds."""
    root = tmp_path / "case"
    case = Case.init(root, organisation="Example Air", actor=ACTOR)
    case.add([files / "h0.csv"])
    big = tmp_path / "big.csv"
    big.write_bytes(csv_bytes([rest(minute % 60, NOTE=str(minute**5)) for minute in range(3000)]))
    done = run(
        "add",
        root,
        big,
        status=2,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.stderr.startswith("floodmark: nothing more can be written")
    assert not done.stdout
    assert Case.open(root, ACTOR).verify().ok
    case.add([files, big])
    assert case.verify().ok
    assert set(reference[0][0]) < set(case.folder.manifest.items())


@pytest.mark.slow
def test_full_disk(files, reference, tmp_path):
    """A real disk without room, where the test may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount")
    try:
        root = disk / "case"
        case = Case.init(root, organisation="Example Air", actor=ACTOR)
        case.add([files / "h0.csv"])
        for leave in (3_000, 60_000, 400_000):
            free = shutil.disk_usage(disk).free
            (disk / "filler").write_bytes(bytes(max(0, free - leave)))
            big = tmp_path / "big.csv"
            big.write_bytes(csv_bytes([rest(minute % 60, NOTE=str(minute**5)) for minute in range(3000)]))
            done = run("add", root, big, status=2, env={**os.environ, "TMPDIR": str(disk)})
            assert done.stderr.startswith("floodmark: nothing more can be written"), done.stderr
            (disk / "filler").unlink()
            assert Case.open(root, ACTOR).verify().ok
        case.add([files])
        assert state(root) == reference[0]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_no_room_for_the_custody_note(files, tmp_path, monkeypatch):
    """A commit without its note is noted by the next command."""
    root = tmp_path / "case"
    case = Case.init(root, organisation="Example Air", actor=ACTOR)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(evidence.os, "pwrite", full)
        with pytest.raises(CaseError, match="nothing more can be written"):
            case.add([files])
    assert {problem.item for problem in case.verify().problems} == {"ledger entry 1"}
    case.set("organisation", "Example Air")
    assert case.verify().ok


# --- two writers -----------------------------------------------------------------------------------


def test_a_second_writer_is_told(files, tmp_path):
    """Of two processes one writes; the other ends with one line and changes nothing."""
    root = tmp_path / "case"
    case = Case.init(root, organisation="Example Air", actor=ACTOR)
    with evidence.writing(root):
        done = run("add", root, files, status=2)
    assert done.stderr.splitlines()[0] == "floodmark: another command is writing to this case"
    assert len(done.stderr.splitlines()) == 2
    assert not case.folder.manifest.items()
