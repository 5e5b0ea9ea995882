"""How data enters a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kx.contracts import Complaint, DatasetInfo, Way, Ways

if TYPE_CHECKING:
    import keras


def flat_input(info: DatasetInfo) -> list[keras.Layer]:
    """Return the layers that hand on each example as one row of numbers."""
    import keras

    layers = picture_input(info)
    return layers if len(info.input_shape) == 1 else [*layers, keras.layers.Flatten()]


def picture_input(info: DatasetInfo) -> list[keras.Layer]:
    """Return the layers that hand on each example in its shape, bytes of pictures as 0..1."""
    import keras

    layers = [keras.Input(info.input_shape, sparse=info.sparse)]
    return [*layers, keras.layers.Rescaling(1 / 255)] if info.pixels else layers


def flat_input_complaints(info: DatasetInfo) -> Iterator[Complaint]:
    """Yield a complaint if the numbers of an example are not quantities."""
    if info.vocabulary is not None:
        text = f"the examples of {info.name} are word indices, which are names and no quantities"
        bag = Way("use dataset.encoding: multi_hot", "dataset.encoding", "multi_hot")
        yield Complaint("", text, Ways(bag, Way("use embedding_mlp")))
