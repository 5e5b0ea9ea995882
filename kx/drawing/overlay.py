"""Curves of several runs in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.curves import WIDE_APART, Points, needs_logarithm
from kx.base.text import clean, shortened
from kx.drawing.canvas import (
    CurveStyle,
    head,
    legend,
    make_logarithmic,
    new_figure,
    save,
    styled,
)
from kx.drawing.inks import run_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes


DASHES = ("-", "--", ":", "-.")
"""Of the lines, when the colours come again."""

FAR = 2
"""So many times the range of most values a single one may lie away before it is left out."""


def draw_overlay(
    path: Path, metric: str, curves: Mapping[str, Points], best: Mapping[str, int], look: CurveStyle
) -> None:
    """Draw one metric of several runs, each with a ring at its best epoch.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        metric: for the label of the axis, such as ``val_loss``.
        curves: label of a run -> one value per epoch; None makes a gap.
        best: label of a run -> epoch, counted from 1.
        look: title and marks; epochs that were skipped do not decide what is shown.

    Raises:
        StorageError: if the file cannot be written.
    """
    with styled():
        figure = new_figure(1)
        axes = figure.axes[0]
        for at, (label, points) in enumerate(curves.items()):
            _draw(axes, at, shortened(clean(label), 30), points, best.get(label))
        _frame(axes, list(curves.values()), look, metric)
        axes.set_ylabel(metric.replace("val_", "validation ").replace("_", " "))
        axes.set_xlabel("epoch")
        legend(axes)
        head(figure, look)
        save(figure, path)


def _draw(axes: Axes, at: int, label: str, points: Points, best: int | None) -> None:
    inks = run_colours()
    color, dashes = inks[at % len(inks)], DASHES[at // len(inks) % len(DASHES)]
    values = [float("nan") if value is None else value for value in points]
    known = best is not None and 1 <= best <= len(values)
    shown = f"{label} (best: epoch {best})" if known else label
    axes.plot(range(1, len(values) + 1), values, dashes, color=color, linewidth=1.8, label=shown)
    if best is not None and known:
        (ring,) = axes.plot(best, values[best - 1], "o", color="white", markersize=6, zorder=3)
        ring.set(markeredgecolor=color, markeredgewidth=1.8)


def _frame(
    axes: Axes, curves: Sequence[Points], look: CurveStyle, metric: str = "val_loss"
) -> None:
    """Show whole epochs, and the range of most values: the first may be huge, and so single ones.

    A curve that leaves the picture for an epoch is seen to do so.
    """
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    skipped = [max(look.skip_epochs, len(points) // 10) for points in curves]
    shown = sorted(
        value
        for points, first in zip(curves, skipped, strict=True)
        for value in points[first:]
        if value is not None
    )
    low, high = (shown[0], shown[int(0.98 * (len(shown) - 1))]) if shown else (0.0, 0.0)
    if shown and shown[-1] - low <= FAR * (high - low):
        high = shown[-1]
    if needs_logarithm(metric, (low, high), WIDE_APART):
        make_logarithmic(axes, low / 1.2, high * 1.2)
    elif high > low:
        margin = 0.08 * (high - low)
        axes.set_ylim(low - margin, high + margin)
