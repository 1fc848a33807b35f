"""Charts as whole-number shapes: people by category, and requests over time.

All coordinates are integers, so that a chart has the same bytes on every machine. The outcome is
told by position, pattern and words beside the colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from floodmark.models import OUTCOMES
from floodmark.report.parts import Figure, Foreign, Line, Part, When

WIDTH = 900
_LEFT = 190
_RIGHT = 64
_SPAN = WIDTH - _LEFT - _RIGHT
_ROW = 34
_BAR = 18
_SLIVER = 2
"""Pixels that a part above zero gets at least."""
_LABEL_ROOM = 70
_TICKS = 4


@dataclass(frozen=True)
class Bar:
    """A rectangle of a class, with a title that says what it stands for, and a label inside it."""

    x: int
    y: int
    width: int
    height: int
    style: str
    title: Line = ()
    label: Figure | None = None

    @property
    def label_x(self) -> int:
        """Where the label stands: the middle of the bar."""
        return self.x + self.width // 2

    @property
    def label_y(self) -> int:
        """The base line of the label."""
        return self.y + self.height - 6


@dataclass(frozen=True)
class Label:
    """Words at a point; `anchor` is `start`, `middle` or `end`."""

    x: int
    y: int
    part: Part
    anchor: str = "start"

    @property
    def style(self) -> str:
        """The class of the label: a time, text from outside, or our words."""
        match self.part:
            case When():
                return "when"
            case Foreign():
                return "said"
            case _:
                return "name"


@dataclass(frozen=True)
class Rule:
    """A vertical line."""

    x: int
    top: int
    bottom: int
    style: str


@dataclass(frozen=True)
class Chart:
    """A drawing with its accessible title and description."""

    id: str
    title: str
    description: str
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    rules: tuple[Rule, ...] = ()
    legend: bool = False
    width: int = WIDTH


def categories(rows: Sequence[tuple[Part, Sequence[Figure]]]) -> Chart:
    """Return one stacked bar per category; each has its five outcomes in the order of OUTCOMES."""
    bars: list[Bar] = []
    labels: list[Label] = []
    for place, (name, figures) in enumerate(rows):
        top = 8 + place * _ROW
        labels.append(Label(_LEFT - 12, top + 14, name, "end"))
        bars.extend(_stack(figures, top))
    return Chart(
        id="people-by-category",
        title="People by category of data and outcome",
        description="One bar per category. Each bar is all people of the snapshot, split by outcome. "
        "The table below holds the same figures.",
        height=16 + len(rows) * _ROW,
        bars=tuple(bars),
        labels=tuple(labels),
        legend=True,
    )


def _stack(figures: Sequence[Figure], top: int) -> list[Bar]:
    """Return the parts of one bar, cut at whole pixels so that they fill it without gap or overlap."""
    total = sum(figure.value for figure in figures)
    bars: list[Bar] = []
    start = summed = 0
    for outcome, figure in zip(OUTCOMES, figures, strict=True):
        summed += figure.value
        if figure.value == 0:
            continue
        end = max(summed * _SPAN // total, start + _SLIVER)
        title = (outcome.replace("_", " ") + ": ", figure)
        label = figure if end - start >= _LABEL_ROOM else None
        bars.append(Bar(_LEFT + start, top, end - start, _BAR + 2, outcome, title, label))
        start = end
    return bars


@dataclass(frozen=True)
class Span:
    """One request in time, on the lane of its kind."""

    lane: str
    first: str
    last: str


def over_time(spans: Sequence[Span], *, contained_at: str | None) -> Chart | None:
    """Return the requests on a time axis, one lane per kind; None when no time is known."""
    times = [_milliseconds(at) for span in spans for at in (span.first, span.last)]
    if not times:
        return None
    ends = [*times, *([_milliseconds(contained_at)] if contained_at else [])]
    start, length = min(ends), max(max(ends) - min(ends), 1)
    lanes = sorted({span.lane for span in spans})
    bottom = 10 + len(lanes) * _ROW

    def place(at: str) -> int:
        return _LEFT + (_milliseconds(at) - start) * _SPAN // length

    marks = sorted({(span.lane, place(span.first), place(span.last)) for span in spans})
    bars = [
        Bar(first, 10 + lanes.index(lane) * _ROW, max(last - first, 3), _BAR, "request")
        for lane, first, last in marks
    ]
    labels = [Label(_LEFT - 12, 24 + row * _ROW, lane, "end") for row, lane in enumerate(lanes)]
    rules, named = _axis(start, length, bottom)
    if contained_at:
        rules.append(Rule(place(contained_at), 4, bottom, "contained"))
        labels.append(Label(place(contained_at) - 6, bottom + 40, "contained", "end"))
    return Chart(
        id="requests-over-time",
        title="Requests of the intrusion over time",
        description="One lane per kind; each mark runs from the first to the last event of a request. "
        "The table of requests holds the same times.",
        height=bottom + (50 if contained_at else 30),
        bars=tuple(bars),
        labels=(*labels, *named),
        rules=tuple(rules),
    )


def _axis(start: int, length: int, bottom: int) -> tuple[list[Rule], list[Label]]:
    """Return evenly spaced ticks with their times."""
    rules: list[Rule] = []
    labels: list[Label] = []
    for tick in range(_TICKS + 1):
        x = _LEFT + tick * _SPAN // _TICKS
        rules.append(Rule(x, 4, bottom + 4, "tick"))
        labels.append(Label(x, bottom + 20, _moment(start + tick * length // _TICKS), "middle"))
    return rules, labels


def _milliseconds(at: str) -> int:
    """Return a UTC time text as milliseconds, in whole numbers."""
    moment = datetime.fromisoformat(at)  # 3.11 reads the Z
    return (moment.toordinal() * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second) * 1000


def _moment(milliseconds: int) -> Part:
    """Return milliseconds as a time to the minute."""
    seconds = milliseconds // 1000
    day = datetime.fromordinal(seconds // 86_400)
    return When(f"{day.date().isoformat()} {seconds % 86_400 // 3600:02d}:{seconds % 3600 // 60:02d}")
