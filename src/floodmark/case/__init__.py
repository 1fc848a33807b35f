"""One folder, one incident: one method per stage, each returning a document of `models`.

    init ─► add, snapshot ─► detect ─► accept, dismiss ─► scope ─► report        verify at any time

This module owns the order and holds no rules; those live in the stages. Every method that changes
the case takes its lock and adds a custody entry. Time and account come from the caller.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from floodmark import incident, models, report, sources
from floodmark import sigma as rules
from floodmark.case.adding import Adding, files_of, require_zones, stated_intake
from floodmark.case.deciding import LINK, SETTINGS, Judgement, pattern_of
from floodmark.case.deriving import (
    INCIDENT,
    OCSF,
    Derived,
    Deriving,
    selectors_of,
    stored_selectors,
    write_baselines,
    write_results,
)
from floodmark.case.explaining import explain, require_subject, standing_of
from floodmark.case.folder import (
    PLATFORM,
    Actor,
    Folder,
    Progress,
    disk,
    noted_report,
    silent,
    utc_time,
    zone,
)
from floodmark.case.hunting import hunted
from floodmark.case.issuing import DEFAULT_KINDS, issue, require_kinds, require_level
from floodmark.case.verifying import Verifying
from floodmark.engine import Engine
from floodmark.errors import CaseError, UsageError
from floodmark.evidence import canonical_json, place, sha256_of, sync_folder, write_durably
from floodmark.intake import Ask, Handed, intake, problems_of, read_document
from floodmark.ledger import Ledger
from floodmark.models import stamp
from floodmark.scope import write_people, write_people_csv
from floodmark.snapshot import take
from floodmark.snapshot.datamap import load
from floodmark.text import closest, visible
from floodmark.trace import Selectors

__all__ = ["Actor", "Case", "Selectors", "files_of", "read_reports", "utc_time"]


class Case:
    """A case folder. Make one with `Case.init`, use one with `Case.open`."""

    def __init__(self, folder: Folder) -> None:
        """Use `folder`; nothing is read yet."""
        self.folder = folder
        self.root = folder.root

    @classmethod
    def init(cls, root: Path, *, organisation: str, actor: Actor, timezone: str | None = None) -> Case:
        """Make a new case in an absent or empty folder.

        Raises:
            UsageError: the folder holds something, the name is empty, or the time zone is unknown.
        """
        if not organisation.strip():
            raise UsageError("the organisation has no name")
        if not _is_empty(root):
            raise UsageError(f"{root} already holds something", hint="name a new folder")
        settings = {"organisation": organisation, "platform": PLATFORM, "timezone": zone(timezone or "UTC")}
        case = cls(Folder(root, actor))
        with disk():
            root.mkdir(parents=True, exist_ok=True)
            case.folder.change("init", settings)
        return case

    @classmethod
    def open(cls, root: Path, actor: Actor, progress: Progress = silent) -> Case:
        """Use an existing case; raise CaseError when the folder is none."""
        folder = Folder(root, actor, progress)
        if not folder.begun():
            raise CaseError(
                f"{root} is not a case", hint=f"make one with: floodmark init {root} --organisation NAME"
            )
        return cls(folder)

    def document(self) -> models.Initialised:
        """Return the case as it stands."""
        settings = self.folder.settings()
        return models.Initialised(
            case=str(self.root),
            organisation=settings["organisation"],
            timezone=settings["timezone"],
            contained_at=settings.get("contained_at"),
            head=self.folder.custody.head(),
        )

    def set(self, name: str, value: str) -> models.Initialised:
        """Change one setting: organisation, platform, timezone or contained_at."""
        if name not in SETTINGS:
            raise UsageError(
                f"{visible(name)} is not a setting{closest(name, SETTINGS)}", hint=", ".join(SETTINGS)
            )
        kept = value
        if name == "contained_at":
            kept = stamp(utc_time(value)) or ""
        elif name == "timezone":
            kept = zone(value)
        elif not value.strip():
            raise UsageError(f"{name} is empty")
        with self.folder.changing():
            self.folder.change("set", {name: kept})
        return self.document()

    # --- taking in -----------------------------------------------------------------------------------

    def add(
        self,
        paths: Sequence[Path],
        *,
        source: str | None = None,
        timezone: str | None = None,
        covers: str | None = None,
    ) -> models.Added:
        """Take files and folders in as evidence, and their rows into the ledger.

        Args:
            paths: files, or folders with all that is in them.
            source: the only family of logs to recognise; None takes all.
            timezone: zone of times that carry none; never guessed.
            covers: `FROM..TO`, hours for which these files are all there is.

        Raises:
            UsageError: a path, family, zone or span is wrong; nothing was changed.
        """
        recognise = sources.recogniser(source)
        intake = stated_intake(timezone=timezone, covers=covers, recognise=recognise)
        files = files_of(paths)
        require_zones(files, intake)
        with self.folder.changing(), self.folder.scratch() as scratch:
            adding = Adding(self.folder, intake, scratch)
            taken = adding.run(files)
            with self.folder.engine() as engine:
                return adding.document(Ledger(engine, self.folder.manifest), taken)

    def snapshot(self, datamap: Path, *, at: str, tables: Mapping[str, Path]) -> models.SnapshotTaken:
        """Take the customer tables in, as they were at a time; an earlier snapshot is replaced.

        Raises:
            DatamapError: the map is wrong or does not fit the tables; nothing was changed.
            UsageError: a table cannot be read or the time is wrong; nothing was changed.
        """
        taken_at = utc_time(at)
        if not datamap.is_file():
            raise UsageError(f"{datamap} does not exist")
        try:
            text = datamap.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(f"{datamap.name} is not UTF-8 at byte {error.start}") from error
        mapped = load(text, datamap.name)
        with self.folder.changing(), self.folder.scratch() as scratch, self.folder.engine() as engine:
            stored = take(engine.connection, mapped, tables, scratch)
            facts = {
                "at": stamp(taken_at),
                "datamap": hashlib.sha256(text.encode()).hexdigest(),
                "tables": [
                    {
                        "object": t.object,
                        "name": t.name,
                        "sha256": t.sha256,
                        "rows": t.rows,
                        "stored": sha256_of(scratch / f"{t.object}.parquet"),
                    }
                    for t in stored
                ],
            }
            name = hashlib.sha256(canonical_json(facts)).hexdigest()[:16]
            write_durably(scratch / "datamap.yaml", text.encode())
            self._keep_snapshot(scratch, name, [f"{t.object}.parquet" for t in stored])
            write_durably(
                self.folder.snapshots / "snapshot.json", canonical_json({**facts, "folder": name}) + b"\n"
            )
            head = self.folder.note("snapshot", facts)
            opened = Deriving(self.folder, engine).snapshot()
            return models.SnapshotTaken(
                at=stamp(taken_at) or "",
                tables=tuple(
                    models.SnapshotTable(
                        object=t.object,
                        name=t.name,
                        sha256=t.sha256,
                        rows=t.rows,
                        columns=tuple(t.columns),
                        mapped=tuple(name for name, _ in opened.fields(t.object)),
                    )
                    for t in stored
                ),
                people=opened.people,
                unkeyed_records=opened.unkeyed_records,
                unit=opened.unit,
                head=head,
            )

    def intake(
        self, paths: Sequence[Path], *, published_on: date | None = None, asked: Sequence[Ask] = ()
    ) -> models.Intaken:
        """Take published reports in as evidence, and return the incident record that they make.

        Args:
            paths: files, or folders with all that is in them.
            published_on: the day of those documents that give none themselves.
            asked: models to ask about each; what they propose is kept as evidence beside the document.

        Raises:
            UsageError: a path does not exist or a model gives no answer; nothing was changed.
        """
        files = files_of(paths)
        answers = answered(files, asked)
        with self.folder.changing(), self.folder.engine() as engine:
            day = published_on.isoformat() if published_on else None
            taken = [
                {
                    "sha256": self.folder.originals.take(file).sha256,
                    "name": file.name,
                    "published_on": day,
                    "proposals": self._kept(answers.get(file, ())),
                }
                for file in files
            ]
            self.folder.note("intake", {"documents": sorted(taken, key=canonical_json)})
            deriving = Deriving(self.folder, engine)
            made = deriving.record()
            content = models.dump(made).encode("ascii")
            self.folder.results.mkdir(parents=True, exist_ok=True)
            write_durably(self.folder.results / INCIDENT, content)
            head = self.folder.note("record", {"results": {INCIDENT: hashlib.sha256(content).hexdigest()}})
            return models.Intaken(**dict(made), problems=problems_of(deriving.said()), head=head)

    def _kept(self, answers: Sequence[bytes]) -> list[str]:
        """Keep what models answered as evidence, and return the hashes, sorted."""
        with self.folder.scratch() as scratch:
            hashes: set[str] = set()
            for place, answer in enumerate(answers):
                file = scratch / f"{place}.json"
                file.write_bytes(answer)
                hashes.add(self.folder.originals.take(file).sha256)
        return sorted(hashes)

    def record(self, *, as_of: date | None = None, since: date | None = None) -> models.Recorded:
        """Return the incident record of the case, as it stands or as of a day; nothing is written.

        Args:
            as_of: leave out what was published later, and what carries no day.
            since: say too what came after this day.
        """
        with disk(), self.folder.engine() as engine:
            organisation = self.folder.settings()["organisation"]
            whole = self._whole_record(engine)
            shown = incident.as_of(whole, as_of, organisation=organisation) if as_of else whole
            before = incident.as_of(whole, since, organisation=organisation) if since else None
            return models.Recorded(
                as_of=as_of.isoformat() if as_of else None,
                record=shown,
                since=since.isoformat() if since else None,
                change=incident.compare(before, shown) if before else None,
                head=self.folder.custody.head(),
            )

    def _whole_record(self, engine: Engine) -> models.Record:
        """Return the record with what the logs prove where a scope was made, else that of the documents."""
        deriving = Deriving(self.folder, engine)
        if not (self.folder.results / "scope.json").is_file():
            return deriving.record()
        return deriving.derive(selectors_of(self._last_selectors())).record

    def _keep_snapshot(self, scratch: Path, name: str, files: Sequence[str]) -> None:
        """Move the stored tables to their own folder; the one file snapshot.json says which folder counts."""
        target = self.folder.snapshots / name
        target.mkdir(parents=True, exist_ok=True)
        for file in [*files, "datamap.yaml"]:
            place(scratch / file, target / file)
        sync_folder(self.folder.snapshots)

    # --- judging -------------------------------------------------------------------------------------

    def detect(self, *, since: str | None = None) -> models.Detected:
        """Look for extraction; with `since` only findings that reach that time or later are listed.

        The same ledger, rules and decisions give the same findings, however often it is called. They stand
        in results/ as JSON and as OCSF Detection Findings, beside what is usual for each account and client.
        """
        moment = utc_time(since).replace(tzinfo=None) if since else None
        with self.folder.changing(), self.folder.engine() as engine:
            deriving = Deriving(self.folder, engine)
            judged = deriving.judge(moment)
            found = judged.detected
            write_durably(self.folder.results / "findings.json", models.dump(found).encode("ascii"))
            write_durably(self.folder.results / OCSF, deriving.ocsf(judged).encode("ascii"))
            write_baselines(engine, self.folder.results)
            ids = {
                "findings": [each.id for each in found.findings],
                "quiet": [each.id for each in found.quiet],
            }
            self.folder.note("detect", {"since": since, **ids})
            return found

    def ocsf(self) -> str:
        """Return the findings of the last `detect` or `scope` as a JSON array of OCSF Detection Findings.

        Raises:
            CaseError: nothing was looked for yet.
        """
        file = self.folder.results / OCSF
        if not file.is_file():
            raise CaseError("the case has no findings yet", hint=f"run: floodmark detect {self.root}")
        return file.read_text("ascii")

    def refused_rules(self) -> tuple[str, ...]:
        """Return which of the case's own rules cannot be used, and why; text of those files is in it."""
        if not self.folder.rules.is_dir():
            return ()
        refused = rules.load((rules.SHIPPED, self.folder.rules)).refused
        return tuple(f"{each.file} {each.position}: {each.reason}" for each in refused)

    def decisions(self) -> dict[str, tuple[str, str]]:
        """Return finding -> (accepted or dismissed, why)."""
        listed = self.folder.settings()["decisions"]
        return {each["finding"]: (each["decision"], each["reason"]) for each in listed}

    def decide(self, finding: str, *, accepted: bool, reason: str) -> models.Decided:
        """Accept or dismiss a finding, with a reason; a later decision replaces an earlier one.

        A dismissal is learned from: what stays inside its pattern is quiet from then on. The id of a link
        of the trace, `L-...`, is taken too: a dismissed link is refused, an accepted one is followed.

        Raises:
            UsageError: no such finding or link, or no reason.
        """
        if not reason.strip():
            raise UsageError("a decision needs a reason", hint="add --reason TEXT")
        with self.folder.changing(), self.folder.engine() as engine:
            deriving = Deriving(self.folder, engine)
            if finding.startswith(LINK):
                self._decide_link(deriving, finding, reason, followed=accepted)
            else:
                self._decide(deriving.judge(), {finding: reason}, accepted=accepted)
        decision = "accepted" if accepted else "dismissed"
        return models.Decided(
            finding=finding, decision=decision, reason=reason, head=self.folder.custody.head()
        )

    def _decide(self, judged: Judgement, reasons: Mapping[str, str], *, accepted: bool) -> None:
        known = judged.known
        for finding in reasons:
            if finding not in known:
                hint = "floodmark detect lists the findings"
                raise UsageError(f"{visible(finding)} is not a finding{closest(finding, known)}", hint=hint)
        for finding, reason in sorted(reasons.items()):
            detail: dict[str, Any] = {
                "finding": finding,
                "reason": reason,
                "document": known[finding].model_dump(mode="json", by_alias=True),
            }
            if accepted:
                self.folder.change("accept", detail)
            else:
                self.folder.change("dismiss", {**detail, "pattern": pattern_of(known[finding])})

    def _decide_link(self, deriving: Deriving, link: str, reason: str, *, followed: bool) -> None:
        known = deriving.links(selectors_of(self._last_selectors()))
        if link not in known:
            hint = "floodmark scope lists the links of the trace"
            raise UsageError(f"{visible(link)} is not a link{closest(link, known)}", hint=hint)
        self.folder.change("follow" if followed else "refuse", {"link": link, "reason": reason})

    # --- results -------------------------------------------------------------------------------------

    def scope(self, selectors: Selectors | None = None, *, export: Path | None = None) -> models.Scope:
        """Compute the scope of what `selectors` name, or of the accepted findings when they name nothing."""
        chosen = selectors or Selectors()
        with self.folder.changing(), self.folder.engine() as engine:
            derived = Deriving(self.folder, engine).derive(chosen)
            self._keep(derived, chosen, engine)
            if export:
                export_people(engine, export)
            return derived.scoped.document

    def people(self) -> pa.Table:
        """Return the last scope's people as an Arrow table: one row per person, sorted by person.

        Columns: person, record_ids, residence, one per category with its outcome, grade, request_ids,
        first_at, last_at (UTC without zone).

        Raises:
            CaseError: no scope was computed yet.
        """
        file = self.folder.results / "people.parquet"
        if not file.is_file():
            raise CaseError("the case has no scope yet", hint=f"run: floodmark scope {self.root}")
        return parquet.read_table(file)

    def report(
        self,
        kinds: Sequence[str] = (),
        *,
        to: Path | None = None,
        level: str = "internal",
        force: bool = False,
    ) -> models.Reported:
        """Write the report of the last scope; `to` names another folder than report/ of the case.

        Args:
            kinds: formats, as `floodmark report --help` lists them; none means md and html.
            to: where the files go.
            level: public, regulator or internal: what its readers may see.
            force: issue it although a check failed.

        Raises:
            UsageError: a format or level is not known, or a check failed and `force` is not given.
        """
        require_kinds(kinds)
        shown = require_level(level)
        with self.folder.changing(), self.folder.engine() as engine:
            chosen = selectors_of(self._last_selectors())
            derived = Deriving(self.folder, engine).derive(chosen)
            self._keep(derived, chosen, engine)
            files = self._report(derived, kinds or DEFAULT_KINDS, to, level=shown, force=force)
            return models.Reported(report=tuple(str(file) for file in files), head=self.folder.custody.head())

    def explain(self, subject: str) -> models.Explained:
        """Return the chain behind one statement of the last scope, down to rows of the logs and SQL.

        Args:
            subject: any record id of a person (15 or 18 characters), a category such as
                `date_of_birth`, or the id of a request; nothing is written.

        Raises:
            UsageError: the case knows no such subject, or nothing was accepted as hostile.
        """
        require_subject(subject)
        with disk(), self.folder.engine() as engine:
            return explain(standing_of(self.folder, engine, selectors_of(self._last_selectors())), subject)

    def investigate(self, *, force: bool = False) -> tuple[models.Investigated, str]:
        """Detect, accept what is certain, trace, scope, report; return the document and the first page.

        Findings of severity high and confidence high are accepted unless a person decided on them.
        """
        with self.folder.changing(), self.folder.engine() as engine:
            deriving = Deriving(self.folder, engine)
            judged = deriving.judge()
            found = judged.detected
            decided = {each["finding"] for each in self.folder.settings()["decisions"]}
            certain = [
                each.id
                for each in found.findings
                if each.severity == each.confidence == "high" and each.id not in decided
            ]
            if certain:
                deriving.require_snapshot()
                self._decide(
                    judged,
                    dict.fromkeys(certain, "severity high, confidence high: accepted by investigate"),
                    accepted=True,
                )
            derived = deriving.derive(Selectors(), judged=judged)
            self._keep(derived, Selectors(), engine)
            files = self._report(derived, DEFAULT_KINDS, None, level="internal", force=force)
            document = models.Investigated(
                detect=found, scope=derived.scoped.document, report=tuple(str(file) for file in files)
            )
            return document, report.first_page(derived.material)

    def _keep(self, derived: Derived, selectors: Selectors, engine: Engine) -> None:
        """Write results/ and note the selectors with the hashes of what they gave."""
        write_results(derived, engine, self.folder.results)
        hashes = {file.name: sha256_of(file) for file in sorted(self.folder.results.iterdir())}
        self.folder.note("scope", {"selectors": stored_selectors(selectors), "results": hashes})

    def _last_selectors(self) -> dict[str, Any]:
        """Return the selectors of the last scope; none when there was none."""
        entries = [entry for entry in self.folder.custody.entries() if entry["action"] == "scope"]
        return dict(entries[-1]["detail"]["selectors"]) if entries else {}

    def _report(
        self,
        derived: Derived,
        kinds: Sequence[str],
        to: Path | None,
        *,
        level: report.Level,
        force: bool,
    ) -> tuple[Path, ...]:
        target = to or self.folder.reports
        before = noted_report(self.folder.custody.entries())
        files = issue(derived, kinds, target, level=level, before=before, force=force)
        detail = {
            "kinds": sorted(set(kinds)),
            "inside": to is None,
            "level": level,
            "force": force,
            "files": {file.name: sha256_of(file) for file in files},
            "claims": {each.id: each.status for each in derived.record.claims},
        }
        self.folder.note("report", detail)
        return files

    def hunt(self, paths: Sequence[Path]) -> models.Hunt:
        """Look in the ledger for what published reports name: indicators and techniques; nothing is kept.

        Raises:
            UsageError: a path does not exist, or the case has no logs.
        """
        files = files_of(paths)
        with disk(), self.folder.engine() as engine:
            return hunted(self.folder, engine, selectors_of(self._last_selectors()), files)

    def verify(self, *, head: str | None = None) -> models.Verified:
        """Re-hash the evidence, walk the chains, rebuild the results beside, compare; nothing is changed.

        Args:
            head: a head that an earlier command printed; it must still be in the custody chain.
        """
        return Verifying(self.folder).run(head)


