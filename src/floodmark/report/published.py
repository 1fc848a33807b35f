"""What published documents say, set beside what the logs show: additions to sections, and new sections.

A value from a document stands as it was said, inert, with a footnote that quotes the words. Sources that
differ stand side by side. Where logs leave a line open that a document fills, the document is named as the
only source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from floodmark.incident import own_claims
from floodmark.indicators import defang
from floodmark.models import Claim, Record, Relation
from floodmark.report.attack import technique
from floodmark.report.blocks import Block, Facts, Heading, Items, Paragraph, Row, Section, Table
from floodmark.report.claims import Claims
from floodmark.report.material import Material
from floodmark.report.opening import is_empty
from floodmark.report.parts import Cite, Figure, Foreign, Line, Mark, MarkKind, Part, joined, say, sentences
from floodmark.snapshot.categories import known

SHOWN = 30
"""Different statements under one path that the page shows; report.json has all."""
SUMMED = 12
"""Different values under one path that the summary names."""
_CITED = 3
_BASIS: dict[str, MarkKind] = {
    "log": "observed",
    "replay": "derived",
    "document": "reported",
    "person": "judged",
}
_NOT_KNOWN = "Not known"
_WORDS = {"at_most": "up to ", "at_least": "at least ", "about": "about "}
_PHASES: dict[str, tuple[str, ...]] = {
    "Initial access": ("initial", "entry", "compromise"),
    "Lateral movement": ("lateral", "discovery"),
    "Exfiltration and impact": ("exfiltration", "collection", "impact"),
    "Detection and response": ("detect", "respon", "contain", "eradicat", "recover", "notif"),
}
"""Heading of the timeline -> words of the phases under it."""
_FACTS: dict[str, dict[str, tuple[str, ...]]] = {
    "details": {
        "Discovery": ("incident.discovered_on",),
        "Incident": ("incident.occurred_on",),
        "Organisation": ("incident.organisation",),
        "Sector": ("incident.sector",),
        "Geography": ("incident.geography",),
        "Platform": ("access.where",),
    },
    "response": {
        "Containment": ("response.containment",),
        "Eradication": ("response.eradication",),
        "Recovery": ("response.recovery",),
    },
}
"""Section -> name of a fact -> the paths that say the same."""
_NO_LOGS = {
    "summary": "No log of the platform was taken in: nothing here is proven by logs, and nobody was counted.",
    "impact": "No log and no customer table was taken in, so nobody was counted. Query and download logs "
    "beside the customer tables would answer how many people lost which data.",
    "absence": "No log was taken in, so nothing is shown not to be taken. Access logs of the hours in "
    "question would answer it.",
    "requests": "No log was taken in, so no request is known.",
    "coverage": "No log was taken in.",
    "sql": "No table was derived.",
    "queries": "No request is known.",
}
"""Section -> what it says where the case has no log."""
_NO_PLATFORM = "Not known. Access logs of each system that holds the data would answer it."
_NO_GEOGRAPHY = "Not known. The customer tables would answer it."
ANSWERS: dict[str, tuple[str, str]] = {
    "incident.discovered_on": ("When it was noticed", "the incident ticket or the first alert"),
    "incident.occurred_on": (
        "When it happened",
        "login history and API logs of the platform, with their gaps",
    ),
    "access.where": ("Which system was entered", "access logs of each system that holds the data"),
    "access.vector": ("How it was entered", "identity provider logs and call records of the service desk"),
    "impact.count": ("How many people", "query and download logs beside the customer tables"),
    "impact.category": ("Which data", "query logs with their field lists, beside the customer tables"),
    "impact.financial": ("What it cost", "accounts of the response, claims and fines"),
    "impact.operational": ("What it stopped", "service and incident logs of operations"),
    "impact.reputational": ("What it did to trust", "complaints, surveys and press counts"),
    "actor.name": ("Who did it", "indicators shared with other cases, and the police"),
    "technique": ("By which techniques", "setup audit trail, identity and API logs"),
    "timeline.event": ("What happened when", "login history, API logs and the incident ticket"),
    "indicator": ("What to look for elsewhere", "addresses, clients and app ids of the hostile sessions"),
    "response.containment": (
        "How it was contained",
        "the setup audit trail and the time in the case settings",
    ),
    "response.eradication": (
        "How access was removed",
        "revoked tokens and reset accounts in the audit trail",
    ),
    "response.recovery": ("How work was restored", "change records of the response"),
    "response.detection": ("How it was noticed", "the alert or ticket that came first"),
    "response.notification": ("Who was told, and when", "copies of the notices with their dates"),
}
"""Path -> what it is called, and the evidence that would answer it."""


def enrich(claims: Claims, section: Section) -> Section:
    """Return a section with what documents say of its subject; unchanged where they say nothing."""
    material = claims.material
    record = material.record
    if record is None or not (record.documents or material.previous):
        return section
    blocks = section.blocks
    if not _has_logs(material):
        blocks = _without_logs(section)
    if section.anchor == "timeline":
        blocks = tuple(_under_phases(claims, blocks))
    blocks = tuple(
        _with_facts(claims, each, section.anchor) if isinstance(each, Facts) else each for each in blocks
    )
    more = _ADDED.get(section.anchor)
    return replace(section, blocks=(*_before(claims, section), *blocks, *(more(claims) if more else ())))


def _has_logs(material: Material) -> bool:
    """Whether a log was taken in; the public material has no evidence items, but the span of the ledger."""
    return bool(material.evidence) or material.ledger_from is not None or not is_empty(material)


def _without_logs(section: Section) -> tuple[Block, ...]:
    """Return what a section says where the case has no log: nothing about numbers that nobody counted."""
    words = _NO_LOGS.get(section.anchor)
    if words is not None:
        return (Paragraph((words,)),)
    if section.anchor != "details":
        return section.blocks
    missing = {"Platform": _NO_PLATFORM, "Geography": _NO_GEOGRAPHY}
    return tuple(
        Facts(tuple((name, (missing[name],) if name in missing else line) for name, line in each.pairs))
        if isinstance(each, Facts)
        else each
        for each in section.blocks
    )


def differences(claims: Claims) -> Section:
    """Section 14: how the claims of the record relate, first where they cannot both hold."""
    record = claims.material.record
    relations = _relations(record)
    order = {"conflicts": 0, "supersedes": 1, "compatible": 2}
    places = {each.id: place for place, each in enumerate(record.claims)} if record else {}
    rows = [
        Row(
            (
                _told(claims, places[each.claims[0]]),
                (_KINDS[each.kind],),
                _told(claims, places[each.claims[1]]),
                (Foreign(each.reason, prose=True),),
            )
        )
        for each in islice(sorted(relations, key=lambda each: order[each.kind]), 2 * SHOWN)
    ]
    if not rows:
        return Section(
            "14",
            "differences",
            "Where accounts differ and agree",
            (Paragraph(("No two claims of the record speak of the same thing.",)),),
        )
    left = len(relations) - len(rows)
    more = f" {left} more stand in report.json." if left else ""
    note = (f"Nothing is overwritten: both claims stay in the record.{more}",)
    head = ("Claim", "stands to", "Claim", "Why")
    return Section("14", "differences", "Where accounts differ and agree", (Table(head, tuple(rows), note),))


_KINDS = {"conflicts": "conflicts with", "supersedes": "replaces", "compatible": "goes with"}


def open_questions(claims: Claims) -> Section:
    """Section 15: what is not known, who says so, and which evidence would answer it."""
    record = claims.material.record
    told = {each.path for each in _own(record)}
    inside = set(_documents(record))
    unknown = [each for each in record.unknown if each.document in inside] if record else []
    rows: list[Row] = []
    for path, (name, evidence) in ANSWERS.items():
        said = [each for each in unknown if each.path == path]
        if path in told and not said:
            continue
        quotes = joined((Foreign(each.quote, prose=True) for each in said[:_CITED]), "; ")
        state = "stated by one source, not known to another" if path in told else "nobody says"
        rows.append(
            Row(
                (
                    (name,),
                    say("{state}{quotes}", state=state, quotes=say(": {q}", q=quotes) if quotes else ()),
                    (f"{evidence}",),
                )
            )
        )
    table: Block = Table(("Question", "What is said", "What would answer it"), tuple(rows), ())
    if not rows:
        table = Paragraph(("Every part of the record has a claim.",))
    return Section("15", "open", "What is not known", (table,))


def documents(claims: Claims) -> Section:
    """The annex of documents: each with its day, its publisher, its hash, and which incident it is about."""
    record = claims.material.record
    if record is None or not record.documents:
        return Section(
            "E", "documents", "Documents read", (Paragraph(("No published document was taken in.",)),)
        )
    group = {each: place for place, one in enumerate(record.incidents) for each in one.documents}
    rows = tuple(
        Row(
            (
                (Foreign(each.id),),
                (Foreign(each.title or each.name, prose=True),),
                (Foreign(each.stated_by, prose=True) if each.stated_by else "not stated",),
                (each.published_on or "not stated",),
                (Foreign(each.sha256),),
                ("this one" if group.get(each.id, 0) == 0 else "another incident",),
            ),
            anchor=f"document-{each.id}",
        )
        for each in record.documents
    )
    why = [
        Paragraph(say("Taken to be about one incident: {why}.", why=Foreign(one.reason, prose=True)))
        for one in record.incidents
        if len(one.documents) > 1
    ]
    head = ("Id", "Title", "Published by", "Day", "SHA-256", "About")
    return Section("E", "documents", "Documents read", (Table(head, rows, ()), *why))


def changes(claims: Claims) -> list[Block]:
    """Return what changed in the record since the report before; nothing where there was none."""
    record, before = claims.material.record, claims.material.previous
    if record is None or before is None:
        return []
    lines: list[Line] = []
    own = {each.id for each in _own(record)}
    for place, each in enumerate(record.claims):
        if each.id not in own:
            continue
        if each.id not in before:
            lines.append(say("New: {path}, {said}", path=each.path, said=_told(claims, place)))
        elif before[each.id] != each.status:
            words = "{path}, {said}: {was} before, {now} now"
            said = _told(claims, place)
            lines.append(say(words, path=each.path, said=said, was=before[each.id], now=each.status))
    gone = before.keys() - {each.id for each in record.claims}
    if gone:
        n = claims.derive(
            "claims_gone", len(gone), "Claims of the report before that the record no longer has"
        )
        lines.append(say("No longer in the record: {n}.", n=n))
    body: Block = Paragraph(("The claims of the record are the same.",))
    if lines:
        left = len(lines) - SHOWN
        more = [(f"and {left} more changes, all in report.json",)] if left > 0 else []
        body = Items((*lines[:SHOWN], *more))
    return [Heading("Since the last version"), body]


# --- what stands in the record ------------------------------------------------------------------------------


def _own(record: Record | None) -> list[Claim]:
    """Return the claims about this incident; none without a record."""
    return own_claims(record) if record else []


def _documents(record: Record | None) -> tuple[str, ...]:
    """Return the ids of the documents about this incident."""
    return record.incidents[0].documents if record and record.incidents else ()


def _relations(record: Record | None) -> list[Relation]:
    """Return the relations between claims about this incident."""
    own = {each.id for each in _own(record)}
    return [each for each in record.relations if own.issuperset(each.claims)] if record else []


def _places(claims: Claims, wanted: Callable[[Claim], bool]) -> list[list[int]]:
    """Return the places of the documents' claims that are wanted, those that say the same together."""
    record = claims.material.record
    if record is None:
        return []
    own = {each.id for each in _own(record)}
    found: dict[tuple[object, ...], list[int]] = {}
    for place, each in enumerate(record.claims):
        if each.basis == "document" and each.id in own and wanted(each):
            key = (
                each.path,
                str(each.value).casefold(),
                each.unit,
                each.precision,
                each.polarity,
                each.confidence,
                each.modality,
                each.detail.get("hedge") == "potential",
                each.detail.get("time"),
            )
            found.setdefault(key, []).append(place)
    return list(found.values())


