"""Probabilistic linkage: who is one person where keys are missing or mistyped, and the same each time."""

import csv
import hashlib
import itertools
import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from floodmark import engine
from floodmark.errors import UsageError
from floodmark.snapshot import Snapshot, datamap, linkage, take

MAP = datamap.load(
    "objects:\n"
    "  Contact:\n"
    "    id: Id\n"
    "    person: {linkage: probabilistic}\n"
    "    fields: {Name: name, Email: email, Phone: phone, Birth: date_of_birth, Zip: postal_code}\n"
    "  Lead:\n"
    "    id: Id\n"
    "    person: {linkage: probabilistic}\n"
    "    fields: {FirstName: name, LastName: name, Email: email, Mobile: phone, Phone: phone}\n"
    "  Case: {id: Id, person: {via: ContactId}}\n"
    "relations: {Case.ContactId: Contact}\n",
    "datamap.yaml",
)
COLUMNS = {
    "Contact": ("Id", "Name", "Email", "Phone", "Birth", "Zip"),
    "Lead": ("Id", "FirstName", "LastName", "Email", "Mobile", "Phone"),
    "Case": ("Id", "ContactId"),
}
Rows = dict[str, list[dict[str, str]]]


@contextmanager
def opened(folder: Path, rows: Rows, *, threads: int = 1) -> Iterator[Snapshot]:
    """Yield a snapshot of a few rows."""
    given = {name: folder / f"{name}.csv" for name in COLUMNS}
    for name, path in given.items():
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file, COLUMNS[name], restval="", quoting=csv.QUOTE_ALL, lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows.get(name, []))
    (folder / "out").mkdir(exist_ok=True)
    with engine.memory(threads=threads, limit_mb=1500) as connection:
        take(connection, MAP, given, folder / "out")
        yield Snapshot.open(connection, folder / "out", MAP, datetime(2025, 7, 1, tzinfo=UTC))


class Town:
    """Made-up people, some of whom are on file more than once, mistyped; who is who is known."""

    def __init__(self, people: int, *, seed: int = 20250628) -> None:
        self.draw = random.Random(seed)
        self.records: list[dict[str, str]] = []
        self.truth: dict[str, int] = {}
        first, last = self.words(2, 200), self.words(3, 800)
        for person in range(people):
            one, two = self.draw.choice(first), self.draw.choice(last)
            record = {
                "Name": f"{one} {two}",
                "Email": f"{one}.{two}{self.draw.randrange(1000)}@example.org",
                "Phone": f"04{self.draw.randrange(10**8):08}",
                "Birth": f"{self.draw.randrange(1940, 2008)}-{self.draw.randrange(1, 13):02}-{self.draw.randrange(1, 29):02}",
                "Zip": str(self.draw.randrange(2000, 2800)),
            }
            self.add(person, record)
            for _ in range((self.draw.random() < 0.25) + (self.draw.random() < 0.05)):
                self.add(person, {name: self.mistyped(value) for name, value in record.items()})

    def words(self, syllables: int, count: int) -> list[str]:
        """Return made-up names."""
        parts = [
            "an",
            "be",
            "co",
            "di",
            "el",
            "fa",
            "go",
            "ha",
            "in",
            "jo",
            "ka",
            "lu",
            "mi",
            "no",
            "or",
            "pe",
            "qui",
            "ro",
            "sa",
            "tu",
            "ul",
            "va",
            "wi",
            "xe",
            "yo",
            "za",
        ]
        return ["".join(self.draw.choice(parts) for _ in range(syllables)).title() for _ in range(count)]

    def mistyped(self, value: str) -> str:
        """Return a value that is missing in one case of ten and wrong in one letter in one of seven."""
        chance = self.draw.random()
        if chance < 0.1:
            return ""
        if chance > 0.15 + 0.1:
            return value
        place = self.draw.randrange(len(value))
        letter = self.draw.choice("abcdefgh0123456789")
        return self.draw.choice(
            [
                value[:place] + letter + value[place + 1 :],
                value[:place] + value[place + 1 :],
                value[:place] + letter + value[place:],
            ]
        )

    def add(self, person: int, values: dict[str, str]) -> None:
        """Put one record on file."""
        record = {"Id": f"r{len(self.records):06}"} | values
        self.records.append(record)
        self.truth[record["Id"]] = person


def pairs(people: dict[str, int]) -> set[tuple[str, str]]:
    """Return every pair of records that are one person."""
    groups: dict[int, list[str]] = {}
    for record, person in sorted(people.items()):
        groups.setdefault(person, []).append(record)
    return {pair for group in groups.values() for pair in itertools.combinations(group, 2)}


def written(snapshot: Snapshot, folder: Path) -> tuple[str, str, list[tuple[object, ...]]]:
    """Return the hashes of both lists, and the people."""
    snapshot.write_links(folder / "links.parquet")
    snapshot.write_doubtful(folder / "doubtful.parquet")
    files = [(folder / f"{name}.parquet").read_bytes() for name in ("links", "doubtful")]
    one, two = (hashlib.sha256(each).hexdigest() for each in files)
    return one, two, snapshot.engine.rows("SELECT id, person_no FROM record ORDER BY ALL")


