"""An incident record with one of everything, and text that would like to be more than text."""

from floodmark.exchange import Frame
from floodmark.incident import Evidence, record
from floodmark.incident.proven import _claim
from incident.claims import claim, count, document

FRAME = Frame("Harbour \u202e\"Bank'", "2025-07-01T00:00:00.000Z", "0.1.0")
HOSTILE = "'] OR [url:value = \\'x\\' <script>alert(1)</script> \u202e\x07"
SHA = "0123456789abcdef" * 4
SAID = [
    claim("incident.organisation", FRAME.organisation, 1, day="2025-07-02"),
    claim("incident.organisation", FRAME.organisation, 2, day="2025-07-03"),
    claim("incident.sector", "Banking", 1, day="2025-07-02"),
    count(5_700_000, "rounded", source=1, day="2025-07-02"),
    claim("actor.name", HOSTILE, 1, confidence="possible"),
    claim("actor.name", HOSTILE, 2, confidence="likely"),
    claim("actor.name", "Quiet Crew", 2, confidence="denied"),
    claim("technique", "T1213.004", 1, detail={"kind": "claimed", "name": "CRM data"}),
    claim("technique", "T1486", 1, detail={"kind": "known_for_actor", "name": "Encryption"}),
    claim("indicator", f"https://example.test/{HOSTILE}", 1, detail={"type": "url"}),
    claim("indicator", "203.0.113.0/24", 1, detail={"type": "cidr"}),
    claim("indicator", "2001:db8::1", 1, detail={"type": "ipv6", "first_seen": "2025-06-28T02:11:09.120Z"}),
    claim("indicator", "10.1.2.3", 1, detail={"type": "ipv4", "class": "private"}),
    claim("indicator", SHA, 1, detail={"type": "sha256"}),
    claim("indicator", "x" * 18, 1, detail={"type": "salesforce_id"}),
    claim("lesson", HOSTILE, 1),
    _claim("person", "response.containment", "access closed at noon", evidence=("case.toml",)),
    _claim("replay", "impact.count", 57_000, unit="people", precision="exact", evidence=("R-1",)),
]
MADE = record(
    Evidence([document(1, "2025-07-02", HOSTILE), document(2, "2025-07-03")], SAID),
    organisation=FRAME.organisation,
)
