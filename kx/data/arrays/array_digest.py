"""One way to hash arrays, whatever container they came in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import hashlib

    import numpy as np


def add_array(digest: hashlib._Hash, name: str, values: Any) -> None:
    """Feed name, type, shape and content of ``values`` to ``digest``.

    Byte order and memory layout make no difference: equal values of one type count as equal.

    Args:
        digest: a hash of ``hashlib`` that is added to.
        name: tells arrays of one content in different roles apart.
        values: array of numbers, object array of lists of integers, texts, CSR matrix, or rows
            of a table.
    """
    for label, part in _parts(values):
        digest.update(f"{name}{label}|{part.dtype.str}|{part.shape}|".encode())
        digest.update(part.data)


def _parts(values: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Take ``values``, or the rows of windows, apart into contiguous little-endian arrays."""
    import numpy as np

    if hasattr(values, "begins"):
        yield f":windows{values.length}", _plain(values.rows)
        yield ":ends", _plain(values.ends)
    elif hasattr(values, "indptr"):
        ordered = values if values.has_sorted_indices else values.sorted_indices()
        yield f":csr{values.shape}:data", _plain(ordered.data)
        # SciPy chooses the width of the indices by size and version: it says nothing of the data.
        yield ":indices", _plain(ordered.indices.astype(np.int64))
        yield ":indptr", _plain(ordered.indptr.astype(np.int64))
    elif hasattr(values, "strings"):
        contents = [text.encode("utf-8", "surrogatepass") for text in values.strings]
        yield ":texts", np.frombuffer(b"".join(contents), np.uint8)
        yield ":lengths", np.fromiter(map(len, contents), np.int64, len(contents))
    elif hasattr(values, "parts"):
        for name, part in values.parts():
            yield from ((f"{name}{label}", array) for label, array in _parts(part))
    elif values.dtype.hasobject:
        from kx.data.arrays.sequences import flatten

        flat, lengths = flatten(values)
        yield ":lists", _plain(flat.astype(np.int64))
        yield ":lengths", _plain(lengths)
    else:
        yield "", _plain(values)


def _plain(values: np.ndarray) -> np.ndarray:
    import numpy as np

    # np.ascontiguousarray would turn a single number into a row of one.
    return np.asarray(values, dtype=values.dtype.newbyteorder("<"), order="C")
