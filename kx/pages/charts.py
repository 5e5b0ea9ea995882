"""Charts as plain values. Where their parts lie in a picture is told by ``svg`` and ``dots``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kx.pages.scales import Range

Number = float | None
Form = Literal["line", "dots", "faint", "bars", "lost"]


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together.

    Attributes:
        x: horizontal positions, rising for lines.
        y: vertical ones; None makes a gap.
        ink: a class of the style sheet: ``training``, ``validation``, ``plain``, ``c0`` to ``c7``.
        form: how it is drawn; ``bars`` stand on zero, each as wide as the next is away; ``lost``
            are crosses at the upper edge, where values are not finite, whatever ``y`` is.
    """

    label: str
    x: Sequence[float]
    y: Sequence[Number]
    ink: str = "validation"
    form: Form = "line"


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two curves."""

    label: str
    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    ink: str = "validation"


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture with two axes shows.

    Attributes:
        whiskers: vertical intervals: position, low and high end.
        marks: vertical lines: position and what it says; an empty text is no label.
        x_range: shown; None: that of the points.
        y_range: likewise; of a logarithmic axis, exponents of ten.
        logarithmic: whether the vertical axis is; values of 0 and below are not drawn.
        diagonal: whether the line of equal x and y is drawn.
        whole: whether x are whole numbers, such as epochs.
        note: said below, such as how many points are left out.
    """

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    bands: Sequence[Band] = ()
    whiskers: Sequence[tuple[float, float, float]] = ()
    marks: Sequence[tuple[float, str]] = ()
    x_range: Range | None = None
    y_range: Range | None = None
    logarithmic: bool = False
    diagonal: bool = False
    whole: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class DotRow:
    """A line of a dot plot: a value, perhaps with an interval, or several values.

    Attributes:
        shown: the value in words.
    """

    label: str
    values: Sequence[float]
    low: Number = None
    high: Number = None
    ink: str = "validation"
    shown: str = ""


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Values side by side on one scale.

    Attributes:
        focus: what the scale must reach; empty: all values. Those beyond it are told by arrows.
    """

    x_label: str
    rows: Sequence[DotRow]
    focus: Sequence[float] = ()


def thinned(count: int, most: int) -> list[int]:
    """Return up to ``most`` of the positions 0 to ``count`` - 1, evenly, with first and last."""
    if count <= most:
        return list(range(count))
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def rounded(value: Number, digits: int = 4) -> Number:
    """Return ``value`` with so many significant digits; None for what is no finite number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")
