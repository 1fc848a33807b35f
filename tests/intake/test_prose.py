"""What a report tells in whole sentences."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.intake.page import Draft
from floodmark.intake.prose import rule
from intake.pages import page


def said(text: str) -> list[str]:
    """Return the paths that the rule reads, in short; a blank has a question mark."""
    return [
        each.path.replace("response.", "").replace("impact.", "") + ("" if isinstance(each, Draft) else "?")
        for each in rule(page(text))
    ]


def drafts(text: str) -> list[Draft]:
    """Return the claims that the rule reads."""
    return [each for each in rule(page(text)) if isinstance(each, Draft)]


CASES = """
The bank detected unusual activity on its network on 3 March. => detection
The breach was discovered by a contractor in May. => detection
The hospital was alerted by a researcher. => detection
The database contained names and addresses. =>
The city said the incident has been contained. => containment
The incident has not been contained. =>
The firm isolated the affected servers within an hour. => containment
The attackers disabled accounts of administrators. =>
The insurer took its portal offline and reset all customer passwords. => containment ; eradication
It revoked the access tokens of the integration. => containment
The company notified 40,000 customers by e-mail. => notification
It reported the breach to the data protection regulator. => notification
The attackers contacted customers and demanded money. =>
The company will notify affected patients next week. =>
Customers should contact the bank. =>
Flights were not affected. => operational
The attack disrupted deliveries to 200 stores. => operational
Its systems remain secure, the airline said. => operational
The company did not say whether flights were affected. =>
Services were restored within two days. => recovery
The college introduced additional security measures. => recovery
The university set up a dedicated hotline for students. => notification
The hospital cancelled appointments for three days. => operational
The breach damaged the retailer's reputation. => reputational
The breach could damage the retailer's reputation. =>
Customers lost trust in the company. =>
Researchers identified the group as Brass Heron. =>
The hackers shut down systems of the plant. =>
The malware was removed and the vulnerability was patched. => eradication
Last year the bank notified customers of another breach. =>
The report says the vendor blocked the attacker's access. => containment
No customers were notified, the paper reported. =>
The company has failed to notify its customers. =>
The group posted a notice to customers on its site. =>
Attackers took data from the platform. =>
Hackers took the website offline. => operational
The museum took its ticket shop offline. => containment
Operations continued as normal at all plants. => operational
Sundline said ferries were running normally on Friday. => operational
The firm hired forensic experts and told police. => notification
It has since shut off the affected plug-in. =>
Letters to affected patients will go out next week. => notification
All passwords have been reset as a precaution. => eradication
The attack forced the port to stop loading ships. =>
The group said it had notified customers of the port. =>
The bank has not yet notified its customers. =>
Two hospitals diverted ambulances on Sunday. =>
The intrusion was first noticed by a night-shift operator. => detection
Its online shop was back online by noon. => recovery
The retailer warned customers to beware of scams. => notification
Shares in the company fell and customers lost confidence. =>
The company does not expect a material impact on its operations. => operational
Experts advise customers to change passwords. =>
Attackers moved through the network and deleted backups. =>
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_one_sentence(line: str) -> None:
    """One sentence."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


def test_a_timeline_by_dates() -> None:
    """A timeline by dates."""
    text = """# Timeline
- 30 June 2025: An intruder called the help desk.
- July 1st, 2025 - The platform was shut down.
- On Thursday, the vendor was called.
- July 2025: Letters went out to customers.
- 2025-07-09T10:30Z: The portal was opened again."""
    events = [each for each in drafts(text) if each.path == "timeline.event"]
    assert [(each.detail.get("time"), each.value) for each in events] == [
        ("2025-06-30", "An intruder called the help desk."),
        ("2025-07-01", "The platform was shut down."),
        ("Thursday", "On Thursday, the vendor was called."),
        ("2025-07", "Letters went out to customers."),
        ("2025-07-09T10:30Z", "The portal was opened again."),
    ]
    assert [text[slice(*each.span)] for each in events] == [each.value for each in events]


def test_a_timeline_by_phases() -> None:
    """A timeline by phases."""
    text = """# Timeline of events
## Initial access
- **Date/Time:** 2 March 2025
- **Vector:** A call to the help desk.
- **Details:** An intruder got a new password.
## Lateral movement
- Not detailed.
## Exfiltration
- **What was stolen:** Many things, including:
- Names of all guests
- Dates of birth
- **Note:** Cards were *not* taken.
- Staff noticed large exports on Monday."""
    assert [(each.detail, each.value) for each in drafts(text) if each.path == "timeline.event"] == [
        ({"phase": "Initial access", "time": "2025-03-02"}, "A call to the help desk."),
        ({"phase": "Initial access", "time": "2025-03-02"}, "An intruder got a new password."),
        ({"phase": "Exfiltration", "time": "Monday"}, "Staff noticed large exports on Monday."),
    ]
    assert said(text).count("timeline.event?") == 1


def test_a_time_that_the_report_implies_keeps_its_words() -> None:
    """A time that the report implies keeps its words."""
    text = "# Timeline\n## Entry\n- Date: Monday (implied by the alert)\n- Details: An intruder got in."
    assert drafts(text)[0].detail == {"phase": "Entry", "time": "Monday (implied by the alert)"}


def test_a_date_that_is_not_stated_is_a_blank_and_no_time() -> None:
    """A date that is not stated is a blank and no time."""
    text = "# Timeline\n## Entry\n- Date: Not stated.\n- Details: An intruder got in."
    assert said(text) == ["timeline.event?", "timeline.event"]
    assert drafts(text)[0].detail == {"phase": "Entry"}


def test_an_impossible_day_stays_as_written() -> None:
    """An impossible day stays as written."""
    text = "# Timeline\n- An intruder got in on 45 March 2025."
    assert drafts(text)[0].detail == {"time": "45 March 2025"}


def test_a_heading_decides_what_a_response_is() -> None:
    """A heading decides what a response is."""
    text = """# Response actions
