"""Sections 4 and 8 to 11: methods, indicators, response, lessons, recommendations.

Lessons and recommendations are only what follows from this record; each says what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from floodmark.indicators import defang
from floodmark.models import Finding, Request
from floodmark.report.attack import TACTICS, technique
from floodmark.report.blocks import Block, Facts, Heading, Items, Paragraph, Row, Section, Table
from floodmark.report.claims import Claims
from floodmark.report.material import Material
from floodmark.report.opening import place_of
from floodmark.report.parts import Foreign, Line, Mark, codes, joined, say, sentences, when

_COARSE_GRADE = 4
_INDICATORS_SHOWN = 100
_SPECIFIC = {
    "unique": "only the intrusion shows it",
    "shared": "honest work shows it too, or many share it",
    "chosen": "a name that anybody can give",
}
_CLIENT_WORDS = ("client", "app", "application", "oauth", "token")
_VOLUME_WORDS = ("volume", "burst", "bulk", "export", "sweep", "enumeration", "paging")


def method(claims: Claims) -> Section:
    """Section 4: techniques of the accepted findings by tactic."""
    findings = claims.material.findings
    used = sorted({id_ for finding in findings for id_ in finding.techniques})
    pairs: list[tuple[str, Line]] = []
    for tactic, evidence in TACTICS:
        lines = [_technique(claims, id_, findings) for id_ in used if tactic in _tactics(claims, id_)]
        missing = say("Not known. {evidence} would answer it.", evidence=evidence[0].upper() + evidence[1:])
        pairs.append((tactic, joined(lines, " ") or missing))
    unplaced = [_technique(claims, id_, findings) for id_ in used if not _tactics(claims, id_)]
    if unplaced:
        pairs.append(("Other techniques", joined(unplaced, " ")))
    intro = (
        "Techniques are those of the accepted findings; one that serves several tactics stands under each."
    )
    return Section("4", "method", "Attack methodology", (Paragraph((intro,)), Facts(tuple(pairs))))


def _tactics(claims: Claims, id_: str) -> tuple[str, ...]:
    """Return the tactics that a technique serves; none when it is not listed."""
    known = technique(claims.material.attack, id_)
    return known[1] if known else ()


def _technique(claims: Claims, id_: str, findings: Sequence[Finding]) -> Line:
    """Name a technique and the findings that show it."""
    known = technique(claims.material.attack, id_)
    titles = sorted({finding.title for finding in findings if id_ in finding.techniques})
    return say(
        "{id}{name}: {titles}.",
        id=Foreign(id_),
        name=f" {known[0]}" if known else "",
        titles=joined((Foreign(title, prose=True) for title in titles), "; "),
    )


def indicators(claims: Claims) -> Section:
    """Section 8: addresses, clients, sessions and behaviour of the intrusion, defanged."""
    material = claims.material
    intrusion = material.scope.intrusion
    addresses = [defanged(each) for each in intrusion.addresses]
    missing = "Not known. {} would answer it."
    pairs: tuple[tuple[str, Line], ...] = (
        (
            "Addresses",
            codes(addresses, limit=100) or (missing.format("Login history and API logs with addresses"),),
        ),
        ("Clients", codes(intrusion.clients, limit=100) or (missing.format("API logs with client names"),)),
        ("Accounts", codes(intrusion.actors, limit=100) or (missing.format("Logs that name the user"),)),
        ("Sessions", codes(intrusion.sessions) or (missing.format("Logs with session keys"),)),
        ("Logins", codes(intrusion.logins) or (missing.format("Login history with login keys"),)),
    )
    file = Paragraph(("None. Access logs hold no files; images of the devices used would answer it.",))
    behaviour: Block = Items(tuple(_behaviour(claims, place) for place in range(len(material.findings))))
    if not material.findings:
        behaviour = Paragraph(("None. No finding was accepted.",))
    network = (Heading("Network"), Facts(pairs), *_seen(material))
    blocks = (*network, Heading("File"), file, Heading("Behaviour"), behaviour)
    return Section("8", "indicators", "Indicators of compromise", blocks)


def _seen(material: Material) -> list[Block]:
    """Return when the intrusion was seen with each of its indicators, and how specific that one is."""
    claims = material.record.claims if material.record else ()
    seen = [each for each in claims if each.path == "indicator" and each.basis == "log"]
    if not seen:
        return []
    rows = tuple(
        Row(
            (
                (Foreign(defang(str(each.value), each.detail.get("type", ""))),),
                (each.detail.get("type", "").replace("_", " "),),
                (when(each.detail.get("first_seen")),),
                (when(each.detail.get("last_seen")),),
                (_SPECIFIC.get(each.detail.get("specific", ""), "not known"),),
            )
        )
        for each in seen[:_INDICATORS_SHOWN]
    )
    left = len(seen) - len(rows)
    note = (f"{left} more stand in report.json.",) if left > 0 else ()
    return [Table(("Indicator", "Type", "First seen", "Last seen", "How specific"), rows, note)]


def defanged(address: str) -> str:
    """Return an address that no program turns into a link.

    >>> defanged("192.0.2.4"), defanged("2001:db8::1")
    ('192.0.2[.]4', '2001:db8:[:]1')
    """
    mark = "." if "." in address else ":"
    head, found, tail = address.rpartition(mark)
    return f"{head}[{mark}]{tail}" if found else address


def _behaviour(claims: Claims, number: int) -> Line:
    """Return one finding: what, when, how sure, and what speaks for it."""
    material, finding = claims.material, claims.material.findings[number]
    reasons = (_reason(claims, number, place) for place in range(len(finding.reasons)))
    return say(
        "{title}: {summary} From {start} to {end}, and it could be told at {told}; severity {severity}, "
        "confidence {confidence}; found by {detector}{place}. What speaks for it: {reasons}.",
        title=Foreign(finding.title, prose=True),
        summary=Foreign(finding.summary, prose=True),
        start=when(finding.from_),
        end=when(finding.to),
        told=when(finding.told_at),
        severity=finding.severity,
        confidence=finding.confidence,
        detector=Foreign(finding.detector),
        place=place_of(material, finding.events),
        reasons=joined(reasons, "; ") or ("not recorded",),
    )


def _reason(claims: Claims, finding: int, number: int) -> Line:
    """Return one reason: what it is called, when, what was seen and expected, and what it weighs."""
    reason = claims.material.findings[finding].reasons[number]
    return say(
        "{detector} at {at}: {seen} (expected: {expected}; weight {points})",
        detector=Foreign(reason.detector),
        at=when(reason.at),
        seen=Foreign(reason.seen, prose=True),
        expected=Foreign(reason.expected, prose=True) if reason.expected else "nothing stated",
        points=claims.figure("findings", finding, "reasons", number, "points"),
    )


def actions(claims: Claims) -> Section:
    """Section 9: containment, eradication, recovery."""
    contained = claims.material.contained_at
    containment = (
        say("Access was closed at {at}.{mark}", at=when(contained), mark=Mark("reported"))
        if contained
        else ("Not known. The time at which access was closed, set in the case, would answer it.",)
    )
    eradication = "Not known. The setup audit trail (revoked tokens, reset accounts) would answer it."
    recovery = "Not known. The change records of the response would answer it."
    pairs = (("Containment", containment), ("Eradication", (eradication,)), ("Recovery", (recovery,)))
    return Section("9", "response", "Response actions", (Facts(pairs),))


def lessons(claims: Claims) -> Section:
    """Section 10: what this record teaches."""
    return _advice("10", "lessons", "Lessons learned", "Lesson", tuple(_lessons(claims)))


def recommendations(claims: Claims) -> Section:
    """Section 11: what this record asks for."""
    return _advice(
        "11", "recommendations", "Recommendations", "Recommendation", tuple(_recommendations(claims))
    )


Advice = tuple[Line, Line]
"""What is said, and what it rests on."""


def _advice(number: str, anchor: str, title: str, noun: str, advice: Sequence[Advice]) -> Section:
    """Return advice with what each piece rests on."""
    if not advice:
        return Section(number, anchor, title, (Paragraph(("Nothing follows from this record alone.",)),))
    rows = tuple(Row((text, ground)) for text, ground in advice)
    note = ("Only what follows from this record is listed; other causes may exist. (judged)",)
    return Section(number, anchor, title, (Table((noun, "Rests on"), rows, note),))


def _lessons(claims: Claims) -> Iterator[Advice]:
    """Yield each lesson that this record supports."""
    material = claims.material
    scope = material.scope
    if scope.intrusion.from_ and scope.intrusion.to and material.findings:
        text = say(
            "The intrusion went on reading from {start} to {end}.",
            start=when(scope.intrusion.from_),
            end=when(scope.intrusion.to),
        )
        yield text, ("scope.intrusion",)
    clients = _using(material.findings, _CLIENT_WORDS)
    if clients:
        yield (
            ("A client that had not been seen before could read customer data.",),
            _findings(clients),
        )
    if scope.people.at_most > scope.people.at_least:
        yield (
            ("The logs kept do not allow a single number of people, so plans must use the upper bound.",),
            say(
                "scope.people: {low} to {high}",
                low=claims.figure("scope", "people", "at_least"),
                high=claims.figure("scope", "people", "at_most"),
            ),
        )
    if scope.coverage.gaps:
        yield (
            ("Logs of some hours are missing, and what they would have shown stays open.",),
            _gap_logs(material),
        )
    free = [
        place
        for place, each in enumerate(scope.categories)
        if each.category == "free_text" and each.people.at_most
    ]
    for place in free:
        yield (
            ("Free text is among the data at risk; what people wrote into it is not mapped.",),
            say("up to {n} people", n=claims.figure("scope", "categories", place, "people", "at_most")),
        )


def _recommendations(claims: Claims) -> Iterator[Advice]:
    """Yield each recommendation that this record supports."""
    yield from _about_access(claims.material)
    yield from _about_logs(claims)


def _about_access(material: Material) -> Iterator[Advice]:
    """Yield what would have stopped or slowed the reading."""
    intrusion = material.scope.intrusion
    clients = _using(material.findings, _CLIENT_WORDS)
    if clients:
        yield (
            ("Let only approved connected applications reach the platform, and review the ones in use.",),
            _findings(clients),
        )
    volume = _using(material.findings, _VOLUME_WORDS)
    if volume:
        yield (
            ("Limit how many rows one account may read or export in an hour, and alert on the limit.",),
            _findings(volume),
        )
    if intrusion.addresses:
        ground = codes([defanged(each) for each in intrusion.addresses], limit=5)
        yield ("Allow API access from known networks only.",), ground
    if intrusion.events and material.contained_at is None:
        text = "Close the access of the accounts and clients of section 8, and record the time in the case."
        yield (text,), ("No containment time is set.",)
    if material.open_findings:
        ground = joined((Foreign(each.title, prose=True) for each in material.open_findings[:5]), "; ")
        yield ("Decide on the findings that are neither accepted nor dismissed.",), ground


def _about_logs(claims: Claims) -> Iterator[Advice]:
    """Yield what would have made the answer sharper."""
    scope = claims.material.scope
    if scope.coverage.gaps:
        yield (
            ("Switch on storage of the logs that were missing, and keep them longer.",),
            _gap_logs(claims.material),
        )
    coarse = [request for request in scope.requests if request.grade >= _COARSE_GRADE]
    if coarse:
        text = "Turn on storage of real-time events, which carry query text and record ids."
        yield (text,), _requests(claims, coarse)
    if not scope.coverage.stated:
        text = "Add the platform's listing of log files to the case, so that a missing file shows."
        yield (text,), ("Coverage is inferred.",)
    if any(item.damaged for item in claims.material.evidence):
        ground = codes([item.name for item in claims.material.evidence if item.damaged], limit=5)
        yield ("Fetch the damaged files again from the platform.",), ground
    if scope.snapshot.unkeyed_records and scope.people.at_most:
        figure = claims.figure("scope", "snapshot", "unkeyed_records")
        text = "Keep a key on each customer record, so that people can be told apart and reached."
        yield (text,), say("{n} records without a usable key", n=figure)


def _using(findings: Sequence[Finding], words: Sequence[str]) -> list[Finding]:
    """Return the findings whose detector is about one of the words."""
    return [each for each in findings if set(each.detector.replace("_", "-").split("-")) & set(words)]


def _findings(findings: Sequence[Finding]) -> Line:
    """Name findings as a ground."""
    return sentences(
        (("Finding:",), joined((Foreign(each.title, prose=True) for each in findings[:5]), "; "))
    )


def _gap_logs(material: Material) -> Line:
    """Name the logs with gaps as a ground."""
    return say("Gaps in {logs}", logs=codes(sorted({gap.log for gap in material.scope.coverage.gaps})))


def _requests(claims: Claims, requests: Sequence[Request]) -> Line:
    """Name how many requests stand behind a piece of advice."""
    figure = claims.derive("coarse_requests", len(requests), "Items of scope.requests of grade 4 or 5")
    noun = "request" if figure.value == 1 else "requests"
    return say("{n} {noun} of grade four or five", n=figure, noun=noun)
