import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.sample import AGENT, COLLEAGUE, HOST, OFFICE, START, Row, export, ledger, row, work
from floodmark.hunt import Hunted, document, from_events, hunt, watched
from floodmark.ids import canonical
from floodmark.models import Claim, Finding, Gap, stamp

APP = canonical("0H45j0000000001") or ""
TOOL = "My Ticket Portal"
NIGHT = START + timedelta(days=15, hours=14)


def claim(type_: str, value: str, number: int = 0, /, *, path: str = "indicator", **detail: str) -> Claim:
    """Return a claim of a published report."""
    return Claim(
        id=f"C-{number:010}",
        path=path,
        value=value,
        unit=None,
        precision=None,
        polarity=None,
        confidence=None,
        basis="document",
        status="asserted",
        modality="asserted",
        stated_by="",
        stated_on=None,
        quote=value,
        document="D-0000000000",
        span=(0, 1),
        detail={"type": type_, "raw": value, **detail} if path == "indicator" else detail,
        evidence=(),
    )


def finding(*techniques: str, events: Sequence[str] = ("e1",)) -> Finding:
    """Return a finding that shows these techniques."""
    return Finding(
        id="F-1",
        detector="bulk-read",
        title="",
        summary="",
        severity="high",
        confidence="high",
        actors=(AGENT,),
        sessions=(),
        logins=(),
        clients=(),
        addresses=(),
        from_="2025-06-17T22:00:00.000Z",
        to="2025-06-17T23:00:00.000Z",
        events=tuple(events),
        techniques=techniques,
        told_at="2025-06-17T22:00:00.000Z",
        points=20,
        reasons=(),
    )


def breach() -> list[Row]:
    """Return a week of two agents at work, and one night's export by an unknown application."""
    night = [{**each, "app_id": APP if each.get("app_id") else None} for each in export(NIGHT)]
    named = [{**each, "actor_name": "ana@harbour-air.example"} for each in [*work(7), *night]]
    return [*named, *work(7, actor=COLLEAGUE)]


def one(rows: Iterable[Mapping[str, Any]], type_: str, value: str, **detail: str) -> Hunted:
    """Return what becomes of one indicator."""
    with ledger(rows) as engine:
        (found,) = hunt(engine, [claim(type_, value, **detail)], shown_by={})
    return found


def those(rows: Sequence[Row], *, ip: str) -> list[Row]:
    """Return the rows from one address."""
    return [each for each in rows if each["ip"] == ip]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("ipv4", HOST),
        ("cidr", "192.0.2.0/24"),
        ("cidr", "192.0.2.77/32"),
        ("url", f"http://{HOST}:8080/a.php"),
        ("ipv6", "::ffff:192.0.2.77"),
    ],
)
def test_an_address_is_matched_alone_in_a_range_and_as_the_host_of_a_link(type_: str, value: str) -> None:
    """An address has many forms, and a range holds it."""
    rows = breach()
    hits = those(rows, ip=HOST)
    found = one(rows, type_, value)
    assert found.outcome == "matched"
    assert found.events == len(hits) == 7
    assert (found.from_, found.to) == (stamp(NIGHT), stamp(max(each["at"] for each in hits)))
    assert found.accounts == ("ana@harbour-air.example",)
    assert found.account_count == 1
    assert found.seen_as == (HOST,)
    assert found.sample[0] == hits[0]["event"]
    assert set(found.sample) <= {each["event"] for each in hits}


def test_an_address_that_nobody_used_is_not_matched_in_the_logs_that_carry_addresses() -> None:
    """The answer names the logs, and has no time and no event."""
    found = one(breach(), "ipv4", "198.51.100.9")
    assert found.outcome == "not_matched"
    assert found.looked_in == (
        "salesforce.elf.API",
        "salesforce.elf.ApiTotalUsage",
        "salesforce.elf.LightningPageView",
        "salesforce.elf.Login",
        "salesforce.rtem.ApiEvent",
    )
    assert found.why == "5 of 5 logs carry addresses"
    assert (found.from_, found.to, found.events, found.sample) == (None, None, 0, ())


