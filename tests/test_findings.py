import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from detectors.sample import AGENT, HOST, START, certain, export, found, row, work

LATE = START + timedelta(days=12, minutes=1)
ATTACK = [*work(), *export(LATE)]


def test_a_large_read_by_a_new_client_is_certain() -> None:
    """Burst, bulk read and new client of one login are one finding, high and high."""
    (finding,) = certain(found(ATTACK))
    assert finding.detector == "bulk-read"
    assert finding.actors == (AGENT,)
    assert finding.sessions == ("s-x",)
    assert finding.logins == ("l-x",)
    assert finding.clients == ("My Ticket Portal",)
    assert finding.addresses == (HOST,)
    assert finding.techniques == ("T1078.004", "T1213.004", "T1550.001")
    assert (finding.from_, finding.to) == ("2025-06-14T08:01:00.000Z", "2025-06-14T08:01:33.000Z")
    assert finding.summary.endswith('network "192.0.2.0/24".')
    assert len(finding.events) == 7
    assert finding.events == tuple(sorted(finding.events))


def test_the_same_export_by_known_means_is_not_certain() -> None:
    """It may be work: a person decides."""
    (finding,) = found([*work(), *export(LATE, known=True)]).findings
    assert (finding.severity, finding.confidence) == ("high", "medium")


def test_a_short_ledger_is_never_certain() -> None:
    """Three days are too short to know what is normal, and it says so."""
    detected = found([*work(3), *export(START + timedelta(days=2), 4_000)])
    assert detected.learning
    assert {each.confidence for each in detected.findings} <= {"low", "medium"}
    assert [each.severity for each in detected.findings] == ["high"]


def test_first_days_of_a_long_ledger_are_history() -> None:
    """What an account did in the first week is what it does."""
    assert found([*work(), *export(START + timedelta(hours=3), known=True)]).findings == ()


def test_sessions_of_a_new_client_on_other_days_are_included() -> None:
    """The look around before the theft belongs to it; the person's own browser does not."""
    door = {"session": "s-p", "login": "l-p", "ip": HOST, "client": "My Ticket Portal"}
    probes = [
        row(
            LATE - timedelta(days=2),
            "salesforce.rtem.ApiEvent",
            "query",
            objects=["Contact"],
            delivered_rows=5,
            **door,
        )
    ]
    (finding,) = certain(found([*ATTACK, *probes]))
    assert finding.sessions == ("s-p", "s-x")
    assert not {each for each in finding.sessions if each.startswith("s-P")}


@pytest.mark.parametrize("seed", range(3))
def test_order_and_pieces_change_nothing(seed: int) -> None:
    """Rows in another order, from other files, give the same findings."""
    rows = [each | {"item": f"file {n % 5}", "row": n} for n, each in enumerate(ATTACK)]
    random.Random(seed).shuffle(rows)
    assert found(rows) == found(ATTACK)


def test_more_files_keep_the_id() -> None:
    """Another person's work, added later, leaves the id as it was."""
    more = work(14, actor="0055j000000utlQAAQ")
    assert [each.id for each in certain(found([*ATTACK, *more]))] == [
        each.id for each in certain(found(ATTACK))
    ]


def test_since_leaves_out_what_ended_before() -> None:
    """A finding counts by its end; a time may carry an offset."""
    end = datetime(2025, 6, 14, 8, 1, 33, tzinfo=UTC)
    assert len(found(ATTACK, end.astimezone(timezone(timedelta(hours=10)))).findings) == 1
    assert found(ATTACK, end + timedelta(milliseconds=1)).findings == ()


def test_a_thousand_events_at_most() -> None:
    """The list is cut, and the summary says so."""
    door = {"session": "s-r", "login": "l-r", "ip": HOST, "client": "Helper", "objects": ["Contact"]}
    rows = [
        row(
            LATE + timedelta(seconds=n),
            "salesforce.elf.RestApi",
            "record",
            record_ids=[f"003{n}"],
            delivered_rows=1,
            **door,
        )
        for n in range(1_200)
    ]
    (finding,) = certain(found([*work(), *rows]))
    assert len(finding.events) == 1_000
    assert "1,000 of its 1,200 events are listed" in finding.summary
