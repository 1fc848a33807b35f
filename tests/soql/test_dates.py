"""Date literals: days counted by hand, nights on which clocks change, and the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.soql.dates import COUNTED, FIXED, days, ends_now, midnight

SYDNEY = ZoneInfo("Australia/Sydney")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
GMT = ZoneInfo("UTC")


def at(text: str) -> datetime:
    """Return an instant, UTC without zone."""
    return datetime.fromisoformat(text)


# Wednesday, 21 May 2025 in Sydney; in UTC it is still Tuesday. Fiscal years begin in July.
ANCHOR = at("2025-05-20T23:30")

LITERALS: dict[tuple[str, int | None], tuple[str, str]] = {
    ("YESTERDAY", None): ("2025-05-20", "2025-05-21"),
    ("TODAY", None): ("2025-05-21", "2025-05-22"),
    ("TOMORROW", None): ("2025-05-22", "2025-05-23"),
    ("LAST_WEEK", None): ("2025-05-12", "2025-05-19"),
    ("THIS_WEEK", None): ("2025-05-19", "2025-05-26"),
    ("NEXT_WEEK", None): ("2025-05-26", "2025-06-02"),
    ("LAST_MONTH", None): ("2025-04-01", "2025-05-01"),
    ("THIS_MONTH", None): ("2025-05-01", "2025-06-01"),
    ("NEXT_MONTH", None): ("2025-06-01", "2025-07-01"),
    ("LAST_QUARTER", None): ("2025-01-01", "2025-04-01"),
    ("THIS_QUARTER", None): ("2025-04-01", "2025-07-01"),
    ("NEXT_QUARTER", None): ("2025-07-01", "2025-10-01"),
    ("LAST_YEAR", None): ("2024-01-01", "2025-01-01"),
    ("THIS_YEAR", None): ("2025-01-01", "2026-01-01"),
    ("NEXT_YEAR", None): ("2026-01-01", "2027-01-01"),
    ("LAST_90_DAYS", None): ("2025-02-20", "2025-05-22"),
    ("NEXT_90_DAYS", None): ("2025-05-22", "2025-08-20"),
    ("LAST_N_DAYS", 0): ("2025-05-21", "2025-05-22"),
    ("LAST_N_DAYS", 1): ("2025-05-20", "2025-05-22"),
    ("LAST_N_DAYS", 90): ("2025-02-20", "2025-05-22"),
    ("NEXT_N_DAYS", 0): ("2025-05-22", "2025-05-22"),
    ("NEXT_N_DAYS", 1): ("2025-05-22", "2025-05-23"),
    ("NEXT_N_DAYS", 30): ("2025-05-22", "2025-06-21"),
    ("N_DAYS_AGO", 0): ("2025-05-21", "2025-05-22"),
    ("N_DAYS_AGO", 21): ("2025-04-30", "2025-05-01"),
    ("LAST_N_WEEKS", 3): ("2025-04-28", "2025-05-19"),
    ("NEXT_N_WEEKS", 2): ("2025-05-26", "2025-06-09"),
    ("N_WEEKS_AGO", 2): ("2025-05-05", "2025-05-12"),
    ("LAST_N_MONTHS", 6): ("2024-11-01", "2025-05-01"),
    ("NEXT_N_MONTHS", 8): ("2025-06-01", "2026-02-01"),
    ("N_MONTHS_AGO", 5): ("2024-12-01", "2025-01-01"),
    ("LAST_N_QUARTERS", 2): ("2024-10-01", "2025-04-01"),
    ("NEXT_N_QUARTERS", 3): ("2025-07-01", "2026-04-01"),
    ("N_QUARTERS_AGO", 1): ("2025-01-01", "2025-04-01"),
    ("LAST_N_YEARS", 5): ("2020-01-01", "2025-01-01"),
    ("NEXT_N_YEARS", 2): ("2026-01-01", "2028-01-01"),
    ("N_YEARS_AGO", 1): ("2024-01-01", "2025-01-01"),
    ("LAST_FISCAL_QUARTER", None): ("2025-01-01", "2025-04-01"),
    ("THIS_FISCAL_QUARTER", None): ("2025-04-01", "2025-07-01"),
    ("NEXT_FISCAL_QUARTER", None): ("2025-07-01", "2025-10-01"),
    ("LAST_FISCAL_YEAR", None): ("2023-07-01", "2024-07-01"),
    ("THIS_FISCAL_YEAR", None): ("2024-07-01", "2025-07-01"),
    ("NEXT_FISCAL_YEAR", None): ("2025-07-01", "2026-07-01"),
    ("LAST_N_FISCAL_QUARTERS", 4): ("2024-04-01", "2025-04-01"),
    ("NEXT_N_FISCAL_QUARTERS", 1): ("2025-07-01", "2025-10-01"),
    ("N_FISCAL_QUARTERS_AGO", 3): ("2024-07-01", "2024-10-01"),
    ("LAST_N_FISCAL_YEARS", 2): ("2022-07-01", "2024-07-01"),
    ("NEXT_N_FISCAL_YEARS", 2): ("2025-07-01", "2027-07-01"),
    ("N_FISCAL_YEARS_AGO", 1): ("2023-07-01", "2024-07-01"),
}  # fmt: skip


def span(*values: str) -> tuple[date, ...]:
    """Return days from text."""
    return tuple(date.fromisoformat(each) for each in values)


@pytest.mark.parametrize(("literal", "expected"), LITERALS.items(), ids=lambda each: ":".join(map(str, each)))
def test_literal(literal: tuple[str, int | None], expected: tuple[str, str]) -> None:
    """First day and first day behind, in any case of the name."""
    name, count = literal
    assert days(name, count, ANCHOR, SYDNEY, fiscal_starts=7) == span(*expected)
    assert days(name.lower(), count, ANCHOR, SYDNEY, fiscal_starts=7) == span(*expected)


def test_every_literal_has_a_case() -> None:
    """The table above is complete."""
    assert {name for name, _ in LITERALS} == FIXED | COUNTED
    assert all((count is None) == (name in FIXED) for name, count in LITERALS)


@pytest.mark.parametrize(
    ("anchor", "zone", "today"),
    [
        ("2025-05-20T13:59:59", SYDNEY, "2025-05-20"),
        ("2025-05-20T14:00", SYDNEY, "2025-05-21"),
        ("2025-05-20T14:00", GMT, "2025-05-20"),
        ("2025-05-21T02:59:59", SAO_PAULO, "2025-05-20"),
        ("2025-05-21T03:00", SAO_PAULO, "2025-05-21"),
        ("2024-10-05T15:59:59", SYDNEY, "2024-10-06"),
        ("2024-10-06T12:59:59", SYDNEY, "2024-10-06"),
        ("2024-10-06T13:00", SYDNEY, "2024-10-07"),
    ],
)
def test_day_is_that_of_the_zone(anchor: str, zone: ZoneInfo, today: str) -> None:
    """Midnight is the user's, winter and summer."""
    assert days("TODAY", None, at(anchor), zone)[0] == date.fromisoformat(today)


