"""The callbacks of a fit: Keras's own, and one that records and reports."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from kx.reporting.history import lower_is_better
from kx.spec.schema import TrainingSection
from kx.training.feed import Batching

if TYPE_CHECKING:
    import keras

    from kx.training.fit import Fitting


def make_callbacks(
    training: TrainingSection, fitting: Fitting, validated: bool, batching: Batching
) -> tuple[list[keras.callbacks.Callback], Any]:
    """Return the callbacks of a fit, and among them the recorder.

    The recorder has ``history`` (per metric, one value per finished epoch), ``epochs`` (how many)
    and ``diverged`` (what the loss became if it is no finite number, else empty).
    """
    recorder = _recorder_class()(fitting, batching)
    guards = _guards(training) if fitting.guarded and validated else []
    return [*guards, recorder], recorder


def _guards(training: TrainingSection) -> list[keras.callbacks.Callback]:
    import keras

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
    if training.checkpoint == "best":
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


def _mode(monitor: str) -> str:
    return "min" if lower_is_better(monitor) else "max"


@cache
def _recorder_class() -> type:
    """Make the class late: its base needs Keras."""
    import keras

    class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
        """Keeps the history of finished epochs, tells the watcher, stops at a broken loss."""

        def __init__(self, fitting: Fitting, batching: Batching) -> None:
            super().__init__()
            self.fitting = fitting
            self.steps = batching.steps
            self.history: dict[str, list[float]] = {}
            self.epochs = 0
            self.diverged = ""

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            loss = float(logs["loss"])
            if not math.isfinite(loss):
                self.diverged = str(loss)
                self.model.stop_training = True
            per_epoch = self.params.get("steps") or self.steps
            self.fitting.watcher.batch_ended(round((batch + 1) * self.steps / per_epoch))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            metrics = {name: float(value) for name, value in (logs or {}).items()}
            rate = metrics.pop("learning_rate", None)  # Keras's plateau callback adds it
            if self.diverged or not all(map(math.isfinite, metrics.values())):
                broken = [v for v in metrics.values() if not math.isfinite(v)]
                self.diverged = self.diverged or str(broken[0])
                self.model.stop_training = True
                return
            if rate is not None:
                metrics["learning_rate"] = rate
            self.epochs = epoch + 1
            for name, value in metrics.items():
                self.history.setdefault(name, []).append(value)
            self.fitting.on_epoch(self.fitting.name, epoch + 1, metrics)
            self.fitting.watcher.epoch_ended(epoch + 1, metrics)

    return Recorder
