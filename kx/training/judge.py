"""What a trained network predicts, and how good that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo, Split
from kx.evaluators.scores import EXACT, exact
from kx.models.heads import Head
from kx.training.assemble import make_metrics
from kx.training.feed import Resident

if TYPE_CHECKING:
    import keras
    import numpy as np

PREDICTION_BATCH = 1024


def predict(model: keras.Model, x: Any) -> np.ndarray:
    """Return the network's outputs for ``x``: (n, outputs) float32.

    Keras's own ``predict`` slices a sparse matrix row by row, which takes longer than the network.
    """
    import numpy as np
    import tensorflow as tf

    count = x.shape[0]
    data = Resident(Split(x, np.zeros(count, "float32")))

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32)], autograph=False)  # type: ignore[untyped-decorator]
    def outputs(rows: tf.Tensor) -> tf.Tensor:
        return model(data.batch(rows)[0], training=False)

    starts = range(0, count, PREDICTION_BATCH)
    parts = [outputs(tf.range(i, min(i + PREDICTION_BATCH, count))) for i in starts]
    return np.concatenate([part.numpy() for part in parts])


def measure(
    y: np.ndarray, predictions: np.ndarray, info: DatasetInfo, head: Head
) -> dict[str, float]:
    """Return loss and metrics of ``predictions``, over all of them at once.

    They are Keras's own, but for those of ``kx.evaluators.scores.EXACT``. The loss is that of the
    predictions alone, without what regularisation adds.
    """
    import keras

    per_example = keras.losses.get(head.loss)(_like(y, predictions), predictions)
    values = {"loss": float(keras.ops.mean(per_example))}
    for metric in make_metrics(info, head):
        if metric.name in EXACT:
            values[metric.name] = exact(metric.name, y, predictions, info)
        else:
            metric.update_state(_like(y, predictions), predictions)
            values[metric.name] = float(metric.result())
    return values


def _like(y: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Give targets of one number the column that the predictions have."""
    return y[:, None] if y.ndim == 1 and predictions.shape[-1] == 1 else y
