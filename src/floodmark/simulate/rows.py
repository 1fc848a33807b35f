"""A drawn tenant's access events without files: for evaluations that need thousands of months.

    centre ─► tables ─► event log files' columns, events' JSON ─► the sources' own slots ─► rows of `event`

What reads a case's files reads these rows too: a log is recognised and its slots are filled by the
expressions of its source, so that nothing is mapped a second time. Left out is what only files have:
copies, damage, and columns to which no source refers.

A hostile plan is carried out beside the tenant's tables, in a schema of its own that sees them, so that
the ordinary rows are made once for any number of plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from floodmark import engine, sources
from floodmark.engine import Connection, literal, quote
from floodmark.ledger.source import SLOTS, Sample, Source
from floodmark.simulate import carrying, centre
from floodmark.simulate.centre import Centre, Planner
from floodmark.simulate.plan import Aura, Bulk, Call, Count, Fetch, Plan, Query, Report, Tenant, View
from floodmark.simulate.tenant import run

_HERE = Path(__file__).parent
_MEMORY_MB = 4_000
# Relation -> how its log arrives. The engine's own order of the names is the order of the rows.
_EVENT_LOG_FILES = (
    "API", "ApiTotalUsage", "AuraRequest", "BulkApi2", "LightningPageView", "Login", "Logout", "Report",
    "ReportExport", "RestApi", "URI",
)  # fmt: skip
_REALTIME = ("rt_api", "rt_bulk", "rt_list", "rt_login", "rt_report", "rt_uri")
_QUERIED = ("login_history", "setup_trail")
_JSON = frozenset(_REALTIME) - {"rt_bulk"} | {"okta"}
# One record each of the logs whose form is told by a value.
_OF_ACT: Mapping[type, frozenset[str]] = {
    Call: frozenset({"API", "RestApi", "ApiTotalUsage"}),
    Count: frozenset({"API", "RestApi", "ApiTotalUsage", "rt_api"}),
    Query: frozenset({"API", "RestApi", "ApiTotalUsage", "rt_api"}),
    Bulk: frozenset({"RestApi", "ApiTotalUsage", "BulkApi2", "rt_bulk"}),
    Fetch: frozenset({"RestApi", "ApiTotalUsage"}),
    View: frozenset({"LightningPageView", "rt_uri"}),
    Report: frozenset({"Report", "ReportExport", "rt_report"}),
    Aura: frozenset({"AuraRequest"}),
}
_OF_LOGIN = frozenset({"Login", "Logout", "rt_login", "login_history"})
# How long after the act a row can be read. Event log files come hourly, a few rows in a later increment.
_HOUR_OF = "epoch_us(date_trunc('hour', done_at)) // 3600000000"
_ARRIVES = {
    "file": f"""date_trunc('hour', done_at) + INTERVAL 1 HOUR
        + to_seconds(7200 + draw('file ' || {{log}}, {_HOUR_OF}, 14400)
                     + CASE WHEN u('late ' || {{log}}, n) < 0.02
                            THEN 21600 + draw('later ' || {{log}}, {_HOUR_OF}, 64800) ELSE 0 END)""",
    "stream": "done_at + to_seconds(60 + draw('stream ' || {log}, n, 840))",
    "okta": "done_at + to_seconds(60 + draw('stream ' || {log}, n, 240))",
}
_EMPTY = ("sessions", "views", "listings", "runs")


@dataclass(frozen=True)
class _Log:
    """One relation of the tenant, the log that it holds, and the statement that fills its slots."""

    relation: str
    name: str
    source: Source
    columns: tuple[str, ...]


class World:
    """One drawn tenant, held open on a connection of its own: close it, or use it in a `with`."""

    def __init__(self, drawn: Centre, honest: Planner | None) -> None:
        """Draw the tenant and its ordinary weeks, changed by what `honest` plans for them."""
        self.centre = drawn
        self._stack = ExitStack()
        self._connection = self._stack.enter_context(engine.memory(threads=1, limit_mb=_MEMORY_MB))
        self.tenant: Tenant = centre.build(self._connection, drawn)
        self.honest = honest(self.tenant) if honest else Plan()
        """The plan of the honest changes."""
        centre.work(self._connection, self.honest, Plan())
        _relations(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; tables that were returned stay."""
        self._stack.close()

    def events(self) -> pa.Table:
        """Return the rows of the ordinary weeks, by time and event.

        The columns are those of the ledger's view `event` that detection uses (event, item, row, log, and
        the slots), with `arrives_at` (when the row could be read first) and `hostile`.
        """
        return _filled(self._connection, self._logs(), "tenant")

    def added(self, plan: Plan) -> pa.Table:
        """Return the rows that a hostile plan adds to the ordinary weeks, in the same columns and order.

        Equal plans give equal rows; `lost` and `added` of other plans do not change them.
        """
        wanted = _touched(plan)
        with _Beside(self._connection, plan):
            _relations(self._connection, views=True)
            return _filled(
                self._connection, [name for name in self._logs() if name in wanted], "plan", quickly=True
            )

    def lost(self, plan: Plan) -> pa.Table:
        """Return per person each time something of theirs was handed out by the plan's hostile logins.

        The columns are `done_at` (TIMESTAMP) and `person` (BIGINT, as the answer key counts persons), by time
        and person. It is counted from the simulator's own books, so that requests which no log
        shows count too.
        """
        with _Beside(self._connection, plan):
            return self._connection.sql(engine.statement(_HERE / "lost.sql")).to_arrow_table()

    def _logs(self) -> list[str]:
        """Return the relations of the logs that this tenant has."""
        realtime = _REALTIME if self.centre.realtime else ()
        return [*_EVENT_LOG_FILES, *realtime, *_QUERIED, *(("okta",) if self.centre.okta else ())]


