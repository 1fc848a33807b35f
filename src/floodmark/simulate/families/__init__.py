"""The scenario families: one module each, with a constant `FAMILY`.

Adding a family is adding a file here; nothing else names it. What families share is in the modules whose
names begin with an underscore.
"""

from __future__ import annotations

import importlib
import pkgutil

from floodmark.simulate.families._family import Family

__all__ = ["FAMILIES", "Family"]


def _found() -> dict[str, Family]:
    """Import every module of this folder and return their families by name, sorted."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_"))
    found = [importlib.import_module(f"{__name__}.{name}").FAMILY for name in names]
    return {family.name: family for family in sorted(found, key=lambda family: family.name)}


FAMILIES: dict[str, Family] = _found()
