"""Okta System Log: what an event becomes."""

from typing import Any

import pytest

from floodmark.ids import canonical
from floodmark.ledger.source import READS, Sample
from floodmark.sources import SOURCES, blind, reads, recognise
from okta_events import ANN, BOB, SALESFORCE, as_row, dotted, lowered, okta_event, user

LOG = "okta.system_log"


def one(read: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Return the slots of one event."""
    (row,) = read(as_row(event))
    return row


def test_event_that_enters_an_application(read: Any) -> None:
    """Section 3: every slot the log can fill, and none it cannot."""
    got = one(read, okta_event(0))
    assert got.pop("at").isoformat() == "2025-06-30T01:00:09.120000"
    assert got == {
        "log": LOG,
        "uid": "11111111-2222-4333-8444-000000000000",
        "actor": ANN,
        "actor_name": "ann@example.org",
        "ip": "192.0.2.7",
        "session": "102GALFw8CzRT2KXoqnca8Jdg",
        "client": "Salesforce.com",
        "app_id": SALESFORCE["id"],
        "user_agent": "Mozilla/5.0 (Macintosh)",
        "operation": "login",
        "method": "user.authentication.sso",
        "outcome": "success",
        "request_key": "okta Wij-0000",
        "resource": None,
        "reason": None,
    }


def test_ids_of_okta_are_never_taken_for_ids_of_salesforce(read: Any) -> None:
    """An Okta id has 20 characters; whatever its length, it is kept letter for letter."""
    assert canonical(ANN) is None
    for odd in (ANN, "0055j000000utlP", "0055j000000utlPaaq", "SYSTEM"):
        assert one(read, okta_event(0, actor=user(odd, "x@example.org")))["actor"] == odd


@pytest.mark.parametrize("shape", [lowered, dotted, lambda event: lowered(dotted(event))])
def test_keys_in_other_shapes(read: Any, shape: Any) -> None:
    """Exporters lower the case of keys and join them by dots: the same event."""
    event = okta_event(0, target=[user(BOB, "bob@example.org"), SALESFORCE])
    assert one(read, shape(event)) == one(read, event)


def test_outer_keys_in_any_case(read: Any) -> None:
    """Outer keys match whatever their case."""
    event = okta_event(0)
    assert one(read, {key.upper(): value for key, value in event.items()}) == one(read, event)


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("user.session.start", "login"),
        ("user.authentication.sso", "login"),
        ("user.authentication.auth_via_mfa", "login"),
        ("user.authentication.auth_via_AD_agent", "login"),
        ("user.authentication.verify", "login"),
        ("user.session.impersonation.initiate", "login"),
        ("user.session.end", "logout"),
        ("user.mfa.factor.activate", "setup"),
        ("user.mfa.factor.deactivate", "setup"),
        ("user.mfa.factor.update", "setup"),
        ("user.mfa.factor.reset_all", "setup"),
        ("user.mfa.attempt_bypass", "setup"),
        ("user.account.reset_password", "setup"),
        ("user.account.update_password", "setup"),
        ("user.account.privilege.grant", "setup"),
        ("user.lifecycle.create", "setup"),
        ("user.session.impersonation.grant", "setup"),
        ("group.user_membership.add", "setup"),
        ("system.api_token.create", "setup"),
        ("system.idp.lifecycle.create", "setup"),
        ("system.log_stream.lifecycle.deactivate", "setup"),
        ("app.oauth2.as.consent.grant", "setup"),
        ("app.oauth2.client.lifecycle.create", "setup"),
        ("application.user_membership.add", "setup"),
        ("application.user_membership.show_password", "setup"),
        ("policy.rule.update", "setup"),
        ("policy.lifecycle.update", "setup"),
        ("zone.update", "setup"),
        ("device.enrollment.create", "setup"),
        ("iam.role.create", "setup"),
        ("system.agent.ad.create", "setup"),
        ("policy.evaluate_sign_on", "other"),
        ("application.policy.sign_on.deny_access", "other"),
        ("device.signals.update", "other"),
        ("inline_hook.executed", "other"),
        ("app.oauth2.client_id_rate_limit_warning", "other"),
        ("user.mfa.okta_verify.deny_push", "other"),
        ("user.account.report_suspicious_activity_by_enduser", "other"),
        ("app.oauth2.token.grant.access_token", "other"),
        ("app.oauth2.as.token.grant.refresh_token", "other"),
        ("app.oauth2.as.authorize.code", "other"),
        ("system.agent.ad.connect", "other"),
        ("system.org.rate_limit.warning", "other"),
        ("user.session.access_admin_app", "other"),
        ("user.authentication.slo", "other"),
        ("user.risk.detect", "other"),
        ("security.threat.detected", "other"),
        ("security.request.blocked", "other"),
        ("analytics.reports.export.download", "other"),
        ("mim.checkOSXAccessEligibility.true", "other"),
        ("something.new", "other"),
    ],
)
def test_operations(read: Any, kind: str, operation: str) -> None:
    """A way in, a way out, a change, or anything else; the platform's word stays. Nothing is a read."""
    got = one(read, okta_event(0, kind))
    assert (got["operation"], got["method"], got["reason"]) == (operation, kind, None)
    assert operation not in READS


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("SUCCESS", "success"),
        ("ALLOW", "success"),
        ("FAILURE", "failure"),
        ("DENY", "failure"),
        ("SKIPPED", None),
        ("CHALLENGE", None),
        ("UNKNOWN", None),
        ("NEW_ONE", None),
        (None, None),
    ],
)
def test_outcomes(read: Any, result: str | None, outcome: str | None) -> None:
    """Only what the log calls done or refused is one or the other."""
    assert one(read, okta_event(0, outcome={"result": result}))["outcome"] == outcome


