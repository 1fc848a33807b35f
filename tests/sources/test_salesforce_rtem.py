"""Real-time events: which ids a row proves, and whether its list is whole."""

import json
from datetime import datetime

import pytest

from floodmark import ids
from floodmark.ledger.source import Sample
from floodmark.sources import recognise

USER = "0055j000000utlP"


def canonical(value: str) -> str:
    """Return the 18-character form of an id of these tests."""
    told = ids.canonical(value)
    assert told is not None
    return told


IDS = [f"0035j00000Abc{n:02d}" for n in range(20)]
FULL = [canonical(each) for each in IDS]
ACCOUNT, CASE = "0015j00000AbcXY", "5005j00000AbcXY"


def event(kind, **more):
    """Return one event as a query answer gives it."""
    return {
        "attributes": json.dumps({"type": kind, "url": "/services/data/v58.0/sobjects/x"}),
        "EventIdentifier": "c2f8a5d0-0000-4000-8000-000000000001",
        "EventDate": "2025-06-30T01:15:09.000+0000",
        "UserId": USER,
        "SourceIp": "192.0.2.7",
        **more,
    }


def api(records=None, returned="", **more):
    """Return one API event."""
    text = records if isinstance(records, str) else json.dumps(records) if records is not None else ""
    return event("ApiEvent", **{"Operation": "Query", "RowsReturned": returned, "Records": text, **more})


def answer(*ids, **nested):
    """Return the Records of a page of contacts."""
    rows = [{"attributes": {"type": "Contact"}, "Id": each, **nested} for each in ids]
    return {"totalSize": len(rows), "done": True, "records": rows}


def children(*ids, total=None, done=True):
    """Return a nested list of cases."""
    rows = [{"attributes": {"type": "Case"}, "Id": each} for each in ids]
    return {"totalSize": len(ids) if total is None else total, "done": done, "records": rows}


def test_three_counts_stay_apart(read):
    """1.5: RowsProcessed is the total and repeats on each page; RowsReturned is this page."""
    pages = read(
        api(RowsProcessed="5000.0", returned="2000.0"),
        api(RowsProcessed="5000.0", returned="2000.0", Operation="QueryMore"),
        api(RowsProcessed="-1", returned="1000.0", Operation="QueryMore"),
    )
    assert [row["matched_rows"] for row in pages] == [5000, 5000, None]
    assert [row["delivered_rows"] for row in pages] == [2000, 2000, 1000]
    assert [row["operation"] for row in pages] == ["query", "query_more", "query_more"]


def test_flat_records(read):
    """1.5: ids of the rows in the log's order, complete where as many as the rows returned."""
    whole, short = read(api(answer(*IDS[:3]), "3.0"), api(answer(*IDS[:3]), "4.0"))
    assert (whole["record_ids"], whole["child_ids"], whole["ids_complete"]) == (FULL[:3], [], True)
    assert (short["record_ids"], short["ids_complete"]) == (FULL[:3], False)


def test_bulk_record_ids(read):
    """1.5: Bulk puts its ids into recordIds."""
    (row,) = read(api({"totalSize": 2, "done": True, "records": [], "recordIds": IDS[:2]}, "2.0"))
    assert (row["record_ids"], row["ids_complete"]) == (FULL[:2], True)


def test_both_shapes_count_once(read):
    """1.5: an id in both lists is one row."""
    (row,) = read(api({**answer(*IDS[:2]), "recordIds": [IDS[1] + "AAA", IDS[2]]}, "3"))
    assert (row["record_ids"], row["ids_complete"]) == (FULL[:3], True)


def test_children_and_parents_at_any_depth(read):
    """1.5: nested rows are child ids, never rows of the answer."""
    nested = {"Cases": children(CASE, CASE), "Account": {"Id": ACCOUNT, "Owner": {"Id": USER}}}
    (row,) = read(api(answer(*IDS[:2], **nested), "2"))
    assert row["record_ids"] == FULL[:2]
    assert row["child_ids"] == sorted(map(canonical, (ACCOUNT, CASE, USER)))
    assert row["ids_complete"] is True


@pytest.mark.parametrize(
    "nested",
    [children(CASE, done=False), children(CASE, total=2), {"records": [{"Id": CASE}]},
     {**children(CASE), "records": [{"Id": CASE, "Deep": children(CASE, total=3)}]}],
)  # fmt: skip
def test_incomplete_nested_list(read, nested):
    """1.5: one nested list that is not whole makes the list of ids incomplete."""
    (row,) = read(api(answer(IDS[0], Cases=nested), "1"))
    assert (row["ids_complete"], row["child_ids"]) == (False, [canonical(CASE)])


def test_first_page_of_many_is_complete(read):
    """A page says `done: false` and the total of the query; its own ids are still all there."""
    (row,) = read(api({**answer(*IDS[:2]), "totalSize": 9000, "done": False}, "2"))
    assert row["ids_complete"] is True


