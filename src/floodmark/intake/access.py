"""Where the intruder got in, and how: two paths, for they answer different questions.

`A support platform run by a supplier` is a where, `a call to the help desk` a how; a label `Vector` may hold
either. Warnings of phishing to come are no way in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import Part, is_wished, part_of, parts_of
from floodmark.intake.stance import has_any, is_inferred, is_speculative, is_unstated

# --- how

_HOW = re.compile(
    r"""\b(?:
      (?:vishing\s)?(?:phone\s)?calls?\sto\s(?:the|its|an?|their|their\sown)
        \s(?:\w+\s)?(?:help|service)[ -]?desk
     |(?:(?:voice|spear|sms|credential|targeted|mfa)[ -])?(?:phishing|vishing|smishing)
        (?:\s(?:e-?mails?|calls?|messages?|attacks?|campaign|links?|page|site))?
     |social[ -]engineering(?:\s(?:attacks?|techniques?|tactics?|calls?|scheme|campaign))?
     |(?:stolen|compromised|leaked|reused|hijacked|harvested|weak|default|valid|purchased|phished)\s(?:\w+\s){0,2}?
        (?:credentials?|logins?|passwords?|log-?in\sdetails|tokens?|api\skeys?|access\skeys?
          |session\scookies?|accounts?)
     |credential[ -]stuffing(?:\sattack)? |password[ -]spray(?:ing)? |brute[ -]forc(?:e|ing|ed)(?:\sattack)?
     |sim[ -]swap(?:ping|s)?(?:\sattack)? |(?:mfa|push)[ -](?:fatigue|bombing|prompt\sbombing)
     |(?:exploit(?:ed|ing|s|ation\sof)\s)?(?:an?\s|the\s|known\s|two\s)?
        (?:(?:critical|unpatched|known|zero[ -]day|0-day|sql\sinjection|remote\scode\sexecution
          |previously\sunknown|software)\s){0,3}
        (?:vulnerabilit(?:y|ies)|flaws?|zero[ -]days?|bug)
        (?:\sin\s(?:the\s|its\s|an?\s)?(?:(?-i:[A-Z])[\w.-]*(?:\s(?-i:[A-Z])[\w.-]*){0,3}
          |(?:[\w-]+\s){0,4}?(?:tools?|software|servers?|appliances?|applications?|platforms?|systems?|products?
            |gateways?|portals?|websites?|plug-?ins?|components?|devices?|firewalls?)\b))?(?:\s\(?CVE-\d{4}-\d{4,7}\)?)?
     |(?:exploit(?:ed|ing|ation\sof)\s(?:an?\s|the\s|its\s)?)?
        (?:unpatched|outdated|vulnerable|unsupported|end-of-life)\s(?:[\w-]+\s){0,3}?
        (?:servers?|appliances?|software|vpn|devices?|systems?|gateways?|firewalls?|routers?|applications?|plug-?ins?)
     |(?:called|phoned|telephoned|rang|calling|phoning)\s(?:the\s|its\s|an?\s)?(?:\w+\s)?
        (?:help|service)[ -]?desk
     |(?:trick|persuad|convinc|deceiv|fool|dup)(?:ed|ing)\s(?:an?|the|its|one\sof\s(?:its|the))\s(?:[\w-]+\s){0,3}?
        (?:workers?|employees?|agents?|staff|operators?|technicians?|contractors?|administrators?|engineers?)
     |pos(?:ed|ing)\sas\s(?:an?|the|its|one\sof\sits)\s(?:\w+\s){0,3}?
        (?:employees?|technicians?|staff|workers?|engineers?|executives?|colleagues?)
     |(?:credentials?|passwords?|logins?|accounts?)\s(?:of|belonging\sto)\s(?:an?|its|the|one\sof\sits)
        \s(?:[\w-]+\s){0,3}?(?:employees?|contractors?|suppliers?|vendors?|administrators?|workers?|developers?|engineers?|partners?)
     |exploit(?:ed|ing|ation\sof)\sCVE-\d{4}-\d{4,7}
     |sql\sinjection |(?:infostealer|info-stealer|malware|remote\saccess\strojan|keylogger)
     |(?:malicious|fake|trojani[sz]ed|booby-trapped)\s(?:software\s)?(?:app|application|code|script|update|installer
        |attachment|package|browser\sextension|oauth\sapp)
     |misconfigur(?:ed|ation)(?:\s(?:\w+\s){0,2}?(?:server|bucket|database|api|storage|access\scontrols?))?
     |(?:unsecured|unprotected|exposed|publicly\saccessible)\s(?:\w+\s){0,2}?
        (?:server|bucket|database|api|endpoint|storage)
     |(?:malicious|rogue|former|disgruntled|bribed)\s(?:insider|employee|contractor)
     |insider\s(?:threat|access)
     |supply[ -]chain\s(?:attack|compromise) |impersonat(?:ed|ing|ion\sof)\s(?:\w+\s){0,3}?
        (?:staff|employees?|help\s?desk|technicians?|it|workers?)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_HOW_WORDS = (
    "phish", "vish", "smish", "social", "desk", "credential", "login", "password", "token", "key",
    "cookie", "account", "brute", "swap", "fatigue", "bombing", "vulnerab", "flaw", "zero", "0-day",
    "bug", "cve-", "injection", "stealer", "malware", "trojan", "logger", "malicious", "misconfig",
    "unsecured", "unprotected", "exposed", "accessible", "insider", "employee", "contractor", "supply",
    "impersonat", "unpatched", "outdated", "vulnerable", "unsupported", "end-of-life", "fake", "booby",
    "trojani", "tricked", "tricking", "persuad", "convinc", "deceiv", "fool", "duped", "posed", "posing",
)  # fmt: skip
_WEAK_ACCOUNT = re.compile(
    (
        r"^(?:compromised|stolen|leaked|valid|default|weak)\b.* (?:accounts?|passwords?|logins?"
        r"|credentials?|details)$"
    ),
    re.IGNORECASE,
)
_BY = re.compile(
    r"\b(?:using|used|via|through|by|leverag\w+|with(?: the help of)?|involv(?:ed|ing)|exploit\w*"
    r"|abus(?:ed|ing)|relied on|after(?: a| an)?"
    r"|result of|resulted from|resulting from|caused by|due to|because of|began with|started with"
    r"|begun with|stemm\w+ from|thanks to"
    r"|clicked|tricked|guess(?:ed|ing)|left (?:in|on)"
    r"|fell for|obtained|followed|traced to|based on|deployed|ran|exploited)\b[^.;]{0,60}$",
    re.IGNORECASE,
)
_ENTERED = re.compile(
    r"\b(?:access(?:ed)?|gain(?:ed|ing)?|enter(?:ed)?|breach(?:ed|es)?|compromis(?:e|ed)|intru\w+"
    r"|hack(?:ed|ers?|ing)?|attack(?:ed|ers?|s)?"
    r"|log(?:ged|ging) in(?:to)?|got in(?:to)?|broke in(?:to)?|actors?|incident|infiltrat\w+"
    r"|criminals?|cybercriminals?)\b",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"\b(?:watch|vigilan\w+|alert|beware|warn\w*|caution\w*|urg(?:e|ed|es|ing)|advis(?:e|ed|es"
    r"|ing)|recommend\w*|follow-up|risks? of"
    r"|future|aware|suspicious|careful|protect\w*|scams?|targets? (?:of|for)|to commit"
    r"|in order to launch|training|simulations?"
    r"|employees are|reminded?|potential|subsequent|further|would-be|identity theft|prevent\w*"
    r"|investigating whether|whether)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    (
        r"\b(?:no|not|never|nor|without|neither|denie[sd]|ruled out"
        r"|(?:tried|trying|attempt(?:s|ed|ing)?|failed|wanted) to|unaffected|rather than|cannot)\b"
        r"|n['\u2019]t\b"
    ),
    re.IGNORECASE,
)
_HABIT = re.compile(
    r"\b(?:groups?|gangs?|actors|attackers|hackers|criminals|they|who|which|that|it"
    r"|collective)(?: \w+ly| also| then| usually)? "
    r"(?:use|uses|rely|relies|employ|employs|speciali[sz]es?|targets?|leverages?|abuses?|prefers?"
    r"|remains|continues?|conducts?)\b|\b(?:remains?|is|are) (?:a|an|the|one)\b|\bknown (?:for|to)\b",
    re.IGNORECASE,
)

