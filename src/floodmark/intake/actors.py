"""Who is said to have done it: one claim for each mention of a name, with that mention's own confidence.

`attributed to` is stated, `bears the hallmarks of` likely, `may be` possible, `no link to` denied. A name
needs words that tie it to this incident; what a group is known for says nothing of who did this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from floodmark.intake.naming import NATIONS, named, words_of
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import is_wished, part_of, parts_of
from floodmark.intake.stance import fewest, has_any, is_speculative, is_unstated
from floodmark.models import Confidence

Piece = tuple[int, int]

_KIND = (
    r"(?:threat|ransomware|hacking|hacker|hacktivist|cybercrime|cybercriminal|criminal|extortion"
    r"|espionage|state-sponsored|state-backed|notorious|prolific|well-known|data|English-speaking|APT"
    r"|financially[- ]motivated|Russia-linked|China-linked)"
)
_GANG = (
    r"(?:actors?|groups?|gangs?|collectives?|crews?|cartel|cluster|syndicate|outfit|affiliates?"
    r"|hackers?|attackers?|cybercriminals?|operators?|operation|criminals?|intruders?|members)"
)
_NOUN = rf"(?:(?:{_KIND} ){{0,4}}{_GANG})"
_UPPER = "A-ZÀ-ÖØ-Þ"
_TOKEN = rf"(?:[{_UPPER}][\w$]*(?:[-./'\u2019][\w$]+)*|\d+[a-zA-Z][\w$]*|[a-z]{{1,6}}[A-Z]\w+)"
_QUOTE = "[\"'\u201c\u2018\u201d\u2019]?"
_BEGINS_NAME = re.compile(rf"[{_UPPER}]|\d[a-zA-Z]")
_RUN = re.compile(rf"{_TOKEN}(?: {_TOKEN}| \d[\d.]*\b){{0,4}}")
_NATION = "|".join(sorted(map(re.escape, NATIONS), key=lambda nation: (-len(nation), nation)))
_LEADING = re.compile(
    (
        rf"(?:(?:the|a|an|its|members? of|affiliates? of|hackers from|(?:people|hackers|actors"
        rf"|those) (?:claiming to be|linked to|tied to|associated with)|called|named|known as|{_KIND}"
        rf"|{_GANG}),? "
        rf"|(?:pro-)?(?:{_NATION})(?:-speaking|-linked|-aligned|-backed|-based)? (?={_KIND} |{_GANG} ))"
    ),
    re.IGNORECASE,
)
_FOLLOWS = re.compile(rf"{_QUOTE} (?:{_KIND} ){{0,3}}(?:{_GANG}|ransomware|APT)\b")
# Naming conventions of those who track groups: a number behind a prefix, or an animal, weather or metal.
_SHAPE = re.compile(
    r"(?:UNC|APT|FIN|TA|UAC|DEV|Storm|UTA|CL-STA|CL-CRI)-?\d{1,5}\b|.* (?:Spider|Panda"
    r"|Bear|Kitten|Chollima|Jackal|Tempest"
    r"|Typhoon|Blizzard|Sleet|Sandstorm|Tsunami|Flood|Hail|Dust|Rain|Libra|Ursa|Scorpius|Taurus)$"
)
_SEPARATOR = re.compile(rf"{_QUOTE}(?:,? (?:and|or|as well as) |, ){_QUOTE}")
_ALSO = re.compile(
    rf"{_QUOTE},? ?\(?(?:(?:which|who) (?:is|are) )?(?:also )?(?:known as"
    rf"|tracked (?:by [\w .]{{1,30}} )?as|aka|a\.k\.a\.|called|referred to as"
    rf"|identified as|formerly(?: known as)?) {_QUOTE}",
    re.IGNORECASE,
)
_NEXT = re.compile(rf"{_QUOTE} ([a-z][\w'\u2019-]*)")
_MAY_FOLLOW = words_of(
    """and or but who which that in on at by after before as with is are was were has have had for to
    during using via through broke stole breached hacked accessed entered according while since when
    claimed claims said says denied denies took takes listed posted added because though although also
    from not rather over following hackers hacker attack campaign activity"""
)

# --- what ties a name to the incident

_INCIDENT = re.compile(
    r"\b(?:attacks?|cyber-?attacks?|breach(?:es)?|intrusions?|hack(?:s|ing)?|theft|campaign"
    r"|incident|compromise|extortion"
    r"|ransomware|activity|leak|attackers?|intruders?|hackers?|actors?|group|gang|phishing|vishing|tactics"
    r"|techniques|operation)\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:investigations?|review|audit|analysis|assessment|forensics?|exercise|test(?:ing)?"
    r"|survey|study|report|research"
    r"|response|monitoring|remediation|recovery|restoration|migration|notification|mitigation"
    r"|containment|probe|simulation|outage|delay|fix|patch|platform|system|service|software|database)\b",
    re.IGNORECASE,
)
_FOUND = re.compile(
    r"\b(?:found|finds|show\w*|conclud\w+|reveal\w*|determin\w+|confirm\w*|suggest\w*|indicat\w+|said"
    r"|says|that)\b"
)
_OTHER_TIME = re.compile(
    r"\b(?:(?:19|20)\d\d (?:attack|breach|hack|intrusion|incident|campaign)|last year|previous"
    r"|earlier (?:attack|breach|hack|campaign)"
    r"|similar|other|separate|another|past|recent (?:attacks|breaches|hacks|campaigns))\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    (
        r"(?:^|[.;,] |\b(?:of|in|like|to|many|some|several|recent) )"
        r"(?:(?!the |these |both )\w+ )?(?:attacks|breaches"
        r"|intrusions|hacks|campaigns|incidents)(?: \w+){0,2} $"
    ),
    re.IGNORECASE,
)


class _Trigger(NamedTuple):
    needs: tuple[str, ...]
    """One of them is in every text, in lower case, in which the words are."""
    pattern: re.Pattern[str]
    confidence: Confidence
    sure: bool
    """Whether the words alone make what follows an actor; else the name has to look or be known like one."""


def _triggers(*rows: tuple[str, str, Confidence, bool]) -> tuple[_Trigger, ...]:
    """Return triggers that stand in front of a name."""
    return tuple(
        _Trigger(tuple(needs.split("|")), re.compile(rf"\b{words} ", re.IGNORECASE), confidence, sure)
        for needs, words, confidence, sure in rows
    )


_BEFORE = _triggers(
    (
        "no ",
        (
            r"no (?:link|links|ties|tie|connection|evidence of (?:a )?(?:link|involvement)"
            r"|involvement)(?: to| with| by| of|)"
        ),
        "denied",
        False,
    ),
    ("ruled|rules", r"(?:ruled|rules) out", "denied", False),
    ("link|connect|tied", r"(?:not|n['\u2019]t) (?:been )?(?:linked|connected|tied) to", "denied", False),
    (
        "work of|carried out|conducted|caused",
        r"(?:not|n['\u2019]t) (?:the work of|carried out by|conducted by|caused by)",
        "denied",
        True,
    ),
    (
        " not ",
        r"(?:attackers?|hackers?|actors?|culprits?|group|gang|intruders?) (?:is|are|was|were) not",
        "denied",
        True,
    ),
    ("attribut", r"attribut\w+ (?:\w+ ){0,6}?to", "stated", True),
    (
        "ed by|out by",
        (
            r"(?:carried out|perpetrated|orchestrated|launched|mounted|committed|conducted|executed"
            r"|masterminded|claimed) by"
        ),
        "stated",
        True,
    ),
    ("work of", r"(?:is|was|were|be|been|as|appears) the work of", "stated", True),
    ("blam", r"blam(?:ed|es|ing)(?: \w+){0,5}? on", "stated", True),
    ("hallmark", r"hallmarks? of", "likely", True),
    ("linked|tied", rf"{_NOUN} (?:linked|tied) to", "likely", True),
    ("linked|links", r"link(?:ed|s) (?:\w+ ){1,5}?to", "likely", False),
    ("linked|tied|connected", r"(?:linked|tied|connected) to", "likely", False),
    ("link", r"links? to", "likely", False),
    (
        "consistent|overlap|point|match",
        (
            r"(?:consistent with|overlaps? with|points? to|match(?:es)?)(?: (?:the |those )?(?:tactics"
            r"|techniques|methods|activity|used|of|by)){0,5}"
        ),
        "likely",
        False,
    ),
    (
        "reminiscent|similar|resembl",
        (
            r"(?:reminiscent of|similar to|resembl\w+)(?: (?:the |those )?(?:tactics|techniques|methods"
            r"|used|of|by)){0,5}"
        ),
        "possible",
        False,
    ),
    (
        "potentially|possibly|perhaps|maybe|allegedly",
        rf"{_NOUN},? (?:(?:is|are|was|were) )?(?:potentially|possibly|perhaps|maybe|allegedly)",
        "possible",
        True,
    ),
    (
        "may|might|could",
        rf"{_NOUN} (?:(?-i:may)|might|could) (?:be|have been)(?: from)?",
        "possible",
        True,
    ),
    (
        "identified as|named as",
        (
            rf"{_NOUN} (?:behind [^.;,]{{1,30}} )?(?:(?:is|are|was|were|have been"
            rf"|has been) )?(?:identified as|named as)"
        ),
        "stated",
        True,
    ),
    (
        "likely|probably|believed|thought|suspected|presumably",
        (
            rf"{_NOUN},? (?:(?:is|are|was|were) )?(?:likely|probably|believed to be|thought to be"
            rf"|suspected to be|presumably)"
        ),
        "likely",
        True,
    ),
    ("potentially|possibly|perhaps", r"(?:potentially|possibly|perhaps)", "possible", False),
    (
        "believed|suspected|thought|likely|probably",
        r"(?:believed to be|suspected to be|thought to be|suspected|likely|probably)",
        "likely",
        False,
    ),
    (
        "such as|like |including",
        r"(?:groups?|gangs?|actors?|collectives?|hackers?) (?:such as|like|including)",
        "possible",
        True,
    ),
    (
        "behind the",
        (
            r"behind the (?:\w+ ){0,2}(?:attacks?|breach|intrusion|hack|theft|incident) (?:is|was|were"
            r"|are)(?: \w+ed)?(?: to be)?"
        ),
        "stated",
        True,
    ),
)
_ADVERB = (
    r"(?: (?:has|have|had|also|later|since|now|reportedly|allegedly|publicly|falsely|is|are|was|were"
    r"|may be|might be|could be)){0,4}"
)
_ASIDE = r"(?:, [^,;.]{1,80},)?"


class _Deed(NamedTuple):
    needs: tuple[str, ...]
    pattern: re.Pattern[str]
    confidence: Confidence
    own: bool
    """Whether the name itself says so."""


def _deeds(*rows: tuple[str, str, Confidence, bool]) -> tuple[_Deed, ...]:
    """Return what is said behind a name."""
    named_first = (
        rf"(?<!\w)({_RUN.pattern}){_QUOTE}(?: (?:{_KIND} ){{0,3}}(?:{_GANG}|ransomware))?{_ASIDE}{_ADVERB} "
    )
    return tuple(
        _Deed(tuple(needs.split("|")), re.compile(named_first + words), confidence, own)
        for needs, words, confidence, own in rows
    )


_CREDIT = r"(?:responsibility|credit|the (?:\w+ )?(?:attack|breach|hack|intrusion|theft))"
_AFTER = _deeds(
    (
        "claim|took|taken|takes|taking",
        rf"(?:claim(?:s|ed|ing)|took|taken|takes|taking) {_CREDIT}\b",
        "stated",
        True,
    ),
    (
        "claim|boasted|said|says",
        (
            r"(?:claim(?:s|ed)|boasted|said|says) (?:to have |that it |that they |it |they |he |she )"
            r"(?:had |has |have )?(?:\w+ly )?(?:stolen|stole|breached|hacked|attacked|exfiltrated|infiltrated"
            r"|(?:taken|took) [^.;]{0,30}?(?:data|files|records|documents|[GT]B)) ?"
        ),
        "stated",
        True,
    ),
    (
        "listed|posted|added|named|published",
        (
            r"(?:listed|posted|added|named|published) [^.;]{1,60} (?:leak|data-leak|extortion|dark[- ]web"
            r"|shaming|victim)[ -]?(?:site|blog|page|portal|list)"
        ),
        "stated",
        True,
    ),
    (
        "denied|denies|denying|rejected",
        (
            r"(?:denied|denies|denying|rejected) (?:any |all |its )?(?:involvement|responsibility|a role"
            r"|having|being|carrying|the (?:\w+ )?(?:attack|breach))"
        ),
        "denied",
        True,
    ),
    (
        "believed|thought|suspected|understood",
        (
            r"(?:not )?(?:believed|thought|suspected|understood) to (?:be|have been|have) (?:behind"
            r"|responsible|carried out|the culprit)"
        ),
        "likely",
        False,
    ),
    ("suspected", r"suspected (?:of|in)\b", "likely", False),
    (
        "behind|responsible",
        (
            r"(?:not )?(?:behind|responsible for) (?:the|this) (?:\w+ ){0,2}(?:attacks?|breach|intrusion"
            r"|hack|theft|incident|campaign)\b"
        ),
        "stated",
        False,
    ),
    (
        "carried|launched",
        r"(?:carried out|launched) (?:the|this) (?:\w+ )?(?:attack|breach|intrusion|hack|theft)\b(?! \w)",
        "stated",
        False,
    ),
)

_STOLE = re.compile(
    rf"(?<!\w)({_RUN.pattern}){_QUOTE}(?: (?:{_KIND} ){{0,3}}(?:{_GANG}|ransomware))?{_ASIDE}"
    r"(?: (?:has|have|had))? "
    r"(?:stole|stolen|exfiltrated|copied|downloaded|encrypted|infiltrated|bro(?:ke|ken) into)"
    r"(?= (?:the|its|their|some|data|records|files|names|customer|personal|\d))"
)
_STOLE_WORDS = ("stole", "exfiltrated", "copied", "downloaded", "encrypted", "broke", "infiltrated")
_TIED_BEFORE = fewest(word for each in _BEFORE for word in each.needs)
_TIED_AFTER = fewest(word for each in _AFTER for word in each.needs)
_TIED = fewest((*_TIED_BEFORE, *_TIED_AFTER, *_STOLE_WORDS))

# --- words in front that lower the confidence

_DENIED = re.compile(
    (
        r"\b(?:not|never|rather than)\s*$|\bno (?:evidence|indication|sign|proof|suggestion)\b"
        r"|\bdenie[sd] (?:that|it)\b"
    ),
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    (
        r"\b(?:potentially|possibly|(?-i:may)|might|could|perhaps|maybe|speculat\w+|rumou?r\w*|alleg(?:edly"
        r"|ed)|unconfirmed|not confirmed|whether)\b"
    ),
    re.IGNORECASE,
)
_LIKELY = re.compile(
    (
        r"\b(?:likely|probably|believe[sd]?|suspect(?:s|ed)?|thought|hallmarks|assess(?:es|ed)"
        r"|appears?|moderate confidence|presumably)\b"
    ),
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(?:not|n['\u2019]t|nor)\b[^,;]{0,25}$", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:]|, (?:but|and|while|although|though) | but ")
_RANK: dict[Confidence, int] = {"stated": 0, "likely": 1, "possible": 2, "denied": 3}
_TOLD = re.compile(
    rf"(?:^|, )({_RUN.pattern})(?:, [^,;.]{{1,60}},)?(?: (?:has|have|had|also)){{0,2}} (?:said"
    rf"|says|told|believes?|attributed|blamed|assess\w+|suspects?|confirmed that)\b"
    rf"|\b[Aa]ccording to ({_RUN.pattern})"
)


class _Mention(NamedTuple):
    begin: int
    end: int
    quote: Piece
    confidence: Confidence
    own: bool = False
    alias_of: str = ""


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield each mention of who did it, in the order of the text.

    `detail` has `alias_of` where the sentence gives a name a second one, and `claim` = `own` where the group
    itself says it. A text that says that it does not know gives a blank.
    """
    told = [sentence for block in page.blocks if not is_wished(block) for sentence in block.sentences]
    sure = [_mentions(sentence, frozenset()) if _is_tied(sentence.text) else None for sentence in told]
    known = frozenset(
        sentence.text[each.begin : each.end]
        for sentence, found in zip(told, sure, strict=True)
        for each in found or ()
    )
    heads = {word[0] for name in known if (word := _WORD.search(name))}
    for sentence, found in zip(told, sure, strict=True):
        if _is_labelled(sentence.block):
            yield from _labelled(sentence, known)
        else:
            again = found is not None and not heads.isdisjoint(_WORD.findall(sentence.text))
            yield from _said(sentence, _mentions(sentence, known) if again else found or [])


