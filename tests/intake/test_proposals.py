"""What something else than a rule proposes becomes a claim only where document and rules allow it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.errors import UsageError
from floodmark.intake import RULES
from floodmark.intake.page import Blank, Draft, Page
from floodmark.intake.proposals import MOST, PATHS, Checked, checked, document_of, drafts, rejected, written
from intake.pages import page

SHA = "a" * 64
MODEL = "tiny-1"


def ruled(read: Page) -> list[Draft | Blank]:
    """Return what all rules read."""
    return [each for rule in RULES for each in rule(read)]


def check(text: str, *proposals: Any, published_on: date | None = None, rules: bool = True) -> Checked:
    """Return what becomes of proposals about a page of plain lines."""
    read = page(text, published_on)
    data = written(MODEL, SHA, proposals)
    return checked(data, read, document=SHA, ruled=ruled(read) if rules else [])


def proposal(path: str, value: str | int, quote: str, **more: Any) -> dict[str, Any]:
    """Return one proposal."""
    return {"path": path, "value": value, "quote": quote, **more}


def reason(text: str, *args: Any, rules: bool = True, **more: Any) -> str:
    """Return why the one proposal is rejected; empty where it stands, `known` where a rule reads it."""
    made = check(text, proposal(*args, **more), rules=rules)
    assert len(made.drafts) + len(made.rejected) + made.known == 1
    return made.rejected[0].reason if made.rejected else "known" if made.known else ""


# --- what stands


def test_what_the_document_says_stands_with_its_quote_and_who_proposed_it() -> None:
    """Nothing else of the answer gets into the claim."""
    text = "# Report\nThe intruders came in through **the old portal** of a contractor.\n"
    quote = "came in through **the old portal** of a contractor"
    made = check(text, proposal("access.where", "the old portal of a contractor", quote), rules=False)
    assert made.rejected == ()
    (draft,) = made.drafts
    assert text[slice(*draft.span)] == quote
    assert draft == Draft(
        "access.where", "the old portal of a contractor", draft.span, detail={"proposed_by": MODEL}
    )
    assert (made.model, made.known) == (MODEL, 0)


STANDING = [
    (
        "The breach affected 61,204 customers.",
        proposal("impact.count", 61204, "affected 61,204 customers", unit="customers", precision="exact"),
        {"unit": "customers", "precision": "exact", "detail": {"role": "total", "text": "61,204"}},
    ),
    (
        "The breach affected up to six million people.",
        proposal("impact.count", 6_000_000, "up to six million people"),
        {"unit": "people", "precision": "at_most", "detail": {"role": "total", "text": "six million"}},
    ),
    (
        "The breach was noticed on 3 March 2025.",
        proposal("incident.discovered_on", "2025-03-03", "on 3 March 2025"),
        {"detail": {}},
    ),
    (
        "The breach was noticed on Monday.",
        proposal("incident.discovered_on", "2025-06-30", "on Monday"),
        {"modality": "computed", "detail": {"text": "Monday"}},
    ),
    (
        "Dates of birth were harvested.",
        proposal("impact.category", "date_of_birth", "Dates of birth were harvested", polarity="taken"),
        {"polarity": "taken", "detail": {"text": "Dates of birth"}},
    ),
    (
        "Dates of birth were not harvested.",
        proposal("impact.category", "date_of_birth", "Dates of birth", polarity="not_taken"),
        {"polarity": "not_taken", "detail": {"text": "Dates of birth"}},
    ),
    (
        "The breach cost the firm $4.2 million.",
        proposal("impact.financial", 4_200_000, "cost the firm $4.2 million", unit="USD"),
        {"unit": "USD", "precision": "rounded", "detail": {"text": "$4.2 million"}},
    ),
    (
        "The breach cost the firm about €4.2 million.",
        proposal("impact.financial", 4_200_000, "about €4.2 million", precision="about"),
        {"unit": "EUR", "precision": "about", "detail": {"text": "€4.2 million"}},
    ),
    (
        "The firm paid for new cards.",
        proposal("impact.financial", "paid for new cards", "The firm paid for new cards."),
        {"detail": {}},
    ),
    (
        "The attack began between 3 and 5 March 2025.",
        proposal("incident.occurred_on", "2025-03-05", "3 and 5 March 2025"),
        {"detail": {"about": "end"}},
    ),
    (
        "Harbour Air suffered a breach.",
        proposal("incident.organisation", "Harbour Air", "Harbour Air"),
        {"detail": {}},
    ),
    (
        "Investigators believe that the group Grey Heron is behind it.",
        proposal("actor.name", "Grey Heron", "the group Grey Heron", confidence="stated"),
        {"confidence": "possible", "detail": {}},
    ),
    (
        "Harbour Air said the logins were reset by hand.",
        proposal("response.eradication", "the logins were reset by hand", "the logins were reset by hand"),
        {"stated_by": "Harbour Air", "detail": {}},
    ),
    (
        "# Recommendations\n- Reset the logins of all contractors.",
        proposal(
            "recommendation", "Reset the logins of all contractors.", "Reset the logins of all contractors."
        ),
        {"detail": {}},
    ),
]


@pytest.mark.parametrize(("text", "given_", "expected"), STANDING, ids=[each[1]["path"] for each in STANDING])
def test_each_kind_of_value_stands_where_our_own_reading_finds_it(
    text: str, given_: dict[str, Any], expected: dict[str, Any]
) -> None:
    """With all that the claim needs beside the value, from our reading and not from the model."""
    made = check(text, given_, published_on=date(2025, 7, 2), rules=False)
    assert made.rejected == ()
    begin = text.index(given_["quote"])
    detail = {**expected.pop("detail"), "proposed_by": MODEL}
    whole = Draft(
        given_["path"], given_["value"], (begin, begin + len(given_["quote"])), detail=detail, **expected
    )
    assert made.drafts == (whole,)


def test_a_quote_that_stands_twice_gives_two_places_in_order_and_a_third_is_rejected() -> None:
    """The first place not used for the value yet; another value may use the same place."""
    text = "Attackers used the old portal.\nIt was the old portal again.\n"
    twice = proposal("access.where", "the old portal", "the old portal")
    other = proposal("incident.geography", "the old portal", "the old portal")
    made = check(text, twice, twice, twice, other, rules=False)
    first, second = text.index("the old"), text.rindex("the old")
    assert [each.span[0] for each in made.drafts] == [first, second, first]
    assert [(each.place, each.reason) for each in made.rejected] == [(3, "proposed before")]


def test_a_quote_in_a_heading_counts_at_its_next_place() -> None:
    """A heading says nothing; the sentence below does."""
    text = "# The old portal\nThe attackers used it: The old portal.\n"
    (draft,) = check(text, proposal("access.where", "The old portal", "The old portal"), rules=False).drafts
    assert draft.span[0] == text.rindex("The old portal")


def test_a_quote_may_begin_with_the_label_of_its_value() -> None:
    """Models quote a line as it stands."""
    text = "- **Sector:** coastal aviation\n"
    (draft,) = check(
        text, proposal("incident.sector", "coastal aviation", "**Sector:** coastal aviation"), rules=False
    ).drafts
    assert text[slice(*draft.span)] == "**Sector:** coastal aviation"


def test_what_the_document_infers_stays_inferred() -> None:
    """A model cannot make an assertion of it."""
    text = "The use of the old portal is implied by the logs."
    (draft,) = check(text, proposal("access.where", "the old portal", text[4:29]), rules=False).drafts
    assert draft.modality == "inferred"


def test_what_a_rule_reads_already_is_counted_and_makes_no_second_claim() -> None:
    """The rule's claim stays as it is."""
    text = "Names and email addresses were stolen."
    assert reason(text, "impact.category", "email", text, polarity="taken") == "known"
    assert (
        reason("The breach affected 61,200 customers.", "impact.count", 61200, "61,200 customers") == "known"
    )


