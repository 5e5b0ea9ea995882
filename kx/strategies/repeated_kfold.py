"""Repeated K-fold validation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Composed, Judge
from kx.evaluators.folds import (
    Folds,
    K,
    count_complaints,
    fewer_folds,
    folds,
    mixed_complaints,
    repeated_names,
    shuffled_time_complaints,
)

Repeats = Annotated[int, Field(ge=1, le=1000)]


def check(info: DatasetInfo, *, k: int, **_: Any) -> Iterator[Complaint]:
    """Yield a complaint if there are too few rows, or if their order must be kept."""
    yield from count_complaints(info.train_examples, k)
    yield from shuffled_time_complaints(info, "strategy")
    yield from mixed_complaints(info)


def complaints(rows: Rows, *, k: int) -> Iterator[Complaint]:
    """Yield a complaint if there are too few rows."""
    yield from count_complaints(rows.count, k)


def split(rows: Rows, seed: int, *, k: int, repeats: int) -> Folds:
    """Mix and divide the rows ``repeats`` times; more repeats do not change the first ones."""
    import numpy as np
    from sklearn.model_selection import RepeatedKFold

    splitter = RepeatedKFold(n_splits=k, n_repeats=repeats, random_state=seed)
    return folds(splitter.split(np.empty(rows.count)), repeated_names(k, repeats), rows.count)


@evaluator("repeated_kfold", check=check, rescale=fewer_folds)
def repeated_kfold(
    *,
    k: K = 4,
    repeats: Repeats = 3,
    judge: Judge,
) -> Composed:
    """Do K-fold validation several times, mixing the rows anew before each.

    Args:
        k: number of parts; if rows remain, some parts get one more.
        repeats: how often; there are `k` times as many fits. The first is what `kfold` does.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2, "iterated K-fold validation with shuffling".
    """
    return Composed(
        partial(split, k=k, repeats=repeats),
        partial(complaints, k=k),
        judge,
    )
