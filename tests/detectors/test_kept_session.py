"""Sessions that no login began, one example for each part of what that means."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from detectors.sample import AGENT, COLLEAGUE, START, Row, found, row, signs, work
from floodmark.detectors.kept_session import DETECTOR, KeptSession

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
LATE = START + 20 * DAY + 3 * HOUR
AFTER = LATE + 5 * HOUR
NAME, AGENTS_NAME = "colleague@example.com", "agent@example.com"


def login(at: datetime, key: str = "c", **slots: Any) -> Row:
    """Return one login of the colleague, or of whom the slots say."""
    told = {"actor": COLLEAGUE, "actor_name": NAME, "session": f"s-{key}", "login": f"l-{key}", **slots}
    return row(at, "salesforce.elf.Login", "login", **told)


def at_provider(each: Row) -> Row:
    """Return what an identity provider tells of the same, about the account that it knows by the name."""
    return each | {"log": "okta.system_log", "event": f"okta {each['event']}", "actor": "00u1"}


def opened(at: datetime, key: str | None = "x", **slots: Any) -> Row:
    """Return one page that the agent opened in a session."""
    keys = {"session": f"s-{key}", "login": f"l-{key}"} if key else {}
    told = {"objects": ["Contact"], "record_ids": ["0030001"], "delivered_rows": 1, "actor_name": AGENTS_NAME}
    return row(at, "salesforce.elf.LightningPageView", "page_view", **{**told, **keys, **slots})


def mine(at: datetime, **slots: Any) -> Row:
    """Return a login of the agent that begins the session of `opened`, or is told with it."""
    return login(at, "x", actor=AGENT, actor_name=AGENTS_NAME, **slots)


def told(*rows: Row, days: int = 20, detector: KeptSession = DETECTOR) -> list[Row]:
    """Return the signs of the agent's days that began with a login, one session each, and of these rows."""
    return signs([*work(days), *rows], detector)


def test_a_session_without_a_login_is_told_at_the_next_login_of_anybody() -> None:
    """The row says when it began and ended, and how the sessions before did; alone it is no finding."""
    rows = [opened(LATE), opened(LATE + 7 * HOUR), login(AFTER)]
    (sign,) = told(*rows)
    assert (sign["kind"], sign["actor"], sign["doors"]) == ("kept-session", AGENT, ["login l-x"])
    assert (sign["told_at"], sign["begins_at"], sign["ends_at"]) == (AFTER, LATE, LATE + 7 * HOUR)
    assert (sign["visits"], sign["begun"]) == (20, 20)
    assert sign["family"] == "session"
    assert 0 < sign["points"] <= 5
    assert sign["told"] == (
        "worked from 2025-06-22 11:00 UTC in a session that no login began"
        " / 20 of its 20 sessions before began with a login"
    )
    assert found([*work(20), *rows]).findings == ()


def test_each_such_session_is_told_once() -> None:
    """Two of them are two signs, however much is done in each, and each is told at the first login after it."""
    rows = [
        *(opened(LATE + n * MINUTE) for n in range(30)),
        opened(LATE + 2 * HOUR, "y"),
        login(LATE + HOUR),
        login(AFTER, "d"),
    ]
    assert [(each["doors"], each["told_at"]) for each in told(*rows)] == [
        (["login l-x"], LATE + HOUR),
        (["login l-y"], AFTER),
    ]


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ([mine(LATE)], 0),
        ([mine(LATE - SECOND)], 0),
        ([mine(LATE + MINUTE)], 0),
        ([mine(LATE + 2 * HOUR)], 0),
        ([mine(AFTER)], 0),
        ([mine(AFTER + SECOND)], 1),
        ([mine(LATE, outcome="failure")], 1),
        ([at_provider(mine(LATE))], 1),
        ([opened(LATE) | {"event": "other", "operation": "logout"}], 1),
        ([login(LATE, "x")], 1),
        ([mine(LATE), mine(AFTER + DAY)], 0),
    ],
    ids=[
        "at once", "just before", "within the minute", "before anybody's", "with the next", "after the next", "failed",
        "at the provider", "another act", "of another account", "again later",
    ],
)  # fmt: skip
def test_what_begins_a_session(rows: list[Row], times: int) -> None:
    """A login of the same account and session, on record before the next login of anybody is."""
    assert len(told(opened(LATE), login(AFTER), *rows)) == times


