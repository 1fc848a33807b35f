"""Okta System Log: files of it in a case, and what they change for everything else there."""

import json
import random
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark import engine, evidence, sources
from floodmark.engine import literal
from floodmark.ledger import File, Ledger
from floodmark.ledger.coverage import CoverageMap
from floodmark.ledger.reader import convert
from okta_events import ANN, as_row, bridge, collector, dotted, lowered, okta_event
from small_files import Bench, api_event, csv_bytes, gz, lines

LOG = "okta.system_log"
EVENTS = [okta_event(number) for number in range(4)]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A new case with a folder for files."""
    return Bench(tmp_path)


def _messages(wrap: Any) -> bytes:
    return lines(*(wrap(event) for event in EVENTS))


FORMS = {
    "array": json.dumps(EVENTS).encode(),
    "array over many lines": json.dumps(EVENTS, indent=2).encode(),
    "two pages": json.dumps(EVENTS[:2]).encode() + b"\n" + json.dumps(EVENTS[2:]).encode(),
    "lines": lines(*EVENTS),
    "lines with returns and a mark": b"\xef\xbb\xbf" + lines(*EVENTS).replace(b"\n", b"\r\n"),
    "no line feeds": lines(*EVENTS).replace(b"\n", b""),
    "gzip": gz(lines(*EVENTS)),
    "bridge": _messages(bridge),
    "bridge array": json.dumps([bridge(event) for event in EVENTS]).encode(),
    "collector": _messages(collector),
    "collector, one text": _messages(collector).replace(b"\n", b""),
    "collector, event only": _messages(lambda event: {"event": event}),
    "collector, more keys": _messages(lambda event: {**collector(event), "fields": {}, "metadata": "x"}),
    "lower case": _messages(lowered),
    "lower case in a bridge": _messages(lambda event: bridge(lowered(event))),
    "dots": _messages(dotted),
    "dots in a collector": _messages(lambda event: collector(lowered(dotted(event)))),
    "dots as columns": csv_bytes([as_row(dotted(event)) for event in EVENTS]),
    "mixed": lines(EVENTS[0], bridge(EVENTS[1]), collector(EVENTS[2]), dotted(EVENTS[3])),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_events(bench: Bench, form: str) -> None:
    """An event is the same event, whatever carried it; added again it is a duplicate by its id."""
    slots = 'event, uid, "at", actor, ip, session, client, operation, outcome, request_key, log'
    assert bench.add(bench.file("one", FORMS[form])) == {"one": (4, 4, 0, 0)}
    (item,) = bench.document.evidence
    assert (item.log, item.damaged) == (LOG, False)
    found = bench.events(slots)
    assert [each[1] for each in found] == [event["uuid"] for event in EVENTS]
    assert all(None not in each for each in found)
    bench.add(bench.file("other", json.dumps([*EVENTS, okta_event(9)]).encode()))
    assert sum(item.duplicates for item in bench.document.evidence) == 4
    assert bench.events(slots)[:4] == found


def test_what_no_slot_holds_stays_readable(bench: Bench) -> None:
    """The proxy flag and the debug data stand beside the slots, as they were written."""
    bench.add(bench.file("a.json", lines(EVENTS[0])), bench.file("b.json", lines(dotted(okta_event(1)))))
    whole, _ = bench.native("securityContext")
    assert json.loads(whole) == EVENTS[0]["securityContext"]
    assert json.loads(bench.native("debugContext")[0]) == EVENTS[0]["debugContext"]
    assert bench.native("debugContext.debugData.risk") == [None, "{level=HIGH}"]
    assert bench.native("securityContext.isProxy") == [None, "true"]


def test_bad_rows_are_quarantined_with_their_place(bench: Bench) -> None:
    """A row that cannot be used is kept with its position and the reason; the others count."""
    bad = [
        okta_event(5, published=None),
        okta_event(6, published="2025-06-30 01:00:00"),
        {**okta_event(7), "eventType": None},
        okta_event(8, published="1970-01-01T00:00:00Z"),
    ]
    content = lines(EVENTS[0], *bad, EVENTS[1]) + b'{"a": 1}\nnot json\n' + lines(EVENTS[2])
    assert bench.add(bench.file("a.json", content)) == {"a.json": (9, 3, 0, 6)}
    found = [(each.position, each.reason) for each in bench.document.quarantine]
    assert [position for position, _ in found] == [
        "row 2", "row 3", "row 4", "row 5", "row 7", "line 8",
    ]  # fmt: skip
    assert [reason for _, reason in found][:2] == ["no legible time", "time carries no zone"]
    assert "letter case" in found[2][1]


def test_a_file_that_mixes_letter_cases_says_so(bench: Bench) -> None:
    """What the reader cannot put into one column is refused, never read as empty."""
    assert bench.add(bench.file("a.json", lines(EVENTS[0], lowered(EVENTS[1])))) == {"a.json": (2, 1, 0, 1)}
    assert "another letter case" in bench.document.quarantine[0].reason


def test_a_file_that_breaks_off(bench: Bench) -> None:
    """A cut array keeps what is whole; the rest is one quarantined record and no obstacle to a read."""
    cut = json.dumps(EVENTS).encode()[:-400]
    assert bench.add(bench.file("a.json", cut)) == {"a.json": (4, 3, 0, 1)}
    with bench.case.folder.engine() as opened:
        coverage = CoverageMap(Ledger(opened, bench.case.folder.manifest), sources.reads)
        assert [hole.log for hole in coverage.holes()] == [LOG]
        assert coverage.obstacles(datetime(2025, 6, 1), datetime(2025, 7, 30)) == []  # noqa: DTZ001 - UTC


@pytest.mark.parametrize(
    "record",
    [
        {"detail": {"eventType": 1}},
        {"event": json.dumps(EVENTS[0]), "time": 1},
        {"event": {"a": 1}},
        {"detail": None, "event": None},
        {
            "detail": {"eventType": "AwsApiCall", "eventVersion": "1.11", "userIdentity": {}},
            "detail-type": "x",
        },
        {"events": [EVENTS[0]]},
        {"eventType": "com.okta.event_hook", "data": {"events": [EVENTS[0]]}},
    ],
)
def test_messages_of_others_are_strangers(bench: Bench, record: dict[str, Any]) -> None:
    """Only a message that carries one event is opened; anything else is one row of no log."""
    assert bench.add(bench.file("a.json", lines(EVENTS[0], record))) == {"a.json": (2, 1, 0, 1)}
    assert bench.document.quarantine[0].reason == "record is of no log that Floodmark reads"


def test_a_member_called_event_or_detail_does_not_hide_a_record(bench: Bench) -> None:
    """A record that says its own type is read itself, whatever it carries besides."""
    event = {**okta_event(1), "event": okta_event(2), "detail": okta_event(3)}
    assert bench.add(bench.file("a.json", lines(event))) == {"a.json": (1, 1, 0, 0)}
    assert bench.events("uid") == [(okta_event(1)["uuid"],)]
    stored = {**api_event(1), "detail": "x", "event": {"replayId": 3}}
    assert bench.add(bench.file("b.json", lines(stored))) == {"b.json": (1, 1, 0, 0)}


def test_escapes(bench: Bench) -> None:
    """Escaped text is what it stands for; a key with odd letters stays a key."""
    name = 'a"\\/\n\t\u2028\U0001f600\x00z@example.org'
    event = okta_event(1, actor={"id": ANN, "alternateId": name}, **{"odd/~key'": "x", 'quo"te': "y"})
    plain = json.dumps(event).encode()
    raw = json.dumps(event, ensure_ascii=False).encode()
    assert bench.add(bench.file("a.json", plain)) == {"a.json": (1, 1, 0, 0)}
    assert bench.events("actor_name") == [(name,)]
    assert bench.add(bench.file("b.json", raw)) == {"b.json": (1, 0, 1, 0)} or bench.events("actor_name") == [
        (name,)
    ]
    assert set(bench.native("odd/~key'")) == {"x"}


# ---- anything


KINDS = st.sampled_from(["user.session.start", "user.mfa.factor.activate", "x", "", "é'\"\\"])
TEXT = st.text(max_size=6) | st.sampled_from(["unknown", "null", "{}", "[", "\x00", "2025-06-30T01:00:00Z"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PATHS = (
    "actor",
    "client",
    "target",
    "outcome",
    "uuid",
    "published",
    "eventType",
    "transaction",
    "debugContext",
)


@st.composite
def hurt_events(draw: st.DrawFn) -> Any:
    """Return an event with members replaced or left out, in any of the shapes and envelopes."""
    event = okta_event(draw(st.integers(0, 3)), draw(KINDS))
    for name in draw(st.lists(st.sampled_from(PATHS), max_size=2)):
        event[name] = draw(JSON)
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=2)):
        event.pop(name, None)
    shape = draw(st.sampled_from([dict, lowered, dotted, bridge, collector]))
    return shape(event)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[engine.Connection, Path]]:
    """An engine and a folder for the files of one property."""
    with engine.memory(threads=1) as opened:
        yield opened, tmp_path_factory.mktemp("okta")


def _counted(workplace: tuple[engine.Connection, Path], content: bytes) -> tuple[int, int]:
    """Convert a file; return the rows of its parts, and those that are quarantined."""
    connection, folder = workplace
    path = folder / "file"
    path.write_bytes(content)
    file = File(evidence.plain(path, folder), "0" * 64, None, folder)
    parts = convert(connection, file, sources.recognise).parts
    rows = bad = 0
    for part in parts:
        count, quarantined = engine.row(
            connection, f"SELECT count(*), count(reason) FROM read_parquet({literal(str(part.path))})"
        )
        rows, bad = rows + count, bad + quarantined
        part.path.unlink()
    return rows, bad


@pytest.mark.slow
@given(st.lists(hurt_events() | JSON, min_size=1, max_size=5), st.booleans())
def test_no_event_is_lost_whatever_it_holds(workplace: Any, values: list[Any], as_lines: bool) -> None:
    """As many rows as records, whatever they hold; the reader never stops."""
    records = [value if isinstance(value, dict) else {"value": value} for value in values]
    content = lines(*records) if as_lines else json.dumps(records).encode()
    rows, bad = _counted(workplace, content)
    # A file in which nothing is known is one row of no log.
    assert rows == len(records) or rows == bad == 1


@pytest.mark.slow
@given(st.integers(0, 2**32), st.sampled_from(sorted(set(FORMS) - {"gzip"})))
def test_a_damaged_file_never_stops_the_reader(workplace: Any, seed: int, form: str) -> None:
    """Bytes changed, lost or repeated at any place: rows or quarantined rows, never an error."""
    drawn = random.Random(seed)
    content = bytearray(FORMS[form])
    for _ in range(drawn.randint(1, 4)):
        place = drawn.randrange(len(content))
        match drawn.randrange(3):
            case 0:
                content[place] = drawn.randrange(256)
            case 1:
                del content[place : place + drawn.randint(1, 40)]
            case _:
                content[place:place] = content[place : place + drawn.randint(1, 40)]
    rows, bad = _counted(workplace, bytes(content))
    assert rows >= bad >= 0
    assert rows >= 1


@pytest.mark.slow
@settings(max_examples=15)
@given(st.lists(st.lists(hurt_events(), min_size=1, max_size=4), min_size=1, max_size=2))
def test_rows_are_events_duplicates_and_quarantined(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[Any]]
) -> None:
    """The law holds per file and over the case, ids that repeat included."""
    bench = Bench(tmp_path_factory.mktemp("law"))
    named = [bench.file(f"{number}.json", lines(*events)) for number, events in enumerate(files)]
    counts = bench.add(*named)
    for each, (rows, *parts) in counts.items():
        assert rows == sum(parts), each
    assert all(re.match(r"[a-z]+( \d+)?", each.position) for each in bench.document.quarantine)
