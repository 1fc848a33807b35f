"""Which categories were taken, and which were not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.intake.lexicon import may_name, word_set
from floodmark.intake.page import Blank, Draft
from floodmark.intake.taken import mentions, rule
from intake.pages import page

Said = tuple[set[str], set[str], set[str]]
"""Categories taken, not taken, and open."""


def said(text: str) -> Said:
    """Return what the rule reads from a page of plain lines."""
    drafts = [each for each in rule(page(text)) if isinstance(each, Draft)]
    one, two, three = (
        {str(each.value) for each in drafts if each.polarity == polarity}
        for polarity in ("taken", "not_taken", "unknown")
    )
    return one, two, three


def expected(line: str) -> Said:
    """Return the three sets of `name, email | password | pin`."""
    parts = [{each.strip() for each in part.split(",") if each.strip()} for part in f"{line}||".split("|")]
    return parts[0], parts[1], parts[2]


CASES = """
Names and email addresses were stolen. => name, email
The attackers stole names, phone numbers and dates of birth. => name, phone, date_of_birth
The stolen data includes names, home addresses and SSNs. => name, address, social_security_number
Credit card details, passport details and passwords were not accessed. => | payment_card, passport, password
No passwords or financial information were accessed. => | password, financial information
None of the payment data was touched. => | payment data
The data set did not include passwords, PINs or bank account numbers. => | password, pin, bank_account
Customer names were taken, but not passwords. => name | password
While names were exposed, passwords were not. => name | password
Although names, emails and phone numbers were taken, passwords were not. => name, email, phone | password
Passwords were not taken, only names were. => name | password
Passwords were not taken, but names and emails were. => name, email | password
Not only names but also passwords were stolen. => name, password
Neither passwords nor passport numbers were compromised. => | password, passport
There is no evidence that passwords were accessed. => | password
The company has found no evidence that credit card numbers or passwords were taken. => | payment_card, password
Passwords are not believed to have been affected. => | password
The company cannot rule out that passwords were taken. => || password
It is not clear whether passport numbers were accessed. => || passport
Investigators are still determining whether dates of birth were copied. => || date_of_birth
Email addresses may have been exposed. => email
Names were potentially exposed. => name
All customer data except passwords was stolen. => customer data | password
Names, emails and phone numbers were leaked, with the exception of passwords. => name, email, phone | password
Passwords and PINs remain secure. => | password, pin
Key records like PINs and health information stayed safe. => | pin, health
Passport details are not stored in the affected system. => | passport
The platform does not hold credit card details. => | payment_card
We do not store passwords in plain text. =>
Payment card data never left our network. => | payment_card
Only names and email addresses were taken. => name, email
The exposure was limited to names and email addresses. => name, email
Attackers obtained names rather than passwords. => name | password
Attackers got away with names without accessing passwords. => name | password
Hashed passwords were stolen. => password
The last four digits of credit card numbers were exposed. => payment_card
Customers should change their passwords. =>
Please watch out for phishing emails that ask for your password. =>
Attackers used stolen passwords to log in to the portal. =>
An employee's password was stolen. =>
The names could be used for identity theft. =>
Such breaches typically expose names and passwords. =>
In the earlier breach at Contoso, passports were taken. =>
Unlike the Contoso incident, in which passports were taken, this one was small. =>
It is not true that passwords were taken. => | password
The company denied that passwords were stolen. => | password
Reports that passwords were stolen are false. => | password
Claims that passport numbers were taken are untrue, the airline said. => | passport
The hackers claim to have stolen passport numbers. => || passport
Passwords, the company said, were not among the data taken. => | password
Names (but not passwords) were stolen. => name | password
Personal information (names, emails and phone numbers) was stolen. => personal information, name, email, phone
Names were stolen (passwords were not). => name | password
The following data was not accessed: passwords, PINs and passports. => | password, pin, passport
The following data was taken: names, emails and postcodes. => name, email, postal_code
The attackers did not obtain passwords: names and emails were taken. => name, email | password
Passwords were not taken; names were. => name | password
At no time were passwords accessed. => | password
Names were taken, as were email addresses. => name, email
Passwords were not accessed, nor were PINs. => | password, pin
No data other than names and emails was accessed. => name, email
Nothing except email addresses was stolen. => email
The attackers failed to obtain passwords. => | password
They were unable to access credit card numbers. => | payment_card
If passwords were taken, customers must reset them. =>
The intruder tried to steal passwords. =>
Before passwords could be copied, the server was shut down. =>
Passwords were initially thought to have been stolen but were not. => | password
Passwords, which were not accessed, are kept elsewhere. => | password
Passwords stored in the system that was breached were not taken. => | password
The attackers, who did not take passwords, stole names and addresses. => name, address | password
The attackers took names, emails, and dates of birth, and passwords were not accessed. => name, email, date_of_birth | password
The attackers took names, and passwords, PINs and passports were not accessed. => name | password, pin, passport
Names were stolen, passwords, PINs and passports were not. => name | password, pin, passport
The thieves made off with names, emails and phone numbers, but no passwords. => name, email, phone | password
The database that was copied contained names, emails and hashed passwords. => name, email, password
Data that was not accessed includes passwords and PINs. => | password, pin
Unaffected data includes passport numbers. => | passport
Passwords weren't exposed. => | password
Passwords weren’t exposed, names were. => name | password
Not a single password was taken. => | password
Contrary to earlier reports that passwords were taken, only names were stolen. => name | password
The breach exposed names and email addresses while leaving passwords untouched. => name, email | password
The breach did not involve passwords, but names and emails. => name, email | password
Except for passwords, all customer data was taken. => customer data | password
Names and addresses of 5,000 customers were published online. => name, address
There is no evidence that the stolen names have been misused. =>
Names, but no addresses, were stolen. => name | address
The group exfiltrated customer records including names, email addresses and dates of birth. => name, email, date_of_birth
An attacker gained access to names and phone numbers. => name, phone
The attacker did not gain access to passwords. => | password
Access to passwords was not obtained. => | password
Passwords and payment details were unaffected. => | password, payment details
Passwords were reset after email addresses were stolen. => email
The theft of names and emails was confirmed on Monday. => name, email
Exposed data included names, but excluded passwords. => name | password
Not accessed: passwords and PINs. => | password, pin
Were passwords taken? =>
Not all passwords were taken. =>
The company does not believe passwords were taken. => | password
We have no reason to believe that passport data was accessed. => | passport
The incident did not affect passwords or payment card data. => | password, payment_card
It has not confirmed that passwords were taken. => || password
Passwords: Not accessed. => | password
Passwords: safe. => | password
The airline stressed that no passwords, PINs or passport numbers had been taken in the attack. => | password, pin, passport
Stolen: names and emails. Not stolen: passwords. => name, email | password
Names were taken. Passwords were not. => name | password
There is nothing to suggest that passport details were taken. => | passport
The company has ruled out that credit card data was exposed. => | payment_card
We have not ruled out that credit card data was exposed. => || payment_card
Passwords could not be accessed. => | password
The hackers could not get at passwords. => | password
It remains unknown whether PINs were obtained. => || pin
No evidence has emerged that PINs were obtained. => | pin
There are no indications that bank account details were stolen. => | bank_account
The data taken did not contain passwords. => | password
The stolen files do not contain passwords or credit card numbers, but do contain names and email addresses. => name, email | password, payment_card
Attackers accessed names and emails but could not access passwords because these are stored elsewhere. => name, email | password
Passwords are stored in a separate system that was not breached. => | password
Passwords were safe, but names and phone numbers were exposed. => name, phone | password
Apart from names, no data was taken. => name
Aside from names, passwords were also taken. => password
Other than email addresses, nothing was exposed. => email
All information other than passwords was exposed, including names and dates of birth. => name, date_of_birth | password
Names, addresses and, in some cases, passport numbers were stolen. => name, address, passport
For 4 million customers names and email addresses were taken, and for 1 million also dates of birth. => name, email
Passwords have not been compromised, and neither have PINs. => | password, pin
Names have been compromised, but passwords have not. => name | password
Names have been compromised, passwords have not. => name | password
Names were compromised; not so passwords. => name
The attackers never accessed passwords. => | password
No customer passwords or card numbers were ever exposed. => | password, payment_card
None of our customers' passwords were exposed. => | password
Nobody accessed passwords. => | password
Contact details were taken, though not dates of birth. => contact details | date_of_birth
Contact details (excluding phone numbers) were taken. => contact details | phone
Data stolen: names, emails. => name, email
The compromised information does not include social security numbers. => | social_security_number
The compromised information may include social security numbers. => social_security_number
Social security numbers may not have been taken. => || social_security_number
It is possible that names were accessed. => name
Large carriers hold passport numbers. =>
The database contains names and emails. =>
The airline keeps names, emails and passport numbers of its customers. =>
Had passwords been stored there, they would have been taken. =>
If names were stolen, we will tell you. =>
Customers whose names were stolen will be told. => name
Customers whose passport numbers were not stolen need do nothing. => | passport
Passport numbers, unlike names, were not taken. => | passport
Unlike passport numbers, names were taken. => name | passport
Instead of passwords, the attackers found names. =>
The attackers wanted passwords but got only names. => name
The attackers were after passwords but obtained names. => name
The thieves left with names, not passwords. =>
Names, not passwords, were stolen. => name | password
It was names, not passwords, that were stolen. => name | password
What was stolen were names and emails. => name, email
Among the data stolen were names and emails. => name, email
Passwords were not among the stolen data. => | password
Passwords were not part of the breach. => | password
Names were part of the breach. => name
The company does not think passwords were included. => | password
Security questions were not included in the leak. => | security_question
Fortunately, passwords escaped. => | password
The firm insists passwords are safe. => | password
The firm cannot say that passwords are safe. =>
Passwords are no longer safe. =>
Passwords were not safe. =>
Passwords were not left untouched. =>
No passwords were safe. =>
It is false that no passwords were taken. =>
The company did not deny that passwords were taken. => || password
There is no doubt that names were taken. => name
There is no question that passwords were not taken. => | password
Passwords were encrypted and not accessed. => | password
Encrypted passwords were accessed, but not the keys. => password
Names were viewed but not downloaded. => name
The attackers viewed, but did not download, names. => name
The intruder may have viewed names and addresses, but did not view payment card numbers. => name, address | payment_card
The attack exposed no passwords. => | password
The attack exposed neither passwords nor PINs. => | password, pin
The attack exposed names but neither passwords nor PINs. => name | password, pin
The leaked file lists names, emails and, contrary to first reports, no passwords. =>
Emails were not stolen from the mail server; they were stolen from the backup. =>
Not accessed were passwords and PINs. => | password, pin
Credit card numbers, passwords (stored as hashes) and PINs were not affected. => | payment_card, password, pin
Credit card numbers (which we do not store) and passwords were not affected. => | payment_card, password
Full names, email addresses, and phone numbers — but no passwords — were leaked. => name, email, phone | password
Full names — not passwords — were leaked. => name | password
Your name, email address and date of birth were involved. Your password was not. => name, email, date_of_birth | password
Far from being safe, passwords were stolen. => password
Passwords were taken, not names. => password | name
Passwords and not names were taken. => password | name
Rather than passwords, names were taken. => name | password
A spokesperson said: "No passwords were taken." => | password
The hackers say that they have passwords; the company says no passwords were taken. => | password
Data including names but not passwords was stolen. => name | password
Data such as names, but nothing like passwords, was stolen. => name | password
No passwords, but names and emails were stolen. => name, email | password
Email addresses but not names or phone numbers were accessed. => email | name, phone
Passwords weren't stolen. Names were. => name | password
Did the attackers take passwords? No. =>
Little evidence suggests passwords were taken. => || password
We are investigating if passwords were taken. => || password
The attackers are believed to have taken names. => name
Passport data is believed to be unaffected. => | passport
Passwords appear not to have been taken. => | password
Passwords do not appear to have been taken. => | password
The leak included everything but passwords. => | password
Everything except names was left untouched. => name
The hackers stole everything except passwords. => | password
We are not aware of any access to passwords. => | password
The attackers did not access or exfiltrate passwords. => | password
The attackers neither accessed nor exfiltrated passwords. => | password
Passwords were neither accessed nor exfiltrated. => | password
Passwords were not accessed or exfiltrated. => | password
No one's password was stolen. => | password
Only email addresses, and no passwords, were exposed. => email | password
Just names were exposed; no other data such as passwords was. => name | password
Passwords remain unaffected while names, emails and addresses were exposed. => name, email, address | password
Payment information is handled by a third party and was not exposed. => | payment information
The third-party platform, which holds names but not passwords, was breached. => | password
It holds no passwords. => | password
Attackers claimed to have taken passwords, which the company denies. =>
The gang says it stole passports, a claim the company rejects. =>
Reports of stolen passwords are wrong. => | password
The reports of stolen passwords were unfounded. => | password
Rumours that passwords were stolen have been denied. => | password
While the intruders did view names, they were never able to reach passwords or PINs. => name | password, pin
Names and email addresses — though not passwords — were in the stolen file. => name, email | password
The list of affected data does not include passwords. => | password
Your payment details have not been affected by this incident. => | payment details
We want to assure customers that no credit card data was involved. => | payment_card
Credit card data was not involved in this incident. => | payment_card
Importantly, no financial data, passport numbers or passwords were stored in the affected system. => | financial data, passport, password
Importantly, the affected system does not hold financial data, passport numbers or passwords. => | financial data, passport, password
The attackers only accessed email addresses. => email
The accessed data was limited to names and contact details and did not include dates of birth. => name, contact details | date_of_birth
The accessed data is limited to names, and does not extend to dates of birth. => name | date_of_birth
Access was limited to names and phone numbers; credentials, PINs and passport numbers were out of reach. => name, phone | credentials, pin, passport
Social security numbers, which are kept by a different vendor, were not exposed. => | social_security_number
Social security numbers are kept by a different vendor and were not exposed. => | social_security_number
For some customers, gender and meal preferences were also taken. => gender, meal_preference
For the remaining 1.7 million customers, the records included address, date of birth, phone number, gender and meal preferences. => address, date_of_birth, phone, gender, meal_preference
No passwords, not even hashed ones, were taken. => | password
The company said passwords had been taken, then corrected itself: no passwords were taken. => | password
Earlier fears that passwords were stolen proved unfounded. =>
Passport numbers are not thought to have been accessed. => | passport
Passport numbers are thought not to have been accessed. => | passport
It is thought that passport numbers were not accessed. => | passport
We do not yet know whether health information was viewed. => || health
Whether health information was viewed is not yet known. => || health
The police have not said if driver's licences were copied. => || driving_licence
The stolen database held neither passwords nor card numbers. => | password, payment_card
The stolen database held names, emails and hashed passwords. => name, email, password
The stolen data contained no card numbers. => | payment_card
None of the stolen records contained passwords. => | password
Not one of the stolen records contained a password. => | password
Few of the stolen records contained passwords. =>
The attackers stole everything from names to passport numbers. => name, passport
The attackers stole more than names: passport numbers were taken too. => name, passport
The attackers did not just steal names; they stole passwords as well. => name, password
The attackers stole not only names but passwords. => name, password
Passwords were stolen in addition to names. => password, name
Passwords as well as names were stolen. => password, name
Passwords, as well as PINs, were not stolen. => | password, pin
There was no theft of passwords. => | password
There was no unauthorised access to passwords. => | password
There has been no compromise of payment card data. => | payment_card
The attack did not result in the theft of passwords. => | password
The attack resulted in the theft of names but not of passwords. => name | password
The attackers were stopped before they could access passwords. =>
The attackers were prevented from accessing passwords. => | password
The attackers were blocked from reaching passwords. => | password
The security team stopped the attackers from taking passwords. => | password
The attackers came close to taking passwords. =>
Taking passwords was not the aim. =>
The aim was to steal passwords. =>
Card numbers are never stored. => | payment_card
We never store card numbers. => | payment_card
Card numbers are masked and cannot be used. =>
Full credit card numbers were not exposed, but the last four digits were. => | payment_card
The affected information: names and email addresses (no passwords). => name, email | password
Affected: names, email addresses. Unaffected: passwords, PINs. => name, email | password, pin
What we know: names were taken. What we don't know: whether passwords were taken. => name || password
Taken: names. Passwords: no. => name
Passwords – not stolen; names – stolen. => name | password
The gang posted names and emails on its leak site. => name, email
The gang threatened to publish passport scans. =>
The gang has not published passport scans. =>
A sample posted online contained names, emails and phone numbers, but passwords were absent. => name, email, phone
A sample posted online contained names, emails and phone numbers, and no passwords. => name, email, phone | password
Customers' names, but thankfully not their passwords, fell into the hands of criminals. =>
No names, addresses, or phone numbers were taken; the thieves obtained only email addresses. => email | name, address, phone
Email addresses were the only data taken. => email
Passwords were the only data not taken. => | password
Email addresses were all that was taken. => email
Nothing but email addresses was taken. => email
Anything other than names was safe. => name
Names were exposed. However, passwords were not. => name | password
Names were exposed, however passwords were not. => name | password
Names were exposed, yet passwords were not. => name | password
Passwords were not; names were exposed. => name
Although passwords were not exposed, names were. => name | password
Despite the theft of names, passwords remain safe. => name | password
Even though names were taken, there is no evidence passwords were. => name | password
We have no evidence that your password, PIN or payment card was exposed. => | password, pin, payment_card
We have no evidence your password was exposed. => | password
We have evidence that your password was exposed. => password
Investigators found no sign of passwords having been accessed. => | password
The review confirmed that no health data left the network. =>
The review confirmed names left the network. =>
The breach has not affected passwords. => | password
The breach affected names, not passwords. => name | password
The breach affected names and not passwords. => name | password
The breach affected names but did not affect passwords. => name | password
The breach affected names without affecting passwords. => name | password
Email addresses (and in no case passwords) were taken. => email | password
All fields bar the password were copied. => | password
Contrary to what the hackers claim, no passwords were taken. => | password
Contrary to the company's statement, passwords were taken. => password
Hackers dispute the company's claim that no passwords were taken. =>
The company rejected reports that passwords had been stolen. => | password
They may or may not have taken passwords. => || password
Passwords could have been taken. => password
Passwords could not have been taken. => | password
Passwords might not have been taken. => || password
It would have been worse had passwords been taken. =>
Thankfully passwords were not taken, or the damage would have been worse. => | password
Nor did they take passwords. => | password
Nor were passwords taken. => | password
They did not take passwords, nor did they take PINs. => | password, pin
They took names; they did not take passwords or PINs. => name | password, pin
They took no passwords and no PINs. => | password, pin
They took no passwords and PINs. => | password, pin
Account passwords were hashed and salted and there is no indication that they were taken. => | password
Although some names were viewed, at this stage there is no evidence that passwords, PINs, or passport scans have been downloaded. => name | password, pin, passport
What was not affected: passwords, payment card details. => | password, payment_card
Your financial information was NOT affected. => | financial information
Personal information like names and addresses was accessed, though it did not include financial data. => personal information, name, address | financial data
Social Security numbers were not among the information exposed. => | social_security_number
The exposed information didn't include Social Security numbers, bank account numbers or card numbers. => | social_security_number, bank_account, payment_card
No Social Security numbers or financial information was impacted, but names, addresses, and dates of birth may have been. => name, address, date_of_birth | social_security_number, financial information
We can confirm that credit card details were not compromised as they are not stored by us. => | payment_card
Neither the names nor the addresses of customers were compromised. => | name, address
The attackers did obtain names. They did not obtain passwords. => name | password
It is believed that no passwords were stolen. => | password
It is believed that passwords were not stolen. => | password
It's believed passwords weren't stolen. => | password
Data breach: names and emails exposed, passwords not. => name, email
Data breach: names and emails exposed, passwords safe. => name, email
Only customers' names — never passwords — were seen by the attackers. =>
Passport and driver's licence numbers were not exposed. => | passport, driving_licence
Passport numbers and, importantly, passwords were not exposed. => | passport, password
Sensitive data such as passwords was encrypted and thus not readable. =>
The intruders could read names but not passwords. =>
A dump of names, emails and (unsalted) password hashes was published. => name, email, password
We would like to emphasise that passwords are not affected. => | password
Stolen were names, not passwords. => name | password
Passwords? Not stolen. =>
The company has no record of passwords being taken. => | password
There's no suggestion passwords were taken. => | password
The company says it does not know whether names or passwords were taken. => || name, password
Police do not believe that the attackers got passwords. => | password
The attackers got into email accounts and stole names. => name
Passwords for 200 accounts were stolen, but not those of administrators. => password
Names were not exposed to the public but were accessed by the attackers. =>
The airline said it didn't lose passwords. => | password
The airline lost names and emails, it did not lose passwords. => name, email | password
No one but staff could see passwords. =>
The attackers accessed names and emails, passwords they did not get. => name, email | password
Names were accessed and it is not known if passwords were. => name
Almost no passwords were stolen. =>
We do not believe your payment information was taken. => | payment information
Passwords, though encrypted, were stolen. => password
There is no evidence that passwords were taken but there is evidence that names were taken. => name | password
Neither was accessed. =>
"""


@pytest.mark.parametrize("case", [line for line in CASES.splitlines() if line], ids=lambda case: case[:50])
def test_each_side_of_a_sentence_is_read(case: str) -> None:
    """Each side of a sentence is read."""
    sentence, sides = case.split(" =>")
    assert said(sentence) == expected(sides)


NAMED = """
names, emails, phone numbers, dates of birth, DoBs, FFNs and SSNs => name, email, phone, date_of_birth, date_of_birth, loyalty_number, social_security_number
home addresses and email addresses => address, email
the name of the group, a domain name, named =>
password-stealing malware, a password manager, an address book, an email server =>
names of customers => name
name, email address and phone number => name, email, phone
credit card details, passport details, PINs, logins and frequent flyer accounts => payment_card, passport, pin, username, frequent flyer accounts
customers' personal information; PII; contact info => customer personal information, PII, contact info
driver\u2019s licence numbers and birth dates => driving_licence, date_of_birth
their address and state =>
usernames =>  username
"""


@pytest.mark.parametrize("case", [line for line in NAMED.splitlines() if line], ids=lambda case: case[:40])
def test_the_longest_phrase_names_the_category(case: str) -> None:
    """The longest phrase names the category."""
    text, names = case.split(" =>")
    assert [each.name for each in mentions(text)] == [
        each.strip() for each in names.split(",") if each.strip()
    ]


def test_a_mention_says_how_wide_and_in_what_form_it_is() -> None:
    """A mention says how wide and in what form it is."""
    text = "Hashed passwords, the last four digits of credit card numbers and personal data"
    found = [(text[each.begin : each.end], each.form, each.broad) for each in mentions(text)]
    assert found == [
        ("passwords", "hashed", False),
        ("credit card numbers", "partial", False),
        ("personal data", "", True),
    ]


REPORT = """# Report
## What was taken
- Names
- Phone numbers, but not PINs
- No passwords
- Passport numbers (not affected)
- Usernames: no
## Data not affected
- Credit card details
## Recommendations
- Email addresses were stolen
"""


def test_items_take_what_their_heading_says() -> None:
    """Items take what their heading says."""
    assert said(REPORT) == ({"name", "phone"}, {"pin", "password", "passport", "payment_card"}, set())


def test_items_take_what_their_lead_in_says() -> None:
    """Items take what their lead in says."""
    text = "The following was not accessed:\n- passwords\n- PINs\n\nThe stolen data includes:\n- names\n\nCustomers should check:\n- passports\n"
    assert said(text) == ({"name"}, {"password", "pin"}, set())


def test_a_label_that_names_data_is_read_with_its_value() -> None:
    """A label that names data is read with its value."""
    assert said("- **Passwords:** Not accessed.\n- **Names:** Stolen.") == ({"name"}, {"password"}, set())


def test_an_item_tells_the_words_it_stands_under() -> None:
    """An item tells the words it stands under."""
    drafts = [each for each in rule(page("# What was stolen\n- Names")) if isinstance(each, Draft)]
    assert [(each.value, each.detail) for each in drafts] == [
        ("name", {"text": "Names", "under": "What was stolen"})
    ]


def test_the_quote_carries_the_category_and_what_decides() -> None:
    """The quote carries the category and what decides."""
    text = "On Monday the firm said that passwords and PINs were *not* accessed by anyone."
    drafts = [each for each in rule(page(text)) if isinstance(each, Draft)]
    assert [text[slice(*each.span)] for each in drafts] == [
        "passwords and PINs were *not* accessed",
        "PINs were *not* accessed",
    ]


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("There is no evidence that passwords were accessed.", "no evidence"),
        ("Names may have been taken.", "potential"),
        ("Passwords are not believed to have been affected.", "not believed"),
        ("Passwords were reportedly not accessed.", "reported"),
        ("Names were taken.", None),
    ],
)
def test_a_hedge_is_kept(text: str, hedge: str | None) -> None:
    """A hedge is kept."""
    assert [each.detail.get("hedge") for each in rule(page(text)) if isinstance(each, Draft)] == [hedge]


def test_data_that_is_not_told_is_a_blank() -> None:
    """Data that is not told is a blank."""
    text = "The types of data are not specified; such leaks usually hold contact details."
    found = list(rule(page(text)))
    assert found == [Blank("impact.category", (0, len(text)))]


KINDS = {
    "names": "name",
    "email addresses": "email",
    "phone numbers": "phone",
    "dates of birth": "date_of_birth",
    "passwords": "password",
    "PINs": "pin",
    "passport numbers": "passport",
    "credit card details": "payment_card",
    "social security numbers": "social_security_number",
    "home addresses": "address",
}
TAKEN = (
    "{} were stolen",
    "the attackers stole {}",
    "the stolen data includes {}",
    "{} were exposed in the attack",
)
KEPT = (
    "{} were not accessed",
    "no {} were taken",
    "none of the {} were accessed",
    "the attackers did not obtain {}",
    "there is no evidence that {} were stolen",
    "{} remain secure",
    "{} were unaffected",
    "the data did not include {}",
)
JOINTS = (", but ", "; ", ". ", ", while ", ", whereas ", ", although ")


def listed(words: list[str]) -> str:
    """Return `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def halves(words: list[str], at: int) -> tuple[list[str], list[str]]:
    """Return a list in two parts, none of them empty."""
    cut = 1 + at % (len(words) - 1)
    return words[:cut], words[cut:]


LISTS = st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=7, unique=True)


@settings(max_examples=150, deadline=None)
@given(
    LISTS,
    st.integers(0, 9),
    st.tuples(st.sampled_from(TAKEN), st.sampled_from(KEPT)),
    st.sampled_from(JOINTS),
    st.booleans(),
)
def test_what_was_taken_and_what_was_not_keep_their_sides(
    words: list[str], at: int, pair: tuple[str, str], joint: str, turned: bool
) -> None:
    """What was taken and what was not keep their sides."""
    (took, kept), (one, two) = pair, halves(words, at)
    parts = [took.format(listed(one)), kept.format(listed(two))]
    text = joint.join(reversed(parts) if turned else parts)
    text = ". ".join(each[:1].upper() + each[1:] for each in text.split(". ")) + "."
    assert said(text) == ({KINDS[each] for each in one}, {KINDS[each] for each in two}, set())


@settings(max_examples=100, deadline=None)
@given(
    LISTS,
    st.sampled_from(TAKEN),
    st.sampled_from(["It is not true that {}.", "The firm denied that {}.", "There is no evidence that {}."]),
)
def test_a_sentence_that_is_denied_leaves_nothing_taken(words: list[str], took: str, denied: str) -> None:
    """A sentence that is denied leaves nothing taken."""
    assert said(denied.format(took.format(listed(words))))[0] == set()


@settings(max_examples=100, deadline=None)
@given(LISTS, st.sampled_from(KEPT))
def test_what_was_not_taken_is_complete(words: list[str], kept: str) -> None:
    """What was not taken is complete."""
    text = kept.format(listed(words))
    assert said(f"{text[:1].upper()}{text[1:]}.") == (set(), {KINDS[each] for each in words}, set())


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("not no names were stolen, but ()passwords; : were . n't\u2019s \n- # "),
        max_size=120,
    )
)
def test_any_text_is_read(text: str) -> None:
    """Any text is read."""
    for each in rule(page(text)):
        assert 0 <= each.span[0] < each.span[1] <= len(text)


PIECES = sorted(
    {"customer", "email", "address", "addresses", "date", "of", "birth", "security", "number", "pii", "driver's"}
    | {"information", "details", "n't", "cannot", ",", "-", "credit", "card"}
    | word_set("personal") | word_set("money")
)  # fmt: skip


def test_a_short_form_without_its_word_is_read() -> None:
    """A short form without its word is read."""
    assert [each.name for each in mentions("the address n't email addresses")] == ["email"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
def test_what_names_data_is_never_passed_over(text: str) -> None:
    """What names data is never passed over by the cheap question."""
    assert may_name(text) or not mentions(text)
