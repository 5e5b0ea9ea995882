"""The frame of a spec: every key that is not an option of a registered component."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kx.spec.schema.data import AugmentationSection
    from kx.spec.schema.experiment import ExperimentSpec
    from kx.spec.schema.optimizers import SGD, Adam
    from kx.spec.schema.schedules import PiecewiseConstantDecay
    from kx.spec.schema.training import EarlyStopping, Phase, ReduceLROnPlateau, TrainingSection

__all__ = [
    "SGD",
    "Adam",
    "AugmentationSection",
    "EarlyStopping",
    "ExperimentSpec",
    "Phase",
    "PiecewiseConstantDecay",
    "ReduceLROnPlateau",
    "TrainingSection",
]


MODULES = {
    "experiment": ("ExperimentSpec",),
    "training": ("EarlyStopping", "Phase", "ReduceLROnPlateau", "TrainingSection"),
    "schedules": ("PiecewiseConstantDecay",),
    "optimizers": ("SGD", "Adam"),
    "data": ("AugmentationSection",),
}


def __getattr__(name: str) -> Any:
    """Import the module that has a name of ``__all__``: lists need the optimizers alone."""
    for module, names in MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
