from datetime import timedelta

import pytest

from detectors.sample import AGENT, COLLEAGUE, HOST, START, found, row, signs, work
from floodmark.detectors.new_report import DETECTOR

LIMITS = DETECTOR.limits
LATE = START + timedelta(days=19, minutes=1)
SECOND = timedelta(seconds=1)
# A month's end is the days from the 26th to the 2nd; the sample begins on the 2nd of June.
CLOSING = START + timedelta(days=24, minutes=1)


def ran(at, report="00O1", *, key=None, log="salesforce.rtem.ReportEvent", **more):
    """Return one run of a report, in two chunks."""
    run = {
        "objects": ["Contact"],
        "resource": report,
        "execution": key or f"{report} {at.isoformat()}",
        "matched_rows": 10,
        "session": "s-r",
        "login": "l-r",
        **more,
    }
    return [row(at + n * SECOND, log, "report", chunk=n, **run) for n in range(2)]


def daily(days=28, *, runs=1, report="00O1", actor=COLLEAGUE):
    """Return the same report run every day, some minutes apart, by one account."""
    return [
        each
        for day in range(days)
        for n in range(runs)
        for each in ran(START + timedelta(days=day, hours=2, minutes=9 * n), report, actor=actor)
    ]


def told(*rows, kind=None):
    """Return (kind, account, told_at, rest) of the signs beside two accounts' ordinary days."""
    base = [*work(35), *work(35, actor=COLLEAGUE)]
    return signs([*base, *(each for part in rows for each in part)], DETECTOR, *([kind] if kind else []))


def several(count, *, at=LATE, apart=timedelta(minutes=5), **more):
    """Return as many runs of the known report, at equal distance."""
    return [each for n in range(count) for each in ran(at + n * apart, **more)]


def test_a_report_nobody_ran_before_is_told_at_its_first_row() -> None:
    """With its id, and once, however often it is run then and by whomever."""
    new = ran(LATE, "00O2", login="l-new")
    (sign,) = told(daily(), new, ran(LATE + timedelta(minutes=3), "00O2", actor=COLLEAGUE), ran(LATE + timedelta(days=2), "00O2"))  # fmt: skip
    assert (sign["kind"], sign["actor"], sign["told_at"]) == ("report-new", AGENT, LATE)
    assert (sign["begins_at"], sign["ends_at"], sign["doors"]) == (LATE, LATE, ["login l-new"])
    assert sign["told"].startswith("ran report 00O2 / nobody had run it before")
    assert (sign["family"], sign["points"]) == ("look", 4)


def test_a_report_that_a_colleague_ran_is_known() -> None:
    """It is new for nobody, whoever ran it."""
    assert told(daily(), ran(LATE, "00O1")) == []


@pytest.mark.parametrize(
    ("day", "kinds"), [(LIMITS["days"] - 1, []), (LIMITS["days"], ["report-new"])], ids=["too early", "known"]
)
def test_reports_are_known_a_week_after_the_first_of_anybody(day, kinds) -> None:
    """Before that, nobody knows which reports there are; work without reports is no such history."""
    first = START + timedelta(days=5)
    new = ran(first + timedelta(days=day), "00O2")
    assert [each["kind"] for each in told(ran(first, actor=COLLEAGUE), new)] == kinds


@pytest.mark.parametrize("slots", [{"outcome": "failure"}, {"outcome": "blocked"}, {"resource": None}])
def test_what_was_not_run_or_has_no_id_is_no_new_report(slots) -> None:
    """A failed run shows nothing, and an unsaved report has no id to know it by."""
    new = [each | slots for each in ran(LATE, "00O2")]
    assert told(daily(), new, kind="report-new") == []


