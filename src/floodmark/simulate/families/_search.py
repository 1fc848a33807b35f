"""Searches in the browser: a person types a name or a number, and a short list of customers comes back."""

from __future__ import annotations

from datetime import datetime

from floodmark.simulate.families._work import Work, seconds
from floodmark.simulate.plan import Aura

_SEARCH = (
    "serviceComponent://ui.search.components.forcesearch.scopedresultsdataprovider"
    ".ScopedResultsDataProviderController/ACTION$getLookupItems"
)
_MOST_HITS = 25


def search(work: Work, login: int, at: datetime, times: int) -> datetime:
    """Add so many searches of 0 to 25 hits each, and return when they are over."""
    draw, count = work.draw, max(work.tenant.contacts, 1)
    for _ in range(times):
        hits = min(draw.randint(0, _MOST_HITS), count)
        low = draw.randint(0, count - hits)
        work.add(Aura(at, login, _SEARCH, round(low / count, 8), min(round((low + hits) / count, 8), 1.0)))
        at += seconds(draw, 4, 120)
    return at
