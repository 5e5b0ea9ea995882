"""Rows of a table, from CSV files or as they are typed."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kx.base.errors import closest
from kx.contracts import DatasetInfo
from kx.data.inputs.given import STDIN, Examples, Given, read_text, refuse

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation

DELIMITERS = ",;\t"
LARGEST = 3.4028234e38
"""That 32 bits can hold."""

GAPS = ("", "nan")
"""What stands for a missing number; case and blanks around it make no difference."""

MISSING = "is missing, but never was in training: give a number"


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the names of the columns, and the type of their numbers."""
    if not info.features or info.sparse:
        return None
    return {"features": list(info.features), "dtype": str(x.dtype)}


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read rows, with all columns that the network was trained on: (n, columns).

    Raises:
        DataError: with all that is wrong, at ``file:line:column``; a column counts characters.
    """
    import numpy as np

    columns = tuple(form["features"])
    gaps = np.broadcast_to(getattr(preparation, "gaps", False), (len(columns),))
    may_lack = {name for name, gap in zip(columns, gaps, strict=True) if gap}
    sheet = TypedRows(columns, lambda column, text: _number(text, gap=column in may_lack))
    for path in given.inputs:
        text = read_text(path, given, sheet.problems)
        sheet.add_file("stdin" if path == STDIN else path, text)
    for number, row in enumerate(given.rows, 1):
        sheet.add_typed(f"--row {number}" if len(given.rows) > 1 else "--row", row)
    refuse(sheet.problems)
    names = tuple(sheet.names)
    x = np.array(sheet.rows, np.float64).reshape(-1, len(columns)).astype(form["dtype"])
    return Examples(names, x, names)


def _number(text: str, *, gap: bool) -> tuple[float, str]:
    """Return the number, and what is wrong with it; ``gap``: whether there may be none."""
    if text.strip().lower() in GAPS:
        return math.nan, "" if gap else MISSING
    try:
        value = float("_" if "_" in text else text)
    except ValueError:
        hint = "; write a decimal point, as in 1.5" if "," in text else ""
        return math.nan, f"must be a number; got {text.strip()!r}{hint}"
    if not math.isfinite(value):
        return value, f"must be finite; got {text.strip()!r}"
    return value, "" if abs(value) <= LARGEST else f"is beyond 3.4e38; got {text.strip()!r}"


@dataclass(frozen=True, slots=True)
class _Record:
    """A line of a CSV file.

    Attributes:
        line: its number, from 1.
        raw: as it stands in the file.
        values: what is between its delimiters.
    """

    line: int
    raw: str
    values: Sequence[str]


@dataclass(slots=True)
class TypedRows:
    """Rows that were read so far, and what was wrong with others.

    Attributes:
        columns: names, in the order of the network.
        value: returns what a cell of a column becomes, and what is wrong with it.
        quoted: whether texts in JSON keep their quotation marks, so that they are no numbers.
        unread: columns that a typed row may have, as the table for training had them.
    """

    columns: Sequence[str]
    value: Callable[[str, str], tuple[float, str]]
    quoted: bool = True
    unread: Collection[str] = ()
    names: list[str] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add_file(self, name: str, text: str) -> None:
        """Add the rows of a CSV file."""
        first = next((line for line in text.split("\n") if line.strip()), "")
        delimiter = max(DELIMITERS, key=first.count)
        records = _records(name, text, delimiter, self.problems)
        header = next(records, None)
        if header is None:
            if text or not self.problems:
                self.problems.append(f"{name}: is empty")
            return
        names = [value.strip() for value in header.values]
        wrong = list(self._wrong_header(name, names, header, delimiter))
        self.problems += wrong
        if wrong:
            return
        before = len(self.rows)
        for record in records:
            self._add_record(name, record, names, delimiter)
        if len(self.rows) == before and not self.problems:
            self.problems.append(f"{name}: has no rows below its header")

    def add_typed(self, name: str, text: str) -> None:
        """Add a row such as ``CRIM=0.1,ZN=18``, or rows in JSON."""
        if text.lstrip()[:1] not in ("{", "["):
            parts = [part for part in text.split(",") if part.strip()]
            bare = next((part.strip() for part in parts if "=" not in part), "")
            if bare and bare not in self.columns:
                self.problems.append(f"{name}: {_no_pair(bare, parts)}")
                return
            pairs = [part.partition("=") for part in parts]
            self._add_pairs(name, [(key.strip(), value) for key, _, value in pairs])
            return
        try:
            found = json.loads(text, object_pairs_hook=_Pairs)
        except RecursionError:
            self.problems.append(f"{name}: not valid JSON: nested too deep for a row")
            return
        except ValueError as error:
            self.problems.append(f"{name}: not valid JSON: {error}")
            return
        several = isinstance(found, list) and not isinstance(found, _Pairs)
        if several and not found:
            self.problems.append(f"{name}: has no row")
        for number, row in enumerate(found if several else [found], 1):
            place = f"{name}:{number}" if several else name
            if isinstance(row, _Pairs):
                self._add_pairs(place, [(key, self._written(value)) for key, value in row])
            elif several and not isinstance(row, list | dict):
                text = "rows are given as a list of mappings from columns to numbers"
                self.problems.append(f"{name}: {text}; got {json.dumps(row)[:40]}")
                return
            else:
                self.problems.append(f"{place}: must map names of columns to numbers")

    def _written(self, value: Any) -> str:
        """Return a value of JSON as it would stand in a file."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and not self.quoted:
            return value
        return "" if value is None else json.dumps(value)

    def _add_pairs(self, name: str, pairs: Sequence[tuple[str, str]]) -> None:
        unread = set(self.unread) - set(self.columns)
        pairs = [(key, value) for key, value in pairs if key not in unread]
        wrong = list(self._wrong_names([key for key, _ in pairs]))
        self.problems += [f"{name}: {text}" for _, text in wrong]
        if not wrong:
            given = dict(pairs)
            self._add(name, given, dict.fromkeys(given, name))

    def _add_record(self, name: str, record: _Record, names: Sequence[str], delimiter: str) -> None:
        place = f"{name}:{record.line}"
        if len(record.values) != len(names):
            self.problems.append(
                f"{place}: has {len(record.values)} values, but the header {len(names)} columns"
            )
            return
        at = [f"{place}:{_column(record.raw, index, delimiter)}" for index in range(len(names))]
        given = dict(zip(names, record.values, strict=True))
        self._add(place, given, dict(zip(names, at, strict=True)))

    def _add(self, name: str, given: Mapping[str, str], places: Mapping[str, str]) -> None:
        """Add a row with all columns."""
        row = []
        for column in self.columns:
            value, problem = self.value(column, given[column])
            row.append(value)
            self.problems += [f"{places[column]}: {column}: {problem}"] if problem else []
        self.names.append(name)
        self.rows.append(row)

    def _wrong_header(
        self, name: str, names: Sequence[str], header: _Record, delimiter: str
    ) -> Iterator[str]:
        if not set(names) & set(self.columns):
            yield (
                f"{name}:{header.line}: must name the columns; this network takes "
                f"{', '.join(self.columns)}"
            )
            return
        for index, problem in self._wrong_names(names):
            column = 1 if index is None else _column(header.raw, index, delimiter)
            yield f"{name}:{header.line}:{column}: {problem}"

    def _wrong_names(self, names: Sequence[str]) -> Iterator[tuple[int | None, str]]:
        """Yield which columns are unknown, stated twice or missing: its place, and the words."""
        missing = [column for column in self.columns if column not in names]
        counts: Counter[str] = Counter()
        for index, name in enumerate(names):
            counts[name] += 1
            if name not in self.columns:
                lowered = {column.lower(): column for column in missing}
                guess = lowered.get(closest(name, lowered) or "")
                hint = f"did you mean {guess!r}?" if guess else "remove it"
                yield index, f"unknown column {name!r}; {hint}"
            elif counts[name] == 2:
                yield index, f"column {name!r} appears here a second time"
        if missing:
            yield None, f"missing: {', '.join(missing)}"


