"""Folds that the data bring along."""

from __future__ import annotations

from collections.abc import Iterator

from kx.base.remark import Remark
from kx.base.text import counted
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Folds,
    fold_names,
    later_rows_complaints,
    mixed_complaints,
)

NO_FOLDS = "needs folds: the dataset does not say which fold each example belongs to"
NO_FOLDS_HINT = "name the column of folds in dataset.fold, or use strategy: kfold"


@evaluator("predefined_split")
class PredefinedSplit(JudgedStrategy):
    """Hold out each fold given by the data once, as the column `dataset.fold` has them.

    Each value of that column is a fold, in rising order: `fold-1` is the smallest number, or the
    first name. Rows without a value, or with -1, are trained on by every fit and never validated.

    Args:
        judge: how the fits are judged.

    Source:
        Notes 1.1.2, where the folds are drawn; scikit-learn's `PredefinedSplit`.
    """

    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield a complaint if there are no folds, warnings if they may not suit the rows."""
        if not info.folds:
            yield Complaint("strategy", NO_FOLDS, NO_FOLDS_HINT)
        yield from later_rows_complaints(info)
        yield from mixed_complaints(info)

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if nothing is left to train on, or nearly each row is a fold."""
        import numpy as np

        if rows.folds is None:
            yield Complaint("strategy", NO_FOLDS, NO_FOLDS_HINT)
            return
        known, sizes = np.unique(rows.folds[rows.folds >= 0], return_counts=True)
        if not len(known):
            message = "has no fold for any training row"
            yield Complaint("strategy", message, NO_FOLDS_HINT)
        elif sizes.sum() == sizes[0] == rows.count:
            message = "has one fold, of all training rows: nothing is left to train on"
            hint = "leave dataset.fold empty, or -1, in rows to train on; or use kfold"
            yield Complaint("strategy", message, hint)
        elif len(known) > rows.count / 2:
            message = f"has {len(known):,} folds of {counted(rows.count, 'row', 'rows')}"
            hint = (
                "dataset.fold seems to name an identifier; to hold out each row, use leave_one_out"
            )
            yield Complaint("strategy", f"{message}: nearly each row is one", hint)
        elif sizes.min() < 2:
            remark = Remark.of("splits.small_folds", folds=int((sizes < 2).sum()))
            yield Complaint("strategy", remark, Remark.of("splits.small_folds_hint"), fatal=False)
        yield from _divided_groups(rows)

    def reason(self, rows: Rows) -> Remark | None:
        """Return how many folds there are, and how many rows are in none."""
        import numpy as np

        if rows.folds is None:
            return None
        inside = rows.folds[rows.folds >= 0]
        k, always = len(np.unique(inside)), rows.count - len(inside)
        if not always:
            return Remark.of("splits.usual_folds", k=k)
        return Remark.of("splits.folds_and_always", k=k, rows=always)

    def propose(self, rows: Rows, seed: int) -> Folds:
        """Hold out the rows of each fold; nothing is drawn."""
        import numpy as np

        assert rows.folds is not None  # noqa: S101 - for the type checker
        known = np.unique(rows.folds[rows.folds >= 0])
        parts = [np.flatnonzero(rows.folds == fold) for fold in known]
        return Folds(fold_names(len(known)), parts, rows.count)


def _divided_groups(rows: Rows) -> Iterator[Complaint]:
    """Warn if the folds divide what belongs together."""
    import numpy as np

    if rows.groups is None or rows.folds is None:
        return
    _, groups = np.unique(rows.groups, return_inverse=True)
    pairs = np.unique(np.column_stack([groups, rows.folds]), axis=0)
    divided = int((np.bincount(pairs[:, 0]) > 1).sum())
    if divided:
        remark = Remark.of("splits.folds_divide", groups=divided)
        yield Complaint("strategy", remark, Remark.of("splits.folds_divide_hint"), fatal=False)
