"""What a report tells in whole sentences: events, response, operational harm, lessons, recommendations.

A heading or label decides what a sentence is about; where there is none, its verbs do. The value is the
sentence as it reads. One that says it does not know is a blank, with what it says is implied beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import Part, is_wished, part_of, parts_of
from floodmark.intake.stance import has_any, is_inferred, is_speculative, is_unstated

_PATHS: dict[Part, str] = {
    "detection": "response.detection",
    "containment": "response.containment",
    "eradication": "response.eradication",
    "recovery": "response.recovery",
    "notification": "response.notification",
    "operational": "impact.operational",
    "reputational": "impact.reputational",
}
_WISHED: dict[Part, str] = {"lessons": "lesson", "recommendations": "recommendation"}
_OPEN: frozenset[Part] = frozenset({"summary", "details", "response", "detection", "timeline", "impact"})
"""Parts whose sentences are told apart by their verbs, as those of plain news are."""

# --- verbs of a response, for text without headings

_BAD = r"(?:unusual|suspicious|unauthori[sz]ed|anomalous|abnormal|malicious|irregular|strange)"
_EVENT = (
    r"(?:breach|incident|attack|intrusion|cyberattack|cyber-attack|threat|compromise|activity|access"
    r"|hack|leak)"
)
_NOTED = (
    r"(?:detect(?:ed|s)|discover(?:ed|s)|notic(?:ed|es)|identif(?:ied|ies)|spotted|found"
    r"|became aware of|learn(?:ed|t) of|alerted to|uncovered|flagged)"
)
_PEOPLE = (
    r"(?:customers?|clients?|users?|people|individuals|persons|patients|members|students|employees"
    r"|staff|families|policyholders|subscribers|guests"
    r"|regulators?|authorit(?:y|ies)|police|law enforcement|commissioner|watchdog|agenc(?:y|ies)"
    r"|attorneys? general|government|partners|shareholders|FBI|ICO|OAIC"
    r"|CNIL|those affected|everyone affected|victims)"
)
_VERBS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (path, tuple(needs.split("|")), re.compile(words, re.IGNORECASE))
    for path, needs, words in (
        (
            "response.detection",
            "detect|discover|notic|identif|spotted|found|aware|learn|alert|uncover|flagged",
            (
                rf"\b{_NOTED} (?:(?:a|an|the|some|signs of|evidence of|this"
                rf"|that) ){{0,2}}[\"'\u201c\u2018]?(?:{_BAD}[\"'\u201d\u2019]? (?:\w+ ){{0,2}})?"
                rf"(?:(?:data|security|cyber|cybersecurity) )?{_EVENT}\b"
            ),
        ),
        (
            "response.detection",
            "detected|discovered|noticed|identified|spotted|found|uncovered|flagged",
            (
                rf"\b(?:{_EVENT}) (?:was|were|had been) (?:first )?(?:detected|discovered|noticed"
                rf"|identified|spotted|found|uncovered|flagged)\b"
            ),
        ),
        (
            "response.detection",
            "alerted|tipped|notified|informed",
            r"\b(?:was|were) (?:alerted|tipped off|notified|informed) (?:by|to)\b",
        ),
        (
            "response.containment",
            "contain",
            (
                rf"\b(?:contain(?:s|ed|ing)?) (?:and \w+ )?(?:the |this |it\b)(?:\w+ ){{0,2}}(?:{_EVENT}"
                rf"|systems?|situation)?"
            ),
        ),
        (
            "response.containment",
            "contain",
            (
                rf"\b{_EVENT} (?:has been|was|had been|is|is now|has since been) (?:\w+ly )?contained\b"
                rf"|\bcontainment (?:steps|measures|actions)\b"
            ),
        ),
        (
            "response.containment",
            "isolat|disconnect|quarantin|shut|took|taking|taken",
            (
                r"\b(?:isolated|isolating|disconnected|disconnecting|quarantined|shut down|shutting down"
                r"|took|taking|taken) (?:\w+ ){0,5}?(?:systems?|servers?|networks?|platform|portal|website"
                r"|database|accounts?|applications?|access)\b(?! of data)"
            ),
        ),
        ("response.containment", "offline", r"\b(?:taken|took|taking) (?:[\w'\u2019,-]+ ){0,5}?offline\b"),
        (
            "response.containment",
            "block|revok|disabl|suspend|locked|cut|terminat|remov",
            (
                r"\b(?:blocked|blocking|revoked|revoking|disabled|disabling|suspended|suspending|locked"
                r"|cut off|terminated|removed|cutting off) (?:[\w'\u2019,-]+ ){0,5}?(?:access|accounts?"
                r"|credentials|tokens?|addresses|connections?|integration|sessions?|keys?)\b"
            ),
        ),
        (
            "response.containment",
            "secured",
            (
                r"\bsecured (?:the|its|all|our|their|affected) (?:\w+ ){0,3}(?:systems?|networks?|servers?"
                r"|environment|platform|accounts?)\b"
            ),
        ),
        (
            "response.eradication",
            "reset|rotat|chang",
            (
                r"\b(?:reset(?:ting)?|rotat(?:ed|ing)|chang(?:ed|ing)) (?:\w+ ){0,4}?(?:passwords?"
                r"|credentials?|keys?|tokens?|secrets)\b"
                r"|\b(?:passwords|credentials|keys|tokens) (?:were|have been|had been) (?:reset|rotated)\b"
            ),
        ),
        (
            "response.eradication",
            "patch|eradicat|remov|evict|wiped|clos|fixed",
            (
                r"\b(?:patched|patching|eradicated|remov(?:ed|ing) (?:the )?(?:malware|backdoors?"
                r"|web ?shells?|intruders?|attackers?)|evicted|wiped|clos(?:ed"
                r"|ing) the (?:\w+ )?(?:vulnerability|flaw|gap|hole)|fixed the (?:\w+ )?(?:vulnerability"
                r"|flaw|bug))\b"
            ),
        ),
        (
            "response.recovery",
            "restor|rebuil|brought|back online|resumed|returned|recover",
            (
                r"\b(?:restored|restoring|rebuilt|rebuilding|brought back|back online|resumed"
                r"|returned to normal|recover(?:ed|ing) (?:its|the|from backups?))\b"
            ),
        ),
        (
            "response.recovery",
            "implement|introduc|add|deploy|rolled|in place|strengthen|enhanc|tighten|harden",
            (
                r"\b(?:implement(?:ed|ing|s)?|introduc(?:ed|ing)|add(?:ed|ing)|deploy(?:ed|ing)|rolled out"
                r"|put in place|strengthen(?:ed|ing)|enhanc(?:ed|ing)|tighten(?:ed|ing)|harden(?:ed"
                r"|ing)) (?:\w+ ){0,4}?(?:security|measures|safeguards|controls|monitoring|protections?"
                r"|defen[cs]es|authentication)\b"
            ),
        ),
        (
            "response.notification",
            "notif|inform|alert|contact|mail|wrote|writing|written|told|warn|advis|urg|reached|letters",
            (
                rf"\b(?:notif(?:ied|ying|y)|inform(?:ed|ing)?|alerted|alerting|contact(?:ed|ing)"
                rf"|e?-?mail(?:ed|ing)|wrote to|writing to|written to|told|warned|warning|advis(?:ed|ing)"
                rf"|urg(?:ed|ing|e)|reached out to|letters to) (?:[\w'\u2019,-]+ ){{0,5}}?{_PEOPLE}\b"
            ),
        ),
        (
            "response.notification",
            "report|disclosed|referred|notified|informed",
            (
                rf"\b(?:report(?:ed|ing)|disclosed|referred|notified"
                rf"|informed) (?:[\w'\u2019,-]+ ){{0,5}}?to (?:[\w'\u2019,-]+ ){{0,5}}?{_PEOPLE}\b"
            ),
        ),
        (
            "response.notification",
            "recommendation|advice|notice|letters|notification|warning|publicly",
            (
                rf"\b(?:recommendation|advice|notice|notices|letters|notification|notifications"
                rf"|warning) (?:for|to) (?:[\w'\u2019,-]+ ){{0,4}}?{_PEOPLE}\b|\b(?:confirmed"
                rf"|disclosed) the (?:\w+ )?{_EVENT} publicly\b"
            ),
        ),
        (
            "response.notification",
            "set up|opened|established|launched",
            (
                r"\b(?:set up|opened|established|launched) (?:a |an )?(?:[\w-]+ ){0,4}?(?:hotline|helpline"
                r"|support line|call cent(?:er|re)|web ?page|phone line)\b"
            ),
        ),
        (
            "impact.operational",
            "disrupted|halted|suspended|cancel|delayed|offline|down|unaffected|postponed|interrupted|closed|unavailable|affected|impacted|remain|continu|operating|running",
            (
                r"\b(?:operations?|flights?|services?|systems?|stores?|production|deliver(?:y|ies)"
                r"|bookings?|websites?|factor(?:y|ies)|plants?|schools?|appointments?|surger(?:y|ies)"
                r"|payments?|trains?|ferr(?:y|ies)|orders?|classes)(?: (?!and\b"
                r"|but\b)[\w'\u2019,-]+){0,6}? (?:disrupted|halted|suspended|cancell?ed|delayed|offline|down"
                r"|unaffected|postponed|interrupted|closed|unavailable|(?:not"
                r"|n['\u2019]t) (?:been )?(?:affected|impacted|disrupted|interrupted)|(?:remain(?:s|ed)?"
                r"|continu(?:e|es|ed)|operating|running)(?: to)? (?:secure|operational|unaffected|open"
                r"|online|normal(?:ly)?|operate|as normal|as usual|safe|run|available))\b"
            ),
        ),
        (
            "impact.operational",
            "disrupt|halt|suspend|cancel|delay|crippl|paralysed|interrupt|knocked|forced",
            (
                r"\b(?:disrupt(?:ed|ing|s)|halt(?:ed|ing)|suspend(?:ed|ing)|cancel(?:l?ed|ling)|delay(?:ed"
                r"|ing)|crippl(?:ed|ing)|paralysed|interrupt(?:ed|ing)|knocked out"
                r"|forced (?:\w+ ){1,4}?to (?:close|shut|cancel|suspend|stop"
                r"|divert)) (?:[\w'\u2019-]+ ){0,4}?(?:operations?|flights?|services?|stores?|production"
                r"|deliver(?:y|ies)|bookings?|website|factor(?:y|ies)|appointments?|surger(?:y|ies)"
                r"|payments?|trains?|orders?|classes|ambulances?|it)\b"
            ),
        ),
        (
            "impact.operational",
            "impact|affect|disrupt|interrupt|effect",
            (
                r"\b(?:no|not|n['\u2019]t|without) (?:[\w'\u2019-]+ ){0,3}?(?:impact|affect|disrupt|interrupt"
                r"|disruption|effect|interruption)\w*(?: [\w'\u2019-]+){0,3}?"
                r" (?:operations?|flights?|services?|stores?|production|bookings?|deliveries)\b"
            ),
        ),
        (
            "impact.reputational",
            "reputation|publicity|backlash|trust|confidence",
            (
                r"\breputation(?:al)?\b|\bnegative publicity\b|\bbacklash\b|\b(?:customer|public|consumer"
                r"|patient|investor)s?['\u2019]? (?:trust|confidence)\b"
            ),
        ),
    )
)
"""Path, words of which one is in every text in which the pattern is found, and the pattern."""
_INTRUDER = re.compile(
    r"\b(?:attackers?|hackers?|intruders?|gangs?|groups?|actors?|criminals?|cybercriminals?"
    r"|malware|ransomware|thieves|insiders?|they|he|she)(?: [\w'\u2019-]+){0,4} ?$",
    re.IGNORECASE,
)
_MODAL = re.compile(
    (
        r"\b(?:can|(?-i:may)|will|would|must|plans? to|unable to|failed to|yet to|expected to"
        r"|to be)\s(?:\w+\s){0,2}$"
    ),
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|never|no|without|nor)\b(?:\s\w+){0,2}\s*$|n['\u2019]t(?:\s\w+){0,2}\s*$", re.IGNORECASE
)
_AGO = re.compile(
    (
        r"\b(?:last year|previous(?:ly)?|in (?:19|20)\d\d|similar|other (?:breaches|attacks|incidents)"
        r"|unlike|rival)\b"
    ),
    re.IGNORECASE,
)


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield events, response, operational and reputational impact, lessons and recommendations.

    The value is one sentence or item, without markup and label. `timeline.event` has `phase`, the heading
    that it stands under, and `time`, from a label such as `Date`, or from the sentence.
    """
    clock = _Clock()
    for block in page.blocks:
        if block.kind == "heading":
            clock.forget()
        clock.follow(block)
        if not block.sentences:
            continue
        parts = parts_of(block)
        if is_wished(block):
            yield from _wished(block, parts)
        elif parts[:1] == ("method",) or (parts[1:2] == ("method",) and block.label):
            yield from _method(block, parts)
        else:
            yield from _told(block, parts, clock)


