"""Evidence items, the custody log, and durable files.

An evidence item is one original file, kept read-only under its SHA-256. The custody log is a JSON
line for each thing that was taken in or decided; each line carries the hash of the line before, so
that a changed, dropped or added line shows. A shortened or rebuilt log only shows against a head
that was printed earlier (design section 4).

Everything that must outlive a power cut is written to a new file, synced, renamed, and its folder
synced; a reader sees the old or the new state.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from floodmark.errors import CaseError, IntegrityError

BLOCK = 1 << 22
SLICE = 1 << 16  # compressed bytes at a time: what one slice can grow to stays bounded
EMPTY_HEAD = "0" * 64
GZIP_ERRORS: tuple[type[Exception], ...] = (isal_zlib.error, zlib.error)  # pyright: ignore[reportAssignmentType]
# A gzip file that grows more than this is refused: 200 to 1 after the first 64 MB, 50 GB in all.
RATIO_LIMIT = 200
RATIO_FREE_BYTES = 64 << 20
TOTAL_LIMIT = 50 << 30


def canonical_json(value: object) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no blanks, ASCII escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in lower-case hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Make the bytes of `file` durable."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def place(temporary: Path, final: Path) -> None:
    """Move a finished file to its final name, durably; an equal name is replaced at once."""
    sync_file(temporary)
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    sync_folder(final.parent)


def write_durably(final: Path, content: bytes) -> None:
    """Write `content` to `final` so that a reader sees the old file or the whole new one."""
    final.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".new-", dir=final.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        place(temporary, final)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def create_once(final: Path, content: bytes) -> None:
    """Write `content` to a name that must be new; raise FileExistsError when it is taken.

    The link is the commit: of two writers only one can win it (reliability notes, section 2).
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".new-", dir=final.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(final.parent)


@contextmanager
def writing(root: Path) -> Generator[None]:
    """Hold the case for writing; raise CaseError when another process holds it or it is read-only.

    The folder itself is locked, so that a refused command leaves not even a lock file behind.
    """
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise CaseError(f"case cannot be opened: {error.strerror}") from error
    if not os.access(root, os.W_OK):
        os.close(handle)
        raise CaseError(
            f"{root} cannot be written", hint="check its permissions, and whether the disk is read-only"
        )
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        hint = "wait for the other command to end, then run this one again"
        raise CaseError("another command is writing to this case", hint=hint) from error
    try:
        yield
    finally:
        os.close(handle)


def full_disk(error: OSError) -> bool:
    """Say whether `error` means that no more can be written."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


# --- originals ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Original:
    """One evidence item: its SHA-256 and its length in bytes."""

    sha256: str
    size: int


class Originals:
    """The originals of a case, by hash, read-only."""

    def __init__(self, folder: Path) -> None:
        """Keep the items under `folder`, two characters of the hash to a sub-folder."""
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the item with this hash is kept."""
        return self.folder / sha256[:2] / sha256

    def take(self, source: Path) -> Original:
        """Copy `source` in, durably and once; the same bytes again cost a read and no space."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=self.folder)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as target, source.open("rb") as stream:
                digest, size = _copy(stream, target)
            final = self.path(digest)
            # An item that was changed since is mended by the same bytes given again.
            if not (final.exists() and sha256_of(final) == digest):
                temporary.chmod(0o400)
                place(temporary, final)
        finally:
            temporary.unlink(missing_ok=True)
        return Original(digest, size)

    def problems(self, sha256s: Iterator[str]) -> Iterator[tuple[str, str]]:
        """Yield (item, problem) for each item that is missing or no longer has its hash."""
        for sha256 in sha256s:
            file = self.path(sha256)
            if not file.exists():
                yield sha256, "evidence item is missing"
            elif sha256_of(file) != sha256:
                yield sha256, "evidence item has other bytes than when it was taken in"


def _copy(stream: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy a stream and return the SHA-256 and the length of what was copied."""
    digest, size = hashlib.sha256(), 0
    while block := stream.read(BLOCK):
        digest.update(block)
        target.write(block)
        size += len(block)
    return digest.hexdigest(), size


@dataclass(frozen=True)
class Plain:
    """The readable bytes of an item, and what broke, if anything."""

    path: Path
    size: int
    newlines: int
    """Line feeds."""
    returns: int
    """Carriage returns."""
    separators: int
    """Bytes that divide the values of a row in its whole-row key (unit separator, 0x1f)."""
    ends_line: bool
    """Whether the last byte is a line feed."""
    damage: str | None


def plain(original: Path, scratch: Path) -> Plain:
    """Return the item's bytes, decompressed when they are gzip (told by content, not by name).

    Members follow each other; the CRC and length of each are checked (the engine's own gzip reader
    does not check the CRC). What could be read before the damage is returned with the reason.
    """
    with original.open("rb") as stream:
        if stream.read(2) != b"\x1f\x8b":
            return _counted(original, None)
        handle, name = tempfile.mkstemp(prefix="plain-", dir=scratch)
        with os.fdopen(handle, "wb") as target:
            damage = _Gunzip(stream, target).run()
    return _counted(Path(name), damage)


