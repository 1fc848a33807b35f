"""Asking for help is cheap: it loads neither the engine nor the templates."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("duckdb", "pyarrow", "jinja2", "isal")

# Runs in a fresh process, because the test runner has everything loaded already.
PROBE = """
import json, sys
from floodmark.cli import main
sys.argv = ["floodmark", *sys.argv[1:]]
try:
    status = main()
except SystemExit as stop:
    status = stop.code
sys.stdout.flush()
sys.stderr.write("\\n" + json.dumps({"status": status or 0, "modules": sorted(sys.modules)}))
"""


def loaded_by(*arguments: str) -> set[str]:
    """Return the names of the modules that a call of the command line loads."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stderr.splitlines()[-1])
    assert report["status"] == 0, run.stderr
    return set(report["modules"])


@pytest.mark.parametrize("arguments", [("--help",), ("add", "--help"), ("scope", "--help")])
def test_help_loads_no_heavy_library(arguments: tuple[str, ...]) -> None:
    """Help for the program and for a command loads neither DuckDB nor what stands on it."""
    assert not loaded_by(*arguments).intersection(HEAVY)


def test_importing_the_package_loads_nothing_else() -> None:
    """`import floodmark` costs nothing: no library of ours comes with it."""
    probe = (
        "import sys; before = set(sys.modules); import floodmark; print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()).intersection({*HEAVY, "typer", "rich", "pydantic", "yaml", "tomlkit"})


def test_installed_command_answers() -> None:
    """The `floodmark` script of the environment starts and prints its help."""
    command = Path(sys.executable).with_name("floodmark")
    run = subprocess.run([str(command), "--help"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "investigate" in run.stdout