_WORD = re.compile(r"\w+")


def _is_tied(text: str) -> bool:
    """Say whether a text has a word without which none of its names is an actor's."""
    return has_any(text.lower(), _TIED)


def _is_labelled(block: Block) -> bool:
    """Say whether a label announces who did it."""
    return bool(block.label) and part_of(block.label) == "actor"


_START = re.compile(
    r"(?:(?:not confirmed|unconfirmed|unknown|not (?:explicitly |officially )?stated),? (?:but )?)?"
    r"((?:highly |most |very )?(?:potentially|possibly|suspected|likely|probably|believed to be"
    r"|alleged(?:ly)?|attributed to|presumably)[:,]? )?(?:to be )?",
    re.IGNORECASE,
)


def _labelled(sentence: Sentence, known: frozenset[str]) -> Iterator[Draft | Blank]:
    """Yield the names that a value under `Threat actor` begins with."""
    text = sentence.text
    start = _START.match(text)
    begin = start.end() if start else 0
    pieces = _names_at(text, begin)
    if pieces and sentence is sentence.block.sentences[0]:
        for each in _with_aliases(
            text,
            pieces,
            0,
            _lowered("stated", f"{sentence.block.label} {text[: pieces[0][0]]}{_note(text, pieces[-1][1])}"),
        ):
            yield _draft(sentence, each, "")
    elif is_unstated(text):
        yield Blank("actor.name", sentence.span(0, len(text)))
    else:
        yield from _said(sentence, _mentions(sentence, known))


