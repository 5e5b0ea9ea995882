"""Leave-one-out validation."""

from __future__ import annotations

from collections.abc import Iterator

from kx.base.remark import Remark
from kx.components.registry import evaluator
from kx.contracts import Complaint, DatasetInfo, Rows
from kx.evaluators.conclusion import Judge, JudgedStrategy
from kx.evaluators.folds import (
    Folds,
    divided_groups_complaints,
    mixed_complaints,
    shuffled_time_complaints,
    unused_folds_complaints,
)

MANY_FITS = 1000


@evaluator("leave_one_out")
class LeaveOneOut(JudgedStrategy):
    """Hold out each row once, in as many fits; for very little data.

    Args:
        judge: how the fits are judged.

    Source:
        Stone (1974), "Cross-validatory choice and assessment of statistical predictions",
        Journal of the Royal Statistical Society B 36.
    """

    judge: Judge = Judge()

    def check(self, info: DatasetInfo) -> Iterator[Complaint]:
        """Yield a complaint if order must be kept; a warning if there will be very many fits."""
        yield from unused_folds_complaints(info)
        count = info.train_examples or 0
        yield from shuffled_time_complaints(info, "strategy")
        yield from mixed_complaints(info)
        yield from divided_groups_complaints(info)
        if count > MANY_FITS:
            message = Remark.of("splits.many_fits", examples=count)
            yield Complaint("strategy", message, Remark.of("splits.many_fits_hint"), fatal=False)

    def complaints(self, rows: Rows) -> Iterator[Complaint]:
        """Yield a complaint if nothing would remain to train on."""
        if rows.count < 2:
            message = f"leaves nothing of {rows.count} training examples to train on"
            yield Complaint("strategy", message, "it takes at least two examples")

    def propose(self, rows: Rows, seed: int) -> Folds:
        """Hold out each row once; nothing is drawn."""
        import numpy as np

        names = [f"row-{row}" for row in range(1, rows.count + 1)]
        return Folds(names, list(np.arange(rows.count)[:, None]), rows.count)
