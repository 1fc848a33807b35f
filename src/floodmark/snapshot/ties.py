"""By what a record is tied to its person: one row per record of every person that has more than one.

A tie to an earlier record is preferred, then the key that the data map names first. The ties are read
from the stored tables when they are asked for, since most runs never ask.
"""

from __future__ import annotations

from collections.abc import Sequence

from floodmark.engine import Engine, literal, quote
from floodmark.snapshot import linkage, people
from floodmark.snapshot.people import Stored
from floodmark.snapshot.tables import statement


def derive(store: Engine, stored: Sequence[Stored]) -> None:
    """Derive table `person_link` (record_no, other_no, reason), sorted by record_no.

    Args:
        store: the engine of a snapshot, with `record`, and `linkage_pair` where it was linked.
        stored: the objects whose records belong to people.
    """
    store.keep("together", statement("together"))
    kinds = people.kinds([each.mapped for each in stored])
    parts: list[str] = []
    if kinds:
        people.keys(store, stored, only="record_no IN (SELECT record_no FROM together)")
        reasons = ", ".join(literal(f"same {' and '.join(kind)}") for kind in kinds)
        parts.append(statement("tie_key").format(reasons=reasons))
    if any(each.mapped.linkage for each in stored):
        parts.append(statement("tie_linked").format(kind=len(kinds), joined=linkage.JOINED))
    for number, each in enumerate(stored, len(kinds) + 1):
        if each.mapped.via:
            parts.append(_via(each, number))
    if not parts:
        parts.append(statement("tie_of_none"))
    store.keep("tie", "\nUNION ALL\n".join(parts))
    store.keep("person_link", statement("person_link"))
    for name in ("tie", "together", "record_key", "folded_text"):
        store.connection.execute(f"DROP TABLE IF EXISTS {name}")


def _via(stored: Stored, kind: int) -> str:
    """Return the statement for the records of one object that belong to those of another."""
    mapped = stored.mapped
    return statement("tie_via").format(
        kind=kind,
        offset=stored.offset,
        path=stored.path,
        via=quote(mapped.via or ""),
        target=literal(mapped.via_object or ""),
        belongs=literal(f"belongs to ({mapped.via})"),
        has=literal(f"has {mapped.name} ({mapped.via})"),
    )
