"""What is refused, and how it is told; what hostile text in a rule can do, which is nothing."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from detectors.sample import ledger
from floodmark.sigma import load

RULE = {
    "title": "A rule",
    "name": "a-rule",
    "logsource": {"product": "salesforce", "service": "any"},
    "detection": {"selection": {"operation": "query"}, "condition": "selection"},
    "level": "low",
}
CORRELATION = {"title": "C", "name": "c", "level": "low"}


def written(folder: Path, *documents: object, name: str = "one.yml") -> Path:
    """Write documents as one rule file and return its folder."""
    (folder / name).write_text(yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def refusal(folder: Path) -> str:
    """Return the only refusal, with its position."""
    loaded = load([folder])
    (only,) = loaded.refused
    return f"{only.file}: {only.position}: {only.reason}"


def with_selection(**selection: object) -> dict[str, object]:
    """Return the rule with another selection; `__` stands for the sign before a modifier."""
    told = {key.replace("__", "|"): value for key, value in selection.items()}
    return {**RULE, "detection": {"selection": told, "condition": "selection"}}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (with_selection(CommandLine="x"), "field 'CommandLine': the ledger has no such field"),
        (with_selection(matched_rows__contains="1"), "field 'matched_rows': holds number"),
        (with_selection(query__gt=3), "field 'query': holds text"),
        (with_selection(matched_rows=1.5), "expected a whole number"),
        (with_selection(query__fieldref="method"), "field 'query': a value of type FieldReference"),
        (with_selection(query__expand="%who%"), "field 'query': placeholders are not supported"),
        (with_selection(ip__cidr="2001:db8::/32"), "networks of IPv6"),
        (with_selection(query__re="a(?=b)"), "Regular expression 'a(?=b)' is invalid: invalid perl operator"),
        (with_selection(query__re__i="("), "'(' is invalid: missing ): ("),
        (with_selection(query__nonsense="a"), "Unknown modifier"),
        (with_selection(at__hour=3), "field 'at'"),
        (with_selection(query="a\0b"), "null character"),
        (
            {**RULE, "detection": {"selection": ["word"], "condition": "selection"}},
            "keywords without a field",
        ),
        ({**RULE, "logsource": {"product": "windows"}}, "no log of the ledger is product windows"),
        (
            {**RULE, "logsource": {"product": "salesforce", "service": "eventlogfile.a'b"}},
            "no log of the ledger",
        ),
        ({**RULE, "floodmark": {"points": 11}}, "document 1, floodmark, points"),
        ({**RULE, "floodmark": {"pionts": 1}}, "document 1, floodmark, pionts"),
        ({**RULE, "action": "global"}, "key 'action' is not supported"),
        ({key: value for key, value in RULE.items() if key != "name"}, "has neither a name nor an id"),
        ("just text", "is not a mapping"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(
    tmp_path: Path, rule: object, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every refusal names the file, the document and what is wrong there; no library speaks besides."""
    told = refusal(written(tmp_path, rule))
    assert told.startswith("one.yml: document 1")
    assert says in told
    assert "b'" not in told
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("correlation", "says"),
    [
        ({"type": "value_sum", "condition": {"gte": 1, "field": "byte_count"}}, "type is value_sum"),
        ({"type": "event_count", "condition": {"gte": 2}, "rules": ["absent"]}, "looks at 'absent'"),
        ({"type": "event_count", "condition": {"gte": 2}, "rules": ["c"]}, "looks at itself"),
        ({"type": "event_count", "condition": {"gte": 2}, "group-by": ["nothing"]}, "by 'nothing'"),
        ({"type": "event_count", "condition": {"gte": 2}, "group-by": ["objects"]}, "by 'objects'"),
        ({"type": "temporal", "condition": "a-rule and not b"}, "document 2"),
        (
            {"type": "temporal", "group-by": ["who"], "aliases": {"who": {"other": "actor"}}},
            "says nothing of rule",
        ),
    ],
)
def test_correlations_that_have_no_meaning(tmp_path: Path, correlation: dict[str, object], says: str) -> None:
    """A correlation over rules or fields that are not there is no rule."""
    told = {"rules": ["a-rule"], "timespan": "1m", "group-by": ["actor"], **correlation}
    assert says in refusal(written(tmp_path, RULE, {**CORRELATION, "correlation": told}))


