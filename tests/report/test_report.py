"""The report: complete, inert, deterministic, and every number equal to its claim."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from floodmark.report import Material, first_page, write
from report.materials import (
    EVERYTHING,
    HOSTILE,
    category,
    empty,
    failing,
    hostile,
    linked,
    no_proof,
    obstacle,
    proof,
    reconciled,
    request,
    scope,
    small,
    told,
)

TEXTS = ("md", "html", "json")
"""The formats that are text; test_pdf.py and test_word.py look at the others."""
GOLDEN = Path(__file__).parent.parent / "golden" / "report.md"
VOID = {"meta", "br", "hr", "img", "link", "input", "rect", "line"}
SILENT = ("code", "time", "style", "script", "title", "desc", "sup")
"""Elements whose text holds no figure of ours: code, times, footnote marks."""
SAID = {"said", "no", "when"}
"""Classes of text from outside, section numbers and chart times."""


class Page(HTMLParser):
    """One HTML page as its elements, its figures with their paths, and the other words of its body."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.figures: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        self.left_open = [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and open it unless it is empty by nature."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be this one."""
        if tag not in VOID:
            opened, _ = self._open.pop()
            assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        """Sort words into figures, text from outside, and our own."""
        claims = [attrs["data-claim"] for _, attrs in self._open if "data-claim" in attrs]
        if claims:
            self.figures.append((str(claims[-1]), data))
        elif not any(tag in SILENT or SAID & classes(attrs) for tag, attrs in self._open):
            inside = [attrs.get("id") for _, attrs in self._open]
            if "footnotes" not in inside:
                self.words.append(data)


def classes(attrs: dict[str, str | None]) -> set[str]:
    """The classes of an element."""
    return set((attrs.get("class") or "").split())


@cache
def report_of(name: str) -> dict[str, str]:
    """The report on one of MATERIALS, written once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        return rendered(MATERIALS[name](), Path(folder))


def rendered(material: Material, tmp_path: Path) -> dict[str, str]:
    """The report in every kind."""
    return {file.suffix[1:]: file.read_text("utf-8") for file in write(material, TEXTS, tmp_path)}


def claimed(document: Any, path: str) -> Any:
    """Follow a path such as `scope.records["My Object"].at_least` through the document."""
    for name, quoted, place in re.findall(
        r'([A-Za-z_][A-Za-z0-9_]*)|\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]', path
    ):
        document = document[int(place)] if place else document[json.loads(quoted) if quoted else name]
    return document


def people_of_all_sorts() -> Material:
    """More combinations, requests and quarantined rows than are printed one by one."""
    base = small()
    names = [f"c{place}" for place in range(25)]
    many = scope(
        combinations=[
            {"taken": [name], "possible": [], "people": 1000 - place} for place, name in enumerate(names)
        ],
        requests=[request(f"R{place}", grade=1 + place % 5) for place in range(30)],
        records={"My Object__c": {"at_least": 1, "at_most": 2, "bound": "exact"}},
    )
    every = [reconciled(f"R{place}", difference=place - 15) for place in range(30)]
    states = [
        {"country": "AU", "state": f"S{place}", "people": {"at_least": 0, "at_most": 1}}
        for place in range(120)
    ]
    told = proof(requests=every, states=states, obstacles=[])
    return replace(base, scope=many, proof=told, quarantine=base.quarantine * 60)


def other_turns() -> Material:
    """Two accounts, no country, no lower bound, many holes, selectors, no containment."""
    base = scope()
    gap = base.coverage.gaps[0].model_dump(by_alias=True)
    return small(
        contained_at=None,
        selectors=("actor 0055j000000utlPAAQ", "ip 192.0.2.44"),
        quarantine=(),
        open_findings=(),
        proof=proof(obstacles=[obstacle("request", request="R1", rows=1)] * 60),
        scope=scope(
            intrusion={**base.intrusion.model_dump(by_alias=True), "actors": ["a", "b"]},
            people={"at_least": 0, "at_most": 41, "bound": "exact", "without_value": 0},
            residence=[{"country": None, "people": {"at_least": 0, "at_most": 41}}],
            requests=[
                request(f"R{place}", grade=5, delivered_rows={"min": 7, "max": 7}) for place in range(60)
            ],
            coverage={"stated": True, "gaps": [gap] * 60, "blind": []},
        ),
    )


