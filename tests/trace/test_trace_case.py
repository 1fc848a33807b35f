"""Whole simulated breaches: the intruder's sessions and nothing of the victim's own work."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from floodmark.case import Actor, Case
from floodmark.simulate import Simulated, simulate

pytestmark = pytest.mark.slow
CLERK = Actor("clerk", datetime.fromisoformat("2025-07-05T09:00:00+00:00"))


@pytest.fixture(scope="module")
def vishing(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """An agent who authorised an application goes on working while it reads."""
    return simulate(tmp_path_factory.mktemp("vishing"), scenario="vishing-data-loader", customers=300, seed=5)


def investigated(simulated: Simulated, folder: Path, files: list[Path]) -> Path:
    """Return the folder of a case into which the files were added one by one."""
    case = Case.init(folder, organisation="Example", actor=CLERK, timezone="Asia/Manila")
    case.add(files)
    case.snapshot(simulated.datamap, at=simulated.snapshot_at, tables=simulated.tables)
    case.investigate(force=True)
    return folder


def test_the_victim_s_own_work_stays_out_in_any_order_of_files(vishing: Simulated, tmp_path: Path) -> None:
    """Sessions and addresses are those of the key; the rest of the account is usual; the bytes are equal."""
    key = json.loads(vishing.key.read_text("utf-8"))["intrusion"]
    # A week of ordinary work before the theft is enough to tell it from.
    logs = [path for path in vishing.logs if not path.name.startswith(("2025-06-0", "2025-06-1"))]
    one = investigated(vishing, tmp_path / "one", logs)
    told: dict[str, Any] = json.loads((one / "results" / "intrusion.json").read_text("ascii"))
    assert set(told["intrusion"]["sessions"]) == set(key["sessions"])
    assert set(told["intrusion"]["addresses"]) == set(key["addresses"])
    assert told["intrusion"]["actors"] == [key["actor"]]
    (own,) = told["apart"]
    assert own["events"] == own["usual"] > 0
    assert {"initial access", "discovery", "collection"} <= {each["phase"] for each in told["stages"]}
    assert told["going_on"]["last_read_at"] <= key["to"]
    report = (one / "report" / "report.md").read_text("utf-8")
    for link in told["intrusion"]["links"]:
        assert link["id"] in report
    two = investigated(vishing, tmp_path / "two", logs[::-1])
    for name in ("intrusion.json", "scope.json"):
        assert (one / "results" / name).read_bytes() == (two / "results" / name).read_bytes()
