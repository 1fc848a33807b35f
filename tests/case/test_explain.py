"""`explain`: the chain from a statement to rows and SQL, on hand-made tables; wrong subjects; inert output."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from floodmark import engine
from floodmark.case.explaining import Standing, explain, require_subject
from floodmark.engine import Engine
from floodmark.errors import UsageError
from floodmark.models import Explained, dump
from floodmark.report import Statement, chain
from floodmark.scope import reach
from floodmark.snapshot import datamap
from floodmark.trace import Selectors
from report.materials import EVERYTHING, absence, obstacle, proof, reconciled, request, scope
from small_files import CONTACTS, DATAMAP, Bench, answer, api_event

MAP = datamap.load(
    """
objects:
  Contact:
    id: Id
    person: {keys: [[Email]]}
    created: CreatedDate
    changed: SystemModstamp
    fields: {Birthdate: date_of_birth, Email: email, Name: name}
  Case: {id: Id, person: {via: ContactId}, fields: {Description: free_text}}
relations: {Case.ContactId: Contact}
not_held: [passport]
""",
    "datamap.yaml",
)
ANN, BOB, EVE = "0035j00000AbCdEAAV", "0035j00000AbCdFAAV", "0035j00000AbCdGAAV"
HELP = "5005j00000AbCdEAAV"
BIRTH, EMAIL, NAME = 1, 2, 4
SHA = "a" * 64
JULY = datetime(2025, 7, 1)  # noqa: DTZ001 - the engine holds UTC without zone
NONE_READ = {"at_least": 0, "at_most": 3, "bound": "exact"}
OUTCOMES = {"taken": 0, "possibly_taken": 0, "not_held": 0, "cannot_tell": 0, "not_taken": 0}
CATEGORIES = ("date_of_birth", "email", "free_text", "name", "passport")
PEOPLE = {
    # person -> outcomes in the order of CATEGORIES, requests
    ANN: (("taken", "taken", "cannot_tell", "taken", "not_held"), ["R-1", "R-2"]),
    BOB: (("possibly_taken", "possibly_taken", "not_held", "not_taken", "not_held"), ["R-2"]),
    EVE: (("not_taken", "not_taken", "not_held", "not_taken", "not_held"), []),
}
TOOK_TWO = (
    "records of its object that surely left: 0; that possibly left, the sure ones included: 2; people whose "
    "records it may have reached: 2"
)
REACHED = {
    0: [("R-1", "Contact", ANN, True, "ids in the log"), ("R-2", "Contact", ANN, False, "replay")],
    1: [("R-2", "Contact", BOB, False, "replay")],
    2: [],
}


def tables(store: Engine) -> None:
    """Make the tables that deriving leaves: three people, two requests, six rows of a log."""
    run = store.connection.execute
    run("CREATE TABLE person (person_no BIGINT, person VARCHAR)")
    run(
        "CREATE TABLE record (record_no BIGINT, object VARCHAR, id VARCHAR, person_no BIGINT,"
        " created_at TIMESTAMP, changed_at TIMESTAMP, value_mask BIGINT)"
    )
    for number, (person, mask, changed) in enumerate(
        [(ANN, BIRTH | EMAIL | NAME, None), (BOB, EMAIL | NAME, JULY), (EVE, BIRTH | EMAIL | NAME, None)]
    ):
        run("INSERT INTO person VALUES (?, ?)", [number, person])
        run(
            "INSERT INTO record VALUES (?, 'Contact', ?, ?, NULL, ?, ?)",
            [number, person, number, changed, mask],
        )
    run("INSERT INTO record VALUES (3, 'Case', ?, 0, NULL, NULL, 1)", [HELP])
    run(
        "CREATE TABLE request_part AS SELECT * FROM (VALUES"
        " (0, 0, 'Contact', TIMESTAMP '2025-06-28 02:20:00', 7, 7),"
        " (1, 1, 'Contact', TIMESTAMP '2025-06-29 10:00:00', 3, 3))"
        " given (part_no, request_no, object, since, sure_mask, possible_mask)"
    )
    run(
        "CREATE TABLE request_fact AS SELECT * FROM (VALUES (0, 'R-1', 1), (1, 'R-2', 3))"
        " given (request_no, request_id, grade)"
    )
    columns = ", ".join(f"{each} VARCHAR" for each in CATEGORIES)
    run(
        f"CREATE TABLE person_row (person VARCHAR, record_ids VARCHAR[], residence VARCHAR[], {columns},"
        " request_ids VARCHAR[])"
    )
    for person, (outcomes, requests) in PEOPLE.items():
        run("INSERT INTO person_row VALUES (?, [], ['AU'], ?, ?, ?, ?, ?, ?)", [person, *outcomes, requests])
    run('CREATE TABLE event (event VARCHAR, item VARCHAR, row BIGINT, "at" TIMESTAMP)')
    for number in range(9):
        run("INSERT INTO event VALUES (?, ?, ?, ?)", [f"q{number}", SHA, number + 2, JULY])


def standing(store: Engine, **changes: Any) -> Standing:
    """A derived case over the hand-made tables, with `changes` laid over."""
    categories = [
        {"category": each, "people": NONE_READ, "outcomes": {**OUTCOMES, "taken": 1}} for each in CATEGORIES
    ]
    categories[2]["outcomes"] = {**OUTCOMES, "cannot_tell": 1, "not_held": 2}
    given: dict[str, Any] = {
        "engine": store,
        "scope": scope(
            categories=categories,
            requests=[
                request("R-1", grade=1),
                request(
                    "R-2",
                    grade=3,
                    query="SELECT Birthdate, Email FROM Contact",
                    assumes=["it ran"],
                    inferable=["Contact.Name"],
                ),
            ],
        ),
        "proof": proof(
            requests=[
                reconciled("R-1", matched_rows=1, sure=1, possible=1, delivered_rows={"min": 1, "max": 1}),
                reconciled(
                    "R-2",
                    matched_rows=9,
                    replayed_rows=2,
                    difference=7,
                    sure=0,
                    possible=2,
                    explanation="seven more",
                ),
            ],
            obstacles=[obstacle("gap", text="no file", log="RestApi", remedy="the file")],
            absence=[absence("date_of_birth", never_selected=1)],
        ),
        "statements": (
            Statement("person", "SELECT 'one row per person'", 3),
            Statement("unrelated", "SELECT 1", 1),
            Statement("request_part", "SELECT *\nFROM part", 2),
            Statement("person_cell", "SELECT 2", 3),
        ),
        "labels": {"date_of_birth": "birth date", "email": "email"},
        "datamap": MAP,
        "names": {SHA: "RestApi.csv"},
        "head": "f" * 64,
    }
    return Standing(**{**given, **changes})


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine with the hand-made tables, and what reached whom."""
    monkeypatch.setattr(reach, "requests_of", lambda _engine, number: REACHED[number], raising=False)
    with engine.memory() as connection:
        opened = Engine(connection)
        tables(opened)
        yield opened


