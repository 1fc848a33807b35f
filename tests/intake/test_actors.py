"""Who is said to have done it, and how surely."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.intake.actors import rule
from floodmark.intake.page import Blank, Draft
from intake.pages import page


def said(text: str) -> list[str]:
    """Return what the rule reads, as `confidence: name = first name by speaker`; a blank is a question mark."""
    return [_shown(each) if isinstance(each, Draft) else f"{each.path}?" for each in rule(page(text))]


def _shown(draft: Draft) -> str:
    also = f" = {draft.detail['alias_of']}" if "alias_of" in draft.detail else ""
    return f"{draft.confidence}: {draft.value}{also}" + (f" by {draft.stated_by}" if draft.stated_by else "")


CASES = """
A group calling itself Brass Heron said it had stolen the data. => stated: Brass Heron by Brass Heron
Tessera said it had taken its data offline after the attack. =>
Ransomware group Brass Heron stole the records of the shop. => stated: Brass Heron
Ransomware group Brass Heron stole the records of a bank last year. =>
Ransomware group Brass Heron also stole the records of a bank. =>
The attack has been attributed to the group Brass Heron. => stated: Brass Heron
The intrusion was attributed by investigators to Copper Finch and Dusty Lark. => stated: Copper Finch ; stated: Dusty Lark
Velvet Crane claimed responsibility for the attack on Friday. => stated: Velvet Crane by Velvet Crane
The theft was carried out by the ransomware gang Iron Otter, according to Tessera. => stated: Iron Otter by Tessera
The breach was claimed by Velvet Crane. => stated: Velvet Crane by Velvet Crane
The intruders were likely members of Scarlet Spider. => likely: Scarlet Spider
The attack bears the hallmarks of Brass Heron. => likely: Brass Heron
The attackers are believed to be Brass Heron. => likely: Brass Heron
UNC9999 is believed to be behind the attack. => likely: UNC9999
The breach may be linked to UNC9999. => possible: UNC9999
The breach may be linked to Snowflake. =>
The hackers, possibly Copper Finch, left a note. => possible: Copper Finch
The tactics are reminiscent of the group Copper Finch. => possible: Copper Finch
The techniques in the attack match those of groups like Copper Finch. => possible: Copper Finch
Groups like Copper Finch often call help desks. =>
Copper Finch denied involvement in the attack. => denied: Copper Finch by Copper Finch
Police found no link to the Copper Finch group. => denied: Copper Finch
The attack was not the work of Copper Finch. => denied: Copper Finch
The attack was carried out by Brass Heron, not Copper Finch. => stated: Brass Heron ; denied: Copper Finch
The attack was attributed to Brass Heron, also known as Muddy Swan and UNC9999. => stated: Brass Heron ; stated: Muddy Swan = Brass Heron ; stated: UNC9999 = Brass Heron
The attack was attributed to UNC9999 (aka Brass Heron). => stated: UNC9999 ; stated: Brass Heron = UNC9999
The investigation was carried out by Tessera. =>
The breach was attributed to Salesforce misconfiguration. =>
The breach was attributed to human error. =>
The breach was attributed to a flaw in Citrix. =>
The attack was attributed to Russia. =>
Potentially Social Security numbers were taken in the attack. =>
Copper Finch is known for vishing. =>
A cybercriminal accessed the platform. =>
No group has claimed responsibility for the attack. => actor.name?
The company has not named the attackers. =>
Although not confirmed, the attack was attributed to Copper Finch. => possible: Copper Finch
The hospital has not yet attributed the attack to Copper Finch. =>
Researchers suspect Copper Finch of the hack. =>
The Medusa ransomware gang listed the school on its leak site. => stated: Medusa by Medusa
LockBit 3.0 claims to have stolen 2 TB of files from the clinic. => stated: LockBit 3.0 by LockBit 3.0
The hackers behind the attack were identified as ShinyHunters. => stated: ShinyHunters
Acme said the attack was carried out by the 0ktapus group. => stated: 0ktapus by Acme
“Grey Stoat” claimed the attack on a forum. => stated: Grey Stoat by Grey Stoat
The group, which calls itself Grey Stoat, took credit. =>
Brass Heron and Copper Finch claimed responsibility. => stated: Brass Heron by Brass Heron ; stated: Copper Finch by Copper Finch
The attack was linked to a Russian group. =>
The breach was carried out by an insider, the bank said. =>
They claimed responsibility on Telegram for the breach. =>
Suspected Brass Heron hackers stole the data in the attack. => likely: Brass Heron
The attack was launched by calling the help desk on Monday. =>
The data was posted by Brass Heron on its leak site. =>
The service is operated by Tessera, which is tracked as a vendor. =>
The attack was similar to the Medibank breach. =>
Attackers used phishing kits likely from Telegram. =>
Mandiant attributed the campaign to UNC9999. => stated: UNC9999 by Mandiant
The group's tactics are consistent with Brass Heron. =>
Acme took responsibility for the breach and apologised. =>
Acme denied the breach on Monday. =>
Acme claimed it was hacked by a competitor. =>
Acme claimed it had taken immediate steps after the attack. =>
Acme was listed on the leak site of a ransomware gang. =>
Acme is responsible for the breach, the court said. =>
Attacks carried out by Brass Heron usually start with a phone call. =>
The 2023 attack on casinos was attributed to Brass Heron. =>
Several recent attacks attributed to Brass Heron hit insurers. =>
An investigation found that the attack was carried out by Brass Heron. => stated: Brass Heron
The response to the attack was carried out by Tessera. =>
The migration of data was carried out by Tessera. =>
Two sources told the paper that Brass Heron is behind the breach. => stated: Brass Heron
The attack has been blamed on the Brass Heron group by police in Oslo. => stated: Brass Heron
The Brass Heron group has not claimed responsibility for the attack. =>
The breach has been attributed by police to the Amber Jackal group. => stated: Amber Jackal
Amber Jackal, a ransomware group, said it was behind the attack on the port. =>
Investigators believe the Amber Jackal gang carried out the attack. => likely: Amber Jackal
The stolen files were published by Amber Jackal on Monday. =>
Security firm Obsidian linked the attack to UNC7777. => likely: UNC7777
Obsidian has linked the intrusion with moderate confidence to UNC7777. => likely: UNC7777
The port blamed the attack on Amber Jackal. => stated: Amber Jackal
A group named Amber Jackal claimed the hack. => stated: Amber Jackal by Amber Jackal
Amber Jackal is suspected of carrying out the attack. => likely: Amber Jackal
It is not clear whether Amber Jackal was behind the attack. => possible: Amber Jackal
Police ruled out the group Amber Jackal. => denied: Amber Jackal
An affiliate of Amber Jackal may have carried out the breach. =>
The attack was carried out by calling staff, Obsidian said. =>
The malware was developed by Amber Jackal. =>
Brixel said the attackers are likely based in Eastern Europe. =>
The attack is similar to one claimed by Amber Jackal in 2022. =>
Amber Jackal usually claims responsibility within days. =>
The attack was quickly claimed by the pro-Russian group Amber Jackal on Telegram. => stated: Amber Jackal by Amber Jackal
The attack was conducted by an unknown third party. =>
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_one_sentence(line: str) -> None:
    """One sentence."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


def test_hackers_linked_to_a_name() -> None:
    """A noun in front makes `linked to` enough."""
    assert said("Hackers linked to Amber Jackal broke into Petrel Air.") == ["likely: Amber Jackal"]


LABELLED = """
- Threat Actor: Brass Heron => stated: Brass Heron
- Threat Actor: Likely Brass Heron (UNC9999) => likely: Brass Heron
- Threat Actor: the Brass Heron group (suspected) => likely: Brass Heron
- Threat Actor: Not confirmed, but possibly Brass Heron => possible: Brass Heron
- Attribution: Unknown => actor.name?
- Attribution: None provided. => actor.name?
- Actor: An unnamed cybercriminal =>
- Attribution: Attributed to Brass Heron and Copper Finch => stated: Brass Heron ; stated: Copper Finch
"""


@pytest.mark.parametrize("line", LABELLED.strip().splitlines())
def test_a_label_decides(line: str) -> None:
    """A label decides."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


