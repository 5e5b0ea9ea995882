"""Keras's optimizer, loss and metrics, from what the spec says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kx.base.errors import PluginError
from kx.base.guard import guarded
from kx.components.keras_options import AFTER
from kx.components.own_objectives import OwnObjective, optimizer
from kx.contracts import DatasetInfo
from kx.models.head_choice import own_options
from kx.models.heads import Head
from kx.spec.schema import TrainingSection
from kx.training.objectives import in_deviations, make_loss, make_metric
from kx.training.target_unit import loss_in, steady_r2, unit_layer

if TYPE_CHECKING:
    import keras


def compile_model(
    model: keras.Model, info: DatasetInfo, head: Head, training: TrainingSection, steps: int
) -> None:
    """Compile ``model`` for the task; ``steps`` per epoch turn a schedule's epochs into steps."""
    metrics = make_metrics(info, head)
    if unit_layer(model) is not None:
        metrics = [steady_r2(model) if each.name == "r2" else each for each in metrics]
    model.compile(
        optimizer=make_optimizer(training, steps),
        loss=in_deviations(make_loss(head), info) or loss_in(model, head.loss, make_loss(head)),
        metrics=metrics,
        jit_compile=False,
    )


def make_optimizer(training: TrainingSection, steps: int) -> keras.Optimizer:
    """Return Keras's optimizer with the spec's options, and its schedule if there is one."""
    import keras

    if own := optimizer.get(training.optimizer.name):
        return _own_optimizer(own, training, steps)
    options = training.optimizer.model_dump(exclude={"name"})
    options["learning_rate"] = make_schedule(training, steps)
    if training.optimizer.name == "lamb":  # which Keras's get does not know
        return keras.optimizers.Lamb(**options)
    return keras.optimizers.get({"class_name": training.optimizer.name, "config": options})


def _own_optimizer(own: OwnObjective, training: TrainingSection, steps: int) -> keras.Optimizer:
    import keras

    with guarded(own.file):
        made = own.source(make_schedule(training, steps), **own_options(training.optimizer))
    if not isinstance(made, keras.optimizers.Optimizer):
        raise PluginError(f"optimizer {own.name!r} is no keras.optimizers.Optimizer")
    return made


def make_schedule(training: TrainingSection, steps: int) -> Any:
    """Return the learning rate: a number, or one of Keras's schedules."""
    import keras

    rate = training.optimizer.learning_rate
    section = training.learning_rate_schedule
    if section is None:
        return rate
    options = section.model_dump(exclude={"name"})
    schedules = keras.optimizers.schedules
    if section.name == "piecewise_constant_decay":
        # Keras still uses the old rate in the step of the boundary, and counts steps from 0.
        boundaries = [round(epoch * steps) - 1 for epoch in section.boundary_epochs]
        return schedules.PiecewiseConstantDecay(boundaries, [rate, *section.learning_rates])
    decay_steps = max(1, round(options.pop("decay_epochs") * steps))
    if section.name == "cosine_decay":
        warmup = round(section.warmup_epochs * steps)
        if warmup:
            return schedules.CosineDecay(
                0.0, decay_steps, section.alpha, warmup_target=rate, warmup_steps=warmup
            )
        return schedules.CosineDecay(rate, decay_steps, section.alpha)
    kinds = {
        "exponential_decay": schedules.ExponentialDecay,
        "polynomial_decay": schedules.PolynomialDecay,
        "inverse_time_decay": schedules.InverseTimeDecay,
    }
    return kinds[section.name](rate, decay_steps, **options)


def make_metrics(info: DatasetInfo, head: Head) -> list[keras.Metric]:
    """Return new metrics under their one name, of the kind that suits the labels.

    Those that are measured after the fit are not among them.
    """
    measures = {label: head.measure(label) for label in head.metrics}
    return [make_metric(*each, info) for each in measures.items() if each[1].name not in AFTER]
