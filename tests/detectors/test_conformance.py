"""Every detector keeps the promises of the seam, whoever wrote it."""

import math
import re
from collections import Counter
from datetime import timedelta
from typing import get_args

import pytest

from detectors.sample import AGENT, COLLEAGUE, START, export, found, ledger, row, work
from floodmark.detectors import DETECTORS
from floodmark.findings import TOLD, Detector, Family, detect

EACH = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
SHARED = {"kind", "actor", "doors", "told_at", "begins_at", "ends_at"}


@EACH
def test_detector_is_documented(detector: Detector) -> None:
    """A detector says what it sees, what it misses, what to check and what to do, and cites ATT&CK by id."""
    told = type(detector).__doc__ or ""
    assert all(re.search(rf"\b{word}: \S", told) for word in ("Sees", "Misses", "Check"))
    assert detector.title
    assert not detector.title.endswith(".")
    assert detector.response.endswith(".")
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", technique) for technique in detector.techniques)


@EACH
def test_kinds_have_sane_rates(detector: Detector) -> None:
    """A rate is a share of weeks; a kind weighs no more than its most, and none is a finding unless its weight is fixed."""
    assert detector.kinds
    for kind in detector.kinds:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", kind.id)
        assert kind.family in get_args(Family)
        assert 0 < kind.person_rate <= 1
        assert 0 < kind.machine_rate <= 1
        assert (kind.person_rate == 1) == (kind.machine_rate == 1)
        assert 1 <= kind.most <= 14
        if kind.person_rate < 1:
            assert kind.most < TOLD
            # The most is what the stated rate gives, or a cap upon it.
            assert kind.most <= math.ceil(2 * math.log10(1 / min(kind.person_rate, kind.machine_rate))) + 2


@EACH
def test_statement_says_what_its_rows_are(detector: Detector) -> None:
    """A statement opens with the name of its table and its grain."""
    assert detector.suspicious.read_text("utf-8").startswith(f"-- {detector.table}: one row per")


@EACH
def test_rows_have_the_shared_columns(detector: Detector) -> None:
    """Even of an empty ledger, the table has what all signs have in common, and a number."""
    with ledger([]) as opened:
        assert detect(opened, detectors=[detector]).findings == ()
        names = {name for name, *_ in opened.rows(f"DESCRIBE {detector.table}")}
    assert names >= SHARED | {"sign"}


@EACH
def test_alone_it_tells_nothing_of_ordinary_work(detector: Detector) -> None:
    """Two weeks of pages in the browser give no finding."""
    with ledger([*work(), *work(actor=COLLEAGUE)]) as opened:
        assert detect(opened, detectors=[detector]).findings == ()


@EACH
def test_unknown_slots_do_no_harm(detector: Detector) -> None:
    """Rows without account, session, address, client, count or object are read without an error."""
    at = START + timedelta(days=19)
    bare = [
        row(at + timedelta(seconds=n), "salesforce.elf.API", operation, ip=ip, actor=actor)
        for n, (operation, ip, actor) in enumerate(
            (operation, ip, actor)
            for operation in (
                "query",
                "query_more",
                "bulk_job",
                "bulk_result",
                "report",
                "record",
                "describe",
                "read_unknown",
                "other",
            )
            for ip in (None, "not an address")
            for actor in (AGENT, None)
        )
    ]
    with ledger([*work(), *bare, row(at, "x", "query") | {"at": None}]) as opened:
        detected = detect(opened, detectors=[detector])
    assert not detected.learning


def test_ids_are_unique_and_sorted() -> None:
    """Load order never shows: detectors stand in the order of their ids."""
    ids = [detector.id for detector in DETECTORS]
    assert ids == sorted(set(ids))
    assert {
        "bulk-read",
        "guest-sweep",
        "kept-session",
        "new-account",
        "new-client",
        "odd-presence",
        "probing",
        "record-walk",
        "slow-drip",
        "volume-burst",
    } <= set(ids)


def test_kinds_are_unique() -> None:
    """A kind belongs to one detector, since its rate is looked up by its name."""
    counts = Counter(kind.id for detector in DETECTORS for kind in detector.kinds)
    assert [name for name, count in counts.items() if count > 1] == []


def test_an_empty_ledger_is_learning() -> None:
    """An empty ledger is read without an error, and is never all clear."""
    detected = found([])
    assert detected.learning
    assert detected.learning_until is None
    assert detected.findings == ()


def test_learning_is_said_until_the_ledger_is_long_enough() -> None:
    """Quiet days are no all clear: the ledger says that it is learning, and until when."""
    for days, learning in ((1, True), (6, True), (9, False)):
        detected = found(work(days))
        assert detected.learning is learning
        assert detected.learning_until == "2025-06-09T08:00:00.000Z"
        assert detected.findings == ()


def test_ordinary_work_is_quiet() -> None:
    """Two weeks of pages in the browser give no finding at all."""
    assert found(work()).findings == ()


def test_every_reason_has_its_words() -> None:
    """What a person reads of a finding is printable, and says what was seen against what was expected."""
    (finding,) = found([*work(), *export(START + timedelta(days=19, minutes=1))]).findings
    for reason in finding.reasons:
        assert reason.seen
        assert reason.expected
        assert (reason.seen + reason.expected).isprintable()
