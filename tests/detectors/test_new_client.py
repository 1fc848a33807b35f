from datetime import timedelta
from typing import Any

import pytest

from detectors.sample import (
    AGENT,
    BROWSER,
    COLLEAGUE,
    HOST,
    OFFICE,
    START,
    export,
    found,
    ledger,
    row,
    signs,
    work,
)
from floodmark.detectors.new_client import DETECTOR

LATE = START + timedelta(days=19, minutes=1)
ROBOT = "0055j000000utlZAAQ"
HOUR = timedelta(hours=1)


def lookup(at, **slots):
    """Return one small query by a client."""
    told = {
        "objects": ["Contact"],
        "matched_rows": 1,
        "delivered_rows": 1,
        "session": "s-t",
        "login": "l-t",
        **slots,
    }
    return row(
        at, "salesforce.elf.RestApi", "query", query="SELECT Id FROM Contact WHERE Phone = '1'", **told
    )


# Calls of a client that everybody has, so that the log itself is known to show clients.
CALLS = [
    lookup(START + timedelta(days=day), client="Telephony/2.9", session=f"t{day}", login=f"t{day}")
    for day in range(21)
]


def new(*more):
    """Return the signs that new means give."""
    return signs([*work(), *CALLS, *more], DETECTOR)


def test_a_client_nobody_used_before_is_found() -> None:
    """It is told at its first call; alone it is no finding."""
    (sign,) = new(lookup(LATE, client="Helper/1.0"))
    assert (sign["kind"], sign["doors"], sign["told_at"]) == ("tool-unknown", ["login l-t"], LATE)
    assert 'came with client "helper", new for it / no other account used it' in sign["told"]
    assert found([*work(), *CALLS, lookup(LATE, client="Helper/1.0")]).findings == ()


def test_a_client_that_colleagues_use_is_a_weaker_sign() -> None:
    """New for the account only."""
    others = [
        lookup(
            START + timedelta(days=day),
            client="Helper/1.0",
            actor=f"0055j000000utl{letter}AAQ",
            login=f"l-{letter}",
            session=None,
        )
        for day in range(21)
        for letter in "ABCDEFGH"
    ]
    (unknown,) = new(lookup(LATE, client="Helper/1.0"))
    (known,) = [each for each in new(*others, lookup(LATE, client="Helper/1.1")) if each["actor"] == AGENT]
    assert known["kind"] == "tool-known"
    assert "8 other accounts used it" in known["told"]
    assert known["points"] < unknown["points"]


@pytest.mark.parametrize(
    "quiet",
    [
        lookup(LATE, client="Telephony/3.0"),
        lookup(LATE, client="Helper/1.0", outcome="failure"),
        lookup(LATE, ip="203.0.113.99", client="Telephony/2.9", outcome="failure"),
    ],
    ids=["new version", "failed", "failed from another address"],
)
def test_no_new_means(quiet) -> None:
    """Another version, or a failed call give nothing."""
    assert new(quiet) == []


