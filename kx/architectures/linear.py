"""A linear model: the simplest network, and the baseline of all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kx.components.registry import model
from kx.contracts import Architecture, Complaint, DatasetInfo, WeightFiles
from kx.models.heads import output_layer
from kx.models.inputs import flat_input, flat_input_complaints
from kx.models.options import Penalty, penalty

if TYPE_CHECKING:
    import keras


@model("linear")
class Linear(Architecture):
    """Build a linear model: linear, logistic or softmax regression, as the task asks.

    The input is flattened first.

    Args:
        l1: factor of the absolute weights that is added to the loss.
        l2: factor of the squared weights that is added to the loss.
    """

    l1: Penalty = 0.0
    l2: Penalty = 0.0

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the model from working with the data."""
        yield from flat_input_complaints(info)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the output layer behind the flattened input."""
        import keras

        regularizer = penalty(self.l1, self.l2)
        output = output_layer(info, sparse=info.sparse, kernel_regularizer=regularizer)
        return keras.Sequential([*flat_input(info), output], name="linear")
