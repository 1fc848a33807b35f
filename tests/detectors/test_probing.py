from datetime import timedelta

from detectors.sample import HOST, START, found, row, signs, work
from floodmark.detectors.probing import DETECTOR

LATE = START + timedelta(days=19, minutes=1)


def probe(at, *, ip=HOST, key="p", objects=("Contact", "Case", "Account")):
    """Return describing calls on some objects and, a minute later, a small query."""
    door = {"ip": ip, "session": f"s-{key}", "login": f"l-{key}"}
    calls = [
        row(at + timedelta(seconds=n), "salesforce.elf.RestApi", "describe", objects=[name], **door)
        for n, name in enumerate(objects)
    ]
    sample = row(at + timedelta(minutes=1), "salesforce.elf.RestApi", "query", matched_rows=5,
                 objects=["Contact"], query="SELECT Id FROM Contact LIMIT 5", **door)  # fmt: skip
    return [*calls, sample]


def test_a_look_around_is_told_in_two_steps() -> None:
    """The first call is a sign, the third over two objects a heavier one."""
    looked, around = signs([*work(), *probe(LATE)], DETECTOR)
    assert (looked["kind"], around["kind"]) == ("looked", "looked-around")
    assert looked["told_at"] == LATE
    assert around["told_at"] == LATE + timedelta(seconds=DETECTOR.probes - 1)
    assert "described or counted 3 objects in 3 calls" in around["told"]
    assert around["doors"] == ["login l-p"]
    assert looked["points"] <= around["points"]


def test_a_look_around_from_a_new_network_by_a_new_tool_is_a_finding() -> None:
    """It is told before any row was taken in bulk, so severity is not high by the rows."""
    rows = [each | {"client": "Helper/1.0"} for each in probe(LATE)]
    (finding,) = found([*work(), *rows]).findings
    assert finding.detector == "probing"
    assert finding.sessions == ("s-p",)
    assert "T1526" in finding.techniques
    assert {"look", "tool", "place"} == {
        kind.family for each in finding.reasons for kind in _kinds(each.detector)
    } & {"look", "tool", "place"}


def _kinds(name):
    from floodmark.detectors import DETECTORS  # noqa: PLC0415 - one test needs it

    return [kind for each in DETECTORS if each.id == name for kind in each.kinds]


def test_a_count_is_a_look() -> None:
    """COUNT() asks how much there is to take."""
    counts = [
        row(LATE + timedelta(seconds=n), "salesforce.elf.RestApi", "query", matched_rows=1, objects=[name],
            query=f"SELECT count() FROM {name}", session="s", login="l")
        for n, name in enumerate(("Contact", "Case", "Account"))
    ]  # fmt: skip
    assert [each["kind"] for each in signs([*work(), *counts], DETECTOR)] == ["looked", "looked-around"]


def test_a_client_that_looks_around_every_day_is_quiet() -> None:
    """An integration describes its objects at each start: the first day is told, no later one."""
    daily = [
        each
        for day in range(21)
        for each in probe(START + timedelta(days=day), ip="203.0.113.5", key=f"d{day}")
    ]
    told = signs([*work(), *daily], DETECTOR)
    assert {each["told_at"].date() for each in told} <= {START.date(), (START + timedelta(days=1)).date()}
    assert found([*work(), *daily]).findings == ()


def test_one_object_is_no_look_around() -> None:
    """Looking at one object is what many tools do; by known means a look is no finding at all."""
    alone = probe(LATE, ip="203.0.113.5", objects=("Contact",) * 3)
    assert [each["kind"] for each in signs([*work(), *alone], DETECTOR)] == ["looked"]
    assert found([*work(), *alone]).findings == ()
    assert found([*work(), *probe(LATE, ip="203.0.113.5")]).findings == ()


def test_the_rows_of_two_logs_are_one_call() -> None:
    """A call that two logs show counts once."""
    calls = probe(LATE, objects=("Contact", "Case"))[:2]
    twice = [each | {"log": "salesforce.elf.RestApi2", "event": f"2 {each['event']}"} for each in calls]
    assert [each["kind"] for each in signs([*work(), *calls, *twice], DETECTOR)] == ["looked"]
