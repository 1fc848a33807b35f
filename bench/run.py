"""All benchmarks, one after the other. They measure; nothing here passes or fails."""

from __future__ import annotations

import demo
import ingest

if __name__ == "__main__":
    ingest.main()
    demo.main()
