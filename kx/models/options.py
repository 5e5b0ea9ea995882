"""Types of options that several architectures share, and how they become layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.models.layers import dense

if TYPE_CHECKING:
    import keras

Units = Annotated[int, Field(ge=1, le=65_536)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Penalty = Annotated[float, Field(ge=0, le=1_000)]
Padding = Literal["valid", "same"]
Activation = Literal[
    "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "leaky_relu", "softplus",
    "softsign", "hard_sigmoid", "exponential", "linear",
]  # fmt: skip


def penalty(l1: float, l2: float) -> keras.Regularizer | None:
    """Return Keras's L1, L2 or L1L2 regularizer; None if both factors are 0."""
    import keras

    if l1 and l2:
        return keras.regularizers.L1L2(l1, l2)
    if l1:
        return keras.regularizers.L1(l1)
    return keras.regularizers.L2(l2) if l2 else None


def dense_block(
    units: int,
    activation: str,
    dropout: float,
    l1: float = 0.0,
    l2: float = 0.0,
    batch_norm: bool = False,
    sparse: bool = False,
) -> list[keras.Layer]:
    """Return a hidden dense layer, with batch normalisation before and dropout after activation.

    ``sparse``: its input is a sparse matrix.
    """
    import keras

    regularizer = penalty(l1, l2)
    if batch_norm:  # brings its own offset, so the layer needs no bias
        layers = [
            dense(units, use_bias=False, kernel_regularizer=regularizer, sparse=sparse),
            keras.layers.BatchNormalization(),
            keras.layers.Activation(activation),
        ]
    else:
        layers = [dense(units, activation, kernel_regularizer=regularizer, sparse=sparse)]
    return [*layers, keras.layers.Dropout(dropout)] if dropout else layers
