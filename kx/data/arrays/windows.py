"""Windows of rows that follow each other in time, cut only when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """An array (n, length, columns) of which only the rows are kept; an index cuts windows of them.

    All windows of 400,000 rows would take 120 times as much memory as the rows, if they are of
    120 steps.

    Attributes:
        rows: (m, columns), of one series behind the other, each in order of time.
        ends: (n,) int64, the last row of each window.
        length: rows of a window.
        target: (m,) float64, what is to be forecast, as the table has it.
        begins: (n,) int64, the first row from which on no step lacks before the window ends.
        times: (m,) int64, the step of each row, counted alike for all series.
        whose: (m,) int64, the series of each row.
    """

    rows: np.ndarray
    ends: np.ndarray
    length: int
    target: np.ndarray
    begins: np.ndarray
    times: np.ndarray
    whose: np.ndarray

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of all windows, if they were cut."""
        return (len(self.ends), self.length, int(self.rows.shape[1]))

    @property
    def ndim(self) -> int:
        """How many sides ``shape`` has."""
        return 3

    @property
    def dtype(self) -> Any:
        """Of the numbers."""
        return self.rows.dtype

    @property
    def nbytes(self) -> int:
        """What is kept in memory."""
        return int(self.rows.nbytes + self.ends.nbytes)

    def __getitem__(self, wanted: Any) -> np.ndarray:
        """Return the windows at ``wanted``, a slice or an array: (k, length, columns)."""
        import numpy as np

        before = np.arange(1 - self.length, 1)
        cut: np.ndarray = self.rows[self.ends[wanted][..., None] + before]
        return cut

    def among(self, wanted: np.ndarray) -> Windows:
        """Return the windows at ``wanted``, not cut."""
        return replace(self, ends=self.ends[wanted], begins=self.begins[wanted])

    def covered(self, wanted: np.ndarray) -> np.ndarray:
        """Return the rows that the windows at ``wanted`` read, each once, rising."""
        import numpy as np

        edges = np.zeros(len(self.rows) + 1, np.int64)
        np.add.at(edges, self.ends[wanted] - self.length + 1, 1)
        np.add.at(edges, self.ends[wanted] + 1, -1)
        return np.flatnonzero(np.cumsum(edges[:-1]))

    def of_rows(self, rows: np.ndarray) -> Windows:
        """Return the same windows of other ``rows``: of these, prepared."""
        return replace(self, rows=rows)

    def spans(self, lead: int) -> np.ndarray:
        """Return (n, 2) int64, the steps at which each window ends and its last target stands.

        Args:
            lead: how many rows behind the end the last target is. That may be more steps: where
                each row is one step behind the last one, other series have rows in between.
        """
        import numpy as np

        return np.stack([self.times[self.ends], self.times[self.ends + lead]], axis=1)
