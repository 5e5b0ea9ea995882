"""A table that is looked at: what a spec would make of it, and what is suspicious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from kx.advice.table_look import (
    SeenColumn,
    SeenTable,
    TableLook,
    look_at,
    look_without_target,
)
from kx.advice.table_rows import plain
from kx.authoring.asked_table import own_table
from kx.authoring.looked_table import look, read_table, words_said
from kx.authoring.table_words import range_of, target_said
from kx.base.remark import Remark
from kx.contracts import TextForm
from kx.data.pictures.picture_columns import with_names
from kx.data.tables.column_options import READINGS
from kx.data.tables.recognition import Recognized
from kx.data.tables.sheet_remarks import sheet_remarks, why_left_out
from kx.data.tables.sheets import Sheet
from kx.data.tables.target_columns import names_of
from kx.data.texts.text_columns import with_texts

NAMELESS = "-"
"""Stands for a target where none is named."""

SKIPPING = "dataset.on_broken=skip"
"""Rows without a target do not end a look: it tells of them. A setting may say otherwise."""


def seen_table(
    file: Path, target: str | Sequence[str] | None, settings: Sequence[str] = ()
) -> SeenTable:
    """Return what is in the table ``file``.

    Args:
        file: the table.
        target: name of the column that is to be predicted, or of several; None: nothing is, yet.
        settings: each ``key=value`` of the dataset.

    Raises:
        DataError: if it is no table, or has no such column.
        SpecError: if a setting cannot be.
    """
    if not target:
        return _without_target(file, settings)
    found = look(own_table(file, target, [SKIPPING, *settings]))
    bundle = found.bundle()
    seen = look_at(bundle, ", ".join(names_of(target)))
    words = words_said(found.sheet, found.missing)
    remarks = (*words, *bundle.info.remarks, *bundle.remarks, *seen.findings)
    named = ", ".join(names_of(target))
    return _seen(found.sheet, found.readings, named, target_said(found), seen, remarks)


def _without_target(file: Path, settings: Sequence[str]) -> SeenTable:
    import numpy as np

    table = own_table(file, NAMELESS, settings)
    sheet, missing = read_table(table, targets=())
    readings = sheet.readings(table.columns)
    rows = np.arange(len(sheet.lines))
    text = TextForm(**asdict(table.words))
    forms = sheet.forms(readings, rows, rows[:0], table.columns, text)
    x = with_texts(sheet.x(forms), forms, sheet.strings(forms, "text"))
    x = plain(with_names(x, sheet.strings(forms, "image")), forms)
    seen = look_without_target(forms, x)
    found = sheet_remarks(sheet, readings, table.columns, table.roles)
    remarks = (*words_said(sheet, missing), *found, *seen.findings)
    return _seen(sheet, readings, "", None, seen, remarks)


def _seen(
    sheet: Sheet,
    readings: Mapping[str, Recognized],
    target: str,
    said: Remark | None,
    seen: TableLook,
    remarks: Sequence[str | Remark],
) -> SeenTable:
    columns = [_column(sheet, each.name, readings[each.name], seen) for each in sheet.columns]
    rows = len(sheet.lines)
    return SeenTable(
        sheet.name, rows, sheet.written, target, said, tuple(columns), seen, tuple(remarks)
    )


def _column(sheet: Sheet, name: str, how: Recognized, seen: TableLook) -> SeenColumn:
    column = next(each for each in sheet.columns if each.name == name)
    content = why_left_out(column, how)
    kind = how.reading if how.reading in READINGS.values() else "left"
    return SeenColumn(name, kind, content or range_of(column, how), seen.columns.get(name))
