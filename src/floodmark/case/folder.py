"""The case folder itself: settings, lock, custody, and what a killed command left."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomlkit

from floodmark.case.deciding import DECIDING, after, require_form, settings_by, shaped
from floodmark.engine import Engine, EngineError, OutOfMemory, memory
from floodmark.errors import CaseError, IntegrityError, UsageError
from floodmark.evidence import (
    Custody,
    Originals,
    canonical_json,
    full_disk,
    sha256_of,
    write_durably,
    writing,
)
from floodmark.ledger import Manifest
from floodmark.models import stamp
from floodmark.text import visible

_FULL = (
    "No space left on device",
    "failed to offload",
    "Could not write",
    "File too large",
    "Disk quota exceeded",
)
BUNDLE = "attack.json"
"""A bundle of ATT&CK of the user's own, newer than the one that comes along."""
_RULE_ENDINGS = frozenset({".yml", ".yaml"})
PLATFORM = "salesforce"
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _total: int) -> None:
    """Show no progress."""


def utc_time(text: str) -> datetime:
    """Return the time in `text` as UTC; raise UsageError when it is none or carries no offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{visible(text)} is not a time", hint="write 2025-06-28T02:11:09Z") from error
    if found.tzinfo is None:
        raise UsageError(f"{visible(text)} carries no offset", hint="add Z or an offset such as +10:00")
    return found.astimezone(UTC)


def zone(name: str) -> str:
    """Return the name of a time zone; raise UsageError when it is not one."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "use a name such as Australia/Sydney"
        raise UsageError(f"{visible(name)} is not a time zone", hint=hint) from error
    return name


@dataclass(frozen=True)
class Actor:
    """Who runs a command, and when."""

    who: str
    at: datetime

    @property
    def stamp(self) -> str:
        """The time as text, UTC."""
        return stamp(self.at.astimezone(UTC)) or ""


@contextmanager
def disk() -> Generator[None]:
    """Turn a disk that takes no more into one clear line."""
    hint = "free space or use another disk, then run the command again; what was committed before is kept"
    try:
        yield
    except OSError as error:
        if full_disk(error):
            raise CaseError(f"nothing more can be written: {error.strerror}", hint=hint) from error
        name = f"{Path(str(error.filename)).name}: " if error.filename else ""
        raise CaseError(
            f"{name}{error.strerror or error}", hint="what was committed before is kept"
        ) from error
    except EngineError as error:
        if any(sign in str(error) for sign in _FULL):
            raise CaseError("nothing more can be written: no space left on device", hint=hint) from error
        if isinstance(error, OutOfMemory):
            raise CaseError(
                "too little memory", hint="close other programs, then run the command again"
            ) from error
        raise