_BRACKETS = re.compile(rf"(?: {_GANG})? ?\(([^)]{{1,80}})\)")


def _note(text: str, end: int) -> str:
    """Return the note in brackets right behind a name, such as `(suspected)`."""
    note = _BRACKETS.match(text, end)
    return f" {note[1]}" if note else ""


_UNCLAIMED = re.compile(
    r"\b(?:[Nn]o (?:\w+ ){0,4}(?:has|have|had) (?:yet |so far |publicly )?(?:claimed"
    r"|taken) (?:responsibility|credit)"
    r"|(?:not|n['\u2019]t) (?:yet )?(?:know|said|say) who"
    r"|(?:did not|has not|have not|declined to) (?:name|identify|attribute|say who)\b)[^.;]{0,60}"
)


_UNCLAIMED_WORDS = ("responsib", "credit", "who", "name", "identif", "attribut")


def _said(sentence: Sentence, mentions: list[_Mention]) -> Iterator[Draft | Blank]:
    """Yield the mentions of one sentence, or that nobody is named."""
    by = _speaker(sentence.text) if mentions else ""
    for each in mentions:
        yield _draft(sentence, each, by)
    if mentions or not has_any(sentence.text.lower(), _UNCLAIMED_WORDS):
        return
    unclaimed = _UNCLAIMED.search(sentence.text)
    if unclaimed and re.search(r"group|gang|actor|attack|hack|who |one |claim|taken", unclaimed[0]):
        yield Blank("actor.name", sentence.span(*unclaimed.span()))


