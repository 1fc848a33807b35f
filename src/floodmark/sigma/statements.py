"""The statements that evaluate rules: one scan for the simple ones, windows over their hits for the others.

They depend on the rules at hand, so their text is put together: from the expressions of `fields` and
`reading`, whose values are literals, from names through `quote`, and from numbers.
"""

# ruff: noqa: S608 - parts are expressions of ours, quoted names, literals and numbers, as docs/decisions/0009 says
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from floodmark.engine import literal, quote
from floodmark.sigma import fields
from floodmark.sigma.conditions import Any, Condition, guarded, sql
from floodmark.sigma.fields import Field
from floodmark.sigma.reading import Correlation, Rule, Simple


def single(simple: Simple) -> str:
    """Return the statement that counts the events of one rule alone."""
    where = f"{simple.logs.sql} AND {sql(simple.condition)}"
    return f"SELECT count(*) FROM {fields.prepared('event', where)} WHERE {where}"


def products(rules: Iterable[Rule]) -> Mapping[str, str]:
    """Return rule -> the product whose field names it uses; for a correlation, that of its first rule."""
    found: dict[str, str] = {}
    for rule in rules:
        body = rule.body
        found[rule.name] = body.logs.product if isinstance(body, Simple) else found[body.parts[0].rule]
    return found


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


class Plan:
    """What the statements need to know of all rules together."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.number = {rule.name: number for number, rule in enumerate(rules)}
        self._products = products(rules)
        self.fields: dict[str, tuple[Field, ...]] = self._needed()
        self.width = max((len(each) for each in self.fields.values()), default=0)

    def field(self, rule: str, name: str) -> Field:
        """Return the field that a rule's events have under a name."""
        found = fields.field(self._products[rule], name)
        if found is None:
            raise ValueError(f"{rule} has no field {name}")
        return found

    def _needed(self) -> dict[str, tuple[Field, ...]]:
        """Return rule -> the fields by which correlations group its hits or count them, by name.

        A correlation passes on what those above it need.
        """
        found: dict[str, set[Field]] = {rule.name: set() for rule in self.rules}
        for rule in reversed(self.rules):
            if isinstance(rule.body, Correlation):
                for part in rule.body.parts:
                    named = (*part.names.values(), *([rule.body.value] if rule.body.value else ()))
                    found[part.rule] |= found[rule.name] | {self.field(part.rule, name) for name in named}
        return {name: tuple(sorted(each, key=lambda one: one.name)) for name, each in found.items()}

    def column(self, rule: str, field: Field) -> str:
        """Return the column of a rule's hits that holds a field."""
        return f"k{self.fields[rule].index(field)}"

    @property
    def columns(self) -> str:
        """Return the names of all these columns, each after a comma."""
        return "".join(f", k{number}" for number in range(self.width))


def _compared(field: Field) -> str:
    """Return a field as text that is compared without regard to case; a sign stands before each element."""
    if field.kind == "list":
        return f"array_to_string(list_transform({field.sql}, lambda x: chr(31) || lower(x)), '')"
    return field.folded if field.kind == "text" else f"{field.sql}::VARCHAR"


# ---- one scan


def base(plan: Plan) -> str:
    """Return the statement for one row per event and simple rule that it fits.

    Columns: rule, its number; event, log, at, begins_at, ends_at, actor, count; k0 and so on, what
    `Plan.fields` says for the rule.
    """
    branches = _branches(plan)
    fits = ", ".join(f"CASE WHEN {_some(where, group)} THEN {_list(group)} END" for where, group in branches)
    keys = "".join(f", {_key(plan, number)} AS k{number}" for number in range(plan.width))
    held = {each for found in plan.fields.values() for each in found}
    taken = "".join(sorted(f", {each.sql if each.kind != 'text' else each.folded}" for each in held))
    # No WHERE: it would compute every test twice, and `unnest` drops the events that fit no rule.
    return f"""SELECT rule, event, log, "at", "at" AS begins_at, "at" AS ends_at, actor,
    1::BIGINT AS count{keys}
FROM (SELECT unnest(flatten([{fits or "NULL::SMALLINT[]"}])) AS rule, event, log, "at", actor{taken}
    FROM {fields.prepared("event", fits + taken)})"""


_Group = list[tuple[int, Condition | None]]


def _branches(plan: Plan) -> list[tuple[str, _Group]]:
    """Sort rules by their logs and operations, so that an event meets the rules for those alone."""
    found: dict[str, _Group] = {}
    for rule in plan.rules:
        if isinstance(rule.body, Simple):
            guard, rest = guarded(rule.body.condition)
            where = f"{rule.body.logs.sql} AND {guard}" if guard else rule.body.logs.sql
            found.setdefault(where, []).append((plan.number[rule.name], rest))
    return sorted(found.items())