@pytest.mark.parametrize(
    ("address", "net"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:42:1::9", "2001:db8:42::/48"),
        ("2001:0db8:0042::9", "2001:db8:42::/48"),
        ("2001:db8::9", "2001:db8:0::/48"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
    ],
)
def test_networks(address: str, net: str) -> None:
    """A network is the /24 of an IPv4 address and the /48 of an IPv6 one."""
    (sign,) = new(lookup(LATE, client="Telephony/2.9", ip=address))
    assert f'network "{net}"' in sign["told"]
    assert sign["family"] == "place"


@pytest.mark.parametrize("word", ["Salesforce.com IP", "", "unknown"])
def test_a_word_is_no_network(word: str) -> None:
    """Where the platform writes a word for an address, nothing is known."""
    assert new(lookup(LATE, client="Telephony/2.9", ip=word)) == []


def test_a_machine_from_a_new_network_weighs_more_than_a_person() -> None:
    """People travel; the account of a machine does not."""
    daily = [
        lookup(
            START + timedelta(days=day), client="Sync/1.0", session=f"r{day}", login=f"r{day}", actor=ROBOT
        )
        for day in range(21)
    ]
    (person,) = new(lookup(LATE, client="Telephony/2.9", ip=HOST))
    (machine,) = new(*daily, lookup(LATE, client="Sync/1.0", actor=ROBOT, ip=HOST))
    assert (person["actor"], person["ui"]) == (AGENT, True)
    assert (machine["actor"], machine["ui"]) == (ROBOT, False)
    assert person["kind"] == machine["kind"] == "place-unknown"
    assert machine["points"] > person["points"]


def test_a_log_that_was_collected_late_makes_nothing_new() -> None:
    """Where many accounts appear in a log at once, their clients were there all the time."""
    names = [AGENT, COLLEAGUE, "0055j000000utlRAAQ"]
    calls = [
        lookup(LATE + timedelta(hours=n), client="Helper/1.0", actor=actor) for n, actor in enumerate(names)
    ]
    everybody = [each for actor in names for each in work(actor=actor)]
    assert [each for each in signs([*everybody, *calls], DETECTOR) if each["what"] == "client"] == []
    assert found([*everybody, *calls]).findings == ()


def test_the_first_caller_of_all_is_new() -> None:
    """A log without events has no file: the first one ever is no sign of late collection."""
    (sign,) = signs([*work(), lookup(LATE, client="Helper/1.0")], DETECTOR)
    assert sign["kind"] == "tool-unknown"


def test_the_first_days_of_a_new_starter_are_not_new_means() -> None:
    """Someone who started yesterday has a new browser, a new network and a new client, and no history."""
    starter = work(21, actor=COLLEAGUE, ip="198.51.100.9")
    first_day = [each for each in starter if each["at"] >= LATE - timedelta(days=1)]
    call = lookup(LATE, client="Telephony/2.9", actor=COLLEAGUE, ip="198.51.100.9")
    office = others_at(OFFICE, user_agent=BROWSER)
    assert [each for each in new(*office, *first_day, call) if each["actor"] == COLLEAGUE] == []
    assert found([*work(), *CALLS, *office, *first_day, call]).findings == ()


def of_newcomer(*more):
    """Return kind, time and door of the signs of an account that was not there before."""
    told = [each for each in new(*more) if each["actor"] == ROBOT]
    return [(each["kind"], each["told_at"], *each["doors"]) for each in told]


def by_newcomer(at=LATE, **slots):
    """Return a call of that account, by a client that others may have."""
    return lookup(at, **{"client": "Helper/1.0", "actor": ROBOT, **slots})


@pytest.mark.parametrize(
    "slots",
    [{"client": "Helper/1.0"}, {"app_id": "0H4"}, {"user_agent": "Helper/1.0"}],
    ids=["client", "app", "agent"],
)
def test_an_unheard_of_tool_is_new_for_an_account_at_its_first_event(slots) -> None:
    """It is compared with what anybody did; once, however often it calls."""
    kind = "agent-unknown" if "user_agent" in slots else "tool-unknown"
    rows = [by_newcomer(LATE + n * HOUR, **{"client": None, **slots}) for n in range(3)]
    assert of_newcomer(*rows) == [(kind, LATE, "login l-t")]
    (sign,) = new(*rows)
    # Nothing of its own is compared, so that its first week takes no half away.
    assert sign["points"] == (4 if "user_agent" in slots else 5)


def test_an_unheard_of_tool_is_new_on_another_of_the_first_days() -> None:
    """What it came with on the first day is common here, and what it comes with on the next is not."""
    office = others_at(OFFICE)
    first = by_newcomer(LATE - timedelta(days=1), client="Telephony/2.9")
    assert of_newcomer(*office, first, by_newcomer()) == [("tool-unknown", LATE, "login l-t")]


@pytest.mark.parametrize(
    ("names", "before", "shown"),
    [
        ("", HOUR, True),
        ("A", timedelta(days=9), False),
        ("A", timedelta(days=1), False),
        ("A", timedelta(microseconds=1), False),
        ("ABC", timedelta(0), True),
    ],
    ids=["nobody", "one", "yesterday", "just before", "at once"],
)
def test_a_tool_that_another_account_had_is_learnt_in_the_first_days(names, before, shown) -> None:
    """Whenever that was: newcomers of one team share their tools."""
    office = [
        lookup(LATE - before + n * timedelta(seconds=bool(before > HOUR)), client="Helper/1.0", session=None,
               actor=f"0055j000000utl{letter}AAQ", login=f"l-{letter}{n}")
        for n, letter in enumerate(names)
    ]  # fmt: skip
    assert bool(of_newcomer(*office, by_newcomer())) == shown


def test_a_tool_that_others_had_is_new_for_an_account_of_long_ago() -> None:
    """The first days alone are learnt so."""
    office = [
        lookup(LATE - timedelta(days=1, minutes=n), client="Helper/1.0", session=None,
               actor=f"0055j000000utl{letter}AAQ", login=f"l-{letter}")
        for n, letter in enumerate("ABC")
    ]  # fmt: skip
    early = by_newcomer(START, client="Telephony/2.9")
    assert of_newcomer(early, *office, by_newcomer()) == [("tool-unknown", LATE, "login l-t")]


def test_places_and_browsers_of_the_first_days_are_not_new() -> None:
    """Whoever else had them: an address, a network, a desk and a browser that nobody had give nothing."""
    opened = [
        page(LATE + n * HOUR, actor=ROBOT, ip=ip, user_agent=agent, session=f"s-{n}", login=f"l-{n}")
        for n, (ip, agent) in enumerate(((ROADS, FIREFOX), (HOST, chrome(MACOS)), ("192.0.2.78", FIREFOX)))
    ]
    browsers_of_others = others_at(OFFICE, user_agent=BROWSER)
    assert of_newcomer(*browsers_of_others, *opened) == []
    tool = by_newcomer(LATE + 3 * HOUR, ip="198.51.101.7")
    assert of_newcomer(*browsers_of_others, *opened, tool) == [("tool-unknown", LATE + 3 * HOUR, "login l-t")]


@pytest.mark.parametrize(
    ("days", "after", "shown"),
    [
        (21, timedelta(days=3), True),
        (21, timedelta(days=3) - timedelta(seconds=1), False),
        (6, timedelta(days=1), True),
        (6, timedelta(days=1) - timedelta(seconds=1), False),
    ],
    ids=["three days", "less", "a day while learning", "less while learning"],
)
def test_tools_must_have_been_seen_for_days(days, after, shown) -> None:
    """Before, the log does not know what tools there are."""
    told = signs([*work(days), by_newcomer(START + after)], DETECTOR)
    assert [each["kind"] for each in told if each["actor"] == ROBOT] == ["tool-unknown"] * shown


def test_a_log_that_was_collected_late_shows_no_tool_of_a_newcomer() -> None:
    """Three accounts appear in it within a day: their clients were there all the time."""
    letters = "ABZ"
    calls = [
        lookup(LATE + timedelta(hours=n), client=f"Helper {letter}", actor=f"0055j000000utl{letter}AAQ",
               session=None, login=f"l-{letter}")
        for n, letter in enumerate(letters)
    ]  # fmt: skip
    assert signs([*work(), *calls], DETECTOR) == []
    # Two are none.
    assert len(signs([*work(), *calls[1:]], DETECTOR)) == 2


def test_hostile_names_are_shown_inert() -> None:
    """A client is named by the intruder."""
    (sign,) = new(lookup(LATE, client="\x1b[2JPortal\u202e\n"))
    assert "\\x1b[2jportal\\u202e" in sign["told"]
    assert sign["told"].isprintable()
    rows = [each | ({"client": "\x1b[2J\u202ePortal"} if "client" in each else {}) for each in export(LATE)]
    (finding,) = found([*work(), *CALLS, *rows]).findings
    assert finding.summary.isprintable()
    assert all(each.seen.isprintable() and each.expected.isprintable() for each in finding.reasons)


def test_old_means_stay_known() -> None:
    """A second export by the same client is the same finding, not a second one."""
    rows = [*work(21), *export(LATE, 4_000, key="a"), *export(LATE + timedelta(days=2), 4_000, key="b")]
    (finding,) = found(rows).findings
    assert finding.sessions == ("s-a", "s-b")
    assert OFFICE not in finding.addresses


# ---- places of work in the browser, neighbouring and known networks


ROADS = "198.51.100.7"
ELSEWHERE = {"ip": ROADS, "session": "s-d", "login": "l-d"}


def page(at, **slots):
    """Return one page opened in the browser."""
    told = {"objects": ["Contact"], "record_ids": ["0030001"], "delivered_rows": 1, **ELSEWHERE, **slots}
    return row(at, "salesforce.elf.LightningPageView", "page_view", **told)


def kinds(*more, actor=AGENT):
    """Return what -> the sign, of one account's new means."""
    return {each["what"]: each for each in new(*more) if each["actor"] == actor}


def others_at(ip, *, days=(5, 9), names="ABC", **slots):
    """Return calls by which other accounts came from a network before."""
    return [
        lookup(START + timedelta(days=day, minutes=n), client="Telephony/2.9", ip=ip,
               actor=f"0055j000000utl{letter}AAQ", session=None, login=f"l-{letter}{day}", **slots)
        for day in days for n, letter in enumerate(names)
    ]  # fmt: skip


def test_work_in_the_browser_elsewhere_is_a_place_and_a_desk() -> None:
    """Pages from a new network show both; calls from there show the network alone."""
    told = kinds(page(LATE))
    assert {what: each["kind"] for what, each in told.items()} == {
        "net": "place-unknown",
        "desk": "desk-unknown",
    }
    assert {each["family"] for each in told.values()} == {"place"}
    assert (
        'came with network of its work in the browser "198.51.100.0/24", new for it' in told["desk"]["told"]
    )
    assert told["desk"]["told_at"] == LATE
    assert kinds(lookup(LATE, client="Telephony/2.9", **ELSEWHERE)).keys() == {"net"}


@pytest.mark.parametrize("operation", ["page_view", "list_view", "report"])
def test_what_is_done_at_a_desk(operation) -> None:
    """Pages, lists and reports are opened in the browser; what names a client is not."""
    opened = page(LATE) | {"operation": operation}
    assert kinds(opened)["desk"]["kind"] == "desk-unknown"
    assert "desk" not in kinds(opened | {"client": "Telephony/2.9"})
    assert "desk" not in kinds(opened | {"operation": "record"})


def test_a_network_that_a_colleague_used_a_week_before_is_known() -> None:
    """One is enough to make it known, and it weighs no more than one that nobody had."""
    unknown, known = kinds(page(LATE)), kinds(page(LATE), *others_at(ROADS, days=(12,), names="A"))
    assert {what: each["kind"] for what, each in known.items()} == {
        "net": "place-known",
        "desk": "desk-unknown",
    }
    assert known["net"]["others"] == 1
    assert known["net"]["points"] <= unknown["net"]["points"]
    days_before = others_at(ROADS, days=(13,), names="A")
    assert kinds(page(LATE), *days_before)["net"]["kind"] == "place-unknown"
    at_desk = [
        page(START + timedelta(days=day), actor=COLLEAGUE, session=f"c{day}", login=f"c{day}", ip=ip)
        for day, ip in ((0, OFFICE), (4, OFFICE), (9, ROADS))
    ]
    assert kinds(page(LATE), *at_desk)["desk"]["kind"] == "desk-known"


@pytest.mark.parametrize(
    ("ip", "near"),
    [
        ("203.0.114.9", True),
        ("203.1.113.5", False),
        ("198.51.100.7", False),
    ],
    ids=["same /16", "next /16", "another"],
)
def test_a_neighbouring_network_is_mostly_the_same_line(ip, near) -> None:
    """The account was in the same /16 before: the sign weighs two at most, whoever else had the network."""
    told = kinds(page(LATE, ip=ip))
    wanted = {"net": "place-near", "desk": "desk-near"} if near else {"net": "place-unknown", "desk": "desk-unknown"}  # fmt: skip
    assert {what: each["kind"] for what, each in told.items()} == wanted
    assert (max(each["points"] for each in told.values()) <= 2) == near
    assert kinds(page(LATE, ip=ip), *others_at(ip))["net"]["kind"] == (
        "place-near" if near else "place-known"
    )


def test_an_ipv6_neighbour_shares_the_first_two_groups() -> None:
    """2001:db8:1::/48 and 2001:db8:2::/48, but not 2001:db9::/48."""
    calls = [
        lookup(START + timedelta(days=day), client="Telephony/2.9", ip="2001:db8:1::5", session=f"v{day}", login=f"v{day}")
        for day in (6, 8, 10)
    ]  # fmt: skip
    told = [
        [each["kind"] for each in new(*calls, lookup(LATE, client="Telephony/2.9", ip=ip)) if each["told_at"] == LATE]
        for ip in ("2001:db8:2::9", "2001:db9:1::9")
    ]  # fmt: skip
    assert told == [["place-near"], ["place-unknown"]]


def test_what_comes_near_later_does_not_make_it_near() -> None:
    """A neighbouring network counts if it came before, not with or after."""
    later = page(LATE + timedelta(days=1), ip="198.51.101.7", session="s-e", login="l-e")
    made = [each for each in new(page(LATE), later) if each["what"] == "net"]
    assert [(each["told_at"], each["kind"]) for each in made] == [
        (LATE, "place-unknown"),
        (LATE + timedelta(days=1), "place-near"),
    ]


def test_an_office_network_known_by_calls_is_near_for_the_desk() -> None:
    """Work in the browser where the account's calls had come from before: a sign of the desk alone, and little."""
    before = [
        lookup(START + timedelta(days=day), client="Telephony/2.9", session=f"b{day}", login=f"b{day}", ip=ROADS)
        for day in (8, 9)
    ]  # fmt: skip
    told = [each for each in new(*before, page(LATE)) if each["told_at"] == LATE]
    assert [(each["what"], each["kind"]) for each in told] == [("desk", "desk-near")]
    assert told[0]["points"] <= 2


# ---- addresses of known networks


NEXT_DOOR = "203.0.113.99"
PHONE: dict[str, Any] = {"user_agent": "Salesforce Mobile/12.0"}


def call(at=LATE, ip=NEXT_DOOR, **slots):
    """Return one call of a client that everybody has."""
    return lookup(at, **{"client": "Telephony/2.9", "ip": ip, **slots})


def from_addresses(*more):
    """Return what the addresses of the account gave: kind, address, time and how many others."""
    told = [each for each in new(*more) if each["what"] == "ip" and each["actor"] == AGENT]
    return [(each["kind"], each["name"], each["told_at"], each["others"]) for each in told]


def test_another_address_of_a_known_network_is_told() -> None:
    """Once, at its first act; alone it is no finding."""
    rows = [call(), call(LATE + HOUR), call(LATE + 2 * HOUR, session="s-v", login="l-v")]
    (sign,) = new(*rows)
    assert (sign["actor"], sign["kind"], sign["what"]) == (AGENT, "address-unknown", "ip")
    assert (sign["told_at"], sign["begins_at"], sign["doors"]) == (LATE, LATE, ["login l-t"])
    assert (sign["name"], sign["family"], sign["others"]) == (NEXT_DOOR, "place", 0)
    assert 0 < sign["points"] <= 4
    assert 'address, in a network of its own, "203.0.113.99", new for it' in sign["told"]
    assert found([*work(), *CALLS, *rows]).findings == ()


def test_each_address_of_an_office_is_told_by_itself() -> None:
    """An office that has several: those that the account had are quiet."""
    rows = [call(LATE + n * HOUR, f"203.0.113.{last}") for n, last in enumerate((7, 8, 5, 7))]
    assert from_addresses(*rows) == [
        ("address-unknown", "203.0.113.7", LATE, 0),
        ("address-unknown", "203.0.113.8", LATE + HOUR, 0),
    ]
    had = [call(START + timedelta(days=n), f"203.0.113.{n}", session=None, login=f"h{n}") for n in (1, 2)]
    assert from_addresses(*had, call(ip="203.0.113.1"), call(LATE + HOUR, "203.0.113.2")) == []


def test_the_first_address_of_a_network_is_no_other_sign() -> None:
    """A new network is a place; a second address of it, later, is one of a known network."""
    assert from_addresses(call(ip=ROADS)) == []
    second = "198.51.100.8"
    assert from_addresses(call(ip=ROADS), call(LATE + HOUR, second)) == [
        ("address-unknown", second, LATE + HOUR, 0)
    ]
    # At once, neither was there before the other.
    assert from_addresses(call(ip=ROADS), call(ip=second)) == []
    # Nor where it was another address for a colleague.
    colleague = [others_at(ip, days=(day,), names="A") for ip, day in ((ROADS, 5), (second, 9))]
    assert from_addresses(*colleague[0], *colleague[1], call(ip=second)) == []
    # The last part alone differs, of a network beside it.
    assert from_addresses(call(ip="203.0.114.5")) == []


def test_an_ipv6_network_holds_many_addresses() -> None:
    """As many as there are telephones and restarts in the office: each is new."""
    rows = [call(LATE + n * HOUR, f"2001:db8:42:{n}::9") for n in range(2)]
    assert from_addresses(*rows) == [("address-unknown", "2001:db8:42:1::9", LATE + HOUR, 0)]


@pytest.mark.parametrize(
    ("names", "before", "others"),
    [("A", timedelta(days=7), 1), ("ABC", timedelta(days=8), 3), ("A", timedelta(days=7) - HOUR, 0), ("", HOUR, 0)],
    ids=["a week", "three", "less than a week", "nobody"],
)  # fmt: skip
def test_an_address_that_a_colleague_had_is_weaker(names, before, others) -> None:
    """One who had it a week before; by a telephone as well."""
    for phone in ({}, PHONE):
        rows = [
            call(
                LATE - before, actor=f"0055j000000utl{letter}AAQ", session=None, login=f"l-{letter}", **phone
            )
            for letter in names
        ]
        kind = "address-known" if others else "address-unknown"
        assert from_addresses(*rows, call()) == [(kind, NEXT_DOOR, LATE, others)]
    (unknown,) = new(call())
    (known,) = [each for each in new(*others_at(NEXT_DOOR), call()) if each["actor"] == AGENT]
    assert known["kind"] == "address-known"
    assert known["points"] < unknown["points"]


def test_a_telephones_address_says_nothing() -> None:
    """Not when it is new, nor after it, nor is its network one that the account was in."""
    assert from_addresses(call(**PHONE)) == []
    # Known from there on.
    assert from_addresses(call(LATE - HOUR, **PHONE), call()) == []
    assert from_addresses(call(**PHONE), call()) == [("address-unknown", NEXT_DOOR, LATE, 0)]
    rows = [call(LATE - HOUR, ROADS, **PHONE), call(ip="198.51.100.8")]
    assert from_addresses(*rows) == []
    assert {each["kind"] for each in new(*rows)} == {"place-unknown", "agent-unknown"}


@pytest.mark.parametrize(("days", "quiet"), [(2, True), (3, False)])
def test_the_addresses_of_an_accounts_first_days_are_learnt(days, quiet) -> None:
    """As every new mark."""
    begun = START + timedelta(days=10)
    rows = [call(begun + n * HOUR, OFFICE, actor=ROBOT) for n in range(3)]
    told = [
        each for each in new(*rows, call(begun + timedelta(days=days), actor=ROBOT)) if each["what"] == "ip"
    ]
    assert [(each["actor"], each["kind"]) for each in told] == ([] if quiet else [(ROBOT, "address-unknown")])


# ---- tools that an administrator announced


ADMIN = COLLEAGUE


def setup(at, name: str | None = "Helper", *, method="insertConnectedApplication", **slots):
    """Return one row of the set-up trail."""
    return row(at, "salesforce.setup_audit_trail", "setup", actor=ADMIN, ip=None, method=method, resource=name, **slots)  # fmt: skip


def by_helper(*trail, name="Helper/1.0"):
    """Return the kind of the sign that a new client gives after this set-up trail."""
    return kinds(*trail, lookup(LATE, client=name))["client"]


def test_a_tool_that_the_trail_named_is_announced() -> None:
    """It weighs one point, in a family of its own, and says why."""
    sign = by_helper(setup(LATE - timedelta(days=1), "Connected app Helper for phones"))
    assert (sign["kind"], sign["family"], sign["points"]) == ("tool-announced", "announced", 1)
    assert 'came with client "helper", new for it; the set-up trail names it' in sign["told"]


DAYS = timedelta(days=DETECTOR.announced_days)


@pytest.mark.parametrize(
    ("trail", "kind"),
    [
        ([setup(LATE)], "tool-announced"),
        ([setup(LATE - timedelta(minutes=1), method="PackagingAppInstall")], "tool-announced"),
        ([setup(LATE - timedelta(minutes=1), "HELPER")], "tool-announced"),
        ([setup(LATE + timedelta(seconds=1))], "tool-unknown"),
        ([setup(LATE - timedelta(days=1), "Another")], "tool-unknown"),
        ([setup(LATE - timedelta(days=1), method="changedPassword")], "tool-unknown"),
        ([setup(LATE - timedelta(days=1), None)], "tool-unknown"),
        ([setup(LATE - timedelta(days=1)) | {"operation": "write"}], "tool-unknown"),
        ([], "tool-unknown"),
    ],
    ids=[
        "at once",
        "package",
        "any case",
        "after",
        "another",
        "other change",
        "no name",
        "no set-up",
        "none",
    ],
)
def test_what_announces_a_tool(trail, kind) -> None:
    """A connected application or a package, named by the trail before the tool is first seen."""
    assert by_helper(*trail)["kind"] == kind


@pytest.mark.parametrize(("early", "kind"), [(DAYS, "tool-announced"), (DAYS + timedelta(seconds=1), "tool-unknown")])  # fmt: skip
def test_an_announcement_is_good_for_a_month(early, kind) -> None:
    """What was set up long ago and never used is no announcement."""
    late = START + DAYS + timedelta(days=4)
    base = [*work(40), *(lookup(START + timedelta(days=day), client="Telephony/2.9", session=f"t{day}", login=f"t{day}") for day in range(40))]  # fmt: skip
    rows = [*base, setup(late - early), lookup(late, client="Helper/1.0")]
    assert [each["kind"] for each in signs(rows, DETECTOR) if each["what"] == "client"] == [kind]


def test_a_short_name_is_announced_by_nothing() -> None:
    """Three letters stand in many words."""
    trail = setup(LATE - timedelta(days=1), "Helper")
    assert by_helper(trail, name="Hel/1.0")["kind"] == "tool-unknown"
    assert by_helper(trail, name="Help/1.0")["kind"] == "tool-announced"


def test_other_marks_of_an_announced_tool_are_not_announced() -> None:
    """The trail names the client; its user agent is as new as before, and what comes with it counts little."""
    trail = setup(LATE - timedelta(days=1))
    told = kinds(trail, lookup(LATE, client="Helper/1.0", user_agent="Helper/2.1"))
    assert {what: each["kind"] for what, each in told.items()} == {
        "client": "tool-announced",
        "agent": "agent-unknown",
    }


def test_who_comes_with_an_announced_tool_after_another_was_not_set_up() -> None:
    """The application has an account of its own; a name that is known by then is easily taken."""
    trail = setup(LATE - timedelta(days=1))
    first = lookup(LATE - HOUR, client="Helper/1.0", actor=ROBOT, session="s-r", login="l-r")
    told = {each["actor"]: each["kind"] for each in new(trail, first, lookup(LATE, client="Helper/1.0"))}
    assert told == {ROBOT: "tool-announced", AGENT: "tool-unknown"}


def test_the_first_load_of_an_announced_tool_is_no_finding() -> None:
    """The same load by a tool that nobody announced is one."""
    load = export(LATE, 4_000)
    assert len(found([*work(), *CALLS, *load]).findings) == 1
    assert found([*work(), *CALLS, setup(LATE - timedelta(days=1), "My Ticket Portal"), *load]).findings == ()


# ---- browsers


WINDOWS, MACOS, LINUX = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
)
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


