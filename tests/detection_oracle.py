"""What detection must find, in plain loops: written from what the detectors say of themselves, not from their SQL.

It reads the rows of `detectors.ledgers`: one object, no identity provider, no nested requests. Each function
returns the signs of one detector as tuples (kind, account, doors, told_at, and its own numbers).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from floodmark.findings import (
    OWN_WEEKS,
    PRIOR_WEEKS,
    SETTLED,
    TOLD,
    WITHIN,
    YOUNG_FOR,
    YOUNG_WEEKS,
    Kind,
)
from floodmark.ledger.source import READS

MINUTE = timedelta(minutes=1)
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
BROWSER = frozenset({"page_view", "list_view", "report", "report_export"})
SINGLE = frozenset({"page_view", "record", "file"})
WAYS = {
    "query": "query", "query_more": "query", "search": "query", "read_unknown": "query",
    "bulk_job": "bulk", "bulk_result": "bulk", "report": "report", "list_view": "report",
}  # fmt: skip
Signs = set[tuple[Any, ...]]
AddUp = Callable[[Mapping[str, int]], int]


@dataclass(frozen=True)
class Seen:
    """One event as detection sees it."""

    event: str
    log: str
    actor: str
    at: datetime
    door: str
    net: str | None
    ip: str | None
    operation: str
    record: str | None
    act: str
    """What it is a part of: one query, job or run of a day, or hour of single records."""
    rows: int
    """Customer rows that it read."""
    reading: bool
    looks: bool
    objects: tuple[str, ...]
    keyed: bool
    """Whether it names its login itself, and is of the platform's own logs."""

    @property
    def hour(self) -> datetime:
        """The hour that it fell in."""
        return self.at.replace(minute=0, second=0, microsecond=0)

    @property
    def way(self) -> str:
        """By what way it read."""
        return "records" if self.operation in SINGLE else WAYS.get(self.operation, "")


def telephone(name: str | None) -> bool:
    """Say whether this client or user agent is the platform's own on a telephone."""
    return (name or "").lower().startswith(("salesforce mobile", "salesforce for "))


def bare(name: str | None) -> str:
    """Return a client's name without its version."""
    return (name or "").split("/")[0].strip().lower()


def seen(rows: Iterable[Mapping[str, Any]]) -> list[Seen]:
    """Return the events that count, by time: with an account and a time, neither failed nor blocked."""
    made: list[Seen] = []
    totals: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for each in sorted(rows, key=lambda row: (row["at"], row["event"])):
        if each.get("outcome") in {"failure", "blocked"}:
            continue
        ip, objects = each.get("ip"), tuple(sorted(set(each.get("objects") or ())))
        if each.get("login"):
            door = f"login {each['login']}"
        elif each.get("session"):
            door = f"session {each['session']}"
        else:
            door = f"from {ip or ''} by {bare(each.get('client'))} {each.get('app_id') or ''} {bare(each.get('user_agent'))}"
        counted = "count()" in (each.get("query") or "").lower()
        matched, delivered = each.get("matched_rows"), each.get("delivered_rows")
        run = each.get("job") or each.get("execution")
        if each["operation"] == "query_more":
            read = delivered or 0
        elif run:
            # A running total: what it grew by.
            key = (each["log"], each["operation"], run)
            total = matched if matched is not None else delivered or 0
            read, totals[key] = max(0, total - totals[key]), max(totals[key], total)
        else:
            read = delivered if delivered is not None else matched or 0
        reading = each["operation"] in READS and not counted
        keyed = bool(each.get("login")) and not each["log"].startswith("okta.")
        # The network of a telephone changes by nature.
        placed = ip and not telephone(each.get("client")) and not telephone(each.get("user_agent"))
        made.append(
            Seen(
                each["event"], each["log"], each["actor"], each["at"], door,
                ip.rsplit(".", 1)[0] + ".0/24" if ip and placed else None, ip, each["operation"],
                (each.get("record_ids") or [None])[0], _act(each), read if reading else 0, reading,
                each["operation"] == "describe" or counted, objects, keyed,
            )
        )  # fmt: skip
    return made


