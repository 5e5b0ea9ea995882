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

from kx import signals
from kx.spec.schema import TrainingSection
from kx.training.engine import forward_operations
from kx.training.environment import usable_cores
from kx.training.feed import Resident
from kx.training.jobs import Fitted, Hooks, Job, Recording, Unfinished
from kx.training.loops import named, program_for
from kx.training.program import Form, Program, State, orders
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
        seconds: that its epochs took, once they are over.
    """

    job: Job
    resident: Resident
    program: Program
    state: State
    start: Values
    recording: Recording
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
        programs: dict[Form, Program],
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
        workers = min(len(jobs), usable_cores())
        waiting, ready, yielded = list(jobs)[::-1], dict[str, Fitted](), 0
        running = 0
        pool = ThreadPoolExecutor(workers)
        patience = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            while yielded < len(jobs):
                while waiting and running < 2 * workers:  # some in reserve, so that no core waits
                    pool.submit(self._work, self._begin(waiting.pop(), resident))
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
        recording = furthest.recording
        best, values = recording.best_epoch(self._training.monitor), furthest.values()
        fitted = Fitted(furthest.job, recording.history, best, furthest.seconds, values)
        return Unfinished(fitted, recording.epochs, "last")

    def _begin(self, job: Job, resident: Callable[[Job], Resident]) -> _Running:
        tensors = resident(job)
        start = self._template.initial_values(job.weights_seed)
        batching = job.batching(self._training)
        program = program_for(
            self._programs, self._template, tensors, batching, self._epochs_per_call(tensors)
        )
        new = not program.asked_for
        if new:  # compile at once: the fits that wait for it have rows to shuffle
            program.asked_for = True
            self._compiler.submit(program.compiler(tensors))
        recording = Recording(job.name, self._hooks)
        self._hooks.watcher.fit_started(job.name, job.epochs, batching.steps)
        begun = _Running(job, tensors, program, program.new_state(start), start, recording)
        self._going.append(begun)
        self._unrehearsed = begun if new else self._unrehearsed
        return begun

    def _rehearse(self) -> None:
        """Predict while XLA compiles: tracing it later would take a core from the fits."""
        begun, self._unrehearsed = self._unrehearsed, None
        if begun and len(begun.job.validation):
            self._template.predict(begun.start, begun.resident, begun.job.validation)

    def _epochs_per_call(self, data: Resident) -> int:
        """Return how many epochs one call trains: by the whole data, so that it suits all jobs."""
        training = self._training
        operations = 3 * forward_operations(self._template.model) * training.batch_size
        step = SECONDS_PER_STEP + operations / OPERATIONS_PER_SECOND
        epoch = math.ceil(data.examples / training.batch_size) * step
        most = min(SECONDS_PER_CALL / epoch, MOST_NUMBERS / data.examples, training.epochs)
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

    def _take(self, running: _Running, block: np.ndarray) -> None:
        validated = bool(len(running.job.validation))
        for row in block:
            if not running.recording.add(named(running.program.metrics, row, validated)):
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
            for block in self._blocks(running):
                self._messages.put((running, block))
                if not _finite(block, running):
                    break
            running.seconds = time.monotonic() - started
            self._messages.put((running, None))
        except BaseException as error:  # whatever it is, the main thread must not wait for ever
            self._messages.put((running, error))

    def _blocks(self, running: _Running) -> Iterator[np.ndarray]:
        job, program, form = running.job, running.program, running.program.form
        batching = job.batching(self._training)
        for first in range(0, job.epochs, form.epochs):
            if self._stop.is_set():
                return
            count = min(form.epochs, job.epochs - first)
            order = orders(batching, first, count, form.capacity)
            yield program.epochs(
                running.state, running.resident, order, len(job.train), job.validation
            )


def _finite(block: np.ndarray, running: _Running) -> bool:
    import numpy as np

    count = len(running.program.metrics) * (2 if len(running.job.validation) else 1)
    return bool(np.isfinite(block[:, :count]).all())
