"""What a rule may name: the fields of an access event, and the logs.

A field is a slot of the ledger, something read out of a slot (`query_limit`), or another name for one of
these: the platform's own column names, and the public names for the Okta System Log. The list is closed,
so that no text of a rule ever becomes a name in a statement.
"""

# ruff: noqa: S608 - parts are expressions of ours and quoted names, as docs/decisions/0009 says
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from floodmark.engine import literal, quote
from floodmark.ledger.source import SLOTS

Kind = Literal["text", "list", "number", "flag", "time"]
_KINDS: Mapping[str, Kind] = {
    "VARCHAR": "text",
    "VARCHAR[]": "list",
    "BIGINT": "number",
    "BOOLEAN": "flag",
    "TIMESTAMP": "time",
}


@dataclass(frozen=True)
class Field:
    """One field: how it is computed, over which slot, what it holds, and how dear it is to look at."""

    name: str
    sql: str
    kind: Kind
    slot: str
    cost: int

    @property
    def folded(self) -> str:
        """Return the text in lower case; these slots hold words of ours, which are in lower case already."""
        same = self.slot in {"operation", "outcome"} or self.name == "query_from"
        return self.sql if same else quote(f"low_{self.name}")


_EMPTIED = r"regexp_replace(regexp_replace(low_query, '\([^()]*\)', '', 'g'), '\([^()]*\)', '', 'g')"
_SELECTED = r"regexp_extract(bare_query, '(?s)^\s*select\s(.*?)\sfrom\s', 1)"
# What is read out of a slot: kind, slot, expression over slots in lower case (`low_...`) and `bare_query`.
# The plain test before each expression keeps it from most rows.
_READ_OUT: Mapping[str, tuple[Kind, str, str]] = {
    "query_from": ("text", "query", r"nullif(regexp_extract(bare_query, '\sfrom\s+(\w+)', 1), '')"),
    "query_limit": (
        "number",
        "query",
        r"""CASE WHEN contains(bare_query, 'limit')
            THEN try_cast(regexp_extract(bare_query, '\slimit\s+(\d{1,9})', 1) AS BIGINT) END""",
    ),
    "query_where": (
        "flag",
        "query",
        r"""CASE WHEN NOT contains(bare_query, 'where') THEN false
            ELSE regexp_matches(bare_query, '\swhere\s') END""",
    ),
    "query_width": (
        "number",
        "query",
        """CASE WHEN bare_select <> ''
            THEN length(bare_select) - length(replace(bare_select, ',', '')) + 1 END""",
    ),
    "page_offset": (
        "number",
        "resource",
        r"""CASE WHEN contains(low_resource, '/query') THEN try_cast(
            regexp_extract(low_resource, '/query(?:all)?/[^/?]+-(\d{1,9})(?:[?]|$)', 1) AS BIGINT) END""",
    ),
    "record": ("text", "record_ids", "record_ids[1]"),
    "id_count": ("number", "record_ids", "len(record_ids)::BIGINT"),
}
# What stands in brackets is of another query or a function, so it is taken out first.
_BARE = f"CASE WHEN contains(query, '(') THEN {_EMPTIED} ELSE low_query END"
READ_OUT: Mapping[str, str] = {
    "query_from": "the object after FROM, in lower case, inner queries left out",
    "query_limit": "the number after LIMIT",
    "query_where": "true where the query has a WHERE",
    "query_width": "how many columns the query selects, inner queries counted as one",
    "page_offset": "the number at the end of a page address, such as 2000 in `/query/01g...-2000`",
    "record": "the first record id of the answer",
    "id_count": "how many record ids the answer lists",
}
"""Field -> what it holds, for the fields that are read out of a slot."""


_LONG = frozenset({"query", "resource", "user_agent"})


