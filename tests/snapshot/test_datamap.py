"""The data map: what is read, and what each mistake is answered with."""

import pytest

from floodmark.errors import DatamapError
from floodmark.snapshot import categories, datamap

FULL = """\
objects:
  Contact:
    id: Id
    person: {keys: [[Email], [MobilePhone, Birthdate]]}
    residence: [MailingCountry]
    created: CreatedDate
    changed: SystemModstamp
    fields: {Name: name, Email: email, MobilePhone: phone, Birthdate: date_of_birth, Shoe__c: shoe_size}
    types: {Interests__c: multipicklist}
  Case: {id: Id, person: {via: ContactId}, fields: {Description: free_text}}
  Account: {id: Id}
relations: {Contact.AccountId: Account, Case.ContactId: Contact}
not_held: [payment_card, passport]
users: {timezone: Australia/Sydney, sees: all, each: {005000000000001: {sees: unknown}}}
categories: {shoe_size: Shoe size}
"""


def complaint(text: str) -> DatamapError:
    """Return the error that a map is refused with."""
    with pytest.raises(DatamapError) as caught:
        datamap.load(text, "datamap.yaml")
    return caught.value


def contact(rest: str) -> str:
    """Return a small map with one object and more lines for it."""
    return f"objects:\n  Contact:\n    id: Id\n    person: {{keys: [[Email]]}}\n{rest}"


def test_full_map_is_read() -> None:
    """Every part of the form is kept; objects, fields and categories are sorted."""
    found = datamap.load(FULL, "datamap.yaml")
    assert [each.name for each in found.objects] == ["Account", "Case", "Contact"]
    person = found.object("Contact")
    assert person is not None
    assert person.keys == (("Email",), ("MobilePhone", "Birthdate"))
    assert list(person.fields) == ["Birthdate", "Email", "MobilePhone", "Name", "Shoe__c"]
    assert found.not_held == ("passport", "payment_card")
    assert "shoe_size" in found.categories
    assert found.labels["shoe_size"] == "Shoe size"
    assert found.labels["email"] == "email address"
    assert found.child_names["Case.ContactId"] == "Cases"
    assert found.relation_fields("Contact") == ("AccountId",)
    assert found.users.of("005000000000002AAA").sees_all
    assert not found.users.of("005000000000001AAA").sees_all
    assert found.users.of("005000000000001AAA").timezone == "Australia/Sydney"
    assert found.text == FULL


def test_via_finds_the_only_object_with_keys() -> None:
    """Without a relation, the one other object with keys is meant."""
    found = datamap.load(FULL.replace(", Case.ContactId: Contact", ""), "m").object("Case")
    assert found is not None
    assert found.via_object == "Contact"


def test_words_are_not_turned_into_truth_values() -> None:
    """A field called `No` or `on` is a name, not false or true."""
    found = datamap.load(contact("    fields: {No: name, on: email}\n"), "m").object("Contact")
    assert found is not None
    assert list(found.fields) == ["No", "on"]


