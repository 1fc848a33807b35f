"""Counts and costs: every way to write a number is read back, and what is no reach is left out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake.numbers import quantities, rule
from floodmark.intake.page import Blank, Draft
from intake.pages import page

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
QUALIFIERS = {
    "": None,
    "up to": "at_most",
    "as many as": "at_most",
    "no more than": "at_most",
    "fewer than": "at_most",
    "just under": "at_most",
    "potentially up to": "at_most",
    "potentially up to approximately": "at_most",
    "at least": "at_least",
    "more than": "at_least",
    "over": "at_least",
    "possibly at least about": "at_least",
    "in excess of": "at_least",
    "about": "about",
    "approximately": "about",
    "nearly": "about",
    "roughly": "about",
    "around": "about",
    "some": "about",
    "an estimated": "about",
    "potentially about": "about",
    "exactly": "exact",
    "potentially": None,
}


def words_below(number: int) -> str:
    """Spell a number from 1 to 999."""
    hundreds, rest = divmod(number, 100)
    parts = [f"{ONES[hundreds]} hundred"] if hundreds else []
    if rest and rest < 20:
        parts.append(ONES[rest])
    elif rest:
        parts.append(TENS[rest // 10] + (f"-{ONES[rest % 10]}" if rest % 10 else ""))
    return " and ".join(parts)


def in_tenths(tenths: int) -> str:
    """Write a number of tenths: 57 is 5.7, 60 is 6."""
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def grouped(number: int, mark: str) -> str:
    """Write a number with `mark` between groups of three digits."""
    digits = str(number)
    groups: list[str] = []
    while digits:
        digits, last = digits[:-3], digits[-3:]
        groups.insert(0, last)
    return mark.join(groups)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, int, str]:
    """Return a number as written, its value, and the precision of its bare form."""
    form = draw(st.sampled_from(["comma", "blank", "long", "short", "bn", "words"]))
    if form in {"comma", "blank"}:
        value = draw(st.integers(1000, 10**11))
        return grouped(value, "," if form == "comma" else " "), value, "exact" if value % 100 else "rounded"
    tenths = draw(st.integers(11, 9999))
    if form == "long":
        name, scale = draw(st.sampled_from([("thousand", 10**3), ("million", 10**6), ("billion", 10**9)]))
        return f"{in_tenths(tenths)} {name}", tenths * scale // 10, "rounded"
    if form == "short":
        name, scale = draw(st.sampled_from([("m", 10**6), ("M", 10**6), ("k", 10**3), ("K", 10**3)]))
        return in_tenths(tenths) + name, tenths * scale // 10, "rounded"
    if form == "bn":
        return in_tenths(tenths) + "bn", tenths * 10**8, "rounded"
    number = draw(st.integers(2, 999))
    name, scale = draw(st.sampled_from([("thousand", 10**3), ("million", 10**6), ("billion", 10**9)]))
    return f"{words_below(number)} {name}", number * scale, "rounded"


@given(
    written(),
    st.sampled_from(sorted(QUALIFIERS)),
    st.sampled_from(["customers", "people", "records", "users"]),
)
def test_a_written_number_is_read_back_with_every_qualifier(
    number: tuple[str, int, str], qualifier: str, unit: str
) -> None:
    """A number, however written, gives its value; the quote begins at the first qualifier."""
    form, value, bare = number
    quote = f"{qualifier} {form} {unit}".strip()
    text = f"The breach affected {quote} in one night."
    (found,) = quantities(text)
    assert (found.value, found.unit, found.precision) == (value, unit, QUALIFIERS[qualifier] or bare)
    assert (text[found.begin : found.end], found.text) == (quote, form)
    draft = only(text)
    assert (draft.value, draft.unit, draft.precision) == (value, unit, QUALIFIERS[qualifier] or bare)
    assert draft.detail.get("hedge") == ("potential" if "po" in qualifier else None)


@given(st.text(alphabet="0123456789 .,–-%$mk", max_size=40), st.text(max_size=40))
def test_no_text_raises_and_every_quote_holds_its_number(digits: str, more: str) -> None:
    """Any text is read without an error; what is read stands in it."""
    text = f"The breach affected {digits} customers {more} million people"
    for found in quantities(text):
        assert found.text in text[found.begin : found.end]
    assert all(isinstance(each, Draft | Blank) for each in rule(page(text)))


def drafts(text: str, published_on: date | None = None) -> list[Draft | Blank]:
    """Return what the rule reads."""
    return [*rule(page(text, published_on))]


def only(text: str) -> Draft:
    """Return the one draft of a text."""
    (draft,) = drafts(text)
    assert isinstance(draft, Draft)
    return draft


def counts(text: str) -> list[tuple[object, ...]]:
    """Return value, unit, precision, role and quote of each count."""
    one = page(text, date(2025, 7, 2))
    return [
        (each.value, each.unit, each.precision, each.detail["role"], one.text[slice(*each.span)])
        for each in rule(one)
        if isinstance(each, Draft) and each.path == "impact.count"
    ]


READ = {
    "Data of 5.7 million customers was stolen.": (
        5_700_000,
        "customers",
        "rounded",
        "total",
        "5.7 million customers",
    ),
    "Six million customers' data was copied.": (
        6_000_000,
        "customers",
        "rounded",
        "total",
        "Six million customers",
    ),
    "Half a million patients were affected.": (
        500_000,
        "patients",
        "rounded",
        "total",
        "Half a million patients",
    ),
    "Up to six million customer records were exposed.": (
        6_000_000,
        "records",
        "at_most",
        "total",
        "Up to six million customer records",
    ),
    "The leak exposed 5,731,204 email addresses.": (
        5_731_204,
        "emails",
        "exact",
        "total",
        "5,731,204 email addresses",
    ),
    "It affected a million or more loyalty scheme members.": (
        10**6,
        "members",
        "at_least",
        "total",
        "a million or more loyalty scheme members",
    ),
    "The file listed 52,906 guests of the hotel whose data leaked.": (
        52_906,
        "guests",
        "exact",
        "total",
        "52,906 guests",
    ),
    "Exactly 18,412 phone numbers were stolen.": (
        18_412,
        "phone numbers",
        "exact",
        "total",
        "Exactly 18,412 phone numbers",
    ),
    "A 5.7 million-customer breach exposed data.": (
        5_700_000,
        "customers",
        "rounded",
        "total",
        "5.7 million-customer",
    ),
    "5.7 million current and former staff were affected.": (
        5_700_000,
        "staff",
        "rounded",
        "total",
        "5.7 million current and former staff",
    ),
    "The breach affected 5.7 million.": (5_700_000, None, "rounded", "total", "5.7 million"),
    "Affected customers: 5.7 million": (5_700_000, "customers", "rounded", "total", "5.7 million"),
    "The number of affected customers is now 5.7 million.": (
        5_700_000,
        "customers",
        "rounded",
        "total",
        "5.7 million",
    ),
    "It was not 6 million but 5.7 million people who were affected.": (
        5_700_000,
        "people",
        "rounded",
        "total",
        "5.7 million people",
    ),
    "The count rose from 4 million to 5 million affected users.": (
        5_000_000,
        "users",
        "rounded",
        "total",
        "5 million affected users",
    ),
    "3 million of its 12 million customers were affected.": (
        3_000_000,
        "customers",
        "rounded",
        "part",
        "3 million",
    ),
    "It serves 12 million customers, 3 million of whom were affected.": (
        3_000_000,
        "customers",
        "rounded",
        "part",
        "3 million",
    ),
    "A stolen file containing 6 million accounts was leaked.": (
        6_000_000,
        "accounts",
        "rounded",
        "total",
        "6 million accounts",
    ),
    "It took two million five hundred thousand records, stolen at night.": (
        2_500_000,
        "records",
        "rounded",
        "total",
        "two million five hundred thousand records",
    ),
}


@pytest.mark.parametrize("text", READ)
def test_a_count_is_read(text: str) -> None:
    """One count with unit, precision, role and quote."""
    assert counts(text) == [READ[text]]


@pytest.mark.parametrize(
    "text",
    [
        "Tens of thousands of customers were affected.",
        "About 30% of its 12 million customers were affected.",
        "The airline carries 50 million passengers, and data was stolen.",
        "The company has 25,000 employees and was breached.",
        "The platform holds records of 6 million customers and was breached.",
        "In 2022 a breach hit 9.8 million customers.",
        "The 2022 breach hit 9.8 million customers.",
        "A similar incident affected 2 million users.",
        "1.7 million customers were not affected.",
        "It denied that 10 million records were stolen.",
        "Such attacks usually expose 4 million records.",
        "It has not said how many of its 5 million customers were affected.",
        "On June 28 customers were affected.",
        "On 28 June customers were affected.",
        "In 2025 customers were affected.",
        "Windows 10 users were affected.",
        "Call 131 126 or 1800 971 541 if you were affected.",
        "Version 4.5 exposed customers.",
        "The breach exposed data and cost 5 million dollars.",
        "3 servers in 40 countries were compromised.",
        "300 employees were sent home after the breach.",
        "None of the bank's 3.1 million customers was affected.",
        "Some of its 3 million customers were affected.",
        "Two customers told us that data was stolen.",
        "The outage affected 2 million flights.",
        "# Lessons learned\n- Up to 6 million records were exposed.",
        "# Recommendations\n- Protect the 6 million records that were exposed.",
        "# Related incidents\n- 9 million customers were affected.",
    ],
)
def test_no_reach_is_read(text: str) -> None:
    """Sizes, shares, dates, other incidents, wishes and denials are no counts."""
    assert counts(text) == []


def test_a_range_is_two_bounds_with_one_quote() -> None:
    """The lower end is at least, the upper end at most."""
    quote = "between 4 and 5 million customers"
    assert counts(f"It affected {quote}.") == [
        (4_000_000, "customers", "at_least", "total", quote),
        (5_000_000, "customers", "at_most", "total", quote),
    ]
    assert [each[:3] for each in counts("About 5.7 to 6 million people were hit.")] == [
        (5_700_000, "people", "at_least"),
        (6_000_000, "people", "at_most"),
    ]


def test_a_part_names_what_it_had() -> None:
    """A part takes the unit of the whole, and its categories where all of them are known."""
    text = "It affected 5.7 million customers. Of these, 4 million had only names and email addresses."
    found = [each for each in drafts(text) if isinstance(each, Draft)]
    assert [(each.value, each.unit) for each in found] == [(5_700_000, "customers"), (4_000_000, "customers")]
    assert [each.detail for each in found] == [
        {"role": "total", "text": "5.7 million"},
        {"role": "part", "text": "4 million", "of": "email,name"},
    ]
    unread = only("Of these, 4 million had only names and a riddle.")
    assert unread.detail == {"role": "part", "text": "4 million"}


def test_items_below_a_whole_are_parts() -> None:
    """A list that divides a whole has its unit."""
    text = "Of the 5.7 million customers affected:\n- 4 million had name and email\n- 1.7 million also had gender"
    assert [(each[0], each[1], each[3]) for each in counts(text)] == [
        (5_700_000, "customers", "total"),
        (4_000_000, "customers", "part"),
        (1_700_000, "customers", "part"),
    ]


def test_the_speaker_is_kept() -> None:
    """A sentence that names who says so gives the name; a pronoun is none."""
    assert only("The regulator said that 5.7 million people were affected.").stated_by == "The regulator"
    assert only("It said that 5.7 million people were affected.").stated_by == ""


def money(text: str) -> list[tuple[object, ...]]:
    """Return value, unit, precision and quote of each cost."""
    one = page(text)
    return [
        (each.value, each.unit, each.precision, one.text[slice(*each.span)])
        for each in rule(one)
        if isinstance(each, Draft) and each.path == "impact.financial"
    ]


def test_amounts_have_a_currency() -> None:
    """Symbols, codes and names; a range is two bounds."""
    text = "The breach cost $5 million, a fine of £4.2m, A$10-12 million in losses and EUR 1,250.50 in fees."
    assert money(text) == [
        (5_000_000, "USD", "rounded", "$5 million"),
        (4_200_000, "GBP", "rounded", "£4.2m"),
        (10_000_000, "AUD", "at_least", "A$10-12 million"),
        (12_000_000, "AUD", "at_most", "A$10-12 million"),
    ]
    assert money("The settlement was about 3 million euros.") == [
        (3_000_000, "EUR", "about", "about 3 million euros")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The company, with annual revenue of $20 billion, said that the cost is small.",
        "The average cost of a breach is $4 million.",
        "It could face fines of up to $50 million.",
        "It refused to pay a ransom of $5 million.",
    ],
)
def test_no_cost_is_read(text: str) -> None:
    """Revenue, averages, possible fines and refused ransoms are no cost of the incident."""
    assert money(text) == []


def test_a_cost_in_words_and_one_not_known() -> None:
    """Text of the financial part is kept; what is not specified is unknown, what it implies is inferred."""
    text = "Financial: Not specified, but implied costs of the response."
    blank, draft = drafts(text)
    assert blank == Blank("impact.financial", (11, 24))
    assert isinstance(draft, Draft)
    assert (draft.value, draft.modality, text[slice(*draft.span)]) == (
        "implied costs of the response.",
        "inferred",
        "implied costs of the response.",
    )
    assert only("Financial: Bookings fell for a week.").value == "Bookings fell for a week."
    assert drafts("Financial: Such breaches typically cost a lot.") == []
    assert drafts("Number of affected people: Not disclosed") == [Blank("impact.count", (27, 40))]


def test_long_text_is_read_in_time() -> None:
    """One line of numbers without end takes linear time."""
    assert len(counts("It affected 5 million customers, " * 3000)) == 3000
    assert counts("5 " * 50_000) == []
