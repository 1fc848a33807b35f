from datetime import datetime, timedelta

import pytest

from detectors.sample import AGENT, COLLEAGUE, HOST, START, found, row, signs, work
from floodmark.detectors.record_walk import DETECTOR

LATE = START + timedelta(days=19, minutes=1)
STEPS = DETECTOR.steps
MINUTE = timedelta(minutes=1)
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"
RISING = range(100, 101 + STEPS)


def opened(numbers, *, at=LATE, apart=MINUTE, name="003", log="RestApi", operation="record", **slots):
    """Return single records opened one after the other, by the numbers at the end of their ids."""
    told = {"objects": ["Contact"], "delivered_rows": 1, "session": "s-w", "login": "l-w", **slots}
    return [
        row(at + n * apart, f"salesforce.elf.{log}", operation, record_ids=[f"{name}w{number:05}"], **told)
        for n, number in enumerate(numbers)
    ]


def begun(rows):
    """Return these rows and the login that began their session, by the means of the first."""
    means = {name: rows[0].get(name) for name in ("ip", "user_agent", "session", "login")}
    return [row(rows[0]["at"] - timedelta(seconds=9), "salesforce.elf.Login", "login", **means), *rows]


def walks(*rows):
    """Return what this detector alone shows beside ordinary days."""
    return signs([*work(28), *(each for part in rows for each in part)], DETECTOR)


@pytest.mark.parametrize(
    ("numbers", "way", "word"), [(RISING, 1, "rising"), (RISING[::-1], -1, "falling")], ids=["up", "down"]
)
def test_records_in_the_order_of_their_ids_are_told_at_the_last_step(numbers, way, word) -> None:
    """Twelve steps need thirteen records; what was seen says how many, which way and when."""
    (sign,) = walks(opened(numbers))
    told_at = LATE + STEPS * MINUTE
    assert (sign["kind"], sign["actor"], sign["doors"], sign["told_at"]) == (
        "walk",
        AGENT,
        ["login l-w"],
        told_at,
    )
    assert (sign["object"], sign["steps"], sign["way"]) == ("003", 12, way)
    assert (sign["begins_at"], sign["ends_at"]) == (told_at - timedelta(hours=1), told_at)
    assert (sign["family"], sign["points"]) == ("order", 4)
    assert sign["told"] == (
        f"opened 13 records in a row by {word} ids, 2025-06-21 08:13 UTC"
        " / records in the order in which customers call and write"
    )


def test_one_step_fewer_is_no_walk() -> None:
    """Eleven steps are chance, or a short list."""
    assert walks(opened(RISING[:-1])) == []


def test_a_longer_walk_is_one_sign() -> None:
    """Told at the step that was enough, with the most steps that an hour held."""
    (sign,) = walks(opened(range(100, 131)))
    assert (sign["told_at"], sign["steps"]) == (LATE + STEPS * MINUTE, 30)
    assert sign["ends_at"] == LATE + 30 * MINUTE


@pytest.mark.parametrize(("later", "steps"), [(0, [12]), (1, [])], ids=["an hour", "a second more"])
def test_sixty_minutes_hold_both_ends(later, steps) -> None:
    """The first step an hour before the last counts; a second earlier it does not."""
    rows = opened(RISING, apart=MINUTE)
    rows[-1] |= {"at": rows[1]["at"] + timedelta(hours=1, seconds=later)}
    assert [each["steps"] for each in walks(rows)] == steps


@pytest.mark.parametrize(("seconds", "steps"), [(327, [12]), (328, [])])
def test_a_slow_walk_is_none_however_long(seconds, steps) -> None:
    """Eleven times the distance is less than an hour, or more."""
    rows = opened(range(100, 140), apart=timedelta(seconds=seconds))
    assert [each["steps"] for each in walks(rows)] == steps


def test_where_the_walk_began_counts_not() -> None:
    """The record of the first step may have been opened long before: steps are counted, not records."""
    (sign,) = walks(opened(RISING[:1], at=LATE - timedelta(hours=3)), opened(RISING[1:]))
    assert (sign["steps"], sign["told_at"]) == (12, LATE + (STEPS - 1) * MINUTE)


@pytest.mark.parametrize("turn", [6, 12], ids=["in the middle", "last step"])
def test_a_step_back_begins_anew(turn) -> None:
    """Steps in one direction, without one in the other."""
    numbers = [*RISING]
    numbers[turn] = 1
    assert walks(opened(numbers)) == []
    # After the step back twelve more are needed.
    assert len(walks(opened([*numbers, *range(200, 200 + STEPS)]))) == 1


def test_the_step_back_is_the_first_of_the_other_direction() -> None:
    """One up, then twelve down: the turning point is the first record of the walk."""
    down = [100, *range(200, 199 - STEPS, -1)]
    (sign,) = walks(opened(down))
    assert (sign["way"], sign["steps"], sign["told_at"]) == (-1, 12, LATE + (STEPS + 1) * MINUTE)
    assert walks(opened(down[:-1])) == []


def test_the_same_record_again_is_no_step_and_no_turn() -> None:
    """Opened twice each, or the last one again and again."""
    twice = [number for number in RISING for _ in range(2)]
    (sign,) = walks(opened(twice))
    assert (sign["steps"], sign["told_at"]) == (12, LATE + 2 * STEPS * MINUTE)
    assert walks(opened([*RISING[:-1], *[RISING[-2]] * 9])) == []


