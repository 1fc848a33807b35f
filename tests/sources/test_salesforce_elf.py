"""Event log files: what each column means for a count."""

from datetime import datetime

import pytest

from floodmark.ids import canonical
from floodmark.ledger.source import Sample
from floodmark.sources import recognise

USER = "0055j000000utlP"
CONTACT = "0035j00000AbCdE"
JOB = "7505j00000XyZaB"
BASE = {
    "EVENT_TYPE": "RestApi",
    "TIMESTAMP": "20250630011509.120",
    "TIMESTAMP_DERIVED": "2025-06-30T01:15:09.125Z",
    "USER_ID": USER,
    "CLIENT_IP": "192.0.2.7",
    "SESSION_KEY": "sK",
    "LOGIN_KEY": "lK",
    "REQUEST_ID": "SLB:1",
}


def elf(kind, **more):
    """Return a row of one event type."""
    return {**BASE, "EVENT_TYPE": kind, **more}


def rest(uri, verb="GET", **more):
    """Return a row of the REST log."""
    return elf("RestApi", METHOD=verb, URI=uri, **more)


def test_common_columns(read):
    """1.2: time, user, address, keys and request id come from the columns that every type has."""
    (row,) = read(elf("Sites"))
    assert row["log"] == "salesforce.elf.Sites"
    assert row["at"] == datetime(2025, 6, 30, 1, 15, 9, 125000)  # noqa: DTZ001 - UTC without a zone
    assert (row["actor"], row["ip"], row["session"], row["login"]) == (USER + "AAQ", "192.0.2.7", "sK", "lK")
    assert (row["operation"], row["request_key"], row["reason"]) == ("other", "SLB:1", None)


@pytest.mark.parametrize("derived", ["", "not a time", "2025-13-40T01:15:09.125Z"])
def test_blank_or_illegible_derived_time(read, derived):
    """1.2: TIMESTAMP stands in where TIMESTAMP_DERIVED is blank or illegible."""
    (row,) = read(elf("Sites", TIMESTAMP_DERIVED=derived))
    assert row["at"].microsecond == 120000


def test_iso_timestamp(read):
    """1.2: one type writes an ISO time with +0000 into TIMESTAMP."""
    (row,) = read(
        elf("ApexUnexpectedException", TIMESTAMP_DERIVED="", TIMESTAMP="2025-06-30T01:15:09.120+0000")
    )
    assert row["at"].isoformat() == "2025-06-30T01:15:09.120000"


def test_no_time_is_quarantined(read):
    """A row without a legible time is refused, with the reason."""
    (row,) = read(elf("Sites", TIMESTAMP_DERIVED="", TIMESTAMP="yesterday"))
    assert row["reason"] == "no legible time"


def test_other_event_type_is_quarantined(read):
    """A row of another type than its file's first is refused; its columns would mean other things."""
    rows = read(elf("Sites"), elf("RestApi"), elf(""))
    assert [bool(row["reason"]) for row in rows] == [False, True, True]


@pytest.mark.parametrize(
    "spelt", [USER, USER + "AAQ", USER + "ZZZ", USER.lower() + "AAQ", (USER + "AAQ").upper()]
)
def test_ids_of_any_form_are_one(read, spelt):
    """1.7: both lengths, wrong check characters and lost case give the same 18 characters."""
    (row,) = read(elf("Sites", USER_ID="", USER_ID_DERIVED=spelt))
    assert row["actor"] == USER + "AAQ"


def test_internal_address_is_kept(read):
    """1.2: the literal of internal hops is a value, not an address to parse."""
    (row,) = read(elf("Sites", CLIENT_IP="Salesforce.com IP"))
    assert row["ip"] == "Salesforce.com IP"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("S", "success"), ("Success", "success"), ("F", "failure"), ("A", "failure"), ("N", "failure"),
     ("U", None), ("R", None), ("", None)],
)  # fmt: skip
def test_request_status(read, status, outcome):
    """1.2: undefined and blank are unknown, not failed."""
    (row,) = read(elf("Sites", REQUEST_STATUS=status))
    assert row["outcome"] == outcome