def chrome(system=WINDOWS, version="126.0.0.0", more=""):
    """Return the user agent of a browser that is built on Chrome."""
    return f"Mozilla/5.0 ({system}) {WEBKIT} Chrome/{version} Safari/537.36{more}"


def firefox(system=WINDOWS, version="127.0"):
    """Return the user agent of Firefox."""
    return f"Mozilla/5.0 ({system}; rv:{version}) Gecko/20100101 Firefox/{version}"


def safari(system=MACOS, version="17.5"):
    """Return the user agent of Safari, or of one that is built on the same."""
    return (
        f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version} Safari/605.1.15"
    )


@pytest.mark.parametrize(("system", "word"), [(WINDOWS, "windows"), (MACOS, "macos"), (LINUX, "linux")])
@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (chrome, "chrome"),
        (firefox, "firefox"),
        (safari, "safari"),
        (lambda system: chrome(system, more=" Edg/126.0.2592.56"), "edge"),
        (lambda system: chrome(system, more=" Edge/18.19045"), "edge"),
        (lambda system: chrome(system, more=" OPR/110.0.0.0"), "opera"),
    ],
    ids=["chrome", "firefox", "safari", "edge", "old edge", "opera"],
)
def test_browsers_of_a_desk(agent, name, system, word) -> None:
    """What is built on another browser names that one, too; the system is told beside it."""
    assert browsers(agent(system)) == [f"{name} on {word}"]


