"""How examples reach the network: kept in memory as tensors, gathered by row numbers.

The order of the rows is a function of seed and epoch alone, so it is the same for every engine,
and another one in every epoch. (``model.fit`` on arrays repeats one order under a global seed:
tensorflow/tensorflow#35682.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kx.training.sampling import BalancedRows

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

    from kx.contracts import Split
    from kx.training.buckets import Buckets


@dataclass(frozen=True, slots=True, eq=False)
class Batching:
    """How passes over ``rows`` are cut into steps; the last, partial batch is used too.

    Attributes:
        rows: (n,) int32, which rows of the data.
        batch_size: rows of a step.
        shuffle: whether every epoch has an order of its own.
        seed: decides these orders.
        first: how many epochs came before: an order depends on the epoch of the whole fit.
        buckets: batches have texts of like length; None: any.
        classes: (n,) the class of each row, all of which every epoch has equally often; None:
            every epoch has each row once.
    """

    rows: np.ndarray
    batch_size: int
    shuffle: bool
    seed: int
    first: int = 0
    buckets: Buckets | None = None
    classes: np.ndarray | None = None

    @property
    def examples(self) -> int:
        """How many rows an epoch has."""
        return len(self.rows)

    @property
    def balanced(self) -> BalancedRows | None:
        """What draws the rows of an epoch, if classes are to be equally frequent."""
        if self.classes is None:
            return None
        return BalancedRows(self.rows, self.classes, self.seed, self.shuffle)

    @property
    def steps(self) -> int:
        """Steps per epoch."""
        return math.ceil(self.examples / self.batch_size)

    def order(self, epoch: tf.Tensor) -> tf.Tensor:
        """Return the rows in the order of ``epoch``, counted from ``first`` on: (n,) int32."""
        import tensorflow as tf

        rows, seed = tf.constant(self.rows, tf.int32), None
        whole = tf.cast(epoch, tf.int64) + self.first
        if self.shuffle:
            seed = tf.stack([tf.constant(self.seed, tf.int64), whole])
        if balanced := self.balanced:
            rows = balanced.in_graph(whole)
        elif seed is not None:
            rows = shuffled(rows, seed)
        return self.buckets.ordered(rows, self.batch_size, seed) if self.buckets else rows


def shuffled(rows: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return ``rows`` in the order that ``seed`` (2,) int64 decides."""
    import tensorflow as tf

    return tf.random.experimental.stateless_shuffle(rows, seed)


class BatchSource(Protocol):
    """Where batches come from.

    Attributes:
        buckets: texts are padded no further than their batch needs; None: they stay as they are.
        at_once: rows that are better asked for together than batch by batch.
    """

    buckets: Buckets | None
    at_once: int

    def batch(self, rows: tf.Tensor, *, weighted: bool = True) -> tuple[Any, ...]:
        """Return x and y of ``rows``; their weights too, if there are any and they are wanted."""


