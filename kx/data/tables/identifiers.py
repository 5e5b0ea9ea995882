"""Columns of numbers that seem to name the rows, such as the numbers of customers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kx.data.tables.columns import TableColumn
from kx.data.tables.dates import are_rising_years
from kx.data.tables.recognition import Recognized

if TYPE_CHECKING:
    import numpy as np

LEAST_ROWS = 20
"""Among fewer, measured numbers are often all different."""

COINCIDENCES = 10
"""Pairs of equal numbers that chance would make, from which on it is odd that there are none."""

NAME = re.compile(
    r"(^|.*[\s_.#-])(id|ids|uid|pid|nr|no|num|number|code|key|index|serial|identifier)|.*nummer"
    r"|.*[a-z](Id|ID|No|Nr|Num|Number|Key|Code)|.*(编号|序号|学号|工号|号码)",
)
"""What identifiers are called."""


def may_identify(column: TableColumn, how: Recognized) -> bool:
    """Whether a column read as a number has a whole number of its own in each row, as names have.

    Numbers that are measured or counted repeat themselves where they lie close to each other: of n
    numbers within a range r, chance alone makes n² / 2r pairs that are equal (the birthday
    paradox). That there is none tells; far apart, the name of the column does.
    """
    import numpy as np

    if how.reading != "number" or len(column) < LEAST_ROWS:
        return False
    if column.floats is None and len(column.values) < len(column):
        return False
    numbers = column.numbers(how.comma)
    if not np.isfinite(numbers).all() or (numbers % 1).any() or are_rising_years(numbers):
        return False
    return _are_distinct(numbers) and (_are_close(numbers) or _is_named_so(column.name))


def _are_distinct(numbers: np.ndarray) -> bool:
    import numpy as np

    return len(np.unique(numbers)) == len(numbers)


def _are_close(numbers: np.ndarray) -> bool:
    span = float(numbers.max() - numbers.min()) + 1
    return len(numbers) ** 2 / (2 * span) > COINCIDENCES


def _is_named_so(name: str) -> bool:
    return any(NAME.fullmatch(each) for each in (name.strip(), name.strip().lower()))