def _some(where: str, group: _Group) -> str:
    """Return whether an event can fit a rule of a branch."""
    rests = [rest for _, rest in group if rest is not None]
    if len(rests) < len(group):
        return f"({where})"
    return f"({where} AND {sql(Any(tuple(rests)))})"


def _list(group: _Group) -> str:
    """Return the expression for the numbers of the rules that an event of a branch fits."""
    fits = [
        f"CASE WHEN {sql(rest)} THEN {number}::SMALLINT END" for number, rest in group if rest is not None
    ]
    whole = ", ".join(f"{number}::SMALLINT" for number, rest in group if rest is None)
    if not fits:
        return f"[{whole}]"
    some = f"list_filter([{', '.join(fits)}], lambda x: x IS NOT NULL)"
    return f"list_concat([{whole}], {some})" if whole else some


def _key(plan: Plan, number: int) -> str:
    """Return one column of what correlations need, by the number of the rule."""
    by_field: dict[str, list[str]] = {}
    for rule in plan.rules:
        held = plan.fields[rule.name]
        if isinstance(rule.body, Simple) and number < len(held):
            by_field.setdefault(_compared(held[number]), []).append(str(plan.number[rule.name]))
    if not by_field:
        return "NULL::VARCHAR"
    cases = " ".join(f"WHEN rule IN ({', '.join(of)}) THEN {text}" for text, of in sorted(by_field.items()))
    return f"CASE {cases} END"


# ---- correlations


def correlated(plan: Plan, rule: Rule, tables: Mapping[str, str]) -> str:
    """Return the statement for the hits of a correlation, in the columns of `base`."""
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
    named = [(f"g{place}", part.names[name]) for place, name in enumerate(body.group_by)]
    named += [("value", body.value)] if body.value else []
    more = "".join(f", {_held(plan, part.rule, name)} AS {column}" for column, name in named)
    kept = plan.fields[rule.name]
    passed = "".join(
        f", {plan.column(part.rule, kept[place]) if place < len(kept) else 'NULL::VARCHAR'} AS k{place}"
        for place in range(plan.width)
    )
    return (
        f'SELECT {number} AS part, event, log, "at", begins_at AS since, ends_at AS until, '
        f"actor{passed}{more} "
        f"FROM {quote(tables[part.rule])} WHERE rule = {plan.number[part.rule]}"
    )


def _held(plan: Plan, rule: str, name: str) -> str:
    """Return the column that holds a field; a list's elements each on a row of its own."""
    found = plan.field(rule, name)
    column = plan.column(rule, found)
    return f"unnest(string_split({column}, chr(31))[2:])" if found.kind == "list" else column


def _dense(body: Correlation, groups: Sequence[str]) -> str:
    """Return the table `near`: hits in a stretch of time that can hold enough of them.

    A window that ends with a hit lies in the hit's own stretch and the one before, both as long as it.
    So where these two, and the hit's own with the one after, hold too few, no window is complete.
    """
    enough = body.count + (1 if body.operator == ">" else 0)
    if body.operator not in {">", ">="} or not body.kind.endswith("count") or enough < _WORTH_SIFTING:
        return "near AS (SELECT * FROM known"
    keys = ", ".join(("stretch", *groups))
    slot = f'epoch_us("at") // {body.span_s * 1_000_000} AS stretch'
    before = "".join(f" AND beside.{each} = own.{each}" for each in groups)
    return f"""stretched AS (SELECT *, {slot} FROM known
), own AS (SELECT {keys}, count(*) AS held FROM stretched GROUP BY {keys}
), full_ AS (
    SELECT own.* FROM own LEFT JOIN own AS beside ON beside.stretch = own.stretch - 1{before}
    WHERE own.held + coalesce(beside.held, 0) >= {enough}
), kept AS (SELECT {keys} FROM full_ UNION SELECT {", ".join(("stretch - 1", *groups))} FROM full_
), near AS (SELECT stretched.* EXCLUDE (stretch) FROM stretched SEMI JOIN kept USING ({keys})"""


_WORTH_SIFTING = 3


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
    if not told:
        return f"SELECT NULL::VARCHAR AS rule, {columns} FROM detect_sigma_base WHERE false"
    by_table: dict[str, list[str]] = {}
    for name in told:
        by_table.setdefault(tables[name], []).append(str(plan.number[name]))
    names = ", ".join(literal(rule.name) for rule in plan.rules)
    united = " UNION ALL ".join(
        f"SELECT ([{names}])[rule + 1] AS rule, {columns} FROM {quote(table)} WHERE rule IN ({', '.join(of)})"
        for table, of in sorted(by_table.items())
    )
    return f'SELECT * FROM ({united}) ORDER BY rule, "at", event, begins_at'
