"""What a SOQL query returns: its objects and fields, read from the text and never run.

This first form reads the select list, FROM, child subqueries and which fields stand elsewhere; it
does not evaluate conditions. A query that it cannot read to the end says so (`whole` is false), and
what was read of it is still used: a cut text keeps its object and fields. Grammar: log-sources 2.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TEXT_LIMIT = 100_000
DEPTH_LIMIT = 64
_TOKEN = re.compile(
    r"'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|[A-Za-z_][\w.]*|:\s*[A-Za-z_][\w.]*|[0-9][\w:.+\-]*|[<>!]=|\S", re.DOTALL
)
_CLOSED = re.compile(r"'(?:[^'\\]|\\.)*+'", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w.]*\Z")
_CLAUSES = frozenset(
    {"using", "where", "with", "group", "having", "order", "limit", "offset", "for", "update", "set", "all"}
)
_AGGREGATES = frozenset({"count", "count_distinct", "sum", "avg", "min", "max", "grouping"})
_SHOWN_BY_AGGREGATE = frozenset({"min", "max"})
_ALL_FIELDS = "fields"


@dataclass
class Query:
    """One SELECT: names as written, in the order written."""

    object: str | None = None
    alias: str | None = None
    paths: list[str] = field(default_factory=list[str])
    """Fields returned, with dots for parent paths; function arguments included, aggregates not."""
    everything: bool = False
    """FIELDS(ALL), FIELDS(STANDARD), FIELDS(CUSTOM) or TYPEOF: fields that the text does not name."""
    children: list[Query] = field(default_factory=list["Query"])
    """Child subqueries; their `object` is a relationship name."""
    filters: list[str] = field(default_factory=list[str])
    """Fields used outside the select list only."""
    aggregate: bool = False
    """The answer holds aggregate rows, no records."""
    grouped: list[str] = field(default_factory=list[str])
    """Fields of GROUP BY."""
    shown: list[str] = field(default_factory=list[str])
    """In an aggregate query: fields whose values the answer shows (group keys, MIN, MAX)."""
    extremes: int = 0
    """How many MIN and MAX the select list has."""
    selected: bool = False
    """The select list was read to its end: what it names is all that the text asks for."""
    whole: bool = True
    """The text was read to its end."""

    @property
    def shown_per_row(self) -> int:
        """How many different records one row can show: MIN, MAX and the group may each be of another."""
        return max(1, self.extremes + any(self.grouped)) if self.aggregate else 1


def parse(text: str) -> Query:
    """Return what the query returns; never raises, whatever the text.

    >>> parse("SELECT Id, Account.Name FROM Contact WHERE Email != null").paths
    ['Id', 'Account.Name']
    """
    tokens = _TOKEN.findall(text[:TEXT_LIMIT])
    reader = _Reader(tokens)
    query = reader.select(0)
    closed = not tokens or not tokens[-1].startswith("'") or _CLOSED.fullmatch(tokens[-1]) is not None
    query.whole = query.whole and closed and len(text) <= TEXT_LIMIT and reader.place == len(tokens)
    return query


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0

    def peek(self) -> str:
        """Return the next token in lower case, or the empty string at the end."""
        return self.tokens[self.place].lower() if self.place < len(self.tokens) else ""

    def take(self) -> str:
        """Return the next token as written and step over it."""
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""

    def accept(self, word: str) -> bool:
        """Step over `word` if it is next."""
        if self.peek() == word:
            self.place += 1
            return True
        return False

    def select(self, depth: int) -> Query:
        """Read one SELECT up to its end or the bracket that closes it."""
        query = Query()
        if depth > DEPTH_LIMIT or not self.accept("select"):
            query.whole = False
            return query
        while self.peek() not in {"", "from", ")"}:
            self.item(query, depth)
            if not self.accept(","):
                break
        if self.accept("from") and _NAME.match(self.peek() or "-"):
            query.selected = query.whole
            query.object = self.take()
            self.aliases(query)
            self.clauses(query)
        else:
            query.whole = False
        _without_alias(query)
        query.shown += query.grouped
        return query

    def item(self, query: Query, depth: int) -> None:
        """Read one item of the select list."""
        if self.accept("("):
            query.children.append(self.select(depth + 1))
            query.whole = self.accept(")") and query.children[-1].whole and query.whole
        elif self.peek() == "typeof":
            self.typeof(query)
        else:
            self.path_or_call(query)
        if _NAME.match(self.peek() or "-") and self.peek() != "from":
            self.take()  # an alias

    def typeof(self, query: Query) -> None:
        """Read TYPEOF ... END: which of its fields came back depends on each row."""
        query.everything = True
        while self.peek() not in {"", "end", "from"}:
            self.take()
        query.whole = self.accept("end") and query.whole

    def path_or_call(self, query: Query) -> None:
        """Read a field path, or a function with its arguments."""
        name = self.take()
        if not _NAME.match(name):
            query.whole = False
        elif self.accept("("):
            self.call(query, name.lower())
        else:
            query.paths.append(name)

    def call(self, query: Query, function: str) -> None:
        """Read a function's arguments; a plain function shows its field, an aggregate does not."""
        arguments = self.arguments()
        names = [each for each in arguments if _NAME.match(each)]
        if function == _ALL_FIELDS:
            query.everything = True
        elif function in _AGGREGATES:
            query.aggregate = True
            if function in _SHOWN_BY_AGGREGATE:
                query.shown += names
                query.extremes += 1
        else:
            query.paths += [
                each for each in names if each.lower() not in {"geolocation", "convertcurrency", "distance"}
            ]

    def arguments(self) -> list[str]:
        """Return the tokens up to the bracket that closes the call."""
        depth, found = 1, list[str]()
        while depth and self.peek():
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token, 0)
            found.append(token)
        return found[:-1]

    def aliases(self, query: Query) -> None:
        """Read `[AS] alias` and further `, alias.relationship alias` of FROM."""
        self.accept("as")
        if _NAME.match(self.peek() or "-") and self.peek() not in _CLAUSES:
            query.alias = self.take()
        while self.accept(","):
            query.filters.append(self.take())
            self.accept("as")
            if _NAME.match(self.peek() or "-") and self.peek() not in _CLAUSES:
                query.everything = True  # fields under this second alias are not resolved here
                self.take()

    def clauses(self, query: Query) -> None:
        """Read all clauses after FROM: which fields they use, and what is grouped by."""
        depth, clause = 0, ""
        before = ""
        while self.peek() and not (depth == 0 and self.peek() == ")"):
            token = self.take()
            low = token.lower()
            depth += {"(": 1, ")": -1}.get(token, 0)
            if depth == 0 and low in _CLAUSES and before != "security":
                clause = low
            elif self._is_field(token, clause):
                (query.grouped if clause == "group" else query.filters).append(token)
                query.aggregate = query.aggregate or clause == "group"
            before = low
        query.whole = query.whole and depth == 0

    def _is_field(self, token: str, clause: str) -> bool:
        """Say whether a token of a clause names a field."""
        if clause not in {"where", "having", "order", "group", "with"} or not _NAME.match(token):
            return False
        return token.lower() not in _WORDS and self.peek() != "("


