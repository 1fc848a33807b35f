"""All benchmarks, one after the other. They measure; nothing here passes or fails. Needs 12 GB of disk."""

from __future__ import annotations

from importlib.util import find_spec

import baselines
import demo
import full_case
import ingest
import linkage
import replay

import rules
import scope

if __name__ == "__main__":
    ingest.main()
    scope.main()
    replay.main()
    rules.main()
    baselines.main()
    if find_spec("splink"):
        linkage.main()
    full_case.main()
    demo.main()
