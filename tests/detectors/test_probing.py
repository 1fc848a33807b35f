from datetime import timedelta

from detectors.sample import HOST, START, found, row, work

LATE = START + timedelta(days=12, minutes=1)


def probe(at, *, ip=HOST, key="p", reads=True, objects=("Contact", "Case", "Account")):
    """Return describing calls on some objects and, a minute later, a small query."""
    door = {"ip": ip, "session": f"s-{key}", "login": f"l-{key}"}
    calls = [
        row(at + timedelta(seconds=n), "salesforce.elf.RestApi", "describe", objects=[name], **door)
        for n, name in enumerate(objects)
    ]
    sample = row(at + timedelta(minutes=1), "salesforce.elf.RestApi", "query", matched_rows=5,
                 objects=["Contact"], query="SELECT Id FROM Contact LIMIT 5", **door)  # fmt: skip
    return [*calls, *([sample] if reads else [])]


def test_a_look_around_before_reading_is_found() -> None:
    """By a new network it is grave, but no rows were taken in bulk, so it is not certain."""
    (finding,) = found([*work(), *probe(LATE)]).findings
    assert finding.detector == "probing"
    assert (finding.severity, finding.confidence) == ("high", "medium")
    assert "described or counted 3 objects in 3 calls" in finding.summary
    assert finding.sessions == ("s-p",)


def test_a_client_that_looks_around_every_day_is_quiet() -> None:
    """An integration describes its objects at each start."""
    daily = [
        each
        for day in range(14)
        for each in probe(START + timedelta(days=day), ip="203.0.113.5", key=f"d{day}")
    ]
    assert found([*work(), *daily]).findings == ()


def test_one_object_or_no_read_is_quiet() -> None:
    """Looking at one object, or looking without reading, is what many tools do."""
    alone = probe(LATE, ip="203.0.113.5", objects=("Contact",) * 3)
    without = probe(LATE, ip="203.0.113.5", reads=False)
    assert found([*work(), *alone]).findings == ()
    assert found([*work(), *without]).findings == ()