def browsers(*agents):
    """Return what browser each of these user agents is."""
    with ledger([]) as opened:
        return [opened.row("SELECT browser($1)", [agent])[0] for agent in agents]


def test_browsers_as_login_logs_write_them() -> None:
    """A name and a version do not tell the system, and would be new beside the user agent of the same browser."""
    written = ("Chrome 137", "Edge 126", "Firefox 127", "Safari 17.5", "Opera 110", "chrome 9", "FIREFOX")
    assert browsers(*written) == [None] * len(written)


def test_programs_that_call_themselves_browsers_are_none() -> None:
    """Without a window, or by their own word a robot."""
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) {}Chrome/137.0.0.0 Safari/537.36"
    robot = "Mozilla/5.0 (compatible; Examplebot/2.1) Chrome/137.0.0.0 Safari/537.36"
    assert browsers(agent.format(""), agent.format("Headless"), robot) == ["chrome on linux", None, None]


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 Version/12.1 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
        "Chrome Mobile 137",
        "Safari Mobile 17",
        "SalesforceMobileSDK/12.0.1 iOS/17.5 (iPhone)",
    ],
)  # fmt: skip
def test_telephones_have_no_browser_of_a_desk(agent) -> None:
    """They come and go with the person."""
    assert browsers(agent) == [None]


