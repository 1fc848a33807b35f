"""The words of breach news that stand for ATT&CK techniques; docs/reference/technique-phrases.md lists them.

Each phrase says which words count, and which words of the sentence make it mean something else. Whether the
sentence says that it happened is decided in `techniques`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# --- pieces of patterns; each is bounded, so that no text takes longer than its length


def _words(most: int) -> str:
    """Return a pattern for up to `most` words, with the blank after them."""
    return rf"(?:[\w'\u2019&/-]{{1,30}},?\s+){{0,{most}}}?"


_SUPPORT = (
    r"(?:help[- ]?desk|service[- ]?desk|support desk|IT support|(?:call|contact)[- ]?cent(?:er|re)"
    r"|(?:customer )?support (?:staff|team|agents?|workers?|representatives?))"
)
_STAFF = (
    rf"(?:{_SUPPORT}|employees?|staff(?:ers?)?|workers?|personnel|technicians?|contractors?|agents?"
    r"|administrators?|operators?)"
)
_SECRETS = (
    r"(?:credentials?|passwords?|log[- ]?ins?(?: details| credentials)?|log-?on details"
    r"|user ?names? and passwords?)"
)
_MFA = r"(?:MFA|2FA|multi-?factor(?: authentication)?|two-?factor(?: authentication)?|authenticator)"
_TAKING = (
    r"(?:stole(?:n)?|stealing|took|taken|download(?:ed|ing)|cop(?:ied|ying)|extract(?:ed|ing)|export(?:ed"
    r"|ing)"
    r"|exfiltrat(?:ed|ing)|pull(?:ed|ing)|dump(?:ed|ing)|siphon(?:ed|ing)|scrap(?:ed|ing)|harvest(?:ed|ing)"
    r"|retriev(?:ed|ing)|quer(?:ied|ying))"
)
_TAKEN = r"(?:stolen|taken|downloaded|copied|extracted|exported|exfiltrated|pulled|dumped|siphoned|scraped)"
_WAS = r"(?:was|were|had been|has been|have been|being)"
_USING = (
    r"(?:us(?:ed|ing)|with|via|through|by (?:means|way) of|leverag(?:ed|ing)|abus(?:ed|ing)|exploit(?:ed"
    r"|ing)"
    r"|thanks to|use of)"
)
_TO_TAKE = (
    r"(?:us(?:ed|ing)|abus(?:ed|ing)|ran|running)\b[^.;]{0,60}?"
    r" to (?:export|download|extract|steal|copy|exfiltrate|pull|dump|query)"
)
_CRM = (
    r"(?:CRM|customer[- ]relationship[- ]management|Salesforce|customer(?:s'"
    r"|s\u2019)? (?:records? )?databases?"
    r"|databases? of customers|customer (?:servic(?:e|ing)|support|management) (?:platform|system|database"
    r"|software))"
)
_THIRD = (
    r"(?:third[- ]part(?:y|ies)|vendors?|suppliers?|(?:managed )?service providers?|subcontractors?"
    r"|contractors?"
    r"|outsourc(?:ed|ing)\b|business partners?)"
)
_CLOUD_STORE = (
    r"(?:(?:S3|cloud|storage|blob|object)[- ]?(?:storage )?(?:buckets?|containers?)|cloud[- ]storage"
    r"|blob storage"
    r"|object storage|cloud (?:drive|file store)s?)"
)
_ROGUE = (
    r"(?:malicious|rogue|fake|fraudulent|trojani[sz]ed|modified|doctored|counterfeit|altered"
    r"|attacker-controlled"
    r"|hacker-controlled|unauthori[sz]ed)"
)
_NOT_THE_ACT = (
    r"(?![- ]?(?:resistant|proof|aware|awareness|training|simulat\w*|protection|defen[cs]e\w*|tests?"
    r"|testing|insurance"
    r"|risks?|kits?|gangs?|groups?|operators?|actors?|crews?|collectives?|affiliates?|as-a-service"
    r"|outfits?|recovery"
    r"|readiness|playbooks?|negotiat\w*|experts?|specialists?|families|strain|brand|economy|scene|threats?"
    r"|filters?"
    r"|exercises?|drills?|controls?|detection|prevention|monitoring|response|defenders?|syndicates?"
    r"|cartels?)\b)"
)


@dataclass(frozen=True)
class Phrase:
    """Words of one technique; the more specific phrase stands before the general one."""

    technique: str
    stems: tuple[str, ...]
    """How one of its words begins, in lower case; a sentence without such a word is not searched."""
    acts: str = ""
    """Words that tell the act by themselves, such as `logged in with stolen passwords`."""
    names: str = ""
    """Names of the act, such as `vishing`: they count where the text says that it was done."""
    by: Literal["anybody", "intruder"] = "anybody"
    """`intruder`: honest people do the same, so somebody hostile must be named in the sentence."""
    unless: str = ""
    """Words of the sentence that make the phrase mean something else."""


_VOICE_NAMES = (
    r"vishing(?: (?:attacks?|calls?|campaigns?|scams?))?|voice[- ]phishing(?: (?:attacks?|calls?"
    r"|campaigns?))?"
    r"|(?:tele)?phone[- ](?:based )?(?:phishing|social engineering)(?: (?:attacks?|calls?))?"
    r"|phishing (?:phone )?calls?"
)
_VOICE_ACTS = (
    r"vished|"
    rf"(?:called|calling|phoned|phoning|telephoned|telephoning|rang|dialled)(?: up)?\s+{_words(4)}{_STAFF}"
    rf"|(?:phone|telephone|voice) calls? to\s+{_words(4)}{_STAFF}"
    rf"|callers? (?:who )?{_words(3)}(?:trick|persuad|convinc|dup|fool|talk|deceiv|manipulat"
    rf"|impersonat)\w*\s+{_words(5)}{_STAFF}"
    rf"|(?:trick|persuad|convinc|dup|fool|talk|deceiv|manipulat)\w*\s+{_words(5)}{_STAFF}[^.;]{{0,60}}?"
    r"\b(?:over|on|by) (?:the )?(?:tele)?phone\b"
)
_FOR_INFORMATION = (
    r"[^.;]{0,40}?\bto (?:obtain|harvest|gather|collect|learn|elicit|get|extract|find out|solicit|ask for"
    r"|steal)\s+"
    rf"{_words(5)}(?:credentials?|passwords?|information|details|codes?|names|org charts?)"
)

_CLOUD = (
    r"(?:cloud|SaaS|Okta|Entra|Azure|AWS|Microsoft 365|Office 365|Google Workspace|Snowflake"
    r"|Salesforce|single sign-on|SSO)"
)
_ACCOUNT_ACTS = (
    rf"{_USING}\s+{_words(4)}(?:stolen|compromised|leaked|hijacked|valid|legitimate|harvested|phished"
    rf"|purchased)\s+"
    rf"{_words(3)}(?:{_SECRETS}|accounts?)(?!\s+(?:number|holder|detail))"
    rf"|{_SECRETS}[^.;,]{{0,50}}? {_WAS} used to (?:access|log|enter|sign|gain|reach|break|get)"
    rf"|(?:logg|sign)(?:ed|ing) (?:in|on|into|onto)\b[^.;,]{{0,60}}? (?:with|using|as|through|via)\s+"
    rf"{_words(4)}(?:{_SECRETS}|accounts?)"
    rf"|(?:access(?:ed|ing)?|entered|entering|breached|got in|broke in)\b[^.;,]{{0,60}}? (?:using|with|via"
    rf"|through)\s+"
    rf"(?:an?|the|one)\s+{_words(2)}(?:employee|worker|contractor|administrator|admin|agent|staff member"
    rf"|vendor|supplier)"
    rf"(?:'s|\u2019s)?\s+{_words(2)}(?:{_SECRETS}|accounts?)"
)
_OWN_ACCOUNTS = (
    r"\binsiders?\b|\b(?:rogue|disgruntled|former|ex-?)[- ]?(?:employee|worker|staff)"
    r"|\b(?:customers?|users?|members?|passengers?|clients?|employees?|workers?|staff) (?:can |could |may "
    r"|were |are |who )*"
    r"(?:log|sign|logged|signed)\b"
)

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        "T1598.004",
        ("vish", "voice", "phone", "telephon", "call", "rang", "dial", "phish"),
        acts=rf"(?:{_VOICE_ACTS}){_FOR_INFORMATION}",
        names=rf"(?:{_VOICE_NAMES}){_FOR_INFORMATION}",
        unless=r"\bcustomers (?:called|phoned|rang)",
    ),
    Phrase(
        "T1566.004",
        ("vish", "voice", "phone", "telephon", "call", "rang", "dial", "phish"),
        acts=_VOICE_ACTS,
        names=_VOICE_NAMES,
        by="intruder",
        unless=r"\b(?:customers|passengers|members|clients|users) (?:who )?(?:have |had )?(?:called"
        r"|phoned|rang|calling)",
    ),
    Phrase(
        "T1621",
        (
            "fatigue",
            "bomb",
            "prompt",
            "push",
            "spam",
            "flood",
            "mfa",
            "2fa",
            "multi",
            "two-",
            "authenticator",
        ),
        acts=(
            rf"(?:bombard|flood|spamm|barrag|overwhelm|pepper|delug|inundat)\w*\s+{_words(6)}(?:with"
            rf"|by)\s+{_words(5)}"
            rf"(?:{_MFA}|push|log-?in|sign-?in|authentication)\s+{_words(2)}(?:requests?|prompts?"
            rf"|notifications?|approvals?)"
            rf"|(?:repeated|dozens of|hundreds of|endless|a (?:flood|barrage|stream|series|wave) of"
            rf"|constant)\s+{_words(2)}"
            rf"(?:{_MFA}|push)\s+{_words(2)}(?:requests?|prompts?|notifications?)"
            rf"|(?:approved|accepted|tapped)\s+{_words(4)}(?:{_MFA}|push)\s+{_words(1)}(?:requests?"
            rf"|prompts?|notifications?)"
        ),
        names=(
            rf"(?:{_MFA}|push)[- ](?:notification |push |prompt )?(?:fatigue|bombing|spamming"
            rf"|flooding)(?: attacks?)?"
            r"|prompt[- ]bombing(?: attacks?)?"
        ),
    ),
    Phrase(
        "T1098.005",
        (
            "regist",
            "enrol",
            "reset",
            "resetting",
            "add",
            "remov",
            "mfa",
            "2fa",
            "multi",
            "two",
            "authenticator",
        ),
        acts=(
            rf"(?:(?:re-?)?regist(?:ered|ering)|enroll?(?:ed|ing)|added|adding)\s+{_words(5)}(?:(?:new|own"
            rf"|rogue) )?"
            rf"(?:{_MFA} )?(?:devices?|(?:mobile |smart)?phones?|authenticator|{_MFA} (?:factor|method"
            rf"|token)s?|handsets?)"
            rf"|(?:resets?|resetting|removed|removing)\s+{_words(4)}{_MFA}|{_MFA} resets?\b"
            rf"|{_MFA}[^.;]{{0,30}}? {_WAS} reset\b"
        ),
        by="intruder",
        unless=(
            r"\b(?:we|company|airline|bank|firm|retailer|organi[sz]ation|team|it) (?:has |have |had |also "
            r"|then )*reset"
            r"|\bprecaution|\bas part of (?:the|its|our) (?:response|containment)|\bcustomers (?:to|who"
            r"|must|should)\b"
        ),
    ),
    Phrase(
        "T1550.001",
        ("token",),
        acts=(
            rf"{_USING}\s+{_words(3)}(?:stolen|compromised|hijacked|leaked|theft of)\s+{_words(3)}"
            r"(?:OAuth|access|refresh|authentication|API|application)\s+(?:and \w+ )?tokens?"
            r"|(?:OAuth|access|refresh) (?:and \w+ )?tokens?[^.;]{0,40}? (?:was|were|had been) used to "
            r"(?:access|reach|enter|log|query|export|read|download)"
        ),
    ),
    Phrase(
        "T1528",
        ("token", "app", "oauth", "integration", "version"),
        acts=(
            r"(?:stole|stealing|theft of|harvest(?:ed|ing)|obtain(?:ed|ing))\s+"
            rf"{_words(3)}(?:OAuth|access|refresh)\s+(?:and \w+ )?tokens?"
            r"|(?:OAuth|refresh) tokens?[^.;,]{0,30}? (?:was|were|had been) (?:stolen|taken|harvested)"
            r"|(?:authori[sz]|approv|grant|connect|link|install)(?:ed?|ing)?\s+"
            rf"{_words(5)}{_ROGUE}\s+{_words(2)}(?:(?:OAuth |connected |cloud )?(?:apps?\b"
            r"|integrations?|version of)|(?:OAuth|connected|cloud) applications?)"
        ),
        names=rf"{_ROGUE}\s+(?:OAuth|connected|cloud)\s+(?:apps?\b|applications?|integrations?)",
    ),
    Phrase(
        "T1550.004",
        ("cookie",),
        acts=rf"(?:{_USING}|replay(?:ed|ing))\s+{_words(2)}(?:stolen|hijacked"
        rf"|captured)\s+{_words(2)}(?:session )?cookies?",
    ),
    Phrase(
        "T1539",
        ("cookie",),
        acts=rf"(?:stole|stealing|theft of|harvest(?:ed|ing))\s+{_words(3)}session cookies?",
    ),
    Phrase(
        "T1110.004",
        ("stuffing", "passwords", "credentials"),
        acts=(
            rf"(?:us(?:ed|ing)|tried|trying|test(?:ed|ing))\s+{_words(4)}{_SECRETS}\s+{_words(3)}"
            rf"(?:from|in|at|on)\s+{_words(2)}(?:other|previous|earlier|unrelated|past|older)\s+{_words(1)}"
            r"(?:breaches|leaks|sites|websites|services|incidents)"
        ),
        names=r"credential[- ]stuffing(?: attacks?| campaigns?)?",
    ),
    Phrase(
        "T1110.003",
        ("spray",),
        acts=rf"spray(?:ed|ing)\s+{_words(3)}passwords",
        names=r"password[- ]spray(?:ing|ed)?(?: attacks?| campaigns?)?",
    ),
    Phrase(
        "T1110",
        ("brute", "guess"),
        acts=rf"(?:brute[- ]forced|guess(?:ed|ing))\s+{_words(5)}(?:{_SECRETS}|accounts?)",
        names=r"brute[- ]forc(?:e|ing)(?: attacks?| attempts?)?|password[- ]guessing(?: attacks?)?",
    ),
    Phrase(
        "T1078.004",
        ("credential", "password", "log", "account", "user"),
        acts=rf"(?:{_ACCOUNT_ACTS})[^.;,]{{0,60}}?\b{_CLOUD}"
        rf"|(?:(?:logg|sign)(?:ed|ing) (?:in|on|into|onto)|access(?:ed|ing)"
        rf"|entered)\b[^.;,]{{0,40}}? {_CLOUD}\b[^.;,]{{0,40}}?"
        rf" (?:with|using|as|through|via)\s+{_words(4)}(?:{_SECRETS}|accounts?)"
        rf"|{_USING}\s+{_words(4)}(?:stolen|compromised|hijacked|valid)\s+"
        rf"{_words(2)}{_CLOUD}\s+{_words(1)}(?:{_SECRETS}|accounts?)",
        unless=_OWN_ACCOUNTS,
    ),
    Phrase(
        "T1078",
        ("credential", "password", "log", "account", "user"),
        acts=_ACCOUNT_ACTS,
        unless=_OWN_ACCOUNTS,
    ),
    Phrase(
        "T1195.002",
        ("supply", "update", "installer", "package", "librar"),
        acts=(
            r"(?:distribut|deliver|push|ship|spread|insert|inject|install|download|hid|plant)\w*\s+"
            rf"{_words(6)}(?:trojani[sz]ed|malicious|tainted|poisoned|backdoored|compromised)\s+{_words(2)}"
            r"(?:updates?|packages?|installers?|librar(?:y|ies))"
            r"|(?:trojani[sz]ed|malicious|tainted|poisoned|backdoored)\s+(?:\w+ )?(?:updates?|packages?"
            r"|installers?)"
            r" (?:was |were )?(?:shipped|distributed|pushed|delivered|sent out)"
        ),
        names=r"software supply[- ]chain (?:attacks?|compromises?|breach|intrusion)",
    ),
    Phrase("T1195", ("supply",), names=r"supply[- ]chain (?:attacks?|compromises?|intrusions?)"),
    Phrase(
        "T1199",
        ("third", "vendor", "supplier", "provider", "contractor", "outsourc", "partner"),
        acts=(
            r"(?:access\w*|entered|entry|breach\w*|compromis\w+|got in|gain\w*|broke in\w*|reached|stole"
            r"|stolen|taken|came in"
            rf"|infiltrat\w+|intrusion|intruded|obtained)\b[^.;]{{0,80}}?\b(?:through|via"
            rf"|by way of)\s+{_words(4)}"
            rf"{_THIRD}(?!\s+(?:cookies|experts?|specialists?|investigators?|forensic))"
            rf"|(?:us(?:ed|ing)|abus(?:ed|ing)|exploit(?:ed|ing)|misus(?:ed"
            rf"|ing))\s+{_words(4)}{_THIRD}(?:'s|\u2019s|s'|s\u2019)?\s+"
            r"(?:remote |trusted |network |privileged )?(?:access|connection|VPN|network link|link)\b"
            rf"|(?<!the )(?:compromis(?:ed?|ing)|breach(?:ed|ing)?|target(?:ed|ing)|attack(?:ed|ing)"
            rf"|hack(?:ed|ing)|infiltrat(?:ed|ing))"
            rf"\s+(?:of |into |at |on )?{_words(3)}(?:third[- ]party|outsourced|vendor|supplier)(?:'s"
            rf"|\u2019s)?\s+{_words(4)}"
            r"(?:platforms?|systems?|providers?|vendors?|suppliers?|applications?|contractors?|software"
            r"|tools?|databases?)"
        ),
        unless=r"\binsiders?\b|\bshar(?:e|ed|ing) (?:\w+ ){0,4}with third|\b(?:engag|hir|retain"
        r"|appoint)(?:ed|ing)\b",
        by="intruder",
    ),
    Phrase(
        "T1567.002",
        ("upload", "exfiltrat", "transfer", "copied", "moved", "sent", "sending", "moving", "copying"),
        acts=(
            r"(?:upload(?:ed|ing)|exfiltrat(?:ed|ing)|transferr(?:ed|ing)|copied|copying|moved|moving|sent"
            r"|sending)\b"
            rf"[^.;]{{0,60}}? (?:to|into|onto)\s+{_words(4)}(?:{_CLOUD_STORE}|Mega(?:\.nz)?\b|Dropbox"
            rf"|Google Drive|OneDrive"
            r"|file[- ](?:sharing|hosting) (?:sites?|services?))"
        ),
        unless=r"\bleak sites?\b|\bdark web\b|\bforum|\bback(?:ed|ing)? ?up\b|\bmigrat",
        by="intruder",
    ),
    Phrase(
        "T1567",
        ("upload", "exfiltrat", "transfer", "sent", "sending"),
        acts=(
            r"(?:upload(?:ed|ing)|exfiltrat(?:ed|ing)|transferr(?:ed|ing)|sent|sending)\b[^.;]{0,60}? "
            rf"(?:to|via|through|over)\s+{_words(4)}(?:web services?|Telegram|Discord|webhooks?"
            rf"|paste sites?|Pastebin|GitHub)"
        ),
        unless=r"\bleak sites?\b|\bdark web\b|\bforum|\bpubli(?:sh|cly)|\bsamples?\b|\bmessages?\b"
        r"|\bransom note",
        by="intruder",
    ),
    Phrase(
        "T1530",
        ("bucket", "storage", "container", "cloud drive", "file store"),
        acts=(
            rf"{_TO_TAKE}\s+{_words(6)}(?:from|out of|in)\s+{_words(3)}{_CLOUD_STORE}|"
            rf"(?:{_TAKING}|access(?:ed|ing)|read|reading)\b[^.;]{{0,60}}? (?:from|in|inside|on"
            rf"|within)\s+{_words(5)}{_CLOUD_STORE}"
            rf"|(?:accessed|accessing|entered|reached|opened|emptied)\s+{_words(5)}{_CLOUD_STORE}"
            rf"|{_CLOUD_STORE}[^.;]{{0,40}}? {_WAS} (?:\w+ly )?(?:accessed|{_TAKEN}|emptied)"
        ),
    ),
    Phrase(
        "T1213.004",
        ("crm", "customer", "salesforce"),
        acts=(
            rf"{_TO_TAKE}\s+{_words(6)}(?:from|out of|in)\s+{_words(3)}{_CRM}|"
            rf"{_TAKING}\b[^.;]{{0,90}}?\b(?:from|in|of|inside|within|out of|via)\s+{_words(5)}{_CRM}"
            rf"|{_TAKING}\s+{_words(5)}{_CRM}"
            rf"|{_CRM}(?:\s+(?:data|records|database|platform|system|instance|tenant"
            rf"|environment))?[^.;,]{{0,50}}? {_WAS} "
            rf"(?:\w+ly )?{_TAKEN}"
            rf"|(?:bulk|mass)[- ]?export(?:s|ed|ing)? (?:of|from|out of)\s+{_words(5)}{_CRM}"
        ),
        names=rf"(?:bulk |mass )?(?:exports?|exfiltration|extraction|theft) (?:of"
        rf"|from)\s+{_words(4)}{_CRM}",
    ),
    Phrase(
        "T1213.003",
        ("repositor",),
        acts=(
            rf"(?:{_TAKING}|clon(?:ed|ing)|access(?:ed|ing))\b[^.;]{{0,60}}?\b(?:source[- ])?(?:code"
            rf"|GitHub|Git|GitLab) repositor(?:y|ies)"
        ),
    ),
    Phrase(
        "T1213.002",
        ("sharepoint",),
        acts=rf"(?:{_TAKING}|search(?:ed|ing)|access(?:ed|ing))\b[^.;]{{0,60}}?\bSharePoint",
    ),
    Phrase(
        "T1213.001",
        ("confluence",),
        acts=rf"(?:{_TAKING}|search(?:ed|ing)|access(?:ed|ing))\b[^.;]{{0,60}}?\bConfluence",
    ),
    Phrase(
        "T1213",
        (
            "repositor",
            "wiki",
            "intranet",
            "knowledge base",
            "document management",
            "ticketing",
            "document store",
        ),
        acts=(
            rf"(?:{_TAKING}|search(?:ed|ing)|access(?:ed|ing))\b[^.;]{{0,60}}?\b(?:wikis?|intranet"
            rf"|knowledge bases?"
            r"|(?:information|document|internal|file|data) (?:repositor(?:y|ies)|stores?)"
            r"|document management systems?"
            r"|ticketing (?:systems?|platforms?))"
        ),
    ),
    Phrase(
        "T1684.001",
        (
            "imperson",
            "posed",
            "posing",
            "pretend",
            "masquerad",
            "claimed to be",
            "claiming to be",
            "purport",
            "off as",
        ),
        acts=(
            r"(?:impersonat(?:ed|ing|ion of)|(?:posed|posing|masquerad(?:ed|ing)) as|(?:pretend(?:ed|ing)"
            r"|claim(?:ed|ing)"
            r"|purport(?:ed|ing)) to be|pass(?:ed|ing) \w+ off as)\s+"
            rf"{_words(5)}(?:{_STAFF}|IT\b|executives?|colleagues?|co-?workers?|managers?|engineers?)"
        ),
    ),
    Phrase(
        "T1486",
        ("ransomware", "encrypt"),
        acts=(
            r"(?:attackers?|hackers?|intruders?|actors?|gang|group|criminals?|malware|ransomware|they"
            r"|which|that|who|and|then"
            r"|before)\s+(?:had |have |has |also |then |\w+ly )*encrypt(?:ed|ing)\s+"
            rf"{_words(6)}(?:systems?|servers?|files|data|machines|computers|networks?|workstations|disks"
            rf"|drives|databases?)"
            r"|(?:systems?|servers?|files|machines|computers|workstations)\s+(?:\w+ ){0,3}"
            rf"{_WAS} encrypted (?:by|after|during the|with ransom)"
        ),
        names=rf"ransomware{_NOT_THE_ACT}(?: (?:attacks?|incidents?|infections?|payloads?|deployments?"
        rf"|events?|strikes?))?",
        unless=r"\bat rest\b|\bin transit\b|\bend-to-end\b|\bencrypted (?:passwords?|backups?)"
        r"|\bencryption keys?\b",
    ),
    Phrase(
        "T1657",
        ("ransom", "extort", "threaten", "demand", "blackmail"),
        acts=(
            rf"demand(?:ed|ing)\s+{_words(6)}(?:ransoms?|payments?|money|bitcoins?|cryptocurrency)\b"
            rf"|threaten(?:ed|ing) to (?:publish|leak|release|sell|expose|post|dump|disclose)"
            r"|(?:paid|paying|refused to pay|declined to pay) (?:an? |the |any )?(?:\S+ )?ransoms?\b"
            r"|(?:received|sent|left|issued|made|delivered)\s+(?:an? |the )?(?:ransom|extortion"
            r"|blackmail) (?:demands?|notes?|e-?mails?|messages?)"
            r"|(?:tried|attempted|attempting|trying|sought|seeking) to (?:extort|blackmail)|(?:extort"
            r"|blackmail)(?:ed|ing)\b"
        ),
        names=(
            rf"(?:double |data )?(?:extortion|blackmail){_NOT_THE_ACT}(?: (?:attempts?|demands?|attacks?"
            rf"|campaigns?|schemes?))?"
            r"|ransom (?:demands?|notes?)"
        ),
        by="intruder",
    ),
    Phrase(
        "T1190",
        ("exploit", "vulnerab", "flaw", "injection", "abus", "zero-day", "zero day"),
        acts=(
            rf"(?:exploit(?:ed|ing|ation of)|abus(?:ed|ing))\s+{_words(7)}(?:vulnerabilit(?:y|ies)|flaws?"
            rf"|bugs?|zero[- ]days?"
            rf"|CVE-\d{{4}}-\d{{4,7}})"
            rf"|(?:vulnerabilit(?:y|ies)|flaws?|bugs?"
            rf"|zero[- ]days?)\b[^.;,]{{0,80}}? {_WAS} (?:\w+ly )?exploited"
            rf"|(?:exploit(?:ed|ing)|abus(?:ed|ing))\s+{_words(2)}(?:exposed|unauthenticated|misconfigured"
            rf"|unsecured"
            rf"|unprotected|internet-facing|public-facing)\s+{_words(3)}(?:APIs?|endpoints?|servers?"
            rf"|websites?|portals?|gateways?)"
        ),
        names=r"SQL[- ]injection(?: attacks?| vulnerabilit(?:y|ies)| flaws?)?",
        unless=r"\bprivilege|\bescalat|\bkernel\b|\bhuman\b|\btrust\b|\bbrowsers?\b|\blocal(?:ly)?\b",
    ),
    Phrase(
        "T1056.003",
        ("skimm", "magecart", "formjacking", "checkout", "payment page", "payment form"),
        acts=(
            rf"(?:inject|insert|plant|add|load|hid)(?:e?d|ing)?\s+{_words(5)}(?:JavaScript|code"
            rf"|scripts?)\b[^.;]{{0,60}}?\b"
            r"(?:checkout|(?:payment|order) (?:pages?|forms?|process))"
            rf"|(?:code|scripts?|JavaScript|skimmer)\s+(?:{_WAS} )?(?:\w+ly )?(?:injected|inserted|planted"
            rf"|hidden|added|placed)\s+(?:in|into|on|to)\s+"
            rf"{_words(5)}(?:checkout|(?:payment|order) (?:pages?|forms?|process))"
        ),
        names=(
            r"(?:web|online|digital|e-?|payment[- ]card|card|payment)[- ]?skimm(?:ers?|ing)(?: code"
            r"| scripts?| attacks?)?"
            r"|magecart(?:-style)? (?:attacks?|scripts?|code)|formjacking(?: attacks?)?|skimming (?:code"
            r"|scripts?)"
        ),
        unless=r"\bATMs?\b|\bpumps?\b|\bcash machines?\b|\bfuel\b|\bterminals?\b",
    ),
    Phrase(
        "T1566.001",
        ("attachment", "attached"),
        acts=(
            r"(?:opened|opening|clicked(?: on)?)\s+"
            rf"{_words(3)}(?:malicious|booby-trapped|infected|weaponi[sz]ed"
            rf"|phishing)\s+{_words(2)}(?:attachments?)"
            rf"|(?:sent|sending|received)\s+{_words(6)}(?:malicious|booby-trapped|infected"
            rf"|weaponi[sz]ed)\s+{_words(2)}attachments?"
        ),
        names=r"(?:spear[- ]?)?phishing e-?mails? (?:with|containing"
        r"|carrying)\s+(?:\w+ ){0,3}attachments?|phishing attachments?",
    ),
    Phrase(
        "T1566.002",
        ("link",),
        acts=rf"click(?:ed|ing)\s+(?:on )?{_words(2)}(?:malicious|phishing|fraudulent"
        rf"|fake)\s+{_words(1)}links?"
        rf"|click(?:ed|ing)\s+(?:on )?{_words(2)}links? (?:in|from"
        rf"|inside)\s+{_words(3)}(?:spear-?)?phishing",
        names=r"(?:spear[- ]?)?phishing e-?mails? (?:with|containing|carrying)\s+(?:\w+ ){0,3}links?"
        r"|(?:spear[- ]?)?phishing links?",
    ),
    Phrase(
        "T1566",
        ("phish", "spearphish"),
        acts=rf"(?:spear-?)?phished\s+{_words(3)}{_STAFF}",
        names=(
            r"(?:\b(?:spear|SMS|text|e-?mail)[- ])?(?:spear)?phishing"
            rf"{_NOT_THE_ACT}(?: (?:e-?mails?|attacks?|campaigns?|messages?|schemes?|scams?|lures?|texts?"
            rf"|pages?|sites?))?"
        ),
    ),
    Phrase(
        "T1684",
        (
            "social",
            "socially",
            "trick",
            "dup",
            "fool",
            "deceiv",
            "manipulat",
            "persuad",
            "convinc",
            "talked",
            "conned",
        ),
        acts=(
            r"socially engineer(?:ed|ing)"
            r"|(?:trick|dup|fool|deceiv|manipulat|persuad|convinc|coax|conn)(?:e?d|ing)\s+"
            rf"{_words(5)}{_STAFF}\b[^.;,]{{0,50}}? (?:into|to)\b"
        ),
        names=r"social[- ]engineering"
        rf"{_NOT_THE_ACT}(?: (?:attacks?|techniques?|tactics?|methods?|campaigns?|scams?|calls?|ploys?"
        rf"|schemes?))?",
        unless=r"\b(?:judge|court|jury|regulators?|investors?)\b",
        by="intruder",
    ),
    Phrase(
        "T1555",
        ("stealer", "stealing", "infosteal"),
        acts=rf"{_SECRETS}[^.;,]{{0,60}}? (?:by|with|from|via|through"
        rf"|using)\s+{_words(2)}info(?:rmation)?[- ]?stealers?",
        names=r"info(?:rmation)?[- ]?steal(?:ers?|ing)(?: malware| infections?| trojans?)?|(?:credential"
        r"|password)[- ]stealing malware",
    ),
    Phrase(
        "T1485",
        ("wip", "destroy", "delet", "eras"),
        acts=(
            r"(?:wip|destroy|delet|eras)(?:e?d|ing)\s+"
            r"(?:(?!stolen|copied|copies|copy|logs?\b)[\w'\u2019-]{1,30}\s+){0,4}?(?:data|files|databases?"
            r"|servers|records|systems|machines|disks)\b"
        ),
        names=r"(?:disk[- ]|data[- ])?wip(?:er|ing)(?: malware| attacks?)",
        by="intruder",
        unless=r"\b(?:stolen|copied|exfiltrated) (?:data|files)|\bcop(?:y|ies)\b"
        r"|\bclaim\w* to have (?:deleted|destroyed)|\bretention\b",
    ),
    Phrase(
        "T1119",
        ("automat", "script", "bots"),
        acts=(
            rf"(?:us(?:ed|ing)|ran|running|wrote|writing|with|via"
            rf"|by)\s+{_words(2)}(?:automated )?(?:scripts?|bots?)\b"
            rf"[^.;,]{{0,30}}? (?:to|that) (?:automatically )?(?:download|collect|pull|quer|scrap|harvest"
            rf"|enumerat|cop|extract|export)\w*"
            rf"|(?:us(?:ed|ing)|ran|through|via|with|by)\s+{_words(2)}(?:automated|scripted)\s+{_words(2)}"
            r"(?:scripts?|quer(?:y|ies)|scraping|downloads?|extraction|collection|exports?|harvesting)"
            r"|scripts? (?:was|were) used (?:by (?:[\w-]+ ){1,3})?to (?:automatically )?(?:download"
            r"|collect|pull|query|scrape|harvest|copy|extract|export)"
            r"|automatically (?:collected|downloaded|queried|scraped|harvested|exported|extracted)"
        ),
        by="intruder",
    ),
    Phrase(
        "T1136",
        ("creat",),
        acts=(
            rf"creat(?:ed|ing)\s+{_words(4)}(?:new|rogue|backdoor|additional|hidden|own|administrator"
            rf"|administrative|admin|user)\s+"
            rf"{_words(2)}accounts?\b"
        ),
        by="intruder",
        unless=r"\b(?:customers|members|users) (?:who |to |have |had )*creat",
    ),
    Phrase(
        "T1219",
        ("remote", "rmm", "anydesk", "teamviewer", "screenconnect", "quick assist"),
        acts=(
            r"(?:install|deploy|download|launch|us|abus|leverag|run|start)(?:e?d|ing)\s+"
            rf"{_words(6)}(?:remote[- ](?:access|support|management|control|monitoring(?: and management)?"
            rf"|administration)"
            r"\s+(?:software|tools?|applications?|programs?|utilit(?:y|ies)|trojans?)|RMM (?:software"
            r"|tools?)|AnyDesk|TeamViewer"
            r"|ScreenConnect|Quick Assist)"
        ),
        by="intruder",
    ),
)
