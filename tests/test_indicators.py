import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.indicators import (
    Indicator,
    Offsets,
    defang,
    domain,
    extract,
    host_of,
    is_bitcoin_address,
    refang,
)

# Made up, but for the coins: an address must carry a check sum that is right.
COIN = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SHA1 = SHA256[:40]
MD5 = SHA256[:32]
ONION = "a2b3c4d5e6f7g2h3" * 3 + "i4j5k6l7.onion"


def told(text: str) -> list[tuple[str, str]]:
    """Return type and value of each indicator, by place."""
    return [(each.type, each.value) for each in extract(text)]


def only(text: str) -> Indicator:
    """Return the only indicator."""
    (found,) = extract(text)
    assert text[found.begin : found.end] == found.raw
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hxxps://evil[.]xyz/a.php", [("url", "https://evil.xyz/a.php")]),
        ("hXXp://evil(.)xyz", [("url", "http://evil.xyz")]),
        ("h**p://evil{.}xyz", [("url", "http://evil.xyz")]),
        ("https[:]//evil[.}xyz/b", [("url", "https://evil.xyz/b")]),
        ("https[://]evil.xyz", [("url", "https://evil.xyz")]),
        ("hxxp[:]//203[.]0[.]113[.]5:8080/x", [("url", "http://203.0.113.5:8080/x")]),
        ("fxp://evil[.]xyz/f", [("url", "ftp://evil.xyz/f")]),
        ("evil[dot]xyz and worse [dot] xyz", [("domain", "evil.xyz"), ("domain", "worse.xyz")]),
        (r"evil\[.\]xyz", [("domain", "evil.xyz")]),
        ("evil[.xyz and worse.]xyz", [("domain", "evil.xyz"), ("domain", "worse.xyz")]),
        (
            "ann[at]evil[.]xyz, bob (at) evil (dot) xyz",
            [("email", "ann@evil.xyz"), ("email", "bob@evil.xyz")],
        ),
        ("2001[:]db8[:][:]1", [("ipv6", "2001:db8::1")]),
    ],
)
def test_what_was_defanged_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    """Every bracket and every way to write a scheme."""
    assert told(text) == expected
    assert all(each.defanged for each in extract(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(see https://evil.xyz/a_(b)).", "https://evil.xyz/a_(b)"),
        ("**https://evil.xyz/a**,", "https://evil.xyz/a"),
        ("[https://evil.xyz/a]", "https://evil.xyz/a"),
        ("<https://evil.xyz>", "https://evil.xyz"),
        ("at “https://evil.xyz/”;", "https://evil.xyz/"),
        ("| https://evil.xyz/a | C2 |", "https://evil.xyz/a"),
        ("HTTPS://EVIL.xyz/Path?Q=1#F", "https://evil.xyz/Path?Q=1#F"),
        ("http://user:word@evil.xyz:99/", "http://user:word@evil.xyz:99/"),
        ("http://[2001:DB8:0::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://bücher.xyz/ü", "http://xn--bcher-kva.xyz/ü"),
        ("evil[.]xyz/gate.php,", "evil.xyz/gate.php"),
        ("203.0.113[.]5:8443/gate", "203.0.113.5:8443/gate"),
        ("http://localhost:9/", "http://localhost:9/"),
    ],
)
def test_a_link_ends_where_the_sentence_goes_on(text: str, value: str) -> None:
    """Its host is in normal form, the rest as written."""
    found = only(text)
    assert (found.type, found.value) == ("url", value)


def test_links_in_a_list_are_told_apart() -> None:
    """A comma is part of a link unless another link follows."""
    assert told("http://a.xyz/1,2,http://b.xyz/;https://c.xyz") == [
        ("url", "http://a.xyz/1,2"),
        ("url", "http://b.xyz/"),
        ("url", "https://c.xyz"),
    ]
    assert told("[https://a.xyz/b](https://a.xyz/b)") == [("url", "https://a.xyz/b")] * 2


@pytest.mark.parametrize(
    "text",
    [
        "main.py run.sh README.md lib.so archive.zip macro.pl",
        "COMMAND.COM ASP.NET VB.NET Node.js",
        "files.read team.read ret.how process.name user.id Contact.Email Account.Name",
        "socket.io, os.path.join(a), evil.xyz(1)",
        "/opt/tool.xyz C:\\tool.xyz",
        "The attack.It went on.In June e.g. i.e. U.S. Ph.D. M.Sc. 2.5 v1.2 no.1",
        "System.Net System.IO my_module.info",
        "com.au co.uk xyz",
        "http://server/ ftp:// ://x https://.xyz https://a..b",
        "v1.2.3.4 version 10.0.0.1 versions 3.0.2.1 through 3.0.3.0, Chrome/120.0.0.0 openssl-1.0.2.4",
        "fixed 3.0.2.1 through 3.0.2.9",
        "256.1.1.1 1.2.3 1.2.3.4.5 01.2.3.4",
        "12:30 12:30:45 00:1a:2b:3c:4d:5e :: std::vector dead::beef a::b",
        "CVE-2024-123 CVE-24-12345 CVE-2024-12345-67 CVE-1890-12345",
        "T123 T12345 T1566.1 T1566.0041 xT1566 T2000 TA12 $T1566",
        "AS400 as 2000 ASSET AS0",
        "0x1234 " + "0" * 64 + " " + "a" * 33,
        "1" + COIN[2:] + " bc1" + "q" * 39,
        "0055j000000utlPAAA 0055j000000utl 0015550123456789 accomplishments",
        "@evil @ a@b user@host",
        "HTTP/1.1 TCP/443 and/or 9/11",
        "client_id=abcdefgh",
        "",
    ],
)
def test_what_only_looks_like_an_indicator_is_none(text: str) -> None:
    """Files, code, versions, times, and ids of the wrong shape."""
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("main[.]py", [("domain", "main.py")]),
        ("http://main.py/", [("url", "http://main.py/")]),
        ("www.evil.pl", [("domain", "www.evil.pl")]),
        ("evil.com.pl", [("domain", "evil.com.pl")]),
        ("help-desk.support", [("domain", "help-desk.support")]),
        ("EVIL.XYZ", [("domain", "evil.xyz")]),
        ("*.evil.xyz", [("domain", "evil.xyz")]),
        ("evil.xyz:8443", [("domain", "evil.xyz")]),
        ("bücher.de xn--bcher-kva.de", [("domain", "xn--bcher-kva.de")] * 2),
        ("pаypal.com", [("domain", "xn--pypal-4ve.com")]),
        ("_dmarc.evil.xyz", [("domain", "_dmarc.evil.xyz")]),
        ("_evil.xyz_", [("domain", "evil.xyz")]),
        (ONION, [("onion", ONION)]),
        ("3[.]0[.]2[.]1 in version 3.0.2.1", [("ipv4", "3.0.2.1")]),
        ("versions 1.0.0.1 of 203.0.113.5", [("ipv4", "203.0.113.5")]),
        ("traffic went through 203.0.113.5", [("ipv4", "203.0.113.5")]),
        ("203.0.113.5:443, 203.0.113.6.", [("ipv4", "203.0.113.5"), ("ipv4", "203.0.113.6")]),
        ("203.0.113.5-203.0.113.9", [("ipv4", "203.0.113.5"), ("ipv4", "203.0.113.9")]),
        ("203.0.113.77/24 2001:db8::/32", [("cidr", "203.0.113.0/24"), ("cidr", "2001:db8::/32")]),
        ("fe80::1%eth0 [2001:DB8::1]:443", [("ipv6", "fe80::1"), ("ipv6", "2001:db8::1")]),
        ("::ffff:192.0.2.1", [("ipv4", "192.0.2.1")]),
        ("AS64496, ASN 64497", [("asn", "AS64496"), ("asn", "AS64497")]),
        ("Ann.O'Hara@Evil.xyz.", [("email", "ann.o'hara@evil.xyz")]),
        ("CVE–2024–12345, cve-2023-1234", [("cve", "CVE-2024-12345"), ("cve", "CVE-2023-1234")]),
        (
            "T1566.004, TA0006; G1015 (S0154)",
            [("technique", "T1566.004"), ("tactic", "TA0006"), ("group", "G1015"), ("software", "S0154")],
        ),
        (f"{MD5} {SHA1.upper()}", [("md5", MD5), ("sha1", SHA1)]),
        (f"{SHA256} {SHA256 * 2}", [("sha256", SHA256), ("sha512", SHA256 * 2)]),
        (f"0x{SHA1} {COIN}", [("eth", f"0x{SHA1}"), ("btc", COIN)]),
        (f"{SEGWIT.upper()} {TAPROOT}", [("btc", SEGWIT), ("btc", TAPROOT)]),
        ("0055j000000utlP", [("salesforce_id", "0055j000000utlPAAQ")]),
        ("0055J000000UTLPAAQ", [("salesforce_id", "0055j000000utlPAAQ")]),
        ("00u1a2b3c4d5e6f7g8h9", [("okta_id", "00u1a2b3c4d5e6f7g8h9")]),
        ("key 3MVG9abcdefghij.KLMNOPQRST_1.", [("oauth_client_id", "3MVG9abcdefghij.KLMNOPQRST_1")]),
        ("client_id=d3590ed6-52b3-4102", [("oauth_client_id", "d3590ed6-52b3-4102")]),
        ("app id `abc-123-def`", [("oauth_client_id", "abc-123-def")]),
        ("connected app id 0H45j0000000001", [("salesforce_id", "0H45j0000000001CAA")]),
    ],
)
def test_each_type_in_its_normal_form(text: str, expected: list[tuple[str, str]]) -> None:
    """Case, check characters, dashes and zones are settled."""
    assert told(text) == expected


