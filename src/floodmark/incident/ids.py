"""The id of a claim."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def claim_id(**parts: Any) -> str:
    """Return the id of a claim from what makes it one: document or evidence, path, value, modality, span.

    >>> claim_id(path="impact.count", value=5700000)
    'C-66c69d2def'
    """
    told = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=list)
    return "C-" + hashlib.sha256(told.encode("ascii")).hexdigest()[:10]
