"""How long the demonstration takes once it is set up: a user's first result."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> dict[str, float]:
    """Print and return the wall time of `floodmark demo` in a fresh process."""
    with tempfile.TemporaryDirectory(prefix="floodmark-bench-") as scratch:
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "floodmark", "demo", str(Path(scratch) / "demo")],
            check=True,
            capture_output=True,
        )
        spent = time.perf_counter() - begin
    print(f"demo     {spent:.1f} s (bar 60)")
    return {"demo_s": spent}


if __name__ == "__main__":
    main()
