"""Taking files in: each is copied, read and converted on its own; commits come as files get done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from floodmark import models
from floodmark.case.folder import Folder, commit_note, utc_time, zone
from floodmark.engine import Connection, memory
from floodmark.errors import UsageError
from floodmark.evidence import Original, head_of, plain, sha256_of
from floodmark.ledger import (
    HEAD_BYTES,
    ZONE_HINT,
    File,
    ItemFacts,
    Ledger,
    Recognise,
    Tally,
    claim_of,
    convert_all,
    part_facts,
    sample_of,
)
from floodmark.models import stamp
from floodmark.text import visible

MEMORY_MB = 1100
COMMIT_EVERY = 32
# Small files of one form are read together, up to so many files and bytes as they come.
SMALL_BYTES = 2 << 20
TOGETHER_FILES, TOGETHER_BYTES = 64, 6 << 20
SHOWN_QUARANTINE = 10_000


@dataclass(frozen=True)
class Intake:
    """What was stated about the files of one call."""

    zone: str | None
    covers: tuple[tuple[str, str], ...]
    recognise: Recognise
    known: dict[str, ItemFacts] = field(default_factory=dict[str, ItemFacts])


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, and all files in the folders named, each once, sorted.

    Raises:
        UsageError: a path does not exist, is neither file nor folder, or a folder is empty.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = [each for each in path.rglob("*") if each.is_file()]
            if not inside:
                raise UsageError(f"{path} holds no file")
            found.update(inside)
        elif path.is_file():
            found.add(path)
        else:
            raise UsageError(f"{path} does not exist")
    for path in found:
        if not os.access(path, os.R_OK):
            raise UsageError(f"{path} cannot be read", hint="check its permissions")
    return sorted(found)


def span_of(text: str) -> tuple[str, str]:
    """Return the two times of `FROM..TO`; raise UsageError when they are none or in the wrong order."""
    begin, dots, end = text.partition("..")
    if not dots:
        raise UsageError(
            f"{visible(text)} is not a span", hint="write 2025-06-01T00:00:00Z..2025-07-01T00:00:00Z"
        )
    first, last = utc_time(begin), utc_time(end)
    if first >= last:
        raise UsageError(f"{visible(text)} ends before it begins")
    return stamp(first) or "", stamp(last) or ""


def require_zones(files: Sequence[Path], intake: Intake) -> None:
    """Raise UsageError for the first file whose times carry no zone, when none was stated."""
    if intake.zone is not None:
        return
    for file in files:
        if _needs_zone(file, intake.recognise):
            raise UsageError(f"{visible(file.name)}: its times carry no zone", hint=ZONE_HINT)


def _needs_zone(file: Path, recognise: Recognise) -> bool:
    sample = sample_of(head_of(file, HEAD_BYTES))
    claim = claim_of(recognise, sample)
    return bool(sample and claim and claim[0].needs_zone(sample))


def together(files: Sequence[Path]) -> list[list[Path]]:
    """Return the files in groups to be read at once: small ones by their first line, others alone."""
    groups: list[list[Path]] = []
    filling: dict[bytes, tuple[list[Path], int]] = {}
    none: list[Path] = []
    for file in files:
        size = file.stat().st_size
        form = head_of(file).partition(b"\n")[0] if size <= SMALL_BYTES else b""
        group, held = filling.get(form, (none, 0))
        if not form or not 0 < len(group) < TOGETHER_FILES or held + size > TOGETHER_BYTES:
            group, held = list[Path](), 0
            groups.append(group)
        group.append(file)
        if form:
            filling[form] = (group, held + size)
    return groups


class _Connections:
    """A connection for each worker, made once: opening one costs more than reading a small file."""

    def __init__(self, workers: int, scratch: Path) -> None:
        self.workers, self.scratch = workers, scratch
        self.free: SimpleQueue[Connection] = SimpleQueue()
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        threads = max(1, (os.cpu_count() or 1) // self.workers)
        for _ in range(self.workers):
            opened = memory(threads=threads, limit_mb=MEMORY_MB // self.workers, scratch=self.scratch)
            self.free.put(self.stack.enter_context(opened))
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    @contextmanager
    def one(self) -> Generator[Connection]:
        """Lend a connection to the calling worker."""
        connection = self.free.get()
        try:
            yield connection
        finally:
            self.free.put(connection)


class Adding:
    """One call of `floodmark add`."""

    def __init__(self, folder: Folder, intake: Intake, scratch: Path) -> None:
        """Use the committed items as they are now; `scratch` is a folder of this call."""
        self.folder = folder
        self.intake = replace(intake, known=folder.manifest.items())
        self.before = frozenset(self.intake.known)
        self.scratch = scratch
        self.known = dict(self.intake.known)

    def run(self, files: Sequence[Path]) -> list[tuple[str, str]]:
        """Take all files in and commit them; return (name, hash) of each, sorted."""
        self._require_same_zones(files)
        groups = together(files)
        workers = max(1, min(os.cpu_count() or 1, len(groups), 4))
        taken: list[tuple[str, str]] = []
        waiting: list[ItemFacts] = []
        with ThreadPoolExecutor(workers) as pool, _Connections(workers, self.scratch) as self.connections:
            pending = {pool.submit(self._take, group) for group in groups}
            try:
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    waiting += self._news(done, taken)
                    self.folder.progress("add", len(taken), len(files))
                    if len(waiting) >= COMMIT_EVERY:
                        self._commit(waiting)
                        waiting = []
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        self._commit(waiting)
        return sorted(taken)

    def _require_same_zones(self, files: Sequence[Path]) -> None:
        """Refuse a zone that differs from the one with which the same file was read before."""
        for file in files if self.intake.known else ():
            if _needs_zone(file, self.intake.recognise):
                before = self.intake.known.get(sha256_of(file))
                if before and before.zone != self.intake.zone:
                    raise UsageError(
                        f"{visible(file.name)} was read with the zone {before.zone} before",
                        hint="a zone is never changed; make a new case and add the files with the right one",
                    )

    def _news(
        self, done: Collection[Future[list[tuple[str, ItemFacts]]]], taken: list[tuple[str, str]]
    ) -> list[ItemFacts]:
        """Return what the finished files add to what is known, and list them in `taken`."""
        news: list[ItemFacts] = []
        for name, facts in sorted(
            (each for future in done for each in future.result()), key=lambda each: (each[1].sha256, each[0])
        ):
            taken.append((name, facts.sha256))
            before = self.known.get(facts.sha256)
            if before is None:
                news.append(facts)
                self.known[facts.sha256] = facts
            elif not ({name} <= set(before.names) and set(facts.covers) <= set(before.covers)):
                added = replace(before, names=(name,), covers=facts.covers)
                news.append(added)
                names = tuple(sorted({*before.names, name}))
                self.known[facts.sha256] = replace(
                    before, names=names, covers=tuple(sorted({*before.covers, *facts.covers}))
                )
        return news

    def _take(self, files: Sequence[Path]) -> list[tuple[str, ItemFacts]]:
        """Take files in: copy, read, write their parts. Nothing is committed yet."""
        originals = [self.folder.originals.take(file) for file in files]
        facts = {
            sha256: replace(known, covers=self.intake.covers)
            for sha256 in {original.sha256 for original in originals}
            if (known := self.intake.known.get(sha256)) is not None and self._intact(known)
        }
        fresh = {each.sha256: each for each in originals if each.sha256 not in facts}
        facts |= self._read(list(fresh.values()))
        return [
            (_name(file), replace(facts[original.sha256], names=(_name(file),)))
            for file, original in zip(files, originals, strict=True)
        ]

    def _read(self, originals: Sequence[Original]) -> dict[str, ItemFacts]:
        """Read items of different content and write their parts; return item -> facts, without a name."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as inner, self.connections.one() as connection:
            scratch = Path(inner)
            given = [
                File(
                    plain(self.folder.originals.path(each.sha256), scratch),
                    each.sha256,
                    self.intake.zone,
                    scratch,
                )
                for each in originals
            ]
            converted = convert_all(connection, given, self.intake.recognise)
            return {
                file.sha256: ItemFacts(
                    sha256=file.sha256,
                    names=(),
                    bytes=original.size,
                    plain_bytes=file.plain.size,
                    zone=self.intake.zone,
                    covers=self.intake.covers,
                    damage=each.damage,
                    parts=part_facts(connection, self.folder.manifest, each),
                )
                for original, file, each in zip(originals, given, converted, strict=True)
            }

    def _intact(self, item: ItemFacts) -> bool:
        """Say whether all parts of a known file are as they were committed; else it is read again."""
        parts = [(self.folder.manifest.part_path(part.sha256), part.sha256) for part in item.parts]
        return all(path.exists() and sha256_of(path) == sha256 for path, sha256 in parts)

    def _commit(self, items: Sequence[ItemFacts]) -> None:
        """Commit items in one ledger entry and note it in custody."""
        if items:
            ordered = sorted(items, key=lambda each: (each.sha256, each.names))
            entry = self.folder.manifest.commit(
                ordered, at=self.folder.actor.stamp, who=self.folder.actor.who
            )
            self.folder.note("add", commit_note(entry))

    def document(self, ledger: Ledger, taken: Sequence[tuple[str, str]]) -> models.Added:
        """Return what this call brought: a row counts as an event only where no file had brought it."""
        fresh = {sha256 for _, sha256 in taken} - self.before
        tallies = ledger.new_events(fresh)
        told: set[str] = set()
        evidence: list[models.EvidenceItem] = []
        for name, sha256 in taken:
            item = ledger.items[sha256]
            tally = tallies[sha256] if sha256 in fresh - told else _again(item)
            told.add(sha256)
            evidence.append(item_document(item, tally, name))
        quarantine = ledger.quarantine({sha256 for _, sha256 in taken}, SHOWN_QUARANTINE)
        return models.Added(
            evidence=tuple(evidence),
            quarantine=tuple(models.Quarantined(sha256=i, position=p, reason=r) for i, p, r in quarantine),
            head=self.folder.custody.head(),
        )


def _name(file: Path) -> str:
    """Return a file's name as text that every output can hold."""
    return os.fsencode(file.name).decode("utf-8", "backslashreplace")


def _again(item: ItemFacts) -> Tally:
    """Return the tally of a file that was there before: nothing in it is new."""
    return Tally(item.rows, 0, item.rows - item.quarantined, item.quarantined)


def item_document(item: ItemFacts, tally: Tally, name: str) -> models.EvidenceItem:
    """Return one evidence item as a document."""
    begins = [part.from_ for part in item.parts if part.from_]
    ends = [part.to for part in item.parts if part.to]
    return models.EvidenceItem(
        name=name,
        sha256=item.sha256,
        bytes=item.bytes,
        log=", ".join(item.logs) or "unknown",
        rows=tally.rows,
        events=tally.events,
        duplicates=tally.duplicates,
        quarantined=tally.quarantined,
        damaged=item.damage is not None,
        from_=min(begins, default=None),
        to=max(ends, default=None),
    )


def stated_intake(*, timezone: str | None, covers: str | None, recognise: Recognise) -> Intake:
    """Return what was stated about the files of a call; raise UsageError when it is wrong."""
    return Intake(zone(timezone) if timezone else None, (span_of(covers),) if covers else (), recognise)
