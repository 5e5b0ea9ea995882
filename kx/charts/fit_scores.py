"""The scores of several fits beside each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev

from kx.base.curves import main_metric
from kx.charts.chart import Axis
from kx.charts.curves import IN_UNITS, judged_fits
from kx.runs.reader import Run
from kx.runs.record_scores import hardest
from kx.wording.words import Words


@dataclass(frozen=True, slots=True)
class FitScores:
    """What each of several fits scored.

    Attributes:
        axis: of the scores.
        scores: name of a fit -> its score; None or infinite where there is none.
        baseline: what is hardest to beat is called, and its value; None if none is known.
    """

    axis: Axis
    scores: Mapping[str, float | None]
    baseline: tuple[str, float] | None = None

    @property
    def known(self) -> list[float]:
        """The scores that are finite numbers."""
        return [v for v in self.scores.values() if v is not None and math.isfinite(v)]

    @property
    def mean(self) -> float:
        """Of the known scores, of which there must be one."""
        return fmean(self.known)

    @property
    def sd(self) -> float:
        """Standard deviation of the known scores; 0 of a single one."""
        return stdev(self.known) if len(self.known) > 1 else 0.0


def fit_scores(
    metric: str,
    scores: Mapping[str, float | None],
    baselines: Mapping[str, float | None],
    unit: str,
    words: Words,
) -> FitScores:
    """Return what each of several fits scored on its validation part, and the best baseline there.

    Args:
        metric: without ``val_``.
        scores: name of a fit -> its score.
        baselines: name -> value of the metric.
        unit: of what a regression predicts.
        words: of the language.
    """
    axis = Axis(words.score("validation", metric), unit if metric in IN_UNITS else "")
    best = hardest(baselines, metric)
    return FitScores(axis, scores, (words.name("baseline", best[0]), best[1]) if best else None)


def scores_of_fits(run: Run, words: Words) -> FitScores | None:
    """Return what the fits of a run scored, or None where there are not several."""
    record = run.record
    metric = main_metric(record.scores.get("validation", {})) if record else None
    values = record.fold_scores.get(metric, []) if record and metric else []
    if record is None or metric is None or sum(value is not None for value in values) < 2:
        return None
    names = list(judged_fits(run.curves))
    if len(names) != len(values):
        names = [str(at) for at, _ in enumerate(values, 1)]
    scores = dict(zip(names, values, strict=True))
    baselines = record.baselines.get("validation", {}).get(metric, {})
    return fit_scores(metric, scores, baselines, record.dataset.target or "", words)