def test_a_log_without_a_value_is_no_absence() -> None:
    """Where no row has a user agent, nothing can be said of one."""
    rows = [{**each, "user_agent": None, "client": None} for each in breach()]
    found = one(rows, "user_agent", "python-requests/2.32")
    assert found.outcome == "cannot_be_seen"
    assert found.why == "no log of this case carries names of clients or user agents"
    assert found.looked_in == ()


@pytest.mark.parametrize("value", ["python-requests/2.32", "PYTHON-REQUESTS/2.32", "python-requests"])
def test_a_user_agent_is_matched_as_part_of_the_logged_one_whatever_its_case(value: str) -> None:
    """A report often leaves out version or system."""
    found = one(breach(), "user_agent", value)
    assert (found.outcome, found.events, found.seen_as) == ("matched", 1, ("python-requests/2.32",))
    assert found.why.startswith("whoever calls chooses this name")


def test_the_beginning_of_every_browser_is_compared_as_a_whole() -> None:
    """As a part it would match everybody; so would a short word."""
    assert one(breach(), "user_agent", "Mozilla/5.0").outcome == "not_matched"
    assert one(breach(), "user_agent", "python").outcome == "not_matched"


def test_a_client_and_an_application_are_matched_by_name_and_id() -> None:
    """The id with 15 characters or 18 is one id."""
    assert one(breach(), "client", TOOL.upper()).events == 4
    assert one(breach(), "app_id", APP[:15]).events == 4
    assert one(breach(), "salesforce_id", APP).seen_as == (APP,)


def test_an_account_is_matched_by_mail_address_id_and_domain() -> None:
    """Letter case aside; a domain is whole labels of a mail address."""
    rows = breach()
    mine = sum(each["actor"] == AGENT for each in rows)
    assert one(rows, "email", "Ana@Harbour-Air.example").events == mine
    assert one(rows, "salesforce_id", AGENT).events == mine
    assert one(rows, "domain", "harbour-air.example").events == mine
    assert one(rows, "domain", "air.example").outcome == "cannot_be_seen"
    # Half of the accounts is not most of them.
    assert "common" not in one(rows, "salesforce_id", AGENT).why


def test_a_record_is_matched_by_id() -> None:
    """Ids of records are compared with the lists of each answer."""
    full = "0035j00001AbCdEAAV"
    rows = [*work(1), row(NIGHT, "salesforce.elf.URI", "record", record_ids=[full])]
    assert one(rows, "salesforce_id", full).events == 1
    assert one(rows, "salesforce_id", "0035j00001AbCdFAAV").outcome == "not_matched"