def _act(each: Mapping[str, Any]) -> str:
    """Return what a read is a part of, within its account, door and way of reading."""
    if each["operation"] in SINGLE:
        return f"{each['at']:%Y-%m-%d %H}"
    if WAYS.get(each["operation"]) == "query":
        part = each.get("query") or each["event"]
    else:
        part = each.get("job") or each.get("execution") or each["event"]
    return f"{part} {each['at']:%Y-%m-%d}"


# ---- signs of single detectors


def hours(events: Sequence[Seen]) -> dict[tuple[str, datetime], int]:
    """Return (account, hour) with reads -> rows read in it: the largest sum over one log."""
    sums: defaultdict[tuple[str, datetime, str], int] = defaultdict(int)
    for each in events:
        if each.reading:
            sums[each.actor, each.hour, each.log] += each.rows
    made: defaultdict[tuple[str, datetime], int] = defaultdict(int)
    for (actor, hour, _), rows in sums.items():
        made[actor, hour] = max(made[actor, hour], rows)
    return dict(made)


def volume_burst(events: Sequence[Seen], *, steps: Mapping[str, int], rows: int, least_before: int) -> Signs:
    """The moment at which an hour's rows reached a multiple of the busiest hour a day or more before."""
    made: Signs = set()
    by_hour = hours(events)
    for (actor, hour), total in by_hour.items():
        before = max(
            (each for (who, when), each in by_hour.items() if who == actor and when <= hour - DAY), default=0
        )
        mine = [each for each in events if each.reading and each.actor == actor and each.hour == hour]
        for kind, times in steps.items():
            needed = max(rows, times * max(before, least_before))
            if total < needed:
                continue
            at = min(
                each.at
                for each in mine
                if sum(other.rows for other in mine if other.log == each.log and other.at <= each.at)
                >= needed
            )
            doors = tuple(sorted({each.door for each in mine if each.at <= at}))
            made.add((kind, actor, doors, at, hour, total, before))
    return made


@dataclass(frozen=True)
class Act:
    """One query, job or run of a day, or one hour of single records: what each log tells of it."""

    actor: str
    door: str
    way: str
    day: date
    begins_at: datetime
    logs: Sequence[Sequence[tuple[datetime, int]]]
    """Of each log, by time: when how many rows more were read."""

    @property
    def rows(self) -> int:
        """The most that one log tells."""
        return max(sum(rows for _, rows in log) for log in self.logs)

    def reached(self, needed: float) -> datetime:
        """When the rows of some log were as many."""
        return min(
            at
            for log in self.logs
            for at, _ in log
            if sum(more for when, more in log if when <= at) >= needed
        )


def acts(events: Sequence[Seen]) -> list[Act]:
    """Return what was read at one go."""
    reads: defaultdict[tuple[str, str, str, str], list[Seen]] = defaultdict(list)
    for each in events:
        if each.reading:
            reads[each.actor, each.door, each.way, each.act].append(each)
    made: list[Act] = []
    for (actor, door, way, _), mine in reads.items():
        logs: list[Sequence[tuple[datetime, int]]] = []
        for log in sorted({each.log for each in mine}):
            parts = [each for each in mine if each.log == log]
            if way == "records":
                firsts: dict[str, datetime] = {}
                for each in parts:
                    if each.record:
                        firsts.setdefault(each.record, each.at)
                logs.append([(at, 1) for at in firsts.values()])
            else:
                logs.append([(each.at, each.rows) for each in parts])
        begins_at = min(each.at for each in mine)
        made.append(Act(actor, door, way, begins_at.date(), begins_at, logs))
    return made


