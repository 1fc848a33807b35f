"""`detect`, `accept` and `dismiss` on the command line: one form of answer, and what comes next."""

import json

import pytest
from typer.testing import CliRunner

from case.deciding_findings import finding, give
from floodmark.cli import app
from floodmark.errors import UsageError

FIRST = "F-0000000001"


@pytest.fixture
def call(bench, monkeypatch):
    """Return a caller of commands on a case without logs, in this process."""
    give(monkeypatch, finding(title="bulk \x1b[31m read"))

    def run(name, *words):
        done = CliRunner().invoke(app, [name, str(bench.case.root), *words], terminal_width=100)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def test_text_json_and_ocsf(call, bench):
    """The same findings in three forms; the head of custody beside, never in, the answer."""
    text = call("detect")
    assert f"{FIRST}  severity high, confidence high, 10 points" in text.stdout
    assert "bulk \\x1b[31m read" in text.stdout
    assert f"floodmark accept {bench.case.root} {FIRST} --reason TEXT" in text.stdout
    assert text.stderr.startswith("custody head ")
    assert [each["id"] for each in json.loads(call("detect", "--json").stdout)["findings"]] == [FIRST]
    printed = call("detect", "--format", "ocsf").stdout
    assert printed == (bench.case.root / "results" / "findings.ocsf.json").read_text("ascii")
    assert [each["class_uid"] for each in json.loads(printed)] == [2004]


def test_a_dismissed_finding_is_quiet_at_the_next_call(call):
    """And stays in the OCSF form as suppressed."""
    assert call("dismiss", FIRST, "--reason", "the copy").stdout == f"{FIRST} dismissed\n"
    text = call("detect").stdout
    assert text.splitlines() == [
        "0 findings, 1 finding quiet",
        f"  {FIRST}  bulk \\x1b[31m read: dismissed: the copy",
    ]
    (only,) = json.loads(call("detect", "--format", "ocsf").stdout)
    assert (only["status_id"], only["comment"]) == (3, "the copy")
    assert call("accept", FIRST, "--reason", "it was not").stdout == f"{FIRST} accepted\n"
    assert "  accepted: it was not" in call("detect").stdout


def test_a_wrong_form_is_a_wrong_call(call, bench):
    """Said before anything is looked for."""
    head = bench.case.folder.custody.head()
    with pytest.raises(UsageError, match=r"^csv is not a format"):
        call("detect", "--format", "csv")
    with pytest.raises(UsageError, match="two forms"):
        call("detect", "--format", "ocsf", "--json")
    assert bench.case.folder.custody.head() == head
