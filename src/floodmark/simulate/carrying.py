"""Carries out a `Plan` on a tenant: its logins become sessions, its acts rows of the tenant's tables.

Everything goes in bulk: a list of acts is one Arrow table and one statement. Numbers of what is added
follow from its time (queries, jobs) or lie in a range of their own, so that they meet no number that is
there and are the same whether a plan is added to the tenant's own tables or to empty ones beside them.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from floodmark import engine
from floodmark.engine import Connection
from floodmark.simulate.plan import Aura, Bulk, Call, Count, Fetch, Identity, Plan, Query, Report, View
from floodmark.simulate.tenant import PAGE_ROWS, run, soql_time

_EVER = datetime(1990, 1, 1)  # noqa: DTZ001 - the engine's timestamps are plain UTC
_NEVER = datetime(2100, 1, 1)  # noqa: DTZ001
_ALL = 1_000_000_000
_TIME, _TEXT, _LONG, _REAL, _FLAG = pa.timestamp("us"), pa.string(), pa.int64(), pa.float64(), pa.bool_()
_FIELDS = pa.list_(pa.string())
_Columns = dict[str, tuple[Any, Iterable[Any]]]
_LOGIN_TYPES = {"soap": "Partner Product", "rest": "Remote Access 2.0"}


def _statements() -> dict[str, str]:
    """Return the statements of the file beside this module by name."""
    text = Path(__file__).with_name("carrying.sql").read_text("utf-8")
    return dict(re.findall(r"^-- ([a-z_]+): .*\n((?:(?!--).*\n)+)", text, flags=re.MULTILINE))


_STATEMENTS = _statements()


class Place:
    """Where what one plan adds begins: an honest one, or a hostile one on top of it."""

    def __init__(self, *, hostile: bool) -> None:
        self.odd = int(hostile)
        self.x = 800_000_000 + 100_000_000 * hostile
        self.first = 10_000_000 + 10_000_000 * hostile
        """First number of a session, a view, a run."""
        self.few = 500_000 + 500_000 * hostile
        """First number of a call."""
        self.get = 1_000 + 40_000 * hostile


def _bound(connection: Connection, name: str, columns: _Columns, **values: Any) -> None:
    """Run a named statement over the rows of `columns`, as table `given` with `place` counting from 0."""
    arrays: dict[str, Any] = {
        column: pa.array(list(found), kind) for column, (kind, found) in columns.items()
    }
    table = pa.table(arrays)
    if not table.num_rows:
        return
    table = table.append_column("place", pa.array(range(table.num_rows), _LONG))
    connection.register("given", table)
    connection.execute(_STATEMENTS[name], values or None)
    connection.unregister("given")


# ---- before the work of the weeks is drawn


def change(connection: Connection, plan: Plan) -> None:
    """Apply what a plan changes in the ordinary weeks: who was there, when, and how busy all were."""
    (middle,) = engine.row(
        connection,
        """SELECT getvariable('starts_at')::TIMESTAMP
               + (getvariable('ends_at')::TIMESTAMP - getvariable('starts_at')::TIMESTAMP) / 2""",
    )
    for number, hours in sorted(plan.shifted.items()):
        connection.execute(
            """UPDATE sessions SET done_at = done_at + to_hours($2), until_at = until_at + to_hours($2)
               WHERE user_n = $1 AND NOT planned AND done_at >= $3""",
            [number, hours, middle],
        )
    for number, at in sorted(plan.absent_before.items()):
        connection.execute(
            "DELETE FROM sessions WHERE user_n = $1 AND NOT planned AND done_at < $2", [number, at]
        )
    if plan.shifted:
        connection.execute("DELETE FROM sessions WHERE done_at >= getvariable('ends_at')::TIMESTAMP")
    if plan.busier:
        _pace(connection, plan.busier)


def _pace(connection: Connection, busier: Sequence[tuple[datetime, datetime, float]]) -> None:
    """Let everybody do more within some times."""
    cases = " ".join(
        f"WHEN t >= TIMESTAMP '{begin.isoformat(' ')}' AND t < TIMESTAMP '{end.isoformat(' ')}'"
        f" THEN {float(factor)!r}"
        for begin, end, factor in busier
    )
    connection.execute(f"CREATE OR REPLACE MACRO pace(t) AS CASE {cases} ELSE 1.0 END::DOUBLE")


def log_in(connection: Connection, plan: Plan, place: Place) -> None:
    """Add the plan's logins to the sessions; `sessions_of` finds them, also renumbered."""
    logins = plan.logins
    _bound(
        connection,
        "log_in",
        {
            "account": (_LONG, (each.account for each in logins)),
            "act_at": (_TIME, (each.at for each in logins)),
            "until": (_TIME, (each.until for each in logins)),
            "address": (_TEXT, (each.address for each in logins)),
            "door": (_TEXT, (each.door for each in logins)),
            "app": (_TEXT, (each.app for each in logins)),
            "app_id": (_TEXT, (each.app_id for each in logins)),
            "client": (_TEXT, (each.client for each in logins)),
            "login_type": (_TEXT, (_login_type(each.door, each.app) for each in logins)),
            "agent": (_TEXT, (each.agent for each in logins)),
            "country": (_TEXT, (each.country for each in logins)),
            "hostile": (_FLAG, (each.hostile for each in logins)),
            "silent": (_FLAG, (each.token or each.door == "guest" for each in logins)),
        },
        first=place.first,
        x=place.x,
    )


