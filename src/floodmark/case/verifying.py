"""Verification: is the case still what was taken in, decided and derived?

1. Custody chain: each entry follows the one before; a given head is still in it.
2. Evidence items, ledger entries and parts, snapshot tables, settings, the user's own rules: each is what
   custody noted, and ledger and custody name the same entries.
3. Results and report: each file has the hash that custody noted when it was written.
4. Results, and a report not older than they are, are derived again in a scratch folder and compared
   byte for byte, when nothing was taken in or decided since they were written.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from floodmark import models
from floodmark.case.deciding import DECIDING, SETTINGS, settings_by, shaped
from floodmark.case.deriving import (
    BASELINES,
    INCIDENT,
    OCSF,
    Deriving,
    selectors_of,
    write_baselines,
    write_results,
)
from floodmark.case.folder import (
    BUNDLE,
    Folder,
    commit_note,
    noted_documents,
    noted_report,
    noted_rules,
    own_files,
    utc_time,
)
from floodmark.case.issuing import issue, require_level
from floodmark.errors import FloodmarkError
from floodmark.evidence import canonical_json, sha256_of

_STATE = DECIDING | {"add", "snapshot", "rules", "intake"}
CUSTODY = "custody log"
NOT_NOW = "is not what the case gives now"
Found = Iterator[tuple[str, str]]


class Verifying:
    """One verification of one case."""

    def __init__(self, folder: Folder) -> None:
        """Use `folder`; nothing in it is changed."""
        self.folder = folder

    def run(self, head: str | None) -> models.Verified:
        """Return all problems found, in the order of the steps."""
        found = [*self._custody(head)]
        entries = self._entries() if not found else []
        found += [*self._stored(entries)]
        if not found:
            found += [*self._outputs(entries)]
        problems = tuple(models.Problem(item=item, problem=problem) for item, problem in found)
        return models.Verified(ok=not problems, problems=problems, head=self._head())

    def _head(self) -> str:
        try:
            return self.folder.custody.head()
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""

    def _entries(self) -> list[dict[str, Any]]:
        return self.folder.custody.entries()

    # --- 1 ---------------------------------------------------------------------------------------------

    def _custody(self, head: str | None) -> Found:
        problems = list(self.folder.custody.problems())
        yield from ((CUSTODY, problem) for problem in problems)
        if problems:
            return
        if self.folder.custody.torn():
            yield (
                CUSTODY,
                "its last line has no end: a command was killed while writing it, or the log was cut",
            )
        entries = self._entries()
        if not entries or entries[0]["action"] != "init":
            yield CUSTODY, "it does not begin with the making of the case"
        if head and head not in {entry["hash"] for entry in entries}:
            yield CUSTODY, f"head {head} is not in it: the log was shortened or rebuilt"

    # --- 2 ---------------------------------------------------------------------------------------------

    def _stored(self, entries: list[dict[str, Any]]) -> Found:
        try:
            items = self.folder.manifest.items()
        except FloodmarkError as error:
            yield "ledger", error.message
            items = {}
        else:
            yield from self.folder.manifest.problems()
            yield from self._entered(entries)
        documents = noted_documents(entries)
        proposals = {each for noted in documents.values() for each in noted["proposals"]}
        yield from self.folder.originals.problems(iter(sorted({*items, *documents, *proposals})))
        if entries:
            yield from self._snapshot(entries)
            yield from self._settings(entries)
            yield from self._rules(entries)

    def _entered(self, entries: list[dict[str, Any]]) -> Found:
        """Compare the ledger's entries with what custody noted of each."""
        noted = {entry["detail"]["ledger"]: entry["detail"] for entry in entries if entry["action"] == "add"}
        found = {entry["n"]: commit_note(entry) for entry in self.folder.manifest.entries()}
        for number in sorted(noted.keys() - found.keys()):
            yield f"ledger entry {number}", "custody names it, the ledger does not"
        if not entries:
            return
        for number in sorted(found):
            if number not in noted:
                yield (
                    f"ledger entry {number}",
                    "custody does not name it: a command was killed, or custody was shortened",
                )
            elif noted[number] != json.loads(canonical_json(found[number])):
                yield f"ledger entry {number}", "is not what custody noted"

    def _snapshot(self, entries: list[dict[str, Any]]) -> Found:
        taken = [entry["detail"] for entry in entries if entry["action"] == "snapshot"]
        if not taken:
            return
        name = hashlib.sha256(canonical_json(taken[-1])).hexdigest()[:16]
        stated = self.folder.snapshots / "snapshot.json"
        if not stated.is_file():
            yield "snapshot/snapshot.json", "is missing"
        elif stated.read_bytes() != canonical_json({**taken[-1], "folder": name}) + b"\n":
            yield "snapshot/snapshot.json", "is not what custody noted"
        folder = self.folder.snapshots / name
        for table in taken[-1]["tables"]:
            yield from _compare(
                folder / f"{table['object']}.parquet", table["stored"], f"snapshot table {table['object']}"
            )
        yield from _compare(folder / "datamap.yaml", taken[-1]["datamap"], "datamap.yaml")

    def _settings(self, entries: list[dict[str, Any]]) -> Found:
        """Compare case.toml with the decisions that custody noted."""
        try:
            settings = self.folder.settings()
        except FloodmarkError as error:
            yield "case.toml", error.message
            return
        noted, found = settings_by(entries), shaped(settings)
        for name in SETTINGS:
            if found.get(name) != noted.get(name):
                yield "case.toml", f"{name} is not what custody noted"
        for name, words in (("decisions", "decisions"), ("links", "decisions on links")):
            if found.get(name) != noted.get(name):
                yield "case.toml", f"{words} are not what custody noted"

    def _rules(self, entries: list[dict[str, Any]]) -> Found:
        """Compare the user's own rules with those that custody noted last, and with what was kept of them."""
        noted, found = noted_rules(entries), own_files(self.folder.root)
        for name in sorted(noted.keys() | found.keys()):
            item = name if name == BUNDLE else f"rules/{name}"
            if name not in noted:
                yield item, "custody does not name it: it was added after the last command"
            elif name not in found:
                yield item, "is missing"
            elif sha256_of(found[name]) != noted[name]:
                yield item, "is not what custody noted"
        yield from self.folder.originals.problems(iter(sorted(set(noted.values()))))

    # --- 3, 4 --------------------------------------------------------------------------------------------

    def _outputs(self, entries: list[dict[str, Any]]) -> Found:
        written = _Written(entries)
        differing: list[tuple[str, str]] = []
        for name, sha256 in sorted(written.results.items()):
            differing += _compare(self.folder.results / name, sha256, f"results/{name}")
        for name, sha256 in sorted(written.files.items()):
            differing += _compare(self.folder.reports / name, sha256, f"report/{name}")
        yield from differing
        if not differing and written.scope is not None:
            yield from self._rebuilt(written, written.scope)
        if written.detected is not None:
            yield from self._detected(written.detected)
        if written.record:
            yield from self._recorded(written.record)

    def _rebuilt(self, written: _Written, scope: dict[str, Any]) -> Found:
        """Derive again what belongs to the case as it now stands, and compare it with what custody noted."""
        with (
            tempfile.TemporaryDirectory(prefix="floodmark-verify-") as scratch,
            self.folder.engine() as engine,
        ):
            results, reports = Path(scratch) / "results", Path(scratch) / "report"
            try:
                derived = Deriving(self.folder, engine).derive(selectors_of(scope["selectors"]))
                write_results(derived, engine, results)
                if written.report:
                    issue(
                        derived,
                        written.report["kinds"],
                        reports,
                        level=require_level(written.report.get("level", "internal")),
                        before=written.before,
                        force=True,
                    )
            except FloodmarkError as error:
                yield "results", f"cannot be derived again: {error.message}"
                return
            for name, sha256 in sorted(written.results.items()):
                yield from _compare(results / name, sha256, f"results/{name}", NOT_NOW)
            for name, sha256 in sorted((written.report or {}).get("files", {}).items()):
                yield from _compare(reports / name, sha256, f"report/{name}", NOT_NOW)

    def _recorded(self, sha256: str) -> Found:
        """Read the documents again and compare the record that they make with the one written last."""
        with self.folder.engine() as engine:
            try:
                content = models.dump(Deriving(self.folder, engine).record()).encode("ascii")
            except FloodmarkError as error:
                yield f"results/{INCIDENT}", f"cannot be derived again: {error.message}"
                return
        if hashlib.sha256(content).hexdigest() != sha256:
            yield f"results/{INCIDENT}", NOT_NOW

    def _detected(self, detail: dict[str, Any]) -> Found:
        """Compare findings that were looked for after the last scope; custody notes only their ids."""
        since = utc_time(detail["since"]).replace(tzinfo=None) if detail["since"] else None
        with self.folder.engine() as engine:
            try:
                deriving = Deriving(self.folder, engine)
                judged = deriving.judge(since)
                contents = {
                    "findings.json": models.dump(judged.detected).encode("ascii"),
                    OCSF: deriving.ocsf(judged).encode("ascii"),
                }
                with tempfile.TemporaryDirectory() as scratch:
                    write_baselines(engine, Path(scratch))
                    contents[BASELINES] = (Path(scratch) / BASELINES).read_bytes()
            except FloodmarkError as error:
                yield "results/findings.json", f"cannot be derived again: {error.message}"
                return
        for name, content in contents.items():
            file = self.folder.results / name
            if not file.is_file():
                yield f"results/{name}", "is missing"
            elif file.read_bytes() != content:
                yield f"results/{name}", NOT_NOW


