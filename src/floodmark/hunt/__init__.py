"""A published report's indicators and behaviours, looked for in the ledger of a case.

Each one ends as matched, not matched (looked for in these logs, over these hours), or cannot be seen: these
logs could not show it, and the answer says which one would. Silence of a log that carries no such value is
never called an absence.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from floodmark.detectors import DETECTORS
from floodmark.engine import Engine, statement
from floodmark.hunt.observed import from_events
from floodmark.ids import canonical
from floodmark.indicators import Class, address, address_class, host_of
from floodmark.models import Claim, Finding, Gap, Hunt, Hunted, HuntOutcome, Observed, Specific, Spoken, stamp
from floodmark.sigma import SHIPPED, load

__all__ = [
    "Hunt",
    "HuntOutcome",
    "Hunted",
    "Observed",
    "Specific",
    "document",
    "from_events",
    "hunt",
    "watched",
]

_HERE = Path(__file__).parent
_SHORTEST_PART = 8
"""A user agent of fewer characters, or one that begins nearly every browser's, is compared as a whole."""
_BROWSER = "mozilla/5.0"
_MOST_SHARE = 0.5
_SAMPLE = 6


class _Sought(NamedTuple):
    """One way in which a value can show: in which slot, compared how, with which text."""

    slot: str
    how: str
    text: str


@dataclass(frozen=True)
class _Target:
    """One thing to look for."""

    type: str
    value: str
    class_: Class
    claims: tuple[str, ...]
    ways: tuple[_Sought, ...]

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(way.slot for way in self.ways)


class _Log(NamedTuple):
    """What one log speaks for."""

    name: str
    events: int
    begin: Any
    end: Any
    slots: frozenset[str]


# --- what is looked for, and where --------------------------------------------------------------------------

_HASH = "a file's hash shows in the logs of endpoints and mail gateways"
_NAME = "who opened a link or looked a name up shows in the logs of DNS, web proxy and mail gateway"
_COIN = "a wallet shows in an extortion message, or in the records of payments"
_NOT_HERE = {
    "md5": _HASH,
    "sha1": _HASH,
    "sha256": _HASH,
    "sha512": _HASH,
    "url": _NAME,
    "domain": _NAME,
    "onion": _NAME,
    "cve": "a flaw shows in a scan, or in the logs of the system that has it",
    "asn": "logs carry addresses, not networks: look for the network's address ranges",
    "btc": _COIN,
    "eth": _COIN,
    "oauth_client_id": "these logs name an application by its id, not by the key it was registered with: "
    "compare the key with the platform's list of connected applications",
    "behaviour": "words are compared by a person, with the findings",
}
"""Type -> why an access log cannot show it, and what does."""
_ONLY_A_MATCH = frozenset({"url", "domain", "oauth_client_id"})
"""A match says something, the lack of one nothing."""
_SLOT_WORDS = {
    "address": "addresses",
    "client": "names of clients",
    "agent": "user agents",
    "app": "ids of applications",
    "account": "names of accounts",
    "actor": "ids of users",
    "session": "keys of sessions",
    "login": "keys of logins",
    "record": "ids of records",
    "job": "ids of bulk jobs",
}
_RECORD_SLOTS = {"005": "actor", "0H4": "app", "888": "app", "750": "job", "751": "job"}
_NO_RECORDS = frozenset({"00D", "00G", "00e", "0PS", "0AT", "0Ya"})


_PLAIN_WAYS: Mapping[str, Sequence[tuple[str, str]]] = {
    "client": (("client", "is"),),
    "app_name": (("client", "is"),),
    "app_id": (("app", "is"), ("client", "is")),
    "oauth_client_id": (("app", "is"), ("client", "is")),
    "email": (("account", "is"),),
    "account": (("account", "is"),),
    "domain": (("account", "below"),),
    "session": (("session", "is"),),
    "login": (("login", "is"),),
}
"""Type -> the slots in which it can show, and how it is compared."""
_ADDRESSES = frozenset({"ipv4", "ipv6", "cidr"})


