"""The story: steps with phases and techniques, work kept apart, moves sideways, whether it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from floodmark import engine
from floodmark.engine import Engine
from floodmark.models import Gap, Traced
from floodmark.trace import Selectors, link_id, trace
from floodmark.trace.stages import KINDS
from floodmark.trace.story import cited, tell
from trace_ledgers import NOON, event, fill, finding

HOME, TOR, DESK = "10.0.0.1", "192.0.2.66", "10.0.0.9"
ANA: dict[str, Any] = {"actor": "1", "actor_name": "ana@x"}
HOSTILE: dict[str, Any] = {**ANA, "ip": TOR, "session": "S", "client": "Portal"}
OKTA: dict[str, Any] = {"log": "okta.system_log", "actor": "00u1", "actor_name": "Ana@X"}
FINDING = (finding(sessions=("S",)),)


def day(days: float) -> datetime:
    """Return a time so many days from the intrusion."""
    return NOON + timedelta(days=days)


HONEST = [
    event(f"h{n}", at=day(-n), **ANA, ip=HOME, session=f"H{n}", client="Browser", operation="page_view")
    for n in range(1, 25)
]
READS = [
    event("in", at=0, **HOSTILE, operation="login", outcome="success"),
    event("meta", at=1, **HOSTILE, operation="describe"),
    event("count", at=2, **HOSTILE, query="SELECT COUNT() FROM Contact", request_key="r1"),
    event("count again", at=2, **HOSTILE, request_key="r1"),
    event("sample", at=3, **HOSTILE, query="SELECT Id FROM Contact LIMIT 5"),
    event("page 1", at=4, **HOSTILE, query="SELECT Id FROM Contact", delivered_rows=2000),
    event("page 2", at=5, **HOSTILE, operation="query_more", delivered_rows=2000),
    event("job", at=6, **HOSTILE, operation="bulk_job"),
    event("file", at=7, **HOSTILE, operation="bulk_result"),
    event("gone", at=8, **HOSTILE, operation="write", method="DELETE", resource="/jobs/query/7501"),
    event("denied", at=9, **HOSTILE, operation="query", outcome="failure"),
]
IDENTITY = [
    event("desk", at=-30, log="okta.system_log", actor="00u9", actor_name="desk@x", resource="ANA@x", ip=DESK,
          operation="setup", method="user.mfa.factor.reset_all", outcome="success"),
    event("enrol", at=-20, **OKTA, ip=TOR, operation="setup", method="user.mfa.factor.activate", outcome="success"),
    event("start", at=-10, **OKTA, ip=TOR, operation="login", method="user.session.start", outcome="success"),
    event("usual", at=-9, **OKTA, ip=HOME, operation="login", method="user.session.start", outcome="success"),
    event("mail", at=20, **OKTA, ip=TOR, operation="login", method="user.authentication.sso", client="Mail",
          outcome="success"),
    event("ben", at=25, log="okta.system_log", actor="00u2", actor_name="ben@x", ip=TOR, operation="login",
          method="user.session.start", outcome="success"),
]  # fmt: skip
SETUP = [
    event("perm", at=40, **ANA, log="salesforce.SetupAuditTrail", operation="setup", method="PermSetAssign")
]
LATER = [event("after", at=day(3), **ANA, ip=HOME, session="H0", client="Browser", operation="page_view")]


@pytest.fixture(scope="module")
def store() -> Iterator[Engine]:
    """An engine without rows."""
    with engine.memory(threads=1, limit_mb=500) as connection:
        yield Engine(connection)


def told(store: Engine, *rows: dict[str, Any], refused: tuple[str, ...] = (), **given: Any) -> Traced:
    """Return the story of session S, with more rows."""
    fill(store, [*HONEST, *rows])
    return tell(store, trace(store, Selectors(findings=FINDING), refused), **given)


def stages(traced: Traced) -> dict[str, tuple[str, str, int, bool]]:
    """Return title -> phase, technique, events, whether it is counted."""
    return {each.title: (each.phase, each.technique, each.count, each.hostile) for each in traced.stages}


def test_each_act_is_a_step_with_its_phase_and_technique(store: Engine) -> None:
    """What two logs say of one act counts with its text; refused reads are no reads."""
    found = told(store, *READS, *LATER)
    assert stages(found) == {
        "login": ("initial access", "T1078.004", 1, True),
        "objects listed and described": ("discovery", "T1526", 1, True),
        "records counted, without reading them": ("discovery", "T1526", 2, True),
        "small samples read": ("collection", "T1213.004", 1, True),
        "records read by queries and their pages": ("collection", "T1213.004", 2, True),
        "bulk jobs that read records": ("collection", "T1119", 1, True),
        "results, exports and files downloaded": ("exfiltration", "T1567", 1, True),
        "bulk job removed or stopped": ("defence evasion", "T1070", 1, True),
        "reads that failed or were blocked": ("collection", "T1213.004", 1, True),
    }
    assert [each.events for each in found.stages if each.title == "login"] == [("in",)]
    assert (found.going_on.last_event, found.going_on.last_read) == ("denied", "file")
    assert set(cited(found)) >= {"in", "file", "denied", "page 1"}


def test_no_login_means_a_kept_token(store: Engine) -> None:
    """The first use stands where a login would."""
    found = told(store, *READS[1:])
    (first,) = [each for each in found.stages if each.technique == "T1550.001"]
    assert (first.events, first.phase) == (("meta",), "initial access")


def test_identity_events_stand_beside_and_can_be_refused(store: Engine) -> None:
    """A reset by the desk, a factor and a login from the new address; a usual login is no step."""
    found = told(store, *READS, *IDENTITY, *SETUP)
    beside = {title: each for title, each in stages(found).items() if not each[3]}
    assert beside == {
        "second factor reset or removed": ("persistence", "T1556.006", 1, False),
        "second factor enrolled or changed": ("persistence", "T1098.005", 1, False),
        "login at the identity provider from an address that nobody had used": (
            "initial access",
            "T1078.004",
            1,
            False,
        ),
        "another application entered by single sign-on": ("lateral movement", "T1021.007", 1, False),
        "rights, profile or role changed": ("persistence", "T1098.003", 1, False),
    }
    assert found.intrusion.actors == ("1",)
    assert found.intrusion.events == len(READS)
    refused = told(store, *READS, *IDENTITY, refused=(link_id("identity", "ana@x"),))
    assert {each.hostile for each in refused.stages} == {True}


def test_moves_sideways_are_shown_or_their_absence_is_grounded(store: Engine) -> None:
    """Another account and another application at the identity provider; without that log nothing is said of it."""
    found = told(store, *READS, *IDENTITY).lateral
    assert [(each.text.split(" ", 3)[1], each.events) for each in found.moves] == [
        ("account", ("ben",)),
        ("application", ("mail",)),
    ]
    assert found.absent == "no other account worked from an address of the intrusion that was new"
    gap = Gap(log="elf", from_=None, to=None, reason="lost")
    bare = told(store, *READS, gaps=(gap,)).lateral
    assert bare.moves == ()
    assert "no log of an identity provider was added" in bare.absent
    assert [(each.log, each.gaps) for each in bare.rests_on] == [("elf", 1)]


def test_the_account_s_own_work_is_kept_apart(store: Engine) -> None:
    """Usual work, and work from a place that is new but that nothing ties to the intrusion."""
    hotel = event("hotel", at=30, **ANA, ip="203.0.113.5", session="T", client="Browser")
    (own,) = told(store, *READS, *LATER, hotel).apart
    assert (own.account, own.events, own.usual, own.unsettled) == ("ana@x", 26, 25, 1)
    assert own.sample == ("hotel",)
    (plain,) = told(store, *READS).apart
    assert (plain.events, plain.unsettled, plain.sample) == (24, 0, ())


@pytest.mark.parametrize(
    ("rows", "contained", "answer"),
    [
        ((), None, "yes"),
        (LATER, None, "cannot_tell"),
        (LATER, day(0.5), "no"),
        ((), day(0.5), "cannot_tell"),
        (LATER, day(0), "yes"),
    ],
)
def test_whether_it_goes_on(
    store: Engine, rows: list[dict[str, Any]], contained: datetime | None, answer: str
) -> None:
    """By the end of the logs, the stated containment, and nothing else."""
    found = told(store, *READS, *rows, contained_at=contained).going_on
    assert found.answer == answer
    assert found.last_event_at == "2025-06-28T12:09:00.000Z"


def test_no_intrusion_has_no_story(store: Engine) -> None:
    """Nothing accepted, nothing told."""
    fill(store, HONEST)
    found = tell(store, trace(store, Selectors()))
    assert (found.stages, found.apart, found.going_on.answer) == ((), (), "nothing")
    assert cited(found) == ()


def test_every_kind_of_step_has_words(store: Engine) -> None:
    """Each kind that the SQL gives is known, so that a new one cannot be forgotten."""
    del store
    assert all(each.technique.startswith("T1") and each.title for each in KINDS.values())
