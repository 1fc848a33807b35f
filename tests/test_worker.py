"""Ways to hurt the worker process: each ends in a refusal, and the next statement is answered."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import floodmark
from floodmark.worker import Limits, Refused, Worker

# Time is short only where it is the point: a busy machine must not turn one refusal into another.
SMALL = Limits(memory_mb=600, seconds=60, file_mb=64, threads=2, reply_mb=1)
SETUP = ["CREATE TABLE person AS SELECT range AS id, 'p' || range AS name FROM range(1000)"]
CROSS_JOIN = "SELECT sum(a.range + b.range) FROM range(1000000) AS a, range(1000000) AS b"

TIME = {
    "a cross join": CROSS_JOIN,
    "a recursion without end": (
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    ),
    "a sleep": "SELECT sleep_ms(60000)",
}

MEMORY = {
    "a list of everything": "SELECT len(list(range)) FROM range(400000000)",
    "long texts": "SELECT sum(len(repeat('x', 50000000) || id)) FROM person",
    "one text of 4 GB": "SELECT len(repeat('x', 2000000000) || repeat('y', 2000000000))",
    "a huge IN list": f"SELECT count(*) FROM person WHERE id IN ({','.join(map(str, range(1000000)))})",
    "a table that spills without end": (
        "CREATE TEMP TABLE big AS SELECT range AS a, hash(range) AS b FROM range(5000000000)"
    ),
}

REFUSED = {
    "two statements": ("SELECT 1; SELECT 2", "expected one statement, found 2"),
    "no statement": ("", "expected one statement, found 0"),
    "a comment": ("SELECT 1 -- x", "comments are not allowed"),
    "deep brackets": (f"SELECT {'(' * 5000}1{')' * 5000}", "engine: Parser Error: Max expression depth"),
    "nested functions": (
        f"SELECT {'abs(' * 2000}1{')' * 2000}",
        "engine: Parser Error: Max expression depth",
    ),
    "a syntax error": ("SELECT * FROM person WHERE", "engine: Parser Error: syntax error"),
    "a setting": ("SET threads = 1", "this set statement is not allowed"),
    "a setting by pragma": ("PRAGMA memory_limit = '1TB'", "is not allowed"),
    "attach": ("ATTACH ':memory:' AS other", "this attach statement is not allowed"),
    "install": ("INSTALL httpfs", "this load statement is not allowed"),
    "load": ("LOAD httpfs", "this load statement is not allowed"),
    "a setting by function": ("SELECT * FROM enable_logging()", "the configuration has been locked"),
    "begin": ("BEGIN", "this transaction statement is not allowed"),
    "drop": ("DROP TABLE person", "read-only"),
    "drop a schema": ("DROP SCHEMA main CASCADE", "this drop statement is not allowed"),
    "update": ("UPDATE person SET name = ''", "update is not allowed"),
    "delete": ("DELETE FROM person", "delete is not allowed"),
    "delete in a table expression": (
        "WITH gone AS (DELETE FROM person RETURNING id) SELECT count(*) FROM gone",
        "delete is not allowed",
    ),
    "a table that stays": ("CREATE TABLE other AS SELECT 1", "this create statement is not allowed"),
    "a view": ("CREATE TEMP VIEW other AS SELECT 1", "this create statement is not allowed"),
    "read a file": ("SELECT * FROM read_csv('/etc/passwd')", "engine: Permission Error"),
    "read a file as text": ("SELECT * FROM read_text('/etc/hostname')", "engine: Permission Error"),
    "list files": ("SELECT * FROM glob('/etc/*')", "engine: Permission Error"),
    "a table from the network": ("SELECT * FROM 'https://example.org/a.parquet'", "engine: "),
    "write elsewhere": ("COPY (SELECT 1) TO '/tmp/elsewhere.parquet' (FORMAT parquet)", "copy statement"),
    "write above": ("COPY (SELECT 1) TO '{folder}/../up.parquet' (FORMAT parquet)", "copy statement"),
    "write over what it reads": ("COPY (SELECT 1) TO '{read}' (FORMAT parquet)", "copy statement"),
    "write to a relative name": ("COPY (SELECT 1) TO 'here.parquet' (FORMAT parquet)", "copy statement"),
    "write many files": (
        "COPY (SELECT 1) TO '{folder}/a' (FORMAT parquet, PER_THREAD_OUTPUT)",
        "copy statement",
    ),
    "write through a false end": (
        "COPY (SELECT 1 AS \") TO '{folder}/a.parquet'\") TO '/tmp/elsewhere.parquet'",
        "copy statement",
    ),
    "write a table": ("COPY person TO '{folder}/a.parquet' (FORMAT parquet)", "copy statement"),
    "read into a table": ("COPY person FROM '{read}' (FORMAT parquet)", "copy statement"),
    "a value without a form": ("SELECT DATE '2026-01-01'", "a value of type date; cast it"),
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One worker for all attacks, because the point is that it survives each of them."""
    place = tmp_path_factory.mktemp("worker")
    folder = place / "results"
    folder.mkdir()
    readable = place / "customers.parquet"
    with Worker([], folder=place) as maker:
        maker.run(f"COPY (SELECT 7 AS id) TO '{readable}' (FORMAT parquet)")
    with Worker(SETUP, folder=folder, readable=[readable], limits=SMALL) as child:
        yield child


