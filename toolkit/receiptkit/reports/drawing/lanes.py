"""Places of the states of receipts on a time axis in which idle time is short."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from receiptkit.validation.pictures import Dot, Lane

#: Sizes, in units of the drawing.
_LABELS, _LANE, _DOT, _TOP = 110, 46, 84, 30
#: How many lanes and columns one drawing has at most.
MOST_LANES, _MOST_COLUMNS = 60, 80


class DrawnDot(NamedTuple):
    """A dot, its number by arrival, and its middle; the number of the finding about it, or None."""

    dot: Dot
    number: int
    x: float
    y: float
    finding: int | None


class DrawnLane(NamedTuple):
    """A lane with its dots; the finding about it that belongs to no dot."""

    lane: Lane
    number: int
    y: float
    dots: list[DrawnDot]


class Tick(NamedTuple):
    """A label of the time axis."""

    x: float
    text: str


class Chart(NamedTuple):
    """The lanes of one message, with the time axis; sizes in units of the drawing."""

    width: float
    height: float
    ticks: list[Tick]
    lanes: list[DrawnLane]
    left_out: int


def chart(lanes: Sequence[Lane], finding: Callable[[Dot], int | None], first: int) -> Chart:
    """
    Return the drawing of the lanes of one message.

    Args:
        lanes: the lanes.
        finding: returns the number of the first finding about a dot, or None.
        first: the number of the first receipt.
    """
    shown = lanes[:MOST_LANES]
    columns = _columns(shown)
    drawn = []
    for index, lane in enumerate(shown):
        y = _TOP + _LANE * index + _LANE / 2
        dots = []
        beside: Counter[int] = Counter()
        for number, dot in enumerate(lane.dots, 1):
            if dot.updated in columns:
                x = columns[dot.updated] + _DOT * beside[dot.updated]
                beside[dot.updated] += 1
                dots.append(DrawnDot(dot, number, x, y, finding(dot)))
        drawn.append(DrawnLane(lane, first + index, y, dots))
    width = max((dot.x for each in drawn for dot in each.dots), default=_LABELS) + _DOT
    start = min(columns, default=0)
    ticks = [Tick(x, duration(at - start)) for at, x in sorted(columns.items())]
    height = _TOP + _LANE * len(shown) + 8
    return Chart(width, height, ticks, drawn, len(lanes) - len(shown))


def _columns(lanes: Sequence[Lane]) -> dict[int, float]:
    """Return the place of each date; the distance grows with the logarithm of the time between."""
    most: dict[int, int] = defaultdict(int)
    for lane in lanes:
        for at, count in Counter(dot.updated for dot in lane.dots).items():
            most[at] = max(most[at], count)
    places: dict[int, float] = {}
    x, before = float(_LABELS + _DOT / 2), None
    for at in sorted(most)[:_MOST_COLUMNS]:
        if before is not None:
            x += _DOT * most[before] + 8 * math.log10(at - before)
        places[at] = round(x, 1)
        before = at
    return places


def duration(seconds: int) -> str:
    """Return a time since the first state: `+90 s`, `+5 min`, `+2 h`, `+3 d`."""
    if seconds < 120:
        return f"+{seconds} s"
    for size, unit in ((86_400, "d"), (3600, "h")):
        if seconds >= 2 * size:
            return f"+{seconds / size:.3g} {unit}"
    return f"+{seconds / 60:.3g} min"
