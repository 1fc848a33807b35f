"""New processes that start at once: one process imports the package, and is forked for every call.

The imports take about a second, more than most calls of the tests. Where the start itself is the point,
the tests start the installed command instead.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

COMMAND = "from floodmark.cli import main; main()"
# A child leaves the loop. It does not take the interpreter apart at its end, which would copy all its memory.
_SERVER = """
import gc, importlib, json, os, pkgutil, sys, traceback
import floodmark
for module in pkgutil.walk_packages(floodmark.__path__, "floodmark."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
gc.freeze()
for line in sys.stdin:
    call = json.loads(line)
    child = os.fork()
    if not child:
        break
    os.setpgid(child, child)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    os._exit(0)
for number, place in enumerate(call["streams"]):
    opened = os.open(place, os.O_RDWR)
    os.dup2(opened, number)
    os.close(opened)
sys.stdin = open(0)
os.chdir(call["cwd"])
sys.argv = call["argv"]
status = 0
try:
    exec(compile(call["code"], sys.argv[0], "exec"), {"__name__": "__main__"})
except SystemExit as ended:
    status = ended.code or 0
except BaseException:
    traceback.print_exc()
    status = 1
sys.stdout.flush()
sys.stderr.flush()
os._exit(status)
"""


class Forked:
    """A process that has imported every module of the package, and is forked for each call.

    Args:
        prefix: words before the call of the interpreter.
        env: its environment; None is that of the tests.
    """

    def __init__(self, prefix: Sequence[str] = (), env: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def run(
        self,
        code: str,
        *words: object,
        name: str = "probe",
        cwd: Path | str | None = None,
        seconds: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run code as a main module.

        Args:
            code: the statements.
            *words: the words of the call, `sys.argv` after its first.
            name: the first of `sys.argv`.
            cwd: the folder in which it runs; None is that of the tests.
            seconds: after how long it is killed with all that it started; None is never.
        """
        given, said = self._process.stdin, self._process.stdout
        assert given is not None
        assert said is not None
        argv = [name, *map(str, words)]
        with tempfile.TemporaryDirectory(prefix="forked-") as folder:
            streams = [Path(folder, each) for each in ("in", "out", "err")]
            for each in streams:
                each.touch()
            call = {
                "code": code,
                "argv": argv,
                "cwd": str(cwd or Path.cwd()),
                "streams": [str(each) for each in streams],
            }
            given.write(json.dumps(call).encode() + b"\n")
            given.flush()
            child = int(_line(said.fileno()))
            if seconds is not None and not select.select([said], [], [], seconds)[0]:
                with suppress(ProcessLookupError):  # it may end right now
                    os.killpg(child, signal.SIGKILL)
            status = int(_line(said.fileno()))
            out, err = (each.read_text("utf-8", "surrogateescape") for each in streams[1:])
        return subprocess.CompletedProcess(argv, status, out, err)

    def floodmark(
        self, *words: object, cwd: Path | str | None = None, seconds: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command line."""
        return self.run(COMMAND, *words, name="floodmark", cwd=cwd, seconds=seconds)


def _line(descriptor: int) -> bytes:
    """Return the next line, read byte by byte, so that `select` sees whether there is another."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        assert byte, "the process that is forked has ended"
        line += byte
    return line


@cache
def fresh() -> Forked:
    """Return the process for calls in the environment of the tests."""
    made = Forked()
    atexit.register(made.close)
    return made
