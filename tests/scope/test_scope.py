"""The whole scope: obstacles, missing records, the document, one row per person."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from floodmark import models
from floodmark.engine import Engine
from floodmark.ledger.coverage import Hole
from floodmark.scope import Given, Scoped, scope, write_people, write_people_csv
from floodmark.scope.touched import Resolver
from floodmark.snapshot import Snapshot
from scope.conftest import MAP, START, Bench, Judgement, case, contact

New = Callable[..., Bench]
SELECT = "SELECT Id, Name, Email FROM Contact"
LOG = "salesforce.rtem.ApiEvent"


class Covered:
    """Coverage as it is stated here: no hole but those given."""

    def __init__(self, *holes: Hole, stated: bool = False) -> None:
        self.logs = [LOG, "salesforce.elf.ApiTotalUsage"]
        self.given = list(holes)
        self.is_stated = stated

    def holes(self) -> list[Hole]:
        """Return all holes."""
        return self.given

    def obstacles(self, begin: datetime, end: datetime) -> list[Hole]:
        """Return the holes of some hours."""
        return [hole for hole in self.given if hole.touches(begin, end)]

    def stated(self, begin: datetime, end: datetime) -> bool:
        """Say whether every log is stated complete."""
        return self.is_stated and begin <= end

    def states(self, log: str, begin: datetime, end: datetime) -> bool:
        """Say whether one log is stated complete."""
        return self.is_stated and log in self.logs and begin <= end

    def reads(self, log: str) -> bool:
        """Say whether a log records reads."""
        return log == LOG


class Counted:
    """A ledger that has counted nothing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def tallies(self) -> dict[str, Any]:
        """Return the counts of no file."""
        return {}


def run(bench: Bench, coverage: Covered | None = None, quarantine: list[list[Any]] | None = None) -> Scoped:
    """Return the scope of a bench's rows."""
    made = Judgement(bench)
    engine = Engine(bench.connection)
    execute = bench.connection.execute
    execute(
        """CREATE OR REPLACE TEMP TABLE part_row (item VARCHAR, position VARCHAR, row BIGINT, log VARCHAR,
           reason VARCHAR, "at" TIMESTAMP, session VARCHAR, login VARCHAR)"""
    )
    for row in quarantine or []:
        execute("INSERT INTO part_row VALUES ('i', 'line 2', 1, ?, 'broken', ?, ?, ?)", row)
    counts = dict(engine.rows("SELECT object, count(*) FROM record GROUP BY object"))
    (people,) = engine.row("SELECT count(*) FROM person")
    snapshot: Any = Snapshot(engine, MAP, START, people, counts, sum(counts.values()), 0, (), 0)
    actors = tuple(sorted({row["actor"] for row in bench.rows}))
    intrusion = models.Intrusion(
        actors=actors,
        sessions=("S1",),
        logins=("L1",),
        clients=(),
        addresses=(),
        from_=None,
        to=None,
        acts=0,
        events=len(bench.rows),
    )
    ledger: Any = Counted(engine)
    stated: Any = coverage or Covered()
    del made
    return scope(engine, Given(ledger, snapshot, stated, intrusion, None, ()))


def outcomes(found: Scoped, name: str) -> dict[str, int]:
    """Return the outcomes of one category that anybody has."""
    category = next(each for each in found.document.categories if each.category == name)
    return {outcome: count for outcome, count in category.outcomes.model_dump().items() if count}


def test_a_listed_query_is_told_exactly(bench: New) -> None:
    """Two contacts of five; every law holds."""
    found = run(bench().query(SELECT, [contact(1), contact(2)]))
    document = found.document
    assert document.people == models.PeopleBound(at_least=2, at_most=2, bound="exact", without_value=0)
    assert document.records["Contact"] == models.Bound(at_least=2, at_most=2, bound="exact")
    assert outcomes(found, "email") == {"taken": 2, "not_taken": 3}
    assert [(each.country, each.people.at_most) for each in document.residence] == [("AU", 1), (None, 1)]
    assert [check.name for check in document.checks if not check.passed] == []
    assert document.intrusion.acts == 1


