"""Layers that Keras lacks, or has only slowly."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from kx.models.links import LINKS

if TYPE_CHECKING:
    import keras


def dense(units: int, *args: Any, sparse: bool = False, **options: Any) -> keras.Layer:
    """Return Keras's Dense layer; for ``sparse`` input one with a faster product.

    Keras multiplies a sparse matrix by way of ``embedding_lookup_sparse``, whose gradient is three
    times as slow as that of TensorFlow's own sparse product (IMDB, batch 512: 8.6 against 2.9 ms).
    """
    import keras

    kind = _sparse_dense() if sparse else keras.layers.Dense
    return kind(units, *args, **options)


def linked_dense(units: int, link: str, outputs: int, **options: Any) -> keras.Layer:
    """Return a dense layer, for any input, whose ``units`` a link makes ``outputs`` of.

    Args:
        units: how many numbers the link takes.
        link: of ``kx.models.links``.
        outputs: how many it gives.
        options: further ones of Keras's Dense layer.
    """
    return _linked_dense()(units, link, outputs, **options)


@cache
def _sparse_dense() -> Any:
    """Make the class late: its base needs Keras."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("kx")
    class SparseDense(keras.layers.Dense):  # type: ignore[misc]
        """A Dense layer, the same in all but the product of a sparse input with the kernel."""

        def call(self, inputs: Any, training: Any = None) -> Any:
            """Return activation(inputs x kernel + bias): (batch, units)."""
            if not isinstance(inputs, tf.SparseTensor):
                return super().call(inputs, training=training)
            outputs = tf.sparse.sparse_dense_matmul(inputs, tf.convert_to_tensor(self.kernel))
            if self.bias is not None:
                outputs = tf.nn.bias_add(outputs, tf.convert_to_tensor(self.bias))
            return self.activation(outputs)

    return SparseDense


@cache
def _linked_dense() -> Any:
    import keras

    @keras.saving.register_keras_serializable("kx")
    class LinkedDense(_sparse_dense()):  # type: ignore[misc]
        """A Dense layer behind which a link makes answers of all units."""

        def __init__(self, units: int, link: str, outputs: int, **options: Any) -> None:
            super().__init__(units, **options)
            self.link, self.outputs = link, outputs

        def call(self, inputs: Any, training: Any = None) -> Any:
            """Return link(inputs x kernel + bias): (batch, outputs)."""
            return LINKS[self.link](super().call(inputs, training=training))

        def compute_output_shape(self, input_shape: Any) -> Any:
            """Return the shape of what the link gives."""
            return (*input_shape[:-1], self.outputs)

        def get_config(self) -> dict[str, Any]:
            """Return what the layer is made of."""
            return {**super().get_config(), "link": self.link, "outputs": self.outputs}

    return LinkedDense
