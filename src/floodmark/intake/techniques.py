"""ATT&CK techniques that a report says were used: ids that it writes, and phrases of breach news.

A phrase counts only where the text says that it happened. What is wished, feared, advised, usual, denied,
not known, or told of another incident gives nothing; nothing is the answer where a sentence is not clear.
docs/reference/technique-phrases.md lists the phrases.

    sentence ─► ids and phrases ─► does it say that it happened? ─► the most specific one per phrase
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Literal

from floodmark.attack import Attack, load
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.phrases import PHRASES, Phrase
from floodmark.intake.sections import Part, is_wished, part_of
from floodmark.intake.stance import is_inferred, is_unstated

Kind = Literal["claimed", "known_for_actor"]


@dataclass(frozen=True)
class _Compiled:
    phrase: Phrase
    acts: re.Pattern[str] | None
    names: re.Pattern[str] | None
    unless: re.Pattern[str] | None


def _pattern(words: str) -> re.Pattern[str] | None:
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w])", re.IGNORECASE) if words else None


_COMPILED = tuple(
    _Compiled(
        each,
        _pattern(each.acts),
        _pattern(each.names),
        re.compile(each.unless, re.IGNORECASE) if each.unless else None,
    )
    for each in PHRASES
)
_STEM = 3
_WORD = re.compile(r"[a-z0-9]{3,}")
# The first letters of a word -> stems that begin so, and the phrases they stand for.
_STEMS: dict[str, list[tuple[str, int]]] = {}
for _rank, _each in enumerate(PHRASES):
    for _stem in _each.stems:
        _STEMS.setdefault(_stem[:_STEM], []).append((_stem, _rank))


_BEGINS = frozenset(_STEMS)


def _ranks(folded: str) -> list[int]:
    """Return the phrases that are worth searching for in a text, given in lower case."""
    begins = _BEGINS.intersection([word[:_STEM] for word in _WORD.findall(folded)])
    return sorted({rank for begin in begins for stem, rank in _STEMS[begin] if stem in folded})


# --- whether a sentence says that it happened

_INTRUDER = re.compile(
    r"\b(?:attackers?|hackers?|intruders?|threat actors?|actors?|(?:cyber-?)?criminals?|cyber-?attackers?"
    r"|gang|group|adversar"
    r"(?:y|ies)|perpetrators?|callers?|fraudsters?|scammers?|thieves|thief|they|collective|malware"
    r"|ransomware|impostors?"
    r"|imposters?|unauthori[sz]ed (?:part(?:y|ies)|persons?|third part(?:y|ies)|individuals?|users?"
    r"|access)|impersonat\w+|posing"
    r"|pretending|trick\w+|dup(?:ed|ing)|breach(?:ed)?|intrusion|attack|hack|attackers\u2019|stolen|stole"
    r"|ransom\w*|extort\w*|access was (?:gained|obtained)|spider|hunters)\b",
    re.IGNORECASE,
)
# A new thought begins here: what stands before it says nothing about what stands after it.
_TURN = re.compile(
    r"[;:\u2014\u2013]| - |,? but |,? however,? |,? although |,? though |,? while |,? whereas |,? yet "
    r"|,? instead,?(?! of) |, and (?=the |they |it )",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no(?! (?:longer|fewer|less))|not(?! (?:only|just|merely))|never|none|nothing|neither|nor"
    r"|without|cannot|nobody|n/a"
    r"|rather than|instead of|ruled? out|ruling out|den(?:y|ies|ied|ying)|reject(?:s|ed)?|dismiss(?:es|ed)"
    r"|unlike|absence of"
    r"|refut(?:es|ed)|excluded?|unclear|unknown|unconfirmed|fail(?:ed|s)? to|thwart\w*|block(?:ed|s)"
    r"|foiled|averted"
    r"|(?:prevent|avoid)\w*|stopp(?:ed|ing) (?:an?|the|this|any|further|such)"
    r"|claims|rumou?rs?|speculation|theor(?:y|ies)|allegations|suggestions?|reports (?:of|that)"
    r"|hypothe\w+|scenarios?)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_NO_AFTER = re.compile(
    r"\b(?:(?:was|were|is|are|has|have|had|did|does|do|could|can)(?:n['\u2019]t| not| never| also not)"
    r"|(?:was|were|has been|have been"
    r"|is|are) (?:\w+ )?(?:ruled out|unlikely|denied|unconfirmed|unclear|unknown|excluded|blocked|thwarted"
    r"|foiled|prevented"
    r"|stopped|dismissed|rejected|a possibility|possible|suspected|under investigation"
    r"|being investigated|wrong|false|untrue|incorrect|baseless)|(?:played|had) no|cannot|failed)\b",
    re.IGNORECASE,
)
_UNREAL = re.compile(
    r"\b(?:could|might|(?-i:may)|would|should|can|cannot|will|must|shall|if|whether|unless"
    r"|potential(?:ly)?|possib(?:le|ly|ility)"
    r"|perhaps|maybe|is an? (?:form|type|kind|technique|method|way|term)|suspected|suspects?|fear(?:s|ed)?"
    r"|risks?|threats? of|danger|likely to|expects?"
    r"|expected|future|follow-on|follow-up"
    r"|(?:protect|defend|guard|safeguard)\w*|(?:defen[cs]es?|measures|controls|resilience) against"
    r"|aware(?:ness)?"
    r"|train(?:ing|ed|s)?|simulat\w*|exercises?|drills?|tests?|testing|watch(?:ing)?|wary|beware"
    r"|vigilan\w*|alert(?:s)?|cautio\w*"
    r"|look(?:ing)? out|warn\w*|urg(?:e|es|ed|ing)|advis\w*|advice|recommend\w*|remind\w*|educat\w*"
    r"|resist\w*|mitigat\w*"
    r"|combat\w*|reduc\w*|counter(?:ing)?|spot(?:ting)?|recogni[sz]\w*|susceptib\w*|vulnerable to"
    r"|exposed to|target for"
    r"|typical(?:ly)?|usual(?:ly)?|general(?:ly)?|common(?:ly)?|often|frequent(?:ly)?|tends?|tended|always"
    r"|increasingl\w*"
    r"|regularly|routinely|sometimes|trend|rise of|surge (?:in|of)|remains?|similar|attempt(?:s|ed)? at"
    r"|investigat\w+ (?:whether|if))\b",
    re.IGNORECASE,
)
_UNREAL_AFTER = re.compile(
    r"\b(?:could|might|(?-i:may)|would|should|can|cannot|will|remains?|is (?:a |one |often |an )|are (?:a "
    r"|among |often |one |the most )"
    r"|is (?:common|typical|likely)|are (?:common|typical|likely))\b",
    re.IGNORECASE,
)
_HABIT = re.compile(
    r"\b(?:uses|gains|breaks|obtains|gets|relies|employs|steals|tricks|impersonates|poses|deploys|encrypts"
    r"|demands|special"
    r"i[sz]es|favou?rs|operates|exploits|abuses|leverages|conducts|targets (?:\w+ ){0,4}(?:using|via"
    r"|through|with|by))\b|\b(?:groups?|gangs|"
    r"actors|criminals|hackers|attackers|collectives|scammers|fraudsters) (?:like|such as|use|rely|employ"
    r"|gain|target|call|pose"
    r"|impersonate|deploy|steal|exploit|are (?:\w+ly )?(?:known|skilled|notorious|adept|experts?|using"
    r"|targeting|abusing|exploiting|sending|calling)|have become)\b|\bmodus operandi\b|\btrademark\b"
    r"|\bhallmarks? of\b|\btrack record\b|\bskilled (?:at|in)\b|\bplaybook\b|\bits tactics\b"
    r"|\b(?:this|the) (?:guide|article|glossary|primer)\b"
    r"|\b(?:known|notorious|infamous|renowned) (?:for|to use)\b|\b(?:is|are|was|were"
    r"|been) (?:\w+ly )?(?:associated|linked) with\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:in contrast to|unlike|similar(?:ly)? to|reminiscent of|(?:previous|earlier|past|prior|other"
    r"|recent|unrelated|separate"
    r"|different|similar|several|many) (?:\w+ ){0,2}(?:attacks|incidents|breaches|campaigns|airlines"
    r"|retailers|companies"
    r"|organi[sz]ations|victims|firms|attack on|incident at|breach (?:of|at))|(?:unrelated|separate"
    r"|previous|earlier|past|prior)"
    r" (?:attack|incident|breach|campaign)|last year|years? ago"
    r"|same (?:group|gang|actors?|collective|hackers|crew)|(?:has|have|had) previously"
    r"|another (?:\w+ )?(?:company|airline"
    r"|retailer|firm|organi[sz]ation|carrier|insurer|bank|hospital|victim|operator)|rivals?|competitors?"
    r"|previously (?!stolen|compromised|leaked|obtained|exposed|unknown|breached (?:passwords|credentials"
    r"|accounts|data)|harvested|undisclosed)"
    r"|(?:two|three|four|five|six|seven|eight|ten|dozens of|a string of|numerous|multiple|several"
    r"|several other)"
    r" (?:\w+ ){0,2}(?:insurers|retailers|airlines|companies|organi[sz]ations|firms|casinos|hospitals"
    r"|banks|victims"
    r"|carriers|businesses|targets|attacks))\b|^(?:read (?:more|also)|related|see also|more on"
    r"|background)\b",
    re.IGNORECASE,
)
_OF_OTHER_LEAKS = frozenset({"T1110.004"})
_AT_CUSTOMERS = re.compile(
    r"\b(?:to|contact\w*|target\w*|call(?:ed|ing|s)?|e?-?mail(?:ed|ing|s)?|text(?:ed|ing)?|messag\w*"
    r"|approach\w*|trick\w*|ask\w*"
    r"|told|tell\w*|inform\w*|notif\w*|sent|sending|for|against|at"
    r"|among)\s+(?:[\w'\u2019-]{1,30}\s+){0,3}(?:customers|passengers|members|clients"
    r"|consumers|patients|policyholders|shoppers|guests|subscribers|travellers|travelers|donors|the public"
    r"|people affected"
    r"|affected people|victims|(?:affected|impacted) individuals)\b"
    r"|\b(?:customers|passengers|members|clients|consumers|patients|policyholders|guests"
    r"|subscribers)(?: (?:have|had|who|also|were|are)"
    r")* (?:receiv|report|being|target|contact|call|beware|fall|fell|watch|urged|told|asked|warned"
    r"|advised)\w*",
    re.IGNORECASE,
)
_AT_PEOPLE = re.compile(r"T1566|T1598|T1684|T1657")
_DONE_BEFORE = re.compile(
    r"\b(?:us(?:ed|ing)|use of|via|through|by|leverag(?:ed|ing)|employ(?:ed|ing)|rel(?:ied|ying) on"
    r"|deploy(?:ed|ing)|launch(?:ed|ing)"
    r"|conduct(?:ed|ing)|carr(?:ied|ying) out|mount(?:ed|ing)|ran|running|stag(?:ed|ing)|perform(?:ed|ing)"
    r"|execut(?:ed|ing)|sent"
    r"|sending|unleash(?:ed|ing)|releas(?:ed|ing)|install(?:ed|ing)|dropped|following|after|results? of"
    r"|result(?:ed|ing) from|stemm(?:ed|ing) from|caused by|due to"
    r"|beg[au]n (?:with|as)|start(?:ed|ing) (?:with|as)|involv(?:ed|ing)|fell (?:victim )?(?:for|to)"
    r"|falling (?:victim )?(?:for|to)"
    r"|victim (?:of|to)|hit (?:by|with)|struck by|suffer(?:ed|ing)|experienc(?:ed|ing)|combin(?:ed|ing)"
    r"|resort(?:ed|ing) to"
    r"|turn(?:ed|ing) to|(?:was|were) (?:an?|the)|in (?:an?|the)|as an?|attributed to|traced(?: back)? to"
    r"|part of|with"
    r"|includ(?:ed|ing)|succumb(?:ed|ing) to|confirm(?:ed|ing)|disclos(?:ed|ing)|fac(?:ed|ing)|mean(?:t"
    r"|s) of|point of entry was|vector was"
    r"|inject(?:ed|ing)|plant(?:ed|ing)|insert(?:ed|ing)|found|receiv(?:ed|ing)|issued|open(?:ed|ing)"
    r"|click(?:ed|ing)(?: on)?|harvest(?:ed|ing) by|stolen by"
    r"|infected (?:by|with)|authori[sz](?:ed|ing)|approv(?:ed|ing)|connect(?:ed|ing)|creat(?:ed|ing)"
    r"|regist(?:ered|ering)|attempt(?:ed|ing)|blamed on|respond(?:ed|ing) to|repl(?:ied|ying) to|plac(?:ed"
    r"|ing)|made|making|left)"
    r"(?:\s+[\w'\u2019&/-]{1,30},?){0,7}\s+[\"\u201c'\u2018(]?$",
    re.IGNORECASE,
)
_DONE_AFTER = re.compile(
    r"^[)\"\u201d'\u2019]?\s*(?:(?:attacks?|e-?mails?|campaigns?|calls?|messages?|techniques?|tactics?"
    r"|malware|incident)\s+)?(?:\([^)]{0,40}\)\s*)?,?\s*"
    r"(?:(?:in|on|of|to|at|from|against) (?:[\w'\u2019-]{1,30} ){1,4}?)?"
    r"(?:(?:sent|made|aimed|directed) (?:to|at) (?:[\w'\u2019-]{1,30} ){0,3}?)?"
    r"(?:(?:was|were|had been|has been) (?:\w+ly )?(?:used|deployed|sent|launched|employed|conducted"
    r"|behind|the|how|responsible|identified"
    r"|executed|installed|detonated|found|discovered|planted|received|made|activated|successful|opened"
    r"|clicked|placed|left|injected|authori[sz]ed|approved)|(?:led|opened|allowed|enabled|gave|let|tricked"
    r"|compromised"
    r"|crippled|disrupted|encrypted|forced|knocked|hit|struck|targeted|targeting|shut|took|exposed"
    r"|resulted|granted|netted|yielded"
    r"|provided|affected|locked|that|which|on|against|captured|ran|followed|began|gained|copied|harvested"
    r"|collected|stole)\b)",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:us(?:ed|ing)|gain(?:ed|ing)|accessed|stole|deployed|launched|sent|employed|relied|obtained"
    r"|logged|got|entered|took"
    r"|tricked|was|were|had|exploited|breached|compromised|by|via|through)\b",
    re.IGNORECASE,
)
# What an intruder does, a company, its helpers and its customers do too.
_OWN_DEEDS = re.compile(r"T1213|T1530|T1485|T1136|T1098|T1119|T1567|T1190|T1078|T1550|T1486")
_BY_OTHERS = re.compile(
    r"\b(?:we|it|(?:the|our|its|a|an|their|his|her) (?:\w+ )?(?:company|airline|bank|firm|retailer"
    r"|organi[sz]ation|carrier|insurer"
    r"|hospital|business|agency|team|vendor|provider|supplier|engineers?|administrators?|regulators?"
    r"|lawyers?|police|court)"
    r"|investigators?|experts?|researchers?|testers?|red team|analysts?|auditors?|engineers|administrators"
    r"|regulators|lawyers"
    r"|customers?|users?|members|passengers)\s+(?:(?:has|have|had|also|then|since|later|who"
    r"|\w+ly)\s+){0,3}$",
    re.IGNORECASE,
)
_NEAR = 240
_AFTER = 110
_HITS_MAX = 20


@dataclass(frozen=True)
class _Hit:
    """A technique and the piece of a sentence that names it."""

    begin: int
    end: int
    technique: str
    rank: int
    named: bool
    """Whether it is the name of an act, which needs words that it was done."""


def _hits(text: str, ranks: Iterable[int]) -> list[_Hit]:
    """Return every phrase of those given in a text, whether or not it happened; by place."""
    found: list[_Hit] = []
    for rank in ranks:
        each = _COMPILED[rank]
        here = [
            _Hit(match.start(), match.end(), each.phrase.technique, rank, named)
            for pattern, named in ((each.acts, False), (each.names, True))
            if pattern
            for match in islice(pattern.finditer(text), _HITS_MAX)
        ]
        if here and not (each.unless and each.unless.search(text)):
            found += here
    return sorted(found, key=lambda hit: (hit.begin, hit.rank))


class _Cues:
    """Where a sentence turns to another thought, and where it says that something is not or may not be."""

    def __init__(self, text: str) -> None:
        """Look through the sentence once; each question about a place is then a search by halves."""
        self.text = text
        self._turns = [match.end() for match in _TURN.finditer(text)]
        self._against = sorted(
            match.start() for each in (_NO, _UNREAL, _HABIT) for match in each.finditer(text)
        )

    def before(self, place: int) -> tuple[str, bool]:
        """Return the words before a place that belong to its thought, and whether they speak against it."""
        turned = bisect_right(self._turns, place)
        begin = max(self._turns[turned - 1] if turned else 0, place - _NEAR)
        first = bisect_left(self._against, begin)
        return self.text[begin:place], first < len(self._against) and self._against[first] < place

    def after(self, place: int) -> str:
        """Return the words behind a place that belong to its thought."""
        ending = _TURN.search(self.text, place, place + _AFTER)
        return self.text[place : ending.start() if ending else place + _AFTER]


def _happened(cues: _Cues, hit: _Hit, *, announced: bool) -> bool:
    """Say whether a sentence says that what a hit names was done in this incident."""
    before, against = cues.before(hit.begin)
    after = cues.after(hit.end)
    if against or _taken_back(before, after, hit) or is_unstated(before + after):
        return False
    if not hit.named and _OWN_DEEDS.match(hit.technique) and _BY_OTHERS.search(before):
        return False
    if not hit.named:
        return PHRASES[hit.rank].by == "anybody" or announced or _INTRUDER.search(cues.text) is not None
    return bool(
        _DONE_BEFORE.search(before)
        or (_DONE_AFTER.search(after) and not _HABIT.search(after))
        or (announced and not before.strip(" \"'\u201c(-"))
    )


def _taken_back(before: str, after: str, hit: _Hit) -> bool:
    """Say whether what follows a hit denies it or makes it a thought: `ransomware was not used`.

    `used stolen passwords and cards were not taken` denies something else: a comma or an "and" ends what is
    said of a hit that stands behind its verb.
    """
    if _FINITE.search(before) or not hit.named:
        after = re.split(r",| and | which | that | who ", after, maxsplit=1)[0]
        return _NO_AFTER.search(after) is not None
    return _NO_AFTER.search(after) is not None or _UNREAL_AFTER.search(after[:60]) is not None


# --- what a group is known for

_KNOWN = re.compile(
    r"(?:\b(?:is|are|was|were|has been|have been|been)\s+|,\s*(?:(?:an?"
    r"|the)\s+(?:[\w-]{1,30}\s+){0,3}(?:group|gang|collective|crew|actor)s?\s+"
    r"(?:that is\s+|which is\s+)?)?)(?:(?:well|best|widely|also|largely|mostly|primarily|chiefly)[ -])*"
    r"(?:known|notorious|infamous|renowned)\s+(?:for|to use)\b",
    re.IGNORECASE,
)
_MAY_BE_KNOWN = ("known", "notorious", "infamous", "renowned")
_NAME = re.compile(r"[A-Z][\w$\u2019'-]*(?:\s+(?:[A-Z][\w$\u2019'-]*|\d[\w-]*))*")
_BETWEEN = re.compile(
    r"[\s,]*(?:\([^)]{0,60}\)\s*)?(?:(?:ransomware|hacking|extortion|cybercrime|threat)\s+)*(?:groups?"
    r"|gang|collective|crew|actors?)?[\s,]*"
    r"(?:who|which|that)?\s*"
)
_NO_NAME = frozenset(
    {"the", "a", "an", "threat", "actor", "actors", "group", "gang", "hackers", "attackers", "criminals"}
    | {"they", "it", "he", "she", "this", "that", "these", "those", "its", "their", "such", "and", "both"}
    | {"security", "researchers", "many", "some"}
)
_KNOWN_END = re.compile(
    r"[;:\u2014\u2013]| but | although | while | whereas |, (?:was|were|is|has|had|have|claimed|said"
    r"|which|who)\b",
    re.IGNORECASE,
)


def _known_for(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield a group's name and the span of what a sentence says that it is known for."""
    for match in _KNOWN.finditer(text):
        most = min(len(text), match.end() + _NEAR)
        ending = _KNOWN_END.search(text, match.end(), most)
        end = ending.start() if ending else most
        before = text[max(0, match.start() - 80) : match.start()]
        names = [each for each in _NAME.finditer(before) if _BETWEEN.fullmatch(before, each.end())]
        words = names[0][0].split() if names else []
        while words and words[0].casefold() in _NO_NAME:
            words.pop(0)
        yield " ".join(words), match.start(), end


