"""Dot plots: values side by side on one scale, each with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.text import clean, shortened
from kx.charts.chart import DotPlot
from kx.charts.inks import INKS
from kx.drawing.canvas import Heading, head, new_figure, save, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, AROUND = 0.26, 1.3
"""Height of a row, and of what is above and below all of them, in inches."""

NAME = 28
"""Characters of a name that have room."""


def draw_dot_plot(path: Path, plot: DotPlot, heading: Heading) -> None:
    """Draw a dot for each value of a plot, with its interval, its name and its number.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        plot: with at least one row.
        heading: above it.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    with styled():
        figure = new_figure(1, height=AROUND + ROW * len(plot.rows))
        (axes,) = figure.axes
        _dots(axes, plot)
        _furnish(axes, plot)
        head(figure, heading)
        save(figure, path)


def _dots(axes: Axes, plot: DotPlot) -> None:
    for at, row in enumerate(plot.rows):
        how: dict[str, Any] = {"color": INKS[row.ink]}
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [at, at], "-|", markersize=7, **how)
        axes.plot(row.values, [at] * len(row.values), "o", markersize=6, **how)


def _furnish(axes: Axes, plot: DotPlot) -> None:
    places = range(len(plot.rows))
    axes.set_yticks(places, [shortened(clean(row.label), NAME) for row in plot.rows])
    axes.set_ylim(len(plot.rows) - 0.5, -0.5)  # the first is at the top
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(shortened(clean(plot.x_label), 80))
    # The numbers stand beside the axes, where no interval reaches.
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(places, [row.shown for row in plot.rows])
    beside.tick_params(axis="y", length=0)
    beside.spines["right"].set_visible(False)