@pytest.mark.parametrize(
    ("day", "closing"),
    [(23, False), (24, True), (28, True), (30, True), (31, False)],
    ids=["25th", "26th", "30th", "2nd", "3rd"],
)
def test_the_end_of_a_month_is_told_apart(day, closing) -> None:
    """From the 26th to the 2nd new and more reports are the rule: kinds of their own, that weigh less."""
    at = START + timedelta(days=day, hours=1)
    new, many = ran(at, "00O2"), several(LIMITS["runs"], at=at, apart=timedelta(minutes=9))
    kinds = {each["kind"]: each for each in told(daily(35), new, many)}
    suffix = "-closing" if closing else ""
    assert kinds.keys() == {f"report-new{suffix}", f"report-many{suffix}"}
    most = {kind.id: kind.most for kind in DETECTOR.kinds}
    assert all(each["points"] <= most[name] for name, each in kinds.items())
    points = {name.removesuffix("-closing"): each["points"] for name, each in kinds.items()}
    assert points == ({"report-new": 1, "report-many": 2} if closing else {"report-new": 4, "report-many": 5})


def test_more_runs_within_an_hour_than_ever() -> None:
    """Told at the run that was too many; a day gives one sign, with the most runs of it."""
    needed = LIMITS["runs"]
    (sign,) = told(daily(), several(needed + 1))
    assert (sign["kind"], sign["told_at"]) == ("report-many", LATE + (needed - 1) * timedelta(minutes=5))
    assert sign["ends_at"] == LATE + needed * timedelta(minutes=5)
    assert (sign["runs"], sign["before"], sign["family"], sign["points"]) == (needed + 1, 0, "volume", 5)
    assert sign["told"].startswith("ran 5 reports within an hour, 2025-06-21 08:16 UTC / 0 at most before")


