"""What each kind of reader may see: three levels, applied before anything is written.

`apply` gives the material of a level; the sections, the footnotes and report.json are made from it and
from nothing else, so what a level leaves out is in no format. For the public, the material is built
anew from what may be shown; for a regulator, what must not be shown is replaced wherever it stands.
docs/reference/redaction.md has the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, cast

from floodmark.models import (
    OUTCOMES,
    Absence,
    Bound,
    CategoryScope,
    Check,
    Claim,
    Combination,
    Coverage,
    Finding,
    Gap,
    Intrusion,
    Obstacle,
    Outcomes,
    PeopleBound,
    Precision,
    Proof,
    Published,
    Range,
    Record,
    Request,
    Residence,
    SameIncident,
    Scope,
    SnapshotCounts,
)
from floodmark.report import rounding
from floodmark.report.blocks import Paragraph, Section
from floodmark.report.material import Location, Material, Moment, Statement
from floodmark.report.parts import Figure, Line, Step, is_time
from floodmark.report.rounding import SMALL, Counts, Key

T = TypeVar("T")
Level = Literal["public", "regulator", "internal"]
LEVELS: tuple[Level, ...] = ("public", "regulator", "internal")
"""Who a report is for, from the one who sees least."""
LEFT_OUT = "left out at this level"
ROUNDING = (
    "Counts are rounded: to the nearest ten below 100, else to two significant digits; both ends of a bound "
    "outwards. 5 stands for fewer than 10, and 55, 555 and so on for fewer than 100, 1,000 and so on."
)
"""What report.json says about its numbers at the level public."""
GROUND = "Computed from logs and customer tables, which the internal report names one by one ({at})."
"""What the public learns about the ground of a number."""
_MARKS: dict[Level, str] = {"public": "Public", "regulator": "For the regulator", "internal": "Internal"}
_NOTICES: dict[Level, str] = {
    "public": "Public. Numbers of people are rounded: to the nearest ten below 100, else to two significant "
    "digits, bounds outwards; numbers from 1 to 9 are not shown. Accounts, sessions, addresses, queries, "
    "files and single log rows are left out. The checks were made on the exact figures.",
    "regulator": "For the regulator. Figures are exact, evidence and method are whole. Accounts are named by "
    "labels that stay the same through this report; session keys, logins, passwords, tokens and e-mail "
    "addresses are left out.",
    "internal": "Internal. All detail, as the case holds it; not to be handed on.",
}
_CUT = frozenset({"requests", "indicators", "evidence", "sql", "queries"})
"""Anchors of the sections that the public does not get."""
_THINGS = frozenset(
    {
        *("requests", "actors", "obstacles", "categories", "categories_taken", "coarse_requests"),
        *("documents", "conflicts", "claims_gone"),
        *("obstacles_not_shown", "requests_not_shown", "states_not_shown", "combinations_not_shown"),
        "quarantine_not_shown",
    }
)
"""Figures that count no people, no records and no rows; shown as they are at each level."""


@dataclass(frozen=True)
class Redacted:
    """The material of one level; `derived` are figures that sections derive, made from the exact counts."""

    level: Level
    material: Material
    derived: Mapping[str, int] = field(default_factory=dict[str, int])


def apply(material: Material, level: Level) -> Redacted:
    """Return what a level may show of the material; `internal` is the material as it is."""
    match level:
        case "public":
            return _Public(material).redacted()
        case "regulator":
            return Redacted(level, _for_regulator(material))
        case "internal":
            return Redacted(level, material)


def notice(level: Level) -> Line:
    """Return what the first page says about the level."""
    return (_NOTICES[level],)


def mark(level: Level) -> str:
    """Return the level in a word or two, for the top of each page."""
    return _MARKS[level]


def cut(section: Section, level: Level) -> Section:
    """Return a section as a level gets it: the public gets only the heading of what is left out."""
    if level != "public" or section.anchor not in _CUT:
        return section
    nothing = Paragraph(("This part is left out of the public report.",))
    return Section(section.number, section.anchor, section.title, (nothing,))


def figure(level: Level, path: tuple[Step, ...], value: int, other_end: int | None) -> Figure:
    """Return a number of a level with its words; `other_end` is that of its bound, if it has one."""
    if level != "public" or is_thing(path):
        return Figure(path, value)
    is_end = path[:2] == ("figures", "nothing_taken") or (other_end is not None and other_end != value)
    return Figure(path, value, words=rounding.said(value, is_end=is_end))


def derived(redacted: Redacted, name: str, value: int) -> int:
    """Return the number that stands for a derived figure: one made from the exact counts, or rounded."""
    if redacted.level != "public" or name in _THINGS:
        return value
    return redacted.derived.get(name, value if rounding.is_hidden(value) else rounding.nearest(value))


def is_thing(path: tuple[Step, ...]) -> bool:
    """Whether a path leads to a number that counts no people, no records and no rows."""
    match path:
        case ("figures", str(name), *_):
            return name in _THINGS
        case ("record", *_):
            return True  # what a published document says is public as it stands
        case _:
            return path[-1] in {"grade", "acts"}


# --- public ------------------------------------------------------------------------------------------

_PHASES = {
    "reconnaissance": "the intruder looked around",
    "initial access": "a login that is counted as hostile",
    "access": "a login that is counted as hostile",
    "credential access": "credentials were obtained",
    "persistence": "access was made to last",
    "lateral movement": "a move to another account or system",
    "discovery": "the intruder looked around inside",
    "privilege escalation": "more rights were obtained",
    "collection": "customer data was read",
    "exfiltration": "customer data was read",
    "impact": "an effect of the intrusion",
    "detection": "the intrusion could be told from the logs",
    "response": "a step of the response",
    "containment": "access was closed",
    "eradication": "a step of the response",
    "recovery": "a step of the response",
    "notification": "somebody was told",
}
"""Phase -> what the public reads of a moment in it."""
_OBSTACLES = {
    "gap": "hours of which a log says nothing",
    "request": "a read of which the extent is not known",
    "rows": "more rows read than can be traced to records",
    "quarantined": "log rows that could not be read",
    "uncovered": "hours for which no log speaks",
}
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?")
_DETECTOR_WORDS = frozenset(
    {
        *("client", "app", "application", "oauth", "token"),
        *("volume", "burst", "bulk", "export", "sweep", "enumeration", "paging"),
    }
)
"""Words of a detector's name that lessons and recommendations follow from."""
_OTHERS = "other small groups"
_OTHER_COUNTRIES = "other countries"
_MATCHED = "matched = replayed"


