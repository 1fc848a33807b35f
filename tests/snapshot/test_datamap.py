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


def linked(how: str = "probabilistic") -> str:
    """Return a small map whose people are told apart by linkage."""
    return (
        f"objects:\n  Contact:\n    id: Id\n    person: {{linkage: {how}}}\n"
        "    fields: {Name: name, Email: email}\n"
    )


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


def test_a_map_that_says_less_has_the_usual_values() -> None:
    """History, visibility and calendar are not stated, nobody is linked, and no state is known."""
    found = datamap.load(FULL, "m")
    assert (found.visible_records, found.visible_fields, found.histories) == (None, None, ())
    assert found.calendar == datamap.Calendar(None, None)
    assert all(not each.states and not each.linkage and each.history is None for each in found.objects)


def test_history_has_the_usual_columns_or_stated_ones() -> None:
    """The short form takes the platform's names; the long one states what differs."""
    text = (
        contact("    history: ContactHistory\n")
        + "  Visit__c:\n    id: Id\n    history: {table: Visit__History, at: When, tracks: [Place__c, Day__c]}\n"
        "  ContactHistory: {id: Id}\n  Visit__History: {}\n"
    )
    found = datamap.load(text, "m")
    usual = datamap.History("ContactHistory", "ContactId", "Field", "CreatedDate", "OldValue", "NewValue")
    stated = datamap.History(
        "Visit__History", "ParentId", "Field", "When", "OldValue", "NewValue", ("Day__c", "Place__c")
    )
    assert found.histories == (usual, stated)
    names = {each.name: each for each in found.objects}
    assert names["Contact"].history == usual
    assert names["Visit__History"].id == datamap.POSITION
    assert names["Visit__History"].columns == ()
    assert found.listed("Visit__History") == ("Field", "NewValue", "OldValue", "ParentId", "When")
    assert found.times("Visit__History") == ("When",)
    assert found.references("ContactHistory") == {"Id", "ContactId"}


def test_visibility_and_calendar_are_read() -> None:
    """The tables need no id, and their columns of ids are known."""
    text = (
        contact("  Seen: {}\n  Shown: {id: Id}\n")
        + "visibility:\n  records: {table: Seen, user: UserId, record: RecordId}\n"
        "  fields: {table: Shown, user: Account, object: ObjectName, field: FieldName}\n"
        "calendar: {week_starts: sunday, fiscal_starts: 7}\n"
    )
    found = datamap.load(text, "m")
    assert found.visible_records == datamap.Access("Seen", "UserId", "RecordId")
    assert found.visible_fields == datamap.FieldAccess("Shown", "Account", "ObjectName", "FieldName")
    assert found.calendar == datamap.Calendar(week_starts=6, fiscal_starts=7)
    assert found.references("Seen") == {"UserId", "RecordId", datamap.POSITION}
    assert found.references("Shown") == {"Account", "Id"}
    assert found.listed("Shown") == ("Account", "FieldName", "ObjectName")


def test_linkage_and_state_are_read() -> None:
    """An object with linkage bears people, and another can belong to its records."""
    text = (
        linked()
        + "    state: [MailingState, OtherState]\n"
        + "  Case: {id: Id, person: {via: ContactId}}\nrelations: {Case.ContactId: Contact}\n"
    )
    found = datamap.load(text, "m").object("Contact")
    assert found is not None
    assert found.linkage
    assert found.bears_people
    assert found.states == ("MailingState", "OtherState")
    assert set(found.states) < set(found.columns)
    without = datamap.load(text.split("relations")[0], "m").object("Case")
    assert without is not None
    assert without.via_object == "Contact"


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
    ("objects:\n  Contact: {id: Id, person: {linkage: probabilistic}}\n", 2, "fields of two categories"),
    (linked("probable"), 4, "linkage is probable, expected probabilistic"),
    (linked() + "  Lead: {id: Id, person: {keys: [[Email]]}}\n", 2, "Contact has linkage and Lead has keys"),
    (linked() + "    keys: [[Email]]\n", 6, "unknown key keys in object Contact"),
    ("objects:\n  Contact: {id: Id, person: {linkage: probabilistic, via: A}}\n", 2, "both linkage and via"),
    (contact("    state: MailingState\n"), 5, "expected a list"),
    (contact("    history: ContactHistroy\n") + "  ContactHistory: {}\n", 5, "did you mean ContactHistory"),
    (contact("    history: Gone\n"), 5, "write `Gone: {}` under objects"),
    (contact("    history: Contact\n"), 5, "write `ContactHistory`"),
    (contact("    history: [A]\n"), 5, "is a list"),
    (contact("    history: {}\n"), 5, "names no table; write `table: ContactHistory`"),
    (contact("    history: {tabel: X}\n"), 5, "did you mean table"),
    (contact("    history: {table: H, tracks: Email}\n  H: {}\n"), 5, "expected a list"),
    (contact("    history: {table: H, old: [a]}\n  H: {}\n"), 5, "old in history of Contact is a list"),
    (contact("    fields: {A: name}\n  H: {}\n"), 6, "object H has no id"),
    (contact("    history: H\n  H: {person: {via: ContactId}}\n"), 6, "object H has no id"),
    (contact("visibility: {}\n"), 5, "visibility is empty"),
    (contact("visibility: {rows: X}\n"), 5, "unknown key rows"),
    (contact("visibility: {records: {table: R, user: U}}\n  \n"), 5, "no record; write all of table"),
    (contact("visibility: {records: R}\n"), 5, "expected `name: value` pairs"),
    (contact("visibility: {records: {table: R, user: U, record: I}}\n"), 5, "write `R: {}` under objects"),
    (contact("visibility: {fields: {table: Contact, user: U, object: [O], field: F}}\n"), 5, "is a list"),
    (contact("calendar: {week_starts: mon}\n"), 5, "expected a day such as monday"),
    (contact("calendar: {fiscal_starts: 13}\n"), 5, "expected a month, 1 to 12"),
    (contact("calendar: {starts: 1}\n"), 5, "unknown key starts"),
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