@pytest.mark.parametrize(
    "rows",
    [
        several(LIMITS["runs"] - 1),
        several(LIMITS["runs"], apart=timedelta(minutes=21)),
        [*several(LIMITS["runs"] // 2), *several(LIMITS["runs"] // 2, actor=COLLEAGUE, at=LATE + timedelta(minutes=2))],
        [*several(LIMITS["runs"] - 1), *several(LIMITS["runs"] - 1, log="salesforce.elf.Report")],
        several(LIMITS["runs"] + 4, key="one run"),
        [each | {"outcome": "failure"} for each in several(LIMITS["runs"])],
    ],
    ids=["fewer", "slower", "two people", "two logs of the same runs", "chunks of one run", "failed"],
)  # fmt: skip
def test_no_more_runs_than_usual(rows) -> None:
    """Too few, too slow, by two people, or rows of the same run."""
    assert told(daily(), rows, kind="report-many") == []


def test_sixty_minutes_hold_both_ends() -> None:
    """The run an hour before counts; one a second earlier does not."""
    fits = several(LIMITS["runs"], apart=timedelta(minutes=20))
    slow = several(LIMITS["runs"], apart=timedelta(minutes=20, seconds=1))
    assert [each["told_at"] for each in told(daily(), fits, kind="report-many")] == [LATE + timedelta(hours=1)]  # fmt: skip
    assert told(daily(), slow, kind="report-many") == []


@pytest.mark.parametrize(("runs", "heavy"), [(6, True), (5, False)])
def test_twice_the_busiest_hour_a_day_or_more_before(runs, heavy) -> None:
    """Three within an hour are usual here, so six are needed; what came this morning is no habit."""
    usual = daily(20, runs=3, actor=AGENT)
    morning = LATE + timedelta(days=2)
    rows = several(runs, at=morning, apart=timedelta(minutes=3))
    made = told(usual, rows, kind="report-many")
    assert [(each["told_at"], each["before"]) for each in made] == ([(morning + timedelta(minutes=15), 3)] if heavy else [])  # fmt: skip


def test_more_runs_in_a_day_than_ever() -> None:
    """Hours apart: told at the one that was too many of that day, not at the end of the day."""
    needed = LIMITS["day_runs"]
    at = LATE - timedelta(hours=4)
    (sign,) = told(daily(), several(needed + 2, at=at, apart=timedelta(minutes=65)))
    assert (sign["kind"], sign["told_at"]) == ("report-day", at + (needed - 1) * timedelta(minutes=65))
    assert (sign["runs"], sign["before"], sign["family"]) == (needed + 2, 0, "volume")
    assert sign["doors"] == ["login l-r"]
    fewer = several(needed - 1, at=at, apart=timedelta(minutes=65))
    assert told(daily(), fewer, kind="report-day") == []


def test_a_day_is_compared_with_the_days_before() -> None:
    """Four a day are usual, eight are twice as many; midnight begins another day."""
    usual = [
        each
        for n in range(4)
        for each in several(20, at=START + timedelta(hours=2 * n), apart=timedelta(days=1))
    ]
    day = START + timedelta(days=21)
    apart = timedelta(minutes=65)
    (sign,) = told(usual, several(8, at=day, apart=apart), kind="report-day")
    assert (sign["told_at"], sign["before"]) == (day + 7 * apart, 4)
    assert told(usual, several(7, at=day, apart=apart), kind="report-day") == []
    over_night = several(8, at=day.replace(hour=20, minute=50), apart=apart)
    assert told(usual, over_night, kind="report-day") == []


def test_months_ends_of_days_are_told_apart() -> None:
    """Many in a day, at the end of a month."""
    rows = several(LIMITS["day_runs"], at=CLOSING, apart=timedelta(minutes=65))
    (sign,) = told(daily(), rows)
    assert (sign["kind"], sign["points"]) == ("report-day-closing", 1)


def test_runs_of_a_day_are_not_told_as_those_of_an_hour() -> None:
    """A person who checks the hour would find one run in it."""
    rows = several(LIMITS["day_runs"], apart=timedelta(minutes=65))
    (sign,) = told(daily(), rows)
    assert "within an hour" not in sign["told"]


def test_many_runs_name_every_door_that_ran_one_until_then() -> None:
    """Who moves on with another login is still one; runs before the hour, and after, are not part of it."""
    apart = timedelta(minutes=5)
    before = ran(LATE - timedelta(minutes=90), login="l-0")
    first, then = several(2, login="l-2"), several(8, at=LATE + 2 * apart, login="l-1")
    after = ran(LATE + 12 * apart, login="l-3")
    (sign,) = told(daily(), before, first, then, after, kind="report-many")
    runs = max(LIMITS["runs"], LIMITS["times"])
    assert 2 < runs < 10
    assert sign["told_at"] == LATE + (runs - 1) * apart
    assert sign["doors"] == ["login l-1", "login l-2"]


def test_many_runs_of_a_day_name_every_door_of_that_day_until_then() -> None:
    """Hours apart, by three logins; the runs of the day before are another day's."""
    apart = timedelta(minutes=65)
    day = (START + timedelta(days=21)).replace(hour=1)
    rows = [each for n in range(LIMITS["day_runs"]) for each in ran(day + n * apart, login=f"l-{n % 3}")]
    (sign,) = told(daily(), ran(day - timedelta(hours=2), login="l-9"), rows, kind="report-day")
    assert sign["doors"] == ["login l-0", "login l-1", "login l-2"]


def test_reports_by_known_means_are_no_finding_and_from_elsewhere_are() -> None:
    """New reports, and many, are work unless something else speaks against it."""
    begun = row(LATE - SECOND, "salesforce.elf.Login", "login", session="s-r", login="l-r")
    new = [begun, *ran(LATE, "00O2")]
    many = several(9, at=LATE + timedelta(minutes=1))
    begun = row(LATE - SECOND, "salesforce.elf.Login", "login", session="s-r", login="l-r")
    base = [*work(28), *work(28, actor=COLLEAGUE), *daily()]
    assert found([*base, begun, *new, *many]).findings == ()
    (finding,) = found([*base, *({**each, "ip": HOST} for each in [begun, *new, *many])]).findings
    assert {"new-report", "new-client"} <= {each.detector for each in finding.reasons}
    assert finding.severity == "high"


def test_hostile_names_are_shown_inert() -> None:
    """A report's id is what the log says it is."""
    (sign,) = told(daily(), ran(LATE, "\x1b[2J\u202e"))
    assert sign["told"].isprintable()


# ---- a flood of reports


FLOOD = LIMITS["flood_runs"]


def flood(*rows, kind="report-flood"):
    """Return (told_at, runs, before) of the days with a flood."""
    return [(each["told_at"], each["runs"], each["before"]) for each in told(*rows, kind=kind)]


def test_a_flood_is_told_at_its_twentieth_report() -> None:
    """However far apart on one day; beside what weaker signs of that day say."""
    rows = several(FLOOD + 1, apart=timedelta(minutes=31))
    made = {each["kind"]: each for each in told(daily(), rows)}
    assert made.keys() == {"report-day", "report-flood"}
    sign = made["report-flood"]
    assert (sign["actor"], sign["told_at"]) == (AGENT, LATE + 19 * timedelta(minutes=31))
    assert (sign["runs"], sign["before"], sign["family"], sign["points"]) == (21, 0, "volume", 5)
    assert (sign["begins_at"], sign["ends_at"]) == (sign["told_at"], LATE + 20 * timedelta(minutes=31))
    assert sign["doors"] == ["login l-r"]
    assert sign["told"].startswith("ran 21 reports on one day, 2025-06-21 17:50 UTC / 0 at most before")
    assert flood(daily(), rows[: 2 * (FLOOD - 1)]) == []


@pytest.mark.parametrize(
    ("usual", "runs", "heavy"),
    [(2, 20, True), (2, 19, False), (3, 24, True), (3, 23, False), (4, 31, False), (4, 32, True)],
)
def test_eight_times_the_busiest_day_before(usual, runs, heavy) -> None:
    """Twenty where two a day are usual, eight times as many where more are."""
    rows = several(runs, apart=timedelta(minutes=9))
    wanted = [(LATE + (runs - 1) * timedelta(minutes=9), runs, usual)] if heavy else []
    assert flood(daily(19, runs=usual, actor=AGENT), rows) == wanted


def test_the_busiest_day_of_all_before_counts() -> None:
    """One day of three, long ago; not what came this morning, and not what colleagues do."""
    busy = several(3, at=START + timedelta(hours=3))
    apart = timedelta(minutes=9)
    assert flood(daily(runs=9), busy, daily(19, actor=AGENT), several(23, apart=apart)) == []
    assert flood(daily(runs=9), busy, several(24, apart=apart)) == [(LATE + 23 * apart, 24, 3)]


@pytest.mark.parametrize(
    "rows",
    [
        several(FLOOD, at=LATE + timedelta(hours=14), apart=timedelta(minutes=10)),
        [*several(FLOOD // 2), *several(FLOOD // 2, actor=COLLEAGUE, at=LATE + timedelta(minutes=2))],
        [*several(FLOOD - 1), *several(FLOOD - 1, log="salesforce.elf.Report")],
        several(FLOOD + 9, key="one run"),
        [each | {"outcome": "failure"} for each in several(FLOOD)],
    ],
    ids=["over midnight", "two people", "two logs of the same runs", "chunks of one run", "failed"],
)  # fmt: skip
def test_no_flood(rows) -> None:
    """Two days, two people, or rows of the same run."""
    assert flood(daily(19), rows) == []


@pytest.mark.parametrize(
    ("day", "closing"),
    [(23, False), (24, True), (28, True), (30, True), (31, False)],
    ids=["25th", "26th", "30th", "2nd", "3rd"],
)
def test_a_flood_at_the_end_of_a_month_weighs_less(day, closing) -> None:
    """When books are closed many reports are run."""
    rows = several(FLOOD, at=START + timedelta(days=day, minutes=1), apart=timedelta(minutes=9))
    made = told(daily(), rows)
    (sign,) = [each for each in made if each["kind"].startswith("report-flood")]
    assert (sign["kind"], sign["points"]) == (("report-flood-closing", 4) if closing else ("report-flood", 5))
    assert "on one day" in sign["told"]


def test_a_flood_in_an_accounts_first_week_weighs_in_full() -> None:
    """So many are no way to begin; fewer may be, within an hour or a day, and weigh half."""
    rows = several(FLOOD, actor="0055j000000utlZAAQ", apart=timedelta(minutes=9))
    made = {each["kind"]: each["points"] for each in told(daily(), rows)}
    assert made == {"report-flood": 5, "report-many": 2, "report-day": 2}