def texts(document: Explained) -> list[str]:
    """The words of each step."""
    return [step.text for step in document.steps]


def step_of(document: Explained, start: str) -> str:
    """The words of the only step that begins so."""
    (found,) = [text for text in texts(document) if text.startswith(start)]
    return found


# ---- a person


def test_a_taken_value_names_request_record_rule_and_field(store: Engine) -> None:
    """The sure request alone stands behind a taken category, not the possible one."""
    said = step_of(explain(standing(store), ANN), "birth date (date_of_birth)")
    assert said == (
        f"birth date (date_of_birth): taken; R-1 surely returned Contact {ANN} (ids in the log) with "
        "Birthdate (a value on file)"
    )


def test_a_changed_record_and_a_missing_value_are_said(store: Engine) -> None:
    """Possibly taken: the rule, that no value is on file now, and when the record was changed."""
    said = step_of(explain(standing(store), BOB), "birth date")
    assert "possibly taken; R-2 possibly returned" in said
    assert "(replay) with Birthdate (no value on file), changed at 2025-07-01T00:00:00.000Z, after" in said


def test_absence_names_the_value_on_file_and_why_nothing_returned_it(store: Engine) -> None:
    """Nobody reached the record; or a request did and did not select the field."""
    nobody, other = (explain(standing(store), each) for each in (EVE, BOB))
    assert step_of(nobody, "email").startswith(
        "email: not taken by this intrusion, through the channels that the logs see; a value on file in "
        f"Contact {EVE} field Email; no request reached a record of the person"
    )
    assert "no request that reached a record of the person selected such a field" in step_of(other, "name")
    assert step_of(nobody, "not seen").endswith("rows read through a synchronised copy")