def answered(files: Sequence[Path], asked: Sequence[Ask]) -> dict[Path, tuple[bytes, ...]]:
    """Return what models answer about each file; nothing where none is asked."""
    found: dict[Path, tuple[bytes, ...]] = {}
    for file in files if asked else ():
        document, page = read_document(file.name, file.read_bytes())
        found[file] = tuple(ask(page, document.sha256) for ask in asked)
    return found


def read_reports(
    files: Sequence[Path], published_on: date | None = None, asked: Sequence[Ask] = ()
) -> models.Intaken:
    """Read published reports without a case; nothing is kept."""
    with disk():
        answers = answered(files, asked)
        given = (Handed(file.name, file.read_bytes(), None, answers.get(file, ())) for file in files)
        return intake(given, published_on=published_on)


def _is_empty(root: Path) -> bool:
    """Say whether a case may be made here: nothing stands here, or only what a killed `init` left."""
    if not root.is_dir():
        return not root.exists()
    begun = root / "evidence" / "custody.jsonl"
    files = [each for each in root.rglob("*") if not each.is_dir()]
    if files not in ([], [begun]) or {each.name for each in root.iterdir()} - {"evidence"}:
        return False
    return not files or b"\n" not in begun.read_bytes()


def export_people(engine: Engine, file: Path) -> None:
    """Write one row per person to `file`: CSV with formulas made inert, Parquet as it is.

    Raises:
        UsageError: the name ends in neither .csv nor .parquet.
    """
    if file.suffix == ".parquet":
        write_people(engine, file)
    elif file.suffix == ".csv":
        write_people_csv(engine, file)
    else:
        raise UsageError(
            f"{visible(file.name)} is neither .csv nor .parquet", hint="Parquet is the lossless one"
        )
