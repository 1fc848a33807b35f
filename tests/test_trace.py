"""From selectors or findings to the events of the intrusion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from floodmark import engine
from floodmark.engine import Engine, quote
from floodmark.ledger.source import SLOTS
from floodmark.models import Finding, Intrusion
from floodmark.trace import SLACK_MINUTES, Selectors, trace

NOON = datetime(2025, 6, 28, 12)  # noqa: DTZ001 - the engine holds UTC without zone
ANA, BEN = "005000000000001AAA", "005000000000002AAA"
ROWS: dict[str, dict[str, Any]] = {
    "login": {"at": 0, "session": None, "login": "L1", "operation": "login", "client": "Ticket Tool"},
    "query": {"at": 10, "session": "S1", "login": "L1", "client": "Ticket Tool", "ip": "192.0.2.1"},
    "job": {"at": 12, "session": "S1", "login": "L1", "job": "7501", "ip": "192.0.2.1"},
    "run": {"at": 14, "session": "S1", "login": "L1", "execution": "X1", "ip": "192.0.2.1"},
    "other browser": {
        "at": 11,
        "session": "S2",
        "login": "L2",
        "ip": "198.51.100.1",
        "user_agent": "Browser/1",
    },
    "ben": {"at": 10, "actor": BEN, "actor_name": "ben@org.example", "session": "S3", "ip": "192.0.2.1"},
    "total": {"at": 10.5, "ip": "192.0.2.1"},
    "total elsewhere": {"at": 10.5, "ip": "198.51.100.7"},
    "total of ben": {"at": 10.5, "actor": BEN, "ip": "192.0.2.1"},
    "total later": {"at": 60, "ip": "192.0.2.1"},
    "job state": {"at": 3000, "job": "7501"},
    "download of another session": {"at": 3001, "session": "S9", "job": "7501", "ip": "203.0.113.9"},
    "chunk": {"at": 15, "execution": "X1"},
}


@pytest.fixture(scope="module")
def store() -> Iterator[Engine]:
    """An engine with the table `event`."""
    with engine.memory(threads=1, limit_mb=500) as connection:
        shape = {"event": "VARCHAR", "log": "VARCHAR", **SLOTS}
        connection.execute(
            f"CREATE TEMP TABLE event ({', '.join(f'{quote(name)} {kind}' for name, kind in shape.items())})"
        )
        for name, row in ROWS.items():
            given = {
                "event": name,
                "log": "log",
                "actor": ANA,
                "actor_name": "ana@org.example",
                "operation": "query",
                **row,
            }
            given["at"] = NOON + timedelta(minutes=row["at"])
            names = ", ".join(quote(slot) for slot in given)
            connection.execute(
                f"INSERT INTO event ({names}) VALUES ({', '.join('?' for _ in given)})", list(given.values())
            )
        yield Engine(connection)


def hostile(store: Engine, selectors: Selectors) -> dict[str, str | None]:
    """Return event -> how it joined, of the intrusion."""
    trace(store, selectors)
    return dict(store.rows("SELECT event, joined_by FROM hostile ORDER BY event"))


def selected(store: Engine, **given: Any) -> set[str]:
    """Return the events that selectors name themselves."""
    return {event for event, joined in hostile(store, Selectors(**given)).items() if joined is None}


OF_ANA = {
    "login",
    "query",
    "job",
    "run",
    "other browser",
    "total",
    "total elsewhere",
    "total later",
    "job state",
}


def test_one_kind_is_a_union_and_kinds_intersect(store: Engine) -> None:
    """Two sessions add up; a session and an address cut each other."""
    assert selected(store, sessions=("S1", "S2")) == {"query", "job", "run", "other browser"}
    assert selected(store, sessions=("S1", "S2"), addresses=("198.51.100.1",)) == {"other browser"}
    assert selected(store, sessions=("S1",), addresses=("203.0.113.9",)) == set()


def test_a_user_is_named_by_either_id_or_by_name(store: Engine) -> None:
    """15 and 18 characters are one id."""
    by_name = selected(store, actors=("ben@org.example",))
    assert by_name == {"ben"}
    assert selected(store, actors=(BEN,)) == selected(store, actors=(BEN[:15],)) == {"ben", "total of ben"}


def test_a_client_is_named_in_any_case_by_name_or_agent(store: Engine) -> None:
    """The application's name, or the user agent."""
    assert selected(store, clients=("TICKET tool",)) == {"login", "query"}
    assert selected(store, clients=("browser/1",)) == {"other browser"}


