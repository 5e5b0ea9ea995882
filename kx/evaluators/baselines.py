"""Predictions that every network must beat: constants, and a linear model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo, Split
from kx.evaluators.linear_models import (
    LinearFit,
    class_count,
    class_numbers,
    libraries,
    linear_says,
    linear_too_large,
)

if TYPE_CHECKING:
    import numpy as np


def baseline_predictions(
    train: Split,
    x: Any,
    info: DatasetInfo,
    *,
    linear: bool,
    times: int = 1,
    told: Callable[[LinearFit], None] = lambda _: None,
) -> dict[str, np.ndarray]:
    """Predict the rows ``x`` by the simplest means, fitted on ``train``.

    ``majority`` is sure of the most frequent class; ``prior`` gives each class its share of the
    training part, so that its loss is an honest one; for several labels both go label by label;
    of classes in an order ``median`` is sure of the middle one.
    For numbers there are ``mean`` and ``median``, for quantiles those of ``train``. ``linear`` is a
    ridge regression, or a Poisson, quantile or logistic one, one for each quantile or each label of
    a multilabel task, whose penalty is chosen within ``train``; without it for word indices, and
    where ``linear_too_large`` says why. It runs on one core, is the same in every run, and counts
    no ``Split.weights``, as little as the others do.

    Large models end after 18 iterations, before they have converged, and scikit-learn's warning of
    it is withheld: that loses 0.9 points of test accuracy on MNIST and 0.4 on Reuters, and gains
    1.7 on IMDB (measured).

    Args:
        train: what to fit on, prepared.
        x: features of the rows to predict, prepared likewise.
        info: tells the task.
        linear: whether the linear model is wanted.
        times: how many such models a run fits: of many, none has time to choose its penalty.
        told: is given how the linear model was fitted, if there is one.

    Returns:
        Name of the baseline -> (n, outputs) float32, of the form in which a network predicts.
    """
    import numpy as np

    predictions = {
        name: np.tile(np.asarray(row, np.float32), (x.shape[0], 1))
        for name, row in _constants(train.y, info).items()
    }
    if linear and info.vocabulary is None and not linear_too_large(train, info):
        # Threads of BLAS that wait for each other cost ten times the CPU seconds on a busy machine,
        # and the last digits would depend on how many there are. Its products of finite numbers
        # now and then claim to have met an invalid one: numpy/numpy#24067.
        with libraries().limit(limits=1), np.errstate(invalid="ignore"):
            said, fit = linear_says(train, x, info, times)
            predictions["linear"] = said.astype(np.float32)
        told(fit)
    return predictions


def _constants(y: np.ndarray, info: DatasetInfo) -> dict[str, Any]:
    """Return name -> what is predicted for every row: one number for each output."""
    import numpy as np

    if info.task == "quantiles":
        return {"quantiles": np.quantile(y.astype(np.float64), info.quantiles)}
    if info.numbers:
        means, medians = y.mean(axis=0, dtype=np.float64), np.median(y, axis=0)
        return {"mean": np.atleast_1d(means), "median": np.atleast_1d(medians)}
    if info.task == "multilabel":
        shares = y.mean(axis=0)
        return {"majority": shares >= 0.5, "prior": shares}
    shares = np.bincount(class_numbers(y, info), minlength=class_count(info)) / len(y)
    majority = np.eye(len(shares))[shares.argmax()]
    if info.task == "ordered":
        middle = np.eye(len(shares))[int(np.searchsorted(shares.cumsum(), 0.5))]
        return {"majority": majority, "median": middle, "prior": shares}
    first = 1 if info.task == "binary" else 0
    return {"majority": majority[first:], "prior": shares[first:]}
