from datetime import timedelta
from typing import Any

import pytest

from detectors.sample import COLLEAGUE, START, found, row, signs, work
from floodmark.detectors.guest_sweep import DETECTOR

LATE = START + timedelta(days=19)
GUEST = "0055j000000utlGAAQ"
KIND = DETECTOR.kinds[0]


def visits(at, count, *, ip="192.0.2.77", seconds=10, log="salesforce.elf.AuraRequest", key="v"):
    """Return requests of a public site's pages from one address."""
    return [
        row(
            at + timedelta(seconds=seconds * n),
            log,
            "read_unknown",
            actor=GUEST,
            ip=ip,
            session=f"s-{key}",
            resource=f"/{n}",
        )
        for n in range(count)
    ]


def busy(visitors=6):
    """Return two weeks in which visitors look at some pages each."""
    return [
        each
        for day in range(21)
        for visitor in range(visitors)
        for each in visits(
            START + timedelta(days=day, hours=visitor),
            20,
            ip=f"198.51.100.{visitor + day}",
            key=f"{day}-{visitor}",
        )
    ]


def test_a_sweep_is_told_at_the_request_that_is_too_many() -> None:
    """Not at the end of the hour; alone it is a finding."""
    rows = [*busy(), *visits(LATE, 300)]
    (sign,) = signs(rows, DETECTOR)
    assert sign["told_at"] == LATE + timedelta(seconds=10 * (DETECTOR.limits["requests"] - 1))
    assert sign["points"] == KIND.most
    assert sign["told"].startswith("was asked 300 times within an hour from 192.0.2.77")
    assert sign["begins_at"] <= LATE
    (finding,) = found([*work(), *rows]).findings
    assert (finding.detector, finding.actors, finding.severity) == ("guest-sweep", (GUEST,), "high")
    assert finding.addresses == ("192.0.2.77",)


def test_a_busy_site_needs_a_busier_sweep() -> None:
    """A multiple of the busiest hour of any visitor before."""
    most = DETECTOR.limits["requests"] - 10
    day = visits(START + timedelta(days=2), most, ip="198.51.100.200", key="b")
    needed = DETECTOR.limits["times"] * most
    assert signs([*busy(), *day, *visits(LATE, needed - 1, seconds=5)], DETECTOR) == []
    (sign,) = signs([*busy(), *day, *visits(LATE, needed + 9, seconds=5)], DETECTOR)
    assert sign["told_at"] == LATE + timedelta(seconds=5 * (needed - 1))
    assert sign["before"] == most


