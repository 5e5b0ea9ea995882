"""From a diagnosis to the change of a spec that it advises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kx.advice.diagnosis import Diagnosis
from kx.advice.remedies import could_be_augmented
from kx.spec.stated import Stated

Spec = Mapping[str, Any]
"""Of a run, resolved."""

Changes = dict[str, Any]
"""Dotted key of a spec -> its new value."""

RATIO = 10
"""By which a learning rate, or a penalty that is too strong, is divided."""

TURNED = {
    "rotation_degrees": 40, "shift_fraction": 0.2, "shear_degrees": 11.46, "zoom_fraction": 0.2,
}  # fmt: skip
"""How the notes change photographs (3.2)."""

SLIGHTLY = {"rotation_degrees": 10, "shift_fraction": 0.1, "zoom_fraction": 0.1}
"""What leaves writing legible."""

REGULARISED = ("augmentation", "dropout", "penalty", "smaller", "stop")
"""What is tried against overfitting, in this order; stopping alone gives no better network."""


def suggested(found: Diagnosis, spec: Spec, *, mirrored: bool = True) -> Iterator[str]:
    """Yield the keys of the advice that a change of the spec can follow, the best first."""
    keys = [key for key in REGULARISED if key in found.advice]
    for key in dict.fromkeys([*keys, *found.advice]):
        if key in CHANGES and changes_for(key, found, spec, mirrored=mirrored):
            yield key


def changes_for(key: str, found: Diagnosis, spec: Spec, *, mirrored: bool = True) -> Changes:
    """Return what to change to follow one piece of advice; empty if the spec has no such option.

    Args:
        key: of the advice.
        found: the diagnosis of a run of the spec.
        spec: resolved.
        mirrored: whether a picture that is mirrored keeps its meaning.
    """
    if key == "augmentation":
        how = TURNED | {"horizontal_flip": True} if mirrored else SLIGHTLY
        return {"augmentation": how}
    return CHANGES[key](found, spec)


def best_change(
    found: Diagnosis,
    spec: Spec,
    *,
    mirrored: bool = True,
    allowed: Callable[[Changes], bool] = lambda changes: True,
) -> tuple[str, Changes]:
    """Return the key and the changes of the best advice that a change of the spec can follow.

    Args:
        found: the diagnosis of a run of the spec.
        spec: resolved.
        mirrored: whether a picture that is mirrored keeps its meaning.
        allowed: whether the spec may be changed so: an option has limits.

    Returns:
        Nothing to change, if there is no such advice.
    """
    for key in suggested(found, spec, mirrored=mirrored):
        changes = changes_for(key, found, spec, mirrored=mirrored)
        if allowed(changes):
            return key, changes
    return "", {}


def _architecture(spec: Spec, **values: Any) -> Changes:
    """Return the changes of options that the architecture has."""
    known = spec["architecture"]
    return {f"architecture.{name}": value for name, value in values.items() if name in known}


def _restrained(spec: Spec, name: str, value: float) -> Changes:
    """Return a stronger dropout or penalty; one that is as strong already is let be."""
    weaker = (spec["architecture"].get(name) or 0) < value
    return _architecture(spec, **{name: value}) if weaker else {}


def resized(spec: Spec, factor: float) -> Changes:
    """Return units, or else filters, by so much wider or narrower."""
    for name in ("units", "filters"):
        before = spec["architecture"].get(name)
        if before:
            after = [max(1, int(width * factor)) for width in before]
            return {f"architecture.{name}": after} if after != list(before) else {}
    return {}


def _stop(found: Diagnosis, spec: Spec) -> Changes:
    epochs = spec["training"]["epochs"]
    best, skipped = found.best_epoch or 0, spec.get("validation", {}).get("skip_epochs", 0)
    shorter = skipped < best < epochs and not spec["training"].get("phases")
    return {"training.epochs": found.best_epoch} if shorter else {}


def _longer(found: Diagnosis, spec: Spec) -> Changes:
    training = spec["training"]
    if training.get("phases"):
        return {}
    stopping = training.get("early_stopping")
    if stopping and found.epochs < training["epochs"]:
        return {"training.early_stopping.patience": 2 * max(1, stopping["patience"])}
    return {"training.epochs": 2 * training["epochs"]}


def _larger(found: Diagnosis, spec: Spec) -> Changes:
    if spec["architecture"]["name"] == "linear":
        return {"architecture": {"name": "mlp"}}
    return resized(spec, 2)


def _less_regularisation(found: Diagnosis, spec: Spec) -> Changes:
    known = spec["architecture"]
    weaker = {"dropout": known.get("dropout", 0) / 2}
    weaker |= {name: known.get(name, 0) / RATIO for name in ("l1", "l2")}
    return _architecture(spec, **{name: value for name, value in weaker.items() if value})


def _lower_rate(found: Diagnosis, spec: Spec) -> Changes:
    rate = spec["training"]["optimizer"]["learning_rate"] / RATIO
    return {"training.optimizer.learning_rate": float(f"{rate:.6g}")}


def _kfold(found: Diagnosis, spec: Spec) -> Changes:
    section = spec["validation"]
    if Stated(spec).in_order_of_time:  # K folds would train on what comes later
        return {}
    shared = {name: section[name] for name in ("refit", "smooth") if section.get(name)}
    return {"validation": {"strategy": "kfold", "k": 4, **shared}}


def _smooth(found: Diagnosis, spec: Spec) -> Changes:
    section = spec["validation"]
    return {"validation.smooth": 0.8} if section.get("smooth", 1) < 0.8 else {}


def _clip(found: Diagnosis, spec: Spec) -> Changes:
    clipped = [name for name, v in spec["training"]["optimizer"].items() if "clip" in name and v]
    return {} if clipped else {"training.optimizer.clipnorm": 1.0}


def _linear(found: Diagnosis, spec: Spec) -> Changes:
    """Return the linear model, unless it is one, or takes no such input.

    That of a ready-made base was fitted to its features, and words in order are no quantities.
    """
    unlike = spec["architecture"]["name"] in ("linear", "pretrained")
    words = spec["dataset"].get("encoding") == "sequence"
    return {} if unlike or words else {"architecture": "linear"}


def _balanced(found: Diagnosis, spec: Spec) -> Changes:
    training = spec["training"]
    done = training.get("sampling") or training.get("class_weight")
    return {} if done or found.score != "balanced_accuracy" else {"training.sampling": "balanced"}


SCALED = ("standardize", "robust", "quantile", "log")
"""Preparations after which features are small and alike."""

CHANGES: Mapping[str, Callable[[Diagnosis, Spec], Changes]] = {
    "augmentation": lambda found, spec: {},
    "dropout": lambda found, spec: _restrained(spec, "dropout", 0.5),
    "penalty": lambda found, spec: _restrained(spec, "l2", 1e-3),
    "smaller": lambda found, spec: resized(spec, 1 / 2),
    "stop": _stop,
    "longer": _longer,
    "larger": _larger,
    "less_regularisation": _less_regularisation,
    "learning_rate": _lower_rate,
    "lower_rate": _lower_rate,
    "larger_batch": lambda found, spec: {
        "training.batch_size": 4 * spec["training"]["batch_size"]
    },
    "kfold": _kfold,
    "smooth": _smooth,
    "scale": lambda found, spec: (
        {} if spec["preparation"]["scale"] in SCALED
        else {"preparation.scale": "standardize"}
    ),
    "balance": _balanced,
    "padding": lambda found, spec: (
        {"dataset.pad": "front"} if spec["dataset"].get("pad") == "back" else {}
    ),
    "clip": _clip,
    "linear": _linear,
}  # fmt: skip
"""Key of an advice -> what to change; advice that only people can follow is missing."""

ALWAYS = ("stop", "longer", "learning_rate", "lower_rate", "larger_batch")
"""Advice on keys that every spec has; a change by kx alone may be too hard."""


def practical(found: Diagnosis, spec: Spec, scale: str | None) -> Diagnosis:
    """Return a diagnosis without the advice that the run's spec has no option for.

    Args:
        found: the diagnosis of a run of the spec.
        spec: as recorded; of what it lacks nothing is known.
        scale: how the run's features are scaled, as the record says; None: not known.
    """
    kept = tuple(key for key in found.advice if _is_open(key, found, spec, scale))
    return replace(found, advice=kept or ("learning_rate",))


def _is_open(key: str, found: Diagnosis, spec: Spec, scale: str | None) -> bool:
    if key == "scale" and scale in (*SCALED, "fixed"):
        return False
    if key == "augmentation":
        return could_be_augmented(spec)
    if key not in CHANGES or key in ALWAYS:
        return True
    try:
        return bool(changes_for(key, found, spec))
    except (AttributeError, KeyError, TypeError):  # it is of another kx, or none was kept
        return True
