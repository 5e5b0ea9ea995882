"""Steps of a recurrent network, the two halves of a batch at the same time.

The steps through time of a recurrent network wait for each other, and each is too small to be
shared out to several cores: most of the time one core works. Halves of a batch do not wait for
each other. A training step of the notes' LSTM, 128 texts of 500 words: 116 ms by TensorFlow, 80 ms
compiled by XLA, 50 ms compiled and in halves (2 cores).

A step is what Keras's own ``train_step`` and ``test_step`` do, with Keras's losses, metrics and
optimizer: the loss of a batch is the mean of the losses of its halves, and so is the gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kx.training.engine import time_steps
from kx.training.environment import has_gpu

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

SEEDS_APART = 1_000_003
"""Between what the two halves draw by chance: dropout must not be the same in both."""


class HalvedSteps:
    """Training and validation steps of one network."""

    def __init__(self, model: keras.Model) -> None:
        """Get ready; what is compiled is compiled once for each size of a half.

        Args:
            model: compiled; its ``train_step`` and ``compute_loss`` are Keras's own, and no layer
                looks at a batch as a whole, as batch normalisation does.
        """
        import tensorflow as tf

        self._model = model
        self._loss = next(metric for metric in model.metrics if metric.name == "loss")
        weights = {id(weight) for weight in model.weights}
        self._seeds = [state for state in model.variables if id(state) not in weights]
        self._backwards = tf.function(self._judge, jit_compile=True, autograph=False)
        self._update = tf.function(self._learn, jit_compile=True, autograph=False)

    def train(self, batch: Sequence[tf.Tensor], parts: int) -> None:
        """Train on a batch: x, y, perhaps weights; ``parts`` divides the number of its rows."""
        import tensorflow as tf

        pieces = list(zip(*(tf.split(part, parts) for part in batch), strict=True))
        seeds = [seed.value + 0 for seed in self._seeds]
        found = [
            self._backwards(
                [seed + tf.constant([number * SEEDS_APART, 0], seed.dtype) for seed in seeds],
                *piece,
            )
            for number, piece in enumerate(pieces)
        ]
        self._update(batch, found)
        for seed, drawn in zip(self._seeds, found[0]["seeds"], strict=True):
            seed.assign(drawn)

    def test(self, batch: Sequence[tf.Tensor]) -> None:
        """Validate on a batch: x and y."""
        import tensorflow as tf

        model, (x, y) = self._model, batch
        parts = [_with_penalty(model, half) for half in _halves(x)]
        outputs = tf.concat([outputs for outputs, _ in parts], 0)[: tf.shape(x)[0]]
        loss = model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
        self._measure(batch, outputs, loss + _mean_penalty(parts))

    def _judge(self, seeds: Sequence[tf.Tensor], *batch: tf.Tensor) -> dict[str, Any]:
        """Return outputs, loss and gradients of a part of a batch, and the seeds afterwards."""
        import keras
        import tensorflow as tf

        model, (x, y, *weights) = self._model, batch
        with tf.GradientTape() as tape:
            # In a scope: if both halves wrote the seeds' variables, they would wait for each other.
            drawing = zip(self._seeds, seeds, strict=True)
            with keras.StatelessScope(list(drawing), collect_losses=True) as scope:
                outputs = model(x, training=True)
                drawn = [scope.get_current_value(seed) for seed in self._seeds]
            loss = model.compute_loss(x, y, outputs, *weights, training=True)
            loss += sum(scope.losses)
            scaled = model.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, [weight.value for weight in model.trainable_variables])
        return {"outputs": outputs, "loss": loss, "gradients": gradients, "seeds": drawn}

    def _learn(self, batch: Sequence[tf.Tensor], found: Sequence[dict[str, Any]]) -> None:
        import tensorflow as tf

        model = self._model
        gradients = map(_mean, zip(*(part["gradients"] for part in found), strict=True))
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        outputs = tf.concat([part["outputs"] for part in found], 0)
        self._measure(batch, outputs, _mean([part["loss"] for part in found]))

    def _measure(self, batch: Sequence[tf.Tensor], outputs: tf.Tensor, loss: tf.Tensor) -> None:
        import tensorflow as tf

        x, y, *weights = batch
        self._loss.update_state(loss, sample_weight=tf.shape(x)[0])
        self._model.compute_metrics(x, y, outputs, *weights)


def predicted(model: keras.Model, x: Any) -> tf.Tensor:
    """Return the outputs for ``x``, not training: (n, outputs); by halves, if that is faster.

    4,096 reviews of 500 words took an LSTM 1.4 s, in halves 0.5 s, without compiling anything.
    """
    import tensorflow as tf

    if has_gpu() or not time_steps(model):
        return model(x, training=False)
    return tf.concat([model(half, training=False) for half in _halves(x)], 0)[: tf.shape(x)[0]]


def _halves(x: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Return both halves of the rows; of a single row, that row twice.

    TensorFlow's layers fail on no rows at all.
    """
    import tensorflow as tf

    middle = tf.shape(x)[0] // 2
    return x[: tf.maximum(middle, 1)], x[middle:]


def _with_penalty(model: keras.Model, x: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return the outputs for ``x``, not training, and what is added to the loss for activities."""
    import keras

    with keras.StatelessScope(collect_losses=True) as scope:  # else the next call forgets them
        outputs = model(x, training=False)
    return outputs, sum(scope.losses)


def _mean_penalty(parts: Sequence[tuple[tf.Tensor, Any]]) -> tf.Tensor:
    """Return the penalty of all parts together: each is a mean over the rows of its part."""
    import tensorflow as tf

    rows = [tf.cast(tf.shape(outputs)[0], tf.float32) for outputs, _ in parts]
    penalties = [tf.cast(penalty, tf.float32) for _, penalty in parts]
    return tf.add_n([n * penalty for n, penalty in zip(rows, penalties, strict=True)]) / sum(rows)


def _mean(parts: Sequence[Any]) -> Any:
    """Return the mean of the parts' tensors; of rows of a table the parts' rows, weighed."""
    import tensorflow as tf

    if parts[0] is None:
        return None
    if not isinstance(parts[0], tf.IndexedSlices):
        return tf.add_n(list(parts)) / len(parts)
    # Not summed by row: Keras's optimizers square the entries of such a gradient one by one.
    values = tf.concat([part.values for part in parts], 0) / len(parts)
    rows = tf.concat([part.indices for part in parts], 0)
    return tf.IndexedSlices(values, rows, parts[0].dense_shape)
