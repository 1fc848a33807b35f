"""Settings that every test shares."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Derandomised, so that a failure is a failure everywhere; the soak is where new examples are sought.
settings.register_profile(
    "fast",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "soak",
    deadline=None,
    max_examples=2000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

# Folders and files that walk through whole cases, start processes or draw many worlds: left out of
# `make check`, run by `make test`.
LONG = frozenset(
    {
        "case",
        "simulate",
        "test_against_oracle.py",
        "test_laws.py",
        "test_linkage.py",
        "test_okta_beside.py",
        "test_replay_against_oracle.py",
        "test_replay_hurt.py",
        "test_replay_oracle.py",
        "test_round_trip.py",
        "test_trace_case.py",
        "test_worker.py",
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of these folders and files as slow; files with slow tests run before all others.

    `make test` gives out whole files, in this order: the last ones have to be short.
    """
    for item in items:
        if LONG.intersection(item.path.parts):
            item.add_marker("slow")
    first = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in first)