@pytest.mark.parametrize(
    ("type_", "value", "where"),
    [
        ("sha256", "a" * 64, "endpoints"),
        ("domain", "evil.example", "DNS"),
        ("url", "https://evil.example/a", "web proxy"),
        ("cve", "CVE-2024-12345", "scan"),
        ("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "payments"),
        ("asn", "AS64496", "ranges"),
        ("oauth_client_id", "3MVG9lKcPoNINVBIPJjdw1J9LLM82", "list of connected applications"),
        ("behaviour", "reads customers at night", "person"),
        ("salesforce_id", "00D5j0000000001EAA", "no such value"),
        ("cidr", "not a network", "none"),
        ("", "", "no such value"),
    ],
)
def test_what_access_logs_cannot_show_is_said_with_what_would(type_: str, value: str, where: str) -> None:
    """The answer says which log to ask."""
    found = one(breach(), type_, value)
    expected = "not_matched" if type_ == "cidr" else "cannot_be_seen"
    assert found.outcome == expected
    assert type_ == "cidr" or where in found.why


def test_a_private_address_can_be_equal_by_chance() -> None:
    """It is matched, and the match says little."""
    rows = [*breach(), row(NIGHT, "salesforce.elf.Login", "login", ip="10.0.0.1")]
    found = one(rows, "ipv4", "10.0.0.1")
    assert (found.class_, found.outcome) == ("private", "matched")
    assert "by chance" in found.why


def test_what_most_accounts_show_is_called_common() -> None:
    """An address of the office is no sign."""
    assert one(breach(), "ipv4", OFFICE).why.endswith("2 of 2 accounts show it, so it is common here")


def test_one_value_in_several_claims_is_looked_for_once_and_reference_pages_are_left_out() -> None:
    """The document counts what was left out, and gaps by log."""
    claims = [
        claim("ipv4", HOST, 2),
        claim("ipv4", HOST, 1),
        claim("url", "https://attack.mitre.org/", 3, **{"class": "reference"}),
        claim("", "Harbour Air", 4, path="incident.organisation"),
    ]
    with ledger(breach()) as engine:
        found = hunt(engine, claims, shown_by={})
        told = document(engine, found, claims, gaps=[gap("salesforce.elf.API")], head="abc")
    assert [each.claims for each in found] == [("C-0000000001", "C-0000000002")]
    assert (told.matched, told.not_matched, told.cannot_be_seen) == (found, (), ())
    assert (told.left_out, told.head) == (1, "abc")
    assert [(each.log, each.gaps) for each in told.coverage] == [
        ("salesforce.elf.API", 1),
        ("salesforce.elf.ApiTotalUsage", 0),
        ("salesforce.elf.LightningPageView", 0),
        ("salesforce.elf.Login", 0),
        ("salesforce.rtem.ApiEvent", 0),
    ]
    assert told.coverage[3].from_ == stamp(START)


def gap(log: str) -> Gap:
    """Return a hole of one log."""
    return Gap(log=log, from_=None, to=None, reason="")


def test_values_are_bound_and_change_no_statement() -> None:
    """A hostile value matches itself and nothing else happens."""
    nasty = "'; DROP TABLE event; --"
    with ledger([*breach(), row(NIGHT, "x", "query", client=nasty)]) as engine:
        (found,) = hunt(engine, [claim("client", nasty)], shown_by={})
        assert found.events == 1
        assert engine.row("SELECT count(*) FROM event")[0] > 1
        assert not [each for each in engine.kept if "DROP" in each.sql]


def test_without_logs_nothing_is_matched_and_nothing_is_absent() -> None:
    """No log, no answer."""
    with ledger([]) as engine:
        found = hunt(engine, [claim("ipv4", HOST), claim("", "T1213", 1, path="technique")], shown_by=shown())
    assert [each.outcome for each in found] == ["cannot_be_seen", "cannot_be_seen"]


def test_events_that_the_intrusion_holds_are_counted() -> None:
    """So that a reader sees whether a match is news."""
    with ledger(breach()) as engine:
        engine.keep("hostile", "SELECT * FROM event WHERE client IS NOT NULL")
        (found,) = hunt(engine, [claim("ipv4", HOST)], intrusion=True, shown_by={})
    assert (found.events, found.known_events) == (7, 4)


@cache
def shown() -> Mapping[str, Sequence[str]]:
    """Return what would show each technique; the rules are read once."""
    return watched()


def technique(value: str, findings: Sequence[Finding] = (), **more: Any) -> Hunted:
    """Return what becomes of one technique."""
    with ledger(breach()) as engine:
        sought = [claim("", value, path="technique", kind="claimed")]
        (found,) = hunt(engine, sought, **{"findings": findings, "shown_by": shown(), **more})
    return found


def test_a_technique_is_matched_by_findings_that_show_it_or_a_part_of_it() -> None:
    """A part shows the whole."""
    found = technique("T1213", [finding("T1213.004", events=("e1", "e2", "e1"))])
    assert (found.outcome, found.findings, found.events) == ("matched", ("F-1",), 2)
    assert (found.sample, found.accounts) == (("e1", "e2"), (AGENT,))
    assert technique("T1213.004", [finding("T1213.004")]).outcome == "matched"


def test_the_whole_does_not_show_the_part() -> None:
    """The answer names what looks for it."""
    found = technique("T1213.004", [finding("T1213")])
    assert found.outcome == "not_matched"
    assert "detector bulk-read" in found.why


def test_a_technique_that_nothing_looks_for_cannot_be_seen() -> None:
    """The answer names the log that would show it, where that is known."""
    found = technique("T1566.004", [finding("T1213")])
    assert (found.outcome, found.looked_in) == ("cannot_be_seen", ())
    assert "telephone" in found.why
    assert technique("T1999").why == "no detector or rule looks for it in these logs"


def test_a_renamed_technique_is_compared_under_its_new_id() -> None:
    """The claim keeps the id that its report has."""
    new = {"T1656": "T1684.001"}
    found = technique("T1656", [finding("T1684.001")], same=lambda each: new.get(each, each))
    assert (found.outcome, found.value) == ("matched", "T1656")


def test_detectors_and_rules_are_named_by_technique() -> None:
    """Sorted, each once."""
    assert "detector bulk-read" in shown()["T1213.004"]
    assert all(names == tuple(sorted(set(names))) for names in shown().values())


# --- against plain loops ----------------------------------------------------------------------------------

IPS = (
    "192.0.2.1",
    "192.0.2.130",
    "198.51.100.1",
    "2001:db8::1",
    "2001:DB8:0::1",
    "::ffff:192.0.2.1",
    "internal",
)
AGENTS = ("python-requests/2.32.4", "Python-Requests/2.31", "curl/8.5.0", "Mozilla/5.0 (X11) Chrome/126")
SOUGHT = [
    ("ipv4", "192.0.2.1"),
    ("cidr", "192.0.2.0/25"),
    ("ipv6", "2001:db8::1"),
    ("cidr", "2001:db8::/32"),
    ("user_agent", "python-requests/"),
    ("user_agent", "curl/8.5.0"),
]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(IPS), st.sampled_from(AGENTS), st.integers(0, 50), st.sampled_from([AGENT, COLLEAGUE])
    ),
    max_size=25,
    unique=True,
)


