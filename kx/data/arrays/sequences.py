"""Texts as lists of word ranks, and the arrays that networks read instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kx.base.errors import DataError
from kx.contracts import Side

if TYPE_CHECKING:
    import numpy as np

Encoding = Literal["multi_hot", "count", "sequence"]

MaxLen = Annotated[int, Field(ge=1, le=2_500)]
"""The longest review has 2,494 words, the longest newswire 2,376."""

PADDING, START, UNKNOWN = 0, 1, 2
INDEX_FROM = 3
"""Added to every rank, so that the three indices above are free: as in ``keras.datasets``."""


@dataclass(frozen=True, slots=True)
class WordRows:
    """How lists of words become rows: options of the texts that come as ranks of words.

    Attributes:
        encoding: `multi_hot` tells which words occur, `count` how often, `sequence` in what order.
        maxlen: words of a `sequence`.
        pad: where shorter texts get zeros.
        truncate: where longer texts lose words.
    """

    encoding: Encoding = "multi_hot"
    maxlen: MaxLen = 500
    pad: Side = "front"
    truncate: Side = "front"

    def form(self, num_words: int) -> dict[str, Any]:
        """Return how the rows look; see ``sequence_form``."""
        return sequence_form(self.encoding, num_words, self.maxlen, self.pad)

    def of(self, lists: np.ndarray, num_words: int) -> Any:
        """Return the rows of ``lists``; see ``encode``."""
        return encode(lists, num_words=num_words, **asdict(self))


def sequence_form(encoding: str, num_words: int, maxlen: int, pad: Side) -> dict[str, Any]:
    """Return how encoded texts look: fields of the info, such as ``input_shape``."""
    if encoding == "sequence":
        return {"input_shape": (maxlen,), "sparse": False, "vocabulary": num_words, "pad": pad}
    return {"input_shape": (num_words,), "sparse": True, "vocabulary": None}


def words_of(index: Mapping[str, np.ndarray], num_words: int) -> tuple[str, ...]:
    """Return what each word index stands for: ``num_words`` texts, empty for no word.

    Args:
        index: ``words`` (n,) texts and ``ranks`` (n,) numbers, as ``read_word_index`` returns them.
        num_words: as in ``encode``.
    """
    found = [""] * num_words
    for word, rank in zip(index["words"].tolist(), index["ranks"].tolist(), strict=True):
        if rank + INDEX_FROM < num_words:
            found[rank + INDEX_FROM] = word
    return tuple(found)


def encode(
    lists: np.ndarray,
    *,
    num_words: int,
    encoding: Encoding,
    maxlen: int,
    pad: Side = "front",
    truncate: Side = "front",
) -> Any:
    """Turn ranks into word indices, and these into what a network can read.

    Args:
        lists: (n,) object array of lists of word ranks; 1 is the most frequent word.
        num_words: indices from here on become ``UNKNOWN``; at least 3.
        encoding: ``multi_hot``, ``count`` or ``sequence``.
        maxlen: length of each row of a ``sequence``.
        pad: where a ``sequence`` gets zeros.
        truncate: where it loses indices.

    Returns:
        ``sequence``: (n, maxlen) int32; else a CSR matrix (n, num_words) of float32.
    """
    words, lengths = word_indices(lists, num_words)
    if encoding == "sequence":
        return padded(words, lengths, maxlen, pad=pad, truncate=truncate)
    return bag(words, lengths, num_words, counted=encoding == "count")


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


def bag(words: np.ndarray, lengths: np.ndarray, width: int, *, counted: bool = False) -> Any:
    """Mark which indices occur in each list, or count how often.

    Returns:
        CSR matrix (len(lengths), width) of float32: ones, or counts.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    ends = np.concatenate(([0], np.cumsum(lengths)))
    ones = np.ones(len(words), dtype=np.float32)
    # A copy, because what follows works in place.
    matrix = csr_matrix((ones, words.copy(), ends), shape=(len(lengths), width))
    matrix.sum_duplicates()
    if not counted:
        matrix.data.fill(1.0)
    return matrix


def padded(
    words: np.ndarray,
    lengths: np.ndarray,
    maxlen: int,
    *,
    pad: Side = "front",
    truncate: Side = "front",
) -> np.ndarray:
    """Give all lists one length: longer ones lose indices, shorter ones get zeros.

    Args:
        words: (total,) int32 indices, one list behind the other.
        lengths: of the lists.
        maxlen: the length of all.
        pad: where the zeros are.
        truncate: where indices are lost.

    Returns:
        (len(lengths), maxlen) int32.

    Source:
        ``keras.utils.pad_sequences``, whose default is the front, too.
    """
    import numpy as np

    out = np.full((len(lengths), maxlen), PADDING, dtype=np.int32)
    ends = np.cumsum(lengths)
    for row, start, end in zip(out, ends - lengths, ends, strict=True):
        count = min(end - start, maxlen)
        kept = words[end - count : end] if truncate == "front" else words[start : start + count]
        if pad == "front":
            row[maxlen - count :] = kept
        else:
            row[:count] = kept
    return out