@pytest.mark.slow
def test_mistyped_records_are_found_and_strangers_are_not(tmp_path: Path) -> None:
    """On 3,000 made-up people hardly a pair is wrong, and few are missed; the exact key finds fewer."""
    town = Town(3000)
    with opened(tmp_path, {"Contact": town.records}, threads=2) as snapshot:
        found = pairs(dict(snapshot.engine.rows("SELECT id, person_no FROM record")))
        true = pairs(town.truth)
        assert len(found & true) / len(found) > 0.99
        assert len(found & true) / len(true) > 0.95
        assert snapshot.unit == "person by probabilistic linkage"
        assert abs(snapshot.people - 3000) < 40
        emails = {row["Email"].casefold() for row in town.records if row["Email"]}
        without = sum(not row["Email"] for row in town.records)
        assert snapshot.alternative is not None
        assert snapshot.alternative == ("distinct email", len(emails) + without)
        assert snapshot.people < snapshot.alternative[1]
        assert snapshot.keyed_records == len(town.records)
        left = (
            "SELECT table_name FROM information_schema.tables WHERE table_name NOT LIKE 'object_%' ORDER BY 1"
        )
        assert snapshot.engine.rows(left) == [("linkage_pair",), ("person",), ("record",)]


@pytest.mark.slow
def test_order_of_rows_and_threads_do_not_show(tmp_path: Path) -> None:
    """Two runs, the second with the rows turned round and two threads, give the same bytes."""
    town = Town(1200, seed=3)
    with opened(tmp_path, {"Contact": town.records}) as snapshot:
        first = (*written(snapshot, tmp_path), snapshot.engine.rows("FROM linkage_pair"))
    with opened(tmp_path, {"Contact": town.records[::-1]}, threads=2) as snapshot:
        second = (*written(snapshot, tmp_path), snapshot.engine.rows("FROM linkage_pair"))
    assert first == second


def test_doubtful_pairs_are_listed_and_not_joined(tmp_path: Path) -> None:
    """Name and postal code alone do not outweigh another e-mail and another number."""
    town = Town(400, seed=5)
    births = ("1961-12-24", "1983-05-07", "2001-10-19")
    alike = [
        {"Id": f"x{i}", "Email": f"{births[i]}@example.com", "Phone": f"{i}{i}{i}{i}{i}", "Birth": births[i]}
        | {"Name": "Jo Smith", "Zip": "2000"}
        for i in range(3)
    ]
    unclear = [
        {"Id": f"y{i}", "Name": "Wilhelmina Oberon", "Email": f"{i * 9999}@example.net", "Zip": "2001"}
        | {"Phone": f"{i + 4}{i}{i}{i}{i}"}
        for i in range(2)
    ]
    with opened(tmp_path, {"Contact": [*town.records, *alike, *unclear]}) as snapshot:
        written(snapshot, tmp_path)
        doubtful = snapshot.engine.rows(f"FROM '{tmp_path}/doubtful.parquet'")
        people = dict(snapshot.engine.rows("SELECT id, person_no FROM record"))
        assert doubtful == sorted(doubtful)
        assert len(doubtful) == snapshot.doubtful > 0
        assert all(0.5 <= probability < 0.95 for *_, probability in doubtful)  # type: ignore[operator]
        assert all(people[one] != people[other] for _, one, _, other, _ in doubtful)  # type: ignore[index]
        assert ("Contact", "y0", "Contact", "y1") in [each[:4] for each in doubtful]
        assert len({people[each["Id"]] for each in [*alike, *unclear]}) == 5
        reasons = snapshot.engine.rows(f"SELECT DISTINCT reason FROM '{tmp_path}/links.parquet'")
        assert all(reason.startswith("linked, probability 0.9") for (reason,) in reasons)


def test_objects_are_linked_to_each_other_and_by_via(tmp_path: Path) -> None:
    """A lead with two name fields meets a contact with one; a case follows its contact."""
    rows: Rows = {
        "Contact": [{"Id": "c1", "Name": "Ann Le\u0301e", "Email": "Ann@example.org", "Phone": "0400000001"}],
        "Lead": [
            {"Id": "l1", "FirstName": " ann", "LastName": "L\u00c9E", "Email": "ann@EXAMPLE.org"},
            {"Id": "l2", "LastName": "Other", "Phone": "0400000002"},
            {"Id": "l3"},
        ],
        "Case": [{"Id": "k1", "ContactId": "c1"}, {"Id": "k2"}],
    }
    with opened(tmp_path, rows) as snapshot:
        found = snapshot.engine.rows(
            "SELECT person_no, list(id ORDER BY id) FROM record GROUP BY 1 ORDER BY 1"
        )
        assert [each for _, each in found] == [["c1", "k1", "l1"], ["k2"], ["l2"], ["l3"]]
        assert (snapshot.keyed_records, snapshot.unkeyed_records) == (4, 2)
        # ann@example.org, two leads without an e-mail, and a case of nobody
        assert snapshot.alternative == ("distinct email", 4)
        snapshot.write_links(tmp_path / "links.parquet")
        assert snapshot.engine.rows(
            f"SELECT record_id, other_id, reason FROM '{tmp_path}/links.parquet'"
        ) == [
            ("k1", "c1", "belongs to (ContactId)"),
            ("c1", "l1", "linked, probability 0.99"),
            ("l1", "c1", "linked, probability 0.99"),
        ]