def _draft(sentence: Sentence, mention: _Mention, by: str) -> Draft:
    """Return the claim of a mention."""
    name = sentence.text[mention.begin : mention.end]
    detail = {"alias_of": mention.alias_of} if mention.alias_of else {}
    if mention.own:
        detail["claim"] = "own"
    return Draft(
        "actor.name",
        name,
        sentence.span(*mention.quote),
        confidence=mention.confidence,
        detail=detail,
        stated_by=name if mention.own and not mention.alias_of else by if by != name else "",
    )


def _speaker(text: str) -> str:
    """Return who says so, where a sentence names them: `Acme said`, `according to Acme`."""
    told = _TOLD.search(text)
    group = 0 if told is None else 1 if told[1] else 2
    piece = named(text, *told.span(group)) if told else None
    return text[slice(*piece)] if piece else ""


def _mentions(sentence: Sentence, known: frozenset[str]) -> list[_Mention]:
    """Return the mentions of one sentence by place; of one name at one place only the most careful.

    `known`: names that stronger words elsewhere in the document make actors.
    """
    text = sentence.text
    if parts_of(sentence.block)[:1] == ("actor",):
        known |= {run[0] for run in _RUN.finditer(text)}
    found: dict[int, _Mention] = {}
    for each in (*_after_words(text, known), *_before_words(text, known), *_thieves(text)):
        first = found.get(each.begin)
        if first is None or _RANK[each.confidence] > _RANK[first.confidence]:
            found[each.begin] = each
    return [found[begin] for begin in sorted(found)]


