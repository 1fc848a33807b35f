from datetime import timedelta

import pytest

from detectors.sample import AGENT, COLLEAGUE, HOST, START, certain, export, found, row, signs, weekly, work
from floodmark.detectors.bulk_read import DETECTOR

LATE = START + timedelta(days=19, minutes=1)
JOB = "7505j00000000010AAA"
FREE = ("salesforce.elf.Login", "salesforce.elf.ApiTotalUsage")


def bulk(rows, *kinds):
    """Return what this detector alone shows."""
    return signs(rows, DETECTOR, *kinds)


def states(at=LATE, *, rows=900, deleted=False, job=JOB):
    """Return the state rows of one bulk job."""
    names = [("InProgress", rows // 2), ("JobComplete", rows)] + [("Deleted", None)] * deleted
    return [
        row(at + timedelta(seconds=9 * step), "salesforce.elf.BulkApi2", "bulk_job", method=name,
            matched_rows=total,
            job=job, objects=["Contact"], session=f"s-{job}", login=f"l-{job}")
        for step, (name, total) in enumerate(names)
    ]  # fmt: skip


def records(count, at=LATE, *, seconds=10):
    """Return single records fetched one by one."""
    return [
        row(at + timedelta(seconds=seconds * n), "salesforce.elf.RestApi", "record",
            record_ids=[f"003{n:04}"],
            matched_rows=1, delivered_rows=1, objects=["Contact"], session="s", login="l")
        for n in range(count)
    ]  # fmt: skip


def test_a_first_large_query_is_found() -> None:
    """The pages of one query are one act, told at the page that made it large."""
    sign, largest = bulk([*work(), *export(LATE, 3_000, known=True)])
    assert (sign["kind"], largest["kind"]) == ("bulk-first", "bulk-largest")
    assert sign["told"] == "read 3,000 rows by one query from 2025-06-21 08:01 UTC / it had done none"
    assert sign["told_at"] == LATE + timedelta(seconds=30)
    assert sign["doors"] == ["login l-x"]


def test_the_page_that_makes_it_large_tells() -> None:
    """Small pages add up; the act is told at the one that reaches the limit, not at its end."""
    page = DETECTOR.rows // 4
    rows = [
        row(LATE + timedelta(minutes=n), "salesforce.rtem.ApiEvent", "query_more" if n else "query",
            delivered_rows=page, query="SELECT Id FROM Contact", objects=["Contact"], session="s", login="l")
        for n in range(9)
    ]  # fmt: skip
    (sign,) = bulk([*work(), *rows], "bulk-first")
    assert sign["told_at"] == LATE + timedelta(minutes=3)


def test_small_queries_are_quiet() -> None:
    """A few hundred rows are everyday."""
    assert bulk([*work(), *export(LATE, 300, known=True)]) == []


def test_a_later_export_like_the_ones_before_is_quiet() -> None:
    """What an account has done in the first week of the logs it may do again."""
    rows = [*work(28), *weekly(START, 4, 1_000)]
    assert [each["told_at"].date() for each in bulk(rows)] == [START.date()] * 2
    assert found(rows).findings == ()


def test_a_deleted_job_is_told() -> None:
    """A job deleted minutes after it was read is an attempt to hide, and said to be one."""
    assert [each["kind"] for each in bulk([*work(), *states()])] == ["bulk-first", "bulk-largest"]
    first, gone = bulk([*work(), *states(deleted=True)], "bulk-first", "job-deleted")
    assert "read 900 rows by one bulk job" in first["told"]
    assert (first["told_at"], gone["told_at"]) == (LATE + timedelta(seconds=9), LATE + timedelta(seconds=18))
    assert gone["told"] == "deleted its bulk job at 2025-06-21 08:01 UTC / no job deleted before"
    assert DETECTOR.more_techniques(gone) == ("T1070",)
    assert DETECTOR.more_techniques(first) == ()
    assert gone["family"] != first["family"]


def test_a_job_that_is_deleted_every_week_is_work() -> None:
    """A loader that tidies up after itself is told once."""
    jobs = [
        each
        for week in range(3)
        for each in states(START + timedelta(weeks=week), deleted=True, job=f"{JOB}{week}")
    ]
    kinds = [each["kind"] for each in bulk([*work(21), *jobs])]
    assert kinds == ["bulk-first", "bulk-largest", "job-deleted"]


def test_records_at_machine_pace_are_found() -> None:
    """Two hundred and fifty distinct records in an hour, one by one; the two hundredth tells."""
    rows = records(250)
    sign, largest = bulk([*work(), *rows])
    assert "read 250 single records within an hour" in sign["told"]
    assert sign["told_at"] == largest["told_at"] == rows[DETECTOR.records - 1]["at"]
    again = [each | {"event": f"again {each['event']}", "record_ids": ["0030000"]} for each in rows]
    assert bulk([*work(), *again]) == []
    assert bulk([*work(), *records(250, seconds=30)]) == []


def test_free_logs_show_pages_without_counts() -> None:
    """Logins and call counts hold no rows, yet the first further pages by a new client make a finding."""
    rows = [each for each in [*work(), *export(LATE)] if each["log"] in FREE]
    (finding,) = found(rows).findings
    assert finding.sessions == ("s-x",)
    assert finding.addresses == (HOST,)
    assert finding.severity == "high"
    assert "which no log counts" in finding.summary


def test_that_nothing_counted_is_known_when_the_hour_is_over() -> None:
    """A log with counts may still come within the hour; one that does takes the sign away."""
    rows = [each for each in [*work(), *export(LATE, known=True)] if each["log"] in FREE]
    (sign,) = bulk(rows)
    assert sign["kind"] == "bulk-uncounted"
    assert sign["told_at"] == LATE.replace(minute=0) + timedelta(hours=1)
    ended = [each for each in rows if each["at"] < sign["told_at"]]
    assert bulk(ended) == []
    counted = row(
        LATE + timedelta(minutes=9),
        "salesforce.elf.API",
        "query",
        matched_rows=300,
        session="s-x",
        login="l-x",
        objects=["Contact"],
    )
    assert bulk([*rows, counted]) == []


def test_free_logs_of_a_known_client_are_no_finding() -> None:
    """Pages fetched by the account's usual means are a sign, and not enough."""
    rows = [each for each in [*work(), *export(LATE, known=True)] if each["log"] in FREE]
    assert [each["points"] > 0 for each in bulk(rows)] == [True]
    assert certain(found(rows)) == []
    assert found(rows).findings == ()


# ---- the largest of any account


WEEK, DAY, SECOND = timedelta(weeks=1), timedelta(days=1), timedelta(seconds=1)
THEIRS = LATE - WEEK


def theirs(rows=4_000, *, at=THEIRS, actor=COLLEAGUE):
    """Return a colleague's export, by known means."""
    return export(at, rows, known=True, key=f"c{rows}", actor=actor)


def pages(*sizes, at=LATE, log="salesforce.rtem.ApiEvent", text="SELECT Id FROM Contact", key="q", **slots):
    """Return one query of these pages, minutes apart."""
    return [
        row(at + timedelta(minutes=n), log, "query_more" if n else "query", delivered_rows=size, query=text,
            objects=["Contact"], **{"session": f"s-{key}", "login": f"l-{key}", **slots})
        for n, size in enumerate(sizes)
    ]  # fmt: skip


def largest(*parts):
    """Return the signs of an act larger than any before, beside two accounts' ordinary days."""
    base = [*work(), *work(actor=COLLEAGUE)]
    made = bulk([*base, *(each for part in parts for each in part)], "bulk-largest")
    return [each for each in made if each["begins_at"] >= LATE]


def test_an_act_half_as_large_again_as_any_before_is_told() -> None:
    """Compared with what any account did; told at the page that made it so large."""
    (sign,) = largest(theirs(), pages(2_000, 2_000, 1_999, 1, 7))
    assert (sign["actor"], sign["doors"]) == (AGENT, ["login l-q"])
    assert (sign["told_at"], sign["begins_at"]) == (LATE + timedelta(minutes=3), LATE)
    assert (sign["rows"], sign["before"], sign["before_all"]) == (6_007, 0, 4_000)
    # The colleague's was such an act, too; where nobody had one it weighs a point more.
    assert (sign["family"], sign["points"]) == ("volume", 4)
    (alone,) = largest(pages(6_000))
    assert alone["points"] == 5
    assert sign["told"] == (
        "read 6,007 rows by one query from 2025-06-21 08:01 UTC / the largest of any account before had 4,000"
    )


@pytest.mark.parametrize(("rows", "told"), [(6_000, True), (5_999, False)])
def test_one_and_a_half_times_the_largest(rows, told) -> None:
    """Not a row less, whoever did the largest: a colleague, or the account itself."""
    for actor in (COLLEAGUE, AGENT):
        made = largest(theirs(actor=actor), pages(rows))
        assert [each["rows"] for each in made] == [rows] * told
        # Beside an own act of that size it is no first one.
        assert [each["before"] for each in made] == [4_000 if actor == AGENT else 0] * told


@pytest.mark.parametrize(
    ("rows", "before", "told"),
    [
        (500, 0, True),
        (499, 0, False),
        (500, 100, True),
        (499, 100, False),
        (501, 334, True),
        (500, 334, False),
    ],
)
def test_less_than_five_hundred_rows_are_everyday(rows, before, told) -> None:
    """However small all acts before were."""
    earlier = [theirs(before)] if before else []
    made = largest(*earlier, pages(rows))
    assert [(each["rows"], each["before_all"]) for each in made] == [(rows, before)] * told


@pytest.mark.parametrize(("early", "before"), [(DAY, 4_000), (DAY - SECOND, 0)], ids=["a day", "less"])
def test_compared_with_acts_that_began_a_day_before(early, before) -> None:
    """What several accounts do on one day is not held against each other; 600 rows are many then."""
    earlier = pages(4_000, at=LATE - early, key="c", actor=COLLEAGUE)
    made = [each for each in largest(earlier, pages(600)) if each["actor"] == AGENT]
    assert [each["before_all"] for each in made] == ([] if before else [0])
    (much,) = [each for each in largest(earlier, pages(6_000)) if each["actor"] == AGENT]
    assert much["before_all"] == before


def test_what_comes_later_is_not_compared() -> None:
    """A larger act of tomorrow takes nothing away."""
    after = pages(90_000, at=LATE + DAY, key="c", actor=COLLEAGUE)
    told = [(each["actor"], each["rows"], each["before_all"]) for each in largest(pages(600), after)]
    assert told == [(AGENT, 600, 0), (COLLEAGUE, 90_000, 600)]


def test_acts_of_one_kind_are_compared() -> None:
    """A colleague's bulk job says nothing about queries, and the other way round."""
    job = states(THEIRS, rows=90_000)
    (query,) = largest(job, pages(600))
    assert (query["way"], query["before_all"]) == ("query", 0)
    (told,) = largest(theirs(90_000), states(LATE, rows=800))
    assert (told["way"], told["rows"], told["before_all"]) == ("bulk", 800, 0)
    assert largest(states(THEIRS, rows=600, job="a"), states(LATE, rows=899, job="b")) == []
    (more,) = largest(states(THEIRS, rows=600, job="a"), states(LATE, rows=900, job="b"))
    # The job states a running total: told at the row that states enough.
    assert more["told_at"] == LATE + timedelta(seconds=9)


def singles(count, *, at, **slots):
    """Return different records, three seconds apart."""
    return [each | slots for each in records(count, at, seconds=3)]


@pytest.mark.parametrize(
    ("before", "count", "told"),
    [(0, 200, True), (0, 199, False), (200, 300, True), (200, 299, False), (100, 200, True)],
)
def test_single_records_of_an_hour(before, count, told) -> None:
    """Two hundred, and half as many again as anybody had in an hour."""
    door = {"actor": COLLEAGUE, "session": "s-c", "login": "l-c"}
    rows = singles(count, at=LATE)
    made = largest(singles(before, at=THEIRS, **door), rows)
    needed = max(200, before * 3 // 2)
    # The pages of ordinary days are single records, too: three an hour.
    expected = [(count, before or 3, rows[needed - 1]["at"])] if told else []
    assert [(each["rows"], each["before_all"], each["told_at"]) for each in made] == expected


def test_the_most_that_one_log_tells_counts() -> None:
    """Two logs of one query are not twice the query; the log that shows it first tells."""
    slow = pages(2_000, 2_000, log="salesforce.elf.API")
    assert largest(theirs(), pages(5_999), slow) == []
    (sign,) = largest(
        theirs(), pages(3_000, 3_000), pages(1_000, 1_000, 1_000, 3_500, log="salesforce.elf.API")
    )
    assert (sign["rows"], sign["told_at"]) == (6_500, LATE + timedelta(minutes=1))


def test_two_queries_are_not_one_act() -> None:
    """Each has to be large by itself: other texts, other doors, other days."""
    half = pages(3_000)
    for other in (
        pages(3_000, text="SELECT Id FROM Contact LIMIT 9"),
        pages(3_000, key="r"),
        pages(3_000, at=LATE + DAY),
    ):
        assert largest(theirs(), half, other) == []
    (sign,) = largest(theirs(), half, pages(3_000, at=LATE + timedelta(hours=2)))
    assert (sign["rows"], sign["told_at"]) == (6_000, LATE + timedelta(hours=2))


def test_acts_of_one_door_and_day_are_one_sign() -> None:
    """Told at the first, with the rows of the largest."""
    more = pages(9_000, at=LATE + timedelta(hours=1), text="SELECT Id FROM Case")
    (sign,) = largest(theirs(), pages(7_000), more)
    assert (sign["told_at"], sign["rows"], sign["ends_at"]) == (LATE, 9_000, LATE + timedelta(hours=1))


@pytest.mark.parametrize("slots", [{"outcome": "failure"}, {"query": "SELECT COUNT() FROM Contact"}])
def test_what_read_nothing_is_not_large(slots) -> None:
    """A failed query, and one that counts; neither does it raise the bar for others."""
    assert largest(theirs(), [each | slots for each in pages(9_000)]) == []
    (sign,) = largest([each | slots for each in theirs(90_000)], pages(600))
    assert sign["before_all"] == 0


@pytest.mark.parametrize(
    ("day", "closing"),
    [(23, False), (24, True), (28, True), (30, True), (31, False)],
    ids=["25th", "26th", "30th", "2nd", "3rd"],
)
def test_large_reports_at_the_end_of_a_month_weigh_less(day, closing) -> None:
    """When books are closed reports are larger; a query or a job is none of that."""
    at = START + timedelta(days=day, hours=1)
    run = row(at, "salesforce.rtem.ReportEvent", "report", resource="00O1", execution="r", matched_rows=900,
              objects=["Contact"], session="s-r", login="l-r")  # fmt: skip
    made = bulk([*work(28), run], "bulk-largest", "bulk-largest-closing")
    assert [(each["kind"], each["points"]) for each in made] == (
        [("bulk-largest-closing", 2)] if closing else [("bulk-largest", 5)]
    )
    assert made[0]["told"] == (
        f"read 900 rows by one report or list from {at:%Y-%m-%d %H:%M} UTC"
        " / the largest of any account before had 0"
    )
    others = bulk([*work(28), *pages(900, at=at)], "bulk-largest", "bulk-largest-closing")
    assert [each["kind"] for each in others] == ["bulk-largest"]
