"""How early the theft is told, how quiet it stays otherwise, and three baselines on the same tenants.

Tenants are simulated with drawn parameters. Each hostile family is laid on every tenant in turn, half of the
tenants being in an honest but odd month; clean and odd months alone say how often something is told for
nothing. Thresholds of the baselines are set on the tuning seeds so that they alert no more often than the
findings do there, and once more on the reported months ("as often"), where they alert at most as often;
everything else is reported on seeds, and on some families, that tuning never saw.

    python bench/detection.py [--runs N] [--plans N] [--families a,b] [--seeds tuning|report] [--processes N]
        [--clean-weeks N] [--tuning-weeks N] [--arrival-runs N] [--replays N] [--to FILE] [--keep DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import pickle
import random
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from detection_baselines import NAMES
from detection_metrics import (
    LEARNING_WEEKS,
    above,
    per_thousand,
    percentile,
    poisson_upper,
    share_lower,
    threshold_for,
)
from detection_runs import Run, Task, Telling, carry_out

from floodmark.simulate.families import FAMILIES

HELD_OUT = ("page-walking", "acquired-team")
"""Families that nobody tuned on, made without knowledge of how detection works: one hostile, one honest."""
TUNING_SEEDS = range(1, 100)
REPORT_FROM, CLEAN_FROM = 5_000, 600_000
DRIP = "drip"
HEAD = (
    ("detected", 17),
    ("lost 50%", 10),
    ("lost 90%", 10),
    ("share 50%", 11),
    ("90%", 8),
    ("hours 50%", 11),
    ("90%", 8),
)
WAYS = ("floodmark", *NAMES)
# What the findings must reach; for losses: below.
BARS = {"detected": 0.99, "loss": 0.02, "drip": 0.10, "false": 1.0}


@dataclass(frozen=True)
class Wanted:
    """What the caller asked for."""

    runs: int
    plans: int
    hostile: tuple[str, ...]
    honest: tuple[str, ...]
    part: str
    processes: int
    clean_weeks: int
    tuning_weeks: int
    arrival_runs: int
    replays: int
    to: Path | None
    keep: Path | None
    """A folder in which each tenant's runs are kept, so that a stopped call goes on; of one version only."""


