"""A table that was looked at: its rows, its target, and how its columns are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kx.authoring.asked_table import options_named
from kx.authoring.positive_class import likely_positive
from kx.base.remark import Remark
from kx.contracts import DatasetBundle
from kx.data.tables.charsets import CharsetError, likely_charset
from kx.data.tables.column_options import (
    MOST_EMBEDDED,
    MOST_LEVELS,
    ColumnOptions,
    WantedSheet,
)
from kx.data.tables.delimited import AUTO, Delimiting
from kx.data.tables.lone_classes import dispensable
from kx.data.tables.missing_words import MissingWord, missing_words
from kx.data.tables.recognition import Recognized
from kx.data.tables.scales import rising
from kx.data.tables.several_labels import answer, seen_targets, targets_of
from kx.data.tables.sheet_reading import read_sheet
from kx.data.tables.sheets import Sheet
from kx.data.tables.table_paths import TablePaths, table_paths
from kx.data.tables.targets import (
    LabelCounts,
    Target,
    TargetOptions,
    may_be_codes,
    number_of,
)
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
        missing: words that were taken for missing values, which a spec would state.
    """

    table: OwnTable
    sheet: Sheet
    target: Target
    readings: Mapping[str, Recognized]
    layout: Delimiting
    labels: TargetOptions
    missing: tuple[MissingWord, ...] = ()

    def bundle(self) -> DatasetBundle:
        """Return the data, as a spec would have them.

        Raises:
            DataError: if they cannot be learned from.
        """
        return replace(self.table, labels=self.labels).bundle(self.sheet)


def look(table: OwnTable) -> Looked:
    """Read a table, which tells what is to be predicted; a few classes of one row are left out.

    Raises:
        DataError: if it is no table, or has no such column; then with the names of all.
    """
    with options_named():
        sheet, layout = _read(table_paths(table.path), table.wanted)
        table, missing = _knowing_words(table, sheet)
        if missing:
            sheet, _ = _read(table_paths(table.path), table.wanted)
        labels = _labels(sheet, table.labels)
        if lone := dispensable(sheet.targets[0].labels, seen_targets(sheet.targets, labels)):
            return replace(look(_without(table, lone)), missing=missing)
        target = targets_of(sheet.targets, labels)
        readings = sheet.readings(table.columns)
        table = _embedding(table, sheet, readings)
        return Looked(table, sheet, target, readings, layout, labels, missing)


def _knowing_words(table: OwnTable, sheet: Sheet) -> tuple[OwnTable, tuple[MissingWord, ...]]:
    """Return a table for which words among numbers are missing, unless it says what is."""
    known = table.columns.missing_values
    words = () if known != ColumnOptions().missing_values else missing_words(sheet.columns)
    values = (*known, *dict.fromkeys(each.word for each in words))
    return replace(table, columns=replace(table.columns, missing_values=values)), words


def words_said(sheet: Sheet, words: Sequence[MissingWord]) -> tuple[Remark, ...]:
    """Return which words of a table are taken for missing values, and in how many rows."""
    return tuple(
        Remark.of(
            "columns.missing_word",
            column=sheet.named(each.column),
            word=each.word,
            count=each.count,
        )
        for each in words
    )


def _without(table: OwnTable, labels: Sequence[str]) -> OwnTable:
    """Return a table whose rows with these labels are left out."""
    ignored = (*table.labels.ignore_labels, *labels)
    return replace(table, labels=replace(table.labels, ignore_labels=ignored))


def _embedding(table: OwnTable, sheet: Sheet, readings: Mapping[str, Recognized]) -> OwnTable:
    """Return a table that tells all values of its categories apart, as networks that embed can."""
    of = [len(c.values) for c in sheet.columns if readings[c.name].reading == "category"]
    if table.columns.most_levels != MOST_LEVELS or max(of, default=0) <= MOST_LEVELS:
        return table
    levels = min(max(of), MOST_EMBEDDED)
    return replace(table, columns=replace(table.columns, most_levels=levels))


def _read(paths: TablePaths, wanted: WantedSheet) -> tuple[Sheet, Delimiting]:
    """Return the table, and how it is written: in the likeliest encoding if it is no UTF-8."""
    layout = wanted.layout
    try:
        return read_sheet(paths, wanted), layout
    except CharsetError:
        if layout.charset != AUTO or not (charset := likely_charset(paths.files[0].path)):
            raise
    return _read(paths, replace(wanted, layout=replace(layout, charset=charset)))


def read_table(table: OwnTable, targets: Sequence[str]) -> tuple[Sheet, tuple[MissingWord, ...]]:
    """Return the rows of a table of which ``targets`` are to be predicted, and words for gaps.

    Raises:
        DataError: if it is none.
    """
    with options_named():
        paths = table_paths(table.path)
        sheet, _ = _read(paths, replace(table.wanted, targets=tuple(targets)))
        table, missing = _knowing_words(table, sheet)
        if missing:
            sheet, _ = _read(paths, replace(table.wanted, targets=tuple(targets)))
        return sheet, missing


def _labels(sheet: Sheet, options: TargetOptions) -> TargetOptions:
    """Return what the target is, by its values, as far as ``auto`` would ask.

    Many whole numbers, or several columns of numbers, are a regression; words that have an order,
    such as low, medium and high, are ordered classes. Of two classes, one may be looked for.
    """
    if options.task == "classes":
        return _with_positive(sheet, options)
    if options.task != "auto":
        return options
    if len(sheet.targets) > 1:
        answers = all(answer(cell) is not None for t in sheet.targets for cell in t.labels.counts)
        numbers = all(_are_numbers(column.labels) for column in sheet.targets)
        return replace(options, task="regression") if numbers and not answers else options
    labels = sheet.targets[0].labels
    if _are_numbers(labels) and not may_be_codes(labels):
        return replace(options, task="regression")
    order = options.order or rising(labels.counts)
    if order:
        return replace(options, task="ordered", order=order)
    return _with_positive(sheet, options)


def _with_positive(sheet: Sheet, options: TargetOptions) -> TargetOptions:
    """Return what a target of classes is, with the positive one of two if a spec should name it."""
    if options.positive or options.label_separator or len(sheet.targets) > 1:
        return options
    return replace(options, positive=likely_positive(sheet.targets[0].labels) or None)


def _are_numbers(labels: LabelCounts) -> bool:
    return all(number_of(label) is not None for label in labels.counts)
