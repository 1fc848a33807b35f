"""Signs added up: an oracle in plain loops, written from docs/explanation/detection.md, against the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from detectors.sample import AGENT, HOST, OFFICE, START, export, found, row, work
from floodmark.detectors import DETECTORS
from floodmark.detectors.new_client import DETECTOR
from floodmark.findings import (
    CERTAIN,
    TOLD,
    WITHIN,
    Family,
    History,
    Mark,
    Signal,
    _Link,
    _merge,
    _sum,
)

DAY = timedelta(days=1)
MOST: dict[str, int] = defaultdict(int)
for _kind in (kind for detector in DETECTORS for kind in detector.kinds):
    MOST[_kind.family] = max(MOST[_kind.family], _kind.most)
FAMILIES: tuple[str, ...] = get_args(Family)


# ---- the oracle


def together(signs: Iterable[tuple[str, int]]) -> int:
    """Return what signs (family, points) weigh together."""
    heaviest: dict[str, int] = {}
    for family, points in signs:
        if points > heaviest.get(family, 0):
            heaviest[family] = points
    added = sum(min(points, _ceiling(family, heaviest)) for family, points in heaviest.items())
    alone = heaviest.get("rule", 0)
    return alone if alone >= 10 and alone > added else added


def _ceiling(family: str, heaviest: dict[str, int]) -> int:
    """Return how much of a family counts beside the others."""
    if "announced" in heaviest:
        return 2 if family in {"tool", "place", "look", "volume"} else 0
    new_tool, new_place = "tool" in heaviest, heaviest.get("place", 0) >= 2
    elsewhere = new_place or "presence" in heaviest
    match family:
        case "place" if not new_place:
            return 0
        case "device" if new_tool or "identity" in heaviest:
            return 0
        case "presence" | "pace" | "device" if new_place:
            return 2
        case "volume" if new_tool and not new_place and heaviest["volume"] < 6:
            return 2
        case "rule" if new_tool and not new_place:
            return 0
        case "look" if new_tool or not elsewhere:
            return 2
        case "rule" if "look" in heaviest or "volume" in heaviest or new_tool or not elsewhere:
            return 2
        case _:
            return heaviest[family]


@dataclass(frozen=True)
class Expected:
    """What one group of signs is told as; times None and 0 points where it is not."""

    signs: frozenset[int]
    told_at: datetime | None
    points: int
    told_by: frozenset[str]


@dataclass(frozen=True)
class _Moment:
    at: datetime
    steps: frozenset[int]
    points: int
    doors: frozenset[str]


def expected(signs: Sequence[Signal], links: Sequence[_Link]) -> set[Expected]:
    """Weigh, at each time with something new, what hangs together by then and was told within seven days."""
    steps: list[Signal | _Link] = [*signs, *links]
    times = [each.since if isinstance(each, _Link) else each.told_at for each in steps]
    history: list[_Moment] = []
    groups: list[frozenset[int]] = []
    for at in sorted(set(times)):
        groups = _components(steps, [n for n, when in enumerate(times) if when <= at])
        for group in groups:
            if not any(times[n] == at for n in group):
                continue
            near = [signs[n] for n in group if n < len(signs) and at - WITHIN <= times[n]]
            points = together((each.family, each.points) for each in near)
            doors = frozenset(door for each in near for door in each.doors)
            history.append(_Moment(at, group, points, doors))
    made: set[Expected] = set()
    for group in groups:
        mine = frozenset(n for n in group if n < len(signs))
        past = [each for each in history if each.steps <= group]
        enough = [each for each in past if each.points >= TOLD]
        # Where two groups had been told before something joined them, the doors of both told it.
        firsts = [
            each
            for each in enough
            if not any(other.at < each.at and other.steps <= each.steps for other in enough)
        ]
        if mine:
            told_at = min((each.at for each in enough), default=None)
            doors = frozenset(door for each in firsts for door in each.doors)
            made.add(Expected(mine, told_at, max(each.points for each in past), doors))
    return made


def _components(steps: Sequence[Signal | _Link], chosen: Iterable[int]) -> list[frozenset[int]]:
    """Return the sets of steps that doors, new marks and chains tie together."""
    made: list[tuple[set[int], set[Any]]] = []
    for n in chosen:
        each = steps[n]
        if isinstance(each, _Link):
            keys: set[Any] = {each.door, each.mark}
        else:
            keys = {*each.doors, *([("chain", each.chain)] if each.chain else [])}
        touched = [group for group in made if group[1] & keys]
        made = [group for group in made if not group[1] & keys]
        made.append(
            ({n}.union(*(group[0] for group in touched)), keys.union(*(group[1] for group in touched)))
        )
    return [frozenset(group) for group, _ in made]


# ---- signs drawn at random


def sign(
    family: str, points: int, *doors: str, at: datetime = START, chain: str | None = None, seen: str = ""
) -> Signal:
    """Return a sign of some family."""
    return Signal(
        DETECTOR, f"{family}-{points}", family, AGENT, doors or ("a",), at, at, at, points, seen, "", "new-client", (), chain
    )  # fmt: skip


def sums(*signs: tuple[str, int]) -> int:
    """Return what the code adds up of signs told at one time by one door."""
    (group,) = _merge([sign(family, points) for family, points in signs], {})
    return group.points


_WEIGHED = st.sampled_from(FAMILIES).flatmap(
    lambda family: st.tuples(st.just(family), st.integers(1, min(MOST[family], 9)))
)
# Few times, seven days apart among them, so that many signs lie on the edge of what still counts.
_TIMES = st.sampled_from([START + n * DAY + m for n in (0, 3, 7, 10, 14, 17) for m in (0 * DAY, DAY / 24)])
_SIGNS = st.builds(
    lambda weighed, doors, at, chain: (*weighed, tuple(sorted(doors)), at, chain),
    _WEIGHED,
    st.sets(st.sampled_from("abcdef"), min_size=1, max_size=2),
    _TIMES,
    st.sampled_from([None, None, None, "run 1", "run 2"]),
)
_LINKS = st.builds(
    lambda at, door, kind, value: _Link(at, door, Mark(AGENT, kind, value)),
    _TIMES,
    st.sampled_from("abcdef"),
    st.sampled_from(["client", "net"]),
    st.sampled_from(["x", "y"]),
)


@given(signs=st.lists(_WEIGHED, min_size=1, max_size=9))
@settings(max_examples=150)
def test_signs_told_at_once_weigh_what_the_page_says(signs: list[tuple[str, int]]) -> None:
    """Of one family the heaviest, and what explains each other not in full."""
    assert sums(*signs) == together(signs)


@given(
    signs=st.lists(_SIGNS, min_size=1, max_size=9),
    links=st.lists(_LINKS, max_size=6),
)
@settings(max_examples=250)
def test_groups_are_told_when_and_by_what_the_page_says(
    signs: list[tuple[Any, ...]], links: list[_Link]
) -> None:
    """Signs that hang together by then, within seven days: when they are enough, how much, and by which doors."""
    made = [
        sign(family, points, *doors, at=at, chain=chain, seen=str(n))
        for n, (family, points, doors, at, chain) in enumerate(signs)
    ]
    # The tables give links by time.
    by_time = sorted(set(links))
    got = {
        Expected(
            frozenset(int(each.seen) for each in group.signals), group.told_at, group.points, group.told_by
        )
        for group in _merge(made, {AGENT: by_time})
    }
    wanted = expected(made, by_time)
    note(f"{got ^ wanted}")
    assert got == wanted


@pytest.mark.parametrize("family", FAMILIES)
def test_one_family_alone_counts_once(family: str) -> None:
    """Three ways to see one thing are one thing; a look, a rule and a set-up tool alone are little."""
    alone = {"look": 2, "rule": 2, "announced": 0}
    assert sums((family, 3), (family, 4), (family, 2)) == alone.get(family, 4)


@pytest.mark.parametrize(
    ("signs", "points"),
    [
        # an announced tool brings a network, a look around and a first load
        ({"announced": 1, "tool": 6, "place": 5, "look": 5, "volume": 7}, 8),
        ({"announced": 1, "tool": 1, "place": 1, "look": 1, "volume": 1}, 4),
        ({"announced": 1, "cover": 6, "drip": 9, "guest": 9, "identity": 7, "rule": 7, "pace": 6, "presence": 4}, 0),
        ({"announced": 1, "device": 5, "order": 5}, 0),
        ({"announced": 1, "device": 5, "order": 5, "tool": 6, "place": 5}, 4),
        # in a new network odd hours, two places and another pace
        ({"place": 5, "presence": 4}, 7),
        ({"place": 2, "presence": 4}, 4),
        ({"place": 5, "presence": 1}, 6),
        ({"place": 5, "pace": 6}, 7),
        ({"place": 2, "pace": 6}, 4),
        ({"presence": 4, "pace": 6}, 10),
        ({"place": 1, "presence": 4, "pace": 6}, 10),
        ({"place": 1}, 0),
        # a new tool reads: in a known network, and in a new one
        ({"tool": 6, "volume": 5}, 8),
        ({"tool": 6, "volume": 6}, 12),
        ({"tool": 6, "volume": 5, "place": 1}, 8),
        ({"tool": 6, "volume": 5, "presence": 4}, 12),
        ({"tool": 6, "volume": 5, "place": 2}, 13),
        ({"tool": 6, "rule": 7}, 6),
        ({"tool": 6, "rule": 7, "place": 4}, 12),
        ({"tool": 6, "pace": 6}, 12),
        # a look around
        ({"tool": 6, "look": 5}, 8),
        ({"tool": 6, "look": 5, "place": 5}, 13),
        ({"look": 5, "volume": 5}, 7),
        ({"look": 5, "volume": 5, "place": 1}, 7),
        ({"look": 5, "place": 2}, 7),
        ({"look": 5, "presence": 2}, 7),
        # rules beside what they see
        ({"look": 5, "rule": 7, "place": 4}, 11),
        ({"volume": 5, "rule": 7, "place": 4}, 11),
        ({"rule": 7, "place": 4}, 11),
        ({"rule": 7, "presence": 2}, 9),
        ({"rule": 7, "presence": 2, "cover": 6}, 15),
        # rules about the way in
        ({"identity": 7, "tool": 6, "volume": 5}, 15),
        ({"identity": 7, "look": 5}, 9),
        ({"identity": 7, "rule": 7, "place": 4}, 18),
        # another browser: a reset factor or a new tool brings it along, and it goes with a new network
        ({"device": 5}, 5),
        ({"device": 5, "identity": 7}, 7),
        ({"device": 5, "identity": 1}, 1),
        ({"device": 5, "tool": 6}, 6),
        ({"device": 5, "tool": 1}, 1),
        ({"device": 5, "place": 2}, 4),
        ({"device": 5, "place": 1}, 5),
        ({"device": 1, "place": 5}, 6),
        ({"device": 5, "place": 5, "presence": 4}, 9),
        ({"device": 5, "place": 5, "tool": 6}, 11),
        ({"device": 5, "place": 5, "identity": 7}, 12),
        ({"device": 5, "place": 1, "tool": 6}, 6),
        ({"device": 5, "presence": 4}, 9),
        ({"device": 5, "look": 5}, 7),
        ({"device": 5, "rule": 7}, 7),
        ({"device": 5, "volume": 5, "rule": 7}, 12),
        ({"device": 5, "pace": 6}, 11),
        ({"device": 5, "cover": 6}, 11),
        ({"device": 5, "drip": 9}, 14),
        ({"device": 5, "guest": 9}, 14),
        # a walk by the order of ids counts in full, and explains nothing
        ({"order": 5}, 5),
        ({"order": 5, "device": 5}, 10),
        ({"order": 5, "place": 5}, 10),
        ({"order": 5, "place": 1}, 5),
        ({"order": 5, "place": 5, "pace": 6}, 12),
        ({"order": 5, "presence": 4}, 9),
        ({"order": 5, "tool": 6, "volume": 5}, 13),
        ({"order": 5, "pace": 6, "volume": 5}, 16),
        ({"order": 5, "look": 5}, 7),
        ({"order": 5, "rule": 7}, 7),
        ({"order": 5, "rule": 7, "place": 4}, 16),
        ({"order": 5, "identity": 7}, 12),
        ({"order": 5, "drip": 9}, 14),
    ],
)  # fmt: skip
def test_what_explains_what(signs: dict[str, int], points: int) -> None:
    """Each rule of the page, with its edge."""
    assert sums(*signs.items()) == together(signs.items()) == points


def test_a_rule_of_ten_points_is_a_finding_alone() -> None:
    """What docs/how-to/add-a-rule.md promises for rules about what nobody does honestly."""
    assert sums(("rule", TOLD)) >= TOLD


def test_nothing_weighs_nothing() -> None:
    """No signs, or signs without a weight, are no points and explain nothing away."""
    assert _sum({}) == 0
    assert _sum({"volume": 5, "announced": 0, "tool": 0}) == 5


@given(signs=st.lists(_WEIGHED, min_size=1, max_size=6), learning=st.booleans())
def test_levels(signs: list[tuple[str, int]], learning: bool) -> None:
    """Severity is high where customers were read or much came together; confidence where new means are a part."""
    (group,) = _merge([sign(family, points) for family, points in signs], {})
    families, much = {family for family, _ in signs}, together(signs) >= CERTAIN
    severe = bool(families & {"volume", "pace", "order", "drip", "guest"}) or much
    sure = much and bool(families & {"tool", "place"}) and not learning
    assert group.levels(History(START, learning)) == (
        "high" if severe else "medium",
        "high" if sure else "medium",
    )


@pytest.mark.parametrize(
    ("signs", "levels"),
    [
        ({"tool": 6, "cover": 6, "identity": 2}, ("high", "high")),
        ({"place": 5, "cover": 6, "identity": 3}, ("high", "high")),
        ({"presence": 4, "cover": 6, "identity": 4}, ("high", "medium")),
        ({"tool": 6, "cover": 6, "identity": 1}, ("medium", "medium")),
        ({"presence": 4, "pace": 6}, ("high", "medium")),
        ({"guest": 12}, ("high", "medium")),
        ({"guest": 12, "place": 2}, ("high", "high")),
        ({"order": 5, "device": 5}, ("high", "medium")),
        ({"order": 5, "tool": 5, "cover": 4}, ("high", "high")),
        ({"device": 5, "presence": 4, "cover": 6}, ("high", "medium")),
        ({"device": 5, "cover": 6}, ("medium", "medium")),
        ({"device": 5, "tool": 5, "cover": 5}, ("medium", "medium")),
    ],
)
def test_each_edge_of_the_levels(signs: dict[str, int], levels: tuple[str, str]) -> None:
    """Fourteen points, a new tool or network among them, customers read."""
    (group,) = _merge([sign(family, points) for family, points in signs.items()], {})
    assert group.levels(History(START, learning=False)) == levels


# ---- which events a finding has


def lookup(at: datetime, key: str, **slots: Any) -> dict[str, Any]:
    """Return one small query by a door of its own."""
    told = {
        "objects": ["Contact"],
        "matched_rows": 1,
        "delivered_rows": 1,
        "session": f"s-{key}",
        "login": f"l-{key}",
    }
    query = "SELECT Id FROM Contact WHERE Phone = '1'"
    return row(at, "salesforce.elf.RestApi", "query", query=query, **{**told, **slots})  # fmt: skip


def looks(at: datetime) -> list[dict[str, Any]]:
    """Return an intruder's look around: nothing was read yet."""
    means = {"ip": HOST, "session": "s-x", "login": "l-x", "client": "My Ticket Portal"}
    return [
        row(at + timedelta(seconds=n), "salesforce.elf.RestApi", "describe", objects=[name], **means)
        for n, name in enumerate(("Contact", "Case", "Account"))
    ]


