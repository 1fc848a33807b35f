"""Measure the size of the code and fail where it grows beyond what one can read.

A function is counted from its `def` to its last line, without decorators and docstring; methods and
nested functions count as functions, a nested one also as part of the one around it.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "floodmark"

MEDIAN_MAX = 8
P95_MAX = 45
LONG = 60
LONG_SHARE_MAX = 0.02
MODULE_MAX = 800
DEPTH_MAX = 2
# A folder of plug-ins inside a stage, found by scanning: one file each, which nothing imports by name. It
# counts as one level, as the folders of plug-ins beside the stages do.
SEAMS = frozenset({("simulate", "families")})


@dataclass(frozen=True)
class Function:
    """One function: where it starts and how many lines its code has."""

    module: str
    name: str
    line: int
    lines: int


def functions(module: str, tree: ast.Module) -> Iterator[Function]:
    """Yield every function of a module with its size in lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
            yield Function(module, node.name, node.lineno, size)


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def percentile(sizes: list[int], share: float) -> int:
    """Return the smallest size that at least `share` of the sizes do not exceed."""
    ordered = sorted(sizes)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def measure() -> tuple[list[Function], dict[str, int], int]:
    """Return all functions, the lines of each module, and the depth of the deepest module."""
    found: list[Function] = []
    modules: dict[str, int] = {}
    depth = 0
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        text = path.read_text("utf-8")
        modules[name] = text.count("\n")
        depth = max(depth, _depth(path.relative_to(PACKAGE)))
        found.extend(functions(name, ast.parse(text, name)))
    return found, modules, depth


def _depth(path: Path) -> int:
    return len(path.parts) - (path.parts[:2] in SEAMS)


def breaches(found: list[Function], modules: dict[str, int], depth: int) -> list[str]:
    """Return one line per broken limit, after printing the figures."""
    sizes = [function.lines for function in found] or [0]
    longest = sorted((f for f in found if f.lines > LONG), key=lambda f: (-f.lines, f.module, f.line))
    median, p95 = statistics.median(sizes), percentile(sizes, 0.95)
    share = len(longest) / len(sizes)
    print(
        f"size: {len(modules)} modules, {sum(modules.values())} lines, "
        f"largest {max(modules.values(), default=0)}, depth {depth}; "
        f"{len(found)} functions, median {median:g}, 95th percentile {p95}, "
        f"over {LONG} lines {share:.1%}"
    )
    for f in longest:
        print(f"  long: {f.module} line {f.line}: {f.name} has {f.lines} lines")
    problems = [
        f"{name} has {n} lines, at most {MODULE_MAX}" for name, n in modules.items() if n > MODULE_MAX
    ]
    limits = (
        ("no module found", not modules),
        (f"the median function has {median:g} lines, at most {MEDIAN_MAX}", median > MEDIAN_MAX),
        (f"the 95th percentile has {p95} lines, at most {P95_MAX}", p95 > P95_MAX),
        (f"{share:.1%} of the functions exceed {LONG} lines, under 2 % wanted", share >= LONG_SHARE_MAX),
        (f"a module lies {depth} levels deep, at most {DEPTH_MAX}", depth > DEPTH_MAX),
    )
    return problems + [text for text, broken in limits if broken]


def main() -> int:
    """Print the figures and every broken limit; 1 if there is one."""
    problems = breaches(*measure())
    for problem in problems:
        print(f"size: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
