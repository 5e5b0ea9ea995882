"""Prepared rows of a large table that are made when they are asked for, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

KEPT_BYTES = 5e8
"""Prepared rows that take more are made anew in every epoch, some milliseconds for a thousand."""

BLOCK = 10_000
"""Rows that are encoded at once: all of a large table would be held several times."""


class EncodedRows:
    """Rows of a table as networks take them: an array (n, width) float32 that is only read.

    Attributes:
        shape: as of an array; likewise ``ndim``, ``dtype`` and ``nbytes``.
        at_once: as many rows are encoded in hardly more time than a few.
    """

    ndim = 2
    at_once = 4096

    def __init__(self, x: Any, width: int, encode: Callable[[Any], np.ndarray]) -> None:
        """Keep the rows as they are.

        Args:
            x: (n, columns) rows, or ``TableRows``, unprepared.
            width: of a prepared row.
            encode: makes (k, width) float32 of some of the rows.
        """
        import numpy as np

        self._x, self._encode = x, encode
        self.shape = (len(x), width)
        self.dtype = np.dtype(np.float32)
        self.nbytes = len(x) * width * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, at: Any) -> np.ndarray:
        """Return prepared rows, or a slice of their columns, as an array would."""
        import numpy as np

        rows, columns = at if isinstance(at, tuple) else (at, slice(None))
        if isinstance(rows, int):
            found: np.ndarray = self[rows : rows + 1, columns][0]
            return found
        chosen = self._x[rows]
        width = len(range(*columns.indices(self.shape[1])))
        encoded = np.empty((len(chosen), width), np.float32)
        for start in range(0, len(chosen) if width else 0, BLOCK):
            block = chosen[start : start + BLOCK]
            encoded[start : start + BLOCK] = self._encode(block)[:, columns]
        return encoded

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all rows: what this is there to avoid."""
        return self[:].astype(dtype or self.dtype, copy=False)


def are_made_late(x: Any) -> bool:
    """Whether prepared features are made when they are asked for."""
    return isinstance(x, EncodedRows)
