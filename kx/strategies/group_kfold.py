"""K-fold validation that keeps together what belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kx.base.text import counted
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Folds,
    K,
    count_complaints,
    fewer_folds,
    fold_names,
    folds,
    later_rows_complaints,
    mixed_complaints,
    unused_folds_complaints,
)

NO_GROUPS = "needs groups: the dataset does not say which examples belong together"
NO_GROUPS_HINT = "use strategy: kfold, or data with a group for each example"


@evaluator("group_kfold")
class GroupKFold(JudgedStrategy):
    """Do K-fold validation that divides no group, such as a patient.

    Args:
        k: number of parts; groups are dealt out so that these have about equally many rows.
        judge: how the fits are judged.

    Source:
        Notes 1.1.2: training and validation part must not overlap; scikit-learn's `GroupKFold`.
    """

    k: K = 4
    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield a complaint if there are too few rows or no groups."""
        yield from unused_folds_complaints(info)
        yield from count_complaints(info.train_examples, self.k)
        if not info.groups:
            yield Complaint("strategy", NO_GROUPS, NO_GROUPS_HINT)
        yield from later_rows_complaints(info)
        yield from mixed_complaints(info)

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if there are fewer groups than folds, or none."""
        import numpy as np

        if rows.groups is None:
            yield Complaint("strategy", NO_GROUPS, NO_GROUPS_HINT)
            return
        groups = len(np.unique(rows.groups))
        if groups < self.k:
            hint = f"use 2 to {groups:,}" if groups >= 2 else "it takes at least two groups"
            message = f"asks for {self.k:,} folds, but has {counted(groups, 'group', 'groups')}"
            yield Complaint("k", message, hint)

    def propose(self, rows: Rows, seed: int) -> Folds:
        """Divide the groups so that the parts have about equally many rows; nothing is drawn."""
        import numpy as np
        from sklearn import model_selection

        # Numbers instead of names: scikit-learn refuses some kinds of names, such as NaN.
        _, groups = np.unique(np.asarray(rows.groups), return_inverse=True)
        splits = model_selection.GroupKFold(self.k).split(np.empty(rows.count), groups=groups)
        return folds(splits, fold_names(self.k), rows.count)

    def rescaled(self, factor: float) -> GroupKFold:
        """Let a large k shrink with the data."""
        return replace(self, k=fewer_folds(self.k, factor))