@pytest.mark.parametrize("keep", ["Id", "recordIds"])
def test_cut_records_are_salvaged(read, keep):
    """1.5: a cut text gives the ids before the cut, is incomplete, and half an id is never taken."""
    text = json.dumps(answer(*IDS) if keep == "Id" else {"records": [], "recordIds": IDS})
    place = text.index(IDS[9])
    rows = read(*[api(text[: place + kept], "20") for kept in (3, 15, 16)])
    assert [row["record_ids"] for row in rows] == [FULL[:9], FULL[:9], FULL[:10]]
    assert [row["ids_complete"] for row in rows] == [False, False, False]


def test_cut_inside_the_check_characters(read):
    """An 18-character id cut after 15 characters is not taken for one of 15."""
    text = json.dumps({"recordIds": FULL})
    (row,) = read(api(text[: text.index(FULL[4]) + 15], "20"))
    assert row["record_ids"] == FULL[:4]


@pytest.mark.parametrize(
    ("returned", "ids", "complete"),
    [("0.0", [], True), ("0", [], True), ("5", None, False), ("", None, False)],
)
def test_absent_records(read, returned, ids, complete):
    """1.5: no Records is a whole list only where no row was returned (streams of Bulk carry none)."""
    (row,) = read(api(returned=returned))
    assert (row["record_ids"], row["ids_complete"]) == (ids, complete)


def test_spelling_of_ids(read):
    """1.7: short, long, wrong check characters and lost case are one id; other texts are none."""
    texts = [IDS[0], FULL[0], IDS[0] + "ZZZ", FULL[0].lower(), "not an id"]
    (row,) = read(api(answer(*texts), "5"))
    assert row["record_ids"] == [FULL[0]] * 4
    assert row["ids_complete"] is False


def test_aggregate_has_no_ids(read):
    """2.4: rows without an id, as of an aggregate, are not a whole list of ids."""
    (row,) = read(
        api({"totalSize": 1, "done": True, "records": [{"attributes": {"type": "AggregateResult"}}]}, "1")
    )
    assert (row["record_ids"], row["ids_complete"]) == ([], False)


@pytest.mark.parametrize(
    "text", ["[1,2]", '"x"', "{}", "null", '{"records":null}', '{"records":{"Id":1}}', "[" * 9000]
)
def test_odd_records_do_not_stop_a_file(read, text):
    """A text of another shape names no ids, is incomplete and is no error."""
    (row,) = read(api(text, "3"))
    assert (row["record_ids"] or [], row["ids_complete"]) == ([], False)


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [("Block", "blocked"), ("MeteringBlock", "blocked"), ("Notified", None), ("", None)],
)
def test_blocked_by_policy(read, policy, outcome):
    """1.5: only two outcomes of a policy keep the rows back."""
    (row,) = read(api(PolicyOutcome=policy))
    assert row["outcome"] == outcome


@pytest.mark.parametrize(
    ("length", "cut"), [(9999, False), (10000, True), (10001, False), (20000, True), (0, None)]
)
def test_query_at_its_limit_may_be_cut(read, length, cut):
    """1.5: nothing marks a cut text but its length."""
    (row,) = read(api(Query="x" * length))
    assert row["query_cut"] is cut


def test_stream_times_in_milliseconds(read):
    """1.5: streams may give epoch milliseconds."""
    (row,) = read(event("ApiEventStream", EventDate="1751246109120", Operation="Query"))
    assert row["log"] == "salesforce.rtem.ApiEvent"
    assert row["at"] == datetime(2025, 6, 30, 1, 15, 9, 120000)  # noqa: DTZ001 - UTC without a zone


def test_bulk_download_has_no_counts(read):
    """1.5: a download event names neither job nor rows."""
    (row,) = read(event("BulkApiResultEventStore", Query="SELECT Id FROM Case"))
    assert (row["operation"], row["query"]) == ("bulk_result", "SELECT Id FROM Case")
    assert {"job", "matched_rows", "delivered_rows", "record_ids"}.isdisjoint(row)


def run(rows, *, kind="ReportEvent", **more):
    """Return one chunk of a report or a list view."""
    text = json.dumps({"totalSize": len(rows), "rows": [{"datacells": row} for row in rows]})
    return event(kind, **{"Records": text, "RowsProcessed": "20680.0", "Sequence": "51", **more})


def test_report_chunk(read):
    """1.5: RowsProcessed is the total of the run, the rows of the chunk are in Records, cells are ids."""
    (row,) = read(
        run(
            [[IDS[1], USER], [IDS[0], ""]],
            ColumnHeaders="[Contact.Name, Owner.Name ]",
            DisplayedFieldEntities="Contact, User",
            ExecutionIdentifier="e1",
        )
    )
    assert (row["matched_rows"], row["delivered_rows"], row["chunk"], row["execution"]) == (
        20680,
        2,
        51,
        "e1",
    )
    assert row["record_ids"] == sorted([FULL[0], FULL[1], canonical(USER)])
    assert (row["ids_complete"], row["fields"]) == (True, ["Contact.Name", "Owner.Name"])


