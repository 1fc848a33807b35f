"""Whose incident it is, and which organisations are only named beside it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.intake.naming import names_at
from floodmark.intake.organisations import rule
from floodmark.intake.page import Draft
from intake.pages import page


def said(text: str) -> list[str]:
    """Return what the rule reads, as `kind: value`; a related organisation has its relation as kind."""
    return [
        f"{each.detail.get('relation', each.path.split('.')[1])}: {each.value}"
        if isinstance(each, Draft)
        else f"{each.path}?"
        for each in rule(page(text))
    ]


CASES = """
Intruders stole customer names from Halden Foods in a breach last week. => organisation: Halden Foods
The records taken from Brixel in the breach fill four million rows. => organisation: Brixel
Kestrel Freight Ltd. reported a data breach at the end of the quarter. => organisation: Kestrel Freight Ltd.
More than 40,000 customers of Fennel Stays were affected by the breach. => organisation: Fennel Stays
Customers of Fennel Stays had their card numbers stolen in the attack. => organisation: Fennel Stays
Customers of Fennel Stays were not affected by the breach at Brixel. => organisation: Brixel
Files of 900 Rowan College students were exposed by the intruders. => organisation: Rowan College
The Brixel breach exposed the names of its shoppers. => organisation: Brixel
The breach of Brixel exposed the names of its shoppers. => organisation: Brixel
A breach of the Privacy Act was found by the regulator. =>
Brixel has begun notifying customers of a data breach. => organisation: Brixel
Brixel apologised for the breach in a letter. => organisation: Brixel
Brixel has completed its review of the data breach. => organisation: Brixel
Brixel said that records of 300 shoppers were stolen. => organisation: Brixel
Brixel said data was stolen from Tessera, its payroll vendor. =>
Brixel said a breach at its supplier Tessera exposed data. => organisation: Brixel ; vendor: Tessera
Brixel, which has two million customers, said it was hacked. => organisation: Brixel
Kaspersky said the attackers came through a router. =>
There was no breach at Brixel, the firm's rival said. =>
In 2019 data was stolen from Brixel in a breach of its shop. =>
Norway's Skagen confirmed a breach on Monday. => organisation: Skagen ; geography: Norway
Norway-based Skagen said hackers read customer files. => organisation: Skagen ; geography: Norway
Skagen, a telecom operator based in Norway, confirmed a data breach. => organisation: Skagen ; geography: Norway ; sector: telecom operator
Brixel disclosed a breach on Monday; Fennel Stays suffered a similar breach. => organisation: Brixel
A ransomware attack has crippled Rowan College since Monday. => organisation: Rowan College
An intruder gained access to the systems of Rowan College last week. => organisation: Rowan College
Dutch retailer Bloemhof has confirmed that hackers stole customer data in a cyberattack last month. => organisation: Bloemhof ; geography: Netherlands ; sector: retailer
Northwind Energy, a Norwegian gas supplier, disclosed a data breach on Friday. => organisation: Northwind Energy ; geography: Norway ; sector: gas supplier
The breach at Kestrel Bank exposed account numbers, the lender said on Tuesday. => organisation: Kestrel Bank
Hackers breached the payroll system of Luma Health, according to a filing with the regulator. => organisation: Luma Health
Tarn University has been hacked and students cannot log in this week. => organisation: Tarn University
In a statement, Harbour Mutual said it was investigating a security incident involving a supplier. => organisation: Harbour Mutual
FBI confirmed a breach of several hospitals on Monday in the morning. =>
Jane Roe, chief executive of Halden Foods, confirmed the breach to reporters yesterday. =>
Spokesperson Jane Roe confirmed the breach at Halden Foods to reporters yesterday. => organisation: Halden Foods
Orchard Telecom confirmed it was not affected by the breach at Pinewood Mobile. => organisation: Pinewood Mobile
Google said a breach at Palisade Analytics let attackers read customer tickets. => organisation: Palisade Analytics
On Monday, Vessel Logistics suffered a ransomware attack that halted its depots. => organisation: Vessel Logistics
Acme Inc. was hit by a strike of its workers for three days last week. =>
Marks and Spencer said it suffered a cyberattack in April that stopped online orders. => organisation: Marks and Spencer
Similar attacks on Borealis Air and Cedar Rail were reported in May by the press. => similar_incident: Borealis Air ; similar_incident: Cedar Rail
The incident follows breaches at insurer Aldgate, retailer Brookline and carmaker Corvane last month. => similar_incident: Aldgate ; similar_incident: Brookline ; similar_incident: Corvane
Unlike the breach at Delmar Hotels, no passwords were taken from Fennel Stays this time. =>
The same campaign also hit Elmwood Clinic and Foxglove Pharma earlier this year. => same_campaign: Elmwood Clinic ; same_campaign: Foxglove Pharma
The group also breached Garnet Media in June, according to its leak site. => same_campaign: Garnet Media
Records were held on a platform run by Heliotrope Systems, the hospital said. => vendor: Heliotrope Systems
The company's third-party vendor Indigo Desk noticed the access first. => vendor: Indigo Desk
Attackers entered through its supplier Juniper Payroll, the city said. => vendor: Juniper Payroll
The attack on Microsoft Exchange servers was similar attacks on Salesforce customers in nature. =>
Similar attacks on Salesforce customers were reported this summer by several firms. =>
Identity protection is offered through its provider Kroll for two years. =>
Following the breach at Lumen Books, customers were told to change passwords. => organisation: Lumen Books
US health insurer Maple Mutual disclosed that 2 million members were affected by a breach. => organisation: Maple Mutual ; geography: United States ; sector: health insurer
Russian hackers breached bank Norden and took client files last week. => organisation: Norden ; sector: bank
The Bank of Elland confirmed a cyberattack, and its website was down on Sunday. => organisation: Bank of Elland
In 2022, rival Ostler disclosed a data breach that affected ten million people. =>
British airline Petrel and Swiss carrier Quill have disclosed data breaches this week. =>
Attackers accessed data of GDPR subjects after an attack on Friday in the office. =>
Similar breaches at Marks and Spencer and Harrods were disclosed in spring this year. => similar_incident: Marks and Spencer ; similar_incident: Harrods
The attackers published files of Rowan College after the school refused to pay the ransom. =>
Security researchers at Tessera said a breach at the Spanish bank Umbra exposed cards. => organisation: Umbra ; geography: Spain ; sector: bank
Other victims include Vantage Motors, Willow Airways and Yarrow Foods, the firm said. => same_campaign: Vantage Motors ; same_campaign: Willow Airways ; same_campaign: Yarrow Foods
eBay disclosed a breach and asked all its users to change passwords in the week. => organisation: eBay
Customers of South Korean telecom operator Zephyr Mobile were affected by a data leak, the company said. => organisation: Zephyr Mobile ; geography: South Korea ; sector: telecom operator
Irish budget airline Corrib Air has confirmed that 1.1 million people were affected by a data breach. => organisation: Corrib Air ; geography: Ireland ; sector: airline
The Canadian law firm Aspen & Vale said hackers had broken into its document store. => organisation: Aspen & Vale ; geography: Canada ; sector: law firm
A cyberattack against the Port of Lindholm halted container traffic on Wednesday. => organisation: Port of Lindholm
Toymaker Brixel said on Monday it was the victim of a data breach. => organisation: Brixel
Students at Hollow Creek College learned of the data breach on Tuesday from the press. =>
Ministry of Transport officials confirmed the breach at the Finnish ferry operator Sundline. => organisation: Sundline ; geography: Finland ; sector: ferry operator
Oak Valley Hospital, a regional hospital in Ohio, was hit by ransomware over Easter. => organisation: Oak Valley Hospital ; sector: hospital
Chief executive Maria Lund of Fennel Stays said the breach was contained. =>
Privacy regulator CNIL said it was told of a breach at telecom operator Lumo. => organisation: Lumo ; sector: telecom operator
Customers of Brixel were warned after an attack on the toymaker's shop system. =>
After breaches at Corrib Air and Sundline, regulators called for stricter rules. => similar_incident: Corrib Air ; similar_incident: Sundline
Attackers who breached Corrib Air also stole data from Sundline, police said. =>
The breach is separate from last year's incident at Corrib Air. =>
The data was held by a third-party payroll provider, Paylane. => vendor: Paylane
The company uses software made by Oracle and a database provided by IBM. => vendor: IBM
Unlike earlier attacks on Corrib Air and Sundline, no ransom note was left. => similar_incident: Corrib Air ; similar_incident: Sundline
Wednesday's attack on Brixel was the third this year. => organisation: Brixel
A hacker calling himself Nightowl said he broke into Brixel. =>
Data Breach Today reported that a breach at Brixel exposed emails. => organisation: Brixel
We at Fennel Stays take security seriously and regret this incident. =>
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_one_sentence(line: str) -> None:
    """One sentence."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


LABELLED = """
- Affected Organization: Northwind Energy => organisation: Northwind Energy
- **Victim:** **Acme Pty Ltd** (formerly Beta) => organisation: Acme Pty Ltd
- Affected Organization: Not disclosed => incident.organisation?
- Sector: Energy / Utilities. => sector: Energy / Utilities
- Industry: Not stated, but assumed to be retail => incident.sector?
- Country: Unknown => incident.geography?
- Note: Acme =>
"""


@pytest.mark.parametrize("line", LABELLED.strip().splitlines())
def test_a_label_decides(line: str) -> None:
    """A label decides."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


