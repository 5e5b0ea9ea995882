"""A stack of dense layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kx.base.remark import Remark
from kx.components.registry import model
from kx.contracts import Architecture, Complaint, DatasetInfo, WeightFiles
from kx.models.heads import output_layer
from kx.models.inputs import flat_input, flat_input_complaints
from kx.models.options import Activation, Fraction, Penalty, Units, dense_block

if TYPE_CHECKING:
    import keras


@model("mlp")
class MultilayerPerceptron(Architecture):
    """Build a multi-layer perceptron: dense layers, one behind the other.

    The input is flattened first.

    Args:
        units: width of each hidden layer, first to last; `[]` makes a linear model.
        activation: of the hidden layers.
        dropout: share of each hidden layer's outputs dropped while training.
        l1: factor of the absolute weights that is added to the loss.
        l2: factor of the squared weights that is added to the loss.
        batch_norm: normalise each hidden layer over the batch, before its activation.

    Source:
        Notes 1.1.6 (regularisation), 2.1 to 2.3 (IMDB, Reuters, Boston).
    """

    units: Annotated[tuple[Units, ...], Field(max_length=1000)] = (16, 16)
    activation: Activation = "relu"
    dropout: Fraction = 0.0
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    batch_norm: bool = False

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        yield from flat_input_complaints(info)
        if self.units and self.activation == "linear":
            text, hint = Remark.of("spec.layers_linear"), Remark.of("spec.layers_linear_hint")
            yield Complaint("activation", text, hint, fatal=False)
        if narrow := [width for width in self.units if width < info.outputs]:
            text = Remark.of("spec.layers_narrow", units=narrow[0], classes=info.outputs)
            hint = Remark.of("spec.layers_narrow_hint")
            yield Complaint("units", text, hint, fatal=False)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the hidden layers behind the flattened input."""
        import keras

        layers, sparse = flat_input(info), info.sparse
        for width in self.units:
            layers += dense_block(
                width, self.activation, self.dropout, self.l1, self.l2, self.batch_norm, sparse
            )
            sparse = False  # behind the first layer nothing is
        layers.append(output_layer(info, sparse=sparse))
        return keras.Sequential(layers, name="mlp")
