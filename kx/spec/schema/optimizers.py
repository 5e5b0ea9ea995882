"""The optimizers of Keras, with its defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kx.spec.schema.kinds import Fraction, Positive, Strict


class _Optimizer(Strict):
    clipnorm: Positive | None = None
    """Clip each weight's gradient to this norm."""
    global_clipnorm: Positive | None = None
    """Clip all gradients together to this norm."""
    clipvalue: Positive | None = None
    """Clip each entry of the gradients to this size."""
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    """Shrink the weights by this fraction of the learning rate at each step."""
    use_ema: bool = False
    """Keep an exponential moving average of the weights."""
    ema_momentum: Fraction = 0.99
    """How slowly that average moves."""
    name: str
    learning_rate: Positive = 0.001


class _Moments(_Optimizer):
    """Adam and its kin: moving averages of the gradients, and of their sizes, decide a step."""

    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Positive = 1e-7


class RMSprop(_Optimizer):
    """Keras's RMSprop: "usually a good enough choice", say the notes."""

    name: Literal["rmsprop"] = "rmsprop"
    rho: Fraction = 0.9
    momentum: Fraction = 0.0
    epsilon: Positive = 1e-7
    centered: bool = False


class SGD(_Optimizer):
    """Keras's SGD."""

    name: Literal["sgd"]
    learning_rate: Positive = 0.01
    momentum: Fraction = 0.0
    nesterov: bool = False


class Adam(_Moments):
    """Keras's Adam."""

    name: Literal["adam"]
    amsgrad: bool = False


class AdamW(_Moments):
    """Keras's AdamW."""

    name: Literal["adamw"]
    weight_decay: Annotated[float, Field(ge=0)] | None = 0.004
    amsgrad: bool = False


class Nadam(_Moments):
    """Keras's Nadam."""

    name: Literal["nadam"]


class Adamax(_Moments):
    """Keras's Adamax."""

    name: Literal["adamax"]


class Adagrad(_Optimizer):
    """Keras's Adagrad."""

    name: Literal["adagrad"]
    initial_accumulator_value: Annotated[float, Field(ge=0)] = 0.1
    epsilon: Positive = 1e-7


class Adadelta(_Optimizer):
    """Keras's Adadelta."""

    name: Literal["adadelta"]
    rho: Fraction = 0.95
    epsilon: Positive = 1e-7


OptimizerSection = Annotated[
    RMSprop | SGD | Adam | AdamW | Nadam | Adamax | Adagrad | Adadelta,
    Field(discriminator="name"),
]
