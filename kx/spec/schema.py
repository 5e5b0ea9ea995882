"""The frame of a spec: every key that is not an option of a registered component.

Sections of components (``dataset``, ``architecture``, ``validation``) are open here; their
options are checked against the signature of the component by ``kx.planning``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Epochs = Annotated[int, Field(ge=1, le=100_000)]
VariantName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,23}$")]
ComponentName = Annotated[str, Field(min_length=1, max_length=40)]


class Strict(BaseModel):
    """Unknown keys are errors, and no value is converted behind the user's back."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
    )


class Component(BaseModel):
    """The name of a registered function; its options stand beside it."""

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
    )

    name: ComponentName

    @property
    def options(self) -> dict[str, Any]:
        """What stands in the section beside the keys of the frame."""
        return dict(self.model_extra or {})


class DatasetSection(Component):
    """What to learn from."""

    name: ComponentName
    """A dataset of `kx list datasets`."""
    fallback: Literal["sample"] | None = None
    """`sample`: if the files cannot be had, use a small generated stand-in, and say so loudly."""


class ArchitectureSection(Component):
    """The network."""

    name: ComponentName
    """An architecture of `kx list models`."""


class ValidationSection(Component):
    """How the result is judged before the test set is looked at."""

    name: ComponentName = Field("holdout", alias="strategy")
    """A validation strategy of `kx list evaluators`."""
    keep: Literal["all", "best", "none"] = "none"
    """Which fits' models are kept beside that of the refit: `all`, that with the `best` value of
    `training.monitor`, or `none`."""


class PreparationSection(Strict):
    """What is done to the features; everything is fitted on the training part alone."""

    scale: Literal["auto", "standardize", "unit", "none"] = "auto"
    """`standardize`: mean 0, deviation 1 per feature; `unit`: into 0..1; `auto`: what the dataset
    recommends."""
    missing: Literal["error", "zero", "mean", "indicator"] = "error"
    """What to do with missing numbers in the features."""
    leaky: bool = False
    """Fit the preparation on the validation rows too: only to see how much too good the scores
    then are; the record says so."""


class AugmentationSection(Strict):
    """How pictures are changed by chance, each time that they are trained on; they alone are."""

    rotation_degrees: Annotated[float, Field(ge=0, le=180)] = 0.0
    """Turn by up to so many degrees, to either side."""
    shift_fraction: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Shift by up to this share of the height and of the width."""
    shear_degrees: Annotated[float, Field(ge=0, le=45)] = 0.0
    """Slant horizontal lines by up to so many degrees; Keras shears by at most 45."""
    zoom_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Stretch or shrink height and width by up to this share, each by a draw of its own."""
    horizontal_flip: bool = False
    """Mirror every other picture, left for right."""
    fill_mode: Literal["nearest", "reflect", "constant", "wrap"] = "nearest"
    """What comes where the picture no longer is: the `nearest` pixel, the picture mirrored
    (`reflect`) or once more (`wrap`), or zeros (`constant`)."""


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


class RMSprop(_Optimizer):
    """Keras's RMSprop: "usually a good enough choice", say the notes."""

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: Positive = 0.001
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


class Adam(_Optimizer):
    """Keras's Adam."""

    name: Literal["adam"]
    learning_rate: Positive = 0.001
    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Positive = 1e-7
    amsgrad: bool = False


class AdamW(_Optimizer):
    """Keras's AdamW."""

    name: Literal["adamw"]
    learning_rate: Positive = 0.001
    weight_decay: Annotated[float, Field(ge=0)] | None = 0.004
    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Positive = 1e-7
    amsgrad: bool = False


class Nadam(_Optimizer):
    """Keras's Nadam."""

    name: Literal["nadam"]
    learning_rate: Positive = 0.001
    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Positive = 1e-7


class Adamax(_Optimizer):
    """Keras's Adamax."""

    name: Literal["adamax"]
    learning_rate: Positive = 0.001
    beta_1: Fraction = 0.9
    beta_2: Fraction = 0.999
    epsilon: Positive = 1e-7


class Adagrad(_Optimizer):
    """Keras's Adagrad."""

    name: Literal["adagrad"]
    learning_rate: Positive = 0.001
    initial_accumulator_value: Annotated[float, Field(ge=0)] = 0.1
    epsilon: Positive = 1e-7


class Adadelta(_Optimizer):
    """Keras's Adadelta."""

    name: Literal["adadelta"]
    learning_rate: Positive = 0.001
    rho: Fraction = 0.95
    epsilon: Positive = 1e-7


OptimizerSection = Annotated[
    RMSprop | SGD | Adam | AdamW | Nadam | Adamax | Adagrad | Adadelta,
    Field(discriminator="name"),
]


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


class EarlyStopping(Strict):
    """Stop when the monitored metric no longer improves."""

    patience: Annotated[int, Field(ge=0, le=100_000)] = 3
    """Epochs without improvement that are borne."""
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    """What counts as an improvement."""
    start_from_epoch: Annotated[int, Field(ge=0)] = 0
    """Watch only from this epoch on."""
    monitor: str | None = None
    """Default: `training.monitor`."""


