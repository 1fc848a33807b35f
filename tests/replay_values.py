"""Values, days and literals as the replay oracle reads them, in plain loops."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from floodmark import ids
from replay_query import Literal

# --- values ---


def held(value: str | None) -> str | None:
    """Null, empty and blank are all no value."""
    return value if value is not None and value.strip() else None


def fold(text: str) -> str:
    """Lower case, character by character."""
    return "".join(char.lower()[:1] for char in text)


def as_id(text: str) -> str:
    """An id with its check characters; what is no id stays as it is."""
    return ids.canonical(text) or text


def as_number(text: str) -> Decimal | None:
    """A decimal number."""
    return Decimal(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def as_boolean(text: str) -> bool | None:
    """True or false."""
    return {"true": True, "false": False, "1": True, "0": False}.get(text.lower())


def as_date(text: str) -> date | None:
    """A calendar day."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def as_time(text: str) -> datetime | None:
    """An instant, written with its offset."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})", text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def entries(text: str) -> frozenset[str]:
    """The entries of a multi-picklist, case ignored."""
    return frozenset(fold(each) for each in text.split(";") if each)


READERS = {"number": as_number, "boolean": as_boolean, "date": as_date, "datetime": as_time}


def plain_text(text: str) -> bool:
    """Whether every language of ours sorts it alike: ASCII letters and digits."""
    return re.fullmatch(r"[A-Za-z0-9]+", text) is not None


def like(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern: % any run, _ one character, a backslash escapes."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like(text[start:], pattern[1:]) for start in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and like(text[1:], pattern[2:])
    if not text:
        return False
    return (pattern[0] == "_" or pattern[0] == text[0]) and like(text[1:], pattern[1:])


# --- days ---


@cache
def midnight(zone: str, day: date) -> datetime:
    """The first instant of a local day: no zone moves its clock by less than a quarter of an hour."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(ZoneInfo(zone)).date() < day:
        moment += timedelta(minutes=15)
    return moment


def local_day(moment: datetime, zone: str) -> date:
    """The day on the wall at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


@cache
def start_of(unit: str, day: date, week_starts: int, fiscal_starts: int) -> date:
    """The first day of the unit that a day lies in."""
    while not _begins(unit, day, week_starts, fiscal_starts):
        day -= timedelta(days=1)
    return day


def _begins(unit: str, day: date, week_starts: int, fiscal_starts: int) -> bool:
    match unit:
        case "DAY":
            return True
        case "WEEK":
            return day.weekday() == week_starts
        case "MONTH":
            return day.day == 1
        case "QUARTER":
            return day.day == 1 and day.month in {1, 4, 7, 10}
        case "YEAR":
            return day.day == 1 and day.month == 1
        case "FISCAL_QUARTER":
            return day.day == 1 and (day.month - fiscal_starts) % 3 == 0
        case "FISCAL_YEAR":
            return day.day == 1 and day.month == fiscal_starts
        case _:
            raise ValueError(unit)


@cache
def span(
    literal: Literal, today: date, week_starts: int, fiscal_starts: int, years: int
) -> tuple[date, date]:
    """First day of a date literal, and the day after its last."""
    name, n = literal.name, literal.n or 0
    day = timedelta(days=1)
    fixed = {
        "TODAY": (today, today + day),
        "YESTERDAY": (today - day, today),
        "TOMORROW": (today + day, today + 2 * day),
        # From midnight ninety days ago: 91 days with today.
        "LAST_90_DAYS": (today - 90 * day, today + day),
        "NEXT_90_DAYS": (today + day, today + 91 * day),
        "LAST_N_DAYS": (today - n * day, today + day),
        "NEXT_N_DAYS": (today + day, today + (n + 1) * day),
        "N_DAYS_AGO": (today - n * day, today - (n - 1) * day),
    }
    if name in fixed:
        return fixed[name]

    return whole_units(
        name, n, years, lambda unit, units: moved(unit, units, today, week_starts, fiscal_starts)
    )


def moved(unit: str, units: int, today: date, week_starts: int, fiscal_starts: int) -> date:
    """The start of the unit that lies some units from the current one."""
    day = timedelta(days=1)
    at = start_of(unit, today, week_starts, fiscal_starts)
    for _ in range(-units):
        at = start_of(unit, at - day, week_starts, fiscal_starts)
    for _ in range(units):
        at += day
        while start_of(unit, at, week_starts, fiscal_starts) != at:
            at += day
    return at


def whole_units(name: str, n: int, years: int, start: Callable[[str, int], date]) -> tuple[date, date]:
    """The days of a literal of weeks, months, quarters or years; `start`: first day of the unit so far away."""
    if found := re.fullmatch(r"(LAST|THIS|NEXT)_(WEEK|MONTH|(?:FISCAL_)?(?:QUARTER|YEAR))", name):
        at = {"LAST": -1, "THIS": 0, "NEXT": 1}[found[1]]
        return start(found[2], at), start(found[2], at + 1)
    if found := re.fullmatch(r"N_((?:FISCAL_)?[A-Z]+)S_AGO", name):
        return start(found[1], -n), start(found[1], 1 - n)
    if found := re.fullmatch(r"NEXT_N_((?:FISCAL_)?[A-Z]+)S", name):
        return start(found[1], 1), start(found[1], n + 1)
    if found := re.fullmatch(r"LAST_N_((?:FISCAL_)?[A-Z]+)S", name):
        # The n whole units before the current one; the reach of the years is disputed.
        further = years if found[1] == "YEAR" else 0
        return start(found[1], -n - further), start(found[1], 0)
    raise ValueError(name)


def part_of_day(name: str, moment: datetime | date, fiscal_starts: int | None) -> str:
    """What a date function gives for a day on the wall, as text."""
    day = moment.date() if isinstance(moment, datetime) else moment
    in_year = 1
    while day - timedelta(days=in_year) >= date(day.year, 1, 1):
        in_year += 1
    months = (day.month - (fiscal_starts or 1)) % 12
    return str(
        {
            "CALENDAR_YEAR": day.year,
            "CALENDAR_QUARTER": (day.month - 1) // 3 + 1,
            "CALENDAR_MONTH": day.month,
            "FISCAL_QUARTER": months // 3 + 1,
            "FISCAL_MONTH": months + 1,
            "DAY_IN_MONTH": day.day,
            "DAY_IN_YEAR": in_year,
            # Sunday is 1, Saturday 7.
            "DAY_IN_WEEK": (day.weekday() + 1) % 7 + 1,
            # The first seven days are week 1, whatever day they begin on.
            "WEEK_IN_MONTH": (day.day - 1) // 7 + 1,
            "WEEK_IN_YEAR": (in_year - 1) // 7 + 1,
            "HOUR_IN_DAY": moment.hour if isinstance(moment, datetime) else 0,
            "DAY_ONLY": day.isoformat(),
        }[name]
    )
