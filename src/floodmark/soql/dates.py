"""Date literals: which local calendar days TODAY or LAST_N_MONTHS:3 stand for, at a given instant.

The days are those of the running user's zone, and of his week. The instant is that of the logged
event, never that of the analysis. Rules: log-sources 2.3.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12, "FISCAL_QUARTER": 3, "FISCAL_YEAR": 12}
_UNITS = ("WEEK", *_MONTHS)
_OFFSETS = {"LAST": (-1, 0), "THIS": (0, 1), "NEXT": (1, 2)}

_FIXED: dict[str, tuple[str, int, int]] = {
    "YESTERDAY": ("DAY", -1, 0),
    "TODAY": ("DAY", 0, 1),
    "TOMORROW": ("DAY", 1, 2),
    "LAST_90_DAYS": ("DAY", -90, 1),
    "NEXT_90_DAYS": ("DAY", 1, 91),
    **{f"{word}_{unit}": (unit, *_OFFSETS[word]) for word, unit in product(_OFFSETS, _UNITS)},
}
"""Name -> unit, first unit and first unit behind, counted from the current one."""

_COUNTED: dict[str, tuple[str, str]] = {
    form.format(unit): (form.partition("{")[0], unit)
    for form, unit in product(("LAST_N_{}S", "NEXT_N_{}S", "N_{}S_AGO"), ("DAY", *_UNITS))
}
"""Name -> how the name begins, and unit."""

FIXED = frozenset(_FIXED)
"""Literals without a number, in upper case."""
COUNTED = frozenset(_COUNTED)
"""Literals that need a number behind a colon, in upper case."""

_COUNT_LIMIT = 10_000_000
"""More units of any kind than the calendar has days."""


def days(
    name: str,
    count: int | None,
    anchor: datetime,
    zone: ZoneInfo,
    *,
    week_starts: int = 0,
    fiscal_starts: int | None = None,
    years_one_more: bool = False,
) -> tuple[date, date]:
    """Return the local days of a date literal: the first, and the first that no longer belongs.

    LAST_N_DAYS:n and LAST_90_DAYS run to the instant of the query (see `ends_now`); the day behind today
    is returned for them. For a date-time that makes no difference unless it lies in the future of the
    query, between it and the next midnight: only a field that people fill in can.

    LAST_N_YEARS:n is disputed. Copies of the platform's table found in public editors, and older forms of
    the table itself, let it begin with the year before the current one and go back to the n-th: the
    current year does not belong, as with weeks, months and quarters. That is the first reading, and the
    default. The current page is at odds with its sibling lines: its lower bound lies a year earlier. That
    is the other reading, under `years_one_more`. Evaluate both and keep the one that agrees with the
    logged row count.

    Fiscal years are of the standard kind, twelve whole months from `fiscal_starts`; custom fiscal years
    need a calendar of the organisation and are not covered. Days before year 1 or behind 9999 are cut
    off at `date.min` and `date.max`.

    Args:
        name: the literal, in any case, such as `LAST_N_DAYS`.
        count: the number behind the colon; None for a literal that has none.
        anchor: the instant of the query, UTC without zone.
        zone: the zone of the user who ran it.
        week_starts: the first day of the week, 0 for Monday to 6 for Sunday.
        fiscal_starts: the month with which a fiscal year begins, 1 to 12.
        years_one_more: the second reading of LAST_N_YEARS.

    Raises:
        ValueError: the name is unknown; the number is missing, negative, or one too many; a fiscal literal
            without `fiscal_starts`; `anchor` has a zone; a weekday or month that does not exist.
    """
    _check(anchor, week_starts, fiscal_starts)
    today = _local(anchor, zone)
    upper = name.upper()
    unit, first, after = _range(upper, count)
    if upper == "LAST_N_YEARS" and years_one_more:
        first -= 1
    month = 1
    if "FISCAL" in unit:
        if fiscal_starts is None:
            raise ValueError(f"{upper} needs the first month of the fiscal year, and it is not stated")
        month = fiscal_starts
    return _start(today, unit, first, week_starts, month), _start(today, unit, after, week_starts, month)


def ends_now(name: str) -> bool:
    """Say whether the range of a literal ends at the instant of the query, and not at a midnight."""
    return name.upper() in {"LAST_N_DAYS", "LAST_90_DAYS"}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, UTC without zone.

    Where clocks jump over midnight, it is the first instant behind the jump; where they are set back
    over it, the first of the two midnights. At the ends of the calendar it is `datetime.min` or `max`.
    """
    local = datetime.combine(day, time(), tzinfo=zone)
    try:
        early, late = (_utc(local.replace(fold=fold)) for fold in (1, 0))
        if _back(late, zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return late
    except OverflowError:
        edge = date.min if day.year == date.min.year else date.max
        return datetime.combine(edge, time.min if edge == date.min else time.max)
    # Inside a jump, fold=1 lies before it and fold=0 behind it or on it; the day turns once between.
    low, high = 0, int((late - early).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _back(early + timedelta(seconds=middle), zone).date() >= day:
            high = middle
        else:
            low = middle
    return early + timedelta(seconds=high)


def _check(anchor: datetime, week_starts: int, fiscal_starts: int | None) -> None:
    """Refuse arguments that mean nothing."""
    if anchor.tzinfo is not None:
        raise ValueError("the anchor has a zone, expected UTC without zone")
    if not 0 <= week_starts <= 6:  # noqa: PLR2004 - days of the week
        raise ValueError(f"week_starts is {week_starts}, expected 0 (Monday) to 6 (Sunday)")
    if fiscal_starts is not None and not 1 <= fiscal_starts <= 12:  # noqa: PLR2004 - months of the year
        raise ValueError(f"fiscal_starts is {fiscal_starts}, expected a month from 1 to 12")


def _range(name: str, count: int | None) -> tuple[str, int, int]:
    """Return unit, first and first behind, in units counted from the current one."""
    if name in _FIXED:
        if count is not None:
            raise ValueError(f"{name} takes no number")
        return _FIXED[name]
    if name not in _COUNTED:
        raise ValueError(f"{name[:40]!r} is no date literal")
    if count is None or count < 0:
        raise ValueError(f"{name} needs a number, 0 or more")
    form, unit = _COUNTED[name]
    number = min(count, _COUNT_LIMIT)
    if form == "NEXT_N_":
        return unit, 1, number + 1
    if form == "N_":
        return unit, -number, 1 - number
    return unit, -number, int(unit == "DAY")  # today belongs to the last days, this week to no last week


def _local(anchor: datetime, zone: ZoneInfo) -> date:
    """Return the local day of an instant."""
    try:
        return _back(anchor, zone).date()
    except OverflowError:
        return anchor.date()  # the first or last day of the calendar


def _start(today: date, unit: str, offset: int, week_starts: int, month: int) -> date:
    """Return the first day of the unit that lies `offset` units from the current one."""
    if unit == "DAY":
        return _shifted(today, offset)
    if unit == "WEEK":
        return _shifted(today, 7 * offset - (today.weekday() - week_starts) % 7)
    size = _MONTHS[unit]
    current = today.year * 12 + today.month - month
    first = (current // size + offset) * size + month - 1
    year, zero_based = divmod(first, 12)
    if year < date.min.year:
        return date.min
    return date.max if year > date.max.year else date(year, zero_based + 1, 1)


def _shifted(day: date, count: int) -> date:
    """Return the day `count` days later, inside the calendar."""
    ordinal = day.toordinal() + count
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def _utc(local: datetime) -> datetime:
    """Return a local instant as UTC without zone."""
    return local.astimezone(UTC).replace(tzinfo=None)


def _back(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant, UTC without zone, in a zone."""
    return instant.replace(tzinfo=UTC).astimezone(zone)
