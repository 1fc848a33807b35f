"""Fresh cases for every test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from small_files import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A new case with a folder for files."""
    return Bench(tmp_path)


@pytest.fixture
def benches(tmp_path: Path) -> Callable[[], Bench]:
    """Return a maker of further cases."""
    made = iter(range(100))

    def make() -> Bench:
        folder = tmp_path / f"bench{next(made)}"
        folder.mkdir()
        return Bench(folder)

    return make
