"""Three baselines of detection, on the features of account-hours.

    event ─► detect_moment (what each account did so far in the hour, after each event) ─► scores

- `rows`: rows read in the hour.
- `z-score`: how many standard deviations rows in the hour, or distinct records on the day, lie above the
  account's own past days; with fewer than three past days, above those of all accounts.
- `forest`: an isolation forest over all features, grown on the tenant's first two weeks.

An account alerts at most once a day. The baselines are looked at after each event of the intruder's
account-hours, as if they ran all the time; that is better than an hourly batch could do.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from detection_metrics import LEARNING_WEEKS, WEEK, Curve

from floodmark.engine import Engine, statement
from floodmark.ledger.source import READS

_HERE = Path(__file__).parent
NAMES = ("rows", "z-score", "forest")
KEPT_SCORES = 60
"""How many of the highest scores of honest account-days are kept of each run."""
_PAST_DAYS = 3
_TREES = 100
_FEATURES = (
    "rows", "records_hour", "records_day", "reads", "acts", "looks", "failures", "ips", "clients", "agents",
    "objects", "bytes", "hour_of_day", "is_weekend", "rows_above_past", "new_ip", "new_client",
)  # fmt: skip

# The usual of all accounts, for those with too short a past.
_USUAL = """
WITH by_day AS (SELECT max(records_day) AS n FROM detect_moment GROUP BY actor, day)
SELECT coalesce(avg(rows), 0), coalesce(stddev_pop(rows), 0),
       (SELECT coalesce(avg(n), 0) FROM by_day), (SELECT coalesce(stddev_pop(n), 0) FROM by_day)
FROM detect_moment WHERE closing
"""
_SCORED = """
SELECT moment.*, CASE WHEN days >= $past THEN row_mean ELSE $row_mean END AS row_mean,
       CASE WHEN days >= $past THEN row_sd ELSE $row_sd END AS row_sd,
       CASE WHEN days >= $past THEN record_mean ELSE $record_mean END AS record_mean,
       CASE WHEN days >= $past THEN record_sd ELSE $record_sd END AS record_sd
FROM detect_moment AS moment JOIN detect_past USING (actor, day)
WHERE closing OR (hostile AND telling)
ORDER BY actor, "at", acts
"""


@dataclass(frozen=True)
class Scores:
    """Scores of one run: of honest account-days after the learning period the highest, and the intruder's."""

    honest: Mapping[str, tuple[float, ...]]
    hostile: Mapping[str, Curve]


@dataclass
class Grown:
    """What is learned once from a tenant's ordinary weeks: the forest, and the usual of all accounts."""

    forest: Any
    usual: Mapping[str, float]


def grown(engine: Engine, starts_at: datetime, seed: int) -> Grown:
    """Learn from the first weeks of the rows of the view `row_of`."""
    learned_at = starts_at + LEARNING_WEEKS * WEEK
    _keep(engine, None, learned_at)
    usual = _usual(engine)
    trees = importlib.import_module("sklearn.ensemble").IsolationForest(
        n_estimators=_TREES, random_state=seed % 2**31, n_jobs=1
    )
    trees.fit(_matrix(_columns(engine, usual)))
    return Grown(trees, usual)


def scored(engine: Engine, made: Grown, starts_at: datetime, actors: Sequence[str] | None) -> Scores:
    """Return the scores of some accounts of the view `row_of`, None takes all."""
    _keep(engine, None if actors is None else list(actors), None)
    return _scores(_columns(engine, made.usual), made, starts_at + LEARNING_WEEKS * WEEK)


def _usual(engine: Engine) -> dict[str, float]:
    """Return means and standard deviations over all accounts of the rows that are kept."""
    names: tuple[str, ...] = ("row_mean", "row_sd", "record_mean", "record_sd")
    found = engine.row(_USUAL)
    return dict(zip(names, map(float, found), strict=True))


def _numpy() -> Any:
    return importlib.import_module("numpy")


def _keep(engine: Engine, actors: list[str] | None, before: datetime | None = None) -> None:
    """Derive the running numbers of some accounts before a time; None leaves both open."""
    bound = {"reads": sorted(READS), "actors": actors, "before": before}
    engine.keep("detect_moment", statement(_HERE / "detection_moment.sql"), bound)
    engine.keep("detect_past", statement(_HERE / "detection_past.sql"))


def _columns(engine: Engine, usual: Mapping[str, float]) -> dict[str, Any]:
    """Return the columns of the moments that are scored."""
    found: Any = engine.connection.execute(_SCORED, {"past": _PAST_DAYS, **usual})
    return found.fetchnumpy()


def _matrix(columns: Mapping[str, Any]) -> Any:
    """Return the features; counts by their logarithm, since trees cut a range at a drawn place."""
    np = _numpy()
    ratio = (columns["rows"].astype(float) + 1) / (columns["row_mean"] + columns["row_sd"] + 1)
    made = {**columns, "rows_above_past": ratio}
    plain = {"hour_of_day", "is_weekend"}
    return np.column_stack(
        [
            made[name].astype(float) if name in plain else np.log1p(made[name].astype(float))
            for name in _FEATURES
        ]
    )


def _scores(columns: Mapping[str, Any], made: Grown, learned_at: datetime) -> Scores:
    np = _numpy()
    if not len(columns["at"]):
        return Scores(dict.fromkeys(NAMES, ()), dict.fromkeys(NAMES, Curve()))
    rows = columns["rows"].astype(float)
    by_rows = (rows - columns["row_mean"]) / np.maximum(columns["row_sd"], 1)
    by_records = (columns["records_day"].astype(float) - columns["record_mean"]) / np.maximum(
        columns["record_sd"], 1
    )
    told = {
        "rows": rows,
        "z-score": np.maximum(by_rows, by_records),
        "forest": -made.forest.score_samples(_matrix(columns)),
    }
    hostile = columns["hostile"].astype(bool)
    honest = ~hostile & (columns["at"] >= np.datetime64(learned_at))
    times = columns["at"][hostile].astype("datetime64[us]").tolist()
    keys = list(zip(columns["actor"][honest], columns["day"][honest].astype("int64").tolist(), strict=True))
    return Scores(
        {name: _highest(keys, score[honest].tolist()) for name, score in told.items()},
        {
            name: Curve.rising(zip(times, score[hostile].tolist(), strict=True))
            for name, score in told.items()
        },
    )


def _highest(keys: Sequence[Any], scores: Sequence[float]) -> tuple[float, ...]:
    """Return the highest scores of account-days, one for each, falling."""
    best: dict[Any, float] = {}
    for key, score in zip(keys, scores, strict=True):
        best[key] = max(score, best.get(key, score))
    return tuple(sorted(best.values(), reverse=True)[:KEPT_SCORES])
