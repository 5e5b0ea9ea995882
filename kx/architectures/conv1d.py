"""Convolutions over embedded words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.architectures.cnn import layer_sizes
from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo
from kx.models.embedding import VECTORS, Embedding, word_input, word_input_complaints
from kx.models.heads import output_layer
from kx.models.options import Activation, Fraction, Padding, Units, dense_block

if TYPE_CHECKING:
    import keras

    from kx.contracts import WeightFiles


def complaints(info: DatasetInfo, files: WeightFiles, **options: Any) -> Iterator[Complaint]:
    """Yield what keeps the options from working with the data."""
    found = list(word_input_complaints(info, files, **options))
    yield from found
    if any(not complaint.key for complaint in found):
        return
    (words,) = info.input_shape
    shape = {key: options[key] for key in ("filters", "kernel_size", "padding", "pool_size")}
    sizes = layer_sizes(words, pooling="between", **shape)
    if min(sizes) < 1:
        layer = next(i for i, size in enumerate(sizes) if size < 1)
        text = f"nothing is left of {words} words after convolution {layer + 1}"
        yield Complaint("filters", text, "use padding: same, or fewer layers")


@model("conv1d", check=complaints, transfer=VECTORS)
def conv1d(
    info: DatasetInfo,
    files: WeightFiles | None = None,
    *,
    words: Embedding,
    filters: Annotated[tuple[Units, ...], Field(min_length=1, max_length=100)] = (32, 32),
    kernel_size: Annotated[int, Field(ge=1, le=1000)] = 7,
    padding: Padding = "valid",
    pool_size: Annotated[int, Field(ge=1, le=1000)] = 5,
    pooling: Literal["max", "average"] = "max",
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = (),
    activation: Activation = "relu",
    dropout: Fraction = 0.0,
) -> keras.Model:
    """Build a stack of convolutions over embedded words, with max-poolings between them.

    Args:
        info: form of the data: word indices.
        files: through which ready-made vectors are had; None: all are drawn by chance.
        words: the numbers that stand for words.
        filters: number of filters of each convolution, first to last.
        kernel_size: words that a filter looks at.
        padding: `same` keeps the number of places, `valid` loses those at both ends.
        pool_size: places of each pooling window between two convolutions; 1: no pooling.
        pooling: what is kept of each filter over the whole text: its `max` or its `average`.
        units: width of each dense layer behind the convolutions.
        activation: of the convolutions and the hidden dense layers.
        dropout: share of the pooled features, and of each hidden dense layer's outputs, dropped
            while training.

    Source:
        Deep Learning with Python, 6.4.
    """
    import keras

    layers = word_input(info, files, words)
    for position, count in enumerate(filters):
        if position and pool_size > 1:
            layers.append(keras.layers.MaxPooling1D(pool_size))
        options = {"padding": padding, "activation": activation}
        layers.append(keras.layers.Conv1D(count, kernel_size, **options))
    pools = {"max": keras.layers.GlobalMaxPooling1D, "average": keras.layers.GlobalAveragePooling1D}
    layers.append(pools[pooling]())
    if dropout:
        layers.append(keras.layers.Dropout(dropout))
    for width in units:
        layers += dense_block(width, activation, dropout, 0.0, 0.0, False)
    return keras.Sequential([*layers, output_layer(info)], name="conv1d")
