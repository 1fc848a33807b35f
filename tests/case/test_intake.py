"""Published reports in a case: kept as evidence, read the same each time, reported without any log."""

import json
from datetime import UTC, date, datetime

import pytest

from floodmark.case import Actor, Case, read_reports
from floodmark.errors import UsageError
from floodmark.models import dump
from test_attack import MATRIX, TACTICS, pattern, version

WHO = Actor("tester", datetime(2025, 7, 10, 8, tzinfo=UTC))
FIRST = """# Data breach at Harbour Bank

- Published: 2 July 2025
- Affected organization: Harbour Bank
- Sector: Banking

## Impact

Up to six million customers of Harbour Bank are affected. Names and email addresses were stolen.
Passwords and payment card details were not accessed.

## Recommendations

- Train staff to recognise phishing.
"""
SECOND = """# Harbour Bank: what is known

- Published: 9 July 2025
- Affected organization: Harbour Bank

Harbour Bank said that 5.7 million customers are affected by the data breach. Financial impact: not disclosed.
"""


@pytest.fixture
def reports(tmp_path):
    """Two reports of a made-up bank, in a folder."""
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "first.md").write_text(FIRST, "utf-8")
    (folder / "second.md").write_text(SECOND, "utf-8")
    return folder


@pytest.fixture
def case(tmp_path):
    """A case of that bank, without a log."""
    return Case.init(tmp_path / "case", organisation="Harbour Bank", actor=WHO)


def counts(record):
    """Return value, precision and status of each count, by value."""
    return sorted(
        (each.value, each.precision, each.status) for each in record.claims if each.path == "impact.count"
    )


def test_two_reports_make_one_record(case, reports):
    """The early bound and the later figure stand side by side, and the one replaces the other."""
    made = case.intake([reports])
    assert [len(each.documents) for each in made.incidents] == [2]
    assert counts(made) == [(5_700_000, "rounded", "asserted"), (6_000_000, "at_most", "superseded")]
    polarity = {each.value: each.polarity for each in made.claims if each.path == "impact.category"}
    assert polarity == {
        "name": "taken",
        "email": "taken",
        "password": "not_taken",
        "payment_card": "not_taken",
    }


def test_every_quote_stands_in_its_document(case, reports):
    """Letter for letter, at its span."""
    made = case.intake([reports])
    texts = {each.id: (reports / each.name).read_text("utf-8") for each in made.documents}
    documents = [each for each in made.claims if each.basis == "document"]
    assert documents
    assert all(texts[each.document][slice(*each.span)] == each.quote for each in documents)


def test_order_and_repetition_change_nothing(tmp_path, case, reports):
    """One by one, backwards and twice gives the same record as all at once."""
    whole = case.intake([reports])
    other = Case.init(tmp_path / "other", organisation="Harbour Bank", actor=WHO)
    for name in ("second.md", "first.md", "first.md"):
        again = other.intake([reports / name])
    assert dump(again.model_copy(update={"head": None})) == dump(whole.model_copy(update={"head": None}))


def test_documents_are_evidence(case, reports):
    """The original is kept under its hash, custody names it, and a changed one is named by verify."""
    made = case.intake([reports])
    assert case.verify().ok
    (entry,) = [each for each in case.folder.custody.entries() if each["action"] == "intake"]
    assert {each["sha256"] for each in entry["detail"]["documents"]} == {
        each.sha256 for each in made.documents
    }
    kept = case.folder.originals.path(made.documents[0].sha256)
    kept.chmod(0o600)
    kept.write_bytes(b"other")
    assert [each.item for each in case.verify().problems] == [made.documents[0].sha256]


def test_a_record_that_was_edited_is_named(case, reports):
    """The record is derived: what stands in results is compared with what the documents give."""
    case.intake([reports])
    file = case.folder.results / "incident.json"
    file.write_text(file.read_text("ascii").replace("5700000", "4700000"), "ascii")
    assert [each.item for each in case.verify().problems] == ["results/incident.json"]


