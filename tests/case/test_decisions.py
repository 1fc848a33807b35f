"""Accepting and dismissing in a case: kept in custody, learned from, the old or the new state after a kill."""

import json
import os
import shutil
import signal
from pathlib import Path

import jsonschema
import pytest

from case.deciding_findings import finding, give, reason
from case.killing import COUNTED
from floodmark import evidence
from floodmark.case import Case
from floodmark.case.deriving import Deriving
from floodmark.detectors.sigma import Sigma
from floodmark.errors import CaseError, UsageError
from forked import fresh
from small_files import ACTOR, CONTACTS, DATAMAP, csv_bytes, rest

SCHEMA = Path(__file__).parent.parent / "exchange" / "detection_finding.schema.json"
FIRST, LATER = "F-0000000001", "F-0000000002"


@pytest.fixture
def case(bench):
    """A case with one log file."""
    bench.case.add([bench.file("a.csv", csv_bytes([rest(minute) for minute in range(9)]))])
    return bench.case


def events(case):
    """Return the ids of all events of a case, by time."""
    with case.folder.engine() as engine:
        from floodmark.ledger import Ledger  # noqa: PLC0415 - opened on demand

        Ledger(engine, case.folder.manifest)
        return [event for (event,) in engine.rows('SELECT event FROM event ORDER BY "at", event')]


def ocsf(case):
    """Return the written Detection Findings, each checked against the published structure."""
    made = json.loads(case.ocsf())
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("ascii")))
    for each in made:
        validator.validate(each)
    return {each["finding_info"]["uid"]: each for each in made}


def listed(found):
    """Return the ids told, and finding -> dismissed one for the quiet ones."""
    return [each.id for each in found.findings], {each.id: each.like for each in found.quiet}


# --- learning from a dismissal -----------------------------------------------------------------------


def test_a_dismissed_pattern_stays_quiet_until_it_changes(case, monkeypatch):
    """The same again is quiet; a new client, or clearly more rows, is told."""
    give(monkeypatch, finding())
    assert listed(case.detect()) == ([FIRST], {})
    case.decide(FIRST, accepted=False, reason="the nightly copy")
    assert listed(case.detect()) == ([], {FIRST: FIRST})
    give(monkeypatch, finding(), finding(id=LATER, sessions=["sessionB"]))
    assert listed(case.detect()) == ([], {FIRST: FIRST, LATER: FIRST})
    assert {each.reason for each in case.detect().quiet} == {"the nightly copy"}
    give(monkeypatch, finding(), finding(id=LATER, clients=["loader", "new"]))
    assert listed(case.detect()) == ([LATER], {FIRST: FIRST})
    give(monkeypatch, finding(reasons=[reason(seen="read 90,000 rows")]))
    assert listed(case.detect()) == ([FIRST], {})
    assert case.verify().ok


def test_a_quiet_finding_can_be_accepted(case, monkeypatch):
    """Then it is told again, as accepted, and stays so."""
    give(monkeypatch, finding(), finding(id=LATER))
    case.decide(FIRST, accepted=False, reason="the nightly copy")
    case.decide(LATER, accepted=True, reason="that night there was no copy")
    for _ in range(2):
        assert listed(case.detect()) == ([LATER], {FIRST: FIRST})
    assert case.decisions() == {
        FIRST: ("dismissed", "the nightly copy"),
        LATER: ("accepted", "that night there was no copy"),
    }
    case.decide(FIRST, accepted=True, reason="nor that")
    assert listed(case.detect()) == ([FIRST, LATER], {})
    assert case.verify().ok


def test_the_pattern_is_in_custody_and_in_case_toml(case, monkeypatch):
    """A decision can be rebuilt from the case alone; a pattern changed by hand is named."""
    give(monkeypatch, finding())
    case.decide(FIRST, accepted=False, reason="the nightly copy")
    entry = case.folder.custody.entries()[-1]
    (kept,) = case.folder.settings()["decisions"]
    assert entry["action"] == "dismiss"
    assert entry["detail"]["pattern"] == dict(kept["pattern"])
    assert entry["detail"]["document"]["id"] == FIRST
    case.detect()
    file = case.root / "case.toml"
    file.write_text(file.read_text("utf-8").replace("points = 10", "points = 99"), "utf-8")
    assert [(each.item, each.problem) for each in case.verify().problems] == [
        ("case.toml", "decisions are not what custody noted")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "decisions = 1",
        'decisions = ["F-1"]',
        '[[decisions]]\nfinding = "F-1"',
        '[[links]]\nlink = 5\nreason = ""',
    ],
)
def test_a_formless_decision_is_a_wrong_call(case, text):
    """A list that a hand broke is one clear line, not a traceback."""
    file = case.root / "case.toml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")
    with pytest.raises(UsageError, match=r"^case\.toml: "):
        case.detect()
    assert {each.item for each in case.verify().problems} == {"case.toml"}


