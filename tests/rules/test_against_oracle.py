"""Random rules on random events: what the statements find is what plain loops find."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.sample import ledger
from floodmark.engine import quote
from floodmark.sigma import load, scan
from rules import oracle

WORDS = (
    "query",
    "Query",
    "QUE",
    "a%b",
    "a_b",
    "axb",
    "a*b",
    "a\\b",
    "O'Neil",
    "'; DROP",
    "é",
    "É",
    "",
    "two\nlines",
    "x",
)
ADDRESSES = ("192.0.2.7", "192.0.2.250", "10.1.2.3", "999.1.1.1", "not an address", "::1")
START = datetime(2025, 6, 16, 9)  # noqa: DTZ001 - the engine's timestamps are plain UTC
texts = st.sampled_from(WORDS)
events = st.lists(
    st.fixed_dictionaries(
        {
            "log": st.sampled_from(
                ("salesforce.rtem.ApiEvent", "salesforce.elf.RestApi", "okta.system_log", "other")
            ),
            "at": st.integers(0, 40).map(lambda s: START + timedelta(seconds=s)),
            "actor": st.sampled_from(("a", "A", "b", None)),
            "user_agent": st.none() | texts,
            "query": st.none() | texts,
            "method": st.none() | texts,
            "ip": st.none() | st.sampled_from(ADDRESSES),
            "objects": st.none() | st.lists(texts, max_size=2),
            "matched_rows": st.none() | st.integers(0, 5),
            "query_cut": st.none() | st.booleans(),
        }
    ),
    max_size=14,
).map(lambda found: [{**each, "event": f"e{number:02}"} for number, each in enumerate(found)])

FIELDS = ("user_agent", "USER_AGENT", "query", "Query", "method", "objects")
patterns = texts | st.sampled_from(("*", "q*", "*y", "*u*", "?uery", "a?b", "a\\*b", "*O'*", "q*r?"))
spelled = st.sampled_from(("", "|contains", "|startswith", "|endswith", "|cased", "|contains|cased", "|neq"))
text_items = st.tuples(
    st.sampled_from(FIELDS), spelled, patterns | st.lists(patterns, min_size=1, max_size=3)
)
items = st.one_of(
    text_items.map(lambda drawn: {drawn[0] + drawn[1]: drawn[2]}),
    st.lists(texts, min_size=1, max_size=2).map(lambda drawn: {"query|contains|all": drawn}),
    st.sampled_from(("^q", "[a-z]b$", "é", r"a\*b", "'")).map(lambda drawn: {"query|re": drawn}),
    st.sampled_from(("^QU", "DROP")).map(lambda drawn: {"query|re|i": drawn}),
    st.sampled_from(("192.0.2.0/24", "10.0.0.0/8", "0.0.0.0/0")).map(lambda drawn: {"ip|cidr": drawn}),
    st.tuples(st.sampled_from(("", "|lt", "|lte", "|gt", "|gte")), st.integers(0, 5)).map(
        lambda drawn: {f"RowsProcessed{drawn[0]}": drawn[1]}
    ),
    st.booleans().map(lambda drawn: {"query_cut": drawn}),
    st.tuples(st.sampled_from((*FIELDS, "matched_rows")), st.booleans()).map(
        lambda drawn: {f"{drawn[0]}|exists": drawn[1]}
    ),
    st.sampled_from((*FIELDS, "matched_rows")).map(lambda drawn: {drawn: None}),
)
mappings = st.lists(items, min_size=1, max_size=3).map(
    lambda drawn: {key: value for each in drawn for key, value in each.items()}
)
selections = mappings | st.lists(mappings, min_size=2, max_size=3)
services = st.sampled_from(
    (
        ("salesforce", "any"),
        ("salesforce", "rtem.apievent"),
        ("salesforce", "eventlogfile.restapi"),
        ("okta", "okta"),
    )
)


@st.composite
def simple_rules(draw, name="simple"):
    """Draw one rule about single events."""
    product, service = draw(services)
    selected = {"a": draw(selections), "b": draw(selections)}
    # Okta calls fields by other names; the slots are the same everywhere.
    text = (
        yaml.safe_dump(selected)
        if product == "salesforce"
        else yaml.safe_dump(selected)
        .replace("USER_AGENT", "user_agent")
        .replace("Query", "query")
        .replace("RowsProcessed", "matched_rows")
    )
    condition = draw(
        st.sampled_from(
            ("a", "a and b", "a or b", "a and not b", "not a", "not (a or b)", "not (a and not b)")
        )
    )
    return {
        "title": name, "name": name, "level": "low",
        "logsource": {"product": product, "service": service},
        "detection": {**yaml.safe_load(text), "condition": condition},
    }  # fmt: skip


@st.composite
def correlations(draw, parts, name="correlation"):
    """Draw one correlation over rules of some names."""
    kind = draw(st.sampled_from(("event_count", "value_count", "temporal", "temporal_ordered")))
    operator = draw(st.sampled_from(("gte", "gt", "lte", "lt", "eq")))
    told = {
        "type": kind,
        "rules": parts,
        "timespan": f"{draw(st.integers(1, 20))}s",
        "group-by": draw(st.sampled_from((["actor"], [], ["actor", "method"], ["ip"], ["ip", "user_agent"]))),
    }
    if kind.endswith("count"):
        told["condition"] = {operator: draw(st.integers(1, 4))}
    if kind == "value_count":
        told["condition"]["field"] = draw(st.sampled_from(("ip", "objects", "matched_rows")))
    return {"title": "c", "name": name, "level": "low", "correlation": told}


def found(documents, rows):
    """Return the hits that the package finds, as tuples."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "drawn.yml").write_text(yaml.safe_dump_all(documents, allow_unicode=True), "utf-8")
        rules = load([Path(folder)])
    assert rules.refused == ()
    with ledger(rows) as engine:
        rules.evaluate(engine)
        return engine.rows(
            'SELECT rule, event, "at", begins_at, ends_at, count FROM detect_sigma_hit ORDER BY ALL'
        )


