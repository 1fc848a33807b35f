"""Verification: is the case still what was taken in, decided and derived?

1. Custody chain: each entry follows the one before; a given head is still in it.
2. Evidence items, ledger entries and parts, snapshot tables: each has the hash it was committed with,
   and each evidence item that custody names is in the ledger.
3. Results and report: each file has the hash that custody noted when it was written.
4. Results and report of the case as it now stands are derived again in a scratch folder and compared,
   byte for byte, when nothing was taken in or decided since they were written.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from floodmark import models
from floodmark.case.deriving import Deriving, selectors_of, write_report, write_results
from floodmark.case.folder import Folder
from floodmark.errors import FloodmarkError
from floodmark.evidence import sha256_of

_STATE = frozenset({"init", "set", "add", "snapshot", "accept", "dismiss"})
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
        except (ValueError, KeyError, TypeError):
            return ""

    def _entries(self) -> list[dict[str, Any]]:
        return self.folder.custody.entries()

    # --- 1 ---------------------------------------------------------------------------------------------

    def _custody(self, head: str | None) -> Found:
        problems = list(self.folder.custody.problems())
        yield from (("custody log", problem) for problem in problems)
        if problems:
            return
        entries = self._entries()
        if not entries or entries[0]["action"] != "init":
            yield "custody log", "it does not begin with the making of the case"
        if head and head not in {entry["hash"] for entry in entries}:
            yield "custody log", f"head {head} is not in it: the log was shortened or rebuilt"

    # --- 2 ---------------------------------------------------------------------------------------------

    def _stored(self, entries: list[dict[str, Any]]) -> Found:
        try:
            items = self.folder.manifest.items()
            yield from self.folder.manifest.problems()
        except FloodmarkError as error:
            yield "ledger", error.message
            items = {}
        yield from self.folder.originals.problems(iter(items))
        named = {item["sha256"]: item for entry in entries if entry["action"] == "add" for item in entry["detail"]["items"]}
        yield from ((sha256, "custody names it, the ledger does not") for sha256 in sorted(set(named) - set(items)))
        yield from self._snapshot(entries)
        yield from self._settings(entries)

    def _snapshot(self, entries: list[dict[str, Any]]) -> Found:
        taken = [entry["detail"] for entry in entries if entry["action"] == "snapshot"]
        if not taken:
            return
        stated = self.folder.snapshots / "snapshot.json"
        try:
            facts = json.loads(stated.read_text("ascii"))
            folder = self.folder.snapshots / facts.pop("folder")
        except (OSError, ValueError, KeyError):
            yield "snapshot/snapshot.json", "missing or not readable"
            return
        if facts != taken[-1]:
            yield "snapshot/snapshot.json", "is not what custody noted"
        for table in taken[-1]["tables"]:
            yield from _compare(folder / f"{table['object']}.parquet", table["stored"], f"snapshot table {table['object']}")
        yield from _compare(folder / "datamap.yaml", taken[-1]["datamap"], "datamap.yaml")

    def _settings(self, entries: list[dict[str, Any]]) -> Found:
        """Compare case.toml with the decisions that custody noted."""
        try:
            settings = self.folder.settings()
        except FloodmarkError as error:
            yield "case.toml", error.message
            return
        noted: dict[str, Any] = {}
        decided: dict[str, str] = {}
        for entry in entries:
            if entry["action"] in {"init", "set"}:
                noted |= entry["detail"]
            elif entry["action"] in {"accept", "dismiss"}:
                decided[entry["detail"]["finding"]] = "accepted" if entry["action"] == "accept" else "dismissed"
        for name, value in noted.items():
            if settings.get(name) != value:
                yield "case.toml", f"{name} is not what custody noted"
        if {each["finding"]: each["decision"] for each in settings["decisions"]} != decided:
            yield "case.toml", "decisions are not what custody noted"

    # --- 3, 4 --------------------------------------------------------------------------------------------

    def _outputs(self, entries: list[dict[str, Any]]) -> Found:
        last = {name: (place, entry["detail"]) for place, entry in enumerate(entries) for name in [entry["action"]]}
        changed = max((place for name, (place, _) in last.items() if name in _STATE), default=-1)
        scope = last.get("scope")
        report = next((entry["detail"] for entry in reversed(entries) if entry["action"] == "report" and entry["detail"]["inside"]), None)
        if scope is None:
            return
        differing: list[tuple[str, str]] = []
        for name, sha256 in sorted(scope[1]["results"].items()):
            differing += _compare(self.folder.results / name, sha256, f"results/{name}")
        for name, sha256 in sorted((report or {}).get("files", {}).items()):
            differing += _compare(self.folder.reports / name, sha256, f"report/{name}")
        yield from differing
        if scope[0] > changed and not differing:
            yield from self._rebuilt(scope[1], report)

    def _rebuilt(self, scope: dict[str, Any], report: dict[str, Any] | None) -> Found:
        """Derive everything again and compare it with what custody noted."""
        with tempfile.TemporaryDirectory(prefix="floodmark-verify-") as scratch, self.folder.engine() as engine:
            results, reports = Path(scratch) / "results", Path(scratch) / "report"
            try:
                derived = Deriving(self.folder, engine).derive(selectors_of(scope["selectors"]))
            except FloodmarkError as error:
                yield "results", f"cannot be derived again: {error.message}"
                return
            write_results(derived, engine, results)
            for name, sha256 in sorted(scope["results"].items()):
                yield from _compare(results / name, sha256, f"results/{name}", "is not what the case gives now")
            if report:
                write_report(derived, report["kinds"], reports, force=True)
                for name, sha256 in sorted(report["files"].items()):
                    yield from _compare(reports / name, sha256, f"report/{name}", "is not what the case gives now")


def _compare(file: Path, sha256: str, item: str, problem: str = "has other bytes than when it was written") -> Found:
    if not file.is_file():
        yield item, "is missing"
    elif sha256_of(file) != sha256:
        yield item, problem