# --- what does not

REJECTED = """
access.where | the new portal | the old portal | Attackers used the old portal. => words of the value
access.where | the old portal | the Old portal | Attackers used the old portal. => letter for letter
access.where | old port | old portal | Attackers used the old portal. => cuts a word
access.where | the old portal | the old portal | Attackers did not use the old portal. => denies
access.where | the old portal | the old portal | Attackers may have used the old portal. => doubts
access.where | the old portal | the old portal | Attackers would typically use the old portal. => usual
access.where | the old portal | the old portal | In an earlier breach attackers used the old portal. => another incident
access.where | the old portal | the old portal | In its 2019 breach attackers used the old portal. => another incident
access.where | the old portal | the old portal | How was not disclosed, perhaps the old portal. => does not know
access.where | portal. It fell | portal. It fell | They used the old portal. It fell at once. => one sentence
access.vector | the old portal | the old portal | Attackers used the old portal. => what the path is about
response.recovery | Attackers used the old portal. | Attackers used the old portal. | Attackers used the old portal. => what the path is about
access.where | the portal of a firm that sells more than a thousand small parts for boats each year | the portal of a firm that sells more than a thousand small parts for boats each year | They used the portal of a firm that sells more than a thousand small parts for boats each year. => a few words
response.containment | pay the ransom | pay the ransom | The firm did not pay the ransom. => denies
impact.count | 6000000 | six million people | The breach affected up to six million people. => cuts its qualifiers
impact.count | 7000000 | six million people | The breach affected six million people. => no such number
impact.count | 6000000 | six million people | The breach did not affect six million people. => denies
impact.count | 30000 | 30,000 employees | The breached firm employs 30,000 employees. => a size
impact.count | 30000 | 30,000 customers | The airline welcomes 30,000 customers. => somebody was reached
impact.count | 30000 | 30,000 customers | Of whom 30,000 customers were affected. => a part
impact.count | 5000 | 5,000 customers | The attack hit 5,000 customers a day. => a rate
impact.financial | 4200000 | $4.2 million | The firm has a revenue of $4.2 million. => no cost
impact.financial | 4200000 | $4.2 | The breach cost $4.2 million. => no such amount
impact.financial | 4200000 | $4.2 million | The breach cost up to $4.2 million. => cuts its qualifiers
impact.financial | 4200000 | €4.2 million | The breach saved the firm €4.2 million. => no cost
incident.occurred_on | 2025-03-04 | 3 March 2025 | The attack began on 3 March 2025. => no such day
incident.occurred_on | 2025-03 | March 2025 | The attack began on 3 March 2025. => no such day
incident.occurred_on | 2025-03-03 | 3 March 2025 | The firm said on 3 March 2025 that an attack took place. => day of a statement
incident.occurred_on | 2025-03-03 | 3 March 2025 | The firm opened its doors on 3 March 2025. => what the day is of
incident.organisation | Harbour Air | Harbour Air | Harbour Air flies to two islands. => no incident
incident.organisation | Monday | Monday | A breach happened on Monday. => no name
actor.name | Grey Heron | Grey Heron | Grey Heron likes boats. => who did it
actor.name | Attackers | Attackers | Attackers of the group came in. => no name
actor.name | Dutch | Dutch | Dutch hackers of the group came in. => no name
actor.name | the group | the group | The attack was the work of the group. => no name
technique | T1566 | T1566 | The attackers used T1566. => no path
related.organisation | Sea Air | Sea Air | The attackers also hit Sea Air. => no path
incident.sector | aviation | aviation | Sector is not detailed, aviation. => does not know
"""


