"""Signs added up: an oracle in plain loops, written from docs/explanation/detection.md, against the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from detectors.sample import AGENT, BROWSER, HOST, OFFICE, START, export, found, row, work
from floodmark.detectors import DETECTORS
from floodmark.detectors.new_client import DETECTOR
from floodmark.findings import (
    CERTAIN,
    TOLD,
    WITHIN,
    YOUNG_FOR,
    Family,
    History,
    Mark,
    Signal,
    _Link,
    _merge,
    _sum,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOST: dict[str, int] = defaultdict(int)
for _kind in (kind for detector in DETECTORS for kind in detector.kinds):
    MOST[_kind.family] = max(MOST[_kind.family], _kind.most)
FAMILIES: tuple[str, ...] = get_args(Family)


# ---- the oracle


def together(signs: Iterable[tuple[str, int]]) -> int:
    """Return what signs (family, points) weigh together, or without changes of the way in if that is more."""
    every = list(signs)
    without = [(family, points) for family, points in every if family != "identity"]
    return max(_together(every), _together(without))


def _together(signs: Iterable[tuple[str, int]]) -> int:
    heaviest: dict[str, int] = {}
    for family, points in signs:
        if points > heaviest.get(family, 0):
            heaviest[family] = points
    counted = {family: min(points, _ceiling(family, heaviest)) for family, points in heaviest.items()}
    if "announced" not in heaviest:
        counted |= {"place": _away(heaviest), "presence": 0}
    added = sum(counted.values())
    alone = heaviest.get("rule", 0)
    return alone if alone >= 10 and alone > added else added


def _away(heaviest: dict[str, int]) -> int:
    """Return what place and presence weigh together."""
    place, presence = heaviest.get("place", 0), heaviest.get("presence", 0)
    # The hours are odd because the place is; a neighbouring network is none; a factor is reset on the way.
    both = max(place + min(presence, 2), presence) if place >= 3 else presence
    return min(both, 2) if "identity" in heaviest else both


def _ceiling(family: str, heaviest: dict[str, int]) -> int:
    """Return how much of a family counts beside the others."""
    if "announced" in heaviest:
        # Who sets up an application grants rights; nobody resets a factor for it.
        much = heaviest["identity"] if family == "identity" and heaviest["identity"] >= 5 else 0
        return 2 if family in {"tool", "place", "look", "volume"} else much
    new_tool, new_place = "tool" in heaviest, heaviest.get("place", 0) >= 3
    elsewhere = _away(heaviest) >= 3
    match family:
        case "place" if not new_place:
            return 0
        case "device" if new_tool or "identity" in heaviest:
            return 0
        case "presence" | "pace" | "device" if new_place:
            return 2
        case "volume" if new_tool and not new_place and heaviest["volume"] < 7:
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
    chains = _chains(signs)
    steps: list[Signal | _Link] = [*signs, *links]
    times = [each.since if isinstance(each, _Link) else each.told_at for each in steps]
    history: list[_Moment] = []
    groups: list[frozenset[int]] = []
    for at in sorted(set(times)):
        groups = _components(steps, [n for n, when in enumerate(times) if when <= at], chains)
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


def _chains(signs: Sequence[Signal]) -> list[tuple[datetime, datetime]]:
    """Return the first and the last of each row of changes of the way in that weigh five or more.

    Each is a day or less after the one before, and all lie within seven days.
    """
    made: list[tuple[datetime, datetime]] = []
    for at in sorted(each.told_at for each in signs if each.family == "identity" and each.points >= 5):
        if made and at - made[-1][1] <= DAY and at - made[-1][0] <= WITHIN:
            made[-1] = (made[-1][0], at)
        else:
            made.append((at, at))
    return made


def _components(
    steps: Sequence[Signal | _Link], chosen: Iterable[int], chains: Sequence[tuple[datetime, datetime]]
) -> list[frozenset[int]]:
    """Return the sets of steps that belong together.

    Doors, new marks and chains tie them, and a change of the way in or the account's first event shortly before.
    """
    begun = [each.told_at for each in steps if isinstance(each, Signal) and each.family == "account"]
    made: list[tuple[set[int], set[Any]]] = []
    for n in chosen:
        each = steps[n]
        if isinstance(each, _Link):
            keys: set[Any] = {each.door, each.mark}
        else:
            keys = {*each.doors, *([("chain", each.chain)] if each.chain else [])}
            # What was told by now of a row says the same of it as the whole: each is a day or less after another.
            keys |= {
                ("taken", first)
                for first, last in chains
                if first <= each.told_at <= min(last + DAY, first + WITHIN)
            }
            keys |= {("begun", at) for at in begun if timedelta(0) <= each.told_at - at <= YOUNG_FOR}
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
_TIMES = st.sampled_from([START + n * DAY + m for n in (0, 1, 3, 7, 8, 14, 17) for m in (0 * DAY, DAY / 24)])
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
    # An account begins once.
    begins = [n for n, (family, *_) in enumerate(signs) if family == "account"]
    signs = [each for n, each in enumerate(signs) if n not in begins[1:]]
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


def grouped(*signs: Signal, links: Sequence[_Link] = ()) -> list[tuple[str, datetime | None, int]]:
    """Return, of each group, the names of its signs, when it was told and what it weighs."""
    return sorted(
        ("".join(sorted(each.seen for each in group.signals)), group.told_at, group.points)
        for group in _merge(signs, {AGENT: links})
    )


def taken(at: datetime, *doors: str, points: int = 5, seen: str = "i") -> Signal:
    """Return a sign that the way into an account was changed."""
    return sign("identity", points, *doors or ("a",), at=at, seen=seen)


def tool(at: datetime, *doors: str, seen: str = "t") -> Signal:
    """Return a sign of a new tool that came in elsewhere."""
    return sign("tool", 5, *doors or ("b",), at=at, seen=seen)


def test_what_comes_within_a_day_of_a_change_of_the_way_in_belongs_to_it() -> None:
    """Whatever its door, to the day; an hour later it does not."""
    assert grouped(taken(START), tool(START + DAY)) == [("it", START + DAY, 10)]
    assert grouped(taken(START), tool(START)) == [("it", START, 10)]
    late = START + 25 * HOUR
    assert grouped(taken(START), tool(late)) == [("i", None, 5), ("t", None, 5)]
    assert grouped(taken(START), tool(START + DAY + timedelta(microseconds=1)))[0][0] == "i"


@pytest.mark.parametrize(("points", "names"), [(5, ["it"]), (4, ["i", "t"])])
def test_a_change_that_is_often_made_joins_nothing(points: int, names: list[str]) -> None:
    """Less than five points is what people do themselves."""
    assert [name for name, *_ in grouped(taken(START, points=points), tool(START + HOUR))] == names


def test_a_small_change_neither_begins_nor_goes_on_with_a_row() -> None:
    """After a large one it belongs to it as any other sign does."""
    small = taken(START + DAY, "c", points=4, seen="s")
    assert [name for name, *_ in grouped(taken(START), small, tool(START + 2 * DAY))] == ["is", "t"]
    large = taken(START + 2 * DAY, "d", seen="j")
    assert [name for name, *_ in grouped(small, large, tool(START + 3 * DAY))] == ["jt", "s"]


def test_two_doors_of_that_day_belong_together() -> None:
    """By what they follow, with doors of their own and no change of the way in between them."""
    look = sign("cover", 4, "c", at=START + 2 * HOUR, seen="c")
    assert grouped(taken(START), tool(START + HOUR), look) == [("cit", START + HOUR, 14)]
    # What ties to one of them later ties to all.
    later = sign("volume", 6, "b", at=START + 3 * DAY, seen="v")
    assert [name for name, *_ in grouped(taken(START), tool(START + HOUR), look, later)] == ["citv"]


def test_what_came_before_a_change_of_the_way_in_is_joined_by_doors_alone() -> None:
    """An hour before, by another door: two groups; by the same door or mark one."""
    early = START - HOUR
    assert [name for name, *_ in grouped(taken(START), tool(early))] == ["i", "t"]
    assert grouped(taken(START, "b"), tool(early)) == [("it", START, 10)]
    links = [_Link(early, door, Mark(AGENT, "net", "x")) for door in "ab"]
    assert grouped(taken(START), tool(early), links=links) == [("it", START, 10)]


def test_a_row_of_changes_is_one() -> None:
    """Each a day or less after the one before; what follows the last within a day belongs to the first."""
    first, second = taken(START), taken(START + DAY, "c", seen="j")
    assert grouped(first, second, tool(START + 2 * DAY)) == [("ijt", START + 2 * DAY, 10)]
    third = taken(START + 2 * DAY, "d", seen="k")
    assert grouped(first, second, third, tool(START + 3 * DAY)) == [("ijkt", START + 3 * DAY, 10)]
    assert [name for name, *_ in grouped(first, second, tool(START + 2 * DAY + HOUR))] == ["ij", "t"]
    apart = taken(START + 25 * HOUR, "c", seen="j")
    assert [name for name, *_ in grouped(first, apart, tool(START + 2 * DAY))] == ["i", "jt"]
    between = [tool(START + HOUR), apart, tool(START + 26 * HOUR, "d", seen="u")]
    assert [name for name, *_ in grouped(first, *between)] == ["it", "ju"]


def test_a_row_of_changes_ends_after_seven_days() -> None:
    """Who has the way in changed every day is not one finding for ever."""
    daily = [taken(START + n * DAY, f"d{n}", seen=str(n)) for n in range(10)]
    late = tool(START + 9 * DAY + HOUR)
    assert [name for name, *_ in grouped(*daily, late)] == ["01234567", "89t"]
    between = tool(START + 7 * DAY + HOUR)
    assert [name for name, *_ in grouped(*daily[:8], between)] == ["01234567", "t"]


def first(at: datetime, *doors: str, seen: str = "f") -> Signal:
    """Return a sign that an account began."""
    return sign("account", 3, *doors or ("a",), at=at, seen=seen)


def test_what_comes_within_three_days_of_an_accounts_first_event_belongs_to_it() -> None:
    """Whatever its door, to the moment."""
    for after in (timedelta(0), HOUR, 2 * DAY, 3 * DAY):
        made = [first(START), sign("tool", 7, "b", at=START + after, seen="t")]
        assert grouped(*made) == grouped(*made[::-1]) == [("ft", START + after, 10)]
    late = START + 3 * DAY + timedelta(microseconds=1)
    assert grouped(first(START), sign("tool", 7, "b", at=late, seen="t")) == [("f", None, 3), ("t", None, 7)]


def test_what_is_told_with_an_accounts_first_event_belongs_to_it() -> None:
    """Whatever the two are called, and whichever comes first."""
    both = [replace(first(START), kind="z"), tool(START)]
    assert [name for name, *_ in grouped(*both)] == [name for name, *_ in grouped(*both[::-1])] == ["ft"]


def test_what_a_new_account_does_by_two_doors_belongs_together() -> None:
    """By what they follow; what comes by one of them later as well, within seven days it adds up."""
    two = [tool(START + DAY), sign("cover", 4, "c", at=START + 2 * DAY, seen="c")]
    assert grouped(first(START), *two) == [("cft", START + 2 * DAY, 12)]
    assert [name for name, *_ in grouped(*two)] == ["c", "t"]
    later = sign("volume", 6, "b", at=START + 5 * DAY, seen="v")
    other = sign("volume", 6, "d", at=START + 5 * DAY, seen="w")
    assert [name for name, *_ in grouped(first(START), *two, later, other)] == ["cftv", "w"]


def test_a_new_accounts_signs_make_its_first_days_no_longer() -> None:
    """Three days from the first event, whatever came meanwhile; and before it nothing is joined."""
    assert [
        name
        for name, *_ in grouped(
            first(START), tool(START + 2 * DAY), sign("cover", 4, "c", at=START + 4 * DAY, seen="c")
        )
    ] == ["c", "ft"]
    assert [name for name, *_ in grouped(first(START), tool(START - HOUR))] == ["f", "t"]
    assert grouped(first(START, "b"), tool(START - HOUR)) == [("ft", None, 8)]


def test_a_change_of_the_way_in_of_a_new_account_joins_as_of_any() -> None:
    """What comes within a day of it, also after the first three days."""
    change = taken(START + 3 * DAY, "c")
    assert [name for name, *_ in grouped(first(START), change, tool(START + 4 * DAY))] == ["fit"]
    assert [name for name, *_ in grouped(first(START), change, tool(START + 4 * DAY + HOUR))] == ["fi", "t"]


def test_another_accounts_first_event_joins_nothing() -> None:
    """Each account has its own."""
    other = replace(first(START), actor="0055j000000utlQAAQ")
    assert [name for name, *_ in grouped(other, tool(START + HOUR))] == ["f", "t"]


def test_the_events_of_the_changed_way_in_are_the_findings_too() -> None:
    """A factor is reset by one door and a new tool comes in by another: the finding lists what came by both."""
    name = "ana@example.com"
    at = START + timedelta(days=20, hours=3)
    work_days = [each | {"actor_name": name} for each in work(21)]
    okta: dict[str, Any] = {"actor_name": name, "outcome": "success", "ip": OFFICE}
    reset = [
        row(at, "okta.system_log", "setup", **okta | {"method": "user.mfa.factor.reset_all", "actor": "00u1",
            "actor_name": "desk@example.com", "resource": name}),
        row(at + timedelta(minutes=5), "okta.system_log", "setup", **okta | {"method": "user.mfa.factor.activate",
            "actor": "00u2", "session": "idx"}),
        row(at + timedelta(minutes=9), "okta.system_log", "setup", **okta | {"method": "user.authentication.sso",
            "actor": "00u2", "session": "idx", "client": "Salesforce.com"}),
    ]  # fmt: skip
    taken_out = [each | {"actor_name": name} for each in export(at + 2 * HOUR)]
    (finding,) = found([*work_days, *reset, *taken_out]).findings
    assert {"okta-reset-then-crm", "new-client"} <= {each.detector for each in finding.reasons}
    assert {
        each["event"] for each in [*reset[1:], *taken_out] if each["log"] != "salesforce.elf.ApiTotalUsage"
    } <= set(finding.events)
    assert not set(finding.events) & {each["event"] for each in work_days}
    assert {"idx", "s-x"} <= set(finding.sessions)


def test_another_accounts_change_joins_nothing() -> None:
    """Each account has its own."""
    other = replace(taken(START), actor="0055j000000utlQAAQ")
    assert [name for name, *_ in grouped(other, tool(START + HOUR))] == ["i", "t"]


@pytest.mark.parametrize("family", ["session", "identity"])
def test_other_families_join_nothing_by_time(family: str) -> None:
    """Neither do their signs wait for a change that comes later."""
    first = sign(family, 4, at=START + DAY, seen="f")
    assert [name for name, *_ in grouped(first, tool(START))] == ["f", "t"]
    one = sign("session", 4, at=START, seen="s")
    assert [name for name, *_ in grouped(one, tool(START + HOUR))] == ["s", "t"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_sign_told_with_a_change_of_the_way_in_belongs_to_it(family: str) -> None:
    """Whatever it is called, and whichever of the two comes first."""
    both = [taken(START), sign(family, 4, "b", at=START, seen="s")]
    assert [name for name, *_ in grouped(*both)] == [name for name, *_ in grouped(*both[::-1])] == ["is"]


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
        ({"announced": 1, "cover": 6, "drip": 9, "guest": 9, "identity": 4, "rule": 7, "pace": 6, "presence": 4}, 0),
        # but no changed way in
        ({"announced": 1, "tool": 6, "place": 5, "look": 5, "volume": 7, "identity": 4}, 8),
        ({"announced": 1, "tool": 6, "place": 5, "look": 5, "volume": 7, "identity": 5}, 13),
        ({"announced": 1, "device": 5, "order": 5}, 0),
        ({"announced": 1, "device": 5, "order": 5, "tool": 6, "place": 5}, 4),
        # in a new network odd hours, two places and another pace
        ({"place": 5, "presence": 4}, 7),
        ({"place": 2, "presence": 4}, 4),
        ({"place": 3, "presence": 4}, 5),
        ({"place": 2}, 0),
        ({"place": 3}, 3),
        ({"place": 5, "presence": 1}, 6),
        ({"place": 5, "pace": 6}, 7),
        ({"place": 3, "pace": 6}, 5),
        ({"place": 2, "pace": 6}, 6),
        ({"presence": 4, "pace": 6}, 10),
        ({"place": 1, "presence": 4, "pace": 6}, 10),
        ({"place": 1}, 0),
        # a new tool reads: in a known network, and in a new one
        ({"tool": 6, "volume": 5}, 8),
        ({"tool": 6, "volume": 6}, 8),
        ({"tool": 6, "volume": 7}, 13),
        ({"tool": 6, "volume": 6, "place": 3}, 15),
        ({"tool": 6, "volume": 5, "place": 2}, 8),
        ({"tool": 6, "volume": 5, "presence": 4}, 12),
        ({"tool": 6, "volume": 5, "place": 3}, 14),
        ({"tool": 6, "rule": 7}, 6),
        ({"tool": 6, "rule": 7, "place": 4}, 12),
        ({"tool": 6, "pace": 6}, 12),
        # a look around
        ({"tool": 6, "look": 5}, 8),
        ({"tool": 6, "look": 5, "place": 5}, 13),
        ({"look": 5, "volume": 5}, 7),
        ({"look": 5, "volume": 5, "place": 2}, 7),
        ({"look": 5, "place": 3}, 8),
        ({"look": 5, "place": 2}, 2),
        ({"look": 5, "presence": 2}, 4),
        ({"look": 5, "presence": 3}, 8),
        # rules beside what they see
        ({"look": 5, "rule": 7, "place": 4}, 11),
        ({"volume": 5, "rule": 7, "place": 4}, 11),
        ({"rule": 7, "place": 4}, 11),
        ({"rule": 7, "presence": 2}, 4),
        ({"rule": 7, "presence": 2, "cover": 6}, 10),
        # rules about the way in
        ({"identity": 7, "tool": 6, "volume": 5}, 15),
        ({"identity": 7, "look": 5}, 9),
        ({"identity": 5, "place": 5, "look": 5}, 10),
        ({"identity": 7, "rule": 7, "place": 4}, 11),
        # a new factor comes on the way: elsewhere counts little beside it, and explains no less
        ({"identity": 7, "place": 5, "presence": 4}, 9),
        ({"identity": 7, "place": 5}, 9),
        ({"identity": 7, "place": 3}, 9),
        ({"identity": 7, "place": 2}, 7),
        ({"identity": 7, "presence": 4}, 9),
        ({"identity": 7, "presence": 1}, 8),
        ({"identity": 7, "place": 1, "presence": 4}, 9),
        ({"identity": 1, "place": 5, "presence": 4}, 7),
        ({"identity": 7, "place": 5, "look": 5}, 11),
        ({"identity": 7, "place": 5, "pace": 6}, 11),
        ({"identity": 7, "place": 5, "tool": 6, "volume": 5}, 20),
        # an account's first event counts in full, and explains nothing
        ({"account": 3}, 3),
        ({"account": 3, "tool": 5, "volume": 5}, 10),
        ({"account": 3, "look": 5}, 5),
        ({"account": 3, "place": 5, "look": 5}, 13),
        ({"account": 3, "rule": 7}, 5),
        ({"account": 3, "device": 5, "identity": 7}, 10),
        ({"account": 3, "announced": 1, "tool": 6}, 2),
        # a session that no login began counts in full
        ({"session": 5}, 5),
        ({"session": 5, "place": 5}, 10),
        ({"session": 5, "tool": 6, "device": 5}, 11),
        ({"session": 5, "identity": 7, "place": 5}, 14),
        ({"session": 5, "announced": 1, "tool": 6}, 2),
        ({"session": 5, "look": 5, "rule": 7}, 9),
        # another browser: a reset factor or a new tool brings it along, and it goes with a new network
        ({"device": 5}, 5),
        ({"device": 5, "identity": 7}, 7),
        ({"device": 5, "identity": 1}, 5),
        ({"device": 5, "tool": 6}, 6),
        ({"device": 5, "tool": 1}, 1),
        ({"device": 5, "place": 3}, 5),
        ({"device": 5, "place": 2}, 5),
        ({"device": 3, "place": 3}, 5),
        ({"device": 1, "place": 5}, 6),
        ({"device": 5, "place": 5, "presence": 4}, 9),
        ({"device": 5, "place": 5, "tool": 6}, 11),
        ({"device": 5, "place": 5, "identity": 7}, 9),
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
        ({"place": 5, "cover": 6, "identity": 6}, ("high", "high")),
        ({"place": 5, "cover": 6, "identity": 5}, ("medium", "medium")),
        ({"presence": 4, "cover": 6, "identity": 6}, ("high", "medium")),
        ({"session": 5, "place": 5, "cover": 4}, ("high", "high")),
        ({"session": 5, "cover": 6, "identity": 3}, ("high", "medium")),
        ({"session": 5, "cover": 6}, ("medium", "medium")),
        ({"tool": 6, "cover": 6, "identity": 1}, ("medium", "medium")),
        ({"presence": 4, "pace": 6}, ("high", "medium")),
        ({"guest": 12}, ("high", "medium")),
        ({"guest": 12, "place": 3}, ("high", "high")),
        ({"guest": 12, "place": 2}, ("high", "medium")),
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


def begun(key: str, first: dict[str, Any]) -> dict[str, Any]:
    """Return the login that began a session, by the means of its first act."""
    means = {name: first[name] for name in ("ip", "user_agent") if name in first}
    told = {"session": f"s-{key}", "login": f"l-{key}", **means}
    return row(first["at"] - timedelta(seconds=9), "salesforce.elf.Login", "login", **told)


def looks(at: datetime) -> list[dict[str, Any]]:
    """Return an intruder's look around: nothing was read yet."""
    means = {"ip": HOST, "session": "s-x", "login": "l-x", "client": "My Ticket Portal"}
    looked = [
        row(at + timedelta(seconds=n), "salesforce.elf.RestApi", "describe", objects=[name], **means)
        for n, name in enumerate(("Contact", "Case", "Account"))
    ]
    return [begun("x", looked[0]), *looked]


