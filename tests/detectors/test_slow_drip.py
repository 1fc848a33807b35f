from datetime import timedelta

import pytest

from detectors.sample import AGENT, START, found, row, signs, work
from floodmark.detectors.slow_drip import DETECTOR

LIMITS = DETECTOR.limits
OTHERS = [f"0055j000000utl{letter}AAQ" for letter in "ABCDEF"]


def more(day, count, *, actor=AGENT, name="003", start=0):
    """Return further pages of other customers on one day, within the hours of work."""
    at = START + timedelta(days=day, hours=1)
    door = {"actor": actor, "session": f"s-{actor[14]}{day}", "login": f"l-{actor[14]}{day}"}
    return [
        row(at + timedelta(minutes=n, seconds=9), "salesforce.elf.LightningPageView", "page_view",
            record_ids=[f"{name}x{day:02}{start + n:03}"], delivered_rows=1, objects=["Contact"], **door)
        for n in range(count)
    ]  # fmt: skip


def drips(*rows, days=28):
    """Return what this detector shows beside an agent's ordinary days of twenty customers."""
    return signs([*work(days), *(each for day in rows for each in day)], DETECTOR)


def test_a_little_each_day_adds_up() -> None:
    """Sixty customers more a day for a week: told step by step, and in the end alone."""
    rows = [more(day, 60) for day in range(14, 21)]
    told = drips(*rows)
    assert {each["kind"] for each in told} == {kind.id for kind in DETECTOR.kinds}
    assert {each["usual"] for each in told} == {20}
    first = min(each["told_at"] for each in told)
    assert START + timedelta(days=14) < first < START + timedelta(days=17)
    (finding,) = found([*work(28), *(each for day in rows for each in day)]).findings
    assert finding.detector == "slow-drip"
    assert finding.severity == "high"
    assert "distinct customers on" in finding.summary


def test_a_drip_by_a_machine_weighs_little() -> None:
    """Who never works in the browser does what it is asked; its largest step weighs little."""

    def calls(rows):
        return [
            each | ({"log": "salesforce.elf.RestApi", "operation": "record"} if "record_ids" in each else {})
            for each in rows
        ]

    days = [*work(28), *(each for day in range(14, 21) for each in more(day, 60))]
    alone = {each["points"] for each in signs(days, DETECTOR) if each["kind"] == "drip-10"}
    machines = signs(calls(days), DETECTOR)
    assert {each["kind"] for each in machines} == {kind.id for kind in DETECTOR.kinds}
    assert {each["points"] for each in machines if each["kind"] == "drip-10"} == {LIMITS["machine_points"]}
    assert alone == {12}


def test_each_step_is_told_at_the_record_that_reached_it() -> None:
    """A day's first records are enough for a low step, and its later ones for a higher."""
    told = drips(more(14, 150))
    times = {each["kind"]: each["told_at"] for each in told}
    assert list(times.values()) == sorted(times.values())
    assert all(each["told_at"] < each["ends_at"] for each in told)


def test_one_busy_day_counts_for_a_limited_number_of_spreads() -> None:
    """However much was opened on one day, its share of the sum is capped; other detectors see that day."""
    told = drips(more(14, 400))
    assert max(each["excess"] for each in told) <= LIMITS["most"] - LIMITS["slack"]


def test_the_usual_spread_is_quiet() -> None:
    """A few more on some days are a day's work."""
    assert drips(*(more(day, 2 + day % 4) for day in range(14, 28))) == []


def test_a_day_like_any_other_lets_the_sum_fall() -> None:
    """Busy days far apart are no drip."""
    assert drips(*(more(day, 20) for day in (10, 15, 20, 25))) == []


def test_the_same_customer_again_is_no_other() -> None:
    """Distinct records count, not pages."""
    again = [each | {"record_ids": ["0030000"]} for day in range(14, 24) for each in more(day, 60)]
    assert drips(again) == []


def test_without_history_nothing_is_unusual() -> None:
    """An account that drips from its first days has no usual."""
    assert drips(*(more(day, 60) for day in range(28))) == []


def test_days_on_which_everybody_is_busy_are_no_drip() -> None:
    """A migration or a peak: the colleagues' days raise what is expected of the next ones."""
    busy = [more(day, 60) for day in range(14, 21)]
    everybody = [each for actor in OTHERS for each in work(28, actor=actor)]
    peak = [each for actor in OTHERS for day in range(13, 21) for each in more(day, 60, actor=actor)]
    alone = [each for each in drips(*busy, everybody) if each["actor"] == AGENT]
    together = [each for each in drips(*busy, everybody, peak) if each["actor"] == AGENT]
    assert {each["kind"] for each in alone} == {kind.id for kind in DETECTOR.kinds}
    assert together == []


