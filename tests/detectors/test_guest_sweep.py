from datetime import timedelta

import pytest

from detectors.sample import START, found, row, signs, work
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