def _wished(block: Block, parts: tuple[Part, ...]) -> Iterator[Draft | Blank]:
    """Yield lessons and recommendations, each sentence for itself."""
    path = next(_WISHED[part] for part in parts if part in _WISHED)
    for sentence in block.sentences:
        if is_unstated(sentence.text) and _OPENS_UNSTATED.match(sentence.text):
            yield Blank(path, _until_but(sentence))
        elif sentence.text.count(" ") >= 2 and not sentence.text.endswith(":"):  # noqa: PLR2004 - a word or two says nothing
            yield _whole(path, sentence)


_OPENS_UNSTATED = re.compile(
    r"\(?(?:not|none|no|nothing|n/a|unclear|unspecified|undisclosed)\b|\(?unknown[.)]*$", re.IGNORECASE
)
"""Words about not knowing stand first; else a sentence asks for something (`unknown devices should ...`)."""


def _method(block: Block, parts: tuple[Part, ...]) -> Iterator[Blank]:
    """Yield what is not known of a tactic."""
    known_elsewhere = {"initial access", "vector", "indicators"}
    if not known_elsewhere.intersection(parts[:1]) and is_unstated(block.sentences[0].text):
        yield Blank("technique", _until_but(block.sentences[0]))


def _told(block: Block, parts: tuple[Part, ...], clock: _Clock) -> Iterator[Draft | Blank]:
    """Yield what a block of the account says."""
    path = _PATHS.get(parts[0]) if parts else None
    in_timeline = "timeline" in parts
    if in_timeline and clock.reads(block):
        if is_unstated(block.sentences[0].text):
            yield Blank("timeline.event", _until_but(block.sentences[0]))
        return
    for sentence in block.sentences:
        if in_timeline:
            yield from _event(sentence, clock)
        if path and (not in_timeline or (block.label and part_of(block.label) == parts[0])):
            yield from _filed(sentence, path)
        elif not parts or parts[0] in _OPEN:
            yield from _by_verbs(sentence)


