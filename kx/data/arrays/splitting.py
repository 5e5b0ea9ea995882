"""The last steps that loaders share: rows in a fixed order, labels, training and test parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.base.errors import DataError
from kx.contracts import DatasetBundle, DatasetInfo, Split

if TYPE_CHECKING:
    import numpy as np

Labels = Literal["integer", "one_hot"]
"""Multiclass targets: (n,) int32 numbers of classes, or (n, classes) float32 rows."""

Seed = Annotated[int, Field(ge=0, lt=2**32)]

OnBroken = Literal["error", "skip"]
"""What to do about rows or files that cannot be used: stop and name them, or leave them out."""

TestFraction = Annotated[float, Field(gt=0, lt=1)]

SEED = 113
"""The seed of ``keras.datasets``, so that kx sees the rows in the order in which Keras does."""

TEST_FRACTION = 0.2
"""The share that ``keras.datasets`` keeps for testing where a file is not divided itself."""


def keras_orders(*counts: int) -> Iterator[np.ndarray]:
    """Yield the (count,) order in which ``keras.datasets`` puts each of several tables of a file.

    The orders differ even for equal counts: Keras draws them from one generator.
    """
    import numpy as np

    random = np.random.RandomState(SEED)
    for count in counts:
        order = np.arange(count)
        random.shuffle(order)
        yield order


def keras_halves(x: Any, y: np.ndarray) -> tuple[Split, Split]:
    """Shuffle as Keras does; the first 80 %, rounded down, are for training."""
    (order,) = keras_orders(len(y))
    shuffled = Split(x, y).take(order)
    count = int(len(y) * (1 - TEST_FRACTION))
    return (
        Split(shuffled.x[:count], shuffled.y[:count]),
        Split(shuffled.x[count:], shuffled.y[count:]),
    )


def held_out(examples: int, fraction: float) -> int:
    """Return how many of ``examples`` are kept for testing; both parts get at least one."""
    return min(max(round(examples * fraction), 1), examples - 1)


def divided(
    data: Split, fraction: float, strata: np.ndarray, seed: int = SEED, *, mixed: bool = True
) -> tuple[Split, Split]:
    """Draw a training and a test part by chance, the same ones at each call.

    Args:
        data: all examples.
        fraction: share of the test part, in (0, 1).
        strata: (n,) numbers whose distribution is about equal in both parts: classes, or the
            targets of a regression.
        seed: of the chance.
        mixed: whether the rows of both parts are put into a new order; otherwise they stay in that
            of ``data``, which may mean something, such as time.
    """
    import numpy as np

    random = np.random.RandomState(seed)
    order = random.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    # Evenly spaced picks from sorted rows take from each class its share.
    count = held_out(len(order), fraction)
    picks = ((np.arange(count) + 0.5) * len(order) / count).astype(int)
    train, test = np.delete(order, picks), order[picks]
    if not mixed:
        return data.take(np.sort(train)), data.take(np.sort(test))
    return data.take(random.permutation(train)), data.take(random.permutation(test))


def strata(y: np.ndarray) -> np.ndarray:
    """Return (n,) numbers of targets, for ``divided``: those of (n,) are themselves.

    Rows of (n, labels) are numbered by the labels that they have, so that those with the rarest
    label are neighbours, among them those with the next, and so on: each part then gets about its
    share of every label. Several numbers are added up, each in its deviations.
    """
    import numpy as np

    if y.ndim == 1:
        return y
    if not ((y == 0) | (y == 1)).all():
        scaled = (y - y.mean(axis=0)) / np.where(y.std(axis=0) > 0, y.std(axis=0), 1)
        return np.asarray(scaled.sum(axis=1))
    rarest_last = np.argsort(-y.sum(axis=0), kind="stable")
    order = np.lexsort(y[:, rarest_last].T)
    changes = (np.diff(y[order], axis=0) != 0).any(axis=1)
    numbers = np.empty(len(y), np.int64)
    numbers[order] = np.concatenate([[0], np.cumsum(changes)])
    return numbers


def whole_groups(
    groups: np.ndarray, fraction: float, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a training and a test part of which each group is in one.

    Args:
        groups: (n,) what each row belongs to.
        fraction: share of the rows that the test part should have, in (0, 1).
        seed: of the chance.

    Returns:
        The rows of both, in their order.

    Raises:
        DataError: if all rows are of one group.
    """
    import numpy as np

    _, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        raise DataError("All rows are of one group: none is left for testing.")
    order = np.random.RandomState(seed).permutation(len(counts))
    total = np.cumsum(counts[order])
    enough = 1 + int(np.abs(total[:-1] - fraction * len(groups)).argmin())
    test = np.isin(numbers, order[:enough])
    return np.flatnonzero(~test), np.flatnonzero(test)


def drawn_rows(
    y: np.ndarray, fraction: float, seed: int, groups: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the rows for training and those for testing; both stay in their order.

    Args:
        y: (n,) or (n, labels) targets, of which both parts get their share.
        fraction: share of the test part, in (0, 1).
        seed: of the chance.
        groups: (n,) what each row belongs to, if none of these may be divided; then the targets
            do not count.

    Raises:
        DataError: if all rows are of one group.
    """
    import numpy as np

    if groups is not None:
        return whole_groups(groups, fraction, seed)
    rows = Split(np.arange(len(y)), y)
    train, test = divided(rows, fraction, strata(y), seed, mixed=False)
    return train.x, test.x


def labelled(y: np.ndarray, classes: int, labels: Labels) -> np.ndarray:
    """Return (n,) numbers of classes as int32, or as (n, classes) float32 one-hot rows."""
    import numpy as np

    numbers: np.ndarray = y.astype(np.int32)
    if labels == "integer":
        return numbers
    rows: np.ndarray = np.eye(classes, dtype=np.float32)[numbers]
    return rows


def bundled(info: DatasetInfo, train: Split, test: Split) -> DatasetBundle:
    """Put the parts together, with their actual sizes in ``info``: those of samples are smaller."""
    counted = replace(info, train_examples=len(train), test_examples=len(test))
    return DatasetBundle(counted, train, test)
