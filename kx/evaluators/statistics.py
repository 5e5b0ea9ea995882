"""Metrics of a whole part as functions of how often each row counts: values, and resampled ones.

A statistic is prepared once, on targets and predictions, and then asked with (n,) weights: with
ones it is the metric, with the counts of a bootstrap draw one of its resampled values. So a draw
costs a few sums, even of metrics that need the rows sorted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.contracts import DatasetInfo

if TYPE_CHECKING:
    import numpy as np

Statistic = Callable[["np.ndarray"], float]
"""Is given (n,) float64 weights; not a number where the metric is not defined."""

BINS = 15
"""Of the calibration error, of equal width, as in its source."""

TINY = 1e-7
"""Keras's epsilon: probabilities are kept so far from 0 and 1, targets of a MAPE from 0."""

ROW_WORK = 20_000_000
"""Rows times outputs that a bootstrap reads: about a second of one core."""

FEWEST, MOST = 100, 1000
"""Draws of a bootstrap."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is true, and what a network says of it.

    Attributes:
        truth: (n,) numbers of classes that exclude each other; else (n, outputs), as targets are.
        said: (n, outputs), as the network gives them.
        quantiles: of which ``said`` are the numbers, if they are.
    """

    truth: np.ndarray
    said: np.ndarray
    quantiles: tuple[float, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether one of several classes is true of each row."""
        return self.truth.ndim == 1

    def columns(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield, for each output, whether it is true (n,) and what is said of it (n,)."""
        for number, said in enumerate(self.said.T):
            yield (self.truth == number if self.exclusive else self.truth[:, number] > 0), said


def answers(y: np.ndarray, predictions: np.ndarray, info: DatasetInfo) -> Answers:
    """Bring targets in the form of a dataset, and predictions (n, outputs), into one form."""
    said = predictions.reshape(len(y), -1)
    if info.task == "quantiles":
        return Answers(y.reshape(-1, 1), said, info.quantiles)
    if not info.many_classes:
        return Answers(y.reshape(said.shape), said)
    return Answers(y.argmax(axis=1) if y.ndim > 1 else y.astype(int), said)


def whole(name: str, y: np.ndarray, predictions: np.ndarray, info: DatasetInfo) -> Statistic:
    """Prepare a statistic of ``STATISTICS``.

    Args:
        name: of the metric.
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.
    """
    return STATISTICS[name](answers(y, predictions, info))


def once(statistic: Statistic, rows: int) -> float:
    """Return the metric: each of the rows counts once."""
    import numpy as np

    return statistic(np.ones(rows))


def resampled(statistic: Statistic, rows: int, outputs: int, seed: int) -> tuple[float, float]:
    """Return the 95 % percentile interval of a metric, from draws of all rows with replacement.

    Args:
        statistic: prepared on the rows.
        rows: how many there are.
        outputs: of the network: the more, the fewer draws, but at least ``FEWEST``.
        seed: of the draws.

    Returns:
        Not a number where no draw defines the metric.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    draws = min(MOST, max(FEWEST, ROW_WORK // max(1, rows * outputs)))
    values = [
        statistic(np.bincount(rng.integers(rows, size=rows), minlength=rows).astype(np.float64))
        for _ in range(draws)
    ]
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan
    low, high = np.quantile(known, (0.025, 0.975)).tolist()
    return low, high


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


Prepare = Callable[[Answers], Statistic]


def _mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan


def _counted(measured: Callable[[np.ndarray], float]) -> Prepare:
    """Return what prepares the mean of ``measured`` over tallies."""

    def prepare(given: Answers) -> Statistic:
        each = tallies(given)
        return lambda weights: _mean([measured(tally(weights)) for tally in each])

    return prepare


def _f1(given: Answers) -> Statistic:
    return _counted(f1 if given.exclusive else f1_of_yes)(given)


def _hits_among(row: int) -> Prepare:
    """Return what prepares the hits of all labels among what ``row`` of their tallies counts."""

    def prepare(given: Answers) -> Statistic:
        each = tallies(given)

        def statistic(weights: np.ndarray) -> float:
            found = [tally(weights)[:, 1] for tally in each]
            of = math.fsum(counts[row] for counts in found)
            return math.fsum(counts[0] for counts in found) / of if of else 0.0

        return statistic

    return prepare


def _ranked(area: Callable[[np.ndarray, np.ndarray], float]) -> Prepare:
    """Return what prepares the mean over outputs of an area.

    ``area`` is given how many yes and how many no share each rank, the most probable first.
    """

    def prepare(given: Answers) -> Statistic:
        each = [_area_of(area, *column) for column in given.columns()]
        return lambda weights: _mean([one(weights) for one in each])

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


def _roc(yes: np.ndarray, no: np.ndarray) -> float:
    """Return how often a yes is ranked above a no, a tie half."""
    pairs = yes.sum() * no.sum()
    return float((yes * (no.sum() - no.cumsum() + no / 2)).sum() / pairs) if pairs else math.nan


def _average_precision(yes: np.ndarray, no: np.ndarray) -> float:
    """Return the mean precision over the ranks of all yes; not a number without any."""
    import numpy as np

    hits, said, total = yes.cumsum(), (yes + no).cumsum(), yes.sum()
    precision = hits / np.where(said > 0, said, 1)
    return float((yes * precision).sum() / total) if total else math.nan


def _averaged(rows: Callable[[Answers], np.ndarray], *, root: bool = False) -> Prepare:
    """Return what prepares the mean, or the root of the mean, of a number of each row."""

    def prepare(given: Answers) -> Statistic:
        values = rows(given)

        def statistic(weights: np.ndarray) -> float:
            found = float(weights @ values) / float(weights.sum())
            return math.sqrt(found) if root else found

        return statistic

    return prepare


def _of_truth(given: Answers) -> np.ndarray:
    """Return what is said of the class that is true, as share of all that is said: (n,)."""
    import numpy as np

    said = given.said.astype(np.float64)
    found: np.ndarray = said[np.arange(len(said)), given.truth] / said.sum(axis=1)
    return found


def _surprise(given: Answers) -> np.ndarray:
    """Return minus the logarithm of the probability of what is true, for each row."""
    import numpy as np

    if given.exclusive:
        surprise: np.ndarray = -np.log(_of_truth(given).clip(TINY, 1 - TINY))
        return surprise
    inside = given.said.astype(np.float64).clip(TINY, 1 - TINY)
    found: np.ndarray = -np.log(np.where(given.truth > 0, inside, 1 - inside)).mean(axis=1)
    return found


def _quadratic(given: Answers) -> np.ndarray:
    """Return squared errors of probabilities, added up over classes, averaged over labels."""
    import numpy as np

    said = given.said.astype(np.float64)
    if not given.exclusive:
        return _squares(given)
    true = said[np.arange(len(said)), given.truth]
    found: np.ndarray = (said**2).sum(axis=1) - 2 * true + 1
    return found


def _errors(given: Answers) -> np.ndarray:
    import numpy as np

    found: np.ndarray = given.said.astype(np.float64) - given.truth.astype(np.float64)
    return found


def _squares(given: Answers) -> np.ndarray:
    found: np.ndarray = (_errors(given) ** 2).mean(axis=1)
    return found


def _percentages(given: Answers) -> np.ndarray:
    """Return absolute errors in percent of the targets."""
    import numpy as np

    sizes = np.abs(given.truth.astype(np.float64)).clip(TINY)
    found: np.ndarray = (100 * np.abs(_errors(given)) / sizes).mean(axis=1)
    return found


def _calibration(given: Answers) -> Statistic:
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


def _determination(given: Answers) -> Statistic:
    """Prepare R² of the targets, shifted by their mean: sums of squares keep their digits."""
    import numpy as np

    y, squares = given.truth.astype(np.float64), _errors(given) ** 2
    if y.shape[1] == 1:
        y, squares = y[:, 0], squares[:, 0]
    y = y - y.mean(axis=0)

    def statistic(weights: np.ndarray) -> float:
        spread = weights @ y**2 - (weights @ y) ** 2 / weights.sum()
        if not np.all(spread > 0):
            return math.nan
        return float(np.mean(1 - (weights @ squares) / spread))  # of several numbers, their mean

    return statistic


def _median_error(given: Answers) -> Statistic:
    """Prepare the median of the absolute errors; of two in the middle, their mean."""
    import numpy as np

    errors = np.abs(_errors(given)).mean(axis=1)
    order = errors.argsort()
    rising = errors[order]

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


def _deviances(given: Answers) -> np.ndarray:
    """Return the deviance of each row, of rates that are as far from 0 as Keras's loss has them."""
    return poisson_deviances(given.truth[:, 0], given.said[:, 0].astype("float64").clip(TINY))


def pinballs(y: np.ndarray, said: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
    """Return the pinball loss (n, quantiles) of numbers said of targets (n,)."""
    import numpy as np

    off = y.astype(np.float64).reshape(-1, 1) - said.astype(np.float64)
    shares = np.asarray(quantiles)
    found: np.ndarray = np.maximum(shares * off, (shares - 1) * off)
    return found


def _pinball(given: Answers) -> np.ndarray:
    found: np.ndarray = pinballs(given.truth, given.said, given.quantiles).mean(axis=1)
    return found


def inside(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return whether targets (n,) lie between the first and the last of (n, quantiles)."""
    found: np.ndarray = (said[:, 0] <= y) & (y <= said[:, -1])
    return found


def _covered(given: Answers) -> np.ndarray:
    return inside(given.truth[:, 0], given.said).astype("float64")


def _steps(given: Answers) -> np.ndarray:
    """Return by how many classes each answer is off."""
    import numpy as np

    found: np.ndarray = np.abs(given.said.argmax(axis=1) - given.truth).astype(np.float64)
    return found


def _weighted_kappa(given: Answers) -> Statistic:
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


STATISTICS: Mapping[str, Prepare] = {
    "poisson_deviance": _averaged(_deviances),
    "pinball": _averaged(_pinball),
    "coverage": _averaged(_covered),
    "rank_error": _averaged(_steps),
    "weighted_kappa": _weighted_kappa,
    "balanced_accuracy": _counted(balanced_accuracy),
    "mcc": _counted(matthews),
    "f1_score": _f1,
    "precision": _hits_among(2),
    "recall": _hits_among(1),
    "auc": _ranked(_roc),
    "pr_auc": _ranked(_average_precision),
    "log_loss": _averaged(_surprise),
    "brier_score": _averaged(_quadratic),
    "calibration_error": _calibration,
    "rmse": _averaged(_squares, root=True),
    "mape": _averaged(_percentages),
    "r2": _determination,
    "median_absolute_error": _median_error,
}
"""Metric -> what prepares it.

Of several labels it is the mean over labels, but for precision and recall, which count the answers
to all labels together, as Keras's do.
"""
