"""Convolutions over embedded words, or over steps of a series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.base.text import counted
from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo, WeightFiles
from kx.models.embedding import Embedding, WordNetwork, are_steps, not_words, word_input
from kx.models.heads import output_layer
from kx.models.options import Activation, Fraction, Padding, Units, dense_block
from kx.models.shapes import sizes_behind

if TYPE_CHECKING:
    import keras


@model("conv1d")
class TextConvolution(WordNetwork):
    """Build a stack of convolutions over embedded words, with max-poolings between them.

    Of a time series they read the steps of a window as they are.

    Args:
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

    takes_steps = True

    words: Embedding = Embedding()
    filters: Annotated[tuple[Units, ...], Field(min_length=1, max_length=100)] = (32, 32)
    kernel_size: Annotated[int, Field(ge=1, le=1000)] = 7
    padding: Padding = "valid"
    pool_size: Annotated[int, Field(ge=1, le=1000)] = 5
    pooling: Literal["max", "average"] = "max"
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = ()
    activation: Activation = "relu"
    dropout: Fraction = 0.0

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        yield from super().check(info, files)
        steps = are_steps(info)
        if not steps and not_words(info):
            return
        length = info.input_shape[0]
        lost = self.kernel_size - 1 if self.padding == "valid" else 0
        pools = [self.pool_size] * (len(self.filters) - 1) + [1]
        sizes = sizes_behind(length, lost, pools)
        if min(sizes) < 1:
            layer = next(i for i, size in enumerate(sizes) if size < 1)
            whole = counted(length, *(("step", "steps") if steps else ("word", "words")))
            text = f"nothing is left of {whole} after convolution {layer + 1}"
            yield Complaint("filters", text, "use padding: same, or fewer layers")

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the convolutions and the dense layers behind the words."""
        import keras

        layers = word_input(info, files, self.words)
        for position, count in enumerate(self.filters):
            if position and self.pool_size > 1:
                layers.append(keras.layers.MaxPooling1D(self.pool_size))
            options = {"padding": self.padding, "activation": self.activation}
            layers.append(keras.layers.Conv1D(count, self.kernel_size, **options))
        layers.append(
            keras.layers.GlobalMaxPooling1D()
            if self.pooling == "max"
            else keras.layers.GlobalAveragePooling1D()
        )
        if self.dropout:
            layers.append(keras.layers.Dropout(self.dropout))
        for width in self.units:
            layers += dense_block(width, self.activation, self.dropout)
        return keras.Sequential([*layers, output_layer(info)], name="conv1d")
