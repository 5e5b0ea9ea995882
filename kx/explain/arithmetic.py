"""How large the outputs of convolutions are, and how much of the picture each of their pixels sees.

Nothing of Keras is needed but the numbers that its layers carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kx.explain.layers import Graph, Step

PASSING = {
    "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "BatchNormalization",
    "Cast", "Concatenate", "Dropout", "ELU", "GaussianDropout", "GaussianNoise",
    "LayerNormalization", "LeakyReLU", "Maximum", "Minimum", "Multiply", "Normalization", "PReLU",
    "ReLU", "Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
    "Subtract", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
}  # fmt: skip
"""Kinds of layers whose pixels see no more than those before. Padding moves what they see."""


@dataclass(frozen=True, slots=True)
class Window:
    """How a layer slides over one axis of its input.

    Attributes:
        inputs: n, pixels of the input.
        size: f, of the window.
        stride: s, between two windows.
        dilation: d, between two pixels of a window.
        padding: ``valid``, ``same`` or ``causal``.
    """

    inputs: int
    size: int
    stride: int = 1
    dilation: int = 1
    padding: str = "valid"

    @property
    def reach(self) -> int:
        """Pixels from one end of the window to the other: d (f - 1) + 1."""
        return self.dilation * (self.size - 1) + 1

    @property
    def added(self) -> int:
        """Pixels that padding adds at both ends together: the notes' 2p."""
        if self.padding == "valid":
            return 0
        if self.padding == "causal":
            return self.reach - 1
        outputs = -(-self.inputs // self.stride)
        return max((outputs - 1) * self.stride + self.reach - self.inputs, 0)

    @property
    def outputs(self) -> int:
        """Pixels of the output: floor((n + 2p - f) / s) + 1."""
        return (self.inputs + self.added - self.reach) // self.stride + 1

    def __str__(self) -> str:
        """The formula with its numbers, such as ``floor((28 + 0 - 3) / 1) + 1 = 26``."""
        above = f"{self.inputs} + {self.added} - {self.reach}"
        return f"floor(({above}) / {self.stride}) + 1 = {self.outputs}"


@dataclass(frozen=True, slots=True)
class Sight:
    """What the pixels of a layer's output see of the picture, per axis.

    Attributes:
        field: pixels of the picture that one pixel of the output depends on.
        jump: pixels of the picture between two neighbours of the output.
    """

    field: tuple[int, ...]
    jump: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The sizes of one layer.

    Attributes:
        layer: its name.
        kind: of layer.
        shape: of one output, without the batch axis; None for what depends on the input.
        windows: one per axis; empty where the layer slides no window.
        sight: None where it is not known, or all of the picture is seen.
    """

    layer: str
    kind: str
    shape: tuple[int | None, ...]
    windows: tuple[Window, ...] = ()
    sight: Sight | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the account for a JSON document."""
        return {
            "name": self.layer,
            "kind": self.kind,
            "shape": list(self.shape),
            "receptive_field": list(self.sight.field) if self.sight else None,
            "stride": list(self.sight.jump) if self.sight else None,
            "arithmetic": [str(window) for window in self.windows],
        }


def accounts(graph: Graph) -> list[Account]:
    """Return the sizes of each layer that has a place for every pixel, in their order.

    Where branches meet, the larger field counts.

    Source:
        Notes 3.1 (the formula, which lacks its floor there); Araujo, Norris and Sim (2019),
        "Computing receptive fields of convolutional neural networks".
    """
    axes = len(graph.input.shape) - 2
    sights: dict[int, Sight | None] = {id(graph.input): Sight((1,) * axes, (1,) * axes)}
    found = []
    for step in graph.steps:
        windows = windows_of(step)
        sight = _sight(step, windows, [sights.get(id(tensor)) for tensor in step.inputs])
        sights[id(step.output)] = sight
        shape = tuple(step.output.shape[1:])
        if len(shape) == axes + 1 and axes:
            kind = type(step.layer).__name__
            found.append(Account(step.name, kind, shape, windows, sight))
    return found


def windows_of(step: Step) -> tuple[Window, ...]:
    """Return how the layer slides over each axis; empty if it does not, or turned around."""
    layer = step.layer
    sizes = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if sizes is None or "Transpose" in type(layer).__name__:
        return ()
    inputs = step.inputs[0].shape[1:-1]
    if None in inputs:
        return ()
    axes = zip(inputs, sizes, layer.strides, _dilations(layer, len(sizes)), strict=True)
    return tuple(Window(n, f, s, d, layer.padding) for n, f, s, d in axes)


def _dilations(layer: Any, axes: int) -> Sequence[int]:
    rate: int | Sequence[int] = getattr(layer, "dilation_rate", 1)
    return (rate,) * axes if isinstance(rate, int) else rate


def _sight(step: Step, windows: tuple[Window, ...], before: Sequence[Sight | None]) -> Sight | None:
    known = [sight for sight in before if sight]
    if len(known) < len(before) or not known:
        return None
    widest = Sight(
        tuple(max(axis) for axis in zip(*(sight.field for sight in known), strict=True)),
        tuple(max(axis) for axis in zip(*(sight.jump for sight in known), strict=True)),
    )
    if windows:
        return _widened(widest, windows)
    return widest if type(step.layer).__name__ in PASSING else None


def _widened(sight: Sight, windows: tuple[Window, ...]) -> Sight:
    axes = list(zip(sight.field, sight.jump, windows, strict=True))
    return Sight(
        tuple(field + (window.reach - 1) * jump for field, jump, window in axes),
        tuple(jump * window.stride for _, jump, window in axes),
    )