@pytest.mark.parametrize(
    "heading", ["Lessons learned", "Recommendations", "What could have been done better"]
)
def test_what_is_wished_names_no_actor(heading: str) -> None:
    """What is wished names no actor."""
    text = f"# {heading}\n- The attack attributed to Brass Heron shows this.\n- Study tactics of groups like Brass Heron in the attack."
    assert said(text) == []


def test_each_mention_has_its_own_confidence() -> None:
    """Each mention has its own confidence."""
    text = """The attack was attributed to the group Brass Heron.
The intruders, potentially Brass Heron, are known for theft.
The tactics in the attack are those of groups like Brass Heron.
Brass Heron is known for calling help desks."""
    assert said(text) == ["stated: Brass Heron", "possible: Brass Heron", "possible: Brass Heron"]


def test_a_name_that_is_an_actor_elsewhere_needs_no_noun() -> None:
    """A name that is an actor elsewhere needs no noun."""
    bare = "The intrusion has been linked to Brass Heron."
    assert said(bare) == []
    assert (
        said(f"{bare}\nPolice said the Brass Heron group took credit for the attack.")[0]
        == "likely: Brass Heron"
    )


def test_under_attribution_a_name_needs_no_noun() -> None:
    """The heading says that it is about actors."""
    assert said("# Attribution\nThe bank has found no link to Brass Heron for this attack.") == [
        "denied: Brass Heron"
    ]
    assert said("The bank has found no link to Brass Heron for this attack.") == []


