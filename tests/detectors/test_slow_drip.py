from datetime import timedelta

from detectors.sample import AGENT, START, found, row, signs, work
from floodmark.detectors.slow_drip import DETECTOR

LIMITS = DETECTOR.limits
OTHERS = [f"0055j000000utl{letter}AAQ" for letter in "ABCDEF"]


def more(day, count, *, actor=AGENT, name="003", start=0):
    """Return further pages of other customers on one day, within the hours of work."""
    at = START + timedelta(days=day, hours=1)
    door = {"actor": actor, "session": f"s-{actor[14]}{day}", "login": f"l-{actor[14]}{day}"}
    return [
        row(at + timedelta(minutes=n, seconds=9), "salesforce.elf.LightningPageView", "page_view",
            record_ids=[f"{name}x{day:02}{start + n:03}"], delivered_rows=1, objects=["Contact"], **door)
        for n in range(count)
    ]  # fmt: skip


def drips(*rows, days=28):
    """Return what this detector shows beside an agent's ordinary days of twenty customers."""
    return signs([*work(days), *(each for day in rows for each in day)], DETECTOR)


def test_a_little_each_day_adds_up() -> None:
    """Sixty customers more a day for a week: told step by step, and in the end alone."""
    rows = [more(day, 60) for day in range(14, 21)]
    told = drips(*rows)
    assert {each["kind"] for each in told} == {kind.id for kind in DETECTOR.kinds}
    assert {each["usual"] for each in told} == {20}
    first = min(each["told_at"] for each in told)
    assert START + timedelta(days=14) < first < START + timedelta(days=17)
    (finding,) = found([*work(28), *(each for day in rows for each in day)]).findings
    assert finding.detector == "slow-drip"
    assert finding.severity == "high"
    assert "distinct customers on" in finding.summary


def test_each_step_is_told_at_the_record_that_reached_it() -> None:
    """A day's first records are enough for a low step, and its later ones for a higher."""
    told = drips(more(14, 150))
    times = {each["kind"]: each["told_at"] for each in told}
    assert list(times.values()) == sorted(times.values())
    assert all(each["told_at"] < each["ends_at"] for each in told)


def test_one_busy_day_counts_for_a_limited_number_of_spreads() -> None:
    """However much was opened on one day, its share of the sum is capped; other detectors see that day."""
    told = drips(more(14, 400))
    assert max(each["excess"] for each in told) <= LIMITS["most"] - LIMITS["slack"]


def test_the_usual_spread_is_quiet() -> None:
    """A few more on some days are a day's work."""
    assert drips(*(more(day, 2 + day % 4) for day in range(14, 28))) == []


def test_a_day_like_any_other_lets_the_sum_fall() -> None:
    """Busy days far apart are no drip."""
    assert drips(*(more(day, 20) for day in (10, 15, 20, 25))) == []


def test_the_same_customer_again_is_no_other() -> None:
    """Distinct records count, not pages."""
    again = [each | {"record_ids": ["0030000"]} for day in range(14, 24) for each in more(day, 60)]
    assert drips(again) == []


def test_without_history_nothing_is_unusual() -> None:
    """An account that drips from its first days has no usual."""
    assert drips(*(more(day, 60) for day in range(28))) == []


def test_days_on_which_everybody_is_busy_are_no_drip() -> None:
    """A migration or a peak: the colleagues' days raise what is expected of the next ones."""
    busy = [more(day, 60) for day in range(14, 21)]
    everybody = [each for actor in OTHERS for each in work(28, actor=actor)]
    peak = [each for actor in OTHERS for day in range(13, 21) for each in more(day, 60, actor=actor)]
    alone = [each for each in drips(*busy, everybody) if each["actor"] == AGENT]
    together = [each for each in drips(*busy, everybody, peak) if each["actor"] == AGENT]
    assert {each["kind"] for each in alone} == {kind.id for kind in DETECTOR.kinds}
    assert together == []


def test_days_of_one_run_belong_together() -> None:
    """Each day has a login of its own; the run is one finding."""
    told = drips(*(more(day, 60) for day in range(14, 21)))
    assert len({door for each in told for door in each["doors"]}) > 1
    assert len({each["chain"] for each in told}) == 1


def test_words_say_usual_spread_and_days() -> None:
    """What was expected, with the numbers that say so."""
    told = drips(*(more(day, 60) for day in range(14, 21)))
    assert f"20 a day, give or take {LIMITS['least']}, by" in told[-1]["told"]
    assert "days above the usual" in told[-1]["told"]
    assert told[-1]["told"].isprintable()