def two_bounds_that_meet() -> Material:
    """Exact evidence and an account that no log names."""
    base = scope()
    return small(
        scope=scope(
            intrusion={**base.intrusion.model_dump(by_alias=True), "actors": []},
            people={"at_least": 1, "at_most": 1, "bound": "exact", "without_value": 0},
            categories=[category("email", 1, 1, taken=1, not_taken=9)],
        ),
    )


def nobody() -> Material:
    """An intrusion that took nothing."""
    none = {"at_least": 0, "at_most": 0, "bound": "exact", "without_value": 0}
    only = [category("email", 0, 0, not_taken=10)]
    never = [{"category": "email", "declared": 0, "not_held": 0, "never_selected": 10, "outside": 0}]
    return small(
        scope=scope(people=none, categories=only, combinations=[], residence=[]),
        proof=no_proof(absence=never),
    )


MATERIALS = {
    "small": small,
    "empty": empty,
    "failing": failing,
    "hostile": hostile,
    "told": told,
    "many": people_of_all_sorts,
    "nobody": nobody,
    "other turns": other_turns,
    "linked": lambda: small(proof=proof(**linked())),
    "meeting bounds": two_bounds_that_meet,
    "unknown dates": lambda: small(
        contained_at=None,
        snapshot_at=None,
        ledger_from=None,
        ledger_to=None,
        locations={},
        timeline=(),
        scope=scope(intrusion={**scope().intrusion.model_dump(by_alias=True), "from": None, "to": None}),
    ),
}
every_material = pytest.mark.parametrize("name", MATERIALS)


@every_material
def test_every_number_in_the_text_equals_its_claim(name: str) -> None:
    """Each number of the page names a path of report.json, and no other digit stands in the text."""
    report = report_of(name)
    document = json.loads(report["json"])
    page = Page(report["html"])
    for path, shown in page.figures:
        assert shown in {f"{claimed(document, path):,}", f"{claimed(document, path):+,}"}, path
    assert [
        words for words in page.words if re.search(r"\d", re.sub(r"section \d+|SHA-256", "", words))
    ] == []
    assert len(page.figures) > 5


@every_material
def test_markdown_shows_the_same_figures_as_html(name: str) -> None:
    """Both pages take each number from one place, so both hold the same cited values, charts apart."""
    report = report_of(name)
    page = Page(report["html"])
    drawn = sum(tag == "text" and "data-claim" in attrs for tag, attrs in page.elements)
    prose = MarkdownIt("commonmark").enable("table").parse(report["md"])
    cited = [
        found for token in inline(prose) for found in re.findall(r"([-+]?[\d,]+)\[\^\d+\]", token.content)
    ]
    values = [str(attrs["value"]) for tag, attrs in page.elements if tag == "data"]
    if name != "hostile":
        assert [each.lstrip("+") for each in cited] == [f"{int(value):,}" for value in values]
    assert len(values) + drawn == len(page.figures)


@every_material
def test_html_is_inert(name: str) -> None:
    """No script, no fetched thing, no handler, no character that acts; every link stays on the page."""
    text = report_of(name)["html"]
    page = Page(text)
    assert page.left_open == []
    anchors = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    for tag, attrs in page.elements:
        assert tag not in {
            "script",
            "img",
            "link",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "image",
            "use",
        }
        assert not [key for key in attrs if key.startswith("on") or key in {"src", "style", "xlink:href"}]
        if "href" in attrs:
            assert str(attrs["href"])[:1] == "#"
            assert str(attrs["href"])[1:] in anchors
    assert active(text) == []
    style = text[text.index("<style>") : text.index("</style>")]
    assert not re.search(r"@import|url\((?!#)", style)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text


