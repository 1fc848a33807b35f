"""The extraction patterns that can be detected: one module each, with a constant `DETECTOR`.

Adding a pattern is adding a file here; nothing else names it.
"""

from __future__ import annotations

import importlib
import pkgutil

from floodmark.findings import Detector


def _found() -> tuple[Detector, ...]:
    """Import every module of this folder and return their detectors, sorted by id."""
    modules = (importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__))
    return tuple(sorted((module.DETECTOR for module in modules), key=lambda detector: detector.id))


DETECTORS: tuple[Detector, ...] = _found()
