"""A hostile table of plain rows, and a small snapshot, for the tests of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from floodmark import engine
from floodmark.engine import Connection, Engine, quote
from floodmark.ledger.source import SLOTS
from floodmark.scope.bounds import Bounds, Obstacles
from floodmark.scope.outcomes import Cells, Window
from floodmark.scope.records import Masks, keep_parts, keep_records, keep_replayed, parts
from floodmark.scope.requests import Gatherer, Reading
from floodmark.snapshot import datamap

START = datetime(2025, 6, 28, 2)  # noqa: DTZ001 - the engine holds UTC without zone
MAP = datamap.load(
    """
objects:
  Contact:
    id: Id
    person: {keys: [[Email]]}
    created: CreatedDate
    changed: SystemModstamp
    fields: {Name: name, Email: email, Phone: phone, Birthdate: date_of_birth, MailingStreet: address}
  Case: {id: Id, person: {via: ContactId}, changed: SystemModstamp, fields: {Description: free_text}}
  Visit__c: {id: Id, person: {via: Guest__c}, fields: {Note__c: free_text}}
  Account: {id: Id}
relations:
  Case.ContactId: Contact
  Visit__c.Guest__c: {to: Contact, children: Stays__r}
  Contact.AccountId: Account
""",
    "datamap.yaml",
)
FIELDS = {each.name: tuple(each.fields) for each in MAP.objects}


def contact(number: int) -> str:
    """Return the id of a contact."""
    return f"003{number:012d}AAA"


def case(number: int) -> str:
    """Return the id of a case."""
    return f"500{number:012d}AAA"


@dataclass
class Bench:
    """Rows of a log, and what the scope makes of them."""

    connection: Connection
    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    others: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    covered: bool = False
    contacts: int = 5
    created: dict[int, datetime] = field(default_factory=dict[int, datetime])
    changed: dict[int, datetime] = field(default_factory=dict[int, datetime])

    def add(self, minute: float = 0, *, hostile: bool = True, **slots: Any) -> Bench:
        """Add one event of the intruder, `minute` minutes after the start."""
        given: dict[str, Any] = {
            "event": f"e{len(self.rows) + len(self.others):03d}",
            "at": START + timedelta(minutes=minute),
            "log": "salesforce.rtem.ApiEvent",
            "actor": "005000000000001AAA",
            "session": "S1",
            "outcome": "success",
            **slots,
        }
        (self.rows if hostile else self.others).append(given)
        return self

    def query(self, text: str | None, ids: list[str] | None, minute: float = 0, **slots: Any) -> Bench:
        """Add a real-time query event; its list is complete where nothing else is said."""
        given = {"operation": "query", "query": text, "query_cut": False, "record_ids": ids}
        if ids is not None:
            given |= {"delivered_rows": len(ids), "matched_rows": len(ids), "ids_complete": True}
        return self.add(minute, **{**given, **slots})

    def gather(self) -> list[Reading]:
        """Make the tables `event` and `hostile`, and return the requests."""
        store = Engine(self.connection)
        shape = {"event": "VARCHAR", "log": "VARCHAR", **SLOTS, "joined_by": "VARCHAR"}
        for name, rows in (("event", self.rows + self.others), ("hostile", self.rows)):
            columns = ", ".join(f"{quote(slot)} {kind}" for slot, kind in shape.items())
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
            for row in rows:
                names = ", ".join(quote(slot) for slot in row)
                marks = ", ".join("?" for _ in row)
                self.connection.execute(f"INSERT INTO {name} ({names}) VALUES ({marks})", list(row.values()))
        return Gatherer(store, MAP, downloads_covered=self._covers).gather()

    def _covers(self, begin: datetime, end: datetime) -> bool:
        return self.covered and begin < end

    def one(self) -> Reading:
        """Return the only request."""
        (reading,) = self.gather()
        return reading

    def scope(self) -> Judgement:
        """Return the cells and bounds of all rows on the snapshot."""
        return Judgement(self)


class Judgement:
    """Cells and bounds of one bench: contacts 1.. with every value, two cases and a visit of contact 1."""

    def __init__(self, bench: Bench) -> None:
        self.engine = Engine(bench.connection)
        self.readings = bench.gather()
        self._snapshot(bench)
        snapshot: Any = self
        self.datamap = MAP
        keep_replayed(self.engine, snapshot, None, self.readings)
        masks = Masks.of(snapshot)
        found = parts(self.readings, masks)
        keep_parts(self.engine, found)
        keep_records(self.engine, snapshot, self.readings, found)
        self.cells = Cells(self.engine, masks, found, Window(START, START + timedelta(days=2)))
        self.bounds = Bounds(
            self.engine, self.cells, self.readings, Obstacles(unlimited=False, rows=0, missing={})
        )

    def view(self, name: str) -> str:
        """Return the stored table of an object."""
        return quote(f"object_{name}")

    def fields(self, name: str) -> list[tuple[str, str]]:
        """Return the mapped fields of an object."""
        mapped = MAP.object(name)
        return list(mapped.fields.items()) if mapped else []

    def _snapshot(self, bench: Bench) -> None:
        linked = [(case(1), contact(1)), (case(2), contact(2))]
        visits = [("a01000000000001AAA", contact(1))]
        rows: list[tuple[Any, ...]] = []
        for number in range(1, bench.contacts + 1):
            rows.append(
                (
                    "Contact",
                    contact(number),
                    number - 1,
                    bench.created.get(number),
                    bench.changed.get(number),
                    31,
                )
            )
        rows += [("Case", id_, int(owner[3:15]) - 1, None, None, 1) for id_, owner in linked]
        rows += [("Visit__c", id_, 0, None, None, 1) for id_, _ in visits]
        run = bench.connection.execute
        run(
            """CREATE OR REPLACE TEMP TABLE record (record_no BIGINT, object VARCHAR, id VARCHAR,
               person_no BIGINT, created_at TIMESTAMP, changed_at TIMESTAMP, value_mask BIGINT)"""
        )
        for number, row in enumerate(rows):
            run("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", [number, *row])
        run(
            """CREATE OR REPLACE TEMP TABLE person AS
               SELECT DISTINCT person_no, 'p' || person_no AS person,
                      (CASE WHEN person_no > 0 THEN ['AU'] ELSE [] END)::VARCHAR[] AS residence,
                      []::VARCHAR[] AS state FROM record"""
        )
        for name, field_name, links in (("Case", "ContactId", linked), ("Visit__c", "Guest__c", visits)):
            table = pa.table({"Id": [each for each, _ in links], field_name: [owner for _, owner in links]})
            bench.connection.register("links", table)
            run(f"CREATE OR REPLACE TEMP TABLE {quote('object_' + name)} AS SELECT * FROM links")
            bench.connection.unregister("links")

    def shown(self, column: str = "sure_mask") -> dict[str, set[str]]:
        """Return record -> fields of a mask of record_cell, without records that have none."""
        rows = self.engine.rows(
            f"""SELECT object, id, {column} FROM record_cell
                JOIN (SELECT record_no, id FROM record) USING (record_no) WHERE {column} <> 0"""
        )
        return {
            id_: {each for bit, each in enumerate(FIELDS[name]) if mask >> bit & 1}
            for name, id_, mask in rows
        }

    def sure(self) -> dict[str, set[str]]:
        """Return record -> fields that were surely taken."""
        return self.shown()

    def possible(self) -> dict[str, set[str]]:
        """Return record -> fields that were possibly taken, the sure ones included."""
        return self.shown("possible_mask")

    def people(self) -> tuple[int, int]:
        """Return the bound on people with anything taken."""
        bound = self.bounds.people()
        return bound.at_least, bound.at_most


@pytest.fixture(scope="session")
def shared() -> Iterator[Connection]:
    """One engine for the whole session."""
    with engine.memory(threads=1, limit_mb=1000) as opened:
        yield opened


@pytest.fixture
def bench(shared: Connection) -> Callable[..., Bench]:
    """Make an empty bench."""
    return lambda **given: Bench(shared, **given)
