"""Metrics of predicted numbers: their errors, of counts and of quantiles as well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kx.evaluators.answers import TINY, Answers, Statistic

if TYPE_CHECKING:
    import numpy as np


TINY_SPREAD = 1e-12
"""Added to a standard deviation: that of equal targets is 0."""


def errors(given: Answers) -> np.ndarray:
    """Return (n, outputs) float64, by how much answers are too large."""
    import numpy as np

    found: np.ndarray = given.said.astype(np.float64) - given.truth.astype(np.float64)
    return found


def scaled_errors(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return the mean absolute error of each row over several numbers, each in a unit of its own.

    Args:
        y: (n, numbers) targets, in whose standard deviations the errors are told.
        said: (n, numbers).
    """
    found: np.ndarray = abs((said - y) / (y.std(axis=0) + TINY_SPREAD)).mean(axis=1)
    return found


def squares(given: Answers) -> np.ndarray:
    """Return the squared error of each row, averaged over outputs."""
    found: np.ndarray = (errors(given) ** 2).mean(axis=1)
    return found


def percentages(given: Answers) -> np.ndarray:
    """Return absolute errors in percent of the targets."""
    import numpy as np

    sizes = np.abs(given.truth.astype(np.float64)).clip(TINY)
    found: np.ndarray = (100 * np.abs(errors(given)) / sizes).mean(axis=1)
    return found


def determination(given: Answers) -> Statistic:
    """Prepare R² of the targets, shifted by their mean: sums of squares keep their digits."""
    import numpy as np

    y, squares = given.truth.astype(np.float64), errors(given) ** 2
    if y.shape[1] == 1:
        y, squares = y[:, 0], squares[:, 0]
    y = y - y.mean(axis=0)

    def statistic(weights: np.ndarray) -> float:
        spread = weights @ y**2 - (weights @ y) ** 2 / weights.sum()
        if not np.all(spread > 0):
            return math.nan
        return float(np.mean(1 - (weights @ squares) / spread))  # of several numbers, their mean

    return statistic


def median_error(given: Answers) -> Statistic:
    """Prepare the median of the absolute errors; of two in the middle, their mean."""
    import numpy as np

    sizes = np.abs(errors(given)).mean(axis=1)
    order = sizes.argsort()
    rising = sizes[order]

    def statistic(weights: np.ndarray) -> float:
        passed = weights[order].cumsum()
        half = passed[-1] / 2
        low, high = np.searchsorted(passed, half), np.searchsorted(passed, half, side="right")
        return float(rising[low] + rising[min(high, len(rising) - 1)]) / 2

    return statistic


def poisson_deviances(y: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return how far predicted rates (n,) are from counts (n,): their mean is the deviance.

    A rate of 0 is infinitely far from a count above 0.

    Source:
        McCullagh and Nelder (1989), "Generalized linear models", 2.3.
    """
    import numpy as np
    from scipy.special import xlogy

    y, rates = y.astype("float64"), rates.astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(y > 0, y / rates, 1.0)
    found: np.ndarray = 2 * (xlogy(y, ratio) - y + rates)
    return found


def deviances(given: Answers) -> np.ndarray:
    """Return the deviance of each row, of rates that are as far from 0 as Keras's loss has them."""
    return poisson_deviances(given.truth[:, 0], given.said[:, 0].astype("float64").clip(TINY))


def pinballs(y: np.ndarray, said: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
    """Return the pinball loss (n, quantiles) of numbers said of targets (n,)."""
    import numpy as np

    off = y.astype(np.float64).reshape(-1, 1) - said.astype(np.float64)
    shares = np.asarray(quantiles)
    found: np.ndarray = np.maximum(shares * off, (shares - 1) * off)
    return found


def pinball(given: Answers) -> np.ndarray:
    """Return the pinball loss of each row, averaged over quantiles."""
    found: np.ndarray = pinballs(given.truth, given.said, given.quantiles).mean(axis=1)
    return found


def inside(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return whether targets (n,) lie between the first and the last of (n, quantiles)."""
    found: np.ndarray = (said[:, 0] <= y) & (y <= said[:, -1])
    return found


def covered(given: Answers) -> np.ndarray:
    """Return 1 for each row whose target lies between the outer quantiles, else 0."""
    return inside(given.truth[:, 0], given.said).astype("float64")
