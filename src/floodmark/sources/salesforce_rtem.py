"""Salesforce Real-Time Event Monitoring: stored events, one log per event object.

A row names its record ids where the platform logged them. `Records` is a JSON text of at most 250,000
characters; beyond that it is cut or absent. A cut text is searched for whole ids, and the list is then
marked incomplete: an id without its closing quote is never taken, since half an id is another record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from floodmark.ledger.source import Sample, Source

_NAMED = re.compile(r'"([A-Za-z]\w*)"')
_TYPE = re.compile(r'"type"\s*:\s*"(\w+)"')

_COMMON: Mapping[str, str] = {
    "uid": '"EventIdentifier"',
    "at": 'utc_time("EventDate")',
    "received_at": 'utc_time("CreatedDate")',
    "actor": 'record_id("UserId")',
    "actor_name": '"Username"',
    "ip": '"SourceIp"',
    "session": '"SessionKey"',
    "login": '"LoginKey"',
    "outcome": """CASE WHEN lower("PolicyOutcome") IN ('block', 'meteringblock') THEN 'blocked' END""",
}


def _names(column: str) -> str:
    """Return the names in a comma list, brackets and blanks removed; null stays null."""
    return rf"""[trim(name) FOR name IN string_split(regexp_replace({column}, '^\s*\[|\]\s*$', '', 'g'), ',')
        IF trim(name) <> '']"""


_QUERY = {
    "query": '"Query"',
    # The stored object holds 10,000 characters, the stream 20,000, and nothing says that a text was cut.
    "query_cut": """length("Query") = 10000 OR length("Query") >= 20000""",
}

# ---- ApiEvent: ids of a query's rows

_VALID = 'coalesce(json_valid("Records"), false)'
_WHOLE_ID = r"""["]([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)["]"""


def _united(first: str, second: str) -> str:
    """Return two lists of ids one after the other, an id of the second only where the first lacks it."""
    return f"""list_transform([{{'a': {first}, 'b': {second}}}], lambda c: CASE
        WHEN len(c.b) = 0 THEN c.a WHEN len(c.a) = 0 THEN c.b
        ELSE list_concat(c.a, list_filter(c.b, lambda x: NOT list_contains(c.a, x))) END)[1]"""


def _ids(found: str) -> str:
    """Return the 18-character forms of a list of texts; a text without the form of an id is left out."""
    return f"list_filter(list_transform({found}, lambda x: record_id(x)), lambda x: x IS NOT NULL)"


def _stems(found: str) -> str:
    """Return the first 15 characters of the texts that have the form of an id: enough to count them."""
    return f"""list_transform(list_filter({found},
        lambda x: regexp_full_match(x, '[A-Za-z0-9]{{15}}([A-Za-z0-9]{{3}})?')),
        lambda x: substr(x, 1, 15))"""


_ROW_IDS = """json_extract_string("Records", '$.records[*].Id')"""
_FLAT_IDS = """json_extract_string("Records", '$.recordIds[*]')"""
_NESTED = _ids("""json_extract_string("Records", '$.records[*].*..Id')""")
_TOP = _united(_ids(_ROW_IDS), _ids(_FLAT_IDS))
_TOP_COUNT = f"len({_united(_stems(_ROW_IDS), _stems(_FLAT_IDS))})"
# A cut text: every id with both quotes, of rows and nested rows alike, which can no longer be told apart.
_CUT_ROWS = rf"""regexp_extract_all("Records", '["]Id["]\s*:\s*{_WHOLE_ID}', 1)"""
_CUT_LIST = r"""regexp_extract("Records", '["]recordIds["]\s*:\s*\[([^\]]*)', 1)"""
_CUT = _united(_ids(_CUT_ROWS), _ids(f"regexp_extract_all({_CUT_LIST}, '{_WHOLE_ID}', 1)"))
# Every nested list says how many rows it has and whether that is all of them. Lists and totals are
# compared as sorted lists: a list shorter than its total, or one without a total, makes them differ.
_NESTED_WHOLE = """len(list_filter(json_extract_string("Records", '$.records[*].*..done'),
    lambda x: x <> 'true')) = 0
    AND list_sort(list_transform(json_extract("Records", '$.records[*].*..records'),
                                 lambda x: json_array_length(x)::BIGINT))
      = list_sort(list_transform(json_extract_string("Records", '$.records[*].*..totalSize'),
                                 lambda x: whole(x)))"""

_API: Mapping[str, str] = {
    **_COMMON,
    **_QUERY,
    "client": """coalesce(nullif("Application", 'N/A'), nullif("Client", 'N/A'))""",
    "app_id": 'coalesce(record_id("ConnectedAppId"), "ConnectedAppId")',
    "user_agent": '"UserAgent"',
    "operation": """CASE replace(lower(coalesce("Operation", 'query')), '_', '')
        WHEN 'query' THEN 'query' WHEN 'queryall' THEN 'query' WHEN 'querymore' THEN 'query_more'
        WHEN 'deletesoft' THEN 'write' WHEN 'deletehard' THEN 'write' WHEN 'search' THEN 'search'
        ELSE CASE WHEN whole("RowsReturned") > 0 OR whole("RowsProcessed") > 0 THEN 'read_unknown'
            ELSE 'other' END
        END""",
    "method": '"Operation"',
    "objects": _names('"QueriedEntities"'),
    "matched_rows": 'whole("RowsProcessed")',
    "delivered_rows": 'whole("RowsReturned")',
    "record_ids": f"""CASE WHEN "Records" IS NULL THEN CASE WHEN whole("RowsReturned") = 0 THEN [] END
        WHEN {_VALID} THEN {_TOP} ELSE {_CUT} END""",
    "child_ids": f"""CASE WHEN {_VALID} THEN list_sort(list_distinct(
        {_NESTED})) END""",
    "ids_complete": f"""CASE WHEN "Records" IS NULL THEN coalesce(whole("RowsReturned") = 0, false)
        WHEN {_VALID} THEN coalesce({_TOP_COUNT} = whole("RowsReturned") AND {_NESTED_WHOLE}, false)
        ELSE false END""",
    "request_key": '"RequestIdentifier"',
}
_BULK_RESULT: Mapping[str, str] = {**_COMMON, **_QUERY, "operation": "'bulk_result'"}

# ---- reports and list views: ids in table cells

_DISPLAYED = '"DisplayedFieldEntities"'
_CELLS = """json_extract_string("Records", '$.rows[*].datacells[*]')"""
_WIDTHS = """list_transform(json_extract("Records", '$.rows[*].datacells'),
    lambda x: json_array_length(x)::BIGINT)"""
_ROW_COUNT = """len(json_extract("Records", '$.rows[*]'))"""
_SHOWN = f"len({_names(_DISPLAYED)})"
_CUT_CELLS = _ids(f"""regexp_extract_all("Records", '{_WHOLE_ID}', 1)""")
_RUN: Mapping[str, str] = {
    **_COMMON,
    "objects": _names('"QueriedEntities"'),
    "matched_rows": 'whole("RowsProcessed")',
    # No rows in a run that has some says that this chunk does not list them, not that none were shown.
    "delivered_rows": f"""CASE WHEN {_VALID} AND ({_ROW_COUNT} > 0 OR whole("RowsProcessed") = 0)
        THEN {_ROW_COUNT}
        WHEN "Records" IS NULL AND whole("RowsProcessed") = 0 THEN 0 END""",
    # A cell belongs to one of the shown objects; which one does not matter, since an id names its object.
    "record_ids": f"""list_sort(list_distinct(CASE
        WHEN "Records" IS NULL THEN CASE WHEN whole("RowsProcessed") = 0 THEN [] END
        WHEN {_VALID} THEN {_ids(_CELLS)} ELSE {_CUT_CELLS} END))""",
    "ids_complete": f"""CASE WHEN "Records" IS NULL THEN coalesce(whole("RowsProcessed") = 0, false)
        WHEN {_VALID} THEN coalesce(
            ({_ROW_COUNT} > 0 OR whole("RowsProcessed") = 0) AND len({_WIDTHS}) = {_ROW_COUNT}
            AND len(list_filter({_WIDTHS}, lambda x: x = 0 OR x <> coalesce({_SHOWN}, x))) = 0
            AND len(list_filter({_CELLS}, lambda x: x <> ''
                AND NOT regexp_full_match(x, '[A-Za-z0-9]{{15}}([A-Za-z0-9]{{3}})?'))) = 0, false)
        ELSE false END""",
    "fields": _names('"ColumnHeaders"'),
    "execution": '"ExecutionIdentifier"',
    "chunk": 'whole("Sequence")',
}
_REPORT: Mapping[str, str] = {
    **_RUN,
    "operation": "'report'",
    "method": '"Operation"',
    "resource": 'coalesce(record_id("ReportId"), "ReportId")',
}
_LIST_VIEW: Mapping[str, str] = {
    **_RUN,
    "operation": "'list_view'",
    "resource": 'coalesce(record_id("ListViewId"), "ListViewId")',
}

# ---- page views, files

_VIEWED = """lower(coalesce("Operation", 'read')) NOT IN ('create', 'delete')
    AND regexp_full_match("RecordId", '[A-Za-z0-9]{15}([A-Za-z0-9]{3})?')"""
_PAGE: Mapping[str, str] = {
    **_COMMON,
    "user_agent": '"UserAgent"',
    "operation": f"""CASE WHEN lower("Operation") IN ('create', 'delete') THEN 'write'
        WHEN {_VIEWED} THEN 'page_view' ELSE 'other' END""",
    "method": '"Operation"',
    "objects": _names('"QueriedEntities"'),
    "matched_rows": f"CASE WHEN {_VIEWED} THEN 1 END",
    "delivered_rows": f"CASE WHEN {_VIEWED} THEN 1 END",
    "record_ids": """CASE WHEN regexp_full_match("RecordId", '[A-Za-z0-9]{15}([A-Za-z0-9]{3})?')
        THEN [record_id("RecordId")] END""",
    "ids_complete": f"CASE WHEN {_VIEWED} THEN true END",
}
_LIGHTNING_URI: Mapping[str, str] = {
    **_PAGE,
    # The browser sends its events in batches: EventDate is when they came in.
    "at": 'coalesce(utc_time("PageStartTime"), utc_time("EventDate"))',
    "received_at": 'utc_time("EventDate")',
    "resource": '"PageUrl"',
}
# One act gives two rows here, Initiated and Success; they keep their own ids and meet in one request.
_URI: Mapping[str, str] = {
    **_PAGE,
    "outcome": f"""coalesce({_COMMON["outcome"]}, CASE WHEN lower("OperationStatus") = 'success'
        THEN 'success'
        WHEN lower("OperationStatus") IN ('failure', 'failed') THEN 'failure' END)""",
}
_FILE_IDS = """list_filter([record_id("DocumentId"), record_id("VersionId")], lambda x: x IS NOT NULL)"""
_FILE: Mapping[str, str] = {
    **_COMMON,
    "operation": """CASE upper("FileAction") WHEN 'UPLOAD' THEN 'write' ELSE 'file' END""",
    "method": '"FileAction"',
    "record_ids": f"CASE WHEN len({_FILE_IDS}) > 0 THEN {_FILE_IDS} END",
    "byte_count": 'whole("ContentSize")',
}

# ---- logins

_LOGIN: Mapping[str, str] = {
    **_COMMON,
    "client": '"Application"',
    "user_agent": '"Browser"',
    "operation": "'login'",
    "method": '"LoginType"',
    "outcome": f"""coalesce({_COMMON["outcome"]}, CASE WHEN "Status" = 'Success' THEN 'success'
        WHEN "Status" IS NOT NULL THEN 'failure' END)""",
    "resource": '"LoginUrl"',
}
_LOGOUT: Mapping[str, str] = {**_COMMON, "operation": "'logout'"}

_LOGS: Mapping[str, Mapping[str, str]] = {
    "ApiEvent": _API,
    "BulkApiResultEventStore": _BULK_RESULT,
    "ReportEvent": _REPORT,
    "ListViewEvent": _LIST_VIEW,
    "LightningUriEvent": _LIGHTNING_URI,
    "UriEvent": _URI,
    "FileEventStore": _FILE,
    "LoginEvent": _LOGIN,
    "LogoutEvent": _LOGOUT,
}
# The same event as a stream, or under the name of its store.
_BY_TYPE = {
    f"{name.removesuffix('Store')}{ending}": name for name in _LOGS for ending in ("", "Stream", "Store")
}
# Without a stated type: columns that a log must have, and columns that would make it another one.
_SIGNATURES: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("ApiEvent", frozenset({"RowsReturned"}), frozenset({"Score"})),
    ("ApiEvent", frozenset({"Query", "QueriedEntities"}), frozenset({"Score"})),
    ("ListViewEvent", frozenset({"ListViewId"}), frozenset({"Score"})),
    ("ReportEvent", frozenset({"ReportId", "RowsProcessed"}), frozenset({"Score", "ListViewId"})),
    ("LightningUriEvent", frozenset({"RecordId", "PageUrl"}), frozenset({"Score", "OperationStatus"})),
    ("LightningUriEvent", frozenset({"RecordId", "PageStartTime"}), frozenset({"Score", "OperationStatus"})),
    ("UriEvent", frozenset({"RecordId", "OperationStatus"}), frozenset({"Score"})),
    ("FileEventStore", frozenset({"FileAction"}), frozenset({"Score"})),
    ("LoginEvent", frozenset({"LoginType", "Status"}), frozenset({"Score", "DelegatedUsername"})),
    (
        "BulkApiResultEventStore",
        frozenset({"Query", "UserId"}),
        frozenset(
            {"Score", "RowsProcessed", "RowsReturned", "Operation", "Records", "QueriedEntities", "UserAgent"}
        ),
    ),
)


class RealTimeEvents(Source):
    """Stored and streamed events of Real-Time Event Monitoring."""

    id = "salesforce.rtem"
    shows_reads = True
    blind = (
        (
            "Real-time API events cover queries only: a record fetched by its id, metadata calls and the "
            "Tooling API leave none."
        ),
        "Calls from the vendor's own mobile apps and from pages in the browser leave no real-time API event.",
        "A real-time bulk download event names no job, no row count and no record.",
        (
            "Report chunks after the first thousand of a run carry no record ids, and asynchronous, "
            "scheduled and dashboard runs carry no session and no address."
        ),
        "Page view events name one record; rows of lists shown on the same page are not logged with them.",
    )

    def log(self, sample: Sample) -> str | None:
        """Tell the event by its stated type; where none is stated, by the columns only it has."""
        told = _TYPE.search(sample.first.get("attributes") or "")
        if told:
            name = _BY_TYPE.get(told[1])
            return f"{self.id}.{name}" if name else None
        names = frozenset(sample.names)
        fits = {name for name, has, lacks in _SIGNATURES if has <= names and not lacks & names}
        if "EventDate" not in names or len(fits) != 1:
            return None
        return f"{self.id}.{fits.pop()}"

    def slots(self, log: str) -> Mapping[str, str]:
        """Return the slots of one event object."""
        return _LOGS[log.removeprefix(f"{self.id}.")]

    def columns(self, log: str) -> frozenset[str]:
        """Return the columns that the slots and the reason name."""
        return frozenset(_NAMED.findall(" ".join((*self.slots(log).values(), self.reason(log))))) - {"at"}

    def reason(self, log: str) -> str:
        """Refuse a row of another event in the same file, and a row without a legible time."""
        name = log.removeprefix(f"{self.id}.")
        same = ", ".join(f"'{other}'" for other, of in sorted(_BY_TYPE.items()) if of == name)
        stated = r"""regexp_extract("attributes", '["]type["]\s*:\s*["](\w+)["]', 1)"""
        return f"""CASE WHEN {stated} NOT IN ('', {same})
            THEN 'row is of another event type than the first of its file'
            WHEN "at" IS NULL THEN 'no legible time' END"""

    def reads(self, log: str) -> bool:
        """Logins and logouts read no customer data; everything else here does."""
        return not log.endswith((".LoginEvent", ".LogoutEvent"))


SOURCE = RealTimeEvents()
