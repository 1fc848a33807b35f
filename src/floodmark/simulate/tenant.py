"""The tenant: its settings, its people and records, and a few weeks of ordinary work.

Bulk rows are drawn by the statements in the `.sql` files beside this module; here is only the order
in which they run, and the handful of tool-made reads that are planned one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from floodmark import engine
from floodmark.engine import Connection

STARTS_AT = datetime(2025, 6, 10)  # noqa: DTZ001 - the engine's timestamps are plain UTC
ENDS_AT = datetime(2025, 7, 1)  # noqa: DTZ001
SNAPSHOT_AT = "2025-07-01T00:00:00Z"
PAGE_ROWS = 2_000
_PAGE_PAUSE_MS = 2_400
# How many log rows one agent leaves in the month; and one page more in each shift, one call more a day.
# With so few agents at most, no number of a call of theirs meets the numbers of the reads planned one by one.
_ROWS_OF_AN_AGENT = 8_000
_MOST_AGENTS = 2_400
_ROWS_OF_A_VIEW = 33
_ROWS_OF_A_LOOKUP = 50
_EVER = datetime(1990, 1, 1)  # noqa: DTZ001
_LOADER_ROWS = 40_000
_RECENT_ROWS = 200_000

_TABLES = {"Contact": "contacts", "Case": "cases", "Account": "accounts"}

# Which records a query over a range of creation times hands out, in the order of their ids.
_MATCHED = """
    INSERT INTO read_rows SELECT $read, row_number() OVER (ORDER BY n) - 1, n, "Id" FROM query_table($table)
    WHERE created_at >= $from_at AND created_at < $to_at AND created_at < $at ORDER BY n LIMIT $top"""
_NEWEST_FIRST = """
    INSERT INTO read_rows SELECT $read, row_number() OVER (ORDER BY created_at DESC, n) - 1, n, "Id"
    FROM contacts WHERE created_at < $at ORDER BY created_at DESC, n LIMIT $top"""


@dataclass(frozen=True)
class Read:
    """One query of a tool, with all its pages."""

    at: datetime
    session: int
    object: str
    query: str
    fields: tuple[str, ...]
    from_at: datetime = _EVER
    to_at: datetime = ENDS_AT
    family: str = "SOAP"
    top: int = 1_000_000_000
    again_page: int | None = None
    hostile: bool = False


@dataclass(frozen=True)
class Job:
    """One bulk 2.0 query job over the contacts of a range of creation times."""

    at: datetime
    session: int
    query: str
    fields: tuple[str, ...]
    from_at: datetime
    to_at: datetime
    page_rows: int = 10_000
    removed: bool = False
    hostile: bool = False


@dataclass(frozen=True)
class Call:
    """One API call that hands out no customer record."""

    at: datetime
    session: int
    family: str
    method: str
    resource: str
    entity: str | None = None


@dataclass(frozen=True)
class Get:
    """One contact fetched by its id; `record` is its number."""

    at: datetime
    session: int
    record: int


@dataclass
class Attack:
    """What the intruder does. An empty one is no intruder."""

    actor: str = ""
    client: str = ""
    sessions: list[int] = field(default_factory=list[int])
    calls: list[Call] = field(default_factory=list[Call])
    reads: list[Read] = field(default_factory=list[Read])
    jobs: list[Job] = field(default_factory=list[Job])
    gets: list[Get] = field(default_factory=list[Get])


def run(connection: Connection, name: str) -> None:
    """Run the statements of the file `name` beside this module, in order."""
    connection.execute(engine.statement(Path(__file__).with_name(name)))


def soql_time(at: datetime) -> str:
    """Return `at` as a date-time of a query."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def build(connection: Connection, *, qantas: bool, customers: int, events: int | None, seed: int) -> None:
    """Create the tables of the tenant's accounts, customers and logins.

    `events` is about how many log rows the tenant's own people leave in the month; None follows `customers`.
    """
    settings = {
        "seed": seed,
        "customers": customers,
        "accounts": max(customers // 10, 5),
        **(_usual(customers) if events is None else _busy(events)),
        "starts_at": STARTS_AT.isoformat(" "),
        "ends_at": ENDS_AT.isoformat(" "),
    }
    for name, value in settings.items():
        connection.execute(f"SET VARIABLE {engine.quote(name)} = $1", [value])
    run(connection, "base.sql")
    run(connection, "settings.sql")
    for name in ("users.sql", "patterns.sql" if qantas else "people.sql", "records.sql", "sessions.sql"):
        run(connection, name)


def _usual(customers: int) -> dict[str, float]:
    """Return how many agents work, how often each looks at what, for a tenant of so many customers."""
    return {
        "agents": 40 + customers // 20_000,
        "views": 26 if customers < 100_000 else 60,  # noqa: PLR2004 - a large tenant is a busier one
        "lookups": max(60, customers // 50),
        "list_share": 0.06,
    }


def _busy(events: int) -> dict[str, float]:
    """Return the same for so many log rows, half from pages and half from calls; agents become more first."""
    agents = min(max(events // _ROWS_OF_AN_AGENT, 40), _MOST_AGENTS)
    return {
        "agents": agents,
        "views": max(8, round(events / 2 / (agents * _ROWS_OF_A_VIEW))),
        "lookups": max(60, round(events / 2 / _ROWS_OF_A_LOOKUP)),
        "list_share": 0.01,  # a list is a kilobyte and more; at this size agents work from a queue
    }


def act(connection: Connection, attack: Attack) -> None:
    """Create the tables of everything that was done, by the tenant's people and by the intruder."""
    for name in ("activity.sql", "books.sql", "calls.sql"):
        run(connection, name)
    _store_reads(connection, [*_loader_reads(connection), *attack.reads])
    _store_jobs(connection, [*_hub_jobs(connection), *attack.jobs])
    for number, call in enumerate(attack.calls):
        connection.execute(
            """INSERT INTO calls VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                800 + draw('plain bytes', $7, 5000), 200, 5000000000000 + $7)""",
            [call.at, call.session, call.family, call.method, call.resource, call.entity, number],
        )
    for get in attack.gets:
        connection.execute(
            """INSERT INTO gets SELECT $1, $2, 'Contact', n, "Id", true, NULL FROM contacts WHERE n = $3""",
            [get.at, get.session, get.record],
        )
    run(connection, "pages.sql")
    run(connection, "who.sql")


def created_at(connection: Connection, table: str, share: float) -> datetime:
    """Return the creation time below which `share` of the records lie that are older than the event."""
    return engine.row(
        connection,
        """SELECT created_at FROM query_table($table) WHERE created_at < TIMESTAMP '2025-06-28'
           ORDER BY n OFFSET (SELECT ($share * count(*))::BIGINT FROM query_table($table)
                              WHERE created_at < TIMESTAMP '2025-06-28') LIMIT 1""",
        {"table": table, "share": share},
    )[0]


def drawn(connection: Connection, what: str, number: int, bound: int) -> int:
    """Return the draw of item `number` of the kind `what`, in 0 .. bound - 1."""
    return engine.row(connection, "SELECT draw($1, $2, $3)", [what, number, bound])[0]


def _loader_reads(connection: Connection) -> list[Read]:
    """Return the regular reads of the operations user: a range of contacts, twice a week."""
    logins = engine.rows(
        connection, "SELECT n, done_at FROM sessions WHERE kind = 'soap' AND NOT hostile ORDER BY n"
    )
    (total,) = engine.row(connection, "SELECT count(*) FROM contacts WHERE kind <> 'late'")
    reads: list[Read] = []
    for session, at in logins:
        share = min(0.18 + drawn(connection, "loader share", session, 15) / 100, _LOADER_ROWS / total)
        start = drawn(connection, "loader from", session, 60) / 100
        low, high = (
            created_at(connection, "contacts", start),
            created_at(connection, "contacts", start + share),
        )
        fields = ("Id", "Email", "MailingCountry")
        query = (
            f"SELECT {', '.join(fields)} FROM Contact "  # noqa: S608 - text for a log, never run
            f"WHERE CreatedDate >= {soql_time(low)} AND CreatedDate < {soql_time(high)}"
        )
        reads.append(Read(at + timedelta(seconds=45), session, "Contact", query, fields, low, high))
    return reads


def _hub_jobs(connection: Connection) -> list[Job]:
    """Return the weekly bulk export of the integration user: the newest contacts, on Sundays."""
    logins = engine.rows(
        connection,
        "SELECT n, done_at FROM sessions WHERE application = 'Data Hub' AND isodow(done_at) = 7 ORDER BY n",
    )
    (total,) = engine.row(connection, "SELECT count(*) FROM contacts")
    low = created_at(connection, "contacts", 1 - min(0.15, _RECENT_ROWS / total))
    fields = ("Id", "Email", "MailingCountry", "LastModifiedDate")
    query = f"SELECT {', '.join(fields)} FROM Contact WHERE CreatedDate >= {soql_time(low)}"  # noqa: S608
    return [
        Job(at + timedelta(seconds=130), session, query, fields, low, ENDS_AT, 50_000)
        for session, at in logins
    ]


def _store_reads(connection: Connection, reads: list[Read]) -> None:
    """Store `reads` by time, with the records that each hands out."""
    for number, read in enumerate(sorted(reads, key=lambda each: each.at), start=1):
        what = (read.family, read.object, read.query, list(read.fields))
        how = (PAGE_ROWS, _PAGE_PAUSE_MS, read.again_page, read.hostile)
        connection.execute(
            "INSERT INTO reads VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)",
            [number, read.at, read.session, *what, *how],
        )
        bound = {"read": number, "at": read.at, "top": read.top}
        if "ORDER BY CreatedDate DESC" in read.query:
            connection.execute(_NEWEST_FIRST, bound)
        else:
            extent = {"table": _TABLES[read.object], "from_at": read.from_at, "to_at": read.to_at}
            connection.execute(_MATCHED, bound | extent)


def _store_jobs(connection: Connection, jobs: list[Job]) -> None:
    """Store `jobs` by time, with the number of records that each reads."""
    for number, job in enumerate(sorted(jobs, key=lambda each: each.at), start=1):
        what = (job.query, list(job.fields), job.from_at, job.to_at)
        how = (job.page_rows, job.removed, job.hostile)
        connection.execute(
            """INSERT INTO jobs SELECT $1, $2, $3, 'Contact', $4, $5, $6, $7, count(*), $8, $9, $10
               FROM contacts WHERE created_at >= $6 AND created_at < $7 AND created_at < $2""",
            [number, job.at, job.session, *what, *how],
        )
