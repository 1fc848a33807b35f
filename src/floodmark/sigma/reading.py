"""One rule file, read by pySigma into conditions and correlations of our own.

This is the only module that knows pySigma. The library reads the YAML, applies the modifiers and parses
the condition; what a condition means on the ledger is said here. Whatever has no meaning there is refused
with its place, never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any as Whatever
from typing import Literal, cast, get_args

import sigma.policy
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Told
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.policy.regex_engine import RE2RegexEngine, RegexPattern
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from floodmark.engine import literal
from floodmark.models import Level
from floodmark.sigma import fields
from floodmark.sigma.conditions import All, Any, Condition, Not, Test

Correlated = Literal["event_count", "value_count", "temporal", "temporal_ordered"]
_CORRELATED: tuple[str, ...] = get_args(Correlated)
_LEVELS: Mapping[str, Level] = {
    "informational": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "high",
}
_POINTS = {"informational": 1, "low": 2, "medium": 4, "high": 6, "critical": 8}
_COMPARED = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">=", "NEQ": "<>"}
_COUNTED = {**_COMPARED, "EQ": "="}
_BIGINT = 2**63
_OWN_KEY = "floodmark"


class _QuietExpressions(RE2RegexEngine):
    """RE2 as pySigma uses it, without the lines that it writes to the terminal past Python."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:  # noqa: ARG002 - none is given
        """Compile an expression; raise `self.error` with the cause as text.

        The library asks here whether a rule's expression is one, before it reads the flags: it gives none.
        """
        options = self._re2.Options()
        options.log_errors = False
        try:
            return cast("RegexPattern", self._re2.compile(pattern, options))
        except self.error as error:
            (cause,) = error.args
            raise self.error(cause.decode() if isinstance(cause, bytes) else cause) from None


sigma.policy.default_policy = sigma.policy.SigmaPolicy(regex_engine=_QuietExpressions())


class Refusal(Exception):  # noqa: N818 - caught here and turned into `Refused`, never seen outside
    """Something in a rule that has no meaning on the ledger."""


@dataclass(frozen=True)
class Refused:
    """Why a file, or one rule in it, is not used."""

    file: str
    position: str
    """`document 2`, with the field where it is one; empty for the file as a whole."""
    reason: str


class Guide(BaseModel):
    """What a rule says beyond Sigma, under the key `floodmark`; each part may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    points: int | None = Told(default=None, ge=1, le=10)
    confidence: Level = "medium"
    misses: str = ""
    check: str = ""
    response: str = ""
    firing: tuple[dict[str, Whatever], ...] = ()
    quiet: tuple[dict[str, Whatever], ...] = ()


@dataclass(frozen=True)
class Simple:
    """A rule about single events."""

    logs: fields.Logs
    condition: Condition


@dataclass(frozen=True)
class Part:
    """One rule that a correlation looks at: its name, and what its groups and values are called there."""

    rule: str
    names: Mapping[str, str]
    """Name in `group_by` -> the name that this rule's events have for it."""


@dataclass(frozen=True)
class Correlation:
    """A rule about several events that belong together."""

    kind: Correlated
    parts: tuple[Part, ...]
    group_by: tuple[str, ...]
    span_s: int
    operator: str
    """How the count is compared, as in a statement: `>=` and so on."""
    count: int
    value: str | None
    """The name of the field whose values are counted."""
    generate: bool


@dataclass(frozen=True)
class Rule:
    """One rule: what it says of itself, and what it looks for."""

    name: str
    id: str
    file: str
    position: str
    title: str
    status: str
    description: str
    level: str
    severity: Level
    points: int
    techniques: tuple[str, ...]
    false_positives: tuple[str, ...]
    guide: Guide
    body: Simple | Correlation


