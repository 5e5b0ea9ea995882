"""Which rows of a table are for training, validation and testing: given, by time, or drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.contracts import DatasetInfo, Split
from kx.data.arrays.splitting import drawn_rows, held_out
from kx.data.tables.column_options import RowRoles
from kx.data.tables.row_roles import RoleColumns

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


def divided(
    data: Split, given: np.ndarray | None, fraction: float, seed: int, table: str
) -> TableParts:
    """Return the rows of the parts: as given, the last in time, or drawn; no group is divided.

    Args:
        data: the n rows.
        given: (n,) what each is for; None: nobody says.
        fraction: share of the rows for testing, in (0, 1).
        seed: of the draw.
        table: name of the file, for messages.

    Raises:
        DataError: if the parts are given though the rows have times, or one cannot be had.
    """

    def drawn(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        groups = None if data.groups is None else data.groups[rows]
        train, test = drawn_rows(data.y[rows], fraction, seed, groups)
        return rows[train], rows[test]

    if data.times is None:
        return arranged(given, len(data), drawn)
    if given is not None:
        raise DataError(
            f"{table}: dataset.time tests on the last rows, but files or dataset.part already "
            "define the test rows. Remove one of them, or list the column in dataset.ignore."
        )
    return TableParts(*last_in_time(data.times, fraction))


def with_parts(info: DatasetInfo, parts: TableParts) -> DatasetInfo:
    """Return what is known of a table, with the sizes of its parts."""
    return replace(
        info,
        train_examples=len(parts.train),
        validation_examples=parts.validation,
        test_examples=len(parts.test),
    )


def with_roles(info: DatasetInfo, roles: RowRoles) -> DatasetInfo:
    """Return what is known of a table, with what is said of its rows."""
    ordered = roles.time is not None
    return replace(info, groups=roles.group or "", folds=roles.fold or "", ordered=ordered)


def origins(parts: TableParts, roles: RoleColumns) -> dict[str, list[str]]:
    """Return where each row of the parts stands: ``train`` and ``test`` -> such as `line 12`."""
    return {
        part: [roles.place(roles.lines[at]) for at in of]
        for part, of in (("train", parts.train), ("test", parts.test))
    }


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
