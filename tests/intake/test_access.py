"""Where the intruder got in, and how."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.intake.access import rule
from floodmark.intake.page import Blank, Draft
from intake.pages import page


def said(text: str) -> list[str]:
    """Return what the rule reads, as `where: phrase` or `vector: phrase`; a blank is a question mark."""
    return [_shown(each) if isinstance(each, Draft) else f"{each.path}?" for each in rule(page(text))]


def _shown(draft: Draft) -> str:
    mark = " (inferred)" if draft.modality == "inferred" else ""
    return f"{draft.path.split('.')[1]}: {draft.value}{mark}"


CASES = """
The intruders got in through an unpatched mail server. => where: an unpatched mail server ; vector: unpatched mail server
The attackers called the help desk and posed as an employee. => vector: called the help desk ; vector: posed as an employee
The attackers used credentials of a former supplier. => vector: credentials of a former supplier
The attacker had obtained the password of a clerk through phishing. => vector: phishing
Hackers exploited a zero-day flaw in the file tool of a vendor. => vector: exploited a zero-day flaw in the file tool
The attackers guessed a weak password on the gateway. => vector: weak password
A SIM swapping attack on an engineer gave the group access to its code repository. => where: its code repository ; vector: SIM swapping attack
The firm detected suspicious activity on its customer support platform. => where: its customer support platform
The staff patched an outdated server after the attack. =>
Attackers gained access to a cloud storage bucket of the insurer on Sunday. => where: a cloud storage bucket
An intruder entered its Salesforce instance with stolen credentials. => where: its Salesforce instance ; vector: stolen credentials
The hackers used a vishing call to the help desk to reset an administrator's password. => vector: vishing call to the help desk
The breach began with a phishing email opened by a clerk. => vector: phishing email
The attackers exploited a zero-day vulnerability in FileBridge (CVE-2024-12345). => vector: exploited a zero-day vulnerability in FileBridge (CVE-2024-12345)
Customers should watch out for phishing emails that use the stolen data. =>
The stolen data could be used in phishing attacks. =>
The attackers did not gain access to its payment systems. =>
Core systems were not accessed by the attackers. =>
Customers can access the portal again after the attack. =>
The company did not say how the attackers gained access. => access.vector?
It is unclear how the hackers got in. => access.vector?
Police are investigating how the intruders entered the network. => access.vector?
The data was stolen from a third-party ticketing system used by the museum. => where: a third-party ticketing system used by the museum
Hackers broke into the hospital's patient portal. => where: the hospital's patient portal
A support platform run by a supplier was accessed without permission. => where: A support platform run by a supplier
The group is known for social engineering. =>
The gang uses phishing to gain access to networks. =>
Phishing remains a common way in for attackers. =>
There is no evidence that malware was used in the attack. =>
The intrusion resulted from a misconfigured server. => vector: misconfigured server
Attackers used credential stuffing to log in to 4,000 accounts. => vector: credential stuffing
The attackers accessed names, emails and passwords. =>
The attacker stole 2 million records from its customer database. => where: its customer database
Attackers compromised corporate networks using social engineering. => where: corporate networks ; vector: social engineering
The unauthorised party accessed an internal file-transfer server via a compromised contractor account. => where: an internal file-transfer server ; vector: compromised contractor account
The leak exposed weak passwords of users after the attack. =>
After the breach, the company reset stolen passwords. =>
Attackers impersonated IT staff to gain access to the network. =>
The incident involved unauthorised access to a third-party CRM application. => where: a third-party CRM application
Employees were tricked by voice phishing calls, which let the intruders in. => vector: voice phishing calls
The attack took down the website for three days. =>
Staff lost access to the booking system during the attack. =>
Hackers targeted a contact centre in Manila and its ticketing tool. => where: a contact centre
The company hired experts after hackers accessed its systems. =>
The attackers may have accessed a backup server. =>
Data was exfiltrated from the same platform. =>
The intruder logged in to the VPN with a password bought online. =>
Thieves got into the museum's ticketing database through a flaw in a plug-in. => vector: a flaw in a plug-in
An employee clicked on a link in a phishing email, giving the attackers access to a mailbox. => where: a mailbox ; vector: phishing email
The attackers obtained API keys from a public code repository. =>
Unauthorised access to an archive server was found in March. => where: an archive server
The breach was caused by an unsecured database left open by a contractor. => vector: unsecured database
The hackers tricked a help desk worker into resetting a password by impersonating an employee. => vector: impersonating an employee
Access was gained through compromised credentials of a supplier. => vector: compromised credentials
The company said the attackers did not use malware. =>
Criminals may use the data for phishing and identity theft. =>
The ransomware gang broke into networks of 40 firms last year. =>
The attacker exfiltrated data from an analytics platform provided by a vendor. =>
No customer accounts were accessed through the portal. =>
Security teams accessed the platform to investigate the attack. =>
The company has taken down the compromised server. =>
Passwords were not stolen, and the attackers had no access to the booking system. =>
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_one_sentence(line: str) -> None:
    """One sentence."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


LABELLED = """
- Vector: Phishing e-mail to a payroll clerk. => vector: Phishing e-mail to a payroll clerk
- Vector: **Social engineering calls.** => vector: Social engineering calls
- Vector: Not disclosed, but under investigation => access.vector?
- Root cause: Unknown => access.vector?
- Initial Access: Likely stolen VPN credentials => vector: stolen VPN credentials (inferred)
- Initial Access: Vishing of staff (implied) => vector: Vishing of staff (inferred)
- Initial Access: Compromise of an outsourced payroll platform run by a supplier. => where: an outsourced payroll platform run by a supplier
- Vector: Targeting of a partner portal via the branch network environment => where: a partner portal via the branch network environment
- Vector: Phishing of a clerk gave access to the payroll portal => vector: Phishing of a clerk gave access to the payroll portal ; where: the payroll portal
- Entry point: an exposed Remote Desktop host => vector: an exposed Remote Desktop host
- Platform: a booking portal (run by a supplier) => where: a booking portal
- System entered: Not named => access.where?
- Cause: Phishing e-mail => vector: Phishing e-mail
- Vector: Could have been phishing =>
"""


@pytest.mark.parametrize("line", LABELLED.strip().splitlines())
def test_a_label_decides(line: str) -> None:
    """A label decides."""
    text, _, expected = line.partition(" =>")
    assert " ; ".join(said(text)) == expected.strip()


@pytest.mark.parametrize(
    "heading", ["Recommendations", "Lessons learned", "Containment", "Lateral movement", "Operational impact"]
)
def test_a_heading_that_tells_of_something_else_gives_no_way_in(heading: str) -> None:
    """A heading that tells of something else gives no way in."""
    assert said(f"# {heading}\n- Attackers used phishing to gain access to a mail server.") == []


@pytest.mark.parametrize("heading", ["Initial access", "Summary", "Attack methodology"])
def test_a_heading_that_may_tell_of_it_is_read(heading: str) -> None:
    """A heading that may tell of it is read."""
    text = f"# {heading}\n- Attackers used phishing to gain access to a mail server."
    assert said(text) == ["where: a mail server", "vector: phishing"]


def test_under_its_own_heading_a_way_in_needs_no_verb() -> None:
    """The heading ties the phrase to the entry; in plain text it is only a topic."""
    assert said("# Initial access\nPassword spraying against the records system.") == [
        "vector: Password spraying"
    ]
    assert said("Password spraying against the records system.") == []


def test_a_quote_is_the_phrase() -> None:
    """A quote is the phrase."""
    text = "The hackers used *stolen* credentials to enter its **Salesforce** instance."
    assert [text[slice(*each.span)] for each in rule(page(text))] == [
        "its **Salesforce** instance",
        "stolen* credentials",
    ]


def test_the_month_of_may_is_no_hedge() -> None:
    """The month of may is no hedge."""
    assert said("In May hackers gained access to a mail server.") == ["where: a mail server"]


def test_what_is_not_known_is_a_blank_with_its_words() -> None:
    """What is not known is a blank with its words."""
    text = "The port has not said how the attackers got in, nor when."
    (blank,) = rule(page(text))
    assert isinstance(blank, Blank)
    assert (blank.path, text[slice(*blank.span)]) == ("access.vector", "how the attackers got in, nor when")


WORDS = st.sampled_from(
    [
        "attackers",
        "gained access to",
        "a mail server",
        "using",
        "phishing",
        "did not",
        "stolen credentials",
        "via",
        "its",
        "platform",
        "run by a supplier",
        "- Vector:",
        "implied",
        "how the attackers got in",
        "unknown",
        "exploited a flaw in",
        "CVE-2024-12345",
        "(",
        ")",
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
    "piece", ["stolen ", "access to a ", "the attackers used phishing ", "data taken from ", "a"]
)
def test_a_long_line_is_read_in_time_that_grows_with_it(piece: str) -> None:
    """Quadratic work on 200,000 characters would take minutes."""
    began = time.process_time()
    list(rule(page(piece * (200_000 // len(piece)))))
    assert time.process_time() - began < 30
