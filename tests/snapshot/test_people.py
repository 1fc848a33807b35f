"""Who is one person: the rules by name, and all of them against a plain loop."""

import csv
import itertools
import random
import tempfile
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark import engine, ids
from floodmark.snapshot import Snapshot, countries, datamap, people, tables, take

MAP = datamap.load(
    "objects:\n"
    "  Contact:\n"
    "    id: Id\n"
    "    person: {keys: [[Email], [Phone, Birth]]}\n"
    "    residence: [Home, Other]\n"
    "    state: [State, OtherState]\n"
    "    created: Created\n"
    "    fields: {Email: email, Phone: phone, Birth: date_of_birth}\n"
    "  Lead: {id: Id, person: {keys: [[Mail]]}, residence: [Land], state: [Part], fields: {Mail: email}}\n"
    "  Case: {id: Id, person: {via: ContactId}, fields: {Text: free_text}}\n"
    "  Note: {id: Id, person: {via: CaseId}}\n"
    "relations: {Case.ContactId: Contact, Note.CaseId: Case}\n",
    "datamap.yaml",
)
COLUMNS = {
    "Contact": ("Id", "Email", "Phone", "Birth", "Home", "Other", "State", "OtherState", "Created"),
    "Lead": ("Id", "Mail", "Land", "Part"),
    "Case": ("Id", "ContactId", "Text"),
    "Note": ("Id", "CaseId"),
}
AT = datetime(2025, 7, 1, tzinfo=UTC)
Rows = dict[str, list[dict[str, str]]]


class World:
    """A snapshot opened on a few rows, with its two tables read out."""

    def __init__(self, rows: Rows, *, threads: int = 1) -> None:
        with (
            tempfile.TemporaryDirectory() as name,
            engine.memory(threads=threads, limit_mb=1000) as connection,
        ):
            folder = Path(name)
            given = {each: folder / f"{each}.csv" for each in COLUMNS}
            for each, path in given.items():
                with path.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(
                        file, COLUMNS[each], restval="", quoting=csv.QUOTE_ALL, lineterminator="\n"
                    )
                    writer.writeheader()
                    writer.writerows(rows.get(each, []))
            take(connection, MAP, given, folder)
            self.snapshot = Snapshot.open(connection, folder, MAP, AT)
            self.records = self.snapshot.engine.rows("FROM record")
            self.people = self.snapshot.engine.rows("FROM person")
            first, second = folder / "links1.parquet", folder / "links2.parquet"
            self.snapshot.write_links(first)
            self.snapshot.write_links(second)
            assert first.read_bytes() == second.read_bytes()
            self.links = self.snapshot.engine.rows(f"FROM '{first}'")
            self.numbered = self.snapshot.engine.rows("FROM person_link")

    def groups(self) -> set[frozenset[tuple[str, str]]]:
        """Return each person as the set of its records."""
        found: dict[int, set[tuple[str, str]]] = {}
        for _, name, record, person, *_ in self.records:
            found.setdefault(person, set()).add((name, record))
        return {frozenset(each) for each in found.values()}


def contacts(*emails: str) -> Rows:
    """Return one contact per email, ids c0, c1, ..."""
    return {"Contact": [{"Id": f"c{i}", "Email": email} for i, email in enumerate(emails)]}


def test_values_are_composed_trimmed_and_folded() -> None:
    """NFC, white space at the ends and case do not tell people apart; anything else does."""
    assert World(contacts("a@x.org", " A@X.ORG\t", "\u3000a@x.org\x1f")).snapshot.people == 1
    assert World(contacts("stra\u00dfe", "STRASSE", "stras se")).snapshot.people == 2
    assert World(contacts("e\u0301", "\u00c9", "\u212a", "k", "K")).snapshot.people == 2
    assert World(contacts("\u0130", "i\u0307", "i")).snapshot.people == 2
    assert World(contacts("a.b@x", "ab@x", "a+b@x")).snapshot.people == 3


def test_a_key_with_a_blank_part_is_not_usable() -> None:
    """Phone alone joins nobody; such a record is a person of its own."""
    rows: Rows = {"Contact": [{"Id": "1", "Phone": "5"}, {"Id": "2", "Phone": "5", "Birth": "\u2003"}]}
    world = World(rows)
    assert (world.snapshot.people, world.snapshot.unkeyed_records) == (2, 2)
    assert [keyed for *_, keyed, _ in world.people] == [False, False]


def test_parts_of_a_key_do_not_run_together() -> None:
    """Phone 1 with birth 23 is not phone 12 with birth 3."""
    parts = (("1", "23"), ("12", "3"), ("1:", "23"), ("", "123"))
    rows: Rows = {"Contact": [{"Id": f"{i}", "Phone": a, "Birth": b} for i, (a, b) in enumerate(parts)]}
    assert World(rows).snapshot.people == 4


