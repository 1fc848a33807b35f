"""How claims of one incident relate, and why: compatible, superseding, conflicting.

Counts are compared as intervals, in one unit only: people and customers count heads, records and messages do
not. A bound and a figure inside it are compatible; where both have a day, the later one replaces the earlier.
Two figures that cannot both hold conflict on one day or on days that nobody gave, and replace one another
otherwise. Parts of a total are a witness: where they do not add up, the figure they speak against is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from floodmark.incident.same import name_key, same_name
from floodmark.models import Claim, Relation, RelationKind

MOST = 100
"""Different statements under one path that are compared with each other; later ones are left alone."""
_ABOUT, _ROUND = 0.1, 0.02
_ANYBODY = frozenset(["people", "individuals", "persons", "victims", "residents", "citizens"])
_STAFF = frozenset(["employees", "workers", "staff"])
_SERVED = frozenset(
    {"customers", "clients", "consumers", "users", "subscribers", "members", "patients", "passengers",
     "travellers", "travelers", "students", "pupils", "guests", "donors", "policyholders",
     "cardholders", "households", "families", "drivers", "voters", "taxpayers", "shoppers"}
)  # fmt: skip
"""Units that count heads: of anybody, of those who work there, of those who are served."""
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DATES = ("incident.discovered_on", "incident.occurred_on")
Pair = tuple[Claim, Claim]


@dataclass(frozen=True)
class Interval:
    """What a count leaves open: every whole number from `low` to `high`; None is no end."""

    low: float
    high: float


def interval(claim: Claim) -> Interval:
    """Return what a count can be: rounded within half a unit of its last digit, `about` a tenth."""
    value = float(claim.value) if isinstance(claim.value, int | float) else 0.0
    match claim.precision:
        case "at_most":
            return Interval(0, value)
        case "at_least":
            return Interval(value, float("inf"))
        case "about":
            return Interval(value * (1 - _ABOUT), value * (1 + _ABOUT))
        case "rounded":
            half = _unit_of(int(value)) / 2
            return Interval(value - half, value + half)
        case _:
            return Interval(value, value)


def _unit_of(value: int) -> int:
    """Return the unit of the last digit that is not zero, 100,000 for 5,700,000."""
    unit = 1
    while value and value % (unit * 10) == 0:
        unit *= 10
    return unit


def relations_of(claims: Sequence[Claim]) -> list[Relation]:
    """Return how the claims of one incident relate, by path; the same claims give the same relations."""
    by_path: dict[str, list[Claim]] = defaultdict(list)
    claims = _with_parts(claims)
    for each in _spoken(claims):
        by_path[each.path].append(each)
    found: list[Relation] = []
    for path in sorted(by_path):
        rule = _RULES.get(path)
        if rule is not None:
            for one, other in combinations(by_path[path][:MOST], 2):
                told = rule(one, other)
                found += [told] if told else []
    found += _dated(by_path)
    found += _where_and_how(by_path)
    found += _parts(claims)
    return found


def _spoken(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Yield the first of the claims of one document that say the same."""
    seen: set[tuple[object, ...]] = set()
    for each in claims:
        source = each.document or each.basis
        said = (
            source, each.path, str(each.value).casefold(), each.unit, each.precision, each.polarity,
            each.confidence, each.modality, each.detail.get("role"), each.detail.get("of"),
        )  # fmt: skip
        if said not in seen:
            seen.add(said)
            yield each


def _related(one: Claim, other: Claim, kind: RelationKind, reason: str) -> Relation:
    return Relation(claims=(one.id, other.id), kind=kind, reason=reason)


def _later(one: Claim, other: Claim) -> Pair | None:
    """Return the two with the later one first; None where a day is not known, or it is one day."""
    first, second = one.stated_on, other.stated_on
    if first is None or second is None or first == second:
        return None
    return (one, other) if first > second else (other, one)


# --- counts -------------------------------------------------------------------------------------------------


def _kind(unit: str | None) -> str:
    """Return what a unit counts: heads of one sort, or a thing by its own name."""
    for name, units in (("people", _ANYBODY), ("staff", _STAFF), ("served", _SERVED)):
        if unit in units:
            return name
    return unit or ""


def _comparable(one: str | None, other: str | None) -> bool:
    """Say whether two units count the same: anybody's heads go with those of staff and of the served."""
    kinds = {_kind(one), _kind(other)}
    return len(kinds) == 1 or ("people" in kinds and bool(kinds & {"staff", "served"}))


