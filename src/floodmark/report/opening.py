"""Sections 1 to 3: the summary for a board, the incident's details, its timeline."""

from __future__ import annotations

from collections.abc import Sequence

from floodmark.models import Bound, CategoryScope, Finding
from floodmark.report import story
from floodmark.report.blocks import (
    Block,
    Card,
    Cards,
    Drawing,
    Facts,
    Heading,
    Items,
    Notice,
    Paragraph,
    Section,
)
from floodmark.report.chart import Piece, Span, over_time
from floodmark.report.chart import people as people_chart
from floodmark.report.claims import Claims
from floodmark.report.material import Material, Moment
from floodmark.report.parts import (
    Figure,
    Foreign,
    Line,
    Mark,
    Part,
    Step,
    codes,
    is_time,
    joined,
    say,
    sentences,
    when,
    worded,
)

_LATERAL = "Lateral movement"
_PHASES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "Initial access",
        ("initial access", "access", "reconnaissance", "credential access", "persistence"),
        "Login history, identity provider logs and telephone records of the accounts used would answer it.",
    ),
    (
        _LATERAL,
        ("lateral movement", "discovery", "privilege escalation"),
        "Logs of the identity provider and of the systems connected to the platform would answer it.",
    ),
    (
        "Exfiltration and impact",
        ("collection", "exfiltration", "impact"),
        "Query, report and download logs of the platform would answer it.",
    ),
    (
        "Detection and response",
        ("detection", "response", "containment", "eradication", "recovery", "notification"),
        "The incident ticket, the alert and the containment time would answer it.",
    ),
)
"""Heading, the phases under it, and which evidence would fill it."""


def label(material: Material, category: str) -> Part:
    """Return a category in plain words."""
    return worded(material.labels.get(category, category.replace("_", " ")))


def interval(claims: Claims, *path: Step) -> Line:
    """Return the bounds at `path` in words: one number when they meet, no lower bound when it is 0."""
    low, high = claims.figure(*path, "at_least"), claims.figure(*path, "at_most")
    if claims.value(*path, "at_least") == claims.value(*path, "at_most"):
        return (low,)
    if claims.value(*path, "at_least") == 0:
        return say("at most {high}", high=high)
    return say("at least {low} and at most {high}", low=low, high=high)


def counted(claims: Claims, path: tuple[Step, ...], one: str, many: str) -> Line:
    """Return a number with its noun."""
    return say("{n} {noun}", n=claims.figure(*path), noun=one if claims.value(*path) == 1 else many)


def blind_note(claims: Claims) -> Paragraph:
    """Return the channels that the logs cannot see, to stand beside a statement of absence."""
    blind = claims.material.scope.coverage.blind
    said = joined((Foreign(each, prose=True) for each in blind), " ")
    text = "Absence here means: not by this intrusion, through the channels that the logs see. "
    rest = say("Not seen by these logs: {blind}", blind=said) if blind else ("No blind channel is stated.",)
    return Paragraph((text, *rest), "note")


def is_empty(material: Material) -> bool:
    """Whether nothing is taken as hostile, so that no statement about what was taken can be made."""
    return not (material.scope.intrusion.events or material.scope.requests)


def untaken(material: Material) -> list[int]:
    """Return the places of the categories that are shown not to be taken from anybody."""
    if is_empty(material):
        return []
    return [
        place
        for place, each in enumerate(material.scope.categories)
        if each.people.at_most == 0 and each.outcomes.not_taken > 0 and each.outcomes.cannot_tell == 0
    ]


