from datetime import timedelta

from detectors.sample import HOST, START, certain, export, found, row, signs, weekly, work
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
    (sign,) = bulk([*work(), *export(LATE, 3_000, known=True)])
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
    assert [each["told_at"].date() for each in bulk(rows)] == [START.date()]
    assert found(rows).findings == ()


def test_a_deleted_job_is_told() -> None:
    """A job deleted minutes after it was read is an attempt to hide, and said to be one."""
    assert [each["kind"] for each in bulk([*work(), *states()])] == ["bulk-first"]
    first, gone = bulk([*work(), *states(deleted=True)])
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
    assert [each["kind"] for each in bulk([*work(21), *jobs])] == ["bulk-first", "job-deleted"]


def test_records_at_machine_pace_are_found() -> None:
    """Two hundred and fifty distinct records in an hour, one by one; the two hundredth tells."""
    rows = records(250)
    (sign,) = bulk([*work(), *rows])
    assert "read 250 single records within an hour" in sign["told"]
    assert sign["told_at"] == rows[DETECTOR.records - 1]["at"]
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