@pytest.mark.parametrize("line", REJECTED.strip().splitlines())
def test_what_document_or_sentence_speak_against_is_rejected_without_any_rule(line: str) -> None:
    """The reason names it."""
    said, _, expected = line.partition(" => ")
    path, value, quote, text = (each.strip() for each in said.split("|"))
    number = path in {"impact.count", "impact.financial"}
    found = reason(text, path, int(value) if number else value, quote, rules=False)
    assert expected in found, found


CATEGORIES = """
Passport numbers were not taken. | passport | taken => denies
Passport numbers were taken. | passport | not_taken => denies nothing
Passport numbers are kept by the airline. | passport | taken => does not say that data was taken
Passport numbers may have been taken. | passport | taken => doubts
Stolen data typically includes passport numbers. | passport | taken => usual
Thieves came in with a stolen password. | password | taken => the way in
Passport numbers were taken. | email | taken => no such kind
Passport numbers were taken. | passport | => needs a polarity
Passport numbers were taken. | passport | unknown => leave it open
"""


@pytest.mark.parametrize("line", CATEGORIES.strip().splitlines())
def test_a_kind_of_data_needs_words_that_say_so(line: str) -> None:
    """Also where no rule reads the sentence."""
    said, _, expected = line.partition("=>")
    text, value, polarity = (each.strip() for each in said.split("|"))
    found = reason(text, "impact.category", value, text, polarity=polarity or None, rules=False)
    assert expected.strip() in found, found


