"""Settings that are allowed, but do nothing, or hardly what was meant: each is a warning."""

from __future__ import annotations

from collections.abc import Iterator

from kx.base.remark import Remark
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

FEWER, SMALLER = Remark.of("effect.fewer"), Remark.of("effect.smaller")


def callbacks_have_time(plan: Plan) -> Iterator[Finding]:
    """A callback waits for fewer epochs than there are."""
    training, epochs = plan.spec.training, plan.spec.training.epochs
    stops = Remark.of("effect.never_stops", epochs=epochs)
    falls = Remark.of("effect.never_falls", epochs=epochs)
    waiting = {
        "early_stopping": (training.early_stopping, stops),
        "reduce_lr_on_plateau": (training.reduce_lr_on_plateau, falls),
    }
    for name, (callback, remark) in waiting.items():
        if callback and callback.patience >= epochs:
            key, got = ("training", name, "patience"), f"{callback.patience:,}"
            yield Finding(key, remark, FEWER, got, fatal=False)


def plateaus_lower_the_learning_rate(plan: Plan) -> Iterator[Finding]:
    """The least learning rate is below the one that training begins with."""
    plateau, rate = plan.spec.training.reduce_lr_on_plateau, _rate(plan)
    if plateau and plateau.min_lr >= rate:
        remark = Remark.of("effect.begins_lower", rate=rate)
        key = ("training", "reduce_lr_on_plateau", "min_lr")
        yield Finding(key, remark, SMALLER, f"{plateau.min_lr:g}", fatal=False)


def schedules_end_within_the_training(plan: Plan) -> Iterator[Finding]:
    """What a schedule changes it changes before the last epoch is over."""
    schedule, epochs = plan.spec.training.learning_rate_schedule, plan.spec.training.epochs
    if isinstance(schedule, CosineDecay) and schedule.warmup_epochs >= epochs:
        remark, key = Remark.of("effect.warms_up", epochs=epochs), (*SCHEDULE, "warmup_epochs")
        yield Finding(key, remark, FEWER, f"{schedule.warmup_epochs:g}", fatal=False)
    elif isinstance(schedule, PiecewiseConstantDecay) and max(schedule.boundary_epochs) >= epochs:
        remark = Remark.of("effect.boundary_beyond", epochs=epochs)
        got = f"{max(schedule.boundary_epochs):g}"
        yield Finding((*SCHEDULE, "boundary_epochs"), remark, got=got, fatal=False)
    elif (
        isinstance(schedule, ExponentialDecay | InverseTimeDecay)
        and schedule.staircase
        and schedule.decay_epochs >= epochs
    ):
        remark, got = Remark.of("effect.no_step", epochs=epochs), f"{schedule.decay_epochs:g}"
        yield Finding((*SCHEDULE, "decay_epochs"), remark, FEWER, got, fatal=False)


def schedules_change_the_learning_rate(plan: Plan) -> Iterator[Finding]:
    """A decay ends below where it begins."""
    schedule, rate = plan.spec.training.learning_rate_schedule, _rate(plan)
    remark, key, got = Remark.of("effect.stays", rate=rate), "", ""
    if isinstance(schedule, ExponentialDecay) and schedule.decay_rate == 1:
        key, got = "decay_rate", "1"
    elif isinstance(schedule, CosineDecay) and schedule.alpha == 1:
        key, got = "alpha", "1"
    elif isinstance(schedule, PolynomialDecay) and schedule.end_learning_rate >= rate:
        key, got = "end_learning_rate", f"{schedule.end_learning_rate:g}"
        if schedule.end_learning_rate > rate:
            remark = Remark.of("effect.rises", rate=rate)
    if key:
        yield Finding((*SCHEDULE, key), remark, SMALLER, got, fatal=False)


def optimizer_options_take_effect(plan: Plan) -> Iterator[Finding]:
    """No option of the optimizer needs another one that is off, or excludes another."""
    optimizer = plan.spec.training.optimizer
    given, key = optimizer.model_fields_set, ("training", "optimizer")
    if getattr(optimizer, "nesterov", False) and not getattr(optimizer, "momentum", 0):
        remark, hint = Remark.of("effect.no_momentum"), Remark.of("effect.no_momentum_hint")
        yield Finding((*key, "nesterov"), remark, hint, "true", fatal=False)
    if "ema_momentum" in given and not optimizer.use_ema:
        remark, hint = Remark.of("effect.no_ema"), Remark.of("effect.no_ema_hint")
        yield Finding((*key, "ema_momentum"), remark, hint, fatal=False)
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
            remark, hint = Remark.of("effect.much_dropout"), Remark.of("effect.much_dropout_hint")
        elif name in ("l1", "l2") and value >= MUCH_PENALTY:
            remark, hint = Remark.of("effect.much_penalty"), Remark.of("effect.much_penalty_hint")
        else:
            continue
        yield Finding(("architecture", name), remark, hint, f"{value:g}", fatal=False)


def epochs_are_judged_by_held_out_rows(plan: Plan) -> Iterator[Finding]:
    """The best epoch is not the one that fits the training rows best."""
    monitor = plan.spec.training.monitor
    if not monitor.startswith("val_") and monitor == "loss":
        remark, hint = Remark.of("effect.training_loss"), Remark.of("effect.training_loss_hint")
        yield Finding(("training", "monitor"), remark, hint, monitor, fatal=False)


def some_epochs_are_judged(plan: Plan) -> Iterator[Finding]:
    """Not all epochs are skipped when the best one is chosen."""
    skipped, epochs = plan.validation.options.get("skip_epochs", 0), plan.spec.training.epochs
    if isinstance(skipped, int) and skipped >= epochs:
        text = f"with {epochs:,} epochs none is left to choose the best from"
        yield Finding(("validation", "skip_epochs"), text, "use fewer", f"{skipped:,}")


def _rate(plan: Plan) -> float:
    return plan.spec.training.optimizer.learning_rate