def bulk(events: Sequence[Seen], *, rows: int, records: int, times: float) -> Signs:
    """Of each account, door, way and day: large acts of one that had none half as large, and the largest of all."""
    found: defaultdict[tuple[Any, ...], list[tuple[datetime, int, int]]] = defaultdict(list)
    known = acts(events)
    for each in known:
        earlier = [
            other for other in known if other.way == each.way and other.begins_at <= each.begins_at - DAY
        ]
        most = max((other.rows for other in earlier), default=0)
        own = max((other.rows for other in earlier if other.actor == each.actor), default=0)
        least = records if each.way == "records" else rows
        key = (each.actor, (each.door,), each.way, each.day)
        if each.rows >= least and own * 2 < least:
            found["bulk-first", *key].append((each.reached(least), each.rows, own))
        needed = max(least, times * most)
        if each.rows >= needed:
            at = each.reached(needed)
            # Around the end of a month, when books are closed, reports are larger.
            closing = "-closing" if each.way == "report" and (at.day >= 26 or at.day <= 2) else ""
            found[f"bulk-largest{closing}", *key].append((at, each.rows, most))
    return {
        (
            kind,
            actor,
            doors,
            min(at for at, _, _ in told),
            way,
            *(max(each[n] for each in told) for n in (1, 2)),
        )
        for (kind, actor, doors, way, _), told in found.items()
    }