@pytest.mark.parametrize(
    ("text", "value", "modality"),
    [
        ("- Geography: Norway (Implied by the head office)", "Norway", "inferred"),
        ("- Geography: Norway (Implicit, as it is a Norwegian bank)", "Norway", "inferred"),
        ("- Geography: Norway, assumed from the address", "Norway", "inferred"),
        ("- Geography: Likely Norway", "Norway", "inferred"),
        ("- Geography: Norway (Oslo)", "Norway", "asserted"),
        ("- Geography: **Norway**", "Norway", "asserted"),
    ],
)
def test_a_note_that_implies_makes_a_value_inferred(text: str, value: str, modality: str) -> None:
    """A note that implies makes a value inferred."""
    (draft,) = rule(page(text))
    assert isinstance(draft, Draft)
    assert (draft.path, draft.value, draft.modality) == ("incident.geography", value, modality)
    assert text[slice(*draft.span)] == value


BESIDE = """
Fennel Stays and Rowan College were also hit by the campaign. => same_campaign: Fennel Stays ; same_campaign: Rowan College
Fennel Stays suffered a similar breach in March. => similar_incident: Fennel Stays
It is one of a series of attacks on shops, including Fennel Stays. => similar_incident: Fennel Stays
The group is also behind the attack on Fennel Stays. => same_campaign: Fennel Stays
The shop platform is run by Tessera. => vendor: Tessera
The data was held by Tessera, a payroll provider. => vendor: Tessera
The data was held by Brixel in its own rooms. =>
"""


