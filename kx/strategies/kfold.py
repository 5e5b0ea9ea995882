"""K-fold validation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Folds,
    K,
    count_complaints,
    divided_groups_complaints,
    fewer_folds,
    fold_names,
    folds,
    later_rows_complaints,
    mixed_complaints,
    shuffled_time_complaints,
    unused_folds_complaints,
)


@evaluator("kfold")
class KFold(JudgedStrategy):
    """Divide into k parts, hold out each once, average, refit on everything.

    Args:
        k: number of parts, and of fits; if rows remain, some parts get one more.
        shuffle: mix the rows before they are divided; otherwise parts are runs of rows.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2, 2.1 (smoothing), 2.3 (Boston).
    """

    k: K = 4
    shuffle: bool = True
    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield a complaint if there are too few rows, or if their order must be kept."""
        yield from unused_folds_complaints(info)
        yield from count_complaints(info.train_examples, self.k)
        yield from mixed_complaints(info)
        yield from divided_groups_complaints(info)
        if self.shuffle:
            yield from shuffled_time_complaints(info, "shuffle")
        else:
            yield from later_rows_complaints(info)

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if there are too few rows."""
        yield from count_complaints(rows.count, self.k)

    def propose(self, rows: Rows, seed: int) -> Folds:
        """Divide the rows into ``k`` parts whose sizes differ by at most one."""
        import numpy as np
        from sklearn import model_selection

        drawn = seed if self.shuffle else None
        splitter = model_selection.KFold(self.k, shuffle=self.shuffle, random_state=drawn)
        return folds(splitter.split(np.empty(rows.count)), fold_names(self.k), rows.count)

    def rescaled(self, factor: float) -> KFold:
        """Let a large k shrink with the data."""
        return replace(self, k=fewer_folds(self.k, factor))
