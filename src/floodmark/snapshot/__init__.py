"""Customer tables as they were at a stated time: taken in once, then told apart into people.

tables (CSV, Parquet) ─► take() ─► folder/<Object>.parquet ─► Snapshot.open() ─► record, person
datamap.yaml ─► datamap.load() ─────────┴──────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from floodmark.engine import Connection, Engine, literal, quote
from floodmark.errors import UsageError
from floodmark.snapshot import countries, linkage, people, ties
from floodmark.snapshot.datamap import POSITION, Datamap, Users
from floodmark.snapshot.tables import Table, define, statement, take
from floodmark.text import visible

__all__ = ["Snapshot", "Table", "take"]

_SHOWN_UNKNOWN = 20
_STATE_TABLES = ("folded_state", "state_name")
NO_MAP = Datamap(
    objects=(), relations={}, child_names={}, not_held=(), users=Users(), categories=(), labels={}, text=""
)
"""The map of a case whose customer tables were not taken in yet."""


@dataclass(frozen=True)
class Snapshot:
    """The customer tables of a case, ready to be asked.

    Its engine holds, beside one view per object (`view`), two tables:

    - `record`: record_no BIGINT (from 0, dense, by object and id), object, id, person_no BIGINT,
      created_at and changed_at TIMESTAMP in UTC or null, value_mask BIGINT (bit i set when the i-th
      mapped field of the object, in sorted order, holds a value);
    - `person`: person_no BIGINT (from 0, dense, by person), person (the smallest record id of the
      person), residence VARCHAR[] (sorted ISO alpha-2 codes, empty when none is known), keyed BOOLEAN
      (some record of the person has a usable key, or for linkage a value to compare), state VARCHAR[]
      (sorted texts such as `AU / New South Wales`: the country code of the record, `?` where none is
      known, and the state as it is written; what differs only in case or spacing is one, in its smallest
      spelling; empty when none).

    Only objects with a `person` in the map have records here.
    """

    engine: Engine
    datamap: Datamap
    at: datetime
    """The time at which the tables were as they are."""
    people: int
    records: dict[str, int]
    """Object to its number of records, sorted."""
    keyed_records: int
    """Records whose person is known by a key or, for linkage, that have a value to compare; and those that
    belong to another record."""
    unkeyed_records: int
    """Records that nothing ties to a person: no usable key, or a `via` that leads nowhere."""
    unknown_residence: tuple[str, ...]
    """The most frequent residence values that name no country, at most 20, made visible, sorted."""
    unknown_residence_records: int
    """Records with a residence value that names no country."""
    alternative: tuple[str, int] | None = None
    """Where people were told apart by linkage: an exact key in words, and how many people it would make."""
    doubtful: int = 0
    """Pairs of records that linkage finds probable (0.5), but not enough (0.95), and that are two people."""
    stored: tuple[people.Stored, ...] = ()
    """The stored objects whose records belong to people, in the order of their numbers."""
    folder: Path | None = None
    """Where the tables are stored; None where none were taken in."""

    @classmethod
    def open(cls, connection: Connection, folder: Path, datamap: Datamap, at: datetime) -> Snapshot:
        """Return the snapshot stored in `folder` by `take`, with its tables derived.

        Args:
            connection: an engine connection; the tables are temporary in it.
            folder: holds `<Object>.parquet` for every object of the map.
            datamap: the map with which the tables were taken in.
            at: the stated time of the tables, with an offset.

        Raises:
            UsageError: the table of an object is not in the folder.
        """
        if at.tzinfo is None:
            raise ValueError("the time of a snapshot needs an offset")
        store = Engine(connection)
        define(connection)
        stored = _register(store, folder, datamap)
        store.keep("entry", "\nUNION ALL\n".join(map(_entry, stored)))
        codes = "SELECT country AS text FROM entry WHERE country IS NOT NULL"
        people.translated(store, "country", codes, countries.code)
        people.translated(store, "folded_state", statement("state_text"), _folded_state)
        store.keep("state_name", statement("state_name"))
        alternative = None
        if any(each.mapped.linkage for each in stored):
            alternative = linkage.link(store, stored)
        else:
            people.tie(store, stored)
        people.tell_apart(store, stored)
        found = _derive(cls, store, stored, datamap=datamap, at=at, alternative=alternative)
        return replace(found, folder=folder)

    @classmethod
    def none(cls, connection: Connection) -> Snapshot:
        """Return a snapshot without tables: nobody is on file, so nothing can be said of people."""
        store = Engine(connection)
        store.keep("record", statement("record_of_none"))
        store.keep("person", statement("person_of_none"))
        return cls(
            engine=store,
            datamap=NO_MAP,
            at=datetime(1970, 1, 1, tzinfo=UTC),
            people=0,
            records={},
            keyed_records=0,
            unkeyed_records=0,
            unknown_residence=(),
            unknown_residence_records=0,
        )

    @property
    def unit(self) -> str:
        """What one person is, in words: `distinct email or (phone and date_of_birth)`."""
        if any(each.linkage for each in self.datamap.objects):
            return "person by probabilistic linkage"
        found = people.kinds(self.datamap.objects)
        if not found:
            return "record"
        return "distinct " + " or ".join(_meaning(kind, alone=len(found) == 1) for kind in found)

    def links(self) -> str:
        """Derive by what each record is tied to its person, and return the name of the table.

        The table has record_no, other_no, reason; one row per record of every person with more than one,
        sorted by record_no. Reasons: `same email`, `same phone and date_of_birth`, `belongs to (ContactId)`,
        `has Case (ContactId)`, `linked, probability 0.97`. It is derived anew each time.
        """
        ties.derive(self.engine, self.stored)
        return "person_link"

    def write_links(self, file: Path) -> None:
        """Write `links` as Parquet: person, object, record_id, other_object, other_id, reason; sorted."""
        self.links()
        self.engine.connection.execute(statement("stored_link").format(path=literal(str(file))))

    def write_doubtful(self, file: Path) -> None:
        """Write the doubtful pairs as Parquet: object, record_id, other_object, other_id, probability.

        Raises:
            ValueError: people were not told apart by linkage, so no pair is doubtful.
        """
        if self.alternative is None:
            raise ValueError("without linkage no pair is doubtful")
        self.engine.connection.execute(statement("stored_doubtful").format(path=literal(str(file))))

    @property
    def files(self) -> dict[str, Path]:
        """Object to the file of its rows, sorted by id; empty where no tables were taken in."""
        if self.folder is None:
            return {}
        return {each.name: self.folder / f"{each.name}.parquet" for each in self.datamap.objects}

    def view(self, name: str) -> str:
        """Return the quoted name of the view over all columns of an object, sorted by its id."""
        return quote(f"object_{name}")

    def tracked(self, name: str) -> frozenset[str]:
        """Return the columns whose changes the history of an object records, case-folded.

        Those that the map states; else those that occur in the history.
        """
        mapped = self.datamap.object(name)
        history = mapped.history if mapped else None
        if history is None:
            return frozenset()
        names = history.tracks or [
            found
            for (found,) in self.engine.rows(
                f"SELECT DISTINCT {quote(history.field)} FROM {self.view(history.table)}"  # noqa: S608 - quoted names
                f" WHERE {quote(history.field)} IS NOT NULL"
            )
        ]
        return frozenset(found.strip().casefold() for found in names if found.strip())

    def fields(self, name: str) -> list[tuple[str, str]]:
        """Return the mapped fields of an object with their categories, in the order of the mask's bits."""
        mapped = self.datamap.object(name)
        return list(mapped.fields.items()) if mapped else []