@pytest.mark.parametrize(
    "agent",
    [
        "python-requests/2.32", "curl/8.5.0", "Java/17.0.11", "PostmanRuntime/7.39", "Data Loader 60.0", "Browser",
        "Unknown", "chromedriver/126.0", "My Firefox/1.0", "firefoxish 3", "",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-AU) WindowsPowerShell/5.1.19041.4522",
        "Mozilla/5.0 (compatible; Crawler/2.1; +https://crawler.example/)", None,
    ],
)  # fmt: skip
def test_programs_have_no_browser(agent) -> None:
    """Also those that begin as browsers do."""
    assert browsers(agent) == [None]


def at_desk(at, agent, *, key="b", **slots):
    """Return one page opened in the office by a browser."""
    return page(
        at, **{"ip": OFFICE, "user_agent": agent, "session": f"s-{key}", "login": f"l-{key}", **slots}
    )


FIREFOX = firefox()


def test_another_browser_is_told_once() -> None:
    """At its first page, however many follow by that door and others."""
    pages = [
        at_desk(LATE + timedelta(hours=n), firefox(version=f"{127 + n}.0"), key=f"b{n // 3}")
        for n in range(6)
    ]
    (sign,) = new(*pages)
    assert (sign["actor"], sign["kind"], sign["what"]) == (AGENT, "browser-unknown", "browser")
    assert (sign["told_at"], sign["begins_at"], sign["doors"]) == (LATE, LATE, ["login l-b0"])
    assert (sign["family"], sign["points"], sign["others"]) == ("device", 3, 0)
    assert sign["told"].startswith(
        'came with browser "firefox on windows", new for it / no other account used it a week or more before'
    )
    assert DETECTOR.more_techniques(sign) == ()
    assert found([*work(), *CALLS, *pages]).findings == ()


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        BROWSER.replace("126.0", "127.0"),
        chrome(version="140.0.1.2"),
        chrome("Windows NT 11.0; Win64; x64"),
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
        None,
    ],
    ids=["the same", "newer", "much newer", "newer system", "telephone", "unknown"],
)
def test_a_known_browser_is_quiet(agent) -> None:
    """Another version of it, or of the system; a telephone's is none."""
    assert new(at_desk(LATE, agent)) == []


