from datetime import timedelta

from detectors.sample import COLLEAGUE, START, export, found, ledger, row, weekly, work
from floodmark.detectors import DETECTORS
from floodmark.findings import detect

(BURST,) = [each for each in DETECTORS if each.id == "volume-burst"]
LATE = START + timedelta(days=12, minutes=1)


def bursts(rows):
    """Return what this detector alone finds."""
    with ledger(rows) as opened:
        return detect(opened, detectors=[BURST]).findings


def test_an_hour_far_above_the_history_is_found() -> None:
    """The rows of one act stand in three logs and are counted once."""
    (finding,) = bursts([*work(), *export(LATE, 4_000, known=True)])
    assert (
        "read 4,000 rows in the hour from 2025-06-14 08:00 UTC, where its busiest hour before had 3."
        in finding.summary
    )
    assert (finding.severity, finding.confidence) == ("high", "medium")
    assert finding.sessions == ("s-x",)


def test_pages_repeat_the_total_and_are_not_summed() -> None:
    """Without delivered rows, only the first answer's total counts."""
    rows = [
        row(LATE + timedelta(seconds=page), "salesforce.elf.API", "query_more" if page else "query",
            matched_rows=900, objects=["Contact"], session="s", login="l")
        for page in range(5)
    ]  # fmt: skip
    (finding,) = bursts([*work(), *rows])
    assert "read 900 rows" in finding.summary or "read 903 rows" in finding.summary


def test_an_export_every_week_is_work() -> None:
    """An account whose first weeks held such an hour is quiet later."""
    assert bursts([*work(28), *weekly(START, 4, 4_000)]) == ()


def test_another_accounts_history_does_not_excuse() -> None:
    """Histories are kept apart."""
    rows = [*work(28), *weekly(START, 4, 4_000, actor=COLLEAGUE), *export(LATE, 4_000, known=True)]
    assert [each.actors for each in bursts(rows)] == [(rows[0]["actor"],)]


def test_failed_and_blocked_reads_are_no_rows() -> None:
    """What a policy blocked was not delivered, in whichever log it stands."""
    export_rows = export(LATE, 4_000, known=True)
    blocked = [
        each | {"outcome": "blocked"} if each["log"].endswith("ApiEvent") else each for each in export_rows
    ]
    assert bursts([*work(), *blocked]) == ()
    assert bursts([*work(), *(each | {"outcome": "failure"} for each in export_rows)]) == ()


def test_a_running_total_counts_once_per_job() -> None:
    """A bulk job's rows are its largest total, not the sum of its states."""
    states = [
        row(LATE + timedelta(seconds=step), "salesforce.elf.BulkApi2", "bulk_job", method=name,
            matched_rows=total, job="7505j00000000010AAA", objects=["Contact"], session="s", login="l")
        for step, (name, total) in enumerate((("InProgress", 400), ("InProgress", 800), ("Done", 1_000)))
    ]  # fmt: skip
    (finding,) = bursts([*work(), *states])
    assert "read 1,000 rows" in finding.summary or "read 1,003 rows" in finding.summary


def test_counts_and_setup_objects_are_no_customers() -> None:
    """COUNT() hands out no rows; a list of the tenant's own users is not customer data."""
    quiet = [
        row(
            LATE,
            "salesforce.rtem.ApiEvent",
            "query",
            matched_rows=90_000,
            query="SELECT COUNT() FROM Contact",
            session="s",
        ),
        row(LATE, "salesforce.rtem.ApiEvent", "query", matched_rows=9_000, objects=["User"], session="s"),
    ]
    assert bursts([*work(), *quiet]) == ()


def test_rows_without_actor_session_client_or_address_do_no_harm() -> None:
    """Unknown is not an error: a read without session is still the account's."""
    rows = [
        row(LATE, "salesforce.rtem.ReportEvent", "report", matched_rows=900, execution="e", ip=None),
        row(LATE, "salesforce.elf.API", "query", matched_rows=90_000, actor=None),
    ]
    (finding,) = bursts([*work(), *rows])
    assert finding.sessions == ()
    assert found([*work(), *rows]).learning is False