def place_of(worker: Worker) -> tuple[Path, Path]:
    """Return the folder of the fixture and the file that it may read."""
    return worker._folder, worker._folder.parent / "customers.parquet"


def refusal(worker: Worker, sql: str, *, seconds: float | None = None) -> Refused:
    """Return how `sql` was refused, after seeing that the worker still answers with its setup."""
    with pytest.raises(Refused) as caught:
        worker.run(sql, seconds=seconds)
    assert worker.run("SELECT count(*), min(name) FROM person") == [(1000, "p0")]
    return caught.value


@pytest.mark.parametrize("sql", TIME.values(), ids=TIME.keys())
def test_a_statement_that_takes_too_long_is_killed(worker: Worker, sql: str) -> None:
    """The deadline holds whatever the engine is doing."""
    before = worker.pid
    stopped = refusal(worker, sql, seconds=1)
    assert (stopped.kind, stopped.reason) == ("time", "took longer than 1 s")
    assert worker.pid != before


@pytest.mark.parametrize("sql", MEMORY.values(), ids=MEMORY.keys())
def test_a_statement_that_needs_too_much_is_refused(worker: Worker, sql: str) -> None:
    """Memory, disk for spilled data and the size of the answer are limited."""
    stopped = refusal(worker, sql)
    assert stopped.kind == "memory", stopped.reason
    assert re.match("(needed|answered with) more", stopped.reason)


def test_a_flood_of_rows_is_refused(worker: Worker) -> None:
    """Large results belong into a file."""
    stopped = refusal(worker, "SELECT range, 'abcdefghijklmnop' FROM range(100000)")
    assert (stopped.kind, stopped.reason) == ("memory", "answered with more than 1 MB")


def test_a_child_that_cannot_even_read_the_statement_is_refused_for_memory(tmp_path: Path) -> None:
    """It ends by itself then, and what it wrote to stderr says why; that text is kept, and inert."""
    with Worker(SETUP, folder=tmp_path, limits=Limits(memory_mb=100, threads=1)) as worker:
        with pytest.raises(Refused) as caught:
            worker.run("SELECT length($text)", {"text": "x" * 60_000_000})
        assert caught.value.kind == "memory", caught.value.reason
        assert "MemoryError" in worker.last_words
        assert "\n" not in worker.last_words
        assert worker.run("SELECT count(*) FROM person") == [(1000,)]


def test_the_engine_is_told_less_than_the_kernel_grants(worker: Worker) -> None:
    """So that it spills before an allocation is refused."""
    asked = (
        "SELECT name, value FROM duckdb_settings() WHERE name IN ('memory_limit', 'threads') ORDER BY name"
    )
    assert worker.run(asked) == [("memory_limit", "343.3 MiB"), ("threads", "2")]


def test_memory_is_held_by_the_kernel_not_by_the_engine(worker: Worker) -> None:
    """What the engine does not count, here the tree of a statement, cannot grow past the limit."""
    stopped = refusal(worker, f"SELECT {'(' * 200000}1{')' * 200000}")
    # Which part sees the refused allocation, the parser or the tokenizer, is not ours to decide.
    assert stopped.kind in {"memory", "engine"}, stopped.reason
    status = Path(f"/proc/{worker.pid}/limits").read_text("ascii")
    granted = re.search(r"Max address space +(\d+) +(\d+)", status)
    assert granted
    assert granted[1] == granted[2]
    assert int(granted[1]) < (600 + 1024) << 20
    assert re.search(r"Max core file size +0 +0 ", status)
    assert re.search(rf"Max file size +{64 << 20} +{64 << 20} ", status)


