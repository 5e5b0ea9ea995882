"""The callbacks of a fit: Keras's own, those of the spec, and one that records and reports."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base import signals
from kx.base.curves import lower_is_better
from kx.base.names import plain_path
from kx.exports.tensorboard import EVENTS, without_host
from kx.spec.schema import TrainingSection
from kx.training.jobs import Fitted, Job, Recording

if TYPE_CHECKING:
    import keras
    import numpy as np


def needs_keras_loop(training: TrainingSection) -> bool:
    """Whether something must be done to the model itself between epochs, or after the last.

    What ``guards`` returns does without: see ``StandIn``.
    """
    return bool(training.callbacks) or bool(training.tensorboard) or training.optimizer.use_ema


def batch_by_batch(callbacks: Sequence[keras.callbacks.Callback]) -> str:
    """Return the name of the first that acts on single batches, or an empty text."""
    hooks = [f"on_{part}batch_{at}" for part in ("", "train_", "test_") for at in ("begin", "end")]
    return next((type(each).__name__ for each in callbacks if _has_own(each, hooks)), "")


def watches_tests(callbacks: Sequence[keras.callbacks.Callback]) -> bool:
    """Whether one of them acts when a validation begins or ends, and not just on its results."""
    return any(_has_own(each, ("on_test_begin", "on_test_end")) for each in callbacks)


def _has_own(callback: keras.callbacks.Callback, hooks: Sequence[str]) -> bool:
    import keras

    base = keras.callbacks.Callback
    return any(getattr(type(callback), hook) is not getattr(base, hook) for hook in hooks)


def keeps_best(training: TrainingSection, job: Job) -> bool:
    """Whether a fit ends with the weights of its best epoch: there must be rows that tell which."""
    return training.checkpoint == "best" and _guarded(job)


def kept_epoch(training: TrainingSection, fitted: Fitted) -> int:
    """Return the epoch, counted from 1, at whose end a fit's weights were as they are now.

    It is 0 where they never were in use: averages are put in their place at the very end.
    """
    if training.optimizer.use_ema:
        return 0
    return fitted.best_epoch if keeps_best(training, fitted.job) else len(fitted.history["loss"])


def _guarded(job: Job) -> bool:
    return job.guarded and len(job.validation) > 0


def guards(training: TrainingSection, job: Job) -> list[keras.callbacks.Callback]:
    """Return Keras's callbacks that the spec asks for; in a refit, what follows those."""
    import keras

    if job.learning_rates:
        return [keras.callbacks.LearningRateScheduler(partial(_rate_of, job.learning_rates))]
    if not _guarded(job):
        return []
    found: list[keras.callbacks.Callback] = []
    stopping, plateau = training.early_stopping, training.reduce_lr_on_plateau
    if plateau:
        monitor = plateau.monitor or training.monitor
        options = plateau.model_dump(exclude={"monitor"})
        found.append(keras.callbacks.ReduceLROnPlateau(monitor, mode=_mode(monitor), **options))
    if stopping:
        monitor = stopping.monitor or training.monitor
        options = stopping.model_dump(exclude={"monitor"})
        found.append(keras.callbacks.EarlyStopping(monitor, mode=_mode(monitor), **options))
    if keeps_best(training, job):
        # Keras's own keeper of the best weights, with a patience that never ends the fit.
        found.append(
            keras.callbacks.EarlyStopping(
                training.monitor,
                patience=training.epochs + 1,
                mode=_mode(training.monitor),
                restore_best_weights=True,
            )
        )
    return found


def best_so_far(
    callbacks: Sequence[keras.callbacks.Callback],
) -> tuple[list[np.ndarray], int] | None:
    """Return the weights of the best epoch so far and its number, if a callback keeps them.

    The weights are as ``get_weights`` returns them; the epoch is counted from 1.
    """
    import keras

    for each in callbacks:
        keeps = isinstance(each, keras.callbacks.EarlyStopping) and each.restore_best_weights
        if keeps and each.best_weights is not None:
            return each.best_weights, each.best_epoch + 1
    return None


def _rate_of(rates: Sequence[float], epoch: int, _: float) -> float:
    return rates[min(epoch, len(rates) - 1)]


@contextmanager
def event_files(
    training: TrainingSection, folder: Path
) -> Iterator[list[keras.callbacks.Callback]]:
    """Give Keras's writer of TensorBoard's event files, into ``folder``, if it is wanted.

    However the fit ends, the name of the machine, which TensorFlow adds, is taken off the files.
    """
    if not training.tensorboard:
        yield []
        return
    import keras

    try:
        every = 1 if training.has_histograms else 0
        with plain_path(folder) as plain:
            board = keras.callbacks.TensorBoard
            yield [board(str(plain), histogram_freq=every, write_graph=False)]
    finally:
        without_host(folder.glob(f"*/{EVENTS}*"))


def _mode(monitor: str) -> str:
    return "min" if lower_is_better(monitor) else "max"


def recorder(recording: Recording, steps: int) -> keras.callbacks.Callback:
    """Return the callback that fills ``recording``; ``steps`` is how many an epoch has."""
    return _recorder_class()(recording, steps)


@cache
def _recorder_class() -> type:
    """Make the class late: its base needs Keras."""
    import keras

    class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
        """Keeps the history of finished epochs, tells the watcher, stops at a broken loss.

        And at a signal: it must be the last callback, so that the others know the epoch.
        """

        def __init__(self, recording: Recording, steps: int) -> None:
            super().__init__()
            self.recording, self.steps = recording, steps

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            recording, loss = self.recording, float(logs["loss"])
            recording.begun = True
            if not math.isfinite(loss):
                recording.diverged = str(loss)
                self.model.stop_training = True
            per_epoch = self.params.get("steps") or self.steps
            done = round((batch + 1) * self.steps / per_epoch)
            recording.hooks.watcher.batch_ended(recording.name, done)
            signals.check()

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            signals.check()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            metrics = {name: float(value) for name, value in (logs or {}).items()}
            if not self.recording.add(metrics):
                self.model.stop_training = True
            signals.check()

    return Recorder