@pytest.mark.parametrize("agent", [chrome(MACOS), chrome(more=" Edg/126.0"), safari(), firefox(LINUX)])
def test_another_system_or_maker_is_another_browser(agent) -> None:
    """The same browser on another system is another machine."""
    (sign,) = new(at_desk(LATE, agent))
    assert (sign["kind"], sign["name"]) == ("browser-unknown", browsers(agent)[0])


def test_a_program_is_a_tool_and_no_browser() -> None:
    """One sign for one thing."""
    assert {what: each["kind"] for what, each in kinds(at_desk(LATE, "python-requests/2.32")).items()} == {
        "agent": "agent-unknown"
    }


def test_a_failed_login_shows_no_browser() -> None:
    """Who did not come in shows nothing about the account."""
    assert new(at_desk(LATE, FIREFOX, outcome="failure")) == []


@pytest.mark.parametrize(("days", "quiet"), [(2, True), (3, False)])
def test_the_browsers_of_an_accounts_first_days_are_learnt(days, quiet) -> None:
    """A starter has one on the first day, and another on the next."""
    begun = START + timedelta(days=10)
    rows = [at_desk(begun + timedelta(hours=n), BROWSER, key=f"c{n}", actor=COLLEAGUE) for n in range(5)]
    told = new(*rows, at_desk(begun + timedelta(days=days), FIREFOX, actor=COLLEAGUE))
    wanted = [] if quiet else [(COLLEAGUE, "browser-unknown")]
    assert [(each["actor"], each["kind"]) for each in told if each["what"] == "browser"] == wanted