@pytest.mark.parametrize("theft", [export, looks])
def test_a_findings_events_begin_where_it_was_told(theft: Callable[[datetime], list[dict[str, Any]]]) -> None:
    """A trip more than a week before hangs together with it by a tool; what else the trip showed is not told."""
    # Late in the ledger, so that one trip in all those weeks still leaves a new network its weight.
    trip = START + timedelta(days=31, hours=9)
    away = {"ip": "198.51.100.7"}
    pages = [
        row(trip + timedelta(minutes=n), "salesforce.elf.LightningPageView", "page_view", record_ids=[f"003t{n}"],
            objects=["Contact"], delivered_rows=1, session="s-t", login="l-t", **away)
        for n in range(5)
    ]  # fmt: skip
    # The person is away, and there tries a tool that the intruder comes with, eight days later.
    tried = lookup(trip + timedelta(minutes=9), "u", user_agent="Helper/1.0", **away)
    hostile = [
        each | {"user_agent": "Helper/2.0"} for each in theft(START + timedelta(days=39, hours=19, minutes=1))
    ]
    (finding,) = found([*work(42), *pages, tried, *hostile]).findings
    assert set(finding.events) == {each["event"] for each in [tried, *hostile]}
    assert finding.logins == ("l-u", "l-x")
    # Without the tool the trip and the rest are two things, and the trip is no finding.
    (alone,) = found([*work(42), *pages, *hostile]).findings
    assert alone.told_at == finding.told_at
    assert set(alone.events) == {each["event"] for each in hostile}


