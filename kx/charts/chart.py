"""Charts as plain values. Where their parts lie in a picture is for those who render them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Number = float | None
Range = tuple[float, float]
Form = Literal["line", "dots", "faint", "faint dots", "ring", "bars", "lost"]


AIR = 0.08
"""Share of the range of values that is left free above and below them."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: what is on it, and how.

    Attributes:
        label: what is on it; of a logarithmic one, that it is one.
        unit: of the target, beside errors that are in it.
        logarithmic: whether it is; values of 0 and below are not drawn.
        span: shown; None: that of the points. Of a logarithmic axis, exponents of ten.
        whole: whether its values are whole numbers, such as epochs.
    """

    label: str
    unit: str = ""
    logarithmic: bool = False
    span: Range | None = None
    whole: bool = False

    @property
    def text(self) -> str:
        """The label, with the unit if there is one."""
        return f"{self.label} · {self.unit}" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together.

    Attributes:
        x: horizontal positions, rising for lines.
        y: vertical ones; None makes a gap.
        ink: ``training``, ``validation``, ``plain``, ``c0`` to ``c7`` with ``d1`` to ``d3``.
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
    """What lies between two curves; None makes a gap in both."""

    label: str
    x: Sequence[float]
    low: Sequence[Number]
    high: Sequence[Number]
    ink: str = "validation"


@dataclass(frozen=True, slots=True)
class VerticalLine:
    """A vertical line.

    Attributes:
        text: said at it; empty: it is thin.
        label: in the legend; may be empty.
    """

    at: float
    text: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """A greyed range of the horizontal axis."""

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture with two axes shows.

    Attributes:
        whiskers: vertical intervals: position, low and high end.
        diagonal: whether the line of equal x and y is drawn.
        note: said below, such as how many points are left out.
    """

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    bands: Sequence[Band] = ()
    whiskers: Sequence[tuple[float, float, float]] = ()
    marks: Sequence[VerticalLine] = ()
    zones: Sequence[Zone] = ()
    diagonal: bool = False
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


def padded(low: float, high: float, share: float = 0.06) -> Range:
    """Return ``low`` to ``high`` with a ``share`` of that added at both ends; wide enough."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # else ticks would fall together
        return low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    return low - share * (high - low), high + share * (high - low)


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
