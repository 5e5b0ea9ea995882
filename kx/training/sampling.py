"""Epochs in which all classes are equally frequent, however rare some of them are.

An epoch has as many rows as the training part, and each class the same number of them: rows of rare
classes come several times, each about as often, and of frequent ones each epoch has a part, another
one in every epoch. So an epoch takes as long as before, and its steps are as many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True, slots=True, eq=False)
class BalancedRows:
    """Draws the rows of each epoch, by seed and epoch alone.

    Attributes:
        rows: (n,) int32 of the training part.
        classes: (n,) the class of each.
        seed: of all draws.
        shuffle: whether what is drawn is mixed; if not, it is in the order of the data.
    """

    rows: np.ndarray
    classes: np.ndarray
    seed: int
    shuffle: bool

    def epoch(self, number: int) -> np.ndarray:
        """Return the rows of an epoch, counted from 0: (n,) int32."""
        draws = np.random.default_rng([self.seed, int(number)])
        members = [self.rows[self.classes == each] for each in np.unique(self.classes)]
        whole, rest = divmod(len(self.rows), len(members))
        # Who has one row more than others changes from epoch to epoch.
        wanted = [whole + ((at + number) % len(members) < rest) for at in range(len(members))]
        drawn = np.concatenate(
            [_drawn(of, count, draws) for of, count in zip(members, wanted, strict=True)]
        )
        return draws.permutation(drawn) if self.shuffle else np.sort(drawn)

    def in_graph(self, number: tf.Tensor) -> tf.Tensor:
        """Return the same as a tensor, of an epoch that only running tells."""
        import tensorflow as tf

        found = tf.numpy_function(self.epoch, [number], tf.int32)
        return tf.ensure_shape(found, (len(self.rows),))


def _drawn(members: np.ndarray, count: int, draws: np.random.Generator) -> np.ndarray:
    """Return ``count`` of the members, each equally often but for one time."""
    times, rest = divmod(count, len(members))
    return np.concatenate([np.tile(members, times), draws.permutation(members)[:rest]])