def _whole(path: str, sentence: Sentence, first: int = 0, **detail: str) -> Draft:
    """Return the claim that a sentence is, from a place on."""
    begin, end = (first, len(sentence.text)) if first else _trimmed(sentence.text)
    modality = (
        "inferred" if is_inferred(sentence.text) and path not in {"lesson", "recommendation"} else "asserted"
    )
    return Draft(path, sentence.text[begin:end], sentence.span(begin, end), modality=modality, detail=detail)


def _trimmed(text: str) -> tuple[int, int]:
    """Return the words of a text without a bracket around all of them."""
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        return 1, len(text) - 1
    return 0, len(text)


# --- under a heading or label of its own

_BUT = re.compile(r",? (?:but|although|though|however,?) ")
_HEAD = re.compile(r",? (?:but|although|though|however)\b| ?[(;]|\.(?=\s|$)")


def _until_but(sentence: Sentence) -> tuple[int, int]:
    """Return the span of the words that say that it is not known."""
    stop = _HEAD.search(sentence.text)
    head = sentence.text[: stop.start()] if stop else ""
    return sentence.span(0, len(head) if is_unstated(head) else len(sentence.text))


def _filed(sentence: Sentence, path: str) -> Iterator[Draft | Blank]:
    """Yield a sentence as what its heading announces, or that it is not known and what is implied instead."""
    text = sentence.text
    if is_unstated(text):
        yield Blank(path, _until_but(sentence))
        if implied := _implied(text):
            yield Draft(path, text[slice(*implied)], sentence.span(*implied), modality="inferred")
    elif not is_speculative(text) and text.count(" ") >= 1 and not text.endswith(":"):
        yield _whole(path, sentence)


