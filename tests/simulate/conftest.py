from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
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


@pytest.fixture(scope="session")
def qantas_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Simulated]:
    """Return a maker of the published case by its number of customers, each made once."""

    @cache
    def made(customers: int) -> Simulated:
        return simulate(tmp_path_factory.mktemp("qantas"), scenario="qantas", customers=customers, seed=3)

    return made


@pytest.fixture(scope="session", params=[570, 5_700])
def qantas(request: pytest.FixtureRequest, qantas_of: Callable[[int], Simulated]) -> tuple[Simulated, int]:
    """The published case at a ten-thousandth and a thousandth of its size."""
    return qantas_of(request.param), request.param
