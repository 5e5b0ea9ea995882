"""How examples reach the network: kept in memory as tensors, gathered by row numbers.

The order of the rows is a function of seed and epoch alone, so it is the same for every engine,
and another one in every epoch. (``model.fit`` on arrays repeats one order under a global seed:
tensorflow/tensorflow#35682.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

    from kx.contracts import Split


@dataclass(frozen=True, slots=True)
class Batching:
    """How a pass over ``examples`` rows is cut into steps; the last, partial batch is used too."""

    examples: int
    batch_size: int
    shuffle: bool
    seed: int

    @property
    def steps(self) -> int:
        """Steps per epoch."""
        return math.ceil(self.examples / self.batch_size)

    def order(self, epoch: tf.Tensor) -> tf.Tensor:
        """Return the rows in the order of ``epoch``: (examples,) int32."""
        import tensorflow as tf

        rows = tf.range(self.examples)
        if not self.shuffle:
            return rows
        seed = tf.stack([tf.constant(self.seed, tf.int64), tf.cast(epoch, tf.int64)])
        return tf.random.experimental.stateless_shuffle(rows, seed)


class Resident:
    """A split as tensors in memory."""

    def __init__(self, split: Split) -> None:
        import tensorflow as tf

        self.examples = len(split)
        self.y = tf.constant(split.y)
        self._sparse = hasattr(split.x, "indptr")
        if self._sparse:
            self._starts = tf.constant(split.x.indptr.astype("int64"))
            self._columns = tf.constant(split.x.indices.astype("int64"))
            self._entries = tf.constant(split.x.data)
            self._width = split.x.shape[1]
        else:
            self._x = tf.constant(split.x)

    def batch(self, rows: tf.Tensor) -> tuple[Any, tf.Tensor]:
        """Return x and y of ``rows``; x is a ``tf.SparseTensor`` if the split is sparse."""
        import tensorflow as tf

        x = self._sparse_rows(rows) if self._sparse else tf.gather(self._x, rows)
        return x, tf.gather(self.y, rows)

    def _sparse_rows(self, rows: tf.Tensor) -> tf.SparseTensor:
        import tensorflow as tf

        starts = tf.gather(self._starts, rows)
        places = tf.ragged.range(starts, tf.gather(self._starts, rows + 1))
        columns = tf.gather(self._columns, places.flat_values)
        indices = tf.stack([places.value_rowids(), columns], axis=1)
        shape = tf.stack([tf.size(rows, tf.int64), self._width])
        return tf.SparseTensor(indices, tf.gather(self._entries, places.flat_values), shape)


def batches(data: Resident, batching: Batching, epochs: int) -> tf.data.Dataset:
    """Return ``epochs`` passes of (x, y) batches in one dataset, for plain ``model.fit``."""
    import tensorflow as tf

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        rows = tf.data.Dataset.from_tensor_slices(batching.order(epoch))
        return rows.batch(batching.batch_size)  # within the epoch: no batch spans two of them

    rows = _counted(tf.data.Dataset.range(epochs).flat_map(one_epoch), batching.steps * epochs)
    return rows.map(data.batch, num_parallel_calls=2, deterministic=True).prefetch(2)


def row_chunks(batching: Batching, epochs: int, chunks: int) -> tuple[tf.data.Dataset, int]:
    """Return row numbers (steps, batch) in pieces, for an engine that gathers on its own.

    Args:
        batching: how an epoch is cut into steps.
        epochs: how many there are.
        chunks: pieces that the full batches of an epoch are dealt out to.

    Returns:
        The dataset, and its number of elements per epoch; the last of each epoch is the partial
        batch, if there is one.
    """
    import tensorflow as tf

    size = batching.batch_size
    full, rest = divmod(batching.examples, size)
    length = math.ceil(full / max(1, min(chunks, full))) if full else 0
    per_epoch = (math.ceil(full / length) if full else 0) + (1 if rest else 0)

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = batching.order(epoch)
        pieces = []
        if full:
            rows = tf.reshape(order[: full * size], (full, size))
            pieces.append(tf.data.Dataset.from_tensor_slices(rows).batch(length))
        if rest:
            pieces.append(tf.data.Dataset.from_tensors(order[tf.newaxis, full * size :]))
        return pieces[0] if len(pieces) == 1 else pieces[0].concatenate(pieces[1])

    dataset = tf.data.Dataset.range(epochs).flat_map(one_epoch)
    return _counted(dataset, per_epoch * epochs), per_epoch


def _counted(dataset: tf.data.Dataset, elements: int) -> tf.data.Dataset:
    """Tell Keras how many elements there are; else it warns that the data ran out at the end."""
    import tensorflow as tf

    return dataset.apply(tf.data.experimental.assert_cardinality(elements))
