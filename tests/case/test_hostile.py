"""What attackers write into logs stays text: on the terminal, in exports, in reports, on disk."""

import csv
import json

import pytest
from markdown_it import MarkdownIt

from small_files import CONTACTS, DATAMAP, answer, api_event, csv_bytes, rest, run

HOSTILE = {
    "html": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "escape": "\x1b[31mred\x1b]8;;http://evil.example/\x07link\x1b]8;;\x07",
    "bidi": "\u202egnp.exe\u2066\u200b\u200d\ufeff",
    "formula": "=cmd|' /C calc'!A0",
    "markdown": "[click](javascript:alert(1)) `code` | cell | ![x](http://evil.example/x.png)",
    "sql": "'; DROP TABLE part_row; --\" $1 {x}",
    "path": "../../../../tmp/floodmark-escaped",
    "surrogate": "\ud83c",
    "nul": "a\0b\r\nc",
}
UNSAFE = {chr(code) for code in [*range(32), *range(127, 160)]} - {"\n"} | set(
    "\u202e\u2066\u200b\u200d\ufeff"
)


def text(value):
    """Return a value as a file can hold it."""
    return value.encode("utf-8", "replace").decode("utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A case whose every name and value is hostile, and what the command line printed about it."""
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "case"
    said = []
    said.append(run("init", root, "--organisation", text(HOSTILE["html"] + HOSTILE["formula"]), status=0))
    rows = [
        rest(place, **{"CLIENT_NAME": text(value), "USER_AGENT": text(value), "SESSION_KEY": text(value), "URI": text(value),
                       "QUERY": f"SELECT Id, Email FROM Contact WHERE Name = '{text(value)}'", "REQUEST_ID": text(value),
                       "CLIENT_IP": text(value), f"N{text(value)}": text(value)})
        for place, value in enumerate(HOSTILE.values())
    ]  # fmt: skip
    names = {name: "" for row in rows for name in row if "\0" not in name}
    logs = folder / "logs"
    logs.mkdir()
    (logs / "<b>=1+1|`x`.csv").write_bytes(
        csv_bytes([{**names, **{k: v for k, v in row.items() if k in names}} for row in rows])
    )
    (logs / "\x1b[31m\u202e.json").write_bytes(
        answer(
            *(
                api_event(place, Client=value, Username=value, Query=value, **{value: value})
                for place, value in enumerate(HOSTILE.values())
            )
        )
    )
    (logs / "torn.csv").write_bytes(csv_bytes(rows[:2])[:-9])
    said.append(run("add", root, logs))
    said.append(run("add", root, logs, "--json"))
    contacts = CONTACTS + "".join(
        f'"0035j00000AbC{place:02d}AAV","{text(value).replace(chr(34), chr(34) * 2)}","{place}{text(value).replace(chr(34), chr(34) * 2)}",'
        "2020-01-01T00:00:00Z,2020-01-01T00:00:00Z\n"
        for place, value in enumerate(HOSTILE.values())
    )
    (folder / "contact.csv").write_bytes(contacts.encode())
    (folder / "map.yaml").write_text(DATAMAP)
    said.append(
        run(
            "snapshot",
            root,
            "--map",
            folder / "map.yaml",
            "--at",
            "2025-07-01T00:00:00Z",
            f"Contact={folder / 'contact.csv'}",
        )
    )
    said.append(run("detect", root))
    said.append(run("scope", root, "--actor", "0055j000000utlPAAQ", "--export", folder / "people.csv"))
    said.append(run("scope", root, "--actor", "0055j000000utlPAAQ", "--json"))
    said.append(run("report", root, "--format", "md", "--format", "html", "--format", "json", "--force"))
    said.append(run("scope", root, "--client", HOSTILE["escape"]))
    said.append(run("accept", root, HOSTILE["escape"], "--reason", HOSTILE["html"]))
    said.append(run("set", root, f"{HOSTILE['escape']}=x"))
    said.append(run("verify", root))
    return folder, said


def test_every_command_ran(hostile):
    """Nothing hostile stops a command; the wrong calls among them are said as such."""
    codes = [done.returncode for done in hostile[1]]
    assert codes[-3:] == [2, 2, 0], [done.stderr for done in hostile[1]]
    assert all(code in {0, 1} for code in codes[:-3]), [done.stderr for done in hostile[1]]


def test_terminal_gets_safe_characters_only(hostile):
    """No control, bidi or zero-width character reaches the terminal, in text or JSON."""
    for done in hostile[1]:
        found = UNSAFE & set(done.stdout + done.stderr)
        assert not found, (done.args[1], found)


def test_export_holds_no_formula(hostile):
    """No cell of the export is one that a spreadsheet runs."""
    with (hostile[0] / "people.csv").open(newline="", encoding="utf-8") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert len(cells) > 20
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "|"))]


def test_reports_are_inert(hostile):
    """No tag of ours to be confused with one of theirs; no control character; no link that runs."""
    page = (hostile[0] / "case" / "report" / "report.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert not {"\x1b", "\u202e", "\u200b", "\0"} & set(page)
    plain = (hostile[0] / "case" / "report" / "report.md").read_text("utf-8")
    assert not {"\x1b", "\u202e", "\u200b", "\0"} & set(plain)
    tokens = MarkdownIt("commonmark").enable("table").parse(plain)
    nodes = [node for token in tokens for node in (token, *(token.children or ()))]
    assert not [node.content for node in nodes if node.type in {"html_block", "html_inline", "image"}]
    targets = [str(node.attrGet("href")) for node in nodes if node.type == "link_open"]
    assert not [target for target in targets if not target.startswith("#")]
    json.loads((hostile[0] / "case" / "report" / "report.json").read_text("utf-8"))


def test_nothing_is_written_outside(hostile):
    """The case, and what was asked for, is all there is; no name from a log became a path."""
    inside = {each.name for each in hostile[0].iterdir()}
    assert inside == {"case", "logs", "contact.csv", "map.yaml", "people.csv"}
    for each in (hostile[0] / "case").rglob("*"):
        assert each.name.isascii()
        assert not set(each.name) & set("<>|`=[]\x1b")
    assert {each.name for each in (hostile[0] / "case").iterdir()} == {
        "case.toml", "evidence", "ledger", "snapshot", "results", "report",
    }  # fmt: skip
