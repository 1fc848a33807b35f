"""Days of the incident: what is stated, what the report assumes, and what follows from the day of publication."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake.dates import days, parse_day, rule
from floodmark.intake.page import Blank, Draft
from intake.pages import page

WEDNESDAY = date(2025, 7, 2)
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
]
SOME_DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def read(text: str, published_on: date | None = WEDNESDAY) -> list[tuple[object, ...]]:
    """Return path, value, modality and quote of each claim; path and quote of what is not known."""
    one = page(text, published_on)
    found: list[tuple[object, ...]] = []
    for each in rule(one):
        quote = one.text[slice(*each.span)]
        path = each.path.removeprefix("incident.").removesuffix("_on")
        found.append((path, quote) if isinstance(each, Blank) else (path, each.value, each.modality, quote))
    return found


def details(text: str, published_on: date | None = WEDNESDAY) -> list[tuple[object, ...]]:
    """Return value, precision and detail of each claim."""
    found = rule(page(text, published_on))
    return [(each.value, each.precision, each.detail) for each in found if isinstance(each, Draft)]


@given(st.integers(0, 6), SOME_DAYS, st.sampled_from(["", "last "]))
def test_a_weekday_is_the_last_one_up_to_publication(weekday: int, published_on: date, last: str) -> None:
    """The computed day is that weekday, within the seven days up to publication; "last" is before it."""
    day = parse_day(f"on {last}{WEEKDAYS[weekday]}", published_on)
    assert day is not None
    computed = date.fromisoformat(day.computed)
    assert computed.weekday() == weekday
    assert (1 if last else 0) <= (published_on - computed).days <= (7 if last else 6)
    assert day.value == last + WEEKDAYS[weekday]


@given(SOME_DAYS, st.integers(0, 365))
def test_a_day_without_year_is_the_last_one_up_to_publication(day: date, back: int) -> None:
    """Day and month alone are found again within a year, whatever the order; with a year they are ISO."""
    published_on = day + timedelta(days=back)
    month = MONTHS[day.month - 1]
    for words in (f"{day.day} {month}", f"{month} {day.day}", f"{month[:3]} {day.day}"):
        known = parse_day(f"{words}, {day.year}", None)
        assert known is not None
        assert (known.value, known.computed) == (day.isoformat(), "")
        again = parse_day(words, published_on)
        assert again is not None
        computed = date.fromisoformat(again.computed)
        assert (again.value, computed.month, computed.day) == (words, day.month, day.day)
        assert computed in {day, published_on} or day < computed <= published_on


@given(SOME_DAYS)
def test_yesterday_and_an_ordinal(published_on: date) -> None:
    """Yesterday is the day before; the 15th is the last one up to publication."""
    yesterday, ordinal = parse_day("yesterday", published_on), parse_day("on the 15th", published_on)
    assert yesterday is not None
    assert ordinal is not None
    assert yesterday.computed == (published_on - timedelta(days=1)).isoformat()
    computed = date.fromisoformat(ordinal.computed)
    assert computed.day == 15
    assert 0 <= (published_on - computed).days <= 31


@given(st.text(max_size=60), st.none() | SOME_DAYS | st.just(date.min) | st.just(date.max))
def test_no_text_raises(text: str, published_on: date | None) -> None:
    """Any text is read without an error, at any day."""
    said = f"It was detected on Monday 31 {text} in May, on the 31st, last month and yesterday, 99/99/2025"
    for each in days(said, published_on):
        assert said[each.begin : each.end] == each.text
    assert all(
        isinstance(each, Draft | Blank) for each in rule(page(f"{said}\nDiscovered on: {text}", published_on))
    )


@pytest.mark.parametrize(
    ("words", "value", "computed"),
    [
        ("2025-06-30", "2025-06-30", ""),
        ("the 3rd of June 2025", "2025-06-03", ""),
        ("Sept. 9, 2025", "2025-09-09", ""),
        ("June 2025", "2025-06", ""),
        ("02/07/2025", "02/07/2025", ""),
        ("28/06/2025", "2025-06-28", ""),
        ("06.30.2025", "2025-06-30", ""),
        ("last week", "last week", ""),
        ("earlier this month", "earlier this month", "2025-07"),
        ("last month", "last month", "2025-06"),
        ("in March", "March", "2025-03"),
        ("in late August", "August", "2024-08"),
        ("29 February", "29 February", "2024-02-29"),
        ("on the 30th", "the 30th", "2025-06-30"),
    ],
)
def test_words_for_a_day(words: str, value: str, computed: str) -> None:
    """Each form of a day, by hand; what has two readings stays as written."""
    day = parse_day(words, WEDNESDAY)
    assert day is not None
    assert (day.value, day.computed) == (value, computed)


@pytest.mark.parametrize(
    "words", ["31 June 2025", "2025-02-30", "version 1.2.2025.4", "10 June5", "it may march", "Sundays"]
)
def test_no_day(words: str) -> None:
    """What the calendar does not have, and what only looks like a day."""
    assert parse_day(words, WEDNESDAY) is None


def test_a_label_with_the_assumption_of_the_report() -> None:
    """Stated, computed with the conflict, and assumed are three claims; the day of publication is a fourth."""
    text = "Discovery date: Friday (no day given, assuming June 10, 2024, as the publication date of June 9, 2024 says)"
    assert read(text, None) == [
        ("discovered", "Friday", "asserted", "Friday"),
        ("discovered", "2024-06-07", "computed", "Friday"),
        ("discovered", "2024-06-10", "inferred", "June 10, 2024"),
        ("published", "2024-06-09", "asserted", "June 9, 2024"),
    ]
    assert details(text, None)[1] == (
        "2024-06-07",
        None,
        {"text": "Friday", "conflict": "the report assumes 2024-06-10, a Monday"},
    )
    agrees = text.replace("June 10", "June 7")
    assert details(agrees, None)[1] == ("2024-06-07", None, {"text": "Friday"})


def test_a_bound_on_the_begin() -> None:
    """`Began on or before` is a latest begin, and so is the computed day."""
    text = "Incident date: Began on or shortly before Monday"
    assert read(text) == [
        ("occurred", "Monday", "asserted", "Began on or shortly before Monday"),
        ("occurred", "2025-06-30", "computed", "Monday"),
    ]
    assert details(text) == [
        ("Monday", "at_most", {"about": "begin"}),
        ("2025-06-30", "at_most", {"about": "begin", "text": "Monday"}),
    ]


STATED = {
    "Staff detected odd traffic on 30 June 2025.": [("discovered", "2025-06-30", "asserted", "30 June 2025")],
    "On 30 June 2025, staff detected odd traffic.": [
        ("discovered", "2025-06-30", "asserted", "30 June 2025")
    ],
    "The breach occurred on 28 June 2025 and was discovered on 30 June 2025.": [
        ("occurred", "2025-06-28", "asserted", "28 June 2025"),
        ("discovered", "2025-06-30", "asserted", "30 June 2025"),
    ],
    "The firm said on Tuesday that attackers accessed data on 28 June 2025.": [
        ("occurred", "2025-06-28", "asserted", "28 June 2025")
    ],
    "Attackers first gained access in March.": [
        ("occurred", "March", "asserted", "March"),
        ("occurred", "2025-03", "computed", "March"),
    ],
    "The intrusion was not discovered until last Friday.": [
        ("discovered", "last Friday", "asserted", "last Friday"),
        ("discovered", "2025-06-27", "computed", "last Friday"),
    ],
    "Data was stolen between 8 and 18 June 2025.": [
        ("occurred", "2025-06-08", "asserted", "8 and 18 June 2025"),
        ("occurred", "2025-06-18", "asserted", "8 and 18 June 2025"),
    ],
    "30 June 2025: Staff noticed odd logins.": [("discovered", "2025-06-30", "asserted", "30 June 2025")],
    "Incident date: 02/07/2025": [("occurred", "02/07/2025", "asserted", "02/07/2025")],
    "Discovery date: Not stated": [("discovered", "Not stated")],
    "Incident date: Not known, but the breach is confirmed.": [
        ("occurred", "Not known, but the breach is confirmed.")
    ],
    "Detected on: yesterday": [
        ("discovered", "yesterday", "asserted", "yesterday"),
        ("discovered", "2025-07-01", "computed", "yesterday"),
    ],
    "Began: 28 June 2025": [("occurred", "2025-06-28", "asserted", "28 June 2025")],
    "Report date: 3 July 2025": [("published", "2025-07-03", "asserted", "3 July 2025")],
    "# Date of the attack\n28 June 2025": [("occurred", "2025-06-28", "asserted", "28 June 2025")],
}


@pytest.mark.parametrize("text", STATED)
def test_a_day_is_read(text: str) -> None:
    """Days by label, by verb and by the entry of a timeline."""
    assert read(text) == STATED[text]


@pytest.mark.parametrize(
    "text",
    [
        "The firm said on Monday that it had detected a breach.",
        "On Monday, the firm said that data was accessed.",
        "The firm disclosed a breach on Monday.",
        "It was detected by staff who disabled access, then restarted on Monday.",
        "A similar attack occurred in May 2024.",
        "Attackers may have accessed it on Monday.",
        "Attackers did not access it on Monday.",
        "It is not known whether data was accessed on Monday.",
        "# Recommendations\n- Review what was detected on Monday.",
        "# Related incidents\nA breach occurred on 28 June 2025.",
        "Discovery date: Reported on 30 June 2025",
        "The weather changed on Monday.",
        "It stole data of customers who flew in June 2025.",
        "Customers who downloaded the app in June 2025 were told.",
        "They copied and stole data from March 2024.",
    ],
)
def test_no_day_of_the_incident(text: str) -> None:
    """A day that belongs to another verb, another incident, a doubt or a wish is no day of the incident."""
    assert [each for each in read(text) if len(each) == 4] == []


def test_a_weekday_that_is_wrong_is_told() -> None:
    """A date whose weekday the calendar denies is kept, with the conflict."""
    assert details("It was detected on Tuesday, 30 June 2025.") == [
        ("2025-06-30", None, {"conflict": "2025-06-30 is a Monday"})
    ]


def test_nothing_is_computed_without_a_day_of_publication() -> None:
    """Only the words are kept."""
    assert read("Staff detected it on Monday.", None) == [("discovered", "Monday", "asserted", "Monday")]


def test_long_text_is_read_in_time() -> None:
    """One line of days without end takes linear time."""
    assert len(read("detected on 5 June 2025, " * 2000)) == 2000
    assert read("Monday " * 20_000) == []