def told(name, hits):
    """Return the hits that the loops find, in the shape of `found`."""
    return sorted(
        (name, each["event"]["event"], each["at"], each["begins_at"], each["ends_at"], each["count"])
        for each in hits
    )


@given(rule=simple_rules(), rows=events)
@settings(max_examples=50)
def test_single_events(rule, rows):
    """Rules about single events: every modifier and condition that is drawn."""
    assert found([rule], rows) == told("simple", oracle.single_hits(rule, rows))


@given(data=st.data(), rows=events)
@settings(max_examples=40)
def test_correlations(data, rows):
    """Correlations over up to three rules: every type and comparison."""
    names = ["one", "two", "three"][: data.draw(st.integers(1, 3))]
    rules = [data.draw(simple_rules(name)) for name in names]
    rule = data.draw(correlations(names))
    parts = [oracle.single_hits(each, rows) for each in rules]
    expected = told("correlation", oracle.correlated(rule["correlation"], parts))
    assert found([*rules, rule], rows) == expected


@given(data=st.data(), rows=events)
@settings(max_examples=40)
def test_correlations_that_share_rules(data, rows):
    """Two correlations over rules of which some serve both, by the same groups or others."""
    rules = [data.draw(simple_rules(name)) for name in ("one", "two")]
    served = data.draw(st.sampled_from(((["one"], ["one"]), (["one"], ["two", "one"]), (["one"], ["two"]))))
    over = {name: data.draw(correlations(parts, name)) for name, parts in zip("xy", served, strict=True)}
    hits = {rule["name"]: oracle.single_hits(rule, rows) for rule in rules}
    expected = [
        hit
        for name, parts in zip("xy", served, strict=True)
        for hit in told(name, oracle.correlated(over[name]["correlation"], [hits[part] for part in parts]))
    ]
    told_too = [rule for rule in rules if rule["name"] in {*served[0], *served[1]}]
    assert found([*told_too, *over.values()], rows) == expected


