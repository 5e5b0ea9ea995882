"""One compiled network that stands in for all networks of a run.

Tracing and compiling cost a second; the networks of all folds, repeats and seeds differ in nothing
but the values of their variables. So one of them is compiled, and its values are exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.training.environment import seed_everything
from kx.training.feed import Resident
from kx.training.prediction import Predictor

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

Values = Sequence[Any]
"""One array or tensor per variable of a model, in the order of ``model.variables``."""


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
        self._predictors: dict[Any, Predictor] = {}
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
        self.load(values)
        wanted = np.arange(data.examples) if rows is None else rows
        return self.predictor(data).predict(data, wanted)

    def predictor(self, data: Resident) -> Predictor:
        """Return what predicts for data of this form, traced when first asked for."""
        if data.form not in self._predictors:
            self._predictors[data.form] = Predictor(self.model, data)
        return self._predictors[data.form]


def _values(model: keras.Model) -> list[tf.Tensor]:
    import tensorflow as tf

    return [tf.convert_to_tensor(variable.value) for variable in model.variables]
