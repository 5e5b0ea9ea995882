"""K-fold validation with the same shares of classes in every part."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace

from kx.base.remark import Remark
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Folds,
    K,
    Repeats,
    count_complaints,
    dealt,
    divided_groups_complaints,
    fewer_folds,
    fold_names,
    folds,
    mixed_complaints,
    no_classes_complaints,
    rare_strata,
    repeated_names,
    shuffled_time_complaints,
    unused_folds_complaints,
)


@evaluator("stratified_kfold")
class StratifiedKFold(JudgedStrategy):
    """Do K-fold validation with the same shares of classes, or labels, in each part.

    Args:
        k: number of parts; if rows remain, some parts get one more.
        repeats: how often, mixing the rows anew before each; there are `k` times as many fits.
        judge: how the fits are judged.

    Source:
        Kohavi (1995), "A study of cross-validation and bootstrap for accuracy estimation and
        model selection", IJCAI.
    """

    k: K = 4
    repeats: Repeats = 1
    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield complaints if there are too few rows, or no classes, or if order must be kept."""
        yield from unused_folds_complaints(info)
        yield from count_complaints(info.train_examples, self.k)
        yield from no_classes_complaints(info, "strategy", "use strategy: kfold")
        yield from shuffled_time_complaints(info, "strategy")
        yield from mixed_complaints(info)
        yield from divided_groups_complaints(info)

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield complaints if rows or classes are too small; a warning if only some classes are."""
        import numpy as np

        if rows.labels is None and rows.tags is None:
            message = "balances classes, but these examples have none"
            yield Complaint("strategy", message, "use strategy: kfold")
            return
        k, most = self.k, rows.count
        if rows.labels is not None:
            most = int(np.unique(rows.labels, return_counts=True)[1].max(initial=0))
        if rows.count < k:
            yield from count_complaints(rows.count, k)
        elif most < k:
            hint = f"use 2 to {most:,}" if most >= 2 else "use strategy: kfold"
            yield Complaint("k", f"asks for {k:,} folds, but no class has that many members", hint)
        elif rare := rare_strata(rows, k):
            remark = Remark.of("splits.rare_folds", classes=rare, folds=k)
            yield Complaint("k", remark, Remark.of("splits.rare_folds_hint"), fatal=False)

    def propose(self, rows: Rows, seed: int) -> Folds:
        """Divide each class into ``k`` parts; more repeats do not change the first ones."""
        import numpy as np
        from sklearn import model_selection

        k, repeats = self.k, self.repeats
        names = fold_names(k) if repeats == 1 else repeated_names(k, repeats)
        if rows.tags is not None:
            return Folds(names, list(dealt(rows, k, repeats, seed)), rows.count)
        splitter = model_selection.RepeatedStratifiedKFold(
            n_splits=k, n_repeats=repeats, random_state=seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of small classes, which complaints() names
            return folds(splitter.split(np.empty(rows.count), rows.labels), names, rows.count)

    def rescaled(self, factor: float) -> StratifiedKFold:
        """Let a large k shrink with the data."""
        return replace(self, k=fewer_folds(self.k, factor))
