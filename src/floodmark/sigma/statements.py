"""The statements that evaluate correlations, and what is told: windows over the hits of `scan`.

They depend on the rules at hand, so their text is put together: from the expressions of `fields` and
`reading`, whose values are literals, from names through `quote`, and from numbers.
"""

# ruff: noqa: S608 - parts are expressions of ours, quoted names, literals and numbers, as docs/decisions/0009 says
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from floodmark.engine import literal, quote
from floodmark.sigma import fields
from floodmark.sigma.conditions import sql
from floodmark.sigma.plan import Plan, enough, sifts
from floodmark.sigma.reading import Correlation, Rule, Simple


def single(simple: Simple) -> str:
    """Return the statement that counts the events of one rule alone."""
    where = f"{simple.logs.sql} AND {sql(simple.condition)}"
    return f"SELECT count(*) FROM {fields.prepared('event', where)} WHERE {where}"


# ---- names between rules


def renamed(rule: Rule, named: Mapping[str, str]) -> Rule:
    """Return a rule whose parts are told by name, where it told them by id."""
    if isinstance(rule.body, Simple):
        return rule
    parts = tuple(replace(each, rule=named[each.rule]) for each in rule.body.parts)
    return replace(rule, body=replace(rule.body, parts=parts))


def unknown(rule: Rule, of: Mapping[str, str]) -> str | None:
    """Return what is wrong with the fields that a correlation groups by or counts; None where nothing is."""
    if isinstance(rule.body, Simple):
        return None
    for part in rule.body.parts:
        for name in (*part.names.values(), *([rule.body.value] if rule.body.value else ())):
            found = fields.field(of[part.rule], name)
            if found is None or found.kind == "time" or (found.kind == "list" and name != rule.body.value):
                return f"correlation groups or counts by '{name}', which is no such field of {of[part.rule]}"
    return None


# ---- correlations


def correlated(plan: Plan, rule: Rule, tables: Mapping[str, str]) -> str:
    """Return the statement for the hits of a correlation.

    Columns: rule, its number; event, log, at, begins_at, ends_at, actor, count; k0 and so on, what
    `Plan.fields` says for the rule.
    """
    body = rule.body
    if isinstance(body, Simple):
        raise TypeError(f"rule {rule.name} is about single events")
    groups = [f"g{number}" for number in range(len(body.group_by))]
    by = f"PARTITION BY {', '.join(groups)} " if groups else ""
    parts = "\n    UNION ALL ".join(
        _part(plan, rule, body, number, tables) for number in range(len(body.parts))
    )
    known = " AND ".join(f"{each} IS NOT NULL" for each in (*groups, *(["value"] if body.value else [])))
    once = f"QUALIFY row_number() OVER (PARTITION BY {', '.join(('event', *groups))} ORDER BY part) = 1"
    several = len(body.parts) > 1 and body.kind == "event_count"
    order = f'{by}ORDER BY "at", event, part'
    return f"""WITH part AS (
    {parts}
), known AS (SELECT * FROM part WHERE {known or "true"} {once if several else ""}
), {_dense(body, groups)}
), {_counted(body, by)}
), complete AS (
    SELECT *, coalesce("at" - lag("at") OVER ({order}) > {_span(body)}, true) AS first
    FROM counted WHERE count {body.operator} {body.count}
), run AS (SELECT *, sum(first::INTEGER) OVER ({order} ROWS UNBOUNDED PRECEDING) AS run FROM complete
), told AS (SELECT *, max(until) OVER (PARTITION BY {", ".join((*groups, "run"))}) AS ends_at FROM run
)
SELECT {plan.number[rule.name]}::SMALLINT AS rule, event, log, "at", begins_at, ends_at, actor,
    count{plan.columns}
FROM told WHERE first"""


def _span(body: Correlation) -> str:
    return f"to_seconds({body.span_s})"


def _part(plan: Plan, rule: Rule, body: Correlation, number: int, tables: Mapping[str, str]) -> str:
    """Return the hits of one rule, with its groups and the value counted; a list is one row an element."""
    part = body.parts[number]
    of = plan.rules[plan.number[part.rule]]
    named = [(f"g{place}", part.names[name]) for place, name in enumerate(body.group_by)]
    named += [("value", body.value)] if body.value else []
    more = "".join(f", {_held(plan, of, name)} AS {column}" for column, name in named)
    wanted = plan.fields[rule.name]
    passed = "".join(
        f", {plan.column(of, wanted[place]) if place < len(wanted) else 'NULL::VARCHAR'} AS k{place}"
        for place in range(plan.width)
    )
    since, until, where = "begins_at", "ends_at", "true"
    if isinstance(of.body, Simple):
        since, until, where = '"at"', '"at"', plan.fits(of.name)
    return (
        f'SELECT {number} AS part, event, log, "at", {since} AS since, {until} AS until, '
        f"actor{passed}{more} FROM {quote(tables[of.name])} WHERE {where}"
    )


