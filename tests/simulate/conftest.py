from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from floodmark.simulate import Simulated, simulate


@pytest.fixture(scope="session")
def vishing(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """The default case: one intruder with a data loader."""
    return simulate(tmp_path_factory.mktemp("vishing"), scenario="vishing-data-loader", seed=7)


@pytest.fixture(scope="session")
def vishing_key(vishing: Simulated) -> dict[str, Any]:
    """The answer of the default case."""
    return json.loads(vishing.key.read_text("utf-8"))


@pytest.fixture(scope="session", params=[570, 5_700])
def qantas(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulated, int]:
    """The published case at a ten-thousandth and a thousandth of its size."""
    folder: Path = tmp_path_factory.mktemp("qantas")
    return simulate(folder, scenario="qantas", customers=request.param, seed=3), request.param
