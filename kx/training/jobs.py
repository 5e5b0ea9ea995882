"""What a fit is given, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kx.base.curves import best_epoch
from kx.base.errors import DivergedError
from kx.base.remark import Remark
from kx.contracts import Block, History, Split, Watcher
from kx.data.arrays.target_scale import Unit
from kx.spec.schema import TrainingSection
from kx.training.feed import Batching
from kx.wording.recorded import coded

if TYPE_CHECKING:
    import keras
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One training, to be carried out.

    Attributes:
        name: as in the history.
        input_shape: of one prepared example.
        data: returns the prepared rows; the same object for all jobs that can share them.
        train: (n,) int32, which rows to train on.
        validation: likewise, to validate on after each epoch; may be empty.
        epochs: at most.
        weights_seed: decides initial weights and dropout.
        shuffle_seed: decides the order of the rows in every epoch.
        guarded: whether early stopping, plateaus and checkpoints apply (not in a refit, whose
            number of epochs is decided).
        augmentation_seed: decides how pictures are changed.
        first: how many epochs of the fit came before, in earlier phases.
        words: what word indices stand for in this fit, where networks begin with the vectors of
            these words; empty: as the dataset says.
        blocks: of a prepared example; see ``DatasetInfo.blocks``.
        learning_rates: one for each epoch of the whole fit, the last of them for all later ones;
            empty: that of the optimizer.
        unit: of the targets, which the network is trained to say as small numbers; None: as they
            are.
        loss_unit: what its loss is divided by for that; all that is told is multiplied by it.
        classes: (n,) the class of each row to train on, all of which are to be equally frequent in
            every epoch; None: every row comes once.
    """

    name: str
    input_shape: tuple[int, ...]
    data: Callable[[], Split]
    train: np.ndarray
    validation: np.ndarray
    epochs: int
    weights_seed: int
    shuffle_seed: int
    guarded: bool = True
    augmentation_seed: int = 0
    first: int = 0
    words: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    learning_rates: tuple[float, ...] = ()
    unit: Unit | None = None
    loss_unit: float = 1.0
    classes: np.ndarray | None = None

    def batching(self, training: TrainingSection) -> Batching:
        """Return how its training rows are cut into steps."""
        size, shuffle = training.batch_size, training.shuffle
        seed, classes = self.shuffle_seed, self.classes
        return Batching(self.train, size, shuffle, seed, self.first, classes=classes)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What came of a job.

    Attributes:
        job: what was asked for.
        history: per epoch.
        best_epoch: by ``training.monitor``, counted from 1.
        seconds: wall clock, compilation included where it was the first to need it.
        values: of the variables of the model, for ``Template.load``.
        phases: what is known of each phase, if there are several or a part stayed frozen.
    """

    job: Job
    history: History
    best_epoch: int
    seconds: float
    values: Sequence[np.ndarray]
    phases: Sequence[PhaseNote] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Unfinished:
    """A fit that was stopped.

    Attributes:
        fitted: what there is of it; its history may be empty.
        epoch: at whose end the network had these values; 0: before the first one ended.
        choice: ``best`` if that is the best epoch so far; ``last`` if it is what came last.
    """

    fitted: Fitted
    epoch: int
    choice: Literal["best", "last"]


@dataclass(frozen=True, slots=True)
class PhaseNote:
    """What is known of a phase that is over.

    Attributes:
        start: its first epoch, counted from 1 in the whole fit.
        frozen: how many tensors were not to change; 0 where nothing was frozen.
        before: SHA-256 over their values, 64 hex digits; empty where nothing was frozen.
        after: likewise, behind the phase.
    """

    start: int
    frozen: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who is told while a fit goes on.

    Attributes:
        watcher: of the run.
        on_epoch: is given fit name, epoch (from 1) and metrics at the end of each epoch.
        callbacks: makes the callbacks of one fit that are not Keras's own.
        events: where TensorBoard's event files go, fit by fit.
        unscaled: whether features could be standardised, and are not.
    """

    watcher: Watcher
    on_epoch: Callable[[str, int, Mapping[str, float]], None]
    callbacks: Callable[[], Sequence[keras.callbacks.Callback]] = tuple
    events: Path = Path("tensorboard")
    unscaled: bool = True


@dataclass(slots=True)
class Recording:
    """The finished epochs of a fit, as they come in.

    Attributes:
        history: per metric, one value per epoch.
        diverged: what the loss became if it is no finite number, else empty.
        begun: whether a batch was trained.
    """

    name: str
    hooks: Hooks
    history: History = field(default_factory=dict)
    epochs: int = 0
    diverged: str = ""
    begun: bool = False

    def add(self, metrics: Mapping[str, float]) -> bool:
        """Take note of the next epoch; return whether its numbers are finite."""
        broken = [value for value in metrics.values() if not math.isfinite(value)]
        if broken or self.diverged:
            self.diverged = self.diverged or str(broken[0])
            return False
        metrics = {name: metrics[name] for name in sorted(metrics, key=_place)}
        self.epochs += 1
        self.begun = True
        for name, value in metrics.items():
            self.history.setdefault(name, []).append(value)
        self.hooks.on_epoch(self.name, self.epochs, metrics)
        self.hooks.watcher.epoch_ended(self.name, self.epochs, metrics)
        return True

    def best_epoch(self, monitor: str) -> int:
        """Return the best epoch by ``monitor``, or by the loss where that is not measured."""
        name = monitor if monitor in self.history else "loss"
        return best_epoch(self.history[name], name)

    def refuse_divergence(self, training: TrainingSection) -> None:
        """Raise if the loss became infinite or not a number.

        Raises:
            DivergedError: saying when, and what helps.
        """
        if not self.diverged:
            return
        remark = Remark.of(
            "error.diverged_unscaled" if self.hooks.unscaled else "error.diverged",
            fit=self.name,
            loss=self.diverged,
            epoch=self.epochs + 1,
            rate=training.optimizer.learning_rate,
        )
        raise coded(DivergedError, remark)


def _place(metric: str) -> tuple[bool, bool, str]:
    """Sort the training metrics before those of the validation, and the loss before others."""
    short = metric.removeprefix("val_")
    return metric == "learning_rate", short != metric, "" if short == "loss" else short