def test_user_agents_are_taken_whole() -> None:
    """What they hold of versions and links is nobody's address."""
    browser = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0"
    assert told(f"It came with {browser}.") == [("user_agent", browser)]
    assert told("python-requests/2.32.4, Python/3.11 aiohttp/3.12") == [
        ("user_agent", "python-requests/2.32.4"),
        ("user_agent", "Python/3.11 aiohttp/3.12"),
    ]
    assert told("User agents: `Odd Thing`, Data-Getter/1.0 and Other-Getter/2.0") == [
        ("user_agent", "Odd Thing"),
        ("user_agent", "Data-Getter/1.0"),
        ("user_agent", "Other-Getter/2.0"),
    ]
    assert told("Data-Getter/1.0") == []


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        ("10.1.2.3", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("127.0.0.1", "reserved"),
        ("203.0.113.5", "reserved"),
        ("224.0.0.1", "reserved"),
        ("8.8.8.8", ""),
        ("172.16.0.0/12", "private"),
        ("files.office.corp.local", "private"),
        ("evil[.]test", "reserved"),
        ("example.com", "reserved"),
        ("http://10.0.0.1/a", "private"),
        ("https://attack.mitre.org/techniques/", "reference"),
        ("https://www.oaic.gov.au/", "reference"),
        ("hxxps://github[.]com/evil", ""),
        ("d41d8cd98f00b204e9800998ecf8427e", "reserved"),
        ("evil.xyz", ""),
    ],
)
def test_what_says_little_is_labelled_and_kept(text: str, class_: str) -> None:
    """Private, reserved, or a page of reference."""
    assert only(text).class_ == class_


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        (SHA1, "high"),
        (f"commit {SHA1}", "low"),
        (f"1234-{MD5}", "low"),
        ("evil[.]xyz", "high"),
        ("evil.xyz", "medium"),
        ("0055j000000utlPAAQ", "high"),
        ("0055j000000utlP", "medium"),
        ("G1015", "medium"),
    ],
)
def test_how_sure_it_is(text: str, confidence: str) -> None:
    """The form alone does not always tell."""
    assert only(text).confidence == confidence