def _all_fields() -> dict[str, Field]:
    """Return every field by name."""
    found: dict[str, Field] = {}
    for name, kind in SLOTS.items():
        cost = 3 if name in _LONG else 2 if kind.startswith("VARCHAR") else 1
        found[name] = Field(name, quote(name), _KINDS[kind], name, cost)
    for name, (kind, slot, _) in _READ_OUT.items():
        found[name] = Field(name, quote(name), kind, slot, 2)
    return found


def _named(name: str) -> str:
    """Return what finds a column in an expression: in quotes, or bare where no rule can name it."""
    return rf"\b{name}\b" if name.startswith(("low_", "bare_")) else f'"{name}"'


def prepared(source: str, expressions: str, when: Callable[[str], str] | None = None) -> str:
    """Return `source` with the columns that some expressions name beside the slots.

    Each is computed once a row, in steps: text in lower case, the query without brackets, what is read out.
    `when` returns, for a slot, the condition under which what is made of it will be looked at.
    """
    wanted = expressions
    chosen: list[dict[str, tuple[str, str]]] = []
    for step in reversed(_STEPS):
        chosen.append({name: each for name, each in step.items() if re.search(_named(name), wanted)})
        wanted += " ".join(sql for _, sql in chosen[-1].values())
    for step in reversed(chosen):
        more = "".join(
            f", CASE WHEN {when(slot)} THEN {sql} END AS {quote(name)}"
            if when
            else f", {sql} AS {quote(name)}"
            for name, (slot, sql) in step.items()
        )
        source = f"(SELECT *{more} FROM {source})" if step else source
    return source


def _steps() -> tuple[Mapping[str, tuple[str, str]], ...]:
    """Return the steps: column -> its slot and how it is computed from those before."""
    low = {"VARCHAR": "lower({})", "VARCHAR[]": "list_transform({}, lambda x: lower(x))"}
    return (
        {f"low_{name}": (name, low[kind].format(quote(name))) for name, kind in SLOTS.items() if kind in low},
        {"bare_query": ("query", _BARE)},
        {"bare_select": ("query", _SELECTED)},
        {name: (slot, sql) for name, (_, slot, sql) in _READ_OUT.items()},
        {"low_record": ("record_ids", 'lower("record")')},
    )


_STEPS = _steps()


def compared(field: Field) -> str:
    """Return a field as text that is compared without regard to case; a sign stands before each element."""
    if field.kind == "list":
        return f"array_to_string(list_transform({field.folded}, lambda x: chr(31) || x), '')"
    return field.folded if field.kind == "text" else f"{field.sql}::VARCHAR"


_FIELDS = _all_fields()

