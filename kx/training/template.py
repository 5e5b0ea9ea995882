"""One compiled network that stands in for all networks of a run.

Tracing and compiling cost a second; the networks of all folds, repeats and seeds differ in nothing
but the values of their variables. So one of them is compiled, and its values are exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kx.training.engine import examples_at_once
from kx.training.environment import seed_everything
from kx.training.feed import Resident

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
        self, build: Callable[[], keras.Model], compile_model: Callable[[keras.Model], None]
    ) -> None:
        """Build and compile the network.

        Args:
            build: makes an uncompiled model; called again for the initial values of each fit.
            compile_model: gives a model its optimizer, loss and metrics.
        """
        self._build = build
        self.model = build()
        compile_model(self.model)
        self.model.optimizer.build(self.model.trainable_variables)
        self._optimizer_start = [variable.numpy() for variable in self.model.optimizer.variables]
        self._outputs: dict[Any, Any] = {}
        self._metrics_built = False

    def initial_values(self, seed: int) -> list[tf.Tensor]:
        """Return what the variables of a network drawn with ``seed`` begin with."""
        import tensorflow as tf

        seed_everything(seed)
        return [tf.convert_to_tensor(variable.value) for variable in self._build().variables]

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
            self.model.test_step(data.batch(tf.range(min(2, data.examples)), weighted=False))
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
        outputs = self._outputs.get(data.form) or self._traced(data)
        wanted = np.arange(data.examples) if rows is None else rows
        size = examples_at_once(self.model, PREDICTION_BATCH)
        parts = [
            outputs(wanted[at : at + size].astype("int32"), *data.tensors).numpy()
            for at in range(0, len(wanted), size)
        ]
        return np.concatenate(parts)

    def _traced(self, data: Resident) -> Any:
        import tensorflow as tf

        model = self.model
        specs = [tf.TensorSpec((None,), tf.int32)]
        specs += [tf.TensorSpec((None, *t.shape[1:]), t.dtype) for t in data.tensors]

        @tf.function(input_signature=specs, autograph=False)  # type: ignore[untyped-decorator]
        def outputs(rows: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
            outputs = model(data.batch(rows, tensors, weighted=False)[0], training=False)
            return tf.cast(outputs, tf.float32)  # a plugin's output layer may compute in half

        self._outputs[data.form] = outputs
        return outputs
