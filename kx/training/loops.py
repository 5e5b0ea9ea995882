"""Plain Keras, and what makes its ``fit`` fast: epochs that are one call into TensorFlow.

``Model.fit`` pays 1.2 to 1.5 ms of Python and dispatch for every step, whatever the size of the
network. Here Keras keeps its ``fit``, callbacks, history, optimizer, losses and metrics; what is
replaced is the function that ``fit`` calls for a "batch".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from kx.base import signals
from kx.spec.schema import TrainingSection
from kx.training.augmentation import Augmentation
from kx.training.callbacks import watches_tests
from kx.training.engine import examples_at_once, forward_operations
from kx.training.feed import Batching, BatchSource, Pieces, Resident, batches, for_keras
from kx.training.halves import HalvedSteps
from kx.training.jobs import Job
from kx.training.orders import orders
from kx.training.program import Program
from kx.training.program_form import ProgramForm
from kx.training.template import Template

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf

VALIDATION_BATCH = 1024
"""Examples per step of a validation, at most; it changes only the memory that is needed."""

OPERATIONS_PER_SECOND = 2e10
"""Of a slow machine; decides only how often a long epoch reports its progress."""
SECONDS_PER_CHUNK = 0.5


class Loop(Protocol):
    """One way of running the epochs of ``Model.fit``."""

    def fit(self, data: Any, job: Job, training: TrainingSection, callbacks: Sequence[Any]) -> None:
        """Fit the template's model, which was started."""


class PlainLoop:
    """Keras, step by step."""

    def __init__(self, template: Template, augmentation: Augmentation | None = None) -> None:
        self._model, self._augmentation = template.model, augmentation

    def fit(
        self, data: BatchSource, job: Job, training: TrainingSection, callbacks: Sequence[Any]
    ) -> None:
        """Fit the model on batches of ``data``."""
        batching = replace(job.batching(training), buckets=data.buckets)
        check = _checking(self._model, data, job.validation)
        _fit(
            self._model,
            batches(data, batching, job.epochs, change=self._change(job)),
            batching.steps,
            batches(data, check, 1, weighted=False) if check else None,
            job,
            callbacks,
        )

    def _change(self, job: Job) -> Any:
        """Return what augments the batch of a step, if anything does."""
        augmentation, seed = self._augmentation, job.augmentation_seed
        if augmentation is None:
            return None
        before = int(self._model.optimizer.iterations)
        return lambda batch, step: augmentation.batch(batch, seed, before + step)


class ResidentLoop:
    """Many batches a call: our functions take the row numbers of all of them.

    The last call of an epoch validates, too: Keras's own loop over validation batches takes 13 ms
    even for none. But callbacks that want to know when a validation begins and ends, as the one of
    TensorBoard does, are told by that loop alone.
    """

    def __init__(self, template: Template, augmentation: Augmentation | None = None) -> None:
        self._template, self._model = template, template.model
        self._augmentation = augmentation
        self._functions: dict[Any, tuple[Any, Any]] = {}

    def fit(
        self, data: Resident, job: Job, training: TrainingSection, callbacks: Sequence[Any]
    ) -> None:
        """Fit the model on ``data``, whose rows are gathered inside the calls."""
        train, test = self._functions_for(data)
        batching = replace(job.batching(training), buckets=data.buckets)
        model, rest = self._model, (job.augmentation_seed, *data.tensors)
        pieces, held_out = self._pieces(batching), self._held_out(data, job)
        by_keras = watches_tests(callbacks)
        calls = _calls(pieces, job.epochs)

        def one_call(_: Any) -> dict[str, float]:
            rows, last = next(calls)
            found = _floats(train(rows, *rest))
            if held_out and not by_keras and (last or not math.isfinite(found["loss"])):
                model.reset_metrics()
                for rows in held_out:
                    checked = test(rows, *rest)
                    signals.check()
                found |= {f"val_{name}": value for name, value in _floats(checked).items()}
            return found

        model.train_function = one_call
        model.test_function = lambda iterator: test(held_out[int(next(iterator))], *rest)
        tests = _turns(len(held_out)) if held_out and by_keras else None
        try:
            _fit(model, _turns(pieces.count * job.epochs), pieces.count, tests, job, callbacks)
        finally:
            model.train_function = model.test_function = None

    def _functions_for(self, data: Resident) -> tuple[Any, Any]:
        if data.form not in self._functions:
            self._template.build_metrics(data)
            self._functions[data.form] = self._traced(data)
        return self._functions[data.form]

    def _held_out(self, data: Resident, job: Job) -> list[np.ndarray]:
        """Return the rows of a validation in pieces."""
        check = _checking(self._model, data, job.validation)
        return self._pieces(check).epoch(0) if check else []

    def _pieces(self, batching: Batching) -> Pieces:
        """Return the epochs in pieces of no more than some tenths of a second."""
        operations = 3 * forward_operations(self._model) * batching.examples
        seconds = operations / OPERATIONS_PER_SECOND
        return Pieces(batching, max(1, math.ceil(seconds / SECONDS_PER_CHUNK)))

    def _traced(self, data: Resident) -> tuple[Any, Any]:
        model, augmentation = self._model, self._augmentation

        def train(seed: tf.Tensor, batch: tuple[Any, ...]) -> None:
            if augmentation:
                batch = augmentation.batch(batch, seed, model.optimizer.iterations.value)
            model.train_step(batch)

        def test(_: tf.Tensor, batch: tuple[Any, ...]) -> None:
            model.test_step(batch)

        return _many_steps(model, data, train, True), _many_steps(model, data, test, False)