# --- where

_SYSTEM = (
    r"(?:platforms?|systems?|databases?|instances?|portals?|buckets?|servers?|networks?"
    r"|environments?|applications?|apps?|software"
    r"|mailbox(?:es)?|inbox(?:es)?|cent(?:er|re)s?|storage|CRM|websites?|repositor(?:y|ies)|VPN"
    r"|gateways?|warehouses?|tenants?|tools?"
    r"|file shares?|intranet|workspaces?|backups?|API|domain controllers?|laptops?"
    r"|e-?mail accounts?|cloud accounts?|accounts? of)"
)
_ADJECTIVES = (
    r"(?:(?!(?:and|or|of|to|in|on|by|for|with|that|which|who|was|were|is|are|has|had|from|via|using|as"
    r"|at|it|but|not|this)\b)[\w&'\u2019/-]{1,25}(?:(?<=-party),)? ){0,6}?"
)
_OWNER = r"(?:[A-ZÀ-ÖØ-Þ][\w&.-]{0,25} ){0,3}[A-ZÀ-ÖØ-Þ][\w&.-]{0,25}['\u2019]s? "
_PHRASE = (
    rf"(?:(?:an?|its|their|one of (?:its|their)|some of (?:its|their)|another|the (?:company|firm|bank"
    rf"|hospital|airline|retailer|university|supplier|vendor|city|group)['\u2019]s) |{_OWNER}"
    rf"|the )?{_ADJECTIVES}{_SYSTEM}(?: {_SYSTEM}){{0,2}}\b"
)
_TAIL = (
    r"(?: (?:that (?:is|was) |which (?:is|was) )?(?:used|run|operated|provided|hosted|managed"
    r"|supplied|maintained|owned|developed|held|accessible"
    r"|accessed|reached|opened) (?:by|via|through|with|from) [^,.;:()]{1,60}| via (?:the|its|their"
    r"|an?) [^,.;:()]{1,50}?" + _SYSTEM + r"\b(?: environment\b)?)?"
)
_INTO = (
    r"(?:access(?:ed|ing)?(?: to)?|enter(?:ed|ing)?|entry to|breach(?:ed|ing)"
    r"|(?:breach|(?:cyber-?)?attack|intrusion|hack|incident|compromise) (?:of|on|at|in|involving|via|through)"
    r"|compromis(?:ed|ing)"
    r"|compromise of|target(?:ed|ing)(?: of)?|infiltrat(?:ed|ing)"
    r"|(?:unusual|suspicious|unauthori[sz]ed|malicious|anomalous) activity (?:on|in|within)"
    r"|(?:broke|breaking|broken|hacked|got|getting|logg(?:ed|ing)|hacking|intrusion|entry"
    r"|break-in) (?:(?:in |on )?to|into|onto)|hacked|hacking"
    r"|(?:stolen|taken|exfiltrated|copied|downloaded|extracted|stole\b[^.;]{1,60}?"
    r"|took\b[^.;]{1,60}?|downloaded\b[^.;]{1,60}?|taken\b[^.;]{1,40}?|stolen\b[^.;]{1,40}?) from"
    r"|(?:access|accessed|entered|got in|gained entry|came in)\b[^.;,]{0,30}? (?:via|through))"
)
_WHERE = re.compile(rf"\b(?i:{_INTO}) (?P<where>{_PHRASE}{_TAIL})")
_ENTERED_PASSIVE = re.compile(
    rf"(?:^|, |\b(?:that|said|when|after|and) )(?P<where>{_PHRASE}{_TAIL}) (?:was|were|had been"
    rf"|has been|have been) "
    r"(?:\w+ly )?(?:accessed|breached|compromised|hacked|infiltrated|entered|targeted|broken into)\b",
    re.IGNORECASE,
)
_WAS_ENTERED = re.compile(
    r" (?:was|were|been) (?:\w+ly )?"
    r"(?:accessed|breached|compromised|hacked|infiltrated|entered|targeted|broken into)\b",
    re.IGNORECASE,
)
_INTRUDER = re.compile(
    r"\b(?:attackers?|hackers?|intruders?|actors?|cybercriminals?|criminals?|unauthori[sz]ed|gang"
    r"|malicious|intrusion|attack|breach\w*"
    r"|compromis\w+|stolen|stole|stealing|targeting|hacked|cyber\w*|third part(?:y|ies)|outsider"
    r"|(?:unusual|suspicious|anomalous) activity|somebody|someone|exfiltrat\w+"
    r"|without (?:permission|authori[sz]ation))\b",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"\b(?:customers?|users?|staff|employees?|investigators?|experts?|teams?|we|you|patients?"
    r"|members?|police|clients?)(?: can| could| may| are able to| were able to| who| now| still)?"
    r" (?:access|log|enter|get)\w*\b|\b(?:restor\w+|regain\w*|lost|lose|losing|cut|block\w*"
    r"|revok\w+|disabl\w+|limit\w*|restrict\w*|remov\w+) (?:\w+ )?access\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"^(?:this|that|these|those|such|the (?:external|same|said|affected|compromised|impacted)) ?",
    re.IGNORECASE,
)
_BARE = re.compile(rf"^(?:(?:the )?{_SYSTEM}|(?:its|their|the \w+['\u2019]s) systems?)$", re.IGNORECASE)
_SYSTEM_WORDS = (
    "platform", "system", "database", "instance", "portal", "bucket", "server", "network", "environment",
    "app", "software", "box", "center", "centre", "storage", "crm", "website", "repositor", "vpn", "gateway",
    "warehouse", "tenant", "tool", "share", "intranet", "workspace", "backup", "controller", "laptop", "api",
    "account",
)  # fmt: skip
_WHERE_WORDS = (
    "access", "enter", "entry", "breach", "compromis", "target", "infiltrat", "broke", "break", "hack",
    "got in", "getting", "logg", "intrusion", "stolen", "taken", "stole", "took", "exfiltrat", "copied",
    "download", "extract", "came in", "activity", "incident", "attack", "broken",
)  # fmt: skip