def active(text: str) -> list[str]:
    """The characters of a text, line feeds apart, that a terminal or a browser acts upon."""
    kept = {"\n", "\ufe0e"}
    return [
        char for char in text if char not in kept and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}
    ]


def inline(tokens: list[Token]) -> list[Token]:
    """The inline children of all tokens."""
    return [child for token in tokens for child in token.children or []]


@every_material
@pytest.mark.parametrize("dialect", ["commonmark", "gfm-like"])
def test_markdown_is_inert(name: str, dialect: str) -> None:
    """No HTML, link or picture; no heading, fence or table row that the data made."""
    text = report_of(name)["md"]
    parser = (
        MarkdownIt("commonmark") if dialect == "commonmark" else MarkdownIt("commonmark").enable(["table"])
    )
    tokens = parser.parse(text)
    kinds = {token.type for token in [*tokens, *inline(tokens)]}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}
    assert active(text) == []
    headings = [
        tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"
    ]
    assert "heading" not in headings
    assert [title for title in headings if title.startswith("1. ")] == ["1. Executive summary"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_each_hostile_text_alone_changes_no_structure(text: str, tmp_path: Path) -> None:
    """The page has the same elements and the same Markdown tokens whatever a log field says."""
    assert structure(rendered(hostile(text), tmp_path)) == harmless()


@cache
def harmless() -> tuple[list[str], list[str]]:
    """The structure of a report whose texts from outside are plain words."""
    with tempfile.TemporaryDirectory() as folder:
        return structure(rendered(hostile("harmless"), Path(folder)))


def structure(report: dict[str, str]) -> tuple[list[str], list[str]]:
    """Element names of the page and token types of the Markdown."""
    tokens = MarkdownIt("commonmark").enable("table").parse(report["md"])
    page = Page(report["html"])
    kinds = [token.type for token in tokens] + [
        child.type for child in inline(tokens) if child.type != "softbreak"
    ]
    # plain words need no code span, and a sorted set of equal names is one name: neither is structure
    return [tag for tag, _ in page.elements if tag not in {"code", "span"}], [
        k for k in kinds if k not in {"code_inline", "text"}
    ]


def test_hostile_text_stays_readable() -> None:
    """What a log said is shown, made visible, not dropped."""
    report = report_of("hostile")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in report["html"]
    assert "\\x1b[31mred" in report["html"]
    assert "\\u202egnp.exe" in report["md"]
    assert report["json"].isascii()
    assert json.loads(report["json"])["case"]["organisation"] == EVERYTHING


@every_material
def test_first_page_fits_a_terminal_and_holds_nothing_active(name: str) -> None:
    """At most 40 lines of 100 columns, no control character but the line feed."""
    page = first_page(MATERIALS[name]())
    assert page.endswith("\n")
    assert len(page.splitlines()) <= 40
    assert max(map(len, page.splitlines())) <= 100
    assert active(page) == []


def test_first_page_of_many_wide_and_long_things_still_fits() -> None:
    """Wide characters take two columns; gaps, categories and addresses past a few are counted."""
    wide = "\u6f22\u5b57" * 80
    hole = obstacle("gap", log=wide, text="word " * 80)
    material = small(
        organisation=wide,
        labels={"c3": wide},
        scope=scope(
            categories=[category(f"c{place}", 0, 0, not_taken=10**9) for place in range(40)],
            coverage={"stated": True, "gaps": [], "blind": [wide, "word " * 90]},
        ),
        proof=proof(obstacles=[hole, {**hole, "log": "log"}] * 9),
    )
    lines = first_page(material).splitlines()
    assert len(lines) <= 40
    assert (
        max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in lines)
        <= 100
    )
    assert "and 28 more in the report" in lines
    assert lines[-1] == "  and 13 more in the report"