- **Containment measures:** The server was unplugged.
- **Eradication steps:** Not listed, but implied clean-up of the server was underway.
- **Recovery actions:** None reported.
- **Notification:** Could include letters."""
    read = [(each.path, text[slice(*each.span)], getattr(each, "modality", "")) for each in rule(page(text))]
    assert read == [
        ("response.containment", "The server was unplugged.", "asserted"),
        ("response.eradication", "Not listed", ""),
        ("response.eradication", "implied clean-up of the server was underway", "inferred"),
        ("response.recovery", "None reported", ""),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("The bank said it **did not affect** payments.", ["operational"]),
        ("No mention of an outage (unlike others).", ["operational?"]),
        ("Not specified, but implied by the scale.", ["operational?"]),
        ("Could stop trains for days.", []),
        ("Typically such attacks halt trains.", []),
    ],
)
def test_operational_impact_under_its_label(value: str, expected: list[str]) -> None:
    """Operational impact under its label."""
    assert said(f"# Impact assessment\n- **Operational:** {value}") == expected


def test_a_quote_keeps_the_markup_and_a_value_does_not() -> None:
    """A quote keeps the markup and a value does not."""
    text = "- **Operational:** Trains **did not** stop."
    (draft,) = rule(page(text))
    assert isinstance(draft, Draft)
    assert (draft.value, text[slice(*draft.span)]) == ("Trains did not stop.", "Trains **did not** stop.")


def test_lessons_and_recommendations_sentence_by_sentence() -> None:
    """Lessons and recommendations sentence by sentence."""
    text = """# Lessons learned
- **Key takeaways:** Vendors hold much data. Help desks are a way in.
- **What could have been done better:** Not provided.
# Recommendations
- Unknown devices should be blocked at once.
- Review access, especially:
- None provided."""
    assert [(each.path, getattr(each, "value", None)) for each in rule(page(text))] == [
        ("lesson", "Vendors hold much data."),
        ("lesson", "Help desks are a way in."),
        ("lesson", None),
        ("recommendation", "Unknown devices should be blocked at once."),
        ("recommendation", None),
    ]


def test_what_is_recommended_never_happened() -> None:
    """What is recommended never happened."""
    text = "# Recommendations\n- Servers were isolated and customers were notified, so do it again.\n- Flights were cancelled."
    assert set(said(text)) == {"recommendation"}


def test_tactics_that_are_not_detailed() -> None:
    """Tactics that are not detailed."""
    text = """# Attack methodology
- **Persistence:** Not detailed.
- **Credential Access:** Unknown (passwords were *not* taken).
- **Impact:** Not stated.
- **Initial Access:** Not stated.
- **Collection:** Files of guests."""
    read = [(each.path, text[slice(*each.span)]) for each in rule(page(text))]
    assert read == [("technique", "Not detailed"), ("technique", "Unknown"), ("technique", "Not stated")]


def test_the_month_of_may_is_no_modal_verb() -> None:
    """The month of may is no modal verb."""
    assert said("It found the breach on 4 May and took the shop offline.") == ["detection", "containment"]


WORDS = st.sampled_from(
    [
        "# Timeline\n",
        "- Date:",
        "30 June 2025:",
        "Monday",
        "the breach was detected",
        "and contained",
        "not",
        "Not detailed, but implied",
        "customers were notified",
        "# Lessons\n",
        "- Operational:",
        "(e.g.",
        "took its portal offline",
        ":",
        ".",
        "# Response\n## Containment\n",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=25).map(" ".join))
def test_any_text_gives_quotes_that_stand_in_it(text: str) -> None:
    """Any text gives quotes that stand in it."""
    read = page(text)
    for each in rule(read):
        begin, end = each.span
        assert 0 <= begin < end <= len(text)
        if isinstance(each, Draft):
            assert str(each.value) in " ".join(text.replace("*", "").split())


@pytest.mark.parametrize(
    "piece",
    [
        "the breach of the system was not ",
        "reset the passwords ",
        "notified its 4 customers and ",
        "flights, ",
        "A",
    ],
)
def test_a_long_line_is_read_in_time_that_grows_with_it(piece: str) -> None:
    """Quadratic work on 200,000 characters would take minutes."""
    began = time.process_time()
    list(rule(page(piece * (200_000 // len(piece)))))
    assert time.process_time() - began < 30
