"""Gradient-boosted trees: the baseline that networks on tables have to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kx.base.one_core import one_core
from kx.contracts import DatasetInfo, Split
from kx.data.tables.column_options import TREE_LEVELS

if TYPE_CHECKING:
    import numpy as np

MOST_WORK = 5_000_000
"""Rows times features times outputs of all fits of a run: 1.5 to 2.5 s of one core (measured)."""

LEAST_WORK = 250_000
"""That a fit counts for, however small it is: it takes 0.1 s, and 20 of them are enough."""

MODEL_WORK = 50_000
"""That each model of a fit counts for, however small it is: 0.1 s."""

LEAST_ROWS = 5_000
"""Of more than can be learned from in seconds: trees of fewer would say little of all."""

BATCH = 10_000
"""Rows that are asked about at once: scikit-learn makes a copy of them in float64."""

SEVERAL = ("multilabel", "multi_regression", "quantiles")
"""Tasks of which each output has trees of its own."""

TREES = "trees"
"""What the baseline is called in records."""


def trees_rows(train: Split, info: DatasetInfo, times: int, rows: int) -> int:
    """Return how many of the rows trees learn from: all, as many as take seconds, or 0 for none.

    Args:
        train: what they would be fitted on, prepared.
        info: form of the data.
        times: how many such models a run fits.
        rows: that there are for each of them.
    """
    if not suit_trees(train, info):
        return 0
    models = info.outputs if info.task in SEVERAL else 1  # the others are one, of so many outputs
    outputs = 1 if info.task == "binary" else info.outputs
    budget = MOST_WORK // times
    if max(LEAST_WORK, models * MODEL_WORK) > budget:
        return 0
    most = budget // (int(train.x.shape[1]) * outputs)
    return rows if rows <= most else most if most >= LEAST_ROWS else 0


def suit_trees(train: Split, info: DatasetInfo) -> bool:
    """Whether rows have numbers that trees can learn from: pictures and texts have none."""
    return _is_table(info) and bool(train.x.shape[1])  # none: a table of nothing but pictures


def _is_table(info: DatasetInfo) -> bool:
    """Whether each row has columns with a meaning of their own: words and pixels have none."""
    foreign = info.texts or info.sparse or info.pixels or info.vocabulary or info.extracted_from
    return bool(info.table) or (len(info.input_shape) == 1 and not foreign)


def trees_say(train: Split, x: np.ndarray, info: DatasetInfo) -> np.ndarray:
    """Return what boosted trees, with scikit-learn's defaults, predict for ``x``: (n, outputs).

    Each label of several, each number and each quantile has trees of its own; shares are cut off
    at 0 and 1, quantiles put in their order. They run on one core, so that the result does not
    depend on how many there are.

    Source:
        Ke et al. (2017), "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS,
        whose histograms scikit-learn's are modelled on.
    """
    import numpy as np

    options = {
        "categorical_features": [
            b.start for b in info.blocks if b.kind == "index" and b.size <= TREE_LEVELS
        ],
        "random_state": 0,
    }
    with one_core():
        if info.numbers:
            return _numbers_say(train, x, info, options)
        if info.task == "multilabel":
            said = [_classes_say(train.x, of, x, 2, options)[:, 1] for of in train.y.T]
            return np.column_stack(said)
        labels = train.y.argmax(axis=1) if train.y.ndim == 2 else train.y
        shares = _classes_say(train.x, labels, x, max(info.outputs, 2), options)
        return shares[:, 1:] if info.task == "binary" else shares


def _classes_say(
    rows: np.ndarray, labels: np.ndarray, x: np.ndarray, outputs: int, options: Mapping[str, Any]
) -> np.ndarray:
    """Return the probability of each class: (n, outputs); 0 of those that ``labels`` lack."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier

    classes, counts = np.unique(labels, return_counts=True)
    said = np.zeros((len(x), outputs), np.float32)
    if len(classes) == 1:  # a fold may lack all others
        said[:, int(classes[0])] = 1.0
        return said
    # To stop early they set rows of each class apart, and fail where one has a single row.
    early: Any = "auto" if counts.min() > 1 else False
    grown = HistGradientBoostingClassifier(early_stopping=early, **options)
    said[:, classes.astype(int)] = _in_batches(grown.fit(rows, labels).predict_proba, x)
    return said


def _in_batches(predict: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return what is predicted for all rows, in a fraction of the memory."""
    import numpy as np

    return np.concatenate([predict(x[at : at + BATCH]) for at in range(0, max(len(x), 1), BATCH)])


def _numbers_say(
    train: Split, x: np.ndarray, info: DatasetInfo, options: Mapping[str, Any]
) -> np.ndarray:
    """Return a column for each number, or for each of its quantiles, in rising order."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    def grown(y: np.ndarray, **loss: Any) -> np.ndarray:
        trees = HistGradientBoostingRegressor(**loss, **options).fit(train.x, y)
        return _in_batches(trees.predict, x)

    if info.task == "counts" and not train.y.any():  # a fold may have no count but 0
        return np.zeros((len(x), 1), np.float32)
    if info.task == "quantiles":
        said = np.sort(
            [grown(train.y, loss="quantile", quantile=q) for q in info.quantiles], axis=0
        )
    elif info.task == "counts":
        said = np.stack([grown(train.y, loss="poisson")])
    else:
        said = np.stack([grown(each) for each in train.y.reshape(len(train.y), -1).T])
    if info.task == "unit_regression":
        said = said.clip(0, 1)
    return said.T.astype(np.float32)
