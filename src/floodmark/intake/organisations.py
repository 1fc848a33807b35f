"""Whose incident it is, in what sector and country, and which organisations are named only beside it.

A label decides where there is one. Plain news says it in its title and first sentences: who confirmed,
suffered or was hit. Names after `similar attacks on` or `its supplier` are related organisations and never
the victim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from floodmark.intake.naming import (
    ANY_NATION,
    DESCRIBING,
    NAME,
    NATIONS,
    ORGANISATION_NOUN,
    PAIRED,
    RUN,
    SECTOR,
    Piece,
    after_description,
    is_person,
    named,
    names_at,
)
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import Part, is_wished, part_of
from floodmark.intake.stance import fewest, has_any, is_inferred, is_unstated

_NATION_AT_END = re.compile(rf"\b({ANY_NATION}) $")
_DESCRIBED_AFTER = re.compile(
    r", (?:a|an|the|one of the) ((?:[\w.-]{1,25} ){0,5}[\w-]{1,25})(?=,| that | which | with |\.|$)"
)
_OBSERVER = re.compile(
    r"\b(?:Police|FBI|CISA|NCSC|NCA|Europol|Interpol|ENISA|ICO|OAIC|CNIL|BSI|SEC|Commission(?:er)?"
    r"|Regulator|Reuters|Bloomberg|BBC|CNN|Times|Guardian|Journal|News|Post|Herald|Magazine|TechCrunch"
    r"|BleepingComputer|Mandiant|Kaspersky|Sophos|Check Point|Palo Alto|Trend Micro|Recorded Future"
    r"|Have I Been Pwned|Malwarebytes|Symantec|ESET|Proofpoint|SentinelOne|Talos|Fortinet|Secureworks"
    r"|Rapid7|Kroll|Bitdefender|Cybernews|Wired|Axios|Associated Press|AFP|Politico|Krebs|Court"
    r"|CrowdStrike|Researchers?|Attorney General|Department of Justice|Intelligence|Threat|Security Week)\b"
)


# --- values under a label

_NOTE = re.compile(r"\s*[(\[]|,?\s+(?:impli(?:ed|cit)|assum|inferred|presum|based on)", re.IGNORECASE)
_HEDGE = re.compile(
    r"(?:\([^)]{0,60}\)|likely|probably|presumably|impli(?:ed|citly)|assumed|inferred)[:,]?\s+", re.IGNORECASE
)
_LONGEST_VALUE = 120
_LABELLED: dict[Part, str] = {
    "organisation": "incident.organisation",
    "sector": "incident.sector",
    "geography": "incident.geography",
}


def _announces(block: Block) -> Part | None:
    """Return what the label of a block says, or the heading right above a short one."""
    if block.label:
        return part_of(block.label)
    short = block.end - block.begin <= _LONGEST_VALUE and len(block.sentences) == 1
    return part_of(block.headings[-1]) if short and block.headings else None


def _labelled(page: Page) -> Iterator[Draft | Blank]:
    """Yield organisation, sector and geography where a label or heading announces them."""
    for block in page.blocks:
        path = _LABELLED.get(_announces(block) or "details")
        if path is None or not block.sentences or is_wished(block):
            continue
        yield from _value(block.sentences[0], path)


def _value(sentence: Sentence, path: str) -> Iterator[Draft | Blank]:
    """Yield the value that a sentence is, without the note in brackets after it."""
    text = sentence.text
    hedge = _HEDGE.match(text)
    begin = hedge.end() if hedge else 0
    note = _NOTE.search(text, begin)
    end = begin + len(text[begin : note.start() if note else len(text)].rstrip(" .;,"))
    if is_unstated(text[:end]) or (end <= begin and is_unstated(text)):
        yield Blank(path, sentence.span(0, max(end, 1)))
    elif begin < end <= begin + _LONGEST_VALUE:
        inferred = hedge is not None or is_inferred(text)
        yield Draft(
            path, text[begin:end], sentence.span(begin, end), modality="inferred" if inferred else "asserted"
        )


# --- plain news: the title and the first sentences

_LEAD = 4
"""How many sentences of a text are its lead; further down, other companies' breaches are told."""
_ATTACK = (
    r"\b(?:breach(?:es)?|cyber[- ]?attacks?|cyber[- ]?(?:security )?incidents?|ransomware|hacks?"
    r"|hacked|hacking"
    r"|intrusions?|attack|attacked|security incident|incident|leak|data theft|unauthori[sz]ed access|hackers"
    r"|attackers|intruders?|breached)\b"
)
_HAPPENED = re.compile(_ATTACK, re.IGNORECASE)
_ADVERBS = (
    r"(?: (?:has|have|had|also|now|today|yesterday|later|recently|publicly|officially|reportedly"
    r"|on \w{3,9}day|this week|this month|last week|earlier this \w{1,9})\b){0,4}"
)
_APPOSITION = r"(?:, (?:a|an|the|one of|which|based|headquartered)\b[^,.;:]{1,90}(?:, [A-Z][a-z]{2,20})?,)?"
_END = r"(?:,(?= (?:has|have|had|is|was|were|said|says|confirm|disclose|suffer)))?"
_CONFIRMED = re.compile(
    rf"({NAME}){_END}{_APPOSITION}{_ADVERBS} (?:confirm(?:s|ed)|disclose[sd]|admit(?:s|ted)|announce[sd]"
    rf"|acknowledge[sd]"
    r"|reveal(?:s|ed)|report(?:s|ed)|says|said|warn(?:s|ed)|told|found|detected|discovered"
    r"|notifie[sd]|alert(?:s|ed)|inform(?:s|ed)|apologi[sz]e[sd]"
    r"|(?:is|are|began|begun|started) (?:notifying|informing|warning|alerting|writing to)"
    r"|(?:finished|completed|concluded|closed|opened|launched|begun|began|started) (?:its|an) (?:\w+ )?"
    r"(?:investigation|review|inquiry|probe))\b"
)
_SUFFERED = re.compile(
    rf"({NAME}){_END}{_APPOSITION}{_ADVERBS} (?:(?:was|were|is|are|been|being"
    rf"|got) (?:\w{{2,20}} )?(?:hacked|breached|hit"
    r"|struck|targeted|attacked|compromised|affected|impacted|the (?:\w{2,20} )?(?:victim|target))"
    r"|suffer(?:s|ed)|experience[sd]"
    r"|sustained|fell victim|falls victim|investigat(?:es|ing)|is investigating)\b"
)
_AT = re.compile(
    r"\b(?:breach|cyber[- ]?attack|attack|hack|intrusion|incident|leak) (?:at|on|against|of|suffered by) "
)
_INTRUDERS = (
    r"\b(?:[Hh]ackers?|[Aa]ttackers?|[Ii]ntruders?|[Aa]ctors?|[Cc]ybercriminals?|[Cc]riminals?|[Gg]ang)"
)
_BROKE_INTO = re.compile(
    rf"{_INTRUDERS} (?:who )?(?:(?:linked|tied) to [^,.;]{{1,30}} )?(?:has |have |had )?"
    r"(?:breached|hacked|attacked|hit|broke into|broken into) "
)
_STRUCK = re.compile(
    r"\b(?:[Aa]ttack|[Rr]ansomware|[Bb]reach|[Hh]ack|[Ii]ntrusion|[Cc]yber-?attack) (?:that )?"
    r"(?:has |have |had )?(?:hit|struck|crippled|paraly[sz]ed|forced) "
)
_SYSTEMS_OF = re.compile(
    rf"{_INTRUDERS} (?:[\w-]+ ){{0,3}}?(?:access to|accessed|entered|infiltrated|breached|compromised"
    r"|broke into|hacked|hacked into|got into) (?:\w+ ){0,3}?"
    r"(?:systems?|networks?|servers?|databases?|computers) (?:of|at|belonging to) "
)
_STOLEN_FROM = re.compile(
    r"\b(?:stole|stolen|stealing|taken|took|exfiltrated|copied|downloaded|extracted|obtained|siphoned)\b"
    r"[^.;:]{0,80}? from "
    r"(?:(?:the|a) (?:[\w-]+ ){0,3}?(?:systems?|networks?|servers?|databases?|platform) of )?"
)
_PEOPLE_OF = re.compile(
    r"\b(?:[Cc]ustomers?|[Cc]lients?|[Pp]atients?|[Mm]embers?|[Uu]sers?|[Ss]ubscribers?|[Ss]tudents?|[Pp]assengers?"
    r"|[Gg]uests?|[Ee]mployees|[Rr]esidents|[Pp]olicyholders|[Dd]ata|[Rr]ecords|[Ff]iles|[Ii]nformation|[Dd]etails)"
    r" (?:of|from|held by|belonging to) "
)
_ITS_PEOPLE = re.compile(
    rf"({NAME}) (?:passengers|patients|students|pupils|residents|policyholders|members|guests|subscribers"
    r"|shoppers|travell?ers|donors|employees|staff)(?= (?:had|have|has|are|were|was)\b)"
)
_LOST = re.compile(
    r" (?:was|were|is|are|been|had|have|has|may|whose)\b[^.;:]{0,90}?"
    r"\b(?:stolen|exposed|compromised|leaked|accessed|exfiltrated|taken|affected|impacted|breached|copied)\b"
)
_THE_BREACH = re.compile(
    rf"\b[Tt]he ({NAME}) (?:data |security |ransomware )?(?:breach|hack|cyber-?attack|attack|intrusion|leak) "
    r"(?:affected|exposed|involved|compromised|hit|impacted|began|was|has)\b"
)
_STOLEN = re.compile(
    r"\b(?:was|were|been|being) (?:\w+ )?(?:stolen|exposed|compromised|leaked|accessed|exfiltrated)\b"
)
_SUPPLIER = re.compile(
    r"\b(?:vendor|supplier|contractor|subcontractor|provider|processor|partner|subsidiary|host)s?,? "
    r"(?:called |named )?$"
)
_SUPPLIES = re.compile(
    r",? (?:a|an|its|the|their|one of its|which)\b[^.;,]{0,60}?"
    r"\b(?:vendor|supplier|contractor|provider|processor|provides|hosts|partner|platform)s?\b"
)
_LAW = re.compile(r"\b(?:Act|Law|Regulations?|Directive|Code|Principles?|Rules?|Order|Court|Convention)$")
_HITS_IN_TITLE = re.compile(
    r"\b(?:breach|attack|hack|intrusion|incident|leak|cyber-?attack|ransomware|hackers) "
    r"(?:at|on|against|hits|strikes|hit|breach) ",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    r" (?:servers?|customers?|users?|clients?|accounts?|instances?|environments?|tenants?|devices?"
    r"|appliances?|products?|software|installations?|deployments?)\b"
)
_BESIDE = re.compile(
    r"\b(?:similar|other|related|previous|earlier|another|unlike|contrast|follow(?:s|ed)"
    r"|following (?!the\b|a\b)|last year|separate|compar\w+|in (?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_FORMERLY = re.compile(
    r"\b(?:in (?:19|20)\d\d|last year|rival|previous|similar|unlike|like"
    r"|(?<!more )(?<!less )(?<!fewer )(?<!greater )than|earlier (?:breach|attack|victim))\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|never|denie[sd]|without|ruled out)\b|n['\u2019]t\b", re.IGNORECASE)
