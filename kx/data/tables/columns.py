"""Columns of a table: read once, then recognized as numbers, dates, categories or nothing to learn.

Each different value is looked at once. What can hardly be meant is refused, what is left out is
told with the reason.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, cast

from kx.base.errors import DataError
from kx.base.text import counted
from kx.contracts import ColumnForm, ColumnKind
from kx.data.tables.dates import (
    DateOrder,
    are_compact,
    are_dates,
    as_day,
    day_of,
    month_comes_first,
)
from kx.data.tables.mixed_rows import are_texts
from kx.data.tables.numbers import as_number, sign_of_money, unit_of, without_unit
from kx.data.tables.rows import Places, in_lines
from kx.data.tables.scales import answers, known_values, level_of, scale_of
from kx.data.tables.targets import number_of

if TYPE_CHECKING:
    import numpy as np

Decimal = Literal["auto", "point", "comma"]
Reading = ColumnKind | Literal["constant", "identifier", "rows", "scattered", "empty"]
"""How a column is read; but for the kinds of columns, nothing is learned from it."""

MOST_DISTINCT = 10_000
"""Different values that are kept as they are written; more of them must be numbers."""

MOST_LEVELS = 50
"""Of a category; rarer values count as one."""

FEW_NUMBERS = 10
"""As many different whole numbers may be names of kinds."""

MOSTLY = 0.9
"""A share of numbers from which on other values are mistakes rather than categories."""

NAMED = 5

FORMS: Mapping[str, tuple[str, str]] = {
    "number": ("no number", "no numbers"),
    "date": ("no date", "no dates"),
    "boolean": ("neither yes nor no", "neither yes nor no"),
    "ordered": ("no level", "no levels"),
}
"""How columns are read that cannot hold any value, and what is wrong with one or several others."""

ADVICE: Mapping[str, str] = {
    "date": " (dates are written 2024-03-01, 1.3.2024, 1 Mar 2024 or the like)",
    "ordered": " of those that dataset.ordered lists: {levels}",
}

BESIDE = ("text", "image")
"""Kinds of columns whose values stand beside the numbers."""

UNMET = -2
"""Instead of a code: of a cell that was not met before."""


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
        elif not self.comma and (numbers := _plain(cells)):
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
                if len(self.lines) == MOST_DISTINCT + 1:
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

    def keep_numbers(self) -> None:
        """Keep numbers alone of too many different values, if all are some."""
        if self.kept or len(self.lines) <= MOST_DISTINCT:
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
                f"column {self.name}: {values[0]!r} may be {as_number(values[0], comma=False):g} "
                f"or {as_number(values[0], comma=True):g}. Say dataset.decimal: point, or comma."
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
                f"{self.place(line)}: column {self.name}: must be a number, as all values above "
                f"are; got {value[:40]!r}. If it means that there is none, list it in "
                "dataset.missing_values; if it is not to be learned from, list the column in "
                "dataset.ignore."
            )
        return number

    def __len__(self) -> int:
        return len(self.codes) if self.floats is None else len(self.floats)

    @property
    def gaps(self) -> int:
        """How many rows have no value."""
        if self.floats is None:
            return self.codes.count(-1)
        return sum(map(math.isnan, self.floats))

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

    def days(self, month_first: bool) -> np.ndarray:
        """Return (n,) float64, days since 1970, NaN where there is none."""
        import numpy as np

        days = [as_day(value, month_first=month_first) for value in self.values]
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


@dataclass(frozen=True, slots=True)
class Recognized:
    """How a column is read.

    Attributes:
        comma: whether its numbers have a decimal comma.
        month_first: whether its dates begin with the month, as 3/1/2024 may.
        few: the different values of a column of few whole numbers, which may be names of kinds.
        levels: of an ordered or boolean column; see ``ColumnForm``.
    """

    reading: Reading
    comma: bool = False
    month_first: bool = False
    few: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


def recognized(column: TableColumn) -> Recognized:
    """Return what a column is, by its values.

    Raises:
        DataError: if most are numbers and some are not: nobody can know which is meant.
    """
    if column.floats is not None:
        numbered = _number_the_rows(column.floats)
        return Recognized("rows") if numbered else Recognized("number", column.comma)
    values, rows = list(column.values), len(column)
    if len(values) < 2:
        ticked = values and column.gaps  # as in surveys: a cross, or nothing
        return Recognized("category" if ticked else "constant" if values else "empty")
    comma = column.has_commas()
    numbers = [value for value in values if as_number(value, comma=comma) is not None]
    if len(numbers) == len(values):
        compact = len(values) >= FEW_NUMBERS and are_compact(values)
        return Recognized("date") if compact else _of_numbers(column, values, comma)
    if are_dates(values):
        first = month_comes_first(column.name, values, column.order)
        return Recognized("date", month_first=first)
    if (levels := answers(values)) or (levels := scale_of(values)):
        return Recognized("ordered" if len(levels) > 2 else "boolean", levels=levels)
    _refuse_mixed(column, values, numbers)
    if rows <= FEW_NUMBERS or len(values) <= rows / 2:
        return Recognized("category")
    if are_texts(values):
        return Recognized("text")
    return Recognized("identifier" if len(values) == rows - column.gaps else "scattered")


def _of_numbers(column: TableColumn, values: Sequence[str], comma: bool) -> Recognized:
    number = {value: as_number(value, comma=comma) or 0.0 for value in values}
    numbers = list(number.values())
    if len(values) == len(column) > FEW_NUMBERS and _number_the_rows(numbers):
        return Recognized("rows")
    whole = all(each.is_integer() for each in numbers)
    if whole and 2 < len(values) <= FEW_NUMBERS:
        return Recognized("number", comma, few=tuple(sorted(values, key=number.__getitem__)))
    return Recognized("number", comma)


def _number_the_rows(numbers: Sequence[float]) -> bool:
    """Whether whole numbers rise by 1 from row to row."""
    return numbers[0].is_integer() and all(
        after - before == 1 for before, after in pairwise(numbers)
    )


def _refuse_mixed(column: TableColumn, values: Sequence[str], numbers: Sequence[str]) -> None:
    known = set(numbers)
    others = [value for value in values if value not in known]
    if len(numbers) < max(MOSTLY * len(values), 2) or not others:
        return
    lines = list(column.values)
    told = ", ".join(
        f"{value[:40]!r} ({column.place(column.lines[lines.index(value)])})"
        for value in others[:NAMED]
    )
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    raise DataError(
        f"column {column.name}: all values are numbers but {told}{more}. Correct them; or, if they "
        "mean that there is none, list them in dataset.missing_values; if all are names of kinds, "
        "list the column in dataset.categories."
    )


def form_of(column: TableColumn, how: Recognized) -> ColumnForm:
    """Return the form of a column that something is learned from, as far as it is known so early.

    Of a category, the levels are those of the training part; see ``TableColumn.levels``.
    """
    kind = cast("ColumnKind", how.reading)
    return ColumnForm(
        column.name,
        kind,
        tuple(how.levels),
        comma=how.comma,
        unit=column.unit if kind == "number" else "",
        month_first=how.month_first,
    )


def refuse_stated(column: TableColumn, how: Recognized) -> None:
    """Refuse a column that cannot be read as the spec says.

    Raises:
        DataError: with the first values that are no such thing, and their lines.
    """
    reading = how.reading
    if reading not in FORMS or column.floats is not None:
        return
    form = form_of(column, how)
    wrong = [
        (value, line)
        for value, line in zip(column.values, column.lines, strict=True)
        if value_of(form, value)[1]
    ]
    if wrong:
        told = ", ".join(f"{column.place(line)}: {value[:40]!r}" for value, line in wrong[:NAMED])
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        what = FORMS[reading][len(wrong) > 1]
        hint = ADVICE.get(reading, "").format(levels=", ".join(how.levels))
        raise DataError(
            f"column {column.name}: {counted(len(wrong), 'value is', 'values are')} {what} "
            f"({told}{more}){hint}. "
            "Correct them, or list what means nothing in dataset.missing_values."
        )


def value_of(form: ColumnForm, text: str) -> tuple[float, str]:
    """Return what a cell of a column becomes, and what is wrong with it; see ``DatasetInfo.table``.

    A value of a category that the training part did not have is -1, and nothing is wrong.
    """
    if form.kind == "category":
        return float(form.levels.index(text)) if text in form.levels else -1.0, ""
    if form.kind in BESIDE:
        return 0.0, ""
    if not form.is_measured:
        return _known_value(form, text)
    if form.kind == "date":
        found = as_day(text, month_first=form.month_first)
    else:
        found = as_number(without_unit(text, form.unit), comma=form.comma)
    if found is not None:
        return found, ""
    what = "a date, as 2024-03-01" if form.kind == "date" else "a number"
    hint = "; write a decimal point, as in 1.5" if "," in text and form.kind == "number" else ""
    return math.nan, f"must be {what}; got {text[:40]!r}{hint}"


def _known_value(form: ColumnForm, text: str) -> tuple[float, str]:
    found = level_of(text, known_values(form))
    if found is not None:
        return found, ""
    words = " or ".join(form.levels) if len(form.levels) == 2 else ", ".join(form.levels)
    return (
        math.nan,
        f"must be {'' if len(form.levels) == 2 else 'one of '}{words}; got {text[:40]!r}",
    )


def written(form: ColumnForm, value: float) -> str:
    """Return what a value of ``DatasetInfo.table`` stands for; "-": nothing, "…": another level."""
    if math.isnan(value):
        return "-"
    if not form.is_measured:
        return form.levels[int(value)] if value >= 0 else "…"
    if form.kind == "date":
        return day_of(value)
    return f"{value:,.6g}{f' {form.unit}' if form.unit else ''}"


def copies(columns: Sequence[TableColumn], said: Sequence[str]) -> Iterator[TableColumn]:
    """Yield the columns that tell the target exactly: a value of one is a value of the other."""
    for column in columns:
        if column.floats is not None:
            copied = all(
                number_of(label) == number
                for number, label in zip(column.floats, said, strict=True)
            )
        elif 2 <= len(column.values) < len(column) / 2:
            copied = _goes_with(column, said)
        else:
            values = list(column.values)
            copied = all(
                code >= 0 and values[code] == label
                for code, label in zip(column.codes, said, strict=True)
            )
        if copied:
            yield column


def _goes_with(column: TableColumn, said: Sequence[str]) -> bool:
    """Whether each value of a column goes with one label, and each label with one value."""
    labels: dict[int, str] = {}
    for code, label in zip(column.codes, said, strict=True):
        if code >= 0 and labels.setdefault(code, label) != label:
            return False
    return len(set(labels.values())) == len(labels)
