from datetime import timedelta

from detectors.sample import HOST, START, certain, export, found, ledger, row, weekly, work
from floodmark.detectors import DETECTORS
from floodmark.findings import detect

(BULK,) = [each for each in DETECTORS if each.id == "bulk-read"]
LATE = START + timedelta(days=12, minutes=1)
JOB = "7505j00000000010AAA"


def bulk(rows):
    """Return what this detector alone finds."""
    with ledger(rows) as opened:
        return detect(opened, detectors=[BULK]).findings


def states(at=LATE, *, rows=1_000, deleted=False, job=JOB):
    """Return the state rows of one bulk job."""
    names = [("InProgress", rows // 2), ("JobComplete", rows)] + [("Deleted", None)] * deleted
    return [
        row(at + timedelta(seconds=9 * step), "salesforce.elf.BulkApi2", "bulk_job", method=name,
            matched_rows=total,
            job=job, objects=["Contact"], session=f"s-{job}", login=f"l-{job}")
        for step, (name, total) in enumerate(names)
    ]  # fmt: skip


def test_a_first_large_query_is_found() -> None:
    """The pages of one query are one act."""
    (finding,) = bulk([*work(), *export(LATE, 3_000, known=True)])
    assert (
        "read 3,000 rows by one query from 2025-06-14 08:01 UTC, where it had done none before"
        in finding.summary
    )


def test_small_queries_are_quiet() -> None:
    """A few hundred rows are everyday."""
    assert bulk([*work(), *export(LATE, 300, known=True)]) == ()


def test_a_later_export_like_the_ones_before_is_quiet() -> None:
    """What an account has done in the first week of the logs it may do again."""
    assert bulk([*work(28), *weekly(START, 4, 1_000)]) == ()


def test_a_deleted_job_is_told() -> None:
    """A job deleted minutes after it was read is an attempt to hide, and said to be one."""
    (kept,) = bulk([*work(), *states()])
    (gone,) = bulk([*work(), *states(deleted=True)])
    assert "deleted the job soon after" not in kept.summary
    assert "read 1,000 rows by one bulk job" in gone.summary
    assert "deleted the job soon after" in gone.summary
    assert "T1070" in gone.techniques


def test_records_at_machine_pace_are_found() -> None:
    """Two hundred and fifty distinct records in an hour, one by one."""
    rows = [
        row(LATE + timedelta(seconds=10 * n), "salesforce.elf.RestApi", "record",
            record_ids=[f"003{n:04}"],
            matched_rows=1, delivered_rows=1, objects=["Contact"], session="s", login="l")
        for n in range(250)
    ]  # fmt: skip
    (finding,) = bulk([*work(), *rows])
    assert "read 250 single records" in finding.summary
    again = [each | {"event": f"again {each['event']}", "record_ids": ["0030000"]} for each in rows]
    assert bulk([*work(), *again]) == ()


def test_free_logs_show_pages_without_counts() -> None:
    """Logins and call counts hold no rows, yet the first further pages by a new client are certain."""
    free = ("salesforce.elf.Login", "salesforce.elf.ApiTotalUsage")
    (finding,) = certain(found(each for each in [*work(), *export(LATE)] if each["log"] in free))
    assert finding.sessions == ("s-x",)
    assert finding.addresses == (HOST,)
    assert "which no log counts" in finding.summary


def test_free_logs_of_a_known_client_are_not_certain() -> None:
    """Pages fetched by the account's usual means are a weak sign."""
    free = ("salesforce.elf.Login", "salesforce.elf.ApiTotalUsage")
    rows = [*work(), *export(LATE, known=True)]
    (finding,) = found(each for each in rows if each["log"] in free).findings
    assert (finding.severity, finding.confidence) == ("medium", "low")
