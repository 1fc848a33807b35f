"""Customer tables: what is read, what is refused, and that equal content gives equal bytes."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from floodmark import engine
from floodmark.errors import DatamapError, UsageError
from floodmark.snapshot import Snapshot, Table, datamap, take

MAP = datamap.load(
    "objects:\n"
    "  Contact: {id: Id, person: {keys: [[Email]]}, created: CreatedDate, fields: {Email: email}}\n"
    "  Case: {id: Id, person: {via: ContactId}, fields: {Text: free_text}}\n",
    "datamap.yaml",
)
CASES = b"Id,ContactId,Text\n"
GOOD = b"Id,Email,CreatedDate\n003000000000001,a@x.org,2024-01-01T00:00:00.000+0000\n"


def run(
    folder: Path, contacts: bytes, cases: bytes = CASES, *, threads: int = 1
) -> tuple[list[Table], dict[str, list[tuple[object, ...]]]]:
    """Take in two tables and return what was said and stored."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    given = {"Contact": folder / "contacts.csv", "Case": folder / "cases.csv"}
    given["Contact"].write_bytes(contacts)
    given["Case"].write_bytes(cases)
    with engine.memory(threads=threads, limit_mb=1000) as connection:
        try:
            tables = take(connection, MAP, given, out)
        except UsageError:
            assert not list(out.iterdir()), "nothing is left half done"
            raise
        stored = {name: engine.rows(connection, f"FROM '{out}/{name}.parquet'") for name in given}
    return tables, stored


def refused(folder: Path, contacts: bytes, cases: bytes = CASES) -> str:
    """Return the message with which tables are refused."""
    with pytest.raises(UsageError) as caught:
        run(folder, contacts, cases)
    return caught.value.message


@pytest.mark.parametrize(
    "contacts",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.rstrip(b"\n"),
        GOOD + b"\n\n",
        b'"Id","Email","CreatedDate"\n"003000000000001","a@x.org","2024-01-01T00:00:00.000+0000"\n',
    ],
)
def test_every_usual_form_of_csv_is_read(tmp_path: Path, contacts: bytes) -> None:
    """Byte order mark, line ends, quotes and a missing last line end do not matter."""
    tables, stored = run(tmp_path, contacts)
    assert stored["Contact"] == [("003000000000001AAA", "a@x.org", "2024-01-01T00:00:00.000+0000")]
    digest = hashlib.sha256(contacts).hexdigest()
    assert tables[1] == Table("Contact", 1, ("Id", "Email", "CreatedDate"), digest, "contacts.csv")


def test_ids_blanks_and_line_ends_inside_values(tmp_path: Path) -> None:
    """Ids and references become 18 characters, other ids stay; empty is null; values keep their lines."""
    cases = b'Id,ContactId,Text\r\n c2 ,003000000000001,"a\r\nb\nc"\r\nc1,,""\r\n'
    _, stored = run(tmp_path, GOOD, cases)
    assert stored["Case"] == [("c1", None, None), ("c2", "003000000000001AAA", "a\r\nb\nc")]


