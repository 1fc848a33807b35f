"""Queries of the replay oracle: a tree of its own, and the text that the platform logs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

# --- queries ---


@dataclass(frozen=True)
class Literal:
    """A date literal such as LAST_N_DAYS:3."""

    name: str
    n: int | None = None


@dataclass(frozen=True)
class Bind:
    """A variable whose value the log does not tell."""

    name: str


Scalar: TypeAlias = str | int | Decimal | bool | date | datetime | Literal | Bind | None


@dataclass(frozen=True)
class Function:
    """A date function of a field."""

    name: str
    path: str
    converted: bool = False
    """Whether convertTimezone stands inside."""


@dataclass(frozen=True)
class Compare:
    """One comparison; `right` is a tuple for IN, NOT IN, INCLUDES and EXCLUDES.

    In a LIKE pattern a backslash escapes the character after it.
    """

    left: str | Function
    op: str
    right: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True)
class InQuery:
    """A semi-join, or an anti-join where negated; the inner query selects one field."""

    left: str
    query: Query
    negated: bool = False


@dataclass(frozen=True)
class And:
    """All of them."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    """Any of them."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """Not this."""

    part: Condition


Condition: TypeAlias = Compare | InQuery | And | Or | Not


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY."""

    path: str
    descending: bool = False
    nulls: str | None = None
    """FIRST, LAST or not stated."""


@dataclass(frozen=True)
class Aggregate:
    """COUNT() and its like; a path of None is the empty list of arguments."""

    name: str
    path: str | None = None


@dataclass(frozen=True)
class Children:
    """A query nested in the select list; its object is the name of the list."""

    query: Query


@dataclass(frozen=True)
class Query:
    """One query."""

    select: tuple[str | Aggregate | Children, ...]
    object: str
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    group: tuple[str, ...] = ()
    all_rows: bool = False
    scope: str | None = None


def text_of(query: Query) -> str:
    """Write a query as the platform logs it."""
    words = ["SELECT " + ", ".join(map(_item, query.select)), f"FROM {query.object}"]
    if query.scope:
        words.append(f"USING SCOPE {query.scope}")
    if query.where is not None:
        words.append(f"WHERE {_condition(query.where, top=True)}")
    if query.group:
        words.append("GROUP BY " + ", ".join(query.group))
    if query.order:
        words.append("ORDER BY " + ", ".join(map(_key, query.order)))
    if query.limit is not None:
        words.append(f"LIMIT {query.limit}")
    if query.offset is not None:
        words.append(f"OFFSET {query.offset}")
    if query.all_rows:
        words.append("ALL ROWS")
    return " ".join(words)


def _item(item: str | Aggregate | Children) -> str:
    if isinstance(item, Children):
        return f"({text_of(item.query)})"
    return f"{item.name}({item.path or ''})" if isinstance(item, Aggregate) else item


def _key(key: Order) -> str:
    nulls = f" NULLS {key.nulls}" if key.nulls else ""
    return f"{key.path}{' DESC' if key.descending else ''}{nulls}"


def _condition(condition: Condition, *, top: bool = False) -> str:
    match condition:
        case Compare(left, op, right):
            return f"{_left(left)} {op} {_right(op, right)}"
        case InQuery(left, query, negated):
            return f"{left} {'NOT IN' if negated else 'IN'} ({text_of(query)})"
        case Not(part):
            inside = f"NOT ({_condition(part, top=True)})"
            return inside if top else f"({inside})"
        case And(parts) | Or(parts):
            word = " AND " if isinstance(condition, And) else " OR "
            inside = word.join(map(_condition, parts))
            return inside if top else f"({inside})"


def _left(left: str | Function) -> str:
    if isinstance(left, str):
        return left
    return f"{left.name}({f'convertTimezone({left.path})' if left.converted else left.path})"


def _right(op: str, right: Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(right, tuple):
        return f"({', '.join(_right(op, each) for each in right)})"
    match right:
        case None:
            return "null"
        case bool():
            return "true" if right else "false"
        case str():
            # A pattern keeps its own escapes; elsewhere a backslash stands for itself.
            kept = right if op == "LIKE" else right.replace("\\", "\\\\")
            return "'" + kept.replace("'", "\\'").replace("\n", "\\n") + "'"
        case datetime():
            return right.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return right.isoformat()
        case Literal(name, n):
            return name if n is None else f"{name}:{n}"
        case Bind(name):
            return f":{name}"
        case _:
            return str(right)
