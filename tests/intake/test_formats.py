from __future__ import annotations

import zlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake import html
from floodmark.intake import markdown as markdown_format
from floodmark.intake import pdf as pdf_format
from floodmark.intake.page import Page
from floodmark.intake.reading import read
from intake.documents import HTML, MAIL, NEWS, REPORT, pdf, pdf_of

REPORT_BLOCKS = """\
heading 1 Incident report
heading 2 Executive Summary
paragraph 0 [Incident report > Executive Summary] Northwind Parcels lost the records of about 2.4 million people. / Card numbers were not taken.
heading 2 Incident details
item 1 [Incident report > Incident details] {Discovery date} Friday
item 1 [Incident report > Incident details] {Affected organisation} Northwind Parcels
item 1 [Incident report > Incident details] {Sector} Logistics
heading 2 Impact
item 1 [Incident report > Impact] {What was taken} A "large" set of records, including:
item 1 [Incident report > Impact > A "large" set of records, including > What was taken] Names
item 1 [Incident report > Impact > A "large" set of records, including > What was taken] Postal addresses
item 1 [Incident report > Impact] {Note} Passwords were not read.
item 1 [Incident report > Impact] Unrelated remark.
paragraph 0 [Incident report > Impact] The following was not accessed:
item 1 [Incident report > Impact > The following was not accessed] PINs
item 1 [Incident report > Impact > The following was not accessed] Passports
cell 0 [Incident report > Impact]
cell 0 [Incident report > Impact]
cell 0 [Incident report > Impact]
cell 0 [Incident report > Impact] {Field} E-mail
cell 0 [Incident report > Impact > E-mail] {Share} 40 %
cell 0 [Incident report > Impact > E-mail] {Certain} yes
cell 0 [Incident report > Impact] {Field}
cell 0 [Incident report > Impact > Passport] {Share} 0 %
cell 0 [Incident report > Impact > Passport] {Certain} no
heading 1 Details
heading 2 Containment:
item 1 [Details > Containment] Tokens were revoked
item 2 [Details > Containment] Of all apps
item 1 [Details > Containment] Doors closed
quote 0 [Details] "We are sorry," the company said.
code 0 [Details]
"""


def shown(page: Page) -> str:
    """Return one line for each block of a page."""
    lines: list[str] = []
    for block in page.blocks:
        if block.kind == "heading":
            lines.append(f"heading {block.level} {page.text[block.begin : block.end].strip('*')}")
            continue
        parts = [block.kind, str(block.level)]
        parts += [f"[{' > '.join(block.headings)}]"] if block.headings else []
        parts += [f"{{{block.label}}}"] if block.label else []
        parts += [" / ".join(sentence.text for sentence in block.sentences)] if block.sentences else []
        lines.append(" ".join(parts))
    return "\n".join(lines) + "\n"


def markdown(text: str) -> Page:
    """Read a Markdown text."""
    return read(text.encode(), "a.md")


def blocks(text: str) -> list[str]:
    """Return one line for each block of a Markdown text."""
    return shown(markdown(text)).splitlines()


# --- Markdown ---------------------------------------------------------------------------------------------


def test_every_line_of_a_report_finds_its_place() -> None:
    """Every line of a report finds its place."""
    page = read(REPORT.encode(), "")
    assert shown(page) == REPORT_BLOCKS
    assert (page.media, page.title, page.stated_by) == (
        "markdown",
        "Breach at Northwind Parcels",
        "Harbour Security Notes",
    )
    assert page.published_on == date(2024, 3, 8)
    assert page.text == REPORT
    assert not page.damaged