@pytest.mark.parametrize("theft", [export, looks])
def test_a_findings_events_begin_where_it_was_told(theft: Callable[[datetime], list[dict[str, Any]]]) -> None:
    """A trip more than a week before hangs together with it by a tool; what else the trip showed is not told."""
    # To a network beside the office's, so that the intruder's is the first of its kind.
    trip = START + timedelta(days=31, hours=9)
    away = {"ip": "203.0.114.7"}
    pages = [
        row(trip + timedelta(minutes=n), "salesforce.elf.LightningPageView", "page_view", record_ids=[f"003t{n}"],
            objects=["Contact"], delivered_rows=1, session="s-t", login="l-t", **away)
        for n in range(5)
    ]  # fmt: skip
    pages.append(begun("t", pages[0]))
    # The person is away, and there tries a tool that the intruder comes with, eight days later.
    call = lookup(trip + timedelta(minutes=9), "u", user_agent="Helper/1.0", **away)
    tried = [begun("u", call), call]
    hostile = [
        each | {"user_agent": "Helper/2.0"} for each in theft(START + timedelta(days=39, hours=19, minutes=1))
    ]
    (finding,) = found([*work(42), *pages, *tried, *hostile]).findings
    assert set(finding.events) == {each["event"] for each in [*tried, *hostile]}
    assert finding.logins == ("l-u", "l-x")
    # Without the tool the trip and the rest are two things, and the trip is no finding.
    (alone,) = found([*work(42), *pages, *hostile]).findings
    assert alone.told_at == finding.told_at
    assert set(alone.events) == {each["event"] for each in hostile}