class _Public:
    """Builds the material that the public may see, from nothing but what may be shown."""

    def __init__(self, material: Material) -> None:
        """Take over the whole material."""
        self._material = material
        self._scope = material.scope
        self._groups = _merged_groups(material.scope.combinations)
        self._countries = _merged_countries(material.scope.residence)
        self._shown = self._counts().shown()

    def redacted(self) -> Redacted:
        """Return the material and the figures derived from exact counts."""
        material = self._material
        made = Material(
            organisation=material.organisation,
            platform=material.platform,
            timezone=material.timezone,
            contained_at=_time(material.contained_at),
            version=material.version,
            snapshot_at=_time(material.snapshot_at),
            scope=self._public_scope(),
            proof=self._public_proof(),
            findings=tuple(_finding(place, each) for place, each in enumerate(material.findings, start=1)),
            open_findings=(),
            selectors=(LEFT_OUT,) if material.selectors else (),
            evidence=(),
            quarantine=(),
            locations={},
            timeline=self._timeline(),
            labels=material.labels,
            not_held=material.not_held,
            ledger_from=_time(material.ledger_from),
            ledger_to=_time(material.ledger_to),
            record=material.record and _published(material.record, _forbidden(material)),
        )
        names = ("nothing_taken", "people_between_bounds")
        return Redacted("public", made, {name: self._shown["figures", name] for name in names})

    # --- counts ---

    def _counts(self) -> Counts:
        """Return every count of people, and which are sums of which."""
        scope, counts = self._scope, Counts()
        people = scope.people
        counts.bound(("people",), people.at_least, people.at_most)
        counts.add(("people", "without_value"), people.without_value)
        # Rounded to the nearest, all people could be fewer than those reached at most.
        tight = people.at_least != people.at_most
        above = tight and rounding.upper(people.at_most) > rounding.nearest(scope.snapshot.people)
        counts.add(("all",), scope.snapshot.people, "upper" if above else "nearest")
        counts.add(("unkeyed",), scope.snapshot.unkeyed_records)
        self._count_derived(counts)
        for place, each in enumerate(scope.categories):
            self._count_category(counts, place, each)
        for place, each in enumerate(self._material.proof.absence):
            self._count_absence(counts, place, each)
        self._count_groups(counts)
        self._count_countries(counts)
        return counts

    def _count_derived(self, counts: Counts) -> None:
        """Add the figures that the summary derives."""
        people, total = self._scope.people, self._scope.snapshot.people
        nothing, between = ("figures", "nothing_taken"), ("figures", "people_between_bounds")
        counts.add(nothing, max(total - people.at_most, 0), "lower")
        counts.add(between, max(people.at_most - people.at_least, 0))
        counts.adds_up(("all",), (("people", "at_most"), nothing))
        counts.adds_up(("people", "at_most"), (("people", "at_least"), between))

    def _count_category(self, counts: Counts, place: int, category: CategoryScope) -> None:
        """Add one category: its bound, and its outcomes, which share out all people."""
        counts.bound(("category", place), category.people.at_least, category.people.at_most)
        for outcome in OUTCOMES:
            counts.add(("outcome", place, outcome), getattr(category.outcomes, outcome))
        counts.adds_up(("all",), [("outcome", place, outcome) for outcome in OUTCOMES])

    def _count_absence(self, counts: Counts, place: int, absence: Absence) -> None:
        """Add the four kinds of absence of one category, which share out two of its outcomes."""
        kinds = ("declared", "not_held", "never_selected", "outside")
        for kind in kinds:
            counts.add(("absence", place, kind), getattr(absence, kind))
        for number, each in enumerate(self._scope.categories):
            if each.category == absence.category:
                keys = [("absence", place, kind) for kind in kinds]
                counts.adds_up(("outcome", number, "not_held"), keys[:2])
                counts.adds_up(("outcome", number, "not_taken"), keys[2:])

    def _count_groups(self, counts: Counts) -> None:
        """Add the combinations; those with a category share out the people of whom it was taken."""
        for place, each in enumerate(self._groups):
            counts.add(("group", place), each.people)
        spare = sum(each.people for each in self._groups if each.taken == (_OTHERS,))
        for number, category in enumerate(self._scope.categories):
            for outcome, kind in (("taken", "taken"), ("possibly_taken", "possible")):
                parts: list[Key] = [
                    ("group", place)
                    for place, each in enumerate(self._groups)
                    if category.category in getattr(each, kind)
                ]
                counts.adds_up(("outcome", number, outcome), parts, spare)

    def _count_countries(self, counts: Counts) -> None:
        """Add the people by country; where nobody has two, they share out the people reached."""
        for place, each in enumerate(self._countries):
            counts.bound(("country", place), each.people.at_least, each.people.at_most)
        for end in ("at_least", "at_most"):
            counts.adds_up(
                ("people", end), [("country", place, end) for place in range(len(self._countries))]
            )

    def _ends(self, *key: str | int) -> dict[str, int]:
        """Return both ends of a bound as they are shown."""
        return {end: self._shown[(*key, end)] for end in ("at_least", "at_most")}

    # --- the documents ---

    def _public_scope(self) -> Scope:
        """Return the scope without names, queries and records of single acts."""
        scope = self._scope
        people = PeopleBound(
            **self._ends("people"),
            bound=_precision(scope.people),
            without_value=self._shown["people", "without_value"],
        )
        return Scope(
            intrusion=_intrusion(scope.intrusion, has_requests=bool(scope.requests)),
            snapshot=SnapshotCounts(
                records=dict(_tables(scope, scope.snapshot.records, rounding.nearest)),
                people=self._shown["all",],
                unkeyed_records=self._shown["unkeyed",],
                unit="the keys by which the organisation tells people apart",
            ),
            records=dict(_tables(scope, scope.records, _outwards)),
            people=people,
            categories=tuple(self._category(place) for place in range(len(scope.categories))),
            combinations=tuple(
                Combination(taken=each.taken, possible=each.possible, people=self._shown["group", place])
                for place, each in enumerate(self._groups)
            ),
            residence=tuple(
                Residence(country=each.country, people=Range(**self._ends("country", place)))
                for place, each in enumerate(self._countries)
            ),
            requests=tuple(_request(place, each) for place, each in enumerate(scope.requests, start=1)),
            coverage=_coverage(scope.coverage),
            checks=_checks(scope.checks),
        )

    def _category(self, place: int) -> CategoryScope:
        """Return one category with rounded counts."""
        category = self._scope.categories[place]
        outcomes = {each: self._shown["outcome", place, each] for each in OUTCOMES}
        bound = Bound(**self._ends("category", place), bound=_precision(category.people))
        return CategoryScope(category=category.category, people=bound, outcomes=Outcomes(**outcomes))

    def _public_proof(self) -> Proof:
        """Return what the public learns of the proof: obstacles by kind, and the kinds of absence."""
        proof = self._material.proof
        return Proof(
            requests=(),
            obstacles=tuple(map(_obstacle, proof.obstacles)),
            people_without_obstacles=_range(proof.people_without_obstacles),
            absence=tuple(
                Absence(
                    category=each.category,
                    declared=self._shown["absence", place, "declared"],
                    not_held=self._shown["absence", place, "not_held"],
                    never_selected=self._shown["absence", place, "never_selected"],
                    outside=self._shown["absence", place, "outside"],
                )
                for place, each in enumerate(proof.absence)
            ),
            states=(),
            readings={},
            other_count=None if proof.other_count is None else rounding.nearest(proof.other_count),
            other_unit=None if proof.other_count is None else "exact keys",
        )

    def _timeline(self) -> tuple[Moment, ...]:
        """Return the moments in words of ours, each once; what the trace tells is said to be left out."""
        moments = {
            (each.at, each.phase.casefold())
            for each in self._material.timeline
            if is_time(each.at) and each.phase.casefold() in _PHASES
        }
        made = [Moment(at, phase, _PHASES[phase]) for at, phase in sorted(moments)]
        if self._material.traced is not None:
            made.append(Moment(LEFT_OUT, "lateral movement", "what the logs show of such moves"))
        return tuple(made)