def test_first_page_says_who_how_many_and_what_stays_open() -> None:
    """The five outcomes and both bounds are there, and each obstacle has its line."""
    page = first_page(small())
    assert "at least 5,690,000, at most 5,700,123 of 5,730,000 on file (distinct email)" in page
    for words in (
        "taken",
        "possibly",
        "not held",
        "cannot tell",
        "not taken",
        "birth date",
        "  - its object was not logged (R-004)",
        "Not seen: screens photographed at the desk rows read",
    ):
        assert words in page
    assert "which other logs have one (salesforce.elf.RestApi, 2025-06-29" in page


@every_material
def test_same_material_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    """Nothing in a report depends on when, where or in which order it was asked for."""
    first = {file.name: file.read_bytes() for file in write(MATERIALS[name](), TEXTS, tmp_path / "a")}
    again = {
        file.name: file.read_bytes()
        for file in write(MATERIALS[name](), ("json", "html", "md"), tmp_path / "b")
    }
    assert first == again
    assert str(tmp_path).encode() not in b"".join(first.values())


@every_material
def test_every_report_has_every_section(name: str) -> None:
    """Also a report of nothing says in each section what is known, or what would answer it."""
    report = report_of(name)
    titles = re.findall(r"^## (.+)$", report["md"], flags=re.MULTILINE)
    assert [title.split(" ")[0] for title in titles][:15] == [f"{number}." for number in range(1, 16)]
    assert titles[-5:] == [
        "Annex A: Evidence",
        "Annex B: Footnotes",
        "Annex C: SQL",
        "Annex D: Query texts",
        "Annex E: Documents read",
    ]
    bodies = re.split(r"^## .+$", report["md"], flags=re.MULTILINE)[1:]
    assert [title for title, body in zip(titles, bodies, strict=True) if not body.strip()] == []


def test_a_failing_check_marks_the_first_page() -> None:
    """The box stands before the summary, and names the check; without a failure there is no box."""
    report = report_of("failing")
    for text in (report["html"], report["md"]):
        assert text.index("Issued although a check failed") < text.index("Between")
        assert "people do not exceed records" in text
    assert first_page(failing()).startswith("CHECK FAILED: people do not exceed records\n")
    assert "Issued although" not in report_of("small")["html"]


def test_no_intrusion_is_said_and_no_absence_is_claimed_without_its_channels() -> None:
    """An empty scope reports that nothing was accepted, and still says what absence means."""
    text = report_of("empty")["md"]
    assert "Nothing in the logs of `Southern Cross Air` has been accepted as hostile" in text
    assert "this report does not say what was taken, nor what was not" in text
    assert "No personal data" not in text
    assert "No blind channel is stated." in text
    assert text.count("Not known.") > 15


def test_an_empty_scope_over_a_full_snapshot_claims_no_absence() -> None:
    """Categories with a value on file are not called untouched where nothing was looked for."""
    base = empty()
    held = scope().model_dump(by_alias=True) | {
        key: base.scope.model_dump(by_alias=True)[key]
        for key in ("intrusion", "requests", "people", "combinations")
    }
    held["categories"] = [category("email", 0, 0, not_taken=10)]
    material = replace(base, scope=scope(**held))
    with tempfile.TemporaryDirectory() as folder:
        text = rendered(material, Path(folder))["md"]
    assert "Nothing was accepted as hostile, so nothing is shown not to be taken" in text
    assert "no request of the intrusion could return it" not in text
    assert "so nothing is said about what was taken" in first_page(material)


def test_blind_channels_stand_beside_every_statement_of_absence() -> None:
    """Summary, table of outcomes and section on what was not taken each list them."""
    text = report_of("small")["md"]
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    for title in ("1. ", "5. ", "6. ", "12. "):
        part = next(each for each in parts if each.startswith(title))
        assert "screens photographed at the desk" in part


def test_nobody_affected_is_said_as_seen_by_the_logs() -> None:
    """Zero people is a statement about the channels that the logs see."""
    text = report_of("nobody")["md"]
    assert re.search(
        r"No personal data of the 5,730,000\[\^\d+\] people in the customer tables was taken", text
    )


