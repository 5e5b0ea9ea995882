"""The fast engine: an epoch over data in memory is one call into TensorFlow.

``Model.fit`` pays 1.2 to 1.5 ms of Python and dispatch for every step, whatever the size of the
network. Here Keras keeps its ``fit``, callbacks, history, optimizer, losses and metrics; what is
replaced is the function that ``fit`` calls for a "batch". Ours takes the row numbers of many
batches, and runs Keras's own ``train_step`` on each of them in a loop inside one ``tf.function``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kx.training.feed import Batching, Resident, row_chunks

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

OPERATIONS_PER_SECOND = 2e10
"""Of a slow machine; decides only how often a long epoch reports its progress."""
SECONDS_PER_CHUNK = 0.5


def install(model: keras.Model, train: Resident, validation: Resident | None) -> None:
    """Give the compiled ``model`` train and test functions that run many batches a call."""
    _build_metrics(model, train)
    model.train_function = _function(model, train, model.train_step)
    if validation is not None:
        model.test_function = _function(model, validation, model.test_step)


def remove(model: keras.Model) -> None:
    """Give ``model`` back to Keras, and let go of the data that our functions hold."""
    model.train_function = model.test_function = None


def epochs_of_rows(
    model: keras.Model, batching: Batching, epochs: int
) -> tuple[tf.data.Dataset, int]:
    """Return what ``fit`` iterates over, and how many elements make an epoch."""
    seconds = 3 * forward_operations(model) * batching.examples / OPERATIONS_PER_SECOND
    return row_chunks(batching, epochs, max(1, math.ceil(seconds / SECONDS_PER_CHUNK)))


def forward_operations(model: keras.Model) -> float:
    """Estimate the multiplications and additions for one example, forwards.

    Each weight is used once for every position of its layer's output picture.
    """
    total = 0.0
    for layer in model.layers:
        shape = layer.output.shape
        positions = math.prod(side or 1 for side in shape[1:-1]) if len(shape) > 2 else 1
        total += 2 * positions * layer.count_params()
    return total


def _build_metrics(model: keras.Model, data: Resident) -> None:
    """Let Keras create its metrics' and optimizer's variables: inside a loop it cannot."""
    import tensorflow as tf

    model.test_step(data.batch(tf.range(min(2, data.examples))))
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)


def _function(model: keras.Model, data: Resident, step: Any) -> Any:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)], autograph=False)  # type: ignore[untyped-decorator]
    def run(rows: tf.Tensor) -> dict[str, tf.Tensor]:
        def one_step(position: tf.Tensor) -> tuple[tf.Tensor]:
            step(data.batch(rows[position]))
            return (position + 1,)

        count = tf.shape(rows)[0]
        tf.while_loop(lambda i: i < count, one_step, (0,), parallel_iterations=1)
        return dict(model.get_metrics_result())

    return lambda iterator: run(next(iterator))
