"""Texts, their labels, and what is said of their rows, out of a table that is read in a stream."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kx.base.errors import RowsError
from kx.base.remark import Remark, flaws_told, some_of
from kx.base.text import counted, some
from kx.data.arrays.splitting import OnBroken
from kx.data.tables.column_options import NO_ROLES, ColumnOptions, RowRoles, refuse_same
from kx.data.tables.columns import TableColumn
from kx.data.tables.decimals import settle
from kx.data.tables.delimited import Delimiting
from kx.data.tables.opening import open_table
from kx.data.tables.row_roles import RoleColumns, empty_column, numbers_of
from kx.data.tables.rows import RowTable, TableRow, naming, ragged
from kx.data.tables.several_labels import hint_on_gaps
from kx.data.tables.target_columns import TargetCells, refuse_twice, target_cells
from kx.data.tables.targets import TargetOptions, is_absent, number_of

NOTHING = ColumnOptions().absent()
"""What stands for no value in columns that say what rows are for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of a table.

    Attributes:
        text: name of the column with the texts.
        labels: of those with the targets.
        layout: how the table is written.
        target: what these are.
        on_broken: what to do about rows that cannot be used.
        roles: columns that say what rows are for.
    """

    text: str
    labels: tuple[str, ...]
    layout: Delimiting
    target: TargetOptions
    on_broken: OnBroken
    roles: RowRoles = NO_ROLES

    def refuse_clashes(self) -> None:
        """Refuse a column that is named more than once, and groups of rows in order of time.

        Raises:
            DataError: which says what clashes.
        """
        refuse_twice(self.labels, "label")
        for label in self.labels:
            refuse_same({"text": self.text, "label": label, **self.roles.named()})
        self.roles.refuse_both()


@dataclass(slots=True)
class TableRead:
    """What a table holds.

    Attributes:
        table: of which the columns are known, and the digest of what was read.
        targets: the columns that are to be predicted.
        flaws: why rows cannot be used, each with its line.
        spans: first and last line of each row with line breaks in it.
        suspects: those of them with what would be a row of its own, and the labels of these.
        like_nothing: texts that say `nan` or the like.
        lines: where each usable row begins.
        texts: of these, if they were to be kept.
        beside: option of ``RowRoles`` -> the column that it names.
    """

    table: RowTable
    targets: TargetCells
    flaws: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    suspects: list[tuple[tuple[int, int], set[str]]] = field(default_factory=list)
    like_nothing: int = 0
    lines: array[int] = field(default_factory=lambda: array("q"))
    texts: list[str] = field(default_factory=list)
    beside: dict[str, TableColumn] = field(default_factory=dict)

    def roles(self) -> RoleColumns:
        """Return the columns that say what rows are for."""
        return RoleColumns(self.table.name, self.lines, self.table.place, self.beside)

    def remarks(self) -> Iterator[Remark]:
        """Yield what everybody should know of the table as it was found."""
        name = self.table.name
        if self.flaws:
            told = flaws_told(self.flaws)
            yield Remark.of("table.left_out", table=name, count=len(self.flaws), flaws=told)
        if self.like_nothing:
            yield Remark.of("table.nothing", table=name, count=self.like_nothing)
        if self.spans:
            yield self._spanning()

    def _spanning(self) -> Remark:
        """Say how many rows have line breaks in them, and which of them seem to be several."""
        several = [span for span, labels in self.suspects if any(map(self._is_known, labels))]
        name, rows = self.table.name, len(self.spans)
        lines, those = _ranges(self.spans), _ranges(several)
        if not several:
            return Remark.of("table.spanning", table=name, count=rows, lines=lines)
        return Remark.of(
            "table.swallowing",
            table=name,
            count=rows,
            lines=lines,
            several=len(several),
            those=those,
        )

    def _is_known(self, label: str) -> bool:
        counts = self.targets.columns[0].labels.counts
        return label in counts or number_of(label) is not None


def read_rows(path: Path, wanted: Wanted, *, keep: bool, whole: bool = True) -> TableRead:
    """Read the rows of the table at ``path``.

    Args:
        path: of the file, plain or packed.
        wanted: what is read of it.
        keep: whether texts and labels stay in memory; else they are only counted.
        whole: whether all is read, and not the names of the columns alone.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no table with these columns.
        RowsError: if rows cannot be used.
    """
    named = wanted.roles.named()
    with open_table(path, wanted.layout, (wanted.text, *wanted.labels, *named.values())) as table:
        wanted.refuse_clashes()
        text = table.column(wanted.text, "text")
        places = {name: table.column(name, "label") for name in wanted.labels}
        targets = target_cells(table, places, wanted.target, "label", keep=keep)
        rows = TableRead(table, targets)
        beside = {option: table.column(name, option) for option, name in named.items()}
        if not whole:
            return rows
        rows.beside = {option: empty_column(option, name, table) for option, name in named.items()}
        with naming(table.name):
            for record in table:
                _add(rows, record, text, beside)
    if rows.flaws and wanted.on_broken == "error":
        hint = hint_on_gaps(targets.columns, wanted.target, rows.flaws)
        raise RowsError(_unusable(table.name, rows.flaws) + hint)
    with naming(table.name):
        settle(numbers_of(rows.beside))
    return rows


def _add(rows: TableRead, record: TableRow, place: int, beside: Mapping[str, int]) -> None:
    targets = rows.targets
    if record.last > record.line:
        _note_span(rows, record, targets.places[0])
    if flaw := ragged(record, rows.table) or _flaw(record, place) or targets.flaw(record.cells):
        rows.flaws.append(f"{rows.table.place(record.line)}: {flaw}")
        return
    if targets.left_out(record.cells):
        return
    text = record.cells[place]
    rows.like_nothing += len(text) < 10 and is_absent(text.strip(), targets.absent)
    targets.add(record.cells, record.line)
    rows.lines.append(record.line)
    for option, at in beside.items():
        rows.beside[option].add(record.cells[at], record.line, NOTHING)
    if targets.keep:
        rows.texts.append(text)


def _flaw(record: TableRow, place: int) -> str:
    return "" if record.cells[place].strip() else "no text"


def _note_span(rows: TableRead, record: TableRow, place: int) -> None:
    """Take note of a row with line breaks, and of the labels of rows that it may have swallowed."""
    span = record.line, record.last
    rows.spans.append(span)
    width, delimiter = len(rows.table.header), rows.table.delimiter
    inner = [line.split(delimiter) for cell in record.cells for line in _lines(cell)]
    if labels := {cells[place].strip() for cells in inner if len(cells) == width > 1}:
        rows.suspects.append((span, labels))


def _lines(cell: str) -> Sequence[str]:
    return cell.split("\n") if "\n" in cell else cell.split("\r") if "\r" in cell else ()


def _unusable(name: str, flaws: Sequence[str]) -> str:
    hints = ["Correct them, remove them, or set dataset.on_broken: skip."]
    if any(re.fullmatch("(line|row) .*: no .*, but '.*'", flaw) for flaw in flaws):
        hints.append("If such a label is a class, take it out of dataset.missing_labels.")
    if any("columns, but" in flaw for flaw in flaws):
        hints.append(
            "A text with a delimiter or a line break in it needs quotation marks around it; "
            "where these have no meaning, set dataset.quoting: none."
        )
    rows = counted(len(flaws), "row", "rows")
    return f"{name}: {rows} cannot be used: {some(flaws)}\n{' '.join(hints)}"


def _ranges(spans: Sequence[tuple[int, int]]) -> Remark:
    lines = [Remark.of("table.lines", first=first, last=last) for first, last in spans]
    return some_of(lines, 3, "list.items_more")
