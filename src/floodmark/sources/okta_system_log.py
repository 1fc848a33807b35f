"""Okta System Log: how people and administrators came in, before any customer record was read.

One event is one `LogEvent`. Taken in are the answers of `GET /api/v1/logs` (a JSON array, or several),
events one a line, and events inside the messages of the two log streams: `detail` of an Amazon
EventBridge message, `event` of a Splunk HTTP Event Collector message.

Exporters change the letter case of keys, and some write `actor.id` instead of an object in an object.
Outer keys are read in any letter case; keys inside an object as Okta writes them or all in lower case;
keys joined by dots in any letter case. A list of targets is read as a list only, not as `target.0.id`.

How long and how fast, as Okta says (developer.okta.com, System Log query; help.okta.com, Log streaming;
support.okta.com, Exporting Okta Log Data):

- Okta keeps events for 90 days. A request without `since` asks for the last seven days only.
- The log is near real time. A request with both `since` and `until` goes by `published` and can lack
  events that were delayed; polling goes by the time of storing, lacks none, and is not in order.
- A stream is best effort: an event can come twice or out of order (its `uuid` tells), and a stream whose
  target fails is switched off without sending later what was missed.
- Keys and values under `debugContext.debugData` are no contract and change from release to release.
"""

from __future__ import annotations

from collections.abc import Mapping

from floodmark.ledger.source import Sample, Source

_LOG = "okta.system_log"
# Outer keys, in lower case: two of the first and two of the others tell the log.
_ALWAYS = frozenset({"uuid", "published", "eventtype"})
_OFTEN = frozenset(
    {
        "actor", "authenticationcontext", "client", "debugcontext", "displaymessage", "legacyeventtype",
        "outcome", "securitycontext", "target", "transaction",
    }
)  # fmt: skip
# Value that several slots need -> the column, the path of its members in an object, and so its dotted name.
_PLACES: Mapping[str, tuple[str, str]] = {
    "_actor_id": ("actor", "id"),
    "_actor_name": ("actor", "alternateId"),
    "_ip": ("client", "ipAddress"),
    "_agent": ("client", "userAgent.rawUserAgent"),
    "_session": ("authenticationContext", "externalSessionId"),
    "_result": ("outcome", "result"),
    "_transaction": ("transaction", "id"),
}
_LOGIN = r"user\.(session\.start|session\.impersonation\.initiate|authentication\.(sso|verify|auth_via_.*))"
_LOGOUT = r"user\.session\.end"
# What an administrator or the user changed, by the family of the event type.
_SETUP = r"""((user\.(mfa|account|lifecycle|credential|session\.impersonation)|group|application|policy|zone
    |iam|event_hook|inline_hook|app\.oauth2(\.as|\.admin)?\.(consent|client|credentials|key|trusted_server)
    |device\.(lifecycle|enrollment|user)|security\.(authenticator|trusted_origin|threat\.configuration)
    |system\.(api_token|idp|log_stream|custom_domain|feature|org\.(captcha|lifecycle)))\..*
    |system\.agent\.\w+\.(create|update|delete|deactivate|reactivate|reset_user_password|unlock_user_account))"""
# Of these families: what only tells of a question, an answer or a check.
_NO_CHANGE = r"""(policy\.evaluate.*|user\.mfa\.okta_verify.*|user\.account\.(report|access)_.*
    |inline_hook\.executed|event_hook\.delivery.*|application\.(integration|provision)\..*
    |application\.policy\..*deny_access)"""
# Words that the log writes where it does not know.
_NOTHING = "('', 'unknown', 'null', 'none', 'n/a', '-')"


def _pattern(text: str) -> str:
    """Return a pattern written over several lines as one SQL text."""
    return f"'{''.join(text.split())}'"


def _member(column: str, path: str) -> str:
    """Return a member of an object, else the column that holds it under its dotted name.

    A text that is no JSON gives null: one strange value must not cost the other rows.
    """
    pointer = "/" + path.replace(".", "/")
    inside = f"""try(json_extract_string("{column}", ['{pointer}', '{pointer.lower()}']))"""
    return f"""coalesce("{column}.{path}", nullif({inside}[1], ''), nullif({inside}[2], ''))"""


def _known(value: str) -> str:
    """Return a value, or null where the log writes a word for "not known"."""
    return f"CASE WHEN lower(trim({value})) NOT IN {_NOTHING} THEN {value} END"


