"""What a query returns, by its text: objects, fields, and the ways to them. Nothing is evaluated here.

A text that cannot be read to its end says so (`whole` is false), and what was read of it is still used:
a cut text keeps its object and fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from floodmark.replay.plans import is_aggregate, shown_paths
from floodmark.soql import decoded, parse, tree

_SHOWN_BY_AGGREGATE = frozenset({"min", "max"})


@dataclass(frozen=True)
class Query:
    """One SELECT: names as written, in the order written, the object's own name or alias taken off."""

    object: str | None = None
    paths: tuple[str, ...] = ()
    """Fields whose values the answer shows, with dots for parent paths: in an aggregate query the keys of
    its groups, MIN and MAX."""
    everything: frozenset[str] = frozenset()
    """`ALL`, `STANDARD`, `CUSTOM` of FIELDS(...), or `TYPEOF`: fields that the text does not name."""
    children: tuple[Query, ...] = ()
    """Child subqueries; their `object` is a relationship name."""
    filters: tuple[str, ...] = ()
    """Fields used outside the select list."""
    inner: tuple[Query, ...] = ()
    """Queries inside conditions; they only filter."""
    aggregate: bool = False
    """The answer holds aggregate rows, no records."""
    shown_per_row: int = 1
    """How many different records one row can show: MIN, MAX and the group may each be of another."""
    selected: bool = True
    """The select list was read to its end: what it names is all that the text asks for."""
    whole: bool = True
    """The text was read to its end."""
    all_rows: bool = False
    text: str = field(default="", compare=False)
    """The query in plain characters."""


def read(text: str) -> Query:
    """Return what a logged query returns; never raises, whatever the text.

    >>> read("SELECT Id, Account.Name FROM Contact WHERE Email != null").paths
    ('Id', 'Account.Name')
    """
    plain = decoded(text)
    parsed = parse(plain)
    if parsed.select is None:
        return Query(selected=False, whole=False, text=plain)
    return _query(parsed.select, selected=parsed.items_whole, whole=parsed.whole, text=plain)


def _query(select: tree.Select, *, selected: bool, whole: bool, text: str) -> Query:
    names = _Names(select)
    aggregate = is_aggregate(select)
    extremes = sum(
        isinstance(item, tree.Field)
        and isinstance(item.what, tree.Call)
        and item.what.name in _SHOWN_BY_AGGREGATE
        for item in select.items
    )
    return Query(
        object=select.object or None,
        paths=tuple(dict.fromkeys(names.path(path) for path in shown_paths(select))),
        everything=frozenset(_open_items(select)),
        children=tuple(
            _query(item.query, selected=selected, whole=whole, text="")
            for item in select.items
            if isinstance(item, tree.Children)
        ),
        filters=tuple(dict.fromkeys(names.path(path) for path in _filters(select))),
        inner=tuple(
            _query(node.query, selected=selected, whole=whole, text="") for node in _inner(select.where)
        ),
        aggregate=aggregate,
        shown_per_row=max(1, extremes + bool(select.group)) if aggregate else 1,
        selected=selected,
        whole=whole,
        all_rows=select.all_rows,
        text=text,
    )


class _Names:
    """Takes the object's own name off paths, and puts paths in place of aliases."""

    def __init__(self, select: tree.Select) -> None:
        self.own = {name.casefold() for name in (select.alias, select.object) if name}
        self.sources: dict[str, str] = {}
        for source in select.sources:
            if source.alias:
                self.sources[source.alias.casefold()] = self.path(source.path)

    def path(self, path: tree.Path) -> str:
        """Return a path from the object itself, with dots."""
        first, *rest = path.steps
        if rest and first.casefold() in self.sources:
            return ".".join((self.sources[first.casefold()], *rest))
        return ".".join(rest if rest and first.casefold() in self.own else path.steps)


def _open_items(select: tree.Select) -> Iterator[str]:
    for item in select.items:
        if isinstance(item, tree.Everything):
            yield item.which
        elif isinstance(item, tree.TypeOf):
            yield "TYPEOF"


def _filters(select: tree.Select) -> Iterator[tree.Path]:
    """Yield the fields used outside the select list."""
    for condition in (select.where, select.having):
        if condition is not None:
            yield from _of_condition(condition)
    for order in select.order:
        yield from _of_operand(order.by)


def _of_condition(node: tree.Condition) -> Iterator[tree.Path]:
    if isinstance(node, tree.Not):
        yield from _of_condition(node.term)
    elif isinstance(node, tree.All | tree.Any):
        for term in node.terms:
            yield from _of_condition(term)
    else:
        yield from _of_operand(node.left)


def _of_operand(what: tree.Operand | tree.Value) -> Iterator[tree.Path]:
    if isinstance(what, tree.Path):
        yield what
    elif isinstance(what, tree.Call):
        for argument in what.arguments:
            yield from _of_operand(argument)


def _inner(node: tree.Condition | None) -> Iterator[tree.AmongRows]:
    if isinstance(node, tree.Not):
        yield from _inner(node.term)
    elif isinstance(node, tree.All | tree.Any):
        for term in node.terms:
            yield from _inner(term)
    elif isinstance(node, tree.AmongRows):
        yield node