def test_text_keeps_its_line_ends_and_spans_lead_back_through_markup() -> None:
    """Text keeps its line ends and spans lead back through markup."""
    source = REPORT.replace("\n", "\r\n")
    page = read(source.encode(), "")
    assert shown(page) == REPORT_BLOCKS
    assert page.text == source
    sentence = next(each for each in page.sentences() if "Card numbers" in each.text)
    begin, end = sentence.span(sentence.text.index("not"), sentence.text.index("taken") + 5)
    assert source[begin:end] == "not* taken"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("It was *not* **un**known", "It was not unknown"),
        ("5 * 3 * 2 and a_b_c and 2* more", "5 * 3 * 2 and a_b_c and 2* more"),
        ('see [the *notice*](https://a.example/x_(y) "T") and [...]', "see the notice and [...]"),
        ("see [this][ref], <https://a.example>, ![map](m.png)", "see this, https://a.example, map"),
        ("`a*b` and ``c`d`` and ` alone", "a*b and c`d and ` alone"),
        (r"\*kept\* \[x\] a\b", r"*kept* [x] a\b"),
        ("<b>bold</b><!-- no --> a<br>b 5.7&nbsp;million A&amp;B x < y > z", "bold a b 5.7 million A&B x < y > z"),
        ("~~6~~ 5.7 million", "5.7 million"),
        ("***all* of** it and __this__", "all of it and this"),
        ("cus\u00adtomers\u200b here", "customers here"),
        ("said[^1] so", "said so"),
        ("one   two\n  three  \nfour", "one two three four"),
    ],
)  # fmt: skip
def test_markup_is_left_out_of_sentences(source: str, text: str) -> None:
    """Markup is left out of sentences."""
    page = markdown(f"# x\n{source}")
    assert [sentence.text for sentence in page.sentences()] == [text]
    for sentence in page.sentences():
        for char, place in zip(sentence.text, sentence.places, strict=True):
            assert page.text[place] == char or (char == " " and page.text[place] in " \n\r\t<&")


@pytest.mark.parametrize(
    ("source", "label", "value"),
    [
        ("- **Sector:** Air", "Sector", "Air"),
        ("- **Sector**: Air", "Sector", "Air"),
        ("* Sector: Air", "Sector", "Air"),
        ("1. __Sector:__ **Air**", "Sector", "Air"),
        ("**Sector:** Air", "Sector", "Air"),
        ("Sector: Air", "Sector", "Air"),
        ("- Sector - Air", "", "Sector - Air"),
        ("- https://a.example/x", "", "https://a.example/x"),
        ("- At 10:30 it ended", "", "At 10:30 it ended"),
        ("Police said: no", "", "Police said: no"),
        ("- The data that was not taken: names", "", "The data that was not taken: names"),
        ("- What was not taken: names", "What was not taken", "names"),
        ("- **What the attackers did not reach:** names", "What the attackers did not reach", "names"),
        ('- The note "x: y" was left', "", 'The note "x: y" was left'),
        ("- **Acme** said: no", "", "Acme said: no"),
    ],
)
def test_a_label_is_parted_from_its_value(source: str, label: str, value: str) -> None:
    """A label is parted from its value."""
    (block,) = markdown(source).blocks
    assert block.label == label
    assert " ".join(sentence.text for sentence in block.sentences) == value


def test_a_label_without_value_holds_for_deeper_items_until_the_next_of_its_depth() -> None:
    """A label without value holds for deeper items until the next of its depth."""
    assert blocks(
        "- **Data:**\n  - **Kind:** names\n  - Mails\n- Other\n- **Also:**\n- PINs\n\n## H\n- x"
    ) == [
        "item 1 {Data}",
        "item 2 [Data] {Kind} names",
        "item 2 [Data] Mails",
        "item 1 Other",
        "item 1 {Also}",
        "item 1 [Also] PINs",
        "heading 2 H",
        "item 1 [H] x",
    ]


def test_a_lead_in_ends_with_its_list() -> None:
    """A lead in ends with its list."""
    assert blocks("The following was not taken:\n- PINs\n  - of staff\n\nNames were taken.\n\n- x") == [
        "paragraph 0 The following was not taken:",
        "item 1 [The following was not taken] PINs",
        "item 2 [The following was not taken] of staff",
        "paragraph 0 Names were taken.",
        "item 1 x",
    ]


def test_a_heading_with_a_colon_over_a_list_ends_with_the_list() -> None:
    """A heading with a colon over a list ends with the list."""
    assert blocks("## A\n\nAffected data:\n- PINs\n\nNames were taken.") == [
        "heading 2 A",
        "heading 3 Affected data:",
        "item 1 [A > Affected data] PINs",
        "paragraph 0 [A] Names were taken.",
    ]