# Wednesday the 21st; the last day of the week may be today or the week begin with it.
WEEKS = ["2025-05-19", "2025-05-20", "2025-05-21", "2025-05-15", "2025-05-16", "2025-05-17", "2025-05-18"]


@pytest.mark.parametrize(("week_starts", "first"), list(enumerate(WEEKS)))
def test_week_begins_by_locale(week_starts: int, first: str) -> None:
    """Monday is 0, Sunday 6."""
    begin = date.fromisoformat(first)
    expected = (begin, begin + timedelta(days=7))
    assert days("THIS_WEEK", None, ANCHOR, SYDNEY, week_starts=week_starts) == expected
    earlier = (begin - timedelta(days=14), begin)
    assert days("LAST_N_WEEKS", 2, ANCHOR, SYDNEY, week_starts=week_starts) == earlier


# First month of the fiscal year -> this fiscal year and this fiscal quarter, in May 2025.
FISCAL = {
    1: ("2025-01-01", "2026-01-01", "2025-04-01", "2025-07-01"),
    2: ("2025-02-01", "2026-02-01", "2025-05-01", "2025-08-01"),
    3: ("2025-03-01", "2026-03-01", "2025-03-01", "2025-06-01"),
    5: ("2025-05-01", "2026-05-01", "2025-05-01", "2025-08-01"),
    6: ("2024-06-01", "2025-06-01", "2025-03-01", "2025-06-01"),
    10: ("2024-10-01", "2025-10-01", "2025-04-01", "2025-07-01"),
    12: ("2024-12-01", "2025-12-01", "2025-03-01", "2025-06-01"),
}


@pytest.mark.parametrize(("month", "expected"), FISCAL.items())
def test_fiscal_year_begins_with_its_month(month: int, expected: tuple[str, ...]) -> None:
    """Quarters are counted from it."""
    year = days("THIS_FISCAL_YEAR", None, ANCHOR, SYDNEY, fiscal_starts=month)
    quarter = days("THIS_FISCAL_QUARTER", None, ANCHOR, SYDNEY, fiscal_starts=month)
    assert (*year, *quarter) == span(*expected)


