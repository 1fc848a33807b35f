"""A child process in which hostile work runs under limits that hold.

    parent                            child (own process group, own session)
    Worker.run ── a line of JSON ──►  one statement in an in-memory database
               ◄── a line of JSON ──  rows, or a refusal with its reason
               ── SIGKILL at the deadline ──►

The engine's own limits on memory and time are requests to the engine, and were overrun in trials. Here
the kernel holds memory and file sizes, and the parent holds the time. The child gets what it needs
and no more: it may read stated files, write into one folder, and change no table of its setup.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal, NoReturn, Self, cast

from floodmark.engine import Connection, EngineError, OutOfMemory, literal, memory, paths, tokens
from floodmark.text import visible

Kind = Literal["time", "memory", "engine", "died"]

_MB = 1 << 20
_START_S = 60.0  # for the child to import the engine, on a busy machine
_NO_FILES = 256
# Of the memory granted, the engine's buffers get this share. With three quarters, sorts that spill
# ran into the limit of the kernel, because the engine's other structures are not in its own count.
_ENGINE_SHARE = 0.6
_BATCH = 1000  # rows turned into text at once
_REASON_LENGTH = 300
_KEPT_STDERR = 64 << 10
_OUT_OF_MEMORY = (b"bad_alloc", b"MemoryError")  # on stderr of a child that ended
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
# -I keeps the folder and the variables of the caller out; the path is then the one the parent uses.
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from floodmark.worker import serve; serve()"

_CHANGING = frozenset({"insert", "update", "delete", "merge"})
_COPY_OPTIONS = frozenset(
    {"format", "parquet", "compression", "zstd", "snappy", "uncompressed", "compression_level"}
    | {"row_group_size", "parquet_version", "v1", "v2", ","}
)


class Refused(Exception):  # noqa: N818 - says what happened to the statement; no error of the program
    """A statement was not carried out, or was stopped.

    Attributes:
        reason: one line, lower case, inert on a terminal: `took longer than 120 s`.
        kind: `time` and `memory` (a limit was met), `engine` (the statement is wrong or not
            allowed), `died` (the child ended by itself or was killed by another process).
    """

    def __init__(self, reason: str, kind: Kind) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind: Kind = kind


@dataclass(frozen=True)
class Limits:
    """What one child may use."""

    memory_mb: int = 3072
    """Address space that the child may add to what it holds when it is ready to work."""
    seconds: float = 120.0
    """Wall clock for one statement, of the setup too."""
    file_mb: int = 16384
    """Size of one written file, and of all spilled data together."""
    threads: int | None = None
    """Threads of the engine; None takes the number of cores."""
    reply_mb: int = 64
    """Size of one answer as JSON."""


class Worker:
    """A child that runs one statement after the other; a context manager.

    Not for use by two threads at once. The child is bound to the thread that starts it: on Linux
    the kernel kills it when that thread ends, so make and use a worker in one thread.

    Args:
        setup: statements of ours, run in order at each start under the same limits; the kinds of
            statement are not restricted. Tables made here and not temporary cannot be changed later.
        folder: an existing folder, the only one that statements may write to, and may read.
        readable: files that statements may read; none of them should lie in `folder`.
        limits: see `Limits`.

    Attributes:
        last_words: the end of what the child that ended last wrote to stderr, inert; for a bug report.

    Raises:
        Refused: a statement of the setup was refused or met a limit.
    """

    def __init__(
        self,
        setup: Sequence[str],
        *,
        folder: Path,
        readable: Sequence[Path] = (),
        limits: Limits | None = None,
    ) -> None:
        self._setup = list(setup)
        self._folder = folder.resolve(strict=True)
        self._readable = [str(file.resolve()) for file in readable]
        self.limits = limits or Limits()
        self.last_words = ""
        self._closed = False
        self._child: _Child | None = None
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child, or None while there is none."""
        return self._child.process.pid if self._child else None

    def run(
        self, sql: str, bound: Mapping[str, Any] | Sequence[Any] = (), *, seconds: float | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows, in the order of the statement.

        Allowed are SELECT, CREATE [OR REPLACE] TEMP TABLE or MACRO, COPY (...) TO a Parquet file in
        the folder, and DROP TABLE of a temporary table; no comments. After a kill the next call
        starts a child with the setup only: temporary tables made by earlier calls are gone.

        Args:
            sql: the statement.
            bound: values for `$name` (a mapping) or `?` (a sequence): None, booleans, numbers, text,
                and lists of them.
            seconds: wall clock for this call, instead of that of the limits.

        Returns:
            Rows of None, booleans, integers, floats, text, and lists of them.

        Raises:
            Refused: see its `kind`.
            ValueError: `bound` holds another type, or the worker is closed.
        """
        if self._closed:
            raise ValueError("the worker is closed")
        values = dict(bound) if isinstance(bound, Mapping) else list(bound)
        try:
            line = json.dumps({"sql": sql, "bound": values}, allow_nan=False)
        except TypeError as error:
            raise ValueError(f"a bound value cannot be sent: {error}") from error
        if self._child is None:
            self._start()
        return self._ask(line, self.limits.seconds if seconds is None else seconds)

    def close(self) -> None:
        """End the child and remove what it spilled; results in the folder stay."""
        self._closed = True
        self._stop()

    def _start(self) -> None:
        """Start a child and run the setup in it."""
        spill = Path(tempfile.mkdtemp(prefix=".spill-", dir=self._folder))
        terms = {
            "folder": str(self._folder),
            "readable": self._readable,
            "limits": asdict(self.limits),
            "spill": str(spill),
            "parent": os.getpid(),
        }
        self._child = _Child(spill, self.limits.reply_mb * _MB + 4096)
        try:
            self._ask(json.dumps(terms), _START_S)
            for sql in self._setup:
                self._ask(json.dumps({"setup": sql}), self.limits.seconds)
            self._ask(json.dumps({"ready": True}), _START_S)
        except Refused:
            # Without its setup, and before the settings are locked, a child may not be asked.
            self._stop()
            raise

    def _stop(self) -> None:
        """Kill the child, if there is one."""
        if self._child is not None:
            self._child.kill()
            self.last_words = visible(self._child.stderr.decode("utf-8", "replace"))
            self._child = None

    def _ask(self, line: str, seconds: float) -> list[tuple[Any, ...]]:
        """Send a line and return the rows of the answer; unless all is well, the child is killed."""
        assert self._child is not None  # noqa: S101 - for the type checker
        try:
            answer = _answer(self._child.exchange(line.encode() + b"\n", seconds))
        except BaseException:
            # An interrupt too: a child in the middle of an answer cannot be asked again.
            self._stop()
            raise
        if isinstance(answer, list):
            return answer
        reason, kind, usable = answer
        if not usable:
            self._stop()
        raise Refused(reason, kind)


def _answer(line: bytes) -> list[tuple[Any, ...]] | tuple[str, Kind, bool]:
    """Return rows, or reason, kind and whether the child can go on; a broken answer is a death."""
    try:
        reply = json.loads(line)
        if "rows" in reply:
            return [tuple(row) for row in reply["rows"]]
        return (
            visible(str(reply["reason"]), limit=_REASON_LENGTH),
            cast(Kind, reply["kind"]),
            reply["usable"] is True,
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused("the worker process gave a broken answer", "died") from None


class _Child:
    """One process, its pipes and the folder that it spills to."""

    def __init__(self, spill: Path, reply_limit: int) -> None:
        self.spill = spill
        self.reply_limit = reply_limit
        self.stderr = b""
        own_path = [str(Path(entry).absolute()) for entry in sys.path if entry]
        self.process = subprocess.Popen(  # noqa: S603 - this interpreter, and nothing of a case
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, json.dumps(own_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=spill,
            env=_environment(),
            start_new_session=True,
        )

    def exchange(self, message: bytes, seconds: float) -> bytes:
        """Send `message`, return the line that comes back, or raise `Refused`.

        One loop feeds and drains all pipes, so a child that neither reads nor writes cannot hold
        the parent beyond `seconds`.
        """
        deadline = time.monotonic() + seconds
        pending, got = memoryview(message), bytearray()
        into, out, err = self._pipes()
        with selectors.DefaultSelector() as ready:
            ready.register(into, selectors.EVENT_WRITE)
            ready.register(out, selectors.EVENT_READ)
            ready.register(err, selectors.EVENT_READ)
            while not got.endswith(b"\n"):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Refused(f"took longer than {seconds:g} s", "time")
                for key, _ in ready.select(left):
                    if key.fileobj is into:
                        pending = self._feed(into, pending)
                        if not pending:
                            ready.unregister(into)
                    elif key.fileobj is err:
                        if not self._keep_stderr(err):
                            ready.unregister(err)
                    else:
                        self._take(out, got)
        return bytes(got)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        """Return stdin, stdout and stderr of the child; none of them blocks."""
        pipes = (self.process.stdin, self.process.stdout, self.process.stderr)
        into, out, err = cast(tuple[IO[bytes], IO[bytes], IO[bytes]], pipes)
        os.set_blocking(into.fileno(), False)
        return into, out, err

    def _feed(self, into: IO[bytes], pending: memoryview) -> memoryview:
        """Write what the pipe takes and return the rest."""
        try:
            return pending[os.write(into.fileno(), pending[:65536]) :]
        except BrokenPipeError:
            self._died()

    def _take(self, out: IO[bytes], got: bytearray) -> None:
        """Read what is there; an end without an answer, or a flood, ends the exchange."""
        read = os.read(out.fileno(), _MB)
        got += read
        if not read:
            self._died()
        if len(got) > self.reply_limit:
            raise Refused("the worker process gave a broken answer", "died")

    def _keep_stderr(self, err: IO[bytes]) -> bool:
        """Keep the end of what the child wrote to stderr; return whether more can come."""
        read = os.read(err.fileno(), 65536)
        self.stderr = (self.stderr + read)[-_KEPT_STDERR:]
        return bool(read)

    def _keep_rest(self) -> None:
        """Keep what a child that has ended left in its stderr."""
        _, _, err = self._pipes()
        os.set_blocking(err.fileno(), False)
        with suppress(BlockingIOError):
            while self._keep_stderr(err):
                pass

    def _died(self) -> NoReturn:
        """Raise the refusal for a child that ended by itself."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self._keep_rest()
        if any(sign in self.stderr for sign in _OUT_OF_MEMORY):
            # Not every part of the engine and of Python turns a refused allocation into an error.
            raise Refused("needed more memory than allowed", "memory")
        status = self.process.returncode
        how = f"with status {status}"
        if status is None:
            how = "without an answer"
        elif status < 0:
            with suppress(ValueError):
                how = f"by {signal.Signals(-status).name}"
        raise Refused(f"the worker process ended {how}", "died")

    def kill(self) -> None:
        """Kill the process and all that it started, and remove what it spilled."""
        with suppress(ProcessLookupError):
            # The child leads its group; until it is waited for, the number cannot be given away.
            if self.process.returncode is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._keep_rest()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        shutil.rmtree(self.spill, ignore_errors=True)


def _environment() -> dict[str, str]:
    """Return the few variables that the child gets; none of Python, of a proxy, or of a login."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    # One arena instead of one per thread: each reserves 64 MB of the address space that is limited.
    return kept | {"LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "1"}


# ---- below: the child ----


def serve() -> None:
    """Answer statements from stdin until it ends; the child's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    # What a library prints must not end up in an answer.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    terms = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**terms["limits"])
    _die_with(terms["parent"])
    folder = Path(terms["folder"])
    engine_mb = int(limits.memory_mb * _ENGINE_SHARE)
    with memory(threads=limits.threads, limit_mb=engine_mb, scratch=Path(terms["spill"])) as connection:
        _harden(connection, folder, [Path(file) for file in terms["readable"]], limits)
        _limit_process(limits)
        answers.write(b'{"rows": []}\n')
        for line in sys.stdin.buffer:
            _write(answers, _reply(connection, folder, limits, json.loads(line)))


def _die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, and be the first to go if memory is short."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the request
        raise SystemExit(1)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _harden(connection: Connection, folder: Path, readable: Sequence[Path], limits: Limits) -> None:
    """Close the engine's ways to files; the setup may still change other settings."""
    connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
    connection.execute(f"SET allowed_paths = {paths(readable)}")
    connection.execute(f"SET max_temp_directory_size = '{int(limits.file_mb)}MB'")
    connection.execute("SET enable_external_access = false")
    # Starts all threads, so that their stacks count to what the process holds at rest.
    connection.execute("SELECT sum(range) FROM range(1000000)").fetchall()


def _limit_process(limits: Limits) -> None:
    """Give the limits of the kernel to this process, with no way back."""
    import resource  # noqa: PLC0415 - exists on Unix only

    caps = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.file_mb * _MB,
        resource.RLIMIT_NOFILE: _NO_FILES,
    }
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        caps[resource.RLIMIT_AS] = pages * resource.getpagesize() + limits.memory_mb * _MB
    for name, cap in caps.items():
        hard = resource.getrlimit(name)[1]
        lowest = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
        resource.setrlimit(name, (lowest, lowest))