def test_application_only_where_one_was_entered(read: Any) -> None:
    """An administrator who assigns an application did not come in by it."""
    got = one(read, okta_event(0, "application.user_membership.add"))
    assert (got["client"], got["app_id"]) == (None, None)
    second = {**SALESFORCE, "id": "0oaSECOND", "displayName": "Other"}
    got = one(read, okta_event(0, target=[user(BOB, "b@example.org"), SALESFORCE, second]))
    assert (got["client"], got["app_id"]) == ("Salesforce.com", SALESFORCE["id"])


@pytest.mark.parametrize(
    ("target", "resource"),
    [
        ([user(BOB, "bob@example.org")], "bob@example.org"),
        ([user(ANN, "ann@example.org"), user(BOB, "bob@example.org")], "bob@example.org"),
        ([user("00uOTHER", "ANN@example.org")], None),
        ([user(ANN, "renamed@example.org")], None),
        ([{**user(BOB, "unknown")}, user("00u9", "cat@example.org")], "cat@example.org"),
        ([{"type": "User", "id": BOB}], None),
        ([{"type": "AppUser", "id": BOB, "alternateId": "bob@example.org"}], None),
        (user(BOB, "bob@example.org"), "bob@example.org"),
        ([], None),
        (None, None),
        ("bob@example.org", None),
        ([None, 3, "x", [], {"id": {}}], None),
    ],
)
def test_user_that_was_acted_upon(read: Any, target: Any, resource: str | None) -> None:
    """The first user among the targets who is not the actor; a reset by the help desk names the victim."""
    got = one(read, okta_event(0, "user.mfa.factor.reset_all", target=target))
    assert (got["resource"], got["reason"]) == (resource, None)


def test_words_for_nothing_are_null(read: Any) -> None:
    """A word that stands for no session must not tie strangers together."""
    event = okta_event(
        0,
        actor={"id": "unknown", "type": "User", "alternateId": "eve@example.org"},
        authenticationContext={"externalSessionId": "unknown"},
        client={"ipAddress": "", "userAgent": {"rawUserAgent": "UNKNOWN"}},
        transaction={"id": "-"},
    )
    got = one(read, event)
    assert [got[slot] for slot in ("actor", "session", "ip", "user_agent", "request_key")] == [None] * 5
    assert got["actor_name"] == "eve@example.org"


