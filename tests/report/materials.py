"""Materials for the report tests: one of every shape, with values that are hard to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from floodmark.models import (
    Check,
    EvidenceItem,
    Finding,
    Proof,
    Quarantined,
    Scope,
    Traced,
)
from floodmark.report import Location, Material, Moment, Statement

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "](javascript:alert(1)) ![x](https://evil.example/p.png) <https://evil.example>",
    "`` ``` ` ~~~ `````",
    "a|b||c \\| \\",
    "\x1b[31mred\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\u202egnp.exe\u2066x\u2069 zero\u200bwidth\ufeff",
    "=cmd|' /C calc'!A0",
    "line\r\n# heading\r\n\r\n[^1]: taken over\n- item\n</code></pre></td>",
    "{{ 7 * 7 }}{% raw %} {0} {name}",
    "' onmouseover='x' \" style=\"x\" &lt;b&gt; &#106;",
    "",
    " ",
)
EVERYTHING = " ".join(HOSTILE)


def scope(**changes: Any) -> Scope:
    """A scope of a small breach, with `changes` laid over its document."""
    document: dict[str, Any] = {
        "intrusion": {
            "actors": ["0055j000000utlPAAQ"],
            "sessions": ["sess-1"],
            "logins": ["login-1"],
            "clients": ["Data Loader", "my-app"],
            "addresses": ["192.0.2.44", "2001:db8::17"],
            "from": "2025-06-28T02:11:09.120Z",
            "to": "2025-06-30T04:02:51.000Z",
            "acts": 4,
            "events": 1307,
        },
        "snapshot": {
            "records": {"Account": 12, "Contact": 6_000_123, "Case": 40_000},
            "people": 5_730_000,
            "unkeyed_records": 17,
            "unit": "distinct email",
        },
        "records": {
            "Contact": {"at_least": 5_700_001, "at_most": 5_801_234, "bound": "relaxed"},
            "Case": {"at_least": 0, "at_most": 40_000, "bound": "relaxed"},
        },
        "people": {"at_least": 5_690_000, "at_most": 5_700_123, "bound": "relaxed", "without_value": 3},
        "categories": [
            category("name", 5_690_000, 5_700_123, taken=5_690_000, possibly_taken=10_123, not_taken=29_877),
            category("email", 5_690_000, 5_690_000, taken=5_690_000, not_taken=40_000),
            category(
                "date_of_birth",
                1_500_000,
                1_501_000,
                taken=1_500_000,
                possibly_taken=1_000,
                not_held=4_229_000,
            ),
            category("free_text", 0, 40_000, possibly_taken=40_000, not_held=5_600_000, cannot_tell=90_000),
            category("address", 0, 0, not_held=1_000_000, not_taken=4_730_000),
            category("payment_card", 0, 0, not_held=5_730_000),
        ],
        "combinations": [
            {"taken": ["email", "name"], "possible": [], "people": 4_190_000},
            {"taken": ["date_of_birth", "email", "name"], "possible": [], "people": 1_500_000},
            {"taken": [], "possible": ["name"], "people": 10_123},
        ],
        "residence": [
            {"country": "AU", "people": {"at_least": 4_000_000, "at_most": 4_000_100}},
            {"country": "NZ", "people": {"at_least": 1_000_000, "at_most": 1_000_000}},
            {"country": None, "people": {"at_least": 690_000, "at_most": 700_023}},
        ],
        "requests": [
            request("R-001", grade=2, matched_rows=5_700_001, replayed_rows=5_700_001, difference=0),
            request(
                "R-002",
                kind="bulk_query",
                query="SELECT Id, " + ", ".join(f"Field_{place}__c" for place in range(60)) + " FROM Contact",
                grade=3,
                matched_rows=1_501_000,
                delivered_rows={"min": 1_500_000, "max": 1_501_000},
                replayed_rows=1_500_500,
                difference=500,
                assumes=["nulls differ from a text"],
                inferable=["CreditScore__c"],
                events=["e1", "e2"],
            ),
            request("R-003", kind="report", query=None, objects=["Case"], grade=4, events=["e3"]),
            request("R-004", kind="unknown", query=None, objects=[], grade=5, events=[]),
        ],
        "coverage": {
            "stated": False,
            "gaps": [
                {
                    "log": "salesforce.elf.RestApi",
                    "from": "2025-06-29T00:00:00.000Z",
                    "to": "2025-06-29T01:00:00.000Z",
                    "reason": "no file for an hour in which other logs have one",
                }
            ],
            "blind": ["screens photographed at the desk", "rows read through a synchronised copy"],
        },
        "checks": [
            {"name": "rows read add up", "passed": True, "detail": "1,310 = 1,307 + 2 + 1"},
            {"name": "outcomes share out all people", "passed": True, "detail": "6 categories"},
        ],
    }
    return Scope.model_validate({**document, **changes})


def category(name: str, at_least: int, at_most: int, **outcomes: int) -> dict[str, Any]:
    """One category with its outcomes; those not named are 0."""
    zero = dict.fromkeys(("taken", "possibly_taken", "not_held", "cannot_tell", "not_taken"), 0)
    bound = "exact" if at_least == at_most else "relaxed"
    return {
        "category": name,
        "people": {"at_least": at_least, "at_most": at_most, "bound": bound},
        "outcomes": {**zero, **outcomes},
    }


def request(id_: str, **changes: Any) -> dict[str, Any]:
    """One request with nothing known but what `changes` say."""
    return {
        "id": id_,
        "kind": "query",
        "objects": ["Contact"],
        "query": "SELECT Id, Name, Email FROM Contact WHERE MailingCountry != 'US'",
        "grade": 2,
        "assumes": [],
        "inferable": [],
        "matched_rows": None,
        "delivered_rows": None,
        "replayed_rows": None,
        "difference": None,
        "events": [f"q{place}" for place in range(9)],
        **changes,
    }


def proof(**changes: Any) -> Proof:
    """What the numbers of the small breach rest on, with `changes` laid over its document."""
    document: dict[str, Any] = {
        "requests": [
            reconciled(
                "R-001", matched_rows=5_700_001, replayed_rows=5_700_001, difference=0, sure=5_700_001
            ),
            reconciled(
                "R-002",
                matched_rows=1_501_000,
                delivered_rows={"min": 1_500_000, "max": 1_501_000},
                replayed_rows=1_500_500,
                difference=500,
                sure=1_400_000,
                possible=1_500_500,
                explanation="500 rows matched beyond the replay: records deleted since would explain them",
            ),
            reconciled("R-003", refused="the text is cut"),
            reconciled("R-004"),
        ],
        "obstacles": [
            obstacle(
                "gap",
                text="no file for an hour in which other logs have one",
                log="salesforce.elf.RestApi",
                **{"from": "2025-06-29T00:00:00.000Z", "to": "2025-06-29T01:00:00.000Z"},
                remedy="the log file of RestApi of that hour",
                without={"at_least": 5_690_000, "at_most": 5_700_100},
            ),
            obstacle("request", text="its object was not logged", request="R-004", remedy="the stored event"),
            obstacle(
                "rows",
                text="more rows matched than the replay finds",
                request="R-002",
                rows=500,
                without={"at_least": 5_690_000, "at_most": 5_699_623},
            ),
            obstacle("quarantined", text="9 fields, expected 31", item="a" * 64, position="line 41"),
            obstacle("request", text="not in the scope", request="R-999"),
        ],
        "people_without_obstacles": {"at_least": 5_690_000, "at_most": 5_690_001},
        "absence": [
            absence("name", never_selected=29_877),
            absence("date_of_birth", not_held=4_229_000),
            absence("address", not_held=1_000_000, never_selected=4_700_000, outside=30_000),
            absence("payment_card", declared=5_730_000),
        ],
        "states": [],
        "readings": {"nulls under !=": "left out: 2 requests of 2 agree with it"},
        "other_count": None,
        "other_unit": None,
    }
    return Proof.model_validate({**document, **changes})


def reconciled(id_: str, **changes: Any) -> dict[str, Any]:
    """One reconciled request with nothing known but what `changes` say."""
    names = ("matched_rows", "delivered_rows", "replayed_rows", "difference", "sure", "possible", "refused")
    return {"id": id_, **dict.fromkeys(names), "explanation": "", **changes}


def obstacle(kind: str, **changes: Any) -> dict[str, Any]:
    """One obstacle with nothing known but what `changes` say."""
    names = ("log", "from", "to", "item", "position", "request", "rows", "without")
    return {"kind": kind, "text": "", **dict.fromkeys(names), "remedy": "", **changes}


def absence(category: str, **changes: int) -> dict[str, Any]:
    """The four kinds of absence of one category; those not named are 0."""
    zero = dict.fromkeys(("declared", "not_held", "never_selected", "outside"), 0)
    return {"category": category, **zero, **changes}


def no_proof(**changes: Any) -> Proof:
    """The proof of a scope without requests."""
    none: dict[str, Any] = {"at_least": 0, "at_most": 0}
    bare = {"requests": [], "obstacles": [], "absence": [], "readings": {}, "people_without_obstacles": none}
    return proof(**{**bare, **changes})


def finding(**changes: Any) -> Finding:
    """One accepted finding."""
    document: dict[str, Any] = {
        "id": "F1",
        "detector": "volume-burst",
        "title": "rows read in one hour far above the actor's own history",
        "summary": "5,700,001 rows in one hour, 40 at most before.",
        "severity": "high",
        "confidence": "high",
        "actors": ["0055j000000utlPAAQ"],
        "sessions": ["sess-1"],
        "logins": ["login-1"],
        "clients": ["my-app"],
        "addresses": ["192.0.2.44"],
        "from": "2025-06-28T02:11:09.120Z",
        "to": "2025-06-28T03:00:00.000Z",
        "events": ["q0"],
        "techniques": ["T1213.004", "T1567", "T9999"],
        "told_at": "2025-06-28T02:31:00.000Z",
        "points": 12,
        "reasons": [
            {
                "detector": "volume-burst",
                "at": "2025-06-28T02:31:00.000Z",
                "points": 12,
                "seen": "5,700,001 rows in one hour",
                "expected": "40 at most",
            }
        ],
    }
    return Finding.model_validate({**document, **changes})


def small(**changes: Any) -> Material:
    """The material of a small breach, with `changes` laid over."""
    base = Material(
        organisation="Southern Cross Air",
        platform="Salesforce",
        timezone="Australia/Sydney",
        contained_at="2025-06-30T06:00:00.000Z",
        version="0.1.0",
        snapshot_at="2025-07-01T00:00:00.000Z",
        scope=scope(),
        proof=proof(),
        findings=(
            finding(),
            finding(id="F2", detector="new-client", title="a client never seen before", techniques=["T1528"]),
        ),
        open_findings=(finding(id="F3", title="many logins that failed"),),
        selectors=(),
        evidence=(item("RestApi.csv", "a" * 64), item("Api events (2).json", "b" * 64, damaged=True)),
        quarantine=(Quarantined(sha256="a" * 64, position="line 41", reason="9 fields, expected 31"),),
        locations=locations(),
        timeline=(
            Moment("2025-06-28T02:11:09.120Z", "initial access", "login with a new client"),
            Moment("2025-06-28T02:20:00.000Z", "collection", "first query", ("q0", "q1", "lost")),
            Moment("2025-06-30T06:00:00.000Z", "containment", "access closed"),
            Moment("2025-06-30T07:00:00.000Z", "aftermath", "letters drafted"),
        ),
        labels={
            "name": "name",
            "email": "email address",
            "date_of_birth": "birth date",
            "payment_card": "payment card",
        },
        not_held=("payment_card",),
        ledger_from="2025-06-01T00:00:00.000Z",
        ledger_to="2025-07-01T00:00:00.000Z",
        statements=(Statement("person", "-- one row per person\nSELECT *\nFROM record\n", 5_730_000),),
    )
    return replace(base, **changes)


def item(name: str, sha256: str, *, damaged: bool = False) -> EvidenceItem:
    """One evidence item."""
    return EvidenceItem.model_validate(
        {
            "name": name,
            "sha256": sha256,
            "bytes": 123_456,
            "log": "salesforce.elf.RestApi",
            "rows": 1310,
            "events": 1307,
            "duplicates": 2,
            "quarantined": 1,
            "damaged": damaged,
            "from": "2025-06-28T00:00:00.000Z",
            "to": None,
        }
    )


def locations() -> dict[str, Location]:
    """Where the events of the requests stand."""
    places = {f"q{place}": (place + 2, f"2025-06-28T02:{20 + place}:00.000Z") for place in range(9)}
    places |= {"e1": (1200, "2025-06-29T10:00:00.000Z"), "e2": (1201, "2025-06-29T13:30:00.500Z")}
    places |= {"e3": (1307, "2025-06-30T04:02:51.000Z")}
    return {
        event: Location(event, "salesforce.elf.RestApi", "a" * 64, "RestApi.csv", row, at, "query Contact")
        for event, (row, at) in places.items()
    }


def empty() -> Material:
    """A case in which nothing was accepted as hostile."""
    none = {"at_least": 0, "at_most": 0, "bound": "exact"}
    nothing = {
        "actors": [],
        "sessions": [],
        "logins": [],
        "clients": [],
        "addresses": [],
        "acts": 0,
        "events": 0,
    }
    return small(
        contained_at=None,
        snapshot_at=None,
        findings=(),
        open_findings=(),
        evidence=(),
        quarantine=(),
        locations={},
        timeline=(),
        not_held=(),
        ledger_from=None,
        ledger_to=None,
        statements=(),
        proof=no_proof(),
        scope=scope(
            intrusion={**nothing, "from": None, "to": None},
            snapshot={"records": {}, "people": 0, "unkeyed_records": 0, "unit": "distinct email"},
            records={},
            people={**none, "without_value": 0},
            categories=[],
            combinations=[],
            residence=[],
            requests=[],
            coverage={"stated": True, "gaps": [], "blind": []},
            checks=[],
        ),
    )


LINK = {
    "id": "L-0123456789",
    "kind": "address",
    "state": "followed",
    "value": "192.0.2.44",
    "account": "ana@org.example",
    "why": "the same account worked from this address",
    "from": "2025-06-28T02:20:00.000Z",
    "to": None,
    "events": 9,
    "sample": ["q0", "q1", "lost"],
}


def traced(text: str = "ana@org.example") -> Traced:
    """The small breach step by step, with `text` wherever it comes from outside."""
    start, end = "2025-06-28T02:20:00.000Z", "2025-06-30T04:02:51.000Z"
    one = {"account": text, "from": start, "to": end, "events": ["q0", "q1", "lost"]}
    stage = {**one, "technique": "T1213.004", "count": 41, "hostile": True, "note": ""}
    apart = {"account": text, "from": start, "to": end, "sample": ["e1"], "why": "its own"}
    return Traced.model_validate(
        {
            "intrusion": {**scope().intrusion.model_dump(by_alias=True), "links": [LINK]},
            "stages": [
                {**stage, "phase": "collection", "title": "records read"},
                {
                    **stage,
                    "phase": "persistence",
                    "title": "factor reset",
                    "hostile": False,
                    "note": "by a desk",
                },
            ],
            "apart": [{**apart, "events": 1200, "sessions": 40, "usual": 1199, "unsettled": 1}],
            "lateral": {
                "moves": [
                    {"sure": True, "text": text, "count": 3, "events": ["e2"]},
                    {"sure": False, "text": text, "count": 4, "events": []},
                ],
                "absent": "no other application was entered",
                "rests_on": [{"log": text, "from": start, "to": end, "gaps": 2}],
            },
            "going_on": {
                "answer": "cannot_tell",
                "text": "the logs end too early",
                "last_event_at": end,
                "last_event": "q1",
                "last_read_at": end,
                "last_read": "q1",
                "logs_end": end,
            },
        }
    )


def told() -> Material:
    """The small breach with its trace: one link followed, one offered, one refused."""
    links = [LINK, {**LINK, "state": "offered", "account": None}, {**LINK, "state": "refused"}]
    document = scope().model_dump(by_alias=True)
    document["intrusion"]["links"] = links
    return small(scope=Scope.model_validate(document), traced=traced())


def linked() -> dict[str, Any]:
    """Changes to a proof: people linked by probability, and states."""
    states = [
        {
            "country": "AU",
            "state": "New South Wales",
            "people": {"at_least": 3_000_000, "at_most": 3_000_100},
        },
        {"country": None, "state": "Elsewhere", "people": {"at_least": 0, "at_most": 12}},
    ]
    return {"other_count": 5_800_001, "other_unit": "distinct email", "states": states}


def failing() -> Material:
    """A case of which one check failed."""
    bad = Check(name="people do not exceed records", passed=False, detail="9 people, 8 records")
    return small(scope=scope(checks=[bad.model_dump()]))


def hostile(text: str = EVERYTHING) -> Material:
    """A case in which every text from outside is `text`."""
    keep = {"item", "kind", "severity", "confidence", "bound", "unit_", "from", "to", "sha256"}

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            renamed: Callable[[str], str] = (
                (lambda name: name + text) if key == "records" else (lambda name: name)
            )
            return {renamed(name): spoil(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [spoil(each, key) for each in value]
        return text if isinstance(value, str) and key not in keep else value

    base = told()
    kept = {"state": "followed", "kind": "client", "why": "x", "from": None, "to": None}
    document = spoil(base.scope.model_dump(mode="json", by_alias=True))
    for place, each in enumerate(document["requests"]):
        each["events"] = base.scope.requests[place].events
    document["intrusion"]["links"] = [{**each, **kept} for each in document["intrusion"]["links"]]
    told_by = spoil(proof(**linked()).model_dump(mode="json", by_alias=True))
    told_by["readings"] = {text: text}
    for place, each in enumerate(told_by["requests"]):
        each["id"] = text if place else document["requests"][0]["id"]
        each["explanation"] = text or "-"  # an empty one says that nothing needs explaining
    spoiled = finding(
        **dict.fromkeys(("id", "detector", "title", "summary"), text),
        **{name: [text] for name in ("actors", "sessions", "logins", "clients", "addresses", "techniques")},
        reasons=[{"detector": text, "at": text, "points": 1, "seen": text, "expected": text}],
    )
    return replace(
        base,
        organisation=text,
        platform=text,
        timezone=text,
        version=text,
        scope=Scope.model_validate(document),
        proof=Proof.model_validate(told_by),
        findings=(spoiled,),
        open_findings=(spoiled,),
        selectors=(text,),
        evidence=tuple(item(text, each.sha256, damaged=True) for each in base.evidence),
        quarantine=(Quarantined(sha256="c" * 64, position=text, reason=text),),
        locations={
            event: replace(each, log=text, name=text, text=text, at=each.at)
            for event, each in base.locations.items()
        },
        timeline=(*(replace(each, text=text) for each in base.timeline), Moment(text, text, text)),
        labels=dict.fromkeys((*base.labels, text), text),
        not_held=(text,),
        statements=(Statement(text, text, 1),),
        traced=traced(text),
    )
