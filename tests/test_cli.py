"""The command line keeps its contract: one JSON document, its published shape, the exit status."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest

import floodmark
from floodmark import models
from floodmark.case.issuing import KINDS
from floodmark.report import chain
from floodmark.simulate import SCENARIOS, simulate
from forked import fresh

SCHEMAS = Path(floodmark.__file__).parent / "schemas"


NOTICE = """# Data breach at Example Air

- Published: 2 July 2025
- Affected organization: Example Air

Up to 4,000 customers of Example Air are affected. Names and email addresses were stolen.
Payment card details were not accessed.

## Indicators of compromise

- {address}
- 203.0.113[.]77
- 44d88612fea8a8f36de82e1278abb02f
"""
"""What was published; the first address is the intruder's own."""


def run(*words: object, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run one command in a fresh process and check its exit status."""
    done = fresh().floodmark(*words)
    assert done.returncode == status, done.stderr
    return done


def answer(name: str, *words: object, status: int = 0) -> Any:
    """Run a command with --json and return its document, checked against the published schema."""
    done = run(name, *words, "--json", status=status)
    document = json.loads(done.stdout)
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert done.stdout.isascii()
    return document


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Walk through the whole flow once, by commands alone, and keep each answer."""
    folder = tmp_path_factory.mktemp("walk")
    case, platform = folder / "case", folder / "platform"
    said: dict[str, Any] = {"case": case}
    # Of seed 1 a colleague's telephone meets the intruder's address, and the trace follows that link.
    drawn = ("--scenario", "vishing-data-loader", "--customers", 600, "--seed", 2)
    said["simulate"] = answer("simulate", platform, *drawn)
    made = said["simulate"]
    said["init"] = answer("init", case, "--organisation", "Example Air", "--timezone", "Australia/Sydney")
    # A week of ordinary work before the theft is enough to tell it from.
    logs = [each for each in made["logs"] if not re.match("2025-06-[01]", Path(each).name)]
    said["add"] = answer("add", case, *logs)
    tables = [f"{name}={path}" for name, path in made["tables"].items()]
    said["snapshot"] = answer(
        "snapshot", case, *tables, "--map", made["datamap"], "--at", made["snapshot_at"]
    )
    said["set"] = answer("set", case, "contained_at=2025-06-30T10:00:00Z")
    said["detect"] = answer("detect", case)
    finding = next(each for each in said["detect"]["findings"] if each["severity"] == "high")
    said["dismiss"] = answer("dismiss", case, finding["id"], "--reason", "looks like the nightly job")
    said["empty"] = answer("scope", case)
    said["accept"] = answer("accept", case, finding["id"], "--reason", "nobody here uses that client")
    said["finding"] = finding
    said["scope"] = answer("scope", case, "--export", folder / "people.csv")
    address, client = (said["scope"]["intrusion"][name][0] for name in ("addresses", "clients"))
    notice = folder / "notice.md"
    notice.write_text(NOTICE.format(address=address.replace(".", "[.]"), client=client), "utf-8")
    said["published"] = answer("intake", "-", notice)
    said["intake"] = answer("intake", case, notice)
    said["hunt"] = answer("hunt", case, notice)
    said["record"] = answer("record", case, "--as-of", "2025-07-02", "--since", "2025-07-01")
    formats = [word for kind in KINDS for word in ("--format", kind)]
    said["report"] = answer("report", case, *formats)
    said["public"] = answer("report", case, *formats, "--level", "public", "--to", folder / "public")
    people = pq.read_table(case / "results" / "people.parquet").to_pylist()
    said["reached"] = next(each for each in people if each["request_ids"])
    said["spared"] = next(each for each in people if not each["request_ids"])
    for name, subject in (
        ("person", said["reached"]["record_ids"][-1][:15]),
        ("nobody", said["spared"]["person"]),
        ("category", "email"),
        ("request", said["reached"]["request_ids"][0]),
    ):
        said[f"explain {name}"] = answer("explain", case, subject)
    said["verify"] = answer("verify", case, "--head", said["init"]["head"])
    said["investigate"] = answer("investigate", case)
    return said


@pytest.mark.slow
class TestWalk:
    """One walk through all commands on the small simulated breach."""

    def test_every_row_is_accounted_for(self, walk: dict[str, Any]) -> None:
        """Rows read are events, duplicates and quarantined rows, for every file."""
        assert walk["add"]["evidence"]
        for item in walk["add"]["evidence"]:
            assert item["rows"] == item["events"] + item["duplicates"] + item["quarantined"]

    def test_scope_equals_the_answer_key(self, walk: dict[str, Any]) -> None:
        """The simulator's own bookkeeping gives the same people per category, sure and possible."""
        key = json.loads(Path(walk["simulate"]["key"]).read_text("utf-8"))
        outcomes = {each["category"]: each["outcomes"] for each in walk["scope"]["categories"]}
        for category, said in key["categories"].items():
            found = outcomes[category]
            assert (found["taken"], found["possibly_taken"]) == (said["sure"], said["possible"]), category
        combinations = {
            (tuple(sorted(each["taken"])), tuple(sorted(each["possible"]))): each["people"]
            for each in key["combinations"]
        }
        assert combinations == {
            (tuple(each["taken"]), tuple(each["possible"])): each["people"]
            for each in walk["scope"]["combinations"]
        }

    def test_the_intruder_is_found_unnamed(self, walk: dict[str, Any]) -> None:
        """Detection alone leads to the sessions and logins of the key."""
        key = json.loads(Path(walk["simulate"]["key"]).read_text("utf-8"))
        assert walk["finding"]["confidence"] == "high"
        assert set(walk["scope"]["intrusion"]["sessions"]) == set(key["intrusion"]["sessions"])
        assert walk["scope"]["intrusion"]["actors"] == [key["intrusion"]["actor"]]

    def test_nothing_accepted_is_an_empty_scope(self, walk: dict[str, Any]) -> None:
        """With the finding dismissed and no selector the scope is empty, and that is no error."""
        assert walk["empty"]["requests"] == []
        assert walk["empty"]["people"]["at_most"] == 0

    def test_outcomes_are_in_the_parquet_file(self, walk: dict[str, Any]) -> None:
        """people.parquet holds each person once, and its columns add up to the outcomes."""
        people = pq.read_table(walk["case"] / "results" / "people.parquet")
        assert people.num_rows == walk["scope"]["snapshot"]["people"]
        names = [str(each) for each in people["person"].to_pylist()]
        assert names == sorted(names)
        for each in walk["scope"]["categories"]:
            column = people[each["category"]].to_pylist()
            assert column.count("taken") == each["outcomes"]["taken"]
            assert column.count("not_taken") == each["outcomes"]["not_taken"]

    def test_what_was_published_stands_beside_what_is_proven(self, walk: dict[str, Any]) -> None:
        """The claims of the report and those of the logs are in one record, and each knows its basis."""
        claims = walk["record"]["record"]["claims"]
        counts = {
            (each["basis"], each["unit"], each["precision"]): each["value"]
            for each in claims
            if each["path"] == "impact.count" and each["detail"]["role"] == "total"
        }
        people = walk["scope"]["people"]
        assert counts[("document", "customers", "at_most")] == 4000
        low = "exact" if people["at_least"] == people["at_most"] else "at_least"
        assert counts[("replay", "people", low)] == people["at_least"]
        assert walk["record"]["change"]["added"]

    def test_a_published_report_alone_gives_the_same_claims(self, walk: dict[str, Any]) -> None:
        """With and without a case the document is read in the same way."""
        inside = [each for each in walk["intake"]["claims"] if each["basis"] == "document"]
        assert [each["id"] for each in inside] == [each["id"] for each in walk["published"]["claims"]]
        assert walk["published"]["head"] is None

    def test_a_hunt_finds_the_intruder_and_says_what_cannot_be_seen(self, walk: dict[str, Any]) -> None:
        """His address shows in the events of the intrusion, another one does not, a file hash cannot."""
        (found,) = walk["hunt"]["matched"]
        assert found["value"] == walk["scope"]["intrusion"]["addresses"][0]
        assert 0 < found["known_events"] <= found["events"]
        assert [each["value"] for each in walk["hunt"]["not_matched"]] == ["203.0.113.77"]
        assert [each["type"] for each in walk["hunt"]["cannot_be_seen"]] == ["md5"]

    def test_the_report_is_written_in_every_format(self, walk: dict[str, Any]) -> None:
        """One file a format, none empty; for the public without any account or address."""
        assert len(walk["report"]["report"]) == len(KINDS)
        assert all(Path(each).stat().st_size > 500 for each in walk["report"]["report"])
        secrets = [walk["scope"]["intrusion"][name][0] for name in ("actors", "addresses", "sessions")]
        for each in walk["public"]["report"]:
            content = Path(each).read_bytes()
            assert not [secret for secret in secrets if secret.encode() in content], each

    def test_every_check_passes(self, walk: dict[str, Any]) -> None:
        """The conservation laws hold."""
        assert walk["scope"]["checks"]
        assert all(each["passed"] for each in walk["scope"]["checks"])

    def test_a_person_is_explained_down_to_rows_and_sql(self, walk: dict[str, Any]) -> None:
        """Each outcome of people.parquet is in the chain, each request with rows of a file that was added."""
        document, row = walk["explain person"], walk["reached"]
        assert document["subject"] == row["person"]
        said = [step["text"] for step in document["steps"]]
        files = {(item["name"], item["sha256"]) for item in walk["add"]["evidence"]}
        for each in walk["scope"]["categories"]:
            outcome = row[each["category"]].replace("_", " ")
            named = [
                text
                for text in said
                if f"({each['category']}): " in text or text.startswith(each["category"])
            ]
            assert any(f": {outcome}" in text for text in named), each["category"]
        rows = [line for step in document["steps"] for line in step["evidence"]]
        assert rows
        for line in rows:
            if not line.startswith("and "):
                name, _, rest = line.partition(", row ")
                assert (name, rest.partition("sha256 ")[2]) in files
        assert all(f"{id_}, " in " ".join(said) for id_ in row["request_ids"][:5])
        assert [step for step in document["steps"] if step["sql"]]

    def test_a_person_who_was_not_reached_is_explained_with_the_blind_channels(
        self, walk: dict[str, Any]
    ) -> None:
        """Absence is a statement, with what the logs cannot see beside it."""
        said = [step["text"] for step in walk["explain nobody"]["steps"]]
        assert any("no request reached a record of the person" in text for text in said)
        assert any(text.startswith("not seen by these logs: ") for text in said)

    def test_a_category_and_a_request_are_explained_as_the_scope_says(self, walk: dict[str, Any]) -> None:
        """The chain begins with the numbers of the scope; nothing was written."""
        bound = next(each["people"] for each in walk["scope"]["categories"] if each["category"] == "email")
        first = walk["explain category"]["steps"][0]["text"]
        assert f"{bound['at_least']:,}" in first
        assert f"{bound['at_most']:,}" in first
        assert walk["explain request"]["kind"] == "request"
        assert walk["explain category"]["head"] == walk["public"]["head"]

    def test_an_unknown_subject_is_a_wrong_call(self, walk: dict[str, Any]) -> None:
        """One line with the closest known name and a hint; exit status 2."""
        done = run("explain", walk["case"], "emial", status=2)
        first, hint = done.stderr.splitlines()
        assert first.endswith("did you mean email")
        assert hint.startswith("  name the id of a customer record")
        assert not done.stdout

    def test_the_chain_is_printed_with_its_sql_on_request(self, walk: dict[str, Any]) -> None:
        """Numbered steps; names of tables always, statements with --sql."""
        first = "  1. people who truly lost a value"
        plain = chain(models.Explained.model_validate(walk["explain category"]), width=80, sql=False)
        assert plain.splitlines()[1].startswith(first)
        assert "computed in this order" in " ".join(plain.split())
        assert "SELECT" not in plain
        told = run("explain", walk["case"], "email", "--sql").stdout
        assert told.splitlines()[1].startswith(first)
        assert "SELECT" in told

    def test_verify_is_content(self, walk: dict[str, Any]) -> None:
        """An untouched case verifies, with the head that the first command printed."""
        assert walk["verify"]["ok"], walk["verify"]["problems"]
        assert walk["verify"]["problems"] == []

    def test_investigate_respects_the_decision(self, walk: dict[str, Any]) -> None:
        """Investigate gives the same scope as the accepted finding did."""
        assert walk["investigate"]["scope"]["people"] == walk["scope"]["people"]
        assert [Path(file).name for file in walk["investigate"]["report"]] == ["report.md", "report.html"]


def test_every_command_has_a_schema() -> None:
    """Each command with --json has its published shape, and there is no shape without a command."""
    assert {file.stem for file in SCHEMAS.glob("*.json")} == {*models.DOCUMENTS, *models.FILES}


def test_a_wrong_call_is_one_line(tmp_path: Path) -> None:
    """A folder that is no case is said in one line, with what to do, and exit status 2."""
    done = run("detect", tmp_path, status=2)
    first, hint = done.stderr.splitlines()
    assert first.startswith("floodmark: ")
    assert hint.startswith("  make one with")
    assert done.stdout == ""


def test_an_address_is_refused_at_once(tmp_path: Path) -> None:
    """People are found by record id only, said before anything is derived."""
    run("init", tmp_path / "case", "--organisation", "Example Air")
    done = run("explain", tmp_path / "case", "ann@example.org", status=2)
    assert done.stderr.startswith("floodmark: ann@example.org is an address")


def test_too_few_events_are_refused(tmp_path: Path) -> None:
    """`simulate --events` says the smallest number, and writes nothing."""
    done = run("simulate", tmp_path / "new", "--scenario", "clean", "--events", 5, status=2)
    assert done.stderr.startswith("floodmark: events is 5, expected 100000 or more")
    assert not (tmp_path / "new").exists()


def test_help_names_every_scenario() -> None:
    """What `simulate` can make is in its help, and nothing else is called a scenario there."""
    _, _, told = run("simulate", "--help").stdout.partition("Arguments:")[0].partition("answer key.")
    words = set(re.findall(r"[a-z-]+", re.sub(r"-\s+", "-", told)))  # it breaks lines at hyphens too
    assert {word for word in words if "-" in word} <= set(SCENARIOS) <= words


def test_the_same_from_python(tmp_path: Path) -> None:
    """The package does what the command line does."""
    import datetime as dt  # noqa: PLC0415 - only here

    import floodmark  # noqa: PLC0415 - the point of the test

    made = simulate(tmp_path / "platform", scenario="clean", customers=100)
    actor = floodmark.Actor("tester", dt.datetime(2025, 7, 2, tzinfo=dt.UTC))
    case = floodmark.Case.init(tmp_path / "case", organisation="Example Air", actor=actor)
    case.snapshot(made.datamap, at=made.snapshot_at, tables=made.tables)
    added = case.add([made.logs[0]])
    assert added.evidence[0].events == added.evidence[0].rows
    case.scope()
    assert case.people().num_rows == case.scope().snapshot.people
