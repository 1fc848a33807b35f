"""Text of a query to its tree: recursive descent over the tokens, one pass, no way back.

The reader stops at the first thing that it cannot place, and keeps what stands before it. The text is
hostile: nesting ends at a limit of its own, long before the interpreter's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import NoReturn, TypeVar

from floodmark.soql import dates
from floodmark.soql.tokens import TEXT_LIMIT, Token, tokenise
from floodmark.soql.tree import (
    All,
    Among,
    AmongRows,
    Any,
    Bind,
    Boolean,
    Call,
    Children,
    Clause,
    Compare,
    Condition,
    Currency,
    Day,
    Everything,
    Field,
    Includes,
    Item,
    Moment,
    Not,
    Null,
    Number,
    Operand,
    Order,
    Parsed,
    Path,
    Place,
    Problem,
    Select,
    Source,
    Span,
    Text,
    TypeOf,
    Value,
)
from floodmark.text import visible

DEPTH_LIMIT = 64
"""Brackets, NOTs, calls and subqueries inside each other."""

T = TypeVar("T")

_ENDS = frozenset({"end", "limit"})
_DIGIT_LIMIT = 400
_SHOWN = 40
_OPENING = frozenset({"where", "with", "having"})
_PAIRS: dict[str, frozenset[str]] = {
    "using": frozenset({"scope"}),
    "group": frozenset({"by"}),
    "order": frozenset({"by"}),
    "for": frozenset({"view", "reference", "update"}),
    "update": frozenset({"tracking", "viewstat"}),
    "set": frozenset({"options"}),
    "all": frozenset({"rows"}),
}
"""Words that open a clause together with the next one; alone they may be names."""
_CLAUSE_WORDS = _OPENING.union(_PAIRS, {"limit", "offset"})
_NO_OBJECT = frozenset({"select", "from", "where", "using", "with", "having"})
_MODES = frozenset({"security_enforced", "user_mode", "system_mode"})
_REACH = frozenset({"at", "above", "below", "above_or_below"})
_CONSTANTS = frozenset({"true", "false", "null"})


class _StopError(Exception):
    """The text cannot be read on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass
class _Draft:
    """A SELECT while it is read; turned into one at any time."""

    begin: int = -1
    items: list[Item] = field(default_factory=list[Item])
    object: str = ""
    object_at: Place = (0, 0)
    alias: str | None = None
    sources: list[Source] = field(default_factory=list[Source])
    using_scope: str | None = None
    where: Condition | None = None
    with_filter: Clause | None = None
    group: tuple[Operand, ...] = ()
    grouping: str | None = None
    having: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | Bind | None = None
    offset: int | Bind | None = None
    trailing: list[Clause] = field(default_factory=list[Clause])
    all_rows: bool = False
    nested: bool = False

    def select(self, end: int) -> Select:
        """Return what was read so far."""
        return Select(
            items=tuple(self.items),
            object=self.object,
            at=(self.begin, end),
            object_at=self.object_at,
            alias=self.alias,
            sources=tuple(self.sources),
            using_scope=self.using_scope,
            where=self.where,
            with_filter=self.with_filter,
            group=self.group,
            grouping=self.grouping,
            having=self.having,
            order=self.order,
            limit=self.limit,
            offset=self.offset,
            trailing=tuple(self.trailing),
            all_rows=self.all_rows,
        )


def parse(text: str) -> Parsed:
    """Return the tree of a query in plain characters, or what could be read of it.

    Never raises, and takes time in proportion to the length. A clause counts as read to its end only
    where the next clause begins behind it, or the text ends: `WHERE a = 1 O` has no condition, because
    another OR may have followed. The last item of a select list that breaks off may be cut, and is left
    out. An URL-encoded text has to go through `decoded` first.

    >>> parse("SELECT Id FROM Contact WHERE Email = null LIMIT 5").select.limit
    5
    >>> parse("SELECT Id FROM Contact WHERE a = 1 AND b = 2 OR c = 3").problem.message
    'AND and OR mixed without brackets'
    """
    reader = _Reader(text)
    draft = _Draft()
    problem = None
    try:
        reader.select(draft)
        reader.finish()
    except _StopError as stop:
        problem = stop.problem
    except RecursionError:  # the caller stands near the limit of the interpreter already
        problem = Problem("nested deeper than there is room for", reader.next.at)
    select = draft.select(reader.end) if draft.begin >= 0 else None
    return Parsed(text, select, problem, items_whole=bool(draft.object))


