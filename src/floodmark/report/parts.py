"""What a line of a report is made of: our words, numbers with their claims, text from outside, times."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Step = str | int
MarkKind = Literal["observed", "derived", "reported", "judged"]
MARKS: dict[MarkKind, str] = {
    "observed": "stands in a log, row by row",
    "derived": "follows from logs and customer tables by the SQL in annex C",
    "reported": "stated in a published document, the data map or the case settings, not tested by the logs",
    "judged": "decided by a person who accepted or selected it",
}
"""How a sentence is known -> what that means."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,/'-]*")


@dataclass(frozen=True)
class Figure:
    """A number with the path of its claim in report.json; `signed` shows a plus above zero.

    `words` stand for the number where it is rounded, such as `about 5.7 million`.
    """

    path: tuple[Step, ...]
    value: int
    signed: bool = False
    words: str = ""

    @property
    def text(self) -> str:
        """The number as it is printed, with a comma between thousands."""
        if self.words:
            return self.words
        return f"{self.value:+,}" if self.signed and self.value else f"{self.value:,}"


@dataclass(frozen=True)
class Foreign:
    """Text from outside, shown inert; `prose` only means that HTML need not set it as code."""

    text: str
    prose: bool = False


@dataclass(frozen=True)
class When:
    """A UTC time, `2025-06-28T02:11:09.120Z`."""

    text: str


@dataclass(frozen=True)
class Mark:
    """How the sentence before it is known."""

    kind: MarkKind


@dataclass(frozen=True)
class Cite:
    """The footnote of a claim that is no number, by the path of the claim in report.json."""

    path: tuple[Step, ...]


@dataclass(frozen=True)
class Link:
    """Text from outside, shown inert, that leads to an anchor of the same page; `ours`: our own words."""

    anchor: str
    text: str
    ours: bool = False


Part = str | Figure | Foreign | When | Mark | Cite | Link
Line = tuple[Part, ...]
Said = Part | Sequence[Part]


def say(words: str, **parts: Said) -> Line:
    """Return a line from `words`, in which `{name}` stands for a part or a line.

    >>> say("by {who}.", who=Foreign("a|b"))
    ('by ', Foreign(text='a|b', prose=False), '.')
    """
    line: list[Part] = []
    for literal, name, _, _ in string.Formatter().parse(words):
        if literal:
            line.append(literal)
        if name is not None:
            line.extend(line_of(parts[name]))
    return tuple(line)


def line_of(said: Said) -> Line:
    """Return a part or a sequence of parts as a line."""
    if isinstance(said, str) or not isinstance(said, Sequence):
        return (said,)
    return tuple(said)


def joined(items: Iterable[Said], between: str = ", ") -> Line:
    """Return the items as one line with `between` between them."""
    line: list[Part] = []
    for item in items:
        if line:
            line.append(between)
        line.extend(line_of(item))
    return tuple(line)


def sentences(lines: Iterable[Line]) -> Line:
    """Return the lines that say something as one paragraph."""
    return joined((line for line in lines if line), " ")


def codes(values: Sequence[str], *, limit: int = 12) -> Line:
    """Return values from outside as a list, cut after `limit` with a word that it was cut."""
    shown = joined(Foreign(value) for value in values[:limit])
    return (*shown, " and others, all in report.json") if len(values) > limit else shown


def when(value: str | None) -> Part:
    """Return a time, or words when it is not known; a text that is no time is shown as it came."""
    if value is None:
        return "not known"
    return When(value) if is_time(value) else Foreign(value)


def is_time(value: str) -> bool:
    """Whether a text is a UTC time in the form of the documents."""
    return _TIME.fullmatch(value) is not None


def clock(value: str) -> str:
    """Return a time for people.

    >>> clock("2025-06-28T02:11:09.120Z")
    '2025-06-28 02:11:09 UTC'
    """
    return _TIME.sub(r"\1 \2 UTC", value)


def worded(label: str) -> Part:
    """Return a label as our own words when it is made of plain letters, else as foreign text."""
    return label if _PLAIN.fullmatch(label) else Foreign(label, prose=True)
