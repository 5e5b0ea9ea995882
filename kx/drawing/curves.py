"""Curves of loss and metrics, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.curves import Points, mean_curve, needs_logarithm, smooth_curve
from kx.base.errors import DataError, UsageError, suggest
from kx.base.text import number
from kx.drawing.canvas import (
    FAINT,
    GRID,
    INK,
    TRAINING,
    VALIDATION,
    CurveStyle,
    head,
    legend,
    make_logarithmic,
    new_figure,
    save,
    styled,
    value_label,
)
from kx.drawing.folds import draw_fold_scores
from kx.runs.folder import plots_folder, slug
from kx.runs.history import Curves, canonical

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "CurveStyle",
    "draw_fold_scores",
    "draw_run_plots",
    "drawable",
    "mean_history",
    "plot_history",
    "plot_overview",
]

SINGLE = 12
"""Up to so many fits are drawn one by one behind their mean; more would be a tangle."""

DOTS = 60
"""Up to so many epochs the training curve is drawn as dots; more would be a thick band."""


def plot_history(
    history: Curves,
    path: Path,
    *,
    metric: str,
    title: str = "",
    smooth: float = 0.0,
    best_epoch: int | None = None,
    sample: bool = False,
    unit: str = "",
) -> None:
    """Draw ``metric`` per epoch: training as dots, validation, if there is any, as a line.

    Args:
        history: values per epoch; None makes a gap.
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        metric: ``loss``, or a metric without ``val_``.
        title: of the picture.
        smooth: weight of the past in the curves, in [0, 1).
        best_epoch: counted from 1; is marked.
        sample: whether the data are a stand-in, which the picture then says.
        unit: of what a regression predicts.

    Raises:
        UsageError: if the history has no such metric, or the suffix is not known.
        StorageError: if the file cannot be written.
    """
    _draw(
        history,
        path,
        [_known(metric, history)],
        CurveStyle(title, smooth, best_epoch, sample, unit),
    )


def plot_overview(
    history: Curves, path: Path, look: CurveStyle, metrics: Sequence[str] = ()
) -> None:
    """Draw the loss and the metrics beside each other, each as ``plot_history`` does.

    Args:
        history: values per epoch; None makes a gap.
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        look: how.
        metrics: which ones, without ``val_``; all if empty.
    """
    _draw(history, path, [_known(name, history) for name in metrics] or drawable(history), look)


def draw_run_plots(
    folder: Path,
    fits: Mapping[str, Curves],
    look: CurveStyle,
    *,
    metrics: Sequence[str] = (),
    suffix: str = "png",
    target: Path | None = None,
    mark: str = "",
) -> list[Path]:
    """Draw a picture per metric and an overview: of the fits, or the mean of folds, and the refit.

    Args:
        folder: of the run.
        fits: name -> curves.
        look: how; titles of several sets of pictures are told apart here.
        metrics: which ones, without ``val_``; all if empty.
        suffix: ``png``, ``svg`` or ``pdf``.
        target: folder of the pictures; ``plots`` in that of the run if None.
        mark: at the end of each name, to tell them from those of the run itself.

    Returns:
        The files.

    Raises:
        DataError: if there is no curve.
    """
    target = target or plots_folder(folder)
    paths: list[Path] = []
    for prefix, curves, its_look in _pictures(fits, look):
        chosen = [_known(name, curves) for name in metrics] or drawable(curves)
        for metric in chosen:
            paths.append(target / f"{prefix}{slug(metric)}{mark}.{suffix}")
            _draw(curves, paths[-1], [metric], its_look)
        if len(chosen) > 1:
            paths.append(target / f"{prefix}overview{mark}.{suffix}")
            _draw(curves, paths[-1], chosen, its_look)
    if not paths:
        raise DataError(f"{folder}: its history holds no epoch.")
    return paths


def drawable(history: Curves) -> list[str]:
    """Return what can be drawn: the loss first, then the metrics, without ``val_``."""
    names = dict.fromkeys(name.removeprefix("val_") for name in history)
    return sorted(names, key=lambda name: name != "loss")


def mean_history(fits: Sequence[Curves]) -> Curves:
    """Return the mean of several fits per metric that all have, over epochs that all reached."""
    shared = [name for name in fits[0] if all(name in fit for fit in fits)]
    return {name: mean_curve([fit[name] for fit in fits]) for name in shared}


def _pictures(
    fits: Mapping[str, Curves], look: CurveStyle
) -> Iterator[tuple[str, Curves, CurveStyle]]:
    """Yield prefix of the file names, curves and look for each set of pictures."""
    judged = {name: fit for name, fit in fits.items() if any(k.startswith("val_") for k in fit)}
    others = {name: fit for name, fit in fits.items() if name not in judged}
    if judged:
        yield "", *_together(judged, look)
    if others:  # a refit, or one per seed
        name = min(others, key=len)
        titled = replace(
            look, title=f"{look.title}, {name}", best_epoch=None, skip_epochs=0, phases=()
        )
        yield f"{slug(name)}-" if judged else "", *_together(others, titled)


def _together(fits: Mapping[str, Curves], look: CurveStyle) -> tuple[Curves, CurveStyle]:
    """Return the only fit, or the mean of several, with the look that suits it."""
    curves = list(fits.values())
    if len(curves) == 1:
        return curves[0], look
    title = f"{look.title}, mean of {len(curves)} fits"
    return mean_history(curves), replace(look, title=title, folds=curves)


def _known(metric: str, history: Curves) -> str:
    name = canonical(metric.removeprefix("val_"))
    if name not in drawable(history):
        raise UsageError(
            f"no metric {metric!r} in this history; {suggest(name, drawable(history))}"
        )
    return name


def _draw(history: Curves, path: Path, metrics: Sequence[str], look: CurveStyle) -> None:
    with styled():
        figure = new_figure(len(metrics))
        for axes, metric in zip(figure.axes, metrics, strict=True):
            _draw_metric(axes, history, metric, look)
        head(figure, look)
        save(figure, path)


def _draw_metric(axes: Axes, history: Curves, metric: str, look: CurveStyle) -> None:
    training, validation = history.get(metric, []), history.get(f"val_{metric}", [])
    folds = [fold[f"val_{metric}"] for fold in look.folds if f"val_{metric}" in fold]
    _grey_out(axes, look.skip_epochs)
    _draw_folds(axes, folds, look)
    if look.smooth:
        _dots(axes, training, alpha=0.2)
        _line(axes, validation, alpha=0.3, linewidth=1.2)
    note = _note(look)
    smoothed = _smoothed(validation, look)
    _dots(axes, _smoothed(training, look), label=f"training{note}")
    _line(axes, smoothed, label=f"validation{note}", linewidth=2.0)
    _part_phases(axes, look.phases)
    _mark_best(axes, validation, smoothed, look.best_epoch)
    curves = [training, validation, *folds]
    _mark_lost(axes, curves)
    _furnish(axes, max(map(len, curves)))
    shown = [value for points in curves for value in points[look.skip_epochs :]]
    _zoom(axes, look.skip_epochs, logarithmic=needs_logarithm(metric, shown))
    value_label(axes, metric, look.unit)


def _note(look: CurveStyle) -> str:
    """Return what a legend says of how a curve was made."""
    if look.folds:
        return ", smoothed mean" if look.smooth else ", mean"
    return f", smoothed by {look.smooth:g}" if look.smooth else ""


def _smoothed(points: Points, look: CurveStyle) -> Points:
    """Return the smoothed curve behind the skipped epochs: a huge first value would live on."""
    if not look.smooth:
        return points
    skipped = min(look.skip_epochs, len(points))
    return smooth_curve([*[None] * skipped, *points[skipped:]], look.smooth)


def _draw_folds(axes: Axes, folds: Sequence[Points], look: CurveStyle) -> None:
    """Draw the spread of several fits around their mean and, if they are few, each of them."""
    if len(folds) < 2:
        return
    import numpy as np

    reached = min(map(len, folds))
    values = np.array([_numbers(fold[:reached]) for fold in folds])
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    low, high = (_numbers(_smoothed(_points(edge), look)) for edge in (mean - sd, mean + sd))
    how: dict[str, Any] = {"color": VALIDATION, "alpha": 0.18, "linewidth": 0}
    axes.fill_between(range(1, reached + 1), low, high, label="validation, mean ± sd", **how)
    for at, fold in enumerate(folds if len(folds) <= SINGLE else []):
        label = "" if at else "validation, each fit"
        _line(axes, _smoothed(fold, look), label=label, alpha=0.4, linewidth=0.8)


def _points(values: Iterable[float]) -> Points:
    return [float(value) if math.isfinite(value) else None for value in values]


def _grey_out(axes: Axes, epochs: int) -> None:
    if epochs:
        label = f"first {epochs} epochs, not judged" if epochs > 1 else "first epoch, not judged"
        axes.axvspan(0, epochs + 0.5, color=GRID, alpha=0.6, linewidth=0, zorder=0, label=label)


def _part_phases(axes: Axes, starts: Sequence[int]) -> None:
    """Draw a line where a phase of the training begins, but for the first."""
    for place, start in enumerate(starts[1:]):
        label = "" if place else "next phase"
        axes.axvline(start - 0.5, color=FAINT, linewidth=0.8, zorder=1, label=label)


def _mark_lost(axes: Axes, curves: Sequence[Points]) -> None:
    """Draw a cross at the upper edge for each epoch at which a value was not finite."""
    lost = sorted({at for points in curves for at, y in enumerate(points, 1) if y is None})
    if lost:
        how: dict[str, Any] = {"color": INK, "markersize": 6, "label": "infinite or not a number"}
        axes.plot(lost, [0.97] * len(lost), "x", transform=axes.get_xaxis_transform(), **how)


def _zoom(axes: Axes, skipped: int, *, logarithmic: bool) -> None:
    """Show the range of values behind the skipped epochs, whatever came before.

    Of a logarithmic axis it is that of the lines: a mean less its deviation may be next to nothing.
    """
    import numpy as np

    if not skipped and not logarithmic:
        return
    lines = [line.get_xydata() for line in axes.lines if line.get_transform() == axes.transData]
    bands = [path.vertices for band in axes.collections for path in band.get_paths()]
    points = np.concatenate([*lines, *([] if logarithmic else bands), np.empty((0, 2))])
    shown = points[(points[:, 0] > skipped) & np.isfinite(points[:, 1]), 1]
    shown = np.log10(shown) if logarithmic else shown
    if shown.size and np.ptp(shown):
        margin = 0.08 * np.ptp(shown)
        ends = np.array([shown.min() - margin, shown.max() + margin])
        if logarithmic:
            make_logarithmic(axes, *(10 ** np.clip(ends, -307, 308)))
        else:
            axes.set_ylim(*ends)


def _furnish(axes: Axes, epochs: int) -> None:
    from matplotlib.ticker import MaxNLocator

    margin = 0.5 + 0.015 * (epochs - 1)
    axes.set_xlim(1 - min(margin, 0.95), epochs + margin)  # no epoch 0 on the axis
    if epochs <= 20:
        axes.set_xticks(range(1, epochs + 1))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    axes.margins(y=0.08)
    axes.set_xlabel("epoch")
    legend(axes)


def _dots(axes: Axes, values: Points, **how: Any) -> None:
    if any(value is not None for value in values):
        size = 6.0 if len(values) <= 30 else 4.0
        form = "o" if len(values) <= DOTS else ":"
        axes.plot(_epochs(values), _numbers(values), form, color=TRAINING, markersize=size, **how)


def _line(axes: Axes, values: Points, **how: Any) -> None:
    if any(value is not None for value in values):
        axes.plot(_epochs(values), _numbers(values), "-", color=VALIDATION, **how)
        # A point between two gaps has no line to either side: it needs a mark of its own.
        for at in _lonely(values):
            axes.plot(at + 1, _numbers(values)[at], "s", color=VALIDATION, markersize=5)


def _mark_best(axes: Axes, raw: Points, shown: Points, epoch: int | None) -> None:
    if epoch is None or not 1 <= epoch <= len(raw):
        return
    axes.axvline(epoch, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    value, height = raw[epoch - 1], shown[epoch - 1]
    if height is not None:
        (ring,) = axes.plot(epoch, height, "o", color="white", markersize=7)
        ring.set(markeredgecolor=VALIDATION, markeredgewidth=2)
    calmed = f"; smoothed {number(height)}" if height is not None and height != value else ""
    # Above the axes: within, it would sooner or later hide a curve.
    axes.annotate(
        f"best epoch: {epoch} ({number(value)}{calmed})",
        (epoch, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="left" if epoch <= len(raw) / 4 else "right" if epoch > len(raw) * 3 / 4 else "center",
        fontsize=8.5,
    )


def _epochs(values: Points) -> range:
    return range(1, len(values) + 1)


def _numbers(values: Points) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _lonely(values: Points) -> list[int]:
    """Return the positions of the points without a neighbour."""
    padded = [None, *values, None]
    return [
        at
        for at, (left, value, right) in enumerate(zip(padded, values, padded[2:], strict=False))
        if value is not None and left is None and right is None
    ]
