"""Indicators of compromise in text: found with their place, refanged, and defanged again.

    text ─► refang (brackets out, places kept) ─► finders, one per form, the surest first ─► indicators

A finder takes a piece of text for itself, so that the address inside a link is not told a second time.
What looks like an indicator and is none is left out: file names, version numbers, names in code. The
public suffix list decides what is a domain; this module alone reads it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from floodmark.ids import canonical
from floodmark.indicators.names import (
    ONION,
    Class,
    address,
    address_class,
    domain,
    host_of,
    is_plain_domain,
    labels_of,
    name_class,
    suffix_length,
)

__all__ = [
    "Class",
    "Indicator",
    "Level",
    "Offsets",
    "Type",
    "address",
    "address_class",
    "defang",
    "domain",
    "extract",
    "host_of",
    "is_bitcoin_address",
    "refang",
]

Type = Literal[
    "url",
    "domain",
    "onion",
    "ipv4",
    "ipv6",
    "cidr",
    "asn",
    "email",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "cve",
    "technique",
    "tactic",
    "group",
    "software",
    "user_agent",
    "oauth_client_id",
    "salesforce_id",
    "okta_id",
    "btc",
    "eth",
]
Level = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Indicator:
    """One indicator and where it stands."""

    type: Type
    value: str
    """Normal form, refanged: lower case where case has no meaning, a domain in its ASCII form (`xn--`)."""
    raw: str
    """As written."""
    begin: int
    end: int
    """`raw` is `text[begin:end]` of the text that was given."""
    defanged: bool = False
    """Whether whoever wrote it made it harmless."""
    class_: Class = ""
    confidence: Level = "high"


@dataclass(frozen=True)
class Offsets:
    """Where the characters of a refanged text stand in the text that was given.

    The four lists belong together: piece `begins[i]` to `ends[i]` of the refanged text was written as
    `first[i]` to `last[i]`. What lies between the pieces is unchanged.
    """

    begins: Sequence[int] = ()
    ends: Sequence[int] = ()
    first: Sequence[int] = ()
    last: Sequence[int] = ()

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return where a piece of the refanged text, not empty, stands in the text that was given."""
        return self._place(begin, self.first, 0), self._place(end - 1, self.last, 1)

    def _place(self, at: int, inside: Sequence[int], after: int) -> int:
        nth = bisect_right(self.begins, at) - 1
        if nth < 0:
            return at + after
        return inside[nth] if at < self.ends[nth] else self.last[nth] + at - self.ends[nth] + after

    def touched(self, begin: int, end: int) -> bool:
        """Say whether anything in a piece of the refanged text was written in another way."""
        nth = bisect_left(self.ends, begin + 1)
        return nth < len(self.begins) and self.begins[nth] < end


# --- refang and defang ------------------------------------------------------------------------------------

