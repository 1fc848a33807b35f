"""What a name or an address is: a domain, a file, a word of code; public, private, or nobody's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal

from publicsuffixlist import PublicSuffixList

Class = Literal["", "private", "reserved", "reference"]
"""`private`: an address or name inside a network. `reserved`: of no network, or of no file. `reference`: a
page that informs about attacks, or its owner's help."""

_LONGEST_NAME, _LONGEST_LABEL, _TWO = 253, 63, 2
# Endings of files that are top-level domains too: only a defanged name or a link is a domain then.
_FILES = frozenset(
    {"cab", "dot", "md", "mov", "one", "pl", "pm", "ps", "pub", "py", "rs", "sh", "so", "tf", "zip"}
)
# Words that stand after a dot in code, or begin a sentence after a missing blank.
_WORDS = frozenset(
    {
        "am", "app", "as", "at", "bar", "be", "box", "by", "call", "case", "contact", "count", "date",
        "day", "do", "domains", "download", "email", "events", "exchange", "file", "files", "foo", "free",
        "game", "group", "health", "help", "here", "host", "how", "id", "in", "is", "it", "items", "link",
        "map", "med", "media", "meet", "menu", "mobile", "my", "name", "network", "new", "news", "next",
        "no", "now", "office", "open", "page", "parts", "phone", "photo", "pics", "pin", "place", "play",
        "post", "prod", "product", "properties", "property", "protection", "read", "report", "run",
        "sale", "save", "school", "search", "secure", "security", "select", "services", "show",
        "software", "solutions", "space", "sport", "stream", "style", "support", "systems", "tab",
        "target", "team", "test", "tips", "to", "today", "tools", "total", "trade", "training", "us",
        "user", "video", "vote", "watch", "weather", "web", "work", "works", "world", "you", "zone",
    }
)  # fmt: skip
_NO_DOMAINS = frozenset(
    {"ado.net", "asp.net", "ml.net", "vb.net", "log4.net", "socket.io", "command.com", "chcp.com"}
)
# Names that belong to no public network (RFC 2606, RFC 6761, RFC 6762), and how each is labelled.
_SPECIAL: dict[str, Class] = {
    "example": "reserved",
    "invalid": "reserved",
    "test": "reserved",
    "localhost": "private",
    "local": "private",
    "internal": "private",
    "lan": "private",
    "corp": "private",
}
_SAMPLES = frozenset({"example.com", "example.net", "example.org"})
# Who informs about attacks, or helps against them: links to them are sources.
_REFERENCES = frozenset(
    {
        "apple.com", "bleepingcomputer.com", "cisa.gov", "cisco.com", "crowdstrike.com", "cve.org",
        "eset.com", "facebook.com", "first.org", "github.com", "google.com", "haveibeenpwned.com",
        "ibm.com", "kaspersky.com", "linkedin.com", "mandiant.com", "microsoft.com", "mitre.org",
        "nist.gov", "okta.com", "paloaltonetworks.com", "reddit.com", "salesforce.com", "sophos.com",
        "talosintelligence.com", "trendmicro.com", "twitter.com", "virustotal.com", "wikipedia.org",
        "x.com", "youtube.com",
    }
)  # fmt: skip
ONION = re.compile(r"(?:[a-z2-7]{16}|[a-z2-7]{56})\.onion")


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list as it came with its package; nothing is fetched."""
    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False, only_icann=True)


def _ascii(label: str) -> str:
    """Return a label in lower case, in its ASCII form where it holds other letters."""
    folded = label.lower()
    return folded if folded.isascii() else "xn--" + folded.encode("punycode").decode("ascii")


def _shown(label: str) -> str:
    """Return a label as people read it."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def labels_of(name: str) -> list[str] | None:
    """Return the labels of a name in ASCII form; None where it has not the form of one."""
    if len(name) > _LONGEST_NAME:
        return None
    found = [_ascii(label) for label in name.split(".")]
    if any(
        not label or len(label) > _LONGEST_LABEL or label[0] == "-" or label[-1] in "-_" for label in found
    ):
        return None
    return found


def suffix_length(labels: Sequence[str]) -> int:
    """Return how many labels the public suffix has; 0 where the name has none, or is one itself."""
    if labels[-1] in _SPECIAL:
        return 1
    suffix = _suffixes().publicsuffix(".".join(_shown(label) for label in labels), accept_unknown=False)
    count = suffix.count(".") + 1 if suffix else 0
    return count if count < len(labels) else 0


def domain(name: str) -> str | None:
    """Return the normal form of a domain name below a public suffix; None where it is none.

    >>> domain("Bücher.Example")
    'xn--bcher-kva.example'
    """
    labels = labels_of(name)
    return ".".join(labels) if labels and len(labels) > 1 and suffix_length(labels) else None


def is_plain_domain(written: str, labels: Sequence[str], suffix: int) -> bool:
    """Say whether a name that nobody defanged is a domain rather than a file, code or two sentences."""
    last = written.rpartition(".")[2]
    if ".".join(labels[-2:]) in _NO_DOMAINS or last in {"test", "localhost", "corp"}:
        return False
    if last != last.lower() and written != written.upper():
        return False
    if labels[0] == "www" or suffix > 1:
        return True
    if labels[-1] in _FILES or "_" in labels[-2]:
        return False
    if labels[-1] in _WORDS:
        long = len(labels) > _TWO and labels[-1] not in {"id", "name", "read"}
        return long or bool(re.search(r"[\d-]", labels[-2]))
    return labels[-1] not in {"local", "internal", "lan"} or len(labels) > _TWO


def name_class(name: str, *, defanged: bool) -> Class:
    """Return how a domain is labelled; a defanged name is no mere source."""
    labels = name.split(".")
    if labels[-1] in _SPECIAL:
        return _SPECIAL[labels[-1]]
    owned = ".".join(labels[-2:])
    if owned in _SAMPLES:
        return "reserved"
    informs = owned in _REFERENCES or "gov" in labels[-2:]
    return "reference" if informs and not defanged else ""


_INSIDE = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(4096)
def address(text: str) -> _Address | None:
    """Return an address; None where the text is none. A zone is left out, IPv4 inside IPv6 is IPv4.

    >>> str(address("::ffff:192.0.2.1"))
    '192.0.2.1'
    """
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(4096)
def address_class(found: _Address) -> Class:
    """Return `private` for an address inside a network, `reserved` for one of no network at all."""
    if any(found in net for net in _INSIDE if net.version == found.version):
        return "private"
    return "reserved" if found.is_multicast or not found.is_global else ""


def host_of(url: str) -> str:
    """Return the host of a URL in normal form, without port and brackets; empty where it has none."""
    rest = url.partition("://")[2] or url
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return re.sub(r":\d*$", "", host)
