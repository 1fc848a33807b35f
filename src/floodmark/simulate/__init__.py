"""A simulated tenant of a call centre, an intruder in it, and the answer key.

    tables ─► sessions ─► activity ─► intruder ─► pages ─► files (logs, tables)
                                          └─────► answer (key)

`simulate` writes the platform's own file forms. What the intruder got is counted from the
simulator's own books; no code of the scope is used, so that the key can contradict it.
Equal arguments give equal bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from floodmark import engine
from floodmark.errors import UsageError
from floodmark.simulate import answer, files, intruder, tenant
from floodmark.text import closest

SCENARIOS: tuple[str, ...] = ("vishing-data-loader", "qantas", "clean")
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
        tenant.build(connection, qantas=scenario == "qantas", customers=count, events=events, seed=seed)
        attack = intruder.plan(connection, scenario)
        tenant.act(connection, attack)
        tables = files.write_tables(connection, directory / "tables")
        files.write_logs(connection, directory / "logs", packed=events is not None)
        key = answer.write(connection, directory / "key", attack, scenario=scenario, seed=seed)
    datamap = files.write_datamap(directory)
    files.write_readme(directory)
    logs = tuple(sorted((directory / "logs").iterdir()))
    return Simulated(directory, logs, tables, datamap, tenant.SNAPSHOT_AT, key)


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
    if events is not None and events < _FEWEST_EVENTS:
        raise UsageError(
            f"events is {events}, expected {_FEWEST_EVENTS} or more",
            hint="leave it out to take the usual number",
        )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            f"{directory} is not an empty folder", hint="name a folder that is empty or does not exist yet"
        )
