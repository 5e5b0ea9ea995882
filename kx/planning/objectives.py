"""Names and options of the loss and of the metrics, held to what Keras and plugins offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kx.base.curves import lower_is_better
from kx.base.errors import Problem, suggest
from kx.components.keras_options import LEFT_OUT, REFUSED, ObjectiveKind, keras_options
from kx.components.own_objectives import OWN, known, optimizer
from kx.models.head_choice import label_of
from kx.models.heads import ALIASES
from kx.spec.document import Document, Key
from kx.spec.schema import ExperimentSpec
from kx.spec.schema.objectives import LossChoice, MetricChoice
from kx.spec.schema.optimizers import KERAS_OPTIMIZERS
from kx.spec.validate import validate

FRAME = ("name", "learning_rate")
"""Keys of an optimizer's section that are no options of a plugin's."""


def objective_problems(
    spec: ExperimentSpec, document: Document, *, closed: bool
) -> Iterator[Problem]:
    """Yield what is wrong with the spec's loss and metrics, whatever the data are like.

    Args:
        spec: the frame.
        document: where they stand.
        closed: whether plugins were not imported: what is not known may be theirs.
    """
    key: Key = ("training", "loss")
    if spec.training.loss is not None:
        yield from _wrong("losses", spec.training.loss, document, key, closed=closed)
    metrics = spec.training.metrics or ()
    for position, chosen in enumerate(metrics):
        key = ("training", "metrics", position)
        yield from _wrong("metrics", chosen, document, key, closed=closed)
        yield from _mislabelled(metrics, position, document)


def optimizer_problems(document: Document, *, closed: bool) -> Iterator[Problem]:
    """Yield what is wrong with optimizers that are none of Keras's; the frame checks those."""
    for key, section in _optimizers_in(document.value.get("training")):
        name = section.get("name") if isinstance(section, dict) else None
        if not isinstance(name, str) or name in KERAS_OPTIMIZERS:
            continue
        if own := optimizer.get(name):
            given = {key: value for key, value in section.items() if key not in FRAME}
            yield from validate(own.options, given, document, key)[1]
        elif not closed:
            hint = suggest(name, [*KERAS_OPTIMIZERS, *optimizer.names()])
            yield document.problem((*key, "name"), f"{name!r} is not offered here", hint=hint)


def _optimizers_in(training: Any) -> Iterator[tuple[Key, Any]]:
    section = training if isinstance(training, dict) else {}
    yield ("training", "optimizer"), section.get("optimizer")
    phases = section.get("phases")
    for number, phase in enumerate(phases if isinstance(phases, list | tuple) else ()):
        if isinstance(phase, dict):
            yield ("training", "phases", number, "optimizer"), phase.get("optimizer")


def _wrong(
    kind: ObjectiveKind,
    chosen: LossChoice | MetricChoice,
    document: Document,
    key: Key,
    *,
    closed: bool,
) -> Iterator[Problem]:
    name = chosen if isinstance(chosen, str) else chosen.name
    at = key if isinstance(chosen, str) else (*key, "name")
    if name not in known(kind):
        if not closed or name in REFUSED[kind]:
            yield _unknown(kind, name, document, at)
        return
    own = OWN[kind].get(name)
    model = own.options if own else keras_options(kind, name)
    given: Mapping[str, Any] = {} if isinstance(chosen, str) else chosen.options
    for problem in validate(model, given, document, key)[1]:
        yield _with_reason(problem) if own is None else problem


def _unknown(kind: ObjectiveKind, name: str, document: Document, key: Key) -> Problem:
    one = "loss" if kind == "losses" else "metric"
    if why := REFUSED[kind].get(name):
        return document.problem(key, f"{name} is of no use here: {why}")
    meant = ALIASES.get(name, "")
    hint = f"here it is called {meant!r}" if meant in known(kind) else suggest(name, known(kind))
    return document.problem(key, f"no {one} is called {name!r}", hint=hint)


def _with_reason(problem: Problem) -> Problem:
    """Say of an option that Keras has, but a spec may not set, what decides it."""
    option = problem.key.rpartition(".")[2]
    left_out = problem.message.startswith("unknown key") and option in LEFT_OUT
    return replace(problem, hint=LEFT_OUT[option]) if left_out else problem


def _mislabelled(
    metrics: tuple[MetricChoice, ...], position: int, document: Document
) -> Iterator[Problem]:
    """Yield why what a metric is called here would mislead."""
    chosen = metrics[position]
    label, key = label_of(chosen), ("training", "metrics", position)
    name = chosen if isinstance(chosen, str) else chosen.name
    if label in map(label_of, metrics[:position]):
        hint = "remove one, or give it a label of its own: {name: …, label: …}"
        yield document.problem(key, f"two metrics are called {label!r}", hint=hint)
    elif label != name and (label in (*known("metrics"), "loss") or label.startswith("val_")):
        yield document.problem((*key, "label"), f"{label!r} is the name of something else")
    elif label != name and lower_is_better(label) != lower_is_better(name):
        low = lower_is_better(name)
        text = f"by its name, {'large' if low else 'small'} values of {label!r} would be good"
        hint = "let it end in _error" if low else "let it not end like the name of an error"
        yield document.problem((*key, "label"), text, hint=hint)