@pytest.mark.parametrize(
    ("names", "day", "kind"),
    [("ABC", 12, "browser-known"), ("AB", 12, "browser-unknown"), ("ABC", 13, "browser-unknown")],
    ids=["three", "two", "less than a week before"],
)
def test_a_browser_that_colleagues_have(names, day, kind) -> None:
    """Three had it a week before: the office has it, and this account not yet."""
    others = [
        at_desk(START + timedelta(days=day, minutes=2 + n), FIREFOX, key=letter, actor=f"0055j000000utl{letter}AAQ")
        for n, letter in enumerate(names)
    ]  # fmt: skip
    late = at_desk(LATE + timedelta(minutes=5), FIREFOX)
    (sign,) = [each for each in new(*others, late) if each["actor"] == AGENT]
    assert (sign["kind"], sign["others"], sign["points"]) == (kind, 0 if day == 13 else len(names), 3)


def test_browsers_of_logins_alone() -> None:
    """The log of logins writes a short name without a system: a newer version is known, and none is a browser's mark."""
    logins = [
        row(START + timedelta(days=day), "salesforce.rtem.LoginEvent", "login", user_agent=f"Chrome {120 + day}",
            session=f"n{day}", login=f"n{day}")
        for day in range(21)
    ]  # fmt: skip
    assert signs(logins, DETECTOR) == []
    other = logins[19] | {"event": "other", "user_agent": "Firefox 139"}
    assert [each["what"] for each in signs([*logins, other], DETECTOR)] == ["agent"]


def test_a_finding_has_the_events_of_its_browser() -> None:
    """Also those by another login, days later; what the known browser opens is no part."""
    night = LATE + timedelta(hours=13)
    # Many pages in an hour at night, in the order of their ids: browser 3, hour 2, rows 4, order 4.
    theft = [
        at_desk(night + timedelta(seconds=10 * n), FIREFOX, record_ids=[f"003w{n:04}"]) for n in range(250)
    ]
    later = at_desk(LATE + timedelta(days=5), FIREFOX, key="later")
    beside = at_desk(LATE + timedelta(days=5, minutes=1), BROWSER, key="known")
    (finding,) = found([*work(28), *theft, later, beside]).findings
    assert {"new-client", "record-walk", "bulk-read"} <= {each.detector for each in finding.reasons}
    assert set(finding.events) == {each["event"] for each in [*theft, later]}
    assert (finding.severity, finding.confidence) == ("high", "medium")