@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        (b"", "contacts.csv is empty"),
        (b"Id,Mail,CreatedDate\n", "no column Email; did you mean Mail"),
        (b"Id,Email,email,CreatedDate\n", "stands twice"),
        (b"Id,,Email\n", "column 2 has no name"),
        (b"Id;Email\n", "no column"),
        (b"\xff\xfeI\0d\0", "not UTF-8"),
        (GOOD + b"\n1,b,\n", "2 rows and 0 line ends inside values"),
        (GOOD + b"1,b\n", "contacts.csv line 3: 2 values, expected 3"),
        (GOOD + b'1,"x\ny",\n2,b\n', "contacts.csv line 5: 2 values, expected 3"),
        (GOOD + b'1,"b,\n2,c,\n', "line 3: a quote is not closed"),
        (GOOD + b"1,\xff\xfe,\n", "line 3: not UTF-8"),
        (GOOD + b"1,b,2024-01-01\r\n2,c,\n", "line ends are mixed"),
        (GOOD.replace(b"\n", b"\r"), "line"),
        (GOOD + GOOD.splitlines()[1] + b"\n", "003000000000001AAA stands more than once, line 2 and 3"),
        (GOOD + b",b,\n", "1 rows have no id in column Id, line 3"),
        (GOOD + b"1,b,2024-01-01 00:00:00\n", "CreatedDate of 1 is 2024-01-01 00:00:00, expected a time"),
        (GOOD + b"1,b,2024-13-41\n", "2024-13-41"),
        (b"PAR1 and then nothing", "is damaged"),
    ],
)
def test_bad_table_is_refused_with_its_place(tmp_path: Path, contacts: bytes, words: str) -> None:
    """Nothing is guessed: a table that is damaged in one place is refused as a whole."""
    assert words in refused(tmp_path, contacts)


LISTS = datamap.load(
    "objects:\n"
    "  Contact: {id: Id, person: {keys: [[Email]]}, history: ContactHistory}\n"
    "  ContactHistory: {}\n"
    "  Seen: {}\n"
    "visibility: {records: {table: Seen, user: UserId, record: RecordId}}\n",
    "datamap.yaml",
)
CHANGES = b"ContactId,Field,CreatedDate,OldValue,NewValue\n"


def taken(folder: Path, changes: bytes, seen: bytes) -> dict[str, list[tuple[object, ...]]]:
    """Take in one contact, its changes and a list of what was visible, and return how both are seen."""
    given = {name: folder / f"{name}.csv" for name in ("Contact", "ContactHistory", "Seen")}
    for path, content in zip(given.values(), (b"Id,Email\n003000000000001,a\n", changes, seen), strict=True):
        path.write_bytes(content)
    (folder / "out").mkdir(exist_ok=True)
    with engine.memory(threads=1, limit_mb=500) as connection:
        take(connection, LISTS, given, folder / "out")
        snapshot = Snapshot.open(connection, folder / "out", LISTS, datetime(2025, 7, 1, tzinfo=UTC))
        return {
            name: snapshot.engine.rows(f"FROM {snapshot.view(name)}") for name in ("ContactHistory", "Seen")
        }


def test_tables_without_ids_are_sorted_and_numbered(tmp_path: Path) -> None:
    """Rows of a history or a list get their place as id; ids in them become 18 characters; any order is one."""
    hostile = b'003000000000001,Email,2025-01-02,"a\nb",\'; DROP TABLE record; --\n'
    rows = [hostile, b"003000000000001AAA,Phone,2025-01-01T00:00:00Z,,5\n"]
    found = taken(
        tmp_path, CHANGES + rows[0] + rows[1], b"UserId,RecordId\n005000000000001,003000000000001\n"
    )
    stored = (tmp_path / "out" / "ContactHistory.parquet").read_bytes()
    contact = "003000000000001AAA"
    assert found["ContactHistory"] == [
        (contact, "Email", "2025-01-02", "a\nb", "'; DROP TABLE record; --", "000000000000"),
        (contact, "Phone", "2025-01-01T00:00:00Z", None, "5", "000000000001"),
    ]
    assert found["Seen"] == [("005000000000001AAA", contact, "000000000000")]
    found = taken(tmp_path, CHANGES + rows[1] + rows[0], b"UserId,RecordId\n")
    assert (tmp_path / "out" / "ContactHistory.parquet").read_bytes() == stored
    assert found["Seen"] == []


