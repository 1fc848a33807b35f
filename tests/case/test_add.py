"""What counts as an event: the rules of the platform's logs, each through `Case.add`."""

import json
import random

import pytest

from small_files import answer, api_event, csv_bytes, gz, lines, rest

DAY = [rest(minute) for minute in range(0, 120, 20)]


def test_daily_and_hourly_copies_are_never_added(bench):
    """1.2: the daily file holds the same events as the hourly ones; each counts once."""
    hours = [bench.file("h1.csv", csv_bytes(DAY[:3])), bench.file("h2.csv", csv_bytes(DAY[3:]))]
    daily = bench.file("day.csv", csv_bytes(DAY))
    assert bench.add(*hours) == {"h1.csv": (3, 3, 0, 0), "h2.csv": (3, 3, 0, 0)}
    assert bench.add(daily) == {"day.csv": (6, 0, 6, 0)}
    assert len(bench.events()) == 6


def test_late_hourly_file_is_an_increment(bench):
    """1.2: Sequence 2 of an hour adds its events, and may repeat rows of Sequence 1."""
    bench.add(bench.file("seq1.csv", csv_bytes(DAY[:2])))
    assert bench.add(bench.file("seq2.csv", csv_bytes(DAY[1:4]))) == {"seq2.csv": (3, 2, 1, 0)}
    assert len(bench.events()) == 4


def test_late_daily_file_is_a_replacement(bench):
    """1.2: the later daily file holds all events of the earlier one and more; the union by row counts."""
    bench.add(bench.file("first.csv", csv_bytes(DAY[:4])))
    assert bench.add(bench.file("fuller.csv", csv_bytes(DAY))) == {"fuller.csv": (6, 2, 4, 0)}
    assert len(bench.events()) == 6


def test_two_equal_rows_in_one_file_are_two_events(bench):
    """1.2: multiplicity within one file is kept; across files the larger one counts."""
    twice = bench.file("twice.csv", csv_bytes([DAY[0], DAY[0], DAY[1]]))
    thrice = bench.file("thrice.csv", csv_bytes([DAY[0], DAY[1], DAY[0], DAY[0]]))
    once = bench.file("once.csv", csv_bytes([DAY[0]]))
    assert bench.add(twice) == {"twice.csv": (3, 3, 0, 0)}
    assert bench.add(thrice) == {"thrice.csv": (4, 1, 3, 0)}
    assert bench.add(once) == {"once.csv": (1, 0, 1, 0)}
    assert len(bench.events()) == 4


def test_column_order_and_new_empty_columns_change_nothing(bench):
    """1.2: order and set of columns change per release; the row is the same row."""
    names = list(DAY[0])
    bench.add(bench.file("old.csv", csv_bytes(DAY)))
    turned = csv_bytes([{**row, "NEW_COLUMN": ""} for row in DAY], names=["NEW_COLUMN", *reversed(names)])
    assert bench.add(bench.file("new.csv", turned)) == {"new.csv": (6, 0, 6, 0)}


def test_overlapping_pages_are_told_by_the_event_identifier(bench):
    """1.5: collectors page by time and pages overlap; other fields and envelopes do not matter."""
    events = [api_event(number) for number in range(6)]
    assert bench.add(bench.file("page1.json", answer(*events[:4]))) == {"page1.json": (4, 4, 0, 0)}
    fewer = [{key: value for key, value in each.items() if key != "Query"} for each in events[2:]]
    assert bench.add(bench.file("page2.json", lines(*fewer))) == {"page2.json": (4, 2, 2, 0)}


def test_one_event_identifier_twice_in_a_file_is_one_event(bench):
    """1.5: a vendor id names one event, wherever it stands."""
    twice = [api_event(1), api_event(2), api_event(1)]
    assert bench.add(bench.file("page.json", json.dumps(twice).encode())) == {"page.json": (3, 2, 1, 0)}


def test_page_turns_that_touch_in_one_moment(bench):
    """1.5: two pages that share only their last and first moment still share that row."""
    bench.add(bench.file("a.json", lines(api_event(1), api_event(2))))
    assert bench.add(bench.file("b.json", lines(api_event(2), api_event(3)))) == {"b.json": (2, 1, 1, 0)}


def test_stream_messages_are_opened(bench):
    """1.5: a stream message carries the event as its payload; it is the stored event delivered again."""
    stored = api_event(1)
    payload = {key: value for key, value in stored.items() if key != "attributes"}
    message = {
        "channel": "/event/ApiEventStream",
        "data": {"schema": "x", "event": {"replayId": 1}, "payload": payload},
    }
    assert bench.add(bench.file("stored.json", answer(stored))) == {"stored.json": (1, 1, 0, 0)}
    assert bench.add(bench.file("stream.json", lines(message))) == {"stream.json": (1, 0, 1, 0)}