NOT_TAKEN = [
    ("Names were stolen, but passport numbers were not.", "passport"),
    ("Passport numbers, PINs and card details were *not* accessed.", "passport"),
    ("No evidence was found that passport numbers were accessed.", "passport"),
    ("## Data not accessed\n- passport numbers", "passport"),
    ("The following was not accessed:\n- passport numbers", "passport"),
    ("The following is safe:\n- passport numbers", "passport"),
    ("Everything except passport numbers was taken.", "passport"),
]


@pytest.mark.parametrize(("text", "value"), NOT_TAKEN)
def test_not_taken_is_never_taken(text: str, value: str) -> None:
    """Whatever piece of the sentence a model quotes."""
    begin = text.lower().index("passport numbers")
    last = text.index("\n", begin) if "\n" in text[begin:] else len(text)
    for quote in (text[begin : begin + 16], text[begin:last]):
        assert reason(text, "impact.category", value, quote, polarity="taken") not in {"", "known"}


def test_taken_is_rejected_beside_what_the_rules_read_as_not_taken() -> None:
    """A sentence that says both is the rules' to read."""
    text = "Passwords were not stolen while dates of birth were sifted and leaked."
    made = page(text)
    read: list[Draft | Blank] = [Draft("impact.category", "password", (0, 25), polarity="not_taken")]
    data = written(
        MODEL,
        SHA,
        [proposal("impact.category", "date_of_birth", "dates of birth were sifted", polarity="taken")],
    )
    (refused,) = rejected(data, made, document=SHA, ruled=read)
    assert refused.reason == "the rules read in the sentence what was not taken or is open"


def test_taken_is_rejected_where_the_rules_read_the_contrary_anywhere() -> None:
    """Also far from the quote."""
    text = "Dates of birth were leaked, as it were.\nDates of birth were not taken."
    found = reason(text, "impact.category", "date_of_birth", "Dates of birth were leaked", polarity="taken")
    assert found in {"known", "the rules read not_taken of it"}
    read: list[Draft | Blank] = [Draft("impact.category", "date_of_birth", (41, 70), polarity="not_taken")]
    data = written(
        MODEL, SHA, [proposal("impact.category", "date_of_birth", "Dates of birth", polarity="taken")]
    )
    (refused,) = rejected(data, page(text), document=SHA, ruled=read)
    assert refused.reason == "the rules read not_taken of it"


def test_a_recommendation_is_no_fact_and_a_fact_no_recommendation() -> None:
    """By the part of the report that the quote stands in."""
    text = "# Recommendations\n- Close the old portal now.\n# Summary\nThe thieves used a side door.\n"
    wrong = "what is advised did not happen, and what happened is no advice"
    assert reason(text, "access.where", "the old portal", "the old portal", rules=False) == wrong
    whole = "The thieves used a side door."
    assert reason(text, "recommendation", whole, whole, rules=False) == wrong


def test_the_rules_organisation_day_and_count_are_not_contradicted() -> None:
    """A model that disagrees with a rule is not asked again."""
    text = "# Harbour Air data breach\nHarbour Air confirmed a breach.\nA breach at Sea Air came to mind.\n"
    assert (
        reason(text, "incident.organisation", "Sea Air", "Sea Air") == "the rules read another organisation"
    )
    text = "- Discovery date: 3 March 2025\nIt was noticed on 5 May 2025.\n"
    assert reason(text, "incident.discovered_on", "2025-05-05", "5 May 2025") == "the rules read another day"