def _no_pair(bare: str, parts: Sequence[str]) -> str:
    """Return what is wrong with a part of a typed row that names no column.

    Args:
        bare: that part.
        parts: all of the row.
    """
    told = f"{bare[:40]!r} stands alone, and a comma ends each NAME=VALUE"
    before = [part for part in parts if "=" in part][:1]
    if bare.isdecimal() and before and before[0].strip()[-1:].isdecimal():
        number = f"{before[0].strip()}.{bare}"
        return f"{told}; write a decimal point, as in {number[:60]}"
    return f'{told}; a value with a comma in it needs JSON, as in {{"name": "a, b"}}'


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON, with keys that are stated twice."""


def _records(name: str, text: str, delimiter: str, problems: list[str]) -> Iterator[_Record]:
    """Yield the lines of a CSV file that are not empty; note where it is none."""
    lines = text.split("\n")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for values in reader:
            if values:
                yield _Record(reader.line_num, lines[reader.line_num - 1], values)
    except csv.Error as error:
        problems.append(f"{name}:{max(reader.line_num, 1)}: {error}")


def _column(raw: str, index: int, delimiter: str) -> int:
    """Return where the value ``index`` of a line begins, counted in characters from 1."""
    quoted, count = False, 0
    for at, character in enumerate(raw):
        if count == index:
            return at + 1
        quoted ^= character == '"'
        count += character == delimiter and not quoted
    return len(raw) + 1
