"""Fail if a file of the project names a machine path or a package index.

Such a line works on one machine only, and tells strangers about it.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Put together from halves, so that this file passes its own check.
FORBIDDEN = tuple(
    head + tail
    for head, tail in (
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("bash_", "jobs"),
        ("--index", "-url"),
        ("/sim", "ple/"),
        ("--find", "-links"),
    )
)
# Asking a tool to leave the index out is not naming one.
ALLOWED = ("--no-emit-" + "index-url",)


def files() -> list[Path]:
    """Return the files that git tracks or would track, sorted; all files where git is absent."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git is found on the path
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        found = (p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file())
        return sorted(p for p in found if not p.parts[0].startswith(".venv"))
    return sorted(Path(name.decode()) for name in set(listing.split(b"\0")) if name)


def breaches(path: Path) -> list[str]:
    """Return one line per forbidden word in the file; none for a file that is not text."""
    try:
        lines = (ROOT / path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [
        f"{path} line {number}: contains {word!r}"
        for number, line in enumerate(lines, 1)
        for word in FORBIDDEN
        if word in _without_allowed(line)
    ]


def _without_allowed(line: str) -> str:
    for word in ALLOWED:
        line = line.replace(word, "")
    return line


def main() -> int:
    """Print every breach; 1 if there is one."""
    checked = files()
    found = [breach for path in checked for breach in breaches(path)]
    print(*found, f"words: {len(checked)} files, {len(found)} breaches", sep="\n")
    return 1 if found or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