class HalvedLoop(ResidentLoop):
    """Many batches a call, each in halves that XLA compiles: once for each of their sizes."""

    def _traced(self, data: Resident) -> tuple[Any, Any]:
        model, steps = self._model, HalvedSteps(self._model)

        def training(parts: int) -> Any:
            return _many_steps(model, data, lambda _, batch: steps.train(batch, parts), True)

        halved, whole = training(2), training(1)

        def train(rows: tf.Tensor, *rest: tf.Tensor) -> dict[str, tf.Tensor]:
            found: dict[str, tf.Tensor] = (whole if rows.shape[1] % 2 else halved)(rows, *rest)
            return found

        return train, _many_steps(model, data, lambda _, batch: steps.test(batch), False)


class ProgramLoop:
    """A whole epoch and its validation a call, compiled by XLA."""

    def __init__(self, template: Template, programs: dict[ProgramForm, Program]) -> None:
        self._template, self._programs = template, programs

    def fit(
        self, data: Resident, job: Job, training: TrainingSection, callbacks: Sequence[Any]
    ) -> None:
        """Fit the model on ``data``; between epochs its variables are up to date."""
        batching, model = job.batching(training), self._template.model
        form = ProgramForm.of([batching], len(job.validation), data.examples, 1)
        program = program_for(self._programs, self._template, data, form)
        state, epochs = program.template_state(), itertools.count()

        def one_epoch(_: Any) -> dict[str, float]:
            order = orders(batching, next(epochs), 1, data.examples)
            row = program.epochs(state, data, order, batching.examples, job.validation)[0]
            return named(program.metrics, row, bool(len(job.validation)))

        model.train_function = one_epoch
        try:
            _fit(model, _turns(job.epochs), 1, None, job, callbacks)
        finally:
            model.train_function = None


def program_for(
    programs: dict[ProgramForm, Program], template: Template, data: Resident, form: ProgramForm
) -> Program:
    """Return a program that serves fits of this form, from ``programs`` if one is there."""
    for there in programs.values():
        if there.form.serves(form):
            return there
    template.build_metrics(data)
    programs[form] = Program(template, data, form)
    return programs[form]


def named(metrics: Sequence[str], row: np.ndarray, validated: bool) -> dict[str, float]:
    """Return a row of a program's results by name; without a validation, its half says nothing."""
    names = [*metrics, *(f"val_{name}" for name in metrics if validated)]
    return {name: float(value) for name, value in zip(names, row, strict=False)}


def _calls(pieces: Pieces, epochs: int) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield the pieces of all epochs, and with each whether it is the last of its epoch."""
    for number in range(epochs):
        *most, last = pieces.epoch(number)
        yield from ((piece, False) for piece in most)
        yield last, True


def _turns(count: int) -> tf.data.Dataset:
    """Return what ``fit`` counts its steps by, where our functions know what comes next."""
    import tensorflow as tf

    return for_keras(tf.data.Dataset.range(count), count)


def _floats(found: Mapping[str, tf.Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items()}


def _checking(model: keras.Model, data: BatchSource, rows: np.ndarray) -> Batching | None:
    size = examples_at_once(model, VALIDATION_BATCH)
    return Batching(rows, size, False, 0, buckets=data.buckets) if len(rows) else None


def _many_steps(model: keras.Model, data: Resident, step: Any, weighted: bool) -> Any:
    import tensorflow as tf

    specs = [tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((), tf.int32)]
    specs += [tf.TensorSpec((None, *t.shape[1:]), t.dtype) for t in data.tensors]

    @tf.function(input_signature=specs, autograph=False)  # type: ignore[untyped-decorator]
    def run(rows: tf.Tensor, seed: tf.Tensor, *tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        def one_step(position: tf.Tensor) -> tuple[tf.Tensor]:
            step(seed, data.batch(rows[position], tensors, weighted=weighted))
            return (position + 1,)

        count = tf.shape(rows)[0]
        tf.while_loop(lambda i: i < count, one_step, (0,), parallel_iterations=1)
        return dict(model.get_metrics_result())

    return run


def _fit(
    model: keras.Model,
    data: tf.data.Dataset,
    steps: int,
    held_out: tf.data.Dataset | None,
    job: Job,
    callbacks: Sequence[Any],
) -> None:
    """Call ``model.fit``: the only place that does."""
    model.fit(
        data,
        epochs=job.first + job.epochs,
        initial_epoch=job.first,
        steps_per_epoch=steps,
        validation_data=held_out,
        callbacks=list(callbacks),
        shuffle=False,  # the feed has its own order
        verbose=0,
    )