def test_who_it_was_is_not_known() -> None:
    """A text that says so gives a blank."""
    assert said("We do not know who carried out the attack.") == ["actor.name?"]
    assert said("The bank has not said who was behind the attack.") == ["actor.name?"]


def test_an_own_claim_is_marked() -> None:
    """An own claim is marked."""
    (draft,) = rule(page("Velvet Crane has claimed responsibility for the attack."))
    assert isinstance(draft, Draft)
    assert draft.detail == {"claim": "own"}
    assert (draft.stated_by, draft.confidence) == ("Velvet Crane", "stated")


def test_a_quote_carries_the_hedge() -> None:
    """A quote carries the hedge."""
    text = "The bank said that it may be an attack carried out by the Brass Heron group."
    (draft,) = rule(page(text))
    assert text[slice(*draft.span)] == "may be an attack carried out by the Brass Heron"
    assert isinstance(draft, Draft)
    assert draft.confidence == "possible"


def test_the_month_of_may_is_no_hedge() -> None:
    """The month of may is no hedge."""
    assert said("In May the attack was attributed to the Brass Heron group.") == ["stated: Brass Heron"]


def test_a_blank_quotes_what_is_not_known() -> None:
    """A blank quotes what is not known."""
    text = "The school is closed, and no group has claimed responsibility for it."
    (blank,) = rule(page(text))
    assert isinstance(blank, Blank)
    assert text[slice(*blank.span)] == "no group has claimed responsibility for it"


WORDS = st.sampled_from(
    [
        "Brass Heron",
        "attributed to",
        "the attack",
        "claimed responsibility",
        "likely",
        "may be",
        "not",
        "no link to",
        "the group",
        "groups like",
        ", also known as",
        "UNC9999",
        "and",
        '"',
        "- Threat Actor:",
        "is behind the attack",
        "denied involvement",
        "0x",
        "ransomware gang",
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
            assert each.confidence in {"stated", "likely", "possible", "denied"}


@pytest.mark.parametrize(
    "piece", ["attributed to ", "Brass Heron and ", "claimed by Brass Heron, ", "the hackers likely ", "A"]
)
def test_a_long_line_is_read_in_time_that_grows_with_it(piece: str) -> None:
    """Quadratic work on 200,000 characters would take minutes."""
    began = time.process_time()
    list(rule(page(piece * (200_000 // len(piece)))))
    assert time.process_time() - began < 30