def summary(claims: Claims) -> Section:
    """Section 1: first in plain words, with a picture; then who, when, how many, which data, how known."""
    material = claims.material
    if is_empty(material):
        blocks: list[Block] = [Paragraph(_who(claims), "lead"), blind_note(claims), _cards(claims)]
        return Section("1", "summary", "Executive summary", tuple(blocks))
    plainly = (_reached(claims), _kinds(claims), _untouched(claims), _unsure(claims))
    blocks = [Paragraph(sentences(plainly), "lead"), *_picture(claims), _cards(claims)]
    exactly = (_who(claims), _counted_by(claims), _which(claims), _open(claims))
    blocks += [Paragraph(sentences(exactly)), blind_note(claims)]
    return Section("1", "summary", "Executive summary", tuple(blocks))


def _reached(claims: Claims) -> Line:
    """Say how many people lost data, of how many, and how many surely did not."""
    people = claims.material.scope.people
    total = counted(claims, ("scope", "snapshot", "people"), "person", "people")
    mark = Mark("derived")
    if people.at_most == 0:
        return say(
            "No personal data of the {total} in the customer tables was taken, through the channels that the "
            "logs see.{mark}",
            total=total,
            mark=mark,
        )
    words = "An intruder took personal data of {bounds} of the {total} on file.{mark}"
    if people.at_least == 0:
        words = (
            "An intruder may have taken personal data of {bounds} of the {total} on file; of nobody is it "
            "certain.{mark}"
        )
    said = say(words, bounds=interval(claims, "scope", "people"), total=total, mark=mark)
    return said if people.at_least == people.at_most else (*said, " The logs allow no single figure.")


def _kinds(claims: Claims) -> Line:
    """Name the kinds of data that left, and those of which it is only possible."""
    material = claims.material
    taken = [label(material, each.category) for each in material.scope.categories if _is_taken(each)]
    possible = [
        label(material, each.category)
        for each in material.scope.categories
        if not _is_taken(each) and each.outcomes.possibly_taken
    ]
    lines: list[Line] = []
    if taken:
        lines.append(say("What was taken: {names}.", names=joined(taken)))
    if possible:
        lines.append(say("Possibly taken, not shown either way: {names}.", names=joined(possible)))
    return sentences(lines)


def _untouched(claims: Claims) -> Line:
    """Say what was proven not to be taken, from whom, and what the platform is declared not to hold."""
    return sentences((_not_taken(claims), _declared(claims.material)))


def _nothing_taken(claims: Claims) -> Figure:
    """Return how many people on file lost nothing, at least."""
    scope = claims.material.scope
    how = "scope.snapshot.people less scope.people.at_most"
    return claims.derive("nothing_taken", max(scope.snapshot.people - scope.people.at_most, 0), how)


def left_open(claims: Claims, form: str) -> list[Line]:
    """Say which categories cannot be told, and of how many people; `form` has {name} and {people}."""
    return [
        say(
            form,
            name=label(claims.material, each.category),
            people=counted(
                claims, ("scope", "categories", place, "outcomes", "cannot_tell"), "person", "people"
            ),
        )
        for place, each in enumerate(claims.material.scope.categories)
        if each.outcomes.cannot_tell
    ]


def _unsure(claims: Claims) -> Line:
    """Say of which data it cannot be told, of how many people, and where to read why."""
    items = left_open(claims, "{name} of {people}")
    if not items:
        return ()
    return say(
        "It cannot be told whether these were taken: {items}; section 6 says why.", items=joined(items)
    )


def _picture(claims: Claims) -> list[Block]:
    """Draw the people on file: surely reached, possibly, and not."""
    people = claims.material.scope.people
    if claims.material.scope.snapshot.people == 0:
        return []
    between = "scope.people.at_most less scope.people.at_least"
    parts = (
        ("taken", "something taken, at least", claims.figure("scope", "people", "at_least")),
        (
            "possibly_taken",
            "possibly, up to the upper bound",
            claims.derive("people_between_bounds", people.at_most - people.at_least, between),
        ),
        ("not_taken", "nothing taken, through the channels that the logs see", _nothing_taken(claims)),
    )
    pieces = [Piece(style, words, part) for style, words, part in parts if isinstance(part, Figure)]
    return [Drawing(people_chart(pieces))]


