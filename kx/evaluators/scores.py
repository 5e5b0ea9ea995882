"""Numbers that judge predictions, with the interval in which each may be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from kx.contracts import DatasetInfo
from kx.evaluators.resampling import resampled
from kx.evaluators.statistics import STATISTICS, whole

if TYPE_CHECKING:
    import numpy as np

STREAMED = ("auc", "pr_auc")
"""Metrics that Keras only estimates while it trains, by 200 thresholds."""

NORMAL_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """A number, and the 95 % interval around it.

    Attributes:
        interval: how the interval was made: ``wilson``, ``bootstrap``, or empty for none.
    """

    value: float
    low: float | None = None
    high: float | None = None
    interval: str = ""


def exact(name: str, y: np.ndarray, predictions: np.ndarray, info: DatasetInfo) -> float:
    """Return a metric of ``EXACT``, over all examples at once.

    Args:
        name: of the metric.
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.

    Returns:
        Not a number where the metric is not defined, as for examples of a single class.
    """
    if info.task == "multi_regression":
        each = [EXACT[name](*column) for column in zip(y.T, predictions.T, strict=True)]
        return fmean(each)
    shape = (len(y), -1) if info.task == "multilabel" else (len(y), 1)
    return EXACT[name](y.reshape(shape), predictions.reshape(shape))


def _mean_area(truths: np.ndarray, said: np.ndarray) -> float:
    """Return the mean area over the columns that have both answers."""
    areas = [area_under_roc(*column) for column in zip(truths.T > 0, said.T, strict=True)]
    known = [area for area in areas if not math.isnan(area)]
    return fmean(known) if known else math.nan


def area_under_roc(truth: np.ndarray, said: np.ndarray) -> float:
    """Return the area under the ROC curve: how often a yes is ranked above a no, a tie half.

    Args:
        truth: (n,) whether the answer is yes.
        said: (n,) numbers that are to be greater where it is.

    Returns:
        Not a number if all answers are the same.

    Source:
        Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating
        characteristic (ROC) curve", Radiology 143.
    """
    from scipy.stats import rankdata

    yes = int(truth.sum())
    no = len(truth) - yes
    if not yes or not no:
        return math.nan
    return float((rankdata(said)[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def determination(y: np.ndarray, said: np.ndarray) -> float:
    """Return R²: 1 - squared errors / squared deviations; not a number for constant targets."""
    y, said = y.astype("float64"), said.astype("float64")
    spread = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((y - said) ** 2).sum()) / spread if spread else math.nan


EXACT: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "auc": _mean_area,
    "r2": determination,
}
"""Metrics that are no means over examples, and that Keras computes otherwise, for batches.

Its AUC looks at 200 thresholds; its R² subtracts sums in float32 that hardly differ where targets
are large. Precision and recall are counts, in Keras as here.
"""


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference",
        Journal of the American Statistical Association 22.
    """
    share, square = successes / trials, NORMAL_95**2
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    spread = math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    half = NORMAL_95 * spread / (1 + square / trials)
    # At the ends centre and half are the same but for rounding: 1.39e-17 is no end of an interval.
    low, high = (0.0 if share <= 0 else centre - half), (1.0 if share >= 1 else centre + half)
    return max(0.0, low), min(1.0, high)


def share_interval(value: float, trials: int) -> Score:
    """Return a share, such as an accuracy over ``trials`` examples, with its Wilson interval."""
    return Score(value, *wilson(value * trials, trials), "wilson")


def bootstrap_mean(values: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean of ``values`` (n,)."""
    from scipy.stats import bootstrap

    if len(values) < 2:
        return float(values.mean()), float(values.mean())
    result = bootstrap(
        (values,),
        _mean,
        n_resamples=RESAMPLES,
        batch=max(1, 2_000_000 // len(values)),
        method="percentile",
        rng=seed,
        vectorized=True,
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    means: np.ndarray = values.mean(axis=axis)
    return means


def with_intervals(
    values: Mapping[str, float],
    y: np.ndarray,
    predictions: np.ndarray,
    info: DatasetInfo,
    seed: int,
    names: Mapping[str, str] | None = None,
) -> dict[str, Score]:
    """Put intervals around those ``values`` that can be resampled.

    Args:
        values: metric name -> value, as measured on ``y`` and ``predictions``.
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.
        seed: of the bootstrap's draws.
        names: label -> metric, of those with another label than their name; empty for one that
            has options, of which nothing is known here.
    """
    called = {name: name for name in values} | dict(names or {})
    return {
        name: _scored(called[name], value, y, predictions, info, seed)
        for name, value in values.items()
    }


def _scored(
    name: str,
    value: float,
    y: np.ndarray,
    predictions: np.ndarray,
    info: DatasetInfo,
    seed: int,
) -> Score:
    if (name == "accuracy" and info.one_class) or name == "coverage":
        return share_interval(value, len(y))
    if name == "accuracy" and info.task == "multilabel":
        right = ((predictions > 0.5) == (y > 0.5)).mean(axis=1)  # labels of a row go together
        return Score(value, *bootstrap_mean(right, seed), "bootstrap")
    errors: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {"mae": abs, "mse": _square}
    if name in errors and info.numbers:
        rows = errors[name](predictions.reshape(y.shape) - y)
        rows = rows.reshape(len(y), -1).mean(axis=1)
        return Score(value, *bootstrap_mean(rows, seed), "bootstrap")
    if name in STATISTICS and len(y) and not math.isnan(value):
        low, high = resampled(whole(name, y, predictions, info), len(y), info.outputs, seed)
        return Score(value, low, high, "bootstrap") if math.isfinite(low) else Score(value)
    return Score(value)


def _square(values: np.ndarray) -> np.ndarray:
    return values**2