class ReduceLROnPlateau(Strict):
    """Lower the learning rate when the monitored metric no longer improves."""

    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The learning rate is multiplied by this."""
    patience: Annotated[int, Field(ge=0, le=100_000)] = 10
    """Epochs without improvement that are borne."""
    min_delta: Annotated[float, Field(ge=0)] = 1e-4
    """What counts as an improvement."""
    cooldown: Annotated[int, Field(ge=0)] = 0
    """Epochs to wait after each reduction."""
    min_lr: Annotated[float, Field(ge=0)] = 0.0
    """The learning rate does not fall below this."""
    monitor: str | None = None
    """Default: `training.monitor`."""


class Phase(Strict):
    """Some epochs of a training, with an optimizer that begins anew."""

    epochs: Epochs
    """Passes over the training part, at most."""
    trainable: Literal["head", "unfrozen", "all"] = "all"
    """What is trained of a network on a ready-made base: its `head`; also the layers of the base
    from `architecture.unfreeze_from` on; or `all`."""
    optimizer: OptimizerSection | None = None
    """Default: `training.optimizer`."""


class EventFiles(Strict):
    """What TensorBoard is given beside curves, settings and scores."""

    histograms: bool = False
    """How the weights of each layer are spread, epoch by epoch."""


class TrainingSection(Strict):
    """How the network is fitted."""

    optimizer: OptimizerSection = RMSprop()
    """A name, or a mapping of `name` and the options of Keras's optimizer."""
    loss: str | None = None
    """A Keras loss; default: what suits the dataset's task."""
    metrics: Annotated[tuple[str, ...], Field(min_length=1, max_length=12)] | None = None
    """Shown beside the loss, the main one first; default: what suits the dataset's task."""
    output_activation: Literal["sigmoid", "softmax", "linear"] | None = None
    """Of the last layer; default: what suits the dataset's task."""
    batch_size: Count = 32
    """Examples per step."""
    epochs: Epochs = 20
    """Passes over the training part, at most; with `phases` the sum of theirs."""
    phases: Annotated[tuple[Phase, ...], Field(max_length=20)] | None = None
    """Train in steps: each phase says for how many epochs, what, and with which optimizer."""
    batching: Literal["fixed", "bucketed"] = "fixed"
    """`bucketed`: batches of texts of like length, padded no further than needed; which texts come
    together is then not all chance. For networks that read word by word and mask the padding."""
    shuffle: bool = True
    """Train in a new order in every epoch."""
    monitor: str = "val_loss"
    """What the best epoch is judged by."""
    checkpoint: Literal["best", "last"] = "last"
    """Which epoch's weights a fit ends with."""
    early_stopping: EarlyStopping | None = None
    """Stop when the monitored metric no longer improves."""
    reduce_lr_on_plateau: ReduceLROnPlateau | None = None
    """Lower the learning rate when the monitored metric no longer improves."""
    learning_rate_schedule: ScheduleSection | None = None
    """Change the learning rate from step to step."""
    class_weight: Literal["balanced"] | dict[str, Positive] | None = None
    """How much the examples of a class count: `balanced` makes up for rare classes; or a number
    for each class that does not count 1, as in `{positive: 2.5}`."""
    callbacks: dict[str, dict[str, Any]] = {}
    """Registered callbacks and their options, as in `{name: {option: 1}}`; see `plugins`."""
    tensorboard: bool | EventFiles = False
    """Write event files for TensorBoard, into the run's folder `tensorboard`: curves fit by fit,
    settings and scores; or a mapping of what else, as in `{histograms: true}`."""
    engine: Literal["auto", "compiled", "fit"] = "auto"
    """`compiled`: an epoch is one call into TensorFlow; `fit`: plain Keras, step by step; `auto`:
    whichever is faster."""
    precision: Literal["float32", "mixed_bfloat16", "auto"] = "float32"
    """`mixed_bfloat16`: compute with numbers of 16 bits, keep the weights in 32; `auto`: where the
    CPU has units for it (AMX), which is about twice as fast there and slower everywhere else."""

    @model_validator(mode="after")
    def _count_epochs(self) -> Self:
        """Let ``epochs`` be what the phases add up to, unless something else is stated."""
        if self.phases and "epochs" not in self.model_fields_set:
            object.__setattr__(self, "epochs", self.epochs_of_phases)
        return self

    @property
    def has_histograms(self) -> bool:
        """Whether TensorBoard is given the weights, too."""
        return isinstance(self.tensorboard, EventFiles) and self.tensorboard.histograms

    @property
    def epochs_of_phases(self) -> int:
        """How many epochs the phases have together; 0 without phases."""
        return sum(phase.epochs for phase in self.phases or ())


class Expectation(Strict):
    """What a score should be; the verdict is part of the result."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = ""
    """Who says so."""


class ExperimentSpec(Strict):
    """Everything that decides the outcome of a run."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    """Names the run's folder: lower case letters, digits, - and _, at most 40."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Decides every draw: split, order of the batches, initial weights, dropout."""
    seeds: Annotated[int, Field(ge=1, le=1000)] = 1
    """Train everything so many times, with different initial weights and orders of the batches;
    the splits stay the same."""
    deterministic: bool = True
    """Bit-equal results from run to run on one machine."""
    plugins: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """Python files that register datasets, models or evaluators; relative to the spec."""
    dataset: DatasetSection
    """What to learn from."""
    preparation: PreparationSection = PreparationSection()
    """What is done to the features."""
    augmentation: AugmentationSection | None = None
    """How pictures are changed by chance while training; default: not at all."""
    architecture: ArchitectureSection
    """The network."""
    validation: ValidationSection = ValidationSection(strategy="holdout")
    """How the result is judged before the test set is looked at."""
    training: TrainingSection = TrainingSection()
    """How the network is fitted."""
    expect: Annotated[dict[str, Expectation], Field(max_length=50)] = {}
    """What the literature reports: `test.accuracy: {at_least: 0.87, source: …}`."""

    variants: Annotated[dict[VariantName, dict[str, Any]], Field(max_length=25)] = {}
    """Named sets of other values, as in `smaller: {architecture.units: [4, 4]}`; see
    `kx train --variants`."""

    def resolved(self) -> dict[str, Any]:
        """Return the spec with every default filled in, as it is recorded."""
        return self.model_dump(mode="json", by_alias=True)
