"""Which of four ways of running an epoch is the fastest for a network and its data.

``fit``       plain Keras, step by step: for data that do not fit into memory, or are augmented.
``resident``  an epoch is one call, the data stay in memory: for everything else.
``xla``       the same, compiled by XLA: for small dense networks with many steps.
``halves``    like ``resident``, but the halves of a batch at the same time, compiled by XLA: for
              recurrent networks.

The choice is a rule and no measurement: the engine decides the last digits of a result, and the
same spec must give the same digits again. The rule rests on measurements (2 cores, no GPU).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kx.base.remark import Code, Remark
from kx.contracts import Split
from kx.data.tables.encoded_rows import are_made_late
from kx.spec.schema import TrainingSection

if TYPE_CHECKING:
    import keras

Kind = Literal["fit", "resident", "xla", "halves"]

COMPILABLE = frozenset(
    (
        "InputLayer", "Dense", "Dropout", "BatchNormalization", "LayerNormalization",
        "Activation", "Flatten", "Reshape", "Rescaling", "Normalization", "ReLU", "LeakyReLU",
        "PReLU", "ELU", "Softmax", "Add", "Concatenate", "Multiply", "Average", "GaussianNoise",
        "GaussianDropout", "AlphaDropout", "EinsumDense", "MeanOfMembers",
        "MemberScale",
    )
)  # fmt: skip
"""Layers that XLA compiles and that are not slower for it: its convolutions are, on a CPU."""

RECURRENT = frozenset(("SimpleRNN", "LSTM", "GRU", "Bidirectional"))
"""Layers that XLA makes faster, because their steps through time are many small operations."""
WHOLE_BATCH = frozenset(("BatchNormalization",))
"""Layers for which halves of a batch are not what the batch is."""
WORDS = frozenset(("Embedding", "SpatialDropout1D"))
"""Layers in front of those."""

CATEGORIES = frozenset(("Embedding",))
"""Layers that stand beside numbers, in networks for tables; not at the front of words."""

COMPILE_SECONDS, COMPILE_SECONDS_PER_WEIGHT = 0.6, 0.1
"""Of a program, and for each trainable tensor, which has an update of its own: a linear model 0.8;
an MLP of three layers 1.2."""
SAVED_PER_STEP = 75e-6
"""Seconds: a step of a resident loop costs 78 microseconds before any arithmetic; XLA's 4."""
SAVED_PER_EPOCH = 3e-3
"""Seconds: an epoch of a resident loop costs 3 to 4 ms beside its steps; of a program, 0.5."""
SAVED_PER_FIT = 0.06
"""Seconds: what ``Model.fit`` needs to begin and to end; programs are called without it."""
MOST_OPERATIONS = 3e7
"""Of a step: above, TensorFlow's own products, on several cores, are the faster ones."""
COMPILE_SECONDS_RECURRENT = 2.5
"""For each length of texts."""
SAVED_PER_TIME_STEP = 80e-6
"""Seconds: with 32 units, 130 microseconds of 128 texts, LSTM; 90 of 32 texts; 100, SimpleRNN."""
MOST_OPERATIONS_RECURRENT = 4e8
"""Of one step through time. An LSTM of 256 units, 3e8, still takes 1.4 times as long without."""
MOST_BYTES_AT_ONCE = 256e6
"""Of one layer's outputs, while validating."""
SHARE_OF_MEMORY = 0.4
"""The data may take so much of what is free; preparation and results need room, too."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How epochs are run, and why so."""

    kind: Kind
    reason: Remark
    streamed: bool = False

    @property
    def label(self) -> str:
        """What the record says."""
        return {"fit": "fit", "resident": "compiled"}.get(self.kind, "compiled (XLA)")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the choice depends on, beside the network and its data.

    Attributes:
        free_memory: bytes.
        gpu: whether TensorFlow would use one.
    """

    free_memory: float
    gpu: bool = False


def choose(
    training: TrainingSection,
    model: keras.Model,
    data: Split,
    steps: int,
    machine: Machine,
    *,
    epochs: int = 0,
    fits: int = 0,
    augmented: bool = False,
    lengths: int = 1,
    obstacle: Remark | None = None,
) -> Engine:
    """Choose the engine of a run.

    Args:
        training: ``engine`` may leave the choice open or not.
        model: one network of the run.
        data: the training part.
        steps: of all fits together.
        machine: what it runs on.
        epochs: of all fits together, if none stops early.
        fits: how many there are.
        augmented: whether pictures are changed by chance.
        lengths: of texts: how many forms a batch can have.
        obstacle: what else XLA is not known to compile; None: nothing.
    """
    size, room = size_in_memory(data), SHARE_OF_MEMORY * machine.free_memory
    late = are_made_late(data.x)
    if training.engine != "compiled" and (late or size > room) and not hasattr(data.x, "indptr"):
        code: Code = "engine.encoded" if late else "engine.streamed"
        return Engine("fit", Remark.of(code, size=size / 1e9), streamed=True)
    if training.engine == "fit":
        return Engine("fit", Remark.of("why.spec"))
    if augmented:
        # Steps on pictures are so long that one call for all saves a hundredth of an epoch; plain
        # Keras is given batches that other threads have changed in the meantime.
        kind: Kind = "resident" if training.engine == "compiled" else "fit"
        return Engine(kind, Remark.of("engine.augmentation"))
    if found := obstacle or obstacle_to_xla(model, data, training.batch_size):
        return Engine("resident", found)
    if through := time_steps(model):
        if machine.gpu:  # cuDNN goes through a whole text by itself, but not inside XLA
            return Engine("resident", Remark.of("engine.gpu"))
        return _recurrent(training, steps, through, lengths)
    saved = steps * SAVED_PER_STEP + epochs * SAVED_PER_EPOCH + fits * SAVED_PER_FIT
    weights = len(model.trainable_variables)
    if training.engine == "auto" and saved < COMPILE_SECONDS + weights * COMPILE_SECONDS_PER_WEIGHT:
        return Engine("resident", Remark.of("engine.few_steps", steps=steps))
    return Engine("xla", Remark.of("engine.small", steps=steps))


def _recurrent(training: TrainingSection, steps: int, through: int, lengths: int) -> Engine:
    saved = steps * through * SAVED_PER_TIME_STEP
    what = Remark.of("engine.recurrent", steps=steps)
    if lengths > 1:
        what = Remark.of("engine.recurrent_lengths", steps=steps, lengths=lengths)
    if training.engine == "auto" and saved < COMPILE_SECONDS_RECURRENT * lengths:
        return Engine("resident", Remark.of("engine.unpaid", what=what))
    return Engine("halves", what)


def size_in_memory(data: Split) -> float:
    """Return the bytes of the prepared features, as they are kept."""
    if hasattr(data.x, "indptr"):
        return float(data.x.data.nbytes + data.x.indices.nbytes)
    return float(data.x.nbytes)


def examples_at_once(model: keras.Model, most: int) -> int:
    """Return how many examples to validate in one step: fewer where a layer's pictures are large.

    A thousand photographs would take 3 GB behind one convolution.
    """
    return max(16, min(most, int(MOST_BYTES_AT_ONCE / (4 * layer_outputs(model)))))


def layer_outputs(model: keras.Model) -> int:
    """Return how many numbers the widest layer makes of one example."""
    return max(_numbers(layer) for layer in layers_of(model))


def layers_of(model: keras.Model) -> Iterator[keras.Layer]:
    """Yield the layers of a model, and instead of a model among them its own layers."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from layers_of(layer)
        else:
            yield layer


