from datetime import timedelta

import pytest

from detectors.sample import HOST, OFFICE, START, found, row, signs, work
from floodmark.detectors.odd_presence import DETECTOR

LATE = START + timedelta(days=19, minutes=1)
HOME = "198.51.100.9"


def call(at, ip, key):
    """Return one small query from an address."""
    return row(
        at,
        "salesforce.elf.RestApi",
        "query",
        matched_rows=1,
        objects=["Contact"],
        ip=ip,
        session=f"s-{key}",
        login=f"l-{key}",
    )


def both(*more, kind="two-places"):
    """Return the signs of one kind."""
    return signs([*work(28), *more], DETECTOR, kind)


def test_two_places_within_minutes() -> None:
    """At the desk, elsewhere, and at the desk again: told when the person is back, of the door from elsewhere."""
    (sign,) = both(call(LATE - timedelta(seconds=30), HOST, "x"))
    assert sign["told_at"] == LATE
    assert (sign["what"], sign["doors"]) == ("192.0.2.0/24", ["login l-x"])
    assert sign["told"].startswith(
        f"was active from 192.0.2.0/24 and 203.0.113.0/24 within {DETECTOR.minutes} minutes"
    )


def test_the_network_that_came_later_counts_whichever_acted_last() -> None:
    """The stranger comes back this time, after one page of the person; the door told is the stranger's."""
    stranger = [call(LATE - timedelta(minutes=4), HOST, "x"), call(LATE + timedelta(minutes=4), HOST, "x")]
    told = both(*stranger)
    assert {(each["what"], *each["doors"]) for each in told} == {("192.0.2.0/24", "login l-x")}
    assert LATE - timedelta(minutes=4) < told[0]["told_at"] <= LATE + timedelta(minutes=4)


def test_a_move_is_no_second_place() -> None:
    """A line that dropped and came back with another address: the person was here, then there."""
    evening = START + timedelta(days=19, hours=9)
    steps = [(0, OFFICE, "o"), (1, HOST, "x"), (9, HOST, "x")]
    assert both(*(call(evening + timedelta(minutes=minutes), ip, key) for minutes, ip, key in steps)) == []


@pytest.mark.parametrize(
    ("early", "ip"),
    [
        (timedelta(minutes=12), HOST),
        (timedelta(seconds=30), "203.0.113.99"),
        (timedelta(seconds=30), None),
        (timedelta(seconds=30), "Salesforce.com IP"),
    ],
    ids=["earlier", "same network", "no address", "a word"],
)
def test_one_place(early, ip) -> None:
    """Long before the person came, in one network, or nobody knows where."""
    assert both(call(LATE - early, ip, "x")) == []


def test_over_the_hour() -> None:
    """Minutes are not cut at the full hour, however far from it the first and the last of the three are."""
    evening = START + timedelta(days=19, hours=11, minutes=48)
    steps = [(0, OFFICE, "o"), (13, HOST, "x"), (18, OFFICE, "o")]
    (sign,) = both(*(call(evening + timedelta(minutes=minutes), ip, key) for minutes, ip, key in steps))
    assert (sign["told_at"], sign["doors"]) == (evening + timedelta(minutes=18), ["login l-x"])


def test_a_place_is_told_once() -> None:
    """Somebody with two machines in two networks every day is told on the first of them."""
    daily = [call(START + timedelta(days=day, seconds=30), HOME, f"h{day}") for day in range(28)]
    assert [each["told_at"] for each in both(*daily)] == [START + timedelta(minutes=1)]
    assert found([*work(28), *daily]).findings == ()


def test_an_hour_never_worked_before() -> None:
    """Three at night, after two weeks of days: told at the first act, by the door used."""
    night = START.replace(hour=3) + timedelta(days=20)
    (sign,) = both(call(night, OFFICE, "n"), call(night + timedelta(minutes=4), OFFICE, "n"), kind="odd-hour")
    assert (sign["told_at"], sign["doors"]) == (night, ["login l-n"])
    assert sign["told"].endswith("no activity within an hour of that time of day on its 20 days before")


@pytest.mark.parametrize(
    ("day", "hour"),
    [(20, 7), (20, 12), (20, 16), (DETECTOR.days - 1, 3)],
    ids=["before", "among", "after", "too early to know"],
)
def test_a_usual_hour(day, hour) -> None:
    """Within an hour of known hours, or before the hours are known, nothing is odd."""
    assert (
        both(call(START.replace(hour=hour, minute=30) + timedelta(days=day), OFFICE, "n"), kind="odd-hour")
        == []
    )


def test_an_odd_hour_becomes_known() -> None:
    """The second night is no news."""
    night = START.replace(hour=3) + timedelta(days=20)
    nights = [call(night + timedelta(days=day), OFFICE, f"n{day}") for day in range(4)]
    assert [each["told_at"] for each in both(*nights, kind="odd-hour")] == [night]


def test_a_night_over_midnight_is_odd_on_both_days() -> None:
    """The day before is no habit where it ended minutes ago."""
    night = START.replace(hour=23, minute=40) + timedelta(days=20)
    told = both(call(night, OFFICE, "n"), call(night + timedelta(minutes=40), OFFICE, "n"), kind="odd-hour")
    assert [each["told_at"] for each in told] == [night, night + timedelta(minutes=40)]


def test_hostile_addresses_are_shown_inert() -> None:
    """Only what has the form of an address is a network, so nothing else is ever shown."""
    assert both(call(LATE - timedelta(seconds=30), "\x1b[2J192.0.2.1", "x")) == []