def _implied(text: str) -> tuple[int, int] | None:
    """Return the words after `but` that a text says are implied; None where they name nothing."""
    but = _BUT.search(text)
    if but is None or not is_unstated(text[: but.start()]):
        return None
    rest = text[but.end() :].rstrip(" .")
    if not is_inferred(rest) or is_unstated(rest) or re.match(r"(?:it is )?impli\w+ by\b", rest):
        return None
    return but.end(), but.end() + len(rest)


# --- by verbs


def _by_verbs(sentence: Sentence) -> Iterator[Draft]:
    """Yield a sentence under each path that its verbs tell of; what intruders do is no response."""
    text = sentence.text
    low = text.lower()
    likely = [(path, words) for path, needs, words in _VERBS if has_any(low, needs)]
    if not likely or text.endswith(("?", ":")) or is_unstated(text):
        return
    if is_speculative(text) or _AGO.search(text):
        return
    seen: set[str] = set()
    for path, words in likely:
        if path not in seen and any(_is_told(text, found, path) for found in words.finditer(text)):
            seen.add(path)
            yield _whole(path, sentence)


def _is_told(text: str, found: re.Match[str], path: str) -> bool:
    """Say whether verbs tell what was done by those who answer the incident."""
    before = text[max(0, found.start() - 60) : found.start()]
    clause = re.split(r"[,;:]| and | but | when | after ", before)[-1]
    if path.startswith("impact."):
        return not _MODAL.search(before)
    return not (_INTRUDER.search(clause) or _MODAL.search(before) or _NOT.search(before))