def test_offsets_lead_back_to_what_was_written() -> None:
    """Also behind several replaced pieces of other lengths."""
    text = "Ünïcode [.] a[dot]b hxxps://evil[.]xyz/a then ann [at] evil {.} xyz."
    assert [each.raw for each in extract(text)] == ["hxxps://evil[.]xyz/a", "ann [at] evil {.} xyz"]
    plain, offsets = refang("a[.]b")
    assert (plain, offsets.span(0, 3), offsets.span(1, 2), offsets.span(2, 3)) == (
        "a.b",
        (0, 5),
        (1, 4),
        (4, 5),
    )
    assert (offsets.touched(0, 1), offsets.touched(0, 2), offsets.touched(2, 3)) == (False, True, False)
    assert Offsets().span(2, 5) == (2, 5)
    assert not Offsets().touched(0, 9)


@pytest.mark.parametrize(
    ("value", "type_", "safe"),
    [
        ("https://a.xyz/b.php", "url", "hxxps://a[.]xyz/b.php"),
        ("ftp://a.xyz", "url", "fxp://a[.]xyz"),
        ("tcp://192.0.2.1:9", "url", "tcp[://]192[.]0[.]2[.]1:9"),
        ("a.xyz/b", "url", "a[.]xyz/b"),
        ("a.xyz", "domain", "a[.]xyz"),
        ("192.0.2.1", "ipv4", "192[.]0[.]2[.]1"),
        ("192.0.2.0/24", "cidr", "192[.]0[.]2[.]0/24"),
        ("2001:db8::/32", "cidr", "2001[:]db8[:][:]/32"),
        ("2001:db8::1", "ipv6", "2001[:]db8[:][:]1"),
        ("a.b@c.xyz", "email", "a[.]b[@]c[.]xyz"),
        ("http://[2001:db8::1]/", "url", "hxxp://[2001:db8::1]/"),
        (SHA1, "sha1", SHA1),
    ],
)
def test_a_defanged_value_is_harmless_and_reads_back(value: str, type_: str, safe: str) -> None:
    """Nothing that a program would make a link of is left."""
    assert defang(value, type_) == safe
    assert refang(safe)[0] == value
    assert told(safe) == [(type_, value)]