HOSTILE = (
    "'; DROP TABLE record; --",
    '"',
    "a\nb\r\n",
    "\u202ename_l = name_r",
    "__splink__",
    "%s {l} $1",
    "\U0001f600",
)


def test_values_are_never_part_of_a_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, line ends, SQL and bidi marks are compared like any other text; nothing is sent anywhere."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was opened"))
    rows = [
        {"Id": f"{i}{j}", "Name": value, "Email": value, "Phone": value, "Birth": value, "Zip": value}
        for i, value in enumerate(HOSTILE)
        for j in range(2)
    ]
    with opened(tmp_path, {"Contact": rows}) as snapshot:
        assert snapshot.people == len(HOSTILE)


def test_members_of_a_household_stay_apart(tmp_path: Path) -> None:
    """Couples with one e-mail, number and address are two people: birth dates or first names tell so."""
    town = Town(600, seed=11)
    couples = [
        {"Id": f"h{i:02}{j}", "Name": f"{('Ludmilla', 'Bo')[j]} {family}", "Email": f"{family}@example.org"}
        | {"Phone": f"0499{i * 7919:06}", "Birth": (f"{1940 + i}-04-11", f"{1999 - i}-12-28", "")[j + i % 2]}
        for i, family in enumerate(dict.fromkeys(town.words(4, 60)))
        for j in range(2)
    ]
    with opened(tmp_path, {"Contact": [*town.records, *couples]}) as snapshot:
        people = dict(snapshot.engine.rows("SELECT id, person_no FROM record WHERE id LIKE 'h%'"))
        assert len(set(people.values())) == len(couples)
        assert snapshot.doubtful > 0


def test_a_value_that_many_share_brings_nobody_together(tmp_path: Path) -> None:
    """The address of an agent on 3,000 records makes no millions of pairs, and no person of 3,000 records."""
    town = Town(1500, seed=9)
    for record in town.records:
        record["Email"] = "bookings@agent.example"
    with opened(tmp_path, {"Contact": town.records}) as snapshot:
        assert snapshot.alternative == ("distinct email", 1)
        found = pairs(dict(snapshot.engine.rows("SELECT id, person_no FROM record")))
        assert len(found & pairs(town.truth)) / len(found) > 0.99
        assert snapshot.people > 1400


@pytest.mark.parametrize("rows", [[], [{"Id": "1"}], [{"Id": "1"}, {"Id": "2", "Name": "\u00a0"}]])
def test_nothing_to_compare_joins_nobody(tmp_path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Without records or values everybody is a person of their own."""
    with opened(tmp_path, {"Contact": list(rows)}) as snapshot:
        assert (snapshot.people, snapshot.keyed_records, snapshot.doubtful) == (len(rows), 0, 0)
        assert snapshot.alternative == ("distinct email", len(rows))
        assert written(snapshot, tmp_path)[2] == [(row["Id"], i) for i, row in enumerate(rows)]


def test_without_splink_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the extra is told how to."""
    monkeypatch.setitem(sys.modules, "splink", None)
    with (
        pytest.raises(UsageError, match="needs Splink") as caught,
        opened(tmp_path, {"Contact": [{"Id": "1"}]}),
    ):
        pass
    assert caught.value.hint == "pip install 'floodmark[linkage]'"


def test_numbers_that_make_no_sense_are_not_learnt() -> None:
    """Estimates that say equal values speak against one person are left for the usual ones."""
    levels = [linkage._Level("a", 0.85, 0.1), linkage._Level("ELSE", 0.15, 0.9)]
    wrong = [{"m_probability": 0.05}, {"m_probability": 0.95}]
    assert linkage._learnt(levels, wrong) == levels
    unseen = [{"m_probability": "level not observed in training dataset"}, {"m_probability": 1e-30}]
    assert [each.same for each in linkage._learnt(levels, unseen)] == [0.85, 0.001]


@pytest.mark.parametrize(
    "categories", [("email", "name"), ("address", "postal_code"), ("date_of_birth", "age")]
)
def test_every_choice_of_categories_has_blocks(categories: tuple[str, ...]) -> None:
    """Records can meet whatever the map has."""
    assert linkage._rules(categories)
    assert json.dumps(linkage._rules(categories)) == json.dumps(linkage._rules(categories))