def _counts(one: Claim, other: Claim) -> Relation | None:
    if "part" in {one.detail.get("role"), other.detail.get("role")}:
        return None
    if "lesser" in {one.detail.get("role"), other.detail.get("role")}:
        alike = one.value == other.value and one.unit == other.unit and one.document != other.document
        return _related(one, other, "compatible", "the same figure") if alike else None
    if not _comparable(one.unit, other.unit):
        if one.document == other.document:
            return None
        units = f"{one.unit or 'no unit'} and {other.unit or 'no unit'}"
        return _related(one, other, "compatible", f"different units, {units}, which are not compared")
    mine, his = interval(one), interval(other)
    if not _meet(mine, his):
        # In one document the smaller figure may be a part of the larger one, or the bound of a part.
        return None if one.document and one.document == other.document else _irreconcilable(one, other)
    return _reconcilable(one, other)


def _irreconcilable(one: Claim, other: Claim) -> Relation:
    pair = _later(one, other)
    if pair is None:
        return _related(one, other, "conflicts", f"{_told(one)} and {_told(other)} cannot both hold")
    newer, older = pair
    early = f"an early figure, {_told(older)} of {older.stated_on}"
    return _related(newer, older, "supersedes", f"{early}, and the one of {newer.stated_on} that replaces it")


def _reconcilable(one: Claim, other: Claim) -> Relation | None:
    bounds = {"at_most", "at_least"}
    bound, figure = (one, other) if one.precision in bounds else (other, one)
    if bound.precision in bounds and figure.precision not in bounds:
        pair = _later(one, other)
        if pair and pair[0] is figure and one.document != other.document:
            return _related(
                figure, bound, "supersedes",
                f"a bound of {bound.stated_on} and the figure of {figure.stated_on} that replaces it",
            )  # fmt: skip
        return _related(figure, bound, "compatible", f"a bound, {_told(bound)}, and a figure inside it")
    if one.document == other.document:
        return None
    if one.value == other.value:
        return _related(one, other, "compatible", "the same figure")
    reason = (
        "two bounds that can both hold"
        if bound.precision in bounds
        else "the same figure, rounded or estimated"
    )
    return _related(one, other, "compatible", reason)


def _told(claim: Claim) -> str:
    """Return a count in words."""
    words = {"at_most": "at most ", "at_least": "at least ", "about": "about "}.get(claim.precision or "", "")
    number = f"{claim.value:,}" if isinstance(claim.value, int | float) else str(claim.value)
    return f"{words}{number}{f' {claim.unit}' if claim.unit else ''}"


