"""Small ledgers drawn at random: some accounts' days, and acts that are unlike them, by old or new means.

What the platform can show is kept: a session has one login and one address, the rows of one request are told at
one time and by one account, and a bulk job or a report run lasts minutes. Most sessions begin with a login; a few
have none, a late one or a second one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from hypothesis import strategies as st

from detectors.sample import START, Row, row

ACTORS = tuple(f"0055j000000utl{letter}AAQ" for letter in "PQRSTUVWXYZ")
ADDRESSES = ("203.0.113.5", "198.51.100.9", "192.0.2.77", None, "203.0.113.6")
CLIENTS = (None, "Telephony/2.9", "Helper/1.0")
AGENTS = ("Mozilla/5.0 Chrome/126.0", "python-requests/2.32", "Salesforce for iOS/12.1")
# The logins of a session, in seconds after its first act; a minute later is an edge.
LOGGED_IN = (-5,)
OTHERWISE = ((), (60,), (61,), (7_200,), (90_000,), (-5, 7_200), (61, 7_200))
Act = Literal[
    "pages",
    "query",
    "counted pages",
    "free pages",
    "job",
    "report",
    "look",
    "guest",
    "failed",
    "loose",
    "walk",
]
ACTS: tuple[Act, ...] = get_args(Act)
# Half as many again as the largest is an edge.
SIZES = (1, 3, 12, 40, 250, 700, 1_050, 5_000)
MOST_ROWS = 60


@dataclass(frozen=True)
class Drawn:
    """One act: whose, when (minutes after the begin), by which means, and how large."""

    actor: int
    minute: int
    act: Act
    size: int
    address: int = 0
    client: int = 0
    agent: int = 0

    @property
    def at(self) -> datetime:
        """The time of its first row."""
        return START + timedelta(minutes=self.minute)

    @property
    def key(self) -> str:
        """What names its session: one a day, address and client."""
        return f"{self.actor}-{self.minute // 1440}-{self.address}-{self.client}-{self.agent}"

    @property
    def means(self) -> Row:
        """The slots that all its events share."""
        means = {
            "actor": ACTORS[self.actor],
            "ip": ADDRESSES[self.address],
            "client": CLIENTS[self.client],
            "user_agent": AGENTS[self.agent],
        }
        if self.act != "loose":
            # Some sessions have no login, all rows of a session alike.
            login = None if self.client == 2 and self.agent else f"l-{self.key}"
            means |= {"session": f"s-{self.key}", "login": login}
        return means

    def rows(self) -> list[Row]:
        """Return its events."""
        return [
            row(self.at + timedelta(seconds=after), log, operation, **self.means, **told)
            for after, log, operation, told in self._told()
        ]

    def _told(self) -> list[tuple[int, str, str, Row]]:  # noqa: PLR0911, PLR0912, C901 - one answer an act
        size, some = self.size, min(self.size, MOST_ROWS)
        contact = {"objects": ["Contact"]}
        text = {"query": f"SELECT Id FROM Contact LIMIT {size}", **contact}
        match self.act:
            case "pages":
                return [
                    (
                        7 * n,
                        "salesforce.elf.LightningPageView",
                        "page_view",
                        {"record_ids": [f"003{self.minute % 97:03}{n:03}"], "delivered_rows": 1, **contact},
                    )
                    for n in range(some)
                ]
            case "query":
                return [
                    (
                        0,
                        log,
                        "query",
                        {"matched_rows": size, "request_key": f"{self.key}/{self.minute}", **text},
                    )
                    for log in ("salesforce.elf.API", "salesforce.rtem.ApiEvent")
                ]
            case "counted pages":
                return [
                    (
                        40 * n,
                        "salesforce.rtem.ApiEvent",
                        "query_more" if n else "query",
                        {"delivered_rows": 1 + size // 3, **text},
                    )
                    for n in range(3)
                ]
            case "free pages":
                return [
                    (40 * n, "salesforce.elf.ApiTotalUsage", "query_more" if n else "query", contact)
                    for n in range(3)
                ]
            case "job":
                job = {"job": f"750{self.key}/{self.minute}", **contact}
                states = [
                    (0, "InProgress", size // 2),
                    (20, "JobComplete", size),
                    *([(90, "Deleted", None)] if size > 200 else []),
                ]
                return [
                    (
                        after,
                        "salesforce.elf.BulkApi2",
                        "bulk_job",
                        {"method": word, "matched_rows": total, **job},
                    )
                    for after, word, total in states
                ]
            case "report":
                run = {"execution": f"{self.key}/{self.minute}", "matched_rows": size, **contact}
                return [(n, "salesforce.rtem.ReportEvent", "report", {"chunk": n, **run}) for n in range(2)]
            case "look":
                return [
                    (
                        n,
                        "salesforce.elf.RestApi",
                        "describe",
                        {"objects": [("Contact", "Case", "Account")[n % 3]]},
                    )
                    for n in range(min(size, 5))
                ]
            case "guest":
                return [(n, "salesforce.elf.AuraRequest", "read_unknown", {}) for n in range(some)]
            case "failed":
                return [
                    (0, "salesforce.elf.API", "query", {"matched_rows": size, "outcome": "failure", **text})
                ]
            case "walk":
                # Each record twice, by falling ids; the larger the slower.
                apart = 20 if size < 100 else 400
                return [
                    (
                        apart * n,
                        "salesforce.elf.RestApi",
                        "record",
                        {
                            "record_ids": [f"003w{self.minute % 97:02}{99 - n // 2}"],
                            "delivered_rows": 1,
                            **contact,
                        },
                    )
                    for n in range(some)
                ]
            case "loose":
                return [(0, "salesforce.elf.ApiTotalUsage", "query", contact)]


def logins(drawn: Sequence[Drawn], otherwise: Mapping[str, tuple[int, ...]]) -> list[Row]:
    """Return the logins of all sessions: one as the first act begins, or as given for the session."""
    first: dict[str, Drawn] = {}
    for each in sorted(drawn, key=lambda each: each.minute):
        if each.act != "loose":
            first.setdefault(each.key, each)
    return [
        row(each.at + timedelta(seconds=after), "salesforce.elf.Login", "login", **each.means)
        for key, each in first.items()
        for after in otherwise.get(key, LOGGED_IN)
    ]


def days(actor: int, first: int, last: int, pages: int, hour: int, *, in_seven: int = 5) -> list[Drawn]:
    """Return the ordinary days of one account, a number of pages each, a few more or less."""
    return [
        Drawn(
            actor,
            1440 * day + 60 * hour + (7 * day + actor) % 50,
            "pages",
            max(1, pages + (day * 5 + actor) % 3 - 1),
        )
        for day in range(first, last)
        if (day + actor) % 7 < in_seven
    ]


_ACTED = st.builds(
    Drawn,
    actor=st.integers(0, 2),
    minute=st.integers(0, 26 * 24 * 12).map(lambda five: 5 * five + five % 3),
    act=st.sampled_from(ACTS),
    size=st.sampled_from(SIZES),
    address=st.integers(0, 4),
    client=st.integers(0, 2),
    agent=st.integers(0, 2),
)
_WORK = st.builds(
    days,
    actor=st.integers(0, 4),
    first=st.integers(0, 9),
    last=st.integers(10, 27),
    pages=st.integers(1, 6),
    hour=st.integers(-2, 21),
)


@st.composite
def _attacks(draw: st.DrawFn) -> list[Drawn]:
    """Return some acts of one account within two days, by means that are mostly the same."""
    actor, address, client, agent = (
        draw(st.integers(0, 2)),
        draw(st.sampled_from((0, 1, 2, 4))),
        draw(st.integers(0, 2)),
        draw(st.integers(0, 1)),
    )
    begin = draw(st.integers(8 * 24, 26 * 24))
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 2 * 1440), st.sampled_from(ACTS), st.sampled_from(SIZES)),
            min_size=1,
            max_size=6,
        )
    )
    return [
        Drawn(actor, 60 * begin + minute, act, size, address, client, agent) for minute, act, size in steps
    ]


@st.composite
def _teams(draw: st.DrawFn) -> list[Drawn]:
    """Return the days of colleagues, and of somebody who has few days and opens more than they do."""
    last, pages = draw(st.integers(6, 14)), draw(st.integers(1, 3))
    size = draw(st.sampled_from((5, 6, 4)))
    drawn = [each for n in range(5, 5 + size) for each in days(n, 0, last, pages, 2, in_seven=7)]
    chosen = draw(st.sets(st.integers(last - 3, last + 5), min_size=1, max_size=4))
    opened = draw(st.sampled_from((12, 40)))
    # Seen before or not; what it did then read no record.
    drawn += [Drawn(3, 1440 * draw(st.integers(0, 12)) + 60 * 6, "loose", 1)]
    return drawn + [Drawn(3, 1440 * day + 60 * 6 + day, "pages", opened) for day in sorted(chosen)]


@st.composite
def ledgers(draw: st.DrawFn, *, attacks: int = 3, acts: int = 6) -> list[Row]:
    """Return the rows of a ledger, by time; no two with one id."""
    # Now and then a team, and sometimes nobody else: a newcomer may be alone at work.
    drawn = draw(_teams()) if draw(st.sampled_from((False, False, True))) else []
    if not drawn or draw(st.booleans()):
        for each in draw(
            st.lists(_WORK, min_size=1, max_size=5, unique_by=lambda days: days[0].actor if days else -1)
        ):
            drawn += each
    for each in draw(st.lists(_attacks(), max_size=attacks)):
        drawn += each
    drawn += draw(st.lists(_ACTED, max_size=acts))
    # Sessions of the latter half are those that have others to be compared with.
    keys = [each.key for each in sorted(drawn, key=lambda each: each.minute)]
    some = st.sampled_from(keys[len(keys) // 2 :] or ["none"])
    otherwise = draw(st.dictionaries(some, st.sampled_from(OTHERWISE), max_size=4))
    rows = [*(each for act in drawn for each in act.rows()), *logins(drawn, otherwise)]
    found = {each["event"]: each for each in rows}
    return sorted(found.values(), key=lambda each: (each["at"], each["event"]))