class _Reader:
    """A place in the tokens of one text; every method reads one thing of the grammar and steps behind it."""

    def __init__(self, text: str) -> None:
        self.tokens = tokenise(text)
        self.place = 0
        self.depth = 0

    # --- tokens --------------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.place]

    @property
    def second(self) -> Token:
        """The token behind the next one, or the last."""
        return self.tokens[min(self.place + 1, len(self.tokens) - 1)]

    @property
    def end(self) -> int:
        """Where the token before ends."""
        return self.tokens[self.place - 1].at[1] if self.place else 0

    def take(self) -> Token:
        """Return the next token and step behind it; nothing is behind the last."""
        token = self.next
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def accept(self, *words: str) -> bool:
        """Step behind the words, or the one mark, if all of them are next."""
        found = [token.low for token in self.tokens[self.place : self.place + len(words)]]
        if found != list(words):
            return False
        self.place += len(words)
        return True

    def expect(self, word: str) -> None:
        """Step behind a word or mark, which has to be next."""
        if not self.accept(word):
            self.stop(word.upper() if word.isalpha() else f"'{word}'")

    def name(self, expected: str) -> Token:
        """Return the next token, which has to be a word."""
        if self.next.kind != "word":
            self.stop(expected)
        return self.take()

    def stop(self, expected: str) -> NoReturn:
        """Give up at the next token."""
        token = self.next
        if token.kind == "limit":
            message = f"the text is longer than {TEXT_LIMIT} characters"
        elif token.kind == "open":
            message = "the text ends inside a string"
        elif token.kind == "end":
            message = f"the text ends where {expected} is expected"
        else:
            message = f"found {visible(token.text[:_SHOWN], limit=_SHOWN)}, expected {expected}"
        self.refuse(message, token.at)

    def refuse(self, message: str, at: Place) -> NoReturn:
        """Give up for a reason of its own."""
        raise _StopError(Problem(message, at))

    def deeper(self, read: Callable[[], T]) -> T:
        """Read something that may hold itself, one level further down."""
        if self.depth >= DEPTH_LIMIT:
            self.refuse(f"nested deeper than {DEPTH_LIMIT} levels", self.next.at)
        self.depth += 1
        found = read()
        self.depth -= 1
        return found

    def listed(self, read: Callable[[], T]) -> tuple[T, ...]:
        """Return one or more things with commas between."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return tuple(found)

    def bracketed(self, read: Callable[[], T]) -> T:
        """Read something in brackets."""
        self.expect("(")
        found = read()
        self.expect(")")
        return found

    # --- SELECT --------------------------------------------------------------------------------------

    def select(self, draft: _Draft) -> None:
        """Read one SELECT into `draft`, up to its end or the bracket that closes it."""
        if self.next.low != "select":
            self.stop("SELECT")
        draft.begin = self.take().at[0]
        self.items(draft)
        self.source(draft)
        for read in (self.using, self.where, self.with_, self.grouped, self.having, self.ordered):
            read(draft)
        self.limits(draft)
        while self.trailing(draft):
            pass

    def subquery(self) -> Select:
        """Return a SELECT that stands in brackets, without them; nothing of it remains when it is broken."""
        draft = _Draft(nested=True)
        self.select(draft)
        return draft.select(self.end)

    def closed(self, draft: _Draft) -> None:
        """Make sure that nothing of the clause that was read can follow."""
        here = self.next.low == ")" if draft.nested else self.next.kind == "end"
        if not here and self.next.low not in _CLAUSE_WORDS:
            self.stop("')' or another clause" if draft.nested else "the end or another clause")

    def opens_clause(self) -> bool:
        """Say whether the next token opens a clause; a word that may do both counts as a name."""
        word, second = self.next.low, self.second
        if word in {"limit", "offset"}:
            return second.kind in {"number", "bind", *_ENDS}
        return word in _OPENING or (word in _PAIRS and (second.low in _PAIRS[word] or second.kind in _ENDS))

    def finish(self) -> None:
        """Make sure that the text ends here."""
        if self.next.kind != "end":
            self.stop("the end")

    # --- select list ---------------------------------------------------------------------------------

    def items(self, draft: _Draft) -> None:
        """Read the select list and the word FROM."""
        while True:
            self.item(draft)
            if not self.accept(","):
                break
        self.expect("from")

    def item(self, draft: _Draft) -> None:
        """Read one item of the select list."""
        begin = self.next.at[0]
        if self.next.low == "(":
            self.children(draft)
            return
        item = self.plain_item(begin)
        if self.next.kind not in _ENDS:  # else it may go on: `COUNT` of `COUNT(Id)`, `Email` of `Email_2__c`
            draft.items.append(item)

    def plain_item(self, begin: int) -> Item:
        """Return an item that is no subquery."""
        word, second = self.next, self.second
        if word.low == "typeof" and second.kind == "word" and second.low != "from":
            return self.typeof(begin)
        if word.low == "fields" and second.low == "(":
            return self.everything(begin)
        if word.low == "from" and second.low not in {",", ".", "from"}:
            self.stop("a field")
        what = self.operand()
        alias = self.take().text if self.next.kind == "word" and self.next.low != "from" else None
        return Field(what, alias, (begin, self.end))

    def children(self, draft: _Draft) -> None:
        """Read a subquery over child rows; when it breaks off, what was read of it is kept."""
        begin = self.take().at[0]
        child = _Draft(nested=True)
        try:
            self.deeper(lambda: self.select(child))
            end = self.end
            self.expect(")")
        except _StopError:
            if child.begin >= 0:
                draft.items.append(Children(child.select(self.end), (begin, self.end)))
            raise
        draft.items.append(Children(child.select(end), (begin, self.end)))

    def everything(self, begin: int) -> Everything:
        """Return FIELDS(...)."""
        self.take()
        which = self.bracketed(lambda: self.one_of("all", "standard", "custom"))
        return Everything(which.upper(), (begin, self.end))

    def one_of(self, *words: str) -> str:
        """Return the next word in lower case, which has to be one of these."""
        if self.next.low not in words:
            self.stop(" or ".join(word.upper() for word in words))
        return self.take().low

    def typeof(self, begin: int) -> TypeOf:
        """Return TYPEOF ... END."""
        self.take()
        path = self.path()
        whens = list[tuple[str, tuple[Path, ...]]]()
        while self.accept("when"):
            name = self.name("a type").text
            self.expect("then")
            whens.append((name, self.listed(self.path)))
        if not whens:
            self.stop("WHEN")
        otherwise = self.listed(self.path) if self.accept("else") else ()
        self.expect("end")
        return TypeOf(path, tuple(whens), otherwise, (begin, self.end))

    def path(self) -> Path:
        """Return a field with the relations that lead to it."""
        begin = self.next.at[0]
        steps = [self.name("a name").text]
        while self.accept("."):
            steps.append(self.name("a name").text)
        return Path(tuple(steps), (begin, self.end))

    def operand(self) -> Operand:
        """Return a field, or a function with its arguments."""
        if self.next.kind == "word" and self.second.low == "(":
            return self.deeper(self.call)
        return self.path()

    def call(self) -> Call:
        """Return a function with its arguments, of which there may be none."""
        begin = self.next.at[0]
        name = self.take().low
        self.take()
        arguments = () if self.next.low == ")" else self.listed(self.argument)
        self.expect(")")
        return Call(name, arguments, (begin, self.end))

    def argument(self) -> Path | Call | Value:
        """Return an argument: a word is a field, other things are values."""
        if self.next.kind == "word" and self.next.low not in _CONSTANTS:
            return self.operand()
        return self.value()

    # --- FROM ----------------------------------------------------------------------------------------

    def source(self, draft: _Draft) -> None:
        """Read what stands between FROM and the first clause."""
        if self.next.low in _NO_OBJECT:
            self.stop("an object")
        path = self.path()
        name = path.steps[-1]
        if self.next.kind == "limit" or (draft.nested and self.next.kind == "end"):
            self.stop("')'")  # the query is cut, and the name may be
        if len(path.steps) > 1 and not draft.nested:
            self.refuse("found a path, expected an object", path.at)
        draft.object, draft.object_at = name, path.at
        draft.alias = self.alias()
        while self.accept(","):
            draft.sources.append(Source(self.path(), self.alias()))
        self.closed(draft)

    def alias(self) -> str | None:
        """Return an alias of FROM if one is next."""
        if self.accept("as"):
            return self.name("an alias").text
        return self.take().text if self.next.kind == "word" and not self.opens_clause() else None

    def using(self, draft: _Draft) -> None:
        """Read USING SCOPE."""
        if self.accept("using"):
            self.expect("scope")
            scope = self.name("a scope").low
            self.closed(draft)
            draft.using_scope = scope

    # --- conditions ----------------------------------------------------------------------------------

    def where(self, draft: _Draft) -> None:
        """Read WHERE."""
        if self.accept("where"):
            condition = self.condition()
            self.closed(draft)
            draft.where = condition

    def having(self, draft: _Draft) -> None:
        """Read HAVING."""
        if self.accept("having"):
            condition = self.condition()
            self.closed(draft)
            draft.having = condition

    def condition(self) -> Condition:
        """Return terms joined by AND or by OR, or the one term that there is."""
        begin = self.next.at[0]
        terms = [self.term()]
        word = self.next.low
        if word not in {"and", "or"}:
            return terms[0]
        while self.accept(word):
            terms.append(self.term())
        if self.next.low in {"and", "or"}:
            self.refuse("AND and OR mixed without brackets", self.next.at)
        join = All if word == "and" else Any
        return join(tuple(terms), (begin, self.end))

    def term(self) -> Condition:
        """Return a comparison, a condition in brackets, or NOT of either."""
        if self.next.low == "(":
            return self.bracketed(lambda: self.deeper(self.condition))
        if self.next.low == "not" and self.second.kind != "sign" and self.second.low != ".":
            return self.negation()
        return self.comparison()

    def negation(self) -> Not:
        """Return NOT with the one term behind it."""
        begin = self.take().at[0]
        term = self.deeper(self.term)
        return Not(term, (begin, self.end))

    def comparison(self) -> Condition:
        """Return a field or function with what it is compared with."""
        begin = self.next.at[0]
        left = self.operand()
        if self.next.kind == "sign" or self.next.low == "like":
            operator = {"<>": "!="}.get(self.next.low, self.next.low)
            self.take()
            value = self.value()
            return Compare(left, operator, value, (begin, self.end))
        negated = self.accept("not", "in")
        if negated or self.accept("in"):
            return self.among(left, begin, negated=negated)
        if self.next.low in {"includes", "excludes"}:
            negated = self.take().low == "excludes"
            values = self.picked()
            return Includes(left, values, negated, (begin, self.end))
        return self.stop("a comparison")

    def among(self, left: Operand, begin: int, *, negated: bool) -> Among | AmongRows:
        """Return IN with what stands behind it."""
        if self.next.kind == "bind":
            return Among(left, self.bind(), negated, (begin, self.end))
        self.expect("(")
        if self.next.low == "select":
            query = self.deeper(self.subquery)
            self.expect(")")
            return AmongRows(left, query, negated, (begin, self.end))
        values = self.listed(self.value)
        self.expect(")")
        return Among(left, values, negated, (begin, self.end))

    def picked(self) -> tuple[Text, ...] | Bind:
        """Return the strings of INCLUDES or EXCLUDES, or the variable in their place."""
        if self.next.kind == "bind":
            return self.bind()
        self.expect("(")
        found = self.bind() if self.next.kind == "bind" else self.listed(self.string)
        self.expect(")")
        return found

    # --- values --------------------------------------------------------------------------------------

    def value(self) -> Value:
        """Return the next value."""
        match self.next.kind:
            case "string":
                return self.string()
            case "number":
                token = self.take()
                return Number(self.decimal(token.text, token.at), token.at)
            case "day" | "moment":
                return self.day_or_moment()
            case "bind":
                return self.bind()
            case "word" | "currency":
                return self.named_value()
            case _:
                return self.stop("a value")

    def string(self) -> Text:
        """Return the next string with its escapes resolved."""
        if self.next.kind != "string":
            self.stop("a string")
        token = self.next
        unknown = _BAD_ESCAPE.match(token.text)
        if unknown:
            at = (token.at[0] + unknown.end() - 2, token.at[0] + unknown.end())
            self.refuse("an escape that strings do not have", at)
        self.take()
        body = token.text[1:-1]
        return Text(_joined(_ESCAPE.sub(_plain, body)), _joined(_ESCAPE.sub(_kept, body)), token.at)

    def bind(self) -> Bind:
        """Return the next variable."""
        token = self.take()
        return Bind(token.text[1:].strip(), token.at)

    def decimal(self, text: str, at: Place) -> Decimal:
        """Return a number, unless it has a size that nobody means."""
        mantissa, _, exponent = text.lower().partition("e")
        if len(mantissa) > _DIGIT_LIMIT or len(exponent.lstrip("+-")) > 3:  # noqa: PLR2004 - digits
            self.refuse("a number out of all bounds", at)
        return Decimal(text)

    def day_or_moment(self) -> Day | Moment:
        """Return the next date or date-time, which has to exist."""
        token = self.take()
        shown = visible(token.text, limit=_SHOWN)
        try:
            if token.kind == "day":
                return Day(date.fromisoformat(token.text), token.at)
            offset, local = _zone(token.text)
            if offset is None:
                self.refuse(f"{shown} has no zone", token.at)
            return Moment(_moment(local, offset), token.at)
        except (ValueError, OverflowError):
            self.refuse(f"{shown} is no time that exists", token.at)

    def named_value(self) -> Value:
        """Return TRUE, FALSE, NULL, a date literal or an amount with its currency."""
        token = self.next
        if token.low in {"true", "false"}:
            return Boolean(self.take().low == "true", token.at)
        if self.accept("null"):
            return Null(token.at)
        upper = token.text.upper()
        if upper in dates.FIXED:
            return Span(upper, None, self.take().at)
        if upper in dates.COUNTED:
            return self.counted(upper)
        if token.kind == "currency" or _AMOUNT.match(token.text):
            self.take()
            return Currency(upper[:3], self.decimal(token.text[3:], token.at), token.at)
        return self.stop("a value")

    def counted(self, name: str) -> Span | Bind:
        """Return a date literal with its number; with a variable for it, only that is known."""
        begin = self.take().at[0]
        self.expect(":")
        if self.next.kind == "bind":
            return Bind(self.bind().name, (begin, self.end))
        count = self.whole_number()
        return Span(name, count, (begin, self.end))

    def whole_number(self) -> int:
        """Return the next token as a whole number, 0 or more."""
        if not _DIGITS.match(self.next.text) or len(self.next.text) > _DIGIT_LIMIT:
            self.stop("a whole number")
        return int(self.take().text)

    # --- WITH, GROUP BY, ORDER BY, LIMIT, and what trails ----------------------------------------------

    def with_(self, draft: _Draft) -> None:
        """Read WITH and keep it as text."""
        if self.next.low == "with":
            first = self.place
            self.take()
            self.filtered()
            self.closed(draft)
            draft.with_filter = self.clause(first)

    def filtered(self) -> None:
        """Step over what WITH filters by."""
        if self.next.low in _MODES:
            self.take()
        elif self.accept("data"):
            self.expect("category")
            self.category()
            while self.accept("and"):
                self.category()
        elif self.accept("recordvisibilitycontext"):
            self.bracketed(lambda: self.listed(self.comparison))
        else:
            self.condition()

    def category(self) -> None:
        """Step over one data category, or a group of them in brackets."""
        self.name("a category group")
        if self.next.low not in _REACH:
            self.stop("AT, ABOVE, BELOW or ABOVE_OR_BELOW")
        self.take()
        if self.next.low == "(":
            self.bracketed(lambda: self.listed(lambda: self.name("a category")))
        else:
            self.name("a category")

    def clause(self, first: int) -> Clause:
        """Return the tokens from `first` up to here as text."""
        tokens = self.tokens[first : self.place]
        text = " ".join(each.text if each.kind == "string" else each.text.upper() for each in tokens)
        return Clause(text, (tokens[0].at[0], self.end))

    def grouped(self, draft: _Draft) -> None:
        """Read GROUP BY."""
        if not self.accept("group"):
            return
        self.expect("by")
        grouping = None
        if self.next.low in {"rollup", "cube"} and self.second.low == "(":
            grouping = self.take().low
            group = self.bracketed(lambda: self.listed(self.operand))
        else:
            group = self.listed(self.operand)
        self.closed(draft)
        draft.group, draft.grouping = group, grouping

    def ordered(self, draft: _Draft) -> None:
        """Read ORDER BY."""
        if self.accept("order"):
            self.expect("by")
            order = self.listed(self.key)
            self.closed(draft)
            draft.order = order

    def key(self) -> Order:
        """Return one key of ORDER BY."""
        begin = self.next.at[0]
        by = self.operand()
        descending = self.next.low == "desc"
        if not self.accept("desc"):
            self.accept("asc")
        last = self.accept("nulls") and self.one_of("first", "last") == "last"
        return Order(by, descending, last, (begin, self.end))

    def limits(self, draft: _Draft) -> None:
        """Read LIMIT and OFFSET."""
        if self.accept("limit"):
            limit = self.number_or_bind()
            self.closed(draft)
            draft.limit = limit
        if self.accept("offset"):
            offset = self.number_or_bind()
            self.closed(draft)
            draft.offset = offset

    def number_or_bind(self) -> int | Bind:
        """Return a whole number or a variable."""
        return self.bind() if self.next.kind == "bind" else self.whole_number()

    def trailing(self, draft: _Draft) -> bool:
        """Read one clause that changes no field and no row but ALL ROWS; say whether there was one."""
        first = self.place
        word = self.next.low
        if self.accept("all"):
            self.expect("rows")
            self.closed(draft)
            draft.all_rows = True
            return True
        if self.accept("set"):
            self.expect("options")
            self.bracketed(lambda: self.listed(self.comparison))
        elif word in {"for", "update"}:
            self.take()
            self.listed(lambda: self.one_of(*sorted(_PAIRS[word])))
        else:
            return False
        self.closed(draft)
        draft.trailing.append(self.clause(first))
        return True


# --- strings and times ---------------------------------------------------------------------------------

_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\.|\\", re.DOTALL)
_BAD_ESCAPE = re.compile(r"""(?:[^\\]|\\(?:[nrtbf"'\\_%NRTBF]|u[0-9A-Fa-f]{4}))*+\\.""", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_AMOUNT = re.compile(r"[A-Za-z]{3}[0-9]+\Z")
_DIGITS = re.compile(r"[0-9]+\Z")
_ZONE = re.compile(r"(?P<sign>[+\- ])(?P<hours>\d\d):?(?P<minutes>\d\d)\Z")


def _plain(escape: re.Match[str]) -> str:
    """Return the character that an escape stands for."""
    mark = escape[0][1:]
    if len(mark) > 1:
        return chr(int(mark[1:], 16))
    return _SIGNS.get(mark.lower(), mark)


def _kept(escape: re.Match[str]) -> str:
    """Return the same for a pattern, in which a literal wildcard and a backslash stay escaped."""
    found = _plain(escape)
    return rf"\{found}" if found == "\\" or escape[0] in {r"\%", r"\_"} else found


def _joined(text: str) -> str:
    """Return text in which halves of a character are joined; a half that is left cannot be written."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _zone(text: str) -> tuple[timedelta | None, str]:
    """Return how far a date-time is ahead of UTC, None without a zone, and what stands before the zone."""
    if text[-1] in "Zz":
        return timedelta(), text[:-1]
    zone = _ZONE.search(text)
    if zone is None:
        return None, text
    if int(zone["minutes"]) > 59:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(text)
    offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"]))
    return -offset if zone["sign"] == "-" else offset, text[: zone.start()]


def _moment(local: str, offset: timedelta) -> datetime:
    """Return a local date-time as UTC without zone; digits behind microseconds are dropped."""
    whole, _, fraction = local.partition(".")
    numbers = [int(each) for each in re.split("[-Tt:]", whole)]
    year, month, day, hour, minute, second = (*numbers, 0)[:6]
    found = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
    return found.replace(microsecond=int(f"{fraction[:6]:0<6}")).astimezone(UTC).replace(tzinfo=None)