_SALESFORCE: Mapping[str, str] = {
    "USER_ID": "actor", "USER_ID_DERIVED": "actor", "UserId": "actor", "CreatedById": "actor",
    "USER_NAME": "actor_name", "Username": "actor_name",
    "CLIENT_IP": "ip", "SOURCE_IP": "ip", "SourceIp": "ip",
    "SESSION_KEY": "session", "SessionKey": "session", "LOGIN_KEY": "login", "LoginKey": "login",
    "CLIENT_NAME": "client", "CONNECTED_APP_NAME": "client", "Application": "client", "Client": "client",
    "CONNECTED_APP_ID": "app_id", "ConnectedAppId": "app_id",
    "USER_AGENT": "user_agent", "UserAgent": "user_agent", "BROWSER_TYPE": "user_agent",
    "Browser": "user_agent",
    "CLIENT_INFO": "user_agent",
    "ENTITY_NAME": "objects", "ENTITY_TYPE": "objects", "QueriedEntities": "objects",
    "PAGE_ENTITY_TYPE": "objects",
    "METHOD": "method", "HTTP_METHOD": "method", "METHOD_NAME": "method", "JOB_STATUS": "method",
    "ORIGIN": "method", "Operation": "method", "LOGIN_TYPE": "method", "LoginType": "method",
    "FileAction": "method", "TRANSACTION_TYPE": "method", "Action": "method",
    "QUERY": "query", "Query": "query", "QUERY_IDENTIFIER": "query",
    "ROWS_PROCESSED": "matched_rows", "RowsProcessed": "matched_rows", "ROW_COUNT": "matched_rows",
    "RECORDS_PROCESSED": "matched_rows", "NUM_RESULTS": "matched_rows", "RowsReturned": "delivered_rows",
    "RESPONSE_SIZE": "byte_count", "SIZE_BYTES": "byte_count", "ContentSize": "byte_count",
    "REQUEST_ID": "request_key", "RequestIdentifier": "request_key", "EventIdentifier": "uid",
    "JOB_ID": "job", "ExecutionIdentifier": "execution", "Sequence": "chunk",
    "URI": "resource", "API_RESOURCE": "resource", "REPORT_ID": "resource", "ReportId": "resource",
    "PAGE_URL": "resource", "PageUrl": "resource", "Section": "resource", "LOGIN_URL": "resource",
    "RecordId": "record", "PAGE_ENTITY_ID": "record", "ColumnHeaders": "fields",
    "TIMESTAMP_DERIVED": "at", "EventDate": "at", "CreatedDate": "at",
}  # fmt: skip
_OKTA: Mapping[str, str] = {
    "uuid": "uid",
    "published": "at",
    "eventType": "method",
    "actor.id": "actor",
    "actor.alternateId": "actor_name",
    "client.ipAddress": "ip",
    "client.userAgent.rawUserAgent": "user_agent",
    "outcome.result": "outcome",
    "authenticationContext.externalSessionId": "session",
    "target.alternateId": "resource",  # the first user, other than the actor, that it was done to
    "target.displayName": "client",  # the application that was entered
}
OKTA_RESULTS: Mapping[str, str] = {
    "success": "success",
    "allow": "success",
    "failure": "failure",
    "deny": "failure",
}
"""`outcome.result` in lower case -> the ledger's word for it."""
_NAMES: Mapping[str, Mapping[str, str]] = {
    "salesforce": {name.lower(): field for name, field in _SALESFORCE.items()},
    "okta": {name.lower(): field for name, field in _OKTA.items()},
}
NATIVE: Mapping[str, Mapping[str, str]] = {"salesforce": _SALESFORCE, "okta": _OKTA}
"""Product -> the platform's own name of a field -> the field."""


def field(product: str, name: str) -> Field | None:
    """Return the field that a rule for `product` calls `name`, in any letter case, else None."""
    low = name.lower()
    return _FIELDS.get(low) or _FIELDS.get(_NAMES[product].get(low, ""))


_SERVICE = re.compile(r"[a-z0-9_]{1,60}")
_FAMILIES = {"eventlogfile": "salesforce.elf.", "rtem": "salesforce.rtem."}
_SINGLE = {"setupaudittrail": "salesforce.setupaudittrail", "loginhistory": "salesforce.loginhistory"}


@dataclass(frozen=True)
class Logs:
    """Which logs a rule is for: one log by its lower-case name, or all whose name begins so."""

    product: str
    exact: str | None = None

    @property
    def sql(self) -> str:
        """Return the condition on the column `log`."""
        if self.exact is not None:
            return f"lower(log) = {literal(self.exact)}"
        return f"starts_with(log, {literal(self.product + '.')})"


def logs(product: str | None, service: str | None) -> Logs | None:
    """Return the logs that a rule's `logsource` means, None where it means none of ours."""
    named = (product or "").lower()
    told = (service or "any").lower()
    if named == "okta":
        return Logs("okta") if told in {"okta", "any"} else None
    if named != "salesforce":
        return None
    if told == "any":
        return Logs("salesforce")
    family, _, kind = told.partition(".")
    if family in _FAMILIES and _SERVICE.fullmatch(kind):
        return Logs("salesforce", _FAMILIES[family] + kind)
    return Logs("salesforce", _SINGLE[told]) if told in _SINGLE else None
