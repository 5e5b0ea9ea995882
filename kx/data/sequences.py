"""Texts as lists of word ranks, and the arrays that networks read instead."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.errors import DataError

if TYPE_CHECKING:
    import numpy as np

Encoding = Literal["multi_hot", "sequence"]

MaxLen = Annotated[int, Field(ge=1, le=2_500)]
"""The longest review has 2,494 words, the longest newswire 2,376."""

PADDING, START, UNKNOWN = 0, 1, 2
INDEX_FROM = 3
"""Added to every rank, so that the three indices above are free: as in ``keras.datasets``."""


def encode(lists: np.ndarray, *, num_words: int, encoding: Encoding, maxlen: int) -> Any:
    """Turn ranks into word indices, and these into what a network can read.

    Args:
        lists: (n,) object array of lists of word ranks; 1 is the most frequent word.
        num_words: indices from here on become ``UNKNOWN``; at least 3.
        encoding: ``multi_hot`` or ``sequence``.
        maxlen: length of each row of a ``sequence``.

    Returns:
        ``multi_hot``: CSR matrix (n, num_words) of float32 ones; ``sequence``: (n, maxlen) int32.
    """
    words, lengths = word_indices(lists, num_words)
    if encoding == "multi_hot":
        return multi_hot(words, lengths, num_words)
    return padded(words, lengths, maxlen)


def flatten(lists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write lists of integers one behind the other: (total,) int32, and (n,) int64 lengths.

    Raises:
        DataError: if something else than an integer of 32 bits is found.
    """
    import numpy as np

    try:
        lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        total = int(lengths.sum())
        # Twelve million Python integers: fromiter needs a third of the time of np.concatenate.
        values = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=total)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(
            f"Expected lists of word ranks, but found something else: {error}"
        ) from error
    return values, lengths


def word_indices(lists: np.ndarray, num_words: int) -> tuple[np.ndarray, np.ndarray]:
    """Shift the ranks, replace rare words, and put a ``START`` before each list.

    Returns:
        (total,) int32 indices below ``num_words``, and the (n,) int64 lengths of the lists.
    """
    import numpy as np

    ranks, lengths = flatten(lists)
    ranks += INDEX_FROM
    ranks[ranks >= num_words] = UNKNOWN
    starts = np.cumsum(lengths) - lengths + np.arange(len(lengths))
    words = np.full(len(ranks) + len(lengths), START, dtype=np.int32)
    is_word = np.ones(len(words), dtype=bool)
    is_word[starts] = False
    words[is_word] = ranks
    return words, lengths + 1


def multi_hot(words: np.ndarray, lengths: np.ndarray, width: int) -> Any:
    """Mark which indices occur in each list: CSR matrix (len(lengths), width) of float32 ones."""
    import numpy as np
    from scipy.sparse import csr_matrix

    ends = np.concatenate(([0], np.cumsum(lengths)))
    ones = np.ones(len(words), dtype=np.float32)
    # A copy, because what follows works in place.
    matrix = csr_matrix((ones, words.copy(), ends), shape=(len(lengths), width))
    matrix.sum_duplicates()
    matrix.data.fill(1.0)
    return matrix


def padded(words: np.ndarray, lengths: np.ndarray, maxlen: int) -> np.ndarray:
    """Keep the last ``maxlen`` indices of each list; shorter lists get zeros in front.

    Returns:
        (len(lengths), maxlen) int32.
    """
    import numpy as np

    out = np.full((len(lengths), maxlen), PADDING, dtype=np.int32)
    for row, end, length in zip(out, np.cumsum(lengths), lengths, strict=True):
        count = min(length, maxlen)
        row[maxlen - count :] = words[end - count : end]
    return out
