"""A linear model: the simplest network, and the baseline of all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo
from kx.models.heads import output_layer
from kx.models.inputs import flat_input, flat_input_complaints
from kx.models.options import Penalty, penalty

if TYPE_CHECKING:
    import keras


def complaints(info: DatasetInfo, **_: Any) -> Iterator[Complaint]:
    """Yield what keeps the model from working with the data."""
    yield from flat_input_complaints(info)


@model("linear", check=complaints)
def linear(info: DatasetInfo, *, l1: Penalty = 0.0, l2: Penalty = 0.0) -> keras.Model:
    """Build a linear model: linear, logistic or softmax regression, as the task asks.

    Args:
        info: form of the data; its input is flattened first.
        l1: factor of the absolute weights that is added to the loss.
        l2: factor of the squared weights that is added to the loss.
    """
    import keras

    output = output_layer(info, sparse=info.sparse, kernel_regularizer=penalty(l1, l2))
    return keras.Sequential([*flat_input(info), output], name="linear")