def read(file: str, text: str) -> tuple[list[Rule], list[Refused]]:
    """Return the rules of one file, and what of it is refused; either list may be empty."""
    try:
        documents = [each for each in yaml.load_all(text, SigmaYAMLLoader) if each is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return [], [Refused(file, "", f"is no readable YAML: {_line(error)}")]
    if not documents:
        return [], [Refused(file, "", "holds no rule")]
    rules: list[Rule] = []
    refused: list[Refused] = []
    for number, document in enumerate(documents, 1):
        position = f"document {number}"
        good, bad = _document(file, position, document)
        rules += good
        refused += bad
    return rules, refused


def _line(error: Exception) -> str:
    """Return an error as one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _document(file: str, position: str, document: object) -> tuple[list[Rule], list[Refused]]:
    """Return the one rule of a document, or everything that speaks against it."""
    try:
        parsed = _parsed(document)
        guide = Guide.model_validate(parsed.custom_attributes.get(_OWN_KEY) or {})
        if parsed.errors:
            return [], [Refused(file, position, _line(each)) for each in parsed.errors]
        return [_rule(file, position, parsed, guide)], []
    except ValidationError as error:
        return [], [_told(file, position, each) for each in error.errors()]
    except Refusal as error:
        return [], [Refused(file, ", ".join((position, *error.args[1:])), str(error.args[0]))]
    # The library walks what a stranger wrote, and a wrong shape can end in any of these.
    except (SigmaError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        return [], [Refused(file, position, f"is no rule that can be read: {_line(error)}")]


def _told(file: str, position: str, error: Mapping[str, Whatever]) -> Refused:
    """Return what is wrong under the key `floodmark`, with its place."""
    place = ", ".join((position, _OWN_KEY, *(str(part) for part in error["loc"])))
    return Refused(file, place, str(error["msg"]).lower())


def _parsed(document: object) -> SigmaRule | SigmaCorrelationRule:
    """Return a document as the library reads it, its errors collected inside."""
    if not isinstance(document, dict):
        raise Refusal("is not a mapping of keys, which a rule is")
    rule: dict[str, Whatever] = {str(key): value for key, value in document.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    check_alias_expansion(rule)
    for key in ("action", "filter"):
        if key in rule:
            raise Refusal(f"key '{key}' is not supported; write each rule out", key)
    if "correlation" in rule:
        return SigmaCorrelationRule.from_dict(rule, collect_errors=True)
    return SigmaRule.from_dict(rule, collect_errors=True)


def _rule(file: str, position: str, parsed: SigmaRule | SigmaCorrelationRule, guide: Guide) -> Rule:
    if parsed.name is None and parsed.id is None:
        raise Refusal("has neither a name nor an id")
    level = parsed.level.name.lower() if parsed.level else "medium"
    body = _correlation(parsed) if isinstance(parsed, SigmaCorrelationRule) else _simple(parsed)
    return Rule(
        name=parsed.name or str(parsed.id),
        id=str(parsed.id or ""),
        file=file,
        position=position,
        title=parsed.title,
        status=parsed.status.name.lower() if parsed.status else "",
        description=parsed.description or "",
        level=level,
        severity=_LEVELS[level],
        points=guide.points or _POINTS[level],
        techniques=tuple(sorted(_techniques(parsed))),
        false_positives=tuple(str(each) for each in parsed.falsepositives or ()),
        guide=guide,
        body=body,
    )


def _techniques(parsed: SigmaRule | SigmaCorrelationRule) -> Iterator[str]:
    """Yield the ATT&CK techniques among the tags, such as T1213.004."""
    for tag in parsed.tags:
        if tag.namespace == "attack" and tag.name[:1].lower() == "t" and tag.name[1:2].isdigit():
            yield tag.name.upper()


# ---- single events


def _simple(parsed: SigmaRule) -> Simple:
    source = parsed.logsource
    found = fields.logs(source.product, source.service)
    if found is None or source.category is not None:
        told = f"product {source.product}, service {source.service}, category {source.category}"
        wanted = "product okta, or salesforce with service any or one that docs/reference/rules.md lists"
        raise Refusal(f"no log of the ledger is {told}, expected {wanted}", "logsource")
    conditions = [_tree(each.parsed, found.product) for each in parsed.detection.parsed_condition]
    return Simple(found, conditions[0] if len(conditions) == 1 else Any(tuple(conditions)))


def _tree(item: object, product: str) -> Condition:
    """Return the library's condition tree as ours."""
    match item:
        case ConditionAND():
            return All(tuple(_tree(each, product) for each in item.args))
        case ConditionOR():
            return Any(tuple(_tree(each, product) for each in item.args))
        case ConditionNOT():
            return Not(_tree(item.args[0], product))
        case ConditionFieldEqualsValueExpression():
            return _test(item.field, item.value, product)
        case ConditionValueExpression():
            raise Refusal("keywords without a field are not supported; name the field", "detection")
        case _:
            raise Refusal("the condition is empty", "condition")


def _test(name: str, value: object, product: str) -> Condition:
    """Return the test of one field against one value."""
    found = fields.field(product, name)
    place = f"field '{name}'"
    if found is None:
        raise Refusal(f"the ledger has no such field for {product}", place)
    if name.lower() == "outcome.result":
        value = _result(value, place)
    if isinstance(value, SigmaExpansion):
        return Any(tuple(_test(name, each, product) for each in value.values))
    try:
        return _valued(found, value)
    except Refusal as error:
        raise Refusal(str(error.args[0]), place) from error


def _result(value: object, place: str) -> object:
    """Return Okta's word for an outcome as the ledger's."""
    if not isinstance(value, SigmaString):
        return value
    told = fields.OKTA_RESULTS.get(str(value).lower())
    if told is None:
        raise Refusal(
            f"the ledger has no outcome '{value}', expected one of {', '.join(sorted(fields.OKTA_RESULTS))}",
            place,
        )
    return SigmaString(told)


def _valued(field: fields.Field, value: object) -> Test:
    """Return the test for a value of any type."""
    match value:
        case SigmaNull():
            return Test(f"{field.sql} IS NULL", field.cost, field.slot)
        case SigmaExists():
            return Test(f"{field.sql} IS {'NOT ' if value else ''}NULL", field.cost, field.slot)
        case SigmaBool():
            if field.kind != "flag":
                raise Refusal(f"holds {field.kind}, not true or false")
            return Test(f"{field.sql} IS {'true' if value else 'false'}", field.cost, field.slot)
        case SigmaTimestampPart():
            raise Refusal("parts of a time are not supported")
        case SigmaNumber() | SigmaCompareExpression():
            return _number(field, value)
        case _:
            return _text(field, value)


def _number(field: fields.Field, value: SigmaNumber | SigmaCompareExpression) -> Test:
    """Return the test against a number."""
    compared = isinstance(value, SigmaCompareExpression)
    number = value.number.number if isinstance(value, SigmaCompareExpression) else value.number
    if field.kind in {"text", "list"} and not compared:
        return _text(field, SigmaString(str(number)))
    if field.kind != "number":
        raise Refusal(f"holds {field.kind}, which is not compared with a number")
    if not isinstance(number, int) or not -_BIGINT <= number < _BIGINT:
        raise Refusal(f"value is {number}, expected a whole number")
    operator = _COMPARED[value.op.name] if isinstance(value, SigmaCompareExpression) else "="
    return Test(f"{field.sql} {operator} {number}", field.cost, field.slot)


def _text(field: fields.Field, value: object) -> Test:
    """Return the test against text, a pattern or a network; of a list, one element must fit."""
    if field.kind == "number" and isinstance(value, SigmaString) and str(value).isdecimal():
        return _number(field, SigmaNumber(str(value)))
    if field.kind not in {"text", "list"}:
        raise Refusal(f"holds {field.kind}, which is not compared with text")
    if field.kind == "list":
        inner = _spelled(value)
        if inner.word is not None and not inner.cased:
            low = field.folded
            told = f"list_contains({low}, {inner.word})"
            return Test(told, field.cost + 1, field.slot, low, inner.word, listed=True)
        tested = f"len(list_filter({field.sql}, lambda x: {inner.make('x', 'lower(x)')})) > 0"
        return Test(tested, field.cost + inner.cost + 1, field.slot)
    made = _spelled(value)
    subject = field.sql if made.cased else field.folded
    cost = field.cost + made.cost
    return Test(made.make(field.sql, field.folded), cost, field.slot, subject, made.word, made.within)


@dataclass(frozen=True)
class _Spelled:
    """How text is compared with one value: the expression over a column, as it is and in lower case."""

    make: Callable[[str, str], str]
    cost: int
    word: str | None = None
    within: str | None = None
    cased: bool = False


def _spelled(value: object) -> _Spelled:
    """Return how a text value, a pattern or a network is written."""
    match value:
        case SigmaString():
            return _string(value)
        case SigmaRegularExpression():
            return _expression(value)
        case SigmaCIDRExpression():
            return _network(value)
        case _:
            raise Refusal(f"a value of type {type(value).__name__.removeprefix('Sigma')} is not supported")


def _string(value: SigmaString) -> _Spelled:
    """Return equality, or the plainest function that a pattern with wildcards needs."""
    cased = isinstance(value, SigmaCasedString)
    parts: list[object] = list(value.s)
    if not all(isinstance(each, str | SpecialChars) for each in parts):
        raise Refusal("placeholders are not supported")
    if any(isinstance(each, str) and "\0" in each for each in parts):
        raise Refusal("text holds a null character")
    whole = "".join(each for each in parts if isinstance(each, str))
    if len(parts) == 1 and isinstance(parts[0], SpecialChars) and parts[0] is SpecialChars.WILDCARD_MULTI:
        return _Spelled(lambda column, _: f"{column} IS NOT NULL", 1)
    if all(isinstance(each, str) for each in parts):
        word = _constant(whole, cased=cased)
        return _Spelled(lambda column, low: f"{column if cased else low} = {word}", 0, word, None, cased)
    return _pattern(parts, whole, cased=cased)


def _constant(text: str, *, cased: bool) -> str:
    """Return the literal of a text, folded by the engine itself where its letters are not plain ones."""
    if cased:
        return literal(text)
    return literal(text.lower()) if text.isascii() else f"lower({literal(text)})"


def _pattern(parts: list[object], whole: str, *, cased: bool) -> _Spelled:
    """Return the test for text with wildcards: one function where the text stands at an end, else LIKE."""
    shape = "".join(_shape(each) for each in parts)
    function = {"*t*": "contains", "t*": "starts_with", "*t": "ends_with"}.get(shape)
    text = _constant(whole, cased=cased)
    if function:
        within = whole.lower() if function == "contains" and whole.isascii() and not cased else None
        return _Spelled(
            lambda column, low: f"{function}({column if cased else low}, {text})", 2, None, within, cased
        )
    spelled = "".join(_like(each) for each in parts)
    pattern = _constant(spelled, cased=cased)
    return _Spelled(lambda column, low: rf"{column if cased else low} LIKE {pattern} ESCAPE '\'", 4)


def _shape(part: object) -> str:
    if isinstance(part, SpecialChars):
        return "*" if part is SpecialChars.WILDCARD_MULTI else "?"
    return "t"


def _like(part: object) -> str:
    """Return one piece of a pattern as LIKE writes it."""
    if part is SpecialChars.WILDCARD_MULTI:
        return "%"
    if isinstance(part, SpecialChars):
        return "_"
    return "".join("\\" + each if each in "%_\\" else each for each in str(part))


def _expression(value: SigmaRegularExpression) -> _Spelled:
    pattern = str(value.regexp)
    flags = "".join(sorted(value.sigma_to_re_flag[each] for each in value.flags))
    told = literal((f"(?{flags})" if flags else "") + pattern)
    if "\0" in pattern:
        raise Refusal("text holds a null character")
    return _Spelled(lambda column, _: f"regexp_matches({column}, {told})", 8)


def _network(value: SigmaCIDRExpression) -> _Spelled:
    """Return whether an IPv4 address lies between the ends of a network."""
    network = value.network
    if not isinstance(network, IPv4Network):
        raise Refusal("networks of IPv6 are not supported; use startswith")
    low, high = int(network.network_address), int(network.broadcast_address)

    def make(column: str, _: str) -> str:
        parts = f"list_transform(string_split({column}, '.'), lambda part: part::BIGINT)"
        number = f"list_reduce({parts}, lambda a, b: a * 256 + b)"
        legible = rf"regexp_full_match({column}, '\d{{1,3}}(\.\d{{1,3}}){{3}}')"
        return f"CASE WHEN {legible} THEN {number} BETWEEN {low} AND {high} ELSE false END"

    return _Spelled(make, 9)


# ---- several events


def _correlation(parsed: SigmaCorrelationRule) -> Correlation:
    kind = parsed.type.name.lower()
    if kind not in _CORRELATED:
        raise Refusal(f"type is {kind}, expected one of {', '.join(_CORRELATED)}", "correlation")
    if kind == "temporal_ordered" and _partial(parsed):
        raise Refusal(
            "a part of the rules in order is not supported; name those that must come",
            "correlation, condition",
        )
    if not isinstance(parsed.condition, SigmaCorrelationCondition):
        raise Refusal("a condition in words is not supported; list the rules", "correlation, condition")
    value = parsed.condition.fieldref if kind == "value_count" else None
    if isinstance(value, list) or not isinstance(parsed.condition.count, int):
        raise Refusal("expected one field and a whole number", "correlation, condition")
    names = [each.reference for each in parsed.rules or []]
    if not names or len(set(names)) < len(names):
        raise Refusal("expected one rule or more, each named once", "correlation, rules")
    group_by = tuple(parsed.group_by or ())
    return Correlation(
        kind=kind,  # pyright: ignore[reportArgumentType] - one of `_CORRELATED`
        parts=tuple(Part(name, _names(parsed, name, group_by)) for name in names),
        group_by=group_by,
        span_s=parsed.timespan.seconds,
        operator=_COUNTED[parsed.condition.op.name],
        count=parsed.condition.count,
        value=value,
        generate=parsed.generate,
    )


def _partial(parsed: SigmaCorrelationRule) -> bool:
    """Say whether a condition asks for less, or other, than all its rules."""
    told = parsed.condition
    if not isinstance(told, SigmaCorrelationCondition):
        return False
    return (told.op.name, told.count) != ("GTE", len(parsed.rules or []))


def _names(parsed: SigmaCorrelationRule, rule: str, group_by: tuple[str, ...]) -> Mapping[str, str]:
    """Return what each name of `group_by` means for one of the rules: an alias, or itself."""
    found = {name: name for name in group_by}
    for alias in parsed.aliases:
        if alias.alias in found:
            told = {each.reference: name for each, name in alias.mapping.items()}
            if rule not in told:
                raise Refusal(f"alias '{alias.alias}' says nothing of rule '{rule}'", "correlation, aliases")
            found[alias.alias] = told[rule]
    return found
