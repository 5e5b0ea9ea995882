"""Which examples a network takes for something else, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Mistake:
    """An example whose class was not the most probable one.

    Attributes:
        row: counted from 0, within the part of the dataset.
        true: number of its class.
        predicted: number of the class it was taken for.
        probability: of that class.
        true_probability: of its own class; the less, the worse.
    """

    row: int
    true: int
    predicted: int
    probability: float
    true_probability: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often examples of one class were taken for another."""

    true: int
    predicted: int
    count: int


def worst_mistakes(y: np.ndarray, predictions: np.ndarray, count: int) -> list[Mistake]:
    """Return up to ``count`` examples that were taken for something else, the worst first.

    Args:
        y: (n,) numbers of classes, or (n, classes) one-hot rows.
        predictions: (n, classes) probabilities; (n,) or (n, 1) of class 1 for two classes.
        count: of mistakes.
    """
    true, shares = _labels(y), _shares(predictions)
    predicted = shares.argmax(axis=1)
    own = shares[np.arange(len(true)), true]
    wrong = np.flatnonzero(predicted != true)
    # The loss is -log(own): the smallest share is the greatest loss. A stable sort, so that equal
    # ones stay in the order of the rows on every machine.
    worst = wrong[np.argsort(own[wrong], kind="stable")][:count]
    return [
        Mistake(int(r), int(true[r]), int(predicted[r]), float(shares[r].max()), float(own[r]))
        for r in worst
    ]


def confusions(y: np.ndarray, predictions: np.ndarray) -> Sequence[Confusion]:
    """Return which class is taken for which other one, and how often; most frequent first."""
    true, predicted = _labels(y), _shares(predictions).argmax(axis=1)
    wrong = true != predicted
    pairs, counts = np.unique(
        np.stack([true[wrong], predicted[wrong]], axis=1), axis=0, return_counts=True
    )
    found = [Confusion(int(a), int(b), int(n)) for (a, b), n in zip(pairs, counts, strict=True)]
    return sorted(found, key=lambda pair: -pair.count)


def _labels(y: np.ndarray) -> np.ndarray:
    labels: np.ndarray = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return labels.astype("int64")


def _shares(predictions: np.ndarray) -> np.ndarray:
    """Return (n, classes) probabilities, also for two classes."""
    if predictions.ndim == 2 and predictions.shape[1] > 1:
        return predictions
    yes = predictions.reshape(-1)
    return np.stack([1 - yes, yes], axis=1)
