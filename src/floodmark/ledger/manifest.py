"""The append-only manifest: which parts make up the ledger, and what each file gave.

`ledger/log/00000001.json`, 00000002.json, ... each name the hash of the one before. An entry is
committed by a hard link to its final name, which only one writer can win; parts are named by their
own hash and are durable before the entry that names them. What no entry names does not exist.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from floodmark.errors import CaseError, IntegrityError
from floodmark.evidence import EMPTY_HEAD, canonical_json, create_once, place, sha256_of


@dataclass(frozen=True)
class PartFacts:
    """A committed part. Times are UTC text; `repeats` counts rows whose key stands twice in the part."""

    sha256: str
    log: str
    rows: int
    quarantined: int
    repeats: int
    from_: str | None
    to: str | None


@dataclass(frozen=True)
class ItemFacts:
    """A file that was taken in: its names, what was stated about it, what became of it."""

    sha256: str
    names: tuple[str, ...]
    bytes: int
    plain_bytes: int
    zone: str | None
    covers: tuple[tuple[str, str], ...]
    damage: str | None
    parts: tuple[PartFacts, ...]

    @property
    def rows(self) -> int:
        """Rows read, quarantined ones included."""
        return sum(part.rows for part in self.parts)

    @property
    def quarantined(self) -> int:
        """Rows that could not be used."""
        return sum(part.quarantined for part in self.parts)

    @property
    def logs(self) -> tuple[str, ...]:
        """The logs found in the file, sorted."""
        return tuple(sorted({part.log for part in self.parts}))


class Manifest:
    """The entries of one ledger folder."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`/log for entries and `folder`/parts for parts."""
        self.log = folder / "log"
        self.parts = folder / "parts"

    def entries(self) -> list[dict[str, Any]]:
        """Return all entries in order; raise IntegrityError when the chain does not hold."""
        found: list[dict[str, Any]] = []
        for entry, problem in self._walk():
            if problem:
                raise IntegrityError(problem, hint="run floodmark verify to list all problems")
            found.append(entry)
        return found

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (item, problem) for each entry that does not follow, and each part that differs."""
        for entry, problem in self._walk():
            if problem:
                yield f"ledger entry {entry.get('n', '?')}", problem
        for part in self.part_hashes():
            file = self.part_path(part)
            if not file.exists():
                yield f"ledger part {part}", "part is missing"
            elif sha256_of(file) != part:
                yield f"ledger part {part}", "part has other bytes than when it was committed"

    def _walk(self) -> Iterator[tuple[dict[str, Any], str | None]]:
        head = EMPTY_HEAD
        names = sorted(file.name for file in self.log.glob("*.json")) if self.log.exists() else []
        for number, name in enumerate(names, start=1):
            content = (self.log / name).read_bytes()
            try:
                entry = json.loads(content)
                sound = canonical_json(entry) == content and name == f"{number:08d}.json"
                follows = entry["prev"] == head and entry["n"] == number and isinstance(entry["at"], str)
                _ = isinstance(entry["who"], str), [_item(item) for item in entry["items"]]
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                yield {"n": number}, f"ledger entry {number} is not readable"
                return
            yield (
                entry,
                None if sound and follows else f"ledger entry {number} was changed or does not follow",
            )
            head = hashlib.sha256(content).hexdigest()

    def items(self) -> dict[str, ItemFacts]:
        """Return what is committed, by item hash; facts stated later are merged in, order does not matter."""
        found: dict[str, ItemFacts] = {}
        for entry in self.entries():
            for item in map(_item, entry["items"]):
                before = found.get(item.sha256)
                found[item.sha256] = _merged(before, item) if before else item
        return dict(sorted(found.items()))

    def part_hashes(self) -> list[str]:
        """Return the hashes of all committed parts, sorted."""
        return sorted({part.sha256 for item in self.items().values() for part in item.parts})

    def part_path(self, sha256: str) -> Path:
        """Return where a part is kept."""
        return self.parts / f"{sha256}.parquet"

    def keep_part(self, temporary: Path) -> str:
        """Move a finished part to its place under its own hash and return the hash."""
        sha256 = sha256_of(temporary)
        place(temporary, self.part_path(sha256))
        return sha256

    def commit(self, items: Sequence[ItemFacts], *, at: str, who: str) -> dict[str, Any]:
        """Append one entry; raise CaseError when another writer was first."""
        entries = self.entries()
        last = self.log / f"{len(entries):08d}.json"
        prev = sha256_of(last) if entries else EMPTY_HEAD
        entry = {
            "n": len(entries) + 1,
            "prev": prev,
            "at": at,
            "who": who,
            "items": [_plain(item) for item in items],
        }
        try:
            create_once(self.log / f"{len(entries) + 1:08d}.json", canonical_json(entry))
        except FileExistsError as error:
            raise CaseError("another command committed first", hint="run this one again") from error
        return entry

    def strays(self) -> list[Path]:
        """Return files under the ledger that no entry names: what a killed command left."""
        named = {self.part_path(part) for part in self.part_hashes()}
        found = list(self.parts.glob("*")) if self.parts.exists() else []
        pending = list(self.log.glob(".new-*")) if self.log.exists() else []
        return sorted([file for file in found if file not in named] + pending)


def _plain(item: ItemFacts) -> dict[str, Any]:
    return asdict(item)


def _item(stated: dict[str, Any]) -> ItemFacts:
    parts = tuple(PartFacts(**part) for part in stated["parts"])
    covers = tuple((begin, end) for begin, end in stated["covers"])
    given: dict[str, Any] = {**stated, "parts": parts, "names": tuple(stated["names"]), "covers": covers}
    return ItemFacts(**given)


def _merged(first: ItemFacts, second: ItemFacts) -> ItemFacts:
    """Return the first statement of an item with the names and hours that later ones added."""
    names = tuple(sorted({*first.names, *second.names}))
    covers = tuple(sorted({*first.covers, *second.covers}))
    return replace(first, names=names, covers=covers)