def test_no_intrusion_is_an_empty_scope(bench: New) -> None:
    """Nothing is taken, and nothing hides anything."""
    document = run(bench()).document
    assert (document.people.at_most, document.requests, document.residence) == (0, (), ())


HOLE = Hole(LOG, START - timedelta(hours=1), START + timedelta(hours=1), "absent")


def test_a_gap_leaves_what_was_held_untold(bench: New) -> None:
    """At most is everybody who held a value."""
    found = run(bench().query(SELECT, [contact(1)]), Covered(HOLE))
    assert outcomes(found, "email") == {"taken": 1, "cannot_tell": 4}
    assert (found.document.people.at_least, found.document.people.at_most) == (1, 5)
    assert len(found.document.coverage.gaps) == 1


def test_a_read_of_unknown_extent_is_an_obstacle_unless_it_delivered_nothing(bench: New) -> None:
    """Grade 5; blocked by a policy it is none."""
    for outcome, untold in (("success", True), ("blocked", False)):
        found = run(bench().query(SELECT, [contact(1)]).add(1, operation="read_unknown", outcome=outcome))
        assert ("cannot_tell" in outcomes(found, "email")) is untold


@pytest.mark.parametrize(
    ("log", "minutes", "session", "login", "obstacle"),
    [
        (LOG, 1, None, None, True),
        (LOG, None, None, None, True),
        (LOG, 1, "S1", None, True),
        (LOG, 1, "S8", None, False),
        (LOG, 1, None, "L8", False),
        (LOG, -60, None, None, False),
        ("salesforce.elf.Login", 1, None, None, False),
    ],
)
def test_a_quarantined_row_may_hide_a_read(
    bench: New, log: str, minutes: int | None, session: str | None, login: str | None, *, obstacle: bool
) -> None:
    """Of a log that records reads, in the window or without a time, not shown to be of another session."""
    at = None if minutes is None else START + timedelta(minutes=minutes)
    made = bench().query(SELECT, [contact(1)]).query(SELECT, [contact(1)], 10)
    found = run(made, quarantine=[[log, at, session, login]])
    assert ("cannot_tell" in outcomes(found, "email")) is obstacle


def test_records_that_the_snapshot_lacks_count_as_records_and_may_be_people(bench: New) -> None:
    """One of two rows was deleted since: two records, one or two people, and no more rows are open."""
    document = run(bench().query(SELECT, [contact(1), contact(77)], delivered_rows=2)).document
    assert document.records["Contact"] == models.Bound(at_least=2, at_most=2, bound="exact")
    assert (document.people.at_least, document.people.at_most, document.people.bound) == (1, 2, "relaxed")


def test_a_missing_record_fills_a_row_of_a_cut_list(bench: New) -> None:
    """Three rows left, two are listed, one of those is gone: one more of the four others."""
    made = bench().query(
        SELECT, [contact(1), contact(77)], delivered_rows=3, matched_rows=3, ids_complete=False
    )
    document = run(made).document
    assert document.records["Contact"] == models.Bound(at_least=3, at_most=3, bound="exact")
    assert (document.people.at_least, document.people.at_most) == (2, 3)


def test_a_missing_record_of_unknown_object_may_fill_a_row(bench: New) -> None:
    """Its prefix is in no table, so it proves nothing about the others."""
    ids = [contact(1), "a99000000000001AAA"]
    document = run(bench().query(SELECT, ids, delivered_rows=3, matched_rows=3, ids_complete=False)).document
    assert (document.records["Contact"].at_least, document.records["Contact"].at_most) == (2, 3)


def test_requests_say_what_they_delivered(bench: New) -> None:
    """Unknown is null, never 0."""
    made = bench().query(SELECT, None, matched_rows=2, objects=["Contact"])
    made.add(1, operation="read_unknown", objects=["Case"])
    first, second = run(made).document.requests
    assert first.delivered_rows == models.RowRange(min=0, max=2)
    assert (second.delivered_rows, second.matched_rows, second.replayed_rows) == (None, None, None)