def test_a_decision_needs_a_finding_and_a_reason(case, monkeypatch):
    """Said in one line with the closest id; nothing is noted."""
    give(monkeypatch, finding())
    head = case.folder.custody.head()
    with pytest.raises(UsageError, match=r"did you mean F-0000000001"):
        case.decide("F-000000001", accepted=True, reason="r")
    with pytest.raises(UsageError, match="needs a reason"):
        case.decide(FIRST, accepted=True, reason=" ")
    with pytest.raises(UsageError, match="L-0000000000 is not a link"):
        case.decide("L-0000000000", accepted=False, reason="r")
    assert case.folder.custody.head() == head


# --- links of the trace ------------------------------------------------------------------------------


def test_a_link_of_the_trace_is_refused_and_followed_again(case, bench, monkeypatch):
    """What only a refused link brought is not hostile; the decision is kept like one on a finding."""
    give(monkeypatch, finding(events=events(case)[:1]))
    tables = {"Contact": bench.file("contact.csv", CONTACTS.encode())}
    case.snapshot(bench.file("map.yaml", DATAMAP.encode()), at="2025-07-01T00:00:00Z", tables=tables)
    case.decide(FIRST, accepted=True, reason="nobody here uses that client")
    whole = case.scope().intrusion
    assert {each.state for each in whole.links} == {"followed"}
    assert whole.events == 9
    (link,) = (each.id for each in whole.links if each.kind == "session")
    document = case.decide(link, accepted=False, reason="the user's own session")
    assert (document.finding, document.decision) == (link, "dismissed")
    less = case.scope().intrusion
    assert less.events < whole.events
    assert {each.id: each.state for each in less.links}[link] == "refused"
    assert case.verify().ok
    with pytest.raises(UsageError, match="is not a link; did you mean L-"):
        case.decide(whole.links[0].id + "0", accepted=False, reason="r")
    case.decide(link, accepted=True, reason="not his after all")
    assert case.scope().intrusion.events == whole.events
    assert {each["decision"] for each in case.folder.settings()["links"]} == {"followed"}
    assert case.verify().ok


# --- detect again and again --------------------------------------------------------------------------


def test_the_same_ledger_gives_the_same_findings(case, monkeypatch):
    """As often as it is called, with --since too, which only cuts what is listed."""
    early = finding(to="2025-06-30T01:30:00.000Z")
    late = finding(id=LATER, clients=["other"], to="2025-06-30T09:00:00.000Z")
    give(monkeypatch, early, late)
    results = []
    for _ in range(3):
        assert listed(case.detect()) == ([FIRST, LATER], {})
        assert listed(case.detect(since="2025-06-30T02:00:00Z")) == ([LATER], {})
        results.append([file.read_bytes() for file in sorted((case.root / "results").iterdir())])
        assert case.verify().ok
    assert results[0] == results[1] == results[2]
    noted = case.folder.custody.entries()[-1]["detail"]
    assert noted == {"since": "2025-06-30T02:00:00Z", "findings": [LATER], "quiet": []}


# --- OCSF --------------------------------------------------------------------------------------------


def test_findings_as_ocsf(case, monkeypatch):
    """New, accepted and suppressed, with the events as the ledger has them."""
    found = events(case)
    give(monkeypatch, finding(events=found), finding(id=LATER), finding(id="F-3", clients=["x"]))
    with pytest.raises(CaseError, match="no findings yet"):
        case.ocsf()
    case.decide(FIRST, accepted=False, reason="the nightly copy")
    case.decide("F-3", accepted=True, reason="nobody uses x")
    case.detect()
    made = ocsf(case)
    assert {name: each["status_id"] for name, each in made.items()} == {FIRST: 3, LATER: 3, "F-3": 2}
    assert (made[LATER]["unmapped"]["like"], made[FIRST]["unmapped"]["like"]) == (FIRST, None)
    assert made[LATER]["comment"] == "the nightly copy"
    assert made["F-3"]["comment"] == "nobody uses x"
    (evidence_,) = made[FIRST]["evidences"]
    assert evidence_["data"] == {"log": "salesforce.elf.RestApi", "events": found}
    assert evidence_["src_endpoint"] == {"ip": "192.0.2.7"}
    assert evidence_["actor"]["user"] == {"uid": "0055j000000utlPAAQ"}


