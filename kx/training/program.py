"""Whole epochs as one program that XLA compiles: for networks whose steps cost microseconds.

Steps of a small dense network take 4 microseconds this way, 1,300 with ``model.fit`` (Boston,
batches of one row). Keras's own ``train_step`` and ``test_step`` run inside the loop, so losses,
metrics, optimizers, schedules, regularisation, dropout and batch normalisation are Keras's.

A program is compiled once and serves every fit of a run: what a fit calls its own, its variables
and its data, are arguments. Several fits may use it at the same time, in threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.training.environment import unlocated_operations
from kx.training.feed import Resident
from kx.training.program_epochs import TracedEpochs
from kx.training.program_form import ProgramForm
from kx.training.template import Template, Values

if TYPE_CHECKING:
    import tensorflow as tf


class State:
    """The variables of one fit: of its network, optimizer and metrics.

    Attributes:
        variables: what steps touch.
        handles: what a program takes: those of the variables, and the constants that all share.
    """

    def __init__(
        self,
        variables: Sequence[tf.Variable],
        constants: Sequence[tf.Tensor],
        of_model: Sequence[int | None],
    ) -> None:
        self.variables, self._of_model = variables, of_model
        self.handles = [*(variable.handle for variable in variables), *constants]

    def values(self, start: Values) -> list[np.ndarray]:
        """Return the values of the model's variables; ``start`` fills in what no step touches."""
        return [
            start[at] if place is None else self.variables[place].numpy()
            for at, place in enumerate(self._of_model)
        ]


class Program:
    """Epochs of training, each with its validation, as one compiled call.

    Attributes:
        form: what it was compiled for.
        metrics: names, in the order of the columns that a call returns.
        asked_for: whether somebody has it compiled already.
    """

    def __init__(self, template: Template, data: Resident, form: ProgramForm) -> None:
        """Trace the program; the first call compiles it.

        Args:
            template: compiled, with its metrics built.
            data: an example of what calls will bring.
            form: what is fixed.
        """
        model = template.model
        self.form, self.metrics = form, tuple(model.get_metrics_result())
        self.asked_for = False
        self._model = model
        traced = _trace(TracedEpochs(model, data, form, self.metrics))
        captures = list(traced.captured_inputs)
        self._keras = self._variables_behind(captures)
        self._constants = [tensor for tensor in captures if not _is_handle(tensor)]
        self._start = [variable.numpy() for variable in self._keras]
        self._places = {id(variable): place for place, variable in enumerate(self._keras)}
        self._of_model = [self._places.get(id(variable)) for variable in model.variables]
        self._run = _for_any_state(traced, [_is_handle(tensor) for tensor in captures])

    def new_state(self, values: Values) -> State:
        """Return the state of a fit that begins with ``values`` of the model's variables."""
        start: list[Any] = list(self._start)
        for value, place in zip(values, self._of_model, strict=True):
            if place is not None:
                start[place] = value
        return self._state(start)

    def template_state(self) -> State:
        """Return the template's own variables as a state: then callbacks see what is trained."""
        own = [variable.value for variable in self._keras]
        return State(own, self._constants, self._of_model)

    def weights_of(self, state: State) -> list[tf.Variable]:
        """Return the weights of the model in a state; those that no step touches are left out."""
        places = (self._places.get(id(weight)) for weight in self._model.weights)
        return [state.variables[place] for place in places if place is not None]

    def learning_rate_of(self, state: State) -> Any:
        """Return the learning rate in a state: a variable; None where it follows a schedule."""
        place = self._places.get(id(getattr(self._model.optimizer, "_learning_rate", None)))
        return None if place is None else state.variables[place]

    def compiler(self, data: Resident) -> Callable[[], None]:
        """Return what has XLA compile the program: for another thread, which needs no Python.

        Args:
            data: of the form that the program was made for.
        """
        # With variables of its own: even no epochs at all would write the template's.
        state = self._state(self._start)
        form = self.form
        rows = np.zeros(form.capacity, "int32")
        orders = np.zeros((form.epochs, form.capacity), "int32")
        arguments = (state.handles, orders, rows, np.zeros(4, "int32"), *data.tensors)
        self._run.get_concrete_function(*arguments)
        return lambda: self._run(*arguments)

    def epochs(
        self,
        state: State,
        data: Resident,
        orders: tf.Tensor,
        examples: int,
        validation: np.ndarray,
    ) -> np.ndarray:
        """Train some epochs.

        Args:
            state: is changed.
            data: of the form that the program was made for.
            orders: (epochs, capacity) int32: the rows of each epoch, at the front.
            examples: how many of them there are.
            validation: (n,) rows to validate with after each epoch; may be empty.

        Returns:
            (epochs, 2 * metrics) float32: training metrics, then those of the validation.
        """
        count = int(orders.shape[0])
        form = self.form
        padded = np.zeros((form.epochs, form.capacity), "int32")
        padded[:count] = orders
        held_out = np.zeros(form.capacity, "int32")
        held_out[: len(validation)] = validation
        full, rest = divmod(examples, form.batch_size)
        numbers = np.array([count, full, form.rests.index(rest), len(validation)], "int32")
        found: np.ndarray = self._run(
            state.handles, padded, held_out, numbers, *data.tensors
        ).numpy()
        return found[:count]

    def _state(self, start: Sequence[Any]) -> State:
        import tensorflow as tf

        variables = [
            tf.Variable(value, dtype=variable.dtype)
            for value, variable in zip(start, self._keras, strict=True)
        ]
        return State(variables, self._constants, self._of_model)

    def _variables_behind(self, captures: Sequence[tf.Tensor]) -> list[Any]:
        """Return the Keras variables whose handles the traced program took hold of."""
        model = self._model
        known = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
        by_handle = {id(variable.value.handle): variable for variable in known}
        handles = [capture for capture in captures if _is_handle(capture)]
        missing = [handle for handle in handles if id(handle) not in by_handle]
        if missing:
            raise NotImplementedError(f"state outside of Keras's variables: {missing}")
        return [by_handle[id(handle)] for handle in handles]


def _trace(epochs: TracedEpochs) -> Any:
    """Return the program as a concrete function, bound to the template's own variables."""
    import tensorflow as tf

    form = epochs.form
    specs = [
        tf.TensorSpec((form.epochs, form.capacity), tf.int32),
        tf.TensorSpec((form.capacity,), tf.int32),
        tf.TensorSpec((4,), tf.int32),
        *(tf.TensorSpec(t.shape, t.dtype) for t in epochs.data.tensors),
    ]
    with unlocated_operations():
        return tf.function(epochs.run, autograph=False).get_concrete_function(*specs)


def _for_any_state(traced: Any, is_handle: Sequence[bool]) -> Any:
    """Return the compiled ``traced`` as a function of what it takes hold of, too.

    Args:
        traced: a concrete function.
        is_handle: for each of its captures, in their order, whether it is one of a variable.
    """
    import tensorflow as tf

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def run(handles: list[tf.Tensor], *inputs: tf.Tensor) -> tf.Tensor:
        variables, constants = iter(handles), iter(handles[sum(is_handle) :])
        captures = [next(variables if of_variable else constants) for of_variable in is_handle]
        return tf.raw_ops.StatefulPartitionedCall(
            args=[*inputs, *captures], Tout=[tf.float32], f=traced
        )[0]

    return run


def _is_handle(tensor: tf.Tensor) -> bool:
    import tensorflow as tf

    return bool(tensor.dtype == tf.resource)
