"""Several fits at the same time, in threads that share one compiled program.

The networks that suit XLA are too small for several cores to share one: a core each is what pays
(2 cores, Boston: 1.9 times as fast; the variables of four networks stacked into one, under
``tf.vectorized_map``, were slower than one after the other).
"""

from __future__ import annotations

import math
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.base import signals
from kx.spec.schema import TrainingSection
from kx.training.callbacks import guards
from kx.training.engine import forward_operations
from kx.training.environment import usable_cores
from kx.training.feed import Resident
from kx.training.jobs import Fitted, Hooks, Job, Recording, Unfinished
from kx.training.loops import named, program_for
from kx.training.orders import orders
from kx.training.program import Program, State
from kx.training.program_form import ProgramForm
from kx.training.stand_in import StandIn
from kx.training.target_unit import begun_in, told
from kx.training.template import Template, Values

if TYPE_CHECKING:
    import numpy as np

SECONDS_PER_CALL = 0.3
"""How long the display may stand still, and Ctrl-C wait."""
SECONDS_PER_STEP, OPERATIONS_PER_SECOND = 4e-6, 1e10
SWITCH_SECONDS = 1e-5
"""A thread that comes back from XLA waits at most so long for Python; by default, 5 ms."""
MOST_NUMBERS = 4_000_000
"""Row numbers that a call may bring: 16 MB."""


@dataclass(slots=True, eq=False)
class _Running:
    """A fit that was begun.

    Attributes:
        start: values that the variables of the model began with.
        guarded: what guards the fit, if anything does: it acts after every epoch.
        seconds: that its epochs took, once they are over.
    """

    job: Job
    resident: Resident
    program: Program
    state: State
    start: Values
    recording: Recording
    guarded: StandIn | None = None
    seconds: float = 0.0

    def fitted(self, training: TrainingSection) -> Fitted:
        recording = self.recording
        recording.refuse_divergence(training)
        best = recording.best_epoch(training.monitor)
        return Fitted(self.job, recording.history, best, self.seconds, self.values())

    def values(self) -> list[np.ndarray]:
        return self.state.values(self.start)


