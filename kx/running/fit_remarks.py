"""What is told of the fits: callbacks that lack what they watch, or wait for too much."""

from __future__ import annotations

from kx.base.curves import lower_is_better
from kx.base.remark import Code, Remark
from kx.contracts import DatasetInfo
from kx.running.fits import Fits
from kx.running.work import Work


def tell_what_a_refit_lacks(work: Work) -> None:
    """Warn of callbacks that watch a validation part; the learning rates that they set are kept."""
    plan = work.plan
    for choice, made in zip(plan.callbacks, plan.make_callbacks(), strict=True):
        monitor = str(getattr(made, "monitor", ""))
        if monitor.startswith("val_"):
            callback = choice.entry.name
            work.warn("title.spec", Remark.of("spec.watched", callback=callback, monitor=monitor))


def tell_what_never_improved(work: Work, info: DatasetInfo, fits: Fits) -> None:
    """Warn of callbacks that wait for more than a loss of numbers ever had to lose."""
    training = work.plan.spec.training
    waiting = {
        "early_stopping": training.early_stopping,
        "reduce_lr_on_plateau": training.reduce_lr_on_plateau,
    }
    for name, callback in waiting.items():
        monitor = (callback and callback.monitor) or training.monitor
        first = [result.history[monitor][0] for result in fits.results if monitor in result.history]
        if not (callback and first and info.numbers and lower_is_better(monitor)):
            continue
        if 0 <= max(first) <= callback.min_delta:  # a loss below 0 has no end
            code: Code = "spec.never_improved"
            values: dict[str, float] = {"first": max(first), "delta": callback.min_delta}
            work.warn("title.spec", Remark.of(code, callback=name, monitor=monitor, **values))