class Resident:
    """A split as tensors in memory.

    Attributes:
        examples: how many rows there are.
        tensors: what is kept; a function may take them as arguments, to serve other data too.
        sparse: whether x is a CSR matrix.
        window: rows of each example, if examples are windows of rows; 0: they are not.
        buckets: see ``BatchSource``.
        at_once: likewise.
    """

    at_once = 1

    def __init__(self, split: Split, buckets: Buckets | None = None) -> None:
        import tensorflow as tf

        self.examples, self.buckets = len(split), buckets
        self.sparse = hasattr(split.x, "indptr")
        self.weighted = split.weights is not None
        self.window = split.x.length if hasattr(split.x, "begins") else 0
        x = [split.x.ends.astype("int32"), split.x.rows] if self.window else [split.x]
        if self.sparse:
            x = [split.x.indptr.astype("int64"), split.x.indices.astype("int64"), split.x.data]
            self._width = split.x.shape[1]
        weights = [split.weights] if split.weights is not None else []
        self.tensors: tuple[tf.Tensor, ...] = tuple(
            tf.constant(part[:]) for part in [split.y, *weights, *x]
        )

    @property
    def example_shape(self) -> tuple[int, ...]:
        """Shape of one example, without the batch axis."""
        if self.sparse:
            return (self._width,)
        shape = tuple(self.tensors[-1].shape[1:])
        return (self.window, *shape) if self.window else shape

    @property
    def form(self) -> tuple[Any, ...]:
        """What decides whether a function that was traced for one data set serves another."""
        edges = tuple(self.buckets.edges.tolist()) if self.buckets else ()
        kinds = ((t.shape[1:], t.dtype) for t in self.tensors)
        return (self.sparse, self.window, self.weighted, edges, *kinds)

    def batch(
        self,
        rows: tf.Tensor,
        tensors: Sequence[tf.Tensor] | None = None,
        *,
        weighted: bool = True,
    ) -> tuple[Any, ...]:
        """Return x and y of ``rows``, and the weights; x may be a ``tf.SparseTensor``.

        Args:
            rows: (batch,) int32.
            tensors: of other data of this form; None: the own ones.
            weighted: whether weights are wanted, if there are any.
        """
        import tensorflow as tf

        y, *rest = tensors or self.tensors
        weights = [tf.gather(rest.pop(0), rows)] if self.weighted else []
        if self.window:
            x = self._windows(rows, *rest)
        else:
            x = self._sparse_rows(rows, *rest) if self.sparse else tf.gather(rest[0], rows)
        x = self.buckets.trimmed(x) if self.buckets else x
        return (x, tf.gather(y, rows), *(weights if weighted else []))

    def _windows(self, rows: tf.Tensor, ends: tf.Tensor, table: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        before = tf.range(1 - self.window, 1)
        return tf.gather(table, tf.gather(ends, rows)[:, tf.newaxis] + before)

    def _sparse_rows(
        self, rows: tf.Tensor, starts: tf.Tensor, columns: tf.Tensor, entries: tf.Tensor
    ) -> tf.SparseTensor:
        import tensorflow as tf

        places = tf.ragged.range(tf.gather(starts, rows), tf.gather(starts, rows + 1))
        where = [places.value_rowids(), tf.gather(columns, places.flat_values)]
        shape = tf.stack([tf.size(rows, tf.int64), self._width])
        return tf.SparseTensor(
            tf.stack(where, axis=1), tf.gather(entries, places.flat_values), shape
        )


class Streamed:
    """A split that stays where it is, in an array that may be a file; batches are read from it."""

    def __init__(self, split: Split, buckets: Buckets | None = None) -> None:
        self.examples, self.buckets = len(split), buckets
        self.at_once = getattr(split.x, "at_once", 1)
        self._split = split

    def batch(self, rows: tf.Tensor, *, weighted: bool = True) -> tuple[Any, ...]:
        """Return x and y of ``rows``, and the weights."""
        import tensorflow as tf

        split = self._split
        parts = [split.x, split.y]
        parts += [split.weights] if weighted and split.weights is not None else []
        types = [part.dtype for part in parts]
        read = tf.numpy_function(lambda at: [part[at] for part in parts], [rows], types)
        x, *rest = (
            tf.ensure_shape(values, (None, *part.shape[1:]))
            for values, part in zip(read, parts, strict=True)
        )
        return (self.buckets.trimmed(x) if self.buckets else x, *rest)


def batches(
    data: BatchSource,
    batching: Batching,
    epochs: int,
    *,
    weighted: bool = True,
    change: Callable[[tuple[Any, ...], tf.Tensor], tuple[Any, ...]] | None = None,
) -> tf.data.Dataset:
    """Return ``epochs`` passes of (x, y) batches in one dataset, for plain ``model.fit``.

    Args:
        data: where batches come from.
        batching: how an epoch is cut into them.
        epochs: how many there are.
        weighted: whether weights are wanted, if there are any.
        change: what becomes of a batch; is told how many came before it.
    """
    import tensorflow as tf

    size, together = batching.batch_size, data.at_once // batching.batch_size

    def gathered(rows: tf.Tensor) -> tuple[Any, ...]:
        return data.batch(rows, weighted=weighted)

    def read(step: tf.Tensor, rows: Any) -> tuple[Any, ...]:
        batch = rows if together > 1 else gathered(rows)
        return change(batch, step) if change else batch

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        rows = tf.data.Dataset.from_tensor_slices(batching.order(epoch))
        if together > 1:
            return rows.batch(size * together).map(gathered).prefetch(1).rebatch(size)
        return rows.batch(size)  # within the epoch: no batch spans two of them

    rows = tf.data.Dataset.range(epochs).flat_map(one_epoch)
    read_ahead = rows.enumerate().map(read, num_parallel_calls=2, deterministic=True).prefetch(2)
    return for_keras(read_ahead, batching.steps * epochs)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The epochs of a batching, piece by piece: for an engine that gathers rows on its own.

    Attributes:
        batching: how an epoch is cut into steps.
        most: pieces that the full batches of an epoch are dealt out to, if there are so many.
    """

    batching: Batching
    most: int

    @property
    def count(self) -> int:
        """How many pieces an epoch has; the last is the partial batch, if there is one."""
        full, rest = divmod(self.batching.examples, self.batching.batch_size)
        return (math.ceil(full / self._length) if full else 0) + (1 if rest else 0)

    def epoch(self, number: int) -> list[np.ndarray]:
        """Return the pieces of an epoch, counted from 0: each (steps, batch) int32."""
        import tensorflow as tf

        size = self.batching.batch_size
        order = self.batching.order(tf.constant(number)).numpy()
        full = len(order) // size
        rows = order[: full * size].reshape(full, size)
        pieces = [rows[at : at + self._length] for at in range(0, full, self._length)]
        last = order[full * size :]
        return [*pieces, last[None]] if len(last) else pieces

    @property
    def _length(self) -> int:
        full = self.batching.examples // self.batching.batch_size
        return math.ceil(full / max(1, min(self.most, full))) or 1


def for_keras(dataset: tf.data.Dataset, elements: int) -> tf.data.Dataset:
    """Return a dataset whose end surprises nobody, and is not waited for.

    Keras, if it is not told how many elements there are, warns that the data ran out. The thread
    that tunes a pipeline sleeps for seconds at a time, and whoever lets the pipeline go waits until
    it wakes: 2.5 s at the end of a fit. Here nothing is left to be tuned.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    counted = dataset.apply(tf.data.experimental.assert_cardinality(elements))
    return counted.with_options(options)
