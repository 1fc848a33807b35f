"""Sections 5 and 6: whose data, which data, and what was not taken or cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

from floodmark.models import OUTCOMES
from floodmark.report.blocks import Block, Drawing, Facts, Heading, Items, Paragraph, Row, Section, Table
from floodmark.report.chart import categories as category_chart
from floodmark.report.claims import Claims
from floodmark.report.material import Material
from floodmark.report.opening import blind_note, counted, is_empty, label, untaken
from floodmark.report.parts import Figure, Foreign, Line, Part, joined, say, when

COMBINATIONS_SHOWN = 20
_OBSTACLES_SHOWN = 50


def impact(claims: Claims) -> Section:
    """Section 5: the data breach in figures, and the impacts that no log shows."""
    blocks: list[Block] = [Heading("Data: people by category")]
    blocks += _categories(claims)
    blocks += [Heading("Data: combinations"), *_combinations(claims)]
    blocks += [Heading("Data: residence"), *_residence(claims)]
    blocks += [Heading("Data: records"), *_records(claims)]
    blocks += [Heading("Other impact"), _other()]
    return Section("5", "impact", "Impact assessment", tuple(blocks))


def _categories(claims: Claims) -> list[Block]:
    """Return the chart and the table of categories."""
    material = claims.material
    if not material.scope.categories:
        return [Paragraph(("No category of personal data is mapped. A data map would answer it.",))]
    rows: list[Row] = []
    drawn: list[tuple[Part, list[Figure]]] = []
    for place, each in enumerate(material.scope.categories):
        at = ("scope", "categories", place)
        name = label(material, each.category)
        figures = [claims.figure(*at, "outcomes", outcome) for outcome in OUTCOMES]
        drawn.append((name, [part for part in figures if isinstance(part, Figure)]))
        bounds = (claims.figure(*at, "people", "at_least"), claims.figure(*at, "people", "at_most"))
        cells = ((name,), *((part,) for part in (*figures, *bounds)), (each.people.bound,))
        rows.append(Row(cells))
    head = (
        "Category",
        "taken",
        "possibly taken",
        "not held",
        "cannot tell",
        "not taken",
        "at least",
        "at most",
        "bound",
    )
    note = say(
        "The five outcomes share out all people of the snapshot. At least and at most bound how many people "
        "truly lost a value. People are counted by {unit}. (computed)",
        unit=Foreign(material.scope.snapshot.unit, prose=True),
    )
    table = Table(head, tuple(rows), note, frozenset(range(1, 8)))
    return [Drawing(category_chart(drawn)), table, *_without_value(claims), blind_note(claims)]


def _without_value(claims: Claims) -> list[Block]:
    """Say how many people had a record read without a value."""
    if not claims.value("scope", "people", "without_value"):
        return []
    people = counted(claims, ("scope", "people", "without_value"), "person", "people")
    return [
        Paragraph(
            say("Of {people} a record was read, but no value of a mapped category with it.", people=people)
        )
    ]


def _combinations(claims: Claims) -> list[Block]:
    """Return who lost which categories together: the largest groups, and the rest as a sum."""
    material = claims.material
    combinations = material.scope.combinations
    if not combinations:
        return [Paragraph(("Nobody has a category taken or possibly taken.",))]
    order = sorted(range(len(combinations)), key=lambda place: (-combinations[place].people, place))
    rows = [
        Row(
            (
                _names(material, combinations[place].taken),
                _names(material, combinations[place].possible),
                (claims.figure("scope", "combinations", place, "people"),),
            )
        )
        for place in order[:COMBINATIONS_SHOWN]
    ]
    rest = order[COMBINATIONS_SHOWN:]
    if rest:
        groups = claims.derive(
            "combinations_not_shown",
            len(rest),
            f"Items of scope.combinations past the {COMBINATIONS_SHOWN} largest",
        )
        people = claims.derive(
            "combinations_not_shown_people",
            sum(combinations[place].people for place in rest),
            f"Sum of people over the items of scope.combinations past the {COMBINATIONS_SHOWN} largest",
        )
        noun = "other combination" if len(rest) == 1 else "other combinations"
        rows.append(Row((say("{n} {noun}", n=groups, noun=noun), (), (people,))))
    note = ("Each person with anything taken or possibly taken stands in one row. (computed)",)
    return [Table(("Taken", "Possibly taken", "People"), tuple(rows), note, frozenset({2}))]


def _names(material: Material, categories: Sequence[str]) -> Line:
    """Return categories in plain words, or a dash."""
    return joined(label(material, each) for each in categories) or ("-",)


def _residence(claims: Claims) -> list[Block]:
    """Return the people by country."""
    residence = claims.material.scope.residence
    if not residence:
        return [Paragraph(("No country: nobody is known to be affected.",))]
    rows = tuple(
        Row(
            (
                ("no country on file",) if each.country is None else (Foreign(each.country, prose=True),),
                (claims.figure("scope", "residence", place, "people", "at_least"),),
                (claims.figure("scope", "residence", place, "people", "at_most"),),
            )
        )
        for place, each in enumerate(residence)
    )
    note = (
        "A person with two countries stands in both rows, so rows may add up to more than all. (computed)",
    )
    return [Table(("Country", "at least", "at most"), rows, note, frozenset({1, 2}))]


def _records(claims: Claims) -> list[Block]:
    """Return the records read, by object, beside the records on file."""
    scope = claims.material.scope
    names = sorted({*scope.records, *scope.snapshot.records})
    if not names:
        return [Paragraph(("No customer table is in the snapshot. The tables would answer it.",))]
    rows: list[Row] = []
    for name in names:
        at = ("scope", "records", name)
        bound = scope.records.get(name)
        read = (
            ((claims.figure(*at, "at_least"),), (claims.figure(*at, "at_most"),), (bound.bound,))
            if bound
            else (("none read",), ("none read",), ("-",))
        )
        held = (
            (claims.figure("scope", "snapshot", "records", name),)
            if name in scope.snapshot.records
            else ("not in the snapshot",)
        )
        rows.append(Row(((Foreign(name),), *read, held)))
    note = say(
        "{n} without a usable key, each counted as a person of its own. (computed)",
        n=counted(claims, ("scope", "snapshot", "unkeyed_records"), "record is", "records are"),
    )
    return [
        Table(("Object", "at least", "at most", "bound", "on file"), tuple(rows), note, frozenset({1, 2, 4}))
    ]


def _other() -> Facts:
    """Say which evidence would show the impacts that no access log shows."""
    return Facts(
        (
            ("Financial", ("Not known. Invoices of the response, claims and fines would answer it.",)),
            ("Operational", ("Not known. Availability records of the affected services would answer it.",)),
            ("Reputational", ("Not known. Complaint and cancellation figures over time would answer it.",)),
        )
    )


def absence(claims: Claims) -> Section:
    """Section 6: what was not taken, and what cannot be told with each obstacle."""
    blocks: list[Block] = [Heading("Not taken")]
    blocks += _shown_untaken(claims)
    blocks += [Heading("Not held"), *_not_held(claims), blind_note(claims)]
    blocks += [Heading("What cannot be told"), *_cannot_tell(claims)]
    return Section("6", "absence", "What was not taken, and what cannot be told", tuple(blocks))


def _shown_untaken(claims: Claims) -> list[Block]:
    """List the categories of which nothing was taken from anybody."""
    material = claims.material
    places = untaken(material)
    if is_empty(material):
        return [Paragraph(("Nothing was accepted as hostile, so nothing is shown not to be taken.",))]
    if not places:
        return [Paragraph(("No category is shown to be untouched for everybody who had it.",))]
    lines = [
        say(
            "{name}: {people} had a value on file, and no request of the intrusion could return it.",
            name=label(material, material.scope.categories[place].category),
            people=counted(
                claims, ("scope", "categories", place, "outcomes", "not_taken"), "person", "people"
            ),
        )
        for place in places
    ]
    return [Items(tuple(lines))]


def _not_held(claims: Claims) -> list[Block]:
    """List what was not there to take: by the records, and by declaration."""
    material = claims.material
    lines: list[Line] = []
    for place, each in enumerate(material.scope.categories):
        if each.category not in material.not_held and each.outcomes.not_held:
            people = counted(
                claims, ("scope", "categories", place, "outcomes", "not_held"), "person", "people"
            )
            name = label(material, each.category)
            lines.append(
                say("{name}: {people} had no value on any record. (computed)", name=name, people=people)
            )
    for category in material.not_held:
        lines.append(
            say("{name}: declared not to be held on the platform. (declared)", name=label(material, category))
        )
    return (
        [Items(tuple(lines))] if lines else [Paragraph(("Nothing is known to be missing from the records.",))]
    )


def _cannot_tell(claims: Claims) -> list[Block]:
    """List the people and categories left open, then each obstacle."""
    material = claims.material
    open_lines: list[Line] = []
    for place, each in enumerate(material.scope.categories):
        if each.outcomes.cannot_tell:
            people = counted(
                claims, ("scope", "categories", place, "outcomes", "cannot_tell"), "person", "people"
            )
            open_lines.append(say("{name}: {people}", name=label(material, each.category), people=people))
    blocks: list[Block] = []
    if open_lines:
        blocks.append(Items(tuple(open_lines)))
    else:
        blocks.append(Paragraph(("No outcome was left open.",)))
    obstacles = _obstacles(claims)
    if obstacles:
        blocks.append(
            Paragraph(("Holes in the record; each can leave an outcome open or raise an upper bound:",))
        )
        blocks.append(Items(tuple(obstacles)))
    return blocks


def _obstacles(claims: Claims) -> list[Line]:
    """Return gaps, requests of unknown extent and unread rows, cut at a stated number of each."""
    material = claims.material
    lines = [
        say(
            "Gap in {log} from {start} to {end}: {reason}",
            log=Foreign(gap.log),
            start=when(gap.from_),
            end=when(gap.to),
            reason=Foreign(gap.reason, prose=True),
        )
        for gap in material.scope.coverage.gaps[:_OBSTACLES_SHOWN]
    ]
    if len(material.scope.coverage.gaps) > _OBSTACLES_SHOWN:
        lines.append(("More gaps stand in section 12.",))
    unclear = [request for request in material.scope.requests if request.grade == 5]  # noqa: PLR2004 - a grade
    for request in unclear[:_OBSTACLES_SHOWN]:
        lines.append(
            say("Request {id}: a read was seen, its object or extent was not.", id=Foreign(request.id))
        )
    if len(unclear) > _OBSTACLES_SHOWN:
        lines.append(("More requests of this kind stand in section 7.",))
    beyond = [
        request
        for request in material.scope.requests
        if request.difference is not None and request.difference > 0
    ]
    for request in beyond[:_OBSTACLES_SHOWN]:
        lines.append(
            say("Request {id}: the platform matched more rows than the replay found.", id=Foreign(request.id))
        )
    if material.quarantine:
        rows = claims.derive("quarantined_rows", len(material.quarantine), "Number of items in quarantine")
        noun = "row or file part" if rows.value == 1 else "rows or file parts"
        lines.append(say("{n} {noun} could not be read; annex A lists what was there.", n=rows, noun=noun))
    return lines