def test_days_of_one_run_belong_together() -> None:
    """Each day has a login of its own; the run is one finding."""
    told = drips(*(more(day, 60) for day in range(14, 21)))
    assert len({door for each in told for door in each["doors"]}) > 1
    assert len({each["chain"] for each in told}) == 1


def test_words_say_usual_spread_and_days() -> None:
    """What was expected, with the numbers that say so."""
    told = drips(*(more(day, 60) for day in range(14, 21)))
    assert f"20 a day, give or take {LIMITS['least']}, by" in told[-1]["told"]
    assert "days above the usual" in told[-1]["told"]
    assert told[-1]["told"].isprintable()


# ---- accounts with few days of their own


DAY = 14
FIVE = OTHERS[:5]


def team(*counts, first=0, last=DAY + 1, name="003"):
    """Return the days of colleagues, each with as many customers every day as its count says."""
    return [
        each
        for actor, count in zip([*OTHERS, *(f"0055j000000utl{letter}AAQ" for letter in "GHJK")], counts, strict=False)
        for day in range(first, last)
        for each in more(day, count, actor=actor, name=name)
    ]  # fmt: skip


def login(at=START, *, actor=AGENT):
    """Return an act that opened no record: the account was there."""
    return row(at, "salesforce.elf.Login", "login", actor=actor, session="s-0", login="l-0")


def part_time(*rows, day=DAY, since=START):
    """Return kind -> records that were enough, of the signs of an account with no other days than these."""
    made = [login(since), *(each for part in rows for each in part)]
    begin = START + timedelta(days=day, hours=1, seconds=9)
    return {
        each["kind"]: round((each["told_at"] - begin) / timedelta(minutes=1)) + 1
        for each in signs(made, DETECTOR)
        if each["actor"] == AGENT and each["by_colleagues"]
    }


def test_an_account_with_few_days_is_compared_with_its_colleagues() -> None:
    """Somebody in the first days opens five times what anybody does: told at the record that is too many."""
    told = [
        each
        for each in signs([login(), *team(*[20] * 5), *more(DAY, 150)], DETECTOR)
        if each["actor"] == AGENT
    ]
    assert [each["kind"] for each in told] == ["drip-4", "drip-6"]
    first = told[0]
    assert (first["usual"], first["spread"], first["known_days"]) == (20, LIMITS["least"], 0)
    assert (first["by_colleagues"], first["excess"], first["reached"]) == (True, 7.0, 150)
    assert first["doors"] == [f"login l-{AGENT[14]}{DAY}"]
    assert first["told"].startswith(
        "reached 150 distinct customers on 2025-06-16, after 0 days above the usual (150 in all)"
        " / 20 a day, give or take 15, by busy colleagues; the excess adds up to 7.0 such spreads, 4 are a step"
    )
    assert part_time(team(*[20] * 5), more(DAY, 150)) == {"drip-4": 95, "drip-6": 125}


@pytest.mark.parametrize(("count", "told"), [(95, {"drip-4": 95}), (94, {})])
def test_four_spreads_above_the_slack(count, told) -> None:
    """Twenty, and five times fifteen."""
    assert part_time(team(*[20] * 5), more(DAY, count)) == told


@pytest.mark.parametrize(
    ("counts", "enough"),
    [((10, 20, 30, 40, 50), 46 + 75), ((50, 10, 40, 20, 30), 121), ((10, 10, 10, 10, 40), 28 + 75), ((60,) * 5, 60 + 5 * 18)],
    ids=["apart", "in any order", "one busy", "wide"],
)  # fmt: skip
def test_the_busiest_tenth_of_colleagues(counts, enough) -> None:
    """Nine in ten have less: between the two busiest of five; the spread grows with it."""
    assert part_time(team(*counts), more(DAY, enough)) == {"drip-4": enough}
    assert part_time(team(*counts), more(DAY, enough - 1)) == {}


def test_too_few_colleagues_are_no_comparison() -> None:
    """Five that were at work on a day, or nothing is known."""
    assert part_time(team(*[20] * 4), more(DAY, 200)) == {}
    # Six, of whom four were at work on each of the days before.
    gone = [*team(*[20] * 2, last=DAY - 4), *team(0, 0, *[20] * 4)]
    assert part_time(gone, more(DAY, 200)) == {}
    assert part_time(team(*[20] * 5, name="500"), more(DAY, 200)) == {}


