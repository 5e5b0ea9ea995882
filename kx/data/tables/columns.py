"""A column of a table as it is read: each different value is kept, and looked at, once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kx.base.errors import DataError
from kx.base.text import brief
from kx.data.tables.dates import DateOrder, as_day
from kx.data.tables.numbers import as_number, names_a_number, sign_of_money, unit_of, without_unit
from kx.data.tables.rows import Places, in_lines
from kx.data.tables.scales import level_of

if TYPE_CHECKING:
    import numpy as np

Decimal = Literal["auto", "point", "comma"]

MOST_DISTINCT = 10_000
"""Different values that are kept as they are written; more of them must be numbers."""

UNMET = -2
"""Instead of a code: of a cell that was not met before."""


def too_many(count: int) -> bool:
    """Whether so many different values are not kept as they are written."""
    return count > MOST_DISTINCT


@dataclass(slots=True)
class TableColumn:
    """The values of one column, in the order of the rows.

    Attributes:
        name: of the column.
        decimal: what its numbers have before their decimals, as far as the spec says.
        codes: of each row the place of its value in ``values``; -1: it has none.
        values: the different values.
        lines: of each of them, the line on which it stands first.
        floats: of each row its number, once there are too many different values; then the others
            are no longer filled.
        comma: whether these numbers have a decimal comma.
        unit: that each of them was written with; the values are without it.
        order: of day and month, as far as the spec says.
        kept: whether its values are needed as they are written, however many there are.
        met: code of each cell that was met, with the blanks around it.
        place: says where a row stands, by its line.
    """

    name: str
    decimal: Decimal = "auto"
    codes: array[int] = field(default_factory=lambda: array("l"))
    values: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    floats: array[float] | None = None
    comma: bool = False
    unit: str = ""
    order: DateOrder = "auto"
    kept: bool = False
    met: dict[str, int] = field(default_factory=dict)
    place: Places = in_lines

    def extend(self, cells: Sequence[str], lines: Sequence[int], absent: Collection[str]) -> None:
        """Add the values of the next rows: at once, where all were met before or are plain numbers.

        Raises:
            DataError: as ``add`` does.
        """
        if self.floats is None:
            codes = [self.met.get(cell, UNMET) for cell in cells]
            if UNMET not in codes:
                self.codes.extend(codes)
                return
        elif not self.comma and not names_a_number(absent) and (numbers := _plain(cells)):
            self.floats.extend(numbers)
            return
        for cell, line in zip(cells, lines, strict=True):
            self.add(cell, line, absent)

    def add(self, cell: str, line: int, absent: Collection[str]) -> None:
        """Add the value of the next row, which stands on ``line``.

        Raises:
            DataError: if there are too many different values that are no numbers.
        """
        value = cell.strip()
        if value.casefold() in absent:
            self._add_none()
            self.met[cell] = -1
        elif self.floats is not None:
            self.floats.append(self.number(value, line))
        else:
            code = self.values.setdefault(value, len(self.values))
            if code == len(self.lines):
                self.lines.append(line)
                if self.has_one_too_many:
                    self.keep_numbers()
            if self.floats is None:
                self.codes.append(code)
                self.met[cell] = code
            else:
                self.floats.append(self.number(value, line))

    def _add_none(self) -> None:
        if self.floats is None:
            self.codes.append(-1)
        else:
            self.floats.append(math.nan)

    @property
    def has_one_too_many(self) -> bool:
        """Whether the last different value is the first one too many."""
        return too_many(len(self.lines)) and not too_many(len(self.lines) - 1)

    def keep_numbers(self) -> None:
        """Keep numbers alone of too many different values, if all are some."""
        if self.kept or not too_many(len(self.lines)):
            return
        self.take_units_off()
        self.comma = self.has_commas()
        numbers = [as_number(value, comma=self.comma) for value in self.values]
        if None not in numbers:
            known = [*(number for number in numbers if number is not None), math.nan]
            self.floats = array("d", (known[code] for code in self.codes))
            self.met.clear()

    def take_units_off(self) -> None:
        """Write the values without the unit that all of them have, such as kg or $."""
        unit = unit_of(self.values)
        bare = [without_unit(value, unit) for value in self.values]
        if not unit or not any(_readable(bare)):
            return
        places: dict[str, int] = {}
        codes = [places.setdefault(value, len(places)) for value in bare]
        firsts = [codes.index(code) for code in range(len(places))]
        self.lines = [self.lines[first] for first in firsts]
        self.codes = array("l", (code if code < 0 else codes[code] for code in self.codes))
        self.values, self.unit = places, unit
        if self.decimal == "auto":
            self.decimal = sign_of_money(places, unit)
        self.met.clear()

    def has_commas(self) -> bool:
        """Whether the numbers of the column have a decimal comma.

        Raises:
            DataError: if 1,234 may be a thousand or little more than one.
        """
        if self.decimal != "auto":
            return self.decimal == "comma"
        values = [value for value in self.values if "," in value]
        points, commas = _readable(values)
        if values and points and commas:
            points, commas = _readable([value for value in self.values if "." in value])
        if values and points and commas:
            raise DataError(
                f"column {brief(self.name)}: {values[0]!r} may be "
                f"{as_number(values[0], comma=False):g} or {as_number(values[0], comma=True):g}. "
                "Set dataset.decimal to point or comma."
            )
        return bool(values) and commas

    def number(self, value: str, line: int) -> float:
        """Return the number that a value is, which stands on ``line``.

        Raises:
            DataError: if it is none.
        """
        number = as_number(without_unit(value, self.unit), comma=self.comma)
        if number is None:
            raise DataError(
                f"{self.place(line)}: column {brief(self.name)}: must be a number, like all "
                f"values above it; got {value[:40]!r}. If it marks a missing value, list it in "
                "dataset.missing_values; to leave the column out, list it in dataset.ignore."
            )
        return number

    def __len__(self) -> int:
        return len(self.codes) if self.floats is None else len(self.floats)

    @property
    def gaps(self) -> int:
        """How many rows have no value."""
        if self.floats is None:
            return self.codes.count(-1)
        return int(self.empty().sum())

    def empty(self) -> np.ndarray:
        """Return (n,) bool, which rows have no value."""
        import numpy as np

        if self.floats is not None:
            return np.isnan(np.array(self.floats, np.float64))
        found: np.ndarray = np.array(self.codes, np.int64) < 0
        return found

    def numbers(self, comma: bool) -> np.ndarray:
        """Return (n,) float64, NaN where there is none."""
        import numpy as np

        if self.floats is not None:
            return np.array(self.floats, np.float64)
        known = [as_number(value, comma=comma) for value in self.values]
        found = np.array([*known, None], np.float64)
        return found[np.array(self.codes, np.int64)]

    def days(self, month_first: bool, ahead: int = 0) -> np.ndarray:
        """Return (n,) float64, days since 1970, NaN where there is none; see ``as_day``."""
        import numpy as np

        days = [as_day(value, month_first=month_first, ahead=ahead) for value in self.values]
        found = np.array([*days, None], np.float64)
        return found[np.array(self.codes, np.int64)]

    def levels(self, rows: np.ndarray, most: int, least: int) -> tuple[str, ...]:
        """Return up to ``most`` values that occur ``least`` times in ``rows``, by frequency."""
        import numpy as np

        codes = np.array(self.codes, np.int64)[rows]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.values)).tolist()
        named = sorted(zip(counts, self.values, strict=True), key=lambda each: (-each[0], each[1]))
        return tuple(name for count, name in named[:most] if count >= least)

    def said(self, known: Mapping[str, float]) -> np.ndarray:
        """Return (n,) float64, what ``known`` has for each value; NaN: there is none."""
        import numpy as np

        found = np.array([*(level_of(value, known) for value in self.values), None], np.float64)
        return found[np.array(self.codes, np.int64)]

    def strings(self) -> list[str]:
        """Return the value of each row as it is written; nothing, where there is none."""
        written = [*self.values, ""]
        return [written[code] for code in self.codes]

    def places(self, levels: Sequence[str]) -> np.ndarray:
        """Return (n,) float64, the place of each value in ``levels``; -1: of another one."""
        import numpy as np

        at = {name: place for place, name in enumerate(levels)}
        found = np.array([*(at.get(value, -1) for value in self.values), np.nan], np.float64)
        return found[np.array(self.codes, np.int64)]


def _readable(values: Sequence[str]) -> tuple[bool, bool]:
    """Return whether all of them are numbers with a decimal point, and with a decimal comma."""
    points, commas = (
        all(as_number(value, comma=comma) is not None for value in values)
        for comma in (False, True)
    )
    return points, commas


def _plain(cells: Sequence[str]) -> list[float]:
    """Return the numbers that cells hold, if ``float`` and ``number_of`` read all of them alike."""
    text = "".join(cells)
    if "_" in text or not text.isascii():
        return []
    try:
        numbers = list(map(float, cells))
    except ValueError:
        return []
    return numbers if all(map(math.isfinite, numbers)) else []