def test_both_lengths_of_an_id_are_one_user(bench):
    """1.7: 15 and 18 characters name the same user; the full one is kept."""
    short, full = rest(0), rest(1, USER_ID="0055j000000utlPAAQ")
    bench.add(bench.file("a.csv", csv_bytes([short, full])))
    assert {actor for (actor,) in bench.events("actor")} == {"0055j000000utlPAAQ"}


def test_type_is_told_by_content_not_by_name(bench):
    """1.2: nothing enforces a file name."""
    bench.add(bench.file("2025-06-30_Login_0AT.json", csv_bytes(DAY)))
    assert bench.document.evidence[0].log == "salesforce.elf.RestApi"


@pytest.mark.parametrize(
    "value", ["a\nb", '"quoted"', 'a"b', "a,b", "a\r\nb", "", "\n", "  x ", "ünïcode 🏝", "a\tb", "'"]
)
def test_values_come_through_as_they_are(bench, value):
    """1.2: line feeds and quotes stand inside quoted fields; a quoted value has three quotes."""
    bench.add(bench.file("a.csv", csv_bytes([rest(0, QUERY="", NOTE=value), rest(1, NOTE="last")])))
    assert bench.document.evidence[0].quarantined == 0
    assert bench.native("NOTE") == [value or None, "last"]


def test_gzip_is_told_by_content(bench):
    """1.2: a compressed file without the ending is read; one with the ending but plain is read too."""
    bench.add(bench.file("plainly.csv", gz(csv_bytes(DAY))))
    assert bench.add(bench.file("not.csv.gz", csv_bytes(DAY))) == {"not.csv.gz": (6, 0, 6, 0)}


def test_header_only(bench):
    """A file with a header and no row is no damage and brings nothing."""
    assert bench.add(bench.file("a.csv", csv_bytes([], names=list(DAY[0])))) == {"a.csv": (0, 0, 0, 0)}
    assert not bench.document.evidence[0].damaged


def test_unknown_columns_are_kept(bench):
    """A column that no slot carries stands in the part under its own name."""
    bench.add(bench.file("a.csv", csv_bytes([rest(0, SOMETHING_NEW="kept")])))
    assert bench.native("SOMETHING_NEW") == ["kept"]


NAMES_OF_OURS = (
    "at", "AT", "_row", "_zone", "_content", "_reason", "reason", "log", "item", "row", "key", "position", "uid",
    "operation", "_verb", "_path", "native.URI", "c0", "scan",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES_OF_OURS)
def test_a_column_named_like_ours_does_no_harm(bench, name):
    """A file cannot reach a slot, a reason or a count by the names of its columns."""
    rows = [{**row, name: "x"} for row in DAY]
    assert bench.add(bench.file("a.csv", csv_bytes(rows))) == {"a.csv": (6, 6, 0, 0)}
    events = [api_event(number, **{name: "x"}) for number in range(3)]
    assert bench.add(bench.file("a.json", lines(*events))) == {"a.json": (3, 3, 0, 0)}
    assert {op for (op,) in bench.events("operation")} == {"query"}


@pytest.mark.parametrize(
    "name", ["", "*", "a.b", "a/b", "a~1", 'a"b', "a\\b", "$", "0", "é", "[*]", "#", " "]
)
def test_any_key_of_a_record_is_kept(bench, name):
    """A key with signs that mean something in a path is a key like any other."""
    assert bench.add(bench.file("a.json", lines(api_event(1, **{name: "v"}), api_event(2)))) == {
        "a.json": (2, 2, 0, 0)
    }
    assert bench.native(name.replace('"', '""')) == ["v", None]


def test_a_key_in_another_letter_case_is_another_column(bench):
    """The engine folds case in names; two keys that differ in case are both kept, the stated one in the slot."""
    bench.add(bench.file("a.json", lines(api_event(1, userid="v"))))
    assert bench.native("userid (again)") == ["v"]
    assert bench.events("actor") == [("0055j000000utlPAAQ",)]


