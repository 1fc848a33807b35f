"""Accounts that the logs show for the first time, one example for each part of what that means."""

from datetime import datetime, timedelta

import pytest

from detectors.sample import AGENT, BROWSER, COLLEAGUE, OFFICE, START, Row, export, found, row, signs, work
from floodmark.detectors.new_account import DETECTOR, NewAccount
from floodmark.findings import YOUNG_FOR

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
NEWCOMER = "0055j000000utlZAAQ"
NAME = "newcomer@example.com"
LATE = START + 14 * DAY


def came(at: datetime, key: str = "n", *, actor: str = NEWCOMER, **slots: object) -> Row:
    """Return one login, of an account that has a session of its own."""
    told = {"session": f"s-{key}", "login": f"l-{key}", "user_agent": BROWSER, **slots}
    return row(at, "salesforce.elf.Login", "login", actor=actor, **told)


def at_provider(at: datetime, *, name: str = NAME) -> Row:
    """Return what an identity provider tells of the newcomer, whom it knows by a name."""
    told = {"actor": "00u1", "actor_name": name, "session": "idx", "login": None}
    return row(at, "okta.system_log", "login", **told)


def told(*rows: Row, days: int = 21) -> list[Row]:
    """Return the signs beside an agent's ordinary days."""
    return signs([*work(days), *rows], DETECTOR)


def numbered(number: int) -> str:
    """Return the id of one of many accounts."""
    return f"0055j0000000{number:03}AAQ"


def test_an_account_that_appears_after_two_quiet_weeks_is_told() -> None:
    """Once, at its first event and by the door of that; alone it is no finding."""
    rows = [came(LATE), came(LATE + HOUR, "m"), came(LATE + 9 * DAY, "o")]
    (sign,) = told(*rows)
    assert (sign["kind"], sign["family"], sign["actor"]) == ("account-first", "account", NEWCOMER)
    assert sign["doors"] == ["login l-n"]
    assert sign["told_at"] == sign["begins_at"] == sign["ends_at"] == LATE
    assert (sign["begun"], sign["weeks"], sign["points"]) == (1, 2, 3)
    assert sign["told"] == (
        "was active for the first time at 2025-06-16 08:00 UTC"
        " / 0 other accounts had begun in 2 account-weeks before"
    )
    assert found([*work(), *rows]).findings == ()


@pytest.mark.parametrize(("early", "times"), [(SECOND, 0), (timedelta(0), 1)])
def test_in_the_first_seven_days_of_the_logs_nobody_is_new(early: timedelta, times: int) -> None:
    """The logs begin there, and not the accounts."""
    assert len(told(came(START + 7 * DAY - early))) == times


def test_who_was_there_before_is_not_new() -> None:
    """One event in the first days is enough, whatever it was and however long ago."""
    assert told(came(START + DAY, "e"), came(LATE)) == []
    assert told(*work(1, actor=NEWCOMER), came(START + 60 * DAY)) == []


@pytest.mark.parametrize("outcome", ["failure", "blocked"])
def test_who_did_not_come_in_was_not_there(outcome: str) -> None:
    """A failed login shows that somebody tried a name."""
    (sign,) = told(
        came(START + DAY, "e", outcome=outcome), came(LATE - HOUR, "f", outcome=outcome), came(LATE)
    )
    assert (sign["told_at"], sign["doors"]) == (LATE, ["login l-n"])


def test_where_further_logs_begin_nobody_is_new() -> None:
    """Logs that were collected from a later day on show everybody for the first time; a week after it is a beginning."""

    def streamed(at: datetime, actor: str) -> Row:
        return row(
            at, "salesforce.rtem.LoginEvent", "login", actor=actor, session=f"s-{actor[14]}", login="l-r"
        )

    begun = [streamed(LATE, AGENT), streamed(LATE + HOUR, NEWCOMER)]
    assert told(*begun) == []
    (sign,) = told(*begun, streamed(LATE + 7 * DAY, COLLEAGUE))
    assert (sign["actor"], sign["told_at"]) == (COLLEAGUE, LATE + 7 * DAY)


def test_who_was_at_the_identity_provider_alone_is_new_on_the_platform() -> None:
    """It knows many who never come here: the first event in the platform's own logs counts."""
    before = [at_provider(START + n * DAY) for n in (0, 3, 14)]
    (sign,) = told(*before, came(LATE + HOUR, actor_name=NAME))
    assert (sign["actor"], sign["told_at"], sign["doors"]) == (NEWCOMER, LATE + HOUR, ["login l-n"])
    # The weeks are people's whatever the newcomer did before: the agent's two and the newcomer's own.
    assert (sign["begun"], sign["weeks"]) == (1, 3)
    assert told(came(START + DAY, "e", actor_name=NAME), *before, came(LATE, actor_name=NAME)) == []


def test_the_logs_of_the_identity_provider_are_no_earlier_days() -> None:
    """The platform's logs may begin later: nobody is new in their own first days."""
    names = {"actor_name": "agent@example.com"}
    known = [each | names for each in work(21)]
    early = at_provider(START - 9 * DAY, name="agent@example.com")
    assert signs([early, *known, came(START + 7 * DAY - SECOND)], DETECTOR) == []
    assert len(signs([early, *known, came(START + 7 * DAY)], DETECTOR)) == 1


