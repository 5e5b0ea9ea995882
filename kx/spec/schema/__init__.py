"""The frame of a spec: every key that is not an option of a registered component."""

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
