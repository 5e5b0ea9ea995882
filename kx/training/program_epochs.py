"""Epochs as TensorFlow traces them for a program: steps in loops that XLA can compile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kx.training.feed import Resident
from kx.training.program_form import ProgramForm

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


@dataclass(frozen=True, slots=True, eq=False)
class TracedEpochs:
    """Epochs of training, each with its validation.

    Attributes:
        model: compiled, with its metrics built.
        data: an example of what is trained on.
        form: what is fixed.
        metrics: names, in the order of the columns that ``run`` returns.
    """

    model: keras.Model
    data: Resident
    form: ProgramForm
    metrics: tuple[str, ...]

    def run(
        self, orders: tf.Tensor, held_out: tf.Tensor, numbers: tf.Tensor, *tensors: tf.Tensor
    ) -> tf.Tensor:
        """Run some epochs: (epochs, 2 * metrics) float32, as ``Program.epochs`` returns them.

        Args:
            orders: (epochs, capacity) the rows of each epoch, at the front.
            held_out: (capacity,) rows to validate with, at the front.
            numbers: (4,) of epochs, of full batches, which of the rests, of rows to validate with.
            tensors: of the data.
        """
        import tensorflow as tf

        epochs, full, rest, validated = tf.unstack(numbers)

        def one_epoch(epoch: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            trained = self._train(orders[epoch], full, rest, tensors)
            judged = self._validate(held_out, validated, tensors)
            row = tf.concat([trained, judged], 0)[tf.newaxis]
            return epoch + 1, tf.tensor_scatter_nd_update(found, [[epoch]], row)

        found = tf.zeros((self.form.epochs, 2 * len(self.metrics)))
        return tf.while_loop(lambda epoch, _: epoch < epochs, one_epoch, (0, found))[1]

    def _train(
        self, order: tf.Tensor, full: tf.Tensor, rest: tf.Tensor, tensors: Sequence[tf.Tensor]
    ) -> tf.Tensor:
        """Train an epoch of ``full`` batches, and of the partial one of that number in the form."""
        import tensorflow as tf

        size, rests = self.form.batch_size, self.form.rests
        self.model.reset_metrics()

        def train(start: tf.Tensor, length: int) -> None:
            self.model.train_step(self.data.batch(_slice(order, start, length), tensors))

        def step(position: tf.Tensor) -> tuple[tf.Tensor]:
            train(position * size, size)
            return (position + 1,)

        def last(length: int) -> tf.Tensor:
            if length:
                train(full * size, length)
            return tf.constant(0)

        tf.while_loop(lambda position: position < full, step, (0,))
        if len(rests) == 1:
            last(rests[0])
        else:
            tf.switch_case(rest, [partial(last, length) for length in rests])
        return self._measured()

    def _validate(
        self, rows: tf.Tensor, count: tf.Tensor, tensors: Sequence[tf.Tensor]
    ) -> tf.Tensor:
        import tensorflow as tf

        size = self.form.validation_step
        if not size:
            return tf.zeros(len(self.metrics))

        def begin() -> tf.Tensor:
            self.model.reset_metrics()
            return count

        # Keras reads from the metrics themselves what an epoch without a validation has brought.
        tf.cond(count > 0, begin, lambda: count)

        def step(at: tf.Tensor, length: int) -> tuple[tf.Tensor]:
            batch = self.data.batch(_slice(rows, at, length), tensors, weighted=False)
            self.model.test_step(batch)
            return (at + length,)

        done = tf.constant(0)
        if size > 1:
            (done,) = tf.while_loop(lambda at: at + size <= count, lambda at: step(at, size), (0,))
        tf.while_loop(lambda at: at < count, lambda at: step(at, 1), (done,))
        return self._measured()

    def _measured(self) -> tf.Tensor:
        import tensorflow as tf

        result: Mapping[str, tf.Tensor] = self.model.get_metrics_result()
        return tf.stack([tf.cast(result[name], tf.float32) for name in self.metrics])


def _slice(rows: tf.Tensor, start: tf.Tensor, length: int) -> tf.Tensor:
    """Return ``length`` rows from ``start`` on; XLA must know how many when it compiles.

    Not by ``tf.slice``: XLA would take where it starts for a constant of the program, and compile
    anew for every other number of steps.
    """
    import tensorflow as tf

    return tf.gather(rows, start + tf.range(length))
