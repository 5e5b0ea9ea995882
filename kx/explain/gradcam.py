"""Grad-CAM: which parts of a picture speak for a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kx.base.errors import KxError, UsageError
from kx.explain.layers import Graph, Step

STRENGTH = 0.4
"""How much of the heat map's colours is added to the picture."""

SQUASHING = ("softmax", "sigmoid")


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Where a network looks.

    Attributes:
        layer: whose output was weighed.
        target: number of the class that the map is of; None for a number that is predicted.
        predicted: number of the most probable class; None likewise.
        outputs: (classes,) probabilities, two of them for a yes-or-no question; (1,) the number.
        heat: (height, width) float32, 0 to 1; the highest is 1, or all are 0.
    """

    layer: str
    target: int | None
    predicted: int | None
    outputs: np.ndarray
    heat: np.ndarray

    @property
    def is_empty(self) -> bool:
        """Whether nothing in the picture counts towards the class."""
        return not self.heat.any()


def grad_cam(
    graph: Graph,
    picture: np.ndarray,
    target: int | None = None,
    layer: str | None = None,
    *,
    is_number: bool = False,
) -> HeatMap:
    """Map what in ``picture`` speaks for a class.

    The channels of the layer are summed up, each weighed by the mean gradient of the class's
    score, and what is negative (speaks against it) is cut off. The score is what the last layer
    puts into its softmax or sigmoid: behind that, the gradients of a sure network vanish. Where
    nothing of the kind can be found, it is the probability. For class 0 of a yes-or-no question the
    score is that of class 1, negated.

    Args:
        graph: of the network.
        picture: (height, width, channels), prepared as the network wants it.
        target: number of the class; None: the most probable one.
        layer: name; None: the last one of more than one pixel.
        is_number: whether the output is a number, also behind a sigmoid: a share.

    Raises:
        UsageError: if there is no such class or layer, or the network ends in no classes.
        KxError: if the result is no number.

    Source:
        Selvaraju et al. (2017), "Grad-CAM: visual explanations from deep networks via
        gradient-based localization"; notes 3.3.3.
    """
    import tensorflow as tf

    if len(graph.output.shape) != 2:
        raise UsageError(f"{graph.name} ends in no classes, so that nothing can be mapped.")
    step = graph.find(layer) if layer else graph.last_extended()
    pixels = tf.convert_to_tensor(np.asarray(picture, "float32")[None])
    with tf.GradientTape() as tape:
        tape.watch(pixels)  # else nothing is recorded where no weights are involved
        done = graph.run(pixels)
        raw, squashed = _scores(done[-1])
        found, seen = done[-1].output, done[graph.steps.index(step)].output
        outputs, chosen, predicted = _chosen(np.asarray(found)[0], squashed, target, is_number)
        score = _score(raw, chosen)
    slopes = tape.gradient(score, seen)
    if slopes is None:
        raise UsageError(f"the output of {graph.name} does not depend on {step.name}.")
    heat = weighed(np.asarray(seen)[0], np.asarray(slopes)[0])
    return HeatMap(step.name, chosen, predicted, outputs, heat)


def weighed(channels: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Return the heat map, (height, width) float32 of 0 to 1.

    Args:
        channels: (height, width, n) output of a layer.
        gradients: of the score, likewise.

    Raises:
        KxError: if one of them is no number.
    """
    weights = gradients.astype("float64").mean(axis=(0, 1))
    heat = np.maximum(channels.astype("float64") @ weights, 0)
    if not np.isfinite(heat).all():
        raise KxError("the gradients are not finite: the network's weights are broken.")
    highest = heat.max()
    scaled: np.ndarray = (heat / highest if highest > 0 else heat).astype("float32")
    return scaled


def overlaid(picture: np.ndarray, heat: np.ndarray, strength: float = STRENGTH) -> np.ndarray:
    """Return ``picture`` with the colours of the heat map added: (height, width, 3) uint8.

    Args:
        picture: (height, width, 3) uint8 RGB, or (height, width, 1) grey.
        heat: of any size, 0 to 1; is stretched over the picture.
        strength: of the colours.
    """
    from matplotlib import colormaps
    from PIL import Image

    height, width = picture.shape[:2]
    stretched = Image.fromarray(heat.astype("float32")).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    colours = colormaps["jet"](np.clip(np.asarray(stretched), 0, 1))[..., :3] * 255
    # The sum may exceed 255: as uint8 it would begin at 0 again.
    mixed: np.ndarray = np.clip(picture + strength * colours, 0, 255).astype("uint8")
    return mixed


def _scores(last: Step) -> tuple[Any, str]:
    """Return what the last step makes its outputs of, and by which function.

    Where there is no way behind that function, the outputs themselves.
    """
    import keras

    if isinstance(last.layer, keras.layers.Softmax):
        return last.inputs[0], "softmax"
    name = getattr(getattr(last.layer, "activation", None), "__name__", "linear")
    if name not in SQUASHING:
        return last.output, name
    if isinstance(last.layer, keras.layers.Activation):
        return last.inputs[0], name
    if isinstance(last.layer, keras.layers.Dense):
        return _linear_twin(last)(last.inputs[0]), name
    return last.output, name


def _linear_twin(step: Step) -> Any:
    """Return a layer with the same weights that leaves the activation away."""
    layer = step.layer
    twin = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    twin.build(step.inputs[0].shape)
    twin.set_weights(layer.get_weights())
    return twin


def _chosen(
    output: np.ndarray, squashed: str, target: int | None, is_number: bool
) -> tuple[np.ndarray, int | None, int | None]:
    """Return outputs per class, the class that is mapped, and the most probable one.

    Raises:
        UsageError: if there is no such class.
    """
    if output.size == 1 and (is_number or squashed != "sigmoid"):
        if target is not None:
            raise UsageError("the network predicts a number, and no class: leave --class away.")
        return output, None, None
    outputs = np.array([1 - output[0], output[0]]) if output.size == 1 else output
    if target is not None and not 0 <= target < len(outputs):
        raise UsageError(f"there is no class {target}: they are numbered 0 to {len(outputs) - 1}.")
    predicted = int(outputs.argmax())
    return outputs, predicted if target is None else target, predicted


def _score(raw: Any, chosen: int | None) -> Any:
    if chosen is None:
        return raw[:, 0]
    if raw.shape[-1] == 1:
        return raw[:, 0] if chosen == 1 else -raw[:, 0]
    return raw[:, chosen]