def test_people_carry_the_requests_that_may_have_reached_them(bench: New, tmp_path: Path) -> None:
    """By name in a list, by a read of the whole object, by both; in the order of people."""
    hour = timedelta(hours=1)
    made = bench(created={5: START + hour}).query(SELECT, [contact(1)])
    made.query(SELECT, None, 30, matched_rows=3, objects=["Contact"])
    made.query("SELECT Phone FROM Contact", None, 120, matched_rows=3, objects=["Contact"])
    made.query("SELECT Description FROM Case", None, 180, matched_rows=3, objects=["Case"])
    found = run(made)
    one, two, three, four = (each.id for each in found.document.requests)
    engine = Engine(made.connection)
    write_people(engine, tmp_path / "people.parquet")
    rows = pq.read_table(tmp_path / "people.parquet").to_pylist()
    assert [row["person"] for row in rows] == ["p0", "p1", "p2", "p3", "p4"]
    assert [set(row["request_ids"]) for row in rows] == [
        {one, two, three, four},
        {two, three, four},
        {two, three},
        {two, three},
        {three},
    ]
    assert all(row["request_ids"] == sorted(row["request_ids"]) for row in rows)
    assert [row["grade"] for row in rows] == [1, 4, 4, 4, 4]
    assert (rows[0]["first_at"], rows[0]["last_at"]) == (START, START + 3 * hour)
    assert rows[4]["first_at"] == START + 2 * hour
    assert rows[0]["record_ids"] == sorted([contact(1), case(1), "a01000000000001AAA"])
    assert (rows[0]["email"], rows[1]["email"], rows[4]["email"]) == ("taken", "possibly_taken", "not_taken")
    write_people_csv(engine, tmp_path / "people.csv")
    with (tmp_path / "people.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert told[0]["request_ids"].split() == rows[0]["request_ids"]
    assert told[4]["email"] == "not_taken"


def test_people_nobody_reached_have_an_empty_list(bench: New, tmp_path: Path) -> None:
    """Without requests the file still has everybody."""
    made = bench()
    run(made)
    write_people(Engine(made.connection), tmp_path / "people.parquet")
    rows = pq.read_table(tmp_path / "people.parquet").to_pylist()
    assert [(row["request_ids"], row["grade"], row["first_at"]) for row in rows] == [([], None, None)] * 5


def test_many_counted_reads_of_several_objects_stay_within_their_sums(bench: New) -> None:
    """Ten queries of one row each, of four fields and two objects: ten people at most, five at hand."""
    fields = (
        "Name",
        "Email",
        "Phone",
        "Birthdate",
        "MailingStreet",
        "Name, Email",
        "Name, Phone",
        "Email, Phone",
    )
    made = bench()
    for minute, names in enumerate((*fields, "Name, Birthdate")):
        made.query(f"SELECT {names} FROM Contact", None, minute, matched_rows=1)
    made.query("SELECT Description FROM Case", None, 60, matched_rows=1)
    document = run(made).document
    assert document.people == models.PeopleBound(at_least=0, at_most=5, bound="relaxed", without_value=0)
    assert document.records["Case"] == models.Bound(at_least=0, at_most=1, bound="relaxed")


def test_a_nested_record_that_two_ways_lead_to_has_the_fields_of_either(bench: New) -> None:
    """A contact named below a case may be its contact, or that of a second lookup."""
    made = bench().query(
        "SELECT Description, Contact.Email, Contact.Phone, Parent.Contact.Name FROM Case",
        [case(1)],
        child_ids=[contact(3)],
    )
    found = Judgement(made)
    assert found.sure() == {case(1): {"Description"}, contact(1): {"Email", "Phone"}}
    assert found.possible()[contact(4)] == {"Name"}
    assert found.possible()[contact(3)] == {"Email", "Phone", "Name"}


def test_names_of_the_map_are_found_in_any_case() -> None:
    """Objects that bear no people are known, and show nothing."""
    resolver = Resolver(MAP)
    assert resolver.of_object("ACCOUNT") is None
    assert resolver.of_record("Account", None) is None
    assert resolver.of_columns("Account", None, (), listed=True) is None
    assert resolver.knows(["account", "CONTACT"])
    whole = resolver.of_columns("Contact", ["Owner.Email", "Case.Contact.Name"], ("Contact",), listed=True)
    assert whole is not None
    assert (whole.sure_fields, "Phone" in whole.possible_fields) == (frozenset(), True)
