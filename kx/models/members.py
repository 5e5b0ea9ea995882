"""Several networks in one: each trained by its own loss, and their predictions averaged."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

NAME = "members"


def ensemble(inputs: Any, outputs: Any, name: str) -> keras.Model:
    """Return a network of members that predicts the mean of what they say.

    Args:
        inputs: of the network.
        outputs: of its members, (batch, members, outputs): probabilities, where it tells classes.
        name: of the network.
    """
    made: keras.Model = _ensemble()(inputs, _mean()(dtype="float32", name=NAME)(outputs), name=name)
    return made


def rewired(model: keras.Model, outputs: Any) -> keras.Model:
    """Return a network with other outputs, whose members are still trained each by its own loss."""
    import keras

    kind = _ensemble() if is_ensemble(model) else keras.Model
    inputs = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    made: keras.Model = kind(inputs, outputs, name=model.name)
    return made


def is_ensemble(model: keras.Model) -> bool:
    """Whether a network has members."""
    return any(layer.name == NAME and isinstance(layer, _mean()) for layer in model.layers)


def predicting(model: keras.Model) -> keras.Model:
    """Return a network of Keras's own layers that predicts as ``model`` does."""
    import keras

    if not is_ensemble(model):
        return model
    said = model.get_layer(NAME).input
    mean = keras.layers.GlobalAveragePooling1D(dtype="float32", name=NAME)(said)
    plain = keras.Model(model.inputs[0], mean, name=model.name)
    made = keras.models.clone_model(plain, clone_function=_own_of_keras)
    made.set_weights(plain.get_weights())
    return made


def scaled(rows: Any, name: str, *, bias: bool = False, activation: str = "linear") -> Any:
    """Return (batch, members, n) rows times a vector of each member's own, which begins with ones.

    Keras has this as ``EinsumDense``, which takes five times as long.

    Args:
        rows: to be scaled.
        name: of the layer.
        bias: whether a vector of each member's own is added.
        activation: of what comes of it.
    """
    return _scale()(bias=bias, activation=activation, name=name)(rows)


def _own_of_keras(layer: Any) -> Any:
    """Return a layer of Keras's own that does what ``layer`` does."""
    import keras

    if not isinstance(layer, _scale()):
        return type(layer).from_config(layer.get_config())
    return keras.layers.EinsumDense(
        "bmn,mn->bmn",
        tuple(layer.kernel.shape),
        bias_axes="mn" if layer.use_bias else None,
        activation=layer.activation,
        name=layer.name,
    )


@cache
def _scale() -> Any:
    import keras

    @keras.saving.register_keras_serializable("kx")
    class MemberScale(keras.layers.Layer):  # type: ignore[misc]
        """Multiplies what each member has by a vector of its own."""

        def __init__(self, *, bias: bool, activation: str, **options: Any) -> None:
            super().__init__(**options)
            self.use_bias, self.activation = bias, keras.activations.get(activation)

        def build(self, input_shape: Any) -> None:
            """Make the vectors: (members, n)."""
            shape = tuple(input_shape[1:])
            self.kernel = self.add_weight(shape=shape, initializer="ones", name="kernel")
            if self.use_bias:
                self.bias = self.add_weight(shape=shape, initializer="zeros", name="bias")

        def call(self, inputs: Any) -> Any:
            """Return activation(inputs * kernel + bias): (batch, members, n)."""
            outputs = inputs * self.kernel
            return self.activation(outputs + self.bias if self.use_bias else outputs)

    return MemberScale


@cache
def _mean() -> Any:
    """Make the class late: its base needs Keras."""
    import keras

    @keras.saving.register_keras_serializable("kx")
    class MeanOfMembers(keras.layers.Layer):  # type: ignore[misc]
        """The mean over members; while training, what each of them says."""

        def call(self, inputs: Any, training: Any = None) -> Any:
            """Return (batch, outputs), while training (batch, members, outputs) as it is."""
            return inputs if training else keras.ops.mean(inputs, axis=1)

        def compute_output_shape(self, input_shape: Any) -> Any:
            """Return the shape of what is predicted."""
            return (input_shape[0], *input_shape[2:])

    return MeanOfMembers


@cache
def _ensemble() -> Any:
    import keras

    @keras.saving.register_keras_serializable("kx")
    class Ensemble(keras.Model):  # type: ignore[misc]
        """A network of members: the loss is the mean of theirs, metrics are of the mean."""

        def compute_loss(
            self,
            x: Any = None,
            y: Any = None,
            y_pred: Any = None,
            sample_weight: Any = None,
            training: bool = True,
        ) -> Any:
            """Return the loss, each member's answer to an example taken for one of its own."""
            if y_pred is not None and len(y_pred.shape) == 3:
                members = y_pred.shape[1]
                y_pred = keras.ops.reshape(y_pred, (-1, y_pred.shape[2]))
                y = keras.ops.repeat(y, members, axis=0)
                if sample_weight is not None:
                    sample_weight = keras.ops.repeat(sample_weight, members, axis=0)
            return super().compute_loss(x, y, y_pred, sample_weight, training)

        def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            """Return the metrics of the mean over the members."""
            if len(y_pred.shape) == 3:
                y_pred = keras.ops.mean(y_pred, axis=1)
            return super().compute_metrics(x, y, y_pred, sample_weight)

    return Ensemble
