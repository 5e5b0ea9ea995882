"""The validation that suits the rows, by their number and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kx.base.remark import Remark
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Proposal, Rows, Strategy
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.usual import Known, Usual, usual


@evaluator("auto")
class Auto(JudgedStrategy):
    """Choose the strategy by the rows: K folds of few, one part of many; groups and time count.

    Folds given by the data are used (`predefined_split`), groups are kept together
    (`group_kfold`), rows in an order of time are validated with later
    ones (`time_series`), and rows that the dataset has for validation are used for it. Otherwise
    it is `kfold` below 2,000 rows for training, and else `holdout` of 20 % of all rows, above a
    million of 1 %. The record says what was chosen, and why.

    Args:
        judge: how the fits are judged.

    Source:
        Notes 1.1.2: 6:2:2, above a million rows 98:1:1; K-fold where rows are few.
    """

    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield what the strategy that is to be expected complains of."""
        if info.train_examples is not None and not (info.groups or info.folds):
            known = Known(
                info.train_examples,
                info.test_examples or 0,
                ordered=info.ordered,
                given=info.validation_examples,
            )
            yield from _at_strategy(_made(usual(known)).check(info))

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield what the chosen strategy complains of."""
        yield from _at_strategy(_made(_chosen(rows)).complaints(rows))

    def reason(self, rows: Rows) -> Remark:
        """Return what was chosen, and why."""
        return _chosen(rows).why

    def propose(self, rows: Rows, seed: int) -> Sequence[Proposal]:
        """Split as the chosen strategy does."""
        return _made(_chosen(rows)).propose(rows, seed)


def _chosen(rows: Rows) -> Usual:
    import numpy as np

    groups = None if rows.groups is None else len(np.unique(rows.groups))
    train, test = rows.whole or (rows.count, rows.test)
    folds = None if rows.folds is None else len(np.unique(rows.folds[rows.folds >= 0]))
    return usual(Known(train, test, groups, rows.ordered, rows.given, folds=folds))


def _made(chosen: Usual) -> Strategy:
    return evaluator[chosen.strategy].component(**chosen.options)


def _at_strategy(found: Iterable[Complaint]) -> Iterator[Complaint]:
    """Yield complaints about options that nobody stated as such of the strategy."""
    for each in found:
        yield replace(each, key="strategy")