# --- the rule

_NOT_HERE: frozenset[Part] = frozenset(
    {
        "related",
        "lateral movement",
        "indicators",
        "containment",
        "eradication",
        "recovery",
        "notification",
        "financial",
        "operational",
        "reputational",
        "data",
        "response",
        "actor",
        "organisation",
    }
)
_WAY_IN: frozenset[Part] = frozenset({"vector", "initial access"})
_HOW_UNKNOWN = re.compile(
    (
        r"\bhow (?:the )?(?:attackers?|hackers?|intruders?|criminals?|cybercriminals?|they|actors?"
        r"|threat actors?|breach|attack|intrusion|incident)\b[^.;]{0,80}"
    ),
    re.IGNORECASE,
)


_NOT_TOLD = re.compile(
    r"\b(?:not|n['\u2019]t) (?:yet )?(?:said|say|clear|explained|explain|shared|share)\b|\binvestigat",
    re.IGNORECASE,
)


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield where and how the intruder got in, in the order of the text.

    A value is the phrase as it stands. Under a label such as `Vector` it is the whole value.
    """
    told = list(_told(page))
    named = any(
        each.path == "access.vector" and isinstance(each, Draft) and not is_plain for each, is_plain in told
    )
    yield from (each for each, is_plain in told if not (named and is_plain))


_PLAIN = re.compile(
    r"(?:called|phoned|telephoned|rang|calling|phoning|(?:trick|persuad|convinc|deceiv|fool|dup)(?:ed|ing)"
    r"|pos(?:ed|ing) as|unpatched|outdated|vulnerable|unsupported|end-of-life"
    r"|(?:credentials?|passwords?|logins?|accounts?) (?:of|belonging))\b",
    re.IGNORECASE,
)
"""A way in that a sentence tells without naming it; it counts where nothing in the document names one."""


def _told(page: Page) -> Iterator[tuple[Draft | Blank, bool]]:
    """Yield what a page says, and whether it is a way in that a sentence only tells."""
    for block in page.blocks:
        if is_wished(block) or not block.sentences:
            continue
        labelled = part_of(block.label) if block.label else None
        if labelled in _WAY_IN:
            yield from ((each, False) for each in _labelled(block))
        elif block.label and _WHERE_LABEL.match(block.label):
            yield from ((each, False) for each in _place(block.sentences[0]))
        elif not _NOT_HERE.intersection(parts_of(block)[:1]):
            told = not block.label and bool(_WAY_IN.intersection(parts_of(block)[:1]))
            for each in (each for sentence in block.sentences for each in _said(sentence, told=told)):
                plain = (
                    isinstance(each, Draft) and each.path == "access.vector" and _PLAIN.match(str(each.value))
                )
                yield each, bool(plain)


_WHERE_LABEL = re.compile(
    r"(?:affected |compromised |breached |entered )?(?:platform|system|application)s?"
    r"(?: (?:entered|accessed|affected))?$",
    re.IGNORECASE,
)


def _place(sentence: Sentence) -> Iterator[Draft | Blank]:
    """Yield a value under `Platform`, without what is in brackets."""
    text = sentence.text
    end = len((text[: text.find(" (")] if " (" in text else text).rstrip(" .;"))
    if is_unstated(text):
        yield Blank("access.where", sentence.span(0, len(text)))
    elif end:
        yield Draft(
            "access.where",
            text[:end],
            sentence.span(0, end),
            modality="inferred" if is_inferred(text) else "asserted",
        )


def _labelled(block: Block) -> Iterator[Draft | Blank]:
    """Yield what a value under `Vector` or `Initial access` says; further sentences are read as prose."""
    first, *others = block.sentences
    text = first.text
    if is_unstated(text):
        stop = re.search(r", but\b|[(;.]", text)
        yield Blank("access.vector", first.span(0, stop.start() if stop and stop.start() else len(text)))
    else:
        yield from _value(first)
    for sentence in others:
        yield from _said(sentence)


_LEAD_IN = re.compile(
    r"(?:impli(?:ed|citly)|likely|probably|presumably|assumed|inferred|suspected)[:,]? ", re.IGNORECASE
)
_NOTE = re.compile(r" ?\((?:impli|assum|infer|presum|likely|suspect)[^)]*\)", re.IGNORECASE)


def _value(sentence: Sentence) -> Iterator[Draft]:
    """Yield a labelled value: a how where it has such words, a where where it names a system."""
    text = sentence.text
    lead_in = _LEAD_IN.match(text)
    begin = lead_in.end() if lead_in else 0
    note = _NOTE.search(text, begin)
    end = begin + len(text[begin : note.start() if note else len(text)].rstrip(" .;"))
    if begin >= end or (is_speculative(text) and not lead_in):
        return
    modality = "inferred" if lead_in or is_inferred(text) else "asserted"
    places = list(_wheres(text[:end]))
    if _HOW.search(text, begin, end) or not places:
        yield Draft("access.vector", text[begin:end], sentence.span(begin, end), modality=modality)
    for first, last in places:
        yield Draft("access.where", text[first:last], sentence.span(first, last), modality=modality)


def _said(sentence: Sentence, *, told: bool = False) -> Iterator[Draft | Blank]:
    """Yield where and how, from a sentence of prose; `told`: its heading says that it is about the way in."""
    text = sentence.text
    low = text.lower()
    where, how = has_any(low, _WHERE_WORDS) and has_any(low, _SYSTEM_WORDS), has_any(low, _HOW_WORDS)
    unknown = _HOW_UNKNOWN.search(text) if "how " in low else None
    if not (where or how or unknown):
        return
    if unknown and (is_unstated(text) or _NOT_TOLD.search(text)):
        yield Blank("access.vector", sentence.span(*unknown.span()))
        return
    if is_unstated(text) or is_speculative(text):
        return
    modality = "inferred" if is_inferred(text) else "asserted"
    if where and _INTRUDER.search(text) and not _STAFF.search(text):
        for begin, end in _wheres(text):
            yield Draft("access.where", text[begin:end], sentence.span(begin, end), modality=modality)
    if how:
        for begin, end in _hows(text, told=told):
            yield Draft("access.vector", text[begin:end], sentence.span(begin, end), modality=modality)


def _wheres(text: str) -> Iterator[tuple[int, int]]:
    """Yield the systems that a text says were entered; one after a negation is none."""
    # The second pattern tries a phrase at every word, so the words that end it are looked for first.
    for pattern in (_WHERE, _ENTERED_PASSIVE) if _WAS_ENTERED.search(text) else (_WHERE,):
        for found in pattern.finditer(text):
            begin, end = found.span("where")
            end = begin + len(text[begin:end].rstrip())
            phrase = text[begin:end]
            if (
                _POINTING.match(phrase)
                or _BARE.match(phrase)
                or _NO.search(_clause(text, begin))
                or _NO.search(found[0])
            ):
                continue
            if pattern is _WHERE and _is_denied_behind(text, end):
                continue
            if not _MAY.search(_clause(text, begin)):
                yield begin, end


_MAY = re.compile(r"\bmay\b")
_DENIED_BEHIND = re.compile(
    r"[^.;,]{0,40}\b(?:was|were|is|are|has|have|had|did|do) (?:not|never)\b", re.IGNORECASE
)


def _is_denied_behind(text: str, end: int) -> bool:
    """Say whether a negation stands behind a phrase: `access to its servers was not gained`."""
    return _DENIED_BEHIND.match(text, end) is not None


def _hows(text: str, *, told: bool) -> Iterator[tuple[int, int]]:
    """Yield the ways in that a text tells, tied to the entry by a word such as `using`."""
    if _HABIT.search(text) or not (told or _ENTERED.search(text)):
        return
    for found in _HOW.finditer(text):
        clause = _clause(text, found.start())
        before = text[max(0, found.start() - 160) : found.start()]
        if (
            _NO.search(clause)
            or _MAY.search(clause)
            or _WARNING.search(before)
            or _WARNING.search(text, found.end(), found.end() + 40)
        ):
            continue
        own_verb = _OWN_VERB.match(found[0]) is not None or _GAVE.match(text, found.end()) is not None
        if (told or own_verb or _BY.search(clause)) and not _is_loot(text, found):
            closed = "(" in found[0] and text.startswith(")", found.end())
            yield found.start(), found.end() + closed


_OWN_VERB = re.compile(
    r"(?:exploit|call(?:ed|ing)\b|phon|telephon|rang\b|trick|persuad|convinc|deceiv|fool|dup(?:ed|ing)"
    r"|pos(?:ed|ing)\b)",
    re.IGNORECASE,
)
_GAVE = re.compile(
    r" (?:(?!and\b|but\b)[\w-]+ ){0,5}?(?:gave|let|allowed|enabled|granted|handed) (?:the |an? )?"
    r"(?:\w+ )?(?:attackers?|hackers?|intruders?|gang|group|criminals|actors?|thieves|them)\b"
)


def _is_loot(text: str, found: re.Match[str]) -> bool:
    """Say whether credentials are what was taken, not how: `with stolen passwords among the data`."""
    before = text[max(0, found.start() - 60) : found.start()]
    if _OF_SOMEBODY.match(found[0]):
        return not _USED.search(before)
    return _WEAK_ACCOUNT.match(found[0]) is not None and not _MEANS.search(before)


_OF_SOMEBODY = re.compile(r"(?:credentials?|passwords?|logins?|accounts?) (?:of|belonging)\b", re.IGNORECASE)
_USED = re.compile(r"\b(?:using|used|with|via|through|abus\w+) (?:the |stolen |valid )?$", re.IGNORECASE)
_MEANS = re.compile(
    r"\b(?:using|used|via|through|leverag\w+|with|by|obtained|abus\w+|guess\w+|relied on|after)\b"
    r"[^.;,]{0,30}$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:]|, (?:but|while|although|though) | but ")


def _clause(text: str, end: int) -> str:
    """Return what stands in front of a place in the same clause."""
    begin = max(0, end - 160)
    cuts = [cut.end() for cut in _CLAUSE.finditer(text, begin, end)]
    return text[cuts[-1] if cuts else begin : end]