def _merged_groups(groups: Iterable[Combination]) -> list[Combination]:
    """Return the combinations of at least ten people, then all smaller ones as one."""
    kept = [each for each in groups if each.people >= SMALL]
    small = sum(each.people for each in groups if each.people < SMALL)
    return [*kept, Combination(taken=(_OTHERS,), possible=(), people=small)] if small else kept


def _merged_countries(countries: Iterable[Residence]) -> list[Residence]:
    """Return the countries of at least ten people, then all smaller ones as one."""
    kept = [each for each in countries if each.people.at_most >= SMALL]
    small = [each.people for each in countries if each.people.at_most < SMALL]
    if not small:
        return kept
    most = sum(each.at_most for each in small)
    # One person can live in two of them, so they are at least as many as in the largest one.
    least = small[0].at_least if len(small) == 1 else max(each.at_least for each in small)
    return [*kept, Residence(country=_OTHER_COUNTRIES, people=Range(at_least=least, at_most=most))]


def _time(text: str | None) -> str | None:
    """Return a time; None for a text that is none."""
    return text if text is not None and is_time(text) else None


def _precision(bound: Bound) -> Precision:
    """Return how tight a bound is as it is shown: rounded, so no longer the tightest, unless it is 0."""
    return bound.bound if bound.at_most == 0 else "relaxed"