class _Stop(Exception):  # noqa: N818 - as Refused, inside the child
    """A statement that is not allowed, or an answer that cannot be sent."""


def _write(answers: IO[bytes], reply: bytes) -> None:
    """Write all of `reply`; a raw pipe may take it in parts."""
    rest = memoryview(reply)
    while rest:
        rest = rest[answers.write(rest) or 0 :]


def _reply(connection: Connection, folder: Path, limits: Limits, asked: dict[str, Any]) -> bytes:
    """Return the answer to one message, a line of JSON."""
    try:
        if "setup" in asked:
            connection.execute(asked["setup"]).fetchall()
            return b'{"rows": []}\n'
        if "ready" in asked:
            connection.execute("SET lock_configuration = true")
            return b'{"rows": []}\n'
        _check(connection, asked["sql"], folder)
        return _rows(connection, asked["sql"], asked["bound"], limits)
    except _Stop as stop:
        return _refusal(str(stop), "engine")
    except _Flood:
        return _refusal(f"answered with more than {limits.reply_mb:,} MB", "memory", usable=False)
    except (MemoryError, OutOfMemory) as error:
        # Freed memory is not always given back, so the next statement gets a new process.
        disk = "max_temp_directory_size" in str(error)
        needed = f"{limits.file_mb:,} MB of disk" if disk else f"{limits.memory_mb:,} MB"
        return _refusal(f"needed more than {needed}", "memory", usable=False)
    except (EngineError, ValueError, TypeError, RuntimeError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        # After an internal error the engine answers nothing any more.
        broken = type(error).__name__ in {"InternalException", "FatalException"}
        return _refusal(f"engine: {lines[0]}", "engine", usable=not broken)


def _refusal(reason: str, kind: Kind, *, usable: bool = True) -> bytes:
    """Return a refusal as a line; `usable` says that the child can go on."""
    return json.dumps({"reason": reason, "kind": kind, "usable": usable}).encode() + b"\n"


class _Flood(Exception):  # noqa: N818 - as above
    """The answer is larger than allowed."""


def _rows(connection: Connection, sql: str, bound: Any, limits: Limits) -> bytes:
    """Run a checked statement and return its rows as a line.

    The transaction is read-only, which the engine enforces for all but temporary tables.
    """
    connection.execute("BEGIN TRANSACTION READ ONLY")
    try:
        result = connection.execute(sql, bound or None)
        parts: list[bytes] = []
        size = 0
        while batch := result.fetchmany(_BATCH):
            parts.append(json.dumps([_sendable(row) for row in batch])[1:-1].encode())
            size += len(parts[-1])
            _bear(size, limits)
    except BaseException:
        with suppress(EngineError):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return b'{"rows": [' + b", ".join(parts) + b"]}\n"


def _bear(size: int, limits: Limits) -> None:
    """Raise `_Flood` if an answer of `size` bytes is too large."""
    if size > limits.reply_mb * _MB:
        raise _Flood


def _sendable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return `row`, or raise if it holds what JSON has no form for."""
    for value in row:
        if not isinstance(value, (str, int, float, list, type(None))):
            raise _Stop(f"the answer holds a value of type {type(value).__name__}; cast it in the statement")
    return row


def _check(connection: Connection, sql: str, folder: Path) -> None:
    """Raise `_Stop` unless `sql` is one statement of an allowed kind."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise _Stop(f"expected one statement, found {len(statements)}")
    pieces = [piece if piece[:1] in {"'", '"', "$"} else piece.lower() for piece in tokens(sql)]
    if any(piece.startswith(("--", "/*")) for piece in pieces):
        raise _Stop("comments are not allowed")
    if changing := _CHANGING.intersection(pieces):
        # A table expression may change rows and still be a SELECT; quote a column of this name.
        raise _Stop(f"{min(changing)} is not allowed")
    name = statements[0].type.name
    known = {"CREATE": _is_temporary, "DROP": _drops_table, "SELECT": _any}
    if not (_copies_into(pieces, folder) if name == "COPY" else known.get(name, _none)(pieces)):
        raise _Stop(f"this {name.lower().replace('_', ' ')} statement is not allowed")


def _any(_: list[str]) -> bool:
    return True


def _none(_: list[str]) -> bool:
    return False


def _is_temporary(pieces: list[str]) -> bool:
    """Say whether a CREATE makes a temporary table or macro."""
    rest = pieces[3:] if pieces[1:3] == ["or", "replace"] else pieces[1:]
    return rest[:1] in (["temp"], ["temporary"]) and rest[1:2] in (["table"], ["macro"])


def _drops_table(pieces: list[str]) -> bool:
    """Say whether a DROP is one of a table."""
    return pieces[1:2] == ["table"]


def _copies_into(pieces: list[str], folder: Path) -> bool:
    """Say whether a COPY writes a query to one file inside `folder`.

    The engine alone would let a statement overwrite the files that it may read.
    """
    rest = pieces[:-1] if pieces[-1] == ";" else pieces
    if rest[-1] == ")":
        start = len(rest) - 1 - rest[::-1].index("(")
        options = rest[start + 1 : -1]
        if not all(piece in _COPY_OPTIONS or piece.isdecimal() for piece in options):
            return False
        rest = rest[:start]
    if rest[:2] != ["copy", "("] or rest[-3:-1] != [")", "to"]:
        return False
    target = rest[-1]
    if not target.startswith("'"):
        return False
    path = Path(target[1:-1].replace("''", "'"))
    return path.is_absolute() and folder in path.resolve().parents
