"""The fits of a run, carried out by the engine that suits them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base.errors import OutOfMemoryError, UsageError
from kx.base.remark import Remark
from kx.contracts import DatasetInfo, Split
from kx.models.heads import Head
from kx.spec.schema import AugmentationSection, TrainingSection
from kx.training.buckets import Buckets
from kx.training.callbacks import (
    batch_by_batch,
    best_so_far,
    event_files,
    guards,
    keeps_best,
    needs_keras_loop,
    recorder,
)
from kx.training.engine import Engine, choose
from kx.training.environment import machine
from kx.training.feed import Resident, Streamed
from kx.training.jobs import Fitted, Hooks, Job, PhaseNote, Recording, Unfinished
from kx.training.judge import finite
from kx.training.kits import Build, Kit, Kits
from kx.training.objectives import obstacle
from kx.training.phases import FitPhase, Proof, TrainableParts, phases_of
from kx.training.side_by_side import SideBySide
from kx.training.target_unit import begun_in, telling, unit_layer
from kx.training.template import Values

if TYPE_CHECKING:
    import keras

MOST_BYTES_PREDICTED = 64e6
"""Of rows that are predicted at once, of data that do not fit into memory."""


@dataclass(slots=True)
class _Fit:
    """A fit that goes on, phase by phase.

    Attributes:
        values: as the phases that are over left them.
        best: of the best epoch of these phases.
        started: by the monotonic clock.
        phases: what is known of those that are over.
    """

    job: Job
    recording: Recording
    values: Values
    best: Values
    started: float
    phases: list[PhaseNote] = field(default_factory=list)

    def fitted(self, best_epoch: int, values: Values) -> Fitted:
        """Return what came of it so far."""
        seconds = time.monotonic() - self.started
        return Fitted(self.job, self.recording.history, best_epoch, seconds, values, self.phases)


class Trainer:
    """Fits networks of one architecture: one after the other, or side by side.

    Attributes:
        engine: how epochs are run; None before the first fit.
        unfinished: returns what there is of the fit that was stopped, if one was and has anything.
    """

    def __init__(
        self,
        build: Build,
        info: DatasetInfo,
        head: Head,
        training: TrainingSection,
        hooks: Hooks,
        augmentation: AugmentationSection | None = None,
        parts: TrainableParts = TrainableParts(),  # noqa: B008 - frozen
    ) -> None:
        """Get ready; nothing is built yet.

        Args:
            build: makes an uncompiled network for data of a form.
            info: form of the data before their preparation.
            head: loss and metrics.
            training: how to fit.
            hooks: are told how it goes on.
            augmentation: how pictures are changed while training.
            parts: how a network is told what a phase trains.
        """
        self._head, self._training, self._hooks, self._parts = head, training, hooks, parts
        self._augmentation = augmentation
        self._kits = Kits(build, info, head, training, augmentation, parts)
        self._source: tuple[Split, Any] | None = None
        self._going: tuple[Kit, Sequence[keras.callbacks.Callback]] | None = None
        self.engine: Engine | None = None
        self.unfinished: Callable[[], Unfinished | None] = lambda: None

    def fit(self, jobs: Sequence[Job]) -> Generator[Fitted]:
        """Carry out ``jobs`` and yield what comes of each, in their order.

        Raises:
            DivergedError: if a loss became infinite or not a number.
            OutOfMemoryError: if TensorFlow could not allocate what it needs.
        """
        try:
            yield from self._fit(jobs)
        except (MemoryError, _resource_exhausted()) as error:
            raise OutOfMemoryError(
                "out of memory. Use a smaller training.batch_size "
                f"(now {self._training.batch_size}) or a smaller network."
            ) from error

    def predict(self, fitted: Fitted, rows: np.ndarray) -> np.ndarray:
        """Return the outputs of a fitted network for rows of its own data: (n, outputs) float32.

        Raises:
            DivergedError: if some are no numbers.
        """
        data = fitted.job.data()
        if self._streamed:
            return finite(self._predict_parts(fitted, data.x, rows), fitted.job.name)
        template = self._kits.of(fitted.job).template
        said = template.predict(fitted.values, self._resident(data), rows)
        return finite(said, fitted.job.name)

    def predict_on(self, fitted: Fitted, x: Any) -> np.ndarray:
        """Return the outputs of a fitted network for prepared features: (n, outputs) float32.

        Raises:
            DivergedError: if some are no numbers.
        """
        if self._streamed:
            said = self._predict_parts(fitted, x, np.arange(x.shape[0]))
        else:
            said = self._predict_whole(fitted, x)
        return finite(said, fitted.job.name)

    def parameters(self, fitted: Fitted) -> int:
        """Return how many weights the network has."""
        model = self._kits.of(fitted.job).template.model
        layer = unit_layer(model)
        return int(model.count_params() - (layer.count_params() if layer else 0))

    def network(self, job: Job) -> keras.Model:
        """Return the network of a fit as it is before it is trained."""
        return self._kits.of(job).template.model

    def model(self, fitted: Fitted) -> keras.Model:
        """Return the fitted network; it is good until the next fit or prediction."""
        template = self._kits.of(fitted.job).template
        template.load(fitted.values)
        return template.model

    @property
    def _streamed(self) -> bool:
        return self.engine is not None and self.engine.streamed

    def _predict_whole(self, fitted: Fitted, x: Any) -> np.ndarray:

        data = Resident(Split(x, np.zeros(x.shape[0], "float32")))
        return self._kits.of(fitted.job).template.predict(fitted.values, data)

    def _predict_parts(self, fitted: Fitted, x: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Predict some of the rows at a time: all of them do not fit into memory."""
        size = max(1, int(MOST_BYTES_PREDICTED / max(1, x[:1].nbytes)))
        starts = range(0, len(rows), size)
        return np.concatenate(
            [self._predict_whole(fitted, x[rows[at : at + size]]) for at in starts]
        )

    def _fit(self, jobs: Sequence[Job]) -> Iterator[Fitted]:
        if not jobs:
            return
        self.engine = self.engine or self.chosen(jobs)
        alone = self._training.phases or needs_keras_loop(self._training)
        if self.engine.kind == "xla" and not alone:
            for kit, group in self._kits.grouped(jobs):
                fits = SideBySide(kit.template, kit.programs, self._training, self._hooks)
                self.unfinished = fits.unfinished
                yield from fits.fit(group, lambda job: self._resident(job.data()))
        else:
            yield from map(self._fit_alone, jobs)

    def chosen(self, jobs: Sequence[Job]) -> Engine:
        """Return the engine that suits these jobs, taken together.

        Raises:
            UsageError: if what the spec asks for cannot do them.
        """
        training, model = self._training, self._kits.of(jobs[0]).template.model
        steps = sum(job.batching(training).steps * job.epochs for job in jobs)
        epochs = sum(job.epochs for job in jobs)
        if single := batch_by_batch(self._hooks.callbacks()):
            if training.engine == "compiled":
                raise UsageError(
                    f"training.callbacks: {single} acts on single batches, but with engine: "
                    "compiled an epoch is one call. Use engine: auto or fit."
                )
            return Engine("fit", Remark.of("engine.single_batches", callback=single))
        data, augmented = jobs[0].data(), self._augmentation is not None
        buckets = self._buckets(data)
        lengths = len(buckets.edges) if buckets else 1
        return choose(
            training,
            model,
            data,
            steps,
            machine(),
            epochs=epochs,
            fits=len(jobs),
            augmented=augmented,
            lengths=lengths,
            obstacle=obstacle(self._head, training),
        )

    def _fit_alone(self, job: Job) -> Fitted:
        fit = self._begun(job)
        steps = job.batching(self._training).steps
        self._hooks.watcher.fit_started(job.name, job.epochs, steps)
        own = self._hooks.callbacks()
        self._going = None
        self.unfinished = lambda: self._stopped(fit)
        try:
            with event_files(self._training, self._hooks.events / job.name) as writers:
                callbacks = [*own, *writers, recorder(fit.recording, steps)]
                for phase in phases_of(self._training, job.epochs):
                    self._go_on(fit, phase, callbacks)
        finally:
            self._hooks.watcher.fit_ended(job.name)
        self.unfinished = lambda: None
        values = fit.best if keeps_best(self._training, job) else fit.values
        return fit.fitted(self._monitored(fit), values)

    def _begun(self, job: Job) -> _Fit:
        started = time.monotonic()
        template = self._kits.of(job, phases_of(self._training, job.epochs)[0]).template
        fresh = template.initial_values(job.weights_seed)
        values: Values = begun_in(template.model, fresh, job.unit)
        return _Fit(job, Recording(job.name, self._hooks), values, values, started)

    def _go_on(self, fit: _Fit, phase: FitPhase, callbacks: Sequence[Any]) -> None:
        """Carry out the next phase of a fit, from the values that the last one left."""
        job = replace(
            fit.job,
            epochs=phase.epochs,
            first=fit.recording.epochs,
            # The optimizer of each phase counts its steps from 0.
            augmentation_seed=fit.job.augmentation_seed + phase.number,
        )
        kit = self._kits.of(fit.job, phase)
        kit.template.start(fit.values)
        data = self._feed(fit.job.data())
        fit.phases.append(self._fit_phase(kit, data, job, phase, callbacks))
        fit.recording.refuse_divergence(phase.training)
        fit.values = kit.template.values()
        if self._monitored(fit) > job.first:
            fit.best = fit.values  # of all epochs so far; a phase ends with its own best ones

    def _monitored(self, fit: _Fit) -> int:
        return fit.recording.best_epoch(self._training.monitor)

    def _fit_phase(
        self, kit: Kit, data: Any, job: Job, phase: FitPhase, callbacks: Sequence[Any]
    ) -> PhaseNote:
        """Fit the started network of a phase; what guards it begins anew with each phase."""
        proof = Proof(self._parts.frozen(kit.template.model))
        guarded = guards(phase.training, job)
        self._going = (kit, guarded)
        kit.loop(self.engine).fit(
            data, job, phase.training, [*telling(job.loss_unit), *guarded, *callbacks]
        )
        return proof.note(job.name, job.first + 1)

    def _stopped(self, fit: _Fit) -> Unfinished | None:
        """Return what there is of a fit that was stopped."""
        if self._going is None or not fit.recording.begun:
            return None
        kit, guarded = self._going
        epoch, best = fit.recording.epochs, best_so_far(guarded)
        overall = self._monitored(fit) if epoch else 0
        values: Values
        if best:
            kit.template.model.set_weights(best[0])
            epoch = best[1]
        values = kit.template.values()
        if best and overall < epoch and keeps_best(self._training, fit.job):
            values, epoch = fit.best, overall
        return Unfinished(fit.fitted(overall, values), epoch, "best" if best else "last")

    def _resident(self, data: Split) -> Resident:
        if self._source is None or self._source[0] is not data:
            self._source = (data, Resident(data, self._buckets(data)))
        resident: Resident = self._source[1]
        return resident

    def _feed(self, data: Split) -> Any:
        return Streamed(data, self._buckets(data)) if self._streamed else self._resident(data)

    def _buckets(self, data: Split) -> Buckets | None:
        """Return how texts are brought together by their length; None if they are not to be."""
        return Buckets.of(data.x) if self._training.batching == "bucketed" else None


def _resource_exhausted() -> type[Exception]:
    import tensorflow as tf

    error: type[Exception] = tf.errors.ResourceExhaustedError
    return error
