from datetime import timedelta

import pytest

from detectors.sample import AGENT, COLLEAGUE, START, export, found, row, signs, weekly, work
from floodmark.detectors.volume_burst import DETECTOR

LATE = START + timedelta(days=19, minutes=1)
STEPS = [int(kind.id.removeprefix("burst-")) for kind in DETECTOR.kinds]


def bursts(rows):
    """Return what this detector alone shows, of each hour the highest step."""
    best = {(each["actor"], each["hour"]): each for each in signs(rows, DETECTOR)}
    return list(best.values())


def test_an_hour_far_above_the_history_is_found() -> None:
    """The rows of one act stand in three logs and are counted once."""
    told = signs([*work(), *export(LATE, 4_000, known=True)], DETECTOR)
    assert {each["told"] for each in told} == {
        "read 4,000 rows in the hour from 2025-06-21 08:00 UTC / its busiest hour a day or more before had 3"
    }
    # The first page is enough for some steps, the second for others; none needs the end of the hour.
    times = {each["kind"]: each["told_at"] - LATE for each in told}
    assert times == {
        f"burst-{step}": timedelta(seconds=30 + 3 * (step * DETECTOR.least_before > 2_000))
        for step in STEPS
        if step * DETECTOR.least_before <= 4_000
    }
    assert all("login l-x" in each["doors"] for each in told)


def test_a_higher_step_weighs_no_less() -> None:
    """The rarer the hour, the heavier the sign, up to what its kind may weigh."""
    told = signs([*work(), *export(LATE, 40_000, known=True)], DETECTOR)
    weights = {each["kind"]: each["points"] for each in told}
    assert weights.keys() == {kind.id for kind in DETECTOR.kinds}
    assert [weights[kind.id] for kind in DETECTOR.kinds] == sorted(weights.values())
    assert all(weights[kind.id] <= kind.most for kind in DETECTOR.kinds)


def test_the_highest_step_weighs_in_full_in_an_accounts_first_week() -> None:
    """So much is no way to begin; of the lower steps an account's first week takes half."""
    told = signs([*work(), *export(LATE, 40_000, known=True, actor=COLLEAGUE)], DETECTOR)
    assert {each["kind"]: each["points"] for each in told} == {"burst-8": 2, "burst-32": 2, "burst-128": 6}


def test_doors_are_those_that_had_read_until_then() -> None:
    """A login later in the hour did not make the burst."""
    later = row(
        LATE + timedelta(minutes=9),
        "salesforce.elf.API",
        "query",
        matched_rows=1,
        objects=["Contact"],
        session="s-z",
        login="l-z",
    )
    before = [
        (each["doors"], each["told_at"]) for each in signs([*work(), *export(LATE, known=True)], DETECTOR)
    ]
    after = signs([*work(), *export(LATE, known=True), later], DETECTOR)
    assert [(each["doors"], each["told_at"]) for each in after] == before


def test_pages_repeat_the_total_and_are_not_summed() -> None:
    """Without delivered rows, only the first answer's total counts."""
    rows = [
        row(LATE + timedelta(seconds=page), "salesforce.elf.API", "query_more" if page else "query",
            matched_rows=900, objects=["Contact"], session="s", login="l")
        for page in range(5)
    ]  # fmt: skip
    (sign,) = bursts([*work(), *rows])
    assert sign["rows"] in {900, 903}


def test_an_export_every_week_is_work() -> None:
    """An account whose first weeks held such an hour is quiet later."""
    rows = [*work(28), *weekly(START, 4, 4_000)]
    assert [each["hour"] for each in bursts(rows)] == [START]
    assert found(rows).findings == ()


def test_another_accounts_history_does_not_excuse() -> None:
    """Histories are kept apart."""
    rows = [*work(28), *weekly(START, 4, 4_000, actor=COLLEAGUE), *export(LATE, 4_000, known=True)]
    assert [each["actor"] for each in bursts(rows)] == [COLLEAGUE, AGENT]


def test_failed_and_blocked_reads_are_no_rows() -> None:
    """What a policy blocked was not delivered, in whichever log it stands."""
    export_rows = export(LATE, 4_000, known=True)
    blocked = [
        each | {"outcome": "blocked"} if each["log"].endswith("ApiEvent") else each for each in export_rows
    ]
    assert bursts([*work(), *blocked]) == []
    assert bursts([*work(), *(each | {"outcome": "failure"} for each in export_rows)]) == []


def test_a_running_total_counts_once_per_job() -> None:
    """A bulk job's rows are its largest total, not the sum of its states."""
    states = [
        row(LATE + timedelta(seconds=step), "salesforce.elf.BulkApi2", "bulk_job", method=name,
            matched_rows=total, job="7505j00000000010AAA", objects=["Contact"], session="s", login="l")
        for step, (name, total) in enumerate((("InProgress", 400), ("InProgress", 800), ("Done", 1_000)))
    ]  # fmt: skip
    (sign,) = bursts([*work(), *states])
    assert sign["rows"] in {1_000, 1_003}


@pytest.mark.parametrize(
    "slots",
    [
        {"query": "SELECT COUNT() FROM Contact", "matched_rows": 90_000},
        {"objects": ["User"], "matched_rows": 9_000},
    ],
    ids=["count", "users"],
)
def test_counts_and_setup_objects_are_no_customers(slots) -> None:
    """COUNT() hands out no rows; a list of the tenant's own users is not customer data."""
    assert bursts([*work(), row(LATE, "salesforce.rtem.ApiEvent", "query", session="s", **slots)]) == []


def test_rows_without_actor_session_client_or_address_do_no_harm() -> None:
    """Unknown is not an error: a read without session is still the account's."""
    rows = [
        row(LATE, "salesforce.rtem.ReportEvent", "report", matched_rows=900, execution="e", ip=None),
        row(LATE, "salesforce.elf.API", "query", matched_rows=90_000, actor=None),
    ]
    (sign,) = bursts([*work(), *rows])
    assert any(door.startswith("from  by") for door in sign["doors"])
    assert found([*work(), *rows]).learning is False
