"""Recurrent networks on embedded words, or on steps of a series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.base.remark import Remark
from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo, WeightFiles
from kx.models.embedding import Embedding, WordNetwork, are_steps, word_input
from kx.models.heads import output_layer
from kx.models.options import Fraction, Units

if TYPE_CHECKING:
    import keras


@model("rnn")
class Recurrent(WordNetwork):
    """Build recurrent layers on embedded words; what the last has seen at the end is judged.

    Of a time series they read the steps of a window as they are.

    Args:
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

    any_length = True
    takes_steps = True

    words: Embedding = Embedding()
    masking: bool = False
    cell: Literal["simple", "lstm", "gru"] = "lstm"
    units: Annotated[tuple[Units, ...], Field(min_length=1, max_length=20)] = (32,)
    bidirectional: bool = False
    dropout: Fraction = 0.0
    recurrent_dropout: Fraction = 0.0

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the network from working with the data."""
        yield from super().check(info, files)
        if self.masking and are_steps(info):
            yield Complaint("masking", "is for words; no step of a window is empty", "remove it")
        if info.pad == "back" and not (self.masking or self.bidirectional):
            text, hint = Remark.of("spec.padded_back"), Remark.of("spec.padded_back_hint")
            yield Complaint("masking", text, hint, fatal=False)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the recurrent layers behind the words."""
        import keras

        layers = word_input(info, files, self.words, masking=self.masking)
        for position, width in enumerate(self.units):
            layer = self._layer(width, last=position == len(self.units) - 1)
            layers.append(keras.layers.Bidirectional(layer) if self.bidirectional else layer)
        return keras.Sequential([*layers, output_layer(info)], name="rnn")

    def _layer(self, width: int, *, last: bool) -> keras.Layer:
        import keras

        layers = keras.layers
        kind = {"simple": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}[self.cell]
        rates = {"dropout": self.dropout, "recurrent_dropout": self.recurrent_dropout}
        return kind(width, return_sequences=not last, **rates)