def _of(*paths: str) -> Callable[[Claim], bool]:
    return lambda claim: claim.path in paths


def _told(claims: Claims, *places: int) -> Line:
    """Return one statement with its footnotes, how sure its source is, and how it is known."""
    record = claims.material.record
    assert record is not None  # noqa: S101 - a place is one of the record
    claim = record.claims[places[0]]
    path = ("record", "claims", places[0], "value")
    value: Part = Figure(path, claim.value) if isinstance(claim.value, int) else _worded(claims, claim)
    cites = tuple(
        Cite(("record", "claims", place))
        for place in places[:_CITED]
        if place != places[0] or not isinstance(value, Figure)
    )
    unit = say(" {unit}", unit=Foreign(claim.unit, prose=True)) if claim.unit else ()
    return say(
        "{time}{precision}{value}{unit}{aside}{cites}{mark}",
        time=_time(claim),
        precision=_precision(claim),
        value=value,
        unit=unit,
        aside=_aside(claim),
        cites=joined(cites, " "),
        mark=Mark(_BASIS[claim.basis]),
    )


def _time(claim: Claim) -> Line:
    """Return when an event was, where its own words do not say it."""
    time = claim.detail.get("time", "") if claim.path == "timeline.event" else ""
    return () if time in str(claim.value) else say("{time}: ", time=Foreign(time, prose=True))


