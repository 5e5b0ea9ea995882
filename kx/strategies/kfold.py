"""K-fold validation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Composed, Judge
from kx.evaluators.folds import (
    Folds,
    K,
    count_complaints,
    fewer_folds,
    fold_names,
    folds,
    later_rows_complaints,
    mixed_complaints,
    shuffled_time_complaints,
)


def check(info: DatasetInfo, *, k: int, shuffle: bool, **_: Any) -> Iterator[Complaint]:
    """Yield a complaint if there are too few rows, or if their order must be kept."""
    yield from count_complaints(info.train_examples, k)
    yield from mixed_complaints(info)
    if shuffle:
        yield from shuffled_time_complaints(info, "shuffle")
    else:
        yield from later_rows_complaints(info)


def complaints(rows: Rows, *, k: int) -> Iterator[Complaint]:
    """Yield a complaint if there are too few rows."""
    yield from count_complaints(rows.count, k)


def split(rows: Rows, seed: int, *, k: int, shuffle: bool) -> Folds:
    """Divide the rows into ``k`` parts whose sizes differ by at most one."""
    import numpy as np
    from sklearn.model_selection import KFold

    splitter = KFold(k, shuffle=shuffle, random_state=seed if shuffle else None)
    return folds(splitter.split(np.empty(rows.count)), fold_names(k), rows.count)


@evaluator("kfold", check=check, rescale=fewer_folds)
def kfold(
    *,
    k: K = 4,
    shuffle: bool = True,
    judge: Judge,
) -> Composed:
    """Divide into k parts, hold out each once, average, refit on everything.

    Args:
        k: number of parts, and of fits; if rows remain, some parts get one more.
        shuffle: mix the rows before they are divided; otherwise parts are runs of rows.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2, 2.1 (smoothing), 2.3 (Boston).
    """
    return Composed(
        partial(split, k=k, shuffle=shuffle),
        partial(complaints, k=k),
        judge,
    )
