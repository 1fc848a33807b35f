"""When it happened, was found and was published: `incident.occurred_on`, `.discovered_on`, `.published_on`.

What the report says stands as it says it (`Monday`). What it assumes itself is a claim of its own, and so is
the day that follows from a weekday and the day of publication. A date belongs to the verb that it stands
beside: "said on Monday" is no day of the incident.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from floodmark.intake.numbers import is_elsewhere, speaker
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import is_wished, part_of, parts_of
from floodmark.intake.stance import has_any, is_inferred, is_speculative, is_unstated
from floodmark.models import ClaimPrecision, Modality

# --- days as written

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?!\w)"
# Only with a capital: "may" and "march" are verbs too.
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sep(?:t?\.|t(?:ember)?)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)(?!\w)"
)
_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\w])"
_YEAR = r"(?:19|20)\d\d(?!\d)"
_TO = r"(?:\ ?[\u2013-]\ ?|\ (?:to|and|until|through)\ )"
_DAY = re.compile(
    rf"""(?<![\w/.\u2013-])(?:
     (?P<iso>{_YEAR}-\d\d-\d\d)(?![\d-])
    |(?P<first>{_NUMBER}){_TO}(?P<last>{_NUMBER})\ (?:of\ )?(?P<months>{_MONTH})(?:,?\ (?P<years>{_YEAR}))?
    |(?P<month_of>{_MONTH})\ (?P<from>{_NUMBER}){_TO}(?P<until>{_NUMBER})(?:,?\ (?P<year_of>{_YEAR}))?
    |(?:(?P<named>{_WEEKDAY}),?\ )?(?:the\ )?(?P<day>{_NUMBER})\ (?:of\ )?(?P<month>{_MONTH})
       (?:,?\ (?P<year>{_YEAR}))?
    |(?:(?P<called>{_WEEKDAY}),?\ )?(?P<month_us>{_MONTH})\ (?P<day_us>{_NUMBER})(?:,?\ (?P<year_us>{_YEAR}))?
    |(?P<month_only>{_MONTH}),?\ (?P<year_only>{_YEAR})
    |(?P<numeric>(?P<one>\d{{1,2}})(?P<mark>[/.])(?P<two>\d{{1,2}})(?P=mark)(?P<four>\d{{4}}))(?![\d/]|\.\d)
    |(?P<weekday>(?:(?:[Ll]ast|[Tt]his)\ )?{_WEEKDAY})
    |(?:(?<=\b[Ii]n\ )|(?<=\b[Ss]ince\ )|(?<=\b[Dd]uring\ )|(?<=[Ee]arly\ )|(?<=\b[Ll]ate\ )|(?<=\b[Mm]id-))
       (?P<month_bare>{_MONTH})(?!\ \d)
    |(?P<relative>[Yy]esterday|[Tt]oday
       |(?:[Ee]arlier\ |[Ll]ater\ )?(?:[Tt]his|[Ll]ast)\ (?:week(?:end)?|month|year))(?!\w)
    |(?<=\bon\ )(?P<ordinal>the\ (?:3[01]|[12]\d|[1-9])(?:st|nd|rd|th))(?!\w|\ (?:of\ )?{_MONTH})
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Day:
    """A day, a month, or words for one, where they stand in a text."""

    begin: int
    end: int
    text: str
    """The words as written."""
    value: str
    """`2025-06-30`, `2025-06`, or the words where they do not say which year, month or day."""
    computed: str = ""
    """What the words come to, given the day of publication; empty where that says no more."""
    about: Literal["", "begin", "end"] = ""
    """Of a period: which end it is."""
    weekday: int | None = None
    """The weekday that the words name, Monday is 0."""


# Most sentences name no day; to see that is much quicker than to look for one.
_DIGIT = re.compile(r"[0-9]")
_HINTS = ("day", "month", "week", "year", *(month.capitalize() for month in _MONTHS))
# What a day can begin with. To try these places only takes a third of the time of a search.
_BEGIN = re.compile(
    r"\d(?<![\w/.\u2013-].)|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun"
    r"|the (?=\d)|[Tt]his|[Tt]oday|[Ll]ast|[Ll]ater|[Ee]arlier|[Yy]esterday"
)


def parse_day(words: str, published_on: date | None) -> Day | None:
    """Return the first day, month or relative day in `words`; None where there is none.

    >>> parse_day("on Monday", date(2025, 7, 2)).computed
    '2025-06-30'
    """
    return next(iter(days(words, published_on)), None)


def days(text: str, published_on: date | None) -> list[Day]:
    """Return the days, months and words for them in a text, in order; the ends of a period as two.

    Without a day of publication nothing relative is computed. `02/07/2025` has two readings and stays as
    it is written; a date that the calendar does not have is left out.
    """
    if not (_DIGIT.search(text) or has_any(text, _HINTS)):
        return []
    found = [day for match in _matches(text) for day in _read(match, published_on)]
    for place, (one, two) in enumerate([*pairwise(found)]):
        joined = text[one.end : two.begin] in {" and ", " to ", " until ", " through "}
        if joined and _SPAN_BEFORE.search(text[max(0, one.begin - 10) : one.begin]):
            found[place], found[place + 1] = replace(one, about="begin"), replace(two, about="end")
    return found


_SPAN_BEFORE = re.compile(r"\b(?:between|from) $", re.IGNORECASE)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Yield the pieces of a text that are days, without one inside another."""
    end = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() >= end and (found := _DAY.match(text, begin.start())):
            yield found
            end = found.end()


def _read(found: re.Match[str], published_on: date | None) -> list[Day]:
    """Return what one match says; two days where it is a period."""
    part = {name: words for name, words in found.groupdict().items() if words}
    for begin, end, month, year in (
        ("first", "last", "months", "years"),
        ("from", "until", "month_of", "year_of"),
    ):
        if begin in part:
            ends = [
                _dated(found, part[each], part[month], part.get(year), published_on) for each in (begin, end)
            ]
            if None in ends:
                return []
            named: tuple[Literal["begin"], Literal["end"]] = ("begin", "end")
            return [
                # Two claims with one quote: each end has its own words.
                replace(
                    day,
                    about=which,
                    value=f"{part[each]} {part[month]}" if day.value == found[0] else day.value,
                )
                for day, which, each in zip(ends, named, (begin, end), strict=True)
                if day
            ]
    for day, month, year, weekday in (
        ("day", "month", "year", "named"),
        ("day_us", "month_us", "year_us", "called"),
    ):
        if day in part:
            one = _dated(found, part[day], part[month], part.get(year), published_on)
            named_day = _WEEKDAYS.index(part[weekday].lower()) if weekday in part else None
            return [replace(one, weekday=named_day)] if one else []
    return _other(found, part, published_on)


def _day(found: re.Match[str], value: str, computed: str = "", weekday: int | None = None) -> Day:
    """Return what a match says, with its place."""
    return Day(found.start(), found.end(), found[0], value, computed, weekday=weekday)


def _dated(
    found: re.Match[str], day: str, month: str, year: str | None, published_on: date | None
) -> Day | None:
    """Return a day of a month; without a year its words, and the last such day up to publication."""
    number, named = int(re.sub(r"\D", "", day)), 1 + _MONTHS.index(month[:3].lower())
    if year:
        known = _date(int(year), named, number)
        return _day(found, known.isoformat()) if known else None
    if _date(2024, named, number) is None:  # a leap year has every day
        return None
    return _day(found, found[0], _last_such(published_on, named, number))


def _date(year: int, month: int, day: int) -> date | None:
    """Return a day; None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _last_such(published_on: date | None, month: int, day: int) -> str:
    """Return the last such day up to publication, ISO; empty where that is not known."""
    if published_on is None:
        return ""
    tries = (_date(published_on.year - back, month, day) for back in range(min(9, published_on.year)))
    return next((each.isoformat() for each in tries if each and each <= published_on), "")


def _other(found: re.Match[str], part: dict[str, str], published_on: date | None) -> list[Day]:
    """Return what a match says that is no day of a named month."""
    if "iso" in part:
        year, month, day = (int(each) for each in part["iso"].split("-"))
        return [_day(found, part["iso"])] if _date(year, month, day) else []
    if "month_only" in part:
        return [_day(found, f"{part['year_only']}-{1 + _MONTHS.index(part['month_only'][:3].lower()):02}")]
    if "numeric" in part:
        return [_day(found, _numeric(part))]
    if "weekday" in part:
        return [_weekday(found, part["weekday"], published_on)]
    if "month_bare" in part:
        return [_day(found, found[0], _last_month(published_on, 1 + _MONTHS.index(found[0][:3].lower())))]
    if "ordinal" in part:
        return [_day(found, found[0], _last_ordinal(published_on, int(re.sub(r"\D", "", part["ordinal"]))))]
    return [_day(found, found[0], _relative(found[0].lower(), published_on))]


def _numeric(part: dict[str, str]) -> str:
    """Return a date of three numbers as ISO where only one reading is a day, else as written."""
    one, two, year = int(part["one"]), int(part["two"]), int(part["four"])
    readings = {each for each in (_date(year, one, two), _date(year, two, one)) if each}
    return readings.pop().isoformat() if len(readings) == 1 else part["numeric"]


def _weekday(found: re.Match[str], words: str, published_on: date | None) -> Day:
    """Return a weekday, and the last such day up to publication; "last" is before that day."""
    number = _WEEKDAYS.index(words.rsplit(maxsplit=1)[-1].lower())
    if published_on is None or published_on.toordinal() <= len(_WEEKDAYS):
        return _day(found, words, weekday=number)
    back = (published_on.weekday() - number) % 7
    if back == 0 and words.lower().startswith("last"):
        back = 7
    return _day(found, words, (published_on - timedelta(days=back)).isoformat(), number)


def _last_month(published_on: date | None, month: int) -> str:
    """Return the last such month up to publication, `2025-06`; empty where that is not known."""
    if published_on is None:
        return ""
    return f"{published_on.year - (month > published_on.month):04}-{month:02}"


def _last_ordinal(published_on: date | None, day: int) -> str:
    """Return the last such day of a month up to publication, at most two months back, else empty."""
    if published_on is None:
        return ""
    months = (divmod(published_on.year * 12 + published_on.month - 1 - back, 12) for back in range(3))
    tries = (_date(year, month + 1, day) for year, month in months if year)
    return next((each.isoformat() for each in tries if each and each <= published_on), "")


def _relative(words: str, published_on: date | None) -> str:
    """Return the day or month of a relative word; empty for a week or year, which is no one day."""
    if published_on is None or published_on.toordinal() <= 31:  # noqa: PLR2004 - before the first month
        return ""
    if words in {"yesterday", "today"}:
        return (published_on - timedelta(days=words == "yesterday")).isoformat()
    if not words.endswith("month"):
        return ""
    last = "last" in words
    return (published_on.replace(day=1) - timedelta(days=last)).isoformat()[:7]


# --- which date is whose

_Path = Literal["incident.discovered_on", "incident.occurred_on", "incident.published_on"]
_PATHS: dict[str, _Path] = {
    "discovered": "incident.discovered_on",
    "occurred": "incident.occurred_on",
    "published": "incident.published_on",
}
_FOUND = r"""detect(?:s|ed|ing)?|discover(?:s|ed|ing)?|identif(?:y|ied|ying)|notic(?:ed|ing)|spotted|uncovered
    |learn(?:ed|t)|(?:became|made)\saware|found\sout|(?:was|were)\salerted"""
_BEGAN = (
    r"began|begun|started|gain(?:ed|ing)\s(?:\w+\s)?access|first\saccessed|infiltrated|broke\sinto|intruded"
)
_HAPPENED = r"""occurred|occurring|happened|took\splace|taken\splace|accessed|stole|stolen|exfiltrated
    |breached|hacked|(?:was|were|been|being)\s(?:compromised|attacked|hit|taken|copied|downloaded|exposed)|extracted|downloaded"""
_ELSE = r"""said|says|saying|say|announc\w+|confirm\w*|disclos\w+|report(?:s|ed|ing)?|notif\w+|told|tell
    |publish\w*|reveal\w*|post(?:s|ed|ing)?|fil(?:ed|ing)|warn\w*|updat\w+|stat(?:ed|es|ing)|acknowledg\w+|contact(?:ed|ing)
    |email(?:ed|ing)|inform(?:ed|ing)|contain(?:ed|ing)|block(?:ed|ing)|patch(?:ed|ing)|reset|launch(?:ed|ing)|engag(?:ed|ing)|sent
    |resum\w+|restor\w+|offer\w*|clos(?:ed|ing)|fell|demand(?:ed|ing)|leak(?:ed|ing)|list(?:ed|ing)|claim\w*|arrest\w+|plan(?:s|ned)
    |will|releas\w+|admit\w*|wrote|tweet\w*|address(?:ed|ing)|apologi\w+
    |complet\w+|conclud\w+|determin\w+|verif\w+|spoke|shut|disabl\w+|isolat\w+|revok\w+|remov\w+|end(?:ed|ing)|expect\w*|scheduled|effective|updated"""
_VERB = re.compile(
    rf"\b(?:(?P<found>{_FOUND})|(?P<began>{_BEGAN})|(?P<happened>{_HAPPENED})|(?P<other>{_ELSE}))\b",
    re.IGNORECASE | re.VERBOSE,
)
_NOUN = r"(?:breach|incident|attack|intrusion|hack|compromise|break-in|cyber-?attack)"
_NOUN_BEFORE = re.compile(rf"\b{_NOUN}\s(?:(?:on|of|in|from|dated)\s)?(?:the\s)?$", re.IGNORECASE)
_NOUN_AFTER = re.compile(rf"\s(?:(?:data|security|cyber|ransomware)\s)?{_NOUN}\b", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:publi(?:shed|cation)|report|dated)(?:\s(?:date|day))?(?:\s(?:of|on|is|was))?:?\s(?:the\s)?$",
    re.IGNORECASE,
)
_PUBLICATION = re.compile(r"\bpubli(?:shed|cation)|\bdated\b", re.IGNORECASE)
_ASSUMED = re.compile(
    r"\b(?:assum|presum|impl(?:y|ie)|infer|likely|probabl|suppos)\w*[^,;()]{0,40}$", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\bmay\s(?:have|be)\b|\b(?:not|never)\b(?![^.;]*\buntil\b)|\bn['\u2019]t\b(?![^.;]*\buntil\b)|\bno\s(?:evidence|indication)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"""\b(?:(?P<most>(?:on\sor\s)?(?:shortly\s|just\s|some\stime\s|sometime\s)?(?:before|prior\sto)|no\slater\sthan|by)
      |(?P<least>(?:on\sor\s)?(?:shortly\s|just\s)?after|since|no\searlier\sthan)
      |(?P<about>(?:on\sor\s)?(?:about|around)|approximately|circa|early(?:\sin)?|late(?:\sin)?|mid))[\s-](?:the\s)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_BEGIN_BEFORE = re.compile(r"\b(?:began|begun|beginning|started|starting)\s(?:on\s|in\s)?$", re.IGNORECASE)
_OPENS = re.compile(
    r"^\W{0,3}(?:(?:early|late|in|on|since|during|by|around|about|between|from|before|after|and|to)\W?\s?){0,3}$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[;:()]|\.\s")
_NEAR = 120
_LABEL_END = re.compile(r"(?: (?:on|at|date|day))?", re.IGNORECASE)
_SHORT = 80
"""Up to how many characters a sentence below a heading is a value of it and not prose."""
_ELSEWHERE = frozenset({"related", "actor", "indicators"})


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield the days of discovery, of the incident and of publication, in the order of the text."""
    published_on = page.published_on or _stated_publication(page)
    for block in page.blocks:
        parts = parts_of(block)
        if is_wished(block) or _ELSEWHERE.intersection(parts[:1]):
            continue
        announced = _announced(block.label)
        path = announced or (_PATHS.get(parts[0]) if parts else None)
        if block.label:
            yield from _from_label(page, block, published_on)
        for sentence in block.sentences:
            if path and (announced or len(sentence.text) <= _SHORT):
                yield from _labelled(sentence, path, published_on)
            else:
                yield from _told(sentence, published_on)


def _announced(label: str) -> _Path | None:
    """Return whose day a label announces: `Discovery date`, `Detected`; None where it is no day of ours."""
    part = part_of(label) if label else None
    if part in _PATHS:
        return _PATHS[part]
    verb = _VERB.match(label)
    if verb is None or verb["other"] or not _LABEL_END.fullmatch(label, verb.end()):
        return None
    return _PATHS["discovered"] if verb["found"] else _PATHS["occurred"]


def _stated_publication(page: Page) -> date | None:
    """Return the first day that the text itself names as that of publication."""
    for sentence in page.sentences():
        if _PUBLICATION.search(sentence.text) or parts_of(sentence.block)[:1] == ("published",):
            for day in days(sentence.text, None):
                labelled = parts_of(sentence.block)[:1] == ("published",)
                if len(day.value) == 10 and (labelled or _is_published(sentence.text, day)):  # noqa: PLR2004
                    return _iso(day.value)
    return None


def _is_published(text: str, day: Day) -> bool:
    """Say whether the words before a day say that it is that of publication."""
    return _PUBLISHED.search(text[max(0, day.begin - 40) : day.begin]) is not None


def _iso(value: str) -> date | None:
    """Return an ISO day; None for any other text."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _labelled(sentence: Sentence, path: _Path, published_on: date | None) -> Iterator[Draft | Blank]:
    """Yield what the value of a label says, and what the report assumes of it in brackets."""
    text = sentence.text
    note = text.find("(") if "(" in text else len(text)
    found = days(text, published_on)
    own = [
        day
        for day in found
        if day.begin < note and not _is_published(text, day) and not _is_assumed(text, day)
    ]
    if not own and is_unstated(text):
        yield Blank(path, sentence.span(0, len(text)))
    assumed = [day for day in found if _is_assumed(text, day)]
    drafts: list[Draft] = []
    for day in own:
        if real := _path_of(text, day, path):
            drafts += _claims(sentence, real, day, assumed)
    drafts += [_draft(sentence, path, day, "inferred") for day in assumed]
    drafts += [
        _draft(sentence, "incident.published_on", day, "asserted")
        for day in found
        if _is_published(text, day)
    ]
    yield from sorted(drafts, key=lambda each: each.span)


def _path_of(text: str, day: Day, path: _Path) -> _Path | None:
    """Return the path of a day in the value of a label: a verb before it weighs more than the label."""
    verbs = [*_VERB.finditer(_BREAK.split(text[max(0, day.begin - _NEAR) : day.begin])[-1])]
    if not verbs:
        return path
    if verbs[-1]["other"]:
        return None
    return _PATHS["discovered"] if verbs[-1]["found"] else _PATHS["occurred"]


def _is_assumed(text: str, day: Day) -> bool:
    """Say whether the words before a day say that it is assumed."""
    return _ASSUMED.search(text[max(0, day.begin - 60) : day.begin]) is not None


def _claims(sentence: Sentence, path: _Path, day: Day, assumed: list[Day]) -> Iterator[Draft]:
    """Yield a day as stated, and as it comes to by the day of publication."""
    stated = _draft(sentence, path, day, "asserted")
    yield stated
    if not day.computed:
        return
    detail = {"text": day.text, **{name: each for name, each in stated.detail.items() if name == "about"}}
    wrong = [each for each in assumed if _contradicts(each, day)]
    if wrong:
        detail["conflict"] = f"the report assumes {wrong[0].value}, a {_name(wrong[0].value)}"
    yield Draft(
        path=path,
        value=day.computed,
        span=sentence.span(day.begin, day.end),
        precision=stated.precision,
        modality="computed",
        detail=detail,
        stated_by=stated.stated_by,
    )


def _contradicts(assumed: Day, day: Day) -> bool:
    """Say whether an assumed day is not of the weekday that the words name."""
    known = _iso(assumed.value)
    return known is not None and day.weekday is not None and known.weekday() != day.weekday


def _name(value: str) -> str:
    """Return the name of the weekday of an ISO day."""
    known = _iso(value)
    return _WEEKDAYS[known.weekday()].capitalize() if known else ""


def _draft(sentence: Sentence, path: _Path, day: Day, modality: Modality) -> Draft:
    """Return a day as the text says it, with the bound that stands before it."""
    text, begin = sentence.text, day.begin
    bound = _BOUND.search(text, max(0, begin - 40), begin)
    kinds: dict[str, ClaimPrecision] = {"most": "at_most", "least": "at_least", "about": "about"}
    precision = kinds[bound.lastgroup] if bound and bound.lastgroup else None
    begin = bound.start() if bound else begin
    began = _BEGIN_BEFORE.search(text, max(0, begin - 20), begin)
    about = "begin" if began else day.about
    detail = {"about": about} if about and path == "incident.occurred_on" else {}
    known = _iso(day.value)
    if known and day.weekday is not None and known.weekday() != day.weekday:
        detail["conflict"] = f"{day.value} is a {_name(day.value)}"
    return Draft(
        path=path,
        value=day.value,
        span=sentence.span(began.start() if began else begin, day.end),
        precision=precision,
        modality=modality,
        detail=detail,
        stated_by="" if path == "incident.published_on" else speaker(text[:_NEAR]),
    )


def _told(sentence: Sentence, published_on: date | None) -> Iterator[Draft]:
    """Yield the days that a sentence ties to the discovery or to the incident."""
    text = sentence.text
    found = days(text, published_on)
    if not found or is_elsewhere(text):
        return
    verbs = _Verbs(text)
    for day in found:
        if _is_published(text, day) and _PUBLICATION.search(text[max(0, day.begin - 40) : day.begin]):
            yield _draft(sentence, "incident.published_on", day, "asserted")
            continue
        told = verbs.of(day)
        if told and not _is_doubtful(text, day):
            path, begins = told
            each = replace(day, about="begin") if begins and not day.about else day
            yield from _claims(sentence, path, each, [])


def _is_doubtful(text: str, day: Day) -> bool:
    """Say whether the words around a day deny or only suppose what they say, or do not know it."""
    near = text[max(0, day.begin - _NEAR) : day.end + 40]
    return _NEGATED.search(near) is not None or is_unstated(near) or is_speculative(near) or is_inferred(near)


class _Verbs:
    """The verbs of a sentence, and which of them a day belongs to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.verbs = [*_VERB.finditer(text)]
        self.ends = [verb.end() for verb in self.verbs]
        self.breaks = [found.end() for found in _BREAK.finditer(text)]

    def of(self, day: Day) -> tuple[_Path, bool] | None:
        """Return which day it is by the nearest verb, and whether its begin; None where it is no such day."""
        place = bisect(self.breaks, day.begin)
        clause = max(self.breaks[place - 1] if place else 0, day.begin - _NEAR)
        before = self.verbs[bisect_left(self.ends, clause) : bisect(self.ends, day.begin)]
        before = [verb for verb in before if verb.start() >= clause]
        if _NOUN_AFTER.match(self.text, day.end) or _NOUN_BEFORE.search(
            self.text, max(clause, day.begin - 40), day.begin
        ):
            return None if any(verb["other"] for verb in before) else ("incident.occurred_on", False)
        verb = before[-1] if before else self._after(day, clause)
        if verb is None or verb["other"] or self._is_anothers(verb, day):
            return None
        path = _PATHS["discovered"] if verb["found"] else _PATHS["occurred"]
        return path, verb["began"] is not None

    def _is_anothers(self, verb: re.Match[str], day: Day) -> bool:
        """Say whether a day belongs to something else: what customers did, or how old the data is."""
        if _CUSTOMERS.search(self.text, max(0, verb.start() - 30), verb.end()):
            return True
        if _AGE.search(self.text, max(0, day.begin - 40), day.begin):
            return True
        return verb.end() < day.begin and _ANOTHER.search(self.text, verb.end(), day.begin) is not None

    def _after(self, day: Day, clause: int) -> re.Match[str] | None:
        """Return the first verb behind a day that opens its clause."""
        place = bisect_left(self.ends, day.end)
        if place == len(self.verbs) or not _OPENS.match(self.text[clause : day.begin]):
            return None
        verb, breaks = self.verbs[place], bisect_left(self.breaks, day.end)
        limit = min(day.end + _NEAR, self.breaks[breaks] if breaks < len(self.breaks) else len(self.text))
        return verb if day.end <= verb.start() < limit else None


_ANOTHER = re.compile(
    r"(?:\b(?:and|then|before|after|until|while|but)\s|,\s?(?:and\s)?)(?:\w+\s){0,2}\w{2,}ed\b"
    r"|\b(?:who|whose|which|that)\s",
    re.IGNORECASE,
)
_CUSTOMERS = re.compile(
    r"\b(?:who|customers?|users?|people|members?)\s(?:\w+\s)?(?:accessed|downloaded|extracted)$",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:data|records|information|details|files|backups?|bookings|copy|database)\s(?:from|of|for|dated)\s(?:the\s)?$",
    re.IGNORECASE,
)


def _from_label(page: Page, block: Block, published_on: date | None) -> Iterator[Draft]:
    """Yield the day that is the label of an entry in a timeline: `30 June 2025: staff noticed`."""
    day = parse_day(block.label, published_on)
    if day is None or day.text != block.label or not block.sentences:
        return
    text = block.sentences[0].text
    verb = _VERB.search(text[:_NEAR])
    begin = page.text.find(block.label, block.begin, block.sentences[0].places[0])
    if (
        begin < 0
        or verb is None
        or verb["other"]
        or is_elsewhere(text)
        or _is_doubtful(text, replace(day, begin=0, end=0))
    ):
        return
    path = _PATHS["discovered"] if verb["found"] else _PATHS["occurred"]
    detail = {"about": "begin"} if verb["began"] else {}
    span = begin, begin + len(block.label)
    yield Draft(path, day.value, span, detail=detail)
    if day.computed:
        yield Draft(path, day.computed, span, modality="computed", detail={**detail, "text": day.text})
