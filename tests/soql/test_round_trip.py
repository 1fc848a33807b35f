"""Trees written as text in any case and spacing, and read again; and text that was cut or is none."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.soql import TEXT_LIMIT, dates, parse
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
    Currency,
    Day,
    Everything,
    Field,
    Includes,
    Moment,
    Not,
    Null,
    Number,
    Order,
    Path,
    Select,
    Source,
    Span,
    Text,
    TypeOf,
)
from soql.trees import AT, bare, nodes

# --- trees -----------------------------------------------------------------------------------------------

# Some look like values, functions or other words of the grammar; no keyword is among them.
NAMES = """Id Name Email Account Account__r Code__c ns__Field__c _x a B zz9 Usd500 EUR7 E5 T10 today Last_N_Days this_year
count typeof_ Category at above Mine Group__c ORDER__c nullable trueness not_ inn like_ date z"""
names = st.sampled_from(NAMES.split())
steps = st.lists(names, min_size=1, max_size=3).map(tuple)
paths = steps.map(lambda each: Path(each, AT))
characters = st.one_of(
    st.sampled_from("ab'\"\\%_\n\r\t\b\f é\U0001f600"), st.characters(exclude_categories=["Cs"])
)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """Return a string with wildcards, both live and escaped."""
    parts = draw(st.lists(st.one_of(characters, st.sampled_from([r"\%", r"\_"])), max_size=8))
    value = "".join(part[-1] for part in parts)
    return Text(value, "".join(r"\\" if part == "\\" else part for part in parts), AT)


amounts = st.tuples(st.integers(-(10**12), 10**12), st.integers(-6, 0)).map(
    lambda each: Decimal(each[0]).scaleb(each[1])
)
binds = st.lists(names, min_size=1, max_size=2).map(lambda each: Bind(".".join(each), AT))
spans = st.one_of(
    st.sampled_from(sorted(dates.FIXED)).map(lambda name: Span(name, None, AT)),
    st.builds(Span, st.sampled_from(sorted(dates.COUNTED)), st.integers(0, 10**9), st.just(AT)),
)
values = st.one_of(
    texts(),
    amounts.map(lambda each: Number(each, AT)),
    st.builds(Currency, st.sampled_from(["USD", "AUD", "XYZ"]), amounts, st.just(AT)),
    st.booleans().map(lambda each: Boolean(each, AT)),
    st.just(Null(AT)),
    st.dates().map(lambda each: Day(each, AT)),
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)).map(lambda each: Moment(each, AT)),  # noqa: DTZ001 - UTC without zone
    spans,
    binds,
)
operands = st.recursive(
    paths,
    lambda inner: st.builds(
        Call,
        names.map(str.lower),
        st.lists(
            st.one_of(inner, texts(), amounts.map(lambda each: Number(each, AT)), binds), max_size=3
        ).map(tuple),
        st.just(AT),
    ),
    max_leaves=3,
)


def conditions(depth: int) -> st.SearchStrategy[Anything]:
    """Return conditions; semi-joins in them go `depth` levels down."""
    leaves: list[st.SearchStrategy[Anything]] = [
        st.builds(
            Compare, operands, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "like"]), values, st.just(AT)
        ),
        st.builds(
            Among,
            operands,
            st.one_of(binds, st.lists(values, min_size=1, max_size=3).map(tuple)),
            st.booleans(),
            st.just(AT),
        ),
        st.builds(
            Includes,
            operands,
            st.one_of(binds, st.lists(texts(), min_size=1, max_size=3).map(tuple)),
            st.booleans(),
            st.just(AT),
        ),
    ]
    if depth:
        leaves.append(st.builds(AmongRows, operands, selects(depth - 1), st.booleans(), st.just(AT)))
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.builds(Not, inner, st.just(AT)),
            st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple), st.just(AT)),
            st.builds(Any, st.lists(inner, min_size=2, max_size=3).map(tuple), st.just(AT)),
        ),
        max_leaves=3,
    )


def items(depth: int) -> st.SearchStrategy[Anything]:
    """Return items of a select list."""
    some: list[st.SearchStrategy[Anything]] = [
        st.builds(Field, operands, st.one_of(st.none(), names), st.just(AT)),
        st.sampled_from(["ALL", "STANDARD", "CUSTOM"]).map(lambda which: Everything(which, AT)),
        st.builds(
            TypeOf,
            paths,
            st.lists(
                st.tuples(names, st.lists(paths, min_size=1, max_size=2).map(tuple)), min_size=1, max_size=2
            ).map(tuple),
            st.lists(paths, max_size=2).map(tuple),
            st.just(AT),
        ),
    ]
    if depth:
        some.append(st.builds(Children, selects(depth - 1), st.just(AT)))
    return st.one_of(some)


WITHS = [
    "WITH SECURITY_ENFORCED",
    "WITH USERID = '005xX'",
    "WITH RECORDVISIBILITYCONTEXT ( A = 1 , B = TRUE )",
    "WITH DATA CATEGORY G__C AT C__C AND H__C BELOW ( D__C , E__C )",
]
TRAILING = [
    "FOR VIEW",
    "FOR REFERENCE",
    "UPDATE TRACKING",
    "UPDATE VIEWSTAT",
    "SET OPTIONS ( A = 'b' )",
    "FOR UPDATE",
]


def clauses(texts_of: list[str]) -> st.SearchStrategy[Clause]:
    """Return clauses that are kept as text."""
    return st.sampled_from(texts_of).map(lambda each: Clause(each, AT))


def maybe(strategy: st.SearchStrategy[Anything]) -> st.SearchStrategy[Anything]:
    """Return a value or None, the latter more often."""
    return st.one_of(st.none(), st.none(), strategy)


def some_of(strategy: st.SearchStrategy[Anything]) -> st.SearchStrategy[Anything]:
    """Return up to two values."""
    return st.lists(strategy, max_size=2).map(tuple)


@st.composite
def selects(draw: st.DrawFn, depth: int) -> Select:
    """Return a SELECT, with subqueries down to `depth` levels."""
    group = draw(some_of(operands))
    return Select(
        items=tuple(draw(st.lists(items(depth), min_size=1, max_size=3))),
        object=draw(names),
        at=AT,
        alias=draw(maybe(names)),
        sources=draw(some_of(st.builds(Source, paths, st.one_of(st.none(), names)))),
        using_scope=draw(maybe(names.map(str.lower))),
        where=draw(maybe(conditions(depth))),
        with_filter=draw(maybe(clauses(WITHS))),
        group=group,
        grouping=draw(maybe(st.sampled_from(["rollup", "cube"]))) if group else None,
        having=draw(maybe(conditions(0))),
        order=draw(some_of(st.builds(Order, operands, st.booleans(), st.booleans(), st.just(AT)))),
        limit=draw(maybe(st.one_of(st.integers(0, 10**9), binds))),
        offset=draw(maybe(st.one_of(st.integers(0, 10**9), binds))),
        trailing=draw(some_of(clauses(TRAILING))),
        all_rows=draw(st.booleans()),
    )


# --- trees to text ---------------------------------------------------------------------------------------


class Writer:
    """Writes a tree as tokens, choosing between equal forms, and puts blanks between them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def write(self, select: Select) -> str:
        """Return a query as text; blanks only where they are needed, or at random."""
        out = ""
        for token in self.select(select):
            needed = re.search(r"\w\Z", out, re.ASCII) and re.match(r"[\w.+-]", token, re.ASCII)
            blank = self.chance.choice([" ", " ", "\n", "\t  ", " " if needed else ""])
            out += (blank if out else "") + token
        return out + self.chance.choice(["", " ", "\n"])

    def words(self, words: str) -> list[str]:
        """Return keywords in a case by chance."""
        return [self.chance.choice([str.upper, str.lower, str.title])(word) for word in words.split()]

    def name(self, name: str) -> str:
        """Return what is read in one case, in any."""
        return "".join(self.chance.choice([char.upper(), char.lower()]) for char in name)

    def listed(self, parts: Iterator[list[str]]) -> list[str]:
        """Return tokens with commas between the parts."""
        found = [part for each in parts for part in [",", *each]]
        return found[1:]

    def path(self, path: Path) -> list[str]:
        """Return the tokens of a path."""
        if self.chance.random() < 0.8:
            return [path.text]
        return [token for step in path.steps for token in (".", step)][1:]

    def operand(self, node: Anything) -> list[str]:
        """Return the tokens of a path, a call, or a value."""
        if isinstance(node, Path):
            return self.path(node)
        if isinstance(node, Call):
            return [self.name(node.name), "(", *self.listed(map(self.operand, node.arguments)), ")"]
        return self.value(node)

    def text(self, node: Text) -> str:
        """Return a string with escapes where they are needed, or by chance."""
        parts = re.findall(r"\\.|[^\\]", node.pattern, re.DOTALL)
        return "'" + "".join(part if len(part) > 1 else self.character(part) for part in parts) + "'"

    def character(self, char: str) -> str:
        """Return one character of a string; a quote is never bare."""
        marks = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "'": "'", '"': '"'}
        if char in marks and (char == "'" or self.chance.random() < 0.5):
            return "\\" + marks[char]
        if char not in "%_" and self.chance.random() < 0.1:
            units = char.encode("utf-16-be").hex()
            return re.sub("....", r"\\u\g<0>", units)
        return char

    def number(self, value: Decimal) -> str:
        """Return a number in one of its forms."""
        return self.chance.choice([f"{value:f}", f"{value:e}" if value else "0.0"])

    def moment(self, value: datetime) -> str:
        """Return a date-time in some zone."""
        minutes = self.chance.choice([0, 0, 480, -210, 13 * 60 + 45])
        local = (value + timedelta(minutes=minutes)).isoformat()
        sign = "-" if minutes < 0 else self.chance.choice(["+", " "])
        zone = f"{sign}{abs(minutes) // 60:02}{self.chance.choice([':', ''])}{abs(minutes) % 60:02}"
        return local + (zone if minutes else self.chance.choice(["Z", "+00:00", "-0000"]))

    def value(self, node: Anything) -> list[str]:
        """Return the tokens of a value."""
        forms: dict[type, Callable[[], list[str]]] = {
            Text: lambda: [self.text(node)],
            Number: lambda: [self.number(node.value)],
            Currency: lambda: [self.name(node.code) + f"{node.value:f}"],
            Boolean: lambda: self.words(str(node.value)),
            Null: lambda: self.words("null"),
            Day: lambda: [node.value.isoformat()],
            Moment: lambda: [self.moment(node.value)],
            Span: lambda: [self.name(node.name), *([] if node.count is None else [":", str(node.count)])],
            Bind: lambda: [":" + self.chance.choice(["", " "]) + node.name],
        }
        return forms[type(node)]()

    def condition(self, node: Anything) -> list[str]:
        """Return the tokens of a condition, now and then in brackets that it does not need."""
        tokens = self.bare_condition(node)
        return ["(", *tokens, ")"] if self.chance.random() < 0.15 else tokens

    def term(self, node: Anything) -> list[str]:
        """Return a condition that stands inside another."""
        tokens = self.condition(node)
        return ["(", *tokens, ")"] if isinstance(node, (All, Any)) else tokens

    def bare_condition(self, node: Anything) -> list[str]:
        """Return the tokens of a condition."""
        if isinstance(node, Not):
            return [*self.words("not"), *self.term(node.term)]
        if isinstance(node, (All, Any)):
            join = "and" if isinstance(node, All) else "or"
            return [token for term in node.terms for token in [*self.words(join), *self.term(term)]][1:]
        left = self.operand(node.left)
        if isinstance(node, Compare):
            operator = self.chance.choice(["!=", "<>"]) if node.operator == "!=" else self.name(node.operator)
            return [*left, operator, *self.value(node.value)]
        negated, listing = node.negated, "in"
        if isinstance(node, Includes):
            negated, listing = False, "excludes" if node.negated else "includes"
        words = self.words("not " * negated + listing)
        if isinstance(node, AmongRows):
            return [*left, *words, "(", *self.select(node.query), ")"]
        if isinstance(node.values, Bind):
            return [*left, *words, *self.value(node.values)]
        return [*left, *words, "(", *self.listed(map(self.value, node.values)), ")"]

    def item(self, node: Anything) -> list[str]:
        """Return the tokens of an item of the select list."""
        if isinstance(node, Field):
            return [*self.operand(node.what), *([node.alias] if node.alias else [])]
        if isinstance(node, Everything):
            return [self.name("fields"), "(", self.name(node.which), ")"]
        if isinstance(node, Children):
            return ["(", *self.select(node.query), ")"]
        tokens = [*self.words("typeof"), *self.path(node.field)]
        for name, paths_of in node.whens:
            tokens += [*self.words("when"), name, *self.words("then"), *self.listed(map(self.path, paths_of))]
        if node.otherwise:
            tokens += [*self.words("else"), *self.listed(map(self.path, node.otherwise))]
        return [*tokens, *self.words("end")]

    def alias(self, alias: str | None) -> list[str]:
        """Return an alias of FROM."""
        return [*self.words(self.chance.choice(["", "as"])), alias] if alias else []

    def select(self, node: Select) -> list[str]:
        """Return the tokens of a SELECT."""
        tokens = [*self.words("select"), *self.listed(map(self.item, node.items))]
        tokens += [*self.words("from"), node.object, *self.alias(node.alias)]
        for source in node.sources:
            tokens += [",", *self.path(source.path), *self.alias(source.alias)]
        return tokens + [token for clause in self.clauses(node) for token in clause]

    def clauses(self, node: Select) -> Iterator[list[str]]:
        """Yield the tokens of each clause that is there."""
        if node.using_scope:
            yield [*self.words("using scope"), self.name(node.using_scope)]
        if node.where:
            yield [*self.words("where"), *self.condition(node.where)]
        if node.with_filter:
            yield self.kept(node.with_filter)
        if node.group:
            group = self.listed(map(self.operand, node.group))
            shape = [*self.words(node.grouping), "(", *group, ")"] if node.grouping else group
            yield [*self.words("group by"), *shape]
        if node.having:
            yield [*self.words("having"), *self.condition(node.having)]
        if node.order:
            yield [*self.words("order by"), *self.listed(map(self.key, node.order))]
        yield from self.ends(node)

    def ends(self, node: Select) -> Iterator[list[str]]:
        """Yield LIMIT, OFFSET and what stands behind."""
        for word, number in (("limit", node.limit), ("offset", node.offset)):
            if number is not None:
                yield [
                    *self.words(word),
                    *(self.value(number) if isinstance(number, Bind) else [str(number)]),
                ]
        for clause in node.trailing:
            yield self.kept(clause)
        if node.all_rows:
            yield self.words("all rows")

    def kept(self, clause: Clause) -> list[str]:
        """Return a clause that is kept as text."""
        return [token if "'" in token else self.name(token) for token in clause.text.split()]

    def key(self, node: Order) -> list[str]:
        """Return one key of ORDER BY, defaults written or not."""
        direction = "desc" if node.descending else self.chance.choice(["asc", ""])
        nulls = "nulls last" if node.nulls_last else self.chance.choice(["nulls first", ""])
        return [*self.operand(node.by), *self.words(f"{direction} {nulls}")]