# --- events

_TIME_LABEL = re.compile(
    r"(?:date|time|when|period|day)(?:\s*(?:/|and|&|of)\s*(?:date|time|day|event|occurrence))?$",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?)"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH}),? (?P<year>\d{{4}})"
    rf"|(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>\d{{4}})"
    rf"|(?P<month3>{_MONTH}) (?P<year3>\d{{4}}))\b"
)
_WORDS = re.compile(
    rf"\b(?:(?:on |last |early |late )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning"
    rf"|afternoon|evening|night))?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH})(?![\w-])"
)


@dataclass
class _Clock:
    """What earlier blocks say of the next one: a time, or that it only goes on with a list."""

    time: str = ""
    listing: bool = False
    """The block is an item of a list that a sentence before it announced (`they took:`)."""
    announced: bool = False

    def forget(self) -> None:
        """Drop the time: a new heading begins."""
        self.time = ""

    def follow(self, block: Block) -> None:
        """Look at the next block."""
        self.listing = self.announced and block.kind == "item" and not block.label
        ends = block.sentences[-1].text.endswith(":") if block.sentences else bool(block.label)
        self.announced = ends or self.listing

    def reads(self, block: Block) -> bool:
        """Say whether a block is a time, under a label such as `Date`; the events after it get it."""
        if not _TIME_LABEL.match(block.label):
            return False
        text = block.sentences[0].text
        self.time = (
            ""
            if is_unstated(text) and not _WORDS.search(text) and not _DATE.search(text)
            else _time(text) or text.rstrip(" .")
        )
        return True


def _time(text: str) -> str:
    """Return the one time that a text is, ISO where it is a full date; empty where it is more than that."""
    found = _DATE.fullmatch(text.rstrip(" ."))
    return _iso(found) if found else ""


def _iso(found: re.Match[str]) -> str:
    """Return a date as ISO writes it; the words where there is no such day."""
    if found["iso"]:
        return found["iso"]
    month = _MONTHS.index((found["month"] or found["month2"] or found["month3"])[:3].lower()) + 1
    if found["month3"]:
        return f"{found['year3']}-{month:02}"
    day = int(found["day"] or found["day2"])
    return f"{found['year'] or found['year2']}-{month:02}-{day:02}" if 1 <= day <= 31 else found[0]  # noqa: PLR2004 - days of a month


_OPENING = re.compile(rf"(?:{_DATE.pattern}|{_WORDS.pattern}) ?[:\u2013\u2014-] +(?=\S)")
_STATE = re.compile(
    (
        r"\b(?:remain(?:s|ed)?|were claimed|(?:was|were|did|had|has|have|is|are|do|does) not"
        r"|n['\u2019]t|never|no)\b"
    ),
    re.IGNORECASE,
)
_FEWEST_WORDS = 3


def _event(sentence: Sentence, clock: _Clock) -> Iterator[Draft | Blank]:
    """Yield a sentence of a timeline as an event; a state, a habit or a list of data is none."""
    text, block = sentence.text, sentence.block
    if is_unstated(text):
        yield Blank("timeline.event", _until_but(sentence))
        return
    dated = bool(block.label) and (_DATE.match(block.label) or _WORDS.match(block.label)) is not None
    part = part_of(block.label) if block.label and not dated else None
    if part == "data" or clock.listing or is_speculative(text) or _STATE.search(text) or text.endswith(":"):
        return
    if text.count(" ") + 1 < _FEWEST_WORDS:
        return
    detail = {"phase": _phase(block)} if _phase(block) else {}
    if time := _when(sentence, dated=dated) or clock.time:
        detail["time"] = time
    opening = _OPENING.match(text)
    yield _whole("timeline.event", sentence, opening.end() if opening else 0, **detail)


def _phase(block: Block) -> str:
    """Return the heading that an event stands under, where it is not the timeline's own."""
    last = block.headings[-1] if block.headings else ""
    return "" if part_of(last) == "timeline" else last


def _when(sentence: Sentence, *, dated: bool) -> str:
    """Return the time in the label or the sentence."""
    if dated:
        label = sentence.block.label
        found = _DATE.fullmatch(label)
        return _iso(found) if found else label
    found = _DATE.search(sentence.text)
    if found:
        return _iso(found)
    words = _WORDS.search(sentence.text)
    return re.sub(r"^on ", "", words[0]) if words else ""
