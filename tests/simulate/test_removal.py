from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from floodmark.simulate import Simulated
from simulate import readings, removal


def _jobs(simulated: Simulated) -> list[str]:
    key = json.loads(simulated.key.read_text("utf-8"))
    return [each["request"] for each in key["requests"] if each["kind"] == "bulk_query"]


def test_all_is_visible_with_all_logs(qantas: tuple[Simulated, int]) -> None:
    """Without a removal the count is the key's."""
    simulated, _ = qantas
    key = json.loads(simulated.key.read_text("utf-8"))
    seen = removal.visible(simulated.directory)
    assert seen.hidden == ()
    assert seen.partly == {}
    assert seen.records == key["records"]
    assert seen.people == key["units"]["with_sure_value"]
    assert seen.categories == {name: each["sure"] for name, each in key["categories"].items() if each["sure"]}


def test_an_hour_of_download_events_hides_the_text_of_its_jobs(qantas: tuple[Simulated, int]) -> None:
    """What is left is the union of the other requests, counted once more from the tables alone."""
    simulated, _ = qantas
    log = "BulkApiResultEventStore"
    (third,) = _jobs(simulated)[2:3]
    (hour,) = removal.hours(simulated.directory, third, log)
    seen = removal.visible(simulated.directory, log, hour)
    hidden = {job for job in _jobs(simulated) if removal.hours(simulated.directory, job, log) == [hour]}
    assert set(seen.partly) == hidden
    assert seen.partly[third] == ("text",)
    assert set(seen.requests) == set(removal.visible(simulated.directory).requests) - hidden
    rows = readings.table(simulated.key.with_name("records.csv"))
    reached = {row["person"] for row in rows if set(row["requests"].split(";")) & set(seen.requests)}
    assert seen.people == len(reached) < removal.visible(simulated.directory).people


def test_an_hour_of_job_rows_hides_how_many_there_were_and_when(qantas: tuple[Simulated, int]) -> None:
    """The text and the downloads are left, so all records are; of those just changed the values are not sure."""
    simulated, _ = qantas
    last = _jobs(simulated)[-1]
    (hour,) = removal.hours(simulated.directory, last, "BulkApi2")
    seen, everything = (
        removal.visible(simulated.directory, "BulkApi2", hour),
        removal.visible(simulated.directory),
    )
    assert seen.partly[last] == ("count",)
    assert (seen.requests, seen.records) == (everything.requests, everything.records)
    assert all(seen.categories[name] <= count for name, count in everything.categories.items())


def test_logs_that_repeat_each_other_hide_nothing_alone(
    qantas: tuple[Simulated, int], vishing: Simulated
) -> None:
    """A download stands in three logs, a page of a read in two."""
    everything = removal.visible(qantas[0].directory)
    for job in _jobs(qantas[0]):
        for log in ("ApiTotalUsage", "RestApi"):
            for hour in removal.hours(qantas[0].directory, job, log):
                assert removal.visible(qantas[0].directory, log, hour) == everything
    for log in ("API", "ApiEvent"):
        for name in removal.visible(vishing.directory).requests:
            for hour in removal.hours(vishing.directory, name, log):
                assert "read-" not in "".join(removal.visible(vishing.directory, log, hour).hidden)


@pytest.mark.parametrize(
    "log", ["BulkApiResultEventStore", "BulkApi2", "ApiTotalUsage", "ApiEvent", "LightningUriEvent"]
)
def test_only_the_rows_of_the_hour_go(vishing: Simulated, tmp_path: Path, log: str) -> None:
    """Other files and other hours stay as they are; a second time there is nothing to take out."""
    copy = tmp_path / "copy"
    shutil.copytree(vishing.directory, copy)
    hour = datetime(2025, 6, 29, 7)  # noqa: DTZ001 - plain UTC
    if log.startswith("BulkApi"):
        hour = datetime(2025, 6, 29, 15)  # noqa: DTZ001 - when the nightly export runs
    removed = removal.drop_hour(copy, log, hour)
    assert removed > 0
    assert removal.drop_hour(copy, log, hour) == 0
    changed = {
        path.name
        for path in vishing.logs
        if not (copy / "logs" / path.name).exists()
        or (copy / "logs" / path.name).read_bytes() != path.read_bytes()
    }
    assert changed
    assert all(name.startswith(log) or f"_{log}_" in name for name in changed)
