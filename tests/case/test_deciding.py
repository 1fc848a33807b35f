"""A dismissal is learned from: what is like it stays quiet, until it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case.deciding_findings import detected, finding, reason
from floodmark.case.deciding import judge, network_of, pattern_of
from floodmark.models import Quiet

LATER = "F-0000000002"


def dismissed(made, **changes):
    """Return the stored dismissal of a finding."""
    kept = {"finding": made.id, "decision": "dismissed", "reason": "the nightly copy"}
    return {**kept, "pattern": dict(pattern_of(made)), **changes}


def told(made, *decisions):
    """Return whether a finding is told."""
    judgement = judge(detected(made), decisions)
    assert made.id in judgement.known
    assert len(judgement.detected.findings) + len(judgement.detected.quiet) == 1
    return bool(judgement.detected.findings)


def test_the_pattern_of_a_finding():
    """Its accounts, reasons, clients, networks and size; numbers that a log wrote or that are a time do not count."""
    assert pattern_of(finding(addresses=["192.0.2.9", "192.0.2.7", "2001:db8:1:2::3", "Internal"])) == {
        "actors": ["0055j000000utlPAAQ"],
        "clients": ["loader"],
        "detectors": ["new-client", "volume-burst"],
        "largest": 4000,
        "networks": ["192.0.2.0/24", "2001:db8:1::/48", "Internal"],
        "points": 10,
    }


@pytest.mark.parametrize(
    ("seen", "largest"),
    [
        ("read 5,700,001 rows", 5_700_001),
        ("on 2025-06-30 at 23:59 and 1.75 times 12", 12),
        ("99% of 7 calls from 192.0.2.200", 7),
        ('client "70,000" read', 0),
        ("T1213.004 and id 0055j000000utlP", 0),
        ("(12,500) rows, 13,000.", 13_000),
        ("", 0),
    ],
)
def test_the_largest_number(seen, largest):
    """Whole numbers of our own words count; times, shares, decimals, addresses and quoted text do not."""
    assert pattern_of(finding(reasons=[reason(seen=seen)]))["largest"] == largest


SAME = [
    {},
    {"sessions": ["sessionB"], "logins": ["loginB"]},
    {"addresses": ["192.0.2.200"]},
    {"addresses": [], "clients": []},
    {"points": 13},
    {"points": 1, "reasons": [reason()]},
    {"reasons": [reason(seen="read 8,000 rows in the hour from 2026-06-30 01:00 UTC")]},
]
CHANGED = [
    {"actors": ["0055j000000utlQAAQ"]},
    {"actors": ["0055j000000utlPAAQ", "0055j000000utlQAAQ"]},
    {"actors": []},
    {"clients": ["loader", "other"]},
    {"clients": ["Loader"]},
    {"addresses": ["192.0.2.7", "192.0.3.7"]},
    {"addresses": ["2001:db8::1"]},
    {"reasons": [reason(), reason("bulk-read")]},
    {"points": 14},
    {"reasons": [reason(seen="read 8,001 rows")]},
]


@pytest.mark.parametrize("id_", ["F-0000000001", LATER])
@pytest.mark.parametrize("changes", SAME)
def test_what_stays_inside_the_pattern_is_quiet(changes, id_):
    """Another session, another address of the same network, a few points more: known."""
    judgement = judge(detected(finding(id=id_, **changes)), [dismissed(finding())])
    assert judgement.detected.findings == ()
    assert judgement.detected.quiet == (
        Quiet(id=id_, title=finding().title, like="F-0000000001", reason="the nightly copy"),
    )


@pytest.mark.parametrize("id_", ["F-0000000001", LATER])
@pytest.mark.parametrize("changes", CHANGED)
def test_what_changed_is_told_again(changes, id_):
    """Another account, client, network or reason, or clearly more: told, even under the same id."""
    assert told(finding(id=id_, **changes), dismissed(finding()))


def test_an_accepted_finding_is_always_told():
    """It may be like one that was dismissed before."""
    accepted = {"finding": LATER, "decision": "accepted", "reason": "it was not the copy"}
    assert told(finding(id=LATER), dismissed(finding()), accepted)


def test_an_accepted_pattern_quiets_nothing():
    """Only dismissals are learned from, and only those that left a pattern."""
    assert told(finding(id=LATER), {**dismissed(finding()), "decision": "accepted"})
    old = dismissed(finding())
    del old["pattern"]
    assert told(finding(id=LATER), old)


def test_its_own_dismissal_is_named_before_that_of_another():
    """Else the one with the smallest id, whatever the order."""
    decisions = [dismissed(finding(id=id_)) for id_ in ("F-3", "F-1", "F-2")]
    for order in (decisions, decisions[::-1]):
        (own,) = judge(detected(finding(id="F-2")), order).detected.quiet
        (other,) = judge(detected(finding(id="F-9")), order).detected.quiet
        assert (own.like, other.like) == ("F-2", "F-1")


@given(points=st.integers(0, 60), rows=st.integers(0, 20_000), more=st.integers(0, 60))
def test_growing_never_makes_quiet(points, rows, more):
    """What is told stays told when it weighs or counts more."""
    base = dismissed(finding())
    made = finding(id=LATER, points=points, reasons=[reason(seen=f"read {rows:,} rows")])
    grown = finding(id=LATER, points=points + more, reasons=[reason(seen=f"read {rows + more:,} rows")])
    assert told(grown, base) or not told(made, base)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("192.0.2.300", "192.0.2.300"),
        ("", ""),
    ],
)
def test_networks(address, network):
    """What is no address is a network of its own."""
    assert network_of(address) == network
