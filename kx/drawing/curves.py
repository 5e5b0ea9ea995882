"""Charts as pictures: curves of loss and metrics, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError, UsageError, suggest
from kx.base.text import clean, shortened
from kx.charts.chart import AIR, Band, Chart, Number, Series, VerticalLine
from kx.charts.curves import CurveSheet
from kx.charts.inks import INKS
from kx.drawing.canvas import (
    FAINT,
    GRID,
    INK,
    Heading,
    head,
    legend,
    name_axis,
    new_figure,
    save,
    show_range,
    styled,
)
from kx.runs.folder import slug
from kx.runs.history import canonical

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = {"": "-", "d1": "--", "d2": ":", "d3": "-."}
"""Of lines, when the colours come again."""

TICKS = 20
"""Up to so many epochs have a number each."""


def draw_charts(path: Path, charts: Sequence[Chart], heading: Heading) -> None:
    """Draw charts beside each other.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        charts: over epochs, or other whole numbers; at least one.
        heading: above all.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    with styled():
        figure = new_figure(len(charts))
        for axes, chart in zip(figure.axes, charts, strict=True):
            draw_chart(axes, chart)
        head(figure, heading)
        save(figure, path)


def draw_run_plots(
    folder: Path,
    sheets: Sequence[CurveSheet],
    heading: Heading,
    *,
    metrics: Sequence[str] = (),
    suffix: str = "png",
    mark: str = "",
) -> list[Path]:
    """Draw a picture per metric and an overview: of the fits, or the mean of folds, and the refit.

    Args:
        folder: of the pictures.
        sheets: of the run.
        heading: of all; titles of several sets of pictures are told apart here.
        metrics: which ones, without ``val_``; all if empty.
        suffix: ``png``, ``svg`` or ``pdf``.
        mark: at the end of each name, to tell them from those of the run itself.

    Returns:
        The files.

    Raises:
        DataError: if there is no curve.
        UsageError: if a metric is not known.
    """
    paths: list[Path] = []
    for at, sheet in enumerate(sheets):
        prefix = f"{slug(sheet.name)}-" if at else ""
        titled = replace(heading, title=heading.title + sheet.title)
        charts = _chosen(sheet.charts, metrics)
        for name, of in _pictures(charts):
            paths.append(folder / f"{prefix}{slug(name)}{mark}.{suffix}")
            draw_charts(paths[-1], of, titled)
    if not paths:
        raise DataError(f"{folder}: its history holds no epoch.")
    return paths


def _pictures(charts: Mapping[str, Chart]) -> Iterator[tuple[str, list[Chart]]]:
    yield from ((name, [chart]) for name, chart in charts.items())
    if len(charts) > 1:
        yield "overview", list(charts.values())


def _chosen(charts: Mapping[str, Chart], metrics: Sequence[str]) -> Mapping[str, Chart]:
    names = {metric: canonical(metric.removeprefix("val_")) for metric in metrics}
    for metric, name in names.items():
        if name not in charts:
            raise UsageError(f"no metric {metric!r} in this history; {suggest(name, list(charts))}")
    return {name: charts[name] for name in names.values()} or charts


def draw_chart(axes: Axes, chart: Chart) -> None:
    """Draw a chart over epochs, or over other whole numbers from 1."""
    for zone in chart.zones:
        how: dict[str, Any] = {"color": GRID, "alpha": 0.6, "linewidth": 0, "zorder": 0}
        axes.axvspan(zone.start, zone.end, label=zone.label, **how)
    for band in chart.bands:
        _draw_band(axes, band)
    named: set[str] = set()
    for series in chart.series:
        new = "" if series.label in named else shortened(clean(series.label), 44)
        named.add(series.label)
        _draw_series(axes, series, new)
    for mark in chart.marks:
        _draw_mark(axes, mark, _last(chart))
    _furnish(axes, _last(chart), chart.x.label)
    show_range(axes, chart.y)
    name_axis(axes, chart.y)


def _last(chart: Chart) -> int:
    """Return the last epoch of any curve."""
    return int(max((x for one in chart.series for x in one.x), default=0))


def _draw_band(axes: Axes, band: Band) -> None:
    how: dict[str, Any] = {"color": INKS[band.ink], "alpha": 0.18, "linewidth": 0}
    axes.fill_between(band.x, _numbers(band.low), _numbers(band.high), label=band.label, **how)


def _draw_series(axes: Axes, series: Series, label: str) -> None:
    ink, _, dashes = series.ink.partition(" ")
    color = INKS.get(ink, INK)
    if series.form == "lost":
        how: dict[str, Any] = {"color": color, "markersize": 6, "label": label}
        above = axes.get_xaxis_transform()
        axes.plot(series.x, [0.97] * len(series.x), "x", transform=above, **how)
    elif series.form == "ring":
        (ring,) = axes.plot(series.x, _numbers(series.y), "o", color="white", markersize=7)
        ring.set(markeredgecolor=color, markeredgewidth=2, zorder=3)
    elif any(value is not None for value in series.y):
        _draw_curve(axes, series, color, dashes, label)


def _draw_curve(axes: Axes, series: Series, color: str, dashes: str, label: str) -> None:
    faint, values = "faint" in series.form, _numbers(series.y)
    how: dict[str, Any] = {"color": color, "label": label}
    if "dots" in series.form:
        how |= {"alpha": 0.2 if faint else 1.0, "markersize": 6.0 if len(values) <= 30 else 4.0}
        axes.plot(series.x, values, "o", **how)
        return
    of_training = series.ink == "training"
    how |= {"alpha": 0.4, "linewidth": 1.0} if faint else {"linewidth": 1.5 if of_training else 2.0}
    axes.plot(series.x, values, ":" if of_training else DASHES[dashes], **how)
    # A point between two gaps has no line to either side: it needs a mark of its own.
    for at in _lonely(series.y):
        axes.plot(series.x[at], values[at], "s", color=color, markersize=5)


def _draw_mark(axes: Axes, mark: VerticalLine, last: int) -> None:
    if not mark.text:
        axes.axvline(mark.at, color=FAINT, linewidth=0.8, zorder=1, label=mark.label)
        return
    axes.axvline(mark.at, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    # Above the axes: within, it would sooner or later hide a curve.
    axes.annotate(
        mark.text,
        (mark.at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="left" if mark.at <= last / 4 else "right" if mark.at > last * 3 / 4 else "center",
        fontsize=8.5,
    )


def _furnish(axes: Axes, epochs: int, label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    margin = 0.5 + 0.015 * (epochs - 1)
    axes.set_xlim(1 - min(margin, 0.95), epochs + margin)  # no epoch 0 on the axis
    if epochs <= TICKS:
        axes.set_xticks(range(1, epochs + 1))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    axes.margins(y=AIR)
    axes.set_xlabel(label)
    legend(axes)


def _numbers(values: Sequence[Number]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _lonely(values: Sequence[Number]) -> list[int]:
    """Return the positions of the points without a neighbour."""
    padded = [None, *values, None]
    return [
        at
        for at, (left, value, right) in enumerate(zip(padded, values, padded[2:], strict=False))
        if value is not None and left is None and right is None
    ]