def head_of(original: Path, size: int = 1 << 16) -> bytes:
    """Return up to `size` of the first readable bytes of a file, decompressed when it is gzip."""
    with original.open("rb") as stream:
        head = stream.read(size)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return bytes(isal_zlib.decompressobj(31).decompress(head, size))
    except GZIP_ERRORS:
        return b""


def _counted(file: Path, damage: str | None) -> Plain:
    size = newlines = returns = separators = 0
    last = b""
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            size += len(block)
            newlines += block.count(b"\n")
            separators += block.count(b"\x1f")
            returns += block.count(b"\r")
            last = block[-1:]
    return Plain(file, size, newlines, returns, separators, last == b"\n", damage)


class _Gunzip:
    """One pass over a gzip file; on damage, a second that keeps every byte before it."""

    def __init__(self, stream: BinaryIO, target: BinaryIO) -> None:
        """Decompress `stream`, which must be seekable, into `target`."""
        self.stream, self.target = stream, target
        self.size = self.read = 0

    def run(self) -> str | None:
        """Decompress all members; return the damage, None when there is none."""
        damage = self._inflate(whole_until=1 << 62)
        if damage and damage.startswith("gzip is damaged"):
            whole = max(0, self.read - 2 * SLICE)
            self.target.truncate(0)
            self._inflate(whole_until=whole)
        return damage

    def _inflate(self, *, whole_until: int) -> str | None:
        """Feed slices up to `whole_until`, single bytes from there on; return what broke."""
        self.stream.seek(0)
        self.target.seek(0)
        self.size = self.read = 0
        member, slice_ = isal_zlib.decompressobj(31), b""
        while slice_ or (slice_ := self.stream.read(SLICE if self.read < whole_until else 1)):
            self.read = self.stream.tell()
            if member.eof:
                if not (slice_ := slice_.lstrip(b"\0")):
                    continue
                member = isal_zlib.decompressobj(31)
            try:
                self._keep(member.decompress(slice_))
            except GZIP_ERRORS as error:
                return f"gzip is damaged within {self.read} bytes: {error}"
            if self.size > TOTAL_LIMIT or (
                self.size > RATIO_FREE_BYTES and self.size > self.read * RATIO_LIMIT
            ):
                return f"gzip grows from {self.read} to more than {self.size} bytes; the rest was not read"
            slice_ = member.unused_data if member.eof else b""
        return None if member.eof else f"gzip ends early after {self.read} bytes"

    def _keep(self, out: bytes) -> None:
        self.target.write(out)
        self.size += len(out)


# --- custody -----------------------------------------------------------------------------------


class Custody:
    """The append-only, hash-chained record of what was taken in and decided."""

    def __init__(self, file: Path) -> None:
        """Use the JSON-lines file at `file`; it need not exist yet."""
        self.file = file

    def entries(self) -> list[dict[str, Any]]:
        """Return all whole entries in order; raise IntegrityError when the chain does not hold."""
        problems = list(self.problems())
        if problems:
            raise IntegrityError(
                f"custody log: {problems[0]}", hint="run floodmark verify to list all problems"
            )
        return [json.loads(line) for line in self._lines()]

    def head(self) -> str:
        """Return the hash of the last entry; 64 zeros for an empty log."""
        lines = self._lines()
        return str(json.loads(lines[-1])["hash"]) if lines else EMPTY_HEAD

    def append(self, action: str, detail: Mapping[str, Any], *, at: str, who: str) -> str:
        """Add one entry durably and return the new head.

        Args:
            action: what was done, one word.
            detail: what it was done to; anything that JSON can hold.
            at: when, as the caller's UTC time text.
            who: the account that ran the command.
        """
        lines = self._lines()
        head = str(json.loads(lines[-1])["hash"]) if lines else EMPTY_HEAD
        entry = {
            "n": len(lines) + 1,
            "prev": head,
            "at": at,
            "who": who,
            "action": action,
            "detail": dict(detail),
        }
        entry["hash"] = hashlib.sha256(canonical_json(entry)).hexdigest()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            end = sum(len(line) + 1 for line in lines)
            os.ftruncate(handle, end)  # a line without its line feed was never acknowledged
            os.pwrite(handle, canonical_json(entry) + b"\n", end)
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(self.file.parent)
        return str(entry["hash"])

    def problems(self) -> Iterator[str]:
        """Yield what does not hold: order, link, hash or form of a line."""
        head = EMPTY_HEAD
        for number, line in enumerate(self._lines(), start=1):
            try:
                entry = json.loads(line)
                stated = entry.pop("hash")
                sound = canonical_json({**entry, "hash": stated}) == line
            except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
                yield f"entry {number} is not readable"
                return
            if not sound or hashlib.sha256(canonical_json(entry)).hexdigest() != stated:
                yield f"entry {number} was changed"
            if entry.get("prev") != head or entry.get("n") != number:
                yield f"entry {number} does not follow the entry before it"
            head = stated

    def torn(self) -> bool:
        """Say whether the log ends within a line: a command was killed writing it, or the log was cut."""
        content = self.file.read_bytes() if self.file.exists() else b""
        return bool(content) and not content.endswith(b"\n")

    def _lines(self) -> list[bytes]:
        """Return the whole lines of the log; a torn last line is left out."""
        if not self.file.exists():
            return []
        *lines, _torn = self.file.read_bytes().split(b"\n")
        return lines
