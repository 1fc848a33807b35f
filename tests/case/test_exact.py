"""Whole simulated breaches against the simulator's own books: exact with all logs, honest without an hour."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from floodmark import models
from floodmark.case import Actor, Case
from floodmark.simulate import Simulated, simulate
from floodmark.trace import Selectors
from simulate import removal

pytestmark = pytest.mark.slow
CLERK = Actor("clerk", datetime.fromisoformat("2025-07-05T09:00:00+00:00"))


def scoped(
    simulated: Simulated, folder: Path, logs: Path | None = None
) -> tuple[models.Scope, dict[str, Any]]:
    """Return the scope of the intruder's account and its proof, and the key."""
    key = json.loads(simulated.key.read_text("utf-8"))
    case = Case.init(folder / "case", organisation="Example", actor=CLERK, timezone="Asia/Manila")
    case.add([logs or simulated.directory / "logs"])
    case.snapshot(simulated.datamap, at=simulated.snapshot_at, tables=simulated.tables)
    chosen = Selectors(sessions=tuple(key["intrusion"]["sessions"]), logins=(), actors=())
    return case.scope(chosen), key


@pytest.fixture(scope="module")
def qantas(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """The published case at a ten-thousandth of its size."""
    return simulate(tmp_path_factory.mktemp("qantas"), scenario="qantas", customers=570, seed=3)


@pytest.mark.parametrize(("scenario", "customers"), [("qantas", 570), ("vishing-data-loader", 300)])
def test_every_marginal_and_combination_equals_the_key(tmp_path: Path, scenario: str, customers: int) -> None:
    """With all logs nothing is left open: counts, combinations, records and residence are those of the books."""
    simulated = simulate(tmp_path / "platform", scenario=scenario, customers=customers, seed=5)
    scope, key = scoped(simulated, tmp_path)
    found = {each.category: each for each in scope.categories}
    for name, said in key["categories"].items():
        taken, possible = found[name].outcomes.taken, found[name].outcomes.possibly_taken
        assert (name, taken, possible) == (name, said["sure"], said["possible"])
        assert found[name].people.at_least <= said["truth"] <= found[name].people.at_most
    combinations = {(each.taken, each.possible): each.people for each in scope.combinations}
    assert combinations == {
        (tuple(each["taken"]), tuple(each["possible"])): each["people"] for each in key["combinations"]
    }
    at_least = {name: bound.at_least for name, bound in scope.records.items() if bound.at_least}
    assert at_least == {
        name: count for name, count in key["records"].items() if count and name in scope.records
    }
    assert [check for check in scope.checks if not check.passed] == []
    if scenario == "qantas":
        assert scope.people.bound == "exact"
        assert {each.grade for each in scope.requests} <= {1, 2}
        assert scope.people.at_least == scope.people.at_most == customers
        assert all(each.people.at_least == each.people.at_most for each in scope.categories)


@pytest.mark.parametrize("log", ["BulkApiResultEventStore", "BulkApi2", "ApiEvent"])
def test_without_an_hour_of_one_log_the_union_of_what_is_visible_is_left(
    qantas: Simulated, tmp_path: Path, log: str
) -> None:
    """At least is what the other requests prove, at most is honest, and the report names the hour."""
    key = json.loads(qantas.key.read_text("utf-8"))
    asked = [each["request"] for each in key["requests"]]
    hour = next(
        found[-1] for name in reversed(asked) if (found := removal.hours(qantas.directory, name, log))
    )
    shutil.copytree(qantas.directory, tmp_path / "platform")
    assert removal.drop_hour(tmp_path / "platform", log, hour) > 0
    scope, _ = scoped(qantas, tmp_path, tmp_path / "platform" / "logs")
    left = removal.visible(qantas.directory, log, hour)
    assert {each.category: each.people.at_least for each in scope.categories if each.people.at_least} == (
        left.categories
    )
    assert scope.people.at_least == left.people
    for each in scope.categories:
        truth = key["categories"].get(each.category, {"truth": 0})["truth"]
        assert each.people.at_least <= truth <= each.people.at_most