def holds(type_: str, value: str, each: Row) -> bool:
    """Say in plain words whether a row shows an indicator."""
    if type_ == "user_agent":
        return value in each["user_agent"].lower()
    try:
        seen = ipaddress.ip_address(each["ip"])
    except ValueError:
        return False
    seen = getattr(seen, "ipv4_mapped", None) or seen
    return seen in ipaddress.ip_network(value)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_matches_are_those_of_plain_loops(drawn: list[tuple[str, str, int, str]]) -> None:
    """Addresses by value, user agents by part; counts and times agree."""
    rows = [
        row(
            START + timedelta(minutes=at),
            "salesforce.elf.Login",
            "login",
            ip=ip,
            user_agent=agent,
            actor=actor,
        )
        for ip, agent, at, actor in drawn
    ]
    with ledger(rows) as engine:
        found = hunt(engine, [claim(*each, n) for n, each in enumerate(SOUGHT)], shown_by={})
    assert [(each.type, each.value) for each in found] == sorted(SOUGHT)
    for each in found:
        hits = [one for one in rows if holds(each.type, each.value, one)]
        assert each.events == len(hits)
        assert each.account_count == len({one["actor"] for one in hits})
        assert each.from_ == stamp(min((one["at"] for one in hits), default=None))
        assert each.to == stamp(max((one["at"] for one in hits), default=None))
        assert (each.outcome == "matched") == bool(hits)


# --- what the intrusion leaves ----------------------------------------------------------------------------


def left(rows: Sequence[Row], hostile: str, **more: Any) -> dict[tuple[str, str], Any]:
    """Return what an intrusion leaves, by type and value; `hostile`: a condition on its events."""
    with ledger(rows) as engine:
        engine.keep("hostile", f"SELECT * FROM event WHERE {hostile}")
        return {(each.type, each.value): each for each in from_events(engine, **more)}


def test_what_only_the_intrusion_shows_is_unique() -> None:
    """A name that anybody can give is never unique."""
    found = left(breach(), f"ip = '{HOST}'")
    assert set(found) == {
        ("ipv4", HOST),
        ("client", TOOL),
        ("user_agent", "python-requests/2.32"),
        ("app_id", APP),
        ("session", "s-x"),
        ("login", "l-x"),
    }
    address = found["ipv4", HOST]
    assert (address.specific, address.events, address.accounts) == ("unique", 7, 1)
    assert (address.other_accounts, address.other_events, address.own_events) == (0, 0, 0)
    assert address.from_ == stamp(NIGHT)
    assert found["app_id", APP].specific == "unique"
    assert found["client", TOOL].specific == found["user_agent", "python-requests/2.32"].specific == "chosen"


