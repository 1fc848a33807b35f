"""What `detect` shows on a terminal: each finding with its reasons and what to do, learning never as all clear."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case.deciding_findings import detected, finding, reason
from floodmark.models import Quiet
from floodmark.report import found

PAGE = """\
F-0000000001  severity high, confidence high, 10 points, told at 2025-06-30 01:20:00 UTC
  rows read in one hour far above what the account read before
  0055j000000utlPAAQ read 4,000 rows in one hour (expected: 200).
     +7  volume-burst, 2025-06-30 01:20:00 UTC: read 4,000 rows in the hour from 2025-06-30 01:00
          UTC (expected: its busiest hour a day or more before had 200)
     +3  new-client, 2025-06-30 01:20:00 UTC: a client "9,000,000 x" (expected: its busiest hour a
          day or more before had 200)
  floodmark accept my/case F-0000000001 --reason TEXT
  floodmark dismiss my/case F-0000000001 --reason TEXT

1 finding
"""


def page(document, decided=None, *, case="my/case", width=100):
    """Return the page as lines."""
    return found(document, decided or {}, case=case, width=width).splitlines()


def test_a_finding_is_told_with_what_it_rests_on():
    """How severe, how sure, when, one sentence, each reason with its points, and the commands that decide."""
    assert "\n".join(page(detected(finding()))) + "\n" == PAGE


def test_what_was_decided_is_shown():
    """An accepted finding can be dismissed; one that was dismissed and changed says so."""
    lines = page(detected(finding()), {"F-0000000001": ("accepted", "not our client")})
    assert "  accepted: not our client" in lines
    assert not [line for line in lines if line.startswith("  floodmark accept")]
    lines = page(detected(finding()), {"F-0000000001": ("dismissed", "the copy")})
    assert "  dismissed before, and it has changed since: the copy" in lines
    assert sum(line.startswith("  floodmark ") for line in lines) == 2


@pytest.mark.parametrize("told", [(), (finding(),)])
def test_learning_is_never_all_clear(told):
    """A short ledger, or new accounts, are said before everything else."""
    lines = page(detected(*told, learning=True, learning_accounts=1_200))
    assert lines[:2] == [
        "learning until 2025-06-08 00:00:00 UTC: nothing found is not all clear",
        "1,200 accounts are too new to be compared: nothing found there is not all clear",
    ]
    one = page(detected(learning_accounts=1))
    assert one[0] == "1 account is too new to be compared: nothing found there is not all clear"
    empty = page(detected(learning=True, learning_until=None))
    assert empty == ["learning: nothing found is not all clear", "", "0 findings"]


def test_the_quiet_ones_are_counted_and_named():
    """Each with the dismissed finding that it is like, and why that one was dismissed."""
    quiet = tuple(Quiet(id=f"F-{n}", title="a title", like="F-1", reason="the copy") for n in (1, 2))
    assert page(detected(quiet=quiet)) == [
        "0 findings, 2 findings quiet",
        "  F-1  a title: dismissed: the copy",
        "  F-2  a title: like F-1, which was dismissed: the copy",
    ]


def test_a_command_can_be_copied():
    """The folder is quoted for the shell, and the command stays on one line."""
    lines = page(detected(finding()), case="my case; rm -rf x" + "y" * 90, width=40)
    assert any(line.startswith("  floodmark accept 'my case; rm -rf xyyy") for line in lines)


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(text=TEXT, width=st.integers(1, 130))
def test_hostile_text_is_inert(text, width):
    """No control, bidi or zero-width character reaches the terminal, and no line breaks out of its place."""
    wild = finding(
        id=text, title=text, summary=text, reasons=[reason(text, seen=text, expected=text)], told_at=text
    )
    quiet = (Quiet(id=text, title=text, like=text, reason=text),)
    lines = page(detected(wild, quiet=quiet, learning=True, learning_until=text), {text: ("dismissed", text)})
    shown = found(detected(wild, quiet=quiet), {text: ("accepted", text)}, case=text, width=width).replace(
        "\n", ""
    )
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    commands = [line for line in lines if line.startswith("  floodmark ")]
    assert len(commands) >= 2
    assert max((len(line) for line in lines if line not in commands), default=0) <= 100
