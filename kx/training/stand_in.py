"""What Keras's callbacks take for the model, of a fit that goes on beside others.

Their own model would be the template, which all these fits share. What they ask of it between
epochs is little: the weights, the learning rate, and that it stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kx.training.callbacks import best_so_far
from kx.training.program import Program, State

if TYPE_CHECKING:
    import keras
    import numpy as np


class StandIn:
    """A fit, as its callbacks see it.

    Attributes:
        stop_training: whether a callback has ended the fit.
        optimizer: has the learning rate, and no more.
    """

    def __init__(
        self, program: Program, state: State, callbacks: Sequence[keras.callbacks.Callback]
    ) -> None:
        """Begin the fit.

        Args:
            program: that trains it.
            state: of the fit.
            callbacks: act on epochs only, on what is listed above, and on nobody else's fit.
        """
        self.stop_training = False
        self.optimizer = _StandInOptimizer(program, state)
        self._weights = program.weights_of(state)
        self._callbacks = callbacks
        for callback in callbacks:
            callback.set_model(self)
            callback.on_train_begin()

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights' values, as ``keras.Model`` does."""
        return [weight.numpy() for weight in self._weights]

    def set_weights(self, values: Sequence[np.ndarray]) -> None:
        """Give the weights these values."""
        for weight, value in zip(self._weights, values, strict=True):
            weight.assign(value)

    def epoch_begins(self, epoch: int) -> None:
        """Tell the callbacks: one of them may set the learning rate; ``epoch`` is from 0."""
        for callback in self._callbacks:
            callback.on_epoch_begin(epoch)

    def epoch_ended(self, epoch: int, metrics: Mapping[str, float]) -> dict[str, float]:
        """Tell the callbacks, and return the metrics with what they add; ``epoch`` is from 0."""
        logs = dict(metrics)
        for callback in self._callbacks:
            callback.on_epoch_end(epoch, logs)
        return logs

    def take_best(self) -> int:
        """Take the weights of the best epoch so far, if a callback keeps them.

        Returns:
            That epoch, counted from 1; 0 if none is kept.
        """
        kept = best_so_far(self._callbacks)
        if kept is None:
            return 0
        self.set_weights(kept[0])
        return kept[1]

    def ended(self) -> None:
        """Tell the callbacks: one of them may restore the weights of the best epoch."""
        for callback in self._callbacks:
            callback.on_train_end()


class _StandInOptimizer:
    def __init__(self, program: Program, state: State) -> None:
        self._rate = program.learning_rate_of(state)

    @property
    def learning_rate(self) -> Any:
        return self._rate.numpy()

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._rate.assign(value)