def test_the_rules_organisation_in_another_sentence_is_known() -> None:
    """A report names its victim in every other sentence."""
    text = "# Harbour Air data breach\nHarbour Air confirmed a breach.\nThe breach took Harbour Air by surprise.\n"
    quote = "took Harbour Air by surprise"
    assert reason(text, "incident.organisation", "Harbour Air", quote) == "known"


def test_an_organisation_is_no_actor() -> None:
    """The victim is named beside attackers in most sentences."""
    text = "# Harbour Air data breach\nHarbour Air confirmed that attackers broke in.\n"
    found = reason(text, "actor.name", "Harbour Air", "Harbour Air", confidence="possible")
    assert found == "it is an organisation"


@pytest.mark.parametrize("proposed", ["stated", "likely", "possible", None])
def test_confidence_of_an_actor_is_never_above_possible_by_a_model_alone(proposed: str | None) -> None:
    """Whatever the model says."""
    text = "Grey Heron is the group behind it."
    more = {"confidence": proposed} if proposed else {}
    (draft,) = check(text, proposal("actor.name", "Grey Heron", text, **more), rules=False).drafts
    assert draft.confidence == "possible"


def test_confidence_follows_the_rule_where_it_reads_the_same_name() -> None:
    """It is counted as known: the rule's own claim says it."""
    text = "The airline attributed the attack to the group Grey Heron."
    assert reason(text, "actor.name", "Grey Heron", "the group Grey Heron", confidence="stated") == "known"


FORMS: list[tuple[Any, str]] = [
    ({}, "path has not the form of one"),
    ({"path": "lesson"}, "value has not the form of one"),
    (proposal("lesson", "x", ""), "quote has not the form of one"),
    (proposal("lesson", True, "x"), "value has not the form of one"),
    (proposal("impact.count", 5.5, "x"), "value has not the form of one"),  # type: ignore[arg-type]
    (proposal("lesson", "x", "x", reason="because"), "the proposal has not the form of one"),
    (proposal("lesson", "x", "x", polarity="maybe"), "polarity has not the form of one"),
    (proposal("lesson", 5, "x"), "the value is of the wrong type"),
    (proposal("impact.count", "5", "x"), "the value is of the wrong type"),
    (proposal("lesson", "x", "x", polarity="taken"), "polarity has no place under this path"),
    (proposal("impact.count", 5, "x", confidence="stated"), "confidence has no place under this path"),
    (proposal("../../etc", "x", "x"), "no path that may be proposed"),
]


@pytest.mark.parametrize(("given_", "expected"), FORMS)
def test_another_form_is_rejected_with_the_key(given_: Any, expected: str) -> None:
    """One by one: the others of the file go on."""
    good = proposal("access.where", "the old portal", "the old portal")
    made = check("They used the old portal.", given_, good, rules=False)
    assert [(each.place, each.reason) for each in made.rejected] == [(1, expected)]
    assert len(made.drafts) == 1


def test_words_of_a_cost_have_no_unit() -> None:
    """A currency beside words would look like an amount."""
    text = "The firm paid for new cards."
    found = reason(text, "impact.financial", "paid for new cards", text, unit="USD", rules=False)
    assert found == "words have no unit and no precision"


def test_what_is_no_object_is_rejected_and_told_without_content() -> None:
    """`written` makes objects only; a file made by hand may hold anything."""
    data = json.dumps({"model": "m", "document": SHA, "proposals": [None, "x", ["x"], 7]}).encode()
    found = rejected(data, page("Text."), document=SHA, ruled=[])
    assert [(each.place, each.path, each.quote) for each in found] == [(n, "", "") for n in (1, 2, 3, 4)]


def test_a_rejected_proposal_tells_what_was_proposed_in_bounds() -> None:
    """Enough to find it in the file."""
    (found,) = check("Text.", proposal("lesson", "v" * 400, "q" * 400)).rejected
    assert (found.path, found.value, found.quote) == ("lesson", "v" * 200, "q" * 200)