@pytest.mark.parametrize(
    ("name", "count", "anchor", "expected"),
    [
        ("LAST_N_DAYS", 1, "2024-03-01T12:00", ("2024-02-29", "2024-03-02")),
        ("N_DAYS_AGO", 1, "2023-03-01T12:00", ("2023-02-28", "2023-03-01")),
        ("LAST_MONTH", None, "2024-03-31T12:00", ("2024-02-01", "2024-03-01")),
        ("LAST_90_DAYS", None, "2024-05-21T12:00", ("2024-02-21", "2024-05-22")),
        ("N_YEARS_AGO", 1, "2024-02-29T12:00", ("2023-01-01", "2024-01-01")),
        ("LAST_MONTH", None, "2025-01-15T12:00", ("2024-12-01", "2025-01-01")),
        ("NEXT_MONTH", None, "2024-12-15T12:00", ("2025-01-01", "2025-02-01")),
        ("NEXT_QUARTER", None, "2024-12-31T12:00", ("2025-01-01", "2025-04-01")),
        ("THIS_WEEK", None, "2024-12-31T12:00", ("2024-12-30", "2025-01-06")),
    ],
)
def test_ends_of_months_and_years(
    name: str, count: int | None, anchor: str, expected: tuple[str, str]
) -> None:
    """February, December and January."""
    assert days(name, count, at(anchor), GMT) == span(*expected)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ("2024-01-01", "2025-01-01")),
        (1, ("2023-01-01", "2025-01-01")),
        (5, ("2019-01-01", "2025-01-01")),
        (10**9, ("0001-01-01", "2025-01-01")),
    ],
)
def test_last_years_that_begin_a_year_earlier(count: int, expected: tuple[str, str]) -> None:
    """The second reading has one year more; no other literal has one."""
    reading = days("LAST_N_YEARS", count, ANCHOR, SYDNEY, years_one_more=True)
    assert reading == span(*expected)
    for name in ("LAST_N_MONTHS", "NEXT_N_YEARS", "N_YEARS_AGO"):
        assert days(name, 2, ANCHOR, SYDNEY, years_one_more=True) == days(name, 2, ANCHOR, SYDNEY)


def test_two_literals_end_with_the_query() -> None:
    """The others end at a midnight."""
    assert {name for name in FIXED | COUNTED if ends_now(name)} == {"LAST_N_DAYS", "LAST_90_DAYS"}
    assert ends_now("last_n_days")


@pytest.mark.parametrize("name", sorted(COUNTED))
@pytest.mark.parametrize("anchor", [datetime.min, ANCHOR, datetime.max])  # noqa: DTZ901 - UTC without zone
@pytest.mark.parametrize("zone", [SYDNEY, SAO_PAULO])
def test_counts_beyond_the_calendar_are_cut_off(name: str, anchor: datetime, zone: ZoneInfo) -> None:
    """Nothing raises, however many."""
    for count in (0, 1, 9_999, 99_999_999, 10**400):
        first, after = days(name, count, anchor, zone, fiscal_starts=7)
        assert date.min <= first <= after <= date.max
    early, late = days(name, 10**400, ANCHOR, zone, fiscal_starts=7)
    assert date.max in {early, late} if name.startswith("NEXT") else early == date.min


@pytest.mark.parametrize(
    ("name", "count", "options", "message"),
    [
        ("SOMEDAY", None, {}, "'SOMEDAY' is no date literal"),
        ("", None, {}, "'' is no date literal"),
        ("TODAY", 1, {}, "TODAY takes no number"),
        ("LAST_N_DAYS", None, {}, "LAST_N_DAYS needs a number, 0 or more"),
        ("LAST_N_DAYS", -1, {}, "LAST_N_DAYS needs a number, 0 or more"),
        ("THIS_FISCAL_YEAR", None, {}, "THIS_FISCAL_YEAR needs the first month of the fiscal year, and it is not stated"),
        ("N_FISCAL_QUARTERS_AGO", 1, {}, "N_FISCAL_QUARTERS_AGO needs the first month of the fiscal year, and it is not stated"),
        ("TODAY", None, {"week_starts": 7}, "week_starts is 7, expected 0 (Monday) to 6 (Sunday)"),
        ("TODAY", None, {"fiscal_starts": 0}, "fiscal_starts is 0, expected a month from 1 to 12"),
    ],
)  # fmt: skip
def test_misuse_is_named(name: str, count: int | None, options: dict[str, int], message: str) -> None:
    """A literal that cannot be resolved is never guessed."""
    with pytest.raises(ValueError, match=r".") as caught:
        days(name, count, ANCHOR, SYDNEY, **options)  # pyright: ignore[reportArgumentType]
    assert str(caught.value) == message


def test_anchor_with_a_zone_is_misuse() -> None:
    """Times are UTC without zone everywhere."""
    with pytest.raises(ValueError, match="the anchor has a zone"):
        days("TODAY", None, ANCHOR.replace(tzinfo=UTC), SYDNEY)


