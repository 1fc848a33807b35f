"""Damaged input is evidence too: the file is kept, what can be read counts, the hours become a gap."""

import json
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floodmark.case import Case
from floodmark.errors import FloodmarkError
from small_files import ACTOR, CONTACTS, DATAMAP, Bench, answer, api_event, csv_bytes, gz, lines, rest, run

DAY = [rest(minute) for minute in range(12)]
CSV = csv_bytes(DAY)
NAMES = list(DAY[0])


def only(bench, name, content):
    """Add one damaged file; check that it is kept, and return (rows, events, duplicates, quarantined), damaged."""
    counts = bench.add(bench.file(name, content))
    (item,) = bench.document.evidence
    assert bench.case.folder.originals.path(item.sha256).read_bytes() == content
    return counts[name], item.damaged


# --- gzip ------------------------------------------------------------------------------------------


def wrong_crc(content):
    """Return gzip whose CRC is not that of its content."""
    packed = bytearray(gz(content))
    packed[-8] ^= 1
    return bytes(packed)


def wrong_size(content):
    """Return gzip whose stated length is not that of its content."""
    return gz(content)[:-4] + struct.pack("<I", len(content) + 1)


@pytest.mark.parametrize("spoil", [wrong_crc, wrong_size], ids=["crc", "isize"])
def test_gzip_trailer_is_checked(bench, spoil):
    """A wrong CRC or length is damage although every row can be read; the rows count."""
    assert only(bench, "a.csv.gz", spoil(CSV)) == ((12, 12, 0, 0), True)


def test_gzip_garbage_after(bench):
    """Bytes after the last member are damage; the rows before count."""
    assert only(bench, "a.csv.gz", gz(CSV) + b"garbage") == ((12, 12, 0, 0), True)


