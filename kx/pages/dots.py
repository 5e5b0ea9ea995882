"""Where everything of a dot plot lies in an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from kx.charts.chart import DotPlot, DotRow, Number, padded
from kx.pages.scales import Scale, Tick, ticks

ROW, WIDTH, LEFT, RIGHT = 28, 460, 132, 108
"""Height of a row, width of the picture, and the least room in it for names and for numbers."""

GAP, DIGIT = 24, 7.6
"""Around a number or a name, and how wide each of its characters is."""

NAME = 21
"""Characters of a name that have room; a Chinese one takes that of two."""


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row of a dot plot, with its positions.

    Attributes:
        name: as much of the label as has room.
        beyond: position and form of the arrow at an end of the scale beyond which the value lies.
    """

    row: DotRow
    name: str
    y: float
    dots: Sequence[float]
    low: Number
    high: Number
    beyond: tuple[float, str] | None


@dataclass(frozen=True, slots=True)
class DotDrawing:
    """A dot plot with every position worked out."""

    plot: DotPlot
    width: int
    height: int
    left: float
    right: float
    bottom: float
    ticks: Sequence[Tick]
    rows: Sequence[PlacedRow]


def placed(plot: DotPlot) -> DotDrawing | None:
    """Return where everything of a dot plot lies; None if it has no value."""
    ends = [end for row in plot.rows for end in (*row.values, row.low, row.high)]
    known = [end for end in plot.focus or ends if end is not None and math.isfinite(end)]
    if not known:
        return None
    span = padded(min(known), max(known), 0.2 if plot.focus else 0.06)
    room = max(RIGHT, GAP + DIGIT * max(len(row.shown) for row in plot.rows))
    names = [fitting(row.label, NAME) for row in plot.rows]
    left = max(LEFT, GAP + DIGIT * max(map(cells, names)))
    right, bottom = WIDTH - room, 10 + ROW * len(plot.rows)
    x = Scale(span, (left, right))
    return DotDrawing(
        plot=plot,
        width=WIDTH,
        height=bottom + 22,
        left=left,
        right=right,
        bottom=bottom,
        ticks=[Tick(x(value), text) for value, text in ticks(span, 5)],
        rows=[
            _placed_row(row, name, 10 + ROW * (at + 0.5), x)
            for at, (row, name) in enumerate(zip(plot.rows, names, strict=True))
        ],
    )


def cells(text: str) -> int:
    """Return how many characters of this script have the room of a text."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def fitting(text: str, room: int) -> str:
    """Return a text, cut at its end where it has more than so many cells."""
    if cells(text) <= room:
        return text
    while cells(text) >= room:
        text = text[:-1]
    return f"{text}…"


def _placed_row(row: DotRow, name: str, y: float, x: Scale) -> PlacedRow:
    known = [value for value in row.values if math.isfinite(value)]
    dots = [x(value) for value in known if x.holds(value)]
    low, high = (None if end is None else x(end) for end in (row.low, row.high))
    beyond = x.arrow(known[0]) if known and not dots else None
    return PlacedRow(row, name, y, dots, low, high, beyond)
