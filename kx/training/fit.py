"""One fit: the only place that calls ``model.fit``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.contracts import History, Split, Watcher
from kx.errors import DivergedError, OutOfMemoryError
from kx.spec.schema import TrainingSection
from kx.training import compiled
from kx.training.callbacks import make_callbacks
from kx.training.feed import Batching, Resident, batches
from kx.training.monitor import best_epoch

if TYPE_CHECKING:
    import keras

VALIDATION_BATCH = 1024
"""Examples per step of a validation; it changes no result, only the memory that is needed."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a fit needs beside the compiled model and its data.

    Attributes:
        name: of the fit, as in the history.
        epochs: at most.
        shuffle_seed: decides the order of the rows in every epoch.
        watcher: is told of the progress.
        on_epoch: is given fit name, epoch (from 1) and metrics at the end of each epoch.
        guarded: whether early stopping, plateaus and checkpoints apply (not in a refit, whose
            number of epochs is decided).
    """

    name: str
    epochs: int
    shuffle_seed: int
    watcher: Watcher
    on_epoch: Callable[[str, int, Mapping[str, float]], None]
    guarded: bool = True


def fit(
    model: keras.Model,
    train: Split,
    validation: Split | None,
    training: TrainingSection,
    fitting: Fitting,
) -> tuple[History, int, float]:
    """Train the compiled ``model``.

    Returns:
        History, best epoch by ``training.monitor`` (counted from 1), and seconds.

    Raises:
        DivergedError: if the loss became infinite or not a number.
        OutOfMemoryError: if TensorFlow could not allocate what it needs.
    """
    batching = Batching(len(train), training.batch_size, training.shuffle, fitting.shuffle_seed)
    started = time.monotonic()
    fitting.watcher.fit_started(fitting.name, fitting.epochs, batching.steps)
    callbacks, recorder = make_callbacks(training, fitting, validation is not None, batching)
    try:
        _run(model, train, validation, training, fitting, batching, callbacks)
    except (MemoryError, _resource_exhausted()) as error:
        raise OutOfMemoryError(
            f"{fitting.name}: out of memory. Use a smaller training.batch_size "
            f"(now {training.batch_size}) or a smaller network."
        ) from error
    finally:
        fitting.watcher.fit_ended(fitting.name)
    if recorder.diverged:
        raise DivergedError(
            f"{fitting.name}: the loss became {recorder.diverged} in epoch "
            f"{recorder.epochs + 1}. Lower training.optimizer.learning_rate (now "
            f"{training.optimizer.learning_rate:g}), or set preparation.scale: standardize."
        )
    history = recorder.history
    values = history.get(training.monitor) or history["loss"]
    seconds = time.monotonic() - started
    return history, best_epoch(values, training.monitor), seconds


def _run(
    model: keras.Model,
    train: Split,
    validation: Split | None,
    training: TrainingSection,
    fitting: Fitting,
    batching: Batching,
    callbacks: Sequence[Any],
) -> None:
    resident = Resident(train)
    held_out = Resident(validation) if validation is not None else None
    check = Batching(held_out.examples, VALIDATION_BATCH, False, 0) if held_out else None
    if training.engine == "fit":
        data, steps = batches(resident, batching, fitting.epochs), batching.steps
        checked = batches(held_out, check, 1) if held_out and check else None
    else:
        compiled.install(model, resident, held_out)
        data, steps = compiled.epochs_of_rows(model, batching, fitting.epochs)
        checked = compiled.epochs_of_rows(model, check, 1)[0] if check else None
    try:
        model.fit(
            data,
            epochs=fitting.epochs,
            steps_per_epoch=steps,
            validation_data=checked,
            callbacks=list(callbacks),
            shuffle=False,  # the feed has its own order
            verbose=0,
        )
    finally:
        compiled.remove(model)


def _resource_exhausted() -> type[Exception]:
    import tensorflow as tf

    error: type[Exception] = tf.errors.ResourceExhaustedError
    return error