# `[.]`, `(dot)`, `{at}`, `[://]`, mixed brackets, `\[.\]` of a Markdown writer; and one bracket only: `a[.b`.
_BRACKETED = re.compile(
    r"[\[({.](?:"
    r"(?<=[\[({])(?:\\?(?:(?P<dot>\.|dot)|(?P<at>@|at)|(?P<mark>:(?://?)?|//?))\\?[\])}]|(?<=\[)(?P<left>\.)(?=\w))"
    r"|(?<=\.)(?P<right>[\]}])(?=\w))",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[hHfF](?<!\w[hHfF])(?:xx|tx|xt|\*\*|x)ps?(?=\\?\[?:|\\?\(:)", re.IGNORECASE)
_FANGED = {"dot": ".", "at": "@", "left": ".", "right": "."}


def refang(text: str) -> tuple[str, Offsets]:
    """Return `text` with what defanging put in taken out, and where its characters stood.

    >>> refang("hxxps://evil[.]example (dot) com")[0]
    'https://evil.example.com'
    """
    pieces = sorted([*_bracketed(text), *_schemes(text)])
    if not pieces:
        return text, Offsets()
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    done = length = 0
    for begin, end, new in pieces:
        parts += (text[done:begin], new)
        begins.append(length + begin - done)
        length = begins[-1] + len(new)
        ends.append(length)
        done = end
    first, last = [begin for begin, _, _ in pieces], [end for _, end, _ in pieces]
    return "".join((*parts, text[done:])), Offsets(begins, ends, first, last)


def _schemes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where `hxxp` and its like stand, and what they stand for."""
    for found in _SCHEME.finditer(text):
        written = found[0].lower()
        secure = "s" if written.endswith("s") else ""
        # `hxp` is no word of ours; `fxp` stands for ftp.
        if written.startswith("h") and len(written) >= len("hxxp"):
            yield found.start(), found.end(), f"http{secure}"
        elif written.startswith("fx") and not written.startswith("fxx"):
            yield found.start(), found.end(), f"ftp{secure}"


def _bracketed(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a bracketed sign stands, with the blanks around it, and the sign."""
    done = 0
    for found in _BRACKETED.finditer(text):
        kind = str(found.lastgroup)
        begin, end = found.span()
        if kind in {"left", "right"} and not (begin and text[begin - 1].isalnum()):
            continue
        new = _FANGED.get(kind) or found["mark"]
        if begin > done and text[begin - 1] == "\\":
            begin -= 1
        if kind in {"dot", "at"} and _is_apart(text, begin, end):
            begin, end = begin - 1, end + 1
        if begin >= done:
            yield begin, end, new
            done = end


def _is_apart(text: str, begin: int, end: int) -> bool:
    """Say whether a sign has one blank on both sides, and a name beyond each."""
    before, after = text[max(0, begin - 2) : begin], text[end : end + 2]
    return before[1:] == " " == after[:1] and before[0].isalnum() and after[1:].isalnum()


def defang(value: str, type_: str) -> str:
    """Return a value as it can be printed without harm; `refang` gives it back.

    Types that nothing opens (hashes, ids, ...) are returned as they are.

    >>> defang("https://evil.example/a.php", "url")
    'hxxps://evil[.]example/a.php'
    """
    match type_:
        case "url":
            return _defang_url(value)
        case "domain" | "ipv4" | "onion":
            return value.replace(".", "[.]")
        case "ipv6":
            return value.replace(":", "[:]")
        case "cidr":
            return value.replace(":", "[:]") if ":" in value else value.replace(".", "[.]")
        case "email":
            return value.replace("@", "[@]").replace(".", "[.]")
        case _:
            return value


def _defang_url(value: str) -> str:
    scheme, mark, rest = value.rpartition("://") if "://" in value[:10] else ("", "", value)
    if mark:
        scheme, mark, rest = value.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    safe = host if "[" in host else host.replace(".", "[.]")
    word = {"http": "hxxp", "https": "hxxps", "ftp": "fxp", "ftps": "fxps"}.get(scheme, scheme)
    return f"{word}{mark and ('://' if word != scheme else '[://]')}{safe}{rest[len(host) :]}"


# --- finding ----------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """A refanged text, which pieces of it are taken, and what was found."""

    given: str
    text: str
    offsets: Offsets
    found: list[Indicator] = field(default_factory=list[Indicator])

    def __post_init__(self) -> None:
        self._taken = bytearray(len(self.text))

    def free(self, begin: int, end: int) -> bool:
        """Say whether no finder took any of a piece."""
        return self._taken.find(1, begin, end) < 0

    def take(self, begin: int, end: int) -> None:
        """Keep other finders from a piece."""
        self._taken[begin:end] = b"\1" * (end - begin)

    def defanged(self, begin: int, end: int) -> bool:
        """Say whether a piece was written in a harmless way."""
        return self.offsets.touched(begin, end)

    def add(
        self, type_: Type, value: str, begin: int, end: int, *, class_: Class = "", confidence: Level = "high"
    ) -> None:
        """Add an indicator, and take its piece."""
        self.take(begin, end)
        first, last = self.offsets.span(begin, end)
        defanged = self.defanged(begin, end)
        self.found.append(
            Indicator(type_, value, self.given[first:last], first, last, defanged, class_, confidence)
        )


def extract(text: str) -> list[Indicator]:
    """Return the indicators in `text`, by place. Any text is read in time in proportion to its length.

    The host of a link and of a mail address is no indicator of its own. Private and reserved addresses
    are labelled, never dropped.
    """
    reading = _Reading(text, *refang(text))
    for find in _FINDERS:
        find(reading)
    return sorted(reading.found, key=lambda each: (each.begin, each.end, each.type))


def _anchored(
    text: str, sign: re.Pattern[str], left: re.Pattern[str], whole: re.Pattern[str]
) -> Iterator[re.Match[str]]:
    """Yield the matches of `whole` around a rare `sign`, first to last, without one inside another.

    `left` is what can stand before the sign, read backwards. Far fewer places are tried so than by a
    search for `whole`, which could begin at any word.
    """
    done = 0
    for found in sign.finditer(text):
        at = found.start()
        if at >= done:
            before = left.match(text[max(done, at - _LONGEST_LEFT) : at][::-1])
            matched = whole.match(text, at - before.end()) if before else None
            if matched:
                yield matched
                done = matched.end()


_LONGEST_LEFT = 64
_DOT = re.compile(r"\.(?=[\w-])")
_LABEL_LEFT = re.compile(r"[\w-]*[\w]")
_DOTTED = re.compile(r"[\w-]++(?:\.[\w-]++)++")

# A browser: its comments and products; a product: name and version. No part can be read in two ways.
_BROWSER = re.compile(
    r"Mozilla/\d\.\d(?: \([^()\n]{1,300}\)| [A-Za-z][\w.+-]{0,40}/[\w.+-]{1,40}"
    r"| like Gecko| Mobile(?![\w/])| Safari(?![\w/]))++"
)
_PRODUCT = r"[A-Za-z][\w.-]{0,40}/v?\d[\w.+-]{0,40}"
_VERSION_SIGN, _PRODUCT_LEFT = re.compile(r"/(?=v?\d)"), re.compile(r"[\w.-]{1,40}[A-Za-z]")
_PRODUCTS = re.compile(
    rf"[A-Za-z](?<![\w./-].)[\w-][\w.-]{{0,39}}/v?\d[\w.+-]{{0,40}}(?: (?!Mozilla/){_PRODUCT})*+(?![\w/])"
)
_LIBRARIES = re.compile(
    r"(?:python-requests|python-urllib|python-httpx|aiohttp|go-http-client|curl|wget|okhttp|axios|node-fetch"
    r"|undici|postmanruntime|libwww-perl|apache-httpclient|java|windowspowershell|powershell|httpie|scrapy"
    r"|restsharp|guzzlehttp)/",
    re.IGNORECASE,
)
_AGENT_WORD = re.compile(r"[uU](?<!\w.)ser[ _-]?agents?\b", re.IGNORECASE)
_AGENT_QUOTED = re.compile(
    r"(?: strings?| values?| headers?)?(?: was| is| of| named)?[:=]?\**\s{0,3}"
    r"[`\"“']([^`\"”“\n]{3,300})[`\"”']",
    re.IGNORECASE,
)
_NEAR, _BESIDE = 80, 12


def _find_user_agents(reading: _Reading) -> None:
    text = reading.text
    for found in _BROWSER.finditer(text):
        _add_agent(reading, *found.span(), "high")
    words = [found.end() for found in _AGENT_WORD.finditer(text)]
    for word in words:
        if found := _AGENT_QUOTED.match(text, word):
            _add_agent(reading, *found.span(1), "high")
    if "/" in text:
        _find_products(reading, words)


def _find_products(reading: _Reading, words: Sequence[int]) -> None:
    """Take products of known libraries, and what stands after the words `user agent`, ending at `words`."""
    text, last = reading.text, -_NEAR
    for found in _anchored(text, _VERSION_SIGN, _PRODUCT_LEFT, _PRODUCTS):
        begin, end = found.span()
        nth = bisect_right(words, begin) - 1
        said = nth >= 0 and begin - words[nth] <= _NEAR and "\n" not in text[words[nth] : begin]
        beside = 0 <= begin - last <= _BESIDE
        if reading.free(begin, end) and (said or beside or _LIBRARIES.search(found[0])):
            last = end
            _add_agent(reading, begin, end, "high" if said else "medium")


def _add_agent(reading: _Reading, begin: int, end: int, confidence: Level) -> None:
    value = reading.text[begin:end].rstrip(".,;: ")
    if value and reading.free(begin, begin + len(value)):
        reading.add("user_agent", value, begin, begin + len(value), confidence=confidence)


_CONSUMER_KEY = re.compile(r"3MVG9[A-Za-z0-9._]{20,250}")
_CLOUD_CLIENT = re.compile(r"\b\d{6,25}-[a-z0-9]{16,40}\.apps\.googleusercontent\.com\b")
_CLIENT_ID = re.compile(
    r"[cCaA](?<!\w.)(?:lient|pp(?:lication)?)[ _-]?id[\"'`*]{0,3}\s{0,3}"
    r"(?:[=:]|is\b|was\b|of\b)?\s{0,3}[\"'`*]{0,3}"
    r"([A-Za-z0-9][\w.~-]{7,199})",
    re.IGNORECASE,
)


def _find_oauth_clients(reading: _Reading) -> None:
    for found in _CONSUMER_KEY.finditer(reading.text):
        value = found[0].rstrip(".")
        reading.add("oauth_client_id", value, found.start(), found.start() + len(value))
    for found in _CLOUD_CLIENT.finditer(reading.text) if "googleusercontent" in reading.text else ():
        reading.add("oauth_client_id", found[0], *found.span())
    for found in _CLIENT_ID.finditer(reading.text):
        value, begin = found[1].rstrip(".-"), found.start(1)
        free = reading.free(begin, begin + len(value))
        if free and re.search(r"\d", value) and not _record_id(value) and not _OKTA.fullmatch(value):
            reading.add("oauth_client_id", value, begin, begin + len(value), confidence="medium")


_SCHEME_BEFORE = re.compile(r"(?<![A-Za-z])(?:https?|ftps?|sftp|wss?|tcp|udp|ldaps?|smb)$", re.IGNORECASE)
_NOT_IN_URL = (
    '\\s<>"`|^{}\\\\\\[\\]\x00-\x1f\x7f'
    "«»“”„‘’，。；：！？（）【】、《》"  # noqa: RUF001 - what ends a link in other scripts
)
_REST = re.compile(
    rf"(?:\[[0-9A-Fa-f:.%\w]{{2,60}}\])?[^{_NOT_IN_URL}]{{1,2000}}|\[[0-9A-Fa-f:.%\w]{{2,60}}\]"
)
_NEXT_LINK = re.compile(r"[,;](?=[a-z]{2,6}://)", re.IGNORECASE)


def _find_urls(reading: _Reading) -> None:
    text, at = reading.text, reading.text.find("://")
    while at >= 0:
        named = at > 0 and text[at - 1] in "pPsSbB"
        scheme = _SCHEME_BEFORE.search(text, max(0, at - 6), at) if named else None
        rest = _REST.match(text, at + 3) if scheme else None
        after = _add_url(reading, scheme.start(), at, rest[0]) if scheme and rest else at + 3
        at = text.find("://", after)


def _add_url(reading: _Reading, begin: int, at: int, rest: str) -> int:
    """Add a link where its host is one, else leave its piece to the other finders; return where to go on."""
    first = _NEXT_LINK.split(rest, maxsplit=1)[0]
    tail, after = _without_closers(first), at + 3 + len(first)
    written = re.split(r"[/?#]", tail, maxsplit=1)[0]
    user, sign, place = written.rpartition("@")
    host, port = _host_and_port(place)
    end = at + 3 + len(tail)
    if host is None or not reading.free(begin, end):
        return after
    value = f"{reading.text[begin:at].lower()}://{user}{sign}{host}{port}{tail[len(written) :]}"
    class_ = _host_class(host, defanged=reading.defanged(begin, end))
    reading.add("url", value, begin, end, class_=class_)
    return after


def _host_and_port(place: str) -> tuple[str | None, str]:
    """Return host in normal form (IPv6 in brackets) and `:port`; no host where it is none."""
    inner, bracket, port = place[1:].partition("]") if place.startswith("[") else (place, "", "")
    if bracket:
        found = address(inner)
        return (f"[{found}]" if found and found.version == 6 else found and str(found)), port  # noqa: PLR2004
    found = re.fullmatch(r"([^:]+)(:\d{1,5})?", place)
    if not found:
        return None, ""
    quad = address(found[1])
    labels = None if quad else labels_of(found[1].removesuffix("."))
    if labels and ((len(labels) < 2 and labels != ["localhost"]) or labels[-1].isdigit()):  # noqa: PLR2004
        labels = None
    return str(quad) if quad else ".".join(labels) if labels else None, found[2] or ""


def _host_class(host: str, *, defanged: bool) -> Class:
    found = address(host.strip("[]"))
    return address_class(found) if found else name_class(host, defanged=defanged)


def _without_closers(tail: str) -> str:
    """Return the end of a link without the punctuation of the sentence around it."""
    surplus = {")": tail.count(")") - tail.count("(")}
    end = len(tail)
    while end and tail[end - 1] in ".,;:!?'*_~)…–—":  # noqa: RUF001 - dashes that end a link
        if tail[end - 1] == ")":
            if surplus[")"] <= 0:
                break
            surplus[")"] -= 1
        end -= 1
    return tail[:end]


_LOCAL = re.compile(r"(?<![\w.+%'-])[A-Za-z0-9_+%'-][\w.+%'-]{0,63}$")


def _find_emails(reading: _Reading) -> None:
    text, at = reading.text, reading.text.find("@")
    while at >= 0:
        host = _DOTTED.match(text, at + 1)
        local = _LOCAL.search(text, max(0, at - 64), at) if host else None
        name = domain(host[0].rstrip("_-")) if host and local else None
        if host and local and name and reading.free(local.start(), host.end()):
            begin = local.start() + (local[0][0] in "'_")
            labelled = name_class(name, defanged=True)
            value = f"{text[begin:at]}@{name}".lower()
            reading.add("email", value, begin, at + 1 + len(host[0].rstrip("_-")), class_=labelled)
        at = text.find("@", at + 1)


_QUAD_SIGN, _QUAD_LEFT = re.compile(r"\.(?=\d{1,3}\.\d{1,3}\.\d)"), re.compile(r"\d{1,3}")
_QUAD = re.compile(r"\d(?<![\w.].)\d{0,2}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?!\w|\.\d)(?:/\d{1,2}(?![\w.]?\d|\w))?")
_VERSION_BEFORE = re.compile(
    r"(?:\bv|\bver\.?|\bversions?|\breleases?|\bbuilds?|\bfirmware|\bupdated? to|\bupgraded? to|\bfixed in"
    r"|\bpatched in"
    r"|\bearlier than|\bprior to|[A-Za-z]/|[A-Za-z]-)\s{0,2}$",
    re.IGNORECASE,
)
_THROUGH = re.compile(r"\b(?:through|before|after|since)\s{0,2}$", re.IGNORECASE)
_ONWARD = re.compile(r"\s{0,2}(?:through\b|(?:and|or) (?:earlier|later|below|above)\b)", re.IGNORECASE)
_LARGE_PART = 100
"""A version seldom has so large a part; most addresses have one."""
_NETWORK_WORD = re.compile(
    r"\b(?:address|ips?|prox(?:y|ies)|traffic|node|server|connect\w*|rout\w+|host\w*|vpn|tor|exit|from|tunnel\w*)\b",
    re.IGNORECASE,
)
_JOINS = re.compile(r"\s*(?:(?:,|and earlier|and|or|to|through|-|\u2013|/)\s*)*")
_SENTENCE = 80
_MAPPED = "::ffff:"
"""Before an IPv4 address that is written as an IPv6 one."""


def _find_ipv4(reading: _Reading) -> None:
    version_end = -1
    for found in _anchored(reading.text, _QUAD_SIGN, _QUAD_LEFT, _QUAD):
        begin, end = found.span()
        mapped = reading.text[max(0, begin - len(_MAPPED)) : begin].lower() == _MAPPED
        if mapped or not reading.free(begin, end):
            continue
        plain = "/" not in found[0] and not reading.defanged(begin, end)
        if plain and _is_version(reading.text, begin, end, version_end):
            version_end = end
            reading.take(begin, end)
            continue
        _add_ipv4(reading, begin, end, found[0])


def _is_version(text: str, begin: int, end: int, version_end: int) -> bool:
    """Say whether a dotted quad is a version: by the word before it, or in a row with another version."""
    before = text[max(0, begin - 24) : begin]
    if _VERSION_BEFORE.search(before):
        return True
    if version_end >= 0 and begin - version_end <= 24 and _JOINS.fullmatch(text, version_end, begin):  # noqa: PLR2004
        return True
    small = all(int(part) < _LARGE_PART for part in re.findall(r"\d+", text[begin:end]))
    ranged = small and bool(_THROUGH.search(before) or _ONWARD.match(text, end))
    return ranged and not _NETWORK_WORD.search(text, max(0, begin - _SENTENCE), begin)


def _add_ipv4(reading: _Reading, begin: int, end: int, written: str) -> None:
    quad, slash, length = written.partition("/")
    found = address(quad)
    if found is None:
        return
    if slash and int(length) <= 32:  # noqa: PLR2004
        value = str(ipaddress.ip_network(f"{found}/{length}", strict=False))
        reading.add("cidr", value, begin, end, class_=address_class(found))
        return
    end = begin + len(quad)
    path = _PATH.match(reading.text, end)
    tail = _without_closers(path[0]) if path else ""
    if len(tail) > 1 and "/" in tail and not slash:
        reading.add(
            "url", f"{found}{tail}", begin, end + len(tail), class_=address_class(found), confidence="medium"
        )
    else:
        reading.add("ipv4", str(found), begin, end, class_=address_class(found))


# What follows a host that is written without `http://`, as in `evil[.]example/gate.php`.
_PATH = re.compile(rf"(?::\d{{1,5}})?/(?![\d.]+\b)[^{_NOT_IN_URL}]{{1,2000}}")
_COLONS = re.compile(
    r"[0-9A-Fa-f:](?<![\w:.%].)[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*+(?:%\w{1,16})?(?:/\d{1,3}(?!\w))?"
)


def _find_ipv6(reading: _Reading) -> None:
    for found in _COLONS.finditer(reading.text):
        begin = found.start()
        written = found[0].rstrip(".")
        if written.endswith(":") and not written.endswith("::"):
            written = written[:-1]
        if written.count(":") > 1 and reading.free(begin, begin + len(written)):
            _add_ipv6(reading, begin, written)


def _add_ipv6(reading: _Reading, begin: int, written: str) -> None:
    text, _, length = written.partition("/")
    found, end = address(text), begin + len(written)
    if found is None or reading.text[end : end + 1].isalnum():
        return
    # `dead::beef` and `::` are code as often as addresses.
    if not re.search(r"\d", text) or not (
        text.count(":") > 3  # noqa: PLR2004
        or re.match(r"[23]|f[cde]|::(?:1|ffff)", text, re.IGNORECASE)
    ):
        return
    if length and found.version == 6 and int(length) <= 128:  # noqa: PLR2004
        net = ipaddress.ip_network(f"{found}/{length}", strict=False)
        reading.add("cidr", str(net), begin, end, class_=address_class(found))
    else:
        kind: Type = "ipv6" if found.version == 6 else "ipv4"  # noqa: PLR2004
        reading.add(kind, str(found), begin, begin + len(text), class_=address_class(found))


def _find_domains(reading: _Reading) -> None:
    text = reading.text
    for found in _anchored(text, _DOT, _LABEL_LEFT, _DOTTED):
        begin, end = found.span()
        name = found[0]
        if name.endswith(("_", "-")):
            name = name.rstrip("_-")
            begin += len(name) - len(name.lstrip("_"))
            name = name.lstrip("_")
            end = begin + len(name)
        # Digits and single letters, `2.5` and `e.g`, are most of what has a dot in it.
        if len(name) > 3 and not name[-1].isdigit() and name[-2] != "." and reading.free(begin, end):  # noqa: PLR2004
            _add_domain(reading, begin, end, name)


def _add_domain(reading: _Reading, begin: int, end: int, name: str) -> None:
    labels = labels_of(name)
    if not labels or len(labels) < 2:  # noqa: PLR2004
        return
    if ONION.fullmatch(".".join(labels[-2:])):
        reading.add("onion", ".".join(labels[-2:]), begin, end)
        return
    suffix, harmless = suffix_length(labels), reading.defanged(begin, end)
    around = reading.text[begin - 1 : begin] if begin else "", reading.text[end : end + 1]
    if not suffix or not (
        harmless or (_is_named(reading.text, begin, around) and is_plain_domain(name, labels, suffix))
    ):
        return
    value = ".".join(labels)
    class_ = name_class(value, defanged=harmless)
    path = _PATH.match(reading.text, end)
    tail = _without_closers(path[0]) if path else ""
    if "/" in tail[:-1] or (len(tail) > 1 and tail.startswith("/")):
        reading.add("url", value + tail, begin, end + len(tail), class_=class_, confidence="medium")
    else:
        reading.add("domain", value, begin, end, class_=class_, confidence="high" if harmless else "medium")


def _is_named(text: str, begin: int, around: tuple[str, str]) -> bool:
    """Say whether what stands around a name lets it be a domain: no path of files, no call, no attribute."""
    before, after = around
    if before == ".":
        return text[max(0, begin - 2) : begin] == "*." or text[max(0, begin - 3) : begin] == "..."
    return before not in {"/", "\\", "$", "@", "#"} and after not in {"(", "\\", "@"}


# Key prefixes of the platform's record types; the full list depends on the tenant.
_KEY_PREFIXES = frozenset(
    {
        "001", "003", "005", "006", "00B", "00D", "00G", "00O", "00P", "00Q", "00T", "00U", "00e", "015",
        "068", "069", "08e", "0AT", "0H4", "0PS", "0Ya", "500", "701", "750", "751", "800", "801", "888",
    }
)  # fmt: skip
_WORD = re.compile(r"\b[A-Za-z0-9]{15,130}\b")
_OKTA = re.compile(r"(?:00u|00g|00p|0oa)[A-Za-z0-9]{17}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_HASHES: dict[int, Type] = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
# The hashes of an empty file: they name every empty file there is.
_EMPTY = frozenset(getattr(hashlib, name)(b"").hexdigest() for name in ("md5", "sha1", "sha256", "sha512"))
_COMMIT_BEFORE = re.compile(
    r"\b(?:commit|revision|rev|git|uuid|guid|etag|build|checkout)\b[^\n]{0,12}$", re.IGNORECASE
)


def _find_words(reading: _Reading) -> None:
    """Find what is one long word: hashes, ids of records, coins."""
    for found in _WORD.finditer(reading.text):
        begin, end = found.span()
        named = _word(found[0])
        if named and reading.free(begin, end):
            type_, value = named
            level, class_ = "high", ""
            if type_ in _HASHES.values():
                level, class_ = _hash_level(reading.text, begin, end), "reserved" if value in _EMPTY else ""
            elif type_ == "salesforce_id" and end - begin == 15:  # noqa: PLR2004 - no check characters
                level = "medium"
            reading.add(type_, value, begin, end, class_=class_, confidence=level)


def _word(word: str) -> tuple[Type, str] | None:
    """Return type and normal form of a long word; None where it is just a word."""
    if len(word) in _HASHES and _HEX.fullmatch(word) and len(set(word)) > 4:  # noqa: PLR2004 - no row of zeros
        return _HASHES[len(word)], word.lower()
    if word.startswith("0x") and len(word) == 42 and _HEX.fullmatch(word, 2):  # noqa: PLR2004
        return "eth", word.lower()
    if _OKTA.fullmatch(word):
        return "okta_id", word
    if record := _record_id(word):
        return "salesforce_id", record
    if is_bitcoin_address(word):
        return "btc", word.lower() if word[:3].lower() == "bc1" else word
    return None


def _hash_level(text: str, begin: int, end: int) -> Level:
    """Return how sure it is that so many hexadecimal digits are the hash of a file."""
    if "-" in (text[max(0, begin - 1) : begin], text[end : end + 1]):
        return "low"
    if text[begin:end].isdigit() or _COMMIT_BEFORE.search(text, max(0, begin - 30), begin):
        return "low"
    return "high"


def _record_id(word: str) -> str | None:
    """Return the long form of a record id of a known type whose check characters, if any, are right."""
    if len(word) not in {15, 18} or not word.isascii() or not re.search(r"[A-Za-z]", word[3:]):
        return None
    full = canonical(word)
    if full is None or full[:3] not in _KEY_PREFIXES or re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", word):
        return None
    return full if word[15:].upper() in {"", full[15:]} else None


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CONSTANTS = {1, 0x2BC830A3}
"""What the check sum of bech32 (BIP 173) and bech32m (BIP 350) comes to."""


def is_bitcoin_address(word: str) -> bool:
    """Say whether a word is a Bitcoin address: its form and its check sum are right."""
    if word[:3].lower() == "bc1":
        return _is_bech32(word)
    if not 26 <= len(word) <= 35 or word[0] not in "13" or any(char not in _BASE58 for char in word):  # noqa: PLR2004
        return False
    number = 0
    for char in word:
        number = number * 58 + _BASE58.index(char)
    if number.bit_length() > 200:  # noqa: PLR2004 - 25 bytes
        return False
    raw = number.to_bytes(25, "big")
    check = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]
    return raw[0] in {0, 5} and check == raw[-4:]


def _is_bech32(word: str) -> bool:
    if not 14 <= len(word) <= 90 or word not in {word.lower(), word.upper()}:  # noqa: PLR2004
        return False
    data = word.lower()[3:]
    if any(char not in _BECH32 for char in data):
        return False
    check = 1
    for value in (
        *(ord(char) >> 5 for char in "bc"),
        0,
        *(ord(char) & 31 for char in "bc"),
        *map(_BECH32.index, data),
    ):
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for nth, each in enumerate(_GENERATOR):
            check ^= each if top >> nth & 1 else 0
    return check in _CONSTANTS


_DASH = r"[-\u2010-\u2015\u2212_]"
_CVE = re.compile(
    rf"[Cc][Vv][Ee](?<!\w[Cc][Vv][Ee])(?:{_DASH}| )(\d{{4}}){_DASH}(\d{{4,19}})(?!\w|{_DASH}\d)"
)
_ASN = re.compile(r"AS(?<!\w..)(?:N?(?P<n>\d{2,10})|N[ :#]{1,2}(?:AS)?(?P<m>\d{1,10}))(?![\w-]|\.\d)")
_ATTACK = re.compile(r"(?:T[01]\d{3}(?:\.\d{3})?|TA[01]\d{3}|[GS][01]\d{3})(?!\w|\.\d|-\d)")
_ATTACK_BEFORE = re.compile(r"[\w.$#-]")
_FIRST_YEAR, _LAST_YEAR, _LAST_AS = 1999, 2099, 2**32 - 2
_ATTACK_TYPES: dict[str, Type] = {"TA": "tactic", "T": "technique", "G": "group", "S": "software"}


def _find_numbered(reading: _Reading) -> None:
    """Find CVE numbers, autonomous systems, and ids of ATT&CK; one of the wrong shape is none."""
    text = reading.text
    for found in _CVE.finditer(text):
        if _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR and reading.free(*found.span()):
            reading.add("cve", f"CVE-{found[1]}-{found[2]}", *found.span())
    for found in _ASN.finditer(text):
        number = int(found["n"] or found["m"])
        # AS400 is a computer.
        if 0 < number <= _LAST_AS and found[0] != "AS400" and reading.free(*found.span()):
            reading.add("asn", f"AS{number}", *found.span())
    for found in _ATTACK.finditer(text):
        begin, end = found.span()
        if not (begin and _ATTACK_BEFORE.match(text, begin - 1)) and reading.free(begin, end):
            prefix = "TA" if found[0].startswith("TA") else found[0][0]
            level: Level = "medium" if prefix in "GS" else "high"
            reading.add(_ATTACK_TYPES[prefix], found[0], begin, end, confidence=level)


_FINDERS: tuple[Callable[[_Reading], None], ...] = (
    _find_user_agents,
    _find_urls,
    _find_oauth_clients,
    _find_emails,
    _find_ipv4,
    _find_ipv6,
    _find_words,
    _find_domains,
    _find_numbered,
)
