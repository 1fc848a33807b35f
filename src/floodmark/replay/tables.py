"""The customer tables where replay runs: only the columns that queries need, each in its type.

A table `o_<number>` holds one row per stored row of an object, in the stored order: `n` (its place, from
0), `id`, `created`, `changed`, `late` (created or changed after the first moment that a request asks
for), and typed columns `c<number>`, each with a flag `b<number>` where some value cannot be read so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from floodmark.engine import literal, quote
from floodmark.replay.relations import Relations
from floodmark.snapshot import Snapshot
from floodmark.snapshot.datamap import History, MappedObject

RECOGNISED = ("date", "datetime", "number", "boolean")
"""Types that a column without a stated one may turn out to have, in the order of trial."""


class Runner(Protocol):
    """Something that runs statements: the worker, or an engine of the test."""

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        ...


class CannotReplay(Exception):  # noqa: N818 - it is a result, and reads as one
    """A query cannot be replayed; the message says why: lower case, no full stop."""


@dataclass(frozen=True)
class Column:
    """A typed column: its name in the table, and the flag for values that cannot be read, if any."""

    name: str
    flag: str | None


@dataclass
class Table:
    """One object as replay has it."""

    number: int
    mapped: MappedObject
    file: str
    """Expression that reads its stored rows."""
    columns: dict[str, str]
    """Case-folded name -> name in the file."""
    links: frozenset[str]
    """Fields that hold record ids, case-folded."""
    typed: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """(column of the file, type) -> number."""
    clean: set[int] = field(default_factory=set[int])
    """Typed columns in which every value can be read."""
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    tracked: frozenset[str] | None = None
    """Columns whose changes a history records, case-folded; None: not asked yet."""
    seen_by: dict[str, int] = field(default_factory=dict[str, int])
    """Account whose visible records are listed -> number of its flag `v<number>`."""

    @property
    def name(self) -> str:
        """The table's name where replay runs."""
        return f"o_{self.number}"

    def holds_ids(self, column: str) -> bool:
        """Say whether a column holds record ids."""
        low = column.casefold()
        return low in self.links or low == self.mapped.id.casefold() or column.endswith("Id")

    def stated(self, column: str) -> str | None:
        """Return the type that the data map states of a column."""
        types = {name.casefold(): kind for name, kind in self.mapped.types.items()}
        return types.get(column.casefold())

    def fixed(self, column: str) -> bool:
        """Say whether the values of a column cannot change."""
        low = column.casefold()
        own = {each.casefold() for each in (self.mapped.id, self.mapped.created) if each}
        return low in own | {"id", "createddate", "createdbyid"}