def alarm(claims: Claims) -> tuple[Block, ...]:
    """Return the box that marks a report whose figures do not add up; nothing when every check holds."""
    lines = tuple(
        say(
            "{name}: {detail}", name=Foreign(check.name, prose=True), detail=Foreign(check.detail, prose=True)
        )
        for check in claims.material.scope.checks
        if not check.passed
    )
    why = "A figure below may be wrong. Do not hand this report on before each failed check is explained:"
    return (Notice("Issued although a check failed", why, lines),) if lines else ()


def _who(claims: Claims) -> Line:
    """Say who read what, when, and in how many requests."""
    material = claims.material
    intrusion = material.scope.intrusion
    if is_empty(material):
        return say(
            "Nothing in the logs of {organisation} has been accepted as hostile, so nothing was "
            "looked for: this report does not say what was taken, nor what was not.{mark}",
            organisation=Foreign(material.organisation, prose=True),
            mark=Mark("judged"),
        )
    requests = claims.derive("requests", len(material.scope.requests), "Number of items in scope.requests")
    noun = "request" if requests.value == 1 else "requests"
    return say(
        "Between {start} and {end}, an intruder using {actors} read from {platform} of {organisation} "
        "in {requests} {noun}.{mark}",
        start=when(intrusion.from_),
        end=when(intrusion.to),
        actors=_accounts(claims),
        platform=Foreign(material.platform, prose=True),
        organisation=Foreign(material.organisation, prose=True),
        requests=requests,
        noun=noun,
        mark=Mark("observed"),
    )


def _accounts(claims: Claims) -> Line:
    """Name the accounts used: the id of one, the number of more."""
    actors = claims.material.scope.intrusion.actors
    if not actors:
        return ("an account that the logs do not name",)
    if len(actors) == 1:
        return say("the account {actor}", actor=Foreign(actors[0]))
    number = claims.derive("actors", len(actors), "Number of items in scope.intrusion.actors")
    return say("{number} accounts", number=number)


def _counted_by(claims: Claims) -> Line:
    """Say what one person is, and what another way of counting gives."""
    material = claims.material
    said = say("A person is counted by {unit}.", unit=Foreign(material.scope.snapshot.unit, prose=True))
    if material.proof.other_count is None:
        return said
    other = say(
        " Counted by {unit} instead, the people on file are {n}.",
        unit=Foreign(material.proof.other_unit or "exact keys", prose=True),
        n=claims.figure("proof", "other_count"),
    )
    return (*said, *other)


def _which(claims: Claims) -> Line:
    """Say of how many people each category was taken, or may have been."""
    categories = claims.material.scope.categories
    places = [place for place, each in enumerate(categories) if each.people.at_most]
    items = [
        say(
            "{name} ({bounds})",
            name=label(claims.material, categories[place].category),
            bounds=interval(claims, "scope", "categories", place, "people"),
        )
        for place in places
    ]
    return say("People by kind of data: {items}.", items=joined(items)) if items else ()


def _is_taken(category: CategoryScope) -> bool:
    """Whether somebody's value is shown to be taken."""
    return category.people.at_least > 0 or category.outcomes.taken > 0


def _not_taken(claims: Claims) -> Line:
    """Say which categories were shown not to be taken, and of how many people nothing was."""
    material = claims.material
    scope = material.scope
    names = [label(material, scope.categories[place].category) for place in untaken(material)]
    lines: list[Line] = []
    if names:
        words = "Not taken by this intrusion, through the channels that the logs see: {names}.{mark}"
        lines.append(say(words, names=joined(names), mark=Mark("derived")))
    if 0 < scope.people.at_most < scope.snapshot.people:
        n = _nothing_taken(claims)
        words = "Of at least {n} {noun} nothing was taken, through the channels that the logs see.{mark}"
        if names:
            words = "Nor was anything taken of at least {n} {noun}.{mark}"
        lines.append(say(words, n=n, noun="person" if n.value == 1 else "people", mark=Mark("derived")))
    return sentences(lines)