def test_not_held_is_a_declaration_or_what_the_records_say(store: Engine) -> None:
    """The data map declares it, or no record had a value."""
    document = explain(standing(store), BOB)
    assert step_of(document, "passport: not held; the data map declares").endswith("that is not tested")
    assert step_of(document, "free_text: not held; no record of the person had a value")


def test_an_open_outcome_names_its_obstacle_and_the_remedy(store: Engine) -> None:
    """The obstacle stands in the reason and in a step of its own."""
    document = explain(standing(store), ANN)
    assert "this could hide a read: no file (RestApi)" in step_of(document, "free_text: cannot tell")
    assert step_of(document, "obstacle: no file (RestApi); the file would remove it")
    assert not [text for text in texts(explain(standing(store), EVE)) if text.startswith("obstacle")]


def test_every_request_that_reached_the_person_leads_to_rows_of_a_file(store: Engine) -> None:
    """Nine rows: five, the last, and how many more."""
    document = explain(standing(store), ANN)
    (step,) = [step for step in document.steps if step.text.startswith("R-1, query of Contact, grade 1")]
    assert step.text.endswith(f": surely Contact {ANN} (ids in the log)")
    assert step.evidence[0] == f"RestApi.csv, row 2, sha256 {SHA}"
    assert len(step.evidence) == 7
    assert step.evidence[-2:] == (f"RestApi.csv, row 10, sha256 {SHA}", "and 3 further rows")


@pytest.mark.parametrize("name", [ANN, ANN[:15], HELP, HELP[:15]])
def test_any_record_id_names_its_person(store: Engine, name: str) -> None:
    """15 and 18 characters, of the contact or of a case of the same person."""
    document = explain(standing(store), name)
    assert (document.kind, document.subject) == ("person", ANN)
    assert document.title == f"person {ANN}, 2 records on file"
    assert f"Case {HELP}, Contact {ANN}; residence: AU" in document.steps[0].text


def test_the_statements_involved_come_last_and_in_order(store: Engine) -> None:
    """Tables that have no part in it are left out."""
    steps = explain(standing(store), ANN).steps
    assert [step.text for step in steps if step.sql] == [
        "table person, 3 rows",
        "table request_part, 2 rows",
        "table person_cell, 3 rows",
    ]
    assert [step.sql for step in steps[-3:]] == [
        "SELECT 'one row per person'",
        "SELECT *\nFROM part",
        "SELECT 2",
    ]


