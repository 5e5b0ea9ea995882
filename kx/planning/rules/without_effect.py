"""Settings that are allowed, but do nothing, or hardly what was meant: each is a warning."""

from __future__ import annotations

from collections.abc import Iterator

from kx.planning.finding import Finding
from kx.planning.plan import Plan
from kx.spec.schema.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

SCHEDULE = ("training", "learning_rate_schedule")

MUCH_DROPOUT = 0.9
"""From here on hardly any signal is left; the notes use 0.2 to 0.5."""

MUCH_PENALTY = 1.0
"""The notes' penalties are 0.001 and 0.01."""


def callbacks_have_time(plan: Plan) -> Iterator[Finding]:
    """A callback waits for fewer epochs than there are."""
    training, epochs = plan.spec.training, plan.spec.training.epochs
    waiting = {
        "early_stopping": (training.early_stopping, "training never stops early"),
        "reduce_lr_on_plateau": (training.reduce_lr_on_plateau, "the learning rate never falls"),
    }
    for name, (callback, outcome) in waiting.items():
        if callback and callback.patience >= epochs:
            text = f"with {epochs:,} epochs {outcome}"
            key = ("training", name, "patience")
            yield Finding(key, text, "use fewer", f"{callback.patience:,}", fatal=False)


def plateaus_lower_the_learning_rate(plan: Plan) -> Iterator[Finding]:
    """The least learning rate is below the one that training begins with."""
    plateau, rate = plan.spec.training.reduce_lr_on_plateau, _rate(plan)
    if plateau and plateau.min_lr >= rate:
        text = f"the learning rate begins at {rate:g} and so never falls"
        key = ("training", "reduce_lr_on_plateau", "min_lr")
        yield Finding(key, text, "use a smaller one", f"{plateau.min_lr:g}", fatal=False)


def schedules_end_within_the_training(plan: Plan) -> Iterator[Finding]:
    """What a schedule changes it changes before the last epoch is over."""
    schedule, epochs = plan.spec.training.learning_rate_schedule, plan.spec.training.epochs
    if isinstance(schedule, CosineDecay) and schedule.warmup_epochs >= epochs:
        text = f"with {epochs:,} epochs the learning rate never gets where the warm-up leads"
        key = (*SCHEDULE, "warmup_epochs")
        yield Finding(key, text, "use fewer", f"{schedule.warmup_epochs:g}", fatal=False)
    elif isinstance(schedule, PiecewiseConstantDecay) and max(schedule.boundary_epochs) >= epochs:
        text = f"lies beyond the last of {epochs:,} epochs: its learning rate is never used"
        got = f"{max(schedule.boundary_epochs):g}"
        yield Finding((*SCHEDULE, "boundary_epochs"), text, got=got, fatal=False)
    elif (
        isinstance(schedule, ExponentialDecay | InverseTimeDecay)
        and schedule.staircase
        and schedule.decay_epochs >= epochs
    ):
        text = f"with {epochs:,} epochs the first step is never reached"
        got = f"{schedule.decay_epochs:g}"
        yield Finding((*SCHEDULE, "decay_epochs"), text, "use fewer", got, fatal=False)


def schedules_change_the_learning_rate(plan: Plan) -> Iterator[Finding]:
    """A decay ends below where it begins."""
    schedule, rate = plan.spec.training.learning_rate_schedule, _rate(plan)
    text, key, got = f"the learning rate stays at {rate:g}", "", ""
    if isinstance(schedule, ExponentialDecay) and schedule.decay_rate == 1:
        key, got = "decay_rate", "1"
    elif isinstance(schedule, CosineDecay) and schedule.alpha == 1:
        key, got = "alpha", "1"
    elif isinstance(schedule, PolynomialDecay) and schedule.end_learning_rate >= rate:
        key, got = "end_learning_rate", f"{schedule.end_learning_rate:g}"
        if schedule.end_learning_rate > rate:
            text = f"the learning rate begins at {rate:g} and rises instead of falling"
    if key:
        yield Finding((*SCHEDULE, key), text, "use a smaller one", got, fatal=False)


def optimizer_options_take_effect(plan: Plan) -> Iterator[Finding]:
    """No option of the optimizer needs another one that is off, or excludes another."""
    optimizer = plan.spec.training.optimizer
    given, key = optimizer.model_fields_set, ("training", "optimizer")
    if getattr(optimizer, "nesterov", False) and not getattr(optimizer, "momentum", 0):
        yield Finding((*key, "nesterov"), "does nothing without momentum", "set momentum: 0.9",
                      "true", fatal=False)  # fmt: skip
    if "ema_momentum" in given and not optimizer.use_ema:
        yield Finding((*key, "ema_momentum"), "does nothing without use_ema", "set use_ema: true",
                      fatal=False)  # fmt: skip
    names = ("clipnorm", "global_clipnorm", "clipvalue")
    clips = [name for name in names if getattr(optimizer, name, None) is not None]
    if len(clips) > 1:
        text = f"cannot be combined with {clips[0]}: Keras clips in one way"
        yield Finding((*key, clips[1]), text, "keep one of the two", at_key=True)


def regularisation_leaves_something(plan: Plan) -> Iterator[Finding]:
    """Dropout and penalties leave enough of the network to learn with."""
    options = plan.architecture.options
    for name, value in options.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if name.endswith("dropout") and value >= MUCH_DROPOUT:
            text, hint = "hardly leaves any signal to learn from", "0.2 to 0.5 is usual"
        elif name in ("l1", "l2") and value >= MUCH_PENALTY:
            text, hint = "outweighs most losses: all weights go to 0", "0.0001 to 0.01 is usual"
        else:
            continue
        yield Finding(("architecture", name), text, hint, f"{value:g}", fatal=False)


def epochs_are_judged_by_held_out_rows(plan: Plan) -> Iterator[Finding]:
    """The best epoch is not the one that fits the training rows best."""
    monitor = plan.spec.training.monitor
    if not monitor.startswith("val_") and monitor == "loss":
        text = "the training loss chooses the best epoch: it is the one that overfits most"
        yield Finding(("training", "monitor"), text, "use val_loss", monitor, fatal=False)


def some_epochs_are_judged(plan: Plan) -> Iterator[Finding]:
    """Not all epochs are skipped when the best one is chosen."""
    skipped, epochs = plan.validation.options.get("skip_epochs", 0), plan.spec.training.epochs
    if isinstance(skipped, int) and skipped >= epochs:
        text = f"with {epochs:,} epochs none is left to choose the best from"
        yield Finding(("validation", "skip_epochs"), text, "use fewer", f"{skipped:,}")


def _rate(plan: Plan) -> float:
    return plan.spec.training.optimizer.learning_rate