def test_one_bad_file_hides_no_other_and_all_are_told(tmp_path: Path) -> None:
    """The good rule is used and each of the other files has its own reason."""
    written(tmp_path, RULE, name="good.yml")
    written(tmp_path, {**RULE, "name": "other", "logsource": {"product": "x"}}, name="bad.yml")
    written(tmp_path, RULE, name="same.yml")
    (tmp_path / "broken.yml").write_text("title: [", "utf-8")
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.yml").write_bytes(b"#" * 300_000)
    (tmp_path / "link.yml").symlink_to(tmp_path / "good.yml")
    (tmp_path / "notes.txt").write_text("no rule", "utf-8")
    loaded = load([tmp_path, tmp_path / "absent"])
    assert [each.name for each in loaded.told] == ["a-rule"]
    names = [each.file for each in loaded.refused]
    assert names == ["bad.yml", "binary.yml", "broken.yml", "large.yml", "link.yml", "same.yml"]


def test_aliases_that_grow_without_end_are_refused(tmp_path: Path) -> None:
    """A small file must not become a large rule."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "bomb.yml").write_text("\n".join(lines), "utf-8")
    assert "bomb.yml" in refusal(tmp_path)


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE event; --", "x') OR true --", "$1", "{0}", 'a"b', "%s", "\\'"]
)
def test_text_of_a_rule_is_never_more_than_text(tmp_path: Path, text: str) -> None:
    """Names and values that look like a statement are found as text, and change nothing."""
    rule = {
        **RULE,
        "name": text,
        "detection": {"selection": {"query|contains": text, "operation": "query"}, "condition": "selection"},
    }
    loaded = load([written(tmp_path, rule)])
    assert loaded.refused == ()
    at = datetime(2025, 6, 16)  # noqa: DTZ001 - the engine's timestamps are plain UTC
    rows = [
        {"event": name, "log": "salesforce.elf.API", "at": at, "operation": "query", "query": query}
        for name, query in (
            ("hit", f"a {text.replace(chr(92), '')} {text} b"),
            ("miss", "SELECT Id FROM Contact"),
        )
    ]
    with ledger(rows) as engine:
        loaded.evaluate(engine)
        assert engine.rows("SELECT rule, event FROM detect_sigma_hit ORDER BY ALL") == [(text, "hit")]
        assert engine.rows("SELECT count(*) FROM event") == [(2,)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT Id, Name FROM Contact WHERE Id = 'x' LIMIT 5", ("contact", 5, True, 2)),
        (
            "select Id,(SELECT Id FROM Cases WHERE a = 1 LIMIT 3), Name\nfrom Account",
            ("account", None, False, 3),
        ),
        ("SELECT COUNT() FROM Lead", ("lead", None, False, 1)),
        ("FIND {x} IN ALL FIELDS", (None, None, False, None)),
        (None, (None, None, None, None)),
    ],
)
def test_what_is_read_out_of_a_query(tmp_path: Path, query: str | None, expected: tuple[object, ...]) -> None:
    """The object, the limit, the condition and the width, inner queries left out."""
    names = ("query_from", "query_limit", "query_where", "query_width")
    selection = dict(zip(names, expected, strict=True))
    rule = {**RULE, "detection": {"selection": selection, "condition": "selection"}}
    loaded = load([written(tmp_path, rule)])
    if query is None:
        rule["detection"]["selection"] = {f"{name}|exists": False for name in names}
        loaded = load([written(tmp_path, rule)])
    with ledger([{"event": "e", "log": "salesforce.x", "query": query}]) as engine:
        assert loaded.evaluate(engine) == 1