def test_either_key_joins_and_joining_is_transitive() -> None:
    """c0 and c1 share an email, c1 and c2 phone and birth date: one person."""
    rows: Rows = {
        "Contact": [
            {"Id": "c0", "Email": "a"},
            {"Id": "c1", "Email": "A", "Phone": "1", "Birth": "2"},
            {"Id": "c2", "Email": "b", "Phone": "1", "Birth": "2"},
        ]
    }
    assert World(rows).snapshot.people == 1


def test_keys_meet_across_objects_by_category() -> None:
    """Contact.Email and Lead.Mail are both emails, so equal values are one person."""
    world = World({**contacts("a@x"), "Lead": [{"Id": "L", "Mail": "A@x"}, {"Id": "M", "Mail": "b@x"}]})
    assert world.groups() == {frozenset({("Contact", "c0"), ("Lead", "L")}), frozenset({("Lead", "M")})}
    assert [(person, keyed) for _, person, _, keyed, _ in world.people] == [("L", True), ("M", True)]


def test_via_follows_the_record_and_its_chain() -> None:
    """A case is its contact's, a note is its case's; empty and dangling ones are people of their own."""
    rows = contacts("a@x", "a@x", "")
    rows["Case"] = [{"Id": "k1", "ContactId": "c1"}, {"Id": "k2"}, {"Id": "k3", "ContactId": "c2"}]
    rows["Note"] = [{"Id": "n1", "CaseId": "k1"}, {"Id": "n2", "CaseId": "nowhere"}]
    world = World(rows)
    assert {("Contact", "c0"), ("Contact", "c1"), ("Case", "k1"), ("Note", "n1")} in world.groups()
    assert world.snapshot.people == 4
    assert world.snapshot.unkeyed_records == 3
    assert world.snapshot.records == {"Case": 3, "Contact": 3, "Lead": 0, "Note": 2}


def test_residence_is_read_from_codes_and_names() -> None:
    """First field with a value counts; countries become alpha-2, others are null and listed."""
    rows: Rows = {
        "Contact": [
            {"Id": "1", "Email": "a", "Home": "AUS", "Other": "NZ"},
            {"Id": "2", "Email": "a", "Home": " ", "Other": "viet nam"},
            {"Id": "3", "Email": "b", "Home": "Atlantis\x1b", "Other": "NZ"},
        ],
        "Lead": [{"Id": "4", "Mail": "a", "Land": "The Netherlands"}],
    }
    world = World(rows)
    assert [residence for _, _, residence, *_ in world.people] == [["AU", "NL", "VN"], []]
    assert world.snapshot.unknown_residence == ("Atlantis\\x1b",)
    assert world.snapshot.unknown_residence_records == 1


def test_states_carry_the_country_of_the_record() -> None:
    """The first state with a value counts; case and spacing make no difference anywhere in the snapshot."""
    rows: Rows = {
        "Contact": [
            {"Id": "1", "Email": "a", "Home": "AUS", "State": " New  South Wales"},
            {
                "Id": "2",
                "Email": "a",
                "Home": "Australia",
                "State": "\u00a0",
                "OtherState": "new south\twales ",
            },
            {"Id": "3", "Email": "b", "Home": "AU", "State": "NEW SOUTH WALES"},
            {"Id": "4", "Email": "b", "State": "'; DROP TABLE person; --\n\"x"},
            {"Id": "5", "Email": "c", "Home": "Atlantis", "State": "\u00c5land"},
        ],
        "Lead": [
            {"Id": "6", "Mail": "a", "Land": "NZ", "Part": "Otago"},
            {"Id": "7", "Mail": "c", "Part": "A\u030aLAND"},
            {"Id": "8", "Mail": "d", "Land": "NZ"},
        ],
    }
    assert [state for *_, state in World(rows).people] == [
        ["AU / NEW SOUTH WALES", "NZ / Otago"],
        ["? / '; DROP TABLE person; --\n\"x", "AU / NEW SOUTH WALES"],
        ["? / A\u030aLAND"],
        [],
    ]


