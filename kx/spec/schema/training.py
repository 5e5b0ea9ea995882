"""How the network is fitted."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from kx.spec.schema.kinds import Count, Positive, Strict
from kx.spec.schema.objectives import LossChoice, MetricChoice
from kx.spec.schema.optimizers import OptimizerSection, RMSprop
from kx.spec.schema.schedules import ScheduleSection

Epochs = Annotated[int, Field(ge=1, le=100_000)]


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

    optimizer: OptimizerSection = RMSprop.model_construct()
    """A name, or a mapping of `name` and the options of Keras's optimizer."""
    loss: LossChoice | None = None
    """A loss of `kx list losses`, or a mapping of `name` and its options; default: what suits the
    dataset's task."""
    metrics: Annotated[tuple[MetricChoice, ...], Field(min_length=1, max_length=12)] | None = None
    """Shown beside the loss, the main one first: names of `kx list metrics`, or mappings of `name`,
    its options, and perhaps a `label`; default: what suits the dataset's task."""
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
    """Which epoch's weights a fit ends with; `best`: of all phases, and each phase goes on from the
    best of the one before. A refit, which has no validation part, ends with its last."""
    early_stopping: EarlyStopping | None = None
    """Stop when the monitored metric no longer improves."""
    reduce_lr_on_plateau: ReduceLROnPlateau | None = None
    """Lower the learning rate when the monitored metric no longer improves."""
    learning_rate_schedule: ScheduleSection | None = None
    """Change the learning rate from step to step."""
    class_weight: Literal["balanced"] | dict[str, Positive] | None = None
    """How much the examples of a class count: `balanced` makes up for rare classes; or a number
    for each class that does not count 1, as in `{positive: 2.5}`."""
    sampling: Literal["balanced"] | None = None
    """`balanced`: an epoch is as long as without, but has as many rows of each class: those of rare
    classes come several times, of frequent ones it has a part that changes from epoch to epoch.
    Validation and test part stay as they are."""
    callbacks: dict[str, dict[str, Any]] = Field({})
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