def test_combinations_that_share_a_key(monkeypatch):
    """Where the engine's hash is the same for two combinations of values, the values themselves are compared."""
    monkeypatch.setattr(scan, "_key", lambda columns, of="": f"(hash({of}{quote(columns[0])}) % 1)")
    rule = {**QUERIES, "detection": {"a": {"method": "x", "ip": "192.0.2.7"}, "condition": "a"}}
    rows = [event(n, n, method="xy"[n % 2], ip=("192.0.2.7", None)[n // 2 % 2]) for n in range(8)]
    assert [each[1] for each in found([rule], rows)] == ["e0", "e4"]


def test_an_expression_that_fits_shows_that_the_strategies_reach_hits():
    """A row of each kind fits a rule made for it, so equality above is not of empty lists only."""
    rows = [
        {
            "event": f"e{n}",
            "log": "okta.system_log",
            "at": START + timedelta(seconds=n),
            "actor": "a",
            "method": "x",
        }
        for n in range(6)
    ]
    rule = {
        "title": "s",
        "name": "one",
        "level": "low",
        "logsource": {"product": "okta"},
        "detection": {"a": {"eventType": "X"}, "condition": "a"},
    }
    counted = {
        "title": "c",
        "name": "correlation",
        "level": "low",
        "correlation": {
            "type": "event_count",
            "rules": ["one"],
            "group-by": ["actor"],
            "timespan": "2s",
            "condition": {"gte": 3},
        },
    }
    assert found([rule, counted], rows) == [
        ("correlation", "e2", START + timedelta(seconds=2), START, START + timedelta(seconds=5), 3)
    ]


def counted(value, least):
    """Return a correlation by account over the rule `one`, with at least so many values within a minute."""
    return {
        "title": "c", "name": "correlation", "level": "low",
        "correlation": {
            "type": "value_count" if value else "event_count", "rules": ["one"], "group-by": ["actor"],
            "timespan": "60s", "condition": {"gte": least} | ({"field": value} if value else {}),
        },
    }  # fmt: skip


QUERIES = {
    "title": "s",
    "name": "one",
    "level": "low",
    "logsource": {"product": "salesforce", "service": "any"},
    "detection": {"a": {"query|contains": "x"}, "condition": "a"},
}


def event(number, seconds, **slots):
    """Return a query of one account, some seconds after the start."""
    return {
        "event": f"e{number}",
        "log": "salesforce.rtem.ApiEvent",
        "at": START + timedelta(seconds=seconds),
        "actor": "a",
        "query": "x",
        **slots,
    }


def test_one_event_may_hold_all_values():
    """Of a list each element counts, so one event can be enough where several values are asked for."""
    rows = [event(0, 0, objects=["a", "b", "c"])]
    assert [each[:2] for each in found([QUERIES, counted("objects", 3)], rows)] == [("correlation", "e0")]


def test_a_window_across_stretches_is_complete():
    """Events of one window that lie in two minutes count together, wherever the minute begins."""
    for begin in range(0, 60, 7):
        rows = [event(number, begin + 20 * number) for number in range(4)] + [
            event(9, begin + 500, actor="b"),
            event(8, begin + 501, actor=None),
        ]
        hits = found([QUERIES, counted(None, 4)], rows)
        assert [each[:2] for each in hits] == [("correlation", "e3")]


def test_texts_that_recur_are_found_like_others():
    """Ten times the same text is looked at once, and every event is told."""
    rows = [event(number, number) for number in range(10)] + [
        event(10, 10, query="y"),
        event(11, 11, query=None),
    ]
    assert len(found([QUERIES], rows)) == 10


def test_more_rules_than_one_word_holds():
    """A hundred and fifty rules, three of which fit."""
    rules = [
        {
            **QUERIES,
            "name": f"rule-{number:03}",
            "detection": {"a": {"query|contains": f"number {number:03}"}, "condition": "a"},
        }
        for number in range(150)
    ]
    rows = [event(0, 0, query="number 000, number 075"), event(1, 1, query="NUMBER 149")]
    hits = [each[:2] for each in found(rules, rows)]
    assert hits == [("rule-000", "e0"), ("rule-075", "e0"), ("rule-149", "e1")]


def test_an_event_that_fits_in_several_ways_is_one_hit():
    """A rule that wants one slot or another is looked at in parts, and told once."""
    detection = {
        "a": {"method": "x"}, "b": {"query|contains": "x"}, "c": {"ip": "192.0.2.7"},
        "d": {"resource|contains": "x"}, "condition": "1 of *",
    }  # fmt: skip
    rows = [
        event(
            number,
            number,
            **{slot: value if number >> place & 1 else None for place, (slot, value) in enumerate(WAYS)},
        )
        for number in range(16)
    ]
    hits = found([{**QUERIES, "detection": detection}], rows)
    assert [each[1] for each in hits] == sorted(f"e{number}" for number in range(1, 16))


WAYS = (("method", "X"), ("query", "x"), ("ip", "192.0.2.7"), ("resource", "x"))


def test_a_correlation_that_cannot_be_complete_hides_no_other():
    """No event fits `two`: what needs it has no hit, what serves it and another is found, and so is the other."""
    never = {**QUERIES, "name": "two", "detection": {"a": {"method": "never"}, "condition": "a"}}
    both = counted(None, 3)
    both = {**both, "name": "both", "correlation": {**both["correlation"], "type": "temporal"}}
    both["correlation"] |= {"rules": ["one", "two"], "condition": {"gte": 2}}
    rows = [event(number, number) for number in range(4)]
    hits = found([QUERIES, never, both, counted(None, 4)], rows)
    assert [each[:2] for each in hits] == [("correlation", "e3")]
    both["correlation"]["condition"] = {"gte": 1}
    hits = found([QUERIES, never, both, counted(None, 4)], rows)
    assert [each[:2] for each in hits] == [("both", "e0"), ("correlation", "e3")]


def test_one_name_for_other_slots_of_each_rule_is_no_group_by_slot():
    """Events of one group may differ in the account where a name means another slot for each rule."""
    other = {**QUERIES, "name": "two", "detection": {"a": {"method": "m"}, "condition": "a"}}
    rule = counted(None, 6)
    rule["correlation"] |= {
        "rules": ["one", "two"], "group-by": ["who", "whose"],
        "aliases": {
            "who": {"one": "actor", "two": "actor_name"}, "whose": {"one": "actor_name", "two": "actor"},
        },
    }  # fmt: skip
    one, two = (
        {"actor": "a", "actor_name": "b"},
        {"actor": "b", "actor_name": "a", "method": "m", "query": None},
    )
    drawn = ((30, one), (35, one), (40, two), (65, one), (70, two), (75, two))
    rows = [event(number, seconds, **slots) for number, (seconds, slots) in enumerate(drawn)]
    assert [each[:2] for each in found([QUERIES, other, rule], rows)] == [("correlation", "e5")]


def test_correlations_by_other_slots_over_one_rule_are_all_found():
    """Where one counts by account and one by address, no account and no address alone tells what to leave out."""
    by_ip = {**counted(None, 6), "name": "by-ip"}
    by_ip = {**by_ip, "correlation": {**by_ip["correlation"], "group-by": ["ip"]}}
    by_name = {**counted(None, 6), "name": "by-name"}
    by_name = {
        **by_name,
        "correlation": {**by_name["correlation"], "group-by": ["actor_name"], "rules": ["two"]},
    }
    other = {**QUERIES, "name": "two", "detection": {"a": {"method": "m"}, "condition": "a"}}
    plain = {**QUERIES, "detection": {"a": {"operation": "query"}, "condition": "a"}}
    rows = [event(n, n, actor=f"a{n}", ip="192.0.2.7", operation="query") for n in range(6)]
    rows += [event(10 + n, 100 + n, ip=f"192.0.2.{n}", operation="query") for n in range(6)]
    rows += [event(20 + n, 200 + n, actor=f"a{n}", actor_name="b", method="m") for n in range(6)]
    hits = found([plain, other, counted(None, 6), by_ip, by_name], rows)
    assert [each[:2] for each in hits] == [("by-ip", "e5"), ("by-name", "e25"), ("correlation", "e15")]
