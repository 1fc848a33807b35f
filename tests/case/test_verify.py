"""Verification finds every change, names it, and changes nothing itself."""

import hashlib
import json
import shutil

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from floodmark.case import Case, Selectors
from floodmark.evidence import canonical_json
from small_files import ACTOR, CONTACTS, DATAMAP, Bench, api_event, csv_bytes, lines, rest, run


def tree(folder):
    """Return path -> (mode, bytes hash) of everything in a folder."""
    return {
        str(each.relative_to(folder)): (
            each.stat().st_mode,
            hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else "",
        )
        for each in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A case with logs, a snapshot, a decision on time, results and a report; and the heads on the way."""
    bench = Bench(tmp_path_factory.mktemp("whole"))
    case = bench.case
    heads = [case.document().head]
    heads.append(case.add([bench.file("a.csv", csv_bytes([rest(minute) for minute in range(9)]))]).head)
    heads.append(
        case.add(
            [
                bench.file(
                    "b.json", lines(*(api_event(n, Query="SELECT Id, Email FROM Contact") for n in range(4)))
                )
            ]
        ).head
    )
    tables = {"Contact": bench.file("contact.csv", CONTACTS.encode())}
    heads.append(
        case.snapshot(bench.file("map.yaml", DATAMAP.encode()), at="2025-07-01T00:00:00Z", tables=tables).head
    )
    heads.append(case.set("contained_at", "2025-06-30T05:00:00Z").head)
    case.scope(Selectors(actors=("0055j000000utlPAAQ",)))
    heads.append(case.report(("md", "json")).head)
    return case.root, heads


@pytest.fixture
def copy(whole, tmp_path):
    """A copy of the whole case under another name."""
    target = tmp_path / "copy"
    shutil.copytree(whole[0], target)
    return target


def found(root, **options):
    """Return the items that verification names."""
    document = Case.open(root, ACTOR).verify(**options)
    assert document.ok == (not document.problems)
    return {problem.item for problem in document.problems}


def test_an_untouched_case_is_whole(copy, whole):
    """Nothing is named, whatever earlier head is given, and nothing on disk is changed."""
    before = tree(copy)
    for head in [None, *whole[1]]:
        assert not found(copy, head=head)
    assert tree(copy) == before
    done = run("verify", copy, "--json", status=0)
    assert json.loads(done.stdout)["ok"]


def targets(root):
    """Return label -> (file, the item that must be named) for one file of each kind that a case holds."""
    pick = {
        "evidence": sorted(path for path in (root / "evidence").glob("??/*")),
        "part": sorted((root / "ledger" / "parts").glob("*.parquet")),
        "entry": sorted((root / "ledger" / "log").glob("*.json")),
        "custody": [root / "evidence" / "custody.jsonl"],
        "table": sorted((root / "snapshot").glob("*/*.parquet")),
        "datamap": sorted((root / "snapshot").glob("*/datamap.yaml")),
        "statement": [root / "snapshot" / "snapshot.json"],
        "results": sorted((root / "results").iterdir()),
        "report": sorted((root / "report").iterdir()),
    }
    return {f"{kind} {number}": path for kind, paths in pick.items() for number, path in enumerate(paths)}


def names(path, root):
    """Return what verification may call a file: its hash, or its place."""
    kinds = {
        "log": "ledger",
        "parts": f"ledger part {path.stem}",
        "results": f"results/{path.name}",
        "report": f"report/{path.name}",
    }
    if path.name == "custody.jsonl":
        return {"custody log"}
    if path.name == "snapshot.json":
        return {"snapshot/snapshot.json"}
    if path.name == "datamap.yaml":
        return {"datamap.yaml"}
    if "snapshot" in path.relative_to(root).parts:
        return {f"snapshot table {path.stem}"}
    if path.parent.name == "log":
        return {"ledger", f"ledger entry {int(path.stem)}", f"ledger entry {int(path.stem) + 1}"}
    return {kinds.get(path.parent.name, path.name)}


def change(path, how, place=0.5):
    """Flip a byte, cut the end, or remove the file."""
    path.chmod(0o600)
    content = path.read_bytes()
    if how == "flip":
        at = int((len(content) - 1) * place)
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    elif how == "cut":
        path.write_bytes(content[:-1])
    else:
        path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["flip", "cut", "delete"])
def test_tamper_matrix(copy, how):
    """A change of any stored file is found and named."""
    missed = []
    for label, path in targets(copy).items():
        kept = path.read_bytes()
        for place in (0.05, 0.5, 0.95) if how == "flip" else (0.5,):
            change(path, how, place)
            if not found(copy) & names(path, copy):
                missed.append((label, place))
            path.write_bytes(kept)
    assert not missed
    assert not found(copy)


def custody_lines(root):
    """Return the lines of the custody log."""
    return (root / "evidence" / "custody.jsonl").read_bytes().splitlines(keepends=True)


def write_custody(root, entries):
    """Write the custody log anew."""
    (root / "evidence" / "custody.jsonl").write_bytes(b"".join(entries))


@pytest.mark.parametrize("keep", range(1, 7))
def test_a_shortened_chain_is_found_against_a_printed_head(copy, whole, keep):
    """The chain alone cannot tell; the last head that a command printed can."""
    entries = custody_lines(copy)
    assert len(entries) == 8
    write_custody(copy, entries[:keep])
    assert "custody log" in found(copy, head=whole[1][-1])


def test_a_dropped_note_of_a_commit_is_found_without_a_head(copy):
    """The ledger has an entry that custody does not name."""
    write_custody(copy, custody_lines(copy)[:2])
    assert "ledger entry 2" in found(copy)


def rebuilt(entries, change):
    """Return a chain with one entry changed and every hash made to fit."""
    head, made = "0" * 64, []
    for line in entries:
        entry = json.loads(line)
        entry.pop("hash")
        change(entry)
        entry["prev"] = head
        entry["hash"] = head = hashlib.sha256(canonical_json(entry)).hexdigest()
        made.append(canonical_json(entry) + b"\n")
    return made


def test_a_rebuilt_chain_is_found_against_a_printed_head(copy, whole):
    """Who rebuilds the whole chain gets another head."""

    def forge(entry):
        if entry["n"] == 2:
            entry["who"] = "somebody else"

    write_custody(copy, rebuilt(custody_lines(copy), forge))
    assert not found(copy)  # nothing else can tell: this is what the printed head is for
    assert found(copy, head=whole[1][-1]) == {"custody log"}


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_changed_custody_line_is_found(copy, place):
    """Another time in one line breaks its hash."""
    entries = custody_lines(copy)
    number = {"first": 0, "middle": len(entries) // 2, "last": -1}[place]
    entries[number] = entries[number].replace(b"tester", b"nobody")
    write_custody(copy, entries)
    assert found(copy) == {"custody log"}


def test_a_rewritten_last_ledger_entry_is_found(copy):
    """The last entry has no follower that would notice; custody knows its hash."""
    last = max((copy / "ledger" / "log").glob("*.json"))
    entry = json.loads(last.read_bytes())
    entry["items"][0]["covers"] = [["2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"]]
    last.write_bytes(canonical_json(entry))
    assert "ledger entry 2" in found(copy)


def test_two_swapped_files_are_both_named(copy):
    """Whole files under each other's names."""
    one, other = sorted((copy / "ledger" / "parts").glob("*.parquet"))[:2]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    assert {f"ledger part {one.stem}", f"ledger part {other.stem}"} <= found(copy)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('organisation = "Example Air"', 'organisation = "Other Air"'),
        ("2025-06-30T05:00:00.000Z", "2025-06-29T05:00:00.000Z"),
        ('contained_at = "2025-06-30T05:00:00.000Z"', ""),
        ('timezone = "UTC"', 'timezone = "Europe/Paris"'),
        ('platform = "salesforce"', 'platform = "other"'),
        (
            "organisation =",
            '[[decisions]]\nfinding = "x"\ndecision = "accepted"\nreason = "y"\n[rest]\norganisation =',
        ),
        ("organisation =", "organisation = = "),
    ],
)
def test_a_hand_edited_case_toml_is_named(copy, before, after):
    """What a person decides goes through a command; a decision written by hand is in no custody log."""
    file = copy / "case.toml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    assert found(copy) == {"case.toml"}


