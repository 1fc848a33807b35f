"""Which logs speak for which hours, and where they do not.

Coverage is stated (a listing of the platform's log files, or `--covers` when files are added) or
inferred from the rows themselves. A hole in it is a gap. Three kinds of gap are told apart:

listed     the platform lists a file that is not among the evidence, or has another length
damaged    a file could not be read to its end, and no intact file holds the same rows
inferred   an event log file is silent for an hour in which other logs speak and in which it should
           have spoken: busy right before and after, or another log tells of calls of a kind that
           nearly always stand in both

A log type without a file is no gap by itself: the platform writes none when nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from floodmark.engine import statement
from floodmark.ledger import Ledger
from floodmark.ledger.manifest import ItemFacts
from floodmark.models import Gap, stamp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENT_LOG_FILES = "salesforce.elf."
# A Poisson count of 0 where 8 are expected has a probability of 0.03 %: such an hour is a hole.
BUSY_ROWS = 8
# Two logs tell of the same kind of call when this share of it stands in both, of so many calls or more.
WITNESS_SHARE = 0.95
WITNESS_CALLS = 20
UNKNOWN_LOG = "unknown"


@dataclass(frozen=True, order=True)
class Hole:
    """Hours `begin` (included) to `end` (excluded) of which `log` says nothing; None: not known which."""

    log: str
    begin: datetime | None
    end: datetime | None
    reason: str

    def touches(self, begin: datetime, end: datetime) -> bool:
        """Say whether the hole shares a moment with the closed window from `begin` to `end`."""
        return (self.begin is None or self.begin <= end) and (self.end is None or self.end > begin)


@dataclass(frozen=True)
class Listed:
    """One entry of the platform's listing of its log files."""

    id: str
    log: str
    daily: bool
    begin: datetime
    sequence: int | None
    size: int | None
    created: datetime | None

    @property
    def end(self) -> datetime:
        """End of the hours that the file speaks for."""
        return self.begin + (DAY if self.daily else HOUR)


def gaps_of(holes: Iterable[Hole]) -> tuple[Gap, ...]:
    """Return holes as they are printed, in their order."""
    return tuple(
        Gap(log=hole.log, from_=stamp(hole.begin), to=stamp(hole.end), reason=hole.reason) for hole in holes
    )


