"""The pictures to which the filters of a layer respond most, found by gradient ascent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kx.base.errors import KxError, UsageError
from kx.explain.layers import Graph, Step, unfolded

CHUNK = 32
"""Filters in one batch: more are hardly faster, and take more memory."""

RIM = 2
"""Pixels at the edge of a layer's output that do not count, fewer if it is small: to the zeros of
its padding a filter responds more than to anything in the picture."""

CONTRAST = 0.25
"""Standard deviation of a pattern as it is shown, where 1 is from black to white."""


@dataclass(frozen=True, slots=True)
class Ascent:
    """How a pattern is found.

    Attributes:
        size: height and width of the pattern, in pixels.
        steps: how often the picture is changed.
        step: how much, as the root mean square over the pixels, which go from 0 to 255.
        low: what the network takes for black.
        high: what it takes for white.
        seed: of the noise at the start.
    """

    size: int = 64
    steps: int = 40
    step: float = 1.0
    low: float = 0.0
    high: float = 255.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """What the filters of a layer respond to.

    Attributes:
        layer: its name.
        filters: how many it has; patterns may be of the first ones only.
        pictures: (n, size, size, channels) uint8, as they are shown.
        activations: (n, steps + 1) mean output of each filter, before each step and at the end.
    """

    layer: str
    filters: int
    pictures: np.ndarray
    activations: np.ndarray

    @property
    def silent(self) -> tuple[int, ...]:
        """Numbers of the filters whose output never changed: theirs is only noise."""
        return tuple(int(at) for at in np.flatnonzero(np.ptp(self.activations, axis=1) == 0))


def patterns(
    graph: Graph,
    layer: str,
    ascent: Ascent,
    count: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Patterns:
    """Find what the first ``count`` filters of ``layer``, or all, respond to.

    Each begins with grey noise, and follows the gradient of its mean output, divided by the
    root mean square of that gradient; they do not influence each other.

    Args:
        graph: of the network.
        layer: with pictures as output.
        ascent: how.
        count: of filters.
        progress: is told how many are done.

    Raises:
        UsageError: if the layer cannot work on pictures of that size.
        KxError: if a gradient is no number.

    Source:
        Notes 3.3.2; Erhan, Bengio, Courville and Vincent (2009), "Visualizing higher-layer
        features of a deep network".
    """
    step = graph.find(layer)
    total = int(step.output.shape[-1])
    resized = _resized(graph, step, ascent.size)
    wanted = np.arange(min(count or total, total))
    climb, pictures, activations = _climber(resized, ascent), [], []
    # One size of batches, so that TensorFlow compiles once: the last one is filled up.
    batch = min(CHUNK, len(wanted))
    for start in range(0, len(wanted), batch):
        chunk = wanted[start : start + batch]
        filled = np.resize(chunk, batch).astype("int32")
        found, means = climb(_noise(resized, ascent, filled), filled)
        pictures.append(shown(np.asarray(found)[: len(chunk)]))
        activations.append(np.asarray(means).T[: len(chunk)])
        progress(int(chunk[-1]) + 1)
    rising = np.concatenate(activations)
    if not np.isfinite(rising).all():
        raise KxError(f"the output of {step.name} is not finite: the network's weights are broken.")
    return Patterns(step.name, total, np.concatenate(pictures), rising)


def shown(pictures: np.ndarray) -> np.ndarray:
    """Return (n, height, width, channels) in the network's units as uint8 of equal contrast."""
    axes = (1, 2, 3)
    centred = pictures - pictures.mean(axis=axes, keepdims=True)
    scaled = centred / (centred.std(axis=axes, keepdims=True) + 1e-5) * CONTRAST + 0.5
    bytes_: np.ndarray = (np.clip(scaled, 0, 1) * 255).round().astype("uint8")
    return bytes_


def _resized(graph: Graph, step: Step, size: int) -> Graph:
    """Return the graph up to ``step`` for pictures of another size.

    Raises:
        UsageError: if there is none.
    """
    channels = graph.input.shape[-1]
    try:
        resized = unfolded(graph.network, (size, size, channels), graph.steps.index(step) + 1)
        left = min(resized.output.shape[1:3])
    except ValueError:  # Keras's word for shapes that do not fit
        left = 0
    if left < 1:
        native = " x ".join(str(side) for side in graph.input.shape[1:3])
        raise UsageError(
            f"{step.name} cannot work on pictures of {size} x {size} pixels: choose another "
            f"--size (the network itself takes {native})."
        )
    return resized


def _noise(graph: Graph, ascent: Ascent, filters: np.ndarray) -> np.ndarray:
    """Return grey noise, the same for a filter whatever else is in the batch."""
    shape = graph.input.shape[1:]
    draws = [np.random.default_rng((ascent.seed, int(at))).random(shape) for at in filters]
    pixels = np.stack(draws) * 20 + 128
    return (ascent.low + pixels / 255 * (ascent.high - ascent.low)).astype("float32")


def _climber(graph: Graph, ascent: Ascent) -> Callable[..., Any]:
    """Return ``climb(pictures, filters)``, the whole ascent of a batch compiled into one call."""
    import tensorflow as tf

    step = ascent.step * (ascent.high - ascent.low) / 255

    def outputs(pictures: Any, filters: Any) -> Any:
        found = graph.run(pictures)[-1].output
        rim = min(RIM, min(found.shape[1:3]) // 16)
        inner = found[:, rim : found.shape[1] - rim, rim : found.shape[2] - rim]
        means = tf.reduce_mean(tf.cast(inner, tf.float32), axis=(1, 2))
        return tf.gather(means, filters, axis=1, batch_dims=1)

    def climb(pictures: Any, filters: Any) -> tuple[Any, Any]:
        heights = tf.TensorArray(tf.float32, size=ascent.steps + 1)
        for at in tf.range(ascent.steps):
            with tf.GradientTape() as tape:
                tape.watch(pictures)
                height = outputs(pictures, filters)
            slope = tape.gradient(height, pictures)
            size = tf.sqrt(tf.reduce_mean(tf.square(slope), axis=(1, 2, 3), keepdims=True))
            pictures += step * slope / (size + 1e-5)
            heights = heights.write(at, height)
        heights = heights.write(ascent.steps, outputs(pictures, filters))
        return pictures, heights.stack()

    return tf.function(climb)  # type: ignore[no-any-return]