def test_headings_of_every_style_are_headings() -> None:
    """Headings of every style are headings."""
    text = "Summary\n=======\nOne.\n\n**Key facts**\n\nTwo.\n\nNext Steps:\nThree.\n\n##Unspaced\nFour."
    assert [line for line in blocks(text) if line.startswith("heading")] == [
        "heading 1 Summary",
        "heading 2 Key facts",
        "heading 2 Next Steps:",
        "heading 2 Unspaced",
    ]


def test_a_rule_under_a_paragraph_makes_it_no_heading() -> None:
    """A rule under a paragraph makes it no heading."""
    assert blocks("# x\nThe firm lost names\nand numbers.\n---\nMore.") == [
        "heading 1 x",
        "paragraph 0 [x] The firm lost names and numbers.",
        "paragraph 0 [x] More.",
    ]


def test_a_table_of_two_columns_is_labelled_by_its_rows() -> None:
    """A table of two columns is labelled by its rows."""
    assert blocks("| Field | Value |\n|--|--|\n| **Sector** | Air \\| Sea |\n| Data | `x` and *y* |") == [
        "cell 0",
        "cell 0",
        "cell 0",
        "cell 0 [Value] {Sector} Air | Sea",
        "cell 0",
        "cell 0 [Value] {Data} x and y",
    ]


def test_lines_without_blank_lines_between_are_told_apart() -> None:
    """Lines without blank lines between are told apart."""
    long = "Someone said that the data of very many customers was copied out of a system that is not theirs"
    wide = "Words and words again, so that this line is wide enough. " * 4
    assert blocks(f"Full Story\n{long}\nShort Analysis\n# T\n- a **b**\n\n{wide}")[:-1] == [
        "heading 1 Full Story",
        f"paragraph 0 [Full Story] {long}",
        "heading 1 Short Analysis",
        "heading 1 T",
        "item 1 [T] a b",
    ]


def test_bullets_that_are_no_markdown_make_items() -> None:
    """Bullets that are no Markdown make items."""
    assert blocks("# x\nTaken:\n• Names\n• Mails\n– Phones\n(a) **PINs**") == [
        "heading 1 x",
        "heading 2 Taken:",
        "item 1 [x > Taken] Names",
        "item 1 [x > Taken] Mails",
        "item 1 [x > Taken] Phones",
        "item 1 [x > Taken] PINs",
    ]


# --- plain text -------------------------------------------------------------------------------------------


def test_news_is_read_with_headings_dateline_and_a_list_without_bullets() -> None:
    """News is read with headings dateline and a list without bullets."""
    page = read(NEWS.encode(), "news.txt")
    assert shown(page).splitlines() == [
        "paragraph 0 Parcel firm says records were copied",
        "paragraph 0 By Desk Writer",
        "paragraph 0 July 2, 2025",
        "paragraph 0 HALIFAX, 2 July 2025 - Northwind Parcels Inc. said that 2.4 million people are affected. / No card numbers were taken, e.g. none of the U.S. customers lost one.",
        "heading 1 What happened",
        "paragraph 0 [What happened] Someone called the help desk. / The caller got in.",
        "paragraph 0 [What happened] The following was not accessed:",
        "item 1 [What happened > The following was not accessed] Passwords",
        "item 1 [What happened > The following was not accessed] PINs",
        "item 1 [What happened > The following was not accessed] Passports",
    ]
    assert (page.media, page.title, page.published_on) == (
        "text",
        "Parcel firm says records were copied",
        date(2025, 7, 2),
    )


