"""The day on which a document was published, as its head or its own words say.

Only unambiguous days count: a month by name, or an ISO date. `02/07/2025` may be either of two days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = (
    r"(?:(?<!\d)(?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)"
    rf"|(?<!\d)(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m2>{_MONTH}),?\s(?P<y2>(?:19|20)\d\d)(?!\d)"
    rf"|\b(?P<m3>{_MONTH})\s(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y3>(?:19|20)\d\d)(?!\d))"
)
_ANY = re.compile(_DAY, re.IGNORECASE)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s)?"
_TIME = r"(?:T?\d{1,2}[:.]\d\d(?::\d\d)?(?:\.\d+)?\s?(?:[ap]\.?m\.?)?)?"
_CLOCK = rf"(?:[,\s]*(?:at\s)?{_TIME}[\s(]*(?:[A-Z]{{2,5}}|[+-]\d\d:?\d\d)?\)?)?"
_ALONE = re.compile(rf"\(?{_WEEKDAY}{_DAY}{_CLOCK}[\W_]*", re.IGNORECASE)
_DATED = re.compile(rf"dated?[\s:*_]{{1,6}}{_WEEKDAY}{_DAY}", re.IGNORECASE)
_SAID = re.compile(
    rf"[\W_]*(?:(?:first\s)?(?:published|posted|issued|released)(?:\son|\sdate|\sat)?"
    r"|(?:publication|publish|posting|release|issue|post)\sdate"
    rf"|date\s(?:published|posted|of\s(?:publication|issue|release)))[\W_]{{0,6}}{_WEEKDAY}{_DAY}",
    re.IGNORECASE,
)
_PLACE = re.compile(
    rf"[^\W\d_]{{3,}}[^\d\n:;!?]{{0,60}}?[\s,(\u2013\u2014-]{_WEEKDAY}{_DAY}\)?"
    r"(?:\s?\([^()\n]{1,40}\))?\s?[-\u2013\u2014:/|]",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"[^\W\d_a-z]{3}")
_BYLINE = re.compile(
    rf"[\W_]*by\s[^\d\n:;!?]{{2,80}}[\s,|·•\u2013\u2014-]{_WEEKDAY}{_DAY}{_CLOCK}[\W_]*", re.IGNORECASE
)
_WITHIN = re.compile(
    r"\b(?:publication\sdate|date\sof\spublication"
    r"|this\s(?:report|article|analysis|notice|statement|post|story)\swas\s(?:first\s)?published)"
    rf"(?:\sof|\sis|\swas|\son|:){{0,2}}\s{_WEEKDAY}{_DAY}",
    re.IGNORECASE,
)
_FIRST_LINES = 6
"""A bare day further down is that of an event."""
_HEAD_LINES = 15
_LONGEST_LINE = 400


def day(text: str) -> date | None:
    """Return the first unambiguous day that `text` names, or None.

    >>> day("Wednesday, 2nd July 2025, 10:30")
    datetime.date(2025, 7, 2)
    """
    found = _ANY.search(text[:_LONGEST_LINE])
    return _date(found) if found else None


def is_only_day(line: str) -> bool:
    """Say whether a line holds a day, perhaps with a weekday and a time, and nothing else."""
    return len(line) <= _LONGEST_LINE and _ALONE.fullmatch(line.strip()) is not None


def published_on(lines: Iterable[str], text: str) -> date | None:
    """Return the day of publication that the first lines or the words of a text give, or None.

    Args:
        lines: the lines of the text, without markup; only the first 15 that are not blank are looked at.
        text: all of it, for words such as `publication date of July 2, 2025`; where these name several
            days, none counts.
    """
    for number, line in enumerate(_head(lines)):
        if found := _in_line(line, first=number < _FIRST_LINES):
            return found
    said = {_date(found) for found in _WITHIN.finditer(" ".join(text.split()))}
    return said.pop() if len(said) == 1 else None


def _head(lines: Iterable[str]) -> list[str]:
    """Return the first lines that are not blank, each cut to a bounded length and with single blanks."""
    head: list[str] = []
    for line in lines:
        if tidy := " ".join(line[:_LONGEST_LINE].split()):
            head.append(tidy)
        if len(head) == _HEAD_LINES:
            break
    return head


def _in_line(line: str, *, first: bool) -> date | None:
    """Return the day of publication that one line of the head gives, or None."""
    found = _SAID.match(line) or _BYLINE.fullmatch(line)
    if found is None and first:
        found = _ALONE.fullmatch(line) or _DATED.match(line)
    if found is None and _CAPITALS.match(line):
        found = _PLACE.match(line)
    return _date(found) if found else None


def _date(found: re.Match[str]) -> date | None:
    """Return the day of a match of `_DAY`; None where there is no such day."""
    for form in "123":
        if year := found[f"y{form}"]:
            month = found[f"m{form}"].rstrip(".").casefold()
            try:
                return date(int(year), _MONTHS.get(month) or int(month), int(found[f"d{form}"]))
            except ValueError:
                return None
    return None
