"""What a hunt found, and the indicators that the intrusion itself left."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from floodmark.models.base import Count, Document, Spoken

HuntOutcome = Literal["matched", "not_matched", "cannot_be_seen"]
Specific = Literal["unique", "shared", "chosen"]
"""`unique`: only the intrusion shows it. `shared`: honest work shows it too, or it stands for many users.
`chosen`: a name that anybody can give."""


class Hunted(Document):
    """One thing that a report names, and what became of looking for it."""

    claims: tuple[str, ...]
    """The claims that name it, sorted."""
    path: Literal["indicator", "technique"]
    type: str
    """Of an indicator as in docs/reference/indicators.md; else `technique`."""
    value: str
    class_: Annotated[Literal["", "private", "reserved", "reference"], Field(alias="class")]
    outcome: HuntOutcome
    from_: Annotated[str | None, Field(alias="from")]
    """Where matched, the first event; else null."""
    to: str | None
    events: Count
    known_events: Count | None
    """How many of the events are counted as the intrusion; null where there is none to compare with."""
    sample: tuple[str, ...]
    """The first events by time and the last one."""
    accounts: tuple[str, ...]
    """The first ten, by name."""
    account_count: Count
    seen_as: tuple[str, ...]
    """As the ledger has it; the first ten values."""
    looked_in: tuple[str, ...]
    """The logs that carry such values."""
    findings: tuple[str, ...]
    """Findings that show a technique."""
    why: str
    """How much a match says, or what would show it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Hunt(Document):
    """`floodmark hunt`."""

    matched: tuple[Hunted, ...]
    not_matched: tuple[Hunted, ...]
    cannot_be_seen: tuple[Hunted, ...]
    left_out: Count
    """Claims that are no indicators: pages of reference."""
    coverage: tuple[Spoken, ...]
    """The logs of the ledger and the hours that they speak for."""
    head: str | None


class Observed(Document):
    """One value that the intrusion's events show."""

    type: Literal["ipv4", "ipv6", "address", "client", "user_agent", "app_id", "session", "login"]
    """`address`: what the log gives for one and is none, such as a word."""
    value: str
    """As logged; of a session or login the beginning of its key."""
    from_: Annotated[str | None, Field(alias="from")]
    """When the intrusion was first seen with it."""
    to: str | None
    events: Count
    accounts: Count
    """How many accounts the intrusion used with it."""
    other_accounts: Count
    """How many accounts that the intrusion did not use show it in honest work."""
    other_events: Count
    own_events: Count
    """Events of the hijacked accounts with it that are not counted as the intrusion."""
    specific: Specific
    why: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
