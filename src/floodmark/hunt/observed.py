"""What the intrusion itself leaves as indicators: when each was seen, and how specific it is."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from floodmark.engine import Engine, statement
from floodmark.indicators import address, address_class
from floodmark.models import Observed, Specific, stamp

_TYPES = {
    "client": "client",
    "agent": "user_agent",
    "app": "app_id",
    "session": "session",
    "login": "login",
}
_CHOSEN = frozenset({"client", "agent"})
_KEYS = frozenset({"session", "login"})
_PREFIX = 10
"""How much of a session's or login's key is shown: enough to find it in the logs, too little to use it."""


def from_events(engine: Engine, *, proxies: Sequence[str] = ()) -> tuple[Observed, ...]:
    """Return what the hostile events show, by type, first sight and value.

    Makes the table `observed`.

    Args:
        engine: holds `event`, and `hostile` as `floodmark.trace.trace` makes it.
        proxies: networks, as CIDR, of which is known that many strangers come from them.

    Raises:
        ValueError: a network is none.
    """
    networks = [ipaddress.ip_network(net, strict=False) for net in proxies]
    with engine.small_sides_held():
        engine.keep("observed", statement(Path(__file__).with_name("observed.sql")))
    rows = engine.rows(
        """SELECT slot, value, first_at, last_at, event_count, account_count, other_account_count,
                  other_event_count, own_event_count
           FROM observed"""
    )
    found = [_observed(row, networks) for row in sorted(rows, key=_order)]
    return tuple(sorted(found, key=lambda each: (each.type, each.from_ or "", each.value)))


def _order(row: Sequence[Any]) -> tuple[str, str]:
    return row[0], row[1]


def _observed(
    row: Sequence[Any], networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> Observed:
    slot, value, first, last, events, accounts, others, other_events, own_events = row
    found = address(value.strip()) if slot == "address" else None
    proxy = found is not None and any(found in net for net in networks if net.version == found.version)
    specific, why = _specific(
        slot,
        honest=bool(other_events or own_events),
        others=others,
        proxy=proxy,
        inside=found is not None and address_class(found) == "private",
    )
    return Observed(
        type=f"ipv{found.version}" if found else _TYPES.get(slot, "address"),  # pyright: ignore[reportArgumentType] - checked by the model
        value=value[:_PREFIX] if slot in _KEYS else value,
        from_=stamp(first),
        to=stamp(last),
        events=events,
        accounts=accounts,
        other_accounts=others,
        other_events=other_events,
        own_events=own_events,
        specific=specific,
        why=why,
    )


def _specific(slot: str, *, honest: bool, others: int, proxy: bool, inside: bool) -> tuple[Specific, str]:
    """Return how specific a value is, and why."""
    if slot in _CHOSEN:
        shared = "; honest work shows it too" if honest else ""
        return "chosen", f"whoever calls chooses this name{shared}"
    if others:
        return "shared", f"honest work of {others:,} other account{'s' * (others != 1)} shows it"
    if honest:
        return "shared", "work that is not counted as the intrusion shows it too"
    if proxy:
        return "shared", "an address of a proxy, from which many strangers come"
    if inside:
        return "shared", "an address inside a network, of which there are many alike"
    return "unique", "only the intrusion shows it"