def test_gzip_two_members(bench):
    """Members follow each other: both are read."""
    half = CSV.index(b"\n", len(CSV) // 2) + 1
    assert only(bench, "a.csv.gz", gz(CSV[:half]) + gz(CSV[half:])) == ((12, 12, 0, 0), False)


def test_gzip_zero_padding(bench):
    """Zeros after the last member are padding, no damage."""
    assert only(bench, "a.csv.gz", gz(CSV) + bytes(1000)) == ((12, 12, 0, 0), False)


@pytest.mark.parametrize("keep", [3, 0.5, 0.99, -1])
def test_gzip_cut(bench, keep):
    """A cut file gives what can be decompressed, and is damaged."""
    packed = gz(csv_bytes([rest(minute % 60, NOTE=str(minute * 7919 % 977)) for minute in range(200)]))
    cut = packed[: keep if isinstance(keep, int) else int(len(packed) * keep)]
    (rows, events, _, quarantined), damaged = only(bench, "a.csv.gz", cut)
    assert damaged
    assert rows == events + quarantined <= 201
    assert quarantined <= 1
    if keep == -1:
        assert events == 200


def test_gzip_bit_flip_inside(bench):
    """Damage in the middle: every row decompressed before it counts."""
    packed = bytearray(
        gz(
            csv_bytes(
                [rest(minute % 60, NOTE=zlib.crc32(bytes([minute])).__repr__()) for minute in range(200)]
            )
        )
    )
    packed[len(packed) // 2] ^= 0x10
    (_rows, events, _, _), damaged = only(bench, "a.csv.gz", bytes(packed))
    assert damaged
    assert events < 200


# --- CSV -------------------------------------------------------------------------------------------


def row_bytes(*fields):
    """Return one quoted row of raw bytes."""
    return b",".join(b'"' + field + b'"' for field in fields) + b"\n"


WIDTH = len(NAMES)
GOOD = CSV.splitlines(keepends=True)


def spliced(line):
    """Return the file with one line put in after its sixth row."""
    return b"".join([*GOOD[:7], line, *GOOD[7:]])


def test_csv_cut_in_a_row(bench):
    """The torn last row is quarantined and the file is damaged."""
    counts, damaged = only(bench, "a.csv", CSV[:-30])
    assert (counts, damaged) == ((12, 11, 0, 1), True)
    assert bench.document.quarantine[0].position == "line 13"


@pytest.mark.parametrize("width", [1, WIDTH - 1, WIDTH + 1, WIDTH + 40])
def test_csv_wrong_number_of_fields(bench, width):
    """A row with too few or too many fields costs itself and nothing else."""
    counts, damaged = only(bench, "a.csv", spliced(row_bytes(*[b"x"] * width)))
    assert (counts, damaged) == ((13, 12, 0, 1), False)
    assert bench.document.quarantine[0].reason == f"has {width} fields, expected {WIDTH}"
    assert bench.document.quarantine[0].position == "line 8"


def test_csv_open_quote_costs_one_line(bench):
    """A quote that never closes is given up at its first line."""
    broken = GOOD[3].replace(b'"GET"', b'"GET', 1)
    assert only(bench, "a.csv", spliced(broken)) == ((13, 12, 0, 1), False)


def test_csv_two_open_quotes_cost_two_lines(bench):
    """Two lost quotes do not swallow the rows between them."""
    broken = GOOD[3].replace(b'"GET"', b'"GET', 1)
    content = b"".join([*GOOD[:4], broken, *GOOD[4:9], broken, *GOOD[9:]])
    assert only(bench, "a.csv", content) == ((14, 12, 0, 2), False)


def test_csv_invalid_utf8_costs_one_row(bench):
    """Bytes that are no UTF-8 cost their row."""
    broken = GOOD[3].replace(b"GET", b"G\xff\xfeT")
    assert only(bench, "a.csv", spliced(broken)) == ((13, 12, 0, 1), False)


def test_csv_nul_is_a_character(bench):
    """A NUL in a field is kept, wherever it stands."""
    content = csv_bytes([rest(0, NOTE="a\0b"), rest(1, NOTE="c")])
    assert only(bench, "a.csv", content) == ((2, 2, 0, 0), False)
    assert bench.native("NOTE") == ["a\0b", "c"]


def test_csv_carriage_returns(bench):
    """A file saved with CR LF holds the same rows as the original."""
    bench.add(bench.file("lf.csv", CSV))
    assert bench.add(bench.file("crlf.csv", CSV.replace(b"\n", b"\r\n"))) == {"crlf.csv": (12, 0, 12, 0)}


def test_csv_mixed_line_ends(bench):
    """Single rows with another line end are read all the same."""
    mixed = b"".join(
        line.replace(b"\n", b"\r\n") if place in {2, 5} else line for place, line in enumerate(GOOD)
    )
    bench.add(bench.file("lf.csv", CSV))
    assert bench.add(bench.file("mixed.csv", mixed)) == {"mixed.csv": (12, 0, 12, 0)}


def test_csv_line_ends_inside_fields_survive_the_careful_reader(bench):
    """A damaged neighbour changes no other value."""
    note = 'a\r\nb\n"c"\r'
    content = csv_bytes([rest(0, NOTE=note), rest(1, NOTE="x")]) + b'"torn'
    assert only(bench, "a.csv", content) == ((3, 2, 0, 1), True)
    assert bench.native("NOTE")[:2] == [note, "x"]


def test_csv_blank_lines_are_no_rows(bench):
    """Blank lines cost nothing and count nothing."""
    assert only(bench, "a.csv", spliced(b"\n\n\r\n")) == ((12, 12, 0, 0), False)


def test_csv_byte_order_mark(bench):
    """A byte order mark is no part of the first name."""
    assert only(bench, "a.csv", b"\xef\xbb\xbf" + CSV) == ((12, 12, 0, 0), False)


def test_csv_without_a_last_line_end(bench):
    """A last row without a line feed is whole when its quotes close."""
    assert only(bench, "a.csv", CSV[:-1]) == ((12, 12, 0, 0), False)


def test_csv_huge_field(bench):
    """A field of 3 MB is a field."""
    assert only(bench, "a.csv", csv_bytes([rest(0, QUERY="x" * 3_000_000), rest(1)])) == ((2, 2, 0, 0), False)


def test_csv_row_of_another_type(bench):
    """A row of another event type would mean other things: quarantined."""
    counts, _ = only(bench, "a.csv", csv_bytes([*DAY, rest(0, EVENT_TYPE="Login")]))
    assert counts == (13, 12, 0, 1)


# --- JSON ------------------------------------------------------------------------------------------

EVENTS = [api_event(number) for number in range(5)]


@pytest.mark.parametrize(
    "content", [answer(*EVENTS), json.dumps(EVENTS).encode(), json.dumps(EVENTS, indent=1).encode()]
)
def test_json_cut(bench, content):
    """What stands before the cut counts; the rest is one quarantined row and the file is damaged."""
    assert only(bench, "a.json", content[:-60]) == ((5, 4, 0, 1), True)


def test_ndjson_cut(bench):
    """A torn last line is quarantined; no row is made up from it."""
    assert only(bench, "a.json", lines(*EVENTS)[:-60]) == ((5, 4, 0, 1), True)


def test_ndjson_bad_line(bench):
    """A bad line in the middle costs itself."""
    content = lines(*EVENTS[:2]) + b'{"EventDate": oops}\n' + lines(*EVENTS[2:])
    assert only(bench, "a.json", content) == ((6, 5, 0, 1), False)
    assert bench.document.quarantine[0].position == "line 3"


def test_ndjson_answers_with_a_bad_line(bench):
    """Answers one a line: the good ones are opened although another is broken."""
    content = answer(*EVENTS[:3]) + b"\n{broken\n" + answer(*EVENTS[3:]) + b"\n"
    assert only(bench, "a.json", content) == ((6, 5, 0, 1), False)


def test_ndjson_invalid_utf8(bench):
    """A line that is no UTF-8 costs itself."""
    content = lines(*EVENTS[:2]) + lines(EVENTS[2]).replace(b"Contact", b"C\xffntact") + lines(*EVENTS[3:])
    counts, _ = only(bench, "a.json", content)
    assert counts == (5, 4, 0, 1)


def test_json_answers_one_after_another(bench):
    """Answers saved into one file, with or without line ends."""
    assert only(bench, "a.json", answer(*EVENTS[:3]) + answer(*EVENTS[3:])) == ((5, 5, 0, 0), False)
    bench.add(
        bench.file(
            "b.json", json.dumps(EVENTS[:2], indent=1).encode() + json.dumps(EVENTS[2:], indent=1).encode()
        )
    )
    assert bench.document.evidence[0].duplicates == 5


@pytest.mark.parametrize("depth", [50, 5_000, 200_000])
def test_json_deep_nesting(bench, depth):
    """A value nested beyond reason stops nothing."""
    nested = (
        '{"attributes":{"type":"ApiEvent"},"EventIdentifier":"x","EventDate":"2025-06-30T01:00:00Z","Deep":'
        + "[" * depth
    )
    content = (nested + "]" * depth + "}\n").encode() + lines(*EVENTS)
    (rows, events, _, _), _ = only(bench, "a.json", content)
    assert rows == 6
    assert events >= 5


@pytest.mark.parametrize(
    "value", ['"\\ud800"', "1" + "0" * 5000, "NaN", '"\\u0000"', '{"a":' * 50 + "1" + "}" * 50, "[]", "{}"]
)
def test_json_odd_values(bench, value):
    """Values at the edge of the format cost at most their own record."""
    record = json.dumps(api_event(1))[:-1] + f', "Odd": {value}}}'
    (rows, events, _, quarantined), _ = only(bench, "a.json", f"{record}\n".encode() + lines(*EVENTS[2:]))
    assert (rows, events + quarantined) == (4, 4)
    assert events >= 3


def test_json_records_of_no_log(bench):
    """A record that no source knows is quarantined; the others count."""
    assert only(bench, "a.json", lines(*EVENTS, {"a": 1}, {"b": [1]})) == ((7, 5, 0, 2), False)


# --- not a log -------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"
STRANGERS = {
    "a.png": PNG,
    "a.txt": b"call the bank\n",
    "a.pdf": b"%PDF-1.7\n%\xe2\xe3\n",
    "a.csv": b'"a","b"\n"1","2"\n',
    "a.json": b'{"a": [1]}',
}


@pytest.mark.parametrize("name", STRANGERS)
def test_not_a_log(bench, name):
    """A file that is no log is kept and said to be none."""
    counts, _ = only(bench, name, STRANGERS[name])
    assert counts == (1, 0, 0, 1)


def test_empty_file(bench):
    """An empty file is damaged: a log has at least a header."""
    assert only(bench, "a.csv", b"") == ((0, 0, 0, 0), True)


def test_a_header_of_two_logs_is_nobodys(bench):
    """A forged header that fits two sources is no log, and no error."""
    names = [*NAMES, "EventDate", "RowsReturned", "Date", "User", "Action", "Section", "CreatedDate", "Id", "UserId",
             "LoginTime", "SourceIp", "LoginType", "Application", "Status"]  # fmt: skip
    bench.add(bench.file("a.csv", csv_bytes([dict.fromkeys(names, "x")])))


# --- through the command line ----------------------------------------------------------------------


def test_exit_status_and_gap(bench):
    """Quarantined rows alone: 0. A damaged file: 1, and its hour is a gap of the scope."""
    root = bench.case.root
    quarantined = bench.file("a.csv", spliced(b'"x"\n'))
    assert "1 quarantined" in run("add", root, quarantined, status=0).stdout
    later = csv_bytes([rest(minute) for minute in range(65, 115)])
    damaged = bench.file("b.csv", later[:-30])
    assert "damaged" in run("add", root, damaged, status=1).stdout
    table = bench.file("contact.csv", CONTACTS.encode())
    bench.case.snapshot(
        bench.file("map.yaml", DATAMAP.encode()), at="2025-07-01T00:00:00Z", tables={"Contact": table}
    )
    scope = bench.case.scope()
    gaps = [(gap.log, gap.from_, gap.to) for gap in scope.coverage.gaps]
    assert ("salesforce.elf.RestApi", "2025-06-30T02:00:00.000Z", "2025-06-30T03:00:00.000Z") in gaps


# --- anything --------------------------------------------------------------------------------------

TRAIL = b'"Date","User","Source Namespace Prefix","Action","Section","Delegate User"\n"2025-06-30T11:00:00Z","x","","y","z",""\n'
SEEDS = [
    csv_bytes(DAY[:3]), csv_bytes([rest(0, EVENT_TYPE="Login"), rest(1, EVENT_TYPE="Login")]), TRAIL, gz(CSV),
    csv_bytes([rest(0, EVENT_TYPE="ApiTotalUsage", API_RESOURCE="/v58.0/sobjects/Contact/0035j00000AbCdE")]),
    csv_bytes([rest(0, EVENT_TYPE="Report", REPORT_ID="00O5j000000abcd", ROW_COUNT="5")]),
    csv_bytes([rest(0, EVENT_TYPE="BulkApi2", JOB_ID="7505j00000XyZaB", RECORDS_PROCESSED="5")]),
    answer(*EVENTS[:2]), lines(*EVENTS[:3]), json.dumps(EVENTS[:2], indent=1).encode(),
    lines({"attributes": {"type": "ReportEvent"}, "EventDate": "2025-06-30T01:00:00Z", "RowsProcessed": 1.0,
           "Records": json.dumps({"totalSize": 1, "rows": [{"datacells": ["0035j00000AbCdE"]}]}),
           "DisplayedFieldEntities": "Contact", "ExecutionIdentifier": "x", "Sequence": 1, "EventIdentifier": "y"}),
    lines(api_event(1, Records=json.dumps({"totalSize": 1, "done": True, "records": [{"Id": "0035j00000AbCdE"}]}))),
    lines({"attributes": {"type": "LightningUriEvent"}, "EventDate": "2025-06-30T01:00:00Z", "RecordId": "0035j00000AbCdE",
           "PageStartTime": "2025-06-30T01:00:00Z", "EventIdentifier": "z"}),
    b'"Username","Login Time","Source IP","Login Type","Status","Application"\n"a@b.c","6/30/2025 1:00:00 AM PDT","1.2.3.4","x","y","z"\n',
    json.dumps({"records": [{"Id": "0AT5j000000abcd", "EventType": "RestApi", "Interval": "Hourly", "LogDate": "2025-06-30T01:00:00.000+0000",
                "Sequence": 1, "LogFileLength": 10.0, "CreatedDate": "2025-06-30T05:00:00.000+0000"}], "done": True, "totalSize": 1}).encode(),
]  # fmt: skip
PIECES = [b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"{", b"}", b"[", b"]", b'""', b"\\", b"\\u0000", b"1e999", b"-", b"%zz", b"'", b"/",
          b"99999999999999999999", b"2025-06-30T01:00:00Z", b"\x1f\x8b", b"0035j00000AbCdE", b"\xed\xa0\x80"]  # fmt: skip


@st.composite
def spoiled(draw):
    """Draw a valid small file with some bytes cut, put in, replaced or turned round."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["insert", "flip", "delete", "cut", "repeat"]))
        if kind == "insert":
            content[place:place] = draw(st.sampled_from(PIECES))
        elif kind == "flip" and place < len(content):
            content[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "delete":
            del content[place : place + draw(st.integers(1, 40))]
        elif kind == "cut" and draw(st.integers(0, 3)) == 0:
            del content[place:]
        elif kind == "repeat":
            content[place:place] = content[max(0, place - draw(st.integers(1, 60))) : place]
    return bytes(content)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One case for all drawn files; they pile up in it."""
    return Bench(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.slow
@given(st.lists(spoiled(), min_size=1, max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_file_stops_an_add(shared, contents):
    """Whatever the bytes, the counts add up, and nothing but a Floodmark error is ever raised."""
    root = shared.folder / "drawn"
    files = []
    for place, content in enumerate(contents):
        root.mkdir(exist_ok=True)
        files.append(root / f"f{place}")
        files[-1].write_bytes(content)
    try:
        document = Case.open(shared.case.root, ACTOR).add(files, timezone="UTC")
    except FloodmarkError:
        return
    for item in document.evidence:
        assert item.rows == item.events + item.duplicates + item.quarantined
    shared.check()
