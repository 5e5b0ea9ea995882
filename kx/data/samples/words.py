"""What the stand-ins of texts have in common: lists of word ranks that tell their class."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from kx.data.files.archives import Arrays

COMMON = "the of and to in a is that for it was on as with he be at by this had not are but from or"
"""So that ready-made vectors cover something."""

VOCABULARY = 3_000
"""Ranks are 1 to this number, drawn by Zipf's law as in a natural language."""

MARKED = range(30, 2_000)
"""Ranks that may tell a class; more frequent words are like "the" and tell nothing."""


def word_index() -> Arrays:
    """Return what the ranks stand for: a few common words, and made-up ones; no real data."""
    import numpy as np

    words = COMMON.split()
    words += [f"sample{rank}" for rank in range(len(words) + 1, VOCABULARY + 1)]
    return {"words": np.array(words), "ranks": np.arange(1, VOCABULARY + 1)}


def draw_texts(
    labels: np.ndarray, *, classes: int, boost: float, length: int, seed: int
) -> np.ndarray:
    """Draw one text per label: (n,) object array of lists of word ranks.

    Args:
        labels: (n,) numbers of classes.
        classes: every ``classes``-th word among the ``MARKED`` belongs to one of them.
        boost: how many times as often a word occurs in the texts of its class.
        length: median number of words in a text.
        seed: of the chance by which all is drawn.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    lengths = np.maximum(10, length * np.exp(random.normal(0, 0.4, len(labels)))).astype(int)
    texts = np.empty(len(labels), dtype=object)
    for label in range(classes):
        odds = 1.0 / (np.arange(VOCABULARY) + 3.0)
        odds[MARKED.start + label : MARKED.stop : classes] *= boost
        for row in np.flatnonzero(labels == label):
            words = 1 + random.choice(VOCABULARY, size=lengths[row], p=odds / odds.sum())
            texts[row] = words.tolist()
    return texts
