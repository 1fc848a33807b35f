from datetime import timedelta

import pytest

from detectors.sample import AGENT, COLLEAGUE, HOST, OFFICE, START, export, found, row, signs, work
from floodmark.detectors.new_client import DETECTOR

LATE = START + timedelta(days=19, minutes=1)
ROBOT = "0055j000000utlZAAQ"


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
        lookup(LATE, ip="203.0.113.99", client="Telephony/2.9"),
    ],
    ids=["new version", "failed", "same network"],
)
def test_no_new_means(quiet) -> None:
    """Another version, another address of the same network, or a failed call give nothing."""
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
    assert new(*first_day, call) == []
    assert found([*work(), *CALLS, *first_day, call]).findings == ()


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
