"""The notes' convolutional networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Architecture, Complaint, DatasetInfo, WeightFiles
from kx.models.heads import output_layer
from kx.models.inputs import picture_input
from kx.models.options import Activation, Fraction, Padding, Penalty, Units, dense_block, penalty
from kx.models.shapes import sizes_behind

if TYPE_CHECKING:
    import keras


@model("cnn")
class Convolutional(Architecture):
    """Build a stack of convolutions and max-poolings, with dense layers behind it.

    The defaults are the notes' network for MNIST, with 93,322 parameters.

    Args:
        filters: number of filters of each convolution, first to last.
        kernel_size: height and width of each filter, in pixels.
        padding: `same` keeps the size of the picture, `valid` loses its rim.
        pooling: `between` the convolutions, behind `all` of them, or `none`.
        pool_size: height and width of each pooling window, in pixels.
        units: width of each dense layer behind the convolutions.
        activation: of the convolutions and the hidden dense layers.
        dropout: share of the flattened features, and of each hidden dense layer's outputs,
            dropped while training.
        dropout_at: `all` of these places, or the `flatten`ed features alone.
        l1: factor of the absolute weights that is added to the loss.
        l2: factor of the squared weights that is added to the loss.
        batch_norm: normalise each convolution and hidden layer before its activation.

    Source:
        Notes 3.1 (MNIST) and 3.2 (cats and dogs: filters 32, 64, 128, 128, pooling all; with
        augmentation dropout 0.5, dropout_at flatten).
    """

    filters: Annotated[tuple[Units, ...], Field(min_length=1, max_length=100)] = (32, 64, 64)
    kernel_size: Annotated[int, Field(ge=1, le=63)] = 3
    padding: Padding = "valid"
    pooling: Literal["between", "all", "none"] = "between"
    pool_size: Annotated[int, Field(ge=1, le=63)] = 2
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = (64,)
    activation: Activation = "relu"
    dropout: Fraction = 0.0
    dropout_at: Literal["all", "flatten"] = "all"
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    batch_norm: bool = False

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        if len(info.input_shape) != 3:
            shape = " x ".join(map(str, info.input_shape))
            text = f"needs pictures (height, width, channels); an example of {info.name} is {shape}"
            yield Complaint("", text, "use mlp")
            return
        for side in info.input_shape[:2]:
            sizes = self.layer_sizes(side)
            if min(sizes) < 1:
                layer = next(i for i, size in enumerate(sizes) if size < 1)
                text = f"nothing is left of {side} pixels after convolution {layer + 1}"
                yield Complaint("filters", text, "use padding: same, or fewer layers")
                return

    def layer_sizes(self, side: int) -> list[int]:
        """Return what is left of ``side`` pixels behind each convolution and its pooling."""
        lost = self.kernel_size - 1 if self.padding == "valid" else 0
        places = range(len(self.filters))
        return sizes_behind(side, lost, [self.pool_size if self._pools(i) else 1 for i in places])

    def _pools(self, position: int) -> bool:
        """Whether a pooling layer stands behind the convolution at ``position``."""
        between = self.pooling == "between" and position < len(self.filters) - 1
        return between or self.pooling == "all"

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the convolutions and the dense layers behind the pictures."""
        import keras

        layers = picture_input(info)
        for position, count in enumerate(self.filters):
            layers += self._convolution(count)
            if self._pools(position):
                layers.append(keras.layers.MaxPooling2D(self.pool_size))
        layers.append(keras.layers.Flatten())
        if self.dropout:
            layers.append(keras.layers.Dropout(self.dropout))
        behind = self.dropout if self.dropout_at == "all" else 0.0
        for width in self.units:
            layers += dense_block(width, self.activation, behind, self.l1, self.l2, self.batch_norm)
        return keras.Sequential([*layers, output_layer(info)], name="cnn")

    def _convolution(self, count: int) -> list[keras.Layer]:
        import keras

        layers = keras.layers
        shape = {"padding": self.padding, "kernel_regularizer": penalty(self.l1, self.l2)}
        if not self.batch_norm:
            size = self.kernel_size
            return [layers.Conv2D(count, size, activation=self.activation, **shape)]
        return [
            layers.Conv2D(count, self.kernel_size, use_bias=False, **shape),
            layers.BatchNormalization(),
            layers.Activation(self.activation),
        ]
