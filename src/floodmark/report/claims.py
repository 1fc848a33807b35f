"""The claims of a report: report.json, and what each of its numbers rests on.

A number reaches the text only as a path into the document, so text and claim cannot differ. Its
footnote names the path and the requests, and for a request the file, row and time of its events.
"""

from __future__ import annotations

import json
import re
from typing import Any

from floodmark.report import redaction
from floodmark.report.material import Location, Material
from floodmark.report.parts import Figure, Foreign, Line, Link, Part, Step, codes, joined, say, when
from floodmark.report.redaction import Level

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
REQUESTS_SHOWN = 1000
"""Requests that section 7 has a row for; report.json has all."""
_ROWS_SHOWN = 5
_REQUESTS_NAMED = 6


def spell(path: tuple[Step, ...]) -> str:
    """Return a path into the document as text.

    >>> spell(("scope", "records", "My Object", "at_least"))
    'scope.records["My Object"].at_least'
    """
    return "".join(_step(step) for step in path).lstrip(".")


def _step(step: Step) -> str:
    """Return one step of a path."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _NAME.fullmatch(step) else f"[{json.dumps(step)}]"


def grouped(value: int) -> str:
    """Return a whole number with a comma between thousands."""
    return f"{value:,}"


class Claims:
    """The document of one report, its derived figures, and the footnote of each path."""

    def __init__(self, material: Material, level: Level = "internal") -> None:
        """Take over what `level` may show of `material`; nothing else can reach the report."""
        self._redacted = redaction.apply(material, level)
        self.level: Level = level
        self.material = material = self._redacted.material
        self._figures: dict[str, dict[str, Any]] = {}
        self._places = {each.id: place for place, each in enumerate(material.scope.requests)}
        self._document = _document(material, self._figures)
        self._document["level"] = level
        if level == "public":
            self._document["rounding"] = redaction.ROUNDING

    def figure(self, *path: Step) -> Part:
        """Return the number at `path`, or the words `not known` where it is null."""
        value = self.value(*path)
        return "not known" if value is None else redaction.figure(self.level, path, value, self._beside(path))

    def _beside(self, path: tuple[Step, ...]) -> int | None:
        """Return the other end of the bound that a path is one end of; None where it is none."""
        other = {"at_least": "at_most", "at_most": "at_least"}.get(str(path[-1]))
        return None if other is None else self.value(*path[:-1], other)

    def signed(self, *path: Step) -> Part:
        """Return the number at `path` with its sign, or the words `not known` where it is null."""
        value = self.value(*path)
        return "not known" if value is None else Figure(path, value, signed=True)

    def place_of_request(self, id_: str) -> int | None:
        """Return the place of a request in scope.requests, None when it has none."""
        return self._places.get(id_)

    def derive(self, name: str, value: int, how: str) -> Figure:
        """Add a figure that the text needs and the scope does not hold; `how` says what was counted."""
        shown = redaction.derived(self._redacted, name, value)
        self._figures[name] = {"value": shown, "how": how}
        return redaction.figure(self.level, ("figures", name, "value"), shown, None)

    def value(self, *path: Step) -> int | None:
        """Return the whole number or null at `path`; raise TypeError when it is neither."""
        found: Any = self._document
        for step in path:
            found = found[step]
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int):
            raise TypeError(f"{spell(path)} is no whole number")
        return found

    def json(self) -> str:
        """Return the whole document as ASCII JSON text, ended by a line feed."""
        return json.dumps(self._document, indent=1, ensure_ascii=True) + "\n"

    def basis(self, path: tuple[Step, ...]) -> tuple[Step, ...]:
        """Return the part of a path that shares one footnote: one request, one category, one file."""
        match path:
            case ("scope", "requests" | "categories" | "combinations" | "residence" | "records", place, *_):
                return ("scope", path[1], place)
            case ("proof", "requests", int(place), *_):
                return self._request_basis(place)
            case ("proof", "obstacles" | "absence" | "states", place, *_):
                return ("proof", path[1], place)
            case ("record", "claims", place, *_):
                return ("record", "claims", place)
            case ("scope", "intrusion", "links", *_) | ("traced", "lateral", *_):
                return path[:4]
            case ("traced", *_):
                return path[:3]
            case ("scope", part, *_):
                return ("scope", part)
            case _:
                return path[:2]

    def _request_basis(self, place: int) -> tuple[Step, ...]:
        """Return the basis of a reconciled request: that of the request itself."""
        own = self.place_of_request(self.material.proof.requests[place].id)
        return ("proof", "requests", place) if own is None else ("scope", "requests", own)

    def footnote(self, basis: tuple[Step, ...]) -> Line:
        """Return what the numbers under `basis` rest on, as far as the level may know it."""
        at = Foreign(spell(basis))
        if self.level == "public" and basis[0] != "record":
            return say(redaction.GROUND, at=at)
        return self._note(basis, at)

    def _note(self, basis: tuple[Step, ...], at: Part) -> Line:
        """Return what the numbers under `basis` rest on."""
        match basis:
            case ("scope", "requests", int(place)):
                return self._request_note(place, at)
            case ("scope", "snapshot"):
                return say("Counted in the customer tables of the snapshot ({at}).", at=at)
            case ("scope", "intrusion" | "coverage"):
                return say("Counted in the ledger of access events ({at}).", at=at)
            case ("proof", "obstacles", int()):
                return say("The bound computed again as if this obstacle were not there ({at}).", at=at)
            case ("findings", int()):
                return say("Weighed when the finding was made, from the events that it names ({at}).", at=at)
            case ("evidence", int(place)):
                return self._file_note(place, at)
            case ("statements", int()):
                return say("Rows of the derived table; its SQL stands in annex C ({at}).", at=at)
            case ("figures", str(name)):
                return say("{how} ({at}).", how=str(self._figures[name]["how"]), at=at)
            case _:
                return self._other_note(basis, at)

    def _other_note(self, basis: tuple[Step, ...], at: Part) -> Line:
        """Return the note of a claim, of a part of the trace with its events, or of the rest."""
        if basis[:2] == ("record", "claims"):
            return self._claim_note(int(basis[2]), at)
        if basis[0] != "traced" and basis[:3] != ("scope", "intrusion", "links"):
            return say(
                "Computed from ledger and snapshot ({at}){requests}.", at=at, requests=self._requests()
            )
        known = self.material.locations
        named = (known[each] for each in self._named_events(basis) if each in known)
        found = sorted(named, key=lambda each: (each.at, each.name, each.item, each.row, each.event))
        rows = say("; its first events and the last one: {rows}", rows=joined(_rows(found), "; "))
        return say("Counted in the ledger of access events ({at}){rows}.", at=at, rows=rows if found else ())

    def _named_events(self, basis: tuple[Step, ...]) -> tuple[str, ...]:
        """Return the events that a part of the trace names; none where it names none."""
        found: Any = self._document
        for step in basis:
            found = found[step]
        events: list[str] = found.get("sample" if "sample" in found else "events", [])
        return tuple(events)

    def _claim_note(self, place: int, at: Part) -> Line:
        """Return the note of one claim of the record: its words and its document, or what it rests on."""
        record = self.material.record
        claim = record.claims[place] if record else None
        if claim is None or claim.document is None:
            rests = codes(claim.evidence, limit=5) if claim and claim.evidence else ("the case settings",)
            return say("Claim {at}, resting on {rests}.", at=at, rests=rests)
        known = {each.id: each for each in record.documents} if record else {}
        document = known[claim.document]
        return say(
            "{quote} in {title}{day} ({at}).",
            quote=Foreign(claim.quote, prose=True),
            title=Link(f"document-{document.id}", document.title or document.name),
            day=f" of {document.published_on}" if document.published_on else "",
            at=at,
        )

    def _file_note(self, place: int, at: Part) -> Line:
        """Return the note of one evidence item."""
        item = self.material.evidence[place]
        name = Foreign(item.name)
        return say(
            "Counted when {name} (sha256 {sha}) was read ({at}).",
            name=name,
            sha=Foreign(item.sha256[:12]),
            at=at,
        )

    def _requests(self) -> Line:
        """Return which requests a scope figure rests on."""
        requests = self.material.scope.requests
        if not requests:
            return (", from no request",)
        shown = joined(
            Link(f"request-{place}", each.id) for place, each in enumerate(requests[:_REQUESTS_NAMED])
        )
        more = len(requests) - _REQUESTS_NAMED
        rest = f" and {grouped(more)} more in report.json" if more > 0 else ""
        noun = "request" if len(requests) == 1 else "requests"
        return say(", from the {noun} {shown}{rest}", noun=noun, shown=shown, rest=rest)

    def _request_note(self, place: int, at: Part) -> Line:
        """Return the note of one request: where its first and last events can be read."""
        request = self.material.scope.requests[place]
        name = Link(f"request-{place}", request.id)
        known = self.material.locations
        found = sorted(
            (known[event] for event in request.events if event in known),
            key=lambda each: (each.at, each.name, each.item, each.row, each.event),
        )
        if not found:
            return say("Request {id} ({at}); none of its events has a known place.", id=name, at=at)
        return say("Request {id} ({at}): {rows}.", id=name, at=at, rows=joined(_rows(found), "; "))


def _rows(found: list[Location]) -> list[Line]:
    """Return the first rows and the last one, then how many more there are and in which files."""
    shown = found if len(found) <= _ROWS_SHOWN else [*found[: _ROWS_SHOWN - 1], found[-1]]
    lines = [
        say(
            "{name} (sha256 {sha}) row {row} at {at}",
            name=Foreign(each.name),
            sha=Foreign(each.item[:12]),
            row=grouped(each.row),
            at=when(each.at),
        )
        for each in shown
    ]
    left = found[_ROWS_SHOWN - 1 : -1] if len(found) > _ROWS_SHOWN else []
    if left:
        names = joined(Foreign(name) for name in sorted({each.name for each in left}))
        rows = "row" if len(left) == 1 else "rows"
        lines.append(
            say("and {count} more {rows} in {names}", count=grouped(len(left)), rows=rows, names=names)
        )
    return lines


def _document(material: Material, figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the document; `figures` is filled while the text is made."""

    def dumped(sequence: tuple[Any, ...]) -> list[Any]:
        return [each.model_dump(mode="json", by_alias=True) for each in sequence]

    return {
        "version": material.version,
        "case": {
            "organisation": material.organisation,
            "platform": material.platform,
            "timezone": material.timezone,
            "contained_at": material.contained_at,
            "snapshot_at": material.snapshot_at,
            "ledger_from": material.ledger_from,
            "ledger_to": material.ledger_to,
            "selectors": list(material.selectors),
            "not_held": list(material.not_held),
            "labels": dict(sorted(material.labels.items())),
        },
        "scope": material.scope.model_dump(mode="json", by_alias=True),
        "proof": material.proof.model_dump(mode="json", by_alias=True),
        "traced": material.traced
        and material.traced.model_dump(mode="json", by_alias=True, exclude={"intrusion"}),
        "record": material.record and material.record.model_dump(mode="json", by_alias=True),
        "findings": dumped(material.findings),
        "open_findings": dumped(material.open_findings),
        "evidence": dumped(material.evidence),
        "quarantine": dumped(material.quarantine),
        "timeline": [
            {"at": each.at, "phase": each.phase, "text": each.text, "events": list(each.events)}
            for each in material.timeline
        ],
        "statements": [
            {"name": each.name, "sql": each.sql, "rows": each.row_count} for each in material.statements
        ],
        "figures": figures,
    }