def test_each_joined_record_says_by_what_it_is_tied() -> None:
    """An earlier record is preferred, then the first key; people with one record are not listed."""
    rows: Rows = {
        "Contact": [
            {"Id": "c0", "Email": "A@x"},
            {"Id": "c1", "Email": "a@X", "Phone": "1", "Birth": "2"},
            {"Id": "c2", "Email": "'; DROP\n\"", "Phone": "1", "Birth": "2"},
            {"Id": "c3", "Email": "alone@x"},
            {"Id": "c4", "Email": "host@x"},
        ],
        "Lead": [{"Id": "l0", "Mail": "'; drop\n\""}],
        "Case": [{"Id": "k0", "ContactId": "c4"}, {"Id": "k1", "ContactId": "nowhere"}],
        "Note": [{"Id": "n0", "CaseId": "k0"}, {"Id": "n1", "CaseId": "k1"}],
    }
    assert World(rows).links == [
        ("c0", "Contact", "c0", "Contact", "c1", "same email"),
        ("c0", "Contact", "c1", "Contact", "c0", "same email"),
        ("c0", "Contact", "c2", "Contact", "c1", "same phone and date_of_birth"),
        ("c0", "Lead", "l0", "Contact", "c2", "same email"),
        ("c4", "Case", "k0", "Contact", "c4", "belongs to (ContactId)"),
        ("c4", "Contact", "c4", "Case", "k0", "has Case (ContactId)"),
        ("c4", "Note", "n0", "Case", "k0", "belongs to (CaseId)"),
        ("k1", "Case", "k1", "Note", "n1", "has Note (CaseId)"),
        ("k1", "Note", "n1", "Case", "k1", "belongs to (CaseId)"),
    ]


def test_a_snapshot_without_tables_has_no_links(tmp_path: Path) -> None:
    """The table has its columns and no row, and there is no doubtful pair to write."""
    with engine.memory(threads=1, limit_mb=500) as connection:
        snapshot = Snapshot.none(connection)
        assert snapshot.engine.rows(f"SELECT record_no, other_no, reason FROM {snapshot.links()}") == []
        snapshot.write_links(tmp_path / "links.parquet")
        assert snapshot.engine.rows(f"FROM '{tmp_path}/links.parquet'") == []
        with pytest.raises(ValueError, match="without linkage"):
            snapshot.write_doubtful(tmp_path / "doubtful.parquet")


def test_mask_order_and_times() -> None:
    """Bit i is the i-th mapped field in sorted order; numbers are dense; times are UTC."""
    world = World(
        {"Contact": [{"Id": "1", "Phone": "5", "Email": "\u00a0", "Created": "2024-01-01T02:00:00+02:00"}]}
    )
    assert world.snapshot.fields("Contact") == [
        ("Birth", "date_of_birth"),
        ("Email", "email"),
        ("Phone", "phone"),
    ]
    assert world.records == [(0, "Contact", "1", 0, datetime(2024, 1, 1), None, 4)]  # noqa: DTZ001 - as stored
    assert world.snapshot.unit == "distinct email or (phone and date_of_birth)"


def test_compared_text_in_sql_is_that_of_python() -> None:
    """Every character of the first plane, at both ends of a value, is trimmed and folded alike."""
    texts = [f"{chr(code)}Ab{chr(code)}" for code in range(0x3100) if code not in range(0xD800, 0xE000)]
    with engine.memory(threads=1, limit_mb=500) as connection:
        tables.define(connection)
        found = engine.rows(
            connection,
            "SELECT text, stripped(text), has_value(text) FROM (SELECT unnest($1::VARCHAR[]) AS text)",
            [texts],
        )
        ascii_only = [text for text in texts if text.isascii()]
        lowered = engine.rows(
            connection,
            "SELECT lower(stripped(text)) FROM (SELECT unnest($1::VARCHAR[]) AS text)",
            [ascii_only],
        )
    assert [(text, cut) for text, cut, _ in found] == [(text, text.strip()) for text in texts]
    assert [value for (value,) in lowered] == [people.compared(text) for text in ascii_only]


def test_identity_is_the_canonical_id() -> None:
    """The fast form of the id macro says what ids.canonical says, whatever the case and the check."""
    draw = random.Random(20250628)
    values: list[str] = []
    for _ in range(500):
        first = "".join(draw.choice("0123456789abcXYZQwert") for _ in range(15))
        whole = first + ids.check_characters(first)
        wrong = "".join(draw.choice("ABCZ0159") for _ in range(3))
        values += [
            first,
            whole,
            whole.lower(),
            whole.upper(),
            first + wrong,
            first.lower() + wrong,
            "x" + first,
        ]
    with engine.memory(threads=1, limit_mb=500) as connection:
        tables.define(connection)
        found = engine.rows(
            connection, "SELECT identity(v) FROM (SELECT unnest($1::VARCHAR[]) AS v)", [values]
        )
    assert [value for (value,) in found] == [ids.canonical(value) or value for value in values]


