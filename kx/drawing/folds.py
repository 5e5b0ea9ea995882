"""The scores of several fits beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.text import clean, number, shortened
from kx.charts.curves import SINGLE
from kx.charts.fit_scores import FitScores
from kx.charts.inks import INKS
from kx.drawing.canvas import (
    INK,
    Heading,
    head,
    name_axis,
    new_figure,
    save,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_fold_scores(path: Path, shown: FitScores, heading: Heading) -> None:
    """Draw a dot per fit, their mean and spread, and the baseline that is hardest to beat.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        shown: what is no finite number is left out, and said.
        heading: above it; the number of fits is added.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    with styled():
        figure = new_figure(1)
        (axes,) = figure.axes
        _dots(axes, list(shown.scores.values()))
        if shown.known:
            _spread(axes, shown.mean, shown.sd)
        if shown.baseline:
            _baseline(axes, shown.baseline, shown.known)
        _furnish(axes, list(shown.scores))
        name_axis(axes, shown.axis)
        count = len(shown.scores)
        head(figure, replace(heading, title=f"{heading.title}, scores of {count} fits"))
        # Below all axes: the names of the fits may take any height.
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8.5)
        save(figure, path)


def _dots(axes: Axes, values: Sequence[float | None]) -> None:
    finite = [(at, v) for at, v in enumerate(values, 1) if v is not None and math.isfinite(v)]
    lost = len(values) - len(finite)
    label = f"each fit ({lost} without a score)" if lost else "each fit"
    size = 7.0 if len(values) <= SINGLE else 5.0 if len(values) <= 60 else 3.5
    places, heights = [at for at, _ in finite], [value for _, value in finite]
    axes.plot(places, heights, "o", color=INKS["validation"], markersize=size, label=label)


def _spread(axes: Axes, mean: float, sd: float) -> None:
    ink = INKS["validation"]
    axes.axhline(mean, color=ink, linewidth=1.5, zorder=1, label=f"mean {number(mean)}")
    if sd:
        how: dict[str, Any] = {"color": ink, "alpha": 0.15, "linewidth": 0, "zorder": 0}
        axes.axhspan(mean - sd, mean + sd, label=f"mean ± sd ({number(sd)})", **how)


def _baseline(axes: Axes, baseline: tuple[str, float], scores: Sequence[float]) -> None:
    """Draw a line, or only say the value where it would squash the dots into one."""
    name, value = baseline
    label = f"best baseline: {shortened(clean(name), 24)} {number(value)}"
    low, high = min([value, *scores]), max([value, *scores])
    squashed = bool(scores) and 0 < max(scores) - min(scores) < (high - low) / 8
    if squashed:
        label += f" (off the scale, {'above' if value > max(scores) else 'below'})"
    how: dict[str, Any] = {"color": INK, "linestyle": (0, (5, 4)), "linewidth": 1.2, "label": label}
    if squashed:
        axes.plot([], [], **how)
    else:
        axes.axhline(value, **how)


def _furnish(axes: Axes, names: Sequence[str]) -> None:
    from matplotlib.ticker import MaxNLocator

    margin = 0.5 + 0.005 * len(names)
    axes.set_xlim(1 - margin, max(len(names), 1) + margin)
    axes.margins(y=0.12)
    axes.grid(visible=False, axis="x")
    if len(names) <= SINGLE:
        shown = [shortened(clean(name), 18) for name in names]
        steep = 0 if sum(map(len, shown)) <= 60 else 35
        axes.set_xticks(range(1, len(names) + 1), shown)
        axes.tick_params(axis="x", labelrotation=steep)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel("fit" if len(names) <= SINGLE else f"fit, 1 to {len(names)}")
