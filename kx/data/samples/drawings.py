"""What the stand-ins of pictures have in common: strokes, moved about, with noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Stroke = tuple[int, int, int, int]
"""A filled rectangle: top, left, bottom, right, in pixels from 0 to 28; the last ones excluded."""

TRAIN, TEST = 1_200, 300
"""Examples in the two parts."""


def draw(figures: Sequence[Sequence[Stroke]], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw each figure about equally often, in an order left to chance.

    Args:
        figures: the strokes of each class, at least 3 pixels away from the border.
        seed: of the chance by which all is drawn.

    Returns:
        (TRAIN + TEST, 28, 28) uint8 pictures, and their (TRAIN + TEST,) uint8 classes.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(TRAIN + TEST) % len(figures))
    shapes = np.stack([_figure(strokes) for strokes in figures])
    moves = random.integers(-3, 4, size=(len(labels), 2))
    pictures = np.stack(
        [np.roll(shapes[label], move, (0, 1)) for label, move in zip(labels, moves, strict=True)]
    )
    ink = random.uniform(120, 255, size=(len(labels), 1, 1))
    noise = random.normal(0, 25, size=pictures.shape)
    return (pictures * ink + noise).clip(0, 255).astype(np.uint8), labels.astype(np.uint8)


def _figure(strokes: Sequence[Stroke]) -> np.ndarray:
    import numpy as np

    figure = np.zeros((28, 28))
    for top, left, bottom, right in strokes:
        figure[top:bottom, left:right] = 1.0
    return figure
