"""The platform logs that can be read: one module per family, each with a constant `SOURCE`.

Adding a family is adding a file here; nothing else names it. A source translates only: it tells its
log by content and gives an expression per slot (`floodmark.ledger.source`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection

from floodmark.errors import UsageError
from floodmark.ledger import Recognise
from floodmark.ledger.source import Sample, Source
from floodmark.text import closest, visible


def _found() -> tuple[Source, ...]:
    """Import every module of this folder and return their sources, sorted by id."""
    modules = (importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__))
    return tuple(sorted((module.SOURCE for module in modules), key=lambda source: source.id))


SOURCES: tuple[Source, ...] = _found()


def recognise(sample: Sample) -> tuple[Source, str] | None:
    """Return the source that claims `sample` and the name of its log, or None when none does.

    Raises:
        ValueError: two sources claim the sample, which is a mistake in one of them.
    """
    claims = [(source, log) for source in SOURCES if (log := source.log(sample)) is not None]
    if len(claims) > 1:
        message = f"claimed by {' and '.join(source.id for source, _ in claims)}, expected one source"
        raise ValueError(message)
    return claims[0] if claims else None


def recogniser(name: str | None) -> Recognise:
    """Return `recognise`, limited to one family, such as `salesforce.elf`, when `name` is given.

    Raises:
        UsageError: there is no such family.
    """
    if name is None:
        return recognise
    chosen = [source for source in SOURCES if source.id == name or source.id.startswith(f"{name}.")]
    if not chosen:
        known = [source.id for source in SOURCES]
        raise UsageError(f"{visible(name)} is not a source{closest(name, known)}", hint=", ".join(known))

    def limited(sample: Sample) -> tuple[Source, str] | None:
        claim = recognise(sample)
        return claim if claim and claim[0] in chosen else None

    return limited


def reads(log: str) -> bool:
    """Say whether a log records reads of customer data; one that no family owns does not."""
    return any(source.reads(log) for source in SOURCES if log.startswith(f"{source.id}."))


def blind(logs: Collection[str]) -> tuple[str, ...]:
    """Return what these logs cannot show, and which families that show reads were not given at all."""
    said: list[str] = []
    for source in SOURCES:
        given = any(log.startswith(f"{source.id}.") for log in logs)
        if given:
            said += source.blind
        elif source.shows_reads:
            said.append(f"No file of {source.id} was given: what only these logs show is not seen.")
    return tuple(said)