class Tables:
    """All tables that the queries of one replay need."""

    def __init__(self, snapshot: Snapshot, runner: Runner) -> None:
        self.snapshot = snapshot
        self.runner = runner
        self.relations = Relations(snapshot.datamap)
        self.found: dict[str, Table] = {}
        self.accounts: frozenset[str] | None = None

    def table(self, name: str) -> Table | None:
        """Return an object of the snapshot by its name in a query."""
        mapped = self.relations.object(name)
        if mapped is None or mapped.name not in self.snapshot.files:
            return None
        if mapped.name not in self.found:
            rows = self.snapshot.engine.rows(
                f"SELECT column_name FROM (DESCRIBE SELECT * FROM {self.snapshot.view(mapped.name)})"  # noqa: S608 - a quoted name
            )
            self.found[mapped.name] = Table(
                number=len(self.found),
                mapped=mapped,
                file=self.file(mapped.name),
                columns={column.casefold(): column for (column,) in rows},
                links=frozenset(self.relations.fields(mapped.name)),
            )
        return self.found[mapped.name]

    def file(self, name: str) -> str:
        """Return the expression that reads the stored rows of an object."""
        return f"read_parquet({literal(str(self.snapshot.files[name].resolve()))}, file_row_number = true)"

    def column(self, table: Table, column: str, kind: str) -> Column:
        """Return a column in a type; it is there after the next `load`."""
        number = table.typed.setdefault((column, kind), len(table.typed))
        return Column(f"c{number}", None if number in table.clean or kind in _ANY else f"b{number}")

    def kind(self, table: Table, column: str) -> str:
        """Return the type of a column: stated, or what all its values can be read as."""
        stated = table.stated(column)
        if stated:
            return stated
        if table.holds_ids(column):
            return "id"
        if column not in table.kinds:
            counts = ", ".join(f"count(*) FILTER (({typed(column, kind)}) IS NULL)" for kind in RECOGNISED)
            ((filled, *wrong),) = self.runner.run(
                f"SELECT count(*), {counts} FROM {table.file} WHERE has_value({quote(column)})"  # noqa: S608 - quoted names
            )
            fits = [kind for kind, count in zip(RECOGNISED, wrong, strict=True) if not count]
            table.kinds[column] = fits[0] if fits and filled else "text"
        return table.kinds[column]

    def flag_seen(self, table: Table, account: str) -> str | None:
        """Return the flag of the records that an account could see; None where no table lists them."""
        if account not in self.listed_accounts():
            return None
        return f"v{table.seen_by.setdefault(account, len(table.seen_by))}"

    def seen_by_all(self, table: Table, account: str) -> bool:
        """Say whether it is stated which records of an object an account saw: all, or those of a table."""
        return self.snapshot.datamap.users.of(account).sees_all or bool(self.flag_seen(table, account))

    def listed_accounts(self) -> frozenset[str]:
        """Return the accounts whose visible records a table lists."""
        access = self.snapshot.datamap.visible_records
        if access and self.accounts is None:
            rows = self.runner.run(
                f"SELECT DISTINCT identity(stripped({quote(access.user)})) AS a"  # noqa: S608 - quoted names
                f" FROM {self.file(access.table)}"
                f" WHERE has_value({quote(access.user)}) ORDER BY a"
            )
            self.accounts = frozenset(account for (account,) in rows)
        return self.accounts or frozenset()

    def history(self, table: Table, column: str) -> History | None:
        """Return the history of an object if it records a column."""
        history = table.mapped.history
        if history is None:
            return None
        if table.tracked is None:
            table.tracked = self.snapshot.tracked(table.mapped.name)
        return history if column.casefold() in table.tracked else None

    def changes(self, history: History, column: str, since: datetime, until: datetime) -> str:
        """Return a statement: id, the value before the first change after `since`, and `moved`.

        `moved`: it changed before `until` or twice at one time, so that another value could be meant.
        """
        at = f"moment(stripped({quote(history.at)}))"
        return (
            f"SELECT id, arg_min(old, at_) AS old,"  # noqa: S608 - quoted names, literals of our own
            f" min(at_) <= {moment(until)} OR coalesce(min(at_, 2)[1] = min(at_, 2)[2], false) AS moved"
            f" FROM (SELECT identity(stripped({quote(history.record)})) AS id, {at} AS at_,"
            f" coalesce({quote(history.old)}, '') AS old FROM {self.file(history.table)}"
            f" WHERE lower(stripped({quote(history.field)})) = {literal(column.lower())})"
            f" WHERE at_ >= {second(since)} GROUP BY id"
        )

    def load(self, first: datetime) -> list[str]:
        """Return the statements that make the tables; `first`: the earliest moment of a request."""
        return [statement for table in self.found.values() for statement in self._load(table, first)]

    def _load(self, table: Table, first: datetime) -> list[str]:
        mapped = table.mapped
        created, changed = _time(mapped.created), _time(mapped.changed)
        late = " OR ".join(f"coalesce({time} >= {second(first)}, false)" for time in (created, changed))
        columns = [
            f"{quote(mapped.id)} AS id",
            f"{created} AS created",
            f"{changed} AS changed",
            f"({late}) AS late",
        ]
        for (column, kind), number in table.typed.items():
            columns.append(f"{typed(column, kind)} AS c{number}")
            if kind not in _ANY and number not in table.clean:
                columns.append(
                    f"(has_value({quote(column)}) AND ({typed(column, kind)}) IS NULL) AS b{number}"
                )
        columns += [self._seen(table, account, number) for account, number in table.seen_by.items()]
        listed_columns = ", ".join(columns)
        making = f"CREATE OR REPLACE TEMP TABLE {table.name} AS SELECT file_row_number AS n, {listed_columns}"
        return [f"{making} FROM {table.file}"]

    def _seen(self, table: Table, account: str, number: int) -> str:
        access = self.snapshot.datamap.visible_records
        if not access:
            return f"true AS v{number}"
        return (
            f"{quote(table.mapped.id)} IN (SELECT identity(stripped({quote(access.what)}))"  # noqa: S608 - quoted names
            f" FROM {self.file(access.table)}"
            f" WHERE identity(stripped({quote(access.user)})) = {literal(account)}"
            f" AND has_value({quote(access.what)})) AS v{number}"
        )

    def check(self) -> None:
        """Note the columns in which every value can be read; the tables are loaded."""
        for table in self.found.values():
            open_ = [number for (_, kind), number in table.typed.items() if kind not in _ANY]
            open_ = [number for number in open_ if number not in table.clean]
            if open_:
                counts = ", ".join(f"count(*) FILTER (b{number})" for number in open_)
                (found,) = self.runner.run(f"SELECT {counts} FROM {table.name}")  # noqa: S608 - our own names
                table.clean |= {number for number, count in zip(open_, found, strict=True) if not count}


