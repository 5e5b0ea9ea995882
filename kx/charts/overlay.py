"""Curves of several runs in one chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kx.base.curves import WIDE_APART, Points, needs_logarithm
from kx.charts.chart import AIR, Axis, Chart, Range, Series, padded
from kx.charts.inks import run_ink
from kx.wording.words import Words

FAR = 2
"""So many times the range of most values a single one may lie away before it is left out."""

MOST = 0.98
"""Share of the values that is most of them."""

FIRST = 0.1
"""Share of the epochs, at the start, that does not decide what is shown: values may be huge."""

FRAME: Mapping[str, float] = {
    "wide": WIDE_APART, "far": FAR, "most": MOST, "first": FIRST, "air": AIR
}  # fmt: skip
"""What decides which values are shown, for the script that draws other runs on a page."""


@dataclass(frozen=True, slots=True)
class RunCurve:
    """One curve of a run.

    Attributes:
        x: epochs, counted from 1; some may be left out.
        best_epoch: is ringed, if it is among them.
        at: place among the runs, which decides the ink.
    """

    label: str
    x: Sequence[int]
    y: Points
    best_epoch: int | None = None
    at: int = 0

    @classmethod
    def whole(cls, label: str, y: Points, best: int | None, at: int, words: Words) -> RunCurve:
        """Return a curve with all its epochs, which says in its label which is the best."""
        known = best is not None and 1 <= best <= len(y)
        named = words("overlay.best", label=label, epoch=best) if known else label
        return cls(named, range(1, len(y) + 1), y, best, at)


def overlay(
    metric: str, curves: Sequence[RunCurve], words: Words, *, skipped: int = 0, kind: str = ""
) -> Chart:
    """Return one metric of several runs, each with a ring at its best epoch.

    Args:
        metric: as histories have it, such as ``val_loss``.
        curves: of the runs.
        words: of the language.
        skipped: epochs at the start that were not judged.
        kind: of data or losses, for the title.
    """
    name = words.curve(metric)
    span, log = _framed(metric, curves, skipped)
    return Chart(
        title=f"{name} · {kind}" if kind else name,
        x=Axis(words("curve.epoch"), whole=True),
        y=Axis(words("curve.logarithmic", name=name) if log else name, "", log, span),
        series=[series for curve in curves for series in _series(curve)],
    )


def _series(curve: RunCurve) -> Iterator[Series]:
    ink = run_ink(curve.at)
    yield Series(curve.label, curve.x, curve.y, ink)
    best = curve.best_epoch
    if best is not None and best in curve.x:
        yield Series("", [best], [curve.y[curve.x.index(best)]], ink, "ring")


def _framed(metric: str, curves: Sequence[RunCurve], skipped: int) -> tuple[Range | None, bool]:
    """Return the range of most values, and whether it is one of exponents of ten.

    The first values may be huge, and so single ones: a curve that leaves the picture for an epoch
    is seen to do so.
    """
    shown = sorted(value for curve in curves for value in _behind(curve, skipped))
    if not shown:
        return None, False
    low, high = shown[0], shown[int(MOST * (len(shown) - 1))]
    if shown[-1] - low <= FAR * (high - low):
        high = shown[-1]
    if needs_logarithm(metric, (low, high), WIDE_APART):
        return (math.log10(low / 1.2), math.log10(high * 1.2)), True
    return padded(low, high, AIR), False


def _behind(curve: RunCurve, skipped: int) -> Iterator[float]:
    """Yield the values behind those that do not decide what is shown."""
    first = max(skipped, int(FIRST * max(curve.x, default=0)))
    return (
        y
        for x, y in zip(curve.x, curve.y, strict=True)
        if x > first and y is not None and math.isfinite(y)
    )
