"""The ledger: all access events of a case.

    file ─► reader ─► part (Parquet) ─► manifest entry ─► event (a view over all committed parts)

Rows read = events + duplicates + quarantined, per file and in total. A duplicate is the same row
delivered again: same log and same vendor id; for rows without an id the whole row, counted with its
multiplicity within one file. Which of two equal rows is the event depends on content alone, so the
order in which files came changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from floodmark.engine import Connection, Engine, literal, paths, quote, row, statement
from floodmark.errors import IntegrityError
from floodmark.evidence import sha256_of
from floodmark.ledger.manifest import ItemFacts, Manifest, PartFacts
from floodmark.ledger.reader import (
    HEAD_BYTES,
    ZONE_HINT,
    Converted,
    File,
    Recognise,
    claim_of,
    convert_all,
    csv_sample,
    sample_of,
)
from floodmark.ledger.source import OPERATIONS, READS, SLOTS, Sample, Source
from floodmark.models import stamp

__all__ = [
    "HEAD_BYTES",
    "OPERATIONS",
    "READS",
    "SLOTS",
    "ZONE_HINT",
    "Converted",
    "File",
    "ItemFacts",
    "Ledger",
    "Manifest",
    "PartFacts",
    "Recognise",
    "Sample",
    "Source",
    "Tally",
    "claim_of",
    "convert_all",
    "csv_sample",
    "part_facts",
    "sample_of",
]

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tally:
    """What one item holds in the ledger: rows = events + duplicates + quarantined."""

    rows: int
    events: int
    duplicates: int
    quarantined: int


def part_facts(connection: Connection, manifest: Manifest, converted: Converted) -> tuple[PartFacts, ...]:
    """Move the parts of one converted file into the ledger folder and return what they hold."""
    found: list[PartFacts] = []
    for part in converted.parts:
        count, quarantined, distinct, begin, end = row(
            connection,
            'SELECT count(*), count(reason), count(DISTINCT key), min("at"), max("at")'
            f" FROM read_parquet({literal(str(part.path))})",
        )
        sha256 = manifest.keep_part(part.path)
        found.append(
            PartFacts(sha256, part.log, count, quarantined, count - distinct, stamp(begin), stamp(end))
        )
    return tuple(sorted(found, key=lambda each: (each.log, each.sha256)))


class Ledger:
    """The committed parts of a case, opened for reading on one connection."""

    def __init__(self, engine: Engine, manifest: Manifest) -> None:
        """Open all committed parts; each is hashed before it is read.

        Makes the tables `part_row` (view: every row), `duplicate` (item, row of rows that are not
        events of their own) and `event` (view: the access events, with `event`, a stable id).

        Raises:
            IntegrityError: a part is missing or has other bytes than when it was committed.
        """
        self.engine = engine
        self.manifest = manifest
        self.items = manifest.items()
        self._verify_parts()
        self._open()

    def _verify_parts(self) -> None:
        hashes = self.manifest.part_hashes()
        with ThreadPoolExecutor(2) as pool:
            for stated, found in zip(hashes, pool.map(self._hash, hashes), strict=True):
                if stated != found:
                    message = f"ledger part {stated} has other bytes than when it was committed"
                    raise IntegrityError(message, hint="run floodmark verify; add the original files again")

    def _hash(self, sha256: str) -> str:
        file = self.manifest.part_path(sha256)
        return sha256_of(file) if file.exists() else "missing"

    def _open(self) -> None:
        files = [self.manifest.part_path(part) for part in self.manifest.part_hashes()]
        slots = ", ".join(quote(slot) for slot in SLOTS)
        if files:
            source = (
                f"SELECT log, item, row, key, {slots}, reason, position FROM read_parquet({paths(files)})"
            )
        else:
            empty = ", ".join(f"NULL::{kind} AS {quote(slot)}" for slot, kind in SLOTS.items())
            source = (
                "SELECT ''::VARCHAR AS log, ''::VARCHAR AS item, 0::BIGINT AS row, ''::VARCHAR AS key,"
                f" {empty}, NULL::VARCHAR AS reason, NULL::VARCHAR AS position LIMIT 0"
            )
        connection = self.engine.connection
        connection.execute(f"CREATE OR REPLACE TEMP VIEW part_row AS {source}")
        self._find_duplicates()
        connection.execute(f"CREATE OR REPLACE TEMP VIEW event AS {statement(_HERE / 'event.sql')}")

    def _find_duplicates(self) -> None:
        """Look for duplicates only where parts of one log overlap in time, or repeat a key inside."""
        chosen = _overlapping(part for item in self.items.values() for part in item.parts)
        files = [self.manifest.part_path(part) for part in sorted(chosen)]
        slots = "log, item, row, key, uid"
        source = (
            f"SELECT {slots} FROM read_parquet({paths(files)}) WHERE reason IS NULL"
            if files
            else f"SELECT {slots} FROM part_row LIMIT 0"
        )
        self.engine.connection.execute(f"CREATE OR REPLACE TEMP VIEW suspect AS {source}")
        self.engine.keep("numbered", statement(_HERE / "numbered.sql"))
        self.engine.keep("duplicate", statement(_HERE / "duplicate.sql"))

    def tallies(self) -> dict[str, Tally]:
        """Return item hash -> tally, sorted by hash; copies are counted at the smaller hash."""
        copies = dict(self.engine.rows("SELECT item, count(*) FROM duplicate GROUP BY item"))
        return {
            sha256: Tally(
                item.rows,
                item.rows - item.quarantined - copies.get(sha256, 0),
                copies.get(sha256, 0),
                item.quarantined,
            )
            for sha256, item in self.items.items()
        }

    def new_events(self, items: Collection[str]) -> dict[str, Tally]:
        """Return the tallies of `items`, counting as events only what no other item had brought.

        Among `items` themselves a shared row counts at the smaller hash.
        """
        chosen = sorted(items)
        copies = dict(
            self.engine.rows(
                """SELECT item, count(*) FROM (
                     SELECT item, row_number() OVER (PARTITION BY log, key, nth ORDER BY
                              list_contains($1, item), item, row) AS place FROM numbered)
                   WHERE place > 1 AND list_contains($1, item) GROUP BY item""",
                [chosen],
            )
        )
        found = {sha256: self.items[sha256] for sha256 in chosen}
        return {
            sha256: Tally(
                item.rows,
                item.rows - item.quarantined - copies.get(sha256, 0),
                copies.get(sha256, 0),
                item.quarantined,
            )
            for sha256, item in found.items()
        }

    def quarantine(
        self, items: Collection[str] | None = None, limit: int | None = None
    ) -> list[tuple[str, str, str]]:
        """Return (item, position, reason) of quarantined rows, by item and row; of `items` only, if given."""
        chosen = sorted(self.items if items is None else items)
        cut = f" LIMIT {int(limit)}" if limit is not None else ""
        return self.engine.rows(
            "SELECT item, position, reason FROM part_row WHERE reason IS NOT NULL"
            f" AND list_contains($1::VARCHAR[], item) ORDER BY item, row, position{cut}",
            [chosen],
        )


def _overlapping(parts: Iterable[PartFacts]) -> set[str]:
    """Return the parts that can hold a duplicate: repeats inside, or hours shared with another of the log."""
    by_log: dict[str, list[PartFacts]] = {}
    for part in parts:
        by_log.setdefault(part.log, []).append(part)
    chosen: set[str] = set()
    for group in by_log.values():
        chosen |= {part.sha256 for part in group if part.repeats}
        timed = sorted(
            (part for part in group if part.from_ is not None and part.to is not None),
            key=lambda each: (each.from_ or "", each.sha256),
        )
        reach: PartFacts | None = None
        for part in timed:
            if reach and (part.from_ or "") <= (reach.to or ""):
                chosen |= {part.sha256, reach.sha256}
            if reach is None or (part.to or "") > (reach.to or ""):
                reach = part
    return chosen
