"""Links against plain loops on small ledgers, and what a refusal takes away."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floodmark import engine, models
from floodmark.engine import Engine
from floodmark.models import Finding, Intrusion
from floodmark.trace import Selectors, link_id, trace
from floodmark.trace.story import tell
from trace_ledgers import NOON, event, fill, finding
from trace_oracle import Oracle, named

ADDRESSES = ("192.0.2.1", "192.0.2.2", "198.51.100.3", None)
DAY = 24 * 60
TIMES = (-30 * DAY, -20 * DAY, -9 * DAY, -6 * DAY, -60, -3, 0, 2, 4, 30, DAY)


def _rows() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return small ledgers in which values meet often."""
    row = st.fixed_dictionaries(
        {
            "at": st.sampled_from(TIMES),
            "log": st.sampled_from(("elf", "elf", "elf", "okta.system_log")),
            "actor": st.sampled_from(("A", "B", None)),
            "actor_name": st.sampled_from(("Ana@x", "ben@x", None)),
            "ip": st.sampled_from(ADDRESSES),
            "session": st.sampled_from(("S1", "S2", "S3", None)),
            "login": st.sampled_from(("L1", None, None)),
            "client": st.sampled_from(("Tool", "Other", "Browser", "Salesforce for iOS", None)),
            "user_agent": st.sampled_from(("Mozilla/5", "python", None)),
            "app_id": st.sampled_from(("P1", None)),
            "job": st.sampled_from(("J1", None, None, None)),
            "execution": st.sampled_from(("X1", None, None, None)),
        }
    )
    return st.lists(row, min_size=1, max_size=9)


@pytest.fixture(scope="module")
def store() -> Iterator[Engine]:
    """An engine without rows."""
    with engine.memory(threads=1, limit_mb=500) as connection:
        yield Engine(connection)