class CoverageMap:
    """What the committed files speak for."""

    def __init__(self, ledger: Ledger, reads: Callable[[str], bool]) -> None:
        """Read listing, statements and hours of `ledger`; `reads(log)` says which logs record reads."""
        self.ledger = ledger
        self.reads = reads
        self.listing = _listing(ledger)
        self.logs = sorted({log for item in ledger.items.values() for log in item.logs} - {UNKNOWN_LOG})
        self._holes: list[Hole] | None = None

    def holes(self) -> list[Hole]:
        """Return all gaps, sorted, neighbouring hours of one log and reason joined; found once."""
        if self._holes is None:
            self._holes = _joined([*self._listed_holes(), *self._damaged_holes(), *self._inferred_holes()])
        return list(self._holes)

    def obstacles(self, begin: datetime, end: datetime) -> list[Hole]:
        """Return the gaps that can hide a read between `begin` and `end`."""
        return [
            hole
            for hole in self.holes()
            if hole.touches(begin, end) and (hole.log == UNKNOWN_LOG or self.reads(hole.log))
        ]

    def stated(self, begin: datetime, end: datetime) -> bool:
        """Say whether every log that records reads is stated to cover `begin` to `end`."""
        logs = [log for log in self.logs if self.reads(log)]
        return bool(logs) and all(self.states(log, begin, end) for log in logs)

    def states(self, log: str, begin: datetime, end: datetime) -> bool:
        """Say whether it is stated that the files of `log` speak for all of `begin` to `end`."""
        spans = [
            (
                datetime.fromisoformat(one).replace(tzinfo=None),
                datetime.fromisoformat(other).replace(tzinfo=None),
            )
            for item in self.ledger.items.values()
            if log in item.logs
            for one, other in item.covers
        ]
        if self.listing and log.startswith(EVENT_LOG_FILES):
            spans.append((min(each.begin for each in self.listing), max(each.end for each in self.listing)))
        reached = begin
        for one, other in sorted(spans):
            if one <= reached:
                reached = max(reached, other)
        return bool(spans) and min(one for one, _ in spans) <= begin and reached >= end

    # --- listed ------------------------------------------------------------------------------

    def _listed_holes(self) -> Iterable[Hole]:
        present = {each.id for each in self.listing if self._at_hand(each)}
        full_days = {
            (each.log, each.begin.date()) for each in self.listing if each.daily and each.id in present
        }
        for each in self.listing:
            if each.id not in present and (each.log, each.begin.date()) not in full_days:
                yield Hole(each.log, each.begin, each.end, self._why_absent(each))
        yield from self._skipped_numbers(full_days)

    def _at_hand(self, listed: Listed) -> bool:
        """Say whether an intact file of this log, length and time is among the evidence."""
        return any(
            item.damage is None
            and listed.log in item.logs
            and (listed.size is None or item.plain_bytes == listed.size)
            and _inside(item, listed)
            for item in self.ledger.items.values()
        )

    def _why_absent(self, listed: Listed) -> str:
        named = [item for item in self.ledger.items.values() if any(listed.id in name for name in item.names)]
        if named and listed.id:
            return (
                f"listed with {listed.size} bytes, the file at hand has {named[0].plain_bytes} or is damaged"
            )
        return "listed by the platform, not among the evidence"

    def _skipped_numbers(self, full_days: Container[tuple[str, date]]) -> Iterable[Hole]:
        hours: dict[tuple[str, datetime], set[int]] = {}
        for each in self.listing:
            if not each.daily and each.sequence:
                hours.setdefault((each.log, each.begin), set()).add(each.sequence)
        for (log, begin), numbers in sorted(hours.items()):
            if len(numbers) < max(numbers) and (log, begin.date()) not in full_days:
                yield Hole(log, begin, begin + HOUR, "the sequence numbers of this hour's files skip one")

    # --- damaged -----------------------------------------------------------------------------

    def _damaged_holes(self) -> Iterable[Hole]:
        for item in self.ledger.items.values():
            if item.damage is None or _is_stranger(item) or self._held_elsewhere(item):
                continue
            for log in item.logs or (UNKNOWN_LOG,):
                begin, end = _hours_of(item, log)
                if begin is None or end is None or not self._restated(log, begin, end):
                    yield Hole(log, begin, end, f"a file of it is damaged: {item.damage}")

    def _restated(self, log: str, begin: datetime, end: datetime) -> bool:
        """Say whether the listing has files for these hours and all of them are at hand."""
        listed = [each for each in self.listing if each.log == log and each.begin < end and each.end > begin]
        return bool(listed) and all(self._at_hand(each) for each in listed)

    def _held_elsewhere(self, item: ItemFacts) -> bool:
        """Say whether one intact item holds every row that could be read of this damaged one."""
        legible = item.rows - item.quarantined
        if not legible:
            return False
        found = self.ledger.engine.rows(
            """SELECT other.item, count(DISTINCT (mine.key, mine.nth)) FROM numbered mine
               JOIN numbered other ON other.log = mine.log AND other.key = mine.key AND other.nth = mine.nth
               WHERE mine.item = $1 AND other.item <> $1 GROUP BY other.item ORDER BY other.item""",
            [item.sha256],
        )
        return any(
            shared >= legible
            and self.ledger.items[other].damage is None
            and self.ledger.items[other].rows > legible
            for other, shared in found
        )

    # --- inferred ----------------------------------------------------------------------------

    def _inferred_holes(self) -> Iterable[Hole]:
        if not any(self._unstated_logs()):
            return
        silent = _statement("silent_hour.sql"), {"busy": BUSY_ROWS, "family": EVENT_LOG_FILES}
        for log, hour in self.ledger.engine.rows(*silent):
            yield from self._unless_stated(
                log, hour, "no row in an hour in which other logs have rows, busy before and after"
            )
        witnessed = (
            _statement("witnessed_hour.sql"),
            {
                "family": EVENT_LOG_FILES,
                "share": WITNESS_SHARE,
                "calls": WITNESS_CALLS,
            },
        )
        for log, hour, witness in self.ledger.engine.rows(*witnessed):
            yield from self._unless_stated(log, hour, f"no row in an hour of whose calls {witness} tells")

    def _unstated_logs(self) -> Iterable[str]:
        """Yield the event log files that record reads and whose days are not all stated, first to last."""
        for log in self.logs:
            times = [
                (part.from_, part.to)
                for item in self.ledger.items.values()
                for part in item.parts
                if part.log == log and part.from_ and part.to
            ]
            if not (times and log.startswith(EVENT_LOG_FILES) and self.reads(log)):
                continue
            first = _midnight(min(begin for begin, _ in times))
            last = _midnight(max(end for _, end in times)) + DAY
            if not self.states(log, first, last):
                yield log

    def _unless_stated(self, log: str, hour: datetime, reason: str) -> Iterable[Hole]:
        """Yield the hour as a hole where it can hide a read and nobody stated that it is covered."""
        if self.reads(log) and not self.states(log, hour, hour + HOUR):
            yield Hole(log, hour, hour + HOUR, reason)