_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "like",
        "includes",
        "excludes",
        "null",
        "true",
        "false",
        "asc",
        "desc",
        "nulls",
        "first",
        "last",
        "by",
        "select",
        "from",
        "where",
        "rollup",
        "cube",
        "at",
        "above",
        "below",
        "above_or_below",
        "data",
        "category",
        "security_enforced",
        "user_mode",
        "system_mode",
        "today",
        "yesterday",
        "tomorrow",
        "this_week",
        "last_week",
        "next_week",
        "this_month",
        "last_month",
        "next_month",
        "this_quarter",
        "last_quarter",
        "next_quarter",
        "this_year",
        "last_year",
        "next_year",
        "last_90_days",
        "next_90_days",
        "this_fiscal_year",
        "last_n_days",
        "next_n_days",
        "last_n_weeks",
        "last_n_months",
        "last_n_quarters",
        "last_n_years",
    ]
)


def _without_alias(query: Query) -> None:
    """Drop the object's own name or alias from the front of paths."""
    own = {name.lower() for name in (query.alias, query.object) if name}
    for paths in (query.paths, query.filters, query.grouped, query.shown):
        paths[:] = [_stripped(path, own) for path in paths]


def _stripped(path: str, own: set[str]) -> str:
    first, dot, rest = path.partition(".")
    return rest if dot and first.lower() in own else path