@pytest.mark.parametrize("line", BESIDE.strip().splitlines())
def test_organisations_beside_a_known_victim(line: str) -> None:
    """Organisations beside a known victim."""
    text, _, expected = line.partition(" =>")
    first, *others = said(f"Brixel disclosed a data breach on Monday.\n{text}")
    assert (first, " ; ".join(others)) == ("organisation: Brixel", expected.strip())


def test_the_subject_of_a_mail_names_the_victim_where_the_text_has_it_too() -> None:
    """The subject of a mail names the victim where the text has it too."""
    text = "Dear reader of Brixel news,\nwe write to you about what took place last week at our firm."
    mail = replace(page(text), title="Data breach at Brixel, second notice", media="email")
    (draft,) = rule(mail)
    assert isinstance(draft, Draft)
    assert (draft.value, text[slice(*draft.span)]) == ("Brixel", "Brixel")
    assert list(rule(replace(page("Dear reader, we write to you about it."), title=mail.title))) == []


def test_a_heading_of_its_own_is_a_label() -> None:
    """A heading of its own is a label."""
    assert said("# Report\n## Affected organisation\nFennel Stays") == ["organisation: Fennel Stays"]


def test_a_labelled_organisation_leaves_the_prose_alone() -> None:
    """A labelled organisation leaves the prose alone."""
    text = (
        "- Affected Organization: Sundline\n\nFerry line Corrib Air confirmed a data breach on Monday night."
    )
    assert said(text) == ["organisation: Sundline"]


def test_sector_and_geography_come_from_words_beside_the_name_and_are_inferred() -> None:
    """Sector and geography come from words beside the name and are inferred."""
    text = "Irish airline Corrib Air has confirmed a data breach that affected its customers."
    found = {each.path: each for each in rule(page(text)) if isinstance(each, Draft)}
    assert found["incident.organisation"].modality == "asserted"
    assert found["incident.geography"].modality == "inferred"
    assert found["incident.sector"].modality == "inferred"
    assert text[slice(*found["incident.sector"].span)] == "Irish airline Corrib Air"


def test_a_title_counts_where_the_text_has_the_name_too() -> None:
    """A title counts where the text has the name too."""
    body = "The food company Halden Foods said that names and emails were taken from a server."
    title = "# Halden Foods Contact Center Data Breach"
    assert said(f"{title}\n{body}") == ["organisation: Halden Foods", "sector: food company"]
    assert said(f"{title}\nNames and emails were taken from a server of the company.") == []


