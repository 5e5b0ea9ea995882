"""The head that a spec asks for, and how it is recorded."""

from __future__ import annotations

from typing import Any

from kx.components.keras_options import CLASSES, OURS, ObjectiveKind, keras_options
from kx.components.own_objectives import loss, metric, optimizer
from kx.contracts import DatasetInfo
from kx.models.heads import SPECIFIED, Head, Measure, suited_head
from kx.spec.schema import TrainingSection
from kx.spec.schema.objectives import LossSection, MetricChoice, MetricSection
from kx.spec.schema.optimizers import OptimizerSection, OwnOptimizer

ESTIMATED = ("auc", "r2")
"""Metrics that kx computes itself; with options they are Keras's estimates, under another name."""


def head_of(training: TrainingSection, info: DatasetInfo) -> Head:
    """Return how the network ends: what the spec says, or else what suits the task."""
    suited, chosen = suited_head(info), training.loss
    options = chosen.options if isinstance(chosen, LossSection) else {}
    measures = measures_of(training.metrics or suited.metrics)
    return Head(
        training.output_activation or suited.activation,
        (chosen.name if isinstance(chosen, LossSection) else chosen) or suited.loss,
        tuple(measures),
        options,
        {label: each for label, each in measures.items() if each != Measure(label)},
        suited.quantiles,
    )


def measures_of(chosen: tuple[MetricChoice, ...]) -> dict[str, Measure]:
    """Return label -> metric."""
    return {label_of(each): _measure(each) for each in chosen}


def label_of(chosen: MetricChoice) -> str:
    """Return what curves and scores call a metric."""
    if isinstance(chosen, str):
        return chosen
    name = f"keras_{chosen.name}" if chosen.name in ESTIMATED and chosen.options else chosen.name
    return chosen.label or name


def _measure(chosen: MetricChoice) -> Measure:
    if isinstance(chosen, MetricSection):
        return Measure(chosen.name, chosen.options)
    return Measure(chosen)


def recorded_head(head: Head) -> dict[str, Any]:
    """Return the head as it is recorded: options, if one was stated, with all defaults."""
    stated = head.activation if head.activation in SPECIFIED else None
    return {
        "loss": _recorded("losses", head.loss, head.loss_options),
        "metrics": [_recorded_measure(label, head.measure(label)) for label in head.metrics],
        "output_activation": stated,  # what follows from the task cannot be asked for
    }


def _recorded_measure(label: str, measure: Measure) -> str | dict[str, Any]:
    found = _recorded("metrics", measure.name, measure.options)
    if label == measure.name:
        return found
    return {"name": measure.name, "label": label} | (found if isinstance(found, dict) else {})


def _recorded(kind: ObjectiveKind, name: str, options: Any) -> str | dict[str, Any]:
    return {"name": name, **filled(kind, name, options)} if options else name


def filled(kind: ObjectiveKind, name: str, options: Any) -> dict[str, Any]:
    """Return all options of a loss or a metric, with the defaults of those that are not stated."""
    own = (loss if kind == "losses" else metric).get(name)
    if own is None and name not in CLASSES[kind] and name not in OURS:
        return dict(options)  # of a plugin that is not imported
    model = own.options if own else keras_options(kind, name)
    return model.model_validate(dict(options)).model_dump()


def own_options(section: OptimizerSection) -> dict[str, Any]:
    """Return all options of a plugin's optimizer; none of one of Keras's."""
    own = optimizer.get(section.name)
    if own is None or not isinstance(section, OwnOptimizer):
        return {}
    return own.options.model_validate(section.options).model_dump()