def build(seed: int, *, weeks: int = 6, customers: int = 3_000, honest: Planner | None = None) -> World:
    """Return the world of a seed.

    Args:
        seed: decides the tenant and its ordinary weeks.
        weeks: how many weeks, ending at `ENDS_AT`.
        customers: people by distinct e-mail address.
        honest: returns the honest but odd work of these weeks; None adds none.
    """
    return World(centre.draw(seed, weeks=weeks, customers=customers), honest)


class _Beside:
    """A schema of its own in which a plan was carried out, while it is open."""

    def __init__(self, connection: Connection, plan: Plan) -> None:
        self.connection = connection
        self.plan = plan

    def __enter__(self) -> None:
        connection, place = self.connection, carrying.Place(hostile=True)
        connection.execute("CREATE SCHEMA beside")
        connection.execute("SET search_path = 'beside,main'")
        for name in _EMPTY:
            connection.execute(f"CREATE TABLE beside.{name} AS FROM main.{name} LIMIT 0")
        run(connection, "books.sql")
        connection.execute("SET VARIABLE first_change = 5000000")
        carrying.log_in(connection, self.plan, place)
        carrying.carry(connection, self.plan, place, carrying.sessions_of(connection, place))
        run(connection, "pages.sql")
        run(connection, "who.sql")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.execute("SET search_path = 'main'")
        self.connection.execute("SET VARIABLE first_change = 0")
        self.connection.execute("DROP SCHEMA beside CASCADE")


def _touched(plan: Plan) -> frozenset[str]:
    """Return the relations in which a plan can have rows."""
    found = frozenset[str]()
    for kind in {type(each) for each in plan.acts}:
        found |= _OF_ACT[kind]
    soap = {login for login, each in enumerate(plan.logins) if each.door == "soap"}
    families = {each.family for each in plan.acts if isinstance(each, Call | Count | Query)}
    if "SOAP" not in families and not soap:
        found -= {"API"}
    if "REST" not in families and not any(isinstance(each, Bulk | Fetch) for each in plan.acts):
        found -= {"RestApi"}
    if any(not each.token and each.door != "guest" for each in plan.logins):
        found |= _OF_LOGIN
    return found | {"okta", *(("setup_trail",) if plan.setup else ())}


def _relations(connection: Connection, *, views: bool = True) -> None:
    """Make a relation per log; views draw only the columns that are asked for."""
    for name in ("elf.sql", "realtime.sql"):
        text = engine.statement(_HERE / name)
        connection.execute(text.replace("CREATE TABLE", "CREATE VIEW") if views else text)