# Zone, day -> first instant of that day, UTC.
MIDNIGHTS = {
    "no zone": ("UTC", "2025-05-21", "2025-05-21T00:00"),
    "Sydney, winter": ("Australia/Sydney", "2025-05-21", "2025-05-20T14:00"),
    "Sydney, summer": ("Australia/Sydney", "2025-01-21", "2025-01-20T13:00"),
    "Sydney, clocks go forward at 2": ("Australia/Sydney", "2024-10-06", "2024-10-05T14:00"),
    "Sydney, the day behind": ("Australia/Sydney", "2024-10-07", "2024-10-06T13:00"),
    "Sydney, clocks go back at 3": ("Australia/Sydney", "2025-04-06", "2025-04-05T13:00"),
    "Sydney, the day behind that": ("Australia/Sydney", "2025-04-07", "2025-04-06T14:00"),
    "Sao Paulo, no midnight": ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),
    "Sao Paulo, the day before": ("America/Sao_Paulo", "2018-11-03", "2018-11-03T03:00"),
    "Sao Paulo, the day behind": ("America/Sao_Paulo", "2018-11-05", "2018-11-05T02:00"),
    "Sao Paulo, an hour twice before midnight": ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00"),
    "Havana, midnight twice": ("America/Havana", "2024-11-03", "2024-11-03T04:00"),
    "St. John's, midnight twice": ("America/St_Johns", "2010-11-07", "2010-11-07T02:30"),
    "Toronto, a jump over midnight": ("America/Toronto", "1919-03-31", "1919-03-31T04:30"),
    "Apia, a day that never was": ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),
    "Apia, the day behind it": ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00"),
    "Lord Howe, half an hour": ("Australia/Lord_Howe", "2024-10-06", "2024-10-05T13:30"),
    "Kathmandu": ("Asia/Kathmandu", "2025-05-21", "2025-05-20T18:15"),
}


@pytest.mark.parametrize(("zone", "day", "instant"), MIDNIGHTS.values(), ids=MIDNIGHTS)
def test_midnight(zone: str, day: str, instant: str) -> None:
    """The first instant of the local day."""
    assert midnight(date.fromisoformat(day), ZoneInfo(zone)) == at(instant)


@pytest.mark.parametrize("zone", [SYDNEY, SAO_PAULO, GMT])
def test_midnight_at_the_ends_of_the_calendar(zone: ZoneInfo) -> None:
    """It is cut off there and never raises."""
    assert abs(midnight(date.min, zone) - datetime.combine(date.min, time())) < timedelta(days=1)
    assert midnight(date.max, zone).year == 9999


@given(
    day=st.dates(date(1900, 1, 2), date(2100, 1, 1)),
    zone=st.sampled_from(
        [
            "Australia/Sydney",
            "America/Sao_Paulo",
            "America/Havana",
            "America/St_Johns",
            "Pacific/Apia",
            "Asia/Beirut",
            "Africa/Cairo",
            "America/Toronto",
            "Europe/London",
            "Asia/Gaza",
        ]
    ).map(ZoneInfo),
)
def test_midnight_is_the_first_instant_of_its_day(day: date, zone: ZoneInfo) -> None:
    """The second before belongs to an earlier day, and days follow each other without a hole."""
    begin = midnight(day, zone)
    assert begin.replace(tzinfo=UTC).astimezone(zone).date() >= day
    assert (begin - timedelta(seconds=1)).replace(tzinfo=UTC).astimezone(zone).date() < day
    assert begin <= midnight(day + timedelta(days=1), zone)


@given(
    anchor=st.datetimes(at("1950-01-01"), at("2090-01-01")),
    count=st.integers(0, 400),
    unit=st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"]),
    week_starts=st.integers(0, 6),
    fiscal_starts=st.integers(1, 12),
)
def test_ranges_fit_together(
    anchor: datetime, count: int, unit: str, week_starts: int, fiscal_starts: int
) -> None:
    """Each unit ago ends where the next begins; the last n are the n units ago; the next n go on behind."""

    def get(name: str, number: int | None = None) -> tuple[date, date]:
        return days(name, number, anchor, SYDNEY, week_starts=week_starts, fiscal_starts=fiscal_starts)

    this = get(f"N_{unit}S_AGO", 0)
    assert this == get("TODAY" if unit == "DAY" else f"THIS_{unit}")
    assert this[0] <= get("TODAY")[0] < this[1]
    assert get(f"N_{unit}S_AGO", count + 1)[1] == get(f"N_{unit}S_AGO", count)[0]
    last = get(f"LAST_N_{unit}S", count)
    assert last == (get(f"N_{unit}S_AGO", count)[0], this[1] if unit == "DAY" else this[0])
    following = get(f"NEXT_N_{unit}S", count)
    assert following[0] == this[1]
    assert get(f"NEXT_N_{unit}S", count + 1)[1] > following[1]