def _precision(claim: Claim) -> str:
    if claim.precision == "at_most" and not isinstance(claim.value, int):
        return "no later than "
    return _WORDS.get(claim.precision or "", "")


def _worded(claims: Claims, claim: Claim) -> Part:
    """Return a value that is no number: a category by its plain name, an indicator defanged, else as said."""
    value = str(claim.value)
    if claim.path == "impact.category" and value in known():
        return known()[value].label
    if claim.path == "indicator":
        kind = claim.detail.get("type", "")
        return Foreign(defang(value, kind), prose=kind == "behaviour")
    if claim.path == "technique":
        found = technique(claims.material.attack, value)
        return Foreign(f"{value} {found[0] if found else claim.detail.get('name', '')}".strip(), prose=True)
    return Foreign(value, prose=True)


def _aside(claim: Claim) -> str:
    said = [claim.confidence] if claim.confidence else []
    said += ["possibly"] if claim.detail.get("hedge") == "potential" else []
    said += ["inferred by its source"] if claim.modality == "inferred" else []
    said += (
        ["worked out from its words"] if claim.modality == "computed" and claim.basis == "document" else []
    )
    said += [claim.status] if claim.status != "asserted" else []
    return f" ({', '.join(said)})" if said else ""


def _lines(claims: Claims, wanted: Callable[[Claim], bool]) -> list[Line]:
    """Return the statements that are wanted, each once; a last line says how many more there are."""
    places = _places(claims, wanted)
    lines = [_told(claims, *each) for each in places[:SHOWN]]
    return (
        [*lines, (f"and {len(places) - SHOWN} more, all in report.json",)] if len(places) > SHOWN else lines
    )