def test_a_login_after_it_was_told_changes_nothing() -> None:
    """What was told stays told, also where the login that is logged late is of the same session."""
    rows = [opened(LATE), login(AFTER)]
    (before,), (after,) = told(*rows), told(*rows, mine(AFTER + HOUR))
    assert (before["told_at"], before["begins_at"]) == (after["told_at"], after["begins_at"]) == (AFTER, LATE)
    assert after["ends_at"] == AFTER + HOUR


@pytest.mark.parametrize(("days", "times"), [(4, 0), (5, 1), (6, 1)])
def test_how_many_sessions_it_needs(days: int, times: int) -> None:
    """Five that began with a login."""
    late = START + days * DAY + HOUR
    assert len(told(opened(late), login(late + HOUR), days=days)) == times


@pytest.mark.parametrize(("hours", "times"), [(24, 1), (23, 0)])
def test_only_sessions_of_a_day_before_count(hours: int, times: int) -> None:
    """Of five the last began a day before, or less."""
    late = START + 4 * DAY + timedelta(hours=hours)
    (sign, *_) = told(opened(late), login(late + HOUR), days=5) or [{"visits": 4}]
    assert sign["visits"] == 4 + times
    assert ("kind" in sign) == bool(times)


@pytest.mark.parametrize(
    ("without", "begun", "times"),
    [(2, 18, 1), (3, 18, 0), (3, 27, 1), (1, 8, 0), (1, 9, 1)],
    ids=["90 %", "86 %", "90 % of thirty", "89 %", "90 % of ten"],
)
def test_how_many_must_begin_with_a_login(without: int, begun: int, times: int) -> None:
    """Nine of ten; some accounts go on by a token for weeks."""
    # Those without one lie before the fifth with one, where nothing is told of them.
    kept = [opened(START + n * HOUR, f"k{n}") for n in range(without)]
    late = START + begun * DAY + HOUR
    made = told(*kept, opened(late), login(late + HOUR), days=begun)
    assert [(each["visits"], each["begun"]) for each in made] == [(begun + without, begun)] * times


@pytest.mark.parametrize(("after", "times"), [(MINUTE, 1), (MINUTE + SECOND, 0)])
def test_a_login_begins_a_session_within_a_minute(after: timedelta, times: int) -> None:
    """Five sessions whose login is logged so long after the first act."""
    days = [
        each
        for n in range(5)
        for each in (
            opened(START + n * DAY, f"d{n}"),
            login(START + n * DAY + after, f"d{n}", actor=AGENT),
        )
    ]
    assert len(told(*days, opened(LATE), login(AFTER), days=0)) == times


def test_nothing_is_told_before_a_login_shows_that_logins_are_logged() -> None:
    """The log of logins may end there: it waits for the next one, whoever's and however late."""
    kept = [opened(LATE), opened(LATE + DAY)]
    assert told(*kept) == []
    (sign,) = told(*kept, login(LATE + 2 * DAY))
    assert sign["told_at"] == LATE + 2 * DAY


@pytest.mark.parametrize(
    ("login_at", "told_at"),
    [
        (LATE - MINUTE, AFTER),
        (LATE, AFTER),
        (LATE + MINUTE - SECOND, AFTER),
        (LATE + MINUTE, LATE + MINUTE),
        (LATE + MINUTE + SECOND, LATE + MINUTE + SECOND),
    ],
)
def test_the_login_that_shows_it_is_a_minute_later(login_at: datetime, told_at: datetime) -> None:
    """One that is logged in the same minute says nothing of what is logged after it."""
    (sign,) = told(opened(LATE), login(login_at), login(AFTER, "d"))
    assert sign["told_at"] == told_at


