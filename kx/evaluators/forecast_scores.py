"""Numbers that judge forecasts, with intervals that neighbouring windows do not make too narrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kx.contracts import SeriesForm
from kx.evaluators.scores import RESAMPLES, Score

if TYPE_CHECKING:
    import numpy as np

MORE = ("rmse", "mase", "smape")
"""What is measured of forecasts besides the metrics of the spec."""

BLOCKS = "block bootstrap"
"""How the interval of a record is called."""

FEWEST = 4
"""Blocks that must fit into the rows, or their interval means nothing."""


def forecast_errors(
    y: np.ndarray, said: np.ndarray, series: SeriesForm
) -> dict[str, tuple[np.ndarray, Callable[[float], float]]]:
    """Return name of a score -> (n,) errors of the windows, and what their mean becomes.

    ``mase`` is the absolute error in units of the seasonal naive forecast's on training rows:
    below 1 is better than that. ``smape`` is 200 |y - said| / (|y| + |said|), in percent, 0 where
    both are 0.

    Args:
        y: (n,) or (n, horizon) targets.
        said: likewise, predictions.
        series: has the naive forecast's error; 0: it makes none, and nothing is measured by it.

    Source:
        Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", International
        Journal of Forecasting 22; Makridakis and Hibon (2000), "The M3-competition", ibid. 16.
    """
    import numpy as np

    y, said = (of.reshape(len(y), -1).astype(np.float64) for of in (y, said))
    away = np.abs(said - y)
    size = np.abs(y) + np.abs(said)
    shares = np.divide(200 * away, size, out=np.zeros_like(away), where=size > 0)
    squared = np.square(away).mean(axis=1)
    plain, absolute = (lambda mean: mean), away.mean(axis=1)
    found: dict[str, tuple[np.ndarray, Callable[[float], float]]] = {
        "mae": (absolute, plain),
        "mse": (squared, plain),
        "rmse": (squared, math.sqrt),
        "smape": (shares.mean(axis=1), plain),
    }
    if series.naive > 0:
        found["mase"] = (absolute / series.naive, plain)
    return found


def forecast_names(series: SeriesForm | None) -> list[str]:
    """Return which of ``MORE`` are defined; none for rows that stand alone."""
    return [name for name in MORE if series and (name != "mase" or series.naive > 0)]


def forecast_measure(name: str, y: np.ndarray, said: np.ndarray, series: SeriesForm) -> float:
    """Return one of ``forecast_names``, over all windows."""
    rows, of = forecast_errors(y, said, series)[name]
    return of(float(rows.mean()))


def errors_by_step(y: np.ndarray, said: np.ndarray) -> dict[str, np.ndarray]:
    """Return ``mae`` and ``rmse`` -> (steps,) float64, over all windows.

    Args:
        y: (n, steps) targets.
        said: likewise, predictions.
    """
    import numpy as np

    away = said.astype(np.float64) - y
    return {"mae": np.abs(away).mean(axis=0), "rmse": np.sqrt(np.square(away).mean(axis=0))}


def with_block_intervals(
    values: Mapping[str, float], y: np.ndarray, said: np.ndarray, series: SeriesForm, seed: int
) -> dict[str, Score]:
    """Put intervals around those ``values`` that are means over windows.

    Args:
        values: metric -> value.
        y: (n, …) targets, in order of time.
        said: likewise, predictions.
        series: tells how long neighbours are alike.
        seed: of the draws.
    """
    errors = forecast_errors(y, said, series)
    length = block_length(len(y), series)
    scores = {}
    for name, value in values.items():
        if name not in errors or len(y) < FEWEST * length:
            scores[name] = Score(value)
            continue
        rows, of = errors[name]
        low, high = block_bootstrap(rows, length, seed)
        scores[name] = Score(value, of(low), of(high), BLOCKS)
    return scores


def block_length(count: int, series: SeriesForm) -> int:
    """Return how many windows, in order of time, are drawn together.

    They are those of one season, or of one forecast if that is longer, of all series.
    """
    steps = -(-max(series.season, series.leads[-1]) // series.stride)
    least: int = math.ceil(count ** (1 / 3))
    return max(steps * max(1, len(series.names)), least)


def block_bootstrap(values: np.ndarray, length: int, seed: int) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean of ``values`` (n,), drawn in blocks.

    Blocks of neighbours, from any place on and round the end, are drawn with replacement.

    Source:
        Politis and Romano (1992), "A circular block-resampling procedure for stationary data", in
        LePage and Billard, Exploring the limits of bootstrap.
    """
    import numpy as np

    count = len(values)
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values[:length]]))])
    means = (sums[length : length + count] - sums[:count]) / length
    drawn = np.random.default_rng(seed).integers(0, count, (RESAMPLES, -(-count // length)))
    low, high = np.quantile(means[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