# --- additions to the sections ------------------------------------------------------------------------------


def _with_facts(claims: Claims, block: Facts, anchor: str) -> Facts:
    """Return facts with what documents say of each, instead of a line that nothing is known."""
    if anchor == "method":
        return Facts(
            tuple((name, _joined(line, _lines(claims, _claimed(claims, name)))) for name, line in block.pairs)
        )
    paths = _FACTS.get(anchor, {})
    pairs = [(name, _joined(line, _lines(claims, _of(*paths.get(name, ()))))) for name, line in block.pairs]
    return Facts(tuple(pairs))


def _claimed(claims: Claims, tactic: str) -> Callable[[Claim], bool]:
    """Return what finds the techniques that a document claims and that serve a tactic."""

    def wanted(each: Claim) -> bool:
        found = technique(claims.material.attack, str(each.value)) if each.path == "technique" else None
        return found is not None and tactic in found[1] and each.detail.get("kind") == "claimed"

    return wanted


def _joined(line: Line, said: Sequence[Line]) -> Line:
    """Return a line with what documents say beside it; what it says too is only cited."""
    if not said:
        return line
    first = line[0] if line else ""
    if isinstance(first, str) and first.startswith(_NOT_KNOWN):
        return say("Reported: {said}.", said=joined(said, "; "))
    own = _foreign(line)
    other = [each for each in said if not own or _foreign(each) != own]
    cites = tuple(part for each in said if each not in other for part in each if isinstance(part, Cite))
    return (*line, *cites, *(say(" Reported: {said}.", said=joined(other, "; ")) if other else ()))