@pytest.mark.parametrize(
    "rows",
    [
        visits(LATE, DETECTOR.limits["requests"] - 1),
        visits(LATE, 300, seconds=3600 // DETECTOR.limits["requests"] + 5),
        [each for n in range(30) for each in visits(LATE, 10, ip=f"192.0.2.{n}", key=str(n))],
        visits(LATE, 300, log="salesforce.elf.LightningPageView"),
    ],
    ids=["fewer", "slower", "many addresses", "another log"],
)
def test_no_sweep(rows) -> None:
    """Too few, too slow, spread over addresses, or not a site's pages."""
    assert signs([*busy(), *rows], DETECTOR) == []


def test_an_hour_is_sixty_minutes_wherever_it_begins() -> None:
    """A sweep that runs over the full hour is no slower for it."""
    half = DETECTOR.limits["requests"] // 2 + 1
    (sign,) = signs(
        [*busy(), *visits(LATE + timedelta(hours=3) - timedelta(seconds=10 * half), 2 * half)], DETECTOR
    )
    assert sign["rows"] == 2 * half


def test_the_door_is_that_of_the_request_that_told() -> None:
    """A session that asked later did not make it a sweep."""
    later = visits(LATE + timedelta(minutes=50), 1, key="z")
    (sign,) = signs([*busy(), *visits(LATE, 300), *later], DETECTOR)
    assert sign["doors"] == ["session s-v"]


def test_hostile_addresses_are_shown_inert() -> None:
    """An address is what the log says it is."""
    (sign,) = signs([*busy(), *visits(LATE, 300, ip="\x1b[2J\u202e")], DETECTOR)
    assert sign["told"].isprintable()


def test_records_asked_for_the_first_time_are_told() -> None:
    """After a week of ordinary pages, an action that hands out records; on every day it is ordinary."""
    asked = [each | {"method": "getItems"} for each in visits(LATE, 1)]
    usual = [each | {"method": "getNavigation"} for each in busy()]
    (sign,) = signs([*usual, *asked], DETECTOR, "guest-list")
    assert (sign["told_at"], sign["what"]) == (LATE, "getItems")
    assert signs([each | {"method": "getItems"} for each in [*busy(), *asked]], DETECTOR, "guest-list") == []


# ---- what a guest asks for


def requests(*methods, at=LATE, apart=timedelta(minutes=10), key="q"):
    """Return one request for each of these actions, some minutes apart."""
    return [
        each | {"method": method, "resource": f"/{method}"}
        for n, method in enumerate(methods)
        for each in visits(at + n * apart, 1, key=f"{key}{n}")
    ]


USUAL = [each | {"method": "getNavigation"} for each in busy(1)]
WORDS = {"guest-list", "guest-record"}


def test_actions_that_hand_out_records_are_told_by_what_they_hand_out() -> None:
    """Many at once, one, or neither; in any case of the word; each at its first request."""
    methods = ("getRecord", "getItems", "getNavigation", "GETOBJECTINFO", "executeGraphQL", "getrecords")
    told = {each["what"]: each for each in signs([*USUAL, *requests(*methods)], DETECTOR, *WORDS)}
    assert {what: each["kind"] for what, each in told.items()} == {
        "getRecord": "guest-record",
        "getItems": "guest-list",
        "GETOBJECTINFO": "guest-record",
        "executeGraphQL": "guest-list",
        "getrecords": "guest-list",
    }
    assert {what: (each["told_at"] - LATE) // timedelta(minutes=10) for what, each in told.items()} == {
        what: methods.index(what) for what in told
    }
    assert {what: each["doors"] for what, each in told.items()} == {
        what: [f"session s-q{methods.index(what)}"] for what in told
    }
    assert {each["points"] for each in told.values() if each["kind"] == "guest-list"} == {10}
    assert {each["points"] for each in told.values() if each["kind"] == "guest-record"} == {4}


@pytest.mark.parametrize("action", DETECTOR.limits["actions"])
def test_every_listed_action_is_written_as_it_is_compared(action) -> None:
    """Names are compared in lower case; what hands out many is among what hands out any."""
    assert action == action.lower()
    assert set(DETECTOR.limits["lists"]) < set(DETECTOR.limits["actions"])


def test_a_request_may_ask_for_several_actions() -> None:
    """A page sends its actions together; each is told by itself."""
    told = signs([*USUAL, *requests("getNavigation,getRecord,getItems")], DETECTOR, *WORDS)
    assert [(each["kind"], each["what"]) for each in told] == [
        ("guest-list", "getItems"),
        ("guest-record", "getRecord"),
    ]


def test_an_action_is_told_once() -> None:
    """At its first request; the last one ends it."""
    again = requests("getRecord", "getRecord", "getRecord")
    (sign,) = signs([*USUAL, *again], DETECTOR, "guest-record")
    assert (sign["told_at"], sign["begins_at"], sign["doors"]) == (LATE, LATE, ["session s-q0"])
    assert sign["ends_at"] == LATE + timedelta(minutes=20)
    assert sign["told"].startswith('was asked for "getRecord" from 2025-06-21 08:00 UTC / nobody had asked')


@pytest.mark.parametrize(("more", "told"), [(0, 0), (1, 1)], ids=["within", "after"])
def test_the_first_week_of_a_site_is_learnt(more, told) -> None:
    """Seven days from the first request that names an action; requests that name none are no history."""
    first = START + timedelta(days=10)
    usual: list[Any] = [each for each in USUAL if str(each["at"]) >= str(first)]
    silent = [each | {"method": None} for each in busy(1)]
    asked = requests("getItems", at=first + timedelta(days=DETECTOR.limits["days"], seconds=more))
    assert len(signs([*silent, *usual, *asked], DETECTOR, "guest-list")) == told


def test_another_accounts_requests_are_no_history() -> None:
    """Two sites, two guests; and people with a login ask for records all day, from their first on."""
    person = [each | {"actor": COLLEAGUE, "method": "getItems"} for each in busy(1)]
    (sign,) = signs([*USUAL, *person, *requests("getItems")], DETECTOR, *WORDS)
    assert sign["actor"] == GUEST
    # A second site learns in a week of its own.
    second = [
        each | {"actor": COLLEAGUE}
        for each in [*requests("getNavigation"), *requests("getItems", at=LATE + timedelta(days=1))]
    ]
    assert signs([*USUAL, *second], DETECTOR, *WORDS) == []


def test_lists_of_records_for_a_guest_are_a_finding_and_one_record_is_not() -> None:
    """Who may list records without a login may take them all; one record may be a page's own."""
    asked = [each | {"ip": "198.51.100.20"} for each in requests("getItems")]
    (finding,) = found([*USUAL, *asked]).findings
    assert (finding.detector, finding.actors, finding.severity) == ("guest-sweep", (GUEST,), "high")
    assert finding.told_at == "2025-06-21T08:00:00.000Z"
    one = [each | {"ip": "198.51.100.20"} for each in requests("getRecord")]
    assert found([*USUAL, *one]).findings == ()


def test_hostile_actions_are_shown_inert() -> None:
    """The words of an action are the platform's; what stands beside them in a request is not told."""
    (sign,) = signs([*USUAL, *requests("\x1b[2J,getItems,\u202e")], DETECTOR, *WORDS)
    assert sign["what"] == "getItems"
    assert sign["told"].isprintable()