def _with_parts(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims, each count with the role that it has among those of its document.

    Figures that add up to the largest one, and a figure right before a part, are parts of it. Any other one
    below it is `lesser`: it may be a part too, so it says nothing against what other documents say.
    """
    roles: dict[str, str] = {}
    for own in _by_document(each for each in claims if each.path == "impact.count" and each.document):
        free = [each for each in own if each.detail.get("role") != "part"]
        roles |= {each.id: "lesser" for each in _below(free)}
        plain = [each for each in free if each.precision in {"exact", "rounded"}]
        roles |= {each.id: "part" for each in (*_adding_up(plain), *_before_parts(own, plain))}
    return [
        each.model_copy(update={"detail": {**each.detail, "role": roles[each.id]}})
        if each.id in roles
        else each
        for each in claims
    ]


def _by_document(claims: Iterable[Claim]) -> list[list[Claim]]:
    """Return the claims of each document, in the order in which documents come."""
    found: dict[str | None, list[Claim]] = {}
    for each in claims:
        found.setdefault(each.document, []).append(each)
    return list(found.values())


def _below(counts: Sequence[Claim]) -> list[Claim]:
    """Return the counts that lie wholly below what another one of their kind leaves open.

    A bound from above leaves everything below it open; what is less than half of it counts as below.
    """
    highest: dict[str | None, float] = {}
    for each in counts:
        span = interval(each)
        low = span.high / 2 if each.precision == "at_most" else span.low
        highest[each.unit] = max(low, highest.get(each.unit, 0))
    return [
        each
        for each in counts
        if interval(each).high
        < max((low for unit, low in highest.items() if _comparable(each.unit, unit)), default=0)
    ]


def _adding_up(figures: Sequence[Claim]) -> list[Claim]:
    """Return the figures of one document that add up to its largest one."""
    whole = max(figures, key=_number, default=None)
    less = [each for each in figures if whole and _number(each) < _number(whole)]
    less = [each for each in less if whole and _comparable(each.unit or whole.unit, whole.unit)]
    values = {_number(each) for each in less}
    return less if whole and len(values) > 1 and sum(values) == _number(whole) else []


_NEAR = 80
"""Characters between two parts that one sentence tells of."""


def _before_parts(counts: Sequence[Claim], figures: Sequence[Claim]) -> Iterator[Claim]:
    """Yield the figures right before a part, as in `600,000 customers ... and the other 500,000 customers`.

    A part that does not repeat the unit may be a part of that figure (`600,000 ..., 400,000 of them`).
    """
    whole = max(figures, key=_number, default=None)
    plain = {each.id for each in figures}
    ordered = sorted((each for each in counts if each.span), key=lambda each: each.span or (0, 0))
    for one, other in pairwise(ordered):
        begin, end = (other.span or (0, 0))[0], (one.span or (0, 0))[1]
        is_share = other.detail.get("role") == "part" and "of" not in other.detail and _names_unit(other)
        if one.id in plain and is_share and whole and 0 < begin - end <= _NEAR:
            told_before = (whole.span or (0, 0))[1] <= (one.span or (0, 0))[0]
            if told_before and _number(one) < _number(whole) and _comparable(one.unit, whole.unit):
                yield one


def _names_unit(claim: Claim) -> bool:
    """Say whether the words of a count have its unit."""
    return bool(claim.unit) and str(claim.unit) in (claim.quote or "").casefold()


def _parts(claims: Sequence[Claim]) -> list[Relation]:
    """Return what the parts of each document's total say: they add up, or which figure they speak against."""
    found: list[Relation] = []
    counts = [each for each in claims if each.path == "impact.count"]
    for parts in _by_document(each for each in counts if each.detail.get("role") == "part"):
        for kind in dict.fromkeys(_kind(each.unit) for each in parts if each.unit):
            own = [each for each in parts if _kind(each.unit) in {kind, ""}]
            unit = next(each.unit for each in own if each.unit)
            totals = [
                each
                for each in counts
                if each.detail.get("role") not in {"part", "lesser"} and _comparable(each.unit, unit)
            ]
            found += _witness(_topmost(own), totals[:MOST])
    return found


def _topmost(parts: Sequence[Claim]) -> list[Claim]:
    """Return the parts less those that are parts of another part: whose sum with others is that part."""
    left = list({(each.value, each.detail.get("of")): each for each in parts}.values())[:12]
    for whole in sorted(left, key=_number, reverse=True):
        smaller = [each for each in left if _number(each) < _number(whole)]
        for size in range(2, len(smaller) + 1):
            inner = next(
                (c for c in combinations(smaller, size) if sum(map(_number, c)) == _number(whole)), None
            )
            if inner:
                left = [each for each in left if each not in inner]
                break
    return left


def _number(claim: Claim) -> float:
    return float(claim.value) if isinstance(claim.value, int | float) else 0.0


def _witness(parts: Sequence[Claim], totals: Sequence[Claim]) -> list[Relation]:
    """Return how the sum of the parts stands to each total."""
    if len(parts) < 2 or not totals:  # noqa: PLR2004 - one part is no sum
        return []
    spans = [_narrow(each) for each in parts]
    whole = Interval(sum(each.low for each in spans), sum(each.high for each in spans))
    text = f"{sum(map(_number, parts)):,.0f}"
    found: list[Relation] = []
    for total in totals:
        if _meet(whole, _narrow(total)):
            found.append(_related(parts[0], total, "compatible", f"the parts add up: {text}"))
        elif whole.low > _narrow(total).high and not _overlap(parts):
            reason = (
                f"the parts add up to {text}, more than {_told(total)}: this total or a part of it is wrong"
            )
            found.append(_related(parts[0], total, "conflicts", reason))
        elif any(_meet(whole, _narrow(other)) for other in totals):
            reason = f"the parts add up to {text}, which is another total: they speak against {_told(total)}"
            found.append(_related(parts[0], total, "conflicts", reason))
    return found


def _overlap(parts: Sequence[Claim]) -> bool:
    """Say whether parts can share people: each is of other kinds of data, and one person may lose several."""
    kinds = [each.detail.get("of") for each in parts]
    return all(kinds) and len(set(kinds)) == len(kinds)


def _narrow(claim: Claim) -> Interval:
    """Return what a count can be, a rounded one within a fiftieth at most: sums show what rounding hides."""
    span, value = interval(claim), _number(claim)
    if claim.precision != "rounded":
        return span
    return Interval(max(span.low, value * (1 - _ROUND)), min(span.high, value * (1 + _ROUND)))


def _meet(one: Interval, other: Interval) -> bool:
    return one.low <= other.high and other.low <= one.high


# --- days ---------------------------------------------------------------------------------------------------


def _dated(by_path: dict[str, list[Claim]]) -> list[Relation]:
    found: list[Relation] = []
    for path in _DATES:
        for one, other in combinations(by_path.get(path, [])[:MOST], 2):
            told = _days(one, other)
            found += [told] if told else []
    return found


def _days(one: Claim, other: Claim) -> Relation | None:
    if one.detail.get("about") != other.detail.get("about") and {"begin", "end"} & {
        one.detail.get("about"), other.detail.get("about"),
    }:  # fmt: skip
        return None
    computed = next((each for each in (one, other) if each.modality == "computed"), None)
    if computed is not None:
        rest = other if computed is one else one
        if str(rest.value) == computed.detail.get("text"):
            return _related(
                computed, rest, "compatible", "the day worked out from the word and the publication"
            )
    mine, his = str(one.value), str(other.value)
    if not (mine[:4].isdigit() and his[:4].isdigit()):
        return None
    if mine == his:
        return None if one.document == other.document else _related(one, other, "compatible", "the same day")
    if mine.startswith(his) or his.startswith(mine):
        return _related(one, other, "compatible", "a day and its month")
    return _related(one, other, "conflicts", f"{_day(mine)} and {_day(his)} are different days")


def _day(value: str) -> str:
    """Return a day with its weekday."""
    try:
        return f"{value} (a {_WEEKDAYS[date.fromisoformat(value).weekday()]})"
    except ValueError:
        return value


# --- the rest -----------------------------------------------------------------------------------------------


def _categories(one: Claim, other: Claim) -> Relation | None:
    if str(one.value).casefold() != str(other.value).casefold() or one.polarity == other.polarity:
        same = str(one.value).casefold() == str(other.value).casefold() and one.document != other.document
        return _related(one, other, "compatible", "both say the same of it") if same else None
    if "unknown" in {one.polarity, other.polarity}:
        return _replaced(one, other)
    return _related(one, other, "conflicts", "one says that it was taken, the other that it was not")


def _replaced(one: Claim, other: Claim) -> Relation:
    """Relate an open question with an answer to it."""
    pair = _later(one, other)
    if pair and pair[1].polarity == "unknown":
        return _related(*pair, "supersedes", f"open on {pair[1].stated_on}, answered on {pair[0].stated_on}")
    return _related(one, other, "compatible", "one leaves open what the other states")


def _names(one: Claim, other: Claim) -> Relation | None:
    if one.document == other.document:
        return None
    if same_name(name_key(str(one.value)), name_key(str(other.value))):
        return _related(one, other, "compatible", "the same organisation")
    return None


def _actors(one: Claim, other: Claim) -> Relation | None:
    same = str(one.value).casefold() == str(other.value).casefold()
    if same and "denied" in {one.confidence, other.confidence} and one.confidence != other.confidence:
        return _related(one, other, "conflicts", "one names this actor, the other denies it")
    if same:
        how = (
            "the same name"
            if one.confidence == other.confidence
            else "the same name, with different confidence"
        )
        return _related(one, other, "compatible", how)
    if other.detail.get("alias_of") == one.value or one.detail.get("alias_of") == other.value:
        return _related(one, other, "compatible", "one source gives the one as another name of the other")
    if one.document != other.document and one.confidence == other.confidence == "stated":
        return _related(one, other, "conflicts", "attributed to different names, which are not merged")
    return None


def _places(one: Claim, other: Claim) -> Relation | None:
    if one.document == other.document or str(one.value).casefold() != str(other.value).casefold():
        return None
    return _related(one, other, "compatible", "both say the same")


def _where_and_how(by_path: dict[str, list[Claim]]) -> list[Relation]:
    """Relate the first `where` of each document with the first `how` of each other one."""
    first: dict[str, dict[str | None, Claim]] = {"access.where": {}, "access.vector": {}}
    for path, seen in first.items():
        for each in by_path.get(path, []):
            seen.setdefault(each.document, each)
    return [
        _related(where, how, "compatible", "one says where, the other says how")
        for document, where in list(first["access.where"].items())[:MOST]
        for other, how in list(first["access.vector"].items())[:MOST]
        if document != other
    ]


_RULES: dict[str, Callable[[Claim, Claim], Relation | None]] = {
    "impact.count": _counts,
    "impact.category": _categories,
    "incident.organisation": _names,
    "incident.sector": _places,
    "incident.geography": _places,
    "actor.name": _actors,
    "access.where": _places,
    "access.vector": _places,
    "technique": _places,
    "indicator": _places,
}