@pytest.mark.parametrize(
    ("changes", "seen", "words"),
    [
        (b"ContactId,Field,CreatedDate,OldValue\n", b"UserId,RecordId\n", "no column NewValue"),
        (CHANGES, b"UserId,Record\n", "Seen has no column RecordId"),
        (CHANGES + b"c1,Email,yesterday,,\n", b"UserId,RecordId\n", "CreatedDate of c1 is yesterday"),
        (CHANGES + b",Email,soon,,\n", b"UserId,RecordId\n", "CreatedDate of (none) is soon"),
        (CHANGES, b"UserId,RecordId,_Position\n", "column _position, which stands for the place"),
    ],
)
def test_lists_must_have_their_columns(tmp_path: Path, changes: bytes, seen: bytes, words: str) -> None:
    """A history or a list without a column, or with a time that is none, is refused by name."""
    with pytest.raises(UsageError) as caught:
        taken(tmp_path, changes, seen)
    assert words in caught.value.message


def test_plain_date_is_a_time(tmp_path: Path) -> None:
    """A created date without a time of day is accepted."""
    assert run(tmp_path, GOOD + b"1,b,2024-02-29\n")[0][1].rows == 2


def test_tables_and_map_must_name_the_same_objects(tmp_path: Path) -> None:
    """A table that the map does not know, or an object without a table, stops the call."""
    with engine.memory(threads=1, limit_mb=500) as connection:
        with pytest.raises(UsageError, match="Contcat is not in the data map; did you mean Contact"):
            take(connection, MAP, {"Contcat": tmp_path}, tmp_path)
        with pytest.raises(UsageError, match="no table given for Case, Contact"):
            take(connection, MAP, {}, tmp_path)
        with pytest.raises(UsageError, match=r"gone\.csv: No such file"):
            take(connection, MAP, {"Contact": tmp_path / "gone.csv", "Case": tmp_path / "gone.csv"}, tmp_path)


def test_order_of_rows_and_threads_do_not_show(tmp_path: Path) -> None:
    """The same rows in another order, read with another number of threads, give the same bytes."""
    lines = [f"r{i * 7919 % 200003},u{i}@x.org,2024-01-01" for i in range(150_000)]
    seen: set[str] = set()
    for threads, order in ((1, lines), (2, lines[::-1]), (2, lines[50_000:] + lines[:50_000])):
        text = "Id,Email,CreatedDate\n" + "\n".join(order) + "\n"
        run(tmp_path, text.encode(), threads=threads)
        seen.add(hashlib.sha256((tmp_path / "out" / "Contact.parquet").read_bytes()).hexdigest())
    assert len(seen) == 1


def test_parquet_types_become_canonical_text(tmp_path: Path) -> None:
    """Times with a zone end in Z, truth values are words, numbers are exact."""
    (tmp_path / "cases.csv").write_bytes(CASES)
    (tmp_path / "out").mkdir()
    given = {"Contact": tmp_path / "c.parquet", "Case": tmp_path / "cases.csv"}
    created = "TIMESTAMPTZ '2024-01-01 05:00:00+05' AS CreatedDate"
    columns = f"'7' AS Id, true AS Email, {created}, 1.50::DECIMAL(9,2) AS n"
    with engine.memory(threads=1, limit_mb=500) as connection:
        connection.execute(f"COPY (SELECT {columns}) TO '{given['Contact']}' (FORMAT parquet)")
        take(connection, MAP, given, tmp_path / "out")
        stored = engine.rows(connection, f"FROM '{tmp_path}/out/Contact.parquet'")
        assert stored == [("7", "true", "2024-01-01T00:00:00.000000Z", "1.50")]
        connection.execute(f"COPY (SELECT {columns}, [1] AS l) TO '{given['Contact']}' (FORMAT parquet)")
        with pytest.raises(UsageError, match=r"column l holds INTEGER\[\]"):
            take(connection, MAP, given, tmp_path / "out")


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    """The hint lists each missing column and the header."""
    with pytest.raises(DatamapError) as caught:
        run(tmp_path, b"x\n1\n")
    assert caught.value.message.endswith("(and 2 more)")
    assert "the table has x" in caught.value.hint