# Whole trees are slow to draw; the soak draws many.
fewer = settings(max_examples=settings().max_examples // 3)


# --- laws --------------------------------------------------------------------------------------------------


@fewer
@given(select=selects(1), chance=st.randoms(use_true_random=False))
def test_written_tree_is_read_again(select: Select, chance: random.Random) -> None:
    """Case, spacing, spare brackets and spellings change nothing."""
    written = Writer(chance).write(select)
    parsed = parse(written)
    assert parsed.problem is None, written
    assert parsed.whole
    assert bare(parsed.select) == select, written


def check_place(node: Anything, part: str) -> None:
    """Assert that the part of the text at the place of a node is that node."""
    assert part == part.strip()
    assert part
    if isinstance(node, Path):
        assert re.sub(r"\s", "", part) == node.text
    elif isinstance(node, Clause):
        assert re.sub(r"\s", "", part).upper() == re.sub(r"\s", "", node.text).upper()
    elif isinstance(node, (Select, Children)):
        query = node.query if isinstance(node, Children) else node
        inner = part[1:-1] if isinstance(node, Children) else part
        assert bare(parse(inner).select) == bare(query)
    elif isinstance(node, (Compare, Among, AmongRows, Includes, Not, All, Any)):
        again = parse(f"SELECT Id FROM X WHERE {part}").select
        assert again is not None
        assert bare(again.where) == bare(node)
    elif isinstance(node, Order):
        again = parse(f"SELECT Id FROM X ORDER BY {part}").select
        assert again is not None
        assert bare(again.order) == (bare(node),)
    elif isinstance(node, (Field, Everything, TypeOf, Call)):
        again = parse(f"SELECT {part} FROM X").select
        assert again is not None
        assert bare(again.items) == (bare(node if not isinstance(node, Call) else Field(node, None, AT)),)
    else:
        again = parse(f"SELECT Id FROM X WHERE a = {part}").select
        assert again is not None
        assert bare(again.where) == Compare(Path(("a",), AT), "=", bare(node), AT)


@fewer
@given(select=selects(1), chance=st.randoms(use_true_random=False))
def test_place_of_each_node_holds_the_node(select: Select, chance: random.Random) -> None:
    """What stands at `at` reads as the same node, with no blank around it."""
    written = Writer(chance).write(select)
    for node, at in nodes(parse(written).select):
        if at is not None:
            check_place(node, written[slice(*at)])
        if isinstance(node, Select):
            assert written[slice(*node.object_at)] == node.object


def kept_of(part: Anything, whole: Anything) -> None:
    """Assert that what was read of a cut SELECT is the beginning of the whole one."""
    for number, item in enumerate(part.items):
        full = whole.items[number]
        if isinstance(item, Children):
            kept_of(item.query, full.query)
        else:
            assert item == full
    assert part.object in {"", whole.object}


@fewer
@given(select=selects(1), chance=st.randoms(use_true_random=False), data=st.data())
def test_cut_query_keeps_its_beginning(select: Select, chance: random.Random, data: st.DataObject) -> None:
    """Nothing is made up, and the object is kept once FROM was whole."""
    written = Writer(chance).write(select)
    whole = parse(written).select
    assert whole is not None
    for end in data.draw(st.lists(st.integers(0, len(written)), min_size=5, max_size=10)):
        parsed = parse(written[:end])
        if parsed.select is None:
            assert end < whole.at[0] + len("select")
        elif end >= whole.object_at[1]:
            assert parsed.select.object == whole.object
            assert parsed.select.items == whole.items
            assert parsed.items_whole
        elif end <= whole.object_at[0]:
            kept_of(parsed.select, whole)
            assert parsed.select.object == ""
            assert not parsed.whole
            assert not parsed.items_whole


SIGNS = r"""
SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET TYPEOF WHEN THEN ELSE END COUNT FIELDS ( ) , . ' \ : = != <= Id
Name Contact Account.Name 'x' 12 2020-01-01 2020-01-01T00:00:00Z :b AS c IN NOT NULL AND OR LIKE INCLUDES USING SCOPE
WITH DATA CATEGORY AT FOR VIEW UPDATE TRACKING SET OPTIONS ALL ROWS NULLS FIRST DESC LAST_N_DAYS TODAY USD5 - + 1e9 ß
"""
WORDS = st.sampled_from([*SIGNS.split(), "\n", "\t", "\x00", "\ud800", "\u202e"])
BEGINNINGS = st.sampled_from(
    ["", "SELECT ", "SELECT Id FROM Contact ", "SELECT Id FROM Contact WHERE a = 1 "]
)


@given(
    begin=BEGINNINGS,
    soup=st.one_of(
        st.text(),
        st.binary().map(lambda each: each.decode("latin-1")),
        st.lists(WORDS).map(" ".join),
        st.lists(WORDS).map("".join),
    ),
)
def test_any_text_has_an_answer(begin: str, soup: str) -> None:
    """The reader never raises, says the same each time, and its names and places come from the text."""
    query = begin + soup
    parsed = parse(query)
    assert parsed == parse(query)
    assert parsed.whole == (parsed.problem is None)
    assert begin == "" or parsed.select is not None or not parsed.whole
    if parsed.problem is not None:
        first, after = parsed.problem.at
        assert 0 <= first <= after <= len(query)
        assert parsed.problem.message.isprintable()
    for node, at in nodes(parsed.select):
        assert at is None or 0 <= at[0] <= at[1] <= len(query)
        if isinstance(node, Path):
            assert all(step in query for step in node.steps)


@fewer
@given(select=selects(1), chance=st.randoms(use_true_random=False), data=st.data())
def test_damaged_query_has_an_answer(select: Select, chance: random.Random, data: st.DataObject) -> None:
    """One character lost, doubled or exchanged never breaks the reader."""
    written = Writer(chance).write(select)
    place = data.draw(st.integers(0, len(written) - 1))
    middle = data.draw(st.one_of(st.just(""), st.characters(), st.just(written[place] * 2)))
    parsed = parse(written[:place] + middle + written[place + 1 :])
    assert parsed.whole == (parsed.problem is None)


@pytest.mark.parametrize("terms", [1_000, 8_000])
def test_size_of_a_tree_follows_the_text(terms: int) -> None:
    """A long condition is flat: one node per comparison and one that joins them."""
    query = "SELECT Id FROM Contact WHERE " + " OR ".join(["a = 1"] * terms)
    assert len(query) <= TEXT_LIMIT
    select = parse(query).select
    assert select is not None
    assert isinstance(select.where, Any)
    assert len(select.where.terms) == terms
    assert sum(1 for _ in nodes(select.where)) == 3 * terms + 1
