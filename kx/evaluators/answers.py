"""Targets and predictions in the one form that statistics read, and what prepares these."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.contracts import DatasetInfo

if TYPE_CHECKING:
    import numpy as np

Statistic = Callable[["np.ndarray"], float]
"""Is given (n,) float64 weights; not a number where the metric is not defined."""

TINY = 1e-7
"""Keras's epsilon: probabilities are kept so far from 0 and 1, targets of a MAPE from 0."""


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


Prepare = Callable[[Answers], Statistic]
"""Brings answers into a form that resampled values cost little of."""


def mean_of_known(values: list[float]) -> float:
    """Return the mean of the values that are numbers; not a number without any."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan


def averaged(rows: Callable[[Answers], np.ndarray], *, root: bool = False) -> Prepare:
    """Return what prepares the mean, or the root of the mean, of a number of each row."""

    def prepare(given: Answers) -> Statistic:
        values = rows(given)

        def statistic(weights: np.ndarray) -> float:
            found = float(weights @ values) / float(weights.sum())
            return math.sqrt(found) if root else found

        return statistic

    return prepare
