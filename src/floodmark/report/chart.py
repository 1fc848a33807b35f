"""Charts as whole-number shapes: people reached, people by category, requests over time.

Each chart is laid out twice, for a wide and for a narrow screen. All coordinates are integers, so that
a chart has the same bytes on every machine. The outcome is told by position, pattern and words beside
the colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from floodmark.models import Outcome
from floodmark.report.parts import Figure, Foreign, Line, Part, When

ORDER: tuple[Outcome, ...] = ("taken", "possibly_taken", "cannot_tell", "not_taken", "not_held")
"""The outcomes as a bar stacks them: from what left to what was never there."""
_BAR = 20
_SLIVER = 2
"""Pixels that a part above zero gets at least."""
_LABEL_ROOM = 70
_CHARACTER = 7
"""Pixels of one character of a label."""
_ABOVE = 18
"""Pixels that a name above its bar needs."""


@dataclass(frozen=True)
class Layout:
    """How one chart uses its room; `above`: names stand above the bars, not left of them."""

    name: Literal["wide", "narrow"]
    width: int
    left: int
    right: int
    row: int
    ticks: int
    above: bool

    @property
    def span(self) -> int:
        """Pixels that the longest bar has."""
        return self.width - self.left - self.right

    def top(self, row: int) -> int:
        """Where the bar of a row begins."""
        return 8 + row * self.row + (_ABOVE if self.above else 0)

    def label(self, row: int, part: Part) -> Label:
        """Return the name of a row, cut to its room."""
        if self.above:
            return Label(self.left, self.top(row) - 6, part, room=44)
        return Label(self.left - 12, self.top(row) + 14, part, "end")


LAYOUTS = (
    Layout("wide", 900, 190, 64, 34, 4, above=False),
    Layout("narrow", 400, 2, 2, 52, 2, above=True),
)


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
    """Words at a point, cut to `room` characters; `anchor` is `start`, `middle` or `end`."""

    x: int
    y: int
    part: Part
    anchor: str = "start"
    room: int = 26

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
    """A drawing with its accessible title and description; `legend` is style and words of each pattern."""

    name: str
    layout: Layout
    title: str
    description: str
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    rules: tuple[Rule, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The id of the drawing on its page."""
        return f"{self.name}-{self.layout.name}"

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.layout.width


@dataclass(frozen=True)
class Piece:
    """One part of a stacked bar: its class, the words of its title, its number."""

    style: str
    words: str
    figure: Figure


def people(parts: Sequence[Piece]) -> tuple[Chart, ...]:
    """Return one bar for all people on file: surely, possibly, and not reached."""
    legend = tuple((each.style, each.words) for each in parts)
    return tuple(
        Chart(
            name="people-reached",
            layout=layout,
            title="People reached, of all people on file",
            description="; ".join(f"{each.words}: {each.figure.text}" for each in parts) + ".",
            height=_BAR + 18,
            bars=tuple(_stack(parts, 8, layout, left=2, span=layout.width - 4)),
            labels=(),
            legend=legend,
        )
        for layout in LAYOUTS
    )


def categories(rows: Sequence[tuple[Part, Sequence[Piece]]]) -> tuple[Chart, ...]:
    """Return one stacked bar per category; each has its five outcomes in the order of ORDER."""
    return tuple(
        Chart(
            name="people-by-category",
            layout=layout,
            title="People by category of data and outcome",
            description="One bar per category. Each bar is all people of the snapshot, split by outcome. "
            "The table below holds the same figures.",
            height=16 + len(rows) * layout.row,
            bars=tuple(
                bar for row, (_, parts) in enumerate(rows) for bar in _stack(parts, layout.top(row), layout)
            ),
            labels=tuple(layout.label(row, name) for row, (name, _) in enumerate(rows)),
            legend=tuple((outcome, outcome.replace("_", " ")) for outcome in ORDER),
        )
        for layout in LAYOUTS
    )


