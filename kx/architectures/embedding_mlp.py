"""Dense layers on embedded words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.base.remark import Remark
from kx.components.registry import model
from kx.contracts import Complaint, DatasetInfo, WeightFiles
from kx.models.embedding import Embedding, WordNetwork, word_input
from kx.models.heads import output_layer
from kx.models.options import Activation, Fraction, Penalty, Units, dense_block

if TYPE_CHECKING:
    import keras


@model("embedding_mlp")
class EmbeddedPerceptron(WordNetwork):
    """Build dense layers on embedded words.

    Args:
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

    words: Embedding = Embedding(embedding_dim=8)
    masking: bool = False
    pooling: Literal["flatten", "average", "max"] = "flatten"
    units: Annotated[tuple[Units, ...], Field(max_length=100)] = ()
    activation: Activation = "relu"
    dropout: Fraction = 0.0
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    batch_norm: bool = False

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield what keeps the options from working with the data."""
        yield from super().check(info, files)
        if self.masking and self.pooling != "average":
            text = Remark.of("spec.masking_unused", pooling=self.pooling)
            hint = Remark.of("spec.masking_unused_hint")
            yield Complaint("masking", text, hint, fatal=False)

    def build(self, info: DatasetInfo, files: WeightFiles | None) -> keras.Model:
        """Put the pooling and the dense layers behind the words."""
        import keras

        pool = {
            "flatten": keras.layers.Flatten,
            "average": keras.layers.GlobalAveragePooling1D,
            "max": keras.layers.GlobalMaxPooling1D,
        }[self.pooling]
        layers = [*word_input(info, files, self.words, masking=self.masking), pool()]
        for width in self.units:
            layers += dense_block(
                width, self.activation, self.dropout, self.l1, self.l2, self.batch_norm
            )
        return keras.Sequential([*layers, output_layer(info)], name="embedding_mlp")