@pytest.mark.parametrize(
    ("code", "outcome"), [("200", "success"), ("404", "failure"), ("503.0", "failure"), ("", None)]
)
def test_status_code(read, code, outcome):
    """1.3: the code of a REST answer decides."""
    (row,) = read(rest("/services/data/v58.0/query", STATUS_CODE=code))
    assert row["outcome"] == outcome


SOAP_CALLS = (
    ("query", "1", "query"), ("query_all", "1", "query"), ("queryAll", "1", "query"),
    ("QUERY_MORE", "1", "query_more"),
    ("queryMore", "1", "query_more"), ("retrieve", "1", "read_unknown"), ("describeSObjects", "", "describe"),
    ("getUserInfo", "", "describe"), ("login", "", "describe"), ("upsert", "3", "write"),
    ("search", "", "search"),
    ("somethingNew", "", "other"), ("somethingNew", "5", "read_unknown"),
)  # fmt: skip


def test_soap_methods(read):
    """1.3: SOAP methods in any letter case; an unknown one with rows is a read."""
    rows = read(*[elf("API", METHOD_NAME=method, ROWS_PROCESSED=count) for method, count, _ in SOAP_CALLS])
    assert [row["operation"] for row in rows] == [operation for _, _, operation in SOAP_CALLS]


@pytest.mark.parametrize(
    ("text", "rows"), [("1000364.0", 1000364), ("2000", 2000), ("-1", None), ("", None), ("x", None)]
)
def test_rows_processed_is_a_total(read, text, rows):
    """1.3: ROWS_PROCESSED is what the query matched; what this answer held is not in the log."""
    (row,) = read(elf("API", METHOD_NAME="query_all", ROWS_PROCESSED=text, RESPONSE_SIZE="296630"))
    assert (row["matched_rows"], row.get("delivered_rows"), row["byte_count"]) == (rows, None, 296630)


def test_written_rows_are_not_read_rows(read):
    """Rows that a write handled are no rows of a read."""
    (row,) = read(elf("API", METHOD_NAME="update", ROWS_PROCESSED="200"))
    assert row["matched_rows"] is None


def test_entity_set(read):
    """1.3: ENTITY_NAME holds a set."""
    (row,) = read(elf("API", METHOD_NAME="query", ENTITY_NAME="Contact;My_Thing__c, Account"))
    assert row["objects"] == ["Contact", "My_Thing__c", "Account"]


RECORD = f"/services/data/v58.0/sobjects/Contact/{CONTACT}"