@pytest.mark.parametrize("order", ["forward", "backward", "shuffled"])
def test_a_long_chain_is_one_person(order: str) -> None:
    """10,000 records, each sharing one key with the next, in any order of their numbers."""
    places = list(range(10_000))
    if order == "backward":
        places.reverse()
    if order == "shuffled":
        random.Random(7).shuffle(places)
    rows: Rows = {
        "Contact": [
            {"Id": f"c{place:05}", "Email": f"e{i // 2}", "Phone": f"p{(i + 1) // 2}", "Birth": "1"}
            for i, place in enumerate(places)
        ]
    }
    assert World(rows, threads=2).snapshot.people == 1


VALUES = st.sampled_from(["", " ", "a", "A ", "b", "\u00e9", "E\u0301", "\u00df", "ss", "1", "\u2003b"])


@st.composite
def worlds(draw: st.DrawFn) -> Rows:
    """Draw a few records per object, with values that often meet; ids are shared between objects."""
    rows: Rows = {}
    for name, columns in COLUMNS.items():
        count = draw(st.integers(0, 7))
        pool = VALUES if name in {"Contact", "Lead"} else st.sampled_from(["", "r0", "r1", "r2", "r9"])
        plain = [each for each in columns if each not in {"Id", "Created"}]
        rows[name] = [{"Id": f"r{i}"} | {each: draw(pool) for each in plain} for i in range(count)]
    return rows


def plainly(rows: Rows) -> set[frozenset[tuple[str, str]]]:
    """Return the people by union-find in a loop."""
    above: dict[tuple[object, ...], tuple[object, ...]] = {}

    def top(node: tuple[object, ...]) -> tuple[object, ...]:
        while above.setdefault(node, node) != node:
            node = above[node]
        return node

    def folded(value: str) -> str:
        return unicodedata.normalize("NFC", value).strip().casefold()

    keys = {"Contact": [("Email",), ("Phone", "Birth")], "Lead": [("Mail",)]}
    via = {"Case": ("ContactId", "Contact"), "Note": ("CaseId", "Case")}
    there = {(name, row["Id"]) for name, each in rows.items() for row in each}
    for name, each in rows.items():
        for row in each:
            top((name, row["Id"]))
            for key in keys.get(name, []):
                values = tuple(row[field] for field in key)
                if all(value.strip() for value in values):
                    above[top((name, row["Id"]))] = top(("key", len(key), *map(folded, values)))
            if name in via and (via[name][1], row[via[name][0]]) in there:
                above[top((name, row["Id"]))] = top((via[name][1], row[via[name][0]]))
    groups = itertools.groupby(sorted(there, key=lambda node: (repr(top(node)), node)), key=top)
    return {frozenset(members) for _, members in groups}


@given(worlds())
@settings(max_examples=12)
def test_people_are_those_of_a_plain_loop(rows: Rows) -> None:
    """The same groups, a dense order by person id, and sums that hold, whatever the rows."""
    world = World(rows)
    assert world.groups() == plainly(rows)
    assert [number for number, *_ in world.people] == list(range(world.snapshot.people))
    assert [number for number, *_ in world.records] == list(range(sum(map(len, rows.values()))))
    assert [each[1:3] for each in world.records] == sorted(each[1:3] for each in world.records)
    smallest = {min((record, name) for name, record in group) for group in world.groups()}
    assert [person for _, person, *_ in world.people] == [record for record, _ in sorted(smallest)]
    assert sum(world.snapshot.records.values()) == len(world.records)
    owners = {number: person for number, _, _, person, *_ in world.records}
    shared = [number for number, person in owners.items() if list(owners.values()).count(person) > 1]
    assert [number for number, *_ in world.numbered] == shared
    assert all(owners[number] == owners[other] and number != other for number, other, _ in world.numbered)


def test_order_of_rows_and_threads_do_not_show() -> None:
    """Shuffled rows and two threads give the same tables."""
    rows = {"Contact": [{"Id": f"c{i}", "Email": f"e{i % 700}", "Home": "AU"} for i in range(3000)]}
    turned = {"Contact": rows["Contact"][::-1]}
    one, two = World(rows), World(turned, threads=2)
    assert (one.records, one.people) == (two.records, two.people)
    assert one.snapshot.people == 700


def test_every_country_has_both_codes_and_a_name() -> None:
    """Common names are read, and what is ambiguous is not guessed."""
    spelt = {
        "USA": "US",
        "UK": "GB",
        "South Korea": "KR",
        "Vietnam": "VN",
        "cote d'ivoire": "CI",
        "gbr": "GB",
    }
    assert {name: countries.code(name) for name in spelt} == spelt
    assert all(countries.code(each) is None for each in ("Korea", "Congo", "", "X1", "Atlantis"))
    assert len(countries.names()) == 249
