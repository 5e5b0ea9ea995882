"""A stand-in for ``reuters.npz``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kx.data.files.archives import Arrays

TOPICS = 46
EXAMPLES = 1_840
COMMON = {3: 400, 4: 250}
"""Topics that are frequent in the official file as well, and how many newswires they get here."""


def newswires() -> Arrays:
    """Draw 1,840 "newswires" on 46 topics by chance. They are no real data.

    Keys and types are those of the official file. Each topic has words of its own, and the topics
    are unevenly frequent.
    """
    import numpy as np

    from kx.data.samples.words import draw_texts

    labels = np.arange(EXAMPLES) % TOPICS
    random = np.random.default_rng(2)
    rows = random.permutation(EXAMPLES)
    for topic, count in COMMON.items():
        labels[rows[:count]], rows = topic, rows[count:]
    return {
        "x": draw_texts(labels, classes=TOPICS, boost=15.0, length=100, seed=2),
        "y": labels,
    }
