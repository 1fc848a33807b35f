"""Pin the newest versions that are at least a week old: requirements*.in -> requirements*.lock.

The week is a cool-down: a package that was taken over is usually found out within days. The
resolver runs in an environment of its own that is thrown away afterwards, and the locks name no index.
"""

import os
import subprocess
import sys
import tempfile
import venv
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COOL_DOWN = timedelta(days=7)
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--upgrade",
    "--quiet",
)


def main() -> int:
    """Write all locks; the others keep the versions of the run-time lock."""
    until = (datetime.now(UTC) - COOL_DOWN).strftime("%Y-%m-%dT00:00:00Z")
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        tools = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([str(tools / "python"), "-m", "pip", "install", "-q", "uv"], check=True)
        for name in ("requirements", "requirements-linkage", "requirements-dev", "requirements-bench"):
            files = (f"{name}.in", "-o", f"{name}.lock")
            call = [str(tools / "uv"), "pip", "compile", *OPTIONS, f"--exclude-newer={until}", *files]
            subprocess.run(call, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
