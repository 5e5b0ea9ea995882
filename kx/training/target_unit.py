"""Networks that train on small numbers and speak in the unit of their targets.

The last layer multiplies by the targets' deviation and adds their mean; both are variables that no
training changes, so that one compiled network serves fits with other targets. Predictions and
metrics are in the unit of the targets then, and only the loss is divided by it.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.data.arrays.target_scale import Unit, powers_of
from kx.models.members import rewired

if TYPE_CHECKING:
    import keras

NAME = "target_unit"


def with_unit(model: keras.Model) -> keras.Model:
    """Return an uncompiled network with the layer behind it."""
    import keras

    layer = keras.layers.Dense(
        model.output_shape[-1],
        kernel_initializer="identity",
        trainable=False,
        dtype="float32",
        name=NAME,
    )
    return rewired(model, layer(model.outputs[0]))


def unit_layer(model: keras.Model) -> Any:
    """Return that layer of a network, or None."""
    return next((layer for layer in model.layers if layer.name == NAME), None)


def without_unit(model: keras.Model) -> tuple[keras.Model, Unit | None]:
    """Return the network in front of the layer, and the unit that the layer stands for."""
    layer = unit_layer(model)
    if layer is None:
        return model, None
    deviations, means = np.diag(layer.kernel.numpy()).tolist(), layer.bias.numpy().tolist()
    one = len({*deviations}) == len({*means}) == 1  # of quantiles all are the same
    unit = Unit(means[0], deviations[0]) if one else Unit(tuple(means), tuple(deviations))
    return rewired(model, layer.input), unit


def in_unit(model: keras.Model, unit: Unit) -> keras.Model:
    """Return a network of Keras's own layers that predicts in the unit of the targets."""
    import keras

    layer = keras.layers.Rescaling(unit.deviation, unit.mean, dtype="float32", name=NAME)
    return keras.Model(_inputs(model), layer(model.outputs[0]), name=model.name)


def begun_in(model: keras.Model, values: Sequence[Any], unit: Unit | None) -> list[Any]:
    """Return the initial ``values`` of a network's variables, with those of a fit's unit."""
    found, layer = list(values), unit_layer(model)
    if unit is not None and layer is not None:
        places = {id(variable): at for at, variable in enumerate(model.variables)}
        for variable, number in zip(layer.variables, (unit.deviation, unit.mean), strict=True):
            # The kernel is a diagonal: each output is scaled alone.
            each = np.eye(*variable.shape) if len(variable.shape) > 1 else np.ones(variable.shape)
            found[places[id(variable)]] = (np.asarray(number) * each).astype("float32")
    return found


def loss_in(
    model: keras.Model, name: str, loss: str | Callable[..., Any]
) -> str | Callable[..., Any]:
    """Return the loss of a network, divided as ``Unit.of_loss`` says if it has a unit."""
    import keras

    layer = unit_layer(model)
    if layer is None:
        return loss
    plain = keras.losses.get(loss)

    def scaled(y: Any, said: Any) -> Any:
        deviation = keras.ops.convert_to_tensor(layer.kernel)[0, 0]
        small, large = (deviation**power for power in powers_of(name))
        return plain(y, said) / keras.ops.where(deviation > 1, large, small)

    return scaled


def suits(model: keras.Model, task: str = "regression") -> bool:
    """Whether the layer can stand behind a network: it must be able to say any number, or rate."""
    import keras

    own, usual = type(model), keras.Model
    steps = ("train_step", "test_step", "compute_loss", "call")
    plain = isinstance(model, keras.Sequential) or own.__module__.startswith("keras.")
    same = all(getattr(own, name) is getattr(usual, name) for name in steps[:3])
    activation = getattr(model.layers[-1], "activation", None)
    wanted = getattr(keras.activations, "exponential" if task == "counts" else "linear")
    return plain and same and activation in (wanted, None)


def telling(factor: float) -> list[keras.callbacks.Callback]:
    """Return what turns the losses that later callbacks see into the unit, if that is another."""
    return [] if factor == 1 else [_teller()(factor)]


def told(metrics: MutableMapping[str, Any], factor: float) -> None:
    """Multiply the losses of an epoch by ``factor``."""
    for name in ("loss", "val_loss"):
        if name in metrics:
            metrics[name] *= factor


@cache
def _teller() -> type:
    """Make the class late: its base needs Keras."""
    import keras

    class Teller(keras.callbacks.Callback):  # type: ignore[misc]
        """Comes first, and changes what all others are given."""

        def __init__(self, factor: float) -> None:
            super().__init__()
            self.factor = factor

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            told(logs, self.factor)

    return Teller


def steady_r2(model: keras.Model) -> Any:
    """Return Keras's R² of scaled numbers: the same, but sums in float32 keep their digits."""
    return _steady()(unit_layer(model), name="r2")


@cache
def _steady() -> type:
    import keras

    class SteadyR2(keras.metrics.R2Score):  # type: ignore[misc]
        """R², which no shift and no scale of the targets changes."""

        def __init__(self, layer: Any, **options: Any) -> None:
            super().__init__(**options)
            self._layer = layer

        def update_state(self, y: Any, said: Any, sample_weight: Any = None) -> Any:
            deviation = keras.ops.diagonal(keras.ops.convert_to_tensor(self._layer.kernel))
            mean = keras.ops.convert_to_tensor(self._layer.bias)
            scaled = [(keras.ops.cast(part, "float32") - mean) / deviation for part in (y, said)]
            return super().update_state(*scaled, sample_weight)

    return SteadyR2


def _inputs(model: keras.Model) -> Any:
    return model.inputs[0] if len(model.inputs) == 1 else model.inputs
