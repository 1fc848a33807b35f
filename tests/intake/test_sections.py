"""What headings and labels announce."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.intake.sections import WISHED, Part, is_wished, part_of, parts_of
from intake.pages import page

TITLES = """
Incident Report: Acme Contact Center Data Breach => details
Executive Summary => summary
At a glance => summary
Discovery Date => discovered
When was it discovered? => discovered
Date of publication => published
Incident Date => occurred
Date of the breach => occurred
Affected Organization => organisation
Victim => organisation
Industry => sector
Country => geography
Threat Actor => actor
Attribution => actor
Contributing factors => None
Related incidents => related
Attack vector => vector
Root cause => vector
Cause => vector
Cause of the breach => vector
Responsible => actor
Initial Access => initial access
Lateral Movement => lateral movement
Data Exfiltration/Impact => exfiltration
What was stolen or damaged => data
Data Breach => data
Detection & Response => detection
How it was discovered => detection
Response actions taken => response
Incident response => response
Containment measures => containment
Eradication steps => eradication
Remediation => eradication
Recovery actions => recovery
Customer notification => notification
Financial => financial
Cost of the breach => financial
Operational => operational
Reputational => reputational
Attack Methodology => method
MITRE ATT&CK mapping => method
Persistence => None
Impact Assessment => impact
Timeline of Events => timeline
Network indicators => indicators
IOCs => indicators
Lessons Learned => lessons
Key takeaways => lessons
What could have been done better => lessons
Recommendations => recommendations
Prevention measures for similar incidents => recommendations
What customers can do => recommendations
Next steps => recommendations
Note => None
"""


@pytest.mark.parametrize("line", TITLES.strip().splitlines())
def test_a_title(line: str) -> None:
    """A title."""
    title, _, part = line.partition(" => ")
    assert str(part_of(title)) == part


@pytest.mark.parametrize("title", ["recommendations", "RECOMMENDATIONS", " Recommendations:"])
def test_case_and_marks_do_not_matter(title: str) -> None:
    """Case and marks do not matter."""
    assert part_of(title) == "recommendations"


def test_a_heading_of_any_length_is_looked_at_in_part_only() -> None:
    """A heading of any length is looked at in part only."""
    assert part_of("x" * 300 + " lessons") is None


@given(st.text(max_size=300))
def test_any_title_has_one_part_or_none(title: str) -> None:
    """Any title has one part or none."""
    part = part_of(title)
    assert part is None or part in Part.__args__


def test_the_nearest_title_stands_first() -> None:
    """The nearest title stands first."""
    blocks = page("# Timeline\n## Initial access\n- Vector: a call\n- Note: none").blocks
    assert parts_of(blocks[2]) == ("vector", "initial access", "timeline")
    assert parts_of(blocks[3]) == ("initial access", "timeline")


def test_a_block_without_titles_has_no_part() -> None:
    """A block without titles has no part."""
    assert parts_of(page("Some words.").blocks[0]) == ()


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("# Lessons learned\n- Train staff.", True),
        ("# Recommendations\n## Containment\n- Isolate servers.", True),
        ("# Response\n- Recommendation: isolate servers.", True),
        ("# Response\n- Containment: isolated servers.", False),
        ("Train staff.", False),
    ],
)
def test_what_should_be_is_told_apart_from_what_was(text: str, wished: bool) -> None:
    """What should be is told apart from what was."""
    assert is_wished(page(text).blocks[-1]) is wished
    assert {"lessons", "recommendations"} == WISHED