_REACH = 110
"""How far behind the verb what happened may stand."""


_NEAR = 300
"""How far around words is looked, so that one long line costs no more than many short ones."""


class _Victim(NamedTuple):
    name: str
    sentence: Sentence | None
    span: Piece


def _victims(page: Page) -> Iterator[_Victim]:
    """Yield who confirmed, suffered or was hit, as the title and the first sentences say."""
    lead = list(_lead(page))
    persons = {name for sentence in lead for name in _persons(sentence.text)}
    yield from _in_title(page)
    for sentence in lead:
        for begin, end, until in sorted(_subjects(sentence.text), key=lambda each: (each[0], -each[2])):
            if sentence.text[begin:end] not in persons:
                yield _Victim(sentence.text[begin:end], sentence, sentence.span(begin, until))


def _persons(text: str) -> Iterator[str]:
    """Yield the persons to whom a sentence gives a role, in full and by the last name."""
    for run in RUN.finditer(text):
        if is_person(text, *run.span()):
            yield from (run[0], run[0].rpartition(" ")[2])


def _lead(page: Page) -> Iterator[Sentence]:
    """Yield the first whole sentences of the text."""
    told = (
        sentence
        for block in page.blocks
        if block.kind in {"paragraph", "quote"} and not is_wished(block)
        for sentence in block.sentences
        if sentence.text.count(" ") >= 4  # noqa: PLR2004 - less is a line of the page's furniture
    )
    return islice(told, _LEAD)


