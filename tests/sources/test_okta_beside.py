"""Okta System Log: what its events change for everything else in a case, which is nothing unasked."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from floodmark import sources
from floodmark.ledger import Ledger
from floodmark.ledger.coverage import CoverageMap
from floodmark.trace import Selectors, trace
from okta_events import ANN, okta_event
from small_files import CONTACTS, DATAMAP, Bench, api_event, csv_bytes, lines, rest

DAY = "2025-06-30T00:00:00Z..2025-07-01T00:00:00Z"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A new case with a folder for files."""
    return Bench(tmp_path)


def _salesforce(bench: Bench) -> list[Path]:
    hours = [
        rest(number, TIMESTAMP=f"20250630{hour:02d}{number:02d}00.000", REQUEST_ID=f"k-{hour}-{number}")
        for hour in (1, 2, 3, 5)
        for number in range(20)
    ]
    return [bench.file("rest.csv", csv_bytes(hours)), bench.file("api.json", lines(api_event(1)))]


def _okta(bench: Bench) -> Path:
    # Thirty events an hour for twelve hours, some with request ids and sessions like those of Salesforce.
    made = [
        okta_event(
            number,
            transaction={"id": f"k-{1 + number // 60}-{number % 60}"},
            published=f"2025-06-30T{number // 30:02d}:{number % 30:02d}:00.000Z",
        )
        for number in range(360)
    ]
    return bench.file("okta.json", lines(*made))


def test_hours_of_one_platform_say_nothing_about_the_other(bench: Bench) -> None:
    """Gaps of the event log files are the same with Okta beside them, and Okta's silence is no gap."""
    bench.add(*_salesforce(bench))

    def seen() -> tuple[Any, ...]:
        with bench.case.folder.engine() as opened:
            coverage = CoverageMap(Ledger(opened, bench.case.folder.manifest), sources.reads)
            day = datetime(2025, 6, 30), datetime(2025, 7, 1)  # noqa: DTZ001 - UTC
            return coverage.holes(), coverage.obstacles(*day), coverage.stated(*day)

    before = seen()
    bench.add(
        _okta(bench), bench.file("later.json", lines(okta_event(1400, published="2025-07-09T01:00:00Z")))
    )
    assert seen() == before


def test_stated_hours_are_asked_of_logs_with_reads_only(bench: Bench) -> None:
    """Coverage is stated where every log of reads is; Okta need not be, and cannot stand in for one."""
    span = datetime(2025, 6, 30), datetime(2025, 6, 30, 6)  # noqa: DTZ001 - UTC

    def stated() -> bool:
        with bench.case.folder.engine() as opened:
            return CoverageMap(Ledger(opened, bench.case.folder.manifest), sources.reads).stated(*span)

    bench.add(_okta(bench), covers=DAY)
    assert not stated()
    files = _salesforce(bench)
    bench.add(files[0], covers=DAY)
    assert stated()


@pytest.mark.parametrize(
    "chosen",
    [
        Selectors(sessions=("sessionA",)),
        Selectors(actors=("0055j000000utlPAAQ",)),
        Selectors(logins=("loginA",)),
    ],
)
def test_a_session_of_okta_never_joins_one_of_salesforce(bench: Bench, chosen: Selectors) -> None:
    """Same address, same minutes, same request ids: no row of Okta joins unless it is selected."""
    bench.add(*_salesforce(bench), _okta(bench))
    nowhere = [okta_event(n, authenticationContext={"externalSessionId": None}) for n in range(400, 420)]
    bench.add(bench.file("loose.json", lines(*nowhere)))
    with bench.case.folder.engine() as opened:
        Ledger(opened, bench.case.folder.manifest)
        trace(opened, chosen)
        assert opened.rows("SELECT DISTINCT starts_with(log, 'salesforce.') FROM hostile") == [(True,)]


def test_okta_is_selected_by_its_own_values(bench: Bench) -> None:
    """An Okta user, name, session, application or address selects its events, as it stands in the log."""
    bench.add(*_salesforce(bench), _okta(bench))
    with bench.case.folder.engine() as opened:
        Ledger(opened, bench.case.folder.manifest)
        for chosen in (
            Selectors(actors=(ANN,)),
            Selectors(actors=("ann@example.org",)),
            Selectors(sessions=("102GALFw8CzRT2KXoqnca8Jdg",)),
            Selectors(clients=("salesforce.COM",)),
        ):
            found = trace(opened, chosen)
            assert (found.actors, found.events) == ((ANN,), 360)
        both = trace(opened, Selectors(addresses=("192.0.2.7",)))
        assert both.actors == ("0055j000000utlPAAQ", ANN)


def test_nothing_of_what_was_taken_changes(tmp_path: Path) -> None:
    """With Okta beside it a scope has the same people, records, requests and gaps; the report says what it lacks."""
    found: list[dict[str, Any]] = []
    for name in ("alone", "beside"):
        (tmp_path / name).mkdir()
        made = Bench(tmp_path / name)
        made.add(*_salesforce(made), *([_okta(made)] if name == "beside" else []))
        tables = {"Contact": made.file("contact.csv", CONTACTS.encode())}
        made.case.snapshot(made.file("map.yaml", DATAMAP.encode()), at="2025-07-01T00:00:00Z", tables=tables)
        scope = made.case.scope(Selectors(sessions=("sessionA",)))
        assert all(check.passed for check in scope.checks)
        found.append(scope.model_dump(exclude={"checks": True, "coverage": {"blind"}}))
        report = made.case.report(["md"]).report
        text = next(Path(path) for path in report if path.endswith(".md")).read_text("utf-8")
        assert ("records no read of customer data" in text) == (name == "beside")
        assert made.case.verify().ok
    assert found[0] == found[1]
