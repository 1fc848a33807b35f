"""Results from the case alone: detect, trace, scope, report; the same bytes each time.

What is derived depends on the committed files, the snapshot, the settings and the selectors, and on
nothing else: no clock, no order of files, no absolute path.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import floodmark
from floodmark import attack, findings, incident, models, sources
from floodmark.case.adding import item_document
from floodmark.case.deciding import Judgement, judge
from floodmark.case.folder import Folder, noted_documents, utc_time
from floodmark.detectors import DETECTORS
from floodmark.engine import Engine, literal
from floodmark.errors import UsageError
from floodmark.evidence import canonical_json, place, write_durably
from floodmark.exchange import ocsf
from floodmark.hunt import from_events
from floodmark.incident import Evidence
from floodmark.incident.proven import Proof, proven
from floodmark.intake import Handed, said_in
from floodmark.ledger import Ledger
from floodmark.ledger.coverage import CoverageMap
from floodmark.models import stamp
from floodmark.report.material import Location, Material, Moment, Statement
from floodmark.scope import Given, Scoped, scope, write_people
from floodmark.snapshot import Snapshot
from floodmark.snapshot.datamap import load
from floodmark.trace import Selectors, trace
from floodmark.trace.story import cited, tell

OCSF = "findings.ocsf.json"
INCIDENT = "incident.json"
"""Where the incident record stands, in results/."""
BASELINES = "baselines.parquet"
"""Where the findings stand as OCSF Detection Findings, in results/."""
_SIGMA = "sigma"
CITED_EVENTS = 6
"""How many events of a request or finding the report cites by file and row; the rest are counted."""


@dataclass(frozen=True)
class Derived:
    """Everything derived in one run, ready to be written."""

    detected: models.Detected
    ocsf: str
    scoped: Scoped
    snapshot: Snapshot
    material: Material
    traced: models.Traced
    record: models.Record
    made_at: str
    """When the case was made, for formats that ask for a time."""


def selectors_of(stored: dict[str, Any]) -> Selectors:
    """Return selectors as custody keeps them."""

    def listed(name: str) -> tuple[str, ...]:
        return tuple(stored.get(name, ()))

    def moment(name: str) -> datetime | None:
        text = stored.get(name)
        return utc_time(text).replace(tzinfo=None) if text else None

    return Selectors(
        actors=listed("actors"),
        sessions=listed("sessions"),
        logins=listed("logins"),
        clients=listed("clients"),
        addresses=listed("addresses"),
        begin=moment("begin"),
        end=moment("end"),
    )


def stored_selectors(selectors: Selectors) -> dict[str, Any]:
    """Return selectors as plain values, sorted, for custody."""
    lists = {
        name: sorted(getattr(selectors, name))
        for name in ("actors", "sessions", "logins", "clients", "addresses")
    }
    return {**lists, "begin": stamp(selectors.begin), "end": stamp(selectors.end)}


class Deriving:
    """One run over a case on one engine."""

    def __init__(self, folder: Folder, engine: Engine) -> None:
        """Open the ledger; raise IntegrityError when a part is not what was committed."""
        self.folder = folder
        self.engine = engine
        self.ledger = Ledger(engine, folder.manifest)

    @property
    def settings(self) -> dict[str, Any]:
        """What a person decided, as it stands now."""
        return self.folder.settings()

    def detect(self, since: datetime | None = None) -> models.Detected:
        """Return the findings that are told, and those that are quiet because of what was dismissed."""
        return self.judge(since).detected

    def judge(self, since: datetime | None = None) -> Judgement:
        """Return all findings, divided by what was decided before; `since` only cuts what is listed."""
        found = findings.detect(self.engine, since, detectors=self._detectors())
        return judge(found, self.settings["decisions"])

    @property
    def rules(self) -> tuple[Path, ...]:
        """Folders with rules of the user's own: `rules` in the case, where there is one."""
        return (self.folder.rules,) if self.folder.rules.is_dir() else ()

    def _detectors(self) -> tuple[findings.Detector, ...] | None:
        """Return the detectors, that of the rules with the case's own rules too; None: as they come."""
        if not self.rules:
            return None
        return tuple(_with_rules(each, self.rules) if each.id == _SIGMA else each for each in DETECTORS)

    def decided_links(self, decision: str) -> tuple[str, ...]:
        """Return the links of the trace that a person `refused`, or `followed`; sorted."""
        return tuple(each["link"] for each in self.settings["links"] if each["decision"] == decision)

    def links(self, selectors: Selectors) -> tuple[str, ...]:
        """Return every link of the trace of these selectors or the accepted findings, and the decided."""
        accepted = self._decided(self.detect(), "accepted")
        decided = {each["link"] for each in self.settings["links"]}
        return tuple(sorted(decided | {each.id for each in self._trace(selectors, accepted).links}))

    def traced(self, selectors: Selectors, judged: Judgement) -> models.Intrusion:
        """Trace what the selectors name, or the accepted findings; `hostile` stands in the engine then."""
        return self._trace(selectors, self._decided(judged.detected, "accepted"))

    def _trace(self, selectors: Selectors, accepted: tuple[models.Finding, ...]) -> models.Intrusion:
        """Trace what the selectors name, or the accepted findings when they name nothing."""
        chosen = selectors if selectors.named() else Selectors(findings=accepted)
        refused, followed = self.decided_links("refused"), self.decided_links("followed")
        return trace(self.engine, chosen, refused=refused, accepted=followed)

    def ocsf(self, judged: Judgement) -> str:
        """Return findings as OCSF Detection Findings, by begin and id; the quiet ones as suppressed."""
        decided = {each["finding"]: each for each in self.settings["decisions"]}
        quiet = {each.id: each for each in judged.detected.quiet}
        trails = self._trails([*judged.known.values()])
        found: list[ocsf.Judged] = []
        for finding in sorted(judged.known.values(), key=lambda each: (each.from_, each.id)):
            told = finding.id not in quiet
            decision = decided.get(finding.id, {})
            accepted = told and decision.get("decision") == "accepted"
            found.append(
                ocsf.Judged(
                    finding=finding,
                    status="accepted" if accepted else "new" if told else "dismissed",
                    reason=decision.get("reason") if accepted else None if told else quiet[finding.id].reason,
                    like=None if told or quiet[finding.id].like == finding.id else quiet[finding.id].like,
                    trails=trails.get(finding.id, ()),
                )
            )
        return ocsf.dump(found, ocsf.Producer(floodmark.__version__, _behaviours()))

    def _trails(self, wanted: Sequence[models.Finding]) -> dict[str, tuple[ocsf.Trail, ...]]:
        """Return finding -> its events, gathered by log, account, address, client and session."""
        named = [(finding.id, event) for finding in wanted for event in finding.events]
        rows = self.engine.rows(
            """SELECT finding, log, actor, ip, client, session, list(event ORDER BY "at", event)
               FROM (SELECT unnest($1::VARCHAR[]) AS finding, unnest($2::VARCHAR[]) AS event)
               JOIN event USING (event)
               GROUP BY ALL
               ORDER BY finding, min("at") NULLS LAST, log, actor NULLS LAST, ip NULLS LAST,
                        client NULLS LAST, session NULLS LAST""",
            [[finding for finding, _ in named], [event for _, event in named]],
        )
        found: dict[str, list[ocsf.Trail]] = {}
        for finding, log, actor, ip, client, session, events in rows:
            found.setdefault(finding, []).append(
                ocsf.Trail(log, actor, ip, client, session, tuple(dict.fromkeys(events)))
            )
        return {finding: tuple(trails) for finding, trails in found.items()}

    def derive(self, selectors: Selectors, *, judged: Judgement | None = None) -> Derived:
        """Run all stages; without selectors the accepted findings are the intrusion.

        `judged` is what `judge` gave on this engine a moment ago, where the caller has it.
        """
        judged = judged or self.judge()
        detected = judged.detected
        accepted = self._decided(detected, "accepted")
        intrusion = self._trace(selectors, accepted)
        if intrusion.events:
            self.require_snapshot()
        snapshot = self.snapshot()
        coverage = CoverageMap(self.ledger, sources.reads)
        given = Given(
            ledger=self.ledger,
            snapshot=snapshot,
            coverage=coverage,
            intrusion=intrusion,
            contained_at=self.folder.contained_at(),
            blind=sources.blind(coverage.logs),
            timezone=self.settings["timezone"],
            progress=lambda done, total: self.folder.progress("replay", done, total),
        )
        scoped = scope(self.engine, given)
        traced = tell(
            self.engine,
            scoped.document.intrusion,
            contained_at=self.folder.contained_at(),
            gaps=scoped.document.coverage.gaps,
        )
        observed = from_events(self.engine) if intrusion.events else ()
        record = self.record(scoped.document, traced, observed)
        material = self._material(
            detected, accepted, selectors, snapshot, scoped, traced=traced, record=record
        )
        made_at = self.folder.custody.entries()[0]["at"]
        return Derived(detected, self.ocsf(judged), scoped, snapshot, material, traced, record, made_at)

    def record(
        self,
        scope: models.Scope | None = None,
        traced: models.Traced | None = None,
        observed: tuple[models.Observed, ...] = (),
    ) -> models.Record:
        """Return the incident record: what the documents of the case say, and what its logs prove."""
        said = self.said()
        settings = self.settings
        own = proven(
            Proof(
                settings["organisation"],
                settings["platform"],
                stamp(self.folder.contained_at()),
                scope,
                traced,
                observed,
            )
        )
        whole = Evidence(said.documents, [*said.claims, *own], said.unknown)
        return incident.record(whole, organisation=settings["organisation"])

    def said(self) -> Evidence:
        """Return what the published documents say that were taken into the case."""
        noted = noted_documents(self.folder.custody.entries())
        kept = self.folder.originals
        return said_in(
            Handed(
                each["name"],
                kept.path(sha256).read_bytes(),
                _day(each["published_on"]),
                tuple(kept.path(proposed).read_bytes() for proposed in each["proposals"]),
            )
            for sha256, each in noted.items()
        )

    def _decided(self, detected: models.Detected, decision: str) -> tuple[models.Finding, ...]:
        """Return the findings decided so: as detected now, or as they were when decided."""
        current = {each.id: each for each in detected.findings}
        kept = {
            entry["detail"]["finding"]: entry["detail"].get("document")
            for entry in self.folder.custody.entries()
            if entry["action"] in {"accept", "dismiss"}
        }
        found: list[models.Finding] = []
        for each in self.settings["decisions"]:
            if each.get("decision") != decision:
                continue
            finding = current.get(each["finding"])
            if finding is None and kept.get(each["finding"]):
                finding = models.Finding.model_validate(kept[each["finding"]])
            if finding is not None:
                found.append(finding)
        return tuple(sorted(found, key=lambda each: (each.from_, each.id)))

    def require_snapshot(self) -> None:
        """Raise UsageError when no customer tables were taken in: without them nobody can be counted."""
        if not (self.folder.snapshots / "snapshot.json").is_file():
            hint = "take them in first: floodmark snapshot CASE --map datamap.yaml --at TIME OBJECT=PATH..."
            raise UsageError(
                "the case has no customer tables, so the people reached cannot be counted", hint=hint
            )

    def snapshot(self) -> Snapshot:
        """Open the snapshot of the case; one without tables when none was taken."""
        stated = self.folder.snapshots / "snapshot.json"
        if not stated.is_file():
            return Snapshot.none(self.engine.connection)
        facts = json.loads(stated.read_text("ascii"))
        tables = self.folder.snapshots / facts["folder"]
        mapped = load((tables / "datamap.yaml").read_text("utf-8"), "datamap.yaml")
        return Snapshot.open(self.engine.connection, tables, mapped, utc_time(facts["at"]))

    # --- the report's material -----------------------------------------------------------------------

    def _material(
        self,
        detected: models.Detected,
        accepted: tuple[models.Finding, ...],
        selectors: Selectors,
        snapshot: Snapshot,
        scoped: Scoped,
        *,
        traced: models.Traced,
        record: models.Record,
    ) -> Material:
        document = scoped.document
        stated = self.folder.snapshots / "snapshot.json"
        taken_at = json.loads(stated.read_text("ascii"))["at"] if stated.is_file() else None
        begin, end = self.engine.row('SELECT min("at"), max("at") FROM event')
        tallies = self.ledger.tallies()
        shown = accepted if accepted and not selectors.named() else detected.findings
        timeline = self._timeline(document, shown)
        return Material(
            organisation=self.settings["organisation"],
            platform=self.settings["platform"],
            timezone=self.settings["timezone"],
            contained_at=stamp(self.folder.contained_at()),
            version=floodmark.__version__,
            snapshot_at=taken_at,
            scope=document,
            proof=scoped.proof,
            findings=accepted,
            open_findings=tuple(each for each in detected.findings if each.id not in self._accepted_ids()),
            selectors=_words(selectors),
            evidence=tuple(
                item_document(item, tallies[sha256], item.names[0])
                for sha256, item in self.ledger.items.items()
            ),
            quarantine=tuple(
                models.Quarantined(sha256=item, position=position, reason=reason)
                for item, position, reason in self.ledger.quarantine(limit=1000)
            ),
            locations=self._locations(document, accepted, timeline, cited(traced)),
            timeline=timeline,
            traced=traced,
            record=record,
            attack=attack.load(self.folder.attack),
            labels=dict(snapshot.datamap.labels),
            not_held=tuple(snapshot.datamap.not_held),
            ledger_from=stamp(begin),
            ledger_to=stamp(end),
            statements=tuple(self._statements(snapshot, scoped)),
        )

    def _accepted_ids(self) -> set[str]:
        """Return the accepted findings; a dismissed one that is told again is open again."""
        return {each["finding"] for each in self.settings["decisions"] if each["decision"] == "accepted"}

    def _statements(self, snapshot: Snapshot, scoped: Scoped) -> list[Statement]:
        """Return the SQL of every derived table; folder names of this machine are left out."""
        kept = [(each.name, each.sql, each.row_count) for each in (*snapshot.engine.kept, *self.engine.kept)]
        kept += [(f"replay {place}", sql, 0) for place, sql in enumerate(scoped.replay_statements, start=1)]
        root = literal(f"{self.folder.root}/")[:-1]
        return [Statement(name, sql.replace(root, "'"), count) for name, sql, count in kept]

    def _locations(
        self,
        document: models.Scope,
        accepted: Sequence[models.Finding],
        timeline: Sequence[Moment],
        traced: Sequence[str],
    ) -> dict[str, Location]:
        wanted = {event for request in document.requests for event in _ends(request.events)}
        wanted |= {event for finding in accepted for event in _ends(finding.events)}
        wanted |= {event for moment in timeline for event in moment.events} | set(traced)
        rows = self.engine.rows(
            """SELECT event, log, item, row, "at", operation, objects, matched_rows, delivered_rows,
                      client, ip
               FROM event WHERE event IN (SELECT unnest($1::VARCHAR[])) ORDER BY event""",
            [sorted(wanted)],
        )
        return {row[0]: self._location(row) for row in rows}

    def _location(self, row: tuple[Any, ...]) -> Location:
        event, log, item, number, at, operation, objects, matched, delivered, client, ip = row
        said = [operation, " ".join(objects or ())]
        said += [f"{matched} rows matched"] if matched is not None else []
        said += [f"{delivered} rows in this answer"] if delivered is not None else []
        said += [f"client {client}"] if client else []
        said += [f"from {ip}"] if ip else []
        name = self.ledger.items[item].names[0]
        return Location(
            event, log, item, name, number, stamp(at) or "", ", ".join(each for each in said if each)
        )

    def _timeline(self, document: models.Scope, shown: Sequence[models.Finding]) -> tuple[Moment, ...]:
        """Return the moments that the logs show: logins, first and last read, findings, containment."""
        moments = [
            Moment(stamp(at) or "", phase, text, (event,)) for at, phase, text, event in self._login_moments()
        ]
        moments += self._read_moments(document)
        moments += [
            Moment(each.told_at, "detection", f"a detector could tell: {each.title}", each.events[:1])
            for each in shown
        ]
        contained = stamp(self.folder.contained_at())
        if contained:
            moments.append(Moment(contained, "containment", "stated time of containment", ()))
        return tuple(sorted(moments, key=lambda each: (each.at, each.phase, each.text)))

    def _read_moments(self, document: models.Scope) -> list[Moment]:
        """Return the first and the last request, by the time of its first event."""
        reads = {request.events[0]: request for request in document.requests if request.events}
        ordered = self.engine.rows(
            'SELECT "at", event FROM event WHERE list_contains($1::VARCHAR[], event) ORDER BY "at", event',
            [sorted(reads)],
        )
        chosen = [("first read", ordered[0]), ("last read", ordered[-1])] if ordered else []
        return [
            Moment(stamp(at) or "", "exfiltration", f"{word}: {_described(reads[event])}", (event,))
            for word, (at, event) in chosen
        ]

    def _login_moments(self) -> list[tuple[Any, ...]]:
        return self.engine.rows(
            """SELECT "at", 'initial access',
                      'login' || coalesce(' with ' || client, '') || coalesce(' from ' || ip, ''), event
               FROM hostile WHERE operation = 'login' AND outcome = 'success'
               QUALIFY row_number() OVER (
                   PARTITION BY date_trunc('minute', "at"), ip ORDER BY client NULLS LAST, event) = 1
               ORDER BY "at", event LIMIT 50"""
        )


