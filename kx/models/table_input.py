"""How rows of a table enter a network: numbers, categories, texts and pictures, joined."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from kx.contracts import Block, BlockKind, Complaint, DatasetInfo
from kx.models.inputs import flat_input, flat_input_complaints

FREQUENCIES, SPREAD = 16, 0.1
"""Of the waves by which a number is told, and their standard deviation at the start (RealMLP)."""

CLIP = 3.0
"""What a number far from all others becomes, at most: this times its sign."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How columns enter the network.

    Attributes:
        numbers: how a number enters: `plain`, or `periodic`: also as waves of it, whose lengths
            are learned, so that a small difference can make a large one.
        number_dim: numbers that a number becomes, itself among them, if they are `periodic`.
        category_dim: numbers that stand for a category whose values are embedded.
        word_dim: numbers that stand for a word of a column of texts.
    """

    numbers: Literal["plain", "periodic"] = "plain"
    number_dim: Annotated[int, Field(ge=2, le=256)] = 4
    category_dim: Annotated[int, Field(ge=1, le=1024)] = 8
    word_dim: Annotated[int, Field(ge=1, le=1024)] = 32


def table_complaints(info: DatasetInfo, columns: Columns) -> Iterator[Complaint]:
    """Yield what keeps rows of such data from being read column by column."""
    yield from flat_input_complaints(info)
    if info.sparse:
        text = f"the examples of {info.name} are bags of words, and no rows of a table"
        yield Complaint("", text, "use mlp")


def table_input(info: DatasetInfo, columns: Columns) -> tuple[Any, Any]:
    """Return the input, and all its columns as (batch, numbers): scaled, embedded, encoded, joined.

    Numbers far out are drawn in, smoothly: none is above 3.

    Source:
        Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: strong pre-tuned MLPs and
        boosted trees on tabular data", NeurIPS; the waves: Gorishniy, Rubachev and Babenko
        (2022), "On embeddings for numerical features in tabular deep learning", NeurIPS.
    """
    import keras

    first, *layers = flat_input(info)
    rows = first.output if hasattr(first, "output") else first
    inputs = rows
    for layer in layers:
        rows = layer(rows)
    blocks = info.blocks or (Block("", "numbers", 0, int(rows.shape[1])),)
    parts = [*_numbers(rows, blocks, columns), *_flags(rows, blocks)]
    parts += [*_categories(rows, blocks, columns), *_encoded(rows, blocks, columns)]
    joined = parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)
    return inputs, joined


def _places(blocks: Sequence[Block], *kinds: BlockKind) -> list[int]:
    return [place for block in blocks if block.kind in kinds for place in block.places]


def _taken(rows: Any, places: Sequence[int]) -> Any:
    """Return (batch, places) of (batch, width) rows; those of all columns as they are."""
    import keras

    if list(places) == list(range(rows.shape[1])):
        return rows
    return keras.ops.take(rows, list(places), axis=1)


def _numbers(rows: Any, blocks: Sequence[Block], columns: Columns) -> Iterator[Any]:
    """Yield the amounts, drawn in: (batch, numbers), or, as waves, (batch, numbers x dim)."""
    import keras

    if not (places := _places(blocks, "numbers")):
        return
    numbers = _taken(rows, places)
    numbers = numbers / keras.ops.sqrt(1.0 + keras.ops.square(numbers / CLIP))
    yield numbers
    if columns.numbers == "periodic":
        yield _waves(numbers, columns.number_dim - 1)


def _waves(numbers: Any, dim: int) -> Any:
    """Return (batch, numbers x dim): each number as ``dim`` sums of waves of its own."""
    import keras

    layers, initializers, count = keras.layers, keras.initializers, int(numbers.shape[1])
    angles = layers.EinsumDense(
        "bn,nf->bnf",
        (count, FREQUENCIES),
        bias_axes="nf",
        kernel_initializer=initializers.RandomNormal(stddev=2 * math.pi * SPREAD),
        bias_initializer=initializers.RandomUniform(-math.pi, math.pi),
        name="waves",
    )(numbers)
    sums = layers.EinsumDense(
        "bnf,nfd->bnd",
        (count, dim),
        bias_axes="nd",
        kernel_initializer=initializers.RandomUniform(-0.25, 0.25),
        name="sums_of_waves",
    )(keras.ops.cos(angles))
    return layers.Flatten()(sums)


def _flags(rows: Any, blocks: Sequence[Block]) -> Iterator[Any]:
    if places := _places(blocks, "flags", "one_hot", "bag"):
        yield _taken(rows, places)


def _categories(rows: Any, blocks: Sequence[Block], columns: Columns) -> Iterator[Any]:
    """Yield (batch, categories x dim): the embeddings of all, in one table.

    They begin with zeros: a value that no training row has shown says nothing.
    """
    import keras

    indices = [block for block in blocks if block.kind == "index"]
    if not indices:
        return
    starts = [sum(block.size for block in indices[:at]) for at in range(len(indices))]
    places = keras.ops.cast(_taken(rows, _places(blocks, "index")), "int32")
    table = keras.layers.Embedding(
        sum(block.size for block in indices),
        columns.category_dim,
        embeddings_initializer="zeros",
        name="categories",
    )
    yield keras.layers.Flatten()(table(places + keras.ops.array(starts, "int32")))


def _encoded(rows: Any, blocks: Sequence[Block], columns: Columns) -> Iterator[Any]:
    """Yield what is read of each text, (batch, word_dim), and of each picture, (batch, 32)."""
    for block in blocks:
        if block.kind == "words":
            yield _words(rows, block, columns.word_dim)
        elif block.kind == "picture":
            yield _picture(rows, block)


def _words(rows: Any, block: Block, dim: int) -> Any:
    """Return the strongest signs that three words beside each other give, in a text."""
    import keras

    words = keras.ops.cast(_taken(rows, block.places), "int32")
    embedded = keras.layers.Embedding(block.size, dim)(words)
    signs = keras.layers.Conv1D(dim, 3, padding="same", activation="relu")(embedded)
    return keras.layers.GlobalMaxPooling1D()(signs)


def _picture(rows: Any, block: Block) -> Any:
    import keras

    layers = keras.layers
    picture = layers.Reshape(block.shape)(_taken(rows, block.places))
    for filters in (16, 32):
        picture = layers.Conv2D(filters, 3, padding="same", activation="relu")(picture)
        picture = layers.MaxPooling2D(2, padding="same")(picture)
    return layers.GlobalAveragePooling2D()(picture)