def _midnight(text: str) -> datetime:
    """Return where the UTC day of a stamp begins."""
    found = datetime.fromisoformat(text).replace(tzinfo=None)
    return found.replace(hour=0, minute=0, second=0, microsecond=0)


def _statement(name: str) -> str:
    return statement(Path(__file__).with_name(name))


def _listing(ledger: Ledger) -> list[Listed]:
    """Return the listing's entries, one per file id, the latest statement of each, sorted."""
    found = ledger.engine.rows(
        """SELECT uid, objects[1], execution, "at", chunk, byte_count, received_at FROM part_row
           WHERE operation = 'listing' AND reason IS NULL AND uid IS NOT NULL AND objects[1] IS NOT NULL
           QUALIFY row_number() OVER (PARTITION BY uid ORDER BY received_at DESC NULLS LAST, item, row) = 1
           ORDER BY objects[1], "at", uid"""
    )
    return [
        Listed(
            uid, EVENT_LOG_FILES + kind, (interval or "").casefold() != "hourly", at, sequence, size, created
        )
        for uid, kind, interval, at, sequence, size, created in found
    ]


def _inside(item: ItemFacts, listed: Listed) -> bool:
    """Say whether the item's rows of this log lie in the listed hours."""
    times = [
        (part.from_, part.to) for part in item.parts if part.log == listed.log and part.from_ and part.to
    ]
    begin, end = stamp(listed.begin) or "", stamp(listed.end) or ""
    return not times or all(begin <= first and last < end for first, last in times)


def _is_stranger(item: ItemFacts) -> bool:
    """Say whether the item was read to its end and is simply no log."""
    return item.logs == (UNKNOWN_LOG,) and item.damage is not None and item.damage.startswith("not a log")


def _hours_of(item: ItemFacts, log: str) -> tuple[datetime | None, datetime | None]:
    """Return the hours that a damaged file should have covered: its hour, or its days; none when unknown.

    Rows of an event log file are not in order of time, so the lost rows may lie anywhere in the
    file's interval: one hour when all legible rows share it, else whole UTC days. Other logs have no
    interval: the lost rows may lie anywhere.
    """
    times = [(part.from_, part.to) for part in item.parts if part.log == log and part.from_ and part.to]
    if not times or not log.startswith(EVENT_LOG_FILES):
        return None, None
    first = datetime.fromisoformat(min(begin for begin, _ in times)).replace(tzinfo=None)
    last = datetime.fromisoformat(max(end for _, end in times)).replace(tzinfo=None)
    hour = first.replace(minute=0, second=0, microsecond=0)
    if last < hour + HOUR:
        return hour, hour + HOUR
    return hour.replace(hour=0), last.replace(hour=0, minute=0, second=0, microsecond=0) + DAY


def _joined(holes: Sequence[Hole]) -> list[Hole]:
    """Return the holes sorted, with neighbouring ones of one log and reason made one."""
    known = sorted((each for each in set(holes) if each.begin and each.end), key=_order)
    joined: list[Hole] = []
    for hole in known:
        last = joined[-1] if joined else None
        if last and last.log == hole.log and last.reason == hole.reason and _meets(last, hole):
            joined[-1] = Hole(last.log, last.begin, _later(last.end, hole.end), last.reason)
        else:
            joined.append(hole)
    return sorted([*joined, *(each for each in set(holes) if not (each.begin and each.end))], key=_order)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _meets(last: Hole, hole: Hole) -> bool:
    return last.end is not None and hole.begin is not None and hole.begin <= last.end


def _order(hole: Hole) -> tuple[str, str, str, str]:
    return hole.log, hole.reason, stamp(hole.begin) or "", stamp(hole.end) or ""