def drip(day: int, count: int) -> list[dict[str, Any]]:
    """Return further pages of other customers on one day, by the door of that day's work."""
    at = START + timedelta(days=day, hours=1)
    return [
        row(at + timedelta(minutes=n, seconds=9), "salesforce.elf.LightningPageView", "page_view",
            record_ids=[f"003x{day:02}{n:03}"], delivered_rows=1, objects=["Contact"],
            session=f"s-P{day}", login=f"l-P{day}")
        for n in range(count)
    ]  # fmt: skip


def test_a_drips_events_are_its_pages_whatever_new_mark_stands_beside() -> None:
    """It was done by known means; a new network on one of its days does not take the place of the pages."""
    pages = [each for day in range(14, 21) for each in drip(day, 60)]
    # The login of the sixteenth day shows another network, too.
    beside = lookup(START + timedelta(days=16, hours=2, seconds=30), "P16", ip="198.51.100.7")
    later = lookup(START + timedelta(days=24, hours=2), "z", ip="198.51.100.7")
    (finding,) = found([*work(28), *pages, beside, later]).findings
    assert finding.detector == "slow-drip"
    assert any("network" in each.seen for each in finding.reasons)
    assert {each["event"] for each in [*pages, beside]} <= set(finding.events)
    # What shows the mark at another time is no part.
    assert later["event"] not in finding.events
    assert OFFICE in finding.addresses
    assert (finding.from_[:10], finding.to[:10]) == ("2025-06-16", "2025-06-22")


