"""The notes' convolutional networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo
from kx.models.heads import output_layer
from kx.models.inputs import picture_input
from kx.models.options import Activation, Fraction, Padding, Penalty, Units, dense_block, penalty

if TYPE_CHECKING:
    import keras

Pooling = Literal["between", "all", "none"]
DropoutAt = Literal["all", "flatten"]


def complaints(info: DatasetInfo, **options: Any) -> Iterator[Complaint]:
    """Yield what keeps the options from working with the data."""
    if len(info.input_shape) != 3:
        shape = " x ".join(map(str, info.input_shape))
        text = f"needs pictures (height, width, channels); an example of {info.name} is {shape}"
        yield Complaint("", text, "use mlp")
        return
    for side in info.input_shape[:2]:
        sizes = layer_sizes(side, **options)
        if min(sizes) < 1:
            layer = next(i for i, size in enumerate(sizes) if size < 1)
            text = f"nothing is left of {side} pixels after convolution {layer + 1}"
            yield Complaint("filters", text, "use padding: same, or fewer layers")
            return


def layer_sizes(side: int, **options: Any) -> list[int]:
    """Return the width of what is left of ``side`` pixels behind each convolution and its pooling.

    floor((n + 2p - f) / s) + 1, the notes' formula (3.1) with the floor that it lacks there.
    """
    sizes: list[int] = []
    last = len(options["filters"]) - 1
    for position in range(last + 1):
        if options["padding"] == "valid":
            side = side - options["kernel_size"] + 1
        if pooled(position, last, options["pooling"]):
            side //= options["pool_size"]
        sizes.append(side)
    return sizes


def pooled(position: int, last: int, pooling: str) -> bool:
    """Whether a pooling layer stands behind the convolution at ``position``."""
    return pooling == "all" or (pooling == "between" and position < last)


@model("cnn", check=complaints)
def cnn(
    info: DatasetInfo,
    *,
    filters: Annotated[tuple[Units, ...], Field(min_length=1, max_length=100)] = (32, 64, 64),
    kernel_size: Annotated[int, Field(ge=1, le=63)] = 3,
    padding: Padding = "valid",
    pooling: Pooling = "between",
    pool_size: Annotated[int, Field(ge=1, le=63)] = 2,
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = (64,),
    activation: Activation = "relu",
    dropout: Fraction = 0.0,
    dropout_at: DropoutAt = "all",
    l1: Penalty = 0.0,
    l2: Penalty = 0.0,
    batch_norm: bool = False,
) -> keras.Model:
    """Build a stack of convolutions and max-poolings, with dense layers behind it.

    The defaults are the notes' network for MNIST, with 93,322 parameters.

    Args:
        info: form of the data: pictures (height, width, channels).
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
    import keras

    layers = picture_input(info)
    regularizer = penalty(l1, l2)
    for position, count in enumerate(filters):
        size = (count, kernel_size, padding)
        layers += _convolution(size, activation, regularizer, batch_norm)
        if pooled(position, len(filters) - 1, pooling):
            layers.append(keras.layers.MaxPooling2D(pool_size))
    layers.append(keras.layers.Flatten())
    if dropout:
        layers.append(keras.layers.Dropout(dropout))
    behind = dropout if dropout_at == "all" else 0.0
    for width in units:
        layers += dense_block(width, activation, behind, l1, l2, batch_norm)
    return keras.Sequential([*layers, output_layer(info)], name="cnn")


def _convolution(
    size: tuple[int, int, str],
    activation: str,
    regularizer: keras.Regularizer | None,
    batch_norm: bool,
) -> Sequence[keras.Layer]:
    import keras

    count, kernel, padding = size
    if not batch_norm:
        return [
            keras.layers.Conv2D(
                count, kernel, padding=padding, activation=activation,
                kernel_regularizer=regularizer,
            )
        ]  # fmt: skip
    return [
        keras.layers.Conv2D(
            count, kernel, padding=padding, use_bias=False, kernel_regularizer=regularizer
        ),
        keras.layers.BatchNormalization(),
        keras.layers.Activation(activation),
    ]
