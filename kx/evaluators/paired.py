"""Whether two runs differ by more than chance, where both were judged on the same things.

Every difference is the second run's value minus the first one's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kx.evaluators.forecast_scores import FEWEST, block_bootstrap

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 10_000
LEVEL = 0.05
"""Below this probability, a difference is no longer taken for chance."""


@dataclass(frozen=True, slots=True)
class PairedTest:
    """What came of a test on pairs of values.

    Attributes:
        metric: what differs.
        pairs: how many there are: test rows, or folds.
        difference: mean over the pairs.
        low: lower end of the 95 % interval of ``difference``; None if there is no telling.
        high: upper end.
        p: probability of such a difference or a larger one if only chance were at work; None
            where the test has none.
        only_first: McNemar: rows that only the first run got right.
        only_second: likewise.
    """

    name: Literal["mcnemar", "paired bootstrap", "paired block bootstrap", "corrected resampled t"]
    metric: str
    pairs: int
    difference: float
    low: float | None
    high: float | None
    p: float | None = None
    only_first: int | None = None
    only_second: int | None = None

    @property
    def distinguishable(self) -> bool | None:
        """Whether chance alone would rarely do this: by p, else by the interval; None: unknown."""
        if self.p is not None:
            return self.p < LEVEL
        if self.low is None or self.high is None:
            return None
        return not self.low <= 0 <= self.high


def labels(values: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """Return the class of each row, as an integer.

    Args:
        values: (n,) classes already; (n, 1) a probability, above the threshold for class 1; or
            (n, classes), the largest of which counts.
        threshold: of a single probability.
    """
    if values.ndim == 1:
        return values.astype(int)
    return values.argmax(axis=1) if values.shape[1] > 1 else (values[:, 0] > threshold).astype(int)


def per_split(values: np.ndarray, splits: int) -> np.ndarray:
    """Average over the seeds: (splits * seeds,), all seeds of a split together, to (splits,)."""
    means: np.ndarray = values.reshape(splits, -1).mean(axis=1)
    return means


def mcnemar(first: np.ndarray, second: np.ndarray, seed: int) -> PairedTest:
    """Compare two classifiers on the same rows; exact, by the rows on which they disagree.

    Args:
        first: (n,) bool, whether the first run is right.
        second: likewise.
        seed: of the resampling behind the interval of the difference in accuracy.

    Source:
        McNemar (1947), "Note on the sampling error of the difference between correlated
        proportions or percentages", Psychometrika 12.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    low, high = _share_interval(only_first, only_second, len(first), seed)
    return PairedTest(
        "mcnemar",
        "accuracy",
        len(first),
        (only_second - only_first) / len(first),
        low,
        high,
        _sign_test(only_first, only_second),
        only_first,
        only_second,
    )


def paired_bootstrap(metric: str, first: np.ndarray, second: np.ndarray, seed: int) -> PairedTest:
    """Compare the means of two (n,) arrays of errors, row by row, by resampling the rows."""
    differences = second - first
    low, high = _mean_interval(differences, seed)
    mean = float(differences.mean())
    return PairedTest("paired bootstrap", metric, len(differences), mean, low, high)


def paired_block_bootstrap(
    metric: str, first: np.ndarray, second: np.ndarray, seed: int, block: int
) -> PairedTest:
    """Compare likewise the errors of forecasts (n,) in order of time, by resampling blocks of them.

    There is no telling from few blocks.
    """
    differences, low, high = second - first, None, None
    if len(differences) >= FEWEST * block:
        low, high = block_bootstrap(differences, block, seed)
    mean = float(differences.mean())
    return PairedTest("paired block bootstrap", metric, len(differences), mean, low, high)


def corrected_t(metric: str, first: np.ndarray, second: np.ndarray, ratio: float) -> PairedTest:
    """Compare two runs by their scores on the same folds.

    t = mean(d) / sqrt((1 / m + ratio) * var(d)), with m - 1 degrees of freedom. The training parts
    overlap, so the folds are not independent: without ``ratio`` chance would pass too often.

    Args:
        metric: what the scores are.
        first: (m,) one score per fold, m > 1.
        second: likewise.
        ratio: validation rows / training rows of a fold.

    Source:
        Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52.
    """
    from scipy.stats import t as student

    differences = second - first
    count, mean = len(differences), float(differences.mean())
    if _all_equal(differences):
        return _without_spread(metric, count, mean)
    error = math.sqrt((1 / count + ratio) * float(differences.var(ddof=1)))
    half = error * float(student.ppf(1 - LEVEL / 2, count - 1))
    p = 2 * float(student.sf(abs(mean) / error, count - 1))
    return PairedTest("corrected resampled t", metric, count, mean, mean - half, mean + half, p)


def _sign_test(only_first: int, only_second: int) -> float:
    from scipy.stats import binomtest

    discordant = only_first + only_second
    return float(binomtest(only_second, discordant).pvalue) if discordant else 1.0


def _share_interval(only_first: int, only_second: int, rows: int, seed: int) -> tuple[float, float]:
    """Resample rows of which only three kinds exist: a draw is three counts, not all rows."""
    import numpy as np

    kinds = np.array([only_first, only_second, rows - only_first - only_second])
    draws = np.random.default_rng(seed).multinomial(rows, kinds / rows, RESAMPLES)
    return _middle((draws[:, 1] - draws[:, 0]) / rows)


def _mean_interval(values: np.ndarray, seed: int) -> tuple[float, float]:
    import numpy as np

    rng, count = np.random.default_rng(seed), len(values)
    step = max(1, 2_000_000 // count)
    sizes = (min(step, RESAMPLES - done) for done in range(0, RESAMPLES, step))
    means = [values[rng.integers(count, size=(size, count))].mean(axis=1) for size in sizes]
    return _middle(np.concatenate(means))


def _middle(values: np.ndarray) -> tuple[float, float]:
    """Return between what the middle 95 % of ``values`` lie."""
    import numpy as np

    low, high = np.quantile(values, [LEVEL / 2, 1 - LEVEL / 2])
    return float(low), float(high)


def _all_equal(values: np.ndarray) -> bool:
    """Whether ``values`` are equal but for rounding."""
    return bool(abs(values - values[0]).max() <= 1e-9 * abs(values).max())


def _without_spread(metric: str, count: int, mean: float) -> PairedTest:
    """Folds that differ by exactly the same amount say nothing of chance; equal ones do."""
    if mean == 0:
        return PairedTest("corrected resampled t", metric, count, 0.0, 0.0, 0.0, 1.0)
    return PairedTest("corrected resampled t", metric, count, mean, None, None)
