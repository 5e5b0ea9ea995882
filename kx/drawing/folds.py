"""The scores of several fits beside each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from kx.base.text import clean, number, shortened
from kx.drawing.canvas import (
    INK,
    VALIDATION,
    CurveStyle,
    head,
    new_figure,
    save,
    styled,
    value_label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED = 12
"""Up to so many fits have their names on the axis; more are numbered."""


def draw_fold_scores(
    path: Path,
    metric: str,
    scores: Mapping[str, float],
    look: CurveStyle,
    baseline: tuple[str, float] | None,
) -> None:
    """Draw a dot per fit, their mean and spread, and the baseline that is hardest to beat.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        metric: without ``val_``.
        scores: name of a fit -> its value; what is no finite number is left out, and said.
        look: title, unit, and whether the data are a stand-in.
        baseline: its name and its value on the validation part, if known.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    with styled():
        figure = new_figure(1)
        (axes,) = figure.axes
        _dots(axes, list(scores.values()))
        known = [value for value in scores.values() if math.isfinite(value)]
        if known:
            _spread(axes, known)
        if baseline:
            _baseline(axes, baseline, known)
        _furnish(axes, list(scores))
        value_label(axes, metric, look.unit)
        head(figure, replace(look, title=f"{look.title}, scores of {len(scores)} fits"))
        # Below all axes: the names of the fits may take any height.
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8.5)
        save(figure, path)


def _dots(axes: Axes, values: Sequence[float]) -> None:
    finite = [(at, value) for at, value in enumerate(values, 1) if math.isfinite(value)]
    lost = len(values) - len(finite)
    label = f"each fit ({lost} without a score)" if lost else "each fit"
    size = 7.0 if len(values) <= NAMED else 5.0 if len(values) <= 60 else 3.5
    places, heights = [at for at, _ in finite], [value for _, value in finite]
    axes.plot(places, heights, "o", color=VALIDATION, markersize=size, label=label)


def _spread(axes: Axes, values: Sequence[float]) -> None:
    mean, sd = fmean(values), stdev(values) if len(values) > 1 else 0.0
    axes.axhline(mean, color=VALIDATION, linewidth=1.5, zorder=1, label=f"mean {number(mean)}")
    if sd:
        label = f"mean ± sd ({number(sd)})"
        axes.axhspan(
            mean - sd, mean + sd, color=VALIDATION, alpha=0.15, linewidth=0, zorder=0, label=label
        )


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
    if len(names) <= NAMED:
        shown = [shortened(clean(name), 18) for name in names]
        steep = 0 if sum(map(len, shown)) <= 60 else 35
        axes.set_xticks(range(1, len(names) + 1), shown)
        axes.tick_params(axis="x", labelrotation=steep)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel("fit" if len(names) <= NAMED else f"fit, 1 to {len(names)}")
