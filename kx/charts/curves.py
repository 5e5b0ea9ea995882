"""The curves of a run as charts: training and validation, folds, refits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Any

from kx.base.curves import Points, mean_curve, needs_logarithm, smooth_curve
from kx.base.text import number
from kx.charts.chart import AIR, Axis, Band, Chart, Series, VerticalLine, Zone, padded
from kx.runs.history import Curves
from kx.runs.reader import Run
from kx.runs.record import phase_starts
from kx.wording.words import Words

SINGLE = 12
"""Up to so many fits are drawn one by one behind their mean; more would be a tangle."""

DOTS = 60
"""Up to so many epochs the training curve is drawn as dots; more would be a thick band."""

IN_UNITS = ("mae", "rmse")
"""Errors in the unit of the target."""


@dataclass(frozen=True, slots=True)
class FitCurves:
    """The curves of fits, and what is to be seen in them.

    Attributes:
        fits: name -> curves.
        smooth: weight of the past in the curves, in [0, 1); the raw curves stay faintly behind.
        best_epoch: counted from 1; is marked, on the smoothed curve if there is one.
        skip_epochs: epochs at the start that were not judged: they are greyed, do not count for
            the range of values shown, and smoothing begins behind them.
        phases: the first epochs of the phases of the training.
        unit: of what a regression predicts; stands beside the errors.
    """

    fits: Mapping[str, Curves]
    smooth: float = 0.0
    best_epoch: int | None = None
    skip_epochs: int = 0
    phases: Sequence[int] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CurveSheet:
    """Charts of fits that belong together.

    Attributes:
        name: of a refit; empty for fits with a validation part.
        title: what follows the name of the run, such as ``, refit``; may be empty.
        charts: metric -> its chart, the loss first.
    """

    name: str
    title: str
    charts: Mapping[str, Chart]


def fit_curves(run: Run) -> FitCurves:
    """Return the curves of a run, and what its record says of them, if it has one."""
    record = run.record
    if record is None:
        return FitCurves(run.curves)
    return FitCurves(
        run.curves,
        smooth=record.stated.smooth,
        best_epoch=record.best_epoch,
        skip_epochs=record.stated.skip_epochs,
        phases=phase_starts(record.fits),
        unit=record.dataset.target or "",
    )


def curve_sheets(of: FitCurves, words: Words) -> list[CurveSheet]:
    """Return the charts of the fits with a validation part, then those of the others, if any.

    Of several fits, such as folds, each chart shows the mean.
    """
    judged = judged_fits(of.fits)
    others = {name: fit for name, fit in of.fits.items() if name not in judged}
    sheets = [_sheet("", list(judged.values()), of, words)] if judged else []
    if others:  # a refit, or one per seed
        plain = replace(of, best_epoch=None, skip_epochs=0, phases=())
        sheets.append(_sheet(min(others, key=len), list(others.values()), plain, words))
    return sheets


def judged_fits(fits: Mapping[str, Curves]) -> dict[str, Curves]:
    """Return the fits that have a validation part."""
    return {name: fit for name, fit in fits.items() if any(k.startswith("val_") for k in fit)}


def drawable(history: Curves) -> list[str]:
    """Return what can be drawn: the loss first, then the metrics, without ``val_``."""
    names = dict.fromkeys(name.removeprefix("val_") for name in history)
    return sorted(names, key=lambda name: name != "loss")


def mean_history(fits: Sequence[Curves]) -> Curves:
    """Return the mean of several fits per metric that all have, over epochs that all reached."""
    shared = [name for name in fits[0] if all(name in fit for fit in fits)]
    return {name: mean_curve([fit[name] for fit in fits]) for name in shared}


def _sheet(name: str, fits: Sequence[Curves], of: FitCurves, words: Words) -> CurveSheet:
    charts = {metric: _chart(metric, fits, of, words) for metric in drawable(mean_history(fits))}
    mean = words("curve.mean", count=len(fits)) if len(fits) > 1 else ""
    return CurveSheet(name, (f", {name}" if name else "") + mean, charts)


def _chart(metric: str, fits: Sequence[Curves], of: FitCurves, words: Words) -> Chart:
    """Return the chart of a metric: training as dots, validation as a line, folds behind."""
    means = mean_history(fits)
    training, validation = means.get(metric, []), means.get(f"val_{metric}", [])
    folds = [fit[f"val_{metric}"] for fit in fits if f"val_{metric}" in fit]
    series = [
        *_behind(training, validation, folds, of, words),
        *_front(training, validation, len(fits), of, words),
        _lost(metric, fits, words),
    ]
    bands = _spread(folds, of, words)
    return Chart(
        title=words.metric(metric),
        x=Axis(words("curve.epoch"), whole=True),
        y=_axis(metric, [training, validation, *folds], series, bands, of, words),
        series=[one for one in series if len(one.x)],
        bands=bands,
        marks=[*_phases(of.phases, words), *_best_mark(validation, of, words)],
        zones=_skipped(of.skip_epochs, words),
    )


def _front(
    training: Points, validation: Points, fits: int, of: FitCurves, words: Words
) -> Iterator[Series]:
    """Yield the curves that count, with a ring at the best epoch."""
    how, form = _how(fits, of.smooth, words), "dots" if len(training) <= DOTS else "line"
    calm = _calm(validation, of)
    yield _curve(_calm(training, of), words("part.train") + how, "training", form)
    yield _curve(calm, words("part.validation") + how, "validation")
    if of.best_epoch and of.best_epoch <= len(calm):
        yield Series("", [of.best_epoch], [calm[of.best_epoch - 1]], "validation", "ring")


def _curve(values: Points, label: str, ink: str, form: Any = "line") -> Series:
    return Series(label, range(1, len(values) + 1), values, ink, form)


def _how(count: int, smooth: float, words: Words) -> str:
    """Return how a curve was made of those of so many fits."""
    if smooth:
        several = words("curve.smoothed_mean")
        return several if count > 1 else words("curve.smoothed", factor=f"{smooth:g}")
    return words("curve.mean", count=count) if count > 1 else ""


def _calm(values: Points, of: FitCurves) -> Points:
    """Return the smoothed curve behind the skipped epochs: a huge first value would live on."""
    if not of.smooth:
        return values
    skipped = min(of.skip_epochs, len(values))
    return smooth_curve([*[None] * skipped, *values[skipped:]], of.smooth)


def _behind(
    training: Points, validation: Points, folds: Sequence[Points], of: FitCurves, words: Words
) -> Iterator[Series]:
    """Yield what is drawn faintly: the curves of single folds, if they are few, and raw ones."""
    for fold in folds if 1 < len(folds) <= SINGLE else []:
        yield _curve(_calm(fold, of), words("curve.each"), "validation", "faint")
    if of.smooth:
        yield _curve(training, "", "training", "faint dots" if len(training) <= DOTS else "faint")
        yield _curve(validation, "", "validation", "faint")


def _spread(folds: Sequence[Points], of: FitCurves, words: Words) -> list[Band]:
    """Return mean ± standard deviation of several folds, over the epochs that all reached."""
    if len(folds) < 2:
        return []
    known = [[value for value in at if value is not None] for at in zip(*folds, strict=False)]
    low, high = (
        _calm([fmean(c) + sign * stdev(c) if len(c) == len(folds) else None for c in known], of)
        for sign in (-1, 1)
    )
    return [Band(words("curve.spread"), range(1, len(low) + 1), low, high)]


def _best_mark(raw: Points, of: FitCurves, words: Words) -> Iterator[VerticalLine]:
    epoch = of.best_epoch
    if not epoch or epoch > len(raw):
        return
    value, calm = raw[epoch - 1], _calm(raw, of)[epoch - 1]
    told = {"epoch": epoch, "value": number(value), "smoothed": number(calm)}
    smoothed = calm is not None and calm != value
    yield VerticalLine(
        epoch, words("curve.best_smoothed" if smoothed else "curve.best_epoch", **told)
    )


def _phases(starts: Sequence[int], words: Words) -> list[VerticalLine]:
    """Return a thin line where a phase of the training begins, but for the first."""
    return [
        VerticalLine(start - 0.5, label="" if place else words("curve.phase"))
        for place, start in enumerate(starts[1:])
    ]


def _lost(metric: str, fits: Sequence[Curves], words: Words) -> Series:
    """Return the epochs at which a metric of any fit was infinite or not a number."""
    epochs = {
        epoch
        for fit in fits
        for name in (metric, f"val_{metric}")
        for epoch, value in enumerate(fit.get(name, []), 1)
        if value is None
    }
    return Series(words("curve.lost"), sorted(epochs), [None] * len(epochs), "plain", "lost")


def _skipped(epochs: int, words: Words) -> list[Zone]:
    return [Zone(words("curve.skipped", count=epochs), 0, epochs + 0.5)] if epochs else []


def _axis(
    metric: str,
    raw: Sequence[Points],
    series: Sequence[Series],
    bands: Sequence[Band],
    of: FitCurves,
    words: Words,
) -> Axis:
    """Return the vertical axis that suits the values behind the skipped epochs.

    The range of a logarithmic one is that of the lines: a mean less its deviation may be next to
    nothing.
    """
    name, unit = words.metric(metric), of.unit if metric in IN_UNITS else ""
    lines = _behind_skipped([(one.x, one.y) for one in series], of.skip_epochs)
    powers = [math.log10(value) for value in lines if value > 0]
    if powers and needs_logarithm(metric, [y for of_fit in raw for y in of_fit[of.skip_epochs :]]):
        span = padded(min(powers), max(powers), AIR)
        return Axis(words("curve.logarithmic", name=name), unit, logarithmic=True, span=span)
    edges = [(band.x, edge) for band in bands for edge in (band.low, band.high)]
    shown = [*lines, *_behind_skipped(edges, of.skip_epochs)]
    return Axis(
        name, unit, span=padded(min(shown), max(shown), AIR) if shown and of.skip_epochs else None
    )


def _behind_skipped(curves: Iterable[tuple[Sequence[float], Points]], skipped: int) -> list[float]:
    """Return the finite values of curves behind the skipped epochs."""
    return [
        y
        for curve in curves
        for x, y in zip(*curve, strict=True)
        if x > skipped and y is not None and math.isfinite(y)
    ]
