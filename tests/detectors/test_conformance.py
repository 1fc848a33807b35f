"""Every detector keeps the promises of the seam, whoever wrote it."""

import re

import pytest

from detectors.sample import ledger, work
from floodmark.detectors import DETECTORS
from floodmark.findings import Detector, detect


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_detector_is_documented(detector: Detector) -> None:
    """A detector says what it sees, what it misses and what to check, and cites ATT&CK by id."""
    told = type(detector).__doc__ or ""
    assert all(f"{word}: " in told for word in ("Sees", "Misses", "Check"))
    assert detector.title
    assert detector.severity
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", technique) for technique in detector.techniques)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_statement_says_what_its_rows_are(detector: Detector) -> None:
    """A statement opens with the name of its table and its grain."""
    assert detector.suspicious.read_text("utf-8").startswith(
        "-- detect_" + detector.id.replace("-", "_") + ": one row per"
    )


def test_ids_are_unique_and_sorted() -> None:
    """Load order never shows: detectors stand in the order of their ids."""
    ids = [detector.id for detector in DETECTORS]
    assert ids == sorted(set(ids))
    assert len(ids) >= 4


def test_no_events_give_no_signals() -> None:
    """An empty ledger is read without an error, by each detector."""
    with ledger([]) as opened:
        detected = detect(opened)
    assert detected.learning
    assert detected.findings == ()


def test_ordinary_work_is_quiet() -> None:
    """Two weeks of pages in the browser give no finding at all."""
    with ledger(work()) as opened:
        assert detect(opened).findings == ()