def test_through_the_command_line(copy):
    """Each problem is one line on standard output; the exit status is 1."""
    change(copy / "report" / "report.md", "flip")
    done = run("verify", copy, status=1)
    assert "report/report.md: has other bytes than when it was written" in done.stdout


def test_a_torn_last_line_is_named_and_the_next_command_drops_it(copy):
    """A log that ends within a line is what a killed command leaves; it was never acknowledged."""
    log = copy / "evidence" / "custody.jsonl"
    log.write_bytes(log.read_bytes() + b'{"action":"set"')
    assert found(copy) == {"custody log"}
    Case.open(copy, ACTOR).set("organisation", "Example Air")
    assert "custody log" not in found(copy)


def test_a_report_older_than_the_last_scope(copy):
    """The report keeps the hash that was noted; it is not compared with the results of a later scope."""
    case = Case.open(copy, ACTOR)
    case.scope(Selectors(sessions=("sessionA",)))
    assert not found(copy)
    change(copy / "report" / "report.md", "flip")
    assert found(copy) == {"report/report.md"}


def test_results_older_than_the_last_file(copy, tmp_path):
    """After another file came in, results keep their noted hash and are not derived again."""
    later = tmp_path / "c.csv"
    later.write_bytes(csv_bytes([rest(minute) for minute in range(20, 30)]))
    Case.open(copy, ACTOR).add([later])
    assert not found(copy)


