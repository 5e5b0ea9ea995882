"""Metrics of classes that Keras lacks, as Keras's: sums over a whole epoch, never means of batches.

They are the statistics of ``kx.evaluators.statistics``, from what can be added up batch by batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo
from kx.evaluators.probabilities import BINS
from kx.training.target_columns import columns, in_columns, is_sparse

if TYPE_CHECKING:
    import keras


def class_metric(label: str, name: str, info: DatasetInfo) -> keras.Metric:
    """Return a new metric, called ``label``, of targets as the dataset has them.

    Args:
        label: in histories.
        name: of ``kx.components.keras_options.OURS``, but for those that are measured afterwards.
        info: tells how to read targets and outputs.
    """
    import keras

    if name == "pr_auc":
        area = in_columns(keras.metrics.AUC, sparse=is_sparse(info), outputs=info.outputs)
        return area(name=label, curve="PR", multi_label=info.outputs > 1)
    if name in ROWS:
        return _averaged()(info, ROWS[name], label)
    if name == "calibration_error":
        return _calibration()(info, label)
    return _tallied()(info, TALLIES[name], label)


def _in_columns(y: Any, said: Any, info: DatasetInfo) -> Any:
    return columns(y, said, sparse=is_sparse(info), outputs=info.outputs)


def _crossentropy(true: Any, said: Any, info: DatasetInfo) -> Any:
    import keras

    multiclass = info.many_classes
    loss = keras.losses.categorical_crossentropy if multiclass else keras.losses.binary_crossentropy
    return loss(true, said)


def _squares(true: Any, said: Any, info: DatasetInfo) -> Any:
    import keras

    join = keras.ops.sum if info.many_classes else keras.ops.mean
    return join(keras.ops.square(true - said), axis=-1)


ROWS: Mapping[str, Callable[[Any, Any, DatasetInfo], Any]] = {
    "log_loss": _crossentropy,
    "brier_score": _squares,
}
"""Metric -> a number of each row, of which it is the mean."""


@cache
def _averaged() -> type:
    """Make the class late, as those below: its base needs Keras."""
    import keras

    class RowsMean(keras.metrics.Mean):  # type: ignore[misc]
        """The mean of a number of each row."""

        def __init__(self, info: DatasetInfo, rows: Any, name: str) -> None:
            super().__init__(name=name)
            self._info, self._rows = info, rows

        def update_state(self, y: Any, said: Any, sample_weight: Any = None) -> Any:
            values = self._rows(_in_columns(y, said, self._info), said, self._info)
            return super().update_state(values, sample_weight)

    return RowsMean


@cache
def _tallied() -> type:
    import keras

    class Tallied(keras.metrics.Metric):  # type: ignore[misc]
        """Hits, true and predicted rows of each class, or of no and yes for each label."""

        def __init__(self, info: DatasetInfo, measured: Any, name: str) -> None:
            super().__init__(name=name)
            self._info, self._measured = info, measured
            shape = (1, 3, info.outputs) if info.many_classes else (info.outputs, 3, 2)
            # float32 would stop to count at 16,777,216 rows.
            self._tally = self.add_weight(shape, "zeros", dtype="float64", name="tally")

        def update_state(self, y: Any, said: Any, sample_weight: Any = None) -> None:
            rows = _tallied_rows(_in_columns(y, said, self._info), said, self._info)
            self._tally.assign_add(keras.ops.cast(rows, "float64"))

        def result(self) -> Any:
            ops = keras.ops
            return ops.cast(ops.mean(self._measured(self._tally.value)), "float32")

    return Tallied


def _tallied_rows(true: Any, said: Any, info: DatasetInfo) -> Any:
    """Return how many rows are hits, true and predicted: (labels, 3, classes) float32.

    Args:
        true: (n, outputs) of 0 and 1.
        said: (n, outputs) probabilities.
        info: whether the outputs exclude each other; else each is a label, with no and yes.
    """
    import keras

    ops = keras.ops
    if info.many_classes:
        told = ops.one_hot(ops.argmax(said, axis=-1), info.outputs, dtype="float32")
        return ops.stack([ops.sum(rows, axis=0)[None] for rows in (true * told, true, told)], 1)
    told = ops.cast(said > 0.5, "float32")
    no_and_yes = [((1 - true) * (1 - told), true * told), (1 - true, true), (1 - told, told)]
    return ops.stack([_counted(no, yes) for no, yes in no_and_yes], axis=1)


def _counted(no: Any, yes: Any) -> Any:
    """Return how many rows say no and yes to each label: (labels, 2)."""
    import keras

    ops = keras.ops
    return ops.stack([ops.sum(no, axis=0), ops.sum(yes, axis=0)], axis=-1)


def _balanced(tally: Any) -> Any:
    """Return the mean recall of the classes that occur, of each of (labels, 3, classes)."""
    import keras

    ops = keras.ops
    hits, true = tally[:, 0], tally[:, 1]
    there = ops.cast(true > 0, "float64")
    recalls = hits / ops.maximum(true, 1.0)
    return ops.sum(recalls * there, axis=-1) / ops.maximum(ops.sum(there, axis=-1), 1.0)


def _matthews(tally: Any) -> Any:
    """Return the correlation, or 0, of each of (labels, 3, classes)."""
    import keras

    ops = keras.ops
    hits, true, said = tally[:, 0], tally[:, 1], tally[:, 2]
    total = ops.sum(true, axis=-1)
    together = ops.sum(hits, axis=-1) * total - ops.sum(true * said, axis=-1)
    spread = (total**2 - ops.sum(true**2, axis=-1)) * (total**2 - ops.sum(said**2, axis=-1))
    return ops.where(spread > 0, together / ops.sqrt(ops.maximum(spread, 1.0)), 0.0)


TALLIES: Mapping[str, Callable[[Any], Any]] = {"balanced_accuracy": _balanced, "mcc": _matthews}
"""Metric -> what it is of each of (labels, 3, classes)."""


@cache
def _calibration() -> type:
    import keras

    class CalibrationError(keras.metrics.Metric):  # type: ignore[misc]
        """The expected calibration error."""

        def __init__(self, info: DatasetInfo, name: str) -> None:
            super().__init__(name=name)
            self._info = info
            self._gaps = self.add_weight((BINS,), "zeros", dtype="float64", name="gaps")
            self._count = self.add_weight((), "zeros", dtype="float64", name="count")

        def update_state(self, y: Any, said: Any, sample_weight: Any = None) -> None:
            ops = keras.ops
            said = ops.cast(said, "float64")  # a bin must not hang on the last digit
            sure, right = _answers(_in_columns(y, said, self._info), said, self._info)
            bins = ops.clip(ops.ceil(sure * BINS), 1, BINS) - 1
            gaps = ops.one_hot(ops.cast(bins, "int32"), BINS, dtype="float64")
            self._gaps.assign_add(ops.sum(gaps * (sure - right)[:, None], axis=0))
            self._count.assign_add(ops.cast(ops.size(sure), "float64"))

        def result(self) -> Any:
            ops = keras.ops
            gaps, count = ops.sum(ops.abs(self._gaps.value)), self._count.value
            return ops.cast(gaps / ops.maximum(count, 1.0), "float32")

    return CalibrationError


def _answers(true: Any, said: Any, info: DatasetInfo) -> tuple[Any, Any]:
    """Return how sure each answer is, from 0 to 1, and whether it is right, 0 or 1: (answers,)."""
    import keras

    ops = keras.ops
    if info.many_classes:
        right = ops.argmax(true, axis=-1) == ops.argmax(said, axis=-1)
        return ops.max(said, axis=-1), ops.cast(right, said.dtype)
    sure, right = ops.maximum(said, 1 - said), (said > 0.5) == (true > 0)
    return ops.reshape(sure, (-1,)), ops.cast(ops.reshape(right, (-1,)), said.dtype)
