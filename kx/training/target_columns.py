"""Targets in the form of the predictions, for metrics that compare column by column."""

from __future__ import annotations

from functools import cache
from typing import Any

from kx.contracts import DatasetInfo


def is_sparse(info: DatasetInfo) -> bool:
    """Whether the targets are numbers of classes."""
    return info.many_classes and not info.one_hot


@cache
def in_columns(kind: type, *, sparse: bool, outputs: int) -> type:
    """Return a metric that is given targets of the form of the predictions: (n, outputs)."""

    def update_state(self: Any, y: Any, said: Any, sample_weight: Any = None) -> Any:
        true = columns(y, said, sparse=sparse, outputs=outputs)
        return kind.update_state(self, true, said, sample_weight)  # type: ignore[attr-defined]

    return type(kind.__name__, (kind,), {"update_state": update_state})


def columns(y: Any, said: Any, *, sparse: bool, outputs: int) -> Any:
    """Return targets in the form and type of the predictions: (n, outputs)."""
    import keras

    if sparse:
        return keras.ops.one_hot(keras.ops.reshape(y, (-1,)), outputs, dtype=said.dtype)
    return keras.ops.cast(keras.ops.reshape(y, (-1, outputs)), said.dtype)
