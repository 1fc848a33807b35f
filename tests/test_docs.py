"""The words keep up with the code: links, options, plug-ins, decisions, and the commands that they show."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from floodmark.detectors import DETECTORS
from floodmark.models import DOCUMENTS
from floodmark.snapshot import categories
from floodmark.sources import SOURCES
from forked import fresh

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
HEAD = re.compile(r"custody head ([0-9a-f]{64})")


def name(page: Path) -> str:
    """Return the path of a page from the root."""
    return page.relative_to(ROOT).as_posix()


def tokens(page: Path) -> Iterator[Token]:
    """Yield every token of a page, those inside a line too."""
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8")):
        yield token
        yield from token.children or ()


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page get."""
    parsed = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    titles = [parsed[place + 1].content for place, token in enumerate(parsed) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def targets(page: Path) -> list[str]:
    """Return what a page links to or shows, inside this repository."""
    found = [str(token.attrGet("href") or token.attrGet("src") or "") for token in tokens(page)]
    return [each for each in found if each and not re.match(r"[a-z]+:", each)]


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of one language, in order."""
    return [
        token.content for token in tokens(page) if token.type == "fence" and token.info.strip() == language
    ]


def calls(page: Path) -> list[list[str]]:
    """Return the calls of `floodmark` in the shell blocks of a page, each as a list of words."""
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("floodmark ")]


# ---- pages


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_resolve(page: Path) -> None:
    """Every file and every heading that a page points to is there."""
    for target in targets(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT), target
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=name)
def test_every_page_is_reached_from_the_index(page: Path) -> None:
    """No page is an island."""
    index = DOCS / "index.md"
    assert page == index or page in {(DOCS / target.partition("#")[0]).resolve() for target in targets(index)}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page_has_one_title_and_short_lines(page: Path) -> None:
    """A page opens with its only title; lines of prose fit a screen."""
    titles = [token for token in tokens(page) if token.type == "heading_open" and token.tag == "h1"]
    assert len(titles) == 1
    lines = page.read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    prose = [line for line in lines if not line.startswith(("|", "floodmark ", "!["))]
    assert [line for line in prose if len(line) > 130] == []


def test_picture_of_the_report_is_small() -> None:
    """The picture in the README is one that a page can carry."""
    picture = DOCS / "images" / "report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 400_000


# ---- reference


def test_every_command_and_option_is_in_the_reference() -> None:
    """What the program accepts stands in the generated page; hidden things do not count."""
    typer = pytest.importorskip("typer.main")
    from floodmark.cli import app  # noqa: PLC0415 - imports the whole command line

    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    group = typer.get_command(app)
    assert len(group.commands) == len(DOCUMENTS)
    for command_name, command in group.commands.items():
        found = re.search(rf"(?ms)^## floodmark {command_name}\n\n```text\n(.*?)^```$", page)
        assert found, command_name
        options = {option for each in command.params for option in each.opts if option.startswith("-")}
        assert {"--json"} <= options
        missing = [option for option in sorted(options) if not re.search(rf"(?<!\S){option}\b", found[1])]
        assert missing == [], command_name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_is_described(document: str) -> None:
    """Each `--json` document and each of its keys stands on its page."""
    page, _, _ = (DOCS / "reference" / "json.md").read_text("utf-8").partition("\n## ")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    (row,) = [line for line in table if f"`{document}`" in line.split("|")[1]]
    assert all(f"`{key}`" in row for key in DOCUMENTS[document].model_fields)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_every_detector_is_described(detector: object) -> None:
    """A detector has a row for what it finds, with its techniques, and one for what it misses."""
    page = (DOCS / "reference" / "detectors.md").read_text("utf-8")
    identity, techniques = getattr(detector, "id"), getattr(detector, "techniques")  # noqa: B009 - any plug-in
    rows = [line for line in page.splitlines() if line.startswith(f"| `{identity}` |")]
    assert len(rows) == 2
    assert all(technique in rows[0] for technique in techniques)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_every_source_is_described(source: object) -> None:
    """A source stands in the table of logs."""
    page = (DOCS / "reference" / "logs.md").read_text("utf-8")
    assert f"| `{getattr(source, 'id')}` |" in page  # noqa: B009 - any plug-in


def test_categories_are_listed_as_they_are() -> None:
    """The table of categories is the list that the data map knows."""
    page = (DOCS / "reference" / "categories.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| `")]
    told = {row[0].strip(" `"): (row[1].strip(), row[2].strip(), row[3].strip()) for row in rows}
    known = {
        each.name: (
            each.label,
            (each.dpv or "").partition("#")[2],
            ", ".join(word for word, holds in (("special", each.special), ("wider", each.broader)) if holds),
        )
        for each in categories.known().values()
    }
    assert told == known


@pytest.mark.parametrize("page", [DOCS / "reference" / "data-map.md"], ids=name)
def test_example_of_a_data_map_is_one(page: Path) -> None:
    """The data map that the reference shows is accepted."""
    from floodmark.snapshot.datamap import load  # noqa: PLC0415 - one test needs it

    (text,) = blocks(page, "yaml")
    assert [each.name for each in load(text, page.name).objects] == ["Account", "Case", "Contact"]


# ---- examples of plug-ins


def test_example_source_keeps_the_seam() -> None:
    """The source of the how-to runs, claims its log, and gives slots that exist."""
    from floodmark.ledger.source import OPERATIONS, SLOTS, Sample  # noqa: PLC0415 - one test needs it

    (text,) = blocks(DOCS / "how-to" / "add-a-source.md", "python")
    found: dict[str, object] = {"__name__": "gateway"}
    exec(compile(text, "gateway.py", "exec"), found)  # noqa: S102 - our own page
    source = found["SOURCE"]
    sample = Sample(("call_id", "time", "user", "address", "verb", "bytes"), {})
    log = source.log(sample)  # pyright: ignore[reportAttributeAccessIssue]
    slots = source.slots(log)  # pyright: ignore[reportAttributeAccessIssue]
    assert log == "example.gateway"
    assert {"at", "operation"} <= set(slots) <= set(SLOTS)
    assert set(re.findall(r"(?:THEN|ELSE) '(\w+)'", slots["operation"])) <= set(OPERATIONS)
    named = {each for slot in slots.values() for each in re.findall(r'"(\w+)"', slot)}
    assert named == source.columns(log)  # pyright: ignore[reportAttributeAccessIssue]


def test_example_detector_runs(tmp_path: Path) -> None:
    """The detector of the how-to runs on ordinary work, and keeps the promises of its seam."""
    from detectors.sample import START, ledger, row, work  # noqa: PLC0415 - one test needs it
    from floodmark.findings import detect  # noqa: PLC0415 - one test needs it

    page = DOCS / "how-to" / "add-a-detector.md"
    (text,), (statement,) = blocks(page, "python"), blocks(page, "sql")
    (tmp_path / "night_read.sql").write_text(statement, "utf-8")
    found: dict[str, object] = {"__name__": "night_read", "__file__": str(tmp_path / "night_read.py")}
    exec(compile(text, "night_read.py", "exec"), found)  # noqa: S102 - our own page
    detector: Any = found["DETECTOR"]
    assert statement.startswith("-- detect_night_read: one row per")
    with ledger(work(21)) as opened:
        assert detect(opened, detectors=[detector]).findings == ()
        assert opened.row("SELECT count(*) FROM detect_night_read") == (0,)
    night = row(
        START + timedelta(days=20, hours=18),
        "salesforce.elf.API",
        "query",
        matched_rows=900,
        delivered_rows=900,
    )
    with ledger([*work(21), night]) as opened:
        detect(opened, detectors=[detector])
        (sign,) = opened.rows("SELECT kind, told_at, rows FROM detect_night_read")
        assert sign == ("night-read", night["at"], 900)
        assert opened.row("SELECT points FROM detect_weighed") == (4,)


def test_example_rule_is_one(tmp_path: Path) -> None:
    """The rule of the how-to is accepted, fires on its one sample and stays quiet on the other."""
    from detectors.sample import ledger  # noqa: PLC0415 - one test needs it
    from floodmark.sigma import load  # noqa: PLC0415 - one test needs it
    from rules.events import expanded  # noqa: PLC0415 - the same

    (text,) = blocks(DOCS / "how-to" / "add-a-rule.md", "yaml")
    (tmp_path / "users-read-by-script.yml").write_text(text, "utf-8")
    rules = load([tmp_path])
    assert rules.refused == ()
    (rule,) = rules.told
    for sample, hits in ((rule.guide.firing, 1), (rule.guide.quiet, 0)):
        with ledger(expanded(sample)) as engine:
            assert rules.evaluate(engine) == hits


# ---- decisions


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_decision_has_its_parts(decision: Path) -> None:
    """A decision says when, why, what was compared, and what was decided."""
    text = decision.read_text("utf-8")
    number = decision.name[:4]
    assert re.match(rf"# {number} \S", text)
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    assert parts[::2] == ["Context", "Compared", "Decision", "Consequences"]
    assert all(len(part.split()) >= 8 for part in parts[1::2])


def test_decisions_are_numbered_without_a_gap() -> None:
    """Numbers run from 0001 on, each once."""
    numbers = range(1, len(DECISIONS) + 1)
    assert [each.name[:4] for each in DECISIONS] == [f"{number:04d}" for number in numbers]


# ---- the commands that the README and the tutorial show


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one call of the command in a folder."""
    return fresh().floodmark(*words, cwd=folder)


def certain(folder: Path) -> str:
    """Return the id of the gravest finding that the last command found."""
    findings = json.loads((folder / "case" / "results" / "findings.json").read_text("utf-8"))["findings"]
    return next(str(each["id"]) for each in findings if each["severity"] == each["confidence"] == "high")


def fill(words: list[str], folder: Path, heads: list[str]) -> list[str]:
    """Return a call with what the page tells the reader to put in place of FINDING and HEAD."""
    values = {"FINDING": lambda: certain(folder), "HEAD": lambda: heads[-1]}
    return [values[word]() if word in values else word for word in words]


@pytest.mark.slow
@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "tutorial" / "first-case.md"], ids=name)
def test_commands_of_a_page_run(page: Path, tmp_path: Path) -> None:
    """The calls on a page work in an empty folder, one after the other, as the page shows them."""
    heads: list[str] = []
    shown = calls(page)
    assert len(shown) >= 8
    for words in shown:
        filled = fill(words, tmp_path, heads)
        done = run(filled, tmp_path)
        assert done.returncode == 0, f"{shlex.join(filled)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        heads += HEAD.findall(done.stderr)
    assert heads
    assert (tmp_path / "people.csv").stat().st_size > 1000
    assert (tmp_path / "case" / "report" / "report.html").is_file()
    shutil.rmtree(tmp_path / "case")


def test_readme_names_targets_of_the_makefile() -> None:
    """`make` targets in the README and in the guide for contributors exist."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets_there = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", page.read_text("utf-8"), re.MULTILINE))
        assert {one or other for one, other in named} <= targets_there