def test_an_address_of_honest_work_is_shared() -> None:
    """Another account had it in honest work."""
    rows = [*breach(), row(NIGHT, "salesforce.elf.Login", "login", actor=COLLEAGUE, ip=HOST, client=TOOL)]
    found = left(rows, f"ip = '{HOST}' AND actor = '{AGENT}'")
    address = found["ipv4", HOST]
    assert (address.specific, address.other_accounts, address.other_events) == ("shared", 1, 1)
    assert address.why == "honest work of 1 other account shows it"
    assert found["client", TOOL].why == "whoever calls chooses this name; honest work shows it too"


def test_the_hijacked_accounts_own_work_is_counted_apart() -> None:
    """Its earlier work is not another account's, and shared all the same."""
    rows = [*breach(), row(NIGHT - timedelta(days=9), "salesforce.elf.Login", "login", ip=HOST)]
    rows[-1]["actor_name"] = "ana@harbour-air.example"
    address = left(rows, f"ip = '{HOST}' AND session = 's-x'")["ipv4", HOST]
    assert (address.specific, address.other_accounts, address.own_events) == ("shared", 0, 3)


def test_proxies_and_inner_addresses_are_shared() -> None:
    """Many strangers come from one, and many networks have the other."""
    assert left(breach(), f"ip = '{HOST}'", proxies=["192.0.2.0/24"])["ipv4", HOST].specific == "shared"
    rows = [*breach(), row(NIGHT, "salesforce.elf.Login", "login", ip="10.1.1.1")]
    assert left(rows, "ip = '10.1.1.1'")["ipv4", "10.1.1.1"].specific == "shared"


def test_an_identity_provider_names_no_client_and_a_word_is_no_address() -> None:
    """The application that was entered is not the one that came."""
    rows = [
        row(NIGHT, "okta.system_log", "login", client="Salesforce", app_id="0oa1", ip="Salesforce.com IP")
    ]
    assert set(left(rows, "true")) == {("address", "Salesforce.com IP")}
    entered = row(NIGHT, "okta.system_log", "login", actor=COLLEAGUE, client=TOOL, app_id=APP)
    found = left([*breach(), entered], f"ip = '{HOST}'")
    assert found["client", TOOL].other_events == found["app_id", APP].other_events == 0


def test_keys_are_shown_by_their_beginning() -> None:
    """The rest of a key is nobody's business."""
    rows = [row(NIGHT, "salesforce.elf.Login", "login", session="abcdefghijklmnop", login="k")]
    assert ("session", "abcdefghij") in left(rows, "true")


def test_without_an_intrusion_nothing_is_left() -> None:
    """No hostile event, no indicator."""
    assert left(breach(), "false") == {}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(IPS[:3]), st.sampled_from("abc"), st.booleans()), max_size=20))
def test_counts_of_the_left_are_those_of_plain_loops(drawn: list[tuple[str, str, bool]]) -> None:
    """Hostile, other accounts' and own events, and who is other."""
    rows = [
        {**row(START + timedelta(minutes=n), "x", "query", ip=ip, actor=actor), "job": "h" if bad else None}
        for n, (ip, actor, bad) in enumerate(drawn)
    ]
    found = left(rows, "job = 'h'")
    inside = {each["actor"] for each in rows if each["job"]}
    assert set(found) == {("ipv4", each["ip"]) for each in rows if each["job"]}
    for (_, ip), each in found.items():
        bad = [one for one in rows if one["ip"] == ip and one["job"]]
        good = [one for one in rows if one["ip"] == ip and not one["job"]]
        others = [one for one in good if one["actor"] not in inside]
        assert (each.events, each.accounts) == (len(bad), len({one["actor"] for one in bad}))
        assert (each.other_events, each.other_accounts) == (
            len(others),
            len({one["actor"] for one in others}),
        )
        assert each.own_events == len(good) - len(others)
        assert (each.from_, each.to) == (stamp(bad[0]["at"]), stamp(bad[-1]["at"]))
        assert (each.specific == "unique") == (not good)
