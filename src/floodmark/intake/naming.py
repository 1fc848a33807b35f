"""Names of organisations as they are written: runs of capitalised words, and what is none of a name.

A day, a nationality or a person is no organisation; words that open a sentence or a heading are no part of a
name; `the Dutch retailer` before one describes it.
"""

from __future__ import annotations

import re

Piece = tuple[int, int]
"""Begin and end of a piece of a sentence's text."""


def words_of(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


NATIONS = {
    nation: country
    for line in words_of(
        """
    Argentina:Argentine,Argentinian Australia:Australian Austria:Austrian Bangladesh:Bangladeshi
    Belgium:Belgian Brazil:Brazilian Bulgaria:Bulgarian Canada:Canadian Chile:Chilean China:Chinese
    Colombia:Colombian Croatia:Croatian Czechia:Czech Denmark:Danish Egypt:Egyptian Estonia:Estonian
    Finland:Finnish France:French Germany:German Ghana:Ghanaian Greece:Greek Hungary:Hungarian
    Iceland:Icelandic India:Indian Indonesia:Indonesian Iran:Iranian Ireland:Irish Israel:Israeli
    Italy:Italian Japan:Japanese Kenya:Kenyan Latvia:Latvian Lithuania:Lithuanian
    Luxembourg:Luxembourgish Malaysia:Malaysian Mexico:Mexican Morocco:Moroccan Netherlands:Dutch
    Nigeria:Nigerian Norway:Norwegian Pakistan:Pakistani Peru:Peruvian
    Philippines:Philippine,Filipino Poland:Polish Portugal:Portuguese Romania:Romanian
    Russia:Russian Serbia:Serbian Singapore:Singaporean Slovakia:Slovak Slovenia:Slovenian
    Spain:Spanish Sweden:Swedish Switzerland:Swiss Taiwan:Taiwanese Thailand:Thai Turkey:Turkish
    Ukraine:Ukrainian Vietnam:Vietnamese
    """
    )
    for country, adjectives in [line.split(":")]
    for nation in adjectives.split(",")
} | {
    "American": "United States",
    "US": "United States",
    "U.S.": "United States",
    "British": "United Kingdom",
    "UK": "United Kingdom",
    "Emirati": "United Arab Emirates",
    "Saudi": "Saudi Arabia",
    "South Korean": "South Korea",
    "North Korean": "North Korea",
    "New Zealand": "New Zealand",
    "South African": "South Africa",
}
_PLACES = (
    frozenset(NATIONS)
    | frozenset(NATIONS.values())
    | words_of("Europe European Asia Asian Africa EU Western")
)
_CALENDAR = words_of(
    """january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday christmas easter"""
)
# Words that open a sentence or a heading and are no part of a name, and nouns that follow a name in a title.
_FUNCTION = words_of(
    """a an the this that these those it its he she they we you i his her their our your who which what
    when where why how in on at by for from to of with within without after before since during until
    while as if but and or nor not no nobody none both all each every any some many most several few
    more other others another such according although though because despite unlike like however
    meanwhile instead also earlier later today yesterday tomorrow then there once only even still yet
    last latest recent previous massive huge major big breaking exclusive update updated mr mrs ms dr
    prof ceo cio ciso cto cfo"""
)
# Names begin with them too: `First Bank`, `New Balance`; alone they are none.
_NOT_ALONE = words_of(
    """new first second one two three four five six seven eight nine ten next now here just data media
    security internet online social contact cloud supply service services system systems group user
    third-party call center centre customer customers client clients patient patients personal
    information initial access lateral movement gdpr hipaa pii phi mfa api it ai vpn sms url ip pin
    cyber cybersecurity chain"""
)
# Kinds of company that stand before a name with a capital only where they open a sentence.
_TRADE = words_of(
    """airline insurer retailer lender grocer brewer toymaker carmaker automaker chipmaker drugmaker
    manufacturer publisher broadcaster telco supermarket operator"""
)
_NO_NAME = words_of(
    """report reports incident incidents analysis summary executive full details overview timeline
    attack attacks attackers attacker breach breaches breached hack hacks hacked hackers hacker
    cyberattack cyberattacks ransomware users member members employee employees staff record records
    email leak leaked leaks stolen theft exposed exposes affected affects hits hit confirms confirmed
    notice statement press release faq question answer source sources image credit photo researchers
    officials authorities experts police investigators criminals cybercriminals threat actors actor
    companies firm organisation organization exfiltration detection response impact recommendations
    recommendation lessons learned malware phishing engineering"""
)
_UPPER = "A-ZÀ-ÖØ-Þ"
_TOKEN = rf"(?:[{_UPPER}]\w*(?:[.&$'\u2019/-]\w+)*\$?|[a-z]{{1,2}}[A-Z]\w+|\d+[A-Z]\w+)"
_SUFFIX = (
    r"(?:,? (?:Inc|Ltd|LLC|PLC|plc|GmbH|Corp|AG|SE|SA|NV|BV|ASA|AB|Pty)\b)?"
    r"(?:(?:(?<= Inc)|(?<= Ltd)|(?<= Corp)|(?<= Co))\.(?=,? [a-z]))?"
)
NAME = rf"(?<!\w){_TOKEN}(?: (?:of (?:the )?|& |de |du |del |la |van |der )?{_TOKEN}){{0,6}}{_SUFFIX}"
"""A run of words written as a name, with what ties them; `named` says whether it is one."""
RUN = re.compile(NAME)
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_ROLE = (
    r"(?:chief|CEO|CISO|CIO|CTO|CFO|president|director|spokes\w+|head of|founder|researcher|analyst"
    r"|officer|minister|manager|professor|lawyer|attorney|reporter|expert|commissioner|secretary)"
)
_ROLE_BEFORE = re.compile(
    rf"\b(?:Mrs?|Ms|Dr|Prof|Sir|{_ROLE}|executive|said|says|told)\.?,? $", re.IGNORECASE
)
_ROLE_AFTER = re.compile(rf", (?:the |a |an |its )?(?:[\w'\u2019-]{{1,30}} ){{0,3}}?{_ROLE}\b")
# Companies whose name has an "and" in it: a list of names is not cut there.
PAIRED = {
    tuple(pair.split("+"))
    for pair in words_of(
        """marks+spencer johnson+johnson procter+gamble ernst+young barnes+noble dun+bradstreet smith+nephew
    black+decker crate+barrel standard+poor's wells+fargo dolce+gabbana abercrombie+fitch legal+general
    holland+barrett harvey+norman"""
    )
}


def named(text: str, begin: int, end: int) -> Piece | None:
    """Return the name inside a run of capitalised words, without words that open a sentence or a heading.

    None where nothing is left, or where what is left is a day, a month, a nationality or a person.
    """
    words = [(m.start() + begin, m.end() + begin) for m in re.finditer(r"\S+", text[begin:end])]
    common = [at for at, word in enumerate(words) if _is_common(text[slice(*word)])]
    while common and (
        common[0] == 0 or text[slice(*words[common[-1]])].endswith(("-based", "-owned", "-listed"))
    ):
        words = words[common[0] + 1 :] if common[0] == 0 else words[common[-1] + 1 :]
        common = [at for at, word in enumerate(words) if _is_common(text[slice(*word)])]
    if len(words) > 1 and _POSSESSIVE.sub("", text[slice(*words[0])]) in _PLACES - {text[slice(*words[0])]}:
        words = words[1:]  # "Norway's Acme"
    cut = next((at for at, word in enumerate(words) if _is_noun(text[slice(*word)])), len(words))
    words = words[:cut]
    if not words or (len(words) == 1 and text[slice(*words[0])].strip(",.").lower() in _NOT_ALONE):
        return None
    first, last = words[0][0], words[-1][1]
    if ending := _POSSESSIVE.search(text, first, last):
        last = ending.start()
    name = text[first:last].rstrip(",")
    if len(name) < 2 or name in _PLACES or is_person(text, first, last):  # noqa: PLR2004 - one letter is no name
        return None
    return first, first + len(name)


def _is_common(word: str) -> bool:
    """Say whether a word at the head of a run is not part of a name."""
    low = word.strip(",.").lower()
    return (
        low in _FUNCTION or low in _CALENDAR or low in _TRADE or low.endswith(("-based", "-owned", "-listed"))
    )


def _is_noun(word: str) -> bool:
    """Say whether a word ends the name in front of it, as `Breach` does in `Acme Breach`."""
    low = word.strip(",.").lower()
    return low in _CALENDAR or low in _NO_NAME


def is_person(text: str, begin: int, end: int) -> bool:
    """Say whether a role stands beside a name: `spokesperson Jane Roe`, `Jane Roe, chief executive`."""
    before = _ROLE_BEFORE.search(text[max(0, begin - 30) : begin])
    return before is not None or _ROLE_AFTER.match(text, end) is not None


_SEPARATOR = re.compile(r",? (?:and|or|as well as) |, ")
_LOWER = re.compile(r"(?:at|on|against|the|its|their|a|an|[a-z][a-z-]{2,20}) ")
_NEXT = re.compile(r" ([a-z][\w'\u2019-]*)")
_AFTER_NAME = words_of(
    """in on at last this earlier and or which where that who by have has had was were is are during
    over since via after before according when as but with from both all also to following until over
    for while amid without than claimed late early next then"""
)


def names_at(text: str, begin: int) -> list[Piece]:
    """Return the names of a list that starts at a place; empty where it is no list of names.

    Words that describe (`the retailer`, `rival bank`) may stand before each. A list that ends in something
    else than names (`attacks on Acme customers`) gives none.
    """
    found: list[Piece] = []
    at = begin
    while len(found) < 20:  # noqa: PLR2004 - no sentence names more; bounds the work on hostile text
        at = after_description(text, at)
        run = RUN.match(text, at)
        piece = named(text, run.start(), run.end()) if run else None
        if run is None or piece is None:
            break
        found.append(piece)
        separator = _SEPARATOR.match(text, run.end())
        at = separator.end() if separator else run.end()
        if separator is None:
            return _paired(text, found) if _ends_well(text, piece[1]) else []
    return _paired(text, found)


_MOST_WORDS = 8
"""How many words that describe an organisation may stand before its name."""


def after_description(text: str, at: int) -> int:
    """Return the place after words that describe the name to come."""
    for _ in range(_MOST_WORDS):
        nation = _NATION_WORD.match(text, at)
        word = _LOWER.match(text, nation.end() if nation else at)
        if word is None or word[0][:-1] not in (DESCRIBING if nation else _BEFORE_NAME | DESCRIBING):
            break
        at = word.end()
    return at


def _ends_well(text: str, end: int) -> bool:
    """Say whether a name stands for itself and not for something of it."""
    if text[end : end + 1] in {"'", "\u2019"}:
        return False
    word = _NEXT.match(text, end)
    return word is None or word[1] in _AFTER_NAME or word[1].endswith("ed")


def _paired(text: str, found: list[Piece]) -> list[Piece]:
    """Join names that are one name with an `and` in it."""
    joined: list[Piece] = []
    for begin, end in found:
        pair = (text[slice(*joined[-1])].lower(), text[begin:end].lower()) if joined else ()
        if pair in PAIRED:
            begin = joined.pop()[0]  # noqa: PLW2901 - the name starts where its first half did
        joined.append((begin, end))
    return joined


# --- what an organisation is: sector nouns, and words that may stand between them and a name

SECTOR = words_of(
    """airline airlines carrier bank banking lender insurer insurance retailer retail supermarket grocer
    telecom telecoms telecommunications telco mobile broadband energy electricity gas utility water oil
    hospital hospitals healthcare health medical pharmacy pharmaceutical university college school
    education law legal accounting hotel hospitality casino gaming gambling fashion clothing luxury
    footwear sportswear automaker carmaker automotive car manufacturer manufacturing logistics shipping
    freight postal courier rail railway transport travel ferry food beverage brewer restaurant fintech
    payments payment cryptocurrency crypto brokerage investment pension fund software technology
    semiconductor chipmaker electronics media publisher broadcaster entertainment streaming ticketing
    charity nonprofit government municipal council city church construction engineering aerospace
    defence defense mining steel chemical agriculture real-estate broker recruitment staffing outsourcing
    dating e-commerce ecommerce online"""
)
ORGANISATION_NOUN = words_of(
    """company firm group giant operator provider chain maker network agency authority service services
    conglomerate corporation business brand marketplace platform startup start-up supplier system trust
    cooperative co-operative association institute exchange store stores producer distributor"""
)
_ADJECTIVE = words_of(
    """national state-owned state-run budget low-cost private public leading largest major rival fellow
    fellow big global international multinational regional local family-owned listed flag"""
)
DESCRIBING = SECTOR | ORGANISATION_NOUN | _ADJECTIVE
_BEFORE_NAME = words_of("at on against the its their both fellow including")
ANY_NATION = "|".join(sorted(map(re.escape, NATIONS), key=lambda nation: (-len(nation), nation)))
_NATION_WORD = re.compile(rf"(?:{ANY_NATION}) ")
