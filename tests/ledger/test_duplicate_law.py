"""The rule for duplicates against plain loops: what counts once, whatever the files and their order."""

import csv
import io
import json
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.case import Actor, Case

ACTOR = Actor("tester", datetime(2025, 7, 2, tzinfo=UTC))
COLUMNS = ("EVENT_TYPE", "TIMESTAMP", "USER_ID", "SESSION_KEY", "LOGIN_KEY", "CLIENT_IP")
HOURS = st.integers(0, 2)


def logout(hour: int, session: int) -> dict[str, str]:
    """Return one row of a log without row ids; a few values, so that rows repeat."""
    return {
        "EVENT_TYPE": "Logout",
        "TIMESTAMP": f"202506280{hour}0000.000",
        "USER_ID": "0055j000000utlP",
        "SESSION_KEY": f"s{session}",
        "LOGIN_KEY": "",
        "CLIENT_IP": "203.0.113.9",
    }


def as_csv(rows: list[dict[str, str]], columns: tuple[str, ...]) -> str:
    """Return the rows as the platform writes them: every value quoted, line feeds."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, quoting=csv.QUOTE_ALL, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def counted(files: list[str], suffix: str) -> tuple[list[tuple[int, int, int, int]], list[str]]:
    """Add all files in one call; return each file's tally and the ids of the events."""
    with tempfile.TemporaryDirectory() as folder:
        case = Case.init(Path(folder) / "case", organisation="Example Air", actor=ACTOR)
        paths: list[Path] = []
        for number, text in enumerate(files):
            path = Path(folder) / f"file-{number}{suffix}"
            path.write_text(text, "utf-8", newline="")
            paths.append(path)
        added = case.add(paths)
        from floodmark.ledger import Ledger  # noqa: PLC0415 - only here

        with case.folder.engine() as engine:
            Ledger(engine, case.folder.manifest)
            # A list, not a set: a copy that slipped through has the same id as its original.
            events = [event for (event,) in engine.rows("SELECT event FROM event")]
        tallies = [(item.rows, item.events, item.duplicates, item.quarantined) for item in added.evidence]
        return tallies, events


@pytest.mark.slow
@settings(max_examples=20)
@given(
    st.lists(st.lists(st.tuples(HOURS, st.integers(0, 1)), max_size=5), min_size=1, max_size=4), st.booleans()
)
def test_rows_without_ids_count_with_their_multiplicity_in_one_file(
    files: list[list[tuple[int, int]]],
    wider: bool,
) -> None:
    """Of equal rows as many are events as the file that holds most of them has, column order aside."""
    expected: Counter[tuple[int, int]] = Counter()
    for rows in files:
        expected |= Counter(rows)  # the larger of the two counts
    orders = [COLUMNS, (*reversed(COLUMNS), "NEW_COLUMN")] if wider else [COLUMNS]
    texts = [
        as_csv([logout(*row) for row in rows], orders[number % len(orders)])
        for number, rows in enumerate(files)
    ]
    tallies, events = counted(texts, ".csv")
    assert all(rows == e + d + q for rows, e, d, q in tallies)
    assert sum(rows for rows, *_ in tallies) == sum(len(rows) for rows in files)
    assert sum(e for _, e, _, _ in tallies) == len(events) == sum(expected.values())


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(st.lists(st.integers(0, 3), max_size=5), min_size=1, max_size=4))
def test_rows_with_a_vendor_id_count_once(files: list[list[int]]) -> None:
    """However often and in however many files an event is delivered, it is one event."""
    texts = [
        "".join(
            json.dumps(
                {
                    "attributes": {"type": "LoginEvent"},
                    "EventIdentifier": f"id-{number}",
                    "EventDate": f"2025-06-28T0{number}:00:00.000+0000",
                    "UserId": "0055j000000utlPAAQ",
                    "Status": "Success",
                }
            )
            + "\n"
            for number in rows
        )
        for rows in files
    ]
    given_files = [text for text in texts if text]
    if not given_files:
        return
    tallies, events = counted(given_files, ".ndjson")
    assert all(rows == e + d + q for rows, e, d, q in tallies)
    expected = {number for rows in files for number in rows}
    assert sum(e for _, e, _, _ in tallies) == len(events) == len(expected)
