"""How words enter a network: as indices, each of which stands for a row of numbers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from kx.base.errors import DataError, MissingDataError, UsageError
from kx.contracts import Architecture, Complaint, DatasetInfo, Way, Ways
from kx.models.options import Fraction

if TYPE_CHECKING:
    import keras
    import numpy as np

    from kx.contracts import WeightFiles

EmbeddingDim = Annotated[int, Field(ge=1, le=4096)]
"""Numbers that stand for a word."""

Pretrained = Annotated[str, Field(min_length=1)]
"""``none``, or where vectors are that others have learned."""

Fallback = Literal["random", "none"]
"""What to do if these cannot be had."""

NONE = "none"


@dataclass(frozen=True, slots=True)
class Embedding:
    """The numbers that stand for words: options of all networks on words.

    Attributes:
        embedding_dim: numbers that stand for a word.
        embedding_dropout: share of these numbers, the same for all words of an example, that is
            dropped while training.
        pretrained: vectors that others have learned, to begin with: `none`, a text with a word and
            its numbers in each line (beside the spec, or in KX_DATA_DIR), or official ones that
            are fetched, such as `glove.6B.100d`. Words without a vector get zeros.
        freeze_embeddings: do not train them.
        fallback: `random`: if the vectors cannot be had, go on with random ones, and say so
            loudly.
    """

    embedding_dim: EmbeddingDim = 32
    embedding_dropout: Fraction = 0.0
    pretrained: Pretrained = NONE
    freeze_embeddings: bool = False
    fallback: Fallback = "none"


def word_input(
    info: DatasetInfo, files: WeightFiles | None, words: Embedding, *, masking: bool = False
) -> list[keras.Layer]:
    """Return the layers that hand on each example as (words, words.embedding_dim) numbers.

    Steps of a series are handed on as they are: (steps, numbers).

    Args:
        info: form of the data: word indices, 0 where there is no word; or steps.
        files: through which vectors are had; None: all are drawn by chance.
        words: what these numbers are like.
        masking: tell the layers behind which words are none.

    Raises:
        UsageError: if the ready-made vectors do not fit.
    """
    import keras

    if are_steps(info):
        return [keras.Input(info.input_shape)]
    options: dict[str, Any] = {"mask_zero": masking, "trainable": not words.freeze_embeddings}
    if files is not None and words.pretrained != NONE:
        # Not an initializer: its numbers would become part of every saved model's description.
        options["weights"] = [_rows(info, files, words)]
    layers = [
        keras.Input(info.input_shape, dtype="int32"),
        keras.layers.Embedding(info.vocabulary, words.embedding_dim, **options),
    ]
    rate = words.embedding_dropout
    return [*layers, keras.layers.SpatialDropout1D(rate)] if rate else layers


def _rows(info: DatasetInfo, files: WeightFiles, words: Embedding) -> np.ndarray:
    rows = files.word_rows(words.pretrained, info.words)
    if rows.shape[1] != words.embedding_dim:
        raise UsageError(_misfit(words.pretrained, rows.shape[1], words.embedding_dim) + ".")
    if len(rows) != info.vocabulary:
        raise UsageError(
            f"architecture.pretrained: {info.name} has {info.vocabulary:,} word indices, but "
            f"tells what {len(rows):,} of them stand for."
        )
    return rows


def _misfit(name: str, dimensions: int, wanted: int) -> str:
    return f"the vectors of {name} have {dimensions} numbers for a word, embedding_dim is {wanted}"


class WordNetwork(Architecture):
    """A network on embedded words; its base are vectors that others have learned.

    Attributes:
        takes_steps: whether it reads steps of numbers, too, without an embedding.
    """

    takes_steps: ClassVar[bool] = False

    @property
    @abstractmethod
    def words(self) -> Embedding:
        """The numbers that stand for words; in a subclass a group of options."""

    @property
    def has_base(self) -> bool:
        """Whether the numbers begin with those of others."""
        return self.words.pretrained != NONE

    def check(self, info: DatasetInfo, files: WeightFiles) -> Iterator[Complaint]:
        """Yield why the examples are no lists of word indices, or their vectors do not fit."""
        if self.takes_steps and are_steps(info):
            yield from _unused_complaints(self.words)
        elif no_words := not_words(info):
            yield no_words
        elif self.has_base:
            yield from _pretrained_complaints(info, files, self.words)
        elif self.words.freeze_embeddings:
            text = "would keep the numbers that were drawn by chance"
            hint = "remove it, or name vectors in pretrained"
            yield Complaint("freeze_embeddings", text, hint)

    def check_phases(self, trained: Sequence[str]) -> Iterator[Complaint]:
        """Yield a complaint if only some of the vectors are to be trained."""
        if "unfrozen" in trained:
            text = "word vectors are trained whole or not at all"
            yield Complaint("phases", text, "use trainable: head (without them), or all")

    def choose(self, network: keras.Model, what: str) -> None:
        """Train the vectors in phases of ``all``, unless they are frozen; the rest always."""
        if self.has_base:
            _embedding_of(network).trainable = what != "head" and not self.words.freeze_embeddings

    def frozen(self, network: keras.Model) -> list[Any]:
        """Return the vectors if they are not trained."""
        if not self.has_base:
            return []
        layer = _embedding_of(network)
        return [] if layer.trainable else list(layer.variables)

    def find(self, info: DatasetInfo, files: WeightFiles) -> None:
        """Look for the vectors."""
        if info.words:
            files.word_rows(self.words.pretrained, info.words)
        else:  # texts have no words before a fit has made its vocabulary
            files.dimensions(self.words.pretrained)


def are_steps(info: DatasetInfo) -> bool:
    """Whether examples are rows of numbers in an order, such as steps of time: (steps, numbers)."""
    plain = info.vocabulary is None and not (info.pixels or info.texts or info.sparse)
    return plain and len(info.input_shape) == 2


def _unused_complaints(words: Embedding) -> Iterator[Complaint]:
    """Yield options on words that have no use for steps of numbers."""
    for option in fields(words):
        if getattr(words, option.name) != option.default:
            text = "is for words; these examples are steps of numbers"
            yield Complaint(option.name, text, "remove it")


def not_words(info: DatasetInfo) -> Complaint | None:
    """Return a complaint if the examples are no lists of word indices."""
    if info.vocabulary is not None and len(info.input_shape) == 1:
        return None
    text = f"needs word indices, in the order of the words; the examples of {info.name} are not"
    order = Way("use dataset.encoding: sequence", "dataset.encoding", "sequence")
    return Complaint("", text, Ways(order, Way("use mlp")))


def _pretrained_complaints(
    info: DatasetInfo, files: WeightFiles, words: Embedding
) -> Iterator[Complaint]:
    if not (info.tells_words or info.words):
        text = f"{info.name} does not tell what its word indices stand for"
        way = Way("use dataset.words: true", "dataset.words", True)
        yield Complaint("pretrained", text, Ways(way, Way("use none, and train them")))
    try:
        dimensions = files.dimensions(words.pretrained)
    except MissingDataError as error:
        if words.fallback == "none":
            yield Complaint("pretrained", _one_line(error), "or allow fallback: random")
    except DataError as error:
        yield Complaint("pretrained", _one_line(error))
    else:
        if dimensions != words.embedding_dim:
            text = _misfit(words.pretrained, dimensions, words.embedding_dim)
            yield Complaint("embedding_dim", text, f"use embedding_dim: {dimensions}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _embedding_of(network: keras.Model) -> keras.Layer:
    import keras

    return next(layer for layer in network.layers if isinstance(layer, keras.layers.Embedding))