def test_a_name_behind_the_verb_of_a_title() -> None:
    """A name behind the verb of a title."""
    text = "# Massive Breach Hits Dutch Retailer Bloemhof\nBloemhof said on Friday that names had been taken."
    assert said(text) == ["organisation: Bloemhof"]


def test_further_down_other_companies_are_told() -> None:
    """Further down other companies are told."""
    lead = "\n".join(
        ["Brixel confirmed a data breach on Monday."] + ["The company is sorry about it all."] * 4
    )
    text = f"{lead}\nPetrel Air confirmed a data breach on Tuesday."
    assert said(text) == ["organisation: Brixel"]


def test_who_is_named_beside_the_incident_is_no_victim() -> None:
    """Who is named beside the incident is no victim."""
    text = "Brixel confirmed a breach on Monday. It follows breaches at Petrel Air and Sundline.\n\nPetrel Air confirmed its breach in May."
    found = said(text)
    assert "organisation: Petrel Air" not in found
    assert found == ["organisation: Brixel", "similar_incident: Petrel Air", "similar_incident: Sundline"]


def test_the_victim_is_never_beside_itself() -> None:
    """The victim is never beside itself."""
    text = "Brixel confirmed a breach on Monday. It follows attacks on Brixel Online and Petrel Air."
    assert said(text) == ["organisation: Brixel", "similar_incident: Petrel Air"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brass Heron said it breached the shop Brixel in May of this year.", []),
        ("Chief executive Jane Roe spoke on Monday. Roe said the breach was contained by noon.", []),
        ("A breach at Sundline hit 90 people. Petrel Air reported an incident of its own.", ["Sundline"]),
        ("Brixel confirmed a breach on Monday. Petrel Air disclosed an attack on Tuesday too.", ["Brixel"]),
        ("The analysts of Tessera found a breach affecting Sundline and its ferries.", []),
        ("Brixel told the regulator that 5,400 people were affected by the breach.", ["Brixel"]),
        ("Hackers linked to Amber Jackal broke into Petrel Air and stole data.", ["Petrel Air"]),
    ],
)
def test_one_victim_and_no_person(text: str, expected: list[str]) -> None:
    """Who reports somebody else's breach, or works there, is not the victim; the first one told is."""
    found = [
        str(each.value)
        for each in rule(page(text))
        if isinstance(each, Draft) and each.path.endswith("organisation") and "relation" not in each.detail
    ]
    assert found == expected


def test_a_recommendation_names_no_related_organisation() -> None:
    """A recommendation names no related organisation."""
    assert said("# Recommendations\n- Learn from similar attacks on Petrel Air and Sundline.") == []


def test_a_quote_holds_the_words_that_make_it_related() -> None:
    """A quote holds the words that make it related."""
    text = "No outage (in contrast to related incidents at Petrel Air or Sundline) was seen."
    quotes = [text[slice(*each.span)] for each in rule(page(text))]
    assert quotes == ["related incidents at Petrel Air", "related incidents at Petrel Air or Sundline"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme and Beta", ["Acme", "Beta"]),
        ("insurer Acme, the Dutch bank Beta and Gamma Group, said", ["Acme", "Beta", "Gamma Group"]),
        ("Marks and Spencer and Acme", ["Marks and Spencer", "Acme"]),
        ("Acme customers", []),
        ("Acme's suppliers", []),
        ("Monday", []),
        ("Dutch", []),
        ("names of people", []),
        ("", []),
    ],
)
def test_a_list_of_names(text: str, expected: list[str]) -> None:
    """A list of names."""
    assert [text[slice(*each)] for each in names_at(text, 0)] == expected


WORDS = st.sampled_from(
    [
        "Acme",
        "Acme confirmed",
        "a data breach",
        "said",
        "Dutch airline",
        "similar attacks on",
        "breaches at",
        "and",
        ",",
        "its supplier",
        "platform run by",
        "was hacked",
        "Monday",
        "(",
        "implied",
        "# Geography\n",
        "- Sector:",
        "the same campaign also hit",
        "'s",
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
            assert each.path.startswith(("incident.", "related."))


@pytest.mark.parametrize(
    "piece",
    ["Acme and Beta, ", "the attack of Acme confirmed breach ", "similar attacks on ", "Oslo-based ", "A"],
)
def test_a_long_line_is_read_in_time_that_grows_with_it(piece: str) -> None:
    """Quadratic work on 200,000 characters would take minutes."""
    began = time.process_time()
    list(rule(page(piece * (200_000 // len(piece)))))
    assert time.process_time() - began < 30
