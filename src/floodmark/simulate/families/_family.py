"""What a scenario family is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from floodmark.simulate.plan import Plan, Tenant


@dataclass(frozen=True)
class Family:
    """A kind of weeks that a tenant can have; its parameters are drawn anew for each plan."""

    name: str
    """The word for it on the command line, such as `slow-drip`."""
    title: str
    hostile: bool
    happens: str
    """What happens, in one sentence."""
    plan: Callable[[Tenant, random.Random], Plan]
    """Returns the plan for a tenant. It draws from the generator alone, so that an equal state of it gives an
    equal plan. Raises ValueError where the tenant has no account of a role that the family needs."""