GUEST = "0055j000000utlGAAQ"


def asked(at: datetime, count: int, ip: str, key: str) -> list[dict[str, Any]]:
    """Return requests of a public site's pages."""
    return [
        row(at + timedelta(seconds=10 * n), "salesforce.elf.AuraRequest", "read_unknown", actor=GUEST, ip=ip,
            session=f"s-{key}", resource=f"/{n}")
        for n in range(count)
    ]  # fmt: skip


def test_a_sweeps_events_are_those_of_its_hour() -> None:
    """A guest's address is always new; what came from there on other days is not the sweep."""
    visitors = [
        each
        for day in range(25)
        for each in asked(START + timedelta(days=day), 20, f"198.51.100.{day}", f"v{day}")
    ]
    sweep = asked(START + timedelta(days=19, hours=5), 300, HOST, "s")
    later = asked(START + timedelta(days=22, hours=5), 5, HOST, "w")
    (finding,) = found([*visitors, *sweep, *later]).findings
    assert finding.detector == "guest-sweep"
    assert any("network" in each.seen for each in finding.reasons)
    assert set(finding.events) == {each["event"] for each in sweep}


def test_other_findings_have_all_events_that_show_their_new_means() -> None:
    """Also those of days on which nothing was told."""
    theft = export(START + timedelta(days=19, minutes=1))
    later = lookup(START + timedelta(days=25, hours=1), "z", ip=HOST, client="My Ticket Portal")
    (finding,) = found([*work(28), *theft, later]).findings
    assert set(finding.events) == {each["event"] for each in [*theft, later]}