def _login_type(door: str, app: str | None) -> str:
    return "Remote Access 2.0" if app else _LOGIN_TYPES.get(door, "Application")


def sessions_of(connection: Connection, place: Place) -> list[int]:
    """Return the session numbers of a plan's logins, by their place in it."""
    found = engine.rows(
        connection, "SELECT n FROM sessions WHERE x >= $1 AND x < $1 + 100000000 ORDER BY x", [place.x]
    )
    return [number for (number,) in found]


# ---- what was done


def carry(connection: Connection, plan: Plan, place: Place, sessions: Sequence[int]) -> None:
    """Add the plan's acts, identity events and set-up rows; `sessions` holds the number of each login."""
    add(connection, plan, place, sessions)
    _identify(connection, plan, place)
    setup = plan.setup
    _bound(
        connection,
        "changes",
        {
            "act_at": (_TIME, (each.at for each in setup)),
            "account": (_LONG, (each.account for each in setup)),
            "action": (_TEXT, (each.action for each in setup)),
            "section": (_TEXT, (each.section for each in setup)),
            "display": (_TEXT, (each.display for each in setup)),
            "hostile": (_FLAG, (each.hostile for each in setup)),
        },
        first=place.first,
    )


def add(connection: Connection, plan: Plan, place: Place, sessions: Sequence[int]) -> None:
    """Add the plan's acts alone; a session that is no login of the plan is an honest one."""
    acts = _Acts(connection, plan, place, sessions)
    acts.read()
    acts.export()
    acts.call()
    acts.look()
    acts.ask()


def _identify(connection: Connection, plan: Plan, place: Place) -> None:
    """Add the events of the identity provider, and those of the plan's logins of which it tells none."""
    found = plan.identity
    lands = {(each.account, each.address): each.country for each in plan.logins}
    _bound(
        connection,
        "identity",
        {
            "act_at": (_TIME, (each.at for each in found)),
            "event_type": (_TEXT, (each.event_type for each in found)),
            "actor": (_LONG, (each.actor for each in found)),
            "target": (_LONG, (each.target for each in found)),
            "address": (_TEXT, (each.address for each in found)),
            "agent": (_TEXT, (each.agent for each in found)),
            "country": (_TEXT, (lands.get((each.actor, each.address)) for each in found)),
            "outcome": (_TEXT, (each.outcome for each in found)),
            "detail": (_TEXT, (_detail(each) for each in found)),
            "hostile": (_FLAG, (each.hostile for each in found)),
        },
        first=place.first,
    )
    connection.execute(_STATEMENTS["signed_on"], {"x": place.x})