def _meaning(kind: Sequence[str], *, alone: bool) -> str:
    """Return one key in words."""
    joined = " and ".join(kind)
    return joined if alone or len(kind) == 1 else f"({joined})"


def _register(store: Engine, folder: Path, datamap: Datamap) -> list[people.Stored]:
    """Make a view of every object, and return those whose records belong to people."""
    stored: list[people.Stored] = []
    offset = 0
    for mapped in datamap.objects:
        file = folder / f"{mapped.name}.parquet"
        if not file.is_file():
            raise UsageError(f"the snapshot has no table {file.name}", hint="take the snapshot again")
        path = literal(str(file))
        reading = (
            statement("positioned").format(id=quote(POSITION), path=path)
            if mapped.id == POSITION
            else statement("parquet").format(columns="*", path=path)
        )
        store.connection.execute(f"CREATE OR REPLACE TEMP VIEW {quote('object_' + mapped.name)} AS {reading}")
        if mapped.bears_people:
            stored.append(people.Stored(mapped, path, offset))
            counting = statement("parquet").format(columns="count(*)", path=path)
            offset += store.row(counting)[0]
    return stored


def _entry(stored: people.Stored) -> str:
    """Return the statement that gives the records of one object."""
    mapped = stored.mapped
    bits = (
        f"CASE WHEN has_value({quote(name)}) THEN {1 << i} ELSE 0 END" for i, name in enumerate(mapped.fields)
    )
    return statement("entry").format(
        offset=stored.offset,
        object=literal(mapped.name),
        id=quote(mapped.id),
        created=_moment(mapped.created),
        changed=_moment(mapped.changed),
        mask=" + ".join(bits) or "0",
        country=_first(mapped.residence),
        state=_first(mapped.states),
        via=quote(mapped.via) if mapped.via else "NULL::VARCHAR",
        path=stored.path,
    )


