"""What the report needs of ATT&CK: tactics with the evidence that would show each, names of techniques.

A technique that the knowledge base does not list is printed by its id, apart from the tactics.
"""

from __future__ import annotations

from floodmark.attack import Attack

TACTICS: tuple[tuple[str, str], ...] = (
    ("Reconnaissance", "call records and mail of the service desk"),
    ("Resource Development", "registration data of the clients and addresses used"),
    ("Initial Access", "login history, identity provider logs and telephone records of the accounts used"),
    ("Execution", "API and code execution logs of the platform"),
    ("Persistence", "the setup audit trail and the list of connected applications"),
    ("Privilege Escalation", "the setup audit trail: profiles, permission sets and role changes"),
    ("Stealth", "the setup audit trail and login history"),
    ("Defense Impairment", "the setup audit trail and changes to log settings"),
    ("Credential Access", "identity provider logs and token grants"),
    ("Discovery", "API logs of metadata and object descriptions"),
    ("Lateral Movement", "logs of the identity provider and of the systems connected to the platform"),
    ("Collection", "query, report and page-view logs of the platform"),
    ("Command and Control", "network flow records of the offices and devices involved"),
    ("Exfiltration", "download logs of the platform and network flow records"),
    ("Impact", "change logs of the platform and messages to the organisation"),
)
"""Tactic -> evidence that would show it, in the order of the matrix."""


def technique(attack: Attack, id_: str) -> tuple[str, tuple[str, ...]] | None:
    """Return name and tactics of a technique as of the version in use; None where it is not listed.

    A replaced id is walked to the one in use; a sub-technique that is not listed has its technique's name.
    """
    ids = (id_, id_.partition(".")[0])
    found = next((known for each in ids if (known := attack.technique(attack.current(each)[0]))), None)
    return (found.name, tuple(tactic.name for tactic in found.tactics)) if found else None
