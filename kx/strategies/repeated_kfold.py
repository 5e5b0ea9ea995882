"""Repeated K-fold validation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Folds,
    K,
    Repeats,
    count_complaints,
    divided_groups_complaints,
    fewer_folds,
    folds,
    mixed_complaints,
    repeated_names,
    shuffled_time_complaints,
    unused_folds_complaints,
)


@evaluator("repeated_kfold")
class RepeatedKFold(JudgedStrategy):
    """Do K-fold validation several times, mixing the rows anew before each.

    Args:
        k: number of parts; if rows remain, some parts get one more.
        repeats: how often; there are `k` times as many fits. The first is what `kfold` does.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2, "iterated K-fold validation with shuffling".
    """

    k: K = 4
    repeats: Repeats = 3
    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield a complaint if there are too few rows, or if their order must be kept."""
        yield from unused_folds_complaints(info)
        yield from count_complaints(info.train_examples, self.k)
        yield from shuffled_time_complaints(info, "strategy")
        yield from mixed_complaints(info)
        yield from divided_groups_complaints(info)

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if there are too few rows."""
        yield from count_complaints(rows.count, self.k)

    def propose(self, rows: Rows, seed: int) -> Folds:
        """Mix and divide the rows ``repeats`` times; more repeats do not change the first ones."""
        import numpy as np
        from sklearn import model_selection

        splitter = model_selection.RepeatedKFold(
            n_splits=self.k, n_repeats=self.repeats, random_state=seed
        )
        names = repeated_names(self.k, self.repeats)
        return folds(splitter.split(np.empty(rows.count)), names, rows.count)

    def rescaled(self, factor: float) -> RepeatedKFold:
        """Let a large k shrink with the data."""
        return replace(self, k=fewer_folds(self.k, factor))