def test_an_address_in_another_dress_is_taken_whole() -> None:
    """IPv4 inside IPv6 is one address, and a network in a list of versions is none of them."""
    found = only("from ::ffff:192.0.2.1.")
    assert (found.type, found.value, found.raw) == ("ipv4", "192.0.2.1", "::ffff:192.0.2.1")
    assert told("versions 3.0.2.1, 3.0.3.0 and 203.0.113.0/24") == [("cidr", "203.0.113.0/24")]


def test_names_hosts_and_coins() -> None:
    """The parts that others use."""
    assert domain("Evil.XYZ") == "evil.xyz"
    assert domain("co.uk") is None
    assert domain("evil.nosuchthing") is None
    assert domain("a." * 130 + "xyz") is None
    assert host_of("https://u@a.xyz:8/b") == "a.xyz"
    assert host_of("http://[2001:db8::1]:8/") == "2001:db8::1"
    assert host_of("a.xyz/b") == "a.xyz"
    assert is_bitcoin_address("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")
    assert not is_bitcoin_address("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz")
    assert not is_bitcoin_address("Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")


PIECES = st.sampled_from(
    ["hxxp", "s", "://", "[:]//", "[.]", "(.", ".]", "[dot]", " [at] ", "@", ".", "evil", "xyz", "203", "0", ":", "::1", "/", "24",
     "-", "_", "CVE-2024-", "1234", "T1566", "AS", "é", "\u202e", "\n", " ", "0x", MD5, "Mozilla/5.0 (", ")", "user agent: `", "\\", "ß", "\0", "xn--", "%", "3MVG9"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_is_read_and_every_place_is_right(text: str) -> None:
    """Nothing overlaps, `raw` stands where it is said to, and reading twice gives the same."""
    found = extract(text)
    assert found == extract(text)
    end = 0
    for each in found:
        assert end <= each.begin < each.end
        assert text[each.begin : each.end] == each.raw
        end = each.end
    plain, offsets = refang(text)
    for at in range(len(plain)):
        begin, last = offsets.span(at, at + 1)
        assert 0 <= begin < last <= len(text)
        assert offsets.touched(at, at + 1) or text[begin:last] == plain[at]


LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=8).map(lambda each: f"x{each}")


@given(
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(["url", "domain", "email", "ipv4", "cidr"]),
    st.integers(0, 255),
)
def test_defanging_loses_nothing(labels: list[str], type_: str, number: int) -> None:
    """What is printed defanged is read back as it was."""
    name = ".".join([*labels, "xyz"])
    value = {
        "url": f"https://{name}/a.php?b={number}",
        "domain": name,
        "email": f"ann@{name}",
        "ipv4": f"192.0.2.{number}",
        "cidr": f"198.51.{number}.0/24",
    }[type_]
    assert told(f"seen: {defang(value, type_)}, twice") == [(type_, value)]


@pytest.mark.parametrize(
    "piece",
    [
        "a.", "a.b ", "://", "http://", "@", "a@", "1.", "::1 ", ":", "[.]", "(", "hxxp", "user agent ", "a", "-", "CVE-",
        "3MVG9", "Mozilla/5.0 (", "A/1 ", "bc1", "f", "xn--a.", "http://" + "a" * 500 + ")" * 500 + " ", "a.b.xyz/", "T1566 ",
    ],
)  # fmt: skip
def test_time_grows_with_the_text_only(piece: str) -> None:
    """Quadratic work on 80,000 characters would take minutes, however odd they are."""
    begin = time.process_time()
    extract((piece * 80_000)[:80_000])
    assert time.process_time() - begin < 30