def _subjects(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield begin and end of each victim's name, and the end of the words that make it one."""
    for pattern in (_CONFIRMED, _SUFFERED):
        for found in pattern.finditer(text):
            piece = _alone(text, named(text, *found.span(1)))
            if piece is None or _NEGATED.search(found[0]):
                continue
            own = pattern is _SUFFERED
            until = _what_happened(text, found.end(1) if own else found.end(), None if own else piece)
            if until and (own or not _OBSERVER.search(text[slice(*piece)])):
                yield (*piece, max(until, found.end()))
    for pattern in (_AT, _BROKE_INTO, _STRUCK, _SYSTEMS_OF):
        for found in pattern.finditer(text):
            piece = _run_at(text, found.end())
            one_of_many = " who " in found[0] and " also " in text[found.start() : found.end() + _NEAR]
            if piece and not one_of_many and not _is_aside(text, found.start()):
                yield (*piece, piece[1])
    yield from _robbed(text)


def _is_aside(text: str, at: int) -> bool:
    """Say whether words in front of a place make what follows another incident, or none."""
    before = text[max(0, at - 60) : at]
    return _BESIDE.search(before) is not None or _THERE_IS_NO.search(before) is not None


_THERE_IS_NO = re.compile(r"\b(?:no|denie[sd]|not an?|without) (?:[\w-]+ ){0,2}$", re.IGNORECASE)


def _robbed(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield whose data or people were reached: `stolen from Acme`, `customers of Acme were affected`."""
    for pattern in (_STOLEN_FROM, _PEOPLE_OF):
        for found in pattern.finditer(text):
            piece = _run_at(text, found.end())
            too = text.endswith("also ", 0, found.start())
            if piece is None or too or _is_aside(text, found.start()) or _NEGATED.search(found[0]):
                continue
            lost = _LOST.match(text, piece[1])
            if pattern is _PEOPLE_OF and (lost is None or _NEGATED.search(lost[0])):
                continue
            if pattern is _PEOPLE_OF or _is_robbed_here(text, found.start(), piece[1]):
                yield (*piece, lost.end() if pattern is _PEOPLE_OF and lost else piece[1])
    for pattern in (_ITS_PEOPLE, _THE_BREACH):
        for found in pattern.finditer(text):
            piece = _alone(text, named(text, *found.span(1)))
            lost = _LOST.match(text, found.end()) if pattern is _ITS_PEOPLE else found
            rest = text[found.end(1) : found.end(1) + _NEAR]
            if piece and lost and not (_NEGATED.search(lost[0]) or _somebody_else(rest)):
                yield (*piece, lost.end())


def _is_robbed_here(text: str, verb: int, end: int) -> bool:
    """Say whether `stolen from Acme` tells of the incident, and of nobody's supplier."""
    if _SUPPLIES.match(text, end) or text[end : end + 1] in {"'", "\u2019"}:
        return False
    begin = max(0, verb - _NEAR)
    speaks = _SPEAKS.search(text, begin, verb)
    if speaks and _somebody_else(text[begin : speaks.start()]):
        return False
    return _HAPPENED.search(text, begin, end + _NEAR) is not None


_SPEAKS = re.compile(r"\b(?:said|says|confirmed|disclosed|told|admitted|announced|revealed|reported)\b")


_IN_APPOSITION = re.compile(r"\b(\w+), $")


def _alone(text: str, piece: Piece | None) -> Piece | None:
    """Return a subject that is one organisation, of this incident; None for `A and B` or `rival A`."""
    if piece is None or _FORMERLY.search(text[max(0, piece[0] - 40) : piece[0]]):
        return None
    kind = _IN_APPOSITION.search(text[max(0, piece[0] - 25) : piece[0]])
    if text.startswith(", ", piece[1]) and not re.match(
        r", (?:an?|the|one of|which|based|headquartered)\b", text[piece[1] : piece[1] + 17]
    ):
        return piece if kind and kind[1] in SECTOR | ORGANISATION_NOUN else None
    begin = _description_begins(text, piece[0])
    if not text.endswith((" and ", " or "), 0, begin):
        return piece
    first = re.search(r"[\w'\u2019]+(?= and $)", text[max(0, begin - 40) : begin])
    if first is None or (first[0].lower(), text[slice(*piece)].lower()) not in PAIRED:
        return None
    return max(0, begin - 40) + first.start(), piece[1]


def _run_at(text: str, at: int) -> Piece | None:
    """Return the one name at a place, described or not; its systems stand for it."""
    at = after_description(text, at)
    run = RUN.match(text, at)
    if run is None or _PRODUCT.match(text, run.end()) or _SUPPLIER.search(text[max(0, at - 30) : at]):
        return None
    piece = named(text, *run.span())
    return None if piece and _LAW.search(text[slice(*piece)]) else piece


def _what_happened(text: str, after: int, subject: Piece | None) -> int | None:
    """Return where the incident's noun ends behind a verb; None where none follows that is the subject's."""
    happened = _HAPPENED.search(text, after, after + _REACH)
    if subject and happened is None:
        happened = _STOLEN.search(text, after, after + _REACH)
    if happened is None:
        return None
    between = text[after : happened.start()]
    if happened[0].lower() in _DONE_TO and not _PASSIVE.search(between):
        return None
    if _NEGATED.search(between) or ";" in between:
        return None
    if subject and (_somebody_else(between) or _is_others(text, happened.end())):
        return None
    return happened.end()


_DONE_TO = frozenset({"breached", "hacked", "attacked", "hacking"})
_PASSIVE = re.compile(r"\b(?:was|were|been|being|got|is) (?:\w+ )?$")
_OTHERS = re.compile(
    r" (?:at|against|suffered by|affecting|impacting|hitting|of|from) (?:the )?| (?=of its own\b)"
    r"| (?:in|during) (?:the|an?) (?=[A-Z])"
)


def _is_others(text: str, at: int) -> bool:
    """Say whether words behind what happened make it another's: `a breach at Acme`, `a breach of its own`."""
    begins = _OTHERS.match(text, at)
    if begins is None:
        return False
    return text.startswith("of its own", begins.end()) or _run_at(text, begins.end()) is not None


def _somebody_else(between: str) -> bool:
    """Say whether another name stands between the verb and what happened."""
    return any(named(between, *run.span()) for run in RUN.finditer(between))


def _in_title(page: Page) -> Iterator[_Victim]:
    """Yield the name beside the incident's noun in the title, where the text has it too."""
    begin = page.text.find(page.title) if page.title else -1
    title = page.title[:300]
    if not title or _BESIDE.search(title) or not (happened := _HAPPENED.search(title)):
        return
    after = begin + len(page.title) if begin >= 0 else 0
    body = page.text[after : after + 20_000]
    behind = _HITS_IN_TITLE.search(title)
    for first, last in ((0, happened.start()), (behind.end() if behind else len(title), len(title))):
        for run in RUN.finditer(title, first, last):
            piece = _known_below(title, run.span(), body)
            if piece and not _OBSERVER.search(title[slice(*piece)]):
                name = title[slice(*piece)]
                begins, ends = min(piece[0], happened.start()), max(piece[1], happened.end())
                # The subject of a mail is not in its text: the name where the text first has it is quoted.
                at = page.text.find(name)
                span = (begin + begins, begin + ends) if begin >= 0 else (at, at + len(name))
                yield _Victim(name, None, span)
                return


def _known_below(title: str, run: Piece, body: str) -> Piece | None:
    """Return the longest name in a run of a title that the text below has as well."""
    words = [(m.start() + run[0], m.end() + run[0]) for m in re.finditer(r"\S+", title[slice(*run)])][:8]
    for size in range(len(words), 0, -1):
        for at in range(len(words) - size + 1):
            piece = named(title, words[at][0], words[at + size - 1][1])
            if piece and _occurs(title[slice(*piece)], body):
                return piece
    return None


def _occurs(name: str, body: str) -> bool:
    """Say whether a text has a name, as a word of its own."""
    at = body.find(name)
    return at >= 0 and not body[at + len(name) : at + len(name) + 1].isalnum()


def _described(sentence: Sentence, names: frozenset[str]) -> Iterator[Draft]:
    """Yield sector and geography beside a name: `Dutch retailer Acme`, `Acme, a Dutch retailer`."""
    text = sentence.text
    for run in RUN.finditer(text):
        piece = named(text, *run.span())
        if piece is None or text[slice(*piece)] not in names:
            continue
        yield from _based(sentence, piece)
        begin = _description_begins(text, piece[0])
        if begin < piece[0]:
            yield from _kinds(sentence, text[begin : piece[0]].split(), (begin, piece[1]))
        elif after := _DESCRIBED_AFTER.match(text, piece[1]):
            words = after[1].split()
            if "of" not in words:
                yield from _kinds(sentence, words, (piece[0], after.end()))


_COUNTRY = "|".join(
    sorted({re.escape(each) for each in NATIONS.values()}, key=lambda each: (-len(each), each))
)
_BASED_IN = re.compile(
    rf",? (?:[\w'\u2019-]{{1,20}} ){{0,6}}?(?:based|headquartered|located) in (?:[A-Z]\w{{1,20}}, )?(?:the )?"
    rf"({_COUNTRY})\b"
)
_OF_COUNTRY = re.compile(
    rf"\b({_COUNTRY})"
    r"(?:(?:-based|-headquartered)(?: [\w-]{1,20}){0,4} |['\u2019]s? (?:[\w-]{1,20} ){0,3})$"
)


def _based(sentence: Sentence, piece: Piece) -> Iterator[Draft]:
    """Yield the country in `Acme, a retailer based in Portugal` and `Portugal-based Acme`."""
    text = sentence.text
    near = max(0, piece[0] - 60)
    before = _OF_COUNTRY.search(text[near : piece[0]])
    after = _BASED_IN.match(text, piece[1])
    if before:
        yield _in_country(sentence, before[1], (near + before.start(), piece[1]))
    elif after:
        yield _in_country(sentence, after[1], (piece[0], after.end()))


def _in_country(sentence: Sentence, country: str, span: Piece) -> Draft:
    return Draft("incident.geography", country, sentence.span(*span), modality="inferred")


def _description_begins(text: str, end: int) -> int:
    """Return where the run of describing words in front of a name begins; `end` where there is none."""
    begin = end
    while (at := text.rfind(" ", max(0, begin - 30), max(0, begin - 1))) >= -1 and begin > 0:
        if text[at + 1 : begin].strip().lower() not in DESCRIBING:
            break
        begin = at + 1
    if begin < end and (nation := _NATION_AT_END.search(text[max(0, begin - 20) : begin])):
        return max(0, begin - 20) + nation.start()
    return begin


def _kinds(sentence: Sentence, words: list[str], span: Piece) -> Iterator[Draft]:
    """Yield what describing words say of sector and geography."""
    quote = sentence.span(*span)
    if country := next((NATIONS[word] for word in (" ".join(words[:2]), words[0]) if word in NATIONS), None):
        yield Draft("incident.geography", country, quote, modality="inferred")
    kinds = [at for at, word in enumerate(words) if word.lower() in SECTOR]
    nouns = [at for at, word in enumerate(words) if word.lower() in SECTOR | ORGANISATION_NOUN]
    if kinds:
        value = " ".join(words[kinds[0] : nouns[-1] + 1])
        yield Draft("incident.sector", value, quote, modality="inferred")


# --- organisations beside the incident

_KIND = r"(?:cyber[- ]?|data |security |ransomware )*"
_EVENTS = rf"{_KIND}(?:incidents|breaches|attacks|hacks|intrusions|compromises)"
_EVENT = rf"{_KIND}(?:incidents?|breach(?:es)?|attacks?|hacks?|intrusions?|compromises?)"
_TOO = r"(?: (?:and|or) [a-z]{3,12})?"
_SAYING = r"(?:at|on|against|of|affecting|targeting|involving|hitting|suffered by|disclosed by|reported by)"
_HIT = r"(?:hit|breached|targeted|attacked|compromised|struck|affected|hacked)"
_GANG = r"(?:group|gang|crew|attackers?|hackers?|actors?|collective)"
_RELATED: tuple[tuple[tuple[str, ...], str, bool, re.Pattern[str]], ...] = tuple(
    (tuple(needs.split("|")), relation, singular, re.compile(pattern, re.IGNORECASE))
    for needs, relation, singular, pattern in (
        (
            "same ",
            "same_campaign",
            False,
            (
                rf"\bsame (?:campaign|operation|wave|{_GANG})(?: (?:that|which|who|has|had|have|also"
                rf"|previously|earlier|recently|is|was)){{0,4}} {_HIT} "
            ),
        ),
        (
            "same ",
            "same_campaign",
            False,
            (
                rf"\bsame (?:campaign|operation|wave|{_GANG})[^.;:]{{0,30}} behind (?:the |recent "
                rf"|earlier |similar )*{_EVENT} {_SAYING} "
            ),
        ),
        (
            "also|previously",
            "same_campaign",
            False,
            rf"\b{_GANG}(?: (?:has|had|have|is|are|was|were|said to have))? (?:also|previously) {_HIT} ",
        ),
        ("campaign", "same_campaign", False, rf"\bcampaign (?:that |which )?(?:has |had )?also {_HIT} "),
        (
            "victims",
            "same_campaign",
            False,
            (
                r"\bother victims(?: of the (?:same )?campaign| in the campaign)?(?: are"
                r"| were)?(?: said to)? ?(?:including|include|included|are|were|:) "
            ),
        ),
        (
            "incidents|breaches|attacks|hacks|intrusions|compromises",
            "similar_incident",
            False,
            (
                rf"\b(?:related|similar|other|earlier|previous|separate|comparable"
                rf"|recent) {_EVENTS}{_TOO} {_SAYING} "
            ),
        ),
        (
            "similar|related|another|separate|comparable",
            "similar_incident",
            True,
            rf"\b(?:similar|related|another|separate|comparable) {_EVENT}{_TOO} {_SAYING} ",
        ),
        (
            "incidents|breaches|attacks|hacks|intrusions|compromises",
            "similar_incident",
            False,
            (
                rf"\b(?:follows?|followed|following|came after|comes after|on the heels of|in the wake of"
                rf"|after|amid) (?:(?:a|the|string|wave|series|spate|of|recent|similar"
                rf"|high-profile) ){{0,5}}{_EVENTS}{_TOO} {_SAYING} "
            ),
        ),
        (
            "follows|came after|comes after|heels|unlike|contrast|compared|reminiscent|similar to|as in",
            "similar_incident",
            True,
            (
                rf"\b(?:follows|came after|comes after|on the heels of|unlike|in contrast to|contrast with"
                rf"|compared (?:with|to)|reminiscent of|similar to|as in) (?:(?:a|the|recent|earlier"
                rf"|previous|similar|last|year['\u2019]s|this|(?:19|20)\d\d) ){{0,4}}"
                rf"{_EVENT}{_TOO} {_SAYING} "
            ),
        ),
        (
            "also",
            "same_campaign",
            False,
            (
                rf"\b{_GANG} (?:(?:is|was|are|were) )?also (?:(?:said|believed|thought) to be )?"
                rf"(?:behind|responsible for) (?:the |recent |earlier |similar )*{_EVENT} {_SAYING} "
            ),
        ),
        (
            "series|string|wave|spate",
            "similar_incident",
            True,
            (
                rf"\b(?:series|string|wave|spate) of (?:recent |similar )?{_EVENTS} [^.;:]{{0,50}}?"
                r"\b(?:including|such as|among them) "
            ),
        ),
        (
            " by ",
            "vendor",
            True,
            (
                r"\b(?:(?:platform|system|service|software|portal|tool|database)s? (?:is|was|are|were) "
                r"(?:run|operated|provided|hosted|managed|supplied|maintained)"
                r"|(?:data|records|information|files) (?:is|was|are|were) (?:held|stored|hosted|processed))"
                r" by "
            ),
        ),
        (
            " by ",
            "vendor",
            False,
            (
                r"\b(?:platform|system|service|software|portal|tool|database|application|app|instance"
                r"|environment)s? (?:that is |which is )?(?:run|operated|provided|hosted|managed|supplied"
                r"|built|maintained|developed) (?:for it )?by "
            ),
        ),
        (
            "vendor|supplier|contractor|provider|processor",
            "vendor",
            False,
            (
                r"\b(?:third[- ]party|external|outside|outsourced|its|their)(?: (?:cloud|software"
                r"|technology|tech|IT|service|services|payment|payroll|logistics|call[- ]cent(?:er|re)"
                r"|marketing|hosting|outsourcing|data|third[- ]party|external|customer"
                r"|support)){0,3} (?:vendor|supplier|contractor|provider|processor"
                r"|subcontractor)s?,? (?:called |named )?"
            ),
        ),
    )
)
_RELATED_WORDS = fewest(
    (
        "also",
        "same",
        "similar",
        "comparable",
        "related",
        "separate",
        *(word for needs, *_ in _RELATED for word in needs),
    )
)
_HELPERS = re.compile(r"monitoring|forensic|investigat|credit|identity protection|respond", re.IGNORECASE)


class _Beside(NamedTuple):
    """An organisation named beside the incident, before it is known who the victim is."""

    name: str
    draft: Draft
    sentence: Sentence
    singular: bool
    """The words also fit the incident itself, so they say something only where its victim is known."""


def _beside(page: Page) -> list[_Beside]:
    """Return the organisations that a text names beside an incident, in the order of the text."""
    return [
        found
        for block in page.blocks
        if not is_wished(block)
        for sentence in block.sentences
        for found in _beside_in(sentence)
    ]


def _related(beside: list[_Beside], victims: frozenset[str]) -> Iterator[Draft]:
    """Yield those named beside the victims, each once a sentence; with no victim known only sure ones."""
    seen: set[tuple[str, int]] = set()
    for name, draft, sentence, singular in beside:
        key = (name, sentence.places[0])
        if (victims or not singular) and key not in seen and not _is_victim(name, victims):
            seen.add(key)
            yield draft


def _beside_in(sentence: Sentence) -> Iterator[_Beside]:
    """Yield the organisations that one sentence names beside an incident."""
    text, low = sentence.text, sentence.text.lower()
    # A word that has to be there is found many times faster than the pattern around it.
    if not has_any(low, _RELATED_WORDS):
        return
    for needs, relation, singular, pattern in _RELATED:
        if not has_any(low, needs) or (relation == "vendor" and _HELPERS.search(text)):
            continue
        for found in pattern.finditer(text):
            for begin, end in names_at(text, found.end()):
                yield _named_beside(sentence, (found.start(), begin, end), relation, singular=singular)
    names, relation = _who_too(text) if has_any(low, _TOO_WORDS) else ([], "")
    for begin, end in names:
        yield _named_beside(sentence, (begin, begin, end), relation, singular=len(names) == 1)


def _named_beside(
    sentence: Sentence, place: tuple[int, int, int], relation: str, *, singular: bool
) -> _Beside:
    """Return a name with the words in front of it that make it one beside the incident."""
    words, begin, end = place
    name = sentence.text[begin:end]
    detail = {"relation": relation}
    draft = Draft("related.organisation", name, sentence.span(words, end), detail=detail)
    return _Beside(name, draft, sentence, singular)


_INCIDENT = r"(?:breach(?:es)?|cyber-?attacks?|attacks?|incidents?|hacks?|intrusions?)\b"
_TOOK_PLACE = r"(?:disclosed|reported|confirmed|suffered|announced|experienced)"
_BEFORE_TOO = r" (?:(?:has|have|had|was|were) )?(?:recently )?"
_SAME_HAND = rf"by (?:the |this |that )?(?:same (?:\w+ )?{_GANG}|same campaign|campaign)\b"
_TOO_TOLD: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("same_campaign", re.compile(rf"{_BEFORE_TOO}(?:also )?(?:been )?{_HIT} {_SAME_HAND}")),
    (
        "similar_incident",
        re.compile(rf"{_BEFORE_TOO}also (?:recently )?{_TOOK_PLACE} (?:[\w-]+ ){{0,3}}?{_INCIDENT}"),
    ),
    (
        "similar_incident",
        re.compile(
            rf"{_BEFORE_TOO}{_TOOK_PLACE} (?:an? |their own )?(?:similar|comparable|related|separate)"
            rf" (?:[\w-]+ ){{0,2}}?{_INCIDENT}"
        ),
    ),
)
_TOO_WORDS = ("also", "same", "similar", "comparable", "related", "separate")


def _who_too(text: str) -> tuple[list[Piece], str]:
    """Return the names that a sentence begins with and that were breached too, and how they are related."""
    for relation, pattern in _TOO_TOLD:
        too = pattern.search(text)
        names = names_at(text, 0) if too else []
        # One name alone may be the victim's, which the lead did not tell.
        if too and names and names[-1][1] == too.start():
            return names, relation
    return [], ""


def _is_victim(name: str, victims: frozenset[str]) -> bool:
    """Say whether a name is that of a victim, or a longer or shorter form of it."""
    return any(name == each or name.startswith(f"{each} ") or each.startswith(f"{name} ") for each in victims)


# --- the rule


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield organisation, sector and geography of an incident, and the organisations named beside it.

    Without a label they come from the title and the first sentences; sector and geography are then inferred.
    """
    labelled = list(_labelled(page))
    yield from labelled
    told = {each.path for each in labelled}
    beside = _beside(page)
    victims = _without_others(list(_victims(page)), list(_related(beside, frozenset())))
    names = {
        str(each.value)
        for each in labelled
        if isinstance(each, Draft) and each.path == "incident.organisation"
    }
    if "incident.organisation" not in told:
        yield from _first_of_each(victims)
        names |= {each.name for each in victims}
    known = frozenset(names)
    described = (draft for sentence in _lead(page) for draft in _described(sentence, known))
    yield from (each for each in described if each.path not in told)
    yield from _related(beside, known)


def _without_others(victims: list[_Victim], related: list[Draft]) -> list[_Victim]:
    """Leave out who is named beside the incident; a supplier only where somebody else was hit too.

    Of those left the first one is whose incident it is: a report tells of one, and of others further down.
    """
    beside = {str(each.value) for each in related if each.detail["relation"] != "vendor"}
    vendors = {str(each.value) for each in related} - beside
    kept = [each for each in victims if each.name not in beside]
    own = [each for each in kept if each.name not in vendors]
    left = own or kept
    return [each for each in left if _is_victim(each.name, frozenset({left[0].name}))]


def _first_of_each(victims: list[_Victim]) -> Iterator[Draft]:
    """Yield each name once in the title and once in the text."""
    seen: set[tuple[str, bool]] = set()
    for each in victims:
        key = (each.name, each.sentence is None)
        if key not in seen:
            seen.add(key)
            yield Draft("incident.organisation", each.name, each.span)
