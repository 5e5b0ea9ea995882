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
class LabelMistake:
    """An example of several labels, of which some were missed or wrongly found.

    Attributes:
        row: counted from 0, within the part of the dataset.
        true: numbers of its labels.
        predicted: numbers of those that it was given.
        probabilities: (labels,) of each.
    """

    row: int
    true: tuple[int, ...]
    predicted: tuple[int, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """How often a label was missed, and how often it was found where it is not."""

    label: int
    missed: int
    wrongly_found: int


@dataclass(frozen=True, slots=True)
class NumberMistake:
    """An example whose number is far off; ``row`` as in ``Mistake``."""

    row: int
    true: float
    predicted: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often examples of one class were taken for another."""

    true: int
    predicted: int
    count: int


def worst_mistakes(
    y: np.ndarray, predictions: np.ndarray, count: int, threshold: float = 0.5
) -> list[Mistake]:
    """Return up to ``count`` examples that were taken for something else, the worst first.

    Args:
        y: (n,) numbers of classes, or (n, classes) one-hot rows.
        predictions: (n, classes) probabilities; (n,) or (n, 1) of class 1 for two classes.
        count: of mistakes.
        threshold: of two classes, from which probability on it is class 1.
    """
    true, shares = _labels(y), _shares(predictions)
    predicted = answers_of(shares, threshold)
    own = shares[np.arange(len(true)), true]
    wrong = np.flatnonzero(predicted != true)
    # The loss is -log(own): the smallest share is the greatest loss. A stable sort, so that equal
    # ones stay in the order of the rows on every machine.
    worst = wrong[np.argsort(own[wrong], kind="stable")][:count]
    return [
        Mistake(int(r), int(true[r]), int(said), float(shares[r, said]), float(own[r]))
        for r in worst
        for said in predicted[r : r + 1]
    ]


def answers_of(shares: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """Return the class that each row is taken for: (n,) integers.

    Args:
        shares: (n, classes) probabilities.
        threshold: of two classes, from which probability on it is class 1.
    """
    if shares.shape[1] != 2 or threshold == 0.5:
        return np.asarray(shares.argmax(axis=1))
    return (shares[:, 1] > threshold).astype("int64")


def confusions(
    y: np.ndarray, predictions: np.ndarray, threshold: float = 0.5
) -> Sequence[Confusion]:
    """Return which class is taken for which other one, and how often; most frequent first."""
    true, predicted = _labels(y), answers_of(_shares(predictions), threshold)
    wrong = true != predicted
    pairs, counts = np.unique(
        np.stack([true[wrong], predicted[wrong]], axis=1), axis=0, return_counts=True
    )
    found = [Confusion(int(a), int(b), int(n)) for (a, b), n in zip(pairs, counts, strict=True)]
    return sorted(found, key=lambda pair: -pair.count)


def worst_labels(
    y: np.ndarray, predictions: np.ndarray, count: int, thresholds: Sequence[float] = (0.5,)
) -> list[LabelMistake]:
    """Return up to ``count`` examples with a wrong label, those of the greatest loss first.

    Args:
        y: (n, labels) of 0 and 1.
        predictions: (n, labels) probabilities.
        count: of mistakes.
        thresholds: above which a label is given, one for each or for all.
    """
    truth, given = y > 0.5, predictions > np.asarray(thresholds)
    wrong = np.flatnonzero((truth != given).any(axis=1))
    own = np.where(truth, predictions, 1 - predictions).astype("float64")[wrong]
    loss = -np.log(np.clip(own, 1e-12, 1.0)).sum(axis=1)
    return [
        LabelMistake(int(r), _numbers(truth[r]), _numbers(given[r]), tuple(predictions[r].tolist()))
        for r in wrong[np.argsort(-loss, kind="stable")][:count]
    ]


def label_errors(
    y: np.ndarray, predictions: np.ndarray, thresholds: Sequence[float] = (0.5,)
) -> list[LabelErrors]:
    """Return how often each label was missed or wrongly found, the worst first; see above."""
    truth, given = y > 0.5, predictions > np.asarray(thresholds)
    missed, found = (truth & ~given).sum(axis=0), (given & ~truth).sum(axis=0)
    errors = [LabelErrors(at, int(m), int(f)) for at, (m, f) in enumerate(zip(missed, found,
              strict=True)) if m or f]  # fmt: skip
    return sorted(errors, key=lambda each: -each.missed - each.wrongly_found)


def farthest_off(y: np.ndarray, predictions: np.ndarray, count: int) -> list[NumberMistake]:
    """Return up to ``count`` examples of which the predicted number (n,) is farthest off."""
    y, said = y.reshape(-1), predictions.reshape(-1)
    worst = np.argsort(-np.abs(said - y), kind="stable")[:count]
    return [NumberMistake(int(at), float(y[at]), float(said[at])) for at in worst]


def _numbers(there: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(there).tolist())


def _labels(y: np.ndarray) -> np.ndarray:
    labels: np.ndarray = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return labels.astype("int64")


def _shares(predictions: np.ndarray) -> np.ndarray:
    """Return (n, classes) probabilities, also for two classes."""
    if predictions.ndim == 2 and predictions.shape[1] > 1:
        return predictions
    yes = predictions.reshape(-1)
    return np.stack([1 - yes, yes], axis=1)
