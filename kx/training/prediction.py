"""What a network says of rows: in batches of one size, so that a row gets the same bits in any.

How a product adds up hangs on the size of the batch: of a row alone, TensorFlow's kernels give
other last digits than of the same row among a thousand (up to 2e-6, by AVX-512, AVX2, and Eigen
without oneDNN). Batches of one size, the last of them padded, give each row the same bits wherever
it lies, whatever lies beside it: so `kx predict` gives of one file what the run recorded of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base import signals
from kx.training.engine import layer_outputs, time_steps
from kx.training.environment import has_gpu
from kx.training.halves import predicted

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from kx.training.feed import Resident

MANY = 192
"""Rows at once: whole blocks of the 24 rows that kernels for AVX2 take at a time, also where two or
four threads share them. The last rows of 128 got other bits than the first."""
FEW = 4
"""Rows at once where the pictures in a network are large; few enough to be one block of each."""
MOST_BYTES = 256e6
"""Of one layer's outputs: 192 photographs would take 540 MB behind a first convolution."""
STEPS_PER_CALL = 16


def rows_at_once(model: keras.Model) -> int:
    """Return how many rows ``model`` predicts at once: it depends on nothing but the network."""
    if 4 * layer_outputs(model) * MANY > MOST_BYTES:
        return FEW
    # Predicted by halves, each of which is a batch of its own.
    return MANY if has_gpu() or not time_steps(model) else 2 * MANY


class Predictor:
    """The outputs of one network, for data of one form; traced once."""

    def __init__(self, model: keras.Model, data: Resident) -> None:
        """Trace the network for what has the form of ``data``; its variables may change later."""
        self._shape = tuple(model.output_shape[1:])
        self._size = rows_at_once(model)
        self._outputs = _traced(model, data, self._size)

    def predict(self, data: Resident, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some ``rows`` of ``data``: (n, outputs) float32."""
        if not len(rows):
            return np.zeros((0, *self._shape), "float32")
        steps = _padded(rows.astype("int32"), self._size)
        parts = []
        for at in range(0, len(steps), STEPS_PER_CALL):
            signals.check()
            parts.append(self._outputs(steps[at : at + STEPS_PER_CALL], *data.tensors).numpy())
        return np.concatenate(parts)[: len(rows)]


def _padded(rows: np.ndarray, size: int) -> np.ndarray:
    """Return ``rows`` as (steps, size), the last one repeated."""
    return np.pad(rows, (0, -len(rows) % size), mode="edge").reshape(-1, size)


def _traced(model: keras.Model, data: Resident, size: int) -> Any:
    import tensorflow as tf

    specs = [tf.TensorSpec((None, size), tf.int32)]
    specs += [tf.TensorSpec((None, *t.shape[1:]), t.dtype) for t in data.tensors]

    @tf.function(input_signature=specs, autograph=False)  # type: ignore[untyped-decorator]
    def outputs(steps: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
        def one_step(rows: tf.Tensor) -> tf.Tensor:
            said = predicted(model, data.batch(rows, tensors, weighted=False)[0])
            return tf.cast(said, tf.float32)  # a plugin's output layer may compute in half

        said = tf.map_fn(one_step, steps, fn_output_signature=tf.float32, parallel_iterations=1)
        return tf.reshape(said, (-1, *model.output_shape[1:]))

    outputs.get_concrete_function()
    return outputs