def _foreign(line: Line) -> str:
    """Return the first text from outside in a line, case folded."""
    return next((part.text.casefold() for part in line if isinstance(part, Foreign)), "")


def _under_phases(claims: Claims, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks of the timeline, under each heading what documents tell of that phase."""
    told = False
    for each in blocks:
        if told and isinstance(each, Paragraph) and str(each.line[0]).startswith(_NOT_KNOWN):
            told = False
            continue
        yield each
        told = False
        if isinstance(each, Heading) and each.text in _PHASES:
            lines = _lines(claims, _phase(_PHASES[each.text]))
            told = bool(lines)
            if lines:
                yield Items(tuple(lines))


def _phase(words: Sequence[str]) -> Callable[[Claim], bool]:
    return lambda each: (
        each.path == "timeline.event"
        and any(word in each.detail.get("phase", "").casefold() for word in words)
    )


def _before(claims: Claims, section: Section) -> list[Block]:
    """Return what stands above a section: in the summary, what was published, part by part."""
    if section.anchor != "summary":
        return []
    about = _documents(claims.material.record)
    if not about:
        return []
    count = claims.derive("documents", len(about), "Documents of the first group of record.incidents")
    noun = "document says" if count.value == 1 else "documents say"
    words = "What {n} published {noun} of this incident, with the words of each in a footnote."
    head = sentences((say(words, n=count, noun=noun), *_apart(claims)))
    return [Paragraph(head, "lead"), Facts(tuple(_summary(claims)))]


def _summary(claims: Claims) -> Iterator[tuple[str, Line]]:
    parts: tuple[tuple[str, Callable[[Claim], bool]], ...] = (
        ("Organisation", _of("incident.organisation")),
        ("How many", lambda each: each.path == "impact.count" and each.detail.get("role") != "part"),
        ("Data taken", _category("taken")),
        ("Data not taken", _category("not_taken")),
        ("Entered", _of("access.where")),
        ("By", _of("access.vector")),
        ("Named as behind it", _of("actor.name")),
    )
    for name, wanted in parts:
        groups = _briefly(claims, _places(claims, wanted))
        said = [_told(claims, *each)[:-1] for each in groups[:SUMMED]]
        if len(groups) > SUMMED:
            said.append((f"and {len(groups) - SUMMED} more",))
        if said:
            yield name, say("{said}.{mark}", said=joined(said, "; "), mark=Mark("reported"))


def _apart(claims: Claims) -> list[Line]:
    """Say how many pairs of claims cannot both hold; nothing where all can."""
    relations = [each for each in _relations(claims.material.record) if each.kind == "conflicts"]
    if not relations:
        return []
    how = "Relations of the kind conflicts in record.relations, between claims about this incident"
    n = claims.derive("conflicts", len(relations), how)
    noun = "pair of claims cannot" if n.value == 1 else "pairs of claims cannot"
    return [say("{n} {noun} both hold; section 14 says which and why.", n=n, noun=noun)]


def _briefly(claims: Claims, groups: Sequence[list[int]]) -> list[list[int]]:
    """Return the statements for a summary: of those that give one value the surest, with all footnotes."""
    record = claims.material.record
    if record is None:
        return []
    found: dict[tuple[object, ...], list[list[int]]] = {}
    for places in groups:
        claim = record.claims[places[0]]
        bound = claim.precision if claim.precision in {"at_most", "at_least"} else None
        key = (str(claim.value).casefold(), claim.unit, bound, claim.confidence)
        found.setdefault(key, []).append(places)
    hedged = {place for place, each in enumerate(record.claims) if "hedge" in each.detail}
    surest = [sorted(each, key=lambda some: some[0] in hedged) for each in found.values()]
    return [[place for some in each for place in some] for each in surest]


def _category(polarity: str) -> Callable[[Claim], bool]:
    return lambda each: each.path == "impact.category" and each.polarity == polarity


def _reported(claims: Claims, parts: Iterable[tuple[str, Callable[[Claim], bool]]]) -> list[Block]:
    """Return a heading and a list for each part that documents speak of."""
    blocks: list[Block] = []
    for title, wanted in parts:
        lines = _lines(claims, wanted)
        if lines:
            blocks += [Heading(f"Reported: {title}"), Items(tuple(lines))]
    return blocks


def _timeline(claims: Claims) -> list[Block]:
    placed = _phase([word for words in _PHASES.values() for word in words])

    def other(each: Claim) -> bool:
        return each.path == "timeline.event" and not placed(each)

    return _reported(claims, [("other events", other)])


def _method(claims: Claims) -> list[Block]:
    def unplaced(claim: Claim) -> bool:
        return (
            claim.path == "technique"
            and claim.detail.get("kind") == "claimed"
            and not technique(claims.material.attack, str(claim.value))
        )

    def usual(claim: Claim) -> bool:
        return claim.path == "technique" and claim.detail.get("kind") == "known_for_actor"

    parts = (
        ("where", _of("access.where")),
        ("how", _of("access.vector")),
        ("techniques that the list of techniques does not have", unplaced),
        ("said to be known of the actor, not of this incident", usual),
        ("who is named", _of("actor.name")),
    )
    return [*_reported(claims, parts), *_known_for(claims)]


def _known_for(claims: Claims) -> list[Block]:
    """List what ATT&CK knows of each group that a source names; none of it was seen here by that."""
    named = [each for each in _own(claims.material.record) if each.path == "actor.name"]
    names = sorted({str(each.value) for each in named if each.confidence != "denied"})
    groups = {found.id: found for name in names if (found := claims.material.attack.group(name))}
    if not groups:
        return []
    lines = [
        say(
            "{name} ({id}): {techniques}",
            name=Foreign(each.name, prose=True),
            id=each.id,
            techniques=joined(_called(claims, id_) for id_ in each.techniques),
        )
        for each in groups.values()
    ]
    version = claims.material.attack.version
    note = f"ATT&CK {version} lists these for groups of these names. None of it is evidence of this incident."
    return [Heading("Known for the actors named"), Paragraph((note,), "note"), Items(tuple(lines))]


def _called(claims: Claims, id_: str) -> str:
    found = technique(claims.material.attack, id_)
    return f"{id_} {found[0]}" if found else id_


def _impact(claims: Claims) -> list[Block]:
    parts = (
        ("how many", _of("impact.count")),
        ("data taken", _category("taken")),
        ("data not taken", _category("not_taken")),
        ("data, open", _category("unknown")),
        ("financial", _of("impact.financial")),
        ("operational", _of("impact.operational")),
        ("reputational", _of("impact.reputational")),
    )
    return _reported(claims, parts)


def _indicators(claims: Claims) -> list[Block]:
    return _reported(claims, [("indicators", _of("indicator"))])


def _response(claims: Claims) -> list[Block]:
    parts = (("detection", _of("response.detection")), ("notification", _of("response.notification")))
    return _reported(claims, parts)


def _lessons(claims: Claims) -> list[Block]:
    return _reported(claims, [("lessons", _of("lesson"))])


def _recommendations(claims: Claims) -> list[Block]:
    related = ("other organisations named, which are not victims here", _of("related.organisation"))
    return _reported(claims, [("recommendations", _of("recommendation")), related])


_ADDED: dict[str, Callable[[Claims], list[Block]]] = {
    "details": changes,
    "timeline": _timeline,
    "method": _method,
    "impact": _impact,
    "indicators": _indicators,
    "response": _response,
    "lessons": _lessons,
    "recommendations": _recommendations,
}
