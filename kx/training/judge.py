"""What a trained network predicts, and how good that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo
from kx.models.heads import Head
from kx.training.assemble import make_metrics

if TYPE_CHECKING:
    import keras
    import numpy as np

PREDICTION_BATCH = 512


def predict(model: keras.Model, x: Any) -> np.ndarray:
    """Return the network's outputs for ``x``: (n, outputs) float32."""
    predictions: np.ndarray = model.predict(x, batch_size=PREDICTION_BATCH, verbose=0)
    return predictions


def measure(
    y: np.ndarray, predictions: np.ndarray, info: DatasetInfo, head: Head
) -> dict[str, float]:
    """Return loss and metrics of ``predictions``, by Keras's own losses and metrics.

    The loss is that of the predictions alone, without what regularisation adds.
    """
    import keras

    per_example = keras.losses.get(head.loss)(_like(y, predictions), predictions)
    values = {"loss": float(keras.ops.mean(per_example))}
    for metric in make_metrics(info, head):
        metric.update_state(_like(y, predictions), predictions)
        values[metric.name] = float(metric.result())
    return values


def _like(y: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Give targets of one number the column that the predictions have."""
    return y[:, None] if y.ndim == 1 and predictions.shape[-1] == 1 else y
