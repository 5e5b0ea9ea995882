"""Gradient-boosted trees: the baseline that networks on tables have to beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo, Split

if TYPE_CHECKING:
    import numpy as np

MOST_WORK = 5_000_000
"""Rows times features times outputs of all fits of a run: 10 to 20 s of one core (measured)."""

LEAST_WORK = 250_000
"""That a fit counts for, however small it is: it takes 0.1 s, and 20 of them are enough."""

MOST_LEVELS = 255
"""Values of a category that scikit-learn's trees tell apart; of more, they go by how frequent."""

TREES = "trees"
"""What the baseline is called in records."""


def trees_fit(train: Split, info: DatasetInfo, times: int, rows: int) -> bool:
    """Whether trees are grown: for rows of numbers, where it takes seconds and not minutes.

    Args:
        train: what they would be fitted on, prepared.
        info: form of the data.
        times: how many such models a run fits.
        rows: that each of them learns from.
    """
    if not _is_table(info) or info.task in ("multilabel", "unit_regression"):
        return False
    outputs = 1 if info.task == "binary" else info.outputs
    return times * max(LEAST_WORK, rows * int(train.x.shape[1]) * outputs) <= MOST_WORK


def _is_table(info: DatasetInfo) -> bool:
    """Whether each row has columns with a meaning of their own: words and pixels have none."""
    foreign = info.texts or info.sparse or info.pixels or info.vocabulary or info.extracted_from
    return bool(info.table) or (len(info.input_shape) == 1 and not foreign)


def trees_say(train: Split, x: np.ndarray, info: DatasetInfo) -> np.ndarray:
    """Return what boosted trees, with scikit-learn's defaults, predict for ``x``: (n, outputs).

    They run on one core, so that the result does not depend on how many there are.

    Source:
        Ke et al. (2017), "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS,
        whose histograms scikit-learn's are modelled on.
    """
    import numpy as np
    from sklearn import ensemble
    from threadpoolctl import threadpool_limits

    categories = [b.start for b in info.blocks if b.kind == "index" and b.size <= MOST_LEVELS]
    labels = train.y.argmax(axis=1) if train.y.ndim == 2 else train.y
    with threadpool_limits(limits=1):
        if info.numbers:
            return _numbers_say(train, x, info, categories)
        classes, counts = np.unique(labels, return_counts=True)
        said = np.zeros((len(x), max(info.outputs, 2)), np.float32)
        if len(classes) == 1:  # a fold may lack all others
            said[:, int(classes[0])] = 1.0
            return said[:, 1:] if info.task == "binary" else said
        # To stop early they set rows of each class apart, and fail where one has a single row.
        early: Any = "auto" if counts.min() > 1 else False
        grown = ensemble.HistGradientBoostingClassifier(
            random_state=0, early_stopping=early, categorical_features=categories
        )
        shares = grown.fit(train.x, labels).predict_proba(x)
    said[:, grown.classes_.astype(int)] = shares
    return said[:, 1:] if info.task == "binary" else said


def _numbers_say(
    train: Split, x: np.ndarray, info: DatasetInfo, categories: Sequence[int]
) -> np.ndarray:
    import numpy as np
    from sklearn import ensemble

    if info.task == "counts" and not train.y.any():  # a fold may have no count but 0
        return np.zeros((len(x), 1), np.float32)
    if info.task == "quantiles":
        return _quantiles_say(train, x, info, categories)
    if info.task == "multi_regression":
        boosted = ensemble.HistGradientBoostingRegressor(
            random_state=0, categorical_features=categories
        )
        said = [boosted.fit(train.x, each).predict(x) for each in train.y.T]
        return np.column_stack(said).astype(np.float32)
    loss: Any = "poisson" if info.task == "counts" else "squared_error"
    grown = ensemble.HistGradientBoostingRegressor(
        loss=loss, random_state=0, categorical_features=categories
    )
    found: np.ndarray = grown.fit(train.x, train.y).predict(x)[:, None].astype(np.float32)
    return found


def _quantiles_say(
    train: Split, x: np.ndarray, info: DatasetInfo, categories: Sequence[int]
) -> np.ndarray:
    """Return what trees grown for each quantile say, in rising order: (n, quantiles)."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    grown = [
        HistGradientBoostingRegressor(
            loss="quantile", quantile=each, random_state=0, categorical_features=categories
        )
        for each in info.quantiles
    ]
    said = [each.fit(train.x, train.y).predict(x) for each in grown]
    return np.sort(np.column_stack(said), axis=1).astype(np.float32)
