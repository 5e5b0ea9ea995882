"""Numbers that judge predictions, with the interval in which each may be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.contracts import DatasetInfo

if TYPE_CHECKING:
    import numpy as np

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
    return max(0.0, centre - half), min(1.0, centre + half)


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
) -> dict[str, Score]:
    """Put intervals around those ``values`` that are means over independent examples.

    Args:
        values: metric name -> value, as measured on ``y`` and ``predictions``.
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.
        seed: of the bootstrap's draws.
    """
    return {
        name: _scored(name, value, y, predictions, info, seed) for name, value in values.items()
    }


def _scored(
    name: str,
    value: float,
    y: np.ndarray,
    predictions: np.ndarray,
    info: DatasetInfo,
    seed: int,
) -> Score:
    if name == "accuracy" and info.task in ("binary", "multiclass"):
        return share_interval(value, len(y))
    errors: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {"mae": abs, "mse": _square}
    if name in errors and info.task in ("regression", "unit_regression"):
        rows = errors[name](predictions.reshape(len(y)) - y)
        return Score(value, *bootstrap_mean(rows, seed), "bootstrap")
    return Score(value)


def _square(values: np.ndarray) -> np.ndarray:
    return values**2
