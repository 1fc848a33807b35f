"""From the hit of a rule to a sign: whose it is, and by which door it came in."""

from datetime import datetime, timedelta

import pytest

from detectors.sample import ledger
from floodmark import findings
from floodmark.detectors.sigma import DETECTOR, Sigma

AT = datetime(2025, 6, 16, 9)  # noqa: DTZ001 - the engine's timestamps are plain UTC
ACTOR = "0055j000000utlPAAQ"
WORK = {
    "log": "salesforce.elf.LightningPageView", "actor": ACTOR, "actor_name": "Ann@Example.com",
    "session": "S1", "login": "L1", "ip": "203.0.113.5", "operation": "page_view", "outcome": "success",
}  # fmt: skip
FETCHED = {
    "log": "salesforce.elf.RestApi", "actor": ACTOR, "ip": "198.51.100.9", "operation": "query",
    "client": "Loader/6.1", "app_id": "0H4", "user_agent": "AuraScanner/1.2",
}  # fmt: skip
BYPASS = {"log": "okta.system_log", "method": "user.mfa.attempt_bypass", "operation": "other"}


def signs(*slots):
    """Return actor, door and rule of the signs of events, each a minute after the one before."""
    rows = [
        {"event": f"e{number}", "at": AT + timedelta(minutes=number), **each}
        for number, each in enumerate(slots)
    ]
    with ledger(rows) as engine, engine.small_sides_held():
        findings._prepare(engine)
        DETECTOR.keep(engine)
        return engine.rows("SELECT actor, doors[1], rule FROM detect_sigma ORDER BY ALL")


@pytest.mark.parametrize("outcome", ["success", "failure", "blocked"])
def test_a_failed_act_is_a_sign_like_one_that_went_through(outcome):
    """Its door is named the same way, so that it meets the account's other signs."""
    told = signs(WORK, {**FETCHED, "outcome": outcome})
    assert told == [(ACTOR, "from 198.51.100.9 by loader 0H4 aurascanner", "known-tool-user-agent")]


def test_the_door_of_a_failed_act_is_the_login_of_its_session():
    """The failed act tells its session alone; another row ties that to a login."""
    told = signs(WORK, {**FETCHED, "outcome": "failure", "session": "S1"})
    assert [each[1] for each in told] == ["login L1"]


def test_an_identity_event_goes_to_the_account_of_that_name():
    """By user name, in any letter case, whether it failed or not."""
    person = {"actor": "00u1", "actor_name": "ann@example.com ", "session": "idx1", "outcome": "failure"}
    assert signs(WORK, {**BYPASS, **person}) == [(ACTOR, "session idx1", "okta-mfa-bypass-attempt")]


def test_who_has_no_account_here_goes_by_the_identity_providers_id():
    """An administrator of the identity provider need not have an account on the platform."""
    person = {"actor": "00u9", "actor_name": "root@example.com", "ip": "192.0.2.1", "client": "Salesforce"}
    assert signs(WORK, {**BYPASS, **person}) == [("00u9", "from 192.0.2.1 by   ", "okta-mfa-bypass-attempt")]


def test_an_act_of_nobody_is_no_sign():
    """A row without an account belongs to none."""
    assert signs(WORK, {**FETCHED, "actor": None}) == []


RULE = """title: Bypass attempted
id: 5b3c7f2e-1d46-4a86-9c1e-0f6f8f2a9b11
status: experimental
description: A rule of the case that is enough alone.
level: critical
tags:
  - attack.t1621
logsource:
  product: okta
  service: okta
detection:
  selection:
    eventType: user.mfa.attempt_bypass
  condition: selection
floodmark:
  points: 10
"""


@pytest.mark.parametrize(
    "person",
    [
        {"actor": "00u9", "actor_name": "root@example.com"},
        {"actor": "00u1", "actor_name": "ann@example.com", "outcome": "failure"},
    ],
    ids=["no account here", "failed"],
)
def test_a_finding_of_such_an_act_alone_lists_it(tmp_path, person):
    """Other detectors leave these acts out; what a rule tells of them is a finding with its event all the same."""
    (tmp_path / "own.yml").write_text(RULE, "utf-8")
    rows = [{**WORK, "event": f"w{day}", "at": AT + timedelta(days=day)} for day in range(12)] + [
        {**BYPASS, **person, "event": "own", "at": AT + timedelta(days=10, hours=3), "ip": "192.0.2.1"}
    ]
    with ledger(rows) as engine:
        found = findings.detect(engine, detectors=[Sigma([tmp_path])]).findings
    assert [(each.detector, each.events, each.addresses) for each in found] == [
        ("sigma", ("own",), ("192.0.2.1",))
    ]
