"""A stand-in for ``imdb.npz``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kx.data.files.archives import Arrays


def reviews() -> Arrays:
    """Draw 1,200 + 300 "reviews" by chance. They are no real data and nobody's opinion.

    Keys, types and order are those of the official file: word ranks, first the positive half.
    Some words occur twice as often in the reviews of one label: there is something to learn.
    """
    import numpy as np

    from kx.data.samples.words import draw_texts

    y_train, y_test = (np.repeat([1, 0], count // 2) for count in (1_200, 300))
    labels = np.concatenate([y_train, y_test])
    texts = draw_texts(labels, classes=2, boost=2.0, length=120, seed=1)
    return {
        "x_train": texts[: len(y_train)],
        "y_train": y_train,
        "x_test": texts[len(y_train) :],
        "y_test": y_test,
    }