def _held(plan: Plan, rule: Rule, name: str) -> str:
    """Return the column that holds a field; a list's elements each on a row of its own."""
    found = plan.field(rule.name, name)
    column = plan.column(rule, found)
    return f"unnest(string_split({column}, chr(31))[2:])" if found.kind == "list" else column


def _dense(body: Correlation, groups: Sequence[str]) -> str:
    """Return the table `near`: hits in a stretch of time that can hold enough of them.

    A window that ends with a hit lies in the hit's own stretch and the one before, both as long as it.
    So where these two, and the hit's own with the one after, hold too few, no window is complete.
    """
    if not sifts(body):
        return "near AS (SELECT * FROM known"
    keys = ", ".join(("stretch", *groups))
    slot = f'epoch_us("at") // {body.span_s * 1_000_000} AS stretch'
    before = "".join(f" AND beside.{each} = own.{each}" for each in groups)
    return f"""stretched AS (SELECT *, {slot} FROM known
), own AS (SELECT {keys}, count(*) AS held FROM stretched GROUP BY {keys}
), full_ AS (
    SELECT own.* FROM own LEFT JOIN own AS beside ON beside.stretch = own.stretch - 1{before}
    WHERE own.held + coalesce(beside.held, 0) >= {enough(body)}
), kept AS (SELECT {keys} FROM full_ UNION SELECT {", ".join(("stretch - 1", *groups))} FROM full_
), near AS (SELECT stretched.* EXCLUDE (stretch) FROM stretched SEMI JOIN kept USING ({keys})"""


def _counted(body: Correlation, by: str) -> str:
    """Return the tables up to `counted`: each hit with the count of the window that ends with it."""
    if body.kind == "temporal_ordered":
        return _ordered(body, by)
    window = f'({by}ORDER BY "at" RANGE BETWEEN {_span(body)} PRECEDING AND CURRENT ROW)'
    if body.kind == "temporal":
        last = [
            f"max(CASE WHEN part = {number} THEN since END) OVER {window}"
            for number in range(len(body.parts))
        ]
        return f"""seen AS (SELECT *, [{", ".join(last)}] AS last FROM near
), counted AS (SELECT *, list_min(last) AS begins_at, list_count(last)::BIGINT AS count FROM seen"""
    counted = "count(DISTINCT value)" if body.value else "count(*)"
    return f"""counted AS (
    SELECT *, min(since) OVER {window} AS begins_at, {counted} OVER {window} AS count FROM near"""


def _ordered(body: Correlation, by: str) -> str:
    """Return the tables that follow hits from rule to rule, each chain from its latest beginning."""
    steps = ['step0 AS (SELECT *, CASE WHEN part = 0 THEN "at" END AS start FROM near']
    for number in range(1, len(body.parts)):
        before = f'max(start) OVER ({by}ORDER BY "at" RANGE UNBOUNDED PRECEDING)'
        begun = f"CASE WHEN part = {number} THEN {before} END AS start"
        steps.append(f"step{number} AS (SELECT * EXCLUDE (start), {begun} FROM step{number - 1}")
    last = len(body.parts) - 1
    complete = f'CASE WHEN "at" - start <= {_span(body)} THEN {len(body.parts)} ELSE 0 END::BIGINT AS count'
    return "\n), ".join((*steps, f"counted AS (SELECT *, start AS begins_at, {complete} FROM step{last}"))


def hits(plan: Plan, told: Sequence[str], tables: Mapping[str, str]) -> str:
    """Return the statement for the hits of the rules that are told, by rule and time."""
    columns = 'event, log, "at", begins_at, ends_at, actor, count'
    found = [
        f"SELECT {literal(name)} AS rule, {columns} FROM {quote(tables[name])}"
        for name in told
        if isinstance(plan.rules[plan.number[name]].body, Correlation)
    ]
    pairs = [
        (name, plan.bits([name])) for name in told if isinstance(plan.rules[plan.number[name]].body, Simple)
    ]
    found += [_single_hits(plan, pairs)] if pairs else []
    if not found:
        return """SELECT NULL::VARCHAR AS rule, event, log, "at", "at" AS begins_at, "at" AS ends_at, actor,
            0::BIGINT AS count FROM detect_sigma_base WHERE false"""
    return f'SELECT * FROM ({" UNION ALL ".join(found)}) ORDER BY rule, "at", event, begins_at'


def _single_hits(plan: Plan, told: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Return the statement with one row per event and told rule that it fits."""
    rows = ", ".join(f"({literal(name)}, {', '.join(map(str, bits))})" for name, bits in told)
    bits = ", ".join(f"b{word}" for word in range(plan.words))
    fits = " OR ".join(f"w{word} & b{word} <> 0" for word in range(plan.words))
    some = " OR ".join(f"w{word} & {of} <> 0" for word, of in enumerate(plan.bits(name for name, _ in told)))
    return f"""SELECT rule, event, log, "at", "at" AS begins_at, "at" AS ends_at, actor, 1::BIGINT AS count
        FROM (FROM detect_sigma_base WHERE {some}) JOIN (VALUES {rows}) AS told(rule, {bits}) ON {fits}"""