def _ways(type_: str, value: str) -> Iterable[_Sought]:
    """Yield the ways in which an indicator can show in an access log; none where it cannot."""
    text = value.strip().lower()
    if type_ in _ADDRESSES or (type_ == "url" and address(host_of(value))):
        yield _Sought("address", "net", host_of(value) if type_ == "url" else value)
    elif type_ == "user_agent":
        whole = len(text) < _SHORTEST_PART or text == _BROWSER
        yield _Sought("agent", "is" if whole else "holds", text)
        yield _Sought("client", "is", text)
    elif type_ == "salesforce_id":
        yield from _record_ways(value)
    elif type_ == "okta_id" and value[:3] in {"00u", "0oa"}:
        yield _Sought("actor" if value.startswith("00u") else "app", "is", text)
    for slot, how in _PLAIN_WAYS.get(type_, ()):
        # An application's id can be written with 15 characters or 18.
        for each in sorted({text, (canonical(value) or value).lower()} if slot == "app" else {text}):
            yield _Sought(slot, how, each)


def _record_ways(value: str) -> Iterable[_Sought]:
    full = canonical(value) or value
    if full[:3] in _NO_RECORDS:
        return
    slot = _RECORD_SLOTS.get(full[:3], "record")
    yield _Sought(slot, "given" if slot == "record" else "is", full if slot == "record" else full.lower())


def _targets(claims: Iterable[Claim]) -> list[_Target]:
    """Return the indicators of claims, each once, without pages of reference; by type and value."""
    named: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.path == "indicator" and claim.value is not None and not _is_reference(claim):
            named.setdefault((claim.detail.get("type", ""), str(claim.value)), []).append(claim)
    return [
        _Target(
            type_,
            value,
            _class_of(type_, value),
            tuple(sorted(each.id for each in group)),
            (*_ways(type_, value),),
        )
        for (type_, value), group in sorted(named.items())
    ]


def _is_reference(claim: Claim) -> bool:
    return claim.detail.get("class") == "reference"


def _class_of(type_: str, value: str) -> Class:
    found = address(host_of(value) if type_ == "url" else value.partition("/")[0])
    return address_class(found) if found else ""


# --- looking ----------------------------------------------------------------------------------------------


def hunt(
    engine: Engine,
    claims: Sequence[Claim],
    *,
    findings: Sequence[Finding] = (),
    intrusion: bool = False,
    shown_by: Mapping[str, Sequence[str]] | None = None,
    same: Callable[[str], str] = str,
) -> tuple[Hunted, ...]:
    """Return what became of each indicator and technique of published reports, by path, type and value.

    Makes the tables `hunt_log`, `hunt_reach`, `hunt_known` and `hunt_match`. Values are bound, never part
    of a statement.

    Args:
        engine: holds the view `event`.
        claims: of reports, in any order; paths but `indicator` and `technique` are passed over.
        findings: what was detected in the ledger, to compare techniques with.
        intrusion: the engine holds the table `hostile` too.
        shown_by: technique -> what would show it; None takes what `watched` returns.
        same: brings an ATT&CK id to the version of the findings.
    """
    logs = _logs(engine)
    targets = _targets(claims)
    engine.keep("hunt_known", "SELECT event FROM hostile" if intrusion else "SELECT event FROM event LIMIT 0")
    rows = _match(engine, targets) if targets else {}
    people = engine.row("SELECT count(DISTINCT coalesce(actor, lower(actor_name))) FROM event")[0]
    found = [
        _indicator(target, rows.get(n), logs, people=people, intrusion=intrusion)
        for n, target in enumerate(targets)
    ]
    shown = watched() if shown_by is None else shown_by
    return (*found, *_techniques(claims, findings, logs, shown, same))


def document(
    engine: Engine,
    hunted: Sequence[Hunted],
    claims: Sequence[Claim],
    *,
    gaps: Sequence[Gap] = (),
    head: str | None = None,
) -> Hunt:
    """Return a hunt as one document: the outcomes apart, and the hours that each log speaks for.

    Args:
        engine: the one on which `hunt` ran.
        hunted: what `hunt` returned.
        claims: what `hunt` was given.
        gaps: known holes of the logs.
        head: the head of the custody chain.
    """

    def those(outcome: HuntOutcome) -> tuple[Hunted, ...]:
        return tuple(each for each in hunted if each.outcome == outcome)

    return Hunt(
        matched=those("matched"),
        not_matched=those("not_matched"),
        cannot_be_seen=those("cannot_be_seen"),
        left_out=sum(claim.path == "indicator" and _is_reference(claim) for claim in claims),
        coverage=tuple(
            Spoken(
                log=log.name,
                from_=stamp(log.begin) or "",
                to=stamp(log.end) or "",
                gaps=sum(gap.log == log.name for gap in gaps),
            )
            for log in _logs(engine)
        ),
        head=head,
    )