def _after_words(text: str, known: frozenset[str]) -> Iterator[_Mention]:
    """Yield names behind words that attribute: `attributed to`, `hallmarks of`."""
    low = text.lower()
    if not (_BEGINS_NAME.search(text, 1) and has_any(low, _TIED_BEFORE)):
        return
    for trigger in _BEFORE:
        if not has_any(low, trigger.needs):
            continue
        for found in trigger.pattern.finditer(text):
            pieces = _names_at(text, found.end())
            if not pieces or not _ties(text, found, pieces, trigger, known):
                continue
            clause = _clause(text, found.start())
            confidence = _lowered(trigger.confidence, clause)
            quote = found.start()
            if confidence != trigger.confidence:
                quote -= len(clause) - _hedge_begins(clause)
            own = found[0].lower().endswith("claimed by ")
            yield from _with_aliases(text, pieces, quote, confidence, own=own)


_NEAR = 300
"""How far around words is looked, so that one long line costs no more than many short ones."""


def _ties(
    text: str, found: re.Match[str], pieces: list[Piece], trigger: _Trigger, known: frozenset[str]
) -> bool:
    """Say whether words really tie names to the incident."""
    before = text[max(0, found.start() - _NEAR) : found.start()]
    if _is_elsewhere(_clause(text, found.start())) or (
        trigger.confidence == "stated" and _NOT_YET.search(before)
    ):
        return False
    general = is_speculative(_MODAL.sub("", text[max(0, found.start() - _NEAR) : pieces[-1][1]]))
    if _EXAMPLE.search(found[0]):
        return not general and _THIS.search(before) is not None
    if general and trigger.confidence in {"stated", "likely"}:
        return False
    if trigger.sure:
        return _INCIDENT.search(_clause(text, found.start()) + found[0]) is not None
    around = text[max(0, found.start() - _NEAR) : pieces[-1][1] + _NEAR]
    return _looks_known(text, found, pieces, known) and _INCIDENT.search(around) is not None


