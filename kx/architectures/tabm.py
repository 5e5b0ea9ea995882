"""Many networks for a table in one: they share their weights, but for a few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Architecture, Complaint, DatasetInfo, WeightFiles
from kx.models.heads import output_layer
from kx.models.links import LINKS
from kx.models.members import ensemble, scaled
from kx.models.options import Activation, Fraction, Units
from kx.models.table_input import Columns, table_complaints, table_input

if TYPE_CHECKING:
    import keras


@model("tabm")
class TabM(Architecture):
    """Build an ensemble of perceptrons for a table that share most of their weights.

    Each member is trained by its own loss; the network predicts the mean of what they say. Numbers
    far from all others are drawn in, categories of many values are embedded.

    Args:
        columns: how they enter.
        members: how many networks there are in it.
        units: width of each hidden layer, first to last.
        activation: of the hidden layers.
        dropout: share of each hidden layer's outputs dropped while training.

    Source:
        Gorishniy, Kotelnikov and Babenko (2024), "TabM: advancing tabular deep learning with
        parameter-efficient ensembling", arXiv:2410.24210; Wen, Tran and Ba (2020), "BatchEnsemble:
        an alternative approach to efficient ensemble and lifelong learning", ICLR.
    """

    reads_blocks: ClassVar[bool] = True

    columns: Columns = Columns()
    members: Annotated[int, Field(ge=1, le=256)] = 16
    units: Annotated[tuple[Units, ...], Field(min_length=1, max_length=100)] = (64, 64)
    activation: Activation = "relu"
    dropout: Fraction = 0.1

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        yield from table_complaints(info, self.columns)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the members' hidden layers and outputs behind the joined columns."""
        import keras

        inputs, joined = table_input(info, self.columns)
        shape = (self.members, int(joined.shape[-1]))
        rows = keras.layers.EinsumDense(
            "bn,mn->bmn",
            shape,
            kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
            name="views",
        )(joined)
        for number, width in enumerate(self.units, 1):
            rows = self._hidden(rows, width, number)
        head = output_layer(info)
        link = getattr(head, "link", "")
        said = keras.layers.EinsumDense(
            "bmn,mno->bmo",
            (self.members, head.units),
            bias_axes="mo",
            activation=head.activation,
            kernel_initializer=keras.initializers.VarianceScaling(self.members),
            dtype="float32",
            name="output",
        )(rows)
        return ensemble(inputs, LINKS[link](said) if link else said, "tabm")

    def _hidden(self, rows: Any, width: int, number: int) -> Any:
        """Return (batch, members, width): the shared layer, scaled for each member on both sides.

        What a member's input is scaled by, and its output, are vectors of its own; those of the
        first layer's input stand before it.
        """
        import keras

        layers = keras.layers
        if number > 1:
            rows = scaled(rows, f"in_{number}")
        rows = layers.Dense(width, use_bias=False, name=f"shared_{number}")(rows)
        rows = scaled(rows, f"out_{number}", bias=True, activation=self.activation)
        return layers.Dropout(self.dropout)(rows) if self.dropout else rows