def record_walk(events: Sequence[Seen], *, steps: int) -> Signs:
    """Of each account, door, object and day: when so many steps in one direction of ids lay within an hour."""
    opened: defaultdict[tuple[str, str, str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for each in events:
        if each.reading and each.operation in SINGLE and each.record:
            opened[each.actor, each.door, each.record[:3], each.log].append((each.at, each.record))
    walks: defaultdict[tuple[str, str, str, date], list[tuple[int, datetime, int]]] = defaultdict(list)
    for (actor, door, name, _), pages in opened.items():
        path: list[tuple[datetime, bool]] = []
        for (_, last), (at, record) in pairwise(sorted(pages)):
            if record == last:
                continue
            if path and path[-1][1] != (record > last):
                path.clear()
            path.append((at, record > last))
            within = sum(at - when <= HOUR for when, _ in path)
            if within >= steps:
                walks[actor, door, name, at.date()].append((within, at, 1 if record > last else -1))
    return {
        ("walk", actor, (door,), min(at for _, at, _ in found), name, max(found)[0], max(found)[2])
        for (actor, door, name, _), found in walks.items()
    }


def guest_sweep(events: Sequence[Seen], *, requests: int, times: int) -> Signs:
    """Per address and hour, the first request that, with those of the hour before it, is far too many."""
    asked = [each for each in events if each.log in {"salesforce.elf.AuraRequest", "salesforce.elf.Sites"}]
    pace = {
        each.event: sum(
            other.actor == each.actor and other.ip == each.ip and each.at - HOUR <= other.at <= each.at
            for other in asked
        )
        for each in asked
    }
    told: dict[tuple[str, str, datetime], tuple[Any, ...]] = {}
    for each in sorted(asked, key=lambda each: (each.at, each.door)):
        before = max(
            (
                pace[other.event]
                for other in asked
                if other.actor == each.actor and other.hour <= each.hour - DAY
            ),
            default=0,
        )
        if pace[each.event] >= max(requests, times * before):
            told.setdefault(
                (each.actor, each.ip or "", each.hour),
                ("guest-sweep", each.actor, (each.door,), each.at, each.ip or "", before),
            )
    return set(told.values())


def probing(events: Sequence[Seen], *, probes: int) -> Signs:
    """Of the day in which an account first looked around: each door's first call, and its n-th over two objects."""
    made: Signs = set()
    for actor in sorted({each.actor for each in events}):
        looks = [each for each in events if each.actor == actor and each.looks]
        early = [each for each in looks if each.at <= looks[0].at + DAY]
        for door in sorted({each.door for each in early}):
            mine = [each for each in early if each.door == door]
            made.add(("looked", actor, (door,), mine[0].at))
            for each in mine:
                until = [other for other in mine if other.at <= each.at]
                if len(until) >= probes and len({name for other in until for name in other.objects}) >= 2:
                    made.add(("looked-around", actor, (door,), each.at))
                    break
    return made


def two_places(events: Sequence[Seen], *, minutes: int) -> Signs:
    """Of each network that came later: the first time the account was here, there and here again within minutes."""
    made: Signs = set()
    for actor in sorted({each.actor for each in events}):
        placed = [each for each in events if each.actor == actor and each.net]
        first: dict[str, datetime] = {}
        for each in placed:
            first.setdefault(each.net or "", each.at)
        best: dict[str, tuple[datetime, str, str]] = {}
        here: dict[str, datetime] = {}
        for last, each in pairwise(placed):
            here[last.net or ""] = last.at
            again = here.get(each.net or "")
            if (
                last.net == each.net
                or last.door == each.door
                or each.at - last.at > timedelta(minutes=minutes)
            ):
                continue
            if again is None or each.at - again > timedelta(minutes=2 * minutes):
                continue
            new, old = (each, last) if first[each.net or ""] > first[last.net or ""] else (last, each)
            told = (each.at, new.door, old.net or "")
            best[new.net or ""] = min(best.get(new.net or "", told), told)
        made |= {("two-places", actor, (door,), at, net, other) for net, (at, door, other) in best.items()}
    return made


def kept_session(events: Sequence[Seen], *, doors: int, share: float) -> Signs:
    """Visits that no login began, of accounts whose visits do; told at the next login that begins any visit, later on.

    A visit is what an account does by one door, of what names its login itself. Only those that began a day or more
    before say how the account's visits begin.
    """
    visits: defaultdict[tuple[str, str], list[Seen]] = defaultdict(list)
    for each in events:
        if each.keyed:
            visits[each.actor, each.door].append(each)
    begins = {key: mine[0].at for key, mine in visits.items()}
    logins = {
        key: min((each.at for each in mine if each.operation == "login"), default=None)
        for key, mine in visits.items()
    }
    made: Signs = set()
    for key, mine in visits.items():
        earlier = [other for other in visits if other[0] == key[0] and begins[other] <= begins[key] - DAY]
        begun = 0
        for other in earlier:
            login = logins[other]
            begun += login is not None and login <= begins[other] + MINUTE
        told = min((at for at in logins.values() if at and at >= begins[key] + MINUTE), default=None)
        own = logins[key]
        if told is None or begun < max(doors, share * len(earlier)) or (own is not None and own <= told):
            continue
        made.add(("kept-session", key[0], (key[1],), told, begins[key], mine[-1].at, len(earlier), begun))
    return made


def addresses(events: Sequence[Seen], *, days: int) -> Signs:
    """Addresses that are new for an account, in networks in which it had come from others before.

    New is what first shows so many days or more after the account, and after the first address of anybody.
    """
    shown = [each for each in events if each.ip]
    first: dict[tuple[str, str], Seen] = {}
    nets: dict[tuple[str, str], datetime] = {}
    for each in shown:
        first.setdefault((each.actor, each.ip or ""), each)
        if each.net:
            nets.setdefault((each.actor, each.net), each.at)
    made: Signs = set()
    for (actor, ip), mine in first.items():
        begun = max(shown[0].at, min(each.at for each in events if each.actor == actor))
        at_once = [
            each for each in shown if (each.actor, each.ip, each.at) == (actor, ip, mine.at) and each.net
        ]
        if mine.at - begun < timedelta(days=days) or not at_once:
            continue
        if nets[actor, at_once[0].net or ""] < mine.at:
            others = sum(
                where == ip and who != actor and other.at <= mine.at - WEEK
                for (who, where), other in first.items()
            )
            kind = "address-known" if others else "address-unknown"
            made.add((kind, actor, mine.at, mine.at, ip, others))
    return made


def new_account(events: Sequence[Seen], *, rate: float, most: int) -> Signs:
    """Accounts whose first event comes a week after that of anybody in such logs or later.

    The more began until then, in the weeks of people until a day before, the less it weighs.
    """
    late = _beginners(events)
    known = account_weeks(events)
    made: Signs = set()
    for actor, each in late.items():
        begun = sum(other.at <= each.at for other in late.values())
        weeks = sum(week.person and week.begins_at <= each.at - DAY for week in known)
        share = (begun + rate * PRIOR_WEEKS) / (weeks + PRIOR_WEEKS)
        points = min(most, max(0, math.floor(2 * math.log10(1 / share) - 0.25 + 0.5)))
        made.add(("account-first", actor, (each.door,), each.at, each.at, each.at, begun, weeks, points))
    return made


def odd_hour(events: Sequence[Seen], *, days: int) -> Signs:
    """Per door and day, the first event of an hour that, with its neighbours, was never used before this stretch."""
    made: dict[tuple[str, str, date], datetime] = {}
    for actor in sorted({each.actor for each in events}):
        mine = [each for each in events if each.actor == actor]
        all_days = sorted({each.at.date() for each in mine})
        for hour in sorted({each.hour for each in mine}):
            first = min((each for each in mine if each.hour == hour), key=lambda each: (each.at, each.door))
            near = {(hour.hour + shift) % 24 for shift in (-1, 0, 1)}
            known = any(each.at.hour in near and each.at < first.at - 3 * HOUR for each in mine)
            if all_days.index(hour.date()) >= days and not known:
                made.setdefault((actor, first.door, hour.date()), first.at)
    return {("odd-hour", actor, (door,), at) for (actor, door, _), at in made.items()}


def slow_drip(
    events: Sequence[Seen],
    *,
    steps: Mapping[str, float],
    days: int,
    known_days: int,
    colleagues: float,
    beginner: float,
    spread: float,
    least: float,
    slack: float,
    most: float,
    crowd_days: int,
) -> Signs:
    """Page's sum of the distinct records a day beyond the usual; told at the record that reached a step.

    The usual is the account's own, and that of busy colleagues, if it is more, where it has few days and they
    have enough. For an account that began after the ledger's first week, in its first days, it is so many times that
    of colleagues where that is known, and its own no more than that.
    """
    opened: defaultdict[tuple[str, str], defaultdict[date, dict[str, datetime]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for each in events:
        if each.reading and each.operation in SINGLE and each.record:
            opened[each.actor, each.record[:3]][each.at.date()].setdefault(each.record, each.at)
    usual = {
        (key, day): _usual(
            [
                len(each)
                for when, each in by_day.items()
                if day - timedelta(days=days) <= when <= day - timedelta(days=2)
            ]
        )
        for key, by_day in opened.items()
        for day in by_day
    }
    own = {key: value for key, value in usual.items() if value[2] >= known_days}
    busier, theirs = _colleagues(opened, own, colleagues)
    began = _beginners(events)
    made: list[tuple[Any, ...]] = []
    for key, by_day in opened.items():
        total = 0.0
        for day in sorted(by_day):
            middle, distance, count = usual[key, day]
            compared = max(_lately(theirs, key[1], day), default=None)
            if count < known_days and compared is None:
                continue
            learns = compared is not None and _learns(began.get(key[0]), day, days)
            cap = beginner * (compared or 0) if learns else math.inf
            by_colleagues = count < known_days or cap < middle
            if by_colleagues:
                middle, distance = cap if learns else max(middle, compared or 0), 0
            times = max(_lately(busier, key[1], day), default=1)
            expected, wide = middle * times, max(1.4826 * distance, spread * middle, least) * times
            step = min(most, (len(by_day[day]) - expected) / wide) - slack
            before, total = total, max(0.0, total + step)
            order = sorted((at, record) for record, at in by_day[day].items())
            for kind, limit in steps.items():
                if total >= limit and step > 0:
                    # What was told on a day before counts when the day is over.
                    needed = math.ceil(expected + wide * (slack + limit - before))
                    enough = len(order) if before >= limit else min(needed, len(order))
                    told_at = order[max(1, enough) - 1][0]
                    excess = math.floor(10 * total + 0.5) / 10
                    made.append((kind, *key, told_at, day, len(order), excess, by_colleagues))
    crowd = _crowded([each[:5] for each in made], opened, crowd_days)
    return {
        (kind, actor, told_at, day, *rest, *crowd[kind, actor, name, day])
        for kind, actor, name, told_at, day, *rest in made
    }


def _colleagues(
    opened: Mapping[tuple[str, str], Mapping[date, Mapping[str, datetime]]],
    own: Mapping[tuple[tuple[str, str], date], tuple[float, float, int]],
    share: float,
) -> tuple[dict[tuple[str, date], float], dict[tuple[str, date], float]]:
    """Return, by object and day, how much busier all were, and what is usual for a busy one; five accounts or none."""
    busier: dict[tuple[str, date], float] = {}
    theirs: dict[tuple[str, date], float] = {}
    for name, day in {(key[1], day) for key, day in own}:
        those = {key: own[key, day][0] for key in opened if key[1] == name and (key, day) in own}
        if len(those) >= 5:
            shares = [len(opened[key][day]) / max(middle, 10) for key, middle in those.items()]
            busier[name, day] = max(1, median(shares))
            theirs[name, day] = _quantile(sorted(those.values()), share)
    return busier, theirs


def _beginners(events: Sequence[Seen]) -> dict[str, Seen]:
    """Return account -> its first event, of those that began a week after all logs that show it did."""
    opened: dict[str, datetime] = {}
    first: dict[str, list[Seen]] = {}
    for each in sorted(events, key=lambda each: (each.at, each.door)):
        if not each.log.startswith("okta."):
            opened.setdefault(_logs(each), each.at)
            mine = first.setdefault(each.actor, [])
            mine += [each] if not mine or mine[0].at == each.at else []
    return {
        actor: those[0]
        for actor, those in first.items()
        if all(each.at - opened[_logs(each)] >= WEEK for each in those)
    }


def _logs(each: Seen) -> str:
    """Return the logs that are collected together: salesforce.elf.Report is one of salesforce.elf."""
    return ".".join(each.log.split(".")[:2])


def _learns(began: Seen | None, day: date, days: int) -> bool:
    """Say whether an account that began later is still in its first days."""
    return began is not None and datetime.combine(day, time.min) < began.at + timedelta(days=days)


def _crowded(
    made: Iterable[tuple[str, str, str, datetime, date]],
    opened: Mapping[tuple[str, str], Mapping[date, Any]],
    days: int,
) -> dict[tuple[str, str, str, date], tuple[int, int]]:
    """Return, for each step, how many others had reached one shortly before, and how many opened any such record."""
    found: dict[tuple[str, str, str, date], tuple[int, int]] = {}
    steps = list(made)
    for kind, actor, name, told_at, day in steps:
        others = {
            who
            for _, who, what, at, _ in steps
            if what == name and who != actor and told_at - timedelta(days=days) <= at < told_at
        }
        accounts = {
            key[0]
            for key, by_day in opened.items()
            if key[1] == name and any(day - timedelta(days=days) <= when < day for when in by_day)
        }
        found[kind, actor, name, day] = len(others), len(accounts)
    return found


def _lately(of: Mapping[tuple[str, date], float], name: str, day: date) -> list[float]:
    """Return what is known of an object's four days before a day."""
    past = [(name, day - timedelta(days=back)) for back in (1, 2, 3, 4)]
    return [of[each] for each in past if each in of]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share lies, between two of them where it falls there."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _usual(past: Sequence[int]) -> tuple[float, float, int]:
    """Return the median, the median distance from it, and how many days they rest on."""
    if not past:
        return 0, 0, 0
    middle = median(past)
    return middle, median(abs(each - middle) for each in past), len(past)


# ---- weights


@dataclass(frozen=True)
class AccountWeek:
    """A week, from Monday, in which an account was active."""

    actor: str
    week: date
    person: bool
    begins_at: datetime
    first_at: datetime


def monday(at: datetime) -> date:
    """Return the first day of a week."""
    return at.date() - timedelta(days=at.weekday())


def account_weeks(events: Sequence[Seen]) -> list[AccountWeek]:
    """Return each account's weeks; a person's where it had worked in the browser in an earlier one, or has none."""
    made: list[AccountWeek] = []
    for actor in sorted({each.actor for each in events}):
        mine = [each for each in events if each.actor == actor]
        for week in sorted({monday(each.at) for each in mine}):
            before = [each for each in mine if monday(each.at) < week]
            person = not before or any(each.operation in BROWSER for each in before)
            begins_at = min(each.at for each in mine if monday(each.at) == week)
            made.append(AccountWeek(actor, week, person, begins_at, mine[0].at))
    return made


@dataclass(frozen=True)
class Weighed:
    """A sign with what it weighs; `rate` before rounding."""

    sign: Mapping[str, Any]
    person: bool
    rate: float
    points: int
    family: str


def weigh(
    signs: Sequence[Mapping[str, Any]], weeks: Sequence[AccountWeek], kinds: Mapping[str, Kind]
) -> list[Weighed]:
    """Return what signs weigh, by how often such steps were taken as far as was known a day before."""
    of = {(each.actor, each.week): each for each in weeks}
    shown: dict[tuple[str, str, date], datetime] = {}
    for each in signs:
        key = (each["kind"], each["actor"], monday(each["told_at"]))
        shown[key] = min(shown.get(key, each["told_at"]), each["told_at"])
    # A week that began to show it in an account's first days is learnt, and no habit.
    shown = {
        (kind, actor, week): when
        for (kind, actor, week), when in shown.items()
        if (actor, week) in of and when >= of[actor, week].first_at + SETTLED
    }
    made: list[Weighed] = []
    for each in signs:
        kind, actor, at = kinds[each["kind"]], each["actor"], each["told_at"]
        mine = of.get(
            (actor, monday(at)), AccountWeek(actor, monday(at), person=True, begins_at=at, first_at=at)
        )
        rate, own = _rate(
            kind, mine, at, {key: when for key, when in shown.items() if key[0] == kind.id}, weeks
        )
        if kind.person_rate >= 1:
            points = kind.most if each["points"] is None else each["points"]
        else:
            points = min(kind.most, max(0, math.floor(2 * math.log10(1 / rate) - 0.25 + 0.5)))
            points //= 2 if kind.learnt and at - mine.first_at < YOUNG_WEEKS * WEEK else 1
        made.append(Weighed({**each, "own": own}, mine.person, rate, points, kind.family))
    return made


def _rate(
    kind: Kind,
    mine: AccountWeek,
    at: datetime,
    shown: Mapping[tuple[str, str, date], datetime],
    weeks: Sequence[AccountWeek],
) -> tuple[float, int]:
    """Return how often an account like this takes the step in a week, and in how many weeks it did itself."""
    until = at - DAY
    of = {(each.actor, each.week): each for each in weeks}
    first: dict[str, datetime] = {}
    for (_, actor, _), when in sorted(shown.items(), key=lambda each: each[1]):
        first.setdefault(actor, when)
    known = [
        (of[actor, week], when)
        for (_, actor, week), when in shown.items()
        if when <= until and of[actor, week].person == mine.person
    ]
    own = sum(actor == mine.actor and when <= until for (_, actor, _), when in shown.items())
    prior = PRIOR_WEEKS * (kind.person_rate if mine.person else kind.machine_rate)
    if own:
        peers = sum(each.person == mine.person and each.begins_at <= mine.begins_at - DAY for each in weeks)
        share = (len(known) + prior) / (max(peers, len(known)) + PRIOR_WEEKS)
        lived = max(0.0, (at - mine.first_at) / WEEK)
        return min(1.0, (own + OWN_WEEKS * share) / (max(lived, own) + OWN_WEEKS)), own
    firsts = sum(first[week.actor] == when for week, when in known)
    without = sum(
        each.person == mine.person and each.first_at + SETTLED <= each.begins_at <= until
        and (each.actor not in first or first[each.actor] >= each.begins_at)
        for each in weeks
    )  # fmt: skip
    return (firsts + prior) / (max(without, firsts) + PRIOR_WEEKS), 0


# ---- findings


@dataclass(frozen=True)
class Told:
    """A finding: whose, when it was told, and the most that it weighed."""

    actor: str
    told_at: datetime
    points: int


def findings(
    signs: Sequence[Weighed],
    links: Sequence[tuple[datetime, str, str, Any]],
    begins_at: datetime,
    *,
    learning: bool,
    add_up: AddUp,
) -> set[Told]:
    """Return what is told: at each moment, the signs that hang together by then are added up anew.

    Args:
        add_up: what the heaviest signs of each family weigh together.
        signs: with their weights; each has its doors.
        links: (since, account, door, mark): that a door showed a new mark.
        begins_at: the ledger's first time.
        learning: whether what the first days show is told, too.
    """
    made: set[Told] = set()
    for actor in sorted({each.sign["actor"] for each in signs}):
        mine = [each for each in signs if each.sign["actor"] == actor and each.points > 0]
        tied = [(since, door, mark) for since, who, door, mark in links if who == actor]
        history: list[tuple[datetime, frozenset[int], int]] = []
        last: list[frozenset[int]] = []
        for at in sorted({each.sign["told_at"] for each in mine} | {since for since, _, _ in tied}):
            last = _components(mine, tied, at)
            history += [(at, group, add_up(_heaviest([mine[n] for n in group], at))) for group in last]
        for group in last:
            past = [(at, points) for at, part, points in history if part <= group]
            told = [at for at, points in past if points >= TOLD]
            if told and (learning or min(told) - begins_at >= SETTLED):
                made.add(Told(actor, min(told), max(points for _, points in past)))
    return made


def _heaviest(signs: Sequence[Weighed], at: datetime) -> dict[str, int]:
    heaviest: dict[str, int] = {}
    for each in signs:
        if at - WITHIN <= each.sign["told_at"] <= at:
            heaviest[each.family] = max(heaviest.get(each.family, 0), each.points)
    return heaviest


def _components(
    signs: Sequence[Weighed], links: Sequence[tuple[datetime, str, Any]], at: datetime
) -> list[frozenset[int]]:
    """Return the sets of signs, told by a time, that something known by then ties together.

    That is a door, a new mark of doors, a chain, or the account's first event some days before or at once.
    """
    ties = [{door, mark} for since, door, mark in links if since <= at]
    begun = [each.sign["told_at"] for each in signs if each.family == "account"]
    groups = [
        (frozenset({n}), _keys(each, begun)) for n, each in enumerate(signs) if each.sign["told_at"] <= at
    ]
    groups += [(frozenset[int](), each) for each in ties]
    merged: list[tuple[frozenset[int], set[Any]]] = []
    for members, keys in groups:
        touched = [each for each in merged if each[1] & keys]
        merged = [each for each in merged if not each[1] & keys]
        merged.append(
            (members.union(*(each[0] for each in touched)), keys.union(*(each[1] for each in touched)))
        )
    return [members for members, _ in merged if members]


def _keys(each: Weighed, begun: Sequence[datetime]) -> set[Any]:
    chain, told_at = each.sign.get("chain"), each.sign["told_at"]
    return {
        *each.sign["doors"],
        *([("chain", chain)] if chain else []),
        *(("begun", at) for at in begun if at <= told_at <= at + YOUNG_FOR),
    }