def _is_elsewhere(clause: str) -> bool:
    """Say whether a clause is about a response, another attack, or attacks in general."""
    if _OTHER_TIME.search(clause) or _SEVERAL.search(clause):
        return True
    works = list(_WORK.finditer(clause))
    return bool(works) and not _FOUND.search(clause, works[-1].end())


_MODAL = re.compile(r"\b(?:could|might)\b", re.IGNORECASE)
_EXAMPLE = re.compile(r"(?:such as|like|including) $")
_THIS = re.compile(
    r"\b(?:the|this|these|such|its) (?:\w+ ){0,2}(?:attacks?|breach|incident|intrusion|hack"
    r"|activity|tactics|techniques|methods|campaign|theft)\b",
    re.IGNORECASE,
)


def _looks_known(text: str, found: re.Match[str], pieces: list[Piece], known: frozenset[str]) -> bool:
    """Say whether the first name is an actor's: by the noun beside it, its shape, or the rest of the text."""
    begin, end = pieces[0]
    beside = re.search(
        rf"\b(?:{_GANG}|members of|affiliates of)\s*{_QUOTE}$", text[found.end() : begin], re.IGNORECASE
    )
    name = text[begin:end]
    return (
        beside is not None
        or _FOLLOWS.match(text, end) is not None
        or _SHAPE.match(name) is not None
        or name in known
    )


