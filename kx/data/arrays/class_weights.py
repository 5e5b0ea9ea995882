"""How much each example counts in the loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from kx.base.errors import suggest
from kx.contracts import Complaint, DatasetInfo, Split

if TYPE_CHECKING:
    import numpy as np

ClassWeight = Literal["balanced"] | Mapping[str, float] | None


def class_weight_complaints(info: DatasetInfo, how: ClassWeight) -> Iterator[Complaint]:
    """Yield why classes cannot be weighted like this."""
    if how is None:
        return
    if not info.one_class:
        yield Complaint("", f"a {info.task} task has no single classes", "remove it")
        return
    known = _names(info)
    for name in how if how != "balanced" else ():
        if name not in known:
            yield Complaint("", f"no class is called {name!r}", suggest(name, known))


def _names(info: DatasetInfo) -> Sequence[str]:
    return info.classes or ("0", "1")


def class_labels(y: np.ndarray, info: DatasetInfo) -> np.ndarray:
    """Return the class of each example, where it is of one: (n,) int64."""
    labels: np.ndarray = y.argmax(axis=1) if info.one_hot else y.astype("int64")
    return labels


def row_weights(
    split: Split, rows: np.ndarray, info: DatasetInfo, how: ClassWeight
) -> np.ndarray | None:
    """Return a weight for each example of ``split``: (n,) float32, or None if all are the same.

    The split's own weights are brought to a mean of 1: those of a survey may be thousands, with
    which a loss is beyond any learning rate, and far above that of validation rows.

    Args:
        split: whose own weights, if it has some, are multiplied with those of the classes.
        rows: the training rows: they alone decide what is balanced.
        info: names the classes.
        how: ``balanced``: n / (classes * n of the class); or a number per name of a class, 1 for
            those that are left out. None: only the split's own weights.
    """
    import numpy as np

    own = None if split.weights is None else _evened(split.weights, rows)
    if how is None:
        return own
    labels = class_labels(split.y, info)
    names = _names(info)
    if how == "balanced":
        counts = np.bincount(labels[rows], minlength=len(names))
        of_class = len(rows) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    else:
        of_class = np.array([how.get(name, 1.0) for name in names])
    weights: np.ndarray = of_class[labels].astype("float32")
    return weights if own is None else weights * own


def _evened(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return weights whose mean over ``rows`` is 1; those that are all 0 stay so."""
    import numpy as np

    mean = float(weights[rows].mean(dtype=np.float64)) if len(rows) else 1.0
    evened: np.ndarray = (weights / (mean or 1.0)).astype(np.float32)
    return evened
