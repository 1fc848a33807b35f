"""Salesforce event log files (ELF): one CSV per event type and hour or day, upper-case column names.

Ten event types have slots of their own; any other type keeps who, when and from where. Two types count the
same calls with different detail, RestApi and ApiTotalUsage; both are read by verb and path.

Rows: `ROWS_PROCESSED` of an API call can be the total of the query and not what this answer held, so it
goes into `matched_rows` only. What an answer held is not in these logs, but for reports and single records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from floodmark.ledger.source import Sample, Source

_NAMED = re.compile(r'"([A-Z][A-Z0-9_]*)"')
_TYPE = re.compile(r"[A-Za-z0-9_]{1,60}")


def _in(names: str) -> str:
    """Return blank-separated words as a list of SQL literals for IN."""
    return "(" + ", ".join(f"'{name}'" for name in names.split()) + ")"


def _decoded(text: str) -> str:
    """Return URL-encoded text as plain text, or as it is where it decodes to nothing legible."""
    return f"coalesce(try(url_decode(replace({text}, '+', ' '))), {text})"


# A column of type Set, however it separates its members; null stays null. Most rows name one member.
_ENTITIES = """CASE WHEN regexp_full_match("ENTITY_NAME", '[A-Za-z0-9_]+') THEN ["ENTITY_NAME"]
    ELSE list_filter(string_split_regex("ENTITY_NAME", '[^A-Za-z0-9_]+'), lambda x: x <> '') END"""
# `R` (a redirect) and `U` (undefined) say nothing about success; blank is unknown.
_STATUS = """CASE upper("REQUEST_STATUS") WHEN 'S' THEN 'success' WHEN 'SUCCESS' THEN 'success'
    WHEN 'F' THEN 'failure' WHEN 'A' THEN 'failure' WHEN 'N' THEN 'failure' END"""
# The status code is the exact statement where there is one; it decides.
_CODE_STATUS = f"""CASE WHEN whole("STATUS_CODE") BETWEEN 200 AND 299 THEN 'success'
    WHEN whole("STATUS_CODE") BETWEEN 400 AND 599 THEN 'failure' ELSE {_STATUS} END"""

_COMMON: Mapping[str, str] = {
    # TIMESTAMP_DERIVED can be blank; one type writes an ISO time into TIMESTAMP.
    "at": 'coalesce(utc_time("TIMESTAMP_DERIVED"), compact_time("TIMESTAMP"), utc_time("TIMESTAMP"))',
    "actor": 'coalesce(record_id("USER_ID_DERIVED"), record_id("USER_ID"))',
    "ip": '"CLIENT_IP"',
    "session": '"SESSION_KEY"',
    "login": '"LOGIN_KEY"',
    "outcome": _STATUS,
    "request_key": '"REQUEST_ID"',
}
_OTHER: Mapping[str, str] = {**_COMMON, "operation": "'other'"}

# ---- SOAP methods


def _soap(column: str, rows: str) -> str:
    """Return the operation of a SOAP method, in any letter case, with or without underscores."""
    method = f"replace(lower({column}), '_', '')"
    # getUpdated and findDuplicates answer with ids or rows of customers; nothing says with how many.
    return f"""CASE WHEN {method} IN ('query', 'queryall') THEN 'query'
        WHEN {method} = 'querymore' THEN 'query_more' WHEN {method} = 'search' THEN 'search'
        WHEN {method} IN {_in("retrieve getupdated getdeleted findduplicates findduplicatesbyids")}
            THEN 'read_unknown'
        WHEN starts_with({method}, 'describe')
            OR {method} IN {_in("getuserinfo getservertimestamp login")} THEN 'describe'
        WHEN {method} IN {_in("insert update upsert delete undelete create merge")}
            OR {method} IN {_in("convertlead emptyrecyclebin")}
            THEN 'write'
        WHEN {rows} > 0 THEN 'read_unknown' ELSE 'other' END"""


_ROWS = 'whole("ROWS_PROCESSED")'
_SOAP_OPERATION = _soap('"METHOD_NAME"', _ROWS)
_API: Mapping[str, str] = {
    **_COMMON,
    "client": '"CLIENT_NAME"',
    "operation": _SOAP_OPERATION,
    "method": '"METHOD_NAME"',
    "objects": _ENTITIES,
    "query": '"QUERY"',
    "matched_rows": f"CASE WHEN {_SOAP_OPERATION} NOT IN ('write', 'describe') THEN {_ROWS} END",
    "byte_count": 'whole("RESPONSE_SIZE")',
}

# ---- REST paths

_ID = "([a-z0-9]{15}|[a-z0-9]{18})"


def _path(uri: str) -> str:
    """Return the path below the version: no host, no site, no query string, no doubled or last slash."""
    plain = rf"split_part(split_part(regexp_replace({uri}, '^https?://[^/?]*', ''), '?', 1), '#', 1)"
    single = rf"rtrim(regexp_replace(coalesce(try(url_decode({plain})), {plain}), '/+', '/', 'g'), '/')"
    # The usual path needs one look; the rest of the work is for the unusual ones.
    return rf"""CASE WHEN regexp_full_match({uri}, '/services/data/v[0-9]+[.][0-9](/[A-Za-z0-9_]+)+')
        THEN regexp_extract({uri}, '^/services/data/v[0-9]+[.][0-9](/.*)$', 1)
        ELSE regexp_replace({single}, '^(.*/services/data)?(/v[0-9]+([.][0-9]+)?)?', '', 'i') END"""


def _parameter(uri: str, name: str) -> str:
    """Return one decoded parameter of a URI, null where it has none."""
    return _decoded(rf"known(regexp_extract({uri}, '[?&]{name}=([^&#]*)', 1))")


# The comma list of ids of the records that a GET names in its path, null where it names none. The usual
# path, of one record, needs one look.
_IDS_TEXT = rf"""CASE WHEN "_verb" = 'GET' AND "_first" IN ('sobjects', 'ui-api', 'composite')
    THEN CASE WHEN regexp_full_match("_path", '/sobjects/[^/]+/[A-Za-z0-9]{{15,18}}')
    THEN split_part("_path", '/', 4) ELSE coalesce(
    known(regexp_extract("_path", '(?i)^/(?:sobjects/[^/]+|ui-api/records(?:/batch)?|ui-api/record-ui)/'
        || '([A-Za-z0-9,]{{15,}})$', 1)),
    known(regexp_extract("_path", '(?i)^/sobjects/[^/]+/([A-Za-z0-9]{{15,18}})/(?:body|versiondata)$', 1)),
    CASE WHEN regexp_matches("_path", '(?i)^/composite/sobjects/[^/]+$')
        THEN {_parameter('"_uri"', "ids")} END) END END"""
# An id holds a digit; `approvalLayouts`, a sub-resource of every object, is as long as one.
_NAMED_IDS = """CASE WHEN regexp_full_match("_ids_text", '.*[0-9].*') THEN "_ids_text" END"""


def _rest_columns(verb: str, uri: str, rows: str) -> Mapping[str, str]:
    """Return what the slots of a REST call share, from its verb, URI and row count.

    An absent verb is read as GET, and a call of unknown status as one that succeeded.
    """
    return {
        "_uri": uri,
        "_verb": f"upper(coalesce({verb}, 'GET'))",
        "_rows": rows,
        "_outcome": _CODE_STATUS,
        "_path": _path('"_uri"'),
        "_low": 'lower("_path")',
        "_first": "split_part(\"_low\", '/', 2)",
        "_failed": "coalesce(\"_outcome\" = 'failure', false)",
        "_ids_text": _IDS_TEXT,
        "_named": _NAMED_IDS,
        "_one": """CASE WHEN regexp_full_match("_named", '[A-Za-z0-9]{15}([A-Za-z0-9]{3})?') THEN 1 END""",
    }


# What a call was, from its path in lower case, the path's first segment, and the verb.
#
# A plain GET of /sobjects/<Object> answers with metadata and with the items that the caller himself had
# looked at last. It counts as `describe`: as a read it would blame every client that lists the objects.
# A POST of /composite or /graphql can read or write and its body is not logged: a read of unknown extent.
_REST_OPERATION = f"""CASE
    WHEN "_low" IS NULL THEN 'other'
    WHEN CASE WHEN contains("_low", '/query')
         THEN regexp_matches("_low", '^(/tooling)?/query(all)?/.') ELSE false END THEN 'query_more'
    WHEN "_low" IN ('/query', '/queryall', '/tooling/query') THEN
        CASE WHEN regexp_matches("_uri", '[?&]explain=') THEN 'describe'
        ELSE 'query' END
    WHEN "_first" IN ('search', 'parameterizedsearch') THEN
        CASE WHEN regexp_matches("_low", '^/search/(scopeorder|layout)') THEN 'describe' ELSE 'search' END
    WHEN "_first" = 'jobs' AND starts_with("_low", '/jobs/query') THEN
        CASE WHEN "_verb" = 'GET' AND regexp_matches("_low", '^/jobs/query/{_ID}/results(/|$)')
                 THEN 'bulk_result'
             WHEN "_verb" IN ('DELETE', 'PATCH') THEN 'write' ELSE 'other' END
    WHEN CASE WHEN contains("_low", '/batch/')
         THEN regexp_matches("_low", '(^|/)job/{_ID}/batch/{_ID}/result/{_ID}$') ELSE false END THEN
        CASE WHEN "_verb" = 'GET' THEN 'bulk_result' ELSE 'other' END
    WHEN "_first" = 'analytics' AND "_verb" IN ('GET', 'POST')
        AND regexp_matches("_low", '^/analytics/reports/(query|{_ID}(/instances/[^/]+)?)$') THEN 'report'
    WHEN "_verb" = 'POST'
        AND regexp_matches("_low", '^/(graphql|composite(/batch|/graph|/sobjects/[^/]+)?)$') THEN
        CASE WHEN "_failed" THEN 'other' ELSE 'read_unknown' END
    WHEN "_verb" IN ('POST', 'PATCH', 'PUT', 'DELETE') THEN
        CASE WHEN "_first" IN ('sobjects', 'composite', 'jobs', 'ui-api') THEN 'write' ELSE 'other' END
    WHEN "_verb" <> 'GET' THEN 'other'
    WHEN "_first" = 'sobjects' AND regexp_matches("_low", '^/sobjects(/[^/]+)?$') THEN 'describe'
    WHEN "_first" = 'sobjects' AND regexp_matches("_low", '^/sobjects/[^/]+/{_ID}$')
        AND regexp_matches(split_part("_path", '/', 4), '[0-9]')
        THEN 'record'
    WHEN "_first" = 'sobjects'
        AND regexp_matches("_low", '^/sobjects/[^/]+/{_ID}/(body|versiondata|logfile)$') THEN 'file'
    WHEN "_first" = 'sobjects' AND regexp_matches("_low", '^/sobjects/[^/]+/listviews/[^/]+/results$')
        THEN 'read_unknown'
    WHEN "_first" = 'sobjects' AND regexp_matches("_low",
        '^/sobjects/[^/]+/(describe|approvallayouts|compactlayouts|namedlayouts|quickactions|listviews)(/|$)')
        THEN 'describe'
    WHEN "_first" = 'composite' AND regexp_matches("_low", '^/composite/sobjects/[^/]+$')
        AND regexp_matches("_uri", '[?&]ids=') THEN 'record'
    WHEN "_first" = 'ui-api'
        AND regexp_matches("_low", '^/ui-api/(records(/batch)?|record-ui)/[a-z0-9,]{{15,}}$') THEN 'record'
    WHEN "_first" = 'ui-api' AND starts_with("_low", '/ui-api/object-info') THEN 'describe'
    WHEN "_first" = 'analytics' AND regexp_matches("_low",
        '^/analytics/(reports|dashboards|reporttypes(/.*)?|reports/{_ID}/(describe|instances|fields))$')
        THEN 'describe'
    WHEN "_first" IN ('', 'limits', 'tooling', 'theme', 'tabs', 'appmenu', 'quickactions', 'compactlayouts')
        THEN 'describe'
    WHEN "_low" IN ('/services/data', '/services') THEN 'describe'
    WHEN "_failed" THEN 'other'
    ELSE 'read_unknown' END"""


_REST_OBJECT = """known(regexp_extract("_path", '(?i)^/(?:composite/)?sobjects/([^/]+)', 1))"""
# What hangs below one record is of another object, which the path does not name.
_BELOW_RECORD = rf"""regexp_matches("_low", '^/sobjects/[^/]+/{_ID}/')
    AND NOT regexp_matches("_low", '/(body|versiondata|logfile)$')"""
_REST: Mapping[str, str] = {
    "operation": _REST_OPERATION,
    "outcome": '"_outcome"',
    "objects": f"""CASE WHEN {_BELOW_RECORD} THEN NULL WHEN "ENTITY_NAME" IS NOT NULL THEN {_ENTITIES}
        WHEN {_REST_OBJECT} IS NOT NULL THEN [{_REST_OBJECT}] END""",
    "matched_rows": """CASE WHEN "_named" IS NOT NULL THEN "_one"
        WHEN "_verb" IN ('PATCH', 'PUT', 'DELETE') THEN NULL
        WHEN "_verb" = 'POST' AND regexp_matches("_low", '^/(sobjects|jobs|composite/(tree|sobjects$))')
        THEN NULL ELSE "_rows" END""",
    "delivered_rows": '"_one"',
    # A list of one needs no list functions, which are dear.
    "record_ids": """CASE WHEN "_one" = 1 THEN [record_id("_named")]
        WHEN "_named" IS NOT NULL THEN nullif(list_filter(list_transform(
            string_split("_named", ','), lambda x: record_id(x)), lambda x: x IS NOT NULL), []) END""",
    "ids_complete": '"_one" = 1',
    "fields": rf"""CASE WHEN "_named" IS NOT NULL AND contains("_uri", 'fields=') THEN list_filter(
        string_split_regex({_parameter('"_uri"', "fields")}, '\s*,\s*'), lambda x: x <> '') END""",
    "job": r"""CASE WHEN contains("_low", '/job') THEN record_id(regexp_extract("_path",
        '(?i)/jobs?/(?:query/|ingest/)?([A-Za-z0-9]{15,18})(?:/|$)', 1)) END""",
    "cursor": r"""CASE WHEN contains("_low", '/query') THEN known(regexp_extract("_path",
        '(?i)^(?:/tooling)?/query(?:all)?/(.+?)(?:-[0-9]+)?$', 1)) END""",
    # A report run by REST has a row of its own in the Report log; the id stands here only beside rows.
    "resource": """CASE WHEN contains("_low", '/analytics/reports/') THEN
        CASE WHEN "_rows" > 0 THEN coalesce(record_id(regexp_extract(
            "_path", '(?i)^/analytics/reports/([A-Za-z0-9]+)', 1)), "_uri") ELSE "_uri" END
        ELSE "_uri" END""",
}


# SOQL has a blank after SELECT, so one written with + or %20 there is still URL-encoded.
_QUERY = rf"""coalesce(CASE WHEN regexp_matches("QUERY", '(?i)^\s*(select|find)(\+|%20|%09|%0A)')
    THEN {_decoded('"QUERY"')} ELSE "QUERY" END, {_parameter('"URI"', "q")})"""
_REST_API: Mapping[str, str] = {
    **_COMMON,
    **_REST,
    "method": '"METHOD"',
    "client": '"CLIENT_NAME"',
    "app_id": 'coalesce(record_id("CONNECTED_APP_ID"), "CONNECTED_APP_ID")',
    "user_agent": '"USER_AGENT"',
    "query": _QUERY,
    "byte_count": 'whole("RESPONSE_SIZE")',
}
_TOTAL_USAGE: Mapping[str, str] = {
    **_COMMON,
    **_REST,
    "method": '"HTTP_METHOD"',
    "actor_name": '"USER_NAME"',
    # The name of the app is the platform's own; the client name is what the caller sent.
    "client": 'coalesce("CONNECTED_APP_NAME", "CLIENT_NAME")',
    "app_id": 'coalesce(record_id("CONNECTED_APP_ID"), "CONNECTED_APP_ID")',
    "operation": f"""CASE WHEN upper("API_FAMILY") = 'SOAP' AND strpos("API_RESOURCE", '/') = 0
        THEN {_soap('"API_RESOURCE"', "NULL::BIGINT")} ELSE {_REST_OPERATION} END""",
    "query": _parameter('"API_RESOURCE"', "q"),
}

# ---- bulk, reports, pages

_BULK_2: Mapping[str, str] = {
    **_COMMON,
    # A row without an operation is taken for a query: the cautious reading.
    "operation": """CASE
        WHEN replace(lower(coalesce("OPERATION_TYPE", 'query')), '_', '') IN ('query', 'queryall')
        THEN 'bulk_job' ELSE 'write' END""",
    "method": '"JOB_STATUS"',
    "objects": """CASE WHEN "ENTITY_TYPE" IS NOT NULL THEN ["ENTITY_TYPE"] END""",
    "matched_rows": 'whole("RECORDS_PROCESSED")',
    "job": 'record_id("JOB_ID")',
}
# One row per batch; the rows of a job are the sum over its batches, so a batch is a read of its own here.
_BULK_1: Mapping[str, str] = {
    **_COMMON,
    "operation": """CASE WHEN replace(lower("OPERATION_TYPE"), '_', '') IN ('query', 'queryall')
        THEN 'read_unknown' ELSE 'other' END""",
    "method": '"OPERATION_TYPE"',
    "objects": """CASE WHEN "ENTITY_TYPE" IS NOT NULL THEN ["ENTITY_TYPE"] END""",
    "matched_rows": _ROWS,
    "job": 'record_id("JOB_ID")',
}
_REPORT: Mapping[str, str] = {
    **_COMMON,
    "operation": "'report'",
    "method": '"ORIGIN"',
    "objects": _ENTITIES,
    "matched_rows": 'whole("ROW_COUNT")',
    "delivered_rows": 'whole("ROW_COUNT")',
    "resource": """coalesce(record_id("REPORT_ID_DERIVED"), record_id("REPORT_ID"), "REPORT_ID")""",
}
# Surely a read; but the same run can have a row in Report too, so it is not counted as a second run.
_ASYNC_REPORT: Mapping[str, str] = {**_REPORT, "operation": "'read_unknown'", "method": '"ORIGIN"'}
_REPORT_EXPORT: Mapping[str, str] = {
    **_COMMON,
    "operation": "'report_export'",
    "user_agent": '"CLIENT_INFO"',
    "resource": 'coalesce(record_id("URI_ID_DERIVED"), "URI")',
}


def _viewed(column: str) -> Mapping[str, str]:
    """Return the slots of a page that shows the record whose id stands in `column`."""
    seen = f"regexp_full_match({column}, '[A-Za-z0-9]{{15}}([A-Za-z0-9]{{3}})?')"
    return {
        "operation": f"CASE WHEN {seen} THEN 'page_view' ELSE 'other' END",
        "matched_rows": f"CASE WHEN {seen} THEN 1 END",
        "delivered_rows": f"CASE WHEN {seen} THEN 1 END",
        "record_ids": f"CASE WHEN {seen} THEN [record_id({column})] END",
        "ids_complete": f"CASE WHEN {seen} THEN true END",
    }


_LIGHTNING_PAGE: Mapping[str, str] = {
    **_COMMON,
    **_viewed('"PAGE_ENTITY_ID"'),
    "user_agent": '"USER_AGENT"',
    "objects": """CASE WHEN "PAGE_ENTITY_TYPE" IS NOT NULL THEN ["PAGE_ENTITY_TYPE"] END""",
    "resource": '"PAGE_URL"',
}
_URI: Mapping[str, str] = {**_COMMON, **_viewed('"URI_ID_DERIVED"'), "resource": '"URI"'}

# ---- logins and others

_LOGIN: Mapping[str, str] = {
    **_COMMON,
    "actor_name": '"USER_NAME"',
    "ip": 'coalesce("CLIENT_IP", "SOURCE_IP")',
    "user_agent": '"BROWSER_TYPE"',
    "operation": "'login'",
    "method": '"LOGIN_TYPE"',
    "outcome": f"""CASE WHEN "LOGIN_STATUS" = 'LOGIN_NO_ERROR' THEN 'success'
        WHEN "LOGIN_STATUS" IS NOT NULL THEN 'failure' ELSE {_STATUS} END""",
    "resource": '"LOGIN_URL"',
}
_LOGOUT: Mapping[str, str] = {**_COMMON, "operation": "'logout'", "user_agent": '"BROWSER_TYPE"'}
_FILE_IDS = """list_filter([record_id("DOCUMENT_ID"), record_id("VERSION_ID")], lambda x: x IS NOT NULL)"""
# A preview shows the content as well, so only an upload is no read.
_CONTENT: Mapping[str, str] = {
    **_COMMON,
    "operation": "CASE WHEN contains(lower(\"TRANSACTION_TYPE\"), 'upload') THEN 'write' ELSE 'file' END",
    "method": '"TRANSACTION_TYPE"',
    "record_ids": f"CASE WHEN len({_FILE_IDS}) > 0 THEN {_FILE_IDS} END",
    "byte_count": 'whole("SIZE_BYTES")',
}
_SEARCH: Mapping[str, str] = {
    **_COMMON,
    "operation": "'search'",
    "matched_rows": 'whole("NUM_RESULTS")',
}
# Written once per text and interval, not once per run: it lends its text to other rows and counts nothing.
_UNIQUE_QUERY: Mapping[str, str] = {
    **_OTHER,
    "method": '"QUERY_TYPE"',
    "query": '"QUERY_IDENTIFIER"',
}

# `1$descriptor/ACTION$name=ms;...`: what a page's framework asked for, by name.
_AURA: Mapping[str, str] = {
    **_OTHER,
    "method": r"""nullif(array_to_string(list_sort(list_distinct(
        regexp_extract_all("ACTION_MESSAGE", 'ACTION\$(\w+)', 1))), ','), '')""",
}

_TYPES: Mapping[str, Mapping[str, str]] = {
    "API": _API,
    "RestApi": _REST_API,
    "ApiTotalUsage": _TOTAL_USAGE,
    "BulkApi": _BULK_1,
    "BulkApi2": _BULK_2,
    "Login": _LOGIN,
    "Logout": _LOGOUT,
    "Report": _REPORT,
    "AsyncReportRun": _ASYNC_REPORT,
    "ReportExport": _REPORT_EXPORT,
    "URI": _URI,
    "LightningPageView": _LIGHTNING_PAGE,
    "ContentTransfer": _CONTENT,
    "Search": _SEARCH,
    "UniqueQuery": _UNIQUE_QUERY,
    "AuraRequest": _AURA,
}
# Types that record reads although no row says what was read. A guest's AuraRequest names a controller and
# nothing else, and most of its rows load the page itself: each row stays `other`, so that ordinary visitors
# are not counted as readers, but a hole in such a log can hide a read. `unknown` is a file without rows.
_READING = (frozenset(_TYPES) - {"Login", "Logout"}) | {
    "ApexExecution",
    "ApexRestApi",
    "ApexSoap",
    "AuraRequest",
    "BulkApiRequest",
    "CompositeApi",
    "CompositeApiSubrequest",
    "ContentDistribution",
    "Dashboard",
    "DocumentAttachmentDownloads",
    "ExternalODataRequest",
    "GraphQLQuery",
    "KnowledgeArticleView",
    "LightningInteraction",
    "MultiBlockReport",
    "SearchClick",
    "Sites",
    "VisualforceRequest",
    "WaveDownload",
    "WaveInteraction",
    "unknown",
}
# A file without rows: columns that tell the type.
_SIGNATURES: Mapping[str, frozenset[str]] = {
    "API": frozenset({"METHOD_NAME", "ENTITY_NAME"}),
    "RestApi": frozenset({"METHOD", "STATUS_CODE", "URI"}),
    "ApiTotalUsage": frozenset({"API_RESOURCE", "HTTP_METHOD"}),
    "BulkApi2": frozenset({"JOB_ID", "JOB_STATUS"}),
    "Login": frozenset({"LOGIN_STATUS", "LOGIN_TYPE"}),
    "Logout": frozenset({"SESSION_TYPE", "USER_INITIATED_LOGOUT"}),
    "LightningPageView": frozenset({"PAGE_ENTITY_ID", "PAGE_ENTITY_TYPE"}),
}


_PREPARED: Mapping[str, Mapping[str, str]] = {
    "RestApi": _rest_columns('"METHOD"', '"URI"', _ROWS),
    "ApiTotalUsage": _rest_columns('"HTTP_METHOD"', '"API_RESOURCE"', "NULL::BIGINT"),
}


class EventLogFile(Source):
    """Event log files of any type."""

    id = "salesforce.elf"
    shows_reads = True
    blind = (
        (
            "Event log files give the total of an API query, not the rows of each answer, and no record ids "
            "except the one that stands in a path."
        ),
        (
            "Of a composite call the REST log holds only the outer one; a GraphQL call or one of custom code "
            "does not say what it read."
        ),
        "The report logs do not say which columns a report showed.",
        "Traffic of guests through pages and components is logged without objects, records or row counts.",
        "List views opened in the browser have no event log file of their own.",
        "Without the paid add-on only logins, logouts and counts of API calls are logged.",
    )

    def log(self, sample: Sample) -> str | None:
        """Tell the log by two columns that every type has; the first row names the type."""
        if not {"EVENT_TYPE", "TIMESTAMP"} <= set(sample.names):
            return None
        name = (sample.first.get("EVENT_TYPE") or "").strip() or _type_of(frozenset(sample.names))
        return f"{self.id}.{name}" if _TYPE.fullmatch(name) else None

    def prepared(self, log: str) -> Mapping[str, str]:
        """Return what the slots of a REST call share."""
        return _PREPARED.get(self._type(log), {})

    def slots(self, log: str) -> Mapping[str, str]:
        """Return the slots of one event type."""
        return _TYPES.get(self._type(log), _OTHER)

    def columns(self, log: str) -> frozenset[str]:
        """Return the columns that the slots and the reason name."""
        expressions = (*self.prepared(log).values(), *self.slots(log).values(), self.reason(log))
        return frozenset(_NAMED.findall(" ".join(expressions)))

    def reason(self, log: str) -> str:
        """Refuse a row of another event type, and a row without a legible time."""
        return f"""CASE WHEN "EVENT_TYPE" IS NULL THEN 'row states no event type'
            WHEN trim("EVENT_TYPE") <> '{self._type(log)}'
                THEN 'row is of another event type than the first of its file'
            WHEN "at" IS NULL THEN 'no legible time' END"""

    def reads(self, log: str) -> bool:
        """Say whether rows of this type can stand for a read of customer data."""
        return self._type(log) in _READING

    def _type(self, log: str) -> str:
        """Return the event type in the name of a log."""
        return log.removeprefix(f"{self.id}.")


def _type_of(names: frozenset[str]) -> str:
    """Return the only event type whose columns are all there, else `unknown`."""
    fits = [name for name, has in _SIGNATURES.items() if has <= names]
    return fits[0] if len(fits) == 1 else "unknown"


SOURCE = EventLogFile()
