"""Forked calls are processes of their own, as the tests need them."""

import os
import signal

from forked import fresh


def test_a_call_says_its_status_and_both_streams(tmp_path):
    """Words, folder and streams are those of the call."""
    code = "import os, sys; print(sys.argv, os.getcwd()); print('é', file=sys.stderr); sys.exit(3)"
    done = fresh().run(code, "a", 1, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (3, f"['probe', 'a', '1'] {tmp_path}\n", "é\n")


def test_nothing_is_left_of_a_call_before():
    """Each call is another process, and finds the modules as they were imported."""
    code = "import floodmark, os; print(hasattr(floodmark, 'left'), os.getpid()); floodmark.left = 1"
    first, second = (fresh().run(code).stdout.split() for _ in range(2))
    assert first[0] == second[0] == "False"
    assert len({first[1], second[1], str(os.getpid())}) == 3


def test_an_error_ends_with_its_traceback():
    """An error that nothing catches is status 1."""
    done = fresh().run("1 / 0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_a_kill_is_said():
    """Time up: the status is that of the signal; a process that kills itself says the same."""
    assert fresh().run("import time; time.sleep(60)", seconds=0.2).returncode == -signal.SIGKILL
    assert fresh().run("import os; os.kill(os.getpid(), 9)").returncode == -signal.SIGKILL
    assert fresh().run("print(1)", seconds=60).stdout == "1\n"