def _outwards(bound: Bound) -> Bound:
    """Return a bound rounded outwards, or to the nearest where its ends meet."""
    return Bound(**_range(bound).model_dump(), bound=_precision(bound))


def _range(bound: Bound | Range) -> Range:
    """Return both ends of a bound, rounded outwards, or to the nearest where they meet."""
    if bound.at_least == bound.at_most:
        return Range(at_least=rounding.nearest(bound.at_least), at_most=rounding.nearest(bound.at_most))
    return Range(at_least=rounding.lower(bound.at_least), at_most=rounding.upper(bound.at_most))


def _tables(scope: Scope, counts: Mapping[str, T], rounded: Callable[[T], T]) -> Iterable[tuple[str, T]]:
    """Yield a label for each customer table, the same in all places, with its rounded count."""
    names = sorted({*scope.records, *scope.snapshot.records})
    for number, name in enumerate(names, start=1):
        if name in counts:
            yield f"Table {number}", rounded(counts[name])


def _intrusion(intrusion: Intrusion, *, has_requests: bool) -> Intrusion:
    """Return when it was and how much; accounts as labels, of everything else only that it is known."""
    events = max(intrusion.events, int(has_requests))
    return Intrusion(
        actors=tuple(f"Account {place}" for place, _ in enumerate(intrusion.actors, start=1)),
        sessions=(),
        logins=(),
        clients=(),
        addresses=(LEFT_OUT,) if intrusion.addresses else (),
        from_=_time(intrusion.from_),
        to=_time(intrusion.to),
        acts=rounding.nearest(intrusion.acts),
        events=rounding.nearest(events),
    )


