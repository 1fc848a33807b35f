"""The incident report: the same content as Markdown, as one HTML page, and as JSON.

Every number in it carries a footnote that says what it rests on. Text from logs is shown inert.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from floodmark.evidence import write_durably
from floodmark.report import (
    absence,
    grounds,
    impact,
    opening,
    pdf,
    published,
    redaction,
    render,
    requests,
    response,
    word,
)
from floodmark.report.blocks import Page, Section
from floodmark.report.claims import Claims
from floodmark.report.material import Location, Material, Moment, Statement
from floodmark.report.redaction import LEVELS, Level
from floodmark.report.terminal import chain, first_page, found
from floodmark.report.told import changed, hunted, told

__all__ = [
    "KINDS",
    "LEVELS",
    "Level",
    "Location",
    "Material",
    "Moment",
    "Statement",
    "chain",
    "changed",
    "first_page",
    "found",
    "hunted",
    "redacted",
    "told",
    "write",
]

KINDS = ("md", "html", "pdf", "docx", "json")
"""The formats that a report is written in."""

_BODY: tuple[Callable[[Claims], Section], ...] = (
    opening.summary,
    opening.details,
    opening.timeline,
    response.method,
    impact.impact,
    absence.absence,
    requests.requests,
    response.indicators,
    response.actions,
    response.lessons,
    response.recommendations,
    grounds.coverage,
    grounds.checks,
    published.differences,
    published.open_questions,
)
_LATER: tuple[Callable[[Claims], Section], ...] = (
    grounds.annex_sql,
    requests.annex_queries,
    published.documents,
)


def redacted(material: Material, level: Level) -> Material:
    """Return what the readers of a level may see of the material."""
    return redaction.apply(material, level).material


def write(
    material: Material, kinds: Sequence[str], folder: Path, *, level: Level = "internal"
) -> tuple[Path, ...]:
    """Write the report in each of `kinds` and return the files, in the order of KINDS.

    Args:
        material: everything the report may show; equal material gives equal bytes.
        kinds: any of KINDS, in any order; one named twice is written once.
        folder: where `report.md`, `report.html` and the others go; made when absent.
        level: who may read it; what they may not see is left out before anything is written.
    """
    claims = Claims(material, level)
    page = Page(
        alarm=opening.alarm(claims),
        body=tuple(redaction.cut(published.enrich(claims, make(claims)), level) for make in _BODY),
        annex=redaction.cut(grounds.annex_evidence(claims), level),
        later=tuple(redaction.cut(published.enrich(claims, make(claims)), level) for make in _LATER),
    )
    written: list[Path] = []
    for kind in (each for each in KINDS if each in kinds):
        file = folder / f"report.{kind}"
        write_durably(file, _content(kind, claims, page))
        written.append(file)
    return tuple(written)


def _content(kind: str, claims: Claims, page: Page) -> bytes:
    """Return the report in one format."""
    match kind:
        case "md":
            return render.markdown(claims, page).encode()
        case "html":
            return render.html(claims, page).encode()
        case "pdf":
            return pdf.render(claims, page)
        case "docx":
            return word.render(claims, page)
        case _:
            return claims.json().encode()