@pytest.mark.parametrize("since", [None, "2025-06-30T01:05:00Z"])
def test_findings_looked_for_after_the_scope(copy, since):
    """`detect` writes results/findings.json anew; that is no difference, a change of it is."""
    Case.open(copy, ACTOR).detect(since=since)
    assert not found(copy)
    change(copy / "results" / "findings.json", "flip")
    assert found(copy) == {"results/findings.json"}


@pytest.mark.parametrize(
    ("looked", "how"), [("scope", "flip"), ("detect", "flip"), ("detect", "delete"), ("detect since", "cut")]
)
def test_changed_baselines_are_named(copy, looked, how):
    """`scope` notes their hash, `detect` writes them anew; either way a change of them is named alone."""
    if looked != "scope":
        Case.open(copy, ACTOR).detect(since="2025-06-30T01:05:00Z" if looked == "detect since" else None)
    change(copy / "results" / "baselines.parquet", how)
    assert found(copy) == {"results/baselines.parquet"}


def test_other_baselines_that_can_be_read_are_named(copy):
    """A file of the same form with another number in it is what a person would not notice."""
    file = copy / "results" / "baselines.parquet"
    table = pq.read_table(file)
    Case.open(copy, ACTOR).detect()
    assert not found(copy)
    assert pq.read_table(file) == table
    place = table.column_names.index("busiest_hour")
    pq.write_table(table.set_column(place, "busiest_hour", pc.add(table["busiest_hour"], 1)), file)
    assert found(copy) == {"results/baselines.parquet"}


def test_damage_is_mended_by_adding_the_originals_again(copy, whole):
    """An original or a part that lost its bytes comes back with the same file."""
    for path in [*(copy / "evidence").glob("??/*"), *(copy / "ledger" / "parts").glob("*.parquet")]:
        change(path, "flip")
    assert found(copy)
    Case.open(copy, ACTOR).add([whole[0].parent / "files" / "a.csv", whole[0].parent / "files" / "b.json"])
    assert not found(copy)


def test_results_that_the_case_does_not_give(copy):
    """Results and custody forged together still differ from what the case gives."""
    file = copy / "results" / "scope.json"
    forged = file.read_bytes().replace(b'"people":', b'"people" :', 1)
    old = hashlib.sha256(file.read_bytes()).hexdigest()
    file.write_bytes(forged)

    def forge(entry):
        text = json.dumps(entry).replace(old, hashlib.sha256(forged).hexdigest())
        entry.clear()
        entry.update(json.loads(text))

    write_custody(copy, rebuilt(custody_lines(copy), forge))
    assert "results/scope.json" in found(copy)
