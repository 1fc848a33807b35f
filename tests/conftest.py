"""Settings that every test shares."""

import os

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