def test_wrapped_lines_are_one_paragraph() -> None:
    """Wrapped lines are one paragraph."""
    text = "The attackers who called the help desk did not get to read the\nPasswords that the firm stores for its clients, or those of the\nStaff that works there."
    (block,) = read(text.encode(), "").blocks
    assert [sentence.text for sentence in block.sentences] == [" ".join(text.split())]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Published: 2 July 2025", date(2025, 7, 2)),
        ("Posted on Wednesday, July 2nd, 2025 at 10:30", date(2025, 7, 2)),
        ("July 2, 2025", date(2025, 7, 2)),
        ("Wed, 2 Jul 2025 10:30 AEST", date(2025, 7, 2)),
        ("2025-07-02", date(2025, 7, 2)),
        ("SYDNEY, 2 July 2025 - A firm", date(2025, 7, 2)),
        ("NEW YORK (July 2, 2025) — A firm", date(2025, 7, 2)),
        ("A firm was hit (assumed, based on publication date of July 2, 2025).", date(2025, 7, 2)),
        ("Published: 02/07/2025", None),
        ("Published: 31 June 2025", None),
        ("SYDNEY, July 2 - A firm", None),
        ("Last updated: 2 July 2025", None),
        ("## 2 July 2025", None),
        ("- **Date:** 2 July 2025", None),
        ("Date: 2 July 2025", date(2025, 7, 2)),
        ("*By Desk Writer | July 2, 2025*", date(2025, 7, 2)),
        ("The firm was hit on 2 July 2025 - again", None),
        ("Sydney was hit on 2 July 2025 - again", None),
        ("publication date of July 2, 2025, publication date of July 3, 2025", None),
    ],
)
def test_the_day_of_publication_is_read_from_the_head(head: str, expected: date | None) -> None:
    """The day of publication is read from the head."""
    assert read(f"Headline\n{head}\n\nText.".encode(), "").published_on == expected


# --- HTML -------------------------------------------------------------------------------------------------


def test_html_gives_what_a_reader_sees() -> None:
    """HTML gives what a reader sees."""
    page = read(HTML.encode(), "")
    assert shown(page).splitlines() == [
        "heading 1 A notice",
        "paragraph 0 [A notice] The thieves took 2.4 million records. / Passwords were not taken.",
        "heading 2 Data",
        "item 1 [A notice > Data] {Taken} several fields, including:",
        "item 2 [A notice > Data > several fields, including > Taken] Names",
        "item 2 [A notice > Data > several fields, including > Taken] E-mail addresses",
        "item 1 [A notice > Data] Something else",
        "cell 0 [A notice > Data]",
        "cell 0 [A notice > Data]",
        "cell 0 [A notice > Data]",
        "cell 0 [A notice > Data > Answer] {Sector} Logistics",
        "cell 0 [A notice > Data]",
        "item 1 [A notice > Data] {Country} Canada",
        "quote 0 [A notice > Data] We are sorry.",
        "code 0 [A notice > Data]",
    ]
    assert (page.media, page.title, page.stated_by) == ("html", "Notice of a breach", "Harbour Daily")
    assert page.published_on == date(2025, 7, 2)
    assert "100 people" not in page.text
    assert "GET /records\n200\n" in page.text


@pytest.mark.parametrize(
    ("head", "published_on", "stated_by"),
    [
        ('<script type="application/ld+json">{"@graph": [{"datePublished": "2025-07-02", "author": [{"name": "N"}]}]}</script>', date(2025, 7, 2), "N"),
        ('<script type="application/ld+json">' + "[" * 5000 + "</script><meta name=author content=B>", None, "B"),
        ("<meta name=date content='02/07/2025'>", None, ""),
        ("</head><time datetime='2025-07-02T01:00Z'>today</time>", date(2025, 7, 2), ""),
        ("</head><p>Published: 2 July 2025</p>", date(2025, 7, 2), ""),
    ],
)  # fmt: skip
def test_html_says_when_and_by_whom_it_was_published(
    head: str, published_on: date | None, stated_by: str
) -> None:
    """HTML says when and by whom it was published."""
    page = read(f"<html><head>{head}<p>x".encode(), "")
    assert (page.published_on, page.stated_by) == (published_on, stated_by)


@pytest.mark.parametrize(
    ("source", "damaged"),
    [
        ("<div>" * 600 + "x", "elements are nested deeper than 512; read up to there"),
        ('<div a="<">' * 600 + "x", "elements are nested deeper than 512; read up to there"),
        ("<div></x>" * 600 + "x", "elements are nested deeper than 512; read up to there"),
        (
            "<p " + " ".join(f'a{n}="<p>"' for n in range(200)) + ">x",
            "a tag has more than 100 attributes; read up to it",
        ),
        ("<p>y</p><script>x", "a script element does not end"),
        ("<p>y</p><!-- x", "it ends inside a tag or comment"),
    ],
)
def test_html_that_would_take_quadratic_time_is_cut(source: str, damaged: str) -> None:
    """HTML that would take quadratic time is cut."""
    assert html.read(source).damaged == damaged


