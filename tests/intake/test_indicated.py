import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake.indicated import rule
from floodmark.intake.page import Blank, Block, Draft, Page
from intake.pages import page

TITLE = "# Incident Report: Harbour Air Data Breach\n"
PART = TITLE + "## Indicators of Compromise\n"


def drafts(text: str) -> list[tuple[str, str, str]]:
    """Return type, value and class of each indicator that is read."""
    return [
        (each.detail["type"], str(each.value), each.detail.get("class", ""))
        for each in rule(page(text))
        if isinstance(each, Draft)
    ]


def blanks(text: str) -> list[str]:
    """Return what the text says that it does not have."""
    read = page(text)
    return [read.text[slice(*each.span)] for each in rule(read) if isinstance(each, Blank)]


def test_what_a_part_about_indicators_lists_is_read_with_its_quote() -> None:
    """Also what stands before a colon, where a reader takes it for a label."""
    read = page(
        PART
        + "- **Network indicators:** hxxps://sso-harbour[.]xyz/login and 198.51.100.23\n"
        + "- sso-harbour.xyz: the page that copied the login\n"
        + "- Sender: it-desk@sso-harbour.xyz\n"
    )
    found = [each for each in rule(read) if isinstance(each, Draft)]
    assert [(each.value, each.detail) for each in found] == [
        (
            "https://sso-harbour.xyz/login",
            {"type": "url", "raw": "hxxps://sso-harbour[.]xyz/login"},
        ),
        ("198.51.100.23", {"type": "ipv4", "raw": "198.51.100.23", "class": "reserved"}),
        ("sso-harbour.xyz", {"type": "domain", "raw": "sso-harbour.xyz"}),
        ("it-desk@sso-harbour.xyz", {"type": "email", "raw": "it-desk@sso-harbour.xyz"}),
    ]
    assert all(each.path == "indicator" for each in found)
    assert all(read.text[slice(*each.span)] == each.detail["raw"] for each in found)


@pytest.mark.parametrize(
    "line",
    [
        "(No specific artifacts, such as URLs, IPs or hashes, were given by the airline.)",
        "- **Network indicators:** None provided.",
        "- **None provided (URLs/IPs defanged).**",
        "- File indicators: N/A",
        "- File indicators: none",
        "- No indicators of compromise were shared.",
        "- No IOCs have been released.",
        "- Behavioral indicators: Not detailed.",
        "- Hashes: not disclosed",
    ],
)
def test_none_provided_is_a_blank_and_no_parse_of_the_sentence(line: str) -> None:
    """The quote is the sentence that says so."""
    assert drafts(PART + line) == []
    (quote,) = blanks(PART + line)
    assert quote.strip("*").casefold() in line.casefold()


def test_a_line_that_lacks_one_thing_and_names_another_is_no_blank() -> None:
    """What is named counts."""
    text = PART + "- No hashes were provided, only 198.51.100.23"
    assert drafts(text) == [("ipv4", "198.51.100.23", "reserved")]
    assert blanks(text) == []


def test_behaviour_is_an_indicator_in_its_own_words() -> None:
    """Of a label or a heading that says behaviour, where it tells a fact."""
    words = "Bulk export of customer records at night."
    for head in ("- **Behavioral indicators:** ", "- Behaviour: ", "### Behavioural\n- "):
        assert drafts(PART + head + words) == [("behaviour", words, "")]
    assert drafts(PART + "- Behavioral indicators: might include bulk export") == []
    assert drafts(PART + "- Behaviour: Logins from 198.51.100.23 at night.") == [
        ("behaviour", "Logins from 198.51.100.23 at night.", ""),
        ("ipv4", "198.51.100.23", "reserved"),
    ]
    assert drafts(PART + "- Tools: " + words) == []
    assert drafts(TITLE + "## Impact\n- Behavioral indicators of it: " + words) == [("behaviour", words, "")]


