"""Rows of a table with columns of several kinds, read as the table was that was trained on."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError, closest
from kx.base.remark import Remark, some_of
from kx.base.text import shortened
from kx.contracts import ColumnForm, DatasetInfo
from kx.data.files.suffixes import PICTURE_FORMATS
from kx.data.inputs.given import NAMED, STDIN, Examples, Given, named, refuse
from kx.data.inputs.said_targets import TARGET_FORM, SaidTargets
from kx.data.inputs.table import TypedRows
from kx.data.pictures.picture_columns import read_column, with_column
from kx.data.tables.cells import BESIDE, value_of
from kx.data.tables.column_options import ColumnOptions
from kx.data.tables.delimited import Delimiting
from kx.data.tables.encoding import columns_from
from kx.data.tables.headers import generic, name_columns
from kx.data.tables.json_lines import JsonTable
from kx.data.tables.opening import open_table, table_in
from kx.data.tables.rows import RowTable, TableRow, ragged
from kx.data.tables.table_files import table_file
from kx.data.tables.targets import is_absent, number_of
from kx.data.texts.text_columns import with_texts

if TYPE_CHECKING:
    import numpy as np

    from kx.data.preparation import AnyPreparation

"""Values and columns that a remark names."""

MISSING = "has no value, but had one in every row for training"

LAYOUT = ("delimiter", "quoting", "escape", "charset")


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the columns with their kinds, and how the table was written."""
    if not info.table:
        return None
    columns = [{**asdict(column), "levels": list(column.levels)} for column in info.table]
    known = (*LAYOUT, "target", "missing_values", "header", *TARGET_FORM)
    kept = {name: options[name] for name in known if name in options}
    if info.columns == generic(len(info.columns)):
        kept["header"] = "none"  # found by many rows: the few of a later file may not tell
    classes = {"classes": list(info.classes), "task": info.task}
    return {"columns": columns, "all": list(info.columns), **classes, **kept}


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read rows, with all columns that the network was trained on, as ``dataset: table`` has them.

    Raises:
        DataError: with all that is wrong, at ``file:line``.
    """
    import numpy as np

    rows = _Rows(columns_from(form["columns"]), form)
    for path in given.inputs:
        rows.add_file(path, given)
    typed = TypedRows(rows.names, rows.typed, quoted=False, unread=form.get("all", ()))
    for number, row in enumerate(given.rows, 1):
        typed.add_typed(f"--row {number}" if len(given.rows) > 1 else "--row", row)
    refuse([*rows.problems, *typed.problems])
    names = (*rows.places, *typed.names)
    numbers = np.array([*rows.values, *typed.rows], np.float64).reshape(-1, len(rows.names))
    written = rows.beside(numbers)
    x = with_texts(numbers, rows.columns, written)
    for column in rows.columns:
        if column.picture:
            found = read_column(Path(), written[column.name], column)
            refuse([f"{names[row]}: {column.name}: {flaw}" for row, flaw in found.flaws.items()])
            x = with_column(x, column.name, found.pixels)
    said = [*rows.labels, *[None] * len(typed.names)]
    labels = tuple(said) if any(label is not None for label in said) else ()
    return Examples(names, x, names, tuple(rows.remarks()), labels)


@dataclass(slots=True)
class _Rows:
    """Rows of files that were read so far, and what was wrong with others."""

    columns: Sequence[ColumnForm]
    form: Mapping[str, Any]
    places: list[str] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)
    written: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    folder: Path = Path()
    by_name: Mapping[str, ColumnForm] = field(init=False)
    absent: frozenset[str] = field(init=False)
    targets: SaidTargets = field(init=False)

    def __post_init__(self) -> None:
        """Look up once what every cell needs."""
        self.by_name = {column.name: column for column in self.columns}
        none = tuple(self.form.get("missing_values", ()))
        self.absent = ColumnOptions(missing_values=none).absent()
        self.targets = SaidTargets.of(self.form, "target")

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns, in the order of the network."""
        return tuple(self.by_name)

    def add_file(self, path: str, given: Given) -> None:
        """Add the rows of a table (``-``: stdin)."""
        layout = Delimiting(**{name: self.form[name] for name in LAYOUT if name in self.form})
        if Path(path).suffix.lower() in PICTURE_FORMATS:
            self._add_picture(path)
            return
        try:
            self.folder = Path()
            if path == STDIN:
                self._add_table(table_in(given.stdin(), "stdin", layout, self.names))
                return
            with open_table(Path(path), layout, self.names, advise=False) as table:
                self.folder = table_file(Path(path)).parent
                self._add_table(table)
        except DataError as error:
            self.problems.append(str(error).rstrip("."))

    def _add_picture(self, path: str) -> None:
        """Add a picture as a row, if that is all that the network reads."""
        first, *others = self.columns
        if others or not first.picture:
            read = f"is one picture, but this network reads {_some(self.names)}"
            ways = "a table with these columns, or --row 'NAME=VALUE,…'"
            self.problems.append(f"{path}: {read}: give {ways}")
            return
        self.folder = Path()
        self.places.append(path)
        self.values.append([self.value(first.name, path, path)[0]])
        self.labels.append(None)

    def _add_table(self, table: RowTable) -> None:
        above = name_columns(table, self.form.get("header", "auto"))
        if wrong := self._wrong_header(table):
            self.problems.append(wrong)
            return
        before = len(self.values)
        at = {name: table.header.index(name) for name in self.names if name in table.header}
        said = self.targets.places(table.header)
        for record in chain(above, table):
            self._add_record(table, record, at, said)
        if len(self.values) == before and not self.problems:
            self.problems.append(f"{table.name}: has no rows below its header")

    def _wrong_header(self, table: RowTable) -> str:
        header = table.header
        missing = [name for name in self.names if name not in header]
        if isinstance(table, JsonTable) and set(missing) < set(self.names):
            self._note_lacking([name for name in missing if self.by_name[name].gaps], table.name)
            missing = [name for name in missing if not self.by_name[name].gaps]
        if twice := next((name for name in self.names if header.count(name) > 1), ""):
            return f"{table.name}: has column {twice!r} twice"
        if missing:
            guess = closest(missing[0], [name for name in header if name not in self.names])
            hint = f"; did you mean {missing[0]!r} by {guess!r}?" if guess else ""
            return f"{table.name}: lacks {_some(missing)}, which this network reads{hint}"
        if more := [name for name in header if name not in self.form.get("all", header)]:
            names = named(more)
            remark = Remark.of("given.more", table=table.name, count=len(more), names=names)
            self.notes.append(remark)
        return ""

    def _note_lacking(self, keys: Sequence[str], table: str) -> None:
        """Say which keys no JSON line has: their values are missing, as in training."""
        if keys:
            self.notes.append(Remark.of("given.no_line", table=table, names=named(keys)))

    def _add_record(
        self, table: RowTable, record: TableRow, at: Mapping[str, int], said: Sequence[int]
    ) -> None:
        place = f"{table.name}:{record.line}"
        if not any(map(str.strip, record.cells)):
            return
        if flaw := ragged(record, table):
            self.problems.append(f"{place}: {flaw}")
            return
        row = []
        for name in self.names:
            cell, known = record.cells[at[name]] if name in at else "", name in table.points
            value, problem = self._cell(name, cell, place, point=known)
            row.append(value)
            self.problems += [f"{place}: {name}: {problem}"] if problem else []
        self.places.append(place)
        self.values.append(row)
        self.labels.append(self.targets.said(record.cells, said))

    def value(self, name: str, text: str, place: str) -> tuple[float, str]:
        """Return what a cell becomes, and what is wrong with it."""
        column = self.by_name[name]
        value = text.strip()
        if is_absent(value, self.absent):
            return math.nan, "" if column.gaps else MISSING
        if column.kind in BESIDE:
            self.written[name].append(str(self.folder / value) if column.picture else value)
            return float(len(self.written[name]) - 1), ""
        found, problem = value_of(column, value)
        if column.kind == "category" and found < 0:
            self.unknown.setdefault(name, Counter())[value] += 1
        return found, problem

    def beside(self, numbers: np.ndarray) -> dict[str, list[str]]:
        """Return the texts, or names of pictures, whose places stand in (n, columns) numbers.

        In the place of these there will be 0.
        """
        import numpy as np

        found = {}
        for at, form in enumerate(self.columns):
            if form.kind in BESIDE:
                written = [*self.written[form.name], ""]
                places = np.nan_to_num(numbers[:, at], nan=-1).astype(int)
                found[form.name] = [written[place] for place in places]
                numbers[:, at] *= 0  # a gap stays one
        return found

    def typed(self, name: str, text: str) -> tuple[float, str]:
        """Return what a value of ``--row`` becomes: with a decimal point, as JSON has it."""
        self.folder = Path()
        return self._cell(name, text, "--row", point=True)

    def _cell(self, name: str, text: str, place: str, *, point: bool) -> tuple[float, str]:
        """Return what a cell becomes whose numbers have, with ``point``, a decimal point."""
        number = number_of(text.strip()) if point and self.by_name[name].kind == "number" else None
        if number is not None and not is_absent(text.strip(), self.absent):
            return number, ""
        return self.value(name, text, place)

    def remarks(self) -> Iterator[Remark]:
        """Yield what everybody should know of the rows."""
        yield from self.notes
        for name, values in self.unknown.items():
            rows = sum(values.values())
            told = [
                Remark.of("given.value_of", value=shortened(value), rows=count)
                for value, count in values.most_common()
            ]
            some = some_of(told, NAMED, "list.items_more")
            yield Remark.of("given.unknown", column=name, count=rows, names=some)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name if len(name) <= 40 else f"{name[:37]}..." for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