def _stack(
    parts: Sequence[Piece], top: int, layout: Layout, *, left: int | None = None, span: int | None = None
) -> list[Bar]:
    """Return the parts of one bar; they fill it without gap or overlap, and none above zero is unseen."""
    left = layout.left if left is None else left
    span = layout.span if span is None else span
    bars: list[Bar] = []
    start = 0
    shown = [part for part in parts if part.figure.value]
    for part, width in zip(shown, _widths([part.figure.value for part in shown], span), strict=True):
        label = part.figure if width >= max(_LABEL_ROOM, len(part.figure.text) * _CHARACTER) else None
        title = (f"{part.words}: ", part.figure)
        bars.append(Bar(left + start, top, width, _BAR, part.style, title, label))
        start += width
    return bars


def _widths(values: Sequence[int], span: int) -> list[int]:
    """Return whole pixels for values above zero: a sliver at least each, all of them together `span`."""
    if not values:
        return []
    widths = [max(value * span // sum(values), _SLIVER) for value in values]
    largest = max(range(len(values)), key=lambda place: (widths[place], -place))
    widths[largest] += span - sum(widths)
    return widths


@dataclass(frozen=True)
class Span:
    """One request in time, on the lane of its kind."""

    lane: str
    first: str
    last: str


def over_time(spans: Sequence[Span], *, contained_at: str | None) -> tuple[Chart, ...]:
    """Return the requests on a time axis, one lane per kind; nothing when no time is known."""
    return tuple(_over_time(spans, contained_at, layout) for layout in LAYOUTS) if spans else ()


@dataclass(frozen=True)
class _Axis:
    """A time axis: its first moment, its length, both in milliseconds, and where it is drawn."""

    start: int
    length: int
    layout: Layout

    def x(self, at: str) -> int:
        """Return where a time stands."""
        return self.layout.left + (_milliseconds(at) - self.start) * self.layout.span // self.length


def _over_time(spans: Sequence[Span], contained_at: str | None, layout: Layout) -> Chart:
    """Return the requests on a time axis in one layout."""
    times = [_milliseconds(at) for span in spans for at in (span.first, span.last)]
    ends = [*times, *([_milliseconds(contained_at)] if contained_at else [])]
    axis = _Axis(min(ends), max(max(ends) - min(ends), 1), layout)
    lanes = sorted({span.lane for span in spans})
    bottom = 10 + len(lanes) * layout.row
    marks = sorted({(span.lane, axis.x(span.first), axis.x(span.last)) for span in spans})
    bars = [
        Bar(first, layout.top(lanes.index(lane)), max(last - first, 3), _BAR, "request")
        for lane, first, last in marks
    ]
    labels = [layout.label(row, lane) for row, lane in enumerate(lanes)]
    rules, named = _ticks(axis, bottom)
    if contained_at:
        rules.append(Rule(axis.x(contained_at), 4, bottom, "contained"))
        labels.append(Label(axis.x(contained_at) - 6, bottom + 40, "contained", "end"))
    return Chart(
        name="requests-over-time",
        layout=layout,
        title="Requests of the intrusion over time",
        description="One lane per kind; each mark runs from the first to the last event of a request. "
        "The table of requests holds the same times.",
        height=bottom + (50 if contained_at else 30),
        bars=tuple(bars),
        labels=(*labels, *named),
        rules=tuple(rules),
    )


def _ticks(axis: _Axis, bottom: int) -> tuple[list[Rule], list[Label]]:
    """Return evenly spaced ticks with their times; the outer ones of a narrow chart lean inwards."""
    rules: list[Rule] = []
    labels: list[Label] = []
    layout = axis.layout
    for tick in range(layout.ticks + 1):
        x = layout.left + tick * layout.span // layout.ticks
        outer = {0: "start", layout.ticks: "end"}.get(tick, "middle") if layout.above else "middle"
        rules.append(Rule(x, 4, bottom + 4, "tick"))
        labels.append(Label(x, bottom + 20, _moment(axis.start + tick * axis.length // layout.ticks), outer))
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
