"""Which hours the logs speak for, and where they do not."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from floodmark import sources
from floodmark.ledger import Ledger
from floodmark.ledger.coverage import CoverageMap, Hole
from small_files import Bench, answer, csv_bytes, gz, rest

BEGIN, END = datetime(2025, 6, 30), datetime(2025, 6, 30, 6)  # noqa: DTZ001 - UTC, as the ledger keeps it


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A new case with a folder for files."""
    return Bench(tmp_path)


def holes(bench: Bench) -> list[tuple[str, str, str]]:
    """Return (log, first hour, end) of every gap of a case."""
    return [(hole.log, _hour(hole.begin), _hour(hole.end)) for hole in found(bench)]


def found(bench: Bench) -> list[Hole]:
    """Return every gap of a case."""
    with bench.case.folder.engine() as engine:
        return CoverageMap(Ledger(engine, bench.case.folder.manifest), sources.reads).holes()


def stated(bench: Bench) -> bool:
    """Say whether the case is stated to cover the hours under test."""
    with bench.case.folder.engine() as engine:
        return CoverageMap(Ledger(engine, bench.case.folder.manifest), sources.reads).stated(BEGIN, END)


def _hour(at: datetime | None) -> str:
    return at.strftime("%d %H") if at else "?"


def hour_file(bench: Bench, hour: int, *, log: str = "RestApi", rows: int = 3, keys: str = "k") -> Path:
    """Write one hourly event log file of 2025-06-30."""
    made = [
        rest(
            number,
            EVENT_TYPE=log,
            TIMESTAMP=f"20250630{hour:02d}{number:02d}00.000",
            REQUEST_ID=f"{keys}-{hour}-{number}",
        )
        for number in range(rows)
    ]
    return bench.file(f"{log}-{hour:02d}.csv", csv_bytes(made))


def listing(
    bench: Bench, files: Sequence[tuple[Path, str]], *, log: str = "RestApi", interval: str = "Hourly"
) -> Path:
    """Write the platform's listing of files, given as (file, LogDate), lengths of the plain bytes."""
    records = [
        {
            "attributes": {"type": "EventLogFile"},
            "Id": f"0AT5j00000{number:05d}",
            "EventType": log,
            "Interval": interval,
            "LogDate": date,
            "Sequence": 1 if interval == "Hourly" else 0,
            "CreatedDate": "2025-07-01T00:00:00.000+0000",
            "LogFileLength": float(file.stat().st_size) if file.exists() else 999.0,
        }
        for number, (file, date) in enumerate(files)
    ]
    return bench.file(f"listing-{log}-{interval}.json", answer(*records))


def at(hour: int) -> str:
    """Return the LogDate of an hour."""
    return f"2025-06-30T{hour:02d}:00:00.000+0000"


def test_a_listed_file_that_is_absent_is_a_gap(bench: Bench) -> None:
    """The platform lists an hour; no file of it is there."""
    one = hour_file(bench, 1)
    bench.add(one, listing(bench, [(one, at(1)), (bench.files / "absent", at(2))]))
    assert holes(bench) == [("salesforce.elf.RestApi", "30 02", "30 03")]


def test_a_listed_file_that_is_absent_is_a_gap_whatever_was_stated(bench: Bench) -> None:
    """A statement that the files are all there is does not undo the listing."""
    one = hour_file(bench, 1)
    paths = one, listing(bench, [(one, at(1)), (bench.files / "absent", at(2))])
    bench.add(*paths, covers="2025-06-30T00:00:00Z..2025-07-01T00:00:00Z")
    assert holes(bench) == [("salesforce.elf.RestApi", "30 02", "30 03")]


def test_a_file_of_another_length_than_listed_is_a_gap(bench: Bench) -> None:
    """The body that was received is not the body that the platform lists."""
    one = hour_file(bench, 1)
    listed = listing(bench, [(one, at(1))])
    one.write_bytes(one.read_bytes().replace(b"192.0.2.7", b"192.0.2.17"))
    bench.add(one, listed)
    assert holes(bench) == [("salesforce.elf.RestApi", "30 01", "30 02")]


def test_a_listed_hour_is_no_gap_where_its_day_is_at_hand(bench: Bench) -> None:
    """The daily file holds the same events as the hourly ones."""
    rows = [rest(minute) for minute in range(0, 180, 20)]
    day = bench.file("day.csv", csv_bytes(rows))
    bench.add(
        day,
        listing(bench, [(day, "2025-06-30T00:00:00.000+0000")], interval="Daily"),
        listing(bench, [(bench.files / "absent", at(2))]),
    )
    assert holes(bench) == []


def test_a_replaced_daily_file_is_no_gap(bench: Bench) -> None:
    """Of two listed files of one day the fuller one is at hand."""
    day = bench.file("day.csv", csv_bytes([rest(minute) for minute in range(0, 180, 20)]))
    date = "2025-06-30T00:00:00.000+0000"
    bench.add(day, listing(bench, [(bench.files / "absent", date), (day, date)], interval="Daily"))
    assert holes(bench) == []


def test_compressed_files_are_compared_by_their_plain_length(bench: Bench) -> None:
    """The platform lists the length of the body, however it was saved."""
    one = hour_file(bench, 1)
    listed = listing(bench, [(one, at(1))])
    bench.add(bench.file("one.csv.gz", gz(one.read_bytes())), listed)
    assert holes(bench) == []


def test_a_log_type_without_events_is_no_gap(bench: Bench) -> None:
    """The platform writes no file for a type in an hour in which nothing of it happened."""
    bench.add(*(hour_file(bench, hour) for hour in (1, 2, 3)), hour_file(bench, 2, log="URI"))
    assert holes(bench) == []