REST_CALLS = (
    ("GET", "/services/data/v58.0/query?q=SELECT+Id+FROM+Contact", "query"),
    ("GET", "/services/data/v58.0/queryAll/?q=x", "query"),
    ("GET", "/v58.0/query", "query"),
    ("GET", "/query", "query"),
    ("GET", "/services/data/v58.0//QUERY", "query"),
    ("GET", "https://acme.example/services/data/v9.0/query", "query"),
    ("GET", "/services/data/v58.0/query?explain=SELECT+Id+FROM+Contact", "describe"),
    ("GET", "/services/data/v58.0/query/01g5j000001aBcDAAU-2000", "query_more"),
    ("GET", RECORD, "record"),
    ("GET", RECORD + "AA1?fields=Name", "record"),
    ("HEAD", RECORD, "other"),
    ("PATCH", RECORD, "write"),
    ("DELETE", RECORD, "write"),
    ("GET", RECORD + "/Cases", "read_unknown"),
    ("GET", "/services/data/v58.0/sobjects/ContentVersion/0685j00000AbCdE/VersionData", "file"),
    ("GET", "/services/data/v58.0/sobjects/", "describe"),
    ("GET", "/services/data/v58.0/sobjects/Contact", "describe"),
    ("POST", "/services/data/v58.0/sobjects/Contact", "write"),
    ("GET", "/services/data/v58.0/sobjects/Contact/describe", "describe"),
    ("GET", "/services/data/v58.0/sobjects/Contact/approvalLayouts", "describe"),
    ("GET", "/services/data/v58.0/sobjects/Contact/Ext__c/77", "read_unknown"),
    ("GET", "/services/data/v58.0/limits/", "describe"),
    ("GET", "/services/data", "describe"),
    ("GET", "/services/data/v58.0/", "describe"),
    ("GET", "/services/data/v58.0/recent", "read_unknown"),
    ("POST", "/services/data/v58.0/jobs/query", "other"),
    ("GET", f"/services/data/v58.0/jobs/query/{JOB}", "other"),
    ("GET", f"/services/data/v58.0/jobs/query/{JOB}/results?locator=MTA&maxRecords=5", "bulk_result"),
    ("GET", f"/v58.0/jobs/query/{JOB}/results", "bulk_result"),
    ("DELETE", f"/services/data/v58.0/jobs/query/{JOB}", "write"),
    ("PUT", f"/services/data/v58.0/jobs/ingest/{JOB}/batches", "write"),
    ("GET", "/services/data/v58.0/search?q=FIND+x", "search"),
    ("POST", "/services/data/v58.0/parameterizedSearch", "search"),
    ("POST", "/services/data/v58.0/analytics/reports/00O5j00000AbCdE", "report"),
    ("GET", "/services/data/v58.0/analytics/reports/00O5j00000AbCdE/describe", "describe"),
    ("POST", "/services/data/v58.0/composite", "read_unknown"),
    ("POST", "/services/data/v58.0/graphql", "read_unknown"),
    ("PATCH", "/services/data/v58.0/composite/sobjects", "write"),
    ("GET", f"/services/data/v58.0/ui-api/records/{CONTACT}?fields=Contact.Name", "record"),
    ("GET", "/services/data/v58.0/ui-api/list-ui/x", "read_unknown"),
    ("GET", "/services/data/v58.0/ui-api/object-info/Contact", "describe"),
    ("GET", "/services/data/v58.0/chatter/feeds", "read_unknown"),
    ("", RECORD, "record"),
    ("GET", "", "other"),
)


def test_rest_operation(read):
    """1.3: verb and path say what a REST call was; both logs of REST calls agree."""
    wanted = [operation for _, _, operation in REST_CALLS]
    rows = read(*[rest(uri, verb) for verb, uri, _ in REST_CALLS])
    assert [row["operation"] for row in rows] == wanted
    totals = read(
        *[
            elf("ApiTotalUsage", HTTP_METHOD=verb, API_RESOURCE=uri, API_FAMILY="REST")
            for verb, uri, _ in REST_CALLS
        ]
    )
    assert [row["operation"] for row in totals] == wanted


def test_failed_call_of_unknown_kind_reads_nothing(read):
    """A call that failed delivered nothing, so it is no read of unknown extent."""
    (row,) = read(rest("/services/data/v58.0/chatter/feeds", STATUS_CODE="403"))
    assert row["operation"] == "other"


def test_record_fetch_names_the_record(read):
    """1.3: a single-record GET names its record and, where asked, its fields."""
    (row,) = read(rest(RECORD + "?fields=Name%2CEmail,Birthdate"))
    assert row["record_ids"] == [canonical(CONTACT)]
    assert (row["objects"], row["fields"]) == (["Contact"], ["Name", "Email", "Birthdate"])
    assert (row["matched_rows"], row["delivered_rows"], row["ids_complete"]) == (1, 1, True)


def test_relationship_object_is_unknown(read):
    """What hangs below a record is of an object that the path does not name."""
    (row,) = read(rest(RECORD + "/Cases", ENTITY_NAME="Contact"))
    assert (row["objects"], row["record_ids"]) == (None, None)


def test_collection_fetch_names_all_records(read):
    """A fetch of several records by id names each of them."""
    other = "0035j00000AbCdF"
    (row,) = read(rest(f"/services/data/v58.0/composite/sobjects/Contact?ids={CONTACT},{other}&fields=Email"))
    assert row["record_ids"] == [canonical(CONTACT), canonical(other)]
    assert (row["operation"], row["delivered_rows"], row["objects"]) == ("record", None, ["Contact"])


