"""Sections 12 and 13 and the annexes on evidence and SQL: coverage, checks, files, statements."""

from __future__ import annotations

from floodmark.report.blocks import Block, Facts, Heading, Items, Listing, Paragraph, Row, Section, Table
from floodmark.report.claims import Claims
from floodmark.report.material import Material
from floodmark.report.parts import Figure, Foreign, Line, say, when

_QUARANTINE_SHOWN = 50


def coverage(claims: Claims) -> Section:
    """Section 12: what the logs speak for, what they leave open, what they never show."""
    material = claims.material
    stated = material.scope.coverage.stated
    pairs: tuple[tuple[str, Line], ...] = (
        (
            "Logs speak from",
            say("{start} to {end}", start=when(material.ledger_from), end=when(material.ledger_to)),
        ),
        (
            "Coverage",
            ("Stated for every log.",)
            if stated
            else ("Inferred from the files: hours that no log mentions at all cannot be missed.",),
        ),
        ("Time zone", (Foreign(material.timezone, prose=True),)),
    )
    blocks: list[Block] = [Facts(pairs), Heading("Gaps"), _gaps(material), Heading("Blind channels")]
    blind = tuple((Foreign(each, prose=True),) for each in material.scope.coverage.blind)
    blocks.append(Items(blind) if blind else Paragraph(("None is stated.",)))
    return Section("12", "coverage", "Coverage", tuple(blocks))


def _gaps(material: Material) -> Block:
    """Return the gaps, each with its reason."""
    gaps = material.scope.coverage.gaps
    if not gaps:
        return Paragraph(("No gap was found.",))
    rows = tuple(
        Row(((Foreign(gap.log),), (when(gap.from_),), (when(gap.to),), (Foreign(gap.reason, prose=True),)))
        for gap in gaps
    )
    return Table(("Log", "From", "To", "Reason"), rows, ("Hours of which a log says nothing. (derived)",))


def checks(claims: Claims) -> Section:
    """Section 13: the conservation laws."""
    made = claims.material.scope.checks
    if not made:
        return Section("13", "checks", "Checks", (Paragraph(("No check was run, so none is passed.",)),))
    rows = tuple(
        Row(
            (
                (Foreign(check.name, prose=True),),
                ("holds" if check.passed else "FAILED",),
                (Foreign(check.detail, prose=True),),
            )
        )
        for check in made
    )
    note = ("A law that does not hold means that a figure of this report may be wrong. (derived)",)
    return Section("13", "checks", "Checks", (Table(("Law", "Result", "Detail"), rows, note),))


def annex_evidence(claims: Claims) -> Section:
    """Annex A: the evidence items, and the rows that could not be read."""
    blocks = [*_evidence(claims), Heading("Quarantined rows"), *_quarantine(claims)]
    return Section("A", "evidence", "Evidence", tuple(blocks))


def _evidence(claims: Claims) -> list[Block]:
    """Return the files with their hashes and counts."""
    evidence = claims.material.evidence
    if not evidence:
        return [Paragraph(("No file was taken in.",))]
    counts = ("rows", "events", "duplicates", "quarantined")
    rows = [
        Row(
            (
                (Foreign(item.name),),
                (Foreign(item.sha256),),
                (Foreign(item.log),),
                *((claims.figure("evidence", place, count),) for count in counts),
                ("damaged" if item.damaged else "whole",),
            )
        )
        for place, item in enumerate(evidence)
    ]
    totals = [
        claims.derive(
            f"evidence_{count}",
            sum(getattr(item, count) for item in evidence),
            f"Sum of {count} over evidence",
        )
        for count in counts
    ]
    rows.append(Row((("All files",), (), (), *((total,) for total in totals), ())))
    head = ("File", "SHA-256", "Log", "Rows", "Events", "Duplicates", "Quarantined", "State")
    note = (
        "Rows are events, duplicates and quarantined rows together, in each file and in total. (observed)",
    )
    return [Table(head, tuple(rows), note, frozenset({3, 4, 5, 6}))]


def _quarantine(claims: Claims) -> list[Block]:
    """Return the first rows that could not be read, then how many more there are."""
    material = claims.material
    if not material.quarantine:
        return [Paragraph(("Every row was read.",))]
    names = {item.sha256: item.name for item in material.evidence}
    rows = tuple(
        Row(
            (
                (Foreign(names.get(each.sha256, each.sha256)),),
                (Foreign(each.position),),
                (Foreign(each.reason, prose=True),),
            )
        )
        for each in material.quarantine[:_QUARANTINE_SHOWN]
    )
    blocks: list[Block] = [Table(("File", "Position", "Reason"), rows)]
    more = len(material.quarantine) - _QUARANTINE_SHOWN
    if more > 0:
        figure: Figure = claims.derive("quarantine_not_shown", more, "Items of quarantine past those printed")
        blocks.append(Paragraph(say("{n} more in report.json.", n=figure)))
    return blocks


def annex_sql(claims: Claims) -> Section:
    """Annex C: the SQL that derived the tables behind the figures."""
    statements = claims.material.statements
    if not statements:
        return Section("C", "sql", "SQL", (Paragraph(("No derived table is part of this report.",)),))
    blocks: list[Block] = []
    for place, each in enumerate(statements):
        figure = claims.figure("statements", place, "rows")
        noun = "row" if each.row_count == 1 else "rows"
        blocks.append(Paragraph(say("{name}: {n} {noun}", name=Foreign(each.name), n=figure, noun=noun)))
        blocks.append(Listing(each.sql))
    return Section("C", "sql", "SQL", tuple(blocks))
