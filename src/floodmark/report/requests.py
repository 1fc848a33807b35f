"""Section 7 and annex D: every request, what the log counts beside what the replay finds, and the texts."""

from __future__ import annotations

from floodmark.models import Reconciled, Request
from floodmark.report.absence import request_link
from floodmark.report.blocks import Block, Heading, Items, Listing, Paragraph, Row, Section, Table
from floodmark.report.claims import REQUESTS_SHOWN, Claims
from floodmark.report.material import Material
from floodmark.report.parts import Foreign, Line, Link, is_time, joined, say, sentences, when

QUERY_SHOWN = 600
"""Characters of a query that the table shows; annex D has the whole of a longer one."""
_GRADES: tuple[Line, ...] = (
    ("Grade one: ids in the log, complete.",),
    ("Grade two: replayed, and the sure records are all the possible ones.",),
    ("Grade three: replayed and partly sure, or an incomplete list of ids.",),
    ("Grade four: object known, records not.",),
    ("Grade five: a read was seen, its object or extent not.",),
)
_COLUMNS = ("Matched", "Delivered", "Replayed", "Difference", "Sure", "Possible", "Grade")


def requests(claims: Claims) -> Section:
    """Section 7: every request of the intrusion with its query text shown inert, then the reconciliation."""
    material = claims.material
    if not material.scope.requests:
        return Section("7", "requests", "Requests", (Paragraph(("There is no request.",)),))
    shown = material.scope.requests[:REQUESTS_SHOWN]
    rows = tuple(_request(claims, place, request) for place, request in enumerate(shown))
    table = Table(("Id", "First event", "Kind", "Objects", "Grade"), rows, (), frozenset({4}))
    blocks: list[Block] = [Items(_GRADES), table]
    more = len(material.scope.requests) - len(shown)
    if more:
        n = claims.derive("requests_not_shown", more, "Items of scope.requests past those printed")
        blocks.append(Paragraph(say("{n} more, later ones, in report.json.", n=n)))
    blocks += [Heading("Reconciliation"), *_reconciliation(claims), *_readings(material)]
    return Section("7", "requests", "Requests", tuple(blocks))


def _request(claims: Claims, place: int, request: Request) -> Row:
    """Return one row with its query text below."""
    cells: tuple[Line, ...] = (
        (Foreign(request.id),),
        (when(_first_time(claims.material, request)),),
        (request.kind.replace("_", " "),),
        joined(Foreign(each) for each in request.objects) or ("not known",),
        (claims.figure("scope", "requests", place, "grade"),),
    )
    query = None if request.query is None else Listing(request.query[:QUERY_SHOWN], is_cut=_is_long(request))
    return Row(cells, f"request-{place}", _about(place, request), query)


def _is_long(request: Request) -> bool:
    """Whether the text of a request is longer than what its row shows."""
    return request.query is not None and len(request.query) > QUERY_SHOWN


def _about(place: int, request: Request) -> Line:
    """Return what a filter lets one infer, and where a cut text stands whole."""
    lines: list[Line] = []
    if request.inferable:
        named = joined(Foreign(each) for each in request.inferable)
        lines.append(say("Inferable from the filter, not taken: {named}.", named=named))
    if _is_long(request):
        whole = Link(f"query-{place}", "annex D", ours=True)
        lines.append(say("The text below is cut; the whole stands in {annex}.", annex=whole))
    return sentences(lines)


def _first_time(material: Material, request: Request) -> str | None:
    """Return the time of the first event that has one."""
    times = (material.locations[event].at for event in request.events if event in material.locations)
    return min((at for at in times if is_time(at)), default=None)


# --- reconciliation ----------------------------------------------------------------------------------


def _reconciliation(claims: Claims) -> list[Block]:
    """Return what the log counts beside what the replay finds, request by request."""
    reconciled = claims.material.proof.requests[:REQUESTS_SHOWN]
    if not reconciled:
        return [Paragraph(("No request was reconciled.",))]
    rows = tuple(_reconciled(claims, place, each) for place, each in enumerate(reconciled))
    note = (
        "Matched and delivered rows are the platform's own (observed); replayed rows, sure and possible "
        "records were counted on the snapshot (derived). Difference is matched less replayed. A number that "
        "no log has is not known. No column is summed: requests overlap, so one record can stand in many."
    )
    return [Table(("Request", *_COLUMNS), rows, (note,), frozenset(range(1, 8)))]


def _reconciled(claims: Claims, place: int, each: Reconciled) -> Row:
    """Return one row; explanation, assumptions and refusal stand below it."""
    at = ("proof", "requests", place)
    own = claims.place_of_request(each.id)
    counts = ("matched_rows", "replayed_rows", "sure", "possible")
    matched, replayed, sure, possible = ((claims.figure(*at, name),) for name in counts)
    grade = ("-",) if own is None else (claims.figure("scope", "requests", own, "grade"),)
    difference = (claims.signed(*at, "difference"),)
    cells = (matched, _delivered(claims, place, each), replayed, difference, sure, possible, grade)
    note = _why(each, () if own is None else claims.material.scope.requests[own].assumes)
    return Row(((request_link(claims, each.id),), *cells), note=note)


def _delivered(claims: Claims, place: int, each: Reconciled) -> Line:
    """Return the rows that left, as one number or a range."""
    if each.delivered_rows is None:
        return ("not known",)
    at = ("proof", "requests", place, "delivered_rows")
    if each.delivered_rows.min == each.delivered_rows.max:
        return (claims.figure(*at, "min"),)
    return say("{low} to {high}", low=claims.figure(*at, "min"), high=claims.figure(*at, "max"))


def _why(each: Reconciled, assumes: tuple[str, ...]) -> Line:
    """Return what explains the numbers; nothing where nothing does."""
    lines: list[Line] = []
    if each.explanation:
        lines.append((Foreign(each.explanation, prose=True), "."))
    if assumes:
        lines.append(say("Assumes: {all}.", all=joined((Foreign(one, prose=True) for one in assumes), "; ")))
    if each.refused is not None:
        lines.append(say("Not replayed: {reason}.", reason=Foreign(each.refused, prose=True)))
    return sentences(lines)


def _readings(material: Material) -> list[Block]:
    """Return how disputed rules of the platform were read, and why."""
    readings = sorted(material.proof.readings.items())
    if not readings:
        return []
    lines = tuple(
        say("{rule}: {reading}", rule=Foreign(rule, prose=True), reading=Foreign(reading, prose=True))
        for rule, reading in readings
    )
    intro = "Public sources disagree on these rules of the platform; one reading holds for all requests."
    return [Heading("Disputed rules, and the reading used"), Paragraph((intro,)), Items(lines)]


def annex_queries(claims: Claims) -> Section:
    """Annex D: the whole text of each query that section 7 cuts."""
    long = [
        (place, each)
        for place, each in enumerate(claims.material.scope.requests[:REQUESTS_SHOWN])
        if _is_long(each)
    ]
    if not long:
        nothing = Paragraph(("No query is longer than what section 7 shows.",))
        return Section("D", "queries", "Query texts", (nothing,))
    blocks: list[Block] = []
    for place, each in long:
        blocks.append(Paragraph((Link(f"request-{place}", each.id),), anchor=f"query-{place}"))
        blocks.append(Listing(each.query or ""))
    return Section("D", "queries", "Query texts", tuple(blocks))
