"""From log rows to requests: one act is one request, and it takes what the log shows of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from scope.conftest import FIELDS, START, Bench, case, contact

New = Callable[..., Bench]
SELECT = "SELECT Id, Name, Email FROM Contact"
ELF = "salesforce.elf.RestApi"
USAGE = "salesforce.elf.ApiTotalUsage"
BULK = "salesforce.elf.BulkApi2"
FETCH = "salesforce.rtem.BulkApiResultEventStore"
REPORT = "salesforce.rtem.ReportEvent"


def ids(*numbers: int) -> list[str]:
    """Return the ids of contacts."""
    return [contact(number) for number in numbers]


# --- queries and their pages -------------------------------------------------------------------------


def test_pages_are_added_and_a_page_fetched_twice_counts_once(bench: New) -> None:
    """Two pages, the second again: three rows."""
    made = bench().query(SELECT, ids(1, 2), matched_rows=3)
    for minute in (1, 2):
        made.query(SELECT, ids(3), minute, operation="query_more", matched_rows=3)
    one = made.one()
    assert (one.fewest, one.most, one.grade, one.act.id_count) == (3, 3, 1, 3)
    assert one.act.matched_rows == 3
    assert made.scope().sure() == {id_: {"Name", "Email"} for id_ in ids(1, 2, 3)}


def test_the_total_that_every_page_repeats_is_not_added(bench: New) -> None:
    """Each page says 4000 rows in all; two pages of two left."""
    made = bench().query(SELECT, ids(1, 2), matched_rows=4000)
    one = made.query(SELECT, ids(3, 4), 1, operation="query_more", matched_rows=4000).one()
    assert (one.fewest, one.most, one.act.matched_rows) == (4, 4, 4000)


def test_the_same_text_started_again_is_a_new_request(bench: New) -> None:
    """A query, and the same query an hour later."""
    assert len(bench().query(SELECT, ids(1)).query(SELECT, ids(1), 60).gather()) == 2


def test_pages_without_ids_may_be_one_page_fetched_twice(bench: New) -> None:
    """Two further pages of two rows without ids: two to four rows."""
    made = bench().query(SELECT, None, delivered_rows=1, matched_rows=5, ids_complete=False)
    for minute in (1, 2):
        made.query(
            SELECT, None, minute, operation="query_more", delivered_rows=2, matched_rows=5, ids_complete=False
        )
    one = made.one()
    assert (one.fewest, one.most, one.grade) == (3, 5, 4)
    assert "pages without ids may be one page fetched twice" in one.assumes
    assert made.scope().people() == (3, 5)


def test_a_request_id_chosen_by_the_client_does_not_merge_calls(bench: New) -> None:
    """Three calls under one id: different objects and counts stay apart, in each log."""
    texts = (SELECT, "SELECT Id FROM Case", "SELECT Id FROM Contact LIMIT 1")
    counts = (2, 1, 1)
    made = bench()
    for minute, (text, count) in enumerate(zip(texts, counts, strict=True)):
        name = "Case" if "Case" in text else "Contact"
        listed = [case(1)] if name == "Case" else ids(1, 2)[:count]
        made.query(text, listed, minute, request_key="MINE", objects=[name])
        made.add(minute, log=ELF, operation="query", request_key="MINE", objects=[name], matched_rows=count)
    found = made.gather()
    assert len(found) == 3
    assert [len(each.act.events) for each in found] == [2, 2, 2]


def test_one_call_in_three_logs_is_one_request(bench: New) -> None:
    """The event log row, the row of API totals (no session) and the real-time event meet."""
    made = bench().query(SELECT, ids(1), request_key="K", objects=["Contact"])
    made.add(log=ELF, operation="query", request_key="K", objects=["Contact"], matched_rows=1)
    made.add(log=USAGE, operation="query", request_key="K", session=None, joined_by="user, address and time")
    one = made.one()
    assert len(one.act.events) == 3
    assert one.assumes == ("rows without a session joined by user, address and time",)


def test_without_the_real_time_event_the_two_rows_still_meet(bench: New) -> None:
    """Only the total is known: at most so many rows of the object."""
    made = bench().add(
        log=ELF, operation="query", request_key="K", query=SELECT, objects=["Contact"], matched_rows=2
    )
    one = made.add(log=USAGE, operation="query", request_key="K", session=None).one()
    assert (one.grade, one.fewest, one.most, one.objects) == (4, 0, 2, ("Contact",))
    judged = made.scope()
    assert judged.people() == (0, 2)
    assert set(judged.possible()) == set(ids(1, 2, 3, 4, 5))
    assert not judged.sure()


def test_rows_of_further_pages_may_count_the_page_or_the_whole(bench: New) -> None:
    """Event log pages of 2,000, 2,000 and 1,040 rows can be 5,040; three times 5,040 cannot be more."""

    def most(*counts: int) -> int | None:
        made = bench()
        for minute, count in enumerate(counts):
            made.add(
                minute, log=ELF, operation="query_more", cursor="01g", objects=["Contact"], matched_rows=count
            )
        return made.one().most

    assert most(2000, 2000, 1040) == 5040
    assert most(5040, 5040, 5040) == 5040


# --- single records ----------------------------------------------------------------------------------


def test_a_record_fetched_once_is_one_request_in_two_logs(bench: New) -> None:
    """The row of API totals has no session; the platform's request id joins the two."""
    same: dict[str, Any] = {
        "operation": "record",
        "objects": ["Contact"],
        "record_ids": ids(1),
        "delivered_rows": 1,
    }
    made = bench().add(log=ELF, request_key="K", ids_complete=True, **same)
    one = made.add(log=USAGE, request_key="K", session=None, ids_complete=True, **same).one()
    assert (one.kind, one.grade, one.fewest, one.most) == ("record", 1, 1, 1)