def _with_rules(detector: findings.Detector, folders: Sequence[Path]) -> findings.Detector:
    """Return the detector of the rules with those of some folders beside those of the package."""
    kind: Any = type(detector)  # detectors are not imported by name
    return kind(folders)


def _behaviours() -> frozenset[str]:
    """Return the detectors that look at behaviour; the one for Sigma gives its reasons the names of rules."""
    return frozenset(each.id for each in DETECTORS) - {_SIGMA}


def _day(text: str | None) -> date | None:
    """Return a day that custody keeps as text."""
    return date.fromisoformat(text) if text else None


def _described(request: models.Request) -> str:
    return f"{request.kind}, {' '.join(request.objects) or 'object not shown'}"


def _ends(events: Sequence[str]) -> list[str]:
    """Return the first events and the last one."""
    return [*events[: CITED_EVENTS - 1], *events[-1:]]


def _words(selectors: Selectors) -> tuple[str, ...]:
    """Return the selectors as `kind value`."""
    stored = stored_selectors(selectors)
    words = [
        f"{kind} {value}"
        for kind in ("actors", "sessions", "logins", "clients", "addresses")
        for value in stored[kind]
    ]
    return (*words, *(f"{name} {stored[name]}" for name in ("begin", "end") if stored[name]))


def write_results(derived: Derived, engine: Engine, folder: Path) -> None:
    """Write results/: findings, also as OCSF, intrusion, scope, the SQL behind them, one row per person."""
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / "findings.json", models.dump(derived.detected).encode("ascii"))
    write_durably(folder / OCSF, derived.ocsf.encode("ascii"))
    write_durably(folder / "scope.json", models.dump(derived.scoped.document).encode("ascii"))
    write_durably(folder / "intrusion.json", models.dump(derived.traced).encode("ascii"))
    write_durably(folder / INCIDENT, models.dump(derived.record).encode("ascii"))
    write_durably(folder / "proof.json", models.dump(derived.scoped.proof).encode("ascii"))
    statements = [{"name": s.name, "rows": s.row_count, "sql": s.sql} for s in derived.material.statements]
    write_durably(folder / "statements.json", canonical_json(statements) + b"\n")
    write_baselines(engine, folder)
    new = folder / ".new.parquet"
    write_people(engine, new)
    place(new, folder / "people.parquet")
    if derived.snapshot.files:
        derived.snapshot.write_links(new)
        place(new, folder / "links.parquet")
    if derived.snapshot.alternative:
        derived.snapshot.write_doubtful(new)
        place(new, folder / "doubtful.parquet")


def write_baselines(engine: Engine, folder: Path) -> None:
    """Write what is usual for each account and client, as detection compared with it, into `folder`."""
    new = folder / ".new.parquet"
    engine.connection.execute(
        "COPY (SELECT * FROM detect_baseline ORDER BY of, name) TO $path (FORMAT parquet)", {"path": str(new)}
    )
    place(new, folder / BASELINES)
