"""From accepted findings or selectors to the intrusion: which events are hostile, and why each one is.

Selectors of one kind are a union, different kinds intersect, `begin` and `end` cut. Rows that carry
no session (API totals, asynchronous reports, later downloads) join by bulk job, by execution, or by
user with address and time; how each one joined is kept.

From findings the trace goes on: to other work from the addresses and clients of the hostile part, and
to other accounts there. Such a wider link is followed only where honest work had not used the address
or client before; where it had, the link is offered and a person decides. So is another account's own
client, or a phone's app, at an address of the intrusion. Selectors are taken at their
word: of what they name, wider links are only offered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from floodmark.engine import Engine, statement
from floodmark.ids import canonical
from floodmark.models import Finding, Intrusion, Link, stamp
from floodmark.trace.why import link_of

_HERE = Path(__file__).parent
SLACK_MINUTES = 5
"""How far before and after a session's own rows a row without session may lie to join it."""
PROBING_DAYS = 7
"""What the hijacked account itself did so many days before the intrusion, or later, may have been probing."""
_HISTORY_DAYS = 14
"""With fewer days of logs before the intrusion, probing and habit cannot be told apart: all is habit."""
BEFORE_HOURS, AFTER_HOURS = 48, 24
"""Identity events of an account count from so long before its first hostile event till so long after it."""
_NO_WIDENED = """SELECT NULL::VARCHAR AS event, NULL::VARCHAR AS link, NULL::VARCHAR AS kind,
    NULL::VARCHAR AS value, NULL::VARCHAR AS account, false AS refused, false AS followed, false AS familiar,
    false AS own_client WHERE false"""
_NO_BESIDE = """SELECT NULL::VARCHAR AS event, NULL::VARCHAR AS account, NULL::VARCHAR AS kind,
    NULL::VARCHAR AS link, false AS refused WHERE false"""
_NO_REACHED = """SELECT NULL::VARCHAR AS account, NULL::VARCHAR AS ip, NULL::VARCHAR AS session,
    NULL::VARCHAR AS tool, NULL::VARCHAR AS app_id, 0 AS event_count, false AS followed WHERE false"""


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


def link_id(kind: str, value: str, account: str = "") -> str:
    """Return the id of a link: the same in every run and every case.

    >>> link_id("address", "192.0.2.1", "ana@org.example")
    'L-63b62031ae'
    """
    return "L-" + hashlib.sha256(f"{kind}\x1f{value}\x1f{account}".encode()).hexdigest()[:10]


def trace(
    engine: Engine, selectors: Selectors, refused: Sequence[str] = (), accepted: Sequence[str] = ()
) -> Intrusion:
    """Make the table `hostile` (the intrusion's events, with `joined_by`) and return its summary.

    `joined_by` is null for an event that was selected itself. The summary lists every link: followed,
    offered, or refused.

    Args:
        engine: holds the table `event`.
        selectors: what is hostile; without any, the accepted findings.
        refused: ids of links that are not followed. What only they brought is not hostile; what another
            link brings too stays. An id that is no link of this case changes nothing.
        accepted: ids of offered links that a person decided to follow; one that is refused too is not.
    """
    given = {"refused": sorted(set(refused))}
    joining = {"slack": SLACK_MINUTES, "begin": selectors.begin, "end": selectors.end, **given}
    with engine.small_sides_held():
        engine.keep("selected", *_selected(selectors, given))
        engine.keep("widened", _NO_WIDENED)
        engine.keep("joined", statement(_HERE / "joined.sql"), joining)
        began = engine.row("SELECT count(*) FROM selected")[0] > 0
        deciding = {**given, "accepted": sorted(set(accepted)), "by_hand": selectors.named()}
        if began and _widen(engine, deciding):
            engine.keep("joined", statement(_HERE / "joined.sql"), joining)
        engine.keep("hostile", statement(_HERE / "hostile.sql"))
        around = {**given, "before": BEFORE_HOURS, "after": AFTER_HOURS}
        engine.keep("beside", *((statement(_HERE / "beside.sql"), around) if began else (_NO_BESIDE, {})))
        engine.keep("link", statement(_HERE / "link.sql"))
    return _summary(engine)


def _selected(selectors: Selectors, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the statement and values that pick the events themselves."""
    if selectors.named():
        bound = selectors.bound()
        words = _words(bound)
        return statement(_HERE / "selected.sql"), {
            **bound,
            **given,
            "words": words,
            "link": link_id("selection", words),
        }
    pairs = sorted({(event, each.id) for each in selectors.findings for event in each.events})
    return statement(_HERE / "found.sql"), {
        "sessions": _union(selectors.findings, "sessions"),
        "logins": _union(selectors.findings, "logins"),
        "events": [event for event, _ in pairs],
        "finders": [finding for _, finding in pairs],
        **given,
    }


def _words(bound: dict[str, Any]) -> str:
    """Return selectors as one text."""
    names = ("actors", "sessions", "logins", "clients", "addresses")
    words = [f"{name} {', '.join(bound[name])}" for name in names if bound[name]]
    words += [f"{name} {stamp(bound[name])}" for name in ("begin", "end") if bound[name]]
    return "; ".join(words)


def _union(findings: Sequence[Finding], name: str) -> list[str]:
    return sorted({value for finding in findings for value in getattr(finding, name)})


def _widen(engine: Engine, deciding: dict[str, Any]) -> bool:
    """Follow wider links until no round brings more; return whether any is followed.

    What a round finds hostile can only grow, so the rounds end, and their order does not show.
    """
    began, first = engine.row(
        'SELECT (SELECT min("at") FROM event SEMI JOIN selected USING (event)), min("at") FROM event'
    )
    engine.keep("worked", statement(_HERE / "worked.sql"))
    engine.keep("known", statement(_HERE / "known.sql"), _before(began, first))
    engine.keep("reached", _NO_REACHED)
    followed = -1
    while True:
        engine.keep("spread", statement(_HERE / "spread.sql"))
        engine.keep("reached", statement(_HERE / "reached.sql"), deciding)
        (found,) = engine.row("SELECT count(*) FROM reached WHERE followed")
        if found == max(followed, 0):
            break
        followed = found
    if engine.row("SELECT count(*) FROM reached")[0]:
        engine.keep("widened", statement(_HERE / "widened.sql"))
    return found > 0


def _before(began: datetime, first: datetime) -> dict[str, datetime]:
    """Return what counts as before the intrusion: for other accounts, and for the hijacked one."""
    begin = began - timedelta(minutes=SLACK_MINUTES)
    known = first <= begin - timedelta(days=_HISTORY_DAYS)
    return {"begin": begin, "long_before": begin - timedelta(days=PROBING_DAYS) if known else begin}


def _summary(engine: Engine) -> Intrusion:
    lists = [_distinct(engine, name) for name in ("actor", "session", "login", "client", "ip")]
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
        links=_links(engine),
    )


def _distinct(engine: Engine, name: str) -> tuple[str, ...]:
    """Return the values of one slot of the hostile events, sorted."""
    rows = engine.rows(f"SELECT DISTINCT {name} FROM hostile WHERE {name} IS NOT NULL ORDER BY 1")  # noqa: S608 - a slot
    return tuple(value for (value,) in rows)


def _links(engine: Engine) -> tuple[Link, ...]:
    """Return every link, by its first event, then by kind and value."""
    rows = engine.rows(
        """SELECT link, kind, value, account, state, familiar, own_client, first_at, last_at, event_count,
                  first_events, last_event
           FROM link ORDER BY first_at, kind, value, account"""
    )
    return tuple(link_of(row) for row in rows)
