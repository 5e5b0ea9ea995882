"""A network for tables: each column by its kind, and dense layers behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Architecture, Complaint, DatasetInfo, WeightFiles
from kx.models.heads import output_layer
from kx.models.options import Activation, Fraction, Penalty, Units, dense_block
from kx.models.table_input import Columns, table_complaints, table_input

if TYPE_CHECKING:
    import keras


@model("tabular")
class Tabular(Architecture):
    """Build dense layers on the columns of a table.

    Numbers far from all others are drawn in, categories of many values are embedded.

    Args:
        columns: how they enter.
        units: width of each hidden layer, first to last.
        activation: of the hidden layers.
        dropout: share of each hidden layer's outputs dropped while training.
        l1: factor of the absolute dense weights that is added to the loss.
        l2: factor of the squared dense weights that is added to the loss.
        batch_norm: normalise each hidden layer over the batch, before its activation.

    Source:
        Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: strong pre-tuned MLPs and
        boosted trees on tabular data", NeurIPS (RealMLP), of which this keeps what is simple.
    """

    reads_blocks: ClassVar[bool] = True

    columns: Columns = Columns(numbers="periodic")
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = (128, 128)
    activation: Activation = "silu"
    dropout: Fraction = 0.15
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    batch_norm: bool = False

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        yield from table_complaints(info, self.columns)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the hidden layers behind the joined columns."""
        import keras

        inputs, joined = table_input(info, self.columns)
        for width in self.units:
            for layer in dense_block(
                width, self.activation, self.dropout, self.l1, self.l2, self.batch_norm
            ):
                joined = layer(joined)
        return keras.Model(inputs, output_layer(info)(joined), name="tabular")
