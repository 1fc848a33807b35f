"""A published report's indicators and behaviours, looked for in the ledger of a case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from floodmark import attack, hunt, models, sources
from floodmark.case.deriving import Deriving
from floodmark.case.folder import Folder
from floodmark.engine import Engine
from floodmark.errors import UsageError
from floodmark.intake import Handed, said_in
from floodmark.ledger.coverage import CoverageMap, gaps_of
from floodmark.trace import Selectors


def hunted(folder: Folder, engine: Engine, selectors: Selectors, files: Sequence[Path]) -> models.Hunt:
    """Return what became of each indicator and technique of the reports in `files`; nothing is written.

    Events of the intrusion that the last scope traced are told apart from others.

    Raises:
        UsageError: the case has no log to look in.
    """
    deriving = Deriving(folder, engine)
    if not deriving.ledger.items:
        hint = f"take log files in first: floodmark add {folder.root} PATH..."
        raise UsageError("the case has no logs to look in", hint=hint)
    claims = said_in(Handed(file.name, file.read_bytes()) for file in files).claims
    judged = deriving.judge()
    intrusion = deriving.traced(selectors, judged)
    knowledge = attack.load(folder.attack)
    found = hunt.hunt(
        engine,
        claims,
        findings=judged.detected.findings,
        intrusion=bool(intrusion.events),
        shown_by=hunt.watched(deriving.rules),
        same=lambda id_: knowledge.current(id_)[0],
    )
    coverage = CoverageMap(deriving.ledger, sources.reads)
    return hunt.document(engine, found, claims, gaps=gaps_of(coverage.holes()), head=folder.custody.head())