def test_two_fetches_under_one_request_id_stay_two(bench: New) -> None:
    """Each log has both; they pair off in order."""
    made = bench()
    for minute in (0, 9):
        for log in (ELF, USAGE):
            made.add(
                minute,
                log=log,
                request_key="K",
                operation="record",
                record_ids=ids(1),
                delivered_rows=1,
                ids_complete=True,
            )
    assert [len(each.act.events) for each in made.gather()] == [2, 2]


def test_fields_named_in_the_call_are_sure(bench: New) -> None:
    """`?fields=Email` shows the email and nothing else."""
    made = bench().add(
        operation="record",
        objects=["Contact"],
        record_ids=ids(2),
        delivered_rows=1,
        ids_complete=True,
        fields=["email"],
    )
    judged = made.scope()
    assert judged.sure() == judged.possible() == {contact(2): {"Email"}}


def test_page_views_of_both_logs_are_one_and_their_fields_possible(bench: New) -> None:
    """A minute boundary between the two rows does not part them; an hour does."""
    view: dict[str, Any] = {
        "operation": "page_view",
        "record_ids": ids(1),
        "delivered_rows": 1,
        "ids_complete": True,
    }
    made = bench().add(0.99, log="salesforce.elf.LightningPageView", request_key="P", **view)
    made.add(1.01, log="salesforce.rtem.LightningUriEvent", **view)
    judged = made.scope()
    assert len(judged.readings) == 1
    assert judged.sure() == {}
    assert judged.possible() == {contact(1): set(FIELDS["Contact"])}
    assert (judged.bounds.records("Contact").at_least, judged.people()) == (1, (0, 1))
    assert judged.cells.without_value() == 1
    assert len(made.add(61, log="salesforce.rtem.LightningUriEvent", **view).gather()) == 2


# --- bulk jobs ---------------------------------------------------------------------------------------