# --- ids that a report writes

_ID = re.compile(r"(?<![\w/.-])T\d{4}(?:\.\d{3})?(?![\w-]|\.\d)")
_MAY_BE_ID = re.compile(r"T\d{4}")
_BETWEEN_ROWS = re.compile(r"\w|\n[ \t]*\n")
_APART = re.compile(r"[,;]| and ")
_NAMED_BY = 40
_UNUSED = re.compile(
    r"\b(?:not|no|never|none)\b.{0,20}\b(?:observed|used|seen|found|applicable|detected|identified"
    r"|evidence)\b|n/a",
    re.IGNORECASE,
)


# --- the rule

_RESPONSE: frozenset[Part] = frozenset(
    {"containment", "eradication", "recovery", "notification", "response", "related"}
)
_METHOD: frozenset[Part] = frozenset(
    {"vector", "initial access", "lateral movement", "exfiltration", "method"}
)
_OLD_TACTICS = frozenset({"defense evasion", "defence evasion"})
_SOURCES = re.compile(
    r"\b(?:references|sources|further reading|read (?:more|also)|see also|links|bibliography|glossary)\b",
    re.IGNORECASE,
)


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield the techniques that a page says were used, with `method` `explicit id` or `phrase rule`.

    One draft for each phrase and id; in one sentence a technique once, and a general technique not beside
    a special one of it. Ids are those in use today.
    """
    attack = load()
    refused = _refused(page)
    for place, block in enumerate(page.blocks):
        if block.kind == "code" or is_wished(block) or _is_aside(block):
            continue
        if block.kind == "heading":
            yield from _written_in_heading(page, block, attack)
            continue
        if place in refused:
            continue
        label = list(_written_in_label(page, block, attack)) if _MAY_BE_ID.search(block.label) else []
        yield from label
        announced = _tells_how(block.label) or bool(block.headings and _tells_how(block.headings[-1]))
        before = frozenset([str(each.value) for each in label])
        for sentence in block.sentences:
            yield from _drafts(sentence, attack, announced=announced, before=before)


def _is_aside(block: Block) -> bool:
    """Say whether a block tells of the response, of other incidents or of sources."""
    return _turns_aside(block.label) or bool(block.headings and _turns_aside(block.headings[-1]))


@lru_cache(maxsize=4096)
def _turns_aside(title: str) -> bool:
    return bool(title) and (part_of(title) in _RESPONSE or _SOURCES.search(title) is not None)


@lru_cache(maxsize=4096)
def _tells_how(title: str) -> bool:
    """Say whether a heading or label announces how it was done, so that a bare name tells it."""
    return bool(title) and (part_of(title) in _METHOD or title.casefold().strip() in _tactics())


@cache
def _tactics() -> frozenset[str]:
    return frozenset(tactic.name.casefold() for tactic in load().tactics()) | _OLD_TACTICS


def _written_in_heading(page: Page, block: Block, attack: Attack) -> Iterator[Draft]:
    text = page.text[block.begin : block.end]
    if part_of(text) not in {"recommendations", "lessons"} and not _doubtful(text, 0, len(text)):
        yield from _written(text, block.begin, attack)


def _refused(page: Page) -> frozenset[int]:
    """Return the places of cells in rows with an id and a cell that says that it was not used."""
    refused: set[int] = set()
    for row in _rows(page):
        cells = [page.text[page.blocks[place].begin : page.blocks[place].end][:_NEAR] for place in row]
        ids = [_ID.search(cell) is not None for cell in cells]
        if any(ids) and any(
            _says_unused(cell) for cell, has_id in zip(cells, ids, strict=True) if not has_id
        ):
            refused.update(row)
    return frozenset(refused)


def _rows(page: Page) -> Iterator[list[int]]:
    """Yield the places of the cells of each row.

    A row ends where the head of one of its columns comes again, and where something else stands in between.
    """
    row: list[int] = []
    heads: set[str] = set()
    for place, block in enumerate(page.blocks):
        cell = block.kind == "cell" and bool(block.label)
        gap = page.text[page.blocks[row[-1]].end : block.begin] if row and cell else ""
        if row and (not cell or block.label in heads or _BETWEEN_ROWS.search(gap)):
            yield row
            row, heads = [], set()
        if cell:
            row.append(place)
            heads.add(block.label)
    if row:
        yield row


def _says_unused(value: str) -> bool:
    """Say whether what is written beside an id says that it was not used."""
    value = value.strip()
    return bool(
        is_unstated(value) or _UNUSED.search(value) or _NO.match(value) or _doubtful(value, 0, len(value))
    )


def _written_in_label(page: Page, block: Block, attack: Attack) -> Iterator[Draft]:
    """Yield ids before the colon, or in the first cell of a row, unless the value says that it was not so."""
    ids = _ID.findall(block.label)
    if not ids or _says_unused(" ".join(sentence.text for sentence in block.sentences)[:_NEAR]):
        return
    begins = [sentence.places[0] for sentence in block.sentences if sentence.places]
    end = min(begins, default=block.end)
    # A label stands right before its value: in the block itself, or in the cell before it.
    begin = max(0, min(block.begin, end) - _NEAR)
    text = page.text[begin:end]
    for id_ in ids:
        place = text.rfind(id_)
        if place >= 0:
            yield from _written(text[place : place + len(id_)], begin + place, attack)


def _written(text: str, begin: int, attack: Attack) -> Iterator[Draft]:
    """Yield the ids of a piece of the page that begins at `begin`."""
    for match in _ID.finditer(text):
        said = _Said(match.start(), match.end(), match[0], "explicit id", "claimed", "")
        yield from _draft(attack, said, (begin + said.begin, begin + said.end), inferred=False)


def _doubtful(text: str, begin: int, end: int) -> bool:
    """Say whether the sentence around an id does not say that it was used."""
    hit = _Hit(begin, end, "", 0, named=True)
    before = text[max(0, begin - _NEAR) : begin]
    before = before[
        max((match.end() for match in re.finditer(r"[;\u2014\u2013]| but ", before)), default=0) :
    ]
    after = text[end : end + _AFTER]
    return bool(
        _NO.search(before)
        or _UNREAL.search(before)
        or _HABIT.search(before)
        or _UNUSED.search(after)
        or _taken_back(before, after, hit)
        or is_unstated(before)
    )


@dataclass(frozen=True)
class _Said:
    """A technique that a piece of text says was used, or that a group is known for."""

    begin: int
    end: int
    technique: str
    """As written, or as the phrase stands for it: perhaps an id that was replaced since."""
    method: Literal["explicit id", "phrase rule"]
    kind: Kind
    actor: str


def _draft(attack: Attack, said: _Said, span: tuple[int, int], *, inferred: bool) -> Iterator[Draft]:
    """Yield the claim of a technique under the id in use today; nothing where ATT&CK has no such id."""
    technique = attack.technique(attack.current(said.technique)[0])
    if technique is not None:
        detail = {"kind": said.kind, "method": said.method, "name": technique.name, "version": attack.version}
        yield Draft(
            path="technique",
            value=technique.id,
            span=span,
            modality="inferred" if inferred else "asserted",
            detail=detail | ({"actor": said.actor} if said.actor else {}),
        )


def _drafts(
    sentence: Sentence, attack: Attack, *, announced: bool, before: frozenset[str]
) -> Iterator[Draft]:
    """Yield what one sentence says, by place; nothing of the ids that stand `before` it in the label."""
    text = sentence.text
    folded = text.casefold()
    ranks, may_be_id = _ranks(folded), _MAY_BE_ID.search(text)
    if not (ranks or may_be_id) or text.rstrip().endswith("?"):
        return
    may_be_known = any(word in folded for word in _MAY_BE_KNOWN)
    known = list(islice(_known_for(text), _HITS_MAX)) if may_be_known else []
    ids = [match for match in _ID.finditer(text) if attack.technique(match[0])] if may_be_id else []
    begins = [match.start() for match in ids]
    written = [
        each
        for each in _ids_used(text, ids, known, attack)
        if attack.current(each.technique)[0] not in before
    ]
    taken = before | {attack.current(each.technique)[0] for each in written}
    phrases = [
        _Said(hit.begin, hit.end, hit.technique, "phrase rule", kind, actor)
        for hit, kind, actor in _chosen(text, _hits(text, ranks), known, announced=announced)
        if attack.current(hit.technique)[0] not in taken and not _beside(text, hit, begins)
    ]
    inferred = bool(phrases) and is_inferred(text)
    for said in sorted([*written, *phrases], key=lambda each: each.begin):
        of_phrase = said.method == "phrase rule" and said.kind == "claimed"
        yield from _draft(attack, said, sentence.span(said.begin, said.end), inferred=inferred and of_phrase)


def _ids_used(
    text: str, ids: Iterable[re.Match[str]], known: list[tuple[str, int, int]], attack: Attack
) -> Iterator[_Said]:
    """Yield the ids of a sentence that it says were used, each once."""
    looked: dict[str, int] = {}
    for match in ids:
        current = attack.current(match[0])[0]
        if looked.setdefault(current, 0) >= _HITS_MAX:
            continue
        looked[current] += 1
        kind, actor = _said_of(match.start(), known)
        if bool(actor) if kind == "known_for_actor" else not _doubtful(text, match.start(), match.end()):
            looked[current] = _HITS_MAX
            yield _Said(match.start(), match.end(), match[0], "explicit id", kind, actor)


def _said_of(place: int, known: Iterable[tuple[str, int, int]]) -> tuple[Kind, str]:
    """Return whether a place of a sentence stands in what a group is known for, and the group."""
    for actor, begin, end in known:
        if begin <= place < end:
            return "known_for_actor", actor
    return "claimed", ""


def _beside(text: str, hit: _Hit, begins: list[int]) -> bool:
    """Say whether an id follows a phrase, or comes right before it, as its name: the id is what is meant."""
    near = bisect_left(begins, hit.begin - _NAMED_BY), bisect_right(begins, hit.end + _NAMED_BY)
    for begin in begins[near[0] : near[1]]:
        first, second = (hit.end, begin) if hit.end <= begin else (begin, hit.begin)
        if not _APART.search(text, first, second):
            return True
    return False


def _chosen(
    text: str, hits: list[_Hit], known: list[tuple[str, int, int]], *, announced: bool
) -> list[tuple[_Hit, Kind, str]]:
    """Return the phrases that count: one for each piece of the sentence, each technique once."""
    if not hits:
        return []
    cues = _Cues(text)
    counted: list[tuple[_Hit, Kind, str]] = []
    for hit in hits:
        kind, actor = _said_of(hit.begin, known)
        if kind == "known_for_actor":
            if actor and not _NO.search(text[max(0, hit.begin - _NEAR) : hit.begin]):
                counted.append((hit, kind, actor))
        elif _happened(cues, hit, announced=announced):
            counted.append((hit, kind, actor))
    counted = [each for each in counted if each[1] == "known_for_actor" or not _of_others(text, each[0])]
    return _special(counted)


def _of_others(text: str, hit: _Hit) -> bool:
    """Say whether a sentence tells of another incident, or of what was done to customers afterwards."""
    if hit.technique not in _OF_OTHER_LEAKS and _ELSEWHERE.search(text):
        return True
    return _AT_PEOPLE.match(hit.technique) is not None and _AT_CUSTOMERS.search(text) is not None


def _special(counted: list[tuple[_Hit, Kind, str]]) -> list[tuple[_Hit, Kind, str]]:
    """Return hits without those that overlap a more special one, repeat it, or are its general form."""
    kept: list[tuple[_Hit, Kind, str]] = []
    for each in sorted(counted, key=lambda one: (one[0].rank, one[0].begin)):
        hit = each[0]
        if not any(_says_the_same(hit, other[0]) for other in kept):
            kept.append(each)
    begins = [hit.begin for hit, _, _ in kept]
    return sorted(
        (each for each in kept if not _only_leads_to(each[0], begins)), key=lambda one: one[0].begin
    )


def _only_leads_to(hit: _Hit, begins: Iterable[int]) -> bool:
    """Say whether a trick is told for what it led to: `tricked an agent into installing AnyDesk`."""
    return hit.technique == _TRICK and not hit.named and any(0 <= each - hit.end < _LED_TO for each in begins)


_TRICK = "T1684"
_LED_TO = 60
_DECEIT = ("T1566", "T1598", "T1621", "T1684.")


def _says_the_same(hit: _Hit, other: _Hit) -> bool:
    """Say whether a hit adds nothing to another one that is more special."""
    if hit.begin < other.end and other.begin < hit.end:
        return True
    if hit.technique == _TRICK and other.technique.startswith(_DECEIT):
        return True
    return other.technique == hit.technique or other.technique.startswith(f"{hit.technique}.")