def moved(rows: Iterable[dict[str, Any]], since: datetime, **means: Any) -> list[dict[str, Any]]:
    """Return rows whose account works by other means from a day on."""
    return [each | (means if each["at"] >= since else {}) for each in rows]


def exporting(at: datetime, **means: Any) -> list[dict[str, Any]]:
    """Return the theft of `export` from other means."""
    return [each | means for each in export(at)]


def test_work_from_a_line_beside_the_own_one_is_not_the_thefts() -> None:
    """The line of an account came back in a neighbouring network; a theft in the same hour takes none of its work."""
    theft = START + timedelta(days=30, hours=4)
    ordinary = moved(work(42), START + timedelta(days=28), ip="203.0.114.7")
    stolen = export(theft)
    # One export by the account's own session makes it a door of the hour that was busier than any.
    own = lookup(theft + timedelta(seconds=5), "P30", ip="203.0.114.7")
    (finding,) = found([*ordinary, own, *stolen]).findings
    assert any("203.0.114.0/24" in each.seen for each in finding.reasons)
    assert set(finding.events) == {each["event"] for each in stolen}
    assert "203.0.114.7" not in finding.addresses


def test_an_intruder_beside_the_own_line_is_no_less_told() -> None:
    """Where nothing else is new, the neighbouring network is what the theft's events show."""
    theft = exporting(
        START + timedelta(days=30, hours=18), ip="203.0.114.7", client=None, user_agent=None, app_id=None
    )
    (finding,) = found([*work(42), *theft]).findings
    assert {each["event"] for each in theft} <= set(finding.events)


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def test_a_new_computer_of_the_account_is_not_a_new_tools() -> None:
    """Beside a new tool a new browser counts nothing, and so brings no events."""
    theft = START + timedelta(days=30, hours=4)
    ordinary = moved(work(42), START + timedelta(days=28), user_agent=FIREFOX)
    stolen = export(theft)
    own = lookup(theft + timedelta(seconds=5), "P30", user_agent=FIREFOX)
    (finding,) = found([*ordinary, own, *stolen]).findings
    assert any("browser" in each.seen for each in finding.reasons)
    assert set(finding.events) == {each["event"] for each in stolen}