@pytest.mark.parametrize(
    ("rows", "shown"),
    [([[IDS[0]]], "Contact, User"), ([[IDS[0], "x"]], "Contact,User"), ([[]], ""), ([], "")],
)
def test_incomplete_report_chunk(read, rows, shown):
    """1.5: a missing cell, a cell that is no id, or no rows in a run that has some: not a whole list."""
    (row,) = read(run(rows, DisplayedFieldEntities=shown))
    assert row["ids_complete"] is False


def test_cut_report_chunk(read):
    """A cut chunk gives its whole ids; how many rows it held is unknown."""
    whole = run([[each] for each in IDS])["Records"]
    (row,) = read(run([], Records=whole[: whole.index(IDS[5]) + 15]))
    assert (row["record_ids"], row["delivered_rows"], row["ids_complete"]) == (sorted(FULL[:5]), None, False)


def test_report_without_records(read):
    """1.5: chunks after the thousandth carry no Records; an empty run is complete."""
    late, empty = read(run([], Records=""), run([], Records="", RowsProcessed="0.0"))
    assert (late["record_ids"], late["delivered_rows"], late["ids_complete"]) == (None, None, False)
    assert (empty["record_ids"], empty["delivered_rows"], empty["ids_complete"]) == ([], 0, True)


def test_list_view(read):
    """1.5: a list view is read as a report is, and names its list."""
    (row,) = read(
        run([[IDS[0]]], kind="ListViewEvent", ListViewId="00B5j00000AbCdE", ColumnHeaders="Name,Email")
    )
    assert (row["operation"], row["resource"]) == ("list_view", canonical("00B5j00000AbCdE"))
    assert (row["fields"], row["delivered_rows"]) == (["Name", "Email"], 1)


def test_page_view_time(read):
    """1.5: the browser sends in batches, so the act is at PageStartTime; without one, at EventDate."""
    told, untold = read(
        event(
            "LightningUriEvent", RecordId=IDS[0], PageStartTime="2025-06-30T01:14:50.000Z", Operation="Read"
        ),
        event("LightningUriEvent", RecordId=IDS[0]),
    )
    assert (told["at"].second, told["received_at"].second, untold["at"].second) == (50, 9, 9)
    assert (told["operation"], told["record_ids"], told["delivered_rows"]) == ("page_view", [FULL[0]], 1)


@pytest.mark.parametrize(
    ("operation", "record", "told"),
    [("Update", IDS[0], "page_view"), ("", IDS[0], "page_view"), ("Create", IDS[0], "write"),
     ("Delete", IDS[0], "write"), ("Read", "", "other")],
)  # fmt: skip
def test_page_operations(read, operation, record, told):
    """1.5: an update shows the record first; a page without a record shows none."""
    (row,) = read(event("LightningUriEvent", RecordId=record, Operation=operation))
    assert row["operation"] == told


@pytest.mark.parametrize(
    ("status", "outcome"), [("Success", "success"), ("Invalid Password", "failure"), ("", None)]
)
def test_login(read, status, outcome):
    """1.5: any status but Success is a reason why not."""
    (row,) = read(
        event("LoginEvent", Status=status, Application="Ticket Portal", LoginType="Remote Access 2.0")
    )
    assert (row["operation"], row["outcome"]) == ("login", outcome)
    assert (row["client"], row["method"]) == ("Ticket Portal", "Remote Access 2.0")


def test_row_of_another_event_is_quarantined(read):
    """A row whose stated type is not that of its file is refused; a row that states none is read."""
    rows = read(api(), event("ReportEvent"), {**api(), "attributes": ""}, event("ApiEventStream"))
    assert [bool(row["reason"]) for row in rows] == [False, True, False, False]


@pytest.mark.parametrize(
    ("names", "log"),
    [
        ("EventIdentifier EventDate UserId Query RowsReturned RowsProcessed Records", "ApiEvent"),
        ("EventDate UserId Query SourceIp SessionKey", "BulkApiResultEventStore"),
        ("EventDate UserId ReportId RowsProcessed Records ColumnHeaders", "ReportEvent"),
        ("EventDate UserId ListViewId RowsProcessed Records", "ListViewEvent"),
        ("EventDate UserId RecordId PageUrl PageStartTime", "LightningUriEvent"),
        ("EventDate UserId RecordId OperationStatus", "UriEvent"),
        ("EventDate UserId LoginType Status Application", "LoginEvent"),
        ("EventDate UserId FileAction DocumentId", "FileEventStore"),
        ("EventDate UserId Score SecurityEventData RowsProcessed Operation", None),
        ("EventDate UserId", None),
    ],
)
def test_event_told_by_its_columns(names, log):
    """1.5: CSV and bare JSON state no type; the columns do, and a hint store is not taken for an event."""
    found = recognise(Sample(tuple(names.split()), {}))
    assert (found and found[1]) == (log and f"salesforce.rtem.{log}")


def test_unknown_stated_type_is_not_guessed():
    """A stated type that we do not read is not overruled by the columns."""
    sample = Sample(
        ("attributes", "EventDate", "RowsReturned"), {"attributes": '{"type":"ApiAnomalyEventStore"}'}
    )
    assert recognise(sample) is None