def _request(place: int, request: Request) -> Request:
    """Return how well a request is known; nothing of what it asked for."""
    return Request(
        id=f"Request {place}",
        kind=request.kind,
        objects=(),
        query=None,
        grade=request.grade,
        assumes=(),
        inferable=(),
        matched_rows=None,
        delivered_rows=None,
        replayed_rows=None,
        difference=None,
        events=(),
    )


def _obstacle(obstacle: Obstacle) -> Obstacle:
    """Return the kind of an obstacle, and what would be known without it."""
    return Obstacle(
        kind=obstacle.kind,
        text=_OBSTACLES[obstacle.kind],
        log=None,
        from_=None,
        to=None,
        item=None,
        position=LEFT_OUT,
        request=None,
        rows=None,
        remedy=LEFT_OUT,
        without=None if obstacle.without is None else _range(obstacle.without),
    )


def _coverage(coverage: Coverage) -> Coverage:
    """Return the hours of the gaps; logs and reasons are left out."""
    gaps = tuple(
        Gap(log="a log", from_=_time(each.from_), to=_time(each.to), reason=LEFT_OUT)
        for each in coverage.gaps
    )
    return Coverage(stated=coverage.stated, gaps=gaps, blind=coverage.blind)


def _checks(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the laws and whether they hold; those of single requests as one, and without their numbers."""
    held: dict[str, bool] = {}
    for each in checks:
        name = _MATCHED if each.name.startswith(_MATCHED) else each.name
        held[name] = held.get(name, True) and each.passed
    return tuple(Check(name=name, passed=passed, detail=LEFT_OUT) for name, passed in held.items())


def _finding(place: int, finding: Finding) -> Finding:
    """Return a finding with a number for its title: when it was, how sure, by which techniques."""
    words = [each for each in re.split(r"[-_]", finding.detector) if each in _DETECTOR_WORDS]
    return Finding(
        id=f"F{place}",
        detector="-".join(words),
        title=f"finding {place}",
        summary="",
        severity=finding.severity,
        confidence=finding.confidence,
        actors=(),
        sessions=(),
        logins=(),
        clients=(),
        addresses=(),
        from_=_time(finding.from_) or "",
        to=_time(finding.to) or "",
        events=(),
        techniques=tuple(each for each in finding.techniques if _TECHNIQUE.fullmatch(each)),
        told_at=_time(finding.told_at) or "",
        points=0,
        reasons=(),
    )


def _published(record: Record, forbidden: re.Pattern[str]) -> Record:
    """Return what published documents say, but for indicators and what names an account or a secret."""
    documents = {each.id for each in record.documents}
    claims = tuple(
        each
        for each in record.claims
        if each.document in documents
        and each.path.split(".")[0] != "indicator"
        and not forbidden.search(_words_of(each))
    )
    kept = {each.id for each in claims}
    return Record(
        documents=tuple(_document(each, forbidden) for each in record.documents),
        claims=tuple(each.model_copy(update={"evidence": ()}) for each in claims),
        unknown=tuple(each for each in record.unknown if not forbidden.search(each.quote)),
        relations=tuple(
            each
            for each in record.relations
            if kept.issuperset(each.claims) and not forbidden.search(each.reason)
        ),
        incidents=tuple(_group(each, forbidden) for each in record.incidents),
    )


def _document(document: Published, forbidden: re.Pattern[str]) -> Published:
    """Return a published document without the file that was read, and without words that name an account."""
    told = {
        name: LEFT_OUT
        for name in ("title", "stated_by", "published_on")
        if forbidden.search(getattr(document, name) or "")
    }
    return document.model_copy(update={"name": "", "sha256": "", "damaged": "", **told})


def _group(group: SameIncident, forbidden: re.Pattern[str]) -> SameIncident:
    """Return a group of documents without words that name an account."""
    told = {
        name: LEFT_OUT for name in ("organisation", "reason") if forbidden.search(getattr(group, name) or "")
    }
    return group.model_copy(update=told)


def _words_of(claim: Claim) -> str:
    """Return every text of a claim as one."""
    said = (str(claim.value), claim.quote, claim.stated_by, claim.unit or "", claim.stated_on or "")
    return "\n".join((*said, *claim.detail, *claim.detail.values()))


# --- regulator ---------------------------------------------------------------------------------------

_MAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SECRET = re.compile(
    r"\b00D\w{12,15}![\w.]{8,}|\bBearer\s+[\w.~+/=-]{8,}"
    r"|\b(?:password|passwd|secret|client_secret|access_token|refresh_token|sid|session_?id|api_?key)"
    r"\s{0,3}[=:]\s{0,3}[^\s&;,]+",
    re.IGNORECASE,
)
"""What looks like a key, wherever it stands: platform session keys, bearer tokens, named secrets."""
_SESSION_LINKS = frozenset({"session", "same session", "login", "token"})
_ACCOUNT_LINKS = frozenset({"other account", "identity"})
_WHOLE_ID = 18
_SHORT_ID = 15
_SHORT_WORD = 6
_KEPT = frozenset(
    {
        *("kind", "state", "bound", "severity", "confidence", "answer", "phase", "category", "taken"),
        *("possible", "techniques", "technique", "sha256", "item", "precision", "polarity"),
        *("basis", "status", "modality", "path", "media"),
    }
)
"""Keys whose values are words of ours, hashes or categories."""


_NAMED = frozenset({"records", "readings", "detail"})
"""Keys under which the keys come from outside too."""


class _Names:
    """The accounts and secrets of a material, and what stands in their place."""

    def __init__(self, material: Material) -> None:
        """Gather them."""
        accounts = sorted({each for each in _accounts(material) if each.strip()})
        secrets = sorted({each for each in _secrets(material) if each.strip()})
        self._instead: dict[str, str] = {}
        for place, account in enumerate(accounts, start=1):
            for each in _spellings(account):
                self._instead.setdefault(each.casefold(), f"Account {place}")
        self._instead |= {each.casefold(): LEFT_OUT for each in secrets}
        self._pattern = _any_of({*(name for each in accounts for name in _spellings(each)), *secrets})

    def hide(self, text: str) -> str:
        """Return text with labels for accounts and without secrets and e-mail addresses."""
        if self._instead:
            text = self._pattern.sub(lambda found: self._instead.get(found[0].casefold(), LEFT_OUT), text)
        return _MAIL.sub("(e-mail address)", _SECRET.sub(LEFT_OUT, text))

    def everywhere(self, value: Any, key: str = "") -> Any:
        """Return a document with every text of it hidden, but for those under keys of ours and times."""
        if isinstance(value, dict):
            found = cast(dict[str, Any], value)
            named = self.hide if key in _NAMED else str
            inside = key == "detail"  # of a claim: whatever its key, the value is a document's
            return {
                named(name): self.everywhere(each, "" if inside else name) for name, each in found.items()
            }
        if isinstance(value, list | tuple):
            items = cast(Iterable[Any], value)
            return [self.everywhere(each, key) for each in items]
        if isinstance(value, str) and key not in _KEPT and not is_time(value):
            return self.hide(value)
        return value


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of some names, the longest first; a short one only as a word of its own.

    Names that begin alike are tried together: with 2,000 session keys that takes a thirtieth of the time.
    """
    alike: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda each: (-len(each), each)):
        alike.setdefault(_beginning(name), []).append(name)
    return re.compile("|".join(map(_together, alike.values())) or r"(?!)", re.IGNORECASE)