def _logs(engine: Engine) -> list[_Log]:
    """Return the logs of the ledger, by name."""
    engine.keep("hunt_log", statement(_HERE / "log.sql"))
    rows = engine.rows("SELECT log, event_count, first_at, last_at, slots FROM hunt_log ORDER BY log")
    return [_Log(name, count, begin, end, frozenset(slots)) for name, count, begin, end, slots in rows]


def _match(engine: Engine, targets: Sequence[_Target]) -> dict[int, dict[str, Any]]:
    """Return number of the target -> what the ledger shows of it."""
    sought = [(n, way) for n, target in enumerate(targets) for way in target.ways if way.how != "net"]
    sought += [(n, _Sought("address", "given", text)) for n, text in _addresses(engine, targets)]
    engine.keep(
        "hunt_reach",
        statement(_HERE / "reach.sql"),
        {
            "numbers": [n for n, _ in sought],
            "slots": [way.slot for _, way in sought],
            "hows": [way.how for _, way in sought],
            "texts": [way.text for _, way in sought],
        },
    )
    records = sorted({way.text for _, way in sought if way.slot == "record"})
    with engine.small_sides_held():
        engine.keep("hunt_match", statement(_HERE / "match.sql"), {"records": records})
    names = [name for name, *_ in engine.rows("DESCRIBE hunt_match")]
    rows = [dict(zip(names, row, strict=True)) for row in engine.rows("SELECT * FROM hunt_match ORDER BY n")]
    return {row["n"]: row for row in rows}


def _addresses(engine: Engine, targets: Sequence[_Target]) -> list[tuple[int, str]]:
    """Return the addresses of the ledger, as it has them, that targets name or have in their range."""
    single: dict[Any, list[int]] = {}
    ranges: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int]] = []
    for n, target in enumerate(targets):
        for way in target.ways:
            if way.how == "net" and "/" in way.text:
                ranges += [(net, n) for net in _network(way.text)]
            elif way.how == "net":
                single.setdefault(address(way.text), []).append(n)
    if not single and not ranges:
        return []
    found: list[tuple[int, str]] = []
    for (text,) in engine.rows("SELECT DISTINCT ip FROM event WHERE ip IS NOT NULL ORDER BY ip"):
        seen = address(text.strip())
        if seen is not None:
            found += [(n, text) for n in single.get(seen, ())]
            found += [(n, text) for net, n in ranges if net.version == seen.version and seen in net]
    return sorted(set(found))


