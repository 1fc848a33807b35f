"""The engine's traps: each is shown to exist, so that an upgrade that changes it is noticed, and our guard holds."""

import gzip
import json

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from floodmark import engine
from floodmark.case import Case
from floodmark.errors import IntegrityError
from floodmark.ledger import Ledger
from small_files import ACTOR, Bench, api_event, csv_bytes, gz, lines, rest

ROWS = [rest(minute) for minute in range(40)]


@pytest.fixture
def bench(tmp_path):
    """A new case."""
    return Bench(tmp_path)


def spoiled(path):
    """Flip one bit of a Parquet file until the engine answers wrongly without an error; return whether it did."""
    content = path.read_bytes()
    with engine.memory(threads=1) as connection:
        right = engine.rows(connection, "SELECT * FROM read_parquet($1) ORDER BY ALL", [str(path)])
        for place in range(4, len(content) - 2000, max(1, len(content) // 400)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
            try:
                wrong = engine.rows(connection, "SELECT * FROM read_parquet($1) ORDER BY ALL", [str(path)])
            except duckdb.Error:
                continue
            if wrong != right:
                return True
    path.write_bytes(content)
    return False


def test_trap_damaged_parquet_answers_wrongly(tmp_path):
    """The engine reads a flipped bit in a data page as another value, without a word."""
    path = tmp_path / "a.parquet"
    table = pa.table({"id": [f"{number:020d}" for number in range(2000)]})
    parquet.write_table(table, path, compression="none", use_dictionary=False)
    assert spoiled(path)


def test_guard_damaged_part_is_named_and_never_answered_from(bench):
    """Each part is hashed before it is read; a damaged one stops the command with its name."""
    bench.add(bench.file("a.csv", csv_bytes(ROWS)))
    (part,) = bench.case.folder.manifest.part_hashes()
    path = bench.case.folder.manifest.part_path(part)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with engine.memory() as connection, pytest.raises(IntegrityError, match=part):
        Ledger(engine.Engine(connection), bench.case.folder.manifest)
    with pytest.raises(IntegrityError, match=part):
        Case.open(bench.case.root, ACTOR).detect()


def test_trap_gzip_crc_is_not_checked(tmp_path):
    """The engine reads a compressed file whose checksum is wrong."""
    packed = bytearray(gz(csv_bytes(ROWS)))
    packed[-8] ^= 1
    path = tmp_path / "a.csv.gz"
    path.write_bytes(packed)
    with engine.memory() as connection:
        assert engine.row(connection, "SELECT count(*) FROM read_csv($1, header = true)", [str(path)]) == (
            40,
        )
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(packed)


def test_guard_gzip_crc_is_checked(bench):
    """We decompress ourselves: the rows count, and the file is damaged."""
    packed = bytearray(gz(csv_bytes(ROWS)))
    packed[-8] ^= 1
    bench.add(bench.file("a.csv.gz", bytes(packed)))
    (item,) = bench.document.evidence
    assert (item.events, item.damaged) == (40, True)


def test_trap_typing_by_guess_changes_values(tmp_path):
    """Guessed types turn an id into a number and a long number into another one."""
    path = tmp_path / "a.csv"
    path.write_text("id,time\n1e5,20240101025959.992\n2e5,20240101025959.993\n")
    numbers = tmp_path / "a.json"
    numbers.write_text('{"n": 9007199254740993}\n{"n": 0.5}\n')
    with engine.memory() as connection:
        ((ident, time), _) = engine.rows(connection, "SELECT * FROM read_csv($1) ORDER BY ALL", [str(path)])
        found = engine.rows(connection, "SELECT n FROM read_json($1) ORDER BY n DESC", [str(numbers)])
        (again,) = engine.row(connection, """SELECT json_extract_string('{"n": 1e5}', '$.n')""")
    assert (ident, type(time)) == (100000.0, float)
    assert found[0][0] == 9007199254740992.0
    assert again == "100000.0"


def test_guard_values_are_text(bench):
    """Every column enters as text."""
    bench.add(
        bench.file(
            "a.csv", csv_bytes([rest(0, NOTE="1e5"), rest(1, NOTE="007"), rest(2, NOTE="20240101025959.992")])
        )
    )
    assert bench.native("NOTE") == ["1e5", "007", "20240101025959.992"]


def test_trap_ignore_errors_drops_rows(tmp_path):
    """With ignore_errors a bad CSV row is gone, and a torn JSON line becomes a row that never was."""
    rows, torn = tmp_path / "a.csv", tmp_path / "a.json"
    rows.write_text('"a","b"\n"1","2"\n"3"\n"5","6"\n')
    torn.write_text('{"n": 1}\n{"n": 2}\n{"n": ')
    with engine.memory() as connection:
        kept = engine.rows(
            connection,
            "SELECT * FROM read_csv($1, header = true, auto_detect = false, quote = '\"', ignore_errors = true,"
            " columns = {'a': 'VARCHAR', 'b': 'VARCHAR'})",
            [str(rows)],
        )
        phantom = engine.rows(
            connection,
            "SELECT * FROM read_ndjson($1, ignore_errors = true, columns = {'n': 'VARCHAR'})",
            [str(torn)],
        )
    assert len(kept) == 2
    assert len(phantom) == 3


def test_guard_bad_rows_are_counted(bench):
    """We never ask for ignore_errors: what cannot be read is quarantined."""
    torn = csv_bytes(ROWS) + b'"x"\n'
    assert bench.add(bench.file("a.csv", torn)) == {"a.csv": (41, 40, 0, 1)}
    cut = lines(api_event(1), api_event(2)) + json.dumps(api_event(3)).encode()[:30]
    assert bench.add(bench.file("a.json", cut)) == {"a.json": (3, 2, 0, 1)}


def test_trap_blank_lines_and_line_ends(tmp_path):
    """The engine skips blank lines, and refuses a line feed inside a field of a file with CR LF."""
    blank, mixed = tmp_path / "a.csv", tmp_path / "b.csv"
    blank.write_bytes(b'"a","b"\n"1","2"\n\n"3","4"\n')
    mixed.write_bytes(b'"a","b"\r\n"1","2\n3"\r\n"4","5"\n')
    scan = "SELECT * FROM read_csv($1, header = true, auto_detect = false, quote = '\"', strict_mode = true, columns = {'a': 'VARCHAR', 'b': 'VARCHAR'})"
    with engine.memory() as connection:
        assert len(engine.rows(connection, scan, [str(blank)])) == 2
        with pytest.raises(duckdb.Error):
            engine.rows(connection, scan, [str(mixed)])


def test_trap_new_line_given_for_carriage_returns(tmp_path):
    """With a stated line end, a file with the other one is read wrongly or refused."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'"a","b"\r\n"1","2"\r\n"3","4"\r\n')
    scan = "SELECT * FROM read_csv($1, header = true, auto_detect = false, quote = '\"', new_line = '\\n', columns = {'a': 'VARCHAR', 'b': 'VARCHAR'})"
    with engine.memory() as connection:
        try:
            found = engine.rows(connection, scan, [str(path)])
        except duckdb.Error:
            found = []
    assert found != [("1", "2"), ("3", "4")]


def test_guard_line_ends(bench):
    """We state no line end, and account for every byte that ends a line."""
    content = csv_bytes(ROWS[:3]).replace(b"\n", b"\r\n") + csv_bytes(ROWS[3:5]).split(b"\n", 1)[1]
    assert bench.add(bench.file("a.csv", content)) == {"a.csv": (5, 5, 0, 0)}


def test_trap_utf8_is_checked_only_where_touched(tmp_path):
    """Counting rows does not look at the bytes of a column; reading it does."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'"a","b"\n"1","\xff"\n"3","4"\n')
    scan = "read_csv($1, header = true, auto_detect = false, quote = '\"', columns = {'a': 'VARCHAR', 'b': 'VARCHAR'})"
    with engine.memory() as connection:
        assert engine.row(connection, f"SELECT count(*) FROM {scan}", [str(path)]) == (2,)
        with pytest.raises(duckdb.Error):
            engine.rows(connection, f"SELECT b FROM {scan}", [str(path)])


def test_guard_every_column_is_touched(bench):
    """A byte that is no UTF-8 costs its row, in whichever column it stands."""
    content = csv_bytes(ROWS).replace(b'"SLB:7"', b'"SLB:\xff"')
    assert bench.add(bench.file("a.csv", content)) == {"a.csv": (40, 39, 0, 1)}
