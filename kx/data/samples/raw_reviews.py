"""Stand-ins for film reviews as they were written."""

from __future__ import annotations

from collections.abc import Sequence

COUNTS = {"train": 600, "test": 150}
"""Texts of each label."""

CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"


def raw_reviews() -> dict[str, bytes]:
    """Draw 1,500 "reviews" of invented words, text files by their names. They are no real data.

    The layout is that of ``aclImdb``. Some words occur twice as often in the texts of one label:
    there is something to learn.
    """
    import numpy as np

    from kx.data.samples.words import draw_texts

    contents = {}
    for seed, (part, count) in enumerate(COUNTS.items(), 3):
        labels = np.repeat([0, 1], count)
        lists = draw_texts(labels, classes=2, boost=2.0, length=120, seed=seed)
        for number, (label, ranks) in enumerate(zip(labels, lists, strict=True)):
            name = f"{part}/{('neg', 'pos')[label]}/{number % count}_{1 + 9 * label}.txt"
            contents[name] = _sentences(ranks).encode()
    return contents


def _sentences(ranks: Sequence[int]) -> str:
    words = [invented_word(rank) for rank in ranks]
    lines = [" ".join(words[at : at + 12]).capitalize() for at in range(0, len(words), 12)]
    return ". ".join(lines) + "."


def invented_word(rank: int) -> str:
    """Return a word of two syllables or more, another one for each rank."""
    syllables = [consonant + vowel for consonant in CONSONANTS for vowel in VOWELS]
    digits = [rank % 60, rank // 60 % 60] + ([rank // 3600] if rank >= 3600 else [])
    return "".join(syllables[digit] for digit in digits)