@pytest.mark.parametrize(
    "row",
    [{"QUERY": "SELECT Id FROM Contact WHERE Name = 'a+b%20'"},
     {"URI": "/services/data/v58.0/query?q=SELECT+Id+FROM+Contact+WHERE+Name+%3D+%27a%2Bb%2520%27&x=1"},
     {"QUERY": "SELECT+Id+FROM+Contact+WHERE+Name+%3D+%27a%2Bb%2520%27"},
     {"QUERY": "SELECT%20Id%20FROM%20Contact%20WHERE%20Name%20=%20'a%2Bb%2520'"}],
)  # fmt: skip
def test_query_text_is_decoded_once(read, row):
    """The text comes from QUERY or from q= of the path; one that is plain already is left as it is."""
    (got,) = read({**rest("/query"), **row})
    assert got["query"] == "SELECT Id FROM Contact WHERE Name = 'a+b%20'"


def test_undecodable_query_is_kept(read):
    """Bytes that are no text leave the query as it was logged; the other rows are read."""
    bad, good = read(rest("/query?q=SELECT+%ff"), rest("/query?q=SELECT+1"))
    assert (bad["query"], good["query"]) == ("SELECT+%ff", "SELECT 1")


@pytest.mark.parametrize("offset", ["2000", "64000"])
def test_locator_without_offset_ties_pages(read, offset):
    """2.4: the pages of one query share the locator before the dash."""
    (row,) = read(rest(f"/services/data/v58.0/query/01g5j000001aBcDAAU-{offset}"))
    assert row["cursor"] == "01g5j000001aBcDAAU"
    assert row["resource"].endswith(offset)


def test_bulk_result_names_the_job(read):
    """1.3: `/results` proves the download and names the job."""
    (row,) = read(elf("ApiTotalUsage", HTTP_METHOD="GET", API_RESOURCE=f"/v58.0/jobs/query/{JOB}/results"))
    assert (row["operation"], row["job"]) == ("bulk_result", canonical(JOB))
    assert (row["matched_rows"], row["delivered_rows"]) == (None, None)


def test_total_usage_of_soap(read):
    """1.3: for SOAP, API_RESOURCE is the method."""
    (row,) = read(
        elf("ApiTotalUsage", API_FAMILY="SOAP", API_RESOURCE="queryMore", CONNECTED_APP_NAME="My App")
    )
    assert (row["operation"], row["client"]) == ("query_more", "My App")


def test_report_by_rest_names_the_report_beside_rows(read):
    """The id of a report run by REST stands in `resource` only where the row counts rows."""
    uri = "/services/data/v58.0/analytics/reports/00O5j00000AbCdE"
    with_rows, without = read(rest(uri, ROWS_PROCESSED="12"), rest(uri))
    assert (with_rows["resource"], without["resource"]) == (canonical("00O5j00000AbCdE"), uri)


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("query", "bulk_job"), ("queryAll", "bulk_job"), ("insert", "write"), ("", "bulk_job")],
)
def test_bulk_job_rows(read, kind, operation):
    """1.3: each state of a query job is a row with a running total."""
    (row,) = read(
        elf(
            "BulkApi2",
            OPERATION_TYPE=kind,
            JOB_ID=JOB,
            JOB_STATUS="JobComplete",
            ENTITY_TYPE="Case",
            RECORDS_PROCESSED="50.0",
        )
    )
    assert (row["operation"], row["method"], row["job"]) == (operation, "JobComplete", canonical(JOB))
    assert (row["objects"], row["matched_rows"], row.get("delivered_rows")) == (["Case"], 50, None)


