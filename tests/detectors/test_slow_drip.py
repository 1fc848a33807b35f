from datetime import timedelta

import pytest

from detectors.sample import AGENT, START, found, row, signs, work
from floodmark.detectors.slow_drip import DETECTOR, SlowDrip

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


@pytest.mark.parametrize(
    ("others", "detector", "points"),
    [(5, DETECTOR, 0), (4, DETECTOR, 12), (5, SlowDrip(crowd_share=0.5), 12)],
)
def test_in_a_crowd_a_drip_weighs_nothing(others: int, detector: SlowDrip, points: int) -> None:
    """Five others who reached a step lately, and a share of all: there is more to do, and no insider."""
    team = [f"0055j000000utl{letter}AAQ" for letter in "ABCDEFGHJKLMN"]
    ordinary = [each for actor in team for each in work(28, actor=actor)]
    busy = [each for actor in team[:others] for day in range(14, 20) for each in more(day, 60, actor=actor)]
    mine = [each for day in range(16, 22) for each in more(day, 60)]
    told = signs([*work(28), *ordinary, *busy, *mine], detector)
    alone = {each["points"] for each in told if each["actor"] == AGENT and each["kind"] == "drip-10"}
    assert alone == {points}


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
FIRST = login(START, actor=OTHERS[0])
TWICE = 2 * 20 + 5 * 15
"""Four spreads above the slack, where twice what colleagues do is usual."""


@pytest.mark.parametrize(
    ("since", "enough"),
    [(WEEK - timedelta(seconds=1), 95), (WEEK, TWICE), (timedelta(days=DAY), TWICE)],
    ids=["first week", "a week later", "on that day"],
)
def test_who_came_after_the_first_week_may_do_twice_as_much(since, enough) -> None:
    """Who begins learns other work; who was there when the ledger began is no beginner for all we know."""
    rows = [[FIRST], team(*[20] * 5)]
    assert part_time(*rows, more(DAY, enough), since=START + since) == {"drip-4": enough}
    assert part_time(*rows, more(DAY, enough - 1), since=START + since) == {}


@pytest.mark.parametrize(("late", "enough"), [(timedelta(0), 95), (timedelta(microseconds=1), TWICE)])
def test_how_long_an_account_is_a_beginner(late, enough) -> None:
    """Until the midnight that is as many days after its first event as are looked back on."""
    day = 40
    midnight = (START + timedelta(days=day)).replace(hour=0) - timedelta(days=LIMITS["days"])
    rows = [[FIRST], team(*[20] * 5, first=day - 10, last=day + 1)]
    assert part_time(*rows, more(day, enough), day=day, since=midnight + late) == {"drip-4": enough}
    assert part_time(*rows, more(day, enough - 1), day=day, since=midnight + late) == {}


@pytest.mark.parametrize(
    ("since", "enough"), [(START, 45 + 75), (START + WEEK, TWICE)], ids=["first week", "a week later"]
)
def test_few_own_days_of_a_beginner_make_no_more_usual(since, enough) -> None:
    """Six days of 45: usual for who was there before, and no more than twice the colleagues' for who begins."""
    base = [[FIRST], team(*[20] * 5), own(*[45] * 6)]
    assert part_time(*base, more(DAY, enough), since=since) == {"drip-4": enough}
    assert part_time(*base, more(DAY, enough - 1), since=since) == {}


@pytest.mark.parametrize(
    ("counts", "since", "enough", "by_colleagues"),
    [
        # Their median is 45, and 15 the median distance from it.
        ((60, 60, 60, 45, 30, 30, 30), START, 157, False),
        ((60, 60, 60, 45, 30, 30, 30), START + WEEK, TWICE, True),
        ((41, 41, 41, 41, 41, 41, 41), START + WEEK, TWICE, True),
        # No more than the cap: as for any other account.
        ((60, 60, 60, 40, 20, 20, 20), START + WEEK, 189, False),
        ((40, 40, 40, 40, 40, 40, 40), START + WEEK, TWICE, False),
        ((20, 20, 20, 20, 20, 20, 20), START + WEEK, 95, False),
    ],
    ids=["long there", "beginner", "just above", "wide below", "as much", "less"],
)
def test_enough_own_days_of_a_beginner_count_up_to_twice_the_colleagues(
    counts, since, enough, by_colleagues
) -> None:
    """Seven days since it began; beyond twice what colleagues do neither their middle nor their spread counts."""
    day = DAY + 1
    days = [each for n, count in enumerate(counts) for each in more(day - 8 + n, count)]
    base = [FIRST, login(since), *team(*[20] * 5, last=day + 1), *days]
    for count, told in ((enough, [by_colleagues]), (enough - 1, [])):
        made = [each for each in signs([*base, *more(day, count)], DETECTOR) if each["actor"] == AGENT]
        assert [each["by_colleagues"] for each in made if each["kind"] == "drip-4"] == told
        assert {each["known_days"] for each in made} <= {7}


def test_without_colleagues_a_beginner_is_compared_with_itself() -> None:
    """Twice of nothing known is no limit."""
    days = [each for n in range(7) for each in more(DAY - 7 + n, 45)]
    base = [FIRST, login(START + WEEK), *team(*[20] * 4, last=DAY + 2), *days]
    made = {}
    for count in (120, 119):
        told = signs([*base, *more(DAY + 1, count)], DETECTOR)
        made[count] = [(each["kind"], each["by_colleagues"]) for each in told if each["actor"] == AGENT]
    assert made == {120: [("drip-4", False)], 119: []}


def test_how_many_times_as_much_is_an_argument() -> None:
    """Three times twenty, and a spread of eighteen."""
    base = [FIRST, login(START + WEEK), *team(*[20] * 5)]
    detector = SlowDrip(beginner=3)
    for count, told in ((60 + 5 * 18, ["drip-4"]), (60 + 5 * 18 - 1, [])):
        made = signs([*base, *more(DAY, count)], detector)
        assert [each["kind"] for each in made if each["actor"] == AGENT] == told
