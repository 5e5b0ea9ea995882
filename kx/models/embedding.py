"""How words enter a network: as indices, each of which stands for a learnt row of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kx.contracts import Complaint, DatasetInfo

if TYPE_CHECKING:
    import keras

EmbeddingDim = Annotated[int, Field(ge=1, le=4096)]
"""Numbers that stand for a word."""


def word_input(
    info: DatasetInfo, embedding_dim: int, *, masking: bool = False, dropout: float = 0.0
) -> list[keras.Layer]:
    """Return the layers that hand on each example as (words, embedding_dim) numbers.

    Args:
        info: form of the data: word indices, 0 where there is no word.
        embedding_dim: numbers that stand for a word.
        masking: tell the layers behind which words are none.
        dropout: share of these numbers, the same for all words of an example, that is dropped
            while training.
    """
    import keras

    layers = [
        keras.Input(info.input_shape, dtype="int32"),
        keras.layers.Embedding(info.vocabulary, embedding_dim, mask_zero=masking),
    ]
    return [*layers, keras.layers.SpatialDropout1D(dropout)] if dropout else layers


def word_input_complaints(info: DatasetInfo) -> Iterator[Complaint]:
    """Yield a complaint if the examples are no lists of word indices."""
    if info.vocabulary is None or len(info.input_shape) != 1:
        text = f"needs word indices, in the order of the words; the examples of {info.name} are not"
        hint = "use dataset.encoding: sequence" if info.sparse else "use mlp"
        yield Complaint("", text, hint)