class Folder:
    """The parts of a case folder and the rules for changing it."""

    def __init__(self, root: Path, actor: Actor, progress: Progress = silent) -> None:
        """Use the folder at `root`; nothing is read yet."""
        self.root = root
        self.actor = actor
        self.progress = progress
        self.originals = Originals(root / "evidence")
        self.custody = Custody(root / "evidence" / "custody.jsonl")
        self.manifest = Manifest(root / "ledger")
        self.snapshots = root / "snapshot"
        self.results = root / "results"
        self.reports = root / "report"
        self.rules = root / "rules"

    def begun(self) -> bool:
        """Say whether the folder is a case: it has case.toml, or custody notes the making of the case."""
        if (self.root / "case.toml").is_file():
            return True
        try:
            return bool(self.custody.entries())
        except IntegrityError:
            return False

    def settings(self) -> dict[str, Any]:
        """Return what people decided.

        That is the content of case.toml, except right after a command was killed between its custody
        entry and case.toml: then it is what custody notes.

        Raises:
            CaseError: case.toml is missing.
            UsageError: it is no TOML, lacks the organisation, or an entry of a list is not whole.
        """
        found = self._behind() or self._written()
        if not found:
            raise CaseError("case.toml is missing", hint="restore it from your copy of the case")
        if not isinstance(found.get("organisation"), str):
            hint = 'add a line such as organisation = "Example Air"'
            raise UsageError("case.toml: organisation is missing", hint=hint)
        require_form(found)
        return {"timezone": "UTC", "platform": PLATFORM, "decisions": [], "links": [], **found}

    def _written(self) -> dict[str, Any]:
        """Return the content of case.toml; nothing where there is no such file."""
        file = self.root / "case.toml"
        try:
            return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"case.toml: {error}") from error

    def _behind(self) -> dict[str, Any] | None:
        """Return what custody notes where case.toml lacks its last entry and nothing else, else None.

        Only the last entry of the log can be one that a killed command did not get into case.toml: the next
        command that changes the case writes it before anything else.
        """
        try:
            entries = self.custody.entries()
        except IntegrityError:
            return None
        if not entries or entries[-1]["action"] not in DECIDING:
            return None
        noted = settings_by(entries)
        written = shaped(self._written())
        return noted if written != noted and written == settings_by(entries[:-1]) else None

    def change(self, action: str, detail: Mapping[str, Any]) -> str:
        """Note a change of the settings, then write it to case.toml; return the new head.

        Custody comes first, with all that the change needs: killed before its entry is whole the old
        settings stand, after it the new ones.
        """
        changed = after(self.settings() if self.begun() else {}, action, detail)
        head = self.note(action, detail)
        self.write_settings(changed)
        return head

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        """Write case.toml: the settings in a fixed order, decisions on findings and on links."""
        document = tomlkit.document()
        document.add(
            tomlkit.comment(
                "What people decided about this case; each change is in evidence/custody.jsonl too."
            )
        )
        for name, value in shaped(settings).items():
            document.add(name, value)
        write_durably(self.root / "case.toml", tomlkit.dumps(document).encode("utf-8"))

    def note(self, action: str, detail: Mapping[str, Any]) -> str:
        """Add a custody entry and return the new head."""
        return self.custody.append(action, detail, at=self.actor.stamp, who=self.actor.who)

    @property
    def attack(self) -> Path | None:
        """The user's own bundle of ATT&CK, where there is one."""
        file = self.root / BUNDLE
        return file if file.is_file() else None

    def contained_at(self) -> datetime | None:
        """Return the containment time, UTC without zone, or None."""
        text = self.settings().get("contained_at")
        return utc_time(str(text)).replace(tzinfo=None) if text else None

    @contextmanager
    def changing(self) -> Generator[None]:
        """Hold the lock, finish what a killed command left, and turn a full disk into one line."""
        with disk(), writing(self.root):
            self._recover()
            yield

    def _recover(self) -> None:
        """Drop what a killed command left behind; enter commits that custody does not know yet."""
        for left in self.root.glob(".scratch-*"):
            shutil.rmtree(left, ignore_errors=True)
        unfinished = [file for folder in (self.root, *self._folders()) for file in folder.glob(".new-*")]
        for left in [*unfinished, *self.manifest.strays()]:
            left.unlink(missing_ok=True)
        behind = self._behind()
        if behind is not None:
            self.write_settings(behind)
        known = {
            entry["detail"].get("ledger") for entry in self.custody.entries() if entry["action"] == "add"
        }
        for entry in self.manifest.entries():
            if entry["n"] not in known:
                self.custody.append("add", commit_note(entry), at=entry["at"], who=entry["who"])
        self._note_rules()

    def _note_rules(self) -> None:
        """Keep rules and bundle of the case under their hashes, and note them where they changed."""
        found = own_files(self.root)
        noted = noted_rules(self.custody.entries())
        if [sha256_of(file) for file in found.values()] == list(noted.values()) and [*found] == [*noted]:
            return
        kept = [{"name": name, "sha256": self.originals.take(file).sha256} for name, file in found.items()]
        self.note("rules", {"files": kept})

    def _folders(self) -> list[Path]:
        return [
            self.originals.folder,
            self.manifest.log,
            self.snapshots,
            *self.snapshots.glob("*/"),
            self.results,
            self.reports,
        ]

    @contextmanager
    def scratch(self) -> Generator[Path]:
        """Yield a folder inside the case that is removed at the end, or by the next command."""
        folder = Path(tempfile.mkdtemp(prefix=".scratch-", dir=self.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def engine(self, *, limit_mb: int = 3000) -> Generator[Engine]:
        """Open an engine; spilled data goes to a private folder of the system."""
        with memory(limit_mb=limit_mb) as connection:
            yield Engine(connection)


def commit_note(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what custody says of a ledger entry: number, hash, and each item with its name and hash."""
    return {
        "ledger": entry["n"],
        "entry": hashlib.sha256(canonical_json(entry)).hexdigest(),
        "items": [
            {
                "sha256": item["sha256"],
                "names": item["names"],
                "bytes": item["bytes"],
                "covers": item["covers"],
                "zone": item["zone"],
            }
            for item in entry["items"]
        ],
    }


def own_files(root: Path) -> dict[str, Path]:
    """Return what the user laid into the case beside its evidence: name -> file; rules, then the bundle."""
    bundle = root / BUNDLE
    return {**rule_files(root / "rules"), **({BUNDLE: bundle} if bundle.is_file() else {})}


def rule_files(folder: Path) -> dict[str, Path]:
    """Return the user's own rules: file name -> file, by name; other files of the folder are no rules."""
    found = [each for each in folder.glob("*") if each.suffix.lower() in _RULE_ENDINGS and each.is_file()]
    return {each.name: each for each in sorted(found)}


def noted_rules(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return name -> SHA-256 of the rules that custody noted last."""
    files: list[Mapping[str, str]] = []
    for entry in entries:
        if entry["action"] == "rules":
            files = entry["detail"]["files"]
    return {each["name"]: each["sha256"] for each in files}


def noted_documents(entries: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return SHA-256 -> name, stated day and proposals of the documents that custody noted, by hash."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        for each in entry["detail"]["documents"] if entry["action"] == "intake" else ():
            first = found.setdefault(each["sha256"], {**each, "proposals": []})
            first["proposals"] = sorted({*first["proposals"], *each["proposals"]})
    return dict(sorted(found.items()))


def noted_report(entries: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return what custody noted of the last report; None where there was none."""
    noted = [entry["detail"] for entry in entries if entry["action"] == "report"]
    return noted[-1] if noted else None