def _network(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the network that a text names, or none: a claim's value is only text."""
    try:
        return [ipaddress.ip_network(text, strict=False)]
    except ValueError:
        return []


def _indicator(
    target: _Target, row: Mapping[str, Any] | None, logs: Sequence[_Log], *, people: int, intrusion: bool
) -> Hunted:
    """Return what became of one indicator."""
    carrying = tuple(log.name for log in logs if log.slots & target.slots)
    if row is not None:
        outcome, why = "matched", _says(target, row["account_count"], people)
    elif target.ways and carrying and target.type not in _ONLY_A_MATCH:
        outcome, why = "not_matched", f"{len(carrying)} of {len(logs)} logs carry {_words(target.slots)}"
    else:
        outcome, why = "cannot_be_seen", _elsewhere(target)
    row = row or {}
    return Hunted(
        claims=target.claims,
        path="indicator",
        type=target.type,
        value=target.value,
        class_=target.class_,
        outcome=outcome,
        from_=stamp(row.get("first_at")),
        to=stamp(row.get("last_at")),
        events=row.get("event_count", 0),
        known_events=row.get("known_count", 0) if intrusion else None,
        sample=tuple(dict.fromkeys((*row["first_events"], row["last_event"]))) if row else (),
        accounts=tuple(row.get("accounts", ())),
        account_count=row.get("account_count", 0),
        seen_as=tuple(row.get("shown", ())),
        looked_in=carrying,
        findings=(),
        why=why,
    )


def _says(target: _Target, accounts: int, people: int) -> str:
    """Return how much a match says."""
    said = {
        "user_agent": "whoever calls chooses this name: it supports other signs and proves nothing alone",
        "client": "whoever calls chooses this name: it supports other signs and proves nothing alone",
        "domain": "accounts with mail addresses there; of the organisation's own domain that says nothing",
    }.get(target.type, "the same value stands in the logs")
    if target.class_ == "private":
        said = "an address inside a network: another network can have the same by chance"
    if people > 1 and accounts > people * _MOST_SHARE:
        said += f"; {accounts:,} of {people:,} accounts show it, so it is common here"
    return said


def _elsewhere(target: _Target) -> str:
    """Return why these logs cannot show an indicator, and what would."""
    if target.type in _NOT_HERE:
        return _NOT_HERE[target.type]
    if not target.ways:
        return "access logs carry no such value"
    return f"no log of this case carries {_words(target.slots)}"


def _words(slots: Collection[str]) -> str:
    return " or ".join(sorted(_SLOT_WORDS[slot] for slot in slots))


# --- techniques -------------------------------------------------------------------------------------------

_BY_TECHNIQUE = {
    "T1566": "phishing shows in mail gateway logs and records of telephone calls",
    "T1598": "phishing shows in mail gateway logs and records of telephone calls",
    "T1684": "talk with people shows in the help desk's tickets and records of telephone calls",
    "T1656": "talk with people shows in the help desk's tickets and records of telephone calls",
    "T1657": "a demand for money shows in messages to the organisation",
    "T1486": "encrypted files show in the logs of endpoints and file servers",
    "T1190": "an attack on an application shows in its web server's logs",
}


def watched(folders: Sequence[Path] = ()) -> dict[str, tuple[str, ...]]:
    """Return technique -> the detectors and rules that would show it, sorted.

    Args:
        folders: with rules of the case's own, beside those of the package.
    """
    pairs = {(technique, f"detector {each.id}") for each in DETECTORS for technique in each.techniques}
    rules = load((SHIPPED, *folders)).told
    pairs |= {(technique, f"rule {each.name}") for each in rules for technique in each.techniques}
    found: dict[str, list[str]] = {}
    for technique, name in sorted(pairs):
        found.setdefault(technique, []).append(name)
    return {technique: tuple(names) for technique, names in found.items()}


def _techniques(
    claims: Sequence[Claim],
    findings: Sequence[Finding],
    logs: Sequence[_Log],
    shown_by: Mapping[str, Sequence[str]],
    same: Callable[[str], str],
) -> list[Hunted]:
    """Return what became of each technique that claims name, by id."""
    named: dict[str, list[str]] = {}
    for claim in claims:
        if claim.path == "technique" and claim.value is not None:
            named.setdefault(str(claim.value), []).append(claim.id)
    return [
        _technique(
            value,
            tuple(sorted(ids)),
            _showing(same(value), findings, same),
            logs,
            _watchers(same(value), shown_by, same),
        )
        for value, ids in sorted(named.items())
    ]


def _is_part(found: str, wanted: str) -> bool:
    """Say whether a technique is the wanted one or a part of it; the whole does not show the part."""
    return found == wanted or found.startswith(f"{wanted}.")


def _showing(wanted: str, findings: Sequence[Finding], same: Callable[[str], str]) -> list[Finding]:
    showing = [each for each in findings if any(_is_part(same(one), wanted) for one in each.techniques)]
    return sorted(showing, key=lambda each: (each.from_, each.id))


def _watchers(wanted: str, shown_by: Mapping[str, Sequence[str]], same: Callable[[str], str]) -> list[str]:
    return sorted({name for one, names in shown_by.items() if _is_part(same(one), wanted) for name in names})


def _technique(
    value: str,
    claims: tuple[str, ...],
    showing: Sequence[Finding],
    logs: Sequence[_Log],
    watchers: Sequence[str],
) -> Hunted:
    events = tuple(dict.fromkeys(event for each in showing for event in each.events))
    actors = sorted({actor for each in showing for actor in each.actors})
    if showing:
        outcome, why = "matched", "findings in this ledger show it"
    elif watchers and logs:
        outcome, why = "not_matched", f"no finding shows it; looked for by {', '.join(watchers)}"
    else:
        other = "no detector or rule looks for it in these logs"
        outcome, why = "cannot_be_seen", _BY_TECHNIQUE.get(value.partition(".")[0], other)
    return Hunted(
        claims=claims,
        path="technique",
        type="technique",
        value=value,
        class_="",
        outcome=outcome,
        from_=min((each.from_ for each in showing), default=None),
        to=max((each.to for each in showing), default=None),
        events=len(events),
        known_events=None,
        sample=tuple(dict.fromkeys((*events[: _SAMPLE - 1], *events[-1:]))),
        accounts=tuple(actors[:10]),
        account_count=len(actors),
        seen_as=(),
        looked_in=tuple(log.name for log in logs) if watchers else (),
        findings=tuple(each.id for each in showing),
        why=why,
    )
