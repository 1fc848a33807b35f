"""The incident report: the same content as Markdown, as one HTML page, and as JSON.

Every number in it carries a footnote that says what it rests on. Text from logs is shown inert.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from floodmark.errors import UsageError
from floodmark.evidence import write_durably
from floodmark.report import absence, grounds, impact, opening, render, requests, response
from floodmark.report.blocks import Page, Section
from floodmark.report.claims import Claims
from floodmark.report.material import Location, Material, Moment, Statement
from floodmark.report.terminal import chain, first_page, found
from floodmark.text import closest

__all__ = [
    "KINDS",
    "Location",
    "Material",
    "Moment",
    "Statement",
    "chain",
    "first_page",
    "found",
    "require_kinds",
    "write",
]

KINDS = ("md", "html", "json")
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
)


def require_kinds(kinds: Sequence[str]) -> None:
    """Raise UsageError for the first of `kinds` that is not one of KINDS."""
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(
                f"report format {kind!r} is not known, expected {', '.join(KINDS)}{closest(kind, KINDS)}",
                hint=f"use --format with one of {', '.join(KINDS)}",
            )


def write(material: Material, kinds: Sequence[str], folder: Path) -> tuple[Path, ...]:
    """Write the report in each of `kinds` and return the files, in the order of KINDS.

    Args:
        material: everything the report may show; equal material gives equal bytes.
        kinds: any of KINDS, in any order; one named twice is written once.
        folder: where `report.md`, `report.html` and `report.json` go; made when absent.

    Raises:
        UsageError: a kind is not one of KINDS; nothing was written.
    """
    require_kinds(kinds)
    claims = Claims(material)
    page = Page(
        alarm=opening.alarm(claims),
        body=tuple(make(claims) for make in _BODY),
        annex=grounds.annex_evidence(claims),
        later=(grounds.annex_sql(claims), requests.annex_queries(claims)),
    )
    written: list[Path] = []
    for kind in (each for each in KINDS if each in kinds):
        file = folder / f"report.{kind}"
        write_durably(file, _text(kind, claims, page).encode())
        written.append(file)
    return tuple(written)


def _text(kind: str, claims: Claims, page: Page) -> str:
    """Return the report in one format."""
    match kind:
        case "md":
            return render.markdown(claims, page)
        case "html":
            return render.html(claims, page)
        case _:
            return claims.json()
