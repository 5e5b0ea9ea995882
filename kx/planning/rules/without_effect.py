"""Settings that are allowed, but do nothing, or hardly what was meant: each is a warning."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kx.base.remark import Code, Remark
from kx.base.text import counted
from kx.models.heads import SHARES
from kx.planning.finding import Finding
from kx.planning.plan import Plan
from kx.spec.document import Key
from kx.spec.schema.optimizers import OptimizerSection
from kx.spec.schema.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from kx.spec.schema.training import EarlyStopping, ReduceLROnPlateau

SCHEDULE = ("training", "learning_rate_schedule")

MUCH_DROPOUT = 0.9
"""From here on hardly any signal is left; the notes use 0.2 to 0.5."""

MUCH_PENALTY = 1.0
"""The notes' penalties are 0.001 and 0.01."""

LARGE_STEP = 1.0
"""A learning rate above it takes an optimizer of ``NORMED`` out of all that weights usually are."""

NORMED = frozenset(("rmsprop", "adam", "adamw", "nadam", "adamax", "lion", "lamb", "muon"))
"""Optimizers that move each weight by about the learning rate, whatever the gradient's size."""

MUCH_HELD_OUT = 0.5
"""From this share on, no more rows are trained on than are held out."""

FEW_WORDS = 10
"""Of a vocabulary: two or three of them stand for no word."""

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


def improvements_are_possible(plan: Plan) -> Iterator[Finding]:
    """A callback waits for an improvement that its metric leaves room for."""
    training, hint = plan.spec.training, Remark.of("effect.no_room_hint")
    waiting: dict[str, tuple[EarlyStopping | ReduceLROnPlateau | None, Code]] = {
        "early_stopping": (training.early_stopping, "effect.no_room_stops"),
        "reduce_lr_on_plateau": (training.reduce_lr_on_plateau, "effect.no_room_falls"),
    }
    for name, (callback, code) in waiting.items():
        monitor = (callback and callback.monitor) or training.monitor
        if callback and callback.min_delta >= max(1, _most_improvement(plan, monitor)):
            key, got = ("training", name, "min_delta"), f"{callback.min_delta:g}"
            yield Finding(key, Remark.of(code, monitor=monitor), hint, got, fatal=False)


def _most_improvement(plan: Plan, monitor: str) -> float:
    """Return how much better than a constant guess a metric can become, if it is known."""
    short, info = monitor.removeprefix("val_"), plan.info
    if short in SHARES:
        return 1.0
    if short != "loss" or plan.spec.training.loss is not None or info is None:
        return math.inf
    classified = not info.numbers
    classes = len(info.classes) if info.many_classes else 2
    return math.log(max(2, classes)) if classified else math.inf


def learning_rates_are_small(plan: Plan) -> Iterator[Finding]:
    """An optimizer whose steps are as long as the learning rate does not leap."""
    training = plan.spec.training
    found: dict[Key, OptimizerSection | None] = {("training", "optimizer"): training.optimizer}
    for number, phase in enumerate(training.phases or ()):
        found["training", "phases", number, "optimizer"] = phase.optimizer
    for key, optimizer in found.items():
        if optimizer and optimizer.name in NORMED and optimizer.learning_rate > LARGE_STEP:
            remark = Remark.of("effect.large_steps", optimizer=optimizer.name)
            hint, got = Remark.of("effect.large_steps_hint"), f"{optimizer.learning_rate:g}"
            yield Finding((*key, "learning_rate"), remark, hint, got, fatal=False)


def enough_rows_are_left_to_train_on(plan: Plan) -> Iterator[Finding]:
    """Not as many rows are held out as are trained on, unless that is said."""
    dataset, validation = plan.dataset.options, plan.validation.options
    held_out: dict[Key, object] = {("dataset", "test_fraction"): dataset.get("test_fraction")}
    if validation.get("train_size") is None:
        held_out["validation", "size"] = validation.get("size")
    rows = (plan.info and plan.info.train_examples) or math.inf
    for key, size in held_out.items():
        share = size / rows if isinstance(size, int) else size
        if isinstance(share, float) and MUCH_HELD_OUT <= share < 1:
            remark, hint = (
                Remark.of("effect.few_rows", share=1 - share),
                Remark.of("effect.few_rows_hint"),
            )
            yield Finding(key, remark, hint, f"{size:g}", fatal=False)


def texts_keep_some_words(plan: Plan) -> Iterator[Finding]:
    """Of each text, and of all words, enough is left to tell classes by."""
    options = plan.dataset.options
    maxlen, words = options.get("maxlen"), options.get("num_words")
    if maxlen == 1 and options.get("encoding") == "sequence":
        remark, hint = Remark.of("effect.one_word"), Remark.of("effect.one_word_hint")
        yield Finding(("dataset", "maxlen"), remark, hint, "1", fatal=False)
    if isinstance(words, int) and words < FEW_WORDS:
        remark, hint = Remark.of("effect.few_words"), Remark.of("effect.few_words_hint")
        yield Finding(("dataset", "num_words"), remark, hint, f"{words}", fatal=False)


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
        text = f"with {counted(epochs, 'epoch', 'epochs')} none is left to choose the best from"
        yield Finding(("validation", "skip_epochs"), text, "use fewer", f"{skipped:,}")


def _rate(plan: Plan) -> float:
    return plan.spec.training.optimizer.learning_rate
