"""Curves of loss and metrics, epoch by epoch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.errors import DataError, UsageError, suggest
from kx.reporting.folder import plots_folder, slug
from kx.reporting.history import Curves, canonical
from kx.reporting.plots.smoothing import mean_curve, smooth_curve
from kx.reporting.storage import atomic_file
from kx.reporting.text import clean, number, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAINING, VALIDATION = "#2a6fb0", "#d9622b"  # told apart by the colour-blind, and in grey
INK, FAINT, GRID, ALARM = "#22303c", "#7b8794", "#e3e8ee", "#b3261e"

STYLE = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same picture on every machine
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "kx",
}

LABELS = {
    "accuracy": "accuracy (share correct)",
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "rmse": "root mean squared error",
}

# Dates and versions would make every file a new one.
NO_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True, slots=True)
class Look:
    """How curves are drawn, whatever they show.

    Attributes:
        title: of the picture.
        smooth: weight of the past in the curves, in [0, 1); the raw curves stay faintly behind.
        best_epoch: counted from 1; is marked.
        sample: whether the data are a stand-in, which the picture then says.
        unit: of what a regression predicts; stands beside the errors.
        folds: curves of single folds, drawn faintly behind their mean.
    """

    title: str = ""
    smooth: float = 0.0
    best_epoch: int | None = None
    sample: bool = False
    unit: str = ""
    folds: Sequence[Curves] = ()


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
    _draw(history, path, [_known(metric, history)], Look(title, smooth, best_epoch, sample, unit))


def plot_overview(history: Curves, path: Path, look: Look, metrics: Sequence[str] = ()) -> None:
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
    look: Look,
    *,
    metrics: Sequence[str] = (),
    suffix: str = "png",
    target: Path | None = None,
) -> list[Path]:
    """Draw a picture per metric and an overview: of the fits, or the mean of folds, and the refit.

    Args:
        folder: of the run.
        fits: name -> curves.
        look: how; titles of several sets of pictures are told apart here.
        metrics: which ones, without ``val_``; all if empty.
        suffix: ``png``, ``svg`` or ``pdf``.
        target: folder of the pictures; ``plots`` in that of the run if None.

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
            paths.append(target / f"{prefix}{slug(metric)}.{suffix}")
            _draw(curves, paths[-1], [metric], its_look)
        if len(chosen) > 1:
            paths.append(target / f"{prefix}overview.{suffix}")
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


def _pictures(fits: Mapping[str, Curves], look: Look) -> Iterator[tuple[str, Curves, Look]]:
    """Yield prefix of the file names, curves and look for each set of pictures."""
    judged = {name: fit for name, fit in fits.items() if any(k.startswith("val_") for k in fit)}
    if len(judged) > 1:
        folds = list(judged.values())
        title = f"{look.title}, mean of {len(folds)} fits"
        yield "", mean_history(folds), replace(look, title=title, folds=folds)
    else:
        for fit in judged.values():
            yield "", fit, look
    for name in (name for name in fits if name not in judged):
        prefix = f"{slug(name)}-" if judged else ""
        title = f"{look.title}, {name}"
        yield prefix, fits[name], replace(look, title=title, best_epoch=None)


def _known(metric: str, history: Curves) -> str:
    name = canonical(metric.removeprefix("val_"))
    if name not in drawable(history):
        raise UsageError(
            f"no metric {metric!r} in this history; {suggest(name, drawable(history))}"
        )
    return name


def _draw(history: Curves, path: Path, metrics: Sequence[str], look: Look) -> None:
    with _style():
        figure = _figure(len(metrics), look)
        for axes, metric in zip(figure.axes, metrics, strict=True):
            _draw_metric(axes, history, metric, look)
        _head(figure, look)
        _save(figure, path)


@contextmanager
def _style() -> Iterator[None]:
    """Draw as this module says, whatever the user's own settings for Matplotlib are."""
    from matplotlib import style

    with style.context(["default", STYLE]), warnings.catch_warnings():
        # A name in a script that the font lacks: boxes in the title are no reason to stop.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _figure(count: int, look: Look) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(
        figsize=(6.4 if count == 1 else 4.8 * columns, 4.0 * rows), layout="constrained"
    )
    FigureCanvasAgg(figure)  # draws to memory: needs no screen, leaves pyplot's state alone
    figure.subplots(rows, columns, squeeze=False)
    for unused in figure.axes[count:]:
        unused.remove()
    return figure


