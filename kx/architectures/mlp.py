"""A stack of dense layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo
from kx.models.heads import output_layer
from kx.models.inputs import flat_input, flat_input_complaints
from kx.models.options import Activation, Fraction, Penalty, Units, dense_block

if TYPE_CHECKING:
    import keras


def complaints(info: DatasetInfo, **options: Any) -> Iterator[Complaint]:
    """Yield what keeps the options from working with the data."""
    yield from flat_input_complaints(info)
    if options["units"] and options["activation"] == "linear":
        text = "hidden layers without an activation are together no more than one linear layer"
        yield Complaint("activation", text, "use relu", fatal=False)
    narrow = [width for width in options["units"] if width < info.outputs]
    if narrow:
        text = f"a layer of {narrow[0]} units is narrower than the {info.outputs} classes"
        hint = "what does not pass it is lost to all layers behind it (notes, 2.2)"
        yield Complaint("units", text, hint, fatal=False)


@model("mlp", check=complaints)
def mlp(
    info: DatasetInfo,
    *,
    units: Annotated[tuple[Units, ...], Field(max_length=1000)] = (16, 16),
    activation: Activation = "relu",
    dropout: Fraction = 0.0,
    l1: Penalty = 0.0,
    l2: Penalty = 0.0,
    batch_norm: bool = False,
) -> keras.Model:
    """Build a multi-layer perceptron: dense layers, one behind the other.

    Args:
        info: form of the data; its input is flattened first.
        units: width of each hidden layer, first to last; `[]` makes a linear model.
        activation: of the hidden layers.
        dropout: share of each hidden layer's outputs dropped while training.
        l1: factor of the absolute weights that is added to the loss.
        l2: factor of the squared weights that is added to the loss.
        batch_norm: normalise each hidden layer over the batch, before its activation.

    Source:
        Notes 1.1.6 (regularisation), 2.1 to 2.3 (IMDB, Reuters, Boston).
    """
    import keras

    layers, sparse = flat_input(info), info.sparse
    for width in units:
        layers += dense_block(width, activation, dropout, l1, l2, batch_norm, sparse)
        sparse = False  # behind the first layer nothing is
    layers.append(output_layer(info, sparse=sparse))
    return keras.Sequential(layers, name="mlp")
