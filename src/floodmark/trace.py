"""From accepted findings or selectors to the intrusion: which events are hostile.

Selectors of one kind are a union, different kinds intersect, `begin` and `end` cut. Rows that carry
no session (API totals, asynchronous reports, later downloads) join by bulk job, by execution, or by
user with address and time; how each one joined is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from floodmark.engine import Engine, statement
from floodmark.ids import canonical
from floodmark.models import Finding, Intrusion, stamp

_HERE = Path(__file__).parent
SLACK_MINUTES = 5
"""How far before and after a session's own rows a row without session may lie to join it."""


@dataclass(frozen=True)
class Selectors:
    """What the investigator calls hostile. Empty means nothing selected."""

    actors: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    findings: tuple[Finding, ...] = field(default=())
    """Accepted findings; used only when no selector is given."""

    def named(self) -> bool:
        """Say whether any value, or a cut, was given."""
        return bool(
            self.actors
            or self.sessions
            or self.logins
            or self.clients
            or self.addresses
            or self.begin
            or self.end
        )

    def bound(self) -> dict[str, Any]:
        """Return the values for the statements: user ids in both lengths count as one."""
        return {
            "actors": sorted({canonical(actor) or actor for actor in self.actors}),
            "sessions": sorted(set(self.sessions)),
            "logins": sorted(set(self.logins)),
            "clients": sorted({client.casefold() for client in self.clients}),
            "addresses": sorted(set(self.addresses)),
            "begin": self.begin,
            "end": self.end,
        }


def trace(engine: Engine, selectors: Selectors) -> Intrusion:
    """Make the table `hostile` (the intrusion's events, with `joined_by`) and return its summary.

    `joined_by` is null for an event that was selected itself.
    """
    cut = {"begin": selectors.begin, "end": selectors.end}
    with engine.small_sides_held():
        engine.keep("selected", *_selected(selectors))
        engine.keep("joined", statement(_HERE / "joined.sql"), {"slack": SLACK_MINUTES, **cut})
        engine.keep("hostile", statement(_HERE / "hostile.sql"))
    return _summary(engine)


def _selected(selectors: Selectors) -> tuple[str, dict[str, Any]]:
    """Return the statement and values that pick the events themselves."""
    if selectors.named():
        return statement(_HERE / "selected.sql"), selectors.bound()
    return statement(_HERE / "found.sql"), {
        "sessions": _union(selectors.findings, "sessions"),
        "logins": _union(selectors.findings, "logins"),
        "events": _union(selectors.findings, "events"),
    }


def _union(findings: Sequence[Finding], name: str) -> list[str]:
    return sorted({value for finding in findings for value in getattr(finding, name)})


def _summary(engine: Engine) -> Intrusion:
    lists = [
        tuple(
            value
            for (value,) in engine.rows(
                f"SELECT DISTINCT {name} FROM hostile WHERE {name} IS NOT NULL ORDER BY 1"
            )
        )
        for name in ("actor", "session", "login", "client", "ip")
    ]
    begin, end, count = engine.row('SELECT min("at"), max("at"), count(*) FROM hostile')
    actors, sessions, logins, clients, addresses = lists
    return Intrusion(
        actors=actors,
        sessions=sessions,
        logins=logins,
        clients=clients,
        addresses=addresses,
        from_=stamp(begin),
        to=stamp(end),
        acts=0,
        events=count,
    )