def _head(figure: Figure, look: Look) -> None:
    title = shortened(clean(look.title), 60)
    if look.sample:
        title += "\nSAMPLE DATA, not the real data set"
    if title:
        # parse_math: a name with dollar signs is no formula, and may be none that can be drawn.
        color = ALARM if look.sample else INK
        figure.suptitle(title, fontsize=11.5, weight="bold", color=color, parse_math=False)


def _draw_metric(axes: Axes, history: Curves, metric: str, look: Look) -> None:
    training, validation = history.get(metric, []), history.get(f"val_{metric}", [])
    folds = [fold.get(f"val_{metric}", []) for fold in look.folds]
    for fold, label in zip(folds, ["validation, each fit", *[""] * len(folds)], strict=False):
        _line(axes, fold, label=label, alpha=0.3, linewidth=0.9)
    if look.smooth:
        _dots(axes, training, alpha=0.2)
        _line(axes, validation, alpha=0.3, linewidth=1.2)
    note = f", smoothed by {look.smooth:g}" if look.smooth else ", mean" if folds else ""
    smoothed = smooth_curve(validation, look.smooth)
    _dots(axes, smooth_curve(training, look.smooth), label=f"training{note}")
    _line(axes, smoothed, label=f"validation{note}", linewidth=2.0)
    _mark_best(axes, validation, smoothed, look.best_epoch)
    _furnish(axes, max(map(len, [training, validation, *folds])))
    _name(axes, metric, look.unit)


def _furnish(axes: Axes, epochs: int) -> None:
    from matplotlib.ticker import MaxNLocator

    margin = 0.5 + 0.015 * (epochs - 1)
    axes.set_xlim(1 - min(margin, 0.95), epochs + margin)  # no epoch 0 on the axis
    if epochs <= 20:
        axes.set_xticks(range(1, epochs + 1))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    axes.margins(y=0.08)
    if axes.get_legend_handles_labels()[1]:
        # Below the axes: within them it sooner or later lies on a curve.
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=8.5
        )


def _name(axes: Axes, metric: str, unit: str) -> None:
    label = LABELS.get(metric, metric.replace("_", " "))
    of = f"\n{shortened(clean(unit), 48)}" if unit and metric in ("mae", "rmse") else ""
    axes.set_ylabel(shortened(clean(label), 48) + of, parse_math=False)
    axes.set_xlabel("epoch")


def _dots(axes: Axes, values: Sequence[float | None], **how: Any) -> None:
    if any(value is not None for value in values):
        size = 6.0 if len(values) <= 30 else 4.0
        axes.plot(_epochs(values), _numbers(values), "o", color=TRAINING, markersize=size, **how)


def _line(axes: Axes, values: Sequence[float | None], **how: Any) -> None:
    if any(value is not None for value in values):
        axes.plot(_epochs(values), _numbers(values), "-", color=VALIDATION, **how)
        # A point between two gaps has no line to either side: it needs a mark of its own.
        for at in _lonely(values):
            axes.plot(at + 1, _numbers(values)[at], "s", color=VALIDATION, markersize=5)


def _mark_best(
    axes: Axes, raw: Sequence[float | None], shown: Sequence[float | None], epoch: int | None
) -> None:
    if epoch is None or not 1 <= epoch <= len(raw):
        return
    axes.axvline(epoch, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    value, height = raw[epoch - 1], shown[epoch - 1]
    if height is not None:
        (ring,) = axes.plot(epoch, height, "o", color="white", markersize=7)
        ring.set(markeredgecolor=VALIDATION, markeredgewidth=2)
    # Above the axes: within, it would sooner or later hide a curve.
    axes.annotate(
        f"best epoch: {epoch} ({number(value)})",
        (epoch, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="left" if epoch <= len(raw) / 4 else "right" if epoch > len(raw) * 3 / 4 else "center",
        fontsize=8.5,
    )


def _epochs(values: Sequence[float | None]) -> range:
    return range(1, len(values) + 1)


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _lonely(values: Sequence[float | None]) -> list[int]:
    """Return the positions of the points without a neighbour."""
    padded = [None, *values, None]
    return [
        at
        for at, (left, value, right) in enumerate(zip(padded, values, padded[2:], strict=False))
        if value is not None and left is None and right is None
    ]


def _save(figure: Figure, path: Path) -> None:
    metadata = NO_METADATA.get(path.suffix)
    if metadata is None:
        raise UsageError(f"{path.name}: a picture is one of {', '.join(NO_METADATA)}")
    with atomic_file(path) as part:
        figure.savefig(part, dpi=150, metadata=metadata)
