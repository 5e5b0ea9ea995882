"""Stand-ins for the photographs of cats and dogs."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SIDE = 64
"""Height and width of a drawing, in pixels."""

COUNTS = {"train": 120, "validation": 60, "test": 60}
"""Drawings of each kind, in the ratio of the real parts."""


def pets() -> dict[str, bytes]:
    """Draw 240 cats and 240 dogs, bitmap files by their names. They are no real data.

    Cats have pointed ears that stand up, dogs have long ones that hang down; place, size, colours
    and noise are left to chance. The layout is that of ``cats_and_dogs_small``.
    """
    import numpy as np

    random = np.random.default_rng(7)
    names = [
        (f"{part}/{kind}s/{kind}.{number}.bmp", kind)
        for part, count in COUNTS.items()
        for number in range(count)
        for kind in ("cat", "dog")
    ]
    return {name: _bitmap(_drawing(kind, random)) for name, kind in names}


def _drawing(kind: str, random: np.random.Generator) -> np.ndarray:
    """Draw one animal's head: (SIDE, SIDE, 3) uint8."""
    import numpy as np

    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    radius = random.uniform(12, 18)
    u = (x - random.uniform(24, 40)) / radius  # in units of the head, from its middle
    v = (y - random.uniform(26, 38)) / radius
    side = np.abs(u)
    head = u**2 + v**2 < 1
    if kind == "cat":
        ears = (v > -1.6) & (v < -0.4) & (np.abs(side - 0.65) < (v + 1.6) / 2.4)
    else:
        ears = ((side - 1.05) / 0.3) ** 2 + ((v - 0.15) / 0.8) ** 2 < 1
    eyes = (side - 0.4) ** 2 + (v + 0.15) ** 2 < 0.02
    fur, ground, dark = (random.uniform(*limits, 3) for limits in ((90, 255), (0, 220), (0, 60)))
    picture = np.where((head | ears)[..., None], fur, ground)
    picture = np.where(eyes[..., None], dark, picture)
    noise = random.normal(0, 20, picture.shape)
    return (picture + noise).clip(0, 255).astype(np.uint8)


def _bitmap(picture: np.ndarray) -> bytes:
    """Return the drawing as a BMP file: a header, then blue, green and red, lowest row first."""
    content = picture[::-1, :, ::-1].tobytes()  # rows of 4n bytes need no filling
    start = struct.pack("<2sIHHI", b"BM", 54 + len(content), 0, 0, 54)
    form = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, len(content), 2835, 2835, 0, 0)
    return start + form + content
