from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter, defaultdict
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from floodmark import engine
from floodmark.errors import UsageError
from floodmark.simulate import Simulated, simulate
from simulate import readings


def _hashes(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_the_same_bytes_on_one_thread_in_another_zone(
    vishing: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither threads nor time zone nor locale show in any file."""
    memory: partial[AbstractContextManager[engine.Connection]] = partial(engine.memory, threads=1)
    monkeypatch.setattr(engine, "memory", memory)
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    again = simulate(tmp_path / "again", scenario="vishing-data-loader", seed=7)
    assert _hashes(again.directory) == _hashes(vishing.directory)
    assert [path.name for path in again.logs] == [path.name for path in vishing.logs]


def test_clean_tenant_of_another_seed(tmp_path: Path) -> None:
    """Without an intruder the key is empty; another seed gives other people and ids."""
    clean = simulate(tmp_path, scenario="clean", customers=150, seed=8)
    key = json.loads(clean.key.read_text("utf-8"))
    assert key["intrusion"] is None
    assert key["requests"] == []
    assert key["records"] == {}
    assert all(count == {"sure": 0, "possible": 0, "truth": 0} for count in key["categories"].values())
    assert b"Remote Access 2.0" in (tmp_path / "logs" / "LoginHistory.csv").read_bytes()
    assert not {
        row["SourceIp"]
        for row in readings.table(tmp_path / "logs" / "LoginHistory.csv")
        if row["CountryIso"] == "NL"
    }


def test_other_seed_gives_other_people(vishing: Simulated, qantas: tuple[Simulated, int]) -> None:
    """Two tenants share hardly an e-mail address."""
    here, there = (
        {row["Email"] for row in readings.table(each.tables["Contact"])} for each in (vishing, qantas[0])
    )
    assert len(here & there) < len(here) // 20


def test_listing_agrees_with_every_file(vishing: Simulated) -> None:
    """Length, columns and interval are as the listing says, and no file is empty."""
    entries = readings.listing(vishing.directory)
    paths = {readings.elf_path(vishing.directory, entry) for entry in entries}
    assert paths == {path for path in vishing.logs if re.search(r"_0AT\w{15}\.csv", path.name)}
    for entry in entries:
        path = readings.elf_path(vishing.directory, entry)
        body = readings.body(path)
        assert len(body) == entry["LogFileLength"]
        assert not body.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in body.replace(b"\r\n", b"") or b"\r" not in body
        header, *rows = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
        assert ",".join(header) == entry["LogFileFieldNames"]
        assert len(entry["LogFileFieldTypes"].split(",")) == len(header)
        assert rows, path.name
        assert body.startswith(b'"' + header[0].encode() + b'","')
        assert (path.suffix == ".gz") == (entry["Interval"] == "Hourly")
        start = datetime.strptime(entry["LogDate"], "%Y-%m-%dT%H:%M:%S.%f%z")
        end = start + (timedelta(hours=1) if entry["Interval"] == "Hourly" else timedelta(days=1))
        for row in rows:
            named = dict(zip(header, row, strict=True))
            assert named["EVENT_TYPE"] == entry["EventType"]
            at = datetime.strptime(named["TIMESTAMP"] + "+0000", "%Y%m%d%H%M%S.%f%z")
            assert start <= at < end
            assert datetime.fromisoformat(named["TIMESTAMP_DERIVED"]) == at


def test_every_value_is_quoted(vishing: Simulated) -> None:
    """The platform's own dialect: every value in quotes, line feeds only."""
    for path in vishing.logs:
        if "_Login_" in path.name or "_API_" in path.name:
            for line in readings.body(path).decode("utf-8").splitlines():
                assert re.fullmatch(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*', line)


def _rows(vishing: Simulated, entries: list[dict[str, Any]]) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for entry in entries:
        found |= Counter(
            tuple(row.values()) for row in readings.table(readings.elf_path(vishing.directory, entry))
        )
    return found


def test_hourly_files_repeat_the_daily_ones(vishing: Simulated) -> None:
    """One day comes both ways; the second part of an hour repeats some rows of the first."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for entry in readings.listing(vishing.directory):
        if entry["LogDate"].startswith("2025-06-29"):
            groups[entry["EventType"], entry["Interval"]].append(entry)
    types = {name for name, _ in groups}
    assert {"ApiTotalUsage", "RestApi", "Login", "LightningPageView"} <= types
    for name in types:
        assert _rows(vishing, groups[name, "Hourly"]) == _rows(vishing, groups[name, "Daily"])
    parts = [entry for (_, interval), entries in groups.items() if interval == "Hourly" for entry in entries]
    late = [entry for entry in parts if entry["Sequence"] == 2]
    assert late
    repeated = 0
    for entry in late:
        hour = {"EventType": entry["EventType"], "LogDate": entry["LogDate"], "Sequence": 1}
        (first,) = (each for each in parts if hour.items() <= each.items())
        assert first["CreatedDate"] < entry["CreatedDate"]
        repeated += (_rows(vishing, [first]) & _rows(vishing, [entry])).total()
    assert repeated


def test_one_daily_file_was_replaced_by_a_fuller_one(vishing: Simulated) -> None:
    """Two daily files of one day: the later holds all that the earlier holds, and more."""
    days: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for entry in readings.listing(vishing.directory):
        if entry["Interval"] == "Daily":
            days[entry["EventType"], entry["LogDate"]].append(entry)
    ((early, full),) = (
        sorted(entries, key=lambda entry: entry["CreatedDate"])
        for entries in days.values()
        if len(entries) > 1
    )
    assert _rows(vishing, [early]) < _rows(vishing, [full])


def test_ids_carry_right_check_characters(vishing: Simulated) -> None:
    """All ids in all files are valid in their long form."""
    pattern = re.compile(rb"\b(?:001|003|500|005|0AT|0Ya|0Ym|00O|00B|750|01g)5[a-z]0{5}[0-9A-Za-z]{8}\b")
    seen: set[str] = set()
    for path in (*vishing.logs, *vishing.tables.values(), vishing.key):
        seen |= {found.decode() for found in pattern.findall(readings.body(path))}
    assert len(seen) > 8_000
    assert {value for value in seen if readings.check_characters(value[:15]) != value[15:]} == set()


def test_records_of_api_events_equal_the_rows_returned(vishing: Simulated) -> None:
    """Each list of ids is complete, in all its shapes."""
    events = readings.answers(vishing.directory, "ApiEvent")
    shapes: Counter[str] = Counter()
    pages: Counter[tuple[str, str]] = Counter()
    for event in events:
        answer = json.loads(event["Records"])
        assert len(event["Records"]) <= 250_000
        assert isinstance(event["RowsReturned"], float)
        listed = answer.get("recordIds") or [record["Id"] for record in answer["records"]]
        assert len(set(listed)) == len(listed) == event["RowsReturned"]
        assert answer["totalSize"] == event["RowsProcessed"]
        shapes["bulk" if answer.get("recordIds") else "flat"] += 1
        for record in answer["records"]:
            if "Cases" in record:
                shapes["nested"] += 1
                assert len(record["Cases"]["records"]) == record["Cases"]["totalSize"]
        pages[event["Query"], event["Operation"]] += 1
    assert shapes["bulk"]
    assert shapes["nested"]
    assert any(operation == "QueryMore" for _, operation in pages)


def test_answer_pages_overlap(vishing: Simulated) -> None:
    """Pages of one answer repeat some events, and say where the next page is."""
    saved = [
        json.loads(path.read_text("utf-8")) for path in vishing.logs if path.name.startswith("ApiEvent_")
    ]
    rows = [record["EventIdentifier"] for answer in saved for record in answer["records"]]
    assert len(rows) > len(set(rows)) == saved[0]["totalSize"]
    assert [answer["done"] for answer in saved] == [False] * (len(saved) - 1) + [True]
    assert all(("nextRecordsUrl" in answer) != answer["done"] for answer in saved)


def test_one_act_appears_in_all_logs_of_its_kind(vishing: Simulated) -> None:
    """A query has the same request id, session and login in the event log files and the real-time event."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for entry in readings.listing(vishing.directory):
        if entry["EventType"] in {"API", "RestApi", "ApiTotalUsage"}:
            for row in readings.table(readings.elf_path(vishing.directory, entry)):
                found[entry["EventType"]][row["REQUEST_ID"]] = row
    events = readings.answers(vishing.directory, "ApiEvent")
    assert len(events) > 500
    for event in events:
        usage = found["ApiTotalUsage"][event["RequestIdentifier"]]
        assert usage["USER_ID_DERIVED"] == event["UserId"]
        if event["ApiType"] == "Bulk":
            continue
        row = found["API" if event["ApiType"].startswith("SOAP") else "RestApi"][event["RequestIdentifier"]]
        assert (row["SESSION_KEY"], row["LOGIN_KEY"], row["QUERY"]) == (
            event["SessionKey"],
            event["LoginKey"],
            event["Query"],
        )
        assert (row["CLIENT_IP"], row["USER_ID"]) == (event["SourceIp"], event["UserId"][:15])
    assert set(found["API"]) | set(found["RestApi"]) <= set(found["ApiTotalUsage"])


def test_page_views_appear_twice(vishing: Simulated) -> None:
    """The event log and the real-time event tell of the same views; the latter comes in later."""
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in readings.listing(vishing.directory):
        if entry["EventType"] == "LightningPageView" and entry["Interval"] == "Daily":
            days[entry["LogDate"][:10]] = readings.table(readings.elf_path(vishing.directory, entry))
    lines = (
        readings.body(vishing.directory / "logs" / "LightningUriEvent_2025-06-20.ndjson.gz")
        .decode()
        .splitlines()
    )
    events = [json.loads(line) for line in lines]
    assert all(event["PageStartTime"] < event["EventDate"] for event in events)
    seen = {(event["SessionKey"], event["RecordId"], event["PageStartTime"]) for event in events}
    rows = [row for day in ("2025-06-19", "2025-06-20") for row in days[day]]
    assert seen <= {(row["SESSION_KEY"], row["PAGE_ENTITY_ID"], row["TIMESTAMP_DERIVED"]) for row in rows}


def test_report_chunks_make_up_the_run(vishing: Simulated) -> None:
    """The chunks of a run are numbered without a hole and hold all its rows."""
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in vishing.logs:
        if path.name.startswith("ReportEvent_"):
            for line in path.read_text("utf-8").splitlines():
                event = json.loads(line)
                runs[event["ExecutionIdentifier"]].append(event)
    assert runs
    for chunks in runs.values():
        assert sorted(chunk["Sequence"] for chunk in chunks) == list(range(1, len(chunks) + 1))
        assert chunks[0]["ColumnHeaders"].startswith("[")
        rows = [row for chunk in chunks for row in json.loads(chunk["Records"])["rows"]]
        assert len(rows) == chunks[0]["RowsProcessed"]


def test_no_path_of_the_machine_in_any_file(vishing: Simulated) -> None:
    """Nothing written tells where it was written."""
    place = str(vishing.directory).encode()
    for path in vishing.directory.rglob("*"):
        if path.is_file():
            assert place not in readings.body(path)


def test_data_map_fits_the_tables(vishing: Simulated) -> None:
    """Every mapped field is a column, and the reading of these tests maps the same."""
    declared = yaml.safe_load(vishing.datamap.read_text("utf-8"))["objects"]
    assert set(declared) == set(vishing.tables) == set(readings.CATEGORIES)
    for name, entry in declared.items():
        columns = set(readings.table(vishing.tables[name])[0])
        assert set(entry.get("fields", {})) | {entry["id"], entry["created"], entry["changed"]} <= columns
        assert entry.get("fields", {}) == readings.CATEGORIES[name]


def test_tables_hold_odd_and_hostile_values(vishing: Simulated) -> None:
    """Formulas, markup, line feeds, quotes, late changes and spellings of one address occur."""
    contacts = readings.table(vishing.tables["Contact"])
    texts = [row["Description"] for row in contacts] + [
        row["Description"] for row in readings.table(vishing.tables["Case"])
    ]
    assert {text[0] for text in texts if text} >= set("=+-@")
    assert any("\n" in text for text in texts)
    assert any("<b>" in text for text in texts)
    assert any('"' in row["Name"] for row in contacts)
    assert any("'" in row["Name"] for row in contacts)
    assert any(row["SystemModstamp"] > "2025-06-30T12" for row in contacts)
    assert any(row["CreatedDate"] > "2025-06-30T12" for row in contacts)
    assert any(not row["Email"] for row in contacts)
    spelled: dict[str, set[str]] = defaultdict(set)
    for row in contacts:
        spelled[readings.people([row])[row["Id"]]].add(row["Email"])
    assert any(len(forms) > 1 for forms in spelled.values())


@pytest.mark.parametrize(
    ("scenario", "customers", "found"),
    [
        ("qantes", None, "unknown scenario 'qantes'; did you mean qantas"),
        ("qantas", 1_000, "customers is 1000, expected a multiple of 570"),
        ("clean", 10, "customers is 10, expected 100 or more"),
    ],
)
def test_a_call_that_does_not_fit_is_refused(
    tmp_path: Path, scenario: str, customers: int | None, found: str
) -> None:
    """The message names what was found and expected; nothing is written."""
    with pytest.raises(UsageError, match=re.escape(found)) as caught:
        simulate(tmp_path, scenario=scenario, customers=customers)
    assert caught.value.hint
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    """Files of the user stay as they are."""
    (tmp_path / "mine.txt").write_text("keep", "utf-8")
    with pytest.raises(UsageError, match="not an empty folder"):
        simulate(tmp_path, scenario="clean")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