def test_missing_members(read: Any) -> None:
    """What an event lacks is null; it needs a time and a type."""
    bare = {"published": "2025-06-30T01:00:00Z", "eventType": "user.session.start", "actor": {}, "target": []}
    got = one(read, bare)
    filled = {slot: value for slot, value in got.items() if value is not None}
    assert set(filled) == {"log", "at", "operation", "method"}
    whole = okta_event(0)
    for name in whole:
        less = {key: value for key, value in whole.items() if key != name}
        got = one(read, less)
        assert bool(got["reason"]) == (name in {"published", "eventType"}), name


@pytest.mark.parametrize(
    ("published", "reason"),
    [
        ("2025-06-30T01:00:00.000Z", None),
        ("2025-06-30T01:00:00Z", None),
        ("2025-06-30T11:00:00.000+10:00", None),
        ("2025-06-30 01:00:00.000", "time carries no zone"),
        ("2025-09-31T01:00:00Z", "no legible time"),
        ("2025-06-30T11:00:00+10", "no legible time"),
        ("yesterday", "no legible time"),
        ("", "no legible time"),
    ],
)
def test_times(read: Any, published: str, reason: str | None) -> None:
    """A time carries its zone; one that does not, or is none, is never guessed."""
    got = one(read, okta_event(0, published=published))
    assert got["reason"] == reason
    assert (got["at"] is None) == (reason is not None)


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE event; --",
        '"x"',
        "=cmd|' /C calc'!A0",
        "../../etc/passwd",
        "\x1b[31m\u202egnp.exe",
        "a\nb\r\tc",
        "😀 \\u0041 \\",
        "$.[*] /a~1b %s {0}",
        "x" * 100_000,
    ],
)
def test_hostile_values_are_kept_as_they_are(read: Any, value: str) -> None:
    """A value is data: it is kept letter for letter and changes nothing else."""
    event = okta_event(
        0,
        actor=user(value, value),
        client={"ipAddress": value, "userAgent": {"rawUserAgent": value}},
        authenticationContext={"externalSessionId": value},
        eventType=value,
        target=[user("x", value + "2"), {"type": "AppInstance", "id": value, "displayName": value}],
    )
    got = one(read, event)
    slots = ("actor", "actor_name", "ip", "session", "user_agent", "method")
    assert [got[slot] for slot in slots] == [value] * len(slots)
    assert (got["resource"], got["operation"]) == (value + "2", "other")


@pytest.mark.parametrize("value", ["bob", "{", '{"id":', "[1", '"x"', "[]", "true", "1e400", "null"])
def test_members_that_are_no_objects_cost_only_themselves(read: Any, value: str) -> None:
    """One strange member gives null in its row and nothing in the others."""
    whole = as_row(okta_event(1))
    for name in ("actor", "client", "target", "outcome", "transaction", "authenticationContext"):
        odd, good = read({**as_row(okta_event(0)), name: value}, whole)
        assert odd["reason"] is None
        assert good == one(read, okta_event(1))


def test_told_by_its_keys() -> None:
    """Two keys that always stand there and two that often do; logs of others are not claimed."""
    for names, log in [
        (("uuid", "published", "actor", "outcome"), LOG),
        (("UUID", "EVENTTYPE", "TARGET", "CLIENT"), LOG),
        (("uuid", "published", "actor.id", "client.ipAddress"), LOG),
        (("uuid", "published", "actor.id", "actor.type"), None),
        (("uuid", "published"), None),
        (("uuid", "actor", "client", "target", "outcome"), None),
        (("eventType", "eventTime", "eventName", "userIdentity", "sourceIPAddress"), None),
        (("Id", "Name", "Email", "published"), None),
    ]:
        found = recognise(Sample(names, {}))
        assert (found and found[1]) == log, names


def test_it_shows_no_reads() -> None:
    """A hole in the log can hide no read, and its absence is no obstacle; what it cannot show is said."""
    (source,) = [each for each in SOURCES if each.id == "okta"]
    assert (source.shows_reads, source.reads(LOG), reads(LOG)) == (False, False, False)
    assert not source.needs_zone(Sample((), {}))
    assert set(source.blind) <= set(blind([LOG]))
    assert not set(source.blind) & set(blind(["salesforce.elf.API"]))
    assert any("No file of salesforce" in each for each in blind([LOG]))
