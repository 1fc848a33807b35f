"""The intruder's own indicators in the report: first and last sight, how specific, defanged, bounded."""

from dataclasses import replace
from itertools import takewhile

from floodmark.incident import Evidence, record
from floodmark.incident.proven import _claim
from floodmark.report import write
from report.materials import small


def table(tmp_path, *claims):
    """Return the rows of the table of indicators in Markdown."""
    material = replace(small(), record=record(Evidence([], claims)))
    (file,) = write(material, ("md",), tmp_path)
    lines = file.read_text("utf-8").splitlines()
    begin = lines.index("| Indicator | Type | First seen | Last seen | How specific |")
    return list(takewhile(lambda line: line.startswith("|"), lines[begin + 2 :]))


def seen(value, kind="ipv4", **detail):
    """Return an indicator that the logs show."""
    return _claim("log", "indicator", value, detail={"type": kind, "raw": value, **detail})


def test_first_and_last_sight_and_how_specific(tmp_path):
    """What is not known is said, and an address is no link."""
    rows = table(
        tmp_path,
        seen(
            "192.0.2.7",
            first_seen="2025-06-28T07:49:23.000Z",
            last_seen="2025-06-30T07:41:26.000Z",
            specific="unique",
        ),
        seen("a|b`", "user_agent", specific="chosen"),
    )
    assert sorted(rows) == [
        "| `192[.]0[.]2[.]7` | ipv4 | 2025-06-28 07:49:23 UTC | 2025-06-30 07:41:26 UTC | only the intrusion shows it |",
        "| `` a\\|b` `` | user agent | not known | not known | a name that anybody can give |",
    ]


def test_a_long_list_is_cut_with_a_word(tmp_path):
    """A hundred rows, and how many more there are."""
    rows = table(tmp_path, *(seen(f"198.51.100.{n % 250}", str(n)) for n in range(130)))
    assert len(rows) == 100
    assert "30 more stand in report.json." in (tmp_path / "report.md").read_text("utf-8")