@pytest.mark.parametrize(
    "other",
    [
        login(LATE + HOUR, outcome="failure"),
        at_provider(login(LATE + HOUR)),
        row(LATE + HOUR, "salesforce.elf.Login", "login", actor=COLLEAGUE),
    ],
    ids=["failed", "at the provider", "without a session"],
)
def test_which_logins_show_it(other: Row) -> None:
    """One that began a session on the platform."""
    (sign,) = told(opened(LATE), other, login(AFTER, "d"))
    assert sign["told_at"] == AFTER


def test_only_the_first_login_of_a_session_shows_it() -> None:
    """A second one in a session that went on says nothing new."""
    again = [login(LATE - HOUR), login(LATE + HOUR)]
    (sign,) = told(opened(LATE), *again, login(AFTER, "d"))
    assert sign["told_at"] == AFTER


def test_rows_of_an_identity_provider_are_no_session() -> None:
    """It names sessions of its own, and knows the account by a name."""
    begun = [mine(LATE), opened(LATE)]
    moved = [at_provider(opened(LATE + n * HOUR, "o")) for n in (-1, 1)]
    assert told(*begun, *moved, login(AFTER)) == []
    # Nor do they begin or end one that both name.
    both = [at_provider(opened(LATE + n * HOUR)) for n in (-1, 1)]
    (sign,) = told(opened(LATE), *both, login(AFTER))
    assert (sign["begins_at"], sign["ends_at"]) == (LATE, LATE)


def test_rows_without_keys_are_no_session() -> None:
    """Where a log names neither login nor session, nothing is known of how it began."""
    assert told(opened(LATE, None), opened(LATE + HOUR, None, client="Helper/1.0"), login(AFTER)) == []
    # Nor does such a row begin the session that its request belongs to.
    blind = opened(LATE, None, request_key="r1")
    (sign,) = told(blind, opened(LATE + HOUR, request_key="r1"), login(AFTER))
    assert (sign["doors"], sign["begins_at"]) == (["login l-x"], LATE + HOUR)


def test_a_session_key_alone_is_no_session() -> None:
    """What login it belongs to a later row may tell, so neither it nor what it would name counts."""
    days = [each | {"login": None} for each in work(20)]
    assert signs([*days, opened(LATE, login=None), login(AFTER)], DETECTOR) == []
    assert told(opened(LATE, login=None), login(AFTER)) == []
    early = [mine(LATE - MINUTE, session=None), opened(LATE, login=None), login(LATE + 5 * MINUTE)]
    named = opened(LATE + 9 * MINUTE)
    assert told(*early) == told(*early, named) == []


def test_failed_acts_are_no_session() -> None:
    """Who did not come in did nothing there."""
    assert told(opened(LATE, outcome="failure"), login(AFTER)) == []
    (sign,) = told(opened(LATE, outcome="failure"), opened(LATE + HOUR), login(AFTER))
    assert sign["begins_at"] == LATE + HOUR


def test_sessions_of_other_accounts_say_nothing() -> None:
    """Each account has its own habit."""
    late = START + 4 * DAY + HOUR
    rows = [*work(20, actor=COLLEAGUE), opened(late), login(late + HOUR)]
    assert told(*rows, days=4) == []


def test_its_arguments_are_its_limits() -> None:
    """How many sessions, and what share of all."""
    late = START + 3 * DAY + HOUR
    kept = [opened(START + n * HOUR, f"k{n}") for n in range(3)]
    rows = [*kept, opened(late), login(late + HOUR)]
    assert len(told(*rows, days=3, detector=KeptSession(doors=3, share=0.5))) == 1
    assert told(*rows, days=3, detector=KeptSession(doors=4, share=0.5)) == []
    assert told(*rows, days=3, detector=KeptSession(doors=3, share=0.51)) == []
