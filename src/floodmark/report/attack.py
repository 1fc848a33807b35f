"""ATT&CK names for the techniques that reading customer data out of a platform involves.

Names and tactics follow the Enterprise matrix. A technique that is not listed here is still printed
in the report, by its id and apart from the tactics.
"""

from __future__ import annotations

TACTICS: tuple[tuple[str, str], ...] = (
    ("Reconnaissance", "call records and mail of the service desk"),
    ("Resource Development", "registration data of the clients and addresses used"),
    ("Initial Access", "login history, identity provider logs and telephone records of the accounts used"),
    ("Execution", "API and code execution logs of the platform"),
    ("Persistence", "the setup audit trail and the list of connected applications"),
    ("Privilege Escalation", "the setup audit trail: profiles, permission sets and role changes"),
    ("Defense Evasion", "the setup audit trail and changes to log settings"),
    ("Credential Access", "identity provider logs and token grants"),
    ("Discovery", "API logs of metadata and object descriptions"),
    ("Lateral Movement", "logs of the identity provider and of the systems connected to the platform"),
    ("Collection", "query, report and page-view logs of the platform"),
    ("Command and Control", "network flow records of the offices and devices involved"),
    ("Exfiltration", "download logs of the platform and network flow records"),
    ("Impact", "change logs of the platform and messages to the organisation"),
)
"""Tactic -> evidence that would show it, in the order of the matrix."""

_TECHNIQUES: dict[str, tuple[str, tuple[str, ...]]] = {
    "T1020": ("Automated Exfiltration", ("Exfiltration",)),
    "T1021": ("Remote Services", ("Lateral Movement",)),
    "T1021.007": ("Cloud Services", ("Lateral Movement",)),
    "T1029": ("Scheduled Transfer", ("Exfiltration",)),
    "T1030": ("Data Transfer Size Limits", ("Exfiltration",)),
    "T1036": ("Masquerading", ("Defense Evasion",)),
    "T1041": ("Exfiltration Over C2 Channel", ("Exfiltration",)),
    "T1048": ("Exfiltration Over Alternative Protocol", ("Exfiltration",)),
    "T1059": ("Command and Scripting Interpreter", ("Execution",)),
    "T1059.009": ("Cloud API", ("Execution",)),
    "T1069": ("Permission Groups Discovery", ("Discovery",)),
    "T1070": ("Indicator Removal", ("Defense Evasion",)),
    "T1074": ("Data Staged", ("Collection",)),
    "T1078": ("Valid Accounts", ("Initial Access", "Persistence", "Privilege Escalation", "Defense Evasion")),
    "T1078.004": (
        "Cloud Accounts",
        ("Initial Access", "Persistence", "Privilege Escalation", "Defense Evasion"),
    ),
    "T1087": ("Account Discovery", ("Discovery",)),
    "T1087.004": ("Cloud Account", ("Discovery",)),
    "T1090": ("Proxy", ("Command and Control",)),
    "T1090.003": ("Multi-hop Proxy", ("Command and Control",)),
    "T1098": ("Account Manipulation", ("Persistence", "Privilege Escalation")),
    "T1098.001": ("Additional Cloud Credentials", ("Persistence", "Privilege Escalation")),
    "T1098.003": ("Additional Cloud Roles", ("Persistence", "Privilege Escalation")),
    "T1098.005": ("Device Registration", ("Persistence", "Privilege Escalation")),
    "T1110": ("Brute Force", ("Credential Access",)),
    "T1110.003": ("Password Spraying", ("Credential Access",)),
    "T1110.004": ("Credential Stuffing", ("Credential Access",)),
    "T1114": ("Email Collection", ("Collection",)),
    "T1119": ("Automated Collection", ("Collection",)),
    "T1136": ("Create Account", ("Persistence",)),
    "T1190": ("Exploit Public-Facing Application", ("Initial Access",)),
    "T1199": ("Trusted Relationship", ("Initial Access",)),
    "T1213": ("Data from Information Repositories", ("Collection",)),
    "T1213.004": ("Customer Relationship Management Software", ("Collection",)),
    "T1485": ("Data Destruction", ("Impact",)),
    "T1526": ("Cloud Service Discovery", ("Discovery",)),
    "T1528": ("Steal Application Access Token", ("Credential Access",)),
    "T1530": ("Data from Cloud Storage", ("Collection",)),
    "T1531": ("Account Access Removal", ("Impact",)),
    "T1537": ("Transfer Data to Cloud Account", ("Exfiltration",)),
    "T1538": ("Cloud Service Dashboard", ("Discovery",)),
    "T1539": ("Steal Web Session Cookie", ("Credential Access",)),
    "T1550": ("Use Alternate Authentication Material", ("Defense Evasion", "Lateral Movement")),
    "T1550.001": ("Application Access Token", ("Defense Evasion", "Lateral Movement")),
    "T1550.004": ("Web Session Cookie", ("Defense Evasion", "Lateral Movement")),
    "T1556": ("Modify Authentication Process", ("Credential Access", "Defense Evasion", "Persistence")),
    "T1556.006": ("Multi-Factor Authentication", ("Credential Access", "Defense Evasion", "Persistence")),
    "T1562": ("Impair Defenses", ("Defense Evasion",)),
    "T1562.008": ("Disable or Modify Cloud Logs", ("Defense Evasion",)),
    "T1565": ("Data Manipulation", ("Impact",)),
    "T1566": ("Phishing", ("Initial Access",)),
    "T1566.004": ("Spearphishing Voice", ("Initial Access",)),
    "T1567": ("Exfiltration Over Web Service", ("Exfiltration",)),
    "T1598": ("Phishing for Information", ("Reconnaissance",)),
    "T1598.004": ("Spearphishing Voice", ("Reconnaissance",)),
    "T1621": ("Multi-Factor Authentication Request Generation", ("Credential Access",)),
    "T1656": ("Impersonation", ("Defense Evasion",)),
    "T1657": ("Financial Theft", ("Impact",)),
    "T1671": ("Cloud Application Integration", ("Persistence",)),
}


def technique(id_: str) -> tuple[str, tuple[str, ...]] | None:
    """Return name and tactics of a technique; a sub-technique that is not listed takes its parent's.

    >>> technique("T1213.004")
    ('Customer Relationship Management Software', ('Collection',))
    """
    return _TECHNIQUES.get(id_) or _TECHNIQUES.get(id_.split(".", maxsplit=1)[0])
