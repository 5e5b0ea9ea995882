"""What all validation strategies share: how they judge their fits."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median_high
from typing import Annotated, Literal

from pydantic import Field

from kx.base.curves import best_epoch, mean_curve, smooth_curve
from kx.contracts import Conclusion, FitResult, Strategy

Refit = Annotated[int, Field(ge=1, le=100_000)] | Literal["best_epoch", "none"]
Smooth = Annotated[float, Field(ge=0, lt=1)]
SkipEpochs = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Judge:
    """Chooses an epoch on the mean validation curve, and reads all fits off there.

    Attributes:
        refit: train again from fresh weights on the whole training part: for the best epoch of
            the mean validation curve, for a number of epochs, or `none`.
        smooth: weight of the past in an exponential mean of the mean validation curve, in
            [0, 1), before its best epoch is looked for.
        skip_epochs: so many epochs at the start are left out of that curve.
    """

    refit: Refit = "best_epoch"
    smooth: Smooth = 0.0
    skip_epochs: SkipEpochs = 0

    def conclude(self, results: Sequence[FitResult], monitor: str) -> Conclusion:
        """Judge one fit or more by the metric ``monitor``, or by the loss if one lacks it."""
        metric = monitor if all(result.history.get(monitor) for result in results) else "loss"
        epoch = self.chosen_epoch([result.history.get(metric, []) for result in results], metric)
        epochs = epoch if self.refit == "best_epoch" else self.refit
        return Conclusion(
            best_epoch=epoch,
            refit_epochs=None if epochs == "none" else epochs,
            scores=scores_at(epoch, results),
        )

    def chosen_epoch(self, curves: Sequence[Sequence[float | None]], metric: str) -> int:
        """Return the best epoch, counted from 1, of those that all ``curves`` reached.

        An epoch in which one of them has no number cannot be the best. If none is left, it is
        the last.
        """
        mean = mean_curve([[_number(value) for value in curve] for curve in curves])
        kept = [None if epoch < self.skip_epochs else value for epoch, value in enumerate(mean)]
        return best_epoch(smooth_curve(kept, self.smooth), metric)


def scores_at(epoch: int, results: Sequence[FitResult]) -> dict[str, list[float]]:
    """Return what each validation metric was at ``epoch``, counted from 1, one for each fit."""
    metrics = [
        metric
        for metric in results[0].history
        if metric.startswith("val_")
        and all(len(result.history.get(metric, ())) >= epoch for result in results)
    ]
    return {
        metric.removeprefix("val_"): [result.history[metric][epoch - 1] for result in results]
        for metric in metrics
    }


def rates_found(results: Sequence[FitResult]) -> tuple[float, ...]:
    """Return the learning rate of each epoch, where callbacks have lowered it while fitting.

    Of several fits it is the middle one; of two in the middle the higher: the rate falls in the
    epoch in which it had fallen in more than half of those that came so far.

    Returns:
        One for each epoch of the longest fit; empty if it never changed.
    """
    rates = [result.history.get("learning_rate", []) for result in results]
    each = zip_longest(*rates)
    found = tuple(median_high(rate for rate in of if rate is not None) for of in each)
    return found if len(set(found)) > 1 else ()


def _number(value: float | None) -> float | None:
    """What is not finite becomes a gap: else it would spoil the mean of all later epochs."""
    return value if value is not None and math.isfinite(value) else None


class JudgedStrategy(Strategy):
    """A strategy that leaves the conclusion to a judge, the last of its options."""

    @property
    @abstractmethod
    def judge(self) -> Judge:
        """What draws the conclusion; ``judge: Judge = Judge()`` in a subclass makes it a group."""

    def conclude(self, results: Sequence[FitResult], monitor: str) -> Conclusion:
        """Judge the results of all fits by the metric ``monitor``."""
        return self.judge.conclude(results, monitor)