def _numbers(layer: keras.Layer) -> int:
    """Return how many numbers the layer makes of one example; what is not known counts as 1."""
    shape = getattr(layer.output, "shape", ())
    return math.prod(side or 1 for side in shape[1:])


def obstacle_to_xla(model: keras.Model, data: Split, batch_size: int) -> Remark | None:
    """Return why XLA does not suit; None: it does."""
    if hasattr(data.x, "indptr"):
        return Remark.of("engine.sparse")
    through = time_steps(model)
    known = COMPILABLE - WHOLE_BATCH | RECURRENT | WORDS if through else COMPILABLE
    if data.x.dtype.kind == "f":
        known |= CATEGORIES
    foreign = sorted({type(layer).__name__ for layer in layers_of(model)} - known)
    if foreign:
        return Remark.of("engine.layer", kind=foreign[0])
    if through and (own := _own_step(model)):
        return Remark.of("engine.own_step", what=own)
    operations = 3 * forward_operations(model) * batch_size / max(1, through)
    most = MOST_OPERATIONS_RECURRENT if through else MOST_OPERATIONS
    return Remark.of("engine.large") if operations > most else None


def _own_step(model: keras.Model) -> str:
    """Return which part of its steps a model does in a way of its own; an empty text for none."""
    import keras

    own, usual = type(model), keras.Model
    names = ("train_step", "test_step", "compute_loss")
    return next((name for name in names if getattr(own, name) is not getattr(usual, name)), "")


def forward_operations(model: keras.Model) -> float:
    """Estimate the multiplications and additions for one example, forwards."""
    uses = (_positions(layer) * int(layer.count_params()) for layer in layers_of(model))
    return 2.0 * sum(uses)


def time_steps(model: keras.Model) -> int:
    """Return how many steps through time the recurrent layers take for one example, in all."""
    recurrent = (layer for layer in layers_of(model) if type(layer).__name__ in RECURRENT)
    return sum(_positions(layer) for layer in recurrent)


def _positions(layer: keras.Layer) -> int:
    """Return how often each weight of the layer is used for one example.

    For every position of a picture that is put out, for every word that is read; but of an
    embedding only a row is looked up.
    """
    kind, shape = type(layer).__name__, layer.output.shape
    if kind == "Embedding":
        return 0
    if kind in RECURRENT:
        words = layer.input[0] if isinstance(layer.input, list) else layer.input  # else a mask
        return int(words.shape[1] or 1)
    return math.prod(side or 1 for side in shape[1:-1]) if len(shape) > 2 else 1