def job(made: Bench, number: int, minute: float, rows: int, name: str = "Contact") -> Bench:
    """Add the state rows of one job."""
    same: dict[str, Any] = {"log": BULK, "operation": "bulk_job", "objects": [name], "job": f"750{number}"}
    made.add(minute, method="UploadComplete", **same)
    made.add(minute + 1, method="InProgress", matched_rows=rows // 2, **same)
    return made.add(minute + 2, method="JobComplete", matched_rows=rows, **same)


def test_job_rows_are_a_running_total(bench: New) -> None:
    """The largest, not the sum."""
    one = job(bench(), 1, 0, 4).one()
    assert (one.kind, one.act.matched_rows, one.fewest, one.most) == ("bulk_query", 4, 0, 4)


def test_a_job_that_was_not_seen_done_has_no_largest(bench: New) -> None:
    """Its last row is missing, so its total may have grown."""
    one = (
        bench()
        .add(
            log=BULK,
            operation="bulk_job",
            method="InProgress",
            matched_rows=2,
            job="7501",
            objects=["Contact"],
        )
        .one()
    )
    assert (one.fewest, one.most, one.grade) == (None, None, 4)


def test_a_job_never_downloaded_takes_nothing_where_the_logs_would_show_it(bench: New) -> None:
    """With stated coverage nothing, without it everything is possible."""
    seen = job(bench(covered=True), 1, 0, 4).scope()
    assert (seen.readings[0].empty, seen.people(), seen.possible()) == (True, (0, 0), {})
    assert any("never downloaded" in each for each in seen.readings[0].assumes)
    unseen = job(bench(), 1, 0, 4).scope()
    assert (unseen.people(), len(unseen.possible())) == ((0, 4), 5)


@pytest.mark.parametrize(
    ("text", "actor", "empty"),
    [
        ("SELECT Id FROM Contact", "005000000000001AAA", False),
        ("SELECT Id FROM Case", "005000000000001AAA", True),
        (None, "005000000000001AAA", False),
        ("SELECT Id FROM Contact", "005000000000002AAA", True),
        ("SELECT Id FROM Contact", None, False),
    ],
)
def test_a_download_outside_the_intrusion_may_be_of_the_job(
    bench: New, text: str, actor: str, empty: bool
) -> None:
    """The same user fetched a result of that object from elsewhere: not proven that nothing left."""
    made = job(bench(covered=True), 1, 0, 4)
    made.add(600, hostile=False, log=FETCH, operation="bulk_result", session="S2", actor=actor, query=text)
    assert made.one().empty is empty


def test_a_download_lends_its_text_to_the_job(bench: New) -> None:
    """The job says how many rows, the download says which fields."""
    made = job(bench(covered=True), 1, 0, 4).add(
        5, log=FETCH, operation="bulk_result", query="SELECT Phone FROM Contact"
    )
    made.add(6, log=FETCH, operation="bulk_result", query="SELECT Phone FROM Contact")
    judged = made.scope()
    (one,) = judged.readings
    assert (one.most, one.objects, len(one.act.events)) == (4, ("Contact",), 5)
    assert "download joined to its job by user, object and order of time" in one.assumes
    assert judged.possible() == {id_: {"Phone"} for id_ in ids(1, 2, 3, 4, 5)}


def test_several_jobs_pair_off_in_order_or_stay_apart(bench: New) -> None:
    """Two jobs and two downloads pair; three downloads are left alone."""
    made = job(job(bench(), 1, 0, 3), 2, 10, 4)
    made.add(5, log=FETCH, operation="bulk_result", query="SELECT Phone FROM Contact")
    made.add(15, log=FETCH, operation="bulk_result", query="SELECT Email FROM Contact")
    assert [(each.act.query, each.most) for each in made.gather()] == [
        ("SELECT Phone FROM Contact", 3),
        ("SELECT Email FROM Contact", 4),
    ]
    made.add(16, log=FETCH, operation="bulk_result", query="SELECT Name FROM Contact")
    assert len(made.gather()) == 5


def test_a_fetched_result_alone_may_be_a_week_old(bench: New) -> None:
    """A change in the week before leaves open what the result held."""
    made = bench(changed={1: START - timedelta(days=3)})
    made.add(log=FETCH, operation="bulk_result", query="SELECT Phone FROM Contact")
    (one,) = made.gather()
    assert (one.since, one.until) == (START - timedelta(days=7, microseconds=1), START)


def test_a_job_finds_records_created_until_it_was_done(bench: New) -> None:
    """A contact born while the job ran may be in it, one born later not."""
    made = job(bench(created={1: START + timedelta(minutes=1), 2: START + timedelta(minutes=3)}), 1, 0, 4)
    assert set(made.scope().possible()) == set(ids(1, 3, 4, 5))


# --- reports and lists -------------------------------------------------------------------------------


def chunk(made: Bench, number: int, listed: list[str] | None, **slots: Any) -> Bench:
    """Add one chunk of a report run."""
    given: dict[str, Any] = {
        "log": REPORT,
        "operation": "report",
        "execution": "X",
        "chunk": number,
        "objects": ["Contact"],
        "matched_rows": 3,
        "delivered_rows": len(listed or []) or None,
        "record_ids": listed,
        "ids_complete": listed is not None,
        "fields": ["Contact.Email"],
        "resource": "00O1",
    }
    return made.add(number / 10, **{**given, **slots})


def test_chunks_of_a_report_are_one_request(bench: New) -> None:
    """Two chunks that list all rows: grade 1, the columns are sure."""
    judged = chunk(chunk(bench(), 1, ids(1, 2)), 2, ids(3)).scope()
    (one,) = judged.readings
    assert (one.kind, one.grade, one.fewest, one.most) == ("report", 1, 3, 3)
    assert judged.sure() == judged.possible() == {id_: {"Email"} for id_ in ids(1, 2, 3)}


def test_a_missing_chunk_leaves_the_list_incomplete(bench: New) -> None:
    """Two of three rows are listed: those are sure, one of the others is possible."""
    judged = chunk(bench(), 1, ids(1, 2)).scope()
    assert (judged.readings[0].grade, judged.people()) == (3, (2, 3))
    assert set(judged.sure()) == set(ids(1, 2))
    assert set(judged.possible()) == set(ids(1, 2, 3, 4, 5))


def test_a_report_seen_in_both_logs_is_one_run(bench: New) -> None:
    """The event log row and its export meet the run of the same report and rows."""
    made = chunk(bench(), 1, ids(1, 2, 3))
    made.add(
        1, log="salesforce.elf.Report", operation="report", resource="00O1", matched_rows=3, delivered_rows=3
    )
    one = made.add(1.5, log="salesforce.elf.ReportExport", operation="report_export").one()
    assert (one.grade, one.fewest, one.most) == (1, 3, 3)


def test_a_report_without_columns_shows_any_field(bench: New) -> None:
    """The event log alone: object and rows."""
    judged = (
        bench()
        .add(
            log="salesforce.elf.Report",
            operation="report",
            objects=["Contact"],
            matched_rows=2,
            delivered_rows=2,
        )
        .scope()
    )
    assert (judged.readings[0].grade, judged.people()) == (4, (0, 2))
    assert judged.possible()[contact(1)] == set(FIELDS["Contact"])


def test_a_report_type_that_the_map_does_not_know_cannot_be_told(bench: New) -> None:
    """It may show contacts under another name."""
    made = bench().add(
        log="salesforce.elf.Report", operation="report", objects=["GuestsWithStays"], matched_rows=2
    )
    assert made.one().grade == 5


def test_columns_without_an_object_belong_to_the_list(bench: New) -> None:
    """A list of cases with a contact's email: the case's own columns are not those of the contact."""
    made = chunk(
        bench(),
        1,
        [case(1), contact(1)],
        log="salesforce.rtem.ListViewEvent",
        operation="list_view",
        objects=["Case"],
        matched_rows=1,
        delivered_rows=1,
        fields=["Description", "Name", "Contact.Email"],
    )
    judged = made.scope()
    assert judged.readings[0].kind == "list_view"
    assert judged.sure() == {case(1): {"Description"}, contact(1): {"Email"}}


def test_a_column_named_in_plain_words_could_be_any_field(bench: New) -> None:
    """`Date of birth` names no field of the platform."""
    judged = chunk(bench(), 1, ids(1, 2, 3), fields=["Date of birth"]).scope()
    assert judged.sure() == {}
    assert judged.possible()[contact(1)] == set(FIELDS["Contact"])


# --- what takes nothing ------------------------------------------------------------------------------


def test_blocked_delivers_nothing(bench: New) -> None:
    """A policy stopped the answer."""
    judged = bench().query(SELECT, ids(1, 2), outcome="blocked").scope()
    (one,) = judged.readings
    assert (one.fewest, one.most, one.empty, judged.possible()) == (0, 0, True, {})
    assert one.assumes[0].startswith("blocked")


def test_failed_calls_are_no_reads(bench: New) -> None:
    """An error answer holds no record."""
    assert bench().query(SELECT, ids(1), outcome="failure").gather() == []


def test_a_count_takes_nothing_and_its_filter_is_inferable(bench: New) -> None:
    """The number of people with an email tells of the email, and takes none."""
    judged = bench().query("SELECT COUNT() FROM Contact WHERE Email = 'a'", None, matched_rows=4).scope()
    (one,) = judged.readings
    assert (one.kind, one.grade, one.empty, one.inferable) == ("aggregate", 1, True, ("Contact.Email",))
    assert judged.people() == (0, 0)


@pytest.mark.parametrize(
    ("text", "rows", "people"),
    [
        ("SELECT Email, COUNT(Id) FROM Contact GROUP BY Email", 2, 2),
        ("SELECT MAX(Birthdate) FROM Contact", 1, 1),
        ("SELECT MIN(Birthdate), MAX(Birthdate) FROM Contact", 1, 2),
        ("SELECT Email, MIN(Phone) FROM Contact GROUP BY Email", 1, 2),
    ],
)
def test_groups_and_extremes_are_possible_only(bench: New, text: str, rows: int, people: int) -> None:
    """Any record that holds a value is possible; a row shows one value of each kind."""
    judged = bench().query(text, None, delivered_rows=rows, matched_rows=rows, ids_complete=False).scope()
    assert (judged.sure(), judged.people()) == ({}, (0, people))
    assert set(judged.possible()) == set(ids(1, 2, 3, 4, 5))


def test_fields_of_a_filter_are_inferable_never_taken(bench: New) -> None:
    """Own fields and those of a parent."""
    text = "SELECT Name FROM Contact WHERE Birthdate > 2000-01-01 AND Name != null ORDER BY Phone"
    judged = bench().query(text, ids(1)).scope()
    assert judged.readings[0].inferable == ("Contact.Birthdate", "Contact.Phone")
    assert judged.possible() == {contact(1): {"Name"}}
    far = bench().query("SELECT Id FROM Case WHERE Contact.Email LIKE 'a%'", [case(1)]).one()
    assert far.inferable == ("Contact.Email",)


# --- records -----------------------------------------------------------------------------------------


def test_a_cut_list_is_sure_of_what_it_shows(bench: New) -> None:
    """Two of four ids are legible: two sure, and exactly two more of the others."""
    judged = bench().query(SELECT, ids(1, 2), delivered_rows=4, matched_rows=4, ids_complete=False).scope()
    assert judged.readings[0].grade == 3
    assert set(judged.sure()) == set(ids(1, 2))
    assert judged.people() == (4, 4)
    assert judged.bounds.people().bound == "exact"


def test_ids_that_the_snapshot_lacks_are_no_cells(bench: New) -> None:
    """A record deleted since has no cell here."""
    judged = bench().query(SELECT, ids(1, 99)).scope()
    assert (judged.readings[0].grade, judged.sure()) == (1, {contact(1): {"Name", "Email"}})


def test_only_selected_fields_are_possible_where_only_the_text_is_known(bench: New) -> None:
    """Grade 4 with a text: its fields, of every record."""
    judged = bench().query(SELECT, None, matched_rows=2, objects=["Contact"]).scope()
    assert judged.readings[0].grade == 4
    assert judged.possible() == {id_: {"Name", "Email"} for id_ in ids(1, 2, 3, 4, 5)}


def test_a_read_of_an_object_alone_makes_everything_of_it_possible(bench: New) -> None:
    """Grade 4 without a text; grade 5 without an object."""
    judged = bench().add(operation="read_unknown", objects=["case"]).scope()
    assert (judged.readings[0].kind, judged.readings[0].grade) == ("unknown", 4)
    assert judged.possible() == {case(1): {"Description"}, case(2): {"Description"}}
    assert bench().add(operation="read_unknown").one().grade == 5


def test_records_created_later_were_not_there(bench: New) -> None:
    """Contact 2 was born an hour after the query."""
    made = bench(created={2: START + timedelta(hours=1)}).query(SELECT, None, matched_rows=5)
    assert set(made.scope().possible()) == set(ids(1, 3, 4, 5))


def test_of_a_record_changed_since_the_value_is_possible_only(bench: New) -> None:
    """The record is sure, what it held is not."""
    judged = bench(changed={1: START + timedelta(hours=1)}).query(SELECT, ids(1)).scope()
    assert (judged.sure(), judged.possible()) == ({}, {contact(1): {"Name", "Email"}})
    assert (judged.people(), judged.bounds.records("Contact").at_least) == ((0, 1), 1)


def test_several_reads_of_one_object_are_told_apart_in_time(bench: New) -> None:
    """Born between two reads of different fields, changed between two reads of the same."""
    hour = timedelta(hours=1)
    made = bench(created={1: START + hour}, changed={1: START + hour, 2: START + hour})
    made.query("SELECT Name FROM Contact", None, 0, matched_rows=5)
    made.query("SELECT Email FROM Contact", None, 120, matched_rows=5)
    made.query("SELECT Email FROM Contact", None, 30, matched_rows=5)
    assert made.scope().possible()[contact(1)] == {"Email"}
    assert made.scope().possible()[contact(2)] == {"Name", "Email"}


# --- parents, children, compound fields --------------------------------------------------------------


def test_a_parent_path_takes_the_field_of_the_parent(bench: New) -> None:
    """The contact of a listed case is found by its link, its other fields stay."""
    judged = bench().query("SELECT Description, Contact.Email FROM Case", [case(1)]).scope()
    assert judged.readings[0].objects == ("Case", "Contact")
    assert judged.sure() == {case(1): {"Description"}, contact(1): {"Email"}}


def test_parents_of_a_cut_list_are_sure_as_far_as_it_goes(bench: New) -> None:
    """The parent of the listed case is sure; any other contact is possible."""
    text = "SELECT Contact.Email FROM Case"
    judged = bench().query(text, [case(1)], delivered_rows=2, matched_rows=2, ids_complete=False).scope()
    assert judged.sure() == {contact(1): {"Email"}}
    assert set(judged.possible()) == set(ids(1, 2, 3, 4, 5))


def test_a_parent_path_that_the_map_lacks_is_read_by_its_name(bench: New) -> None:
    """`Contact.Email` of an object that is not mapped: every contact is possible."""
    judged = bench().query("SELECT Contact.Email, Owner.Email FROM Order__c", ["801000000000001AAA"]).scope()
    assert judged.sure() == {}
    assert judged.possible() == {id_: {"Email"} for id_ in ids(1, 2, 3, 4, 5)}
    assert judged.readings[0].assumes == ("the data map does not say where Owner.Email leads: not followed",)


def test_child_rows_stand_under_their_own_name(bench: New) -> None:
    """Cases by the plural, visits by the name that the map states."""
    text = "SELECT Name, (SELECT Description FROM Cases), (SELECT Note__c FROM Stays__r) FROM Contact"
    judged = bench().query(text, ids(1), child_ids=[case(1), "a01000000000001AAA"]).scope()
    assert judged.sure() == {
        contact(1): {"Name"},
        case(1): {"Description"},
        "a01000000000001AAA": {"Note__c"},
    }
    assert judged.people() == (1, 1)


def test_fields_all_leaves_every_field_possible(bench: New) -> None:
    """Which fields the user may see is not in the log."""
    judged = bench().query("SELECT FIELDS(ALL) FROM Contact LIMIT 200", ids(1)).scope()
    assert (judged.sure(), judged.possible()) == ({}, {contact(1): set(FIELDS["Contact"])})


def test_a_compound_field_shows_its_parts(bench: New) -> None:
    """MailingAddress holds the street."""
    assert bench().query("SELECT MailingAddress FROM Contact", ids(1)).scope().sure() == {
        contact(1): {"MailingStreet"}
    }


def test_a_text_cut_behind_its_select_list_keeps_its_fields(bench: New) -> None:
    """What was asked for stands before FROM."""
    judged = bench().query("SELECT Email FROM Contact WHERE Name IN ('a", ids(1), query_cut=True).scope()
    assert judged.sure() == judged.possible() == {contact(1): {"Email"}}
    assert any("cut" in each for each in judged.readings[0].assumes)


def test_a_text_cut_inside_its_select_list_leaves_every_field_possible(bench: New) -> None:
    """The object comes from the log."""
    judged = bench().query("SELECT Email, Na", ids(1), query_cut=True, objects=["Contact"]).scope()
    assert judged.possible() == {contact(1): set(FIELDS["Contact"])}


@pytest.mark.parametrize("text", ["", "garbage", "SELECT , FROM", "\x00\x00", "SELECT * FROM Contact"])
def test_an_unreadable_text_takes_the_object_of_the_log(bench: New, text: str) -> None:
    """Nothing is taken for not readable."""
    judged = bench().query(text, None, matched_rows=2, objects=["Contact"]).scope()
    assert judged.possible()[contact(1)] == set(FIELDS["Contact"])


def test_one_record_does_not_take_the_fields_of_its_parent(bench: New) -> None:
    """A contact that stands as its own row shows its name; its email was asked of the parent of a case."""
    made = (
        bench()
        .query("SELECT Name FROM Contact", ids(1))
        .query("SELECT Contact.Email FROM Case", [case(2)], 1)
    )
    assert made.scope().sure() == {contact(1): {"Name"}, contact(2): {"Email"}}
