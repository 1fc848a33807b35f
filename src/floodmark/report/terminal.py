"""The first page: what was found, on one screen, in plain text."""

from __future__ import annotations

import shlex
import textwrap
import unicodedata
from collections.abc import Mapping

from floodmark.models import OUTCOMES, Bound, Detected, Explained, Finding, Obstacle, Step
from floodmark.report.claims import grouped
from floodmark.report.material import Material
from floodmark.report.opening import is_empty
from floodmark.report.parts import clock
from floodmark.report.story import ANSWERS
from floodmark.text import visible

_WIDTH = 100
_LINES = 40
_NAME = 24
_COLUMN = 14
_CATEGORIES_SHOWN = 12
_REASONS_SHOWN = 5
_NARROWEST = 40


def first_page(material: Material) -> str:
    """Return at most 40 lines of at most 100 columns, ended by a line feed, without control characters."""
    if is_empty(material):
        return "\n".join(_head(material)) + "\n"
    lines = [*_head(material), *_people(material), "", *_table(material), "", *_open(material)]
    return "\n".join(line.rstrip() for line in lines[:_LINES]) + "\n"


def chain(document: Explained, *, width: int, sql: bool) -> str:
    """Return an explanation as numbered steps of at most `width` columns, ended by a line feed.

    Args:
        document: the explanation; whatever comes from outside in it is shown inert.
        width: columns of the terminal; fewer than 40 are taken as 40.
        sql: whether the statements are printed whole, or only their names.
    """
    width = max(width, _NARROWEST)
    lines = _filled(visible(document.title), width, "")
    computed = [step.text for step in document.steps if step.sql is not None]
    told = [step for step in document.steps if sql or step.sql is None]
    if computed and not sql:
        told.append(Step(text=f"computed in this order (--sql prints the SQL): {'; '.join(computed)}"))
    for number, step in enumerate(told, 1):
        first = f"{number:3d}. "
        lines += _filled(visible(step.text), width, " " * len(first), first)
        for row in step.evidence:
            lines += _filled(visible(row), width, " " * 9, " " * 7 + "- ")
        if step.sql is not None:
            lines += [" " * 7 + visible(line) for line in step.sql.strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def found(document: Detected, decided: Mapping[str, tuple[str, str]], *, case: str, width: int) -> str:
    """Return what was detected as lines of at most `width` columns, ended by a line feed.

    Args:
        document: what was detected; whatever comes from outside in it is shown inert.
        decided: finding -> (accepted or dismissed, why).
        case: the case folder as the user named it, for the commands that come next.
        width: columns of the terminal; fewer than 40 are taken as 40.
    """
    width = max(width, _NARROWEST)
    lines = [line for text in _learning(document) for line in _filled(text, width, "  ", "")]
    for each in document.findings:
        lines += [*([""] if lines else []), *_finding(each, decided.get(each.id), case, width)]
    count = _counted(len(document.findings), "finding")
    quiet = f", {_counted(len(document.quiet), 'finding')} quiet" if document.quiet else ""
    lines += [*([""] if lines else []), count + quiet]
    for one in document.quiet:
        like = "dismissed" if one.like == one.id else f"like {visible(one.like)}, which was dismissed"
        said = f"{visible(one.id)}  {visible(one.title)}: {like}: {visible(one.reason)}"
        lines += _filled(said, width, " " * 4, "  ")
    return "\n".join(lines) + "\n"


def _learning(document: Detected) -> list[str]:
    """Say what is too new to be compared; a short ledger is never all clear."""
    said: list[str] = []
    if document.learning:
        until = f" until {_time(document.learning_until)}" if document.learning_until else ""
        said.append(f"learning{until}: nothing found is not all clear")
    if document.learning_accounts:
        count = document.learning_accounts
        words = "account is" if count == 1 else "accounts are"
        said.append(f"{grouped(count)} {words} too new to be compared: nothing found there is not all clear")
    return said


def _finding(finding: Finding, decided: tuple[str, str] | None, case: str, width: int) -> list[str]:
    """Return one finding: how sure, since when, why, and what can be done with it."""
    head = (
        f"{visible(finding.id)}  severity {finding.severity}, confidence {finding.confidence},"
        f" {_counted(finding.points, 'point')}, told at {_time(finding.told_at)}"
    )
    lines = _filled(head, width, "    ", "")
    lines += _filled(visible(finding.title), width, "    ", "  ")
    lines += _filled(visible(finding.summary), width, "    ", "  ")
    for each in finding.reasons:
        said = f"{each.points:+3d}  {visible(each.detector)}, {_time(each.at)}: {visible(each.seen)}"
        expected = f" (expected: {visible(each.expected)})" if each.expected else ""
        lines += _filled(said + expected, width, " " * 10, " " * 4)
    return lines + _next(finding.id, decided, case, width)


def _next(finding: str, decided: tuple[str, str] | None, case: str, width: int) -> list[str]:
    """Say what was decided, and the commands that decide."""
    decision, reason = decided or ("", "")
    words = {"accepted": "accepted", "dismissed": "dismissed before, and it has changed since"}
    lines = _filled(f"{words[decision]}: {visible(reason)}", width, "    ", "  ") if decision in words else []
    # A command stays on one line, so that it can be copied.
    shown = f"{shlex.quote(visible(case))} {shlex.quote(visible(finding))}"
    verbs = ("dismiss",) if decision == "accepted" else ("accept", "dismiss")
    return [*lines, *(f"  floodmark {verb} {shown} --reason TEXT" for verb in verbs)]


def _filled(text: str, width: int, indent: str, first: str | None = None) -> list[str]:
    """Return text wrapped to columns; a word too long for a line is broken."""
    narrower = max(width - (_columns(text) - len(text)), _NARROWEST // 2)  # a wide character needs two
    return textwrap.wrap(
        text, narrower, initial_indent=indent if first is None else first, subsequent_indent=indent
    )


def _cut(text: str, width: int) -> str:
    """Return text from outside, inert, on one line of at most `width` columns."""
    shown = visible(text)
    if _columns(shown) <= width:
        return shown
    kept = shown[: width - 1]
    while _columns(kept) > width - 1:
        kept = kept[:-1]
    return kept + "…"


def _columns(text: str) -> int:
    """Return how many columns a terminal may need; a wide character needs two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _wrapped(reason: str) -> list[str]:
    """Return a reason on at most two lines."""
    wide = _columns(reason) != len(reason)  # wrapping counts characters, not columns
    return textwrap.wrap(
        _cut(reason, _WIDTH - 6) if wide else visible(reason),
        _WIDTH,
        initial_indent="  - ",
        subsequent_indent="    ",
        max_lines=2,
        placeholder=" …",
    )


def _head(material: Material) -> list[str]:
    """Return whose data, from where, when."""
    intrusion = material.scope.intrusion
    failed = [check.name for check in material.scope.checks if not check.passed]
    lines = [_cut(f"CHECK FAILED: {', '.join(failed)}", _WIDTH)] if failed else []
    lines.append(_cut(f"{material.organisation} - {material.platform}", _WIDTH))
    if is_empty(material):
        return [*lines, "Nothing has been accepted as hostile, so nothing is said about what was taken."]
    start, end = (_time(at) for at in (intrusion.from_, intrusion.to))
    lines.append(_cut(f"Intrusion from {start} to {end}", _WIDTH))
    for name, values in (
        ("by", intrusion.actors),
        ("with", intrusion.clients),
        ("from", intrusion.addresses),
    ):
        if values:
            more = f" and {grouped(len(values) - 3)} more" if len(values) > 3 else ""  # noqa: PLR2004 - three fit
            lines.append(_cut(f"  {name} {', '.join(values[:3])}", _WIDTH - len(more)) + more)
    requests, events = len(material.scope.requests), intrusion.events
    lines.append(f"  in {_counted(requests, 'request')}, {_counted(events, 'event')}")
    return [*lines, *_traced(material)]


def _traced(material: Material) -> list[str]:
    """Return whether it goes on, what is kept apart, and how many links wait for a person."""
    traced = material.traced
    if traced is None:
        return []
    told = traced.going_on
    read = f"last successful read {_time(told.last_read_at)}" if told.last_read_at else "no successful read"
    lines = [
        _cut(f"  {read}; still going on: {ANSWERS[told.answer]}", _WIDTH),
        _cut(f"    {told.text}", _WIDTH),
    ]
    own, unsettled = (sum(getattr(each, name) for each in traced.apart) for name in ("events", "unsettled"))
    if own:
        open_ = f", {grouped(unsettled)} of them to be looked at" if unsettled else ""
        lines.append(f"  kept apart as the accounts' own work: {_counted(own, 'event')}{open_}")
    offered = sum(each.state == "offered" for each in material.scope.intrusion.links)
    if offered:
        lines.append(f"  {_counted(offered, 'link')} offered and not followed: see section 3 of the report")
    return lines


def _time(at: str | None) -> str:
    """Return a time for people."""
    return "an unknown time" if at is None else visible(clock(at))


def _counted(count: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{grouped(count)} {noun}" if count == 1 else f"{grouped(count)} {noun}s"


def _people(material: Material) -> list[str]:
    """Return the bounds on people."""
    scope = material.scope
    total = f"of {grouped(scope.snapshot.people)} on file ({visible(scope.snapshot.unit)})"
    return ["", _cut(f"People with data taken: {_interval(scope.people)} {total}", _WIDTH)]


def _interval(bound: Bound) -> str:
    """Return bounds in words."""
    low, high = grouped(bound.at_least), grouped(bound.at_most)
    return low if low == high else f"at least {low}, at most {high}"


def _table(material: Material) -> list[str]:
    """Return the outcomes by category."""
    names = [outcome.replace("_", " ").replace("possibly taken", "possibly") for outcome in OUTCOMES]
    lines = ["category".ljust(_NAME) + "".join(name.rjust(_COLUMN) for name in names)]
    categories = material.scope.categories
    for each in categories[:_CATEGORIES_SHOWN]:
        name = _cut(material.labels.get(each.category, each.category.replace("_", " ")), _NAME - 1)
        counts = (getattr(each.outcomes, outcome) for outcome in OUTCOMES)
        lines.append(
            name + " " * (_NAME - _columns(name)) + "".join(grouped(count).rjust(_COLUMN) for count in counts)
        )
    more = len(categories) - _CATEGORIES_SHOWN
    if more > 0:
        lines.append(f"and {grouped(more)} more in the report")
    return [*lines, "", *_absence(material)]


def _absence(material: Material) -> list[str]:
    """Return what `not taken` means, with the channels that the logs cannot see, on three lines at most."""
    blind = " ".join(visible(each) for each in material.scope.coverage.blind)
    said = f"Not seen: {blind}" if blind else "No blind channel is stated."
    wide = _columns(said) != len(said)
    cut = textwrap.wrap(_cut(said, _WIDTH) if wide else said, _WIDTH, max_lines=2, placeholder=" …")
    return ["Not taken means: not by this intrusion, through the channels that the logs see.", *cut]


def _open(material: Material) -> list[str]:
    """Return what stands in the way of an answer."""
    scope = material.scope
    reasons = [_reason(each) for each in material.proof.obstacles]
    if not reasons:
        if scope.coverage.stated:
            return ["The logs are stated to be complete, and none is missing."]
        return ["No gap in the logs was found; nobody stated that all of them are complete."]
    lines = ["What can leave an outcome open:"]
    for reason in reasons[:_REASONS_SHOWN]:
        lines += _wrapped(reason)
    more = len(reasons) - _REASONS_SHOWN
    return [*lines, f"  and {grouped(more)} more in the report"] if more > 0 else lines


def _reason(obstacle: Obstacle) -> str:
    """Return one obstacle: what it is, and where."""
    hours = f"{_time(obstacle.from_)} to {_time(obstacle.to)}" if obstacle.from_ or obstacle.to else ""
    log = obstacle.log if obstacle.log and obstacle.log not in obstacle.text else ""
    where = ", ".join(visible(each) for each in (log, hours, obstacle.position, obstacle.request) if each)
    return f"{visible(obstacle.text)} ({where})" if where else visible(obstacle.text)
