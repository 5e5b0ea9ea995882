"""The order of the rows in each of several epochs, drawn at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.training.feed import Batching, shuffled

if TYPE_CHECKING:
    import tensorflow as tf


def orders(batching: Batching, first: int, count: int, capacity: int) -> np.ndarray:
    """Return the rows of ``count`` epochs of the batching: (count, capacity) int32.

    ``first`` of its epochs come before.
    """
    found = np.zeros((count, capacity), "int32")
    first += batching.first
    if balanced := batching.balanced:
        for at in range(count):
            found[at, : batching.examples] = balanced.epoch(first + at)
    elif batching.shuffle:
        found[:, : batching.examples] = _shuffles()(
            batching.rows, np.int64(batching.seed), np.arange(first, first + count)
        )
    else:
        found[:, : batching.examples] = batching.rows
    return found


@cache
def _shuffles() -> Any:
    import tensorflow as tf

    specs = [
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((), tf.int64),
        tf.TensorSpec((None,), tf.int64),
    ]

    @tf.function(input_signature=specs, autograph=False)  # type: ignore[untyped-decorator]
    def run(rows: tf.Tensor, seed: tf.Tensor, epochs: tf.Tensor) -> tf.Tensor:
        def one(epoch: tf.Tensor) -> tf.Tensor:
            return shuffled(rows, tf.stack([seed, epoch]))

        return tf.map_fn(one, epochs, fn_output_signature=tf.int32)

    return lambda *args: run(*args).numpy()