def _detail(event: Identity) -> str:
    return json.dumps(dict(event.detail), sort_keys=True)


class _Acts:
    """The acts of one plan, sorted by kind, and the statements that add them."""

    def __init__(self, connection: Connection, plan: Plan, place: Place, sessions: Sequence[int]) -> None:
        self.connection = connection
        self.place = place
        self.sessions = sessions
        self.hostile = [each.hostile for each in plan.logins] or [False] * len(sessions)
        self.acts = plan.acts
        self.times: dict[str, list[datetime]] = {}

    def _of(self, *kinds: type) -> list[Any]:
        return [each for each in self.acts if isinstance(each, kinds)]

    def _common(self, acts: Sequence[Any]) -> _Columns:
        return {
            "act_at": (_TIME, (each.at for each in acts)),
            "session": (_LONG, (self.sessions[each.login] for each in acts)),
            "hostile": (_FLAG, (self.hostile[each.login] for each in acts)),
        }

    def read(self) -> None:
        """Add queries and counts with the records that they match."""
        asked: list[Query | Count] = sorted(self._of(Query, Count), key=lambda each: each.at)
        if not asked:
            return
        spans = [self._span(each) for each in asked]
        columns: _Columns = {
            **self._common(asked),
            **self._spans(spans),
            "number": (_LONG, self._numbers("reads", "read_n", asked)),
            "object": (_TEXT, (each.object for each in asked)),
            "family": (_TEXT, (each.family for each in asked)),
            "query": (_TEXT, (_text(each, span) for each, span in zip(asked, spans, strict=True))),
            "fields": (_FIELDS, (each.fields if isinstance(each, Query) else () for each in asked)),
            "top": (_LONG, (_limit(each) for each in asked)),
            "pages": (_LONG, (each.pages if isinstance(each, Query) else None for each in asked)),
            "pause": (_LONG, (each.pause_ms if isinstance(each, Query) else 0 for each in asked)),
        }
        columns = {name: (kind, list(found)) for name, (kind, found) in columns.items()}
        _bound(self.connection, "reads", columns, page=PAGE_ROWS)
        _bound(self.connection, "read_rows", columns)

    def export(self) -> None:
        """Add bulk jobs and reports."""
        jobs: list[Bulk] = sorted(self._of(Bulk), key=lambda each: each.at)
        spans = [self._span(each) for each in jobs]
        columns = {
            **self._common(jobs),
            **self._spans(spans),
            "number": (_LONG, self._numbers("jobs", "job_n", jobs)),
            "query": (_TEXT, (_text(each, span) for each, span in zip(jobs, spans, strict=True))),
            "fields": (_FIELDS, (each.fields for each in jobs)),
            "removed": (_FLAG, (each.removed for each in jobs)),
        }
        _bound(self.connection, "jobs", columns)
        runs: list[Report] = self._of(Report)
        columns = {
            **self._common(runs),
            "report": (_LONG, (each.report for each in runs)),
            "low": (_REAL, (each.low for each in runs)),
            "high": (_REAL, (each.high for each in runs)),
            "exported": (_FLAG, (each.exported for each in runs)),
        }
        _bound(self.connection, "runs", columns, first=self.place.first)

    def call(self) -> None:
        """Add calls that hand out nothing, and records fetched singly."""
        calls: list[Call] = self._of(Call)
        columns = {
            **self._common(calls),
            "family": (_TEXT, (each.family for each in calls)),
            "method": (_TEXT, (each.method for each in calls)),
            "resource": (_TEXT, (each.resource for each in calls)),
            "entity": (_TEXT, (each.entity for each in calls)),
        }
        _bound(self.connection, "calls", columns, first=self.place.few)
        gets: list[Fetch] = self._of(Fetch)
        columns = {**self._common(gets), "share": (_REAL, (each.place for each in gets))}
        _bound(self.connection, "gets", columns, first=self.place.get)

    def look(self) -> None:
        """Add record pages opened in the browser."""
        views: list[View] = self._of(View)
        columns = {
            **self._common(views),
            "object": (_TEXT, (each.object for each in views)),
            "share": (_REAL, (each.place for each in views)),
        }
        _bound(self.connection, "views", columns, first=self.place.first)

    def ask(self) -> None:
        """Add requests of the page's own framework."""
        asked: list[Aura] = self._of(Aura)
        columns = {
            **self._common(asked),
            "action": (_TEXT, (each.action for each in asked)),
            "low": (_REAL, (each.low for each in asked)),
            "high": (_REAL, (each.high for each in asked)),
        }
        _bound(self.connection, "aura", columns, first=self.place.first)

    def _numbers(self, table: str, column: str, acts: Sequence[Query | Count | Bulk]) -> list[int]:
        """Return a number for each act that grows with time: even in honest plans, odd in hostile ones."""
        (begin,) = engine.row(self.connection, "SELECT getvariable('starts_at')::TIMESTAMP")
        sql = f"SELECT {column} FROM {table}"  # noqa: S608 - names of this module
        taken = {number for (number,) in engine.rows(self.connection, sql)}
        found: list[int] = []
        for each in acts:
            number = 2 * int((each.at - begin).total_seconds()) + self.place.odd
            while number in taken:
                number += 2
            taken.add(number)
            found.append(number)
        return found

    def _span(self, act: Query | Count | Bulk) -> tuple[datetime, datetime]:
        """Return the creation times between which the records of an act lie."""
        if isinstance(act, Count):
            return _EVER, _NEVER
        name = act.object if isinstance(act, Query) else "Contact"
        low = self._created(name, act.low) if act.low > 0 else _EVER
        return low, self._created(name, act.high) if act.high < 1 else _NEVER

    def _created(self, name: str, place: float) -> datetime:
        """Return when the record at a place was created."""
        if name not in self.times:
            table = {"Contact": "contacts", "Case": "cases", "Account": "accounts"}[name]
            found = engine.rows(
                self.connection, "SELECT created_at FROM query_table($1) ORDER BY created_at", [table]
            )
            (begin,) = engine.row(self.connection, "SELECT getvariable('starts_at')::TIMESTAMP")
            times = [at for (at,) in found]
            self.times[name] = times[: max(1, bisect_left(times, begin))]
        times = self.times[name]
        return times[min(int(place * len(times)), len(times) - 1)]

    def _spans(self, spans: Sequence[tuple[datetime, datetime]]) -> _Columns:
        return {
            "from_at": (_TIME, (low for low, _ in spans)),
            "to_at": (_TIME, (high for _, high in spans)),
        }


def _limit(act: Query | Count) -> int:
    return act.limit if isinstance(act, Query) and act.limit is not None else _ALL


def _text(act: Query | Count | Bulk, span: tuple[datetime, datetime]) -> str:
    """Return the text of a query for the logs; it is never run."""
    if isinstance(act, Count):
        return f"SELECT COUNT() FROM {act.object}"  # noqa: S608 - text for a log
    name = act.object if isinstance(act, Query) else "Contact"
    text = f"SELECT {', '.join(act.fields)} FROM {name}"  # noqa: S608 - the same
    low, high = span
    bounds = [f"CreatedDate >= {soql_time(low)}"] if low > _EVER else []
    bounds += [f"CreatedDate < {soql_time(high)}"] if high < _NEVER else []
    text += f" WHERE {' AND '.join(bounds)}" if bounds else ""
    return text + (f" LIMIT {act.limit}" if isinstance(act, Query) and act.limit is not None else "")


def renumber(connection: Connection) -> None:
    """Number sessions by time again, after logins were added."""
    run(connection, "renumber.sql")