def _beginning(name: str) -> str:
    """Return what names that are tried together share; a name of its own where case changes its length."""
    lowered = name.lower()
    return lowered[:_SHORT_WORD] if len(name) >= _SHORT_WORD and len(lowered) == len(name) else f"\n{name}"


def _together(names: list[str]) -> str:
    """Return the pattern of names that begin alike."""
    if len(names) == 1:
        return _named(names[0])
    rests = "|".join(re.escape(each[_SHORT_WORD:]) for each in names)
    return f"{re.escape(names[0][:_SHORT_WORD])}(?:{rests})"


def _named(name: str) -> str:
    """Return the pattern of one name."""
    escaped = re.escape(name)
    return rf"(?<!\w){escaped}(?!\w)" if len(name) < _SHORT_WORD else escaped


def _forbidden(material: Material) -> re.Pattern[str]:
    """Return a pattern for every account, secret and mail address of a material."""
    names = {each for each in (*_accounts(material), *_secrets(material)) if each.strip()}
    parts = (_any_of(names).pattern, _MAIL.pattern, _SECRET.pattern)
    return re.compile("|".join(f"(?:{each})" for each in parts), re.IGNORECASE)


def _spellings(account: str) -> tuple[str, ...]:
    """Return an account as it can stand in a log: an id also without its three check characters."""
    if len(account) == _WHOLE_ID and account.isalnum():
        return account, account[:_SHORT_ID]
    return (account,)


