"""What turns the numbers at the end of a network into answers that cannot contradict themselves.

Each takes (…, numbers) and returns (…, answers): so it can also stand behind several heads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def ranks(numbers: Any) -> Any:
    """Return the probabilities of classes in an order, (…, classes), from one number less.

    Number k decides whether an example that is of class k or above is above it: the probability of
    "above k" falls from class to class, whatever the numbers are, and all add up to 1. The last
    step is a softmax of logarithms, from which Keras's crossentropy takes them as they are: no
    gradient is lost to rounding.

    Source:
        Shi, Cao and Raschka (2021), "Deep neural networks for rank-consistent ordinal regression
        based on conditional probabilities" (CORN), arXiv:2111.08851; the model without a network
        is the continuation ratio of Fienberg (1980).
    """
    import keras

    ops = keras.ops
    above = ops.cumsum(-ops.softplus(-numbers), axis=-1)
    never = ops.zeros_like(numbers[..., :1])
    stops = ops.concatenate([-ops.softplus(numbers), never], axis=-1)
    return ops.softmax(ops.concatenate([never, above], axis=-1) + stops)


def rising(numbers: Any) -> Any:
    """Return numbers of which none is below the one before: the first, and what is added to it.

    Source:
        Park et al. (2022), "Learning quantile functions without quantile crossing for
        distribution-free time series forecasting", AISTATS.
    """
    import keras

    ops = keras.ops
    first, steps = numbers[..., :1], ops.softplus(numbers[..., 1:])
    return ops.concatenate([first, first + ops.cumsum(steps, axis=-1)], axis=-1)


LINKS: Mapping[str, Callable[[Any], Any]] = {"ranks": ranks, "rising": rising}
"""Activations of output layers that Keras lacks, by the name that they have in records."""


def link_of(model: keras.Model) -> str:
    """Return the link in the last layer of a network; empty: there is none."""
    return getattr(model.layers[-1], "link", "")


def with_link(model: keras.Model, link: str) -> keras.Model:
    """Return a network with a link behind it, of Keras's own operations; without one, itself."""
    import keras

    if not link:
        return model
    inputs = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    return keras.Model(inputs, LINKS[link](model.outputs[0]), name=model.name)
