"""Metrics of probabilities: how they rank rows, and how far they are from what is true."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from kx.evaluators.amounts import squares
from kx.evaluators.answers import TINY, Answers, Prepare, Statistic, mean_of_known

if TYPE_CHECKING:
    import numpy as np

BINS = 15
"""Of the calibration error, of equal width, as in its source."""


def ranked(area: Callable[[np.ndarray, np.ndarray], float]) -> Prepare:
    """Return what prepares the mean over outputs of an area.

    ``area`` is given how many yes and how many no share each rank, the most probable first.
    """

    def prepare(given: Answers) -> Statistic:
        each = [_area_of(area, *column) for column in given.columns()]
        return lambda weights: mean_of_known([one(weights) for one in each])

    return prepare


def _area_of(
    area: Callable[[np.ndarray, np.ndarray], float], yes: np.ndarray, said: np.ndarray
) -> Statistic:
    import numpy as np

    _, rank = np.unique(-said, return_inverse=True)
    size, of_yes, of_no = int(rank.max(initial=0)) + 1, rank[yes], rank[~yes]
    return lambda weights: area(
        np.bincount(of_yes, weights[yes], size), np.bincount(of_no, weights[~yes], size)
    )


def roc(yes: np.ndarray, no: np.ndarray) -> float:
    """Return how often a yes is ranked above a no, a tie half."""
    pairs = yes.sum() * no.sum()
    return float((yes * (no.sum() - no.cumsum() + no / 2)).sum() / pairs) if pairs else math.nan


def average_precision(yes: np.ndarray, no: np.ndarray) -> float:
    """Return the mean precision over the ranks of all yes; not a number without any."""
    import numpy as np

    hits, said, total = yes.cumsum(), (yes + no).cumsum(), yes.sum()
    precision = hits / np.where(said > 0, said, 1)
    return float((yes * precision).sum() / total) if total else math.nan


def _of_truth(given: Answers) -> np.ndarray:
    """Return what is said of the class that is true, as share of all that is said: (n,)."""
    import numpy as np

    said = given.said.astype(np.float64)
    found: np.ndarray = said[np.arange(len(said)), given.truth] / said.sum(axis=1)
    return found


def surprise(given: Answers) -> np.ndarray:
    """Return minus the logarithm of the probability of what is true, for each row."""
    import numpy as np

    if given.exclusive:
        surprise: np.ndarray = -np.log(_of_truth(given).clip(TINY, 1 - TINY))
        return surprise
    inside = given.said.astype(np.float64).clip(TINY, 1 - TINY)
    found: np.ndarray = -np.log(np.where(given.truth > 0, inside, 1 - inside)).mean(axis=1)
    return found


def quadratic(given: Answers) -> np.ndarray:
    """Return squared errors of probabilities, added up over classes, averaged over labels."""
    import numpy as np

    said = given.said.astype(np.float64)
    if not given.exclusive:
        return squares(given)
    true = said[np.arange(len(said)), given.truth]
    found: np.ndarray = (said**2).sum(axis=1) - 2 * true + 1
    return found


def calibration(given: Answers) -> Statistic:
    """Prepare the mean gap between how sure the answers of a bin are, and how often right.

    Source:
        Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", ICML.
    """
    import numpy as np

    sure, right = confidence(given)
    bins, gaps, labels = bins_of(sure).reshape(-1), (sure - right).reshape(-1), sure.shape[1]

    def statistic(weights: np.ndarray) -> float:
        each = np.repeat(weights, labels)
        return float(np.abs(np.bincount(bins, each * gaps, BINS)).sum() / each.sum())

    return statistic


def confidence(given: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Return how sure each answer is, and whether it is right: (n, 1), or (n, labels)."""
    import numpy as np

    said = given.said.astype(np.float64)
    if given.exclusive:
        return said.max(axis=1)[:, None], (given.truth == said.argmax(axis=1))[:, None]
    return np.maximum(said, 1 - said), (said > 0.5) == (given.truth > 0)


def bins_of(sure: np.ndarray) -> np.ndarray:
    """Return the bin of each number from 0 to 1, whose upper end is in it."""
    import numpy as np

    bins: np.ndarray = np.ceil(sure * BINS).clip(1, BINS).astype(int) - 1
    return bins
