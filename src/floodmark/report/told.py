"""The incident record for a terminal: what is said, by whom, how sure, and where sources differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from floodmark.indicators import defang
from floodmark.models import Claim, Hunt, Hunted, Record, RecordChange, Relation
from floodmark.text import visible

_WIDEST = 100
_SHOWN = 12
_GROUPS: tuple[tuple[str, str], ...] = (
    ("Organisation", "incident.organisation"),
    ("Sector", "incident.sector"),
    ("Geography", "incident.geography"),
    ("Discovered", "incident.discovered_on"),
    ("Occurred", "incident.occurred_on"),
    ("Published", "incident.published_on"),
    ("Where", "access.where"),
    ("How", "access.vector"),
    ("How many", "impact.count"),
    ("Data", "impact.category"),
    ("Money", "impact.financial"),
    ("Operations", "impact.operational"),
    ("Reputation", "impact.reputational"),
    ("Named as actor", "actor.name"),
    ("Techniques", "technique"),
    ("Indicators", "indicator"),
    ("Related, not victims", "related.organisation"),
    ("Events", "timeline.event"),
    ("Response", "response"),
    ("Lessons", "lesson"),
    ("Recommended", "recommendation"),
)


def told(record: Record, *, width: int = 80) -> str:
    """Return the record as plain text for `width` columns; text of documents is shown inert."""
    wide = min(max(width, 40), _WIDEST)
    lines = [*_documents(record), ""]
    for title, path in _GROUPS:
        said = [each for each in record.claims if each.path == path or each.path.startswith(f"{path}.")]
        if said:
            lines += [title, *(line for text in _distinct(said) for line in _wrapped(text, wide))]
    unknown = sorted({each.path for each in record.unknown})
    if unknown:
        lines += ["Stated as not known", *_wrapped(", ".join(unknown), wide)]
    apart = [each for each in record.relations if each.kind != "compatible"]
    if apart:
        lines += ["Where they differ", *_relations(record, apart, wide)]
    return "\n".join(lines) + "\n"


def changed(change: RecordChange, *, since: str, width: int = 80) -> str:
    """Return what came into the record since a day, as plain text."""
    wide = min(max(width, 40), _WIDEST)
    lines = ["", f"Since {visible(since)}"]
    for sign, claims in (("+", change.added), ("-", change.removed)):
        lines += [line for each in claims for line in _wrapped(f"{sign} {each.path}: {said(each)}", wide)]
    for each in change.changed:
        text = f"{each.claim.path}: {said(each.claim)}, {each.before} before, {each.claim.status} now"
        lines += _wrapped(text, wide)
    return "\n".join(lines if len(lines) > 2 else [*lines, "  nothing changed"]) + "\n"  # noqa: PLR2004 - a title


def hunted(hunt: Hunt, *, width: int = 80) -> str:
    """Return what became of a hunt as plain text: found, not found where it could show, cannot be seen."""
    wide = min(max(width, 40), _WIDEST)
    lines: list[str] = []
    for title, found in (
        ("Found in these logs", hunt.matched),
        ("Not found, where it would show", hunt.not_matched),
        ("Cannot be seen in these logs", hunt.cannot_be_seen),
    ):
        lines += [title, *(line for each in found for line in _wrapped(_hunted(each), wide))]
        lines += [] if found else ["  nothing"]
    logs = [f"{each.log} {each.from_} to {each.to}, {each.gaps} gaps" for each in hunt.coverage]
    return "\n".join([*lines, "Looked in", *(line for each in logs for line in _wrapped(each, wide))]) + "\n"


def _hunted(each: Hunted) -> str:
    """Return one thing that was looked for, made inert, with what shows it or would."""
    name = f"{each.type} {visible(defang(each.value, each.type), limit=80)}"
    if each.outcome != "matched":
        return f"{name}: {visible(each.why)}"
    events = f"{each.events} events from {each.from_} to {each.to}" if each.events else ""
    shown = ", ".join(visible(some, limit=40) for some in (*each.findings, *each.accounts[:3]) if some)
    return f"{name}: {'; '.join(part for part in (events, shown, visible(each.why)) if part)}"


def said(claim: Claim) -> str:
    """Return a claim in words: value, unit, how sure, and whether another one replaces it."""
    words = {"at_most": "at most ", "at_least": "at least ", "about": "about "}.get(claim.precision or "", "")
    value = f"{claim.value:,}" if isinstance(claim.value, int) else visible(str(claim.value), limit=160)
    unit = f" {visible(claim.unit)}" if claim.unit else ""
    marks = [each.replace("_", " ") for each in (claim.polarity, claim.confidence) if each]
    marks += [each for each in (claim.modality, claim.status) if each != "asserted"]
    aside = f" ({', '.join(marks)})" if marks else ""
    return f"{words}{value}{unit}{aside}"


def _documents(record: Record) -> Iterator[str]:
    of = {each: place for place, group in enumerate(record.incidents) for each in group.documents}
    for each in record.documents:
        day = each.published_on or "no day"
        group = f", incident {of[each.id] + 1}" if len(record.incidents) > 1 else ""
        yield f"{each.id}  {day}  {visible(each.title or each.name, limit=60)}{group}"
    for place, group in enumerate(record.incidents):
        if len(group.documents) > 1:
            yield f"incident {place + 1}: {visible(group.reason, limit=200)}"


def _distinct(claims: Iterable[Claim]) -> Iterator[str]:
    """Yield what is said, each thing once with how many claims say it."""
    counts: dict[str, int] = {}
    for each in claims:
        counts[said(each)] = counts.get(said(each), 0) + 1
    for text, count in list(counts.items())[:_SHOWN]:
        yield f"{text}{f'  x{count}' if count > 1 else ''}"
    if len(counts) > _SHOWN:
        yield f"... and {len(counts) - _SHOWN} more; --json lists them"


def _relations(record: Record, relations: Sequence[Relation], wide: int) -> Iterator[str]:
    known = {each.id: each for each in record.claims}
    for each in relations[:_SHOWN]:
        first, second = (said(known[one]) for one in each.claims)
        yield from _wrapped(f"{first} {each.kind} {second}: {visible(each.reason)}", wide)
    if len(relations) > _SHOWN:
        yield f"  ... and {len(relations) - _SHOWN} more; --json lists them"


def _wrapped(text: str, wide: int) -> list[str]:
    return wrap(text, wide, initial_indent="  ", subsequent_indent="    ") or ["  "]
