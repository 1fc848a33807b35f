"""What each kind of step is: its phase, its ATT&CK technique, its title and what to know of it."""

from __future__ import annotations

from typing import NamedTuple

from floodmark.models import Phase


class Kind(NamedTuple):
    """One kind of step; `step.sql` tells the events of each."""

    phase: Phase
    technique: str
    title: str
    note: str = ""


_DESK = "the service desk may have acted in good faith; who called it is not in the log"
_NO_ADDRESS = "the audit trail has no address, so this can be the account's own work"
LOGIN, TOKEN = "login", "kept token"
READS = ("sampled", "queried", "bulk job", "downloaded", "report run", "records opened", "other read")
"""The kinds that hand out records."""
KINDS: dict[str, Kind] = {
    "suspicious login": Kind(
        "initial access", "T1078.004", "login that the identity provider or the user called suspicious"
    ),
    "identity login": Kind(
        "initial access", "T1078.004", "login at the identity provider from an address that nobody had used"
    ),
    "identity login failed": Kind(
        "initial access",
        "T1621",
        "refused login at the identity provider from an address that nobody had used",
    ),
    "login failed": Kind("initial access", "T1110", "refused login"),
    LOGIN: Kind("initial access", "T1078.004", "login"),
    TOKEN: Kind(
        "initial access",
        "T1550.001",
        "first use of a session or token that was there before",
        "no successful login of the intrusion stands in the logs",
    ),
    "password reset": Kind("persistence", "T1098", "password reset or changed", _DESK),
    "factor removed": Kind("persistence", "T1556.006", "second factor reset or removed", _DESK),
    "factor added": Kind("persistence", "T1098.005", "second factor enrolled or changed"),
    "token created": Kind("persistence", "T1098.001", "API token created"),
    "app installed": Kind("persistence", "T1671", "connected application or package changed"),
    "rights given": Kind("persistence", "T1098.003", "rights, profile or role changed"),
    "set-up changed": Kind("persistence", "T1098", "change of the set-up"),
    "rules changed": Kind("defence evasion", "T1562", "rules, zones or logging changed"),
    "described": Kind("discovery", "T1526", "objects listed and described"),
    "counted": Kind("discovery", "T1526", "records counted, without reading them"),
    "other app": Kind("lateral movement", "T1021.007", "another application entered by single sign-on"),
    "sampled": Kind("collection", "T1213.004", "small samples read"),
    "queried": Kind("collection", "T1213.004", "records read by queries and their pages"),
    "bulk job": Kind("collection", "T1119", "bulk jobs that read records"),
    "report run": Kind("collection", "T1213.004", "reports and list views read"),
    "records opened": Kind("collection", "T1213.004", "single records opened"),
    "other read": Kind("collection", "T1213.004", "searches and reads of unknown extent"),
    "read refused": Kind("collection", "T1213.004", "reads that failed or were blocked"),
    "downloaded": Kind("exfiltration", "T1567", "results, exports and files downloaded"),
    "job removed": Kind("defence evasion", "T1070", "bulk job removed or stopped"),
    "written": Kind("impact", "T1565", "records or metadata changed or deleted"),
}


def note(kind: str, *, counted: bool) -> str:
    """Return what a reader has to know of a step."""
    if not counted and kind in {"app installed", "rights given", "set-up changed"}:
        return _NO_ADDRESS
    return KINDS[kind].note