# Targets as lists: id, type, twice alternateId, twice displayName; null where there is no list.
_TARGETS = """try(list_transform(
    CASE WHEN starts_with(ltrim("target"), '{') THEN ["target"]
         ELSE json_extract("target", '$[*]')::VARCHAR[] END,
    lambda t: json_extract_string(t, ['/id', '/type', '/alternateId', '/alternateid', '/displayName',
                                      '/displayname'])))"""
_USERS = f"""list_filter(
    list_transform(_targets, lambda t: [lower(t[2]), t[1], {_known("coalesce(t[3], t[4])")}]),
    lambda t: t[1] = 'user' AND t[3] IS NOT NULL AND coalesce(t[2] <> _actor_id, true)
              AND coalesce(lower(t[3]) <> lower(_actor_name), true))"""
_APP = """CASE WHEN _type = 'user.authentication.sso'
    THEN list_filter(_targets, lambda t: lower(t[2]) = 'appinstance')[1] END"""
_PREPARED: Mapping[str, str] = {
    "_type": """lower("eventType")""",
    **{name: _member(*place) for name, place in _PLACES.items()},
    "_targets": _TARGETS,
    "_app": _APP,
}
_SLOTS: Mapping[str, str] = {
    "uid": '"uuid"',
    "at": 'utc_time("published")',
    "actor": _known("_actor_id"),
    "actor_name": _known("_actor_name"),
    "ip": _known("_ip"),
    # Okta writes a session for events that have none, too; such a word would tie strangers together.
    "session": _known("_session"),
    "client": _known("coalesce(_app[5], _app[6])"),
    "app_id": _known("_app[1]"),
    "user_agent": _known("_agent"),
    "operation": f"""CASE WHEN regexp_full_match(_type, {_pattern(_LOGIN)}) THEN 'login'
        WHEN regexp_full_match(_type, {_pattern(_LOGOUT)}) THEN 'logout'
        WHEN regexp_full_match(_type, {_pattern(_SETUP)})
             AND NOT regexp_full_match(_type, {_pattern(_NO_CHANGE)}) THEN 'setup'
        ELSE 'other' END""",
    "method": '"eventType"',
    "outcome": """CASE WHEN upper(_result) IN ('SUCCESS', 'ALLOW') THEN 'success'
        WHEN upper(_result) IN ('FAILURE', 'DENY') THEN 'failure' END""",
    # Request ids of several platforms are compared with each other; this one is never another's.
    "request_key": f"'okta ' || {_known('_transaction')}",
    "resource": f"{_USERS}[1][3]",
}
_REASON = r"""CASE WHEN "at" IS NULL
        AND regexp_full_match("published", '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?')
    THEN 'time carries no zone'
    WHEN "at" IS NULL THEN 'no legible time'
    WHEN "eventType" IS NULL
        THEN 'no event type, or its key stands in another letter case than in the rest of the file' END"""


class SystemLog(Source):
    """Events of the Okta System Log, of any event type."""

    id = "okta"
    blind = (
        (
            "The Okta System Log tells how accounts came in and what was changed for them; it records no "
            "read of customer data, and a hole in it hides a way in, never a read."
        ),
        (
            "Okta logs that an application was entered, not whether the application let the user in nor "
            "what was done there; a login that does not pass through Okta leaves no event."
        ),
        (
            "A stolen token or session of an application leaves no Okta event when it is used, and a "
            "factor that was relayed to a look-alike page looks like the user's own."
        ),
        (
            "Okta keeps its System Log for 90 days, and a saved part of it does not tell which hours were "
            "asked for."
        ),
    )

    def log(self, sample: Sample) -> str | None:
        """Tell the log by the outer keys of an event, or by the beginnings of its dotted ones."""
        heads = {name.casefold().partition(".")[0] for name in sample.names}
        return _LOG if len(heads & _ALWAYS) > 1 and len(heads & _OFTEN) > 1 else None

    def slots(self, log: str) -> Mapping[str, str]:
        """Return one set of slots for every event type."""
        del log
        return _SLOTS

    def prepared(self, log: str) -> Mapping[str, str]:
        """Return the members of the objects that several slots need."""
        del log
        return _PREPARED

    def columns(self, log: str) -> frozenset[str]:
        """Return the outer keys and the dotted ones that the slots name."""
        del log
        dotted = {f"{column}.{path}" for column, path in _PLACES.values()}
        return frozenset(
            {"uuid", "published", "eventType", "target"} | {column for column, _ in _PLACES.values()} | dotted
        )

    def reason(self, log: str) -> str:
        """Refuse an event without a legible time, or without a type."""
        del log
        return _REASON

    def reads(self, log: str) -> bool:
        """No event of this log is a read of customer data."""
        del log
        return False


SOURCE = SystemLog()
