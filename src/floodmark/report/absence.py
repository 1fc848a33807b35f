"""Section 6: what was not taken, and why it is known; what cannot be told, and what would tell it."""

from __future__ import annotations

from floodmark.models import Obstacle
from floodmark.report.blocks import Block, Facts, Heading, Items, Paragraph, Row, Section, Table
from floodmark.report.claims import REQUESTS_SHOWN, Claims
from floodmark.report.opening import blind_note, counted, interval, is_empty, label, left_open, untaken
from floodmark.report.parts import Foreign, Line, Link, Mark, joined, say, when

OBSTACLES_SHOWN = 50
_KINDS = (
    ("declared", "Declared not held"),
    ("not_held", "No value on record"),
    ("never_selected", "Held, never selected"),
    ("outside", "Selected, outside the results"),
)
_MEANINGS: tuple[tuple[str, Line], ...] = (
    (
        "Declared not held",
        say("The data map states that the platform has no such field.{mark}", mark=Mark("reported")),
    ),
    (
        "No value on record",
        say("No record of the person had a value while the intrusion lasted.{mark}", mark=Mark("derived")),
    ),
    (
        "Held, never selected",
        say(
            "A value was on file, and no request selected a field that holds it.{mark}", mark=Mark("derived")
        ),
    ),
    (
        "Selected, outside the results",
        say(
            "A value was on file and some request selected such a field, but its result does not hold the "
            "record with the value.{mark}",
            mark=Mark("derived"),
        ),
    ),
)


def absence(claims: Claims) -> Section:
    """Section 6: what was not taken, and what cannot be told with each obstacle."""
    blocks: list[Block] = [Heading("Not taken")]
    blocks += _shown_untaken(claims)
    blocks += [Heading("Why a category was not taken, in people"), *_four_kinds(claims), blind_note(claims)]
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


def _four_kinds(claims: Claims) -> list[Block]:
    """Return the four kinds of absence by category, and what each of them means."""
    material = claims.material
    if is_empty(material) or not material.proof.absence:
        return [Paragraph(("Nothing is known of why a category was not taken.",))]
    rows = tuple(
        Row(
            (
                (label(material, each.category),),
                *((claims.figure("proof", "absence", place, kind),) for kind, _ in _KINDS),
            )
        )
        for place, each in enumerate(material.proof.absence)
    )
    head = ("Category", *(words for _, words in _KINDS))
    note = (
        "A person stands in one column of a row at most; people with the category taken, possibly taken or "
        "left open stand in none."
    )
    return [Table(head, rows, (note,), frozenset(range(1, 5))), Facts(_MEANINGS)]


def _cannot_tell(claims: Claims) -> list[Block]:
    """List the people and categories left open, then each obstacle."""
    open_lines = left_open(claims, "{name}: {people}")
    first = Items(tuple(open_lines)) if open_lines else Paragraph(("No outcome was left open.",))
    return [first, *_obstacles(claims)]


def _obstacles(claims: Claims) -> list[Block]:
    """Return each obstacle: what it is, where, what would remove it, and what would then be known."""
    proof = claims.material.proof
    if not proof.obstacles:
        return [Paragraph((_no_obstacle(claims),))]
    rows = tuple(
        _obstacle(claims, place, each) for place, each in enumerate(proof.obstacles[:OBSTACLES_SHOWN])
    )
    blocks: list[Block] = [
        Paragraph(("Obstacles; each can leave an outcome open or raise an upper bound:",)),
        Table(("Obstacle", "Where", "What would remove it", "People without it"), rows),
    ]
    more = len(proof.obstacles) - OBSTACLES_SHOWN
    if more > 0:
        figure = claims.derive("obstacles_not_shown", more, "Items of proof.obstacles past those printed")
        blocks.append(Paragraph(say("{n} more in report.json.", n=figure)))
    together = say(
        "People reached, as things stand: {now}. If every obstacle were removed and hid nothing: {then}.",
        now=interval(claims, "scope", "people"),
        then=interval(claims, "proof", "people_without_obstacles"),
    )
    return [*blocks, Paragraph(together)]


def _no_obstacle(claims: Claims) -> str:
    """Say that no obstacle is known, and how far that goes."""
    if claims.material.scope.coverage.stated:
        return "No obstacle stands in the way of an answer: the logs are stated to be complete."
    return "No obstacle was found; nobody stated that the logs are complete, so one may be unknown."


def _obstacle(claims: Claims, place: int, obstacle: Obstacle) -> Row:
    """Return one row."""
    at = ("proof", "obstacles", place)
    hides: Line = ()
    if obstacle.rows is not None:
        rows = counted(claims, (*at, "rows"), "row", "rows")
        hides = say("; it can hide {rows} at most", rows=rows)
    without = ("not computed",) if obstacle.without is None else interval(claims, *at, "without")
    return Row(
        (
            (Foreign(obstacle.text, prose=True), *hides),
            _where(claims, obstacle) or ("not known",),
            (Foreign(obstacle.remedy, prose=True) if obstacle.remedy else "not known",),
            without,
        )
    )


def _where(claims: Claims, obstacle: Obstacle) -> Line:
    """Return the log and hours, the file and row, and the request, as far as each is known."""
    names = {item.sha256: item.name for item in claims.material.evidence}
    parts: list[Line] = []
    if obstacle.log is not None:
        parts.append((Foreign(obstacle.log),))
    if obstacle.from_ is not None or obstacle.to is not None:
        parts.append(say("{start} to {end}", start=when(obstacle.from_), end=when(obstacle.to)))
    if obstacle.item is not None:
        parts.append((Foreign(names.get(obstacle.item, obstacle.item)),))
    if obstacle.position is not None:
        parts.append((Foreign(obstacle.position),))
    if obstacle.request is not None:
        parts.append((request_link(claims, obstacle.request),))
    return joined(parts)


def request_link(claims: Claims, id_: str) -> Link | Foreign:
    """Return the id of a request as a link to its row, or as it is where it has none."""
    place = claims.place_of_request(id_)
    return Foreign(id_) if place is None or place >= REQUESTS_SHOWN else Link(f"request-{place}", id_)