def test_the_record_of_a_day_and_what_came_after(case, reports):
    """On the second of July nobody knew the later figure."""
    case.intake([reports])
    told = case.record(as_of=date(2025, 7, 2))
    assert counts(told.record) == [(6_000_000, "at_most", "asserted")]
    later = case.record(since=date(2025, 7, 2))
    assert 5_700_000 in {each.value for each in later.change.added}
    assert [(each.claim.value, each.before) for each in later.change.changed] == [(6_000_000, "asserted")]


def test_a_report_without_any_log_has_every_section(case, reports):
    """Every section of the design is there, with what the documents say and what nobody does."""
    case.intake([reports])
    written = case.report(("md", "html", "json"))
    assert len(written.report) == 3
    text = (case.folder.reports / "report.md").read_text("utf-8")
    for title in (
        "Executive summary", "Incident details", "Timeline", "Attack methodology", "Impact assessment",
        "Indicators of compromise", "Response actions", "Lessons learned", "Recommendations", "What is not known",
    ):  # fmt: skip
        assert f" {title}\n" in text, title
    assert "5,700,000" in text
    assert "Train staff to recognise phishing" in text
    assert case.verify().ok


def test_numbers_in_the_report_are_those_of_their_claims(case, reports):
    """Each number of the page carries the path of a claim of the record that has this value."""
    case.intake([reports])
    case.report(("html", "json"))
    document = json.loads((case.folder.reports / "report.json").read_text("ascii"))
    values = {each["value"] for each in document["record"]["claims"] if each["path"] == "impact.count"}
    assert values == {5_700_000, 6_000_000}


def bundle(name):
    """Return a bundle of the Enterprise matrix in which T1566 has a name of ours."""
    objects = (version("99.0"), MATRIX, *TACTICS, pattern("T1566", name))
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects})


def test_a_bundle_of_the_users_own_names_the_techniques(case, tmp_path):
    """It is laid into the case, noted in custody, and missed by verify when it is changed."""
    file = tmp_path / "report.md"
    way_in = "The attackers used phishing (T1566) to get in.\n\n## Recommendations"
    file.write_text(FIRST.replace("## Recommendations", way_in), "utf-8")
    (case.root / "attack.json").write_text(bundle("A name of our own"), "utf-8")
    case.intake([file])
    case.report(("md",))
    assert "A name of our own" in (case.folder.reports / "report.md").read_text("utf-8")
    assert case.verify().ok
    (case.root / "attack.json").write_text(bundle("Another name"), "utf-8")
    assert "attack.json" in {each.item for each in case.verify().problems}


def test_a_broken_bundle_is_one_clear_line(case, reports):
    """The case is as it was."""
    (case.root / "attack.json").write_text("{}", "utf-8")
    case.intake([reports])
    with pytest.raises(UsageError, match=r"attack\.json"):
        case.report(("md",))


def test_the_day_of_a_document_without_one(tmp_path):
    """It is stated with the call, never guessed."""
    file = tmp_path / "note.md"
    file.write_text("# Breach at Harbour Bank\n\nHarbour Bank noticed the breach on Monday.\n", "utf-8")
    assert read_reports([file]).documents[0].published_on is None
    stated = read_reports([file], date(2025, 7, 2))
    assert stated.documents[0].published_on == "2025-07-02"


def test_nothing_is_taken_in_when_a_path_is_wrong(case, tmp_path):
    """One line, and the case is as it was."""
    head = case.folder.custody.head()
    with pytest.raises(UsageError, match="does not exist"):
        case.intake([tmp_path / "absent.md"])
    assert case.folder.custody.head() == head


def test_a_file_that_cannot_be_read_is_named_and_kept(case, tmp_path):
    """Noise is evidence too; it makes no claim."""
    file = tmp_path / "noise.pdf"
    file.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    made = case.intake([file])
    assert [each.item for each in made.problems] == ["noise.pdf"]
    assert [each for each in made.claims if each.basis == "document"] == []
    assert case.verify().ok
