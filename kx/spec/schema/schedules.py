"""Learning rates that change while training; times are in epochs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kx.spec.schema.kinds import Positive, Strict


class ExponentialDecay(Strict):
    """Multiply the learning rate by ``decay_rate`` every ``decay_epochs``."""

    name: Literal["exponential_decay"]
    decay_epochs: Positive
    decay_rate: Annotated[float, Field(gt=0, le=1)]
    staircase: bool = False


class CosineDecay(Strict):
    """Let the learning rate fall to ``alpha`` times itself along half a cosine wave."""

    name: Literal["cosine_decay"]
    decay_epochs: Positive
    alpha: Annotated[float, Field(ge=0, le=1)] = 0.0
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    """Rise from 0 to the learning rate first, over so many epochs."""


class PolynomialDecay(Strict):
    """Let the learning rate fall to ``end_learning_rate`` along a power of time."""

    name: Literal["polynomial_decay"]
    decay_epochs: Positive
    end_learning_rate: Positive = 0.0001
    power: Positive = 1.0


class InverseTimeDecay(Strict):
    """Divide the learning rate by 1 + ``decay_rate`` x epochs / ``decay_epochs``."""

    name: Literal["inverse_time_decay"]
    decay_epochs: Positive
    decay_rate: Positive
    staircase: bool = False


class PiecewiseConstantDecay(Strict):
    """Use the optimizer's learning rate first, then each of ``learning_rates`` in turn."""

    name: Literal["piecewise_constant_decay"]
    boundary_epochs: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=100)]
    """The epochs after which the next learning rate is used; rising."""
    learning_rates: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=100)]
    """One for each boundary."""


ScheduleSection = Annotated[
    ExponentialDecay | CosineDecay | PolynomialDecay | InverseTimeDecay | PiecewiseConstantDecay,
    Field(discriminator="name"),
]
