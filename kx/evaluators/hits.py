"""Metrics that count hits: of classes, of labels, and of classes in an order."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from kx.evaluators.answers import Answers, Prepare, Statistic, mean_of_known

if TYPE_CHECKING:
    import numpy as np


def balanced_accuracy(tally: np.ndarray) -> float:
    """Return the mean recall of the classes that occur."""
    hits, true, _ = tally[:, tally[1] > 0]
    return float((hits / true).mean()) if len(true) else math.nan


def matthews(tally: np.ndarray) -> float:
    """Return the correlation of true and predicted classes; 0 where one of them never varies.

    Source:
        Gorodkin (2004), "Comparing two K-category assignments by a K-category correlation
        coefficient", Computational Biology and Chemistry 28.
    """
    hits, true, said = tally
    total = true.sum()
    together = hits.sum() * total - true @ said
    spread = (total**2 - true @ true) * (total**2 - said @ said)
    return float(together / math.sqrt(spread)) if spread > 0 else 0.0


def f1(tally: np.ndarray) -> float:
    """Return the mean F1 of the classes; 0 for one that neither occurs nor is predicted."""
    import numpy as np

    hits, true, said = tally
    both = true + said
    return float((2 * hits / np.where(both > 0, both, 1)).mean())


def f1_of_yes(tally: np.ndarray) -> float:
    """Return F1 of the second of two classes."""
    return f1(tally[:, 1:])


Tally = Callable[["np.ndarray"], "np.ndarray"]
"""Weights -> (3, classes): hits, rows that are of each class, rows that are said to be."""


def tallies(given: Answers) -> list[Tally]:
    """Return what counts hits: once for all classes, or for no and yes of each label."""
    if given.exclusive:
        return [_tally(given.truth, given.said.argmax(axis=1), given.said.shape[1])]
    return [_tally(yes.astype(int), (said > 0.5).astype(int), 2) for yes, said in given.columns()]


def _tally(true: np.ndarray, said: np.ndarray, classes: int) -> Tally:
    import numpy as np

    right = true == said

    def tally(weights: np.ndarray) -> np.ndarray:
        kinds = (true[right], weights[right]), (true, weights), (said, weights)
        return np.stack([np.bincount(of, counts, classes) for of, counts in kinds])

    return tally


def counted(measured: Callable[[np.ndarray], float]) -> Prepare:
    """Return what prepares the mean of ``measured`` over tallies."""

    def prepare(given: Answers) -> Statistic:
        each = tallies(given)
        return lambda weights: mean_of_known([measured(tally(weights)) for tally in each])

    return prepare


def mean_f1(given: Answers) -> Statistic:
    """Prepare F1, averaged over classes, or over labels that of their yes."""
    return counted(f1 if given.exclusive else f1_of_yes)(given)


def hits_among(row: int) -> Prepare:
    """Return what prepares the hits of all labels among what ``row`` of their tallies counts."""

    def prepare(given: Answers) -> Statistic:
        each = tallies(given)

        def statistic(weights: np.ndarray) -> float:
            found = [tally(weights)[:, 1] for tally in each]
            of = math.fsum(counts[row] for counts in found)
            return math.fsum(counts[0] for counts in found) / of if of else 0.0

        return statistic

    return prepare


def steps(given: Answers) -> np.ndarray:
    """Return by how many classes each answer is off."""
    import numpy as np

    found: np.ndarray = np.abs(given.said.argmax(axis=1) - given.truth).astype(np.float64)
    return found


def weighted_kappa(given: Answers) -> Statistic:
    """Prepare the agreement beyond chance, where errors count by the square of their steps.

    Not a number where all answers and all classes are one.

    Source:
        Cohen (1968), "Weighted kappa: nominal scale agreement with provision for scaled
        disagreement or partial credit", Psychological Bulletin 70.
    """
    import numpy as np

    true, said = given.truth.astype(np.float64), given.said.argmax(axis=1).astype(np.float64)
    both = np.stack([true, said])

    def statistic(weights: np.ndarray) -> float:
        share = weights / weights.sum()
        means, squares = both @ share, both**2 @ share
        chance = float(squares.sum() - 2 * means.prod())
        return 1 - float((true - said) ** 2 @ share) / chance if chance > 0 else math.nan

    return statistic
