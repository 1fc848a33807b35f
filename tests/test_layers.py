"""The import contracts of pyproject.toml hold, and they see every module there is."""

import subprocess
import sys
from pathlib import Path

import floodmark

ROOT = Path(__file__).resolve().parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


def lint_imports() -> subprocess.CompletedProcess[str]:
    """Run every contract from the root of the project."""
    return subprocess.run(
        [str(LINT), "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_import_contract_is_kept() -> None:
    """No module imports upwards, no sibling imports a sibling, each heavy library has one owner."""
    run = lint_imports()
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


def test_contracts_look_at_the_package_under_test() -> None:
    """The contracts are checked on this tree, not on another installed copy."""
    assert Path(floodmark.__file__ or "").resolve() == ROOT / "src" / "floodmark" / "__init__.py"