def test_ocsf_changed_by_hand_is_named(case, monkeypatch):
    """It is derived again like every result, after detect and after scope."""
    give(monkeypatch, finding())
    file = case.root / "results" / "findings.ocsf.json"
    for write in (case.detect, case.scope):
        write()
        assert case.verify().ok
        file.write_bytes(file.read_bytes().replace(b'"Create"', b'"create"'))
        assert {each.item for each in case.verify().problems} == {"results/findings.ocsf.json"}


# --- rules of one's own ------------------------------------------------------------------------------


def rule(case, name, text):
    """Write a file into the folder of the case's own rules."""
    file = case.root / "rules" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_rules_are_noted_and_kept(case, monkeypatch):
    """Name and hash are in custody when they are first used, and again when they change; the bytes are kept."""
    give(monkeypatch)
    rule(case, "b.yml", "title: b\n")
    rule(case, "a.yaml", "title: a\n")
    rule(case, "notes.txt", "no rule\n")
    case.detect()
    (noted,) = [each["detail"] for each in case.folder.custody.entries() if each["action"] == "rules"]
    assert [each["name"] for each in noted["files"]] == ["a.yaml", "b.yml"]
    for each in noted["files"]:
        kept = case.folder.originals.path(each["sha256"])
        assert kept.read_bytes() == (case.root / "rules" / each["name"]).read_bytes()
    case.detect()
    assert sum(each["action"] == "rules" for each in case.folder.custody.entries()) == 1
    assert case.verify().ok
    rule(case, "b.yml", "title: c\n")
    case.detect()
    assert sum(each["action"] == "rules" for each in case.folder.custody.entries()) == 2
    shutil.rmtree(case.root / "rules")
    case.detect()
    assert case.folder.custody.entries()[-2]["detail"] == {"files": []}
    assert case.verify().ok


OWN_RULE = """
title: Contact is read through REST
name: own-contact-read
status: experimental
logsource: {product: salesforce}
detection:
    selection: {operation: query}
    condition: selection
level: high
"""


def test_rules_of_the_case_are_used(case):
    """The detector of the rules looks at them beside those of the package; what cannot be used is told."""
    rule(case, "own.yml", OWN_RULE)
    rule(case, "bad.yml", "title: \x1b[31m\ndetection: 5\n")
    (refused,) = [each for each in case.refused_rules() if "own.yml" not in each]
    assert refused.startswith("bad.yml")
    with case.folder.engine() as engine:
        deriving = Deriving(case.folder, engine)
        (sigma,) = [each for each in deriving._detectors() or () if isinstance(each, Sigma)]
        assert [each.name for each in sigma.rules.told if each.file == "own.yml"] == ["own-contact-read"]
    case.detect()
    assert case.verify().ok


def test_rules_that_changed_since_are_named(case, monkeypatch):
    """Added, changed, removed, or a kept copy that is lost."""
    give(monkeypatch)
    file = rule(case, "a.yml", "title: a\n")
    case.detect()

    def items():
        return {each.item for each in case.verify().problems}

    file.write_text("title: b\n", "utf-8")
    assert items() == {"rules/a.yml"}
    file.unlink()
    assert items() == {"rules/a.yml"}
    file.write_text("title: a\n", "utf-8")
    assert items() == set()
    rule(case, "b.yml", "title: b\n")
    assert items() == {"rules/b.yml"}
    (case.root / "rules" / "b.yml").unlink()
    (sha256,) = [
        each["sha256"]
        for entry in case.folder.custody.entries()
        if entry["action"] == "rules"
        for each in entry["detail"]["files"]
    ]
    case.folder.originals.path(sha256).unlink()
    assert items() == {sha256}


# --- kills -------------------------------------------------------------------------------------------

