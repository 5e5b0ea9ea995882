"""Windows of a table's rows as numbers, by what the rows in training windows alone tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.contracts import Block, ColumnForm, Missing, Scale
from kx.data.arrays.windows import Windows
from kx.data.tables.encoding import TablePreparation, fit_table
from kx.data.tables.measures import Own

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class WindowPreparation:
    """How windows become what networks take: (n, length, width) float32.

    Attributes:
        table: how each of their rows does.
        length: rows of a window.
    """

    table: TablePreparation
    length: int

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Nothing: the columns of steps are numbers, as far as networks know."""
        return ()

    def is_same(self, other: Any) -> bool:
        """Whether ``other`` prepares every window exactly as this one does."""
        same = isinstance(other, WindowPreparation) and self.length == other.length
        return same and self.table.is_same(other.table)

    def input_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one prepared window; see ``TablePreparation.input_shape``."""
        return (shape[0], *self.table.input_shape(shape[1:]))

    def apply(self, x: Windows, part: str = "validation or test") -> Windows:
        """Return the windows, their rows prepared.

        Raises:
            DataError: if a value is missing in a column that the training part has whole.
        """
        return x.of_rows(self.table.apply(x.rows, part))

    def check(self, x: Windows, part: str) -> None:
        """Look for gaps that ``apply`` would refuse.

        Raises:
            DataError: as ``apply`` does.
        """
        self.table.check(x.rows, part)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the numbers, for an ``.npz`` file; ``settings`` are the rest."""
        return self.table.arrays()

    def settings(self) -> dict[str, Any]:
        """Return kinds, levels and the length of windows, for a JSON file."""
        return {**self.table.settings(), "window": self.length}


def fit_windows(
    x: Windows,
    wanted: np.ndarray,
    columns: tuple[ColumnForm, ...],
    scale: Scale,
    missing: Missing,
    own: Own | None = None,
) -> WindowPreparation:
    """Learn from the windows at ``wanted``, of one fit, how to prepare these and all others.

    Each of their rows counts once, in however many windows it stands; see ``fit_table``.

    Raises:
        DataError: if a value is missing where that is an error.
    """
    rows = x.rows[x.covered(wanted)]
    return WindowPreparation(fit_table(rows, columns, scale, missing, own), x.length)
