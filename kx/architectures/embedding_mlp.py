"""Dense layers on embedded words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo
from kx.models.embedding import VECTORS, Embedding, word_input, word_input_complaints
from kx.models.heads import output_layer
from kx.models.options import Activation, Fraction, Penalty, Units, dense_block

if TYPE_CHECKING:
    import keras

    from kx.contracts import WeightFiles

Pooling = Literal["flatten", "average", "max"]

EIGHT_NUMBERS = Embedding(embedding_dim=8)


def complaints(info: DatasetInfo, files: WeightFiles, **options: Any) -> Iterator[Complaint]:
    """Yield what keeps the options from working with the data."""
    yield from word_input_complaints(info, files, **options)
    pooling = options["pooling"]
    if options["masking"] and pooling != "average":
        text = f"has no effect with pooling: {pooling}"
        yield Complaint("masking", text, "remove it, or use pooling: average", fatal=False)


@model("embedding_mlp", check=complaints, transfer=VECTORS)
def embedding_mlp(
    info: DatasetInfo,
    files: WeightFiles | None = None,
    *,
    words: Embedding = EIGHT_NUMBERS,
    masking: bool = False,
    pooling: Pooling = "flatten",
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = (),
    activation: Activation = "relu",
    dropout: Fraction = 0.0,
    l1: Penalty = 0.0,
    l2: Penalty = 0.0,
    batch_norm: bool = False,
) -> keras.Model:
    """Build dense layers on embedded words.

    Args:
        info: form of the data: word indices.
        files: through which ready-made vectors are had; None: all are drawn by chance.
        words: the numbers that stand for words.
        masking: leave out of the average where there is no word.
        pooling: `flatten` keeps every word in its place; `average` and `max` over the words make
            of each of their numbers one, and lose the order.
        units: width of each hidden dense layer, first to last.
        activation: of the hidden dense layers.
        dropout: share of each hidden dense layer's outputs dropped while training.
        l1: factor of the absolute dense weights that is added to the loss.
        l2: factor of the squared dense weights that is added to the loss.
        batch_norm: normalise each hidden dense layer over the batch, before its activation.

    Source:
        Notes, chapter 6.1 (IMDB, 20 words of 8 numbers).
    """
    import keras

    pool = {
        "flatten": keras.layers.Flatten,
        "average": keras.layers.GlobalAveragePooling1D,
        "max": keras.layers.GlobalMaxPooling1D,
    }[pooling]
    layers = [*word_input(info, files, words, masking=masking), pool()]
    for width in units:
        layers += dense_block(width, activation, dropout, l1, l2, batch_norm)
    return keras.Sequential([*layers, output_layer(info)], name="embedding_mlp")
