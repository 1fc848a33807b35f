"""Who is one person: records that share a key, joined across objects and over all keys.

1. Each usable key of each record becomes one row (what the key means, its compared value).
2. Records that share a row are joined to the first of them: these are the edges.
3. Connected parts are found by hooking every node to a neighbour, shortening the trees and contracting
   the edges, until no edge is left. Each round at least halves the nodes.
4. Records that reach a person through another record follow it.

All steps are statements over whole tables; only distinct values outside ASCII pass through Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from floodmark import engine
from floodmark.engine import Connection, Engine, literal, quote
from floodmark.snapshot.datamap import MappedObject
from floodmark.snapshot.tables import statement

_BATCH = 100_000


@dataclass(frozen=True)
class Stored:
    """One object as it is stored: its file, and the number of its first record."""

    mapped: MappedObject
    path: str
    """File name as a quoted literal."""
    offset: int


def compared(value: str) -> str:
    """Return `value` as keys compare it: composed (NFC), trimmed, case-folded, and nothing else.

    >>> compared("  STRASSE ") == compared("straße")
    True
    """
    return unicodedata.normalize("NFC", value).strip().casefold()


def kinds(objects: Sequence[MappedObject]) -> list[tuple[str, ...]]:
    """Return what the keys of all objects mean, as tuples of categories, in order of first use."""
    found = [tuple(each.category(name) for name in key) for each in objects for key in each.keys]
    return list(dict.fromkeys(found))


def tie(store: Engine, stored: Sequence[Stored]) -> None:
    """Derive the tables `record_key` and `edge` (a, b: two records that share a key)."""
    keys(store, stored)
    store.keep("edge", statement("edge"))


def tell_apart(store: Engine, stored: Sequence[Stored]) -> None:
    """Derive table `owner` (record_no, leader, keyed, tied).

    Args:
        store: an engine whose table `entry` holds every record, `edge` the pairs that are one person, and
            `record_key` the records that could have been in a pair.
        stored: the objects whose records belong to people, in the order of their numbers.
    """
    _join(store)
    keyed = [each.mapped.name for each in stored if each.mapped.identifies]
    store.keep("owner", statement("owner_keyed").format(objects=", ".join(map(literal, keyed))))
    _follow(store.connection, [each.mapped for each in stored if each.mapped.via], set(keyed))


def keys(store: Engine, stored: Sequence[Stored], only: str = "true") -> None:
    """Derive table `record_key` (record_no, kind, value): one row per record and usable key.

    `kind` is the place of what the key means in `kinds`; `only` is a trusted condition on `record_no`.
    """
    numbers = {kind: number for number, kind in enumerate(kinds([each.mapped for each in stored]))}
    keyed = [each for each in stored if each.mapped.keys]
    fold(
        store,
        [
            (each, name)
            for each in keyed
            for name in sorted({name for key in each.mapped.keys for name in key})
        ],
    )
    parts = [
        _key(each, key, only, numbers[tuple(map(each.mapped.category, key))])
        for each in keyed
        for key in each.mapped.keys
    ]
    store.keep("record_key", "\nUNION ALL\n".join(parts))


def fold(store: Engine, fields: Iterable[tuple[Stored, str]]) -> None:
    """Derive table `folded_text`: how the values of some fields compare that SQL alone cannot fold."""
    texts = (statement("key_text").format(field=quote(name), path=stored.path) for stored, name in fields)
    translated(store, "folded_text", "\nUNION\n".join(texts), compared)


def _key(stored: Stored, key: Sequence[str], only: str, kind: int) -> str:
    """Return the statement for one key of one object."""
    columns = [quote(name) for name in key]
    values = [f"coalesce(folded{i}.code, lower(stripped({column})))" for i, column in enumerate(columns)]
    joins = "".join(
        f" LEFT JOIN folded_text AS folded{i} ON folded{i}.text = {column}"
        for i, column in enumerate(columns)
    )
    if len(values) > 1:
        values = [f"length({value}) || ':' || {value}" for value in values]
    return statement("key").format(
        offset=stored.offset,
        kind=kind,
        value=" || ".join(values),
        path=stored.path,
        joins=joins,
        usable=" AND ".join(f"has_value({column})" for column in columns),
        only=only,
    )


def translated(store: Engine, name: str, texts: str, rule: Callable[[str], str | None]) -> None:
    """Derive table `name` (text, code): each distinct text of a statement with what `rule` makes of it."""
    distinct = store.rows(f"SELECT DISTINCT text FROM ({texts}) ORDER BY text")  # noqa: S608 - a trusted statement
    store.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} (text VARCHAR, code VARCHAR)")
    insert = f"INSERT INTO {quote(name)} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[])"
    for start in range(0, len(distinct), _BATCH):
        batch = [text for (text,) in distinct[start : start + _BATCH]]
        store.rows(insert, [batch, [rule(text) for text in batch]])


def _join(store: Engine) -> None:
    """Derive table `root` (node, top) from table `edge`: two records have one top if a path joins them."""
    connection = store.connection
    _replace(
        connection,
        "root",
        "SELECT DISTINCT node, node AS top FROM (SELECT a AS node FROM edge UNION SELECT b FROM edge)",
    )
    while engine.row(connection, "SELECT count(*) FROM edge") != (0,):
        _replace(connection, "hook", statement("hook"))
        while engine.row(connection, statement("hooked")) != (0,):
            _replace(connection, "hook", statement("jump"))
        _replace(connection, "root", statement("root"))
        _replace(connection, "edge", statement("contracted"))
    for name in ("edge", "hook"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _replace(connection: Connection, name: str, sql: str) -> None:
    """Store the rows of a statement, which may read the table that they replace."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE replaced AS {sql}")
    connection.execute(f"DROP TABLE IF EXISTS {quote(name)}")
    connection.execute(f"ALTER TABLE replaced RENAME TO {quote(name)}")


def _follow(connection: Connection, objects: Sequence[MappedObject], placed: set[str]) -> None:
    """Add the records that reach their person through another object, nearest objects first."""
    waiting: Mapping[str, MappedObject] = {each.name: each for each in objects}
    while waiting:
        ready = [each for each in waiting.values() if each.via_object in placed]
        if not ready:
            raise ValueError("via fields run in a circle; the data map should have been refused")
        for each in ready:
            target = literal(each.via_object or "")
            connection.execute(statement("owner_via").format(target=target, object=literal(each.name)))
        placed |= {each.name for each in ready}
        waiting = {name: each for name, each in waiting.items() if name not in placed}
