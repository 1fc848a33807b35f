"""A simulated tenant of a call centre, an intruder in it, and the answer key.

    tables ─► sessions ─► activity ─► intruder ─► pages ─► files (logs, tables)
                                          └─────► answer (key)

The first scenarios have one fixed tenant (`tenant`) and intruder. A scenario of a family (`families`) has a
tenant drawn by seed (`centre`) and a plan (`plan`) that is carried out on it (`carrying`); `rows` gives its
access events without files.

`simulate` writes the platform's own file forms. What the intruder got is counted from the
simulator's own books; no code of the scope is used, so that the key can contradict it.
Equal arguments give equal bytes.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import NamedTuple

from floodmark import engine
from floodmark.engine import Connection
from floodmark.errors import UsageError
from floodmark.simulate import answer, centre, files, intruder, tenant
from floodmark.simulate.families import FAMILIES
from floodmark.simulate.plan import Plan, Tenant
from floodmark.text import closest

_FIXED = ("vishing-data-loader", "qantas", "clean")
SCENARIOS: tuple[str, ...] = (*_FIXED, *FAMILIES)
_DEFAULT_CUSTOMERS = {"qantas": 57_000}
_PARTS = 570  # the twelve published patterns have 570 as the common divisor of their shares
_FEWEST = 100
_FEWEST_EVENTS = 100_000
_MEMORY_MB = 2_400  # beyond it the engine spills; the process stays below 4 GB at any size


class Simulated(NamedTuple):
    """What `simulate` wrote, all of it inside `directory`."""

    directory: Path
    logs: tuple[Path, ...]
    """Every log file and the listing of the event log files, sorted."""
    tables: dict[str, Path]
    """Object name to its CSV file."""
    datamap: Path
    snapshot_at: str
    """The time (UTC) at which the tables were exported."""
    key: Path
    """The answer, for checking only."""


def simulate(
    directory: Path,
    *,
    scenario: str,
    customers: int | None = None,
    events: int | None = None,
    seed: int = 1,
) -> Simulated:
    """Write a tenant's logs, its customer tables, a data map and the answer key into `directory`.

    Args:
        directory: a folder that is empty or does not exist yet.
        scenario: one of `SCENARIOS`.
        customers: people by distinct e-mail address; None takes 57,000 for `qantas`, else 3,000.
        events: about how many log rows the tenant's own people leave, 100,000 or more; they come from more
            agents before busier ones, and all log files are gzip files. None is about one row a customer.
        seed: another seed gives other people, times and addresses.

    Returns:
        The paths written. `logs` is sorted.

    Raises:
        UsageError: `scenario` is unknown, `directory` is not empty, or `customers` or `events` does not fit.
    """
    count = _DEFAULT_CUSTOMERS.get(scenario, 3_000) if customers is None else customers
    _check(directory, scenario, count, events)
    for folder in ("logs", "tables", "key"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    with engine.memory(limit_mb=_MEMORY_MB) as connection:
        if scenario in FAMILIES:
            attack, kept = _plan_and_act(connection, directory / "key", scenario, customers=count, seed=seed)
        else:
            tenant.build(connection, qantas=scenario == "qantas", customers=count, events=events, seed=seed)
            attack, kept = intruder.plan(connection, scenario), files.Kept()
            tenant.act(connection, attack)
        tables = files.write_tables(connection, directory / "tables")
        files.write_logs(connection, directory / "logs", packed=events is not None, kept=kept)
        key = answer.write(
            connection, directory / "key", attack, scenario=scenario, seed=seed, family=scenario in FAMILIES
        )
    datamap = files.write_datamap(directory)
    files.write_readme(directory)
    logs = tuple(sorted((directory / "logs").iterdir()))
    return Simulated(directory, logs, tables, datamap, tenant.SNAPSHOT_AT, key)


def planned(scenario: str, facts: Tenant, seed: int) -> tuple[Plan, Plan]:
    """Return the honest and the hostile plan of a family for a tenant; one of the two is empty."""
    family = FAMILIES[scenario]
    plan = family.plan(facts, random.Random(f"{scenario} {seed}"))  # noqa: S311 - draws a case, no secret
    return (Plan(), plan) if family.hostile else (plan, Plan())


def _plan_and_act(
    connection: Connection, folder: Path, scenario: str, *, customers: int, seed: int
) -> tuple[tenant.Attack, files.Kept]:
    """Draw a tenant and a plan of the family, carry it out, and write what was drawn into `folder`."""
    drawn = centre.draw(seed, customers=customers)
    facts = centre.build(connection, drawn)
    honest, hostile = planned(scenario, facts, seed)
    centre.work(connection, honest, hostile)
    centre.put_in_order(connection)
    told: dict[str, object] = {
        "scenario": scenario,
        "seed": seed,
        "hostile": FAMILIES[scenario].hostile,
        "tenant": drawn.drawn(),
    }
    told["plan"] = honest.drawn | hostile.drawn
    text = json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / "plan.json").write_bytes(f"{text}\n".encode())
    types = (*files.EVENT_TYPES, "AuraRequest")
    return tenant.Attack(), files.Kept(facts.starts_at, types, drawn.realtime, drawn.okta)


def _check(directory: Path, scenario: str, customers: int, events: int | None) -> None:
    """Raise UsageError where the call cannot be carried out."""
    if scenario not in SCENARIOS:
        raise UsageError(
            f"unknown scenario {scenario!r}{closest(scenario, SCENARIOS)}",
            hint=f"choose one of {', '.join(SCENARIOS)}",
        )
    if scenario == "qantas" and (customers < _PARTS or customers % _PARTS):
        raise UsageError(
            f"customers is {customers}, expected a multiple of {_PARTS} for scenario qantas",
            hint=f"the published shares divide evenly by {_PARTS} only, such as 5700 or 57000",
        )
    if customers < _FEWEST:
        raise UsageError(
            f"customers is {customers}, expected {_FEWEST} or more", hint="leave it out to take the default"
        )
    if events is not None and scenario in FAMILIES:
        raise UsageError(
            f"events is {events}, but scenario {scenario} draws how much happens",
            hint=f"leave it out, or choose one of {', '.join(_FIXED)}",
        )
    if events is not None and events < _FEWEST_EVENTS:
        raise UsageError(
            f"events is {events}, expected {_FEWEST_EVENTS} or more",
            hint="leave it out to take the usual number",
        )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            f"{directory} is not an empty folder", hint="name a folder that is empty or does not exist yet"
        )
