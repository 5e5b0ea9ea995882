"""Recurrent networks on embedded words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo
from kx.models.embedding import VECTORS, Embedding, word_input, word_input_complaints
from kx.models.heads import output_layer
from kx.models.options import Fraction, Units

if TYPE_CHECKING:
    import keras

    from kx.contracts import WeightFiles

Cell = Literal["simple", "lstm", "gru"]


def complaints(info: DatasetInfo, files: WeightFiles, **options: Any) -> Iterator[Complaint]:
    """Yield what keeps the network from working with the data."""
    yield from word_input_complaints(info, files, **options)
    if info.pad == "back" and not (options["masking"] or options["bidirectional"]):
        text = (
            "dataset.pad: back puts zeros behind the words, which the network reads as words: over "
            "many of them it forgets the text"
        )
        yield Complaint("masking", text, "set masking: true, or dataset.pad: front", fatal=False)


@model("rnn", check=complaints, any_length=True, transfer=VECTORS)
def rnn(
    info: DatasetInfo,
    files: WeightFiles | None = None,
    *,
    words: Embedding,
    masking: bool = False,
    cell: Cell = "lstm",
    units: Annotated[tuple[Units, ...], Field(min_length=1, max_length=20)] = (32,),
    bidirectional: bool = False,
    dropout: Fraction = 0.0,
    recurrent_dropout: Fraction = 0.0,
) -> keras.Model:
    """Build recurrent layers on embedded words; what the last has seen at the end is judged.

    Args:
        info: form of the data: word indices.
        files: through which ready-made vectors are had; None: all are drawn by chance.
        words: the numbers that stand for words.
        masking: pass over where there is no word, instead of reading a word with index 0.
        cell: `simple` (fully recurrent), `lstm`, or `gru`.
        units: width of each recurrent layer, first to last.
        bidirectional: read forwards and backwards, with weights of their own, side by side.
        dropout: share of each recurrent layer's inputs dropped while training; the same for all
            words of an example.
        recurrent_dropout: likewise, of what the layer remembers from word to word.

    Source:
        Notes, chapter 6.2 (IMDB, 500 words of 32 numbers, 32 units). Keras's LSTM has no
        peephole: the notes' output gate also looks at the carry (`Vo . c`).
    """
    import keras

    kinds = {"simple": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    rates = {"dropout": dropout, "recurrent_dropout": recurrent_dropout}
    layers = word_input(info, files, words, masking=masking)
    for position, width in enumerate(units):
        last = position == len(units) - 1
        layer = kinds[cell](width, return_sequences=not last, **rates)
        layers.append(keras.layers.Bidirectional(layer) if bidirectional else layer)
    return keras.Sequential([*layers, output_layer(info)], name="rnn")