@pytest.mark.parametrize("form", ["line", "array", "answer", "pretty"])
def test_numbers_are_kept_as_written(bench, form):
    """A number is text until a slot types it: nothing is rounded or written another way."""
    numbers = ["9007199254740993", "1e5", "1.10", "123456789012345678901234567890", "-0", "1000364.0"]
    records = [
        json.dumps(api_event(place)).replace('"RowsProcessed": 5.0', f'"RowsProcessed": 5.0, "Big": {number}')
        for place, number in enumerate(numbers)
    ]
    records.append(json.dumps(api_event(len(numbers))))
    text = {
        "line": "".join(f"{record}\n" for record in records),
        "array": f"[{','.join(records)}]",
        "answer": f'{{"totalSize":{len(records)},"done":true,"records":[{",".join(records)}]}}',
        "pretty": "[\n  " + "\n,\n  ".join(records) + "\n]\n",
    }[form]
    assert bench.add(bench.file("a.json", text.encode())) == {"a.json": (7, 7, 0, 0)}
    assert bench.native("Big") == [*numbers, None]


def test_same_file_twice_brings_nothing(bench):
    """A second add of the same bytes: no event, all duplicates; under another name too."""
    first, same = bench.file("a.csv", csv_bytes(DAY)), bench.file("b.csv", csv_bytes(DAY))
    before = bench.add(first)
    assert before == {"a.csv": (6, 6, 0, 0)}
    assert bench.add(first) == {"a.csv": (6, 0, 6, 0)}
    assert bench.add(same) == {"b.csv": (6, 0, 6, 0)}
    (item,) = bench.case.folder.manifest.items().values()
    assert item.names == ("a.csv", "b.csv")


def test_same_file_under_two_names_in_one_call(bench):
    """Two names, one item: it counts once."""
    both = [bench.file("a.csv", csv_bytes(DAY)), bench.file("b.csv", csv_bytes(DAY))]
    assert bench.add(*both) == {"a.csv": (6, 6, 0, 0), "b.csv": (6, 0, 6, 0)}


def test_rows_differing_only_where_a_separator_moves_stay_apart(bench):
    """A value that holds the separator of the whole-row key cannot look like two values."""
    rows = [rest(0, A="x", B="y5"), rest(0, A="x\x1fB=y"), rest(0, A="x\x1fB=y5"), rest(0, A="x", B="y")]
    bench.add(bench.file("a.csv", csv_bytes(rows[:2])))
    assert bench.add(bench.file("b.csv", csv_bytes(rows[2:]))) == {"b.csv": (2, 2, 0, 0)}


def files(bench):
    """Return files that overlap in every way: daily, hourly, late, twice, damaged, two logs, a stranger."""
    return [
        bench.file("h1.csv", csv_bytes(DAY[:3])),
        bench.file("h2.csv", csv_bytes([*DAY[2:], DAY[5]])),
        bench.file("day.csv.gz", gz(csv_bytes(DAY))),
        bench.file("copy.csv", csv_bytes(DAY[:3])),
        bench.file("cut.csv", csv_bytes(DAY)[:-40]),
        bench.file("p1.json", answer(*(api_event(n) for n in range(4)))),
        bench.file("p2.json", lines(*(api_event(n) for n in range(2, 6)))),
        bench.file("notes.txt", b"call the bank\n"),
    ]


@pytest.mark.slow
def test_order_and_calls_change_nothing(benches):
    """Files in any order, in one call, in many, or as a folder: the same items and the same events."""
    draw = random.Random(7)
    reference = benches()
    reference.add(*files(reference))
    for way in ("folder", "single", "shuffled", "pairs"):
        other = benches()
        paths = files(other)
        draw.shuffle(paths)
        if way == "folder":
            other.add(other.files)
        elif way == "single":
            for path in paths:
                other.add(path)
        elif way == "pairs":
            for pair in (paths[place : place + 2] for place in range(0, len(paths), 2)):
                other.add(*pair)
        else:
            other.add(*paths)
        assert other.state() == reference.state(), way


def test_times_outside_any_log_are_quarantined(bench):
    """A time before 1999 or after 2099 is no time of this platform, and would not even print."""
    odd = [
        rest(0, TIMESTAMP=each) for each in ("00010101000000.000", "99991231235959.000", "19981231235959.999")
    ]
    assert bench.add(bench.file("a.csv", csv_bytes([*DAY, *odd]))) == {"a.csv": (9, 6, 0, 3)}
    assert "years" in bench.document.quarantine[0].reason


def test_zone_cannot_be_changed_afterwards(bench):
    """A file whose times carry no zone is read once, with one zone; another one is refused, not ignored."""
    trail = b'"Date","User","Source Namespace Prefix","Action","Section","Delegate User"\n"2025-06-30 11:00:00","x","","y","z",""\n'
    path = bench.file("trail.csv", trail)
    bench.add(path, timezone="Australia/Sydney")
    assert bench.add(path, timezone="Australia/Sydney") == {"trail.csv": (1, 0, 1, 0)}
    with pytest.raises(Exception, match="was read with the zone Australia/Sydney"):
        bench.add(path, timezone="UTC")
