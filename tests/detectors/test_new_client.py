from datetime import timedelta

import pytest

from detectors.sample import AGENT, COLLEAGUE, OFFICE, START, export, found, row, work

LATE = START + timedelta(days=12, minutes=1)


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
    for day in range(14)
]


def new(*more):
    """Return the findings that a new client or network gives alone."""
    return [each for each in found([*work(), *CALLS, *more]).findings if each.detector == "new-client"]


def test_a_client_nobody_used_before_is_found() -> None:
    """Its first reads make a finding of medium severity."""
    (finding,) = new(lookup(LATE, client="Helper/1.0"))
    assert (finding.severity, finding.confidence) == ("medium", "medium")
    assert 'new for this account: client "helper"' in finding.summary
    assert finding.clients == ("Helper/1.0",)
    assert finding.sessions == ("s-t",)


def test_a_client_that_colleagues_use_is_a_weak_sign() -> None:
    """New for the account only."""
    others = [lookup(START + timedelta(days=day), client="Helper/1.0", actor=COLLEAGUE) for day in range(14)]
    (finding,) = new(*others, lookup(LATE, client="Helper/1.1"))
    assert finding.severity == "low"


@pytest.mark.parametrize(
    "quiet",
    [
        [lookup(LATE, client="Telephony/3.0")],
        [row(LATE, "salesforce.elf.RestApi", "describe", client="Helper/1.0")],
        [lookup(LATE, client="Helper/1.0", outcome="failure")],
        [lookup(LATE, ip="203.0.113.99", client="Telephony/2.9")],
        [row(LATE, "salesforce.elf.Login", "login", ip="192.0.2.9")],
    ],
    ids=["new version", "no read", "failed", "same network", "login only"],
)
def test_no_new_means_or_no_read(quiet) -> None:
    """Another version, another address of the same network, or no read at all give nothing."""
    assert new(*quiet) == []


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
    (finding,) = new(lookup(LATE, client="Telephony/2.9", ip=address))
    assert f'network "{net}"' in finding.summary


@pytest.mark.parametrize("word", ["Salesforce.com IP", "", "unknown"])
def test_a_word_is_no_network(word: str) -> None:
    """Where the platform writes a word for an address, nothing is known."""
    assert new(lookup(LATE, client="Telephony/2.9", ip=word)) == []


def test_a_log_that_was_collected_late_makes_nothing_new() -> None:
    """Where many accounts appear in a log at once, their clients were there all the time."""
    names = [AGENT, COLLEAGUE, "0055j000000utlRAAQ"]
    calls = [
        lookup(LATE + timedelta(hours=n), client="Helper/1.0", actor=actor) for n, actor in enumerate(names)
    ]
    everybody = [each for actor in names for each in work(actor=actor)]
    assert found([*everybody, *calls]).findings == ()


def test_the_first_caller_of_all_is_new() -> None:
    """A log without events has no file: the first one ever is no sign of late collection."""
    (finding,) = found([*work(), lookup(LATE, client="Helper/1.0")]).findings
    assert finding.detector == "new-client"


def test_hostile_names_are_shown_inert() -> None:
    """A client is named by the intruder."""
    (finding,) = new(lookup(LATE, client="\x1b[2JPortal\u202e\n"))
    assert "\\x1b[2jportal\\u202e" in finding.summary
    assert finding.summary.isprintable()


def test_old_means_stay_known() -> None:
    """A second export by the same client is the same finding, not a second one."""
    rows = [*work(21), *export(LATE, 4_000, key="a"), *export(LATE + timedelta(days=2), 4_000, key="b")]
    (finding,) = found(rows).findings
    assert finding.sessions == ("s-a", "s-b")
    assert OFFICE not in finding.addresses