def test_a_record_opened_before_the_last_is_a_turn() -> None:
    """Back and forth between neighbours is no walk."""
    assert walks(opened([number + back for number in RISING for back in (1, 0)])) == []


@pytest.mark.parametrize(
    "parts",
    [
        ({}, {"actor": COLLEAGUE, "session": "s-c", "login": "l-c"}),
        ({}, {"session": "s-v", "login": "l-v"}),
        ({}, {"name": "500"}),
        ({}, {"log": "LightningPageView", "operation": "page_view"}),
    ],
    ids=["two accounts", "two doors", "two objects", "two logs"],
)  # fmt: skip
def test_a_walk_has_one_account_door_object_and_log(parts) -> None:
    """Half by one and half by the other is none; and both whole are two, of two logs one."""
    first, second = parts
    split = [opened(RISING[:7], **first), opened(RISING[7:], at=LATE + 7 * MINUTE, **second)]
    assert walks(*split) == []
    both = walks(opened(RISING, **first), opened(RISING, at=LATE + MINUTE / 2, **second))
    assert len(both) == (1 if "log" in second else 2)
    # Of the logs that show one walk the first tells.
    assert both[0]["told_at"] == LATE + STEPS * MINUTE


def test_other_objects_in_between_do_not_hide_a_walk() -> None:
    """Each contact and then an account of no order: the contacts are walked through."""
    accounts = [(37 * n) % 97 for n in range(len(RISING))]
    between = opened(accounts, at=LATE + MINUTE / 2, name="001")
    (sign,) = walks(opened(RISING), between)
    assert sign["object"] == "003"


@pytest.mark.parametrize(
    ("operation", "log", "shown"),
    [
        ("page_view", "LightningPageView", True),
        ("file", "ContentTransfer", True),
        ("query", "RestApi", False),
        ("write", "RestApi", False),
        ("other", "RestApi", False),
    ],
)
def test_what_opens_a_record(operation, log, shown) -> None:
    """Pages, records and files are opened one by one; a query that names its record is not."""
    assert len(walks(opened(RISING, operation=operation, log=log))) == shown


@pytest.mark.parametrize(
    "slots",
    [{"outcome": "failure"}, {"outcome": "blocked"}, {"actor": None}, {"record_ids": None}, {"record_ids": []}],
    ids=["failed", "blocked", "nobody", "no record", "empty"],
)  # fmt: skip
def test_what_opened_nothing_is_no_walk(slots) -> None:
    """Nothing was shown, or nobody knows to whom or what."""
    assert walks([each | slots for each in opened(RISING)]) == []


def test_a_failed_act_in_between_changes_nothing() -> None:
    """A record that was not shown is no step back."""
    failed = [each | {"outcome": "failure"} for each in opened([1], at=LATE + 6.5 * MINUTE)]
    (sign,) = walks(opened(RISING), failed)
    assert sign["steps"] == 12


def test_each_day_with_a_walk_has_a_sign() -> None:
    """A walk on another day is told again; one over midnight on the day on which it was long enough."""
    night = datetime(2025, 6, 21, 23, 50)  # noqa: DTZ001 - the engine's timestamps are plain UTC
    next_day = timedelta(days=1)
    told = walks(opened(RISING, at=night), opened(RISING, at=LATE + 2 * next_day, session="s-v", login="l-v"))
    assert [each["told_at"] for each in told] == [
        night + STEPS * MINUTE,
        LATE + 2 * next_day + STEPS * MINUTE,
    ]
    # Enough on both sides of midnight: each day tells the first time at which it was.
    longer = walks(opened(range(100, 130), at=night - 10 * MINUTE))
    assert [each["told_at"] for each in longer] == [night + 2 * MINUTE, night + 10 * MINUTE]


def test_ids_are_compared_as_they_are_written() -> None:
    """Digits, then capitals, then small letters: the order in which the platform counts."""
    digits = "0123456789ABCXYZabcxyz"
    ids = [f"003w0000{each}" for each in digits[-13:]]
    rows = [each | {"record_ids": [name]} for each, name in zip(opened(RISING), ids, strict=True)]
    (sign,) = walks(rows)
    assert (sign["way"], sign["steps"]) == (1, 12)


def test_ordinary_days_show_none() -> None:
    """Pages as people call, in no order, and pages in order hours apart."""
    called = [(37 * n) % 101 for n in range(60)]
    assert walks(opened(called)) == []
    assert walks(opened(RISING, apart=timedelta(minutes=20))) == []


def test_a_walk_alone_is_no_finding_and_by_other_means_is() -> None:
    """A list that is worked through is honest; from elsewhere, at another hour and by another browser it is told."""
    assert found([*work(28), *begun(opened(range(100, 150)))]).findings == ()
    other = {"at": LATE + timedelta(hours=13), "ip": HOST, "user_agent": LINUX}
    (finding,) = found([*work(28), *begun(opened(range(100, 150), **other))]).findings
    # Network 3, hour 2, browser 2 beside a network, walk 4.
    assert (finding.points, finding.severity) == (11, "high")
    assert finding.told_at == "2025-06-21T21:13:00.000Z"
    assert "record-walk" in {each.detector for each in finding.reasons}
    called = [(37 * n) % 101 for n in range(50)]
    assert found([*work(28), *begun(opened(called, **other))]).findings == ()