class SideBySide:
    """Carries out fits that nothing interferes with between their epochs."""

    def __init__(
        self,
        template: Template,
        programs: dict[ProgramForm, Program],
        training: TrainingSection,
        hooks: Hooks,
    ) -> None:
        self._template, self._programs = template, programs
        self._training, self._hooks = training, hooks
        self._messages: queue.SimpleQueue[tuple[_Running, Any]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._compiler = ThreadPoolExecutor(1)
        self._going: list[_Running] = []
        self._unrehearsed: _Running | None = None

    def fit(self, jobs: Sequence[Job], resident: Callable[[Job], Resident]) -> Iterator[Fitted]:
        """Yield what comes of each job, in their order.

        Args:
            jobs: all of the template's form.
            resident: returns the prepared data of a job as tensors.
        """
        form = self._form_for(jobs, resident(jobs[0]).examples)
        workers = min(len(jobs), usable_cores())
        waiting, ready, yielded = list(jobs)[::-1], dict[str, Fitted](), 0
        running = 0
        pool = ThreadPoolExecutor(workers)
        patience = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            while yielded < len(jobs):
                while waiting and running < 2 * workers:  # some in reserve, so that no core waits
                    pool.submit(self._work, self._begin(waiting.pop(), resident, form))
                    running += 1
                self._rehearse()
                done = self._next_done()
                running -= 1
                ready[done.job.name] = done.fitted(self._training)
                while yielded < len(jobs) and jobs[yielded].name in ready:
                    yield ready.pop(jobs[yielded].name)
                    yielded += 1
        finally:
            sys.setswitchinterval(patience)
            self._stop.set()
            for threads in (pool, self._compiler):
                threads.shutdown(wait=True, cancel_futures=True)
            if self._going:
                self._catch_up()

    def unfinished(self) -> Unfinished | None:
        """Return what there is of the fit that came furthest without an end, if there is one."""
        begun = [running for running in self._going if running.recording.begun]
        if not begun:
            return None
        furthest = max(begun, key=lambda running: running.recording.epochs)
        recording, kept = furthest.recording, furthest.guarded and furthest.guarded.take_best()
        best = recording.best_epoch(self._training.monitor) if recording.epochs else 0
        fitted = Fitted(furthest.job, recording.history, best, furthest.seconds, furthest.values())
        return Unfinished(fitted, kept or recording.epochs, "best" if kept else "last")

    def _begin(self, job: Job, resident: Callable[[Job], Resident], form: ProgramForm) -> _Running:
        tensors = resident(job)
        drawn = self._template.initial_values(job.weights_seed)
        start = begun_in(self._template.model, drawn, job.unit)
        program = program_for(self._programs, self._template, tensors, form)
        new = not program.asked_for
        if new:  # compile at once: the fits that wait for it have rows to shuffle
            program.asked_for = True
            self._compiler.submit(program.compiler(tensors))
        recording, state = Recording(job.name, self._hooks), program.new_state(start)
        steps = job.batching(self._training).steps
        self._hooks.watcher.fit_started(job.name, job.epochs, steps)
        guarding = guards(self._training, job)
        guarded = StandIn(program, state, guarding) if guarding else None
        begun = _Running(job, tensors, program, state, start, recording, guarded)
        self._going.append(begun)
        self._unrehearsed = begun if new else self._unrehearsed
        return begun

    def _rehearse(self) -> None:
        """Predict while XLA compiles: tracing it later would take a core from the fits."""
        begun, self._unrehearsed = self._unrehearsed, None
        if begun and len(begun.job.validation):
            self._template.predict(begun.start, begun.resident, begun.job.validation)

    def _form_for(self, jobs: Sequence[Job], examples: int) -> ProgramForm:
        """Return the form of the program that serves all jobs, on so many rows of data."""
        batchings = [job.batching(self._training) for job in jobs]
        guarded = any(guards(self._training, job) for job in jobs)
        epochs = 1 if guarded else self._epochs_per_call(examples)
        held_out = max(len(job.validation) for job in jobs)
        return ProgramForm.of(batchings, held_out, examples, epochs)

    def _epochs_per_call(self, examples: int) -> int:
        """Return how many epochs one call trains: by the whole data, so that it suits all jobs."""
        training = self._training
        operations = 3 * forward_operations(self._template.model) * training.batch_size
        step = SECONDS_PER_STEP + operations / OPERATIONS_PER_SECOND
        epoch = math.ceil(examples / training.batch_size) * step
        most = min(SECONDS_PER_CALL / epoch, MOST_NUMBERS / examples, training.epochs)
        return max(1, int(most))

    def _next_done(self) -> _Running:
        """Tell of all epochs that come in, until a fit is over."""
        while True:
            signals.check()
            with suppress(queue.Empty):
                running, message = self._messages.get(timeout=SECONDS_PER_CALL)
                if isinstance(message, BaseException):
                    raise message
                if message is None:
                    self._hooks.watcher.fit_ended(running.job.name)
                    self._going.remove(running)
                    return running
                self._take(running, message)

    @staticmethod
    def _take(running: _Running, epochs: Sequence[dict[str, float]]) -> None:
        for metrics in epochs:
            if not running.recording.add(metrics):
                break

    def _catch_up(self) -> None:
        """Tell of what came in last, so that the histories are those of the networks."""
        with suppress(queue.Empty):
            while True:
                running, message = self._messages.get_nowait()
                if message is not None and not isinstance(message, BaseException):
                    self._take(running, message)

    def _work(self, running: _Running) -> None:
        """Train in a thread; only messages leave it."""
        started = time.monotonic()
        try:
            for epochs in self._blocks(running):
                self._messages.put((running, epochs))
                if not _finite(epochs) or (running.guarded and running.guarded.stop_training):
                    break
            if running.guarded:
                running.guarded.ended()
            running.seconds = time.monotonic() - started
            self._messages.put((running, None))
        except BaseException as error:  # whatever it is, the main thread must not wait for ever
            self._messages.put((running, error))

    def _blocks(self, running: _Running) -> Iterator[list[dict[str, float]]]:
        """Train, and yield the metrics of one epoch or of several at a time."""
        job, program, form = running.job, running.program, running.program.form
        batching, validated = job.batching(self._training), bool(len(job.validation))
        at_once = 1 if running.guarded else form.epochs
        for first in range(0, job.epochs, at_once):
            if self._stop.is_set():
                return
            count = min(at_once, job.epochs - first)
            if running.guarded:
                running.guarded.epoch_begins(first)
            order = orders(batching, first, count, form.capacity)
            rows = program.epochs(
                running.state, running.resident, order, len(job.train), job.validation
            )
            epochs = [named(program.metrics, row, validated) for row in rows]
            for metrics in epochs:
                told(metrics, job.loss_unit)
            if running.guarded:
                epochs = [running.guarded.epoch_ended(first, epochs[0])]
            yield epochs


def _finite(epochs: Sequence[dict[str, float]]) -> bool:
    return all(math.isfinite(value) for metrics in epochs for value in metrics.values())
