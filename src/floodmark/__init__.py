"""Floodmark shows how far a customer-data breach reached.

    files ─► evidence ─► sources ─► ledger ─► detect ─► trace ─┐
                                      │                        ▼
    customer tables ─► snapshot ──────┴───────────────────► scope ─► report
                       data map

`Case` is the whole of it: one method per stage. Importing this package loads nothing else; the
names below are loaded when first used.

    >>> import floodmark
    >>> case = floodmark.Case.open  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from floodmark.case import Actor, Case, Selectors

__all__ = ["Actor", "Case", "Selectors", "__version__"]
__version__ = "0.1.0"
_HOME = {
    "Actor": "floodmark.case",
    "Case": "floodmark.case",
    "Selectors": "floodmark.case",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(_HOME[name]), name)