PROBE = (
    """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import pytest
from case.deciding_findings import finding, give
from floodmark.case import Case
from floodmark.case.deriving import Deriving
from small_files import ACTOR
stop, seen = int(sys.argv[1]), 0
"""
    + COUNTED
    + """
root, verb = Path(sys.argv[2]), sys.argv[4]
give(pytest.MonkeyPatch(), finding())
for name in ("fsync", "pwrite", "ftruncate", "replace"):
    setattr(os, name, counted(getattr(os, name)))
if verb == "init":
    Case.init(root, organisation="Example Air", actor=ACTOR)
elif verb == "set":
    Case.open(root, ACTOR).set("contained_at", "2025-06-30T05:00:00Z")
else:
    Case.open(root, ACTOR).decide("F-0000000001", accepted=verb == "accept", reason="the nightly copy")
print(seen)
"""
)


def probe(stop, root, verb):
    """Run a command in a process of its own that kills itself before its system call number `stop`."""
    return fresh().run(PROBE, stop, root, Path(__file__).parent.parent, verb)


def decided(root):
    """Return what people decided, and the number of entries in custody."""
    folder = Case.open(root, ACTOR).folder
    settings = folder.settings()
    return settings.get("contained_at"), json.dumps(settings["decisions"]), len(folder.custody.entries())


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.parametrize("verb", ["set", "accept", "dismiss"])
def test_killed_at_system_calls(case, tmp_path, verb):
    """Right after the kill the case verifies, with the old or the new state; the next command carries on."""
    free = shutil.copytree(case.root, tmp_path / "free")
    old = decided(free)
    calls = int(probe(0, free, verb).stdout)
    new = decided(free)
    assert old[:2] != new[:2]
    states = set()
    for stop in range(1, calls + 1):
        root = shutil.copytree(case.root, tmp_path / f"{stop}")
        died = probe(stop, root, verb)
        assert died.returncode == -signal.SIGKILL, died.stderr
        opened = Case.open(root, ACTOR)
        state = decided(root)
        assert state in (old, new)
        states.add(state)
        problems = [(each.item, each.problem) for each in opened.verify().problems]
        torn = "its last line has no end: a command was killed while writing it, or the log was cut"
        assert problems in ([], [("custody log", torn)])
        with opened.folder.changing():
            pass
        assert decided(root) == state
        assert opened.verify().ok
        one = free if state == new else case.root
        assert (root / "case.toml").read_bytes() == (one / "case.toml").read_bytes()
        shutil.rmtree(root)
    assert states == {old, new}


@pytest.mark.crash
@pytest.mark.slow
def test_a_killed_init_can_be_repeated_or_is_done(tmp_path):
    """A folder is no case, and can be made one; or it is the whole case."""
    calls = int(probe(0, tmp_path / "free", "init").stdout)
    whole = 0
    for stop in range(1, calls + 1):
        root = tmp_path / f"{stop}"
        assert probe(stop, root, "init").returncode == -signal.SIGKILL
        try:
            opened = Case.open(root, ACTOR)
        except CaseError:
            opened = Case.init(root, organisation="Example Air", actor=ACTOR)
        else:
            whole += 1
        assert opened.document().organisation == "Example Air"
        assert opened.verify().ok
        opened.set("timezone", "Europe/Paris")
        assert opened.verify().ok
        shutil.rmtree(root)
    assert 0 < whole < calls


def test_no_room_for_case_toml(case, monkeypatch):
    """Custody has the decision, so it stands; the next command writes it to case.toml."""
    before = (case.root / "case.toml").read_bytes()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(evidence.os, "fdopen", full)
        with pytest.raises(CaseError, match="nothing more can be written"):
            case.set("contained_at", "2025-06-30T05:00:00Z")
    assert (case.root / "case.toml").read_bytes() == before
    assert case.document().contained_at == "2025-06-30T05:00:00.000Z"
    assert case.verify().ok
    case.set("timezone", "Europe/Paris")
    assert b"contained_at" in (case.root / "case.toml").read_bytes()
    assert case.verify().ok


def test_an_old_case_toml_put_back_later_is_named(case, monkeypatch):
    """Only the last entry of custody can be one that a kill kept out of case.toml."""
    give(monkeypatch)
    before = (case.root / "case.toml").read_bytes()
    case.set("contained_at", "2025-06-30T05:00:00Z")
    case.detect()
    (case.root / "case.toml").write_bytes(before)
    assert {each.item for each in case.verify().problems} == {"case.toml"}
    os.unlink(case.root / "case.toml")  # noqa: PTH108 - as a hand would
    assert {each.problem for each in case.verify().problems} == {"case.toml is missing"}
    with pytest.raises(CaseError, match=r"case\.toml is missing"):
        case.set("timezone", "UTC")