def _declared(material: Material) -> Line:
    """Say what the platform is declared not to hold."""
    if not material.not_held:
        return ()
    return say(
        "Declared not to be held on the platform: {names}.{mark}",
        names=joined(label(material, each) for each in material.not_held),
        mark=Mark("reported"),
    )


def _open(claims: Claims) -> Line:
    """Say whether anything stands in the way of an answer."""
    obstacles = claims.material.proof.obstacles
    if obstacles:
        n = claims.derive("obstacles", len(obstacles), "Number of items in proof.obstacles")
        noun = "obstacle stands" if n.value == 1 else "obstacles stand"
        return say(
            "{n} {noun} in the way of an answer; section 6 lists what would remove them.", n=n, noun=noun
        )
    if claims.material.scope.coverage.stated:
        return ("The logs are stated to be complete, and none is missing.",)
    return ("No gap in the logs was found; nobody stated that all of them are complete.",)


def _cards(claims: Claims) -> Cards:
    """Return the key figures."""
    scope = claims.material.scope
    taken = sum(_is_taken(each) for each in scope.categories)
    requests = claims.derive("requests", len(scope.requests), "Number of items in scope.requests")
    return Cards(
        (
            Card(
                "People, at least",
                (claims.figure("scope", "people", "at_least"),),
                _unit(scope.snapshot.unit),
            ),
            Card(
                "People, at most",
                (claims.figure("scope", "people", "at_most"),),
                (_precision(scope.people),),
            ),
            Card(
                "People on file",
                (claims.figure("scope", "snapshot", "people"),),
                say("snapshot of {at}", at=when(claims.material.snapshot_at)),
            ),
            Card(
                "Categories taken",
                (
                    claims.derive(
                        "categories_taken", taken, "Categories of which a value is shown to be taken"
                    ),
                ),
                say(
                    "of {n} looked at",
                    n=claims.derive(
                        "categories", len(scope.categories), "Number of items in scope.categories"
                    ),
                ),
            ),
            Card(
                "Requests",
                (requests,),
                say(
                    "in {events}", events=counted(claims, ("scope", "intrusion", "events"), "event", "events")
                ),
            ),
        )
    )


def _unit(unit: str) -> Line:
    """Say what a person is."""
    return say("counted by {unit}", unit=Foreign(unit, prose=True))


def _precision(people: Bound) -> str:
    """Say how tight the bounds are."""
    if people.at_least == people.at_most:
        return "both bounds meet"
    bound = people.bound
    return "tightest bound the evidence allows" if bound == "exact" else "a safe bound, not the tightest"


def details(claims: Claims) -> Section:
    """Section 2: dates, organisation, sector, geography, platform."""
    material = claims.material
    intrusion = material.scope.intrusion
    pairs: tuple[tuple[str, Line], ...] = (
        ("Discovery", _discovery(material)),
        (
            "Incident",
            say("From {start} to {end}", start=when(intrusion.from_), end=when(intrusion.to))
            if intrusion.from_ or intrusion.to
            else ("Not known. Logs that hold the hostile requests would answer it.",),
        ),
        ("Contained", _contained(material)),
        ("Organisation", (Foreign(material.organisation, prose=True),)),
        ("Sector", ("Not known. The organisation's own registration would answer it.",)),
        ("Geography", _geography(claims)),
        ("Platform", (Foreign(material.platform, prose=True),)),
        (
            "Times",
            say(
                "All times are UTC. The organisation keeps {zone}.",
                zone=Foreign(material.timezone, prose=True),
            ),
        ),
        ("Selected by", _selected(material)),
    )
    return Section("2", "details", "Incident details", (Facts(pairs),))


