import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from detectors.sample import (
    AGENT,
    COLLEAGUE,
    HOST,
    START,
    certain,
    export,
    found,
    kept,
    ledger,
    row,
    signs,
    weekly,
    work,
)
from floodmark.detectors.bulk_read import DETECTOR as BULK
from floodmark.detectors.new_client import DETECTOR as NEW
from floodmark.findings import CERTAIN, SETTLED, TOLD, WITHIN, _sum, detect

LATE = START + timedelta(days=19, minutes=1)
ATTACK = [*work(), *export(LATE)]
OTHERS = [f"0055j000000utl{letter}AAQ" for letter in "ABCDEFGH"]


def lookup(at, key, **slots):
    """Return one small query by a door of its own."""
    told = {
        "objects": ["Contact"],
        "matched_rows": 1,
        "delivered_rows": 1,
        "session": f"s-{key}",
        "login": f"l-{key}",
        **slots,
    }
    return row(
        at, "salesforce.elf.RestApi", "query", query="SELECT Id FROM Contact WHERE Phone = '1'", **told
    )


def test_a_large_read_by_a_new_client_is_certain() -> None:
    """Burst, bulk read, new client and new network of one login are one finding, high and high."""
    (finding,) = certain(found(ATTACK))
    assert finding.detector in {"bulk-read", "volume-burst"}
    assert finding.actors == (AGENT,)
    assert finding.sessions == ("s-x",)
    assert finding.logins == ("l-x",)
    assert finding.clients == ("My Ticket Portal",)
    assert finding.addresses == (HOST,)
    assert set(finding.techniques) >= {"T1078.004", "T1213.004", "T1550.001"}
    assert (finding.from_, finding.to) == ("2025-06-21T08:01:00.000Z", "2025-06-21T08:01:33.000Z")
    assert len(finding.events) == 7
    assert finding.events == tuple(sorted(finding.events))
    assert finding.points >= CERTAIN


def test_it_is_told_at_the_event_that_made_it_enough() -> None:
    """No later than the first page; before that event there is no finding, and with it there is."""
    (finding,) = found(ATTACK).findings
    moment = datetime.fromisoformat(finding.told_at).replace(tzinfo=None)
    assert LATE <= moment <= LATE + timedelta(seconds=30)
    assert found(each for each in ATTACK if each["at"] < moment).findings == ()
    until = [each for each in ATTACK if each["at"] <= moment]
    assert [each.told_at for each in found(until).findings] == [finding.told_at]


def test_reasons_are_given_in_order_with_their_numbers() -> None:
    """What speaks for it, by time: seen, expected, and points; the heaviest of each family add up."""
    (finding,) = found(ATTACK).findings
    assert [each.at for each in finding.reasons] == sorted(each.at for each in finding.reasons)
    assert all(each.seen and each.expected and each.points > 0 for each in finding.reasons)
    assert sum(sorted((each.points for each in finding.reasons), reverse=True)[:3]) >= TOLD
    families: dict[str, int] = {}
    with ledger(ATTACK) as opened:
        detect(opened)
        for each in kept(opened, "detect_weighed"):
            if each["told_at"] >= LATE:
                families[each["family"]] = max(families.get(each["family"], 0), each["points"])
    assert finding.points == _sum(families) <= sum(families.values())
    assert finding.summary.endswith(f": {finding.points} points.")
    assert "4,000 rows" in finding.summary
    assert 'network "192.0.2.0/24"' in finding.summary


def test_the_same_export_by_known_means_is_not_certain() -> None:
    """It may be work: nothing but its size speaks for it."""
    detected = found([*work(), *export(LATE, known=True)])
    assert certain(detected) == []
    assert detected.findings == ()


def test_a_short_ledger_is_never_certain() -> None:
    """Three days are too short to know what is normal, and it says so."""
    detected = found([*work(3), *export(START + timedelta(days=2), 4_000)])
    assert detected.learning
    assert detected.learning_until == "2025-06-09T08:00:00.000Z"
    assert {each.confidence for each in detected.findings} <= {"low", "medium"}