def test_many_requests_are_cut_and_counted(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten requests, then how many more."""
    many = [(f"R{number:03d}", "Contact", ANN, False, "replay") for number in range(30)]
    monkeypatch.setattr(reach, "requests_of", lambda _engine, _number: many)
    base = standing(store)
    named = scope(
        categories=[each.model_dump() for each in base.scope.categories],
        requests=[request(f"R{number:03d}", grade=4) for number in range(30)],
    )
    document = explain(standing(store, scope=named), ANN)
    assert len([text for text in texts(document) if ", grade 4 (" in text]) == 10
    assert "and 20 more requests that may have reached them" in texts(document)


# ---- a category


def test_a_category_has_its_bound_outcomes_fields_and_requests(store: Engine) -> None:
    """The sure request first; the four kinds of absence; what the logs cannot see."""
    document = explain(standing(store), "date_of_birth")
    said = texts(document)
    assert (document.kind, document.title) == ("category", "category birth date (date_of_birth)")
    assert said[0].startswith("people who truly lost a value: at least 0 and at most 3; the tightest bound")
    assert (
        said[1] == "all 1 person on file: taken 1, possibly taken 0, not held 0, cannot tell 0, not taken 0"
    )
    assert said[2] == "held in Contact.Birthdate, by the data map"
    assert said[3].startswith("R-1, query of Contact, grade 1")
    assert said[3].endswith(": showed such a field")
    assert document.steps[3].evidence[0].startswith("RestApi.csv, row 2, ")
    assert "held and never selected 1" in said[5]
    assert said[6].startswith("not seen by these logs")


def test_a_category_that_is_declared_not_held_says_so(store: Engine) -> None:
    """A declaration is not a finding."""
    said = texts(explain(standing(store), "passport"))
    assert "the data map declares that the platform has no such field; that is not tested" in said
    assert "no request selected a field that holds it" in said


def test_a_category_that_cannot_be_told_lists_the_obstacles(store: Engine) -> None:
    """Ten of them, then how many more."""
    hole = obstacle("request", request="R-2", text="object not logged")
    document = explain(standing(store, proof=proof(obstacles=[hole] * 14)), "free_text")
    assert texts(document).count("obstacle: object not logged (R-2); nothing known would remove it") == 10
    assert "and 4 more obstacles; the report lists them" in texts(document)


# ---- a request


def test_a_request_says_what_it_took_and_why_the_counts_differ(store: Engine) -> None:
    """Records, people, fields, grade, counts with the signed difference, its text, all its rows."""
    document = explain(standing(store), "R-2")
    assert (document.kind, document.title) == ("request", "request R-2: query of Contact")
    assert texts(document)[:8] == [
        TOOK_TWO,
        "fields surely returned: Contact.Birthdate, Contact.Email",
        "fields of the filter, inferable and not taken: Contact.Name",
        "grade 3: replayed and partly sure, or an incomplete list of ids; it assumes: it ran",
        "rows matched: 9; rows delivered: not known; rows replayed: 2; matched less replayed: +7",
        "seven more",
        "text in the log, read and never run: SELECT Birthdate, Email FROM Contact",
        "read from 9 rows of the logs",
    ]
    assert len(document.steps[7].evidence) == 9


# ---- wrong subjects


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("ann@example.org", "is an address, and people are found by record id only"),
        ("scope.people.at_least", "looks like a claim, and claims cannot be explained yet"),
        ("proof.requests[2].sure", "looks like a claim, and claims cannot be explained yet"),
        ("  ", "nothing is named to explain"),
    ],
)
def test_what_can_be_no_subject_is_refused_before_anything_is_derived(subject: str, said: str) -> None:
    """One line, and a hint that says what would do."""
    with pytest.raises(UsageError, match=said) as caught:
        require_subject(subject)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("subject", "near"),
    [
        ("date_of_brith", "did you mean date_of_birth"),
        ("R-3", "did you mean R-"),
        ("0035j00000ZZZZZAAV", "is no record"),
    ],
)
def test_an_unknown_subject_names_the_closest_known_one(store: Engine, subject: str, near: str) -> None:
    """Categories and requests are offered; records are not guessed."""
    with pytest.raises(UsageError, match=near) as caught:
        explain(standing(store), subject)
    assert "name the id of a customer record" in caught.value.hint


def test_a_hostile_subject_is_shown_inert(store: Engine) -> None:
    """What the caller typed is cut and made visible."""
    with pytest.raises(UsageError) as caught:
        explain(standing(store), "\x1b[31m" + "x" * 400)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_an_id_of_several_people_is_refused(store: Engine) -> None:
    """Places in a table repeat between tables."""
    store.connection.execute(
        "INSERT INTO record VALUES (8, 'A', '000000000001', 0, NULL, NULL, 0), (9, 'B', '000000000001', 1, NULL, NULL, 0)"
    )
    with pytest.raises(UsageError, match="is the id of records of 2 people"):
        explain(standing(store), "000000000001")


def test_nothing_accepted_leaves_nothing_to_explain(store: Engine) -> None:
    """No absence is explained where nothing was looked for."""
    base = scope()
    none = {**base.intrusion.model_dump(by_alias=True), "events": 0, "from": None, "to": None}
    with pytest.raises(UsageError, match="nothing was accepted as hostile"):
        explain(standing(store, scope=scope(intrusion=none, requests=[])), ANN)


# ---- how it is shown


@pytest.mark.parametrize("subject", [ANN, "date_of_birth", "R-2"])
def test_the_document_has_its_published_shape(store: Engine, subject: str) -> None:
    """ASCII JSON that the shipped schema accepts."""
    text = dump(explain(standing(store, stale=True), subject))
    schema = json.loads(resources.files("floodmark.schemas").joinpath("explain.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    assert text.isascii()
    assert "the case changed since its results were written" in text


@pytest.mark.parametrize("width", [10, 40, 80, 200])
@pytest.mark.parametrize("sql", [False, True])
def test_a_chain_fits_its_terminal_and_holds_nothing_active(store: Engine, width: int, sql: bool) -> None:
    """Hostile values stay visible and inert; the SQL is printed on request, its names always."""
    text = EVERYTHING.strip()
    base = scope()
    named = scope(
        categories=[{"category": "email", "people": NONE_READ, "outcomes": {**OUTCOMES, "taken": 1}}],
        requests=[
            request("R-1", grade=1),
            request("R-2", query=text, assumes=[text], objects=[text], inferable=[text]),
        ],
        coverage={**base.coverage.model_dump(by_alias=True), "blind": [text]},
    )
    told = proof(
        requests=[reconciled("R-2", explanation=text, refused=text)],
        obstacles=[obstacle("gap", text=text, log=text, remedy=text)],
    )
    hostile = standing(store, scope=named, proof=told, names={SHA: text}, labels={"email": text})
    for subject in (ANN, "email", "R-2"):
        shown = chain(explain(hostile, subject), width=width, sql=sql)
        assert not [char for char in shown if ord(char) < 32 and char != "\n"]
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert max(map(len, shown.splitlines())) <= max(width, 40)
        assert "request_part, 2 rows" in " ".join(shown.split())
        assert ("FROM part" in shown) == sql
    assert "\\x1b[31mred" in chain(explain(hostile, "R-2"), width=200, sql=False)


def test_steps_are_numbered_and_rows_stand_below_them(store: Engine) -> None:
    """Short numbered steps, each row of a log with a dash."""
    lines = chain(explain(standing(store), "R-1"), width=100, sql=False).splitlines()
    assert lines[0] == "request R-1: query of Contact"
    assert lines[1].startswith("  1. records of its object that surely left: 1;")
    assert f"       - RestApi.csv, row 2, sha256 {SHA}" in lines
    assert lines[-1].strip().endswith("request_part, 2 rows")


# ---- on a case


ANN_READ = "SELECT Id, Email FROM Contact WHERE Name = 'Ann'"


def taken_in(bench: Bench) -> None:
    """Two people; a query returned one record, and the log lists its id."""
    read = api_event(
        1,
        Query=ANN_READ,
        Records=json.dumps(
            {"totalSize": 1, "done": True, "records": [{"attributes": {"type": "Contact"}, "Id": ANN}]}
        ),
        RowsReturned=1.0,
        RowsProcessed=1.0,
    )
    bench.add(bench.file("ApiEvent.json", answer(read)))
    tables = {"Contact": bench.file("contact.csv", CONTACTS.encode())}
    bench.case.snapshot(bench.file("map.yaml", DATAMAP.encode()), at="2025-07-01T00:00:00Z", tables=tables)


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_case_is_explained_and_left_as_it_is(bench: Bench) -> None:
    """Person, category and request of the last scope; no file changes, and asking again says the same."""
    taken_in(bench)
    scope_ = bench.case.scope(Selectors(actors=("0055j000000utlPAAQ",)))
    (request_,) = scope_.requests
    before = tree(bench.case.root)
    told = {each: bench.case.explain(each) for each in (ANN[:15], BOB, "email", request_.id)}
    assert tree(bench.case.root) == before
    assert told[ANN[:15]].steps == bench.case.explain(ANN).steps
    assert f"email: taken; {request_.id} surely returned Contact {ANN}" in " ".join(
        texts(told[ANN[:15]])
    ).replace("email address (email)", "email")
    assert any(": not taken by this intrusion" in text for text in texts(told[BOB]))
    assert texts(told["email"])[0].startswith("people who truly lost a value: 1;")
    assert f"text in the log, read and never run: {ANN_READ}" in texts(told[request_.id])
    row = told[request_.id].steps[-1 - len([s for s in told[request_.id].steps if s.sql])].evidence
    assert row == (
        f"ApiEvent.json, row 1, sha256 {hashlib.sha256((bench.files / 'ApiEvent.json').read_bytes()).hexdigest()}",
    )
    assert {each.head for each in told.values()} == {bench.case.document().head}


def test_results_that_are_older_than_the_case_are_said(bench: Bench) -> None:
    """The chain is that of the case as it is now; without results there is nothing to differ from."""
    taken_in(bench)
    bench.case.scope(Selectors(actors=("0055j000000utlPAAQ",)))
    stale = "the case changed since its results were written"
    assert not [text for text in texts(bench.case.explain("email")) if text.startswith(stale)]
    second = api_event(2, Query="SELECT Id, Name FROM Contact", RowsReturned=2.0, RowsProcessed=2.0)
    bench.add(bench.file("more.json", answer(second)))
    assert [text for text in texts(bench.case.explain("email")) if text.startswith(stale)]
    shutil.rmtree(bench.case.folder.results)
    assert not [text for text in texts(bench.case.explain("email")) if text.startswith(stale)]


def test_a_case_without_an_intrusion_has_nothing_to_explain(bench: Bench) -> None:
    """Neither selector nor accepted finding: one clear line."""
    taken_in(bench)
    with pytest.raises(UsageError, match="nothing was accepted as hostile"):
        bench.case.explain("email")


def test_a_replayed_request_is_explained_by_its_replay(bench: Bench) -> None:
    """No id in the log: the replay tells whose record left, and whose did not."""
    read = api_event(1, Query=ANN_READ, RowsReturned=1.0, RowsProcessed=1.0)
    bench.add(bench.file("ApiEvent.json", answer(read)))
    tables = {"Contact": bench.file("contact.csv", CONTACTS.encode())}
    bench.case.snapshot(bench.file("map.yaml", DATAMAP.encode()), at="2025-07-01T00:00:00Z", tables=tables)
    (request_,) = bench.case.scope(Selectors(actors=("0055j000000utlPAAQ",))).requests
    assert request_.grade == 2
    ann, bob, told = (" ".join(texts(bench.case.explain(each))) for each in (ANN, BOB, request_.id))
    assert (
        f"{request_.id} surely returned Contact {ANN} (replay of the query) with Email (a value on file)"
        in ann
    )
    assert "no request reached a record of the person" in bob
    assert "rows matched: 1; rows delivered: 1; rows replayed: 1; no difference" in told
    assert "people whose records it may have reached: 1" in told
    assert "statement replay " in told