def test_a_way_in_without_a_session_is_the_thefts_from_its_mark_on() -> None:
    """The log of logins tells no session; rows from before the new browser came the same way, and are none."""
    bought, theft = START + timedelta(days=28), START + timedelta(days=30, hours=4)
    history = [
        row(START + timedelta(days=day), "salesforce.LoginHistory", "login", user_agent=BROWSER)
        for day in range(42)
    ]
    ordinary = moved([*work(42), *history], bought, user_agent=FIREFOX)
    stolen = [each | {"client": None, "app_id": None, "user_agent": FIREFOX} for each in export(theft)]
    own = lookup(theft + timedelta(seconds=5), "P30", user_agent=FIREFOX)
    (finding,) = found([*ordinary, own, *stolen]).findings
    assert {each["event"] for each in [own, *stolen]} <= set(finding.events)
    assert {each["at"] >= bought for each in history if each["event"] in finding.events} == {True}


@pytest.mark.parametrize(("days", "taken"), [(6, True), (8, False)])
def test_a_place_is_a_thefts_for_a_week(days: int, taken: bool) -> None:
    """A place that was new longer ago than a week has no part in the sum, and brings no events."""
    theft = START + timedelta(days=32, hours=4)
    place = {"ip": "198.51.100.7"}
    since = theft - timedelta(days=days)
    ordinary = moved(work(42), since, **place)
    stolen = exporting(theft)
    own = lookup(theft + timedelta(seconds=5), "P32", **place)
    (finding,) = found([*ordinary, own, *stolen]).findings
    assert {each["event"] for each in stolen} <= set(finding.events)
    assert ("198.51.100.7" in finding.addresses) is taken


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
    (finding,) = found([*work(28), *pages, beside, begun("z", later), later]).findings
    assert finding.detector == "slow-drip"
    assert any("network" in each.seen for each in finding.reasons)
    assert {each["event"] for each in [*pages, beside]} <= set(finding.events)
    # What shows the mark at another time is no part.
    assert later["event"] not in finding.events
    assert OFFICE in finding.addresses
    assert (finding.from_[:10], finding.to[:10]) == ("2025-06-16", "2025-06-22")


def test_a_machines_drip_is_no_drip_of_the_intruder() -> None:
    """It weighs little, and so neither names the finding nor takes the machine's own calls into it."""

    def calls(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        machine = {"log": "salesforce.elf.RestApi", "operation": "record"}
        return [each | (machine if each["operation"] == "page_view" else {}) for each in rows]

    ordinary = calls([*work(28), *(each for day in range(14, 21) for each in drip(day, 60))])
    theft = START + timedelta(days=18, hours=5)
    means = {"ip": HOST, "session": "s-x", "login": "l-x", "client": "My Ticket Portal"}
    opened = [
        row(theft + timedelta(seconds=9 * n), "salesforce.elf.RestApi", "record", record_ids=[f"003z{n:04}"],
            objects=["Contact"], delivered_rows=1, **means)
        for n in range(300)
    ]  # fmt: skip
    hostile = [*looks(theft - timedelta(minutes=1)), *opened]
    (finding,) = found([*ordinary, *hostile]).findings
    assert any(each.detector == "slow-drip" for each in finding.reasons)
    assert finding.detector != "slow-drip"
    assert set(finding.events) == {each["event"] for each in hostile}


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