def test_accounts_too_new_to_be_compared_are_counted() -> None:
    """A long ledger still says how many accounts it cannot speak for."""
    starter = [each for each in work(21, actor=COLLEAGUE) if each["at"] >= START + timedelta(days=17)]
    assert found(work()).learning_accounts == 0
    detected = found([*work(), *starter])
    assert (detected.learning, detected.learning_accounts) == (False, 1)


def test_first_days_of_a_long_ledger_are_history() -> None:
    """What an account did in the first week is what it does."""
    assert found([*work(), *export(START + timedelta(hours=3), known=True)]).findings == ()
    assert found([*work(), *export(START + SETTLED - timedelta(hours=1))]).findings == ()


def test_a_kind_of_sign_that_many_show_weighs_less() -> None:
    """Where one colleague after the other reads in bulk for the first time, the next who does is no wonder."""
    colleagues = [
        each
        for place, actor in enumerate(OTHERS)
        for each in [
            *work(28, actor=actor),
            *export(START + timedelta(days=8 + 2 * place, hours=1), 800, known=True, key=actor, actor=actor),
        ]
    ]
    late = export(START + timedelta(days=26, hours=2), 800, known=True)
    (alone,) = signs([*work(28), *late], BULK, "bulk-first")
    *_, among = signs([*colleagues, *work(28), *late], BULK, "bulk-first")
    assert alone["actor"] == among["actor"] == AGENT
    assert among["shown"] == len(OTHERS)
    assert among["rate"] > 2 * alone["rate"]
    assert among["points"] < alone["points"]


def test_what_an_account_does_every_week_weighs_nothing() -> None:
    """A new network a week, for months: the account travels, and the next one says nothing."""
    trips = [
        lookup(START + timedelta(weeks=week, hours=1), f"t{week}", ip=f"198.{week + 20}.100.7")
        for week in range(2, 20)
    ]
    places = signs([*work(140), *trips], NEW, "place-unknown")
    assert len(places) == len(trips)
    assert places[0]["points"] > 0
    assert places[-1]["points"] == 0
    assert [each["points"] for each in places] == sorted((each["points"] for each in places), reverse=True)


def test_a_starters_first_days_give_no_finding() -> None:
    """A new colleague has new means, opens more pages than nothing, and is no intruder."""
    starter = [each for each in work(27, actor=COLLEAGUE, ip="198.51.100.9") if each["at"] >= LATE]
    assert found([*work(27), *starter]).findings == ()
    exports = weekly(START + timedelta(days=2, hours=3), 2, 800)
    quiet = [*work(27), *exports, *starter]
    first = export(LATE + timedelta(hours=1), 800, known=True, actor=COLLEAGUE, key="q")
    assert found([*quiet, *({**each, "ip": "198.51.100.9"} for each in first)]).findings == ()
    # But who begins with a read that is larger than anybody's is told.
    large = export(LATE + timedelta(hours=1), 4_000, known=True, actor=COLLEAGUE, key="q")
    (told,) = found([*quiet, *({**each, "ip": "198.51.100.9"} for each in large)]).findings
    assert told.actors == (COLLEAGUE,)