def test_one_number_is_said_where_the_bounds_meet_and_no_floor_where_nothing_is_certain() -> None:
    """`1` stands alone; a lower bound of 0 is said as possibility."""
    meeting, open_ = report_of("meeting bounds")["md"], report_of("other turns")["md"]
    assert re.search(
        r"took personal data of 1\[\^\d+\] of the 5,730,000\[\^\d+\] people on file\. What", meeting
    )
    assert "an account that the logs do not name" in meeting
    assert re.search(
        r"may have taken personal data of at most 41\[\^\d+\] of the .+; of nobody is it certain", open_
    )
    assert "an intruder using 2[^" in open_


def test_a_request_footnote_names_file_hash_row_and_time() -> None:
    """Nine events: the first four, the last, and how many more in which file."""
    text = report_of("small")["md"]
    note = next(line for line in text.splitlines() if line.startswith("[^") and "scope.requests[0]" in line)
    assert "`RestApi.csv` (sha256 `aaaaaaaaaaaa`) row 2 at 2025-06-28 02:20:00 UTC; " in note
    assert "row 10 at 2025-06-28 02:28:00 UTC; and 4 more rows in `RestApi.csv`." in note


def test_a_moment_and_a_finding_name_the_row_that_shows_them() -> None:
    """The first located event stands in brackets; a moment without one says no place."""
    text = report_of("small")["md"]
    assert "`first query` (`RestApi.csv row 2` and further rows)" in text
    assert "found by `volume-burst` (`RestApi.csv row 2`)." in text
    assert "`access closed`\n" in text


def test_footnotes_are_numbered_in_order_of_appearance() -> None:
    """The first mentions count up from one without a hole, and each note links back."""
    page = Page(report_of("small")["html"])
    first = [str(attrs["id"]) for tag, attrs in page.elements if tag == "sup" and "id" in attrs]
    notes = [str(attrs["id"]) for tag, attrs in page.elements if tag == "li" and "id" in attrs]
    assert first == [f"cite-{number}" for number in range(1, len(first) + 1)]
    assert notes == [f"note-{number}" for number in range(1, len(first) + 1)]


def test_combinations_past_the_largest_are_summed() -> None:
    """Twenty rows, then one for the other five: 980 + 979 + 978 + 977 + 976."""
    text = report_of("many")["md"]
    assert re.search(r"\| 5\[\^\d+\] other combinations \|  \| 4,890\[\^\d+\] \|", text)


def test_a_long_query_is_cut_in_its_row_and_whole_in_the_annex() -> None:
    """600 characters stand in the table, the whole in annex D, which the row leads to; short ones stay."""
    report = report_of("small")
    query = small().scope.requests[1].query or ""
    assert len(query) > 600
    for kind in ("md", "html"):
        section, annex = (
            report[kind].split("Annex D", 1) if kind == "md" else report[kind].rsplit("Annex D", 1)
        )
        assert f"{query[:600]}…" in section
        assert query not in section
        assert query in annex
    page = Page(report["html"])
    assert [attrs["id"] for _, attrs in page.elements if str(attrs.get("id")).startswith("query-")] == [
        "query-1"
    ]
    assert '<a href="#query-1">annex D</a>' in report["html"]
    assert "No query is longer than what section 7 shows." in report_of("many")["md"]


def test_addresses_are_defanged() -> None:
    """No address of the intrusion can be clicked, in either version."""
    report = report_of("small")
    for kind in ("md", "html"):
        assert "192.0.2[.]44" in report[kind]
        assert "192.0.2.44" not in report[kind]


