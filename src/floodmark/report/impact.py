"""Section 5: whose data, which data, in which combinations, where the people live."""

from __future__ import annotations

from collections.abc import Sequence

from floodmark.models import OUTCOMES
from floodmark.report.blocks import Block, Drawing, Facts, Heading, Paragraph, Row, Section, Table
from floodmark.report.chart import ORDER, Piece
from floodmark.report.chart import categories as category_chart
from floodmark.report.claims import Claims
from floodmark.report.material import Material
from floodmark.report.opening import blind_note, counted, label
from floodmark.report.parts import Figure, Foreign, Line, Part, Step, joined, say

COMBINATIONS_SHOWN = 20
STATES_SHOWN = 100


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
    drawn: list[tuple[Part, list[Piece]]] = []
    for place, each in enumerate(material.scope.categories):
        at = ("scope", "categories", place)
        name = label(material, each.category)
        figures = [claims.figure(*at, "outcomes", outcome) for outcome in OUTCOMES]
        drawn.append((name, _pieces(claims, place)))
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
        "truly lost a value. People are counted by {unit}. (derived)",
        unit=Foreign(material.scope.snapshot.unit, prose=True),
    )
    table = Table(head, tuple(rows), note, frozenset(range(1, 8)))
    below = [*_without_value(claims), *_other_count(claims), blind_note(claims)]
    return [Drawing(category_chart(drawn)), table, *below]


def _pieces(claims: Claims, place: int) -> list[Piece]:
    """Return the outcomes of one category in the order of the chart."""
    found = ((each, claims.figure("scope", "categories", place, "outcomes", each)) for each in ORDER)
    return [Piece(each, each.replace("_", " "), part) for each, part in found if isinstance(part, Figure)]


def _other_count(claims: Claims) -> list[Block]:
    """Say how many people there are by exact keys, where the people are linked by probability."""
    proof = claims.material.proof
    if proof.other_count is None:
        return []
    return [
        Paragraph(
            say(
                "Records were linked to people by probability: {people} by {unit}. By exact keys alone "
                "({other_unit}) the same records are {other}. Both counts stand, since a doubtful link is "
                "neither proven nor refuted. (derived)",
                people=counted(claims, ("scope", "snapshot", "people"), "person", "people"),
                unit=Foreign(claims.material.scope.snapshot.unit, prose=True),
                other_unit=Foreign(proof.other_unit or "exact keys", prose=True),
                other=counted(claims, ("proof", "other_count"), "person", "people"),
            )
        )
    ]


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
    note = ("Each person with anything taken or possibly taken stands in one row. (derived)",)
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
                _country(each.country),
                *_ends(claims, "scope", "residence", place, "people"),
            )
        )
        for place, each in enumerate(residence)
    )
    note = (
        "A person with two countries stands in both rows, so rows may add up to more than all. (derived)",
    )
    return [Table(("Country", "at least", "at most"), rows, note, frozenset({1, 2})), *_states(claims)]


def _states(claims: Claims) -> list[Block]:
    """Return the people by state within each country; nothing where no state is mapped."""
    states = claims.material.proof.states
    if not states:
        return []
    rows = tuple(
        Row(
            (
                _country(each.country),
                (Foreign(each.state, prose=True),),
                *_ends(claims, "proof", "states", place, "people"),
            )
        )
        for place, each in enumerate(states[:STATES_SHOWN])
    )
    blocks: list[Block] = [Heading("Data: residence by state")]
    note = ("States as the records write them; a person with two stands in both rows. (derived)",)
    blocks.append(Table(("Country", "State", "at least", "at most"), rows, note, frozenset({2, 3})))
    more = len(states) - STATES_SHOWN
    if more > 0:
        figure = claims.derive("states_not_shown", more, "Items of proof.states past those printed")
        blocks.append(Paragraph(say("{n} more in report.json.", n=figure)))
    return blocks


def _country(country: str | None) -> Line:
    """Return a country, or words where there is none."""
    return ("no country on file",) if country is None else (Foreign(country, prose=True),)


def _ends(claims: Claims, *path: Step) -> tuple[Line, Line]:
    """Return both ends of a bound as cells."""
    return (claims.figure(*path, "at_least"),), (claims.figure(*path, "at_most"),)


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
        "{n} without a usable key, each counted as a person of its own. (derived)",
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