def test_evidence_far_apart_does_not_add_up() -> None:
    """A new client today and a large read by the same login more than a week later are two things."""
    quiet = START + timedelta(days=19, hours=8, minutes=30)
    door = {"session": "s-x", "login": "l-x", "ip": HOST}
    read = {"objects": ["Contact"], "query": "SELECT Id FROM Contact", "matched_rows": 4_000}
    totals: dict[timedelta, int] = {}
    told: dict[timedelta, tuple[str, ...]] = {}
    for apart in (WITHIN - timedelta(minutes=30), WITHIN + timedelta(minutes=20)):
        rows = [
            *work(28),
            row(quiet, "salesforce.elf.Login", "login", **door),
            lookup(quiet, "x", ip=HOST, client="Helper/1.0"),
            row(quiet + apart, "salesforce.elf.API", "query", **read, **door),
        ]
        with ledger(rows) as opened:
            told[apart] = tuple(each.told_at for each in detect(opened).findings)
            heaviest: dict[str, int] = {}
            for each in kept(opened, "detect_weighed"):
                if each["told_at"] >= quiet:
                    heaviest[each["family"]] = max(heaviest.get(each["family"], 0), each["points"])
            totals[apart] = sum(heaviest.values())
    near, far = totals
    assert totals[near] == totals[far] >= TOLD
    assert told[near] == (f"{quiet + near:%Y-%m-%dT%H:%M:%S}.000Z",)
    assert told[far] == ()


def test_a_later_link_does_not_make_an_earlier_time_tell() -> None:
    """Two doors that only a later act ties together were no finding before that act."""
    one = lookup(LATE, "a", ip=HOST, user_agent=None)
    two = export(LATE + timedelta(hours=1), 4_000, known=True, key="b")
    tie = lookup(LATE + timedelta(hours=5), "b", ip=HOST, user_agent=None)
    apart, tied = found([*work(), one, *two]), found([*work(), one, *two, tie])
    assert apart.findings == ()
    assert [each.told_at for each in tied.findings] == ["2025-06-21T13:01:00.000Z"]


def test_sessions_of_a_new_client_on_other_days_are_included() -> None:
    """The look around before the theft belongs to it; the person's own browser does not."""
    door = {"session": "s-p", "login": "l-p", "ip": HOST, "client": "My Ticket Portal"}
    early = LATE - timedelta(days=2)
    probes = [row(early, "salesforce.rtem.ApiEvent", "query", objects=["Contact"], delivered_rows=5, **door)]
    (finding,) = certain(found([*ATTACK, *probes]))
    assert finding.sessions == ("s-p", "s-x")


@pytest.mark.parametrize("seed", range(3))
def test_order_and_pieces_change_nothing(seed: int) -> None:
    """Rows in another order, from other files, give the same findings."""
    rows = [each | {"item": f"file {n % 5}", "row": n} for n, each in enumerate(ATTACK)]
    random.Random(seed).shuffle(rows)
    assert found(rows) == found(ATTACK)


def test_more_files_keep_the_id() -> None:
    """Another person's work, added later, leaves the id as it was."""
    more = work(21, actor=COLLEAGUE)
    assert [each.id for each in found([*ATTACK, *more]).findings] == [
        each.id for each in found(ATTACK).findings
    ]


def test_since_leaves_out_what_ended_before() -> None:
    """A finding counts by its end; a time may carry an offset."""
    end = datetime(2025, 6, 21, 8, 1, 33, tzinfo=UTC)
    assert len(found(ATTACK, end.astimezone(timezone(timedelta(hours=10)))).findings) == 1
    assert found(ATTACK, end + timedelta(milliseconds=1)).findings == ()


def test_an_export_like_the_ones_before_is_no_finding() -> None:
    """Weekly exports by known means, from the first week on."""
    assert found([*work(35), *weekly(START, 5, 4_000)]).findings == ()


def test_a_thousand_events_at_most() -> None:
    """The list is cut, and the summary says so."""
    door = {"session": "s-r", "login": "l-r", "ip": HOST, "client": "Helper", "objects": ["Contact"]}
    rows = [
        row(
            LATE + timedelta(seconds=n),
            "salesforce.elf.RestApi",
            "record",
            record_ids=[f"003{n}"],
            delivered_rows=1,
            **door,
        )
        for n in range(1_200)
    ]
    (finding,) = found([*work(), *rows]).findings
    assert len(finding.events) == 1_000
    assert "1,000 of its 1,200 events are listed" in finding.summary
