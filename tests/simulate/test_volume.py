from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from floodmark.errors import UsageError
from floodmark.simulate import simulate
from simulate import readings

EVENTS = 120_000


def test_a_stated_number_of_log_rows(tmp_path: Path) -> None:
    """About as many rows as asked for, in gzip files, by more agents; the published counts do not move."""
    made = simulate(tmp_path, scenario="qantas", customers=570, events=EVENTS, seed=5)
    entries = readings.listing(tmp_path)
    rows = 0
    for entry in entries:
        path = readings.elf_path(tmp_path, entry)
        assert path.suffix == ".gz"
        body = readings.body(path)
        assert len(body) == entry["LogFileLength"]
        rows += body.count(b"\n") - 1
    for path in made.logs:
        if re.match(r"(Api|Login)Event_", path.name):
            assert path.name.endswith(".json.gz")
            rows += len(json.loads(readings.body(path))["records"])
        elif path.name.startswith("LightningUriEvent_"):
            rows += readings.body(path).count(b"\n")
    assert 0.85 * EVENTS < rows < 1.15 * EVENTS
    key = json.loads(made.key.read_text("utf-8"))
    assert key["units"]["emails"] == 570
    assert key["categories"]["date_of_birth"]["sure"] == 110
    events = readings.answers(tmp_path, "ApiEvent")
    assert len({event["RequestIdentifier"] for event in events}) == len(events)


def test_too_few_log_rows_are_refused(tmp_path: Path) -> None:
    """A handful of rows is no month of a call centre."""
    with pytest.raises(UsageError, match="events is 5, expected 100000 or more"):
        simulate(tmp_path / "new", scenario="qantas", customers=570, events=5)
    assert not (tmp_path / "new").exists()