@pytest.mark.parametrize(("first", "shown"), [(DAY - 9, True), (DAY - 8, False)])
def test_colleagues_need_days_enough(first, shown) -> None:
    """On the day before they had seven days two days back, or six."""
    assert bool(part_time(team(*[20] * 5, first=first), more(DAY, 150))) == shown


@pytest.mark.parametrize(("back", "shown"), [(4, True), (5, False)])
def test_colleagues_of_the_last_four_days(back, shown) -> None:
    """All were at work four days before, or five; one goes on."""
    rows = [*team(*[20] * 5, last=DAY - back + 1), *team(20, first=DAY - back + 1)]
    assert bool(part_time(rows, more(DAY, 150))) == shown


@pytest.mark.parametrize(("back", "enough"), [(4, 40 + 75), (5, 20 + 75)])
def test_the_largest_of_the_last_four_days(back, enough) -> None:
    """A day on which the busy were at work counts, if it is none too long ago."""
    busy = team(*[20] * 5, *[40] * 5, last=DAY - back + 1)
    rows = [*busy, *team(*[20] * 5, first=DAY - back + 1)]
    assert part_time(rows, more(DAY, 150))["drip-4"] == enough


def test_who_is_alone_at_work_is_compared_with_the_days_before() -> None:
    """On a Sunday, too; and it makes no difference whether a colleague comes later that day."""
    rows = [*team(*[20] * 5, last=DAY), *more(DAY, 150)]
    late = [each | {"at": START + timedelta(days=DAY, hours=15)} for each in more(DAY, 1, actor=OTHERS[0])]
    assert part_time(rows, late) == {"drip-4": 95, "drip-6": 125}
    assert part_time(rows) == {"drip-4": 95, "drip-6": 125}


def own(*counts):
    """Return own days of an account, the last two days before the day in question."""
    return [each for back, count in enumerate(reversed(counts)) for each in more(DAY - 2 - back, count)]


@pytest.mark.parametrize(
    ("days", "enough", "by_colleagues"), [(6, 20 + 75, True), (7, 5 + 75, False)], ids=["six", "seven"]
)
def test_with_seven_own_days_an_account_is_compared_with_itself(days, enough, by_colleagues) -> None:
    """A part-timer who opens five a day is compared with that once it is known."""
    base = [login(), *team(*[20] * 5), *own(*[5] * days)]
    for count, told in ((enough, [by_colleagues]), (enough - 1, [])):
        made = [each for each in signs([*base, *more(DAY, count)], DETECTOR) if each["actor"] == AGENT]
        assert [each["by_colleagues"] for each in made] == told


def test_the_spread_of_few_own_days_does_not_count() -> None:
    """Days of 1 and 39 are a wide spread, if they were enough to know one."""
    base = [*team(*[20] * 5), *own(39, 1, 39, 1)]
    assert part_time(base, more(DAY, 95)) == {"drip-4": 95}
    assert part_time(base, more(DAY, 94)) == {}


@pytest.mark.parametrize(("count", "told"), [(65, {"drip-4": 65}), (64, {})])
def test_few_days_add_up(count, told) -> None:
    """Three spreads a day, less the slack: the second day reaches four."""
    days = [more(DAY - 1, count), more(DAY, count)]
    assert part_time(team(*[20] * 5), *days) == told


def test_who_opens_what_colleagues_do_is_quiet() -> None:
    """The first week of a new colleague."""
    assert part_time(team(*[20] * 5), *(more(day, 30) for day in range(DAY - 5, DAY + 1))) == {}


WEEK = timedelta(weeks=1)


@pytest.mark.parametrize(("since", "shown"), [(WEEK - timedelta(seconds=1), True), (WEEK, False)])
def test_who_came_after_the_first_week_is_new(since, shown) -> None:
    """Who is new learns other work; who was there when the ledger began is no newcomer for all we know."""
    first = login(START, actor=OTHERS[0])
    assert bool(part_time([first], team(*[20] * 5), more(DAY, 150), since=START + since)) == shown


@pytest.mark.parametrize(("early", "shown"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_an_account_older_than_two_weeks_is_new_no_more(early, shown) -> None:
    """Counted from the midnight before the day in question."""
    day = DAY + 14
    midnight = (START + timedelta(days=day)).replace(hour=0) - timedelta(days=LIMITS["settled_days"])
    first = login(START, actor=OTHERS[0])
    rows = [[first], team(*[20] * 5, first=day - 10, last=day + 1), more(day, 150)]
    assert bool(part_time(*rows, day=day, since=midnight - early)) == shown
