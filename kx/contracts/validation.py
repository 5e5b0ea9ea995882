"""What a validation strategy is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


History = dict[str, list[float]]
"""Per metric, one value per epoch; the keys of the validation part begin with ``val_``."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a validation strategy may know of the training part.

    Attributes:
        count: how many there are.
        spans: (n, 2) of forecasts: the step after which each is made, and that of its last
            target; None: rows stand alone.
        times: (n,) when each came about, never falling; None: all at different times, or unknown.
        labels: (n,) the class of each, as an integer; None where there are no single classes.
        groups: (n,) what each belongs to; None where the dataset tells nothing of the kind.
        folds: (n,) integers, the fold of each, -1 for none; None where the dataset has no folds.
        classes: names, in the order of the labels; may be empty.
        given: how many, the last ones, the dataset itself has for validation.
        tags: (n, labels) of 0 and 1, where a row may have several labels; otherwise None.
        test: how many rows the test part has.
        ordered: whether they are in an order of time.
        whole: how many rows training and test part have in truth, if a smoke run left some out.
    """

    count: int
    spans: np.ndarray | None = field(default=None, kw_only=True)
    times: np.ndarray | None = field(default=None, kw_only=True)
    folds: np.ndarray | None = field(default=None, kw_only=True)
    labels: np.ndarray | None = None
    groups: np.ndarray | None = None
    classes: Sequence[str] = ()
    given: int = 0
    tags: np.ndarray | None = None
    test: int = 0
    ordered: bool = False
    whole: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One training that a validation strategy asks for.

    Attributes:
        name: unique within the run, such as ``holdout`` or ``fold-1``.
        train: indices into the training part of the dataset.
        validation: likewise; disjoint from ``train``.
    """

    name: str
    train: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True, slots=True)
class FitResult:
    """What came of one training.

    Attributes:
        name: of the proposal; with several seeds, the seed's number stands behind it.
        history: per epoch.
        best_epoch: counted from 1, by the monitored metric.
        seconds: wall clock, of the training alone.
    """

    name: str
    history: History
    best_epoch: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a validation strategy makes of its fits.

    Attributes:
        best_epoch: counted from 1, on the strategy's validation curve.
        refit_epochs: train again on the whole training part for so many epochs; None: do not,
            the model of the only fit is the result.
        scores: metric -> its value at the best epoch, one for each fit.
    """

    best_epoch: int
    refit_epochs: int | None
    scores: Mapping[str, Sequence[float]]