@pytest.mark.parametrize("keys", ["ab", "ba"])
def test_of_two_doors_at_one_time_the_smaller_is_named(keys: str) -> None:
    """So that the order of the rows does not show."""
    (sign,) = told(*(came(LATE, key) for key in keys))
    assert sign["doors"] == ["login l-a"]


def test_those_that_begin_at_one_time_count_for_each_other() -> None:
    """Who began no later is counted, this one as well."""
    accounts = {numbered(n): LATE + HOUR * (n // 2) for n in range(4)}
    made = told(*(came(at, actor, actor=actor) for actor, at in accounts.items()))
    assert [(each["actor"], each["begun"]) for each in made] == [
        (numbered(0), 2), (numbered(1), 2), (numbered(2), 4), (numbered(3), 4),
    ]  # fmt: skip


def test_who_began_in_the_first_week_is_not_counted() -> None:
    """Nor who comes later than this one."""
    rows = [
        came(START + 3 * DAY, "e", actor=numbered(1)),
        came(LATE),
        came(LATE + SECOND, "f", actor=numbered(2)),
    ]
    assert [each["begun"] for each in told(*rows)] == [1, 2]


def test_the_weeks_are_those_of_people_a_day_before() -> None:
    """A machine's first week counts as a person's; those that began the same day do not count."""
    calls = [
        row(
            START + n * DAY,
            "salesforce.elf.RestApi",
            "other",
            actor=numbered(1),
            session=f"c{n}",
            login=f"c{n}",
        )
        for n in range(20)
    ]
    assert [each["weeks"] for each in told(came(LATE), *calls)] == [3]
    # The newcomer's week began on its first day, whatever came before in the week of others.
    assert [each["weeks"] for each in told(came(LATE + DAY - SECOND))] == [2]
    assert [each["weeks"] for each in told(came(LATE + DAY))] == [3]
    assert [each["weeks"] for each in told(came(LATE), *work(21, actor=COLLEAGUE))] == [4]


def test_many_that_begin_weigh_nothing() -> None:
    """The first weighs three, those after it less and less; the eighty-fifth and later ones less than one."""
    made = told(*(came(LATE + n * HOUR / 9, str(n), actor=numbered(n)) for n in range(100)))
    assert [each["begun"] for each in made] == list(range(1, 101))
    points = [each["points"] for each in made]
    assert points == sorted(points, reverse=True)
    assert (points[0], points[-1], set(points)) == (3, 0, {3, 2, 1, 0})
    # Of 202 weeks begun + 1: three up to 8 of them, two up to 26, one up to 85.
    assert {each["weeks"] for each in made} == {2}
    assert [points.count(weight) for weight in (3, 2, 1)] == [7, 18, 59]
    assert made[-1]["told"].endswith(" / 99 other accounts had begun in 2 account-weeks before")


def test_its_arguments_are_its_limits() -> None:
    """How often accounts begin where nothing is known, and what the sign weighs at most."""
    rows = [*work(), came(LATE)]
    # 202 weeks, of which 1 + 10 and 1 + 0.
    assert [each["points"] for each in signs(rows, NewAccount(rate=0.05))] == [2]
    # A count alone would give four.
    assert [each["points"] for each in signs(rows, NewAccount(rate=0))] == [3]


def newcomers_theft(first: datetime, second: datetime) -> list[Row]:
    """Return the rows of a newcomer who logs in at one time, and reads by an unknown tool in the office at another."""
    office = [
        came(START + timedelta(days=n, minutes=5), f"{letter}{n}", actor=f"0055j000000utl{letter}AAQ")
        for n in range(12)
        for letter in "ABC"
    ]
    theft = [each | {"ip": OFFICE} for each in export(second, 4_000, actor=NEWCOMER)]
    return [*work(28), *office, came(first), *theft]


def test_what_a_newcomer_does_within_three_days_is_one_finding() -> None:
    """By one door on the first day, by an unknown tool and another door two days later: the points add up."""
    (finding,) = found(newcomers_theft(LATE, LATE + 2 * DAY)).findings
    assert finding.actors == (NEWCOMER,)
    heaviest = {each.detector: each.points for each in finding.reasons}
    assert heaviest["new-account"] == 3
    assert {"new-client", "volume-burst"} <= heaviest.keys()
    # A first load by a new tool in a known place is little: two points.
    assert finding.points == heaviest["new-account"] + heaviest["new-client"] + 2 == 10
    assert f"{LATE:%Y-%m-%d %H:%M}" in finding.summary


def test_what_it_does_on_the_fifth_day_is_apart() -> None:
    """The tool and its first load alone are no finding."""
    assert found(newcomers_theft(LATE, LATE + 4 * DAY)).findings == ()


@pytest.mark.parametrize(("after", "count"), [(timedelta(0), 1), (SECOND, 0)])
def test_three_days_to_the_moment(after: timedelta, count: int) -> None:
    """The login of the unknown tool shows a user agent that is new; what follows by that door belongs to it."""
    assert len(found(newcomers_theft(LATE, LATE + YOUNG_FOR + after)).findings) == count


def test_an_account_of_long_ago_ties_nothing() -> None:
    """The same acts of the agent, who was always there, are no finding."""
    rows = [
        each | ({"actor": AGENT} if each["actor"] == NEWCOMER else {})
        for each in newcomers_theft(LATE, LATE + 2 * DAY)
    ]
    assert found(rows).findings == ()
