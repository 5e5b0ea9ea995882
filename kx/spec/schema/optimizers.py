"""The optimizers of Keras, with its defaults."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Discriminator, Field, Tag

from kx.spec.schema.components import NamedSection
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


class Adafactor(_Optimizer):
    """Keras's Adafactor: keeps sums over rows and columns in place of whole moments."""

    name: Literal["adafactor"]
    beta_2_decay: Annotated[float, Field(lt=0)] = -0.8
    epsilon_1: Positive = 1e-30
    epsilon_2: Positive = 0.001
    clip_threshold: Positive = 1.0
    relative_step: bool = True


class Ftrl(_Optimizer):
    """Keras's FTRL, "follow the regularized leader": for wide, sparse, shallow networks."""

    name: Literal["ftrl"]
    learning_rate_power: Annotated[float, Field(le=0)] = -0.5
    initial_accumulator_value: Annotated[float, Field(ge=0)] = 0.1
    l1_regularization_strength: Annotated[float, Field(ge=0)] = 0.0
    l2_regularization_strength: Annotated[float, Field(ge=0)] = 0.0
    l2_shrinkage_regularization_strength: Annotated[float, Field(ge=0)] = 0.0
    beta: Annotated[float, Field(ge=0)] = 0.0


class Lion(_Optimizer):
    """Keras's Lion: steps by the sign of a moving average; a tenth of Adam's rate suits it."""

    name: Literal["lion"]
    beta_1: Annotated[float, Field(gt=0, le=1)] = 0.9
    beta_2: Fraction = 0.99


class Lamb(_Moments):
    """Keras's LAMB: Adam's steps, each layer's scaled by its weights; for large batches."""

    name: Literal["lamb"]


class Muon(_Optimizer):
    """Keras's Muon: orthogonal steps for the matrices of a network, Adam's for all else."""

    name: Literal["muon"]
    weight_decay: Annotated[float, Field(ge=0)] | None = 0.004
    adam_beta_1: Fraction = 0.9
    adam_beta_2: Fraction = 0.999
    adam_weight_decay: Annotated[float, Field(ge=0)] | None = 0.004
    adam_lr_ratio: Positive = 1.0
    epsilon: Positive = 1e-7
    exclude_embeddings: bool = True
    momentum: Fraction = 0.95
    nesterov: bool = True
    ns_steps: Annotated[int, Field(ge=1, le=100)] = 5
    rms_rate: Positive | None = 0.2


class OwnOptimizer(NamedSection):
    """An optimizer of a plugin, and its options."""

    use_ema: ClassVar[bool] = False

    learning_rate: Positive = 0.001


KerasOptimizer = Annotated[
    RMSprop
    | SGD
    | Adam
    | AdamW
    | Nadam
    | Adamax
    | Adagrad
    | Adadelta
    | Adafactor
    | Ftrl
    | Lion
    | Lamb
    | Muon,
    Field(discriminator="name"),
]

KERAS_OPTIMIZERS = tuple(
    str(get_args(kind.model_fields["name"].annotation)[0])
    for kind in get_args(get_args(KerasOptimizer)[0])
)
"""Names of Keras's."""


def _whose(section: Any) -> str:
    """Return whether a section names an optimizer of Keras's, or one that a plugin may have."""
    given = section.get("name") if isinstance(section, dict) else getattr(section, "name", None)
    return "own" if isinstance(given, str) and given not in KERAS_OPTIMIZERS else "keras"


OptimizerSection = Annotated[
    Annotated[KerasOptimizer, Tag("keras")] | Annotated[OwnOptimizer, Tag("own")],
    Discriminator(_whose),
]