MISTAKES = [
    (contact("    fields: {Name: name, Name: email}\n"), 5, "Name stands twice"),
    (contact("    feilds: {Name: name}\n"), 5, "did you mean fields"),
    (contact("    fields: {Tier: tier}\n"), 5, "write loyalty_tier"),
    (contact("    fields: {Mail: emial}\n"), 5, "did you mean email"),
    (contact("    fields: {Mail: Email}\n"), 5, "write email"),
    (contact("    fields: {X: zzzzqq}\n"), 5, "declare it under `categories:`"),
    (contact("    fields: [Name]\n"), 5, "is a list"),
    (contact("    residence: MailingCountry\n"), 5, "expected a list"),
    (contact("    created:\n"), 5, "is empty"),
    (contact("    types: {Name: txt}\n"), 5, "did you mean text"),
    (contact("    fields: {Name: name}\nnot_held: [name]\n"), 6, "in not_held and in the fields"),
    (contact("    fields: {Name: !!python/name:os.system x}\n"), 5, "tagged"),
    (contact("users: {timezone: Mars/Base}\n"), 5, "expected a zone"),
    (contact("categories: {email: Mail}\n"), 5, "is built in"),
    (contact("categories: {Shoe Size: x}\n"), 5, "write a short name"),
    (contact("relations: {Contact.AccountId: Account}\n"), 5, "Account is not in the map"),
    (contact("relations: {AccountId: Contact}\n"), 5, "write Object.Field"),
    ("objects:\n  Contact: {person: {keys: [[Email]]}}\n", 2, "has no id"),
    ("objects:\n  Contact: {id: Id, fields: {Name: name}}\n", 2, "says nothing of the person"),
    ("objects:\n  Contact: {id: Id}\n", 2, "no object says who a person is"),
    ("objects:\n  Contact: {id: Id, person: {linkage: probabilistic}}\n", 2, "not available yet"),
    ("objects:\n  Contact: {id: Id, person: {keys: [[A]], via: B}}\n", 2, "both keys and via"),
    ("objects:\n  Contact: {id: Id, person: {keys: [Email]}}\n", 2, "list of lists"),
    ("objects:\n  Case: {id: Id, person: {via: ContactId}}\n", 2, "object not clear"),
    ("objects:\n  ../x: {id: Id, person: {keys: [[A]]}}\n", 2, "letters, digits or underscores"),
    ("objects:\n  a: {id: Id, person: {keys: [[A]]}}\n  A: {id: Id}\n", 3, "in case only"),
    ("objects: &a {}\nrelations: *a\n", 1, "anchors and aliases"),
    ("objects: {a: [}\n", 1, "not readable as YAML"),
    ("a: \x00\n", 1, "not allowed"),
    ("[" * 50 + "]" * 50, 1, "nested deeper"),
    ("", 1, "empty"),
    ("relations: {}\n", 1, "has no objects"),
]


@pytest.mark.parametrize(("text", "line", "words"), MISTAKES)
def test_mistake_is_named_with_its_line(text: str, line: int, words: str) -> None:
    """Each mistake is answered with file, line, and what to write."""
    error = complaint(text)
    assert words in error.message + error.hint
    assert error.message.startswith(f"datamap.yaml line {line}: ")
    assert "\n" not in error.message


def test_via_circle_is_refused() -> None:
    """Two objects that send each other on have no person."""
    error = complaint(
        "objects:\n  A: {id: Id, person: {via: BId}}\n  B: {id: Id, person: {via: AId}}\n"
        "relations: {A.BId: B, B.AId: A}\n"
    )
    assert "circle, A to B to A" in error.message


def test_all_problems_are_told_at_once() -> None:
    """The message has the first and the number of others, the hint has all."""
    error = complaint(contact("    fields: {A: tier, B: points}\n    typos: {}\n"))
    assert error.message.endswith("(and 2 more)")
    assert len(error.hint.splitlines()) == 3


def test_more_than_63_fields_are_refused() -> None:
    """The mask of an object is one integer."""
    fields = ", ".join(f"F{i}: name" for i in range(64))
    assert "64 mapped fields" in complaint(contact(f"    fields: {{{fields}}}\n")).message
    names = list(categories.known())[:64]
    assert "64 categories" in complaint(contact(f"not_held: [{', '.join(names)}]\n")).message


def test_hostile_names_are_shown_inert() -> None:
    """A name in a message cannot move the cursor."""
    assert "\x1b" not in complaint('objects:\n  "a\\e[31m": {id: Id}\n').message


def test_shipped_categories_are_sound() -> None:
    """Names are short names, terms are of one vocabulary, and no synonym is a name or stands twice."""
    known = categories.known()
    assert len(known) >= 90
    for name, each in known.items():
        assert datamap._SHORT_NAME.fullmatch(name)
        assert each.dpv is not None
        assert each.dpv.startswith("https://w3id.org/dpv/pd#")
        assert each.label
    assert known["health"].special
    assert not known["email"].special
    assert not set(categories.synonyms()) & set(known)
    assert set(categories.synonyms().values()) <= set(known)
    assert categories.advice("Date of Birth") == "; write date_of_birth"
