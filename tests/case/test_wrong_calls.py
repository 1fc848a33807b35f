"""A wrong call is said in one line, with exit status 2, and changes nothing."""

import hashlib

import pytest

from small_files import csv_bytes, rest, run

DATAMAP = "objects:\n  Contact:\n    id: Id\n    person: {keys: [[Email]]}\n    fields: {Email: email}\n"
CONTACTS = "Id,Email\n0035j00000AbCdEAAV,ann@example.org\n"
TRAIL = '"Date","User","Source Namespace Prefix","Action","Section","Delegate User"\n"2025-06-30 11:00:00","x","","y","z",""\n'


def tree(folder):
    """Return path -> hash of everything in a folder."""
    return {
        str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else ""
        for each in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a case and files; no call of this module may change it."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "a.csv").write_bytes(csv_bytes([rest(minute) for minute in range(5)]))
    (folder / "more.csv").write_bytes(csv_bytes([rest(minute) for minute in range(6, 9)]))
    (folder / "trail.csv").write_text(TRAIL)
    (folder / "map.yaml").write_text(DATAMAP)
    (folder / "broken.yaml").write_text("objects: [")
    (folder / "unknown.yaml").write_text(DATAMAP.replace("Email: email", "Mobile: phone"))
    (folder / "contact.csv").write_text(CONTACTS)
    (folder / "empty").mkdir()
    (folder / "mixed").mkdir()
    (folder / "mixed" / "a.csv").write_bytes((folder / "more.csv").read_bytes())
    (folder / "mixed" / "b.csv").write_text(TRAIL)
    run("init", "case", "--organisation", "Example Air", status=0, cwd=folder)
    run("add", "case", "a.csv", status=0, cwd=folder)
    return folder


CALLS = {
    "zone of init": ("init new --organisation X --timezone Australia/Sidney", "is not a time zone"),
    "init into a folder that holds something": ("init mixed --organisation X", "already holds something"),
    "init without a name": ("init new --organisation=", "no name"),
    "init without the option": ("init new", "organisation"),
    "no such case": ("add nowhere a.csv", "is not a case"),
    "a folder that is no case": ("detect mixed", "is not a case"),
    "unknown setting": ("set case contained=2025-06-30T05:00:00Z", "is not a setting"),
    "setting without a value": ("set case contained_at", "is not NAME=VALUE"),
    "time without an offset": ("set case contained_at=2025-06-30T05:00:00", "carries no offset"),
    "no time": ("set case contained_at=yesterday", "is not a time"),
    "unknown zone": ("set case timezone=Mars/Base", "is not a time zone"),
    "zone that climbs": ("set case timezone=../../etc/passwd", "is not a time zone"),
    "empty organisation": ("set case organisation=", "empty"),
    "missing path": ("add case nowhere.csv", "does not exist"),
    "empty folder": ("add case empty", "holds no file"),
    "unknown zone of add": ("add case more.csv --timezone Australia/Sidney", "is not a time zone"),
    "times without a zone": ("add case trail.csv", "carry no zone"),
    "times without a zone among good files": ("add case mixed", "carry no zone"),
    "unknown source": ("add case more.csv --source salesforce.elff", "is not a source; did you mean"),
    "covers without dots": ("add case more.csv --covers 2025-06-30T00:00:00Z", "is not a span"),
    "covers the wrong way round": ("add case more.csv --covers 2025-07-01T00:00:00Z..2025-06-30T00:00:00Z", "ends before"),
    "covers without an offset": ("add case more.csv --covers 2025-06-30T00:00:00..2025-07-01T00:00:00", "no offset"),
    "map missing": ("snapshot case --map no.yaml --at 2025-07-01T00:00:00Z Contact=contact.csv", "does not exist"),
    "map broken": ("snapshot case --map broken.yaml --at 2025-07-01T00:00:00Z Contact=contact.csv", "broken.yaml"),
    "mapped column missing": ("snapshot case --map unknown.yaml --at 2025-07-01T00:00:00Z Contact=contact.csv", "Mobile"),
    "table missing": ("snapshot case --map map.yaml --at 2025-07-01T00:00:00Z Contact=no.csv", "no.csv"),
    "table of no object": ("snapshot case --map map.yaml --at 2025-07-01T00:00:00Z Lead=contact.csv", "Lead"),
    "table without a name": ("snapshot case --map map.yaml --at 2025-07-01T00:00:00Z contact.csv", "is not OBJECT=PATH"),
    "snapshot time": ("snapshot case --map map.yaml --at 2025-07-01 Contact=contact.csv", "carries no offset"),
    "unknown finding": ("accept case volume_burst-000 --reason x", "is not a finding"),
    "decision without a reason": ("dismiss case volume_burst-000 --reason=", "needs a reason"),
    "since": ("detect case --since 2025-07-01", "carries no offset"),
    "from": ("scope case --from 2025-07-01T00:00:00", "carries no offset"),
    "unknown option": ("add case more.csv --sauce x", "--sauce"),
    "unknown command": ("investigat case", "investigat"),
    "unknown format": ("report case --format rtf", "rtf"),
    "unknown scenario": ("simulate new --scenario martians", "martians"),
    "head that is none": ("accept case", "finding"),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("as_json", [False, True], ids=["plain", "json"])
def test_one_line_and_nothing_changed(place, call, as_json):
    """Status 2, one line on standard error, hints indented below it, nothing on standard output or disk."""
    arguments, said = CALLS[call]
    before = tree(place)
    done = run(*arguments.split(" "), *(["--json"] if as_json else []), status=2, cwd=place)
    first, *hints = done.stderr.splitlines()
    assert first.startswith("floodmark: ")
    assert said.casefold() in first.casefold()
    assert all(hint.startswith("  ") for hint in hints), done.stderr
    assert not done.stdout
    assert tree(place) == before


def test_a_case_that_cannot_be_written(place):
    """Another command holds the case: one line, status 2."""
    from floodmark.evidence import writing  # noqa: PLC0415 - the lock is held in this test only

    before = tree(place)
    with writing(place / "case"):
        done = run("add", "case", "more.csv", status=2, cwd=place)
    assert done.stderr.splitlines()[0] == "floodmark: another command is writing to this case"
    assert tree(place) == before
