"""The sentence of each link: why it was followed, or why it is only offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from floodmark.models import Link, stamp

_SURE: Mapping[str, str] = {
    "selection": "named by hand",
    "session": "an accepted finding names this session, so all of its rows are hostile",
    "login": "an accepted finding names this login, so the rows that it led to are hostile",
    "finding": "an accepted finding names these rows, and neither their session nor their login",
    "identity": "the identity provider names this account near the intrusion; shown beside it, not counted",
    "bulk job": "the rows are about a bulk job of the intrusion",
    "execution": "the rows are parts of a report or list run of the intrusion",
    "user, address and time": (
        "rows without a session, of a user and address of the intrusion, within five minutes of its work"
    ),
}
_WIDER: Mapping[str, tuple[str, str]] = {
    "address": (
        "the same account worked from this address of the intrusion, which honest work had not used before",
        "the same account worked from this address of the intrusion, but honest work had used it before",
    ),
    "client": (
        "the same account worked with this client of the intrusion, new and from new addresses",
        "the same account used this client of the intrusion, but honest work had used it or the address",
    ),
    "same session": (
        "further rows of a session that another link brings",
        "further rows of a session that another link brings, from an address that honest work had used",
    ),
    "other account": (
        "another account worked from this address of the intrusion, which nobody had used before",
        "another account of the intrusion worked from this address, but honest work had used it before",
    ),
    "token": (
        "another account used the same app at the same address, and one of the two was new",
        "another account used the same app at the same address, but honest work had used both before",
    ),
    "client elsewhere": (
        "",
        "another account used this client from elsewhere; anybody can give a client that name",
    ),
}
_OWN_CLIENT = (
    "another account worked from this address of the intrusion, but with a client that it had used from "
    "elsewhere before, or with a phone's app"
)
_BY_HAND = "; what selectors name is taken at its word, so a person has to follow it"


def link_of(row: Sequence[Any]) -> Link:
    """Return the document of one row of the table `link`."""
    link, kind, value, account, state, familiar, own_client, first_at, last_at, count, first, last = row
    return Link.model_validate(
        {
            "id": link,
            "kind": kind,
            "state": state,
            "value": value,
            "account": account or None,
            "why": _why(kind, state, familiar=familiar, own_client=own_client),
            "from": stamp(first_at),
            "to": stamp(last_at),
            "events": count,
            "sample": ends(first, last),
        }
    )


def ends(first: Sequence[str], last: str) -> tuple[str, ...]:
    """Return the first events and the last one, each once."""
    return tuple(dict.fromkeys([*first, last]))


def _why(kind: str, state: str, *, familiar: bool, own_client: bool) -> str:
    """Return the sentence of a link."""
    if kind in _SURE:
        return _SURE[kind]
    new, old = _WIDER[kind]
    if kind == "other account" and own_client:
        return _OWN_CLIENT
    if state == "offered" and not familiar:
        return new + _BY_HAND
    return old if familiar else new
