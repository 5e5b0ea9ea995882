"""The curves of a run as charts: training and validation, folds, refits, what each fold scored."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev
from typing import Any

from kx.base.curves import mean_curve, needs_logarithm, smooth_curve
from kx.base.text import number
from kx.drawing.curves import DOTS, SINGLE, drawable, mean_history
from kx.pages.charts import Band, Chart, DotPlot, DotRow, Series, thinned
from kx.pages.scales import padded
from kx.runs.history import Curves
from kx.runs.reader import Run
from kx.runs.record import Record, best_baseline, phase_starts
from kx.wording.words import Words

MOST = 400
"""At most so many epochs of a curve are drawn: more than a screen has room for."""


def curve_charts(run: Run, words: Words) -> list[Chart]:
    """Return a chart for each metric of the fits; of those with a validation part, if any has."""
    judged = [run.curves[name] for name in judged_names(run)] or list(run.curves.values())
    return [_chart(metric, judged, run.record, words) for metric in _metrics(judged)]


def refit_charts(run: Run, words: Words) -> list[Chart]:
    """Return a chart for each metric of the fits without a validation part, if others have one."""
    names = judged_names(run)
    fits = [fit for name, fit in run.curves.items() if names and name not in names]
    return [_plain_chart(metric, fits, words) for metric in _metrics(fits)]


def judged_names(run: Run) -> list[str]:
    """Return the names of the fits that have a validation part."""
    return [name for name, fit in run.curves.items() if any(k.startswith("val_") for k in fit)]


def fold_plot(run: Run, words: Words) -> DotPlot | None:
    """Return the scores of the folds side by side, or None where there are not several."""
    record = run.record
    metric = next(iter(record.scores.get("validation", {})), "") if record else ""
    if record is None or len(known := _known(record.fold_scores.get(metric, []))) < 2:
        return None
    mean, sd = fmean(known), stdev(known)
    rows = [*_fold_rows(run, record.fold_scores[metric], words)]
    text = f"{number(mean)} ± {number(sd)}"
    rows.append(DotRow(words("folds.mean"), [mean], mean - sd, mean + sd, "training", text))
    if found := best_baseline(record, "validation", metric):
        name = words.name("baseline", found[0])
        rows.append(DotRow(f"- {name}", [found[1]], ink="baseline", shown=number(found[1])))
    return DotPlot(words.score("validation", metric), rows)


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _fold_rows(run: Run, values: Sequence[float | None], words: Words) -> Iterator[DotRow]:
    """Yield a row for each fold; many are put into one row."""
    names = judged_names(run)
    if len(values) > SINGLE or len(names) != len(values):
        known = _known(values)
        yield DotRow(words("score.fits", count=len(known)), known)
        return
    for name, value in zip(names, values, strict=True):
        yield DotRow(name, _known([value]), shown=number(value))


def _metrics(fits: Sequence[Curves]) -> list[str]:
    return drawable(mean_history(fits)) if fits else []


def _chart(metric: str, fits: Sequence[Curves], record: Record | None, words: Words) -> Chart:
    """Return the chart of a metric: training as dots, validation as a line, folds behind."""
    smooth, skipped = _options(record)
    means = mean_history(fits)
    training, validation = means.get(metric, []), means.get(f"val_{metric}", [])
    folds = [fit[f"val_{metric}"] for fit in fits if f"val_{metric}" in fit]
    several = len(folds) > 1
    series = _behind(folds, smooth, skipped, words) if several else []
    if smooth and not several:
        series.append(_series("", validation, "validation", "faint"))
    how = words("curve.smoothed", factor=f"{smooth:g}") if smooth else ""
    how += words("curve.mean", count=len(folds)) if several else ""
    dots = "dots" if len(training) <= DOTS else "line"
    series += [
        _series(words("part.train") + how, _calm(training, smooth, skipped), "training", dots),
        _series(words("part.validation") + how, _calm(validation, smooth, skipped), "validation"),
        _lost(metric, fits, words),
    ]
    chart = Chart(
        title=words.name("metric", metric),
        x_label=words("curve.epoch"),
        y_label=_unit(metric, record, words),
        series=[one for one in series if len(one.x)],
        bands=_spread(folds, smooth, skipped, words) if several else [],
        marks=list(_marks(record, validation, words)),
        whole=True,
        note=" ".join(_notes(record, skipped, words)),
    )
    return _scaled(chart, metric, skipped, words)


def _notes(record: Record | None, skipped: int, words: Words) -> Iterator[str]:
    if skipped:
        yield words("curve.skipped", count=skipped)
    if record and len(phase_starts(record.fits)) > 1:
        yield words("curve.phases")


def _plain_chart(metric: str, fits: Sequence[Curves], words: Words) -> Chart:
    mean = mean_curve([fit[metric] for fit in fits if metric in fit])
    form = "dots" if len(mean) <= DOTS else "line"
    training, lost = (
        _series(words("part.train"), mean, "training", form),
        _lost(metric, fits, words),
    )
    chart = Chart(
        title=words.name("metric", metric),
        x_label=words("curve.epoch"),
        y_label=words.name("metric", metric),
        series=[one for one in (training, lost) if len(one.x)],
        whole=True,
    )
    return _scaled(chart, metric, 0, words)


def _options(record: Record | None) -> tuple[float, int]:
    """Return smoothing factor and number of skipped epochs of the strategy."""
    section = record.spec.get("validation") if record else None
    own: Mapping[str, Any] = section if isinstance(section, dict) else {}
    smooth, skipped = own.get("smooth"), own.get("skip_epochs")
    return (
        float(smooth) if isinstance(smooth, int | float) and 0 <= smooth < 1 else 0.0,
        skipped if isinstance(skipped, int) else 0,
    )


def _series(label: str, values: Sequence[float | None], ink: str, form: Any = "line") -> Series:
    kept = thinned(len(values), MOST)
    return Series(label, [at + 1 for at in kept], [values[at] for at in kept], ink, form)


def _lost(metric: str, fits: Sequence[Curves], words: Words) -> Series:
    """Return the epochs at which a metric of any fit was infinite or not a number."""
    epochs = {
        epoch
        for fit in fits
        for name in (metric, f"val_{metric}")
        for epoch, value in enumerate(fit.get(name, []), 1)
        if value is None
    }
    at = sorted(epochs)
    kept = [at[place] for place in thinned(len(at), MOST)]
    return Series(words("curve.lost"), kept, [None] * len(kept), "plain", "lost")


def _calm(values: Sequence[float | None], smooth: float, skipped: int) -> Sequence[float | None]:
    if not smooth:
        return values
    skipped = min(skipped, len(values))
    return smooth_curve([*[None] * skipped, *values[skipped:]], smooth)


def _behind(
    folds: Sequence[Sequence[float | None]], smooth: float, skipped: int, words: Words
) -> list[Series]:
    """Return the curves of single folds, if they are few."""
    if len(folds) > SINGLE:
        return []
    label = words("curve.each")
    return [_series(label, _calm(fold, smooth, skipped), "validation", "faint") for fold in folds]


def _spread(
    folds: Sequence[Sequence[float | None]], smooth: float, skipped: int, words: Words
) -> list[Band]:
    """Return mean ± standard deviation over the epochs that all folds reached."""
    columns = list(zip(*folds, strict=False))
    known = [_known(column) for column in columns]
    full = [len(values) == len(folds) for values in known]
    edges = [
        _calm(
            [fmean(v) + sign * stdev(v) if ok else None for v, ok in zip(known, full, strict=True)],
            smooth,
            skipped,
        )
        for sign in (-1, 1)
    ]
    at = [n for n in thinned(len(columns), MOST) if edges[0][n] is not None]
    low, high = ([edge[n] or 0.0 for n in at] for edge in edges)
    return [Band(words("curve.spread"), [n + 1 for n in at], low, high)] if at else []


def _marks(
    record: Record | None, validation: Sequence[float | None], words: Words
) -> Iterator[tuple[float, str]]:
    if record is None:
        return
    for start in phase_starts(record.fits)[1:]:
        yield start - 0.5, ""
    epoch = record.best_epoch
    if epoch is not None and 1 <= epoch <= len(validation):
        yield epoch, words("curve.best_epoch", epoch=epoch, value=number(validation[epoch - 1]))


def _unit(metric: str, record: Record | None, words: Words) -> str:
    target = record.dataset.target or "" if record else ""
    named = words.name("metric", metric)
    return target if target and metric in ("mae", "rmse") else named


def _scaled(chart: Chart, metric: str, skipped: int, words: Words) -> Chart:
    """Return the chart with the vertical axis that suits its values behind the skipped epochs."""
    shown = _behind_skipped(chart.series, skipped)
    if needs_logarithm(metric, shown):
        label = words("curve.logarithmic", name=chart.y_label)
        chart = replace(chart, y_label=label, logarithmic=True)
        shown = [math.log10(value) for value in shown]
    else:
        shown += _behind_skipped(chart.bands, skipped)
    zoomed = bool(skipped and shown)
    return replace(chart, y_range=padded(min(shown), max(shown), 0.08) if zoomed else None)


def _behind_skipped(drawn: Sequence[Series | Band], skipped: int) -> list[float]:
    """Return the finite values of curves behind the skipped epochs."""
    curves = [
        (one.x, edge)
        for one in drawn
        for edge in ([one.y] if isinstance(one, Series) else [one.low, one.high])
    ]
    return [
        y
        for curve in curves
        for x, y in zip(*curve, strict=True)
        if x > skipped and y is not None and math.isfinite(y)
    ]