def _discovery(material: Material) -> Line:
    """Say what is known of the discovery."""
    first = first_finding(material.findings)
    missing = (
        "Not known: the day on which somebody noticed. The incident ticket or the alert would answer it."
    )
    if first is None:
        return (missing,)
    return say(
        "{missing} The first finding begins at {at}, the time of the first event that it names.",
        missing=missing,
        at=when(first.from_),
    )


def first_finding(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that begins first."""
    return min(findings, key=lambda each: (each.from_, each.id), default=None)


def _contained(material: Material) -> Line:
    """Say when access was closed."""
    if material.contained_at is None:
        return ("Not known. The time at which access was closed would answer it; it is set in the case.",)
    return say("{at}{mark}", at=when(material.contained_at), mark=Mark("reported"))


def _geography(claims: Claims) -> Line:
    """Name the countries in which people with anything taken live."""
    residence = claims.material.scope.residence
    if not residence:
        return ("No country: nobody is known to be affected.",)
    countries = [Foreign(each.country, prose=True) for each in residence if each.country is not None]
    if not countries:
        return ("Not known. A country on the customer records would answer it.",)
    shown = joined(countries[:12])
    rest = " and more in section 5" if len(countries) > len(shown) else ""
    return say("People affected live in {shown}{rest}.{mark}", shown=shown, rest=rest, mark=Mark("derived"))


def _selected(material: Material) -> Line:
    """Say what makes the intrusion the intrusion."""
    if material.selectors:
        return say("{selectors}{mark}", selectors=codes(material.selectors), mark=Mark("judged"))
    if not material.findings:
        return ("Nothing was selected and no finding was accepted.",)
    names = joined(Foreign(each.title, prose=True) for each in material.findings[:12])
    return say("Accepted findings: {names}{mark}", names=names, mark=Mark("judged"))


def timeline(claims: Claims) -> Section:
    """Section 3: what happened when, by phase, with the requests drawn over time."""
    material = claims.material
    blocks: list[Block] = []
    charts = over_time(_spans(material), contained_at=material.contained_at)
    if charts:
        blocks.append(Drawing(charts))
    for title, phases, missing in _PHASES:
        moments = [each for each in material.timeline if each.phase.casefold() in phases]
        told = story.lateral(claims) if title == _LATERAL else []
        blocks.append(Heading(title))
        if moments:
            blocks.append(Items(tuple(_moment(material, each) for each in moments)))
        blocks += told
        if not moments and not told:
            blocks.append(Paragraph((f"Not known. {missing}",)))
    known = {phase for _, phases, _ in _PHASES for phase in phases}
    other = [each for each in material.timeline if each.phase.casefold() not in known]
    if other:
        blocks += [Heading("Other"), Items(tuple(_moment(material, each) for each in other))]
    return Section("3", "timeline", "Timeline", (*blocks, *story.steps(claims)))


def _moment(material: Material, moment: Moment) -> Line:
    """Return one entry with the place where it can be read."""
    return say(
        "{at} {text}{place}",
        at=when(moment.at),
        text=Foreign(moment.text, prose=True),
        place=place_of(material, moment.events),
    )


def place_of(material: Material, events: Sequence[str]) -> Line:
    """Return the file and row of the first of some events, in brackets; nothing when none is known."""
    known = [material.locations[event] for event in events if event in material.locations]
    if not known:
        return ()
    first = min(known, key=lambda each: (each.at, each.name, each.item, each.row, each.event))
    more = " and further rows" if len(known) > 1 else ""
    return say(" ({place}{more})", place=Foreign(f"{first.name} row {first.row}"), more=more)


def _spans(material: Material) -> list[Span]:
    """Return the requests whose events have a time."""
    spans: list[Span] = []
    for request in material.scope.requests:
        times = sorted(
            material.locations[event].at
            for event in request.events
            if event in material.locations and is_time(material.locations[event].at)
        )
        if times:
            spans.append(Span(request.kind.replace("_", " "), times[0], times[-1]))
    return spans