_ANY = frozenset({"text", "case_sensitive", "id", "multipicklist"})
"""Types in which any value can be read."""


def _time(column: str | None) -> str:
    return f"moment(stripped({quote(column)}))" if column else "NULL::TIMESTAMP"


def second(at: datetime) -> str:
    """Return the second of a time as a literal: stamps of the platform have no fractions."""
    return moment(at.replace(microsecond=0))


def moment(at: datetime) -> str:
    """Return a time, UTC without zone, as a literal."""
    return f"TIMESTAMP {literal(at.isoformat(sep=' '))}"


def typed(column: str, kind: str) -> str:
    """Return the expression that reads a column of a file in a type; null where it has no value."""
    return typed_value(quote(column), kind)


def typed_value(value: str, kind: str) -> str:
    """Return the expression that reads a text in a type; null where it has no value or cannot be read so."""
    trimmed = f"stripped({value})"
    return {
        "text": f"CASE WHEN has_value({value}) THEN lower({value}) END",
        "case_sensitive": f"CASE WHEN has_value({value}) THEN {value} END",
        "id": f"identity({trimmed})",
        "number": f"try_cast({trimmed} AS DECIMAL(38, 10))",
        "boolean": f"CASE lower({trimmed}) WHEN 'true' THEN true WHEN '1' THEN true"
        " WHEN 'false' THEN false WHEN '0' THEN false END",
        "date": f"CASE WHEN regexp_full_match({trimmed}, '\\d{{4}}-\\d{{2}}-\\d{{2}}(T00:00:00(\\.0+)?Z?)?')"
        f" THEN try_cast(substr({trimmed}, 1, 10) AS DATE) END",
        "datetime": f"moment({trimmed})",
        "multipicklist": f"CASE WHEN has_value({value}) THEN list_sort(list_distinct(list_filter("
        f"list_transform(string_split({value}, ';'), lambda each: lower(trim(each))),"
        " lambda each: each <> ''))) END",
    }[kind]


def listed(values: Sequence[str]) -> str:
    """Return a list of texts as a literal."""
    return "[" + ", ".join(literal(value) for value in values) + "]::VARCHAR[]"