def test_only_the_kinds_asked_for_are_written(tmp_path: Path) -> None:
    """Names are fixed; a kind named twice is written once."""
    files = write(small(), ("json", "md", "json"), tmp_path)
    assert [file.name for file in files] == ["report.md", "report.json"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.json", "report.md"]


def test_markdown_equals_the_golden_file(tmp_path: Path) -> None:
    """The whole text of a small report, byte for byte."""
    (file,) = write(small(), ("md",), tmp_path)
    assert file.read_bytes() == GOLDEN.read_bytes()


def section(text: str, number: int) -> str:
    """One numbered section of the Markdown."""
    return text.partition(f"\n## {number}. ")[2].partition("\n## ")[0]


def test_the_summary_begins_in_plain_words() -> None:
    """How many people, which data, what was not taken and what cannot be told, before any account or time."""
    first = section(report_of("small")["md"], 1).split("\n\n")[1]
    plain = re.sub(r"\[\^\d+\]", "", first)
    assert plain == (
        "An intruder took personal data of at least 5,690,000 and at most 5,700,123 of the 5,730,000 people on "
        "file. The logs allow no single figure. What was taken: name, email address, birth date. Possibly "
        "taken, not shown either way: free text. Not taken by this intrusion, through the channels that the "
        "logs see: address. Nor was anything taken of at least 29,877 people. Declared not to be held on the "
        "platform: payment card. It cannot be told whether these were "
        "taken: free text of 90,000 people; section 6 says why."
    )


def test_the_picture_fills_its_bars_on_both_screens() -> None:
    """Every part above zero is seen, parts touch, and the bars of one chart are equally long."""
    for name in ("small", "many", "nobody", "meeting bounds"):
        page = Page(report_of(name)["html"])
        drawn: dict[str, dict[int, list[tuple[int, int]]]] = {}
        bars: dict[int, list[tuple[int, int]]] = {}
        for tag, attrs in page.elements:
            if tag == "svg":
                bars = drawn.setdefault(str(attrs.get("id")), {})
            if tag == "rect" and "bar" in classes(attrs) and "request" not in classes(attrs):
                bars.setdefault(int(str(attrs["y"])), []).append(
                    (int(str(attrs["x"])), int(str(attrs["width"])))
                )
        for chart in ("people-reached", "people-by-category"):
            for layout in ("wide", "narrow"):
                rows = drawn[f"{chart}-{layout}"].values()
                assert len({(row[0][0], sum(width for _, width in row)) for row in rows}) == 1
                for row in rows:
                    assert all(width >= 2 for _, width in row)
                    assert all(x + width == next_x for (x, width), (next_x, _) in pairwise(row))


def test_four_kinds_of_absence_stand_beside_their_blind_channels() -> None:
    """Each category with its four numbers; what each kind means; then what the logs cannot see."""
    text = section(report_of("small")["md"], 6)
    assert re.search(r"\| address \| 0\[.+?\] \| 1,000,000\[.+?\] \| 4,700,000\[.+?\] \| 30,000\[", text)
    assert re.search(r"\| payment card \| 5,730,000\[", text)
    assert text.index("**Held, never selected**") < text.index("screens photographed at the desk")
    assert text.index("screens photographed at the desk") < text.index("### What cannot be told")


def test_an_obstacle_says_where_it_is_what_removes_it_and_what_is_then_known() -> None:
    """Log and hours, file and row, request; the bound without it; the bound without all of them."""
    rows = [line for line in section(report_of("small")["md"], 6).splitlines() if line.startswith("| ")]
    gap, request_, beyond, quarantined, lost = [re.sub(r"\[\^\d+\]", "", row) for row in rows[-5:]]
    assert gap == (
        "| `no file for an hour in which other logs have one` | `salesforce.elf.RestApi`, "
        "2025-06-29 00:00:00 UTC to 2025-06-29 01:00:00 UTC | `the log file of RestApi of that hour` | "
        "at least 5,690,000 and at most 5,700,100 |"
    )
    assert "| `R-004` | `the stored event` | not computed |" in request_
    assert "; it can hide 500 rows at most" in beyond
    assert "| `RestApi.csv`, `line 41` |" in quarantined
    assert "| `R-999` |" in lost
    assert re.search(
        r"If every obstacle were removed and hid nothing: at least 5,690,000\[\^\d+\] and at most 5,690,001",
        section(report_of("small")["md"], 6),
    )
    assert '<a href="#request-3"><code>R-004</code></a>' in report_of("small")["html"]
    assert "10[^" in section(report_of("other turns")["md"], 6)


def test_reconciliation_shows_both_counts_and_the_signed_difference() -> None:
    """Per request what the log counts, what replay finds, why they differ; and no sum over requests."""
    text = section(report_of("small")["md"], 7).partition("### Reconciliation")[2]
    plain = re.sub(r"\[\^\d+\]", "", text)
    assert (
        "| `R-002` | 1,501,000 | 1,500,000 to 1,501,000 | 1,500,500 | +500 | 1,400,000 | 1,500,500 | 3 |"
        in plain
    )
    assert "| `R-001` | 5,700,001 | not known | 5,700,001 | 0 | 5,700,001 | not known | 2 |" in plain
    assert "| `R-003` | not known | not known | not known | not known | not known | not known | 4 |" in plain
    assert "`500 rows matched beyond the replay: records deleted since would explain them`." in plain
    assert "Assumes: `nulls differ from a text`." in plain
    assert "Not replayed: `the text is cut`." in plain
    assert "No column is summed" in plain
    assert "`nulls under !=`: `left out: 2 requests of 2 agree with it`" in plain
    signs = re.findall(r"\| (-?\+?\d+)\[", section(report_of("many")["md"], 7))
    assert {"-15", "0", "+14"} <= set(signs)


def test_states_stand_under_their_country_only_where_there_are_any() -> None:
    """A hundred rows, then how many more; a person without a country is said so."""
    assert "residence by state" not in report_of("small")["md"]
    text = re.sub(r"\[\^\d+\]", "", report_of("linked")["md"])
    assert "| `AU` | `New South Wales` | 3,000,000 | 3,000,100 |" in text
    assert "| no country on file | `Elsewhere` | 0 | 12 |" in text
    many = section(report_of("many")["md"], 5)
    assert len(re.findall(r"\| `S\d+` \|", many)) == 100
    assert re.search(r"20\[\^\d+\] more in report\.json", many)


def test_both_counts_of_people_stand_where_they_are_linked_by_probability() -> None:
    """The linked count and the one by exact keys, in the summary and beside the figures."""
    text = re.sub(r"\[\^\d+\]", "", report_of("linked")["md"])
    assert "Counted by `distinct email` instead, the people on file are 5,800,001." in section(text, 1)
    assert "5,730,000 people by `distinct email`. By exact keys alone (`distinct email`)" in section(text, 5)
    assert "by probability" not in report_of("small")["md"]


def test_people_spared_are_said_where_every_category_was_taken_from_somebody() -> None:
    """The number of people of whom nothing was taken, with what absence means."""
    only = [category("email", 5, 6, taken=5, possibly_taken=1, not_taken=4)]
    people = {"at_least": 5, "at_most": 6, "bound": "exact", "without_value": 0}
    base = scope().snapshot.model_dump()
    told = scope(categories=only, people=people, snapshot={**base, "people": 7})
    with tempfile.TemporaryDirectory() as folder:
        text = rendered(small(scope=told), Path(folder))["md"]
    assert re.search(r"Of at least 1\[\^\d+\] person nothing was taken, through the channels that the", text)


def test_requests_past_a_thousand_are_counted_and_lead_nowhere() -> None:
    """The page stays readable: a thousand rows, then how many more; no link to a row that is not there."""
    ids = [f"R{place}" for place in range(1012)]
    material = small(
        scope=scope(requests=[request(each, query=None) for each in ids]),
        proof=proof(
            requests=[reconciled(each) for each in ids], obstacles=[obstacle("request", request="R1011")]
        ),
    )
    with tempfile.TemporaryDirectory() as folder:
        report = rendered(material, Path(folder))
    assert len(re.findall(r"^\| `R\d+` \| 2025", report["md"], flags=re.MULTILINE)) == 1000
    assert re.search(r"12\[\^\d+\] more, later ones, in report\.json", report["md"])
    page = Page(report["html"])
    anchors = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    assert {str(attrs["href"])[1:] for tag, attrs in page.elements if tag == "a"} <= anchors
