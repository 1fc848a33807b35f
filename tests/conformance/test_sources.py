"""Every source keeps the promises of the seam, whoever wrote it."""

import re

import pytest

from floodmark import engine
from floodmark.ledger.source import OPERATIONS, SLOTS, Sample, Source
from floodmark.sources import SOURCES, recognise

ELF = ("EVENT_TYPE", "TIMESTAMP", "REQUEST_ID", "USER_ID", "CLIENT_IP")
EVENT = ("EventIdentifier", "EventDate", "UserId", "SourceIp")


def elf(kind: str, *names: str) -> Sample:
    """Return what is seen of an event log file."""
    return Sample((*ELF, *names), {"EVENT_TYPE": kind})


def rtem(kind: str, *names: str) -> Sample:
    """Return what is seen of real-time events."""
    return Sample(("attributes", *EVENT, *names), {"attributes": f'{{"type":"{kind}","url":"/x"}}'})


ELF_TYPES = (
    "API", "RestApi", "ApiTotalUsage", "BulkApi", "BulkApi2", "Login", "Logout", "Report", "ReportExport",
    "URI",
    "LightningPageView", "ContentTransfer", "UniqueQuery", "AsyncReportRun", "Search", "AuraRequest", "Sites",
)  # fmt: skip
RTEM_TYPES = (
    "ApiEvent", "BulkApiResultEventStore", "ReportEvent", "ListViewEvent", "LightningUriEvent", "UriEvent",
    "FileEventStore", "LoginEvent", "LogoutEvent",
)  # fmt: skip
SAMPLES: dict[str, list[Sample]] = {
    "okta.system_log": [
        Sample(("actor", "client", "eventType", "outcome", "published", "target", "uuid"), {}),
        Sample(("actor.id", "actor.type", "client.ipaddress", "eventtype", "published", "uuid"), {}),
    ],
    **{f"salesforce.elf.{kind}": [elf(kind)] for kind in ELF_TYPES},
    "salesforce.elf.unknown": [Sample(ELF, {})],
    **{f"salesforce.rtem.{kind}": [rtem(kind)] for kind in RTEM_TYPES},
    "salesforce.LoginHistory": [
        Sample(("Id", "UserId", "LoginTime", "SourceIp", "LoginType", "Application", "Status"), {}),
        Sample(("Username", "Login Time", "Source IP", "Login Type", "Status", "Application"), {}),
    ],
    "salesforce.SetupAuditTrail": [
        Sample(("Id", "CreatedDate", "CreatedById", "Action", "Section", "Display"), {}),
        Sample(("Date", "User", "Source Namespace Prefix", "Action", "Section", "Delegate User"), {}),
    ],
    "salesforce.EventLogFile": [
        Sample(("Id", "EventType", "Interval", "LogDate", "Sequence", "LogFileLength", "CreatedDate"), {}),
    ],
}
LOGS = [(log, sample) for log, samples in SAMPLES.items() for sample in samples]


def source_of(log: str) -> Source:
    """Return the source that claims a log."""
    found = recognise(SAMPLES[log][0])
    assert found is not None
    return found[0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_source_is_documented(source: Source) -> None:
    """A source says what it reads, and its blind sentences are sentences."""
    module = __import__(type(source).__module__, fromlist=["x"])
    assert module.__doc__
    assert type(source).__doc__
    assert all(each.endswith(".") and each[0].isupper() for each in source.blind)


def test_ids_are_unique_and_sorted() -> None:
    """Load order never shows: sources stand in the order of their ids."""
    ids = [source.id for source in SOURCES]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(("log", "sample"), LOGS)
def test_exactly_one_source_claims_a_file(log: str, sample: Sample) -> None:
    """Each known form is claimed once, under its own name."""
    assert [each for source in SOURCES if (each := source.log(sample))] == [log]


@pytest.mark.parametrize(
    "names", [(), ("a", "b"), ("EVENT_TYPE",), ("EventDate", "UserId"), ("Id", "Name", "Email")]
)
def test_foreign_files_are_not_claimed(names: tuple[str, ...]) -> None:
    """A customer table or a stranger's file is nobody's log."""
    assert recognise(Sample(names, {})) is None


@pytest.mark.parametrize("log", SAMPLES)
def test_slots_bind_with_their_type(log: str) -> None:
    """Every expression gives the stated type over the stated columns, and refers to no other."""
    source = source_of(log)
    columns = sorted(source.columns(log) | {"_zone"})
    slots = source.slots(log)
    assert set(slots) <= set(SLOTS)
    assert {"at", "operation"} <= set(slots)
    empty = ", ".join(f"NULL::VARCHAR AS {engine.quote(name)}" for name in columns)
    typed = ", ".join(f"typeof({expression}) AS {engine.quote(slot)}" for slot, expression in slots.items())
    with engine.memory(threads=1) as connection:
        types = engine.row(connection, f"SELECT {typed} FROM {prepared(source, log, empty)}")
        assert dict(zip(slots, types, strict=True)) == {slot: SLOTS[slot] for slot in slots} | {
            slot: kind for slot, kind in zip(slots, types, strict=True) if loosely(kind, SLOTS[slot])
        }
        nulls = ", ".join(
            f"NULL::{kind} AS {engine.quote(slot)}" for slot, kind in SLOTS.items() if slot == "at"
        )
        assert engine.row(connection, f"SELECT {source.reason(log)} FROM (SELECT {nulls}, {empty})")[0]


def prepared(source: Source, log: str, columns: str) -> str:
    """Return the relation on which the slots stand: the columns, and what is computed before the slots."""
    relation = f"(SELECT {columns})"
    for name, expression in source.prepared(log).items():
        relation = f"(SELECT *, ({expression}) AS {engine.quote(name)} FROM {relation})"
    return relation


def loosely(kind: str, wanted: str) -> bool:
    """Return whether a literal's type widens to the stored one without loss."""
    return kind == wanted or (kind, wanted) == ("INTEGER", "BIGINT")


@pytest.mark.parametrize("log", SAMPLES)
def test_an_empty_row_is_quarantined_and_not_an_error(log: str) -> None:
    """Nulls everywhere give no time, so the row is refused with a reason in plain words."""
    source = source_of(log)
    columns = sorted(source.columns(log) | {"_zone"})
    empty = ", ".join(f"NULL::VARCHAR AS {engine.quote(name)}" for name in columns)
    with engine.memory(threads=1) as connection:
        (at,) = engine.row(connection, f"SELECT {source.slots(log)['at']} FROM (SELECT {empty})")
    assert at is None


@pytest.mark.parametrize("log", SAMPLES)
def test_operations_are_known(log: str) -> None:
    """A source names no operation that the ledger does not know."""
    results = re.findall(r"(?:THEN|ELSE)\s+'([a-z_]+)'", source_of(log).slots(log)["operation"])
    assert set(results) <= {*OPERATIONS, "success", "failure"}  # outcomes stand in conditions
