"""Stand-ins for ``boston_housing.npz`` and ``california_housing.npz``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from kx.data.files.archives import Arrays


def boston_houses() -> Arrays:
    """Draw 506 rows of 13 numbers and a price in 1000 USD by chance. They are no real data.

    Keys and types are those of the official file; the columns differ in size as there, but mean
    nothing.
    """
    sizes = [4, 12, 11, 0.1, 0.6, 6, 70, 4, 10, 400, 18, 350, 13]
    x, price = _houses(506, sizes, seed=3)
    return {"x": x, "y": (22.5 + 9 * price).clip(5, 50).round(1)}


def california_houses() -> Arrays:
    """Draw 1,500 rows of 8 numbers and a price in USD by chance. They are no real data.

    Keys and types are those of the official file; the columns differ in size as there, but mean
    nothing.
    """
    sizes = [120, 36, 29, 2600, 540, 1400, 500, 4]
    x, price = _houses(1_500, sizes, seed=4)
    y = (207_000 + 115_000 * price).clip(15_000, 500_001).round(-2)
    return {"x": x.astype("float32"), "y": y.astype("float32")}


def _houses(rows: int, sizes: Sequence[float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw (rows, columns) features of the given sizes, and (rows,) prices of variance about 1.

    A tenth of the variance is noise, the rest a nearly linear function of the features.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    features = random.normal(size=(rows, len(sizes)))
    weights = random.normal(size=len(sizes))
    price = features @ weights / np.linalg.norm(weights)
    price += 0.2 * features[:, 0] * features[:, 1] + 0.3 * random.normal(size=rows)
    return np.asarray(sizes) * (1 + 0.3 * features), price