class _Written:
    """What custody noted of results and reports: which files stand there, and which can be derived again."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        last = {entry["action"]: (place, entry["detail"]) for place, entry in enumerate(entries)}
        changed = max((place for action, (place, _) in last.items() if action in _STATE), default=-1)
        scoped, scope = last.get("scope", (-1, None))
        looked, detected = last.get("detect", (-1, None))
        reports = [
            (place, entry["detail"])
            for place, entry in enumerate(entries)
            if entry["action"] == "report" and entry["detail"]["inside"]
        ]
        self.results: dict[str, str] = dict(scope["results"]) if scope else {}
        self.files: dict[str, str] = {}
        for _, detail in reports:
            self.files |= detail["files"]
        told, record = last.get("record", (-1, None))
        if told > scoped and record:  # the record was written again
            self.results |= record["results"]
        if looked > scoped:  # the findings were written again
            for name in ("findings.json", OCSF, BASELINES):
                self.results.pop(name, None)
        self.scope: dict[str, Any] | None = scope if scoped > changed else None
        self.detected: dict[str, Any] | None = detected if looked > max(scoped, changed) else None
        self.record: str | None = (
            record["results"][INCIDENT] if record and told > max(scoped, changed) else None
        )
        # A report older than the last scope may rest on other selectors.
        self.report: dict[str, Any] | None = (
            reports[-1][1] if reports and reports[-1][0] > max(scoped, changed) else None
        )
        self.before = noted_report(entries[: reports[-1][0]]) if reports else None


def _compare(
    file: Path, sha256: str, item: str, problem: str = "has other bytes than when it was written"
) -> Found:
    if not file.is_file():
        yield item, "is missing"
    elif sha256_of(file) != sha256:
        yield item, problem
