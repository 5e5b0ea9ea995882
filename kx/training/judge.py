"""What a trained network predicts, and how good that is."""

from __future__ import annotations

import numpy as np

from kx.base.errors import DivergedError
from kx.base.remark import Remark
from kx.components.keras_options import OURS
from kx.contracts import DatasetInfo
from kx.evaluators.forecast_scores import forecast_measure, forecast_names
from kx.evaluators.scores import EXACT, exact
from kx.evaluators.statistics import once, whole
from kx.models.heads import Head
from kx.training.objectives import in_deviations, make_loss, make_metric
from kx.wording.recorded import coded


def finite(said: np.ndarray, name: str) -> np.ndarray:
    """Return what a network says if all of it are numbers.

    Args:
        said: (n, outputs).
        name: of the fit.

    Raises:
        DivergedError: if not: no score would mean anything.
    """
    broken = int((~np.isfinite(said).all(axis=-1)).sum())
    if broken:
        raise coded(
            DivergedError,
            Remark.of("error.no_number", fit=name, broken=broken, examples=len(said)),
        )
    return said


def measure(
    y: np.ndarray, predictions: np.ndarray, info: DatasetInfo, head: Head
) -> dict[str, float]:
    """Return loss and metrics of ``predictions``, over all of them at once.

    They are Keras's, but for those of ``kx.evaluators.scores.EXACT`` and kx's own. The loss is that
    of the predictions alone, without what regularisation adds.
    """
    import keras

    loss = in_deviations(make_loss(head, "none"), info) or make_loss(head, "none")
    per_example = keras.losses.get(loss)(_like(y, predictions), predictions)
    values = {"loss": float(keras.ops.mean(per_example))}
    return values | {
        label: measure_one(label, y, predictions, info, head) for label in head.metrics
    }


def measure_one(
    label: str, y: np.ndarray, predictions: np.ndarray, info: DatasetInfo, head: Head
) -> float:
    """Return the metric called ``label``, over all ``predictions`` at once."""
    if info.series and label in forecast_names(info.series):
        return forecast_measure(label, y, predictions, info.series)
    if label in EXACT:  # without options: those with some have another label
        return exact(label, y, predictions, info)
    measured = head.measure(label)
    if measured.name in OURS:
        return once(whole(measured.name, y, predictions, info), len(y))
    metric = make_metric(label, measured, info)
    metric.update_state(_like(y, predictions), predictions)
    return float(metric.result())


def _like(y: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Give targets of one number the column that the predictions have."""
    return y[:, None] if y.ndim == 1 and predictions.shape[-1] == 1 else y