# --- PDF --------------------------------------------------------------------------------------------------


def test_pdf_text_is_read_and_its_creation_date_is_not_believed() -> None:
    """PDF text is read and its creation date is not believed."""
    page = read(
        pdf(("Incident notice", "Thieves took all 12 records of cus-", "tomers and a third-", "party.")), ""
    )
    assert page.text == "Incident notice\nThieves took all 12 records of cus-\ntomers and a third-\nparty."
    assert (page.media, page.title, page.published_on, page.damaged) == ("pdf", "Incident notice", None, "")
    (sentence,) = page.sentences()
    assert sentence.text == "Thieves took all 12 records of customers and a third-party."
    begin, end = sentence.span(sentence.text.index("customers"), sentence.text.index(" and"))
    assert page.text[begin:end] == "cus-\ntomers"


def test_pdf_that_holds_no_text_says_so() -> None:
    """PDF that holds no text says so."""
    assert read(pdf(()), "").damaged == "no text in the PDF; its pages may be pictures"


def test_pdf_that_is_cut_says_so() -> None:
    """PDF that is cut says so."""
    whole = pdf()
    assert read(whole, "").damaged == ""
    assert read(whole[:60], "").damaged.startswith("the PDF cannot be opened: ")


def test_pdf_streams_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDF streams are bounded."""
    bomb = zlib.compress(b" " * 40_000_000, 9)
    assert (
        "1 of 1 pages could not be read: 1" in read(pdf_of(bomb, filters="/Filter /FlateDecode"), "").damaged
    )
    content = b"BT /F1 12 Tf 72 720 Td (Words) Tj ET"
    monkeypatch.setattr(pdf_format, "MOST_PAGES", 3)
    page = read(pdf_of(content, pages=5), "")
    assert page.text == "Words\fWords\fWords"
    assert page.damaged == "5 pages; only the first 3 were read"
    monkeypatch.setattr(pdf_format, "MOST_STEPS", 7)
    assert (
        read(pdf_of(content, pages=2), "").damaged
        == "more than 7 drawing instructions; read up to page 1 of 2"
    )
    monkeypatch.setattr(pdf_format, "MOST_CONTENT", 50)
    assert (
        read(pdf_of(content, pages=2), "").damaged
        == "more than 50 bytes of drawing instructions; read up to page 1 of 2"
    )


# --- e-mail -----------------------------------------------------------------------------------------------


def test_a_mail_gives_subject_sender_and_day_in_the_senders_zone() -> None:
    """A mail gives subject sender and day in the zone of the sender."""
    page = read(MAIL, "")
    assert (page.media, page.title, page.stated_by) == ("email", "What we know so far", "Nørth Desk")
    assert page.published_on == date(2025, 7, 2)
    assert page.text.rstrip() == "José took 12 records."
    assert [sentence.text for sentence in page.sentences()] == ["José took 12 records."]
    assert not page.damaged


def test_a_mail_in_html_only_is_read_as_html_and_one_without_text_says_so() -> None:
    """A mail in HTML only is read as HTML and one without text says so."""
    head = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"
    page = read(head + b"Content-Type: text/html\n\n<p>One <b>thing</b></p>", "")
    assert (page.media, page.text, page.stated_by) == ("email", "One thing\n", "a@example.org")
    assert read(head + b"Content-Type: image/png\n\nxx", "").damaged == "no readable text in the mail"


MARKS = (
    "a",
    "B c",
    "1. ",
    "- ",
    "# ",
    "#",
    "> ",
    "---",
    "===",
    "-",
    "\n",
    "\n\n",
    "|",
    "|-|",
    "```",
    "<p>",
    "    ",
    "\t",
    "\r\n",
)


@given(st.lists(st.sampled_from(MARKS), max_size=20).map("".join))
def test_the_parser_misses_nothing_that_it_was_not_told_of(text: str) -> None:
    """The parser misses no kind of block that it was not told of."""
    kinds = frozenset(kind for kind, sign in markdown_format.SIGNS.items() if sign.search(text))
    every = markdown_format.parser(frozenset(markdown_format.SIGNS))
    assert markdown_format.parser(kinds).parse(text) == every.parse(text)
