"""How well classes are told apart: tables and curves, by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from kx.charts.chart import thinned
from kx.evaluators.scores import area_under_roc, wilson

if TYPE_CHECKING:
    import numpy as np

FEW = 10
"""Up to so many classes get a curve each; beyond, there is one of the mean alone."""

LARGEST = 60
"""Up to so many classes the confusion matrix is shown whole."""

POINTS = 200
"""At most so many points of a curve are kept: enough for any screen."""

BINS = 10
"""Of a calibration curve."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """How one class, or the mean over all, is recognised; shares of 1.

    Attributes:
        support: examples of the class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """A count in a confusion matrix.

    Attributes:
        share: of the examples of its row's class.
    """

    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of shares.

    Attributes:
        name: of the class; empty if there is only one curve.
        area: under the curve, or the average precision.
    """

    name: str
    x: list[float]
    y: list[float]
    area: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often the network is right where it says a probability.

    Attributes:
        said: mean probability in each bin that is not empty.
        true: share of the bin for which it came true.
        ends: Wilson's 95 % interval of that share.
        brier: mean squared difference of probability and outcome.
    """

    said: list[float]
    true: list[float]
    ends: list[tuple[float, float]]
    brier: float


def class_rows(y: np.ndarray, said: np.ndarray, names: Sequence[str]) -> list[ClassRow]:
    """Return a row for each class, and one for the plain mean over the classes that occur.

    Args:
        y: (n,) numbers of classes, or (n, classes) of 0 and 1 for several labels at once.
        said: the same, as predicted.
        names: of the classes.
    """
    from sklearn.metrics import precision_recall_fscore_support

    numbers = list(range(len(names)))
    parts = precision_recall_fscore_support(y, said, labels=numbers, zero_division=0.0)
    rows = [
        ClassRow(name, float(p), float(r), float(f), int(n))
        for name, p, r, f, n in zip(names, *parts, strict=True)
    ]
    known = [row for row in rows if row.support]
    if len(known) > 1:
        rows.append(_mean_row(known))
    return rows


def _mean_row(rows: Sequence[ClassRow]) -> ClassRow:
    return ClassRow(
        "",
        fmean(row.precision for row in rows),
        fmean(row.recall for row in rows),
        fmean(row.f1 for row in rows),
        sum(row.support for row in rows),
    )


def confusion(y: np.ndarray, said: np.ndarray, classes: int) -> list[list[ConfusionCell]]:
    """Return how often each class (row) was taken for each (column)."""
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(y, said, labels=list(range(classes)))
    return [
        [ConfusionCell(int(count), float(count / row.sum()) if row.sum() else 0.0) for count in row]
        for row in counts
    ]


def roc(y: np.ndarray, shares: np.ndarray, names: Sequence[str]) -> list[Curve]:
    """Return hits against false alarms, of each class against the rest.

    Args:
        y: (n,) numbers of classes, or (n, labels) of 0 and 1 for several labels at once.
        shares: (n, classes); for two classes, the curve of the second is returned.
        names: of the classes.
    """
    from sklearn.metrics import roc_curve

    found = []
    for name, truth, scores in _one_by_one(y, shares, names):
        x, hits, _ = roc_curve(truth, scores)
        found.append(_curve(name, x, hits, area_under_roc(truth, scores)))
    return found


def precision_recall(y: np.ndarray, shares: np.ndarray, names: Sequence[str]) -> list[Curve]:
    """Return precision against recall, of each class against the rest; as ``roc``."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    found = []
    for name, truth, scores in _one_by_one(y, shares, names):
        precision, recall, _ = precision_recall_curve(truth, scores)
        area = float(average_precision_score(truth, scores))
        found.append(_curve(name, recall[::-1], precision[::-1], area))
    return found


def mean_area(curves: Sequence[Curve]) -> float:
    """Return the plain mean of the areas."""
    return fmean(curve.area for curve in curves)


def calibration(y: np.ndarray, shares: np.ndarray) -> Calibration:
    """Return how far probabilities can be believed.

    Of two classes, the probability of the second is looked at; of more, that of the class which
    was chosen, and whether it was the right one; of several labels at once, that of each.
    """
    import numpy as np
    from sklearn.calibration import calibration_curve

    if y.ndim == 2:
        truth, said = y.reshape(-1) > 0.5, shares.reshape(-1)
    elif shares.shape[1] == 2:
        truth, said = y == 1, shares[:, 1]
    else:
        truth, said = y == shares.argmax(axis=1), shares.max(axis=1)
    true, means = calibration_curve(truth, said, n_bins=BINS)
    edges = np.linspace(0, 1, BINS + 1)[1:-1]
    counts = np.bincount(np.searchsorted(edges, said), minlength=BINS)
    brier = float(((said - truth) ** 2).mean())
    sizes = counts[counts > 0].tolist()
    ends = [wilson(share * size, size) for share, size in zip(true.tolist(), sizes, strict=True)]
    return Calibration(means.tolist(), true.tolist(), ends, brier)


def probabilities(outputs: np.ndarray) -> np.ndarray:
    """Return (n, classes) of what a network says, (n, 1) or (n, classes)."""
    import numpy as np

    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return outputs
    yes = outputs.reshape(-1)
    return np.stack([1 - yes, yes], axis=1)


def _one_by_one(
    y: np.ndarray, shares: np.ndarray, names: Sequence[str]
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return name, truth and score of each class of which there are examples and others."""
    several = y.ndim == 2
    numbers = [1] if len(names) == 2 and not several else range(len(names))
    truths = [(number, y[:, number] > 0.5 if several else y == number) for number in numbers]
    return [
        (names[number], truth, shares[:, number])
        for number, truth in truths
        if 0 < truth.sum() < len(y)
    ]


def _curve(name: str, x: np.ndarray, y: np.ndarray, area: float) -> Curve:
    kept = thinned(len(x), POINTS)
    return Curve(name, [float(x[at]) for at in kept], [float(y[at]) for at in kept], area)