# --- the file

BROKEN = [
    b"",
    b"\xff\xfe",
    b"[]",
    b"{",
    b"[" * 100_000,
    b'{"model": "m", "document": "x", "proposals": []}',
    json.dumps({"model": "", "document": SHA, "proposals": []}).encode(),
    json.dumps({"model": "a\u202eb", "document": SHA, "proposals": []}).encode(),
    json.dumps({"model": "m", "document": SHA, "proposals": {}}).encode(),
    json.dumps({"model": "m", "document": SHA, "proposals": [], "claims": []}).encode(),
    json.dumps({"model": "m", "document": SHA, "proposals": [{}] * (MOST + 1)}).encode(),
    b" " * 20_000_001,
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
def test_a_file_of_another_form_is_refused_as_a_whole(data: bytes) -> None:
    """Nothing of it is used."""
    with pytest.raises(UsageError, match="file"):
        document_of(data)


def test_a_file_about_another_document_is_refused() -> None:
    """A quote could stand there by chance."""
    data = written(MODEL, "b" * 64, [])
    assert document_of(data) == "b" * 64
    with pytest.raises(UsageError, match="about document bbbbbbbbbb, expected aaaaaaaaaa"):
        next(drafts(data, page("Text."), document=SHA, ruled=[]))


def test_a_file_is_the_same_bytes_for_the_same_proposals() -> None:
    """It is evidence, kept by its hash."""
    one = written(MODEL, SHA, [{"path": "lesson", "value": "é", "quote": "\ud800"}])
    assert one == written(MODEL, SHA, [{"quote": "\ud800", "value": "é", "path": "lesson"}])
    assert one.isascii()


# --- laws

TEXT = """# Harbour Air data breach
Harbour Air confirmed a breach on 3 March 2025 that affected up to 61,200 customers.
Names and email addresses were stolen; passport numbers were not.
The group Grey Heron may be behind it.
## Recommendations
- Close the old portal.
"""
PAGE = page(TEXT, date(2025, 3, 9))
RULED = ruled(PAGE)
_PIECES = st.tuples(st.integers(0, len(TEXT)), st.integers(1, 90)).map(lambda at: TEXT[at[0] : at[0] + at[1]])
_VALUES = st.one_of(
    _PIECES,
    st.sampled_from(["passport", "email", "name", "2025-03-03", "Grey Heron", "Harbour Air"]),
    st.just(61200),
)
_SOME = st.fixed_dictionaries(
    {
        "path": st.sampled_from([*PATHS, "technique", ""]),
        "value": _VALUES,
        "quote": st.one_of(_PIECES, st.text()),
    },
    optional={
        "unit": st.sampled_from(["customers", "USD", None]),
        "polarity": st.sampled_from(["taken", "not_taken", "unknown", None]),
        "confidence": st.sampled_from(["stated", "denied", None]),
        "precision": st.sampled_from(["exact", "at_most", None]),
    },
)


@given(st.lists(_SOME, max_size=12))
def test_every_proposal_has_one_end_and_every_draft_a_quote(proposals: list[dict[str, Any]]) -> None:
    """Nothing is lost; nothing not taken is taken; no confidence is above possible; text is verbatim."""
    made = checked(written(MODEL, SHA, proposals), PAGE, document=SHA, ruled=RULED)
    assert len(made.drafts) + len(made.rejected) + made.known == len(proposals)
    for each in made.drafts:
        quote = TEXT[slice(*each.span)]
        assert quote in {one["quote"] for one in proposals}
        assert each.detail["proposed_by"] == MODEL
        assert each.confidence in {None, "possible", "denied"}
        assert not (each.value == "passport" and each.polarity == "taken")
        assert (
            isinstance(each.value, int)
            or each.polarity
            or str(each.value) in quote
            or each.path.endswith("_on")
        )


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    """With one kind of error only: a file has to name the document's hash."""
    with pytest.raises(UsageError) as caught:
        checked(data, PAGE, document=SHA, ruled=RULED)
    assert caught.value.hint
