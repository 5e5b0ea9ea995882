"""Which examples occur more than once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

CHUNK_BYTES = 1 << 20
"""Rows are hashed in chunks of about this size, which fit into the processor's cache."""


def row_hashes(x: Any) -> np.ndarray:
    """Return one number per row, (n,) uint64: equal for equal rows, and else only by chance.

    Arrays must be of one type and width to be compared. Zero and minus zero are equal, and so
    are CSR rows with the same entries in another order, or with zeros among them.

    Args:
        x: (n, ...) array of numbers, booleans or short texts, a CSR matrix, ``Texts``, or
            ``TableRows``.

    Raises:
        TypeError: for an array of Python objects.
    """
    import numpy as np

    if hasattr(x, "indptr"):
        return _sparse_hashes(x)
    if hasattr(x, "strings"):
        return _text_hashes(x.strings)
    if hasattr(x, "parts"):
        hashes = np.zeros(len(x), np.uint64)
        for _, values in x.parts():  # each scattered again: their order counts
            hashes = _mixed(hashes ^ row_hashes(values))
        return hashes
    if x.dtype.hasobject:
        raise TypeError("rows of Python objects cannot be hashed")
    # The multipliers must be the same in every call, or hashes could not be compared.
    width = -(-_row_bytes(x) // 4)
    if width == 0:
        return np.zeros(len(x), np.uint64)
    factors = np.random.default_rng(0).integers(0, 2**64, (width, 2), np.uint64)
    return np.concatenate([_multilinear(words, factors) for words in _words(x, width)])


def all_alike(x: Any) -> bool:
    """Whether all rows of ``x``, two at least, are the same; most often the first few tell."""
    import numpy as np

    rows = x.shape[0] if hasattr(x, "shape") else len(x)
    if rows < 2:
        return False
    few = np.arange(min(rows, 16))
    return len(np.unique(row_hashes(x[few]))) == 1 and len(np.unique(row_hashes(x))) == 1


def count_shared(validation_hashes: np.ndarray, train_hashes: np.ndarray) -> int:
    """Return how many rows of the validation part occur in the training part, too."""
    import numpy as np

    return int(np.isin(validation_hashes, train_hashes).sum())


def _row_bytes(x: np.ndarray) -> int:
    return x.dtype.itemsize * int(x[:1].size) if len(x) else 0


def _words(x: np.ndarray, width: int) -> Iterator[np.ndarray]:
    """Yield chunks of rows as (rows, width) uint32; bytes that are missing at the end are 0."""
    import numpy as np

    rows = max(1, CHUNK_BYTES // (4 * width))
    for start in range(0, len(x), rows):
        chunk = x[start : start + rows]
        if chunk.dtype.kind in "fc":
            chunk = chunk + chunk.dtype.type(0)  # makes 0 of -0
        flat = np.ascontiguousarray(chunk.reshape(len(chunk), -1))
        content = flat.view(np.uint8)
        missing = 4 * width - content.shape[1]
        yield np.pad(content, ((0, 0), (0, missing))).view(np.uint32)


def _multilinear(words: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Hash each row of ``words`` (rows, width) to 64 bits.

    Source:
        Lemire and Kaser (2014), "Strongly universal string hashing is fast", The Computer
        Journal 57: of each sum of products, the upper 32 bits collide as rarely as can be.
    """
    import numpy as np

    sums = words.astype(np.uint64) @ factors
    low, high = sums[:, 0] >> np.uint64(32), sums[:, 1] & np.uint64(0xFFFFFFFF00000000)
    hashes: np.ndarray = low | high
    return hashes


def _sparse_hashes(x: Any) -> np.ndarray:
    """Add up one number per entry, made of its column and its value."""
    import numpy as np

    plain = x.copy()
    plain.sum_duplicates()
    plain.eliminate_zeros()
    values = plain.data.view(f"u{plain.data.dtype.itemsize}").astype(np.uint64)
    entries = _mixed(_mixed(plain.indices.astype(np.uint64)) ^ values)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(entries, dtype=np.uint64)])
    hashes: np.ndarray = sums[plain.indptr[1:]] - sums[plain.indptr[:-1]]
    return hashes


def _text_hashes(strings: Iterable[str]) -> np.ndarray:
    import numpy as np

    contents = (text.encode("utf-8", "surrogatepass") for text in strings)
    hashes = [hashlib.blake2b(content, digest_size=8).digest() for content in contents]
    return np.frombuffer(b"".join(hashes), np.uint64)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Scatter (n,) uint64 over all of their range.

    Source:
        Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA.
    """
    import numpy as np

    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: np.ndarray = mixed ^ (mixed >> np.uint64(31))
    return scattered
