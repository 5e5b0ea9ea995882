"""Whether a network is worse for some of the rows: by the levels of a column, on held-out rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kx.contracts import DatasetInfo
from kx.evaluators.amounts import errors, pinball, scaled_errors
from kx.evaluators.answers import answers
from kx.evaluators.paired import LEVEL
from kx.evaluators.scores import bootstrap_mean, wilson

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class RowScores:
    """How good a network is on each row.

    Attributes:
        metric: the mean of these values; ``scaled_mae`` is in standard deviations of the targets.
        values: (n,) float64.
    """

    metric: Literal["accuracy", "mae", "scaled_mae", "pinball"]
    values: np.ndarray

    @property
    def worse(self) -> np.ndarray:
        """The values, the greater the worse."""
        return -self.values if self.metric == "accuracy" else self.values

    def interval(self, rows: np.ndarray, seed: int) -> tuple[float, float]:
        """Return the 95 % interval of the mean over some rows: Wilson's, or of a bootstrap."""
        values = self.values[rows]
        if self.metric == "accuracy" and set(values.tolist()) <= {0.0, 1.0}:
            return wilson(float(values.sum()), len(values))
        return bootstrap_mean(values, seed)


def row_scores(
    y: np.ndarray, predictions: np.ndarray, info: DatasetInfo, thresholds: Sequence[float] = ()
) -> RowScores:
    """Return how good predictions are row by row.

    Args:
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.
        thresholds: from which probability on answers are yes, one for each output; else one half.
    """
    import numpy as np

    given = answers(y, predictions, info)
    if info.task == "multi_regression":
        return RowScores("scaled_mae", scaled_errors(given.truth, given.said))
    if info.task == "quantiles":
        return RowScores("pinball", np.asarray(pinball(given), np.float64))
    if given.exclusive:
        right = given.said.argmax(axis=1) == given.truth
        return RowScores("accuracy", right.astype(np.float64))
    if info.task in ("binary", "multilabel"):
        yes = given.said > (np.array(thresholds) if thresholds else 0.5)
        return RowScores("accuracy", (yes == (given.truth > 0)).mean(axis=1))
    return RowScores("mae", np.abs(errors(given)).mean(axis=1))


def chance_of(worse: np.ndarray, rows: np.ndarray) -> float:
    """Return how probably as many rows, drawn at random, are as bad as these or worse.

    Args:
        worse: (n,), the greater the worse.
        rows: (n,) bool, those that are judged.

    Returns:
        Of values of which there are two, by the hypergeometric distribution; else by that of
        Pearson's type III, with variance and skewness of a mean of rows drawn without replacement.
        The normal one would take the few large errors that most levels lack for more than chance.

    Source:
        Berry and Mielke (1983), "Moment approximations as an alternative to the F test in analysis
        of variance", British Journal of Mathematical and Statistical Psychology 36.
    """
    import numpy as np
    from scipy.stats import hypergeom, pearson3

    count, some = len(worse), int(rows.sum())
    low, high = float(worse.min()), float(worse.max())
    if low == high or some == count:
        return 1.0
    if set(np.unique(worse).tolist()) == {low, high}:
        bad = worse == high
        return float(hypergeom.sf(int(bad[rows].sum()) - 1, count, int(bad.sum()), some))
    off = (worse - worse.mean()) / worse.std()
    left = count - some
    deviation = (left / (some * (count - 1))) ** 0.5
    skewness = float((off**3).mean()) * left * (left - some) / (some**2 * (count - 1) * (count - 2))
    return float(pearson3.sf(float(off[rows].mean()) / deviation, skewness / deviation**3))


def beyond_chance(chances: Mapping[int, float]) -> frozenset[int]:
    """Return what is not taken for chance, where so many were looked at.

    Source:
        Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian
        Journal of Statistics 6.
    """
    found = set()
    for at, (key, chance) in enumerate(sorted(chances.items(), key=lambda each: each[1])):
        if chance * (len(chances) - at) >= LEVEL:
            break
        found.add(key)
    return frozenset(found)
