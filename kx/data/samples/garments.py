"""Stand-ins for the four files of Fashion-MNIST."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kx.data.samples.drawings import TRAIN, Stroke, draw

if TYPE_CHECKING:
    import numpy as np

    from kx.data.files.archives import Arrays

GARMENTS: tuple[tuple[Stroke, ...], ...] = (
    ((6, 9, 24, 19), (6, 4, 11, 24)),  # a body with short sleeves
    ((4, 9, 24, 13), (4, 15, 24, 19)),  # two legs
    ((6, 9, 24, 19), (6, 4, 20, 7), (6, 21, 20, 24)),  # long sleeves
    ((4, 11, 14, 17), (14, 8, 24, 20)),  # wide below
    ((6, 9, 24, 13), (6, 15, 24, 19), (6, 4, 20, 7), (6, 21, 20, 24)),  # open in front
    ((18, 5, 20, 23), (14, 5, 18, 8), (14, 15, 18, 17)),  # straps
    ((6, 9, 24, 19), (6, 4, 9, 24), (12, 4, 14, 24)),  # stripes
    ((14, 8, 20, 23), (17, 4, 20, 8)),  # a low shoe
    ((12, 5, 24, 23), (6, 10, 8, 18), (8, 10, 12, 12), (8, 16, 12, 18)),  # a handle
    ((6, 12, 22, 17), (17, 5, 22, 17)),  # a boot
)


def train_images() -> Arrays:
    """Draw 1,200 coarse garments, (1200, 28, 28) uint8. They are no real data."""
    return {"values": _garments()[0][:TRAIN]}


def train_labels() -> Arrays:
    """Return the (1200,) uint8 classes of ``train_images``."""
    return {"values": _garments()[1][:TRAIN]}


def test_images() -> Arrays:
    """Draw 300 coarse garments, (300, 28, 28) uint8. They are no real data."""
    return {"values": _garments()[0][TRAIN:]}


def test_labels() -> Arrays:
    """Return the (300,) uint8 classes of ``test_images``."""
    return {"values": _garments()[1][TRAIN:]}


@cache
def _garments() -> tuple[np.ndarray, np.ndarray]:
    pictures, labels = draw(GARMENTS, seed=6)
    pictures.setflags(write=False)  # they are shared from here on
    labels.setflags(write=False)
    return pictures, labels
