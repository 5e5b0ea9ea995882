"""A table that was looked at: its rows, its target, and how its columns are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kx.authoring.asked_table import options_named
from kx.contracts import DatasetBundle
from kx.data.tables.charsets import CharsetError, likely_charset
from kx.data.tables.column_options import WantedSheet
from kx.data.tables.delimited import AUTO, Delimiting
from kx.data.tables.recognition import Recognized
from kx.data.tables.several_labels import targets_of
from kx.data.tables.sheet_reading import read_sheet
from kx.data.tables.sheets import Sheet
from kx.data.tables.table_paths import TablePaths, table_paths
from kx.data.tables.targets import FEW, Target, TargetOptions, number_of
from kx.datasets.table import OwnTable


@dataclass(frozen=True, slots=True)
class Looked:
    """A table that was looked at.

    Attributes:
        table: what is asked of it.
        sheet: its rows.
        target: what is to be predicted.
        readings: how each column is read.
        layout: how the table is written, as far as it does not tell itself.
        labels: what the target is, where a spec would state it.
    """

    table: OwnTable
    sheet: Sheet
    target: Target
    readings: Mapping[str, Recognized]
    layout: Delimiting
    labels: TargetOptions

    def bundle(self) -> DatasetBundle:
        """Return the data, as a spec would have them.

        Raises:
            DataError: if they cannot be learned from.
        """
        return replace(self.table, labels=self.labels).bundle(self.sheet)


def look(table: OwnTable) -> Looked:
    """Read a table, which tells what is to be predicted.

    Raises:
        DataError: if it is no table, or has no such column; then with the names of all.
    """
    with options_named():
        sheet, layout = _read(table_paths(table.path), table.wanted)
        labels = _labels(sheet, table.labels)
        target = targets_of(sheet.targets, labels)
        return Looked(table, sheet, target, sheet.readings(table.columns), layout, labels)


def _read(paths: TablePaths, wanted: WantedSheet) -> tuple[Sheet, Delimiting]:
    """Return the table, and how it is written: in the likeliest encoding if it is no UTF-8."""
    layout = wanted.layout
    try:
        return read_sheet(paths, wanted), layout
    except CharsetError:
        if layout.charset != AUTO or not (charset := likely_charset(paths.files[0].path)):
            raise
    return _read(paths, replace(wanted, layout=replace(layout, charset=charset)))


def read_table(table: OwnTable, targets: Sequence[str]) -> Sheet:
    """Return the rows of a table, of which ``targets`` are to be predicted.

    Raises:
        DataError: if it is none.
    """
    with options_named():
        wanted = replace(table.wanted, targets=tuple(targets))
        return _read(table_paths(table.path), wanted)[0]


def _labels(sheet: Sheet, options: TargetOptions) -> TargetOptions:
    """Return what the target is; of many different whole numbers, a regression."""
    if len(sheet.targets) > 1 or options.task != "auto":
        return options
    numbers = [number_of(label) for label in sheet.targets[0].labels.counts]
    many = len(numbers) > FEW and None not in numbers
    return replace(options, task="regression") if many else options
