"""What each channel of a layer makes of one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kx.explain.layers import Graph, Step


@dataclass(frozen=True, slots=True, eq=False)
class Activation:
    """The output of one layer for one picture.

    Attributes:
        layer: its name.
        channels: (channels, height, width) uint8, each brought to the same brightness.
        constant: numbers of the channels that are the same everywhere: dead for this picture.
    """

    layer: str
    channels: np.ndarray
    constant: tuple[int, ...]


def activations(graph: Graph, steps: Sequence[Step], picture: np.ndarray) -> list[Activation]:
    """Return what ``steps`` put out for ``picture``.

    Args:
        graph: of the network.
        steps: of it, with pictures as output.
        picture: (height, width, channels), prepared as the network wants it.

    Source:
        Notes 3.3.1.
    """
    import tensorflow as tf

    places = [graph.steps.index(step) for step in steps]
    pixels = tf.convert_to_tensor(np.asarray(picture, "float32")[None])
    done = graph.run(pixels, graph.steps[max(places)])
    return [_activation(done[at].name, np.asarray(done[at].output)[0]) for at in places]


def displayed(values: np.ndarray) -> np.ndarray:
    """Return channels (height, width, n) as (n, height, width) uint8, mean 128, deviation 64.

    A constant channel has no deviation to divide by; it becomes 0, and so does what is no number.
    """
    channels = np.moveaxis(values.astype("float64"), -1, 0)
    channels = np.where(np.isfinite(channels), channels, 0.0)
    mean = channels.mean(axis=(1, 2), keepdims=True)
    deviation = channels.std(axis=(1, 2), keepdims=True)
    flat = _is_flat(channels)[:, None, None]
    scaled = (channels - mean) / np.where(flat, 1.0, deviation) * 64 + 128
    shown: np.ndarray = np.where(flat, 0, np.clip(scaled, 0, 255)).astype("uint8")
    return shown


def _activation(name: str, values: np.ndarray) -> Activation:

    flat = _is_flat(np.moveaxis(values, -1, 0))
    return Activation(name, displayed(values), tuple(int(at) for at in np.flatnonzero(flat)))


def _is_flat(channels: np.ndarray) -> np.ndarray:
    # Not "deviation == 0": rounding gives a constant channel one of about 1e-17.
    flat: np.ndarray = channels.max(axis=(1, 2)) == channels.min(axis=(1, 2))
    return flat
