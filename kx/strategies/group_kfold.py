"""K-fold validation that keeps together what belongs together."""

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
)

NO_GROUPS = "groups missing: the dataset does not say which examples belong together"
NO_GROUPS_HINT = "use strategy: kfold, or data of which each example tells its group"


def check(info: DatasetInfo, *, k: int, **_: Any) -> Iterator[Complaint]:
    """Yield a complaint if there are too few rows or no groups."""
    yield from count_complaints(info.train_examples, k)
    if not info.groups:
        yield Complaint("strategy", NO_GROUPS, NO_GROUPS_HINT)
    yield from later_rows_complaints(info)
    yield from mixed_complaints(info)


def complaints(rows: Rows, *, k: int) -> Iterator[Complaint]:
    """Yield a complaint if there are fewer groups than folds, or none."""
    import numpy as np

    if rows.groups is None:
        yield Complaint("strategy", NO_GROUPS, NO_GROUPS_HINT)
        return
    groups = len(np.unique(rows.groups))
    if groups < k:
        hint = f"use 2 to {groups:,}" if groups >= 2 else "two groups are the least"
        yield Complaint("k", f"asks for {k:,} folds, but there are {groups:,} groups", hint)


def split(rows: Rows, seed: int, *, k: int) -> Folds:
    """Divide the groups so that the parts have about the same number of rows; nothing is drawn."""
    import numpy as np
    from sklearn.model_selection import GroupKFold

    # Numbers instead of names: scikit-learn refuses some kinds of names, such as NaN.
    _, groups = np.unique(np.asarray(rows.groups), return_inverse=True)
    splits = GroupKFold(k).split(np.empty(rows.count), groups=groups)
    return folds(splits, fold_names(k), rows.count)


@evaluator("group_kfold", check=check, rescale=fewer_folds)
def group_kfold(
    *,
    k: K = 4,
    judge: Judge,
) -> Composed:
    """Do K-fold validation that divides no group, such as a patient.

    Args:
        k: number of parts; groups are dealt out so that these have about equally many rows.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2: training and validation part must not overlap; scikit-learn's `GroupKFold`.
    """
    return Composed(partial(split, k=k), partial(complaints, k=k), judge)
