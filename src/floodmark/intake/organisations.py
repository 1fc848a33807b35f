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
    r"|BleepingComputer|Mandiant"
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
_APPOSITION = r"(?:, (?:a|an|the|one of)\b[^,.;:]{1,90},)?"
_END = r"(?:,(?= (?:has|have|had|is|was|were|said|says|confirm|disclose|suffer)))?"
_CONFIRMED = re.compile(
    rf"({NAME}){_END}{_APPOSITION}{_ADVERBS} (?:confirm(?:s|ed)|disclose[sd]|admit(?:s|ted)|announce[sd]"
    rf"|acknowledge[sd]"
    r"|reveal(?:s|ed)|report(?:s|ed)|says|said|warn(?:s|ed)|told|found|detected|discovered)\b"
)
_SUFFERED = re.compile(
    rf"({NAME}){_END}{_APPOSITION}{_ADVERBS} (?:(?:was|were|is|are|been|being"
    rf"|got) (?:\w{{2,20}} )?(?:hacked|breached|hit"
    r"|struck|targeted|attacked|compromised|affected|impacted|the (?:\w{2,20} )?(?:victim|target))"
    r"|suffer(?:s|ed)|experience[sd]"
    r"|sustained|fell victim|falls victim|investigat(?:es|ing)|is investigating)\b"
)
_AT = re.compile(
    r"\b(?:breach|cyber[- ]?attack|attack|hack|intrusion|incident|leak) (?:at|on|against|suffered by) "
)
_BROKE_INTO = re.compile(
    r"\b(?:[Hh]ackers?|[Aa]ttackers?|[Ii]ntruders?|[Aa]ctors?|[Cc]ybercriminals?|[Cc]riminals?|[Gg]ang) "
    r"(?:(?:linked|tied) to [^,.;]{1,30} )?(?:has |have |had )?"
    r"(?:breached|hacked|attacked|hit|broke into|broken into) "
)
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
    (
        r"\b(?:in (?:19|20)\d\d|last year|rival|previous|similar|unlike|like|than|earlier (?:breach"
        r"|attack|victim))\b"
    ),
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|never|denie[sd]|without|ruled out)\b|n['\u2019]t\b", re.IGNORECASE)
_REACH = 110
"""How far behind the verb what happened may stand."""


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
        for begin, end, until in sorted(_subjects(sentence.text)):
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
    for pattern in (_AT, _BROKE_INTO):
        for found in pattern.finditer(text):
            names = _run_at(text, found.end())
            if names and not _BESIDE.search(text[max(0, found.start() - 60) : found.start()]):
                yield (*names, names[1])


_IN_APPOSITION = re.compile(r"\b(\w+), $")


def _alone(text: str, piece: Piece | None) -> Piece | None:
    """Return a subject that is one organisation, of this incident; None for `A and B` or `rival A`."""
    if piece is None or _FORMERLY.search(text[max(0, piece[0] - 40) : piece[0]]):
        return None
    kind = _IN_APPOSITION.search(text[max(0, piece[0] - 25) : piece[0]])
    if text.startswith(", ", piece[1]) and not re.match(
        r", (?:an?|the|one of)\b", text[piece[1] : piece[1] + 12]
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
    return named(text, *run.span()) if run and not _PRODUCT.match(text, run.end()) else None


def _what_happened(text: str, after: int, subject: Piece | None) -> int | None:
    """Return where the incident's noun ends behind a verb; None where none follows that is the subject's."""
    happened = _HAPPENED.search(text, after, after + _REACH)
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
    r" (?:at|against|suffered by|affecting|impacting|hitting|of) (?:the )?| (?=of its own\b)"
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
    """Yield the name beside the incident's noun in the title, where the text below has it too."""
    begin = page.text.find(page.title) if page.title else -1
    title = page.title[:300]
    if begin < 0 or _BESIDE.search(title) or not (happened := _HAPPENED.search(title)):
        return
    after = begin + len(page.title)
    body = page.text[after : after + 20_000]
    behind = _HITS_IN_TITLE.search(title)
    for first, last in ((0, happened.start()), (behind.end() if behind else len(title), len(title))):
        for run in RUN.finditer(title, first, last):
            piece = _known_below(title, run.span(), body)
            if piece and not _OBSERVER.search(title[slice(*piece)]):
                span = (min(piece[0], happened.start()), max(piece[1], happened.end()))
                yield _Victim(title[slice(*piece)], None, (begin + span[0], begin + span[1]))
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
        begin = _description_begins(text, piece[0])
        if begin < piece[0]:
            yield from _kinds(sentence, text[begin : piece[0]].split(), (begin, piece[1]))
        elif after := _DESCRIBED_AFTER.match(text, piece[1]):
            words = after[1].split()
            if "of" not in words:
                yield from _kinds(sentence, words, (piece[0], after.end()))


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
_RELATED_WORDS = fewest(("also", *(word for needs, *_ in _RELATED for word in needs)))
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
    if "also" in low:
        names = _who_also(text)
        for begin, end in names:
            place = (begin, begin, end)
            yield _named_beside(sentence, place, "similar_incident", singular=len(names) == 1)


def _named_beside(
    sentence: Sentence, place: tuple[int, int, int], relation: str, *, singular: bool
) -> _Beside:
    """Return a name with the words in front of it that make it one beside the incident."""
    words, begin, end = place
    name = sentence.text[begin:end]
    detail = {"relation": relation}
    draft = Draft("related.organisation", name, sentence.span(words, end), detail=detail)
    return _Beside(name, draft, sentence, singular)


_ALSO = re.compile(
    r" (?:(?:has|have|had) )?also (?:recently )?(?:disclosed|reported|confirmed|suffered|announced) "
    r"(?:[\w-]+ ){0,3}?(?:breach(?:es)?|cyber-?attacks?|attacks?|incidents?|hacks?|intrusions?)\b"
)


def _who_also(text: str) -> list[Piece]:
    """Return the names that a sentence begins with and that were breached too."""
    also = _ALSO.search(text)
    names = names_at(text, 0) if also else []
    # One name alone may be the victim's, which the lead did not tell.
    return names if also and names and names[-1][1] == also.start() else []


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