def wanted(arguments: Sequence[str]) -> Wanted:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="measure detection on simulated tenants")
    parser.add_argument("--runs", type=int, help="runs of each hostile family (300; 60 on tuning seeds)")
    parser.add_argument("--plans", type=int, default=2, help="runs of a family that share a tenant")
    parser.add_argument("--families", help="names with commas between; the clean months stay")
    parser.add_argument("--seeds", choices=("tuning", "report"), default="report")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--clean-weeks", type=int, default=10_000, help="account-weeks of clean and odd months"
    )
    parser.add_argument("--tuning-weeks", type=int, default=4_000, help="those that set the thresholds")
    parser.add_argument("--arrival-runs", type=int, default=20, help="runs of each family by arrival too")
    parser.add_argument("--replays", type=int, default=1, help="runs replayed at every hour")
    parser.add_argument("--to", type=Path, help="write the figures there as JSON")
    parser.add_argument("--keep", type=Path, help="keep what is done there, and go on from it")
    given = parser.parse_args(arguments)
    names = set(given.families.split(",")) if given.families else set(FAMILIES)
    if unknown := names - set(FAMILIES):
        parser.error(f"unknown families {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    tuning = given.seeds == "tuning"
    if tuning and not given.families:
        names -= set(HELD_OUT)
    honest = tuple(name for name in FAMILIES if not FAMILIES[name].hostile)
    return Wanted(
        runs=given.runs or (60 if tuning else 300),
        plans=given.plans,
        hostile=tuple(name for name in FAMILIES if FAMILIES[name].hostile and name in names),
        honest=tuple(name for name in honest if name in names) or usual_honest(given.seeds, honest),
        part=given.seeds,
        processes=given.processes,
        clean_weeks=given.clean_weeks,
        tuning_weeks=0 if tuning or not given.clean_weeks else given.tuning_weeks,
        arrival_runs=given.arrival_runs,
        replays=given.replays,
        to=given.to,
        keep=given.keep,
    )


def usual_honest(part: str, honest: Iterable[str]) -> tuple[str, ...]:
    """Return the honest families of a part: all when reporting, those not held out when tuning."""
    return tuple(name for name in honest if part == "report" or name not in HELD_OUT)


# --- what is run --------------------------------------------------------------------------------------------


def hostile_tasks(want: Wanted) -> list[Task]:
    """Return a task for each tenant under the hostile families, after those that are replayed."""
    if not want.hostile:
        return []
    count = -(-want.runs // want.plans)
    seeds = TUNING_SEEDS[:count] if want.part == "tuning" else range(REPORT_FROM, REPORT_FROM + count)
    made: list[Task] = []
    for place, seed in enumerate(seeds):
        first = place * want.plans
        draws = tuple(range(min(want.plans, want.runs - first)))
        arrivals = tuple(draw for draw in draws if first + draw < want.arrival_runs)
        base = base_of(seed, want.honest)
        made.append(Task(seed, base, want.hostile, draws=draws, arrivals=arrivals, part=want.part))
    replayed = [
        Task(task.seed, task.base, (want.hostile[place % len(want.hostile)],), replayed=True, part="replay")
        for place, task in enumerate(made[: want.replays])
    ]
    return replayed + made


def base_of(seed: int, honest: Sequence[str]) -> str | None:
    """Return the honest family of every other tenant, drawn by seed."""
    return random.Random(f"{seed}/base").choice(honest) if seed % 2 and honest else None  # noqa: S311


def clean_round(want: Wanted, part: str, number: int) -> list[Task]:
    """Return a clean tenant and one of each honest family, with seeds that no other round has."""
    honest = [name for name in want.honest if part == "report" or name not in HELD_OUT]
    bases = [None, *honest]
    first = number * len(bases)
    seeds = (
        [TUNING_SEEDS[(first + place) % len(TUNING_SEEDS)] for place in range(len(bases))]
        if part == "tuning"
        else range(CLEAN_FROM + first, CLEAN_FROM + first + len(bases))
    )
    return [Task(seed, base, part=part) for seed, base in zip(seeds, bases, strict=True)]


class Progress:
    """A line on the terminal that says how far it is; nothing in a pipe."""

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.shown = sys.stderr.isatty()

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show that `done` of `of` tenants are done."""
        if not self.shown:
            return
        spent = time.perf_counter() - self.begin
        sys.stderr.write(f"\r{what}: {done} of {of} tenants, {timedelta(seconds=int(spent))} so far    ")
        if done == of:
            sys.stderr.write("\n")
        sys.stderr.flush()


def done_or_kept(task: Task, keep: Path | None) -> list[Run]:
    """Return the runs of a task: those kept from a call before, else carried out now and kept."""
    if keep is None:
        return carry_out(task)
    file = keep / f"{hashlib.sha256(repr(task).encode()).hexdigest()[:20]}.pickle"
    if file.is_file():
        return pickle.loads(file.read_bytes())  # noqa: S301 - a file that this program wrote
    runs = carry_out(task)
    new = file.with_suffix(".new")
    new.write_bytes(pickle.dumps(runs))
    new.replace(file)
    return runs


def carried_out(
    pool: ProcessPoolExecutor, want: Wanted, tasks: Sequence[Task], what: str, progress: Progress
) -> list[Run]:
    """Carry out tasks in the pool; runs come back in the order of tasks."""
    futures = {pool.submit(done_or_kept, task, want.keep): place for place, task in enumerate(tasks)}
    found: dict[int, list[Run]] = {}
    for done, future in enumerate(as_completed(futures), start=1):
        found[futures[future]] = future.result()
        progress(what, done, len(tasks))
    return [run for place in sorted(found) for run in found[place]]


def clean_runs(
    pool: ProcessPoolExecutor, want: Wanted, part: str, weeks: int, progress: Progress
) -> list[Run]:
    """Run whole rounds of clean and odd months until they make so many account-weeks, or seeds run out."""
    runs: list[Run] = []
    number = 0
    while sum(run.account_weeks for run in runs) < weeks:
        tasks = clean_round(want, part, number)
        number += 1
        if part == "tuning" and number * len(tasks) > len(TUNING_SEEDS):
            break
        runs += carried_out(pool, want, tasks, f"clean months, {part}, round {number}", progress)
    return runs


# --- what came out ------------------------------------------------------------------------------------------


def thresholds(runs: Sequence[Run]) -> dict[str, float]:
    """Return for each baseline the threshold at which it alerts as often as findings were false, at most."""
    allowed = sum(run.false for run in runs)
    return {
        name: threshold_for([score for run in runs for score in run.honest_scores[name]], allowed)
        for name in NAMES
        if runs
    }


def told_by(run: Run, way: str, limits: dict[str, float]) -> Telling | None:
    """Return when one way told of the theft of a run; None where the way was not measured."""
    if way == "floodmark":
        return run.ours
    if way == "arrival":
        return run.arrival
    if way not in limits:
        return None
    point = next((each for each in run.curves[way] if each[1] > limits[way]), None)
    return Telling(point[0], point[2]) if point else Telling(None, run.people)


def early(runs: Sequence[Run], way: str, limits: dict[str, float]) -> dict[str, Any] | None:
    """Return how many of the runs one way detected, what was lost by then and how long it took."""
    told = [(run, telling) for run in runs if (telling := told_by(run, way, limits)) is not None]
    if not told:
        return None
    detected = [(run, each) for run, each in told if each.told_at is not None]
    lost = [each.lost for _, each in told]
    share = [each.lost / run.people if run.people else 0.0 for run, each in told]
    hours = [
        (each.told_at - run.begins_at).total_seconds() / 3_600
        for run, each in detected
        if each.told_at and run.begins_at
    ]
    return {
        "runs": len(told),
        "detected": len(detected),
        "detected_ratio": len(detected) / len(told),
        "detected_at_least": share_lower(len(detected), len(told)),
        "lost_median": percentile(lost, 0.5),
        "lost_p90": percentile(lost, 0.9),
        "loss_ratio_median": percentile(share, 0.5),
        "loss_ratio_p90": percentile(share, 0.9),
        "hours_median": percentile(hours, 0.5) if hours else None,
        "hours_p90": percentile(hours, 0.9) if hours else None,
    }


def quiet(runs: Sequence[Run], limits: dict[str, float]) -> dict[str, Any]:
    """Return false findings per 1,000 accounts and week with their bound, and alerts of the baselines."""
    weeks = sum(run.account_weeks for run in runs)
    counts = {"floodmark": sum(run.false for run in runs)}
    if runs and all(run.honest_scores for run in runs):
        for name, limit in limits.items():
            counts[name] = sum(above(run.honest_scores[name], limit) for run in runs)
    return {
        "runs": len(runs),
        "account_weeks": weeks,
        **{
            way: {
                "false": count,
                "per_1000": per_thousand(count, weeks),
                "at_most": per_thousand(poisson_upper(count), weeks),
            }
            for way, count in counts.items()
        },
    }


def by_own_end(runs: Sequence[Run]) -> dict[str, int]:
    """Return how many thefts of one request there were, and how many were told by their own end."""
    single = [run for run in runs if run.single and run.ours and run.ends_at]
    told = [
        run
        for run in single
        if run.ours and run.ours.told_at and run.ends_at and run.ours.told_at <= run.ends_at
    ]
    return {"runs": len(single), "by_own_end": len(told)}


def summary(
    want: Wanted, hostile: Sequence[Run], clean: Sequence[Run], tuning: Sequence[Run]
) -> dict[str, Any]:
    """Return all figures."""
    limits = thresholds(tuning or (clean if want.part == "tuning" else ()))
    even = thresholds(clean)
    counted = [run for run in hostile if run.part != "replay"]
    families = {
        name: {
            "held_out": name in HELD_OUT,
            "people_median": percentile([run.people for run in runs], 0.5),
            "ways": {way: early(runs, way, limits) for way in (*WAYS, "arrival")},
            "even": {way: early(runs, way, even) for way in NAMES},
            "arrival_runs_by_event_time": early([run for run in runs if run.arrival], "floodmark", limits),
            "single": by_own_end(runs),
            "beside": quiet(runs, {}),
            "early": sum(run.early for run in runs),
        }
        for name in want.hostile
        if (runs := [run for run in counted if run.family == name])
    }
    kinds = {
        name: {"held_out": name in HELD_OUT, **quiet(runs, limits)}
        for name in ("clean", *want.honest)
        if (runs := [run for run in clean if run.family == name])
    }
    replayed = [run for run in hostile if run.part == "replay"]
    return {
        "part": want.part,
        "learning_weeks": LEARNING_WEEKS,
        "held_out": list(HELD_OUT),
        "thresholds": limits,
        "even_thresholds": even,
        "even_clean": quiet(clean, even),
        "families": families,
        "clean": kinds,
        "all_clean": quiet(clean, limits),
        "tuning": quiet(tuning, limits),
        "replayed": {
            "runs": [f"{run.family} {run.seed}" for run in replayed],
            "hours": sum(run.hours for run in replayed),
            "differing": [each for run in replayed for each in run.differing],
        },
        "cost_s": {
            "build_median": percentile([run.build_s for run in [*clean, *counted]] or [0], 0.5),
            "hostile_run_median": percentile([run.seconds for run in counted] or [0], 0.5),
            "rows_median": percentile([run.rows for run in [*counted, *clean]] or [0], 0.5),
        },
    }


def bars(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each thing that must hold, with its measured value: a word for how it stands, and the text."""
    told = [each for name, family in figures["families"].items() for each in _family_bars(name, family)]
    clean = figures["all_clean"]
    if clean["account_weeks"]:
        rate = clean["floodmark"]["per_1000"]
        text = f"{rate:.2f} false per 1,000 accounts and week (at most {BARS['false']:g})"
        told.append((_stands(held=rate <= BARS["false"]), text))
    if figures["replayed"]["hours"]:
        count = len(figures["replayed"]["differing"])
        text = f"{count} of {figures['replayed']['hours']} replayed hours differ (none)"
        told.append((_stands(held=not count), text))
    return told


def _stands(*, held: bool) -> str:
    return "reached" if held else "NOT REACHED"


def _family_bars(name: str, family: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what must hold for one hostile family; one of single requests has no bar on its loss."""
    ours, single = family["ways"]["floodmark"], family["single"]
    share, loss = ours["detected_ratio"], ours["loss_ratio_median"]
    told = [(_stands(held=share >= BARS["detected"]), f"{name}: {share:.1%} detected (at least 99 %)")]
    if single["runs"]:
        text = f"{name}: {single['by_own_end']} of {single['runs']} single requests told by their own end"
        told.append((_stands(held=single["by_own_end"] == single["runs"]), text))
    if single["runs"] * 2 <= ours["runs"]:
        bar = BARS["drip"] if DRIP in name else BARS["loss"]
        told.append((_stands(held=loss < bar), f"{name}: median loss {loss:.2%} (below {bar:.0%})"))
    return told + [_ahead(name, family, way) for way in NAMES if family["even"][way]]


def _ahead(name: str, family: dict[str, Any], way: str) -> tuple[str, str]:
    """Say whether findings come as surely and as early as a baseline's alerts, and more so in one of both.

    The baseline's threshold is the lowest at which it alerts at most as often as findings were false on the
    same months.
    """
    other = family["even"][way]
    ours, theirs = _rank(family["ways"]["floodmark"]), _rank(other)
    at_least = all(mine <= his for mine, his in zip(ours[:2], theirs[:2], strict=True))
    seen, loss = other["detected_ratio"], other["loss_ratio_median"]
    text = f"{name}: ahead of {way} ({seen:.1%} detected, median loss {loss:.2%})"
    return ("level" if ours == theirs else _stands(held=at_least and ours < theirs)), text


def _rank(told: dict[str, Any]) -> tuple[float, float, float]:
    """Return what a way is compared by, less being better: undetected, median loss, 90th percentile."""
    return 1 - told["detected_ratio"], told["loss_ratio_median"], told["loss_ratio_p90"]


# --- how it is shown ----------------------------------------------------------------------------------------


def show(figures: dict[str, Any]) -> None:
    """Print the figures as tables."""
    print(f"\nseeds: {figures['part']}; held out from tuning: {', '.join(figures['held_out'])} (marked *)")
    print(f"learning period: the first {figures['learning_weeks']} weeks of each tenant")
    print("lost: people whose records were gone before the first finding; undetected counts as all of them\n")
    head = "".join(f"{word:>{width}}" for word, width in HEAD)
    for name, family in figures["families"].items():
        mark = "*" if family["held_out"] else ""
        print(f"{name}{mark}: {family['people_median']:,.0f} people in the median run")
        print(f"  {'way':<24}{head}")
        for way in (*WAYS, "arrival"):
            if family["ways"][way]:
                print(_row(way if way != "arrival" else "floodmark, by arrival", family["ways"][way]))
            if family["even"].get(way):
                print(_row(f"  {way}, as often", family["even"][way]))
        if family["ways"]["arrival"]:
            print(_row("  same runs, event time", family["arrival_runs_by_event_time"]))
        if single := family["single"]["runs"]:
            print(f"  single requests: {single}, told by their own end: {family['single']['by_own_end']}")
        beside = family["beside"]["floodmark"]
        print(
            f"  other findings in the same runs: {beside['false']} ({family['early']} told before the theft),"
            f" {beside['per_1000']:.2f} per 1,000 of {family['beside']['account_weeks']:,} account-weeks\n"
        )
    _show_quiet(figures)
    _show_rest(figures)


def _row(way: str, told: dict[str, Any]) -> str:
    hours = [f"{told[key]:.2f}" if told[key] is not None else "-" for key in ("hours_median", "hours_p90")]
    detected = f"{told['detected']}/{told['runs']} {told['detected_ratio']:.1%}"
    return (
        f"  {way:<24}{detected:>17} {told['lost_median']:>9,.0f} {told['lost_p90']:>9,.0f}"
        f" {told['loss_ratio_median']:>10.2%} {told['loss_ratio_p90']:>7.1%} {hours[0]:>10} {hours[1]:>7}"
    )


def _show_quiet(figures: dict[str, Any]) -> None:
    print(
        "false findings per 1,000 accounts and week (95 % upper bound); baselines: alerts, one a day at most"
    )
    kinds = {
        **figures["clean"],
        "together": figures["all_clean"],
        "tuning seeds together": figures["tuning"],
    }
    for name, kind in kinds.items():
        if not kind["account_weeks"]:
            continue
        told = [
            f"{way} {kind[way]['false']}: {kind[way]['per_1000']:.2f} ({kind[way]['at_most']:.2f})"
            for way in WAYS
            if way in kind
        ]
        mark = "*" if kind.get("held_out") else ""
        print(f"  {name + mark:<24}{kind['account_weeks']:>7,} account-weeks   {'   '.join(told)}")


def _show_rest(figures: dict[str, Any]) -> None:
    if figures["thresholds"]:
        told = ", ".join(f"{name} {value:.3f}" for name, value in figures["thresholds"].items())
        print(f"\nthresholds of the baselines, from the tuning seeds: {told}")
    if figures["even_thresholds"]:
        alerts = figures["even_clean"]
        told = ", ".join(
            f"{name} {limit:.3f} ({alerts[name]['false']})"
            for name, limit in figures["even_thresholds"].items()
        )
        print(f"as often as {alerts['floodmark']['false']} false findings here, at most: {told}")
    replayed = figures["replayed"]
    if replayed["hours"]:
        print(
            f"replayed hour by hour: {', '.join(replayed['runs'])}; {replayed['hours']:,} hours,"
            f" {len(replayed['differing'])} differ from one pass"
        )
        print(*(f"  {each}" for each in replayed["differing"][:5]), sep="\n")
    cost = figures["cost_s"]
    print(
        f"cost: {cost['build_median']:.1f} s to make a tenant of {cost['rows_median']:,.0f} rows,"
        f" {cost['hostile_run_median']:.1f} s for each run on it; {figures['wall_s']:.0f} s in all"
    )
    print("\nmust hold:")
    for stands, text in bars(figures):
        print(f"  {stands:<11}  {text}")


def listed(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """Return a line for each run, to look into single ones."""
    return [
        {
            "family": run.family,
            "seed": run.seed,
            "draw": run.draw,
            "base": run.base,
            "part": run.part,
            "people": run.people,
            "lost": run.ours.lost if run.ours else None,
            "told_at": str(run.ours.told_at) if run.ours and run.ours.told_at else None,
            "begins_at": str(run.begins_at) if run.begins_at else None,
            "ends_at": str(run.ends_at) if run.ends_at else None,
            "arrival": str(run.arrival.told_at) if run.arrival else None,
            "false": run.false,
            "account_weeks": run.account_weeks,
            "drawn": dict(run.drawn),
            "told": list(run.told),
            "told_falsely": list(run.told_falsely),
        }
        for run in runs
    ]


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Run everything, print the figures and return them."""
    want, begin = wanted(arguments), time.perf_counter()
    progress = Progress()
    if want.keep is not None:
        want.keep.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(want.processes, mp_context=context) as pool:
        tuning = clean_runs(pool, want, "tuning", want.tuning_weeks, progress)
        clean = clean_runs(pool, want, want.part, want.clean_weeks, progress)
        hostile = carried_out(pool, want, hostile_tasks(want), "hostile families", progress)
    figures = summary(want, hostile, clean, tuning)
    figures["wall_s"] = time.perf_counter() - begin
    show(figures)
    if want.to is not None:
        want.to.parent.mkdir(parents=True, exist_ok=True)
        runs = listed([*hostile, *clean, *tuning])
        want.to.write_text(json.dumps({**figures, "runs": runs}, indent=1) + "\n", "utf-8")
    return figures


if __name__ == "__main__":
    main(sys.argv[1:])
