"""Axes: which round numbers stand on them, and where values lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kx.charts.chart import Range


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis, and the number at it."""

    at: float
    text: str


class Scale:
    """Brings values of one range to positions in another."""

    def __init__(self, values: Range, places: Range) -> None:
        self.values, self.places = values, places

    def __call__(self, value: float) -> float:
        """Return the place of ``value``, to a tenth of a unit."""
        (a, b), (p, q) = self.values, self.places
        return round(p + (value - a) / (b - a) * (q - p), 1)

    def arrow(self, value: float) -> tuple[float, str]:
        """Return the end of the scale beyond which ``value`` lies, and an arrow to it."""
        start, end = self.places
        return (start, "◂") if value < self.values[0] else (end, "▸")

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies on the scale."""
        return self.values[0] <= value <= self.values[1]


def ticks(span: Range, count: int, *, whole: bool = False) -> list[tuple[float, str]]:
    """Return up to ``count`` round numbers in ``span``, each with how it is written."""
    step = _step((span[1] - span[0]) / count)
    step = max(1.0, math.ceil(step)) if whole else step
    first, last = math.ceil(span[0] / step - 1e-9), math.floor(span[1] / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [(at * step, _written(at * step, digits)) for at in range(first, last + 1)]


def powers(span: Range, count: int) -> list[tuple[float, str]]:
    """Return up to about ``count`` whole exponents of ten in ``span``, each as its power."""
    return [(at, _power(round(at))) for at, _ in ticks(span, count, whole=True)]


def _power(exponent: int) -> str:
    """Return 10 to the ``exponent``, which may be larger than any float."""
    if -6 < exponent < 6:
        return _written(10.0**exponent, max(0, -exponent))
    return f"1e{exponent:+03d}"


def _step(rough: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))


def _written(value: float, digits: int) -> str:
    if abs(value) >= 1e6 or digits > 5:
        return f"{value:.3g}"
    return f"{value + 0.0:,.{digits}f}" if value else "0"