def test_report(read):
    """1.3: a report run shows all its rows, whatever its origin."""
    (row,) = read(
        elf(
            "Report",
            ORIGIN="ReportPreviewed",
            REPORT_ID="00O5j00000AbCdE",
            ROW_COUNT="20680",
            ENTITY_NAME="Case",
        )
    )
    assert (row["operation"], row["method"], row["resource"]) == (
        "report",
        "ReportPreviewed",
        canonical("00O5j00000AbCdE"),
    )
    assert (row["matched_rows"], row["delivered_rows"], row["objects"]) == (20680, 20680, ["Case"])


def test_report_export_carries_no_object(read):
    """1.3: an export row annotates a run; it says neither rows nor object."""
    (row,) = read(elf("ReportExport", CLIENT_INFO="curl/8"))
    assert (row["operation"], row["user_agent"], row.get("objects")) == ("report_export", "curl/8", None)


def test_page_views(read):
    """1.1: a page of a record is one row; a page without a record is none."""
    seen, home = read(
        elf("LightningPageView", PAGE_ENTITY_ID=CONTACT, PAGE_ENTITY_TYPE="Contact"),
        elf("LightningPageView", PAGE_ENTITY_ID="Home"),
    )
    assert (seen["operation"], seen["record_ids"], seen["delivered_rows"]) == (
        "page_view",
        [canonical(CONTACT)],
        1,
    )
    assert (home["operation"], home["record_ids"], home["delivered_rows"]) == ("other", None, None)
    (classic,) = read(elf("URI", URI=f"/{CONTACT}", URI_ID_DERIVED=CONTACT + "AA1"))
    assert (classic["operation"], classic["record_ids"]) == ("page_view", [canonical(CONTACT)])


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("LOGIN_NO_ERROR", "success"), ("LOGIN_ERROR_INVALID_PASSWORD", "failure"), ("", None)],
)
def test_login(read, status, outcome):
    """1.3: every status but one is a failed login."""
    (row,) = read(elf("Login", LOGIN_STATUS=status, USER_NAME="a@example.com"))
    assert (row["operation"], row["outcome"], row["actor_name"]) == ("login", outcome, "a@example.com")


def test_file_transfer(read):
    """1.3: a transfer names document and version; an upload is no read."""
    down, up = read(
        elf(
            "ContentTransfer",
            TRANSACTION_TYPE="VersionDownloadApi",
            DOCUMENT_ID="0695j00000AbCdE",
            SIZE_BYTES="9",
        ),
        elf("ContentTransfer", TRANSACTION_TYPE="VersionUploadUi"),
    )
    assert (down["operation"], down["record_ids"], down["byte_count"]) == (
        "file",
        [canonical("0695j00000AbCdE")],
        9,
    )
    assert up["operation"] == "write"


@pytest.mark.parametrize(
    ("names", "log"),
    [(("METHOD_NAME", "ENTITY_NAME"), "API"), (("JOB_ID", "JOB_STATUS"), "BulkApi2"), (("X",), "unknown")],
)
def test_file_without_rows(names, log):
    """A file of no rows is told by its columns where they say it."""
    found = recognise(Sample(("EVENT_TYPE", "TIMESTAMP", *names), {}))
    assert found is not None
    assert found[1] == f"salesforce.elf.{log}"


@pytest.mark.parametrize("kind", ["../../x", "a'b", "x" * 61, "a b"])
def test_hostile_type_is_not_a_log_name(kind):
    """The type becomes part of a name, so it is letters, digits and underscores only."""
    assert recognise(Sample(("EVENT_TYPE", "TIMESTAMP"), {"EVENT_TYPE": kind})) is None


@pytest.mark.parametrize(
    ("kind", "reads"),
    [
        ("Login", False),
        ("Logout", False),
        ("AuraRequest", True),
        ("UniqueQuery", True),
        ("PackageInstall", False),
    ],
)
def test_which_types_record_reads(kind, reads):
    """A hole hides reads only in a log that records some."""
    found = recognise(Sample(("EVENT_TYPE", "TIMESTAMP"), {"EVENT_TYPE": kind}))
    assert found is not None
    assert found[0].reads(found[1]) is reads
