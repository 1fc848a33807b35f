"""Counts of people for the public: rounded, small ones not shown, none found again by subtraction.

What is shown is a whole number that stands for at least three counts, apart from 0, which is shown as it
is. 5, 55, 555, ... stand for "fewer than 10, 100, 1,000, ..."; rounding gives no such number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Key = tuple[str | int, ...]
How = Literal["nearest", "lower", "upper"]
Interval = tuple[int, int]

SMALL = 10
"""Counts below it, apart from 0, are not shown."""
_SAFE = 3
"""A small count is safe while what is shown leaves at least so many values open."""
_FEW = 5
_TWO_DIGITS = 100
_MILLION, _BILLION = 1_000_000, 1_000_000_000
_ROUNDS = 12


def nearest(count: int) -> int:
    """Return a count to the nearest ten below 100, else to two significant digits; 5 for 1 to 9.

    >>> [nearest(each) for each in (0, 7, 14, 96, 1049, 5_690_000)]
    [0, 5, 10, 100, 1000, 5700000]
    """
    if count < SMALL:
        return _FEW if count else 0
    step = _step(count)
    return max((count + step // 2) // step * step, SMALL)


def lower(count: int) -> int:
    """Return the number that a count is at least: rounded down; 1 for 1 to 9."""
    if count < SMALL:
        return 1 if count else 0
    return count // _step(count) * _step(count)


def upper(count: int) -> int:
    """Return the number that a count is at most: rounded up; 10 for 1 to 10."""
    if count <= SMALL:
        return SMALL if count else 0
    return -(-count // _step(count)) * _step(count)


def hidden(count: int) -> int:
    """Return what stands for "fewer than" the next power of ten above a count.

    >>> hidden(7), hidden(42), hidden(1234)
    (5, 55, 5555)
    """
    return int("5" * len(str(count)))


def _step(count: int) -> int:
    """Return the distance between neighbouring rounded numbers: 10 below 1,000, then 100, and so on."""
    return 10 if count < _TWO_DIGITS else int(10 ** (len(str(count)) - 2))


def is_hidden(shown: int) -> bool:
    """Whether a shown number stands for "fewer than"."""
    return shown > 0 and set(str(shown)) == {"5"}


def reach(shown: int, how: How = "nearest") -> Interval:
    """Return the smallest and the largest count that a shown number can stand for.

    >>> reach(10), reach(100), reach(5), reach(1, "lower"), reach(100, "upper")
    ((10, 14), (95, 104), (1, 9), (1, 9), (91, 100))
    """
    if shown == 0:
        return 0, 0
    if is_hidden(shown):
        return 1, int(10 ** len(str(shown)) - 1)
    if how == "lower":
        return (1, SMALL - 1) if shown == 1 else (shown, shown + _step(shown) - 1)
    if how == "upper":
        return (1, SMALL) if shown == SMALL else (shown - _step(shown - 1) + 1, shown)
    below = max(shown - _step(shown - 1) // 2, SMALL)
    return below, shown + _step(shown) // 2 - 1


def said(shown: int, *, is_end: bool = False) -> str:
    """Return a shown number in words; `is_end`: it is an end of a bound, so not "about" anything.

    >>> said(5_700_000), said(5), said(55), said(5_800_000, is_end=True), said(0)
    ('about 5.7 million', 'fewer than 10', 'fewer than 100', '5.8 million', '0')
    """
    if is_hidden(shown):
        return f"fewer than {10 ** len(str(shown)):,}"
    number = _number(shown)
    return number if is_end or shown == 0 else f"about {number}"


def _number(shown: int) -> str:
    """Return a rounded number with its large unit as a word; exact, since it has two digits only."""
    for unit, word in ((_BILLION, "billion"), (_MILLION, "million")):
        if shown >= unit:
            whole, rest = divmod(shown * 10 // unit, 10)
            return f"{whole:,}.{rest} {word}" if rest else f"{whole:,} {word}"
    return f"{shown:,}"


@dataclass(frozen=True)
class _Sum:
    """A count that is the sum of others; `spare`: what at most is missing among them."""

    total: Key
    parts: tuple[Key, ...]
    spare: int = 0


@dataclass
class Counts:
    """The counts of one report, how each is rounded, and which are sums of which."""

    exact: dict[Key, int] = field(default_factory=dict[Key, int])
    how: dict[Key, How] = field(default_factory=dict[Key, How])
    _same: dict[Key, Key] = field(default_factory=dict[Key, Key])
    _sums: list[_Sum] = field(default_factory=list[_Sum])

    def add(self, key: Key, count: int, how: How = "nearest") -> None:
        """Add one count."""
        self.exact[key], self.how[key] = count, how

    def bound(self, key: Key, at_least: int, at_most: int) -> None:
        """Add both ends of a bound: rounded outwards, or to the nearest where they meet."""
        low, high = (*key, "at_least"), (*key, "at_most")
        if at_least == at_most:
            self.add(low, at_least)
            self._same[high] = low
        else:
            self.add(low, at_least, "lower")
            self.add(high, at_most, "upper")

    def adds_up(self, total: Key, parts: Sequence[Key], spare: int = 0) -> None:
        """State that a count is the sum of others, `spare` at most missing; left out where it is not so."""
        one, all_ = self._same.get(total, total), tuple(self._same.get(each, each) for each in parts)
        missing = self.exact[one] - sum(self.exact[each] for each in all_)
        if 0 <= missing <= spare:
            self._sums.append(_Sum(one, all_, spare))

    def shown(self) -> dict[Key, int]:
        """Return what is shown for each count; no small one is left with fewer than three values open."""
        made = {key: _rounded(count, self.how[key]) for key, count in self.exact.items()}
        while (weak := self._weak(made)) is not None:
            made[weak] = hidden(self.exact[weak])
        return made | {key: made[one] for key, one in self._same.items()}

    def _weak(self, made: Mapping[Key, int]) -> Key | None:
        """Return the smallest count that must be hidden too, so that a small one beside it stays hidden."""
        open_ = self._open(made)
        for key in self.exact:
            low, high = open_[key]
            if 0 < self.exact[key] < SMALL and high - low + 1 < _SAFE:
                beside = {
                    each
                    for one in self._sums
                    for each in (one.total, *one.parts)
                    if key in (one.total, *one.parts)
                }
                able = [each for each in beside if self._can_hide(each, made)]
                if able:
                    return min(able, key=lambda each: (self.exact[each], str(each)))
        return None

    def _can_hide(self, key: Key, made: Mapping[Key, int]) -> bool:
        """Whether a count is shown by a rounded number that can give way."""
        return self.how[key] == "nearest" and self.exact[key] >= SMALL and not is_hidden(made[key])

    def _open(self, made: Mapping[Key, int]) -> dict[Key, Interval]:
        """Return which counts a reader who knows all sums can still hold possible."""
        found = {key: reach(shown, self.how[key]) for key, shown in made.items()}
        for _ in range(_ROUNDS):
            before = dict(found)
            for each in self._sums:
                _narrow(found, each)
            if found == before:
                break
        return found


def _rounded(count: int, how: How) -> int:
    """Return a count as it is shown."""
    return {"nearest": nearest, "lower": lower, "upper": upper}[how](count)


def _narrow(found: dict[Key, Interval], one: _Sum) -> None:
    """Narrow what is possible for a sum and each of its parts by all the others."""
    low, high = sum(found[each][0] for each in one.parts), sum(found[each][1] for each in one.parts)
    first, last = found[one.total]
    first, last = max(first, low), min(last, high + one.spare)
    found[one.total] = first, last
    for each in one.parts:
        least, most = found[each]
        found[each] = max(least, first - one.spare - (high - most)), min(most, last - (low - least))