def spread(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as events, named by their place."""
    return [event(f"e{place}", **each) for place, each in enumerate(rows)]


def hostile(store: Engine) -> set[str]:
    """Return the hostile events of the last trace."""
    return {each for (each,) in store.rows("SELECT event FROM hostile")}


def wider(intrusion: Intrusion) -> dict[str, tuple[str, int]]:
    """Return id -> state and events of every link that does not only stand beside the intrusion."""
    return {each.id: (each.state, each.events) for each in intrusion.links if each.kind != "identity"}


FOUND = (
    finding(id="F1", sessions=("S1",), events=("e0", "e3")),
    finding(id="F2", logins=("L1",), events=("e3",)),
)


def oracle(events: Sequence[Mapping[str, Any]], **decided: Any) -> Oracle:
    """Return the plain reading of the two findings."""
    return Oracle(events, {"S1"}, {"L1"}, {"F1": {"e0", "e3"}, "F2": {"e3"}}, **decided)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows(), data=st.data())
def test_links_and_events_are_those_of_plain_loops(
    store: Engine, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """With nothing decided, and again with some links refused and some offered ones accepted."""
    events = spread(rows)
    fill(store, events)
    plain = oracle(events)
    intrusion = trace(store, Selectors(findings=FOUND))
    assert hostile(store) == plain.hostile()
    assert wider(intrusion) == plain.states()
    ids = sorted(plain.states())
    refused = data.draw(st.sets(st.sampled_from(ids), max_size=3)) if ids else set()
    accepted = data.draw(st.sets(st.sampled_from(ids), max_size=2)) if ids else set()
    decided = oracle(events, refused=refused, accepted=accepted)
    intrusion = trace(store, Selectors(findings=FOUND), sorted(refused), sorted(accepted))
    assert hostile(store) == decided.hostile()
    assert wider(intrusion) == decided.states()


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows(), seed=st.integers(0, 99))
def test_a_refusal_only_takes_away_and_order_changes_nothing(
    store: Engine, rows: list[dict[str, Any]], seed: int
) -> None:
    """Without one link the intrusion is a part of what it was, and the document has the same bytes."""
    events = spread(rows)
    fill(store, events)
    whole = trace(store, Selectors(findings=FOUND))
    everything, told = hostile(store), models.dump(tell(store, whole))
    for link in whole.links:
        trace(store, Selectors(findings=FOUND), (link.id,))
        assert hostile(store) <= everything
        if link.state != "followed" or link.kind == "identity":
            assert hostile(store) == everything
    random.Random(seed).shuffle(events)
    fill(store, events)
    assert models.dump(tell(store, trace(store, Selectors(findings=FOUND)))) == told


# --- by name


def at(days: float = 0, minutes: float = 0) -> datetime:
    """Return a time relative to the intrusion."""
    return NOON + timedelta(days=days, minutes=minutes)


HONEST = [
    event(
        f"h{day}-{who}",
        at=at(-day),
        actor=who,
        actor_name=f"{who}@x",
        ip=f"10.0.0.{who}",
        session=f"H{day}{who}",
        client="Browser",
    )
    for day in range(1, 25)
    for who in ("1", "2")
]
HOME, TOR, EXIT = "10.0.0.1", "192.0.2.66", "192.0.2.67"
FINDING: tuple[Finding, ...] = (finding(sessions=("S",)),)


def traced(store: Engine, *more: Mapping[str, Any], **decided: Any) -> Intrusion:
    """Trace the session S of account 1 from an address that nobody had used, with more rows."""
    read = event(
        "read", at=at(), actor="1", actor_name="1@x", ip=TOR, session="S", client="Portal", app_id="P"
    )
    fill(store, [*HONEST, read, *more])
    return trace(store, Selectors(findings=FINDING), **decided)


def kinds(intrusion: Intrusion, state: str = "followed") -> set[tuple[str, str]]:
    """Return kind and value of the links in a state."""
    return {(each.kind, each.value) for each in intrusion.links if each.state == state}


def test_other_work_of_the_account_from_the_address_joins(store: Engine) -> None:
    """Another session from there, before or after; the account's own work elsewhere stays out."""
    later = event("later", at=at(2), actor="1", actor_name="1@x", ip=TOR, session="S7")
    probe = event("probe", at=at(-5), actor="1", actor_name="1@x", ip=TOR, session="S0")
    own = event("own", at=at(0.1), actor="1", actor_name="1@x", ip=HOME, session="H", client="Browser")
    found = traced(store, later, probe, own)
    assert hostile(store) == {"read", "later", "probe"}
    assert kinds(found) == {("session", "S"), ("address", TOR)}
    link = link_id("address", TOR, "1@x")
    traced(store, later, probe, own, refused=(link,))
    assert hostile(store) == {"read"}


def test_accounts_that_come_from_one_new_address_join(store: Engine) -> None:
    """And what the second account does from a further new address with the same client."""
    ben = event("ben", at=at(1), actor="2", actor_name="2@x", ip=TOR, session="S8", client="Portal")
    far = event("far", at=at(1, 9), actor="2", actor_name="2@x", ip=EXIT, session="S9", client="Portal")
    cid = event("cid", at=at(2), actor="3", actor_name="3@x", ip=EXIT, session="S10")
    found = traced(store, ben, far, cid)
    assert hostile(store) == {"read", "ben", "far", "cid"}
    assert found.actors == ("1", "2", "3")
    one = link_id("other account", TOR, "2@x")
    traced(store, ben, far, cid, refused=(one,))
    assert hostile(store) == {"read"}
    assert ("client elsewhere", "Portal") in kinds(traced(store, far), "offered")


def test_an_account_that_was_taken_before_the_one_that_was_found_joins(store: Engine) -> None:
    """By a new client from the new address, with its sign-on there; a colleague's browser makes that known."""
    early = {"actor": "2", "actor_name": "2@x", "ip": TOR, "session": "S8"}
    ben = event("ben", at=at(-2), client="Portal", app_id="P", **early)
    entered = event("entered", at=at(-2, -1), operation="login", client="Browser", **early)
    found = traced(store, ben, entered)
    assert hostile(store) == {"read", "ben", "entered"}
    assert {("other account", TOR), ("token", f"P at {TOR}")} <= kinds(found)
    # A colleague there with nothing new makes the address known; the application is new all the same.
    colleague = event("colleague", at=at(-1), actor="4", actor_name="4@x", ip=TOR, client="Browser")
    found = traced(store, ben, entered, colleague)
    assert hostile(store) == {"read", "ben"}
    assert ("other account", TOR) in kinds(found, "offered")
    # More than a week before it is honest work.
    traced(store, ben, entered, event("long", at=at(-9), client="Portal", app_id="P", **early))
    assert hostile(store) == {"read"}


PHONE = "SalesforceMobileSDK/12.1.0 iOS/18.5"


def test_a_colleague_s_own_client_or_phone_at_the_address_is_only_offered(store: Engine) -> None:
    """Two events of a client that the account used elsewhere before, one of a phone that nobody had."""
    before = event("before", at=at(-3), actor="2", actor_name="2@x", ip="10.0.0.2", client="Sync")
    sync = event("sync", at=at(1), actor="2", actor_name="2@x", ip=TOR, session="S8", client="Sync")
    phone = event("phone", at=at(1), actor="3", actor_name="3@x", ip=TOR, session="S9", user_agent=PHONE)
    found = traced(store, before, sync, phone)
    assert hostile(store) == {"read"}
    assert found.actors == ("1",)
    offered = [each for each in found.links if each.state == "offered"]
    assert [(each.kind, each.account) for each in offered] == [
        ("other account", "2@x"),
        ("other account", "3@x"),
    ]
    assert all("or with a phone's app" in each.why for each in offered)
    traced(store, before, sync, phone, accepted=(offered[0].id,))
    assert hostile(store) == {"read", "sync"}


@pytest.mark.parametrize("client", ["Browser", "Portal", None])
def test_a_browser_or_a_new_client_of_another_account_joins(store: Engine, client: str | None) -> None:
    """The word Browser stands for any of them, although the account used it every day."""
    ben = event("ben", at=at(1), actor="2", actor_name="2@x", ip=TOR, session="S8", client=client)
    phone = event("phone", at=at(2), actor="2", actor_name="2@x", ip=TOR, session="S9", user_agent=PHONE)
    found = traced(store, ben, phone)
    assert hostile(store) == {"read", "ben"}
    (link,) = (each for each in found.links if each.kind == "other account")
    assert (link.state, link.events, link.why.endswith("which nobody had used before")) == (
        "followed",
        1,
        True,
    )


def test_a_client_first_used_in_the_intrusion_is_not_the_account_s_own(store: Engine) -> None:
    """Only what came before it began counts, and only what the account did itself."""
    others = event("others", at=at(-3), actor="1", actor_name="1@x", ip=HOME, client="Sync")
    during = event("during", at=at(0.5), actor="2", actor_name="2@x", ip="10.0.0.2", client="Sync")
    sync = event("sync", at=at(1), actor="2", actor_name="2@x", ip=TOR, session="S8", client="Sync")
    traced(store, others, during, sync)
    assert hostile(store) == {"read", "sync"}


def test_an_address_that_honest_work_used_is_only_offered(store: Engine) -> None:
    """The office: the intruder sits there, and so do others."""
    office = event("office", at=at(0, 3), actor="1", actor_name="1@x", ip="10.0.0.2", session="S")
    ours = event("ours", at=at(0, 5), actor="1", actor_name="1@x", ip="10.0.0.2", session="S4")
    found = traced(store, office, ours)
    assert hostile(store) == {"read", "office"}
    assert ("address", "10.0.0.2") in kinds(found, "offered")
    traced(store, office, ours, accepted=(link_id("address", "10.0.0.2", "1@x"),))
    assert hostile(store) == {"read", "office", "ours"}
    assert all(named((each.kind, each.value, each.account or "")) == each.id for each in found.links)


def test_the_app_of_a_token_at_a_shared_address_joins_other_accounts(store: Engine) -> None:
    """The address is known, the app is not: both accounts used the same grant."""
    shared = event("shared", at=at(0, 3), actor="1", actor_name="1@x", ip="10.0.0.2", session="S", app_id="P")
    other = event("other", at=at(0, 9), actor="4", actor_name="4@x", ip="10.0.0.2", session="S5", app_id="P")
    found = traced(store, shared, other)
    assert ("token", "P at 10.0.0.2") in kinds(found)
    assert "other" in hostile(store)


def test_what_is_selected_by_hand_is_only_offered_more(store: Engine) -> None:
    """A selector means what it says."""
    later = event("later", at=at(2), actor="1", actor_name="1@x", ip=TOR, session="S7")
    traced(store, later)
    found = trace(store, Selectors(sessions=("S",)))
    assert hostile(store) == {"read"}
    assert kinds(found) == {("selection", "sessions S")}
    assert ("address", TOR) in kinds(found, "offered")