def test_logins_select(store: Engine) -> None:
    """A login key stands on the login and its sessions."""
    assert selected(store, logins=("L1",)) == {"login", "query", "job", "run"}


def test_times_cut_what_is_selected_and_what_joins(store: Engine) -> None:
    """Both ends belong; alone they select everything between them."""
    begin, end = NOON + timedelta(minutes=12), NOON + timedelta(minutes=14)
    assert hostile(store, Selectors(sessions=("S1",), begin=begin, end=end)) == {"job": None, "run": None}
    assert selected(store, begin=begin, end=end) == {"job", "run"}
    assert "job state" not in hostile(store, Selectors(sessions=("S1",), end=NOON + timedelta(days=1)))
    assert "login" in selected(store, end=NOON)


def test_rows_without_a_session_join_and_say_how(store: Engine) -> None:
    """By job from any session, by execution, by user with address and time."""
    assert hostile(store, Selectors(sessions=("S1",))) == {
        "query": None,
        "job": None,
        "run": None,
        "job state": "bulk job",
        "download of another session": "bulk job",
        "chunk": "execution",
        "total": "user, address and time",
    }


def test_a_row_outside_the_slack_does_not_join(store: Engine) -> None:
    """The session's rows lie between 10 and 14; `total` is within, `total later` is not."""
    assert SLACK_MINUTES == 5
    joined = hostile(store, Selectors(sessions=("S1",)))
    assert "total later" not in joined
    assert "total elsewhere" not in joined
    assert "total of ben" not in joined


def finding(**given: Any) -> Finding:
    """Return an accepted finding."""
    empty: dict[str, Any] = dict.fromkeys(
        ("actors", "sessions", "logins", "clients", "addresses", "events", "techniques"), ()
    )
    named = {
        "id": "F",
        "detector": "d",
        "title": "t",
        "summary": "s",
        "severity": "high",
        "confidence": "high",
        "told_at": "2025-06-28T12:00:00.000Z",
        "points": 9,
        "reasons": (),
    }
    return Finding(
        **{**empty, **named, "from_": "2025-06-28T12:00:00.000Z", "to": "2025-06-28T13:00:00.000Z", **given}
    )


def test_findings_bring_their_sessions_logins_and_events(store: Engine) -> None:
    """All of them together; their actors and addresses alone select nothing."""
    found = (
        finding(sessions=("S2",)),
        finding(events=("ben",)),
        finding(logins=("L1",)),
        finding(actors=(ANA,)),
    )
    chosen = {"other browser", "ben", "login", "query", "job", "run"}
    assert selected(store, findings=found) == chosen
    assert hostile(store, Selectors(findings=found))["chunk"] == "execution"


def test_a_selector_sets_findings_aside(store: Engine) -> None:
    """What is named by hand is all that counts."""
    assert selected(store, sessions=("S3",), findings=(finding(sessions=("S2",)),)) == {"ben"}
    assert not Selectors(findings=(finding(),)).named()


def test_nothing_selected_is_an_empty_intrusion(store: Engine) -> None:
    """No finding and no selector."""
    assert trace(store, Selectors()) == Intrusion(
        actors=(), sessions=(), logins=(), clients=(), addresses=(), from_=None, to=None, acts=0, events=0
    )


def test_the_summary_names_who_with_what_from_where_and_when(store: Engine) -> None:
    """Each list is sorted, times are UTC."""
    found = trace(store, Selectors(sessions=("S1",), end=NOON + timedelta(minutes=20)))
    assert (found.actors, found.sessions, found.logins) == ((ANA,), ("S1",), ("L1",))
    assert (found.clients, found.addresses) == (("Ticket Tool",), ("192.0.2.1",))
    assert (found.from_, found.to, found.events) == (
        "2025-06-28T12:10:00.000Z",
        "2025-06-28T12:15:00.000Z",
        5,
    )
