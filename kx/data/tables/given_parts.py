"""Which rows of a table are for training, validation and testing: given, by time, or drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.data.arrays.splitting import held_out
from kx.data.files.part_names import NAMES, part_of
from kx.data.tables.sheets import Sheet

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class TableParts:
    """The rows of the parts.

    Attributes:
        train: for training; at last those that the table itself gives for validation.
        test: for testing.
        validation: how many of the rows for training are given for validation.
    """

    train: np.ndarray
    test: np.ndarray
    validation: int = 0


def given_parts(sheet: Sheet) -> np.ndarray | None:
    """Return (n,) what each row is for, such as ``train``; None: nobody says.

    Raises:
        DataError: if a column says of a row what is no part, or of none that it is for training.
    """
    import numpy as np

    column = sheet.beside.get("part")
    if column is None:
        return np.array(sheet.parts) if any(sheet.parts) else None
    known = [part_of(value) for value in column.values]
    for value, part in zip(column.values, known, strict=True):
        if not part:
            place = sheet.place(column.lines[column.values[value]])
            names = ", ".join(names[0] for names in NAMES.values())
            raise DataError(
                f"{sheet.where(column)}, which dataset.part names: {place}: {value[:40]!r} is not "
                f"a part. Parts are called {names}."
            )
    sheet.refuse_gaps(column, "part")
    found = np.array(known)[np.array(column.codes, np.int64)]
    if not (found == "train").any():
        raise DataError(f"{sheet.where(column)} marks no row as training.")
    return found


def arranged(
    given: np.ndarray | None,
    count: int,
    drawn: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> TableParts:
    """Return the rows of the parts: as given, or drawn where no row is given for testing.

    Args:
        given: (n,) what each row is for; None: nobody says.
        count: n.
        drawn: divides some rows into those for training and those for testing.
    """
    import numpy as np

    if given is None:
        return TableParts(*drawn(np.arange(count)))
    train, validation, test = (
        np.flatnonzero(given == part) for part in ("train", "validation", "test")
    )
    if not len(test):
        train, test = drawn(train)
    return TableParts(np.concatenate([train, validation]), test, len(validation))


def last_in_time(times: np.ndarray, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the earlier rows and the later ones, which are for testing, in order of time.

    Rows of the same time are in the same part, so that none is tested on what was known then.

    Args:
        times: (n,) float64.
        fraction: share of the test part that comes nearest.

    Raises:
        DataError: if all rows are of the same time.
    """
    import numpy as np

    order = np.argsort(times, kind="stable")
    rising = times[order]
    wanted = len(order) - held_out(len(order), fraction)
    bounds = np.flatnonzero(np.diff(rising)) + 1
    if not len(bounds):
        raise DataError("all rows have the same dataset.time: none is later.")
    bound = int(bounds[np.abs(bounds - wanted).argmin()])
    return order[:bound], order[bound:]