def test_a_silent_hour_between_busy_ones_is_a_gap(bench: Bench) -> None:
    """Eight rows or more right before and after, and other logs have rows in between."""
    bench.add(
        *(hour_file(bench, hour, rows=10) for hour in (1, 3)),
        *(hour_file(bench, hour, log="URI", keys="u") for hour in (1, 2, 3)),
    )
    assert holes(bench) == [("salesforce.elf.RestApi", "30 02", "30 03")]


def test_a_silent_hour_of_a_quiet_log_is_no_gap(bench: Bench) -> None:
    """With few rows around it nothing says that it should have spoken."""
    bench.add(
        *(hour_file(bench, hour, rows=2) for hour in (1, 3)),
        *(hour_file(bench, hour, log="URI", keys="u") for hour in (1, 2, 3)),
    )
    assert holes(bench) == []


def test_a_silent_hour_that_another_log_tells_of_is_a_gap(bench: Bench) -> None:
    """The calls of that hour stand in another log, and such calls else stand in both."""
    bench.add(
        *(hour_file(bench, hour, rows=7) for hour in (1, 2, 3, 4, 5) if hour != 4),
        *(hour_file(bench, hour, rows=7, log="ApiTotalUsage") for hour in (1, 2, 3, 4, 5)),
    )
    assert holes(bench) == [("salesforce.elf.RestApi", "30 04", "30 05")]


def test_a_stated_hour_is_not_inferred_to_be_a_gap(bench: Bench) -> None:
    """Where somebody states that these files are all there is, silence means that nothing happened."""
    paths = [hour_file(bench, hour, rows=10) for hour in (1, 3)]
    paths += [hour_file(bench, hour, log="URI", keys="u") for hour in (1, 2, 3)]
    bench.add(*paths, covers="2025-06-30T00:00:00Z..2025-07-01T00:00:00Z")
    assert holes(bench) == []


def test_a_silence_counts_where_only_another_log_is_stated(bench: Bench) -> None:
    """What is stated of one log says nothing of the others, or of its own other days."""
    bench.add(*(hour_file(bench, hour, rows=10) for hour in (1, 3)))
    bench.add(
        *(hour_file(bench, hour, log="URI", keys="u") for hour in (1, 2, 3)),
        covers="2025-06-30T00:00:00Z..2025-07-01T00:00:00Z",
    )
    assert holes(bench) == [("salesforce.elf.RestApi", "30 02", "30 03")]


def test_gaps_are_found_once(bench: Bench) -> None:
    """A map answers again without reading the rows again, and no caller can change its answer."""
    bench.add(
        *(hour_file(bench, hour, rows=10) for hour in (1, 3)),
        *(hour_file(bench, hour, log="URI", keys="u") for hour in (1, 2, 3)),
    )
    with bench.case.folder.engine() as engine:
        covered = CoverageMap(Ledger(engine, bench.case.folder.manifest), sources.reads)
        first = covered.holes()
        engine.connection.execute("DROP VIEW part_row CASCADE")
        again = covered.holes()
    assert len(first) == 1
    assert first == again
    assert first is not again


def test_a_damaged_hourly_file_leaves_its_hour_open(bench: Bench) -> None:
    """Its rows are not in order of time, so the lost ones may lie anywhere in the hour."""
    whole = csv_bytes([rest(minute) for minute in range(20)])
    bench.add(bench.file("cut.csv", whole[:-40]))
    assert holes(bench) == [("salesforce.elf.RestApi", "30 01", "30 02")]


def test_a_damaged_daily_file_leaves_its_day_open(bench: Bench) -> None:
    """Rows of more than one hour: the file is taken for a day."""
    whole = csv_bytes([rest(minute) for minute in range(0, 180, 20)])
    bench.add(bench.file("cut.csv", whole[:-40]))
    assert holes(bench) == [("salesforce.elf.RestApi", "30 00", "01 00")]


def test_an_intact_copy_closes_the_gap_of_a_damaged_one(bench: Bench) -> None:
    """What could be read of the damaged file stands in an intact one, with more."""
    whole = csv_bytes([rest(minute) for minute in range(20)])
    bench.add(bench.file("cut.csv", whole[:-40]))
    bench.add(bench.file("whole.csv", whole))
    assert holes(bench) == []


def test_a_damaged_file_of_which_nothing_is_legible_leaves_everything_open(bench: Bench) -> None:
    """Neither its log nor its hours are known."""
    bench.add(bench.file("cut.csv.gz", gz(csv_bytes([rest(1)]))[:12]))
    assert holes(bench) == [("unknown", "?", "?")]


def test_a_file_that_is_no_log_opens_nothing(bench: Bench) -> None:
    """A stray text among the logs is kept and counted, and hides no read."""
    bench.add(bench.file("readme.txt", b"kept by the night shift\n"), hour_file(bench, 1))
    assert holes(bench) == []


def test_coverage_is_stated_only_where_every_log_is(bench: Bench) -> None:
    """One log without a statement, and the whole is not stated."""
    bench.add(hour_file(bench, 1), covers="2025-06-30T00:00:00Z..2025-06-30T12:00:00Z")
    assert stated(bench)
    bench.add(hour_file(bench, 1, log="URI"))
    assert not stated(bench)


def test_coverage_is_stated_only_over_the_whole_window(bench: Bench) -> None:
    """Two spans that meet count as one; a hole between them does not."""
    bench.add(hour_file(bench, 1), covers="2025-06-30T00:00:00Z..2025-06-30T02:00:00Z")
    assert not stated(bench)
    bench.add(hour_file(bench, 2), covers="2025-06-30T03:00:00Z..2025-06-30T12:00:00Z")
    assert not stated(bench)
    bench.add(hour_file(bench, 3), covers="2025-06-30T02:00:00Z..2025-06-30T03:00:00Z")
    assert stated(bench)
