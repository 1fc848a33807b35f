"""The report of a case in every format: those that people read, and those that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import floodmark
from floodmark import report
from floodmark.case.deriving import Derived
from floodmark.errors import UsageError
from floodmark.evidence import write_durably
from floodmark.exchange import Frame, navigator, ocsf_incident, stix, veris
from floodmark.models import Record
from floodmark.report.material import Material
from floodmark.text import closest

DEFAULT_KINDS = ("md", "html")


def _stix(record: Record, frame: Frame, _material: Material) -> str:
    return stix.dump(record, frame)


def _veris(record: Record, frame: Frame, _material: Material) -> str:
    return veris.dump(record, frame)


def _ocsf(record: Record, frame: Frame, material: Material) -> str:
    intrusion = material.scope.intrusion if material.scope.intrusion.events else None
    return ocsf_incident.dump(record, frame, intrusion, material.findings)


def _navigator(record: Record, frame: Frame, material: Material) -> str:
    return navigator.dump(record.claims, material.attack, name=f"Incident of {frame.organisation}")


_EXCHANGE: Mapping[str, tuple[str, Callable[[Record, Frame, Material], str]]] = {
    "stix": ("incident.stix.json", _stix),
    "veris": ("incident.veris.json", _veris),
    "ocsf": ("incident.ocsf.json", _ocsf),
    "navigator": ("incident.navigator.json", _navigator),
}
"""Format -> file in report/, and what writes it."""
KINDS = (*report.KINDS, *_EXCHANGE)
"""The formats that a report is written in."""


def require_kinds(kinds: Sequence[str]) -> None:
    """Raise UsageError for the first of `kinds` that is not one of KINDS."""
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(
                f"report format {kind!r} is not known, expected {', '.join(KINDS)}{closest(kind, KINDS)}",
                hint=f"use --format with one of {', '.join(KINDS)}",
            )


def require_level(level: str) -> report.Level:
    """Return a level of redaction; raise UsageError when it is none."""
    for known in report.LEVELS:
        if level == known:
            return known
    hint = f"use --level with one of {', '.join(report.LEVELS)}"
    raise UsageError(f"{level!r} is not a level{closest(level, report.LEVELS)}", hint=hint)


def issue(
    derived: Derived,
    kinds: Sequence[str],
    folder: Path,
    *,
    level: report.Level = "internal",
    before: Mapping[str, Any] | None = None,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write the report in each of `kinds`, for the readers of a level; return the files.

    Args:
        derived: what the case gives now.
        kinds: any of KINDS, in any order.
        folder: where the files go; made when absent.
        level: who may read it; what they may not see is in no file.
        before: what custody noted of the report before this one; None where there was none.
        force: issue it although a check failed; it says so.

    Raises:
        UsageError: a check failed and `force` is not given; nothing was written.
    """
    failed = [check.name for check in derived.scoped.document.checks if not check.passed]
    if failed and not force:
        raise UsageError(
            f"a check failed: {failed[0]}",
            hint="the report can be issued with --force; it says so on its first page",
        )
    folder.mkdir(parents=True, exist_ok=True)
    material = replace(derived.material, previous=before.get("claims") if before else None)
    written = list(
        report.write(material, [each for each in kinds if each in report.KINDS], folder, level=level)
    )
    shown = report.redacted(material, level)
    frame = Frame(shown.organisation, derived.made_at, floodmark.__version__)
    for kind, (name, dump) in _EXCHANGE.items():
        if kind in kinds and shown.record is not None:
            write_durably(folder / name, dump(shown.record, frame, shown).encode("ascii"))
            written.append(folder / name)
    return tuple(written)
