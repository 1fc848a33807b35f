"""Login history, setup audit trail and the listing of log files."""

import pytest

from floodmark.ids import canonical
from floodmark.ledger.source import Sample
from floodmark.sources import recognise

USER = "0055j000000utlP"
LOGIN = {
    "Id": "0Ya5j00000AbCdE",
    "UserId": USER,
    "LoginTime": "2025-06-28T00:11:09.000+0000",
    "LoginType": "Remote Access 2.0",
    "Application": "DataLoaderBulkUI/",
    "Status": "Success",
    "SourceIp": "192.0.2.7",
}
SETUP = {
    "Date": "2025-06-28 10:11:09",
    "User": "admin@example.com",
    "Source Namespace Prefix": "",
    "Action": "Created connected app",
    "Section": "Connected Apps",
    "Delegate User": "",
}
SYDNEY = "Australia/Sydney"


def sample(row):
    """Return what a source sees of a file of one row."""
    return Sample(tuple(row), row)


def source(row):
    """Return the source that claims a file of one row."""
    found = recognise(sample(row))
    assert found is not None
    return found[0]


def test_login_history(read):
    """1.6: the application of a login stands here; the id is the row's own."""
    good, bad = read(LOGIN, {**LOGIN, "Status": "Failed: Too many"})
    assert (good["uid"], good["actor"]) == (canonical(LOGIN["Id"]), canonical(USER))
    assert (good["client"], good["method"], good["ip"]) == (
        "DataLoaderBulkUI/",
        "Remote Access 2.0",
        "192.0.2.7",
    )
    assert (good["outcome"], bad["outcome"], good["operation"]) == ("success", "failure", "login")
    assert good["at"].isoformat() == "2025-06-28T00:11:09"


def test_downloaded_login_history_needs_a_zone(read):
    """1.6: a download from Setup shows the viewer's wall clock; the zone is stated, never guessed."""
    row = {
        "Username": "a@example.com",
        "Login Time": "2025-06-28 10:11:09",
        "Login Type": "Application",
        "Status": "Success",
    }
    assert source(row).needs_zone(sample(row))
    assert not source(LOGIN).needs_zone(sample(LOGIN))
    (placed,) = read(row, zone=SYDNEY)
    (homeless,) = read(row)
    assert (placed["at"].hour, placed["reason"]) == (0, None)
    assert (homeless["at"], homeless["reason"]) == (
        None,
        "time carries no zone; state the one it was downloaded in",
    )


def test_setup_trail_with_api_names(read):
    """1.6: rows with API names carry an offset; the acting user can be null."""
    row = {"Id": "0Ym5j00000AbCdE", "CreatedDate": "2025-06-28T00:11:09.000+0000", "CreatedById": "",
           "Action": "insertConnectedApplication", "Section": "Connected Apps", "Display": "x"}  # fmt: skip
    (got,) = read(row)
    assert (got["operation"], got["method"], got["actor"]) == ("setup", "insertConnectedApplication", None)
    assert not source(row).needs_zone(sample(row))
    assert got["reason"] is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-06-28 10:11:09", "2025-06-28T00:11:09"),
        ("2025-06-28T10:11:09Z", "2025-06-28T10:11:09"),
        ("6/28/2025, 10:11:09 AM PDT", "2025-06-28T17:11:09"),
        ("28/6/2025, 10:11:09 PM PDT", "2025-06-29T05:11:09"),
        ("6/6/2025 10:11:09 AM AEST", "2025-06-06T00:11:09"),
    ],
)
def test_setup_times_read_in_one_way(read, text, at):
    """1.6: ISO in the stated zone, or a date and zone abbreviation that mean one thing."""
    (row,) = read({**SETUP, "Date": text}, zone=SYDNEY)
    assert (row["at"].isoformat(), row["reason"]) == (at, None)


@pytest.mark.parametrize(
    "text",
    [
        "6/7/2025, 10:11:09 AM PDT",
        "6/28/2025, 10:11:09 AM EST",
        "6/28/2025, 10:11:09 AM",
        "28/06/2025 10:11:09",
        "x",
    ],
)
def test_setup_times_are_never_guessed(read, text):
    """1.6: where day, month or zone could be two things the row is refused, and says what to do."""
    (row,) = read({**SETUP, "Date": text}, zone=SYDNEY)
    assert row["at"] is None
    assert "export the trail again with API names" in row["reason"]


@pytest.mark.parametrize("text", ["2025-04-06 02:30:00", "2025-10-05 02:30:00"])
def test_hour_that_the_zone_repeated_or_skipped(read, text):
    """A wall-clock time that occurred twice, or never, has no place on the time line."""
    (row,) = read({**SETUP, "Date": text}, zone=SYDNEY)
    assert (row["at"], row["reason"]) == (None, "time falls in an hour that the zone skipped or repeated")


def test_setup_trail_asks_for_a_zone():
    """Only a file whose times lack a zone needs one."""
    for text, needed in [
        ("2025-06-28 10:11:09", True),
        ("6/28/2025, 10:11:09 AM", True),
        ("6/28/2025, 10:11:09 AM PDT", False),
    ]:
        row = {**SETUP, "Date": text}
        assert source(row).needs_zone(sample(row)) is needed


def test_listing(read):
    """1.2: one row describes one file: type, hour, number within the hour, size, columns."""
    row = {
        "Id": "0ATD000000001bR", "EventType": "RestApi", "Interval": "Hourly",
        "LogDate": "2025-06-30T01:00:00.000+0000",
        "Sequence": "2", "LogFileLength": "1234.0", "LogFileFieldNames": "EVENT_TYPE, TIMESTAMP",
        "LogFile": "/services/data/v58.0/sobjects/EventLogFile/0ATD000000001bR/LogFile",
        "CreatedDate": "2025-06-30T05:00:00.000+0000",
    }  # fmt: skip
    (got,) = read(row)
    assert (got["uid"], got["objects"], got["execution"], got["chunk"]) == (
        "0ATD000000001bROAQ",
        ["RestApi"],
        "Hourly",
        2,
    )
    assert (got["byte_count"], got["fields"], got["resource"]) == (
        1234,
        ["EVENT_TYPE", "TIMESTAMP"],
        row["LogFile"],
    )
    assert (got["at"].hour, got["received_at"].hour, got["operation"]) == (1, 5, "listing")
    assert not source(row).reads("salesforce.EventLogFile")