@pytest.mark.parametrize(("sql", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_statement_that_is_not_allowed_is_refused(worker: Worker, sql: str, reason: str) -> None:
    """The child lives on, no file appears or changes, and the setup is as it was."""
    folder, readable = place_of(worker)
    before, held = worker.pid, readable.read_bytes()
    stopped = refusal(worker, sql.replace("{folder}", str(folder)).replace("{read}", str(readable)))
    assert stopped.kind == "engine"
    assert reason in stopped.reason
    assert worker.pid == before
    assert readable.read_bytes() == held
    assert [file.name for file in folder.iterdir() if not file.name.startswith(".spill-")] == []
    assert not (folder.parent / "up.parquet").exists()
    assert not Path("/tmp/elsewhere.parquet").exists()


def test_the_engine_alone_would_let_a_readable_file_be_overwritten(worker: Worker) -> None:
    """Why a COPY is checked here too: options decide whether the engine refuses."""
    _, readable = place_of(worker)
    stopped = refusal(worker, f"COPY (SELECT 1) TO '{readable}' (FORMAT parquet, USE_TMP_FILE false)")
    assert stopped.reason == "this copy statement is not allowed"
    assert worker.run(f"SELECT id FROM read_parquet('{readable}')") == [(7,)]


def test_a_file_has_a_largest_size(worker: Worker) -> None:
    """The kernel ends a file that grows past its limit."""
    folder, _ = place_of(worker)
    large = folder / "large.parquet"
    stopped = refusal(worker, f"COPY (SELECT hash(range) FROM range(50000000)) TO '{large}' (FORMAT parquet)")
    assert stopped.kind == "engine"
    assert stopped.reason.startswith("engine: IO Error")
    assert all(file.stat().st_size <= 64 << 20 for file in folder.glob("*.parquet"))
    for left in folder.glob("*.parquet"):
        left.unlink()


def test_text_in_a_reason_is_inert(worker: Worker) -> None:
    """An engine message repeats what an attacker wrote."""
    assert refusal(worker, "SELECT error('\x1b[31m\u202eevil')").reason.endswith(r"\x1b[31m\u202eevil")


def test_a_child_that_is_killed_from_outside_is_replaced(worker: Worker) -> None:
    """As the kernel does when the machine runs out of memory."""
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    stopped = refusal(worker, "SELECT 1")
    assert (stopped.kind, stopped.reason) == ("died", "the worker process ended by SIGKILL")


def test_a_child_ignores_the_interrupt_of_the_terminal(worker: Worker) -> None:
    """The parent decides what an interrupt means."""
    before = worker.pid
    assert before
    os.kill(before, signal.SIGINT)
    assert worker.run("SELECT 1") == [(1,)]
    assert worker.pid == before


def test_an_interrupted_call_leaves_no_half_answer(worker: Worker) -> None:
    """After an interrupt the next call must not read the answer to the last one."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            worker.run("SELECT sleep_ms(1000)")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert worker.run("SELECT 5") == [(5,)]


def test_temporary_tables_end_with_the_child_and_the_setup_does_not(worker: Worker) -> None:
    """After a kill there is the setup and nothing else."""
    worker.run("CREATE OR REPLACE TEMP TABLE mine AS SELECT 1 AS a")
    worker.run("CREATE TEMP MACRO twice(x) AS 2 * x")
    assert worker.run("SELECT twice(a) FROM mine") == [(2,)]
    refusal(worker, CROSS_JOIN, seconds=0.5)
    assert "mine does not exist" in refusal(worker, "SELECT * FROM mine").reason


def test_a_temporary_table_can_be_dropped(worker: Worker) -> None:
    """Results of one statement need not stay for the next."""
    worker.run("CREATE TEMP TABLE gone AS SELECT 1 AS a")
    assert worker.run("DROP TABLE gone") == []
    assert "gone does not exist" in refusal(worker, "SELECT * FROM gone").reason


def test_values_go_and_come_unchanged(worker: Worker) -> None:
    """Text is data, integers are exact, and unknown stays unknown."""
    values = [None, True, -(2**63), 1.5, "'; DROP TABLE person; --\0\x1b", ["a", None], "ä€𝄞"]
    names = {f"v{at}": value for at, value in enumerate(values)}
    assert worker.run("SELECT $v0, $v1, $v2, $v3, $v4, $v5, $v6", names) == [tuple(values)]
    assert worker.run("SELECT ?, ?::HUGEINT * 4", ["x", 2**62]) == [("x", 2**64)]
    assert worker.run(
        "SELECT name FROM person WHERE list_contains($ids, id) ORDER BY id DESC", {"ids": [3, 9]}
    ) == [
        ("p9",),
        ("p3",),
    ]


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, float("nan")])
def test_a_value_that_cannot_be_sent_is_our_mistake(worker: Worker, value: object) -> None:
    """It is found before the child is asked."""
    with pytest.raises(ValueError, match=r"(?i)bound value|compliant"):
        worker.run("SELECT ?", [value])


def test_rows_come_in_the_order_of_the_statement(worker: Worker) -> None:
    """Also across the batches in which they are sent."""
    found = worker.run("SELECT range FROM range(5000) ORDER BY range DESC")
    assert found == [(number,) for number in range(4999, -1, -1)]


def test_a_result_can_be_written_and_read_back(worker: Worker) -> None:
    """Large results stay in the folder, as Parquet."""
    folder, _ = place_of(worker)
    file = folder / "it's.parquet"
    name = str(file).replace("'", "''")
    options = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)"
    assert worker.run(f"COPY (SELECT id FROM person ORDER BY id) TO '{name}' {options};") == [(1000,)]
    assert worker.run(f"SELECT sum(id)::BIGINT FROM read_parquet('{name}')") == [(499500,)]
    file.unlink()


def test_a_wrong_setup_is_told_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    """No worker is better than one without its tables."""
    with pytest.raises(Refused, match="nowhere does not exist"):
        Worker([*SETUP, "SELECT * FROM nowhere"], folder=tmp_path)
    with pytest.raises(Refused) as caught:
        Worker([CROSS_JOIN], folder=tmp_path, limits=Limits(memory_mb=600, seconds=0.5))
    assert caught.value.kind == "time"
    assert list(tmp_path.iterdir()) == []


def test_a_closed_worker_leaves_no_process_and_no_spilled_data(tmp_path: Path) -> None:
    """Closing twice is harmless; asking afterwards is our mistake."""
    worker = Worker(SETUP, folder=tmp_path)
    pid = worker.pid
    assert pid
    worker.close()
    worker.close()
    assert not Path(f"/proc/{pid}").exists()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="closed"):
        worker.run("SELECT 1")


def test_the_child_sees_no_variable_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and proxies of the login stay with the parent."""
    monkeypatch.setenv("PYTHONSTARTUP", "/tmp/evil.py")
    monkeypatch.setenv("CLOUD_SECRET", "s3cret")
    with Worker([], folder=tmp_path) as worker:
        seen = Path(f"/proc/{worker.pid}/environ").read_text("utf-8")
    assert "s3cret" not in seen
    assert "PYTHON" not in seen


def test_the_child_runs_the_same_package_as_its_parent(tmp_path: Path) -> None:
    """Also where a variable names the place of the package, which the child does not inherit."""
    place = tmp_path / "elsewhere"
    copy = shutil.copytree(Path(floodmark.__file__).parent, place / "floodmark")
    with (copy / "macros.sql").open("a", encoding="utf-8") as macros:
        macros.write("\nCREATE OR REPLACE MACRO only_in_the_copy() AS 7;\n")
    asked = subprocess.run(
        [sys.executable, "-c", CALLER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout == "[(7,)]\n", asked.stderr


CALLER = """
import sys
from pathlib import Path
from floodmark.worker import Worker
with Worker([], folder=Path(sys.argv[1])) as worker:
    print(worker.run("SELECT only_in_the_copy()"))
"""

PARENT = """
import sys
from pathlib import Path
from floodmark.worker import Worker
worker = Worker([], folder=Path(sys.argv[1]))
print(worker.pid, flush=True)
worker.run("SELECT sleep_ms(60000)")
"""


@pytest.mark.crash
@pytest.mark.skipif(sys.platform != "linux", reason="asked of the kernel of Linux")
def test_a_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    """The child is in the middle of a statement and does not look at its pipe."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    time.sleep(0.3)
    assert Path(f"/proc/{pid}").exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not alive(pid):
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent by five seconds")


def alive(pid: int) -> bool:
    """Say whether a process still runs; one that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
