"""One compiled network that stands in for all networks of a run.

Tracing and compiling cost a second; the networks of all folds, repeats and seeds differ in nothing
but the values of their variables. So one of them is compiled, and its values are exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kx import signals
from kx.training.engine import examples_at_once
from kx.training.environment import seed_everything
from kx.training.feed import Resident
from kx.training.halves import predicted

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf

Values = Sequence[Any]
"""One array or tensor per variable of a model, in the order of ``model.variables``."""

PREDICTION_BATCH = 1024
"""Examples at most: fewer where the pictures in a network are large."""


class Template:
    """A compiled network, and how to begin anew with it.

    Attributes:
        model: compiled; its variables hold whatever was loaded last.
    """

    def __init__(
        self,
        build: Callable[[], keras.Model],
        compile_model: Callable[[keras.Model], None],
        seed: int,
    ) -> None:
        """Build and compile the network.

        Args:
            build: makes an uncompiled model; called again for the initial values of other fits.
            compile_model: gives a model its optimizer, loss and metrics.
            seed: of the first fit, which so needs no network of its own to begin with.
        """
        self._build = build
        seed_everything(seed)
        self.model = build()
        self._drawn: tuple[int, list[tf.Tensor]] | None = (seed, _values(self.model))
        compile_model(self.model)
        self.model.optimizer.build(self.model.trainable_variables)
        self._optimizer_start = [variable.numpy() for variable in self.model.optimizer.variables]
        self._outputs: dict[Any, Any] = {}
        self._metrics_built = False

    def initial_values(self, seed: int) -> list[tf.Tensor]:
        """Return what the variables of a network drawn with ``seed`` begin with."""
        drawn, self._drawn = self._drawn, None  # a large network's need not be kept for ever
        if drawn and drawn[0] == seed:
            return drawn[1]
        seed_everything(seed)
        return _values(self._build())

    def start(self, values: Values) -> None:
        """Give the model these values, and a new optimizer's and new metrics' state."""
        self.load(values)
        for variable, value in zip(
            self.model.optimizer.variables, self._optimizer_start, strict=True
        ):
            variable.assign(value)
        self.model.reset_metrics()

    def load(self, values: Values) -> None:
        """Give the model's variables these values."""
        for variable, value in zip(self.model.variables, values, strict=True):
            variable.assign(value)

    def values(self) -> list[np.ndarray]:
        """Return copies of the values of the model's variables."""
        return [variable.numpy() for variable in self.model.variables]

    def build_metrics(self, data: Resident) -> None:
        """Let Keras create its metrics' variables: inside a compiled loop it cannot."""
        import tensorflow as tf

        if not self._metrics_built:
            rows = tf.range(min(2, data.examples))
            x, y = data.batch(rows, weighted=False)
            outputs = tf.zeros((len(rows), *self.model.output_shape[1:]))
            self.model.compute_metrics(x, y, outputs)
            self.model.reset_metrics()
            self._metrics_built = True

    def predict(self, values: Values, data: Resident, rows: np.ndarray | None = None) -> np.ndarray:
        """Return the outputs for ``rows`` (all if None) of a network with these values.

        Keras's own ``predict`` slices a sparse matrix row by row, which takes longer than the
        network.

        Returns:
            (n, outputs) float32.
        """
        import numpy as np

        self.load(values)
        outputs = self.prediction(data)
        wanted = np.arange(data.examples) if rows is None else rows
        size = examples_at_once(self.model, PREDICTION_BATCH)
        parts = []
        for at in range(0, len(wanted), size):
            signals.check()
            rows = wanted[at : at + size].astype("int32")
            parts.append(outputs(rows, *data.tensors).numpy())
        return np.concatenate(parts)

    def prediction(self, data: Resident) -> Any:
        """Return the function that predicts for data of this form, traced when first asked for."""
        return self._outputs.get(data.form) or self._traced(data)

    def _traced(self, data: Resident) -> Any:
        import tensorflow as tf

        model = self.model
        specs = [tf.TensorSpec((None,), tf.int32)]
        specs += [tf.TensorSpec((None, *t.shape[1:]), t.dtype) for t in data.tensors]

        @tf.function(input_signature=specs, autograph=False)  # type: ignore[untyped-decorator]
        def outputs(rows: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
            outputs = predicted(model, data.batch(rows, tensors, weighted=False)[0])
            return tf.cast(outputs, tf.float32)  # a plugin's output layer may compute in half

        outputs.get_concrete_function()
        self._outputs[data.form] = outputs
        return outputs


def _values(model: keras.Model) -> list[tf.Tensor]:
    import tensorflow as tf

    return [tf.convert_to_tensor(variable.value) for variable in model.variables]
