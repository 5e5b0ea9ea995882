"""Whether a network is worse for some of the rows: by the levels of a column, on held-out rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kx.contracts import DatasetInfo
from kx.evaluators.amounts import errors, pinball
from kx.evaluators.answers import answers
from kx.evaluators.scores import bootstrap_mean, wilson

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.05
"""Below this probability, a difference is no longer taken for chance."""


@dataclass(frozen=True, slots=True, eq=False)
class RowScores:
    """How good a network is on each row.

    Attributes:
        metric: the mean of these values: ``accuracy``, ``mae`` or ``pinball``.
        values: (n,) float64.
    """

    metric: Literal["accuracy", "mae", "pinball"]
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
) -> RowScores | None:
    """Return how good predictions are row by row; None where rows have several units.

    Args:
        y: targets, in the form of the dataset.
        predictions: (n, outputs), as the network gives them.
        info: tells how to read both.
        thresholds: from which probability on answers are yes, one for each output; else one half.
    """
    import numpy as np

    given = answers(y, predictions, info)
    if info.task == "multi_regression":
        return None
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
        Of values of which there are two, by the hypergeometric distribution; else by the normal
        one, with the variance of a mean of rows drawn without replacement.
    """
    import numpy as np
    from scipy.stats import hypergeom, norm

    count, some = len(worse), int(rows.sum())
    low, high = float(worse.min()), float(worse.max())
    if low == high or some == count:
        return 1.0
    if set(np.unique(worse).tolist()) == {low, high}:
        bad = worse == high
        return float(hypergeom.sf(int(bad[rows].sum()) - 1, count, int(bad.sum()), some))
    deviation = float(worse.std(ddof=1)) * ((1 - some / count) / some) ** 0.5
    return float(norm.sf((float(worse[rows].mean()) - float(worse.mean())) / deviation))


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
