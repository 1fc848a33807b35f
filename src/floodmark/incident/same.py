"""Which documents are about one incident, and why.

Two documents are about one incident where they name the same organisation as the one affected and no day in
them speaks against it. A document that names no organisation joins one only when it gives the same figure in
the same unit and one more thing in common. One actor behind both is never enough: a group strikes many.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from floodmark.models import Claim, Published, SameIncident

APART_DAYS = 120
"""Days between what two documents say of the same event from which on they speak of two incidents."""
APART_ALONE_DAYS = 365
"""Days between the publication of two documents that have nothing but a name in common, from which on too."""
_FORM = frozenset(
    [
        "ltd",
        "limited",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "llc",
        "llp",
        "gmbh",
        "ag",
        "sa",
        "nv",
        "bv",
        "pty",
        "group",
        "holdings",
        "holding",
        "the",
        "and",
        "of",
        "airways",
        "airlines",
        "airline",
    ]
)
_WORD = re.compile(r"[^\W_]+")
_DATES = ("incident.occurred_on", "incident.discovered_on")


@dataclass
class _Traits:
    """What one document says that can tell its incident from others."""

    document: Published
    names: dict[frozenset[str], str] = field(default_factory=dict[frozenset[str], str])
    days: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    figures: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    words: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Path and value of what else is said: where, how, who is behind it."""


def name_key(name: str) -> frozenset[str]:
    """Return the words of a name that tell it apart: case folded, without legal forms.

    >>> sorted(name_key("The Northwind Group Ltd."))
    ['northwind']
    """
    words = [word.casefold() for word in _WORD.findall(name)]
    return frozenset(word for word in words if word not in _FORM) or frozenset(words)


def same_name(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether two names can be one organisation's: equal words, or one holds all words of the other."""
    return bool(one and other) and (one <= other or other <= one)


def groups_of(
    documents: Sequence[Published], claims: Iterable[Claim], organisation: str | None
) -> tuple[SameIncident, ...]:
    """Return the documents in groups of one incident each: that of `organisation` first, else the largest."""
    traits = {each.id: _Traits(each) for each in documents}
    for claim in claims:
        if claim.document in traits:
            _note(traits[claim.document], claim)
    groups: list[tuple[list[_Traits], list[str]]] = []
    found: dict[Hashable, set[int]] = defaultdict(set)
    for each in traits.values():
        near = sorted({number for key in _keys(each) for number in found[key]})
        number = _join(groups, near, each)
        for key in _keys(each):
            found[key].add(number)
    made = [_group(members, reasons) for members, reasons in groups]
    ordered = sorted(made, key=lambda each: (-len(each.documents), each.documents))
    return _of_the_case(ordered, organisation) if organisation and ordered else tuple(ordered)


def _of_the_case(groups: Sequence[SameIncident], organisation: str) -> tuple[SameIncident, ...]:
    """Return the groups, that of the case first: it is empty where every document names somebody else.

    A document that names nobody was taken in for this case, and counts as being about it.
    """
    own = name_key(organisation)
    named = next((each for each in groups if _is_of(each, own)), None)
    silent = [each for each in groups if each.organisation is None]
    documents = [*(named.documents if named else ()), *(id_ for each in silent for id_ in each.documents)]
    reasons = [named.reason] if named else []
    reasons += ["it names no organisation and was taken in for this case"] if silent else []
    first = SameIncident(
        documents=tuple(documents),
        organisation=named.organisation if named else organisation,
        reason="; ".join(reasons) or "no document names the organisation of the case",
    )
    return (first, *(each for each in groups if each is not named and each not in silent))


def _is_of(group: SameIncident, own: frozenset[str]) -> bool:
    return group.organisation is not None and same_name(name_key(group.organisation), own)


def _note(traits: _Traits, claim: Claim) -> None:
    value = str(claim.value)
    if claim.path == "incident.organisation":
        traits.names.setdefault(name_key(value), value)
    elif claim.path in _DATES:
        day = _day(value)
        if day is not None and claim.modality != "inferred":
            traits.days[claim.path].append(day)
    elif claim.path == "impact.count" and claim.detail.get("role") != "part":
        traits.figures.add((value, claim.unit or ""))
    elif claim.path in {"access.where", "access.vector", "actor.name"}:
        traits.words.add((claim.path, value.casefold()))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _keys(traits: _Traits) -> Iterator[Hashable]:
    """Yield what two documents of one incident must share one of: a word of a name, or a figure."""
    yield from {word for key in traits.names for word in key}
    yield from traits.figures


def _join(groups: list[tuple[list[_Traits], list[str]]], near: Iterable[int], new: _Traits) -> int:
    """Put a document into the first group near it that it belongs to, or into one of its own."""
    for number in near:
        members, reasons = groups[number]
        why = next((told for each in members if (told := _why(each, new))), "")
        if why and not any(_apart(each, new) for each in members):
            reasons.append(why)
            members.append(new)
            return number
    groups.append(([new], []))
    return len(groups) - 1


def _why(one: _Traits, other: _Traits) -> str:
    """Return why two documents are about one incident; empty where nothing shows it."""
    for key, name in one.names.items():
        for its_key, its_name in other.names.items():
            if same_name(key, its_key):
                said = f"both name {name}" if key == its_key else f"{name} and {its_name} are one name"
                shared = _shared(one, other)
                return f"{said} as the organisation affected{f', and {shared}' if shared else ''}"
    if one.names and other.names:
        return ""
    figures = sorted(one.figures & other.figures)
    shared = _shared(one, other)
    if figures and shared:
        return f"both give {figures[0][0]} {figures[0][1]}, and {shared}"
    return ""


def _shared(one: _Traits, other: _Traits) -> str:
    """Return what two documents have in common beside a name, in words."""
    words = sorted(one.words & other.words)
    if words:
        return f"both say: {words[0][1]}"
    for path in _DATES:
        days = sorted(set(one.days[path]) & set(other.days[path]))
        if days:
            return f"both give the day {days[0].isoformat()}"
    return ""


def _apart(one: _Traits, other: _Traits) -> bool:
    """Say whether two documents give days of the same event that lie too far apart for one incident."""
    for path in _DATES:
        mine, his = one.days[path], other.days[path]
        if mine and his and min(abs((a - b).days) for a in mine for b in his) > APART_DAYS:
            return True
    first, second = one.document.published_on, other.document.published_on
    known = [*one.days[_DATES[0]], *one.days[_DATES[1]]], [*other.days[_DATES[0]], *other.days[_DATES[1]]]
    for days, published in ((known[0], second), (known[1], first)):
        day = _day(published or "")
        if day is not None and days and min(days) > day:
            return True  # it was published before the other one's incident began
    mine, his = _day(first or ""), _day(second or "")
    if mine is None or his is None or _shared(one, other) or one.figures & other.figures:
        return False
    return abs((mine - his).days) > APART_ALONE_DAYS


def _group(members: Sequence[_Traits], reasons: Sequence[str]) -> SameIncident:
    names = [name for each in members for name in each.names.values()]
    return SameIncident(
        documents=tuple(each.document.id for each in members),
        organisation=names[0] if names else None,
        reason="; ".join(dict.fromkeys(reasons)) or "it is the only document of its kind",
    )