def test_behaviour_that_is_inferred_is_marked() -> None:
    """The report's own inference is not what it saw."""
    (found,) = rule(page(PART + "- Behavioral indicators: Implied bulk export of records."))
    assert isinstance(found, Draft)
    assert found.modality == "inferred"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The session came from 203.0.113.44.", [("ipv4", "203.0.113.44", "reserved")]),
        ("Callers sent staff to sso-harbour[.]xyz.", [("domain", "sso-harbour.xyz", "")]),
        ("It used CVE-2024-12345 and T1566.004.", [("cve", "CVE-2024-12345", "")]),
        ("Booking.com and Harbour-Air.com said so.", []),
        ("Write to press@harbour-air.com.", []),
        ("See https://harbour-air.com/notice.", [("url", "https://harbour-air.com/notice", "reference")]),
        ("The app has commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b.", []),
        ("203.0.113.44 is a legitimate address of the vendor.", []),
    ],
)
def test_in_running_text_only_what_can_mean_nothing_else_is_read(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    """A plain link is a source, a plain domain or address is somebody's name."""
    assert drafts(TITLE + "## Summary\n" + text) == expected


def test_links_of_sources_are_reference() -> None:
    """In a part or a line that names sources, and to who informs about attacks, wherever they stand."""
    for line in ("## References\n- https://news.xyz/a", "## Summary\n- Source: https://news.xyz/a"):
        assert drafts(TITLE + line) == [("url", "https://news.xyz/a", "reference")]
    assert drafts(TITLE + "## Sources\n- hxxps://news[.]xyz/a, 203.0.113.44") == [
        ("url", "https://news.xyz/a", "reference")
    ]
    assert drafts(PART + "- https://attack.mitre.org/groups/") == [
        ("url", "https://attack.mitre.org/groups/", "reference")
    ]
    assert drafts("# Source code stolen\nIt came from 203.0.113.44.") == [
        ("ipv4", "203.0.113.44", "reserved")
    ]


def test_what_should_be_done_names_no_indicator_unless_it_was_defanged() -> None:
    """A range to allow or a patch to install did not happen."""
    wished = TITLE + "## Recommendations\n- Allow 203.0.113.0/24 only, patch CVE-2024-12345, block evil[.]xyz"
    assert drafts(wished) == [("domain", "evil.xyz", "")]


def test_a_value_is_read_once_and_rather_where_it_is_no_source() -> None:
    """The first mention counts, but for a mention among the sources."""
    text = (
        TITLE
        + "## Summary\nSee https://a.xyz/b\n## Indicators of Compromise\n- https://a.xyz/b\n- https://a.xyz/b"
    )
    (found,) = rule(page(text))
    assert isinstance(found, Draft)
    assert "class" not in found.detail
    assert found.span[0] == text.index("- https") + 2


def test_code_and_text_outside_of_blocks_are_read() -> None:
    """Lists of indicators often stand in code; what no block holds is at most a source."""
    text = "203.0.113.44\nhttps://a.xyz"
    code = Block("code", 0, 12, 0, ("Report", "Indicators"), "", ())
    found = list(rule(Page(text, "", None, "", "markdown", (code,))))
    assert [(each.value, each.detail.get("class")) for each in found if isinstance(each, Draft)] == [
        ("203.0.113.44", "reserved"),
        ("https://a.xyz", "reference"),
    ]


LINES = st.sampled_from(
    ["# A", "## Indicators", "### Behaviour", "## Sources", "## Lessons", "- ", "None.", "evil[.]xyz", " ", "203.0.113.4", "x: ", "**", "é"]
)  # fmt: skip


@given(st.lists(LINES | st.text(max_size=5), max_size=20).map("\n".join))
def test_any_page_is_read_in_order_and_verbatim(text: str) -> None:
    """Every span lies in the page, and a quote carries the raw value."""
    read = page(text)
    found = list(rule(read))
    assert [each.span for each in found] == sorted(each.span for each in found)
    for each in found:
        begin, end = each.span
        assert 0 <= begin < end <= len(text)
        if isinstance(each, Draft) and each.detail["type"] != "behaviour":
            assert text[begin:end] == each.detail["raw"]


def test_a_long_page_is_read_in_time() -> None:
    """Quadratic work on a megabyte would take hours."""
    text = (
        PART + "- Sender: it-desk@sso-harbour.xyz\n" + "Nothing of note was said about it. " * 400 + "\n"
    ) * 70
    read = page(text)
    begin = time.process_time()
    list(rule(read))
    assert time.process_time() - begin < 30