def _before_words(text: str, known: frozenset[str]) -> Iterator[_Mention]:
    """Yield names in front of what they did: `X claimed responsibility`."""
    low = text.lower()
    for deed in _AFTER if has_any(low, _TIED_AFTER) else ():
        if not has_any(low, deed.needs):
            continue
        for found in deed.pattern.finditer(text):
            begin = _name_begins(text, found.start(1))
            pieces = _names_at(text, begin)
            meant = any(first <= found.end(1) and last >= found.start(1) for first, last in pieces)
            if meant and _is_actor(text, found, deed, pieces[-1], known):
                yield from _done(text, found, deed, pieces)


_HEDGED = re.compile(r"(?:suspected|alleged|likely|possible|potential|unknown|unnamed)\b", re.IGNORECASE)


def _thieves(text: str) -> Iterator[_Mention]:
    """Yield groups, by the noun beside the name, that are told to have stolen what this report is about."""
    if not has_any(text.lower(), _STOLE_WORDS):
        return
    for found in _STOLE.finditer(text):
        begin = found.start(1)
        pieces = _names_at(text, begin)
        clause, rest = _clause(text, begin), text[found.end(1) : found.end() + _NEAR // 4]
        elsewhere = _is_elsewhere(clause) or _OTHER_TIME.search(rest) or " also " in f"{clause}{rest}"
        noun = pieces and (
            _FOLLOWS.match(text, pieces[0][1]) or _NOUN_BEFORE.search(text[max(0, begin - 40) : begin])
        )
        hedged = pieces and _HEDGED.match(text, pieces[0][0])
        if noun and not (hedged or elsewhere) and not _NOT_YET.search(clause):
            confidence = _lowered("stated", clause)
            quote = begin - len(clause) + _hedge_begins(clause) if confidence != "stated" else begin
            yield from _with_aliases(text, pieces, quote, confidence, until=found.end())


def _done(text: str, found: re.Match[str], deed: _Deed, pieces: list[Piece]) -> Iterator[_Mention]:
    """Yield the names that are said to have done, or not to have done, something."""
    begin, end = pieces[0][0], found.start() + len(found[0].rstrip())
    between = text[found.end(1) : found.end()]
    if deed.confidence != "denied" and _NEGATED.search(between):
        # `X has not claimed responsibility` says nothing of who it was.
        yield from () if deed.own else _with_aliases(text, pieces, begin, "denied", until=end)
        return
    clause = _clause(text, begin)
    confidence = deed.confidence if deed.own else _lowered(deed.confidence, f"{clause} {between}")
    quote = begin if confidence == deed.confidence else begin - len(clause) + _hedge_begins(clause)
    yield from _with_aliases(text, pieces, quote, confidence, own=deed.own, until=end)


_NEGATED = re.compile(r"\b(?:not|never)\b|n['\u2019]t\b", re.IGNORECASE)


_CLEAR = re.compile(
    r"\b(?:claim(?:s|ed|ing)|credit|boasted|carried out the|(?:listed|posted|added|named|published) |behind"
    r"|(?:believed|thought|suspected|understood) to|(?:involvement|a role|being|carrying)$)"
)
_PASSIVE = re.compile(r"\b(?:was|were|been|is|are|be)\b")
_NOUN_BEFORE = re.compile(
    rf"\b{_GANG},?(?: calling (?:itself|themselves|himself|herself))?\s*{_QUOTE}$", re.IGNORECASE
)


def _is_actor(text: str, found: re.Match[str], deed: _Deed, piece: Piece, known: frozenset[str]) -> bool:
    """Say whether a name in front of `was behind the attack` is a group's, and not the victim's."""
    begin, end = piece
    if deed.own and (
        _PASSIVE.search(text[found.end(1) : found.end()]) or text[end : end + 1] in {"'", "\u2019"}
    ):
        return False
    noun = _FOLLOWS.match(text, end) or _NOUN_BEFORE.search(text[max(0, begin - 40) : begin])
    clear = _CLEAR.search(found[0][found.end(1) - found.start() :])
    return bool(noun or clear) or _SHAPE.match(text[begin:end]) is not None or text[begin:end] in known


def _name_begins(text: str, at: int) -> int:
    """Return where a list of names that ends in the name at a place begins."""
    pair = re.search(rf"({_RUN.pattern}){_QUOTE},? and (?:the )?{_QUOTE}$", text[max(0, at - 60) : at])
    return max(0, at - 60) + pair.start(1) if pair else at


def _clause(text: str, end: int) -> str:
    """Return what stands in front of a place in the same clause."""
    cuts = [cut.end() for cut in _CLAUSE.finditer(text, max(0, end - 160), end)]
    return text[cuts[-1] if cuts else max(0, end - 160) : end]


def _lowered(confidence: Confidence, words: str) -> Confidence:
    """Return the confidence with the hedges of the words around it."""
    steps: tuple[tuple[re.Pattern[str], Confidence], ...] = (
        (_DENIED, "denied"),
        (_POSSIBLE, "possible"),
        (_LIKELY, "likely"),
    )
    for pattern, lower in steps:
        if _RANK[lower] > _RANK[confidence] and pattern.search(words):
            return lower
    return confidence


def _hedge_begins(clause: str) -> int:
    """Return where the first hedge of a clause stands, for the quote to carry it; else the end."""
    found = [found.start() for words in (_DENIED, _POSSIBLE, _LIKELY) if (found := words.search(clause))]
    return min(found, default=len(clause))


_MOST_WORDS = 6
"""How many words that describe a group may stand before its name."""


def _names_at(text: str, begin: int) -> list[Piece]:
    """Return the names of a list at a place; a description such as `the ransomware gang` may stand first."""
    found: list[Piece] = []
    at = begin
    while len(found) < 20:  # noqa: PLR2004 - no sentence names more; bounds the work on hostile text
        for _ in range(_MOST_WORDS):
            word = _LEADING.match(text, at)
            if word is None:
                break
            at = word.end()
        if text[at : at + 1] in set("\"'\u201c\u2018"):
            at += 1
        run = _RUN.match(text, at)
        piece = _actor_name(text, run) if run else None
        if piece is None:
            break
        found.append(piece)
        separator = _SEPARATOR.match(text, piece[1])
        if separator is None:
            break
        at = separator.end()
    return found if found and _stands_alone(text, found[-1][1]) else []


def _actor_name(text: str, run: re.Match[str]) -> Piece | None:
    """Return the name in a run; no country, day or word that opens a sentence."""
    piece = named(text, *run.span())
    if piece is None or piece[0] != run.start() or text[slice(*piece)].lower() in _NEVER:
        return None
    tail = re.compile(r"(?: \d[\d.]*\d| \d)\b").match(text, piece[1])
    return (piece[0], tail.end()) if tail and tail.end() <= run.end() else piece


_NEVER = frozenset(
    {
        "unknown",
        "unnamed",
        "undisclosed",
        "unidentified",
        "none",
        "unclear",
        "unattributed",
        "not",
        "island",
        "hackers",
        "people",
        "insiders",
        "insider",
        "multiple",
        "foreign",
        "state",
        "experts",
        "someone",
    }
)


def _stands_alone(text: str, end: int) -> bool:
    """Say whether a name is not only the first part of something else, such as `Acme misconfiguration`."""
    if _FOLLOWS.match(text, end):
        return True
    word = _NEXT.match(text, end)
    return word is None or word[1] in _MAY_FOLLOW


def _with_aliases(
    text: str, pieces: list[Piece], quote: int, confidence: Confidence, *, own: bool = False, until: int = 0
) -> Iterator[_Mention]:
    """Yield the names of a list; names after `also known as` are told apart, never merged."""
    for begin, end in pieces:
        yield _Mention(begin, end, (min(quote, begin), max(end, until)), confidence, own)
    begin, end = pieces[-1]
    also = _ALSO.match(text, end)
    for other, last in _names_at(text, also.end()) if also else []:
        yield _Mention(other, last, (begin, last), confidence, own, text[begin:end])
    if rather := re.compile(rf"{_QUOTE},? (?:and )?(not|rather than) ").match(text, end):
        for other, last in _names_at(text, rather.end()):
            yield _Mention(other, last, (text.find(rather[1], end), last), "denied")