def _accounts(material: Material) -> Iterable[str]:
    """Yield every name of an account."""
    scope, traced = material.scope, material.traced
    yield from scope.intrusion.actors
    for finding in (*material.findings, *material.open_findings):
        yield from finding.actors
    for link in (*scope.intrusion.links, *(traced.intrusion.links if traced else ())):
        yield link.account or ""
        if link.kind in _ACCOUNT_LINKS:
            yield link.value
    for selector in material.selectors:
        kind, _, value = selector.partition(" ")
        if kind in {"actor", "actors"}:
            yield value
    if traced:
        yield from (each.account or "" for each in traced.stages)
        yield from (each.account for each in traced.apart)
        yield from traced.intrusion.actors


def _secrets(material: Material) -> Iterable[str]:
    """Yield every session key and login."""
    scope, traced = material.scope, material.traced
    intrusions = (scope.intrusion, *((traced.intrusion,) if traced else ()))
    for each in (*intrusions, *material.findings, *material.open_findings):
        yield from each.sessions
        yield from each.logins
    for intrusion in intrusions:
        yield from (link.value for link in intrusion.links if link.kind in _SESSION_LINKS)
    for selector in material.selectors:
        kind, _, value = selector.partition(" ")
        if kind in {"session", "sessions", "login", "logins"}:
            yield value


def _for_regulator(material: Material) -> Material:
    """Return the material with labels for accounts, and without secrets and e-mail addresses."""
    names = _Names(material)

    def told(document: T) -> T:
        """Return a document with its names hidden."""
        kind: Any = type(document)
        source: Any = document
        return kind.model_validate(names.everywhere(source.model_dump(mode="json", by_alias=True)))

    def every(documents: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(told(each) for each in documents)

    return replace(
        material,
        scope=told(material.scope),
        proof=told(material.proof),
        findings=every(material.findings),
        open_findings=every(material.open_findings),
        selectors=tuple(map(names.hide, material.selectors)),
        evidence=every(material.evidence),
        quarantine=every(material.quarantine),
        locations={names.hide(key): _location(names, each) for key, each in material.locations.items()},
        timeline=tuple(_moment(names, each) for each in material.timeline),
        statements=tuple(
            Statement(names.hide(each.name), names.hide(each.sql), each.row_count)
            for each in material.statements
        ),
        traced=material.traced and told(material.traced),
        record=material.record and told(material.record),
    )


def _location(names: _Names, location: Location) -> Location:
    """Return a place in a log with its names hidden."""
    return replace(
        location,
        event=names.hide(location.event),
        log=names.hide(location.log),
        name=names.hide(location.name),
        text=names.hide(location.text),
    )


def _moment(names: _Names, moment: Moment) -> Moment:
    """Return a moment with its names hidden."""
    return Moment(
        moment.at if is_time(moment.at) else names.hide(moment.at),
        moment.phase if moment.phase.casefold() in _PHASES else names.hide(moment.phase),
        names.hide(moment.text),
        tuple(map(names.hide, moment.events)),
    )