def _first(columns: Sequence[str]) -> str:
    """Return the expression for the first column that holds a value, trimmed; null without columns."""
    found = (f"WHEN has_value({quote(name)}) THEN stripped({quote(name)})" for name in columns)
    return f"CASE {' '.join(found)} END" if columns else "NULL::VARCHAR"


def _folded_state(value: str) -> str:
    """Return a state as it is compared: without case, and any run of white space one blank."""
    return " ".join(people.compared(value).split())


def _moment(column: str | None) -> str:
    """Return the expression for a time, null where the map names none."""
    return f"moment(stripped({quote(column)}))" if column else "NULL::TIMESTAMP"


def _derive(
    cls: type[Snapshot],
    store: Engine,
    stored: Sequence[people.Stored],
    *,
    datamap: Datamap,
    at: datetime,
    alternative: tuple[str, int] | None,
) -> Snapshot:
    """Derive the two tables from the records and their owners, and count them."""
    store.keep("person_all", statement("person_all"))
    store.keep("record", statement("record"))
    people_count = store.keep("person", statement("person"))
    keyed, unkeyed = store.row("SELECT count(*) FILTER (tied), count(*) FILTER (NOT tied) FROM owner")
    untied = [literal(each.mapped.name) for each in stored if each.mapped.via]
    if alternative and untied:
        (lost,) = store.row(statement("untied").format(objects=", ".join(untied)))
        alternative = (alternative[0], alternative[1] + lost)
    counted = dict(store.rows("SELECT object, count(*) FROM record GROUP BY object"))
    unknown = store.rows(statement("unknown_residence"))
    for name in (
        "entry",
        "owner",
        "root",
        "record_key",
        "person_all",
        "folded_text",
        "country",
        *_STATE_TABLES,
    ):
        store.connection.execute(f"DROP TABLE {name}")
    return cls(
        engine=store,
        datamap=datamap,
        at=at,
        people=people_count,
        records={each.mapped.name: counted.get(each.mapped.name, 0) for each in stored},
        keyed_records=keyed,
        unkeyed_records=unkeyed,
        unknown_residence=tuple(sorted(visible(value, limit=60) for value, _ in unknown[:_SHOWN_UNKNOWN])),
        unknown_residence_records=sum(count for _, count in unknown),
        alternative=alternative,
        doubtful=store.row(statement("doubtful"))[0] if alternative else 0,
        stored=tuple(stored),
    )