def _filled(
    connection: Connection, relations: Sequence[str], item: str, *, quickly: bool = False
) -> pa.Table:
    """Return the rows of some logs, by time and event; `quickly`: few rows, planning is the dear part."""
    tables: list[pa.Table] = []
    try:
        for log in (log for name in relations if (log := _log(connection, name))):
            # The ids of a report's rows are a list that is dearer to make than to plan away.
            plain = quickly and log.relation != "rt_report"
            connection.execute(f"PRAGMA {'disable' if plain else 'enable'}_optimizer")
            tables.append(connection.sql(_statement(log, item)).to_arrow_table())
    finally:
        connection.execute("PRAGMA enable_optimizer")
    found = [each for each in tables if each.num_rows] or tables[:1]
    return pa.concat_tables(found).sort_by([("at", "ascending"), ("event", "ascending")])


_known: dict[str, _Log] = {}


def _log(connection: Connection, relation: str) -> _Log | None:
    """Return the log in a relation, recognised as a file's log is; None where no row tells it."""
    if relation not in _known:
        columns = _columns(connection, relation)
        claim = sources.recognise(Sample(columns, _first(relation))) if columns else None
        if claim is None:
            return None
        source, name = claim
        _known[relation] = _Log(relation, name, source, columns)
    return _known[relation]


def _columns(connection: Connection, relation: str) -> tuple[str, ...]:
    if relation in _JSON:
        sql = f"SELECT json_keys(j) FROM {relation} LIMIT 1"  # noqa: S608 - a name of ours
        return tuple(name for (found,) in engine.rows(connection, sql) for name in found)
    described = engine.rows(connection, f"DESCRIBE {quote(relation)}")
    return tuple(name for name, *_ in described if name not in {"done_at", "n", "hostile"})


def _first(relation: str) -> dict[str, str]:
    """Return what tells a log by value: the event type of a file's first row."""
    return {"EVENT_TYPE": relation} if relation in _EVENT_LOG_FILES else {}


@cache
def _statement(log: _Log, item: str) -> str:
    """Return the statement that fills the slots of a log by its source's expressions."""
    wanted = sorted(log.source.columns(log.name))
    held = {name.casefold(): name for name in log.columns}
    given = "".join(f", {_value(log, held.get(name.casefold()))} AS {quote(name)}" for name in wanted)
    inner = f"""(SELECT n AS _n, done_at AS _at, hostile AS _hostile{given}, NULL::VARCHAR AS "_zone"
                 FROM {_opened(log)})"""  # noqa: S608 - names of the source and of this module
    for name, expression in log.source.prepared(log.name).items():
        inner = f"(SELECT *, ({expression}) AS {quote(name)} FROM {inner})"  # noqa: S608 - expressions of the sources
    slots = log.source.slots(log.name)
    filled = ", ".join(
        f"({slots.get(slot, 'NULL')})::{kind} AS {quote(slot)}" for slot, kind in SLOTS.items()
    )
    names = ", ".join(quote(slot) for slot in SLOTS)
    arrives = _ARRIVES[_way(log.relation)].format(log=literal(log.name))
    told, own = literal(log.name), f"{literal(item)} || ' ' || n"
    return f"""
        SELECT substr(sha256({told} || chr(0) || coalesce('id ' || "uid", {own})), 1, 32) AS event,
               {literal(item)} AS item, n AS row, {told} AS log, {names}, {arrives} AS arrives_at, hostile
        FROM (SELECT _n::BIGINT AS n, _at AS done_at, _hostile AS hostile, {filled},
                     ({log.source.reason(log.name)}) AS reason FROM {inner})
        WHERE reason IS NULL AND done_at >= getvariable('starts_at')::TIMESTAMP
              AND done_at < getvariable('ends_at')::TIMESTAMP"""  # noqa: S608 - the same


def _value(log: _Log, column: str | None) -> str:
    if column is None:
        return "NULL::VARCHAR"
    if log.relation in _JSON:
        return f"nullif(list[{sorted(log.columns).index(column) + 1}], '')"
    return f"nullif({quote(column)}, '')"


def _opened(log: _Log) -> str:
    """Return the relation with the values of its records."""
    if log.relation not in _JSON:
        return quote(log.relation)
    pointers = ", ".join(literal("/" + name) for name in sorted(log.columns))
    return f"(SELECT n, done_at, hostile, json_extract_string(j, [{pointers}]) AS list FROM {log.relation})"  # noqa: S608


def _way(relation: str) -> str:
    if relation in _EVENT_LOG_FILES:
        return "file"
    return "okta" if relation == "okta" else "stream"
